/*
 * Official warnings: BMKG's earthquakes, and a list that links alerts of CAP 1.2 on its own host.  The cursor
 * is what the server told us of its answer (ETag, Last-Modified): it is asked with it, and says 304 most of the time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/pullers.h"
#include "ingest/warning_in.h"
#include "lib/clock.h"
#include "lib/log.h"

#define AHEAD_MS INT64_C(600000)	/* sent so far in the future: a clock is wrong */
#define ALARM_EVERY_MS INT64_C(3600000)

/* An alert that a list names; taken: given to the store, which may still refuse it. */
struct link { char *url, *edition; int done, taken; };
struct links { struct link *at; size_t n; };

struct feed {
	const char *url, *what;		/* from settings; its name there */
	struct links links;		/* of the latest list; alert alone */
	size_t next;
	struct buf cursor;		/* to be saved once all is taken */
	int unread;			/* links that could not be fetched in this round */
	int64_t failed_ms, alarmed_ms;	/* monotonic: since when it cannot be read, last alarm; 0 never */
	struct buf bad;			/* what was malformed, as logged last */
};

static void
links_release(struct links *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->at[i].url);
		free(l->at[i].edition);
	}
	free(l->at);
	*l = (struct links){ 0 };
}

/* ---- what goes wrong ---- */

/* At most one alarm an hour for each source. */
static const char *
alarm_of(struct feed *f, const char *what)
{
	int64_t mono = clock_mono_ms();

	if (f->alarmed_ms != 0 && mono - f->alarmed_ms < ALARM_EVERY_MS)
		return NULL;
	f->alarmed_ms = mono;
	return what;
}

static void
end_badly(struct pull *p, struct pull_result *r, const char *alarm)
{
	struct feed *f = p->data;
	int64_t mono = clock_mono_ms();

	r->outcome = PULL_TROUBLE;
	if (f->failed_ms == 0)
		f->failed_ms = mono;
	if (alarm == NULL && mono - f->failed_ms >= p->g->h.set.warning_silent_ms)
		alarm = "peringatan BMKG tidak terbaca; periksa jaringan server dan warning.*.url di kentongan.yaml";
	r->alarm = alarm != NULL ? alarm_of(f, alarm) : NULL;
	pull_end(p, r);
}

static void
end_well(struct pull *p, struct pull_result *r)
{
	struct feed *f = p->data;

	f->failed_ms = 0;
	r->outcome = PULL_DONE;
	r->cursor = f->cursor.len > 0 ? buf_str(&f->cursor) : NULL;
	pull_end(p, r);
}

#define UNREAD_ALARM "ada peringatan BMKG yang tidak terbaca; lihat bmkg.go.id dan log ingest"

/* What is malformed among what can be read: said once as long as it is the same.  1 if it is another now. */
static int
say_malformed(struct pull *p, const char *where, const struct buf *why)
{
	struct feed *f = p->data;
	struct buf now = { 0 };
	int again;

	buf_addf(&now, "%s: %s", where, buf_str(why));
	again = strcmp(buf_str(&now), buf_str(&f->bad)) == 0;
	if (!again)
		log_error("warning_malformed", "source=%s err=\"%s; look at what the address serves, and ask who runs it\"",
		    p->source->name, log_quote(buf_str(&now), now.len));
	buf_release(&f->bad);
	f->bad = now;
	return !again;
}

/* ---- the questions ---- */

/* "ETag\nLast-Modified" */
static void
ask(struct pull *p, const char *url, const char *cursor, on_httpc_answer cb)
{
	const char *line = strchr(cursor, '\n');
	struct buf etag = { 0 }, modified = { 0 };
	const char *headers[4] = { "Accept: application/json, application/rss+xml, application/atom+xml, application/cap+xml, */*;q=0.1" };
	int n = 1;

	if (line != NULL && line > cursor) {
		buf_addf(&etag, "If-None-Match: %.*s", (int)(line - cursor), cursor);
		headers[n++] = buf_str(&etag);
	}
	if (line != NULL && line[1] != '\0') {
		buf_addf(&modified, "If-Modified-Since: %s", line + 1);
		headers[n++] = buf_str(&modified);
	}
	httpc_send(p->http, &(struct httpc_request){ .method = "GET", .url = url, .headers = headers,
	    .answer_limit = (size_t)p->g->h.set.warning_bytes }, cb, p);
	buf_release(&etag);
	buf_release(&modified);
}

