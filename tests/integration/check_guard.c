/*
 * Raw requests against a server in this process: what is answered, whether the connection ends, and
 * above all what a handler got to see.  Every row is sent whole, byte by byte, in random pieces.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/event.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/httpd.h"
#include "tests/integration/raw_client.h"

static struct event_base *base;
static struct httpd *server;
static struct buf seen;			/* one word per handled request: method, path, body */

static void
note(struct http_req *r)
{
	size_t len;
	const char *body = http_req_body(r, &len);

	buf_addf(&seen, "%s%s[", http_req_method(r) == HTTP_POST ? "+" : "", http_req_path(r));
	buf_add(&seen, body, len);
	buf_adds(&seen, "]");
}

static void
answer_ok(struct http_req *r, void *arg)
{
	struct buf body = { 0 };

	(void)arg;
	note(r);
	buf_adds(&body, "{\"baik\":true}");
	http_answer_json(r, 200, &body);
	buf_release(&body);
}

static void
on_answer_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	answer_ok(arg, NULL);
}

static void
answer_late(struct http_req *r, void *arg)
{
	struct timeval soon = { 0, 2000 };

	(void)arg;
	event_base_once(base, -1, EV_TIMEOUT, on_answer_late, r, &soon);
}

static const struct http_route routes[] = {
	{ HTTP_POST, "/lapor", 64, answer_ok, 0 },
	{ HTTP_GET, "/", 0, answer_ok, 0 },
	{ HTTP_GET, "/l/*", 0, answer_ok, 0 },
	{ HTTP_GET, "/kopi hangat", 0, answer_ok, 0 },
	{ HTTP_GET, "/nanti", 0, answer_late, 0 },
	{ HTTP_POST, "/nanti", 64, answer_late, 0 },
	{ HTTP_POST, "/foto", 100000, answer_ok, HTTP_ROUTE_UPLOAD },
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
}

static void
teardown(void)
{
	httpd_free(server);
	event_base_free(base);
	buf_release(&seen);
}

/* ---- the rows ---- */

#define RAW(s) s, sizeof(s) - 1
#define H "Host: a\r\n"
#define GET "GET / HTTP/1.1\r\n" H
#define POST "POST /lapor HTTP/1.1\r\n" H
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"
#define BAD "400 ", 1, ""
#define HIDDEN "GET /l/rahasia HTTP/1.1\r\n" H "\r\n"
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define LINES "a: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\na: b\r\n"

