/* SPDX-License-Identifier: ISC */
/* Ways to run code that is not the program's, and ways around the list of calls. */
#include "attempt.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#define PAGE 4096

static bool
map_code(const struct scene *s)
{
	(void)s;
	return mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
make_memory_executable(const struct scene *s)
{
	void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)s;
	return memory != MAP_FAILED && mprotect(memory, PAGE, PROT_READ | PROT_EXEC) == 0;
}

static bool
make_memory_executable_with_key(const struct scene *s)
{
	void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)s;
	return memory != MAP_FAILED && syscall(SYS_pkey_mprotect, memory, PAGE, PROT_READ | PROT_EXEC, -1) == 0;
}

static bool
map_a_memory_file(const struct scene *s)
{
	int fd = memfd_create("code", MFD_CLOEXEC);
	(void)s;
	return fd >= 0 && ftruncate(fd, PAGE) == 0 && mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0) != MAP_FAILED;
}

static bool
map_an_uploaded_file(const struct scene *s)
{
	return mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, s->file, 0) != MAP_FAILED;
}

static bool
attach_shared_code(const struct scene *s)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0700);
	(void)s;
	void *memory = id >= 0 ? shmat(id, NULL, SHM_EXEC) : (void *)-1;
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return memory != (void *)-1;
}

static bool
make_all_memory_executable(const struct scene *s)
{
	(void)s;
	return personality(READ_IMPLIES_EXEC) >= 0;
}

#ifdef __x86_64__
/* getpid(2) by its number on i386. */
static bool
call_of_32_bits(const struct scene *s)
{
	long result;
	(void)s;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "cc", "r8", "r9", "r10", "r11");
	return result == getpid();
}

static bool
call_of_x32(const struct scene *s)
{
	(void)s;
	return syscall(0x40000000 | SYS_socketpair, 1, 1, 0, (int[2]){0}) >= 0 || syscall(0x40000000 | SYS_getpid) >= 0;
}

static bool
local_descriptor_table(const struct scene *s)
{
	char table[16];
	(void)s;
	return syscall(SYS_modify_ldt, 0, table, sizeof(table)) >= 0;
}
#endif

static const struct attempt rows[] = {
	{"map code", map_code, ALL},
	{"make memory executable", make_memory_executable, ALL},
	{"make memory executable by a key", make_memory_executable_with_key, ALL},
	{"map a memory file as code", map_a_memory_file, ALL},
	{"map an uploaded file as code", map_an_uploaded_file, ALL},
	{"attach shared memory as code", attach_shared_code, ALL},
	{"make all memory executable", make_all_memory_executable, ALL},
#ifdef __x86_64__
	{"32-bit call", call_of_32_bits, ALL},
	{"x32 call", call_of_x32, ALL},
	{"local descriptor table", local_descriptor_table, ALL},
#endif
};
const struct attempts attempts_code = {rows, ARRAY_LEN(rows)};
