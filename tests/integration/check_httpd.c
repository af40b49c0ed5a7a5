/* What the server does around the guard: requests, answers, limits of time and number, streams. */
#include <check.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <event2/event.h>
#include <jansson.h>

#include "lib/httpd.h"
#include "tests/integration/peer.h"
#include "tests/integration/raw_client.h"

#define MIB (1024 * 1024)

static struct event_base *base;
static struct httpd *server;
static struct httpd_options options;
static struct buf seen;
static struct http_req *waiting;
static int gone;
static struct http_stream *stream;
static int stream_closed;

static void
get_shown(struct http_req *r, void *arg)
{
	size_t a = 0, b = 0;
	const char *value = http_req_query(r, "a", &a), *empty = http_req_query(r, "b", &b);
	const char *cookie = http_req_cookie(r, "kt");

	(void)arg;
	buf_addf(&seen, "a=%s/%zu b=%s c=%s cookie=%s peer=%s tail=%s json=%d agent=%s",
	    value != NULL ? value : "-", a, empty != NULL ? empty : "-",
	    http_req_query(r, "c", NULL) != NULL ? "there" : "-", cookie != NULL ? cookie : "-",
	    http_req_peer(r), http_req_tail(r), http_req_wants_json(r),
	    http_req_header(r, "user-agent") != NULL ? http_req_header(r, "user-agent") : "-");
	ck_assert_int_gt(http_req_started_us(r), 0);
	ck_assert_int_le(http_req_started_us(r), clock_mono_us());
	http_answer(r, 204, NULL, NULL);
}

static void
post_form(struct http_req *r, void *arg)
{
	size_t len = 0;
	const char *isi = http_req_field(r, "isi", &len);

	(void)arg;
	buf_addf(&seen, "isi=%s/%zu nama=%s", isi != NULL ? isi : "-", len,
	    http_req_field(r, "nama", NULL) != NULL ? http_req_field(r, "nama", NULL) : "-");
	ck_assert_int_eq(http_add_header(r, "Set-Cookie", "kt=1; HttpOnly"), 0);
	ck_assert_int_eq(http_add_header(r, "X-Bad", "a\r\nSet-Cookie: b"), -1);
	ck_assert_int_eq(http_add_header(r, "X\nBad", "a"), -1);
	ck_assert_int_eq(http_add_header(r, "X-Bad", "a\nb"), -1);
	http_answer_redirect(r, 303, "/l/7K3F9QXM");
}

static void
get_large(struct http_req *r, void *arg)
{
	struct buf body = { 0 };

	(void)arg;
	for (int i = 0; i < 8 * MIB / 16; i++)
		buf_add(&body, "0123456789abcdef", 16);
	http_answer(r, 200, "text/plain", &body);
	buf_release(&body);
}

static void
on_gone(struct http_req *r, void *arg)
{
	ck_assert_ptr_eq(arg, &gone);
	gone++;
	ck_assert_str_eq(http_req_path(r), "/tunggu");
}

static void
get_waiting(struct http_req *r, void *arg)
{
	(void)arg;
	waiting = r;
	if (strcmp(http_req_path(r), "/tunggu") == 0)
		http_req_on_gone(r, on_gone, &gone);
}

static void
post_photo(struct http_req *r, void *arg)
{
	size_t len, other;
	int fd = http_req_body_file(r, &len);
	char data[8] = "";

	(void)arg;
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(read(fd, data, 4), 4);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), (off_t)len);
	ck_assert_int_eq(http_req_body_file(r, &other), fd);
	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
	buf_addf(&seen, "%zu %s", len, data);
	http_answer(r, 201, NULL, NULL);
}

static void
on_stream_close(struct http_stream *s, void *arg)
{
	ck_assert_ptr_eq(s, stream);
	ck_assert_ptr_eq(arg, &stream);
	stream_closed++;
}

static void
get_stream(struct http_req *r, void *arg)
{
	(void)arg;
	ck_assert_int_eq(http_add_header(r, "X-Accel-Buffering", "no"), 0);
	stream = http_stream_start(r, "text/event-stream", on_stream_close, &stream);
}

static void
get_framed(struct http_req *r, void *arg)
{
	(void)arg;
	http_add_header(r, "Cache-Control", "max-age=3600");
	http_add_header(r, "Content-Security-Policy", "default-src 'self'");
	http_answer(r, 200, "text/css", NULL);
}

static void
get_problem(struct http_req *r, void *arg)
{
	(void)arg;
	http_answer_problem(r, 503, NULL, "kirim \"lagi\" <nanti>");
}

/* What a body that broke off had brought; on_cut_times as often as it was told. */
static int on_cut_times;

static void
on_cut(const struct http_cut *cut, void *arg)
{
	size_t len = 0, token_len = 0;
	const char *offset, *token = http_cut_query(cut, "t", &token_len);

	(void)arg;
	ck_assert_ptr_null(http_cut_query(cut, "tu", &len));
	ck_assert_ptr_null(http_cut_query(cut, "x", &len));
	ck_assert_ptr_null(http_cut_header(cut, "Upload", &len));
	ck_assert_ptr_null(http_cut_header(cut, "Offset", &len));
	offset = http_cut_header(cut, "upload-OFFSET", &len);
	buf_addf(&seen, "%s %.*s ", cut->tail, (int)len, offset != NULL ? offset : "");
	if (token != NULL)
		buf_addf(&seen, "t=%.*s ", (int)token_len, token);
	buf_add(&seen, cut->body, cut->len);
	on_cut_times++;
}

static void
patch_piece(struct http_req *r, void *arg)
{
	size_t len;
	const char *body = http_req_body(r, &len);

	(void)arg;
	ck_assert_int_eq(http_req_method(r), HTTP_PATCH);
	buf_addf(&seen, "whole %s %.*s", http_req_tail(r), (int)len, body);
	http_answer(r, 204, NULL, NULL);
}

