/* The door of the console on a living house: who comes in, who does not, and when it shuts behind him. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sodium.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "lib/seal.h"
#include "lib/totp.h"
#include "store/account.h"
#include "store/house.h"
#include "store/session.h"
#include "tests/integration/eye.h"
#include "tests/integration/visitor.h"

Suite *login_suite(void);

#define PASSWORD VISITOR_PASSWORD

static void
begin(void)
{
	house_make("");
	house_up();
}

static const char *const closed[] = { "/", "/papan", "/feed/eskalasi.atom", "/feed/eskalasi.json",
    "/api/v1/events", "/api/v1/board", "/api/v1/cases", "/api/v1/cases/00000000", "/faktor" };

START_TEST(without_log_in_nothing_is_shown)
{
	static const struct visitor nobody = { .cookie = "" }, guesses[] = {
		{ .cookie = "Cookie: kt=0123456789012345678901234567890123456789012" }, { .cookie = "Authorization: Bearer salah" } };
	long status = visitor_status(&nobody, closed[_i]);

	ck_assert_msg(status == 303 || status == 401, "%s: %ld", closed[_i], status);
	for (size_t i = 0; i < N_ELEMS(guesses); i++)
		ck_assert_int_ne(visitor_status(&guesses[i], closed[_i]), 200);
}
END_TEST

START_TEST(a_link_sets_a_password_and_it_opens)
{
	struct visitor v, other;
	struct answer a;

	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-dishub", PASSWORD, ""), 403);	/* none is set yet */
	ck_assert_int_eq(visitor_sets_password("kpl-o-dishub", "pendek"), 422);
	ck_assert_int_eq(visitor_sets_password("kpl-o-dishub", "banyuwangi2026"), 422);
	visitor_enters(&v, "kpl-o-dishub");
	ck_assert_int_eq(visitor_status(&v, "/papan"), 200);
	/* Each log-in is a session of its own; log-out ends one. */
	ck_assert_int_eq(visitor_logs_in(&other, "kpl-o-dishub", PASSWORD, ""), 303);
	ck_assert_str_ne(v.cookie, other.cookie);
	ck_assert_int_eq(visitor_status(&other, "/papan"), 200);
	ask_as(&a, house.console, "/keluar", (const char *[]){ other.cookie, NULL }, "", 0);
	ck_assert_int_eq(a.status, 403);	/* without the form's token */
	answer_release(&a);
	ck_assert_int_eq(visitor_status(&other, "/papan"), 200);
}
END_TEST

/* What browsers say of where a form of theirs comes from: with no-referrer, "null" is our own page as well. */
static const struct { const char *site, *origin; long status; } senders[] = {
	{ "", "Origin: https://jahat.example", 403 },
	{ "Sec-Fetch-Site: cross-site", "Origin: null", 403 },
	{ "Sec-Fetch-Site: cross-site", "", 403 },
	{ "Sec-Fetch-Site: same-site", "", 403 },
	{ "Sec-Fetch-Site: same-origin", "Origin: null", 303 },
	{ "Sec-Fetch-Site: none", "", 303 },
	{ "", "Origin: null", 303 },
	{ "", "", 303 },
};

START_TEST(log_out_needs_our_own_form)
{
	const char *const tellers[] = { senders[_i].site, senders[_i].origin };
	const char *headers[4] = { NULL };
	struct visitor v;
	char token[64], body[96];
	struct answer a;
	int n = 0;

	visitor_enters(&v, "kpl-o-dlh");
	ask_as(&a, house.console, "/faktor", (const char *[]){ v.cookie, NULL }, NULL, 0);
	page_field(&a.body, "tanda", token, sizeof(token));
	answer_release(&a);
	snprintf(body, sizeof(body), "tanda=%s", token);
	headers[n++] = v.cookie;
	for (size_t i = 0; i < N_ELEMS(tellers); i++)
		if (tellers[i][0] != '\0')
			headers[n++] = tellers[i];
	ask_as(&a, house.console, "/keluar", headers, body, strlen(body));
	ck_assert_int_eq(a.status, senders[_i].status);
	answer_release(&a);
	ck_assert_int_eq(visitor_status(&v, "/papan"), senders[_i].status == 303 ? 303 : 200);
}
END_TEST

