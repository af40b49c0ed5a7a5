/* The public's window: map, list and open data, without log-in, on a living house. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "store/daily.h"
#include "tests/integration/living.h"

Suite *window_pages_suite(void);

#define NAME_CANARY "Kenariwati"
#define WORD_CANARY "kenariputih"
#define DESA "desa kabat kecamatan kabat"

static void
begin(void)
{
	house_make("public:\n  every: 200ms\n  per_10min: 100000\n");
	house_up();
}

static void
page_of(const char *path, const char *cookie, struct answer *a)
{
	const char *headers[] = { cookie, NULL };

	ask_as(a, house.http, path, cookie != NULL ? headers : NULL, NULL, 0);
	ck_assert_msg(a->status == 200, "%s: %ld", path, a->status);
}

/* Until a public page has these words. */
static void
comes(const char *path, const char *words)
{
	for (int64_t until = clock_mono_ms() + LIMIT_MS; ; ) {
		struct answer a;
		int there;

		page_of(path, NULL, &a);
		there = strstr(buf_str(&a.body), words) != NULL;
		if (!there && clock_mono_ms() >= until)
			ck_abort_msg("%s: no \"%s\" in %.3000s", path, words, buf_str(&a.body));
		answer_release(&a);
		if (there)
			return;
	}
}

static void
has_none(const char *what, const struct buf *text, const char *const *canaries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(strstr(buf_str(text), canaries[i]) == NULL, "%s tells \"%s\": %.3000s", what, canaries[i],
		    buf_str(text));
}

/* A report of each category in the citizens' own words, with a name, a number, a code and a hamlet in it. */
static const char *const texts[] = {
	"lampu jalan mati di " DESA,
	"jalan rusak berlubang di " DESA,
	"sampah menumpuk di " DESA,
	"anak dipukuli bapaknya sampai memar di " DESA,
	"petugas minta uang pungli 500 ribu untuk ktp di " DESA,
	"ada orang gangguan jiwa dipasung di " DESA,
	"tetangga sakit miskin bpjs mati di " DESA,
	"anak tetangga putus sekolah di " DESA,
	"pegawai kecamatan tidak sopan melayani warga di " DESA,
};

START_TEST(canaries_of_every_kind)
{
	static const char *const canaries[] = { NAME_CANARY, WORD_CANARY, "81377", "Tegalkenari", "kekerasan", "pungli", "odgj",
		"kemiskinan", "putus-sekolah", "aparatur", "-8.123", "114.321" };
	static const char *const paths[] = { "/peta", "/peta?lang=en", "/peta?kecamatan=35.10.14", "/peta?kategori=lampu-jalan",
		"/peta?keadaan=ditugaskan", "/data", "/data/kini.json" };
	char code[N_ELEMS(texts)][CODE_CHARS + 1], today[DAY_CHARS], line[96];
	struct buf out = { 0 };

	daily_name(today, wib_day(clock_now_ms()));	/* of the first of them, should midnight come meanwhile */
	for (size_t i = 0; i < N_ELEMS(texts); i++) {
		char from[24], words[256];

		snprintf(from, sizeof(from), "+62813770000%02zu", i);
		snprintf(words, sizeof(words), "%s dusun Tegalkenari, saya " NAME_CANARY " 0813779999%02zu " WORD_CANARY, texts[i], i);
		sms(from, words, code[i]);
	}
	{
		static const char form[] = "isi=got+mampet+di+depan+rumah&desa=35.10.14.2012&lat=-8.12345&lon=114.32145&nama=" NAME_CANARY
		    "&telepon=081377000050&lokasi=dusun+Tegalkenari";
		const char *headers[] = { "Content-Type: application/x-www-form-urlencoded", NULL };
		struct answer a;

		ask_as(&a, house.http, "/lapor", headers, form, strlen(form));
		ck_assert_int_eq(a.status, 303);
		answer_release(&a);
	}
	for (size_t i = 0; i < N_ELEMS(texts); i++) {
		char from[24];

		snprintf(from, sizeof(from), "+62813770000%02zu", i);
		told_any(from);
	}
	comes("/data/kini.json", "drainase");
	comes("/data/kini.json", "lampu-jalan");
	comes("/data/kini.json", "\"sampah\"");
	comes("/data/kini.json", "jalan-rusak");
	for (size_t i = 0; i < N_ELEMS(paths); i++) {
		struct answer a;

		page_of(paths[i], NULL, &a);
		/* the names of kinds that may be asked for are no reports */
		if (strncmp(paths[i], "/peta", 5) == 0) {
			const char *list = strstr(buf_str(&a.body), "<svg");
			struct buf shown = { 0 };

			ck_assert_ptr_nonnull(list);
			buf_adds(&shown, list);
			has_none(paths[i], &shown, canaries, N_ELEMS(canaries));
			buf_release(&shown);
		} else {
			has_none(paths[i], &a.body, canaries, N_ELEMS(canaries));
		}
		for (size_t k = 0; k < N_ELEMS(texts); k++) {
			char shown[16];
			struct code c;

			memcpy(c.s, code[k], sizeof(c.s));
			code_show(shown, &c);
			ck_assert_msg(strstr(buf_str(&a.body), code[k]) == NULL && strstr(buf_str(&a.body), shown) == NULL,
			    "%s tells the code %s", paths[i], shown);
		}
		answer_release(&a);
	}
	for (int f = 0; f < DAILY_FORMS; f++) {
		snprintf(line, sizeof(line), "daily %s --form %s", today, daily_form_name((enum daily_form)f));
		buf_reset(&out);
		ck_assert_int_eq(house_command(line, &out), 0);
		ck_assert_ptr_nonnull(strstr(buf_str(&out), "lampu-jalan"));
		has_none(line, &out, canaries, N_ELEMS(canaries));
	}
	buf_release(&out);
}
END_TEST

