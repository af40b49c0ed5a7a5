/* sla.yaml: the clocks, the ladders, and the settings that stand alone. */
#include "core/policy_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/state.h"
#include "lib/config.h"
#include "lib/yaml.h"

#define FEED_UNIT "BUPATI"
#define WORKING_DAYS_MAX 250
#define WITHIN_MAX_MS (366 * DAY_MS)
#define AFTER_MAX_MS (90 * DAY_MS)
#define TOLD_MAX 8

struct reading {
	const char *file;
	const struct yaml *y;
	struct policy *p;
	struct buf *errors;
	int mistakes;
};

static void refuse(struct reading *r, int node, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
refuse(struct reading *r, int node, const char *fmt, ...)
{
	struct buf b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	yaml_mistake(r->y, node, r->errors, "%s", buf_str(&b));
	r->mistakes++;
	buf_release(&b);
}

/* words: a list with spaces between. */
static int
is_word_of(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (*words != '\0') {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(words, word, n) == 0)
			return 1;
		words += n + (words[n] == ' ');
	}
	return 0;
}

static void
check_keys(struct reading *r, int map, const char *what, const char *known)
{
	for (size_t i = 0; i < yaml_count(r->y, map); i++) {
		const char *key = yaml_key(r->y, map, i);

		if (is_word_of(known, key))
			continue;
		buf_addf(r->errors, "%s:%d: %s has no key \"%s\"; it knows: %s\n", r->file,
		    yaml_key_line(r->y, map, i), what, key, known);
		r->mistakes++;
	}
}

/* The items of a list, or a plain value as a list of one. */
static size_t
words_count(const struct reading *r, int node)
{
	return yaml_is_list(r->y, node) ? yaml_count(r->y, node) : node != 0;
}

static int
words_at(const struct reading *r, int node, size_t i)
{
	return yaml_is_list(r->y, node) ? yaml_item(r->y, node, i) : node;
}

static int
read_name(struct reading *r, int map, const char *what, char out[CLOCK_NAME_CHARS])
{
	int node = yaml_get(r->y, map, "nama");
	const char *s = yaml_str(r->y, node);
	size_t len = s == NULL ? 0 : strlen(s);

	if (len == 0 || len >= CLOCK_NAME_CHARS ||
	    strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != len) {
		refuse(r, node != 0 ? node : map, "%s needs nama: 1 to %d of a-z 0-9 -", what,
		    CLOCK_NAME_CHARS - 1);
		return -1;
	}
	memcpy(out, s, len + 1);
	return 0;
}

static int
read_duration(struct reading *r, int node, int64_t min, int64_t max, int64_t *out)
{
	const char *s = yaml_str(r->y, node);

	return s != NULL && config_duration(s, out) == 0 && *out >= min && *out <= max ? 0 : -1;
}

/* ---- ladders ---- */

static void
read_rung_to(struct reading *r, int node, struct rung *rung)
{
	static const struct { const char *word; enum rung_to to; } words[] = {
		{ "kepala", RUNG_HEAD }, { "induk", RUNG_PARENT }, { "camat", RUNG_KECAMATAN },
		{ "bupati", RUNG_FEED },
	};
	const char *s = yaml_str(r->y, node);

	rung->to = RUNG_UNIT;
	for (size_t i = 0; s != NULL && i < N_ELEMS(words); i++)
		if (strcmp(s, words[i].word) == 0)
			rung->to = words[i].to;
	if (s != NULL && (rung->to == RUNG_UNIT || rung->to == RUNG_FEED)) {
		const char *unit = rung->to == RUNG_FEED ? FEED_UNIT : s;

		if (strlen(unit) < sizeof rung->unit &&
		    (r->p->units == NULL || unit_find(r->p->units, unit) != NULL)) {
			memcpy(rung->unit, unit, strlen(unit) + 1);
			return;
		}
	}
	if (s == NULL || rung->to == RUNG_UNIT || rung->to == RUNG_FEED)
		refuse(r, node,
		    "anak %s: kepada \"%s\" is nobody; write kepala, induk, camat, bupati "
		    "(unit " FEED_UNIT ") or a kode of unit.csv",
		    rung->name, s != NULL ? s : "");
}

static int check_urgency(struct reading *r, int node, const char *s, enum urgency *out);

/* The urgencies of a list, or of a plain word, as bits. */
static unsigned
read_urgencies(struct reading *r, int list)
{
	unsigned bits = 0;

	for (size_t i = 0; i < words_count(r, list); i++) {
		int node = words_at(r, list, i);
		enum urgency u;

		if (check_urgency(r, node, yaml_str(r->y, node), &u) == 0)
			bits |= 1u << u;
	}
	return bits;
}

