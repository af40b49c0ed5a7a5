/*
 * A conversation: what a report leaves open is asked once, and the answer finds its case, by number,
 * by place, by what it is about, or by asking again.  Real daemons, SMS in and out.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "router/converse.h"
#include "tests/integration/living.h"

Suite *talk_suite(void);

static void
begin(void)
{
	char line[240];

	house_make("");
	snprintf(line, sizeof(line), "sed -i 's/tanya-laporan: 5m/tanya-laporan: 2s/; s/tanya-tempat: 30m/tanya-tempat: 2s/' "
	    "%s/sla.yaml", house.conf);
	ck_assert_int_eq(system(line), 0);
	snprintf(line, sizeof(line), "sed -i 's/^sel: .*/sel:\\n  - {k: \"510-10-77 = 35.10.18\", b: 1}/' %s/kategori.yaml", house.conf);
	ck_assert_int_eq(system(line), 0);
	house_up();
}

static void
is(const char *code, const char *member, const char *want)
{
	json_t *doc = case_in_any(code);
	const char *have = json_string_value(json_object_get(doc, member));

	ck_assert_msg(have != NULL && strcmp(have, want) == 0, "%s of %s is %s, not %s", member, code,
	    have != NULL ? have : "nothing", want);
	json_decref(doc);
}

static int
has_unit(const char *code, const char *unit)
{
	json_t *doc = case_in_any(code), *row;
	size_t i;
	int found = 0;

	json_array_foreach(json_object_get(doc, "units"), i, row)
		found |= strcmp(json_string_value(row), unit) == 0;
	json_decref(doc);
	return found;
}

/* A lamp without a place goes to its office at once; with the answer, to the village too. */
START_TEST(a_missing_place_is_asked_once)
{
	static const char who[] = "+6281234580001";
	char code[CODE_CHARS + 1], text[512];

	sms(who, "lampu jalan mati sudah seminggu mohon diperbaiki", code);
	wait_state(code, "ditugaskan");
	text_of(code, "tanya-tempat", who, text);
	ck_assert_ptr_nonnull(strstr(text, "desa"));
	is(code, "place", "");
	sms(who, "di kaligung rogojampi pak", NULL);
	told(code, "tambahan", "");
	is(code, "place", "35.10.25.2007");
	ck_assert(has_unit(code, "D-35.10.25.2007"));
	ck_assert(has_unit(code, "K-35.10.25"));
	told(code, "tugas", "");
}
END_TEST

/* Two villages of one name: numbered, and the desk has it meanwhile. */
START_TEST(a_twin_is_asked_by_number)
{
	static const char who[] = "+6281234580002";
	char code[CODE_CHARS + 1], text[512], want[16];
	const char *at;

	sms(who, "lampu jalan mati di desa karangrejo", code);
	wait_state(code, "baru");
	text_of(code, "tanya-desa", who, text);
	at = strstr(text, "Blimbingsari");
	ck_assert_msg(at != NULL && strstr(text, "Banyuwangi") != NULL, "%s", text);
	while (at > text && at[-1] != ';' && at[-1] != ':')
		at--;
	ck_assert_int_eq(sscanf(at, " %8[0-9]", want), 1);
	sms(who, want, NULL);
	wait_state(code, "ditugaskan");
	is(code, "place", "35.10.25.2008");
	is(code, "category", "lampu-jalan");
	told(code, "terima", who);
}
END_TEST

/* The kecamatan's name says which twin as well as the number. */
/* Who has a case near one of the two is not asked. */
START_TEST(a_twin_lies_by_what_he_reported)
{
	static const char who[] = "+6281234580022";
	char near[CODE_CHARS + 1], code[CODE_CHARS + 1];

	sms(who, "sampah menumpuk di desa gintangan kecamatan blimbingsari", near);
	wait_state(near, "ditugaskan");
	sms(who, "lampu jalan mati di desa karangrejo", code);
	wait_state(code, "ditugaskan");
	is(code, "place", "35.10.25.2008");
	told(code, "terima", who);
}
END_TEST

