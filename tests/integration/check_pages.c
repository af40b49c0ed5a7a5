/*
 * An officer's pages on a living house, without JavaScript: his tasks, a case, what he does with it,
 * and that nobody else sees it.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "store/house.h"
#include "store/logbook.h"
#include "tests/integration/visitor.h"

Suite *pages_suite(void);

static struct visitor dishub, village, stranger, desk, named;

static void
begin(void)
{
	house_make("console:\n  url: https://konsol.example\n  second_factor: admin\n");
	house_up();
	visitor_enters(&dishub, "ptg-o-dishub-1");
	visitor_enters(&village, "ptg-35.10.14.2012-1");
	visitor_enters(&stranger, "ptg-35.10.25.2010-1");
	visitor_enters(&desk, "opr-d112-1");
	visitor_enters(&named, "ptg-o-dinsos-1");
}

static void
page_has(const struct visitor *v, const char *path, const char *words, int there)
{
	struct answer a;

	visitor_opens(v, path, &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_msg((strstr(buf_str(&a.body), words) != NULL) == there, "%s %s \"%s\" in %s", path,
	    there ? "has no" : "has", words, buf_str(&a.body));
	answer_release(&a);
}

/* By the form: a number in an address is not searched for.  What is found follows the log, too. */
static void
finds(const struct visitor *v, const char *fields, const char *code, int there)
{
	char path[64];
	int found = !there;

	for (int64_t until = clock_mono_ms() + LIMIT_MS; found != there; ) {
		struct answer a;

		visitor_sends(v, "/cari", "/cari", fields, &a);
		ck_assert_int_eq(a.status, 200);
		found = strstr(buf_str(&a.body), code) != NULL;
		ck_assert_msg(found == there || (there && clock_mono_ms() < until), "%s", buf_str(&a.body));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "method=\"post\" action=\"/cari\""));
		answer_release(&a);
	}
	snprintf(path, sizeof(path), "/cari?%s", fields);
	page_has(v, path, code, 0);
}

static void
lamp(const char *from, char code[CODE_CHARS + 1], char path[32])
{
	sms(from, "lampu jalan mati di desa kabat depan <b>warung</b> bu tin", code);
	wait_state(code, "ditugaskan");
	snprintf(path, 32, "/kasus/%s", code);
}

/* Sends an act with the version that the page shows; the status. */
static long
acts(const struct visitor *v, const char *path, const char *fields)
{
	char with[160], version[16];
	struct answer a;
	long status;

	visitor_opens(v, path, &a);
	page_field(&a.body, "versi", version, sizeof(version));
	answer_release(&a);
	snprintf(with, sizeof(with), "%s&versi=%s", fields, version);
	visitor_sends(v, path, path, with, &a);
	status = a.status;
	answer_release(&a);
	return status;
}

START_TEST(from_task_to_done)
{
	char code[CODE_CHARS + 1], path[32];

	lamp("+6281234600001", code, path);
	page_comes(dishub.cookie, "/tugas", code, 1, NULL);
	page_has(&dishub, path, "&lt;b&gt;warung", 1);
	page_has(&dishub, path, "<b>warung", 0);
	page_has(&dishub, path, "+6281234600001", 1);
	ck_assert_int_eq(acts(&dishub, path, "aksi=terima"), 303);
	wait_state(code, "diterima");
	ck_assert_int_eq(acts(&dishub, path, "aksi=tangani&catatan=tangga+sudah+di+lokasi"), 303);
	wait_state(code, "ditangani");
	page_has(&dishub, path, "tangga sudah di lokasi", 1);
	ck_assert_int_eq(acts(&dishub, path, "aksi=selesai&catatan="), 422);	/* says what was done */
	ck_assert_int_eq(acts(&dishub, path, "aksi=selesai&catatan=lampu+diganti"), 303);
	wait_state(code, "selesai");
	told(code, "kabar-selesai", "+6281234600001");
	page_has(&dishub, path, "tepat waktu", 1);
}
END_TEST

