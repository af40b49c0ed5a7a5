/* The escalation feeds: SSE, Atom (RFC 4287), JSON Feed 1.1. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "console/gate.h"
#include "console/told.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/hash.h"
#include "lib/log.h"

#define REPLAY_MAX 10000	/* a reader further behind starts anew */
#define REPLAY_STEP 500		/* entries at once: what a reader has not taken yet stays small */
#define REPLAY_PAUSE_MS 20
#define FEED_ENTRIES 100

struct watcher {
	struct console *c;
	struct http_stream *s;
	struct watcher *next, *prev;
	int broken;
	int behind;			/* after must be replayed before it hears anything new */
	int64_t after;
	struct session session;		/* whose it is */
	int by_secret;			/* the machine's: no officer of the roster */
};

/* Whether he who watches may know of that case; "" is everybody's. */
static int
may_hear(const struct watcher *w, const char *code)
{
	const struct officer *o = w->by_secret ? gate_machine() :
	    officer_find(&w->c->h.roster, w->session.officer);

	return code[0] == '\0' || gate_may_list(w->c, o, code);
}

/* ---- SSE ---- */

static void
on_close(struct http_stream *s, void *arg)
{
	struct watcher *w = arg;

	(void)s;
	*(w->prev != NULL ? &w->prev->next : &w->c->watchers) = w->next;
	if (w->next != NULL)
		w->next->prev = w->prev;
	w->c->watchers_n--;
	free(w);
}

static void
send_event(struct watcher *w, enum model_event e, int64_t seq, const struct buf *data)
{
	struct buf chunk = { 0 };

	if (w->broken)
		return;
	/* data is one line of JSON: its encoder lets no line end through. */
	buf_addf(&chunk, "id: %" PRId64 "\nevent: %s\ndata: %s\n\n", seq, model_event_name(e),
	    buf_str(data));
	FAULT_POINT("mid_sse");
	if (http_stream_send(w->s, &chunk, (size_t)w->c->h.set.console_backlog_bytes) != 0)
		w->broken = 1;		/* on_close follows */
	buf_release(&chunk);
}

void
feed_publish(struct console *c, enum model_event e, int64_t seq, const char *code,
    const struct buf *data)
{
	for (struct watcher *w = c->watchers, *next; w != NULL; w = next) {
		next = w->next;
		if (!w->behind && may_hear(w, code))
			send_event(w, e, seq, data);
	}
}

void
feed_ping(struct console *c)
{
	struct buf ping = { 0 };

	buf_adds(&ping, ": ping\n\n");
	for (struct watcher *w = c->watchers, *next; w != NULL; w = next) {
		next = w->next;
		if (!w->broken &&
		    http_stream_send(w->s, &ping, (size_t)c->h.set.console_backlog_bytes) != 0)
			w->broken = 1;
	}
	buf_release(&ping);
}

void
feed_check(struct console *c)
{
	for (struct watcher *w = c->watchers, *next; w != NULL; w = next) {
		next = w->next;
		if (w->broken || gate_still(c, &w->session))
			continue;
		log_info("feed_ended", "officer=%s", w->session.officer);
		http_stream_end(w->s);
		on_close(w->s, w);
	}
}

void
feed_release(struct console *c)
{
	while (c->watchers != NULL) {
		struct watcher *w = c->watchers;

		c->watchers = w->next;
		if (!w->broken)
			http_stream_end(w->s);
		free(w);
	}
}

static int
replay_line(const struct log_line *line, void *arg)
{
	struct watcher *w = arg;
	struct buf data = { 0 };
	char code[CODE_CHARS + 1];
	enum model_event e;

	if (line->seq > model_seq(w->c->model))
		return 1;		/* comes by itself */
	e = model_describe(line, code, &data);
	if (e == MODEL_ESCALATION && may_hear(w, code))
		told_fill(w->c, code, &data);
	if (e != MODEL_NOTHING && may_hear(w, code))
		send_event(w, e, line->seq, &data);
	buf_release(&data);
	w->after = line->seq;
	return w->broken;
}

static void
replay(struct watcher *w)
{
	int64_t now = model_seq(w->c->model);
	struct buf chunk = { 0 };

	if (w->after < now - REPLAY_MAX || w->after > now) {
		w->behind = 0;
		buf_addf(&chunk, "id: %" PRId64 "\nevent: reset\ndata: {\"seq\":%" PRId64 "}\n\n", now, now);
		if (http_stream_send(w->s, &chunk, (size_t)w->c->h.set.console_backlog_bytes) != 0)
			w->broken = 1;
		buf_release(&chunk);
		return;
	}
	if (http_stream_waiting(w->s) > (size_t)w->c->h.set.console_backlog_bytes / 2)
		return;			/* a slow reader: when it has taken this */
	/* What the store does not give now is asked for again: a reader must not miss the gap. */
	if (w->after >= now || logbook_read(&w->c->h.st, w->after, REPLAY_STEP, replay_line, w) == 0 ||
	    w->after >= now)
		w->behind = 0;
}

