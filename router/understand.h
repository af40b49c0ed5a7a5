#ifndef KENTONGAN_UNDERSTAND_H
#define KENTONGAN_UNDERSTAND_H
/*
 * The whole step from a report's text to category, urgency, place and units: rules of
 * kategori.yaml, each decision with its reason.
 *
 * Ownership  an understander borrows the policy, which must outlive it.
 * Threads    one understander serves one thread (its stemmer has scratch memory, and words that were read are remembered).
 */
#include "core/policy.h"
#include "core/understanding.h"
#include "lib/buf.h"

/* What is known beside the text; a zeroed struct is "nothing". */
struct hints {
	const char *place;		/* code chosen on the form: wins */
	const char *category;	/* chosen on the form: wins, unless the text names an emergency */
	int urgent;	/* somebody at a desk heard it and says so */
	int other;		/* the category stands: this is the second problem of a report that names two */
	/* A root problem, as the office says: its owner, who alone is told; nothing burns.  NULL none. */
	const char *root_of;
	const char *earlier_place;	/* of the sender's last case: tells equal names apart */
	const char *cell;		/* as the gateway calls it; where it is known to stand tells equal names apart */
	int has_position;
	/*
	 * Where the sender says it is, or stood: names the desa where the text names none, tells
	 * equal names apart, and is only noted where the text names another desa not far away.
	 */
	double lat, lng;
};

struct understander;

/* NULL with one line per mistake in errors. */
struct understander *understander_new(const struct policy *p, struct buf *errors);
void understander_free(struct understander *u);
/* Any bytes of any length; h may be NULL.  0, or -1 if the text holds no word and no hint helps. */
int understand(const struct understander *u, const char *text, size_t len, const struct hints *h,
    struct understanding *out);
/*
 * Only whom the text complains about and whether it asks for secrecy, into about, sealed and why of out; what
 * stands there is kept where the text says nothing.
 */
void understand_secrecy(const struct understander *u, const char *text, size_t len, struct understanding *out);
/* One JSON object, no newline, as `kentongan route` prints it. */
void understanding_to_json(struct buf *b, const struct understanding *u);
#endif
