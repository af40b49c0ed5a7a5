#ifndef KENTONGAN_CATEGORY_H
#define KENTONGAN_CATEGORY_H
/*
 * What a report is about: the weighted words of kategori.yaml.
 *
 * Score      the sum of the weights found; of words that lie inside a longer phrase of the same
 *            category only the phrase counts, and each rule counts once however often it is said.
 * Ownership  categories are borrowed from the catalogue, which must outlive the classifier.
 */
#include <stddef.h>

#include "core/catalogue.h"
#include "core/understanding.h"
#include "router/match.h"

#define CATEGORY_WORDS 4

struct category_score {
	const struct category *category;
	int score;
	const struct word_rule *words[CATEGORY_WORDS]; int words_n;	/* heaviest first */
};
struct category_choice {
	struct category_score best;		/* category NULL: nothing fits */
	struct category_score second;
	const struct category *also[UNDERSTANDING_ALSO]; int also_n;
	int confidence_permille;
};
struct classifier;

/* NULL with the reason in errors. */
struct classifier *classifier_new(const struct catalogue *c, struct buf *errors);
void classifier_free(struct classifier *c);
/*
 * danger: the report names one.  Spam and thanks are then left out, and categories that are
 * emergencies by themselves get DANGER_BONUS if more than a common word speaks for them.
 */
#define DANGER_BONUS 6
void category_choose(const struct classifier *c, const struct tokens *t, int danger,
    struct category_choice *out);
/* The unit that owns what the report names, of this category; NULL if none is named. */
const char *category_owner(const struct classifier *c, const struct tokens *t,
    const struct category *category);
/* 1 if the word stands in some rule: then it is no misspelt name of a place. */
int classifier_knows(const struct classifier *c, const char *word, size_t len);
#endif
