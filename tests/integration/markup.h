#ifndef KENTONGAN_TESTS_MARKUP_H
#define KENTONGAN_TESTS_MARKUP_H
/* A strict reader of our own pages and feeds: more than a browser would forgive ends the test. */
#include "lib/buf.h"

/*
 * what names the page.  Every element is opened and closed in order (html: void ones need no end), every
 * attribute is quoted, every & begins an entity, no comment or CDATA hides anything.  HTML has no
 * script but by src, no style, no on... attribute and no element that HTML does not know.  How many elements.
 */
size_t markup_check(const char *what, const struct buf *page, int html);
#endif
