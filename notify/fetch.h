#ifndef KENTONGAN_FETCH_H
#define KENTONGAN_FETCH_H
/*
 * Getting one file from a platform: from the reference that its channel wrote (CHANNEL:ID or
 * CHANNEL:URL) to the bytes.  One row for each channel in fetch.c.
 *
 * Trust      an address that came from outside is fetched only from the hosts that media.hosts
 *            names, each redirect checked anew, never from a private address (lib/outside.h).
 *            A token goes to the platform's interface, and to a file's host only where the
 *            platform wants it; a redirect to another origin does not see it.
 * Units      int64_t milliseconds.
 */
#include "notify/api.h"

enum fetch_verdict {
	FETCH_GOT,
	FETCH_LATER,		/* may work another time */
	FETCH_NEVER		/* gone, refused, too large, not to be trusted */
};
/* Borrowed for the call. */
struct fetch_news {
	enum fetch_verdict verdict;
	const void *data; size_t len;	/* FETCH_GOT */
	const char *why;		/* for our log, English: a host at most, no path, no id */
	const char *cause;		/* for the case, Indonesian */
	int64_t wait_ms;		/* FETCH_LATER: at least; 0 none */
	const char *refused;		/* the secret that the platform no longer takes; NULL */
};
typedef void (*on_fetched)(const struct fetch_news *n, void *arg);

/* Tokens of the platforms, those that there are. */
struct fetcher { struct house *h; struct httpc *http; struct api whatsapp, telegram, x; };
/* 0, or -1 after naming the mistake on standard error. */
int fetcher_open(struct fetcher *f, const struct ways_env *env);
void fetcher_release(struct fetcher *f);

/*
 * The callback comes exactly once, later or from inside.  Takes media.within at most, with all that
 * has to be asked before.
 */
void fetch_start(struct fetcher *f, const char *reference, on_fetched cb, void *arg);

/* ---- what the platforms' answers say; pure ---- */

struct fetch_address { struct buf url; char sha256[65]; int64_t bytes; };	/* "" and 0: not said */
/* Each 0, or -1 when the answer names no file. */
int fetch_read_whatsapp(struct fetch_address *a, const struct api *api, const char *json,
    size_t len);
int fetch_read_telegram(struct fetch_address *a, const struct api *api, const char *json,
    size_t len);
/* Of a film the smallest form: it must be seen, not shown in a cinema. */
int fetch_read_x(struct fetch_address *a, const struct api *api, const char *json, size_t len);
#endif
