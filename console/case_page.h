#ifndef KENTONGAN_CASE_PAGE_H
#define KENTONGAN_CASE_PAGE_H
/* One case for one officer: what it is, whose it is, what was done, what he may do. */
#include "console/frame.h"
#include "core/blur.h"
#include "core/understanding.h"
#include "store/cases.h"

/* A case that somebody looks at, with what he may see of it. */
struct looking {
	struct who w;
	struct code code;
	struct stored_case s;
	const struct policy *p;		/* its own */
	struct access_case a;
	struct case_keys keys;
	struct laporan words;		/* opened only with SEE_WORDS */
	int opened;
	struct blur blur;		/* s and words are blurred already; his notes by this */
	int all_units;			/* he asked for the units of all places in the form that hands it on */
	int64_t glass_ms;		/* it is open to him until then alone (store/glass.h); 0: it is his to see */
};
/*
 * The case named by the rest of the path, for who asks: 1.  0: answered (not there and not his look the
 * same).  looking_release() in any case.
 */
int looking_begin(struct http_req *r, struct console *c, struct looking *l, int changes);
/* The reason that a form gives for opening a case, borrowed; NULL if it is too short or too long. */
const char *looking_reason(struct http_req *r);
/*
 * The same for who opens a case that is not his: he gives its number and his reason, in the form's field
 * alasan, which stands on record, sealed.
 */
enum because { BECAUSE_NOTHING, BECAUSE_WATCH, BECAUSE_EMERGENCY };
int looking_begin_because(struct http_req *r, struct console *c, struct looking *l, const char *code,
    enum because because);
void looking_release(struct looking *l);

/* watch.c: who watches over the house opens a sealed case, and reads who else did. */
/* "/buka-darurat": any case, for whose role the table lets break the glass. */
void get_emergency(struct http_req *r, void *arg);
void post_emergency(struct http_req *r, void *arg);
void ask_why(struct http_req *r, struct console *c, struct looking *l, const char *message);
void get_watch(struct http_req *r, void *arg);
void get_watch_csv(struct http_req *r, void *arg);
void post_watch(struct http_req *r, void *arg);

void get_case_page(struct http_req *r, void *arg);
void post_act(struct http_req *r, void *arg);
void post_act_json(struct http_req *r, void *arg);
void get_case_file(struct http_req *r, void *arg);
/* What he may do now, as forms; message: what became of the last try, "" none. */
void add_actions(struct buf *b, struct console *c, const struct looking *l, const char *kept_note);
void answer_case_page(struct http_req *r, struct console *c, struct looking *l, int status,
    const char *message, int good, const char *kept_note);

/*
 * One act from a form, whichever page it stands on; a is zeroed but for own.  1 done, a->on says what.  0: message and status say why
 * not (503: no answer), and note is what was typed.  acted_release() in any case.
 */
struct acted {
	enum case_event on; int status; struct buf message; char *note;
	int own;		/* filled by the caller: versions that are his own since he saw the case */
};
int act_by_form(struct http_req *r, struct console *c, struct looking *l, struct acted *a);
void acted_release(struct acted *a);
/* Fields of ON_ASSIGN: category, place, urgency, lead unit; u: what else was understood, or NULL.  keys: the first three have one. */
void add_whose(struct buf *b, const struct console *c, const struct looking *l, int keys,
    const struct understanding *u);
enum actor_kind console_actor(const struct officer *o);	/* as whom he acts on a case */
/*
 * triage.c: open cases that may be the same, by kind, place, time, words and photos, with their score; merges: with
 * the button that puts them together.
 */
void add_candidates(struct buf *b, struct console *c, const struct looking *l, int merges);
/* Pieces of the page of a case, for the desk's own. */
void add_case_head(struct buf *b, const struct console *c, const struct looking *l, int64_t now_ms);
void add_case_words(struct buf *b, const struct looking *l);
void add_case_facts(struct buf *b, const struct console *c, const struct looking *l);
/* case_map.c: where it lies, as closely as who looks may know; nothing where no place is known. */
void add_case_map(struct buf *b, const struct console *c, const struct looking *l);

/*
 * photo.c: a photo by which an officer shows what he did, sent along with the act that it shows.  What is
 * sent without one is the act alone.
 */
void post_photo(struct http_req *r, void *arg);
/* What is known of the case's photo, for who checks it. */
void add_photo_words(struct buf *b, const struct console *c, const struct looking *l);
/* The fields of a form that asks for one; number: that is to be seen on it. */
void add_photo_fields(struct buf *b, const struct console *c, const struct looking *l, int number);
/* Photos that are still being read are let go; nobody waits for them any more. */
void photos_release(struct console *c);

/* outside.c: a task of a body that is not the regency's, by its link */
void get_outside(struct http_req *r, void *arg);
void post_outside(struct http_req *r, void *arg);

/* tasks.c */
void get_tasks(struct http_req *r, void *arg);
void get_search(struct http_req *r, void *arg);
void post_search(struct http_req *r, void *arg);
/* One case as a card in a list, for an officer; o may be NULL where the case is not sealed. */
void add_card(struct buf *b, const struct console *c, const struct officer *o, const struct held *h, int64_t now_ms);
/* The same with the unit that leads it, for who looks at more than his own. */
void add_card_of(struct buf *b, const struct console *c, const struct officer *o, const struct held *h, int64_t now_ms,
    const char *unit);
#endif
