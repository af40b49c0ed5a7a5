#ifndef KENTONGAN_MIME_H
#define KENTONGAN_MIME_H
/*
 * One letter as the bytes that go over the wire: pure.
 *
 * Sources    RFC 5322 (message, address grammar), RFC 2045 and 2046 (MIME, quoted-printable),
 *            RFC 2047 (encoded words), RFC 3834 (Auto-Submitted).
 * Rule       no byte of a value makes structure: headers hold printable ASCII only, anything else
 *            becomes encoded words; lines end in CR LF and have at most 76 bytes of body, 78 of
 *            header where a word allows it.
 */
#include <stdint.h>

#include "lib/buf.h"

struct mail {
	const char *from, *from_name;	/* mailbox; name may be NULL */
	const char *to;			/* mailbox */
	const char *subject;		/* UTF-8 */
	const char *text; size_t text_len;	/* UTF-8, any line ends */
	const char *lang;		/* "id" */
	/* Message-ID <id.token@domain>, the same on every try; who knows the token had the letter */
	const char *id, *token, *domain;
	const char *thread;		/* References <thread@domain>: all letters of a case; NULL none */
	const char *ref;		/* Message-ID of the letter that is answered, mailbox_id_fits(); NULL */
	int64_t date_ms;
};
/* -1 when from, to, id, token, thread or domain could not stand where they must. */
int mime_build(struct buf *out, const struct mail *m);
#endif
