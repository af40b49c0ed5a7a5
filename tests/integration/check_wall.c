/*
 * The Bupati's wall, the lists behind its figures, feeds by token, alerts, reports and the API's
 * description, on a living house.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "lib/sheet.h"
#include "store/session.h"
#include "tests/integration/crawl.h"
#include "tests/integration/eye.h"
#include "tests/integration/visitor.h"

Suite *wall_suite(void);

static struct visitor bupati, head;

#define AT "https://konsol.example"	/* where people find the console: feeds' addresses are whole */

static void
begin(void)
{
	house_make("console:\n  url: " AT "\n");
	house_up();
	visitor_enters(&bupati, "kpl-bupati");
	visitor_enters(&head, "kpl-o-dishub");
}

/* A report from somebody new, so many ms ago by its gateway. */
static void
reported(const char *text, int64_t ago_ms, char code[CODE_CHARS + 1])
{
	/* each test is a process of its own: what tells reports apart is the time */
	int64_t us = clock_mono_us();
	struct buf body = { 0 };

	buf_addf(&body, "{\"id\":\"wall%" PRId64 "\",\"from\":\"+62812%08d\",\"text\":\"%s\",\"time\":%" PRId64 "}", us,
	    (int)(us % 100000000), text, clock_now_ms() - ago_ms);
	ck_assert_int_eq(post_signed(buf_str(&body), clock_now_ms() / 1000, 0, code), 202);
	buf_release(&body);
}

static void
opens(const struct visitor *v, const char *path, struct buf *page)
{
	struct answer a;

	visitor_opens(v, path, &a);
	ck_assert_msg(a.status == 200, "%s: %ld", path, a.status);
	buf_reset(page);
	buf_add(page, a.body.data, a.body.len);
	answer_release(&a);
}

/* The address behind a figure of the wall, as a browser would follow it. */
static void
link_of(const struct buf *page, const char *list, char out[256])
{
	char begin_of[64];
	const char *at;
	size_t n = 0;

	snprintf(begin_of, sizeof(begin_of), "href=\"/papan?daftar=%s&amp;", list);
	at = strstr(buf_str(page), begin_of);
	ck_assert_msg(at != NULL, "no list %s", list);
	for (at += 6; *at != '"' && n < 255; at += strncmp(at, "&amp;", 5) == 0 ? 5 : 1)
		out[n++] = *at;
	out[n] = '\0';
}

static int
counted(const struct buf *page)
{
	const char *at = strstr(buf_str(page), "id=\"jumlah\">");

	ck_assert_ptr_nonnull(at);
	return (int)strtol(at + 12, NULL, 10);
}

START_TEST(a_figure_opens_the_list_of_its_instant)
{
	struct buf page = { 0 };
	char first[CODE_CHARS + 1], second[CODE_CHARS + 1], path[256], then[256];
	int before;

	reported("lampu jalan mati di desa kabat depan balai desa", 0, first);
	wait_state(first, "ditugaskan");
	page_comes(bupati.cookie, "/papan?daftar=buka", first, 1, &page);
	before = counted(&page);
	opens(&bupati, "/papan", &page);
	link_of(&page, "buka", then);
	reported("sampah menumpuk di desa kabat kecamatan kabat", 0, second);
	wait_state(second, "ditugaskan");
	page_comes(bupati.cookie, "/papan?daftar=buka", second, 1, &page);
	ck_assert_int_eq(counted(&page), before + 1);
	/* the old link still shows what stood there */
	opens(&bupati, then, &page);
	ck_assert_int_eq(counted(&page), before);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), first));
	ck_assert_ptr_null(strstr(buf_str(&page), second));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "tetap seperti saat angkanya dihitung"));
	/* what cannot be shown as of then is said to be */
	snprintf(path, sizeof(path), "/papan?daftar=buka&catatan=99999999");
	opens(&bupati, path, &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "ini daftar sekarang"));
	buf_release(&page);
}
END_TEST

START_TEST(late_cases_stand_on_the_wall)
{
	struct buf page = { 0 };
	char code[CODE_CHARS + 1], shown[16];
	struct code c;

	reported("lampu jalan mati di desa kabat dekat masjid", 5 * HOUR_MS, code);
	wait_state(code, "ditugaskan");
	snprintf(c.s, sizeof(c.s), "%s", code);
	code_show(shown, &c);
	page_comes(bupati.cookie, "/papan", shown, 1, &page);
	/* an hour late, or a minute more where that took so long */
	ck_assert(strstr(buf_str(&page), "60 menit") != NULL || strstr(buf_str(&page), "61 menit") != NULL);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Kabat: "));	/* in the map's words */
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "url(#garis)"));	/* and as a pattern */
	/* the day's curve: what came an hour ago and before, each hour with the list behind it */
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "<svg class=\"kurva\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "<rect class=\"masuk\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "href=\"/papan?daftar=masuk&amp;"));
	/* what followed on the lateness (messages, rungs) may still be on its way */
	page_comes(bupati.cookie, "/papan", "tidak tertinggal", 1, &page);
	page_comes(bupati.cookie, "/papan?daftar=lewat", code, 1, &page);
	/* Without the map the page is small. */
	opens(&bupati, "/papan", &page);
	ck_assert_uint_lt(page.len, 100 * 1024);
	ck_assert_ptr_null(strstr(buf_str(&page), "style="));
	buf_release(&page);
}
END_TEST

