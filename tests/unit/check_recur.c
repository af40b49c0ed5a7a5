/* What keeps coming back at one place: logs that say so, and logs that nearly do. */
#include <check.h>

#include "console/recur.h"
#include "tests/unit/world.h"

Suite *recur_suite(void);

#define NOON INT64_C(1795305600000)
#define LEAST 3

static struct policy *policy;
static struct recurrences *r;
static int64_t seq;

static void
begin(void)
{
	policy = world_policy(NULL);
	r = recurrences_new(NOON, NOON + 90 * DAY_MS, policy);
}

static void
end(void)
{
	recurrences_free(r);
	policy_free(policy);
}

/* What an entry says; zero members as of a street lamp at a desa of Kabat, led by its desa. */
struct said {
	const char *what, *state, *cat, *place, *unit, *more, *drill;
	int day;
};

static void
entry(int number, struct said s)
{
	struct buf b = { 0 };
	struct log_line line = { .seq = ++seq };

	buf_addf(&b, "{\"schema\":1,\"code\":\"A%07d\",\"v\":1,\"at\":%" PRId64 ",\"what\":\"%s\",\"c\":{\"st\":\"%s\",\"urg\":\"biasa\","
	    "\"cat\":\"%s\",\"pl\":\"%s\",\"un\":[\"%s\"],\"rx\":%" PRId64 "%s}%s}", number, NOON + s.day * DAY_MS + seq,
	    s.what != NULL ? s.what : "buka", s.state != NULL ? s.state : "ditugaskan", s.cat != NULL ? s.cat : "lampu-jalan",
	    s.place != NULL ? s.place : "35.10.14.2005", s.unit != NULL ? s.unit : "D-35.10.14.2005", NOON + s.day * DAY_MS,
	    s.more != NULL ? s.more : "", s.drill != NULL ? s.drill : "");
	line.entry = buf_str(&b);
	line.len = b.len;
	recurrences_take(r, &line);
	buf_release(&b);
}

static size_t
count(struct recur_group **out)
{
	return recurrences_groups(r, LEAST, out);
}

/* The third of three decides; each row says what it is, and whether the three are a group. */
static const struct { const char *why; struct said third; int is_group; } thirds[] = {
	{ "one like the others", { .day = 80 }, 1 },
	{ "another kind", { .day = 80, .cat = "sampah" }, 0 },
	{ "the next desa", { .day = 80, .place = "35.10.14.2004" }, 0 },
	{ "no desa is known", { .day = 80, .place = "35.10.14" }, 0 },
	{ "before the period", { .day = -1 }, 0 },
	{ "after it", { .day = 90 }, 0 },
	{ "sealed", { .day = 80, .more = ",\"sealed\":1" }, 0 },
	{ "it follows another", { .day = 80, .more = ",\"lead\":\"A0000001\"" }, 0 },
	{ "rejected", { .day = 80, .state = "ditutup", .more = ",\"as\":\"ditolak\"" }, 0 },
	{ "a duplicate", { .day = 80, .state = "ditutup", .more = ",\"as\":\"ganda\"" }, 0 },
	{ "closed well", { .day = 80, .state = "ditutup", .more = ",\"as\":\"dikonfirmasi\"" }, 1 },
	{ "a drill", { .day = 80, .drill = ",\"latihan\":true" }, 0 },
	{ "imported", { .day = 80, .drill = ",\"warisan\":true" }, 0 },
	{ "the root problem itself", { .day = 80, .more = ",\"root\":1" }, 0 },
};

START_TEST(three_of_a_kind)
{
	struct recur_group *g;
	size_t n;

	entry(1, (struct said){ .day = 0 });
	entry(2, (struct said){ .day = 40 });
	entry(3, thirds[_i].third);
	n = count(&g);
	ck_assert_msg(n == (size_t)thirds[_i].is_group, "%s: %zu groups", thirds[_i].why, n);
	if (n == 1) {
		ck_assert_uint_eq(g->n, 3);
		ck_assert_str_eq(g->codes[0], "A0000001");
		ck_assert_int_eq(g->last_ms - g->first_ms, 80 * DAY_MS);
		ck_assert_str_eq(g->root, "");
	}
	recurrences_groups_free(g, n);
}
END_TEST

/* While somebody works on the root it is named; once that is resolved only what came later counts. */
START_TEST(a_cure_begins_the_count_anew)
{
	struct recur_group *g;
	size_t n;

	for (int i = 1; i <= 4; i++)
		entry(i, (struct said){ .day = i });
	entry(9, (struct said){ .day = 5, .more = ",\"root\":1" });
	n = count(&g);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(g->n, 4);
	ck_assert_str_eq(g->root, "A0000009");
	recurrences_groups_free(g, n);
	entry(9, (struct said){ .day = 5, .what = "selesai", .state = "selesai", .more = ",\"root\":1" });
	n = count(&g);
	ck_assert_uint_eq(n, 0);
	recurrences_groups_free(g, n);
	for (int i = 10; i <= 12; i++)
		entry(i, (struct said){ .day = i });
	n = count(&g);
	ck_assert_uint_eq(n, 1);
	ck_assert_uint_eq(g->n, 3);
	ck_assert_str_eq(g->root, "");
	recurrences_groups_free(g, n);
}
END_TEST

START_TEST(the_largest_first)
{
	struct recur_group *g;
	size_t n;

	for (int i = 0; i < 3; i++)
		entry(i, (struct said){ .day = i });
	for (int i = 10; i < 15; i++)
		entry(i, (struct said){ .day = i, .cat = "sampah" });
	n = count(&g);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(g[0].category, "sampah");
	ck_assert_str_eq(g[1].category, "lampu-jalan");
	recurrences_groups_free(g, n);
}
END_TEST

/* The category's dinas has the means; where none is known, who stands above those who tried. */
static const struct { const char *category, *led, *owner; } owners[] = {
	{ "lampu-jalan", "D-35.10.14.2005", "O-DISHUB" },
	{ "proyek-desa", "D-35.10.14.2005", NULL },
	{ "nothing-known", "D-35.10.14.2005", "K-35.10.14" },
	{ "nothing-known", "", NULL },
};

START_TEST(who_should_own_it)
{
	const struct recur_group g = { .category = owners[_i].category, .place = "35.10.14.2005", .led = owners[_i].led };
	const struct unit *u = recur_owner(policy, &g), *led = unit_find(policy->units, owners[_i].led);

	if (owners[_i].owner != NULL) {
		ck_assert_ptr_nonnull(u);
		ck_assert_str_eq(u->code, owners[_i].owner);
	} else if (led != NULL) {
		ck_assert_msg(u != NULL && u != led, "%s stays with who led", owners[_i].category);
	} else {
		ck_assert_ptr_null(u);
	}
}
END_TEST

Suite *
recur_suite(void)
{
	Suite *s = suite_create("recur");
	TCase *t = tcase_create("recur");

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_loop_test(t, three_of_a_kind, 0, N_ELEMS(thirds));
	tcase_add_test(t, a_cure_begins_the_count_anew);
	tcase_add_test(t, the_largest_first);
	tcase_add_loop_test(t, who_should_own_it, 0, N_ELEMS(owners));
	suite_add_tcase(s, t);
	return s;
}
