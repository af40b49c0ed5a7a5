/* Many messages to one person: what goes, what is held, what becomes a digest. */
#include <inttypes.h>

#include "core/storm.h"
#include "tests/unit/world.h"

Suite *storm_suite(void);

#define MIN INT64_C(60000)
#define T0 INT64_C(1795000000000)
static const struct storm_rule rule = { 5, 15 * MIN, 10 };

static const struct {
	const char *what;
	struct storm before;
	int waiting;
	int64_t now_ms;
	enum storm_word word;
	int64_t until_ms;
	struct storm next;
	int gathered;
} cases[] = {
	{ "the first of all",             { 0, 0, 0 },  1, T0, STORM_SEND, 0, { T0, 1, 0 }, 0 },
	{ "the second",                   { T0, 1, 0 }, 1, T0 + MIN, STORM_SEND, 0, { T0, 2, 0 }, 0 },
	{ "the fifth",                    { T0, 4, 0 }, 1, T0 + MIN, STORM_SEND, 0, { T0, 5, 0 }, 0 },
	{ "the sixth is held",            { T0, 5, 0 }, 1, T0 + MIN, STORM_HOLD, T0 + 15 * MIN, { T0, 5, 1 }, 0 },
	{ "those behind it too",          { T0, 5, 1 }, 9, T0 + 2 * MIN, STORM_HOLD, T0 + 15 * MIN, { T0, 5, 1 }, 0 },
	{ "a full digest does not wait",  { T0, 5, 1 }, 10, T0 + 2 * MIN, STORM_BUNDLE, 0, { T0, 5, 1 }, 0 },
	{ "the window's last moment",     { T0, 5, 1 }, 3, T0 + 15 * MIN - 1, STORM_HOLD, T0 + 15 * MIN, { T0, 5, 1 }, 0 },
	{ "the window ends",              { T0, 5, 1 }, 3, T0 + 15 * MIN, STORM_BUNDLE, 0, { T0, 5, 1 }, 0 },
	{ "only one was held",            { T0, 5, 1 }, 1, T0 + 15 * MIN, STORM_SEND, 0, { T0 + 15 * MIN, 1, 0 }, 0 },
	{ "a new window",                 { T0, 5, 0 }, 1, T0 + 20 * MIN, STORM_SEND, 0, { T0 + 20 * MIN, 1, 0 }, 0 },
	{ "many wait after an outage",    { T0, 2, 0 }, 60, T0 + 60 * MIN, STORM_SEND, 0, { T0 + 60 * MIN, 1, 0 }, 0 },
	{ "after a digest a window",      { T0, 5, 0 }, 2, T0 + MIN, STORM_HOLD, T0 + 15 * MIN, { T0, 5, 1 }, 0 },
	{ "an outage's news to one",      { 0, 0, 0 },  1, T0, STORM_SEND, 0, { T0, 1, 0 }, 1 },
	{ "an outage's news, gathered",   { 0, 0, 0 },  8, T0, STORM_BUNDLE, 0, { 0, 0, 0 }, 1 },
	{ "the same within a storm",      { T0, 5, 1 }, 2, T0 + MIN, STORM_BUNDLE, 0, { T0, 5, 1 }, 1 },
	{ "a clock that went back",       { T0 + 60 * MIN, 5, 1 }, 2, T0, STORM_HOLD, T0 + 15 * MIN, { T0, 5, 1 }, 0 },
};

START_TEST(decided)
{
	struct storm_verdict v = storm_decide(&rule, &cases[_i].before, cases[_i].waiting,
	    cases[_i].gathered, cases[_i].now_ms);

	ck_assert_msg(v.word == cases[_i].word, "%s: %d", cases[_i].what, (int)v.word);
	ck_assert_msg(v.until_ms == cases[_i].until_ms, "%s", cases[_i].what);
	ck_assert_msg(v.next.since_ms == cases[_i].next.since_ms && v.next.n == cases[_i].next.n &&
	    v.next.held == cases[_i].next.held, "%s: %" PRId64 " %d %d", cases[_i].what,
	    v.next.since_ms, v.next.n, v.next.held);
}
END_TEST

