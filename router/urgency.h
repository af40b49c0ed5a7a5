#ifndef KENTONGAN_URGENCY_H
#define KENTONGAN_URGENCY_H
/*
 * How urgent a report is: recall first.  A danger word counts unless there is evidence next to it
 * that nothing is burning now: a negation just before it, a past tense around it, a wish or a fear
 * before it.  Punctuation between parts them ("tidak ada air, kebakaran").
 *
 * Lists of kategori.yaml: darurat, ringan (nobody's life is in danger), mendesak, santai (can
 * wait), negasi, lampau, sekarang (it goes on: outweighs a past tense), harap (its weight is how
 * near the danger must follow: 1 is the next word), kabar (hearsay, in a question).
 */
#include "core/catalogue.h"
#include "core/linear.h"
#include "router/match.h"

#define ALARM_LINE 10		/* sum of weights from which a list speaks */
#define ALARM_PLAIN 30		/* from here the words leave no room for doubt */
#define ALARM_WORDS 4

struct alarm {
	int danger, mild, urgent, easy;		/* sums of weights */
	int likely;	/* words from the line on, but not unmistakable, before the length is weighed */
	int faint;	/* words below the line, before the length is weighed */
	int hint;	/* words that only add to others: "please", "now", "baby" */
	int lowered;				/* danger words explained away */
	/* danger words that count */
	const struct word_rule *words[ALARM_WORDS]; int words_n;
	const struct word_rule *lowered_word;	/* first danger word explained away, and by what */
	const struct word_rule *lowered_by;
};
struct alarm_words;

/*
 * What is weighed when rules and model judge danger together, and by how much: the weights are
 * those of the model's calibration (docs/model.md).
 */
enum danger_voice {
	DANGER_ALWAYS,		/* 1 */
	DANGER_MODEL,		/* the model's score */
	DANGER_HARMLESS,	/* the model's best score of a category that is no emergency by itself */
	DANGER_RULES,		/* a tenth of the rules' sum less what is mild, up to 4 */
	DANGER_SAID,		/* 1 if that reaches the line */
	DANGER_LOWERED,		/* 1 if a danger word was explained away */
	DANGER_MILD,		/* 1 if something says that nobody's life is at stake */
	DANGER_CATEGORY,	/* 1 if the rules' best category is an emergency by itself */
	DANGER_VOICES
};

/* words: normaliser_words() of the tokens' normaliser.  NULL with the reason in errors. */
struct alarm_words *alarm_words_new(const struct catalogue *c, struct vocab *words,
    struct buf *errors);
void alarm_words_free(struct alarm_words *w);
/* t: the tokens of text. */
void alarm_read(const struct alarm_words *w, const char *text, size_t len, const struct tokens *t,
    struct alarm *out);
/* score, harmless: the model's; best: the rules' best category, or NULL. */
void alarm_voices(const struct alarm *a, float score, float harmless, const struct category *best,
    float voices[DANGER_VOICES]);
/* How probable an emergency is by all voices, in thousandths. */
int alarm_permille(const struct linear_calibration *c, const float voices[DANGER_VOICES]);
/* From which probability, in thousandths, danger is one: list ambang bahaya, ragu and sangsi. */
struct alarm_lines {
	int danger;	/* by all voices together, whatever the words say */
	int look;	/* below it, yet from here a human looks at once */
	int doubt;	/* words that reach ALARM_LINE count only from here; plain ones always */
};
/* 1 if it is an emergency by words (sum of weights, less what is mild) and voices together. */
int alarm_stands(const struct alarm_lines *lines, int danger, int permille);
/* base: the category's own urgency. */
enum urgency alarm_urgency(const struct alarm *a, enum urgency base);
#endif
