/* What an officer may do with a case, as forms, and what becomes of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/case_page.h"
#include "console/fields.h"
#include "core/correct.h"
#include "core/incident.h"
#include "lib/escape.h"
#include "lib/json_of.h"
#include "lib/log.h"
#include "store/apply.h"

enum asks { ASKS_NOTHING = 0, ASKS_NOTE = 1, ASKS_REASON = 2, ASKS_UNIT = 4, ASKS_DAY = 8, ASKS_WAIT = 16,
	ASKS_WHOSE = 32, ASKS_INTO = 64, ASKS_TRUTH = 128, ASKS_MORE = 256,
	ASKS_PHOTO = 512, ASKS_ABOUT = 1024, ASKS_KIND = 2048 };	/* where its kind of case does */
static const struct {
	enum case_event on;
	const char *label;
	int asks;
	const char *hint;	/* of its note */
} acts[] = {
	{ ON_ACCEPT,   "[[Terima tugas]]", ASKS_NOTHING, "" },
	{ ON_GO,       "[[Menuju lokasi]]", ASKS_NOTHING, "" },
	{ ON_ARRIVE,   "[[Sudah tiba]]", ASKS_NOTHING, "" },
	{ ON_HANDLE,   "[[Mulai menangani]]", ASKS_NOTE | ASKS_PHOTO, "[[Apa yang dikerjakan (boleh kosong)]]" },
	{ ON_RESOLVE,  "[[Selesai]]", ASKS_REASON | ASKS_PHOTO, "[[Apa yang sudah dikerjakan]]" },
	{ ON_SIGN,     "[[Kabar: kami aman]]", ASKS_NOTHING, "" },
	{ ON_UNDO,     "[[Urungkan perbuatan terakhir]]", ASKS_NOTHING, "" },
	{ ON_APPROVE,  "[[Setujui menunggu]]", ASKS_NOTHING, "" },
	{ ON_REFUSE,   "[[Tolak menunggu]]", ASKS_REASON, "[[Alasan]]" },
	{ ON_ANSWER,   "[[Jawab pertanyaan atasan]]", ASKS_REASON, "[[Jawaban]]" },
	{ ON_RESUME,   "[[Lanjutkan]]", ASKS_NOTHING, "" },
	{ ON_HELP,     "[[Panggil bantuan]]", ASKS_NOTE | ASKS_MORE, "[[Bahaya apa (boleh kosong)]]" },
	{ ON_ASK,      "[[Tanya pelapor]]", ASKS_REASON, "[[Pertanyaan, sampai 100 huruf]]" },
	{ ON_NOTE,     "[[Tambah catatan]]", ASKS_REASON, "[[Catatan untuk yang menangani]]" },
	{ ON_HAND_ON,  "[[Teruskan ke unit lain]]", ASKS_REASON | ASKS_UNIT, "[[Mengapa unit itu]]" },
	{ ON_DECLINE,  "[[Bukan wewenang kami]]", ASKS_REASON, "[[Wewenang siapa, dan mengapa]]" },
	{ ON_WAIT,     "[[Minta menunggu]]", ASKS_REASON | ASKS_WAIT | ASKS_DAY, "[[Keterangan untuk kepala]]" },
	{ ON_REJECT,   "[[Tolak laporan]]", ASKS_REASON, "[[Alasan yang dibaca pelapor]]" },
	{ ON_TAKE_OVER, "[[Ambil alih]]", ASKS_NOTHING, "" },
	{ ON_WHY,      "[[Tanya mengapa]]", ASKS_REASON, "[[Pertanyaan]]" },
	{ ON_DATE,     "[[Tetapkan tanggal selesai]]", ASKS_REASON | ASKS_DAY, "[[Alasan yang dibaca pelapor]]" },
	{ ON_ASSIGN,   "[[Tugaskan atau koreksi]]", ASKS_NOTE | ASKS_WHOSE, "[[Catatan (boleh kosong)]]" },
	{ ON_MERGE,    "[[Gabung ke kasus lain]]", ASKS_REASON | ASKS_INTO, "[[Mengapa sama]]" },
	{ ON_SPLIT,    "[[Pisahkan dari yang memimpin]]", ASKS_REASON, "[[Mengapa bukan kejadian yang sama]]" },
	{ ON_BREAK,    "[[Bahaya tersendiri: pisahkan sebagai darurat]]", ASKS_REASON, "[[Bahaya apa]]" },
	{ ON_SECOND,   "[[Buka masalah kedua sebagai kasus sendiri]]", ASKS_REASON | ASKS_KIND, "[[Apa masalah yang kedua]]" },
	{ ON_TRUTH,    "[[Tetapkan kebenarannya]]", ASKS_REASON | ASKS_TRUTH, "[[Siapa yang memastikan, dan bagaimana]]" },
	{ ON_SEAL,     "[[Rahasiakan kasus ini]]", ASKS_REASON | ASKS_ABOUT, "[[Mengapa]]" },
	{ ON_PHOTO_FINE,  "[[Foto bukti sah]]", ASKS_REASON, "[[Bagaimana Anda memastikannya]]" },
	{ ON_PHOTO_FALSE, "[[Foto bukti tidak sah: buka lagi]]", ASKS_REASON, "[[Apa yang tidak benar]]" },
	{ ON_CONFIRM,  "[[Pelapor menelepon: sudah beres]]", ASKS_REASON, "[[Kata pelapor]]" },
	{ ON_DISPUTE,  "[[Pelapor menelepon: belum beres]]", ASKS_REASON, "[[Kata pelapor]]" },
};
#define PRIMARY 5		/* the first ones are what a day consists of */

