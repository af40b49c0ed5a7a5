#ifndef KENTONGAN_CALLOUT_H
#define KENTONGAN_CALLOUT_H
/*
 * Volunteers, and calls for some of them: "we need five with a boat; answer 1 if you can, 2 if not".
 * The decision is pure: call + what happens -> call + what is said to whom.
 *
 * relawan.csv:
 *   id,nama,telepon,bahasa,desa,keahlian
 * desa: a kode of wilayah.csv; keahlian: words with spaces, "perahu p3k".
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 * Ownership  a call is a plain value; volunteers own their name and skills.
 */
#include "core/code.h"
#include "core/phone.h"
#include "core/place.h"
#include "core/roster.h"
#include "lib/buf.h"

struct volunteer {
	char id[OFFICER_ID_CHARS];
	char *name;
	char phone[PHONE_CHARS], lang[4], place[PLACE_CODE_CHARS];
	char *skills;			/* "" none */
	int ended;			/* wants to be called no more */
	int64_t version;		/* of what was read; 0 it was not read */
};
/* NULL with mistakes by line; each needs an id, a name and a number of his own. */
struct volunteer *volunteers_parse_csv(const char *file, const char *text, size_t len, size_t *n,
    struct buf *errors);
void volunteer_release(struct volunteer *v);
void volunteers_free(struct volunteer *list, size_t n);
void volunteer_encode(struct buf *b, const struct volunteer *v);
int volunteer_decode(struct volunteer *v, const char *json, size_t len);	/* 0, or -1 and empty */
/* Lives in that place or below it ("" anywhere), has that skill ("" any), and may be called. */
int volunteer_fits(const struct volunteer *v, const char *place, const char *skill);

#define CALLOUT_MOST 200		/* people in one call */
#define CALLOUT_WORDS 241
/* LATE: he could, but there were enough; the first of them moves up when somebody withdraws. */
enum callout_answer { CALL_ASKED, CALL_YES, CALL_NO, CALL_UNCLEAR, CALL_LATE };
enum callout_state { CALLOUT_OPEN, CALLOUT_ENDED };
struct callout_person { char id[OFFICER_ID_CHARS]; enum callout_answer answer; int64_t at_ms; };
struct callout {
	struct code code;
	int64_t version;		/* 0: not there yet */
	enum callout_state state;
	int needed;
	int64_t began_ms, ends_ms;
	char by[OFFICER_ID_CHARS];
	char words[CALLOUT_WORDS];
	int latihan;
	struct callout_person people[CALLOUT_MOST]; int people_n;
};
const char *callout_answer_name(enum callout_answer a);
int callout_person(const struct callout *c, const char *id);	/* -1: not asked */
int callout_count(const struct callout *c, enum callout_answer a);

/* BEGINS: the call is as it shall be, version 0.  ENDS by the clock, STOPS by a human. */
enum callout_event { CALL_BEGINS, CALL_SAYS_YES, CALL_SAYS_NO, CALL_SAYS_WHAT, CALL_ENDS, CALL_STOPS };
/*
 * What a text says by its words alone: BISA, TIDAK, perhaps with what politeness adds ("tidak bisa pak,
 * maaf").  Whatever says more is a report: "tidak ada air", "tidak bisa napas".
 */
enum callout_words { WORDS_OTHER, WORDS_POLITE, WORDS_BARE };
enum callout_words callout_words(const char *text, enum callout_event *on);
int callout_is_courtesy(const char *rest);	/* behind a digit: no report, "tidak bisa pak", "" */
struct callout_effects {
	struct callout after;
	const char *what;		/* as logged */
	/* kind of conf/pesan, static; person is an index of people */
	struct { int person; const char *kind; } says[CALLOUT_MOST]; int says_n;
};
/* 0; -1: that changes nothing and nothing is to be said (his answer again, an end before its time). */
int callout_decide(const struct callout *c, enum callout_event on, int person, int64_t now_ms,
    struct callout_effects *fx);

void callout_encode(struct buf *b, const struct callout *c);
int callout_decode(struct callout *c, const char *json, size_t len);	/* 0, or -1 */
#endif