/* Nor is he whose gateway says which cell it came by. */
START_TEST(a_twin_lies_by_its_cell)
{
	static const char body[] = "{\"id\":\"sel-1\",\"from\":\"+6281234580023\",\"cell\":\"510-10-77\","
	    "\"text\":\"jalan rusak parah di desa watukebo\"}";
	char code[CODE_CHARS + 1];

	ck_assert_int_eq(post_signed(body, clock_now_ms() / 1000, 0, code), 202);
	wait_state(code, "ditugaskan");
	is(code, "place", "35.10.18.2008");
	told(code, "terima", "+6281234580023");
}
END_TEST

START_TEST(a_twin_is_named)
{
	static const char who[] = "+6281234580003";
	char code[CODE_CHARS + 1], text[512];

	sms(who, "jalan rusak parah di desa watukebo", code);
	text_of(code, "tanya-desa", who, text);
	sms(who, "watukebo wongsorejo", NULL);
	wait_state(code, "ditugaskan");
	is(code, "place", "35.10.18.2008");
}
END_TEST

/* What has nothing to do with the question is a report of its own. */
START_TEST(another_report_is_no_answer)
{
	static const char who[] = "+6281234580004";
	char first[CODE_CHARS + 1], second[CODE_CHARS + 1], text[512];

	sms(who, "lampu jalan mati sudah seminggu", first);
	text_of(first, "tanya-tempat", who, text);
	sms(who, "sampah menumpuk di pasar rogojampi", second);
	wait_state(second, "ditugaskan");
	is(second, "category", "sampah");
	is(first, "place", "");
}
END_TEST

static void
three_reports(const char *who, char codes[3][CODE_CHARS + 1])
{
	static const char *const texts[3] = { "lampu jalan mati di desa kabat", "sampah menumpuk di desa bomo",
	    "jalan rusak berlubang di desa kaligung" };

	for (size_t i = 0; i < 3; i++) {
		sms(who, texts[i], codes[i]);
		wait_state(codes[i], "ditugaskan");
	}
}

START_TEST(of_three_the_one_it_is_about)
{
	static const char who[] = "+6281234580005";
	char codes[3][CODE_CHARS + 1];

	three_reports(who, codes);
	sms(who, "yang di bomo itu bagaimana pak kok belum ada yang datang", NULL);
	told(codes[1], "kabar-tambah", who);
}
END_TEST

START_TEST(of_three_he_says_which)
{
	static const char who[] = "+6281234580006";
	char codes[3][CODE_CHARS + 1], asking[CODE_CHARS + 1], text[512], want[16], shown[16];
	const char *at;

	three_reports(who, codes);
	sms(who, "pak yang kemarin itu kok belum ada kabarnya sama sekali", asking);
	text_of(asking, "tanya-laporan", who, text);
	snprintf(shown, sizeof(shown), "%.4s-%s", codes[2], codes[2] + 4);
	at = strstr(text, shown);
	ck_assert_msg(at != NULL, "%s has no %s", text, shown);
	while (at > text && at[-1] != ';' && at[-1] != ':')
		at--;
	ck_assert_int_eq(sscanf(at, " %8[0-9]", want), 1);
	sms(who, want, NULL);
	told(codes[2], "kabar-tambah", who);
	wait_state(asking, "ditutup");
	is(asking, "closed_as", "ganda");
}
END_TEST

/* Nobody answers: the desk hears of it, its words are a case like any other. */
START_TEST(unanswered_it_is_the_desks)
{
	static const char who[] = "+6281234580007";
	char codes[3][CODE_CHARS + 1], asking[CODE_CHARS + 1], officer[24], nonce[8];

	three_reports(who, codes);
	sms(who, "pak yang kemarin itu bagaimana ya mohon dibantu segera", asking);
	told(asking, "tanya-laporan", who);
	first_task(asking, officer, nonce);
	wait_state(asking, "baru");
}
END_TEST

/* How many SMS of a case went to that number so far. */
static int
sent(const char *code, const char *to)
{
	struct buf path = { 0 }, all = { 0 };
	int n = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &all), 0);
	for (const char *line = buf_str(&all), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		json_t *m = json_loadb(line, (size_t)(end - line), 0, NULL);

		n += strcmp(json_string_value(json_object_get(m, "code")), code) == 0 &&
		    strcmp(json_string_value(json_object_get(m, "to")), to) == 0;
		json_decref(m);
	}
	buf_release(&path);
	buf_release(&all);
	return n;
}