/* Whose a case is, the desk alone decides beside those who hand it on. */
static int
is_for(const struct console *c, const struct officer *o, enum case_event on)
{
	return on != ON_ASSIGN || access_may(c->h.policy, o, SEE_TRIAGE, NULL);
}

enum actor_kind
console_actor(const struct officer *o)
{
	return o->role == ROLE_OPERATOR ? BY_OPERATOR : BY_OFFICER;
}

/* What he has done is no act of his any more, though a colleague may still do it. */
static int
has_done(const struct looking *l, enum case_event on)
{
	const struct case_record *k = &l->s.c;
	int holds = strcmp(k->holder, l->w.officer->id) == 0;

	switch (on) {
	case ON_ACCEPT:
		for (int i = 0; i < k->tasks_n; i++)
			if (k->tasks[i].state == TASK_TAKEN && strcmp(k->tasks[i].officer, l->w.officer->id) == 0)
				return 1;
		return 0;
	case ON_GO: return holds && k->going_ms != 0;
	case ON_ARRIVE: return holds && k->arrived_scene_ms != 0;
	default: return 0;
	}
}

/*
 * Whether the case would take it from him now: decided as if he had filled the form.  What only the
 * form can make right does not count against it.
 */
static int
is_open_to(const struct console *c, const struct looking *l, size_t row, struct effects *fx)
{
	struct command cmd = { .event = acts[row].on, .by = console_actor(l->w.officer), .note = "-" };
	struct correction k = { .category = NULL };
	int64_t now_ms = house_now_ms(&c->h);

	if (!is_for(c, l->w.officer, acts[row].on) || has_done(l, acts[row].on))
		return 0;
	if (cmd.event == ON_ASSIGN) {
		cmd.by = BY_OPERATOR;
		case_correct(l->p, &l->s.c, &k);
	} else if (cmd.event == ON_HELP) {
		units_help(l->p, &l->s.c, NULL, &k.u);
	}
	cmd.u = k.u.category[0] != '\0' ? &k.u : NULL;
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", l->w.officer->id);
	cmd.until_ms = now_ms + DAY_MS;
	if (cmd.event == ON_TRUTH)
		snprintf(cmd.reason, sizeof(cmd.reason), "%s", truth_name(TRUTH_SCENE));
	else if (l->p->wait_reasons_n > 0)
		snprintf(cmd.reason, sizeof(cmd.reason), "%s", l->p->wait_reasons[0]);
	if (case_decide(l->p, &c->h.roster, &l->s.c, &cmd, now_ms, fx) == 0)
		return 1;
	return fx->refusal == REFUSED_UNIT || fx->refusal == REFUSED_TIME || fx->refusal == REFUSED_REASON ||
	    fx->refusal == REFUSED_CASE || fx->refusal == REFUSED_KIND || fx->refusal == REFUSED_PHOTO || fx->refusal == REFUSED_HELP;
}