void
feed_catch_up(struct console *c)
{
	struct timeval pause = ms_to_timeval(REPLAY_PAUSE_MS);
	int behind = 0;

	for (struct watcher *w = c->watchers, *next; w != NULL; w = next) {
		next = w->next;
		if (w->behind && !w->broken)
			replay(w);
		behind |= w->behind && !w->broken;
	}
	if (behind)
		event_add(c->replay, &pause);
}

void
get_events(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const char *last = http_req_header(r, "Last-Event-ID");
	struct buf hello = { 0 };
	struct watcher *w;
	struct who who;
	int64_t after = -1;
	size_t len;

	if (!gate_for(r, c, &who, SEE_BOARD))
		return;
	if (last == NULL)
		last = http_req_query(r, "last_event_id", &len);
	/* Not a number of ours: a new reader, who wants what comes, not the whole log. */
	if (last != NULL && last[0] >= '0' && last[0] <= '9')
		after = strtoll(last, NULL, 10);
	if (c->watchers_n >= c->h.set.console_streams) {
		http_add_header(r, "Retry-After", "30");
		http_answer_problem(r, 503, "Service Unavailable",
		    "Terlalu banyak penonton; coba lagi sebentar lagi.");
		return;
	}
	w = xcalloc(1, sizeof(*w));
	w->c = c;
	w->session = who.session;
	w->by_secret = who.by_secret;
	http_add_header(r, "X-Accel-Buffering", "no");
	w->s = http_stream_start(r, "text/event-stream", on_close, w);
	if (w->s == NULL) {
		free(w);
		return;
	}
	w->next = c->watchers;
	if (w->next != NULL)
		w->next->prev = w;
	c->watchers = w;
	c->watchers_n++;
	buf_adds(&hello, "retry: 3000\n\n");
	if (http_stream_send(w->s, &hello, (size_t)c->h.set.console_backlog_bytes) != 0)
		w->broken = 1;
	buf_release(&hello);
	/* Until the model has read the log, nobody can say what is new to this reader. */
	w->behind = after >= 0;
	w->after = after;
	if (c->ready)
		feed_catch_up(c);
}

/* ---- words for people ---- */

static void
add_title(struct buf *b, const struct console *c, const struct model_escalation *e)
{
	char code[CODE_CHARS + 2];
	const char *unit = console_unit_name(c, e->unit);

	code_show(code, &e->code);
	buf_adds(b, e->latihan ? "LATIHAN " : "");
	switch (e->kind) {
	case ESC_WARNING:
		buf_addf(b, "%s: %s dari waktu %s terpakai, %s", code, e->rung, e->clock, unit);
		break;
	case ESC_BREACH: buf_addf(b, "%s: batas %s terlewati, %s", code, e->clock, unit); break;
	case ESC_RUNG:
		buf_addf(b, "%s: naik ke %s (%s), %s ", code, e->rung, console_unit_name(c, e->told),
		    unit);
		console_add_missing(b, e->clock);
		break;
	case ESC_PASSED:
		buf_addf(b, "%s: %s dilewati (%s), %s", code, e->rung, e->why, unit);
		break;
	case ESC_NONE: break;
	}
}

/* Where readers reach the console: as the settings say, else as this one has asked; feeds are read far from here. */
static void
add_base(struct buf *b, const struct console *c, const struct http_req *r)
{
	const char *host = http_req_header(r, "Host");

	if (c->h.set.console_url[0] != '\0')
		buf_adds(b, c->h.set.console_url);
	else if (host != NULL)
		buf_addf(b, "%s://%s", http_req_is_tls(r) ? "https" : "http", host);
}

static void
add_summary(struct buf *b, const struct console *c, const struct model_escalation *e)
{
	const struct place *p = c->h.policy != NULL ? place_find(c->h.policy->places, e->place) :
	    NULL;

	buf_addf(b, "%s, ", e->category);
	if (p != NULL)
		buf_add_place(b, p);
	else
		buf_adds(b, "tempat belum diketahui");
	buf_adds(b, ". Batas ");
	buf_add_wib_short(b, e->due_ms);
	buf_addc(b, '.');
	if (e->longest_ms > 0) {
		const struct unit *u = c->h.policy != NULL ? unit_find(c->h.policy->units, e->longest) : NULL;

		buf_addf(b, " Terlama di %s: ", u != NULL ? u->shortname : e->longest);
		buf_add_duration(b, e->longest_ms, "id");
		buf_adds(b, " dari ");
		buf_add_duration(b, e->at_ms - e->received_ms, "id");
		buf_addc(b, '.');
	}
	if (e->silent > 0)
		buf_addf(b, " %d petugas sudah diberi tahu dan diam.", e->silent);
	/* What we were late in saying it is for machines; a person is told when it was an outage. */
	if (e->late_ms >= MINUTE_MS) {
		buf_adds(b, " Terlambat diumumkan ");
		buf_add_duration(b, e->late_ms, "id");
		buf_addc(b, '.');
	}
}