/* How many SMS of that kind a case sent so far. */
static int
of_kind(const char *code, const char *kind)
{
	struct buf path = { 0 }, all = { 0 };
	int n = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &all), 0);
	for (const char *line = buf_str(&all), *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		json_t *m = json_loadb(line, (size_t)(end - line), 0, NULL);

		n += strcmp(json_string_value(json_object_get(m, "code")), code) == 0 &&
		    strcmp(json_string_value(json_object_get(m, "kind")), kind) == 0;
		json_decref(m);
	}
	buf_release(&path);
	buf_release(&all);
	return n;
}

/* Who does not say where is called by the desk, though an office has his case; who said it is not. */
START_TEST(silent_about_where_he_is_called)
{
	static const char said[] = "+6281234580025", silent[] = "+6281234580026";
	char one[CODE_CHARS + 1], other[CODE_CHARS + 1], text[512];

	sms(said, "lampu jalan mati sudah lama sekali pak", one);
	told(one, "tanya-tempat", said);
	sms(said, "di kaligung rogojampi pak", NULL);
	told(one, "tambahan", "");
	sms(silent, "lampu jalan mati sudah lama sekali pak", other);
	told(other, "tanya-tempat", silent);
	text_of(other, "tanpa-tempat", "", text);
	ck_assert_msg(strstr(text, "belum menjawab di mana") != NULL, "%s", text);
	ck_assert_int_eq(of_kind(one, "tanpa-tempat"), 0);
	ck_assert_int_eq(of_kind(other, "tanpa-tempat"), 1);
	is(other, "state", "ditugaskan");
}
END_TEST

/* Two problems: two cases with clocks and offices of their own, one receipt that names both. */
START_TEST(two_problems_are_two_cases)
{
	static const char who[] = "+6281234580008";
	char code[CODE_CHARS + 1], text[512];
	const char *other;
	json_t *first, *second;

	sms(who, "lampu jalan mati di desa kaligung rt 2. juga sampah menumpuk tidak diangkut", code);
	first = case_in(code, "ditugaskan");
	other = json_string_value(json_object_get(first, "twin"));
	ck_assert_ptr_nonnull(other);
	second = case_in(other, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(second, "twin")), code);
	ck_assert_str_eq(json_string_value(json_object_get(second, "place")), "35.10.25.2007");
	ck_assert_str_ne(json_string_value(json_object_get(first, "category")),
	    json_string_value(json_object_get(second, "category")));
	ck_assert_int_eq(json_integer_value(json_object_get(first, "received_ms")),
	    json_integer_value(json_object_get(second, "received_ms")));
	text_of(code, "terima-dua", who, text);
	ck_assert_ptr_nonnull(strstr(text, "sampah"));
	ck_assert_ptr_nonnull(strstr(text, "lampu jalan"));
	told(other, "tugas", "");
	ck_assert_int_eq(sent(other, who), 0);
	json_decref(first);
	json_decref(second);
}
END_TEST

START_TEST(an_emergency_is_first_and_never_second)
{
	char code[CODE_CHARS + 1];
	const char *other;
	json_t *first, *second;

	sms("+6281234580018", "jembatan ambrol orang jatuh ke sungai desa songgon", code);
	first = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(first, "category")), "kecelakaan");
	ck_assert_str_eq(json_string_value(json_object_get(first, "urgency")), "darurat");
	other = json_string_value(json_object_get(first, "twin"));
	ck_assert_ptr_nonnull(other);
	second = case_in(other, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(second, "category")), "jembatan");
	ck_assert_str_ne(json_string_value(json_object_get(second, "urgency")), "darurat");
	json_decref(first);
	json_decref(second);
	/* Long ago: it calls nobody today. */
	sms("+6281234580019", "jembatan ambrol di desa gumirih, dulu ada yang kecelakaan disitu", code);
	first = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(first, "category")), "jembatan");
	ck_assert_ptr_null(json_object_get(first, "twin"));
	json_decref(first);
}
END_TEST

