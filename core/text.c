#include "core/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "lib/escape.h"
#include "lib/yaml.h"

#define SEGMENTS_MAX 4			/* more than this is a letter, and gateways lose parts */
#define LANG_CHARS 4

/* ---- the SMS alphabet ---- */

/* GSM 03.38 beyond ASCII; what of ASCII is missing or costs two stands in the other tables. */
static const uint16_t gsm_beyond_ascii[] = {
	0x00A3, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC, 0x00F2, 0x00C7, 0x00D8, 0x00F8, 0x00C5,
	0x00E5, 0x0394, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E,
	0x00C6, 0x00E6, 0x00DF, 0x00C9, 0x00A4, 0x00A1, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,
	0x00BF, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,
};

/* Septets that a character costs, 0 if the alphabet lacks it. */
static int
gsm_cost(int32_t c)
{
	switch (c) {
	case '\n': case '\r':
		return 1;
	case '\f': case '^': case '{': case '}': case '\\': case '[': case '~': case ']': case '|': case 0x20AC:
		return 2;
	case '`':
		return 0;
	default:
		break;
	}
	if (c >= ' ' && c < 0x7F)
		return 1;
	for (size_t i = 0; i < N_ELEMS(gsm_beyond_ascii); i++)
		if (c == gsm_beyond_ascii[i])
			return 1;
	return 0;
}

/* The character at s and the bytes it takes; a broken byte counts as U+FFFD. */
static size_t
next_char(const char *s, size_t len, int32_t *c)
{
	utf8proc_ssize_t n;

	if ((unsigned char)*s < 0x80) {		/* most of every message */
		*c = *s;
		return 1;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len, c);
	if (n > 0)
		return (size_t)n;
	*c = 0xFFFD;
	return 1;
}

static enum sms_alphabet
alphabet_of(const char *text, size_t len)
{
	int32_t c;

	for (size_t i = 0; i < len; ) {
		i += next_char(text + i, len - i, &c);
		if (gsm_cost(c) == 0)
			return SMS_UCS2;
	}
	return SMS_GSM7;
}

void
sms_measure(struct sms_size *out, const char *text, size_t len)
{
	static const struct { int single, part; } room[] = {
		[SMS_GSM7] = { 160, 153 }, [SMS_UCS2] = { 70, 67 },
	};
	int in_part = 0, parts = 1;
	int32_t c;

	out->alphabet = alphabet_of(text, len);
	out->units = 0;
	for (size_t i = 0; i < len; ) {
		int cost;

		i += next_char(text + i, len - i, &c);
		cost = out->alphabet == SMS_GSM7 ? gsm_cost(c) : c > 0xFFFF ? 2 : 1;
		out->units += cost;
		if (in_part + cost > room[out->alphabet].part) {
			parts++;
			in_part = 0;
		}
		in_part += cost;
	}
	out->segments = out->units <= room[out->alphabet].single ? 1 : parts;
}

/* ---- folding ---- */

/* What word processors and phones put in by themselves. */
static const struct { int32_t first, last; const char *plain; } folds[] = {
	{ '\t', '\t', " " },		{ 0x00, 0x09, "" },		{ 0x0B, 0x1F, "" },
	{ '`', '`', "'" },		{ 0x7F, 0x9F, "" },		{ 0xA0, 0xA0, " " },
	{ 0xAD, 0xAD, "" },		{ 0xB4, 0xB4, "'" },		{ 0xB7, 0xB7, "*" },
	{ 0x2000, 0x200A, " " },	{ 0x200B, 0x200F, "" },		{ 0x2010, 0x2015, "-" },
	{ 0x2018, 0x201B, "'" },	{ 0x201C, 0x201F, "\"" },	{ 0x2022, 0x2022, "*" },
	{ 0x2026, 0x2026, "..." },	{ 0x2028, 0x2029, "\n" },	{ 0x202A, 0x202E, "" },
	{ 0x202F, 0x202F, " " },	{ 0x2032, 0x2032, "'" },	{ 0x2033, 0x2033, "\"" },
	{ 0x205F, 0x205F, " " },	{ 0x2060, 0x2064, "" },		{ 0x2066, 0x2069, "" },
	{ 0x2212, 0x2212, "-" },	{ 0x3000, 0x3000, " " },	{ 0xFE00, 0xFE0F, "" },
	{ 0xFEFF, 0xFEFF, "" },		{ 0xFFFD, 0xFFFD, "?" },
};

