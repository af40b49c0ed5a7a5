#ifndef KENTONGAN_VERIFY_RECORD_H
#define KENTONGAN_VERIFY_RECORD_H
/*
 * An exported record, judged line by line.  Formats: docs/record.md.
 *
 * Memory     some 120 bytes for each case, 32 for each withheld entry; the record itself is streamed.
 */
#include <stdint.h>
#include <stdio.h>

#define ALPHABET "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#define PUBLIC_BYTES 32
#define RECEIPT_CHARS 8
#define CHECK_CHARS 10
#define RECEIPTS_MAX 64

struct receipt {
	char code[RECEIPT_CHARS + 1], check[CHECK_CHARS + 1];
	int64_t seq;			/* filled in: its opening entry, 0 not met */
	int agrees;
	int64_t withheld_seq;		/* an entry without words whose digest has this check code */
};
struct options {
	const char *path, *heads;
	uint8_t key[PUBLIC_BYTES];
	int has_key;
	struct receipt receipts[RECEIPTS_MAX]; int receipts_n;
};

/* Exactly len hex digits, lower case, into len / 2 bytes; 0 or -1. */
int from_hex(uint8_t *out, const char *hex, size_t len);
/* Says on out what it found; the exit status: 0 clean, 1 something is wrong, 2 cannot be read. */
int record_verify(struct options *o, FILE *out);
#endif
