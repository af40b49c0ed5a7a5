/*
 * The whole road on real daemons: what comes in by the hook and the form, what leaves as SMS, what
 * officers and residents answer, what the pages and feeds show.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>
#include <jansson.h>

#include "core/calendar.h"
#include "core/code.h"
#include "core/text.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/integration/eye.h"
#include "tests/integration/living.h"
#include "tests/integration/visitor.h"

#define RESIDENT "+6281234567890"

static void
begin(void)
{
	house_make("");
	house_up();
}

/* ---- the road ---- */

START_TEST(a_fire_in_osing_is_handled_and_confirmed)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64], text[512], shown[CODE_CHARS + 2];
	struct sms_size size;
	struct code c;
	json_t *doc;

	sms(RESIDENT, "tulung omahe wong kobong nang jambewangi sempu dusun tlogosari, banyune entek", code);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "category")), "kebakaran");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "darurat");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "place")), "35.10.20.2002");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "units"), 0)), "D113-09");
	json_decref(doc);

	/* The receipt: one segment, code, category, place, deadline as a clock time. */
	text_of(code, "terima", RESIDENT, text);
	sms_measure(&size, text, strlen(text));
	ck_assert_int_eq(size.segments, 1);
	ck_assert_int_eq(size.alphabet, SMS_GSM7);
	snprintf(c.s, sizeof(c.s), "%s", code);
	code_show(shown, &c);
	ck_assert_msg(strstr(text, shown) && strstr(text, "kebakaran") && strstr(text, "Jambewangi") && strstr(text, "WIB"), "%s", text);

	first_task(code, officer, nonce);
	sms(officer, "TERIMA", NULL);
	wait_state(code, "diterima");
	snprintf(line, sizeof(line), "tangani %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	snprintf(line, sizeof(line), "Selesai %s api sudah padam", nonce);
	sms(officer, line, NULL);
	wait_state(code, "selesai");
	text_of(code, "kabar-selesai", RESIDENT, text);
	ck_assert_msg(strstr(text, "1") && strstr(text, "2"), "%s", text);
	sms(RESIDENT, "1", NULL);
	doc = case_in(code, "ditutup");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "closed_as")), "dikonfirmasi");
	json_decref(doc);
}
END_TEST

START_TEST(not_fixed_climbs_one_level)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];
	json_t *doc;

	sms("+6281234560002", "lampu jalan mati di desa kabat depan balai desa sudah tiga hari", code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "SELESAI %s lampu diganti", nonce);
	sms(officer, line, NULL);
	wait_state(code, "selesai");
	sms("+6281234560002", "2", NULL);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "units"), 0)), "SEKDA");
	json_decref(doc);
	told(code, "kabar-dibuka", "+6281234560002");
}
END_TEST

/* Each task number of three symbols given to this officer, as by a flood, or taken away again. */
static void
give_all_numbers(const char *phone, int give)
{
	struct house h;
	struct buf key = { 0 };
	const struct officer *o = NULL;

	house_eye(&h);
	ck_assert_int_eq(house_refresh(&h), 0);
	for (size_t i = 0; i < h.roster.n; i++)
		if (strcmp(h.roster.officers[i].phone, phone) == 0)
			o = &h.roster.officers[i];
	ck_assert_ptr_nonnull(o);
	buf_add_key(&key, &h.st.keys, KEY_TASKS, o->id, NULL);
	for (uint32_t n = 0; n < 1 << 15; n += 1 << 10) {
		struct redis_args a = { 0 };

		redis_args_adds(&a, give ? "HSET" : "HDEL");
		redis_args_add(&a, key.data, key.len);
		for (uint32_t i = n; i < n + (1 << 10); i++) {
			char nonce[NONCE_CHARS + 1];

			nonce_make(nonce, NONCE_LEAST, i);
			redis_args_adds(&a, nonce);
			if (give)
				redis_args_adds(&a, "00000000");
		}
		freeReplyObject(redis_pipe_call(h.st.pipe, a.n, (const char **)a.argv, a.lens));
		redis_args_release(&a);
	}
	buf_release(&key);
	house_close(&h);
}

START_TEST(an_officer_in_a_flood_gets_longer_numbers)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];

	sms("+6281234560020", "jembatan bambu putus di desa sumberarum songgon", code);
	first_task(code, officer, nonce);
	give_all_numbers(officer, 1);
	sms("+6281234560021", "jembatan bambu putus lagi di desa sumberarum songgon", code);
	json_decref(outgoing(code, "tugas", officer));
	first_task(code, officer, nonce);
	ck_assert_uint_eq(strlen(nonce), NONCE_LEAST + 1);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	give_all_numbers(officer, 0);
}
END_TEST

START_TEST(forged_old_and_repeated_calls)
{
	char first[CODE_CHARS + 1] = "", again[CODE_CHARS + 1] = "";
	const char *body = "{\"id\":\"same-1\",\"from\":\"+6281234560003\",\"text\":\"sampah menumpuk di pasar genteng kulon\"}";
	int64_t now = clock_now_ms() / 1000;
	struct answer a;

	ck_assert_int_eq(post_signed(body, now, 1, first), 401);
	ck_assert_int_eq(post_signed(body, now - 3600, 0, first), 401);
	ck_assert_int_eq(post_signed(body, now + 3600, 0, first), 401);
	ck_assert_str_eq(first, "");
	ask(&a, house.http, "/hook/sms/http", NULL, body, strlen(body));
	ck_assert_int_eq(a.status, 401);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "WWW-Authenticate"));
	answer_release(&a);
	ck_assert_int_eq(post_signed(body, now, 0, first), 202);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(post_signed(body, now, 0, again), 202);
		ck_assert_str_eq(first, again);
	}
	wait_state(first, "ditugaskan");
}
END_TEST

