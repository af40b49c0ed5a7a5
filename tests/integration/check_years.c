/*
 * Years on a real server, by a clock that is set forward: what the store holds stays bounded, and what
 * left it is found again.  Slow: make test-full runs it.
 */
#include <stdlib.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "sla/sealer.h"
#include "store/archive.h"
#include "store/house.h"
#include "store/logbook.h"
#include "tests/integration/shelf.h"

Suite *years_suite(void);

#define FLIGHT 50

static struct bench b;
static struct house keeper;

static void
begin(void)
{
	shelf_begin(&b);
	ck_assert_int_eq(house_open(&keeper, "conf", b.dir, b.url, "sla"), 0);
}

static void
end(void)
{
	house_close(&keeper);
	bench_end(&b);
}

/* ---- many cases in few calls ---- */

static struct {
	struct code codes[FLIGHT];
	struct kit_case k[FLIGHT];
	int taken;			/* reports so far: each has a sender of his own */
} crowd;

static void
take_in(int n)
{
	for (int i = 0; i < n; i++) {
		char id[32], sender[24];
		struct laporan l;

		snprintf(id, sizeof(id), "tahun-%d", crowd.taken);
		snprintf(sender, sizeof(sender), "+6281%08d", crowd.taken++);
		l = kit_report(id, sender, "lubang di depan warung");
		l.received_ms = store_now_ms(&b.st);
		ck_assert_int_eq(kit_take(&b.st, &l, &crowd.codes[i]), INTAKE_OK);
	}
}

static void
decide_one(struct commit_batch *batch, int i, int opens, int64_t now)
{
	struct kit_case *k = &crowd.k[i];

	kit_load(&b, k, &crowd.codes[i]);
	if (opens) {
		kit_decide_open(&b, k, now);
	} else {
		k->cmd = (struct command){ .event = ON_WITHDRAW, .by = BY_RESIDENT, .note = "sudah beres" };
		kit_decide(&b, k, now);
	}
	kit_add(&b, batch, k, NULL);
}

/* A nonce that the officer has already is drawn again. */
static void
decide_all(int n, int opens)
{
	int left[FLIGHT], next = n;

	for (int i = 0; i < n; i++)
		left[i] = i;
	while (next > 0) {
		struct commit_batch batch = { 0 };
		int64_t now = store_now_ms(&b.st);
		int now_left = next;

		commit_begin(&batch, now);
		for (int i = 0; i < now_left; i++)
			decide_one(&batch, left[i], opens, now);
		commit_run(&batch, &b.st);
		next = 0;
		for (int i = 0; i < now_left; i++) {
			ck_assert_msg(
			    batch.slots[i].result == COMMIT_OK || batch.slots[i].result == COMMIT_TAKEN,
			    "%s", store_error(&b.st));
			kit_release(&crowd.k[left[i]]);
			if (batch.slots[i].result == COMMIT_TAKEN)
				left[next++] = left[i];
		}
		commit_release(&batch);
	}
}

/* n cases opened and closed; the stream forgets the reports as the router would. */
static void
live_through(int n)
{
	take_in(n);
	decide_all(n, 1);
	decide_all(n, 0);
	bench_integer(&b, "XTRIM %s MAXLEN 0", bench_key(&b, KEY_IN, "n"));
}

/* What notify does, with a gateway that takes everything. */
static void
send_all(void)
{
	static struct outbox_item items[64];
	static struct outbox_mark marks[64];
	int64_t now;
	int n;

	while ((n = kit_claim(&b.st, "sms", 64, 30000, items, &now)) > 0) {
		for (int i = 0; i < n; i++)
			marks[i] = (struct outbox_mark){ .item = &items[i], .state = "sent" };
		outbox_mark(&b.st, marks, n, now);
		for (int i = 0; i < n; i++)
			outbox_item_release(&items[i]);
	}
}

/* ---- sixty thousand ---- */

#define CASES 60000

static struct code all[CASES];

