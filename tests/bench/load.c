/* SPDX-License-Identifier: ISC */
/*
 * Load generator: runs one row of the benchmark against one FTP server and prints what it saw as a line of JSON.
 *
 *   load ROW --port N [--clients N] [--threads N] [--seconds S] [--limit N] [--cpu-stat FILE]
 *   load fill PATH BYTES        writes a file with the content that the rows expect
 *
 * Each thread has an epoll set and its share of the clients. First every client logs in and does one operation that is
 * checked byte by byte and not counted; then all begin together. `--seconds` and `--limit` (operations of one client) bound
 * the run, and silence for 20 s ends it. The idle row logs in, reports, and stays until its input is closed. The server's processor time is read from its cgroup (`--cpu-stat`) at both ends
 * of the measured time.
 */
#include "client.h"

#include <arpa/inet.h>
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	SILENCE_MS = 20000,
	OPENING_AT_ONCE = 8, /* logins under way in one thread: fork servers have short queues */
	SAMPLES = 4096,
	EVENTS = 64,
};

struct row {
	const char *name;
	struct workload workload;
	unsigned clients, threads; /* defaults: one thread does more than several, until it is full */
};

static const struct row rows[] = {
	{"login", {.work = WORK_LOGIN, .command = "QUIT"}, 8, 1},
	{"retr-1k-passive", {.work = WORK_RETRIEVE, .command = "RETR 1k", .size = 1024}, 8, 1},
	{"retr-1k-active", {.work = WORK_RETRIEVE, .command = "RETR 1k", .size = 1024, .is_active = true}, 8, 1},
	{"retr-64k", {.work = WORK_RETRIEVE, .command = "RETR 64k", .size = 65536}, 8, 1},
	{"download", {.work = WORK_RETRIEVE, .command = "RETR 1g", .size = 1 << 30}, 2, 2},
	{"upload", {.work = WORK_STORE, .command = "STOR up/new", .size = 256 << 20}, 2, 2},
	{"list-10k", {.work = WORK_LIST, .command = "LIST d10k", .size = 10000}, 1, 1},
	{"mlsd-10k", {.work = WORK_LIST, .command = "MLSD d10k", .size = 10000}, 1, 1},
	{"list-100k", {.work = WORK_LIST, .command = "LIST d100k", .size = 100000}, 1, 1},
	{"mlsd-100k", {.work = WORK_LIST, .command = "MLSD d100k", .size = 100000}, 1, 1},
	{"idle", {.work = WORK_NONE, .command = "idle"}, 1000, 1},
};

struct options {
	struct workload workload;
	const char *row, *cpu_stat;
	unsigned clients, threads, limit;
	double seconds;
};

struct run {
	const struct options *options;
	pthread_barrier_t barrier;
	int64_t deadline_ns; /* written by main() while the threads wait at the barrier */
};

struct thread {
	struct run *run;
	pthread_t id;
	int epoll_fd;
	struct client *clients;
	unsigned count, opened, idle;
	bool is_repeating;
	uint64_t limit;      /* of one client's operations */
	uint64_t operations; /* measured ones of all its clients */
	double first_byte_us[SAMPLES];
	size_t samples;
};

struct usage {
	int64_t clock_ns;
	uint64_t server_us, client_us;
};

/* ---- the threads */

static void begin(struct thread *thread, struct client *client)
{
	thread->idle--;
	client_begin(client);
}

static void note_sample(struct thread *thread, const struct client *client)
{
	if (client->first_byte_ns && thread->samples < SAMPLES)
		thread->first_byte_us[thread->samples++] = (double)(client->first_byte_ns - client->begun_ns) / 1e3;
}

static void on_idle(struct client *client)
{
	struct thread *thread = client->owner;
	thread->idle++;
	if (!thread->is_repeating)
		return;
	thread->operations++;
	note_sample(thread, client);
	if (client->operations < thread->limit && client_now_ns() < thread->run->deadline_ns)
		begin(thread, client);
}

static void dispatch(struct thread *thread)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(thread->epoll_fd, events, EVENTS, SILENCE_MS);
	if (count == 0)
		errx(1, "%s: no answer within %d s", thread->run->options->row, SILENCE_MS / 1000);
	for (int i = 0; i < count; i++) {
		struct endpoint *endpoint = events[i].data.ptr;
		if (endpoint->fd >= 0)
			endpoint->on_ready(endpoint->client);
	}
}

static void wait_until_idle(struct thread *thread)
{
	while (thread->idle < thread->opened)
		dispatch(thread);
}

