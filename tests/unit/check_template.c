#include <check.h>
#include <string.h>

#include "lib/escape.h"
#include "lib/template.h"

static const struct template_value values[] = {
	{ "kode", "7K3F-9QXM" }, { "isi", "<b>" }, { "kosong", "" }, { "tak_ada", NULL },
};

static const struct { const char *text, *out, *error; } rows[] = {
	{ "", "", NULL },
	{ "Kode {kode}.", "Kode 7K3F-9QXM.", NULL },
	{ "<i>{isi}</i>", "<i>&lt;b&gt;</i>", NULL },
	{ "{{kode}} }}{{", "{kode} }{", NULL },
	{ "{{{kode}}}", "{7K3F-9QXM}", NULL },
	{ "a{?kode} ya {kode}{/kode}b", "a ya 7K3F-9QXMb", NULL },
	{ "a{?kosong} tidak {tidak_dikenal}{/kosong}b", "ab", NULL },
	{ "{?kode}{?kosong}x{/kosong}y{/kode}", "y", NULL },
	{ "[{tak_ada}]", "[]", NULL },
	{ "a\nb {salah}", NULL, "line 2: unknown hole salah" },
	{ "{?salah}x{/salah}", NULL, "unknown hole salah" },
	{ "{?kode}x", NULL, "never closed: section kode" },
	{ "{?kode}{?isi}x{/kode}{/isi}", NULL, "not the section that is open: kode" },
	{ "x{/kode}", NULL, "not the section that is open: kode" },
	{ "x {", NULL, "opens no hole" },
	{ "x {a b}", NULL, "opens no hole" },
	{ "x {}", NULL, "opens no hole" },
	{ "x }", NULL, "closes no hole" },
	{ "{#kode}x{/kode}", NULL, "no rows for the section kode" },
	{ "{?kosong}{?isi}{/kosong}", NULL, "not the section" },
};

START_TEST(fills)
{
	struct buf out = { 0 }, errors = { 0 };
	int rc;

	buf_adds(&out, "<");
	rc = template_fill(&out, rows[_i].text, buf_add_html, values, N_ELEMS(values), &errors);
	ck_assert_msg(rc == (rows[_i].out != NULL ? 0 : -1), "%s: %s", rows[_i].text, buf_str(&errors));
	ck_assert_msg(strcmp(buf_str(&out) + 1, rc == 0 ? rows[_i].out : "") == 0, "%s: %s",
	    rows[_i].text, buf_str(&out));
	if (rc != 0)
		ck_assert_msg(strstr(buf_str(&errors), rows[_i].error) != NULL, "%s", buf_str(&errors));
	buf_release(&out);
	buf_release(&errors);
}
END_TEST

static const char *const rungs[] = { "desa", "camat", "bupati" };

static const char *
rung_value(const char *name, void *arg)
{
	return strcmp(name, "anak") == 0 ? rungs[*(size_t *)arg] : NULL;
}

static int
rung_next(const char *name, size_t index, void *arg)
{
	if (strcmp(name, "tidak") == 0)
		return 0;
	if (strcmp(name, "tangga") != 0)
		return -1;
	*(size_t *)arg = index;
	return index < N_ELEMS(rungs);
}

START_TEST(repeats)
{
	size_t at = 0;
	struct template_source source = { rung_value, rung_next, &at };
	struct buf out = { 0 }, errors = { 0 };

	ck_assert_int_eq(template_render(&out, "<{#tangga} {anak}{/tangga} >{#tidak}{anak}{/tidak}",
	    NULL, &source, &errors), 0);
	ck_assert_str_eq(buf_str(&out), "< desa camat bupati >");
	ck_assert_int_eq(template_render(&out, "{#lain}{/lain}", NULL, &source, &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "unknown section lain"));
	ck_assert_str_eq(buf_str(&out), "< desa camat bupati >");
	buf_release(&out);
	buf_release(&errors);
}
END_TEST

static void
on_hole(const char *name, size_t len, void *arg)
{
	buf_add(arg, name, len);
	buf_addc(arg, ' ');
}

START_TEST(lists_holes)
{
	struct buf names = { 0 }, errors = { 0 };

	ck_assert_int_eq(template_holes("{a} {?b}{c}{/b}{#d}{e}{/d} {{f}}", on_hole, &names, &errors), 0);
	ck_assert_str_eq(buf_str(&names), "a b c d e ");
	ck_assert_int_eq(template_holes("{#d}", on_hole, &names, &errors), -1);
	buf_release(&names);
	buf_release(&errors);
}
END_TEST

Suite *template_suite(void);

Suite *
template_suite(void)
{
	Suite *s = suite_create("template");
	TCase *tc = tcase_create("template");

	tcase_add_loop_test(tc, fills, 0, N_ELEMS(rows));
	tcase_add_test(tc, repeats);
	tcase_add_test(tc, lists_holes);
	suite_add_tcase(s, tc);
	return s;
}