/* Before it counts, another configuration says which reports of late it would have sent elsewhere. */
START_TEST(another_configuration_says_what_it_would_change)
{
	char code[CODE_CHARS + 1], line[256], own[sizeof(house.conf)];
	struct buf out = { 0 };
	json_t *last, *lead;
	const char *row, *total;

	sms("+6281234580009", "lampu jalan mati di desa kabat depan rumah pak lurah", code);
	wait_state(code, "ditugaskan");
	snprintf(line, sizeof(line), "cp -r %s %s/lain && sed -i 's/unit: .O-DISHUB, O-PUCKPP, kecamatan, desa./"
	    "unit: [O-PUCKPP, O-DISHUB, kecamatan, desa]/' %s/lain/kategori.yaml", house.conf, house.dir, house.dir);
	ck_assert_int_eq(system(line), 0);
	memcpy(own, house.conf, sizeof(own));
	snprintf(house.conf, sizeof(house.conf), "%s/lain", house.dir);
	ck_assert_int_eq(house_command("route --dry-run --since 1d --json", &out), 0);
	memcpy(house.conf, own, sizeof(own));
	snprintf(line, sizeof(line), "{\"code\":\"%s\"", code);
	row = strstr(buf_str(&out), line);
	total = strstr(buf_str(&out), "{\"reports\":");
	ck_assert_msg(row != NULL && total != NULL, "%s", buf_str(&out));
	last = json_loads(row, JSON_DISABLE_EOF_CHECK, NULL);
	lead = json_object_get(last, "lead");
	ck_assert_str_eq(json_string_value(json_array_get(lead, 0)), "O-DISHUB");
	ck_assert_str_eq(json_string_value(json_array_get(lead, 1)), "O-PUCKPP");
	json_decref(last);
	last = json_loads(total, 0, NULL);
	ck_assert_int_eq(json_integer_value(json_object_get(last, "category")), 0);
	ck_assert_int_gt(json_integer_value(json_object_get(last, "reports")),
	    json_integer_value(json_object_get(last, "changed")));
	ck_assert_int_eq(json_integer_value(json_object_get(last, "changed")),
	    json_integer_value(json_object_get(last, "lead")));
	ck_assert_ptr_null(strstr(buf_str(&out), "lurah"));
	json_decref(last);
	buf_release(&out);
}
END_TEST

/* Who comes along beside the lead is part of it, and so is who may read it. */
START_TEST(who_else_is_told_is_a_change_too)
{
	static const struct { const char *sed, *text, *member, *was, *is; } rows[] = {
		{ "s/unit: .O-DLH, desa, kecamatan./unit: [O-DLH, desa]/", "sampah menumpuk di desa kabat tepi sawah", "units",
		    "O-DLH D-35.10.14.2012 K-35.10.14", "O-DLH D-35.10.14.2012" },
		{ "s/^minta_rahasia:/minta_rahasia:\\n  - {k: \"tepi sawah\", b: 1}/", "sampah menumpuk di desa kabat tepi sawah",
		    "sealed", "terbuka", "rahasia" },
	};
	char code[CODE_CHARS + 1], line[400], own[sizeof(house.conf)];

	sms("+6281234580024", rows[0].text, code);
	wait_state(code, "ditugaskan");
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		struct buf out = { 0 };
		json_t *row;
		const char *at;

		snprintf(line, sizeof(line), "rm -rf %s/lain && cp -r %s %s/lain && sed -i '%s' %s/lain/kategori.yaml", house.dir,
		    house.conf, house.dir, rows[i].sed, house.dir);
		ck_assert_int_eq(system(line), 0);
		memcpy(own, house.conf, sizeof(own));
		snprintf(house.conf, sizeof(house.conf), "%s/lain", house.dir);
		ck_assert_int_eq(house_command("route --dry-run --json", &out), 0);
		memcpy(house.conf, own, sizeof(own));
		snprintf(line, sizeof(line), "{\"code\":\"%s\"", code);
		at = strstr(buf_str(&out), line);
		ck_assert_msg(at != NULL, "%s: %s", rows[i].member, buf_str(&out));
		row = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
		ck_assert_str_eq(json_string_value(json_array_get(json_object_get(row, "lead"), 0)),
		    json_string_value(json_array_get(json_object_get(row, "lead"), 1)));
		ck_assert_str_eq(json_string_value(json_array_get(json_object_get(row, rows[i].member), 0)), rows[i].was);
		ck_assert_str_eq(json_string_value(json_array_get(json_object_get(row, rows[i].member), 1)), rows[i].is);
		json_decref(row);
		buf_release(&out);
	}
}
END_TEST