START_TEST(raised_to_confidential_it_is_gone)
{
	char code[CODE_CHARS + 1], line[96];

	sms("+6281377000101", "jembatan rusak mau putus di " DESA, code);
	comes("/data/kini.json", "jembatan");
	snprintf(line, sizeof(line), "act %s tugaskan --as opr-d112-1 --note rahasia --category kekerasan-anak", code);
	ck_assert_int_eq(house_command(line, NULL), 0);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; ; ) {
		struct answer a;
		int there;

		page_of("/data/kini.json", NULL, &a);
		there = strstr(buf_str(&a.body), "jembatan") != NULL || strstr(buf_str(&a.body), "kekerasan") != NULL;
		answer_release(&a);
		if (!there)
			break;
		ck_assert_msg(clock_mono_ms() < until, "still there");
	}
}
END_TEST

START_TEST(filters_languages_and_large_print)
{
	struct answer a;

	sms("+6281377000201", "lampu jalan mati di " DESA, NULL);
	sms("+6281377000202", "sampah menumpuk di desa kaligung kecamatan blimbingsari", NULL);
	comes("/peta", "Kabat: 1</title>");
	comes("/peta", "Blimbingsari: 1</title>");
	page_of("/peta?kategori=sampah", NULL, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "Kabat: 0</title>"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "Blimbingsari: 1</title>"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "<option value=\"sampah\" selected>"));
	ck_assert_uint_lt(a.body.len, 100000);
	answer_release(&a);
	/* its desa, and the rest of the filter stays */
	page_of("/peta?kecamatan=35.10.14&keadaan=ditugaskan&lang=en", NULL, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "Map of villages"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "<html lang=\"en\">"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "bahasa=en"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "/peta?kecamatan=35.10.14&amp;keadaan=ditugaskan&amp;lang=id"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "street light"));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "kecamatan=35.10.14&amp;keadaan=ditugaskan&amp;\">"));
	ck_assert_uint_lt(a.body.len, 100000);
	answer_release(&a);
	page_of("/peta?keadaan=ditolak", NULL, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "Tidak ada laporan yang cocok."));
	answer_release(&a);
	/* what is no filter of ours changes nothing, and is not said back */
	page_of("/peta?kategori=%3Cscript%3E&kecamatan=35.10&keadaan=x", NULL, &a);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "script"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "Kabat: 1</title>"));
	answer_release(&a);
}
END_TEST

