/* SPDX-License-Identifier: ISC */
#include "ipc/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SPARE_MAX 8

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)];
};

struct channel_batch *
batch_take(struct channels *set)
{
	struct channel_batch *batch = set->spare;
	if (batch) {
		set->spare = batch->next;
		set->spare_count--;
	} else if (!(batch = malloc(sizeof(*batch)))) {
		return NULL;
	}
	batch->next = NULL;
	batch->len = batch->fd_count = batch->fds_taken = 0;
	batch->is_fd_lost = false;
	return batch;
}

static void
close_fds(struct channel_batch *batch)
{
	while (batch->fds_taken < batch->fd_count)
		close(batch->fds[batch->fds_taken++]);
}

void
batch_give_back(struct channels *set, struct channel_batch **batch)
{
	struct channel_batch *b = *batch;
	*batch = NULL;
	close_fds(b);
	/* A login's password may have been in here. */
	explicit_bzero(b->bytes, b->len);
	if (set->spare_count >= SPARE_MAX) {
		free(b);
		return;
	}
	b->next = set->spare;
	set->spare = b;
	set->spare_count++;
}

bool
batch_put(struct channel_batch *batch, struct message *m)
{
	struct buf out = buf_over(batch->bytes + batch->len, sizeof(batch->bytes) - batch->len);
	bool has_fd = m->fd >= 0;
	if (has_fd && batch->fd_count == CHANNEL_FDS_MAX)
		return false;
	if (!message_encode(&out, m))
		return false;
	batch->len += out.len;
	if (has_fd)
		batch->fds[batch->fd_count++] = m->fd;
	m->fd = -1;
	return true;
}

static ssize_t
send_with_fds(const struct channel_batch *batch, int fd)
{
	union control control = {0};
	struct iovec part = {(void *)(uintptr_t)batch->bytes, batch->len};
	size_t size = sizeof(int) * batch->fd_count;
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(size)};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(rights), batch->fds, size);
	return sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static enum batch_status
status_of_errno(int error)
{
	switch (error) {
	case EAGAIN:
	case EINTR:
		return BATCH_AGAIN;
	case ETOOMANYREFS:
	case ENOBUFS:
	case ENOMEM:
		return BATCH_NO_ROOM;
	case EPIPE:
	case ECONNRESET:
	case ENOTCONN:
		return BATCH_CLOSED;
	default:
		return BATCH_ERROR;
	}
}

enum batch_status
batch_send(struct channel_batch *batch, int fd)
{
	ssize_t sent = batch->fd_count ? send_with_fds(batch, fd) : write(fd, batch->bytes, batch->len);
	if (sent < 0)
		return status_of_errno(errno);
	close_fds(batch);
	return BATCH_OK;
}

static void
take_fds(struct channel_batch *batch, struct msghdr *header)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		/* One record can be there at most, and not longer than the control buffer. */
		batch->fd_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(batch->fds, CMSG_DATA(c), batch->fd_count * sizeof(int));
	}
}

enum batch_status
batch_receive(struct channel_batch *batch, int fd)
{
	union control control;
	struct iovec part = {batch->bytes, sizeof(batch->bytes)};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	ssize_t received = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	/* Said once, before the last datagrams of a peer that died with unread ones. */
	if (received < 0 && errno == ECONNRESET)
		received = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (received < 0)
		return status_of_errno(errno);
	batch->len = (size_t)received;
	take_fds(batch, &header);
	if (header.msg_flags & MSG_TRUNC)
		return BATCH_BAD;
	/* SECURITY: unit test channel: more descriptors than a datagram may hold are a breach, those that the kernel could not give us are not. */
	if (header.msg_flags & MSG_CTRUNC) {
		if (batch->fd_count == CHANNEL_FDS_MAX)
			return BATCH_BAD;
		batch->is_fd_lost = true;
	}
	return received == 0 ? BATCH_CLOSED : BATCH_OK;
}

bool
batch_next_fd(struct channel_batch *batch, int *fd)
{
	*fd = -1;
	if (batch->fds_taken == batch->fd_count)
		return batch->is_fd_lost;
	*fd = batch->fds[batch->fds_taken++];
	return true;
}
