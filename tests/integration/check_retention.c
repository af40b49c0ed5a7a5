/* Retention: what a citizen wrote is gone in time, in store and archive; what a legal case holds stays. */
#include <stdlib.h>

#include "core/calendar.h"
#include "store/erase.h"
#include "store/hold.h"
#include "store/retention.h"
#include "tests/integration/shelf.h"

Suite *retention_suite(void);

static struct bench b;
static struct house h;
static struct code old[2], young[2], open_one;
static struct retention timer;

/* Two closed cases in the archive, two closed a hundred days later in the store, one that is open. */
static void
begin(void)
{
	shelf_begin(&b);
	old[0] = shelf_closed(&b, "1");
	old[1] = shelf_closed(&b, "2");
	open_one = kit_opened(&b, "open", 0);
	shelf_seal(&b);
	shelf_forward(&b, 100 * DAY_MS);
	shelf_archive(&b, 500);
	young[0] = shelf_closed(&b, "3");
	young[1] = shelf_closed(&b, "4");
	for (int i = 0; i < 2; i++) {
		shelf_messages_end(&b, &old[i]);
		shelf_messages_end(&b, &young[i]);
	}
	ck_assert_int_eq(house_open(&h, "conf", b.dir, b.url, "sla"), 0);
	ck_assert_int_eq(house_refresh(&h), 0);
	h.set.retention_batch = 10;		/* one is erased at a time */
	memset(&timer, 0, sizeof(timer));
}

static void
end(void)
{
	house_close(&h);
	bench_end(&b);
}

/* A whole walk; what it did. */
static struct retention_done
walk(void)
{
	struct retention_done done, all = { 0 };
	int rc;

	do {
		rc = retention_round(&h, &timer, &done);
		ck_assert_msg(rc >= 0, "%s", store_error(&h.st));
		ck_assert_int_le(done.erased, 1);
		all.erased += done.erased;
		all.held += done.held;
		all.waiting += done.waiting;
	} while (rc > 0);
	return all;
}

static int
opens(const struct code *code)
{
	struct laporan words = { 0 };
	struct case_keys keys;
	char lookup[33];
	struct stored_case s;
	int rc;

	ck_assert_int_eq(cases_load(&b.st, code, 1, &s), 0);
	ck_assert_int_eq(s.there && s.readable, 1);
	rc = stored_case_open(&s, &b.st, &keys, &words, lookup);
	laporan_release(&words);
	stored_case_release(&s);
	return rc == 0;
}

START_TEST(each_goes_on_its_day_and_no_earlier)
{
	struct buf report = { 0 };

	shelf_forward(&b, 629 * DAY_MS);
	ck_assert_int_eq(walk().erased, 0);
	ck_assert_int_eq(opens(&old[0]) && opens(&old[1]), 1);
	shelf_forward(&b, 2 * DAY_MS);
	ck_assert_int_eq(walk().erased, 2);
	ck_assert_int_eq(opens(&old[0]) || opens(&old[1]), 0);
	ck_assert_int_eq(opens(&young[0]) && opens(&young[1]), 1);
	ck_assert_int_eq(walk().erased, 0);
	shelf_forward(&b, 100 * DAY_MS);
	ck_assert_int_eq(walk().erased, 2);
	ck_assert_int_eq(opens(&young[0]) || opens(&young[1]), 0);
	ck_assert_int_eq(opens(&open_one), 1);
	/* What was decided when stays: the record is whole, the cases are counted as ever. */
	ck_assert_msg(shelf_audit(&b, &report) == 0, "%s", buf_str(&report));
	buf_release(&report);
}
END_TEST

START_TEST(a_setting_of_nothing_erases_nothing)
{
	h.set.retention_ms = 0;
	shelf_forward(&b, 3000 * DAY_MS);
	ck_assert_int_eq(walk().erased, 0);
	ck_assert_int_eq(opens(&old[0]), 1);
}
END_TEST

START_TEST(what_is_held_stays_until_it_is_released)
{
	int rewrite = 0;

	ck_assert_int_eq(hold_set(&b.st, &old[0], KIT_KPL, "LP/B/12/2026"), HOLD_DONE);
	ck_assert_int_eq(hold_set(&b.st, &young[1], KIT_KPL, "LP/B/12/2026"), HOLD_DONE);
	shelf_forward(&b, 1000 * DAY_MS);
	struct retention_done done = walk();

	ck_assert_int_eq(done.erased, 2);
	/* A part that is looked at again, for one erasing at a time, meets them again. */
	ck_assert_int_ge(done.held, 2);
	ck_assert_int_eq(opens(&old[0]) && opens(&young[1]), 1);
	ck_assert_int_eq(case_erase(&b.st, &old[0], KIT_KPL), ERASE_HELD);
	ck_assert_int_eq(case_erase_key(&b.st, &young[1], KIT_KPL, &rewrite), ERASE_HELD);
	ck_assert_int_eq(rewrite, 0);
	ck_assert_int_eq(hold_end(&b.st, &old[0], KIT_KPL), HOLD_DONE);
	ck_assert_int_eq(hold_end(&b.st, &old[0], KIT_KPL), HOLD_NONE);
	ck_assert_int_eq(walk().erased, 1);
	ck_assert_int_eq(opens(&old[0]), 0);
	ck_assert_int_eq(opens(&young[1]), 1);
	ck_assert_int_eq(hold_set(&b.st, &old[0], KIT_KPL, "LP/B/12/2026"), HOLD_NONE);
}
END_TEST

