/*
 * SMS by a real Kannel: bearerbox, smsbox and fakesmsc around a living house.
 *
 * fakesmsc cannot type UCS-2 in parts (its udh-data is binary to Kannel), so it types parts as text
 * in UTF-8 and UCS-2 in one piece; UCS-2 in parts comes to bearerbox by its HTTP SMSC.  What Kannel
 * could not join is told to the house directly, as smsbox would.
 */
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "core/sms.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/integration/kannel.h"
#include "tests/integration/peek.h"

Suite *kannel_suite(void);

#define SPOOL_FILES 10

static struct buf secret;	/* of the hook */

static void
begin(void)
{
	struct buf errors = { 0 };

	kannel_house("  pause: 500ms\n  parts_wait: 30s\n  parts_wait_danger: 5s\n  parts_keep: 1m\nspool:\n  files: 10\n  after: 300ms\n");
	house_up();
	ck_assert_msg(secret_read(house.dir, "kannel", &secret, &errors) == 0, "%s", buf_str(&errors));
	phones_on();
}

static void
end(void)
{
	phones_off();
	house_down();
	buf_wipe(&secret);
}

/* ---- what the house knows ---- */

static void
words_of(const char *code, struct buf *out)
{
	peek_words(house.dir, house.conf, code, out);
}

/* A code anywhere in a text. */
static void
code_in(const char *text, char code[CODE_CHARS + 1])
{
	struct code c;

	ck_assert_msg(code_find(&c, text, strlen(text)) == 0, "%s", text);
	snprintf(code, CODE_CHARS + 1, "%s", c.s);
}

/* The code in the first SMS to that number with needle. */
static void
code_told(const char *to, const char *needle, char code[CODE_CHARS + 1])
{
	struct buf text = { 0 };

	phone_gets(to, needle, &text, NULL);
	code_in(buf_str(&text), code);
	buf_release(&text);
}

static int64_t
metric(const char *name)
{
	struct answer a;
	struct buf line = { 0 };
	const char *at;
	int64_t value;

	ask(&a, house.http, "/metrics", NULL, NULL, 0);
	buf_addf(&line, "\nkentongan_ingest_%s ", name);
	at = strstr(buf_str(&a.body), buf_str(&line));
	ck_assert_ptr_nonnull(at);
	value = strtoll(at + line.len, NULL, 10);
	answer_release(&a);
	buf_release(&line);
	return value;
}

/* Waits until some message of the case of that kind has that state. */
static void
wait_message(const char *code, const char *kind, const char *state)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char path[64];
	int found = 0;

	snprintf(path, sizeof(path), "/api/v1/cases/%s", code);
	while (!found) {
		struct answer a;
		json_t *doc, *m;
		size_t i;

		ask(&a, house.console, path, NULL, NULL, 0);
		doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
		json_array_foreach(json_object_get(doc, "messages"), i, m)
			found |= strcmp(json_string_value(json_object_get(m, "kind")), kind) == 0 &&
			    strcmp(json_string_value(json_object_get(m, "state")), state) == 0;
		ck_assert_msg(found || clock_mono_ms() < until, "no %s is %s: %s", kind, state, buf_str(&a.body));
		json_decref(doc);
		answer_release(&a);
		if (!found)
			nanosleep(&pause, NULL);
	}
}

/* ---- the hook, called as smsbox does ---- */

static long
call(const char *path, const char *k, const char *query)
{
	struct buf url = { 0 };
	struct answer a;
	long status;

	buf_addf(&url, "%s?k=%s%s", path, k, query);
	ask(&a, house.http, buf_str(&url), NULL, NULL, 0);
	status = a.status;
	if (status == 200)
		ck_assert_msg(a.body.len == 0, "an answer with a body becomes an SMS: %s", buf_str(&a.body));
	answer_release(&a);
	buf_release(&url);
	return status;
}

static long
bring(const char *query)
{
	return call("/hook/sms/kannel", buf_str(&secret), query);
}

/* ---- tests ---- */

