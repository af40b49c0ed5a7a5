/*
 * The samples conf/haproxy.cfg and conf/nginx.conf, started before a living house: TLS, log-in, feeds, and what
 * nobody gets past them.
 */
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "lib/clock.h"
#include "tests/integration/eye.h"
#include "tests/integration/media_kit.h"
#include "tests/integration/visitor.h"

Suite *proxies_suite(void);

#define LAPOR "lapor.example.go.id"
#define KONSOL "konsol.example.go.id"

/* In the sample -> in the test's folder; ports and addresses are the house's. */
static const struct { const char *name, *program, *file; } proxies[] = {
	{ "haproxy", "haproxy", "conf/haproxy.cfg" }, { "nginx", "nginx", "conf/nginx.conf" },
};
static struct peer proxy;
static int tls_port, plain_port;

static const char *
port_of(const char *base)
{
	return strrchr(base, ':') + 1;
}

/* A key and a certificate of its own for both names. */
static void
make_certificate(void)
{
	shell("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=%s "
	    "-addext subjectAltName=DNS:%s,DNS:%s -keyout tls.key -out tls.crt 2>/dev/null && cat tls.crt tls.key > tls.pem && "
	    "chmod 600 tls.key tls.pem", house.dir, LAPOR, LAPOR, KONSOL);
}

static void
write_sample(const char *file)
{
	shell("sed -e 's|:443|127.0.0.1:%d|; s|:80$|127.0.0.1:%d|; s|listen 443|listen 127.0.0.1:%d|; s|listen 80|listen 127.0.0.1:%d|' "
	    "-e 's|/etc/haproxy/kentongan.pem|%s/tls.pem|; s|/etc/nginx/kentongan|%s/tls|' "
	    "-e 's|127.0.0.1:8080|127.0.0.1:%s|; s|127.0.0.1:8081|127.0.0.1:%s|' "
	    "-e 's|/run/nginx.pid|%s/nginx.pid|; s|/var/log/nginx|%s|; s|/var/lib/nginx|%s|' %s > %s/proxy.conf",
	    tls_port, plain_port, tls_port, plain_port, house.dir, house.dir, port_of(house.http), port_of(house.console),
	    house.dir, house.dir, house.dir, file, house.dir);
}

/* ---- bytes over TLS ---- */

static size_t
drop(char *data, size_t size, size_t n, void *arg)
{
	(void)data, (void)arg;
	return size * n;
}

/* A connection to that name; NULL: none could be made, with how in *rc. */
static CURL *
tls_open(const char *host, long version, CURLcode *rc)
{
	char url[64], at[96], ca[64];
	struct curl_slist *resolve;
	CURL *c = curl_easy_init();

	snprintf(url, sizeof(url), "https://%s:%d/", host, tls_port);
	snprintf(at, sizeof(at), "%s:%d:127.0.0.1", host, tls_port);
	snprintf(ca, sizeof(ca), "%s/tls.crt", house.dir);
	resolve = curl_slist_append(NULL, at);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_RESOLVE, resolve);
	curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, version);
	curl_easy_setopt(c, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)LIMIT_MS);
	*rc = curl_easy_perform(c);
	curl_slist_free_all(resolve);
	if (*rc == CURLE_OK)
		return c;
	curl_easy_cleanup(c);
	return NULL;
}

static void
tls_send(CURL *c, const char *data, size_t len)
{
	size_t sent = 0;

	ck_assert_int_eq(curl_easy_send(c, data, len, &sent), CURLE_OK);
	ck_assert_uint_eq(sent, len);
}

/* What comes until these words, the end, or silence of quiet_ms: 1 the words came. */
static int
tls_hears(CURL *c, const char *until, int quiet_ms, struct buf *out)
{
	curl_socket_t fd;
	char some[4096];
	size_t n;

	ck_assert_int_eq(curl_easy_getinfo(c, CURLINFO_ACTIVESOCKET, &fd), CURLE_OK);
	while (strstr(buf_str(out), until) == NULL) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		CURLcode rc = curl_easy_recv(c, some, sizeof(some), &n);

		if (rc == CURLE_AGAIN) {
			if (poll(&p, 1, quiet_ms) <= 0)
				return 0;
		} else if (rc != CURLE_OK || n == 0) {
			return 0;
		} else {
			buf_add(out, some, n);
		}
	}
	return 1;
}

