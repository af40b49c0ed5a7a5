#ifndef KENTONGAN_COMMIT_H
#define KENTONGAN_COMMIT_H
/*
 * Commits: the only way in which a case changes.
 *
 * A batch collects commits; commit_run() sends them in one call.  Each is written whole (document,
 * due set, outbox items, index entries, one log entry, acknowledgement of its input) or not at all.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Ownership  arguments are borrowed for the call; the batch holds copies.
 * Errors     per commit: COMMIT_CONFLICT somebody was faster, reload and decide again.
 *            COMMIT_ALREADY this input was applied before, or its entry is used up.  COMMIT_TAKEN a nonce is in use, decide
 *            again with other entropy.  COMMIT_UNKNOWN no answer; repeat with the same input id.
 *            COMMIT_REFUSED by the store, see store_error(): nothing was written.
 */
#include "core/decide.h"
#include "core/laporan.h"
#include "core/message.h"
#include "store/intake.h"
#include "store/store.h"

enum commit_result {
	COMMIT_OK, COMMIT_CONFLICT, COMMIT_ALREADY, COMMIT_TAKEN, COMMIT_UNKNOWN, COMMIT_REFUSED
};

/*
 * What must be so when the commit is made, and what is written beside it: as a document_index, with
 * strings of its own.
 */
#define LOOK_MEMBER_CHARS (CODE_CHARS + LOOK_CHARS + 4)	/* of KEY_LOOKS */
#define COMMIT_BESIDES 32
struct commit_beside {
	enum key_id key; char op;
	char part[CODE_CHARS + 1], field[INCIDENT_CHARS], value[64];
};

struct commit_batch {
	struct commit_beside beside[COMMIT_BESIDES]; int beside_n;	/* of the next case added */
	const struct intake *report;	/* comes in with it; NULL none */
	struct redis_args keys, args;
	int n;
	int64_t decided_ms;
	int sent;			/* an answer is owed */
	struct commit_slot { enum commit_result result; int64_t seq; char digest[65]; } *slots;
	int cap;
};
void commit_begin(struct commit_batch *b, int64_t decided_ms);
/*
 * A report that comes in at the door together with the next case that is added, under its first code: both
 * or neither.  Borrowed until then.
 */
void commit_beside_report(struct commit_batch *b, const struct intake *in);
/* The next case is not added after all: what was to stand beside it is forgotten. */
void commit_beside_nothing(struct commit_batch *b);
void commit_release(struct commit_batch *b);

/* For the next case or answer that is added, or for none if none is: part may be NULL.  Ops as document_index. */
void commit_beside(struct commit_batch *b, enum key_id key, const char *part, char op,
    const char *field, const char *value);
/* The same: that other case must still be this version. */
void commit_holds(struct commit_batch *b, const struct case_record *c);

/* What opens a task of an outside body, in its link: 80 bits, of the case, the officer and his nonce. */
#define OUTSIDE_TOKEN_CHARS 20
void outside_token(char out[OUTSIDE_TOKEN_CHARS + 1], const struct store *st, const char *code,
    const char *officer, const char *nonce);

/* What opens a case's sealed parts. wrapped is as stored (field k). */
struct case_keys { struct seal_key key; uint8_t wrapped[SEAL_WRAPPED_BYTES]; };
/* 0, or -1 when the wrapped key was erased or is not ours. */
int case_keys_open(struct case_keys *k, const struct store *st, const void *wrapped, size_t len);

/* The input of a commit: "" fields where there is none. */
struct input_id {
	char id[40];	/* remembered by the case: same id twice is COMMIT_ALREADY */
	char lane[4], entry[32];	/* stream entry it uses up; gone is COMMIT_ALREADY */
	int stays;			/* the entry must be there, but another commit uses it up */
	char reserved[CODE_CHARS + 1];	/* a reserved code this input needs no longer */
};

/*
 * Adds the commit of a decision; fx->after gets the digest of its new entry.  Nobody may have left
 * the roster since it was read (COMMIT_CONFLICT).  words may be NULL if no message needs them.  Messages
 * that cannot be rendered are logged and left out.
 */
