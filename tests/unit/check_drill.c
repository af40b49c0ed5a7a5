/* Exercises: what ends with one, what units did in it, the same flood for the same seed. */
#include "core/drill.h"
#include "tests/unit/world.h"

Suite *drill_suite(void);

#define NOW INT64_C(1795159500000)
#define SEMPU "35.10.20"

static struct policy *p;

static void
load(void)
{
	p = world_policy(NULL);
}

static void
unload(void)
{
	policy_free(p);
}

START_TEST(only_what_is_marked_ends_with_it)
{
	struct understanding u = world_understanding("sampah", URGENCY_BIASA, "35.10.25.2007", "O-DLH");
	struct world w = { .p = p, .now = NOW, .entropy = 3 };
	struct command over = { .event = ON_STAND_DOWN, .by = BY_SYSTEM };

	world_roster(&w.r);
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	ck_assert_int_eq(world_send(&w, over), -1);		/* a cry for help stays one */
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	w.c.latihan = 1;
	over.by = BY_OPERATOR;
	snprintf(over.actor, sizeof(over.actor), "opr-d112-1");
	ck_assert_int_eq(world_send(&w, over), -1);		/* nor is it anybody's act */
	over.by = BY_SYSTEM;
	ck_assert_int_eq(world_send(&w, over), 0);
	ck_assert(w.c.state == CASE_DITUTUP && w.c.closed_as == CLOSE_DRILL);
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_int_eq(case_due_ms(&w.c), 0);
	roster_release(&w.r);
}
END_TEST

static struct case_record
of(const char *unit, int64_t taken, int64_t handled)
{
	struct case_record c = { .received_ms = NOW, .latihan = 1, .units_n = 1 };

	snprintf(c.units[0], sizeof(c.units[0]), "%s", unit);
	c.taken_ms = taken != 0 ? NOW + taken : 0;
	c.handled_ms = handled != 0 ? NOW + handled : 0;
	return c;
}

START_TEST(what_units_did)
{
	struct case_record cases[] = { of("B", 100, 900), of("A", 300, 0), of("B", 200, 500), of("B", 900, 0) };
	struct drill_row *rows;

	ck_assert_uint_eq(drill_rows(cases, N_ELEMS(cases), &rows), 2);
	ck_assert_str_eq(rows[0].unit, "B");
	ck_assert(rows[0].cases == 3 && rows[0].taken == 3 && rows[0].handled == 2);
	ck_assert(rows[0].taken_median_ms == 200 && rows[0].taken_worst_ms == 900);
	ck_assert(rows[0].handled_median_ms == 500 && rows[0].handled_worst_ms == 900);
	ck_assert(rows[1].cases == 1 && rows[1].handled == 0);
	free(rows);
	ck_assert_uint_eq(drill_rows(cases, 0, &rows), 0);
	free(rows);
}
END_TEST

START_TEST(the_same_seed_the_same_flood)
{
	struct drill_report a, b, other;
	int64_t last = -1;
	int differs = 0, middle = 0;

	for (int i = 0; i < 60; i++) {
		ck_assert_int_eq(drill_flood(&a, p->places, SEMPU, 7, i, 60, HOUR_MS), 0);
		ck_assert_int_eq(drill_flood(&b, p->places, SEMPU, 7, i, 60, HOUR_MS), 0);
		ck_assert_int_eq(drill_flood(&other, p->places, SEMPU, 8, i, 60, HOUR_MS), 0);
		ck_assert(memcmp(&a, &b, sizeof(a)) == 0);
		differs |= strcmp(a.words, other.words) != 0;
		ck_assert_int_ge(a.after_ms, last);
		ck_assert_int_le(a.after_ms, HOUR_MS);
		ck_assert_int_eq(strncmp(a.place, SEMPU ".", strlen(SEMPU) + 1), 0);
		last = a.after_ms;
		middle += a.after_ms > HOUR_MS / 4 && a.after_ms < 3 * HOUR_MS / 4;
	}
	ck_assert(differs);
	ck_assert_int_gt(middle, 30);		/* most come in its middle half */
	ck_assert_int_eq(drill_flood(&a, p->places, "35.10.99", 7, 0, 60, HOUR_MS), -1);
	ck_assert_int_eq(drill_flood(&a, p->places, SEMPU, 7, 60, 60, HOUR_MS), -1);
}
END_TEST

START_TEST(as_it_is_kept)
{
	struct drill d = { .id = "L7K3F9QXM", .name = "Banjir \"Sempu\"", .by = "ana", .begun_ms = NOW, .ends_ms = NOW + HOUR_MS,
	    .from_seq = 12 }, back;
	struct buf b = { 0 };

	drill_encode(&b, &d);
	ck_assert_int_eq(drill_decode(&back, buf_str(&b), b.len), 0);
	ck_assert(memcmp(&d, &back, sizeof(d)) == 0);
	ck_assert_ptr_null(drill_wrong(&d, NOW));
	d.ends_ms = NOW;
	ck_assert_ptr_nonnull(drill_wrong(&d, NOW));
	d.ends_ms = NOW + DRILL_MOST_MS + 1;
	ck_assert_ptr_nonnull(drill_wrong(&d, NOW));
	d.ends_ms = NOW + HOUR_MS;
	d.name[0] = '\0';
	ck_assert_ptr_nonnull(drill_wrong(&d, NOW));
	ck_assert_int_eq(drill_decode(&back, "{}", 2), -1);
	buf_release(&b);
}
END_TEST

Suite *
drill_suite(void)
{
	Suite *s = suite_create("drill");
	TCase *tc = tcase_create("drill");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_test(tc, only_what_is_marked_ends_with_it);
	tcase_add_test(tc, what_units_did);
	tcase_add_test(tc, the_same_seed_the_same_flood);
	tcase_add_test(tc, as_it_is_kept);
	suite_add_tcase(s, tc);
	return s;
}
