#ifndef KENTONGAN_API_H
#define KENTONGAN_API_H
/*
 * What the ways out over a platform's JSON interface share: the token, the call, and what can be
 * said of an answer whatever the platform.
 *
 * Secrets    the token comes from DIR/secrets/NAME and is never logged; URLs that hold it neither.
 */
#include <jansson.h>

#include "lib/httpc.h"
#include "notify/channel.h"

struct api {
	struct house *h;
	struct httpc *http;
	struct buf base, token;
	const char *secret;		/* name of the token's file */
	int64_t limit_ms;		/* for one answer; 0: the client's own */
};

/*
 * 0; 1 when there is no such file (no gateway here); -1 when it cannot be read or holds what no
 * token holds, named on standard error.
 */
int api_open(struct api *a, const struct ways_env *env, const char *secret, const char *base);
void api_release(struct api *a);
/*
 * The same for a whole channel, whose one answer has limit_ms as the setting says: c->data, release and
 * longest are filled; returns as api_open().
 */
int api_channel(struct channel *c, const struct ways_env *env, const char *secret, const char *base, int64_t limit_ms,
    const char *setting);

/* One message on its way. */
struct api_call {
	struct api *api;
	const struct outbox_item *item;
	on_sent done;
	void *arg;
};
/* POST of a JSON document; with bearer the token goes into a header.  cb gets a struct api_call. */
void api_post(struct api *a, const char *url, int bearer, const struct buf *json,
    on_httpc_answer cb, const struct outbox_item *item, on_sent done, void *arg);
/* Tells the outcome and frees the call; a refused token raises an alarm. */
void api_done(struct api_call *c, const struct send_result *r, int token_refused);

#define API_REFUSED_PAUSE_MS 60000

/*
 * What is known without reading the body: 1 and *r filled when nothing came (never sent, or
 * unknown), the server is in trouble (500, 502, 504: unknown, it may have done it; 503: not done)
 * or the token is refused (401: the way stands still for API_REFUSED_PAUSE_MS); 0: read on.
 */
int api_outcome(const struct httpc_answer *a, struct send_result *r);
#endif
