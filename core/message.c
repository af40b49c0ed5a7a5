#include "core/message.h"

#include <stdio.h>
#include <string.h>

#define EXCERPT_BYTES 80

void
outgoing_release(struct outgoing *o)
{
	buf_wipe(&o->to);
	buf_wipe(&o->text);
	buf_wipe(&o->brief);
}

static const struct { enum case_state s; const char *id, *en; } words_of_state[] = {
	{ CASE_BARU,       "sedang dibaca petugas",  "being read" },
	{ CASE_DITUGASKAN, "sudah dikirim ke petugas", "sent to the officers" },
	{ CASE_DITERIMA,   "diterima petugas",       "accepted" },
	{ CASE_MENUJU,     "petugas menuju lokasi",  "officer on the way" },
	{ CASE_DITANGANI,  "sedang ditangani",       "being handled" },
	{ CASE_SELESAI,    "selesai, menunggu jawaban pelapor", "done, the reporter is asked" },
	{ CASE_MENUNGGU,   "menunggu",               "waiting" },
	{ CASE_DITUTUP,    "ditutup",                "closed" },
};

const char *
case_state_words(enum case_state s, enum close_reason closed_as, const char *lang)
{
	int en = strcmp(lang, "en") == 0;

	if (s == CASE_DITUTUP && closed_as == CLOSE_UNDISPUTED)
		return en ? "closed, not confirmed" : "ditutup, belum dikonfirmasi";
	if (s == CASE_DITUTUP && closed_as == CLOSE_WITHDRAWN)
		return en ? "withdrawn" : "dicabut";
	if (s == CASE_DITUTUP && closed_as == CLOSE_DRILL)
		return en ? "drill over" : "latihan usai";
	if (s == CASE_DITUTUP && closed_as == CLOSE_REJECTED)
		return en ? "rejected" : "ditolak";
	for (size_t i = 0; i < N_ELEMS(words_of_state); i++)
		if (words_of_state[i].s == s)
			return en ? words_of_state[i].en : words_of_state[i].id;
	return "";
}

#define PUBLIC_ROUTE "-publik"

/*
 * What a public answer may say is the same for a sealed case as for any other, so that it tells
 * nobody which it is.  Kinds without a row are for the reporter alone.
 */
static const struct { const char *kind, *said; } in_public[] = {
	{ "terima",        "publik" },		{ "terima-triase", "publik" },
	{ "terima-rahasia", "publik" },	{ "tanya-laporan", "publik" },
	{ "terima-dua",    "publik" },
	{ "tanya-tempat",  "publik-tempat" },	{ "tanya-desa",    "publik-tempat" },
	{ "kabar-tanya",   "publik-kabar" },	{ "kabar-selesai", "publik-kabar" },
	{ "kabar-ditolak", "publik-kabar" },	{ "kabar-digabung", "publik-kabar" },
	{ "terima-kejadian", "publik" },	{ "kabar-surut", "publik-kabar" },
	{ "cek",           "publik-kabar" },
	{ "cek-lewat",     "publik-kabar" },	{ "cek-selesai",   "publik-kabar" },
	{ "cek-rahasia",   "publik-kabar" },
};

const char *
message_kind_on(const char *route, const char *kind)
{
	size_t n = strlen(route), tail = strlen(PUBLIC_ROUTE);

	if (n < tail || strcmp(route + n - tail, PUBLIC_ROUTE) != 0)
		return kind;
	for (size_t i = 0; i < N_ELEMS(in_public); i++)
		if (strcmp(in_public[i].kind, kind) == 0)
			return in_public[i].said;
	return NULL;
}

/* By the code alone anybody sees the state, so that is what a public answer may hold. */
static const struct { const char *kind, *open; } public_kinds[] = {
	{ "terima",          "publik" },  { "terima-triase",   "publik" },
	{ "terima-dua",      "publik" },
	{ "tanya-laporan",   "publik" },  { "tanya-tempat",    "publik-tempat" },
	{ "tanya-desa",      "publik-tempat" },
	{ "kabar-diterima",  "publik-kabar" },   { "kabar-menuju",    "publik-kabar" },
	{ "kabar-tiba",      "publik-kabar" },   { "kabar-ditangani", "publik-kabar" },
	{ "kabar-teruskan",  "publik-kabar" },   { "kabar-menunggu",  "publik-kabar" },
	{ "kabar-ditutup",   "publik-kabar" },   { "kabar-ditolak",   "publik-kabar" },
	{ "kabar-digabung",  "publik-kabar" },
	{ "terima-kejadian", "publik" },  { "kabar-gabung",    "publik-kabar" },
	{ "kabar-pisah",     "publik-kabar" },   { "kabar-pecah",     "publik-kabar" },
	{ "kabar-dua",       "publik-kabar" },
	{ "kabar-surut",     "publik-selesai" },
	{ "kabar-batal",     "publik-kabar" },   { "kabar-dibuka",    "publik-kabar" },
	{ "kabar-tambah",    "publik-kabar" },   { "kabar-selesai",   "publik-selesai" },
	{ "cek",             "publik-kabar" },   { "cek-lewat",       "publik-kabar" },
	{ "cek-selesai",     "publik-kabar" },
	{ "sapa",            NULL },	/* thanks under a post: a machine's greeting is only noise */
};

