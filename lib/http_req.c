/* Requests as handlers see them, and answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/httpd_conn.h"
#include "lib/log.h"
#include "lib/multipart.h"

#define SPARE_MAX 64
#define KEEP_BYTES (64 * 1024)
#define PAIRS_MAX 1000

static const char default_csp[] = "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
static const char default_permissions[] = "geolocation=(), camera=(), microphone=(), payment=()";

/* ---- who asks ---- */

static int
is_trusted(const struct http_req *r, const char *addr)
{
	const char *const *proxy = r->h != NULL ? r->h->o.proxies : NULL;

	if (strncmp(addr, "127.", 4) == 0 || strcmp(addr, "::1") == 0)
		return 1;
	for (; proxy != NULL && *proxy != NULL; proxy++)
		if (strcmp(*proxy, addr) == 0)
			return 1;
	return 0;
}

static int
canonical_address(char out[INET6_ADDRSTRLEN], const char *s, size_t len)
{
	struct in6_addr a;
	char text[INET6_ADDRSTRLEN];

	while (len > 0 && *s == ' ')
		s++, len--;
	while (len > 0 && s[len - 1] == ' ')
		len--;
	if (len == 0 || len >= sizeof(text))
		return -1;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &a) == 1)
		return inet_ntop(AF_INET, &a, out, INET6_ADDRSTRLEN) != NULL ? 0 : -1;
	if (inet_pton(AF_INET6, text, &a) == 1)
		return inet_ntop(AF_INET6, &a, out, INET6_ADDRSTRLEN) != NULL ? 0 : -1;
	return -1;
}

/* From the last hop back to the first that no proxy of ours vouches for. */
static void
walk_forwarded(struct http_req *r)
{
	const struct evkeyvalq *headers = evhttp_request_get_input_headers(r->ev);
	const struct evkeyval *header;
	struct buf all = { 0 };
	char hop[INET6_ADDRSTRLEN];

	TAILQ_FOREACH(header, headers, next)
		if (strcasecmp(header->key, "X-Forwarded-For") == 0)
			buf_addf(&all, "%s%s", all.len > 0 ? "," : "", header->value);
	while (all.len > 0 && is_trusted(r, r->peer)) {
		const char *comma = strrchr(all.data, ',');
		size_t from = comma != NULL ? (size_t)(comma - all.data) + 1 : 0;

		if (canonical_address(hop, all.data + from, all.len - from) != 0)
			break;
		memcpy(r->peer, hop, sizeof(hop));
		buf_cut(&all, from > 0 ? from - 1 : 0);
	}
	buf_release(&all);
}

int
http_req_is_tls(const struct http_req *r)
{
	const char *proto = http_req_header(r, "X-Forwarded-Proto");

	return proto != NULL && strcmp(proto, "https") == 0 && is_trusted(r, r->hop);
}

int
http_req_is_local(const struct http_req *r)
{
	return (strncmp(r->hop, "127.", 4) == 0 || strcmp(r->hop, "::1") == 0) &&
	    http_req_header(r, "X-Forwarded-For") == NULL;
}

/* ---- life ---- */

static struct http_req *
spare_or_new(struct httpd *h)
{
	struct http_req *r = TAILQ_FIRST(&h->spare);

	if (r == NULL)
		return xcalloc(1, sizeof(*r));
	TAILQ_REMOVE(&h->spare, r, entry);
	h->spare_count--;
	return r;
}

unsigned
http_method_verbs(enum http_method m)
{
	static const unsigned verbs[] = {
		[HTTP_GET] = VERB_GET | VERB_HEAD, [HTTP_POST] = VERB_POST, [HTTP_PATCH] = VERB_PATCH,
		[HTTP_DELETE] = VERB_DELETE, [HTTP_OPTIONS] = VERB_OPTIONS,
	};

	return verbs[m];
}

const char *
http_route_tail(const struct http_route *route, const struct buf *path)
{
	size_t len = route != NULL ? strlen(route->path) : 0;

	return len > 0 && route->path[len - 1] == '*' ? path->data + len - 1 : "";
}

