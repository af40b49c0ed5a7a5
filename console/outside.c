/* One task of an outside body (PLN, the province): read and answered by the link in its SMS, without an account. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/case_page.h"
#include "core/message.h"
#include "lib/escape.h"
#include "store/apply.h"

/* What a body that only answers may say. */
static const struct { enum case_event on; const char *label; int needs_note; const char *hint; } acts[] = {
	{ ON_ACCEPT,  "[[Kami terima]]", 0, NULL },
	{ ON_GO,      "[[Petugas menuju lokasi]]", 0, NULL },
	{ ON_HANDLE,  "[[Sedang kami tangani]]", 0, "[[Apa yang dikerjakan]]" },
	{ ON_RESOLVE, "[[Selesai]]", 1, "[[Apa yang sudah dikerjakan]]" },
	{ ON_DECLINE, "[[Bukan wewenang kami]]", 1, "[[Wewenang siapa]]" },
};

/* A task that the link opens, for this request. */
struct visit {
	struct code code;
	struct stored_case s;
	const struct policy *p;
	const struct officer *officer;
	struct laporan words;
	char token[OUTSIDE_TOKEN_CHARS + 1];
};

static void
visit_release(struct visit *v)
{
	laporan_release(&v->words);
	stored_case_release(&v->s);
}

/* The officer whose open task the token names; every task is looked at, so that time tells nothing. */
static const struct officer *
officer_of(const struct console *c, const struct visit *v)
{
	const struct officer *found = NULL;

	for (int i = 0; i < v->s.c.tasks_n; i++) {
		const struct case_task *t = &v->s.c.tasks[i];
		const struct unit *u = unit_find(v->p->units, t->unit);
		char token[OUTSIDE_TOKEN_CHARS + 1];

		outside_token(token, &c->h.st, v->code.s, t->officer, t->nonce);
		if (equal_secret(token, v->token, OUTSIDE_TOKEN_CHARS) && t->state != TASK_GONE && t->nonce[0] != '\0' &&
		    u != NULL && u->tier == TIER_LUAR)
			found = officer_find(&c->h.roster, t->officer);
	}
	return found != NULL && !found->ended ? found : NULL;
}

/* 1, or 0 and answered: a wrong link, an ended task and no case at all look the same. */
static int
visit_begin(struct http_req *r, struct console *c, struct visit *v, const char *token, size_t len)
{
	const char *tail = http_req_tail(r);
	struct case_keys keys;
	char lookup[LOOKUP_TEXT];

	memset(v, 0, sizeof(*v));
	if (!gate_origin(r))
		return 0;
	if (token != NULL && len == OUTSIDE_TOKEN_CHARS)
		memcpy(v->token, token, len);
	if (house_refresh(&c->h) == 0 && code_parse(&v->code, tail, strlen(tail)) == 0 &&
	    cases_load(&c->h.st, &v->code, 1, &v->s) == 0 && v->s.there && v->s.readable && v->s.version > 0 &&
	    !v->s.c.sealed && (v->p = version_policy(&c->h.versions, &c->h.st, v->s.c.policy)) != NULL &&
	    (v->officer = officer_of(c, v)) != NULL) {
		if (stored_case_open(&v->s, &c->h.st, &keys, &v->words, lookup) != 0)
			v->words.text = NULL;
		return 1;
	}
	http_answer_problem(r, 404, "Not Found",
	    "Tautan ini tidak berlaku (lagi). Tugas yang sudah selesai atau dialihkan tidak dapat dijawab.");
	return 0;
}

static void
add_acts(struct buf *b, const struct visit *v, const char *kept_note)
{
	for (size_t i = 0; i < N_ELEMS(acts); i++) {
		if (transition_find(v->s.c.state, acts[i].on) == NULL)
			continue;
		buf_addf(b, "<form method=\"post\" action=\"/b/%s\"><input type=\"hidden\" name=\"t\" value=\"%s\">"
		    "<input type=\"hidden\" name=\"aksi\" value=\"%s\">\n", v->code.s, v->token,
		    case_event_name(acts[i].on));
		if (acts[i].hint != NULL) {
			buf_addf(b, "<label>%s<textarea name=\"catatan\" rows=\"2\" maxlength=\"500\"%s>", acts[i].hint,
			    acts[i].needs_note ? " required" : "");
			buf_add_html(b, kept_note, strlen(kept_note));
			buf_adds(b, "</textarea></label>\n");
		}
		buf_addf(b, "<button%s>%s</button></form>\n", acts[i].needs_note ? " class=\"lain\"" : "", acts[i].label);
	}
}

