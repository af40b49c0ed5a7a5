#ifndef KENTONGAN_DECIDE_H
#define KENTONGAN_DECIDE_H
/*
 * The decision: case + command + policy + roster + now -> effects.  Pure: no I/O, no clock, no
 * randomness (a command brings its own entropy), no globals; the same input gives the same effects
 * for ever, which is what the simulator and the replay stand on.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Ownership  everything is borrowed for the call; effects are a plain value the caller holds.
 * Errors     -1 and effects.refusal: the command is not for this case now; nothing has changed.
 */
#include "core/case.h"
#include "core/transition.h"
#include "core/understanding.h"

enum actor_kind { BY_SYSTEM, BY_ROUTER, BY_OFFICER, BY_OPERATOR, BY_RESIDENT, BY_TIMER };
const char *actor_name(enum actor_kind a);

/* What is known of a report at the door: for ON_OPEN and ON_TRIAGE. */
struct report_facts {
	struct code code;
	int64_t received_ms, arrived_ms;
	char channel[16], reporter[LOOKUP_TEXT], lang[4];
	char policy[33];
	int latihan, lane_e, hide_reporter;
	int doubted;		/* lately this number was found to play pranks */
	char follows[CODE_CHARS + 1];	/* his earlier case, which lies in the archive; "" none */
	char twin[CODE_CHARS + 1];	/* the case of the other problem that it names; "" none */
	char twin_category[CATEGORY_CHARS];	/* its category; "" here: this is the second, which gets no receipt */
	int root;		/* the office's own: what keeps coming back at one place */
	int empty;		/* a missed call, or a message without a word: all is still to be asked */
};

/* What the file says of an old complaint beside its report; times 0: not said. */
struct legacy_facts {
	struct legacy from;
	int64_t handled_ms, closed_ms;	/* closed_ms for ON_PAST alone */
	enum close_reason as;
};

#define ABOUT_NOBODY "-"
#define PRANK "iseng"			/* rejected because its sender plays */
#define ENTROPY_EXTRA(e) ((int)((e) & 3) % (NONCE_CHARS - NONCE_LEAST + 1))

struct command {
	enum case_event event;
	enum actor_kind by;
	/* officer id; of a resident's word the officer whose number it came from; "" otherwise */
	char actor[OFFICER_ID_CHARS];
	const char *note;	/* reason or report of the act; sealed where stored */
	/* ON_OPEN, ON_TRIAGE, ON_ASSIGN; ON_NOTE with new danger; ON_HELP: its units are called too */
	const struct understanding *u;
	const struct report_facts *report;
	const struct legacy_facts *legacy;	/* ON_LEGACY, ON_PAST */
	char to_unit[UNIT_CODE_CHARS];		/* ON_HAND_ON */
	char about[UNIT_CODE_CHARS];		/* ON_SEAL: whom it complains about; "" as it is, ABOUT_NOBODY */
	char into[CODE_CHARS + 1];		/* ON_MERGE, ON_DUPLICATE; ON_SECOND: the case of the other problem */
	char category[CATEGORY_CHARS];		/* ON_SECOND: what that one is about */
	/* ON_OPEN, ON_DISPUTE: the incident, and the case that leads it; "" this one does.  ON_MERGE: its name */
	char incident[INCIDENT_CHARS], lead[CODE_CHARS + 1];
	int apart;				/* ON_OPEN: a danger of its own in an incident others work on */
	int voices, second;			/* ON_ATTEST: how many say so; ON_GROW: how many; whether another than the first is among them */
	char lang[4];				/* ON_LANGUAGE: a code of texts_language() */
	char reason[WAIT_REASON_CHARS];		/* ON_WAIT: one of policy.wait_reasons; ON_REJECT: PRANK or "" */
	char leaver[OFFICER_ID_CHARS];		/* ON_RETURN, ON_LEAVE: who is gone */
	int64_t until_ms;			/* ON_WAIT, ON_DATE */
	const struct policy *was;		/* ON_RECKON: what the case ran under until now */
	/* Nonces of new tasks come from it; its two lowest bits say how much longer than usual. */
	uint64_t entropy;
	const char *file;			/* ON_FILE, ON_PHOTO: name of the stored file */
	/* ON_PHOTO: what it was found to be, and the number that should be seen on it */
	const struct photo_verdict *photo; int photo_number;
	const char *look;			/* of that file, for who compares later ones; NULL: not kept */
	/* ON_TRIAGE: his cases that its words may belong to; he is asked which.  Borrowed. */
	const struct question_option *candidates; int candidates_n;
	/* ON_OPEN, ON_ASSIGN: its sender was marked for pranks, but somebody else reports the same */
	int supported;
	const char *cause;			/* ON_FILE_MISSING: our words, nothing of the citizen's */
	/* What a platform still keeps for this report or note: each is to be fetched.  Borrowed. */
	const char *const *references; int references_n;
	int64_t heard_ms;			/* the resident's message, by the case's own channel; 0 none */
	int answer;				/* sent by SMS: tell the officer, or the resident, that it was taken */
};

