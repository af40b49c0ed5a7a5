#include "core/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/phrase.h"
#include "lib/config.h"
#include "lib/yaml.h"

#define SHORTNAME_CHARS 20	/* what one SMS segment has room for */
#define WEIGHT_MAX 100
#define KEEP_MIN_MS 1000	/* a demo runs an hour in a second */
#define KEEP_MAX_MS (36500 * DAY_MS)

struct word_list { char *name; struct word_rule *rules; size_t n; };

struct catalogue {
	struct category *categories;	/* in the order of the file */
	size_t n;
	struct word_list *lists;
	size_t lists_n;
};

static const struct { const char *name; enum urgency urgency; } urgencies[] = {
	{ "biasa",    URGENCY_BIASA },
	{ "mendesak", URGENCY_MENDESAK },
	{ "darurat",  URGENCY_DARURAT },
};

const char *
urgency_name(enum urgency u)
{
	for (size_t i = 0; i < N_ELEMS(urgencies); i++)
		if (urgencies[i].urgency == u)
			return urgencies[i].name;
	return "biasa";
}

int
urgency_of_name(const char *s, enum urgency *out)
{
	for (size_t i = 0; i < N_ELEMS(urgencies); i++) {
		if (strcmp(urgencies[i].name, s) == 0) {
			*out = urgencies[i].urgency;
			return 0;
		}
	}
	return -1;
}

/* Lower-case ASCII, runs of blanks to one; the rest of normalising is the router's. */
static char *
fold_words(const char *s)
{
	struct buf b = { 0 };

	for (; *s != '\0'; s++) {
		char c = *s == '\t' || *s == '\n' ? ' ' : *s;

		if (c == ' ' && (b.len == 0 || b.data[b.len - 1] == ' '))
			continue;
		buf_addc(&b, c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c);
	}
	while (b.len > 0 && b.data[b.len - 1] == ' ')
		buf_cut(&b, b.len - 1);
	return buf_take(&b);
}

static int
parse_weight(const char *s, int *out)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (end == s || *end != '\0' || v < -WEIGHT_MAX || v > WEIGHT_MAX || v == 0)
		return -1;
	*out = (int)v;
	return 0;
}

/* {k: words, b: weight}; the weight may be left out in lists that only name words. */
static int
read_rule(const struct yaml *y, int node, struct word_rule *out, struct buf *errors)
{
	const char *words = yaml_str(y, yaml_get(y, node, "k"));
	int weight_node = yaml_get(y, node, "b");
	const char *weight = yaml_str(y, weight_node);

	if (!yaml_is_map(y, node) || words == NULL) {
		yaml_mistake(y, node, errors, "a word rule is {k: \"words\", b: weight}");
		return -1;
	}
	out->weight = 1;
	if (weight_node != 0 && (weight == NULL || parse_weight(weight, &out->weight) != 0)) {
		yaml_mistake(y, node, errors,
		    "weight b of \"%s\" must be a whole number from -%d to %d, "
		    "not 0", words, WEIGHT_MAX, WEIGHT_MAX);
		return -1;
	}
	out->words = fold_words(words);
	out->line = yaml_line(y, node);
	if (out->words[0] == '\0' || strcmp(out->words, "*") == 0) {
		yaml_mistake(y, node, errors, "a word rule without words");
		free(out->words);
		out->words = NULL;
		return -1;
	}
	return 0;
}

static int
read_rules(const struct yaml *y, int node, struct word_rule **out, size_t *n, struct buf *errors)
{
	int rc = 0;

	if (node != 0 && !yaml_is_list(y, node)) {
		yaml_mistake(y, node, errors, "must be a list of {k: \"words\", b: weight}");
		return -1;
	}
	*out = xcalloc(yaml_count(y, node) + 1, sizeof(**out));
	for (size_t i = 0; i < yaml_count(y, node); i++) {
		if (read_rule(y, yaml_item(y, node, i), &(*out)[*n], errors) == 0)
			(*n)++;
		else
			rc = -1;
	}
	return rc;
}

