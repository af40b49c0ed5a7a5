/*
 * Somebody who can send SMS in an officer's name, but not read what goes to his telephone: each command that
 * closes, releases or hands on, in every form, and what he would have to guess.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "store/house.h"
#include "store/logbook.h"
#include "tests/integration/eye.h"
#include "tests/integration/glance.h"
#include "tests/integration/living.h"

Suite *forged_suite(void);

static char code[CODE_CHARS + 1], officer[24], nonce[8];

static void
begin(void)
{
	house_make("router:\n  nonce_tries: 6\n  officer_answers_per_hour: 1000\n");
	house_up();
	sms("+6281377700001", "pohon tumbang menutup jalan di desa licin kecamatan licin", code);
	first_task(code, officer, nonce);
}

/* That all that was sent so far has been read: what came last has its answer. */
static void
is_all_read(void)
{
	static int asked;
	char last[CODE_CHARS + 1], citizen[24];

	snprintf(citizen, sizeof(citizen), "+62813777001%02d", asked++);	/* nobody is answered for ever */
	sms(citizen, "lampu jalan mati di desa kabat depan balai", last);
	told(last, "terima", "");
}

static void
is_as_it_was(const char *what)
{
	struct case_record c;

	glance_open(house.dir, house.conf);
	ck_assert_int_eq(glance_case(code, &c), 1);
	ck_assert_msg(c.state == CASE_DITUGASKAN && c.units_n > 0, "after %s it is %s", what, case_state_name(c.state));
	glance_close();
}

static const char *const without[] = { "SELESAI", "SELESAI sudah beres", "TANGANI", "BUKAN wewenang kami", "TERUSKAN dlh sampah",
    "URUNG", "TUNGGU anggaran 14-12-2027 menunggu", "LEPAS tidak perlu", "TOLAK sampai Senin", "SETUJU", "JAWAB besok",
    "BANTUAN api", "GABUNG 7K3F-9QXM sama", "BERES" };

START_TEST(without_the_code_nothing_moves)
{
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		sms(officer, without[i], NULL);
	is_all_read();
	is_as_it_was("commands without a code");
	/* nor does anything of the case go anywhere but to him */
	{
		struct buf out = { 0 };

		ck_assert_int_eq(run_line(&out, "grep '\"kind\":\"jawab' %s/out/sms.jsonl | grep -v -c -F '%s'", house.dir, officer), 1);
		buf_release(&out);
	}
}
END_TEST

