/* What only shows when all files of a version are seen together. */
#include "core/policy_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct checking {
	const struct policy *p;
	const struct conf_set *files;
	struct buf *errors;
	int mistakes;
};

static void mistake(struct checking *c, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void
mistake(struct checking *c, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	buf_addf(c->errors, "%s:%d: ", file, line);
	va_start(ap, fmt);
	buf_addv(c->errors, fmt, ap);
	va_end(ap);
	buf_addc(c->errors, '\n');
	c->mistakes++;
}

/* The line of a CSV file that begins with this cell; 1 if there is none. */
static int
line_of_row(const struct conf_set *files, const char *name, const char *cell)
{
	const struct conf_file *file = conf_find(files, name);
	const char *s = file == NULL ? "" : buf_str(&file->data);
	size_t len = strlen(cell);

	for (int line = 1; *s != '\0'; line++) {
		if (strncmp(s, cell, len) == 0 &&
		    (s[len] == ',' || s[len] == '\r' || s[len] == '\n'))
			return line;
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return 1;
}

/* ---- units and places ---- */

static void
check_area(struct checking *c, const struct unit *u, const char *column, const char *area)
{
	if (place_find(c->p->places, area) == NULL)
		mistake(c, "unit.csv", line_of_row(c->files, "unit.csv", u->code),
		    "unit %s: %s %s is not in wilayah.csv; correct the code",
		    u->code, column, area);
}

static void
check_unit(struct checking *c, const struct unit *u)
{
	const char *list = u->serves;

	if (u->place[0] != '\0')
		check_area(c, u, "wilayah", u->place);
	while (*list != '\0') {
		size_t len = strcspn(list, "; ");
		char *area = xstrndup(list, len);

		if (len > 0)
			check_area(c, u, "bertugas", area);
		free(area);
		list += len + (list[len] != '\0');
	}
}

/* Every desa has people who answer, every kecamatan a camat: the ladder stands on them. */
static void
check_place(struct checking *c, const struct place *place)
{
	int is_kecamatan = place->kind == PLACE_KECAMATAN;
	enum unit_tier tier = is_kecamatan ? TIER_KECAMATAN : TIER_DESA;
	const struct unit *u;

	if (place->kind == PLACE_KABUPATEN)
		return;
	u = unit_for_place(c->p->units, tier, place->code);
	if (u == NULL || strcmp(u->place, place->code) != 0)
		mistake(c, "wilayah.csv", line_of_row(c->files, "wilayah.csv", place->code),
		    "%s %s has no unit; add one of tingkat %s with wilayah %s to unit.csv",
		    place->code, place->name, tier_name(tier), place->code);
}

/* ---- categories ---- */

int
policy_tier_of_word(const struct policy *p, const char *word, enum unit_tier *out)
{
	static const struct { const char *word; enum unit_tier tier; } words[] = {
		{ "rt", TIER_RT }, { "desa", TIER_DESA }, { "kecamatan", TIER_KECAMATAN },
		{ "puskesmas", TIER_PUSKESMAS }, { "damkar", TIER_LAYANAN },
	};
	const struct unit *u = unit_find(p->units, word);

	if (u != NULL) {
		*out = u->tier;
		return 0;
	}
	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcmp(word, words[i].word) == 0) {
			*out = words[i].tier;
			return 0;
		}
	return -1;
}

static void
check_unit_words(struct checking *c, const struct category *cat)
{
	static const char remedy[] =
	    "write a kode of unit.csv, or rt, desa, kecamatan, puskesmas, damkar";
	enum unit_tier tier;

	for (size_t i = 0; i < cat->units_n; i++)
		if (policy_tier_of_word(c->p, cat->units[i], &tier) != 0)
			mistake(c, "kategori.yaml", cat->line,
			    "kategori %s: unit \"%s\" is unknown; %s", cat->code, cat->units[i],
			    remedy);
	for (size_t i = 0; i < cat->help_n; i++)
		if (policy_tier_of_word(c->p, cat->help[i], &tier) != 0)
			mistake(c, "kategori.yaml", cat->line,
			    "kategori %s: bantuan \"%s\" is unknown; %s", cat->code, cat->help[i],
			    remedy);
	for (size_t i = 0; i < cat->owners_n; i++)
		if (policy_tier_of_word(c->p, cat->owners[i].unit, &tier) != 0)
			mistake(c, "kategori.yaml", cat->owners[i].line,
			    "kategori %s: unit \"%s\" is unknown; %s", cat->code,
			    cat->owners[i].unit, remedy);
}

/* Whether some clock that ends at stop has a target; has_clock tells if there is such a clock. */
static int
has_target(const struct policy *p, enum clock_stop stop, enum urgency u, const char *category,
    enum unit_tier tier, int *has_clock)
{
	int found = 0;

	*has_clock = 0;
	for (int i = 0; i < p->clocks_n; i++) {
		if (p->clocks[i].stop != stop)
			continue;
		*has_clock = 1;
		found |= policy_due_ms(p, &p->clocks[i], u, category, tier, 0) != 0;
	}
	return found;
}

/* No case may run without the handled clock; nor without another that the policy has. */
static void
check_targets(struct checking *c, const struct category *cat, enum unit_tier tier)
{
	static const struct { enum clock_stop stop; const char *word; } stops[] = {
		{ STOP_ON_ACCEPT, "terima" },
		{ STOP_ON_HANDLE, "tangani" },
		{ STOP_ON_RESOLVE, "selesai" },
	};

	for (size_t i = 0; i < N_ELEMS(stops); i++)
		for (int u = URGENCY_BIASA; u <= URGENCY_DARURAT; u++) {
			int has_clock;

			if (has_target(c->p, stops[i].stop, (enum urgency)u, cat->code, tier,
			        &has_clock))
				continue;
			if (!has_clock && stops[i].stop != STOP_ON_HANDLE)
				break;
			mistake(c, "kategori.yaml", cat->line,
			    "kategori %s, urgensi %s, tingkat %s has no target on a clock that "
			    "stops at %s; add a row {dalam: ...} in sla.yaml",
			    cat->code, urgency_name((enum urgency)u), tier_name(tier),
			    stops[i].word);
			break;
		}
}

static int
is_territorial(enum unit_tier tier)
{
	return tier == TIER_RT || tier == TIER_DESA || tier == TIER_KECAMATAN ||
	    tier == TIER_PUSKESMAS;
}

/* Who is told of a sealed case is named: its lead's head, a unit by its code, the feed. */
static int
is_open_rung(const struct policy *p, const struct rung *rung, enum unit_tier lead)
{
	const struct unit *u;

	switch (rung->to) {
	case RUNG_HEAD:
		return is_territorial(lead);
	case RUNG_PARENT:
	case RUNG_KECAMATAN:
		return 1;
	case RUNG_UNIT:
		u = unit_find(p->units, rung->unit);
		return u == NULL || is_territorial(u->tier);
	case RUNG_FEED:
		return 0;
	}
	return 1;
}

static void
check_sealed(struct checking *c, const struct category *cat, enum unit_tier lead)
{
	for (int i = 0; i < c->p->clocks_n; i++) {
		const struct clock_rule *clock = &c->p->clocks[i];
		const struct ladder *l = policy_ladder_for(c->p, clock, cat->code, lead);

		if (clock->stop == STOP_ON_TRIAGE)
			continue;		/* before anybody knows what it is about */
		for (int k = 0; l != NULL && k < l->n; k++)
			if (is_open_rung(c->p, &l->rungs[k], lead)) {
				mistake(c, "kategori.yaml", cat->line,
				    "kategori %s is rahasia, but tangga %s of jam %s tells %s; "
				    "give it a ladder of its own by {nama: ..., kategori: %s}, "
				    "with units by kode",
				    cat->code, l->name, clock->name, l->rungs[k].name, cat->code);
				break;
			}
	}
}

static void
check_category(struct checking *c, const struct category *cat)
{
	enum unit_tier lead;

	check_unit_words(c, cat);
	if (cat->no_case || cat->units_n == 0 ||
	    policy_tier_of_word(c->p, cat->units[0], &lead) != 0)
		return;
	check_targets(c, cat, lead);
	if (cat->sealed)
		check_sealed(c, cat, lead);
}

/* ---- texts ---- */

static void
keep_longest(struct buf *longest, const char *s, size_t len)
{
	struct sms_size a, b;

	sms_measure(&a, buf_str(longest), longest->len);
	sms_measure(&b, s, len);
	if (b.alphabet < a.alphabet || (b.alphabet == a.alphabet && b.units <= a.units))
		return;
	buf_reset(longest);
	buf_add(longest, s, len);
}

static void
longest_place(const struct gazetteer *g, struct buf *longest)
{
	for (size_t i = 0; i < gazetteer_count(g); i++) {
		struct buf b = { 0 };

		buf_add_place(&b, place_at(g, i));
		keep_longest(longest, buf_str(&b), b.len);
		buf_release(&b);
	}
}

static void
longest_names(const struct policy *p, struct buf *category, struct buf *unit, struct buf *rung)
{
	for (size_t i = 0; i < catalogue_count(p->catalogue); i++) {
		const char *s = category_at(p->catalogue, i)->shortname;

		keep_longest(category, s, strlen(s));
	}
	for (size_t i = 0; i < units_count(p->units); i++) {
		const char *s = unit_at(p->units, i)->shortname;

		keep_longest(unit, s, strlen(s));
	}
	for (int i = 0; i < p->ladders_n; i++)
		for (int k = 0; k < p->ladders[i].n; k++)
			keep_longest(rung, p->ladders[i].rungs[k].name,
			    strlen(p->ladders[i].rungs[k].name));
}

/* A row of letters as long as an excerpt may be; the caller frees. */
static char *
letters(size_t n)
{
	char *s = xmalloc(n + 1);

	memset(s, 'x', n);
	s[n] = '\0';
	return s;
}

static const struct { const char *hole; size_t chars; } excerpts[] = {
	{ "isi", TEXT_ISI_CHARS },
	{ "terlama", TEXT_TERLAMA_CHARS },
	{ "alasan-tunggu", WAIT_REASON_CHARS - 1 },
	{ "alasan", TEXT_ALASAN_CHARS },
	{ "pertanyaan", TEXT_PERTANYAAN_CHARS },
	{ "keadaan", TEXT_KEADAAN_CHARS },
	{ "sisa", TEXT_SISA_CHARS },
	{ "lambat", TEXT_SISA_CHARS },
	{ "telat", TEXT_SISA_CHARS },
	{ "daftar", TEXT_DAFTAR_CHARS },
	{ "contoh", TEXT_CONTOH_CHARS },
	{ "sebab", TEXT_SEBAB_CHARS },
	{ "apa", TEXT_APA_CHARS },
	{ "butir", TEXT_BUTIR_CHARS },
	{ "pilihan", TEXT_PILIHAN_CHARS },
	{ "tautan", TEXT_TAUTAN_CHARS },
	{ "sumber", TEXT_SUMBER_CHARS },
	{ "peringatan", TEXT_PERINGATAN_CHARS },
	{ "daerah", TEXT_DAERAH_CHARS },
};

static void
check_texts(struct checking *c)
{
	struct buf category = { 0 }, unit = { 0 }, rung = { 0 }, place = { 0 };
	struct template_value values[15 + N_ELEMS(excerpts)];
	char *filling[N_ELEMS(excerpts)];
	size_t n = 0;

	longest_names(c->p, &category, &unit, &rung);
	longest_place(c->p->places, &place);
	values[n++] = (struct template_value){ "kode", "7K3F-9QXM" };
	values[n++] = (struct template_value){ "kode-lain", "7K3F-9QXM" };
	values[n++] = (struct template_value){ "kategori-lain", buf_str(&category) };
	values[n++] = (struct template_value){ "bukti", "7K3F9-QXM2W" };
	values[n++] = (struct template_value){ "nonce", "7K3" };
	values[n++] = (struct template_value){ "kategori", buf_str(&category) };
	values[n++] = (struct template_value){ "tempat", buf_str(&place) };
	values[n++] = (struct template_value){ "unit", buf_str(&unit) };
	values[n++] = (struct template_value){ "anak", buf_str(&rung) };
	values[n++] = (struct template_value){ "batas", "22 Nov 02:05 WIB" };
	values[n++] = (struct template_value){ "tanggal", "22 Nov 02:05 WIB" };
	values[n++] = (struct template_value){ "urgensi", "MENDESAK" };
	values[n++] = (struct template_value){ "persen", "100" };
	values[n++] = (struct template_value){ "jumlah", "20" };
	values[n++] = (struct template_value){ "angka", "47" };
	for (size_t i = 0; i < N_ELEMS(excerpts); i++) {
		filling[i] = letters(excerpts[i].chars);
		values[n++] = (struct template_value){ excerpts[i].hole, filling[i] };
	}
	if (texts_check(c->p->texts, values, n, c->errors) != 0)
		c->mistakes++;
	for (size_t i = 0; i < N_ELEMS(excerpts); i++)
		free(filling[i]);
	buf_release(&category);
	buf_release(&unit);
	buf_release(&rung);
	buf_release(&place);
}

int
policy_cross_check(const struct policy *p, const struct conf_set *files, struct buf *errors)
{
	struct checking c = { p, files, errors, 0 };

	for (size_t i = 0; i < units_count(p->units); i++)
		check_unit(&c, unit_at(p->units, i));
	for (size_t i = 0; i < gazetteer_count(p->places); i++)
		check_place(&c, place_at(p->places, i));
	for (size_t i = 0; i < catalogue_count(p->catalogue); i++)
		check_category(&c, category_at(p->catalogue, i));
	if (!p->reopened)
		check_texts(&c);
	return c.mistakes;
}

/* ---- against the roster ---- */

static int
is_reachable(const struct officer *o, int64_t now_ms)
{
	return !o->ended && o->phone[0] != '\0' && !officer_is_away(o, now_ms);
}

/* Officers of a unit who can be reached some hour of the week; role -1 means any. */
static int
has_officer(const struct roster *r, const char *unit, int role, int64_t now_ms)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->officers[i].unit, unit) == 0 &&
		    (role < 0 || (int)r->officers[i].role == role) &&
		    is_reachable(&r->officers[i], now_ms))
			return 1;
	return 0;
}

