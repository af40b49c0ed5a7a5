/* Who works: shifts, leave, those who go, drills; with the real daemons and commands. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/shift.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "store/house.h"
#include "store/leaver.h"
#include "tests/integration/living.h"
#include "tests/workbook.h"

Suite *people_suite(void);

static void
begin(void)
{
	house_make("");
	house_up();
}

static void
end(void)
{
	house_down();
}

/* ---- shifts by commands ---- */

static void
says(const char *args, int status, const char *words)
{
	struct buf out = { 0 };
	int is = house_command(args, &out);

	ck_assert_msg(is == status && strstr(buf_str(&out), words) != NULL, "%s: %d %s", args, is,
	    buf_str(&out));
	buf_release(&out);
}

/* The same while sla stands still: it looks for who has left each second, and may be faster than the command. */
static void
says_alone(const char *args, int status, const char *words)
{
	pid_t sla = pid_of("sla");

	ck_assert_int_eq(kill(sla, SIGSTOP), 0);
	says(args, status, words);
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
}

static void
file_with(const char *name, const char *text, char path[64])
{
	FILE *f;

	snprintf(path, 64, "%s/%s", house.dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(a_month_of_shifts)
{
	char path[64], args[96];

	file_with("jaga.csv", "petugas,unit,mulai,selesai\n"
	    "kpl-bupati,D112,2099-12-01 06:00,2099-12-01 14:00\n"
	    "kpl-sekda,D112,2099-12-01 14:00,2099-12-01 22:00\n", path);
	snprintf(args, sizeof(args), "officer import-shifts %s", path);
	says(args, 0, "2 of");
	says(args, 0, "0 of");
	says("officer swap kpl-bupati '2099-12-01 06:00' kpl-sekda 2099-12-01T14:00", 0, "2 of 2");
	says("officer shifts D112", 0, "2099-12-01 06:00\t2099-12-01 14:00\tD112\tkpl-sekda");
	says("officer shifts kpl-bupati", 0, "2099-12-01 14:00\t2099-12-01 22:00\tD112\tkpl-bupati");
	says("officer swap kpl-bupati '2099-12-01 06:00' kpl-sekda 2099-12-01T14:00", 1,
	    "has no shift that begins then");
	says("officer shift kpl-bupati --from '2099-12-01 21:00' --until '2099-12-01 23:00'", 1,
	    "has another shift at that time");
	says("officer unshift kpl-bupati --from '2099-12-01 14:00'", 0, "1 of 1");
	says("officer shift kpl-bupati --from '2099-12-01 21:00' --until '2099-12-01 23:00' --unit X", 1,
	    "no such unit");
	file_with("jaga2.csv", "petugas,unit,mulai,selesai\nkpl-sekda,X9,2099-12-01,2099-12-02\n", path);
	snprintf(args, sizeof(args), "officer import-shifts %s", path);
	says(args, 1, ":2: unit \"X9\" is unknown");
}
END_TEST

/* A year of daily shifts is over: the next month is imported all the same. */
START_TEST(old_shifts_make_room)
{
	char path[64], args[96];
	struct house h;
	struct officer o = { 0 };

	house_eye(&h);
	officer_copy(&o, officer_find(&h.roster, "kpl-bupati"));
	for (int i = 0; i < OFFICER_SHIFTS; i++) {
		struct shift s = { .from_ms = DAY_MS * (i + 1), .until_ms = DAY_MS * (i + 1) + HOUR_MS };

		snprintf(s.unit, sizeof(s.unit), "D112");
		ck_assert_int_eq(officer_shift_add(&o, &s), SHIFT_OK);
	}
	ck_assert_int_eq(officers_put(&h.st, &o, 1, "test"), 1);
	officer_release(&o);
	house_close(&h);
	file_with("jaga.csv", "petugas,unit,mulai,selesai\n"
	    "kpl-bupati,D112,2099-12-01 06:00,2099-12-01 14:00\n", path);
	snprintf(args, sizeof(args), "officer import-shifts %s", path);
	says(args, 0, "1 of");
	says("officer shifts kpl-bupati", 0, "2099-12-01 06:00\t2099-12-01 14:00\tD112\tkpl-bupati");
}
END_TEST

/* An import says nothing of leave: it stays; who has left stays gone. */
START_TEST(an_import_keeps_what_it_does_not_say)
{
	char args[96];

	says("officer leave kpl-bupati --from 2099-01-01 --until 2099-01-31", 0, "1 of 1");
	says("officer end kpl-sekda", 0, "1 of 1");
	snprintf(args, sizeof(args), "officer import %s/petugas.csv", house.conf);
	says(args, 0, "kpl-sekda has left the service and stays so");
	says("officer list", 0, "kpl-sekda\tSEKDA\tkepala\t");
	says("officer leave kpl-bupati --from 2099-01-01 --until 2099-01-31", 0, "0 of 1");
	says("officer leave kpl-bupati --from 2099-01-31 --until 2099-01-01", 1, "must end after");
	says("officer back kpl-bupati", 0, "1 of 1");
}
END_TEST

#define PEOPLE "id,nama,unit,peran,telepon,bahasa,urutan,jaga\n"

static void
roster_seq(char out[24])
{
	struct house h;

	house_eye(&h);
	snprintf(out, 24, "%lld", (long long)h.roster.seq);
	house_close(&h);
}

/* Every faulty row at once, and the good ones beside them stay out. */
START_TEST(a_faulty_import_changes_nothing)
{
	static const char *const faults[] = { ":3: unit \"TIDAK-ADA\" is unknown; write a kode of unit.csv",
	    ":4: telepon is not right; write it like 0812", ":4: peran \"raja\" is not right",
	    ":5: telepon belongs to kpl-sekda; give him another number first", ":6: id is the same as in line 2",
	    "nothing was written" };
	struct buf out = { 0 };
	char path[64], args[96], before[24], after[24];

	roster_seq(before);
	file_with("baru.csv", PEOPLE "baru-1,Satu,O-DLH,petugas,+6281900000001,id,1,24\n"
	    "baru-2,Dua,TIDAK-ADA,petugas,+6281900000002,id,1,24\n"
	    "baru-3,Tiga,O-DLH,raja,12,id,1,24\n"
	    "baru-4,Empat,O-DLH,petugas,+628000000003,id,1,24\n"
	    "baru-1,Lima,O-DLH,petugas,+6281900000005,id,1,24\n", path);
	for (int dry = 0; dry < 2; dry++) {
		snprintf(args, sizeof(args), "officer import %s%s", path, dry ? " --dry-run" : "");
		ck_assert_int_eq(house_command(args, &out), 1);
		for (size_t i = 0; i < N_ELEMS(faults); i++)
			ck_assert_msg(strstr(buf_str(&out), faults[i]) != NULL, "%s in %s", faults[i], buf_str(&out));
		buf_release(&out);
	}
	roster_seq(after);
	ck_assert_str_eq(before, after);
}
END_TEST

#define CELL(s) "<c t=\"inlineStr\"><is><t>" s "</t></is></c>"

/* A workbook: first tried, then written; the second time there is nothing to do. */
START_TEST(a_workbook_of_officers)
{
	const struct workbook w = { .sheet = SHEET "<row>" CELL("id") CELL("nama") CELL("unit") CELL("peran") CELL("telepon")
	    CELL("bahasa") CELL("urutan") CELL("jaga") "</row><row>" CELL("baru-1") CELL("Satu") CELL("O-DLH") CELL("petugas")
	    "<c><v>81900000001</v></c>" CELL("id") "<c><v>7</v></c>" CELL("24") "</row></sheetData></worksheet>" };
	char path[64], args[96], before[24], after[24];

	snprintf(path, sizeof(path), "%s/petugas.xlsx", house.dir);
	workbook_write(path, &w);
	roster_seq(before);
	snprintf(args, sizeof(args), "officer import %s --dry-run", path);
	says(args, 0, "new\tbaru-1\tO-DLH\tpetugas\n1 rows: 1 new, 0 changed, 0 as they are\ndry run: nothing was written");
	roster_seq(after);
	ck_assert_str_eq(before, after);
	snprintf(args, sizeof(args), "officer import %s", path);
	says(args, 0, "1 of 1 officers written");
	says("officer list", 0, "baru-1\tO-DLH\tpetugas\t");
	says(args, 0, "1 rows: 0 new, 0 changed, 1 as they are\n0 of 1 officers written");
}
END_TEST

/* More than fit into one pipe: one number that goes round, found at the end, and none is written. */
START_TEST(many_or_none)
{
	struct officer *many = xcalloc(1000, sizeof(*many));
	char before[24], after[24], name[] = "X";
	struct house h;

	house_eye(&h);
	roster_seq(before);
	for (int i = 0; i < 1000; i++) {
		many[i] = (struct officer){ .name = name, .unit = "O-DLH", .lang = "id", .order = 1 };
		snprintf(many[i].id, sizeof(many[i].id), "banyak-%d", i);
		snprintf(many[i].phone, sizeof(many[i].phone), "+6281977%06d", i);
	}
	snprintf(many[999].phone, sizeof(many[999].phone), "%s", officer_find(&h.roster, "kpl-sekda")->phone);
	ck_assert_int_eq(officers_put(&h.st, many, 1000, "test"), -1);
	ck_assert_ptr_nonnull(strstr(store_error(&h.st), "banyak-999: the number belongs"));
	roster_seq(after);
	ck_assert_str_eq(before, after);
	many[999].phone[0] = '\0';
	ck_assert_int_eq(officers_put(&h.st, many, 1000, "test"), 1000);
	house_close(&h);
	free(many);
}
END_TEST

START_TEST(a_calendar_for_the_phone)
{
	says("officer shift kpl-bupati --from '2099-12-01 06:00' --until '2099-12-01 14:00'", 0, "1 of 1");
	says("officer calendar kpl-bupati --days 3", 0, "BEGIN:VCALENDAR\r\n");
	says("officer calendar D112", 0, "SUMMARY:Jaga ");
	says("officer calendar nobody", 1, "neither an officer nor a unit");
	says("officer calendar D112 --days 0", 1, "write 1 to 400");
}
END_TEST

/* ---- who leaves ---- */

#define DLH_REPORT "sampah menumpuk tiga hari di pasar genteng kulon kecamatan genteng"
#define NEW_NUMBER "+628111000111"

/* Who has that number. */
static void
officer_of(const char *phone, char id[OFFICER_ID_CHARS])
{
	struct house h;

	house_eye(&h);
	id[0] = '\0';
	for (size_t i = 0; i < h.roster.n; i++)
		if (strcmp(h.roster.officers[i].phone, phone) == 0)
			snprintf(id, OFFICER_ID_CHARS, "%s", h.roster.officers[i].id);
	ck_assert_msg(id[0] != '\0', "%s", phone);
	house_close(&h);
}

/* A case, and that somebody accepts it. */
static void
accepts(char code[CODE_CHARS + 1], char phone[24], char id[OFFICER_ID_CHARS], char nonce[8])
{
	sms("+6281234567001", DLH_REPORT, code);
	first_task(code, phone, nonce);
	officer_of(phone, id);
	sms(phone, "TERIMA", NULL);
}

/* A case that somebody has accepted. */
static void
accepted(char code[CODE_CHARS + 1], char phone[24], char id[OFFICER_ID_CHARS], char nonce[8])
{
	accepts(code, phone, id, nonce);
	wait_state(code, "diterima");
}

/* How often the case's log says that. */
static int
was(const char *code, const char *what)
{
	json_t *doc = case_in_any(code), *e;
	size_t i;
	int n = 0;

	json_array_foreach(json_object_get(doc, "log"), i, e)
		n += strcmp(json_string_value(json_object_get(e, "what")), what) == 0;
	json_decref(doc);
	return n;
}

/* Nobody holds it, and a second task went out. */
static void
others_are_told(const char *code)
{
	json_t *doc, *m;
	size_t i;
	int n = 0;

	doc = case_in(code, "ditugaskan");
	json_array_foreach(json_object_get(doc, "messages"), i, m)
		n += strcmp(json_string_value(json_object_get(m, "kind")), "tugas") == 0 &&
		    strcmp(json_string_value(json_object_get(m, "state")), "superseded") != 0;
	ck_assert_int_gt(n, 1);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "holder")), "");
	json_decref(doc);
}

