/*
 * kentongan-verify: is an exported record whole?  Needs the file and the public key, and nothing of the
 * house: no store, no configuration, no network.  docs/record.md is what it implements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "verify/record.h"

static int
usage(FILE *out, int status)
{
	fputs("usage: kentongan-verify RECORD --key PUBLICHEX|FILE [--heads FILE]\n"
	    "           [--code CODE --check XXXXX-XXXXX]...\n"
	    "  RECORD   what 'kentongan export --record' wrote; - is standard input\n"
	    "  --key    the public key as published at /catatan: 64 hex digits, or a file that holds them\n"
	    "  --heads  heads that you kept from /catatan/kepala.json or .atom: each must be in the record\n"
	    "  --code   a receipt number, with --check the check code that came with it; repeat both for more\n"
	    "exit status: 0 clean, 1 something is wrong, 2 cannot be read\n", out);
	return status;
}

static int
take_key(struct options *o, const char *text)
{
	char hex[2 * PUBLIC_BYTES + 2] = "";
	FILE *f = fopen(text, "r");
	size_t n = strlen(text);

	if (f != NULL) {
		n = fread(hex, 1, sizeof(hex) - 1, f);
		fclose(f);
		n = strcspn(hex, "\r\n");
	} else if (n < sizeof(hex)) {
		memcpy(hex, text, n);
	}
	if (n != 2 * PUBLIC_BYTES || from_hex(o->key, hex, 2 * PUBLIC_BYTES) != 0) {
		fprintf(stderr, "kentongan-verify: --key %s: neither 64 hex digits nor a file that begins with them\n", text);
		return -1;
	}
	o->has_key = 1;
	return 0;
}

/* Receipt numbers and check codes as people write them: any case, hyphens, O for 0, I and L for 1. */
static int
take_symbols(char *out, size_t chars, const char *text, const char *flag)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;

		c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
		if (c == '-' || c == ' ')
			continue;
		if (strchr(ALPHABET, c) == NULL || n == chars) {
			n = 0;
			break;
		}
		out[n++] = c;
	}
	out[n] = '\0';
	if (n == chars)
		return 0;
	fprintf(stderr, "kentongan-verify: %s %s: %zu symbols are wanted, each one of %s\n", flag, text, chars, ALPHABET);
	return -1;
}

static int
take_receipt(struct options *o, const char *flag, const char *value)
{
	struct receipt *r;

	if (strcmp(flag, "--code") == 0) {
		if (o->receipts_n == RECEIPTS_MAX) {
			fprintf(stderr, "kentongan-verify: at most %d receipts at once\n", RECEIPTS_MAX);
			return -1;
		}
		return take_symbols(o->receipts[o->receipts_n++].code, RECEIPT_CHARS, value, flag);
	}
	r = o->receipts_n > 0 ? &o->receipts[o->receipts_n - 1] : NULL;
	if (r == NULL || r->check[0] != '\0') {
		fputs("kentongan-verify: --check comes after the --code that it belongs to\n", stderr);
		return -1;
	}
	return take_symbols(r->check, CHECK_CHARS, value, flag);
}

static int
take_flags(struct options *o, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		int rc = -1;

		if (strncmp(argv[i], "--", 2) != 0) {
			if (o->path != NULL)
				return -1;
			o->path = argv[i];
			continue;
		}
		if (value == NULL)
			return -1;
		if (strcmp(argv[i], "--key") == 0)
			rc = take_key(o, value);
		else if (strcmp(argv[i], "--heads") == 0)
			rc = (o->heads = value, 0);
		else if (strcmp(argv[i], "--code") == 0 || strcmp(argv[i], "--check") == 0)
			rc = take_receipt(o, argv[i], value);
		if (rc != 0)
			return -1;
		i++;
	}
	for (int i = 0; i < o->receipts_n; i++)
		if (o->receipts[i].check[0] == '\0')
			return -1;
	return o->path != NULL && o->has_key ? 0 : -1;
}

int
main(int argc, char **argv)
{
	static struct options o;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return usage(stdout, 0);
	if (sodium_init() < 0) {
		fputs("kentongan-verify: libsodium cannot start\n", stderr);
		return 2;
	}
	if (take_flags(&o, argc, argv) != 0)
		return usage(stderr, 2);
	return record_verify(&o, stdout);
}
