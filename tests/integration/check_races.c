/*
 * Two routers with the first two reports of one flood: one incident, whoever is faster, whoever dies.  A
 * real store; the routers are processes of their own that do what the daemon does with an entry.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "router/converse.h"
#include "router/work.h"
#include "store/callout.h"
#include "store/dead.h"
#include "store/subscribe.h"
#include "tests/integration/kit.h"

Suite *races_suite(void);

#define ROUNDS 120
#define KILLS 12
#define APART_MS (13 * HOUR_MS)		/* one round from the next: longer than a flood is open */

static struct bench b;

static void
begin(void)
{
	bench_begin(&b, NULL);
	bench_furnish(&b);
}

static void
end(void)
{
	bench_end(&b);
}

/* ---- a router ---- */

/* As it stands in its lane; an entry that is gone has an id that is none. */
static void
entry_make(struct entry *e, struct store *st, const struct code *code)
{
	static const char *const lanes[] = { "e", "n" };

	memset(e, 0, sizeof(*e));
	e->code = *code;
	e->arrived_ms = store_now_ms(st);
	e->deliveries = 1;
	snprintf(e->id, sizeof(e->id), "0-1");
	for (size_t i = 0; i < N_ELEMS(lanes); i++) {
		redisReply *stand = redis_pipe_command(st->pipe, "XRANGE %s - +", bench_key(&b, KEY_IN, lanes[i]));

		for (size_t k = 0; stand != NULL && k < stand->elements; k++)
			if (strcmp(stand->element[k]->element[1]->element[1]->str, code->s) == 0) {
				snprintf(e->lane, sizeof(e->lane), "%s", lanes[i]);
				snprintf(e->id, sizeof(e->id), "%s", stand->element[k]->element[0]->str);
			}
		freeReplyObject(stand);
	}
	if (e->lane[0] == '\0')
		snprintf(e->lane, sizeof(e->lane), "e");
}

static struct router *
router_new(const char *name)
{
	struct router *r = xcalloc(1, sizeof(*r));

	ck_assert_int_eq(house_open(&r->h, "conf", b.dir, b.url, name), 0);
	router_init(r);
	ck_assert_int_eq(router_refresh(r), 0);
	return r;
}

static void
router_end(struct router *r)
{
	router_release(r);
	house_close(&r->h);
	free(r);
}

struct worker { pid_t pid; int in, out; };

/* Codes come in, one byte goes out for each that was worked off. */
static void
work_off(struct router *r, int in, int out)
{
	struct code code;

	while (read(in, &code, sizeof(code)) == (ssize_t)sizeof(code)) {
		struct entry e;
		char done;

		entry_make(&e, &r->h.st, &code);
		done = (char)(router_work(r, &e, 1) == 0);
		entry_release(&e);
		if (write(out, &done, 1) != 1)
			break;
	}
}

static struct worker
worker_start(const char *name)
{
	struct worker w;
	int in[2], out[2];
	char ready;

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	w.pid = fork();
	ck_assert_int_ge(w.pid, 0);
	if (w.pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(in[1]);
		close(out[0]);
		if (write(out[1], "r", 1) == 1)
			work_off(router_new(name), in[0], out[1]);
		_exit(0);
	}
	close(in[0]);
	close(out[1]);
	w.in = in[1], w.out = out[0];
	ck_assert_int_eq(read(w.out, &ready, 1), 1);
	return w;
}

static void
worker_stop(struct worker *w, int sig)
{
	if (sig != 0)
		kill(w->pid, sig);
	close(w->in);
	waitpid(w->pid, NULL, 0);
	close(w->out);
}

static void
give(const struct worker *w, const struct code *code)
{
	ck_assert_int_eq(write(w->in, code, sizeof(*code)), sizeof(*code));
}

static int
done(const struct worker *w)
{
	char ok = 0;

	return read(w->out, &ok, 1) == 1 && ok;
}

/* ---- reports ---- */

