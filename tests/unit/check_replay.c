/* A recorded month, decided again: as it was, bent, and under a two-hour order. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/rerun.h"
#include "cli/sim.h"
#include "store/logbook.h"
#include "store/recorded.h"
#include "tests/unit/world.h"

Suite *replay_suite(void);

#define CASES 4096

static struct policy *policy, *strict;
static struct roster officers;

/* A month as the log holds it, and what the test noted of it by itself. */
static struct month {
	struct buf *entries; int n, cap;
	struct { char code[CODE_CHARS + 1]; int64_t received_ms, handled_ms; int plain; } cases[CASES];
	int cases_n;
	int escalations;
} m;

static const char two_hours[] = "      - {tingkat: kecamatan, dalam: 2h} ";
static const char usual[] = "      - {dalam: 4h}\n";

static struct policy *
policy_of_two_hours(void)
{
	struct buf sla = conf_file("conf/sla.yaml"), text = { 0 };
	const char *at = strstr(buf_str(&sla), usual);
	struct policy *p;

	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(strstr(buf_str(&sla), two_hours));
	buf_add(&text, sla.data, (size_t)(at - sla.data));
	buf_adds(&text, "      - {dalam: 2h}\n");
	buf_adds(&text, at + strlen(usual));
	p = world_policy(buf_str(&text));
	buf_release(&sla);
	buf_release(&text);
	return p;
}

static void
note_case(const struct sim_step *step)
{
	const struct case_record *c = &step->fx->after;
	int i = 0;

	while (i < m.cases_n && strcmp(m.cases[i].code, c->code.s) != 0)
		i++;
	if (i == m.cases_n) {
		ck_assert_int_lt(m.cases_n, CASES);
		memcpy(m.cases[m.cases_n].code, c->code.s, sizeof(m.cases[0].code));
		m.cases[m.cases_n].received_ms = c->received_ms;
		/* the two-hour order changes the last row of the target alone */
		m.cases[m.cases_n++].plain = c->urgency != URGENCY_DARURAT;
	}
	if (m.cases[i].handled_ms == 0)
		m.cases[i].handled_ms = c->handled_ms;
}

static void
record(const struct sim *s, const struct sim_step *step, void *arg)
{
	static const struct seal_key key;
	uint8_t digest[DIGEST_BYTES];

	(void)arg;
	if (m.n == m.cap) {
		m.cap = m.cap != 0 ? 2 * m.cap : 4096;
		m.entries = xrealloc(m.entries, (size_t)m.cap * sizeof(*m.entries));
	}
	memset(&m.entries[m.n], 0, sizeof(m.entries[0]));
	logbook_entry(&m.entries[m.n++], digest, s->p, s->r, step->before, step->fx, step->cmd, &key,
	    step->now_ms);
	m.escalations += step->fx->esc.kind != ESC_NONE;
	note_case(step);
}

static void
load(void)
{
	struct sim_options opt = sim_usual();
	struct sim s;

	policy = world_policy(NULL);
	strict = policy_of_two_hours();
	world_roster(&officers);
	opt.days = 30, opt.reports_per_day = 60, opt.flood_reports = 200;
	opt.troubles[0] = (struct sim_trouble){ TROUBLE_FLOOD, 10 };
	opt.troubles_n = 1;
	ck_assert_int_eq(sim_init(&s, policy, &officers, &opt), 0);
	s.on_step = record;
	sim_run(&s);
	sim_release(&s);
}

static void
unload(void)
{
	for (int i = 0; i < m.n; i++)
		buf_release(&m.entries[i]);
	free(m.entries);
	policy_free(policy);
	policy_free(strict);
	roster_release(&officers);
}

static const struct policy *
the_policy(const char *digest, void *arg)
{
	(void)arg;
	return strcmp(digest, "simulasi") == 0 ? policy : NULL;
}

static void
begin(struct rerun *r, const struct policy *other)
{
	rerun_init(r);
	r->policy_of = the_policy;
	r->roster = &officers;
	r->other = other;
}

static void
feed(struct rerun *r)
{
	for (int i = 0; i < m.n; i++)
		ck_assert_int_eq(rerun_entry(r, i + 1, buf_str(&m.entries[i]), m.entries[i].len), 0);
	rerun_end(r);
}

START_TEST(a_month_comes_out_bit_for_bit)
{
	struct rerun r;

	begin(&r, NULL);
	feed(&r);
	ck_assert_msg(r.differ == 0, "%s", buf_str(&r.differences));
	ck_assert_int_eq(r.entries, m.n);
	ck_assert_int_eq(r.rungs, m.escalations);
	ck_assert_int_eq(r.lost, 0);
	ck_assert_int_gt(r.rungs, 1000);
	ck_assert_int_eq(r.cases_n, m.cases_n);
	rerun_release(&r);
}
END_TEST