void
add_whose(struct buf *b, const struct console *c, const struct looking *l, int keys,
    const struct understanding *u)
{
	const char *guesses[1 + UNDERSTANDING_ALSO] = { l->s.c.category };
	int n = 1;

	for (int i = 0; u != NULL && i < u->also_n; i++)
		guesses[n++] = u->also[i];
	add_category_field(b, c, l->w.lang, keys ? "k" : "", guesses, n);
	add_place_field(b, c, keys ? "l" : "", l->s.c.place);
	add_urgency_field(b, keys ? "u" : "", l->s.c.urgency);
	add_unit_field(b, c, "[[Unit yang memimpin]]", "[[Menurut kategori dan tempatnya]]", l->s.c.place, 0);
	add_place_list(b, c);
}

static void
add_truths(struct buf *b, enum truth now)
{
	buf_adds(b, "<label>[[Seberapa pasti]]<select name=\"alasan\">\n");
	for (int t = TRUTH_UNVERIFIED; t <= TRUTH_UNFOUNDED; t++)
		buf_addf(b, "<option value=\"%s\"%s>[[%s]]</option>\n", truth_name((enum truth)t),
		    (enum truth)t == now ? " selected" : "", truth_words((enum truth)t));
	buf_adds(b, "</select></label>\n");
}

/* Those near it and those of the regency: all 400 are half of a page, which a slow line carries for five seconds. */
static void
add_target_field(struct buf *b, const struct console *c, const struct looking *l)
{
	add_unit_field(b, c, "[[Unit tujuan]]", "[[Pilih unit]]", l->all_units ? NULL : l->s.c.place, 1);
	if (!l->all_units)
		buf_addf(b, "<p class=\"hint\"><a href=\"/kasus/%s?unit=semua\">[[Unit di kecamatan lain]]</a></p>\n", l->code.s);
}

static void
add_form(struct buf *b, const struct console *c, const struct looking *l, size_t row,
    const char *kept_note)
{
	const char *name = case_event_name(acts[row].on);
	int asks = acts[row].asks;
	int number = asks & ASKS_PHOTO ? case_photo_number(l->p, &l->s.c, l->w.officer->id) : 0;

	if (asks != ASKS_NOTHING)
		buf_addf(b, "<details><summary>%s</summary>\n", acts[row].label);
	buf_addf(b, "<form method=\"post\"%s action=\"/%s/%s\">\n", number ? " enctype=\"multipart/form-data\"" : "",
	    number ? "bukti" : "kasus", l->code.s);
	frame_add_token(b, &l->w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\"><input type=\"hidden\" name=\"versi\" value=\"%"
	    PRId64 "\">\n", name, l->s.c.version);
	if (asks & ASKS_UNIT)
		add_target_field(b, c, l);
	if (asks & ASKS_MORE)
		add_unit_field(b, c, "[[Unit tambahan]]", "[[Menurut kategorinya]]", l->s.c.place, 0);
	if (asks & ASKS_ABOUT)
		add_unit_field(b, c, "[[Keluhan tentang unit]]", "[[Bukan tentang sebuah kantor]]", l->s.c.place, 0);
	if (asks & ASKS_INTO)
		buf_adds(b, "<label>[[Kode kasus yang memimpin]]<input name=\"ke\" class=\"kode\" required maxlength=\"12\" "
		    "autocomplete=\"off\" placeholder=\"7K3F-9QXM\"></label>\n");
	if (asks & ASKS_KIND)
		add_category_field(b, c, l->w.lang, "", NULL, 0);
	if (asks & ASKS_TRUTH)
		add_truths(b, l->s.c.truth);
	if (asks & ASKS_WHOSE)
		add_whose(b, c, l, 0, NULL);
	if (asks & ASKS_WAIT) {
		buf_adds(b, "<label>[[Menunggu apa]]<select name=\"alasan\">\n");
		for (int i = 0; i < l->p->wait_reasons_n; i++)
			buf_addf(b, "<option lang=\"id\">%s</option>\n", l->p->wait_reasons[i]);
		buf_adds(b, "</select></label>\n");
	}
	if (asks & ASKS_DAY)
		buf_adds(b, "<label>[[Sampai tanggal]]<input type=\"date\" name=\"sampai\" required></label>\n");
	if (asks & (ASKS_NOTE | ASKS_REASON)) {
		buf_addf(b, "<label>%s<textarea name=\"catatan\" rows=\"3\" maxlength=\"500\"%s>", acts[row].hint,
		    asks & ASKS_REASON ? " required" : "");
		buf_add_html(b, kept_note, strlen(kept_note));
		buf_adds(b, "</textarea></label>\n");
	}
	if (number != 0)
		add_photo_fields(b, c, l, number);
	buf_addf(b, "<button%s>%s</button></form>\n", row < PRIMARY ? "" : " class=\"lain\"", acts[row].label);
	if (asks != ASKS_NOTHING)
		buf_adds(b, "</details>\n");
}

