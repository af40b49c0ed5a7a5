#ifndef KENTONGAN_CODE_H
#define KENTONGAN_CODE_H
/*
 * Receipt codes: 7 random symbols (35 bits) and one check symbol over GF(32) with distinct non-zero
 * weights, in Crockford's base 32 alphabet, shown as 7K3F-9QXM.  Every wrong single symbol and
 * every swap of neighbours is caught.
 */
#include <stddef.h>
#include <stdint.h>

#define CODE_CHARS 8
struct code { char s[CODE_CHARS + 1]; };

/*
 * A digit in each half and a letter somewhere, never what looks like RT03: code_find() finds each in
 * any text, with a hyphen, with a space or in one word, in any case.  That leaves 34.3 of the 35 bits.
 */
void code_make(struct code *out, uint64_t random35);
/* Where nothing is drawn: that code of a series of CODE_NUMBERS, no two of which are alike. */
#define CODE_NUMBERS (UINT64_C(25) << 25)
void code_number(struct code *out, uint64_t number);
/* Reads a code as people type it: any case, spaces and hyphens, O for 0, I and L for 1. 0 or -1. */
int code_parse(struct code *out, const char *s, size_t len);
/*
 * Finds the likeliest code in a text, the first of equals, on word borders: 8 symbols in a word, or
 * 4 and 4.  What could as well be a common word (letters only, digits only) counts only as in
 * "CEK abcd efgh": as the last thing after at most one word; RT03 RW02 never.  0 or -1.
 */
int code_find(struct code *out, const char *s, size_t len);
/* "7K3F-9QXM"; out holds 10. */
void code_show(char out[CODE_CHARS + 2], const struct code *c);

/*
 * Check code of a log entry: the first 50 bits of its digest, five to a symbol, highest first.
 * Shown as XXXXX-XXXXX, SHOWN_PROOF_CHARS with its NUL.
 */
#define PROOF_CHARS 10
#define SHOWN_PROOF_CHARS (PROOF_CHARS + 2)
void proof_make(char out[PROOF_CHARS + 1], const uint8_t *digest);
void proof_show(char out[SHOWN_PROOF_CHARS], const char *proof);

/*
 * Task nonce: 3 symbols of the same alphabet, 4 or 5 for who has thousands of open tasks.  None that
 * is made has a vowel or what is read as one (A, E, 0, 1): "TANGANI AP1" or "TANGANI G0T" from another
 * number would be heard as a fire or a ditch.  The longer ones begin with a digit and a letter, so that
 * "SELESAI sudah" and "SELESAI 2026" name none.
 * chars: NONCE_LEAST to NONCE_CHARS.  nonce_parse(), of any symbols: 0 or -1.
 */
#define NONCE_LEAST 3
#define NONCE_CHARS 5
void nonce_make(char out[NONCE_CHARS + 1], int chars, uint32_t random);
int nonce_parse(char out[NONCE_CHARS + 1], const char *s, size_t len);
#endif
