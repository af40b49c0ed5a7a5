#include "core/mailbox.h"

#include <string.h>

#define MAILBOX_MAX 254
#define LOCAL_MAX 64
#define LABEL_MAX 63
#define ATOM_MAX 200
#define ID_MAX 250

static const char atext[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    "!#$%&'*+-/=?^_`{|}~";
static const char ldh[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

/* Dot-separated runs of the given characters, none empty, none longer than most. */
static int
is_dotted(const char *s, size_t len, const char *of, size_t most, int hyphens_inside)
{
	size_t run = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && s[i] != '.') {
			if (strchr(of, s[i]) == NULL || s[i] == '\0' || ++run > most)
				return 0;
			continue;
		}
		if (run == 0 || (hyphens_inside && (s[i - 1] == '-' || s[i - run] == '-')))
			return 0;
		run = 0;
	}
	return 1;
}

int
mailbox_domain_fits(const char *s)
{
	return is_dotted(s, strlen(s), ldh, LABEL_MAX, 1) &&
	    (strchr(s, '.') != NULL || strcmp(s, "localhost") == 0);
}

int
mailbox_fits(const char *s)
{
	const char *at = strrchr(s, '@');

	return at != NULL && strlen(s) <= MAILBOX_MAX && (size_t)(at - s) <= LOCAL_MAX &&
	    is_dotted(s, (size_t)(at - s), atext, LOCAL_MAX, 0) && mailbox_domain_fits(at + 1);
}

int
mailbox_atom_fits(const char *s)
{
	return is_dotted(s, strlen(s), atext, ATOM_MAX, 0);
}

int
mailbox_id_fits(const char *s)
{
	const char *at = strrchr(s, '@');

	return at != NULL && strlen(s) <= ID_MAX && is_dotted(s, (size_t)(at - s), atext, ATOM_MAX, 0) &&
	    mailbox_atom_fits(at + 1);
}
