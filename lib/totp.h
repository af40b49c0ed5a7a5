#ifndef KENTONGAN_TOTP_H
#define KENTONGAN_TOTP_H
/* One-time codes of RFC 6238: HMAC-SHA-1, 30 seconds, six digits. */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

#define TOTP_SECRET_BYTES 20
#define TOTP_STEP_MS 30000
#define TOTP_DIGITS 6

/* The code of a step, counted from 1970. */
unsigned totp_code(const uint8_t secret[TOTP_SECRET_BYTES], int64_t step);
/*
 * The step that six digits belong to, of the present one and its neighbours; a step that was used,
 * or an earlier one, counts no more.  -1: none.
 */
int64_t totp_check(const uint8_t secret[TOTP_SECRET_BYTES], const char *digits, int64_t now_ms,
    int64_t used_step);
/* RFC 4648 base 32, as people type it into their telephone. */
void totp_add_secret(struct buf *b, const uint8_t secret[TOTP_SECRET_BYTES]);
#endif
