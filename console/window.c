/*
 * What everybody may see, as files in DIR/terbuka that ingest serves: what is open now, and each day
 * that is over.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "console/console.h"
#include "core/calendar.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/daily.h"

#define LOOK_EVERY_MS MINUTE_MS	/* for days without files; those found are made one after another */
#define STEP 2000		/* entries read at once: others want the console too */
#define AFTER_MIDNIGHT_MS MINUTE_MS

struct window {
	struct console *c;
	struct event *tick;
	struct buf dir;
	int64_t now_made_ms, day_tried_ms;	/* monotonic; 0: at once */
	int64_t born_day, born_seq;	/* of the first report; 0 not known yet, looked for up to that entry */
	int made;			/* days since none was missing */
	struct daily *making; int64_t making_day, end_seq;	/* read in steps: others want the console too */
};

static int
put(const struct window *w, const char *name, const struct buf *text)
{
	struct buf path = { 0 };
	int rc;

	buf_addf(&path, "%s/%s", buf_str(&w->dir), name);
	if (mkdir(buf_str(&w->dir), 0755) != 0 && errno != EEXIST)
		rc = -1;
	else
		rc = file_write(buf_str(&path), text->data, text->len, 0644);
	if (rc != 0)
		log_error("window_unwritten", "file=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
	buf_release(&path);
	return rc;
}

/* ---- what is open now ---- */

struct seen { struct window_case *cases; size_t n, cap; struct buf incidents; const struct console *c; };

/* How many told of it: of floods and blackouts, never of what happened to somebody. */
static void
add_incident(struct seen *s, const struct model_case *c)
{
	const struct policy *p = s->c->h.policy;
	struct window_row row = { .state = WINDOW_GIVEN, .count = c->voices };

	if (c->incident[0] == '\0' || c->lead[0] != '\0' || c->apart || c->voices < 2 ||
	    !window_is_of_things(p->catalogue, c->category) || place_find(p->places, c->place) == NULL ||
	    window_state_of(c->state, c->closed_as, &row.state) != 0 || c->state == CASE_DITUTUP)
		return;
	snprintf(row.category, sizeof(row.category), "%s", c->category);
	snprintf(row.place, sizeof(row.place), "%s", c->place);
	row.day = wib_day(c->received_ms);
	buf_adds(&s->incidents, s->incidents.len > 0 ? ",\n" : "\n");
	daily_row_json(&s->incidents, p, &row);
}

static int
see(const struct model_case *c, int sealed, void *arg)
{
	struct seen *s = arg;
	struct window_case *row;

	if (sealed || c->latihan || c->legacy)
		return 0;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 1024 : 2 * s->cap;
		s->cases = xrealloc(s->cases, s->cap * sizeof(*s->cases));
	}
	row = &s->cases[s->n];
	if (window_state_of(c->state, c->closed_as, &row->state) != 0)
		return 0;
	row->category = c->category;
	row->place = c->place;
	row->day = wib_day(c->received_ms);
	row->hide = c->hide_reporter || c->opened_ms == 0;
	s->n++;
	add_incident(s, c);
	return 0;
}

static void
make_now(struct window *w)
{
	const struct console *c = w->c;
	const struct policy *p = c->h.policy;
	struct seen s = { .c = c };
	struct buf out = { 0 };
	struct window_row *rows;
	size_t n;

	model_each(c->model, see, &s);
	n = window_rows(p->catalogue, p->places, s.cases, s.n, &rows);
	buf_addf(&out, "{\"schema\":1,\"pukul_ms\":%" PRId64 ",\"catatan_sampai\":%" PRId64 ",\"pukul\":\"",
	    house_now_ms(&c->h), model_seq(c->model));
	buf_add_wib_iso(&out, house_now_ms(&c->h));
	buf_addc(&out, '"');
	buf_add_pair(&out, "kabupaten", c->h.set.name);
	buf_add_pair(&out, "lisensi", c->h.set.licence);
	buf_adds(&out, ",\"baris\":[");
	for (size_t i = 0; i < n; i++) {
		buf_adds(&out, i > 0 ? ",\n" : "\n");
		daily_row_json(&out, p, &rows[i]);
	}
	buf_addf(&out, "\n],\"kejadian\":[%s\n]}\n", buf_str(&s.incidents));
	put(w, WINDOW_NOW, &out);
	buf_release(&out);
	buf_release(&s.incidents);
	free(s.cases);
	free(rows);
}

/* ---- the days ---- */

static void
file_of(const struct window *w, int64_t day, enum daily_form form, struct buf *path)
{
	char name[DAY_CHARS];

	daily_name(name, day);
	buf_addf(path, "%s/%s.%s", buf_str(&w->dir), name, daily_form_name(form));
}

static int
has_file(const struct window *w, int64_t day, enum daily_form form)
{
	struct buf path = { 0 };
	int there;

	file_of(w, day, form, &path);
	there = access(buf_str(&path), F_OK) == 0;
	buf_release(&path);
	return there;
}

