#ifndef KENTONGAN_HTTPD_H
#define KENTONGAN_HTTPD_H
/*
 * HTTP server: evhttp behind a route table and the guard (lib/guard.h).
 *
 * Ownership  a request belongs to the handler until it answers it, once, by http_answer() or an
 *            http_answer_*() function; it may do so later (the client may be gone by then:
 *            answering is still right and frees it).  Strings from a request live as long as the
 *            request.
 * Errors     405 with Allow, 404, 413, 415 (a Content-Encoding) and what the guard refuses are
 *            given by the server itself as problem+json (RFC 9457) or, for a browser, a small HTML
 *            page, in the reader's language.
 * Memory     a request's head and body are in memory while it is read and handled: at most
 *            connections_max * (headers_limit_bytes + body_limit of the largest route without
 *            HTTP_ROUTE_UPLOAD).  Bodies of upload routes go to an unlinked file of
 *            upload_dir as they arrive, in the clear.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/words.h"

struct event_base;
struct httpd;
struct http_req;

/* HEAD is answered as GET without body. */
enum http_method { HTTP_GET, HTTP_POST, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS };

typedef void (*http_handler)(struct http_req *r, void *arg);

/* A path ends in "/" + "*" to match one more segment: "/l/" "*"; http_req_tail() gives it. */
struct http_route {
	enum http_method method;
	const char *path;
	size_t body_limit;	/* bytes; refused before the body arrives */
	http_handler handler;
	unsigned flags;
};
#define HTTP_ROUTE_DEEP 2u	/* * matches all that follows, slashes included */
#define HTTP_ROUTE_UPLOAD 1u	/* the body is large and goes to a file, see http_req_body_file() */
#define HTTP_ROUTE_CUT 4u	/* of a body that broke off, httpd_options.on_cut gets what came */

/*
 * What had come of a body when its line broke, or when it came too slowly: the request itself reaches no
 * handler.  Lives for the call.
 */
struct http_guard;
struct http_cut {
	const struct http_guard *head;
	const struct http_route *route;
	const char *tail;		/* what * matched */
	const char *body; size_t len;
};
/* The value of a header of it, not ended by NUL; NULL if absent. */
const char *http_cut_header(const struct http_cut *c, const char *name, size_t *len);
/* The same of its query, not decoded. */
const char *http_cut_query(const struct http_cut *c, const char *name, size_t *len);

struct httpd_options {
	const char *address;		/* numeric, 127.0.0.1 by default */
	int port;			/* 0 picks one */
	size_t headers_limit_bytes;	/* 8 KiB */
	int headers_limit_lines;	/* 64 */
	int64_t headers_ms;		/* head complete within: 10 s */
	int64_t body_bytes_per_s;	/* slower bodies are cut: 1 KiB/s */
	int64_t idle_ms;		/* keep-alive without a request */
	int connections_max;		/* 1000 */
	int connections_per_address;	/* 50; loopback (the proxy, the gateway) is exempt */
	int uploads_max;		/* bodies of HTTP_ROUTE_UPLOAD on their way: 250, and 503 beyond */
	const char *upload_dir;
	/* Content-Security-Policy of every answer; NULL: the strict default */
	const char *csp;
	/* numeric addresses whose X-Forwarded-For counts, NULL-ended; may be NULL */
	const char *const *proxies;
	/* what handlers' refusals say, in English; NULL: they stay as they are */
	const struct words *words;
	const char *style;		/* path of the style sheet of a refusal's page; NULL none */
	/* a form's fields that no handler asked for are named in the log when it was taken all the same */
	int names_unasked;
	void (*on_cut)(const struct http_cut *c, void *arg);	/* NULL: such bytes are dropped */
};
void httpd_options_default(struct httpd_options *o);

/* NULL with a reason in errors (port taken, bad address). routes are borrowed for ever. */
struct httpd *httpd_new(struct event_base *base, const struct httpd_options *o,
    const struct http_route *routes, size_t n, void *arg, struct buf *errors);
int httpd_port(const struct httpd *h);
/* Stops accepting; answered and idle connections close.  httpd_open() then falls to 0. */
void httpd_drain(struct httpd *h);
int httpd_open(const struct httpd *h);
/* Requests still with handlers stay theirs: answering them later frees them. */
void httpd_free(struct httpd *h);