static const struct {
	const char *what, *raw;
	size_t len;
	const char *answers;
	int closed;
	const char *seen;
} rows[] = {
	{ "a plain GET", RAW(GET "\r\n"), "200 ", 0, "/[]" },
	{ "HEAD", RAW("HEAD / HTTP/1.1\r\n" H "\r\n"), "200 ", 0, "/[]" },
	{ "a plain POST", RAW(POST "Content-Length: 5\r\n\r\napi !"), "200 ", 0, "+/lapor[api !]" },
	{ "a POST without a body", RAW(POST "\r\n"), "200 ", 0, "+/lapor[]" },
	{ "an empty body", RAW(POST "Content-Length: 0\r\n\r\n"), "200 ", 0, "+/lapor[]" },
	{ "chunked", RAW(POST CHUNKED "3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n"),
	    "200 ", 0, "+/lapor[abc0123456789]" },
	{ "chunked in capitals", RAW(POST "transfer-encoding:CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
	    "200 ", 0, "+/lapor[x]" },
	{ "three in one go", RAW(GET "\r\n" POST "Content-Length: 2\r\n\r\nhi" HIDDEN),
	    "200 200 200 ", 0, "/[]+/lapor[hi]/l/rahasia[]" },
	{ "chunked, then another", RAW(POST CHUNKED "2\r\nab\r\n0\r\n\r\n" GET "\r\n"),
	    "200 200 ", 0, "+/lapor[ab]/[]" },
	{ "late answers keep their order", RAW("GET /nanti HTTP/1.1\r\n" H "\r\n" GET "\r\n"
	    "POST /nanti HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx" GET "\r\n"),
	    "200 200 200 200 ", 0, "/nanti[]/[]+/nanti[x]/[]" },
	{ "a body that looks like a request", RAW(POST "Content-Length: 36\r\n\r\n" HIDDEN), "200 ", 0,
	    "+/lapor[GET /l/rahasia HTTP/1.1\r\nHost: a\r\n\r\n]" },
	{ "Connection: close", RAW(GET "Connection: close\r\n\r\n"), "200 ", 1, "/[]" },
	{ "nothing after close", RAW(GET "Connection: close\r\n\r\n" HIDDEN), "200 ", 1, "/[]" },
	{ "HTTP/1.0", RAW("GET / HTTP/1.0\r\n\r\n"), "200 ", 1, "/[]" },
	{ "HTTP/1.0 that stays", RAW("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "200 ", 0, "/[]" },
	{ "Expect: 100-continue", RAW(POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"),
	    "200 ", 0, "+/lapor[hi]" },
	{ "a decoded path", RAW("GET /kopi%20hangat?x=%00 HTTP/1.1\r\n" H "\r\n"), "200 ", 0, "/kopi hangat[]" },
	{ "a name in UTF-8", RAW("GET /l/caf%C3%A9 HTTP/1.1\r\n" H "\r\n"), "200 ", 0, "/l/caf\xc3\xa9[]" },
	{ "a header value in UTF-8", RAW(GET "X-Y: \xc3\xa9\r\n\r\n"), "200 ", 0, "/[]" },
	{ "an upload", RAW("POST /foto HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nfoto"), "200 ", 0, "+/foto[foto]" },

	{ "nothing there", RAW("GET /tidak HTTP/1.1\r\n" H "\r\n"), "404 ", 0, "" },
	{ "a star takes one segment", RAW("GET /l/a/b HTTP/1.1\r\n" H "\r\n"), "404 ", 0, "" },
	{ "a star takes no empty segment", RAW("GET /l/ HTTP/1.1\r\n" H "\r\n"), "404 ", 0, "" },
	{ "a body for nobody", RAW("POST /tidak HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"), "404 ", 1, "" },
	{ "GET where POST is", RAW("GET /lapor HTTP/1.1\r\n" H "\r\n"), "405 ", 0, "" },
	{ "PUT", RAW("PUT /lapor HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"), "405 ", 1, "" },
	{ "OPTIONS", RAW("OPTIONS /lapor HTTP/1.1\r\n" H "\r\n"), "405 ", 0, "" },
	{ "TRACE", RAW("TRACE / HTTP/1.1\r\n" H "\r\n"), "405 ", 0, "" },
	{ "CONNECT", RAW("CONNECT a:443 HTTP/1.1\r\n" H "\r\n" HIDDEN), "501 ", 1, "" },
	{ "unknown method", RAW("BREW / HTTP/1.1\r\n" H "\r\n" HIDDEN), "501 ", 1, "" },
	{ "method in lower case", RAW("get / HTTP/1.1\r\n" H "\r\n" HIDDEN), "501 ", 1, "" },
	{ "Content-Encoding", RAW(POST "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi"), "415 ", 0, "" },

	{ "equal lengths twice", RAW(POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi" HIDDEN), BAD },
	{ "two lengths", RAW(POST "Content-Length: 2\r\nContent-Length: 0\r\n\r\nhi" HIDDEN), BAD },
	{ "two lengths in one", RAW(POST "Content-Length: 2, 2\r\n\r\nhi" HIDDEN), BAD },
	{ "length +5", RAW(POST "Content-Length: +5\r\n\r\nabcde" HIDDEN), BAD },
	{ "length -1", RAW(POST "Content-Length: -1\r\n\r\n" HIDDEN), BAD },
	{ "length 0x10", RAW(POST "Content-Length: 0x10\r\n\r\n" HIDDEN), BAD },
	{ "length of 20 digits", RAW(POST "Content-Length: 00000000000000000002\r\n\r\nhi" HIDDEN), BAD },
	{ "length empty", RAW(POST "Content-Length:\r\n\r\n" HIDDEN), BAD },
	{ "length with a space in it", RAW(POST "Content-Length: 1 0\r\n\r\n" HIDDEN), BAD },
	{ "length and coding", RAW(POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "coding and length", RAW(POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "coding xchunked", RAW(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "coding gzip, chunked", RAW(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "coding identity", RAW(POST "Transfer-Encoding: identity\r\n\r\n" HIDDEN), BAD },
	{ "coding twice", RAW(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "coding in quotes", RAW(POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "coding after a vertical tab", RAW(POST "Transfer-Encoding:\vchunked\r\n\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "coding in 1.0", RAW("POST /lapor HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), BAD },
	{ "space before the colon", RAW(POST "Content-Length : 41\r\n\r\n" HIDDEN), BAD },
	{ "a length hidden by a fold", RAW(POST "X: y\r\n Content-Length: 36\r\n\r\n" HIDDEN), BAD },
	{ "a fold", RAW(GET "X: y\r\n\tz\r\n\r\n" HIDDEN), BAD },
	{ "a fold after the request line", RAW("GET / HTTP/1.1\r\n " H "\r\n" HIDDEN), BAD },
	{ "a bare line feed", RAW("GET / HTTP/1.1\n" H "\r\n" HIDDEN), BAD },
	{ "a bare line feed in a header", RAW(GET "X: y\nContent-Length: 36\r\n\r\n" HIDDEN), BAD },
	{ "an end of bare line feeds", RAW("GET / HTTP/1.1\r\nHost: a\n\n" HIDDEN), BAD },
	{ "a CR alone", RAW(GET "X: y\rZ: 1\r\n\r\n" HIDDEN), BAD },
	{ "CR CR LF", RAW(GET "X: y\r\r\n\r\n" HIDDEN), BAD },
	{ "NUL in a value", RAW(GET "X: a\0b\r\n\r\n" HIDDEN), BAD },
	{ "NUL in a name", RAW(GET "X\0: a\r\n\r\n" HIDDEN), BAD },
	{ "NUL in the target", RAW("GET /\0 HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "NUL first", RAW("\0GET / HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "an empty name", RAW(GET ": x\r\n\r\n" HIDDEN), BAD },
	{ "no colon", RAW(GET "Content-Length\r\n\r\n" HIDDEN), BAD },
	{ "a name of 100", RAW(GET "x" HUNDRED ": y\r\n\r\n" HIDDEN), BAD },
	{ "a name with brackets", RAW(GET "X[]: y\r\n\r\n" HIDDEN), BAD },
	{ "no Host", RAW("GET / HTTP/1.1\r\n\r\n" HIDDEN), BAD },
	{ "two Hosts", RAW(GET H "\r\n" HIDDEN), BAD },
	{ "an empty Host", RAW("GET / HTTP/1.1\r\nHost:\r\n\r\n" HIDDEN), BAD },
	{ "a Host with a path", RAW("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" HIDDEN), BAD },
	{ "an absolute URI", RAW("GET http://a/ HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "a target without slash", RAW("GET l HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "two slashes", RAW("GET //l HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "two slashes inside", RAW("GET /l//a HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "dot dot", RAW("GET /l/../ HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "dot dot at the end", RAW("GET /l/.. HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "dot dot encoded", RAW("GET /l/%2e%2E/x HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "dot dot and an encoded slash", RAW("GET /l/..%2f HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "%00", RAW("GET /l/a%00b HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "%0d%0a", RAW("GET /l/a%0d%0ab HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "a broken %", RAW("GET /l/%zz HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "a cut %", RAW("GET /l/%4 HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "overlong UTF-8", RAW("GET /l/%c0%af HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "broken UTF-8", RAW("GET /l/%ff HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "UTF-8 not encoded", RAW("GET /l/\xc3\xa9 HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "a fragment", RAW("GET /#a HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "a backslash", RAW("GET /l\\a HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "two spaces", RAW("GET  / HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "a space too many", RAW("GET / x HTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "a tab", RAW("GET\t/\tHTTP/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "no version", RAW("GET /\r\n" H "\r\n" HIDDEN), BAD },
	{ "an empty line first", RAW("\r\n" GET "\r\n"), BAD },
	{ "HTTP/2.0", RAW("GET / HTTP/2.0\r\n" H "\r\n" HIDDEN), "505 ", 1, "" },
	{ "HTTP/1.2", RAW("GET / HTTP/1.2\r\n" H "\r\n" HIDDEN), "505 ", 1, "" },
	{ "HTTP/1.10", RAW("GET / HTTP/1.10\r\n" H "\r\n" HIDDEN), BAD },
	{ "http/1.1", RAW("GET / http/1.1\r\n" H "\r\n" HIDDEN), BAD },
	{ "the preface of h2c", RAW("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), BAD },
	{ "Upgrade", RAW(GET "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n" HIDDEN), BAD },
	{ "a TLS hello", RAW("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), BAD },
	{ "another expectation", RAW(POST "Expect: 200-ok\r\nContent-Length: 2\r\n\r\nhi" HIDDEN), "417 ", 1, "" },
	{ "65 header lines", RAW(GET LINES LINES LINES LINES LINES LINES "a: b\r\na: b\r\na: b\r\na: b\r\n\r\n" HIDDEN),
	    "431 ", 1, "" },
	{ "9000 bytes of headers", RAW(GET "a: " THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND
	    THOUSAND THOUSAND "\r\n\r\n" HIDDEN), "431 ", 1, "" },
	{ "9000 bytes of target", RAW("GET /" THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND
	    THOUSAND THOUSAND " HTTP/1.1\r\n" H "\r\n"), "414 ", 1, "" },

	{ "a body over the limit", RAW(POST "Content-Length: 65\r\n\r\n"), "413 ", 1, "" },
	{ "two gigabytes declared", RAW(POST "Expect: 100-continue\r\nContent-Length: 2147483648\r\n\r\n"), "413 ", 1, "" },
	{ "chunks over the limit", RAW(POST CHUNKED "40\r\n" TEN TEN TEN TEN TEN TEN "0123\r\n1\r\n"),
	    "413 ", 1, "" },
	{ "a chunk of 4 GB", RAW(POST CHUNKED "ffffffff\r\n"), "413 ", 1, "" },
	{ "a body for GET", RAW(GET "Content-Length: 36\r\n\r\n" HIDDEN), "413 ", 1, "" },
	{ "a chunked body for GET", RAW(GET CHUNKED "1\r\nx\r\n0\r\n\r\n" HIDDEN), "413 ", 1, "" },
	{ "a chunk extension", RAW(POST CHUNKED "2;a=b\r\nhi\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "a space after the size", RAW(POST CHUNKED "2 \r\nhi\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "a size 0x2", RAW(POST CHUNKED "0x2\r\nhi\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "a size of nine digits", RAW(POST CHUNKED "000000002\r\nhi\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "an empty size", RAW(POST CHUNKED "\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "a size ended by a line feed", RAW(POST CHUNKED "2\nhi\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "a chunk longer than its size", RAW(POST CHUNKED "2\r\nhi!\r\n0\r\n\r\n" HIDDEN), BAD },
	{ "a trailer", RAW(POST CHUNKED "2\r\nhi\r\n0\r\nX: y\r\n\r\n" HIDDEN), BAD },
	{ "good, then bad", RAW(GET "\r\n" POST "Content-Length: x\r\n\r\n" HIDDEN), "200 400 ", 1, "/[]" },
	{ "late, then bad", RAW("GET /nanti HTTP/1.1\r\n" H "\r\n" "GET / HTTP/1.1\r\n\r\n" HIDDEN), "200 400 ", 1, "/nanti[]" },
};

enum sending { WHOLE, BYTES, PIECES, SENDINGS };

static void
send_row(struct raw_client *c, const char *raw, size_t len, enum sending how)
{
	static unsigned seed = 1;

	for (size_t at = 0; at < len; ) {
		size_t n = len;

		if (how == BYTES)
			n = len > 2000 ? 97 : 1;
		else if (how == PIECES)
			n = 1 + (seed = seed * 1103515245 + 12345) / 65536 % 40;
		if (n > len - at)
			n = len - at;
		client_send(c, raw + at, n);
		at += n;
		event_base_loop(base, EVLOOP_NONBLOCK);
		client_read(c);
	}
}

START_TEST(a_row)
{
	for (int how = WHOLE; how < SENDINGS; how++) {
		struct raw_client c;

		buf_reset(&seen);
		client_open(&c, base, httpd_port(server));
		send_row(&c, rows[_i].raw, rows[_i].len, (enum sending)how);
		run_until(&c, rows[_i].answers, rows[_i].closed);
		ck_assert_msg(strcmp(buf_str(&seen), rows[_i].seen) == 0, "%s: a handler saw \"%s\"",
		    rows[_i].what, buf_str(&seen));
		client_close(&c);
	}
	ck_assert_int_eq(httpd_open(server), 0);
}
END_TEST

/* Every way to cut a stream of three requests in two. */
START_TEST(every_cut)
{
	static const char raw[] = POST "Content-Length: 2\r\n\r\nhi"
	    POST CHUNKED "3\r\nabc\r\n0\r\n\r\n" GET "\r\n";

	for (size_t cut = 1; cut < sizeof(raw) - 1; cut++) {
		struct raw_client c;

		buf_reset(&seen);
		client_open(&c, base, httpd_port(server));
		send_row(&c, raw, cut, WHOLE);
		send_row(&c, raw + cut, sizeof(raw) - 1 - cut, WHOLE);
		run_until(&c, "200 200 200 ", 0);
		ck_assert_str_eq(buf_str(&seen), "+/lapor[hi]+/lapor[abc]/[]");
		client_close(&c);
	}
}
END_TEST

/* Random damage to good requests: every connection ends, and nothing is seen twice. */
START_TEST(damage)
{
	static const char good[] = POST "Content-Length: 5\r\nX: y\r\n\r\nhello" GET "\r\n";
	unsigned seed = (unsigned)_i + 1;

	for (int round = 0; round < 300; round++) {
		char raw[sizeof(good)];
		struct raw_client c;
		int64_t by_ms;

		memcpy(raw, good, sizeof(good));
		for (int i = 0; i < 2; i++) {
			seed = seed * 1103515245 + 12345;
			raw[(seed >> 8) % (sizeof(good) - 1)] = (char)(seed >> 24);
		}
		buf_reset(&seen);
		client_open(&c, base, httpd_port(server));
		send_row(&c, raw, sizeof(good) - 1, PIECES);
		shutdown(c.fd, SHUT_WR);
		by_ms = clock_mono_ms() + LIMIT_MS;
		while (!c.closed && clock_mono_ms() < by_ms) {
			event_base_loop(base, EVLOOP_NONBLOCK);
			client_read(&c);
		}
		ck_assert_msg(c.closed, "%s", raw);
		ck_assert_msg(seen.len < 60, "%s", buf_str(&seen));
		client_close(&c);
	}
	ck_assert_int_eq(httpd_open(server), 0);
}
END_TEST

Suite *guard_suite(void);

Suite *
guard_suite(void)
{
	Suite *s = suite_create("guard");
	TCase *tc = tcase_create("guard");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_row, 0, N_ELEMS(rows));
	tcase_add_test(tc, every_cut);
	tcase_add_loop_test(tc, damage, 0, 4);
	suite_add_tcase(s, tc);
	return s;
}
