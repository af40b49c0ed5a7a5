/*
 * Words and people that are told apart by their canaries, and every page that everybody can open: what is not
 * his is on none, and what a stranger wrote is on none of them as anything but words.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/csv.h"
#include "lib/escape.h"
#include "tests/integration/crawl.h"
#include "tests/integration/glance.h"
#include "tests/integration/markup.h"

Suite *canaries_suite(void);

/* Two of each role, from two places. */
static const char *const people[] = { "ptg-o-dishub-1", "ptg-35.10.25.2010-1", "kpl-o-dishub", "kpl-35.10.14.2012",
    "opr-d112-1", "opr-d112-2", "kpl-bupati", "kpl-sekda", "adm-o-kominfo-1", "adm-2", "ombudsman-1", "ombudsman-2" };

static void
begin(void)
{
	house_make("console:\n  second_factor: none\n");
	house_up();
	ck_assert_int_eq(house_command("officer add adm-2 --name Admin --unit O-KOMINFO --phone +628990000002 --role admin", NULL), 0);
	ck_assert_int_eq(house_command("officer add ombudsman-1 --name Satu --unit O-INSP --phone +628990000003 --role pengawas", NULL), 0);
	ck_assert_int_eq(house_command("officer add ombudsman-2 --name Dua --unit O-INSP --phone +628990000004 --role pengawas", NULL), 0);
}

/* ---- whose case it is ---- */

/* A case of each kind in each place; by words, by number. */
static struct planted {
	const char *from, *text, *word;
	char code[CODE_CHARS + 1], shown[CODE_CHARS + 2];
	int may[SEE_REPORTER + 1];		/* of the one who crawls now */
	size_t seen;
} planted[] = {
	{ "+6281377710001", "lampu jalan mati di desa kabat depan warung burungsatu", "burungsatu", "", "", { 0 }, 0 },
	{ "+6281377710002", "lampu jalan mati di desa blimbingsari depan warung burungdua", "burungdua", "", "", { 0 }, 0 },
	{ "+6281377710003", "sampah menumpuk di desa kabat kecamatan kabat dekat burungtiga", "burungtiga", "", "", { 0 }, 0 },
	{ "+6281377710004", "rahasia lampu jalan mati di desa kabat belakang burungempat", "burungempat", "", "", { 0 }, 0 },
	{ "+6281377710005", "tolong anak tetangga sering dipukuli bapaknya di desa kabat, lebam, rumah burunglima", "burunglima", "", "", { 0 }, 0 },
};

static void
shows_what_is_his(const char *path, const struct answer *a, void *arg)
{
	const char *body = buf_str(&a->body), *who = arg;

	for (size_t i = 0; i < N_ELEMS(planted); i++) {
		struct planted *p = &planted[i];
		int has_code = strstr(body, p->code) != NULL || strstr(body, p->shown) != NULL;

		ck_assert_msg(!has_code || p->may[SEE_EXISTS] || strstr(path, p->code) != NULL, "%s learns of case %zu at %s", who, i, path);
		ck_assert_msg(strstr(body, p->word) == NULL || p->may[SEE_WORDS], "%s reads case %zu at %s", who, i, path);
		ck_assert_msg(strstr(body, p->from + 3) == NULL || p->may[SEE_REPORTER], "%s reads who wrote case %zu at %s", who, i,
		    path);
		p->seen += has_code;
	}
}

/* What the table of rights says of one and each planted case. */
static void
ask_rights(const char *officer)
{
	for (size_t i = 0; i < N_ELEMS(planted); i++) {
		for (int k = SEE_EXISTS; k <= SEE_REPORTER; k++)
			planted[i].may[k] = glance_may(planted[i].code, officer, (enum access)k);
		planted[i].seen = 0;
	}
}

