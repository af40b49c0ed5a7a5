/* The HTTP client against our own server, and against peers that behave badly. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/clock.h"
#include "lib/httpc.h"
#include "lib/httpd.h"

static struct event_base *base;
static struct httpd *server;
static struct httpc *client;
static struct http_req *kept[4];
static int kept_count;
static int sending;

struct got { int count, outcome, status; struct buf body, why; int64_t retry_after_ms; };

static void
echo(struct http_req *r, void *arg)
{
	struct buf body = { 0 };
	size_t len;
	const char *sent = http_req_body(r, &len);

	(void)arg;
	buf_addf(&body, "%s [%s] [", http_req_header(r, "X-Uji") != NULL ? http_req_header(r, "X-Uji") : "-",
	    http_req_header(r, "Expect") != NULL ? "expects" : "");
	buf_add(&body, sent, len);
	buf_adds(&body, "]");
	http_answer(r, 200, "text/plain", &body);
	buf_release(&body);
}

static void
busy(struct http_req *r, void *arg)
{
	(void)arg;
	ck_assert_int_eq(http_add_header(r, "Retry-After", "7"), 0);
	http_answer_problem(r, 503, NULL, "nanti");
}

static void
elsewhere(struct http_req *r, void *arg)
{
	(void)arg;
	http_answer_redirect(r, 302, "file:///etc/passwd");
}

static void
silent(struct http_req *r, void *arg)
{
	(void)arg;
	ck_assert_uint_lt(kept_count, N_ELEMS(kept));
	kept[kept_count++] = r;
}

static void
large(struct http_req *r, void *arg)
{
	struct buf body = { 0 };

	(void)arg;
	for (int i = 0; i < 100000; i++)
		buf_addc(&body, 'x');
	http_answer(r, 200, "text/plain", &body);
	buf_release(&body);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/gema", 0, echo, 0 },
	{ HTTP_POST, "/gema", 5000000, echo, 0 },
	{ HTTP_POST, "/sibuk", 100, busy, 0 },
	{ HTTP_GET, "/lain", 0, elsewhere, 0 },
	{ HTTP_POST, "/diam", 100, silent, 0 },
	{ HTTP_GET, "/besar", 0, large, 0 },
};

static void
setup(void)
{
	struct httpd_options o;
	struct buf errors = { 0 };

	httpd_options_default(&o);
	base = event_base_new();
	server = httpd_new(base, &o, routes, N_ELEMS(routes), NULL, &errors);
	ck_assert_msg(server != NULL, "%s", buf_str(&errors));
	client = httpc_new(base, 4);
}

static void
teardown(void)
{
	httpc_free(client);
	while (kept_count > 0)
		http_answer(kept[--kept_count], 200, NULL, NULL);
	httpd_free(server);
	event_base_free(base);
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct got *g = arg;

	ck_assert_msg(!sending, "called from inside httpc_send()");
	g->count++;
	g->outcome = a->outcome;
	g->status = a->status;
	g->retry_after_ms = a->retry_after_ms;
	buf_reset(&g->body);
	buf_add(&g->body, a->body, a->body_len);
	buf_reset(&g->why);
	buf_adds(&g->why, a->why);
}

static void
send_to(const struct httpc_request *req, struct got *g)
{
	sending = 1;
	httpc_send(client, req, on_answer, g);
	sending = 0;
}

static void
wait_for(const struct got *g, int count)
{
	int64_t by_ms = clock_mono_ms() + 60000;

	while (g->count < count && clock_mono_ms() < by_ms)
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_int_eq(g->count, count);
}

static void
got_release(struct got *g)
{
	buf_release(&g->body);
	buf_release(&g->why);
}

static const char *
url(const char *path)
{
	static struct buf text;

	buf_reset(&text);
	buf_addf(&text, "http://127.0.0.1:%d%s", httpd_port(server), path);
	return buf_str(&text);
}

START_TEST(asks_and_is_answered)
{
	const char *headers[] = { "X-Uji: ya", NULL };
	struct httpc_request get = { .method = "GET", .url = url("/gema") };
	struct got g = { 0 };

	send_to(&get, &g);
	wait_for(&g, 1);
	ck_assert_int_eq(g.outcome, 0);
	ck_assert_int_eq(g.status, 200);
	ck_assert_str_eq(buf_str(&g.body), "- [] []");
	for (int i = 0; i < 3; i++) {
		struct httpc_request post = { .method = "POST", .url = url("/gema"), .headers = headers,
		    .body = "a\0b", .body_len = 3 };

		send_to(&post, &g);
		wait_for(&g, 2 + i);
		ck_assert_int_eq(g.status, 200);
		ck_assert(g.body.len == 11 && memcmp(g.body.data, "ya [] [a\0b]", 11) == 0);
	}
	ck_assert_uint_eq(httpd_counts(server).connections, 1);
	got_release(&g);
}
END_TEST

START_TEST(a_large_body_is_sent_without_a_pause)
{
	char *body = malloc(2000000);
	struct httpc_request post = { .method = "POST", .url = url("/gema"), .body = body,
	    .body_len = 2000000, .answer_limit = 3000000 };
	struct got g = { 0 };

	memset(body, 'x', 2000000);
	send_to(&post, &g);
	memset(body, 'y', 2000000);	/* it was copied */
	wait_for(&g, 1);
	ck_assert_int_eq(g.status, 200);
	ck_assert_uint_eq(g.body.len, 2000000 + 8 - 1);
	ck_assert_ptr_null(strchr(buf_str(&g.body), 'y'));
	free(body);
	got_release(&g);
}
END_TEST

