/*
 * A gateway that says yes to everything, and counts.
 *
 *   sink [--answer-after MS] [--reply TEXT]
 *
 * Prints its port, then serves until its standard input ends; then one line of JSON: how many
 * requests, their rate from the first to the last, and the most within any second.
 * GET /count answers how many so far, and is not counted.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "lib/buf.h"
#include "lib/clock.h"

static struct event_base *base;
static const char *reply_text = "";
static int64_t answer_after_ms;
static int64_t *seen_us;
static size_t seen_n, seen_cap;

struct late { struct evhttp_request *req; struct event *timer; };

static void
answer(struct evhttp_request *req, const char *text)
{
	struct evbuffer *b = evbuffer_new();

	evbuffer_add(b, text, strlen(text));
	evhttp_send_reply(req, 200, "OK", b);
	evbuffer_free(b);
}

static void
on_time(evutil_socket_t fd, short what, void *arg)
{
	struct late *l = arg;

	(void)fd, (void)what;
	answer(l->req, reply_text);
	event_free(l->timer);
	free(l);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct timeval tv = ms_to_timeval(answer_after_ms);
	struct late *l;

	(void)arg;
	if (strcmp(evhttp_request_get_uri(req), "/count") == 0) {
		char count[24];

		snprintf(count, sizeof(count), "%zu", seen_n);
		answer(req, count);
		return;
	}
	if (seen_n == seen_cap) {
		seen_cap = seen_cap == 0 ? 65536 : 2 * seen_cap;
		seen_us = xrealloc(seen_us, seen_cap * sizeof(*seen_us));
	}
	seen_us[seen_n++] = clock_mono_us();
	if (answer_after_ms == 0) {
		answer(req, reply_text);
		return;
	}
	l = xmalloc(sizeof(*l));
	l->req = req;
	l->timer = event_new(base, -1, 0, on_time, l);
	event_add(l->timer, &tv);
}

static void
on_input(evutil_socket_t fd, short what, void *arg)
{
	char c;

	(void)what, (void)arg;
	if (read(fd, &c, 1) <= 0)
		event_base_loopbreak(base);
}

static void
report(void)
{
	size_t peak = 0, from = 0;
	double seconds = seen_n > 1 ? (double)(seen_us[seen_n - 1] - seen_us[0]) / 1e6 : 0;

	for (size_t i = 0; i < seen_n; i++) {
		while (seen_us[i] - seen_us[from] > 1000000)
			from++;
		peak = i - from + 1 > peak ? i - from + 1 : peak;
	}
	printf("{\"count\":%zu,\"per_s\":%.1f,\"peak_1s\":%zu}\n", seen_n,
	    seconds > 0 ? (double)(seen_n - 1) / seconds : 0, peak);
}

int
main(int argc, char **argv)
{
	struct evhttp *http;
	struct evhttp_bound_socket *bound;
	struct event *input;
	struct sockaddr_in a;
	socklen_t len = sizeof(a);

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--answer-after") == 0) answer_after_ms = strtoll(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--reply") == 0) reply_text = argv[i + 1];
	}
	base = event_base_new();
	http = evhttp_new(base);
	evhttp_set_gencb(http, on_request, NULL);
	bound = evhttp_bind_socket_with_handle(http, "127.0.0.1", 0);
	input = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, NULL);
	if (bound == NULL || input == NULL || event_add(input, NULL) != 0 ||
	    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&a, &len) != 0) {
		perror("sink");
		return 1;
	}
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	event_base_dispatch(base);
	report();
	event_free(input);
	evhttp_free(http);
	event_base_free(base);
	free(seen_us);
	return 0;
}
