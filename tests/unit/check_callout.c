/* A call for volunteers: so many are needed, some can, some cannot, some come late. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/callout.h"

Suite *callout_suite(void);

#define T0 INT64_C(1795000000000)

static struct callout c;
static struct callout_effects fx;

/* Five are called, two are needed. */
static void
begin(void)
{
	memset(&c, 0, sizeof(c));
	code_make(&c.code, 4711);
	c.needed = 2;
	c.began_ms = T0, c.ends_ms = T0 + HOUR_MS;
	snprintf(c.by, sizeof(c.by), "cli");
	snprintf(c.words, sizeof(c.words), "perahu di \"Mandar\"");
	for (c.people_n = 0; c.people_n < 5; c.people_n++)
		snprintf(c.people[c.people_n].id, OFFICER_ID_CHARS, "r-%d", c.people_n);
	ck_assert_int_eq(callout_decide(&c, CALL_BEGINS, -1, T0, &fx), 0);
	c = fx.after;
}

/* Each step: who says what, and what is then said: "0:panggil-terima", "" nothing, NULL no change. */
struct happens { int person; enum callout_event on; const char *said; };

static void
run(const struct happens *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct buf said = { 0 };
		int rc = callout_decide(&c, list[i].on, list[i].person, T0 + 1000 * (int64_t)(i + 1), &fx);

		ck_assert_msg(rc == (list[i].said != NULL ? 0 : -1), "step %zu", i);
		if (rc != 0)
			continue;
		for (int k = 0; k < fx.says_n; k++)
			buf_addf(&said, "%s%d:%s", k ? " " : "", fx.says[k].person, fx.says[k].kind);
		ck_assert_msg(strcmp(buf_str(&said), list[i].said) == 0, "step %zu: %s", i,
		    buf_str(&said));
		ck_assert_int_eq(fx.after.version, c.version + 1);
		ck_assert_int_le(callout_count(&fx.after, CALL_YES), c.needed);
		c = fx.after;
		buf_release(&said);
	}
}
#define RUN(list) run((list), N_ELEMS(list))

START_TEST(all_are_asked)
{
	ck_assert_int_eq(fx.says_n, 5);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(fx.says[i].person, i);
		ck_assert_str_eq(fx.says[i].kind, "panggil");
	}
	ck_assert_int_eq(c.version, 1);
	/* a call begins once, and not for nobody */
	ck_assert_int_eq(callout_decide(&c, CALL_BEGINS, -1, T0, &fx), -1);
	c.version = 0, c.people_n = 0;
	ck_assert_int_eq(callout_decide(&c, CALL_BEGINS, -1, T0, &fx), -1);
}
END_TEST

START_TEST(enough_is_enough)
{
	static const struct happens list[] = {
		{ 0, CALL_SAYS_YES, "0:panggil-terima" },
		{ 0, CALL_SAYS_YES, NULL },
		{ 1, CALL_SAYS_NO, "" },
		{ 2, CALL_SAYS_YES, "2:panggil-terima" },
		{ 3, CALL_SAYS_YES, "3:panggil-penuh" },
		{ 3, CALL_SAYS_YES, NULL },
		{ 1, CALL_SAYS_YES, "1:panggil-penuh" },
		{ 5, CALL_SAYS_YES, NULL }, { -1, CALL_SAYS_YES, NULL },
	};

	RUN(list);
	ck_assert_int_eq(callout_count(&c, CALL_YES), 2);
	ck_assert_int_eq(callout_count(&c, CALL_LATE), 2);
	ck_assert_int_eq(callout_count(&c, CALL_ASKED), 1);
}
END_TEST

/* The reserve moves up in the order in which it came, and a reserve who withdraws is passed by. */
START_TEST(a_reserve_moves_up)
{
	static const struct happens list[] = {
		{ 0, CALL_SAYS_YES, "0:panggil-terima" }, { 1, CALL_SAYS_YES, "1:panggil-terima" },
		{ 4, CALL_SAYS_YES, "4:panggil-penuh" }, { 2, CALL_SAYS_YES, "2:panggil-penuh" },
		{ 3, CALL_SAYS_YES, "3:panggil-penuh" },
		{ 4, CALL_SAYS_NO, "" },
		{ 1, CALL_SAYS_NO, "2:panggil-terima" },
		{ 1, CALL_SAYS_NO, NULL },
		{ 0, CALL_SAYS_NO, "3:panggil-terima" },
		{ 2, CALL_SAYS_NO, "" },
		{ 0, CALL_SAYS_YES, "0:panggil-terima" },
	};

	RUN(list);
	ck_assert_int_eq(c.people[3].answer, CALL_YES);
	ck_assert_int_eq(c.people[0].answer, CALL_YES);
}
END_TEST

