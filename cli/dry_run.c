/* kentongan route --dry-run: what another configuration would have made of the reports of late. */
#include "cli/dry_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/opened.h"
#include "lib/escape.h"
#include "router/understand.h"

#define UNITS_TEXT (UNDERSTANDING_UNITS * UNIT_CODE_CHARS)

struct dry {
	const struct understander *now, *then;	/* in force; in --conf */
	int json;
	long reports, changed, category, place, urgency, lead, units, sealed, better, worse, unsure_now, unsure_then;
};

static void
hear(const struct understander *u, const struct laporan *l, struct understanding *out)
{
	const struct hints h = { .place = l->place, .category = l->category, .other = l->twin[0] != '\0',
	    .urgent = l->urgent, .cell = l->cell, .root_of = l->unit[0] != '\0' ? l->unit : NULL,
	    .has_position = l->has_position, .lat = l->lat, .lng = l->lng };
	struct buf all = { 0 };

	buf_adds(&all, l->text != NULL ? l->text : "");
	if (l->where != NULL)
		buf_addf(&all, "\n%s", l->where);
	memset(out, 0, sizeof(*out));
	if (understand(u, buf_str(&all), all.len, &h, out) != 0)
		out->unsure = 1;
	buf_wipe(&all);
}

static const char *
lead_of(const struct understanding *u)
{
	return u->unsure || u->units_n == 0 ? "triase" : u->units[0];
}

/* All whom it goes to, the lead first: "O-DISHUB O-PUCKPP K-35.10.14"; what nobody is sure of goes to none yet. */
static void
units_of(char *out, size_t size, const struct understanding *u)
{
	size_t at = 0;

	out[0] = '\0';
	for (int i = 0; i < u->units_n && !u->unsure && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s%s", i > 0 ? " " : "", u->units[i]);
}

static const char *
openness(const struct understanding *u)
{
	return u->sealed ? "rahasia" : "terbuka";
}

/* One column, "a" or "a -> b". */
static void
add_column(struct buf *b, const struct dry *d, const char *name, const char *was, const char *is)
{
	if (d->json) {
		buf_addf(b, ",\"%s\":[", name);
		buf_add_json(b, was, strlen(was));
		buf_addc(b, ',');
		buf_add_json(b, is, strlen(is));
		buf_addc(b, ']');
	} else {
		buf_addf(b, "  %s", was[0] != '\0' ? was : "-");
		if (strcmp(was, is) != 0)
			buf_addf(b, " -> %s", is[0] != '\0' ? is : "-");
	}
}

/* The words of people are not repeated: who may read the case finds them there. */
static void
say(const struct dry *d, const char *code, const struct understanding *was,
    const struct understanding *is, const char *became)
{
	char before[UNITS_TEXT], after[UNITS_TEXT];
	struct buf b = { 0 };

	buf_addf(&b, d->json ? "{\"code\":\"%s\"" : "%s", code);
	add_column(&b, d, "category", was->category, is->category);
	add_column(&b, d, "place", was->place, is->place);
	add_column(&b, d, "urgency", urgency_name(was->urgency), urgency_name(is->urgency));
	add_column(&b, d, "lead", lead_of(was), lead_of(is));
	units_of(before, sizeof(before), was);
	units_of(after, sizeof(after), is);
	add_column(&b, d, "units", before, after);
	add_column(&b, d, "sealed", openness(was), openness(is));
	buf_addf(&b, d->json ? ",\"became\":\"%s\"}" : "  (became %s)", became);
	puts(buf_str(&b));
	buf_release(&b);
}

static int
compare(const struct opened *o, void *arg)
{
	struct dry *d = arg;
	struct understanding was, is;
	char before[UNITS_TEXT], after[UNITS_TEXT];
	int category, place, urgency, lead, units, sealed;

	hear(d->now, o->words, &was);
	hear(d->then, o->words, &is);
	category = strcmp(was.category, is.category) != 0;
	place = strcmp(was.place, is.place) != 0;
	urgency = was.urgency != is.urgency;
	lead = strcmp(lead_of(&was), lead_of(&is)) != 0;
	units_of(before, sizeof(before), &was);
	units_of(after, sizeof(after), &is);
	units = strcmp(before, after) != 0;
	sealed = was.sealed != is.sealed;
	d->reports++;
	d->unsure_now += was.unsure;
	d->unsure_then += is.unsure;
	d->category += category;
	d->place += place;
	d->urgency += urgency;
	d->lead += lead;
	d->units += units;
	d->sealed += sealed;
	d->changed += category || place || urgency || lead || units || sealed;
	/* What people made of it since is the nearest thing to the truth. */
	d->better += category && strcmp(is.category, o->s->c.category) == 0;
	d->worse += category && strcmp(was.category, o->s->c.category) == 0;
	if (category || place || urgency || lead || units || sealed)
		say(d, o->s->c.code.s, &was, &is, o->s->c.category);
	return 0;
}

static void
say_all(const struct dry *d, int erased)
{
	if (d->json)
		printf("{\"reports\":%ld,\"changed\":%ld,\"category\":%ld,\"place\":%ld,\"urgency\":%ld,\"lead\":%ld,"
		    "\"units\":%ld,\"sealed\":%ld,\"triage\":[%ld,%ld],\"nearer\":%ld,\"farther\":%ld,\"erased\":%d}\n", d->reports, d->changed,
		    d->category, d->place, d->urgency, d->lead, d->units, d->sealed, d->unsure_now, d->unsure_then,
		    d->better, d->worse, erased);
	else
		printf("%ld reports, %ld understood otherwise: category %ld, place %ld, urgency %ld, lead %ld, units %ld, "
		    "sealed %ld; to triage %ld, then %ld\nof the new categories %ld are what the case became, of the old "
		    "ones %ld\n%d erased or damaged reports left out\n", d->reports, d->changed, d->category,
		    d->place, d->urgency, d->lead, d->units, d->sealed, d->unsure_now, d->unsure_then, d->better, d->worse,
		    erased);
}

int
dry_run(const struct cli *c, const struct understander *then, int64_t for_ms)
{
	struct dry d = { .then = then, .json = c->json };
	struct buf errors = { 0 };
	struct understander *now = NULL;
	struct house h;
	int status = 1, erased = 0;

	if (cli_house(c, &h) != 0)
		return 1;
	now = understander_new(h.policy, &errors);
	d.now = now;
	if (now == NULL)
		cli_fail("the version in force: %s", buf_str(&errors));
	else if (house_refresh(&h) != 0 || opened_each(&h, h.store_ms - for_ms, compare, &d, &erased) != 0)
		cli_fail("the log cannot be read: %s", store_error(&h.st));
	else
		status = 0;
	if (status == 0)
		say_all(&d, erased);
	understander_free(now);
	buf_release(&errors);
	house_close(&h);
	return status;
}