static struct code
family(int round, int which)
{
	static const char *const desas[] = { "35.10.20.2002", "35.10.20.2006" };
	char id[32], phone[24];
	struct laporan l;
	struct code code = { "" };

	snprintf(id, sizeof(id), "banjir-%d-%d", round, which);
	snprintf(phone, sizeof(phone), "+62813%04d%d", round, which);
	l = kit_report(id, phone, which ? "kebanjiran, tolong" : "banjir masuk rumah");
	l.place = (char *)(uintptr_t)desas[which];
	l.lane_e = 1;
	l.received_ms = store_now_ms(&b.st) - round * APART_MS;
	ck_assert_int_eq(kit_take(&b.st, &l, &code), INTAKE_OK);
	return code;
}

static int64_t
version_of(const struct code *code)
{
	struct stored_case s;
	int64_t version;

	ck_assert_int_eq(cases_load(&b.st, code, 1, &s), 0);
	version = s.version;
	stored_case_release(&s);
	return version;
}

/* One leads, the other follows it; the store's lists say the same. */
static void
one_incident(const struct code *x, const struct code *y, int round)
{
	struct stored_case s[2];
	const struct code codes[2] = { *x, *y };
	const struct case_record *lead, *member;
	struct buf registered = { 0 };

	ck_assert_int_eq(cases_load(&b.st, codes, 2, s), 0);
	ck_assert_msg(s[0].version > 0 && s[1].version > 0, "round %d: %s %d, %s %d", round, x->s,
	    (int)s[0].version, y->s, (int)s[1].version);
	lead = s[0].c.lead[0] == '\0' ? &s[0].c : &s[1].c;
	member = lead == &s[0].c ? &s[1].c : &s[0].c;
	ck_assert_msg(strcmp(member->lead, lead->code.s) == 0 && lead->lead[0] == '\0',
	    "round %d: %s leads '%s', %s leads '%s'", round, x->s, s[0].c.lead, y->s, s[1].c.lead);
	ck_assert_str_eq(lead->incident, member->incident);
	ck_assert_int_gt(lead->tasks_n, 0);
	ck_assert_int_eq(member->tasks_n, 0);
	bench_text(&b, &registered, "HGET %s %s", bench_key(&b, KEY_INCIDENTS, NULL), lead->incident);
	ck_assert_str_eq(buf_str(&registered), lead->code.s);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", bench_key(&b, KEY_MEMBERS, lead->code.s)), 1);
	buf_release(&registered);
	stored_case_release(&s[0]);
	stored_case_release(&s[1]);
}

START_TEST(two_routers_make_one)
{
	struct worker w[2] = { worker_start("router"), worker_start("router2") };

	for (int i = 0; i < ROUNDS; i++) {
		struct code x = family(i, 0), y = family(i, 1);

		give(&w[i % 2], &x);
		give(&w[1 - i % 2], &y);
		ck_assert(done(&w[0]));
		ck_assert(done(&w[1]));
		one_incident(&x, &y, i);
	}
	worker_stop(&w[0], SIGKILL);
	worker_stop(&w[1], SIGKILL);
}
END_TEST

/* Killed at any moment of it; another does both again. */
START_TEST(one_of_them_is_killed)
{
	struct worker w[2] = { worker_start("router"), worker_start("router2") };
	volatile unsigned spin;

	srand(20260211);
	for (int i = 0; i < KILLS; i++) {
		struct code x = family(1000 + i, 0), y = family(1000 + i, 1);

		give(&w[0], &x);
		give(&w[1], &y);
		for (spin = 0; spin < (unsigned)rand() % 4000000; spin++)
			;
		worker_stop(&w[0], SIGKILL);
		ck_assert(done(&w[1]));
		w[0] = worker_start("router");
		give(&w[0], &x);
		give(&w[1], &x);
		ck_assert(done(&w[0]));
		ck_assert(done(&w[1]));
		one_incident(&x, &y, i);
	}
	worker_stop(&w[0], SIGKILL);
	worker_stop(&w[1], SIGKILL);
}
END_TEST

/* ---- the race, one step at a time ---- */

struct hand { struct router *r; struct entry e; struct command cmd; struct report_facts f; struct commit_batch batch; };

