/* SPDX-License-Identifier: ISC */
/* Checksums of files, streamed: the HASH command. SHA and MD5 by OpenSSL, CRC-32 (of ISO 3309) by zlib. Run by the worker's pool threads, inside
 * the sandbox: opens no file, reads no configuration. */
#ifndef TLS_DIGEST_H
#define TLS_DIGEST_H

#include "base/buf.h"

enum digest_kind { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SHA1, DIGEST_MD5, DIGEST_CRC32, DIGEST_KIND_COUNT };

#define DIGEST_HEX_MAX 128 /* characters of the longest result */

struct digest;

/* Null when memory is out or OpenSSL was built without the method. Given to the caller: digest_free(). */
MUST_USE struct digest *digest_new(enum digest_kind kind);
MUST_USE bool digest_update(struct digest *digest, const void *bytes, size_t size);
/* Appends the result in lower case hexadecimal; the digest takes no more after it. */
MUST_USE bool digest_finish(struct digest *digest, struct buf *hex);
void digest_free(struct digest **digest);
/* "SHA-256", "SHA-512", "SHA-1", "MD5", "CRC32". */
const char *digest_name(enum digest_kind kind);

#endif
