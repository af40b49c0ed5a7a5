/*
 * The server: connections, what the guard lets through, time limits.
 *
 * An evbuffer callback on each connection's input sees the bytes first and takes all of them out.
 * Only a complete and valid head, its body removed, is put back for evhttp to read; refused bytes
 * never come near it.  Answers to refused requests are written to the socket from here.
 */
#include "lib/httpd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/listener.h>

#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/httpd_conn.h"
#include "lib/log.h"

#define SWEEP_MS 250
#define LINGER_MS 2000		/* a refused client may read its answer for so long */
#define LINGER_BYTES (1024 * 1024)
#define STALL_MS 30000		/* a client that takes nothing of its answer for so long is cut */
#define HELD_BYTES (64 * 1024)
#define KEEP_BYTES (64 * 1024)	/* larger buffers are given back between requests */
#define CONNECTIONS_RESERVE 32	/* accepted past the limit only to be told so */

/* The guard and the routes decide, not evhttp. */
#define ALL_METHODS (EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | \
    EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH)

static const char nothing_here[] = SAID("Tidak ada apa-apa di alamat ini. Periksa tulisannya, atau mulai dari halaman depan.");
static const char other_method[] = SAID("Alamat ini tidak menerima yang dikirim dengan cara itu; bukalah dari halaman depan.");

void
httpd_options_default(struct httpd_options *o)
{
	*o = (struct httpd_options){
		.address = "127.0.0.1", .headers_limit_bytes = 8192, .headers_limit_lines = 64,
		.headers_ms = 10000, .body_bytes_per_s = 1024, .idle_ms = 60000,
		.connections_max = 1000, .connections_per_address = 50, .uploads_max = 250, .upload_dir = "/tmp",
	};
}

void
httpd_call_later(struct httpd *h)
{
	event_active(h->later, EV_TIMEOUT, 1);
}

/* ---- life of a connection ---- */

static void
conn_free(struct http_conn *c)
{
	struct httpd *h = c->h;

	TAILQ_REMOVE(&h->conns, c, entry);
	if (c->is_fresh)
		TAILQ_REMOVE(&h->fresh, c, later);
	if (c->is_ready)
		TAILQ_REMOVE(&h->ready, c, later);
	if (c->fd >= 0 && (size_t)c->fd < h->by_fd_len && h->by_fd[c->fd] == c)
		h->by_fd[c->fd] = NULL;
	http_guard_release(&c->guard);
	buf_release(&c->body);
	buf_release(&c->held);
	if (c->body_fd >= 0)
		close(c->body_fd);
	free(c);
	h->open--;
	if (!h->listening && h->bound != NULL && h->open < h->o.connections_max) {
		h->listening = 1;
		evconnlistener_enable(h->listener);
	}
}

/* Whoever has a slow line wants kept what came. */
static void
tell_cut(struct http_conn *c)
{
	struct http_cut cut = { .head = &c->guard, .route = c->route };
	struct httpd *h = c->h;

	if (c->route == NULL || !(c->route->flags & HTTP_ROUTE_CUT) || h->o.on_cut == NULL ||
	    !http_guard_in_body(&c->guard) || c->guard.body_seen == 0)
		return;
	if (c->body_fd >= 0 && http_body_read(c->body_fd, c->guard.body_seen, &c->body) != 0) {
		log_error("upload_unread", "err=\"%s\"", strerror(errno));
		return;
	}
	cut.tail = http_route_tail(c->route, &c->guard.path);
	cut.body = c->body.data;
	cut.len = c->body.len;
	h->o.on_cut(&cut, h->arg);
}

const char *
http_cut_header(const struct http_cut *c, const char *name, size_t *len)
{
	return http_guard_header(c->head, name, len);
}

const char *
http_cut_query(const struct http_cut *c, const char *name, size_t *len)
{
	return http_guard_query(c->head, name, len);
}

/* evhttp tells of every end of a connection, whoever closed it. */
static void
on_close(struct evhttp_connection *evcon, void *arg)
{
	struct http_conn *c = arg;

	(void)evcon;
	evbuffer_remove_cb_entry(bufferevent_get_input(c->bev), c->watch);
	event_free(c->anchor);
	tell_cut(c);
	if (c->req != NULL)
		http_req_lost(c->req);
	conn_free(c);
}

