/* SPDX-License-Identifier: ISC */
#include "base/config-type.h"

#include "base/addr.h"

struct unit {
	const char *suffix;
	uint64_t factor;
};

static const struct unit size_units[] = {{"", 1}, {"K", 1u << 10}, {"M", 1u << 20}, {"G", 1u << 30}, {"T", 1ull << 40}, {NULL, 0}};
static const struct unit time_units[] = {
	{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {"", 1000}, {NULL, 0}};

static bool
is_in_range(const struct config_key *key, uint64_t value)
{
	return (key->min == 0 && key->max == 0) || (value >= key->min && value <= key->max);
}

static size_t
digits_len(struct slice s)
{
	size_t len = 0;
	while (len < s.len && s.ptr[len] >= '0' && s.ptr[len] <= '9')
		len++;
	return len;
}

static bool
parse_with_unit(const struct config_key *key, struct slice text, const struct unit *units, uint64_t *out)
{
	uint64_t value = 0;
	size_t len = digits_len(text);
	struct slice suffix = slice_skip(text, len);
	if (!slice_to_u64(slice_first(text, len), UINT64_MAX, &value))
		return false;
	while (units->suffix && !slice_equal(suffix, slice_of(units->suffix)))
		units++;
	if (!units->suffix || value > UINT64_MAX / units->factor || !is_in_range(key, value * units->factor))
		return false;
	*out = value * units->factor;
	return true;
}

static bool
parse_text(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	*(const char **)out = text.ptr;
	return true;
}

static bool
parse_path(const struct config_key *key, struct slice text, void *out)
{
	return (text.len == 0 || text.ptr[0] == '/') && parse_text(key, text, out);
}

static bool
parse_slice(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	*(struct slice *)out = text;
	return true;
}

static bool
parse_bool(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	bool is_yes = slice_equal(text, SLICE_LITERAL("yes"));
	*(bool *)out = is_yes;
	return is_yes || slice_equal(text, SLICE_LITERAL("no"));
}

static bool
parse_number(const struct config_key *key, struct slice text, void *out)
{
	uint64_t value = 0;
	if (!slice_to_u64(text, UINT32_MAX, &value) || !is_in_range(key, value))
		return false;
	*(uint32_t *)out = (uint32_t)value;
	return true;
}

static bool
parse_octal(const struct config_key *key, struct slice text, void *out)
{
	uint32_t value = 0;
	(void)key;
	if (text.len == 0 || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7')
			return false;
		value = value << 3 | (uint32_t)(text.ptr[i] - '0');
	}
	*(uint32_t *)out = value;
	return value <= 0777;
}

static bool
parse_size(const struct config_key *key, struct slice text, void *out)
{
	return parse_with_unit(key, text, size_units, out);
}

static bool
parse_time(const struct config_key *key, struct slice text, void *out)
{
	return parse_with_unit(key, text, time_units, out);
}

static const struct config_choice *
choice_find(const struct config_key *key, struct slice text)
{
	for (const struct config_choice *choice = key->choices; choice->name; choice++)
		if (slice_equal(text, slice_of(choice->name)))
			return choice;
	return NULL;
}

static bool
parse_choice(const struct config_key *key, struct slice text, void *out)
{
	const struct config_choice *choice = choice_find(key, text);
	if (choice)
		*(uint8_t *)out = (uint8_t)choice->value;
	return choice != NULL;
}

static bool
parse_choices_8(const struct config_key *key, struct slice text, void *out)
{
	const struct config_choice *choice = choice_find(key, text);
	if (choice)
		*(uint8_t *)out = (uint8_t)(*(uint8_t *)out | choice->value);
	return choice != NULL;
}

static bool
parse_choices_16(const struct config_key *key, struct slice text, void *out)
{
	const struct config_choice *choice = choice_find(key, text);
	if (choice)
		*(uint16_t *)out = (uint16_t)(*(uint16_t *)out | choice->value);
	return choice != NULL;
}

static bool
parse_addr(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	*(struct addr *)out = (struct addr){0};
	return text.len == 0 || addr_parse(text, out);
}

static bool
parse_endpoint(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	return endpoint_parse(text, out) && ((struct endpoint *)out)->port != 0;
}

static bool
parse_network(const struct config_key *key, struct slice text, void *out)
{
	(void)key;
	return network_parse(text, out);
}

static void
put_unit(struct buf *out, uint64_t value, const struct unit *units, size_t best)
{
	if (value == 0) {
		buf_put_char(out, '0');
		return;
	}
	while (best > 0 && value % units[best].factor != 0)
		best--;
	buf_put_u64(out, value / units[best].factor);
	buf_put_text(out, units[best].suffix);
}

void
config_type_put_time(struct buf *out, uint64_t time_ms)
{
	put_unit(out, time_ms, time_units, 4);
}

static void
put_size(struct buf *out, uint64_t size_bytes)
{
	put_unit(out, size_bytes, size_units, 4);
}

const struct config_type config_type_text = {"a text", "TEXT", sizeof(const char *), parse_text};
const struct config_type config_type_path = {"an absolute path", "PATH", sizeof(const char *), parse_path};
const struct config_type config_type_slice = {"a text", "TEXT", sizeof(struct slice), parse_slice};
const struct config_type config_type_bool = {"yes or no", "yes|no", sizeof(bool), parse_bool};
const struct config_type config_type_number = {"a number", "NUMBER", sizeof(uint32_t), parse_number};
const struct config_type config_type_octal = {"permission bits such as 027", "MODE", sizeof(uint32_t), parse_octal};
const struct config_type config_type_size = {"a size such as 4096, 64K or 10M", "SIZE", sizeof(uint64_t), parse_size, put_size};
const struct config_type config_type_time = {"a time such as 30s, 5m or 2h", "TIME", sizeof(uint64_t), parse_time, config_type_put_time};
const struct config_type config_type_choice = {"one of", "WORD", sizeof(uint8_t), parse_choice};
const struct config_type config_type_choices_8 = {"some of", "WORDS", sizeof(uint8_t), parse_choices_8, .is_gathered = true};
const struct config_type config_type_choices_16 = {"some of", "WORDS", sizeof(uint16_t), parse_choices_16, .is_gathered = true};
const struct config_type config_type_addr = {"an IPv4 or IPv6 address", "ADDRESS", sizeof(struct addr), parse_addr};
const struct config_type config_type_endpoint = {
	"an address and port such as 192.0.2.1:21, [::1]:21 or :21", "ADDRESS:PORT", sizeof(struct endpoint), parse_endpoint};
const struct config_type config_type_network = {"a network such as 192.0.2.0/24", "NETWORK", sizeof(struct network), parse_network};
const struct config_type config_type_include = {"file names, with * and ?", "FILES", 0, NULL};
