#ifndef KENTONGAN_HTTPD_CONN_H
#define KENTONGAN_HTTPD_CONN_H
/* What httpd.c, http_req.c and http_stream.c share; nobody else includes it. */
#include <sys/queue.h>

#include <netinet/in.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "lib/guard.h"
#include "lib/httpd.h"

/*
 * A connection handles one request at a time: reading (the guard), handling (a handler has it),
 * writing (the rest of an answer), then reading again.  What comes in the meantime is held.
 */
enum conn_state {
	CONN_READING, CONN_RELEASED, CONN_HANDLING, CONN_WRITING, CONN_STREAM, CONN_REFUSED
};

struct http_conn {
	TAILQ_ENTRY(http_conn) entry, later;
	struct httpd *h;
	struct bufferevent *bev;
	struct evbuffer_cb_entry *watch;
	struct event *anchor;
	int anchor_fired;			/* while nobody read, since the last request */
	struct evhttp_connection *evcon;	/* NULL until begun */
	bufferevent_data_cb ev_write;		/* evhttp's own callbacks */
	bufferevent_event_cb ev_event;
	int fd;
	enum conn_state state;
	int is_fresh, is_ready;			/* on one of the server's lists */
	int releasing;
	struct http_guard guard;
	const struct http_route *route;
	unsigned allowed;			/* verbs of the path, when no route fits */
	struct buf body;
	int body_fd;				/* -1: the body is in memory */
	struct buf held;
	struct http_req *req;			/* while a handler or a stream has it */
	int64_t started_us;			/* first byte of the head */
	int64_t since_ms;			/* this state, or the last progress of the output */
	size_t out_len;				/* when last looked at */
	size_t drained;
	struct in6_addr addr;
	int loopback;
	char peer[INET6_ADDRSTRLEN];
};

struct pair { size_t name, value, len; int asked; };	/* asked: a handler wanted it by its name */
struct pairs { struct buf text; struct pair *at; size_t n, cap; int parsed; };

struct kept { struct kept *next; char text[]; };

enum { OVERRIDES_CSP = 1, OVERRIDES_PERMISSIONS = 2, OVERRIDES_CACHE = 4 };

struct http_req {
	TAILQ_ENTRY(http_req) entry;
	struct httpd *h;			/* NULL once the server is freed */
	struct http_conn *c;			/* NULL once the client is gone */
	struct evhttp_request *ev;
	const struct http_route *route;
	enum http_method method;
	int is_head, minor, closes, accepts_html, accepts_json;
	struct buf path, body, headers;
	const char *tail;
	int body_fd;
	size_t body_len;
	int64_t started_us;
	unsigned overrides;
	struct pairs query, fields;
	const char *file;			/* of a form: the one file in it, in body; NULL */
	size_t file_len;
	int files;
	struct kept *kept;
	char hop[INET6_ADDRSTRLEN];	/* who is connected; peer is whom he speaks for */
	char peer[INET6_ADDRSTRLEN];
	void (*on_gone)(struct http_req *, void *);
	void *gone_arg;
	struct http_stream *stream;
};

struct http_stream {
	TAILQ_ENTRY(http_stream) later;
	struct http_req *r;
	void (*on_close)(struct http_stream *, void *);
	void *arg;
	int closing, dead;			/* on the server's list; the connection is gone */
};

TAILQ_HEAD(http_conns, http_conn);
TAILQ_HEAD(http_reqs, http_req);
TAILQ_HEAD(http_streams, http_stream);

struct httpd {
	struct event_base *base;
	struct evhttp *evhttp;
	struct evconnlistener *listener;
	struct evhttp_bound_socket *bound;	/* NULL once drained */
	struct httpd_options o;
	const struct http_route *routes;
	size_t route_count;
	void *arg;
	int port;
	int draining, listening;
	struct http_conns conns, fresh, ready;
	struct http_reqs reqs, graves, spare;
	struct http_streams streams_closing;
	size_t spare_count;
	int open;
	struct http_conn **by_fd;
	size_t by_fd_len;
	struct event *later, *sweep, *listen_again;
	int64_t tick_ms;			/* monotonic, at the last sweep */
	struct http_req *dispatching;
	struct buf scratch, out, common;
	char date[HTTP_DATE_CHARS];
	struct httpd_counts counts;
};

/* httpd.c */
void http_conn_next(struct http_conn *c);
void http_conn_close(struct http_conn *c);
void http_conn_watch(struct http_conn *c);
void http_conn_written(struct evhttp_request *ev, void *arg);
void httpd_call_later(struct httpd *h);

/* http_req.c */
/* What * of the route matched; "" where it has none. */
const char *http_route_tail(const struct http_route *route, const struct buf *path);
/* Reads so many bytes of a spilled body: 0, or -1 and nothing. */
int http_body_read(int fd, size_t len, struct buf *out);
/* The verbs that a route of this method answers, as guard.h has them. */
unsigned http_method_verbs(enum http_method m);
struct http_req *http_req_new(struct http_conn *c, struct evhttp_request *ev);
void http_req_retire(struct http_req *r);
void http_req_free(struct http_req *r);
void http_req_lost(struct http_req *r);
/* Head of an answer; len is the body's length, -1: of open length, chunked for HTTP/1.1. */
void http_head_add(struct buf *out, const struct httpd *h, const struct http_req *r, int status,
    const char *type, int64_t len, int closing);
const char *http_phrase(int status);
void http_allow_add(struct buf *out, unsigned verbs);
/* In what a Cookie header says; NULL if absent. */
const char *http_cookie_find(const char *s, size_t len, const char *name, size_t *value_len);

/* http_problem.c */
/*
 * Appends a refusal's body, and the headers that say in which language it is.  path is the one asked for,
 * decoded.  Returns the body's type.
 */
const char *http_problem_add(struct buf *body, struct buf *headers, const struct http_conn *c,
    const char *path, int status, const char *title, const char *detail);

/* words_http.c: what the server itself says in them. */
extern const struct words http_words;

/* http_stream.c */
void http_stream_lost(struct http_stream *s);
void http_streams_close(struct httpd *h);
#endif