static const struct http_route routes[] = {
	{ HTTP_PATCH, "/potong/*", 1000, patch_piece, HTTP_ROUTE_CUT },
	{ HTTP_DELETE, "/potong/*", 0, get_problem, 0 },
	{ HTTP_OPTIONS, "/potong/*", 0, get_problem, 0 },
	{ HTTP_PATCH, "/berkas/*", 1000, patch_piece, HTTP_ROUTE_CUT | HTTP_ROUTE_UPLOAD | HTTP_ROUTE_DEEP },
	{ HTTP_PATCH, "/utuh/*", 1000, patch_piece, 0 },
	{ HTTP_GET, "/tampil/*", 0, get_shown, 0 },
	{ HTTP_POST, "/lapor", 16384, post_form, 0 },
	{ HTTP_GET, "/besar", 0, get_large, 0 },
	{ HTTP_GET, "/tunggu", 0, get_waiting, 0 },
	{ HTTP_GET, "/sabar", 0, get_waiting, 0 },
	{ HTTP_POST, "/sabar", 100, get_waiting, 0 },
	{ HTTP_POST, "/foto", 10 * MIB, post_photo, HTTP_ROUTE_UPLOAD },
	{ HTTP_GET, "/aliran", 0, get_stream, 0 },
	{ HTTP_GET, "/gaya.css", 0, get_framed, 0 },
	{ HTTP_GET, "/masalah", 0, get_problem, 0 },
	{ HTTP_GET, "/dua", 0, get_problem, 0 },
	{ HTTP_POST, "/dua", 10, get_problem, 0 },
};

static void
start(void)
{
	struct buf errors = { 0 };

	server = httpd_new(base, &options, routes, N_ELEMS(routes), NULL, &errors);
	ck_assert_msg(server != NULL, "%s", buf_str(&errors));
}

static void
setup(void)
{
	base = event_base_new();
	httpd_options_default(&options);
}

static void
teardown(void)
{
	httpd_free(server);
	event_base_free(base);
	buf_release(&seen);
}

static void
ask(struct raw_client *c, const char *raw)
{
	client_open(c, base, httpd_port(server));
	client_send(c, raw, strlen(raw));
}

static void
turn_until(const int *value, int wanted)
{
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;

	while (*value != wanted && clock_mono_ms() < by_ms)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_int_eq(*value, wanted);
}

static void
turn_until_open(int wanted)
{
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;

	while (httpd_open(server) != wanted && clock_mono_ms() < by_ms)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_int_eq(httpd_open(server), wanted);
}

static void
turn_until_waiting(void)
{
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;

	while (waiting == NULL && clock_mono_ms() < by_ms)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_ptr_nonnull(waiting);
}

#define H "Host: a\r\n"

static const struct { const char *head, *seen; } shown[] = {
	{ "GET /tampil/x?a=1+2&b&a=9 HTTP/1.1\r\n" H "User-Agent: uji\r\n",
	    "a=1 2/3 b= c=- cookie=- peer=127.0.0.1 tail=x json=0 agent=uji" },
	{ "GET /tampil/7K3F?&&a=%41%zz%4&=x&c=1=2 HTTP/1.1\r\n" H "Accept: application/json\r\n",
	    "a=A%zz%4/6 b=- c=there cookie=- peer=127.0.0.1 tail=7K3F json=1 agent=-" },
	{ "GET /tampil/x?a=%00b HTTP/1.1\r\n" H, "a=/2 b=- c=- cookie=- peer=127.0.0.1 tail=x json=0 agent=-" },
	{ "GET /tampil/x?a%00=1 HTTP/1.1\r\n" H, "a=-/0 b=- c=- cookie=- peer=127.0.0.1 tail=x json=0 agent=-" },
	{ "GET /tampil/x HTTP/1.1\r\n" H "Cookie: akt=0; kt=a=b ; kt=2\r\n",
	    "a=-/0 b=- c=- cookie=a=b peer=127.0.0.1 tail=x json=0 agent=-" },
	{ "GET /tampil/x HTTP/1.1\r\n" H "X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n",
	    "a=-/0 b=- c=- cookie=- peer=5.6.7.8 tail=x json=0 agent=-" },
	{ "GET /tampil/x HTTP/1.1\r\n" H "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 10.0.0.9\r\n",
	    "a=-/0 b=- c=- cookie=- peer=1.2.3.4 tail=x json=0 agent=-" },
	{ "GET /tampil/x HTTP/1.1\r\n" H "X-Forwarded-For: 1.2.3.4, <script>\r\n",
	    "a=-/0 b=- c=- cookie=- peer=127.0.0.1 tail=x json=0 agent=-" },
	{ "GET /tampil/x HTTP/1.1\r\n" H "X-Forwarded-For: 2001:DB8::0:1\r\n",
	    "a=-/0 b=- c=- cookie=- peer=2001:db8::1 tail=x json=0 agent=-" },
};

START_TEST(a_request_is_understood)
{
	static const char *const proxies[] = { "10.0.0.9", NULL };
	struct raw_client c;

	options.proxies = proxies;
	start();
	ask(&c, shown[_i].head);
	client_send(&c, "\r\n", 2);
	run_until(&c, "204 ", 0);
	ck_assert_str_eq(buf_str(&seen), shown[_i].seen);
	ck_assert_ptr_null(strstr(buf_str(&c.got), "Content-Length"));
	client_close(&c);
}
END_TEST

static const struct { const char *type, *body, *seen; } forms[] = {
	{ "application/x-www-form-urlencoded", "isi=jalan+rusak&nama=", "isi=jalan rusak/11 nama=" },
	{ "application/x-www-form-urlencoded; charset=utf-8", "nama=%C3%A9&isi=", "isi=/0 nama=\xc3\xa9" },
	{ "application/x-www-form-urlencodedx", "isi=a", "isi=-/0 nama=-" },
	{ "application/json", "isi=a", "isi=-/0 nama=-" },
	{ "application/x-www-form-urlencoded", "isi", "isi=/0 nama=-" },
};

