#ifndef KENTONGAN_FIELDS_H
#define KENTONGAN_FIELDS_H
/*
 * Fields of forms that name what the regency knows: its categories, places and units.  Without
 * JavaScript: lists to choose from, and for places a list that narrows as one types.
 */
#include "console/gate.h"

/* A label with a select; first of all what is likely (guesses, the first one chosen), then all others. */
void add_category_field(struct buf *b, const struct console *c, enum lang lang, const char *key,
    const char *const *guesses, int guesses_n);
/* A label with a text field over the list "tempat"; add_place_list() once on the page. */
void add_place_field(struct buf *b, const struct console *c, const char *key, const char *value);
void add_place_list(struct buf *b, const struct console *c);
/*
 * label and none are HTML, with marks (console/say.h).
 * near NULL: all.  Else a place or "": those of the regency and of that kecamatan, for a page that a cheap phone
 * loads; none says what happens without one, where one is not required.
 */
void add_unit_field(struct buf *b, const struct console *c, const char *label, const char *none,
    const char *near, int required);
void add_urgency_field(struct buf *b, const char *key, enum urgency chosen);

/* A form's field; the caller frees.  "" where it is absent. */
char *form_field(struct http_req *r, const char *name);
/* Without blanks around it. */
char *form_words(struct http_req *r, const char *name);
#endif