/* What he writes from the old number is a stranger's: a report of its own, no command. */
static void
is_a_stranger(const char *phone, const char *nonce, const char *code, const char *state)
{
	char line[64], own[CODE_CHARS + 1];

	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(phone, line, own);
	told(own, "*", phone);
	wait_state(code, state);
	ck_assert_int_eq(was(code, "tangani"), 0);
}

START_TEST(who_leaves_gives_his_cases_back)
{
	char code[CODE_CHARS + 1], phone[24], id[OFFICER_ID_CHARS], nonce[8], args[64];

	accepted(code, phone, id, nonce);
	snprintf(args, sizeof(args), "officer end %s", id);
	says_alone(args, 0, "1 cases went back");
	others_are_told(code);
	ck_assert_int_eq(was(code, "kembali"), 1);
	is_a_stranger(phone, nonce, code, "ditugaskan");
	says(args, 0, "0 of 1");
	ck_assert_int_eq(was(code, "kembali"), 1);
}
END_TEST

/* The command died right after it had ended the officer: sla does the rest. */
START_TEST(nobody_keeps_cases_when_the_command_dies)
{
	char code[CODE_CHARS + 1], phone[24], id[OFFICER_ID_CHARS], nonce[8];
	struct house h;
	struct officer o;

	accepted(code, phone, id, nonce);
	house_eye(&h);
	o = *officer_find(&h.roster, id);
	o.ended = 1;
	ck_assert_int_eq(officers_put(&h.st, &o, 1, "test"), 1);
	house_close(&h);
	others_are_told(code);
	ck_assert_int_eq(was(code, "kembali"), 1);
}
END_TEST

