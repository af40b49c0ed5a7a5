/* What reports reckon from the log, and what the read model takes back, on entries made here. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/alerts.h"
#include "console/first.h"
#include "console/model.h"
#include "console/report.h"
#include "core/calendar.h"

Suite *report_suite(void);

#define NOON INT64_C(1795000000000)

static int64_t seq;

/* An entry of a case; c: what its snapshot says beside time and place. */
static void
entry(struct report *r, struct model *m, const char *code, const char *from, const char *to, int64_t at_ms, const char *unit,
    const char *more)
{
	struct buf b = { 0 }, data = { 0 };
	struct log_line line = { .seq = ++seq };

	buf_addf(&b, "{\"schema\":1,\"code\":\"%s\",\"v\":%" PRId64 ",\"at\":%" PRId64 ",\"what\":\"x\",\"from\":\"%s\",\"to\":\"%s\","
	    "\"c\":{\"st\":\"%s\",\"urg\":\"biasa\",\"cat\":\"jalan-rusak\",\"pl\":\"35.10.20.2005\",\"un\":[\"%s\"],\"rx\":%" PRId64
	    ",\"pr\":%" PRId64 "%s}}", code, seq, at_ms, from, to, to, unit, NOON, NOON + 4 * HOUR_MS, more);
	line.entry = buf_str(&b);
	line.len = b.len;
	if (r != NULL)
		report_take(r, &line);
	if (m != NULL)
		model_take(m, &line, &data);
	buf_release(&b);
	buf_release(&data);
}

/* A case that takes minutes to each step. */
static void
whole(struct report *r, const char *code, const char *unit, int minutes, const char *as)
{
	char more[64];

	entry(r, NULL, code, "", "ditugaskan", NOON, unit, "");
	entry(r, NULL, code, "ditugaskan", "diterima", NOON + minutes * MINUTE_MS, unit, "");
	snprintf(more, sizeof(more), ",\"hd\":%" PRId64, NOON + 2 * minutes * MINUTE_MS);
	entry(r, NULL, code, "diterima", "ditangani", NOON + 2 * minutes * MINUTE_MS, unit, more);
	entry(r, NULL, code, "ditangani", "selesai", NOON + 3 * minutes * MINUTE_MS, unit, more);
	snprintf(more, sizeof(more), ",\"hd\":%" PRId64 ",\"as\":\"%s\"", NOON + 2 * minutes * MINUTE_MS, as);
	entry(r, NULL, code, "selesai", "ditutup", NOON + DAY_MS, unit, more);
}

START_TEST(times_and_ends)
{
	struct report *r = report_new(NOON - DAY_MS, NOON + DAY_MS);
	struct report_row *rows, total;
	char code[16];

	for (int i = 1; i <= 10; i++) {
		snprintf(code, sizeof(code), "A%07d", i);
		whole(r, code, "O-DISHUB", i, i <= 6 ? "dikonfirmasi" : "tidak-disanggah");
	}
	entry(r, NULL, "A0000001", "ditutup", "ditugaskan", NOON + 2 * DAY_MS, "O-DISHUB", "");
	ck_assert_uint_eq(report_rows(r, BY_UNIT, &rows, &total), 1);
	ck_assert_str_eq(rows[0].group, "O-DISHUB");
	ck_assert_uint_eq(rows[0].count, 10);
	ck_assert_int_eq(rows[0].taken.median_ms, 5 * MINUTE_MS);
	ck_assert_int_eq(rows[0].taken.p90_ms, 9 * MINUTE_MS);
	ck_assert_int_eq(rows[0].handled.p90_ms, 20 * MINUTE_MS);	/* the reopened one counts no more */
	ck_assert_uint_eq(rows[0].handled.n, 9);
	ck_assert_uint_eq(rows[0].reopened, 1);
	ck_assert_uint_eq(rows[0].ends[END_CONFIRMED], 5);
	ck_assert_uint_eq(rows[0].ends[END_UNCONFIRMED], 4);
	ck_assert_uint_eq(rows[0].ends[END_OPEN], 1);
	free(rows);
	report_free(r);
}
END_TEST

START_TEST(few_are_put_together)
{
	struct report *r = report_new(NOON - DAY_MS, NOON + DAY_MS);
	static const struct { const char *unit; int n; } groups[] = {
		{ "O-SATU", 9 }, { "O-DUA", 6 }, { "O-TIGA", 2 }, { "O-EMPAT", 1 } };
	struct report_row *rows, total;
	char code[16];
	size_t n;

	for (size_t g = 0; g < N_ELEMS(groups); g++)
		for (int i = 0; i < groups[g].n; i++) {
			snprintf(code, sizeof(code), "%c%07d", 'A' + (char)g, i);
			whole(r, code, groups[g].unit, 5, "dikonfirmasi");
		}
	/* Three alone would be what is missing from the total: the next larger goes with them. */
	n = report_rows(r, BY_UNIT, &rows, &total);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(rows[0].group, "O-SATU");
	ck_assert_int_eq(rows[1].small, 3);
	ck_assert_uint_eq(rows[1].count, 9);
	ck_assert_uint_eq(total.count, 18);
	free(rows);
	report_free(r);
}
END_TEST