static int
is_public(const char *to)
{
	return strncmp(to, "comment:", 8) == 0 || strncmp(to, "post:", 5) == 0;
}

int
message_go_public(const char **kind, struct buf *to, int sealed)
{
	struct buf author = { 0 };

	if (!is_public(buf_str(to)))
		return 0;
	for (size_t i = 0; !sealed && i < N_ELEMS(public_kinds); i++)
		if (strcmp(public_kinds[i].kind, *kind) == 0) {
			*kind = public_kinds[i].open;
			return *kind != NULL ? 0 : -1;
		}
	buf_addf(&author, "private:%s", buf_str(to));
	buf_wipe(to);
	*to = author;
	return 0;
}

int
message_needs_words(const struct message *m)
{
	return m->to == TO_REPORTER || m->group == GROUP_TASK || strcmp(m->kind, "tambahan") == 0;
}

/* The deadline as a clock time; with the date when it is another day. */
static void
add_deadline(struct buf *b, int64_t due_ms, int64_t now_ms)
{
	if (due_ms == 0)
		return;
	if (wib_day(due_ms) == wib_day(now_ms)) {
		buf_add_wib_clock(b, due_ms);
		buf_adds(b, " WIB");
	} else {
		buf_add_wib_short(b, due_ms);
	}
}

void
message_excerpt(struct buf *b, const char *s, size_t max)
{
	struct buf folded = { 0 };
	size_t n;

	sms_plain(&folded, s, strlen(s));
	n = folded.len;
	if (n > max) {
		n = max;
		while (n > 0 && ((unsigned char)folded.data[n] & 0xc0) == 0x80)
			n--;
	}
	for (size_t i = 0; i < n; i++)
		buf_addc(b, (unsigned char)folded.data[i] < ' ' ? ' ' : folded.data[i]);
	if (n < folded.len)
		buf_adds(b, "..");
	buf_wipe(&folded);
}

static int64_t
promise_ms(const struct policy *p, const struct case_record *c)
{
	for (int i = 0; i < c->clocks_n; i++)
		if (p->clocks[i].stop == STOP_ON_HANDLE && c->clocks[i].state != CLOCK_NONE)
			return c->clocks[i].due_ms;
	return 0;
}

struct holes {
	struct buf place, unit, options, due, date, left, late, longest, held, percent, excerpt;
	char code[CODE_CHARS + 2], twin[CODE_CHARS + 2], proof[SHOWN_PROOF_CHARS];
};

static void
holes_release(struct holes *h)
{
	buf_release(&h->place);
	buf_release(&h->unit);
	buf_release(&h->options);
	buf_release(&h->due);
	buf_release(&h->date);
	buf_release(&h->longest);
	buf_release(&h->held);
	buf_release(&h->left);
	buf_release(&h->late);
	buf_release(&h->percent);
	buf_wipe(&h->excerpt);
}

/* Who had the case longest, and how long: "RSUD Genteng 3 jam 10 menit". */
static void
add_longest(struct buf *b, const struct policy *p, const struct case_record *c, const char *lang,
    int64_t now_ms)
{
	struct ledger_row rows[LEDGER_ROWS + 1];
	const struct unit *u;
	int n = ledger_list(&c->ledger, now_ms, rows), most = 0;

	if (n == 0)
		return;			/* of no case yet */
	for (int i = 1; i < n; i++)
		if (rows[i].ms >= rows[most].ms)	/* of two the later, who may have it still */
			most = i;
	u = unit_find(p->units, rows[most].holder);
	buf_addf(b, "%s ", u != NULL ? u->shortname : rows[most].holder);
	buf_add_duration(b, rows[most].ms, lang);
}

