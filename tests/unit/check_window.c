/* What everybody may know: the public's rows, a day's files, and what must never be in them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/window.h"
#include "lib/words.h"
#include "store/daily.h"
#include "tests/unit/world.h"

Suite *window_suite(void);

#define KABAT "35.10.14.2012"
#define KABAT_KECAMATAN "35.10.14"
#define REGENCY "35.10"

static const struct policy *p;

static void
begin(void)
{
	p = world_policy(NULL);
}

/* n equal cases behind the others. */
static void
add(struct window_case *all, size_t *n, int times, const char *category, const char *place, enum window_state state)
{
	while (times-- > 0)
		all[(*n)++] = (struct window_case){ category, place, state, 20000, 0 };
}

static int
count_of(const struct window_row *rows, size_t n, const char *category, const char *place)
{
	int count = 0;

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].category, category) == 0 && strcmp(rows[i].place, place) == 0)
			count += rows[i].count;
	return count;
}

START_TEST(things_are_told_one_by_one)
{
	struct window_case all[8];
	struct window_row *rows;
	size_t n = 0;

	add(all, &n, 1, "jalan-rusak", KABAT, WINDOW_GIVEN);
	add(all, &n, 2, "lampu-jalan", KABAT, WINDOW_HANDLED);
	add(all, &n, 1, "lampu-jalan", "", WINDOW_HANDLED);	/* nobody knows where */
	n = window_rows(p->catalogue, p->places, all, n, &rows);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(count_of(rows, n, "jalan-rusak", KABAT), 1);
	ck_assert_int_eq(count_of(rows, n, "lampu-jalan", KABAT), 2);
	ck_assert_int_eq(count_of(rows, n, "lampu-jalan", REGENCY), 1);
	ck_assert_int_eq((int)rows[0].day, 20000);
	free(rows);
}
END_TEST

/* How many cases about people there are in Kabat and in another desa of its kecamatan; what is told of them. */
static const struct { int here, beside, far, told_here, told_kecamatan, told_regency; } crowds[] = {
	{ 4, 0, 0, 0, 0, 0 },
	{ 5, 0, 0, 5, 0, 0 },
	{ 7, 0, 0, 5, 0, 0 },
	{ 4, 1, 0, 0, 5, 0 },
	{ 4, 4, 0, 0, 5, 0 },
	{ 2, 2, 1, 0, 0, 5 },
	{ 2, 1, 1, 0, 0, 0 },
	{ 11, 3, 2, 10, 0, 5 },		/* those who are left over elsewhere are fewer than five each */
};

START_TEST(people_are_told_in_fives)
{
	struct window_case all[32];
	struct window_row *rows;
	size_t n = 0;

	add(all, &n, crowds[_i].here, "odgj", KABAT, WINDOW_GIVEN);
	add(all, &n, crowds[_i].beside, "odgj", "35.10.14.2003", WINDOW_GIVEN);
	add(all, &n, crowds[_i].far, "odgj", "35.10.25.2007", WINDOW_GIVEN);
	n = window_rows(p->catalogue, p->places, all, n, &rows);
	ck_assert_int_eq(count_of(rows, n, "odgj", KABAT), crowds[_i].told_here);
	ck_assert_int_eq(count_of(rows, n, "odgj", KABAT_KECAMATAN), crowds[_i].told_kecamatan);
	ck_assert_int_eq(count_of(rows, n, "odgj", REGENCY), crowds[_i].told_regency);
	for (size_t i = 0; i < n; i++) {
		ck_assert_int_eq(rows[i].count % WINDOW_LEAST, 0);
		ck_assert_int_eq((int)rows[i].day, 0);
		ck_assert_int_eq(rows[i].in_fives, 1);
	}
	free(rows);
}
END_TEST

