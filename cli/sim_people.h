#ifndef KENTONGAN_SIM_PEOPLE_H
#define KENTONGAN_SIM_PEOPLE_H
/*
 * The simulated people of a regency: what residents report and how they answer, how officers of
 * different tempers work.  The figures are assumptions, made to be changed; none is measured.
 *
 * Units      int64_t milliseconds since the epoch, UTC.
 * Ownership  policy and roster are borrowed and outlive the people.
 */
#include "cli/sim_dice.h"
#include "core/policy.h"
#include "core/roster.h"
#include "core/understanding.h"

/* DESK: sits before a screen on his shift, as the desk and the emergency services do. */
enum temper { TEMPER_QUICK, TEMPER_USUAL, TEMPER_LAZY, TEMPER_NO_SIGNAL, TEMPER_DESK };
struct sim_officer {
	enum temper temper;
	int64_t busy_ms;		/* occupied until then */
};

/* How a report comes to be. */
enum sim_occasion { OCCASION_DAY, OCCASION_FLOOD, OCCASION_QUAKE };

struct sim_people {
	const struct policy *p;
	const struct roster *r;
	uint64_t seed;
	struct sim_officer *officers;	/* as in the roster */
	double *places; const struct place **place; int places_n;
	double *categories; int categories_n;
	int flood_place;		/* index of the desa where the next flood is */
};

struct sim_report {
	struct understanding truth;	/* what a careful reader makes of it */
	struct understanding read;	/* what the router made of it */
	int triage;
	int place;			/* that it is of, as struct sim_people counts */
	char reporter[33];		/* 32 hex digits */
};

int sim_people_init(struct sim_people *w, const struct policy *p, const struct roster *r,
    uint64_t seed);
void sim_people_release(struct sim_people *w);
/* How many reports a usual day brings, and at which moment of the day the n-th is sent. */
int sim_reports_of_day(const struct sim_people *w, int64_t day, int mean);
int64_t sim_moment_of_report(const struct sim_people *w, int64_t day, int n);
void sim_report_draw(const struct sim_people *w, enum sim_occasion why, int64_t number,
    struct sim_report *out);
/* From the phone to the gateway. */
int64_t sim_latency_ms(const struct sim_people *w, int64_t number);
/* When the officer turns to what was heard at this moment; he does one thing after the other. */
int64_t sim_reaction_ms(struct sim_people *w, struct dice *d, int officer, int64_t heard_ms,
    int urgent);
/* Work that takes a while: waits for the morning unless a life depends on it. */
int64_t sim_work_ends_ms(struct dice *d, int64_t from_ms, int64_t median_ms, double sigma,
    int urgent);
#endif
