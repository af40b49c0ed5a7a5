#include "store/said.h"

#include <string.h>

#include "core/calendar.h"

void
said_field(char out[LOOKUP_CHARS + 1], const struct store *st, const char *route, const char *id)
{
	struct buf b = { 0 };

	buf_addf(&b, "said\n%.*s\n%s", (int)strcspn(route, "-"), route, id);
	lookup_of(out, &st->lookup, buf_str(&b));
	buf_wipe(&b);
}

void
said_key(struct redis_args *out, const struct store *st, int64_t at_ms)
{
	char day[DAY_TEXT];

	utc_day_text(day, at_ms / DAY_MS);
	args_add_key(out, st, KEY_SAID, day, NULL);
}