/* Not for a request that a handler has: evhttp would free it under the handler. */
void
http_conn_close(struct http_conn *c)
{
	evhttp_connection_free(c->evcon);
}

/*
 * evhttp stops and starts reading for every request.  A second event on the same socket keeps the
 * kernel's interest as it is and saves two system calls a request (a third of the time).  It must
 * not spin on bytes that nobody takes: the first call may belong to the request that just came, at
 * the second the anchor is lifted until the next request.
 */
static void
on_anchor(evutil_socket_t fd, short what, void *arg)
{
	struct http_conn *c = arg;

	(void)fd, (void)what;
	if (bufferevent_get_enabled(c->bev) & EV_READ)
		return;
	if (++c->anchor_fired > 1)
		event_del(c->anchor);
}

static void
release_large(struct buf *b)
{
	if (b->cap > KEEP_BYTES)
		buf_release(b);
	else
		buf_reset(b);
}

/* The answer is out: on to the next request. */
void
http_conn_next(struct http_conn *c)
{
	http_guard_next(&c->guard);
	release_large(&c->body);
	c->state = CONN_READING;
	c->since_ms = c->h->tick_ms;
	c->req = NULL;
	c->route = NULL;
	c->allowed = 0;
	if (c->anchor_fired > 1)
		event_add(c->anchor, NULL);
	c->anchor_fired = 0;
	if (c->held.len > 0 && !c->is_ready) {
		c->is_ready = 1;
		TAILQ_INSERT_TAIL(&c->h->ready, c, later);
		httpd_call_later(c->h);
	}
}

/* evhttp has written the rest of an answer; it looks at the headers next and closes or goes on. */
void
http_conn_written(struct evhttp_request *ev, void *arg)
{
	struct http_conn *c = arg;

	if (c->h->draining)
		evhttp_add_header(evhttp_request_get_output_headers(ev), "Connection", "close");
	http_conn_next(c);
}

/*
 * While a request waits for its answer evhttp has stopped reading and does not expect its read
 * callback: it is taken away until the answer is out (evhttp puts it back then).  Reading goes on
 * only where somebody wants to know when the client is gone: a client that closed its sending side
 * cannot be told from one that left, and gets its answer otherwise.
 */
void
http_conn_watch(struct http_conn *c)
{
	bufferevent_setcb(c->bev, NULL, c->ev_write, c->ev_event, c->evcon);
	if (c->state == CONN_STREAM || (c->req != NULL && c->req->on_gone != NULL))
		bufferevent_enable(c->bev, EV_READ);
}

/* ---- refusing ---- */