START_TEST(his_role_decides_what_he_sees)
{
	struct visitor v;

	visitor_enters(&v, "ptg-o-dishub-1");
	ck_assert_int_eq(visitor_status(&v, "/papan"), 403);
	ck_assert_int_eq(visitor_status(&v, "/feed/eskalasi.atom"), 403);
	ck_assert_int_eq(visitor_status(&v, "/api/v1/cases"), 200);
	ck_assert_int_eq(house_command("officer role ptg-o-dishub-1 kepala", NULL), 0);
	ck_assert_int_eq(visitor_status(&v, "/api/v1/cases"), 401);	/* another role: anew */
	ck_assert_int_eq(visitor_logs_in(&v, "ptg-o-dishub-1", PASSWORD, ""), 303);
	ck_assert_int_eq(visitor_status(&v, "/papan"), 200);
	ck_assert_int_eq(house_command("officer end ptg-o-dishub-1", NULL), 0);
	ck_assert_int_eq(visitor_status(&v, "/papan"), 303);
	ck_assert_int_eq(visitor_logs_in(&v, "ptg-o-dishub-1", PASSWORD, ""), 403);
}
END_TEST

/* Only the cases that are his to see are in his lists, and a code that he has heard opens no other. */
START_TEST(lists_hold_what_is_his)
{
	struct visitor v;
	char code[CODE_CHARS + 1], path[64];
	struct answer a;

	sms("+6281234590001", "lampu jalan mati di desa kabat depan balai desa", code);
	wait_state(code, "ditugaskan");
	visitor_enters(&v, "ptg-35.10.25.2010-1");
	ask_as(&a, house.console, "/api/v1/cases", (const char *[]){ v.cookie, NULL }, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_null(strstr(buf_str(&a.body), code));
	answer_release(&a);
	snprintf(path, sizeof(path), "/api/v1/cases/%s", code);
	ck_assert_int_eq(visitor_status(&v, path), 404);
	visitor_enters(&v, "ptg-35.10.14.2012-1");
	ck_assert_int_eq(visitor_status(&v, path), 200);
}
END_TEST

/* The fifth failure makes him wait, longer each time; others, and he from elsewhere, need not. */
START_TEST(guessing_is_slow)
{
	struct visitor v;
	struct house h;
	int64_t before;

	house_eye(&h);
	before = store_now_ms(&h.st);
	ck_assert_int_eq(visitor_sets_password("kpl-o-puckpp", PASSWORD), 303);
	for (int i = 0; i < 5; i++) {
		ck_assert_int_eq(login_wait_ms(&h.st, "kpl-o-puckpp", "127.0.0.1", before), 0);
		ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-puckpp", "bukan itu sandinya", ""), 403);
	}
	/* a second, which a busy machine lets pass; after three more it is eight */
	ck_assert_int_gt(login_wait_ms(&h.st, "kpl-o-puckpp", "127.0.0.1", before), 0);
	for (int i = 5; i < 8; i++)
		ck_assert_int_eq(login_failed(&h.st, "kpl-o-puckpp", "127.0.0.1", store_now_ms(&h.st)), i + 1);
	house_close(&h);
	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-puckpp", PASSWORD, ""), 429);
	ck_assert_int_eq(visitor_sets_password("kpl-o-pup", PASSWORD), 303);
	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-pup", PASSWORD, ""), 303);
	/* nobody is shut out for good */
	for (int64_t until = clock_mono_ms() + LIMIT_MS; visitor_logs_in(&v, "kpl-o-puckpp", PASSWORD, "") == 429;)
		ck_assert_int_lt(clock_mono_ms(), until);
	ck_assert_str_ne(v.cookie, "");
}
END_TEST

/* The twentieth failure, however slow they come, is told to who keeps the rosters; the nineteenth is not. */
START_TEST(twenty_failures_are_an_alarm)
{
	struct visitor v;
	struct house h;

	ck_assert_int_eq(visitor_sets_password("kpl-o-dpmd", PASSWORD), 303);
	house_eye(&h);
	for (int i = 0; i < 18; i++)		/* an hour ago: the wait is over */
		ck_assert_int_eq(login_failed(&h.st, "kpl-o-dpmd", "127.0.0.1", store_now_ms(&h.st) - HOUR_MS), i + 1);
	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-dpmd", "bukan itu sandinya", ""), 403);
	ck_assert(!sms_says("dua puluh kali gagal"));
	ck_assert_int_eq(login_worked(&h.st, "kpl-o-dpmd", "127.0.0.1"), 0);
	for (int i = 0; i < 19; i++)
		ck_assert_int_eq(login_failed(&h.st, "kpl-o-dpmd", "127.0.0.1", store_now_ms(&h.st) - HOUR_MS), i + 1);
	house_close(&h);
	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-dpmd", "bukan itu sandinya", ""), 403);
	alarm_names("dua puluh kali gagal");
}
END_TEST

/* Two who use the link at the same time: one sets his password, the other is told that it is used. */
START_TEST(a_link_used_twice_at_once_is_good_once)
{
	static const char *const passwords[] = { "becak+biru+di+depan+pasar", "becak+hijau+di+depan+pasar" };
	struct buf out = { 0 };
	char path[160], token[64];
	struct answer a;
	int won = 0, lost = 0, opens = 0;
	pid_t both[2];

	ck_assert_int_eq(house_command("officer passwd kpl-o-satpol", &out), 0);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(buf_str(&out), "\n"), buf_str(&out));
	ask_as(&a, house.console, path, NULL, NULL, 0);
	page_field(&a.body, "t", token, sizeof(token));
	answer_release(&a);
	*strchr(path, '?') = '\0';
	for (int i = 0; i < 2; i++) {
		both[i] = fork();
		ck_assert_int_ge(both[i], 0);
		if (both[i] == 0) {
			struct buf body = { 0 };

			buf_addf(&body, "t=%s&sandi=%s&ulang=%s", token, passwords[i], passwords[i]);
			ask_as(&a, house.console, path, NULL, body.data, body.len);
			_exit(a.status == 303 ? 1 : a.status == 410 ? 2 : 3);
		}
	}
	for (int i = 0; i < 2; i++) {
		int status;

		ck_assert_int_eq(waitpid(both[i], &status, 0), both[i]);
		won += WIFEXITED(status) && WEXITSTATUS(status) == 1;
		lost += WIFEXITED(status) && WEXITSTATUS(status) == 2;
	}
	ck_assert_int_eq(won, 1);
	ck_assert_int_eq(lost, 1);
	for (int i = 0; i < 2; i++) {
		struct visitor v;

		opens += visitor_logs_in(&v, "kpl-o-satpol", passwords[i], "") == 303;
	}
	ck_assert_int_eq(opens, 1);
	buf_release(&out);
}
END_TEST