static const char *
fold_of(int32_t c)
{
	for (size_t i = 0; i < N_ELEMS(folds); i++)
		if (c >= folds[i].first && c <= folds[i].last)
			return folds[i].plain;
	return NULL;
}

/* In the given normal form; the caller frees.  Repaired bytes cannot fail but for memory. */
static char *
normal_form(const char *text, size_t len, int form, size_t *n_out)
{
	struct buf whole = { 0 };
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n;

	buf_add_utf8(&whole, text, len);
	n = utf8proc_map((const utf8proc_uint8_t *)buf_str(&whole), (utf8proc_ssize_t)whole.len,
	    &out, (utf8proc_option_t)(UTF8PROC_STABLE | form));
	buf_release(&whole);
	if (n < 0)
		abort();
	*n_out = (size_t)n;
	return (char *)out;
}

void
sms_fold(struct buf *out, const char *text, size_t len)
{
	size_t n, used;
	char *nfc;

	for (n = 0; n < len && ((text[n] >= ' ' && text[n] <= '~') || text[n] == '\n'); n++)
		;
	if (n == len) {			/* plain ASCII, as most texts are, has nothing to fold */
		buf_add(out, text, len);
		return;
	}
	nfc = normal_form(text, len, UTF8PROC_COMPOSE, &n);

	for (size_t i = 0; i < n; i += used) {
		const char *plain;
		int32_t c;

		used = next_char(nfc + i, n - i, &c);
		plain = fold_of(c);
		if (plain != NULL)
			buf_adds(out, plain);
		else
			buf_add(out, nfc + i, used);
	}
	free(nfc);
}

/* The letter below its marks (a for a with macron), or ? once for all that has no such letter. */
static void
add_plain_char(struct buf *out, const char *s, size_t len)
{
	size_t n;
	char *apart =
	    normal_form(s, len, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK, &n);

	if (n > 0 && alphabet_of(apart, n) == SMS_GSM7)
		buf_add(out, apart, n);
	else if (n > 0 && (out->len == 0 || out->data[out->len - 1] != '?'))
		buf_addc(out, '?');
	free(apart);
}

void
sms_plain(struct buf *out, const char *text, size_t len)
{
	struct buf folded = { 0 };
	size_t used;

	sms_fold(&folded, text, len);
	for (size_t i = 0; i < folded.len; i += used) {
		int32_t c;

		used = next_char(folded.data + i, folded.len - i, &c);
		if (gsm_cost(c) > 0)
			buf_add(out, folded.data + i, used);
		else
			add_plain_char(out, folded.data + i, used);
	}
	buf_release(&folded);
}

/* ---- the kinds ---- */

/*
 * brief: the kind of its line in a digest, for what one person may get several of at once; kinds
 * without one are never held.  What somebody asked for and what a resident is promised stay alone.
 */