static bool may_open(const struct thread *thread)
{
	return thread->opened < thread->count && thread->opened - thread->idle < OPENING_AT_ONCE &&
	       client_now_ns() < thread->run->deadline_ns;
}

/* A few at a time; stops at the deadline with those that it has. */
static void open_clients(struct thread *thread)
{
	do {
		while (may_open(thread))
			client_open(&thread->clients[thread->opened++]);
		if (thread->idle < thread->opened)
			dispatch(thread);
	} while (thread->idle < thread->opened || may_open(thread));
}

static void do_operations(struct thread *thread)
{
	for (unsigned i = 0; i < thread->opened; i++)
		begin(thread, &thread->clients[i]);
	wait_until_idle(thread);
}

static void set_checking(struct thread *thread, bool is_checking)
{
	for (unsigned i = 0; i < thread->count; i++)
		thread->clients[i].is_checking = is_checking;
}

static void *run_thread(void *argument)
{
	struct thread *thread = argument;
	bool has_operations = thread->run->options->workload.work != WORK_NONE;
	set_checking(thread, true);
	open_clients(thread);
	if (has_operations)
		do_operations(thread);
	set_checking(thread, false);
	pthread_barrier_wait(&thread->run->barrier); /* all are warm */
	pthread_barrier_wait(&thread->run->barrier); /* main() has read the clocks */
	thread->is_repeating = true;
	if (has_operations)
		do_operations(thread);
	pthread_barrier_wait(&thread->run->barrier); /* all are done */
	pthread_barrier_wait(&thread->run->barrier); /* main() has read the clocks */
	for (unsigned i = 0; i < thread->opened; i++)
		client_close(&thread->clients[i]);
	return NULL;
}

static void start_thread(struct thread *thread, struct run *run, unsigned index)
{
	const struct options *options = run->options;
	unsigned char *scratch = malloc(PATTERN_BLOCK_BYTES);
	thread->run = run;
	thread->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	thread->count = options->clients / options->threads + (index < options->clients % options->threads);
	thread->clients = calloc(thread->count + 1, sizeof *thread->clients);
	thread->limit = options->limit ? options->limit + 1 : UINT64_MAX; /* one for the warm-up */
	if (!scratch || !thread->clients || thread->epoll_fd < 0)
		err(1, "start");
	for (unsigned i = 0; i < thread->count; i++) {
		struct client *client = &thread->clients[i];
		client_init(client, &options->workload, index + i * options->threads);
		client->epoll_fd = thread->epoll_fd;
		client->scratch = scratch;
		client->owner = thread;
		client->on_idle = on_idle;
	}
	if (pthread_create(&thread->id, NULL, run_thread, thread) != 0)
		errx(1, "pthread_create");
}

/* ---- measuring */

static uint64_t read_server_us(const char *path)
{
	char line[128];
	uint64_t us = 0;
	FILE *file = path ? fopen(path, "re") : NULL;
	if (!file)
		return 0;
	while (fgets(line, sizeof line, file))
		if (strncmp(line, "usage_usec ", 11) == 0)
			us = strtoull(line + 11, NULL, 10);
	fclose(file);
	return us;
}

