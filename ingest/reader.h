#ifndef KENTONGAN_READER_H
#define KENTONGAN_READER_H
/*
 * Who reads a public page: in which language, and how large.  Asked for by ?lang=en and ?huruf=besar,
 * remembered in a cookie each that says no more than that.
 */
#include "lib/httpd.h"
#include "lib/words.h"

/* words.c has those of pages, words_refusal.c why something is refused; then come the categories' names. */
extern const struct words public_words, public_refusal_words;

struct reader { enum lang lang; int large; };
/* Remembers at once what is asked for now. */
void reader_of(struct reader *who, struct http_req *r);
const char *reader_say(const struct reader *who, const char *id);
/*
 * Makes a filled page his: the language and size of <html lang="id">, and in place of <!--PILIHAN--> the
 * links to the others.  here: his path with its query, ending in ? or &.
 */
void reader_dress(const struct reader *who, const char *here, struct buf *page);
/* A category for him: its own words in Indonesian, the short name in English, marked where there is none. */
struct category;
void reader_add_category(const struct reader *who, const struct category *k, struct buf *b);
/* The same as an <option>. */
void reader_add_choice(const struct reader *who, const struct category *k, int chosen, struct buf *b);
#endif