/* One request that closes, its whole answer. */
static void
asks(const char *host, const char *request, struct buf *out)
{
	CURLcode rc;
	CURL *c = tls_open(host, CURL_SSLVERSION_DEFAULT, &rc);

	ck_assert_msg(c != NULL, "%s", curl_easy_strerror(rc));
	buf_reset(out);
	tls_send(c, request, strlen(request));
	tls_hears(c, "\x01never", LIMIT_MS, out);
	curl_easy_cleanup(c);
}

static int
status_in(const struct buf *answer)
{
	int status = 0;

	ck_assert_msg(sscanf(buf_str(answer), "HTTP/1.%*d %d", &status) == 1, "no answer: \"%s\"", buf_str(answer));
	return status;
}

static int
answers_in(const struct buf *b)
{
	int n = 0;

	for (const char *at = buf_str(b); (at = strstr(at, "HTTP/1.1 ")) != NULL; at++)
		n++;
	return n;
}

/* ---- the house ---- */

static void
start(size_t i)
{
	char file[64], log[64];
	const char *const haproxy[] = { "haproxy", "-db", "-f", file, NULL };
	const char *const nginx[] = { "nginx", "-p", house.dir, "-c", file, "-g", "daemon off;", NULL };
	CURL *c = NULL;
	CURLcode rc;

	house_make("console:\n  second_factor: none\ningest:\n  lookups: 5\n");
	house_up();
	tls_port = peer_free_port();
	plain_port = peer_free_port();
	make_certificate();
	write_sample(proxies[i].file);
	snprintf(file, sizeof(file), "%s/proxy.conf", house.dir);
	snprintf(log, sizeof(log), "%s/proxy.log", house.dir);
	peer_start(&proxy, i == 0 ? haproxy : nginx, log);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; (c = tls_open(LAPOR, CURL_SSLVERSION_DEFAULT, &rc)) == NULL; )
		ck_assert_msg(clock_mono_ms() < until, "%s: %s; see %s", proxies[i].name, curl_easy_strerror(rc), log);
	curl_easy_cleanup(c);
}

static void begin_haproxy(void) { start(0); }
static void begin_nginx(void) { start(1); }

static void
end(void)
{
	peer_stop(&proxy);
	house_down();
}

/* ---- what passes, and how ---- */

START_TEST(plain_http_only_leads_to_tls)
{
	char base[64];
	struct answer a;

	snprintf(base, sizeof(base), "http://127.0.0.1:%d", plain_port);
	ask_as(&a, base, "/cek?x=1", (const char *[]){ "Host: " LAPOR, NULL }, NULL, 0);
	ck_assert_int_eq(a.status, 301);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "ocation: https://" LAPOR "/cek?x=1"));
	answer_release(&a);
	ask_as(&a, base, "/masuk", (const char *[]){ "Host: " KONSOL, NULL }, "nama=x&sandi=y", 14);
	ck_assert_int_eq(a.status, 301);
	answer_release(&a);
	/* a name that is not ours leads nowhere */
	ask_as(&a, base, "/", (const char *[]){ "Host: jahat.example", NULL }, NULL, 0);
	ck_assert_int_eq(a.status, 421);
	answer_release(&a);
}
END_TEST