/* For which cases the rung is. */
static void
read_conditions(struct reading *r, int map, struct rung *rung)
{
	int way = yaml_get(r->y, map, "lewat"), states = yaml_get(r->y, map, "keadaan");
	const char *s = yaml_str(r->y, way);

	rung->urgencies = read_urgencies(r, yaml_get(r->y, map, "urgensi"));
	for (size_t i = 0; i < words_count(r, states); i++) {
		int node = words_at(r, states, i);
		const char *word = yaml_str(r->y, node);
		enum case_state state;

		if (word != NULL && case_state_of_name(word, &state) == 0 && state != CASE_DITUTUP)
			rung->states |= 1u << state;
		else
			refuse(r, node,
			    "anak %s: keadaan \"%s\" is unknown; write baru, ditugaskan, diterima, "
			    "menuju, ditangani, selesai or menunggu",
			    rung->name, word != NULL ? word : "");
	}
	if (rung->to == RUNG_FEED && (rung->urgencies != 0 || rung->states != 0))
		refuse(r, map, "anak %s: the feed is for every case; take urgensi and keadaan away",
		    rung->name);
	if (s != NULL && strlen(s) < sizeof rung->way && way_is_numbered(s))
		memcpy(rung->way, s, strlen(s) + 1);
	else if (way != 0)
		refuse(r, way, "anak %s: lewat must be a way to a number: sms, sms2 or whatsapp",
		    rung->name);
}

static void
read_rung(struct reading *r, int map, struct ladder *l)
{
	struct rung *rung = &l->rungs[l->n];
	const struct rung *below = l->n > 0 ? rung - 1 : NULL;
	int kepada = yaml_get(r->y, map, "kepada"), setelah = yaml_get(r->y, map, "setelah");

	if (read_name(r, map, "anak", rung->name) != 0)
		return;
	check_keys(r, map, "anak", "nama kepada setelah lewat urgensi keadaan");
	for (int i = 0; i < l->n; i++)
		if (strcmp(l->rungs[i].name, rung->name) == 0)
			refuse(r, map, "anak %s stands twice in tangga %s; rename one",
			    rung->name, l->name);
	read_rung_to(r, kepada != 0 ? kepada : map, rung);
	read_conditions(r, map, rung);
	if (read_duration(r, setelah, 0, AFTER_MAX_MS, &rung->after_ms) != 0)
		refuse(r, setelah != 0 ? setelah : map,
		    "anak %s: setelah must be 0s to 90d, like 30m", rung->name);
	else if (below != NULL && rung->after_ms <= below->after_ms)
		refuse(r, setelah,
		    "anak %s is never reached: it comes no later than %s below it; let setelah "
		    "rise",
		    rung->name, below->name);
	if (below != NULL && below->to == RUNG_FEED)
		refuse(r, map,
		    "anak %s is never reached: the feed below it always is, and ends the "
		    "ladder; put it in front",
		    rung->name);
	l->n++;
}

static int
ladder_index(const struct policy *p, const char *name)
{
	for (int i = 0; i < p->ladders_n; i++)
		if (strcmp(p->ladders[i].name, name) == 0)
			return i;
	return -1;
}

static void
read_ladder(struct reading *r, int map)
{
	struct ladder *l = &r->p->ladders[r->p->ladders_n];
	int rungs = yaml_get(r->y, map, "anak");

	if (read_name(r, map, "tangga", l->name) != 0)
		return;
	check_keys(r, map, "tangga", "nama anak");
	if (ladder_index(r->p, l->name) >= 0)
		refuse(r, map, "tangga %s stands twice; rename one", l->name);
	l->line = yaml_line(r->y, map);
	r->p->ladders_n++;
	if (!yaml_is_list(r->y, rungs) || yaml_count(r->y, rungs) == 0)
		refuse(r, rungs != 0 ? rungs : map, "tangga %s needs anak: a list of rungs",
		    l->name);
	else if (yaml_count(r->y, rungs) > LADDER_RUNGS)
		refuse(r, rungs, "tangga %s has more than %d rungs; leave some out", l->name,
		    LADDER_RUNGS);
	else
		for (size_t i = 0; i < yaml_count(r->y, rungs); i++)
			read_rung(r, yaml_item(r->y, rungs, i), l);
}

static void
read_ladders(struct reading *r, int list)
{
	if (!yaml_is_list(r->y, list) || yaml_count(r->y, list) == 0) {
		refuse(r, list != 0 ? list : yaml_root(r->y), "needs tangga: a list of ladders");
		return;
	}
	r->p->ladders = xcalloc(yaml_count(r->y, list), sizeof *r->p->ladders);
	for (size_t i = 0; i < yaml_count(r->y, list); i++)
		read_ladder(r, yaml_item(r->y, list, i));
}