static void
answer_visit(struct http_req *r, struct console *c, const struct visit *v, int status, const char *wrong,
    const char *kept_note)
{
	char code[CODE_CHARS + 2];
	struct buf b = { 0 };

	code_show(code, &v->code);
	buf_addf(&b, "<div class=\"sempit\">\n<h1><span class=\"kode\">%s</span> ", code);
	add_category_name(&b, c, v->s.c.category);
	buf_adds(&b, "</h1>\n");
	if (wrong[0] != '\0') {
		buf_adds(&b, "<p class=\"pesan buruk\" role=\"alert\">[[Belum tersimpan:]] ");
		add_said(&b, wrong);
		buf_adds(&b, ".</p>\n");
	}
	buf_adds(&b, "<p>[[Untuk]] ");
	buf_add_html(&b, console_unit_name(c, v->officer->unit), strlen(console_unit_name(c, v->officer->unit)));
	buf_addf(&b, ". [[Keadaan:]] <strong>[[%s]]</strong>.</p>\n<p>",
	    case_state_words(v->s.c.state, v->s.c.closed_as, "id"));
	add_place_name(&b, c, v->s.c.place);
	if (v->s.c.rt[0] != '\0')
		buf_addf(&b, ", RT %s RW %s", v->s.c.rt, v->s.c.rw);
	buf_adds(&b, "</p>\n<blockquote lang=\"id\">");
	if (v->words.text != NULL)
		buf_add_shown(&b, v->words.text, strlen(v->words.text));
	buf_adds(&b, "</blockquote>\n");
	add_acts(&b, v, kept_note);
	buf_adds(&b, "<p class=\"hint\">[[Tautan ini hanya untuk tugas ini dan berakhir bersamanya. Nama dan nomor pelapor "
	    "tidak ditampilkan; bertanyalah kepada Call Center 112.]]</p>\n</div>\n");
	frame_answer(r, c, NULL, status, "[[Tugas]]", "", &b);
	buf_wipe(&b);
}

void
get_outside(struct http_req *r, void *arg)
{
	size_t len = 0;
	const char *token = http_req_query(r, "t", &len);
	struct visit v;

	if (visit_begin(r, arg, &v, token, len))
		answer_visit(r, arg, &v, 200, "", "");
	visit_release(&v);
}

void
post_outside(struct http_req *r, void *arg)
{
	struct console *c = arg;
	size_t len = 0, action_len = 0, note_len = 0;
	const char *token = http_req_field(r, "t", &len), *action = http_req_field(r, "aksi", &action_len),
	    *note = http_req_field(r, "catatan", &note_len), *wrong = SAID("tindakan itu tidak dikenal");
	struct command cmd = { .by = BY_OFFICER };
	struct effects *fx;
	struct visit v;
	struct buf words = { 0 }, to = { 0 };
	int known = 0, done = 0;

	if (!visit_begin(r, c, &v, token, len)) {
		visit_release(&v);
		return;
	}
	fx = xcalloc(1, sizeof(*fx));
	if (note != NULL)
		buf_add(&words, note, note_len);
	for (size_t i = 0; action != NULL && i < N_ELEMS(acts) && !known; i++)
		if (strlen(case_event_name(acts[i].on)) == action_len &&
		    memcmp(case_event_name(acts[i].on), action, action_len) == 0) {
			cmd.event = acts[i].on;
			known = 1;
		}
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", v.officer->id);
	cmd.note = buf_str(&words);
	if (known)
		done = case_apply(&c->h, &v.code, &cmd, NULL, NULL, fx, &wrong) == COMMIT_OK;
	if (done && cmd.event != ON_DECLINE) {
		buf_addf(&to, "/b/%s?t=%s", v.code.s, v.token);
		http_answer_redirect(r, 303, buf_str(&to));
	} else if (done) {
		struct buf b = { 0 };

		buf_adds(&b, "<div class=\"sempit\"><h1>[[Terima kasih]]</h1><p>[[Laporan ini kembali ke Call Center 112 "
		    "Banyuwangi dengan alasan Anda. Tidak perlu tindakan lagi.]]</p></div>\n");
		frame_answer(r, c, NULL, 200, "[[Terima kasih]]", "", &b);
		buf_release(&b);
	} else {
		answer_visit(r, c, &v, 422, wrong, buf_str(&words));
	}
	buf_wipe(&words);
	buf_release(&to);
	free(fx);
	visit_release(&v);
}
