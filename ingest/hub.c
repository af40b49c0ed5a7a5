#include "ingest/hub.h"

#include <string.h>

#include "ingest/json_in.h"
#include "lib/escape.h"
#include "lib/log.h"

#define SIGNATURE "sha256="

static void
answer_none(struct http_req *r, const char *secret)
{
	struct buf detail = { 0 };

	buf_addf(&detail, "%s\nsecrets/%s", SAID("Kait ini mati; letakkan nilai dari platformnya di berkas ini:"), secret);
	http_answer_problem(r, 404, "Not Found", buf_str(&detail));
	buf_release(&detail);
}

int
hub_challenge_fits(const char *challenge, size_t len)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

	if (len == 0 || len > HUB_CHALLENGE_MAX)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (memchr(letters, challenge[i], sizeof(letters) - 1) == NULL)
			return 0;
	return 1;
}

void
hub_handshake(struct ingest *g, struct http_req *r, const char *secret)
{
	size_t mode_len = 0, token_len = 0, challenge_len = 0;
	const char *mode = http_req_query(r, "hub.mode", &mode_len);
	const char *token = http_req_query(r, "hub.verify_token", &token_len);
	const char *challenge = http_req_query(r, "hub.challenge", &challenge_len);
	struct buf body = { 0 };

	if (!way_has_secret(g, secret)) {
		answer_none(r, secret);
		return;
	}
	if (mode == NULL || mode_len != 9 || memcmp(mode, "subscribe", 9) != 0 || token == NULL ||
	    !way_secret_is(g, secret, token, token_len) || challenge == NULL ||
	    !hub_challenge_fits(challenge, challenge_len)) {
		way_refuse(g, r, secret, 403, "hub.mode harus subscribe, hub.verify_token milik kami, "
		    "dan hub.challenge huruf, angka, _ atau -, paling banyak 256.");
		return;
	}
	buf_add(&body, challenge, challenge_len);
	http_answer(r, 200, "text/plain; charset=utf-8", &body);
	buf_release(&body);
}

static int
signature_fits(const struct ingest *g, const char *secret, const char *header, const char *body,
    size_t len)
{
	uint8_t claimed[32];

	return header != NULL && strlen(header) == strlen(SIGNATURE) + 64 &&
	    memcmp(header, SIGNATURE, strlen(SIGNATURE)) == 0 &&
	    hex_decode(claimed, header + strlen(SIGNATURE), 64) == 0 &&
	    way_signed(g, secret, body, len, claimed);
}

json_t *
hub_open(struct ingest *g, struct http_req *r, const char *way, const char *secret)
{
	struct buf mistakes = { 0 }, nothing = { 0 };
	size_t len;
	const char *body = http_req_body(r, &len);
	json_t *doc = NULL;

	if (!way_has_secret(g, secret)) {
		answer_none(r, secret);
		return NULL;
	}
	if (!signature_fits(g, secret, http_req_header(r, "X-Hub-Signature-256"), body, len)) {
		way_refuse(g, r, way, 401, "X-Hub-Signature-256 harus sha256=HEX: "
		    "HMAC-SHA256 dari isi mentah dengan rahasia aplikasi.");
		return NULL;
	}
	doc = json_in_document(body, len, &mistakes);
	if (doc == NULL) {
		/* Well signed, so the platform's own; sent again it would be no better. */
		log_warn("unreadable_call", "way=%s bytes=%zu", way, len);	/* the reason quotes it */
		way_drop(g, way, "json");
		http_answer(r, 200, "text/plain; charset=utf-8", &nothing);
	}
	buf_release(&mistakes);
	return doc;
}
