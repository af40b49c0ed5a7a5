#ifndef KENTONGAN_VISITOR_H
#define KENTONGAN_VISITOR_H
/* Somebody at a browser without JavaScript: logs in, opens pages, sends their forms. */
#include "tests/integration/living.h"

#define VISITOR_PASSWORD "becak merah lewat depan pasar"

struct visitor {
	char cookie[96];		/* the header that he sends; "" not logged in */
	char tanda[64];			/* his forms' token, where he comes by visitor_comes_in() */
};

/* The link of 'kentongan officer passwd', used: the status of its form. */
long visitor_sets_password(const char *officer, const char *password);
/* Logs in with that name, password and code ("" none): the status. */
long visitor_logs_in(struct visitor *v, const char *name, const char *password, const char *code);
/* The session's cookie that an answer sets, "" if it sets none. */
void visitor_takes_cookie(struct visitor *v, const struct answer *a);
/* Both, and a second factor where he needs one, for an officer without a password yet; or the test ends. */
void visitor_enters(struct visitor *v, const char *officer);

/* A session of his, as after a log-in with a factor (which check_login tests). */
void visitor_comes_in(struct visitor *v, const char *officer);

/*
 * Sets up the second factor of who is logged in, by the page for it: his session is another one then.  used
 * gets the code that counts no more, next one that will.
 */
struct visitor_code { char used[8], next[8]; };
void visitor_sets_factor(struct visitor *v, struct visitor_code *code);

/* A page; answer_release() it. */
void visitor_opens(const struct visitor *v, const char *path, struct answer *a);
long visitor_status(const struct visitor *v, const char *path);
/* The status; page, unless NULL, gets what came. */
long visitor_visits(const struct visitor *v, const char *path, struct buf *page);
/* What stands in a page behind that text, up to the next quote; a mistake ends the test. */
void page_value(const struct answer *a, const char *before, char *out, size_t size);
/* The value of the field of that name in a page. */
void page_field(const struct buf *page, const char *name, char *out, size_t size);
/* Sends a form of that page: its token and these fields ("aksi=terima&versi=2"); answer_release() it. */
void visitor_sends(const struct visitor *v, const char *page, const char *action, const char *fields,
    struct answer *a);
/*
 * Sends a form, "a=b&c=d" already encoded, with the token he has; to gets where it leads ("" nowhere), page what
 * came; each may be NULL.  The status.
 */
long visitor_submits(const struct visitor *v, const char *path, const char *fields, char to[160], struct buf *page);
/*
 * All that an event feed says until these words come (1), or until it ends or LIMIT_MS are over (0); out
 * is emptied first.  then, unless NULL, is called once, when the feed's first words are there: what it sets
 * off is news to this visitor, not something that was.
 */
int visitor_hears(const struct visitor *v, const char *path, void (*then)(void), const char *until, struct buf *out);
#endif
