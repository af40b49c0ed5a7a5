/* An exercise while the house runs: begun, played to real phones, real reports beside it, ended. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "store/drill.h"
#include "tests/integration/visitor.h"
#include "tests/integration/harness.h"

Suite *drills_suite(void);

#define DESK "opr-d112-1"
#define PLAYED 12
#define UNTIL "$(TZ=Asia/Jakarta date -d '+3 hours' '+%Y-%m-%d %H:%M')"

static struct visitor desk, officer, boss;

static void
begin(void)
{
	house_make("");
	house_up();
	visitor_comes_in(&desk, DESK);
	visitor_comes_in(&officer, "ptg-o-dlh-1");
	visitor_comes_in(&boss, "kpl-bupati");
}

static void
end(void)
{
	house_down();
}

static void
says(const char *args, int status, const char *words)
{
	struct buf line = { 0 }, out = { 0 };
	int is;

	buf_addf(&line, "%s 2>&1", args);
	is = house_command(buf_str(&line), &out);
	ck_assert_msg(is == status && strstr(buf_str(&out), words) != NULL, "%s: %d, no \"%s\" in %s", args, is, words,
	    buf_str(&out));
	buf_release(&line);
	buf_release(&out);
}

static void
page_says(struct visitor *v, const char *path, const char *words, int there)
{
	struct buf page = { 0 };

	ck_assert_int_eq(visitor_visits(v, path, &page), 200);
	ck_assert_msg((strstr(buf_str(&page), words) != NULL) == there, "%s %s \"%s\": %s", path, there ? "has no" : "has",
	    words, buf_str(&page));
	buf_release(&page);
}

/* Cases of the drill that goes on, or of the latest, and how many of them are open. */
static size_t
cases(size_t *open)
{
	struct case_record *all;
	struct drill_entry *list;
	struct drill d;
	struct house h;
	size_t n, drills;

	house_eye(&h);
	ck_assert_int_eq(drills_list(&h.st, &list, &drills), 0);
	ck_assert_uint_gt(drills, 0);
	ck_assert_int_eq(drill_load(&h.st, list[0].id, &d), 1);
	d.ended_ms = 0;		/* with what was opened later */
	ck_assert_int_eq(drill_cases(&h, &d, &all, &n), 0);
	*open = 0;
	for (size_t i = 0; i < n; i++)
		*open += all[i].state != CASE_DITUTUP;
	free(all);
	free(list);
	house_close(&h);
	return n;
}

static void
comes_to(size_t n, size_t most_open)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;
	size_t open;

	while (cases(&open) < n || open > most_open)
		ck_assert_msg(clock_mono_ms() < limit, "%zu cases, %zu open", cases(&open), open);
}

/* Every SMS that went out, each a line; sees to it that what is of a drill says so. */
static int
count_sms(int drill, const char *words)
{
	struct buf path = { 0 }, all = { 0 };
	int n = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	if (file_read(buf_str(&path), 16u << 20, &all) != 0)
		goto out;
	for (const char *at = buf_str(&all); *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
		json_t *doc = json_loadb(at, strcspn(at, "\n"), 0, NULL);
		const char *text = json_string_value(json_object_get(doc, "text"));
		int marked = json_is_true(json_object_get(doc, "latihan"));

		if (text != NULL) {
			ck_assert_msg(marked == (strstr(text, "LATIHAN") != NULL), "marked %d: %s", marked, text);
			n += marked == drill && strstr(text, words) != NULL;
		}
		json_decref(doc);
	}
out:
	buf_release(&path);
	buf_release(&all);
	return n;
}

static json_int_t
board(const char *figure)
{
	struct answer a;
	json_t *doc;
	json_int_t n;

	ask(&a, house.console, "/api/v1/board", NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(doc = json_loads(buf_str(&a.body), 0, NULL));
	n = json_integer_value(json_object_get(doc, figure));
	json_decref(doc);
	answer_release(&a);
	return n;
}

/* The board reads the log: a moment later than the store has it. */
static void
board_comes_to(const char *figure, json_int_t n)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;

	while (board(figure) != n)
		ck_assert_msg(clock_mono_ms() < limit, "%s is %lld, not %lld", figure, (long long)board(figure), (long long)n);
}