/* By the public form, with the spot that a telephone knows. */
static void
pinned(const char *fields, char code[CODE_CHARS + 1], char path[32])
{
	struct answer a;
	const char *at;

	ask_as(&a, house.http, "/lapor", (const char *[]){ "Accept: text/html", NULL }, fields, strlen(fields));
	ck_assert_int_eq(a.status, 303);
	at = strstr(buf_str(&a.head), "Location: /l/");
	ck_assert_ptr_nonnull(at);
	snprintf(code, CODE_CHARS + 1, "%.8s", at + 13);
	answer_release(&a);
	wait_state(code, "ditugaskan");
	snprintf(path, 32, "/kasus/%s", code);
}

/* Waits until one case stands above the other in his list. */
static void
stands_above(const struct visitor *v, const char *upper, const char *lower)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	int above = 0;

	while (!above) {
		const char *one, *other;
		struct answer a;

		ck_assert_msg(clock_mono_ms() < until, "%s does not stand above %s", upper, lower);
		visitor_opens(v, "/tugas", &a);
		ck_assert_int_eq(a.status, 200);
		one = strstr(buf_str(&a.body), upper), other = strstr(buf_str(&a.body), lower);
		above = one != NULL && other != NULL && one < other;
		answer_release(&a);
	}
}

/* By time left, not by number or by when it came. */
START_TEST(what_is_due_first_stands_first)
{
	char first[CODE_CHARS + 1], second[CODE_CHARS + 1], path[32];

	lamp("+6281234570071", first, path);
	sms("+6281234570072", "lampu jalan padam di desa benculuk kecamatan cluring dekat masjid", second);
	wait_state(second, "ditugaskan");
	snprintf(path, sizeof(path), "/kasus/%s", second);
	stands_above(&dishub, first, second);
	ck_assert_int_eq(acts(&desk, path, "aksi=tugaskan&kategori=lampu-jalan&urgensi=darurat"), 303);
	stands_above(&dishub, second, first);
}
END_TEST

/* Where to go: the desa on a map of its kecamatan, the spot on it, and an address that a telephone's own map opens. */
START_TEST(a_case_lies_on_a_map)
{
	char code[CODE_CHARS + 1], path[32];
	struct answer a;

	lamp("+6281234600010", code, path);
	page_has(&dishub, path, "aria-label=\"Peta: Ds. Kabat, Kec. Kabat\"", 1);
	page_has(&dishub, path, "<path class=\"di-sini\"", 1);
	page_has(&dishub, path, "<circle", 0);
	page_has(&dishub, path, "Posisi dari pelapor", 0);
	pinned("isi=lampu+jalan+mati+depan+balai+desa&desa=35.10.14.2012&lat=-8.27312&lon=114.32345", code, path);
	page_has(&dishub, path, "aria-label=\"Peta: Ds. Kabat, Kec. Kabat, posisi dari pelapor\"", 1);
	page_has(&dishub, path, "<circle", 1);
	page_has(&dishub, path, "<a href=\"geo:-8.27312,114.32345\">-8.27312, 114.32345</a>", 1);
	visitor_opens(&dishub, path, &a);
	ck_assert_uint_lt(a.body.len, 100000);
	answer_release(&a);
	ck_assert_int_eq(visitor_status(&stranger, path), 404);
	/* from far away it is told and not drawn */
	pinned("isi=lampu+jalan+mati+dekat+pasar&desa=35.10.14.2012&lat=-6.20000&lon=106.80000", code, path);
	page_has(&dishub, path, "<circle", 0);
	page_has(&dishub, path, "geo:-6.20000,106.80000", 1);
}
END_TEST