START_TEST(few_states_are_not_told)
{
	struct window_case all[16];
	struct window_row *rows;
	size_t n = 0;

	add(all, &n, 3, "odgj", KABAT, WINDOW_GIVEN);
	add(all, &n, 3, "odgj", KABAT, WINDOW_REJECTED);
	n = window_rows(p->catalogue, p->places, all, n, &rows);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(rows[0].state, WINDOW_UNTOLD);
	ck_assert_str_eq(rows[0].place, REGENCY);
	ck_assert_int_eq(rows[0].count, 5);
	free(rows);
}
END_TEST

START_TEST(who_hides_is_told_as_people_are)
{
	struct window_case all[2] = { { "jalan-rusak", KABAT, WINDOW_GIVEN, 20000, 1 },
		{ "jalan-rusak", KABAT, WINDOW_GIVEN, 20000, 0 } };
	struct window_row *rows;
	size_t n = window_rows(p->catalogue, p->places, all, 2, &rows);

	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(rows[0].count, 1);
	free(rows);
}
END_TEST

START_TEST(what_is_sealed_or_unknown_is_nowhere)
{
	struct window_case all[64];
	struct window_row *rows;
	enum window_state s;
	size_t n = 0;

	add(all, &n, 20, "kekerasan-anak", KABAT, WINDOW_GIVEN);
	add(all, &n, 20, "pungli", KABAT, WINDOW_GIVEN);
	add(all, &n, 6, "", KABAT, WINDOW_GIVEN);
	add(all, &n, 6, "spam", KABAT, WINDOW_GIVEN);
	add(all, &n, 6, "tak-dikenal", KABAT, WINDOW_GIVEN);
	ck_assert_uint_eq(window_rows(p->catalogue, p->places, all, n, &rows), 0);
	free(rows);
	ck_assert_int_eq(window_state_of(CASE_BARU, CLOSE_NONE, &s), -1);
	ck_assert_int_eq(window_is_of_things(p->catalogue, "kekerasan-anak"), 0);
	ck_assert_int_eq(window_is_of_things(p->catalogue, "odgj"), 0);
	ck_assert_int_eq(window_is_of_things(p->catalogue, "jalan-rusak"), 1);
}
END_TEST

START_TEST(ends_are_apart)
{
	static const struct { enum close_reason as; const char *name; } ends[] = {
		{ CLOSE_CONFIRMED, "dibenarkan-warga" }, { CLOSE_UNDISPUTED, "ditutup-belum-dikonfirmasi" },
		{ CLOSE_REJECTED, "ditolak" }, { CLOSE_DUPLICATE, "ganda" }, { CLOSE_WITHDRAWN, "dicabut" },
	};

	for (size_t i = 0; i < N_ELEMS(ends); i++) {
		enum window_state s, back;

		ck_assert_int_eq(window_state_of(CASE_DITUTUP, ends[i].as, &s), 0);
		ck_assert_str_eq(window_state_name(s), ends[i].name);
		ck_assert_int_eq(window_state_of_name(ends[i].name, &back), 0);
		ck_assert_int_eq(back, s);
	}
}
END_TEST

/* ---- a day ---- */

#define DAY INT64_C(20777)
#define MORNING (DAY * DAY_MS - WIB_MS + 8 * HOUR_MS)
#define MIDNIGHT ((DAY + 1) * DAY_MS - WIB_MS)

static int64_t seq;

static void
entry(struct daily *d, const char *code, int version, int64_t at_ms, const char *state, const char *category, const char *more)
{
	struct buf b = { 0 };
	struct log_line line = { .seq = ++seq };

	buf_addf(&b, "{\"schema\":1,\"code\":\"%s\",\"v\":%d,\"at\":%" PRId64 ",\"what\":\"x\",\"note\":\"KENARI\",\"c\":{\"st\":\"%s\","
	    "\"cat\":\"%s\",\"pl\":\"" KABAT "\",\"un\":[\"O-X\"],\"rx\":%" PRId64 "%s}}", code, version, at_ms, state, category,
	    at_ms, more);
	line.entry = buf_str(&b);
	line.len = b.len;
	daily_take(d, &line);
	buf_release(&b);
}

