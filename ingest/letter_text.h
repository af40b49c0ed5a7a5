#ifndef KENTONGAN_LETTER_TEXT_H
#define KENTONGAN_LETTER_TEXT_H
/*
 * The words of a letter as its writer meant them: pure.  All take and give UTF-8; no input is
 * refused, and what is appended is never longer than about four times what came in.
 */
#include "lib/buf.h"

/* HTML as plain lines: tags and scripts gone, entities decoded, quoted blocks with "> " before. */
void letter_html(struct buf *out, const char *html, size_t len);
/*
 * What a reply says by itself: without the quoted letter below or between, and without a signature.
 * All of it where nothing else is said.
 */
void letter_reply(struct buf *out, const char *text);
/* One line for a subject or a name: controls become spaces, cut at a whole character. */
void letter_line(struct buf *out, const char *s, size_t most);
/* Lines end in LF; other controls but the tabulator are gone, broken UTF-8 is U+FFFD. */
void letter_plain(struct buf *out, const char *s, size_t len);
#endif
