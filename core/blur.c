#include "core/blur.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mask.h"

#define PLACE_MARK "<tempat>"
#define NAME_MARK "<nama>"
#define NAME_LEAST 3		/* letters: "Al" would take half of the words */
#define DEGREE_DIGITS 3		/* behind the dot: so many are a position, fewer a price */
#define SPELLING_CHARS 96

const struct place *
blur_area(const struct gazetteer *g, const char *place, int64_t crowd)
{
	const struct place *p = place_find(g, place);

	for (size_t i = 0; p == NULL; i++)	/* a gazetteer without a regency is refused */
		if (place_at(g, i)->kind == PLACE_KABUPATEN)
			p = place_at(g, i);
	while (p != NULL && p->parent != NULL && p->people < crowd)
		p = p->parent;
	return p;
}

/* 1: the area is around that place, and larger. */
static int
is_inside(const struct place *area, const char *place)
{
	size_t len = strlen(area->code);

	return strncmp(place, area->code, len) == 0 && place[len] == '.';
}

int
blur_hides_unit(const struct blur *h, const char *unit)
{
	const struct unit *u = h->area != NULL ? unit_find(h->p->units, unit) : NULL;

	return u != NULL && is_inside(h->area, u->place);
}

int
blur_hides_officer(const struct blur *h, const char *id)
{
	const struct officer *o;

	if (h->area == NULL || id[0] == '\0')
		return 0;
	o = officer_find(h->people, id);
	return o == NULL || blur_hides_unit(h, o->unit);
}

/* ---- the case ---- */

static void
blur_ledger(const struct blur *h, struct ledger *l)
{
	int kept = 0, others = -1;

	for (int i = 0; i < l->n; i++) {
		if (blur_hides_unit(h, l->rows[i].holder))
			memcpy(l->rows[i].holder, HOLDER_OTHERS, sizeof(HOLDER_OTHERS));
		if (strcmp(l->rows[i].holder, HOLDER_OTHERS) == 0 && others >= 0) {
			l->rows[others].ms += l->rows[i].ms;
			continue;
		}
		if (strcmp(l->rows[i].holder, HOLDER_OTHERS) == 0)
			others = kept;
		l->rows[kept++] = l->rows[i];
	}
	l->n = kept;
	if (blur_hides_unit(h, l->holder))
		memcpy(l->holder, HOLDER_OTHERS, sizeof(HOLDER_OTHERS));
}

void
blur_case(const struct blur *h, struct case_record *c)
{
	int kept = 0;

	if (h->area == NULL)
		return;
	memcpy(c->place, h->area->code, sizeof(c->place));
	c->rt[0] = c->rw[0] = c->incident[0] = c->lead[0] = c->twin[0] = c->follows[0] = c->duplicate_of[0] = '\0';
	c->voices = c->files_n = c->question.options_n = 0;
	c->legacy.number[0] = '\0';
	memset(&c->photo, 0, sizeof(c->photo));
	for (int i = 0; i < c->units_n; i++)
		if (!blur_hides_unit(h, c->units[i]))
			memmove(c->units[kept++], c->units[i], sizeof(c->units[i]));
	c->units_n = kept;
	if (blur_hides_officer(h, c->holder))
		c->holder[0] = '\0';
	blur_ledger(h, &c->ledger);
}

/* ---- the words ---- */

static int
is_letter(char c)
{
	return isalpha((unsigned char)c) || (c & 0x80) != 0 || c == '\'';
}

static int
is_word_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static size_t
word_at(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && is_word_char(s[n]))
		n++;
	return n;
}

static size_t
gap_at(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && !is_word_char(s[n]) && strchr("\r\n", s[n]) == NULL)
		n++;
	return n;
}

/* list: words with a space before and after each, in small letters. */
static int
is_word_of(const char *list, const char *s, size_t len)
{
	const char *at = list;

	while (*at != '\0') {
		size_t n;

		at += strspn(at, " ");
		n = strcspn(at, " ");
		if (n > 0 && n == len && strncasecmp(at, s, len) == 0)
			return 1;
		at += n;
	}
	return 0;
}

/* The area itself, or what lies around it, may be named. */
static int
is_wide(const struct place *area, const struct place *p)
{
	for (; area != NULL; area = area->parent)
		if (area == p)
			return 1;
	return 0;
}

static int
tells_place(const struct blur *h, const char *words)
{
	const struct spelling *s;
	size_t n = place_spelled(h->p->places, words, &s);
	int tells = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i].kind <= SPELLING_ALIAS && is_wide(h->area, s[i].place))
			return 0;
		tells = 1;
	}
	return tells;
}

/* The length of the longest place name that begins here, 0 none. */
static size_t
place_name_at(const struct blur *h, const char *s, const char *end)
{
	char words[SPELLING_CHARS];
	size_t len = 0, at = 0, found = 0, longest = gazetteer_longest(h->p->places);

	for (size_t w = 0; w < longest; w++) {
		size_t n = word_at(s + at, end);

		if (n == 0 || len + n + 2 > sizeof(words))
			break;
		if (w > 0)
			words[len++] = ' ';
		for (size_t i = 0; i < n; i++)
			if (s[at + i] != '\'')
				words[len++] = (char)tolower((unsigned char)s[at + i]);
		words[len] = '\0';
		if (tells_place(h, words))
			found = at + n;
		at += n;
		at += gap_at(s + at, end);
	}
	return found;
}