static const struct { const char *body, *names; } bad_bodies[] = {
	{ "", "JSON" }, { "[]", "JSON" }, { "{", "JSON" }, { "{\"id\":\"x\"}", "from" },
	{ "{\"id\":\"x\",\"from\":1,\"text\":\"a\"}", "from" }, { "{\"id\":\"\",\"from\":\"1\",\"text\":\"a\"}", "id" },
	{ "{\"id\":\"x\",\"from\":\"1\",\"text\":\"a\",\"text\":\"b\"}", "JSON" },
	{ "{\"id\":\"x\",\"from\":\"1\",\"text\":\"a\",\"time\":\"now\"}", "time" },
	{ "{\"id\":\"x\",\"from\":\"1\",\"text\":\"a\"} trailing", "JSON" },
};

START_TEST(a_bad_body_is_named)
{
	ck_assert_int_eq(post_signed(bad_bodies[_i].body, clock_now_ms() / 1000, 0, NULL), 400);
}
END_TEST

/* Greetings are greeted, and nothing is promised; no report, no wrong number. */
START_TEST(small_talk_is_promised_nothing)
{
	char code[CODE_CHARS + 1], text[512];

	sms("+6281234560031", "halo", code);
	text_of(code, "sapa", "+6281234560031", text);
	ck_assert_msg(strstr(text, "sebelum") == NULL && strstr(text, "112") != NULL, "%s", text);
	sms("+6281234560032", "BATAL", NULL);
	told("", "tanpa-laporan", "+6281234560032");
	sms("+6281234560033", "jalan rusak parah sekali", code);
	text_of(code, "tanya-tempat", "+6281234560033", text);
	ck_assert_msg(strstr(text, "Di mana?") != NULL && strstr(text, "jalan rusak") != NULL, "%s", text);
}
END_TEST

/* From a stranger a command is only words, and a wrong nonce changes nothing. */
START_TEST(only_the_one_who_was_told_may_act)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64], stray[CODE_CHARS + 1], text[512];
	json_t *doc;

	sms("+6281234560004", "pohon tumbang menutup jalan di desa licin kecamatan licin", code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms("+6281234560099", line, stray);
	doc = case_in(stray, "baru");		/* read by a human, as any text that is not understood */
	json_decref(doc);
	sms("+6281234560098", "TANGANI RSJ", stray);	/* also where a nonce reads like a word */
	doc = case_in(stray, "baru");
	json_decref(doc);
	snprintf(line, sizeof(line), "TANGANI %c%s", nonce[0] == 'Z' ? 'Y' : 'Z', nonce + 1);
	sms(officer, line, stray);
	told("", "jawab-kode", officer);
	sms(officer, "Terima kasih infonya", NULL);	/* thanks, and takes nothing on */
	wait_state(code, "ditugaskan");
	snprintf(line, sizeof(line), "BUKAN %s", nonce);	/* a reason is wanted */
	sms(officer, line, NULL);
	told("", "jawab-salah", officer);
	snprintf(line, sizeof(line), "TERUSKAN %s pasar salah alamat", nonce);
	sms(officer, line, NULL);
	text_of(code, "jawab-tolak", officer, text);
	ck_assert_msg(strstr(text, "unit tujuan tidak dikenal") != NULL, "%s", text);
	wait_state(code, "ditugaskan");
	snprintf(line, sizeof(line), "BUKAN %s pohon milik perhutani", nonce);
	sms(officer, line, NULL);
	doc = case_in(code, "baru");
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "units")), 0);
	json_decref(doc);
}
END_TEST

START_TEST(ask_and_withdraw)
{
	char code[CODE_CHARS + 1], line[64], text[512];

	sms("+6281234560005", "got mampet di desa benculuk cluring, air menggenang", code);
	wait_state(code, "ditugaskan");
	sms("+6281234560005", "cek", NULL);
	text_of(code, "cek", "+6281234560005", text);
	snprintf(line, sizeof(line), "BATAL %s", code);
	sms("+6281234560006", line, NULL);		/* not his */
	told("", "cek-tiada", "+6281234560006");
	wait_state(code, "ditugaskan");
	sms("+6281234560005", line, NULL);
	wait_state(code, "ditutup");
}
END_TEST

/* ---- triage: what the router is not sure of ---- */

static int
command(const char *args)
{
	return house_command(args, NULL);
}

/* Messages of that kind in the record of the case. */
static int
news(const char *code, const char *kind)
{
	json_t *doc = case_in_any(code), *m;
	size_t i;
	int n = 0;

	json_array_foreach(json_object_get(doc, "messages"), i, m)
		n += strcmp(json_string_value(json_object_get(m, "kind")), kind) == 0;
	json_decref(doc);
	return n;
}

START_TEST(stop_ends_the_news_and_not_the_work)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];

	sms("+6281234560031", "lampu jalan mati di desa kabat depan balai desa", code);
	first_task(code, officer, nonce);
	sms("+6281234560031", "stop sms pak", NULL);
	told("", "stop", "+6281234560031");
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	ck_assert_int_eq(news(code, "terima"), 1);
	ck_assert_int_eq(news(code, "kabar-ditangani"), 0);
}
END_TEST

START_TEST(stop_does_not_silence_an_emergency_and_a_wrong_number_hears_nothing)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];

	sms("+6281234560032", "kebakaran rumah di desa kabat tolong", code);
	first_task(code, officer, nonce);
	sms("+6281234560032", "BERHENTI", NULL);
	told("", "stop", "+6281234560032");
	snprintf(line, sizeof(line), "MENUJU %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "menuju");
	ck_assert_int_eq(news(code, "kabar-menuju"), 1);
	sms("+6281234560032", "salah sambung mas", NULL);
	told("", "salah-nomor", "+6281234560032");
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
	ck_assert_int_eq(news(code, "kabar-ditangani"), 0);
}
END_TEST

