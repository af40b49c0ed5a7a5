/* Ombudsman and inspectorate: sealed cases by saying why, and who else looked into them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/case_page.h"
#include "console/fields.h"
#include "lib/escape.h"
#include "lib/log.h"

#define SHOWN 200

/* ---- why ---- */

/* Of the case nothing is said but its number, which he has named himself. */
void
ask_why(struct http_req *r, struct console *c, struct looking *l, const char *message)
{
	char code[CODE_CHARS + 2];
	struct buf b = { 0 };

	if (http_req_wants_json(r)) {
		http_answer_problem(r, 403, "Forbidden", "Kasus tertutup dibuka di /kasus/KODE dengan menyebut alasan.");
		return;
	}
	code_show(code, &l->code);
	buf_addf(&b, "<h1><span class=\"kode\">%s</span></h1>\n", code);
	add_said_message(&b, message, 0);
	buf_addf(&b, "<p>[[Kasus ini tertutup. Siapa membukanya, kapan, dan mengapa tercatat dan tidak dapat dihapus.]]</p>\n"
	    "<form method=\"post\" action=\"/pengawasan/%s\">\n", l->code.s);
	frame_add_token(&b, &l->w);
	buf_adds(&b, "<label for=\"alasan\">[[Mengapa Anda membukanya?]]</label>\n"
	    "<textarea id=\"alasan\" name=\"alasan\" required minlength=\"20\" maxlength=\"500\"></textarea>\n"
	    "<button>[[Buka dan catat]]</button>\n</form>\n");
	frame_answer(r, c, &l->w, message[0] != '\0' ? 422 : 200, l->code.s, "", &b);
	buf_release(&b);
}

void
post_watch(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct looking l;

	if (looking_begin_because(r, c, &l, http_req_tail(r), BECAUSE_WATCH))
		answer_case_page(r, c, &l, 200, "", 0, "");
	looking_release(&l);
}

/* ---- an emergency ---- */

static void
answer_emergency(struct http_req *r, struct console *c, const struct who *w, const char *wrong)
{
	struct buf b = { 0 };

	if (wrong[0] != '\0')
		buf_addf(&b, "<p class=\"pesan buruk\" role=\"alert\">%s</p>\n", wrong);
	buf_adds(&b, "<h1>[[Buka darurat]]</h1>\n<p>[[Untuk kasus yang bukan wewenang Anda, bila nyawa atau keselamatan "
	    "seseorang bergantung padanya. Alasan Anda tercatat, dua orang lain langsung diberi tahu, dan kasusnya "
	    "tertutup lagi sendiri.]]</p>\n<form method=\"post\" action=\"/buka-darurat\">\n");
	frame_add_token(&b, w);
	buf_adds(&b, "<label for=\"kode\">[[Kode kasus]]</label>\n<input id=\"kode\" name=\"kode\" class=\"kode\" required "
	    "maxlength=\"12\" autocomplete=\"off\" placeholder=\"7K3F-9QXM\">\n"
	    "<label for=\"alasan\">[[Mengapa harus Anda, dan sekarang]]</label>\n"
	    "<textarea id=\"alasan\" name=\"alasan\" required minlength=\"20\" maxlength=\"500\"></textarea>\n"
	    "<button>[[Buka dan catat]]</button>\n</form>\n");
	frame_answer(r, c, w, wrong[0] != '\0' ? 422 : 200, "[[Buka darurat]]", "/buka-darurat", &b);
	buf_release(&b);
}

/* What must hold whichever case is named: so that no answer tells which there are. */
static int
may_break(struct http_req *r, struct console *c, struct who *w)
{
	if (!access_may(c->h.policy, w->officer, MAY_BREAK, NULL))
		return 1;		/* he sees his own as ever, and of others that there is none */
	if (looking_reason(r) == NULL) {
		answer_emergency(r, c, w, "[[Tulis alasannya, 20 sampai 500 huruf.]]");
		return 0;
	}
	return gate_proven(r, c, w) && gate_has_factor(r, c, w);
}

void
get_emergency(struct http_req *r, void *arg)
{
	struct who w;

	if (gate_for(r, arg, &w, MAY_BREAK) && gate_proven(r, arg, &w) && gate_has_factor(r, arg, &w))
		answer_emergency(r, arg, &w, "");
}

void
post_emergency(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct looking l = { .glass_ms = 0 };
	char *code = form_words(r, "kode");
	struct who w;

	if (gate_change(r, c, &w) && may_break(r, c, &w) && looking_begin_because(r, c, &l, code, BECAUSE_EMERGENCY))
		answer_case_page(r, c, &l, 200, "", 0, "");
	looking_release(&l);
	free(code);
}

/* ---- what there is ---- */

struct sealed_list { struct console *c; const struct officer *o; struct buf rows; size_t n; };

static int
add_sealed(const struct model_case *m, int sealed, void *arg)
{
	struct sealed_list *s = arg;
	struct access_case a;
	char code[CODE_CHARS + 2];

	if (!sealed || m->code.s[0] == '\0' || m->code.s[0] == '-')
		return 0;
	model_access(s->c->model, m, sealed, &a);
	if (!access_may(s->c->h.policy, s->o, SEE_EXISTS, &a) || s->n++ >= SHOWN)
		return 0;
	code_show(code, &m->code);
	buf_addf(&s->rows, "<tr><td><a href=\"/kasus/%s\">%s</a></td><td>[[%s]]</td><td>", m->code.s, code,
	    case_state_words(m->state, CLOSE_NONE, "id"));
	add_said_time(&s->rows, m->received_ms);
	buf_adds(&s->rows, "</td></tr>\n");
	return 0;
}

