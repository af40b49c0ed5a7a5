#ifndef KENTONGAN_GUARD_H
#define KENTONGAN_GUARD_H
/*
 * The HTTP guard: reads the raw bytes of a connection before evhttp does.
 *
 * evhttp accepts framing that two programs read in two ways (two lengths, odd codings, bare line
 * feeds ...).  The guard follows every request from its first byte to the end of its body, refuses
 * what is not exactly as RFC 9112 writes it, takes the body out, and leaves a head that says
 * "Content-Length: 0": evhttp then never decides where a request ends.
 *
 * Pure: bytes in, steps out; no sockets and no clock.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

enum http_verb {
	VERB_GET = 1, VERB_HEAD = 2, VERB_POST = 4, VERB_PUT = 8, VERB_DELETE = 16,
	VERB_OPTIONS = 32, VERB_PATCH = 64, VERB_TRACE = 128
};

enum guard_step {
	GUARD_MORE,		/* everything given was used, the request is not complete */
	GUARD_HEAD,		/* the head is complete: decide, then call http_guard_go_on() */
	GUARD_DONE,		/* the request is complete: head holds what evhttp may see */
	GUARD_REFUSED		/* status and why say the reason; nothing more is read */
};

struct http_guard {
	size_t head_limit;		/* bytes of request line and headers */
	int lines_limit;
	int state;			/* private */
	struct buf head;
	size_t line_at;			/* private: where the line that is being read begins */
	int lines;

	/* known from GUARD_HEAD on */
	enum http_verb verb;
	int minor;			/* HTTP/1.minor */
	struct buf path;		/* decoded, checked: from /, no //, no dot segments */
	int hosts;
	int has_length, has_coding;
	uint64_t length;		/* as declared */
	int expects_continue, wants_close, wants_keep_alive, accepts_html, accepts_json;
	int was_forwarded;

	uint64_t body_limit, body_seen;
	uint64_t left;			/* private: of the body or of the chunk */
	int digits;			/* private: of a chunk's size */
	size_t length_at, length_len, coding_at, coding_len;	/* private: rewritten in head */

	int status;			/* of a refusal, e.g. 400 */
	const char *why;		/* a constant text */
};

/* The body's bytes, without chunk framing; -1 refuses the request with 507. */
typedef int (*http_guard_sink)(const char *data, size_t len, void *arg);

void http_guard_init(struct http_guard *g, size_t head_limit_bytes, int lines_limit);
void http_guard_release(struct http_guard *g);
/* For the next request on the connection; keeps memory. */
void http_guard_next(struct http_guard *g);
/* Reads on; *used says how many bytes were taken. */
enum guard_step http_guard_feed(struct http_guard *g, const char *data, size_t len, size_t *used,
    http_guard_sink sink, void *arg);
/*
 * After GUARD_HEAD: how large a body may come.  GUARD_MORE, GUARD_DONE (there is none), or
 * GUARD_REFUSED (413: the declared length is more).
 */
enum guard_step http_guard_go_on(struct http_guard *g, uint64_t body_limit);
/* Refuses from outside, e.g. 404 for a body nobody wants. */
enum guard_step http_guard_refuse(struct http_guard *g, int status, const char *why);
/*
 * The value of the first header of that name, without blanks around it; NULL if absent, or if it has not come
 * yet.  Until the next request.
 */
const char *http_guard_header(const struct http_guard *g, const char *name, size_t *len);
/* The value of the first of that name in the query, as it stands there, not decoded; NULL if absent. */
const char *http_guard_query(const struct http_guard *g, const char *name, size_t *len);
/* 1 between requests: not one byte of the next has come. */
int http_guard_is_idle(const struct http_guard *g);
/* 1 while body bytes are awaited. */
int http_guard_in_body(const struct http_guard *g);
#endif