START_TEST(a_new_number_is_a_new_phone)
{
	char code[CODE_CHARS + 1], phone[24], id[OFFICER_ID_CHARS], nonce[8], args[80];

	accepted(code, phone, id, nonce);
	snprintf(args, sizeof(args), "officer phone %s %s", id, NEW_NUMBER);
	says_alone(args, 0, "1 cases went back");
	told(code, "tugas", NEW_NUMBER);
	is_a_stranger(phone, nonce, code, "ditugaskan");
	sms(NEW_NUMBER, "TERIMA", NULL);
	wait_state(code, "diterima");
}
END_TEST

/* What waits for him when he leaves is told to nobody; what he reported himself is answered. */
START_TEST(the_old_number_is_told_nothing)
{
	char code[CODE_CHARS + 1], phone[24], id[OFFICER_ID_CHARS], nonce[8], args[64];
	char mine[CODE_CHARS + 1], own[CODE_CHARS + 1];
	struct buf path = { 0 }, out = { 0 };
	pid_t notify;

	accepted(code, phone, id, nonce);
	notify = pid_of("notify");
	ck_assert_int_eq(kill(notify, SIGSTOP), 0);
	sms("+6281234567002", DLH_REPORT " lagi", mine);
	wait_state(mine, "ditugaskan");
	sms(phone, "ada jalan berlubang di desa kabat dekat masjid", own);
	wait_state(own, "ditugaskan");
	snprintf(args, sizeof(args), "officer end %s", id);
	says_alone(args, 0, "2 cases went back");
	ck_assert_int_eq(kill(notify, SIGCONT), 0);
	told(mine, "*", "+6281234567002");
	told(mine, "tugas", "");
	told(own, "terima", phone);		/* he lives here too */
	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &out), 0);
	for (const char *line = buf_str(&out); *line != '\0'; line += strcspn(line, "\n") + 1) {
		char one[2048];

		snprintf(one, sizeof(one), "%.*s", (int)strcspn(line, "\n"), line);
		ck_assert_msg(strstr(one, mine) == NULL || strstr(one, phone) == NULL, "%s", one);
	}
	buf_release(&path);
	buf_release(&out);
}
END_TEST

/* So many alarms wait for a number on that way; their ids are WAY.0, ... */
#define ALARMS 250

static void
list_of(struct house *h, const char *way, const char *phone, struct buf *key)
{
	char list[48], hash[LOOKUP_CHARS + 1];

	snprintf(list, sizeof(list), "n:%s", way);
	lookup_of(hash, &h->st.lookup, phone);
	buf_add_key(key, &h->st.keys, KEY_RCP, list, hash);
}

static void
alarm_waits(struct house *h, const char *way, const char *phone, const char *which, int64_t queued_ms)
{
	struct buf list = { 0 }, line = { 0 }, key = { 0 };
	char part[48], id[48];

	list_of(h, way, phone, &list);
	snprintf(part, sizeof(part), "n:%s", way);
	buf_add_key(&line, &h->st.keys, KEY_OUT, part, NULL);
	snprintf(id, sizeof(id), "%s.%s", way, which);
	buf_add_key(&key, &h->st.keys, KEY_MSG, id, NULL);
	freeReplyObject(redis_pipe_command(h->st.pipe,
	    "HSET %b st queued k sistem q %b z %b nb 0 na 0 t %" PRId64, key.data, key.len, list.data, list.len,
	    line.data, line.len, queued_ms));
	freeReplyObject(redis_pipe_command(h->st.pipe, "RPUSH %b %s", list.data, list.len, id));
	buf_release(&list);
	buf_release(&line);
	buf_release(&key);
}

