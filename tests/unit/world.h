#ifndef KENTONGAN_TESTS_WORLD_H
#define KENTONGAN_TESTS_WORLD_H
/*
 * A small world for tests of decisions: the shipped policy and roster, one case, and time that
 * moves only when told to.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/decide.h"
#include "store/version.h"
#include "tests/unit/conf_file.h"

struct world {
	const struct policy *p;
	struct roster r;
	struct case_record c, before;
	struct effects fx;
	int64_t now;
	uint64_t entropy;
};

/* The version in conf/; sla replaces sla.yaml where it is not NULL. */
static inline struct policy *
world_policy(const char *sla)
{
	struct buf errors = { 0 };
	struct conf_set set = { 0 };
	struct policy *p;

	ck_assert_msg(version_read_files(&set, "conf", &errors) == 0, "%s", buf_str(&errors));
	for (size_t i = 0; sla != NULL && i < set.n; i++)
		if (strcmp(set.files[i].name, "sla.yaml") == 0) {
			buf_reset(&set.files[i].data);
			buf_adds(&set.files[i].data, sla);
		}
	p = policy_parse(&set, &errors);
	ck_assert_msg(p != NULL, "%s", buf_str(&errors));
	conf_release(&set);
	buf_release(&errors);
	return p;
}

static inline void
world_roster(struct roster *r)
{
	struct buf errors = { 0 }, csv = conf_file("conf/petugas.csv");

	ck_assert_msg(roster_parse_csv(r, "petugas.csv", buf_str(&csv), csv.len, &errors) == 0,
	    "%s", buf_str(&errors));
	buf_release(&csv);
	buf_release(&errors);
}

/* The same documents: what the lists do not hold plays no part. */
static inline int
world_same_case(const struct case_record *a, const struct case_record *b)
{
	struct buf one = { 0 }, other = { 0 };
	int same;

	case_encode(&one, a);
	case_encode(&other, b);
	same = one.len == other.len && memcmp(one.data, other.data, one.len) == 0;
	buf_release(&one);
	buf_release(&other);
	return same;
}

/* Decides at w->now; on success the case is the one after. */
static inline int
world_send(struct world *w, struct command cmd)
{
	if (cmd.entropy == 0)
		cmd.entropy = w->entropy = w->entropy * 25214903917u + 11;
	w->before = w->c;
	if (case_decide(w->p, &w->r, &w->c, &cmd, w->now, &w->fx) != 0)
		return -1;
	w->c = w->fx.after;
	return 0;
}

/* An officer's command; the note serves as reason. */
static inline int
world_act(struct world *w, enum case_event on, const char *officer)
{
	struct command cmd = { .event = on, .by = BY_OFFICER, .note = "alasan" };

	snprintf(cmd.actor, sizeof(cmd.actor), "%s", officer);
	return world_send(w, cmd);
}

static inline int
world_say(struct world *w, enum case_event on)
{
	return world_send(w, (struct command){ .event = on, .by = BY_RESIDENT,
	    .note = "kata warga" });
}

static inline int
world_due(struct world *w)
{
	return world_send(w, (struct command){ .event = ON_DUE, .by = BY_TIMER });
}

/* units: codes with spaces between. */
static inline struct understanding
world_understanding(const char *category, enum urgency urgency, const char *place,
    const char *units)
{
	struct understanding u = { .urgency = urgency, .confidence_permille = 900 };
	int at;

	snprintf(u.category, sizeof(u.category), "%s", category);
	snprintf(u.place, sizeof(u.place), "%s", place);
	while (sscanf(units, " %23s%n", u.units[u.units_n], &at) == 1) {
		u.units_n++;
		units += at;
	}
	return u;
}

static inline int
world_open(struct world *w, enum case_event on, const struct understanding *u, int64_t received_ms)
{
	struct report_facts f = { .received_ms = received_ms, .arrived_ms = received_ms + 40,
	    .channel = "sms", .reporter = "0123456789abcdef0123456789abcdef", .lang = "id" };

	memset(&w->c, 0, sizeof(w->c));
	code_make(&f.code, 12345);
	return world_send(w, (struct command){ .event = on, .by = BY_ROUTER, .u = u,
	    .report = &f });
}

static inline struct officer *
world_officer(struct world *w, const char *id)
{
	for (size_t i = 0; i < w->r.n; i++)
		if (strcmp(w->r.officers[i].id, id) == 0)
			return &w->r.officers[i];
	ck_abort_msg("no officer %s", id);
	return NULL;
}

static inline const struct case_clock *
world_clock(const struct world *w, const char *name)
{
	const struct case_clock *k = case_clock_named(w->p, &w->c, name);

	ck_assert_msg(k != NULL, "clock %s does not run", name);
	return k;
}

/* The message of that kind to that recipient ("warga", officer id, NULL anybody); NULL if none. */
static inline const struct message *
world_message(const struct world *w, const char *kind, const char *to)
{
	for (int i = 0; i < w->fx.messages_n; i++) {
		const struct message *m = &w->fx.messages[i];

		if (strcmp(m->kind, kind) == 0 && (to == NULL ||
		    strcmp(m->to == TO_REPORTER ? "warga" : m->officer, to) == 0))
			return m;
	}
	return NULL;
}

/*
 * Lets time run to the given moment and writes down (out may be NULL) what falls due: "+1h30
 * diambil warning 75%".
 */
static inline void
world_run(struct world *w, int64_t ms, int64_t t0, struct buf *out)
{
	for (int64_t due = case_due_ms(&w->c); due != 0 && due <= ms; due = case_due_ms(&w->c)) {
		const struct escalation *e = &w->fx.esc;
		int64_t at;

		w->now = due > w->now ? due : w->now;
		at = (w->now - t0) / MINUTE_MS;
		ck_assert_int_eq(world_due(w), 0);
		if (out == NULL)
			continue;
		if (e->kind == ESC_NONE)
			buf_addf(out, "+%dh%02d %s\n", (int)(at / 60), (int)(at % 60), w->fx.what);
		else
			buf_addf(out, "+%dh%02d %s %s%s%s%s%s\n", (int)(at / 60), (int)(at % 60),
			    e->clock, escalation_name(e->kind), e->rung[0] != '\0' ? " " : "",
			    e->rung, e->why[0] != '\0' ? " " : "", e->why);
	}
	if (ms > w->now)
		w->now = ms;
}

/* Whether the lines are among those written down, in this order. */
static inline void
world_assert_lines(const struct buf *got, const char *const *lines)
{
	const char *at = buf_str(got);

	for (; *lines != NULL; lines++) {
		struct buf whole = { 0 };
		const char *found;

		buf_addf(&whole, "%s\n", *lines);
		found = strstr(at, buf_str(&whole));
		ck_assert_msg(found != NULL, "'%s' is missing in\n%s", *lines, buf_str(got));
		at = found + whole.len;
		buf_release(&whole);
	}
}

static inline int
world_count_lines(const struct buf *got, const char *part)
{
	int n = 0;

	for (const char *s = strstr(buf_str(got), part); s != NULL; s = strstr(s + 1, part))
		n++;
	return n;
}
#endif