static void
hold(struct hand *h, const struct code *code)
{
	entry_make(&h->e, &h->r->h.st, code);
	ck_assert_int_eq(cases_load(&h->r->h.st, code, 1, &h->e.s), 0);
	ck_assert_int_eq(stored_case_open(&h->e.s, &h->r->h.st, &h->e.keys, &h->e.words, h->e.lookup), 0);
}

static void
decide_one(struct hand *h, const struct code *code)
{
	struct case_record before = { .code = *code };
	struct input_id in;

	hold(h, code);
	ck_assert_int_eq(router_refresh(h->r), 0);
	h->r->now_ms = h->r->h.store_ms;
	memset(&h->cmd, 0, sizeof(h->cmd));
	h->cmd = (struct command){ .event = ON_OPEN, .by = BY_ROUTER, .u = entry_understand(h->r, &h->e),
	    .report = &h->f, .entropy = house_entropy(&h->r->h) };
	work_facts(&h->f, h->r, &h->e);
	work_input(&in, &h->e);
	commit_begin(&h->batch, h->r->now_ms);
	groups_forget(&h->r->groups);
	group_open(h->r, &h->e, &h->cmd, &h->batch);
	ck_assert_int_eq(case_decide(h->r->h.policy, &h->r->h.roster, &before, &h->cmd, h->r->now_ms, h->r->fx), 0);
	commit_add_case(&h->batch, &h->r->h.st, h->r->h.policy, &h->r->h.roster, &before, h->r->fx, &h->cmd,
	    &h->e.keys, &h->e.words, &in);
}

static enum commit_result
commit_one(struct hand *h)
{
	commit_run(&h->batch, &h->r->h.st);
	return h->batch.slots[0].result;
}

/* Both have decided to lead: the second is told so, writes nothing, and follows. */
START_TEST(who_comes_second_follows)
{
	struct hand one = { .r = router_new("router") }, two = { .r = router_new("router2") };
	struct code x = family(5000, 0), y = family(5000, 1);
	char before[48], after[48];

	decide_one(&one, &x);
	decide_one(&two, &y);
	ck_assert(one.cmd.lead[0] == '\0' && two.cmd.lead[0] == '\0');
	ck_assert_str_eq(one.cmd.incident, two.cmd.incident);
	ck_assert_int_eq(commit_one(&one), COMMIT_OK);
	bench_digest(&b, before);
	ck_assert_int_eq(commit_one(&two), COMMIT_CONFLICT);
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
	entry_release(&two.e);
	decide_one(&two, &y);
	ck_assert_str_eq(two.cmd.lead, x.s);
	ck_assert_int_eq(commit_one(&two), COMMIT_OK);
	one_incident(&x, &y, 0);
	entry_release(&one.e);
	entry_release(&two.e);
	commit_release(&one.batch);
	commit_release(&two.batch);
	router_end(one.r);
	router_end(two.r);
}
END_TEST

/*
 * One has read the report and is slow; another takes the entry over, uses it up on a case that is there and
 * gives the report's code back.  What the slow one decides comes to nothing: no case, and no word said of it.
 */
START_TEST(what_was_taken_over_is_used_up_once)
{
	struct hand one = { .r = router_new("router") }, two = { .r = router_new("router2") };
	struct code there[3], y = family(5600, 0);
	struct command note = { .event = ON_NOTE, .by = BY_RESIDENT, .note = "airnya naik" };

	for (int i = 0; i < 3; i++) {
		there[i] = family(5500 + i, 0);
		decide_one(&two, &there[i]);
		ck_assert_int_eq(commit_one(&two), COMMIT_OK);
		entry_release(&two.e);
	}
	decide_one(&one, &y);
	hold(&two, &y);
	ck_assert_int_eq(converse_apply_beside(two.r, &two.e, &there[0], &note), 1);
	ck_assert_int_eq(version_of(&there[0]), 2);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_IN, "e")), 1);	/* beside: it stays */
	ck_assert_int_eq(converse_apply(two.r, &two.e, &there[1], &note), 1);
	ck_assert_int_eq(version_of(&there[1]), 2);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_IN, "e")), 0);
	ck_assert_int_eq(commit_one(&one), COMMIT_ALREADY);
	ck_assert_int_eq(converse_apply_beside(one.r, &one.e, &there[2], &note), 1);
	ck_assert_int_eq(version_of(&there[2]), 1);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_CASE, y.s)), 0);
	entry_release(&one.e);
	entry_release(&two.e);
	commit_release(&one.batch);
	commit_release(&two.batch);
	router_end(one.r);
	router_end(two.r);
}
END_TEST

