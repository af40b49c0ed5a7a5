#include "lib/totp.h"

#include <stdio.h>
#include <string.h>

#include "lib/seal.h"

#define WINDOW 1		/* steps to either side: phones' clocks differ */

unsigned
totp_code(const uint8_t secret[TOTP_SECRET_BYTES], int64_t step)
{
	uint8_t counter[8], mac[20];
	unsigned at, code;

	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (uint8_t)step;
	hmac_sha1(mac, secret, TOTP_SECRET_BYTES, counter, sizeof(counter));
	at = mac[19] & 15;
	code = (unsigned)(mac[at] & 127) << 24 | (unsigned)mac[at + 1] << 16 | (unsigned)mac[at + 2] << 8 |
	    mac[at + 3];
	return code % 1000000;
}

int64_t
totp_check(const uint8_t secret[TOTP_SECRET_BYTES], const char *digits, int64_t now_ms,
    int64_t used_step)
{
	int64_t now = now_ms / TOTP_STEP_MS, found = -1;

	if (strlen(digits) != TOTP_DIGITS)
		return -1;
	/* All are looked at, so that the time taken tells nothing. */
	for (int64_t step = now - WINDOW; step <= now + WINDOW; step++) {
		char code[TOTP_DIGITS + 1];

		snprintf(code, sizeof(code), "%06u", totp_code(secret, step) % 1000000);
		if (equal_secret(code, digits, TOTP_DIGITS) && step > used_step)
			found = step;
	}
	return found;
}

void
totp_add_secret(struct buf *b, const uint8_t secret[TOTP_SECRET_BYTES])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (int bit = 0; bit < TOTP_SECRET_BYTES * 8; bit += 5) {
		unsigned pair = (unsigned)secret[bit / 8] << 8 |
		    (bit / 8 + 1 < TOTP_SECRET_BYTES ? secret[bit / 8 + 1] : 0u);

		buf_addc(b, letters[pair >> (11 - bit % 8) & 31]);
	}
}
