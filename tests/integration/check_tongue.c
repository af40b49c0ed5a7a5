/* Every page that somebody can open, read in English: no Indonesian is left in it but what is marked as that. */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/house.h"
#include "tests/integration/crawl.h"

Suite *tongue_suite(void);

/* Words that some page of ours says in Indonesian, and that are no English ones. */
static const char *const telltales[] = { "ada", "anda", "antrean", "apa", "atau", "baca", "banyak", "baris", "baru", "batal", "batas",
    "belum", "berikutnya", "berkas", "buka", "bukan", "cari", "catat", "catatan", "cuti", "dan", "dari", "dengan", "detik",
    "di", "dibaca", "diterima", "ditangani", "ditolak", "ditugaskan", "dugaan", "hari", "ini", "itu", "jaga", "jam", "jenis",
    "kali", "kapan", "kasus", "kategori", "keadaan", "kejadian", "kembali", "kepada", "keterangan", "kirim", "kode",
    "lagi", "laporan", "latihan", "lewat", "lihat", "masuk", "mengapa", "menit", "menunggu", "meja", "muat", "mulai", "nama",
    "nomor", "oleh", "orang", "papan", "pelapor", "pertanyaan", "pesan", "petugas", "pilih", "sampai", "sandi", "sebab",
    "sejak", "selesai", "semua", "siapa", "siaran", "simpan", "sudah", "suara", "surat", "tanpa", "tanya", "tempat",
    "terbuka", "tidak", "tolak", "tugas", "tugaskan", "tutup", "ulang", "untuk", "urgensi", "waktu", "warga", "yang" };

static const char *const people[] = { "opr-d112-1", "kpl-bupati", "adm-o-kominfo-1", "ombudsman-1", "ptg-o-dishub-1",
    "kpl-o-dishub" };

/* ---- what a page says in its own language ---- */

static int
is_void(const char *name)
{
	static const char *const list[] = { "input", "meta", "link", "br", "hr", "img" };

	for (size_t i = 0; i < N_ELEMS(list); i++)
		if (strcmp(list[i], name) == 0)
			return 1;
	return 0;
}

/* What a reader is told by attributes. */
static void
take_attributes(struct buf *out, const char *tag, size_t len)
{
	static const char *const told[] = { " placeholder=\"", " title=\"", " aria-label=\"", " alt=\"", " label=\"" };

	for (size_t i = 0; i < N_ELEMS(told); i++) {
		const char *at = memmem(tag, len, told[i], strlen(told[i]));

		if (at == NULL)
			continue;
		at += strlen(told[i]);
		buf_add(out, at, strcspn(at, "\""));
		buf_addc(out, '\n');
	}
}

/* Its text and such attributes, without what stands in elements of another language, or is typed as it is. */
static void
read_english(struct buf *out, const char *html)
{
	int depth = 0, foreign = 0;	/* foreign: the depth at which the other language began */

	while (*html != '\0') {
		size_t n = strcspn(html, "<");
		char name[16] = "";
		const char *end;

		if (foreign == 0)
			buf_add(out, html, n);
		buf_addc(out, '\n');
		html += n;
		if (*html == '\0' || (end = strchr(html, '>')) == NULL)
			return;
		if (html[1] == '/') {
			foreign = foreign == depth ? 0 : foreign;
			depth--;
		} else if (html[1] != '!') {
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(html + 1, " >/"), html + 1);
			if (is_void(name) || end[-1] == '/') {
				if (foreign == 0)
					take_attributes(out, html, (size_t)(end - html));
			} else {
				depth++;
				if (foreign == 0 && (strcmp(name, "pre") == 0 ||
				    memmem(html, (size_t)(end - html), " lang=\"id\"", 10) != NULL))
					foreign = depth;
				if (foreign == 0)
					take_attributes(out, html, (size_t)(end - html));
			}
		}
		html = end + 1;
	}
}

/* Proper names stay as they are. */
static void
blank(struct buf *text, const char *name)
{
	size_t len = strlen(name);
	char *at = text->data;

	while (len > 0 && at != NULL && (at = strstr(at, name)) != NULL) {
		memset(at, ' ', len);
		at += len;
	}
}

static void
blank_names(struct buf *text, const struct house *h)
{
	for (size_t i = 0; i < h->roster.n; i++)
		blank(text, h->roster.officers[i].name);
	for (size_t i = 0; i < units_count(h->policy->units); i++) {
		blank(text, unit_at(h->policy->units, i)->name);
		blank(text, unit_at(h->policy->units, i)->shortname);
	}
}