static void
refuse(struct http_conn *c)
{
	struct httpd *h = c->h;
	struct buf page = { 0 }, headers = { 0 };
	struct http_guard *g = &c->guard;
	const char *type = http_problem_add(&page, &headers, c, buf_str(&g->path), g->status, NULL, g->why);

	h->counts.refused++;
	log_debug("http_refused", "status=%d peer=%s why=\"%s\"", g->status, c->peer,
	    words_say(&http_words, LANG_EN, g->why));
	buf_reset(&h->out);
	http_head_add(&h->out, h, NULL, g->status, type, (int64_t)page.len, 1);
	buf_cut(&h->out, h->out.len - 2);	/* the empty line: more headers follow */
	buf_add(&h->out, headers.data, headers.len);
	if (g->status == 405)
		http_allow_add(&h->out, c->allowed);
	if (g->status == 429 || g->status == 503)
		buf_adds(&h->out, "Retry-After: 5\r\n");
	buf_adds(&h->out, "\r\n");
	if (g->verb != VERB_HEAD)
		buf_add(&h->out, page.data, page.len);
	/* One try: whoever cannot take a few hundred bytes does not read them. */
	if (send(c->fd, h->out.data, h->out.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("http_refusal_unsent", "err=\"%s\"", strerror(errno));
	shutdown(c->fd, SHUT_WR);
	buf_release(&page);
	buf_release(&headers);
	release_large(&c->body);
	buf_reset(&c->held);
	c->state = CONN_REFUSED;
	c->since_ms = h->tick_ms;
	c->drained = 0;
}

static void
refuse_with(struct http_conn *c, int status, const char *why)
{
	http_guard_refuse(&c->guard, status, why);
	refuse(c);
}

/* ---- routes ---- */

static int
route_fits(const struct http_route *route, const char *path)
{
	size_t len = strlen(route->path);
	const char *rest;

	if (len < 2 || strcmp(route->path + len - 2, "/*") != 0)
		return strcmp(route->path, path) == 0;
	if (strncmp(route->path, path, len - 1) != 0)
		return 0;
	rest = path + len - 1;
	return rest[0] != '\0' && (strchr(rest, '/') == NULL || (route->flags & HTTP_ROUTE_DEEP));
}

static void
find_route(struct http_conn *c)
{
	const char *path = buf_str(&c->guard.path);
	enum http_verb verb = c->guard.verb;

	for (size_t i = 0; i < c->h->route_count; i++) {
		const struct http_route *route = &c->h->routes[i];
		unsigned verbs = http_method_verbs(route->method);

		if (!route_fits(route, path))
			continue;
		if (verbs & verb) {
			c->route = route;
			return;
		}
		c->allowed |= verbs;
	}
}

/* ---- bytes ---- */

static int
open_body_file(struct http_conn *c)
{
	struct buf name = { 0 };
	const char *dir = c->h->o.upload_dir;

	c->body_fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (c->body_fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		buf_addf(&name, "%s/upload.XXXXXX", dir);
		c->body_fd = mkostemp(name.data, O_CLOEXEC);
		if (c->body_fd >= 0)
			unlink(name.data);
		buf_release(&name);
	}
	if (c->body_fd >= 0)
		return 0;
	log_error("upload_not_kept", "err=\"%s\"", strerror(errno));
	return -1;
}

static int
take_body(const char *data, size_t len, void *arg)
{
	struct http_conn *c = arg;

	if (c->body_fd < 0) {
		buf_add(&c->body, data, len);
		return 0;
	}
	while (len > 0) {
		ssize_t n = write(c->body_fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			log_error("upload_not_kept", "err=\"%s\"", strerror(errno));
			return -1;
		}
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A slow body holds its connection for hours: others must find one. */
static int
are_too_many_uploads(const struct httpd *h)
{
	const struct http_conn *c;
	int n = 0;

	TAILQ_FOREACH(c, &h->conns, entry)
		n += c->state == CONN_READING && c->body_fd >= 0;
	return n >= h->o.uploads_max;
}

/* The head is complete: is there somebody for it, and how much may follow? */
static enum guard_step
decide(struct http_conn *c, int more_waits)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct http_guard *g = &c->guard;
	int has_body = g->has_coding || g->length > 0;
	enum guard_step step;

	find_route(c);
	if (c->route == NULL && has_body && c->allowed != 0)
		return http_guard_refuse(g, 405, other_method);
	if (c->route == NULL && has_body)
		return http_guard_refuse(g, 404, nothing_here);
	step = http_guard_go_on(g, c->route != NULL ? c->route->body_limit : 0);
	if (step != GUARD_MORE)
		return step;
	if ((c->route->flags & HTTP_ROUTE_UPLOAD) && are_too_many_uploads(c->h))
		return http_guard_refuse(g, 503, "Terlalu banyak berkas sekaligus; kirim lagi sebentar lagi.");
	if ((c->route->flags & HTTP_ROUTE_UPLOAD) && open_body_file(c) != 0)
		return http_guard_refuse(g, 507, "kiriman belum dapat disimpan; coba lagi sebentar lagi");
	if (g->expects_continue && g->minor > 0 && !more_waits &&
	    send(c->fd, go_on, sizeof(go_on) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("http_continue_unsent", "err=\"%s\"", strerror(errno));
	c->since_ms = c->h->tick_ms;
	return GUARD_MORE;
}

/* Gives evhttp the head.  bufferevents keep the end of their input frozen for everybody else. */
static void
give_head(struct http_conn *c)
{
	struct evbuffer *input = bufferevent_get_input(c->bev);

	c->state = CONN_RELEASED;
	c->releasing = 1;
	evbuffer_unfreeze(input, 0);
	if (evbuffer_add(input, c->guard.head.data, c->guard.head.len) != 0)
		abort();		/* memory */
	evbuffer_freeze(input, 0);
	c->releasing = 0;
}

/* Feeds the guard up to the end of one request; returns how many bytes were used. */
static size_t
feed(struct http_conn *c, const char *data, size_t len)
{
	size_t at = 0, used;

	while (c->state == CONN_READING && at < len) {
		enum guard_step step;

		if (http_guard_is_idle(&c->guard))
			c->started_us = clock_mono_us();
		step = http_guard_feed(&c->guard, data + at, len - at, &used, take_body, c);
		at += used;
		if (step == GUARD_HEAD)
			step = decide(c, at < len);
		if (step == GUARD_DONE)
			give_head(c);
		else if (step == GUARD_REFUSED)
			refuse(c);
	}
	return at;
}

static void
take(struct http_conn *c, const char *data, size_t len)
{
	if (c->state == CONN_READING && c->held.len == 0) {
		size_t used = feed(c, data, len);

		data += used;
		len -= used;
	}
	if (c->state == CONN_REFUSED) {
		c->drained += len;
	} else if (len > 0) {
		buf_add(&c->held, data, len);
		if (c->held.len > HELD_BYTES)	/* evhttp reads on when the answer is out */
			bufferevent_disable(c->bev, EV_READ);
	}
}

static void begin(struct http_conn *c);

/* All bytes are taken out before any is looked at: what give_head() puts back is then alone. */
static void
on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct http_conn *c = arg;
	struct buf *scratch = &c->h->scratch;
	size_t len = evbuffer_get_length(input);

	if (c->releasing || info->n_added == 0)
		return;
	if (c->evcon == NULL)
		begin(c);
	buf_reset(scratch);
	evbuffer_copyout(input, buf_room(scratch, len), len);
	buf_added(scratch, len);
	evbuffer_drain(input, len);
	take(c, scratch->data, len);
}

/* Bytes that came while the last request was with its handler. */
static void
read_held(struct http_conn *c)
{
	struct buf held = c->held;
	size_t used;

	if (c->state != CONN_READING)
		return;
	c->held = (struct buf){ 0 };
	used = feed(c, held.data, held.len);
	if (c->state != CONN_REFUSED)
		buf_add(&c->held, held.data + used, held.len - used);
	buf_release(&held);
	if (c->state == CONN_RELEASED)
		bufferevent_trigger(c->bev, EV_READ, BEV_TRIG_IGNORE_WATERMARKS);
}

/* ---- accepting ---- */

static int
count_of_address(const struct httpd *h, const struct in6_addr *addr)
{
	const struct http_conn *c;
	int n = 0;

	TAILQ_FOREACH(c, &h->conns, entry)
		n += memcmp(&c->addr, addr, sizeof(*addr)) == 0;
	return n;
}

static void
read_peer(struct http_conn *c)
{
	struct sockaddr_storage from = { 0 };
	socklen_t len = sizeof(from);
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&from;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&from;

	if (getpeername(c->fd, (struct sockaddr *)&from, &len) != 0)
		return;		/* gone already: the next read says so */
	if (from.ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		c->addr = v6->sin6_addr;
		inet_ntop(AF_INET6, &c->addr, c->peer, sizeof(c->peer));
		c->loopback = IN6_IS_ADDR_LOOPBACK(&c->addr);
		return;
	}
	c->addr.s6_addr[10] = c->addr.s6_addr[11] = 0xff;
	if (from.ss_family == AF_INET6)
		c->addr = v6->sin6_addr;
	else
		memcpy(&c->addr.s6_addr[12], &v4->sin_addr, 4);
	inet_ntop(AF_INET, &c->addr.s6_addr[12], c->peer, sizeof(c->peer));
	c->loopback = c->addr.s6_addr[12] == 127;
}

/* evhttp made the connection and gave it its socket after on_new(): now it can be looked at. */
static void
begin(struct http_conn *c)
{
	struct httpd *h = c->h;
	void *evcon = NULL;

	TAILQ_REMOVE(&h->fresh, c, later);
	c->is_fresh = 0;
	bufferevent_getcb(c->bev, NULL, &c->ev_write, &c->ev_event, &evcon);
	c->evcon = evcon;
	evhttp_connection_set_closecb(c->evcon, on_close, c);
	c->fd = bufferevent_getfd(c->bev);
	c->anchor = event_new(h->base, c->fd, EV_READ | EV_PERSIST, on_anchor, c);
	if (c->anchor == NULL || event_add(c->anchor, NULL) != 0)
		abort();		/* memory */
	if ((size_t)c->fd >= h->by_fd_len) {
		size_t len = ((size_t)c->fd + 1) * 2;

		h->by_fd = xrealloc(h->by_fd, len * sizeof(*h->by_fd));
		memset(h->by_fd + h->by_fd_len, 0, (len - h->by_fd_len) * sizeof(*h->by_fd));
		h->by_fd_len = len;
	}
	h->by_fd[c->fd] = c;
	read_peer(c);
	if (h->open > h->o.connections_max) {
		h->counts.too_many++;
		refuse_with(c, 503, "Terlalu banyak sambungan; coba lagi sebentar lagi.");
	} else if (!c->loopback && count_of_address(h, &c->addr) > h->o.connections_per_address) {
		h->counts.too_many++;
		refuse_with(c, 429, "Terlalu banyak sambungan dari alamat Anda; coba lagi sebentar lagi.");
	}
}

static struct bufferevent *
on_new(struct event_base *base, void *arg)
{
	struct httpd *h = arg;
	struct http_conn *c = xcalloc(1, sizeof(*c));

	FAULT_POINT("after_accept");
	c->bev = bufferevent_socket_new(base, -1, 0);
	if (c->bev == NULL)
		abort();		/* memory */
	c->h = h;
	c->fd = c->body_fd = -1;
	c->since_ms = h->tick_ms;
	c->is_fresh = 1;
	http_guard_init(&c->guard, h->o.headers_limit_bytes, h->o.headers_limit_lines);
	c->watch = evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c);
	TAILQ_INSERT_TAIL(&h->conns, c, entry);
	TAILQ_INSERT_TAIL(&h->fresh, c, later);
	h->counts.connections++;
	if (++h->open >= h->o.connections_max + CONNECTIONS_RESERVE) {
		h->listening = 0;	/* the rest waits in the kernel's queue */
		evconnlistener_disable(h->listener);
	}
	httpd_call_later(h);
	return c->bev;
}

/* Out of descriptors: accepting again at once would only spin. */
static void
on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct httpd *h = arg;
	struct timeval wait = { 0, 200000 };

	log_warn("accept_failed", "err=\"%s\"", strerror(errno));
	evconnlistener_disable(listener);
	event_add(h->listen_again, &wait);
}

static void
on_listen_again(evutil_socket_t fd, short what, void *arg)
{
	struct httpd *h = arg;

	(void)fd, (void)what;
	if (h->bound != NULL && h->listening)
		evconnlistener_enable(h->listener);
}

/* ---- what is done outside of evhttp's callbacks ---- */

static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	struct httpd *h = arg;
	struct http_conns ready;
	struct http_conn *c;
	struct http_req *r;

	(void)fd, (void)what;
	while ((c = TAILQ_FIRST(&h->fresh)) != NULL)
		begin(c);
	/* Only those that are ready now: one that pipelines without end does not keep us here. */
	TAILQ_INIT(&ready);
	TAILQ_CONCAT(&ready, &h->ready, later);
	while ((c = TAILQ_FIRST(&ready)) != NULL) {
		TAILQ_REMOVE(&ready, c, later);
		c->is_ready = 0;
		read_held(c);
	}
	http_streams_close(h);
	while ((r = TAILQ_FIRST(&h->graves)) != NULL) {
		TAILQ_REMOVE(&h->graves, r, entry);
		http_req_free(r);
	}
}

static void
look_at_reading(struct http_conn *c, int64_t now_us)
{
	struct httpd *h = c->h;
	int64_t waited_ms = h->tick_ms - c->since_ms;

	if (http_guard_is_idle(&c->guard)) {
		if (h->draining || waited_ms > h->o.idle_ms)
			http_conn_close(c);
	} else if (!http_guard_in_body(&c->guard)) {
		if (now_us - c->started_us > h->o.headers_ms * 1000) {
			h->counts.too_slow++;
			refuse_with(c, 408, "Permintaan tidak sampai pada waktunya; coba lagi.");
		}
	} else if (waited_ms > h->o.headers_ms / 2 &&	/* a slow start is no slow body */
	    (int64_t)c->guard.body_seen < waited_ms * h->o.body_bytes_per_s / 1000) {
		h->counts.too_slow++;
		tell_cut(c);
		refuse_with(c, 408, "Kiriman datang terlalu lambat; coba lagi dari sambungan yang lebih baik.");
	}
}

static void
look_at_output(struct http_conn *c)
{
	size_t len = evbuffer_get_length(bufferevent_get_output(c->bev));

	if (len == 0 || len < c->out_len)
		c->since_ms = c->h->tick_ms;
	c->out_len = len;
	if (c->h->draining && c->state == CONN_STREAM) {
		http_conn_close(c);
	} else if (c->h->tick_ms - c->since_ms > STALL_MS) {
		c->h->counts.too_slow++;
		http_conn_close(c);
	}
}

void
http_date(char out[HTTP_DATE_CHARS], int64_t ms)
{
	time_t at = ms / 1000;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(out, HTTP_DATE_CHARS, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct httpd *h = arg;
	struct http_conn *c, *next;
	int64_t now_us = clock_mono_us();

	(void)fd, (void)what;
	h->tick_ms = now_us / 1000;
	http_date(h->date, clock_now_ms());
	for (c = TAILQ_FIRST(&h->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->evcon == NULL)
			continue;
		if (c->state == CONN_READING)
			look_at_reading(c, now_us);
		else if (c->state == CONN_WRITING || c->state == CONN_STREAM)
			look_at_output(c);
		else if (c->state == CONN_REFUSED &&
		    (h->tick_ms - c->since_ms > LINGER_MS || c->drained > LINGER_BYTES))
			http_conn_close(c);
	}
}

/* ---- dispatch ---- */

static void
on_request(struct evhttp_request *ev, void *arg)
{
	struct httpd *h = arg;
	struct bufferevent *bev =
	    evhttp_connection_get_bufferevent(evhttp_request_get_connection(ev));
	struct http_conn *c = h->by_fd[bufferevent_getfd(bev)];
	const char *coding = evhttp_find_header(evhttp_request_get_input_headers(ev),
	    "Content-Encoding");
	struct http_req *r = http_req_new(c, ev);

	h->counts.requests++;
	c->state = CONN_HANDLING;
	h->dispatching = r;
	if (r->route != NULL && coding != NULL && strcasecmp(coding, "identity") != 0) {
		http_answer_problem(r, 415, NULL, "Kirim isinya tanpa Content-Encoding.");
	} else if (r->route != NULL) {
		r->route->handler(r, h->arg);
	} else if (c->allowed != 0) {
		http_allow_add(&r->headers, c->allowed);
		http_answer_problem(r, 405, NULL, other_method);
	} else {
		http_answer_problem(r, 404, NULL, nothing_here);
	}
	if (h->dispatching != r)
		return;			/* answered; the connection may be gone */
	h->dispatching = NULL;
	http_conn_watch(c);
}

/* ---- the server ---- */

static socklen_t
address_of(struct sockaddr_storage *at, const char *text, int port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)at;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)at;

	*at = (struct sockaddr_storage){ 0 };
	if (port < 0 || port > 65535)
		return 0;
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
		return 0;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	return sizeof(*v6);
}

