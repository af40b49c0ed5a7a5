#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/case.h"
#include "tests/unit/world.h"

Suite *case_suite(void);

/* ---- random cases ---- */

static uint64_t seed;

static uint64_t
draw(uint64_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (seed >> 33) % below;
}

static void
draw_text(char *out, size_t size)
{
	static const char alphabet[] = "ABCXYZabcxyz0123456789-.\"\\/<'&";
	size_t n = draw(4) == 0 ? 0 : draw(2) ? size - 1 : draw(size);

	for (size_t i = 0; i < n; i++)
		out[i] = alphabet[draw(sizeof(alphabet) - 1)];
	out[n] = '\0';
}
#define DRAW_TEXT(f) draw_text((f), sizeof(f))

static int64_t
draw_ms(void)
{
	return draw(3) == 0 ? 0 : INT64_C(1700000000000) + (int64_t)draw(INT64_C(1) << 31) * 3;
}

static void
draw_lists(struct case_record *c)
{
	c->units_n = (int)draw(CASE_UNITS + 1);
	for (int i = 0; i < c->units_n; i++)
		DRAW_TEXT(c->units[i]);
	c->clocks_n = (int)draw(POLICY_CLOCKS + 1);
	for (int i = 0; i < c->clocks_n; i++) {
		struct case_clock *k = &c->clocks[i];

		k->state = (enum clock_state)draw(CLOCK_STOPPED + 1);
		if (k->state == CLOCK_NONE)
			continue;
		k->start_ms = draw_ms(), k->due_ms = draw_ms(), k->next_ms = draw_ms();
		k->met_ms = draw_ms(), k->breached_ms = draw_ms();
		k->warned = (int)draw(CLOCK_WARNINGS + 1), k->rung = (int)draw(LADDER_RUNGS + 1);
		k->in_breach = (int)draw(2), k->epoch = (int)draw(9);
		k->paused_ms = draw_ms();
	}
	c->tasks_n = (int)draw(CASE_TASKS + 1);
	for (int i = 0; i < c->tasks_n; i++) {
		struct case_task *t = &c->tasks[i];

		DRAW_TEXT(t->officer);
		DRAW_TEXT(t->unit);
		if (draw(2))
			nonce_make(t->nonce, NONCE_LEAST, (uint32_t)draw(0x8000));
		t->told_ms = draw_ms();
		t->state = (enum task_state)draw(TASK_GONE + 1);
		t->message = (int)draw(1000);
	}
	c->pending_n = (int)draw(CASE_PENDING + 1);
	for (int i = 0; i < c->pending_n; i++) {
		c->pending[i].n = 1 + (int)draw(1000);
		c->pending[i].group = "tweri"[draw(5)];
		DRAW_TEXT(c->pending[i].unit);
		DRAW_TEXT(c->pending[i].officer);
	}
	c->ledger.n = (int)draw(LEDGER_ROWS + 1);
	for (int i = 0; i < c->ledger.n; i++) {
		DRAW_TEXT(c->ledger.rows[i].holder);
		c->ledger.rows[i].ms = draw_ms();
	}
	c->files_n = (int)draw(CASE_FILES + 1);
	for (int i = 0; i < c->files_n; i++)
		snprintf(c->files[i], MEDIA_NAME_CHARS, "%064llx.webp", (unsigned long long)draw(1 << 30));
}