static const struct kind { const char *name, *holes, *brief; } kinds[] = {
	/* to the resident */
	{ "terima",            "kode kategori tempat unit batas bukti", NULL },
	{ "terima-triase",     "kode batas bukti", NULL },
	{ "terima-rahasia",    "kode bukti", NULL },
	{ "terima-kosong",     "kode", NULL },
	{ "terima-dua",        "kode kategori tempat unit batas kode-lain kategori-lain", NULL },
	{ "tanya-tempat",      "kode kategori batas", NULL },
	{ "tanya-desa",        "kode kategori pilihan batas", NULL },
	{ "tanya-laporan",     "kode pilihan", NULL },
	{ "kabar-diterima",    "kode unit", NULL },
	{ "kabar-menuju",      "kode unit", NULL },
	{ "kabar-tiba",        "kode unit", NULL },
	{ "kabar-ditangani",   "kode unit", NULL },
	{ "kabar-teruskan",    "kode unit alasan", NULL },
	{ "kabar-selesai",     "kode unit", NULL },
	{ "kabar-menunggu",    "kode alasan-tunggu tanggal", NULL },
	{ "kabar-tanggal",     "kode tanggal alasan", NULL },
	{ "kabar-tanya",       "kode pertanyaan", NULL },
	{ "kabar-ditutup",     "kode", NULL },
	{ "kabar-ditolak",     "kode unit alasan", NULL },
	{ "kabar-digabung",    "kode unit alasan", NULL },
	{ "terima-kejadian",   "kode kategori tempat unit batas bukti", NULL },
	{ "kabar-gabung",      "kode unit alasan", NULL },
	{ "kabar-pisah",       "kode unit batas", NULL },
	{ "kabar-pecah",       "kode", NULL },
	{ "kabar-dua",         "kode kode-lain kategori-lain", NULL },
	{ "kabar-surut",       "kode tempat", NULL },
	{ "kabar-batal",       "kode", NULL },
	{ "kabar-dibuka",      "kode unit", NULL },
	{ "kabar-tambah",      "kode", NULL },
	{ "sapa",              "", NULL },
	{ "cek",               "kode keadaan unit sisa bukti", NULL },
	{ "cek-lewat",         "kode keadaan unit lambat bukti", NULL },
	{ "cek-selesai",       "kode keadaan unit bukti", NULL },
	{ "cek-rahasia",       "kode bukti", NULL },
	{ "cek-tiada",         "", NULL },
	{ "tanpa-laporan",     "", NULL },
	{ "pilih",             "daftar contoh", NULL },
	{ "stop",              "", NULL },
	{ "salah-nomor",       "", NULL },
	{ "bahasa",            "", NULL },
	{ "bahasa-tiada",      "daftar contoh", NULL },
	{ "tombol",            "", NULL },
	{ "kode-diri",         "kode", NULL },
	{ "kode-data",         "kode", NULL },
	{ "data-salah",        "", NULL },
	{ "langgan",           "tempat", NULL },
	{ "langgan-tiada",     "", NULL },
	{ "langgan-tidak",     "", NULL },
	{ "langgan-penuh",     "tempat", NULL },
	{ "langgan-kejadian",  "kategori tempat", NULL },
	{ "langgan-surut",     "kategori tempat", NULL },
	/* where everybody reads along: no hole that could say who, what or where */
	{ "publik",            "kode", NULL },
	{ "publik-tempat",     "kode", NULL },
	{ "publik-kabar",      "kode", NULL },
	{ "publik-selesai",    "kode", NULL },
	/* to volunteers who are called */
	{ "panggil",           "kode isi batas", NULL },
	{ "panggil-terima",    "kode", NULL },
	{ "panggil-penuh",     "kode", NULL },
	{ "panggil-usai",      "kode", NULL },
	{ "panggil-contoh",    "kode", NULL },
	/* to officers, from here on */
#define FIRST_FOR_OFFICERS "tugas"
	{ "tugas",             "kode nonce urgensi kategori tempat isi batas angka", "ringkas-tugas" },
	{ "tugas-luar",        "kode nonce urgensi kategori tempat isi batas tautan", "ringkas-tugas" },
	{ "tugas-rahasia",     "kode", "ringkas-rahasia" },
	{ "ingat",             "kode nonce kategori tempat persen sisa", "ringkas-ingat" },
	{ "ingat-rahasia",     "kode sisa", "ringkas-rahasia" },
	{ "eskalasi",          "kode kategori tempat unit anak lambat terlama", "ringkas-eskalasi" },
	{ TEXT_GATHERED,       "kode kategori tempat unit anak lambat terlama telat", "ringkas-telat" },
	{ "eskalasi-rahasia",  "kode", "ringkas-rahasia" },
	{ "sanggah",           "kode nonce unit", "ringkas-sanggah" },
	{ "tanya-tuntas",      "kode nonce kategori tempat unit", NULL },
	{ "minta-tunggu",      "kode nonce alasan-tunggu tanggal alasan", NULL },
	{ "minta-tunggu-rahasia", "kode", NULL },
	{ "tunggu-ditolak",    "kode isi", NULL },
	{ "mengapa",           "kode nonce isi", NULL },
	{ "mengapa-rahasia",   "kode", NULL },
	{ "jawaban",           "kode isi", NULL },
	{ "jawaban-rahasia",   "kode", NULL },
	{ "periksa-foto",      "kode kategori tempat", NULL },
	{ "tanpa-tempat",      "kode kategori unit", NULL },
	{ "diambil",           "kode unit", "ringkas-diambil" },
	{ "tarik",             "kode", "ringkas-tarik" },
	{ "jawab",             "kode keadaan", NULL },
	{ "jawab-salah",       "contoh", NULL },
	{ "jawab-tolak",       "kode keadaan sebab", NULL },
	{ "jawab-kode",        "nonce contoh", NULL },
	{ "jawab-kosong",      "", NULL },
	{ "jawab-tebak",       "", NULL },
	{ "jawab-banyak",      "", NULL },
	{ "jawab-rahasia",     "kode", NULL },
	{ "celah",             "unit anak", "ringkas-celah" },
	{ "sistem",            "apa", NULL },
	{ "tambahan",          "kode isi", "ringkas-tambahan" },
	{ "apel",              "unit", NULL },
	{ "latihan-usai",      "", NULL },
	{ "kaca",              "kode unit batas", NULL },
	{ "peringatan",        "sumber peringatan daerah batas", NULL },
	{ "peringatan-ubah",   "sumber peringatan daerah batas", NULL },
	{ "peringatan-cabut",  "sumber peringatan daerah", NULL },
	/* lines of a digest; a sealed case says no more there than alone */
	{ "ikhtisar",          "jumlah butir", NULL },
	{ "ringkas-tugas",     "kode nonce kategori tempat batas", NULL },
	{ "ringkas-sanggah",   "kode nonce", NULL },
	{ "ringkas-ingat",     "kode nonce sisa", NULL },
	{ "ringkas-eskalasi",  "kode unit lambat", NULL },
	{ "ringkas-telat",     "kode unit lambat telat", NULL },
	{ "ringkas-diambil",   "kode unit", NULL },
	{ "ringkas-tarik",     "kode", NULL },
	{ "ringkas-tambahan",  "kode", NULL },
	{ "ringkas-celah",     "unit anak", NULL },
	{ "ringkas-rahasia",   "kode", NULL },
};