START_TEST(too_few_say_nothing)
{
	struct report *r = report_new(NOON - DAY_MS, NOON + DAY_MS);
	struct report_row *rows, total;

	whole(r, "A0000001", "O-SATU", 5, "dikonfirmasi");
	ck_assert_uint_eq(report_rows(r, BY_KECAMATAN, &rows, &total), 0);
	ck_assert_uint_eq(total.count, 1);
	ck_assert_uint_eq(total.taken.n, 0);
	free(rows);
	report_free(r);
}
END_TEST

START_TEST(sealed_by_the_last_word_and_drills_count_nowhere)
{
	struct report *r = report_new(NOON - DAY_MS, NOON + DAY_MS);

	whole(r, "A0000001", "O-SATU", 5, "dikonfirmasi");
	entry(r, NULL, "A0000002", "", "ditugaskan", NOON, "O-SATU", "");
	entry(r, NULL, "A0000002", "ditugaskan", "ditugaskan", NOON + 1, "O-SATU", ",\"sealed\":1");
	ck_assert_uint_eq(report_cases(r), 1);
	report_free(r);
}
END_TEST

#define OLD "},\"warisan\":true,\"y\":{"		/* beside the snapshot, as the log has it */

START_TEST(old_complaints_stand_apart)
{
	struct report *r = report_new(NOON - DAY_MS, NOON + DAY_MS);
	struct model *m = model_new(10);
	struct model_figures f;
	const struct held *held;
	size_t n, open;

	whole(r, "A0000001", "O-SATU", 5, "dikonfirmasi");
	entry(r, m, "A0000002", "", "ditugaskan", NOON, "O-SATU", OLD);
	entry(r, m, "A0000003", "", "ditutup", NOON, "O-SATU", ",\"as\":\"ditolak\"" OLD);
	entry(NULL, m, "A0000004", "", "ditugaskan", NOON, "O-SATU", "");
	ck_assert_uint_eq(report_cases(r), 1);
	ck_assert_uint_eq(report_legacy(r, &open), 2);
	ck_assert_uint_eq(open, 1);
	model_figures(m, NOON + DAY_MS / 2, &f);
	ck_assert(f.open == 1 && f.breaching == 1 && f.legacy == 1);
	/* and behind what somebody was promised */
	held = model_held(m, "O-SATU", &n);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_gt(held[strcmp(held[0].c->code.s, "A0000002") != 0].rank,
	    held[strcmp(held[0].c->code.s, "A0000002") == 0].rank);
	model_free(m);
	report_free(r);
}
END_TEST

/* ---- the past ---- */

static int
count_open(const struct model_case *c, void *arg)
{
	*(int *)arg += c->state != CASE_DITUTUP;
	return 0;
}

static int
open_at(const struct model *m, int64_t at)
{
	int n = 0;

	return model_each_at(m, at, count_open, &n) == 0 ? n : -1;
}

START_TEST(the_model_at_an_entry)
{
	struct model *m = model_new(16);

	seq = 0;
	entry(NULL, m, "A0000001", "", "ditugaskan", NOON, "O-SATU", "");		/* 1 */
	entry(NULL, m, "A0000002", "", "ditugaskan", NOON, "O-SATU", "");		/* 2 */
	entry(NULL, m, "A0000001", "ditugaskan", "ditutup", NOON, "O-SATU", "");	/* 3 */
	entry(NULL, m, "A0000003", "", "ditugaskan", NOON, "O-SATU", "");		/* 4 */
	ck_assert_int_eq(open_at(m, 0), 0);
	ck_assert_int_eq(open_at(m, 1), 1);
	ck_assert_int_eq(open_at(m, 2), 2);
	ck_assert_int_eq(open_at(m, 3), 1);
	ck_assert_int_eq(open_at(m, 4), 2);
	ck_assert_int_eq(open_at(m, 5), -1);		/* still to come */
	model_sweep(m, NOON + 2 * DAY_MS);		/* what is forgotten now was there then */
	ck_assert_int_eq(open_at(m, 1), 1);
	entry(NULL, m, "A0000002", "ditugaskan", "ditugaskan", NOON, "O-SATU", ",\"sealed\":1");
	ck_assert_int_eq(open_at(m, 2), 1);		/* but not what is sealed now */
	ck_assert(model_is_sealed(m, "A0000002") && !model_is_sealed(m, "A0000003"));
	model_free(m);
}
END_TEST