/* Sessions begun at moments of the past: who asked nothing for so long, or came so long ago, is out. */
static const struct { int64_t begun_ago, seen_ago; long status; } ages[] = {
	{ 0, 0, 200 }, { 6 * HOUR_MS, 2 * MINUTE_MS, 200 }, { 6 * HOUR_MS, 31 * MINUTE_MS, 303 },
	{ 13 * HOUR_MS, 1000, 303 }, { -HOUR_MS, -HOUR_MS, 200 },	/* the clock went back */
};
START_TEST(a_session_ends_by_itself)
{
	struct session session = { .officer = "kpl-o-dinsos" };
	struct visitor v;
	struct house h;
	int64_t now;

	house_eye(&h);
	now = store_now_ms(&h.st);
	session.begun_ms = session.proven_ms = now - ages[_i].begun_ago;
	session.seen_ms = now - ages[_i].seen_ago;
	session_of(&h.st, &session, v.cookie);
	ck_assert_int_eq(visitor_status(&v, "/papan"), ages[_i].status);
	/* and once over it stays over */
	ck_assert_int_eq(visitor_status(&v, "/papan"), ages[_i].status);
	house_close(&h);
}
END_TEST

/*
 * A password is checked for some tenths of a second.  Who knows the old one, and began with it before the new one
 * was set, is not in afterwards; nor is what he holds kept alive by a request that read it before it ended.
 */
START_TEST(the_old_password_opens_nothing_that_outlives_it)
{
	struct account account, changed;
	struct session session, other;
	char token[TOKEN_CHARS + 1], renewed[TOKEN_CHARS + 1];
	struct house h;
	int64_t now;

	ck_assert_int_eq(visitor_sets_password("kpl-o-bkpp", PASSWORD), 303);
	house_eye(&h);
	now = store_now_ms(&h.st);
	ck_assert_int_eq(account_load(&h.st, "kpl-o-bkpp", &account), 1);
	ck_assert_int_eq(session_begin(&h.st, &account, 0, 0, now, token, &session), 0);
	ck_assert_int_eq(session_lives(&h.st, &session, now + 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS), 1);
	changed = account;
	changed.changed_ms++;
	ck_assert_int_eq(account_put(&h.st, &changed, "sandi", "kpl-o-bkpp"), 0);
	ck_assert_int_eq(sessions_end_of(&h.st, "kpl-o-bkpp"), 1);

	ck_assert_int_eq(session_lives(&h.st, &session, now + 20 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS), 0);
	ck_assert_int_eq(session_find(&h.st, token, &other), 0);
	ck_assert_int_eq(session_renew(&h.st, &session, renewed), 1);
	ck_assert_int_eq(session_find(&h.st, renewed, &other), 0);
	ck_assert_int_eq(session_begin(&h.st, &account, 0, 0, now, token, &session), 1);
	ck_assert_int_eq(session_find(&h.st, token, &other), 0);
	house_close(&h);
}
END_TEST

