/* /akun: what an officer may change of his own account: the address of his feeds, and where he is logged in. */
#include <stdlib.h>
#include <string.h>

#include "console/frame.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/account.h"

/* Everybody has his duties; escalations are for who may see the board. */
static const struct { const char *path, *what; int board; } feeds[] = {
	{ "/feed/jaga.ics", "[[Jadwal jaga, kalender]]", 0 },
	{ "/feed/eskalasi.atom", "[[Eskalasi, Atom]]", 1 }, { "/feed/eskalasi.json", "[[Eskalasi, JSON Feed]]", 1 },
};

/* Whole, where the console knows where it stands (console.url): who copies it pastes it into another program. */
static void
add_addresses(struct buf *b, const struct console *c, const struct officer *o, const char *token)
{
	buf_adds(b, "<div class=\"pesan baik\" role=\"status\"><p>[[Salin sekarang: alamat ini hanya tampil sekali. Siapa yang "
	    "memegangnya dapat membaca jadwal jaga dan eskalasi yang boleh Anda lihat, dan tidak lebih.]]</p><dl class=\"rinci\">\n");
	for (size_t i = 0; i < N_ELEMS(feeds); i++) {
		if (feeds[i].board && !access_may(c->h.policy, o, SEE_BOARD, NULL))
			continue;
		buf_addf(b, "<dt>%s</dt><dd class=\"kode alamat\">", feeds[i].what);
		buf_add_html(b, c->h.set.console_url, strlen(c->h.set.console_url));
		buf_addf(b, "%s?t=%s.%s</dd>\n", feeds[i].path, o->id, token);
	}
	buf_adds(b, "</dl></div>\n");
}

static void
add_form(struct buf *b, const struct who *w, const char *act, const char *mark, const char *words)
{
	buf_adds(b, "<form method=\"post\" action=\"/akun\">");
	frame_add_token(b, w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\"><button class=\"%s\">%s</button></form>\n", act, mark,
	    words);
}

/* Without the password: who finds his telephone gone is not to look for it first. */
static void
add_everywhere(struct buf *b, const struct who *w)
{
	buf_adds(b, "<h2>[[Perangkat]]</h2>\n<p>[[Keluar di bilah atas menutup perangkat ini saja. Ini menutup semua yang sedang "
	    "masuk dengan akun Anda, juga papan yang terbuka di dinding.]]</p>\n<form method=\"post\" action=\"/keluar\">");
	frame_add_token(b, w);
	buf_adds(b, "<input type=\"hidden\" name=\"semua\" value=\"ya\"><button class=\"lain\">[[Keluar di semua perangkat]]</button></form>\n");
}

/* token: just made, "" none. */
static void
answer_me(struct http_req *r, struct console *c, const struct who *w, int status, const struct account *a,
    const char *token, const char *message)
{
	struct buf b = { 0 };

	buf_adds(&b, "<div class=\"sempit\">\n<h1>[[Akun saya]]</h1>\n");
	add_said_message(&b, message, status == 200);
	buf_adds(&b, "<dl class=\"rinci\"><dt>[[Nama masuk]]</dt><dd>");
	buf_add_html(&b, w->officer->id, strlen(w->officer->id));
	buf_adds(&b, "</dd></dl>\n<h2>[[Alamat umpan]]</h2>\n<p>[[Untuk kalender telepon, pembaca berita dan papan lain yang "
	    "tidak dapat masuk dengan sandi. Alamat baru mematikan yang lama.]]</p>\n");
	if (token[0] != '\0')
		add_addresses(&b, c, w->officer, token);
	if (!access_may(c->h.policy, w->officer, SEE_BOARD, NULL))
		buf_adds(&b, "<p class=\"hint\">[[Jadwal jaga untuk semua petugas; eskalasi untuk kepala unit, meja 112 dan pimpinan.]]</p>\n");
	if (a->feed[0] != '\0') {
		buf_adds(&b, "<p>[[Alamat dibuat]] ");
		add_said_time(&b, a->feed_ms);
		buf_adds(&b, ".</p>\n");
		add_form(&b, w, "cabut", "bahaya", "[[Matikan alamat ini]]");
		add_form(&b, w, "buat", "lain", "[[Buat alamat baru]]");
	} else {
		add_form(&b, w, "buat", "", "[[Buat alamat umpan]]");
	}
	add_everywhere(&b, w);
	buf_adds(&b, "</div>\n");
	frame_answer(r, c, w, status, "[[Akun saya]]", "/akun", &b);
	buf_wipe(&b);
}

/* The machine has no account of its own. */
static int
me(struct http_req *r, struct console *c, const struct who *w, struct account *a)
{
	if (w->by_secret) {
		http_answer_problem(r, 403, "Forbidden", "Masuk dengan akun Anda sendiri dahulu.");
		return 0;
	}
	if (account_load(&c->h.st, w->officer->id, a) == 1)
		return 1;
	http_answer_problem(r, 503, "Service Unavailable", "Akun Anda belum terbaca; coba lagi.");
	return 0;
}

void
get_me(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct account a;
	struct who w;

	if (!gate(r, c, &w) || !me(r, c, &w, &a))
		return;
	answer_me(r, c, &w, 200, &a, "", "");
	account_wipe(&a);
}

void
post_me(struct http_req *r, void *arg)
{
	struct console *c = arg;
	char token[TOKEN_CHARS + 1] = "";
	const char *act;
	struct account a;
	struct who w;
	size_t len = 0;
	int makes;

	if (!gate_change(r, c, &w) || !gate_proven(r, c, &w) || !me(r, c, &w, &a))
		return;
	act = http_req_field(r, "aksi", &len);
	makes = act != NULL && strcmp(act, "buat") == 0;
	if (!makes && (act == NULL || strcmp(act, "cabut") != 0)) {
		answer_me(r, c, &w, 422, &a, "", SAID("Tidak dikenal."));
	} else {
		a.feed[0] = '\0';
		a.feed_ms = house_now_ms(&c->h);
		if (makes)
			token_make(token, a.feed);
		if (account_put(&c->h.st, &a, "umpan", w.officer->id) != 0) {
			http_answer_problem(r, 503, "Service Unavailable", "Belum tersimpan; coba lagi.");
		} else {
			log_info("feed_address", "officer=%s act=%s", w.officer->id, act);
			answer_me(r, c, &w, 200, &a, token, makes ? "" : SAID("Alamat itu sudah mati."));
		}
	}
	account_wipe(&a);
	memset(token, 0, sizeof(token));
}
