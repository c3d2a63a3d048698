/* SPDX-License-Identifier: ISC */
#include "ftp/ascii.h"
#include "ftp/path.h"
#include "server/worker/fileop-verb.h"
#include "tls/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK_BYTES 32768

/* Hands bytes [at, end) of the file, or as many as there are, to `take`. */
static int
read_chunks(struct fileop *op, int fd, uint64_t at, uint64_t end, void (*take)(void *ctx, struct slice chunk), void *ctx)
{
	char bytes[CHUNK_BYTES];
	ssize_t len;

	for (; at < end; at += (uint64_t)len) {
		if (op->is_cancelled)
			return -ECANCELED;
		len = pread(fd, bytes, end - at < sizeof(bytes) ? end - at : sizeof(bytes), (off_t)at);
		if (len <= 0)
			return len < 0 ? -errno : 0;
		take(ctx, slice_make(bytes, (size_t)len));
	}
	return 0;
}

struct ascii_size {
	struct ascii state;
	uint64_t bytes;
};

static void
count_ascii(void *ctx, struct slice chunk)
{
	struct ascii_size *size = ctx;

	size->bytes += ascii_encoded_len(&size->state, chunk);
}

void
fileop_content_ascii_size(struct fileop *op)
{
	struct ascii_size size = {0};
	int fd = tree_open(op->tree, op->path, O_RDONLY, 0);
	int error;

	if (fd < 0) {
		fileop_fail(op, fd);
		return;
	}
	error = read_chunks(op, fd, 0, FILEOP_ASCII_SIZE_MAX_BYTES, count_ascii, &size);
	close(fd);
	if (error) {
		fileop_fail(op, error);
		return;
	}
	op->is_success = true;
	buf_printf(&op->reply, "213 %llu\r\n", (unsigned long long)size.bytes);
}

static const enum digest_kind kinds[SESSION_HASH_COUNT] = {
    [SESSION_HASH_SHA256] = DIGEST_SHA256,
    [SESSION_HASH_SHA512] = DIGEST_SHA512,
    [SESSION_HASH_SHA1] = DIGEST_SHA1,
    [SESSION_HASH_MD5] = DIGEST_MD5,
    [SESSION_HASH_CRC32] = DIGEST_CRC32,
};

struct hashing {
	struct digest *digest;
	struct ascii state;
	bool has_failed;
};

static void
hash_bytes(void *ctx, struct slice chunk)
{
	struct hashing *hashing = ctx;

	hashing->has_failed |= !digest_update(hashing->digest, chunk.ptr, chunk.len);
}

/* What a transfer in TYPE A would carry. */
static void
hash_ascii(void *ctx, struct slice chunk)
{
	struct hashing *hashing = ctx;
	char bytes[CHUNK_BYTES / 4];

	while (chunk.len > 0) {
		struct ascii_progress progress = ascii_encode(&hashing->state, chunk, bytes, sizeof(bytes));

		hash_bytes(hashing, slice_make(bytes, progress.produced));
		chunk = slice_skip(chunk, progress.consumed);
	}
}

/* "213 SHA-256 0-49 digest path": first and last byte as RANG counts them. */
static void
put_hash(struct fileop *op, struct hashing *hashing, uint64_t first, uint64_t end)
{
	char bytes[DIGEST_HEX_MAX];
	struct buf hex = BUF_OVER(bytes);

	if (hashing->has_failed || !digest_finish(hashing->digest, &hex)) {
		fileop_fail(op, -ENOMEM);
		return;
	}
	op->is_success = true;
	buf_printf(&op->reply, "213 %s %llu-%llu %.*s ", digest_name(kinds[op->hash]), (unsigned long long)first,
	    (unsigned long long)(end > first ? end - 1 : first), SLICE_ARG(buf_slice(&hex)));
	path_put_telnet(&op->reply, slice_of(op->path));
	buf_put_text(&op->reply, "\r\n");
}

static void
hash_range(struct fileop *op, int fd, uint64_t first, uint64_t end)
{
	struct hashing hashing = {.digest = digest_new(kinds[op->hash])};
	int error = hashing.digest ? 0 : -ENOMEM;

	if (!error)
		error = read_chunks(op, fd, first, end, op->type == SESSION_TYPE_ASCII ? hash_ascii : hash_bytes, &hashing);
	if (error)
		fileop_fail(op, error);
	else
		put_hash(op, &hashing, first, end);
	digest_free(&hashing.digest);
}

static void
hash_file(struct fileop *op, int fd)
{
	struct stat st;
	uint64_t size;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		fileop_refuse(op, 550, "it is not a plain file");
		return;
	}
	size = (uint64_t)st.st_size;
	if (!op->has_range)
		hash_range(op, fd, 0, size);
	else if (op->type == SESSION_TYPE_ASCII)
		fileop_refuse(op, 504, "a range is only hashed in TYPE I");
	else if (op->range_first >= size)
		fileop_refuse(op, 550, "the range begins behind its end");
	else
		hash_range(op, fd, op->range_first, op->range_last < size ? op->range_last + 1 : size);
}

void
fileop_content_hash(struct fileop *op)
{
	int fd = tree_open(op->tree, op->path, O_RDONLY, 0);

	if (fd < 0) {
		fileop_fail(op, fd);
		return;
	}
	hash_file(op, fd);
	close(fd);
}
