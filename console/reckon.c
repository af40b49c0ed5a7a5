#include "console/reckon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "console/frame.h"

#define STEP 500		/* entries between two looks at the others */
#define AT_ONCE 3		/* reports reckoned side by side */
#define RANGE_MOST_MS (366 * DAY_MS)
#define RANGE_USUAL_MS (30 * DAY_MS)

void
reckon_add_day(struct buf *b, int64_t ms)
{
	struct wib w;

	wib_of(&w, ms);
	buf_addf(b, "%04d-%02d-%02d", w.year, w.month, w.day);
}

void
reckon_add_range(struct buf *b, const struct reckoning *k, const char *separator)
{
	buf_adds(b, "dari=");
	reckon_add_day(b, k->from_ms);
	buf_addf(b, "%ssampai=", separator);
	reckon_add_day(b, k->to_ms - 1);
}

void
reckon_add_fields(struct buf *b, const struct reckoning *k)
{
	buf_adds(b, "<div><label for=\"dari\">[[Masuk sejak]]</label><input id=\"dari\" name=\"dari\" type=\"date\" value=\"");
	reckon_add_day(b, k->from_ms);
	buf_adds(b, "\"></div><div><label for=\"sampai\">[[sampai dengan]]</label><input id=\"sampai\" name=\"sampai\" "
	    "type=\"date\" value=\"");
	reckon_add_day(b, k->to_ms - 1);
	buf_adds(b, "\"></div>");
}

static void
finish(struct reckoning *k)
{
	if (k->next != NULL)
		event_free(k->next);
	k->c->reports_n--;
	k->release(k);
}

static void
answer(struct reckoning *k)
{
	k->w.officer = officer_find(&k->c->h.roster, k->officer);	/* the roster may have been read anew */
	if (k->w.officer == NULL && !k->w.by_secret) {
		http_answer_problem(k->r, 401, "Unauthorized", "Masuk lagi di /masuk.");
		return;
	}
	if (k->w.by_secret)
		k->w.officer = gate_machine();
	k->answer(k);
}

static int
take(const struct log_line *line, void *arg)
{
	struct reckoning *k = arg;

	if (line->seq > k->end)
		return 1;
	k->take(k, line);
	k->seq = line->seq;
	return 0;
}

static void
on_next(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 1000 };	/* others first */
	struct reckoning *k = arg;
	int n;

	(void)fd, (void)what;
	if (!k->gone && k->seq < k->end && !k->c->d->stopping) {
		n = logbook_read(&k->c->h.st, k->seq, STEP, take, k);
		if (n > 0 && k->seq < k->end) {
			event_add(k->next, &at_once);
			return;
		}
	}
	if (k->seq < k->end)
		http_answer_problem(k->r, 503, "Service Unavailable", "Catatan belum terbaca seluruhnya; coba lagi.");
	else
		answer(k);
	finish(k);
}

static void
on_gone(struct http_req *r, void *arg)
{
	struct reckoning *k = arg;

	(void)r;
	k->gone = 1;
}

static int64_t
day_asked(struct http_req *r, const char *name, int64_t otherwise)
{
	size_t len;
	const char *s = http_req_query(r, name, &len);
	int64_t ms;

	return s != NULL && wib_parse(s, &ms) == 0 ? ms : otherwise;
}

void
reckon_begin(struct reckoning *k, struct http_req *r, struct console *c, const struct who *w)
{
	static const struct timeval at_once = { 0, 0 };
	int64_t today = wib_day(house_now_ms(&c->h)) * DAY_MS - WIB_MS;

	if (c->reports_n >= AT_ONCE) {
		http_add_header(r, "Retry-After", "5");
		http_answer_problem(r, 503, "Service Unavailable", "Beberapa laporan sedang dihitung; coba lagi sebentar lagi.");
		k->release(k);
		return;
	}
	k->c = c;
	k->r = r;
	k->w = *w;
	snprintf(k->officer, sizeof(k->officer), "%s", w->officer->id);
	k->to_ms = day_asked(r, "sampai", today) + DAY_MS;
	k->from_ms = day_asked(r, "dari", k->to_ms - (k->usual_ms != 0 ? k->usual_ms : RANGE_USUAL_MS));
	if (k->from_ms >= k->to_ms || k->to_ms - k->from_ms > RANGE_MOST_MS) {
		http_answer_problem(r, 400, "Bad Request", "Rentangnya paling lama 366 hari, dari tanggal yang lebih awal.");
		k->release(k);
		return;
	}
	c->reports_n++;
	k->start(k);
	k->end = model_seq(c->model);
	k->seq = logbook_seq_before(&c->h.st, k->from_ms - HOUR_MS, k->end);	/* no clock is trusted to the second */
	k->next = event_new(c->d->base, -1, 0, on_next, k);
	if (k->next == NULL || event_add(k->next, &at_once) != 0) {
		http_answer_problem(r, 503, "Service Unavailable", "Laporan belum dapat dihitung; coba lagi sebentar lagi.");
		finish(k);
		return;
	}
	http_req_on_gone(r, on_gone, k);
}
