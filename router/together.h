#ifndef KENTONGAN_TOGETHER_H
#define KENTONGAN_TOGETHER_H
/*
 * What a person sends piece by piece from a chat: text, photo, place and voice of one incident make
 * one case, in whatever order they come within router.together.
 */
struct router;
struct entry;

/* From a channel where one incident comes in several messages; an SMS is whole. */
int comes_in_pieces(const struct entry *e);
/* A photo, a place or a voice without a word. */
int is_attachment(const struct entry *e);
/* 1 when the entry became part of the sender's case; 0: not one of these; -1: come again. */
int together(struct router *r, struct entry *e);
#endif