/* may_lack: of an older version, with holes that nothing fills any more. */
struct text { char *words; int segments, line, may_lack; };
struct language {
	char code[LANG_CHARS];
	char *file;
	char *names;		/* by which people ask for it, the first shown to them; NULL none */
	struct text texts[N_ELEMS(kinds)];
};
struct texts { struct language *languages; size_t n; };

static int
kind_index(const char *name)
{
	for (size_t i = 0; i < N_ELEMS(kinds); i++)
		if (kinds[i].name[0] == name[0] && strcmp(kinds[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int
is_in_list(const char *list, const char *word, size_t len)
{
	while (*list != '\0') {
		size_t n = strcspn(list, " ");

		if (n == len && memcmp(list, word, len) == 0)
			return 1;
		list += n + (list[n] == ' ');
	}
	return 0;
}

/* ---- loading ---- */

/* One text of a file, while it is checked. */
struct reading {
	const struct yaml *yaml;
	int node;
	const struct kind *kind;
	struct buf *errors;
	int reopened;		/* an unknown hole was known when it was published */
	int mistakes;
};

static void
on_hole(const char *name, size_t len, void *arg)
{
	struct reading *r = arg;

	if (r->reopened || is_in_list(r->kind->holes, name, len))
		return;
	yaml_mistake(r->yaml, r->node, r->errors, "%s: unknown hole {%.*s}; it knows: %s",
	    r->kind->name, (int)len, name, r->kind->holes[0] != '\0' ? r->kind->holes : "none");
	r->mistakes++;
}

static void
check_holes(struct reading *r, const char *words)
{
	struct buf errors = { 0 };

	if (template_holes(words, on_hole, r, &errors) != 0) {
		if (errors.len > 0)
			buf_cut(&errors, errors.len - 1);
		yaml_mistake(r->yaml, r->node, r->errors, "%s: %s", r->kind->name,
		    buf_str(&errors));
		r->mistakes++;
	}
	buf_release(&errors);
}

/* The first character that would turn the SMS into UCS-2 is named: it may look like another. */
static void
check_alphabet(struct reading *r, const char *words)
{
	size_t len = strlen(words), used;
	struct buf folded = { 0 };
	int32_t c;

	sms_fold(&folded, words, len);
	for (size_t i = 0; i < folded.len; i += used) {
		used = next_char(folded.data + i, folded.len - i, &c);
		if (gsm_cost(c) > 0)
			continue;
		yaml_mistake(r->yaml, r->node, r->errors,
		    "%s: \"%.*s\" (U+%04X) is not in the SMS alphabet and would more than "
		    "halve what fits; write it otherwise",
		    r->kind->name, (int)used, folded.data + i, (unsigned)c);
		r->mistakes++;
		break;
	}
	buf_release(&folded);
}

static void
check_keys(struct reading *r, int map)
{
	for (size_t i = 0; i < yaml_count(r->yaml, map); i++) {
		const char *key = yaml_key(r->yaml, map, i);

		if (strcmp(key, "teks") == 0 || strcmp(key, "batas") == 0)
			continue;
		yaml_mistake(r->yaml, yaml_value(r->yaml, map, i), r->errors,
		    "%s: unknown key %s; write teks and batas", r->kind->name, key);
		r->mistakes++;
	}
}

static void
read_text(struct text *t, struct reading *r, int map)
{
	int limit_node = yaml_get(r->yaml, map, "batas");
	const char *words = yaml_str(r->yaml, yaml_get(r->yaml, map, "teks"));
	const char *limit = yaml_str(r->yaml, limit_node);

	r->node = map;
	if (!yaml_is_map(r->yaml, map) || words == NULL || words[0] == '\0') {
		yaml_mistake(r->yaml, map, r->errors, "%s: write {teks: \"...\", batas: 1}",
		    r->kind->name);
		r->mistakes++;
		return;
	}
	check_keys(r, map);
	t->words = xstrdup(words);
	t->line = yaml_line(r->yaml, map);
	t->may_lack = r->reopened;
	if (limit != NULL && limit[0] >= '1' && limit[0] <= '0' + SEGMENTS_MAX &&
	    limit[1] == '\0') {
		t->segments = limit[0] - '0';
	} else {
		yaml_mistake(r->yaml, limit_node != 0 ? limit_node : map, r->errors,
		    "%s: batas must be 1 to %d SMS segments", r->kind->name, SEGMENTS_MAX);
		r->mistakes++;
	}
	r->node = yaml_get(r->yaml, map, "teks");
	check_holes(r, words);
	check_alphabet(r, words);
}

/*
 * What a version says that is older than a kind of text: the facts, for those every kind has.  A
 * digest is its lines; a line that is not known is not made, and its message goes alone.
 */
#define LATER "{kode}: {keadaan}"
#define LATER_DIGEST "{butir}"

static const char *
later(const struct kind *k)
{
	return strcmp(k->name, "ikhtisar") == 0 || strncmp(k->name, "ringkas-", 8) == 0 ? LATER_DIGEST :
	    LATER;
}

/* What a file says of itself: nama, and "dasar: id" when it has not every kind.  1 for the latter. */
static int
read_about(struct language *l, const struct yaml *y, int reopened, struct buf *errors, int *mistakes)
{
	int names = yaml_get(y, yaml_root(y), "nama"), base = yaml_get(y, yaml_root(y), "dasar");
	const char *s = yaml_str(y, names);

	if (s != NULL && s[0] != '\0') {
		l->names = xstrdup(s);
	} else if (!reopened) {
		buf_addf(errors, "%s:1: nama is missing; write the words by which people ask for this "
		    "language, like nama: \"jawa jowo\"\n", l->file);
		++*mistakes;
	}
	if (base != 0 && (yaml_str(y, base) == NULL || strcmp(yaml_str(y, base), TEXTS_BASE) != 0 ||
	    strcmp(l->code, TEXTS_BASE) == 0)) {
		yaml_mistake(y, base, errors, "dasar can only be " TEXTS_BASE ", in another language's file");
		++*mistakes;
	}
	return base != 0;
}

static int
read_kinds(struct language *l, const struct yaml *y, int reopened, struct buf *errors)
{
	struct reading r = { .yaml = y, .errors = errors, .reopened = reopened };
	int root = yaml_root(y), partial = read_about(l, y, reopened, errors, &r.mistakes);

	for (size_t i = 0; i < yaml_count(y, root) && !reopened; i++)
		if (kind_index(yaml_key(y, root, i)) < 0 &&
		    strcmp(yaml_key(y, root, i), "nama") != 0 && strcmp(yaml_key(y, root, i), "dasar") != 0) {
			buf_addf(errors, "%s:%d: unknown kind %s; remove it\n", l->file,
			    yaml_key_line(y, root, i), yaml_key(y, root, i));
			r.mistakes++;
		}
	for (size_t i = 0; i < N_ELEMS(kinds); i++) {
		int node = yaml_get(y, root, kinds[i].name);

		r.kind = &kinds[i];
		if (node != 0) {
			read_text(&l->texts[i], &r, node);
			continue;
		}
		if (partial)
			continue;	/* said in Indonesian */
		if (reopened) {
			l->texts[i] = (struct text){ xstrdup(later(&kinds[i])), 1, 1, 0 };
			continue;
		}
		buf_addf(errors,
		    "%s:1: text %s is missing; write %s: {teks: \"...\", batas: 1}\n", l->file,
		    kinds[i].name, kinds[i].name);
		r.mistakes++;
	}
	return r.mistakes;
}

/* "pesan/id.yaml" is Indonesian. */
static int
lang_of_file(char out[LANG_CHARS], const char *file)
{
	const char *slash = strrchr(file, '/'), *base = slash == NULL ? file : slash + 1;
	size_t len = strcspn(base, ".");

	if (len < 2 || len >= LANG_CHARS || strcmp(base + len, ".yaml") != 0)
		return -1;
	memcpy(out, base, len);
	out[len] = '\0';
	return 0;
}

static int
read_language(struct language *l, const struct text_file *f, int reopened, struct buf *errors)
{
	struct yaml *y;
	int mistakes;

	l->file = xstrdup(f->name);
	if (lang_of_file(l->code, f->name) != 0) {
		buf_addf(errors, "%s:1: name the file by its language, like pesan/id.yaml\n",
		    f->name);
		return 1;
	}
	y = yaml_parse(f->name, f->text, f->len, errors);
	if (y == NULL)
		return 1;
	if (yaml_is_map(y, yaml_root(y))) {
		mistakes = read_kinds(l, y, reopened, errors);
	} else {
		buf_addf(errors, "%s:1: must be a map of kind: {teks: \"...\", batas: 1}\n",
		    f->name);
		mistakes = 1;
	}
	yaml_free(y);
	return mistakes;
}

static const struct language *
language(const struct texts *t, const char *lang)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->languages[i].code, lang) == 0)
			return &t->languages[i];
	return NULL;
}

static struct texts *
parse(const struct text_file *files, size_t n, int reopened, struct buf *errors)
{
	struct texts *t = xcalloc(1, sizeof *t);
	int mistakes = 0;

	t->languages = xcalloc(n + 1, sizeof *t->languages);
	t->n = n;
	for (size_t i = 0; i < n; i++)
		mistakes += read_language(&t->languages[i], &files[i], reopened, errors);
	if (language(t, TEXTS_BASE) == NULL) {
		buf_adds(errors,
		    "pesan/id.yaml:1: is missing; every text needs its Indonesian form\n");
		mistakes++;
	}
	if (mistakes > 0) {
		texts_free(t);
		t = NULL;
	}
	return t;
}

struct texts *
texts_parse(const struct text_file *files, size_t n, struct buf *errors)
{
	return parse(files, n, 0, errors);
}

struct texts *
texts_reopen(const struct text_file *files, size_t n, struct buf *errors)
{
	return parse(files, n, 1, errors);
}

void
texts_free(struct texts *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < N_ELEMS(kinds); k++)
			free(t->languages[i].texts[k].words);
		free(t->languages[i].file);
		free(t->languages[i].names);
	}
	free(t->languages);
	free(t);
}