static void
alarms_wait(struct house *h, const char *way, const char *phone)
{
	char which[16];

	for (int i = 0; i < ALARMS; i++) {
		snprintf(which, sizeof(which), "%d", i);
		alarm_waits(h, way, phone, which, 1);
	}
}

static long long
waiting_on(struct house *h, const char *way, const char *phone)
{
	struct buf key = { 0 };
	redisReply *r;
	long long n;

	list_of(h, way, phone, &key);
	r = redis_pipe_command(h->st.pipe, "LLEN %b", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	n = r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

/* On each way that carries a number, and however many they are. */
START_TEST(no_way_leads_to_the_old_number)
{
	static const char *const ways[] = { "sms", "sms2", "whatsapp" };
	char phone[24];
	struct house h;

	ck_assert_int_eq(kill(pid_of("notify"), SIGSTOP), 0);
	house_eye(&h);
	snprintf(phone, sizeof(phone), "%s", officer_find(&h.roster, "kpl-bupati")->phone);
	for (size_t i = 0; i < N_ELEMS(ways); i++) {
		alarms_wait(&h, ways[i], phone);
		ck_assert_int_eq(waiting_on(&h, ways[i], phone), ALARMS);
	}
	says_alone("officer end kpl-bupati", 0, "1 of 1");
	for (size_t i = 0; i < N_ELEMS(ways); i++)
		ck_assert_msg(waiting_on(&h, ways[i], phone) == 0, "%s", ways[i]);
	ck_assert_int_eq(kill(pid_of("notify"), SIGCONT), 0);
	house_close(&h);
}
END_TEST

/*
 * A number is given on, and the old holder's leave is worked off when the new one is told things already: what was
 * queued since is his; what goes by a second way since was queued for the old one.
 */
START_TEST(the_next_holder_of_a_number_is_told)
{
	char phone[24];
	struct house h;
	int64_t later;

	ck_assert_int_eq(kill(pid_of("notify"), SIGSTOP), 0);
	house_eye(&h);
	later = store_now_ms(&h.st) + 10 * MINUTE_MS;
	snprintf(phone, sizeof(phone), "%s", officer_find(&h.roster, "kpl-bupati")->phone);
	alarm_waits(&h, "sms", phone, "old", 1);
	alarm_waits(&h, "sms", phone, "old.b", later);
	alarm_waits(&h, "sms", phone, "new", later);
	alarm_waits(&h, "sms", phone, "new.b", later);
	says_alone("officer end kpl-bupati", 0, "1 of 1");
	ck_assert_int_eq(waiting_on(&h, "sms", phone), 2);
	ck_assert_int_eq(kill(pid_of("notify"), SIGCONT), 0);
	house_close(&h);
}
END_TEST

/* Works off what can be done at this time; in how many steps. */
static int
steps_at(struct house *h, struct leavers *w, int64_t mono_ms, int *back)
{
	int n = 0, rc;

	while ((rc = leavers_step(h, w, 100, mono_ms, back)) > 0)
		n++;
	ck_assert_int_eq(rc, 0);
	return n;
}

/* Many open cases are looked through a part at a time; one that nobody can work off is put off. */
START_TEST(a_case_that_cannot_go_back)
{
	char code[CODE_CHARS + 1], phone[24], id[OFFICER_ID_CHARS], nonce[8];
	struct buf due = { 0 }, key = { 0 };
	struct leavers w = { 0 };
	redisReply *wrapped;
	struct house h;
	struct officer o;
	int back = 0, n;

	accepted(code, phone, id, nonce);
	ck_assert_int_eq(kill(pid_of("sla"), SIGSTOP), 0);
	house_eye(&h);
	buf_add_key(&due, &h.st.keys, KEY_DUE, NULL, NULL);
	for (uint64_t i = 0; i < 1000; i++) {
		struct code other;

		code_make(&other, i);
		freeReplyObject(redis_pipe_command(h.st.pipe, "ZADD %b 9e15 %s", due.data, due.len, other.s));
	}
	buf_add_key(&key, &h.st.keys, KEY_CASE, code, NULL);
	wrapped = redis_pipe_command(h.st.pipe, "HGET %b k", key.data, key.len);
	ck_assert(wrapped != NULL && wrapped->type == REDIS_REPLY_STRING);
	freeReplyObject(redis_pipe_command(h.st.pipe, "HSET %b k damaged", key.data, key.len));
	o = *officer_find(&h.roster, id);
	o.ended = 1;
	ck_assert_int_eq(officers_put(&h.st, &o, 1, "test"), 1);

	n = steps_at(&h, &w, 5000, &back);
	ck_assert_msg(n > 5 && n < 30, "%d steps", n);
	ck_assert_int_eq(back, 0);
	ck_assert_int_eq(steps_at(&h, &w, 5999, &back), 0);
	ck_assert_int_gt(steps_at(&h, &w, 6000, &back), 5);
	ck_assert_int_eq(steps_at(&h, &w, 7999, &back), 0);
	ck_assert_int_eq(w.n, 1);
	ck_assert_int_eq(w.list[0].named_n, 1);
	freeReplyObject(redis_pipe_command(h.st.pipe, "HSET %b k %b", key.data, key.len, wrapped->str,
	    wrapped->len));
	ck_assert_int_gt(steps_at(&h, &w, 8000, &back), 5);
	ck_assert_int_eq(back, 1);
	ck_assert_int_eq(w.n, 0);
	ck_assert_int_eq(kill(pid_of("sla"), SIGCONT), 0);
	others_are_told(code);
	freeReplyObject(wrapped);
	leavers_free(&w);
	buf_release(&due);
	buf_release(&key);
	house_close(&h);
}
END_TEST

/* ---- accepted, abandoned ---- */

START_TEST(who_lets_it_lie_loses_it)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char code[CODE_CHARS + 1], phone[24], id[OFFICER_ID_CHARS], nonce[8], args[64];
	json_t *doc;

	/* he has it for a second: who looks may miss that */
	for (accepts(code, phone, id, nonce); was(code, "terbengkalai") == 0; nanosleep(&pause, NULL))
		ck_assert_msg(clock_mono_ms() < until, "%s is never abandoned", code);
	ck_assert_int_eq(was(code, "terima"), 1);
	doc = case_in(code, "ditugaskan");
	ck_assert_int_eq(json_integer_value(json_object_get(doc, "abandoned")), 1);
	ck_assert_int_gt(json_integer_value(json_object_get(doc, "abandoned_ms")), 0);
	json_decref(doc);
	ck_assert_int_eq(was(code, "terbengkalai"), 1);
	told(code, "tarik", phone);
	snprintf(args, sizeof(args), "case %s", code);
	says(args, 0, "diterima, terbengkalai");
}
END_TEST

/* ---- roll-calls ---- */

#define SEKDA "+628000000003"

/* How many SMS of that kind went out so far. */
static int
sent(const char *kind)
{
	struct buf path = { 0 }, all = { 0 };
	char member[48];
	int n = 0;

	snprintf(member, sizeof(member), "\"kind\":\"%s\"", kind);
	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &all), 0);
	for (const char *at = buf_str(&all); (at = strstr(at, member)) != NULL; at++)
		n++;
	buf_release(&path);
	buf_release(&all);
	return n;
}

