/*
 * Puts cases with deadlines into a store that no engine works on yet, or messages into its outbox.
 *
 *   fill --dir DIR --pending N --due N --at-in MS --run R [--conf DIR]
 *   fill --dir DIR --messages N --route ROUTE [--conf DIR]
 *   fill --dir DIR --arm N --run R [--conf DIR]
 *   fill --dir DIR --lives N --run R [--conf DIR]
 *
 * run tells the codes of one call from those of another.
 *
 * N cases wait for a far deadline, N fall due at one instant, MS from now: each has breached its
 * four hours, and the second rung of its ladder, with its message, is due then.
 * Prints that instant.  --arm opens N cases by decision and commit, as the router does, and then has
 * their residents withdraw them; it prints how many deadlines a second were armed and cancelled.
 * --lives has N cases accepted, driven to, handled, resolved and confirmed: each writes to the log seven times.
 * Messages are answers to N residents who wrote just now.  Cases are written straight to their keys: this is no way for a product.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/decide.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/log.h"
#include "store/commit.h"
#include "store/house.h"

#define PIPE 1000

static struct case_record
pattern(const struct house *h, int64_t now)
{
	struct understanding u = { .category = "jalan-rusak", .place = "35.10.14.2012",
	    .units = { "D-35.10.14.2012" }, .units_n = 1, .confidence_permille = 900 };
	struct report_facts f = { .received_ms = now, .arrived_ms = now };
	struct command cmd = { .event = ON_OPEN, .by = BY_ROUTER, .u = &u, .report = &f };
	struct case_record nothing = { .version = 0 };
	struct effects *fx = xcalloc(1, sizeof(*fx));
	struct case_record c;

	code_make(&f.code, 1);
	nothing.code = f.code;
	snprintf(f.policy, sizeof(f.policy), "%s", h->current);
	if (case_decide(h->policy, &h->roster, &nothing, &cmd, now, fx) != 0) {
		fprintf(stderr, "the pattern case was refused: %s\n", refusal_text(fx->refusal));
		exit(1);
	}
	c = fx->after;
	free(fx);
	return c;
}

/*
 * Only the four hours run, breached, with the first rung behind them: the next event is
 * the second rung.
 */
static void
set_due(struct case_record *c, const struct policy *p, int64_t due)
{
	for (int i = 0; i < c->clocks_n; i++) {
		struct case_clock *k = &c->clocks[i];

		if (p->clocks[i].stop == STOP_ON_HANDLE) {
			const struct ladder *l = policy_ladder_for(p, &p->clocks[i], c->category,
			    TIER_DESA);

			k->due_ms = k->breached_ms = due - l->rungs[1].after_ms;
			k->next_ms = due;
			k->warned = p->clocks[i].warnings_n;
			k->in_breach = 1;
			k->rung = 1;
		} else {
			k->state = CLOCK_NONE;
		}
	}
	c->review_ms = due + DAY_MS;
	c->tasks_n = c->pending_n = 0;
}

static void
put(struct house *h, struct case_record *c, const struct case_keys *keys, struct buf *doc)
{
	struct redis_args a = { 0 };

	buf_reset(doc);
	case_encode(doc, c);
	redis_args_adds(&a, "HSET");
	args_add_key(&a, &h->st, KEY_CASE, c->code.s, NULL);
	redis_args_adds(&a, "v");
	redis_args_adds(&a, "1");
	redis_args_adds(&a, "d");
	redis_args_add(&a, doc->data, doc->len);
	redis_args_adds(&a, "k");
	redis_args_add(&a, keys->wrapped, sizeof(keys->wrapped));
	redis_pipe_queue(h->st.pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_reset(&a);
	redis_args_adds(&a, "ZADD");
	args_add_key(&a, &h->st, KEY_DUE, NULL, NULL);
	redis_args_addi(&a, case_due_ms(c));
	redis_args_adds(&a, c->code.s);
	redis_pipe_queue(h->st.pipe, a.n, (const char **)a.argv, a.lens);
	redis_args_release(&a);
}

#define RUNS 32

/* Where the codes of a run's own cases begin; those that are only pending come before. */
static uint64_t
series(uint64_t run)
{
	return run % (2 * RUNS) << 23;
}

static void
put_many(struct house *h, struct case_record *c, uint64_t *number, int n, int64_t due)
{
	struct case_keys keys;
	struct buf doc = { 0 };

	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &h->st.master, &keys.key);
	set_due(c, h->policy, due);
	for (int i = 0; i < n;) {
		int queued = 0;

		for (; i < n && queued < PIPE; i++, queued++) {
			code_number(&c->code, ++*number);
			put(h, c, &keys, &doc);
		}
		for (int k = 0; k < 2 * queued; k++)
			freeReplyObject(redis_pipe_reply(h->st.pipe));
	}
	buf_release(&doc);
}