static void
draw_case(struct case_record *c)
{
	memset(c, 0, sizeof(*c));
	code_make(&c->code, draw(UINT64_C(1) << 35));
	c->version = 1 + (int64_t)draw(1000);
	c->state = (enum case_state)draw(CASE_DITUTUP + 1);
	c->urgency = (enum urgency)draw(URGENCY_DARURAT + 1);
	c->closed_as = (enum close_reason)draw(CLOSE_WITHDRAWN + 1);
	c->wait_back = (enum case_state)draw(CASE_DITUTUP + 1);
	c->wait_asked = (int)draw(2);
	c->wait_since_ms = c->state == CASE_MENUNGGU ? 1 + draw_ms() : draw_ms();
	c->waited_ms = draw_ms();
	DRAW_TEXT(c->policy);
	DRAW_TEXT(c->category);
	DRAW_TEXT(c->place);
	DRAW_TEXT(c->rt);
	DRAW_TEXT(c->rw);
	DRAW_TEXT(c->incident);
	DRAW_TEXT(c->duplicate_of);
	DRAW_TEXT(c->follows);
	DRAW_TEXT(c->proof);
	DRAW_TEXT(c->channel);
	DRAW_TEXT(c->reporter);
	DRAW_TEXT(c->lang);
	DRAW_TEXT(c->holder);
	DRAW_TEXT(c->digest);
	DRAW_TEXT(c->undo.officer);
	DRAW_TEXT(c->undo.holder);
	DRAW_TEXT(c->ledger.holder);
	c->confidence_permille = (int)draw(1001);
	c->sealed = (int)draw(2), c->latihan = (int)draw(2), c->lane_e = (int)draw(2);
	c->hide_reporter = (int)draw(2);
	c->received_ms = draw_ms(), c->arrived_ms = draw_ms(), c->opened_ms = draw_ms();
	c->closed_ms = draw_ms(), c->told_ms = draw_ms(), c->taken_ms = draw_ms();
	c->going_ms = draw_ms(), c->arrived_scene_ms = draw_ms(), c->handled_ms = draw_ms();
	c->resolved_ms = draw_ms(), c->confirm_by_ms = draw_ms(), c->wait_until_ms = draw_ms();
	c->review_ms = draw_ms(), c->undo.until_ms = draw_ms(), c->ledger.since_ms = draw_ms();
	c->undo.state = (enum case_state)draw(CASE_DITUTUP + 1);
	c->undo.clocks = (unsigned)draw(1 << POLICY_CLOCKS);
	c->messages = (int)draw(1000), c->hand_ons = (int)draw(9), c->level = (int)draw(9);
	draw_lists(c);
}

START_TEST(round_trip)
{
	static struct case_record c, back;
	struct buf first = { 0 }, second = { 0 };

	for (seed = 1; seed < 2000000; seed += 1009) {
		uint64_t from = seed;

		draw_case(&c);
		seed = from;
		buf_reset(&first);
		buf_reset(&second);
		case_encode(&first, &c);
		ck_assert_msg(memchr(first.data, '\n', first.len) == NULL, "more than one line");
		ck_assert_msg(case_decode(&back, first.data, first.len) == 0, "seed %llu: %s",
		    (unsigned long long)from, buf_str(&first));
		case_encode(&second, &back);
		ck_assert_msg(first.len == second.len && memcmp(first.data, second.data,
		    first.len) == 0,
		    "seed %llu:\n%s\n%s", (unsigned long long)from, buf_str(&first),
		    buf_str(&second));
	}
	buf_release(&first);
	buf_release(&second);
}
END_TEST

/* Every byte of a case but its padding: a field that the document forgets is found by its name. */
#define SAME(f) { #f, offsetof(struct case_record, f), sizeof(((struct case_record *)0)->f) }
static const struct { const char *name; size_t at, size; } kept[] = {
	SAME(code), SAME(version), SAME(state), SAME(policy), SAME(category), SAME(urgency),
	    SAME(place),
	SAME(rt), SAME(rw), SAME(confidence_permille), SAME(sealed), SAME(latihan), SAME(lane_e),
	SAME(hide_reporter), SAME(incident), SAME(closed_as), SAME(duplicate_of), SAME(follows), SAME(proof), SAME(channel),
	SAME(reporter), SAME(lang), SAME(received_ms), SAME(arrived_ms), SAME(opened_ms),
	    SAME(closed_ms),
	SAME(told_ms), SAME(taken_ms), SAME(going_ms), SAME(arrived_scene_ms), SAME(handled_ms),
	SAME(resolved_ms), SAME(units_n), SAME(holder), SAME(clocks_n), SAME(clocks),
	    SAME(tasks_n),
	SAME(pending_n), SAME(files_n), SAME(messages), SAME(hand_ons), SAME(level), SAME(confirm_by_ms),
	SAME(wait_until_ms), SAME(wait_back), SAME(wait_asked), SAME(wait_since_ms), SAME(waited_ms), SAME(review_ms),
	SAME(stall_ms), SAME(abandoned_ms), SAME(abandoned),
	    SAME(undo.state), SAME(undo.officer), SAME(undo.holder),
	SAME(undo.until_ms), SAME(undo.clocks), SAME(ledger.n), SAME(ledger.holder),
	    SAME(ledger.since_ms),
	SAME(digest),
};

