#ifndef KENTONGAN_CASE_H
#define KENTONGAN_CASE_H
/*
 * A case: what units work on.  It holds no personal data: the citizen's words stay sealed in the
 * report it was opened from, notes stay sealed in the log.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Ownership  a plain value: copying the struct copies the case.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/catalogue.h"
#include "core/code.h"
#include "core/ledger.h"
#include "core/media.h"
#include "core/photo.h"
#include "core/place.h"
#include "core/policy.h"
#include "core/roster.h"
#include "core/state.h"
#include "core/unit.h"
#include "lib/buf.h"

#define CASE_SCHEMA 1

enum close_reason {
	CLOSE_NONE, CLOSE_CONFIRMED, CLOSE_UNDISPUTED, CLOSE_REJECTED, CLOSE_DUPLICATE,
	CLOSE_WITHDRAWN,
	CLOSE_DRILL	/* the exercise is over */
};
const char *close_reason_name(enum close_reason r);
int close_reason_of_name(const char *s, enum close_reason *out);	/* 0 or -1 */

/*
 * A complaint of the time before this house, imported: where it was kept and its number there.  It was
 * promised nothing here, so no clock runs for it but those that an act begins.
 */
#define LEGACY_SOURCE_CHARS 24
#define LEGACY_NUMBER_CHARS 41
struct legacy { char source[LEGACY_SOURCE_CHARS], number[LEGACY_NUMBER_CHARS]; };

enum clock_state { CLOCK_NONE, CLOCK_RUNNING, CLOCK_PAUSED, CLOCK_MET, CLOCK_STOPPED };
const char *clock_state_name(enum clock_state s);

/* One per row of the policy's clocks, same order. */
struct case_clock {
	enum clock_state state;
	int64_t start_ms, due_ms;
	int64_t next_ms;	/* its next warning, breach or rung; 0 none */
	int64_t met_ms;		/* when it was met, or paused since */
	int64_t paused_ms;	/* length of the waits that moved start and due */
	int64_t breached_ms;	/* due time of the first breach ever, 0 none: never erased */
	int warned, rung;	/* how many warnings and rungs are behind it */
	int in_breach;		/* of this run: due is past and recorded */
	int epoch;		/* rises when it is started again, or climbs another ladder */
	/* When a decision put its next step into the past: that rung is due then, those above later. */
	int64_t from_ms;	/* 0: all count from due */
	int from_rung;		/* -1: the breach itself */
};

enum task_state { TASK_OPEN, TASK_TAKEN, TASK_GONE };
struct case_task {
	char officer[OFFICER_ID_CHARS];
	char unit[UNIT_CODE_CHARS];
	char nonce[NONCE_CHARS + 1];	/* "" for sealed cases: no SMS commands */
	int64_t told_ms;
	enum task_state state;
	int message;			/* number of the message that told it */
};

#define CASE_UNITS 12
#define CASE_TASKS 24
#define CASE_PENDING 48
#define LOOKUP_TEXT 33
#define CASE_FILES 24		/* further ones stand in the log alone */

/* What the sender was asked with his receipt, until it is answered. */
enum question { QUESTION_NONE, QUESTION_PLACE, QUESTION_CASE };
const char *question_name(enum question q);	/* "" tempat laporan */
#define QUESTION_OPTIONS 4
struct question_option {
	char id[PLACE_CODE_CHARS];		/* of a place, or the code of one of his cases */
	char category[CATEGORY_CHARS];		/* of that case; "" a place, or a sealed case */
};

/* A message that may still be queued: what an acknowledgement cancels. */
struct case_pending {
	int n;
	char group;
	char unit[UNIT_CODE_CHARS], officer[OFFICER_ID_CHARS];	/* officer "": the resident's */
};

/* STOP ends the news of what threatens nobody; a number that is not the reporter's gets none at all. */
enum quiet { QUIET_NOT, QUIET_ASKED, QUIET_WRONG_NUMBER };

