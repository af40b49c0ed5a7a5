/* What an officer may do with a case, as forms, and what becomes of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/case_page.h"
#include "lib/escape.h"
#include "store/apply.h"

enum asks { ASKS_NOTHING = 0, ASKS_NOTE = 1, ASKS_REASON = 2, ASKS_UNIT = 4, ASKS_DAY = 8, ASKS_WAIT = 16 };
static const struct {
	enum case_event on;
	const char *label;
	int asks;
	const char *hint;	/* of its note */
} acts[] = {
	{ ON_ACCEPT,   "Terima tugas", ASKS_NOTHING, "" },
	{ ON_GO,       "Menuju lokasi", ASKS_NOTHING, "" },
	{ ON_ARRIVE,   "Sudah tiba", ASKS_NOTHING, "" },
	{ ON_HANDLE,   "Mulai menangani", ASKS_NOTE, "Apa yang dikerjakan (boleh kosong)" },
	{ ON_RESOLVE,  "Selesai", ASKS_REASON, "Apa yang sudah dikerjakan" },
	{ ON_SIGN,     "Kabar: kami aman", ASKS_NOTHING, "" },
	{ ON_UNDO,     "Urungkan perbuatan terakhir", ASKS_NOTHING, "" },
	{ ON_APPROVE,  "Setujui menunggu", ASKS_NOTHING, "" },
	{ ON_REFUSE,   "Tolak menunggu", ASKS_REASON, "Alasan" },
	{ ON_ANSWER,   "Jawab pertanyaan atasan", ASKS_REASON, "Jawaban" },
	{ ON_RESUME,   "Lanjutkan", ASKS_NOTHING, "" },
	{ ON_ASK,      "Tanya pelapor", ASKS_REASON, "Pertanyaan, sampai 100 huruf" },
	{ ON_NOTE,     "Tambah catatan", ASKS_REASON, "Catatan untuk yang menangani" },
	{ ON_HAND_ON,  "Teruskan ke unit lain", ASKS_REASON | ASKS_UNIT, "Mengapa unit itu" },
	{ ON_DECLINE,  "Bukan wewenang kami", ASKS_REASON, "Wewenang siapa, dan mengapa" },
	{ ON_WAIT,     "Minta menunggu", ASKS_REASON | ASKS_WAIT | ASKS_DAY, "Keterangan untuk kepala" },
	{ ON_REJECT,   "Tolak laporan", ASKS_REASON, "Alasan yang dibaca pelapor" },
	{ ON_TAKE_OVER, "Ambil alih", ASKS_NOTHING, "" },
	{ ON_WHY,      "Tanya mengapa", ASKS_REASON, "Pertanyaan" },
	{ ON_DATE,     "Tetapkan tanggal selesai", ASKS_REASON | ASKS_DAY, "Alasan yang dibaca pelapor" },
};
#define PRIMARY 5		/* the first ones are what a day consists of */

static enum actor_kind
actor_of(const struct officer *o)
{
	return o->role == ROLE_OPERATOR ? BY_OPERATOR : BY_OFFICER;
}

/*
 * Whether the case would take it from him now: decided as if he had filled the form.  What only the
 * form can make right does not count against it.
 */
static int
is_open_to(const struct console *c, const struct looking *l, size_t row, struct effects *fx)
{
	struct command cmd = { .event = acts[row].on, .by = actor_of(l->w.officer), .note = "-" };
	int64_t now_ms = house_now_ms(&c->h);

	snprintf(cmd.actor, sizeof(cmd.actor), "%s", l->w.officer->id);
	cmd.until_ms = now_ms + DAY_MS;
	if (l->p->wait_reasons_n > 0)
		snprintf(cmd.reason, sizeof(cmd.reason), "%s", l->p->wait_reasons[0]);
	if (case_decide(l->p, &c->h.roster, &l->s.c, &cmd, now_ms, fx) == 0)
		return 1;
	return fx->refusal == REFUSED_UNIT || fx->refusal == REFUSED_TIME || fx->refusal == REFUSED_REASON;
}