START_TEST(nobody_drills_who_may_not)
{
	says("drill status", 0, "no exercise yet");
	says("drill begin --name Uji --until \"" UNTIL "\" --as ptg-o-dlh-1", 1, "name an operator");
	says("drill begin --name Uji --until 2020-01-01 --as " DESK, 1, "harus sesudah sekarang");
	says("drill play flood --place 35.10.20 --as " DESK, 1, "no exercise goes on");
	says("drill end --as " DESK, 1, "tidak ada latihan");
	ck_assert_int_eq(visitor_visits(&officer, "/latihan", NULL), 403);
	ck_assert_int_eq(visitor_submits(&officer, "/latihan", "aksi=mulai&nama=x&jam=2", NULL, NULL), 403);
	ck_assert_int_eq(visitor_submits(&desk, "/latihan", "aksi=mulai&nama=x&jam=99", NULL, NULL), 422);
	page_says(&officer, "/tugas", "<strong>LATIHAN.</strong>", 0);
}
END_TEST

START_TEST(a_flood_is_played_and_a_real_cry_stays_real)
{
	int64_t limit;
	char real[CODE_CHARS + 1], acted[CODE_CHARS + 1] = "", path[32], who[OFFICER_ID_CHARS] = "", line[128];
	struct case_record *all;
	struct drill d;
	struct house h;
	json_t *doc;
	size_t n;

	ck_assert_int_eq(visitor_submits(&desk, "/latihan", "aksi=mulai&nama=Banjir+Sempu&jam=3", NULL, NULL), 303);
	ck_assert_int_eq(visitor_submits(&desk, "/latihan", "aksi=mulai&nama=Lain&jam=3", NULL, NULL), 422);
	/* at once and everywhere, without a restart */
	page_says(&officer, "/tugas", "<strong>LATIHAN.</strong> Banjir Sempu", 1);
	page_says(&boss, "/laporan", "<strong>LATIHAN.</strong> Banjir Sempu", 1);
	says("drill play flood --place 35.10.20 --seed 5 --reports 12 --minutes 1 --speed 60 --as " DESK, 0, "12 of 12 reports played, 12 of them new");
	says("drill play flood --place 35.10.20 --seed 5 --reports 12 --minutes 1 --speed 60 --as " DESK, 0, "0 of them new");
	comes_to(PLAYED, PLAYED);
	/* meanwhile somebody is in danger */
	sms("+6281255500001", "tolong banjir masuk rumah di desa gendoh kecamatan sempu, ada bayi", real);
	wait_state(real, "ditugaskan");
	doc = case_in_any(real);
	ck_assert(!json_is_true(json_object_get(doc, "drill")));
	json_decref(doc);
	told(real, "*", "+6281255500001");
	/* officers' real phones, each marked; they may hear of it later than he of his */
	for (limit = clock_mono_ms() + LIMIT_MS; count_sms(1, "LATIHAN") == 0; )
		ck_assert_int_lt(clock_mono_ms(), limit);
	ck_assert_int_gt(count_sms(0, ""), 0);
	board_comes_to("open", 1);
	board_comes_to("drill", PLAYED);
	page_says(&boss, "/laporan", "Hanya 1 kasus masuk", 1);
	/* somebody takes one of them */
	house_eye(&h);
	ck_assert_int_eq(drill_now(&h.st, &d), 1);
	ck_assert_int_eq(drill_cases(&h, &d, &all, &n), 0);
	for (size_t i = 0; i < n && acted[0] == '\0'; i++)
		if (all[i].lead[0] == '\0' && all[i].state == CASE_DITUGASKAN && all[i].tasks_n > 0) {
			snprintf(acted, sizeof(acted), "%s", all[i].code.s);
			snprintf(who, sizeof(who), "%s", all[i].tasks[0].officer);
		}
	free(all);
	house_close(&h);
	ck_assert_str_ne(acted, "");
	/* a real report is put to no played one, nor a played one to it: the end would close it unseen */
	snprintf(line, sizeof(line), "act %s gabung --as " DESK " --into %s --note sama 2>&1", real, acted);
	says(line, 1, "kasus tujuan itu latihan");
	snprintf(line, sizeof(line), "act %s gabung --as " DESK " --into %s --note sama 2>&1", acted, real);
	says(line, 1, "laporan ini latihan");
	snprintf(line, sizeof(line), "act %s tangani --as %s --note 'pompa dipasang'", acted, who);
	says(line, 0, "");
	snprintf(path, sizeof(path), "/kasus/%s", acted);
	page_says(&desk, path, "<span class=\"lencana latihan\">LATIHAN</span>", 1);
}
END_TEST