/* Waits until what the command prints has these words. */
static void
comes_to(const char *args, const char *words)
{
	const struct timespec pause = { 0, 50 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf out = { 0 };

	do {
		buf_reset(&out);
		house_command(args, &out);
		if (strstr(buf_str(&out), words) != NULL)
			break;
		nanosleep(&pause, NULL);
	} while (clock_mono_ms() < until);
	ck_assert_msg(strstr(buf_str(&out), words) != NULL, "%s: %s", args, buf_str(&out));
	buf_release(&out);
}

START_TEST(a_roll_call)
{
	char text[512], code[CODE_CHARS + 1], path[64];
	json_t *m;
	struct answer a;

	says("officer reach", 0, "SEKDA\tkepala 1/1\tsemua 2/2\n");
	says("drill", 0, "officers asked");
	m = outgoing("", "apel", SEKDA);
	snprintf(text, sizeof(text), "%s", json_string_value(json_object_get(m, "text")));
	ck_assert_msg(strncmp(text, "LATIHAN", 7) == 0 && strstr(text, "SIAP"), "%s", text);
	ck_assert(json_is_true(json_object_get(m, "latihan")));
	json_decref(m);
	/* heads alone; one word answers, and whatever else he writes; it is no report */
	sms(SEKDA, "siap ndan", code);
	/* of the rest the time runs out: they are silent, and their keeper hears of it once */
	comes_to("officer reach", "BUPATI\tkepala 0/1\tsemua 1/2\n");
	comes_to("officer reach", "SEKDA\tkepala 1/1\tsemua 2/2\n");
	snprintf(path, sizeof(path), "/api/v1/cases/%s", code);
	ask(&a, house.console, path, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 404);
	answer_release(&a);
	told("", "sistem", "");
	text_of("", "sistem", "", text);
	ck_assert_msg(strstr(text, "tidak menjawab apel") != NULL, "%s", text);
	/* any message makes the number a rung again */
	sms("+628000000001", "selamat pagi", NULL);
	comes_to("officer reach", "BUPATI\tkepala 1/1\tsemua 2/2\n");
	says("audit verify", 0, "clean");
}
END_TEST

/* "siap" to a task takes no task: the roll-call counts it, and he is told how the task is taken. */
START_TEST(ready_for_a_task)
{
	char code[CODE_CHARS + 1], phone[24], nonce[8], text[512], example[32];

	sms("+6281234567011", DLH_REPORT, code);
	first_task(code, phone, nonce);
	says("drill --all", 0, "officers asked");
	told("", "apel", phone);
	sms(phone, "SIAP pak meluncur", NULL);
	text_of("", "jawab-salah", phone, text);
	snprintf(example, sizeof(example), "TERIMA %s", nonce);
	ck_assert_msg(strstr(text, example) != NULL, "%s", text);
	wait_state(code, "ditugaskan");
	sms(phone, example, NULL);
	wait_state(code, "diterima");
}
END_TEST

/* The board, when the console has read the roster again. */
static void
board_says(const char *words)
{
	const struct timespec pause = { 0, 50 * 1000000L };
	int found = 0;

	for (int64_t until = clock_mono_ms() + LIMIT_MS; !found && clock_mono_ms() < until; ) {
		struct answer a;

		ask(&a, house.console, "/papan", NULL, NULL, 0);
		found = strstr(buf_str(&a.body), words) != NULL;
		answer_release(&a);
		nanosleep(&pause, NULL);
	}
	ck_assert_msg(found, "the board does not say %s", words);
}

/* A case climbs past a number that does not answer. */
START_TEST(a_silent_number_is_passed)
{
	char code[CODE_CHARS + 1], phone[24], nonce[8];
	json_t *doc, *e;
	size_t i;
	int passed = 0;

	says("drill", 0, "officers asked");
	comes_to("officer reach", "SEKDA\tkepala 0/1");
	comes_to("officer reach", "O-DLH\tkepala 0/1");
	sms("+6281234567009", DLH_REPORT, code);
	first_task(code, phone, nonce);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; !passed && clock_mono_ms() < until; ) {
		doc = case_in_any(code);
		json_array_foreach(json_object_get(doc, "log"), i, e)
			passed |= strcmp(json_string_value(json_object_get(e, "why")),
			    "tak-terjangkau") == 0;
		json_decref(doc);
	}
	ck_assert_int_eq(passed, 1);
	ck_assert_int_eq(sent("eskalasi"), 0);
	board_says("Kepala: 0 / ");
}
END_TEST