/* Who is not of it sees neither page nor line, whatever he does with the address. */
START_TEST(others_see_nothing_of_it)
{
	char code[CODE_CHARS + 1], path[32], api[64];

	lamp("+6281234600002", code, path);
	page_has(&stranger, "/tugas?lihat=wilayah", code, 0);
	ck_assert_int_eq(visitor_status(&stranger, path), 404);
	snprintf(api, sizeof(api), "/api/v1/cases/%s", code);
	ck_assert_int_eq(visitor_status(&stranger, api), 404);
	snprintf(api, sizeof(api), "/berkas/%s/0123.jpg", code);
	ck_assert_int_eq(visitor_status(&stranger, api), 404);
	snprintf(api, sizeof(api), "/cari?q=%s", code);
	ck_assert_int_eq(visitor_status(&stranger, api), 303);	/* to the 404 above */
	page_has(&village, path, "warung", 1);			/* a unit of the case */
	finds(&desk, "q=081234600002", code, 1);
	finds(&stranger, "q=081234600002", code, 0);
}
END_TEST

/* Somebody was faster: nothing is done twice, and what he typed is still there. */
START_TEST(two_at_once)
{
	char code[CODE_CHARS + 1], path[32], with[160], version[16];
	struct answer a;

	lamp("+6281234600003", code, path);
	visitor_opens(&village, path, &a);
	page_field(&a.body, "versi", version, sizeof(version));
	answer_release(&a);
	ck_assert_int_eq(acts(&dishub, path, "aksi=terima"), 303);
	snprintf(with, sizeof(with), "aksi=tangani&versi=%s&catatan=sudah+kami+pasang+lilin", version);
	visitor_sends(&village, path, path, with, &a);
	ck_assert_int_eq(a.status, 409);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "sudah kami pasang lilin</textarea>"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "sudah berubah"));
	answer_release(&a);
	wait_state(code, "diterima");
}
END_TEST

/* Only acts that the case would take from him stand on the page, and the others are refused. */
START_TEST(the_page_offers_what_is_possible)
{
	char code[CODE_CHARS + 1], path[32];

	lamp("+6281234600004", code, path);
	page_has(&dishub, path, "value=\"terima\"", 1);
	page_has(&dishub, path, "value=\"setuju\"", 0);
	page_has(&dishub, path, "value=\"mengapa\"", 0);
	ck_assert_int_eq(acts(&dishub, path, "aksi=mengapa&catatan=mengapa"), 422);
	ck_assert_int_eq(acts(&dishub, path, "aksi=hapus"), 422);
	wait_state(code, "ditugaskan");
	ck_assert_int_eq(acts(&dishub, path, "aksi=terima"), 303);
	page_has(&dishub, path, "value=\"terima\"", 0);
	page_has(&dishub, path, "value=\"menuju\"", 1);
	ck_assert_int_eq(acts(&dishub, path, "aksi=menuju"), 303);
	page_has(&dishub, path, "value=\"menuju\"", 0);
	page_has(&dishub, path, "value=\"tiba\"", 1);
}
END_TEST

START_TEST(the_api_acts_as_the_page)
{
	char code[CODE_CHARS + 1], path[32], api[64], token[64], header[96];
	const char *body = "{\"action\":\"terima\",\"note\":\"\",\"version\":1}";
	struct answer a;

	lamp("+6281234600005", code, path);
	visitor_opens(&dishub, path, &a);
	page_field(&a.body, "tanda", token, sizeof(token));
	answer_release(&a);
	snprintf(api, sizeof(api), "/api/v1/cases/%s/actions", code);
	snprintf(header, sizeof(header), "X-Kentongan-Tanda: %s", token);
	ask_as(&a, house.console, api, (const char *[]){ dishub.cookie, NULL }, body, strlen(body));
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	ask_as(&a, house.console, api, (const char *[]){ dishub.cookie, header, "Content-Type: application/json", NULL },
	    body, strlen(body));
	ck_assert_msg(a.status == 200, "%ld %s", a.status, buf_str(&a.body));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "\"state\":\"diterima\",\"version\":2"));
	answer_release(&a);
	ask_as(&a, house.console, api, (const char *[]){ dishub.cookie, header, NULL }, body, strlen(body));
	ck_assert_int_eq(a.status, 409);
	answer_release(&a);
}
END_TEST

/* Ten days from now, as a browser's date field sends it. */
static void
day_field(char out[32])
{
	struct wib t;

	wib_of(&t, clock_now_ms() + 10 * DAY_MS);
	snprintf(out, 32, "&sampai=%04d-%02d-%02d", t.year, t.month, t.day);
}