/* Every page of the public, in both languages, by link and by cookie, and in large print. */
START_TEST(pages_speak_two_languages)
{
	static const struct { const char *path, *id, *en; } pages[] = {
		{ "/", "Apa yang terjadi?", "What has happened?" },
		{ "/cek", "Kode laporan", "Code of the report" },
		{ "/peta", "Semua kecamatan", "All kecamatan" },
		{ "/data", "Cara membuatnya", "How they are made" },
		{ "/catatan", "Kunci publik kami", "Our public key" },
		{ "", "Simpan kode ini:", "Keep this code:" },
	};
	char code[CODE_CHARS + 1], path[64];

	sms("+6281377000301", "lampu jalan mati di " DESA, code);
	wait_state(code, "ditugaskan");
	for (size_t i = 0; i < N_ELEMS(pages); i++) {
		struct answer a;

		snprintf(path, sizeof(path), "%s%s", pages[i].path[0] != '\0' ? pages[i].path : "/l/",
		    pages[i].path[0] != '\0' ? "" : code);
		page_of(path, NULL, &a);
		ck_assert_msg(strstr(buf_str(&a.body), pages[i].id) != NULL, "%s: %.3000s", path, buf_str(&a.body));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "<html lang=\"id\">"));
		ck_assert_ptr_null(strstr(buf_str(&a.body), "[["));
		answer_release(&a);
		page_of(path, "Cookie: huruf=besar; bahasa=en", &a);
		ck_assert_msg(strstr(buf_str(&a.body), pages[i].en) != NULL, "%s: %.3000s", path, buf_str(&a.body));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "<html lang=\"en\" class=\"besar\">"));
		ck_assert_ptr_null(strstr(buf_str(&a.body), pages[i].id));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "lang=\"id\" hreflang=\"id\""));
		ck_assert_ptr_null(strstr(buf_str(&a.head), "bahasa="));	/* remembered is not said again */
		answer_release(&a);
	}
	snprintf(path, sizeof(path), "/l/%s?lang=en&huruf=besar", code);
	{
		struct answer a;

		page_of(path, NULL, &a);
		ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "bahasa=en"));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "huruf=besar"));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "street light"));
		answer_release(&a);
	}
}
END_TEST

START_TEST(no_other_file_is_given_away)
{
	static const char *const paths[] = { "/data/..%2fsecrets%2fdata", "/data/kini.json.XXXXXX", "/data/2026-11-20.txt",
		"/data/2026-11-20", "/data/2026-13-40.csv", "/data/", "/data/2026-11-20.csv/x" };

	for (size_t i = 0; i < N_ELEMS(paths); i++) {
		struct answer a;

		ask_as(&a, house.http, paths[i], NULL, NULL, 0);
		ck_assert_msg(a.status == 404 || a.status == 400, "%s: %ld", paths[i], a.status);
		answer_release(&a);
	}
}
END_TEST

START_TEST(too_many_questions)
{
	struct answer a;
	int i;

	house_make("public:\n  per_10min: 20\n");
	house_up();
	for (i = 0; i < 20; i++) {
		struct answer fine;

		ask_as(&fine, house.http, i % 2 ? "/peta" : "/data", NULL, NULL, 0);
		ck_assert_int_eq(fine.status, 200);
		answer_release(&fine);
	}
	ask_as(&a, house.http, "/data/kini.json", NULL, NULL, 0);
	ck_assert_int_eq(a.status, 429);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "Retry-After"));
	answer_release(&a);
	/* nobody is kept from reporting by it */
	ask_as(&a, house.http, "/", NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	answer_release(&a);
}
END_TEST

Suite *
window_pages_suite(void)
{
	Suite *s = suite_create("window_pages");
	TCase *tc = tcase_create("living"), *few = tcase_create("limited");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, filters_languages_and_large_print);
	tcase_add_test(tc, canaries_of_every_kind);
	tcase_add_test(tc, raised_to_confidential_it_is_gone);
	tcase_add_test(tc, pages_speak_two_languages);
	tcase_add_test(tc, no_other_file_is_given_away);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(few, NULL, house_down);
	tcase_add_test(few, too_many_questions);
	suite_add_tcase(s, few);
	return s;
}
