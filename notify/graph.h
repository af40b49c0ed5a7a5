#ifndef KENTONGAN_GRAPH_H
#define KENTONGAN_GRAPH_H
/*
 * Meta's Graph API, as WhatsApp, Facebook and Instagram are sent through it: one POST of JSON with
 * a bearer token, and errors told by a number.  Source: Meta's pages "Error codes" (2026-05).
 *
 * Units      int64_t milliseconds; monotonic for the stop.
 */
#include <stddef.h>

#include "lib/httpc.h"
#include "notify/channel.h"

/* One number's meaning.  A row for all that HTTP alone cannot tell. */
struct graph_rule {
	int first, last;		/* codes */
	enum send_outcome outcome;
	int64_t wait_ms;		/* this message, at least */
	int64_t pause_ms;		/* the whole route */
	unsigned flags;
};
#define GRAPH_STOP 1u		/* account or token: nothing more until a human acts */
#define GRAPH_ALARM 2u
#define GRAPH_WINDOW 4u		/* free text is no longer allowed to this one */
#define GRAPH_SMS 8u		/* this one cannot be reached here: by SMS if we have a number */

struct graph_verdict {
	struct send_result result;	/* why is NULL; see here: */
	char why[96], name[256];	/* name: the platform's id of what was sent */
	unsigned flags;
	int code;			/* the platform's, 0 none */
};
/*
 * What an answer means; pure.  2xx with an id is DONE; a wrong body, 5xx but 503, or no answer is
 * UNKNOWN; what no rule names is told by the status.
 */
void graph_judge(struct graph_verdict *v, const struct graph_rule *rules, size_t n,
    const struct httpc_answer *a);

/* One account. */
struct graph {
	struct house *h;
	struct httpc *http;
	const char *route;
	char *url;
	struct buf header;		/* Authorization */
	int64_t stopped_until_ms;
};
/*
 * account is its id in the API; the token is read from DIR/secrets/ROUTE_token.  0, or -1 after
 * naming the mistake on standard error.
 */
int graph_open(struct graph *g, const struct ways_env *env, const char *route, const char *account,
    const char *edge);
/* The URL of another object's edge in the same API; caller frees. */
char *graph_url(const struct graph *g, const char *object, const char *edge);
void graph_release(struct graph *g);
/* body is copied; url NULL: the account's own.  cb as httpc_send(). */
void graph_post(struct graph *g, const char *url, const struct buf *body, on_httpc_answer cb,
    void *arg);
/* Acts on a verdict's flags (stop, alarm). */
void graph_heed(struct graph *g, const struct graph_verdict *v);
/* Milliseconds that it still stands still; 0 it does not. */
int64_t graph_stopped(const struct graph *g);
/* Whether free text may still go to who was heard of at that time. */
int graph_in_window(const struct graph *g, int64_t heard_ms);
#endif