START_TEST(a_busy_server_names_its_time)
{
	struct httpc_request post = { .method = "POST", .url = url("/sibuk") };
	struct got g = { 0 };

	send_to(&post, &g);
	wait_for(&g, 1);
	ck_assert_int_eq(g.outcome, 0);
	ck_assert_int_eq(g.status, 503);
	ck_assert_int_eq(g.retry_after_ms, 7000);
	got_release(&g);
}
END_TEST

START_TEST(redirects_are_not_followed)
{
	struct httpc_request get = { .method = "GET", .url = url("/lain") };
	struct got g = { 0 };

	send_to(&get, &g);
	wait_for(&g, 1);
	ck_assert_int_eq(g.status, 302);
	got_release(&g);
}
END_TEST

START_TEST(answers_are_capped)
{
	struct httpc_request get = { .method = "GET", .url = url("/besar"), .answer_limit = 1000 };
	struct got g = { 0 };

	send_to(&get, &g);
	wait_for(&g, 1);
	ck_assert_int_eq(g.outcome, 0);
	ck_assert_int_eq(g.status, 200);
	ck_assert_uint_eq(g.body.len, 1000);
	ck_assert_ptr_nonnull(strstr(buf_str(&g.why), "limit"));
	got_release(&g);
}
END_TEST

START_TEST(silence_is_unknown_in_time)
{
	struct httpc_request post = { .method = "POST", .url = url("/diam"), .total_ms = 300 };
	int64_t from_ms = clock_mono_ms();
	struct got g = { 0 };

	send_to(&post, &g);
	wait_for(&g, 1);
	ck_assert_int_eq(g.outcome, -2);
	ck_assert_int_eq(g.status, 0);
	ck_assert_int_lt(clock_mono_ms() - from_ms, 20000);	/* else it is thirty seconds */
	got_release(&g);
}
END_TEST

static const char *const unsendable[] = {
	"http://127.0.0.1:1/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://", "",
	"http://[::1", "http://nama.invalid/",
};

START_TEST(nothing_sent_is_sure)
{
	struct httpc_request post = { .method = "POST", .url = unsendable[_i], .body = "x", .body_len = 1 };
	struct got g = { 0 };

	send_to(&post, &g);
	ck_assert_int_eq(g.count, 0);
	wait_for(&g, 1);
	ck_assert_msg(g.outcome == -1, "%s: %d %s", unsendable[_i], g.outcome, buf_str(&g.why));
	ck_assert_uint_gt(g.why.len, 0);
	got_release(&g);
}
END_TEST

/* ---- a peer that takes the request and then does as it likes ---- */

struct peer { int fd; const char *says; struct event *on_accept, *on_request; };

