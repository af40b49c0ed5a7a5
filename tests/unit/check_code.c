#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/code.h"
#include "lib/buf.h"

Suite *code_suite(void);

static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* A fixed sequence (splitmix64), so that a failure repeats. */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static int
refused(const char *s)
{
	struct code c;

	return code_parse(&c, s, strlen(s)) != 0;
}

START_TEST(what_is_made_parses)
{
	static const uint64_t draws[] = { 0, 1, 31, 32, (UINT64_C(1) << 35) - 1, UINT64_MAX };
	uint64_t state = 1;

	for (size_t i = 0; i < 5000; i++) {
		struct code made, read;
		char shown[CODE_CHARS + 2];

		code_make(&made, i < N_ELEMS(draws) ? draws[i] : next(&state));
		ck_assert_int_eq(strspn(made.s, symbols), CODE_CHARS);
		code_show(shown, &made);
		ck_assert_int_eq(strlen(shown), CODE_CHARS + 1);
		ck_assert_int_eq(shown[4], '-');
		ck_assert_int_eq(code_parse(&read, shown, strlen(shown)), 0);
		ck_assert_str_eq(read.s, made.s);
	}
}
END_TEST

START_TEST(all_35_bits_count)
{
	const uint64_t letter = UINT64_C(10) << 30;	/* A in front: digits alone are never made */
	struct code zero, one;

	code_make(&zero, letter);
	for (int bit = 0; bit < 35; bit++) {
		code_make(&one, letter ^ UINT64_C(1) << bit);
		ck_assert_int_ne(memcmp(zero.s, one.s, CODE_CHARS - 1), 0);
	}
	code_make(&one, letter | UINT64_C(1) << 35);
	ck_assert_str_eq(zero.s, one.s);
}
END_TEST

/*
 * The code is linear: whether a change is noticed depends on the place and on the difference of
 * the symbols only.  Still each of 2,000 codes is broken in every way.
 */
START_TEST(every_wrong_symbol_is_refused)
{
	uint64_t state = 2;

	for (int n = 0; n < 2000; n++) {
		struct code c;

		code_make(&c, next(&state));
		for (size_t at = 0; at < CODE_CHARS; at++) {
			char right = c.s[at];

			for (const char *s = symbols; *s != '\0'; s++) {
				c.s[at] = *s;
				ck_assert_msg(refused(c.s) == (*s != right), "%s at %zu", c.s,
				    at);
			}
			c.s[at] = right;
		}
	}
}
END_TEST

/* Any 7 symbols with their check symbol, those that code_make() shuns included. */
static void
completed(struct code *out, const char *seven)
{
	char typed[CODE_CHARS + 1];

	snprintf(typed, sizeof(typed), "%s?", seven);
	for (const char *s = symbols; *s != '\0'; s++) {
		typed[CODE_CHARS - 1] = *s;
		if (code_parse(out, typed, CODE_CHARS) == 0)
			return;
	}
	ck_abort_msg("%s has no check symbol", seven);
}

/* Both neighbours take all 32 x 32 values at all 7 places, the check symbol included. */
START_TEST(every_swap_of_neighbours_is_refused)
{
	int seen = 0;

	for (int a = 0; a < 32; a++)
		for (int b = 0; b < 32; b++)
			for (int at = 0; at < CODE_CHARS - 2; at++) {
				char seven[] = "AAAAAAA", x;
				struct code c;

				seven[at] = symbols[a];
				seven[at + 1] = symbols[b];
				completed(&c, seven);
				x = c.s[at];
				c.s[at] = c.s[at + 1];
				c.s[at + 1] = x;
				ck_assert_msg(refused(c.s) == (a != b), "%s at %d", c.s, at);
				seen++;
			}
	ck_assert_int_eq(seen, 32 * 32 * 6);
	/* The last symbol and the check symbol. */
	for (uint64_t last = 0; last < 1 << 15; last++) {
		struct code c;
		char x;

		code_make(&c, last * 2654435761U);
		x = c.s[CODE_CHARS - 2];
		c.s[CODE_CHARS - 2] = c.s[CODE_CHARS - 1];
		c.s[CODE_CHARS - 1] = x;
		ck_assert_msg(refused(c.s) == (c.s[CODE_CHARS - 2] != x), "%s", c.s);
	}
}
END_TEST