void
add_actions(struct buf *b, struct console *c, const struct looking *l, const char *kept_note)
{
	struct effects *fx;
	struct buf others = { 0 };
	int n = 0;

	if (l->w.by_secret)
		return;
	fx = xcalloc(1, sizeof(*fx));
	buf_adds(b, "<h2>[[Tindakan]]</h2>\n<div class=\"tombol\">\n");
	for (size_t i = 0; i < N_ELEMS(acts); i++) {
		if (!is_open_to(c, l, i, fx))
			continue;
		add_form(i < PRIMARY ? b : &others, c, l, i, kept_note);
		n++;
	}
	buf_adds(b, "</div>\n");
	if (n == 0)
		buf_adds(b, "<p class=\"kosong\">[[Tidak ada tindakan untuk Anda pada keadaan ini.]]</p>\n");
	else
		buf_add(b, buf_str(&others), others.len);
	buf_release(&others);
	free(fx);
}

/* ---- what becomes of them ---- */

struct wish {
	struct command cmd;
	struct correction k;
	char *note, *category, *urgency, *unit;
	const char *wrong;
	int64_t version;
	int own, conflict;
};

static void
wish_release(struct wish *x)
{
	free(x->note);
	free(x->category);
	free(x->urgency);
	free(x->unit);
}

static int
find_event(const char *name, enum case_event *on)
{
	for (size_t i = 0; i < N_ELEMS(acts); i++)
		if (strcmp(case_event_name(acts[i].on), name) == 0) {
			*on = acts[i].on;
			return 0;
		}
	return -1;
}

/* "2026-12-14", as browsers send it, or "14-12-2026". */
static int
parse_day(int64_t *ms, const char *s)
{
	int y, m, d;
	char text[16];

	if (sscanf(s, "%4d-%2d-%2d", &y, &m, &d) == 3 && strlen(s) == 10 && s[4] == '-') {
		snprintf(text, sizeof(text), "%02d-%02d-%04d", d % 100, m % 100, y % 10000);
		s = text;
	}
	return wib_parse_day(ms, s);
}

/* He acts on the case that he saw; whose it is by what he says depends on it too. */
static const char *
prepare(const struct policy *p, const struct case_record *c, struct command *cmd, struct commit_batch *b, void *arg)
{
	struct wish *x = arg;

	(void)b;
	x->conflict = x->version != 0 && c->version != x->version + x->own;
	if (x->conflict)
		return SAID("kasus ini sudah berubah sejak Anda membukanya; yang Anda tulis masih ada di bawah");
	if (cmd->event == ON_HELP)
		units_help(p, c, x->k.to, &x->k.u);
	if (cmd->event == ON_HELP || cmd->event == ON_ASSIGN)
		cmd->u = &x->k.u;
	return cmd->event == ON_ASSIGN ? case_correct(p, c, &x->k) : NULL;
}

static const char *
or_null(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : NULL;
}

/* 1 done; 0 and x->wrong: why not. */
static int
act(struct console *c, struct looking *l, struct wish *x)
{
	struct effects *fx;
	enum commit_result result;

	if (!is_for(c, l->w.officer, x->cmd.event)) {
		x->wrong = refusal_text(REFUSED_AUTHORITY);
		return 0;
	}
	fx = xcalloc(1, sizeof(*fx));
	snprintf(x->cmd.actor, sizeof(x->cmd.actor), "%s", l->w.officer->id);
	x->cmd.by = x->cmd.event == ON_ASSIGN ? BY_OPERATOR : console_actor(l->w.officer);
	x->cmd.note = x->note;
	if (x->cmd.event == ON_SECOND)
		snprintf(x->cmd.category, sizeof(x->cmd.category), "%s", x->category != NULL ? x->category : "");
	x->k.category = or_null(x->category);
	x->k.urgency = or_null(x->urgency);
	x->k.to = or_null(x->unit);
	result = case_apply(&c->h, &l->code, &x->cmd, prepare, x, fx, &x->wrong);
	free(fx);
	return result == COMMIT_OK || result == COMMIT_ALREADY;
}

