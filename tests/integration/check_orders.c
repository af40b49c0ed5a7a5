/*
 * What is said between the four hours: waits that a second person grants, questions from above, more
 * units at a fire, signs of life, another day, other targets.  Real daemons, SMS in and out.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <jansson.h>

#include "core/calendar.h"
#include "core/roster.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "tests/integration/living.h"

Suite *orders_suite(void);

#define CITIZEN "+6281234570001"
#define BUPATI "kpl-bupati"

static struct roster roster;

static void
begin(void)
{
	struct buf errors = { 0 }, path = { 0 }, csv = { 0 };

	house_make("");
	house_up();
	buf_addf(&path, "%s/petugas.csv", house.conf);
	ck_assert_int_eq(file_read(buf_str(&path), 8u << 20, &csv), 0);
	ck_assert_msg(roster_parse_csv(&roster, "petugas.csv", buf_str(&csv), csv.len, &errors) == 0,
	    "%s", buf_str(&errors));
	buf_release(&path);
	buf_release(&csv);
	buf_release(&errors);
}

static void
end(void)
{
	house_down();
	roster_release(&roster);
}

static const char *
phone_of(const char *id)
{
	const struct officer *o = officer_find(&roster, id);

	ck_assert_msg(o != NULL, "no officer %s", id);
	return o->phone;
}

/* `kentongan act CODE ARGS`: its exit status. */
static int
act(const char *code, const char *args)
{
	struct buf bin = { 0 }, line = { 0 };
	int status;

	bin_path(&bin, "kentongan");
	buf_addf(&line, "%s act %s %s --dir %s --conf %s >/dev/null 2>&1", buf_str(&bin), code, args,
	    house.dir, house.conf);
	status = system(buf_str(&line));
	buf_release(&bin);
	buf_release(&line);
	return WEXITSTATUS(status);
}

/* An SMS of these words, the nonce in place of @. */
static void
reply(const char *from, const char *words, const char *nonce)
{
	const char *at = strchr(words, '@');
	char line[160];

	if (at == NULL)
		snprintf(line, sizeof(line), "%s", words);
	else
		snprintf(line, sizeof(line), "%.*s%s%s", (int)(at - words), words, nonce, at + 1);
	sms(from, line, NULL);
}

/* The word after "SETUJU " and the like in a message to that number. */
static void
nonce_in(const char *code, const char *kind, const char *to, const char *before, char nonce[8])
{
	char text[512];
	const char *s;

	text_of(code, kind, to, text);
	s = strstr(text, before);
	ck_assert_msg(s != NULL, "%s has no %s", text, before);
	ck_assert_int_eq(sscanf(s + strlen(before), " %7[0-9A-Z]", nonce), 1);
}

/* A lamp out in Kabat, taken on by Dishub's officer. */
static void
lamp_taken(char code[CODE_CHARS + 1], char officer[24], char nonce[8])
{
	sms(CITIZEN, "lampu jalan mati di desa kabat depan balai desa", code);
	first_task(code, officer, nonce);
	reply(officer, "TERIMA @", nonce);
	wait_state(code, "diterima");
}

static void
day_in(int days, char out[16])
{
	struct wib t;

	wib_of(&t, clock_now_ms() + days * DAY_MS);
	snprintf(out, 16, "%02d-%02d-%04d", t.day, t.month, t.year);
}

/* Who has the code sees how long it waits, for what and until when. */
static void
sees_the_wait(const char *code)
{
	struct answer a;
	char path[32];

	snprintf(path, sizeof(path), "/l/%s", code);
	ask(&a, house.http, path, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "Waktu menunggu seluruhnya"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "(suku-cadang), paling lambat"));
	answer_release(&a);
}

START_TEST(a_wait_is_granted_by_a_second_person)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], head_nonce[8], day[16], line[128], text[512];
	const char *head = phone_of("kpl-o-dishub");

	lamp_taken(code, officer, nonce);
	day_in(10, day);
	snprintf(line, sizeof(line), "TUNGGU @ malas %s capek", day);
	reply(officer, line, nonce);
	told(code, "jawab-tolak", officer);
	snprintf(line, sizeof(line), "TUNGGU @ suku-cadang %s lampu LED dipesan", day);
	reply(officer, line, nonce);
	nonce_in(code, "minta-tunggu", head, "SETUJU", head_nonce);
	text_of(code, "minta-tunggu", head, text);
	ck_assert_msg(strstr(text, "suku-cadang") != NULL && strstr(text, "LED") != NULL, "%s", text);
	wait_state(code, "diterima");
	reply(officer, "SETUJU @", nonce);		/* not by the one who asks */
	reply(head, "SETUJU @", head_nonce);
	wait_state(code, "menunggu");
	text_of(code, "kabar-menunggu", CITIZEN, text);
	ck_assert_msg(strstr(text, "suku-cadang") != NULL, "%s", text);
	sees_the_wait(code);
	ck_assert_int_eq(act(code, "lanjut --as ptg-o-dishub-1"), 0);
	wait_state(code, "diterima");
}
END_TEST