START_TEST(a_case_by_sms_from_end_to_end)
{
	char code[CODE_CHARS + 1], officer[24], line[64], needle[CODE_CHARS + 2];
	struct buf task = { 0 }, words = { 0 }, shown = { 0 };
	const char *at;
	struct code c;
	char *nonce;

	/* Typed in three parts, 3-1-2, with an apostrophe that phones put in. */
	phone_types("+6281234567001", "udh-text %05%00%03%42%03%03 dusun tlogosari  “cepat”, api membesar");
	phone_types("+6281234567001", "udh-text %05%00%03%42%03%01 tulung omahe wong kobong ");
	phone_types("+6281234567001", "udh-text %05%00%03%42%03%02 nang jambewangi sempu ");
	code_told("+6281234567001", "Diterima", code);
	words_of(code, &words);
	ck_assert_str_eq(buf_str(&words),
	    "tulung omahe wong kobong nang jambewangi sempu dusun tlogosari  “cepat”, api membesar");

	snprintf(c.s, sizeof(c.s), "%s", code);
	code_show(needle, &c);
	buf_addf(&shown, "%s kebakaran", needle);
	phone_gets("", buf_str(&shown), &task, officer);
	at = strstr(buf_str(&task), "TANGANI ");
	ck_assert_ptr_nonnull(at);
	nonce = xstrndup(at + 8, strcspn(at + 8, ", "));
	ck_assert_msg(strstr(buf_str(&task), "kobong nang jambewangi") != NULL, "%s", buf_str(&task));

	phone_types(officer, "text TERIMA");
	wait_state(code, "diterima");
	snprintf(line, sizeof(line), "text tangani %s", nonce);
	phone_types(officer, line);
	wait_state(code, "ditangani");
	snprintf(line, sizeof(line), "text Selesai %s api sudah padam", nonce);
	phone_types(officer, line);
	wait_state(code, "selesai");
	phone_gets("+6281234567001", "Balas 1", NULL, NULL);
	phone_types("+6281234567001", "text 1");
	wait_state(code, "ditutup");

	wait_message(code, "terima", "delivered");
	wait_message(code, "tugas", "delivered");
	wait_message(code, "kabar-selesai", "delivered");
	ck_assert_int_eq(phone_count("+6281234567001", "Diterima"), 1);
	free(nonce);
	buf_release(&task);
	buf_release(&words);
	buf_release(&shown);
}
END_TEST

/* A space before a curly quote is 00 20 20 1C: who squeezes bytes breaks every letter behind it. */
START_TEST(ucs2_comes_byte_for_byte)
{
	static const char text[] = " Api di Kabat  “rumah Pak Slamet” — kebakaran 😭";
	char code[CODE_CHARS + 1];
	struct buf words = { 0 };

	phone_types_ucs2("+6281234567002", text);
	code_told("+6281234567002", "Diterima", code);
	words_of(code, &words);
	ck_assert_str_eq(buf_str(&words), text);
	buf_release(&words);
}
END_TEST

/* The same in three parts, 3-1-2: cut behind the space, and through the pair of the emoji. */
START_TEST(ucs2_in_parts_comes_byte_for_byte)
{
	static const char text[] = "Api di Kabat “rumah Pak Slamet” — kebakaran 😭 tolong";
	static const unsigned char order[] = { 3, 1, 2 };
	struct buf wide = { 0 }, words = { 0 };
	char code[CODE_CHARS + 1];
	size_t cuts[] = { 0, 26, 0, 0 };

	sms_add_as_utf16(&wide, text, strlen(text));
	for (size_t i = 0; i + 1 < wide.len; i += 2)
		if ((unsigned char)wide.data[i] == 0xD8)
			cuts[2] = i + 2;
	cuts[3] = wide.len;
	for (size_t i = 0; i < N_ELEMS(order); i++) {
		const char udh[] = { 5, 0, 3, 0x43, 3, (char)order[i] };

		operator_brings("+6281234567009", udh, sizeof(udh), wide.data + cuts[order[i] - 1],
		    cuts[order[i]] - cuts[order[i] - 1]);
	}
	code_told("+6281234567009", "Diterima", code);
	words_of(code, &words);
	ck_assert_str_eq(buf_str(&words), text);
	ck_assert_int_eq(phone_count("+6281234567009", "Diterima"), 1);
	buf_release(&wide);
	buf_release(&words);
}
END_TEST