static void
drop_day(const struct window *w, int64_t day)
{
	for (int f = 0; f < DAILY_FORMS; f++) {
		struct buf path = { 0 };

		file_of(w, day, (enum daily_form)f, &path);
		if (unlink(buf_str(&path)) != 0 && errno != ENOENT)
			log_error("window_kept", "file=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
		buf_release(&path);
	}
}

/* 0; -1 not all of them. */
static int
write_day(const struct window *w)
{
	char date[DAY_CHARS];
	int rc = 0;

	daily_name(date, w->making_day);
	/* The first form comes last: it is what tells that the day is made. */
	for (int f = DAILY_FORMS - 1; f >= 0 && rc == 0; f--) {
		struct buf text = { 0 }, name = { 0 };

		daily_publish(w->making, &w->c->h, (enum daily_form)f, &text);
		buf_addf(&name, "%s.%s", date, daily_form_name((enum daily_form)f));
		rc = put(w, buf_str(&name), &text);
		buf_release(&text);
		buf_release(&name);
	}
	return rc;
}

static void
stop_making(struct window *w)
{
	daily_free(w->making);
	w->making = NULL;
}

static void
drop_old(const struct window *w)
{
	int64_t today = wib_day(house_now_ms(&w->c->h)), day;
	DIR *dir = opendir(buf_str(&w->dir));
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		char name[DAY_CHARS] = "";

		snprintf(name, sizeof(name), "%.10s", e->d_name);
		if (e->d_name[0] != '\0' && daily_of_name(name, &day) == 0 &&
		    day < today - w->c->h.set.public_keep_days)
			drop_day(w, day);
	}
	if (dir != NULL)
		closedir(dir);
}

/* One step; what fails is begun again in a minute, after what is made the next one follows. */
static void
make_more(struct window *w)
{
	int more = daily_read(w->making, &w->c->h.st, w->end_seq);

	if (more < 0)
		log_warn("day_unread", "day=%" PRId64, w->making_day);
	else if (more == 0 && write_day(w) == 0) {
		w->made++;
		w->day_tried_ms = 0;
	}
	if (more <= 0)
		stop_making(w);
}

static int
see_birth(const struct log_line *line, void *arg)
{
	struct window *w = arg;
	int64_t at_ms;

	w->born_seq = line->seq;
	if (daily_begins(line, &at_ms))
		w->born_day = wib_day(at_ms);
	return w->born_day != 0;
}

/* The newest day that is over and has no files; none from before the first report. */
static void
make_missing(struct window *w)
{
	struct console *c = w->c;
	int64_t today = wib_day(house_now_ms(&c->h) - AFTER_MIDNIGHT_MS);

	for (int64_t day = today - 1; day >= w->born_day && day >= today - c->h.set.public_days; day--)
		if (!has_file(w, day, DAILY_CSV)) {
			w->making = daily_new(day);
			w->making_day = day;
			w->end_seq = model_seq(c->model);
			return;
		}
	if (w->made > 0)
		log_info("days_made", "n=%d", w->made);
	w->made = 0;
}

/* One step of the days; those that read the log come again at once. */
static void
days_go_on(struct window *w)
{
	int64_t mono = clock_mono_ms();

	if (w->making != NULL) {
		make_more(w);
	} else if (w->day_tried_ms == 0 || mono - w->day_tried_ms >= LOOK_EVERY_MS) {
		w->day_tried_ms = mono;
		if (w->born_day != 0)
			make_missing(w);
		else if (logbook_read(&w->c->h.st, w->born_seq, STEP, see_birth, w) > 0)
			w->day_tried_ms = 0;
		drop_old(w);
	}
}

/* ---- time ---- */

static void
later(const struct window *w, int64_t ms)
{
	struct timeval tv = ms_to_timeval(ms);

	event_add(w->tick, &tv);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct window *w = arg;
	struct console *c = w->c;
	int64_t mono = clock_mono_ms(), every = c->h.set.public_ms;
	int at_once = 0;

	(void)fd, (void)what;
	if (c->ready && !c->d->stopping && c->h.policy != NULL) {
		if (w->now_made_ms == 0 || mono - w->now_made_ms >= every) {
			w->now_made_ms = mono;
			make_now(w);
		}
		days_go_on(w);
		at_once = w->making != NULL || w->day_tried_ms == 0;
	}
	later(w, at_once ? 1 : !c->ready ? 200 : every < LOOK_EVERY_MS ? every : LOOK_EVERY_MS);
}

void
window_sealed(struct window *w, int64_t opened_ms)
{
	drop_day(w, wib_day(opened_ms));
	stop_making(w);		/* it may have read too little */
	w->now_made_ms = w->day_tried_ms = 0;
	if (w->c->ready)
		later(w, 0);
}

struct window *
window_new(struct console *c, struct event_base *base, const char *dir)
{
	struct window *w = xcalloc(1, sizeof(*w));

	w->c = c;
	buf_addf(&w->dir, "%s/" WINDOW_DIR, dir);
	w->tick = event_new(base, -1, 0, on_tick, w);
	if (w->tick == NULL) {
		window_free(w);
		return NULL;
	}
	later(w, 0);
	return w;
}

void
window_free(struct window *w)
{
	if (w == NULL)
		return;
	if (w->tick != NULL)
		event_free(w->tick);
	stop_making(w);
	buf_release(&w->dir);
	free(w);
}
