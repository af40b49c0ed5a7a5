/* The demo's arithmetic: a policy's text with every duration divided. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "cli/demo.h"
#include "core/calendar.h"

static int
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.';
}

/* Length of the duration that begins here, 0 if none does. */
static size_t
duration_at(const char *s, const char *end, int64_t *ms)
{
	static const struct { const char *unit; int64_t ms; } units[] = {
		{ " hari kerja", DAY_MS }, { "ms", 1 }, { "s", 1000 }, { "m", MINUTE_MS },
		{ "h", HOUR_MS },
		{ "d", DAY_MS },
	};
	size_t digits = 0;
	int64_t value = 0;

	while (s + digits < end && isdigit((unsigned char)s[digits]) && digits < 9)
		value = value * 10 + (s[digits++] - '0');
	for (size_t i = 0; digits > 0 && i < N_ELEMS(units); i++) {
		size_t len = strlen(units[i].unit);

		if ((size_t)(end - s) < digits + len || memcmp(s + digits, units[i].unit, len) != 0)
			continue;
		if (s + digits + len < end && is_word(s[digits + len]))
			continue;
		*ms = value * units[i].ms;
		return digits + len;
	}
	return 0;
}

/* Of lain: malam and malam-tahan. */
static const char night[] = "  malam";

void
demo_scale(struct buf *out, const char *text, size_t len, int speed)
{
	const char *end = text + len;

	for (const char *s = text; s < end;) {
		int64_t ms;
		size_t n = s > text && is_word(s[-1]) ? 0 : duration_at(s, end, &ms);

		if (n > 0) {
			int64_t shorter = (ms + speed / 2) / speed;

			buf_addf(out, "%" PRId64 "ms", ms > 0 && shorter == 0 ? 1 : shorter);
			s += n;
		} else if (*s == '#' && (s == text || isspace((unsigned char)s[-1]))) {
			const char *nl = memchr(s, '\n', (size_t)(end - s));

			n = nl != NULL ? (size_t)(nl - s) : (size_t)(end - s);
			buf_add(out, s, n);
			s += n;
		} else if ((s == text || s[-1] == '\n') && (size_t)(end - s) > sizeof(night) - 1 &&
		    memcmp(s, night, sizeof(night) - 1) == 0) {
			const char *nl = memchr(s, '\n', (size_t)(end - s));

			s = nl != NULL ? nl + 1 : end;
		} else {
			buf_addc(out, *s++);
		}
	}
}