/* A wait is asked for with reason, day and words, granted by another, told to the reporter, and counted apart. */
START_TEST(a_wait_by_its_forms)
{
	char code[CODE_CHARS + 1], path[32], day[32], fields[160], text[512];
	struct visitor head;
	json_t *c;

	visitor_enters(&head, "kpl-o-dishub");
	lamp("+6281234600021", code, path);
	ck_assert_int_eq(acts(&dishub, path, "aksi=terima"), 303);
	page_has(&dishub, path, "value=\"tunggu\"", 1);
	day_field(day);
	snprintf(fields, sizeof(fields), "aksi=tunggu&alasan=malas%s&catatan=capek", day);
	ck_assert_int_eq(acts(&dishub, path, fields), 422);
	ck_assert_int_eq(acts(&dishub, path, "aksi=tunggu&alasan=suku-cadang&catatan=tanpa+tanggal"), 422);
	snprintf(fields, sizeof(fields), "aksi=tunggu&alasan=suku-cadang%s&catatan=lampu+LED+dipesan", day);
	ck_assert_int_eq(acts(&dishub, path, fields), 303);
	wait_state(code, "diterima");			/* nobody has granted it */
	page_has(&dishub, path, "value=\"setuju\"", 0);	/* nor is it his to grant */
	ck_assert_int_eq(acts(&dishub, path, "aksi=setuju"), 422);
	page_has(&head, path, "value=\"setuju\"", 1);
	page_has(&head, path, "lampu LED dipesan", 1);
	ck_assert_int_eq(acts(&head, path, "aksi=setuju"), 303);
	c = case_in(code, "menunggu");
	json_decref(c);
	page_has(&dishub, path, "Menunggu sampai", 1);
	text_of(code, "kabar-menunggu", "+6281234600021", text);
	ck_assert_msg(strstr(text, "suku-cadang") != NULL, "%s", text);
	ck_assert_int_eq(acts(&dishub, path, "aksi=lanjut"), 303);
	wait_state(code, "diterima");
}
END_TEST

/* Passed on with a reason, not ours, a question to the reporter, his telephone's answer: each by its form. */
START_TEST(it_moves_on_by_its_forms)
{
	char code[CODE_CHARS + 1], path[32], text[512], all[64];
	json_t *c;

	lamp("+6281234600022", code, path);
	ck_assert_int_eq(acts(&dishub, path, "aksi=tanya&catatan=Tiang+nomor+berapa"), 303);
	text_of(code, "kabar-tanya", "+6281234600022", text);
	ck_assert_msg(strstr(text, "Tiang nomor berapa") != NULL, "%s", text);
	sms("+6281234600022", "nomor 14, depan masjid", NULL);
	page_comes(dishub.cookie, path, "nomor 14, depan masjid", 1, NULL);	/* the conversation stands on the page */
	/* near ones at first, for a slow line; all where he asks for them */
	snprintf(all, sizeof(all), "%s?unit=semua", path);
	page_has(&dishub, path, "<option value=\"D-35.10.14.2012\"", 1);
	page_has(&dishub, path, "<option value=\"D-35.10.20.2005\"", 0);
	page_has(&dishub, path, all, 1);
	page_has(&dishub, all, "<option value=\"D-35.10.20.2005\"", 1);
	ck_assert_int_eq(acts(&dishub, path, "aksi=teruskan&unit=O-PUCKPP&catatan="), 422);
	ck_assert_int_eq(acts(&dishub, path, "aksi=teruskan&unit=TIADA&catatan=tiang+kami+sudah+menyala"), 422);
	ck_assert_int_eq(acts(&dishub, path, "aksi=teruskan&unit=O-PUCKPP&catatan=kabel+tanah"), 303);
	c = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(c, "units"), 0)), "O-PUCKPP");
	json_decref(c);
	lamp("+6281234600023", code, path);
	ck_assert_int_eq(acts(&dishub, path, "aksi=bukan&catatan="), 422);
	ck_assert_int_eq(acts(&dishub, path, "aksi=bukan&catatan=jalan+provinsi"), 303);
	page_comes(desk.cookie, path, "jalan provinsi", 1, NULL);
	lamp("+6281234600024", code, path);
	ck_assert_int_eq(acts(&dishub, path, "aksi=tangani&catatan=x"), 303);
	ck_assert_int_eq(acts(&dishub, path, "aksi=selesai&catatan=lampu+diganti"), 303);
	page_has(&dishub, path, "value=\"benar\"", 0);		/* his own work */
	ck_assert_int_eq(acts(&desk, path, "aksi=sanggah&catatan=kata+pelapor+masih+gelap"), 303);
	wait_state(code, "ditugaskan");
}
END_TEST