/* ---- filling ---- */

#define PROOF "bukti"
#define GIVES_WAY "terima"		/* the kind from which it is left out where it has no room */

/* A resident's words stay on one line: nobody's text may look like a line of ours. */
static void
add_value(struct buf *b, const char *s, size_t len)
{
	size_t from = b->len;

	sms_fold(b, s, len);
	for (size_t i = from; i < b->len; i++)
		if (b->data[i] == '\n')
			b->data[i] = ' ';
}

struct filling { const struct template_value *values; size_t n; int may_lack, without_proof; };

static const char *
value_of(const char *name, void *arg)
{
	const struct filling *f = arg;

	if (f->without_proof && strcmp(name, PROOF) == 0)
		return "";
	for (size_t i = 0; i < f->n; i++)
		if (strcmp(f->values[i].name, name) == 0)
			return f->values[i].value != NULL ? f->values[i].value : "";
	return f->may_lack ? "" : NULL;
}

/* What comes first has its limit in one SMS; long names leave no room for the check code, which CEK tells too. */
static int
is_too_long_with_proof(const struct text *text, size_t kind, const char *words, size_t len)
{
	struct sms_size size;

	if (strcmp(kinds[kind].name, GIVES_WAY) != 0 || strstr(text->words, "{?" PROOF "}") == NULL)
		return 0;
	sms_measure(&size, words, len);
	return size.segments > text->segments;
}

