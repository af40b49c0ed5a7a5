#ifndef KENTONGAN_GATE_H
#define KENTONGAN_GATE_H
/*
 * Who asks.  Every page and every answer of the console that is not its door asks here first, and
 * what may be shown to him asks core/access.h.
 *
 * Over plain HTTP only this machine is served: others come by a TLS proxy that says so
 * (X-Forwarded-Proto, from loopback or a proxy of console.proxies).
 */
#include "console/console.h"
#include "core/access.h"
#include "lib/words.h"
#include "store/session.h"

#define CSRF_FIELD "tanda"

struct who {
	const struct officer *officer;	/* of the roster; lives until the roster is loaded again */
	struct session session;
	int by_token;			/* a feed's address: no session either */
	int by_secret;			/* the machine's own secret, from this machine: no session */
	char csrf[LOOKUP_CHARS + 1];	/* what a form of his must carry */
	enum lang lang;			/* of the pages that he reads */
};
/*
 * 1: w is filled.  0: the request has been answered: sent to /masuk (pages) or refused with 401, 403
 * or 503, and is gone.
 */
int gate(struct http_req *r, struct console *c, struct who *w);
/* The same for what changes something: the form's token, or JSON from our own origin. */
int gate_change(struct http_req *r, struct console *c, struct who *w);
/*
 * For what programs fetch: the session or the machine's secret as above, or the token of its address
 * (?t=), which opens nothing else.
 */
int gate_address(struct http_req *r, struct console *c, struct who *w);
/* The same for a feed of escalations: he needs SEE_BOARD. */
int gate_feed(struct http_req *r, struct console *c, struct who *w);
/* For what is everybody's: only the way must be safe. */
int gate_public(struct http_req *r);
/* Whether he may know that there is such a case; one that is long gone is nobody's but who sees all. */
int gate_may_list(const struct console *c, const struct officer *o, const char *code);
/* As gate(), and access to what needs no case; 403 with what to do otherwise. */
int gate_for(struct http_req *r, struct console *c, struct who *w, enum access a);
/* The password was typed within console.prove; else 0, sent to type it again. */
int gate_proven(struct http_req *r, struct console *c, struct who *w);

/*
 * He logged in with a code from his telephone, or nobody needs one (console.second_factor: none); else 0, sent
 * to set one up.
 */
int gate_has_factor(struct http_req *r, struct console *c, struct who *w);
/* Whether his role, or what he may see, needs the second factor. */
int gate_needs_factor(const struct console *c, const struct officer *o);
/* 1 when he is not within console.office_networks, where these are named. */
int gate_is_outside(const struct console *c, struct http_req *r);

/* Who asks with the machine's secret: an administrator without a session. */
const struct officer *gate_machine(void);
/* The session's cookie: __Host- and for TLS only where the client speaks TLS. */
const char *gate_cookie(struct http_req *r);
/* For the door itself: our own page, by a safe way; else answered and 0. */
int gate_origin(struct http_req *r);
/* 1 if he still is who he was when his feed began. */
int gate_still(struct console *c, const struct session *s);

/* login.c */
const char *console_first_page(const struct console *c, const struct officer *o);
void get_login(struct http_req *r, void *arg);
void post_login(struct http_req *r, void *arg);
void post_logout(struct http_req *r, void *arg);
void get_once(struct http_req *r, void *arg);
void post_once(struct http_req *r, void *arg);
void get_factor(struct http_req *r, void *arg);
void post_factor(struct http_req *r, void *arg);
#endif