START_TEST(a_message_on_its_way_is_waited_for)
{
	char id[24];

	snprintf(id, sizeof(id), "%s.1", young[0].s);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_MSG, id)), 1);
	bench_integer(&b, "HSET %s st queued", bench_key(&b, KEY_MSG, id));
	shelf_forward(&b, 1000 * DAY_MS);
	ck_assert_int_ge(walk().waiting, 1);
	ck_assert_int_eq(opens(&young[0]), 1);
	shelf_messages_end(&b, &young[0]);
	ck_assert_int_eq(walk().erased, 1);
	ck_assert_int_eq(opens(&young[0]), 0);
}
END_TEST

/* The files of the house that hold these bytes: store, archive, log and media alike. */
static void
files_with(struct buf *said, const void *bytes, size_t len)
{
	struct buf hex = { 0 };

	buf_add_hex(&hex, bytes, len);
	buf_reset(said);
	ck_assert_int_eq(run_line(said,
			     "python3 -c \"import os,stat; k=bytes.fromhex('%s'); print(*[p "
			     "for d,_,f in os.walk('%s') for p in (os.path.join(d,x) for x in f) "
			     "if stat.S_ISREG(os.lstat(p).st_mode) and k in open(p,'rb').read()], end='')\"",
			     buf_str(&hex), b.dir),
	    0);
	buf_release(&hex);
}

static void
no_file_has(const void *bytes, size_t len)
{
	struct buf said = { 0 };

	files_with(&said, bytes, len);
	ck_assert_str_eq(buf_str(&said), "");
	buf_release(&said);
}

static void
key_of(const struct code *code, struct buf *out)
{
	struct stored_case s;

	ck_assert_int_eq(cases_load(&b.st, code, 1, &s), 0);
	buf_add(out, s.wrapped.data, s.wrapped.len);
	ck_assert_uint_eq(out->len, SEAL_WRAPPED_BYTES);
	stored_case_release(&s);
}

START_TEST(no_file_has_the_key_afterwards)
{
	struct buf archived = { 0 }, stored = { 0 }, said = { 0 };

	key_of(&old[0], &archived);
	key_of(&young[0], &stored);
	files_with(&said, archived.data, archived.len);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "/arsip/"));
	files_with(&said, stored.data, stored.len);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "aof"));
	no_file_has("kenari7", 7);
	no_file_has("81234567890", 11);
	shelf_forward(&b, 1000 * DAY_MS);
	ck_assert_int_eq(walk().erased, 4);
	ck_assert(bench_until(bench_is_rewritten, &b, LIMIT_MS));
	no_file_has(archived.data, archived.len);
	no_file_has(stored.data, stored.len);
	no_file_has("kenari7", 7);
	buf_release(&said);
	buf_release(&archived);
	buf_release(&stored);
}
END_TEST

static const struct { const char *category; int64_t setting_ms, due_ms; } keeps[] = {
	{ "jalan-rusak", 730 * DAY_MS, 731 * DAY_MS },
	{ "kekerasan-anak", 730 * DAY_MS, 4381 * DAY_MS },
	{ "kekerasan-anak", 0, 4381 * DAY_MS },
	{ "jalan-rusak", 0, 0 },
	{ "gone-from-the-list", 730 * DAY_MS, 731 * DAY_MS },
};

START_TEST(a_category_may_be_kept_longer)
{
	struct settings set = { .retention_ms = keeps[_i].setting_ms };

	ck_assert_int_eq(retention_due_ms(h.policy, &set, keeps[_i].category, DAY_MS), keeps[_i].due_ms);
}
END_TEST

static const struct { const char *text; int is; } references[] = {
	{ "LP/B/12/2026", 1 }, { "12 Pid.Sus-Anak", 1 }, { "", 0 }, { " 1", 0 }, { "Siti", 0 }, { "a\n1", 0 },
	{ "1234567890123456789012345678901234567890", 1 }, { "12345678901234567890123456789012345678901", 0 },
};

START_TEST(a_reference_is_no_name)
{
	ck_assert_int_eq(hold_is_reference(references[_i].text), references[_i].is);
}
END_TEST

Suite *
retention_suite(void)
{
	Suite *s = suite_create("retention");
	TCase *tc = tcase_create("bench");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, each_goes_on_its_day_and_no_earlier);
	tcase_add_test(tc, a_setting_of_nothing_erases_nothing);
	tcase_add_test(tc, what_is_held_stays_until_it_is_released);
	tcase_add_test(tc, a_message_on_its_way_is_waited_for);
	tcase_add_test(tc, no_file_has_the_key_afterwards);
	tcase_add_loop_test(tc, a_category_may_be_kept_longer, 0, N_ELEMS(keeps));
	tcase_add_loop_test(tc, a_reference_is_no_name, 0, N_ELEMS(references));
	suite_add_tcase(s, tc);
	return s;
}