static int
fill(const struct text *text, size_t kind, struct buf *out, const struct template_value *values, size_t n)
{
	struct filling f = { values, n, text->may_lack, 0 };
	const struct template_source source = { .value = value_of, .arg = &f };
	struct buf errors = { 0 };
	size_t from = out->len;
	int rc = template_render(out, text->words, add_value, &source, &errors);

	if (rc == 0 && is_too_long_with_proof(text, kind, buf_str(out) + from, out->len - from)) {
		buf_cut(out, from);
		f.without_proof = 1;
		rc = template_render(out, text->words, add_value, &source, &errors);
	}
	buf_release(&errors);
	return rc;
}

int
text_fill(const struct texts *t, const char *lang, const char *kind, struct buf *out,
    const struct template_value *values, size_t n)
{
	const struct language *l = language(t, lang != NULL ? lang : TEXTS_BASE);
	int k = kind_index(kind);

	if (k < 0)
		return -1;
	if (l == NULL || l->texts[k].words == NULL)
		l = language(t, TEXTS_BASE);
	return fill(&l->texts[k], (size_t)k, out, values, n);
}

static int
check_length(const struct language *l, size_t kind, const struct template_value *longest,
    size_t n, struct buf *errors)
{
	const struct text *text = &l->texts[kind];
	struct buf filled = { 0 };
	struct sms_size size;
	int mistakes = 1;

	if (fill(text, kind, &filled, longest, n) != 0) {
		buf_addf(errors, "%s:%d: %s: no longest value is known for one of {%s}\n",
		    l->file, text->line, kinds[kind].name, kinds[kind].holes);
		goto out;
	}
	sms_measure(&size, buf_str(&filled), filled.len);
	if (size.segments > text->segments) {
		buf_addf(errors,
		    "%s:%d: %s: %d SMS segments (%d characters) with the longest values, %d "
		    "allowed; shorten it\n",
		    l->file, text->line, kinds[kind].name, size.segments, size.units,
		    text->segments);
		goto out;
	}
	mistakes = 0;
out:
	buf_release(&filled);
	return mistakes;
}