/* What did not fit goes in the next digest at once; else the next is a window away. */
START_TEST(after_a_digest)
{
	struct storm s = storm_after_digest(&rule, 0, T0);

	ck_assert_int_eq(storm_decide(&rule, &s, 1, 0, T0 + 1).word, STORM_HOLD);
	s = storm_after_digest(&rule, 2, T0);
	ck_assert_int_eq(storm_decide(&rule, &s, 2, 0, T0).word, STORM_BUNDLE);
	ck_assert_int_eq(storm_decide(&rule, &s, 1, 0, T0).word, STORM_SEND);
}
END_TEST

START_TEST(without_a_limit_all_goes)
{
	static const struct storm_rule none = { 0, 15 * MIN, 10 };
	const struct storm s = { T0, 50, 1 };

	ck_assert_int_eq(storm_decide(&none, &s, 40, 0, T0 + 1).word, STORM_SEND);
}
END_TEST

static const struct { const char *text; struct storm is; } kept[] = {
	{ "", { 0, 0, 0 } }, { "x", { 0, 0, 0 } }, { "-5 3 1", { 0, 0, 0 } }, { "7 -3 1", { 0, 0, 0 } },
	{ "1795000000000 5 1", { T0, 5, 1 } }, { "1795000000000 5", { T0, 5, 0 } },
};

START_TEST(kept_as_text)
{
	char text[STORM_CHARS];
	struct storm s;

	storm_read(&s, kept[_i].text);
	ck_assert_msg(s.since_ms == kept[_i].is.since_ms && s.n == kept[_i].is.n &&
	    s.held == kept[_i].is.held, "'%s'", kept[_i].text);
	storm_write(text, &s);
	storm_read(&s, text);
	ck_assert(s.since_ms == kept[_i].is.since_ms && s.n == kept[_i].is.n);
}
END_TEST

/*
 * A year of one officer's phone in each seed: messages come one by one and in heaps, the gateway
 * fails now and then.  All leave, each once and in order, none waits longer than a window and what
 * the gateway was away; in a window, or between two digests, no more than the first few go by
 * themselves.
 */
#define SEEDS 300
#define MESSAGES 200
#define FIT 7			/* of the ten that may, as texts are */
#define STEP_MS 1000

static struct life {
	uint64_t state;
	int64_t came[MESSAGES], now, next_look, away_until;
	int n, left, singles;
	struct storm s;
	int64_t window;			/* since when singles are counted */
} life;

static uint64_t
draw(uint64_t below)
{
	life.state = life.state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (life.state >> 33) % below;
}

/* Check writes to a file at each assertion that holds, and this is asked a million times. */
#define HOLDS(condition, ...) \
	do { \
		if (!(condition)) \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

static int
waiting(void)
{
	int n = 0;

	for (int i = life.left; i < life.n && life.came[i] <= life.now; i++)
		n++;
	return n;
}

static void
leaves(int n, uint64_t seed)
{
	for (int i = 0; i < n; i++, life.left++) {
		int64_t since = life.came[life.left] > life.away_until ? life.came[life.left] :
		    life.away_until;

		HOLDS(life.now - since <= rule.window_ms + STEP_MS, "seed %" PRIu64 ": message %d waited %"
		    PRId64 " ms", seed, life.left, life.now - since);
	}
}

static void
look(uint64_t seed)
{
	int n = waiting();
	struct storm_verdict v;

	if (n == 0 || life.now < life.away_until)
		return;
	v = storm_decide(&rule, &life.s, n, 0, life.now);
	life.s = v.next;
	if (v.word == STORM_HOLD) {
		HOLDS(v.until_ms > life.now && v.until_ms <= life.now + rule.window_ms,
		    "seed %" PRIu64, seed);
		life.next_look = v.until_ms;
		return;
	}
	if (v.word == STORM_BUNDLE) {
		HOLDS(n >= 2, "seed %" PRIu64 ": a digest of %d", seed, n);
		n = n < FIT ? n : FIT;
		leaves(n, seed);
		life.s = storm_after_digest(&rule, waiting(), life.now);
		life.window = life.now;
		life.singles = 0;
		return;
	}
	if (life.now >= life.window + rule.window_ms) {
		life.window = life.now;
		life.singles = 0;
	}
	life.singles++;
	HOLDS(life.singles <= rule.count, "seed %" PRIu64 ": %d by themselves", seed,
	    life.singles);
	leaves(1, seed);
}

START_TEST(no_history_loses_or_floods)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		int64_t at = T0;

		memset(&life, 0, sizeof(life));
		life.state = seed;
		life.window = -rule.window_ms;
		for (life.n = 0; life.n < MESSAGES; life.n++) {
			if (draw(3) == 0)
				at += (int64_t)draw((uint64_t)(draw(2) ? 40 * MIN : MIN));
			life.came[life.n] = at;
		}
		life.now = T0;
		while (life.left < MESSAGES) {
			int before = life.left;

			look(seed);
			if (life.left > before)
				continue;
			life.now += STEP_MS;
			if (draw(2000) == 0)
				life.away_until = life.now + (int64_t)draw(90) * MIN;
			HOLDS(life.now < at + 200 * 60 * MIN, "seed %" PRIu64 ": %d of %d left", seed,
			    life.left, MESSAGES);
		}
	}
}
END_TEST

