/* What looks as if somebody worked for the figures: histories that do, and the same told honestly. */
#include <check.h>

#include "console/oddity.h"
#include "tests/unit/world.h"

Suite *oddity_suite(void);

#define NOON INT64_C(1795305600000)
static const struct oddity_limits limits = { 15 * MINUTE_MS, 3, 10, 10 * MINUTE_MS, 30 * MINUTE_MS, 5, 20 };

static struct policy *policy;
static int64_t seq;

static void
begin(void)
{
	policy = world_policy(NULL);
}

static void
end(void)
{
	policy_free(policy);
}

/* What one entry says; zero members as of an open case of O-DISHUB that came at noon with four hours. */
struct said {
	const char *what, *from, *to, *actor, *unit, *cat, *more, *cmd;
	int64_t at_ms, handled_ms;
	int drill;		/* 2: an old complaint */
};

static void
entry(struct oddities *o, int number, struct said s)
{
	struct buf b = { 0 };
	struct log_line line = { .seq = ++seq };

	buf_addf(&b, "{\"schema\":1,\"code\":\"A%07d\",\"v\":%" PRId64 ",\"at\":%" PRId64 ",\"what\":\"%s\"%s%s%s,\"from\":\"%s\","
	    "\"to\":\"%s\",\"cmd\":{%s},\"c\":{\"st\":\"%s\",\"urg\":\"biasa\",\"cat\":\"%s\",\"pl\":\"35.10.20.2005\",\"un\":[\"%s\"],"
	    "\"rx\":%" PRId64 ",\"pr\":%" PRId64 ",\"hd\":%" PRId64 "%s}%s}", number, seq, s.at_ms, s.what,
	    s.actor != NULL ? ",\"actor\":\"" : "", s.actor != NULL ? s.actor : "", s.actor != NULL ? "\"" : "", s.from, s.to,
	    s.cmd != NULL ? s.cmd : "", s.to, s.cat != NULL ? s.cat : "adminduk", s.unit != NULL ? s.unit : "O-DISHUB", NOON,
	    NOON + 4 * HOUR_MS, s.handled_ms, s.more != NULL ? s.more : "", s.drill == 1 ? ",\"latihan\":true" : s.drill == 2 ?
	    ",\"warisan\":true" : "");
	line.entry = buf_str(&b);
	line.len = b.len;
	oddities_take(o, &line);
	buf_release(&b);
}

static void
opens(struct oddities *o, int number, const char *unit, const char *cat, const char *more, int drill)
{
	entry(o, number, (struct said){ .what = "buka", .from = "", .to = "ditugaskan", .unit = unit, .cat = cat,
	    .at_ms = NOON + 1000, .more = more, .drill = drill });
}

/* One way in which a case goes; minutes: since it came. */
static void
handled(struct oddities *o, int number, const char *unit, int minutes)
{
	int64_t at = NOON + minutes * MINUTE_MS;

	opens(o, number, unit, NULL, NULL, 0);
	entry(o, number, (struct said){ .what = "tangani", .from = "diterima", .to = "ditangani", .actor = "p1", .unit = unit,
	    .at_ms = at, .handled_ms = at });
}

static void
resolved(struct oddities *o, int number, const char *actor, const char *from, const char *cat, const char *more, int minutes)
{
	int64_t at = NOON + minutes * MINUTE_MS;

	opens(o, number, NULL, cat, more, 0);
	if (strcmp(from, "ditangani") == 0)
		entry(o, number, (struct said){ .what = "tangani", .from = "diterima", .to = "ditangani", .actor = actor, .cat = cat,
		    .at_ms = NOON + MINUTE_MS, .handled_ms = NOON + MINUTE_MS, .more = more });
	entry(o, number, (struct said){ .what = "selesai", .from = from, .to = "selesai", .actor = actor, .cat = cat, .at_ms = at,
	    .handled_ms = at, .more = more });
}

/* ---- histories ---- */

static void
at_the_last_minute(struct oddities *o)
{
	for (int i = 0; i < 12; i++)
		handled(o, i, NULL, 230 + i % 5);
	for (int i = 0; i < 6; i++)
		handled(o, 20 + i, NULL, 30 * (i + 1));
}

static void
spread_evenly(struct oddities *o)
{
	for (int i = 0; i < 64; i++)
		handled(o, i, NULL, 235 * i / 64 + 4);
}

static void
many_at_once(struct oddities *o)
{
	for (int i = 0; i < 11; i++)
		resolved(o, i, "p1", "ditangani", NULL, NULL, 60 + i % 9);
}

static void
many_by_two(struct oddities *o)
{
	for (int i = 0; i < 14; i++)
		resolved(o, i, i % 2 ? "p1" : "p2", "ditangani", NULL, NULL, 60 + i % 9);
}

static void
many_in_a_day(struct oddities *o)
{
	for (int i = 0; i < 14; i++)
		resolved(o, i, "p1", "ditangani", NULL, NULL, 12 * i + 10);
}

