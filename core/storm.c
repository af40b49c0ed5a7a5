#include "core/storm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGEST "ikhtisar"

void
storm_write(char out[STORM_CHARS], const struct storm *s)
{
	snprintf(out, STORM_CHARS, "%" PRId64 " %d %d", s->since_ms, s->n, s->held);
}

void
storm_read(struct storm *s, const char *text)
{
	char *end;

	s->since_ms = strtoll(text, &end, 10);
	s->n = (int)strtol(end, &end, 10);
	s->held = (int)strtol(end, NULL, 10) != 0;
	if (s->since_ms < 0 || s->n < 0)
		*s = (struct storm){ 0, 0, 0 };
}

struct storm_verdict
storm_decide(const struct storm_rule *rule, const struct storm *s, int waiting, int gathered,
    int64_t now_ms)
{
	/* A window that begins in the future is an older clock's: it lasts a window from now at most. */
	int64_t since = s->since_ms > now_ms ? now_ms : s->since_ms;
	int open = s->n > 0 && now_ms < since + rule->window_ms;
	struct storm_verdict v = { STORM_BUNDLE, 0, *s };

	if (rule->count == 0) {
		v.word = STORM_SEND;
		v.next = (struct storm){ 0, 0, 0 };
	} else if (gathered && waiting > 1) {
		v.word = STORM_BUNDLE;
	} else if (open && s->n < rule->count) {
		v.word = STORM_SEND;
		v.next = (struct storm){ since, s->n + 1, 0 };
	} else if (open && waiting < rule->items) {
		v.word = STORM_HOLD;
		v.until_ms = since + rule->window_ms;
		v.next = (struct storm){ since, s->n, 1 };
	} else if (!open && (waiting < 2 || !s->held)) {
		v.word = STORM_SEND;
		v.next = (struct storm){ now_ms, 1, 0 };
	}
	return v;
}

struct storm
storm_after_digest(const struct storm_rule *rule, int behind, int64_t now_ms)
{
	/* A storm that goes on stays one: the next digest is a window away, unless this one was full. */
	return (struct storm){ behind > 0 ? now_ms - rule->window_ms : now_ms, rule->count, behind > 0 };
}

/* ---- the digest ---- */

static int
fill(struct buf *out, const struct texts *t, const char *lang, const struct storm_item *items, int n)
{
	struct buf lines = { 0 };
	char count[16];
	int rc;

	for (int i = 0; i < n; i++) {
		if (i > 0)
			buf_adds(&lines, "; ");
		buf_adds(&lines, items[i].line);
	}
	snprintf(count, sizeof(count), "%d", n);
	rc = text_fill(t, lang, DIGEST, out, (const struct template_value[]){
	    { "jumlah", count }, { "butir", buf_str(&lines) } }, 2);
	buf_wipe(&lines);
	return rc;
}

int
storm_digest(struct buf *out, const struct texts *t, const char *lang,
    const struct storm_item *items, int n)
{
	int most = text_segments_max(t, DIGEST);
	size_t before = out->len;

	for (; n > 0; n--) {
		struct sms_size size;

		if (fill(out, t, lang, items, n) != 0)
			return 0;
		sms_measure(&size, out->data + before, out->len - before);
		if (size.segments <= most || n == 1)
			return n;
		buf_cut(out, before);
	}
	return 0;
}
