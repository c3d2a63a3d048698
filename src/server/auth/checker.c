/* SPDX-License-Identifier: ISC */
#include "server/auth/checker.h"

#include "store/password.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define THREADS_MAX 16 /* a hash takes 16 MiB */

struct queue {
	struct check *first, *last;
};

struct checker {
	pthread_mutex_t mutex;  /* of both queues */
	pthread_cond_t is_filled;
	struct queue asked, answered;
	int wake_fd;            /* eventfd: something was answered */
	unsigned thread_count, asked_count;
	struct event wake_event;
	void (*on_done)(void *context, struct check *check);
	void *context;
};

/* What one thread keeps open between questions. */
struct reader {
	struct store *store;
	char path[sizeof(((struct check *)NULL)->store_path)];
};

static void
append(struct queue *queue, struct check *check)
{
	check->next = NULL;
	if (queue->last)
		queue->last->next = check;
	else
		queue->first = check;
	queue->last = check;
}

static struct check *
take(struct queue *queue)
{
	struct check *check = queue->first;
	if (!check)
		return NULL;
	queue->first = check->next;
	if (!queue->first)
		queue->last = NULL;
	return check;
}

/* The store may come into being, or be moved by a reload, while the server runs. */
static struct store *
store_for(struct reader *reader, const char *path)
{
	const char *error;
	if (reader->store && strcmp(reader->path, path) != 0)
		store_close(&reader->store);
	if (!reader->store && path[0] && store_open(path, false, &reader->store, &error) == STORE_OK)
		memcpy(reader->path, path, strlen(path) + 1);
	return reader->store;
}

static bool
look_up(struct reader *reader, struct check *check)
{
	struct store *store = store_for(reader, check->store_path);
	struct store_user user;
	if (!store || !check->name[0])
		return false;
	enum store_status status = store_user_get(store, slice_of(check->name), &user);
	if (status != STORE_OK && status != STORE_NOT_FOUND)
		store_close(&reader->store); /* perhaps another file is there next time */
	bool is_found = status == STORE_OK && principal_of_store(&user, &check->principal);
	explicit_bzero(user.password_hash, sizeof(user.password_hash));
	return is_found;
}

static void
work_on(struct reader *reader, struct check *check)
{
	bool is_known = check->is_principal_known || look_up(reader, check);
	/* SECURITY: test_auth wrong_logins_cost_the_same: a hash is computed for unknown users too, so that the time does not tell who exists. */
	bool is_right = password_verify(check->password, check->principal.password_hash);
	check->is_known = is_known;
	check->is_right = is_known && is_right;
	explicit_bzero(check->password, sizeof(check->password));
	explicit_bzero(check->principal.password_hash, sizeof(check->principal.password_hash));
}

static struct check *
wait_for_question(struct checker *checker)
{
	struct check *check;
	pthread_mutex_lock(&checker->mutex);
	while (!(check = take(&checker->asked)))
		pthread_cond_wait(&checker->is_filled, &checker->mutex);
	pthread_mutex_unlock(&checker->mutex);
	return check;
}

static void *
run(void *context)
{
	struct checker *checker = context;
	struct reader reader = {0};
	const uint64_t one = 1;
	for (;;) {
		struct check *check = wait_for_question(checker);
		work_on(&reader, check);
		pthread_mutex_lock(&checker->mutex);
		append(&checker->answered, check);
		pthread_mutex_unlock(&checker->mutex);
		(void)!write(checker->wake_fd, &one, sizeof(one));
	}
	return NULL;
}

static void
on_answered(evutil_socket_t fd, short what, void *context)
{
	struct checker *checker = context;
	uint64_t count;
	(void)what;
	(void)!read(fd, &count, sizeof(count));
	pthread_mutex_lock(&checker->mutex);
	struct check *check = checker->answered.first;
	checker->answered = (struct queue){0};
	pthread_mutex_unlock(&checker->mutex);
	for (struct check *next; check; check = next) {
		next = check->next;
		checker->asked_count--;
		checker->on_done(checker->context, check);
	}
}

/* What sysconf() asks is a file that the sandbox hides. */
static unsigned
count_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	return count > THREADS_MAX ? THREADS_MAX : (unsigned)count;
}

static bool
start_threads(struct checker *checker)
{
	for (unsigned count = count_processors(); checker->thread_count < count; checker->thread_count++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, run, checker) != 0 || pthread_detach(thread) != 0)
			return checker->thread_count > 0;
	}
	return true;
}

struct checker *
checker_start(struct event_base *base, void (*on_done)(void *context, struct check *check), void *context)
{
	struct checker *checker = calloc(1, sizeof(*checker));
	if (!checker)
		return NULL;
	*checker = (struct checker){
		.mutex = PTHREAD_MUTEX_INITIALIZER,
		.is_filled = PTHREAD_COND_INITIALIZER,
		.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.on_done = on_done,
		.context = context,
	};
	if (checker->wake_fd < 0 || event_assign(&checker->wake_event, base, checker->wake_fd, EV_READ | EV_PERSIST, on_answered, checker) != 0 ||
	    event_add(&checker->wake_event, NULL) != 0)
		return NULL; /* the process ends: nothing is worth freeing */
	return start_threads(checker) ? checker : NULL;
}

bool
checker_is_busy(const struct checker *checker)
{
	return checker->asked_count >= checker->thread_count;
}

void
checker_ask(struct checker *checker, struct check *check)
{
	checker->asked_count++;
	pthread_mutex_lock(&checker->mutex);
	append(&checker->asked, check);
	pthread_cond_signal(&checker->is_filled);
	pthread_mutex_unlock(&checker->mutex);
}
