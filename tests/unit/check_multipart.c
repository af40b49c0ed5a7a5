/* Forms with files in them, as browsers send them and as nobody should. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/multipart.h"

Suite *multipart_suite(void);

static void
note(const struct multipart_part *p, void *arg)
{
	buf_add(arg, p->name, p->name_len);
	buf_adds(arg, p->is_file ? "@" : "=");
	buf_add(arg, p->data, p->len);
	buf_adds(arg, "|");
}

#define TYPE "multipart/form-data; boundary=b"
#define D "Content-Disposition: form-data; "
#define ISI "--b\r\n" D "name=\"isi\"\r\n\r\n"
#define END "\r\n--b--\r\n"
#define RAW(s) s, sizeof(s) - 1
#define TEN "0123456789"
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static const struct { const char *what, *type, *body; size_t len; int rc; const char *seen; } rows[] = {
	{ "a field", TYPE, RAW(ISI "jalan rusak" END), 0, "isi=jalan rusak|" },
	{ "a field and a file", TYPE, RAW(ISI "x\r\n--b\r\n" D "name=\"foto\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8" END),
	    0, "isi=x|foto@\xff\xd8|" },
	{ "an empty field", TYPE, RAW(ISI END), 0, "isi=|" },
	{ "a part that ends with its head", TYPE, RAW("--b\r\n" D "name=\"isi\"\r\n\r\n--b--"), 0, "isi=|" },
	{ "an empty file", TYPE, RAW("--b\r\n" D "name=\"foto\"; filename=\"\"\r\n\r\n" END), 0, "foto@|" },
	{ "no blank behind the semicolon", TYPE, RAW("--b\r\nContent-Disposition: form-data;name=\"isi\"\r\n\r\nx" END), 0, "isi=x|" },
	{ "a name without quotes", TYPE, RAW("--b\r\n" D "name=isi\r\n\r\nx" END), 0, "isi=x|" },
	{ "words in capitals", "MULTIPART/Form-Data; BOUNDARY=b", RAW("--b\r\ncontent-disposition: form-data; NAME=\"isi\"\r\n\r\nx" END), 0, "isi=x|" },
	{ "only filename*", TYPE, RAW("--b\r\n" D "name=\"foto\"; filename*=UTF-8''a.jpg\r\n\r\nx" END), 0, "foto@x|" },
	{ "another line has a name too", TYPE, RAW("--b\r\nContent-Type: text/plain; name=\"salah\"; filename=x\r\n" D "name=\"isi\"\r\n\r\nx" END), 0, "isi=x|" },
	{ "a path with backslashes", TYPE, RAW("--b\r\n" D "name=\"foto\"; filename=\"C:\\a\\\"\r\n\r\nx" END), 0, "foto@x|" },
	{ "a name of dots", TYPE, RAW("--b\r\n" D "name=\"../../etc\"\r\n\r\nx" END), 0, "../../etc=x|" },
	{ "no head", TYPE, RAW("--b\r\n\r\nx" END), 0, "=x|" },
	{ "no name", TYPE, RAW("--b\r\nContent-Disposition: form-data\r\n\r\nx" END), 0, "=x|" },
	{ "a quote that does not end", TYPE, RAW("--b\r\n" D "name=\"isi\r\n\r\nx" END), 0, "=x|" },
	{ "twice the same", TYPE, RAW(ISI "1\r\n" ISI "2" END), 0, "isi=1|isi=2|" },
	{ "no part at all", TYPE, RAW("--b--\r\n"), 0, "" },
	{ "something before the first", TYPE, RAW("hai\r\n" ISI "x" END), 0, "isi=x|" },
	{ "something behind the last", TYPE, RAW(ISI "x" END "\r\n" ISI "y" END), 0, "isi=x|" },
	{ "blanks behind the boundary", TYPE, RAW("--b \t\r\n" D "name=\"isi\"\r\n\r\nx" END), 0, "isi=x|" },
	{ "a quoted boundary", "multipart/form-data; boundary=\"b c\"", RAW("--b c\r\n" D "name=\"isi\"\r\n\r\nx\r\n--b c--"), 0, "isi=x|" },
	{ "the boundary in the contents", TYPE, RAW(ISI "a --b c\n--b" END), 0, "isi=a --b c\n--b|" },
	{ "a form inside a form", TYPE, RAW(ISI "--c\r\n" D "name=\"x\"\r\n\r\ny\r\n--c--" END), 0,
	    "isi=--c\r\n" D "name=\"x\"\r\n\r\ny\r\n--c--|" },
	{ "lines end with a line feed", TYPE, RAW("--b\n" D "name=\"isi\"\n\nx\n--b--\n"), -1, "" },
	{ "a part that is longer than its boundary", TYPE, RAW(ISI "x\r\n--bc\r\n"), -1, "isi=x|" },
	{ "no end", TYPE, RAW(ISI "x\r\n"), -1, "" },
	{ "no end behind the second", TYPE, RAW(ISI "x\r\n--b\r\n" D "name=\"y\"\r\n\r\nz"), -1, "isi=x|" },
	{ "a head that does not end", TYPE, RAW("--b\r\n" D "name=\"isi\"\r\n" ISI "x" END), -1, "" },
	{ "nothing", TYPE, RAW(""), -1, "" },
	{ "another boundary", TYPE, RAW("--c\r\n" D "name=\"isi\"\r\n\r\nx\r\n--c--"), -1, "" },
	{ "no boundary", "multipart/form-data", RAW(ISI "x" END), -1, "" },
	{ "an empty boundary", "multipart/form-data; boundary=", RAW("--\r\n\r\nx\r\n----"), -1, "" },
	{ "a boundary of seventy", "multipart/form-data; boundary=" SEVENTY, RAW("--" SEVENTY "\r\n\r\nx\r\n--" SEVENTY "--"), 0, "=x|" },
	{ "a boundary of seventy-one", "multipart/form-data; boundary=" SEVENTY "1", RAW("--" SEVENTY "1\r\n\r\nx\r\n--" SEVENTY "1--"), -1, "" },
	{ "another kind", "multipart/mixed; boundary=b", RAW(ISI "x" END), -1, "" },
	{ "no kind", NULL, RAW(ISI "x" END), -1, "" },
};

/* In memory that ends where the body ends. */
static int
walk(const char *type, const char *body, size_t len, struct buf *seen)
{
	char *own = malloc(len > 0 ? len : 1);
	int rc;

	ck_assert_ptr_nonnull(own);
	memcpy(own, body, len);
	rc = multipart_walk(type, own, len, note, seen);
	free(own);
	return rc;
}

