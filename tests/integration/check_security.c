/*
 * The blocking points of the security checklist (docs/security.md) that no other suite shows, on a living
 * house: every route of both servers, who is let through, what a moment changes, what a stranger's words
 * can do to a page.
 */
#include <arpa/inet.h>
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "console/hasher.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/totp.h"
#include "store/logbook.h"
#include "store/session.h"
#include "tests/integration/crawl.h"
#include "tests/integration/eye.h"
#include "tests/integration/markup.h"

Suite *security_suite(void);

#define KABAT "35.10.14.2012"

static struct visitor nobody, dishub, desk, bupati, admin;

static void
begin(void)
{
	house_make("ingest:\n  guesses: 60\nconsole:\n  url: https://konsol.example\n  second_factor: pengawas\n");
	house_up();
	visitor_enters(&dishub, "ptg-o-dishub-1");
	visitor_enters(&desk, "opr-d112-1");
	visitor_enters(&bupati, "kpl-bupati");
	visitor_enters(&admin, "adm-o-kominfo-1");
}

/* ---- A1: what every answer says ---- */

static size_t
times(const struct buf *text, const char *words)
{
	size_t n = 0;

	for (const char *at = buf_str(text); (at = strcasestr(at, words)) != NULL; at++)
		n++;
	return n;
}

static void
has_headers(const char *what, const struct answer *a, int console)
{
	static const char *const wanted[] = { "\r\nX-Content-Type-Options: nosniff\r\n", "\r\nReferrer-Policy: no-referrer\r\n",
	    "\r\nCross-Origin-Opener-Policy: same-origin\r\n", "\r\nPermissions-Policy: ", "\r\nContent-Security-Policy: default-src 'none';" };
	static const char *const policy[] = { "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
	    "style-src 'self'" };
	char line[512];
	const char *csp;

	for (size_t i = 0; i < N_ELEMS(wanted); i++)
		ck_assert_msg(times(&a->head, wanted[i]) == 1, "%s has not just one%s in %s", what, wanted[i] + 1, buf_str(&a->head));
	csp = strstr(buf_str(&a->head), "Content-Security-Policy: ");
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(csp, "\r"), csp);
	for (size_t i = 0; i < N_ELEMS(policy); i++)
		ck_assert_msg(strstr(line, policy[i]) != NULL, "%s: no %s in %s", what, policy[i], line);
	ck_assert_msg(strstr(line, "unsafe-") == NULL && strchr(line, '*') == NULL && strstr(line, "http") == NULL &&
	    strstr(line, "data:") == NULL, "%s: %s", what, line);
	ck_assert_msg(times(&a->head, "\r\nServer: ") == 0, "%s names its program", what);
	/* a style sheet may be kept, what an officer sees may not */
	if (console && !answer_is(a, "text/css") && !answer_is(a, "text/javascript"))
		ck_assert_msg(strstr(buf_str(&a->head), "\r\nCache-Control: no-store\r\n") != NULL, "%s may be kept", what);
}

static const struct { const char *file; int console; } servers[] = { { PUBLIC_ROUTES, 0 }, { CONSOLE_ROUTES, 1 } };

/* Each route by both methods, as nobody and as who may: whatever the answer, it says this. */
START_TEST(every_answer_of_every_route_has_its_headers)
{
	const char *base = servers[_i].console ? house.console : house.http;
	const struct visitor *askers[] = { &nobody, &bupati, &admin };
	struct seen_route routes[128];
	size_t n = routes_read(servers[_i].file, routes, N_ELEMS(routes)), refused = 0, shown = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < N_ELEMS(askers); k++)
			for (int post = 0; post < 2; post++) {
				const char *const headers[] = { askers[k]->cookie, "Accept: text/html", NULL };
				struct buf path = { 0 }, what = { 0 };
				struct answer a;

				if (strcmp(routes[i].path, "/api/v1/events") == 0 && k > 0 && !post)
					continue;	/* endless: its head is looked at below */
				buf_addf(&path, "%s%s", routes[i].path, routes[i].tail ? "zzzz" : "");
				buf_addf(&what, "%s %s of %zu", post ? "POST" : "GET", buf_str(&path), k);
				ask_as(&a, base, buf_str(&path), headers + (askers[k]->cookie[0] == '\0'), post ? "x=1" : NULL, 3);
				has_headers(buf_str(&what), &a, servers[_i].console);
				refused += a.status >= 400;
				shown += a.status == 200;
				answer_release(&a);
				buf_release(&path);
				buf_release(&what);
			}
	ck_assert_uint_gt(refused, 20);
	ck_assert_uint_gt(shown, 15);
}
END_TEST