START_TEST(a_missed_call_is_asked_what_is_wrong)
{
	char code[CODE_CHARS + 1];
	struct buf words = { 0 };
	json_t *doc;

	phone_types("+6281234567003", "text ");
	code_told("+6281234567003", "Apa yang terjadi", code);
	doc = case_in(code, "baru");
	json_decref(doc);
	words_of(code, &words);
	ck_assert_str_eq(buf_str(&words), "");
	phone_gets("", "panggilan tak terjawab", NULL, NULL);	/* the desk hears of it */
	/* It rings on: one case, one question. */
	phone_types("+6281234567003", "text ");
	phone_types("+6281234567003", "text jalan rusak parah di desa kabat depan balai desa");
	phone_gets("+6281234567003", "Diterima", NULL, NULL);
	ck_assert_int_eq(phone_count("+6281234567003", "Apa yang terjadi"), 1);
	buf_release(&words);
}
END_TEST

/* ---- parts that Kannel did not join ---- */

/*
 * Part n of total, in UCS-2, as smsbox hands it on when its own time for the others is over; at_s: when the
 * operator got it, 0 not said.
 */
static long
bring_part_of(const char *from, int reference, int total, int n, int64_t at_s, const char *utf16, size_t len)
{
	struct buf query = { 0 };
	long status;

	buf_addf(&query, "&from=%%2B%s&to=1708&coding=2&charset=UTF-16BE&id=p-%s-%d-%d-%zu&udh=%%05%%00%%03%%%02X%%%02X%%%02X&text=",
	    from, from, reference, n, len, (unsigned)reference, (unsigned)total, (unsigned)n);
	buf_add_url(&query, utf16, len);
	if (at_s != 0)
		buf_addf(&query, "&ts=%" PRId64, at_s);
	status = bring(buf_str(&query));
	buf_release(&query);
	return status;
}

static long
bring_part(const char *from, int reference, int total, int n, const char *utf16, size_t len)
{
	return bring_part_of(from, reference, total, n, 0, utf16, len);
}

static long
bring_words(const char *from, int reference, int total, int n, const char *words)
{
	struct buf wide = { 0 };
	long status;

	sms_add_as_utf16(&wide, words, strlen(words));
	status = bring_part(from, reference, total, n, wide.data, wide.len);
	buf_release(&wide);
	return status;
}

START_TEST(parts_in_any_order_are_one_report)
{
	static const char text[] = "lampu jalan mati di desa kabat “depan balai desa” 😭 sudah tiga hari";
	struct buf wide = { 0 }, words = { 0 };
	int64_t taken = metric("reports_total");
	char code[CODE_CHARS + 1];
	/* Cut where phones cut: the second cut goes through the pair of the emoji. */
	size_t cuts[] = { 0, 40, 0, 0 };
	static const int order[] = { 3, 1, 1, 2, 3 };

	sms_add_as_utf16(&wide, text, strlen(text));
	for (size_t i = 0; i + 1 < wide.len; i += 2)
		if ((unsigned char)wide.data[i] == 0xD8)
			cuts[2] = i + 2;
	cuts[3] = wide.len;
	for (size_t i = 0; i < N_ELEMS(order); i++) {
		size_t n = (size_t)order[i];

		ck_assert_int_eq(bring_part("6281234567301", 0x42, 3, (int)n, wide.data + cuts[n - 1], cuts[n] - cuts[n - 1]), 200);
	}
	code_told("+6281234567301", "Diterima", code);
	words_of(code, &words);
	ck_assert_str_eq(buf_str(&words), text);
	ck_assert_int_eq(metric("reports_total") - taken, 1);
	/* The phone counts from the beginning again: another text under the same reference. */
	ck_assert_int_eq(bring_words("6281234567301", 0x42, 3, 3, " sempu"), 200);
	ck_assert_int_eq(bring_words("6281234567301", 0x42, 3, 2, "di desa jambewangi"), 200);
	ck_assert_int_eq(bring_words("6281234567301", 0x42, 3, 1, "jembatan bambu putus "), 200);
	phone_gets("+6281234567301", "jembatan", NULL, NULL);
	ck_assert_int_eq(metric("reports_total") - taken, 2);
	buf_release(&wide);
	buf_release(&words);
}
END_TEST

