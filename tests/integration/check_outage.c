/*
 * G1: the gateway is away for six hours (here 6 s), 3,000 messages wait, then it is back with a
 * budget.  Emergencies leave first; what was called back or came too late is ended, named, in the
 * log, and never sent; no burst above the bucket; each recipient hears in order; nothing is lost and
 * nothing comes twice.
 */
#include <stdlib.h>
#include <time.h>

#include "lib/clock.h"
#include "tests/integration/post.h"

Suite *outage_suite(void);

#define HOUR INT64_C(3600000)
#define AWAY_MS 6000
#define ORDINARY 2600			/* to RECIPIENTS, several each */
#define RECIPIENTS 500
#define URGENT 200
#define LATE 200			/* too late before the gateway is back */
#define CASES 10			/* their tasks are called back meanwhile */
#define PER_SECOND 200
#define IN_FLIGHT 16
/* What the bucket holds, what may be under way when a second begins, and what is measured wrongly. */
#define IN_A_SECOND (PER_SECOND * 1.02 + 1 + IN_FLIGHT)

static void
begin(void)
{
	char settings[256];

	snprintf(settings, sizeof(settings), "notify:\n  nap: 20ms\n  retry: 50ms\n  lease: 30s\n  storm_count: 0\n"
	    "sms:\n  per_second: %d\n", PER_SECOND);
	post_begin(1, settings);
}

static void
ordinary(int i, char to[24])
{
	snprintf(to, 24, "+62812340%05d", i % RECIPIENTS);
}

static void
urgent(int i, char to[24])
{
	snprintf(to, 24, "+62812340%05d", i);	/* to people for whom others wait too */
}

static void
late(int i, char to[24])
{
	snprintf(to, 24, "+62812349%05d", i);
}

/* "n17": its number, -1 when it is not of that kind. */
static int
number_of(const char *id, char kind)
{
	return id[0] == kind && id[1] >= '0' && id[1] <= '9' ? (int)strtol(id + 1, NULL, 10) : -1;
}

static void
check_each_once(const struct taken *all, size_t n, char kind, int count)
{
	unsigned char *seen = xcalloc((size_t)count, 1);

	for (size_t i = 0; i < n; i++) {
		int number = number_of(all[i].id, kind);

		if (number < 0)
			continue;
		ck_assert_int_lt(number, count);
		ck_assert_msg(seen[number]++ == 0, "%s came twice", all[i].id);
	}
	for (int i = 0; i < count; i++)
		ck_assert_msg(seen[i], "%c%d was lost", kind, i);
	free(seen);
}

static void
check_order(const struct taken *all, size_t n)
{
	int last[RECIPIENTS];

	memset(last, 0xff, sizeof(last));
	for (size_t i = 0; i < n; i++) {
		int number = number_of(all[i].id, 'n');

		if (number < 0)
			continue;
		ck_assert_msg(number > last[number % RECIPIENTS], "%s came after n%d", all[i].id,
		    last[number % RECIPIENTS]);
		last[number % RECIPIENTS] = number;
	}
}

/*
 * Those that were tried while the gateway was away wait for their next try, one pause at most; no
 * other may come in between.
 */
static void
check_urgent_first(const struct taken *all, size_t n)
{
	size_t before = 0, left = URGENT;

	for (size_t i = 0; i < n && left > 0; i++) {
		if (number_of(all[i].id, 'e') >= 0) {
			left--;
			ck_assert_int_eq(all[i].urgent, 1);
		} else if (number_of(all[i].id, 'n') >= 0) {
			before++;
		}
	}
	ck_assert_msg(before <= PER_SECOND / 2, "%zu others before the last of %d emergencies", before,
	    URGENT);
}

static int
by_time(const void *a, const void *b)
{
	double x = ((const struct taken *)a)->mono_s, y = ((const struct taken *)b)->mono_s;

	return (x > y) - (x < y);
}