/* ---- what selects: urgency, category, tier ---- */

static int
check_category(struct reading *r, int node, const char *s)
{
	if (s != NULL && strlen(s) < CATEGORY_CHARS &&
	    (r->p->catalogue == NULL || category_find(r->p->catalogue, s) != NULL))
		return 0;
	refuse(r, node, "kategori \"%s\" is unknown; write a kode of kategori.yaml",
	    s != NULL ? s : "");
	return -1;
}

static int
check_tier(struct reading *r, int node, const char *s, enum unit_tier *out)
{
	if (s != NULL && tier_of_name(s, out) == 0)
		return 0;
	refuse(r, node,
	    "tingkat \"%s\" is unknown; write rt, desa, kecamatan, puskesmas, dinas, layanan, "
	    "kabupaten or luar",
	    s != NULL ? s : "");
	return -1;
}

static int
check_urgency(struct reading *r, int node, const char *s, enum urgency *out)
{
	if (s != NULL && urgency_of_name(s, out) == 0)
		return 0;
	refuse(r, node, "urgensi \"%s\" is unknown; write biasa, mendesak or darurat",
	    s != NULL ? s : "");
	return -1;
}

/* ---- clocks ---- */

static void
choose_for_categories(struct reading *r, int list, struct clock_rule *c, int ladder)
{
	for (size_t i = 0; i < words_count(r, list); i++) {
		int node = words_at(r, list, i);
		const char *s = yaml_str(r->y, node);

		if (check_category(r, node, s) != 0)
			continue;
		for (int k = 0; k < c->choices_n; k++)
			if (strcmp(c->choices[k].category, s) == 0)
				refuse(r, node, "jam %s: kategori %s has two ladders; remove one",
				    c->name, s);
		if (c->choices_n == CLOCK_CHOICES) {
			refuse(r, node, "jam %s: more than %d categories with own ladders",
			    c->name, CLOCK_CHOICES);
			return;
		}
		memcpy(c->choices[c->choices_n].category, s, strlen(s) + 1);
		c->choices[c->choices_n++].ladder = ladder;
	}
}

static void
choose_for_tiers(struct reading *r, int list, struct clock_rule *c, int ladder)
{
	for (size_t i = 0; i < words_count(r, list); i++) {
		int node = words_at(r, list, i);
		enum unit_tier tier;

		if (check_tier(r, node, yaml_str(r->y, node), &tier) != 0)
			continue;
		if (c->ladder_of_tier[tier] >= 0)
			refuse(r, node, "jam %s: tingkat %s has two ladders; remove one", c->name,
			    tier_name(tier));
		c->ladder_of_tier[tier] = ladder;
	}
}

/* One row of a clock's tangga: a plain word, or {nama, tingkat | kategori}. */
static void
read_choice(struct reading *r, int node, struct clock_rule *c, char *used)
{
	int name_node = yaml_is_map(r->y, node) ? yaml_get(r->y, node, "nama") : node;
	int tiers = yaml_get(r->y, node, "tingkat"),
	    categories = yaml_get(r->y, node, "kategori");
	const char *name = yaml_str(r->y, name_node);
	int ladder = name == NULL ? -1 : ladder_index(r->p, name);

	if (yaml_is_map(r->y, node))
		check_keys(r, node, "tangga", "nama tingkat kategori");
	if (ladder < 0) {
		refuse(r, name_node != 0 ? name_node : node,
		    "jam %s: tangga \"%s\" is unknown; write one of the list tangga below",
		    c->name, name != NULL ? name : "");
		return;
	}
	used[ladder] = 1;
	if (tiers != 0 && categories != 0)
		refuse(r, node, "jam %s: a row of tangga takes tingkat or kategori, not both",
		    c->name);
	else if (categories != 0)
		choose_for_categories(r, categories, c, ladder);
	else if (tiers != 0)
		choose_for_tiers(r, tiers, c, ladder);
	else if (c->ladder >= 0)
		refuse(r, node, "jam %s: two ladders for all others; remove one", c->name);
	else
		c->ladder = ladder;
}

static void
read_choices(struct reading *r, int map, struct clock_rule *c, char *used)
{
	int node = yaml_get(r->y, map, "tangga"), before = r->mistakes;

	c->ladder = -1;
	for (int t = 0; t <= TIER_LUAR; t++)
		c->ladder_of_tier[t] = -1;
	for (size_t i = 0; i < words_count(r, node); i++)
		read_choice(r, words_at(r, node, i), c, used);
	if (c->ladder < 0 && r->mistakes == before)
		refuse(r, node != 0 ? node : map,
		    "jam %s: no ladder for all others; add {nama: ...} without tingkat, so "
		    "that every breach climbs",
		    c->name);
}