static int
note_voices(const struct model_case *c, void *arg)
{
	int *voices = arg;

	if (strcmp(c->code.s, "A0000001") == 0)
		*voices = c->voices;
	return 0;
}

/* The log says two, and four later; the third is counted where it is shown. */
START_TEST(each_voice_counts)
{
	struct model *m = model_new(4);
	int64_t before;
	int then = 0;

	seq = 0;
	entry(NULL, m, "A0000001", "", "ditugaskan", NOON, "O-BPBD", ",\"inc\":\"banjir-1\"");
	entry(NULL, m, "A0000002", "", "ditugaskan", NOON, "O-BPBD", ",\"inc\":\"banjir-1\",\"lead\":\"A0000001\"");
	entry(NULL, m, "A0000001", "ditugaskan", "ditugaskan", NOON, "O-BPBD", ",\"inc\":\"banjir-1\",\"voices\":2");
	ck_assert_int_eq(model_find(m, "A0000001")->voices, 2);
	before = seq;
	entry(NULL, m, "A0000003", "", "ditugaskan", NOON, "O-BPBD", ",\"inc\":\"banjir-1\",\"lead\":\"A0000001\"");
	ck_assert_int_eq(model_find(m, "A0000001")->voices, 3);
	entry(NULL, m, "A0000003", "ditugaskan", "diterima", NOON, "O-BPBD", ",\"inc\":\"banjir-1\",\"lead\":\"A0000001\"");
	entry(NULL, m, "A0000001", "ditugaskan", "diterima", NOON, "O-BPBD", ",\"inc\":\"banjir-1\",\"voices\":2");
	ck_assert_int_eq(model_find(m, "A0000001")->voices, 3);
	ck_assert_int_eq(model_each_at(m, before, note_voices, &then), 0);
	ck_assert_int_eq(then, 2);
	model_free(m);
}
END_TEST

struct recount { struct model *m; const char *unit; size_t n; uint64_t ranks; };

static int
recount(const struct model_case *c, int sealed, void *arg)
{
	struct recount *r = arg;
	int held = r->unit[0] == '\0' && c->units_n == 0;

	(void)sealed;
	for (int i = 0; i < c->units_n && !held; i++)
		held = strcmp(model_unit_code(r->m, c->unit_ids[i]), r->unit) == 0;
	if (held && c->state != CASE_DITUTUP) {
		r->n++;
		r->ranks += (uint64_t)model_rank(c);
	}
	return 0;
}

/* A thousand random changes: each unit's list is what a look at all cases finds. */
START_TEST(units_hold_what_is_theirs)
{
	static const char *const units[] = { "O-SATU", "O-DUA\",\"O-TIGA", "O-TIGA", "O-DUA\",\"O-SATU\",\"O-DUA" };
	static const char *const one[] = { "", "O-SATU", "O-DUA", "O-TIGA" };
	static const char *const more[] = { "", "", ",\"hd\":1795000600000", ",\"sealed\":1", ",\"un\":[]" };
	struct model *m = model_new(4);
	unsigned dice = 7, which;
	int sealed[40] = { 0 };
	char code[16];

	seq = 0;
	for (int i = 0; i < 1000; i++) {
		const char *also;

		dice = dice * 1103515245u + 12345u;
		which = dice / 65536 % N_ELEMS(sealed);
		snprintf(code, sizeof(code), "A%07u", which);
		also = sealed[which] ? ",\"sealed\":1" : more[dice / 4099 % N_ELEMS(more)];
		sealed[which] = strstr(also, "sealed") != NULL;
		entry(NULL, m, code, "ditugaskan", dice / 7919 % 5 == 0 ? "ditutup" : "ditugaskan", NOON + i,
		    units[dice / 257 % N_ELEMS(units)], also);
		if (i % 100 == 99)
			model_sweep(m, NOON + (i % 200 == 199 ? 100 * DAY_MS : 2 * DAY_MS));
		for (size_t k = 0; k < N_ELEMS(one); k++) {
			struct recount r = { .m = m, .unit = one[k] };
			size_t n;
			const struct held *rows = model_held(m, one[k], &n);

			model_each(m, recount, &r);
			ck_assert_uint_eq(n, r.n);
			for (size_t h = 0; h < n; h++) {
				ck_assert_int_eq(rows[h].sealed, model_is_sealed(m, rows[h].c->code.s));
				r.ranks -= (uint64_t)rows[h].rank;
			}
			ck_assert_uint_eq(r.ranks, 0);
		}
	}
	model_free(m);
}
END_TEST