static void
add_sealed_cases(struct buf *b, struct console *c, const struct who *w)
{
	struct sealed_list s = { .c = c, .o = w->officer };

	model_each(c->model, add_sealed, &s);
	if (s.n > 0) {
		buf_addf(b, "<h2>[[Kasus tertutup]]: %zu</h2>\n<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"[[Kasus tertutup]]\">"
		    "<table><thead><tr><th scope=\"col\">[[Kode]]</th>"
		    "<th scope=\"col\">[[Keadaan]]</th><th scope=\"col\">[[Masuk]]</th></tr></thead><tbody>\n", s.n);
		buf_add(b, s.rows.data, s.rows.len);
		buf_adds(b, "</tbody></table></div>\n");
	}
	buf_release(&s.rows);
}

/* ---- who looked ---- */

/*
 * Sealed cases, and glass that was broken: who opens a photo of a road is nobody's concern here.  Of a
 * complaint about him who watches there is no line.
 */
static int
is_of_concern(const struct console *c, const struct officer *o, const struct model_look *l)
{
	const struct model_case *sealed = model_find_sealed(c->model, l->code.s), *open = model_find(c->model, l->code.s);
	struct access_case a;

	if (sealed == NULL && (open == NULL || strcmp(l->what, "pecah-kaca") != 0))
		return 0;
	model_access(c->model, sealed != NULL ? sealed : open, sealed != NULL, &a);
	return access_may(c->h.policy, o, SEE_EXISTS, &a);
}

static const char *
look_words(const char *what)
{
	static const struct { const char *what, *words; } rows[] = { { "lihat", SAID("kasus") }, { "berkas-dibuka", SAID("berkas") },
	    { "pecah-kaca", SAID("kaca dipecah: alasan dicatat, dua orang diberi tahu") },
	    { "lihat-dulu", SAID("kasus, sebelum dirahasiakan") } };

	for (size_t i = 0; i < N_ELEMS(rows); i++)
		if (strcmp(rows[i].what, what) == 0)
			return rows[i].words;
	return what;
}

static void
add_looks(struct buf *b, const struct console *c, const struct who *w)
{
	const struct model_look *l;
	int n = 0;

	buf_adds(b, "<h2>[[Siapa membuka kasus tertutup]]</h2>\n<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"[[Siapa membuka kasus tertutup]]\">"
	    "<table><thead><tr><th scope=\"col\">[[Waktu]]</th>"
	    "<th scope=\"col\">[[Siapa]]</th><th scope=\"col\">[[Kasus]]</th><th scope=\"col\">[[Yang dibuka]]</th></tr></thead><tbody>\n");
	for (size_t i = 0; (l = model_look(c->model, i)) != NULL && n < SHOWN; i++) {
		char code[CODE_CHARS + 2];

		if (!is_of_concern(c, w->officer, l))
			continue;
		n++;
		code_show(code, &l->code);
		buf_adds(b, "<tr><td>");
		add_said_time(b, l->at_ms);
		buf_adds(b, "</td><td>");
		buf_add_html(b, l->officer, strlen(l->officer));
		buf_addf(b, "</td><td>%s</td><td>", code);
		add_said(b, look_words(l->what));
		buf_adds(b, "</td></tr>\n");
	}
	buf_adds(b, "</tbody></table></div>\n");
	if (n == 0)
		buf_adds(b, "<p class=\"kosong\">[[Belum ada yang membuka.]]</p>\n");
	buf_adds(b, "<p class=\"hint\">[[Alasannya ada di riwayat kasusnya.]] <a href=\"/pengawasan.csv\">CSV</a></p>\n");
}

void
get_watch(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct buf b = { 0 };
	struct who w;

	if (!gate_for(r, c, &w, SEE_LOOKS))
		return;
	buf_adds(&b, "<h1>[[Pengawasan]]</h1>\n");
	add_sealed_cases(&b, c, &w);
	add_looks(&b, c, &w);
	frame_answer(r, c, &w, 200, "[[Pengawasan]]", "/pengawasan", &b);
	buf_release(&b);
}

static void
add_cell(struct buf *b, const char *text, char end)
{
	buf_add_csv(b, text, strlen(text));
	buf_addc(b, end);
}

void
get_watch_csv(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const struct model_look *l;
	struct buf b = { 0 }, at = { 0 };
	struct who w;

	if (!gate_for(r, c, &w, SEE_LOOKS) || !gate_proven(r, c, &w))
		return;
	log_info("looks_taken", "officer=%s", w.officer->id);
	buf_adds(&b, "waktu,siapa,kasus,yang_dibuka\r\n");
	for (size_t i = 0; (l = model_look(c->model, i)) != NULL; i++) {
		if (!is_of_concern(c, w.officer, l))
			continue;
		buf_reset(&at);
		buf_add_wib_iso(&at, l->at_ms);
		add_cell(&b, buf_str(&at), ',');
		add_cell(&b, l->officer, ',');
		add_cell(&b, l->code.s, ',');
		add_cell(&b, l->what, '\r');
		buf_addc(&b, '\n');
	}
	http_add_header(r, "Content-Disposition", "attachment; filename=\"pembacaan.csv\"");
	http_answer(r, 200, "text/csv; charset=utf-8", &b);
	buf_release(&b);
	buf_release(&at);
}