static void
read_warnings(struct reading *r, int map, struct clock_rule *c)
{
	int list = yaml_get(r->y, map, "ingat");
	size_t n = words_count(r, list);

	if (n > CLOCK_WARNINGS) {
		refuse(r, list, "jam %s: more than %d warnings", c->name, CLOCK_WARNINGS);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		int node = words_at(r, list, i);
		const char *s = yaml_str(r->y, node);
		int value = 0;

		if (s != NULL && strspn(s, "0123456789") == strlen(s) && strlen(s) <= 2)
			for (; *s != '\0'; s++)
				value = value * 10 + (*s - '0');
		if (value < 1 || (i > 0 && value <= c->warnings[i - 1]))
			refuse(r, node != 0 ? node : list,
			    "jam %s: ingat must be per cents from 1 to 99, rising, like [50, "
			    "75, 90]",
			    c->name);
		c->warnings[c->warnings_n++] = value;
	}
}

static void
read_stop(struct reading *r, int map, struct clock_rule *c)
{
	static const struct { const char *word; enum clock_stop stop; } words[] = {
		{ "triase", STOP_ON_TRIAGE },
		{ "terima", STOP_ON_ACCEPT },
		{ "tangani", STOP_ON_HANDLE },
		{ "selesai", STOP_ON_RESOLVE },
		{ "tutup", STOP_ON_CLOSE },
		{ "jawab", STOP_ON_ANSWER },
		{ "aman", STOP_ON_SIGN },
	};
	int node = yaml_get(r->y, map, "berhenti");
	const char *s = yaml_str(r->y, node);

	for (size_t i = 0; s != NULL && i < N_ELEMS(words); i++)
		if (strcmp(s, words[i].word) == 0) {
			c->stop = words[i].stop;
			return;
		}
	refuse(r, node != 0 ? node : map,
	    "jam %s: berhenti must be triase, terima, tangani, selesai, tutup, jawab or aman",
	    c->name);
}

/* Only the cure may wait for budget or parts; the four hours never do. */
static void
read_pause(struct reading *r, int map, struct clock_rule *c)
{
	int node = yaml_get(r->y, map, "jeda");
	const char *s = yaml_str(r->y, node);

	c->pauses = c->stop == STOP_ON_RESOLVE;
	if (s != NULL && strcmp(s, "tidak") == 0)
		c->pauses = 0;
	else if (node != 0)
		refuse(r, node, "jam %s: jeda can only be tidak: a wait does not stop it", c->name);
}

/* "5 hari kerja" into days, or "4h" into milliseconds. */
static void
read_within(struct reading *r, int map, struct target *t)
{
	int node = yaml_get(r->y, map, "dalam"), days = 0;
	const char *s = yaml_str(r->y, node);
	size_t digits = s == NULL ? 0 : strspn(s, "0123456789");

	t->working_days = -1;
	if (digits > 0 && digits <= 3 && strcmp(s + digits, " hari kerja") == 0) {
		for (size_t i = 0; i < digits; i++)
			days = days * 10 + (s[i] - '0');
		if (days >= 1 && days <= WORKING_DAYS_MAX) {
			t->working_days = days;
			return;
		}
	} else if (read_duration(r, node, 1, WITHIN_MAX_MS, &t->within_ms) == 0) {
		return;
	}
	refuse(r, node != 0 ? node : map,
	    "dalam must be a time up to 366d like 5m, 4h, 2d, or 1 to %d working days like 3 "
	    "hari kerja",
	    WORKING_DAYS_MAX);
}

/* penerima: how many units must accept. */
static void
read_accepts(struct reading *r, int row, const struct clock_rule *c, struct target *t)
{
	int node = yaml_get(r->y, row, "penerima");
	const char *s = yaml_str(r->y, node);

	t->accepts = 1;
	if (node == 0)
		return;
	if (c->stop == STOP_ON_ACCEPT && s != NULL && s[0] >= '1' && s[0] <= '0' + CATEGORY_UNITS &&
	    s[1] == '\0')
		t->accepts = s[0] - '0';
	else
		refuse(r, node, "jam %s: penerima is for clocks that stop at terima, 1 to %d units",
		    c->name, CATEGORY_UNITS);
}

/* Whether every case that fits b fits a too. */
static int
target_covers(const struct target *a, const struct target *b)
{
	return (a->any_urgency || (!b->any_urgency && a->urgency == b->urgency)) &&
	    (a->category[0] == '\0' || strcmp(a->category, b->category) == 0) &&
	    (a->any_tier || (!b->any_tier && a->tier == b->tier));
}

