/* A resident asks what is held of him: his number is proven by a code, then he gets all of it, and only his. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/eye.h"
#include "tests/integration/harness.h"
#include "tests/integration/living.h"

Suite *person_suite(void);

#define WARGA "+6281290000001"
#define LAIN  "+6281290000002"
#define ASKER "kpl-bupati"

static char his[2][CODE_CHARS + 1], other[CODE_CHARS + 1];
static struct buf said;

static void
begin(void)
{
	struct buf words = { 0 };

	house_make("identity:\n  life: 1h\n");
	house_up();
	eye_open();
	sms(WARGA, "aspal jalan desa kabat kecamatan kabat berlubang besar, kenari7", his[0]);
	sms(WARGA, "sampah menumpuk di pasar desa Sumberagung Pesanggaran, gelatik3", his[1]);
	sms(LAIN, "aspal jalan desa kabat kecamatan kabat berlubang dalam, merpati5", other);
	wait_state(his[0], "ditugaskan");
	wait_state(his[1], "ditugaskan");
	wait_state(other, "ditugaskan");
	buf_addf(&words, "BATAL %s", his[1]);
	sms(WARGA, buf_str(&words), NULL);
	wait_state(his[1], "ditutup");
	buf_release(&words);
}

static void
end(void)
{
	buf_release(&said);
	eye_close();
	house_down();
}

/* The command for his first case: its exit status, what it said in said. */
static int
person(const char *more)
{
	char line[128];

	snprintf(line, sizeof(line), "person %s --as " ASKER " %s", his[0], more);
	buf_reset(&said);
	return house_command(line, &said);
}

/* The six digits that went to his number. */
static void
digits_sent(char out[7])
{
	json_t *m = outgoing_by("sms", "", "kode-diri", WARGA);
	const char *text = json_string_value(json_object_get(m, "text"));

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(sscanf(text, "Kode %6[0-9]", out), 1);
	ck_assert_uint_eq(strlen(out), 6);
	json_decref(m);
}

static int
prove(const char *digits)
{
	char more[32];

	snprintf(more, sizeof(more), "--code %s", digits);
	return person(more);
}

/* Another one than that. */
static void
digits_wrong(char out[7], const char *right)
{
	snprintf(out, 7, "%s", right);
	out[5] = out[5] == '0' ? '1' : '0';
}

START_TEST(he_gets_all_that_is_his_and_nothing_else)
{
	char digits[7], wrong[7];
	const json_t *cases, *c;
	json_t *doc;
	size_t i;

	ck_assert_msg(person("") == 0, "%s", buf_str(&said));
	ck_assert_ptr_null(strstr(buf_str(&said), "81290000001"));
	ck_assert_int_eq(person(""), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "still lives"));
	digits_sent(digits);
	digits_wrong(wrong, digits);
	ck_assert_int_eq(prove(wrong), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "not the code"));
	ck_assert_msg(prove(digits) == 0, "%s", buf_str(&said));
	doc = json_loadb(said.data, said.len, 0, NULL);
	ck_assert_msg(doc != NULL, "%s", buf_str(&said));
	cases = json_object_get(doc, "cases");
	ck_assert_uint_eq(json_array_size(cases), 2);
	json_array_foreach(cases, i, c) {
		const char *words = json_string_value(json_object_get(c, "words"));
		int first = strcmp(json_string_value(json_object_get(c, "code")), his[0]) == 0;

		ck_assert_ptr_nonnull(strstr(words, first ? "kenari7" : "gelatik3"));
		ck_assert_str_eq(json_string_value(json_object_get(c, "number")), WARGA);
		ck_assert_str_eq(json_string_value(json_object_get(c, "state")), first ? "ditugaskan" : "ditutup");
		/* The closed one he withdrew by a message, which is his too. */
		ck_assert_int_ge((int)json_array_size(json_object_get(c, "later")), first ? 0 : 1);
	}
	ck_assert_ptr_null(strstr(buf_str(&said), "merpati5"));
	json_decref(doc);
	/* It was good for once. */
	ck_assert_int_eq(prove(digits), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "there is no code"));
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	buf_reset(&said);
	ck_assert_int_ne(run_line(&said, "grep -rlE 'kenari7|81290000001' %s/log %s/redis", house.dir, house.dir), 0);
}
END_TEST

START_TEST(guessing_ends_at_three)
{
	char digits[7], wrong[7];

	ck_assert_int_eq(prove("123456"), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "there is no code"));
	ck_assert_int_eq(person(""), 0);
	digits_sent(digits);
	digits_wrong(wrong, digits);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(prove(wrong), 1);
	/* The right one helps no more, nor does another code before its time. */
	ck_assert_int_eq(prove(digits), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "guessed too often"));
	ck_assert_int_eq(person(""), 1);
}
END_TEST

Suite *
person_suite(void)
{
	Suite *s = suite_create("person");
	TCase *tc = tcase_create("person");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, he_gets_all_that_is_his_and_nothing_else);
	tcase_add_test(tc, guessing_ends_at_three);
	suite_add_tcase(s, tc);
	return s;
}