/* What no handler answers: raw requests that the server itself refuses. */
static const struct { const char *what, *raw; int status; } refusals[] = {
	{ "nothing there", "GET /tidak-ada HTTP/1.1\r\nHost: a\r\n\r\n", 404 },
	{ "another method", "DELETE /masuk HTTP/1.1\r\nHost: a\r\n\r\n", 405 },
	{ "TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405 },
	{ "too large", "POST /masuk HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413 },
	{ "no Host", "GET / HTTP/1.1\r\n\r\n", 400 },
	{ "two lengths", "POST /masuk HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", 400 },
	{ "another coding", "POST /masuk HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", 415 },
	{ "another version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505 },
	{ "another expectation", "POST /masuk HTTP/1.1\r\nHost: a\r\nExpect: x\r\nContent-Length: 1\r\n\r\nx", 417 },
};

/* The head of what comes back for these bytes. */
static void
raw_head(const char *base, const char *raw, struct answer *a)
{
	int fd = raw_ask(base, raw, strlen(raw));

	*a = (struct answer){ 0 };
	raw_reads(fd, "\r\n\r\n", &a->head);
	close(fd);
	ck_assert_msg(sscanf(buf_str(&a->head), "HTTP/1.1 %ld", &a->status) == 1, "\"%s\"", buf_str(&a->head));
}

START_TEST(what_the_server_refuses_has_them_too)
{
	for (int console = 0; console < 2; console++) {
		char raw[512];
		const char *at = strstr(refusals[_i].raw, "/masuk");
		struct answer a;

		/* the public server has its own place for forms */
		if (!console && at != NULL)
			snprintf(raw, sizeof(raw), "%.*s/lapor%s", (int)(at - refusals[_i].raw), refusals[_i].raw, at + 6);
		else
			snprintf(raw, sizeof(raw), "%s", refusals[_i].raw);
		raw_head(console ? house.console : house.http, raw, &a);
		ck_assert_msg(a.status == refusals[_i].status, "%s: %ld", refusals[_i].what, a.status);
		has_headers(refusals[_i].what, &a, console);
		answer_release(&a);
	}
}
END_TEST

START_TEST(a_stream_has_them_too)
{
	char raw[256];
	struct answer a;

	snprintf(raw, sizeof(raw), "GET /api/v1/events HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", bupati.cookie);
	raw_head(house.console, raw, &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert(answer_is(&a, "text/event-stream"));
	has_headers("the stream", &a, 1);
	answer_release(&a);
}
END_TEST

/* A3: no code before the store has it.  What he wrote comes back to him; a danger goes to the spool and gets one. */
START_TEST(a_receipt_comes_after_the_store)
{
	static const char quiet[] = "isi=jembatan+bambu+lapuk+sekali&desa=" KABAT "&lokasi=dusun+krajan&telepon=081234610001";
	static const char danger[] = "isi=rumah+kebakaran+tolong&desa=" KABAT "&lokasi=dusun+krajan&telepon=081234610002";
	static const char *const html[] = { "Accept: text/html", NULL };
	struct answer a;
	pid_t redis = pid_of("redis");

	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	ask_as(&a, house.http, "/lapor", html, quiet, strlen(quiet));
	ck_assert_int_eq(a.status, 503);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "jembatan bambu lapuk sekali</textarea>"));
	ck_assert_ptr_null(strstr(buf_str(&a.head), "Location: "));
	has_headers("503", &a, 0);
	answer_release(&a);
	ask_as(&a, house.http, "/lapor", html, danger, strlen(danger));
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
	ck_assert_int_eq(a.status, 303);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "Location: /l/"));
	answer_release(&a);
}
END_TEST

/* ---- codes that open nothing ---- */

/* From this address, by a proxy of ours. */
static void
ask_from(struct answer *a, const char *base, const char *path, int address)
{
	char from[64];

	snprintf(from, sizeof(from), "X-Forwarded-For: 203.0.%d.%d", address / 250, address % 250 + 1);
	ask_as(a, base, path, (const char *[]){ from, "X-Forwarded-Proto: https", "Accept: text/html", NULL }, NULL, 0);
}

static void
without_date(struct buf *out, const struct answer *a)
{
	const char *date = strstr(buf_str(&a->head), "\r\nDate: ");

	ck_assert_ptr_nonnull(date);
	buf_reset(out);
	buf_add(out, a->head.data, (size_t)(date - a->head.data));
	buf_adds(out, date + 2 + strcspn(date + 2, "\r"));
	buf_add(out, buf_str(&a->body), a->body.len);
}

/*
 * How often a time of the first kind is longer than one of the second, of all pairs (Mann and Whitney):
 * half for two kinds that nobody can tell apart.
 */