/* ---- languages ---- */

static void
speaks(const char *code, const char *kind, const char *to, const char *word)
{
	char text[512];

	text_of(code, kind, to, text);
	ck_assert_msg(strstr(text, word) != NULL, "%s: %s", kind, text);
}

static long long
number(struct house *h, const char *command, enum key_id id, const char *part)
{
	struct buf key = { 0 };
	redisReply *r;
	long long n;

	buf_add_key(&key, &h->st.keys, id, part, NULL);
	r = redis_pipe_command(h->st.pipe, "%s %b", command, key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	n = r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

/* Messages on their way: those that wait for a time of their own, half an hour from now say, are not. */
static long long
on_the_way(struct house *h, const char *line)
{
	struct buf key = { 0 };
	redisReply *r;
	long long n;

	buf_add_key(&key, &h->st.keys, KEY_OUT, line, NULL);
	r = redis_pipe_command(h->st.pipe, "ZCOUNT %b -inf %lld", key.data, key.len,
	    (long long)clock_now_ms() + 5 * MINUTE_MS);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	n = r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

/* Until everything that came in is worked off and everything that goes out is out. */
static void
wait_empty(void)
{
	const struct timespec pause = { 0, 5 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct house h;

	house_eye(&h);
	while (number(&h, "XLEN", KEY_IN, "n") + number(&h, "XLEN", KEY_IN, "e") +
	    on_the_way(&h, "n:sms") + on_the_way(&h, "e:sms") > 0) {
		ck_assert_msg(clock_mono_ms() < until, "the queues do not empty");
		nanosleep(&pause, NULL);
	}
	house_close(&h);
}

START_TEST(a_language_is_remembered)
{
	static const char who[] = "+6281234560061";
	char code[CODE_CHARS + 1], later[CODE_CHARS + 1], back[CODE_CHARS + 1], officer[24], nonce[8], line[64];

	sms(who, "lampu jalan mati di desa kabat depan balai desa", code);
	speaks(code, "terima", who, "Diterima");
	sms(who, "bahasa klingon", NULL);
	speaks("", "bahasa-tiada", who, "indonesia");
	sms(who, "Boso Jowo mas", NULL);
	speaks("", "bahasa", who, "basa Jawa");
	/* the case that was open already, and one that comes later */
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	speaks(code, "kabar-ditangani", who, "nembe ditangani");
	sms(who, "sampah menumpuk di pasar desa genteng kulon", later);
	speaks(later, "terima", who, "Ditampi");
	/* another man's number knows nothing of it */
	sms("+6281234560062", "sampah menumpuk di pasar desa genteng kulon", back);
	speaks(back, "terima", "+6281234560062", "Diterima");
	sms(who, "BAHASA INDONESIA", NULL);
	wait_empty();		/* he was told of a language before */
	sms(who, "got mampet di desa benculuk cluring air menggenang", back);
	speaks(back, "terima", who, "Diterima");
}
END_TEST

/* ---- a wish to stay unknown ---- */

/* No message to anybody but him names him. */
static void
nobody_is_told(const char *who)
{
	struct buf path = { 0 }, all = { 0 };
	const char *line, *end;
	int others = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 64 << 20, &all), 0);
	for (line = buf_str(&all); (end = strchr(line, '\n')) != NULL; line = end + 1) {
		json_t *m = json_loadb(line, (size_t)(end - line), 0, NULL);
		const char *to = json_string_value(json_object_get(m, "to"));
		const char *text = json_string_value(json_object_get(m, "text"));

		if (strcmp(to, who) != 0) {
			others++;
			ck_assert_msg(strstr(text, who + 3) == NULL, "%s", text);
		}
		json_decref(m);
	}
	ck_assert_int_gt(others, 0);
	buf_release(&path);
	buf_release(&all);
}

START_TEST(the_unknown_is_asked_and_answers)
{
	static const char who[] = "+6281234560063";
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[160];
	struct answer a;

	sms(who, "RAHASIA pabrik buang sampah ke sungai di desa kabat tiap malam", code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "act %s tanya --as kpl-sekda --note 'jam berapa biasanya?'", code);
	ck_assert_int_eq(command(line), 0);
	speaks(code, "kabar-tanya", who, "jam berapa biasanya?");
	snprintf(line, sizeof(line), "%s sekitar jam sebelas malam", code);
	sms(who, line, NULL);
	speaks(code, "tambahan", officer, "sekitar jam sebelas malam");
	nobody_is_told(who);
	snprintf(line, sizeof(line), "/api/v1/cases/%s", code);
	ask(&a, house.console, line, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_null(strstr(buf_str(&a.body), who + 3));
	answer_release(&a);
}
END_TEST

static int
sent_to(const char *phone)
{
	struct buf path = { 0 }, all = { 0 }, to = { 0 };
	int n = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	buf_addf(&to, "\"to\":\"%s\"", phone);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &all), 0);
	for (const char *at = buf_str(&all); (at = strstr(at, buf_str(&to))) != NULL; at++)
		n++;
	buf_release(&path);
	buf_release(&all);
	buf_release(&to);
	return n;
}

/* gammu-smsd's way: the message comes in the environment. */
static int
gammu(const char *environment, const char *redis)
{
	struct buf command = { 0 }, bin = { 0 };
	int status;

	bin_path(&bin, "kentongan");
	buf_addf(&command, "%s %s gammu --dir %s --conf %s %s /inbox/IN20261121.txt 2>>%s/log/gammu",
	    environment, buf_str(&bin), house.dir, house.conf, redis, house.dir);
	status = system(buf_str(&command));
	buf_release(&command);
	buf_release(&bin);
	return status;
}

START_TEST(gammu_hands_over_and_waits_for_the_store)
{
	ck_assert_int_eq(gammu("SMS_MESSAGES=2 SMS_1_NUMBER=081234560050 SMS_1_TEXT='lampu jalan mati di ' "
	    "SMS_2_TEXT='desa kabat $(touch /tmp/x)'", ""), 0);
	told_any("+6281234560050");
	/* No store there: kept, and offered by the next run. */
	ck_assert_int_ne(gammu("SMS_1_NUMBER=081234560051 DECODED_1_TEXT='sampah menumpuk di pasar genteng kulon'",
	    "--redis unix:/tmp/nobody-is-here.sock"), 0);
	ck_assert_int_eq(gammu("", ""), 0);
	told_any("+6281234560051");
}
END_TEST

/* A robot that answers each of our answers with other words: heard, and after five not answered. */
START_TEST(a_robot_is_not_answered_for_ever)
{
	char code[CODE_CHARS + 1], text[96];

	for (int i = 1; i <= 8; i++) {
		snprintf(text, sizeof(text), "Terima kasih atas pesan Anda nomor %d. Kami akan segera membalas.", i);
		sms("+6281234560040", text, code);
		wait_empty();
	}
	ck_assert_int_eq(sent_to("+6281234560040"), 5);
}
END_TEST

/* ---- when it ends without being mended ---- */

static const struct {
	const char *act;		/* INTO is filled in */
	const char *why, *kind;
} endings[] = {
	{ "tolak", "jalan itu milik PT Kereta Api, kami teruskan suratnya", "kabar-ditolak" },
	{ "ganda --into INTO", "sama dengan laporan tetangga Anda, satu petugas untuk keduanya", "kabar-digabung" },
};

/* In plain words: why, by whom, and how to object; in the length that the text promises. */
START_TEST(an_ending_says_why_and_by_whom)
{
	char code[CODE_CHARS + 1], other[CODE_CHARS + 1], phone[24], args[256], text[512], shown[CODE_CHARS + 2];
	const char *into = strstr(endings[_i].act, "INTO");
	struct sms_size size;
	struct code c;

	snprintf(phone, sizeof(phone), "+62812345600%d", 70 + _i);
	sms("+6281234560079", "aspal jalan desa kabat kecamatan kabat berlubang besar", other);
	sms(phone, "aspal jalan desa kabat kecamatan kabat berlubang dalam", code);
	wait_state(other, "ditugaskan");
	wait_state(code, "ditugaskan");
	snprintf(args, sizeof(args), "act %s %.*s%s --as ptg-35.10.14.2012-1", code,
	    (int)(into != NULL ? into - endings[_i].act : (long)strlen(endings[_i].act)), endings[_i].act,
	    into != NULL ? other : "");
	ck_assert_int_eq(command(args), 1);		/* without a reason it does not end */
	ck_assert_int_eq(news(code, endings[_i].kind), 0);
	snprintf(args + strlen(args), sizeof(args) - strlen(args), " --note '%s'", endings[_i].why);
	ck_assert_int_eq(command(args), 0);
	wait_state(code, "ditutup");
	text_of(code, endings[_i].kind, phone, text);
	ck_assert_msg(strstr(text, endings[_i].why) != NULL, "no reason: %s", text);
	ck_assert_msg(strstr(text, "Kabat") != NULL, "nobody answers for it: %s", text);
	ck_assert_msg(strstr(text, "Keberatan? Balas") != NULL, "no way to object: %s", text);
	/* Not the neighbour's number: that is his. */
	snprintf(c.s, sizeof(c.s), "%s", other);
	code_show(shown, &c);
	ck_assert_msg(strstr(text, shown) == NULL, "the other's number: %s", text);
	sms_measure(&size, text, strlen(text));
	ck_assert_int_le(size.segments, 2);
}
END_TEST

/* Not ours: it goes on, and who has it now is named, with the reason. */
START_TEST(not_ours_names_whose_it_is)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[96], text[512];

	sms("+6281234560075", "selokan mampet dan meluap di desa kabat kecamatan kabat", code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TERUSKAN %s o-dlh pengangkutan bukan urusan desa", nonce);
	sms(officer, line, NULL);
	text_of(code, "kabar-teruskan", "+6281234560075", text);
	ck_assert_msg(strstr(text, "DLH") != NULL, "not named: %s", text);
	ck_assert_msg(strstr(text, "pengangkutan bukan urusan desa") != NULL, "no reason: %s", text);
}
END_TEST

/* ---- how often one number is answered ---- */

static void
begin_stingy(void)
{
	house_make("router:\n  answers_per_hour: 3\n  exchanges: 100\n");
	house_up();
}

/* How many of six questions of a new number are answered; -1: meanwhile another hour began, in which it has more. */
static int
answered_of_six(const char *from, char code[CODE_CHARS + 1])
{
	int64_t hour = clock_now_ms() / HOUR_MS;
	char line[64];
	int before;

	sms(from, "lampu jalan mati di desa kabat depan balai desa", code);
	told(code, "terima", from);
	wait_empty();
	before = sent_to(from);
	snprintf(line, sizeof(line), "CEK %s", code);
	for (int i = 0; i < 6; i++) {
		sms(from, line, NULL);
		wait_empty();
	}
	return clock_now_ms() / HOUR_MS == hour ? sent_to(from) - before : -1;
}

/* CEK costs us an SMS each: after so many in an hour there is no more, but the number is still heard. */
START_TEST(answers_to_one_number_are_limited)
{
	const char *from = "+6281234560061";
	char code[CODE_CHARS + 1], line[64];
	int answered = answered_of_six(from, code);

	if (answered < 0)
		answered = answered_of_six(from = "+6281234560063", code);
	ck_assert_int_eq(answered, 3);
	snprintf(line, sizeof(line), "CEK %s", code);
	sms("+6281234560062", line, NULL);		/* another number has its own */
	told(code, "cek", "+6281234560062");
	snprintf(line, sizeof(line), "BATAL %s", code);
	sms(from, line, NULL);
	wait_state(code, "ditutup");
}
END_TEST

START_TEST(the_desk_hands_on_by_sms)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[64];
	json_t *doc;

	sms("+6281234560010", "pak mohon dibantu yang kemarin itu belum ada kabarnya", code);
	wait_state(code, "baru");
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TERUSKAN %s o-dlh soal sampah", nonce);
	sms(officer, line, NULL);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "units"), 0)), "O-DLH");
	json_decref(doc);
}
END_TEST

