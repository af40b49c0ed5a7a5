#include <check.h>
#include <string.h>

#include "core/laporan.h"
#include "core/sms.h"

Suite *sms_suite(void);

#define B(s) s, sizeof(s) - 1

static const struct {
	const char *what;
	enum sms_coding coding;
	const char *bytes;
	size_t len;
	const char *words;
} texts[] = {
	{ "plain", SMS_CODING_TEXT, B("jalan  rusak & banjir"), "jalan  rusak & banjir" },
	{ "UTF-8", SMS_CODING_TEXT, B("caf\xc3\xa9 \xe2\x82\xac"), "café €" },
	{ "broken UTF-8", SMS_CODING_TEXT, B("a\xff" "b"), "a\xef\xbf\xbd" "b" },
	{ "a NUL is no end", SMS_CODING_TEXT, B("a\0b"), "a\xef\xbf\xbd" "b" },
	{ "nothing", SMS_CODING_TEXT, B(""), "" },
	{ "curly quotes after a space", SMS_CODING_UCS2, B("\0a\0 \x20\x1c\0h\x20\x1d"), "a “h”" },
	{ "NUL bytes are halves", SMS_CODING_UCS2, B("\x01\0\0\x41"), "ĀA" },
	{ "emoji", SMS_CODING_UCS2, B("\xd8\x3d\xde\x2d"), "😭" },
	{ "odd length", SMS_CODING_UCS2, B("\0a\0"), "a\xef\xbf\xbd" },
	{ "lone high surrogate", SMS_CODING_UCS2, B("\xd8\x3d\0a"), "\xef\xbf\xbd" "a" },
	{ "lone low surrogate", SMS_CODING_UCS2, B("\xde\x2d\0a"), "\xef\xbf\xbd" "a" },
	{ "high surrogate at the end", SMS_CODING_UCS2, B("\0a\xd8\x3d"), "a\xef\xbf\xbd" },
	{ "two highs, then a low", SMS_CODING_UCS2, B("\xd8\x3d\xd8\x3d\xde\x2d"), "\xef\xbf\xbd😭" },
	{ "U+0000", SMS_CODING_UCS2, B("\0a\0\0\0b"), "a\xef\xbf\xbd" "b" },
	{ "bytes", SMS_CODING_BINARY, B("\x00\xff"), "(SMS biner, 2 bita, tidak terbaca: 00ff)" },
};

START_TEST(words_of_a_message)
{
	struct buf out = { 0 };

	sms_add_words(&out, texts[_i].coding, texts[_i].bytes, texts[_i].len);
	ck_assert_msg(strcmp(buf_str(&out), texts[_i].words) == 0, "%s: '%s'", texts[_i].what, buf_str(&out));
	ck_assert_uint_eq(out.len, strlen(texts[_i].words));
	buf_release(&out);
}
END_TEST

START_TEST(utf16_there_and_back)
{
	static const char text[] = "Jl. “Mawar” — 3 😭 €";
	struct buf wide = { 0 }, back = { 0 };

	sms_add_as_utf16(&wide, text, strlen(text));
	ck_assert_uint_eq(wide.len, 2 * 20);
	sms_add_utf16(&back, wide.data, wide.len);
	ck_assert_str_eq(buf_str(&back), text);
	buf_reset(&wide);
	sms_add_as_utf16(&wide, "\xff" "a", 2);
	ck_assert_int_eq(memcmp(wide.data, "\xff\xfd\0a", 4), 0);
	buf_release(&wide);
	buf_release(&back);
}
END_TEST