static double
longer_share(const int64_t *x, const int64_t *y, size_t n)
{
	double wins = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			wins += x[i] > y[k] ? 1 : x[i] == y[k] ? 0.5 : 0;
	return wins / (double)(n * n);
}
#define ALIKE 0.27		/* 0.5 +- this: with 40 of each, chance goes further once in 30,000 times */
#define ASKED 40

/* A5: of unknown, sealed and other people's cases the same bytes come, in the same time. */
START_TEST(unknown_and_sealed_codes_look_the_same)
{
	static int64_t us[2][ASKED];
	char code[2][CODE_CHARS + 1], path[2][64];
	struct buf first = { 0 }, other = { 0 };
	struct code c;
	double share;

	sms("+6281234610010", "tolong anak tetangga sering dipukuli bapaknya di desa kabat, lebam semua", code[0]);
	told(code[0], "tugas-rahasia", "");
	code_make(&c, 12345678901);
	snprintf(code[1], sizeof(code[1]), "%s", c.s);
	for (int json = 0; json < 2; json++) {
		for (int k = 0; k < 2; k++)
			snprintf(path[k], sizeof(path[k]), json ? "/api/v1/laporan/%s" : "/l/%s", code[k]);
		for (int i = 0; i < (json ? 3 : ASKED); i++)
			for (int k = 0; k < 2; k++) {
				int64_t at_us = clock_mono_us();
				struct answer a;

				ask_from(&a, house.http, path[(i + k) % 2], json * 1000 + i * 2 + k);
				us[(i + k) % 2][i] = clock_mono_us() - at_us;
				ck_assert_int_eq(a.status, 404);
				without_date(i == 0 && k == 0 ? &first : &other, &a);
				ck_assert(i + k == 0 || (first.len == other.len && memcmp(first.data, other.data, first.len) == 0));
				answer_release(&a);
			}
		share = json ? 0.5 : longer_share(us[0], us[1], ASKED);
		ck_assert_msg(share > 0.5 - ALIKE && share < 0.5 + ALIKE, "the sealed one takes longer in %.2f of the pairs", share);
	}
	buf_release(&first);
	buf_release(&other);
}
END_TEST

/* A6: many addresses, each below its limit: a human hears of it. */
START_TEST(many_guesses_are_an_alarm)
{
	for (int i = 0; i < 60; i++) {
		struct answer a;

		ask_from(&a, house.http, "/l/00000000", 3000 + i);
		ck_assert_int_eq(a.status, 404);
		answer_release(&a);
	}
	alarm_names("ada yang menebak");
}
END_TEST

/* The same for an officer: not there, not his, and sealed are one page. */
START_TEST(not_there_and_not_his_look_the_same)
{
	char code[3][CODE_CHARS + 1];
	static const char *const forms[][2] = { { "/kasus/", "" }, { "/api/v1/cases/", "" }, { "/berkas/", "/0123.jpg" },
	    { "/triase/", "" } };
	struct visitor stranger;
	struct code c;

	sms("+6281234610011", "tolong anak tetangga sering dipukuli bapaknya di desa kabat, memar semua", code[0]);
	told(code[0], "tugas-rahasia", "");
	sms("+6281234610012", "lampu jalan mati di desa kabat depan balai desa", code[1]);
	wait_state(code[1], "ditugaskan");
	code_make(&c, 12345678902);
	snprintf(code[2], sizeof(code[2]), "%s", c.s);
	visitor_enters(&stranger, "ptg-35.10.25.2010-1");
	for (size_t f = 0; f < N_ELEMS(forms); f++) {
		struct buf first = { 0 }, other = { 0 };

		for (int k = 0; k < 3; k++) {
			char path[64];
			struct answer a;

			snprintf(path, sizeof(path), "%s%s%s", forms[f][0], code[k], forms[f][1]);
			visitor_opens(&stranger, path, &a);
			ck_assert_msg(a.status == 404 || a.status == 403, "%s: %ld", path, a.status);
			without_date(k == 0 ? &first : &other, &a);
			ck_assert_msg(k == 0 || strcmp(buf_str(&first), buf_str(&other)) == 0, "%s:\n%s\n%s", path, buf_str(&first),
			    buf_str(&other));
			answer_release(&a);
		}
		buf_release(&first);
		buf_release(&other);
	}
}
END_TEST

/* A6, 47: what a client writes before its proxy's word about it changes nothing. */
START_TEST(a_forged_forwarding_fools_no_limit)
{
	long status = 0;

	for (int i = 0; i < 12; i++) {
		char from[96];
		struct answer a;

		snprintf(from, sizeof(from), "X-Forwarded-For: 198.51.100.%d, 203.0.113.77", i + 1);
		ask_as(&a, house.http, "/l/AAAAAAAA", (const char *[]){ from, NULL }, NULL, 0);
		status = a.status;
		answer_release(&a);
	}
	ck_assert_int_eq(status, 429);
	{
		struct answer a;

		ask_from(&a, house.http, "/l/AAAAAAAA", 5000);		/* others are not slowed */
		ck_assert_int_eq(a.status, 404);
		answer_release(&a);
	}
}
END_TEST

