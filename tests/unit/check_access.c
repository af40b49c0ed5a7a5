/* Who may see what: every cell of the table, and how somebody comes into it. */
#include <check.h>
#include <string.h>

#include "core/access.h"
#include "lib/totp.h"
#include "store/account.h"
#include "tests/unit/world.h"

Suite *access_suite(void);

static struct world w;

static struct policy *policy;

static void
begin(void)
{
	w.p = policy = world_policy(NULL);
	world_roster(&w.r);
}

static void
end(void)
{
	policy_free(policy);
	roster_release(&w.r);
}

/* One letter a column: t(ahu) k(asus) i(si) p(elapor), '.' refused; rows by relation. */
static const struct { enum viewer_class v; const char *rows[RELATION_N]; const char *general; } table[] = {
	/*                   lain    wilayah  bawahan  sendiri    papan triase sistem ekspor pembacaan catat siaran latihan darurat */
	{ VIEWER_OFFICER,  { "....", "tk..", "tki.", "tkip" }, ".....c..." },
	{ VIEWER_HEAD,     { "....", "tk..", "tki.", "tkip" }, "b....c..d" },
	{ VIEWER_OPERATOR, { "tkip", "tkip", "tkip", "tkip" }, "bt...csld" },
	{ VIEWER_ABOVE,    { "tki.", "tki.", "tki.", "tkip" }, "b..e..sld" },
	{ VIEWER_ADMIN,    { "tk..", "tk..", "tk..", "tkip" }, "b.se...l." },
	{ VIEWER_WATCH,    { "tki.", "tki.", "tki.", "tki." }, "b..el...." },
};

START_TEST(every_cell)
{
	for (int r = 0; r < RELATION_N; r++)
		for (int a = SEE_EXISTS; a <= SEE_REPORTER; a++) {
			ck_assert_msg(access_cell(table[_i].v, r, 0, a) == (table[_i].rows[r][a] != '.'),
			    "%s %s %s", viewer_class_name(table[_i].v), relation_name(r), access_name(a));
			ck_assert_msg(access_cell(table[_i].v, r, 1, a) ==
			    (table[_i].v == VIEWER_WATCH ? a != SEE_REPORTER : r == RELATION_OWN),
			    "sealed: %s %s %s", viewer_class_name(table[_i].v), relation_name(r), access_name(a));
		}
	for (int a = SEE_BOARD; a < ACCESS_N; a++)
		ck_assert_msg(access_cell(table[_i].v, RELATION_NONE, 0, a) ==
		    (table[_i].general[a - SEE_BOARD] != '.'), "%s %s", viewer_class_name(table[_i].v), access_name(a));
}
END_TEST

/* A lamp in Kaligung (Blimbingsari), with Dishub first and the village last. */
static const struct { const char *officer; enum viewer_class v; enum relation r; } people[] = {
	{ "ptg-o-dishub-1",      VIEWER_OFFICER,  RELATION_OWN },
	{ "kpl-o-dishub",        VIEWER_HEAD,     RELATION_OWN },
	{ "ptg-35.10.25.2007-1", VIEWER_OFFICER,  RELATION_OWN },
	{ "kpl-k-35.10.25",      VIEWER_HEAD,     RELATION_BELOW },
	{ "ptg-35.10.25.2010-1", VIEWER_OFFICER,  RELATION_NONE },
	{ "ptg-o-dlh-1",         VIEWER_OFFICER,  RELATION_NONE },
	{ "opr-d112-1",          VIEWER_OPERATOR, RELATION_NONE },
	{ "ptg-d112-1",          VIEWER_OPERATOR, RELATION_NONE },
	{ "kpl-bupati",          VIEWER_ABOVE,    RELATION_BELOW },
	{ "adm-o-kominfo-1",     VIEWER_ADMIN,    RELATION_NONE },
};

