#ifndef KENTONGAN_WORDS_H
#define KENTONGAN_WORDS_H
/*
 * The words of pages in a second language.  The first is what stands in the code and the pages
 * themselves: words_say(..., "Laporan baru"), and [[Laporan baru]] in a page.  One table for each
 * daemon has the other; tests/words.py holds table, code and pages together.
 */
#include "lib/buf.h"

enum lang { LANG_ID, LANG_EN };
const char *lang_name(enum lang l);			/* id en: for lang attributes */
int lang_of_name(const char *s, size_t len, enum lang *out);	/* 0 or -1 */
/* What an Accept-Language asks for most (RFC 9110, 12.5.4); the first where it asks for neither. */
enum lang lang_of_list(const char *s, size_t len);

/* Marks a word that is said elsewhere, so that tests/words.py knows of it. */
#define SAID(id) id

struct word { const char *id, *en; };
/* One table, and those behind it (NULL none): a page's words are looked for in all of them. */
struct words { const struct word *list; size_t n; const struct words *more; };
/* id in that language; id itself where nothing better is known. */
const char *words_say(const struct words *w, enum lang l, const char *id);
/* 1 when that language has it. */
int words_know(const struct words *w, enum lang l, const char *id);
/*
 * Appends a page with each [[mark]] said in that language.  What stands in them is ours, and not escaped;
 * what has no row is no mark, and stays as it is.
 */
void words_put(struct buf *out, const struct words *w, enum lang l, const char *page, size_t len);
#endif
