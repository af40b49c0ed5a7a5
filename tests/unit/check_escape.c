#include <check.h>
#include <string.h>

#include <jansson.h>

#include "lib/escape.h"

#define FFFD "\xef\xbf\xbd"

typedef void (*encoder)(struct buf *b, const char *s, size_t len);
#define TEXT(s) s, sizeof(s) - 1

static const struct {
	const char *what;
	encoder encode;
	const char *in;
	size_t len;
	const char *out;
} rows[] = {
	{ "html markup", buf_add_html, TEXT("<a href=\"x\">'&"),
	    "&lt;a href=&quot;x&quot;&gt;&#39;&amp;" },
	{ "html keeps UTF-8", buf_add_html, TEXT("jalan \xc3\xa9\xf0\x9f\x94\xa5"),
	    "jalan \xc3\xa9\xf0\x9f\x94\xa5" },
	{ "html words of ours", buf_add_html, TEXT("[[Keluar"), "&#91;&#91;Keluar" },
	{ "html broken UTF-8", buf_add_html, TEXT("a\xff\xc0\xaf z"), "a" FFFD FFFD FFFD " z" },
	{ "html NUL", buf_add_html, TEXT("a\0b"), "a" FFFD "b" },
	{ "html shows a turned text", buf_add_html, TEXT("\xe2\x80\xae" "a"), "\\u202ea" },
	{ "html cut in a character", buf_add_html, TEXT("a\xe2\x80"), "a" FFFD },
	{ "json quotes", buf_add_json, TEXT("a\"\\\n\t"), "\"a\\\"\\\\\\n\\t\"" },
	{ "json in a script element", buf_add_json, TEXT("</script>"), "\"\\u003c/script>\"" },
	{ "json line separators", buf_add_json, TEXT("\xe2\x80\xa8\xe2\x80\xa9"), "\"\\u2028\\u2029\"" },
	{ "json control and NUL", buf_add_json, TEXT("\x01\0"), "\"\\u0001\\u0000\"" },
	{ "json surrogate", buf_add_json, TEXT("\xed\xa0\x80"), "\"" FFFD FFFD FFFD "\"" },
	{ "xml markup", buf_add_xml, TEXT("]]><\"'&"), "]]&gt;&lt;&quot;&#39;&amp;" },
	{ "xml leaves out what XML forbids", buf_add_xml, TEXT("a\x01\x1b\xef\xbf\xbf" "b\n"), "ab&#10;" },
	{ "csv quotes", buf_add_csv, TEXT("a\"b,c\n"), "\"a\"\"b,c\n\"" },
	{ "csv formula", buf_add_csv, TEXT("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"" },
	{ "csv formula after blanks", buf_add_csv, TEXT("  @SUM"), "\"'  @SUM\"" },
	{ "csv tab", buf_add_csv, TEXT("\tx"), "\"'\tx\"" },
	{ "csv full-width", buf_add_csv, TEXT("\xef\xbc\x9d" "1"), "\"'\xef\xbc\x9d" "1\"" },
	{ "csv minus", buf_add_csv, TEXT("-1"), "\"'-1\"" },
	{ "csv empty", buf_add_csv, TEXT(""), "\"\"" },
	{ "url", buf_add_url, TEXT("a b/?&=\xc3\xa9~.-_"), "a%20b%2F%3F%26%3D%C3%A9~.-_" },
	{ "url NUL and newline", buf_add_url, TEXT("\0\r\n"), "%00%0D%0A" },
	{ "log one line", buf_add_logvalue, TEXT("a\n\"b\\"), "a\\u000a\\u0022b\\u005c" },
	{ "log bidi, separators, zero width", buf_add_logvalue,
	    TEXT("\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b\xef\xbb\xbf"), "\\u202e\\u2028\\u200b\\ufeff" },
	{ "log escape sequence", buf_add_logvalue, TEXT("\x1b[2J"), "\\u001b[2J" },
	{ "utf8 repair", buf_add_utf8, TEXT("a\xf0\x9f\x94x\xc2"), "a" FFFD "x" FFFD },
};

START_TEST(encodes)
{
	struct buf b = { 0 };

	rows[_i].encode(&b, rows[_i].in, rows[_i].len);
	ck_assert_msg(strcmp(buf_str(&b), rows[_i].out) == 0, "%s: %s", rows[_i].what, buf_str(&b));
	buf_release(&b);
}
END_TEST

START_TEST(every_json_string_is_read_back)
{
	struct buf b = { 0 }, good = { 0 };
	unsigned seed = 7;
	char text[40];

	for (int round = 0; round < 2000; round++) {
		json_t *j;
		size_t len = (size_t)round % sizeof(text);

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = (char)(seed >> 16);
		}
		buf_reset(&b);
		buf_reset(&good);
		buf_add_json(&b, text, len);
		buf_add_utf8(&good, text, len);
		j = json_loadb(b.data, b.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		ck_assert_msg(j != NULL, "%s", buf_str(&b));
		ck_assert_uint_eq(json_string_length(j), good.len);
		ck_assert(memcmp(json_string_value(j), buf_str(&good), good.len) == 0);
		ck_assert(utf8_valid(good.data, good.len));
		json_decref(j);
	}
	buf_release(&b);
	buf_release(&good);
}
END_TEST

START_TEST(a_log_value_is_cut_between_characters)
{
	struct buf b = { 0 }, long_text = { 0 };

	for (int i = 0; i < 1000; i++)
		buf_adds(&long_text, "\xe2\x82\xac");
	buf_add_logvalue(&b, long_text.data, long_text.len);
	ck_assert_uint_eq(b.len, 510);
	ck_assert(utf8_valid(b.data, b.len));
	buf_release(&b);
	buf_release(&long_text);
}
END_TEST

START_TEST(hex_goes_both_ways)
{
	unsigned char bytes[256], back[256];
	struct buf b = { 0 };

	for (int i = 0; i < 256; i++)
		bytes[i] = (unsigned char)i;
	buf_add_hex(&b, bytes, sizeof(bytes));
	ck_assert_uint_eq(b.len, 512);
	ck_assert(strncmp(b.data + 508, "feff", 4) == 0);
	ck_assert_int_eq(hex_decode(back, b.data, b.len), 0);
	ck_assert(memcmp(bytes, back, sizeof(bytes)) == 0);
	ck_assert_int_eq(hex_decode(back, "aF", 2), 0);
	ck_assert_int_eq(back[0], 0xaf);
	ck_assert_int_eq(hex_decode(back, "abc", 3), -1);
	ck_assert_int_eq(hex_decode(back, "0g", 2), -1);
	ck_assert_int_eq(hex_decode(back, "0x", 2), -1);
	buf_release(&b);
}
END_TEST

Suite *escape_suite(void);

Suite *
escape_suite(void)
{
	Suite *s = suite_create("escape");
	TCase *tc = tcase_create("escape");

	tcase_add_loop_test(tc, encodes, 0, N_ELEMS(rows));
	tcase_add_test(tc, every_json_string_is_read_back);
	tcase_add_test(tc, a_log_value_is_cut_between_characters);
	tcase_add_test(tc, hex_goes_both_ways);
	suite_add_tcase(s, tc);
	return s;
}
