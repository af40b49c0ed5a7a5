#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config.h"

struct settings { int verbose; int64_t port, wait_ms, body_bytes; char *name; };

#define AT(field) offsetof(struct settings, field)
static const struct setting table[] = {
	{ "ingest.http.port", SET_INT, AT(port), "8080", "0", "65535", "port" },
	{ "ingest.wait", SET_DURATION, AT(wait_ms), "4h", "1s", "2d", "wait" },
	{ "ingest.body", SET_SIZE, AT(body_bytes), "16KiB", NULL, "2MiB", "body" },
	{ "name", SET_STRING, AT(name), "Banyuwangi", "1", "12", "name" },
	{ "verbose", SET_BOOL, AT(verbose), "false", NULL, NULL, "say more" },
};

static int
parse(struct settings *s, const char *text, struct buf *errors)
{
	return config_parse(table, N_ELEMS(table), s, "k.yaml", text, strlen(text), errors);
}

START_TEST(defaults_then_values)
{
	struct settings s = { 0 };
	struct buf errors = { 0 };

	ck_assert_int_eq(parse(&s, "", &errors), 0);
	ck_assert_int_eq(s.port, 8080);
	ck_assert_int_eq(s.wait_ms, 4 * 3600000);
	ck_assert_int_eq(s.body_bytes, 16384);
	ck_assert_str_eq(s.name, "Banyuwangi");
	ck_assert_int_eq(s.verbose, 0);
	ck_assert_int_eq(parse(&s, "ingest:\n  http:\n    port: 0\n  wait: 90s\n  body: 2MiB\n"
	    "name: \"Jember\"\nverbose: true\n", &errors), 0);
	ck_assert_int_eq(s.port, 0);
	ck_assert_int_eq(s.wait_ms, 90000);
	ck_assert_int_eq(s.body_bytes, 2 * 1024 * 1024);
	ck_assert_str_eq(s.name, "Jember");
	ck_assert_int_eq(s.verbose, 1);
	ck_assert_int_eq(parse(&s, "ingest:\n  # all commented out\n", &errors), 0);
	ck_assert_int_eq(s.port, 8080);
	ck_assert_uint_eq(errors.len, 0);
	config_release(table, N_ELEMS(table), &s);
	ck_assert_ptr_null(s.name);
}
END_TEST

static const struct { const char *text, *error; } bad[] = {
	{ "ingest:\n  http:\n    prot: 1\n", "k.yaml:3: ingest.http.prot is no setting; the nearest is ingest.http.port" },
	{ "ingest:\n  http:\n    port: 65536\n", "k.yaml:3: ingest.http.port: \"65536\" is not a whole number, at least 0, at most 65535" },
	{ "ingest:\n  http:\n    port: -1\n", "k.yaml:3: " },
	{ "ingest:\n  http:\n    port: 80x\n", "k.yaml:3: " },
	{ "ingest:\n  http:\n    port: 99999999999999999999\n", "k.yaml:3: " },
	{ "ingest:\n  http:\n    port: [1]\n", "k.yaml:3: ingest.http.port: a list or a map is not" },
	{ "ingest:\n  http: 5\n", "k.yaml:2: ingest.http: settings with deeper" },
	{ "ingest:\n  wait: 90\n", "k.yaml:2: ingest.wait: \"90\" is not a duration" },
	{ "ingest:\n  wait: 3d\n", "k.yaml:2: " },
	{ "ingest:\n  wait: 500ms\n", "k.yaml:2: " },
	{ "ingest:\n  wait: \"\"\n", "k.yaml:2: " },
	{ "ingest:\n  body: 3MiB\n", "k.yaml:2: " },
	{ "ingest:\n  body: 16KB\n", "k.yaml:2: " },
	{ "ingest:\n  body: 9223372036854775807GiB\n", "k.yaml:2: " },
	{ "verbose: ya\n", "k.yaml:1: verbose: \"ya\" is not true or false" },
	{ "name: \"\"\n", "k.yaml:1: name: " },
	{ "name: Banyuwangi Raya\n", "k.yaml:1: name: " },
	{ "verbose: true\nverbose: false\n", "k.yaml:2: the key \"verbose\"" },
	{ "- a\n", "k.yaml:1: settings as" },
	{ "hello\n", "k.yaml:1: settings as" },
};

START_TEST(mistakes_are_named)
{
	struct settings s = { 0 };
	struct buf errors = { 0 };

	ck_assert_msg(parse(&s, bad[_i].text, &errors) == -1, "%s", bad[_i].text);
	ck_assert_msg(strncmp(buf_str(&errors), bad[_i].error, strlen(bad[_i].error)) == 0, "%s",
	    buf_str(&errors));
	config_release(table, N_ELEMS(table), &s);
	buf_release(&errors);
}
END_TEST

START_TEST(every_mistake_in_one_go)
{
	struct settings s = { 0 };
	struct buf errors = { 0 };
	int lines = 0;

	ck_assert_int_eq(parse(&s, "name: \"\"\nverbose: 1\nx: 2\n", &errors), -1);
	for (size_t i = 0; i < errors.len; i++)
		lines += errors.data[i] == '\n';
	ck_assert_int_eq(lines, 3);
	config_release(table, N_ELEMS(table), &s);
	buf_release(&errors);
}
END_TEST

START_TEST(describes_every_row)
{
	struct buf out = { 0 };

	config_describe(table, N_ELEMS(table), &out);
	for (size_t i = 0; i < N_ELEMS(table); i++)
		ck_assert_ptr_nonnull(strstr(buf_str(&out), table[i].key));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "at most 2MiB"));
	buf_release(&out);
}
END_TEST

START_TEST(files_whole_or_not_at_all)
{
	char dir[] = "/tmp/check_config.XXXXXX";
	struct buf path = { 0 }, text = { 0 };
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	buf_addf(&path, "%s/a", dir);
	ck_assert_int_eq(file_read(buf_str(&path), 10, &text), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(file_write(buf_str(&path), "0123456789", 10, 0640), 0);
	ck_assert_int_eq(stat(buf_str(&path), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0640);
	buf_adds(&text, "<");
	ck_assert_int_eq(file_read(buf_str(&path), 10, &text), 0);
	ck_assert_str_eq(buf_str(&text), "<0123456789");
	ck_assert_int_eq(file_read(buf_str(&path), 9, &text), -1);
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_str_eq(buf_str(&text), "<0123456789");
	ck_assert_int_eq(file_write(buf_str(&path), "new", 3, 0400), 0);
	buf_reset(&text);
	ck_assert_int_eq(file_read(buf_str(&path), 10, &text), 0);
	ck_assert_str_eq(buf_str(&text), "new");
	ck_assert_int_eq(file_write("/nowhere/at/all", "x", 1, 0400), -1);
	ck_assert_int_eq(unlink(buf_str(&path)), 0);
	ck_assert_msg(rmdir(dir) == 0, "a temporary file was left");
	buf_release(&path);
	buf_release(&text);
}
END_TEST

Suite *config_suite(void);

Suite *
config_suite(void)
{
	Suite *s = suite_create("config");
	TCase *tc = tcase_create("config");

	tcase_add_test(tc, defaults_then_values);
	tcase_add_loop_test(tc, mistakes_are_named, 0, N_ELEMS(bad));
	tcase_add_test(tc, every_mistake_in_one_go);
	tcase_add_test(tc, describes_every_row);
	tcase_add_test(tc, files_whole_or_not_at_all);
	suite_add_tcase(s, tc);
	return s;
}