START_TEST(where_people_stand)
{
	const struct officer *o = officer_find(&w.r, people[_i].officer);
	const struct access_case c = { .place = "35.10.25.2007", .category = "lampu-jalan",
	    .units = { "O-DISHUB", "D-35.10.25.2007" }, .units_n = 2 };

	ck_assert_msg(o != NULL, "no officer %s", people[_i].officer);
	ck_assert_str_eq(viewer_class_name(viewer_class_of(w.p, o)), viewer_class_name(people[_i].v));
	ck_assert_msg(relation_of(w.p, o, &c) == people[_i].r, "%s stands as %s", o->id,
	    relation_name(relation_of(w.p, o, &c)));
}
END_TEST

START_TEST(a_sealed_case_is_for_those_it_names)
{
	struct access_case c = { .place = "35.10.25.2007", .category = "kekerasan-anak",
	    .units = { "O-DINSOS" }, .units_n = 1, .sealed = 1 };
	const struct officer *named = officer_find(&w.r, "ptg-o-dinsos-1");

	ck_assert(access_may(w.p, named, SEE_WORDS, &c));
	for (size_t i = 0; i < N_ELEMS(people); i++)
		for (int a = SEE_EXISTS; a <= SEE_REPORTER; a++)
			ck_assert_msg(!access_may(w.p, officer_find(&w.r, people[i].officer), a, &c), "%s",
			    people[i].officer);
	c.tasked = 1;			/* who got its task is named as well */
	ck_assert(access_may(w.p, officer_find(&w.r, "ptg-o-dlh-1"), SEE_CASE, &c));
}
END_TEST

/* The Ombudsman's: he reads every sealed case, says why, and may do nothing. */
START_TEST(who_watches_reads_and_does_nothing)
{
	struct officer o = *officer_find(&w.r, "ptg-o-dlh-1");
	const struct access_case sealed = { .place = "35.10.25.2007", .category = "kekerasan-anak", .units = { "O-DINSOS" },
		.units_n = 1, .sealed = 1 }, open = { .place = "35.10.25.2007", .category = "lampu-jalan", .units = { "O-DISHUB" }, .units_n = 1 };

	ck_assert(!access_needs_why(w.p, &o, &sealed));
	o.role = ROLE_PENGAWAS;
	ck_assert(access_may(w.p, &o, SEE_WORDS, &sealed));
	ck_assert(!access_may(w.p, &o, SEE_REPORTER, &sealed));
	ck_assert(access_may(w.p, &o, SEE_WORDS, &open));
	ck_assert(access_needs_why(w.p, &o, &sealed));
	ck_assert(!access_needs_why(w.p, &o, &open));
	ck_assert(access_may(w.p, &o, SEE_LOOKS, NULL));
	ck_assert(!access_may(w.p, &o, MAY_ENTER, NULL));
	ck_assert(!access_may(w.p, &o, SEE_TRIAGE, NULL));
	ck_assert(!access_may(w.p, &o, SEE_SYSTEM, NULL));
}
END_TEST

/* Whatever there is to do with a case, also one of his own unit. */
START_TEST(who_watches_is_refused_every_act)
{
	struct understanding u = world_understanding("sampah", URGENCY_BIASA, "35.10.25.2007", "O-DLH");
	struct world x = { .p = w.p, .now = INT64_C(1795000000000), .entropy = 3 };

	world_roster(&x.r);
	world_officer(&x, "ptg-o-dlh-1")->role = ROLE_PENGAWAS;
	ck_assert_int_eq(world_open(&x, ON_OPEN, &u, x.now), 0);
	ck_assert_int_eq(world_act(&x, (enum case_event)_i, "ptg-o-dlh-1"), -1);
	roster_release(&x.r);
}
END_TEST

