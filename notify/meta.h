#ifndef KENTONGAN_NOTIFY_META_H
#define KENTONGAN_NOTIFY_META_H
/*
 * Facebook page and Instagram account, out: messages to one person, answers under a comment or post,
 * and the private answer to a comment's author.  Source: Meta's pages "Send API", "Private
 * replies", "Comment replies".
 */
#include "notify/graph.h"

/* Facebook and Instagram differ in lengths, in the edge for answers and in the message's type. */
struct meta_place { const char *route, *edge; size_t message_bytes; int typed; };
extern const struct meta_place meta_facebook, meta_instagram;

/*
 * Where it is posted (object gets the id whose edge it is, "" our own account) and the body.
 * -1 when the address is none of this place's.
 */
int meta_request(struct buf *body, struct buf *object, const struct meta_place *p,
    const struct outbox_item *it, int tagged);

extern const struct graph_rule meta_rules[];
extern const size_t meta_rules_n;

/* Rows of ways_out[]. */
int facebook_open(struct channel *c, const struct ways_env *env);
int instagram_open(struct channel *c, const struct ways_env *env);
#endif