START_TEST(what_is_unclear_is_asked_once)
{
	static const struct happens list[] = {
		{ 0, CALL_SAYS_WHAT, "0:panggil-contoh" }, { 0, CALL_SAYS_WHAT, NULL },
		{ 0, CALL_SAYS_YES, "0:panggil-terima" }, { 0, CALL_SAYS_WHAT, NULL },
	};

	RUN(list);
	ck_assert_int_eq(c.people[0].answer, CALL_YES);
}
END_TEST

START_TEST(it_ends)
{
	static const struct happens before[] = { { 0, CALL_SAYS_YES, "0:panggil-terima" } };
	static const struct happens after[] = {
		{ 1, CALL_SAYS_YES, "1:panggil-usai" }, { 1, CALL_SAYS_YES, NULL },
		{ 0, CALL_SAYS_YES, NULL }, { 0, CALL_SAYS_NO, NULL }, { 2, CALL_SAYS_WHAT, NULL },
		{ -1, CALL_ENDS, NULL }, { -1, CALL_STOPS, NULL },
	};

	RUN(before);
	if (_i == 0) {
		ck_assert_int_eq(callout_decide(&c, CALL_ENDS, -1, c.ends_ms - 1, &fx), -1);
		ck_assert_int_eq(callout_decide(&c, CALL_ENDS, -1, c.ends_ms, &fx), 0);
	} else {
		ck_assert_int_eq(callout_decide(&c, CALL_STOPS, -1, T0 + 5000, &fx), 0);
		ck_assert_int_eq(fx.after.ends_ms, T0 + 5000);
	}
	ck_assert_int_eq(fx.says_n, 0);
	c = fx.after;
	RUN(after);
	ck_assert_int_eq(callout_count(&c, CALL_YES), 1);
}
END_TEST

START_TEST(a_call_comes_back)
{
	static const struct happens list[] = { { 0, CALL_SAYS_YES, "0:panggil-terima" } };
	static struct callout back;
	struct buf b = { 0 }, again = { 0 };

	RUN(list);
	c.latihan = 1;
	callout_encode(&b, &c);
	ck_assert_int_eq(callout_decode(&back, b.data, b.len), 0);
	callout_encode(&again, &back);
	ck_assert_str_eq(buf_str(&b), buf_str(&again));
	ck_assert_str_eq(back.words, c.words);
	for (size_t n = 0; n < b.len; n++)
		ck_assert_int_eq(callout_decode(&back, b.data, n), -1);
	buf_release(&b);
	buf_release(&again);
}
END_TEST

/* ---- the list ---- */

#define HEADER "id,nama,telepon,bahasa,desa,keahlian\n"

static const struct { const char *place, *skill; int fits; } wishes[] = {
	{ "", "", 1 }, { "35.10.20", "", 1 }, { "35.10.20.2005", "p3k", 1 }, { "35.10", "perahu", 1 },
	{ "35.10.2", "", 0 }, { "35.10.20.2006", "", 0 }, { "", "per", 0 }, { "", "perahu p3k", 0 },
	{ "", "selam", 0 },
};

START_TEST(who_fits)
{
	struct buf errors = { 0 };
	const char *text = HEADER "ani,Contoh Ani,08000000901,id,35.10.20.2005,perahu p3k\n";
	size_t n;
	struct volunteer *v = volunteers_parse_csv("r.csv", text, strlen(text), &n, &errors);

	ck_assert_msg(v != NULL && n == 1, "%s", buf_str(&errors));
	ck_assert_int_eq(volunteer_fits(v, wishes[_i].place, wishes[_i].skill), wishes[_i].fits);
	v->ended = 1;
	ck_assert_int_eq(volunteer_fits(v, "", ""), 0);
	volunteers_free(v, n);
}
END_TEST

