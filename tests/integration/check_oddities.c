/* The report of what looks as if somebody worked for the figures, on a living house: lines, the cases behind them, who sees which. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/integration/visitor.h"

Suite *oddities_suite(void);

#define CASES 6
static struct visitor officer, head, other_head, bupati;
static char codes[CASES][CODE_CHARS + 1];

/* Says that it is done, and nothing before. */
static void
resolves(const struct visitor *v, const char *code)
{
	char path[32], with[120], version[16];
	struct answer a;

	snprintf(path, sizeof(path), "/kasus/%.8s", code);
	visitor_opens(v, path, &a);
	page_field(&a.body, "versi", version, sizeof(version));
	answer_release(&a);
	snprintf(with, sizeof(with), "aksi=selesai&versi=%s&catatan=beres", version);
	visitor_sends(v, path, path, with, &a);
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
}

static void
begin(void)
{
	char from[24];

	house_make("oddity:\n  mass_cases: 4\n  mass: 1h\n");
	house_up();
	visitor_enters(&officer, "ptg-o-dishub-1");
	visitor_enters(&head, "kpl-o-dishub");
	visitor_enters(&other_head, "kpl-o-dinsos");
	visitor_enters(&bupati, "kpl-bupati");
	for (int i = 0; i < CASES; i++) {
		snprintf(from, sizeof(from), "+62812346200%02d", i);
		sms(from, "lampu jalan mati di desa kabat depan warung", codes[i]);
		wait_state(codes[i], "ditugaskan");
	}
	for (int i = 0; i < CASES; i++)
		resolves(&officer, codes[i]);
	for (int i = 0; i < CASES; i++)
		wait_state(codes[i], "selesai");
}

static void
page_of(const struct visitor *v, const char *path, struct buf *out)
{
	struct answer a;

	visitor_opens(v, path, &a);
	ck_assert_msg(a.status == 200, "%s: %ld", path, a.status);
	buf_reset(out);
	buf_add(out, a.body.data, a.body.len);
	answer_release(&a);
}

/* Where the figure of a rule leads, by the page of lines; "" where that rule has no line of dishub. */
static void
link_of(const struct buf *page, const char *rule, char out[200])
{
	char name[64], range[96];
	struct answer a = { .body = *page };

	out[0] = '\0';
	snprintf(name, sizeof(name), "aturan=%s&amp;unit=O-DISHUB\"", rule);
	if (strstr(buf_str(page), name) == NULL)
		return;
	page_value(&a, "<a href=\"/laporan?", range, sizeof(range));
	ck_assert_int_eq(strncmp(range, "dari=", 5), 0);
	snprintf(out, 200, "/laporan/kejanggalan?%.15s&%.17s&aturan=%s&unit=O-DISHUB", range, strstr(range, "sampai="), rule);
}

START_TEST(lines_and_what_is_behind_them)
{
	static const char *const odd[] = { "massal", "tanpa-tindakan", "tanpa-foto" };
	struct buf page = { 0 }, cases = { 0 };
	char link[200];

	page_of(&head, "/laporan", &cases);
	ck_assert_ptr_nonnull(strstr(buf_str(&cases), "href=\"/laporan/kejanggalan?dari="));
	page_of(&head, "/laporan/kejanggalan", &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "satu petugas, 4 kasus atau lebih dalam 1 jam"));
	for (size_t i = 0; i < N_ELEMS(odd); i++) {
		link_of(&page, odd[i], link);
		ck_assert_msg(link[0] == '/', "no line of %s", odd[i]);
		page_of(&head, link, &cases);
		for (int n = 0; n < CASES; n++)
			ck_assert_msg(strstr(buf_str(&cases), codes[n]) != NULL, "%s does not open %s", odd[i], codes[n]);
		/* The figure is the same for another head; whose cases they are, he does not see. */
		page_of(&other_head, link, &cases);
		for (int n = 0; n < CASES; n++)
			ck_assert_msg(strstr(buf_str(&cases), codes[n]) == NULL, "%s is shown to others", codes[n]);
		ck_assert_ptr_nonnull(strstr(buf_str(&cases), "6 lagi tidak ditampilkan"));
	}
	link_of(&page, "menit-akhir", link);
	ck_assert_str_eq(link, "");
	link_of(&page, "disanggah", link);
	ck_assert_str_eq(link, "");
	page_of(&bupati, "/laporan/kejanggalan?aturan=massal&unit=O-DINSOS", &cases);
	ck_assert_ptr_nonnull(strstr(buf_str(&cases), "bukan baris sendiri"));
	buf_release(&page);
	buf_release(&cases);
}
END_TEST

