/* One message to many: its pace, its life, what it costs. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/broadcast.h"
#include "core/calendar.h"

Suite *broadcast_suite(void);

#define NOON INT64_C(1795150800000)

static struct broadcast
going(int people, int next)
{
	struct broadcast b = { .id = "S7K3F9QXM", .state = BROADCAST_GOING, .begun_ms = NOON, .people = people, .next = next };

	return b;
}

static const struct {
	const char *what;
	int people, next;
	int64_t after_ms, waiting, urgent;
	int may;
} paces[] = {
	{ "the first goes at once", 100, 0, 0, 0, 0, 1 },
	{ "sixty a minute is one a second", 100, 0, 9000, 0, 0, 10 },
	{ "what has gone is gone", 100, 10, 9000, 0, 0, 0 },
	{ "no more than the window after an outage", 100, 0, HOUR_MS, 0, 0, 20 },
	{ "what waits already takes from the window", 100, 0, HOUR_MS, 15, 0, 5 },
	{ "a full line lets nothing in", 100, 0, HOUR_MS, 20, 0, 0 },
	{ "life and safety go first, be it one message", 100, 0, HOUR_MS, 1, 1, 0 },
	{ "the last ones", 100, 97, HOUR_MS, 0, 0, 3 },
	{ "all have it", 100, 100, HOUR_MS, 0, 0, 0 },
};

START_TEST(pace)
{
	struct broadcast b = going(paces[_i].people, paces[_i].next);

	ck_assert_msg(broadcast_allow(&b, NOON + paces[_i].after_ms, 60, 20, paces[_i].waiting, paces[_i].urgent) ==
	    paces[_i].may, "%s", paces[_i].what);
	b.state = BROADCAST_CANCELLED;
	ck_assert_int_eq(broadcast_allow(&b, NOON + HOUR_MS, 60, 20, 0, 0), 0);
}
END_TEST

START_TEST(it_begins_by_the_right_number_once)
{
	struct broadcast b = { .id = "S1", .state = BROADCAST_DRAFT, .made_ms = NOON, .people = 7 };

	ck_assert_int_eq(broadcast_confirm(&b, "ana", 8, NOON, HOUR_MS), BROADCAST_OTHER_NUMBER);
	ck_assert_int_eq(broadcast_confirm(&b, "ana", 7, NOON + HOUR_MS + 1, HOUR_MS), BROADCAST_OLD);
	ck_assert_int_eq(b.state, BROADCAST_DRAFT);
	ck_assert_int_eq(broadcast_confirm(&b, "ana", 7, NOON + HOUR_MS, HOUR_MS), BROADCAST_OK);
	ck_assert_str_eq(b.confirmed_by, "ana");
	ck_assert_int_eq(broadcast_confirm(&b, "budi", 7, NOON + HOUR_MS, HOUR_MS), BROADCAST_NOT_DRAFT);
	broadcast_passed(&b, 3, 1, NOON + HOUR_MS);
	ck_assert_int_eq(b.state, BROADCAST_GOING);
	broadcast_passed(&b, 4, 0, NOON + 2 * HOUR_MS);
	ck_assert(b.state == BROADCAST_DONE && b.left_out == 1 && b.ended_ms == NOON + 2 * HOUR_MS);
	ck_assert_int_eq(broadcast_cancel(&b, "ana", NOON), BROADCAST_OVER);
	b = (struct broadcast){ .id = "S2", .state = BROADCAST_DRAFT, .made_ms = NOON };
	ck_assert_int_eq(broadcast_confirm(&b, "ana", 0, NOON, HOUR_MS), BROADCAST_NOBODY);
}
END_TEST

START_TEST(words_and_figures)
{
	struct broadcast b = { .id = "S7K3F9QXM", .to = TO_PLACE, .target = "35.10.20", .by = "ana", .drill = 1, .made_ms = NOON };
	struct broadcast back;
	struct buf text = { 0 }, doc = { 0 };

	b.texts_n = 2;
	snprintf(b.texts[0].lang, 4, "id");
	b.texts[0].text = xstrdup("Air \"naik\"");
	snprintf(b.texts[1].lang, 4, "jv");
	b.texts[1].text = xstrdup("Banyu munggah");
	buf_add_broadcast_text(&text, &b, "jv");
	ck_assert_str_eq(buf_str(&text), "LATIHAN. Banyu munggah");
	buf_reset(&text);
	buf_add_broadcast_text(&text, &b, "mad");	/* nobody wrote that: the first one */
	ck_assert_str_eq(buf_str(&text), "LATIHAN. Air \"naik\"");
	for (int i = 0; i < 90; i++)
		ck_assert_int_eq(broadcast_count(&b, i % 3 ? "sms" : "email", i % 3 ? 2 : 0), 0);
	ck_assert_int_eq(b.people, 90);
	ck_assert_int_eq(broadcast_parts(&b), 120);
	ck_assert_int_eq(broadcast_takes_ms(&b, 60), 90000);
	broadcast_encode(&doc, &b);
	ck_assert_int_eq(broadcast_decode(&back, buf_str(&doc), doc.len), 0);
	ck_assert(back.people == 90 && back.drill && back.texts_n == 2 && back.ways_n == 2 && broadcast_parts(&back) == 120);
	ck_assert_str_eq(back.texts[0].text, "Air \"naik\"");
	broadcast_release(&back);
	ck_assert_int_eq(broadcast_decode(&back, "{\"schema\":1,\"st\":9,\"id\":\"S1\"}", 28), -1);
	broadcast_release(&b);
	buf_release(&text);
	buf_release(&doc);
}
END_TEST

Suite *
broadcast_suite(void)
{
	Suite *s = suite_create("broadcast");
	TCase *tc = tcase_create("broadcast");

	tcase_add_loop_test(tc, pace, 0, N_ELEMS(paces));
	tcase_add_test(tc, it_begins_by_the_right_number_once);
	tcase_add_test(tc, words_and_figures);
	suite_add_tcase(s, tc);
	return s;
}
