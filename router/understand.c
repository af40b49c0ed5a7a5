#include "router/understand.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/assign.h"
#include "lib/escape.h"
#include "router/area.h"
#include "router/category.h"
#include "router/locate.h"
#include "router/normalise.h"
#include "router/urgency.h"

#define SURE_PERMILLE 500	/* below, somebody at the desk looks at it; list ambang: triase */
/* An emergency by its category alone, without a word of danger, from here; list ambang: darurat. */
#define EMERGENCY_PERMILLE 500
/*
 * Danger by all voices together: an emergency from the first line, and what the category alone
 * makes one only there; below the second even one that the rules' words name is none, if they are
 * not too plain for any doubt; list ambang: bahaya, sangsi.
 */
#define DANGER_PERMILLE 350
#define LOOK_PERMILLE 250
#define DOUBT_PERMILLE 80
#define GUESS_PERMILLE 200	/* below, a guess that no rule shares is none */
#define SURE_SCORE 5
#define MISDEED_REACH 8		/* words between an office and what is held against it */
#define MISDEED_REACH_EMERGENCY 2	/* there a false accusation would cost a helper */
#define LETTER_WORDS 25		/* a cry for help is shorter */
#define FAR_M 20000		/* a desa named so far from the position is doubted */
#define FAR_IF_MISSPELT_M 8000
#define CODE_WORDS 8		/* a kentongan code is short: "titir 3 sumberagung rt 2" */

/* "3 kebakaran" or, for one desa, "3 bencana 35.10.01.2004". */
struct drum_code {
	char digit;
	char category[CATEGORY_CHARS];
	char place[PLACE_CODE_CHARS];
	int weight;
};

/* "510-10-3412-77 = 35.10.25": a cell of the network, or a gateway's modem, and where it stands. */
struct known_cell { const char *name; size_t len; const struct place *place; };

struct understander {
	const struct policy *policy;
	struct normaliser *normaliser;
	struct classifier *classifier;
	struct alarm_words *alarms;
	struct locator *locator;
	struct areas *areas;		/* NULL: a position says nothing */
	struct matcher *offices, *misdeeds, *secrecy;
	char **office_units;		/* by the office's number in its list */
	size_t offices_n;
	struct drum_code *codes;
	size_t codes_n;
	struct known_cell *cells;
	size_t cells_n;
	struct tokens *tokens;		/* of the text at hand: filled again and again, so no text asks for memory */
	int sure_permille, emergency_permille;
	struct alarm_lines lines;
};

/* ---- building ---- */

static struct matcher *
list_matcher(const struct catalogue *c, const char *list, struct vocab *words, struct buf *errors)
{
	struct matcher *m = matcher_new(words, 0);
	const struct word_rule *rules;
	size_t n = catalogue_words(c, list, &rules);

	for (size_t i = 0; i < n; i++) {
		if (matcher_add(m, rules[i].words, (uint32_t)i) == 0)
			continue;
		buf_addf(errors, "kategori.yaml:%d: \"%s\" in %s is no phrase\n", rules[i].line,
		    rules[i].words, list);
		matcher_free(m);
		return NULL;
	}
	matcher_grown(m);
	return m;
}

/* The catalogue folds case; unit codes are upper case, words like desa are not. */
static char *
unit_word(const struct unit_table *t, const char *s)
{
	char *upper = xstrdup(s);

	for (char *c = upper; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c + 'A' - 'a');
	if (unit_find(t, upper) != NULL)
		return upper;
	free(upper);
	return xstrdup(s);
}

/* "kepala desa = desa": who is meant, and which unit he belongs to. */
static int
read_offices(struct understander *u, struct buf *errors)
{
	const struct word_rule *rules;
	size_t n = catalogue_words(u->policy->catalogue, "pejabat", &rules);
	int rc = 0;

	u->offices = matcher_new(normaliser_words(u->normaliser), 0);
	u->office_units = xcalloc(n + 1, sizeof(*u->office_units));
	for (size_t i = 0; i < n; i++) {
		const char *equals = strstr(rules[i].words, " = ");
		char *words = equals == NULL ? NULL :
		    xstrndup(rules[i].words, (size_t)(equals - rules[i].words));

		if (words == NULL || matcher_add(u->offices, words, (uint32_t)u->offices_n) != 0) {
			buf_addf(errors, "kategori.yaml:%d: pejabat is \"words = unit\"\n",
			    rules[i].line);
			rc = -1;
		} else {
			u->office_units[u->offices_n++] = unit_word(u->policy->units, equals + 3);
		}
		free(words);
	}
	matcher_grown(u->offices);
	return rc;
}

