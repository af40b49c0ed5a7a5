#include "lib/outside.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <curl/curl.h>

/* ---- addresses ---- */

static const struct { uint32_t net; int bits; } private4[] = {
	{ 0x00000000, 8 },	{ 0x0a000000, 8 },	{ 0x64400000, 10 },	{ 0x7f000000, 8 },
	{ 0xa9fe0000, 16 },	{ 0xac100000, 12 },	{ 0xc0000000, 24 },	{ 0xc0000200, 24 },
	{ 0xc0586300, 24 },	{ 0xc0a80000, 16 },	{ 0xc6120000, 15 },	{ 0xc6336400, 24 },
	{ 0xcb007100, 24 },	{ 0xe0000000, 4 },	{ 0xf0000000, 4 },
};

static int
is_public4(uint32_t a)
{
	for (size_t i = 0; i < N_ELEMS(private4); i++)
		if ((a ^ private4[i].net) >> (32 - private4[i].bits) == 0)
			return 0;
	return 1;
}

static uint32_t
ipv4_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Global unicast is 2000::/3; within it what is reserved, or only wraps an IPv4 address. */
static int
is_public6(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (memcmp(a, mapped, sizeof(mapped)) == 0 || memcmp(a, nat64, sizeof(nat64)) == 0)
		return is_public4(ipv4_at(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)			/* 6to4 */
		return is_public4(ipv4_at(a + 2));
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 2)		/* 2001::/23: Teredo and others */
		return 0;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8)
		return 0;
	if (a[0] == 0x3f && a[1] == 0xff && a[2] < 0x10)	/* 3fff::/20: documentation */
		return 0;
	return (a[0] & 0xe0) == 0x20;
}

int
outside_is_public(const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		return is_public4(ntohl(v4.sin_addr.s_addr));
	}
	if (sa->sa_family != AF_INET6)
		return 0;
	memcpy(&v6, sa, sizeof(v6));
	return is_public6(v6.sin6_addr.s6_addr);
}

/* ---- URLs ---- */

struct parts { CURLU *u; char *scheme, *host, *port, *user, *password; };

static void
parts_release(struct parts *p)
{
	curl_free(p->scheme);
	curl_free(p->host);
	curl_free(p->port);
	curl_free(p->user);
	curl_free(p->password);
	curl_url_cleanup(p->u);
}

static int
parts_read(struct parts *p, const char *url)
{
	memset(p, 0, sizeof(*p));
	p->u = curl_url();
	if (p->u == NULL || curl_url_set(p->u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	    curl_url_get(p->u, CURLUPART_SCHEME, &p->scheme, 0) != CURLUE_OK ||
	    curl_url_get(p->u, CURLUPART_HOST, &p->host, 0) != CURLUE_OK ||
	    curl_url_get(p->u, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return -1;
	curl_url_get(p->u, CURLUPART_USER, &p->user, 0);	/* absent is fine */
	curl_url_get(p->u, CURLUPART_PASSWORD, &p->password, 0);
	return p->user == NULL && p->password == NULL ? 0 : -1;
}

static int
is_same(const struct parts *a, const struct parts *b)
{
	return strcasecmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 &&
	    strcmp(a->port, b->port) == 0;
}

int
outside_same_origin(const char *url, const char *other)
{
	struct parts a, b;
	int same = parts_read(&a, url) == 0;

	same = parts_read(&b, other) == 0 && same && is_same(&a, &b);
	parts_release(&a);
	parts_release(&b);
	return same;
}

static int
fits_host(const char *host, const char *entry)
{
	size_t n = strlen(host), m = strlen(entry);

	if (entry[0] != '.')
		return strcasecmp(host, entry) == 0;
	return n > m && strcasecmp(host + n - m, entry) == 0;
}

enum outside_verdict
outside_url(const char *url, const char *list)
{
	enum outside_verdict v = OUTSIDE_HOST;
	struct parts p;
	struct buf word = { 0 };
	int listed = 0;

	if (parts_read(&p, url) != 0) {
		parts_release(&p);
		return OUTSIDE_UNREADABLE;
	}
	for (const char *s = list + strspn(list, " "); *s != '\0'; s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");

		buf_reset(&word);
		buf_add(&word, s, n);
		s += n;
		if (strstr(buf_str(&word), "://") != NULL) {
			if (outside_same_origin(url, buf_str(&word)))
				v = OUTSIDE_OWN;
		} else {
			listed |= fits_host(p.host, buf_str(&word));
		}
	}
	if (v != OUTSIDE_OWN && strcasecmp(p.scheme, "https") != 0)
		v = OUTSIDE_SCHEME;
	else if (v != OUTSIDE_OWN && listed && strcmp(p.port, "443") == 0)
		v = OUTSIDE_OK;
	buf_release(&word);
	parts_release(&p);
	return v;
}

const char *
outside_words(enum outside_verdict v)
{
	static const char *const words[] = { [OUTSIDE_OK] = "", [OUTSIDE_OWN] = "",
	    [OUTSIDE_UNREADABLE] = "no URL that may be fetched",
	    [OUTSIDE_SCHEME] = "not https", [OUTSIDE_HOST] = "a host that media.hosts does not name" };

	return words[v];
}