struct http_req *
http_req_new(struct http_conn *c, struct evhttp_request *ev)
{
	struct http_guard *g = &c->guard;
	struct httpd *h = c->h;
	struct http_req *r = spare_or_new(h);
	struct buf empty;

	r->h = h;
	r->c = c;
	r->ev = ev;
	r->route = c->route;
	r->method = c->route != NULL ? c->route->method : HTTP_GET;
	r->is_head = g->verb == VERB_HEAD;
	r->minor = g->minor;
	r->closes = g->wants_close || (g->minor == 0 && !g->wants_keep_alive);
	r->accepts_html = g->accepts_html;
	r->accepts_json = g->accepts_json;
	empty = r->path;
	r->path = g->path;
	g->path = empty;
	empty = r->body;
	r->body = c->body;
	c->body = empty;
	r->tail = http_route_tail(r->route, &r->path);
	r->body_fd = c->body_fd;
	c->body_fd = -1;
	r->body_len = g->body_seen;
	r->started_us = c->started_us;
	memcpy(r->peer, c->peer, sizeof(r->peer));
	memcpy(r->hop, c->peer, sizeof(r->hop));
	if (g->was_forwarded)
		walk_forwarded(r);
	TAILQ_INSERT_TAIL(&h->reqs, r, entry);
	c->req = r;
	return r;
}

static void
pairs_release(struct pairs *p)
{
	buf_release(&p->text);
	free(p->at);
	*p = (struct pairs){ 0 };
}

void
http_req_free(struct http_req *r)
{
	struct kept *k;

	if (r->ev != NULL)
		evhttp_request_free(r->ev);
	if (r->body_fd > 0)
		close(r->body_fd);
	while ((k = r->kept) != NULL) {
		r->kept = k->next;
		free(k);
	}
	pairs_release(&r->query);
	pairs_release(&r->fields);
	if (r->h != NULL && r->h->spare_count < SPARE_MAX) {
		struct httpd *h = r->h;
		struct buf path = r->path, body = r->body, headers = r->headers;

		if (body.cap > KEEP_BYTES)
			buf_release(&body);
		buf_reset(&path);
		buf_reset(&body);
		buf_reset(&headers);
		*r = (struct http_req){ .path = path, .body = body, .headers = headers };
		TAILQ_INSERT_HEAD(&h->spare, r, entry);
		h->spare_count++;
		return;
	}
	buf_release(&r->path);
	buf_release(&r->body);
	buf_release(&r->headers);
	free(r);
}

/* Nobody needs it any more.  evhttp may be half way through freeing its part: that waits. */
void
http_req_retire(struct http_req *r)
{
	struct httpd *h = r->h;

	if (h == NULL) {
		http_req_free(r);
		return;
	}
	TAILQ_REMOVE(&h->reqs, r, entry);
	if (r->ev == NULL) {
		http_req_free(r);
		return;
	}
	TAILQ_INSERT_TAIL(&h->graves, r, entry);
	httpd_call_later(h);
}

/* The connection is closing: the request becomes ours alone, until it is answered to nobody. */
void
http_req_lost(struct http_req *r)
{
	r->c->req = NULL;
	r->c = NULL;
	evhttp_request_own(r->ev);
	if (r->stream != NULL)
		http_stream_lost(r->stream);
	else if (r->on_gone != NULL)
		r->on_gone(r, r->gone_arg);
}

/* ---- what a handler asks ---- */

enum http_method
http_req_method(const struct http_req *r)
{
	return r->method;
}

const char *
http_req_path(const struct http_req *r)
{
	return buf_str(&r->path);
}

const char *
http_req_tail(const struct http_req *r)
{
	return r->tail;
}

int64_t
http_req_started_us(const struct http_req *r)
{
	return r->started_us;
}

const char *
http_req_header(const struct http_req *r, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(r->ev), name);
}

int
http_req_body_file(struct http_req *r, size_t *len)
{
	*len = r->body_len;
	if (r->body_fd >= 0)
		lseek(r->body_fd, 0, SEEK_SET);
	return r->body_fd;
}

