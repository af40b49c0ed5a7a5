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
#include "router/match.h"

#define ALARM_LINE 10		/* sum of weights from which a list speaks */
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

struct alarm_words *alarm_words_new(const struct catalogue *c, struct buf *errors);
void alarm_words_free(struct alarm_words *w);
/* t: the tokens of text. */
void alarm_read(const struct alarm_words *w, const char *text, size_t len, const struct tokens *t,
    struct alarm *out);
/* base: the category's own urgency. */
enum urgency alarm_urgency(const struct alarm *a, enum urgency base);
#endif