static const struct { const char *rows, *says; } wrong[] = {
	{ "Ani,Contoh,08000000901,id,,\n", "r.csv:2: id is not right" },
	{ "ani,,08000000901,id,,\n", "r.csv:2: nama is not right" },
	{ "ani,Contoh,112,id,,\n", "r.csv:2: telepon is not right" },
	{ "ani,Contoh,08000000901,i,,\n", "r.csv:2: bahasa is not right" },
	{ "ani,Contoh,08000000901,id,,\nani,Contoh,08000000902,id,,\n", "r.csv:3: id is in the file" },
	{ "ani,Contoh,08000000901,id,,\nadi,Contoh,+628000000901,id,,\n", "r.csv:3: telepon is in" },
};

START_TEST(a_wrong_list_names_its_line)
{
	struct buf errors = { 0 }, text = { 0 };
	size_t n;

	buf_addf(&text, HEADER "%s", wrong[_i].rows);
	ck_assert_ptr_null(volunteers_parse_csv("r.csv", text.data, text.len, &n, &errors));
	ck_assert_msg(strstr(buf_str(&errors), wrong[_i].says) != NULL, "%s", buf_str(&errors));
	ck_assert_ptr_null(strstr(buf_str(&errors), "00000901"));
	buf_release(&errors);
	buf_release(&text);
}
END_TEST

static const struct { const char *text; enum callout_words words; enum callout_event on; } texts[] = {
	{ "BISA", WORDS_BARE, CALL_SAYS_YES }, { "tidak.", WORDS_BARE, CALL_SAYS_NO },
	{ "ikut!", WORDS_BARE, CALL_SAYS_YES }, { "nggak", WORDS_BARE, CALL_SAYS_NO },
	{ "bisa pak, jam berapa?", WORDS_POLITE, CALL_SAYS_YES },
	{ "Tidak bisa pak, maaf", WORDS_POLITE, CALL_SAYS_NO },
	{ "tdk bisa hadir,\nterima kasih", WORDS_POLITE, CALL_SAYS_NO },
	{ "tidak ada air bersih di desa kabat", WORDS_OTHER, CALL_BEGINS },
	{ "tidak bisa napas tolong", WORDS_OTHER, CALL_BEGINS },
	{ "bisa minta tolong, jalan rusak", WORDS_OTHER, CALL_BEGINS },
	{ "tidakkah", WORDS_OTHER, CALL_BEGINS }, { "bisa?", WORDS_OTHER, CALL_BEGINS },
	{ "", WORDS_OTHER, CALL_BEGINS }, { " ", WORDS_OTHER, CALL_BEGINS },
	{ "1", WORDS_OTHER, CALL_BEGINS },
};

START_TEST(what_words_say)
{
	enum callout_event on = CALL_BEGINS;

	ck_assert_msg(callout_words(texts[_i].text, &on) == texts[_i].words, "%s", texts[_i].text);
	ck_assert(callout_is_courtesy("") && callout_is_courtesy("tidak bisa pak"));
	ck_assert(!callout_is_courtesy("tidak ada air bersih"));
	ck_assert_msg(on == texts[_i].on || texts[_i].words == WORDS_OTHER, "%s", texts[_i].text);
}
END_TEST

Suite *
callout_suite(void)
{
	Suite *s = suite_create("callout");
	TCase *tc = tcase_create("callout"), *list = tcase_create("volunteers");

	tcase_add_checked_fixture(tc, begin, NULL);
	tcase_add_test(tc, all_are_asked);
	tcase_add_test(tc, enough_is_enough);
	tcase_add_test(tc, a_reserve_moves_up);
	tcase_add_test(tc, what_is_unclear_is_asked_once);
	tcase_add_loop_test(tc, it_ends, 0, 2);
	tcase_add_test(tc, a_call_comes_back);
	tcase_add_loop_test(tc, what_words_say, 0, (int)N_ELEMS(texts));
	suite_add_tcase(s, tc);
	tcase_add_loop_test(list, who_fits, 0, (int)N_ELEMS(wishes));
	tcase_add_loop_test(list, a_wrong_list_names_its_line, 0, (int)N_ELEMS(wrong));
	suite_add_tcase(s, list);
	return s;
}
