#ifndef KENTONGAN_LETTER_H
#define KENTONGAN_LETTER_H
/*
 * Reading a letter: its bytes as a server kept them become what its writer said.
 *
 * Sources    RFC 5322 (message), RFC 2045 to 2047 (MIME), RFC 3464 (delivery reports), RFC 3834
 *            (what must not be answered).  MIME is taken apart by GMime.
 * Bounds     letter_read() takes time and memory that grow with a hostile letter's nesting: who
 *            must not wait for it reads in a process of its own, letter_read_apart().
 * Ownership  the struct owns its strings; zero it before use, letter_release() frees them.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/laporan.h"
#include "lib/buf.h"

#define LETTER_ID_CHARS 32
#define LETTER_LINE_BYTES 300	/* of a subject or a name */
#define LETTER_ANSWERS 4	/* of our letters that one letter answers, the nearest first */

/* What a delivery report says of the letter of ours that answers[0] names. */
enum letter_news { LETTER_NO_NEWS, LETTER_DELIVERED, LETTER_DELAYED, LETTER_FAILED };

struct letter {
	/*
	 * Hex, the same for the same letter wherever it lies: of its Message-ID, writer, date and
	 * body.  The Message-ID alone would let one letter suppress another that bears the same.
	 */
	char id[LETTER_ID_CHARS + 1];
	char *from;			/* lower case, as mailbox_fits(); NULL: none, several, unusable */
	char *name, *subject;		/* one line each; NULL: none */
	char *ref;			/* its Message-ID, as mailbox_id_fits(); NULL */
	char *text;			/* what is said now: without quotes if it is a reply; NULL */
	char *answers[LETTER_ANSWERS]; int answers_n;	/* X of Message-IDs X@domain */
	struct buf files;		/* what hangs on it, decoded, one behind the other */
	size_t file_bytes[LAPORAN_MEDIA]; int files_n;
	int others;			/* what hangs on it and is not kept: over a limit, of no type that is */
	int reply;			/* it answers some letter */
	int machine;			/* a list, a robot, a mail system: never to be answered */
	int report;			/* from a mail system about another letter, RFC 3464 or not */
	enum letter_news news;
	int cut;			/* more parts, or deeper ones, than are looked at */
};

struct letter_limits {
	const char *domain;		/* of our own Message-IDs */
	int64_t parts, depth;		/* of MIME that are looked at */
	size_t text_bytes;		/* of words that are kept */
	int64_t files;			/* that are kept, LAPORAN_MEDIA at most */
	size_t file_bytes, files_bytes;	/* of one, of all of them */
	size_t logo_bytes;		/* a smaller picture that its own page shows is none */
	int beginning_only;		/* the letter was not fetched to its end */
};

/* 0, or -1 if the bytes are no letter. */
int letter_read(struct letter *l, const char *bytes, size_t len, const struct letter_limits *limits);
void letter_release(struct letter *l);

/* ---- in a process of its own ---- */

struct event_base;
struct reading;
/* l is NULL when it could not be read: why then says so; it is the callee's to empty otherwise. */
typedef void (*on_letter)(struct letter *l, const char *why, void *arg);
/* What it may take: time, and memory beyond what its parent has. */
struct reading_bounds { int64_t within_ms, memory_bytes; };
/*
 * The callback comes exactly once, later, within about within_ms, unless reading_stop() comes
 * first.  bytes are copied by the fork.  NULL when no process could be made: no callback then.
 */
struct reading *letter_read_apart(struct event_base *base, const char *bytes, size_t len,
    const struct letter_limits *limits, const struct reading_bounds *bounds, on_letter cb,
    void *arg);
/* Ends it without a callback; NULL is fine. */
void reading_stop(struct reading *r);
#endif
