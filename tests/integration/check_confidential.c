/*
 * A report of a child that is beaten, by SMS, and everybody whom it is not for: whatever they open, read
 * along, take away or search for, nothing of it is there; nor in what left the house, in its logs, on its disk.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "store/house.h"
#include "store/logbook.h"
#include "tests/integration/crawl.h"
#include "tests/integration/eye.h"

Suite *confidential_suite(void);

#define REPORTER "+6281388812345"
#define NUMBER "81388812345"
#define OTHER_NUMBER "81388899012"
#define NAME "Kenarisari"
#define WORD "gandrungmalam"
#define REPORT "tolong anak " NAME " sering dipukuli bapaknya sampai lebam di desa kabat rumah cat " WORD " hubungi 0" OTHER_NUMBER

static char code[CODE_CHARS + 1], shown[CODE_CHARS + 2], marker[CODE_CHARS + 1];

static const struct { const char *id, *what; } people[] = {
	{ "kpl-35.10.14.2012", "the head of the desa" }, { "ptg-35.10.14.2012-1", "the desa's operator" },
	{ "adm-o-kominfo-1", "the general admin" }, { "ptg-o-dishub-1", "another dinas" }, { "kpl-o-dishub", "its head" },
	{ "opr-d112-1", "the desk" }, { "kpl-bupati", "the Bupati" }, { "kpl-sekda", "the Sekda" },
	{ "ombudsman-1", "who watches" },
};
static struct visitor visitors[N_ELEMS(people)];

static void
begin(void)
{
	char path[64];
	struct visitor named;

	house_make("console:\n  second_factor: none\n  url: https://konsol.example\n");
	house_up();
	ck_assert_int_eq(house_command("officer add ombudsman-1 --name Pengawas --unit O-INSP --phone +628990000001 --role pengawas", NULL), 0);
	for (size_t i = 0; i < N_ELEMS(people); i++)
		visitor_enters(&visitors[i], people[i].id);
	sms(REPORTER, REPORT, code);
	told(code, "tugas-rahasia", "");
	snprintf(path, sizeof(path), "/kasus/%s", code);
	visitor_enters(&named, "ptg-o-dinsos-1");
	for (int64_t until = clock_mono_ms() + LIMIT_MS; visitor_status(&named, path) != 200; )
		ck_assert_int_lt(clock_mono_ms(), until);
	/* what came after it is there: so would it be, were it not kept back */
	sms("+6281388800001", "lampu jalan mati di desa kabat depan balai desa", marker);
	wait_state(marker, "ditugaskan");
	{
		struct code c;

		snprintf(c.s, sizeof(c.s), "%s", code);
		code_show(shown, &c);
	}
}

/* ---- what everybody can open ---- */

struct pages { const char *who; int may_know_code; size_t markers, n; };

static void
has_nothing(const char *path, const struct answer *a, void *arg)
{
	static const char *const words[] = { NAME, WORD, NUMBER, OTHER_NUMBER, "dipukuli", "lebam", "perlindungan-anak" };
	struct pages *p = arg;
	const char *body = buf_str(&a->body), *head = buf_str(&a->head);

	for (size_t i = 0; i < N_ELEMS(words); i++)
		/* what he asked for stands in its field again */
		ck_assert_msg((strcasestr(body, words[i]) == NULL && strcasestr(head, words[i]) == NULL) ||
		    strcasestr(path, words[i]) != NULL, "%s finds %s at %s", p->who, words[i], path);
	/* he who asked for it has it in his question; who watches sees that there is one */
	if (strstr(path, code) == NULL && !(p->may_know_code && strncmp(path, "/pengawasan", 11) == 0))
		ck_assert_msg(strstr(body, code) == NULL && strstr(body, shown) == NULL, "%s learns of the case at %s", p->who, path);
	p->markers += strstr(body, marker) != NULL;
	p->n++;
}