/* Marks the units whose head stands on a rung. */
static void
mark_rungs(const struct policy *p, const struct ladder *l, enum unit_tier lead, char *needed)
{
	for (size_t i = 0; i < units_count(p->units); i++) {
		const struct unit *u = unit_at(p->units, i);

		for (int k = 0; k < l->n; k++) {
			const struct rung *rung = &l->rungs[k];

			if ((rung->to == RUNG_UNIT || rung->to == RUNG_FEED) &&
			    strcmp(rung->unit, u->code) == 0)
				needed[i] = 1;
			if (rung->to == RUNG_KECAMATAN && u->tier == TIER_KECAMATAN)
				needed[i] = 1;
			if (u->tier != lead)
				continue;
			if (rung->to == RUNG_HEAD)
				needed[i] = 1;
			if (rung->to == RUNG_PARENT && u->parent != NULL)
				needed[u->parent - unit_at(p->units, 0)] = 1;
		}
	}
}

static void
mark_all_rungs(const struct policy *p, char *needed)
{
	for (int i = 0; i < p->clocks_n; i++) {
		const struct clock_rule *clock = &p->clocks[i];

		for (int tier = TIER_RT; tier <= TIER_LUAR; tier++) {
			const struct ladder *l = policy_ladder(p, clock, (enum unit_tier)tier);

			if (l != NULL)
				mark_rungs(p, l, (enum unit_tier)tier, needed);
		}
		for (int k = 0; k < clock->choices_n; k++) {
			const struct category *cat =
			    category_find(p->catalogue, clock->choices[k].category);
			enum unit_tier lead;

			if (cat != NULL && cat->units_n > 0 &&
			    policy_tier_of_word(p, cat->units[0], &lead) == 0)
				mark_rungs(p, &p->ladders[clock->choices[k].ladder], lead,
				    needed);
		}
	}
}

