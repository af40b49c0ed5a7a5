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

/*
 * A mailbox as it may stand in an envelope: local part a dot-atom, domain of letters, digits and
 * hyphens with at least one dot (or "localhost"), 254 bytes at most, ASCII.  Narrower than the
 * standard on purpose: quoted local parts and address literals are nobody's real address.
 * 1 or 0.
 */
int mime_is_mailbox(const char *s);

struct mail {
	const char *from, *from_name;	/* mailbox; name may be NULL */
	const char *to;			/* mailbox */
	const char *subject;		/* UTF-8 */
	const char *text; size_t text_len;	/* UTF-8, any line ends */
	const char *lang;		/* "id" */
	const char *id, *domain;	/* Message-ID <id@domain>: the same on every try */
	const char *thread;		/* References <thread@domain>: all letters of a case; NULL none */
	int64_t date_ms;
};
/* -1 when from, to, id, thread or domain could not stand where they must. */
int mime_build(struct buf *out, const struct mail *m);
#endif
