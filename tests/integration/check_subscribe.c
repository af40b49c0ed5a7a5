/* Subscribers of a desa in the store: bounded, once on each list, forgotten in time. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "store/subscribe.h"
#include "tests/integration/shelf.h"

Suite *subscribe_suite(void);

#define KABAT "35.10.14.2012"
#define NUMBER "+6281234500021"
#define WHO "00112233445566778899aabbccddeeff"

static struct bench b;
static struct house keeper;

static void
begin(void)
{
	shelf_begin(&b);
	ck_assert_int_eq(house_open(&keeper, "conf", b.dir, b.url, "sla"), 0);
	ck_assert_int_eq(house_refresh(&keeper), 0);
}

static void
end(void)
{
	house_close(&keeper);
	bench_end(&b);
}

static void
subscribed(const char *place)
{
	struct subscriber s;

	ck_assert_int_ge(subscriber_load(&b.st, WHO, &s), 0);
	snprintf(s.phone, sizeof(s.phone), NUMBER);
	snprintf(s.lang, sizeof(s.lang), "id");
	ck_assert_int_ge(subscriber_add(&s, place, 5), 0);
	ck_assert_int_eq(house_refresh(&keeper), 0);
	ck_assert_int_eq(subscriber_put(&keeper, WHO, &s, NULL), COMMIT_OK);
}

static long long
listed(const char *list)
{
	return bench_integer(&b, "HEXISTS %s " WHO, bench_key(&b, KEY_SUBSCRIBERS, list));
}

START_TEST(only_so_many)
{
	struct subscriber s = { .version = 0 };
	char place[PLACE_CODE_CHARS];

	for (int i = 0; i < 3; i++) {
		snprintf(place, sizeof(place), "35.10.14.20%02d", i);
		ck_assert_int_eq(subscriber_add(&s, place, 3), 1);
		ck_assert_int_eq(subscriber_add(&s, place, 3), 0);	/* he has it */
	}
	ck_assert_int_eq(subscriber_add(&s, KABAT, 3), -1);
	ck_assert_int_eq(s.places_n, 3);
	s.stopped_ms = 1;		/* who comes back begins anew */
	ck_assert_int_eq(subscriber_add(&s, KABAT, 3), 1);
	ck_assert_int_eq(s.places_n, 1);
}
END_TEST

START_TEST(who_stops_is_told_nothing_and_forgotten)
{
	struct subscriber s;

	subscribed(KABAT);
	ck_assert_int_eq(listed(KABAT), 1);
	ck_assert_int_eq(subscriber_load(&b.st, WHO, &s), 1);
	ck_assert_str_eq(s.phone, NUMBER);
	ck_assert_int_eq(subscriber_stop(&keeper, WHO, NULL), 0);
	ck_assert_int_eq(listed(KABAT), 0);
	ck_assert_int_eq(listed("henti"), 1);
	ck_assert_int_eq(subscriber_stop(&keeper, WHO, NULL), 0);	/* twice is once */
	ck_assert_int_eq(subscribers_sweep(&keeper), 0);
	ck_assert_int_eq(subscriber_load(&b.st, WHO, &s), 1);	/* not yet */
	shelf_forward(&b, keeper.set.subscribe_forget_ms + 1000);
	keeper.store_ms = store_now_ms(&b.st);
	ck_assert_int_eq(subscribers_sweep(&keeper), 0);
	ck_assert_int_eq(subscriber_load(&b.st, WHO, &s), 0);
	ck_assert_int_eq(listed("henti"), 0);
}
END_TEST

START_TEST(who_comes_back_is_not_forgotten)
{
	struct subscriber s;

	subscribed(KABAT);
	ck_assert_int_eq(subscriber_stop(&keeper, WHO, NULL), 0);
	subscribed(KABAT);
	ck_assert_int_eq(listed("henti"), 0);
	shelf_forward(&b, keeper.set.subscribe_forget_ms + 1000);
	keeper.store_ms = store_now_ms(&b.st);
	ck_assert_int_eq(subscribers_sweep(&keeper), 0);
	ck_assert_int_eq(subscriber_load(&b.st, WHO, &s), 1);
	ck_assert_int_eq(listed(KABAT), 1);
}
END_TEST

Suite *
subscribe_suite(void)
{
	Suite *s = suite_create("subscribe");
	TCase *tc = tcase_create("subscribe");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, only_so_many);
	tcase_add_test(tc, who_stops_is_told_nothing_and_forgotten);
	tcase_add_test(tc, who_comes_back_is_not_forgotten);
	suite_add_tcase(s, tc);
	return s;
}