static void
written(const struct daily *d, enum daily_form form, struct buf *out)
{
	static const struct daily_about about = { "Kabupaten X", "CC BY 4.0", "abc" };

	buf_reset(out);
	daily_write(d, p, &about, form, out);
}

static void
usual_day(struct daily *d)
{
	seq = 0;
	entry(d, "EARLIER1", 7, MORNING, "ditangani", "jalan-rusak", "");	/* opened on another day */
	entry(d, "AAAAAAA1", 1, MORNING, "ditugaskan", "jalan-rusak", "");
	entry(d, "AAAAAAA2", 1, MORNING, "ditugaskan", "lampu-jalan", "");
	entry(d, "AAAAAAA1", 2, MORNING + HOUR_MS, "ditangani", "jalan-rusak", "");
	entry(d, "AAAAAAA3", 1, MORNING + HOUR_MS, "ditugaskan", "kekerasan-anak", ",\"sealed\":1");
}

START_TEST(a_day_as_it_stood_at_midnight)
{
	struct daily *d = daily_new(DAY);
	struct buf now = { 0 }, later = { 0 };

	usual_day(d);
	written(d, DAILY_CSV, &now);
	ck_assert_str_eq(buf_str(&now), "\"hari\",\"kategori\",\"arti\",\"tempat_kode\",\"tempat\",\"keadaan\",\"jumlah\",\"dibulatkan\"\r\n"
	    "\"2026-11-20\",\"jalan-rusak\",\"jalan berlubang, paving, aspal, bahu jalan\",\"" KABAT "\",\"Ds. Kabat, Kec. Kabat\",\"ditangani\",1,\"tidak\"\r\n"
	    "\"2026-11-20\",\"lampu-jalan\",\"lampu penerangan jalan mati atau belum ada\",\"" KABAT "\",\"Ds. Kabat, Kec. Kabat\",\"ditugaskan\",1,\"tidak\"\r\n");
	/* what comes after midnight changes no byte of any form */
	for (int f = 0; f < DAILY_FORMS; f++) {
		struct daily *e = daily_new(DAY);

		usual_day(e);
		written(e, (enum daily_form)f, &now);
		entry(e, "AAAAAAA1", 3, MIDNIGHT, "selesai", "jalan-rusak", "");
		entry(e, "AAAAAAA9", 1, MIDNIGHT + 1, "ditugaskan", "jalan-rusak", "");
		written(e, (enum daily_form)f, &later);
		ck_assert_str_eq(buf_str(&now), buf_str(&later));
		ck_assert_ptr_null(strstr(buf_str(&now), "AAAAAAA"));	/* no code, */
		ck_assert_ptr_null(strstr(buf_str(&now), "KENARI"));	/* no words, */
		ck_assert_ptr_null(strstr(buf_str(&now), "kekerasan"));	/* nothing sealed */
		daily_free(e);
	}
	daily_free(d);
	buf_release(&now);
	buf_release(&later);
}
END_TEST

START_TEST(what_is_sealed_later_is_taken_out)
{
	struct daily *d = daily_new(DAY);
	struct buf text = { 0 };

	usual_day(d);
	entry(d, "AAAAAAA2", 2, MIDNIGHT + 9 * DAY_MS, "ditugaskan", "kekerasan-anak", ",\"sealed\":1");
	entry(d, "AAAAAAA4", 1, MORNING, "ditugaskan", "jembatan", "},\"rep\":{\"hide\":1");
	entry(d, "AAAAAAA4", 2, MORNING + 1, "ditangani", "jembatan", "");
	written(d, DAILY_JSON, &text);
	ck_assert_ptr_null(strstr(buf_str(&text), "jembatan"));	/* alone, and he hides */
	ck_assert_ptr_null(strstr(buf_str(&text), "lampu-jalan"));
	ck_assert_ptr_nonnull(strstr(buf_str(&text), "jalan-rusak"));
	ck_assert_uint_eq(daily_cases(d), 2);
	daily_free(d);
	buf_release(&text);
}
END_TEST

