#include "cli/drill_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "core/door.h"
#include "lib/clock.h"
#include "lib/csv.h"
#include "store/drill.h"
#include "store/intake.h"
#include "store/table.h"

#define LOOK_MS 1000		/* whether the exercise still goes on is asked so often while nothing is due */

/* What is played: rows in the order of their time. */
struct script { struct drill_report *all; int n; };

static int
by_time(const void *a, const void *b)
{
	const struct drill_report *x = a, *y = b;

	return (x->after_ms > y->after_ms) - (x->after_ms < y->after_ms);
}

static int
flood(struct script *s, const struct house *h, const struct drill_play *p)
{
	s->n = p->reports;
	s->all = xcalloc((size_t)s->n + 1, sizeof(*s->all));
	for (int i = 0; i < s->n; i++)
		if (drill_flood(&s->all[i], h->policy->places, p->place, p->seed, i, s->n, p->lasts_ms) != 0)
			return cli_fail("--place %s: no kecamatan with desa; write its code, as 35.10.20", p->place);
	return 0;
}

enum { COL_SECOND, COL_WORDS, COL_PLACE, COLS };

static int
read_row(struct drill_report *r, const struct house *h, const struct csv *csv, size_t i, const int *columns,
    struct buf *errors)
{
	const char *second = csv_cell(csv, i, columns[COL_SECOND]), *words = csv_cell(csv, i, columns[COL_WORDS]);
	const char *place = csv_cell(csv, i, columns[COL_PLACE]);
	char *end;
	long long after = strtoll(second, &end, 10);
	int wrong = 0;

	if (end == second || *end != '\0' || after < 0 || after > DRILL_MOST_MS / 1000) {
		csv_mistake(csv, i, errors, "detik is no number of seconds; write 0 or more");
		wrong = 1;
	}
	if (words[0] == '\0' || strlen(words) >= sizeof(r->words)) {
		csv_mistake(csv, i, errors, "isi is empty or too long; write up to %zu bytes", sizeof(r->words) - 1);
		wrong = 1;
	}
	if (place[0] != '\0' && place_find(h->policy->places, place) == NULL) {
		csv_mistake(csv, i, errors, "tempat is no code of wilayah.csv; leave it empty where it is not known");
		wrong = 1;
	}
	if (wrong)
		return 1;
	r->after_ms = after * 1000;
	snprintf(r->words, sizeof(r->words), "%s", words);
	snprintf(r->place, sizeof(r->place), "%s", place);
	return 0;
}

static int
from_file(struct script *s, const struct house *h, const struct drill_play *p)
{
	static const char *const names[COLS] = { "detik", "isi", "tempat" };
	struct buf text = { 0 }, errors = { 0 };
	struct csv *csv = NULL;
	int columns[COLS], mistakes = 1;

	if (table_read(&h->set, p->what, &text, &errors) == 0)
		csv = csv_parse(p->what, buf_str(&text), text.len, &errors);
	if (csv != NULL && csv_columns(csv, names, columns, COLS, &errors) == 0) {
		mistakes = 0;
		s->n = (int)csv_rows(csv);
		s->all = xcalloc((size_t)s->n + 1, sizeof(*s->all));
		for (int i = 0; i < s->n; i++)
			mistakes += read_row(&s->all[i], h, csv, (size_t)i, columns, &errors);
		qsort(s->all, (size_t)s->n, sizeof(*s->all), by_time);
	}
	fputs(buf_str(&errors), stderr);
	csv_free(csv);
	buf_release(&text);
	buf_release(&errors);
	return mistakes == 0 ? 0 : cli_fail("%s: nothing was played", p->what);
}

/*
 * From nobody: a number, even one that nobody has today, would get the receipts of an exercise.  Each is a
 * voice of its own all the same.
 */
static enum intake_result
send_in(struct house *h, const struct door *door, const struct drill *d, const struct drill_report *r, int i)
{
	struct laporan l = { .channel = "latihan", .no_reply = 1, .latihan = 1 };
	struct buf id = { 0 };
	struct code code;
	enum intake_result result;

	buf_addf(&id, "%s.%d", d->id, i);
	l.message_id = buf_take(&id);
	l.sender = xstrdup(l.message_id);
	l.text = xstrdup(r->words);
	l.place = r->place[0] != '\0' ? xstrdup(r->place) : NULL;
	l.received_ms = store_now_ms(&h->st);
	l.lane_e = danger_at_door(door, r->words, strlen(r->words));
	result = l.received_ms != 0 ? intake_take(&h->st, &l, l.received_ms, (int)h->set.dedupe_days, &code) : INTAKE_RETRY;
	laporan_release(&l);
	return result;
}

static void
nap(int64_t ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* 1 while this exercise goes on, 0 it is over. */
static int
goes_on(struct house *h, const struct drill *d)
{
	struct drill now;
	int rc = drill_now(&h->st, &now);

	return rc < 0 || (rc == 1 && strcmp(now.id, d->id) == 0);	/* without an answer it is asked again */
}

static int
play(struct house *h, const struct door *door, const struct drill *d, const struct script *s, double speed)
{
	int64_t begun = clock_mono_ms();
	int i = 0, fresh = 0;

	while (i < s->n && goes_on(h, d)) {
		int64_t wait = (int64_t)((double)s->all[i].after_ms / speed) - (clock_mono_ms() - begun);
		enum intake_result result;

		if (wait > 0) {
			nap(wait < LOOK_MS ? wait : LOOK_MS);
			continue;
		}
		result = send_in(h, door, d, &s->all[i], i);
		if (result == INTAKE_FATAL)
			return cli_fail("report %d was refused: %s", i + 1, store_error(&h->st));
		if (result == INTAKE_RETRY || result == INTAKE_UNKNOWN) {
			nap(LOOK_MS);		/* it has its id: once more is not twice */
			continue;
		}
		fresh += result == INTAKE_OK;
		i++;
	}
	printf("%d of %d reports played, %d of them new\n", i, s->n, fresh);
	return i < s->n ? cli_fail("the exercise is over") : 0;
}

int
drill_play(struct house *h, const struct drill_play *p)
{
	struct script s = { 0 };
	struct drill d;
	struct door *door;
	int rc = drill_now(&h->st, &d), status = 1;

	if (rc != 1)
		return cli_fail("%s", rc < 0 ? store_error(&h->st) : "no exercise goes on; 'kentongan drill begin' begins one");
	if ((strcmp(p->what, "flood") == 0 ? flood(&s, h, p) : from_file(&s, h, p)) == 0) {
		door = door_new(h->policy->catalogue);
		status = play(h, door, &d, &s, p->speed);
		door_free(door);
	}
	free(s.all);
	return status;
}