/* The case as it is now, for the answer. */
static int
look_again(struct console *c, struct looking *l)
{
	stored_case_release(&l->s);
	memset(&l->s, 0, sizeof(l->s));
	return cases_load(&c->h.st, &l->code, 1, &l->s) == 0 && l->s.readable ? 0 : -1;
}

/* A place as typed; an emptied field says that it is not known. */
static const char *
read_place(const struct console *c, const char *typed, struct wish *x)
{
	const char *wrong = NULL;
	const struct place *p = typed[0] != '\0' ? place_typed(c->h.policy->places, typed, &wrong) : NULL;

	x->k.place = p != NULL ? p->code : "";
	return wrong;
}

/* The form, filled into x; NULL, or what is wrong with it. */
static const char *
read_form(struct http_req *r, const struct console *c, struct wish *x)
{
	char *action = form_field(r, "aksi"), *reason = form_field(r, "alasan"), *until = form_field(r, "sampai"),
	    *version = form_field(r, "versi"), *into = form_words(r, "ke"), *place = form_words(r, "tempat"),
	    *picked = form_field(r, "pilih");
	const char *wrong = NULL;
	struct code code = { .s = "" };
	size_t len;

	x->note = form_words(r, "catatan");
	x->category = form_field(r, "kategori");
	x->urgency = form_field(r, "urgensi");
	x->unit = form_field(r, "unit");
	x->version = strtoll(version, NULL, 10);
	snprintf(x->cmd.to_unit, sizeof(x->cmd.to_unit), "%s", x->unit);
	snprintf(x->cmd.reason, sizeof(x->cmd.reason), "%s", reason);
	if (find_event(action, &x->cmd.event) != 0)
		wrong = SAID("tindakan itu tidak dikenal; muat ulang halaman ini");
	else if (until[0] != '\0' && parse_day(&x->cmd.until_ms, until) != 0)
		wrong = SAID("tanggal itu tidak terbaca; tulis seperti 14-12-2026");
	else if (x->cmd.event == ON_MERGE && code_parse(&code, into, strlen(into)) != 0)
		wrong = SAID("kode kasus tujuan salah tulis; periksa kedelapan hurufnya");
	else if (x->cmd.event == ON_ASSIGN && http_req_field(r, "tempat", &len) != NULL)
		wrong = read_place(c, picked[0] != '\0' ? picked : place, x);
	memcpy(x->cmd.into, code.s, sizeof(x->cmd.into));
	if (x->cmd.event == ON_SEAL)
		snprintf(x->cmd.about, sizeof(x->cmd.about), "%s", x->unit);
	free(action);
	free(reason);
	free(until);
	free(version);
	free(into);
	free(place);
	free(picked);
	return wrong;
}

int
act_by_form(struct http_req *r, struct console *c, struct looking *l, struct acted *a)
{
	struct wish x = { .wrong = NULL };
	int done = 0;

	x.own = a->own;
	x.wrong = l->w.by_secret ? SAID("masuk dengan akun Anda sendiri dahulu") : read_form(r, c, &x);
	if (x.wrong == NULL && act(c, l, &x)) {
		done = 1;
		a->on = x.cmd.event;
	} else if (look_again(c, l) != 0) {
		a->status = 503;
	} else {
		a->status = x.conflict ? 409 : 422;
		buf_addf(&a->message, "%s\n%s", SAID("Belum tersimpan:"), x.wrong);
		a->note = x.note;
		x.note = NULL;
	}
	wish_release(&x);
	return done;
}

void
acted_release(struct acted *a)
{
	buf_release(&a->message);
	free(a->note);
}

void
post_act(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct acted a = { .status = 0 };
	struct looking l;
	struct buf to = { 0 };

	if (!looking_begin(r, c, &l, 1)) {
		looking_release(&l);
		return;
	}
	if (act_by_form(r, c, &l, &a)) {
		/* what he has made confidential may be gone for him too */
		if (a.on == ON_SEAL)
			buf_adds(&to, console_first_page(c, l.w.officer));
		else
			buf_addf(&to, "/kasus/%s", l.code.s);
		http_answer_redirect(r, 303, buf_str(&to));
	} else if (a.status == 503) {
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	} else {
		answer_case_page(r, c, &l, a.status, buf_str(&a.message), 0, a.note != NULL ? a.note : "");
	}
	buf_release(&to);
	acted_release(&a);
	looking_release(&l);
}