/* A head sees the regency's figures, and one by one what is his. */
START_TEST(a_head_lists_his_own)
{
	struct buf page = { 0 };
	char lamp[CODE_CHARS + 1], waste[CODE_CHARS + 1];

	reported("lampu jalan mati di desa kabat pojok lapangan", 5 * HOUR_MS, lamp);
	reported("sampah menumpuk di desa rogojampi kecamatan rogojampi", 5 * HOUR_MS, waste);
	wait_state(lamp, "ditugaskan");
	wait_state(waste, "ditugaskan");
	page_comes(bupati.cookie, "/feed/eskalasi.atom", waste, 1, &page);
	page_comes(head.cookie, "/papan?daftar=buka", lamp, 1, &page);
	ck_assert_ptr_null(strstr(buf_str(&page), waste));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "bukan kasus unit atau wilayah Anda"));
	opens(&head, "/papan", &page);
	ck_assert_ptr_null(strstr(buf_str(&page), waste));
	opens(&head, "/feed/eskalasi.atom", &page);
	ck_assert_ptr_null(strstr(buf_str(&page), waste));
	page_comes(head.cookie, "/feed/eskalasi.json", lamp, 1, &page);
	ck_assert_ptr_null(strstr(buf_str(&page), waste));
	buf_release(&page);
}
END_TEST

/* ---- sealed ---- */

#define CANARY "kenari51"
static const char *const open_pages[] = { "/papan", "/papan?daftar=buka", "/papan?daftar=lewat", "/papan?daftar=triase",
    "/papan?daftar=masuk", "/feed/eskalasi.atom", "/feed/eskalasi.json", "/feed/cap.atom", "/api/v1/cases", "/api/v1/board",
    "/laporan", "/laporan?per=kecamatan", "/laporan.csv" };

/* What is sealed later is gone from lists of before, from feeds and from what is replayed. */
START_TEST(sealed_later_is_gone_from_before)
{
	char code[CODE_CHARS + 1], marker[CODE_CHARS + 1], then[256], args[160], sealed[CODE_CHARS + 1];
	struct buf page = { 0 };

	reported("pak yang di sana itu " CANARY " bagaimana ya kok begitu terus", 5 * HOUR_MS, code);
	wait_state(code, "baru");
	page_comes(bupati.cookie, "/feed/eskalasi.json", code, 1, &page);
	page_comes(bupati.cookie, "/papan?daftar=triase", code, 1, &page);
	opens(&bupati, "/papan", &page);
	link_of(&page, "triase", then);
	opens(&bupati, then, &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), code));
	snprintf(args, sizeof(args), "act %s tugaskan --as ptg-d112-1 --category kekerasan-anak --place 35.10.14.2012", code);
	ck_assert_int_eq(house_command(args, NULL), 0);
	page_comes(bupati.cookie, "/feed/eskalasi.json", code, 0, &page);
	opens(&bupati, then, &page);
	ck_assert_ptr_null(strstr(buf_str(&page), code));
	reported("tolong anak tetangga " CANARY " sering dipukuli bapaknya di desa kabat, lebam semua", 5 * HOUR_MS, sealed);
	reported("lampu jalan mati di desa kabat belakang pasar", 0, marker);
	wait_state(marker, "ditugaskan");
	buf_release(&page);
	ck_assert(visitor_hears(&bupati, "/api/v1/events?last_event_id=0", NULL, marker, &page));
	ck_assert_ptr_null(strstr(buf_str(&page), code));
	ck_assert_ptr_null(strstr(buf_str(&page), sealed));
	for (size_t i = 0; i < N_ELEMS(open_pages); i++) {
		opens(&bupati, open_pages[i], &page);
		ck_assert_msg(strstr(buf_str(&page), code) == NULL && strstr(buf_str(&page), sealed) == NULL &&
		    strstr(buf_str(&page), CANARY) == NULL, "%s shows what is sealed", open_pages[i]);
	}
	buf_release(&page);
}
END_TEST

/* ---- feeds by token ---- */