/* Since start, for /metrics. */
struct httpd_counts { uint64_t connections, requests, refused, too_many, too_slow; };
struct httpd_counts httpd_counts(const struct httpd *h);

/* ---- the request ---- */
enum http_method http_req_method(const struct http_req *r);
const char *http_req_path(const struct http_req *r);	/* decoded, no query */
const char *http_req_tail(const struct http_req *r);	/* what * matched */
/* First query parameter of that name, decoded; NULL if absent. */
const char *http_req_query(struct http_req *r, const char *name, size_t *len);
const char *http_req_header(const struct http_req *r, const char *name);
const char *http_req_cookie(struct http_req *r, const char *name);
/* Whole raw body; of an upload route it is read into memory now, and empty when the disk does not give it back. */
const char *http_req_body(struct http_req *r, size_t *len);
/* Upload routes: descriptor of the spilled body, read from offset 0; closed with the request. */
int http_req_body_file(struct http_req *r, size_t *len);
/* The field of a form, urlencoded or multipart, decoded; NULL if absent. */
const char *http_req_field(struct http_req *r, const char *name, size_t *len);
/* The i-th of these fields; 0 past the end. */
int http_req_field_at(struct http_req *r, size_t i, const char **name, const char **value,
    size_t *len);
/* The one file of a multipart form; NULL: none, more than one, or a broken form. */
const char *http_req_file(struct http_req *r, size_t *len);
/* The peer; X-Forwarded-For counts only from loopback or a configured proxy. */
const char *http_req_peer(const struct http_req *r);
/* The client spoke TLS to a proxy that we trust, as it says in X-Forwarded-Proto. */
int http_req_is_tls(const struct http_req *r);
/* From this machine, by no proxy. */
int http_req_is_local(const struct http_req *r);
int http_req_wants_json(const struct http_req *r);
/*
 * Of pages: asked for now (?lang=en), or before (the cookie bahasa); Indonesian otherwise, and when the client
 * is gone.  A browser's Accept-Language does not count: telephones here say English to readers who never chose it.
 */
enum lang http_req_lang(const struct http_req *r);
/* monotonic, at the first byte of the head */
int64_t http_req_started_us(const struct http_req *r);
/*
 * Called if the client goes away before the answer; the request is still the handler's.  Without it
 * a client that only closed its sending side still gets its answer.
 */
void http_req_on_gone(struct http_req *r, void (*cb)(struct http_req *, void *), void *arg);

/* ---- the answer ---- */
/* A time as headers tell it (RFC 9110, 5.6.7). */
#define HTTP_DATE_CHARS 40
void http_date(char out[HTTP_DATE_CHARS], int64_t ms);
/*
 * Adds a header; refuses CR and LF (-1).  Content-Security-Policy, Permissions-Policy and
 * Cache-Control take the place of the server's own.
 */
int http_add_header(struct http_req *r, const char *name, const char *value);
/* Sends status, the security headers of SECURITY A1, type and body; r is gone afterwards. */
void http_answer(struct http_req *r, int status, const char *type, const struct buf *body);
void http_answer_json(struct http_req *r, int status, const struct buf *body);
/*
 * problem+json or HTML by Accept; detail says what to do.  Each line of it is said by itself in the reader's
 * language: that of pages, and for problem+json, where he has chosen none, what Accept-Language asks for.
 * title and detail may be NULL.
 */
void http_answer_problem(struct http_req *r, int status, const char *title, const char *detail);
void http_answer_redirect(struct http_req *r, int status, const char *location);

/* ---- streaming answers (SSE) ---- */
struct http_stream;
/*
 * Starts an answer of open length; r is gone afterwards.  on_close comes once, never from inside a
 * call of these, when the peer is gone, reads too slowly or the server ends: the stream is then
 * gone.  It does not come after http_stream_end().
 */
struct http_stream *http_stream_start(struct http_req *r, const char *type,
    void (*on_close)(struct http_stream *, void *), void *arg);
/*
 * -1 when the peer reads too slowly (more than limit bytes waiting) or is gone: on_close follows.
 */
int http_stream_send(struct http_stream *s, const struct buf *chunk, size_t limit);
/* Bytes that the peer has not taken yet. */
size_t http_stream_waiting(const struct http_stream *s);
void http_stream_end(struct http_stream *s);
#endif