/* Nobody answers at all: that is our gateway, and no head loses his rung. */
START_TEST(nobody_answers)
{
	char text[512];

	says("drill", 0, "officers asked");
	told("", "sistem", "");
	text_of("", "sistem", "", text);
	ck_assert_msg(strstr(text, "periksa gerbang SMS") != NULL, "%s", text);
	says("officer reach", 0, "SEKDA\tkepala 1/1\t");
}
END_TEST

static void
silent_house(const char *settings)
{
	struct buf line = { 0 };

	house_make(settings);
	buf_addf(&line, "sed -i 's/tak-terjangkau: .*/tak-terjangkau: 2s/; s/dalam: 2h/dalam: 2s/; "
	    "s/dalam: 30m/dalam: 2s/' %s/sla.yaml", house.conf);
	ck_assert_int_eq(system(buf_str(&line)), 0);
	buf_release(&line);
	house_up();
}

static void
begin_silent(void)
{
	silent_house("rollcall:\n  count_every: 200ms\n  answering: 0\nredis:\n  check_every: 1s\n");
}

static void
begin_mute(void)
{
	silent_house("rollcall:\n  count_every: 200ms\n");
}

/* `kentongan drill`: how many it asked. */
static int
drill_now(void)
{
	struct buf out = { 0 };
	int n = 0;

	ck_assert_int_eq(house_command("drill", &out), 0);
	ck_assert_msg(sscanf(buf_str(&out), "%d officers asked", &n) == 1, "%s", buf_str(&out));
	buf_release(&out);
	return n;
}

static void
sent_so_many(int n)
{
	const struct timespec pause = { 0, 20 * 1000000L };

	for (int64_t until = clock_mono_ms() + LIMIT_MS; sent("apel") < n && clock_mono_ms() < until; )
		nanosleep(&pause, NULL);
	ck_assert_int_eq(sent("apel"), n);
}

/* Its log says a second time that it serves. */
static void
serves_again(const char *daemon)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, log = { 0 };
	const char *first = NULL;

	buf_addf(&path, "%s/log/%s.log", house.dir, daemon);
	while (first == NULL && clock_mono_ms() < until) {
		nanosleep(&pause, NULL);
		buf_reset(&log);
		ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &log), 0);
		first = strstr(buf_str(&log), "event=serving");
		first = first != NULL ? strstr(first + 1, "event=serving") : NULL;
	}
	ck_assert_ptr_nonnull(first);
	buf_release(&path);
	buf_release(&log);
}

/* By itself at its hour, once, though sla is ended and begins anew. */
START_TEST(the_regular_one)
{
	char hour[96];
	struct wib now;
	int n;

	wib_of(&now, clock_now_ms());
	snprintf(hour, sizeof(hour), "rollcall:\n  every_days: 1\n  count_every: 200ms\n  hour: %d\n",
	    now.hour);
	house_make(hour);
	house_up();
	told("", "apel", SEKDA);
	n = drill_now();
	sent_so_many(2 * n);
	ck_assert_int_eq(kill(pid_of("sla"), SIGKILL), 0);
	serves_again("sla");
	/* twice, so that what it might have repeated meanwhile is out before the last */
	ck_assert_int_eq(drill_now(), n);
	sent_so_many(3 * n);
	ck_assert_int_eq(drill_now(), n);
	sent_so_many(4 * n);
	house_down();
}
END_TEST

/* The roster changes all the time while reports come in: each becomes a case, read by the router. */
START_TEST(a_roster_that_moves)
{
	char codes[30][CODE_CHARS + 1];
	struct house h;
	struct officer o;

	house_eye(&h);
	o = *officer_find(&h.roster, "kpl-bupati");
	o.version = 0;
	for (int i = 0; i < 30; i++) {
		char from[24];

		snprintf(from, sizeof(from), "+62812345681%02d", i);
		sms(from, DLH_REPORT, codes[i]);
		o.order = 1 + i % 2;
		ck_assert_msg(officers_put(&h.st, &o, 1, "test") >= 0, "%s", store_error(&h.st));
	}
	house_close(&h);
	for (int i = 0; i < 30; i++) {
		json_t *doc;

		told(codes[i], "*", "");
		doc = case_in(codes[i], "ditugaskan");
		ck_assert_str_eq(json_string_value(json_object_get(doc, "category")), "sampah");
		json_decref(doc);
	}
	says("audit verify", 0, "clean");
}
END_TEST

START_TEST(an_officer_who_could_not_be_read_back)
{
	says("officer add 'Pak Lurah' --name X --unit D112 --phone 08000000999", 1, "no id; write 1 to 23");
	says("officer add lurah --name X --unit D112 --phone 08000000999 --order 100", 1, "a number from 0 to 99");
	says("officer add lurah --name X --unit D112 --phone 08000000999", 0, "1 of 1");
}
END_TEST

/* ---- volunteers ---- */

#define ANI "+628000000901"
#define BEN "+628000000902"
#define CUT "+628000000903"
#define DUL "+628000000904"

static void
hire(void)
{
	char path[64], args[96];

	file_with("relawan.csv", "id,nama,telepon,bahasa,desa,keahlian\n"
	    "ani,Contoh Ani," ANI ",id,35.10.20.2005,perahu p3k\n"
	    "ben,Contoh Ben," BEN ",id,35.10.20.2005,perahu\n"
	    "cut,Contoh Cut," CUT ",id,35.10.20.2005,perahu\n"
	    "dul,Contoh Dul," DUL ",id,35.10.19.2001,perahu\n", path);
	snprintf(args, sizeof(args), "panggil import %s", path);
	says(args, 0, "4 volunteers written");
}