/* One thing of one entry, wherever it stands, is found. */
static const struct { const char *what, *from, *to; } bends[] = {
	{ "who was told", "\"told\":\"SEKDA\"", "\"told\":\"D112\"" },
	{ "which rung", "\"rung\":\"sekda\"", "\"rung\":\"bupati\"" },
	{ "how late it was", "\"late_ms\":0", "\"late_ms\":1" },
	{ "whether somebody was told",
	    "\"esc\":{\"kind\":\"rung\",\"clock\":\"ditangani\",\"rung\":\"kepala\"",
	    "\"esc\":{\"kind\":\"passed\",\"clock\":\"ditangani\",\"rung\":\"kepala\"" },
	{ "the first act", "\"to\":\"ditangani\"", "\"to\":\"diterima\"" },
	{ "a message", ",\"msgs\":[[3,", ",\"msgs\":[[4," },
};

START_TEST(a_bent_entry_is_named)
{
	struct buf kept = { 0 }, bent = { 0 };
	const char *at = NULL;
	struct rerun r;
	char seq[32];
	int i = m.n / 2;

	while (i < m.n && (at = strstr(buf_str(&m.entries[i]), bends[_i].from)) == NULL)
		i++;
	ck_assert_msg(at != NULL, "no entry says %s", bends[_i].from);
	buf_add(&bent, m.entries[i].data, (size_t)(at - m.entries[i].data));
	buf_addf(&bent, "%s%s", bends[_i].to, at + strlen(bends[_i].from));
	kept = m.entries[i];
	m.entries[i] = bent;
	begin(&r, NULL);
	feed(&r);
	snprintf(seq, sizeof(seq), "seq %d ", i + 1);
	ck_assert_msg(r.differ == 1, "%s: %" PRId64 " differ", bends[_i].what, r.differ);
	ck_assert_msg(strncmp(buf_str(&r.differences), seq, strlen(seq)) == 0, "%s",
	    buf_str(&r.differences));
	rerun_release(&r);
	m.entries[i] = kept;
	buf_release(&bent);
}
END_TEST

START_TEST(the_same_rules_change_no_fate)
{
	struct rerun r;

	begin(&r, policy);
	feed(&r);
	ck_assert_int_eq(r.refused, 0);
	for (size_t i = 0; i < r.cap; i++)
		if (r.table[i] != NULL && rerun_changed(r.table[i])) {
			struct buf b = { 0 };

			buf_add_fates(&b, r.table[i]);
			ck_abort_msg("%s: %s", r.table[i]->code.s, buf_str(&b));
		}
	rerun_release(&r);
}
END_TEST

static const struct rerun_case *
rerun_named(const struct rerun *r, const char *code)
{
	for (size_t i = 0; i < r->cap; i++)
		if (r->table[i] != NULL && strcmp(r->table[i]->code.s, code) == 0)
			return r->table[i];
	return NULL;
}

/* F9, J11: who acted after two hours and before four kept the old promise and breaks the new one. */
START_TEST(two_hours_break_what_took_longer)
{
	struct rerun r;
	int between = 0, within = 0;

	begin(&r, strict);
	feed(&r);
	for (int i = 0; i < m.cases_n; i++) {
		const struct rerun_case *k = rerun_named(&r, m.cases[i].code);
		int64_t took = m.cases[i].handled_ms - m.cases[i].received_ms;

		ck_assert_ptr_nonnull(k);
		if (m.cases[i].handled_ms == 0 || !m.cases[i].plain ||
		    k->before.promise != PROMISE_KEPT || k->level > 0)
			continue;
		if (took > 2 * HOUR_MS && took <= 4 * HOUR_MS) {
			between++;
			ck_assert_msg(k->after.promise == PROMISE_BROKEN && rerun_changed(k), "%s kept",
			    k->code.s);
		} else if (took <= 2 * HOUR_MS) {
			within++;
			ck_assert_msg(k->after.promise == PROMISE_KEPT, "%s broken", k->code.s);
		}
	}
	ck_assert_int_gt(between, 100);
	ck_assert_int_gt(within, 400);
	rerun_release(&r);
}
END_TEST