static int
read_truth(const struct yaml *y, int row, const char *key, int *out, struct buf *errors)
{
	int node = yaml_get(y, row, key);
	const char *s = yaml_str(y, node);

	*out = 0;
	if (node == 0)
		return 0;
	if (s != NULL && (strcmp(s, "ya") == 0 || strcmp(s, "tidak") == 0)) {
		*out = s[0] == 'y';
		return 0;
	}
	yaml_mistake(y, node, errors, "%s must be ya or tidak", key);
	return -1;
}

static int
read_units(const struct yaml *y, int row, const char *key, const char *code,
    char *units[CATEGORY_UNITS], size_t *n, struct buf *errors)
{
	int list = yaml_get(y, row, key);

	if (list != 0 && !yaml_is_list(y, list)) {
		yaml_mistake(y, list, errors, "%s of %s must be a list, like [desa, O-DLH]", key, code);
		return -1;
	}
	if (yaml_count(y, list) > CATEGORY_UNITS) {
		yaml_mistake(y, list, errors, "%s names more than %d units", code, CATEGORY_UNITS);
		return -1;
	}
	for (size_t i = 0; i < yaml_count(y, list); i++) {
		const char *s = yaml_str(y, yaml_item(y, list, i));

		if (s == NULL || *s == '\0') {
			yaml_mistake(y, list, errors, "a unit of %s is empty", code);
			return -1;
		}
		units[(*n)++] = xstrdup(s);
	}
	return 0;
}

/* {k: words, unit: who owns what the words name} */
static int
read_owners(const struct yaml *y, int row, struct category *c, struct buf *errors)
{
	int list = yaml_get(y, row, "pemilik");
	int rc = 0;

	if (list != 0 && !yaml_is_list(y, list)) {
		yaml_mistake(y, list, errors,
		    "pemilik of %s must be a list of {k: \"words\", unit: CODE}",
		    c->code);
		return -1;
	}
	c->owners = xcalloc(yaml_count(y, list) + 1, sizeof(*c->owners));
	for (size_t i = 0; i < yaml_count(y, list); i++) {
		int node = yaml_item(y, list, i);
		const char *words = yaml_str(y, yaml_get(y, node, "k"));
		const char *unit = yaml_str(y, yaml_get(y, node, "unit"));

		if (words == NULL || *words == '\0' || unit == NULL || *unit == '\0') {
			yaml_mistake(y, node, errors, "an owner is {k: \"words\", unit: CODE}");
			rc = -1;
			continue;
		}
		c->owners[c->owners_n++] = (struct owner_rule){
			fold_words(words), xstrdup(unit), yaml_line(y, node)
		};
	}
	return rc;
}

/* Plain ASCII of GSM 03.38's basic table, so that a name never turns an SMS into UCS-2. */
static int
fits_sms(const char *s)
{
	size_t len = strlen(s);

	if (len == 0 || len > SHORTNAME_CHARS)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (s[i] < ' ' || s[i] > 'z' || strchr("[\\]^`{|}~", s[i]) != NULL)
			return 0;
	return 1;
}

static int
is_code(const char *s)
{
	size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len < CATEGORY_CHARS && s[len] == '\0';
}

static char *
copy_str(const struct yaml *y, int row, const char *key)
{
	const char *s = yaml_str(y, yaml_get(y, row, key));

	return xstrdup(s == NULL ? "" : s);
}

static int
check_keys(const struct yaml *y, int row, struct buf *errors)
{
	static const char *const known[] = {
		"kode", "arti", "ringkas", "urgensi", "rahasia", "tanpa_kasus", "tempat", "foto", "benda", "terbukti", "simpan", "program",
		    "unit", "bantuan", "pemilik",
		"kata"
	};
	int rc = 0;

	for (size_t i = 0; i < yaml_count(y, row); i++) {
		size_t k;

		for (k = 0; k < N_ELEMS(known); k++)
			if (strcmp(known[k], yaml_key(y, row, i)) == 0)
				break;
		if (k == N_ELEMS(known)) {
			yaml_mistake(y, yaml_value(y, row, i), errors,
			    "a category has no key \"%s\"",
			    yaml_key(y, row, i));
			rc = -1;
		}
	}
	return rc;
}