START_TEST(an_operator_assigns_from_the_terminal)
{
	char code[CODE_CHARS + 1], args[192];
	json_t *doc;

	sms("+6281234560011", "pak yang di sana itu bagaimana ya kok begitu terus", code);
	wait_state(code, "baru");
	snprintf(args, sizeof(args), "act %s tugaskan --as ptg-d112-1 --category tiada", code);
	ck_assert_int_eq(command(args), 1);
	snprintf(args, sizeof(args), "act %s tugaskan --as ptg-35.10.14.2012-1 --category jalan-rusak", code);
	ck_assert_int_eq(command(args), 1);	/* not his to say */
	snprintf(args, sizeof(args), "act %s tugaskan --as ptg-d112-1 --category jalan-rusak --place 35.10.14.2012", code);
	ck_assert_int_eq(command(args), 0);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "category")), "jalan-rusak");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "units"), 0)), "O-PUCKPP");
	json_decref(doc);
}
END_TEST

/* ---- sealed ---- */

START_TEST(a_sealed_case_shows_nowhere)
{
	static const char *const places[] = { "/api/v1/cases", "/feed/eskalasi.json", "/feed/eskalasi.atom", "/papan" };
	char code[CODE_CHARS + 1], path[64], text[512];
	struct answer a;

	sms("+6281234560007", "tolong anak tetangga sering dipukuli bapaknya di desa kabat, lebam semua", code);
	text_of(code, "terima-rahasia", "+6281234560007", text);
	ck_assert_ptr_null(strstr(text, "Kabat"));
	text_of(code, "tugas-rahasia", "", text);
	ck_assert_msg(strstr(text, "TANGANI") == NULL && strstr(text, "Kabat") == NULL && strstr(text, "pukul") == NULL, "%s", text);
	for (size_t i = 0; i < N_ELEMS(places); i++) {
		ask(&a, house.console, places[i], NULL, NULL, 0);
		ck_assert_int_eq(a.status, 200);
		ck_assert_msg(strstr(buf_str(&a.body), code) == NULL, "%s shows %s", places[i], code);
		answer_release(&a);
	}
	snprintf(path, sizeof(path), "/api/v1/cases/%s", code);
	ask(&a, house.console, path, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 404);
	answer_release(&a);
	snprintf(path, sizeof(path), "/l/%s", code);
	ask(&a, house.http, path, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 404);
	answer_release(&a);
}
END_TEST