/* Words behind which the next one, or the next number, says where exactly. */
static const char precise[] = " rt rw no nomor nomer dusun dsn dukuh desa ds kel kelurahan kampung kp kpg lingkungan "
    "lingk jalan jl jln gang gg perum perumahan blok dekat samping depan belakang sebelah timur barat utara selatan ";
/* Behind one of those: no name of a place, but perhaps a title, whose name core/mask.h takes. */
static const char common[] = " rumah rusak ini itu saya kami yang di ke dan raya tolong mohon ada banjir sekolah masjid "
    "musholla balai pasar kantor warung toko jalan desa dusun rt rw kampung pak bu bapak ibu bpk mas mbak mbah kang haji hj "
    "bernama nama ";

/* "rt 3", "jl. Melati", "dusun Krajan": the length of all of it but the first word, 0 it is nothing such. */
static size_t
address_at(const char *s, size_t word, const char *end)
{
	size_t gap, n;

	if (!is_word_of(precise, s, word))
		return 0;
	gap = gap_at(s + word, end);
	n = word_at(s + word + gap, end);
	if (n == 0 || is_word_of(common, s + word + gap, n))
		return 0;
	return gap + n;
}

/* "rt03", "no12": written without a blank. */
static int
is_glued(const char *s, size_t len)
{
	static const char *const before[] = { "rt", "rw", "no" };
	size_t digits = 0;

	while (digits < len && s[len - 1 - digits] >= '0' && s[len - 1 - digits] <= '9')
		digits++;
	for (size_t i = 0; i < N_ELEMS(before) && digits > 0; i++)
		if (len - digits == strlen(before[i]) && strncasecmp(s, before[i], len - digits) == 0)
			return 1;
	return 0;
}

/* "-8.36466": the length of a number with so many digits behind its dot. */
static size_t
degrees_at(const char *s, const char *end)
{
	size_t n = 0, behind = 0;

	while (s + n < end && s[n] >= '0' && s[n] <= '9')
		n++;
	if (n == 0 || s + n >= end || (s[n] != '.' && s[n] != ','))
		return 0;
	while (s + n + 1 + behind < end && s[n + 1 + behind] >= '0' && s[n + 1 + behind] <= '9')
		behind++;
	return behind > DEGREE_DIGITS ? n + 1 + behind : 0;
}

static int
is_his_name(const char *name, const char *s, size_t len)
{
	return name != NULL && len >= NAME_LEAST && is_word_of(name, s, len);
}

/* Written like a name, where no sentence begins: one letter large, the others small. */
static int
is_like_name(const char *s, size_t len)
{
	return len >= NAME_LEAST && isupper((unsigned char)s[0]) && islower((unsigned char)s[1]) && islower((unsigned char)s[2]);
}

/* The kecamatan that is told may be named in the words, too. */
static int
names_area(const struct place *area, const char *s, size_t len)
{
	for (; area != NULL; area = area->parent)
		if (is_word_of(area->name, s, len))
			return 1;
	return is_word_of("kecamatan kabupaten", s, len);
}

/* What begins at this word and is not shown: its length, and what stands for it. */
static size_t
hidden_at(const struct blur *h, const char *s, const char *end, int begins, const char **mark)
{
	size_t word = word_at(s, end), n;

	*mark = PLACE_MARK;
	if ((n = degrees_at(s, end)) > 0 || (n = place_name_at(h, s, end)) > 0 || (n = is_glued(s, word) ? word : 0) > 0)
		return n;
	*mark = NAME_MARK;
	if (is_his_name(h->name, s, word))
		return word;
	return !begins && is_like_name(s, word) && !is_word_of(precise, s, word) && !names_area(h->area, s, word) ? word : 0;
}

/* Places and names first, as one word each; what is left then meets core/mask.h. */
static void
hide_words(struct buf *out, const struct blur *h, const char *s, const char *end)
{
	int begins = 1;

	while (s < end) {
		const char *mark;
		size_t word = word_at(s, end), n;

		if (word == 0) {
			begins |= strchr(".!?\n", *s) != NULL;
			buf_addc(out, *s++);
			continue;
		}
		n = hidden_at(h, s, end, begins, &mark);
		if (n > 0) {
			buf_adds(out, mark);
		} else if ((n = address_at(s, word, end)) > 0) {
			buf_add(out, s, word);
			buf_adds(out, " " PLACE_MARK);
			n += word;
		} else {
			buf_add(out, s, word);
			n = word;
		}
		s += n;
		begins = 0;
	}
}

void
buf_add_blurred(struct buf *out, const struct blur *h, const char *text, size_t len)
{
	struct buf open = { 0 };

	if (h->area == NULL) {
		buf_add(out, text, len);
		return;
	}
	hide_words(&open, h, text, text + len);
	buf_add_masked(out, buf_str(&open), open.len);
	buf_wipe(&open);
}

static void
blur_string(const struct blur *h, char **s)
{
	struct buf b = { 0 };

	if (*s == NULL)
		return;
	buf_add_blurred(&b, h, *s, strlen(*s));
	memset(*s, 0, strlen(*s));
	free(*s);
	*s = buf_take(&b);
}

void
blur_laporan(const struct blur *h, struct laporan *l)
{
	if (h->area == NULL)
		return;
	blur_string(h, &l->text);
	blur_string(h, &l->where);
	free(l->link);
	free(l->place);
	free(l->cell);
	l->link = l->place = l->cell = NULL;
	l->has_position = l->media_n = 0;
	l->lat = l->lng = 0;
}