START_TEST(guessing_ends_and_is_an_alarm)
{
	static const struct { const char *before, *after; } orders[] = { { "SELESAI ", " sudah beres" },
	    { "", " SELESAI sudah beres" }, { "SELESAI", "" } };
	static const char symbols[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
	char line[64], wrong[8];

	for (int i = 0; i < 6; i++) {
		snprintf(wrong, sizeof(wrong), "%s", nonce);
		wrong[1] = symbols[(i + 3) % (sizeof(symbols) - 1)];
		if (strcmp(wrong, nonce) == 0)
			wrong[2] = wrong[2] == 'Q' ? 'R' : 'Q';
		snprintf(line, sizeof(line), "%s%s%s", orders[i % 3].before, wrong, orders[i % 3].after);
		sms(officer, line, NULL);
	}
	alarm_names("banyak kode tugas salah");
	/* now even the right one does not count by SMS, and he hears why */
	snprintf(line, sizeof(line), "SELESAI %s sudah beres", nonce);
	sms(officer, line, NULL);
	told("*", "jawab-tebak", officer);
	snprintf(line, sizeof(line), "%s SELESAI sudah beres", nonce);
	sms(officer, line, NULL);
	is_all_read();
	is_as_it_was("the right code after too many wrong ones");
	/* what closes nothing goes on: he can still take his task */
	sms(officer, "TERIMA", NULL);
	wait_state(code, "diterima");
}
END_TEST

/* ---- what does not count is on record ---- */

#define NOTED 5			/* router.refusals */
#define STRANGER "ptg-o-dlh-1"	/* another officer, with a task of his own */

static void
begin_with_few(void)
{
	house_make("router:\n  nonce_tries: 100\n  refusals: 5\n");
	house_up();
	sms("+6281377700001", "pohon tumbang menutup jalan di desa licin kecamatan licin", code);
	first_task(code, officer, nonce);
}

/* Entries that somebody's refusals left, and the last of them. */
struct refusals { char what[24], actor[OFFICER_ID_CHARS], about[CODE_CHARS + 1]; int n; };

static int
see_refusal(const struct log_line *line, void *arg)
{
	static const char *const whats[] = { "bukan-tugasnya", "tiada-tugas", "kode-ditebak", "ditolak", "tidak-paham" };
	struct refusals *seen = arg;
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *actor = json_string_value(json_object_get(doc, "actor"));
	const char *about = json_string_value(json_object_get(doc, "about"));

	for (size_t i = 0; i < N_ELEMS(whats); i++)
		if (what != NULL && strcmp(what, whats[i]) == 0) {
			/* who, what and when; his words are sealed, his number stands nowhere */
			ck_assert_ptr_null(memmem(line->entry, line->len, officer + 1, strlen(officer) - 1));
			ck_assert_ptr_null(memmem(line->entry, line->len, "perhutani", strlen("perhutani")));
			snprintf(seen->what, sizeof(seen->what), "%s", what);
			snprintf(seen->actor, sizeof(seen->actor), "%s", actor != NULL ? actor : "");
			snprintf(seen->about, sizeof(seen->about), "%s", about != NULL ? about : "");
			seen->n++;
		}
	json_decref(doc);
	return 0;
}

/* Who has that number, or the number of who is that. */
static void
look_up(const char *phone_or_id, char id[OFFICER_ID_CHARS], char phone[PHONE_CHARS])
{
	struct house h;
	int found = 0;

	house_eye(&h);
	for (size_t i = 0; i < h.roster.n && !found; i++) {
		const struct officer *o = &h.roster.officers[i];

		found = strcmp(o->id, phone_or_id) == 0 || strcmp(o->phone, phone_or_id) == 0;
		snprintf(id, OFFICER_ID_CHARS, "%s", o->id);
		snprintf(phone, PHONE_CHARS, "%s", o->phone);
	}
	house_close(&h);
	ck_assert_msg(found, "no officer %s", phone_or_id);
}

static void
refusals_on_record(struct refusals *seen)
{
	struct house h;

	memset(seen, 0, sizeof(*seen));
	house_eye(&h);
	ck_assert_int_gt(logbook_read(&h.st, 0, 1 << 20, see_refusal, seen), 0);
	house_close(&h);
}

/* It came, changed nothing, and is the newest of n on record: what it was, by whom, of which case. */
static void
is_noted(const char *from, const char *text, int n, const char *what, const char *actor, const char *about)
{
	struct refusals seen;

	sms(from, text, NULL);
	is_all_read();
	refusals_on_record(&seen);
	ck_assert_msg(seen.n == n && strcmp(seen.what, what) == 0 && strcmp(seen.actor, actor) == 0 &&
	    strcmp(seen.about, about) == 0, "%s: %d on record, the last %s by %s about %s", text, seen.n, seen.what,
	    seen.actor, seen.about);
}

/* So many answers to him about what did not count. */
static void
are_answered(int n)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;
	struct buf out = { 0 };

	do {
		buf_reset(&out);
		run_line(&out, "grep '\"kind\":\"jawab' %s/out/sms.jsonl | grep -c -F '%s'", house.dir, officer);
		ck_assert_msg(clock_mono_ms() < limit, "%s of %d answers", buf_str(&out), n);
	} while (strtol(buf_str(&out), NULL, 10) < n);
	buf_release(&out);
}

START_TEST(what_does_not_count_is_on_record)
{
	char id[OFFICER_ID_CHARS], phone[PHONE_CHARS], other[PHONE_CHARS], is[OFFICER_ID_CHARS], line[96];
	struct refusals seen;

	look_up(officer, id, phone);
	look_up(STRANGER, is, other);
	snprintf(line, sizeof(line), "BUKAN %c%s pohon milik perhutani", nonce[0] == 'Z' ? 'Y' : 'Z', nonce + 1);
	is_noted(officer, line, 1, "bukan-tugasnya", id, "");		/* a wrong code */
	snprintf(line, sizeof(line), "BUKAN %s pohon milik perhutani", nonce);
	is_noted(other, line, 2, "bukan-tugasnya", STRANGER, "");		/* the right one, from another's number */
	is_as_it_was("a code from the wrong number");
	snprintf(line, sizeof(line), "BUKAN %s", nonce);
	is_noted(officer, line, 3, "tidak-paham", id, "");		/* without its reason */
	snprintf(line, sizeof(line), "TERUSKAN %s antah berantah", nonce);
	is_noted(officer, line, 4, "ditolak", id, code);		/* the case refuses it */
	is_as_it_was("acts that the case refuses");
	snprintf(line, sizeof(line), "BUKAN %s pohon milik perhutani", nonce);
	sms(officer, line, NULL);
	wait_state(code, "baru");
	is_noted(officer, line, NOTED, "tiada-tugas", id, "");		/* used a second time */
	wait_state(code, "baru");
	/* a number forged by a machine: he is answered, the record is not filled */
	for (int i = 0; i < 3; i++)
		sms(officer, line, NULL);
	is_all_read();
	refusals_on_record(&seen);
	ck_assert_int_eq(seen.n, NOTED + 1);	/* of his five, and one of the other's */
	are_answered(7);
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
}
END_TEST

Suite *
forged_suite(void)
{
	Suite *s = suite_create("forged");
	TCase *tc = tcase_create("forged"), *few = tcase_create("few on record");

	tcase_add_checked_fixture(tc, begin, house_down);
	tcase_add_test(tc, without_the_code_nothing_moves);
	tcase_add_test(tc, guessing_ends_and_is_an_alarm);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(few, begin_with_few, house_down);
	tcase_add_test(few, what_does_not_count_is_on_record);
	suite_add_tcase(s, few);
	return s;
}
