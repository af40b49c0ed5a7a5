#ifndef KENTONGAN_TRANSITION_H
#define KENTONGAN_TRANSITION_H
/* The life of a case as one table: who may go where on what. */
#include "core/case.h"

enum case_event {
	ON_OPEN,		/* understood: straight to units */
	ON_TRIAGE,		/* opened, but a human must look */
	ON_LEGACY,		/* imported: an old complaint that is still open */
	ON_PAST,		/* imported: one that is over */
	ON_ASSIGN,		/* a human assigns or corrects */
	ON_ACCEPT, ON_GO, ON_ARRIVE, ON_HANDLE, ON_RESOLVE,
	ON_DECLINE,		/* not ours */
	ON_DROP,		/* one of several units is not needed */
	ON_HAND_ON, ON_ASK, ON_NOTE,
	ON_WAIT,		/* an officer asks that it may wait for budget or parts */
	ON_APPROVE, ON_REFUSE,	/* what a second person says to that */
	ON_RESUME,
	ON_CONFIRM, ON_DISPUTE, ON_LAPSE,	/* the resident's word, or none in time */
	ON_ATTEST,		/* others say so in his stead (core/quorum.h) */
	ON_WITHDRAW, ON_WITHDRAW_ASKED,		/* the second for cases only a human may end */
	ON_REJECT,
	ON_MERGE,		/* the same as another: that one leads, this one follows it */
	ON_DUPLICATE,		/* closed: somebody else reported it before */
	ON_SPLIT,		/* it follows nobody any more */
	ON_BREAK,		/* a danger of its own in what it is part of */
	ON_SECOND,		/* its report names another problem too: that is a case of its own from now on */
	ON_GROW,		/* so many report it by now */
	ON_SEAL,		/* who sees it makes it confidential, or says whom it is about */
	ON_SEAL_AWAY,		/* the same, and who works on it is whom it is about: others do from now on */
	ON_TRUTH,		/* a human says how sure it is */
	ON_PHOTO,		/* an officer shows by a photo what he did */
	ON_PHOTO_FINE, ON_PHOTO_FALSE,	/* what another one finds who looks at it */
	ON_QUIET,		/* the resident wants no more news of it */
	ON_WRONG_NUMBER,	/* whoever has this number did not report it */
	ON_LANGUAGE,		/* the resident wants its news in another language */
	ON_UNDO, ON_TAKE_OVER,
	ON_WHY, ON_ANSWER,	/* the Bupati's office asks, the unit answers */
	ON_DATE,		/* the Bupati's office sets another day for the cure */
	ON_RECKON,		/* the targets of the present policy count from now on */
	ON_HELP,		/* second alarm: further units are called */
	ON_SIGN,		/* those in the field are well */
	ON_FILE,		/* what the resident sent lies in our store now */
	ON_FILE_MISSING,	/* it is not: late, not to be had, of no use; a human must ask */
	ON_RETURN,		/* its holder is gone: back to the pool, and the unit hears of it */
	ON_LEAVE,		/* one of those who have the task is gone */
	ON_ABANDON,		/* accepted, and nothing done in time: as if the holder were gone */
	ON_LOCATE,		/* its sender said where, when asked */
	ON_BELONG,		/* its words belong to another case of its sender */
	ON_HEAP,		/* one more unclear text of who sends many: with the one that nobody has read yet */
	ON_STAND_DOWN,		/* the exercise that it belongs to is over */
	ON_DUE
};
#define CASE_EVENTS (ON_DUE + 1)
const char *case_event_name(enum case_event e);
int case_event_of_name(const char *s, enum case_event *out);

enum transition_effects {
	FX_FIRST = 1 << 0,		/* only for a case that does not exist yet */
	FX_STOP_TRIAGE = 1 << 1, FX_STOP_TAKEN = 1 << 2, FX_STOP_HANDLED = 1 << 3,
	FX_STOP_RESOLVED = 1 << 4, FX_STOP_ALL = 1 << 5,
	FX_TELL_UNIT = 1 << 6, FX_TELL_REPORTER = 1 << 7, FX_TELL_DESK = 1 << 8,
	FX_REVOKE = 1 << 9,	/* tasks end, their nonces die, what is queued is cancelled */
	FX_CLIMB = 1 << 10,
	FX_REASON = 1 << 11,		/* refused without one */
	FX_UNDOABLE = 1 << 12,
	FX_REOPEN = 1 << 13,
	FX_BY_TASK = 1 << 14,		/* the actor becomes the holder */
	FX_TELL_HOLDERS = 1 << 15,	/* those with open tasks hear of it */
	FX_RESTART_TAKEN = 1 << 16, FX_RESTART_TRIAGE = 1 << 17,
	FX_ASKED = 1 << 18, FX_ANSWERED = 1 << 19,	/* the clock of a question why */
	FX_RELEASE = 1 << 20	/* the one who is gone has the task no more; his unit is told anew */
};

struct transition {
	enum case_state from;
	enum case_event on;
	enum case_state to;
	unsigned effects;
	int legal;
};

/* NULL when the event is not for a case in that state. */
const struct transition *transition_find(enum case_state from, enum case_event on);
const struct transition *transition_at(size_t i);	/* NULL past the end: for tests and docs */
#endif