START_TEST(a_token_opens_feeds_and_nothing_else)
{
	struct visitor nobody = { .cookie = "" }, v;
	char address[160], path[200];
	const char *token;
	struct answer a;

	visitor_enters(&v, "kpl-o-dlh");
	ask_as(&a, house.console, "/akun", (const char *[]){ v.cookie, NULL }, "aksi=buat", 9);
	ck_assert_int_eq(a.status, 403);		/* not by another site's form */
	answer_release(&a);
	visitor_sends(&v, "/akun", "/akun", "aksi=buat", &a);
	ck_assert_int_eq(a.status, 200);
	page_value(&a, "<dd class=\"kode alamat\">" AT "/feed/eskalasi.atom", address, sizeof(address));
	answer_release(&a);
	visitor_opens(&v, "/akun", &a);			/* shown once */
	ck_assert_ptr_null(strstr(buf_str(&a.body), address));
	answer_release(&a);
	token = address;
	snprintf(path, sizeof(path), "/feed/eskalasi.atom%s", token);
	ck_assert_int_eq(visitor_status(&nobody, path), 200);
	snprintf(path, sizeof(path), "/feed/eskalasi.json%s", token);
	ck_assert_int_eq(visitor_status(&nobody, path), 200);
	snprintf(path, sizeof(path), "/papan%s", token);
	ck_assert_int_eq(visitor_status(&nobody, path), 303);
	snprintf(path, sizeof(path), "/api/v1/events%s", token);
	ck_assert_int_eq(visitor_status(&nobody, path), 401);
	snprintf(path, sizeof(path), "/feed/eskalasi.atom?t=kpl-bupati%s", strchr(token, '.'));
	ck_assert_int_eq(visitor_status(&nobody, path), 401);
	snprintf(path, sizeof(path), "/feed/eskalasi.atom%s", token);
	visitor_sends(&v, "/akun", "/akun", "aksi=cabut", &a);
	ck_assert_int_eq(a.status, 200);
	answer_release(&a);
	ck_assert_int_eq(visitor_status(&nobody, path), 401);
	visitor_sends(&v, "/akun", "/akun", "aksi=buat", &a);
	page_value(&a, "<dd class=\"kode alamat\">" AT "/feed/eskalasi.atom", address, sizeof(address));
	answer_release(&a);
	snprintf(path, sizeof(path), "/feed/eskalasi.atom%s", address);
	ck_assert_int_eq(visitor_status(&nobody, path), 200);
	ck_assert_int_eq(house_command("officer end kpl-o-dlh", NULL), 0);
	ck_assert_int_eq(visitor_status(&nobody, path), 401);
}
END_TEST

/* ---- CAP ---- */

/* The first alert of the feed with these words in its entry, as a file that the schema holds for. */
static void
alert_of(const char *kind, struct buf *alert)
{
	static const struct visitor nobody = { .cookie = "" };
	char path[160], begin_of[64], file[96];
	struct answer a;
	struct buf page = { 0 };

	snprintf(begin_of, sizeof(begin_of), "href=\"/feed/cap/%s", kind);
	page_comes(nobody.cookie, "/feed/cap.atom", begin_of, 1, &page);
	buf_release(&page);
	visitor_opens(&nobody, "/feed/cap.atom", &a);
	page_value(&a, "type=\"application/cap+xml\" href=\"", path, sizeof(path));
	{
		const char *at = strstr(buf_str(&a.body), begin_of) + 6;

		snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
	}
	answer_release(&a);
	opens(&nobody, path, alert);
	snprintf(file, sizeof(file), "%s/alert.xml", house.dir);
	put_file(house.dir, "alert.xml", alert->data, alert->len, 0600);
	if (access("/usr/bin/xmllint", X_OK) == 0)
		shell("xmllint --noout --schema tests/integration/cap-1.2.xsd %s 2>&1", file);
}

static void
has(const struct buf *text, const char *words)
{
	ck_assert_msg(strstr(buf_str(text), words) != NULL, "no %s in %.3000s", words, buf_str(text));
}

START_TEST(an_incident_is_an_alert)
{
	struct buf alert = { 0 };
	char code[CODE_CHARS + 1], second[CODE_CHARS + 1], args[160];

	reported("banjir di desa sempu kecamatan sempu air masuk rumah " CANARY, 0, code);
	wait_state(code, "ditugaskan");
	reported("banjir desa temuasri kecamatan sempu air sudah selutut " CANARY, 0, second);
	alert_of("banjir-35.10.20", &alert);
	has(&alert, "<status>Actual</status>\n<msgType>Alert</msgType>\n<scope>Public</scope>");
	has(&alert, "+07:00</sent>");
	has(&alert, "<category>Met</category>\n<event>Banjir</event>");
	has(&alert, "<valueName>kemendagri</valueName>\n<value>35.10.20</value>");
	ck_assert_ptr_null(strstr(buf_str(&alert), CANARY));
	ck_assert_ptr_null(strstr(buf_str(&alert), code));
	ck_assert_ptr_null(strstr(buf_str(&alert), "+62"));
	snprintf(args, sizeof(args), "act %s terima --as ptg-o-bpbd-1", code);
	house_command(args, NULL);
	snprintf(args, sizeof(args), "act %s tangani --as ptg-o-bpbd-1 --note pompa", code);
	house_command(args, NULL);
	snprintf(args, sizeof(args), "act %s selesai --as ptg-o-bpbd-1 --note surut", code);
	ck_assert_int_eq(house_command(args, NULL), 0);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; strstr(buf_str(&alert), "AllClear") == NULL; ) {
		ck_assert_msg(clock_mono_ms() < until, "%s", buf_str(&alert));
		alert_of("banjir-35.10.20", &alert);
	}
	has(&alert, "<msgType>Update</msgType>");
	has(&alert, "<references>kentongan.3510,kentongan.3510.banjir-35.10.20-");
	has(&alert, "<urgency>Past</urgency>");
	buf_release(&alert);
}
END_TEST