static void
add_target(struct reading *r, int row, struct clock_rule *c, const struct target *t)
{
	for (int i = 0; i < c->targets_n; i++)
		if (target_covers(&c->targets[i], t)) {
			refuse(r, row,
			    "jam %s: this target never counts for %s%s%s, the row of line %d "
			    "goes first; move it up or remove it",
			    c->name, t->any_urgency ? "all" : urgency_name(t->urgency),
			    t->category[0] != '\0' ? " " : "", t->category, c->targets[i].line);
			return;
		}
	c->targets = xrealloc(c->targets, (size_t)(c->targets_n + 1) * sizeof *c->targets);
	c->targets[c->targets_n++] = *t;
}

/* Which word of each list a row is being spelled out for. */
struct selection { size_t urgency, category, tier; };

static void
read_combination(struct reading *r, int row, struct clock_rule *c, struct target t,
    const struct selection *at)
{
	int urgency = words_at(r, yaml_get(r->y, row, "urgensi"), at->urgency);
	int category = words_at(r, yaml_get(r->y, row, "kategori"), at->category);
	int tier = words_at(r, yaml_get(r->y, row, "tingkat"), at->tier);
	const char *code = yaml_str(r->y, category);

	t.any_urgency = urgency == 0;
	t.any_tier = tier == 0;
	if (urgency != 0 && check_urgency(r, urgency, yaml_str(r->y, urgency), &t.urgency) != 0)
		return;
	if (category != 0) {
		if (check_category(r, category, code) != 0)
			return;
		memcpy(t.category, code, strlen(code) + 1);
	}
	if (tier != 0 && check_tier(r, tier, yaml_str(r->y, tier), &t.tier) != 0)
		return;
	add_target(r, row, c, &t);
}

/* How many words a row has for a key; one, for all, if it lacks the key. */
static size_t
selector_count(struct reading *r, int row, const char *key)
{
	int node = yaml_get(r->y, row, key);

	if (node == 0)
		return 1;
	if (words_count(r, node) == 0)
		refuse(r, node, "%s is an empty list; leave it out to mean all", key);
	return words_count(r, node);
}

/* A row with lists stands for one target of each combination, in their order. */
static void
read_target(struct reading *r, int row, struct clock_rule *c)
{
	struct target t = { .line = yaml_line(r->y, row) };
	size_t urgencies, categories, tiers;
	struct selection at;

	if (!yaml_is_map(r->y, row)) {
		refuse(r, row, "jam %s: a target is {urgensi, kategori, tingkat, dalam}",
		    c->name);
		return;
	}
	check_keys(r, row, "target", "urgensi kategori tingkat dalam penerima");
	read_within(r, row, &t);
	read_accepts(r, row, c, &t);
	urgencies = selector_count(r, row, "urgensi");
	categories = selector_count(r, row, "kategori");
	tiers = selector_count(r, row, "tingkat");
	for (at.urgency = 0; at.urgency < urgencies; at.urgency++)
		for (at.category = 0; at.category < categories; at.category++)
			for (at.tier = 0; at.tier < tiers; at.tier++)
				read_combination(r, row, c, t, &at);
}

static void
read_clock(struct reading *r, int map, char *used)
{
	struct clock_rule *c = &r->p->clocks[r->p->clocks_n];
	int targets = yaml_get(r->y, map, "target");

	if (read_name(r, map, "jam", c->name) != 0)
		return;
	check_keys(r, map, "jam", "nama berhenti jeda ingat tangga target");
	if (policy_clock_index(r->p, c->name) >= 0)
		refuse(r, map, "jam %s stands twice; rename one", c->name);
	r->p->clocks_n++;
	c->line = yaml_line(r->y, map);
	read_stop(r, map, c);
	read_pause(r, map, c);
	read_warnings(r, map, c);
	read_choices(r, map, c, used);
	if (!yaml_is_list(r->y, targets) || yaml_count(r->y, targets) == 0)
		refuse(r, targets != 0 ? targets : map, "jam %s needs target: a list of rows",
		    c->name);
	else
		for (size_t i = 0; i < yaml_count(r->y, targets); i++)
			read_target(r, yaml_item(r->y, targets, i), c);
}