/* For people: what was understood, of which words, by which model, and what else it may be. */
START_TEST(a_person_reads_why)
{
	static const struct { const char *text, *words[6]; } rows[] = {
		{ "lampu jalan mati di desa kabat", { "biasa, ", "Ds. Kabat, Kec. Kabat", "Dinas Perhubungan", "Desa Kabat",
		    "karena lampu-jalan: ", "karena model " } },
		{ "sampah menumpuk di desa watukebo", { "tempat: tidak diketahui; bisa juga", "Kec. Blimbingsari",
		    "Kec. Wongsorejo", "meja triase", "karena tempat Watukebo: ada 2" } },
		{ "kades gendoh minta uang untuk surat", { "rahasia", "Inspektorat", "keluhan tentang pejabat" } },
	};
	struct buf command = { 0 }, bin = { 0 };

	bin_path(&bin, "kentongan");
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		char said[4096];
		size_t n;
		FILE *f;

		buf_reset(&command);
		buf_addf(&command, "echo '%s' | %s route --explain --conf %s", rows[i].text, buf_str(&bin), house.conf);
		f = popen(buf_str(&command), "r");
		ck_assert_ptr_nonnull(f);
		n = fread(said, 1, sizeof(said) - 1, f);
		said[n] = '\0';
		ck_assert_int_eq(pclose(f), 0);
		for (size_t k = 0; k < N_ELEMS(rows[i].words) && rows[i].words[k] != NULL; k++)
			ck_assert_msg(strstr(said, rows[i].words[k]) != NULL, "no \"%s\" in %s", rows[i].words[k], said);
	}
	buf_release(&command);
	buf_release(&bin);
}
END_TEST

/* The log entry that opened it names the version it was understood by. */
static void
version_of(const char *code, char out[40])
{
	json_t *doc = case_in_any(code);
	const char *version = json_string_value(json_object_get(doc, "policy"));

	ck_assert_ptr_nonnull(version);
	snprintf(out, 40, "%s", version);
	json_decref(doc);
}

static int
leads(const char *code, const char *unit)
{
	json_t *doc = case_in_any(code);
	const char *first = json_string_value(json_array_get(json_object_get(doc, "units"), 0));
	int is = first != NULL && strcmp(first, unit) == 0;

	json_decref(doc);
	return is;
}

/* Another table counts from its reload on, for what comes then; nobody is stopped, and no case moves. */
START_TEST(another_table_counts_while_it_runs)
{
	char before[CODE_CHARS + 1], after[CODE_CHARS + 1], line[512], was[40], is_now[40];

	sms("+6281234580020", "sampah menumpuk di desa kabat pinggir kali", before);
	wait_state(before, "ditugaskan");
	ck_assert(leads(before, "O-DLH"));
	version_of(before, was);
	snprintf(line, sizeof(line), "cp %s/kategori.yaml %s/kategori.lama && sed -i "
	    "'s/unit: .O-DLH, desa, kecamatan./unit: [kecamatan, O-DLH, desa]/' %s/kategori.yaml && "
	    "! cmp -s %s/kategori.yaml %s/kategori.lama", house.conf, house.dir, house.conf, house.conf, house.dir);
	ck_assert_int_eq(system(line), 0);
	ck_assert_int_eq(house_command("reload", NULL), 0);
	sms("+6281234580021", "sampah menumpuk di desa kabat pinggir kali", after);
	wait_state(after, "ditugaskan");
	ck_assert(leads(after, "K-35.10.14"));
	version_of(after, is_now);
	ck_assert_str_ne(was, is_now);
	ck_assert(leads(before, "O-DLH"));
	version_of(before, is_now);
	ck_assert_str_eq(was, is_now);
	/* what has a mistake is refused, and the old one goes on */
	snprintf(line, sizeof(line), "sed -i 's/unit: .kecamatan, O-DLH, desa./unit: [O-TIADA]/' %s/kategori.yaml", house.conf);
	ck_assert_int_eq(system(line), 0);
	ck_assert_int_ne(house_command("reload", NULL), 0);
	snprintf(line, sizeof(line), "mv %s/kategori.lama %s/kategori.yaml", house.dir, house.conf);
	ck_assert_int_eq(system(line), 0);
	ck_assert_int_eq(house_command("reload", NULL), 0);
}
END_TEST