/* From the wall: why, answered within a clock of its own; another day; taken over.  Only he asks and dates. */
START_TEST(the_bupati_steps_in_by_his_forms)
{
	char code[CODE_CHARS + 1], path[32], day[32], fields[160], text[512];
	struct visitor bupati;
	json_t *c, *clock;
	size_t i, asked = 0;

	visitor_enters(&bupati, "kpl-bupati");
	lamp("+6281234600025", code, path);
	ck_assert_int_eq(acts(&dishub, path, "aksi=terima"), 303);
	page_comes(bupati.cookie, path, "value=\"mengapa\"", 1, NULL);
	ck_assert_int_eq(acts(&village, path, "aksi=mengapa&catatan=Mengapa"), 422);
	ck_assert_int_eq(acts(&bupati, path, "aksi=mengapa&catatan="), 422);
	ck_assert_int_eq(acts(&bupati, path, "aksi=mengapa&catatan=Mengapa+tiga+hari+gelap"), 303);
	c = case_in(code, "diterima");
	json_array_foreach(json_object_get(c, "clocks"), i, clock)
		asked += strcmp(json_string_value(json_object_get(clock, "clock")), "jawab") == 0 &&
		    strcmp(json_string_value(json_object_get(clock, "state")), clock_state_name(CLOCK_RUNNING)) == 0;
	ck_assert_uint_eq(asked, 1);
	json_decref(c);
	page_has(&dishub, path, "Mengapa tiga hari gelap", 1);
	page_has(&dishub, path, "Jawab pertanyaan atasan", 1);
	ck_assert_int_eq(acts(&dishub, path, "aksi=jawaban&catatan=kabel+dicuri"), 303);
	page_has(&bupati, path, "kabel dicuri", 1);
	text_of(code, "jawaban", "+628000000001", text);
	day_field(day);
	snprintf(fields, sizeof(fields), "aksi=tanggal%s&catatan=kabel+baru+datang+Senin", day);
	ck_assert_int_eq(acts(&dishub, path, fields), 422);
	ck_assert_int_eq(acts(&bupati, path, fields), 303);
	page_has(&dishub, path, "menetapkan tanggal", 1);
	ck_assert_int_eq(acts(&bupati, path, "aksi=ambil-alih"), 303);
	c = case_in_any(code);
	ck_assert_str_eq(json_string_value(json_object_get(c, "holder")), "kpl-bupati");
	json_decref(c);
}
END_TEST