static void
keep_cursor(struct feed *f, const struct httpc_answer *a)
{
	buf_reset(&f->cursor);
	if (a->etag[0] != '\0' || a->modified[0] != '\0')
		buf_addf(&f->cursor, "%s\n%s", a->etag, a->modified);
}

/*
 * What is old is no news.  What comes from the future says that a clock is wrong, perhaps ours: it is taken all
 * the same, for it will not be served as new again; but not from so far ahead that nothing could follow it.
 */
static void
take(const struct warning *w, void *arg)
{
	struct pull *p = arg;
	int64_t ahead = w->sent_ms - house_now_ms(&p->g->h), fresh = p->g->h.set.warning_fresh_ms;

	if (ahead > AHEAD_MS)
		log_warn("warning_ahead", "source=%s ahead_s=%lld taken=%d err=\"sent in the future; one of the two clocks is wrong\"",
		    p->source->name, (long long)ahead / 1000, ahead <= fresh);
	if (ahead >= -fresh && ahead <= fresh)
		pull_warning(p, w);
}

/* ---- earthquakes ---- */

/* 1 when nothing new came: it stands as it was, or there was trouble. */
static int
ended_without_news(struct pull *p, const struct httpc_answer *a, struct pull_result *r)
{
	if (!pull_trouble(a, clock_now_ms() / 1000, r))
		return 0;
	if (a->outcome == 0 && a->status == 304)
		end_well(p, r);
	else
		end_badly(p, r, NULL);		/* there is no token to be renewed */
	return 1;
}

static void
on_quakes(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct feed *f = p->data;
	struct buf why = { 0 };
	struct pull_result r;
	int bad;

	if (ended_without_news(p, a, &r))
		return;
	bad = quakes_read(a->body, a->body_len, f->what, take, p, &why);
	if (bad < 0) {
		buf_addf(&why, "; see warning.%s.url", f->what);
		r.why = buf_str(&why);
		end_badly(p, &r, "isi data gempa BMKG tidak dikenal; periksa warning.*.url, atau perbarui Kentongan");
	} else {
		keep_cursor(f, a);
		r.alarm = bad > 0 && say_malformed(p, "earthquakes", &why) ? alarm_of(f, UNREAD_ALARM) : NULL;
		end_well(p, &r);
	}
	buf_release(&why);
}

static void
fetch_quakes(struct pull *p)
{
	struct feed *f = p->data;

	buf_reset(&f->cursor);
	ask(p, f->url, buf_str(&p->cursor), on_quakes);
}

/* ---- alerts ---- */

static size_t
origin_length(const char *url)
{
	const char *host = strstr(url, "://");

	return host != NULL ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
}

/* Only what lies where the list lies: an address inside it could else make us ask anybody for anything. */
static char *
address_of(const struct pull *p, const char *url)
{
	const struct feed *f = p->data;
	size_t origin = origin_length(f->url);
	struct buf b = { 0 };

	if (strpbrk(url, " \"<>\\") != NULL)
		return NULL;
	if (url[0] == '/' && url[1] != '/')
		buf_add(&b, f->url, origin);
	else if (origin_length(url) != origin || strncasecmp(url, f->url, origin) != 0)
		return NULL;
	buf_adds(&b, url);
	return buf_take(&b);
}

struct listing { struct pull *p; struct links links; int foreign; };

static int
was_done(const struct links *old, const struct link *x)
{
	for (size_t i = 0; i < old->n; i++)
		if ((old->at[i].done || old->at[i].taken) && strcmp(old->at[i].url, x->url) == 0 && strcmp(old->at[i].edition, x->edition) == 0)
			return 1;
	return 0;
}

static void
on_link(const char *url, const char *edition, void *arg)
{
	struct listing *l = arg;
	const struct feed *f = l->p->data;
	struct link *x;
	char *address = address_of(l->p, url);

	if (address == NULL) {
		l->foreign++;
		return;
	}
	l->links.at = xrealloc(l->links.at, (l->links.n + 1) * sizeof(*l->links.at));
	x = &l->links.at[l->links.n++];
	*x = (struct link){ .url = address, .edition = xstrdup(edition) };
	x->done = was_done(&f->links, x);	/* of the rounds before this one */
}

static void next_alert(struct pull *p);