static void
read_clocks(struct reading *r, int list)
{
	char *used = xcalloc((size_t)r->p->ladders_n + 1, 1);
	int before = r->mistakes, unused = 0;

	if (!yaml_is_list(r->y, list) || yaml_count(r->y, list) == 0)
		refuse(r, list != 0 ? list : yaml_root(r->y), "needs jam: a list of clocks");
	else if (yaml_count(r->y, list) > POLICY_CLOCKS)
		refuse(r, list, "more than %d clocks; leave some out", POLICY_CLOCKS);
	else
		for (size_t i = 0; i < yaml_count(r->y, list); i++)
			read_clock(r, yaml_item(r->y, list, i), used);
	for (int i = 0; i < r->p->ladders_n && r->mistakes == before; i++)
		if (!used[i]) {
			buf_addf(r->errors,
			    "%s:%d: tangga %s is climbed by no clock; name it in a jam, or "
			    "remove it\n",
			    r->file, r->p->ladders[i].line, r->p->ladders[i].name);
			unused++;
		}
	r->mistakes += unused;
	free(used);
}

/* ---- lain ---- */

#define AT(field) offsetof(struct policy, field)

static const struct {
	const char *key;
	size_t offset;
	int64_t usual, min, max;
} spans[] = {
	{ "konfirmasi", AT(confirm_ms),      3 * DAY_MS,     1000,           30 * DAY_MS },
	{ "urung",      AT(undo_ms),         10 * MINUTE_MS, 0,              HOUR_MS },
	{ "tunggu",     AT(wait_max_ms),     60 * DAY_MS,    1000,           366 * DAY_MS },
	{ "tanya",      AT(ask_ms),          2 * DAY_MS,     1000,           30 * DAY_MS },
	{ "tanya-tempat", AT(where_ms),      30 * MINUTE_MS, 10,             DAY_MS },
	{ "tanya-laporan", AT(which_ms),     5 * MINUTE_MS,  10,             HOUR_MS },
	{ "tinjau",     AT(review_ms),       DAY_MS,         1000,           30 * DAY_MS },
	{ "umur-pesan", AT(message_life_ms), 12 * HOUR_MS,   1000, 7 * DAY_MS },
	{ "kumpul",     AT(gather_ms),       10000,          0,              10 * MINUTE_MS },
	{ "tak-terjangkau", AT(silent_ms),   30 * DAY_MS,    100,            400 * DAY_MS },
	{ "terbengkalai-darurat",  AT(stall_ms[URGENCY_DARURAT]),  0, 100, 30 * DAY_MS },
	{ "terbengkalai-mendesak", AT(stall_ms[URGENCY_MENDESAK]), 0, 100, 30 * DAY_MS },
	{ "terbengkalai-biasa",    AT(stall_ms[URGENCY_BIASA]),    0, 100, 30 * DAY_MS },
};

static void
read_span(struct reading *r, int map, size_t i)
{
	int64_t *field = (int64_t *)(void *)((char *)r->p + spans[i].offset);
	int node = yaml_get(r->y, map, spans[i].key);
	struct buf range = { 0 };

	*field = spans[i].usual;
	if (node == 0 || read_duration(r, node, spans[i].min, spans[i].max, field) == 0)
		return;
	buf_add_duration(&range, spans[i].min, "en");
	buf_adds(&range, " to ");
	buf_add_duration(&range, spans[i].max, "en");
	refuse(r, node, "lain: %s must be %s, written like 10m, 12h, 3d", spans[i].key,
	    buf_str(&range));
	buf_release(&range);
}

static void
read_unit(struct reading *r, int map, const char *key, char out[UNIT_CODE_CHARS])
{
	int node = yaml_get(r->y, map, key);
	const char *s = yaml_str(r->y, node);

	if (s != NULL && strlen(s) < UNIT_CODE_CHARS &&
	    (r->p->units == NULL || unit_find(r->p->units, s) != NULL))
		memcpy(out, s, strlen(s) + 1);
	else
		refuse(r, node != 0 ? node : map, "lain: %s must be a kode of unit.csv", key);
}

/* "21:00-05:00" */
static int
parse_night(const char *s, int *from, int *until)
{
	int n[4];

	if (s == NULL || strlen(s) != 11 || s[2] != ':' || s[5] != '-' || s[8] != ':')
		return -1;
	for (int i = 0; i < 4; i++) {
		const char *d = s + 3 * i;

		if (strspn(d, "0123456789") < 2)
			return -1;
		n[i] = 10 * (d[0] - '0') + d[1] - '0';
	}
	*from = 60 * n[0] + n[1], *until = 60 * n[2] + n[3];
	return n[0] < 24 && n[1] < 60 && n[2] < 24 && n[3] < 60 && *from != *until ? 0 : -1;
}

static void
read_night(struct reading *r, int map)
{
	int night = yaml_get(r->y, map, "malam"), held = yaml_get(r->y, map, "malam-tahan");

	if ((night == 0) != (held == 0))
		refuse(r, night + held, "lain: malam and malam-tahan stand together or not at all");
	if (night != 0 && parse_night(yaml_str(r->y, night), &r->p->night_from_min,
	        &r->p->night_until_min) != 0)
		refuse(r, night, "lain: malam must be two times (WIB) like \"21:00-05:00\"");
	r->p->night_urgencies = read_urgencies(r, held);
	if (r->p->night_urgencies >> URGENCY_DARURAT & 1)
		refuse(r, held, "lain: malam-tahan: darurat waits for no morning; take it away");
}