/* ---- sessions ---- */

static size_t
drop(char *data, size_t size, size_t n, void *arg)
{
	(void)data, (void)arg;
	return size * n;
}

/* C26: of somebody who is not there the answer is the same, and takes as long. */
START_TEST(an_unknown_name_is_answered_like_a_wrong_password)
{
	enum { TRIES = 8 };
	static const char *const names[] = { "kpl-o-bpbd", "kpl-o-tidak-ada" };
	int64_t us[2][TRIES];
	struct buf first = { 0 }, other = { 0 };
	double share;

	ck_assert_int_eq(visitor_sets_password(names[0], VISITOR_PASSWORD), 303);
	for (int i = 0; i < TRIES; i++)
		for (int k = 0; k < 2; k++) {
			char body[128], from[64];
			struct answer a;
			int64_t at_us;

			snprintf(from, sizeof(from), "X-Forwarded-For: 192.0.2.%d", i * 2 + k + 1);
			snprintf(body, sizeof(body), "nama=%s&sandi=bukan+itu+sandinya&kode=&ke=", names[k]);
			at_us = clock_mono_us();
			ask_as(&a, house.console, "/masuk", (const char *[]){ from, "X-Forwarded-Proto: https", NULL }, body, strlen(body));
			us[k][i] = clock_mono_us() - at_us;
			ck_assert_int_eq(a.status, 403);
			/* what was typed stands in its field again */
			buf_reset(k == 0 ? &first : &other);
			for (const char *at = buf_str(&a.body); *at != '\0'; )
				if (strncmp(at, names[k], strlen(names[k])) == 0)
					at += strlen(names[k]);
				else
					buf_addc(k == 0 ? &first : &other, *at++);
			ck_assert(k == 0 || strcmp(buf_str(&first), buf_str(&other)) == 0);
			answer_release(&a);
		}
	share = longer_share(us[0], us[1], TRIES);
	ck_assert_msg(share > 0.05 && share < 0.95, "the known one takes longer in %.2f of the pairs", share);
	buf_release(&first);
	buf_release(&other);
}
END_TEST

#define AT_ONCE 50
#define HASH_BYTES (64 << 20)		/* that one check of a password takes; store/account.h */
/* A sanitized allocator keeps a quarter of a gigabyte of what was freed. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SLACK_BYTES (320 << 20)
#endif
#endif
#ifndef SLACK_BYTES
#define SLACK_BYTES HASH_BYTES		/* what the test before it left in the allocator */
#endif

static long
kilobytes_at_most(pid_t pid)
{
	char path[64];
	const char *at;
	struct buf text = { 0 };
	long n;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	ck_assert_int_eq(file_read(path, 65536, &text), 0);
	at = strstr(buf_str(&text), "VmHWM:");
	ck_assert_ptr_nonnull(at);
	n = strtol(at + 6, NULL, 10);
	buf_release(&text);
	return n;
}