/* An officer writes what nobody understands; whether he is told how a command looks. */
static int
is_answered(struct hand *h, const char *id, int taken_over)
{
	struct laporan l = kit_report(id, officer_find(&b.roster, KIT_PTG)->phone, "lha gimana ini pak bingung saya");
	struct code code = { "" };
	char message[32];

	l.received_ms = store_now_ms(&b.st);
	ck_assert_int_eq(kit_take(&b.st, &l, &code), INTAKE_OK);
	hold(h, &code);
	h->r->now_ms = h->r->h.store_ms;
	if (taken_over)
		bench_integer(&b, "XDEL %s %s", bench_key(&b, KEY_IN, h->e.lane), h->e.id);
	ck_assert_int_eq(converse(h->r, &h->e), 0);
	entry_release(&h->e);
	snprintf(message, sizeof(message), "%s.a", code.s);
	return (int)bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_MSG, message));
}

/* What another has read to its end is not answered beside it either. */
START_TEST(what_was_taken_over_is_not_answered)
{
	struct hand one = { .r = router_new("router") };

	kit_opened(&b, "1", 0);		/* his task: so an order of his is expected */
	ck_assert_int_eq(router_refresh(one.r), 0);
	ck_assert_int_eq(is_answered(&one, "bingung-1", 0), 1);
	ck_assert_int_eq(is_answered(&one, "bingung-2", 1), 0);
	router_end(one.r);
}
END_TEST

/* The word he said so with was worked off by another router, while this one stood still: it says nothing more. */
START_TEST(an_old_stop_ends_no_volunteer)
{
	const struct input_id used = { .id = "sms:1", .lane = "n", .entry = "1-1" };
	const struct volunteer ani = { .id = "ani", .name = (char *)(uintptr_t)"Ani", .phone = "+628000000901",
	    .lang = "id", .skills = (char *)(uintptr_t)"perahu" };
	struct volunteer v;

	ck_assert_int_eq(volunteers_put(&b.st, &ani, 1, "test"), 1);
	for (int heard = 0; heard <= 1; heard++) {
		ck_assert_int_eq(volunteer_end(&b.st, "ani", "router", heard ? NULL : &used), 1);
		ck_assert_int_eq(volunteer_load(&b.st, "ani", &v), 1);
		ck_assert_int_eq(v.ended, heard);
		volunteer_release(&v);
	}
	ck_assert_int_eq(volunteer_end(&b.st, "nobody", "router", NULL), 0);
}
END_TEST

/* The lead ends between the look and the commit: nobody follows what is over. */
START_TEST(nobody_joins_what_has_ended)
{
	struct hand one = { .r = router_new("router") }, two = { .r = router_new("router2") };
	struct code x = family(6000, 0), y = family(6000, 1);
	struct command end_it = { .event = ON_REJECT, .by = BY_SYSTEM, .note = "latihan" };
	struct commit_batch batch = { 0 };
	struct kit_case k;

	decide_one(&one, &x);
	ck_assert_int_eq(commit_one(&one), COMMIT_OK);
	decide_one(&two, &y);
	ck_assert_str_eq(two.cmd.lead, x.s);
	kit_load(&b, &k, &x);
	k.cmd = end_it;
	kit_decide(&b, &k, store_now_ms(&b.st));
	commit_begin(&batch, store_now_ms(&b.st));
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_OK);
	kit_release(&k);
	ck_assert_int_eq(bench_integer(&b, "HLEN %s", bench_key(&b, KEY_INCIDENTS, NULL)), 0);
	ck_assert_int_eq(commit_one(&two), COMMIT_CONFLICT);
	entry_release(&two.e);
	decide_one(&two, &y);
	ck_assert_str_eq(two.cmd.lead, "");
	ck_assert_int_eq(commit_one(&two), COMMIT_OK);
	entry_release(&one.e);
	entry_release(&two.e);
	commit_release(&one.batch);
	commit_release(&two.batch);
	commit_release(&batch);
	router_end(one.r);
	router_end(two.r);
}
END_TEST