/*
 * The promise begins when the operator got the first part, whichever number it has and whenever it comes to
 * us: here the second is the oldest, and it comes last.
 */
START_TEST(the_promise_begins_with_the_first_part)
{
	static const struct { int n; int64_t ago_s; const char *words; } parts[] = {
		{ 3, 1200, " sudah tiga hari" }, { 1, 2400, "lampu jalan mati " }, { 2, 3000, "di desa kabat depan balai desa" },
	};
	int64_t now_s = clock_now_ms() / 1000;
	char code[CODE_CHARS + 1];
	const json_t *clock;
	json_t *doc;
	size_t i;
	int seen = 0;

	for (i = 0; i < N_ELEMS(parts); i++) {
		struct buf wide = { 0 };

		sms_add_as_utf16(&wide, parts[i].words, strlen(parts[i].words));
		ck_assert_int_eq(bring_part_of("6281234567319", 0x44, 3, parts[i].n, now_s - parts[i].ago_s, wide.data,
		    wide.len), 200);
		buf_release(&wide);
	}
	code_told("+6281234567319", "Diterima", code);
	doc = case_in_any(code);
	ck_assert_int_eq(json_integer_value(json_object_get(doc, "received_ms")), (now_s - 3000) * 1000);
	json_array_foreach(json_object_get(doc, "clocks"), i, clock) {
		if (strcmp(json_string_value(json_object_get(clock, "clock")), "ditangani") != 0)
			continue;
		ck_assert_int_eq(json_integer_value(json_object_get(clock, "due_ms")), (now_s - 3000 + 4 * 3600) * 1000);
		seen++;
	}
	ck_assert_int_eq(seen, 1);
	json_decref(doc);
}
END_TEST

START_TEST(a_missing_part_times_out_and_a_late_one_is_added)
{
	char code[CODE_CHARS + 1];
	struct buf words = { 0 };

	ck_assert_int_eq(bring_words("6281234567302", 7, 3, 3, " cepat tolong"), 200);
	ck_assert_int_eq(bring_words("6281234567302", 7, 3, 1, "kebakaran rumah di desa jambewangi sempu"), 200);
	code_told("+6281234567302", "Diterima", code);
	words_of(code, &words);
	ck_assert_str_eq(buf_str(&words),
	    "kebakaran rumah di desa jambewangi sempu [...]  cepat tolong\n(SMS tidak lengkap: 2 dari 3 bagian sampai)");
	ck_assert_int_eq(bring_words("6281234567302", 7, 3, 2, " gang melati nomor tiga"), 200);
	wait_message(code, "tambahan", "delivered");
	phone_gets("", "gang melati nomor tiga", NULL, NULL);
	ck_assert_int_eq(phone_count("+6281234567302", "Diterima"), 1);
	buf_release(&words);
}
END_TEST

/* What was answered 200 is in the store: ingest may die between two parts. */
START_TEST(parts_outlive_ingest)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	pid_t before = pid_of("ingest");
	char code[CODE_CHARS + 1], path[64];
	struct buf words = { 0 };

	ck_assert_int_eq(bring_words("6281234567303", 9, 2, 2, " desa kabat"), 200);
	ck_assert_int_eq(kill(before, SIGKILL), 0);
	snprintf(path, sizeof(path), "%s/run/ingest.pid", house.dir);
	while (access(path, F_OK) != 0 || pid_of("ingest") == before || !house_is_ready()) {
		ck_assert_msg(clock_mono_ms() < until, "ingest does not come back");
		nanosleep(&pause, NULL);
	}
	ck_assert_int_eq(bring_words("6281234567303", 9, 2, 1, "sampah menumpuk di pasar"), 200);
	code_told("+6281234567303", "Diterima", code);
	words_of(code, &words);
	ck_assert_str_eq(buf_str(&words), "sampah menumpuk di pasar desa kabat");
	buf_release(&words);
}
END_TEST