/* ---- the digest ---- */

START_TEST(a_digest_takes_what_fits)
{
	struct policy *p = world_policy(NULL);
	struct storm_item items[20];
	struct buf text = { 0 };
	struct sms_size size;
	int fit;

	for (size_t i = 0; i < N_ELEMS(items); i++)
		items[i].line = "7K3F-9QXM jalan rusak, Ds. Temuguruh, Kec. Sempu, sblm 14.05 WIB: TANGANI 7K3";
	fit = storm_digest(&text, p->texts, "id", items, N_ELEMS(items));
	ck_assert_int_gt(fit, 4);
	ck_assert_int_lt(fit, (int)N_ELEMS(items));
	sms_measure(&size, buf_str(&text), text.len);
	ck_assert_int_eq(size.segments, text_segments_max(p->texts, "ikhtisar"));
	buf_reset(&text);
	ck_assert_int_eq(storm_digest(&text, p->texts, "id", items, 2), 2);
	ck_assert_int_eq(strncmp(buf_str(&text), "2 kabar", 7), 0);
	buf_reset(&text);
	ck_assert_int_eq(storm_digest(&text, p->texts, "en", items, 2), 2);
	ck_assert_int_eq(strncmp(buf_str(&text), "2 messages", 10), 0);
	buf_reset(&text);
	ck_assert_int_eq(storm_digest(&text, p->texts, "id", items, 0), 0);
	ck_assert_uint_eq(text.len, 0);
	buf_release(&text);
	policy_free(p);
}
END_TEST

static const struct { const char *kind; int bundled; } kinds[] = {
	{ "tugas", 1 }, { "tugas-rahasia", 1 }, { "ingat", 1 }, { "eskalasi", 1 }, { "diambil", 1 },
	{ "tarik", 1 }, { "celah", 1 }, { "tambahan", 1 }, { "sanggah", 1 },
	{ "terima", 0 }, { "kabar-tanya", 0 }, { "kabar-selesai", 0 }, { "cek", 0 }, { "jawab", 0 },
	{ "jawab-salah", 0 }, { "sistem", 0 }, { "ikhtisar", 0 }, { "ringkas-tugas", 0 },
	{ "tak-ada", 0 },
};

START_TEST(answers_and_residents_are_not_bundled)
{
	ck_assert_msg((text_brief(kinds[_i].kind) != NULL) == kinds[_i].bundled, "%s", kinds[_i].kind);
}
END_TEST

Suite *
storm_suite(void)
{
	Suite *s = suite_create("storm");
	TCase *tc = tcase_create("storm");

	tcase_add_loop_test(tc, decided, 0, N_ELEMS(cases));
	tcase_add_test(tc, after_a_digest);
	tcase_add_test(tc, without_a_limit_all_goes);
	tcase_add_loop_test(tc, kept_as_text, 0, N_ELEMS(kept));
	tcase_add_test(tc, no_history_loses_or_floods);
	tcase_add_test(tc, a_digest_takes_what_fits);
	tcase_add_loop_test(tc, answers_and_residents_are_not_bundled, 0, N_ELEMS(kinds));
	suite_add_tcase(s, tc);
	return s;
}