int
http_req_wants_json(const struct http_req *r)
{
	return r->accepts_json && !r->accepts_html;
}

const char *
http_req_peer(const struct http_req *r)
{
	return r->peer;
}

void
http_req_on_gone(struct http_req *r, void (*cb)(struct http_req *, void *), void *arg)
{
	r->on_gone = cb;
	r->gone_arg = arg;
	if (r->c != NULL && r->h->dispatching != r)
		http_conn_watch(r->c);
}

/* One name or value: + is a space, %XX a byte, a broken % stands for itself. */
static size_t
decode(struct buf *b, const char *s, size_t len)
{
	size_t begin = b->len;
	char c;

	for (size_t i = 0; i < len; i++) {
		c = s[i] == '+' ? ' ' : s[i];
		if (c == '%' && len - i > 2 && hex_decode(&c, s + i + 1, 2) == 0)
			i += 2;
		buf_addc(b, c);
	}
	len = b->len - begin;
	buf_addc(b, '\0');
	return len;
}

static struct pair *
pairs_room(struct pairs *p)
{
	if (p->n == p->cap) {
		p->cap = p->cap > 0 ? p->cap * 2 : 16;
		p->at = xrealloc(p->at, p->cap * sizeof(*p->at));
	}
	return &p->at[p->n];
}

static void
pairs_parse(struct pairs *p, const char *s, size_t len)
{
	const char *end = s + len;

	p->parsed = 1;
	while (s < end && p->n < PAIRS_MAX) {
		const char *amp = memchr(s, '&', (size_t)(end - s));
		const char *stop = amp != NULL ? amp : end;
		const char *eq = memchr(s, '=', (size_t)(stop - s));
		struct pair *pair = pairs_room(p);
		size_t name_len;

		pair->name = p->text.len;
		pair->asked = 0;
		if (eq == NULL)
			eq = stop;
		name_len = decode(&p->text, s, (size_t)(eq - s));
		/* A NUL in a name could pass for a shorter one. */
		if (name_len == strlen(p->text.data + pair->name) && stop > s)
			p->n++;
		if (eq < stop)
			eq++;
		pair->value = p->text.len;
		pair->len = decode(&p->text, eq, (size_t)(stop - eq));
		s = stop + 1;
	}
}

static const char *
pairs_find(struct pairs *p, const char *name, size_t *len)
{
	for (size_t i = 0; i < p->n; i++) {
		if (strcmp(p->text.data + p->at[i].name, name) != 0)
			continue;
		p->at[i].asked = 1;
		if (len != NULL)
			*len = p->at[i].len;
		return p->text.data + p->at[i].value;
	}
	return NULL;
}

const char *
http_req_query(struct http_req *r, const char *name, size_t *len)
{
	if (!r->query.parsed) {
		const char *query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(r->ev));

		if (query == NULL)
			query = "";
		pairs_parse(&r->query, query, strlen(query));
	}
	return pairs_find(&r->query, name, len);
}

/* Adds one with its value as it is. */
static void
pairs_add(struct pairs *p, const char *name, size_t name_len, const char *value, size_t len)
{
	struct pair *pair = pairs_room(p);

	pair->name = p->text.len;
	buf_add(&p->text, name, name_len);
	buf_addc(&p->text, '\0');
	pair->value = p->text.len;
	pair->len = len;
	pair->asked = 0;
	buf_add(&p->text, value, len);
	buf_addc(&p->text, '\0');
	p->n++;
}