/* Whose role may break the glass sees all of the case that he broke it for, but a reporter who wished not to be seen. */
START_TEST(broken_glass_opens_one_case)
{
	struct access_case c = { .place = "35.10.25.2007", .category = "kekerasan-anak", .units = { "O-DINSOS" }, .units_n = 1,
		.sealed = 1, .glass = 1 };
	static const struct { const char *officer; int opens; } rows[] = { { "kpl-o-dishub", 1 }, { "opr-d112-1", 1 },
	    { "kpl-bupati", 1 }, { "ptg-o-dishub-1", 0 }, { "adm-o-kominfo-1", 0 } };

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		for (int a = SEE_EXISTS; a <= SEE_REPORTER; a++) {
			const struct officer *o = officer_find(&w.r, rows[i].officer);

			c.glass = 1;
			ck_assert_msg(access_may(w.p, o, (enum access)a, &c) == rows[i].opens, "%s %d", o->id, a);
			c.glass = 0;
			ck_assert(!access_may(w.p, o, (enum access)a, &c));
		}
	c.glass = c.hide_reporter = 1;
	ck_assert(!access_may(w.p, officer_find(&w.r, "kpl-o-dishub"), SEE_REPORTER, &c));
	c.about = "O-DISHUB";			/* and never against himself */
	ck_assert(!access_may(w.p, officer_find(&w.r, "kpl-o-dishub"), SEE_EXISTS, &c));
}
END_TEST

static const struct { const char *officer; int meets; } daily[] = {
	{ "ptg-o-dinsos-1", 1 }, { "ptg-o-uptdppa-1", 1 }, { "ptg-o-insp-1", 1 }, { "opr-d112-1", 1 }, { "ptg-o-dishub-1", 0 },
	{ "kpl-35.10.25.2007", 0 }, { "kpl-bupati", 0 }, { "adm-o-kominfo-1", 0 },
};

START_TEST(for_whom_sealed_cases_are_daily_work)
{
	ck_assert_msg(access_meets_sealed(w.p, officer_find(&w.r, daily[_i].officer)) == daily[_i].meets, "%s", daily[_i].officer);
}
END_TEST

START_TEST(a_hidden_reporter_is_the_desks_alone)
{
	const struct access_case c = { .place = "35.10.25.2007", .category = "lampu-jalan",
	    .units = { "O-DISHUB" }, .units_n = 1, .hide_reporter = 1 };

	ck_assert(access_may(w.p, officer_find(&w.r, "ptg-o-dishub-1"), SEE_WORDS, &c));
	ck_assert(!access_may(w.p, officer_find(&w.r, "ptg-o-dishub-1"), SEE_REPORTER, &c));
	ck_assert(access_may(w.p, officer_find(&w.r, "opr-d112-1"), SEE_REPORTER, &c));
}
END_TEST

START_TEST(nobody_sees_nothing)
{
	struct officer gone = *officer_find(&w.r, "adm-o-kominfo-1");
	const struct access_case c = { .place = "", .category = "lampu-jalan" };

	gone.ended = 1;
	for (int a = SEE_EXISTS; a < ACCESS_N; a++) {
		ck_assert(!access_may(w.p, NULL, a, &c));
		ck_assert(!access_may(w.p, &gone, a, &c));
	}
	ck_assert(!access_may(w.p, officer_find(&w.r, "opr-d112-1"), SEE_CASE, NULL));
}
END_TEST

/* RFC 6238 appendix B, SHA-1; the last six of its eight digits. */
static const struct { int64_t s; unsigned code; } vectors[] = {
	{ 59, 287082 }, { 1111111109, 81804 }, { 1111111111, 50471 }, { 1234567890, 5924 },
	{ 2000000000, 279037 }, { INT64_C(20000000000), 353130 },
};

START_TEST(one_time_codes)
{
	static const char secret[] = "12345678901234567890";
	char digits[8];
	int64_t ms = vectors[_i].s * 1000, step = ms / TOTP_STEP_MS;

	ck_assert_uint_eq(totp_code((const uint8_t *)secret, step), vectors[_i].code);
	snprintf(digits, sizeof(digits), "%06u", vectors[_i].code);
	ck_assert_int_eq(totp_check((const uint8_t *)secret, digits, ms, 0), step);
	ck_assert_int_eq(totp_check((const uint8_t *)secret, digits, ms + TOTP_STEP_MS, 0), step);
	ck_assert_int_eq(totp_check((const uint8_t *)secret, digits, ms + 2 * TOTP_STEP_MS, 0), -1);
	ck_assert_int_eq(totp_check((const uint8_t *)secret, digits, ms, step), -1);	/* used */
	ck_assert_int_eq(totp_check((const uint8_t *)secret, "12345", ms, 0), -1);
}
END_TEST