/* ---- the form, by plain HTTP ---- */

static void
header_of(const struct answer *a, const char *name, char *out, size_t size)
{
	const char *at = strcasestr(buf_str(&a->head), name);

	ck_assert_msg(at != NULL, "no %s in %s", name, buf_str(&a->head));
	at += strlen(name);
	snprintf(out, size, "%.*s", (int)strcspn(at, "\r\n"), at);
}

START_TEST(the_form_works_without_script)
{
	static const char *const html[] = { "Accept: text/html", NULL };
	const char *fields = "isi=jembatan+bambu+putus&desa=35.10.14.2012&lokasi=dusun+krajan&telepon=0812-3456-0008&kunci=k-1";
	char url[64], again[64], cookie[128], header[160];
	const char *with_cookie[] = { "Accept: text/html", header, NULL };
	struct answer a;

	ask(&a, house.http, "/", html, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_uint_lt(a.body.len, 60000);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "name=\"kunci\" value=\""));
	answer_release(&a);
	ask(&a, house.http, "/lapor", html, fields, strlen(fields));
	ck_assert_int_eq(a.status, 303);
	header_of(&a, "Location: ", url, sizeof(url));
	header_of(&a, "Set-Cookie: ", cookie, sizeof(cookie));
	ck_assert_msg(strstr(cookie, "HttpOnly") && strstr(cookie, url), "%s", cookie);
	answer_release(&a);
	ask(&a, house.http, "/lapor", html, fields, strlen(fields));	/* the button was pressed twice */
	header_of(&a, "Location: ", again, sizeof(again));
	ck_assert_str_eq(url, again);
	answer_release(&a);
	snprintf(header, sizeof(header), "Cookie: %.*s", (int)strcspn(cookie, ";"), cookie);
	ask(&a, house.http, url, with_cookie, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "jembatan bambu putus"));
	answer_release(&a);
	ask(&a, house.http, url, html, NULL, 0);	/* the code alone shows the state alone */
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "jembatan bambu putus"));
	answer_release(&a);
	told(url + 3, "terima", "+6281234560008");
}
END_TEST

static const struct { const char *fields; long status; const char *says; } forms[] = {
	{ "isi=", 400, "apa yang terjadi" },
	{ "isi=halo+saya+lapor&desa=35.10.99.9999", 400, "halo saya lapor" },	/* the text is kept */
	{ "isi=jalan+rusak&telepon=bukan-nomor", 400, "jalan rusak" },
	{ "isi=%3Cscript%3Ealert(1)%3C%2Fscript%3E&desa=x", 400, "&lt;script&gt;alert(1)" },
};