static void
put_messages(struct house *h, const char *route, int n)
{
	struct commit_batch batch = { 0 };
	struct buf text = { 0 };
	struct case_keys keys;

	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &h->st.master, &keys.key);
	buf_adds(&text, "Laporan 7K3F-9QXM: sedang ditangani. Pemegang: DPU. Sisa waktu: 3 jam.");
	for (int i = 0; i < n;) {
		int64_t now = store_now_ms(&h->st);
		int queued = 0;

		commit_begin(&batch, now);
		for (; i < n && queued < 100; i++, queued++) {
			struct answer a = { .what = "cek", .kind = "cek", .route = route, .text = &text,
			    .not_after_ms = now + HOUR_MS, .heard_ms = now };
			char to[24];

			snprintf(a.id, sizeof(a.id), "bench.%d", i);
			snprintf(to, sizeof(to), "+62816%08d", i);
			a.to = to;
			commit_add_answer(&batch, &h->st, &a, &keys, NULL);
		}
		if (commit_run(&batch, &h->st) != queued) {
			fprintf(stderr, "messages were refused: %s\n", store_error(&h->st));
			exit(1);
		}
	}
	commit_release(&batch);
	buf_release(&text);
}

#define ARM_BATCH 96
#define ATTEMPTS 7	/* for a nonce or a code that is free */

/* What every decision of a filling needs. */
struct filling {
	struct house *h;
	struct case_record *cases, *after;
	struct effects *fx;
	struct command *cmd;
	struct commit_batch batch;
	struct case_keys keys;
	uint64_t run;
};

static void
decide_one(struct filling *f, int i, int attempt, int64_t now, struct case_record *after)
{
	struct report_facts facts = { .code = f->cases[i].code, .received_ms = now, .arrived_ms = now };

	snprintf(facts.policy, sizeof(facts.policy), "%s", f->h->current);
	f->cmd->report = f->cmd->event == ON_OPEN ? &facts : NULL;
	if (f->cmd->by == BY_OFFICER)
		snprintf(f->cmd->actor, sizeof(f->cmd->actor), "%s", f->cases[i].tasks[0].officer);
	f->cmd->entropy = ((f->run << 32 | (uint64_t)i << 8 | (uint64_t)attempt) *
	    UINT64_C(0x9e3779b97f4a7c15)) << 2 | 2;
	if (case_decide(f->h->policy, &f->h->roster, &f->cases[i], f->cmd, now, f->fx) != 0) {
		fprintf(stderr, "refused: %s\n", refusal_text(f->fx->refusal));
		exit(1);
	}
	commit_add_case(&f->batch, &f->h->st, f->h->policy, &f->h->roster, &f->cases[i], f->fx, f->cmd, &f->keys,
	    NULL, NULL);
	*after = f->fx->after;
}

/* Cases at places of the list, in one call; those whose officer has such a nonce already once more. */
static void
decide_some(struct filling *f, const int *at, int n, int attempt)
{
	int64_t now = store_now_ms(&f->h->st);
	int again[ARM_BATCH], again_n = 0;

	commit_begin(&f->batch, now);
	for (int k = 0; k < n; k++)
		decide_one(f, at[k], attempt, now, &f->after[k]);
	commit_run(&f->batch, &f->h->st);
	for (int k = 0; k < n; k++) {
		enum commit_result result = f->batch.slots[k].result;

		if (result == COMMIT_OK) {
			f->cases[at[k]] = f->after[k];
		} else if (result == COMMIT_TAKEN && attempt < ATTEMPTS) {
			again[again_n++] = at[k];
		} else if (result == COMMIT_CONFLICT && f->cmd->event == ON_OPEN && attempt < ATTEMPTS) {
			/* a report that was taken in has drawn that code */
			code_number(&f->cases[at[k]].code, series(f->run + RUNS) + ((uint64_t)(attempt + 1) << 20) + (uint64_t)at[k]);
			again[again_n++] = at[k];
		} else {
			fprintf(stderr, "%s of %s at version %" PRId64 " not committed (%d): %s\n", case_event_name(f->cmd->event),
			    f->cases[at[k]].code.s, f->cases[at[k]].version, (int)result, store_error(&f->h->st));
			exit(1);
		}
	}
	if (again_n > 0)
		decide_some(f, again, again_n, attempt + 1);
}