int
texts_check(const struct texts *t, const struct template_value *longest, size_t n,
    struct buf *errors)
{
	int mistakes = 0;

	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < N_ELEMS(kinds); k++)
			if (t->languages[i].texts[k].words != NULL)
				mistakes += check_length(&t->languages[i], k, longest, n, errors);
	return mistakes == 0 ? 0 : -1;
}

const char *
text_brief(const char *kind)
{
	int k = kind_index(kind);

	return k >= 0 ? kinds[k].brief : NULL;
}

int
text_is_for_officers(const char *kind)
{
	return kind_index(kind) >= kind_index(FIRST_FOR_OFFICERS);
}

int
text_segments_max(const struct texts *t, const char *kind)
{
	int k = kind_index(kind), most = 0;

	for (size_t i = 0; k >= 0 && i < t->n; i++)
		if (t->languages[i].texts[k].segments > most)
			most = t->languages[i].texts[k].segments;
	return most;
}

const char *
texts_language(const struct texts *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++) {
		const char *names = t->languages[i].names;

		for (size_t n; names != NULL && *names != '\0'; names += n + (names[n] == ' ')) {
			n = strcspn(names, " ");
			if (n == strlen(name) && strncasecmp(names, name, n) == 0)
				return t->languages[i].code;
		}
	}
	return NULL;
}

void
texts_add_languages(struct buf *b, const struct texts *t)
{
	for (size_t i = 0, said = 0; i < t->n; i++) {
		const char *names = t->languages[i].names;

		if (names != NULL)
			buf_addf(b, "%s%.*s", said++ ? ", " : "", (int)strcspn(names, " "), names);
	}
}