START_TEST(drills_are_nobodys_data)
{
	struct daily *d = daily_new(DAY);
	static const char entry_text[] = "{\"code\":\"AAAAAAA1\",\"v\":1,\"at\":%" PRId64 ",\"latihan\":true,\"c\":{\"st\":\"ditugaskan\","
	    "\"cat\":\"jalan-rusak\",\"pl\":\"" KABAT "\"}}";
	struct buf b = { 0 };
	struct log_line line = { .seq = 1 };

	buf_addf(&b, entry_text, MORNING);
	line.entry = buf_str(&b);
	line.len = b.len;
	daily_take(d, &line);
	ck_assert_uint_eq(daily_cases(d), 0);
	daily_free(d);
	buf_release(&b);
}
END_TEST

START_TEST(names_of_days)
{
	char name[DAY_CHARS];
	int64_t day;

	daily_name(name, DAY);
	ck_assert_str_eq(name, "2026-11-20");
	ck_assert_int_eq(daily_of_name(name, &day), 0);
	ck_assert_int_eq((int)day, (int)DAY);
	ck_assert_int_eq(daily_of_name("../etc/pas", &day), -1);
	ck_assert_int_eq(daily_of_name("2026-13-01", &day), -1);
	ck_assert_int_eq(daily_of_name("2026-11-2", &day), -1);
}
END_TEST

/* ---- words of pages ---- */

START_TEST(marks_of_a_page)
{
	static const struct word near[] = { { "Satu", "One" } }, far[] = { { "Dua", "Two" }, { "Satu", "not asked" } };
	static const struct words behind = { far, N_ELEMS(far), NULL }, w = { near, N_ELEMS(near), &behind };
	static const char page[] = "<p>[[Satu]] {x} [[Tiga]][[Dua]]</p>[[";
	struct buf id = { 0 }, en = { 0 };

	words_put(&id, &w, LANG_ID, page, strlen(page));
	words_put(&en, &w, LANG_EN, page, strlen(page));
	ck_assert_str_eq(buf_str(&id), "<p>Satu {x} [[Tiga]]Dua</p>[[");
	ck_assert_str_eq(buf_str(&en), "<p>One {x} [[Tiga]]Two</p>[[");
	ck_assert_str_eq(words_say(&w, LANG_EN, "Dua"), "Two");
	ck_assert_str_eq(words_say(&w, LANG_ID, "Dua"), "Dua");
	ck_assert_int_eq(words_know(&w, LANG_EN, "Tiga"), 0);
	buf_release(&id);
	buf_release(&en);
}
END_TEST

Suite *
window_suite(void)
{
	Suite *s = suite_create("window");
	TCase *tc = tcase_create("window");

	tcase_add_unchecked_fixture(tc, begin, NULL);
	tcase_add_test(tc, things_are_told_one_by_one);
	tcase_add_loop_test(tc, people_are_told_in_fives, 0, (int)N_ELEMS(crowds));
	tcase_add_test(tc, few_states_are_not_told);
	tcase_add_test(tc, who_hides_is_told_as_people_are);
	tcase_add_test(tc, what_is_sealed_or_unknown_is_nowhere);
	tcase_add_test(tc, ends_are_apart);
	tcase_add_test(tc, a_day_as_it_stood_at_midnight);
	tcase_add_test(tc, what_is_sealed_later_is_taken_out);
	tcase_add_test(tc, drills_are_nobodys_data);
	tcase_add_test(tc, names_of_days);
	tcase_add_test(tc, marks_of_a_page);
	suite_add_tcase(s, tc);
	return s;
}
