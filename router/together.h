#ifndef KENTONGAN_TOGETHER_H
#define KENTONGAN_TOGETHER_H
/*
 * What a person sends piece by piece from a chat: text, photo, place and voice of one incident make
 * one case, in whatever order they come within router.together.
 */
#include "core/laporan.h"

struct router;
struct entry;

/*
 * From a channel where one incident comes in several messages; an SMS is whole, and a letter unless
 * no word stands in it.
 */
int comes_in_pieces(const struct entry *e);
/* A photo, a place or a voice without a word. */
int is_attachment(const struct entry *e);
/* What the case's log keeps of it: media, position, place, then the words.  Appends. */
void describe_pieces(struct buf *note, const struct laporan *l);
/* 1 when the entry became part of the sender's case; 0: not one of these; -1: come again. */
int together(struct router *r, struct entry *e);
#endif