static int
unread_of(const char *out)
{
	int n = 0;

	for (const char *at = out; (at = strstr(at, "\"state\":\"baru\"")) != NULL; at++)
		n++;
	return n;
}

/* Fifty pranks are read, not answered one by one by people; the cry after them is heard at once. */
START_TEST(fifty_pranks_and_a_fire)
{
	static const char who[] = "+6281234580012";
	char code[CODE_CHARS + 1], text[64], first[CODE_CHARS + 1];
	struct buf before = { 0 }, after = { 0 };
	json_t *doc;

	ck_assert_int_eq(house_command("cases --state baru --json", &before), 0);
	sms(who, "hahaha kamu jelek sekali weee", first);
	for (int i = 0; i < 49; i++) {
		snprintf(text, sizeof(text), "hahaha kamu jelek sekali weee %d", i);
		sms(who, text, NULL);
	}
	sms(who, "tulung omahku kobong nang kaligung blimbingsari", code);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "darurat");
	json_decref(doc);
	told(code, "tugas", "");
	ck_assert_int_eq(house_command("cases --state baru --json", &after), 0);
	ck_assert_int_le(unread_of(buf_str(&after)) - unread_of(buf_str(&before)), 3);
	buf_release(&before);
	buf_release(&after);
}
END_TEST

/* A number whose reports were found to be pranks: its cry goes to a human first, and says why. */
/* So many reports of his are rejected as pranks. */
static void
plays(const char *who, int times)
{
	char code[CODE_CHARS + 1], line[128];

	for (int i = 0; i < times; i++) {
		snprintf(line, sizeof(line), "lampu jalan mati di desa kabat nomor %d", i);
		sms(who, line, code);
		wait_state(code, "ditugaskan");
		snprintf(line, sizeof(line), "act %s tolak --as ptg-o-dishub-1 --reason iseng --note 'tidak ada apa-apa'", code);
		ck_assert_int_eq(house_command(line, NULL), 0);
	}
}

static int
is_doubted(const char *code)
{
	json_t *doc = case_in_any(code);
	int doubted = json_is_true(json_object_get(doc, "doubted"));

	json_decref(doc);
	return doubted;
}

/* Somebody else cries the same, before or after: he is believed, and counts one prank less. */
START_TEST(support_raises_a_marked_number)
{
	static const char who[] = "+6281234580015", other[] = "+6281234580016", third[] = "+6281234580017";
	char waits[CODE_CHARS + 1], code[CODE_CHARS + 1];

	plays(who, 4);
	sms(who, "tolong rumah kebakaran di desa gintangan kecamatan blimbingsari, api besar", waits);
	json_decref(case_in(waits, "baru"));
	ck_assert(is_doubted(waits));
	/* himself he supports in nothing, nor does another place or another danger */
	sms(who, "tolong rumah kebakaran di desa gintangan kecamatan blimbingsari, api besar sekali", code);
	json_decref(case_in(code, "baru"));
	sms(third, "tolong rumah kebakaran di kaligung rogojampi, api besar", code);
	wait_state(code, "ditugaskan");
	sms(third, "ada kecelakaan motor di desa gintangan kecamatan blimbingsari, korban tidak sadar", code);
	wait_state(code, "ditugaskan");
	is(waits, "state", "baru");
	sms(other, "kebakaran rumah di desa gintangan kecamatan blimbingsari pak tolong", code);
	wait_state(code, "ditugaskan");
	ck_assert(!is_doubted(code));
	wait_state(waits, "ditugaskan");
	ck_assert(!is_doubted(waits));
	told(waits, "tugas", "");
	/* four pranks less one: still marked, but whom others support does not wait */
	sms(who, "kecelakaan motor di desa gintangan kecamatan blimbingsari, ada korban tidak sadar", code);
	wait_state(code, "ditugaskan");
	ck_assert(!is_doubted(code));
	/* three less one: he is as good as anybody */
	sms(who, "tolong rumah kebakaran di desa aliyan kecamatan rogojampi, api besar", code);
	wait_state(code, "ditugaskan");
	ck_assert(!is_doubted(code));
}
END_TEST

