/* A living house whose cases go to the archive a second after they were closed: nobody notices. */
#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/code.h"
#include "lib/config.h"
#include "tests/integration/eye.h"
#include "tests/integration/harness.h"
#include "tests/integration/living.h"

Suite *shelved_suite(void);

#define WARGA "+6281290000001"
#define LAIN  "+6281290000002"

static char code[CODE_CHARS + 1];
static struct buf said;

static int
has_left(void *arg)
{
	char shelf[SHELF_CHARS + 1];
	const char *which = arg;
	redisReply *r;
	struct buf key = { 0 };
	int there;

	shelf_of(shelf, which);
	buf_add_key(&key, &eye.st.keys, KEY_SHELF, shelf, NULL);
	r = redis_pipe_command(eye.st.pipe, "HEXISTS %b %s", key.data, key.len, which + SHELF_CHARS);
	there = r != NULL && r->integer == 1;
	freeReplyObject(r);
	buf_release(&key);
	return there;
}

static void
begin(void)
{
	house_make("archive:\n  after: 1s\n  every: 200ms\n  disk_free: 0\n");
	house_up();
	eye_open();
	sms(WARGA, "lampu jalan mati di depan balai desa Kaligung Rogojampi", code);
	wait_state(code, "ditugaskan");
	told(code, "terima", WARGA);
	buf_reset(&said);
	buf_addf(&said, "BATAL %s", code);
	sms(WARGA, buf_str(&said), NULL);
	ck_assert_msg(bench_until(has_left, code, LIMIT_MS), "%s stays in the store", code);
}

static void
end(void)
{
	buf_release(&said);
	eye_close();
	house_down();
}

static void
audited(void)
{
	buf_reset(&said);
	ck_assert_msg(run_line(&said, "$BIN/kentongan audit verify --dir %s --conf %s", house.dir,
			  house.conf) == 0,
	    "%s", buf_str(&said));
}

START_TEST(it_is_read_everywhere)
{
	struct answer a = { 0 };
	struct buf path = { 0 };
	char text[512], proof[SHOWN_PROOF_CHARS];
	json_t *doc = case_in(code, "ditutup");

	ck_assert_int_eq(json_is_true(json_object_get(doc, "archived")), 1);
	ck_assert_int_gt(json_array_size(json_object_get(doc, "log")), 1);
	proof_show(proof, json_string_value(json_object_get(doc, "proof")));
	json_decref(doc);
	ck_assert_int_eq(run_line(&said, "$BIN/kentongan case %s --json --dir %s --conf %s", code,
			     house.dir, house.conf),
	    0);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "\"archived\":true"));
	buf_addf(&path, "/l/%s", code);
	ask(&a, house.http, buf_str(&path), NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "dicabut"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), proof));
	answer_release(&a);
	buf_reset(&path);
	buf_addf(&path, "/api/v1/laporan/%s", code);
	ask(&a, house.http, buf_str(&path), NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "\"state\":\"ditutup\""));
	answer_release(&a);
	buf_reset(&path);
	buf_addf(&path, "CEK %s", code);
	sms(WARGA, buf_str(&path), NULL);
	text_of(code, "cek-selesai", WARGA, text);
	ck_assert_ptr_nonnull(strstr(text, "dicabut"));
	ck_assert_ptr_nonnull(strstr(text, proof));
	/* Of what left, and of what never was, a stranger sees the same. */
	ask(&a, house.http, "/l/00000000", NULL, NULL, 0);
	ck_assert_int_eq(a.status, 404);
	answer_release(&a);
	audited();
	buf_release(&path);
}
END_TEST

static json_t *
linked(const char *fresh)
{
	json_t *doc;

	wait_state(fresh, "ditugaskan");
	doc = case_in_any(fresh);
	ck_assert_str_ne(fresh, code);
	return doc;
}

START_TEST(a_message_to_it_opens_a_linked_one)
{
	char fresh[CODE_CHARS + 1], strange[CODE_CHARS + 1];
	struct buf text = { 0 };
	json_t *doc;

	buf_addf(&text, "%s lampu jalan mati lagi di depan balai desa Kaligung Rogojampi", code);
	sms(WARGA, buf_str(&text), fresh);
	doc = linked(fresh);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "follows")), code);
	json_decref(doc);
	/* Whose it is not gets a case of his own, and no link. */
	sms(LAIN, buf_str(&text), strange);
	doc = linked(strange);
	ck_assert_ptr_null(json_object_get(doc, "follows"));
	json_decref(doc);
	buf_release(&text);
}
END_TEST