/* Starts a call in that kecamatan; its code. */
static void
call_out(const char *more, char code[CODE_CHARS + 1])
{
	struct buf out = { 0 }, args = { 0 };

	buf_addf(&args, "panggil start --need 1 --text 'banjir, perahu' --place 35.10.20 --skill perahu %s",
	    more);
	ck_assert_msg(house_command(buf_str(&args), &out) == 0, "%s", buf_str(&out));
	ck_assert_msg(sscanf(buf_str(&out), "%8s 3 called, 1 needed", code) == 1, "%s", buf_str(&out));
	buf_release(&out);
	buf_release(&args);
}

static void
tally_comes_to(const char *code, const char *words)
{
	char args[64];

	snprintf(args, sizeof(args), "panggil tally %s", code);
	comes_to(args, words);
}

START_TEST(a_call_for_volunteers)
{
	char code[CODE_CHARS + 1], text[512], second[96], out[64];
	struct buf record = { 0 };
	struct answer a;
	json_t *m;

	hire();
	call_out("--for 1h --drill", code);
	m = outgoing("", "panggil", BEN);
	snprintf(text, sizeof(text), "%s", json_string_value(json_object_get(m, "text")));
	ck_assert_msg(strstr(text, "LATIHAN. banjir, perahu") && strstr(text, "1 bisa, 2 tidak"), "%s", text);
	ck_assert(json_is_true(json_object_get(m, "latihan")));
	json_decref(m);
	tally_comes_to(code, "perlu 1, bisa 0, tidak 0, tak jelas 0, cadangan 0, belum 3, tak sampai 0");
	/* who is called already is not called again: his digits could mean either */
	snprintf(second, sizeof(second), "panggil start --need 1 --text x --for 1h --skill p3k");
	says(second, 1, "nobody on the list fits who is not called already");
	sms(ANI, "1", NULL);
	told("", "panggil-terima", ANI);
	sms(BEN, "bisa pak, jam berapa?", NULL);
	told("", "panggil-penuh", BEN);
	sms(CUT, "hmm", out);
	told("", "panggil-contoh", CUT);
	tally_comes_to(code, "bisa 1, tidak 0, tak jelas 1, cadangan 1, belum 0");
	/* an answer is no report */
	snprintf(text, sizeof(text), "/api/v1/cases/%s", out);
	ask(&a, house.console, text, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 404);
	answer_release(&a);
	/* he cannot after all: the reserve moves up */
	sms(ANI, "2", NULL);
	told("", "panggil-terima", BEN);
	sms(CUT, "tidak", NULL);
	tally_comes_to(code, "bisa 1, tidak 2, tak jelas 0, cadangan 0, belum 0");
	/* danger is a report, whatever word it begins with */
	sms(CUT, "tidak bisa napas tolong", out);
	told(out, "*", CUT);
	/* who wants to be called no more is not */
	sms(DUL, "STOP", NULL);			/* was never called: nothing to end */
	sms(CUT, "STOP", NULL);
	comes_to("panggil list", "\tperahu\tended");
	/* after the end */
	snprintf(text, sizeof(text), "panggil stop %s", code);
	says(text, 0, "");
	says(text, 1, "is over already");
	sms(ANI, "1", NULL);
	told("", "panggil-usai", ANI);
	says("audit verify", 0, "clean");
	/* neither names nor numbers lie open in the store */
	buf_addf(&record, "cat %s/redis/appendonlydir/* | grep -c -e 'Contoh Ani' -e 8000000901 >/dev/null", house.dir);
	ck_assert_int_ne(system(buf_str(&record)), 0);
	buf_release(&record);
	house_keys_are_known();
}
END_TEST

/* What a volunteer reports is a report, while the call is open and after it, whatever word begins it. */
START_TEST(a_called_man_reports)
{
	char code[CODE_CHARS + 1], mine[CODE_CHARS + 1], args[64];

	hire();
	call_out("--for 1h", code);
	sms(ANI, "tidak ada air bersih di desa kabat", mine);
	told(mine, "*", ANI);
	wait_state(mine, "ditugaskan");
	sms(CUT, "tidak bisa pak, maaf", NULL);
	tally_comes_to(code, "bisa 0, tidak 1");
	snprintf(args, sizeof(args), "panggil stop %s", code);
	says(args, 0, "");
	sms(CUT, "bisa pak, air bersih mati di desa kabat", mine);
	told(mine, "*", CUT);
	wait_state(mine, "ditugaskan");
	sms(BEN, "tidak ada air bersih di desa kabat", mine);
	told(mine, "*", BEN);
	wait_state(mine, "ditugaskan");
	sms(CUT, "bisa", NULL);		/* the bare word still is an answer */
	told("", "panggil-usai", CUT);
}
END_TEST

/* What the outbox knows of a message, as a gateway's receipt would leave it. */
static void
message_becomes(const char *call, int person, const char *field, const char *value)
{
	char id[48];
	struct buf key = { 0 };
	struct house h;
	redisReply *r;

	house_eye(&h);
	snprintf(id, sizeof(id), "panggil.%s.%d.1", call, person);
	buf_add_key(&key, &h.st.keys, KEY_MSG, id, NULL);
	r = redis_pipe_command(h.st.pipe, "HSET %b %s %s", key.data, key.len, field, value);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	freeReplyObject(r);
	buf_release(&key);
	house_close(&h);
}

START_TEST(whom_it_does_not_reach)
{
	char code[CODE_CHARS + 1], other[48];

	hire();
	call_out("--for 1h", code);
	told("", "panggil", ANI), told("", "panggil", BEN), told("", "panggil", CUT);
	tally_comes_to(code, "belum 3, tak sampai 0");
	message_becomes(code, 1, "st", "undeliverable");
	tally_comes_to(code, "belum 2, tak sampai 1");
	/* it went on another way, and that one came through */
	snprintf(other, sizeof(other), "panggil.%s.2.1", code);
	message_becomes(code, 1, "alt", other);
	tally_comes_to(code, "belum 3, tak sampai 0");
}
END_TEST