/* C23: fifty who log in at once take turns: memory stays bounded, and others are served meanwhile. */
START_TEST(fifty_log_ins_at_once_hold_up_nobody)
{
	static const char body[] = "nama=kpl-o-bpkad&sandi=" VISITOR_PASSWORD "&kode=&ke=";
	CURLM *all = curl_multi_init();
	CURL *one[AT_ONCE];
	struct curl_slist *from[AT_ONCE];
	struct buf url = { 0 };
	long before_kb = kilobytes_at_most(pid_of("console")), status;
	int running = 1, in = 0, later = 0, looks = 0;
	int64_t longest_ms = 0, since, all_ms;

	ck_assert_int_eq(visitor_sets_password("kpl-o-bpkad", VISITOR_PASSWORD), 303);
	buf_addf(&url, "%s/masuk", house.console);
	for (int i = 0; i < AT_ONCE; i++) {
		char header[64];

		snprintf(header, sizeof(header), "X-Forwarded-For: 198.18.0.%d", i + 1);
		from[i] = curl_slist_append(curl_slist_append(NULL, header), "X-Forwarded-Proto: https");
		one[i] = curl_easy_init();
		curl_easy_setopt(one[i], CURLOPT_URL, buf_str(&url));
		curl_easy_setopt(one[i], CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(one[i], CURLOPT_HTTPHEADER, from[i]);
		curl_easy_setopt(one[i], CURLOPT_WRITEFUNCTION, drop);
		curl_multi_add_handle(all, one[i]);
	}
	for (since = clock_mono_ms(); running > 0 && clock_mono_ms() - since < LIMIT_MS; ) {
		int64_t at_ms = clock_mono_ms();

		ck_assert_int_eq(curl_multi_perform(all, &running), CURLM_OK);
		ck_assert_int_eq(visitor_status(&bupati, "/papan"), 200);
		if (clock_mono_ms() - at_ms > longest_ms)
			longest_ms = clock_mono_ms() - at_ms;
		looks++;
	}
	all_ms = clock_mono_ms() - since;
	ck_assert_int_eq(running, 0);
	for (int i = 0; i < AT_ONCE; i++) {
		curl_easy_getinfo(one[i], CURLINFO_RESPONSE_CODE, &status);
		in += status == 303;
		later += status == 503;
		curl_multi_remove_handle(all, one[i]);
		curl_easy_cleanup(one[i]);
		curl_slist_free_all(from[i]);
	}
	curl_multi_cleanup(all);
	buf_release(&url);
	ck_assert_msg(in + later == AT_ONCE && in > 0, "%d came in, %d were told to come again", in, later);
	ck_assert_int_gt(looks, 5);
	/* where all is slow, a page is too; it waits for a few of them, never for most */
	ck_assert_msg(longest_ms < 2000 || longest_ms < all_ms / 4, "a page took %d of %d ms", (int)longest_ms, (int)all_ms);
	ck_assert_msg(kilobytes_at_most(pid_of("console")) - before_kb < HASHER_THREADS * (HASH_BYTES >> 10) + (SLACK_BYTES >> 10),
	    "%ld kB more",
	    kilobytes_at_most(pid_of("console")) - before_kb);
}
END_TEST

/* C27: a cookie from before the log-in is not the one after it; logging in again ends the one before. */
START_TEST(a_log_in_is_a_new_session)
{
	static const char planted[] = "Cookie: kt=0123456789012345678901234567890123456789012";
	const char body[] = "nama=kpl-o-pup&sandi=" VISITOR_PASSWORD "&kode=&ke=";
	struct visitor first, second;
	struct answer a;

	ck_assert_int_eq(visitor_sets_password("kpl-o-pup", VISITOR_PASSWORD), 303);
	ask_as(&a, house.console, "/masuk", (const char *[]){ planted, NULL }, body, strlen(body));
	ck_assert_int_eq(a.status, 303);
	visitor_takes_cookie(&first, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "; HttpOnly"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "; SameSite="));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "; Path=/"));
	answer_release(&a);
	ck_assert_str_ne(first.cookie, planted);
	ck_assert_int_ge(strlen(first.cookie) - strlen("Cookie: kt="), 43);
	ask_as(&a, house.console, "/masuk", (const char *[]){ first.cookie, NULL }, body, strlen(body));
	visitor_takes_cookie(&second, &a);
	answer_release(&a);
	ck_assert_str_ne(second.cookie, first.cookie);
	ck_assert_int_eq(visitor_status(&first, "/papan"), 303);
	ck_assert_int_eq(visitor_status(&second, "/papan"), 200);
	ck_assert_int_eq(house_command("officer role kpl-o-pup petugas", NULL), 0);
	ck_assert_int_eq(visitor_status(&second, "/tugas"), 303);
	ck_assert_int_eq(visitor_status(&(struct visitor){ .cookie = "Cookie: kt=0123456789012345678901234567890123456789012" }, "/papan"), 303);
}
END_TEST

/* C28: who is sent away hears nothing more, though his stream is open. */
#define END_OF_STREAM "\r\n0\r\n\r\n"
#define ENDS_WITHIN_MS 20000	/* it is looked for each three seconds; more on a busy machine */
static const char *const endings[] = { "officer end kpl-o-dlh", "officer role kpl-o-dinkes petugas" };

START_TEST(a_stream_ends_with_its_officer)
{
	static const char *const officers[] = { "kpl-o-dlh", "kpl-o-dinkes" };
	struct visitor v;
	struct buf heard = { 0 };
	char raw[256];
	int64_t at_ms;
	int fd;

	visitor_enters(&v, officers[_i]);
	snprintf(raw, sizeof(raw), "GET /api/v1/events HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", v.cookie);
	fd = raw_ask(house.console, raw, strlen(raw));
	ck_assert(raw_reads(fd, "retry: ", &heard));
	ck_assert_int_eq(house_command(endings[_i], NULL), 0);
	at_ms = clock_mono_ms();
	ck_assert(raw_reads(fd, END_OF_STREAM, &heard));
	ck_assert_int_lt(clock_mono_ms() - at_ms, ENDS_WITHIN_MS);
	close(fd);
	ck_assert_int_eq(visitor_status(&v, "/api/v1/board"), 401);
	buf_release(&heard);
}
END_TEST

/* His own log-out, one of all his devices from another, and another password: what is open elsewhere ends with it. */
enum goes { GOES_HERE, GOES_EVERYWHERE, GOES_BY_PASSWORD, GOES_N };