int
http_body_read(int fd, size_t len, struct buf *out)
{
	char *room = buf_room(out, len);
	size_t have = 0;

	while (have < len) {
		ssize_t n = pread(fd, room + have, len - have, (off_t)have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		have += (size_t)n;
	}
	buf_added(out, len);
	return 0;
}

/* An uploaded body as one block; the route's limit bounds it. */
static void
body_load(struct http_req *r)
{
	size_t len;
	int fd = http_req_body_file(r, &len);

	if (fd >= 0 && r->body.len == 0 && http_body_read(fd, len, &r->body) != 0)
		log_error("upload_unread", "err=\"%s\"", strerror(errno));
}

const char *
http_req_body(struct http_req *r, size_t *len)
{
	body_load(r);
	*len = r->body.len;
	return buf_str(&r->body);
}

static void
on_part(const struct multipart_part *part, void *arg)
{
	struct http_req *r = arg;

	if (!part->is_file) {
		if (memchr(part->name, '\0', part->name_len) == NULL)
			pairs_add(&r->fields, part->name, part->name_len, part->data, part->len);
		return;
	}
	r->files++;
	r->file = part->data;
	r->file_len = part->len;
}

static void
fields_parse(struct http_req *r)
{
	static const char form[] = "application/x-www-form-urlencoded";
	static const char parts[] = "multipart/form-data";
	const char *type = http_req_header(r, "Content-Type");

	if (r->fields.parsed)
		return;
	if (type != NULL && strncasecmp(type, form, sizeof(form) - 1) == 0 &&
	    strchr(" ;", type[sizeof(form) - 1]) != NULL) {
		pairs_parse(&r->fields, buf_str(&r->body), r->body.len);
	} else if (type != NULL && strncasecmp(type, parts, sizeof(parts) - 1) == 0) {
		body_load(r);
		if (multipart_walk(type, buf_str(&r->body), r->body.len, on_part, r) != 0 || r->files != 1)
			r->file = NULL;
	}
	r->fields.parsed = 1;
}

const char *
http_req_file(struct http_req *r, size_t *len)
{
	fields_parse(r);
	*len = r->file_len;
	return r->file;
}

const char *
http_req_field(struct http_req *r, const char *name, size_t *len)
{
	fields_parse(r);
	return pairs_find(&r->fields, name, len);
}

int
http_req_field_at(struct http_req *r, size_t i, const char **name, const char **value, size_t *len)
{
	fields_parse(r);
	if (i >= r->fields.n)
		return 0;
	*name = r->fields.text.data + r->fields.at[i].name;
	*value = r->fields.text.data + r->fields.at[i].value;
	*len = r->fields.at[i].len;
	r->fields.at[i].asked = 1;
	return 1;
}

static const char *
keep(struct http_req *r, const char *s, size_t len)
{
	struct kept *k = xmalloc(sizeof(*k) + len + 1);

	memcpy(k->text, s, len);
	k->text[len] = '\0';
	k->next = r->kept;
	r->kept = k;
	return k->text;
}

const char *
http_cookie_find(const char *s, size_t len, const char *name, size_t *value_len)
{
	const char *end = s + len;
	size_t name_len = strlen(name);

	while (s < end) {
		const char *stop;

		while (s < end && (*s == ';' || *s == ' '))
			s++;
		stop = memchr(s, ';', (size_t)(end - s));
		if (stop == NULL)
			stop = end;
		if ((size_t)(stop - s) > name_len && strncmp(s, name, name_len) == 0 && s[name_len] == '=') {
			while (stop[-1] == ' ')
				stop--;
			*value_len = (size_t)(stop - s) - name_len - 1;
			return s + name_len + 1;
		}
		s = stop;
	}
	return NULL;
}

const char *
http_req_cookie(struct http_req *r, const char *name)
{
	const char *s = http_req_header(r, "Cookie"), *value;
	size_t len;

	value = s != NULL ? http_cookie_find(s, strlen(s), name, &len) : NULL;
	return value != NULL ? keep(r, value, len) : NULL;
}

/* ---- answers ---- */

static const struct { int status; const char *phrase; } phrases[] = {
	{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
	{ 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" },
	{ 304, "Not Modified" }, { 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
	{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
	{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 408, "Request Timeout" },
	{ 409, "Conflict" }, { 410, "Gone" }, { 411, "Length Required" }, { 423, "Locked" },
	{ 412, "Precondition Failed" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" }, { 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" }, { 428, "Precondition Required" },
	{ 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 502, "Bad Gateway" },
	{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
	{ 505, "HTTP Version Not Supported" }, { 507, "Insufficient Storage" },
};

const char *
http_phrase(int status)
{
	for (size_t i = 0; i < N_ELEMS(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Status";
}

void
http_allow_add(struct buf *out, unsigned verbs)
{
	static const struct { unsigned verb; const char *name; } names[] = {
		{ VERB_GET, "GET" }, { VERB_HEAD, "HEAD" }, { VERB_POST, "POST" }, { VERB_PATCH, "PATCH" },
		{ VERB_DELETE, "DELETE" }, { VERB_OPTIONS, "OPTIONS" },
	};
	const char *before = "Allow: ";

	for (size_t i = 0; i < N_ELEMS(names); i++)
		if (verbs & names[i].verb) {
			buf_adds(out, before);
			buf_adds(out, names[i].name);
			before = ", ";
		}
	buf_adds(out, "\r\n");
}

static void
add_number(struct buf *out, int64_t n)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	buf_add(out, digits + at, sizeof(digits) - at);
}

static void
add_line(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, name);
	buf_adds(out, value);
	buf_add(out, "\r\n", 2);
}

void
http_head_add(struct buf *out, const struct httpd *h, const struct http_req *r, int status,
    const char *type, int64_t len, int closing)
{
	unsigned overrides = r != NULL ? r->overrides : 0;
	const char *csp = h->o.csp != NULL ? h->o.csp : default_csp;

	buf_adds(out, "HTTP/1.1 ");
	add_number(out, status);
	buf_addc(out, ' ');
	add_line(out, http_phrase(status), "");
	add_line(out, "Date: ", h->date);
	buf_add(out, h->common.data, h->common.len);
	if (!(overrides & OVERRIDES_CSP))
		add_line(out, "Content-Security-Policy: ", csp);
	if (!(overrides & OVERRIDES_PERMISSIONS))
		add_line(out, "Permissions-Policy: ", default_permissions);
	if (!(overrides & OVERRIDES_CACHE))
		add_line(out, "Cache-Control: ", "no-store");
	if (r != NULL)
		buf_add(out, r->headers.data, r->headers.len);
	if (type != NULL)
		add_line(out, "Content-Type: ", type);
	if (len >= 0 && status != 204 && status != 304) {
		buf_adds(out, "Content-Length: ");
		add_number(out, len);
		buf_add(out, "\r\n", 2);
	} else if (len < 0 && r != NULL && r->minor > 0) {
		add_line(out, "Transfer-Encoding: ", "chunked");
	}
	if (closing)
		add_line(out, "Connection: ", "close");
	else if (r != NULL && r->minor == 0)
		add_line(out, "Connection: ", "keep-alive");
	buf_add(out, "\r\n", 2);
}

static const struct { const char *name; unsigned flag; } overriding[] = {
	{ "Content-Security-Policy", OVERRIDES_CSP },
	{ "Permissions-Policy", OVERRIDES_PERMISSIONS },
	{ "Cache-Control", OVERRIDES_CACHE },
};

int
http_add_header(struct http_req *r, const char *name, const char *value)
{
	if (name[0] == '\0' || strpbrk(name, "\r\n: ") != NULL || strpbrk(value, "\r\n") != NULL)
		return -1;
	for (size_t i = 0; i < N_ELEMS(overriding); i++)
		if (strcasecmp(overriding[i].name, name) == 0)
			r->overrides |= overriding[i].flag;
	buf_adds(&r->headers, name);
	buf_add(&r->headers, ": ", 2);
	add_line(&r->headers, value, "");
	return 0;
}

/* What the socket takes now; the rest is for the bufferevent.  Errors show there. */
static size_t
send_now(int fd, const struct buf *head, const char *body, size_t len)
{
	struct iovec parts[2] = {
		{ .iov_base = head->data, .iov_len = head->len },
		{ .iov_base = (void *)(uintptr_t)body, .iov_len = len },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = len > 0 ? 2 : 1 };
	ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n > 0 ? (size_t)n : 0;
}

static void
leave_rest(struct http_conn *c, struct evhttp_request *ev, const struct buf *head,
    const char *body, size_t len, size_t sent)
{
	struct evbuffer *output = bufferevent_get_output(c->bev);
	size_t from_head = sent < head->len ? sent : head->len;

	evbuffer_add(output, head->data + from_head, head->len - from_head);
	evbuffer_add(output, body + (sent - from_head), len - (sent - from_head));
	c->state = CONN_WRITING;
	c->since_ms = c->h->tick_ms;
	c->out_len = evbuffer_get_length(output);
	evhttp_request_set_on_complete_cb(ev, http_conn_written, c);
	evhttp_send_reply_end(ev);	/* there is output: the request ends when it is gone */
	http_conn_watch(c);
	bufferevent_enable(c->bev, EV_WRITE);
}

/*
 * Written past evhttp's own way of composing: one buffer, one system call, no change of the events
 * waited for.  evhttp only hears that the request is over.
 */
static void
send_answer(struct http_req *r, int status, const char *type, const char *body, size_t len)
{
	struct http_conn *c = r->c;
	struct httpd *h = r->h;
	struct evhttp_request *ev = r->ev;
	int closing = r->closes || h->draining;
	size_t sent;

	buf_reset(&h->out);
	http_head_add(&h->out, h, r, status, type, (int64_t)len, closing);
	if (r->is_head || status == 204 || status == 304)
		len = 0;
	if (closing)
		evhttp_add_header(evhttp_request_get_output_headers(ev), "Connection", "close");
	if (h->dispatching == r)
		h->dispatching = NULL;
#ifdef KENTONGAN_FAULTS
	const struct buf nothing = { 0 };

	/* in two parts, so that there is a middle */
	sent = send_now(c->fd, &h->out, "", 0);
	FAULT_POINT("mid_reply");
	if (sent == h->out.len)
		sent += send_now(c->fd, &nothing, body, len);
#else
	sent = send_now(c->fd, &h->out, body, len);
#endif
	c->req = NULL;
	r->ev = NULL;		/* evhttp's again */
	if (sent < h->out.len + len) {
		leave_rest(c, ev, &h->out, body, len, sent);
	} else {
		http_conn_next(c);
		evhttp_send_reply_end(ev);	/* may close the connection */
	}
}

/*
 * Whoever adds role=admin to a form gets nothing by it, and is noticed.  The first of a name is the one
 * that counts; only names are told, and not whole ones: a value may be somebody's number.
 */
#define UNASKED_NAMES 5
#define UNASKED_CHARS 32

static void
name_unasked(const struct http_req *r)
{
	struct buf names = { 0 };
	int n = 0;

	for (size_t i = 0; i < r->fields.n; i++) {
		const char *name = r->fields.text.data + r->fields.at[i].name;

		if (!r->fields.at[i].asked && ++n <= UNASKED_NAMES)
			buf_addf(&names, "%s%.*s", names.len > 0 ? " " : "", UNASKED_CHARS, name);
	}
	if (n > 0)
		log_warn("fields_ignored", "path=\"%s\" fields=%d names=\"%s\"", log_quote(buf_str(&r->path), r->path.len), n,
		    log_quote(buf_str(&names), names.len));
	buf_release(&names);
}

void
http_answer(struct http_req *r, int status, const char *type, const struct buf *body)
{
	if (status < 400 && r->h != NULL && r->h->o.names_unasked)
		name_unasked(r);
	if (r->c != NULL)
		send_answer(r, status, type, body != NULL ? buf_str(body) : "",
		    body != NULL ? body->len : 0);
	http_req_retire(r);
}

void
http_answer_json(struct http_req *r, int status, const struct buf *body)
{
	http_answer(r, status, "application/json", body);
}

void
http_answer_redirect(struct http_req *r, int status, const char *location)
{
	if (http_add_header(r, "Location", location) != 0) {
		log_error("redirect_refused", "path=\"%s\"", log_quote(r->path.data, r->path.len));
		http_answer_problem(r, 500, NULL, NULL);
		return;
	}
	http_answer(r, status, NULL, NULL);
}