START_TEST(a_wait_is_refused_with_a_reason)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], head_nonce[8], day[16], line[128], text[512];
	const char *head = phone_of("kpl-o-dishub");

	lamp_taken(code, officer, nonce);
	day_in(30, day);
	snprintf(line, sizeof(line), "TUNGGU @ anggaran %s menunggu P-APBD", day);
	reply(officer, line, nonce);
	nonce_in(code, "minta-tunggu", head, "SETUJU", head_nonce);
	reply(head, "TOLAK @ pakai stok gudang", head_nonce);
	text_of(code, "tunggu-ditolak", officer, text);
	ck_assert_msg(strstr(text, "stok gudang") != NULL, "%s", text);
	wait_state(code, "diterima");
}
END_TEST

START_TEST(the_bupati_asks_and_is_answered)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], text[512];
	json_t *doc;

	lamp_taken(code, officer, nonce);
	ck_assert_int_ne(act(code, "mengapa --as kpl-o-dlh --note x"), 0);
	ck_assert_int_eq(act(code, "mengapa --as " BUPATI " --note 'Mengapa tiga hari gelap?'"), 0);
	nonce_in(code, "mengapa", officer, "JAWAB", nonce);
	reply(officer, "JAWAB @ kabel dicuri, diganti siang ini", nonce);
	text_of(code, "jawaban", phone_of(BUPATI), text);
	ck_assert_msg(strstr(text, "kabel dicuri") != NULL, "%s", text);
	doc = case_in(code, "diterima");
	json_decref(doc);
}
END_TEST

START_TEST(a_second_alarm_and_signs_of_life)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8];
	json_t *doc;
	size_t units;

	sms(CITIZEN, "kebakaran rumah di desa kabat tolong", code);
	first_task(code, officer, nonce);
	reply(officer, "MENUJU @", nonce);
	doc = case_in(code, "menuju");
	units = json_array_size(json_object_get(doc, "units"));
	json_decref(doc);
	reply(officer, "BANTUAN @ api menjalar ke pasar", nonce);
	told(code, "tugas", phone_of("ptg-o-bpbd-1"));
	doc = case_in(code, "menuju");
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "units")), units + 4);
	json_decref(doc);
	reply(officer, "AMAN", nonce);
	told(code, "jawab", officer);
}
END_TEST

START_TEST(other_targets_count_when_somebody_says_so)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8];
	struct buf line = { 0 };
	json_t *doc;
	int64_t due;

	lamp_taken(code, officer, nonce);
	doc = case_in(code, "diterima");
	due = json_integer_value(json_object_get(json_object_get(doc, "next"), "at_ms"));
	json_decref(doc);
	ck_assert_int_ne(act(code, "hitung-ulang --as " BUPATI " --note x"), 0);	/* nothing is new */
	buf_addf(&line, "sed -i 's/      - {dalam: 4h}/      - {dalam: 2h}/' %s/sla.yaml", house.conf);
	ck_assert_int_eq(system(buf_str(&line)), 0);
	buf_reset(&line);
	bin_path(&line, "kentongan");
	buf_addf(&line, " reload --dir %s --conf %s >/dev/null", house.dir, house.conf);
	ck_assert_int_eq(system(buf_str(&line)), 0);
	doc = case_in(code, "diterima");		/* a running case keeps its version */
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(doc, "next"), "at_ms")),
	    due);
	json_decref(doc);
	ck_assert_int_ne(act(code, "hitung-ulang --as ptg-o-dishub-1 --note x"), 0);
	ck_assert_int_eq(act(code, "hitung-ulang --as " BUPATI " --note 'perintah dua jam'"), 0);
	doc = case_in(code, "diterima");
	ck_assert_int_lt(json_integer_value(json_object_get(json_object_get(doc, "next"), "at_ms")),
	    due);
	json_decref(doc);
	buf_release(&line);
}
END_TEST

/* Whether the board says that the unit passed so many cases on. */
static int
board_counts(const char *unit, int passed_on)
{
	struct buf want = { 0 };
	struct answer a;
	int there;

	buf_addf(&want, "{\"unit\":\"%s\",\"passed_on\":%d,", unit, passed_on);
	ask(&a, house.console, "/api/v1/board", NULL, NULL, 0);
	there = a.status == 200 && strstr(buf_str(&a.body), buf_str(&want)) != NULL;
	answer_release(&a);
	buf_release(&want);
	return there;
}