/* ---- what may be wrong with a call ---- */

static const struct {
	const char *what, *query;
	int64_t taken, dropped, binary;
} calls[] = {
	{ "whole", "&from=%2B6281234567100&to=1708&text=sampah+di+pasar+genteng+kulon&coding=0&charset=UTF-8&ts=1&smsc=F&id=c-1&udh=", 1, 0, 0 },
	{ "the same again", "&from=%2B6281234567100&to=1708&text=sampah+di+pasar+genteng+kulon&coding=0&charset=UTF-8&ts=1&smsc=F&id=c-1&udh=", 0, 0, 0 },
	{ "no id", "&from=%2B6281234567101&text=lampu+mati+di+desa+kabat&coding=0", 1, 0, 0 },
	{ "an id too long", "&from=%2B6281234567102&text=lampu+mati&coding=0&id=0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x", 1, 0, 0 },
	{ "no sender", "&text=halo&coding=0&id=c-3", 0, 1, 0 },
	{ "an empty sender", "&from=&text=halo&coding=0&id=c-4", 0, 1, 0 },
	{ "no text", "&from=%2B6281234567103&coding=0&id=c-5", 0, 1, 0 },
	{ "nothing", "", 0, 1, 0 },
	{ "pairs without =", "&z&&from=%2B6281234567104&=x&text=got+mampet&coding=0&id=c-6", 1, 0, 0 },
	{ "no coding", "&from=%2B6281234567105&text=got+mampet&id=c-7", 1, 0, 1 },
	{ "a coding of nobody", "&from=%2B6281234567106&text=got+mampet&coding=7&id=c-8", 1, 0, 1 },
	{ "binary", "&from=%2B6281234567107&text=%00%ff%01&coding=1&charset=8-BIT&id=c-9", 1, 0, 1 },
	{ "a time of nobody", "&from=%2B6281234567108&text=got+mampet&coding=0&ts=99999999999999999999&id=c-10", 1, 0, 0 },
	{ "odd UCS-2", "&from=%2B6281234567109&text=%00j%00a%00&coding=2&charset=UTF-16BE&id=c-11", 1, 0, 0 },
	{ "UCS-2 that Kannel recoded", "&from=%2B6281234567110&text=got+mampet&coding=2&charset=UTF-8&id=c-12", 1, 0, 0 },
	{ "a short code", "&from=TELKOMSEL&text=isi+pulsa&coding=0&id=c-13", 1, 0, 0 },
	{ "a header that lies", "&from=%2B6281234567111&text=got+mampet&coding=0&id=c-14&udh=%05%00%03%01%02%03", 1, 0, 0 },
	{ "broken escapes", "&from=%2B6281234567112&text=got%zz%&coding=0&id=c-15", 1, 0, 0 },
};

START_TEST(every_form_of_call_is_answered)
{
	int64_t taken = metric("reports_total"), dropped = metric("dropped_total"), binary = metric("binary_total");

	ck_assert_msg(bring(calls[_i].query) == 200, "%s", calls[_i].what);
	ck_assert_msg(metric("reports_total") - taken == calls[_i].taken, "%s", calls[_i].what);
	ck_assert_msg(metric("dropped_total") - dropped == calls[_i].dropped, "%s", calls[_i].what);
	ck_assert_msg(metric("binary_total") - binary == calls[_i].binary, "%s", calls[_i].what);
}
END_TEST