/* Admins need a code from a telephone; each counts once. */
START_TEST(an_admin_sets_up_a_second_factor)
{
	struct visitor v;
	char before[sizeof(v.cookie)];
	struct visitor_code code;
	struct answer a;

	ck_assert_int_eq(visitor_sets_password("adm-o-kominfo-1", PASSWORD), 303);
	ck_assert_int_eq(visitor_logs_in(&v, "adm-o-kominfo-1", PASSWORD, ""), 303);
	ck_assert_int_eq(visitor_status(&v, "/papan"), 303);	/* to /faktor, and nowhere else */
	ck_assert_int_eq(visitor_status(&v, "/api/v1/board"), 403);
	visitor_sends(&v, "/faktor", "/faktor", "kode=000000", &a);
	ck_assert_int_eq(a.status, 422);
	answer_release(&a);
	snprintf(before, sizeof(before), "%s", v.cookie);
	visitor_sets_factor(&v, &code);
	/* more is open to him now: it is another session, and who knew the first has none */
	ck_assert_str_ne(v.cookie, before);
	ck_assert_int_eq(visitor_status(&v, "/papan"), 200);
	snprintf(v.cookie, sizeof(v.cookie), "%s", before);
	ck_assert_int_eq(visitor_status(&v, "/papan"), 303);
	ck_assert_int_eq(visitor_status(&v, "/api/v1/board"), 401);
	/* that code is used; without one he does not come in any more */
	ck_assert_int_eq(visitor_logs_in(&v, "adm-o-kominfo-1", PASSWORD, code.used), 403);
	ck_assert_int_eq(visitor_logs_in(&v, "adm-o-kominfo-1", PASSWORD, ""), 403);
	ck_assert_int_eq(visitor_logs_in(&v, "adm-o-kominfo-1", PASSWORD, code.next), 303);
}
END_TEST

/* Who speaks for others over plain HTTP is sent away; a TLS proxy's word counts, and marks the cookie. */
START_TEST(plain_http_is_for_this_machine)
{
	struct answer a;
	const char body[] = "nama=kpl-o-bpbd&sandi=" PASSWORD;

	ck_assert_int_eq(visitor_sets_password("kpl-o-bpbd", PASSWORD), 303);
	ask_as(&a, house.console, "/masuk", (const char *[]){ "X-Forwarded-For: 203.0.113.9", NULL }, body,
	    strlen(body));
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	ask_as(&a, house.console, "/masuk", (const char *[]){ "X-Forwarded-For: 203.0.113.9",
	    "X-Forwarded-Proto: https", NULL }, body, strlen(body));
	ck_assert_int_eq(a.status, 303);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "Set-Cookie: __Host-kt="));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "; Secure"));
	answer_release(&a);
}
END_TEST

/* Passwords, tokens and secrets of accounts lie nowhere in the open. */
START_TEST(nothing_lies_open)
{
	struct visitor v;
	char line[512];

	visitor_enters(&v, "kpl-o-dinkes");
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	snprintf(line, sizeof(line), "grep -rlaF -e '%s' -e '%s' %s/redis %s/log >/dev/null 2>&1", PASSWORD,
	    v.cookie + 11, house.dir, house.dir);
	ck_assert_int_ne(system(line), 0);
}
END_TEST

