/* A leak practised on a living house: whose data an account touched or could read, and the notice. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "tests/integration/eye.h"
#include "tests/integration/harness.h"
#include "tests/integration/visitor.h"

Suite *breach_suite(void);

#define WARGA "+6281290000001"
#define LAIN  "+6281290000002"
#define TETANGGA "+6281290000003"
#define FIELD "ptg-35.10.14.2012-1"
#define NAMED "ptg-o-dinsos-1"
#define ASKER "kpl-bupati"

static char his[2][CODE_CHARS + 1], elsewhere[CODE_CHARS + 1], sealed[CODE_CHARS + 1];

static void
begin(void)
{
	house_make("");
	house_up();
	eye_open();
	sms(WARGA, "aspal jalan desa kabat kecamatan kabat berlubang besar, kenari7", his[0]);
	sms(WARGA, "aspal jalan desa kabat kecamatan kabat berlubang dalam", his[1]);
	sms(LAIN, "sampah menumpuk di pasar desa Sumberagung Pesanggaran", elsewhere);
	sms(TETANGGA, "anak tetangga saya dipukuli bapaknya tiap malam di desa Kaligung Rogojampi", sealed);
	wait_state(his[0], "ditugaskan");
	wait_state(his[1], "ditugaskan");
	wait_state(elsewhere, "ditugaskan");
	told_any(TETANGGA);
}

static void
end(void)
{
	eye_close();
	house_down();
}

/* The answer for a stretch around now, from so long ago; caller decrefs. */
static json_t *
asked(int64_t ago_ms, int64_t until_ago_ms, const char *more)
{
	struct buf line = { 0 }, said = { 0 }, since = { 0 }, until = { 0 };
	int64_t now_ms = store_now_ms(&eye.st);
	json_t *doc;

	buf_add_wib_plain(&since, now_ms - ago_ms);
	buf_add_wib_plain(&until, now_ms - until_ago_ms);
	buf_addf(&line, "breach --since '%s' --until '%s' --as " ASKER " --json %s", buf_str(&since), buf_str(&until), more);
	ck_assert_msg(house_command(buf_str(&line), &said) == 0, "%s", buf_str(&said));
	ck_assert_ptr_null(strstr(buf_str(&said), "8129000000"));
	ck_assert_ptr_null(strstr(buf_str(&said), "kenari7"));
	doc = json_loadb(said.data, said.len, 0, NULL);
	ck_assert_msg(doc != NULL, "%s", buf_str(&said));
	buf_release(&line);
	buf_release(&said);
	buf_release(&since);
	buf_release(&until);
	return doc;
}

/* What is said of a case, "a,b"; "" nothing. */
static const char *
how(const json_t *doc, const char *code)
{
	static char out[128];
	const json_t *cases = json_object_get(doc, "cases"), *c, *w;
	size_t i, k;

	out[0] = '\0';
	json_array_foreach(cases, i, c)
		if (strcmp(json_string_value(json_object_get(c, "code")), code) == 0)
			json_array_foreach(json_object_get(c, "how"), k, w)
				snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s", k > 0 ? "," : "", json_string_value(w));
	return out;
}

static long
figure_of(const json_t *doc, const char *name)
{
	return (long)json_integer_value(json_object_get(doc, name));
}

START_TEST(an_account_is_judged_by_what_it_did_and_could)
{
	struct buf line = { 0 }, said = { 0 };
	const char *notice;
	json_t *doc;

	buf_addf(&line, "act %s terima --as " FIELD, his[0]);
	ck_assert_msg(house_command(buf_str(&line), &said) == 0, "%s", buf_str(&said));
	wait_state(his[0], "diterima");
	doc = asked(DAY_MS, -DAY_MS, "--officer " FIELD);
	ck_assert_str_eq(how(doc, his[0]), "dikerjakan,dapat dibaca");
	ck_assert_str_eq(how(doc, his[1]), "dapat dibaca");
	/* Another body's, and what only named roles may see. */
	ck_assert_str_eq(how(doc, elsewhere), "");
	ck_assert_str_eq(how(doc, sealed), "");
	ck_assert_int_eq(figure_of(doc, "persons"), 1);
	notice = json_string_value(json_object_get(doc, "notice"));
	ck_assert_ptr_nonnull(strstr(notice, "Pasal 46 UU 27/2022"));
	ck_assert_ptr_nonnull(strstr(notice, "1 orang"));
	ck_assert_ptr_nonnull(strstr(notice, "dari 2 laporan"));
	ck_assert_ptr_nonnull(strstr(notice, "lewat akun petugas " FIELD));
	json_decref(doc);
	buf_release(&said);
	buf_release(&line);
}
END_TEST