/* Addresses that he may think of, beside all that are linked. */
static const char *const guesses[] = { "/cari?q=" NAME, "/cari?q=kenari", "/cari?q=gandrung", "/cari?q=" WORD, "/cari?q=0" NUMBER, "/cari?q=0" OTHER_NUMBER,
    "/cari?q=kekerasan", "/tugas?lihat=wilayah", "/papan?daftar=buka", "/papan?daftar=triase", "/papan?daftar=masuk",
    "/api/v1/cases?category=kekerasan-anak", "/api/v1/cases?unit=O-DINSOS", "/api/v1/cases?place=35.10.14.2012",
    "/laporan?per=kecamatan", "/laporan.csv?per=kecamatan", "/laporan.csv", NULL };

START_TEST(nobody_opens_a_page_with_it)
{
	struct pages p = { people[_i].what, strcmp(people[_i].id, "ombudsman-1") == 0, 0, 0 };
	static const char *const cases[][2] = { { "/kasus/", "" }, { "/triase/", "" }, { "/api/v1/cases/", "" },
	    { "/berkas/", "/0123456789abcdef.jpg" }, { "/cari?q=", "" }, { "/insiden/", "" } };
	char path[64];

	crawl(&visitors[_i], house.console, CONSOLE_ROUTES, guesses, has_nothing, &p);
	ck_assert_uint_gt(p.n, 25);
	for (size_t i = 0; i < N_ELEMS(cases); i++) {
		struct answer a;

		snprintf(path, sizeof(path), "%s%s%s", cases[i][0], code, cases[i][1]);
		visitor_opens(&visitors[_i], path, &a);
		has_nothing(path, &a, &p);
		if (!p.may_know_code)
			ck_assert_msg(a.status == 404 || a.status == 403 || a.status == 303, "%s: %ld at %s", p.who, a.status, path);
		answer_release(&a);
	}
	/* a crawl that sees no case at all would prove nothing; a dinas without a street lamp sees none */
	ck_assert_msg(p.markers > 0, "%s sees not even the open case", p.who);
}
END_TEST

START_TEST(the_public_sees_nothing_of_it)
{
	static const struct visitor nobody = { .cookie = "" };
	static const char *const also[] = { "/peta?kecamatan=35.10.14", "/peta?lang=en", "/data/kini.json", NULL };
	struct pages p = { "the public", 0, 0, 0 };
	char path[64];
	struct answer a;

	ck_assert_uint_gt(crawl(&nobody, house.http, PUBLIC_ROUTES, also, has_nothing, &p), 15);
	ck_assert_uint_gt(crawl(&nobody, house.console, CONSOLE_ROUTES, guesses, has_nothing, &p), 25);
	for (int json = 0; json < 2; json++) {
		snprintf(path, sizeof(path), json ? "/api/v1/laporan/%.8s" : "/l/%.8s", code);
		ask_as(&a, house.http, path, NULL, NULL, 0);
		ck_assert_int_eq(a.status, 404);
		has_nothing(path, &a, &p);
		answer_release(&a);
	}
	ask_as(&a, house.http, "/data/kini.json", NULL, NULL, 0);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "kekerasan"));
	answer_release(&a);
}
END_TEST

/* An outside body's link opens its own task; with the sealed case's code it opens nothing. */
START_TEST(an_outside_link_opens_no_other_case)
{
	static const struct visitor nobody = { .cookie = "" };
	struct pages p = { "an outside body", 0, 0, 0 };
	char own[CODE_CHARS + 1], text[512], path[96];
	const char *at;
	struct answer a;

	sms("+6281388800002", "listrik padam satu kampung di desa kabat, gardu meledak tadi", own);
	text_of(own, "tugas", "+628000000122", text);
	at = strstr(text, "https://konsol.example/b/");
	ck_assert_msg(at != NULL, "%s", text);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at + 22, " "), at + 22);
	visitor_opens(&nobody, path, &a);
	ck_assert_int_eq(a.status, 200);
	has_nothing(path, &a, &p);
	answer_release(&a);
	memcpy(path + 3, code, CODE_CHARS);
	visitor_opens(&nobody, path, &a);
	ck_assert_int_eq(a.status, 404);
	has_nothing(path, &a, &p);
	answer_release(&a);
}
END_TEST

