#ifndef KENTONGAN_SMS_H
#define KENTONGAN_SMS_H
/*
 * The bytes of a short message: its alphabets, and the header that makes several of them one text.
 *
 * Sources    3GPP TS 23.040, 9.2.3.24.1 and .8 (user data header, concatenation with references of
 *            8 and 16 bits); RFC 2781 (UTF-16).
 * Rule       nothing a citizen wrote is lost: what cannot be read becomes U+FFFD where it stood.
 */
#include <stddef.h>

#include "lib/buf.h"

/* As gateways number them. */
enum sms_coding { SMS_CODING_TEXT = 0, SMS_CODING_BINARY = 1, SMS_CODING_UCS2 = 2 };

/* UTF-16BE to UTF-8; an odd last byte, a lone surrogate and U+0000 become U+FFFD. */
void sms_add_utf16(struct buf *out, const char *bytes, size_t len);
/* UTF-8 to UTF-16BE; a broken sequence becomes U+FFFD. */
void sms_add_as_utf16(struct buf *out, const char *text, size_t len);
/*
 * The words of one message in UTF-8, without NUL.  Binary ones have no words: a sentence for a
 * human stands in their place, with the bytes in hex.
 */
void sms_add_words(struct buf *out, enum sms_coding coding, const char *bytes, size_t len);

/* Place of a part among those of one text. */
#define SMS_PARTS 255
struct sms_part { unsigned reference, total, number; };
/*
 * Reads a user data header, with its length byte.  1 part of several (number 1..total, total 2 or
 * more); 0 no such thing, or a header that lies: the message then stands for itself.
 */
int sms_part_read(struct sms_part *p, const char *udh, size_t len);

/* One part as it came; bytes NULL: missing. */
struct sms_piece { enum sms_coding coding; const char *bytes; size_t len; };
/*
 * The text of n parts in their order.  Neighbours of one coding are decoded together: phones cut
 * surrogate pairs in two.  "[...]" stands where parts are missing; how many were.
 */
int sms_join(struct buf *out, const struct sms_piece *pieces, size_t n);
#endif
