#ifndef KENTONGAN_OUTSIDE_H
#define KENTONGAN_OUTSIDE_H
/*
 * Addresses that strangers named.  What is fetched from outside lies on a host that the
 * configuration names, over https, and the name leads to a public address: the check of the URL
 * comes first, that of the address once the name is resolved, so that a name which changes between
 * two looks gains nothing.
 *
 * A list is words with spaces: "pbs.twimg.com" that host alone, ".fbcdn.net" every host below,
 * "http://127.0.0.1:8099" one origin, whatever its scheme and address (a gateway inside the house).
 *
 * The URL is read by the library that will fetch it: two readers would differ some day.
 */
#include "lib/buf.h"

struct sockaddr;

enum outside_verdict {
	OUTSIDE_OK,
	OUTSIDE_OWN,		/* an origin of the list: its address may be private */
	OUTSIDE_UNREADABLE,	/* no URL, or one with a name and password in it */
	OUTSIDE_SCHEME,		/* neither https nor a listed origin */
	OUTSIDE_HOST		/* not on the list, or another port than 443 */
};
enum outside_verdict outside_url(const char *url, const char *list);
const char *outside_words(enum outside_verdict v);	/* English, for the log */
/* 1 when both are one scheme, host and port: what an Authorization header may follow. */
int outside_same_origin(const char *url, const char *other);

/*
 * 1 for an address of the public internet; 0 for this machine, private nets, link-local, shared
 * (100.64/10), multicast, documentation, reserved ones, and IPv6 forms that carry such an IPv4
 * address.  Source: IANA's special-purpose address registries.
 */
int outside_is_public(const struct sockaddr *sa);
#endif