static void
add_units(struct buf *b, const struct console *c)
{
	buf_adds(b, "<label>Unit tujuan<select name=\"unit\" required><option value=\"\">Pilih unit</option>\n");
	for (size_t i = 0; i < units_count(c->h.policy->units); i++) {
		const struct unit *u = unit_at(c->h.policy->units, i);

		buf_adds(b, "<option value=\"");
		buf_add_html(b, u->code, strlen(u->code));
		buf_adds(b, "\">");
		buf_add_html(b, u->name, strlen(u->name));
		buf_adds(b, "</option>\n");
	}
	buf_adds(b, "</select></label>\n");
}

static void
add_form(struct buf *b, const struct console *c, const struct looking *l, size_t row,
    const char *kept_note)
{
	const char *name = case_event_name(acts[row].on);
	int asks = acts[row].asks;

	if (asks != ASKS_NOTHING)
		buf_addf(b, "<details><summary>%s</summary>\n", acts[row].label);
	buf_addf(b, "<form method=\"post\" action=\"/kasus/%s\">\n", l->code.s);
	frame_add_token(b, &l->w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\"><input type=\"hidden\" name=\"versi\" value=\"%"
	    PRId64 "\">\n", name, l->s.c.version);
	if (asks & ASKS_UNIT)
		add_units(b, c);
	if (asks & ASKS_WAIT) {
		buf_adds(b, "<label>Menunggu apa<select name=\"alasan\">\n");
		for (int i = 0; i < l->p->wait_reasons_n; i++)
			buf_addf(b, "<option>%s</option>\n", l->p->wait_reasons[i]);
		buf_adds(b, "</select></label>\n");
	}
	if (asks & ASKS_DAY)
		buf_adds(b, "<label>Sampai tanggal<input type=\"date\" name=\"sampai\" required></label>\n");
	if (asks & (ASKS_NOTE | ASKS_REASON)) {
		buf_addf(b, "<label>%s<textarea name=\"catatan\" rows=\"3\" maxlength=\"500\"%s>", acts[row].hint,
		    asks & ASKS_REASON ? " required" : "");
		buf_add_html(b, kept_note, strlen(kept_note));
		buf_adds(b, "</textarea></label>\n");
	}
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
	buf_adds(b, "<h2>Tindakan</h2>\n<div class=\"tombol\">\n");
	for (size_t i = 0; i < N_ELEMS(acts); i++) {
		if (!is_open_to(c, l, i, fx))
			continue;
		add_form(i < PRIMARY ? b : &others, c, l, i, kept_note);
		n++;
	}
	buf_adds(b, "</div>\n");
	if (n == 0)
		buf_adds(b, "<p class=\"kosong\">Tidak ada tindakan untuk Anda pada keadaan ini.</p>\n");
	else
		buf_add(b, buf_str(&others), others.len);
	buf_release(&others);
	free(fx);
}

/* ---- what becomes of them ---- */

struct wish { struct command cmd; char *note; int64_t version; const char *wrong; int conflict; };