START_TEST(a_form)
{
	struct buf seen = { 0 };
	int rc = walk(rows[_i].type, rows[_i].body, rows[_i].len, &seen);

	ck_assert_msg(rc == rows[_i].rc && strcmp(buf_str(&seen), rows[_i].seen) == 0, "%s: %d %s", rows[_i].what, rc,
	    buf_str(&seen));
	buf_release(&seen);
}
END_TEST

/* Cut anywhere it is broken, and what was whole before the cut is as it was. */
START_TEST(every_cut)
{
	static const char body[] = ISI "x\r\n--b\r\n" D "name=\"foto\"; filename=\"a\"\r\n\r\nyz" END;
	size_t whole = sizeof(body) - 1 - 2;		/* the last line break may be missing */

	for (size_t len = 0; len < whole; len++) {
		struct buf seen = { 0 };

		ck_assert_int_eq(walk(TYPE, body, len, &seen), -1);
		ck_assert_msg(strncmp("isi=x|foto@yz|", buf_str(&seen), seen.len) == 0, "%zu: %s", len, buf_str(&seen));
		buf_release(&seen);
	}
}
END_TEST

START_TEST(ten_thousand_parts_are_too_many)
{
	struct buf body = { 0 }, seen = { 0 };

	for (int i = 0; i < 10000; i++)
		buf_adds(&body, "--b\r\n\r\nx\r\n");
	buf_adds(&body, "--b--");
	ck_assert_int_eq(walk(TYPE, body.data, body.len, &seen), -1);
	ck_assert_uint_le(seen.len, 50 * 3);
	buf_release(&body);
	buf_release(&seen);
}
END_TEST

Suite *
multipart_suite(void)
{
	Suite *s = suite_create("multipart");
	TCase *tc = tcase_create("multipart");

	tcase_add_loop_test(tc, a_form, 0, N_ELEMS(rows));
	tcase_add_test(tc, every_cut);
	tcase_add_test(tc, ten_thousand_parts_are_too_many);
	suite_add_tcase(s, tc);
	return s;
}