static void
nobody_went(struct oddities *o)
{
	for (int i = 0; i < 6; i++)
		resolved(o, i, "p1", i % 2 ? "diterima" : "ditugaskan", NULL, NULL, 30 * i + 20);
}

static void
one_of_many_without(struct oddities *o)
{
	for (int i = 0; i < 40; i++)
		resolved(o, i, "p1", i < 6 ? "diterima" : "ditangani", NULL, NULL, 15 * i + 2);
}

static void
without_photos(struct oddities *o)
{
	for (int i = 0; i < 6; i++)
		resolved(o, i, "p1", "ditangani", "lampu-jalan", i == 5 ? ",\"ph\":2" : NULL, 30 * i + 20);
}

static void
photo_seen_before(struct oddities *o)
{
	for (int i = 0; i < 5; i++) {
		opens(o, i, NULL, "lampu-jalan", NULL, 0);
		entry(o, i, (struct said){ .what = "foto", .from = "diterima", .to = "diterima", .actor = "p1", .at_ms = NOON + HOUR_MS,
		    .cat = "lampu-jalan", .cmd = "\"photo\":{\"no\":47,\"db\":2,\"ref\":1}" });
	}
	entry(o, 1, (struct said){ .what = "foto", .from = "diterima", .to = "diterima", .actor = "p1", .at_ms = NOON + HOUR_MS,
	    .cat = "lampu-jalan", .cmd = "\"photo\":{\"no\":47,\"db\":0}" });
}

static void
made_longer(struct oddities *o)
{
	for (int i = 0; i < 5; i++) {
		opens(o, i, NULL, "listrik", NULL, 0);
		entry(o, i, (struct said){ .what = "tugaskan", .from = "ditugaskan", .to = "ditugaskan", .actor = "p1",
		    .cat = "jalan-rusak", .at_ms = NOON + HOUR_MS });
	}
}

static void
made_shorter(struct oddities *o)
{
	for (int i = 0; i < 5; i++) {
		opens(o, i, NULL, "jalan-rusak", NULL, 0);
		entry(o, i, (struct said){ .what = "tugaskan", .from = "ditugaskan", .to = "ditugaskan", .actor = "p1",
		    .cat = "listrik", .at_ms = NOON + HOUR_MS });
	}
}

static void
hands_on(struct oddities *o, int minutes)
{
	for (int i = 0; i < 5; i++) {
		opens(o, i, NULL, NULL, NULL, 0);
		entry(o, i, (struct said){ .what = i % 2 ? "teruskan" : "bukan", .from = "diterima", .to = "ditugaskan", .actor = "p1",
		    .unit = "O-PUCKPP", .at_ms = NOON + minutes * MINUTE_MS });
	}
}

static void handed_on_late(struct oddities *o) { hands_on(o, 220); }
static void handed_on_early(struct oddities *o) { hands_on(o, 20); }
static void handed_on_after(struct oddities *o) { hands_on(o, 300); }

static void
disputed(struct oddities *o)
{
	for (int i = 0; i < 5; i++) {
		resolved(o, i, "p1", "ditangani", NULL, NULL, 30 * i + 20);
		entry(o, i, (struct said){ .what = "sanggah", .from = "selesai", .to = "ditugaskan", .at_ms = NOON + 5 * HOUR_MS });
	}
}

static void
again_and_again(struct oddities *o)
{
	for (int times = 0; times < 3; times++)
		disputed(o);
}

static void
apart(struct oddities *o, int drill)
{
	for (int i = 0; i < 8; i++) {
		opens(o, i, NULL, NULL, NULL, drill);
		entry(o, i, (struct said){ .what = "selesai", .from = "diterima", .to = "selesai", .actor = "p1", .at_ms = NOON + HOUR_MS,
		    .handled_ms = NOON + HOUR_MS, .drill = drill });
	}
}

static void of_a_drill(struct oddities *o) { apart(o, 1); }
static void of_old_ones(struct oddities *o) { apart(o, 2); }

static void
of_what_is_sealed_later(struct oddities *o)
{
	nobody_went(o);
	for (int i = 0; i < 6; i++)
		entry(o, i, (struct said){ .what = "catat", .from = "selesai", .to = "selesai", .at_ms = NOON + 6 * HOUR_MS,
		    .more = ",\"sealed\":1" });
}

static void
too_few(struct oddities *o)
{
	for (int i = 0; i < 4; i++)
		resolved(o, i, "p1", "diterima", NULL, NULL, 30 * i + 20);
}

