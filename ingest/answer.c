/* What a resident says on his report's own page: mended or not, more about it, or that he takes it back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "ingest/form.h"
#include "ingest/ingest.h"

#define ID_BYTES 8

struct reply { struct http_req *r; struct code about; };

static void
on_reply(enum receipt_result result, const struct code *code, void *arg)
{
	struct reply *p = arg;
	struct buf url = { 0 };

	(void)code;
	if (result == RECEIPT_OK) {
		buf_addf(&url, "/l/%s?terkirim=1", p->about.s);
		http_answer_redirect(p->r, 303, buf_str(&url));
	} else {
		http_add_header(p->r, "Retry-After", "30");
		http_answer_problem(p->r, 503, "Service Unavailable", "Jawaban belum tersimpan; kirim lagi sebentar lagi.");
	}
	buf_release(&url);
	free(p);
}

/* The same words pressed twice on the same page are one answer. */
static char *
id_of(const struct code *code, const char *version, const char *choice, const char *text)
{
	unsigned char hash[ID_BYTES];
	char hex[2 * ID_BYTES + 1];
	struct buf all = { 0 }, id = { 0 };

	buf_addf(&all, "%s\n%s\n%s", version, choice, text);
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)all.data, all.len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	buf_addf(&id, "jawab:%s:%s", code->s, hex);
	buf_wipe(&all);
	return buf_take(&id);
}

void
post_jawab(struct http_req *r, void *arg)
{
	static const char *const choices[] = { "beres", "belum", "batal", "tambah" };
	struct ingest *g = arg;
	struct laporan l = { .channel = "web" };
	const char *tail = http_req_tail(r), *choice, *text, *version;
	struct reply *p;
	struct code code;
	size_t len = 0, known = N_ELEMS(choices);

	if (code_parse(&code, tail, strlen(tail)) != 0 ||
	    !status_token_fits(g, &code, http_req_query(r, "t", &len))) {
		http_answer_problem(r, 403, "Forbidden",
		    "Buka halaman laporan Anda dari peramban yang dipakai melapor.");
		return;
	}
	choice = http_req_field(r, "jawaban", &len);
	text = http_req_field(r, "isi", &len);
	version = http_req_field(r, "versi", &len);
	for (size_t i = 0; choice != NULL && i < N_ELEMS(choices); i++)
		if (strcmp(choice, choices[i]) == 0)
			known = i;
	if (known == N_ELEMS(choices) || text == NULL || version == NULL || (known == 3 && text[strspn(text, " \t\r\n")] == '\0')) {
		http_answer_problem(r, 400, "Bad Request",
		    "Pilih satu jawaban di halaman laporan; keterangan tambahan tidak boleh kosong.");
		return;
	}
	if (known < 3)
		snprintf(l.verdict, sizeof(l.verdict), "%s", choices[known]);
	l.message_id = id_of(&code, version, choice, text);
	l.text = xstrdup(text);
	memcpy(l.about, code.s, sizeof(l.about));
	l.received_ms = house_now_ms(&g->h);
	p = xcalloc(1, sizeof(*p));
	p->r = r;
	p->about = code;
	receive(g, &l, 0, on_reply, p);
	laporan_release(&l);
}