static const struct { const char *type, *body; long status; const char *says; } kinds[] = {
	{ "Content-Type: application/json", "{\"isi\":\"jalan rusak di desa kabat\"}", 415, "x-www-form-urlencoded" },
	{ "Content-Type: text/plain", "isi=jalan rusak di desa kabat", 415, "x-www-form-urlencoded" },
	{ "Content-Type: APPLICATION/X-WWW-Form-urlencoded;charset=utf-8", "isi=jalan+rusak+di+desa+kabat", 201, "\"code\"" },
	{ "Content-Type: multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"isi\"\r\n\r\n"
	    "jalan rusak di desa kabat\r\n--b--\r\n", 201, "\"code\"" },
};

START_TEST(a_report_of_another_kind_hears_what_is_read)
{
	const char *headers[] = { "Accept: application/json", kinds[_i].type, NULL };
	struct answer a;

	ask(&a, house.http, "/lapor", headers, kinds[_i].body, strlen(kinds[_i].body));
	ck_assert_msg(a.status == kinds[_i].status, "%s: %ld %s", kinds[_i].type, a.status, buf_str(&a.body));
	ck_assert_msg(strstr(buf_str(&a.body), kinds[_i].says) != NULL, "%s", buf_str(&a.body));
	answer_release(&a);
}
END_TEST

/* His own page, opened with the cookie of his report. */
static void
own_page(const char *url, const char *cookie, struct answer *a)
{
	char header[160];
	const char *with_cookie[] = { "Accept: text/html", header, NULL };

	snprintf(header, sizeof(header), "Cookie: %.*s", (int)strcspn(cookie, ";"), cookie);
	ask(a, house.http, url, with_cookie, NULL, 0);
	ck_assert_int_eq(a->status, 200);
}

/* What a form of the page sends; the page must offer that choice. */
static long
presses(const char *url, const char *cookie, const char *choice, const char *text)
{
	char offer[64], action[96], version[24];
	struct buf fields = { 0 };
	struct answer a;
	long status;

	own_page(url, cookie, &a);
	snprintf(offer, sizeof(offer), "name=\"jawaban\" value=\"%s\"", choice);
	ck_assert_msg(strstr(buf_str(&a.body), offer) != NULL, "no %s in %s", choice, buf_str(&a.body));
	page_value(&a, "action=\"/jawab", action, sizeof(action));
	page_field(&a.body, "versi", version, sizeof(version));
	answer_release(&a);
	buf_addf(&fields, "versi=%s&jawaban=%s&isi=%s", version, choice, text);
	for (int twice = 0; twice < 2; twice++) {		/* the button is pressed twice */
		char path[128];

		snprintf(path, sizeof(path), "/jawab%s", action);
		ask(&a, house.http, path, (const char *const[]){ "Accept: text/html", NULL }, fields.data, fields.len);
		status = a.status;
		answer_release(&a);
	}
	buf_release(&fields);
	return status;
}

/* Without a number he is asked on his page, and nobody else can answer there. */
START_TEST(the_page_asks_whether_it_is_mended)
{
	const char *fields = "isi=jalan+berlubang+dekat+sekolah&desa=35.10.14.2012&kunci=k-9";
	char url[64], cookie[128], args[128], code[CODE_CHARS + 1], path[128];
	struct answer a;

	ask(&a, house.http, "/lapor", (const char *const[]){ "Accept: text/html", NULL }, fields, strlen(fields));
	ck_assert_int_eq(a.status, 303);
	header_of(&a, "Location: ", url, sizeof(url));
	header_of(&a, "Set-Cookie: ", cookie, sizeof(cookie));
	answer_release(&a);
	snprintf(code, sizeof(code), "%.8s", url + 3);
	wait_state(code, "ditugaskan");
	ck_assert_int_eq(presses(url, cookie, "tambah", "lubangnya+sudah+dua"), 303);
	told(code, "tambahan", "");
	ck_assert_int_eq(presses(url, cookie, "tambah", ""), 400);
	snprintf(args, sizeof(args), "act %s tangani --as ptg-35.10.14.2012-1", code);
	ck_assert_int_eq(command(args), 0);
	snprintf(args, sizeof(args), "act %s selesai --as ptg-35.10.14.2012-1 --note 'sudah ditambal'", code);
	ck_assert_int_eq(command(args), 0);
	wait_state(code, "selesai");
	ck_assert_int_eq(presses(url, cookie, "belum", "masih+ada+satu"), 303);
	wait_state(code, "ditugaskan");
	snprintf(args, sizeof(args), "act %s tangani --as ptg-35.10.14.2012-1", code);
	ck_assert_int_eq(command(args), 0);
	snprintf(args, sizeof(args), "act %s selesai --as ptg-35.10.14.2012-1 --note 'semua ditambal'", code);
	ck_assert_int_eq(command(args), 0);
	wait_state(code, "selesai");
	/* the code alone offers nothing, and another's token opens nothing */
	ask(&a, house.http, url, (const char *const[]){ "Accept: text/html", NULL }, NULL, 0);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "name=\"jawaban\""));
	answer_release(&a);
	snprintf(path, sizeof(path), "/jawab/%s?t=%032d", code, 0);
	ask(&a, house.http, path, NULL, "versi=1&jawaban=beres&isi=", 26);
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	ck_assert_int_eq(presses(url, cookie, "beres", ""), 303);
	wait_state(code, "ditutup");
	own_page(url, cookie, &a);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "name=\"jawaban\""));
	answer_release(&a);
}
END_TEST