/* ---- Atom ---- */

static void
add_xml_text(struct buf *b, const char *tag, const struct buf *text)
{
	buf_addf(b, "<%s>", tag);
	buf_add_xml(b, buf_str(text), text->len);
	buf_addf(b, "</%s>", tag);
}

/* Whom it told: <kt:told officer="..." told_ms="..." did="..." state="..." at_ms="..."/> each. */
static void
add_atom_told(struct buf *b, const struct model_escalation *e)
{
	json_t *people = json_loads(e->people, 0, NULL), *row;
	size_t i;

	json_array_foreach(people, i, row) {
		struct told_row t;

		told_row_read(&t, row);
		buf_adds(b, "<kt:told officer=\"");
		buf_add_xml(b, t.officer, strlen(t.officer));
		buf_addf(b, "\" told_ms=\"%" PRId64 "\" did=\"%s\"", t.told_ms, t.did);
		if (t.state[0] != '\0')
			buf_addf(b, " state=\"%s\" at_ms=\"%" PRId64 "\"", t.state, t.at_ms);
		buf_adds(b, "/>");
	}
	json_decref(people);
}

static void
add_atom_entry(struct buf *b, const struct console *c, const char *base, const struct model_escalation *e)
{
	struct buf title = { 0 }, summary = { 0 };

	add_title(&title, c, e);
	add_summary(&summary, c, e);
	buf_addf(b, "<entry><id>tag:kentongan,2026:%s:eskalasi:%" PRId64 "</id>", c->h.set.regency,
	    e->seq);
	add_xml_text(b, "title", &title);
	buf_adds(b, "<updated>");
	buf_add_wib_iso(b, e->at_ms);
	buf_adds(b, "</updated>");
	add_xml_text(b, "summary", &summary);
	buf_addf(b, "<category term=\"%s\"/><link rel=\"alternate\" href=\"", escalation_name(e->kind));
	buf_add_html(b, base, strlen(base));
	buf_addf(b, "/papan#%s\"/>", e->code.s);
	buf_addf(b,
	    "<kt:seq>%" PRId64
	    "</kt:seq><kt:code>%s</kt:code><kt:kind>%s</kt:kind><kt:clock>%s</kt:clock>"
	    "<kt:rung>%s</kt:rung><kt:unit>%s</kt:unit><kt:due_ms>%" PRId64
	    "</kt:due_ms><kt:at_ms>%" PRId64 "</kt:at_ms><kt:late_ms>%" PRId64
	    "</kt:late_ms>",
	    e->seq, e->code.s, escalation_name(e->kind), e->clock, e->rung, e->unit, e->due_ms,
	    e->at_ms, e->late_ms);
	add_atom_told(b, e);
	buf_adds(b, "</entry>");
	buf_release(&title);
	buf_release(&summary);
}

/* ---- what both say ---- */

/* The escalations of a feed, newest first, each with what became of its messages. */
struct latest { struct model_escalation *rows; size_t n; };

/* A list that would not fit stays as the log has it. */
static void
look_up_told(struct console *c, struct model_escalation *e)
{
	json_t *people = json_loads(e->people, 0, NULL);
	char *text;

	told_add(c, e->code.s, people);
	text = json_dumps(people, JSON_COMPACT);
	if (text != NULL && strlen(text) < sizeof(e->people))
		snprintf(e->people, sizeof(e->people), "%s", text);
	free(text);
	json_decref(people);
}

/* The latest that he may know of. */
static void
latest_begin(struct latest *l, struct console *c, const struct officer *o)
{
	const struct model_escalation *e;

	l->rows = xcalloc(FEED_ENTRIES, sizeof(*l->rows));
	l->n = 0;
	for (size_t i = 0; l->n < FEED_ENTRIES && (e = model_latest(c->model, i)) != NULL; i++) {
		if (!gate_may_list(c, o, e->code.s))
			continue;
		l->rows[l->n] = *e;
		look_up_told(c, &l->rows[l->n++]);
	}
}

