#ifndef KENTONGAN_CATEGORY_H
#define KENTONGAN_CATEGORY_H
/*
 * What a report is about: the weighted words of kategori.yaml together with the linear model.
 *
 * Rules      a score for each category: the sum of the weights found; of words that lie inside a longer phrase of the same
 *            category only the phrase counts, and each rule counts once however often it is said.
 * Together   the voices below, weighed as the model's calibration says, add up to one value for each
 *            category; their softmax is the confidence.  Without a model the rules alone speak.
 * Ownership  catalogue and model are borrowed and must outlive the classifier.
 */
#include <stddef.h>

#include "core/catalogue.h"
#include "core/linear.h"
#include "core/understanding.h"
#include "router/match.h"

#define CATEGORY_WORDS 4
#define CATEGORIES_MAX 64	/* more are not weighed */
#define HARMLESS_LEAST -1.0f	/* the model's score if no harmless category fits at all */

/* What speaks for a category; the weights are found by cross-validation (docs/model.md). */
enum voice {
	VOICE_MODEL,		/* the model's score */
	VOICE_RULES,		/* the logarithm of 1 + the rules' score */
	VOICE_SURE,		/* a tenth of the rules' score: a strong phrase wins */
	VOICE_FIRST,		/* 1 for the rules' best guess */
	VOICE_DANGER,		/* 1 for emergencies if the report names a danger */
	VOICES
};

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
	/* the model's own best guesses; NULL without a model */
	const struct category *model_best, *model_second;
	int model_permille, model_second_permille;
	const struct category *rules_best;	/* what the rules alone would choose, or NULL */
	int has_danger;		/* 0: the model knows nothing of it */
	/* the model's, not yet weighed: of danger, and the best of a category that is no emergency */
	float danger_score, harmless_score;
};
struct classifier;

/* m may be NULL; words: normaliser_words() of the tokens' normaliser.  NULL with the reason in errors. */
struct classifier *classifier_new(const struct catalogue *c, const struct linear *m,
    struct vocab *words, struct buf *errors);
void classifier_free(struct classifier *c);
/*
 * danger: the report names one.  Spam and thanks are then left out, and categories that are
 * emergencies by themselves get DANGER_BONUS if more than a common word speaks for them.
 */
#define DANGER_BONUS 6
void category_choose(const struct classifier *c, const struct tokens *t, int danger,
    struct category_choice *out);
/*
 * One row of voices for each category by its place in the catalogue, without the model's: what the
 * trainer weighs.
 */
void category_voices(const struct classifier *c, const struct tokens *t, int danger,
    float voices[][VOICES]);
/* The unit that owns what the report names, of this category; NULL if none is named. */
const char *category_owner(const struct classifier *c, const struct tokens *t,
    const struct category *category);
/* Asks for what it knows of the words of a report that is chosen for soon. */
void category_ahead(const struct classifier *c, const struct tokens *t);
/* 1 if the word with this number stands in some rule: then it is no misspelt name of a place. */
int classifier_knows(const struct classifier *c, uint32_t word);
#endif