START_TEST(a_stream_ends_with_a_log_out)
{
	static const char *const officers[] = { "kpl-o-dpmd", "kpl-o-dispendik", "kpl-o-satpol" };
	struct visitor v, elsewhere;
	struct buf heard = { 0 };
	struct answer a;
	char raw[256];
	int64_t at_ms;
	int fd;

	visitor_enters(&v, officers[_i]);
	ck_assert_int_eq(visitor_logs_in(&elsewhere, officers[_i], VISITOR_PASSWORD, ""), 303);
	ck_assert_int_eq(visitor_status(&v, "/papan"), 200);	/* both live side by side */
	ck_assert_int_eq(visitor_status(&elsewhere, "/papan"), 200);
	snprintf(raw, sizeof(raw), "GET /api/v1/events HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", v.cookie);
	fd = raw_ask(house.console, raw, strlen(raw));
	ck_assert(raw_reads(fd, "retry: ", &heard));
	if (_i == GOES_BY_PASSWORD) {
		ck_assert_int_eq(visitor_sets_password(officers[_i], "becak+kuning+lewat+depan+pasar"), 303);
	} else {
		visitor_sends(_i == GOES_HERE ? &v : &elsewhere, "/akun", "/keluar", _i == GOES_HERE ? "" : "semua=ya", &a);
		ck_assert_int_eq(a.status, 303);
		answer_release(&a);
	}
	at_ms = clock_mono_ms();
	ck_assert(raw_reads(fd, END_OF_STREAM, &heard));
	ck_assert_int_lt(clock_mono_ms() - at_ms, ENDS_WITHIN_MS);
	close(fd);
	ck_assert_int_eq(visitor_status(&v, "/api/v1/board"), 401);
	ck_assert_int_eq(visitor_status(&elsewhere, "/papan"), _i == GOES_HERE ? 200 : 303);
	ck_assert_int_eq(visitor_status(&bupati, "/papan"), 200);	/* and nobody else's */
	buf_release(&heard);
}
END_TEST

/* Nor does a stream outlive the longest session. */
#define SESSION_LEFT_MS 8000	/* in which the stream has to begin */
START_TEST(a_stream_ends_with_its_session)
{
	struct visitor v;
	char raw[256];
	struct session session = { .officer = "kpl-o-dinsos" };
	struct buf heard = { 0 };
	struct house h;
	int64_t now, at_ms;
	int fd;

	house_eye(&h);
	now = store_now_ms(&h.st);
	session.begun_ms = session.proven_ms = now - h.set.session_most_ms + SESSION_LEFT_MS;
	session.seen_ms = now;
	session_of(&h.st, &session, v.cookie);
	snprintf(raw, sizeof(raw), "GET /api/v1/events HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n", v.cookie);
	fd = raw_ask(house.console, raw, strlen(raw));
	ck_assert(raw_reads(fd, "retry: ", &heard));
	at_ms = clock_mono_ms();
	ck_assert(raw_reads(fd, END_OF_STREAM, &heard));
	ck_assert_int_lt(clock_mono_ms() - at_ms, SESSION_LEFT_MS + ENDS_WITHIN_MS);
	close(fd);
	ck_assert_int_eq(visitor_status(&v, "/api/v1/board"), 401);
	house_close(&h);
	buf_release(&heard);
}
END_TEST

/* ---- what is asked for, and what is done ---- */

static void
lamp(const char *from, char code[CODE_CHARS + 1], char path[32])
{
	sms(from, "lampu jalan mati di desa kabat depan balai desa", code);
	wait_state(code, "ditugaskan");
	snprintf(path, 32, "/kasus/%s", code);
}

struct doings { int64_t last; int n; const char *actor; };

static int
count_doing(const struct log_line *line, void *arg)
{
	struct doings *d = arg;
	char actor[64];

	snprintf(actor, sizeof(actor), "\"actor\":\"%s\"", d->actor);
	d->last = line->seq;
	d->n += memmem(line->entry, line->len, actor, strlen(actor)) != NULL;
	return 0;
}