/* 304 when the reader has it: the ETag is the newest seq, and what became of the messages of them all. */
static int
is_unchanged(struct http_req *r, const struct latest *l)
{
	const char *have = http_req_header(r, "If-None-Match");
	uint64_t told = HASH_NOTHING;
	struct buf none = { 0 };
	char etag[48];

	for (size_t i = 0; i < l->n; i++)
		told = hash_bytes(told, l->rows[i].people, strlen(l->rows[i].people));
	snprintf(etag, sizeof(etag), "\"%" PRId64 "-%016" PRIx64 "\"", l->n > 0 ? l->rows[0].seq : 0, told);
	http_add_header(r, "ETag", etag);
	if (have == NULL || strcmp(have, etag) != 0)
		return 0;
	http_answer(r, 304, "text/plain", &none);
	return 1;
}

void
get_atom(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct buf b = { 0 }, base = { 0 };
	struct latest l;
	struct who w;

	if (!gate_feed(r, c, &w))
		return;
	latest_begin(&l, c, w.officer);
	if (is_unchanged(r, &l)) {
		free(l.rows);
		return;
	}
	buf_adds(&b,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
	    "xmlns:kt=\"tag:kentongan,2026:eskalasi\" xml:lang=\"id\">");
	buf_addf(&b, "<id>tag:kentongan,2026:%s:eskalasi</id><title>Eskalasi Kentongan</title>"
	    "<author><name>Kentongan</name></author>"
	    "<link rel=\"self\" href=\"",
	    c->h.set.regency);
	add_base(&base, c, r);
	buf_add_html(&b, buf_str(&base), base.len);
	buf_adds(&b, "/feed/eskalasi.atom\"/><updated>");
	buf_add_wib_iso(&b, l.n > 0 ? l.rows[0].at_ms : model_at_ms(c->model));
	buf_adds(&b, "</updated>");
	for (size_t i = 0; i < l.n; i++)
		add_atom_entry(&b, c, buf_str(&base), &l.rows[i]);
	free(l.rows);
	buf_adds(&b, "</feed>\n");
	http_answer(r, 200, "application/atom+xml; charset=utf-8", &b);
	buf_release(&base);
	buf_release(&b);
}

/* ---- JSON Feed ---- */

static void
add_json_item(struct buf *b, const struct console *c, const char *base, const struct model_escalation *e)
{
	struct buf text = { 0 };

	/* The escalation's own members, then those of the feed format. */
	model_escalation_json(b, e);
	buf_cut(b, b->len - 1);
	buf_addf(b,
	    ",\"id\":\"tag:kentongan,2026:%s:eskalasi:%" PRId64
	    "\",\"url\":",
	    c->h.set.regency, e->seq);
	buf_addf(&text, "%s/papan#%s", base, e->code.s);
	buf_add_json(b, buf_str(&text), text.len);
	buf_reset(&text);
	buf_adds(b, ",\"title\":");
	add_title(&text, c, e);
	buf_add_json(b, buf_str(&text), text.len);
	buf_reset(&text);
	add_summary(&text, c, e);
	buf_adds(b, ",\"content_text\":");
	buf_add_json(b, buf_str(&text), text.len);
	buf_adds(b, ",\"date_published\":\"");
	buf_add_wib_iso(b, e->at_ms);
	buf_adds(b, "\"}");
	buf_release(&text);
}

void
get_json_feed(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct buf b = { 0 }, base = { 0 }, url = { 0 };
	struct latest l;
	struct who w;

	if (!gate_feed(r, c, &w))
		return;
	latest_begin(&l, c, w.officer);
	if (is_unchanged(r, &l)) {
		free(l.rows);
		return;
	}
	buf_adds(&b,
	    "{\"version\":\"https://jsonfeed.org/version/1.1\","
	    "\"title\":\"Eskalasi Kentongan\",\"language\":\"id\","
	    "\"home_page_url\":");
	add_base(&base, c, r);
	buf_addf(&url, "%s/papan", buf_str(&base));
	buf_add_json(&b, buf_str(&url), url.len);
	buf_reset(&url);
	buf_addf(&url, "%s/feed/eskalasi.json", buf_str(&base));
	buf_adds(&b, ",\"feed_url\":");
	buf_add_json(&b, buf_str(&url), url.len);
	buf_adds(&b, ",\"items\":[");
	for (size_t i = 0; i < l.n; i++) {
		buf_adds(&b, i ? "," : "");
		add_json_item(&b, c, buf_str(&base), &l.rows[i]);
	}
	free(l.rows);
	buf_adds(&b, "]}");
	http_answer(r, 200, "application/feed+json; charset=utf-8", &b);
	buf_release(&base);
	buf_release(&url);
	buf_release(&b);
}
