#ifndef KENTONGAN_MAILBOX_H
#define KENTONGAN_MAILBOX_H
/*
 * Mail addresses: narrower than RFC 5322 on purpose, for quoted local parts and address literals
 * are nobody's real address.  All answer 1 or 0.
 */
#include <stddef.h>

/*
 * A mailbox as it may stand in an envelope: local part a dot-atom, domain of letters, digits and
 * hyphens with at least one dot (or "localhost"), 254 bytes at most, ASCII.
 */
int mailbox_fits(const char *s);
/* The part behind the @ alone. */
int mailbox_domain_fits(const char *s);
/* Dot-separated runs of atext, none empty: a local part, one half of a Message-ID. */
int mailbox_atom_fits(const char *s);
/* A Message-ID without its angles: two such halves, 250 bytes at most. */
int mailbox_id_fits(const char *s);
#endif