static int
read_photo(const struct yaml *y, int row, struct category *c, struct buf *errors)
{
	static const char *const wishes[] = { [PHOTO_NOT_ASKED] = "tidak", [PHOTO_ASKED] = "diminta",
	    [PHOTO_NEEDED] = "wajib" };
	const char *s = yaml_str(y, yaml_get(y, row, "foto"));
	int known = s == NULL;

	for (size_t i = 0; s != NULL && i < N_ELEMS(wishes); i++)
		if (strcmp(wishes[i], s) == 0) {
			c->photo = (enum photo_wish)i;
			known = 1;
		}
	if (!known)
		yaml_mistake(y, row, errors, "foto of %s must be tidak, diminta or wajib", c->code);
	else if (c->photo != PHOTO_NOT_ASKED && (c->sealed || c->no_case))
		yaml_mistake(y, row, errors, "%s is sealed or no case: nobody takes a photo of it; write foto: tidak",
		    c->code);
	else
		return 0;
	return -1;
}

static int
read_keep(const struct yaml *y, int row, struct category *c, struct buf *errors)
{
	int node = yaml_get(y, row, "simpan");
	const char *s = yaml_str(y, node);

	if (node == 0)
		return 0;
	if (s != NULL && config_duration(s, &c->keep_ms) == 0 && c->keep_ms >= KEEP_MIN_MS && c->keep_ms <= KEEP_MAX_MS)
		return 0;
	yaml_mistake(y, node, errors, "simpan of %s must be a duration from 1s to 36500d, as 730d", c->code);
	return -1;
}

static int
read_category(struct catalogue *cat, const struct yaml *y, int row, struct buf *errors)
{
	struct category *c = &cat->categories[cat->n];
	const char *code = yaml_str(y, yaml_get(y, row, "kode"));
	const char *urgency = yaml_str(y, yaml_get(y, row, "urgensi"));
	int rc = 0;

	if (!yaml_is_map(y, row) || code == NULL || !is_code(code)) {
		yaml_mistake(y, row, errors, "a category needs kode: at most %d of a-z 0-9 -",
		    CATEGORY_CHARS - 1);
		return -1;
	}
	if (category_find(cat, code) != NULL) {
		yaml_mistake(y, row, errors, "category %s stands twice", code);
		return -1;
	}
	rc = check_keys(y, row, errors);
	memcpy(c->code, code, strlen(code) + 1);
	c->line = yaml_line(y, row);
	c->name = copy_str(y, row, "arti");
	c->shortname = copy_str(y, row, "ringkas");
	c->programme = copy_str(y, row, "program");
	cat->n++;		/* from here on catalogue_free() releases it */
	if (!fits_sms(c->shortname)) {
		yaml_mistake(y, row, errors, "ringkas of %s must be 1 to %d plain characters", code,
		    SHORTNAME_CHARS);
		rc = -1;
	}
	if (urgency == NULL || urgency_of_name(urgency, &c->urgency) != 0) {
		yaml_mistake(y, row, errors, "urgensi of %s must be biasa, mendesak or darurat",
		    code);
		rc = -1;
	}
	rc |= read_truth(y, row, "rahasia", &c->sealed, errors);
	rc |= read_truth(y, row, "tanpa_kasus", &c->no_case, errors);
	rc |= read_truth(y, row, "tempat", &c->needs_place, errors);
	rc |= read_photo(y, row, c, errors);
	rc |= read_truth(y, row, "terbukti", &c->proven, errors);
	rc |= read_truth(y, row, "benda", &c->of_things, errors);
	rc |= read_keep(y, row, c, errors);
	rc |= read_units(y, row, "unit", code, c->units, &c->units_n, errors);
	rc |= read_units(y, row, "bantuan", code, c->help, &c->help_n, errors);
	if (rc == 0 && c->units_n == 0 && !c->no_case) {
		yaml_mistake(y, row, errors,
		    "%s has no unit; name who answers, or write tanpa_kasus: ya", code);
		rc = -1;
	}
	rc |= read_owners(y, row, c, errors);
	rc |= read_rules(y, yaml_get(y, row, "kata"), &c->rules, &c->rules_n, errors);
	return rc;
}