/* How sure it is that it is so; only a human's word lowers it. */
enum truth { TRUTH_UNVERIFIED, TRUTH_SECOND, TRUTH_RT, TRUTH_SCENE, TRUTH_UNFOUNDED };

struct case_record {
	struct code code;
	int64_t version;		/* 0: only reserved */
	enum case_state state;
	char policy[33];		/* first 32 hex digits of the version's digest */
	char category[CATEGORY_CHARS];
	enum urgency urgency;
	char place[PLACE_CODE_CHARS], rt[4], rw[4];
	int confidence_permille;
	int sealed, latihan, lane_e;
	int unread;			/* no machine has read its words, which may be secret; the desk has it */
	int root;			/* what lies under complaints that keep coming back: the office opened it */
	int doubted;			/* when it came its number was marked for pranks */
	int hide_reporter;		/* the citizen wished it: no officer sees who reported */
	/* Whom it complains about: a unit, or a word of the catalogue (core/assign.h); "" nobody in office. */
	char about[UNIT_CODE_CHARS];
	enum quiet quiet;		/* what the reporter is no longer told */
	/* Options are numbered from 1 as the receipt shows them; a place may be asked without any. */
	struct {
		enum question what;
		struct question_option options[QUESTION_OPTIONS]; int options_n;
	} question;
	char incident[INCIDENT_CHARS];	/* the name of what it is part of (core/incident.h), "" nothing */
	char lead[CODE_CHARS + 1];	/* the case that works for it; "": it stands for itself */
	int apart;			/* of an incident, but a danger of its own */
	int voices;			/* of a lead: reports of it when last counted, its own included; 0 alone */
	enum truth truth;
	enum close_reason closed_as;
	char duplicate_of[CODE_CHARS + 1];
	char twin[CODE_CHARS + 1];	/* the case of the other problem that its report named */
	char twin_category[CATEGORY_CHARS];	/* of that case, if the receipt names it: ours came first */
	char follows[CODE_CHARS + 1];	/* the archived case that this one goes on from */
	struct legacy legacy;		/* source "": it came in here */
	char proof[PROOF_CHARS + 1];	/* check code: of the digest of its opening entry */

	char channel[16];		/* how the citizen reached us, and is answered */
	char reporter[LOOKUP_TEXT];	/* keyed hash of his address; "" anonymous */
	char lang[4];

	int64_t received_ms;		/* at the gateway or us: the promise starts here */
	int64_t arrived_ms;		/* in the store */
	int64_t opened_ms, closed_ms;
	int64_t heard_ms;		/* his last message on that channel: some close 24 hours after it */
	int64_t told_ms, taken_ms, going_ms, arrived_scene_ms, handled_ms, resolved_ms;	/* C6 */

	char units[CASE_UNITS][UNIT_CODE_CHARS]; int units_n;	/* lead first */
	char holder[OFFICER_ID_CHARS];	/* officer who accepted, "" nobody */
	struct case_clock clocks[POLICY_CLOCKS]; int clocks_n;
	int tasks_n, pending_n, files_n;	/* of the lists at the end */
	int messages;			/* numbered 1.. : ids are CODE.n */
	int hand_ons;
	int level;			/* how often it was reopened one level higher */