/* C29: every route, asked by GET with all that its form would send, leaves no trace of him in the log. */
START_TEST(a_get_changes_nothing)
{
	static const char *const fields = "aksi=terima&versi=1&catatan=x&alasan=pemeriksaan+pengaduan+warga&isi=x&kategori=banjir"
	    "&nama=x&sandi=becak+merah+lewat+depan+pasar&kode=000000&telepon=081234610099&id=1&from=%2B6281234610099&text=x";
	static const char *const ends[] = { "", "/actions" };
	char code[CODE_CHARS + 1], path[32], token[64];
	const struct visitor *const who[] = { &dishub, &desk, &admin };
	const char *const officers[] = { "ptg-o-dishub-1", "opr-d112-1", "adm-o-kominfo-1" };
	struct doings d = { 0 };
	struct answer a;
	struct house h;
	int asked = 0;

	lamp("+6281234610030", code, path);
	house_eye(&h);
	ck_assert_int_gt(logbook_read(&h.st, 0, 10000, count_doing, &(struct doings){ .actor = "-" }), 0);
	for (size_t k = 0; k < N_ELEMS(who); k++) {
		struct doings before = { .actor = officers[k] };

		ck_assert_int_gt(logbook_read(&h.st, 0, 10000, count_doing, &before), 0);
		visitor_opens(who[k], "/akun", &a);
		page_field(&a.body, "tanda", token, sizeof(token));
		answer_release(&a);
		for (size_t f = 0; f < N_ELEMS(servers); f++) {
			struct seen_route routes[128];
			size_t n = routes_read(servers[f].file, routes, N_ELEMS(routes));

			for (size_t i = 0; i < n; i++)
				for (size_t t = 0; t < (routes[i].tail ? N_ELEMS(ends) : 1); t++) {
					struct buf question = { 0 };
					const char *const headers[] = { who[k]->cookie, NULL };

					if (strcmp(routes[i].path, "/api/v1/events") == 0)
						continue;
					buf_addf(&question, "%s%s%s?tanda=%s&%s", routes[i].path, routes[i].tail ? code : "",
					    routes[i].tail ? ends[t] : "", token, fields);
					ask_as(&a, servers[f].console ? house.console : house.http, buf_str(&question), headers, NULL, 0);
					asked++;
					/* a form's own address is a page, or nothing that is asked by GET */
					ck_assert_msg(a.status < 500, "%s: %ld", buf_str(&question), a.status);
					answer_release(&a);
					buf_release(&question);
				}
		}
		d = (struct doings){ .actor = officers[k] };
		ck_assert_int_gt(logbook_read(&h.st, before.last, 10000, count_doing, &d), -1);
		ck_assert_msg(d.n == 0, "%s: %d entries of the log by GET", officers[k], d.n);
	}
	ck_assert_int_gt(asked, 200);
	ck_assert_int_eq(visitor_status(&dishub, "/tugas"), 200);	/* /keluar and /akun too did nothing */
	wait_state(code, "ditugaskan");
	house_close(&h);
}
END_TEST

/* A shell's "it is there". */
static int
is_in_log(const char *words)
{
	struct buf out = { 0 };
	int there = run_line(&out, "grep -rqaF -- '%s' %s/log", words, house.dir) == 0;

	buf_release(&out);
	return there;
}

/* D36: what a form does not ask for does nothing, and is noticed. */
START_TEST(what_is_not_asked_for_does_nothing)
{
	char code[CODE_CHARS + 1], path[32], api[64], token[64], header[96];
	static const char more[] = "aksi=terima&versi=1&role=admin&wilayah=*&case.confidential=0&rahasia=0&unit_lain=O-PUP&petugas=kpl-bupati";
	static const char doc[] = "{\"action\":\"tangani\",\"note\":\"x\",\"version\":2,\"role\":\"admin\",\"officer\":\"kpl-bupati\"}";
	struct answer a;
	json_t *c;

	lamp("+6281234610040", code, path);
	visitor_sends(&dishub, path, path, more, &a);
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
	c = case_in(code, "diterima");
	ck_assert_str_eq(json_string_value(json_object_get(c, "holder")), "ptg-o-dishub-1");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(c, "units"), 0)), "O-DISHUB");
	json_decref(c);
	ck_assert(is_in_log("event=fields_ignored"));
	ck_assert(is_in_log("names=\"role wilayah case.confidential rahasia unit_lain\""));
	visitor_opens(&dishub, path, &a);
	page_field(&a.body, "tanda", token, sizeof(token));
	answer_release(&a);
	snprintf(api, sizeof(api), "/api/v1/cases/%s/actions", code);
	snprintf(header, sizeof(header), "X-Kentongan-Tanda: %s", token);
	ask_as(&a, house.console, api, (const char *[]){ dishub.cookie, header, "Content-Type: application/json", NULL }, doc,
	    strlen(doc));
	ck_assert_int_eq(a.status, 200);
	answer_release(&a);
	c = case_in(code, "ditangani");
	ck_assert_str_eq(json_string_value(json_object_get(c, "holder")), "ptg-o-dishub-1");
	json_decref(c);
	ck_assert(is_in_log("event=member_ignored officer=ptg-o-dishub-1 name=\"role\""));
	ck_assert_int_eq(visitor_status(&dishub, "/sistem"), 403);	/* nor is he admin now */
	{
		static const char form[] = "isi=got+mampet+sekali&desa=" KABAT "&lokasi=dusun+krajan&telepon=081234610041&role=admin&kategori=drainase&sealed=0";

		ask_as(&a, house.http, "/lapor", (const char *[]){ "Accept: text/html", NULL }, form, strlen(form));
		ck_assert_int_eq(a.status, 303);
		answer_release(&a);
	}
}
END_TEST