static void
plant(void)
{
	begin();
	for (size_t i = 0; i < N_ELEMS(planted); i++) {
		struct code c;

		sms(planted[i].from, planted[i].text, planted[i].code);
		snprintf(c.s, sizeof(c.s), "%s", planted[i].code);
		code_show(planted[i].shown, &c);
		if (i + 1 < N_ELEMS(planted))
			wait_state(planted[i].code, "ditugaskan");
		else
			told(planted[i].code, "tugas-rahasia", "");
	}
}

START_TEST(everybody_sees_his_own_alone)
{
	struct visitor v;
	size_t his = 0, others = 0;

	visitor_enters(&v, people[_i]);
	glance_open(house.dir, house.conf);
	ask_rights(people[_i]);
	ck_assert_uint_gt(crawl(&v, house.console, CONSOLE_ROUTES, (const char *const[]){ "/tugas?lihat=wilayah",
	    "/papan?daftar=buka", "/laporan.csv", NULL }, shows_what_is_his, (void *)(uintptr_t)people[_i]), 25);
	for (size_t i = 0; i < N_ELEMS(planted); i++) {
		struct planted *p = &planted[i];
		int watches = strncmp(people[_i], "ombudsman", 9) == 0;
		char path[48];
		struct answer a;

		snprintf(path, sizeof(path), "/kasus/%s", p->code);
		visitor_opens(&v, path, &a);
		shows_what_is_his(path, &a, (void *)(uintptr_t)people[_i]);
		/* and what is his he does see; of a sealed one the watch is asked why first */
		ck_assert_msg((a.status == 200) == p->may[SEE_CASE], "%s: %ld at %s", people[_i], a.status, path);
		if (!watches || i + 1 < N_ELEMS(planted))
			ck_assert_msg((strstr(buf_str(&a.body), p->word) != NULL) == p->may[SEE_WORDS], "%s: words of case %zu", people[_i], i);
		his += (size_t)p->may[SEE_CASE];
		others += (size_t)!p->may[SEE_CASE];
		answer_release(&a);
	}
	ck_assert_uint_eq(his + others, N_ELEMS(planted));
	glance_close();
}
END_TEST

/* ---- what is only words ---- */

#define MARK "<kt-hantu onload=1>"
#define QUOTE "\" kt-tanda=\"1"
/* FAULTS of every kind behind words that make a case; each by SMS, by form, as a note. */
static const char *const hostile[] = {
	MARK "<script>alert(1)</script>", "'\"--" QUOTE " onmouseover='x'", "${7*7} {{7*7}} %n%s <!-- " MARK, "]]>" MARK "</summary>",
	"\r\ndata: kt-palsu\r\n\r\nevent: x", "\r\n.\r\nBcc: korban@contoh.id", "\x1b[31m\x07 kt", "\xe2\x80\xae" "kt-balik \xe2\x80\x8b",
	"\nlevel=info daemon=sla event=kt-palsu", "javascript:alert(1) data:text/html," MARK, "&lt;kt-hantu&gt; &#60;kt-hantu&#62;",
	"</textarea></title>" MARK, "[[Tugas saya]] <!--ISI-->", "*1\r\n$8\r\nFLUSHALL\r\n",
};

struct output { size_t html, json, xml, csv, quoted; };

/* Every line's cells stand in quotes or are figures of ours; none begins a formula. */
static void
csv_is_safe(const char *path, const struct buf *text)
{
	struct buf errors = { 0 };
	struct csv *c = csv_parse(path, buf_str(text), text->len, &errors);

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	csv_free(c);
	buf_release(&errors);
	for (const char *at = buf_str(text); *at != '\0'; at++)
		if (*at == '"' && (at == text->data || at[-1] == ',' || at[-1] == '\n'))
			ck_assert_msg(strchr("=+-@\t\r", at[1]) == NULL, "%s: a formula: %.60s", path, at);
}