/* What nobody asks for does nothing, and is noticed: the names alone, a value may be somebody's. */
static void
name_unknown(const json_t *doc, const char *officer)
{
	static const char *const known[] = { "action", "note", "version", "category", "urgency", "unit", "place", "reason",
	    "into", "until" };
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)doc, name, value) {
		size_t i = 0;

		while (i < N_ELEMS(known) && strcmp(known[i], name) != 0)
			i++;
		if (i == N_ELEMS(known))
			log_warn("member_ignored", "officer=%s name=\"%s\"", officer, log_quote(name, strnlen(name, 32)));
	}
}

/* Its version is a number that he has seen, everything else is text: what is of another kind is not guessed at. */
static int
is_well_formed(const json_t *doc)
{
	const json_t *version = json_object_get(doc, "version"), *value;
	const char *name;

	if (!json_is_integer(version) || json_integer_value(version) < 1)
		return 0;
	json_object_foreach((json_t *)(uintptr_t)doc, name, value)
		if (value != version && !json_is_string(value))
			return 0;
	return 1;
}

/* /api/v1/cases/CODE/actions: {"action","note","version"} and what the action asks for. */
void
post_act_json(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct wish x = { .wrong = NULL };
	struct looking l;
	struct buf b = { 0 };
	size_t len;
	const char *tail = http_req_tail(r), *end = strchr(tail, '/'), *body;
	json_t *doc;

	if (!looking_begin(r, c, &l, 1)) {
		looking_release(&l);
		return;
	}
	body = http_req_body(r, &len);
	doc = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	name_unknown(doc, l.w.officer->id);
	x.note = xstrdup(text_of(doc, "note"));
	x.version = json_integer_value(json_object_get(doc, "version"));
	x.category = xstrdup(text_of(doc, "category"));
	x.urgency = xstrdup(text_of(doc, "urgency"));
	x.unit = xstrdup(text_of(doc, "unit"));
	x.k.place = or_null(text_of(doc, "place"));
	snprintf(x.cmd.to_unit, sizeof(x.cmd.to_unit), "%s", x.unit);
	if (strcmp(text_of(doc, "action"), case_event_name(ON_SEAL)) == 0)
		snprintf(x.cmd.about, sizeof(x.cmd.about), "%s", x.unit);
	snprintf(x.cmd.reason, sizeof(x.cmd.reason), "%s", text_of(doc, "reason"));
	snprintf(x.cmd.into, sizeof(x.cmd.into), "%s", text_of(doc, "into"));
	if (end == NULL || strcmp(end, "/actions") != 0)
		http_answer_problem(r, 404, "Not Found", "Alamatnya /api/v1/cases/KODE/actions.");
	else if (!json_is_object(doc) || find_event(text_of(doc, "action"), &x.cmd.event) != 0)
		http_answer_problem(r, 422, "Unprocessable Content",
		    "Kirim {\"action\",\"note\",\"version\"}; action yang dikenal: lihat docs/protocol.md.");
	else if (!is_well_formed(doc))
		http_answer_problem(r, 422, "Unprocessable Content",
		    "version: angka versi kasus yang Anda lihat; yang lain berupa teks.");
	else if (l.w.by_secret)
		http_answer_problem(r, 403, "Forbidden", "Masuk dengan akun Anda sendiri dahulu.");
	else if (text_of(doc, "until")[0] != '\0' && parse_day(&x.cmd.until_ms, text_of(doc, "until")) != 0)
		http_answer_problem(r, 422, "Unprocessable Content", "until ditulis seperti 14-12-2026.");
	else if (!act(c, &l, &x))
		http_answer_problem(r, x.conflict ? 409 : 422, x.conflict ? "Conflict" : "Unprocessable Content", x.wrong);
	else if (look_again(c, &l) != 0)
		http_answer_problem(r, 503, "Service Unavailable", "Tersimpan, tetapi belum dapat dibaca; muat ulang.");
	else {
		buf_addf(&b, "{\"code\":\"%s\",\"state\":\"%s\",\"version\":%" PRId64 "}", l.code.s,
		    case_state_name(l.s.c.state), l.s.c.version);
		http_answer_json(r, 200, &b);
	}
	json_decref(doc);
	buf_release(&b);
	wish_release(&x);
	looking_release(&l);
}