void commit_add_case(struct commit_batch *b, struct store *st, const struct policy *p,
    const struct roster *r, const struct case_record *before, struct effects *fx,
    const struct command *cmd, const struct case_keys *keys, const struct laporan *words,
    const struct input_id *input);

/*
 * The same for a case that no door has taken in: its sealed report is written by the very commit that
 * opens it.  COMMIT_CONFLICT also where its code is somebody else's, reserved or not.
 */
void commit_add_born(struct commit_batch *b, struct store *st, const struct policy *p,
    const struct roster *r, const struct case_record *before, struct effects *fx,
    const struct command *cmd, const struct case_keys *keys, const struct laporan *words,
    const struct intake *born);

/* An answer that changes no case: one message, one log entry.  key_code names the message. */
struct answer {
	const char *what;		/* event name in the log; NULL: no entry */
	const char *actor;		/* the officer who did it; NULL none did */
	char code[CODE_CHARS + 1];	/* case it is about, "" none */
	const char *kind, *route, *to;	/* to NULL: no message, only the entry */
	const struct buf *text;
	const char *text_lang;		/* the language it is written in; NULL Indonesian */
	char id[48];			/* message id: deterministic by its input */
	int lane_e, latihan;
	int64_t not_after_ms;
	int64_t heard_ms;		/* the message it answers; 0 none */
	const char *note;		/* sealed into the entry */
	/*
	 * NULL, or what is remembered of the sender's language, "jv 1795305071385" with the time of his
	 * wish; "" the usual one, which is not noted.
	 */
	const char *lang, *lookup;
};
void commit_add_answer(struct commit_batch *b, struct store *st, const struct answer *a,
    const struct case_keys *keys, const struct input_id *input);

/*
 * A document of another kind (officer, version): its key, version, bytes, and index entries.  An
 * index entry's op: 's' sets a field; 'u' sets it unless it has another value (COMMIT_TAKEN); 'd'
 * drops it, 'D' if it has this value; 'c' adds to a counter, 'm' takes from one, not below 0; 't' sets it to the time of the call; 'z'
 * adds the field as a member of a sorted set, by that time; 'x' adds an entry with that field to a
 * stream, 'X' takes the entry with that id out of one (COMMIT_ALREADY: it is gone); '=' writes nothing, but asks
 * that it has this value (COMMIT_CONFLICT; what is not there is 0).
 */
struct document_index { enum key_id key; const char *part; char op; const char *field, *value; };
#define DOCUMENT_INDEXES 12
struct document {
	enum key_id key; const char *part;
	int64_t version;		/* that is replaced; 0 new; -1 index entries only */
	const void *data; size_t len;
	/* log entry: event, author, plain detail (no personal data) */
	const char *what, *who, *note;
	/* or a change of the roster: who says, the officer from now on, the seq that it makes */
	const struct officer *officer; int64_t roster_seq;
	const struct warning_notice *warning;	/* or what is known of a warning from now on */
	struct document_index index[DOCUMENT_INDEXES];
	int index_n;
	const struct document_index *more; int more_n;		/* where these do not suffice */
	/* messages that go with it, as for an answer, whose other members count nothing here */
	const struct answer *says; int says_n; const struct case_keys *keys;
	const struct input_id *input;				/* that it uses up, or NULL */
	const char *const *cancels; int cancels_n;	/* ids of messages that nobody needs any more */
};
void commit_add_document(struct commit_batch *b, struct store *st, const struct document *d);

/* Sends the batch; slots[i] tells each result.  Returns how many are COMMIT_OK. */
int commit_run(struct commit_batch *b, struct store *st);
/*
 * The same in steps, for who has other work meanwhile: store_flush() sends what is queued.  Nothing
 * to do for an empty batch.
 */
void commit_queue(struct commit_batch *b, struct store *st);
int commit_receive(struct commit_batch *b, struct store *st);
#endif