START_TEST(who_may_ask)
{
	struct answer a;

	ck_assert_int_eq(visitor_status(&officer, "/laporan/kejanggalan"), 403);
	ck_assert_int_eq(visitor_status(&head, "/laporan/kejanggalan.csv"), 403);
	ck_assert_int_eq(visitor_status(&bupati, "/laporan/kejanggalan?dari=2026-01-01&sampai=2025-01-01"), 400);
	visitor_opens(&bupati, "/laporan/kejanggalan.csv", &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "attachment; filename=\"kejanggalan-"));
	ck_assert_int_eq(strncmp(buf_str(&a.body), "aturan,unit,nama,kali,dari,biasanya\r\n", 37), 0);
	ck_assert_msg(strstr(buf_str(&a.body), "\"tanpa-tindakan\",\"O-DISHUB\",") != NULL, "%s", buf_str(&a.body));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), ",6,6,0\r\n"));
	answer_release(&a);
}
END_TEST

/* Six lamps at one desa: a root problem is proposed, and the one who owns it alone gets it. */
START_TEST(what_keeps_coming_back)
{
	struct buf page = { 0 };
	struct answer a, with_form;
	char with[400], code[CODE_CHARS + 1], cases[120], place[24], owner[32], path[32];
	const char *to;

	ck_assert_int_eq(visitor_status(&officer, "/laporan/berulang"), 403);
	page_of(&head, "/laporan", &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "href=\"/laporan/berulang\""));
	visitor_opens(&head, "/laporan/berulang", &with_form);
	ck_assert_int_eq(with_form.status, 200);
	for (int n = 0; n < CASES; n++)
		ck_assert_msg(strstr(buf_str(&with_form.body), codes[n]) != NULL, "%s is not named", codes[n]);
	page_value(&with_form, "name=\"kasus\" value=\"", cases, sizeof(cases));
	page_value(&with_form, "name=\"tempat\" value=\"", place, sizeof(place));
	page_value(&with_form, "name=\"usulan\" value=\"", owner, sizeof(owner));
	answer_release(&with_form);
	ck_assert_str_eq(owner, "O-DISHUB");
	snprintf(with, sizeof(with), "kategori=lampu-jalan&tempat=%s&usulan=%s&unit=&kasus=%s", place, owner, cases);
	for (char *c = with; *c != '\0'; c++)
		*c = *c == ' ' ? '+' : *c;
	code[0] = '\0';
	for (int press = 0; press < 2; press++) {	/* twice is once */
		visitor_sends(&head, "/laporan/berulang", "/laporan/berulang", with, &a);
		ck_assert_int_eq(a.status, 303);
		to = strstr(buf_str(&a.head), "Location: /kasus/");
		ck_assert_ptr_nonnull(to);
		to += strlen("Location: /kasus/");
		ck_assert(press == 0 || strncmp(to, code, CODE_CHARS) == 0);
		snprintf(code, sizeof(code), "%.8s", to);
		answer_release(&a);
	}
	wait_state(code, "ditugaskan");
	snprintf(path, sizeof(path), "/kasus/%.8s", code);
	page_of(&head, path, &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "masalah akar"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Masalah berulang: "));
	page_of(&head, "/laporan/berulang", &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), path));
	ck_assert_ptr_null(strstr(buf_str(&page), "name=\"kasus\""));
	/* What is no group, no unit, or no list of cases changes nothing. */
	visitor_sends(&head, "/laporan/berulang", "/laporan/berulang",
	    "kategori=lampu-jalan&tempat=35.10.14.2001&usulan=O-DISHUB&unit=&kasus=ABC", &a);
	ck_assert_int_eq(a.status, 422);
	answer_release(&a);
	visitor_sends(&officer, "/tugas", "/laporan/berulang", with, &a);
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	buf_release(&page);
}
END_TEST

Suite *
oddities_suite(void)
{
	Suite *s = suite_create("oddities");
	TCase *tc = tcase_create("oddities");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, lines_and_what_is_behind_them);
	tcase_add_test(tc, who_may_ask);
	tcase_add_test(tc, what_keeps_coming_back);
	suite_add_tcase(s, tc);
	return s;
}
