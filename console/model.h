#ifndef KENTONGAN_MODEL_H
#define KENTONGAN_MODEL_H
/*
 * The read model: what the log says of every open case and of those closed within a day, in
 * memory.  No names, no texts.  Sealed cases lie in a table of their own that no list here reads.
 *
 * Units      int64_t milliseconds, UTC, by the store's clock.
 */
#include "core/access.h"
#include "core/case.h"
#include "core/decide.h"
#include "store/logbook.h"

struct model_case {
	struct code code;
	enum case_state state;
	enum urgency urgency;
	/* unit: the lead */
	char category[CATEGORY_CHARS], place[PLACE_CODE_CHARS], unit[UNIT_CODE_CHARS];
	int64_t received_ms, promise_ms, handled_ms, breached_ms, due_ms, closed_ms;
	int64_t abandoned_ms;		/* accepted, abandoned, not taken again since; 0 not */
	int64_t opened_ms;		/* its first entry; 0: that was not read */
	int64_t version, seq;
	char about[UNIT_CODE_CHARS];	/* whom it complains about, "" nobody in office */
	int latihan, hide_reporter;	/* the second: unknown where opened_ms is 0 */
	int legacy;			/* an old complaint, imported: in no figure but its own */
	enum close_reason closed_as;
	unsigned short unit_ids[CASE_UNITS]; int units_n;	/* all of them: model_unit_code() */
	char incident[INCIDENT_CHARS], lead[CODE_CHARS + 1];	/* what it is part of, and who leads; "" */
	int apart;			/* of an incident, and a danger of its own */
	int voices;			/* of a lead: how many reported it; 0 one */
	int followers;			/* of a lead: cases that came to it since the model began */
	size_t at;			/* in its table */
	/* the lists that it is in, and where */
	struct { unsigned short unit; unsigned at; } holders[CASE_UNITS]; int holders_n;
	enum truth truth;
	enum photo_state photo;		/* by which its officer shows what he did */
};

#define MODEL_PEOPLE 1536	/* of sixteen, with what became of each message */
struct model_escalation {
	int64_t seq, at_ms, due_ms, late_ms;
	struct code code;
	enum escalation_kind kind;
	char clock[CLOCK_NAME_CHARS], rung[CLOCK_NAME_CHARS], unit[UNIT_CODE_CHARS],
	    told[UNIT_CODE_CHARS];
	char why[16];
	char category[CATEGORY_CHARS], place[PLACE_CODE_CHARS];
	int latihan;
	int64_t received_ms;
	/* JSON lists of the entry: where the time went, and who was told when, what he did and
	 * by which message (told.h) */
	char ledger[512], people[MODEL_PEOPLE];
	char longest[HOLDER_CHARS]; int64_t longest_ms;
	int silent;			/* how many were told and did nothing */
};

/* What units did with cases that they were to work on, in the log as far as it goes back. */
struct model_unit { char unit[UNIT_CODE_CHARS]; int passed_on, abandoned; };

/* Somebody opened a sealed case, or a file: who, when, which.  The reason lies sealed in the log. */
struct model_look { int64_t seq, at_ms; struct code code; char officer[OFFICER_ID_CHARS], what[16]; };

struct model;
struct model *model_new(size_t escalations_max);
void model_free(struct model *m);

enum model_event { MODEL_NOTHING, MODEL_CASE, MODEL_ESCALATION, MODEL_SYSTEM, MODEL_WARNING };
/*
 * Takes the next log entry in.  data gets the JSON that feeds carry for it (empty for
 * MODEL_NOTHING: sealed cases, entries of no interest to a feed).  NULL: nobody listens, which is answered
 * as MODEL_NOTHING.
 */
enum model_event model_take(struct model *m, const struct log_line *line, struct buf *data);
/*
 * The same JSON without changing the model: for replaying to a reader who comes back.  code: the case
 * that it is about, "" none.
 */
enum model_event model_describe(const struct log_line *line, char code[CODE_CHARS + 1], struct buf *data);
const char *model_event_name(enum model_event e);	/* kasus eskalasi sistem peringatan */

/* The case that the last entry taken was about, "" none. */
const char *model_subject(const struct model *m);
/*
 * When the case that the last entry took out of sight was opened (came in, where that was not read);
 * 0: that entry sealed none that was seen.
 */
int64_t model_raised_ms(const struct model *m);
/* 1: it is sealed now, whatever it was before. */
int model_is_sealed(const struct model *m, const char *code);

/* What came up to there is not to be taken in any more. */
void model_skip(struct model *m, int64_t seq, int64_t at_ms);

int64_t model_seq(const struct model *m);	/* last entry taken in */
int64_t model_at_ms(const struct model *m);	/* its time */
size_t model_bytes(const struct model *m);

/* The code of a unit in a case's list. */
const char *model_unit_code(const struct model *m, unsigned short id);
/* What access.h asks of a case; tasks are not known here. */
void model_access(const struct model *m, const struct model_case *c, int sealed,
    struct access_case *out);
size_t model_open_count(const struct model *m);
/* Every case that it holds, sealed ones too: who shows them asks access.h first. cb other than 0: enough. */
void model_each(const struct model *m, int (*cb)(const struct model_case *c, int sealed, void *arg),
    void *arg);
/*
 * Every case that is not sealed now, as it stood at that entry.  -1: so far back nothing is known any
 * more, or it is still to come.
 */
int model_each_at(const struct model *m, int64_t seq, int (*cb)(const struct model_case *c, void *arg),
    void *arg);
/* By time left: the less the sooner, promises not yet kept first. */
int64_t model_rank(const struct model_case *c);
int model_compare(const struct model_case *x, const struct model_case *y);
/* An open case in a unit's list. */
struct held { int64_t rank; int sealed; const struct model_case *c; };
/*
 * Open cases of a unit, "" those that no unit has yet, in no order; the model's until its next entry.
 * Who shows them asks access.h first.
 */
const struct held *model_held(const struct model *m, const char *unit, size_t *n);
const struct model_case *model_find(const struct model *m, const char *code);
/* Among the sealed ones; who shows it asks access.h first. */
const struct model_case *model_find_sealed(const struct model *m, const char *code);

/* Closed, and there was nothing to do. */
static inline int
model_is_rejected(const struct model_case *c)
{
	return c->closed_as == CLOSE_REJECTED || c->closed_as == CLOSE_DUPLICATE;
}
/* A promise of its own that is over, and nobody has done anything yet. */
int model_is_late(const struct model_case *c, int64_t now_ms);

struct model_figures {
	size_t open, breaching, triage, drill, legacy;
	/* of what came in within 24 hours and is decided */
	size_t day_handled, day_in_time, day_late;
};
void model_figures(const struct model *m, int64_t now_ms, struct model_figures *out);

/* Latest first; i counts from 0.  NULL past the end. */
const struct model_escalation *model_latest(const struct model *m, size_t i);
/* The looks that the log names, latest first; the newest MODEL_LOOKS are kept.  NULL past the end. */
#define MODEL_LOOKS 5000
const struct model_look *model_look(const struct model *m, size_t i);
/* Units that handed on, declined or abandoned any, most first; the model's until its next entry. */
const struct model_unit *model_units(struct model *m, size_t *n);
void model_escalation_json(struct buf *b, const struct model_escalation *e);
void model_case_json(struct buf *b, const struct model_case *c, int64_t now_ms);
/* Forgets what was closed more than a day before now. */
void model_sweep(struct model *m, int64_t now_ms);
#endif
