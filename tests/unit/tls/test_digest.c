/* SPDX-License-Identifier: ISC */
#include "tls/digest.h"

#include "sys/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char fox[] = "The quick brown fox jumps over the lazy dog";

/* The well-known sums of nothing and of the sentence above. */
static const struct {
	enum digest_kind kind;
	const char *name, *of_nothing, *of_fox;
} rows[] = {
	{DIGEST_MD5, "MD5", "d41d8cd98f00b204e9800998ecf8427e", "9e107d9d372bb6826bd81d3542a419d6"},
	{DIGEST_SHA1, "SHA-1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"},
	{DIGEST_SHA256, "SHA-256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"},
	{DIGEST_SHA512, "SHA-512",
	    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
	    "07e547d9586f6a73f73fbac0435ed76951218fb7d0c8d788a309d785436bbb642e93a252a954f23912547d1e8a3b5ed6e1bfd7097821233fa0538f3db854fee6"},
	{DIGEST_CRC32, "CRC32", "00000000", "414fa339"},
};

/* The sum of `text`, given in pieces of `step` bytes. */
static bool
is_sum(enum digest_kind kind, const char *text, size_t step, const char *expected)
{
	char hex[DIGEST_HEX_MAX];
	struct buf out = BUF_OVER(hex);
	struct slice rest = slice_of(text);
	struct digest *digest = digest_new(kind);
	bool is_right = digest != NULL;
	while (is_right && rest.len) {
		struct slice piece = slice_first(rest, step);
		is_right = digest_update(digest, piece.ptr, piece.len);
		rest = slice_skip(rest, piece.len);
	}
	is_right = is_right && digest_finish(digest, &out) && slice_equal(buf_slice(&out), slice_of(expected));
	digest_free(&digest);
	return is_right && !digest;
}

static void
known_sums(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(rows), DIGEST_KIND_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(is_sum(rows[i].kind, "", 1, rows[i].of_nothing));
		for (size_t step = 1; step <= sizeof(fox); step++)
			assert_true(is_sum(rows[i].kind, fox, step, rows[i].of_fox));
		assert_string_equal(digest_name(rows[i].kind), rows[i].name);
	}
}

static void
a_short_buffer_is_told(void **state)
{
	(void)state;
	char hex[7];
	struct buf out = BUF_OVER(hex);
	struct digest *digest = digest_new(DIGEST_CRC32);
	assert_false(digest_finish(digest, &out));
	digest_free(&digest);
	digest_free(&digest);
}

static bool
all_inside(void)
{
	struct sandbox_report report;
	if (!sandbox_enter(&(struct sandbox_request){.role = SANDBOX_WORKER}, &report))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!is_sum(rows[i].kind, fox, sizeof(fox), rows[i].of_fox))
			return false;
	return true;
}

/* The first use of OpenSSL in the process, when no file can be opened any more. */
static void
the_sandbox_does_not_hinder(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	if (pid == 0)
		_exit(all_inside() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sandbox_does_not_hinder),
		cmocka_unit_test(known_sums),
		cmocka_unit_test(a_short_buffer_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
