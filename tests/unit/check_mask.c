#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"

static const struct { const char *what, *text, *masked; } rows[] = {
	{ "a number", "hub 081234567890 ya", "hub <telepon> ya" },
	{ "with its country", "wa +62 812-3456-7890", "wa <telepon>" },
	{ "of a house", "telp 0333-421234", "telp <telepon>" },
	{ "glued to a word", "hp:081234567890", "hp:<telepon>" },
	{ "NIK", "nik 3510161234560001 salah", "nik <angka> salah" },
	{ "NIK in groups", "nik 3510 1612 3456 0001 salah", "nik <angka> salah" },
	{ "a price stays", "ditarik 1.500.000 rupiah", "ditarik 1.500.000 rupiah" },
	{ "a year and a house stay", "sejak 2021 rumah no 12 rt 03", "sejak 2021 rumah no 12 rt 03" },
	{ "a letter", "kirim ke siti.a@contoh.id.", "kirim ke <email>." },
	{ "links", "lihat https://t.me/x?a=1 dan bit.ly/abc", "lihat <tautan> dan <tautan>" },
	{ "a full stop is no link", "padam.tolong segera", "padam.tolong segera" },
	{ "a name", "rumah Pak Slamet Riyadi terbakar", "rumah Pak <nama> terbakar" },
	{ "a name in small letters", "rumahe pak slamet kobong", "rumahe pak <nama> kobong" },
	{ "an office is no name", "pak lurah dan bu camat diam", "pak lurah dan bu camat diam" },
	{ "a cry is no name", "pak tolong jalan rusak", "pak tolong jalan rusak" },
	{ "kin are no names", "ibu saya pingsan, bapak mertua jatuh",
	    "ibu saya pingsan, bapak mertua jatuh" },
	{ "in the name of", "ktp a.n. Dewi Lestari hilang", "ktp a.n. <nama> hilang" },
	{ "in the name of, in words", "kk atas nama sugeng", "kk atas nama <nama>" },
	{ "said to be named", "anak bernama Budi hilang", "anak bernama <nama> hilang" },
	{ "sdr", "dipukul sdr. Joko", "dipukul sdr. <nama>" },
	{ "a cell of a table", "satu\tdua\ntiga", "satu dua tiga" },
	{ "nothing", "", "" },
	{ "a title at the end", "tolong pak", "tolong pak" },
};

START_TEST(masked)
{
	struct buf out = { 0 };

	buf_add_masked(&out, rows[_i].text, strlen(rows[_i].text));
	ck_assert_msg(strcmp(buf_str(&out), rows[_i].masked) == 0, "%s: \"%s\"", rows[_i].what,
	    buf_str(&out));
	buf_release(&out);
}
END_TEST

/* Any bytes, cut anywhere, without reading beyond. */
START_TEST(cut)
{
	for (size_t len = 0; len <= strlen(rows[_i].text); len++) {
		struct buf out = { 0 };
		char *exact = xmalloc(len + 1);

		memcpy(exact, rows[_i].text, len);
		buf_add_masked(&out, exact, len);
		ck_assert(memchr(buf_str(&out), '\t', out.len) == NULL);
		buf_release(&out);
		free(exact);
	}
}
END_TEST

Suite *mask_suite(void);
Suite *
mask_suite(void)
{
	Suite *s = suite_create("mask");
	TCase *tc = tcase_create("mask");

	tcase_add_loop_test(tc, masked, 0, (int)N_ELEMS(rows));
	tcase_add_loop_test(tc, cut, 0, (int)N_ELEMS(rows));
	suite_add_tcase(s, tc);
	return s;
}
