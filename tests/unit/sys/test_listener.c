/* SPDX-License-Identifier: ISC */
#include "sys/listener.h"

#include "sys/sockaddr.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static const struct endpoint loopback = {.addr = {.family = ADDR_IPV4, .bytes = {127, 0, 0, 1}}};

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t size = sizeof(value);
	assert_int_equal(getsockopt(fd, level, name, &value, &size), 0);
	return value;
}

static void
a_listener_is_ready_to_be_passed_on(void **state)
{
	(void)state;
	char text[256];
	struct buf why = BUF_OVER(text);
	int fd = listener_open(&loopback, &why);
	assert_true(fd >= 0);
	assert_int_equal(why.len, 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(option(fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
	close(fd);
}

static void
accepted_connections_inherit_their_options(void **state)
{
	(void)state;
	char text[256];
	struct buf why = BUF_OVER(text);
	struct endpoint local;
	struct sockaddr_storage sa;
	int listener = listener_open(&loopback, &why), client = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(sockaddr_local(listener, &local));
	socklen_t size = sockaddr_from_endpoint(&local, &sa);
	assert_int_equal(connect(client, (struct sockaddr *)&sa, size), 0);
	int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(accepted >= 0);
	assert_int_equal(option(accepted, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(option(accepted, SOL_SOCKET, SO_OOBINLINE), 1);
	close(accepted);
	close(client);
	close(listener);
}

static void
a_port_in_use_is_told_in_words(void **state)
{
	(void)state;
	char text[256];
	struct buf why = BUF_OVER(text);
	struct endpoint taken;
	int first = listener_open(&loopback, &why);
	assert_true(sockaddr_local(first, &taken));
	assert_int_equal(listener_open(&taken, &why), -1);
	assert_true(buf_terminate(&why));
	assert_non_null(strstr(text, "another program listens there"));
	assert_non_null(strstr(text, "127.0.0.1:"));
	close(first);
}

static void
an_address_of_another_machine_is_told_in_words(void **state)
{
	(void)state;
	char text[256];
	struct buf why = BUF_OVER(text);
	struct endpoint foreign = {.addr = {.family = ADDR_IPV4, .bytes = {192, 0, 2, 1}}};
	assert_int_equal(listener_open(&foreign, &why), -1);
	assert_true(buf_terminate(&why));
	assert_non_null(strstr(text, "no interface of this machine has that address"));
}

static bool
has_ipv6(void)
{
	char text[256];
	struct buf why = BUF_OVER(text);
	int fd = listener_open(&(struct endpoint){.addr = {.family = ADDR_IPV6, .bytes = {[15] = 1}}}, &why);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Both families at one port: possible only when the IPv6 socket leaves IPv4 alone. */
static void
no_family_means_both(void **state)
{
	(void)state;
	char text[256];
	struct buf why = BUF_OVER(text);
	struct endpoint both = {0};
	int fds[LISTENER_FDS_MAX];
	int probe = listener_open(&(struct endpoint){.addr = {.family = ADDR_IPV4}}, &why);
	assert_true(sockaddr_local(probe, &both));
	close(probe);
	both.addr = (struct addr){0};
	size_t count = listener_open_all(&both, fds, &why);
	assert_int_equal(count, has_ipv6() ? 2 : 1);
	/* A machine without IPv6 says so. */
	assert_int_equal(why.len > 0, !has_ipv6());
	for (size_t i = 0; i < count; i++) {
		struct endpoint local;
		assert_true(sockaddr_local(fds[i], &local));
		assert_int_equal(local.port, both.port);
		assert_int_equal(local.addr.family, i == 0 ? ADDR_IPV4 : ADDR_IPV6);
		close(fds[i]);
	}
}

static void
one_family_opens_one(void **state)
{
	(void)state;
	char text[256];
	struct buf why = BUF_OVER(text);
	int fds[LISTENER_FDS_MAX];
	assert_int_equal(listener_open_all(&loopback, fds, &why), 1);
	close(fds[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_is_ready_to_be_passed_on),
		cmocka_unit_test(accepted_connections_inherit_their_options),
		cmocka_unit_test(a_port_in_use_is_told_in_words),
		cmocka_unit_test(an_address_of_another_machine_is_told_in_words),
		cmocka_unit_test(no_family_means_both),
		cmocka_unit_test(one_family_opens_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