static void
check_pace(const struct taken *all, size_t n)
{
	size_t most = 0, from = 0;

	for (size_t i = 0; i < n; i++) {
		while (all[i].mono_s - all[from].mono_s >= 1)
			from++;
		if (i - from + 1 > most)
			most = i - from + 1;
	}
	ck_assert_msg((double)most <= IN_A_SECOND, "%zu in one second, %.0f are allowed", most,
	    IN_A_SECOND);
	/* And it was not idle either, as far as one can tell on a busy machine. */
	ck_assert_msg(all[n - 1].mono_s - all[0].mono_s < 4.0 * (double)n / PER_SECOND, "%zu took %.1f s",
	    n, all[n - 1].mono_s - all[0].mono_s);
}

static void
each_ended(const char *prefix, int n, const char *state)
{
	for (int i = 0; i < n; i++) {
		char id[16], is[96];
		struct buf entry = { 0 };

		snprintf(id, sizeof(id), "%s%d", prefix, i);
		post_field(id, "st", is);
		ck_assert_msg(strcmp(is, state) == 0, "%s is %s", id, is);
		if (i % 50 == 0) {		/* each look reads the whole log */
			buf_addf(&entry, "%s cek %s", id, state);
			post_audited(buf_str(&entry));
		}
		buf_release(&entry);
	}
}

static void
wait_ms(int64_t ms)
{
	int64_t until = clock_mono_ms() + ms;

	/* Not for something to happen, but for the outage to have lasted. */
	while (clock_mono_ms() < until)
		nanosleep(&(struct timespec){ 0, 50 * 1000000L }, NULL);
}

START_TEST(six_hours_without_a_gateway)
{
	struct code codes[CASES];
	char tasks[CASES][OUTBOX_ID_CHARS], state[96];
	struct taken *all;
	int64_t since;
	size_t n;

	sink_mode(&post.gate[0], "{\"mode\":\"503\"}");
	post_open();
	since = clock_mono_ms();
	post_say_many("l", LATE, late, 0, AWAY_MS / 2);
	post_say_many("n", ORDINARY, ordinary, 0, HOUR);
	post_say_many("e", URGENT, urgent, 1, HOUR);
	for (int i = 0; i < CASES; i++)
		codes[i] = post_case(tasks[i]);
	for (int i = 0; i < CASES; i++)
		ck_assert_int_eq(kit_act(&post.b, &codes[i], ON_ACCEPT, KIT_KPL), COMMIT_OK);
	n = post_taken(0, &all);
	ck_assert_uint_eq(n, 0);
	post_taken_free(all, n);
	wait_ms(AWAY_MS - (clock_mono_ms() - since));
	sink_mode(&post.gate[0], "{\"mode\":\"ok\"}");
	post_empty("e:sms");
	post_empty("n:sms");
	n = post_taken(0, &all);
	qsort(all, n, sizeof(*all), by_time);
	check_each_once(all, n, 'n', ORDINARY);
	check_each_once(all, n, 'e', URGENT);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(number_of(all[i].id, 'l') < 0, "%s was too late", all[i].id);
	check_order(all, n);
	check_urgent_first(all, n);
	check_pace(all, n);
	each_ended("l", LATE, "expired");
	for (int i = 0; i < CASES; i++) {
		post_field(tasks[i], "st", state);
		ck_assert_msg(strcmp(state, "superseded") == 0, "%s is %s", tasks[i], state);
		for (size_t k = 0; k < n; k++)
			ck_assert_str_ne(all[k].id, tasks[i]);
	}
	post_taken_free(all, n);
}
END_TEST

Suite *
outage_suite(void)
{
	Suite *s = suite_create("outage");
	TCase *tc = tcase_create("outage");

	tcase_add_checked_fixture(tc, begin, post_end);
	tcase_add_test(tc, six_hours_without_a_gateway);
	suite_add_tcase(s, tc);
	return s;
}