static int
bind_to(struct httpd *h, struct buf *errors)
{
	struct sockaddr_storage at;
	socklen_t len = address_of(&at, h->o.address, h->o.port);
	int on = 1, fd;

	if (len == 0) {
		buf_addf(errors, "%s port %d: a numeric address and a port are expected\n",
		    h->o.address, h->o.port);
		return -1;
	}
	h->listener = evconnlistener_new_bind(h->base, NULL, NULL, LEV_OPT_REUSEABLE |
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 1024, (struct sockaddr *)&at, (int)len);
	if (h->listener == NULL) {
		buf_addf(errors, "%s port %d: %s\n", h->o.address, h->o.port, strerror(errno));
		return -1;
	}
	fd = evconnlistener_get_fd(h->listener);
	/* Linux hands it on to accepted sockets: answers leave at once. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	len = sizeof(at);
	if (getsockname(fd, (struct sockaddr *)&at, &len) == 0)
		h->port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port :
		    ((struct sockaddr_in *)&at)->sin_port);
	return 0;
}

static void
set_common_headers(struct httpd *h)
{
	buf_adds(&h->common, "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
	    "Cross-Origin-Opener-Policy: same-origin\r\n"
	    "Cross-Origin-Resource-Policy: same-origin\r\n");
}

struct httpd *
httpd_new(struct event_base *base, const struct httpd_options *o, const struct http_route *routes,
    size_t n, void *arg, struct buf *errors)
{
	struct httpd *h = xcalloc(1, sizeof(*h));
	struct timeval every = ms_to_timeval(SWEEP_MS);

	h->base = base;
	h->o = *o;
	h->routes = routes;
	h->route_count = n;
	h->arg = arg;
	TAILQ_INIT(&h->conns);
	TAILQ_INIT(&h->fresh);
	TAILQ_INIT(&h->ready);
	TAILQ_INIT(&h->reqs);
	TAILQ_INIT(&h->graves);
	TAILQ_INIT(&h->spare);
	TAILQ_INIT(&h->streams_closing);
	if (bind_to(h, errors) != 0) {
		free(h);
		return NULL;
	}
	h->evhttp = evhttp_new(base);
	h->later = event_new(base, -1, 0, on_later, h);
	h->sweep = event_new(base, -1, EV_PERSIST, on_sweep, h);
	h->listen_again = event_new(base, -1, 0, on_listen_again, h);
	if (h->evhttp == NULL || h->later == NULL || h->sweep == NULL || h->listen_again == NULL)
		abort();		/* memory */
	evhttp_set_allowed_methods(h->evhttp, ALL_METHODS);
	evhttp_set_default_content_type(h->evhttp, NULL);
	evhttp_set_gencb(h->evhttp, on_request, h);
	evhttp_set_bevcb(h->evhttp, on_new, h);
	h->bound = evhttp_bind_listener(h->evhttp, h->listener);
	if (h->bound == NULL)
		abort();		/* memory */
	evconnlistener_set_error_cb(h->listener, on_accept_error);
	h->listening = 1;
	set_common_headers(h);
	http_date(h->date, clock_now_ms());
	h->tick_ms = clock_mono_ms();
	event_add(h->sweep, &every);
	return h;
}

