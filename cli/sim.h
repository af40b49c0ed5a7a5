#ifndef KENTONGAN_SIM_H
#define KENTONGAN_SIM_H
/*
 * A regency in virtual time: the real decisions (case_decide(), policy, roster, calendar) driven by
 * simulated people, gateways and faults.  No store, no network, no clock: the same options give the
 * same run, step by step.
 *
 * Units      int64_t milliseconds since the epoch, UTC; days are counted from the run's first, 0.
 * Ownership  policy and roster are borrowed and outlive the run; what a watcher is shown is
 *            borrowed for the call.
 */
#include "cli/sim_people.h"
#include "cli/sim_queue.h"
#include "core/decide.h"

enum sim_trouble_kind { TROUBLE_FLOOD, TROUBLE_QUAKE, TROUBLE_ENGINE, TROUBLE_GATEWAY };
struct sim_trouble { enum sim_trouble_kind kind; int day; };
#define SIM_TROUBLES 64

struct sim_options {
	uint64_t seed;
	int64_t start_ms;		/* a midnight of WIB */
	int days, reports_per_day;
	int flood_reports, quake_reports;	/* in 40 minutes, in ten */
	char version[33];		/* that reports are opened under, as the log names it */
	int64_t engine_down_ms, gateway_down_ms;	/* from 14:00 of the day */
	struct sim_trouble troubles[SIM_TROUBLES]; int troubles_n;
};
/* A calm year that begins with 2026. */
struct sim_options sim_usual(void);

/* A living case and what the simulator knows of it besides. */
struct sim_case {
	struct understanding truth;
	int64_t handled_ms;		/* the first act, whatever was disputed later; 0 none */
	struct case_record c;		/* last: its lists' ends are hardly ever touched */
};

struct sim_step {
	const struct case_record *before;
	const struct command *cmd;
	const struct effects *fx;
	const struct sim_case *slot;	/* its case still is the one before */
	int64_t now_ms;
};
struct sim_message { int officer; int digest; const char *kind; int64_t at_ms; };

struct sim {
	struct sim_options opt;
	const struct policy *p;
	const struct roster *r;
	struct sim_people people;
	struct dice dice;
	struct sim_queue events, due;	/* due: each open case once */
	struct sim_case **slots; int slots_n, slots_cap; int *free_slots; int free_n;
	uint32_t *lives;		/* by slot: how many cases it had before */
	int64_t now_ms, end_ms;
	int open;
	uint64_t steps, refused;
	struct sim_mail *mail;		/* one per officer */
	struct sim_leader *leaders;	/* of bursts, by trouble and place */
	struct effects *fx;
	int *desk; int desk_n;		/* officers of the triage desk */
	/* Called after each step, and for each message that leaves for an officer; may be NULL. */
	void (*on_step)(const struct sim *s, const struct sim_step *step, void *arg);
	void (*on_message)(const struct sim *s, const struct sim_message *m, void *arg);
	void (*on_day)(const struct sim *s, void *arg);
	void *arg;
};

/* 0; -1: the configuration has nobody or no place to simulate. */
int sim_init(struct sim *s, const struct policy *p, const struct roster *r,
    const struct sim_options *opt);
/* To the last day's end. */
void sim_run(struct sim *s);
void sim_release(struct sim *s);
/* When an engine that is down now and then gets to what is due at this moment. */
int64_t sim_engine_ms(const struct sim *s, int64_t due_ms);
#endif
