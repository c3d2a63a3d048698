/* SPDX-License-Identifier: ISC */
#include "tls/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <zlib.h>

struct digest {
	EVP_MD_CTX *context; /* null: CRC-32 */
	uLong crc;
};

static const struct {
	const char *name;
	const EVP_MD *(*method)(void); /* null: CRC-32 */
} kinds[DIGEST_KIND_COUNT] = {
	[DIGEST_SHA256] = {"SHA-256", EVP_sha256},
	[DIGEST_SHA512] = {"SHA-512", EVP_sha512},
	[DIGEST_SHA1] = {"SHA-1", EVP_sha1},
	[DIGEST_MD5] = {"MD5", EVP_md5},
	[DIGEST_CRC32] = {"CRC32", NULL},
};

static bool
start(struct digest *digest, enum digest_kind kind)
{
	if (!kinds[kind].method) {
		digest->crc = crc32_z(0, NULL, 0);
		return true;
	}
	/* The configuration file is out of reach in the sandbox, and a failed read of it would count as OpenSSL's. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return false;
	digest->context = EVP_MD_CTX_new();
	return digest->context && EVP_DigestInit_ex(digest->context, kinds[kind].method(), NULL) == 1;
}

struct digest *
digest_new(enum digest_kind kind)
{
	struct digest *digest = calloc(1, sizeof(*digest));
	if (digest && !start(digest, kind))
		digest_free(&digest);
	return digest;
}

bool
digest_update(struct digest *digest, const void *bytes, size_t size)
{
	if (digest->context)
		return EVP_DigestUpdate(digest->context, bytes, size) == 1;
	digest->crc = crc32_z(digest->crc, bytes, size);
	return true;
}

static bool
take_result(struct digest *digest, unsigned char *out, unsigned *size)
{
	if (digest->context)
		return EVP_DigestFinal_ex(digest->context, out, size) == 1;
	for (*size = 0; *size < 4; ++*size)
		out[*size] = (unsigned char)(digest->crc >> (24 - 8 * *size));
	return true;
}

bool
digest_finish(struct digest *digest, struct buf *hex)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char result[EVP_MAX_MD_SIZE];
	unsigned size;
	if (!take_result(digest, result, &size))
		return false;
	for (unsigned i = 0; i < size; i++) {
		buf_put_char(hex, digits[result[i] >> 4]);
		buf_put_char(hex, digits[result[i] & 15]);
	}
	return buf_is_whole(hex);
}

void
digest_free(struct digest **digest)
{
	if (!*digest)
		return;
	EVP_MD_CTX_free((*digest)->context);
	free(*digest);
	*digest = NULL;
}

const char *
digest_name(enum digest_kind kind)
{
	return kinds[kind].name;
}