/* "1 Karangrejo, Kec. Banyuwangi; 2 ..." or "1 lampu jalan 7K3F-9QXM; 2 ...". */
static void
add_options(struct buf *b, const struct policy *p, const struct case_record *c)
{
	for (int i = 0; i < c->question.options_n; i++) {
		const struct question_option *o = &c->question.options[i];
		const struct place *place = place_find(p->places, o->id);
		const struct category *k = category_find(p->catalogue, o->category);
		struct code code;
		char shown[CODE_CHARS + 2] = "";

		buf_addf(b, "%s%d ", i ? "; " : "", i + 1);
		if (c->question.what == QUESTION_CASE && code_parse(&code, o->id, strlen(o->id)) == 0) {
			code_show(shown, &code);
			buf_addf(b, "%s%s%s", k != NULL ? k->shortname : "", k != NULL ? " " : "", shown);
		} else if (place != NULL) {
			buf_addf(b, "%s%s%s", place->name, place->parent != NULL ? " Kec. " : "",
			    place->parent != NULL ? place->parent->name : "");
		}
	}
}

static void
fill_holes(struct holes *h, const struct policy *p, const struct case_record *c, const char *unit,
    int64_t due_ms, const char *lang, int64_t now_ms)
{
	const struct place *place = place_find(p->places, c->place);
	struct code twin;
	const struct unit *u = unit_find(p->units, unit[0] != '\0' ? unit : case_lead(c));

	code_show(h->code, &c->code);
	h->twin[0] = '\0';
	if (code_parse(&twin, c->twin, strlen(c->twin)) == 0)
		code_show(h->twin, &twin);
	proof_show(h->proof, c->proof);
	if (place != NULL)
		buf_add_place(&h->place, place);
	else
		buf_adds(&h->place, strcmp(lang, "en") == 0 ? "place not yet clear" : "tempat belum jelas");
	add_options(&h->options, p, c);
	buf_adds(&h->unit, u != NULL ? u->shortname : "112");
	add_deadline(&h->due, promise_ms(p, c), now_ms);
	add_deadline(&h->date, due_ms != 0 ? due_ms : c->state == CASE_MENUNGGU ? c->wait_until_ms :
	    c->wish.until_ms != 0 ? c->wish.until_ms : promise_ms(p, c), now_ms);
	if (due_ms == 0)
		due_ms = promise_ms(p, c);
	add_longest(&h->longest, p, c, lang, now_ms);
	buf_add_duration(&h->left, due_ms > now_ms ? due_ms - now_ms : 0, lang);
	buf_add_duration(&h->late, now_ms > due_ms ? now_ms - due_ms : 0, lang);
}

/* As people shout it. */
static const char *
urgency_shout(enum urgency u)
{
	static const char *const words[] = { [URGENCY_BIASA] = "BIASA",
	    [URGENCY_MENDESAK] = "MENDESAK",
	    [URGENCY_DARURAT] = "DARURAT" };

	return words[u];
}

static const char *
category_name(const struct policy *p, const char *category)
{
	const struct category *k = category_find(p->catalogue, category);

	return k != NULL ? k->shortname : "laporan";
}

/* Texts of an older version say with {alasan} for what a case waits; now the list says it. */
static const char *
why(const struct case_record *c, const char *kind, const char *note)
{
	return strcmp(kind, "kabar-menunggu") == 0 && c->wait_reason[0] != '\0' ? c->wait_reason : note;
}

static int
fill(const struct policy *p, const char *lang, const char *kind, const struct case_record *c,
    const struct holes *h, const struct message *m, const char *note,
    const struct template_value *more, size_t more_n, struct buf *out)
{
	int number = m != NULL && m->to == TO_OFFICER && c != NULL ? case_photo_number(p, c, m->officer) : 0;
	char digits[12] = "";
	const struct template_value known[] = {
		{ "kode", h->code }, { "kategori", category_name(p, c->category) }, { "tempat", buf_str(&h->place) },
		{ "unit", buf_str(&h->unit) }, { "batas", buf_str(&h->due) }, { "sisa", buf_str(&h->left) },
		{ "lambat", buf_str(&h->late) }, { "persen", buf_str(&h->percent) },
		{ "isi", buf_str(&h->excerpt) }, { "nonce", m != NULL ? m->nonce : "" },
		{ "tautan", m != NULL ? m->link : "" },
		{ "anak", m != NULL ? m->rung : "" }, { "urgensi", urgency_shout(c->urgency) },
		{ "alasan", why(c, kind, note) }, { "pertanyaan", note }, { "tanggal", buf_str(&h->date) },
		{ "terlama", buf_str(&h->longest) }, { "telat", buf_str(&h->held) },
		{ "alasan-tunggu", c->wait_reason[0] != '\0' ? c->wait_reason : c->wish.reason },
		{ "keadaan", case_state_words(c->state, c->closed_as, lang) },
		{ "bukti", h->proof }, { "pilihan", buf_str(&h->options) },
		{ "angka", digits },
		{ "kode-lain", h->twin }, { "kategori-lain", category_name(p, c->twin_category) },
	};
	struct template_value v[32];
	size_t n = 0;

	if (number != 0)
		snprintf(digits, sizeof(digits), "%d", number);
	/* The caller's come first: they say it more exactly. */
	for (size_t i = 0; i < more_n && n < N_ELEMS(v); i++)
		v[n++] = more[i];
	for (size_t i = 0; i < N_ELEMS(known) && n < N_ELEMS(v); i++)
		v[n++] = known[i];
	return text_fill(p->texts, lang, kind, out, v, n);
}

