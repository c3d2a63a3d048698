/* SPDX-License-Identifier: ISC */
#include "store/password.h"

#include "sys/draw.h"

#include <crypt.h>
#include <stdlib.h>

#define METHOD "$y$"
#define MADE_LENGTH 20
#define DES_HASH_LENGTH 13
#define BSDI_HASH_LENGTH 20

/* A setting of METHOD at its default cost; nobody's password. */
static const char dummy_setting[] = "$y$j9T$PsGhPPAt8JPbfEyN6KgTd.$";

/* The hash of `password` by the method and salt of `setting`; false when libcrypt knows no such method. */
static bool
compute(const char *password, const char *setting, char *out, size_t cap)
{
	struct crypt_data *data = calloc(1, sizeof(*data));
	if (!data)
		return false;
	const char *hash = crypt_rn(password, setting, data, (int)sizeof(*data));
	bool is_done = hash && slice_to_cstr(slice_of(hash), out, cap);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return is_done;
}

bool
password_hash(const char *password, char *out, size_t cap)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	if (!crypt_gensalt_rn(METHOD, 0, NULL, 0, setting, (int)sizeof(setting)))
		return false;
	return compute(password, setting, out, cap);
}

/* Of equal time for equal lengths; the length of a hash is no secret. */
static bool
is_same(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char difference = 0;
	if (len != strlen(b))
		return false;
	for (size_t i = 0; i < len; i++)
		difference |= (unsigned char)(a[i] ^ b[i]);
	return difference == 0;
}

bool
password_verify(const char *password, const char *hash)
{
	char computed[PASSWORD_HASH_MAX];
	bool is_computed = hash && compute(password, hash, computed, sizeof(computed)), is_right = is_computed && is_same(computed, hash);
	/* SECURITY: unit test password: who asks for an unknown or a locked user waits as long as for a known one. */
	if (!is_computed)
		(void)!compute(password, dummy_setting, computed, sizeof(computed));
	explicit_bzero(computed, sizeof(computed));
	return is_right;
}

bool
password_is_hash(const char *text)
{
	size_t len = strlen(text);
	int method = crypt_checksalt(text);
	if (text[0] == '*' || text[0] == '!')
		return true;
	if (method == CRYPT_SALT_INVALID || method == CRYPT_SALT_METHOD_DISABLED)
		return false;
	/* Nearly any text passes for the salt of the oldest methods, so a password put here by mistake is known by its length. */
	return text[0] == '$' || len == DES_HASH_LENGTH || (text[0] == '_' && len == BSDI_HASH_LENGTH);
}

bool
password_make(char *out, size_t cap)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	if (cap <= MADE_LENGTH)
		return false;
	for (size_t i = 0; i < MADE_LENGTH; i++) {
		uint32_t at;
		if (!draw_below(sizeof(letters) - 1, &at))
			return false;
		out[i] = letters[at];
	}
	out[MADE_LENGTH] = '\0';
	return true;
}