/* PLN has no account here: the link in its SMS opens its task and nothing else, as long as it is its task. */
START_TEST(an_outside_body_answers_by_its_link)
{
	static const struct visitor nobody = { .cookie = "" };
	char code[CODE_CHARS + 1], text[512], path[96], body[160];
	const char *at;
	struct answer a;

	sms("+6281234600007", "listrik padam satu kampung di desa kabat, gardu meledak tadi", code);
	text_of(code, "tugas", "+628000000122", text);
	at = strstr(text, "https://konsol.example/b/");
	ck_assert_msg(at != NULL, "%s", text);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at + 22, " "), at + 22);
	visitor_opens(&nobody, path, &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "gardu meledak"));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "81234600007"));
	answer_release(&a);
	path[strlen(path) - 1] ^= 1;	/* another token */
	ck_assert_int_eq(visitor_status(&nobody, path), 404);
	path[strlen(path) - 1] ^= 1;
	snprintf(body, sizeof(body), "%s&aksi=tangani&catatan=regu+berangkat", strchr(path, '?') + 1);
	*strchr(path, '?') = '\0';
	ask_as(&a, house.console, path, NULL, body, strlen(body));
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
	wait_state(code, "ditangani");
	told(code, "kabar-ditangani", "+6281234600007");
	snprintf(body + strcspn(body, "&"), 64, "&aksi=selesai&catatan=gardu+diganti");
	ask_as(&a, house.console, path, NULL, body, strlen(body));
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
	sms("+6281234600007", "1", NULL);
	wait_state(code, "ditutup");
	ask_as(&a, house.console, path, NULL, body, strlen(body));
	ck_assert_int_eq(a.status, 404);	/* the task has ended */
	answer_release(&a);
}
END_TEST

struct looks { int n; const char *code; };

static int
count_look(const struct log_line *line, void *arg)
{
	struct looks *l = arg;

	l->n += strstr(line->entry, "\"what\":\"lihat\",\"actor\":\"ptg-o-dinsos-1\"") != NULL &&
	    strstr(line->entry, l->code) != NULL;
	return 0;
}

/* Of a sealed case those it names see all, the others not that it is; each look is on record. */
START_TEST(a_sealed_case_is_for_the_named)
{
	char code[CODE_CHARS + 1], path[32];
	struct looks looks = { 0, code };
	struct house h;

	sms("+6281234600006", "tolong anak tetangga sering dipukuli bapaknya di desa kabat, lebam semua", code);
	told(code, "tugas-rahasia", "");
	snprintf(path, sizeof(path), "/kasus/%s", code);
	ck_assert_int_eq(visitor_status(&named, path), 200);
	page_comes(named.cookie, "/tugas", code, 1, NULL);
	page_has(&named, path, "lebam", 1);
	page_has(&desk, "/tugas?lihat=wilayah", code, 0);
	ck_assert_int_eq(visitor_status(&desk, path), 404);
	ck_assert_int_eq(visitor_status(&village, path), 404);
	house_eye(&h);
	ck_assert_int_gt(logbook_read(&h.st, 0, 10000, count_look, &looks), 0);
	ck_assert_int_ge(looks.n, 2);
	house_close(&h);
}
END_TEST

/* The Ombudsman opens a sealed case by saying why, changes nothing, and sees who else has looked. */
START_TEST(the_watch_reads_and_changes_nothing)
{
	static const char why[] = "alasan=pemeriksaan+pengaduan+warga+nomor+12";
	struct visitor watch;
	struct answer a;
	struct buf out = { 0 };
	char code[CODE_CHARS + 1], shown[16], path[32], form[40], api[48], fields[128], line[160];
	struct code c;

	ck_assert_int_eq(house_command("officer add ombudsman-1 --name Pengawas --unit O-INSP --phone +628990000001 --role pengawas", &out), 0);
	visitor_enters(&watch, "ombudsman-1");
	sms("+6281234600007", "tolong anak tetangga sering dipukuli bapaknya di desa kabat, memar semua", code);
	told(code, "tugas-rahasia", "");
	memcpy(c.s, code, sizeof(c.s));
	code_show(shown, &c);
	snprintf(path, sizeof(path), "/kasus/%s", code);
	snprintf(form, sizeof(form), "/pengawasan/%s", code);
	snprintf(api, sizeof(api), "/api/v1/cases/%s", code);
	page_comes(watch.cookie, "/pengawasan", path, 1, NULL);
	/* without a reason he learns nothing of it, by no way */
	page_has(&watch, path, "memar", 0);
	page_has(&watch, path, "perlindungan", 0);
	page_has(&watch, path, "Mengapa Anda membukanya?", 1);
	ck_assert_int_eq(visitor_status(&watch, api), 200);	/* asked in a page's way: the same form */
	page_has(&watch, api, "kekerasan", 0);
	visitor_sends(&watch, path, form, "alasan=cek", &a);
	ck_assert_int_eq(a.status, 422);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "memar"));
	answer_release(&a);
	visitor_sends(&watch, path, form, why, &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "memar"));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "81234600007"));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "name=\"aksi\""));	/* nothing to do */
	answer_release(&a);
	/* nor does he get anything done */
	snprintf(fields, sizeof(fields), "aksi=terima&versi=1&%s", why);
	visitor_sends(&watch, path, path, fields, &a);
	ck_assert_int_ne(a.status, 303);
	answer_release(&a);
	snprintf(line, sizeof(line), "act %s terima --as ombudsman-1 --note x", code);
	ck_assert_int_ne(house_command(line, NULL), 0);
	ck_assert_int_eq(visitor_status(&watch, "/triase"), 403);
	ck_assert_int_eq(visitor_status(&watch, "/baru"), 403);
	ck_assert_int_eq(visitor_status(&watch, "/sistem"), 403);
	/* others cannot open it by his door, and do not see who looked */
	visitor_sends(&desk, "/tugas", form, why, &a);
	ck_assert_int_eq(a.status, 404);
	answer_release(&a);
	ck_assert_int_eq(visitor_status(&desk, "/pengawasan"), 403);
	snprintf(line, sizeof(line), "\"ombudsman-1\",\"%s\",\"lihat\"", code);
	page_comes(watch.cookie, "/pengawasan.csv", line, 1, NULL);
	page_has(&watch, "/pengawasan", "ombudsman-1", 1);
	page_has(&watch, "/pengawasan", shown, 1);
	buf_release(&out);
}
END_TEST