int
httpd_port(const struct httpd *h)
{
	return h->port;
}

void
httpd_drain(struct httpd *h)
{
	if (h->draining)
		return;
	h->draining = 1;
	evhttp_del_accept_socket(h->evhttp, h->bound);
	h->bound = NULL;
	h->listener = NULL;
	event_active(h->sweep, EV_TIMEOUT, 1);	/* closes the idle ones, outside of this call */
}

int
httpd_open(const struct httpd *h)
{
	return h->open;
}

struct httpd_counts
httpd_counts(const struct httpd *h)
{
	return h->counts;
}

void
httpd_free(struct httpd *h)
{
	struct http_req *r;
	struct http_conn *c;

	if (h == NULL)
		return;
	h->bound = NULL;
	on_later(-1, 0, h);
	evhttp_free(h->evhttp);		/* on_close() comes for every connection */
	while ((c = TAILQ_FIRST(&h->conns)) != NULL)
		conn_free(c);
	on_later(-1, 0, h);
	while ((r = TAILQ_FIRST(&h->spare)) != NULL) {
		TAILQ_REMOVE(&h->spare, r, entry);
		r->h = NULL;
		http_req_free(r);
	}
	while ((r = TAILQ_FIRST(&h->reqs)) != NULL) {
		TAILQ_REMOVE(&h->reqs, r, entry);
		r->h = NULL;		/* the handler answers it some day, to nobody */
	}
	event_free(h->later);
	event_free(h->sweep);
	event_free(h->listen_again);
	free(h->by_fd);
	buf_release(&h->scratch);
	buf_release(&h->out);
	buf_release(&h->common);
	free(h);
}