static void
on_peer_request(evutil_socket_t fd, short what, void *arg)
{
	const struct peer *p = arg;
	char request[4096];

	(void)what;
	ck_assert_int_gt(recv(fd, request, sizeof(request), 0), 0);
	ck_assert_int_eq(send(fd, p->says, strlen(p->says), 0), (ssize_t)strlen(p->says));
	close(fd);
}

static void
on_peer_accept(evutil_socket_t fd, short what, void *arg)
{
	struct peer *p = arg;
	int one = accept(fd, NULL, NULL);

	(void)what;
	ck_assert_int_ge(one, 0);
	p->on_request = event_new(base, one, EV_READ, on_peer_request, p);
	event_add(p->on_request, NULL);
}

static int
peer_open(struct peer *p)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(p->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(p->fd, 5), 0);
	ck_assert_int_eq(getsockname(p->fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.sin_port);
}

static const struct { const char *says; int outcome, status; } peers[] = {
	{ "", -2, 0 },				/* closes after the request */
	{ "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", -2, 0 },
	{ "HTTP/1.1 200", -2, 0 },
	{ "this is no HTTP\r\n\r\n", -2, 0 },
	{ "HTTP/1.1 429 Slow\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n", 0, 429 },
};

START_TEST(a_cut_answer_is_unknown)
{
	struct peer p = { .says = peers[_i].says };
	struct buf text = { 0 };
	struct httpc_request post = { .method = "POST", .body = "x", .body_len = 1 };
	struct got g = { 0 };

	buf_addf(&text, "http://127.0.0.1:%d/", peer_open(&p));
	post.url = buf_str(&text);
	p.on_accept = event_new(base, p.fd, EV_READ, on_peer_accept, &p);
	event_add(p.on_accept, NULL);
	send_to(&post, &g);
	wait_for(&g, 1);
	ck_assert_msg(g.outcome == peers[_i].outcome, "%d %s", g.outcome, buf_str(&g.why));
	ck_assert_int_eq(g.status, peers[_i].status);
	ck_assert_int_ge(g.retry_after_ms, 0);
	event_free(p.on_accept);
	event_free(p.on_request);
	close(p.fd);
	buf_release(&text);
	got_release(&g);
}
END_TEST

START_TEST(freeing_answers_what_is_out)
{
	struct httpc_request post = { .method = "POST", .url = url("/diam") };
	int64_t by_ms = clock_mono_ms() + 60000;
	struct got g = { 0 };

	send_to(&post, &g);
	send_to(&post, &g);
	while (kept_count < 2 && clock_mono_ms() < by_ms)
		event_base_loop(base, EVLOOP_ONCE);
	httpc_free(client);
	client = NULL;
	ck_assert_int_eq(g.count, 2);
	ck_assert_int_eq(g.outcome, -2);
	got_release(&g);
}
END_TEST

START_TEST(no_more_connections_than_allowed)
{
	struct httpc_request get = { .method = "GET", .url = url("/gema") };
	struct got g = { 0 };

	for (int i = 0; i < 50; i++)
		send_to(&get, &g);
	wait_for(&g, 50);
	ck_assert_uint_le(httpd_counts(server).connections, 4);
	ck_assert_uint_eq(httpd_counts(server).requests, 50);
	got_release(&g);
}
END_TEST

Suite *httpc_suite(void);

Suite *
httpc_suite(void)
{
	Suite *s = suite_create("httpc");
	TCase *tc = tcase_create("httpc");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, asks_and_is_answered);
	tcase_add_test(tc, a_large_body_is_sent_without_a_pause);
	tcase_add_test(tc, a_busy_server_names_its_time);
	tcase_add_test(tc, redirects_are_not_followed);
	tcase_add_test(tc, answers_are_capped);
	tcase_add_test(tc, silence_is_unknown_in_time);
	tcase_add_loop_test(tc, nothing_sent_is_sure, 0, N_ELEMS(unsendable));
	tcase_add_loop_test(tc, a_cut_answer_is_unknown, 0, N_ELEMS(peers));
	tcase_add_test(tc, freeing_answers_what_is_out);
	tcase_add_test(tc, no_more_connections_than_allowed);
	suite_add_tcase(s, tc);
	return s;
}