START_TEST(nothing_changes_it_any_more)
{
	struct buf words = { 0 };

	ck_assert_int_eq(
	    run_line(&said,
		"$BIN/kentongan act %s catat --as kpl-o-dishub --note x --dir %s --conf %s", code,
		house.dir, house.conf),
	    1);
	buf_addf(&words, "BATAL %s", code);
	sms(WARGA, buf_str(&words), NULL);
	told_any(WARGA);
	wait_state(code, "ditutup");
	audited();
	buf_release(&words);
}
END_TEST

/* Another console than that one serves again. */
static int
has_new_console(void *arg)
{
	struct buf page = { 0 };
	int rc = pid_of("console") == *(pid_t *)arg ||
	    run_line(&page, "curl -sf -o /dev/null %s/healthz", house.console) != 0;

	buf_release(&page);
	return !rc;
}

/* What a daemon that starts anew, console first, has to read. */
START_TEST(the_console_starts_on_an_archived_log)
{
	char fresh[CODE_CHARS + 1];
	struct answer a = { 0 };
	pid_t was = pid_of("console");

	sms(LAIN, "jalan berlubang di desa Kaligung Rogojampi", fresh);
	wait_state(fresh, "ditugaskan");
	ck_assert_int_eq(kill(was, SIGKILL), 0);
	ck_assert(bench_until(has_new_console, &was, LIMIT_MS));
	ask(&a, house.console, "/api/v1/cases", NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), fresh));
	ck_assert_ptr_null(strstr(buf_str(&a.body), code));
	answer_release(&a);
}
END_TEST

START_TEST(the_record_is_public)
{
	static const char *const paths[] = { "/catatan", "/catatan/kepala.json", "/catatan/kepala.atom" };
	struct answer a = { 0 };
	struct buf key = { 0 };
	json_t *doc, *keys;

	for (size_t i = 0; i < N_ELEMS(paths); i++) {
		ask(&a, house.http, paths[i], NULL, NULL, 0);
		ck_assert_int_eq(a.status, 200);
		ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "max-age=60"));
		answer_release(&a);
	}
	ask(&a, house.http, "/catatan/kepala.json", NULL, NULL, 0);
	buf_addf(&key, "%s/kepala.json", house.dir);
	ck_assert_int_eq(file_write(buf_str(&key), a.body.data, a.body.len, 0600), 0);
	doc = json_loadb(a.body.data, a.body.len, 0, NULL);
	keys = json_object_get(doc, "keys");
	ck_assert_int_eq(json_array_size(keys), 1);
	ck_assert_int_ge(json_array_size(json_object_get(doc, "items")), 1);
	buf_reset(&said);
	ck_assert_msg(
	    run_line(&said,
		"$BIN/kentongan export --record %s --dir %s --conf %s && $BIN/kentongan-verify "
		"%s/catatan.jsonl --key %s --heads %s/kepala.json",
		house.dir, house.dir, house.conf, house.dir,
		json_string_value(json_object_get(json_array_get(keys, 0), "public")), house.dir) == 0,
	    "%s", buf_str(&said));
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "clean: "));
	json_decref(doc);
	answer_release(&a);
	buf_release(&key);
}
END_TEST

/* ---- an archive that cannot be written: a file lies in its place ---- */

static void
begin_blocked(void)
{
	house_make("archive:\n  after: 1s\n  every: 200ms\n  disk_free: 0\n");
	put_file(house.dir, "arsip", "", 0, 0600);
	house_up();
	eye_open();
}

START_TEST(an_archive_that_fails_is_an_alarm_and_no_more)
{
	sms(WARGA, "lampu jalan mati di depan balai desa Kaligung Rogojampi", code);
	wait_state(code, "ditugaskan");
	alarm_names("arsip/");
	told(code, "terima", WARGA);
}
END_TEST

Suite *
shelved_suite(void)
{
	Suite *s = suite_create("shelved");
	TCase *tc = tcase_create("shelved"), *blocked = tcase_create("blocked");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, it_is_read_everywhere);
	tcase_add_test(tc, a_message_to_it_opens_a_linked_one);
	tcase_add_test(tc, nothing_changes_it_any_more);
	tcase_add_test(tc, the_console_starts_on_an_archived_log);
	tcase_add_test(tc, the_record_is_public);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(blocked, begin_blocked, end);
	tcase_add_test(blocked, an_archive_that_fails_is_an_alarm_and_no_more);
	suite_add_tcase(s, blocked);
	return s;
}