/*
 * Texts are compared as texts: bytes past the NUL mean nothing, so a full case is made of full
 * texts.
 */
START_TEST(no_field_is_forgotten)
{
	static struct case_record c, back;
	struct buf b = { 0 };

	for (seed = 5; seed < 50000; seed += 1013) {
		uint64_t from = seed;

		draw_case(&c);
		seed = from;
		buf_reset(&b);
		case_encode(&b, &c);
		ck_assert_int_eq(case_decode(&back, b.data, b.len), 0);
		for (size_t i = 0; i < N_ELEMS(kept); i++)
			ck_assert_msg(memcmp((char *)&c + kept[i].at, (char *)&back + kept[i].at,
			    kept[i].size) == 0, "%s is not kept", kept[i].name);
		for (int i = 0; i < c.units_n; i++)
			ck_assert_str_eq(c.units[i], back.units[i]);
		for (int i = 0; i < c.tasks_n; i++) {
			ck_assert_str_eq(c.tasks[i].officer, back.tasks[i].officer);
			ck_assert_str_eq(c.tasks[i].unit, back.tasks[i].unit);
			ck_assert_str_eq(c.tasks[i].nonce, back.tasks[i].nonce);
			ck_assert_int_eq(c.tasks[i].told_ms, back.tasks[i].told_ms);
			ck_assert_int_eq(c.tasks[i].state, back.tasks[i].state);
			ck_assert_int_eq(c.tasks[i].message, back.tasks[i].message);
		}
		for (int i = 0; i < c.pending_n; i++) {
			ck_assert_int_eq(c.pending[i].n, back.pending[i].n);
			ck_assert_int_eq(c.pending[i].group, back.pending[i].group);
			ck_assert_str_eq(c.pending[i].unit, back.pending[i].unit);
			ck_assert_str_eq(c.pending[i].officer, back.pending[i].officer);
		}
		for (int i = 0; i < c.ledger.n; i++)
			ck_assert_int_eq(c.ledger.rows[i].ms, back.ledger.rows[i].ms);
		for (int i = 0; i < c.files_n; i++)
			ck_assert_str_eq(c.files[i], back.files[i]);
	}
	buf_release(&b);
}
END_TEST

/* ---- documents of the release before ---- */

/*
 * As that release wrote them: a case waits, and neither since when nor for what is said.  Its third
 * clock is that of the cure; it was paused when the wait began, and the ledger stood still then.
 */
#define OLD_MS INT64_C(1795312800000)
#define OLD_WAIT(cure) "{\"schema\":1,\"code\":\"00000000\",\"v\":9,\"st\":6,\"pol\":\"0\"," \
	"\"cat\":\"lampu-jalan\",\"urg\":1,\"pl\":\"K-35.10.20\",\"cf\":900,\"ch\":\"sms\"," \
	"\"rep\":\"ab\",\"lang\":\"id\",\"rx\":1795302000000,\"ar\":1795302000000," \
	"\"op\":1795302000000,\"tl\":1795302000000,\"tk\":1795303000000,\"hd\":1795304000000," \
	"\"hold\":\"pju-kadis\",\"msg\":4,\"wt\":1797904800000,\"wb\":4,\"lh\":\"O-PJU\"," \
	"\"ls\":1795312800000,\"un\":[\"O-PJU\"],\"ck\":[0,0," cure "],\"ts\":[],\"pd\":[]," \
	"\"lg\":[]}"
#define OLD_PAUSED "[2,1795302000000,1796511600000,1796000000000,1795312805000,0,0,0,0,1,0]"

static const struct { const char *what, *bytes; enum case_event on; int64_t since_ms; } older[] = {
	{ "its clock knows, resumed", OLD_WAIT(OLD_PAUSED), ON_RESUME, OLD_MS + 5000 },
	{ "its clock knows, run out", OLD_WAIT(OLD_PAUSED), ON_DUE, OLD_MS + 5000 },
	{ "the ledger knows, resumed", OLD_WAIT("0"), ON_RESUME, OLD_MS },
	{ "the ledger knows, run out", OLD_WAIT("0"), ON_DUE, OLD_MS },
};