/* A report that ended the router three times goes to the desk unread, and stands in the list of dead letters. */
START_TEST(what_ended_routers_is_listed)
{
	struct code code = kit_reported(&b, "racun-1", 0);
	struct router *r = router_new("router");
	struct dead_letter d;
	struct kit_case k;
	struct entry e;

	entry_make(&e, &b.st, &code);
	e.deliveries = (int)r->h.set.router_deliveries;
	ck_assert_int_eq(router_work(r, &e, 1), 0);
	entry_release(&e);
	kit_load(&b, &k, &code);
	ck_assert_int_eq(k.before.state, CASE_BARU);
	ck_assert_int_eq(k.before.unread, 1);		/* so no SMS tells its words */
	kit_release(&k);
	ck_assert_int_eq(dead_find(&b.st, code.s, &d), 1);
	ck_assert_str_eq(d.why, DEAD_POISON);
	ck_assert_str_eq(d.code, code.s);
	ck_assert_int_eq(d.tries, (int)r->h.set.router_deliveries);
	/* Of two who lay it aside one does. */
	ck_assert_int_eq(dead_aside(&b.st, &d, ASIDE_DONE, KIT_PTG), DEAD_DONE);
	ck_assert_int_eq(dead_aside(&b.st, &d, ASIDE_DONE, KIT_PTG), DEAD_GONE);
	ck_assert_int_eq(dead_find(&b.st, code.s, &d), 0);
	/* Reports that did not are not listed. */
	code = kit_reported(&b, "racun-2", 0);
	entry_make(&e, &b.st, &code);
	ck_assert_int_eq(router_work(r, &e, 1), 0);
	entry_release(&e);
	ck_assert_int_eq(dead_find(&b.st, code.s, &d), 0);
	router_end(r);
}
END_TEST

/* He asks for another language and reports in one breath: one batch, and the report is answered in it. */
START_TEST(a_batch_speaks_his_new_language)
{
	static const char *const said[] = { "boso jowo", "jalan berlubang di desa kaligung kecamatan rogojampi" };
	struct router *r = router_new("router");
	struct entry e[2];
	struct kit_case k;

	for (int i = 0; i < 2; i++) {
		struct laporan l = kit_report(said[i], "+6281234560061", said[i]);
		struct code code = { "" };

		l.received_ms = store_now_ms(&b.st);
		ck_assert_int_eq(kit_take(&b.st, &l, &code), INTAKE_OK);
		entry_make(&e[i], &b.st, &code);
	}
	ck_assert_int_eq(router_work(r, e, 2), 0);
	kit_load(&b, &k, &e[1].code);
	ck_assert_int_gt(k.s.version, 0);
	ck_assert_str_eq(k.before.lang, "jv");
	kit_release(&k);
	entry_release(&e[0]);
	entry_release(&e[1]);
	router_end(r);
}
END_TEST

/* ---- whose number it is after weeks ---- */

#define NUMBER "+6281234560062"

static void
days_pass(int days)
{
	long long then = store_now_ms(&b.st) + days * (int64_t)DAY_MS;

	bench_integer(&b, "HSET %s clock %lld", bench_key(&b, KEY_META, NULL), then);
	ck_assert_int_eq(store_now_ms(&b.st), then);
}

