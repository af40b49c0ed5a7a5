/* What a case makes of the photos by which officers show their work. */
#include "tests/unit/world.h"

Suite *photo_suite(void);

#define T0 INT64_C(1795305600000)
#define FILE_NAME "0123456789abcdef0123456789abcdef.jpg"
#define WORKER "ptg-o-dishub-1"
#define HEAD "kpl-o-dishub"

static struct world w;
static struct policy *policy;

static void
begin(void)
{
	struct understanding u = world_understanding("lampu-jalan", URGENCY_BIASA, "35.10.14.2012", "O-DISHUB");

	memset(&w, 0, sizeof(w));
	w.p = policy = world_policy(NULL);
	world_roster(&w.r);
	w.now = T0;
	w.entropy = 7;
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, T0 - 1000), 0);
}

static void
end(void)
{
	policy_free(policy);
	roster_release(&w.r);
}

static void
wish_for(enum photo_wish wish)
{
	((struct category *)(uintptr_t)category_find(policy->catalogue, "lampu-jalan"))->photo = wish;
}

static int
photo(const char *officer, unsigned doubts, int refused)
{
	const struct photo_verdict v = { .doubts = doubts, .refused = refused, .like = "" };
	struct command cmd = { .event = ON_PHOTO, .by = BY_OFFICER, .note = "foto", .file = FILE_NAME, .photo = &v,
	    .photo_number = 47 };

	snprintf(cmd.actor, sizeof(cmd.actor), "%s", officer);
	return world_send(&w, cmd);
}

/* Without one a needed photo keeps the case open, whoever says what by whichever way; an asked one does not. */
START_TEST(where_one_is_needed)
{
	wish_for(PHOTO_NEEDED);
	ck_assert_int_eq(world_act(&w, ON_HANDLE, WORKER), 0);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_PHOTO);
	ck_assert_int_eq(photo(WORKER, PHOTO_OF_OTHER, 1), 0);		/* one that does not do is none */
	ck_assert_int_eq(w.c.photo.refused, 1);
	ck_assert_int_eq(w.c.files_n, 1);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), -1);
	ck_assert_int_eq(photo(WORKER, 0, 0), 0);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), 0);
	ck_assert_int_eq(w.c.state, CASE_SELESAI);
}
END_TEST

/* A body that is not the regency's answers by SMS and by its link, neither of which takes a photo. */
START_TEST(not_of_those_outside)
{
	struct officer *o = world_officer(&w, WORKER);

	wish_for(PHOTO_NEEDED);
	snprintf(o->unit, sizeof(o->unit), "V-BBPJN");
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), 0);
}
END_TEST

START_TEST(where_one_is_asked_for)
{
	wish_for(PHOTO_ASKED);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), 0);
	ck_assert(w.c.confirm_by_ms != 0);
}
END_TEST

/* Nothing lapses on a photo in doubt; its sender cannot clear it, nor can a colleague. */
START_TEST(in_doubt)
{
	ck_assert_int_eq(photo(WORKER, PHOTO_EARLY, 0), 0);
	ck_assert_ptr_null(world_message(&w, "periksa-foto", NULL));	/* not before he says that it is done */
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), 0);
	ck_assert_ptr_nonnull(world_message(&w, "periksa-foto", HEAD));
	ck_assert_int_eq(w.c.confirm_by_ms, 0);
	ck_assert(case_due_ms(&w.c) > w.now);
	world_run(&w, T0 + 30 * DAY_MS, T0, NULL);
	ck_assert_int_eq(w.c.state, CASE_SELESAI);
	ck_assert_int_eq(world_act(&w, ON_PHOTO_FINE, WORKER), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_CHECKER);
	ck_assert_int_eq(world_act(&w, ON_PHOTO_FINE, "ptg-o-dishub-2"), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_CHECKER);
	ck_assert_int_eq(photo(WORKER, 0, 0), 0);			/* nor by a better one */
	ck_assert_int_eq(w.c.photo.state, PHOTO_DOUBTED);
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_int_eq(world_act(&w, ON_PHOTO_FINE, HEAD), 0);
	ck_assert_int_eq(w.c.photo.state, PHOTO_CHECKED);
	ck_assert_int_eq(world_act(&w, ON_PHOTO_FALSE, HEAD), -1);	/* once said is said */
	world_run(&w, w.now + 10 * DAY_MS, T0, NULL);
	ck_assert_int_eq(w.c.state, CASE_DITUTUP);
	ck_assert_int_eq(w.c.closed_as, CLOSE_UNDISPUTED);
}
END_TEST

