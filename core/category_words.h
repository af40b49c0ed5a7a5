#ifndef KENTONGAN_CATEGORY_WORDS_H
#define KENTONGAN_CATEGORY_WORDS_H
/* What categories are called on pages in English, public ones and the console's alike. */
#include "lib/words.h"

extern const struct words category_words;
#endif