START_TEST(a_drill_is_an_exercise)
{
	struct buf alert = { 0 };

	for (int i = 0; i < 2; i++) {
		char args[200];

		snprintf(args, sizeof(args), "report 'banjir di desa songgon kecamatan songgon air masuk rumah' --latihan "
		    "--from 08123457%04d", 7000 + i);
		ck_assert_int_eq(house_command(args, NULL), 0);
	}
	alert_of("L-banjir-35.10.19", &alert);
	has(&alert, "<status>Exercise</status>");
	has(&alert, "<note>Latihan");
	has(&alert, "<headline>LATIHAN: Banjir");
	buf_release(&alert);
}
END_TEST

/* ---- reports ---- */

START_TEST(reports_are_for_who_answers_for_them)
{
	struct visitor officer;
	const struct sheet_limits most = { .unpacked_bytes = 1 << 20, .rows = 1000, .columns = 20, .cell_bytes = 256 };
	struct buf page = { 0 }, csv = { 0 }, errors = { 0 };
	struct answer a;

	visitor_enters(&officer, "ptg-o-dishub-2");
	ck_assert_int_eq(visitor_status(&officer, "/laporan"), 403);
	ck_assert_int_eq(visitor_status(&head, "/laporan"), 200);
	ck_assert_int_eq(visitor_status(&head, "/laporan.csv"), 403);
	ck_assert_int_eq(visitor_status(&head, "/laporan.xlsx"), 403);
	opens(&bupati, "/laporan", &page);
	has(&page, "Dibenarkan warga");
	has(&page, "Ditutup, belum dikonfirmasi");
	visitor_opens(&bupati, "/laporan.csv?per=kecamatan", &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "attachment; filename=\"laporan-kecamatan-"));
	ck_assert_int_eq(strncmp(buf_str(&a.body), "kode,nama,kasus,", 16), 0);
	answer_release(&a);
	visitor_opens(&bupati, "/laporan.xlsx?per=kecamatan", &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), ".xlsx\""));
	ck_assert_int_eq(sheet_to_csv(&csv, "laporan.xlsx", a.body.data, a.body.len, &most, &errors), 0);
	ck_assert_int_eq(strncmp(buf_str(&csv), "\"Kode\",\"Nama\",\"Kasus\",", 22), 0);
	buf_release(&csv);
	answer_release(&a);
	ck_assert_int_eq(visitor_status(&bupati, "/laporan?dari=2020-01-01&sampai=2026-01-01"), 400);
	ck_assert_int_eq(visitor_status(&bupati, "/laporan?dari=2026-01-01&sampai=2025-01-01"), 400);
	buf_release(&page);
}
END_TEST

/* The line of the waste office in the table of units, as a file. */
static void
line_of_waste(char out[256])
{
	struct answer a;
	const char *at;

	visitor_opens(&bupati, "/laporan.csv?per=unit", &a);
	ck_assert_int_eq(a.status, 200);
	at = strstr(buf_str(&a.body), "\n\"O-DLH\",");
	snprintf(out, 256, "%.*s", at != NULL ? (int)strcspn(at + 1, "\r\n") : 0, at != NULL ? at + 1 : "");
	answer_release(&a);
}

static int
is_archived(const char *code)
{
	struct buf line = { 0 }, out = { 0 };
	int there;

	buf_addf(&line, "case %s --json", code);
	ck_assert_int_eq(house_command(buf_str(&line), &out), 0);
	there = strstr(buf_str(&out), "\"archived\":true") != NULL;
	buf_release(&line);
	buf_release(&out);
	return there;
}

#define OF_WASTE 6

