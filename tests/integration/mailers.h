#ifndef KENTONGAN_TESTS_MAILERS_H
#define KENTONGAN_TESTS_MAILERS_H
/*
 * Real mail servers in a folder of their own, on loopback: Exim, which takes letters by submission,
 * and Dovecot, which shows a Maildir by IMAP.  A mistake ends the test.
 *
 * Exim       STARTTLS and AUTH are demanded.  What is for lapor@ANYTHING lies in the Maildir; tolak@
 *            is refused at RCPT, pantul@ is taken and then returned by a bounce; all else is
 *            appended to mail/all.
 * Dovecot    user lapor; TLS at once on one port, STARTTLS on the other.
 */
#include "tests/integration/peer.h"

#define SMTP_PASSWORD "rahasia-smtp"
#define IMAP_PASSWORD "rahasia-imap"

struct mailers {
	char folder[64];		/* with cert.pem and mail/lapor/{new,cur,tmp} */
	char smtp_port[16], imap_port[16], imaps_port[16];
	struct peer exim, dovecot;
	int delivered;			/* letters put by mailers_deliver() */
};

/* Makes the folder, nothing runs yet. */
void mailers_make(struct mailers *m);
void mailers_remove(struct mailers *m);
void exim_start(struct mailers *m);
/* The same ports each time. */
void dovecot_start(struct mailers *m);

/* Puts a letter into the Maildir as a delivery does; name gets what its file's name begins with. */
void mailers_deliver(struct mailers *m, const void *bytes, size_t len, char name[32]);
/* The file's Maildir flags ("S" seen); -1 when no such letter is there. */
int mailers_flags(const struct mailers *m, const char *name, char out[16]);
#endif