static const char *
telltale_in(const char *text)
{
	static char word[24];

	while (*text != '\0') {
		size_t n = 0;

		while (isalnum((unsigned char)text[n]))	/* a digest may have ada between two digits */
			n++;
		for (size_t i = 0; n > 0 && n < sizeof(word) && i < N_ELEMS(telltales); i++)
			if (strlen(telltales[i]) == n && strncasecmp(telltales[i], text, n) == 0) {
				snprintf(word, sizeof(word), "%.*s", (int)n, text);
				return word;
			}
		text += n > 0 ? n : 1;
	}
	return NULL;
}

START_TEST(a_telltale_is_told_from_what_is_marked)
{
	static const struct { const char *page, *found; } rows[] = {
		{ "<p>Store</p>", NULL }, { "<p>Simpan</p>", "Simpan" }, { "<p lang=\"id\">Simpan <b>dan</b></p><p>on</p>", NULL },
		{ "<p lang=\"id\">a<br>b</p><p>belum</p>", "belum" }, { "<input placeholder=\"boleh atau\">", "atau" },
		{ "<svg aria-label=\"24 jam\"></svg>", "jam" }, { "<p>6c9ada3</p>", NULL }, { "<p><input value=\"dan\"></p>", NULL },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		struct buf text = { 0 };

		read_english(&text, rows[i].page);
		ck_assert_pstr_eq(telltale_in(buf_str(&text)), rows[i].found);
		buf_release(&text);
	}
}
END_TEST

/* ---- every page ---- */

struct reading { const char *who; const struct house *h; size_t n, wrong; struct buf said; };

static void
is_english(const char *path, const struct answer *a, void *arg)
{
	struct reading *r = arg;
	struct buf text = { 0 };
	const char *word;

	if (!answer_is(a, "text/html") || strstr(path, "lang=id") != NULL)
		return;
	r->n++;
	read_english(&text, buf_str(&a->body));
	blank_names(&text, r->h);
	word = strstr(buf_str(&a->body), "<html lang=\"en\"") == NULL ? "no lang=en" :
	    strstr(buf_str(&a->head), "Vary: Cookie") == NULL ? "no Vary: Cookie" : telltale_in(buf_str(&text));
	if (word != NULL) {
		const char *at = strcasestr(buf_str(&text), word);
		char near[80];

		snprintf(near, sizeof(near), "%s", at != NULL && at - buf_str(&text) > 20 ? at - 20 : at != NULL ? at : "");
		for (char *p = near; *p != '\0'; p++)
			*p = *p == '\n' ? ' ' : *p;
		buf_addf(&r->said, "%s reads \"%s\" at %s: %s\n", r->who, word, path, near);
		r->wrong++;
	}
	buf_release(&text);
}

