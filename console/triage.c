/* /triase: what the router was not sure of, most urgent first; /triase/CODE: one of them, with what it guessed. */
#include "console/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/fields.h"
#include "lib/escape.h"
#include "lib/page.h"
#include "store/candidates.h"
#include "store/recorded.h"

ASSET_DECLARE(console_web_meja_js);

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define SHOWN 40
#define EXCERPT 240		/* bytes of the words in the list */
#define LIKELY 60		/* cases whose words are compared */
#define INCIDENTS 5

void
get_desk_js(struct http_req *r, void *arg)
{
	(void)arg;
	page_answer_asset(r, "text/javascript; charset=utf-8", ASSET(console_web_meja_js));
}

/* ---- the queue ---- */

struct waiting { const struct model_case *m; int sealed; };
struct queue { const struct console *c; const struct officer *o; struct waiting *rows; size_t n, cap; };

static int
gather(const struct model_case *m, int sealed, void *arg)
{
	struct queue *q = arg;
	struct access_case a;

	if (m->state != CASE_BARU)
		return 0;
	model_access(q->c->model, m, sealed, &a);
	if (!access_may(q->c->h.policy, q->o, SEE_EXISTS, &a))
		return 0;
	if (q->n == q->cap) {
		q->cap = q->cap == 0 ? 64 : 2 * q->cap;
		q->rows = xrealloc(q->rows, q->cap * sizeof(*q->rows));
	}
	q->rows[q->n++] = (struct waiting){ m, sealed };
	return 0;
}

/* Drills behind what is real; within one urgency whose turn at the desk ends first came first. */
static int
by_urgency(const void *a, const void *b)
{
	const struct model_case *x = ((const struct waiting *)a)->m, *y = ((const struct waiting *)b)->m;

	if (x->latihan != y->latihan)
		return x->latihan - y->latihan;
	if (x->urgency != y->urgency)
		return x->urgency > y->urgency ? -1 : 1;
	if (x->received_ms != y->received_ms)
		return x->received_ms < y->received_ms ? -1 : 1;
	return strcmp(x->code.s, y->code.s);
}

static void
queue_read(struct queue *q, const struct console *c, const struct officer *o)
{
	*q = (struct queue){ .c = c, .o = o };
	model_each(c->model, gather, q);
	if (q->n > 1)
		qsort(q->rows, q->n, sizeof(*q->rows), by_urgency);
}

/* The one after that in the queue, else its first; "" there is no other. */
static void
next_of(const struct console *c, const struct officer *o, const char *code, int from_first,
    char out[CODE_CHARS + 1])
{
	struct queue q;
	size_t at = 0;

	queue_read(&q, c, o);
	out[0] = '\0';
	for (size_t i = 0; i < q.n && !from_first; i++)
		if (strcmp(q.rows[i].m->code.s, code) == 0)
			at = i + 1;
	for (size_t i = 0; i < q.n && out[0] == '\0'; i++) {
		const char *s = q.rows[(at + i) % q.n].m->code.s;

		if (strcmp(s, code) != 0)
			memcpy(out, s, CODE_CHARS + 1);
	}
	free(q.rows);
}

static void
add_turn(struct buf *b, const struct policy *p, const struct case_record *k, int64_t now_ms)
{
	for (int i = 0; i < k->clocks_n && i < p->clocks_n; i++) {
		int64_t left = k->clocks[i].due_ms - now_ms;

		if (p->clocks[i].stop != STOP_ON_TRIAGE || k->clocks[i].state != CLOCK_RUNNING)
			continue;
		buf_addf(b, "<span class=\"%s\">%s", left < 0 ? "lewat" : left < 5 * MINUTE_MS ? "dekat" : "",
		    left < 0 ? "[[Lewat]] " : "[[Sisa]] ");
		add_said_duration(b, left < 0 ? -left : left);
		buf_adds(b, left < 0 ? " [[dari batas baca]]</span>" : " [[untuk dibaca]]</span>");
		return;
	}
}