static const struct {
	const char *udh;
	size_t len;
	int is_part;
	struct sms_part part;
} headers[] = {
	{ B("\x05\x00\x03\x42\x03\x01"), 1, { 0x42, 3, 1 } },
	{ B("\x06\x08\x04\x12\x34\x02\x02"), 1, { 0x1234, 2, 2 } },
	{ B("\x08\x24\x01\x01\x00\x03\x07\x02\x01"), 1, { 7, 2, 1 } },	/* another element first */
	{ B("\x09\x24\x01\x01\x00\x03\x07\x02\x01"), 0, { 0 } },	/* longer than it is */
	{ B("\x09\x05\x02\x23\xf4\x00\x03\x07\x02"), 0, { 0 } },
	{ B("\x09\x24\x02\x01\x01\x00\x03\x07\x02\x01"), 1, { 7, 2, 1 } },
	{ B("\x05\x00\x03\x42\x02\x03"), 0, { 0 } },	/* part 3 of 2 */
	{ B("\x05\x00\x03\x42\x02\x00"), 0, { 0 } },
	{ B("\x05\x00\x03\x42\x00\x01"), 0, { 0 } },
	{ B("\x05\x00\x03\x42\x01\x01"), 0, { 0 } },	/* one of one needs no others */
	{ B("\x05\x00\x03\x42\xff\xff"), 1, { 0x42, 255, 255 } },
	{ B("\x05\x00\x02\x42\x02\x01"), 0, { 0 } },
	{ B("\x04\x05\x00\x03\x42"), 0, { 0 } },
	{ B("\x05\x00\x03\x42"), 0, { 0 } },
	{ B("\xff\x00\x03\x42\x02\x01"), 0, { 0 } },
	{ B("\x00"), 0, { 0 } },
	{ B(""), 0, { 0 } },
};

START_TEST(header_of_a_part)
{
	struct sms_part p = { 0 };

	ck_assert_msg(sms_part_read(&p, headers[_i].udh, headers[_i].len) == headers[_i].is_part, "row %d", _i);
	if (headers[_i].is_part) {
		ck_assert_uint_eq(p.reference, headers[_i].part.reference);
		ck_assert_uint_eq(p.total, headers[_i].part.total);
		ck_assert_uint_eq(p.number, headers[_i].part.number);
	}
}
END_TEST

#define TEXT(s) { SMS_CODING_TEXT, s, sizeof(s) - 1 }
#define WIDE(s) { SMS_CODING_UCS2, s, sizeof(s) - 1 }
#define NONE { SMS_CODING_TEXT, NULL, 0 }

static const struct {
	struct sms_piece pieces[4];
	size_t n;
	int missing;
	const char *text;
} sets[] = {
	{ { TEXT("satu "), TEXT("dua "), TEXT("tiga") }, 3, 0, "satu dua tiga" },
	{ { TEXT("satu"), NONE, TEXT("tiga") }, 3, 1, "satu [...] tiga" },
	{ { NONE, NONE, TEXT("tiga") }, 3, 2, "[...] tiga" },
	{ { TEXT("satu"), NONE, NONE }, 3, 2, "satu [...]" },
	/* A phone cut the pair of an emoji in two. */
	{ { WIDE("\0a\xd8\x3d"), WIDE("\xde\x2d\0b") }, 2, 0, "a😭b" },
	{ { WIDE("\0a\xd8\x3d"), NONE, WIDE("\xde\x2d\0b") }, 3, 1, "a\xef\xbf\xbd [...] \xef\xbf\xbd" "b" },
	{ { TEXT("rumah "), WIDE("\x20\x1c\0a\x20\x1d") }, 2, 0, "rumah “a”" },
	{ { TEXT(""), TEXT("ekor") }, 2, 0, "ekor" },
};

START_TEST(parts_are_joined)
{
	struct buf out = { 0 };

	ck_assert_int_eq(sms_join(&out, sets[_i].pieces, sets[_i].n), sets[_i].missing);
	ck_assert_msg(strcmp(buf_str(&out), sets[_i].text) == 0, "row %d: '%s'", _i, buf_str(&out));
	buf_release(&out);
}
END_TEST

START_TEST(what_is_empty)
{
	char word[] = "tolong";

	ck_assert(laporan_is_empty(&(struct laporan){ .sender = word }));
	ck_assert(!laporan_is_empty(&(struct laporan){ .text = word }));
	ck_assert(!laporan_is_empty(&(struct laporan){ .media_n = 1 }));
	ck_assert(!laporan_is_empty(&(struct laporan){ .has_position = 1 }));
	ck_assert(!laporan_is_empty(&(struct laporan){ .where = word }));
}
END_TEST

Suite *
sms_suite(void)
{
	Suite *s = suite_create("sms");
	TCase *tc = tcase_create("sms");

	tcase_add_loop_test(tc, words_of_a_message, 0, N_ELEMS(texts));
	tcase_add_test(tc, utf16_there_and_back);
	tcase_add_loop_test(tc, header_of_a_part, 0, N_ELEMS(headers));
	tcase_add_loop_test(tc, parts_are_joined, 0, N_ELEMS(sets));
	tcase_add_test(tc, what_is_empty);
	suite_add_tcase(s, tc);
	return s;
}