/* He writes and a router reads it: the code that was kept for it, and whether a case came of it. */
static int
writes(struct router *r, const char *who, const char *id, const char *text, struct code *code)
{
	struct laporan l = kit_report(id, who, text);
	struct entry e;
	struct stored_case s;
	int opened;

	l.received_ms = store_now_ms(&b.st);
	ck_assert_int_eq(kit_take(&b.st, &l, code), INTAKE_OK);
	entry_make(&e, &b.st, code);
	ck_assert_int_eq(router_work(r, &e, 1), 0);
	entry_release(&e);
	ck_assert_int_eq(cases_load(&b.st, code, 1, &s), 0);
	opened = s.there && s.version > 0;
	stored_case_release(&s);
	return opened;
}

/* A slow router has read LANGGANAN; another works it off, and the STOP after it.  He stays stopped. */
START_TEST(who_stopped_stays_stopped)
{
	struct hand slow = { .r = router_new("router") };
	struct router *quick = router_new("router2");
	struct laporan l = kit_report("langgan", NUMBER, "LANGGANAN DESA KABAT");
	struct code code = { "" };
	struct subscriber s;
	struct entry e;

	l.received_ms = store_now_ms(&b.st);
	ck_assert_int_eq(kit_take(&b.st, &l, &code), INTAKE_OK);
	slow.r->now_ms = slow.r->h.store_ms;
	hold(&slow, &code);
	entry_make(&e, &b.st, &code);
	ck_assert_int_eq(router_work(quick, &e, 1), 0);
	entry_release(&e);
	ck_assert_int_eq(subscriber_load(&b.st, slow.e.lookup, &s), 1);
	ck_assert_int_eq(s.stopped_ms, 0);
	writes(quick, NUMBER, "stop", "STOP", &code);
	ck_assert_int_eq(converse(slow.r, &slow.e), 1);
	ck_assert_int_eq(subscriber_load(&b.st, slow.e.lookup, &s), 1);
	ck_assert_int_ne(s.stopped_ms, 0);
	ck_assert_int_eq(bench_integer(&b, "HEXISTS %s %s", bench_key(&b, KEY_STOPPED, NULL), slow.e.lookup), 1);
	entry_release(&slow.e);
	router_end(slow.r);
	router_end(quick);
}
END_TEST

/* As long as he writes it is his conversation; a month after his last word the number may be another's. */
START_TEST(a_conversation_ends_a_month_after_its_last_word)
{
	static const char asks[] = "pak yang kemarin itu kok belum ada kabarnya sama sekali";
	struct router *r = router_new("router");
	struct code his, code;
	int64_t version;

	ck_assert(writes(r, NUMBER, "a", "jalan berlubang di desa kaligung kecamatan rogojampi", &his));
	for (int i = 0; i < 3; i++) {
		char id[2] = { (char)('b' + i), '\0' };

		days_pass(20);
		version = version_of(&his);
		ck_assert_msg(!writes(r, NUMBER, id, asks, &code), "day %d: a case of its own", 20 * (i + 1));
		ck_assert_int_eq(version_of(&his), version + 1);
	}
	days_pass(31);
	version = version_of(&his);
	ck_assert(writes(r, NUMBER, "z", asks, &code));
	ck_assert_int_eq(version_of(&his), version);
	router_end(r);
}
END_TEST

/* A road takes longer than a month; who is asked at its end whether it is mended may answer. */
START_TEST(who_is_asked_late_is_heard)
{
	struct router *r = router_new("router");
	struct code his = kit_opened(&b, "jalan", 0), code;
	struct kit_case k;

	days_pass(40);
	ck_assert_int_eq(kit_act(&b, &his, ON_RESOLVE, KIT_PTG), COMMIT_OK);
	ck_assert(!writes(r, "+6281234567890", "jawab", "1", &code));
	kit_load(&b, &k, &his);
	ck_assert_int_eq(k.before.state, CASE_DITUTUP);
	ck_assert_int_eq(k.before.closed_as, CLOSE_CONFIRMED);
	kit_release(&k);
	router_end(r);
}
END_TEST