/* Without a list of their own, as in versions that are older than the lists. */
static const char usual_reasons[][WAIT_REASON_CHARS] = {
	"anggaran", "suku-cadang", "cuaca", "izin", "pihak-lain",
};
_Static_assert(N_ELEMS(usual_reasons) <= WAIT_REASONS, "more reasons than a policy holds");

static void
read_wait_reasons(struct reading *r, int map)
{
	int list = yaml_get(r->y, map, "alasan-tunggu");

	if (list == 0) {
		memcpy(r->p->wait_reasons, usual_reasons, sizeof(usual_reasons));
		r->p->wait_reasons_n = N_ELEMS(usual_reasons);
	}
	for (size_t i = 0; i < words_count(r, list); i++) {
		int node = words_at(r, list, i);
		const char *s = yaml_str(r->y, node);
		size_t len = s != NULL ? strlen(s) : 0;

		if (r->p->wait_reasons_n == WAIT_REASONS || len == 0 || len >= WAIT_REASON_CHARS ||
		    strspn(s, "abcdefghijklmnopqrstuvwxyz-") != len) {
			refuse(r, node, "lain: alasan-tunggu takes at most %d words of 1 to %d of "
			    "a-z -", WAIT_REASONS, WAIT_REASON_CHARS - 1);
			return;
		}
		memcpy(r->p->wait_reasons[r->p->wait_reasons_n++], s, len + 1);
	}
}

static void
read_hand_ons(struct reading *r, int map)
{
	int node = yaml_get(r->y, map, "oper"), desk = yaml_get(r->y, map, "oper-meja");
	const char *s = yaml_str(r->y, node);

	if ((node == 0) != (desk == 0))
		refuse(r, node + desk, "lain: oper and oper-meja stand together or not at all");
	if (node == 0 || desk == 0)
		return;
	if (s != NULL && s[0] >= '2' && s[0] <= '9' && s[1] == '\0')
		r->p->hand_ons_max = s[0] - '0';
	else
		refuse(r, node, "lain: oper must be 2 to 9 hand-overs");
	read_unit(r, map, "oper-meja", r->p->hand_ons_unit);
}

static void
read_quorum(struct reading *r, int map)
{
	int node = yaml_get(r->y, map, "tetangga");
	const char *s = yaml_str(r->y, node);

	r->p->quorum = 2;
	if (s != NULL && s[0] >= '0' && s[0] <= '9' && s[1] == '\0')
		r->p->quorum = s[0] - '0';
	else if (node != 0)
		refuse(r, node, "lain: tetangga must be 0 to 9 other reporters");
}

static void
read_settings(struct reading *r, int map)
{
	int told = yaml_get(r->y, map, "diberitahu");
	const char *s = yaml_str(r->y, told);

	if (!yaml_is_map(r->y, map)) {
		refuse(r, map != 0 ? map : yaml_root(r->y),
		    "needs lain: with at least triase and jadwal");
		return;
	}
	check_keys(r, map, "lain",
	    "konfirmasi urung tunggu tanya tanya-tempat tanya-laporan tinjau umur-pesan kumpul diberitahu triase jadwal malam "
	    "malam-tahan oper oper-meja tetangga alasan-tunggu tak-terjangkau terbengkalai-darurat "
	    "terbengkalai-mendesak terbengkalai-biasa");
	for (size_t i = 0; i < N_ELEMS(spans); i++)
		read_span(r, map, i);
	r->p->told_max = 3;
	if (s != NULL && s[0] >= '1' && s[0] <= '0' + TOLD_MAX && s[1] == '\0')
		r->p->told_max = s[0] - '0';
	else if (told != 0)
		refuse(r, told, "lain: diberitahu must be 1 to %d officers", TOLD_MAX);
	read_quorum(r, map);
	read_unit(r, map, "triase", r->p->triage_unit);
	read_unit(r, map, "jadwal", r->p->roster_unit);
	read_night(r, map);
	read_wait_reasons(r, map);
	read_hand_ons(r, map);
}

/* ---- kejadian ---- */

#define NEAR_USUAL_KM 5

/* One of two words; the first is usual. */
static int
one_of_two(struct reading *r, int map, const char *key, const char *usual, const char *other)
{
	int node = yaml_get(r->y, map, key);
	const char *s = yaml_str(r->y, node);

	if (node == 0 || (s != NULL && strcmp(s, usual) == 0))
		return 0;
	if (s == NULL || strcmp(s, other) != 0)
		refuse(r, node, "kejadian: %s is %s or %s", key, usual, other);
	return 1;
}