static int
read_codes(struct understander *u, struct buf *errors)
{
	const struct word_rule *rules;
	size_t n = catalogue_words(u->policy->catalogue, "titir", &rules);

	u->codes = xcalloc(n + 1, sizeof(*u->codes));
	for (size_t i = 0; i < n; i++) {
		struct drum_code *code = &u->codes[u->codes_n];

		if (sscanf(rules[i].words, "%c %31s %15s", &code->digit, code->category,
		    code->place) < 2 ||
		    code->digit < '1' || code->digit > '9' ||
		    category_find(u->policy->catalogue, code->category) == NULL) {
			buf_addf(errors,
			    "kategori.yaml:%d: titir is \"strokes category\" or \"strokes category "
			    "place-code\"\n", rules[i].line);
			return -1;
		}
		code->weight = rules[i].weight;
		u->codes_n++;
	}
	return 0;
}

static int
read_cells(struct understander *u, struct buf *errors)
{
	const struct word_rule *rules;
	size_t n = catalogue_words(u->policy->catalogue, "sel", &rules);

	u->cells = xcalloc(n + 1, sizeof(*u->cells));
	for (size_t i = 0; i < n; i++) {
		const char *equals = strstr(rules[i].words, " = ");
		struct known_cell *k = &u->cells[u->cells_n];

		k->place = equals != NULL ? place_find(u->policy->places, equals + 3) : NULL;
		if (k->place == NULL || equals == rules[i].words) {
			buf_addf(errors, "kategori.yaml:%d: sel is \"cell = place-code\", with the code of a desa or "
			    "kecamatan\n", rules[i].line);
			return -1;
		}
		k->name = rules[i].words;
		k->len = (size_t)(equals - rules[i].words);
		u->cells_n++;
	}
	return 0;
}

static const struct place *
cell_place(const struct understander *u, const char *cell)
{
	for (size_t i = 0; cell != NULL && i < u->cells_n; i++)
		if (strlen(cell) == u->cells[i].len && strncasecmp(cell, u->cells[i].name, u->cells[i].len) == 0)
			return u->cells[i].place;
	return NULL;
}

/* "triase", "darurat", "bahaya", "ragu" and "sangsi", weights in per cent. */
static int
read_lines(struct understander *u, struct buf *errors)
{
	const struct { const char *name; int *line, permille; } lines[] = {
		{ "triase", &u->sure_permille, SURE_PERMILLE },
		{ "darurat", &u->emergency_permille, EMERGENCY_PERMILLE },
		{ "bahaya", &u->lines.danger, DANGER_PERMILLE },
		{ "ragu", &u->lines.look, LOOK_PERMILLE },
		{ "sangsi", &u->lines.doubt, DOUBT_PERMILLE },
	};
	const struct word_rule *rules;
	size_t n = catalogue_words(u->policy->catalogue, "ambang", &rules), k;

	for (k = 0; k < N_ELEMS(lines); k++)
		*lines[k].line = lines[k].permille;
	for (size_t i = 0; i < n; i++) {
		for (k = 0; k < N_ELEMS(lines); k++)
			if (strcmp(rules[i].words, lines[k].name) == 0)
				break;
		if (k == N_ELEMS(lines) || rules[i].weight < 0 || rules[i].weight > 100) {
			buf_addf(errors, "kategori.yaml:%d: ambang knows triase, darurat, bahaya, "
			    "ragu and sangsi, each from 0 to 100\n", rules[i].line);
			return -1;
		}
		*lines[k].line = 10 * rules[i].weight;
	}
	return 0;
}