	int64_t confirm_by_ms;		/* in selesai: closes itself then */
	int64_t wait_until_ms;		/* in menunggu */
	enum case_state wait_back;
	int64_t wait_since_ms;
	int wait_asked;			/* for the resident's answer; else for budget or parts */
	char wait_reason[WAIT_REASON_CHARS];	/* one of the policy's, while it waits */
	int64_t waited_ms;		/* for budget or parts, all such waits that are over */
	/* What an officer asked for and nobody has answered yet; until_ms 0: nothing. */
	struct {
		int64_t until_ms;
		char officer[OFFICER_ID_CHARS], reason[WAIT_REASON_CHARS];
		char head[OFFICER_ID_CHARS];	/* who was told of it; "" nobody */
		char nonce[NONCE_CHARS + 1];	/* of the task that he got for it alone; "" none */
	} wish;
	int64_t date_ms;		/* by when it is done, by the word of the Bupati's office; 0 none */
	char asked_by[OFFICER_ID_CHARS];	/* who waits for the answer to his why, "" nobody */
	int alarms;			/* further alarms that called more units */
	/* The photo that shows what was done since the case was last opened. */
	struct {
		enum photo_state state;
		int doubts;			/* bits of enum photo_doubt */
		int number;			/* that should be seen on it */
		int refused;			/* others that were sent and did not do */
		int64_t at_ms;
		char officer[OFFICER_ID_CHARS], file[MEDIA_NAME_CHARS];
		char like[CODE_CHARS + 1];	/* the case whose picture it is like; "" none */
	} photo;
	int64_t stall_ms;		/* in diterima: abandoned then, if nothing is done; 0 never */
	int64_t abandoned_ms;		/* accepted, abandoned, and not taken again since; 0 not */
	int abandoned;			/* how often */
	int64_t moved_ms;		/* another ladder is climbed since then: what is late, we are not */
	int64_t spoken_ms;		/* a rung last told somebody then, who stands so high */
	int spoken_height;
	int64_t review_ms;		/* looked at again then, if nothing else is due */
	/* What the last act changed, while it may be taken back. */
	struct {
		enum case_state state; char officer[OFFICER_ID_CHARS], holder[OFFICER_ID_CHARS];
		int64_t until_ms; unsigned clocks;
	} undo;

	struct ledger ledger;
	char digest[65];		/* hex, of its latest log entry; "" none */

	/* Long lists, mostly short: case_copy() leaves out what is behind the last of each. */
	struct case_task tasks[CASE_TASKS];
	struct case_pending pending[CASE_PENDING];
	char files[CASE_FILES][MEDIA_NAME_CHARS];	/* names of stored files */
};

/* One of nothing; what stands in lists that hold nothing stays as it is. */
void case_clear(struct case_record *c);
/* As to = from, but for what its lists do not hold. */
void case_copy(struct case_record *to, const struct case_record *from);

/* The document with "schema", on one line.  No personal data in it. */
void case_encode(struct buf *b, const struct case_record *c);
/*
 * 0; -1 when the bytes are no case of a known schema (the caller reports the place and
 * skips it).
 */
int case_decode(struct case_record *c, const char *json, size_t len);

/*
 * The one moment at which something about the case falls due: the earliest of its clocks' next
 * events, its wait, its confirmation, its review.  0 exactly when it is ditutup.
 */
int64_t case_due_ms(const struct case_record *c);
/*
 * The number that an officer shows on his photo: of his task, else of who has none.  0: the case asks
 * for no photo.
 */
int case_photo_number(const struct policy *p, const struct case_record *c, const char *officer);
/* How long it has waited for budget or parts, all such waits together, the present one included. */
int64_t case_waited_ms(const struct case_record *c, int64_t now_ms);
int case_is_legacy(const struct case_record *c);
/*
 * The resident's last word of it, or our last question to him that still waits for one: what he writes
 * without naming a case is held against it for some time from then on, and no longer (cards change hands).
 */
int64_t case_contact_ms(const struct case_record *c);
const char *case_lead(const struct case_record *c);	/* unit code, "" in triage */
/* The unit's place among the case's units; -1 if it is none of them. */
int case_unit_index(const struct case_record *c, const char *unit);
/* The officer's task that is not gone, part of the case; NULL if he has none. */
struct case_task *case_task_of(struct case_record *c, const char *officer);
/* The clock that stops when handled: the four hours.  NULL if it does not run. */
const struct case_clock *case_clock_named(const struct policy *p, const struct case_record *c,
    const char *name);
#endif
