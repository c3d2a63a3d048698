/* SPDX-License-Identifier: ISC */
#include "ftp/ascii.h"
#include "ftp/path.h"
#include "server/worker/fileop-verb.h"
#include "tls/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK_BYTES 32768
/* Some milliseconds of work, so that many of them take turns unnoticed; long enough that a turn costs next to nothing. */
#define PIECE_BYTES (UINT64_C(1) << 20)

/* A file on its way through a digest or a count. */
struct fileop_reading {
	void (*take)(struct fileop_reading *reading, struct slice chunk);
	void (*finish)(struct fileop *op);
	int fd;
	uint64_t first, at, end;   /* bytes of the file */
	struct digest *digest;     /* HASH */
	bool has_failed;
	struct ascii state;        /* SIZE */
	uint64_t ascii_bytes;
};

/* Reads on until `until` or the end of the file, which is then the end of the range. 0 or -errno. */
static int
read_piece(struct fileop *op, struct fileop_reading *reading, uint64_t until)
{
	char bytes[CHUNK_BYTES];

	while (reading->at < until) {
		uint64_t left = until - reading->at;
		ssize_t len;

		if (op->is_cancelled)
			return -ECANCELED;
		len = pread(reading->fd, bytes, left < sizeof(bytes) ? left : sizeof(bytes), (off_t)reading->at);
		if (len <= 0) {
			reading->end = reading->at;
			return len < 0 ? -errno : 0;
		}
		reading->take(reading, slice_make(bytes, (size_t)len));
		reading->at += (uint64_t)len;
	}
	return 0;
}

static void
end_reading(struct fileop *op)
{
	digest_free(&op->reading->digest);
	close(op->reading->fd);
	free(op->reading);
	op->reading = NULL;
}

void
fileop_content_go_on(struct fileop *op)
{
	struct fileop_reading *reading = op->reading;
	uint64_t left = reading->end - reading->at;
	int error = read_piece(op, reading, reading->at + (left < PIECE_BYTES ? left : PIECE_BYTES));

	if (!error && reading->at < reading->end)
		return;
	if (error)
		fileop_fail(op, error);
	else
		reading->finish(op);
	end_reading(op);
}

/* Takes over `fd`, and `with` by value. */
static void
begin_reading(struct fileop *op, int fd, struct fileop_reading with)
{
	op->reading = malloc(sizeof(*op->reading));
	if (!op->reading) {
		digest_free(&with.digest);
		close(fd);
		fileop_fail(op, -ENOMEM);
		return;
	}
	*op->reading = with;
	op->reading->fd = fd;
	op->reading->at = with.first;
	fileop_content_go_on(op);
}

/* ---- SIZE in TYPE A */

static void
count_ascii(struct fileop_reading *reading, struct slice chunk)
{
	reading->ascii_bytes += ascii_encoded_len(&reading->state, chunk);
}

static void
put_ascii_size(struct fileop *op)
{
	op->is_success = true;
	buf_printf(&op->reply, "213 %llu\r\n", (unsigned long long)op->reading->ascii_bytes);
}

void
fileop_content_ascii_size(struct fileop *op)
{
	int fd = tree_open(op->tree, op->path, O_RDONLY, 0);

	if (fd < 0) {
		fileop_fail(op, fd);
		return;
	}
	begin_reading(op, fd, (struct fileop_reading){.take = count_ascii, .finish = put_ascii_size, .end = FILEOP_ASCII_SIZE_MAX_BYTES});
}

/* ---- HASH */

static const enum digest_kind kinds[SESSION_HASH_COUNT] = {
    [SESSION_HASH_SHA256] = DIGEST_SHA256,
    [SESSION_HASH_SHA512] = DIGEST_SHA512,
    [SESSION_HASH_SHA1] = DIGEST_SHA1,
    [SESSION_HASH_MD5] = DIGEST_MD5,
    [SESSION_HASH_CRC32] = DIGEST_CRC32,
};

static void
hash_bytes(struct fileop_reading *reading, struct slice chunk)
{
	reading->has_failed |= !digest_update(reading->digest, chunk.ptr, chunk.len);
}

/* "213 SHA-256 0-49 digest path": first and last byte as RANG counts them; the last is never less than the first, even of nothing. */
static void
put_hash(struct fileop *op)
{
	const struct fileop_reading *reading = op->reading;
	char bytes[DIGEST_HEX_MAX];
	struct buf hex = BUF_OVER(bytes);

	if (reading->has_failed || !digest_finish(reading->digest, &hex)) {
		fileop_fail(op, -ENOMEM);
		return;
	}
	op->is_success = true;
	buf_printf(&op->reply, "213 %s %llu-%llu %.*s ", digest_name(kinds[op->hash]), (unsigned long long)reading->first,
	    (unsigned long long)(reading->end > reading->first ? reading->end - 1 : reading->first), SLICE_ARG(buf_slice(&hex)));
	path_put_telnet(&op->reply, slice_of(op->path));
	buf_put_text(&op->reply, "\r\n");
}

/* Whether there is something to hash; the range of it. The refusal is made. */
static bool
place_range(struct fileop *op, int fd, uint64_t *first, uint64_t *end)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		fileop_refuse(op, 550, "it is not a plain file");
		return false;
	}
	*first = 0;
	*end = (uint64_t)st.st_size;
	if (!op->has_range)
		return true;
	if (op->range_first >= *end) {
		fileop_refuse(op, 550, "the range begins behind its end");
		return false;
	}
	*first = op->range_first;
	*end = op->range_last < *end ? op->range_last + 1 : *end;
	return true;
}

/* Always of the bytes as they are, whatever TYPE is set: draft-bryan-ftpext-hash section 3. */
void
fileop_content_hash(struct fileop *op)
{
	struct fileop_reading with = {.take = hash_bytes, .finish = put_hash};
	int fd = tree_open(op->tree, op->path, O_RDONLY, 0);

	if (fd < 0) {
		fileop_fail(op, fd);
		return;
	}
	if (!place_range(op, fd, &with.first, &with.end)) {
		close(fd);
		return;
	}
	with.digest = digest_new(kinds[op->hash]);
	if (with.digest) {
		begin_reading(op, fd, with);
		return;
	}
	close(fd);
	fileop_fail(op, -ENOMEM);
}