/* ---- what is said aloud ---- */

START_TEST(no_stream_speaks_of_it)
{
	struct buf heard = { 0 };

	/* from the first entry of the log on, up to one that came after it */
	for (size_t i = 0; i < N_ELEMS(people); i++) {
		if (visitor_status(&visitors[i], "/papan") != 200)
			continue;
		ck_assert_msg(visitor_hears(&visitors[i], "/api/v1/events?last_event_id=0", NULL, i == 0 ? marker : "id: ", &heard), "%s",
		    people[i].what);
		ck_assert_msg(strstr(buf_str(&heard), code) == NULL && strcasestr(buf_str(&heard), NAME) == NULL, "%s hears of it",
		    people[i].what);
	}
	ck_assert(visitor_hears(&visitors[6], "/api/v1/events?last_event_id=0", NULL, marker, &heard));
	ck_assert_ptr_null(strstr(buf_str(&heard), code));
	buf_release(&heard);
}
END_TEST

/* The reporter hears that it came, the named that there is one; neither what nor where. */
START_TEST(messages_say_the_code_and_no_more)
{
	static const char *const words[] = { NAME, WORD, OTHER_NUMBER, "pukul", "lebam", "anak", "Kabat", "kekerasan" };
	struct buf all = { 0 }, named = { 0 };
	int of_it = 0;

	told(code, "*", REPORTER);
	/* the category's own units in kategori.yaml */
	ck_assert_int_eq(run_line(&named, "grep -E '^[^,]*,[^,]*,(O-DINSOS|O-UPTDPPA|D110|D129),' conf/petugas.csv"), 0);
	ck_assert_int_eq(run_line(&all, "cat %s/out/*.jsonl", house.dir), 0);
	for (char *line = all.data, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
		json_t *m = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
		const char *text = json_string_value(json_object_get(m, "text")), *to = json_string_value(json_object_get(m, "to"));
		const char *about = json_string_value(json_object_get(m, "code"));

		ck_assert_msg(m != NULL && text != NULL && to != NULL, "%.*s", (int)(end - line), line);
		ck_assert_msg(strstr(text, code) == NULL || strcmp(about, code) == 0, "%s", text);
		if (about != NULL && strcmp(about, code) == 0) {
			of_it++;
			for (size_t i = 0; i < N_ELEMS(words); i++)
				ck_assert_msg(strcasestr(text, words[i]) == NULL, "%s to %s: %s", words[i], to, text);
			ck_assert_msg(strstr(text, NUMBER) == NULL, "%s", text);
			ck_assert_msg(strcmp(to, REPORTER) == 0 || strstr(buf_str(&named), to) != NULL, "told %s", to);
		} else {
			for (size_t i = 0; i < 3; i++)
				ck_assert_msg(strcasestr(text, words[i]) == NULL, "%s to %s: %s", words[i], to, text);
		}
		json_decref(m);
	}
	ck_assert_int_ge(of_it, 2);
	buf_release(&named);
	buf_release(&all);
}
END_TEST

/* ---- for who may see it and does not work on it ---- */

#define HAMLET "35.10.14.2010"
#define IN_A_HAMLET "tolong adik Citrabena dipukuli ayahnya sampai memar di desa dadapan rt 03 rw 02, -8.25812 114.34031, telp 0" OTHER_NUMBER

/* None of these tells where, or whom, and no page leads to them. */
static void
has_no_hamlet(const char *path, const struct answer *a, void *arg)
{
	static const char *const words[] = { HAMLET, "citrabena", "dadapan", OTHER_NUMBER, "rt 03", "8.25812", "114.34031", "rw 02" };

	for (size_t i = 0; i < N_ELEMS(words); i++)
		ck_assert_msg(strcasestr(buf_str(&a->body), words[i]) == NULL && strcasestr(buf_str(&a->head), words[i]) == NULL,
		    "%s finds %s at %s", (const char *)arg, words[i], path);
}

