/* The form in a crowd: half a village behind one address, one number for all, and somebody in danger among them. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "tests/integration/living.h"

Suite *pace_suite(void);

static void
begin(void)
{
	house_make("ingest:\n  form: {soft_address: 5, hard_address: 12, soft_number: 2, hard_number: 4, wait: 300ms}\n");
	house_up();
}

/* Sends the form from an address; key "" none. */
static void
sends(const char *from, const char *words, const char *number, const char *key, struct answer *a)
{
	char header[64], body[256];

	snprintf(header, sizeof(header), "X-Forwarded-For: %s", from);
	snprintf(body, sizeof(body), "isi=%s&desa=35.10.14.2012&telepon=%s&kunci=%s", words, number, key);
	/* a store that is slow just now says so, and nothing is counted */
	for (int64_t until = clock_mono_ms() + LIMIT_MS; ; answer_release(a)) {
		ask_as(a, house.http, "/lapor", (const char *[]){ header, "Accept: text/html", NULL }, body, strlen(body));
		if (a->status != 503 || clock_mono_ms() > until)
			return;
	}
}

static long
status_of(const char *from, const char *words, const char *number, const char *key)
{
	struct answer a;
	long status;

	sends(from, words, number, key, &a);
	status = a.status;
	answer_release(&a);
	return status;
}

/* Waits until a form that was told to wait goes in. */
static void
goes_in(const char *from, const char *number, const char *key)
{
	int64_t from_ms = clock_mono_ms();

	while (status_of(from, "lampu+jalan+mati", number, key) != 303)
		ck_assert_int_lt(clock_mono_ms(), from_ms + LIMIT_MS);
	ck_assert_int_ge(clock_mono_ms() - from_ms, 200);
}

#define CROWD "203.0.113.10"

START_TEST(a_crowd_waits_and_is_taken)
{
	char key[16];
	struct answer a;

	for (int i = 0; i < 5; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		ck_assert_int_eq(status_of(CROWD, "lampu+jalan+mati", "", key), 303);
	}
	sends(CROWD, "lampu+jalan+mati+depan+surau", "", "k-enam", &a);
	ck_assert_int_eq(a.status, 429);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "Retry-After: 1\r"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "depan surau"));	/* what he wrote is not lost */
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "k-enam"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "kirim lewat SMS"));
	answer_release(&a);
	/* who has no key to be known by cannot wait; others elsewhere need not */
	ck_assert_int_eq(status_of(CROWD, "lampu+jalan+mati", "", ""), 429);
	ck_assert_int_eq(status_of("203.0.113.11", "lampu+jalan+mati", "", ""), 303);
	goes_in(CROWD, "", "k-tujuh");
	/* in danger nobody waits, nor past the hard limit */
	ck_assert_int_eq(status_of(CROWD, "tolong+rumah+kebakaran+api+besar", "", "k-api"), 303);
	for (int i = 0; i < 5; i++) {
		snprintf(key, sizeof(key), "lagi-%d", i);
		goes_in(CROWD, "", key);
	}
	sends(CROWD, "lampu+jalan+mati", "", "k-akhir", &a);
	ck_assert_int_eq(a.status, 429);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "Retry-After: 600"));
	answer_release(&a);
	ck_assert_int_eq(status_of(CROWD, "tolong+rumah+kebakaran+api+besar", "", "k-api2"), 303);
	ck_assert_int_eq(status_of("203.0.113.12", "lampu+jalan+mati", "", ""), 303);
}
END_TEST

/* From wherever they come: nobody has his telephone filled by a stranger. */
START_TEST(one_number_is_not_filled)
{
	char from[24], key[16];

	for (int i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "198.51.100.%d", i + 1);
		ck_assert_int_eq(status_of(from, "lampu+jalan+mati", "081355500001", ""), 303);
	}
	ck_assert_int_eq(status_of("198.51.100.9", "lampu+jalan+mati", "081355500001", "n"), 429);
	ck_assert_int_eq(status_of("198.51.100.9", "lampu+jalan+mati", "+62 813-5550-0001", "m"), 429);
	ck_assert_int_eq(status_of("198.51.100.9", "lampu+jalan+mati", "081355500002", ""), 303);
	for (int i = 0; i < 2; i++) {
		snprintf(key, sizeof(key), "n-%d", i);
		snprintf(from, sizeof(from), "198.51.100.%d", i + 20);
		goes_in(from, "081355500001", key);
	}
	ck_assert_int_eq(status_of("198.51.100.30", "lampu+jalan+mati", "081355500001", "n-0"), 429);
	ck_assert_int_eq(status_of("198.51.100.30", "tolong+rumah+kebakaran", "081355500001", ""), 303);
}
END_TEST

/* Before anything is sent the page says what for, by which law, who reads it, how long, and what one may ask for. */
START_TEST(the_form_says_what_becomes_of_it)
{
	static const char *const said[2][6] = {
		{ "hanya dipakai untuk menangani laporan ini", "UU 27/2022", "Petugas unit yang menangani", "730 hari", "salinan, perbaikan",
		  "3 x 24 jam" },
		{ "used only to handle this report", "Law 27/2022", "Officers of the unit", "730 days", "a copy, a correction", "3 x 24 hours" },
	};

	for (int english = 0; english < 2; english++) {
		const char *button;
		struct answer a;

		ask_as(&a, house.http, english ? "/?lang=en" : "/", (const char *[]){ "Accept: text/html", NULL }, NULL, 0);
		ck_assert_int_eq(a.status, 200);
		button = strstr(buf_str(&a.body), english ? "Send the report</button>" : "Kirim laporan</button>");
		ck_assert_ptr_nonnull(button);
		for (size_t i = 0; i < 6; i++) {
			const char *at = strstr(buf_str(&a.body), said[english][i]);

			ck_assert_msg(at != NULL && at < button, "%s: %s", said[english][i], buf_str(&a.body));
		}
		ck_assert_ptr_null(strstr(buf_str(&a.body), "[["));
		answer_release(&a);
	}
	/* and asks for no more than words */
	ck_assert_int_eq(status_of("198.51.100.77", "lampu+jalan+mati", "", ""), 303);
}
END_TEST

Suite *
pace_suite(void)
{
	Suite *s = suite_create("pace");
	TCase *tc = tcase_create("pace");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, a_crowd_waits_and_is_taken);
	tcase_add_test(tc, one_number_is_not_filled);
	tcase_add_test(tc, the_form_says_what_becomes_of_it);
	suite_add_tcase(s, tc);
	return s;
}
