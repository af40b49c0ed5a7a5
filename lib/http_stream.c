/* Answers of open length: server-sent events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/http.h>
#include <event2/http_struct.h>

#include "lib/httpd_conn.h"

static void
close_later(struct http_stream *s)
{
	struct httpd *h = s->r->h;

	if (s->closing)
		return;
	s->closing = 1;
	TAILQ_INSERT_TAIL(&h->streams_closing, s, later);
	httpd_call_later(h);
}

static void
stream_free(struct http_stream *s)
{
	s->r->stream = NULL;
	http_req_retire(s->r);
	free(s);
}

struct http_stream *
http_stream_start(struct http_req *r, const char *type,
    void (*on_close)(struct http_stream *, void *), void *arg)
{
	struct http_stream *s = xcalloc(1, sizeof(*s));
	struct httpd *h = r->h;
	struct http_conn *c = r->c;
	ssize_t sent;

	*s = (struct http_stream){ .r = r, .on_close = on_close, .arg = arg };
	r->stream = s;
	if (h == NULL)
		return s;		/* the server is gone: nothing will be sent or called */
	if (h->dispatching == r)
		h->dispatching = NULL;
	if (c == NULL) {
		s->dead = 1;
		close_later(s);
		return s;
	}
	r->closes |= r->minor == 0;	/* only the end of the connection ends such an answer */
	buf_reset(&h->out);
	http_head_add(&h->out, h, r, 200, type, -1, r->closes);
	c->state = CONN_STREAM;
	c->since_ms = h->tick_ms;
	c->out_len = 0;
	r->ev->chunked = r->minor > 0;
	http_conn_watch(c);
	sent = send(c->fd, h->out.data, h->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent != (ssize_t)h->out.len || r->is_head)
		close_later(s);
	return s;
}

int
http_stream_send(struct http_stream *s, const struct buf *chunk, size_t limit)
{
	struct http_conn *c = s->r->c;
	struct evbuffer *data;

	if (s->closing || s->dead || c == NULL)
		return -1;
	if (evbuffer_get_length(bufferevent_get_output(c->bev)) + chunk->len > limit) {
		close_later(s);
		return -1;
	}
	data = evbuffer_new();
	if (data == NULL || evbuffer_add(data, chunk->data, chunk->len) != 0)
		abort();		/* memory */
	evhttp_send_reply_chunk(s->r->ev, data);
	evbuffer_free(data);
	return 0;
}

size_t
http_stream_waiting(const struct http_stream *s)
{
	const struct http_conn *c = s->r->c;

	return c != NULL ? evbuffer_get_length(bufferevent_get_output(c->bev)) : 0;
}

void
http_stream_end(struct http_stream *s)
{
	struct http_req *r = s->r;
	struct http_conn *c = r->c;
	struct evhttp_request *ev = r->ev;

	if (s->closing)
		TAILQ_REMOVE(&r->h->streams_closing, s, later);
	if (c != NULL) {
		c->req = NULL;
		r->ev = NULL;
		if (r->closes)
			evhttp_add_header(ev->output_headers, "Connection", "close");
		c->state = CONN_WRITING;
		evhttp_request_set_on_complete_cb(ev, http_conn_written, c);
		evhttp_send_reply_end(ev);
	}
	stream_free(s);
}

/* The connection is closing under the stream: its owner hears of it from the loop. */
void
http_stream_lost(struct http_stream *s)
{
	s->dead = 1;
	close_later(s);
}

void
http_streams_close(struct httpd *h)
{
	struct http_stream *s;

	while ((s = TAILQ_FIRST(&h->streams_closing)) != NULL) {
		struct http_conn *c = s->r->c;

		TAILQ_REMOVE(&h->streams_closing, s, later);
		if (c != NULL && s->r->is_head) {
			/* The head was the whole answer. */
			if (s->on_close != NULL)
				s->on_close(s, s->arg);
			s->closing = 0;
			s->r->ev->chunked = 0;
			http_stream_end(s);
			continue;
		}
		if (c != NULL) {
			/* Not http_stream_lost() again: it is being dealt with here. */
			s->dead = 1;
			http_conn_close(c);
		}
		if (s->on_close != NULL)
			s->on_close(s, s->arg);
		stream_free(s);
	}
}