START_TEST(who_watches_reads_it_blurred)
{
	static const char *const also[] = { "/tugas?lihat=bawahan", "/tugas?lihat=wilayah", "/pengawasan.csv", NULL };
	static const char *const ways[] = { "/kasus/", "/api/v1/cases/", "/triase/", "/insiden/", "/cari?q=" };
	char own[CODE_CHARS + 1], path[64], form[64];
	const struct visitor *watch = &visitors[N_ELEMS(people) - 1];
	struct visitor named;
	struct answer a;

	sms("+6281388800007", IN_A_HAMLET, own);
	told(own, "tugas-rahasia", "");
	snprintf(path, sizeof(path), "/kasus/%s", own);
	snprintf(form, sizeof(form), "/pengawasan/%s", own);
	visitor_enters(&named, "ptg-o-dinsos-1");
	for (int64_t until = clock_mono_ms() + LIMIT_MS; visitor_status(&named, path) != 200; )
		ck_assert_int_lt(clock_mono_ms(), until);
	/* who works on it must find the house */
	visitor_opens(&named, path, &a);
	ck_assert_msg(strstr(buf_str(&a.body), "Ds. Dadapan, Kec. Kabat, RT 03 RW 02") != NULL, "%s", buf_str(&a.body));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "adik Citrabena dipukuli"));
	answer_release(&a);
	/* who watches, after he has said why: the kecamatan, and what was done to whom it does not say */
	visitor_sends(watch, path, form, "alasan=pemeriksaan+pengaduan+warga+nomor+12", &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_msg(strstr(buf_str(&a.body), "<dd>Kec. Kabat</dd>") != NULL, "%s", buf_str(&a.body));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "adik &lt;nama&gt; dipukuli ayahnya sampai memar di desa &lt;tempat&gt;"));
	has_no_hamlet(form, &a, "who watches");
	answer_release(&a);
	/* while it is open to him, by every other way */
	for (size_t i = 0; i < N_ELEMS(ways); i++) {
		snprintf(path, sizeof(path), "%s%s", ways[i], own);
		visitor_opens(watch, path, &a);
		has_no_hamlet(path, &a, "who watches");
		ck_assert_msg(i > 1 || (a.status == 200 && strstr(buf_str(&a.body), i == 0 ? "Kec. Kabat" : "\"place\":\"35.10.14\"") != NULL),
		    "%s", buf_str(&a.body));
		answer_release(&a);
	}
	crawl(watch, house.console, CONSOLE_ROUTES, also, has_no_hamlet, "who watches");
}
END_TEST

/* The spot that a telephone sent along: for who goes there, on a map of the desa; for who watches, the kecamatan. */
START_TEST(who_watches_sees_no_spot)
{
	static const char form[] = "isi=tolong+adik+dipukuli+ayahnya+sampai+memar&desa=" HAMLET "&lat=-8.25812&lon=114.34031";
	const struct visitor *watch = &visitors[N_ELEMS(people) - 1];
	char path[64], own[CODE_CHARS + 1], to[64];
	struct visitor named;
	struct answer a;

	ask_as(&a, house.http, "/lapor", (const char *[]){ "Accept: text/html", NULL }, form, strlen(form));
	ck_assert_int_eq(a.status, 303);
	snprintf(own, sizeof(own), "%.8s", strstr(buf_str(&a.head), "Location: /l/") + 13);
	answer_release(&a);
	visitor_enters(&named, "ptg-o-dinsos-1");
	snprintf(path, sizeof(path), "/kasus/%s", own);
	page_comes(named.cookie, path, "geo:-8.25812,114.34031", 1, NULL);
	visitor_opens(&named, path, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "aria-label=\"Peta: Ds. Dadapan, Kec. Kabat, posisi dari pelapor\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "<circle"));
	answer_release(&a);
	snprintf(to, sizeof(to), "/pengawasan/%s", own);
	visitor_sends(watch, path, to, "alasan=pemeriksaan+pengaduan+warga+nomor+13", &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "aria-label=\"Peta: Kec. Kabat\""));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "<circle"));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "geo:"));
	has_no_hamlet(to, &a, "who watches");
	answer_release(&a);
}
END_TEST

