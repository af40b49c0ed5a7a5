#ifndef KENTONGAN_MESSAGE_H
#define KENTONGAN_MESSAGE_H
/*
 * From a decided message to the words that leave the house: fills the text of its kind in the
 * recipient's language.  Pure; the text is then sealed with the case's key.
 */
#include "core/decide.h"
#include "core/laporan.h"

struct outgoing {
	char route[16];			/* sms, ... */
	struct buf to, text;		/* address and words: personal data */
	struct buf brief;		/* its line in a digest; empty: it is never bundled */
	char lang[4];
	const char *kind;
};
void outgoing_release(struct outgoing *o);

/*
 * words may be NULL unless message_needs_words(); note is the actor's reason or question.  -1 when
 * the recipient cannot be reached (no number, officer unknown): nothing to send, the caller logs
 * it.  1 when there is nothing to say on that route (message_kind_on).
 */
int message_render(const struct policy *p, const struct roster *r, const struct case_record *c,
    const struct laporan *words, const char *note, const struct message *m, int64_t now_ms,
    struct outgoing *out);
/*
 * An answer to an address that anybody can read ("comment:ID", "post:ID") is one of the kinds
 * publik*, whose only hole is the code.  What has no such kind, and all of a sealed case, goes to the
 * author alone ("private:comment:ID").  kind and to are changed accordingly; -1 when
 * nothing is to be said there.  Other addresses stay as they are.
 */
int message_go_public(const char **kind, struct buf *to, int sealed);
/* The citizen's own words or address are needed to render it. */
int message_needs_words(const struct message *m);

/*
 * The kind that is said on a route: the same, except where everybody reads along (routes that end
 * in "-publik"): there it is one with nothing but a number and where to look, or NULL.
 */
const char *message_kind_on(const char *route, const char *kind);

/* Cuts to so many bytes of whole characters, as an SMS has them, and folds line ends: it has no use for them. */
void message_excerpt(struct buf *b, const char *s, size_t max);
/* Texts that belong to no case change: answers to commands. values beside the case's own. */
int message_answer(const struct policy *p, const char *lang, const char *kind,
    const struct case_record *c, int64_t now_ms, const struct template_value *values, size_t n,
    struct buf *out);

/* Plain words for a state, by language. */
const char *case_state_words(enum case_state s, enum close_reason closed_as, const char *lang);
#endif
