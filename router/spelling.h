#ifndef KENTONGAN_SPELLING_H
#define KENTONGAN_SPELLING_H
/*
 * How people here write the same word in several ways, before any typing error.
 *
 * Fold       dj is j, tj c, oe u (the old spelling); dh th bh jh gh ph kh are d t b j g p k (Javanese
 *            and Madurese); a doubled letter is one.
 * Bones      what is left of a word without its vowels: "mncr", "kbkrn".
 */
#include <stddef.h>

#define BONES_MIN 4		/* so many consonants tell a word: "mti" may be anything */

/* out has room for len bytes; return the length. */
size_t spelling_fold(char *out, const char *word, size_t len);
size_t spelling_bones(char *out, const char *word, size_t len);
/* 1 if the word becomes the cut one by leaving letters out, but not the first. */
int spelling_is_cut(const char *cut, size_t len, const char *word);
#endif