START_TEST(the_secret_is_asked_for)
{
	static const char query[] = "&from=%2B6281234567120&text=halo&coding=0&id=s-1";
	int64_t taken = metric("reports_total"), refused = metric("refused_total");
	struct buf wrong = { 0 };

	buf_addf(&wrong, "%s", buf_str(&secret));
	wrong.data[0] ^= 1;
	ck_assert_int_eq(call("/hook/sms/kannel", buf_str(&wrong), query), 403);
	ck_assert_int_eq(call("/hook/sms/kannel", "", query), 403);
	wrong.data[0] ^= 1;
	buf_addc(&wrong, 'x');
	ck_assert_int_eq(call("/hook/sms/kannel", buf_str(&wrong), query), 403);
	ck_assert_int_eq(metric("refused_total") - refused, 3);
	ck_assert_int_eq(metric("reports_total") - taken, 0);
	buf_release(&wrong);
}
END_TEST

/* In any order, each as often as it likes: what is better known stays. */
START_TEST(receipts_need_the_token_and_never_go_back)
{
	char code[CODE_CHARS + 1], id[32], token[17], query[128];
	static const struct { const char *d; const char *state; } row[] = {
		{ "8", NULL }, { "4", NULL }, { "2", NULL }, { "1", "delivered" }, { "16", "delivered" },
		{ "8", "delivered" },
	};

	phone_types("+6281234567130", "text pohon tumbang menutup jalan di desa licin kecamatan licin");
	code_told("+6281234567130", "Diterima", code);
	wait_message(code, "terima", "delivered");
	snprintf(id, sizeof(id), "%s.1", code);
	peek_token(house.dir, house.conf, id, token);
	for (size_t i = 0; i < N_ELEMS(row); i++) {
		snprintf(query, sizeof(query), "&id=%s&t=%s&d=%s", id, token, row[i].d);
		ck_assert_int_eq(call("/hook/dlr/kannel", "", query), 200);
		if (row[i].state != NULL)
			wait_message(code, "tugas", row[i].state);
	}
	token[3] = token[3] == 'a' ? 'b' : 'a';
	snprintf(query, sizeof(query), "&id=%s&t=%s&d=2", id, token);
	ck_assert_int_eq(call("/hook/dlr/kannel", "", query), 403);
	ck_assert_int_eq(call("/hook/dlr/kannel", "", "&id=x"), 200);
	ck_assert_int_eq(call("/hook/dlr/kannel", "", "&id=x&t=y&d=delivered"), 200);
}
END_TEST

/*
 * Store away and spool full: 503, and Kannel comes again with the same id.  A call that Redis heard
 * while it stood still counts as the first.
 */
START_TEST(what_was_refused_comes_again)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t refused = metric("refused_total"), until = clock_mono_ms() + LIMIT_MS;
	pid_t redis = pid_of("redis");
	char query[128], code[CODE_CHARS + 1];

	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	for (int i = 0; i < SPOOL_FILES; i++) {
		snprintf(query, sizeof(query), "&from=%%2B62812345672%02d&text=sampah+di+pasar+genteng&coding=0&id=r-%d", i, i);
		ck_assert_int_eq(bring(query), 200);
	}
	ck_assert_int_eq(bring("&from=%2B6281234567290&text=halo&coding=0&id=r-last"), 503);
	phone_types("+6281234567140", "text tanah longsor menutup jalan di desa kalibaru wetan");
	while (metric("refused_total") < refused + 2) {
		ck_assert_msg(clock_mono_ms() < until, "Kannel did not call");
		nanosleep(&pause, NULL);
	}
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
	code_told("+6281234567140", "Diterima", code);
	wait_state(code, "ditugaskan");
	/* What came after it has been read when this one has. */
	phone_types("+6281234567140", "text CEK");
	phone_gets("+6281234567140", "Pemegang", NULL, NULL);
	ck_assert_int_eq(phone_count("+6281234567140", "Diterima"), 1);
}
END_TEST

/* Kannel away: what waits stays, and goes out when it is back. */
START_TEST(messages_wait_for_kannel)
{
	pid_t smsbox = pid_of("smsbox");
	char code[CODE_CHARS + 1];

	sms("+6281234567150", "jembatan putus di desa sumberarum songgon", code);
	phone_gets("+6281234567150", "Diterima", NULL, NULL);
	ck_assert_int_eq(kill(smsbox, SIGKILL), 0);
	sms("+6281234567151", "jembatan ambrol di desa kabat kecamatan kabat", code);
	phone_gets("+6281234567151", "Diterima", NULL, NULL);
	wait_message(code, "terima", "delivered");
}
END_TEST