START_TEST(a_wait_of_the_release_before_goes_on)
{
	static struct world w;
	struct command cmd = { .event = older[_i].on, .by = BY_TIMER };

	memset(&w, 0, sizeof(w));
	w.p = world_policy(NULL);
	world_roster(&w.r);
	ck_assert_int_eq(case_decode(&w.c, older[_i].bytes, strlen(older[_i].bytes)), 0);
	ck_assert_int_eq(w.c.wait_since_ms, older[_i].since_ms);
	w.now = cmd.event == ON_DUE ? w.c.wait_until_ms : OLD_MS + DAY_MS;
	ck_assert_int_eq(case_waited_ms(&w.c, w.now), w.now - older[_i].since_ms);
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(w.c.state, CASE_DITANGANI);
	ck_assert_int_eq(w.c.waited_ms, w.now - older[_i].since_ms);
	ck_assert_int_eq(w.c.wait_since_ms, 0);
	roster_release(&w.r);
	policy_free((struct policy *)(uintptr_t)w.p);
}
END_TEST

/* ---- hostile bytes ---- */

#define HEAD "{\"schema\":1,\"code\":\"00000000\",\"v\":1"
#define TAIL ",\"un\":[],\"ck\":[],\"ts\":[],\"pd\":[],\"lg\":[]}"
#define WITH(more) HEAD more TAIL
#define LISTS(un, ck, ts, pd, lg) HEAD ",\"un\":[" un "],\"ck\":[" ck "],\"ts\":[" ts \
	"],\"pd\":[" pd "],\"lg\":[" lg "]}"
#define UNITS(rows) LISTS(rows, "", "", "", "")
#define CLOCK_LIST(rows) LISTS("", rows, "", "", "")
#define TASK_LIST(rows) LISTS("", "", rows, "", "")
#define PENDING(rows) LISTS("", "", "", rows, "")
#define SHARES(rows) LISTS("", "", "", "", rows)
#define FILES(rows) WITH(",\"fl\":[" rows "]")

