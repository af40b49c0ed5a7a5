/* XLSX as offices write it, and as an attacker does. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/sheet.h"
#include "tests/workbook.h"

Suite *sheet_suite(void);

static const struct sheet_limits usual = { .unpacked_bytes = 1 << 20, .rows = 100, .columns = 8, .cell_bytes = 256 };

static int
convert(const struct workbook *w, const struct sheet_limits *most, struct buf *out, struct buf *errors)
{
	char path[] = "/tmp/kentongan-sheet-XXXXXX";
	struct buf bytes = { 0 };
	int fd = mkstemp(path), rc;

	ck_assert_int_ge(fd, 0);
	close(fd);
	workbook_write(path, w);
	ck_assert_int_eq(file_read(path, 1 << 20, &bytes), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(sheet_is_workbook(bytes.data, bytes.len), 1);
	rc = sheet_to_csv(out, "f.xlsx", bytes.data, bytes.len, most, errors);
	buf_release(&bytes);
	return rc;
}

#define STYLES "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd/mm/yyyy\\ hh:mm\"/>" \
    "<numFmt numFmtId=\"165\" formatCode=\"[$Rp-421]#,##0&quot; per hari&quot;\"/></numFmts>" \
    "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>" \
    "<xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs></styleSheet>"

static const struct { const char *what; struct workbook w; const char *csv; } good[] = {
	{ "texts, shared and inline; a row keeps its number", {
	    .strings = "<sst><si><t>id</t></si><si><r><t>na</t></r><r><t>ma</t></r><rPh><t>x</t></rPh></si></sst>",
	    .sheet = SHEET "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
	    "<row r=\"2\"/><row r=\"3\"><c r=\"B3\" t=\"inlineStr\"><is><t>a \"b\",\nc</t></is></c></row>" SHEET_END },
	    "\"id\",\"nama\"\n\n\"\",\"a \"\"b\"\", c\"" },
	{ "numbers as they were typed", {
	    .sheet = SHEET "<row><c><v>628123456789</v></c><c><v>6.28123456789E11</v></c><c><v>0.1</v></c>"
	    "<c><v>-3</v></c></row>" SHEET_END },
	    "\"628123456789\",\"628123456789\",\"0.1\",\"-3\"" },
	{ "dates by their style, money by its own", { .styles = STYLES,
	    .sheet = SHEET "<row><c s=\"1\"><v>46356</v></c><c s=\"2\"><v>46356.2916666667</v></c>"
	    "<c s=\"3\"><v>46356</v></c><c s=\"2\"><v>0.5</v></c><c t=\"d\"><v>2026-12-01T07:00:00</v></c></row>" SHEET_END },
	    "\"2026-11-30\",\"2026-11-30 07:00\",\"46356\",\"12:00\",\"2026-12-01 07:00\"" },
	{ "the last result of a formula", {
	    .sheet = SHEET "<row><c t=\"str\"><f>A2&amp;B2</f><v>=1+1</v></c></row>" SHEET_END }, "\"=1+1\"" },
	{ "the first visible sheet, told from the root; prefixes", {
	    .book = WORKBOOK "<workbookPr date1904=\"1\"/><sheets><sheet name=\"H\" state=\"hidden\" r:id=\"rId9\"/>"
	    "<sheet name=\"A\" r:id=\"rId1\"/></sheets></workbook>",
	    .rels = "<Relationships><Relationship Id=\"rId9\" Target=\"x.xml\"/>"
	    "<Relationship Id=\"rId1\" Target=\"/xl/worksheets/sheet1.xml\"/></Relationships>", .styles = STYLES,
	    .sheet = "<x:worksheet xmlns:x=\"urn:x\"><x:row><x:c s=\"1\"><x:v>1</x:v></x:c></x:row></x:worksheet>" },
	    "\"1904-01-02\"" },
	{ "cells without anything are not there", {
	    .sheet = SHEET "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"XFD1\"/></row><row r=\"1048576\"><c r=\"A1048576\"/></row>"
	    SHEET_END }, "\"1\"" },
};

START_TEST(as_offices_write_it)
{
	struct buf out = { 0 }, errors = { 0 };

	ck_assert_msg(convert(&good[_i].w, &usual, &out, &errors) == 0, "%s: %s", good[_i].what, buf_str(&errors));
	ck_assert_msg(strcmp(buf_str(&out), good[_i].csv) == 0, "%s: %s", good[_i].what, buf_str(&out));
	buf_release(&out);
	buf_release(&errors);
}
END_TEST

static const struct { const char *what; struct workbook w; const char *error; } bad[] = {
	{ "entities that grow", { .sheet = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
	    SHEET "<row><c t=\"str\"><v>&b;</v></c></row>" SHEET_END }, "f.xlsx: xl/worksheets/sheet1.xml has a document type" },
	{ "entities in the shared strings", { .strings = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><sst/>", .sheet = SHEET SHEET_END },
	    "f.xlsx: xl/sharedStrings.xml has a document type" },
	{ "no sheet to be seen", { .book = WORKBOOK "<sheets/></workbook>", .sheet = SHEET SHEET_END },
	    "f.xlsx: is no XLSX workbook" },
	{ "a sheet that is not there", { 0 }, "f.xlsx: xl/worksheets/sheet1.xml is missing" },
	{ "broken XML", { .sheet = SHEET "<row>" }, "f.xlsx: xl/worksheets/sheet1.xml: no element found" },
	{ "errors of all cells are named", { .sheet = SHEET "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>"
	    "<row r=\"2\"><c r=\"B2\" t=\"e\"><v>#REF!</v></c></row><row r=\"7\"><c r=\"AA7\" t=\"e\"><v>#N/A</v></c></row>" SHEET_END },
	    "f.xlsx:2: column B holds the error #REF!; write the value itself\nf.xlsx:7: more than 8 columns (import.columns)" },
	{ "a row too far", { .sheet = SHEET "<row r=\"101\"><c><v>1</v></c></row>" SHEET_END }, "f.xlsx:101: more than 100 rows (import.rows)" },
	{ "rows that go back", { .sheet = SHEET "<row r=\"5\"/><row r=\"5\"/>" SHEET_END }, "f.xlsx:5: row 5 comes after it" },
	{ "a cell nowhere", { .sheet = SHEET "<row r=\"5\"><c r=\"5A\"/></row>" SHEET_END }, "f.xlsx:5: \"5A\" is no cell" },
};

START_TEST(mistakes_are_named)
{
	struct buf out = { 0 }, errors = { 0 };

	ck_assert_msg(convert(&bad[_i].w, &usual, &out, &errors) == -1, "%s", bad[_i].what);
	ck_assert_msg(strncmp(buf_str(&errors), bad[_i].error, strlen(bad[_i].error)) == 0, "%s: %s", bad[_i].what,
	    buf_str(&errors));
	ck_assert_uint_eq(out.len, 0);
	buf_release(&out);
	buf_release(&errors);
}
END_TEST

/* A small file that unpacks to much: a thousandth of it on disk, stopped at the limit. */
START_TEST(a_bomb_is_not_unpacked)
{
	struct buf sheet = { 0 }, out = { 0 }, errors = { 0 };
	struct workbook w = { 0 };

	buf_adds(&sheet, SHEET);
	for (int i = 0; i < 2 << 20; i++)
		buf_addc(&sheet, ' ');
	buf_adds(&sheet, SHEET_END);
	w.sheet = buf_str(&sheet);
	ck_assert_int_eq(convert(&w, &usual, &out, &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "unpacks to more than 1048576 bytes (import.unpacked)"));
	buf_release(&sheet);
	buf_release(&out);
	buf_release(&errors);
}
END_TEST

