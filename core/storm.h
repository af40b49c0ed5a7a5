#ifndef KENTONGAN_STORM_H
#define KENTONGAN_STORM_H
/*
 * When one person gets too many messages at once: the first few of a window go out one by one, the
 * rest is held and leaves as one digest.  Pure.  Only what text_brief() has a line for takes part,
 * and never a message of life and safety.
 *
 * Units      int64_t milliseconds by the store's clock.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

/* count 0: nothing is ever held.  items: so many waiting leave at once. */
struct storm_rule { int count; int64_t window_ms; int items; };

/* What is kept of one recipient; all zero: he got nothing lately. */
struct storm {
	int64_t since_ms;		/* the window began */
	int n;				/* messages that left in it */
	int held;			/* some wait for its end */
};
#define STORM_CHARS 48
void storm_write(char out[STORM_CHARS], const struct storm *s);
/* What is no storm is read as none: the worst that follows is a message too many. */
void storm_read(struct storm *s, const char *text);

enum storm_word { STORM_SEND, STORM_HOLD, STORM_BUNDLE };
struct storm_verdict {
	enum storm_word word;
	int64_t until_ms;		/* STORM_HOLD: the end of the window */
	struct storm next;		/* his storm once it was sent or is held */
};
/*
 * The first of his waiting messages (1 or more) could be sent now.  gathered: it waited for its like
 * already and leaves with all that came, storm or not.
 */
struct storm_verdict storm_decide(const struct storm_rule *rule, const struct storm *s, int waiting,
    int gathered, int64_t now_ms);
/* His storm once a digest was sent, with so many still waiting behind it: they are next, at once. */
struct storm storm_after_digest(const struct storm_rule *rule, int behind, int64_t now_ms);

/* One message for a digest; its line is text of its own kind, see text_brief(). */
struct storm_item { const char *line; };
/*
 * Appends the digest of as many of the items as fit into the segments that its text allows, from the
 * first; returns how many that are, at least 1 if there are any, 0 when the text cannot be filled.
 */
int storm_digest(struct buf *out, const struct texts *t, const char *lang,
    const struct storm_item *items, int n);
#endif
