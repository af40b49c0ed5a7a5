#ifndef KENTONGAN_WAY_H
#define KENTONGAN_WAY_H
/*
 * A way in: one file per channel turns its payload into struct laporan and nothing else.  It fills
 * one struct way and stands as one row in ways.c.
 *
 * Order      signature over the raw bytes, then parse, then take() each report, then taking_end():
 *            the answer goes out when the store (or the spool) has all of them.
 * Answers    401 or 403 for a wrong signature, never 200 nor 5xx; 2xx for what can never be taken
 *            (a retry would bring it again for ever), counted by way_drop(); 503 when the store has
 *            it not: the platform comes again, and the message's id makes that harmless.
 */
#include "ingest/ingest.h"
#include "store/outbox.h"

struct way {
	const char *path;		/* of its hook */
	http_handler get, post;		/* handshake or events; either may be NULL */
	size_t body_limit;		/* offset of its setting in struct settings; 0: ingest.hook.body */
	/*
	 * Names of files under DIR/secrets, NULL-ended.  NAME_previous is accepted beside NAME, so
	 * that changing one drops nothing.  Without the first one the hook answers 404.
	 */
	const char *secrets[4];
};
extern const struct way *const ways[];
extern const size_t ways_n;

/* ---- secrets ---- */

/* All secrets of all ways; those that a way has no file for are left out.  0 or -1. */
int ways_secrets_read(struct ingest *g, struct buf *errors);
void ways_secrets_release(struct ingest *g);
/* 1 when a secret of that name is there. */
int way_has_secret(const struct ingest *g, const char *name);
/* text is the secret or the one before it; constant time. */
int way_secret_is(const struct ingest *g, const char *name, const char *text, size_t len);
/* mac is the HMAC-SHA256 of the bytes under the secret or the one before it. */
int way_signed(const struct ingest *g, const char *name, const void *data, size_t len,
    const uint8_t mac[32]);
/* The same with HMAC-SHA1, for gateways that know no better. */
int way_signed_sha1(const struct ingest *g, const char *name, const void *data, size_t len,
    const uint8_t mac[20]);
/* HMAC-SHA256 of the bytes under the secret, for handshakes.  0; -1 when there is none. */
int way_sign(const struct ingest *g, const char *name, const void *data, size_t len,
    uint8_t mac[32]);
/* Counts, logs and answers a forged or unsigned call: status 401 or 403. */
void way_refuse(struct ingest *g, struct http_req *r, const char *name, int status,
    const char *detail);
/* Counts and logs what is well signed and yet can never be taken; kind is a word of ours. */
void way_drop(struct ingest *g, const char *name, const char *kind);

/* ---- the reports of one call ---- */

struct taking;
/* status, type and body answer the call once all is stored; body is copied, may be NULL (empty). */
struct taking *taking_begin(struct ingest *g, struct http_req *r, int status, const char *type,
    const char *body);
/* l is borrowed for the call.  spoolable as for receive(). */
void taking_add(struct taking *t, struct laporan *l, int spoolable);
/* The token belongs to that message of ours; constant time.  token may be NULL. */
int way_token_fits(const struct ingest *g, const char *id, const char *token);
/*
 * A delivery receipt among them: news of our message id, proved by its token.  A wrong token is
 * counted and passed over, the rest of the call being well signed.
 */
void taking_receipt(struct taking *t, const char *id, const char *token, enum receipt_news news);
/* No more will be added; t is gone when the answer is. */
void taking_end(struct taking *t);

/* ---- what the channels share ---- */

/*
 * Sender and way back: digits that are a number become E.164 and are looked up as that number on
 * every channel; anything else stays "PREFIX:id".
 */
void way_sender(struct laporan *l, const char *channel, const char *prefix, const char *id);
#define CELL_MAX 64
/* By which cell or modem the gateway says it came; NULL, "" or longer than CELL_MAX: unknown. */
void way_cell(struct laporan *l, const char *cell);
/*
 * A text of the channel, cut at a whole character to ingest.form.text bytes: what is longer than
 * that is still heard.  NULL for NULL and "".  Caller frees.
 */
char *way_text(const struct ingest *g, const char *text);
/* Cuts at a whole character to so many bytes at most. */
void way_cut(struct buf *text, size_t most);
/* Answers 200 without a body: nothing in it was a report. */
void way_nothing(struct http_req *r);
/* An SMS; a sender that is no number is heard and never answered.  time_ms 0: unknown. */
void way_sms(struct laporan *l, const struct ingest *g, const char *id, const char *from,
    const char *text, int64_t time_ms);
/* A delivery receipt of our message id, proved by its token; answers the call.  type and body as above. */
void way_receipt(struct ingest *g, struct http_req *r, const char *id, const char *token,
    int delivered, int status);

extern const struct way way_sms_http, way_sms_map, way_sms_kannel, way_dlr_kannel, way_telegram, way_x,
    way_whatsapp, way_meta;
#endif