START_TEST(a_form_is_understood)
{
	struct buf raw = { 0 };
	struct raw_client c;

	start();
	buf_addf(&raw, "POST /lapor HTTP/1.1\r\n" H "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
	    forms[_i].type, strlen(forms[_i].body), forms[_i].body);
	ask(&c, buf_str(&raw));
	run_until(&c, "303 ", 0);
	ck_assert_str_eq(buf_str(&seen), forms[_i].seen);
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nLocation: /l/7K3F9QXM\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nSet-Cookie: kt=1; HttpOnly\r\n"));
	ck_assert_ptr_null(strstr(buf_str(&c.got), "X-Bad"));
	client_close(&c);
	buf_release(&raw);
}
END_TEST

static const char *const guarded[] = {
	"GET /masalah HTTP/1.1\r\n" H "\r\n", "GET /tidak HTTP/1.1\r\n" H "\r\n",
	"PUT /lapor HTTP/1.1\r\n" H "\r\n", "GET / HTTP/1.1\r\n\r\n",
	"POST /lapor HTTP/1.1\r\n" H "Content-Length: 99999\r\n\r\n",
	"GET /masalah HTTP/1.1\r\n" H "Accept: text/html\r\n\r\n",
	"GET /tidak HTTP/1.1\r\n" H "Accept: text/html\r\n\r\n",
	"GET /masalah HTTP/1.1\r\n" H "Accept: text/html\r\nX\r\n\r\n",
};

START_TEST(every_answer_has_its_security_headers)
{
	static const char *const headers[] = {
		"\r\nContent-Security-Policy: default-src 'none'; ", "\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n", "\r\nCross-Origin-Opener-Policy: ",
		"\r\nPermissions-Policy: ", "\r\nCache-Control: no-store\r\n", "\r\nDate: ",
	};
	int html = strstr(guarded[_i], "text/html") != NULL;
	struct raw_client c;
	const char *body;
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;

	start();
	ask(&c, guarded[_i]);
	while ((body = strstr(buf_str(&c.got), "\r\n\r\n")) == NULL && clock_mono_ms() < by_ms) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		client_read(&c);
	}
	ck_assert_ptr_nonnull(body);
	for (size_t i = 0; i < N_ELEMS(headers); i++)
		ck_assert_msg(strstr(buf_str(&c.got), headers[i]) != NULL, "%s: %s", headers[i], buf_str(&c.got));
	if (html) {
		ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nContent-Type: text/html"));
		ck_assert_ptr_null(strstr(body, "<nanti>"));
	} else {
		json_t *problem = json_loads(body, 0, NULL);

		ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nContent-Type: application/problem+json\r\n"));
		ck_assert_int_eq(json_integer_value(json_object_get(problem, "status")),
		    strtol(buf_str(&c.got) + 9, NULL, 10));
		json_decref(problem);
	}
	client_close(&c);
}
END_TEST

/* What its daemon says, what the server itself says, and what it says before it has read all of the head. */
static const struct word refused_words[] = { { "kirim \"lagi\" <nanti>", "send \"again\" <later>" } };
static const struct words refused_in_english = { refused_words, N_ELEMS(refused_words), NULL };

#define NOTHING_HERE "Tidak ada apa-apa di alamat ini. Periksa tulisannya, atau mulai dari halaman depan."
#define BROWSER "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"

static const struct { const char *head, *status, *lang, *said; } spoken[] = {
	/* programs: a detail */
	{ "GET /masalah HTTP/1.1\r\n" H "\r\n", "503 ", "id", "kirim \"lagi\" <nanti>" },
	{ "GET /masalah HTTP/1.1\r\n" H "Accept-Language: en-GB, id;q=0.3\r\n\r\n", "503 ", "en", "send \"again\" <later>" },
	{ "GET /masalah HTTP/1.1\r\n" H "Accept-Language: en\r\nCookie: a=1; bahasa=id\r\n\r\n", "503 ", "id",
	    "kirim \"lagi\" <nanti>" },
	{ "GET /masalah?a=1&lang=en HTTP/1.1\r\n" H "Cookie: bahasa=id\r\n\r\n", "503 ", "en", "send \"again\" <later>" },
	{ "GET /masalah?lang=fr HTTP/1.1\r\n" H "Cookie: bahasa=en\r\n\r\n", "503 ", "en", "send \"again\" <later>" },
	{ "GET /tidak HTTP/1.1\r\n" H "\r\n", "404 ", "id", NOTHING_HERE },
	{ "GET /tidak HTTP/1.1\r\n" H "Accept-Language: en\r\n\r\n", "404 ", "en",
	    "There is nothing at this address. Look at how it is written, or begin at the front page." },
	{ "POST /lapor HTTP/1.1\r\n" H "Accept-Language: en\r\nContent-Length: 99999\r\n\r\n", "413 ", "en",
	    "what was sent is larger than this page takes; make it smaller first" },
	{ "GET / HTTP/1.1\r\nCookie: bahasa=en\r\n\n", "400 ", "en", "a line feed without a carriage return" },
	{ "GET / HTTP/1.1\r\n\nCookie: bahasa=en\r\n", "400 ", "id", "LF tanpa CR" },
	{ "GET /tidak/../x?lang=en HTTP/1.1\r\n" H "\r\n", "400 ", "en", "a part . or .. in the path" },
	{ "\r\n", "400 ", "id", "permintaan tidak diawali metode" },
	/* browsers: a page, which goes by what was chosen on one */
	{ "GET /masalah HTTP/1.1\r\n" H BROWSER "Accept-Language: en\r\n\r\n", "503 ", "id",
	    "<p class=\"pesan\">kirim &quot;lagi&quot; &lt;nanti&gt;</p>" },
	{ "GET /masalah HTTP/1.1\r\n" H BROWSER "Cookie: bahasa=en\r\n\r\n", "503 ", "en",
	    "<p class=\"pesan\">send &quot;again&quot; &lt;later&gt;</p>" },
	{ "GET /tidak HTTP/1.1\r\n" H BROWSER "\r\n", "404 ", "id",
	    "<h1>Tidak ditemukan</h1>\n<p class=\"pesan\">" NOTHING_HERE "</p>\n<p><a href=\"/\">Ke halaman depan</a></p>" },
	{ "GET /tidak?lang=en HTTP/1.1\r\n" H BROWSER "\r\n", "404 ", "en", "<a href=\"/\">To the front page</a>" },
};