static int
may_open(void *arg)
{
	char path[32];

	snprintf(path, sizeof(path), "/kasus/%s", sealed);
	return visitor_status(arg, path) == 200;
}

/* Opening a sealed case is on record, whoever has the right to. */
START_TEST(a_look_into_a_sealed_case_counts)
{
	struct visitor v;
	json_t *doc;

	visitor_enters(&v, NAMED);
	ck_assert_msg(bench_until(may_open, &v, LIMIT_MS), "%s cannot open %s", NAMED, sealed);
	doc = asked(DAY_MS, -DAY_MS, "--officer " NAMED);
	ck_assert_str_eq(how(doc, sealed), "dibuka,dapat dibaca");
	json_decref(doc);
	doc = asked(DAY_MS, -DAY_MS, "");
	ck_assert_str_eq(how(doc, sealed), "dibuka,masuk");
	json_decref(doc);
}
END_TEST

START_TEST(a_stretch_of_time_names_all_that_came)
{
	json_t *doc = asked(DAY_MS, -DAY_MS, "");

	ck_assert_str_eq(how(doc, his[0]), "masuk");
	ck_assert_str_eq(how(doc, elsewhere), "masuk");
	ck_assert_str_eq(how(doc, sealed), "masuk");
	ck_assert_int_eq(figure_of(doc, "persons"), 3);
	json_decref(doc);
	doc = asked(2 * DAY_MS, DAY_MS, "");
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "cases")), 0);
	ck_assert_int_eq(figure_of(doc, "persons"), 0);
	json_decref(doc);
}
END_TEST

START_TEST(what_was_erased_cannot_have_been_read)
{
	struct buf line = { 0 };
	json_t *doc;

	buf_addf(&line, "BATAL %s", his[1]);
	sms(WARGA, buf_str(&line), NULL);
	wait_state(his[1], "ditutup");
	buf_reset(&line);
	buf_add_key(&line, &eye.st.keys, KEY_CASE, his[1], NULL);
	freeReplyObject(redis_pipe_command(eye.st.pipe, "HDEL %b k", line.data, line.len));
	doc = asked(DAY_MS, -DAY_MS, "");
	ck_assert_str_eq(how(doc, his[1]), "");
	ck_assert_int_eq(figure_of(doc, "erased"), 1);
	json_decref(doc);
	buf_release(&line);
}
END_TEST

START_TEST(who_asks_is_on_record)
{
	struct buf said = { 0 };

	json_decref(asked(DAY_MS, -DAY_MS, "--officer " FIELD));
	ck_assert_int_eq(house_command("breach --since 2026-01-01 --until 2026-01-02 --as nobody", &said), 1);
	ck_assert_int_eq(house_command("breach --since 2026-01-02 --until 2026-01-01 --as " ASKER, &said), 1);
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	{
		struct buf key = { 0 };
		redisReply *r;

		buf_add_key(&key, &eye.st.keys, KEY_LOG, NULL, NULL);
		r = redis_pipe_command(eye.st.pipe, "XREVRANGE %b + - COUNT 20", key.data, key.len);
		ck_assert(r != NULL && r->type == REDIS_REPLY_ARRAY);
		buf_reset(&said);
		for (size_t i = 0; i < r->elements; i++)
			buf_add(&said, r->element[i]->element[1]->element[1]->str, r->element[i]->element[1]->element[1]->len);
		freeReplyObject(r);
		buf_release(&key);
	}
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "\"what\":\"kebocoran\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "\"actor\":\"" ASKER "\""));
	buf_release(&said);
}
END_TEST

Suite *
breach_suite(void)
{
	Suite *s = suite_create("breach");
	TCase *tc = tcase_create("breach");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, an_account_is_judged_by_what_it_did_and_could);
	tcase_add_test(tc, a_look_into_a_sealed_case_counts);
	tcase_add_test(tc, a_stretch_of_time_names_all_that_came);
	tcase_add_test(tc, what_was_erased_cannot_have_been_read);
	tcase_add_test(tc, who_asks_is_on_record);
	suite_add_tcase(s, tc);
	return s;
}