/* His number stands in an exercise; what he writes himself is meant. */
START_TEST(who_plays_along_is_heard)
{
	char before[CODE_CHARS + 1], cry[CODE_CHARS + 1];
	json_t *doc;

	says("report 'air masuk rumah desa kabat' --from +6281255500007 --latihan", 0, "");
	sms("+6281255500008", "lampu jalan mati di desa kabat depan balai", before);
	wait_state(before, "ditugaskan");	/* so that one has been read, too */
	sms("+6281255500007", "tolong cepat pak", cry);
	wait_state(cry, "baru");
	doc = case_in_any(cry);
	ck_assert(!json_is_true(json_object_get(doc, "drill")));
	json_decref(doc);
}
END_TEST

/* Deadlines come first: however much was played, a step looks at a few cases and reads nothing twice. */
static void
closes_a_few_at_once(int most)
{
	struct drill_walk w = { 0 };
	struct house h;
	int64_t seq = 0;
	int closed = 0, all = 0, rc;

	house_eye(&h);
	do {
		ck_assert_int_eq(house_refresh(&h), 0);
		rc = drills_step(&h, &w, most, &closed);
		ck_assert_int_ge(rc, 0);
		ck_assert_int_le(closed, most);
		ck_assert_int_ge(w.found.seq, seq);
		seq = w.found.seq;
		all += closed;
	} while (rc == 1 && all < PLAYED / 2);
	ck_assert_int_eq(rc, 1);
	ck_assert_int_ge(all, PLAYED / 2);
	ck_assert_int_lt(all, PLAYED);
	drill_walk_release(&w);
	house_close(&h);
}

START_TEST(its_end_closes_what_is_its_own)
{
	int64_t limit;
	pid_t sla = pid_of("sla");
	struct house h;
	struct drill d;
	size_t open;

	ck_assert_int_eq(kill(sla, SIGSTOP), 0);
	says("drill end --as " DESK, 0, "it is over");
	closes_a_few_at_once(2);
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	page_says(&officer, "/tugas", "<strong>LATIHAN.</strong>", 0);
	comes_to(PLAYED, 0);
	ck_assert_uint_eq(cases(&open), PLAYED);
	board_comes_to("drill", 0);
	board_comes_to("open", 1);		/* the real one goes on */
	for (limit = clock_mono_ms() + LIMIT_MS; count_sms(1, "LATIHAN selesai") == 0; )
		ck_assert_int_lt(clock_mono_ms(), limit);
	says("drill status", 0, "12 cases, 0 open");
	says("drill status", 0, "median");
	page_says(&desk, "/latihan", "12 kasus latihan, 0 masih terbuka", 1);
	house_eye(&h);
	ck_assert_int_eq(drill_now(&h.st, &d), 0);
	house_close(&h);
	says("audit verify", 0, "");
	says("replay", 0, "bit for bit");
	says("drill play flood --place 35.10.20 --as " DESK, 1, "no exercise goes on");
}
END_TEST