/* A password kept as was enough once is kept as is enough today, as soon as he types it. */
START_TEST(an_old_way_of_keeping_ends_with_a_log_in)
{
	struct account a, now;
	struct visitor v;
	struct house h;

	ck_assert_int_eq(visitor_sets_password("kpl-o-kominfo", PASSWORD), 303);
	house_eye(&h);
	ck_assert_int_eq(account_load(&h.st, "kpl-o-kominfo", &a), 1);
	ck_assert_int_eq(crypto_pwhash_str_alg(a.hash, PASSWORD, strlen(PASSWORD), 1, 8 << 20, crypto_pwhash_ALG_ARGON2ID13), 0);
	ck_assert_int_eq(account_put(&h.st, &a, "sandi", "kpl-o-kominfo"), 0);
	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-kominfo", "bukan itu sandinya", ""), 403);
	ck_assert_int_eq(account_load(&h.st, "kpl-o-kominfo", &now), 1);
	ck_assert_str_eq(now.hash, a.hash);
	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-kominfo", PASSWORD, ""), 303);
	ck_assert_int_eq(account_load(&h.st, "kpl-o-kominfo", &now), 1);
	ck_assert_msg(strncmp(now.hash, "$argon2id$v=19$m=65536,t=3,p=1$", 31) == 0, "%.40s", now.hash);
	ck_assert_int_eq(visitor_logs_in(&v, "kpl-o-kominfo", PASSWORD, ""), 303);
	account_wipe(&a);
	account_wipe(&now);
	house_close(&h);
}
END_TEST

/* A house that is new has no password: its first start makes a link, each further one another, until it was used. */
START_TEST(the_first_administrator_comes_in_by_a_link)
{
	static const struct visitor nobody = { .cookie = "" };
	struct visitor v;
	struct visitor_code code;
	char old[sizeof(house.first)], path[sizeof(house.first)], body[256];
	struct answer a;

	house_make("");
	house_up();
	ck_assert_msg(strncmp(house.first, "/sandi/adm-", 11) == 0, "%s", house.first);
	snprintf(old, sizeof(old), "%s", house.first);
	house_restart();
	ck_assert_msg(strncmp(house.first, "/sandi/adm-", 11) == 0, "%s", house.first);
	ck_assert_str_ne(house.first, old);
	for (int fresh = 0; fresh < 2; fresh++) {
		snprintf(path, sizeof(path), "%s", fresh ? house.first : old);
		snprintf(body, sizeof(body), "%s&sandi=%s&ulang=%s", strchr(path, '?') + 1, PASSWORD, PASSWORD);
		*strchr(path, '?') = '\0';
		ask_as(&a, house.console, path, NULL, body, strlen(body));
		ck_assert_msg(a.status == (fresh ? 303 : 410), "%d: %ld", fresh, a.status);
		answer_release(&a);
	}
	ck_assert_int_eq(visitor_logs_in(&v, path + strlen("/sandi/"), PASSWORD, ""), 303);
	visitor_sets_factor(&v, &code);
	ck_assert_int_eq(visitor_status(&v, "/sistem"), 200);
	ck_assert_int_eq(visitor_status(&nobody, "/sistem"), 303);
	house_restart();
	ck_assert_str_eq(house.first, "");
	ck_assert_int_eq(visitor_status(&v, "/sistem"), 200);	/* nor was he logged out by it */
}
END_TEST

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

Suite *
login_suite(void)
{
	Suite *s = suite_create("login");
	TCase *tc = tcase_create("login"), *first = tcase_create("first");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_loop_test(tc, without_log_in_nothing_is_shown, 0, N_ELEMS(closed));
	tcase_add_test(tc, a_link_sets_a_password_and_it_opens);
	tcase_add_loop_test(tc, log_out_needs_our_own_form, 0, N_ELEMS(senders));
	tcase_add_test(tc, his_role_decides_what_he_sees);
	tcase_add_test(tc, lists_hold_what_is_his);
	tcase_add_test(tc, guessing_is_slow);
	tcase_add_test(tc, twenty_failures_are_an_alarm);
	tcase_add_test(tc, a_link_used_twice_at_once_is_good_once);
	tcase_add_loop_test(tc, a_session_ends_by_itself, 0, N_ELEMS(ages));
	tcase_add_test(tc, the_old_password_opens_nothing_that_outlives_it);
	tcase_add_test(tc, an_admin_sets_up_a_second_factor);
	tcase_add_test(tc, plain_http_is_for_this_machine);
	tcase_add_test(tc, an_old_way_of_keeping_ends_with_a_log_in);
	tcase_add_test(tc, nothing_lies_open);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(first, NULL, house_down);
	tcase_add_test(first, the_first_administrator_comes_in_by_a_link);
	suite_add_tcase(s, first);
	return s;
}