static void
wish_release(struct wish *x)
{
	free(x->note);
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

/* He acts on the case that he saw. */
static const char *
same_version(const struct policy *p, const struct case_record *c, struct command *cmd, void *arg)
{
	struct wish *x = arg;

	(void)p, (void)cmd;
	x->conflict = x->version != 0 && c->version != x->version;
	return x->conflict ? "kasus ini sudah berubah sejak Anda membukanya; yang Anda tulis masih ada di bawah" :
	    NULL;
}

/* 1 done; 0 and x->wrong: why not. */
static int
act(struct console *c, struct looking *l, struct wish *x)
{
	struct effects *fx = xcalloc(1, sizeof(*fx));
	enum commit_result result;

	snprintf(x->cmd.actor, sizeof(x->cmd.actor), "%s", l->w.officer->id);
	x->cmd.by = actor_of(l->w.officer);
	x->cmd.note = x->note;
	result = case_apply(&c->h, &l->code, &x->cmd, same_version, x, fx, &x->wrong);
	free(fx);
	return result == COMMIT_OK || result == COMMIT_ALREADY;
}

static char *
field(struct http_req *r, const char *name)
{
	size_t len = 0;
	const char *s = http_req_field(r, name, &len);

	return s != NULL ? xstrndup(s, len) : xstrdup("");
}

/* The case as it is now, for the answer. */
static int
look_again(struct console *c, struct looking *l)
{
	stored_case_release(&l->s);
	memset(&l->s, 0, sizeof(l->s));
	return cases_load(&c->h.st, &l->code, 1, &l->s) == 0 && l->s.readable ? 0 : -1;
}

/* The form, filled into x; NULL, or what is wrong with it. */
static const char *
read_form(struct http_req *r, struct wish *x)
{
	char *action = field(r, "aksi"), *unit = field(r, "unit"), *reason = field(r, "alasan"),
	    *until = field(r, "sampai"), *version = field(r, "versi");
	const char *wrong = NULL;

	x->note = field(r, "catatan");
	x->version = strtoll(version, NULL, 10);
	snprintf(x->cmd.to_unit, sizeof(x->cmd.to_unit), "%s", unit);
	snprintf(x->cmd.reason, sizeof(x->cmd.reason), "%s", reason);
	if (find_event(action, &x->cmd.event) != 0)
		wrong = "tindakan itu tidak dikenal; muat ulang halaman ini";
	else if (until[0] != '\0' && parse_day(&x->cmd.until_ms, until) != 0)
		wrong = "tanggal itu tidak terbaca; tulis seperti 14-12-2026";
	free(action);
	free(unit);
	free(reason);
	free(until);
	free(version);
	return wrong;
}

void
post_act(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct wish x = { .wrong = NULL };
	struct looking l;
	struct buf to = { 0 };

	if (!looking_begin(r, c, &l, 1)) {
		looking_release(&l);
		return;
	}
	x.wrong = l.w.by_secret ? "masuk dengan akun Anda sendiri dahulu" : read_form(r, &x);
	if (x.wrong == NULL && act(c, &l, &x)) {
		buf_addf(&to, "/kasus/%s", l.code.s);
		http_answer_redirect(r, 303, buf_str(&to));
	} else if (look_again(c, &l) != 0) {
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	} else {
		struct buf message = { 0 };

		buf_addf(&message, "Belum tersimpan: %s.", x.wrong);
		answer_case_page(r, c, &l, x.conflict ? 409 : 422, buf_str(&message), 0, x.note != NULL ? x.note : "");
		buf_release(&message);
	}
	buf_release(&to);
	wish_release(&x);
	looking_release(&l);
}

static const char *
text_of(const json_t *doc, const char *name)
{
	const char *s = json_string_value(json_object_get(doc, name));

	return s != NULL ? s : "";
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
	x.note = xstrdup(text_of(doc, "note"));
	x.version = json_integer_value(json_object_get(doc, "version"));
	snprintf(x.cmd.to_unit, sizeof(x.cmd.to_unit), "%s", text_of(doc, "unit"));
	snprintf(x.cmd.reason, sizeof(x.cmd.reason), "%s", text_of(doc, "reason"));
	if (end == NULL || strcmp(end, "/actions") != 0)
		http_answer_problem(r, 404, "Not Found", "Alamatnya /api/v1/cases/KODE/actions.");
	else if (!json_is_object(doc) || find_event(text_of(doc, "action"), &x.cmd.event) != 0)
		http_answer_problem(r, 422, "Unprocessable Content",
		    "Kirim {\"action\",\"note\",\"version\"}; action yang dikenal: lihat docs/protocol.md.");
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