static uint64_t timeval_us(struct timeval time)
{
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static struct usage read_usage(const struct options *options)
{
	struct rusage self;
	getrusage(RUSAGE_SELF, &self);
	return (struct usage){client_now_ns(), read_server_us(options->cpu_stat), timeval_us(self.ru_utime) + timeval_us(self.ru_stime)};
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median_first_byte_us(struct thread *threads, unsigned count)
{
	static double all[64 * SAMPLES];
	size_t samples = 0;
	for (unsigned i = 0; i < count; i++) {
		memcpy(all + samples, threads[i].first_byte_us, threads[i].samples * sizeof *all);
		samples += threads[i].samples;
	}
	qsort(all, samples, sizeof *all, compare_doubles);
	return samples ? all[samples / 2] : 0;
}

static void report(const struct options *options, struct thread *threads, struct usage before, struct usage after)
{
	uint64_t operations = 0;
	unsigned opened = 0;
	for (unsigned i = 0; i < options->threads; i++) {
		operations += threads[i].operations;
		opened += threads[i].opened;
	}
	bool has_bytes = options->workload.work == WORK_RETRIEVE || options->workload.work == WORK_STORE;
	printf("{\"row\": \"%s\", \"clients\": %u, \"threads\": %u, \"operations\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"seconds\": %.6f, "
	       "\"server_us\": %" PRIu64 ", \"client_us\": %" PRIu64 ", \"first_byte_us\": %.1f}\n",
	       options->row, opened, options->threads, operations, has_bytes ? operations * options->workload.size : 0,
	       (double)(after.clock_ns - before.clock_ns) / 1e9, after.server_us - before.server_us,
	       after.client_us - before.client_us, median_first_byte_us(threads, options->threads));
	fflush(stdout);
}

static void require_all_opened(const struct options *options, const struct thread *threads)
{
	for (unsigned i = 0; i < options->threads; i++)
		if (threads[i].opened < threads[i].count && options->workload.work != WORK_NONE)
			errx(1, "%s: not every client could log in", options->row);
}

static int64_t deadline(const struct options *options)
{
	return client_now_ns() + (int64_t)(options->seconds * 1e9);
}

/* Between the measurement and the end of the idle row the caller looks at the server's memory, then closes our input. */
static void hold_sessions(const struct options *options)
{
	if (options->workload.work == WORK_NONE)
		while (getchar() != EOF)
			;
}

static void run(const struct options *options)
{
	struct run run = {.options = options};
	struct thread *threads = calloc(options->threads, sizeof *threads);
	if (!threads || pthread_barrier_init(&run.barrier, NULL, options->threads + 1) != 0)
		errx(1, "out of memory");
	bool is_idle_row = options->workload.work == WORK_NONE;
	run.deadline_ns = is_idle_row ? deadline(options) : client_now_ns() + SILENCE_MS * INT64_C(1000000);
	for (unsigned i = 0; i < options->threads; i++)
		start_thread(&threads[i], &run, i);
	pthread_barrier_wait(&run.barrier);
	require_all_opened(options, threads);
	struct usage before = read_usage(options);
	run.deadline_ns = deadline(options);
	pthread_barrier_wait(&run.barrier);
	pthread_barrier_wait(&run.barrier);
	report(options, threads, before, read_usage(options));
	hold_sessions(options);
	pthread_barrier_wait(&run.barrier);
	for (unsigned i = 0; i < options->threads; i++)
		pthread_join(threads[i].id, NULL);
}

/* ---- command line */

static _Noreturn void usage(void)
{
	fputs("usage: load ROW --port N [--clients N] [--threads N] [--seconds S] [--limit N] [--cpu-stat FILE]\n"
	      "       load fill PATH BYTES\nrows:", stderr);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fprintf(stderr, " %s", rows[i].name);
	fputc('\n', stderr);
	exit(2);
}

static const struct row *find_row(const char *name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	usage();
}

static void take_option(struct options *options, int option)
{
	switch (option) {
	case 'p': options->workload.server.sin_port = htons((uint16_t)strtoul(optarg, NULL, 10)); break;
	case 'c': options->clients = (unsigned)strtoul(optarg, NULL, 10); break;
	case 't': options->threads = (unsigned)strtoul(optarg, NULL, 10); break;
	case 's': options->seconds = strtod(optarg, NULL); break;
	case 'l': options->limit = (unsigned)strtoul(optarg, NULL, 10); break;
	case 'u': options->cpu_stat = optarg; break;
	default: usage();
	}
}

static struct options parse(int argc, char **argv)
{
	static const struct option names[] = {
		{"port", required_argument, NULL, 'p'}, {"clients", required_argument, NULL, 'c'},
		{"threads", required_argument, NULL, 't'}, {"seconds", required_argument, NULL, 's'},
		{"limit", required_argument, NULL, 'l'}, {"cpu-stat", required_argument, NULL, 'u'}, {0},
	};
	if (argc < 2)
		usage();
	const struct row *row = find_row(argv[1]);
	struct options options = {.workload = row->workload, .row = row->name, .clients = row->clients, .threads = row->threads, .seconds = 3};
	options.workload.server = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int option;
	while ((option = getopt_long(argc - 1, argv + 1, "", names, NULL)) != -1)
		take_option(&options, option);
	if (options.clients < options.threads)
		options.threads = options.clients;
	if (options.workload.server.sin_port == 0 || options.threads == 0 || options.threads > 64)
		usage();
	return options;
}

int main(int argc, char **argv)
{
	unsigned char *pattern = pattern_new();
	if (!pattern)
		err(1, "out of memory");
	if (argc == 4 && strcmp(argv[1], "fill") == 0) {
		if (!pattern_write_file(pattern, argv[2], strtoull(argv[3], NULL, 10)))
			err(1, "%s", argv[2]);
		return 0;
	}
	struct options options = parse(argc, argv);
	options.workload.pattern = pattern;
	options.workload.block_fd = pattern_open_block(pattern);
	if (options.workload.block_fd < 0)
		err(1, "memfd_create");
	run(&options);
	return 0;
}
