#ifndef KENTONGAN_SAY_H
#define KENTONGAN_SAY_H
/*
 * What stands in a page and is said in the reader's language: [[marks]] that the frame says.  A word
 * without a row in words_*.c stays Indonesian, and is marked as that.  All appends HTML.
 */
#include "lib/buf.h"

/* Words from data or code, not HTML yet: a mark, or an element with lang="id". */
void add_said(struct buf *b, const char *words);
/* "3 jam 5 menit", "22 Nov 14:03 WIB", "2026-11-22 14:03 WIB": as buf_add_duration() and the like, with marks. */
void add_said_duration(struct buf *b, int64_t ms);
void add_said_time(struct buf *b, int64_t ms);
void add_said_day_time(struct buf *b, int64_t ms);
/*
 * A line above a page's content: what went wrong, or (good) well; each line of words is said by itself.  Nothing
 * if words are "".
 */
void add_said_message(struct buf *b, const char *words, int good);
#endif