/* count 0: no line of that rule. */
static const struct {
	const char *what;
	void (*happens)(struct oddities *o);
	enum oddity_rule rule;
	size_t count, of;
} tales[] = {
	{ "twelve of eighteen in the last quarter of an hour", at_the_last_minute, ODD_LAST_MINUTE, 12, 18 },
	{ "some at any time", spread_evenly, ODD_LAST_MINUTE, 0, 0 },
	{ "eleven within nine minutes", many_at_once, ODD_MASS, 11, 0 },
	{ "seven each by two", many_by_two, ODD_MASS, 0, 0 },
	{ "fourteen within three hours", many_in_a_day, ODD_MASS, 0, 0 },
	{ "resolved from a desk", nobody_went, ODD_NO_ACT, 6, 6 },
	{ "each was worked on", many_in_a_day, ODD_NO_ACT, 0, 0 },
	{ "six of forty", one_of_many_without, ODD_NO_ACT, 0, 0 },
	{ "a kind that asks for photos", without_photos, ODD_NO_PHOTO, 5, 6 },
	{ "a kind that asks for none", many_in_a_day, ODD_NO_PHOTO, 0, 0 },
	{ "photos seen before", photo_seen_before, ODD_PHOTO, 5, 0 },
	{ "fourteen working days instead of two", made_longer, ODD_LONGER, 5, 0 },
	{ "two instead of fourteen", made_shorter, ODD_LONGER, 0, 0 },
	{ "twenty minutes before the deadline", handed_on_late, ODD_HAND_ON, 5, 0 },
	{ "at once", handed_on_early, ODD_HAND_ON, 0, 0 },
	{ "when it was late already", handed_on_after, ODD_HAND_ON, 0, 0 },
	{ "citizens say no", disputed, ODD_DISPUTED, 5, 5 },
	{ "once is not again", disputed, ODD_AGAIN, 0, 0 },
	{ "three times", again_and_again, ODD_AGAIN, 5, 0 },
	{ "a drill", of_a_drill, ODD_NO_ACT, 0, 0 },
	{ "old complaints that were imported", of_old_ones, ODD_NO_ACT, 0, 0 },
	{ "sealed by its last word", of_what_is_sealed_later, ODD_NO_ACT, 0, 0 },
	{ "four are no line", too_few, ODD_NO_ACT, 0, 0 },
};

START_TEST(histories)
{
	struct oddities *o = oddities_new(NOON - DAY_MS, NOON + DAY_MS, &limits, policy);
	struct oddity_line *lines;
	const char **codes;
	size_t below[ODDITIES], n, found = 0;

	tales[_i].happens(o);
	n = oddities_lines(o, &lines, below);
	for (size_t i = 0; i < n; i++) {
		if (lines[i].rule != tales[_i].rule)
			continue;
		found++;
		ck_assert_str_eq(lines[i].unit, "O-DISHUB");
		ck_assert_msg(lines[i].count == tales[_i].count && lines[i].of == tales[_i].of, "%s: %zu of %zu", tales[_i].what,
		    lines[i].count, lines[i].of);
		ck_assert_uint_eq(oddities_cases(o, lines[i].rule, lines[i].unit, &codes), tales[_i].count);
		free(codes);
		ck_assert_uint_eq(oddities_cases(o, lines[i].rule, "O-DINSOS", &codes), 0);
		free(codes);
	}
	ck_assert_msg(found == (tales[_i].count > 0), "%s: %zu lines", tales[_i].what, found);
	free(lines);
	oddities_free(o);
}
END_TEST

/* Of several units with few each, only how many they are together, and only if they are enough. */
START_TEST(few_are_only_counted)
{
	static const char *const units[] = { "O-DISHUB", "O-PUCKPP", "O-DINSOS" };
	struct oddities *o = oddities_new(NOON - DAY_MS, NOON + DAY_MS, &limits, policy);
	struct oddity_line *lines;
	size_t below[ODDITIES];

	for (int i = 0; i < 6; i++) {
		opens(o, i, units[i % 3], NULL, NULL, 0);
		entry(o, i, (struct said){ .what = "teruskan", .from = "diterima", .to = "ditugaskan", .actor = "p1", .unit = units[0],
		    .at_ms = NOON + 230 * MINUTE_MS });
		ck_assert_uint_eq(oddities_lines(o, &lines, below), 0);
		free(lines);
		ck_assert_uint_eq(below[ODD_HAND_ON], i < 4 ? 0 : (size_t)i + 1);
	}
	oddities_free(o);
}
END_TEST

START_TEST(only_of_the_period)
{
	struct oddities *o = oddities_new(NOON + HOUR_MS, NOON + DAY_MS, &limits, policy);
	struct oddity_line *lines;
	size_t below[ODDITIES];

	nobody_went(o);			/* they came before it */
	ck_assert_uint_eq(oddities_lines(o, &lines, below), 0);
	free(lines);
	oddities_free(o);
}
END_TEST

Suite *
oddity_suite(void)
{
	Suite *s = suite_create("oddity");
	TCase *tc = tcase_create("oddity");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, histories, 0, N_ELEMS(tales));
	tcase_add_test(tc, few_are_only_counted);
	tcase_add_test(tc, only_of_the_period);
	suite_add_tcase(s, tc);
	return s;
}