static void
is_only_words(const char *path, const struct answer *a, void *arg)
{
	struct output *o = arg;
	const char *body = buf_str(&a->body);

	if (a->status == 303 || a->body.len == 0)
		return;
	if (answer_is(a, "text/html")) {
		markup_check(path, &a->body, 1);
		o->html++;
		o->quoted += strstr(body, "&lt;kt-hantu") != NULL;
	} else if (answer_is(a, "application/json") || answer_is(a, "application/problem+json") ||
	    answer_is(a, "application/feed+json") || answer_is(a, "application/geo+json")) {
		json_t *doc = json_loadb(body, a->body.len, JSON_REJECT_DUPLICATES, NULL);

		ck_assert_msg(doc != NULL, "%s: no JSON: %.300s", path, body);
		json_decref(doc);
		o->json++;
	} else if (answer_is(a, "application/atom+xml") || answer_is(a, "application/cap+xml")) {
		markup_check(path, &a->body, 0);
		ck_assert_ptr_null(strstr(body, "<kt-"));
		o->xml++;
	} else if (answer_is(a, "text/csv")) {
		csv_is_safe(path, &a->body);
		o->csv++;
	}
	ck_assert_ptr_null(strstr(buf_str(&a->head), "kt-"));
}

static void
form_of(struct buf *body, const char *words, size_t i)
{
	buf_adds(body, "isi=lampu+jalan+mati+");
	buf_add_url(body, words, strlen(words));
	buf_addf(body, "&desa=35.10.14.2012&telepon=0813777201%02zu&nama=", i);
	buf_add_url(body, words, strlen(words));
	buf_adds(body, "&lokasi=dusun+");
	buf_add_url(body, words, strlen(words));
}

static void
send_hostile(void)
{
	char last[CODE_CHARS + 1] = "";
	size_t taken = 0;

	begin();
	for (size_t i = 0; i < N_ELEMS(hostile); i++) {
		struct buf text = { 0 }, body = { 0 };
		char from[24];
		struct answer a;

		snprintf(from, sizeof(from), "+62813777200%02zu", i);
		buf_addf(&text, "lampu jalan mati di desa kabat %s", hostile[i]);
		sms(from, buf_str(&text), last);
		form_of(&body, hostile[i], i);
		ask_as(&a, house.http, "/lapor", (const char *[]){ "Accept: text/html", NULL }, body.data, body.len);
		ck_assert_msg(a.status == 303 || a.status == 400, "%ld", a.status);
		taken += a.status == 303;
		if (a.status == 400)
			markup_check(hostile[i], &a.body, 1);
		answer_release(&a);
		buf_release(&text);
		buf_release(&body);
	}
	ck_assert_uint_gt(taken, N_ELEMS(hostile) / 2);
	wait_state(last, "ditugaskan");
	/* an officer's note is a stranger's words to the next page */
	{
		struct visitor v;
		struct buf fields = { 0 };
		char path[32];
		struct answer a;

		snprintf(path, sizeof(path), "/kasus/%s", last);
		visitor_enters(&v, "ptg-o-dishub-1");
		buf_adds(&fields, "aksi=catat&versi=0&catatan=");
		buf_add_url(&fields, hostile[0], strlen(hostile[0]));
		buf_add_url(&fields, hostile[1], strlen(hostile[1]));
		visitor_sends(&v, path, path, buf_str(&fields), &a);
		ck_assert_int_eq(a.status, 303);
		answer_release(&a);
		buf_release(&fields);
	}
}

static const char *const readers[] = { "ptg-o-dishub-1", "opr-d112-1", "kpl-bupati", "adm-o-kominfo-1", "ombudsman-1" };