START_TEST(refusals_speak_the_readers_language)
{
	int html = strstr(spoken[_i].said, "</") != NULL;
	struct buf wanted = { 0 };
	struct raw_client c;
	const char *body;

	options.words = &refused_in_english;
	options.style = "/gaya.css";
	start();
	ask(&c, spoken[_i].head);
	run_until(&c, spoken[_i].status, strcmp(spoken[_i].status, "400 ") == 0 || strcmp(spoken[_i].status, "413 ") == 0);
	body = strstr(buf_str(&c.got), "\r\n\r\n");
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nVary: Cookie, Accept, Accept-Language\r\n"));
	buf_addf(&wanted, "\r\nContent-Language: %s\r\n", spoken[_i].lang);
	ck_assert_msg(strstr(buf_str(&c.got), buf_str(&wanted)) != NULL, "%s", buf_str(&c.got));
	buf_reset(&wanted);
	if (html)
		buf_addf(&wanted, "<html lang=\"%s\">", spoken[_i].lang);
	ck_assert_msg(strstr(body, buf_str(&wanted)) != NULL, "%s", body);
	ck_assert_int_eq(strstr(body, "<link rel=\"stylesheet\" href=\"/gaya.css\">") != NULL, html);
	if (html) {
		ck_assert_msg(strstr(body, spoken[_i].said) != NULL, "%s", body);
	} else {
		json_t *problem = json_loads(body, 0, NULL);

		ck_assert_pstr_eq(json_string_value(json_object_get(problem, "detail")), spoken[_i].said);
		json_decref(problem);
	}
	client_close(&c);
	buf_release(&wanted);
}
END_TEST

START_TEST(a_handler_may_change_some_headers)
{
	struct raw_client c;

	start();
	ask(&c, "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
	run_until(&c, "200 ", 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "Cache-Control: max-age=3600\r\n"));
	ck_assert_ptr_null(strstr(buf_str(&c.got), "no-store"));
	ck_assert_ptr_null(strstr(buf_str(&c.got), "default-src 'none'"));
	client_close(&c);
}
END_TEST

START_TEST(allow_lists_the_methods)
{
	struct raw_client c;

	start();
	ask(&c, "DELETE /dua HTTP/1.1\r\n" H "\r\n" "DELETE /lapor HTTP/1.1\r\n" H "\r\n");
	run_until(&c, "405 405 ", 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nAllow: GET, HEAD, POST\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nAllow: POST\r\n"));
	client_close(&c);
	ask(&c, "PUT /potong/a HTTP/1.1\r\n" H "\r\n");
	run_until(&c, "405 ", 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nAllow: PATCH, DELETE, OPTIONS\r\n"));
	client_close(&c);
	ask(&c, "PUT /masalah HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx");
	run_until(&c, "405 ", 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "\r\nAllow: GET, HEAD\r\n"));
	client_close(&c);
}
END_TEST

START_TEST(head_has_the_length_and_no_body)
{
	struct raw_client c;
	const char *end;

	start();
	ask(&c, "HEAD /masalah HTTP/1.1\r\n" H "\r\n");
	run_until(&c, "503 ", 0);
	end = strstr(buf_str(&c.got), "\r\n\r\n");
	ck_assert_str_eq(end, "\r\n\r\n");
	ck_assert_ptr_null(strstr(buf_str(&c.got), "Content-Length: 0\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "Content-Length: "));
	client_close(&c);
}
END_TEST

/* More than a socket takes: the rest leaves later, the next request is read after it. */
START_TEST(a_large_answer_arrives_whole)
{
	static const char ask_twice[] = "GET /besar HTTP/1.1\r\n" H "\r\n" "GET /gaya.css HTTP/1.1\r\n" H "\r\n";
	struct raw_client c;
	size_t wanted = 8 * MIB;
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;

	start();
	ask(&c, ask_twice);
	if (_i == 1)
		shutdown(c.fd, SHUT_WR);
	for (int i = 0; i < 50; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);	/* the client does not read yet */
	while (c.got.len < wanted + 600 && !c.closed && clock_mono_ms() < by_ms) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		client_read(&c);
	}
	ck_assert_uint_gt(c.got.len, wanted);
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "Content-Length: 8388608\r\n"));
	if (_i == 0)
		ck_assert_ptr_nonnull(strstr(buf_str(&c.got) + wanted, "Content-Type: text/css\r\n"));
	client_close(&c);
	turn_until_open(0);
}
END_TEST

static double
cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

