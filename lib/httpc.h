#ifndef KENTONGAN_HTTPC_H
#define KENTONGAN_HTTPC_H
/*
 * HTTP client: libcurl's multi interface on libevent.  TLS verified, redirects off, http and https
 * only, answers capped; Retry-After is read.  The same loop also carries single
 * commands of IMAP.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

struct event_base;
struct httpc;

struct httpc_request {
	const char *method, *url;
	const char *const *headers;	/* "Name: value", NULL-ended, may be NULL */
	const void *body;
	size_t body_len;
	int64_t connect_ms, total_ms;	/* 0: 5 s and 30 s */
	size_t answer_limit;		/* 0: 64 KiB */
	int all_or_nothing;		/* a body declared longer than that is not even begun */
	/* Slower than slow_bytes a second for slow_ms: given up.  0: total_ms alone. */
	int64_t slow_bytes, slow_ms;
	/*
	 * A stranger named the URL: no proxy, a connection of its own, and none to an address that is
	 * not public (lib/outside.h), asked of each address that the name resolves to.
	 */
	int outside;
};

/*
 * outcome: 0 an HTTP status came; -1 surely nothing was sent; -2 unknown (cut, time-out).
 * A body longer than answer_limit is cut there: outcome 0, why says so.  retry_after_ms is 0 when
 * the server named no time; reset_s (epoch) is x-rate-limit-reset, 0 none, and remaining the
 * calls that x-rate-limit-remaining still allows until then, -1 not said.
 */
struct httpc_answer {
	int outcome, status;
	const char *body;
	size_t body_len;
	int64_t retry_after_ms;
	int64_t reset_s, remaining;
	const char *etag, *modified;	/* ETag and Last-Modified as sent, "" none or too long: for the next question */
	const char *redirect;		/* where a 3xx points, made absolute; NULL */
	int cut;			/* longer than answer_limit, as declared or as it came */
	int barred;			/* outcome -1: outside, and no address was public */
	const char *why;
};
typedef void (*on_httpc_answer)(const struct httpc_answer *a, void *arg);

struct httpc *httpc_new(struct event_base *base, int connections_max);
/*
 * Outstanding requests are answered -2 first; those callbacks must not send again.  Not to be
 * called from a callback.
 */
void httpc_free(struct httpc *c);
/*
 * Everything is copied.  HTTP/1.1.  libcurl repeats a request by itself, once, when a connection
 * kept from before turns out closed and not one byte was answered; it keeps them 20 s at most.
 * The callback comes exactly once, never from inside this call.
 */
void httpc_send(struct httpc *c, const struct httpc_request *req, on_httpc_answer cb, void *arg);

/* One command of IMAP (RFC 3501, RFC 5092) to a server that is logged in to as need be. */
struct httpc_imap {
	const char *url;	/* imap[s]://host:port/MAILBOX, or with ;UID=n: that letter is the body */
	const char *command;	/* its untagged answers are the body; NULL: what the URL says */
	const char *user, *password;
	const char *ca;			/* PEM file to trust; NULL or "": the system's */
	int upgrade;			/* imap: nothing, not even the login, before STARTTLS */
	int64_t total_ms;		/* 0: 30 s */
	size_t answer_limit;		/* 0: 64 KiB */
};
/*
 * As httpc_send().  The status is 200 for OK, 401 where login or mailbox were refused, 400 for a
 * command answered NO or BAD, 404 for a letter that is not there.  Commands one after the other to
 * the same account meet on one connection as long as it lives: what it has open (SELECT, EXAMINE)
 * stays open.  A command must not ask for anything whose answer holds text from a letter: libcurl
 * would take a line of it for the server's.
 */
void httpc_imap_send(struct httpc *c, const struct httpc_imap *req, on_httpc_answer cb, void *arg);
#endif
