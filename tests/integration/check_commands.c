/*
 * The command `kentongan` asked wrongly, on a living house: it says what is expected, ends badly and changes
 * nothing.  And a configuration that no router can read by, which nothing may call sound or publish.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"
#include "store/house.h"
#include "store/logbook.h"
#include "tests/integration/living.h"

Suite *commands_suite(void);

static void
begin(void)
{
	house_make("");
	house_up();
}

static int64_t
last_seq(void)
{
	struct house h;
	int64_t seq;

	house_eye(&h);
	seq = logbook_last_seq(&h.st);
	house_close(&h);
	return seq;
}

/* ---- arguments ---- */

#define KIB_OF_A "$(head -c 1024 /dev/zero | tr '\\0' a)"
#define LONG KIB_OF_A KIB_OF_A KIB_OF_A KIB_OF_A KIB_OF_A KIB_OF_A KIB_OF_A KIB_OF_A KIB_OF_A

static const struct { const char *args; int status; const char *says; } wrong[] = {
	{ "", 2, "usage: kentongan COMMAND" },
	{ "lapor", 2, "lapor: unknown command" },
	{ "up sekarang", 2, "usage: kentongan up" },
	{ "up", 1, "is in use by another 'kentongan up'" },
	{ "check conf", 2, "usage: kentongan check" },
	{ "check --strict", 2, "unknown flag --strict" },
	{ "check --conf", 2, "usage: kentongan check" },	/* --dir is its value, and a word is left over */
	{ "route 'banjir di kabat'", 2, "usage: kentongan route" },
	{ "route --since kemarin", 1, "--since kemarin: a duration" },
	{ "route --explain=ya", 2, "--explain takes no value" },
	{ "report", 2, "usage: kentongan report" },
	{ "report banjir di kabat", 2, "usage: kentongan report" },
	{ "report ''", 1, "the report is empty" },
	{ "report '  '", 1, "the report is empty" },
	{ "report " LONG, 1, "longer than 8192 bytes" },
	{ "report banjir --from abc", 1, "--from abc: no telephone number" },
	{ "report banjir --place 35.10.99", 1, "--place 35.10.99: no such place code" },
	{ "report banjir --lane x", 1, "--lane x: e (life and safety) or n" },
	{ "case", 2, "usage: kentongan case" },
	{ "case 7K3F", 1, "7K3F: no receipt code" },
	{ "case 00000000", 1, "00000000: no such case" },
	{ "cases semua", 2, "usage: kentongan cases" },
	{ "cases --state terbuka", 1, "--state terbuka: one of baru" },
	{ "cases --unit O-TIDAK", 1, "--unit O-TIDAK: no such unit" },
	{ "act 00000000", 2, "usage: kentongan act" },
	{ "act 00000000 terima", 2, "usage: kentongan act" },
	{ "act 7K3F-9QXM terima --as ptg-d112-1", 1, "7K3F-9QXM: no receipt code" },
	{ "act 00000000 selesaikan --as ptg-d112-1", 1, "selesaikan: no action; one of" },
	{ "act 00000000 terima --as ptg-d112-1", 1, "00000000: " },
	{ "act 00000000 tunggu --as ptg-d112-1 --until besok", 1, "--until besok: no day" },
	{ "officer", 2, "usage: kentongan officer" },
	{ "officer fire ptg-d112-1", 2, "usage: kentongan officer" },
	{ "officer add baru-1 --name X", 1, "officer add needs --name, --unit and --phone" },
	{ "officer add baru-1 --name X --unit O-TIDAK --phone 081234567001", 1, "--unit O-TIDAK: no such unit" },
	{ "officer add baru-1 --name X --unit O-DLH --phone 12ab", 1, "--phone 12ab: no telephone number" },
	{ "officer add baru-1 --name X --unit O-DLH --phone 081234567001 --order satu", 1, "--order satu: a number" },
	{ "officer add baru-1 --name X --unit O-DLH --phone 081234567001 --role raja", 1, "--role raja: one of" },
	{ "officer add baru-1 --name X --unit O-DLH --phone 081234567001 --duty pagi", 1, "--duty pagi: write" },
	{ "officer add 'Baru 1' --name X --unit O-DLH --phone 081234567001", 1, "Baru 1: no id" },
	{ "officer end tidak-ada", 1, "tidak-ada: no such officer" },
	{ "officer away ptg-d112-1 --from besok --until lusa", 1, "--from besok: no time" },
	{ "officer away ptg-d112-1 --from 5 --until 4", 1, "--until 4: the leave must end after it begins" },
	{ "officer leave ptg-d112-1 --from besok", 1, "--from besok: no time" },
	{ "officer import /tidak/ada.csv", 1, "/tidak/ada.csv" },
	{ "reload conf", 2, "usage: kentongan reload" },
	{ "audit", 2, "usage: kentongan audit verify" },
	{ "audit periksa", 2, "usage: kentongan audit verify" },
	{ "demo --seconds lama", 2, "5 to 86400 seconds" },
};

START_TEST(a_wrong_call_says_what_is_expected_and_changes_nothing)
{
	int64_t before = last_seq();

	for (size_t i = 0; i < N_ELEMS(wrong); i++) {
		struct buf out = { 0 };
		int status = house_command(wrong[i].args, &out);

		ck_assert_msg(status == wrong[i].status, "%.80s: %d, %s", wrong[i].args, status, buf_str(&out));
		ck_assert_msg(strstr(buf_str(&out), wrong[i].says) != NULL, "%.80s: %s", wrong[i].args, buf_str(&out));
		buf_release(&out);
	}
	ck_assert_int_eq(last_seq(), before);
}
END_TEST