START_TEST(what_replay_needs_is_in_the_entry)
{
	const char *ref[] = { "a", "b" };
	struct world w = { .p = policy, .r = officers, .now = INT64_C(1795000000000) };
	struct understanding u = world_understanding("sampah", URGENCY_BIASA, "35.10.20.2002", "O-DLH");
	struct report_facts f = { .received_ms = w.now - 5000, .arrived_ms = w.now - 900,
	    .channel = "whatsapp", .reporter = "0123456789abcdef0123456789abcdef", .lang = "jv",
	    .lane_e = 1, .hide_reporter = 1, .empty = 1 };
	struct command cmd = { .event = ON_OPEN, .by = BY_ROUTER, .u = &u, .report = &f,
	    .heard_ms = w.now - 77, .answer = 1, .references = ref, .references_n = 2, .entropy = 9 };
	struct seal_key key = { { 0 } };
	uint8_t digest[DIGEST_BYTES];
	struct buf entry = { 0 };
	struct recorded r;

	code_make(&f.code, 77);
	ck_assert_int_eq(world_send(&w, cmd), 0);
	logbook_entry(&entry, digest, policy, &officers, &w.before, &w.fx, &cmd, &key, w.now);
	ck_assert_int_eq(recorded_read(&r, 5, buf_str(&entry), entry.len), 1);
	ck_assert_int_eq(r.report.received_ms, f.received_ms);
	ck_assert_int_eq(r.report.arrived_ms, f.arrived_ms);
	ck_assert_str_eq(r.report.channel, "whatsapp");
	ck_assert_str_eq(r.report.lang, "jv");
	ck_assert_int_eq(r.report.lane_e + r.report.hide_reporter + r.report.empty, 3);
	ck_assert_int_eq(r.cmd.heard_ms, cmd.heard_ms);
	ck_assert_int_eq(r.cmd.references_n, 2);
	ck_assert_int_eq(r.cmd.answer, 1);
	/* whose report it is stays out of the log */
	ck_assert_int_ne(r.report.reporter[0], '\0');
	ck_assert_ptr_null(strstr(buf_str(&entry), f.reporter));
	buf_release(&entry);
}
END_TEST

START_TEST(only_what_is_asked_for_is_compared)
{
	struct rerun r;

	begin(&r, NULL);
	r.from_seq = m.n / 2;
	r.to_seq = m.n / 2 + 99;
	feed(&r);
	ck_assert_int_eq(r.entries, 100);
	ck_assert_int_eq(r.differ + r.lost, 0);
	rerun_release(&r);
}
END_TEST

/* Whose beginning is not there, or lacks what replay needs, is counted and left alone. */
START_TEST(a_case_without_a_beginning_is_said_to_be_lost)
{
	struct buf old = { 0 };
	const char *rep = strstr(buf_str(&m.entries[0]), ",\"rep\":{");
	struct rerun r;

	ck_assert_ptr_nonnull(rep);
	buf_add(&old, m.entries[0].data, (size_t)(rep - m.entries[0].data));
	buf_adds(&old, strchr(rep, '}') + 1);
	begin(&r, policy);
	ck_assert_int_eq(rerun_entry(&r, 1, buf_str(&old), old.len), 0);
	for (int i = m.n - 500; i < m.n; i++)
		ck_assert_int_eq(rerun_entry(&r, i, buf_str(&m.entries[i]), m.entries[i].len), 0);
	rerun_end(&r);
	ck_assert_int_gt(r.lost, 50);
	ck_assert_int_eq(r.differ, 0);
	rerun_release(&r);
	buf_release(&old);
}
END_TEST

/* Whoever can write into the store can write what he likes: nothing of it ends the reader. */
START_TEST(a_hostile_log_ends_nothing)
{
	struct dice d = dice_for(4, 4, 4);
	struct rerun r;
	int refused = 0;

	begin(&r, policy);
	for (int i = 0; i < 4000; i++) {
		struct buf bent = { 0 };
		const struct buf *e = &m.entries[dice_below(&d, (uint64_t)m.n / 8)];

		buf_add(&bent, e->data, e->len);
		for (int k = 0; k < 1 + i % 4; k++)
			bent.data[dice_below(&d, bent.len)] = "\0\"{}[],:9-ex\\\xff"[dice_below(&d, 15)];
		if (i % 5 == 0)
			buf_cut(&bent, dice_below(&d, bent.len));
		refused += rerun_entry(&r, i + 1, buf_str(&bent), bent.len) != 0;
		buf_release(&bent);
	}
	ck_assert_int_gt(refused, 1000);
	ck_assert_int_gt(r.differ, refused);
	ck_assert_uint_lt(r.differences.len, 64 * 1024);
	rerun_release(&r);
}
END_TEST

Suite *
replay_suite(void)
{
	Suite *s = suite_create("replay");
	TCase *tc = tcase_create("replay");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_test(tc, a_month_comes_out_bit_for_bit);
	tcase_add_loop_test(tc, a_bent_entry_is_named, 0, (int)N_ELEMS(bends));
	tcase_add_test(tc, the_same_rules_change_no_fate);
	tcase_add_test(tc, two_hours_break_what_took_longer);
	tcase_add_test(tc, only_what_is_asked_for_is_compared);
	tcase_add_test(tc, a_case_without_a_beginning_is_said_to_be_lost);
	tcase_add_test(tc, a_hostile_log_ends_nothing);
	tcase_add_test(tc, what_replay_needs_is_in_the_entry);
	suite_add_tcase(s, tc);
	return s;
}