static const struct { const char *what, *bytes; int rc; } documents[] = {
	{ "the smallest case", WITH(""), 0 },
	{ "a key of a later schema is passed over", WITH(",\"baru\":[1]"), 0 },
	{ "nothing", "", -1 },
	{ "no JSON", "PK\003\004", -1 },
	{ "cut off", HEAD, -1 },
	{ "an array", "[1]", -1 },
	{ "trailing bytes", WITH("") "x", -1 },
	{ "another schema", "{\"schema\":2,\"code\":\"00000000\",\"v\":1" TAIL, -1 },
	{ "a schema of another type", "{\"schema\":\"1\",\"code\":\"00000000\",\"v\":1" TAIL, -1 },
	{ "a key twice", WITH(",\"st\":1,\"st\":2"), -1 },
	{ "no code", "{\"schema\":1,\"v\":1" TAIL, -1 },
	{ "no receipt code", "{\"schema\":1,\"code\":\"0000000U\",\"v\":1" TAIL, -1 },
	{ "a code too long", "{\"schema\":1,\"code\":\"000000000\",\"v\":1" TAIL, -1 },
	{ "no version", "{\"schema\":1,\"code\":\"00000000\"" TAIL, -1 },
	{ "a version below one", "{\"schema\":1,\"code\":\"00000000\",\"v\":-3" TAIL, -1 },
	{ "a text that is a number", WITH(",\"cat\":7"), -1 },
	{ "a number that is a text", WITH(",\"st\":\"1\""), -1 },
	{ "a number that is real", WITH(",\"rx\":1.5"), -1 },
	{ "a category too long", WITH(",\"cat\":\"0123456789012345678901234567890123456789\""),
	    -1 },
	{ "a NUL within a text", WITH(",\"cat\":\"a\\u0000b\""), -1 },
	{ "bytes that are no UTF-8", WITH(",\"cat\":\"\xc3\x28\""), -1 },
	{ "an unknown state", WITH(",\"st\":8"), -1 },
	{ "a negative state", WITH(",\"st\":-1"), -1 },
	{ "a state that wraps to a good one", WITH(",\"st\":4294967297"), -1 },
	{ "an unknown urgency", WITH(",\"urg\":3"), -1 },
	{ "an unknown reason", WITH(",\"cl\":7"), -1 },
	{ "an unknown state to go back to", WITH(",\"wb\":99"), -1 },
	{ "an unknown state to undo to", WITH(",\"us\":99"), -1 },
	{ "a time before 1970", WITH(",\"rx\":-5"), -1 },
	{ "a time past all calendars", WITH(",\"rx\":9223372036854775807"), -1 },
	{ "a negative message count", WITH(",\"msg\":-1"), -1 },
	{ "no lists", HEAD "}", -1 },
	{ "a list that is an object", HEAD ",\"un\":{},\"ck\":[],\"ts\":[],\"pd\":[],\"lg\":[]}",
	    -1 },
	{ "thirteen units", UNITS("\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\","
	    "\"11\",\"12\",\"13\""), -1 },
	{ "a unit that is no text", UNITS("1"), -1 },
	{ "thirteen clocks", CLOCK_LIST("0,0,0,0,0,0,0,0,0,0,0,0,0"), -1 },
	{ "a clock that is neither", CLOCK_LIST("\"x\""), -1 },
	{ "a clock of ten numbers", CLOCK_LIST("[1,2,3,4,5,6,0,0,0,0]"), -1 },
	{ "a whole clock", CLOCK_LIST("[1,2,3,4,5,6,0,0,0,0,0]"), 0 },
	{ "a clock in no known state", CLOCK_LIST("[5,2,3,4,5,6,0,0,0,0,0]"), -1 },
	{ "a clock's negative state", CLOCK_LIST("[-1,2,3,4,5,6,0,0,0,0,0]"), -1 },
	{ "warnings below none", CLOCK_LIST("[1,2,3,4,5,6,-1,0,0,0,0]"), -1 },
	{ "more warnings than there can be", CLOCK_LIST("[1,2,3,4,5,6,5,0,0,0,0]"), -1 },
	{ "a rung below the first", CLOCK_LIST("[1,2,3,4,5,6,0,-1,0,0,0]"), -1 },
	{ "a rung above all ladders", CLOCK_LIST("[1,2,3,4,5,6,0,9,0,0,0]"), -1 },
	{ "a clock's time as text", CLOCK_LIST("[1,\"2\",3,4,5,6,0,0,0,0,0]"), -1 },
	{ "a task in no known state", TASK_LIST("[\"o\",\"u\",\"ABC\",1,3,1]"), -1 },
	{ "a task with a nonce too long", TASK_LIST("[\"o\",\"u\",\"ABCDEF\",1,0,1]"), -1 },
	{ "a task that ends early", TASK_LIST("[\"o\",\"u\",\"ABC\",1,0]"), -1 },
	{ "a whole task", TASK_LIST("[\"o\",\"u\",\"ABC\",1,0,1]"), 0 },
	{ "a pending message without number", PENDING("[0,116,\"u\"]"), -1 },
	{ "a pending message of no group", PENDING("[1,120,\"u\"]"), -1 },
	{ "a holder's time below nothing", SHARES("[\"A\",-1]"), -1 },
	{ "a file", FILES("\"0123456789abcdef0123456789abcdef.jpg\""), 0 },
	{ "a file that is a way out", FILES("\"../../../../../../../../../secrets/data\""), -1 },
	{ "a file that is no text", FILES("1"), -1 },
	{ "files that are no list", WITH(",\"fl\":{}"), -1 },
	{ "a holder too long", SHARES("[\"0123456789012345678901234\",1]"), -1 },
};

START_TEST(hostile_bytes)
{
	struct case_record c;
	/* A copy without the NUL, so that a read past the end is seen. */
	size_t len = strlen(documents[_i].bytes);
	char *bytes = malloc(len + (len == 0));

	memcpy(bytes, documents[_i].bytes, len);
	ck_assert_msg(case_decode(&c, bytes, len) == documents[_i].rc, "%s", documents[_i].what);
	free(bytes);
}
END_TEST

