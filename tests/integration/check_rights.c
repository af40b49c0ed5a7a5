/* What is held of a resident, asked for by himself: his number is proven, his wish is a case with its own clock. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "tests/integration/glance.h"
#include "tests/integration/living.h"

Suite *rights_suite(void);

static void
begin(void)
{
	house_make("ingest:\n  lookups: 30\n");
	house_up();
}

/* The six digits that went to that number. */
static void
digits_of(const char *number, char digits[8])
{
	char text[512];
	const char *at;

	text_of("*", "kode-data", number, text);
	at = strstr(text, "Kode ");
	ck_assert_msg(at != NULL && strspn(at + 5, "0123456789") == 6, "%s", text);
	snprintf(digits, 8, "%.6s", at + 5);
}

/* A case of its own kind, with the data officer's unit, due in 72 hours whatever day it is; he hears how it ends. */
static void
is_a_request(const char *code, const char *number)
{
	static const struct { const char *event, *who; } acts[] = { { "tangani", "ptg-o-kominfo-1" }, { "selesai", "ptg-o-kominfo-1" } };
	struct case_record c;
	char line[160];

	wait_state(code, "ditugaskan");
	glance_open(house.dir, house.conf);
	ck_assert_int_eq(glance_case(code, &c), 1);
	glance_close();
	ck_assert_str_eq(c.category, "data-pribadi");
	ck_assert_str_eq(case_lead(&c), "O-KOMINFO");
	{
		int64_t due = 0;

		for (int i = 0; i < c.clocks_n; i++)
			if (c.clocks[i].state == CLOCK_RUNNING && c.clocks[i].due_ms - c.received_ms == 72 * HOUR_MS)
				due = c.clocks[i].due_ms;
		ck_assert_msg(due != 0, "no clock of 3 x 24 hours runs");
	}
	told(code, "terima", number);
	for (size_t i = 0; i < 2; i++) {
		snprintf(line, sizeof(line), "act %s %s --as %s --note 'salinan diserahkan'", code, acts[i].event, acts[i].who);
		ck_assert_int_eq(house_command(line, NULL), 0);
	}
	told(code, "kabar-selesai", number);
}

#define WARGA "+6281277770001"

START_TEST(by_sms)
{
	char digits[8], line[96], code[CODE_CHARS + 1];
	struct case_record c;

	/* a report that only begins so is one */
	sms("+6281277770009", "data saya di dukcapil salah nama, desa kabat", code);
	told(code, "*", "+6281277770009");
	sms("+6281277770008", "data saya 2 kali ditolak dukcapil, desa kabat", code);
	told(code, "*", "+6281277770008");
	wait_state(code, "ditugaskan");
	sms(WARGA, "DATA SAYA", code);
	digits_of(WARGA, digits);
	glance_open(house.dir, house.conf);
	ck_assert_int_eq(glance_case(code, &c), 0);	/* asking alone opens nothing */
	glance_close();
	/* another number's code is none, and a wrong one neither */
	snprintf(line, sizeof(line), "DATA SAYA %s HAPUS", digits);
	sms("+6281277770002", line, NULL);
	told("*", "data-salah", "+6281277770002");
	sms(WARGA, digits[0] == '1' ? "DATA SAYA 299999 SALIN" : "DATA SAYA 199999 SALIN", NULL);
	told("*", "data-salah", WARGA);
	snprintf(line, sizeof(line), "data saya %s salin semua laporan saya", digits);
	sms(WARGA, line, code);
	is_a_request(code, WARGA);
	/* and it was good once */
	sms("+6281277770008", "lampu jalan mati di desa kabat depan balai", NULL);
}
END_TEST

static long
sends(const char *fields, struct answer *a)
{
	ask_as(a, house.http, "/data-saya", (const char *[]){ "Accept: text/html", NULL }, fields, strlen(fields));
	return a->status;
}

START_TEST(by_the_page)
{
	char digits[8], fields[160], code[CODE_CHARS + 1];
	struct answer a;

	ck_assert_int_eq(sends("telepon=halo&minta=salin", &a), 400);
	answer_release(&a);
	ck_assert_int_eq(sends("telepon=081277770003&minta=semua", &a), 400);
	answer_release(&a);
	ck_assert_int_eq(sends("telepon=081277770003&minta=hapus&isi=laporan+lama", &a), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "name=\"kode\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "laporan lama"));
	answer_release(&a);
	digits_of("+6281277770003", digits);
	snprintf(fields, sizeof(fields), "telepon=081277770003&minta=hapus&kode=%s", digits[0] == '1' ? "299999" : "199999");
	ck_assert_int_eq(sends(fields, &a), 403);
	answer_release(&a);
	snprintf(fields, sizeof(fields), "telepon=081277770003&minta=hapus&isi=laporan+lama&kode=%s", digits);
	ck_assert_int_eq(sends(fields, &a), 303);
	snprintf(code, sizeof(code), "%.8s", strstr(buf_str(&a.head), "Location: /l/") + 13);
	answer_release(&a);
	is_a_request(code, "+6281277770003");
	ck_assert_int_eq(sends(fields, &a), 403);	/* used up */
	answer_release(&a);
}
END_TEST

/* Without the proof nobody gets one: not by choosing it on the form. */
START_TEST(no_form_offers_it)
{
	struct answer a;
	static const char body[] = "isi=hapus+data+saya&kategori=data-pribadi";

	ask_as(&a, house.http, "/", (const char *[]){ "Accept: text/html", NULL }, NULL, 0);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "\"data-pribadi\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "href=\"/data-saya\""));
	answer_release(&a);
	ask_as(&a, house.http, "/lapor", (const char *[]){ "Accept: text/html", NULL }, body, strlen(body));
	ck_assert_int_eq(a.status, 400);
	answer_release(&a);
}
END_TEST

Suite *
rights_suite(void)
{
	Suite *s = suite_create("rights");
	TCase *tc = tcase_create("rights");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, by_sms);
	tcase_add_test(tc, by_the_page);
	tcase_add_test(tc, no_form_offers_it);
	suite_add_tcase(s, tc);
	return s;
}