/* What has gone into the archive counts as it did before, and what is open beside it. */
START_TEST(a_report_is_of_what_lives_and_of_the_archive)
{
	static const char *const acts[] = { "terima --as ptg-o-dlh-1", "tangani --as ptg-o-dlh-1 --note angkut",
	    "selesai --as ptg-o-dlh-1 --note bersih" };
	char codes[OF_WASTE][CODE_CHARS + 1], from[24], args[128], before[256], after[256], figures[64];
	int64_t until = clock_mono_ms() + LIMIT_MS;

	for (int i = 0; i < OF_WASTE; i++) {
		snprintf(from, sizeof(from), "+62812377700%02d", i);
		sms(from, "sampah menumpuk di desa kabat kecamatan kabat dekat lapangan", codes[i]);
		wait_state(codes[i], "ditugaskan");
		for (size_t k = 0; k < N_ELEMS(acts) && i < OF_WASTE - 1; k++) {
			snprintf(args, sizeof(args), "act %s %s", codes[i], acts[k]);
			ck_assert_msg(house_command(args, NULL) == 0, "%s", args);
		}
		if (i < OF_WASTE - 1) {
			sms(from, "1", NULL);
			wait_state(codes[i], "ditutup");
		}
	}
	/* ..., confirmed by citizens 5, closed without 0, rejected 0, the same 0, withdrawn 0, open 1 or what else tests left */
	snprintf(figures, sizeof(figures), ",%d,0,0,0,0,", OF_WASTE - 1);
	do {
		line_of_waste(before);
		ck_assert_msg(clock_mono_ms() < until, "%s in %s", figures, before);
	} while (strstr(before, figures) == NULL);
	for (until = clock_mono_ms() + LIMIT_MS; !is_archived(codes[OF_WASTE - 2]); ) {
		ck_assert_msg(clock_mono_ms() < until, "%s is not archived", codes[OF_WASTE - 2]);
		ck_assert_int_eq(house_command("archive --after 1ms", NULL), 0);	/* what is not sealed yet stays */
	}
	for (int i = 0; i < OF_WASTE; i++)
		ck_assert_int_eq(is_archived(codes[i]), i < OF_WASTE - 1);
	line_of_waste(after);
	ck_assert_str_eq(after, before);
}
END_TEST

/* A session that somebody found open takes no table away and makes no address. */
START_TEST(a_session_alone_takes_nothing_away)
{
	struct session session = { .officer = "kpl-bupati" };
	struct visitor v;
	struct answer a;
	struct house h;

	house_eye(&h);
	session.begun_ms = session.seen_ms = store_now_ms(&h.st);
	session.proven_ms = session.begun_ms - DAY_MS;
	session_of(&h.st, &session, v.cookie);
	ck_assert_int_eq(visitor_status(&v, "/laporan"), 200);
	ck_assert_int_eq(visitor_status(&v, "/laporan.csv"), 303);
	ck_assert_int_eq(visitor_status(&v, "/laporan.xlsx"), 303);
	visitor_sends(&v, "/akun", "/akun", "aksi=buat", &a);
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
	house_close(&h);
}
END_TEST

/* ---- the API's description ---- */

