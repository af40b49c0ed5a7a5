#include "core/policy.h"

#include <stdlib.h>
#include <string.h>

#include "core/policy_parts.h"

/* ---- the files ---- */

const struct conf_file *
conf_find(const struct conf_set *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->files[i].name, name) == 0)
			return &s->files[i];
	return NULL;
}

void
conf_release(struct conf_set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->files[i].name);
		buf_release(&s->files[i].data);
	}
	free(s->files);
	memset(s, 0, sizeof *s);
}

/* ---- one version ---- */

/* NULL is a mistake, told once. */
static const struct conf_file *
need(const struct conf_set *files, const char *name, struct buf *errors)
{
	const struct conf_file *file = conf_find(files, name);

	if (file == NULL)
		buf_addf(errors, "%s:1: is missing; every version needs it\n", name);
	return file;
}

static int
is_text_file(const char *name)
{
	size_t len = strlen(name);

	return strncmp(name, "pesan/", 6) == 0 && len > 11 &&
	    strcmp(name + len - 5, ".yaml") == 0;
}

static struct texts *
read_texts(const struct conf_set *files, int reopened, struct buf *errors)
{
	struct text_file *list = xcalloc(files->n + 1, sizeof *list);
	struct texts *t;
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct conf_file *f = &files->files[i];

		if (is_text_file(f->name))
			list[n++] = (struct text_file){ f->name, buf_str(&f->data), f->data.len };
	}
	t = (reopened ? texts_reopen : texts_parse)(list, n, errors);
	free(list);
	return t;
}

static struct gazetteer *
read_places(const struct conf_set *files, struct buf *errors)
{
	const struct conf_file *f = need(files, "wilayah.csv", errors);
	const struct conf_file *known = conf_find(files, "tempat.csv");

	if (f == NULL)
		return NULL;
	return gazetteer_parse(f->name, buf_str(&f->data), f->data.len, "tempat.csv",
	    known != NULL ? buf_str(&known->data) : NULL, known != NULL ? known->data.len : 0,
	    errors);
}

/* Each file is read even if another is wrong: all mistakes are told at once. */
static int
read_parts(struct policy *p, const struct conf_set *files, struct buf *errors)
{
	const struct conf_file *f;
	int mistakes = 0;

	if ((f = need(files, "kategori.yaml", errors)) != NULL)
		p->catalogue = catalogue_parse(f->name, buf_str(&f->data), f->data.len, errors);
	if ((f = need(files, "unit.csv", errors)) != NULL)
		p->units = units_parse(f->name, buf_str(&f->data), f->data.len, errors);
	if ((f = need(files, "libur.csv", errors)) != NULL)
		p->calendar = calendar_parse(f->name, buf_str(&f->data), f->data.len, errors);
	if ((f = conf_find(files, "model.bin")) != NULL) {
		p->model = linear_parse(f->name, buf_str(&f->data), f->data.len, errors);
		mistakes += p->model == NULL;
	}
	if ((f = conf_find(files, "peringatan.yaml")) != NULL) {
		p->warnings = warning_table_parse(f->name, buf_str(&f->data), f->data.len, p->units, errors);
		mistakes += p->warnings == NULL;
	}
	p->places = read_places(files, errors);
	if ((f = conf_find(files, "batas.geojson")) != NULL)
		buf_add(&p->borders, buf_str(&f->data), f->data.len);
	p->texts = read_texts(files, p->reopened, errors);
	if ((f = need(files, "sla.yaml", errors)) != NULL)
		mistakes += policy_read_sla(p, f, errors);
	else
		mistakes++;
	return mistakes + (p->catalogue == NULL) + (p->units == NULL) + (p->calendar == NULL) +
	    (p->places == NULL) + (p->texts == NULL);
}

static struct policy *
parse(const struct conf_set *files, int reopened, struct buf *errors)
{
	struct policy *p = xcalloc(1, sizeof *p);
	int mistakes;

	p->reopened = reopened;
	mistakes = read_parts(p, files, errors);
	if (mistakes == 0)
		mistakes = policy_cross_check(p, files, errors);
	if (mistakes == 0)
		return p;
	policy_free(p);
	return NULL;
}

struct policy *
policy_parse(const struct conf_set *files, struct buf *errors)
{
	return parse(files, 0, errors);
}

struct policy *
policy_reopen(const struct conf_set *files, struct buf *errors)
{
	return parse(files, 1, errors);
}

void
policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	for (int i = 0; i < POLICY_CLOCKS; i++)
		free(p->clocks[i].targets);
	free(p->ladders);
	catalogue_free(p->catalogue);
	linear_free(p->model);
	units_free(p->units);
	gazetteer_free(p->places);
	buf_release(&p->borders);
	calendar_free(p->calendar);
	free(p->warnings);
	texts_free(p->texts);
	free(p);
}

/* ---- questions ---- */

static int
target_fits(const struct target *t, enum urgency u, const char *category, enum unit_tier tier)
{
	return (t->any_urgency || t->urgency == u) && (t->any_tier || t->tier == tier) &&
	    (t->category[0] == '\0' ||
	    (t->category[0] == category[0] && strcmp(t->category, category) == 0));
}

static const struct target *
target_for(const struct clock_rule *clock, enum urgency u, const char *category,
    enum unit_tier tier)
{
	for (int i = 0; i < clock->targets_n; i++)
		if (target_fits(&clock->targets[i], u, category, tier))
			return &clock->targets[i];
	return NULL;
}

int64_t
policy_due_ms(const struct policy *p, const struct clock_rule *clock, enum urgency u,
    const char *category, enum unit_tier tier, int64_t start_ms)
{
	const struct target *t = target_for(clock, u, category, tier);

	if (t == NULL)
		return 0;
	if (t->working_days >= 0)
		return calendar_add_working_days(p->calendar, start_ms, t->working_days);
	return start_ms + t->within_ms;
}

int
policy_accepts(const struct clock_rule *clock, enum urgency u, const char *category,
    enum unit_tier tier)
{
	const struct target *t = target_for(clock, u, category, tier);

	return t != NULL ? t->accepts : 1;
}

int64_t
policy_past_night(const struct policy *p, enum urgency u, int64_t ms)
{
	int64_t from = p->night_from_min * MINUTE_MS, until = p->night_until_min * MINUTE_MS;
	int64_t midnight = wib_day(ms) * DAY_MS - WIB_MS, at = ms - midnight;

	if (from == until || !(p->night_urgencies >> u & 1))
		return ms;
	if (from < until)
		return at >= from && at < until ? midnight + until : ms;
	if (at < until)
		return midnight + until;
	return at >= from ? midnight + DAY_MS + until : ms;
}

const struct ladder *
policy_ladder_for(const struct policy *p, const struct clock_rule *clock, const char *category,
    enum unit_tier tier)
{
	for (int i = 0; i < clock->choices_n; i++)
		if (strcmp(clock->choices[i].category, category) == 0)
			return &p->ladders[clock->choices[i].ladder];
	if (clock->ladder_of_tier[tier] >= 0)
		return &p->ladders[clock->ladder_of_tier[tier]];
	return clock->ladder >= 0 ? &p->ladders[clock->ladder] : NULL;
}

const struct ladder *
policy_ladder(const struct policy *p, const struct clock_rule *clock, enum unit_tier tier)
{
	return policy_ladder_for(p, clock, "", tier);
}

int
policy_clock_index(const struct policy *p, const char *name)
{
	for (int i = 0; i < p->clocks_n; i++)
		if (strcmp(p->clocks[i].name, name) == 0)
			return i;
	return -1;
}