START_TEST(old_tls_is_refused_and_a_year_is_promised)
{
	struct buf out = { 0 };
	CURLcode rc;
	CURL *c = tls_open(LAPOR, CURL_SSLVERSION_TLSv1_2 | CURL_SSLVERSION_MAX_TLSv1_2, &rc);

	ck_assert_msg(c != NULL, "%s", curl_easy_strerror(rc));
	curl_easy_cleanup(c);
	ck_assert_ptr_null(tls_open(LAPOR, CURL_SSLVERSION_TLSv1_1 | CURL_SSLVERSION_MAX_TLSv1_1, &rc));
	ck_assert_int_eq(rc, CURLE_SSL_CONNECT_ERROR);
	/* of ours, and of what the proxy answers itself */
	asks(LAPOR, "GET /cek HTTP/1.1\r\nHost: " LAPOR "\r\nConnection: close\r\n\r\n", &out);
	ck_assert_int_eq(status_in(&out), 200);
	ck_assert_ptr_nonnull(strcasestr(buf_str(&out), "strict-transport-security: max-age=31536000"));
	asks(KONSOL, "GET /masuk HTTP/1.1\r\nHost: " KONSOL "\r\nConnection: close\r\n\r\n", &out);
	ck_assert_int_eq(status_in(&out), 200);
	ck_assert_ptr_nonnull(strcasestr(buf_str(&out), "strict-transport-security: max-age=31536000"));
	asks(LAPOR, "GET /metrics HTTP/1.1\r\nHost: " LAPOR "\r\nConnection: close\r\n\r\n", &out);
	ck_assert_int_eq(status_in(&out), 404);
	buf_release(&out);
}
END_TEST

/* By a form, as a browser sends it; the cookie that came. */
static void
logs_in(const char *name, char cookie[96])
{
	struct buf body = { 0 }, request = { 0 }, out = { 0 };
	const char *at;

	ck_assert_int_eq(visitor_sets_password(name, VISITOR_PASSWORD), 303);
	buf_addf(&body, "nama=%s&sandi=%s&kode=&ke=", name, VISITOR_PASSWORD);
	buf_addf(&request, "POST /masuk HTTP/1.1\r\nHost: " KONSOL "\r\nOrigin: https://" KONSOL "\r\nConnection: close\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s", body.len, buf_str(&body));
	asks(KONSOL, buf_str(&request), &out);
	ck_assert_msg(status_in(&out) == 303, "%s", buf_str(&out));
	at = strstr(buf_str(&out), "__Host-kt=");
	ck_assert_msg(at != NULL && strstr(at, "; Secure") != NULL, "%s", buf_str(&out));
	snprintf(cookie, 96, "Cookie: %.*s", (int)strcspn(at, ";\r"), at);
	buf_release(&body);
	buf_release(&request);
	buf_release(&out);
}

START_TEST(a_log_in_and_a_feed_pass)
{
	char cookie[96], request[256], code[CODE_CHARS + 1];
	struct buf out = { 0 };
	CURLcode rc;
	CURL *c;

	logs_in("kpl-bupati", cookie);
	snprintf(request, sizeof(request), "GET /papan HTTP/1.1\r\nHost: " KONSOL "\r\n%s\r\nConnection: close\r\n\r\n", cookie);
	asks(KONSOL, request, &out);
	ck_assert_int_eq(status_in(&out), 200);
	/* a feed comes line by line, not when it is over */
	c = tls_open(KONSOL, CURL_SSLVERSION_DEFAULT, &rc);
	ck_assert_ptr_nonnull(c);
	snprintf(request, sizeof(request), "GET /api/v1/events HTTP/1.1\r\nHost: " KONSOL "\r\n%s\r\n\r\n", cookie);
	tls_send(c, request, strlen(request));
	buf_reset(&out);
	ck_assert_msg(tls_hears(c, "retry: ", LIMIT_MS, &out), "%s", buf_str(&out));
	sms("+6281366690001", "lampu jalan mati di desa kabat depan balai", code);
	ck_assert_msg(tls_hears(c, code, LIMIT_MS, &out), "%s", buf_str(&out));
	curl_easy_cleanup(c);
	buf_release(&out);
}
END_TEST