/* B21: whatever addresses a report names, nobody comes to them. */
START_TEST(no_address_in_a_report_is_fetched)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char code[CODE_CHARS + 1], path[32];
	struct buf text = { 0 }, form = { 0 };
	struct answer a;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	buf_addf(&text, "lampu jalan mati di desa kabat http://127.0.0.1:%d/foto.jpg lihat 127.0.0.1:%d/x", ntohs(at.sin_port),
	    ntohs(at.sin_port));
	sms("+6281234610060", buf_str(&text), code);
	buf_addf(&form, "isi=jembatan+lapuk+http://127.0.0.1:%d/a.png&desa=" KABAT "&lokasi=http://127.0.0.1:%d/&nama=http://127.0.0.1:%d/"
	    "&telepon=081234610061", ntohs(at.sin_port), ntohs(at.sin_port), ntohs(at.sin_port));
	ask_as(&a, house.http, "/lapor", (const char *[]){ "Accept: text/html", NULL }, form.data, form.len);
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
	wait_state(code, "ditugaskan");
	told(code, "tugas", "");
	told_any("+6281234610061");
	snprintf(path, sizeof(path), "/kasus/%s", code);
	visitor_opens(&dishub, path, &a);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "/foto.jpg"));
	ck_assert_ptr_null(strstr(buf_str(&a.body), "href=\"http://127"));	/* nor is it a link */
	answer_release(&a);
	ck_assert_int_eq(accept(fd, NULL, NULL), -1);
	close(fd);
	buf_release(&text);
	buf_release(&form);
}
END_TEST

/* D40: what he may do is asked again when he does it. */
START_TEST(taken_away_between_page_and_act)
{
	static const char *const officers[] = { "ptg-o-dishub-2", "kpl-o-dishub" };
	static const char *const orders[] = { "officer end ptg-o-dishub-2", "officer role kpl-o-dishub pengawas" };
	char code[CODE_CHARS + 1], path[32], token[64], body[128], args[64];
	struct visitor v;
	struct answer a;

	snprintf(args, sizeof(args), "+62812346100%02d", 50 + _i);
	lamp(args, code, path);
	visitor_enters(&v, officers[_i]);
	visitor_opens(&v, path, &a);
	ck_assert_int_eq(a.status, 200);
	page_field(&a.body, "tanda", token, sizeof(token));
	answer_release(&a);
	ck_assert_int_eq(house_command(orders[_i], NULL), 0);
	snprintf(body, sizeof(body), "tanda=%s&aksi=terima&versi=1", token);
	ask_as(&a, house.console, path, (const char *[]){ v.cookie, NULL }, body, strlen(body));
	ck_assert_msg(a.status == 401 || a.status == 403, "%ld", a.status);
	answer_release(&a);
	wait_state(code, "ditugaskan");
}
END_TEST

Suite *
security_suite(void)
{
	Suite *s = suite_create("security");
	TCase *tc = tcase_create("security");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_loop_test(tc, every_answer_of_every_route_has_its_headers, 0, N_ELEMS(servers));
	tcase_add_loop_test(tc, what_the_server_refuses_has_them_too, 0, N_ELEMS(refusals));
	tcase_add_test(tc, a_stream_has_them_too);
	tcase_add_test(tc, many_guesses_are_an_alarm);
	tcase_add_test(tc, a_receipt_comes_after_the_store);
	tcase_add_test(tc, unknown_and_sealed_codes_look_the_same);
	tcase_add_test(tc, not_there_and_not_his_look_the_same);
	tcase_add_test(tc, a_forged_forwarding_fools_no_limit);
	tcase_add_test(tc, an_unknown_name_is_answered_like_a_wrong_password);
	tcase_add_test(tc, fifty_log_ins_at_once_hold_up_nobody);
	tcase_add_test(tc, a_log_in_is_a_new_session);
	tcase_add_test(tc, no_address_in_a_report_is_fetched);
	tcase_add_loop_test(tc, a_stream_ends_with_its_officer, 0, N_ELEMS(endings));
	tcase_add_loop_test(tc, a_stream_ends_with_a_log_out, 0, GOES_N);
	tcase_add_test(tc, a_stream_ends_with_its_session);
	tcase_add_test(tc, a_get_changes_nothing);
	tcase_add_test(tc, what_is_not_asked_for_does_nothing);
	tcase_add_loop_test(tc, taken_away_between_page_and_act, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
