#ifndef KENTONGAN_HUB_H
#define KENTONGAN_HUB_H
/*
 * What all hooks called by Meta's platforms share: the handshake with hub.* parameters and
 * X-Hub-Signature-256.
 */
#include <jansson.h>

#include "ingest/way.h"

#define HUB_CHALLENGE_MAX 256

/*
 * Answers GET hub.mode=subscribe&hub.verify_token=T&hub.challenge=C: 200 with C as text/plain when
 * T is the secret of that name and C can be no markup ([A-Za-z0-9_-], at most 256); else 403.
 * Without that secret 404.
 */
void hub_handshake(struct ingest *g, struct http_req *r, const char *secret);
/* 1 when C may be sent back; pure. */
int hub_challenge_fits(const char *challenge, size_t len);

/*
 * Opens a call: 401 for a wrong signature over the raw bytes, 404 without the secret, 200 and a
 * count for a body that can never be read.  NULL when it has answered; else the document, which the
 * caller decrefs, and the call is the caller's to answer.
 */
json_t *hub_open(struct ingest *g, struct http_req *r, const char *way, const char *secret);
#endif