START_TEST(people_type_it_their_way)
{
	struct code made, read;
	char typed[64];

	code_make(&made, UINT64_C(1) << 20 | 0x3e0);	/* holds zeros and ones */
	ck_assert_ptr_nonnull(strchr(made.s, '0'));
	ck_assert_ptr_nonnull(strchr(made.s, '1'));
	for (int form = 0; form < 7; form++) {
		static const char *const gaps[] = { "", "-", " ", " - ", "–", "\xc2\xa0", "--" };

		snprintf(typed, sizeof typed, " %.4s%s%s ", made.s, gaps[form], made.s + 4);
		for (char *s = typed; *s != '\0'; s++) {
			if (*s >= 'A' && *s <= 'Z' && form % 2 == 0)
				*s = (char)(*s | 0x20);
			if (*s == '0')
				*s = form % 2 ? 'O' : 'o';
			if (*s == '1')
				*s = "IiLl"[form % 4];
		}
		ck_assert_msg(code_parse(&read, typed, strlen(typed)) == 0, "%s", typed);
		ck_assert_str_eq(read.s, made.s);
	}
}
END_TEST

START_TEST(what_is_no_code_is_refused)
{
	static const char *const texts[] = {
		"", "-", "0000000", "000000000", "0000000U", "000000\xc3\xa9", "0000 000!",
		    "0000_0000",
	};

	for (size_t i = 0; i < N_ELEMS(texts); i++)
		ck_assert_msg(refused(texts[i]), "%s", texts[i]);
	ck_assert(!refused("00000000"));
	ck_assert_int_eq(code_parse(&(struct code){ "" }, "0000\0" "0000", 9), -1);
}
END_TEST

/* %h is a code with letters and digits in both halves, %l one of letters only. */
static const struct {
	const char *what, *text;
	int found;
} texts[] = {
	{ "alone", "%H", 1 },
	{ "with a hyphen", "%h", 1 },
	{ "after a command", "CEK %h", 1 },
	{ "in a sentence", "laporan saya %h kok belum ditangani?", 1 },
	{ "with marks around", "(kode: %h).", 1 },
	{ "in a link", "https://contoh.id/l/%H?t=abc", 1 },
	{ "spaced", "mohon kabar %s ya pak", 1 },
	{ "after a word of four letters", "kode %s masih rusak", 1 },
	{ "inside a longer word", "x%Hy", 0 },
	{ "digits behind it", "%H99", 0 },
	{ "a four-letter word, then the code in one", "kode %H", 1 },
	{ "letters only, as we write it", "sudah lapor %l kemarin", 1 },
	{ "letters only, as an answer", "batal %m", 1 },
	{ "letters only in a sentence", "sudah lapor %m kemarin", 0 },
};

static void
expand(struct buf *b, const char *text, const char *hard, const char *letters)
{
	for (const char *s = text; *s != '\0'; s++) {
		if (*s != '%') {
			buf_addc(b, *s);
			continue;
		}
		switch (*++s) {
		case 'H': buf_addf(b, "%s", hard); break;
		case 'h': buf_addf(b, "%.4s-%s", hard, hard + 4); break;
		case 's': buf_addf(b, "%.4s %s", hard, hard + 4); break;
		case 'l': buf_addf(b, "%.4s-%s", letters, letters + 4); break;
		case 'm':
			for (const char *l = letters; *l != '\0'; l++)
				buf_addc(b, (char)(*l | 0x20));
			break;
		}
	}
}

static int
is_hard(const char *s)
{
	return strcspn(s, "0123456789") < 4 && strcspn(s + 4, "0123456789") < 4 &&
	    strcspn(s, symbols + 10) < 8;
}

/* A valid code without a digit.  None is made any more, but some were given out. */
static void
draw_letters(struct code *out, uint64_t *state)
{
	char seven[CODE_CHARS] = "";

	do {
		uint64_t drawn = next(state);

		for (int i = 0; i < CODE_CHARS - 1; i++, drawn /= 22)
			seven[i] = symbols[10 + drawn % 22];
		completed(out, seven);
	} while (strcspn(out->s, "0123456789") < CODE_CHARS);
}

START_TEST(a_code_is_found_in_a_text)
{
	uint64_t state = 3;
	int tried = 0;

	while (tried < 300) {
		struct code hard, letters, found;
		struct buf b = { 0 };

		do
			code_make(&hard, next(&state));
		while (!is_hard(hard.s));
		draw_letters(&letters, &state);
		expand(&b, texts[_i].text, hard.s, letters.s);
		ck_assert_msg((code_find(&found, b.data, b.len) == 0) == texts[_i].found,
		    "%s: %s",
		    texts[_i].what, b.data);
		if (texts[_i].found)
			ck_assert_str_eq(found.s, strstr(texts[_i].text, "%l") != NULL ||
			    strstr(texts[_i].text, "%m") != NULL ? letters.s : hard.s);
		buf_release(&b);
		tried++;
	}
}
END_TEST