START_TEST(the_form_says_what_to_mend)
{
	static const char *const html[] = { "Accept: text/html", NULL };
	struct answer a;

	ask(&a, house.http, "/lapor", html, forms[_i].fields, strlen(forms[_i].fields));
	ck_assert_int_eq(a.status, forms[_i].status);
	ck_assert_msg(strstr(buf_str(&a.body), forms[_i].says) != NULL, "%s", buf_str(&a.body));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "<script>alert"));
	answer_release(&a);
}
END_TEST

START_TEST(json_and_a_photo)
{
	static const char *const json[] = { "Accept: application/json", NULL };
	static const char *const upload[] = { "Accept: application/json", "Content-Type: multipart/form-data; boundary=b0", "Expect:", NULL };
	const char *fields = "isi=jalan+berlubang+di+desa+kabat&kunci=k-2";
	struct buf body = { 0 };
	struct answer a;
	json_t *doc;
	char code[CODE_CHARS + 1], photo[96];

	ask(&a, house.http, "/lapor", json, fields, strlen(fields));
	ck_assert_int_eq(a.status, 201);
	doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	ck_assert(json_is_string(json_object_get(doc, "due")) && json_is_string(json_object_get(doc, "url")));
	snprintf(code, sizeof(code), "%s", json_string_value(json_object_get(doc, "code")));
	snprintf(photo, sizeof(photo), "%s", json_string_value(json_object_get(doc, "photo")));
	json_decref(doc);
	answer_release(&a);
	wait_state(code, "ditugaskan");
	buf_adds(&body, "--b0\r\nContent-Disposition: form-data; name=\"foto\"; filename=\"x.jpg\"\r\n\r\n\xff\xd8\xff\xe0 CANARY-PHOTO\r\n--b0--\r\n");
	ask(&a, house.http, photo, upload, body.data, body.len);
	ck_assert_msg(a.status == 201, "%ld %s", a.status, buf_str(&a.body));
	answer_release(&a);
	told(code, "tambahan", "");
	photo[strlen(photo) - 1] ^= 1;		/* another's token */
	ask(&a, house.http, photo, upload, body.data, body.len);
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	buf_release(&body);
}
END_TEST

START_TEST(wrong_codes_are_slowed)
{
	struct answer a;
	long status = 0;

	for (int i = 0; i < 12; i++) {
		ask(&a, house.http, "/l/AAAAAAAA", NULL, NULL, 0);
		status = a.status;
		answer_release(&a);
	}
	ck_assert_int_eq(status, 429);
}
END_TEST

/* ---- when somebody is missing ---- */

/* A report that no router reads goes to a human in time, and the silence is reported by another daemon. */
START_TEST(a_silent_router_is_noticed)
{
	char code[CODE_CHARS + 1];
	pid_t router = pid_of("router");
	json_t *m;

	ck_assert_int_eq(kill(router, SIGSTOP), 0);
	sms("+6281234560020", "drainase mampet di desa kabat depan masjid", code);
	wait_state(code, "baru");
	told(code, "terima-triase", "+6281234560020");
	/* it may be confidential: no SMS tells its words */
	m = outgoing(code, "tugas", "");
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(m, "text")), "belum terbaca mesin"));
	ck_assert_ptr_null(strstr(json_string_value(json_object_get(m, "text")), "masjid"));
	json_decref(m);
	m = outgoing("", "sistem", "");
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(m, "text")), "router"));
	json_decref(m);
	ck_assert_int_eq(kill(router, SIGCONT), 0);
	wait_state(code, "ditugaskan");		/* and understood after all */
}
END_TEST

/* However many lie there: what was opened unread stays in the lane, before the others. */
START_TEST(a_silent_router_hides_nobody)
{
	char code[CODE_CHARS + 1], from[24];
	pid_t router = pid_of("router");

	ck_assert_int_eq(kill(router, SIGSTOP), 0);
	for (int i = 0; i < 205; i++) {
		snprintf(from, sizeof(from), "+6281234571%03d", i);
		sms(from, "selokan penuh daun di desa kabat dekat pasar", code);
	}
	wait_state(code, "baru");
	told(code, "terima-triase", from);
	ck_assert_int_eq(kill(router, SIGCONT), 0);
}
END_TEST

/* A drill is marked from the first day on, and in no figure. */
START_TEST(a_drill_is_marked)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf bin = { 0 }, command = { 0 };
	char line[32] = "";
	struct code code;
	struct answer a;
	FILE *out;
	json_t *m, *doc;
	json_int_t drills = 0;

	bin_path(&bin, "kentongan");
	buf_addf(&command, "%s report 'kebakaran rumah di desa kabat kecamatan kabat' --latihan --from 081234560030 --dir %s --conf %s",
	    buf_str(&bin), house.dir, house.conf);
	out = popen(buf_str(&command), "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), out));
	ck_assert_int_eq(pclose(out), 0);
	ck_assert_int_eq(code_parse(&code, line, 9), 0);
	m = outgoing(code.s, "tugas", "");
	ck_assert(json_is_true(json_object_get(m, "latihan")));
	json_decref(m);
	doc = case_in(code.s, "ditugaskan");
	ck_assert(json_is_true(json_object_get(doc, "drill")));
	json_decref(doc);
	while (drills < 1) {		/* the console follows the log */
		ck_assert_msg(clock_mono_ms() < until, "no drill stands on the board");
		ask(&a, house.console, "/api/v1/board", NULL, NULL, 0);
		doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
		drills = json_integer_value(json_object_get(doc, "drill"));
		json_decref(doc);
		answer_release(&a);
	}
	ck_assert_int_eq(drills, 1);
	buf_release(&bin);
	buf_release(&command);
}
END_TEST

