#ifndef KENTONGAN_TESTS_WORKBOOK_H
#define KENTONGAN_TESTS_WORKBOOK_H
/* XLSX files for tests: the parts are written as told, so that they can be wrong in every way. */
#include <check.h>
#include <string.h>
#include <zip.h>

#include "lib/buf.h"
#include "lib/config.h"

#define WORKBOOK "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" " \
    "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">"
#define SHEET "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
#define SHEET_END "</sheetData></worksheet>"

struct workbook { const char *book, *rels, *strings, *styles, *sheet; };

static inline void
workbook_part(zip_t *zip, const char *name, const char *text)
{
	zip_source_t *s = text != NULL ? zip_source_buffer(zip, text, strlen(text), 0) : NULL;

	if (text == NULL)
		return;
	ck_assert_ptr_nonnull(s);
	ck_assert_int_ge(zip_file_add(zip, name, s, ZIP_FL_ENC_UTF_8), 0);
}

/* NULL: the usual one, of strings and styles none. */
static inline void
workbook_write(const char *path, const struct workbook *w)
{
	int why;
	zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);

	ck_assert_ptr_nonnull(zip);
	workbook_part(zip, "xl/workbook.xml", w->book != NULL ? w->book :
	    WORKBOOK "<sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
	workbook_part(zip, "xl/_rels/workbook.xml.rels", w->rels != NULL ? w->rels :
	    "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
	workbook_part(zip, "xl/sharedStrings.xml", w->strings);
	workbook_part(zip, "xl/styles.xml", w->styles);
	workbook_part(zip, "xl/worksheets/sheet1.xml", w->sheet);
	ck_assert_int_eq(zip_close(zip), 0);
}

#endif