int
message_render(const struct policy *p, const struct roster *r, const struct case_record *c,
    const struct laporan *words, const char *note, const struct message *m, int64_t now_ms,
    struct outgoing *out)
{
	const struct officer *o = m->to == TO_OFFICER ? officer_find(r, m->officer) : NULL;
	const char *lang = m->to == TO_OFFICER ? (o != NULL ? o->lang : "id") : c->lang;
	const char *route = m->to != TO_OFFICER ? c->channel : m->way[0] != '\0' ? m->way : "sms";
	const char *kind = message_kind_on(route, m->kind);
	const char *unit = m->group == GROUP_REPORTER || m->group == GROUP_NOTICE ? m->unit : "";
	struct buf reason = { 0 };
	struct holes h = { 0 };
	int rc = -1;

	out->kind = m->kind;
	if (m->link[0] != '\0' && strcmp(m->kind, "tugas") == 0 &&
	    text_segments_max(p->texts, "tugas-luar") > 0)
		kind = "tugas-luar";	/* versions from before it know the other alone */
	if (m->to == TO_PLATFORM) {
		buf_adds(&out->to, m->reference);
		snprintf(out->route, sizeof(out->route), "berkas");
		return 0;
	}
	if (m->to == TO_OFFICER && (o == NULL || o->phone[0] == '\0'))
		return -1;
	if (m->to == TO_REPORTER &&
	    (words == NULL || laporan_address(words) == NULL || c->channel[0] == '\0'))
		return -1;
	if (kind == NULL)
		return 1;
	buf_adds(&out->to, m->to == TO_OFFICER ? o->phone : laporan_address(words));
	if (m->to == TO_REPORTER && message_go_public(&kind, &out->to, c->sealed) != 0)
		return 1;
	fill_holes(&h, p, c, unit, m->due_ms, lang, now_ms);
	buf_addf(&h.percent, "%d", m->percent);
	buf_add_duration(&h.held, m->late_ms, lang);
	if (note != NULL)
		message_excerpt(&reason, note, 2 * EXCERPT_BYTES);
	if (!c->sealed && m->group == GROUP_NOTICE && note != NULL)
		message_excerpt(&h.excerpt, note, EXCERPT_BYTES);
	else if (c->unread && !c->lane_e)	/* a cry for help is worth more than a secret */
		buf_adds(&h.excerpt, strcmp(lang, "en") == 0 ? "(no machine has read it: read it at the console)" :
		    "(belum terbaca mesin: baca di konsol)");
	else if (!c->sealed && words != NULL && words->text != NULL)
		message_excerpt(&h.excerpt, words->text, EXCERPT_BYTES);
	else if (!c->sealed && words != NULL && laporan_is_empty(words))
		buf_adds(&h.excerpt, strcmp(lang, "en") == 0 ? "(a missed call or an empty message: ask)" :
		    "(panggilan tak terjawab atau pesan kosong: tanyakan)");
	if (fill(p, lang, kind, c, &h, m, buf_str(&reason), NULL, 0, &out->text) != 0)
		goto out;
	/* A kind that this version's texts do not know yet has no line: such a message goes alone. */
	if (!m->lane_e && text_brief(kind) != NULL)
		(void)fill(p, lang, text_brief(kind), c, &h, m, "", NULL, 0, &out->brief);
	snprintf(out->lang, sizeof(out->lang), "%s", lang);
	snprintf(out->route, sizeof(out->route), "%s", route);
	out->kind = strcmp(kind, "tugas-luar") == 0 ? m->kind : kind;
	rc = 0;
out:
	buf_wipe(&reason);
	holes_release(&h);
	return rc;
}

int
message_answer(const struct policy *p, const char *lang, const char *kind,
    const struct case_record *c, int64_t now_ms, const struct template_value *values, size_t n,
    struct buf *out)
{
	static const struct case_record nothing;
	struct holes h = { 0 };
	int rc;

	if (c == NULL)
		c = &nothing;
	fill_holes(&h, p, c, "", 0, lang, now_ms);
	rc = fill(p, lang, kind, c, &h, NULL, "", values, n, out);
	holes_release(&h);
	return rc;
}