struct understander *
understander_new(const struct policy *p, struct buf *errors)
{
	struct understander *u = xcalloc(1, sizeof(*u));
	struct vocab *words;

	u->policy = p;
	u->tokens = xcalloc(1, sizeof(*u->tokens));
	if (category_find(p->catalogue, "lainnya") == NULL) {
		buf_adds(errors,
		    "kategori.yaml: no category lainnya; what fits nowhere needs one\n");
		goto refuse;
	}
	if ((u->normaliser = normaliser_new(p->catalogue, errors)) == NULL)
		goto refuse;
	words = normaliser_words(u->normaliser);
	if ((u->classifier = classifier_new(p->catalogue, p->model, words, errors)) == NULL ||
	    (u->alarms = alarm_words_new(p->catalogue, words, errors)) == NULL ||
	    (u->locator = locator_new(p->places, p->catalogue, u->classifier, words, errors)) == NULL ||
	    (u->misdeeds = list_matcher(p->catalogue, "tercela", words, errors)) == NULL ||
	    (u->secrecy = list_matcher(p->catalogue, "minta_rahasia", words, errors)) == NULL ||
	    read_offices(u, errors) != 0 || read_codes(u, errors) != 0 || read_cells(u, errors) != 0 ||
	    read_lines(u, errors) != 0)
		goto refuse;
	if (p->borders.len > 0 && (u->areas = areas_new(p->places, buf_str(&p->borders),
	    p->borders.len, errors)) == NULL)
		goto refuse;
	return u;
refuse:
	understander_free(u);
	return NULL;
}

void
understander_free(struct understander *u)
{
	if (u == NULL)
		return;
	normaliser_free(u->normaliser);
	classifier_free(u->classifier);
	alarm_words_free(u->alarms);
	locator_free(u->locator);
	areas_free(u->areas);
	matcher_free(u->offices);
	matcher_free(u->misdeeds);
	matcher_free(u->secrecy);
	for (size_t i = 0; i < u->offices_n; i++)
		free(u->office_units[i]);
	free(u->office_units);
	free(u->codes);
	free(u->cells);
	tokens_release(u->tokens);
	free(u->tokens);
	free(u);
}

/* ---- reasons ---- */