static void
on_alert(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct feed *f = p->data;
	struct link *x = &f->links.at[f->next];
	struct buf why = { 0 };
	struct pull_result r;
	struct warning w;
	int rc, malformed = 0;

	if (a->outcome != 0) {
		r = (struct pull_result){ .why = a->why };
		end_badly(p, &r, NULL);
		return;
	}
	if (a->status == 404 || a->status == 410) {
		buf_adds(&why, "the list names it, and it is gone");
		say_malformed(p, x->url, &why);
		x->done = 1;
	} else if (pull_trouble(a, clock_now_ms() / 1000, &r)) {
		f->unread++;		/* again in the next round; the others are read */
	} else {
		memset(&w, 0, sizeof(w));
		rc = cap_read(&w, a->body, a->body_len, f->what, &why);
		x->taken = rc == 0;
		x->done = rc != 0;
		if (rc == 0)
			take(&w, p);
		else if (rc < 0)
			malformed = say_malformed(p, x->url, &why);
		warning_release(&w);
	}
	if (malformed && alarm_of(f, UNREAD_ALARM) != NULL)
		house_alarm(&p->g->h, "pull", p->source->name, UNREAD_ALARM);
	buf_release(&why);
	f->next++;
	next_alert(p);
}

static void
next_alert(struct pull *p)
{
	struct feed *f = p->data;
	struct pull_result r = { 0 };

	while (f->next < f->links.n && f->links.at[f->next].done)
		f->next++;
	if (f->next < f->links.n) {
		ask(p, f->links.at[f->next].url, "", on_alert);
		return;
	}
	if (f->unread == 0) {
		end_well(p, &r);
		return;
	}
	r.why = "alerts that the list names could not be fetched";
	end_badly(p, &r, NULL);
}

static void
on_list(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct feed *f = p->data;
	struct listing l = { .p = p };
	struct buf why = { 0 };
	struct pull_result r;

	if (ended_without_news(p, a, &r))
		return;
	if (alert_links_read(a->body, a->body_len, (int)p->g->h.set.warning_alerts, on_link, &l, &why) < 0) {
		links_release(&l.links);
		buf_addf(&why, "; see warning.%s.url", f->what);
		r.why = buf_str(&why);
		end_badly(p, &r, "daftar peringatan BMKG tidak dikenal; periksa warning.alert.url, atau perbarui Kentongan");
		buf_release(&why);
		return;
	}
	if (l.foreign > 0) {
		buf_addf(&why, "%d addresses on other hosts, which are not asked", l.foreign);
		say_malformed(p, "the list", &why);
	}
	links_release(&f->links);
	f->links = l.links;
	f->next = 0;
	f->unread = 0;
	keep_cursor(f, a);
	buf_release(&why);
	next_alert(p);
}

static void
fetch_alerts(struct pull *p)
{
	struct feed *f = p->data;

	/* The round before went wrong: what it gave to the store may not be there. */
	for (size_t i = 0; p->failures > 0 && i < f->links.n; i++)
		f->links.at[i].taken = 0;
	buf_reset(&f->cursor);
	ask(p, f->url, buf_str(&p->cursor), on_list);
}

/* ---- the three sources ---- */

static int
open_feed(struct pull *p, const char *what, const char *url, int64_t every_ms, struct buf *errors)
{
	struct feed *f;

	if (every_ms == 0)
		return 1;
	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) {
		buf_addf(errors, "warning.%s.url: '%s' is no address; write one that begins with https://\n", what, url);
		return -1;
	}
	f = xcalloc(1, sizeof(*f));
	f->url = url;
	f->what = what;
	p->data = f;
	p->every_ms = every_ms;
	return 0;
}

static int
open_quake(struct pull *p, struct buf *errors)
{
	return open_feed(p, "quake", p->g->h.set.warning_quake_url, p->g->h.set.warning_quake_ms, errors);
}

static int
open_felt(struct pull *p, struct buf *errors)
{
	return open_feed(p, "felt", p->g->h.set.warning_felt_url, p->g->h.set.warning_felt_ms, errors);
}

static int
open_alert(struct pull *p, struct buf *errors)
{
	return open_feed(p, "alert", p->g->h.set.warning_alert_url, p->g->h.set.warning_alert_ms, errors);
}

static void
release_feed(struct pull *p)
{
	struct feed *f = p->data;

	links_release(&f->links);
	buf_release(&f->cursor);
	buf_release(&f->bad);
	free(f);
}

const struct pull_source pull_quake = { "bmkg-gempa", open_quake, fetch_quakes, release_feed };
const struct pull_source pull_felt = { "bmkg-dirasakan", open_felt, fetch_quakes, release_feed };
const struct pull_source pull_alert = { "bmkg-cuaca", open_alert, fetch_alerts, release_feed };