/* No RT/RW, doubled word, telephone number or date may be taken for a code, whatever its digits. */
START_TEST(common_words_are_no_codes)
{
	struct code c;

	for (int rt = 0; rt < 100; rt++)
		for (int rw = 0; rw < 100; rw++) {
			char text[64];

			snprintf(text, sizeof text, "lampu mati RT%02d RW%02d desa", rt, rw);
			ck_assert_msg(code_find(&c, text, strlen(text)) != 0, "%s", text);
			snprintf(text, sizeof text, "hub 0812 %02d%02d 7890 segera", rt, rw);
			ck_assert_msg(code_find(&c, text, strlen(text)) != 0, "%s", text);
		}
	for (const char *a = symbols; *a != '\0'; a++)
		for (const char *b = symbols + 10; *b != '\0'; b++) {
			char text[64];

			snprintf(text, sizeof text, "ada %c%cAK-%c%cAK sakit", *a, *b, *a, *b);
			ck_assert_msg(code_find(&c, text, strlen(text)) != 0, "%s", text);
		}
}
END_TEST

/* Whatever is drawn, RTnn, RWnn, digits or letters alone included, stands out however it is written. */
START_TEST(each_code_is_found_again)
{
	const uint64_t rt = 26, rw = 28, r = 24;	/* symbols of T, W and R */
	struct code made, found;

	for (uint64_t n = 0; n < 100000; n++) {
		uint64_t drawn = n * UINT64_C(2654435761) & ((UINT64_C(1) << 35) - 1);
		char texts_of_it[4][96], lower[CODE_CHARS + 1];

		switch (n % 5) {
		case 1:		/* RT and RW in front */
			drawn = (drawn & 0x1ffffff) | r << 30 | (n % 2 ? rt : rw) << 25;
			break;
		case 2:		/* in the middle */
			drawn = (drawn & ~UINT64_C(0x7fe0)) | r << 10 | rt << 5;
			break;
		case 3:		/* digits */
			drawn = n % 10 | n / 10 % 10 << 5 | n / 100 % 10 << 10 | n / 1000 % 10 << 15;
			break;
		case 4:		/* letters */
			drawn |= UINT64_C(0x210842108) << 1;
			break;
		}
		code_make(&made, drawn);
		for (size_t i = 0; i <= CODE_CHARS; i++)
			lower[i] = made.s[i] >= 'A' ? (char)(made.s[i] | 0x20) : made.s[i];
		snprintf(texts_of_it[0], sizeof(*texts_of_it), "Diterima %.4s-%s: got, Ds. Kabat. Tanya: CEK dulu", made.s,
		    made.s + 4);
		snprintf(texts_of_it[1], sizeof(*texts_of_it), "%s sekitar jam sebelas malam", made.s);
		snprintf(texts_of_it[2], sizeof(*texts_of_it), "laporan saya %s kok belum ada yang datang", lower);
		snprintf(texts_of_it[3], sizeof(*texts_of_it), "mohon kabar %.4s %s ya pak", lower, lower + 4);
		for (size_t i = 0; i < N_ELEMS(texts_of_it); i++)
			ck_assert_msg(code_find(&found, texts_of_it[i], strlen(texts_of_it[i])) == 0 &&
			    strcmp(found.s, made.s) == 0, "%s", texts_of_it[i]);
	}
}
END_TEST

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

START_TEST(codes_of_a_series_differ)
{
	enum { EACH = 1 << 18, ENDS = 4 };
	static const uint64_t from[ENDS] = { 0, (UINT64_C(1) << 25) - EACH / 2, UINT64_C(5) << 25, CODE_NUMBERS - EACH };
	struct code *made = xcalloc(ENDS * EACH, sizeof(*made));
	size_t alike = 0;

	for (size_t k = 0; k < ENDS; k++)
		for (size_t i = 0; i < EACH; i++)
			code_number(&made[k * EACH + i], from[k] + i);
	qsort(made, ENDS * EACH, sizeof(*made), by_text);
	for (size_t i = 1; i < ENDS * EACH; i++)
		alike += strcmp(made[i - 1].s, made[i].s) == 0;
	ck_assert_uint_eq(alike, 0);
	free(made);
}
END_TEST