/* Half a piece, then the line to the proxy breaks. */
static void
sends_half(const char *path)
{
	char request[512], half[20000];
	CURLcode rc;
	CURL *c = tls_open(LAPOR, CURL_SSLVERSION_DEFAULT, &rc);

	ck_assert_ptr_nonnull(c);
	memset(half, 'x', sizeof(half));
	snprintf(request, sizeof(request), "PATCH %s HTTP/1.1\r\nHost: " LAPOR "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
	    "Content-Type: application/offset+octet-stream\r\nContent-Length: 50000\r\n\r\n", path);
	tls_send(c, request, strlen(request));
	tls_send(c, half, sizeof(half));
	curl_easy_cleanup(c);
}

/*
 * Of a photo in pieces what passed the proxy counts.  A proxy that learns of the end together with the bytes may
 * drop these (HAProxy) or those of an unfilled buffer (nginx): it is tried until some passed.
 */
START_TEST(half_a_piece_passes)
{
	char code[CODE_CHARS + 1], photo[96], path[160], request[512];
	struct buf out = { 0 };
	const char *location, *offset;
	long have = 0;

	form_report("lampu jalan mati di desa kabat depan balai", "", code, photo);
	snprintf(request, sizeof(request), "POST /unggah%s HTTP/1.1\r\nHost: " LAPOR "\r\nConnection: close\r\n"
	    "Tus-Resumable: 1.0.0\r\nUpload-Length: 100000\r\nContent-Length: 0\r\n\r\n", photo + strlen("/foto"));
	asks(LAPOR, request, &out);
	ck_assert_int_eq(status_in(&out), 201);
	location = strcasestr(buf_str(&out), "\nlocation: ");
	ck_assert(location != NULL && sscanf(location + 11, "%159s", path) == 1);
	snprintf(request, sizeof(request), "HEAD %s HTTP/1.1\r\nHost: " LAPOR "\r\nConnection: close\r\nTus-Resumable: 1.0.0\r\n\r\n",
	    path);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; have == 0; ) {
		ck_assert_msg(clock_mono_ms() < until, "nothing passed: %s", buf_str(&out));
		sends_half(path);
		asks(LAPOR, request, &out);
		ck_assert_int_eq(status_in(&out), 200);
		offset = strcasestr(buf_str(&out), "upload-offset: ");
		ck_assert_ptr_nonnull(offset);
		have = strtol(offset + 15, NULL, 10);
	}
	ck_assert_int_le(have, 20000);
	buf_release(&out);
}
END_TEST

/* Whoever he says that he is, his wrong codes are counted as one man's. */
START_TEST(a_forged_address_fools_no_limit)
{
	static const char *const codes[] = { "22222222", "33333333", "44444444", "55555555", "66666666", "77777777", "88888888",
	    "99999999" };
	struct buf out = { 0 };
	char request[256];
	int status = 0;

	for (size_t i = 0; i < 8; i++) {
		snprintf(request, sizeof(request), "GET /l/%s HTTP/1.1\r\nHost: " LAPOR "\r\nX-Forwarded-For: 203.0.113.%zu\r\n"
		    "Forwarded: for=203.0.113.%zu\r\nX-Real-IP: 203.0.113.%zu\r\nX-Forwarded-Proto: http\r\nConnection: close\r\n\r\n",
		    codes[i], i, i, i);
		asks(LAPOR, request, &out);
		status = status_in(&out);
	}
	ck_assert_int_eq(status, 429);
	buf_release(&out);
}
END_TEST