static void add_why(struct understanding *out, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void
add_why(struct understanding *out, const char *fmt, ...)
{
	va_list ap;

	if (out->why_n == UNDERSTANDING_WHYS)
		return;
	va_start(ap, fmt);
	/* cut, never longer */
	vsnprintf(out->why[out->why_n++], UNDERSTANDING_WHY_CHARS, fmt, ap);
	va_end(ap);
}

/* The reasons that nearly every report has are put together without a format: half the time of all. */
struct line { char *at; size_t left; };

static struct line
begin_why(struct understanding *out)
{
	if (out->why_n == UNDERSTANDING_WHYS)
		return (struct line){ NULL, 0 };
	return (struct line){ out->why[out->why_n++], UNDERSTANDING_WHY_CHARS - 1 };
}

static void
say(struct line *l, const char *s)
{
	size_t len = strnlen(s, l->left);

	if (l->at == NULL)
		return;
	memcpy(l->at, s, len);
	l->at += len;
	l->left -= len;
	*l->at = '\0';
}

/* 0.98; permille up to 1000. */
static void
say_share(struct line *l, int permille)
{
	int percent = (permille + 5) / 10;

	say(l, (char[]){ (char)('0' + percent / 100), '.', (char)('0' + percent / 10 % 10),
	    (char)('0' + percent % 10), '\0' });
}

static void
add_why_words(struct understanding *out, const char *what, const struct word_rule *const *rules,
    int n)
{
	struct line l = begin_why(out);

	say(&l, what);
	for (int i = 0; i < n; i++) {
		say(&l, i == 0 ? ": " : ", ");
		say(&l, rules[i]->words);
	}
}

/* "tempat Kabat: nama desa" */
static void
add_why_rule(struct understanding *out, const char *what, const char *name, const char *rule)
{
	struct line l = begin_why(out);

	say(&l, what);
	say(&l, name);
	say(&l, ": ");
	say(&l, rule);
}

static void
explain_urgency(struct understanding *out, const struct alarm *a)
{
	if (a->words_n > 0 && a->danger >= ALARM_LINE)
		add_why_words(out, "tanda bahaya", a->words, a->words_n);
	if (a->lowered_word != NULL)
		add_why(out, "tanda bahaya tidak berlaku: %s (%s)", a->lowered_word->words,
		    a->lowered_by->words);
	if (a->mild >= ALARM_LINE)
		add_why(out, "keterangan meringankan");
}

/* "model 3f9a2c1b: kebakaran 0.81, bencana 0.07": its own voice, beside the rules'. */
static void
explain_model(const struct understander *u, struct understanding *out,
    const struct category_choice *choice)
{
	struct line l;

	if (choice->model_best == NULL)
		return;
	l = begin_why(out);
	say(&l, "model ");
	say(&l, linear_name(u->policy->model));
	say(&l, ": ");
	say(&l, choice->model_best->code);
	say(&l, " ");
	say_share(&l, choice->model_permille);
	say(&l, ", ");
	say(&l, choice->model_second->code);
	say(&l, " ");
	say_share(&l, choice->model_second_permille);
}

/* ---- reading ---- */

/* "tiga", "telu": strokes said in words; '\0' if it is none. */
static char
stroke_word(const char *w)
{
	static const struct { const char *word; char digit; } rows[] = {
		{ "satu", '1' }, { "siji", '1' }, { "sekali", '1' }, { "sittung", '1' },
		{ "dua", '2' }, { "loro", '2' }, { "kaleh", '2' },
		{ "tiga", '3' }, { "telu", '3' }, { "tello", '3' },
		{ "empat", '4' }, { "papat", '4' }, { "empa", '4' },
		{ "lima", '5' }, { "limo", '5' }, { "lema", '5' },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		if (strcmp(rows[i].word, w) == 0)
			return rows[i].digit;
	return '\0';
}

/* The strokes of a kentongan: one digit, a place, in whichever order, and nothing else. */
static const struct drum_code *
drum_code_of(const struct understander *u, const struct tokens *t, const char *place)
{
	static const char *const drum[] = { "titir", "kentongan", "kenthongan", "kode", "tong",
	    "bunyi", "kali", "ping", "x", "kaping" };
	const struct drum_code *found = NULL;
	size_t extra = 0, digits = 0;
	char digit = '\0';

	if (t->n < 2 || t->n > CODE_WORDS || place[0] == '\0')
		return NULL;
	for (size_t i = 0; i < t->n; i++) {
		const char *w = token_form(t, i, FORM_WRITTEN);
		const char *before = i == 0 ? "" : token_form(t, i - 1, FORM_WRITTEN);

		for (size_t d = 0; d < N_ELEMS(drum); d++)
			extra += strcmp(drum[d], w) == 0;
		if (strcmp(before, "rt") == 0 || strcmp(before, "rw") == 0)
			continue;
		if (token_is_number(t, i)) {
			digits++;
			digit = w[1] == '\0' ? w[0] : '\0';
		} else if (stroke_word(w) != '\0') {
			digits++;
			extra++;
			digit = stroke_word(w);
		}
	}
	if (digits != 1 || place_words(u->locator, t) + extra < t->n)
		return NULL;
	for (size_t i = 0; i < u->codes_n; i++) {
		const struct drum_code *c = &u->codes[i];

		if (c->digit != digit || strncmp(c->place, place, strlen(c->place)) != 0)
			continue;
		if (found == NULL || strlen(c->place) > strlen(found->place))
			found = c;	/* the desa's own table before the common one */
	}
	return found;
}

static int
is_desa(const struct place *p)
{
	return p != NULL && (p->kind == PLACE_DESA || p->kind == PLACE_KELURAHAN);
}

static void
take_place(struct understanding *out, const struct place *p, int permille)
{
	memcpy(out->place, p->code, sizeof(out->place));
	out->place_confidence_permille = permille;
}

static void
add_rival(struct understanding *out, const struct place *p)
{
	if (p != NULL && out->rivals_n < UNDERSTANDING_RIVALS && strcmp(p->code, out->place) != 0)
		memcpy(out->rivals[out->rivals_n++], p->code, sizeof(out->rivals[0]));
}

/* The position says what the text left open; against a desa that the text names it is noted only. */
static void
weigh_position(const struct understander *u, const struct hints *h, const struct location *text,
    const struct area_answer *at, struct understanding *out)
{
	const struct place *named = text->place;
	double metres;

	if (at->place == NULL) {
		add_why(out, "posisi di luar kabupaten, %.0f km dari %s", at->nearest_m / 1000,
		    at->nearest->name);
		return;
	}
	if (named == NULL || named == at->place || named == at->place->parent) {
		if (named == NULL)
			out->rivals_n = 0;	/* the position is none of them: it says where */
		take_place(out, at->place, at->permille);
		add_why(out, "tempat %s: posisi%s", at->place->name, named == NULL ? "" :
		    ", dan disebut");
		add_rival(out, at->neighbour);
		return;
	}
	metres = area_distance_m(u->areas, named, h->lat, h->lng);
	if (metres > (text->confidence_permille < 800 ? FAR_IF_MISSPELT_M : FAR_M) && is_desa(named)) {
		take_place(out, at->place, at->permille - 250);
		add_why(out, "tempat %s: posisi; %s disebut, %.0f km dari situ", at->place->name,
		    named->name, metres / 1000);
		add_rival(out, named);
		return;
	}
	add_why(out, "posisi di %s, %.1f km dari situ", at->place->name, metres / 1000);
	add_rival(out, at->place);
}

static void
find_place(const struct understander *u, const struct tokens *t, const struct hints *h,
    struct understanding *out)
{
	struct area_answer at = { 0 };
	const struct gazetteer *g = u->policy->places;
	const struct place *chosen = h->place == NULL ? NULL : place_find(g, h->place);
	const struct place *earlier =
	    h->earlier_place == NULL ? NULL : place_find(g, h->earlier_place);
	const struct place *cell = cell_place(u, h->cell);
	struct location where;

	if (h->has_position && u->areas != NULL)
		area_find(u->areas, h->lat, h->lng, &at);
	place_locate(u->locator, t, chosen != NULL ? chosen : at.place != NULL ? at.place :
	    cell != NULL ? cell : earlier, &where);
	memcpy(out->rt, where.rt, sizeof(out->rt));
	memcpy(out->rw, where.rw, sizeof(out->rw));
	if (chosen != NULL && chosen->kind != PLACE_KABUPATEN) {
		/* a kecamatan chosen and its desa named: the desa says more */
		if (where.place != NULL && where.place->parent == chosen)
			chosen = where.place;
		memcpy(out->place, chosen->code, sizeof(out->place));
		out->place_confidence_permille = 1000;
		add_why(out, "tempat %s: dipilih pelapor", chosen->name);
		return;
	}
	for (int i = 0; i < where.rivals_n; i++)
		memcpy(out->rivals[i], where.rivals[i]->code, sizeof(out->rivals[i]));
	out->rivals_n = where.rivals_n;
	if (where.place != NULL) {
		memcpy(out->place, where.place->code, sizeof(out->place));
		out->place_confidence_permille = where.confidence_permille;
		add_why_rule(out, "tempat ", where.place->name, where.rule);
	} else if (where.rivals_n > 0) {
		add_why(out, "tempat %s: ada %d yang bernama sama", where.rivals[0]->name,
		    where.rivals_n);
	}
	if (cell != NULL)
		add_why(out, "dikirim lewat pemancar di %s", cell->name);
	if (h->has_position && u->areas != NULL)
		weigh_position(u, h, &where, &at, out);
}

static void
take_category(struct understanding *out, const struct category *c, int permille)
{
	memcpy(out->category, c->code, sizeof(out->category));
	out->confidence_permille = permille;
}

/* How probable rules and model together find danger; -1 if the model says nothing of it. */
static int
hear_danger(const struct understander *u, const struct alarm *alarm,
    const struct category_choice *choice)
{
	float voices[DANGER_VOICES];

	if (!choice->has_danger)
		return -1;
	alarm_voices(alarm, choice->danger_score, choice->harmless_score, choice->rules_best,
	    voices);
	return alarm_permille(linear_calibration(u->policy->model), voices);
}

/* Words of danger stand there, and none beside them that make it small. */
static int
is_heard(const struct alarm *alarm)
{
	return alarm->danger - alarm->mild >= ALARM_LINE;
}

/* An accident of long ago, feared or dreamt, that is told beside the problem is no problem of its own. */
static void
drop_long_past(const struct alarm *alarm, struct category_choice *choice)
{
	int kept = 0;

	if (is_heard(alarm) || alarm->lowered == 0)
		return;
	for (int i = 0; i < choice->also_n; i++)
		if (choice->also[i]->urgency != URGENCY_DARURAT)
			choice->also[kept++] = choice->also[i];
	choice->also_n = kept;
}

/*
 * A child with a fit, and a puskesmas that is closed: who is called for the danger must come, and the
 * complaint stays beside it.  What is confidential keeps those whose it is.
 */
static const struct category *
danger_first(const struct category_choice *choice, const struct category *c, struct understanding *out)
{
	if (c != choice->best.category || c->urgency == URGENCY_DARURAT || c->sealed)
		return c;
	for (int i = 0; i < choice->also_n; i++) {
		const struct category *danger = choice->also[i];

		if (danger->urgency != URGENCY_DARURAT)
			continue;
		add_why(out, "kategori %s: bahaya didahulukan", danger->code);
		take_category(out, danger, choice->confidence_permille);
		memcpy(out->also[i], c->code, CATEGORY_CHARS);
		return danger;
	}
	return c;
}

/* Chooses the category; returns it with its urgency counting only if it is certain enough. */
static const struct category *
find_category(const struct understander *u, const struct tokens *t, const struct hints *h,
    const struct alarm *alarm, struct understanding *out, int *certain, int *danger_permille)
{
	const struct catalogue *cat = u->policy->catalogue;
	const struct category *chosen =
	    h->category == NULL ? NULL : category_find(cat, h->category);
	struct category_choice choice;
	const struct category *c;

	category_choose(u->classifier, t, alarm->danger >= ALARM_LINE, &choice);
	*danger_permille = hear_danger(u, alarm, &choice);
	/* who is heard to be in danger neither jokes nor thanks */
	if (*danger_permille >= u->lines.danger && choice.best.category != NULL &&
	    choice.best.category->no_case)
		category_choose(u->classifier, t, 1, &choice);
	c = choice.best.category;
	/* a guess that no rule shares neither takes a case away nor hides it: some unit hears of it */
	if (c == NULL || (choice.best.words_n == 0 &&
	    choice.confidence_permille < (c->no_case || c->sealed ? u->sure_permille : GUESS_PERMILLE)))
		c = category_find(cat, "lainnya");
	take_category(out, c, choice.confidence_permille);
	*certain = choice.confidence_permille >= u->sure_permille &&
	    (choice.model_best != NULL || choice.best.score >= SURE_SCORE);
	/* the model sends nobody away: what no rule surely calls spam is read at the desk */
	if (c->no_case && choice.best.score < SURE_SCORE)
		*certain = 0;
	drop_long_past(alarm, &choice);
	for (int i = 0; i < choice.also_n; i++)
		memcpy(out->also[out->also_n++], choice.also[i]->code, CATEGORY_CHARS);
	if (choice.best.words_n > 0)
		add_why_words(out, c->code, choice.best.words, choice.best.words_n);
	if (choice.second.words_n > 0 && !*certain)
		add_why_rule(out, "atau ", choice.second.category->code, choice.second.words[0]->words);
	explain_model(u, out, &choice);
	if (is_heard(alarm))
		c = danger_first(&choice, c, out);
	if (chosen == NULL || (chosen == c && !h->other))
		return c;
	if (!h->other && *certain && c->urgency == URGENCY_DARURAT && chosen->urgency != URGENCY_DARURAT &&
	    alarm->danger >= ALARM_LINE) {
		/* a fire reported under "street lamps": help first, the choice stays beside it */
		out->also_n = 1;
		memcpy(out->also[0], chosen->code, CATEGORY_CHARS);
		return c;
	}
	add_why(out, h->other ? "kategori %s: masalah kedua laporan ini" : "kategori %s: dipilih pelapor",
	    chosen->code);
	take_category(out, chosen, 1000);
	*certain = 1;
	out->also_n = 0;
	return chosen;
}

static int
distance(const struct hit *a, const struct hit *b)
{
	if (a->from >= b->to)
		return a->from - b->to;
	return b->from >= a->to ? b->from - a->to : 0;
}

/* The unit of an office that the report complains about, or NULL. */
static const char *
find_accused(const struct understander *u, const struct tokens *t, int reach,
    struct understanding *out)
{
	struct hit office[32], misdeed[32];
	size_t n = matcher_run(u->offices, t, office, N_ELEMS(office));
	size_t misdeeds = n == 0 ? 0 : matcher_run(u->misdeeds, t, misdeed, N_ELEMS(misdeed));
	const struct hit *best = NULL;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < misdeeds; k++)
			if (distance(&office[i], &misdeed[k]) <= reach &&
			    (best == NULL || office[i].to - office[i].from > best->to - best->from))
				best = &office[i];
	if (best == NULL)
		return NULL;
	add_why(out, "keluhan tentang pejabat: tidak diteruskan kepadanya");
	return u->office_units[best->value];
}

static int
asks_secrecy(const struct understander *u, const struct tokens *t)
{
	struct hit hit[1];

	return matcher_run(u->secrecy, t, hit, 1) > 0;
}

static int
is_sealed(const struct understander *u, const struct category *c, const struct understanding *out)
{
	for (int i = 0; i < out->also_n; i++)
		if (category_find(u->policy->catalogue, out->also[i])->sealed)
			return 1;	/* both cases carry the same words */
	return c->sealed;
}

/*
 * A doubtful fire is a fire if a word of danger stands there; one guessed from common words alone
 * is none, nor is a long letter in which nothing sounds of danger.
 */
static int
is_emergency(const struct alarm *alarm, const struct tokens *t, int certain)
{
	if (t->n > LETTER_WORDS)
		return alarm->danger >= ALARM_LINE - 2;
	return certain || alarm->danger >= ALARM_LINE / 2;
}

/*
 * The model raises what the rules miss.  It takes back what rests on the category alone unless it
 * agrees, and what rests on few words if it thinks it absurd: a life must not be missed.
 */
static enum urgency
weigh_danger(const struct understander *u, const struct alarm *alarm, int permille,
    enum urgency by_rules, struct understanding *out)
{
	int stands;

	if (permille < 0)
		return by_rules;
	stands = alarm_stands(&u->lines, alarm->danger - alarm->mild, permille);
	if (by_rules != URGENCY_DARURAT && stands) {
		add_why(out, "tanda bahaya menurut model %d,%02d", permille / 1000,
		    permille % 1000 / 10);
		return URGENCY_DARURAT;
	}
	if (by_rules != URGENCY_DARURAT && permille >= u->lines.look) {
		/* some of these are emergencies: too few to send somebody, too many to let lie */
		add_why(out, "mungkin bahaya menurut model %d,%02d: dibaca petugas", permille / 1000,
		    permille % 1000 / 10);
		out->unsure = 1;
		return URGENCY_MENDESAK;
	}
	if (by_rules == URGENCY_DARURAT && !stands) {
		add_why(out, "tanda bahaya lemah, menurut model %d,%02d", permille / 1000,
		    permille % 1000 / 10);
		return URGENCY_MENDESAK;
	}
	return by_rules;
}

static void
read_report(const struct understander *u, const char *text, size_t len, const struct tokens *t,
    const struct hints *h, struct understanding *out)
{
	struct alarm alarm;
	struct assignment a = { 0 };
	const struct drum_code *code;
	int certain, danger_permille;

	category_ahead(u->classifier, t);
	alarm_read(u->alarms, text, len, t, &alarm);
	a.category = find_category(u, t, h, &alarm, out, &certain, &danger_permille);
	find_place(u, t, h, out);
	out->urgency = alarm_urgency(&alarm, a.category->urgency != URGENCY_DARURAT ||
	    is_emergency(&alarm, t, certain &&
	    out->confidence_permille >= u->emergency_permille) ? a.category->urgency : URGENCY_MENDESAK);
	/* Who is afraid to tell what is done to somebody makes it no smaller. */
	if (a.category->sealed && out->urgency < a.category->urgency)
		out->urgency = a.category->urgency;
	out->urgency = weigh_danger(u, &alarm, danger_permille, out->urgency, out);
	if (h->other) {		/* the danger is the other one's; where none was heard, this one has none either */
		out->urgency = a.category->urgency == URGENCY_DARURAT && !is_heard(&alarm) ? URGENCY_MENDESAK :
		    a.category->urgency;
		out->unsure = 0;
	}
	code = drum_code_of(u, t, out->place);
	if (code != NULL && !h->other) {
		a.category = category_find(u->policy->catalogue, code->category);
		take_category(out, a.category, 900);
		certain = 1;
		out->also_n = 0;
		out->urgency = code->weight >= ALARM_LINE ? URGENCY_DARURAT : URGENCY_MENDESAK;
		add_why(out, "kode kentongan %c: %s", code->digit, code->category);
	}
	explain_urgency(out, &alarm);
	if (h->urgent && out->urgency != URGENCY_DARURAT) {
		out->urgency = URGENCY_DARURAT;
		add_why(out, "darurat: kata petugas yang mencatat");
	}
	if (h->root_of != NULL) {
		out->urgency = URGENCY_BIASA;
		out->unsure = 0;
	}
	a.urgency = out->urgency;
	a.certain = certain;
	a.place = out->place;
	a.owner = category_owner(u->classifier, t, a.category);
	if (!a.category->no_case)
		a.accused = find_accused(u, t, a.urgency == URGENCY_DARURAT ?
		    MISDEED_REACH_EMERGENCY : MISDEED_REACH, out);
	if (a.accused != NULL)
		snprintf(out->about, sizeof(out->about), "%s", a.accused);
	out->sealed = is_sealed(u, a.category, out) || a.accused != NULL || asks_secrecy(u, t);
	a.root_of = h->root_of;
	units_assign(u->policy, &a, out);
	/* A human has read an emergency that he wrote down himself: who is near goes before its kind is known. */
	out->unsure = (out->unsure && !h->urgent) || (!certain && !h->urgent) || (out->rivals_n > 0 && out->place[0] == '\0') ||
	    (out->urgency == URGENCY_DARURAT && out->place[0] == '\0');
}

void
understand_secrecy(const struct understander *u, const char *text, size_t len, struct understanding *out)
{
	const char *accused;

	normaliser_run(u->normaliser, text, len, u->tokens);
	accused = find_accused(u, u->tokens, MISDEED_REACH, out);
	if (accused != NULL)
		snprintf(out->about, sizeof(out->about), "%s", accused);
	out->sealed = out->sealed || accused != NULL || asks_secrecy(u, u->tokens);
}

int
understand(const struct understander *u, const char *text, size_t len, const struct hints *h,
    struct understanding *out)
{
	static const struct hints none;

	memset(out, 0, sizeof(*out));
	normaliser_run(u->normaliser, text, len, u->tokens);
	read_report(u, text, len, u->tokens, h == NULL ? &none : h, out);
	return u->tokens->n > 0 || (h != NULL && (h->category != NULL || h->place != NULL)) ? 0 : -1;
}

static void
add_json_str(struct buf *b, const char *s)
{
	buf_add_json(b, s, strlen(s));
}

void
understanding_to_json(struct buf *b, const struct understanding *u)
{
	buf_adds(b, "{\"category\":");
	add_json_str(b, u->category);
	buf_addf(b, ",\"urgency\":\"%s\",\"place\":", urgency_name(u->urgency));
	add_json_str(b, u->place);
	buf_adds(b, ",\"rivals\":[");
	for (int i = 0; i < u->rivals_n; i++) {
		buf_adds(b, i == 0 ? "" : ",");
		add_json_str(b, u->rivals[i]);
	}
	buf_adds(b, "],\"also\":[");
	for (int i = 0; i < u->also_n; i++) {
		buf_adds(b, i == 0 ? "{\"category\":" : ",{\"category\":");
		add_json_str(b, u->also[i]);
		buf_addc(b, '}');
	}
	buf_adds(b, "],\"units\":[");
	for (int i = 0; i < u->units_n; i++) {
		buf_adds(b, i == 0 ? "" : ",");
		add_json_str(b, u->units[i]);
	}
	buf_addf(b, "],\"confidential\":%s,\"triage\":%s,\"confidence\":%d.%03d,\"why\":[",
	    u->sealed ? "true" : "false", u->unsure ? "true" : "false",
	    u->confidence_permille / 1000, u->confidence_permille % 1000);
	for (int i = 0; i < u->why_n; i++) {
		buf_adds(b, i == 0 ? "" : ",");
		add_json_str(b, u->why[i]);
	}
	buf_adds(b, "]}");
}