static int
is_being_closed(struct house *h)
{
	struct buf key = { 0 };
	redisReply *r;
	int there;

	buf_add_key(&key, &h->st.keys, KEY_DRILLS, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HEXISTS %b usai", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	there = (int)r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return there;
}

/* What the engine does two minutes after the end. */
static void
ends_long_ago(struct house *h)
{
	struct drill_walk w = { 0 };
	int closed, rc;

	do {
		ck_assert_int_eq(house_refresh(h), 0);
		h->store_ms += 2 * MINUTE_MS;
		rc = drills_step(h, &w, 100, &closed);
		ck_assert_int_ge(rc, 0);
	} while (rc == 1);
	drill_walk_release(&w);
}

/* Sent in while no router lives, opened by one that comes back long after the end. */
START_TEST(what_is_read_late_is_closed_too)
{
	int64_t limit;
	pid_t sla = pid_of("sla"), router = pid_of("router");
	struct house h;

	house_eye(&h);
	while (is_being_closed(&h))	/* the last one, a minute after its end */
		ends_long_ago(&h);
	says("drill begin --name Susulan --until \"" UNTIL "\" --as " DESK, 0, "");
	ck_assert_int_eq(kill(router, SIGSTOP), 0);
	ck_assert_int_eq(kill(sla, SIGSTOP), 0);
	says("drill play flood --place 35.10.20 --seed 9 --reports 3 --minutes 1 --speed 60 --as " DESK, 0, "3 of them new");
	says("drill end --as " DESK, 0, "it is over");
	ends_long_ago(&h);
	ck_assert_int_eq(is_being_closed(&h), 1);
	ck_assert_int_eq(kill(router, SIGCONT), 0);
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	comes_to(3, 0);
	for (limit = clock_mono_ms() + LIMIT_MS; is_being_closed(&h); ) {
		ends_long_ago(&h);
		ck_assert_int_lt(clock_mono_ms(), limit);
	}
	house_close(&h);
}
END_TEST

/* The id in the page's form that ends it. */
static void
form_says(char id[DRILL_ID_CHARS])
{
	struct buf page = { 0 };

	ck_assert_int_eq(visitor_visits(&desk, "/latihan", &page), 200);
	page_field(&page, "no", id, DRILL_ID_CHARS);
	buf_release(&page);
}

static void
goes_on(struct house *h, const char *id)
{
	struct drill d;

	ck_assert_int_eq(drill_now(&h->st, &d), 1);
	ck_assert_str_eq(d.id, id);
}

/* A page or an engine that has looked at the one before ends it, and neither the next one nor its cases. */
START_TEST(the_end_of_one_is_not_that_of_the_next)
{
	pid_t sla = pid_of("sla");
	struct drill_walk w = { 0 };
	struct drill old, now;
	struct house h;
	const char *why;
	char id[DRILL_ID_CHARS], fields[64];
	size_t open;
	int closed;

	house_eye(&h);
	while (is_being_closed(&h))
		ends_long_ago(&h);
	says("drill begin --name Pagi --until \"" UNTIL "\" --as " DESK, 0, "");
	form_says(id);
	goes_on(&h, id);
	ck_assert_int_eq(kill(sla, SIGSTOP), 0);
	snprintf(fields, sizeof(fields), "aksi=akhiri&no=%s", id);
	ck_assert_int_eq(visitor_submits(&desk, "/latihan", "aksi=akhiri", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&desk, "/latihan", fields, NULL, NULL), 303);
	ck_assert_int_eq(drill_load(&h.st, id, &old), 1);
	while (is_being_closed(&h))
		ends_long_ago(&h);
	says("drill begin --name Siang --until \"" UNTIL "\" --as " DESK, 0, "");
	form_says(now.id);
	goes_on(&h, now.id);
	ck_assert_str_ne(old.id, now.id);
	snprintf(fields, sizeof(fields), "aksi=akhiri&no=%s", old.id);
	ck_assert_int_eq(visitor_submits(&desk, "/latihan", fields, NULL, NULL), 422);
	ck_assert_int_eq(drill_end(&h, old.id, "sla", &why), -1);
	ck_assert_str_eq(why, "latihan itu sudah berakhir; yang berjalan sekarang latihan lain");
	snprintf(fields, sizeof(fields), "drill end %s --as " DESK, old.id);
	says(fields, 1, "latihan lain");
	goes_on(&h, now.id);
	/* its openings stand in the log behind those of the old one */
	says("drill play flood --place 35.10.20 --seed 11 --reports 3 --minutes 1 --speed 60 --as " DESK, 0, "3 of them new");
	comes_to(3, 3);
	ck_assert_int_eq(house_refresh(&h), 0);
	for (int i = 0; i < 6; i++) {
		drill_close(&h, &old, &w, 100, &closed);
		ck_assert_int_eq(closed, 0);
	}
	ck_assert_uint_eq(cases(&open), 3);
	ck_assert_uint_eq(open, 3);
	drill_walk_release(&w);
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	snprintf(fields, sizeof(fields), "drill end %s --as " DESK, now.id);
	says(fields, 0, "it is over");
	comes_to(3, 0);
	house_close(&h);
}
END_TEST

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

Suite *
drills_suite(void)
{
	Suite *s = suite_create("drills");
	TCase *tc = tcase_create("drills");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, nobody_drills_who_may_not);
	tcase_add_test(tc, a_flood_is_played_and_a_real_cry_stays_real);
	tcase_add_test(tc, its_end_closes_what_is_its_own);
	tcase_add_test(tc, what_is_read_late_is_closed_too);
	tcase_add_test(tc, the_end_of_one_is_not_that_of_the_next);
	tcase_add_test(tc, who_plays_along_is_heard);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	return s;
}