/* What nobody looked at for so long is forgotten, the younger stay. */
START_TEST(the_list_is_swept)
{
	struct dead_letter d;

	bench_integer(&b, "HSET %s alt.1 %s baru.1 %s", bench_key(&b, KEY_DEAD, NULL), "1000 1 undeliverable",
	    "5000 1 undeliverable");
	ck_assert_int_eq(dead_sweep(&b.st, 5000), 1);
	ck_assert_int_eq(dead_find(&b.st, "alt.1", &d), 0);
	ck_assert_int_eq(dead_find(&b.st, "baru.1", &d), 1);
	ck_assert_int_eq(d.at_ms, 5000);
}
END_TEST

/* ---- a version that it cannot read by ---- */

static int64_t
alarms(const char *detail)
{
	redisReply *r = bench_command(&b, "XRANGE %s - +", bench_key(&b, KEY_LOG, NULL));
	int64_t n = 0;

	for (size_t i = 0; i < r->elements; i++)
		n += strstr(r->element[i]->element[1]->element[1]->str, detail) != NULL;
	freeReplyObject(r);
	return n;
}

/* Published by who did not check: the one before goes on being used, a human hears of it, and it is mended. */
START_TEST(a_version_it_cannot_use_replaces_nothing)
{
	struct router *r = router_new("router");
	struct conf_set files = { 0 };
	struct buf errors = { 0 }, whole = { 0 };
	struct understanding u = { 0 };
	struct understander *was = r->understander;
	char good[65], bad[65];
	struct buf *borders = NULL;

	ck_assert_msg(version_read_files(&files, "conf", &errors) == 0, "%s", buf_str(&errors));
	for (size_t i = 0; i < files.n; i++)
		if (strcmp(files.files[i].name, "batas.geojson") == 0)
			borders = &files.files[i].data;
	ck_assert_ptr_nonnull(borders);
	whole = *borders;
	*borders = (struct buf){ 0 };
	buf_adds(borders, "{");
	ck_assert_int_eq(version_publish(&b.st, &files, "test", bad), 0);
	for (int again = 0; again < 3; again++)
		ck_assert_int_eq(router_refresh(r), 0);
	ck_assert_ptr_eq(r->understander, was);
	ck_assert_int_eq(understand(r->understander, "banjir di desa kabat", 20, NULL, &u), 0);
	ck_assert_str_eq(u.category, "bencana");
	ck_assert_int_eq(alarms("yang lama tetap berlaku"), 1);
	buf_release(borders);
	*borders = whole;
	ck_assert_int_eq(version_publish(&b.st, &files, "test", good), 0);	/* as it was before */
	ck_assert_int_eq(router_refresh(r), 0);
	ck_assert_ptr_eq(r->understander, was);
	buf_adds(borders, "\n");
	ck_assert_int_eq(version_publish(&b.st, &files, "test", good), 0);
	ck_assert_int_eq(router_refresh(r), 0);
	ck_assert_ptr_ne(r->understander, was);
	ck_assert_int_eq(strncmp(r->version, good, 32), 0);
	conf_release(&files);
	buf_release(&errors);
	router_end(r);
}
END_TEST

Suite *
races_suite(void)
{
	Suite *s = suite_create("races");
	TCase *tc = tcase_create("two");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, who_comes_second_follows);
	tcase_add_test(tc, what_was_taken_over_is_used_up_once);
	tcase_add_test(tc, what_was_taken_over_is_not_answered);
	tcase_add_test(tc, who_stopped_stays_stopped);
	tcase_add_test(tc, an_old_stop_ends_no_volunteer);
	tcase_add_test(tc, nobody_joins_what_has_ended);
	tcase_add_test(tc, two_routers_make_one);
	tcase_add_test(tc, one_of_them_is_killed);
	tcase_add_test(tc, what_ended_routers_is_listed);
	tcase_add_test(tc, a_batch_speaks_his_new_language);
	tcase_add_test(tc, a_conversation_ends_a_month_after_its_last_word);
	tcase_add_test(tc, who_is_asked_late_is_heard);
	tcase_add_test(tc, the_list_is_swept);
	tcase_add_test(tc, a_version_it_cannot_use_replaces_nothing);
	suite_add_tcase(s, tc);
	return s;
}
