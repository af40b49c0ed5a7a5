/* Codes as the door promises them, for what a guesser could know: who sends, when, and how many came before. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/intake.h"

Suite *intake_suite(void);

#define DRAWN 100000
#define SYMBOLS 32
#define DIGITS 10
#define ORDERED 7		/* the eighth follows from them */

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

/*
 * The share of a symbol at the first place of a half: even, but for halves drawn without a digit, whose
 * first symbol becomes one (code.h).
 */
static double
first_share(int symbol)
{
	const double three_letters = 22.0 * 22 * 22 / (32 * 32 * 32);
	int from = 0;

	for (int letter = DIGITS; letter < SYMBOLS; letter++)
		from += letter % DIGITS == symbol;
	return (symbol < DIGITS ? 1 + three_letters * from : 1 - three_letters) / SYMBOLS;
}

/*
 * One sender's messages, numbered: spread at each place as what is drawn evenly would be (chi-square with
 * 31 degrees of freedom is over 80 once in 300,000 times; the key is fixed, so that a failure repeats),
 * in no order, and twice no more than 34 bits let expect (0.3 pairs).
 */
START_TEST(codes_follow_from_nothing_that_is_known)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static char drawn[DRAWN][CODE_CHARS + 1];
	static int counts[ORDERED][SYMBOLS];
	struct store st = { 0 };
	int rising = 0, twice = 0;

	for (size_t i = 0; i < sizeof(st.lookup.bytes); i++)
		st.lookup.bytes[i] = st.master.bytes[i] = (uint8_t)(i * 7 + 1);
	for (int i = 0; i < DRAWN; i++) {
		char id[16], sender[] = "+6281234567890", text[] = "banjir";
		struct laporan l = { .channel = "sms", .sender = sender, .text = text, .message_id = id };
		struct intake in;

		snprintf(id, sizeof(id), "%d", i);
		intake_prepare(&in, &st, &l);
		memcpy(drawn[i], in.codes[0].s, sizeof(drawn[i]));
		for (size_t k = 0; k < ORDERED; k++)
			counts[k][strchr(alphabet, drawn[i][k]) - alphabet]++;
		rising += i > 0 && strcmp(drawn[i - 1], drawn[i]) < 0;
		intake_release(&in);
	}
	for (size_t k = 0; k < ORDERED; k++) {
		double chi = 0;

		for (int s = 0; s < SYMBOLS; s++) {
			double due = k % (CODE_CHARS / 2) == 0 ? DRAWN * first_share(s) : (double)DRAWN / SYMBOLS;

			chi += (counts[k][s] - due) * (counts[k][s] - due) / due;
		}
		ck_assert_msg(chi < 80 && chi > 5, "place %zu: chi-square %.1f", k, chi);
	}
	ck_assert_msg(rising > DRAWN * 49 / 100 && rising < DRAWN * 51 / 100, "%d of %d rise", rising, DRAWN);
	qsort(drawn, DRAWN, sizeof(drawn[0]), by_text);
	for (int i = 1; i < DRAWN; i++)
		twice += strcmp(drawn[i - 1], drawn[i]) == 0;
	ck_assert_int_le(twice, 1);
}
END_TEST

Suite *
intake_suite(void)
{
	Suite *s = suite_create("intake");
	TCase *tc = tcase_create("intake");

	tcase_add_test(tc, codes_follow_from_nothing_that_is_known);
	suite_add_tcase(s, tc);
	return s;
}