static int
held_order(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	return x->rank != y->rank ? (x->rank > y->rank) - (x->rank < y->rank) : strcmp(x->c->code.s, y->c->code.s);
}

/* Whatever order they come in: what sorting all of them would put first. */
START_TEST(the_first_of_many)
{
	enum { MANY = 500 };
	static struct model_case cases[MANY];
	struct held all[MANY];
	unsigned dice = 11;

	for (size_t wanted = 1; wanted < 260; wanted += 37)
		for (int n = 0; n <= MANY; n += 125) {
			struct first f;

			first_begin(&f, wanted);
			for (int i = 0; i < n; i++) {
				dice = dice * 1103515245u + 12345u;
				snprintf(cases[i].code.s, sizeof(cases[i].code.s), "A%06d", i);
				all[i] = (struct held){ dice / 65536 % 90, 0, &cases[i] };	/* many are equal */
				first_keep(&f, &all[i]);
			}
			first_cut(&f);
			qsort(all, (size_t)n, sizeof(*all), held_order);
			ck_assert_uint_eq(f.found, (size_t)n);
			ck_assert_uint_eq(f.n, (size_t)n < wanted ? (size_t)n : wanted);
			for (size_t i = 0; i < f.n; i++)
				ck_assert_ptr_eq(f.rows[i].c, all[i].c);
			first_release(&f);
		}
}
END_TEST

START_TEST(the_past_is_bounded)
{
	struct model *m = model_new(16);
	char code[16];

	seq = 0;
	for (int i = 0; i < 20010; i++) {
		snprintf(code, sizeof(code), "A%07d", i % 50);
		entry(NULL, m, code, "ditugaskan", "ditugaskan", NOON, "O-SATU", "");
	}
	ck_assert_int_eq(open_at(m, 9), -1);
	ck_assert_int_eq(open_at(m, 10), 10);
	ck_assert_int_eq(open_at(m, 20010), 50);
	model_free(m);
}
END_TEST

/* ---- alerts ---- */

START_TEST(an_alert_changes_when_something_is_new)
{
	static const struct { int voices; enum truth truth; enum case_state state; int64_t last, prior; } steps[] = {
		{ 1, TRUTH_UNVERIFIED, CASE_DITUGASKAN, 0, 0 },		/* one voice alone is none */
		{ 2, TRUTH_UNVERIFIED, CASE_DITUGASKAN, 2, 0 },
		{ 3, TRUTH_UNVERIFIED, CASE_DITERIMA, 2, 0 },		/* nothing to say */
		{ 6, TRUTH_UNVERIFIED, CASE_DITERIMA, 4, 2 },
		{ 6, TRUTH_SCENE, CASE_DITANGANI, 5, 4 },
		{ 6, TRUTH_SCENE, CASE_SELESAI, 6, 5 },
	};
	struct alerts in = { 0 };
	struct model_case c = { .incident = "banjir-35.10.20-1", .code = { "A0000001" } };

	for (size_t i = 0; i < N_ELEMS(steps); i++) {
		const struct incident_alert *a;

		c.seq = (int64_t)i + 1;
		c.voices = steps[i].voices;
		c.truth = steps[i].truth;
		c.state = steps[i].state;
		alerts_take(&in, &c, NOON + (int64_t)i);
		a = alerts_find(&in, c.incident);
		ck_assert_msg((a != NULL ? a->last.seq : 0) == steps[i].last, "step %zu", i);
		ck_assert_msg((a != NULL ? a->prior.seq : 0) == steps[i].prior, "step %zu", i);
	}
	ck_assert_int_eq(in.rows[0].first.seq, 2);
	ck_assert_int_eq(in.rows[0].over, 1);
	c.apart = 1;
	snprintf(c.incident, sizeof(c.incident), "banjir-35.10.21-1");
	alerts_take(&in, &c, NOON);
	ck_assert_uint_eq(in.n, 1);
	alerts_release(&in);
}
END_TEST

Suite *
report_suite(void)
{
	Suite *s = suite_create("report");
	TCase *tc = tcase_create("report");

	tcase_add_test(tc, times_and_ends);
	tcase_add_test(tc, few_are_put_together);
	tcase_add_test(tc, too_few_say_nothing);
	tcase_add_test(tc, sealed_by_the_last_word_and_drills_count_nowhere);
	tcase_add_test(tc, old_complaints_stand_apart);
	tcase_add_test(tc, the_model_at_an_entry);
	tcase_add_test(tc, each_voice_counts);
	tcase_add_test(tc, units_hold_what_is_theirs);
	tcase_add_test(tc, the_first_of_many);
	tcase_add_test(tc, the_past_is_bounded);
	tcase_add_test(tc, an_alert_changes_when_something_is_new);
	suite_add_tcase(s, tc);
	return s;
}