/* The beginning of the words, cut between two characters. */
static void
add_excerpt(struct buf *b, const char *text)
{
	size_t len = strlen(text), n = len > EXCERPT ? EXCERPT : len;

	while (n > 0 && n < len && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	buf_adds(b, "<span class=\"cuplik\" lang=\"id\">");
	buf_add_shown(b, text, n);
	buf_adds(b, n < len ? "…</span>" : "</span>");
}

static void
add_guess(struct buf *b, const struct console *c, const struct case_record *k)
{
	buf_adds(b, "<span class=\"hint\">[[Dugaan:]] ");
	add_category_name(b, c, k->category);
	buf_addf(b, " (%d%%), ", k->confidence_permille / 10);
	add_place_name(b, c, k->place);
	buf_adds(b, "</span>");
}

static void
add_waiting(struct buf *b, struct console *c, const struct officer *o, const struct waiting *w,
    const struct stored_case *s, int64_t now_ms)
{
	const struct policy *p = s->version > 0 && s->readable ? version_policy(&c->h.versions, &c->h.st,
	    s->c.policy) : NULL;
	struct laporan words = { 0 };
	struct access_case a;
	struct case_keys keys;
	char lookup[LOOKUP_TEXT], code[CODE_CHARS + 2];

	if (p == NULL || s->c.state != CASE_BARU)
		return;			/* somebody was faster; the model will hear of it */
	access_case_of(&a, &s->c, o);
	if (!access_may(c->h.policy, o, SEE_CASE, &a))
		return;
	code_show(code, &w->m->code);
	buf_addf(b, "<li><a class=\"kartu%s\" href=\"/triase/%s\"><strong class=\"kode\">%s</strong> "
	    "<span class=\"lencana %s\">[[%s]]</span> %s%s",
	    s->c.urgency == URGENCY_DARURAT ? " lewat-batas" : "", w->m->code.s, code, urgency_name(s->c.urgency),
	    urgency_name(s->c.urgency), w->sealed ? "<span class=\"lencana\">[[tertutup]]</span> " : "",
	    s->c.latihan ? "<span class=\"lencana latihan\">[[LATIHAN]]</span> " : "");
	add_turn(b, p, &s->c, now_ms);
	/* Of a sealed one nothing is opened before somebody asks for it: that look stands on record. */
	if (!s->c.sealed && access_may(c->h.policy, o, SEE_WORDS, &a) &&
	    stored_case_open(s, &c->h.st, &keys, &words, lookup) == 0 && words.text != NULL)
		add_excerpt(b, words.text);
	else if (s->c.sealed)
		buf_adds(b, "<span class=\"cuplik\">[[Isinya tertutup. Membukanya tercatat.]]</span>");
	laporan_release(&words);
	memset(&keys, 0, sizeof(keys));
	add_guess(b, c, &s->c);
	buf_adds(b, "</a></li>\n");
}

static const char *
done_words(const char *what)
{
	static const struct { const char *what, *words; } rows[] = { { "tugaskan", "[[sudah ditugaskan]]" },
	    { "tolak", "[[ditolak]]" }, { "tanya", "[[menunggu jawaban pelapor]]" }, { "gabung", "[[digabung]]" },
	    { "bantuan", "[[bantuan dipanggil]]" }, { "ambil-alih", "[[diambil alih]]" } };

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		if (strcmp(rows[i].what, what) == 0)
			return rows[i].words;
	return "[[tersimpan]]";
}

/* What became of the case before: "?sudah=CODE&aksi=tugaskan". */
static void
add_done(struct buf *b, struct http_req *r)
{
	size_t len = 0;
	const char *typed = http_req_query(r, "sudah", &len), *what = http_req_query(r, "aksi", &len);
	char shown[CODE_CHARS + 2];
	struct code code;

	if (typed == NULL || code_parse(&code, typed, strlen(typed)) != 0)
		return;
	code_show(shown, &code);
	buf_addf(b, "<p class=\"pesan baik\" role=\"status\"><a class=\"kode\" href=\"/kasus/%s\">%s</a> %s.</p>\n",
	    code.s, shown, done_words(what != NULL ? what : ""));
}

static void
add_script(struct buf *b)
{
	buf_adds(b, "<script src=\"/meja.js\" defer></script>\n");
}

struct doubted { struct buf *b; const struct console *c; const struct officer *o; int n; };

static int
add_doubted(const struct model_case *m, int sealed, void *arg)
{
	struct doubted *d = arg;
	struct access_case a;

	model_access(d->c->model, m, sealed, &a);
	if (m->photo != PHOTO_DOUBTED || m->state == CASE_DITUTUP ||
	    !access_may(d->c->h.policy, d->o, SEE_CASE, &a))
		return 0;
	if (d->n++ == 0)
		buf_adds(d->b, "<h2>[[Foto bukti yang diragukan]]</h2>\n<ul class=\"daftar\">\n");
	add_card_of(d->b, d->c, d->o, &(struct held){ .sealed = sealed, .c = m }, house_now_ms(&d->c->h),
	    console_unit_name(d->c, m->unit));
	return d->n >= SHOWN;
}

void
get_triage(struct http_req *r, void *arg)
{
	struct console *c = arg;
	static struct stored_case s[SHOWN];	/* too much for a stack; released before the answer */
	struct code codes[SHOWN];
	struct buf b = { 0 };
	struct doubted d = { &b, c, NULL, 0 };
	struct queue q;
	struct who w;
	size_t n;

	if (!gate_for(r, c, &w, SEE_TRIAGE))
		return;
	d.o = w.officer;
	queue_read(&q, c, w.officer);
	n = q.n < SHOWN ? q.n : SHOWN;
	for (size_t i = 0; i < n; i++)
		codes[i] = q.rows[i].m->code;
	if (n > 0 && cases_load(&c->h.st, codes, n, s) != 0) {
		http_add_header(r, "Retry-After", "5");
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
		goto out;
	}
	add_done(&b, r);
	add_notices(&b, c, w.officer, house_now_ms(&c->h));
	buf_addf(&b, "<h1>[[Menunggu dibaca]]: %zu</h1>\n<p class=\"jalan\"><a class=\"tombol-kecil\" href=\"/baru\" "
	    "data-tombol=\"b\">[[Catat telepon <kbd>B</kbd>]]</a> <a class=\"tombol-kecil\" href=\"/insiden\" "
	    "data-tombol=\"i\">[[Kejadian <kbd>I</kbd>]]</a>%s</p>\n<ul class=\"daftar\" data-segar=\"20\">\n", q.n,
	    n > 0 ? " <span class=\"hint bantu\">[[Tombol <kbd>N</kbd> membuka yang pertama.]]</span>" : "");
	for (size_t i = 0; i < n; i++) {
		add_waiting(&b, c, w.officer, &q.rows[i], &s[i], house_now_ms(&c->h));
		stored_case_release(&s[i]);
	}
	buf_adds(&b, "</ul>\n");
	if (n == 0)
		buf_adds(&b, "<p class=\"kosong\">[[Tidak ada laporan yang menunggu dibaca. Yang pasti langsung "
		    "dikirim ke unitnya.]]</p>\n");
	else
		buf_addf(&b, "<a hidden data-tombol=\"n\" href=\"/triase/%s\">[[yang pertama]]</a>\n", codes[0].s);
	if (q.n > n)
		buf_addf(&b, "<p class=\"hint\">%zu [[lagi di belakangnya.]]</p>\n", q.n - n);
	model_each(c->model, add_doubted, &d);
	buf_adds(&b, d.n > 0 ? "</ul>\n" : "");
	add_script(&b);
	frame_answer(r, c, &w, 200, "[[Meja 112]]", "/triase", &b);
out:
	buf_wipe(&b);
	free(q.rows);
}

/* ---- one of them ---- */

struct opening { struct understanding u; const struct seal_key *key; int found; };

/* What the router understood and why; the last time that it did. */
static int
read_opening(const struct log_line *line, void *arg)
{
	struct opening *o = arg;
	struct recorded *r = xcalloc(1, sizeof(*r));

	if (recorded_read(r, line->seq, line->entry, line->len) == 1 && r->cmd.u != NULL &&
	    r->cmd.by == BY_ROUTER) {
		o->u = r->u;
		o->found = 1;
		logbook_why(line, o->key, &o->u);
	}
	free(r);
	return 0;
}

static void
read_guess(struct console *c, const struct looking *l, struct understanding *u)
{
	struct opening o = { .key = &l->keys.key };

	if (logbook_read_these(&c->h.st, buf_str(&l->s.seqs), read_opening, &o) == 0 && o.found)
		*u = o.u;
	else
		memset(u, 0, sizeof(*u));
}

static void
add_reasons(struct buf *b, const struct looking *l, const struct understanding *u)
{
	buf_adds(b, "<h2>[[Mengapa sampai di meja]]</h2>\n<ul class=\"sebab\">\n");
	if (l->s.c.hand_ons > 0 || u->category[0] == '\0')
		buf_adds(b, "<li>[[dikembalikan unitnya; lihat riwayat di halaman kasus]]</li>\n");
	else if (u->confidence_permille < 1000 && u->unsure)
		buf_addf(b, "<li>[[kategori hanya]] %d%% [[pasti]]</li>\n", u->confidence_permille / 10);
	if (u->rivals_n > 0 && u->place[0] == '\0')
		buf_addf(b, "<li>%d [[tempat bernama sama]]</li>\n", u->rivals_n);
	else if (l->s.c.place[0] == '\0')
		buf_adds(b, "<li>[[tempatnya tidak disebut]]</li>\n");
	if (l->s.c.question.what != QUESTION_NONE)
		buf_addf(b, "<li>[[pelapor sudah ditanya tentang]] [[%s]]</li>\n", question_name(l->s.c.question.what));
	for (int i = 0; l->opened && i < u->why_n; i++) {
		buf_adds(b, "<li class=\"hint\" lang=\"id\">");
		buf_add_shown(b, u->why[i], strlen(u->why[i]));
		buf_adds(b, "</li>\n");
	}
	buf_adds(b, "</ul>\n");
}

static void
begin_form(struct buf *b, const struct looking *l, enum case_event on)
{
	buf_addf(b, "<form method=\"post\" action=\"/triase/%s\">\n", l->code.s);
	frame_add_token(b, &l->w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\"><input type=\"hidden\" name=\"versi\" "
	    "value=\"%" PRId64 "\">\n", case_event_name(on), l->s.c.version);
}

/* Equal names: each one key away. */
static void
add_rivals(struct buf *b, const struct console *c, const struct understanding *u)
{
	if (u->rivals_n == 0)
		return;
	buf_adds(b, "<p class=\"label\">[[Atau tugaskan langsung di]]</p>\n<p class=\"pilihan\">");
	for (int i = 0; i < u->rivals_n; i++) {
		buf_addf(b, "<button class=\"kecil\" name=\"pilih\" value=\"%s\" data-tombol=\"%d\"><kbd>%d</kbd> ",
		    u->rivals[i], i + 1, i + 1);
		add_place_name(b, c, u->rivals[i]);
		buf_adds(b, "</button> ");
	}
	buf_adds(b, "</p>\n");
}

static void
add_assign(struct buf *b, const struct console *c, const struct looking *l, const struct understanding *u)
{
	begin_form(b, l, ON_ASSIGN);
	add_whose(b, c, l, 1, u);
	buf_adds(b, "<button data-tombol=\"t\">[[Tugaskan <kbd>T</kbd>]]</button>\n");
	add_rivals(b, c, u);		/* behind it: Enter in a field presses the first button */
	buf_adds(b, "</form>\n");
}

static void
add_ask(struct buf *b, const struct looking *l, const char *kept)
{
	if (l->s.c.channel[0] == '\0') {
		buf_adds(b, "<p class=\"hint\">[[Pelapor tidak dapat ditanya: ia tidak meninggalkan nomor.]]</p>\n");
		return;
	}
	buf_adds(b, "<details><summary data-tombol=\"p\">[[Tanya pelapor <kbd>P</kbd>]]</summary>\n");
	begin_form(b, l, ON_ASK);
	buf_adds(b, "<label>[[Pertanyaan, sampai 100 huruf]]<input name=\"catatan\" maxlength=\"100\" required value=\"");
	PLAIN(b, kept);
	buf_adds(b, "\"></label><button class=\"lain\">[[Kirim pertanyaan]]</button></form></details>\n");
}

static void
add_reject(struct buf *b, const struct looking *l, const char *kept)
{
	buf_adds(b, "<details><summary data-tombol=\"j\">[[Tolak laporan <kbd>J</kbd>]]</summary>\n");
	begin_form(b, l, ON_REJECT);
	buf_adds(b, "<label>[[Alasan yang dibaca pelapor]]<textarea name=\"catatan\" rows=\"2\" maxlength=\"300\" required>");
	PLAIN(b, kept);
	buf_adds(b, "</textarea></label><button class=\"bahaya\">[[Tolak]]</button></form></details>\n");
}

static void
add_merge(struct buf *b, const struct looking *l, const char *into, const char *note, const char *label,
    const char *key)
{
	begin_form(b, l, ON_MERGE);
	buf_addf(b, "<input type=\"hidden\" name=\"ke\" value=\"%s\"><input type=\"hidden\" name=\"catatan\" "
	    "value=\"%s\"><button class=\"kecil\"%s%s%s>%s</button></form>\n", into, note,
	    key[0] != '\0' ? " data-tombol=\"" : "", key, key[0] != '\0' ? "\"" : "", label);
}

static void
add_other(struct buf *b, const struct console *c, const char *code, const char *category, const char *place,
    int64_t received_ms)
{
	buf_addf(b, "<a class=\"kode\" href=\"/kasus/%.4s%s\">%.4s-%s</a> ", code, code + 4, code, code + 4);
	add_category_name(b, c, category);
	buf_adds(b, ", ");
	add_place_name(b, c, place);
	buf_adds(b, ", ");
	add_said_time(b, received_ms);
}

/* ---- the same event? ---- */

struct likely { const struct console *c; const struct case_record *of; struct { int score; struct code code; } rows[LIKELY]; int n; };

/* By kind, place and time alone, from memory: whose words are worth opening. */
static int
weigh(const struct model_case *m, int sealed, void *arg)
{
	struct likely *k = arg;
	int64_t apart = m->legacy ? 0 : m->received_ms - k->of->received_ms;
	struct case_record other;
	struct likeness like;
	int at;

	if (sealed || m->state == CASE_DITUTUP || m->latihan != k->of->latihan ||
	    apart > CANDIDATES_AGE_MS || apart < -CANDIDATES_AGE_MS || strcmp(m->code.s, k->of->code.s) == 0)
		return 0;
	memset(&other, 0, sizeof(other));
	memcpy(other.category, m->category, sizeof(other.category));
	memcpy(other.place, m->place, sizeof(other.place));
	memcpy(other.incident, m->incident, sizeof(other.incident));
	other.received_ms = m->received_ms;
	likeness_of(&like, k->c->h.policy, k->of, "", &other, "");
	for (at = k->n; at > 0 && k->rows[at - 1].score < like.score; at--)
		if (at < LIKELY)
			k->rows[at] = k->rows[at - 1];
	if (at == LIKELY)
		return 0;
	k->rows[at].score = like.score;
	k->rows[at].code = m->code;
	k->n += k->n < LIKELY;
	return 0;
}

void
add_candidates(struct buf *b, struct console *c, const struct looking *l, int merges)
{
	static struct candidate list[CANDIDATES_MOST];
	static struct likely k;
	struct code codes[LIKELY];
	int n, key = 0;

	memset(&k, 0, sizeof(k));
	k.c = c;
	k.of = &l->s.c;
	if (!l->s.c.sealed)
		model_each(c->model, weigh, &k);
	for (int i = 0; i < k.n; i++)
		codes[i] = k.rows[i].code;
	n = candidates_among(&c->h.st, c->h.policy, &c->h.set, &l->s, codes, (size_t)k.n, list);
	if (n <= 0)
		return;
	buf_adds(b, "<h2>[[Mungkin kejadian yang sama]]</h2>\n<ul class=\"calon\">\n");
	for (int i = 0; i < n; i++) {
		const struct case_record *o = &list[i].c;
		struct access_case a;

		access_case_of(&a, o, l->w.officer);
		if (!access_may(c->h.policy, l->w.officer, SEE_CASE, &a))
			continue;
		buf_addf(b, "<li><div><strong>%d%%</strong> ", list[i].like.score / 10);
		add_other(b, c, o->code.s, o->category, o->place, o->received_ms);
		buf_addf(b, ", [[%s]]", case_state_words(o->state, o->closed_as, "id"));
		if (list[i].like.photo > 0)
			buf_adds(b, list[i].like.photo == 1000 ? ", <strong>[[foto sama]]</strong>" : ", <strong>[[foto serupa]]</strong>");
		buf_adds(b, "</div>");
		if (case_is_legacy(o) || !merges) {	/* an old one leads nobody: it has no clock */
			buf_adds(b, case_is_legacy(o) ? " <span class=\"lencana\">[[warisan]]</span></li>\n" : "</li>\n");
			continue;
		}
		add_merge(b, l, o->lead[0] != '\0' ? o->lead : o->code.s, "laporan yang sama", key == 0 ?
		    "[[Gabung <kbd>G</kbd>]]" : "[[Gabung]]", key == 0 ? "g" : "");
		key++;
		buf_adds(b, "</li>\n");
	}
	buf_adds(b, "</ul>\n");
}

struct near { const struct console *c; const struct looking *l; const struct model_case *rows[INCIDENTS]; int n; };

static int
pick_incident(const struct model_case *m, int sealed, void *arg)
{
	struct near *k = arg;
	struct access_case a;

	if (sealed || k->n == INCIDENTS || m->voices < 2 || m->apart || m->lead[0] != '\0' || m->state == CASE_DITUTUP ||
	    m->state == CASE_SELESAI || m->latihan != k->l->s.c.latihan || strcmp(m->code.s, k->l->code.s) == 0)
		return 0;
	/* where it is not known where, any may be meant */
	if (k->l->s.c.place[0] != '\0' && strncmp(m->place, k->l->s.c.place, 8) != 0 &&
	    !places_touch(k->c->h.policy, m->place, k->l->s.c.place))
		return 0;
	model_access(k->c->model, m, 0, &a);
	if (access_may(k->c->h.policy, k->l->w.officer, SEE_CASE, &a))
		k->rows[k->n++] = m;
	return 0;
}

static void
add_incidents(struct buf *b, struct console *c, const struct looking *l)
{
	struct near k = { .c = c, .l = l };

	if (l->s.c.sealed)
		return;
	model_each(c->model, pick_incident, &k);
	if (k.n == 0)
		return;
	buf_adds(b, "<h2>[[Kejadian yang sedang berlangsung]]</h2>\n<ul class=\"calon\">\n");
	for (int i = 0; i < k.n; i++) {
		const struct model_case *m = k.rows[i];

		buf_adds(b, "<li><div>");
		add_other(b, c, m->code.s, m->category, m->place, m->received_ms);
		buf_addf(b, ", %d [[suara]]</div>", m->voices);
		add_merge(b, l, m->code.s, "bagian dari kejadian ini", i == 0 ? "[[Ikutkan <kbd>I</kbd>]]" : "[[Ikutkan]]",
		    i == 0 ? "i" : "");
		buf_adds(b, "</li>\n");
	}
	buf_adds(b, "</ul>\n");
}

static void
add_keys(struct buf *b)
{
	buf_adds(b, "<details class=\"bantu\"><summary data-tombol=\"?\">[[Tombol papan ketik <kbd>?</kbd>]]</summary><p>"
	    "[[<kbd>T</kbd> tugaskan, <kbd>K</kbd> kategori, <kbd>L</kbd> tempat, <kbd>U</kbd> urgensi, <kbd>1</kbd> sampai "
	    "<kbd>4</kbd> tempat yang dimaksud dan langsung tugaskan, <kbd>P</kbd> tanya pelapor, <kbd>J</kbd> tolak, "
	    "<kbd>G</kbd> gabung dengan calon pertama, <kbd>I</kbd> ikutkan ke kejadian pertama, <kbd>N</kbd> berikutnya, "
	    "<kbd>Esc</kbd> keluar dari isian. Di dalam isian huruf tetap huruf; <kbd>Ctrl</kbd>+<kbd>Enter</kbd> mengirimnya.]]"
	    "</p></details>\n");
}

static void
add_next(struct buf *b, const struct console *c, const struct looking *l)
{
	char next[CODE_CHARS + 1];

	next_of(c, l->w.officer, l->code.s, 0, next);
	buf_adds(b, "<p class=\"jalan\"><a class=\"tombol-kecil\" href=\"/triase\">[[Antrean]]</a> ");
	if (next[0] != '\0')
		buf_addf(b, "<a class=\"tombol-kecil\" data-tombol=\"n\" href=\"/triase/%s\">[[Berikutnya <kbd>N</kbd>]]</a> ", next);
	buf_addf(b, "<a class=\"tombol-kecil\" href=\"/kasus/%s\">[[Halaman kasus]]</a></p>\n", l->code.s);
}

static void
answer_triage(struct http_req *r, struct console *c, struct looking *l, int status, const char *message,
    const char *kept)
{
	int64_t now_ms = house_now_ms(&c->h);
	struct understanding u;
	struct buf b = { 0 };

	add_done(&b, r);
	add_said_message(&b, message, 0);
	add_case_head(&b, c, l, now_ms);
	if (l->s.c.state != CASE_BARU) {
		buf_addf(&b, "<p class=\"pesan\" role=\"status\">[[Kasus ini tidak lagi menunggu di meja:]] [[%s]].</p>\n",
		    case_state_words(l->s.c.state, l->s.c.closed_as, "id"));
		add_next(&b, c, l);
	} else {
		read_guess(c, l, &u);
		buf_adds(&b, "<p>");
		add_turn(&b, l->p, &l->s.c, now_ms);
		buf_adds(&b, "</p>\n");
		add_next(&b, c, l);
		buf_adds(&b, "<div class=\"dua meja\"><div>\n");
		add_case_words(&b, l);
		add_reasons(&b, l, &u);
		add_candidates(&b, c, l, 1);
		add_incidents(&b, c, l);
		buf_adds(&b, "</div><div class=\"putusan\">\n<h2>[[Putusan]]</h2>\n");
		add_assign(&b, c, l, &u);
		add_ask(&b, l, kept);
		add_reject(&b, l, kept);
		add_keys(&b);
		buf_adds(&b, "</div><div class=\"lagi\">\n<h2>[[Keterangan]]</h2>\n");
		add_case_facts(&b, c, l);
		buf_adds(&b, "</div></div>\n");
	}
	add_script(&b);
	frame_answer(r, c, &l->w, status, l->code.s, "/triase", &b);
	buf_wipe(&b);
}

/* The desk's own besides seeing the case. */
static int
is_desks(struct http_req *r, struct console *c, const struct looking *l)
{
	if (access_may(c->h.policy, l->w.officer, SEE_TRIAGE, NULL))
		return 1;
	http_answer_problem(r, 403, "Forbidden",
	    "Halaman ini bukan untuk peran Anda. Bila seharusnya, minta admin mengubah peran Anda.");
	return 0;
}

void
get_triage_case(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct looking l;

	if (looking_begin(r, c, &l, 0) && is_desks(r, c, &l))
		answer_triage(r, c, &l, 200, "", "");
	looking_release(&l);
}

/* Done: the next one opens.  The model may not have heard of it yet, so this one is left out by name. */
void
post_triage_case(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct acted a = { .status = 0 };
	struct looking l;
	struct buf to = { 0 };
	char next[CODE_CHARS + 1];

	if (!looking_begin(r, c, &l, 1) || !is_desks(r, c, &l)) {
		looking_release(&l);
		return;
	}
	if (act_by_form(r, c, &l, &a)) {
		next_of(c, l.w.officer, l.code.s, 1, next);
		buf_addf(&to, "/triase%s%s?sudah=%s&aksi=%s", next[0] != '\0' ? "/" : "", next, l.code.s,
		    case_event_name(a.on));
		http_answer_redirect(r, 303, buf_str(&to));
	} else if (a.status == 503) {
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	} else {
		answer_triage(r, c, &l, a.status, buf_str(&a.message), a.note != NULL ? a.note : "");
	}
	buf_release(&to);
	acted_release(&a);
	looking_release(&l);
}