int
policy_check_roster(const struct policy *p, const struct roster *roster, const char *file,
    int64_t now_ms, struct buf *errors)
{
	char *needed = xcalloc(units_count(p->units), 1);
	int gaps = 0;

	mark_all_rungs(p, needed);
	for (size_t i = 0; i < roster->n; i++)
		if (!roster->officers[i].ended &&
		    unit_find(p->units, roster->officers[i].unit) == NULL) {
			buf_addf(errors,
			    "%s:%d: officer %s: unit %s is unknown; move the officer to a kode of "
			    "unit.csv\n",
			    file, roster->officers[i].line, roster->officers[i].id, roster->officers[i].unit);
			gaps++;
		}
	for (size_t i = 0; i < units_count(p->units); i++) {
		const struct unit *u = unit_at(p->units, i);

		if (needed[i] && !has_officer(roster, u->code, ROLE_KEPALA, now_ms)) {
			buf_addf(errors,
			    "unit.csv:%d: unit %s (%s): a rung without anybody; name a reachable kepala in %s\n",
			    u->line, u->code, u->shortname, file);
			gaps++;
		}
		if (u->tier == TIER_DESA && !has_officer(roster, u->code, -1, now_ms)) {
			buf_addf(errors,
			    "unit.csv:%d: unit %s (%s): a desa without any reachable officer; name one in %s\n",
			    u->line, u->code, u->shortname, file);
			gaps++;
		}
	}
	free(needed);
	return gaps;
}
