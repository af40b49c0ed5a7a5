/* The demo's arithmetic: sla.yaml with every duration divided. */
#include <check.h>
#include <string.h>

#include "cli/demo.h"
#include "store/version.h"

Suite *demo_suite(void);

static const struct { const char *what, *text; int speed; const char *want; } scalings[] = {
	{ "four hours in a minute", "{dalam: 4h}", 240, "{dalam: 60000ms}" },
	{ "every unit", "[90s, 5m, 4h, 2d, 500ms]", 10,
	    "[9000ms, 30000ms, 1440000ms, 17280000ms, 50ms]" },
	{ "working days as days", "dalam: 10 hari kerja", 240, "dalam: 3600000ms" },
	{ "nothing stays nothing", "setelah: 0s", 240, "setelah: 0ms" },
	{ "something never becomes nothing", "setelah: 1s", 3600, "setelah: 1ms" },
	{ "half is rounded up", "x: 3ms", 2, "x: 2ms" },
	{ "speed one changes the notation only", "x: 5m", 1, "x: 300000ms" },
	{ "per cents and counts stay", "ingat: [50, 75, 90]\ndiberitahu: 3\n", 240,
	    "ingat: [50, 75, 90]\ndiberitahu: 3\n" },
	{ "codes stay", "triase: D112\nnama: meja-112d\nunit: P4h\n", 240,
	    "triase: D112\nnama: meja-112d\nunit: P4h\n" },
	{ "words after digits stay", "nama: 5menit 4hx 3s-a\n", 240, "nama: 5menit 4hx 3s-a\n" },
	{ "comments stay", "# 5m menit, 4h jam\na: 5m # 4h\nb: 4h", 60,
	    "# 5m menit, 4h jam\na: 5000ms # 4h\nb: 240000ms" },
	{ "a hash inside a word is no comment", "a#b: 5m", 60, "a#b: 5000ms" },
	{ "no night", "a: 4h\n  malam: \"21:00-05:00\"\n  malam-tahan: biasa\nb: 4h\n", 240,
	    "a: 60000ms\nb: 60000ms\n" },
	{ "the last byte", "4h", 240, "60000ms" },
	{ "nothing", "", 240, "" },
};

START_TEST(scaling)
{
	struct buf out = { 0 };

	demo_scale(&out, scalings[_i].text, strlen(scalings[_i].text), scalings[_i].speed);
	ck_assert_msg(strcmp(buf_str(&out), scalings[_i].want) == 0, "%s: %s", scalings[_i].what,
	    buf_str(&out));
	buf_release(&out);
}
END_TEST

/* The shipped policy stays sound at every speed the demo takes, and its four hours are a minute. */
START_TEST(shipped_policy)
{
	static const int speeds[] = { 1, 60, 240, 3600 };
	struct conf_set files = { 0 };
	struct buf errors = { 0 }, scaled = { 0 }, original;
	struct conf_file *sla;
	struct policy *p;
	int clock;

	ck_assert_msg(version_read_files(&files, "conf", &errors) == 0, "%s", buf_str(&errors));
	sla = (struct conf_file *)(uintptr_t)conf_find(&files, "sla.yaml");
	original = sla->data;
	demo_scale(&scaled, buf_str(&original), original.len, speeds[_i]);
	sla->data = scaled;
	p = policy_parse(&files, &errors);
	ck_assert_msg(p != NULL, "speed %d: %s", speeds[_i], buf_str(&errors));
	clock = policy_clock_index(p, "ditangani");
	ck_assert_int_ge(clock, 0);
	ck_assert_int_eq(policy_due_ms(p, &p->clocks[clock], URGENCY_BIASA, "sampah", TIER_DINAS, 0),
	    4 * HOUR_MS / speeds[_i]);
	ck_assert_uint_eq(p->night_urgencies, 0);
	policy_free(p);
	conf_release(&files);
	buf_release(&original);
	buf_release(&errors);
}
END_TEST

Suite *
demo_suite(void)
{
	Suite *s = suite_create("demo");
	TCase *tc = tcase_create("scale");

	tcase_add_loop_test(tc, scaling, 0, N_ELEMS(scalings));
	tcase_add_loop_test(tc, shipped_policy, 0, 4);
	suite_add_tcase(s, tc);
	return s;
}