/* ---- our own mistakes ---- */

static void
restart_notify(void)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	pid_t before = pid_of("notify");
	char path[64];

	snprintf(path, sizeof(path), "%s/run/notify.pid", house.dir);
	ck_assert_int_eq(kill(before, SIGTERM), 0);
	while (access(path, F_OK) != 0 || pid_of("notify") == before) {
		ck_assert_msg(clock_mono_ms() < until, "notify does not come back");
		nanosleep(&pause, NULL);
	}
}

static int
is_logged(const char *daemon, const char *what)
{
	struct buf path = { 0 }, all = { 0 };
	int there;

	buf_addf(&path, "%s/log/%s.log", house.dir, daemon);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &all), 0);
	there = strstr(buf_str(&all), what) != NULL;
	buf_release(&path);
	buf_release(&all);
	return there;
}

/* The citizen's message is not given up for it: it waits until somebody mends the password. */
START_TEST(a_wrong_password_loses_nothing)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf good = { 0 }, errors = { 0 };
	char code[CODE_CHARS + 1];

	ck_assert_int_eq(secret_read(house.dir, "kannel_send", &good, &errors), 0);
	house_put_secret("kannel_send", "salah");
	restart_notify();
	sms("+6281234567160", "drainase mampet di desa kabat depan masjid", code);
	while (!is_logged("notify", "smsbox refuses kannel.user")) {
		ck_assert_msg(clock_mono_ms() < until, "nobody complains of the password");
		nanosleep(&pause, NULL);
	}
	house_put_secret("kannel_send", buf_str(&good));
	restart_notify();
	phone_gets("+6281234567160", "Diterima", NULL, NULL);
	wait_message(code, "terima", "delivered");
	buf_wipe(&good);
}
END_TEST

/* Last: all of the above went by them. */
START_TEST(no_log_holds_number_words_or_secret)
{
	static const char *const logs[] = { "ingest", "router", "sla", "notify", "console", "bearerbox", "smsbox" };
	static const char *const canaries[] = { "81234567", "kobong", "kebakaran rumah", "TANGANI ", "salah&" };

	for (size_t i = 0; i < N_ELEMS(logs); i++) {
		for (size_t k = 0; k < N_ELEMS(canaries); k++)
			ck_assert_msg(!is_logged(logs[i], canaries[k]), "%s.log holds '%s'", logs[i], canaries[k]);
		ck_assert_msg(!is_logged(logs[i], buf_str(&secret)), "%s.log holds the secret", logs[i]);
	}
}
END_TEST

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

Suite *
kannel_suite(void)
{
	Suite *s = suite_create("kannel");
	TCase *tc = tcase_create("kannel");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, a_case_by_sms_from_end_to_end);
	tcase_add_test(tc, ucs2_comes_byte_for_byte);
	tcase_add_test(tc, ucs2_in_parts_comes_byte_for_byte);
	tcase_add_test(tc, a_missed_call_is_asked_what_is_wrong);
	tcase_add_test(tc, parts_in_any_order_are_one_report);
	tcase_add_test(tc, the_promise_begins_with_the_first_part);
	tcase_add_test(tc, a_missing_part_times_out_and_a_late_one_is_added);
	tcase_add_test(tc, parts_outlive_ingest);
	tcase_add_loop_test(tc, every_form_of_call_is_answered, 0, N_ELEMS(calls));
	tcase_add_test(tc, the_secret_is_asked_for);
	tcase_add_test(tc, receipts_need_the_token_and_never_go_back);
	tcase_add_test(tc, what_was_refused_comes_again);
	tcase_add_test(tc, messages_wait_for_kannel);
	tcase_add_test(tc, a_wrong_password_loses_nothing);
	tcase_add_test(tc, no_log_holds_number_words_or_secret);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	return s;
}