START_TEST(words_stay_words_on_every_page)
{
	struct output o = { 0 };
	struct visitor v;
	static const char *const also[] = { "/cari?q=%3Ckt-hantu%20onload%3D1%3E", "/cari?q=%22%20kt-tanda%3D%221", "/tugas?lihat=wilayah",
	    "/masuk?ke=%22%3E%3Ckt-hantu%3E", "/papan?daftar=%22%3E%3Ckt-hantu%3E", "/laporan.csv?per=kecamatan", NULL };

	visitor_enters(&v, readers[_i]);
	crawl(&v, house.console, CONSOLE_ROUTES, also, is_only_words, &o);
	ck_assert_uint_gt(o.html, 10);
	ck_assert_uint_gt(o.json, 1);
	/* they are there, as words */
	if (strncmp(readers[_i], "adm", 3) != 0)
		ck_assert_uint_gt(o.quoted, 2);
	if (strcmp(readers[_i], "kpl-bupati") == 0)
		ck_assert(o.csv > 0 && o.xml > 0);
}
END_TEST

START_TEST(words_stay_words_for_the_public)
{
	static const struct visitor nobody = { .cookie = "" };
	struct output o = { 0 };
	static const char *const also[] = { "/?isi=%3Ckt-hantu%3E&desa=%22%3E%3Ckt-hantu%3E", "/l/%3Ckt-hantu%3E", "/peta?kategori=%22%3E%3Ckt-hantu%3E",
	    "/cek?kode=%3Ckt-hantu%3E", "/%3Ckt-hantu%3E", NULL };

	crawl(&nobody, house.http, PUBLIC_ROUTES, also, is_only_words, &o);
	ck_assert_uint_gt(o.html, 5);
}
END_TEST

/* What left by SMS and mail is one line of JSON each, and so is each event of the log. */
START_TEST(words_stay_words_in_what_left_and_in_the_log)
{
	struct buf out = { 0 };
	size_t lines = 0;

	ck_assert_int_eq(run_line(&out, "cat %s/out/*.jsonl", house.dir), 0);
	for (char *line = out.data, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
		json_t *m = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);

		ck_assert_msg(m != NULL, "%.*s", (int)(end - line), line);
		json_decref(m);
	}
	ck_assert_uint_gt(lines, N_ELEMS(hostile));
	buf_reset(&out);
	{
		static const char *const agents[] = { "User-Agent: x\x1b[31m kt-palsu", "X-Forwarded-For: 1.2.3.4 level=error", NULL };
		struct answer a;

		ask_as(&a, house.console, "/masuk", agents, "nama=%0Alevel%3Derror+event%3Dkt-palsu&sandi=x&kode=&ke=", 55);
		answer_release(&a);
	}
	/* redis has a log of its own */
	ck_assert_int_eq(run_line(&out, "cat $(ls %s/log/* | grep -v redis)", house.dir), 0);
	lines = 0;
	for (char *line = out.data, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1, lines++) {
		ck_assert_msg(strncmp(line, "level=", 6) == 0, "no event: %.*s", (int)(end - line), line);
		for (const char *c = line; c < end; c++)
			ck_assert_msg((unsigned char)*c >= ' ' && (unsigned char)*c != 0x7f, "byte %02x in %.*s", (unsigned char)*c,
			    (int)(end - line), line);
	}
	ck_assert_uint_gt(lines, 10);
	ck_assert_ptr_null(strstr(buf_str(&out), "event=kt-palsu"));
	ck_assert_ptr_null(strstr(buf_str(&out), "\xe2\x80\xae"));
	buf_release(&out);
}
END_TEST

Suite *
canaries_suite(void)
{
	Suite *s = suite_create("canaries");
	TCase *whose = tcase_create("whose"), *words = tcase_create("words");

	tcase_add_unchecked_fixture(whose, plant, house_down);
	tcase_add_loop_test(whose, everybody_sees_his_own_alone, 0, N_ELEMS(people));
	suite_add_tcase(s, whose);
	tcase_add_unchecked_fixture(words, send_hostile, house_down);
	tcase_add_loop_test(words, words_stay_words_on_every_page, 0, N_ELEMS(readers));
	tcase_add_test(words, words_stay_words_for_the_public);
	tcase_add_test(words, words_stay_words_in_what_left_and_in_the_log);
	suite_add_tcase(s, words);
	return s;
}