START_TEST(sixty_thousand_are_archived_and_found_again)
{
	int64_t began = clock_mono_ms(), took, cases, bytes, entries;
	struct archive_done done;
	struct archive *a;
	struct buf report = { 0 };

	for (int i = 0; i < CASES; i += FLIGHT) {
		live_through(FLIGHT);
		memcpy(&all[i], crowd.codes, sizeof(crowd.codes));
	}
	shelf_seal(&b);
	entries = logbook_last_seq(&b.st);
	shelf_forward(&b, 100 * DAY_MS);
	fprintf(stderr, "%d cases made in %lld s, ", CASES, (long long)(clock_mono_ms() - began) / 1000);
	began = clock_mono_ms();
	done = shelf_archive(&b, (int)b.set.archive_entries);
	took = clock_mono_ms() - began;
	ck_assert_int_eq(done.cases, CASES);
	ck_assert_int_eq(done.entries, entries);
	a = archive_open(b.dir);
	ck_assert_int_eq(archive_size(a, &cases, &bytes), 0);
	ck_assert_int_eq(cases, CASES);
	archive_close(a);
	fprintf(stderr, "archived in %lld ms (%lld cases/s), %lld bytes each; ", (long long)took,
	    (long long)CASES * 1000 / (long long)(took + 1), (long long)bytes / CASES);
	began = clock_mono_ms();
	for (int i = 0; i < CASES; i++) {
		struct stored_case s;
		struct code code = all[i];

		ck_assert_int_eq(cases_load(&b.st, &code, 1, &s), 0);
		ck_assert_msg(s.archived && s.readable && s.c.state == CASE_DITUTUP, "%s", all[i].s);
		stored_case_release(&s);
	}
	fprintf(stderr, "found in %lld us each; ", (long long)(clock_mono_ms() - began) * 1000 / CASES);
	began = clock_mono_ms();
	ck_assert_msg(shelf_audit(&b, &report) == 0, "%s", buf_str(&report));
	fprintf(stderr, "audited in %lld ms\n", (long long)(clock_mono_ms() - began));
	buf_release(&report);
}
END_TEST

/* ---- five years ---- */

#define DAYS (5 * 365)
#define A_DAY 3			/* cases: a thirtieth of a regency's */
#define SETTLED 200		/* from that day on nothing may grow but the shelves */

struct measure { long long keys, shelves, bytes; };

static struct measure
measured(void)
{
	struct measure m = { .keys = bench_integer(&b, "DBSIZE") };
	struct buf info = { 0 };
	const char *at;

	bench_text(&b, &info, "INFO memory");
	at = strstr(buf_str(&info), "used_memory_dataset:");
	ck_assert_ptr_nonnull(at);
	m.bytes = strtoll(at + 20, NULL, 10);
	buf_release(&info);
	for (int i = 0; i < 1024; i++) {
		static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
		const char shelf[SHELF_CHARS + 1] = { symbols[i / 32], symbols[i % 32], '\0' };

		m.shelves += bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_SHELF, shelf));
	}
	return m;
}

static void
a_day(struct code *ours)
{
	live_through(A_DAY);
	*ours = crowd.codes[0];
	send_all();
	shelf_seal(&b);
	shelf_forward(&b, DAY_MS);
	shelf_archive(&b, (int)b.set.archive_entries);
	sweep_run(&keeper, store_now_ms(&b.st));
}

START_TEST(five_years_leave_the_store_as_small_as_two_hundred_days)
{
	static struct code of_day[DAYS];
	struct code patient = kit_opened(&b, "patient", 0);	/* open for all the years */
	struct measure early = { 0 }, most = { 0 }, now = { 0 };
	struct buf report = { 0 };

	for (int day = 0; day < DAYS; day++) {
		a_day(&of_day[day]);
		if (day % 100 != 0)
			continue;
		now = measured();
		if (day == SETTLED)
			early = now;
		if (now.keys - now.shelves > most.keys)
			most.keys = now.keys - now.shelves;
	}
	now = measured();
	fprintf(stderr,
	    "day %d: %lld keys, %lld bytes; day %d: %lld keys of which %lld shelves, %lld bytes\n",
	    SETTLED, early.keys - early.shelves, early.bytes, DAYS, now.keys, now.shelves, now.bytes);
	ck_assert_int_le(most.keys, (early.keys - early.shelves) * 11 / 10);
	/* A shelf costs its key; what stands on it 12 bytes, and a little for growing. */
	ck_assert_int_le(now.bytes, early.bytes * 12 / 10 + now.shelves * 200 + DAYS * A_DAY * 24);
	for (int day = 0; day < DAYS; day += 50) {
		struct stored_case s;

		ck_assert_int_eq(cases_load(&b.st, &of_day[day], 1, &s), 0);
		ck_assert_msg(s.there && s.readable && s.archived == (day < DAYS - 91), "day %d", day);
		stored_case_release(&s);
	}
	ck_assert_int_eq(kit_act(&b, &patient, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert_msg(shelf_audit(&b, &report) == 0, "%s", buf_str(&report));
	ck_assert_int_eq(store_check(&b.st), 0);
	buf_release(&report);
}
END_TEST

Suite *
years_suite(void)
{
	Suite *s = suite_create("years");
	TCase *tc = tcase_create("years");

	tcase_set_timeout(tc, 3600);
	tcase_set_tags(tc, "slow");
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, sixty_thousand_are_archived_and_found_again);
	tcase_add_test(tc, five_years_leave_the_store_as_small_as_two_hundred_days);
	suite_add_tcase(s, tc);
	return s;
}
