#include "console/notices.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/gate.h"
#include "console/frame.h"
#include "core/calendar.h"
#include "lib/escape.h"
#include "lib/json_of.h"

void
notices_release(struct notices *in)
{
	free(in->rows);
	*in = (struct notices){ 0 };
}

const struct noticed *
notices_find(const struct notices *in, const char *id)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->rows[i].n.id, id) == 0)
			return &in->rows[i];
	return NULL;
}

/* Its row, or a new one at the end: the oldest goes where there are too many. */
static struct noticed *
row_of(struct notices *in, const char *id)
{
	struct noticed *row = (struct noticed *)(uintptr_t)notices_find(in, id);

	if (row != NULL)
		return row;
	if (in->rows == NULL)
		in->rows = xcalloc(NOTICES_KEPT, sizeof(*in->rows));
	if (in->n == NOTICES_KEPT)
		memmove(in->rows, in->rows + 1, --in->n * sizeof(*in->rows));
	row = &in->rows[in->n++];
	memset(row, 0, sizeof(*row));
	return row;
}

void
notices_take(struct notices *in, const struct log_line *line)
{
	static const char mark[] = "\"what\":\"" LOG_WARNING "\"";
	struct warning_notice n;
	struct noticed *row;
	char *text = NULL;
	json_t *doc;

	if (line->seq < 0 || memmem(line->entry, line->len, mark, sizeof(mark) - 1) == NULL)
		return;
	doc = json_loadb(line->entry, line->len, 0, NULL);
	if (strcmp(text_of(doc, "what"), LOG_WARNING) == 0)
		text = json_dumps(json_object_get(doc, "per"), JSON_COMPACT);
	if (text != NULL && warning_notice_decode(&n, text, strlen(text)) == 0) {
		row = row_of(in, n.id);
		row->n = n;
		row->seq = line->seq;
		row->at_ms = int_of(doc, "at");
		if (row->first_ms == 0)
			row->first_ms = row->at_ms;
	}
	free(text);
	json_decref(doc);
}

/* ---- seen ---- */

static const char *
severity_words(enum warning_severity s)
{
	static const char *const words[] = { [SEVERITY_UNKNOWN] = "[[tingkat tidak disebut]]", [SEVERITY_MINOR] = "[[ringan]]",
	    [SEVERITY_MODERATE] = "[[sedang]]", [SEVERITY_SEVERE] = "[[berat]]", [SEVERITY_EXTREME] = "[[sangat berat]]" };

	return words[s];
}

static void
add_source(struct buf *b, const char *s)
{
	buf_adds(b, "<span lang=\"id\">");
	buf_add_shown(b, s, strlen(s));
	buf_adds(b, "</span>");
}

static void
add_notice(struct buf *b, const struct console *c, const struct officer *o, const struct warning_notice *n)
{
	buf_addf(b, "<li%s><strong>[[PERINGATAN]] ", n->at_once ? " class=\"segera\"" : "");
	add_source(b, n->issuer);
	buf_adds(b, ": ");
	add_source(b, n->event);
	buf_adds(b, "</strong>");
	if (n->tsunami)
		buf_adds(b, " <span class=\"lencana darurat\">TSUNAMI</span>");
	if (n->drill)
		buf_adds(b, " <span class=\"lencana latihan\">[[LATIHAN]]</span>");
	buf_addf(b, " <span>%s</span><br>", severity_words(n->severity));
	add_source(b, n->words);
	buf_adds(b, "<br><span class=\"hint\">");
	add_source(b, n->area);
	buf_adds(b, ", [[dikirim]] <time datetime=\"");
	buf_add_wib_iso(b, n->sent_ms);
	buf_adds(b, "\">");
	add_said_time(b, n->sent_ms);
	buf_adds(b, "</time>, [[berlaku sampai]] <time datetime=\"");
	buf_add_wib_iso(b, n->until_ms);
	buf_adds(b, "\">");
	add_said_time(b, n->until_ms);
	buf_adds(b, "</time></span>");
	if (access_may(c->h.policy, o, MAY_BROADCAST, NULL))
		buf_addf(b, " <a href=\"/siaran?peringatan=%s\">[[Susun siaran ke warga]]</a>", n->id);
	buf_adds(b, "</li>\n");
}

void
add_notices(struct buf *b, const struct console *c, const struct officer *o, int64_t now_ms)
{
	int any = 0;

	for (size_t i = c->notices.n; i-- > 0; ) {
		const struct warning_notice *n = &c->notices.rows[i].n;

		if (!warning_is_on(n, now_ms))
			continue;
		if (!any++)
			buf_adds(b, "<section class=\"peringatan\" aria-label=\"[[Peringatan resmi yang berlaku]]\"><ul>\n");
		add_notice(b, c, o, n);
	}
	buf_adds(b, any ? "</ul></section>\n" : "");
}

void
add_notices_at(struct buf *b, const struct console *c, const char *place, int64_t ms)
{
	int any = 0;

	for (size_t i = c->notices.n; i-- > 0; ) {
		const struct warning_notice *n = &c->notices.rows[i].n;

		if (!warning_is_on(n, ms) || ms < n->from_ms || !warning_covers(n, place))
			continue;
		buf_adds(b, any++ ? "<br>" : "");
		buf_adds(b, n->drill ? "<span class=\"lencana latihan\">[[LATIHAN]]</span> " : "");
		buf_adds(b, "[[peringatan resmi]] ");
		add_source(b, n->issuer);
		buf_adds(b, " [[berlaku]]: ");
		add_source(b, n->event);
		buf_adds(b, ", [[sampai]] ");
		add_said_time(b, n->until_ms);
	}
}

void
buf_add_notice_draft(struct buf *b, const struct warning_notice *n)
{
	buf_addf(b, "Peringatan %s: %s. Untuk %s, sampai ", n->issuer, n->words, n->area);
	buf_add_wib_short(b, n->until_ms);
	buf_addc(b, '.');
}

/* ---- the API ---- */

void
get_warnings(struct http_req *r, void *arg)
{
	struct console *c = arg;
	int64_t now_ms = house_now_ms(&c->h);
	struct buf b = { 0 };
	struct who w;

	if (!gate(r, c, &w))
		return;
	buf_addf(&b, "{\"seq\":%" PRId64 ",\"at_ms\":%" PRId64 ",\"warnings\":[", model_seq(c->model), now_ms);
	for (size_t i = c->notices.n; i-- > 0; ) {
		const struct noticed *row = &c->notices.rows[i];

		buf_addf(&b, "{\"seq\":%" PRId64 ",\"first_ms\":%" PRId64 ",\"at_ms\":%" PRId64 ",\"on\":%s,\"warning\":", row->seq,
		    row->first_ms, row->at_ms, warning_is_on(&row->n, now_ms) ? "true" : "false");
		warning_notice_encode(&b, &row->n);
		buf_adds(&b, i > 0 ? "}," : "}");
	}
	buf_adds(&b, "]}");
	http_answer_json(r, 200, &b);
	buf_release(&b);
}