/* What the regency publishes is on the form of a house that runs. */
START_TEST(the_form_follows_a_reload)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf bin = { 0 }, command = { 0 };
	int there = 0;

	bin_path(&bin, "kentongan");
	buf_addf(&command, "sed -i 's/arti: \"jembatan/arti: \"titian, jembatan/' %s/kategori.yaml && "
	    "%s reload --dir %s --conf %s >/dev/null", house.conf, buf_str(&bin), house.dir, house.conf);
	ck_assert_int_eq(system(buf_str(&command)), 0);
	while (!there && clock_mono_ms() < until) {
		struct answer a;

		ask(&a, house.http, "/", NULL, NULL, 0);
		there = strstr(buf_str(&a.body), ">titian, jembatan") != NULL;
		answer_release(&a);
		if (!there)
			nanosleep(&pause, NULL);
	}
	ck_assert_msg(there, "the form does not offer the renamed category");
	buf_release(&bin);
	buf_release(&command);
}
END_TEST

Suite *road_suite(void);

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

/* A case that nobody can open any more: a human hears that its deadlines are not served, and the others are. */
START_TEST(a_deadline_that_cannot_be_served_is_an_alarm)
{
	struct buf name = { 0 }, due = { 0 }, body = { 0 };
	char code[CODE_CHARS + 1], late[CODE_CHARS + 1];
	redisReply *r;

	sms("+6281234577900", "lampu jalan mati di desa kabat kecamatan kabat", code);
	wait_state(code, "ditugaskan");
	eye_open();
	buf_add_key(&name, &eye.st.keys, KEY_CASE, code, NULL);
	buf_add_key(&due, &eye.st.keys, KEY_DUE, NULL, NULL);
	r = redis_pipe_command(eye.st.pipe, "HDEL %b k", name.data, name.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 1);
	freeReplyObject(r);
	freeReplyObject(redis_pipe_command(eye.st.pipe, "ZADD %b 1 %s", due.data, due.len, code));
	buf_addf(&body, "tenggat %s tidak", code);
	alarm_names(buf_str(&body));
	buf_reset(&body);
	buf_addf(&body, "{\"id\":\"late\",\"from\":\"+6281234577901\",\"text\":\"lampu jalan mati di desa kabat depan masjid\","
	    "\"time\":%" PRId64 "}", clock_now_ms() - 5 * HOUR_MS);
	ck_assert_int_eq(post_signed(buf_str(&body), clock_now_ms() / 1000, 0, late), 202);
	told(late, "eskalasi", "");
	eye_close();
	buf_release(&name);
	buf_release(&due);
	buf_release(&body);
}
END_TEST

Suite *
road_suite(void)
{
	Suite *s = suite_create("road");
	TCase *tc = tcase_create("road"), *stingy = tcase_create("few answers"), *crowd = tcase_create("crowd"),
	    *damaged = tcase_create("damaged");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, a_fire_in_osing_is_handled_and_confirmed);
	tcase_add_test(tc, not_fixed_climbs_one_level);
	tcase_add_test(tc, forged_old_and_repeated_calls);
	tcase_add_loop_test(tc, a_bad_body_is_named, 0, N_ELEMS(bad_bodies));
	tcase_add_test(tc, only_the_one_who_was_told_may_act);
	tcase_add_test(tc, small_talk_is_promised_nothing);
	tcase_add_test(tc, ask_and_withdraw);
	tcase_add_test(tc, stop_ends_the_news_and_not_the_work);
	tcase_add_test(tc, stop_does_not_silence_an_emergency_and_a_wrong_number_hears_nothing);
	tcase_add_test(tc, a_language_is_remembered);
	tcase_add_test(tc, the_unknown_is_asked_and_answers);
	tcase_add_test(tc, gammu_hands_over_and_waits_for_the_store);
	tcase_add_test(tc, a_robot_is_not_answered_for_ever);
	tcase_add_loop_test(tc, an_ending_says_why_and_by_whom, 0, N_ELEMS(endings));
	tcase_add_test(tc, not_ours_names_whose_it_is);
	tcase_add_test(tc, the_desk_hands_on_by_sms);
	tcase_add_test(tc, an_operator_assigns_from_the_terminal);
	tcase_add_test(tc, a_sealed_case_shows_nowhere);
	tcase_add_test(tc, the_form_works_without_script);
	tcase_add_test(tc, the_page_asks_whether_it_is_mended);
	tcase_add_loop_test(tc, the_form_says_what_to_mend, 0, N_ELEMS(forms));
	tcase_add_test(tc, json_and_a_photo);
	tcase_add_test(tc, wrong_codes_are_slowed);
	tcase_add_loop_test(tc, a_report_of_another_kind_hears_what_is_read, 0, N_ELEMS(kinds));
	tcase_add_test(tc, a_silent_router_is_noticed);
	tcase_add_test(tc, a_drill_is_marked);
	tcase_add_test(tc, the_form_follows_a_reload);
	/* last: for a minute after it all numbers are longer */
	tcase_add_test(tc, an_officer_in_a_flood_gets_longer_numbers);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	tcase_add_unchecked_fixture(stingy, begin_stingy, house_down);
	tcase_add_test(stingy, answers_to_one_number_are_limited);
	suite_add_tcase(s, stingy);
	tcase_add_unchecked_fixture(crowd, begin, house_down);
	tcase_add_test(crowd, a_silent_router_hides_nobody);
	suite_add_tcase(s, crowd);
	tcase_add_unchecked_fixture(damaged, begin, house_down);
	tcase_add_test(damaged, a_deadline_that_cannot_be_served_is_an_alarm);
	suite_add_tcase(s, damaged);
	return s;
}