/* Whatever is read from damaged bytes has its numbers within the arrays they lead to. */
START_TEST(damaged_bytes_never_lead_outside)
{
	static struct case_record c, back;
	struct buf b = { 0 };

	for (seed = 3; seed < 4000000; seed += 1999) {
		uint64_t from = seed;

		draw_case(&c);
		buf_reset(&b);
		case_encode(&b, &c);
		for (int i = 0; i < 3; i++)
			b.data[draw(b.len)] = (char)("0129-,[]\"x{"[draw(11)]);
		seed = from;
		if (case_decode(&back, b.data, b.len) != 0)
			continue;
		ck_assert_int_le(back.units_n, CASE_UNITS);
		for (int i = 0; i < back.clocks_n; i++) {
			ck_assert(back.clocks[i].warned >= 0 &&
			    back.clocks[i].warned <= CLOCK_WARNINGS);
			ck_assert(back.clocks[i].rung >= 0 && back.clocks[i].rung <= LADDER_RUNGS);
		}
		case_due_ms(&back);
	}
	buf_release(&b);
}
END_TEST

START_TEST(due_is_the_earliest)
{
	struct case_record c = { .state = CASE_SELESAI, .review_ms = 900, .confirm_by_ms = 700,
	    .wait_until_ms = 100, .clocks_n = 3 };

	ck_assert_int_eq(case_due_ms(&c), 700);		/* a wait counts in menunggu only */
	c.clocks[0] = (struct case_clock){ .state = CLOCK_MET, .next_ms = 5 };
	c.clocks[1] = (struct case_clock){ .state = CLOCK_PAUSED, .next_ms = 6 };
	c.clocks[2] = (struct case_clock){ .state = CLOCK_RUNNING, .next_ms = 650 };
	ck_assert_int_eq(case_due_ms(&c), 650);
	c.clocks[2].next_ms = 0;
	ck_assert_int_eq(case_due_ms(&c), 700);
	c.state = CASE_MENUNGGU;
	ck_assert_int_eq(case_due_ms(&c), 100);
	c.state = CASE_BARU;
	c.stall_ms = 50;
	ck_assert_int_eq(case_due_ms(&c), 900);		/* abandoned is only what was accepted */
	c.state = CASE_DITERIMA;
	ck_assert_int_eq(case_due_ms(&c), 50);
	c.stall_ms = 0;
	ck_assert_int_eq(case_due_ms(&c), 900);
	c.state = CASE_DITUTUP;
	ck_assert_int_eq(case_due_ms(&c), 0);
}
END_TEST

static const struct { const char *what; struct case_record c; int64_t contact_ms; } contacts[] = {
	{ "his report", { .state = CASE_DITUGASKAN, .received_ms = 5, .heard_ms = 5 }, 5 },
	{ "what he wrote later", { .state = CASE_DITANGANI, .received_ms = 5, .heard_ms = 40 }, 40 },
	{ "by another way he was never heard", { .state = CASE_DITUGASKAN, .received_ms = 5 }, 5 },
	{ "asked whether it is mended", { .state = CASE_SELESAI, .received_ms = 5, .heard_ms = 6, .resolved_ms = 70 }, 70 },
	{ "it was mended once, and reopened", { .state = CASE_DITUGASKAN, .received_ms = 5, .heard_ms = 6, .resolved_ms = 70 }, 6 },
	{ "asked something", { .state = CASE_MENUNGGU, .wait_asked = 1, .received_ms = 5, .heard_ms = 6, .wait_since_ms = 50 }, 50 },
	{ "a wait for the budget asks him nothing", { .state = CASE_MENUNGGU, .received_ms = 5, .heard_ms = 6, .wait_since_ms = 50 }, 6 },
};
START_TEST(the_last_contact)
{
	ck_assert_msg(case_contact_ms(&contacts[_i].c) == contacts[_i].contact_ms, "%s: %lld", contacts[_i].what,
	    (long long)case_contact_ms(&contacts[_i].c));
}
END_TEST

Suite *
case_suite(void)
{
	Suite *s = suite_create("case");
	TCase *tc = tcase_create("case");

	tcase_add_test(tc, round_trip);
	tcase_add_test(tc, no_field_is_forgotten);
	tcase_add_loop_test(tc, a_wait_of_the_release_before_goes_on, 0, N_ELEMS(older));
	tcase_add_loop_test(tc, hostile_bytes, 0, N_ELEMS(documents));
	tcase_add_test(tc, damaged_bytes_never_lead_outside);
	tcase_add_test(tc, due_is_the_earliest);
	tcase_add_loop_test(tc, the_last_contact, 0, N_ELEMS(contacts));
	suite_add_tcase(s, tc);
	return s;
}