/* Writes out the word classes of all lists but the list of the classes. */
static int
expand_lists(struct catalogue *cat, const char *file, struct buf *errors)
{
	const struct word_rule *classes;
	size_t n = catalogue_words(cat, "golongan", &classes);
	int rc = 0;

	for (size_t i = 0; i < cat->lists_n; i++) {
		struct word_list *l = &cat->lists[i];

		if (l->rules != classes)
			rc |= phrases_expand(&l->rules, &l->n, classes, n, file, errors);
	}
	return rc;
}

static int
read_root(struct catalogue *cat, const struct yaml *y, struct buf *errors)
{
	int root = yaml_root(y), rows = yaml_get(y, root, "kategori");
	int rc = 0;

	if (!yaml_is_list(y, rows) || yaml_count(y, rows) == 0) {
		yaml_mistake(y, root, errors, "needs kategori: a list of categories");
		return -1;
	}
	cat->categories = xcalloc(yaml_count(y, rows), sizeof(*cat->categories));
	for (size_t i = 0; i < yaml_count(y, rows); i++)
		rc |= read_category(cat, y, yaml_item(y, rows, i), errors);
	cat->lists = xcalloc(yaml_count(y, root), sizeof(*cat->lists));
	for (size_t i = 0; i < yaml_count(y, root); i++) {
		struct word_list *l = &cat->lists[cat->lists_n];

		if (strcmp(yaml_key(y, root, i), "kategori") == 0)
			continue;
		cat->lists_n++;
		l->name = xstrdup(yaml_key(y, root, i));
		rc |= read_rules(y, yaml_value(y, root, i), &l->rules, &l->n, errors);
	}
	return rc;
}

struct catalogue *
catalogue_parse(const char *file, const char *text, size_t len, struct buf *errors)
{
	struct yaml *y = yaml_parse(file, text, len, errors);
	struct catalogue *cat;

	if (y == NULL)
		return NULL;
	cat = xcalloc(1, sizeof(*cat));
	if (read_root(cat, y, errors) != 0 || expand_lists(cat, file, errors) != 0) {
		catalogue_free(cat);
		cat = NULL;
	}
	yaml_free(y);
	return cat;
}

static void
rules_free(struct word_rule *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(rules[i].words);
	free(rules);
}

void
catalogue_free(struct catalogue *cat)
{
	if (cat == NULL)
		return;
	for (size_t i = 0; i < cat->n; i++) {
		struct category *c = &cat->categories[i];

		free(c->name);
		free(c->shortname);
		free(c->programme);
		for (size_t u = 0; u < c->units_n; u++)
			free(c->units[u]);
		for (size_t u = 0; u < c->help_n; u++)
			free(c->help[u]);
		for (size_t o = 0; o < c->owners_n; o++) {
			free(c->owners[o].words);
			free(c->owners[o].unit);
		}
		free(c->owners);
		rules_free(c->rules, c->rules_n);
	}
	for (size_t i = 0; i < cat->lists_n; i++) {
		free(cat->lists[i].name);
		rules_free(cat->lists[i].rules, cat->lists[i].n);
	}
	free(cat->categories);
	free(cat->lists);
	free(cat);
}

size_t
catalogue_count(const struct catalogue *c)
{
	return c->n;
}

const struct category *
category_at(const struct catalogue *c, size_t i)
{
	return i < c->n ? &c->categories[i] : NULL;
}

const struct category *
category_find(const struct catalogue *c, const char *code)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->categories[i].code[0] == code[0] && strcmp(c->categories[i].code, code) == 0)
			return &c->categories[i];
	return NULL;
}

size_t
catalogue_words(const struct catalogue *c, const char *list, const struct word_rule **out)
{
	*out = NULL;
	for (size_t i = 0; i < c->lists_n; i++) {
		if (strcmp(c->lists[i].name, list) == 0) {
			*out = c->lists[i].rules;
			return c->lists[i].n;
		}
	}
	return 0;
}
