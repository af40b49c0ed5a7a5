/* What did not get through: listed, seen by who may, mended, sent again once; on a living house with a card. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "store/dead.h"
#include "store/house.h"
#include "tests/integration/visitor.h"
#include "tests/integration/sink.h"

Suite *letters_suite(void);

#define PASSWORD "sandi-kartu"
#define OPEN_TEXT "lampu jalan mati di desa kabat belakang pasar"
#define SECRET_TEXT "tolong anak tetangga sering dipukuli bapaknya di desa kabat, lebam semua"

static struct sink gate;
static struct visitor desk, admin, officer;
static char barred[24];		/* whom the gateway refuses: another each time, or he counts as a robot */

static void
begin(void)
{
	struct buf conf = { 0 };

	sink_start(&gate, "kannel", PASSWORD);
	buf_addf(&conf, "kannel:\n  url: %s\n  dlr_url: http://127.0.0.1:9\n  pause: 300ms\n", gate.base);
	house_make(buf_str(&conf));
	house_put_secret("kannel_send", PASSWORD);
	house_up();
	visitor_comes_in(&desk, "opr-d112-1");
	visitor_comes_in(&admin, "adm-o-kominfo-1");
	visitor_comes_in(&officer, "ptg-o-dishub-2");
	buf_release(&conf);
}

static void
end(void)
{
	house_down();
	sink_stop(&gate);
}

/* The case's letter once it is listed. */
static void
listed(const char *code, struct dead_letter *out)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct dead_letter list[50];
	struct house h;
	int n, all;

	house_eye(&h);
	for (;;) {
		n = dead_list(&h.st, list, (int)N_ELEMS(list), &all);
		ck_assert_int_ge(n, 0);
		for (int i = 0; i < n; i++)
			if (strcmp(list[i].code, code) == 0) {
				*out = list[i];
				house_close(&h);
				return;
			}
		ck_assert_msg(clock_mono_ms() < until, "no letter of %s is listed", code);
	}
}

static int
is_listed(const char *id)
{
	struct dead_letter l;
	struct house h;
	int found;

	house_eye(&h);
	found = dead_find(&h.st, id, &l);
	house_close(&h);
	ck_assert_int_ge(found, 0);
	return found;
}

static void
gate_says(const char *what)
{
	char json[64];

	snprintf(json, sizeof(json), "{\"%s\":[\"%s\"]}", what, barred);
	sink_feed(&gate, json);
}

/* A report of somebody whom the gateway refuses: his receipt is the letter. */
static void
refused(const char *text, char code[CODE_CHARS + 1], struct dead_letter *l, char page[96])
{
	static int n;

	snprintf(barred, sizeof(barred), "+6281234567%03d", (int)(2 * getpid() + n++) % 1000);
	gate_says("barred");
	sms(barred, text, code);
	listed(code, l);
	snprintf(page, 96, "/surat/%s/%s", code, l->id);
}

static void
has(struct visitor *v, const char *path, const char *words)
{
	struct buf page = { 0 };

	ck_assert_int_eq(visitor_visits(v, path, &page), 200);
	ck_assert_msg(strstr(buf_str(&page), words) != NULL, "%s lacks %s: %s", path, words, buf_str(&page));
	buf_release(&page);
}

static void
has_not(struct visitor *v, const char *path, const char *words)
{
	struct buf page = { 0 };

	ck_assert_int_eq(visitor_visits(v, path, &page), 200);
	ck_assert_msg(strstr(buf_str(&page), words) == NULL, "%s shows %s", path, words);
	buf_release(&page);
}

static void
command(const char *args, int status, const char *words)
{
	struct buf out = { 0 };
	int is = house_command(args, &out);

	ck_assert_msg(is == status && strstr(buf_str(&out), words) != NULL, "%s: %d %s", args, is, buf_str(&out));
	buf_release(&out);
}

START_TEST(mended_and_sent_again_once)
{
	char code[CODE_CHARS + 1], page[96], to[160], again[OUTBOX_ID_CHARS + 24];
	struct dead_letter l;
	struct buf seen = { 0 };
	const json_t *last;
	json_t *all;

	refused(OPEN_TEXT, code, &l, page);
	ck_assert_str_eq(l.why, "undeliverable");
	ck_assert_int_eq(l.again, 0);
	page_comes(desk.cookie, "/surat", l.id, 1, NULL);
	has(&desk, page, "tidak terkirim");
	has(&desk, page, "+62812");
	has_not(&desk, page, barred);		/* masked */
	wait_state(code, "ditugaskan");
	ck_assert_int_eq(visitor_visits(&officer, "/surat", NULL), 403);
	ck_assert_int_eq(visitor_visits(&officer, page, NULL), 403);
	/* What cannot be sent is said; what was typed stays. */
	ck_assert_int_eq(visitor_submits(&desk, page, "aksi=kirim&isi=", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&desk, page, "aksi=hapus", NULL, NULL), 422);
	ck_assert_int_eq(is_listed(l.id), 1);
	gate_says("allowed");
	ck_assert_int_eq(visitor_submits(&desk, page, "aksi=kirim&isi=Laporan+Anda+kami+terima%0D%0AMaaf+terlambat", to, NULL), 303);
	ck_assert_str_eq(to, "/surat");
	snprintf(again, sizeof(again), "id%%3D%s.r1%%26", l.id);
	ck_assert_uint_ge(sink_wait(&gate, again, "", 1, &all, &last), 1);
	json_decref(all);
	ck_assert_uint_eq(sink_count(&gate, "Maaf", ""), 1);
	/* The second press finds nothing to do. */
	ck_assert_int_eq(visitor_submits(&desk, page, "aksi=kirim&isi=lagi", NULL, NULL), 404);
	ck_assert_int_eq(is_listed(l.id), 0);
	ck_assert_int_eq(visitor_visits(&desk, "/surat", &seen), 200);
	ck_assert_ptr_null(strstr(buf_str(&seen), l.id));
	buf_release(&seen);
	command("audit verify", 0, "clean");
}
END_TEST