/* A letter that nobody got, a broadcast and a drill, so that their pages have something to say. */
static void
furnish(const struct visitor *desk, const struct house *h, const char *code)
{
	struct buf key = { 0 };
	struct answer a;
	redisReply *r;

	buf_add_key(&key, &h->st.keys, KEY_DEAD, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HSET %b %s.1 %s", key.data, key.len, code, "1795305071385 3 undeliverable");
	ck_assert_ptr_nonnull(r);
	freeReplyObject(r);
	buf_release(&key);
	visitor_sends(desk, "/siaran", "/siaran", "aksi=susun&kepada=petugas&sasaran=O-DLH&teks_id=uji", &a);
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
	visitor_sends(desk, "/latihan", "/latihan", "aksi=mulai&nama=Uji&jam=3", &a);
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
}

START_TEST(the_console_is_english_everywhere)
{
	static const char *const reports[] = { "lampu jalan mati di desa kabat depan warung", "pak yang di sana itu bagaimana ya kok begitu terus",
	    "banjir masuk rumah di desa kabat kecamatan kabat", "banjir setinggi lutut di desa kabat kecamatan kabat",
	    "tolong anak tetangga sering dipukuli bapaknya di desa kabat, lebam semua" };
	char codes[N_ELEMS(reports)][CODE_CHARS + 1], kasus[32], triage[32], incident[32], letter[48];
	const char *also[] = { "/tugas?lihat=wilayah", "/sandi/kpl-sekda?t=x", "/papan?daftar=lewat", "/papan?daftar=buka",
	    "/papan?daftar=warisan", "/papan?daftar=latihan", "/cari?q=apel", kasus, triage, incident, letter, NULL };
	struct reading r = { .who = people[_i] };
	struct visitor v, desk;
	struct house h;

	house_make("console:\n  second_factor: none\n");
	house_up();
	ck_assert_int_eq(house_command("officer add ombudsman-1 --name Pengawas --unit O-INSP --phone +628990000003 --role pengawas", NULL), 0);
	for (size_t i = 0; i < N_ELEMS(reports); i++) {
		char from[24];

		snprintf(from, sizeof(from), "+62813777100%02zu", i);
		sms(from, reports[i], codes[i]);
	}
	wait_state(codes[0], "ditugaskan");
	told(codes[4], "tugas-rahasia", "");
	snprintf(kasus, sizeof(kasus), "/kasus/%s", codes[0]);
	snprintf(triage, sizeof(triage), "/triase/%s", codes[1]);
	snprintf(incident, sizeof(incident), "/insiden/%s", codes[2]);
	snprintf(letter, sizeof(letter), "/surat/%s/%s.1", codes[0], codes[0]);
	house_eye(&h);
	visitor_enters(&desk, "opr-d112-1");
	furnish(&desk, &h, codes[0]);
	v = desk;
	if (_i > 0)
		visitor_enters(&v, people[_i]);
	ck_assert_uint_lt(strlen(v.cookie) + strlen("; bahasa=en"), sizeof(v.cookie));
	strncat(v.cookie, "; bahasa=en", sizeof(v.cookie) - strlen(v.cookie) - 1);
	r.h = &h;
	crawl(&v, house.console, CONSOLE_ROUTES, also, is_english, &r);
	ck_assert_msg(r.wrong == 0, "%zu of %zu pages:\n%s", r.wrong, r.n, buf_str(&r.said));
	ck_assert_uint_gt(r.n, 8);
	buf_release(&r.said);
	house_close(&h);
}
END_TEST

/* Why an act or a broadcast is refused is said in the language of the page that says it. */
START_TEST(refusals_are_english_on_an_english_page)
{
	struct visitor desk;
	struct answer a;
	char code[CODE_CHARS + 1], path[32], version[16], fields[64];

	house_make("console:\n  second_factor: none\n");
	house_up();
	sms("+6281377710090", "pak yang di sana itu bagaimana ya kok begitu terus", code);
	wait_state(code, "baru");
	visitor_enters(&desk, "opr-d112-1");
	strncat(desk.cookie, "; bahasa=en", sizeof(desk.cookie) - strlen(desk.cookie) - 1);
	snprintf(path, sizeof(path), "/triase/%s", code);
	visitor_opens(&desk, path, &a);
	page_field(&a.body, "versi", version, sizeof(version));
	answer_release(&a);
	snprintf(fields, sizeof(fields), "aksi=tolak&versi=%s", version);
	visitor_sends(&desk, path, path, fields, &a);
	ck_assert_int_eq(a.status, 422);
	ck_assert_msg(strstr(buf_str(&a.body), "Not stored yet: a reason must be written; try again with one</p>") != NULL, "%s",
	    buf_str(&a.body));
	answer_release(&a);
	visitor_sends(&desk, "/siaran", "/siaran", "aksi=susun&kepada=petugas&sasaran=O-DLH&teks_id=", &a);
	ck_assert_int_eq(a.status, 422);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "role=\"alert\">the text is empty; write what is to be said</p>"));
	answer_release(&a);
}
END_TEST