/* The head's own photo is looked at by another, above him. */
START_TEST(nobody_checks_himself)
{
	ck_assert_int_eq(photo(HEAD, PHOTO_FAR, 0), 0);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, HEAD), 0);
	ck_assert_ptr_null(world_message(&w, "periksa-foto", HEAD));
	ck_assert_ptr_nonnull(world_message(&w, "periksa-foto", NULL));
	ck_assert_int_eq(world_act(&w, ON_PHOTO_FINE, HEAD), -1);
	ck_assert_int_eq(world_act(&w, ON_PHOTO_FALSE, HEAD), -1);
}
END_TEST

START_TEST(found_false)
{
	ck_assert_int_eq(photo(WORKER, PHOTO_OF_OTHER, 0), 0);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), 0);
	ck_assert_int_eq(world_act(&w, ON_PHOTO_FALSE, HEAD), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.c.level, 1);
	ck_assert_int_eq(w.c.photo.state, PHOTO_NONE);		/* another one is due */
	ck_assert_ptr_nonnull(world_message(&w, "kabar-dibuka", "warga"));
}
END_TEST

/* The citizen knows: his yes closes it whatever the photo is. */
START_TEST(the_citizen_says_yes)
{
	ck_assert_int_eq(photo(WORKER, PHOTO_FAR, 0), 0);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), 0);
	ck_assert_int_eq(world_say(&w, ON_CONFIRM), 0);
	ck_assert_int_eq(w.c.closed_as, CLOSE_CONFIRMED);
}
END_TEST

/* It moves no clock and no state, in whatever state it arrives. */
START_TEST(a_photo_is_no_act)
{
	struct case_record before = w.c;

	ck_assert_int_eq(photo(WORKER, 0, 0), 0);
	ck_assert_int_eq(w.c.state, before.state);
	ck_assert_mem_eq(w.c.clocks, before.clocks, sizeof(before.clocks));
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_int_eq(world_act(&w, ON_RESOLVE, WORKER), 0);
	ck_assert_int_eq(world_say(&w, ON_CONFIRM), 0);
	ck_assert_int_eq(photo(WORKER, 0, 0), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUTUP);
	ck_assert_int_eq(case_due_ms(&w.c), 0);
}
END_TEST

START_TEST(what_is_written_is_read)
{
	struct case_record again;
	struct buf b = { 0 };

	ck_assert_int_eq(photo(WORKER, PHOTO_FAR | PHOTO_MIRRORED, 0), 0);
	snprintf(w.c.photo.like, sizeof(w.c.photo.like), "%s", w.c.code.s);
	case_encode(&b, &w.c);
	ck_assert_int_eq(case_decode(&again, buf_str(&b), b.len), 0);
	ck_assert_int_eq(again.photo.state, PHOTO_DOUBTED);
	ck_assert_int_eq(again.photo.doubts, PHOTO_FAR | PHOTO_MIRRORED);
	ck_assert_int_eq(again.photo.number, 47);
	ck_assert_int_eq(again.photo.at_ms, w.now);
	ck_assert_str_eq(again.photo.officer, WORKER);
	ck_assert_str_eq(again.photo.file, FILE_NAME);
	ck_assert_str_eq(again.photo.like, w.c.code.s);
	buf_release(&b);
}
END_TEST

/* Who is asked for one is told its number; a sealed case asks nobody. */
START_TEST(who_has_a_number)
{
	int n;

	wish_for(PHOTO_ASKED);
	n = case_photo_number(w.p, &w.c, WORKER);
	ck_assert(n >= 10 && n <= 99);
	ck_assert_int_eq(case_photo_number(w.p, &w.c, WORKER), n);
	w.c.sealed = 1;
	ck_assert_int_eq(case_photo_number(w.p, &w.c, WORKER), 0);
	w.c.sealed = 0;
	wish_for(PHOTO_NOT_ASKED);
	ck_assert_int_eq(case_photo_number(w.p, &w.c, WORKER), 0);
}
END_TEST

Suite *
photo_suite(void)
{
	Suite *s = suite_create("photo");
	TCase *tc = tcase_create("photo");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, where_one_is_needed);
	tcase_add_test(tc, not_of_those_outside);
	tcase_add_test(tc, where_one_is_asked_for);
	tcase_add_test(tc, in_doubt);
	tcase_add_test(tc, nobody_checks_himself);
	tcase_add_test(tc, found_false);
	tcase_add_test(tc, the_citizen_says_yes);
	tcase_add_test(tc, a_photo_is_no_act);
	tcase_add_test(tc, what_is_written_is_read);
	tcase_add_test(tc, who_has_a_number);
	suite_add_tcase(s, tc);
	return s;
}
