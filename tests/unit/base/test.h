/* SPDX-License-Identifier: ISC */
/* What the unit tests of base/ and ftp/ share: cmocka's headers in their order, and comparisons of slices that say which row failed. */
#ifndef TESTS_UNIT_BASE_TEST_H
#define TESTS_UNIT_BASE_TEST_H

#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Fails with the row's name. */
#define CHECK(condition, row) \
	do { \
		if (!(condition)) \
			fail_msg("%s: %s", (row), #condition); \
	} while (0)

#define CHECK_TEXT(actual, expected, row) \
	do { \
		struct slice test_actual_ = (actual), test_expected_ = (expected); \
		if (!slice_equal(test_actual_, test_expected_)) \
			fail_msg("%s: got \"%.*s\", wanted \"%.*s\"", (row), SLICE_ARG(test_actual_), SLICE_ARG(test_expected_)); \
	} while (0)

#endif