START_TEST(bytes_while_a_request_waits_do_no_harm)
{
	struct timeval a_while = { 0, 400000 };
	struct raw_client c;
	double from;

	start();
	ask(&c, "GET /sabar HTTP/1.1\r\n" H "\r\n");
	turn_until_waiting();
	for (int i = 0; i < 5; i++) {
		client_send(&c, "GET /gaya.css HTTP/1.1\r\n" H "\r\n", 35);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	from = cpu_seconds();
	event_base_loopexit(base, &a_while);
	event_base_dispatch(base);
	ck_assert_msg(cpu_seconds() - from < 0.2, "the loop spins on bytes that nobody takes");
	http_answer(waiting, 200, NULL, NULL);
	run_until(&c, "200 200 200 200 200 200 ", 0);
	client_close(&c);
}
END_TEST

START_TEST(a_flood_while_a_request_waits_is_left_in_the_socket)
{
	char *flood = calloc(1, MIB);
	size_t sent = 0;
	struct raw_client c;

	start();
	ask(&c, "GET /sabar HTTP/1.1\r\n" H "\r\n");
	turn_until_waiting();
	fcntl(c.fd, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 200; i++) {
		ssize_t n = send(c.fd, flood, MIB, MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	ck_assert_uint_lt(sent, 100 * MIB);
	http_answer(waiting, 200, NULL, NULL);
	run_until(&c, "200 400 ", 1);
	client_close(&c);
	free(flood);
}
END_TEST

START_TEST(half_closed_clients_get_their_answer)
{
	struct raw_client c;

	start();
	ask(&c, _i == 0 ? "GET /sabar HTTP/1.1\r\n" H "\r\n" :
	    "POST /sabar HTTP/1.1\r\n" H "Content-Length: 1\r\n\r\nx");
	shutdown(c.fd, SHUT_WR);
	turn_until_waiting();
	for (int i = 0; i < 5; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	http_answer(waiting, 200, NULL, NULL);
	run_until(&c, "200 ", 1);
	client_close(&c);
	turn_until_open(0);
}
END_TEST

START_TEST(a_client_that_goes_away_is_told)
{
	struct raw_client c;

	start();
	ask(&c, "GET /tunggu HTTP/1.1\r\n" H "X: y\r\n\r\n");
	turn_until_waiting();
	client_close(&c);
	turn_until(&gone, 1);
	ck_assert_int_eq(httpd_open(server), 0);
	ck_assert_str_eq(http_req_header(waiting, "X"), "y");
	ck_assert_int_eq(http_add_header(waiting, "A", "b"), 0);
	http_answer(waiting, 200, NULL, NULL);
	event_base_loop(base, EVLOOP_NONBLOCK);
}
END_TEST

START_TEST(a_request_outlives_the_server)
{
	struct raw_client c;

	start();
	ask(&c, "GET /sabar HTTP/1.1\r\n" H "X: y\r\n\r\n");
	turn_until_waiting();
	httpd_free(server);
	server = NULL;
	ck_assert_str_eq(http_req_header(waiting, "X"), "y");
	http_answer_problem(waiting, 503, NULL, NULL);
	run_until(&c, "", 1);
	client_close(&c);
}
END_TEST

START_TEST(uploads_go_to_a_file)
{
	size_t len = 3 * MIB + 17;
	struct buf raw = { 0 };
	struct raw_client c;
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;

	start();
	if (_i == 0)
		buf_addf(&raw, "POST /foto HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\nJPEG", len);
	else
		buf_addf(&raw, "POST /foto HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n%zx\r\nJPEG", len);
	memset(buf_room(&raw, len - 4), 'x', len - 4);
	buf_added(&raw, len - 4);
	if (_i == 1)
		buf_adds(&raw, "\r\n0\r\n\r\n");
	client_open(&c, base, httpd_port(server));
	for (size_t at = 0; at < raw.len && clock_mono_ms() < by_ms; ) {
		ssize_t n = send(c.fd, raw.data + at, raw.len - at, MSG_DONTWAIT | MSG_NOSIGNAL);

		at += n > 0 ? (size_t)n : 0;
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	run_until(&c, "201 ", 0);
	ck_assert_str_eq(buf_str(&seen), "3145745 JPEG");
	client_close(&c);
	buf_release(&raw);
}
END_TEST

START_TEST(an_upload_without_a_place_is_refused)
{
	struct raw_client c;

	options.upload_dir = "/nowhere/at/all";
	start();
	ask(&c, "POST /foto HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\nJPEG");
	run_until(&c, "507 ", 1);
	client_close(&c);
}
END_TEST

START_TEST(a_100_continue_comes_only_when_it_is_needed)
{
	struct raw_client c;

	start();
	ask(&c, "POST /lapor HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	for (int64_t by_ms = clock_mono_ms() + LIMIT_MS; c.got.len == 0 && clock_mono_ms() < by_ms; client_read(&c))
		event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_str_eq(buf_str(&c.got), "HTTP/1.1 100 Continue\r\n\r\n");
	client_send(&c, "hi", 2);
	run_until(&c, "303 ", 0);
	client_close(&c);
	ask(&c, "POST /lapor HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
	run_until(&c, "303 ", 0);
	ck_assert_ptr_null(strstr(buf_str(&c.got), "100 Continue"));
	client_close(&c);
}
END_TEST

/* ---- limits ---- */

static const char *const slow[] = {
	"GET / HTT", "GET / HTTP/1.1\r\nX: ", "POST /lapor HTTP/1.1\r\n" H "Content-Length: 2000\r\n\r\nabc",
};

START_TEST(slow_clients_are_cut)
{
	struct raw_client c;

	options.headers_ms = 300;
	start();
	ask(&c, slow[_i]);
	run_until(&c, "408 ", 1);
	ck_assert_uint_eq(httpd_counts(server).too_slow, 1);
	client_close(&c);
	turn_until_open(0);
}
END_TEST

/* ---- bodies that break off ---- */

#define PIECE "Upload-Offset:  70\t\r\nX-Upload: 1\r\n"
static const struct { const char *what, *raw, *seen; } cuts[] = {
	{ "in memory", "PATCH /potong/a HTTP/1.1\r\n" H PIECE "Content-Length: 10\r\n\r\nhalf", "a 70 half" },
	{ "with a query", "PATCH /potong/a?ut=9&t=7%41&t=2 HTTP/1.1\r\n" H PIECE "X: ?t=8\r\nContent-Length: 10\r\n\r\nhalf", "a 70 t=7%41 half" },
	{ "with an empty one", "PATCH /potong/a?t HTTP/1.1\r\n" H PIECE "X: ?t=8\r\nContent-Length: 10\r\n\r\nhalf", "a 70 half" },
	{ "in a file", "PATCH /berkas/a/b HTTP/1.1\r\n" H PIECE "Content-Length: 10\r\n\r\nhalf", "a/b 70 half" },
	{ "in chunks", "PATCH /potong/a HTTP/1.1\r\n" H PIECE "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n6\r\nan", "a 70 halfan" },
	{ "where nobody asked for it", "PATCH /utuh/a HTTP/1.1\r\n" H PIECE "Content-Length: 10\r\n\r\nhalf", "" },
	{ "before it began", "PATCH /potong/a HTTP/1.1\r\n" H PIECE "Content-Length: 10\r\n\r\n", "" },
	{ "in its head", "PATCH /potong/a HTTP/1.1\r\n" H PIECE "Content-Len", "" },
	{ "after the end", "PATCH /potong/a HTTP/1.1\r\n" H PIECE "Content-Length: 4\r\n\r\nhalf", "whole a half" },
	{ "in what is refused", "PATCH /potong/a HTTP/1.1\r\n" H PIECE "Transfer-Encoding: chunked\r\n\r\n4\r\nhalfX", "" },
};

/* The line breaks: what came is told once, and nothing of a request that was whole or refused. */
START_TEST(what_came_of_a_body_is_told)
{
	struct raw_client c;

	options.on_cut = on_cut;
	start();
	ask(&c, cuts[_i].raw);
	turn_until_open(1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	client_close(&c);
	turn_until_open(0);
	ck_assert_msg(strcmp(buf_str(&seen), cuts[_i].seen) == 0, "%s: \"%s\"", cuts[_i].what, buf_str(&seen));
	ck_assert_int_eq(on_cut_times, cuts[_i].seen[0] != '\0' && strncmp(cuts[_i].seen, "whole", 5) != 0);
}
END_TEST

/* A line that only crawls brings what it brought, and its answer. */
START_TEST(what_came_slowly_is_told)
{
	struct raw_client c;

	options.headers_ms = 300;
	options.on_cut = on_cut;
	start();
	ask(&c, cuts[0].raw);
	run_until(&c, "408 ", 1);
	ck_assert_str_eq(buf_str(&seen), cuts[0].seen);
	client_close(&c);
	turn_until_open(0);
	ck_assert_int_eq(on_cut_times, 1);
}
END_TEST

/* So does a server that is ended. */
START_TEST(what_came_before_the_end_is_told)
{
	struct raw_client c;

	options.on_cut = on_cut;
	start();
	ask(&c, cuts[0].raw);
	turn_until_open(1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	httpd_free(server);
	server = NULL;
	ck_assert_str_eq(buf_str(&seen), cuts[0].seen);
	client_close(&c);
}
END_TEST

START_TEST(idle_clients_are_closed)
{
	struct raw_client c, d;

	options.idle_ms = 300;
	start();
	ask(&c, "");
	ask(&d, "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
	run_until(&c, "", 1);
	run_until(&d, "200 ", 1);
	client_close(&c);
	client_close(&d);
}
END_TEST

START_TEST(a_refused_client_is_not_kept)
{
	struct raw_client c;

	start();
	ask(&c, "x\r\n");
	run_until(&c, "400 ", 1);
	turn_until_open(0);		/* though it never closes its side */
	client_close(&c);
}
END_TEST

START_TEST(too_many_connections_are_told_so)
{
	struct raw_client many[3], one;

	options.connections_max = 3;
	start();
	for (size_t i = 0; i < N_ELEMS(many); i++) {
		ask(&many[i], "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
		run_until(&many[i], "200 ", 0);
	}
	ask(&one, "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
	run_until(&one, "503 ", 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&one.got), "\r\nRetry-After: "));
	ck_assert_uint_eq(httpd_counts(server).too_many, 1);
	client_close(&one);
	for (size_t i = 0; i < N_ELEMS(many); i++)
		client_close(&many[i]);
	turn_until_open(0);
	ask(&one, "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
	run_until(&one, "200 ", 0);
	client_close(&one);
}
END_TEST

/* Files that crawl in leave room for everything else. */
START_TEST(too_many_uploads_leave_room)
{
	struct raw_client crawling[2], one;

	options.uploads_max = 2;
	start();
	for (size_t i = 0; i < N_ELEMS(crawling); i++)
		ask(&crawling[i], "POST /foto HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
	for (size_t i = 0; i < N_ELEMS(crawling); i++)
		while (strstr(buf_str(&crawling[i].got), "100 Continue") == NULL) {
			event_base_loop(base, EVLOOP_NONBLOCK);
			client_read(&crawling[i]);
		}
	ask(&one, "POST /foto HTTP/1.1\r\n" H "Content-Length: 1000\r\n\r\n");
	run_until(&one, "503 ", 1);
	client_close(&one);
	ask(&one, "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
	run_until(&one, "200 ", 0);
	client_close(&one);
	client_close(&crawling[0]);
	turn_until_open(1);
	ask(&one, "POST /foto HTTP/1.1\r\n" H "Content-Length: 4\r\n\r\n\xff\xd8\xff\xe0");
	run_until(&one, "201 ", 0);
	client_close(&one);
	client_close(&crawling[1]);
}
END_TEST

/* Past the reserve nobody is accepted, and accepting starts again when there is room. */
START_TEST(accepting_pauses_and_goes_on)
{
	struct raw_client many[60];

	options.connections_max = 3;
	start();
	for (size_t i = 0; i < N_ELEMS(many); i++)
		ask(&many[i], "");
	turn_until_open(35);
	for (int i = 0; i < 20; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_int_eq(httpd_open(server), 35);
	for (size_t i = 0; i < N_ELEMS(many); i++)
		client_close(&many[i]);
	turn_until_open(0);
	ask(&many[0], "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
	run_until(&many[0], "200 ", 0);
	client_close(&many[0]);
}
END_TEST

static int
own_address(struct in_addr *out)
{
	struct ifaddrs *all, *a;
	int found = 0;

	ck_assert_int_eq(getifaddrs(&all), 0);
	for (a = all; a != NULL; a = a->ifa_next) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)a->ifa_addr;

		if (in == NULL || in->sin_family != AF_INET || ntohl(in->sin_addr.s_addr) >> 24 == 127)
			continue;
		*out = in->sin_addr;
		found = 1;
	}
	freeifaddrs(all);
	return found;
}

START_TEST(one_address_has_its_share)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct raw_client c[3] = { 0 };

	options.connections_per_address = 2;
	options.address = "0.0.0.0";
	start();
	if (!own_address(&to.sin_addr))
		return;		/* a machine with nothing but loopback */
	to.sin_port = htons((uint16_t)httpd_port(server));
	for (size_t i = 0; i < N_ELEMS(c); i++) {
		c[i] = (struct raw_client){ .base = base, .fd = socket(AF_INET, SOCK_STREAM, 0) };
		ck_assert_int_eq(connect(c[i].fd, (struct sockaddr *)&to, sizeof(to)), 0);
		client_send(&c[i], "GET /gaya.css HTTP/1.1\r\n" H "\r\n", 35);
		run_until(&c[i], i < 2 ? "200 " : "429 ", i == 2);
	}
	for (size_t i = 0; i < N_ELEMS(c); i++)
		client_close(&c[i]);
	turn_until_open(0);
	for (size_t i = 0; i < N_ELEMS(c); i++) {	/* loopback is the proxy: exempt */
		ask(&c[i], "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
		run_until(&c[i], "200 ", 0);
	}
	for (size_t i = 0; i < N_ELEMS(c); i++)
		client_close(&c[i]);
}
END_TEST

START_TEST(draining_lets_the_last_answer_out)
{
	struct raw_client idle, busy, streaming;

	start();
	ask(&idle, "GET /gaya.css HTTP/1.1\r\n" H "\r\n");
	run_until(&idle, "200 ", 0);
	ask(&streaming, "GET /aliran HTTP/1.1\r\n" H "\r\n");
	ask(&busy, "GET /sabar HTTP/1.1\r\n" H "\r\n");
	turn_until_waiting();
	httpd_drain(server);
	run_until(&idle, "200 ", 1);
	turn_until(&stream_closed, 1);
	turn_until_open(1);
	http_answer(waiting, 200, NULL, NULL);
	run_until(&busy, "200 ", 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&busy.got), "Connection: close"));
	turn_until_open(0);
	client_close(&idle);
	client_close(&busy);
	client_close(&streaming);
}
END_TEST

START_TEST(bad_addresses_are_named)
{
	struct buf errors = { 0 };
	struct httpd *second;

	start();
	options.port = httpd_port(server);
	second = httpd_new(base, &options, routes, N_ELEMS(routes), NULL, &errors);
	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "in use"));
	options.address = "localhost";
	second = httpd_new(base, &options, routes, N_ELEMS(routes), NULL, &errors);
	ck_assert_ptr_null(second);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "localhost port"));
	buf_release(&errors);
}
END_TEST

/* ---- streams ---- */

static void
chunk_of(struct buf *b, size_t len)
{
	buf_reset(b);
	memset(buf_room(b, len), 'x', len);
	buf_added(b, len);
}

static void
until_text(struct raw_client *c, const char *text)
{
	int64_t by_ms = clock_mono_ms() + LIMIT_MS;

	while (strstr(buf_str(&c->got), text) == NULL && !c->closed && clock_mono_ms() < by_ms) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		client_read(c);
	}
	ck_assert_msg(strstr(buf_str(&c->got), text) != NULL, "%s", buf_str(&c->got));
}

START_TEST(a_stream_flows_and_ends)
{
	struct buf chunk = { 0 };
	struct raw_client c;

	start();
	ask(&c, "GET /aliran HTTP/1.1\r\n" H "\r\n");
	until_text(&c, "Transfer-Encoding: chunked\r\n");
	ck_assert_ptr_nonnull(strstr(buf_str(&c.got), "X-Accel-Buffering: no\r\n"));
	buf_adds(&chunk, "data: 1\n\n");
	ck_assert_int_eq(http_stream_send(stream, &chunk, 1000), 0);
	until_text(&c, "\r\n9\r\ndata: 1\n\n\r\n");
	client_send(&c, "ignored", 7);
	buf_reset(&chunk);
	buf_adds(&chunk, "data: 22\n\n");
	ck_assert_int_eq(http_stream_send(stream, &chunk, 1000), 0);
	until_text(&c, "a\r\ndata: 22\n\n\r\n");
	ck_assert_int_eq(stream_closed, 0);
	http_stream_end(stream);
	until_text(&c, "\r\n0\r\n\r\n");
	ck_assert_int_eq(stream_closed, 0);
	client_close(&c);
	turn_until_open(0);
	buf_release(&chunk);
}
END_TEST

START_TEST(after_a_stream_the_connection_goes_on)
{
	struct buf chunk = { 0 };
	struct raw_client c;

	start();
	ask(&c, "GET /aliran HTTP/1.1\r\n" H "\r\n");
	until_text(&c, "\r\n\r\n");
	if (_i == 1) {
		buf_adds(&chunk, "data: 1\n\n");
		ck_assert_int_eq(http_stream_send(stream, &chunk, 1000), 0);
	}
	http_stream_end(stream);
	until_text(&c, "\r\n0\r\n\r\n");
	client_send(&c, "GET /gaya.css HTTP/1.1\r\n" H "\r\n", 35);
	until_text(&c, "text/css");
	client_close(&c);
	buf_release(&chunk);
}
END_TEST

START_TEST(a_stream_for_http_1_0_ends_with_the_connection)
{
	struct buf chunk = { 0 };
	struct raw_client c;

	start();
	ask(&c, "GET /aliran HTTP/1.0\r\n\r\n");
	until_text(&c, "\r\n\r\n");
	buf_adds(&chunk, "data: 1\n\n");
	ck_assert_int_eq(http_stream_send(stream, &chunk, 1000), 0);
	until_text(&c, "\r\n\r\ndata: 1\n\n");
	http_stream_end(stream);
	turn_until_open(0);
	client_read(&c);
	ck_assert_int_eq(c.closed, 1);
	client_close(&c);
	buf_release(&chunk);
}
END_TEST

START_TEST(head_of_a_stream_is_a_head)
{
	struct raw_client c;

	start();
	ask(&c, "HEAD /aliran HTTP/1.1\r\n" H "\r\nGET /gaya.css HTTP/1.1\r\n" H "\r\n");
	until_text(&c, "text/css");
	ck_assert_int_eq(stream_closed, 1);
	client_close(&c);
}
END_TEST

START_TEST(a_slow_reader_is_dropped)
{
	struct buf chunk = { 0 };
	struct raw_client c;
	int sent = 0;

	start();
	chunk_of(&chunk, 64 * 1024);
	ask(&c, "GET /aliran HTTP/1.1\r\n" H "\r\n");
	until_text(&c, "\r\n\r\n");
	while (sent < 1000 && http_stream_send(stream, &chunk, 256 * 1024) == 0) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		sent++;
	}
	ck_assert_int_lt(sent, 1000);
	ck_assert_int_eq(stream_closed, 0);
	ck_assert_int_eq(http_stream_send(stream, &chunk, 256 * 1024), -1);
	turn_until(&stream_closed, 1);
	turn_until_open(0);
	client_close(&c);
	buf_release(&chunk);
}
END_TEST

START_TEST(a_listener_that_leaves_is_told)
{
	struct raw_client c;

	start();
	ask(&c, "GET /aliran HTTP/1.1\r\n" H "\r\n");
	until_text(&c, "\r\n\r\n");
	client_close(&c);
	turn_until(&stream_closed, 1);
	ck_assert_int_eq(httpd_open(server), 0);
}
END_TEST

START_TEST(a_freed_server_tells_its_streams)
{
	struct raw_client c;

	start();
	ask(&c, "GET /aliran HTTP/1.1\r\n" H "\r\n");
	until_text(&c, "\r\n\r\n");
	httpd_free(server);
	server = NULL;
	ck_assert_int_eq(stream_closed, 1);
	client_close(&c);
}
END_TEST

Suite *httpd_suite(void);

Suite *
httpd_suite(void)
{
	Suite *s = suite_create("httpd");
	TCase *tc = tcase_create("httpd");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_request_is_understood, 0, N_ELEMS(shown));
	tcase_add_loop_test(tc, a_form_is_understood, 0, N_ELEMS(forms));
	tcase_add_loop_test(tc, every_answer_has_its_security_headers, 0, N_ELEMS(guarded));
	tcase_add_loop_test(tc, refusals_speak_the_readers_language, 0, N_ELEMS(spoken));
	tcase_add_test(tc, a_handler_may_change_some_headers);
	tcase_add_test(tc, allow_lists_the_methods);
	tcase_add_test(tc, head_has_the_length_and_no_body);
	tcase_add_loop_test(tc, a_large_answer_arrives_whole, 0, 2);
	tcase_add_test(tc, bytes_while_a_request_waits_do_no_harm);
	tcase_add_test(tc, a_flood_while_a_request_waits_is_left_in_the_socket);
	tcase_add_loop_test(tc, half_closed_clients_get_their_answer, 0, 2);
	tcase_add_test(tc, a_client_that_goes_away_is_told);
	tcase_add_test(tc, a_request_outlives_the_server);
	tcase_add_loop_test(tc, uploads_go_to_a_file, 0, 2);
	tcase_add_test(tc, an_upload_without_a_place_is_refused);
	tcase_add_test(tc, a_100_continue_comes_only_when_it_is_needed);
	tcase_add_loop_test(tc, slow_clients_are_cut, 0, N_ELEMS(slow));
	tcase_add_loop_test(tc, what_came_of_a_body_is_told, 0, N_ELEMS(cuts));
	tcase_add_test(tc, what_came_slowly_is_told);
	tcase_add_test(tc, what_came_before_the_end_is_told);
	tcase_add_test(tc, idle_clients_are_closed);
	tcase_add_test(tc, a_refused_client_is_not_kept);
	tcase_add_test(tc, too_many_connections_are_told_so);
	tcase_add_test(tc, too_many_uploads_leave_room);
	tcase_add_test(tc, accepting_pauses_and_goes_on);
	tcase_add_test(tc, one_address_has_its_share);
	tcase_add_test(tc, draining_lets_the_last_answer_out);
	tcase_add_test(tc, bad_addresses_are_named);
	tcase_add_test(tc, a_stream_flows_and_ends);
	tcase_add_loop_test(tc, after_a_stream_the_connection_goes_on, 0, 2);
	tcase_add_test(tc, a_stream_for_http_1_0_ends_with_the_connection);
	tcase_add_test(tc, head_of_a_stream_is_a_head);
	tcase_add_test(tc, a_slow_reader_is_dropped);
	tcase_add_test(tc, a_listener_that_leaves_is_told);
	tcase_add_test(tc, a_freed_server_tells_its_streams);
	suite_add_tcase(s, tc);
	return s;
}