/* Three times passed on it lies on the Sekda's desk, and the board counts who passed it. */
START_TEST(ping_pong_ends_at_the_sekda)
{
	static const char *const hops[] = { "teruskan --as ptg-o-dishub-1 --to O-PUCKPP --note x",
	    "teruskan --as ptg-o-puckpp-1 --to O-DISHUB --note x" };
	char code[CODE_CHARS + 1], officer[24], nonce[8];
	struct answer a;
	json_t *doc;

	sms(CITIZEN, "lampu jalan mati di desa kabat dekat pasar", code);
	first_task(code, officer, nonce);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(act(code, hops[i % 2]), 0);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "units"), 0)), "SEKDA");
	json_decref(doc);
	/* the board reads the log: a moment later */
	for (int64_t end = clock_mono_ms() + LIMIT_MS; clock_mono_ms() < end && !board_counts("O-DISHUB", 2);)
		;
	ck_assert(board_counts("O-DISHUB", 2));
	ck_assert(board_counts("O-PUCKPP", 1));
	ask(&a, house.console, "/papan", NULL, NULL, 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "<td class=\"n\">2</td><td class=\"n\">0</td>"));
	answer_release(&a);
}
END_TEST

/* A clock of the case by its name: what the member says; -1 it is not there. */
static json_int_t
clock_of(const json_t *doc, const char *name, const char *member)
{
	const json_t *clock;
	size_t i;

	json_array_foreach(json_object_get(doc, "clocks"), i, clock)
		if (strcmp(json_string_value(json_object_get(clock, "clock")), name) == 0)
			return json_integer_value(json_object_get(clock, member));
	return -1;
}

static void
clock_stands(const json_t *doc, const char *name, const char *state)
{
	const json_t *clock;
	size_t i;

	json_array_foreach(json_object_get(doc, "clocks"), i, clock)
		if (strcmp(json_string_value(json_object_get(clock, "clock")), name) == 0)
			ck_assert_str_eq(json_string_value(json_object_get(clock, "state")), state);
}

/* Who hands on is rid of it, the receiver has it when he says so, and the four hours run on. */
START_TEST(handed_on_by_sms_the_receiver_must_accept)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], other_nonce[8];
	const char *receiver = phone_of("ptg-o-dlh-1");
	json_int_t due;
	json_t *doc;

	lamp_taken(code, officer, nonce);
	doc = case_in(code, "diterima");
	due = clock_of(doc, "ditangani", "due_ms");
	clock_stands(doc, "diambil", "terpenuhi");
	json_decref(doc);
	reply(officer, "TERUSKAN @ O-DLH", nonce);		/* without a reason it stays */
	told("", "jawab-salah", officer);
	wait_state(code, "diterima");
	reply(officer, "TERUSKAN @ O-DLH lampu taman milik DLH", nonce);
	doc = case_in(code, "ditugaskan");			/* nobody has it */
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "units"), 0)), "O-DLH");
	ck_assert_int_eq(clock_of(doc, "ditangani", "due_ms"), due);
	clock_stands(doc, "diambil", "jalan");
	json_decref(doc);
	reply(officer, "TANGANI @", nonce);			/* it is no longer his */
	told("", "jawab-kode", officer);
	nonce_in(code, "tugas", receiver, "TANGANI", other_nonce);
	wait_state(code, "ditugaskan");
	reply(receiver, "TERIMA @", other_nonce);
	doc = case_in(code, "diterima");
	ck_assert_int_eq(clock_of(doc, "ditangani", "due_ms"), due);
	clock_stands(doc, "diambil", "terpenuhi");
	json_decref(doc);
}
END_TEST

Suite *
orders_suite(void)
{
	Suite *s = suite_create("orders");
	TCase *tc = tcase_create("orders");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, a_wait_is_granted_by_a_second_person);
	tcase_add_test(tc, a_wait_is_refused_with_a_reason);
	tcase_add_test(tc, the_bupati_asks_and_is_answered);
	tcase_add_test(tc, a_second_alarm_and_signs_of_life);
	tcase_add_test(tc, ping_pong_ends_at_the_sekda);
	/* behind it: the board counts this one too */
	tcase_add_test(tc, handed_on_by_sms_the_receiver_must_accept);
	tcase_add_test(tc, other_targets_count_when_somebody_says_so);
	suite_add_tcase(s, tc);
	return s;
}