/* A refusal that is no page of the frame: to a browser in the language of the pages, to a program in its own. */
START_TEST(refusals_are_said_in_the_readers_language)
{
	static const char page[] = "Accept: text/html", json[] = "Accept: application/json";
	const struct { const char *base, *path, *accept, *reads, *lang, *said; } rows[] = {
		{ house.http, "/data/tidak.txt", page, "Accept-Language: en", "id", "<p class=\"pesan\">Berkas itu tidak ada; daftarnya di /data.</p>" },
		{ house.http, "/data/tidak.txt", page, "Cookie: bahasa=en", "en", "<p class=\"pesan\">There is no such file; /data has the list.</p>" },
		{ house.http, "/data/tidak.txt", json, "Cookie: a=b", "id", "\"detail\":\"Berkas itu tidak ada; daftarnya di /data.\"" },
		{ house.http, "/data/tidak.txt", json, "Accept-Language: en", "en", "\"detail\":\"There is no such file; /data has the list.\"" },
		{ house.http, "/hook/sms/kannel?lang=en", page, "Cookie: a=b", "en", "k must be the text of secrets/kannel" },
		{ house.console, "/feed/cap/tidak", page, "Cookie: bahasa=id", "id", "Tidak ada kejadian dengan nama itu." },
		{ house.console, "/feed/cap/tidak", page, "Cookie: bahasa=en", "en", "No incident has that name." },
		{ house.console, "/api/v1/cases?limit=0", json, "Cookie: a=b", "id", "\"detail\":\"limit: 1 sampai 1000.\"" },
		{ house.console, "/api/v1/cases?limit=0", json, "Accept-Language: en", "en", "\"detail\":\"limit: 1 to 1000.\"" },
		{ house.console, "/tidak", page, "Cookie: bahasa=en", "en", "<h1>Not found</h1>" },
	};

	house_make("");
	house_up();
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		char header[32], style[32];
		struct answer a, css;
		struct buf text = { 0 };

		ask(&a, rows[i].base, rows[i].path, (const char *[]){ rows[i].accept, rows[i].reads, NULL }, NULL, 0);
		ck_assert_int_ge(a.status, 400);
		snprintf(header, sizeof(header), "Content-Language: %s\r\n", rows[i].lang);
		ck_assert_msg(strstr(buf_str(&a.head), header) != NULL, "%s: %s", rows[i].path, buf_str(&a.head));
		ck_assert_msg(strstr(buf_str(&a.body), rows[i].said) != NULL, "%s: %s", rows[i].path, buf_str(&a.body));
		ck_assert_int_eq(answer_is(&a, "text/html"), rows[i].accept == page);
		if (rows[i].accept == page) {
			page_value(&a, "<html lang=\"", header, sizeof(header));
			ck_assert_str_eq(header, rows[i].lang);
			page_value(&a, "<link rel=\"stylesheet\" href=\"", style, sizeof(style));
			ask_as(&css, rows[i].base, style, NULL, NULL, 0);
			ck_assert_int_eq(css.status, 200);
			answer_release(&css);
			read_english(&text, buf_str(&a.body));
			ck_assert_pstr_eq(telltale_in(buf_str(&text)), NULL);
		}
		buf_release(&text);
		answer_release(&a);
	}
}
END_TEST

/* The same for everybody's pages. */
START_TEST(the_public_pages_are_english_everywhere)
{
	struct visitor nobody = { .cookie = "Cookie: bahasa=en" };
	char code[CODE_CHARS + 1], path[32];
	const char *also[] = { path, NULL };
	struct reading r = { .who = "nobody" };
	struct house h;

	house_make("");
	house_up();
	sms("+6281377710009", "lampu jalan mati di desa kabat depan warung", code);
	wait_state(code, "ditugaskan");
	snprintf(path, sizeof(path), "/l/%s", code);
	house_eye(&h);
	r.h = &h;
	crawl(&nobody, house.http, PUBLIC_ROUTES, also, is_english, &r);
	ck_assert_msg(r.wrong == 0, "%zu of %zu pages:\n%s", r.wrong, r.n, buf_str(&r.said));
	ck_assert_uint_gt(r.n, 5);
	buf_release(&r.said);
	house_close(&h);
}
END_TEST

Suite *
tongue_suite(void)
{
	Suite *s = suite_create("tongue");
	TCase *tc = tcase_create("tongue"), *slow = tcase_create("everybody");

	tcase_add_checked_fixture(tc, NULL, house_down);
	tcase_add_loop_test(tc, the_console_is_english_everywhere, 0, 1);
	tcase_add_test(tc, the_public_pages_are_english_everywhere);
	tcase_add_test(tc, refusals_are_english_on_an_english_page);
	tcase_add_test(tc, refusals_are_said_in_the_readers_language);
	suite_add_tcase(s, tc);
	tcase_set_tags(slow, "slow");
	tcase_add_checked_fixture(slow, NULL, house_down);
	tcase_add_loop_test(slow, the_console_is_english_everywhere, 1, (int)N_ELEMS(people));
	suite_add_tcase(s, slow);
	tc = tcase_create("reader");
	tcase_add_test(tc, a_telltale_is_told_from_what_is_marked);
	suite_add_tcase(s, tc);
	return s;
}