START_TEST(secrets_in_base_32)
{
	struct buf b = { 0 };

	totp_add_secret(&b, (const uint8_t *)"12345678901234567890");
	ck_assert_str_eq(buf_str(&b), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	buf_release(&b);
}
END_TEST

static const struct { const char *password; int good; } passwords[] = {
	{ "becak merah lewat", 1 }, { "sebelas hrf", 0 }, { "banyuwangi2026", 0 }, { "BANYUWANGI2026", 0 },
	{ "aaaaaaaaaaaaaaa", 0 }, { "ptg-o-dishub-1", 0 }, { "", 0 }, { "dua belas ab", 1 },
	{ "sandi \xf0\x9f\x94\x91 dengan apa saja", 1 },
};

START_TEST(passwords_have_an_end)
{
	char long_one[130];

	for (size_t i = 0; i < sizeof(long_one); i++)
		long_one[i] = (char)('a' + i * 7 % 26);
	ck_assert_ptr_null(password_refused(long_one, 128, "ptg-o-dishub-1"));
	ck_assert_ptr_nonnull(password_refused(long_one, 129, "ptg-o-dishub-1"));
}
END_TEST

START_TEST(passwords_are_long_and_uncommon)
{
	const char *wrong = password_refused(passwords[_i].password, strlen(passwords[_i].password),
	    "ptg-o-dishub-1");

	ck_assert_msg((wrong == NULL) == passwords[_i].good, "%s: %s", passwords[_i].password,
	    wrong != NULL ? wrong : "taken");
}
END_TEST

START_TEST(a_password_is_kept_as_argon2id)
{
	char hash[ACCOUNT_HASH_CHARS];

	ck_assert_int_eq(password_hash(hash, "becak merah lewat", 17), 0);
	ck_assert_ptr_nonnull(strstr(hash, "$argon2id$v=19$m=65536,t=3,p=1$"));
	ck_assert_int_eq(password_fits(hash, "becak merah lewat", 17), 1);
	ck_assert_int_eq(password_fits(hash, "becak merah lewaT", 17), 0);
	ck_assert_int_eq(password_fits("", "becak merah lewat", 17), 0);
	ck_assert_int_eq(password_is_cheap(hash), 0);
	ck_assert_int_ne(password_is_cheap("$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
	    "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"), 0);
}
END_TEST

Suite *
access_suite(void)
{
	Suite *s = suite_create("access");
	TCase *tc = tcase_create("access"), *keys = tcase_create("keys");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, every_cell, 0, N_ELEMS(table));
	tcase_add_loop_test(tc, where_people_stand, 0, N_ELEMS(people));
	tcase_add_test(tc, a_sealed_case_is_for_those_it_names);
	tcase_add_test(tc, who_watches_reads_and_does_nothing);
	tcase_add_loop_test(tc, who_watches_is_refused_every_act, 0, ON_DUE + 1);
	tcase_add_test(tc, broken_glass_opens_one_case);
	tcase_add_loop_test(tc, for_whom_sealed_cases_are_daily_work, 0, N_ELEMS(daily));
	tcase_add_test(tc, a_hidden_reporter_is_the_desks_alone);
	tcase_add_test(tc, nobody_sees_nothing);
	suite_add_tcase(s, tc);
	tcase_add_loop_test(keys, one_time_codes, 0, N_ELEMS(vectors));
	tcase_add_test(keys, secrets_in_base_32);
	tcase_add_loop_test(keys, passwords_are_long_and_uncommon, 0, N_ELEMS(passwords));
	tcase_add_test(keys, passwords_have_an_end);
	tcase_add_test(keys, a_password_is_kept_as_argon2id);
	suite_add_tcase(s, keys);
	return s;
}