static json_t *
json_of(const char *path)
{
	struct answer a;
	json_t *doc;

	ask(&a, house.console, path, NULL, NULL, 0);
	ck_assert_msg(a.status == 200, "%s: %ld", path, a.status);
	doc = json_loadb(buf_str(&a.body), a.body.len, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(doc != NULL, "%s is no JSON", path);
	answer_release(&a);
	return doc;
}

/* Every member that is required is there, and every one that is there is described. */
static void
fits(const json_t *api, const json_t *schema, const json_t *value, const char *where)
{
	const char *ref = json_string_value(json_object_get(schema, "$ref")), *name,
	    *type = json_string_value(json_object_get(schema, "type"));
	const json_t *properties, *member;
	size_t i;

	if (ref != NULL) {
		fits(api, json_object_get(json_object_get(json_object_get(api, "components"), "schemas"), strrchr(ref, '/') + 1),
		    value, where);
		return;
	}
	if (type == NULL)
		return;
	ck_assert_msg(strcmp(type, "object") != 0 || json_is_object(value), "%s is no object", where);
	ck_assert_msg(strcmp(type, "string") != 0 || json_is_string(value), "%s is no string", where);
	ck_assert_msg(strcmp(type, "integer") != 0 || json_is_integer(value), "%s is no integer", where);
	ck_assert_msg(strcmp(type, "boolean") != 0 || json_is_boolean(value), "%s is no boolean", where);
	if (strcmp(type, "array") == 0) {
		ck_assert_msg(json_is_array(value), "%s is no array", where);
		if (json_object_get(schema, "items") != NULL)
			json_array_foreach(value, i, member)
				fits(api, json_object_get(schema, "items"), member, where);
	}
	properties = json_object_get(schema, "properties");
	json_array_foreach(json_object_get(schema, "required"), i, member)
		ck_assert_msg(json_object_get(value, json_string_value(member)) != NULL, "%s lacks %s", where,
		    json_string_value(member));
	if (properties == NULL)
		return;
	for (void *at = json_object_iter((json_t *)(uintptr_t)value); at != NULL;
	    at = json_object_iter_next((json_t *)(uintptr_t)value, at)) {
		name = json_object_iter_key(at);
		ck_assert_msg(json_object_get(properties, name) != NULL, "%s has %s, which is not described", where, name);
		fits(api, json_object_get(properties, name), json_object_iter_value(at), name);
	}
}

static const json_t *
schema_of(const json_t *api, const char *path)
{
	const json_t *get = json_object_get(json_object_get(json_object_get(api, "paths"), path), "get"),
	    *answer = json_object_get(json_object_get(get, "responses"), "200");

	return json_object_get(json_object_get(json_object_get(answer, "content"), "application/json"), "schema");
}

START_TEST(the_api_is_as_described)
{
	char code[CODE_CHARS + 1], path[96], line[256];
	json_t *api = json_of("/api/v1/openapi.json"), *doc;
	const json_t *paths = json_object_get(api, "paths");
	struct answer a;
	FILE *source;
	int routes = 0;

	ck_assert_int_eq(strncmp(json_string_value(json_object_get(api, "openapi")), "3.1", 3), 0);
	reported("lampu jalan mati di desa kabat timur sungai", 0, code);
	wait_state(code, "ditugaskan");
	for (void *at = json_object_iter((json_t *)(uintptr_t)paths); at != NULL;
	    at = json_object_iter_next((json_t *)(uintptr_t)paths, at)) {
		const char *name = json_object_iter_key(at), *hole = strstr(name, "{code}");
		const json_t *schema = schema_of(api, name);

		if (schema == NULL)
			continue;	/* no GET, or a stream */
		snprintf(path, sizeof(path), "%.*s%s", hole != NULL ? (int)(hole - name) : (int)strlen(name), name,
		    hole != NULL ? code : "");
		doc = json_of(path);
		fits(api, schema, doc, name);
		json_decref(doc);
	}
	/* Every route of ours is described: from the table itself. */
	source = fopen("console/main.c", "r");
	ck_assert_ptr_nonnull(source);
	while (fgets(line, sizeof(line), source) != NULL) {
		const char *from = strstr(line, "\"/api/");
		char route[96];
		int found = 0;

		if (from == NULL)
			continue;
		routes++;
		snprintf(route, sizeof(route), "%.*s", (int)strcspn(from + 1, "\""), from + 1);
		for (void *at = json_object_iter((json_t *)(uintptr_t)paths); at != NULL;
		    at = json_object_iter_next((json_t *)(uintptr_t)paths, at)) {
			const char *name = json_object_iter_key(at);

			found |= strcmp(name, route) == 0 ||
			    (route[strlen(route) - 1] == '/' && strncmp(name, route, strlen(route)) == 0);
		}
		ck_assert_msg(found, "%s is not described", route);
	}
	fclose(source);
	ck_assert_int_ge(routes, 6);
	/* Mistakes are problems, also for who says that he reads HTML. */
	ask(&a, house.console, "/api/v1/cases?limit=0", (const char *[]){ "Accept: text/html", NULL }, NULL, 0);
	ck_assert_int_eq(a.status, 400);
	ck_assert_ptr_nonnull(strcasestr(buf_str(&a.head), "content-type: application/problem+json"));
	answer_release(&a);
	json_decref(api);
}
END_TEST

/* What the description says of that method of that path and status: NULL it says nothing of it. */
static const json_t *
described(const json_t *api, const char *path, const char *method, long status)
{
	char number[8];
	const json_t *answer;
	const char *ref;

	snprintf(number, sizeof(number), "%ld", status);
	answer = json_object_get(json_object_get(json_object_get(json_object_get(json_object_get(api, "paths"), path), method),
	    "responses"), number);
	ref = json_string_value(json_object_get(answer, "$ref"));
	return ref == NULL ? answer : json_object_get(json_object_get(json_object_get(api, "components"), "responses"),
	    strrchr(ref, '/') + 1);
}

#define ONE "/api/v1/cases/{code}"
#define ACTIONS ONE "/actions"
#define SESSION 1	/* the head of the unit is logged in */
#define TOKEN 2		/* and his form's token is sent along */

/* What goes well, and each mistake, is answered as it is described: status, type, members. */
static const struct { const char *path, *query, *body; int as; long status; } calls[] = {
	{ "/api/v1/board", "", NULL, 0, 401 }, { "/api/v1/board", "", NULL, SESSION, 200 },
	{ "/api/v1/warnings", "", NULL, 0, 401 }, { "/api/v1/warnings", "", NULL, SESSION, 200 },
	{ "/api/v1/events", "", NULL, 0, 401 },
	{ "/api/v1/cases", "", NULL, 0, 401 }, { "/api/v1/cases", "?limit=0", NULL, SESSION, 400 },
	{ "/api/v1/cases", "?after=%00", NULL, SESSION, 400 }, { "/api/v1/cases", "?overdue=1&unit=O-DISHUB", NULL, SESSION, 200 },
	{ ONE, "", NULL, 0, 401 }, { ONE, "", NULL, SESSION, 200 }, { "/api/v1/cases/00000000", "", NULL, SESSION, 404 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"version\":1}", 0, 401 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"version\":1}", SESSION, 403 },
	{ "/api/v1/cases/00000000/actions", "", "{\"action\":\"terima\",\"version\":1}", SESSION | TOKEN, 404 },
	{ ACTIONS, "", "{\"action\":\"terima\"}", SESSION | TOKEN, 422 },
	{ ACTIONS, "", "{\"action\":\"hapus\",\"version\":1}", SESSION | TOKEN, 422 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"version\":99}", SESSION | TOKEN, 409 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"version\":\"1\"}", SESSION | TOKEN, 422 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"version\":1,\"note\":5}", SESSION | TOKEN, 422 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"version\":0}", SESSION | TOKEN, 422 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"version\":1,\"version\":1}", SESSION | TOKEN, 422 },
	{ ACTIONS, "", "[1", SESSION | TOKEN, 422 },
	{ ACTIONS, "", "{\"action\":\"terima\",\"note\":\"\",\"version\":1}", SESSION | TOKEN, 200 },
};

START_TEST(each_answer_is_as_described)
{
	char code[CODE_CHARS + 1], token[64], header[96];
	json_t *api = json_of("/api/v1/openapi.json");
	struct answer a;

	reported("lampu jalan mati di desa kabat selatan sungai", 0, code);
	wait_state(code, "ditugaskan");
	visitor_opens(&head, "/akun", &a);
	page_field(&a.body, "tanda", token, sizeof(token));
	answer_release(&a);
	snprintf(header, sizeof(header), "X-Kentongan-Tanda: %s", token);
	for (size_t i = 0; i < N_ELEMS(calls); i++) {
		const char *hole = strstr(calls[i].path, "{code}"), *headers[5] = { "Accept: application/json" };
		const char *kind = strstr(calls[i].path, "/actions") != NULL ? ACTIONS :
		    strncmp(calls[i].path, "/api/v1/cases/", 14) == 0 ? ONE : calls[i].path;
		const json_t *says, *schema;
		struct buf path = { 0 };
		json_t *doc;
		int n = 1;

		buf_add(&path, calls[i].path, hole != NULL ? (size_t)(hole - calls[i].path) : strlen(calls[i].path));
		if (hole != NULL)
			buf_addf(&path, "%s%s", code, hole + 6);
		buf_adds(&path, calls[i].query);
		if (calls[i].as & SESSION)
			headers[n++] = head.cookie;
		if (calls[i].as & TOKEN)
			headers[n++] = header;
		if (calls[i].body != NULL)
			headers[n++] = "Content-Type: application/json";
		ask_as(&a, house.console, buf_str(&path), headers, calls[i].body, calls[i].body != NULL ? strlen(calls[i].body) : 0);
		ck_assert_msg(a.status == calls[i].status, "%s%s: %ld %s", buf_str(&path), calls[i].body != NULL ? calls[i].body : "",
		    a.status, buf_str(&a.body));
		says = described(api, kind, calls[i].body != NULL ? "post" : "get", a.status);
		ck_assert_msg(says != NULL, "%s: nothing is said of %ld", kind, a.status);
		ck_assert_ptr_nonnull(doc = json_loadb(buf_str(&a.body), a.body.len, JSON_REJECT_DUPLICATES, NULL));
		ck_assert_msg(answer_is(&a, a.status == 200 ? "application/json" : "application/problem+json"), "%s: %s", buf_str(&path),
		    buf_str(&a.head));
		schema = json_object_get(json_object_get(json_object_get(says, "content"),
		    a.status == 200 ? "application/json" : "application/problem+json"), "schema");
		ck_assert_msg(schema != NULL, "%s: no schema of %ld", kind, a.status);
		fits(api, schema, doc, buf_str(&path));
		if (a.status != 200)
			ck_assert_int_eq(json_integer_value(json_object_get(doc, "status")), a.status);
		json_decref(doc);
		answer_release(&a);
		buf_release(&path);
	}
	json_decref(api);
}
END_TEST

/* Page by page comes all, each once. */
START_TEST(pages_of_cases_join)
{
	char code[CODE_CHARS + 1], path[160] = "/api/v1/cases?limit=2&place=35.10.13";
	struct buf page = { 0 };
	int seen = 0, total = 0;

	for (int i = 0; i < 5; i++) {
		reported("lampu jalan mati di desa rogojampi kecamatan rogojampi", (int64_t)i * MINUTE_MS, code);
		wait_state(code, "ditugaskan");
	}
	page_comes(bupati.cookie, "/api/v1/cases?place=35.10.13", code, 1, &page);
	for (int pages = 0; pages < 10; pages++) {
		json_t *doc = json_of(path);
		const char *next = json_string_value(json_object_get(doc, "next"));

		if (pages == 0)
			total = (int)json_integer_value(json_object_get(doc, "total"));
		seen += (int)json_array_size(json_object_get(doc, "cases"));
		snprintf(path, sizeof(path), "/api/v1/cases?limit=2&place=35.10.13&after=%s", next != NULL ? next : "");
		json_decref(doc);
		if (next == NULL)
			break;
	}
	ck_assert_int_ge(total, 5);
	ck_assert_int_eq(seen, total);
	buf_release(&page);
}
END_TEST

/* ---- in a browser ---- */

START_TEST(the_wall_moves_within_a_second)
{
	char line[128], code[CODE_CHARS + 1], shown[16];
	struct buf command = { 0 }, page = { 0 };
	int64_t at_ms = 0, seen_ms;
	struct code c;
	FILE *from;
	int to[2], back[2];
	pid_t pid;

	shell("mkdir -p build/layar");
	ck_assert(pipe(to) == 0 && pipe(back) == 0);
	buf_addf(&command, "exec python3 tests/browser/wall.py %s %s/secrets/console_admin build/layar", house.console, house.dir);
	pid = fork();
	if (pid == 0) {
		dup2(to[0], 0);
		dup2(back[1], 1);
		close(to[1]);
		close(back[0]);
		execl("/bin/sh", "sh", "-c", buf_str(&command), (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(back[1]);
	from = fdopen(back[0], "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), from));
	ck_assert_str_eq(line, "watching\n");
	reported("lampu jalan mati di desa kabat barat sungai", 5 * HOUR_MS, code);
	snprintf(c.s, sizeof(c.s), "%s", code);
	code_show(shown, &c);
	ck_assert_int_gt(dprintf(to[1], "%s\n", shown), 0);
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), from));
	ck_assert_int_eq(strncmp(line, shown, strlen(shown)), 0);
	seen_ms = strtoll(line + strlen(shown), NULL, 10);
	/* the first of its escalations that the wall shows */
	page_comes(bupati.cookie, "/feed/eskalasi.json", code, 1, &page);
	{
		json_t *feed = json_loadb(page.data, page.len, 0, NULL), *item;
		size_t i;

		json_array_foreach(json_object_get(feed, "items"), i, item)
			if (strcmp(json_string_value(json_object_get(item, "code")), code) == 0 &&
			    strcmp(json_string_value(json_object_get(item, "kind")), "warning") != 0)
				at_ms = json_integer_value(json_object_get(item, "at_ms"));	/* oldest last */
		json_decref(feed);
	}
	ck_assert_msg(at_ms > 0 && seen_ms - at_ms < 1000, "seen %" PRId64 " ms after it happened", seen_ms - at_ms);
	close(to[1]);
	for (int i = 0; i < 3; i++) {
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), from));
		ck_assert_msg(strtol(strchr(line, ' '), NULL, 10) > 10000, "no picture: %s", line);
	}
	fclose(from);
	buf_release(&command);
	buf_release(&page);
}
END_TEST