/* It ends by itself; sla does so. */
START_TEST(a_call_ends_in_time)
{
	char code[CODE_CHARS + 1], words[64];

	hire();
	call_out("--for 1s", code);
	snprintf(words, sizeof(words), "%s usai: perlu 1, bisa 0", code);
	tally_comes_to(code, words);
	sms(ANI, "1", NULL);
	told("", "panggil-usai", ANI);
}
END_TEST

/* How many numbers lead to a call. */
static long long
called(struct house *h)
{
	struct buf key = { 0 };
	redisReply *r;
	long long n;

	buf_add_key(&key, &h->st.keys, KEY_CALLED, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HLEN %b", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	n = r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

/* A damaged call is forgotten whole, and said so: its people may be called again. */
START_TEST(a_call_that_nobody_can_read)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char code[CODE_CHARS + 1];
	struct buf key = { 0 }, path = { 0 }, log = { 0 };
	redisReply *left;
	pid_t sla = pid_of("sla");
	struct house h;

	hire();
	house_eye(&h);
	ck_assert_int_eq(kill(sla, SIGSTOP), 0);	/* it would end the call, if this takes longer */
	call_out("--for 2s", code);
	ck_assert_int_eq(called(&h), 3);
	sms(ANI, "BISA", NULL);
	told("", "panggil-terima", ANI);
	buf_add_key(&key, &h.st.keys, KEY_CALL, code, NULL);
	freeReplyObject(redis_pipe_command(h.st.pipe, "HSET %b d damaged", key.data, key.len));
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	buf_addf(&path, "%s/log/sla.log", house.dir);
	do {
		nanosleep(&pause, NULL);
		buf_reset(&log);
		ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &log), 0);
	} while ((called(&h) > 0 || strstr(buf_str(&log), "callout_unreadable") == NULL) &&
	    clock_mono_ms() < until);
	ck_assert_int_eq(called(&h), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&log), "callout_unreadable"));
	left = redis_pipe_command(h.st.pipe, "EXISTS %b", key.data, key.len);
	ck_assert(left != NULL && left->type == REDIS_REPLY_INTEGER && left->integer == 0);
	freeReplyObject(left);
	buf_release(&key);
	buf_release(&path);
	buf_release(&log);
	house_close(&h);
}
END_TEST

/* The same number has a report that waits for 1 or 2: he is asked which he means. */
START_TEST(two_questions_at_once)
{
	char mine[CODE_CHARS + 1], code[CODE_CHARS + 1], officer[24], nonce[8], line[64];

	hire();
	sms(ANI, "lampu jalan mati di desa kabat depan balai desa sudah tiga hari", mine);
	first_task(mine, officer, nonce);
	snprintf(line, sizeof(line), "SELESAI %s lampu diganti", nonce);
	sms(officer, line, NULL);
	wait_state(mine, "selesai");
	call_out("--for 1h", code);
	sms(ANI, "1", NULL);
	told("", "panggil-contoh", ANI);
	sms(ANI, "BISA", NULL);
	told("", "panggil-terima", ANI);
	wait_state(mine, "selesai");
	snprintf(line, sizeof(line), "1 %s", mine);
	sms(ANI, line, NULL);
	wait_state(mine, "ditutup");
}
END_TEST

static void
begin_impatient(void)
{
	struct buf line = { 0 };

	house_make("");
	buf_addf(&line, "sed -i 's/terbengkalai-biasa: .*/terbengkalai-biasa: 1s/; "
	    "s/terbengkalai-mendesak: .*/terbengkalai-mendesak: 1s/' %s/sla.yaml", house.conf);
	ck_assert_int_eq(system(buf_str(&line)), 0);
	buf_release(&line);
	house_up();
}

Suite *
people_suite(void)
{
	Suite *s = suite_create("people");
	TCase *tc = tcase_create("people"), *impatient = tcase_create("impatient"),
	    *silent = tcase_create("silent"), *mute = tcase_create("mute"), *regular = tcase_create("regular");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_month_of_shifts);
	tcase_add_test(tc, an_import_keeps_what_it_does_not_say);
	tcase_add_test(tc, a_faulty_import_changes_nothing);
	tcase_add_test(tc, a_workbook_of_officers);
	tcase_add_test(tc, many_or_none);
	tcase_add_test(tc, old_shifts_make_room);
	tcase_add_test(tc, a_calendar_for_the_phone);
	tcase_add_test(tc, who_leaves_gives_his_cases_back);
	tcase_add_test(tc, nobody_keeps_cases_when_the_command_dies);
	tcase_add_test(tc, a_new_number_is_a_new_phone);
	tcase_add_test(tc, the_old_number_is_told_nothing);
	tcase_add_test(tc, no_way_leads_to_the_old_number);
	tcase_add_test(tc, the_next_holder_of_a_number_is_told);
	tcase_add_test(tc, a_case_that_cannot_go_back);
	tcase_add_test(tc, a_roster_that_moves);
	tcase_add_test(tc, an_officer_who_could_not_be_read_back);
	tcase_add_test(tc, a_call_for_volunteers);
	tcase_add_test(tc, a_called_man_reports);
	tcase_add_test(tc, whom_it_does_not_reach);
	tcase_add_test(tc, a_call_ends_in_time);
	tcase_add_test(tc, a_call_that_nobody_can_read);
	tcase_add_test(tc, two_questions_at_once);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(impatient, begin_impatient, end);
	tcase_add_test(impatient, who_lets_it_lie_loses_it);
	suite_add_tcase(s, impatient);
	tcase_add_checked_fixture(silent, begin_silent, end);
	tcase_add_test(silent, a_roll_call);
	tcase_add_test(silent, a_silent_number_is_passed);
	tcase_add_test(silent, ready_for_a_task);
	suite_add_tcase(s, silent);
	tcase_add_checked_fixture(mute, begin_mute, end);
	tcase_add_test(mute, nobody_answers);
	suite_add_tcase(s, mute);
	tcase_add_test(regular, the_regular_one);
	suite_add_tcase(s, regular);
	return s;
}