enum refusal {
	REFUSED_NOT, REFUSED_STATE, REFUSED_EARLY, REFUSED_REASON, REFUSED_AUTHORITY, REFUSED_UNIT,
	REFUSED_LEGACY, REFUSED_TIME, REFUSED_APPROVER, REFUSED_WAIT, REFUSED_WISH, REFUSED_FIRST, REFUSED_CASE,
	REFUSED_FILE, REFUSED_HELP, REFUSED_POLICY, REFUSED_CLOCK, REFUSED_OPEN_WISH,
	REFUSED_ASKED, REFUSED_PLACE, REFUSED_MEMBER, REFUSED_ALONE, REFUSED_TRUTH, REFUSED_PHOTO,
	REFUSED_CHECKER, REFUSED_OWN, REFUSED_TWIN, REFUSED_KIND
};
/* What is wrong and what to do, in Indonesian, for the one who sent the command. */
const char *refusal_text(enum refusal r);

/* TO_PLATFORM: no words; the address is a reference that is to be fetched. */
enum recipient_kind { TO_OFFICER, TO_REPORTER, TO_PLATFORM };
/* Groups decide what an acknowledgement cancels. */
#define GROUP_TASK 't'
#define GROUP_WARNING 'w'
#define GROUP_ESCALATION 'e'
#define GROUP_REPORTER 'r'
#define GROUP_NOTICE 'i'
#define GROUP_FILE 'f'			/* never cancelled: evidence is fetched whatever became of the case */

#define MESSAGE_LINK_CHARS 128
struct message {
	int n;					/* id is CODE.n: deterministic */
	const char *kind;			/* a kind of conf/pesan, static text */
	enum recipient_kind to;
	char officer[OFFICER_ID_CHARS], unit[UNIT_CODE_CHARS];
	char nonce[NONCE_CHARS + 1];
	const char *reference;			/* TO_PLATFORM: borrowed from the command */
	char link[MESSAGE_LINK_CHARS];		/* where an outside body answers; filled by who commits, "" nowhere */
	char group;
	int lane_e;
	int64_t not_before_ms, not_after_ms;
	int percent;				/* warnings */
	char rung[CLOCK_NAME_CHARS];
	char way[WAY_CHARS];			/* to an officer: instead of SMS; "" SMS */
	int64_t due_ms;
	int64_t late_ms;			/* an escalation that an outage of ours held up; 0 not */
};

enum escalation_kind { ESC_NONE, ESC_WARNING, ESC_BREACH, ESC_RUNG, ESC_PASSED };
const char *escalation_name(enum escalation_kind k);	/* "" warning breach rung passed */
struct escalation {
	enum escalation_kind kind;
	char clock[CLOCK_NAME_CHARS], rung[CLOCK_NAME_CHARS];
	char unit[UNIT_CODE_CHARS];		/* who is late */
	char told[UNIT_CODE_CHARS];		/* who hears of it */
	int64_t due_ms, late_ms;
	int epoch;
	/* static: "", "kosong", "tak-terjangkau", "terlambat", "tertutup", "syarat" */
	const char *why;
};

enum index_kind { INDEX_TASK_ADD, INDEX_TASK_DROP, INDEX_REPORTER_SET, INDEX_REPORTER_DROP,
	/* who follows whom: officer is the lead's code; which case leads an incident of that name */
	INDEX_MEMBER_SET, INDEX_MEMBER_DROP, INDEX_INCIDENT_SET, INDEX_INCIDENT_DROP,
	/* a prank more, or one less, of who reported it */
	INDEX_PRANK, INDEX_SUPPORT };
struct index_op {
	enum index_kind kind;
	char officer[OFFICER_ID_CHARS];
	char nonce[NONCE_CHARS + 1];
};

#define FX_MESSAGES 56
#define FX_CANCELS CASE_PENDING
#define FX_INDEXES (2 * CASE_TASKS + 8)
struct effects {
	struct case_record after;		/* version already one higher */
	enum case_state state_after;
	enum refusal refusal;
	const char *what;			/* name of the event as logged */
	struct escalation esc;
	struct message messages[FX_MESSAGES]; int messages_n;
	int cancels[FX_CANCELS]; int cancels_n;	/* message numbers */
	unsigned char recalls[FX_CANCELS];	/* also those of them that have left, where that can be done */
	struct index_op indexes[FX_INDEXES]; int indexes_n;
	int gap;				/* a unit or rung had nobody: an alarm went out */
};

int case_decide(const struct policy *policy, const struct roster *roster,
    const struct case_record *c, const struct command *cmd, int64_t now_ms, struct effects *fx);
#endif