/* Where the processor is short the deadlines go before the pages. */
START_TEST(the_console_stands_back)
{
	begin();
	ck_assert_int_ge(getpriority(PRIO_PROCESS, (id_t)pid_of("console")), 5);
	ck_assert_int_eq(getpriority(PRIO_PROCESS, (id_t)pid_of("sla")), getpriority(PRIO_PROCESS, 0));
}
END_TEST

Suite *
wall_suite(void)
{
	Suite *s = suite_create("wall");
	TCase *tc = tcase_create("wall"), *seen = tcase_create("seen");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, a_figure_opens_the_list_of_its_instant);
	tcase_add_test(tc, late_cases_stand_on_the_wall);
	tcase_add_test(tc, a_head_lists_his_own);
	tcase_add_test(tc, sealed_later_is_gone_from_before);
	tcase_add_test(tc, a_token_opens_feeds_and_nothing_else);
	tcase_add_test(tc, an_incident_is_an_alert);
	tcase_add_test(tc, a_drill_is_an_exercise);
	tcase_add_test(tc, reports_are_for_who_answers_for_them);
	tcase_add_test(tc, a_report_is_of_what_lives_and_of_the_archive);
	tcase_add_test(tc, a_session_alone_takes_nothing_away);
	tcase_add_test(tc, the_api_is_as_described);
	tcase_add_test(tc, each_answer_is_as_described);
	tcase_add_test(tc, pages_of_cases_join);
	tcase_add_test(tc, the_console_stands_back);
	suite_add_tcase(s, tc);
	tcase_set_tags(seen, "browser");
	tcase_add_unchecked_fixture(seen, begin, house_down);
	tcase_add_test(seen, the_wall_moves_within_a_second);
	suite_add_tcase(s, seen);
	return s;
}