/* ---- what lies on the disk ---- */

/* The files that hold it.  One that is being written has another name a moment later: grep's status tells nothing. */
static int
lies_in(const char *words, const char *options, struct buf *files)
{
	buf_reset(files);
	run_line(files, "grep -rals %s -e '%s' %s", options, words, house.dir);
	return files->len > 0;
}

START_TEST(nothing_lies_in_the_clear)
{
	static const char *const words[] = { NAME, WORD, OTHER_NUMBER };
	struct buf out = { 0 };

	/* a dump beside the log of commands */
	ck_assert_int_eq(run_line(&out, "redis-cli -s %s/redis/redis.sock -a \"$(cat %s/secrets/redis)\" --no-auth-warning SAVE",
	    house.dir, house.dir), 0);
	ck_assert_msg(strstr(buf_str(&out), "OK") != NULL, "%s", buf_str(&out));
	buf_reset(&out);
	for (size_t i = 0; i < N_ELEMS(words); i++)
		ck_assert_msg(!lies_in(words[i], "-i", &out), "%s lies in %s", words[i], buf_str(&out));
	/* his number goes out with his answer, and stands nowhere else */
	ck_assert_msg(!lies_in(NUMBER, "--exclude-dir=out", &out), "%s", buf_str(&out));
	ck_assert_int_eq(run_line(&out, "grep -rqas -e '%s' %s/redis", code, house.dir), 0);	/* the case is there */
	ck_assert_msg(run_line(&out, "test -d %s/terbuka && grep -rla -e kekerasan -e '%s' %s/terbuka", house.dir, code, house.dir) != 0,
	    "open data: %s", buf_str(&out));
	buf_release(&out);
}
END_TEST

/* ---- who has looked ---- */

struct looks { int n; const char *who; };

static int
count_look(const struct log_line *line, void *arg)
{
	struct looks *l = arg;
	char actor[80];

	snprintf(actor, sizeof(actor), "\"what\":\"lihat\",\"actor\":\"%s\"", l->who);
	l->n += strstr(line->entry, actor) != NULL && strstr(line->entry, code) != NULL;
	return 0;
}

/* Each view by one whom it names is one entry; what shows nothing leaves none. */
START_TEST(each_view_is_on_record)
{
	static const char *const ids[] = { "ptg-o-dinsos-2", "kpl-o-dinsos", "kpl-35.10.14.2012" };
	static const int seen[] = { 3, 2, 0 };
	char page[64], api[64];
	struct house h;

	snprintf(page, sizeof(page), "/kasus/%s", code);
	snprintf(api, sizeof(api), "/api/v1/cases/%s", code);
	for (size_t i = 0; i < N_ELEMS(ids); i++) {
		struct looks l = { 0, ids[i] };
		struct visitor v;

		visitor_enters(&v, ids[i]);
		for (int k = 0; k < 3; k++)
			ck_assert_int_eq(visitor_status(&v, k < 2 || i > 0 ? page : api), i < 2 ? 200 : 404);
		house_eye(&h);
		ck_assert_int_gt(logbook_read(&h.st, 0, 10000, count_look, &l), 0);
		ck_assert_msg(seen[i] == 0 ? l.n == 0 : l.n >= seen[i], "%s: %d looks on record", ids[i], l.n);
		house_close(&h);
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
confidential_suite(void)
{
	Suite *s = suite_create("confidential");
	TCase *tc = tcase_create("confidential");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_loop_test(tc, nobody_opens_a_page_with_it, 0, N_ELEMS(people));
	tcase_add_test(tc, the_public_sees_nothing_of_it);
	tcase_add_test(tc, an_outside_link_opens_no_other_case);
	tcase_add_test(tc, no_stream_speaks_of_it);
	tcase_add_test(tc, messages_say_the_code_and_no_more);
	tcase_add_test(tc, who_watches_reads_it_blurred);
	tcase_add_test(tc, who_watches_sees_no_spot);
	tcase_add_test(tc, nothing_lies_in_the_clear);
	tcase_add_test(tc, each_view_is_on_record);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	return s;
}