#define H "Host: " LAPOR "\r\n"
#define POST "POST /lapor HTTP/1.1\r\n" H
#define HIDDEN "GET /selundup HTTP/1.1\r\n" H "\r\n"
/* most: answers that may come.  A head without a body that a proxy mends, or leaves to us to refuse, ends where both see its end: two. */
static const struct { const char *what, *raw; size_t len; int most; } shapes[] = {
#define SHAPE(what, raw) { what, raw, sizeof(raw) - 1, 1 }
#define MENDED(what, raw) { what, raw, sizeof(raw) - 1, 2 }
	SHAPE("two lengths", POST "Content-Length: 2\r\nContent-Length: 0\r\n\r\nhi" HIDDEN),
	SHAPE("two lengths in one", POST "Content-Length: 2, 3\r\n\r\nhi" HIDDEN),
	SHAPE("length +5", POST "Content-Length: +5\r\n\r\nabcde" HIDDEN),
	SHAPE("length -1", POST "Content-Length: -1\r\n\r\n" HIDDEN),
	SHAPE("length 0x10", POST "Content-Length: 0x10\r\n\r\n" HIDDEN),
	SHAPE("length with a space in it", POST "Content-Length: 1 0\r\n\r\n" HIDDEN),
	SHAPE("length and coding", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
	SHAPE("coding and length", POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" HIDDEN),
	SHAPE("coding xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN),
	SHAPE("coding twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" HIDDEN),
	SHAPE("coding after a vertical tab", POST "Transfer-Encoding:\vchunked\r\n\r\n0\r\n\r\n" HIDDEN),
	SHAPE("coding in 1.0", "POST /lapor HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
	SHAPE("space before the colon", POST "Content-Length : 41\r\n\r\n" HIDDEN),
	MENDED("a length hidden by a fold", POST "X: y\r\n Content-Length: 36\r\n\r\n" HIDDEN),
	MENDED("CR CR LF", POST "X: y\r\r\n\r\n" HIDDEN),
	MENDED("NUL in a value", POST "X: a\0b\r\n\r\n" HIDDEN),
	SHAPE("a chunk of odd size", POST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n" HIDDEN),
	SHAPE("a chunk too long", POST "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n" HIDDEN),
	SHAPE("a negative chunk", POST "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n" HIDDEN),
	MENDED("no host", "GET /cek HTTP/1.1\r\n\r\n" HIDDEN),
	MENDED("two hosts", "GET /cek HTTP/1.1\r\n" H "Host: " KONSOL "\r\n\r\n" HIDDEN),
};

/* What is behind a doubtful frame is nobody's request: one answer at most, and who comes next gets his own. */
START_TEST(what_two_could_read_in_two_ways_is_one_request_or_none)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		CURLcode rc;
		CURL *c = tls_open(LAPOR, CURL_SSLVERSION_DEFAULT, &rc);

		ck_assert_ptr_nonnull(c);
		buf_reset(&out);
		tls_send(c, shapes[i].raw, shapes[i].len);
		tls_hears(c, "\x01never", 300, &out);
		curl_easy_cleanup(c);
		ck_assert_msg(answers_in(&out) <= shapes[i].most, "%s: %.400s", shapes[i].what, buf_str(&out));
		ck_assert_msg(out.len == 0 || status_in(&out) >= 400, "%s: %.400s", shapes[i].what, buf_str(&out));
		asks(LAPOR, "GET /cek HTTP/1.1\r\n" H "Connection: close\r\n\r\n", &out);
		ck_assert_msg(status_in(&out) == 200 && strstr(buf_str(&out), "Cek laporan") != NULL, "after %s: %.400s",
		    shapes[i].what, buf_str(&out));
	}
	buf_release(&out);
}
END_TEST

Suite *
proxies_suite(void)
{
	static void (*const begins[])(void) = { begin_haproxy, begin_nginx };
	Suite *s = suite_create("proxies");

	for (size_t i = 0; i < 2; i++) {
		TCase *tc = tcase_create(proxies[i].name);

		tcase_add_unchecked_fixture(tc, begins[i], end);
		tcase_add_test(tc, plain_http_only_leads_to_tls);
		tcase_add_test(tc, old_tls_is_refused_and_a_year_is_promised);
		tcase_add_test(tc, a_log_in_and_a_feed_pass);
		tcase_add_test(tc, half_a_piece_passes);
		tcase_add_test(tc, a_forged_address_fools_no_limit);
		tcase_add_test(tc, what_two_could_read_in_two_ways_is_one_request_or_none);
		suite_add_tcase(s, tc);
	}
	return s;
}
