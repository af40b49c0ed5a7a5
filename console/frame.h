#ifndef KENTONGAN_FRAME_H
#define KENTONGAN_FRAME_H
/* The frame of every page of the console: head, who is here, where he may go, foot. */
#include "console/gate.h"
#include "console/say.h"
#include "lib/words.h"

/*
 * Words in English; a page marks them [[so]], and the frame says them.  words.c is asked first, then
 * those of its page's family, words_*.c, and the categories' names.
 */
extern const struct words console_words, console_desk_words, console_board_words, console_house_words,
    console_refusal_words;

/*
 * Answers with body, which is HTML already, inside the frame; r is gone afterwards.  w may be NULL:
 * nobody is logged in.  here: the path of the menu's entry that is open, "" none.
 */
void frame_answer(struct http_req *r, struct console *c, const struct who *w, int status,
    const char *title, const char *here, const struct buf *body);
/* The same with more for its <head>: a page's own style, script, feeds; NULL none. */
void frame_answer_with(struct http_req *r, struct console *c, const struct who *w, int status,
    const char *title, const char *here, const struct buf *head, const struct buf *body);
/* The hidden field that a form of his carries. */
void frame_add_token(struct buf *b, const struct who *w);
/* Words of people, escaped; what would change how the rest is read is shown by its number. */
void buf_add_shown(struct buf *b, const char *s, size_t len);
/* Short words of a place, unit, category for people; the code where it is unknown.  Escaped. */
void add_place_name(struct buf *b, const struct console *c, const char *code);
void add_category_name(struct buf *b, const struct console *c, const char *code);

void get_console_css(struct http_req *r, void *arg);
#endif