/* One decision for each case, in calls of ARM_BATCH; the cases as they are after.  Cases a second. */
static double
decide_all(struct house *h, struct case_record *cases, int n, uint64_t run, struct command *cmd)
{
	struct filling f = { .h = h, .cases = cases, .cmd = cmd, .run = run };
	int64_t begun = clock_mono_us();

	f.fx = xcalloc(1, sizeof(*f.fx));
	f.after = xcalloc(ARM_BATCH, sizeof(*f.after));
	seal_key_random(&f.keys.key);
	seal_wrap(f.keys.wrapped, &h->st.master, &f.keys.key);
	for (int i = 0; i < n;) {
		int at[ARM_BATCH], queued = 0;

		while (i < n && queued < ARM_BATCH)
			at[queued++] = i++;
		decide_some(&f, at, queued, 0);
	}
	commit_release(&f.batch);
	free(f.after);
	free(f.fx);
	return n * 1e6 / (double)(clock_mono_us() - begun);
}

/* Opens n cases with their tasks, as reports do; the caller frees them. */
static struct case_record *
open_all(struct house *h, uint64_t run, int n, double *per_s)
{
	struct case_record *cases = xcalloc((size_t)n, sizeof(*cases));
	struct understanding u = { .category = "jalan-rusak", .place = "35.10.14.2012",
	    .units = { "D-35.10.14.2012" }, .units_n = 1, .confidence_permille = 900 };
	struct command open = { .event = ON_OPEN, .by = BY_ROUTER, .u = &u };

	for (int i = 0; i < n; i++)
		code_number(&cases[i].code, series(run + RUNS) + (uint64_t)i);
	*per_s = decide_all(h, cases, n, run, &open);
	return cases;
}

/* Each ends with what that cancels. */
static void
arm(struct house *h, uint64_t run, int n)
{
	struct command withdraw = { .event = ON_WITHDRAW, .by = BY_RESIDENT };
	double armed, cancelled;
	struct case_record *cases = open_all(h, run, n, &armed);

	cancelled = decide_all(h, cases, n, run, &withdraw);
	printf("{\"armed_per_s\":%.0f,\"cancelled_per_s\":%.0f}\n", armed, cancelled);
	free(cases);
}

static void
live(struct house *h, uint64_t run, int n)
{
	static const enum case_event acts[] = { ON_ACCEPT, ON_GO, ON_ARRIVE, ON_HANDLE, ON_RESOLVE };
	struct command confirm = { .event = ON_CONFIRM, .by = BY_RESIDENT };
	double per_s;
	struct case_record *cases = open_all(h, run, n, &per_s);

	for (size_t i = 0; i < N_ELEMS(acts); i++) {
		struct command act = { .event = acts[i], .by = BY_OFFICER, .note = "lubang ditutup" };

		decide_all(h, cases, n, run, &act);
	}
	decide_all(h, cases, n, run, &confirm);
	printf("{\"entries\":%d}\n", (int)(N_ELEMS(acts) + 2) * n);
	free(cases);
}

int
main(int argc, char **argv)
{
	const char *dir = "var", *conf = "conf", *route = "";
	struct buf path = { 0 }, url = { 0 };
	int pending = 0, due = 0, messages = 0, armed = 0, lives = 0;
	int64_t at_in = 0, now, at;
	uint64_t number = 0, run = 0;
	struct case_record c;
	struct house h;

	seal_init();
	log_init("fill", LOG_LEVEL_ERROR);
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--dir") == 0) dir = argv[i + 1];
		if (strcmp(argv[i], "--conf") == 0) conf = argv[i + 1];
		if (strcmp(argv[i], "--route") == 0) route = argv[i + 1];
		if (strcmp(argv[i], "--arm") == 0) armed = (int)strtol(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--lives") == 0) lives = (int)strtol(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--messages") == 0) messages = (int)strtol(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--pending") == 0) pending = (int)strtol(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--due") == 0) due = (int)strtol(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--run") == 0) run = strtoull(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--at-in") == 0) at_in = strtoll(argv[i + 1], NULL, 10);
	}
	buf_addf(&path, "%s/run/redis.url", dir);
	if (file_read(buf_str(&path), 1024, &url) != 0 ||
	    house_open(&h, conf, dir, buf_str(&url), "bench") != 0 || house_refresh(&h) != 0) {
		fprintf(stderr, "%s: nothing runs there\n", dir);
		return 1;
	}
	if (armed > 0 || lives > 0) {
		if (armed > 0)
			arm(&h, run, armed);
		else
			live(&h, run, lives);
		house_close(&h);
		return 0;
	}
	if (messages > 0)
		put_messages(&h, route, messages);
	now = store_now_ms(&h.st);
	c = pattern(&h, now);
	if (pending > 0)
		put_many(&h, &c, &number, pending, now + 30 * DAY_MS);
	number = series(run + 1);
	at = store_now_ms(&h.st) + at_in;
	if (due > 0)
		put_many(&h, &c, &number, due, at);
	printf("%" PRId64 "\n", at);
	house_close(&h);
	buf_release(&path);
	buf_release(&url);
	return 0;
}