/* One long text that every cell points to costs nothing in the file. */
START_TEST(a_text_told_a_thousand_times)
{
	struct sheet_limits most = { .unpacked_bytes = 20000, .rows = 100, .columns = 8, .cell_bytes = 256 };
	struct buf strings = { 0 }, sheet = { 0 }, out = { 0 }, errors = { 0 };
	struct workbook w = { 0 };

	buf_adds(&strings, "<sst><si><t>");
	for (int i = 0; i < 256; i++)
		buf_addc(&strings, 'a');
	buf_adds(&strings, "</t></si></sst>");
	buf_adds(&sheet, SHEET);
	for (int i = 0; i < 90; i++) {
		buf_adds(&sheet, "<row>");
		for (int j = 0; j < 8; j++)
			buf_adds(&sheet, "<c t=\"s\"><v>0</v></c>");
		buf_adds(&sheet, "</row>");
	}
	buf_adds(&sheet, SHEET_END);
	w.sheet = buf_str(&sheet), w.strings = buf_str(&strings);
	ck_assert_int_eq(convert(&w, &most, &out, &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "20000 bytes (import.unpacked)"));
	ck_assert_int_eq(convert(&w, &usual, &out, &errors), 0);
	buf_release(&strings);
	buf_release(&sheet);
	buf_release(&out);
	buf_release(&errors);
}
END_TEST

START_TEST(a_cell_too_long)
{
	struct buf sheet = { 0 }, out = { 0 }, errors = { 0 };
	struct workbook w = { 0 };

	buf_adds(&sheet, SHEET "<row r=\"3\"><c r=\"C3\" t=\"str\"><v>");
	for (int i = 0; i < 257; i++)
		buf_addc(&sheet, 'a');
	buf_adds(&sheet, "</v></c></row>" SHEET_END);
	w.sheet = buf_str(&sheet);
	ck_assert_int_eq(convert(&w, &usual, &out, &errors), -1);
	ck_assert_str_eq(buf_str(&errors), "f.xlsx:3: column C has more than 256 bytes (import.cell); shorten it\n");
	buf_release(&sheet);
	buf_release(&out);
	buf_release(&errors);
}
END_TEST

START_TEST(what_only_begins_like_one)
{
	struct buf out = { 0 }, errors = { 0 };

	ck_assert_int_eq(sheet_to_csv(&out, "f.xlsx", "PK\3\4 and no more", 16, &usual, &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "f.xlsx: cannot be unpacked"));
	buf_release(&errors);
}
END_TEST

Suite *
sheet_suite(void)
{
	Suite *s = suite_create("sheet");
	TCase *tc = tcase_create("sheet");

	tcase_add_loop_test(tc, as_offices_write_it, 0, N_ELEMS(good));
	tcase_add_loop_test(tc, mistakes_are_named, 0, N_ELEMS(bad));
	tcase_add_test(tc, a_bomb_is_not_unpacked);
	tcase_add_test(tc, a_text_told_a_thousand_times);
	tcase_add_test(tc, a_cell_too_long);
	tcase_add_test(tc, what_only_begins_like_one);
	suite_add_tcase(s, tc);
	return s;
}