/* Halves alike, also after the R of an RT or RW became an S: once such draws went round for ever. */
START_TEST(halves_alike_come_apart)
{
	struct code made;
	int alike = 0;	/* two million asserts would be two million writes to Check's pipe */

	for (uint64_t half = 0; half < 1 << 20; half++)
		for (uint64_t other = 0; other < 2; other++) {
			uint64_t second = half ^ other << 15;	/* Q and R, S and T: the first symbol */

			code_make(&made, half << 15 | second >> 5);
			alike += memcmp(made.s, made.s + CODE_CHARS / 2, CODE_CHARS / 2) == 0;
			if (half >> 15 != 24)	/* R */
				continue;
			second = half + (1 << 15);		/* R becomes S */
			code_make(&made, half << 15 | second >> 5);
			alike += memcmp(made.s, made.s + CODE_CHARS / 2, CODE_CHARS / 2) == 0;
		}
	ck_assert_int_eq(alike, 0);
}
END_TEST

START_TEST(nonces)
{
	char made[NONCE_CHARS + 1], read[NONCE_CHARS + 1];

	for (int chars = NONCE_LEAST; chars <= NONCE_CHARS; chars++)
		for (uint32_t n = 0; n < 1 << 15; n++) {
			nonce_make(made, chars, n);
			ck_assert_int_eq(strspn(made, symbols), chars);
			ck_assert_int_eq(strcspn(made, "AE01"), chars);
			ck_assert_int_eq(nonce_parse(read, made, (size_t)chars), 0);
			ck_assert_str_eq(read, made);
		}
	ck_assert_int_eq(nonce_parse(read, "oIl", 3), 0);
	ck_assert_str_eq(read, "011");
	ck_assert_int_eq(nonce_parse(read, "7k", 2), -1);
	ck_assert_int_eq(nonce_parse(read, "7k3f9q", 6), -1);
	ck_assert_int_eq(nonce_parse(read, "2026", 4), -1);	/* a year */
	ck_assert_int_eq(nonce_parse(read, "desa", 4), -1);	/* a word */
	ck_assert_int_eq(nonce_parse(read, "7u3", 3), -1);
	ck_assert_int_eq(nonce_parse(read, "7\0003", 3), -1);
	ck_assert_str_eq(read, "011");
}
END_TEST

/* The worked example of docs/record.md, and the ends of the range. */
START_TEST(a_check_code_is_the_first_fifty_bits)
{
	static const struct { uint8_t digest[7]; const char *shown; } proofs[] = {
		{ { 0x69, 0x17, 0x21, 0x63, 0xf2, 0x3d, 0x71 }, "D4BJ2-RZJ7N" },
		{ { 0 }, "00000-00000" },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xc0 }, "ZZZZZ-ZZZZZ" },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "ZZZZZ-ZZZZZ" },
		{ { 0, 0, 0, 0, 0, 0, 0x40 }, "00000-00001" },
	};
	char proof[PROOF_CHARS + 1], shown[SHOWN_PROOF_CHARS];

	for (size_t i = 0; i < N_ELEMS(proofs); i++) {
		proof_make(proof, proofs[i].digest);
		proof_show(shown, proof);
		ck_assert_str_eq(shown, proofs[i].shown);
	}
	proof_show(shown, "");
	ck_assert_str_eq(shown, "");
}
END_TEST

Suite *
code_suite(void)
{
	Suite *s = suite_create("code");
	TCase *tc = tcase_create("code");

	tcase_add_test(tc, what_is_made_parses);
	tcase_add_test(tc, a_check_code_is_the_first_fifty_bits);
	tcase_add_test(tc, all_35_bits_count);
	tcase_add_test(tc, every_wrong_symbol_is_refused);
	tcase_add_test(tc, every_swap_of_neighbours_is_refused);
	tcase_add_test(tc, people_type_it_their_way);
	tcase_add_test(tc, what_is_no_code_is_refused);
	tcase_add_loop_test(tc, a_code_is_found_in_a_text, 0, (int)N_ELEMS(texts));
	tcase_add_test(tc, common_words_are_no_codes);
	tcase_add_test(tc, each_code_is_found_again);
	tcase_add_test(tc, codes_of_a_series_differ);
	tcase_add_test(tc, halves_alike_come_apart);
	tcase_add_test(tc, nonces);
	suite_add_tcase(s, tc);
	return s;
}
