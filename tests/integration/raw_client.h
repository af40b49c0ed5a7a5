#ifndef TESTS_RAW_CLIENT_H
#define TESTS_RAW_CLIENT_H
/* A client of raw bytes in the same process as the server: it turns the server's loop itself. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "tests/integration/peer.h"

struct raw_client { struct event_base *base; int fd; int closed; struct buf got; };

static inline void
client_open(struct raw_client *c, struct event_base *base, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	to.sin_port = htons((uint16_t)port);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	*c = (struct raw_client){ .base = base, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	ck_assert_int_eq(connect(c->fd, (struct sockaddr *)&to, sizeof(to)), 0);
}

static inline void
client_close(struct raw_client *c)
{
	close(c->fd);
	buf_release(&c->got);
	event_base_loop(c->base, EVLOOP_NONBLOCK);
}

static inline void
client_read(struct raw_client *c)
{
	char data[4096];
	ssize_t n;

	while (!c->closed && (n = recv(c->fd, data, sizeof(data), MSG_DONTWAIT)) >= 0) {
		if (n == 0)
			c->closed = 1;
		buf_add(&c->got, data, (size_t)n);
	}
	if (!c->closed && errno != EAGAIN)
		c->closed = 1;
}

static inline void
client_send(struct raw_client *c, const char *data, size_t len)
{
	/* The server may have closed already: that is what many rows are about. */
	if (send(c->fd, data, len, MSG_NOSIGNAL) < 0)
		ck_assert(errno == EPIPE || errno == ECONNRESET);
}

/* The final answers in what came, as "200 404 "; 100s are skipped. */
static inline void
statuses(const struct raw_client *c, struct buf *out)
{
	const char *at = buf_str(&c->got), *end;

	buf_reset(out);
	while ((end = strstr(at, "\r\n\r\n")) != NULL) {
		const char *length = strstr(at, "Content-Length: ");
		size_t skip = 0;

		ck_assert_msg(strncmp(at, "HTTP/1.1 ", 9) == 0, "\"%s\"", at);
		if (length != NULL && length < end)
			skip = strtoul(length + 16, NULL, 10);
		if (strncmp(at + 9, "100", 3) != 0)
			buf_addf(out, "%.3s ", at + 9);
		if (strlen(end + 4) < skip)
			break;		/* HEAD has no body */
		at = end + 4 + skip;
	}
}

static inline void
run_until(struct raw_client *c, const char *expected, int closed)
{
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;
	struct buf got = { 0 };

	do {
		event_base_loop(c->base, EVLOOP_NONBLOCK);
		client_read(c);
		statuses(c, &got);
	} while ((strcmp(buf_str(&got), expected) != 0 || (closed && !c->closed)) &&
	    got.len <= strlen(expected) && clock_mono_ms() < by_ms);
	for (int i = 0; i < 3; i++)
		event_base_loop(c->base, EVLOOP_NONBLOCK);
	client_read(c);
	statuses(c, &got);
	ck_assert_msg(strcmp(buf_str(&got), expected) == 0, "\"%s\" for \"%s\"", buf_str(&got), expected);
	ck_assert_msg(c->closed == closed, "%s", closed ? "still open" : "closed");
	buf_release(&got);
}
#endif