static void
read_incident_span(struct reading *r, int map, const char *key, int64_t *out)
{
	int node = yaml_get(r->y, map, key);

	if (read_duration(r, node, 10, 30 * DAY_MS, out) != 0)	/* a demo runs an hour in a second */
		refuse(r, node != 0 ? node : map, "kejadian needs %s: a time like 60m, at most 30d", key);
}

/* 1 to 99; 0: it is something else. */
static int
two_digits(const char *s)
{
	if (s == NULL || s[0] == '\0' || strlen(s) > 2 || strspn(s, "0123456789") != strlen(s))
		return 0;
	return (int)strtol(s, NULL, 10);
}

static void
read_incident(struct reading *r, int map)
{
	struct incident_kind *k = &r->p->incidents[r->p->incidents_n];
	int category = yaml_get(r->y, map, "kategori"), least = yaml_get(r->y, map, "laporan");
	const char *name = yaml_str(r->y, yaml_get(r->y, map, "nama")), *s = yaml_str(r->y, least);
	const char *code = yaml_str(r->y, category);
	const struct category *c;

	check_keys(r, map, "kejadian", "nama kategori laporan dalam jendela lingkup tanya");
	if (name == NULL || name[0] == '\0' || strlen(name) >= sizeof(k->name) ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz") != strlen(name)) {
		refuse(r, map, "kejadian needs nama: 1 to %d of a-z", INCIDENT_KIND_CHARS - 1);
		return;
	}
	memcpy(k->name, name, strlen(name) + 1);
	c = code != NULL && r->p->catalogue != NULL ? category_find(r->p->catalogue, code) : NULL;
	if (r->p->catalogue != NULL && (c == NULL || c->sealed || c->no_case))
		refuse(r, category != 0 ? category : map,
		    "kejadian %s: kategori must be an open one of kategori.yaml", name);
	if (code != NULL && strlen(code) < sizeof(k->category))
		memcpy(k->category, code, strlen(code) + 1);
	k->least = two_digits(s);
	if (k->least < 2)
		refuse(r, least != 0 ? least : map, "kejadian %s: laporan must be 2 to 99", name);
	read_incident_span(r, map, "dalam", &k->within_ms);
	read_incident_span(r, map, "jendela", &k->open_ms);
	if (k->open_ms < k->within_ms)
		refuse(r, map, "kejadian %s: jendela must not be shorter than dalam", name);
	k->wide = one_of_two(r, map, "lingkup", "desa", "kecamatan");
	k->sweep = one_of_two(r, map, "tanya", "beres", "surut");
	r->p->incidents_n++;
}

static void
read_incidents(struct reading *r, int map)
{
	int list = yaml_get(r->y, map, "jenis"), near = yaml_get(r->y, map, "dekat");
	const char *km = yaml_str(r->y, near);

	r->p->near_km = NEAR_USUAL_KM;
	if (map == 0)
		return;
	check_keys(r, map, "kejadian", "dekat jenis");
	if (near != 0 && two_digits(km) == 0)
		refuse(r, near, "kejadian: dekat must be 1 to 99 (km)");
	else if (near != 0)
		r->p->near_km = two_digits(km);
	if (!yaml_is_list(r->y, list) || yaml_count(r->y, list) > INCIDENT_KINDS) {
		refuse(r, list != 0 ? list : map, "kejadian needs jenis: a list of at most %d",
		    INCIDENT_KINDS);
		return;
	}
	for (size_t i = 0; i < yaml_count(r->y, list); i++)
		read_incident(r, yaml_item(r->y, list, i));
}

int
policy_read_sla(struct policy *p, const struct conf_file *file, struct buf *errors)
{
	struct yaml *y = yaml_parse(file->name, buf_str(&file->data), file->data.len, errors);
	struct reading r = { file->name, y, p, errors, 0 };

	if (y == NULL)
		return 1;
	if (yaml_is_map(y, yaml_root(y))) {
		check_keys(&r, yaml_root(y), "sla.yaml", "jam tangga lain kejadian");
		read_ladders(&r, yaml_get(y, yaml_root(y), "tangga"));
		read_clocks(&r, yaml_get(y, yaml_root(y), "jam"));
		read_settings(&r, yaml_get(y, yaml_root(y), "lain"));
		read_incidents(&r, yaml_get(y, yaml_root(y), "kejadian"));
	} else {
		refuse(&r, yaml_root(y), "must be a map with jam, tangga and lain");
	}
	yaml_free(y);
	return r.mistakes;
}