/* By the terminal, as it was; it dies again and stands there as the second one. */
START_TEST(again_by_the_terminal)
{
	char code[CODE_CHARS + 1], page[96], args[200], second[OUTBOX_ID_CHARS + 8];
	struct dead_letter l;

	refused(OPEN_TEXT " lagi", code, &l, page);
	command("letters", 0, l.id);
	snprintf(args, sizeof(args), "letters again %s --as ptg-o-dishub-2", l.id);
	command(args, 1, "only operators and administrators");
	snprintf(args, sizeof(args), "letters again %s --as opr-d112-1", l.id);
	command(args, 0, "done");
	command(args, 1, "not listed (any more)");
	snprintf(second, sizeof(second), "%s.r1", l.id);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; !is_listed(second);)
		ck_assert_msg(clock_mono_ms() < until, "%s is not listed", second);
	listed(code, &l);
	ck_assert_str_eq(l.id, second);
	ck_assert_int_eq(l.again, 1);
	snprintf(args, sizeof(args), "letters aside %s --as opr-d112-1 --reason bosan", second);
	command(args, 1, "one of sudah-diberi-tahu");
	snprintf(args, sizeof(args), "letters aside %s --as opr-d112-1 --reason alamat-salah", second);
	command(args, 0, "done");
	ck_assert_int_eq(is_listed(second), 0);
	command("audit verify", 0, "clean");
}
END_TEST

/* Of a sealed case neither list nor page shows anything to who is not named. */
START_TEST(sealed_ones_are_for_who_is_named)
{
	char code[CODE_CHARS + 1], page[96], marker[CODE_CHARS + 1], other[96];
	struct dead_letter l, m;

	refused(SECRET_TEXT, code, &l, page);
	refused(OPEN_TEXT " terus", marker, &m, other);
	page_comes(desk.cookie, "/surat", m.id, 1, NULL);			/* the console is past the sealed one */
	has_not(&desk, "/surat", code);
	has_not(&admin, "/surat", code);
	ck_assert_int_eq(visitor_visits(&desk, page, NULL), 404);
	ck_assert_int_eq(visitor_visits(&admin, page, NULL), 404);
	ck_assert_int_eq(is_listed(l.id), 1);
}
END_TEST

/* Laid aside with a reason of the list. */
START_TEST(aside_with_a_reason)
{
	char code[CODE_CHARS + 1], page[96], to[160];
	struct dead_letter l;

	refused(OPEN_TEXT " sekali", code, &l, page);
	page_comes(desk.cookie, "/surat", l.id, 1, NULL);
	ck_assert_int_eq(visitor_submits(&desk, page, "aksi=kesampingkan&alasan=bosan", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&desk, page, "aksi=kesampingkan&alasan=sudah-diberi-tahu", to, NULL), 303);
	ck_assert_int_eq(is_listed(l.id), 0);
	ck_assert_int_eq(visitor_visits(&desk, page, NULL), 404);
}
END_TEST

/* Erasing a case takes the words of its letters along, those sent again included. */
START_TEST(erased_with_the_case)
{
	char code[CODE_CHARS + 1], page[96], args[160];
	struct dead_letter l;
	int64_t until;

	refused(OPEN_TEXT " pernah", code, &l, page);
	snprintf(args, sizeof(args), "letters again %s --as opr-d112-1", l.id);
	command(args, 0, "done");
	wait_state(code, "ditugaskan");
	snprintf(args, sizeof(args), "act %s tolak --as ptg-o-dishub-1 --note 'bukan jalan kabupaten'", code);
	ck_assert_int_eq(house_command(args, NULL), 0);
	snprintf(args, sizeof(args), "erase %s --as adm-o-kominfo-1", code);
	for (until = clock_mono_ms() + LIMIT_MS; house_command(args, NULL) != 0;)
		ck_assert_msg(clock_mono_ms() < until, "%s cannot be erased", code);
	listed(code, &l);
	snprintf(args, sizeof(args), "letters again %s --as opr-d112-1", l.id);
	command(args, 1, "its words are gone");
	snprintf(args, sizeof(args), "letters aside %s --as opr-d112-1 --reason tidak-perlu-lagi", l.id);
	command(args, 0, "done");
}
END_TEST

Suite *
letters_suite(void)
{
	Suite *s = suite_create("letters");
	TCase *tc = tcase_create("letters");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, mended_and_sent_again_once);
	tcase_add_test(tc, again_by_the_terminal);
	tcase_add_test(tc, sealed_ones_are_for_who_is_named);
	tcase_add_test(tc, aside_with_a_reason);
	tcase_add_test(tc, erased_with_the_case);
	suite_add_tcase(s, tc);
	return s;
}