START_TEST(a_value_may_stand_behind_an_equals_sign)
{
	struct buf out = { 0 };

	ck_assert_msg(house_command("cases --unit=O-DLH --json", &out) == 0, "%s", buf_str(&out));
	ck_assert_str_eq(buf_str(&out), "[]\n");
	buf_release(&out);
}
END_TEST

/* ---- a configuration that nobody can read by ---- */

static void
conf_file(const char *name, struct buf *path)
{
	buf_reset(path);
	buf_addf(path, "%s/%s", house.conf, name);
}

static const struct { const char *file, *contents, *says; } unusable[] = {
	{ "batas.geojson", "{", "batas.geojson:1: " },
	{ "batas.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}", "batas.geojson: no polygon of any desa" },
	{ "petugas.csv", "id,nama,unit,peran,telepon,bahasa,urutan,jaga\nkpl-x,X,O-TIDAK,kepala,+628000000001,id,1,24\n",
	    "petugas.csv:2: officer kpl-x: unit O-TIDAK is unknown" },
	{ "petugas.csv", "id,nama,unit,peran,telepon,bahasa,urutan,jaga\nkpl-x,X,BUPATI,kepala,+628000000001,id,1,24\n",
	    "unit.csv:3: unit SEKDA (Sekda): a rung without anybody" },
};

START_TEST(what_cannot_be_used_is_not_sound)
{
	struct buf path = { 0 }, was = { 0 }, out = { 0 };

	conf_file(unusable[_i].file, &path);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &was), 0);
	ck_assert_int_eq(file_write(buf_str(&path), unusable[_i].contents, strlen(unusable[_i].contents), 0600), 0);
	ck_assert_int_eq(house_command("check", &out), 1);
	ck_assert_msg(strstr(buf_str(&out), unusable[_i].says) != NULL, "%s", buf_str(&out));
	ck_assert_int_eq(file_write(buf_str(&path), was.data, was.len, 0600), 0);
	buf_reset(&out);
	ck_assert_msg(house_command("check", &out) == 0, "%s", buf_str(&out));
	buf_release(&out);
	buf_release(&was);
	buf_release(&path);
}
END_TEST

/* What lies where officers are expected must not pass for "nobody". */
START_TEST(an_unreadable_list_of_officers_is_a_mistake)
{
	struct buf line = { 0 }, out = { 0 };

	buf_addf(&line, "mv %s/petugas.csv %s/was.csv && mkdir %s/petugas.csv", house.conf, house.conf, house.conf);
	ck_assert_int_eq(system(buf_str(&line)), 0);
	ck_assert_int_eq(house_command("check", &out), 1);
	ck_assert_msg(strstr(buf_str(&out), "petugas.csv: cannot be read") != NULL, "%s", buf_str(&out));
	buf_reset(&line);
	buf_addf(&line, "rmdir %s/petugas.csv && mv %s/was.csv %s/petugas.csv", house.conf, house.conf, house.conf);
	ck_assert_int_eq(system(buf_str(&line)), 0);
	buf_release(&line);
	buf_release(&out);
}
END_TEST

/* Reports go on being read by the version in force. */
START_TEST(a_reload_that_would_stop_the_router_is_refused)
{
	struct buf path = { 0 }, was = { 0 }, out = { 0 }, bin = { 0 };
	char code[CODE_CHARS + 1];
	int64_t before = last_seq();

	conf_file("batas.geojson", &path);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &was), 0);
	ck_assert_int_eq(file_write(buf_str(&path), "{", 1, 0600), 0);
	ck_assert_int_eq(house_command("reload", &out), 1);
	ck_assert_msg(strstr(buf_str(&out), "batas.geojson:1: ") != NULL, "%s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), "the version in force stays") != NULL, "%s", buf_str(&out));
	ck_assert_int_eq(last_seq(), before);
	buf_reset(&out);
	bin_path(&bin, "kentongan-router");
	buf_addf(&bin, " -n --conf %s 2>/dev/null", house.conf);
	ck_assert_int_ne(system(buf_str(&bin)), 0);
	ck_assert_int_eq(file_write(buf_str(&path), was.data, was.len, 0600), 0);
	ck_assert_int_eq(system(buf_str(&bin)), 0);
	sms("+6281234567801", "lampu jalan mati di desa Kabat kecamatan Kabat", code);
	wait_state(code, "ditugaskan");
	buf_release(&bin);
	buf_release(&out);
	buf_release(&was);
	buf_release(&path);
}
END_TEST

Suite *
commands_suite(void)
{
	Suite *s = suite_create("commands");
	TCase *tc = tcase_create("commands");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_wrong_call_says_what_is_expected_and_changes_nothing);
	tcase_add_test(tc, a_value_may_stand_behind_an_equals_sign);
	tcase_add_loop_test(tc, what_cannot_be_used_is_not_sound, 0, N_ELEMS(unusable));
	tcase_add_test(tc, an_unreadable_list_of_officers_is_a_mistake);
	tcase_add_test(tc, a_reload_that_would_stop_the_router_is_refused);
	suite_add_tcase(s, tc);
	return s;
}