START_TEST(a_marked_number_is_heard_by_a_human)
{
	static const char who[] = "+6281234580013";
	char code[CODE_CHARS + 1];
	json_t *doc;

	plays(who, 3);
	sms(who, "tolong rumah kebakaran di desa kabat, api besar", code);
	doc = case_in(code, "baru");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "darurat");
	ck_assert(json_is_true(json_object_get(doc, "doubted")));
	json_decref(doc);
	told(code, "tugas", "");
	/* somebody else with the same words is not held up by him */
	sms("+6281234580014", "tolong rumah kebakaran di desa kabat, api besar", code);
	wait_state(code, "ditugaskan");
}
END_TEST

/* What the desk makes of a report becomes a training row, without what says whose it was. */
START_TEST(a_correction_becomes_a_training_row)
{
	char code[CODE_CHARS + 1], line[160];
	struct buf path = { 0 }, rows = { 0 }, train = { 0 };
	struct stat st;

	sms("+6281234580011", "pak yang di sana itu bagaimana, hubungi pak sugeng 081234567899 saja", code);
	wait_state(code, "baru");
	snprintf(line, sizeof(line), "act %s tugaskan --as ptg-d112-1 --category jalan-rusak --place 35.10.14.2012", code);
	ck_assert_int_eq(house_command(line, NULL), 0);
	ck_assert_int_eq(house_command("corrections --since 1d", NULL), 0);
	buf_addf(&path, "%s/latih/koreksi.tsv", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 1u << 20, &rows), 0);
	ck_assert_int_eq(stat(buf_str(&path), &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_msg(strstr(buf_str(&rows), "pak yang di sana itu bagaimana, hubungi pak <nama> <telepon> saja\tjalan-rusak\t\t"
	    "35.10.14.2012\t") != NULL, "%s", buf_str(&rows));
	/* and the trainer takes the table */
	bin_path(&train, "kentongan-train");
	buf_addf(&train, " --out %s/model.bin model/latih/lainnya.tsv %s >/dev/null", house.dir, buf_str(&path));
	ck_assert_int_eq(system(buf_str(&train)), 0);
	buf_release(&train);
	buf_release(&path);
	buf_release(&rows);
}
END_TEST

static const struct { const char *text; int choice; } choices[] = {
	{ "1", 1 }, { " 2. ", 2 }, { "nomor 3 pak", 3 }, { "yang nomor 2 ya", 2 }, { "sing 1", 1 }, { "No. 4", 4 },
	{ "2 terima kasih", 2 }, { "", 0 }, { "12", 0 }, { "1 minggu lampu mati", 0 }, { "yang", 0 }, { "0", 0 },
	{ "satu", 0 }, { "2 3", 0 },
};
START_TEST(choice)
{
	ck_assert_int_eq(speech_choice(choices[_i].text), choices[_i].choice);
}
END_TEST

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

Suite *
talk_suite(void)
{
	Suite *s = suite_create("talk");
	TCase *tc = tcase_create("talk"), *words = tcase_create("words");

	tcase_add_loop_test(words, choice, 0, N_ELEMS(choices));
	suite_add_tcase(s, words);
	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, a_missing_place_is_asked_once);
	tcase_add_test(tc, silent_about_where_he_is_called);
	tcase_add_test(tc, a_twin_is_asked_by_number);
	tcase_add_test(tc, a_twin_lies_by_what_he_reported);
	tcase_add_test(tc, a_twin_lies_by_its_cell);
	tcase_add_test(tc, a_twin_is_named);
	tcase_add_test(tc, another_report_is_no_answer);
	tcase_add_test(tc, of_three_the_one_it_is_about);
	tcase_add_test(tc, of_three_he_says_which);
	tcase_add_test(tc, unanswered_it_is_the_desks);
	tcase_add_test(tc, two_problems_are_two_cases);
	tcase_add_test(tc, an_emergency_is_first_and_never_second);
	tcase_add_test(tc, fifty_pranks_and_a_fire);
	tcase_add_test(tc, a_marked_number_is_heard_by_a_human);
	tcase_add_test(tc, support_raises_a_marked_number);
	tcase_add_test(tc, a_correction_becomes_a_training_row);
	tcase_add_test(tc, another_configuration_says_what_it_would_change);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	tcase_add_test(tc, who_else_is_told_is_a_change_too);
	tcase_add_test(tc, a_person_reads_why);
	tcase_add_test(tc, another_table_counts_while_it_runs);
	suite_add_tcase(s, tc);
	return s;
}