/* By link, then by cookie; all pages: check_tongue.c. */
START_TEST(the_console_speaks_english)
{
	struct visitor english = dishub;
	struct answer a;
	char code[CODE_CHARS + 1], path[32];

	sms("+6281234600008", "lampu jalan mati di desa kabat depan balai desa", code);
	told(code, "tugas", "");
	visitor_opens(&english, "/tugas?lang=en", &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "<html lang=\"en\">"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "My unit's tasks"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), ">Search</a>"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "bahasa=en"));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "[["));
	answer_release(&a);
	snprintf(english.cookie, sizeof(english.cookie), "%.80s; bahasa=en", dishub.cookie);
	snprintf(path, sizeof(path), "/kasus/%s", code);
	page_has(&english, path, "What was reported", 1);
	page_has(&english, path, "Accept the task", 1);
	page_has(&english, path, "<main id=\"isi\">", 1);
	page_has(&english, path, "[[", 0);
	page_has(&english, path, "<blockquote lang=\"id\">", 1);	/* what a citizen wrote stays as it is */
	page_has(&english, "/akun", "My account", 1);
	page_has(&dishub, path, "Yang dilaporkan", 1);
	page_has(&dishub, path, "[[", 0);
	visitor_opens(&(struct visitor){ .cookie = "Cookie: bahasa=en" }, "/masuk", &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "Log-in name"));
	answer_release(&a);
}
END_TEST

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

Suite *
pages_suite(void)
{
	Suite *s = suite_create("pages");
	TCase *tc = tcase_create("pages");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, from_task_to_done);
	tcase_add_test(tc, what_is_due_first_stands_first);
	tcase_add_test(tc, a_case_lies_on_a_map);
	tcase_add_test(tc, others_see_nothing_of_it);
	tcase_add_test(tc, two_at_once);
	tcase_add_test(tc, the_page_offers_what_is_possible);
	tcase_add_test(tc, a_wait_by_its_forms);
	tcase_add_test(tc, it_moves_on_by_its_forms);
	tcase_add_test(tc, the_bupati_steps_in_by_his_forms);
	tcase_add_test(tc, the_api_acts_as_the_page);
	tcase_add_test(tc, an_outside_body_answers_by_its_link);
	tcase_add_test(tc, a_sealed_case_is_for_the_named);
	tcase_add_test(tc, the_console_speaks_english);
	tcase_add_test(tc, the_watch_reads_and_changes_nothing);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	return s;
}
