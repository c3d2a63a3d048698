/* SPDX-License-Identifier: ISC */
/* Password hashes by libcrypt: yescrypt for new ones, any crypt(5) form for old ones. Slow by intent (~10 ms and more): never on an event loop. */
#ifndef STORE_PASSWORD_H
#define STORE_PASSWORD_H

#include "base/slice.h"

#define PASSWORD_HASH_MAX 384

/* New yescrypt hash with a fresh salt; false when libcrypt or the random source fails. */
MUST_USE bool password_hash(const char *password, char *out, size_t cap);
/* Takes the same time for a null `hash` (unknown user): a dummy of the same method is computed. */
MUST_USE bool password_verify(const char *password, const char *hash);
/* Whether `text` can be the hash of a password, as far as its method and form tell; "*" and what begins with it or with "!" lock a user. */
bool password_is_hash(const char *text);
/* Readable random password, 20 characters without look-alikes. */
MUST_USE bool password_make(char *out, size_t cap);

#endif
