/* SPDX-License-Identifier: ISC */
/* Ways to reach somebody who is not the session's client. */
#include "attempt.h"

#include <linux/filter.h>
#include <linux/io_uring.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

static bool
connect_to_third_party(const struct scene *s, int fd)
{
	return connect(fd, (const struct sockaddr *)&s->third_party, sizeof(s->third_party)) == 0;
}

static bool
new_socket(const struct scene *s)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd >= 0 && connect_to_third_party(s, fd);
}

static bool
datagram_socket(const struct scene *s)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	return fd >= 0 && sendto(fd, "x", 1, 0, (const struct sockaddr *)&s->third_party, sizeof(s->third_party)) == 1;
}

static bool
local_socket(const struct scene *s)
{
	(void)s;
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool
netlink_socket(const struct scene *s)
{
	(void)s;
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool
multipath_socket(const struct scene *s)
{
	(void)s;
	return socket(AF_INET, SOCK_STREAM, 262 /* IPPROTO_MPTCP */) >= 0;
}

static bool
socket_pair(const struct scene *s)
{
	int fds[2];
	(void)s;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0;
}

static bool
idle_socket(const struct scene *s)
{
	return connect_to_third_party(s, s->idle);
}

static bool
disconnect_and_connect(const struct scene *s)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	return connect(s->control, &nobody, sizeof(nobody)) == 0 && connect_to_third_party(s, s->control);
}

static bool
connect_a_listener(const struct scene *s)
{
	return shutdown(s->listener, SHUT_RDWR) == 0 && connect_to_third_party(s, s->listener);
}

static bool
fast_open_sendto(const struct scene *s)
{
	return sendto(s->idle, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (const struct sockaddr *)&s->third_party, sizeof(s->third_party)) == 1;
}

static struct msghdr
message_to_third_party(struct sockaddr_in *address, struct iovec *part)
{
	return (struct msghdr){.msg_name = address, .msg_namelen = sizeof(*address), .msg_iov = part, .msg_iovlen = 1};
}

static bool
fast_open_sendmsg(const struct scene *s)
{
	struct sockaddr_in address = s->third_party;
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr header = message_to_third_party(&address, &part);
	return sendmsg(s->idle, &header, MSG_FASTOPEN | MSG_NOSIGNAL) == 1;
}

static bool
fast_open_sendmmsg(const struct scene *s)
{
	struct sockaddr_in address = s->third_party;
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct mmsghdr header = {.msg_hdr = message_to_third_party(&address, &part)};
	return sendmmsg(s->idle, &header, 1, MSG_FASTOPEN | MSG_NOSIGNAL) == 1;
}

static bool
fast_open_listener(const struct scene *s)
{
	struct sockaddr_in address = s->third_party;
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr header = message_to_third_party(&address, &part);
	return shutdown(s->listener, SHUT_RDWR) == 0 && sendmsg(s->listener, &header, MSG_FASTOPEN | MSG_NOSIGNAL) == 1;
}

static bool
fast_open_option(const struct scene *s)
{
	int on = 1;
	return setsockopt(s->idle, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)) == 0;
}

static bool
ring(const struct scene *s)
{
	struct io_uring_params parameters = {0};
	(void)s;
	return syscall(SYS_io_uring_setup, 4, &parameters) >= 0;
}

static bool
bind_socket(const struct scene *s)
{
	struct sockaddr_in any = {.sin_family = AF_INET};
	return bind(s->idle, (struct sockaddr *)&any, sizeof(any)) == 0;
}

static bool
listen_socket(const struct scene *s)
{
	return listen(s->idle, 1) == 0;
}

static bool
accept_connection(const struct scene *s)
{
	return accept4(s->listener, NULL, NULL, SOCK_CLOEXEC) >= 0;
}

static bool
attach_filter(const struct scene *s)
{
	struct sock_filter take_all = BPF_STMT(BPF_RET | BPF_K, 0xffffffff);
	struct sock_fprog program = {1, &take_all};
	return setsockopt(s->control, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

static bool
pass_descriptor(const struct scene *s)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
	*rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(rights), &s->root, sizeof(int));
	return sendmsg(s->channel[0], &header, 0) == 1;
}

static const struct attempt rows[] = {
	{"make a socket and connect", new_socket, ALL & ~DIALER},
	{"make a datagram socket", datagram_socket, ALL},
	{"make a local socket", local_socket, ALL},
	{"make a netlink socket", netlink_socket, ALL},
	{"make a multipath socket", multipath_socket, ALL},
	{"make a socket pair", socket_pair, ALL},
	{"connect a socket that is at hand", idle_socket, ALL & ~DIALER},
	{"turn the control connection to a third party", disconnect_and_connect, ALL & ~DIALER},
	{"turn a listener into a connection", connect_a_listener, ALL & ~DIALER},
	{"fast open by sendto", fast_open_sendto, ALL},
	{"fast open by sendmsg", fast_open_sendmsg, ALL},
	{"fast open by sendmmsg", fast_open_sendmmsg, ALL},
	{"fast open of a former listener", fast_open_listener, ALL},
	{"fast open as a socket option", fast_open_option, ALL},
	{"io_uring", ring, ALL},
	{"bind a socket", bind_socket, ALL & ~DIALER},
	{"listen", listen_socket, ALL & ~DIALER},
	{"accept from a listener", accept_connection, AUTH | WORKER | INBOX},
	{"attach a filter to the control connection", attach_filter, ALL},
	{"pass a descriptor to another role", pass_descriptor, AUTH | WORKER},
};
const struct attempts attempts_network = {rows, ARRAY_LEN(rows)};
