#ifndef KENTONGAN_WORK_H
#define KENTONGAN_WORK_H
/*
 * One entry of the in stream: a report becomes a case, a reply moves one.
 *
 * Units      int64_t milliseconds, by the store's clock.
 * Errors     an entry is acknowledged only by the commit that uses it up; whatever cannot be
 *            committed now stays pending and comes again.
 */
#include "core/decide.h"
#include "router/group.h"
#include "router/own.h"
#include "router/understand.h"
#include "store/callout.h"
#include "store/cases.h"
#include "store/house.h"

/* Decided reports that travel in one call. */
struct flight { struct commit_batch batch; int *which; };

struct router {
	struct house h;
	struct understander *understander;
	struct group_words *group_words;
	struct groups groups;		/* as the flights under way will leave them */
	char version[33];		/* that the understander was made of */
	char refused[33];		/* of which none could be made: the one before stays */
	struct store line;		/* commits travel on a connection of their own */
	struct flight flights[2];	/* [0] is being filled, [1] may be in the air */
	struct commit_batch answers;
	int cries_held;			/* whether any cry of a marked number waits; asked once for a batch */
	unsigned long epoch;		/* of what was read of senders' cases; the next with each commit */
	struct effects *fx;
	struct understanding help;	/* of the second alarm that is being decided: whom it calls */
	int64_t now_ms;
	unsigned long opened, triaged, commands, poisoned;
};

struct entry {
	struct code code;
	char lane[4], id[32];
	int64_t arrived_ms;
	int deliveries;
	struct stored_case s;
	/* opened: */
	struct laporan words;
	struct case_keys keys;
	char lookup[LOOKUP_TEXT];
	struct understanding u;
	int understood;
	int again;			/* refused for its nonces, or others were faster: to be decided anew */
	int counted, answers;		/* against the answers of an hour; whether one more may go */
	int looping;			/* writes as fast as we answer: heard, not answered */
	struct own *own;		/* its sender's cases */
	struct code quoted;		/* his own case whose message he answers, "" none */
	struct code follows;		/* his case that lies in the archive and that this goes on from, "" none */
	int opened;
	/* His cases that this unclear text may belong to: he is asked which. */
	struct question_option candidates[QUESTION_OPTIONS]; int candidates_n;
	long long row;			/* messages of its sender in a row */
	int doubted;			/* its sender was lately found to play pranks */
	int ordered;			/* an officer's order, from a number that is no officer's */
	int held, supported;		/* his cry waits for a human; or somebody else reports the same */
	int known;			/* its sender has cases, or may have by now */
	int repeats;			/* he has written before in this batch */
	char lang[4];			/* in which its sender is answered */
	char called[CALLED_CHARS];		/* to which call for volunteers its sender was called, and as whom */
	int asks_lang;			/* it is what he asked for with this entry */
};
void entry_release(struct entry *e);

/* h is open; the rest is zero. */
void router_init(struct router *r);
void router_release(struct router *r);
/* Version, roster and understander as the store has them now. 0 or -1. */
int router_refresh(struct router *r);
/*
 * Works off n entries in order.  0; -1 when the store's answer was lost: the entries are pending
 * and must be read again.
 */
int router_work(struct router *r, struct entry *entries, int n);

/* Understands the entry's words once, with what the form said beside them. */
const struct understanding *entry_understand(struct router *r, struct entry *e);
/* Facts of the report as case_decide() wants them. */
void work_facts(struct report_facts *f, const struct router *r, const struct entry *e);
/* What the commit that uses the entry up says of it. */
void work_input(struct input_id *in, const struct entry *e);
/* What a document beside it says: the entry must be there, for whoever took it over has done this too. */
void work_input_beside(struct input_id *in, const struct entry *e);
/* Adds what the entry's sender left with a platform: it is fetched for the case that cmd changes. */
void work_references(struct command *cmd, const struct entry *e);
#endif
