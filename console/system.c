/* /sistem: is the house well?  Signs of life, what waits, what did not arrive; links for who cannot log in. */
#include "console/desk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "console/fields.h"
#include "core/message.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "store/account.h"
#include "store/canary.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))
#define LOOKED_BACK 3000	/* log entries */
#define LISTED 50
#define OFFSET_WORTH_SAYING_MS 2000

/* All of it HTML. */
static void
add_row(struct buf *b, const char *what, const char *value, int bad, const char *words)
{
	buf_addf(b, "<tr><td>%s</td><td class=\"n\">%s", what, value);
	buf_addf(b, "</td><td class=\"%s\">%s</td></tr>\n", bad ? "lewat" : "", words);
}

static void
begin_table(struct buf *b, const char *title)
{
	buf_addf(b, "<h2>%s</h2>\n<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table><tbody>\n", title,
	    title);
}

static void
end_table(struct buf *b)
{
	buf_adds(b, "</tbody></table></div>\n");
}

/* Names with a point are alarms' own marks. */
static void
add_heartbeats(struct buf *b, struct console *c, int64_t now_ms)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &c->h.st.keys, KEY_HEARTBEAT, NULL, NULL);
	r = redis_pipe_command(c->h.st.pipe, "HGETALL %b", key.data, key.len);
	begin_table(b, "[[Tanda hidup]]");
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements; i += 2) {
		int64_t ago = now_ms - strtoll(r->element[i + 1]->str, NULL, 10);
		struct buf said = { 0 }, name = { 0 };
		int silent = ago > c->h.set.silent_ms;

		if (strchr(r->element[i]->str, '.') != NULL)
			continue;
		add_said_duration(&said, ago > 0 ? ago : 0);
		buf_adds(&said, " [[lalu]]");
		buf_add_html(&name, r->element[i]->str, r->element[i]->len);
		add_row(b, buf_str(&name), buf_str(&said), silent, silent ? "[[DIAM]]" : "[[hidup]]");
		buf_release(&said);
		buf_release(&name);
	}
	end_table(b);
	freeReplyObject(r);
	buf_release(&key);
}

static long long
count_of(struct console *c, const char *command, enum key_id id, const char *part)
{
	struct buf key = { 0 };
	redisReply *r;
	long long n = -1;

	buf_add_key(&key, &c->h.st.keys, id, part, NULL);
	r = redis_pipe_command(c->h.st.pipe, command, key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_INTEGER)
		n = r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

static void
add_queues(struct buf *b, struct console *c)
{
	static const struct { const char *name, *command, *part; enum key_id id; } rows[] = {
		{ "[[Laporan masuk, darurat]]", "XLEN %b", "e", KEY_IN },
		{ "[[Laporan masuk, biasa]]", "XLEN %b", "n", KEY_IN },
		{ "[[SMS keluar, darurat]]", "ZCARD %b", "e:sms", KEY_OUT },
		{ "[[SMS keluar]]", "ZCARD %b", "n:sms", KEY_OUT },
		{ "[[WhatsApp keluar]]", "ZCARD %b", "n:whatsapp", KEY_OUT },
		{ "[[Telegram keluar]]", "ZCARD %b", "n:telegram", KEY_OUT },
		{ "[[E-mail keluar]]", "ZCARD %b", "n:email", KEY_OUT },
		{ "[[Terkirim, belum ada tanda terima]]", "ZCARD %b", NULL, KEY_WAITING },
	};
	char number[24];

	begin_table(b, "[[Antrean]]");
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		long long n = count_of(c, rows[i].command, rows[i].id, rows[i].part);

		snprintf(number, sizeof(number), "%lld", n);
		add_row(b, rows[i].name, n < 0 ? "?" : number, n < 0, n < 0 ? "[[tidak terbaca]]" : "");
	}
	end_table(b);
}

/* The verdict on one channel's; HTML. */
static void
canary_words(struct buf *b, int rc, const char *what)
{
	if (rc < 0)
		buf_adds(b, "[[tidak terbaca]]");
	else if (rc == 0)
		buf_adds(b, "[[belum ada]]");
	else if (strcmp(what, CANARY_WELL) == 0)
		buf_adds(b, "[[tiba]]");
	else {
		buf_adds(b, "[[putus:]] <span lang=\"id\">");
		PLAIN(b, what);
		buf_adds(b, "</span>");
	}
}

/* Reports that the house sends to itself: by which channels they come through, and how long that is so. */
static void
add_canaries(struct buf *b, struct console *c)
{
	int64_t now_ms = house_now_ms(&c->h);

	begin_table(b, "[[Laporan uji (kenari)]]");
	for (size_t i = 0; canary_channels[i] != NULL; i++) {
		char what[CANARY_SAID_CHARS];
		struct buf words = { 0 }, ago = { 0 };
		int64_t since_ms;
		int rc = canary_said(&c->h.st, canary_channels[i], &since_ms, what);

		canary_words(&words, rc, what);
		if (rc == 1) {
			add_said_duration(&ago, now_ms > since_ms ? now_ms - since_ms : 0);
			buf_adds(&ago, " [[lalu]]");
		}
		add_row(b, canary_channels[i], buf_str(&ago), rc < 0 || (rc == 1 && strcmp(what, CANARY_WELL) != 0),
		    buf_str(&words));
		buf_release(&words);
		buf_release(&ago);
	}
	end_table(b);
}

static void
add_clock(struct buf *b, struct console *c)
{
	int64_t offset = store_now_ms(&c->h.st) - clock_now_ms();
	char number[32];
	int far = offset > OFFSET_WORTH_SAYING_MS || offset < -OFFSET_WORTH_SAYING_MS;

	snprintf(number, sizeof(number), "%+.1f [[detik]]", (double)offset / 1000);
	begin_table(b, "[[Jam]]");
	add_row(b, "[[Penyimpanan terhadap mesin ini]]", number, far, far ? "[[periksa jam kedua mesin]]" : "[[seiring]]");
	end_table(b);
}

/* ---- what did not arrive today ---- */

struct lost { struct buf *b; const struct console *c; const struct officer *o; int64_t since_ms; int n; };

/* "CODE.7 tugas gagal": of cases that he may see; of sealed ones nothing. */
static int
add_lost(const struct log_line *line, void *arg)
{
	struct lost *l = arg;
	json_t *doc = line->seq >= 0 ? json_loadb(line->entry, line->len, 0, NULL) : NULL;
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *detail = json_string_value(json_object_get(doc, "detail"));
	const struct model_case *m;
	struct access_case a;
	char code[CODE_CHARS + 1];
	int64_t at_ms = json_integer_value(json_object_get(doc, "at"));

	if (what == NULL || detail == NULL || strcmp(what, "pesan") != 0 || at_ms < l->since_ms || l->n == LISTED)
		goto out;
	snprintf(code, sizeof(code), "%.8s", detail);
	m = model_find(l->c->model, code);
	if (m == NULL)
		goto out;
	model_access(l->c->model, m, 0, &a);
	if (!access_may(l->c->h.policy, l->o, SEE_EXISTS, &a))
		goto out;
	l->n++;
	buf_adds(l->b, "<tr><td>");
	add_said_time(l->b, at_ms);
	buf_addf(l->b, "</td><td><a class=\"kode\" href=\"/kasus/%s\">%s</a></td><td>", m->code.s, m->code.s);
	buf_adds(l->b, "<span lang=\"id\">");
	PLAIN(l->b, detail + strcspn(detail, " "));
	buf_adds(l->b, "</span>");
	buf_adds(l->b, "</td></tr>\n");
out:
	json_decref(doc);
	return 0;
}

static void
add_all_lost(struct buf *b, struct console *c, const struct who *w, int64_t now_ms)
{
	struct lost l = { .b = b, .c = c, .o = w->officer, .since_ms = now_ms - DAY_MS };
	int64_t from = model_seq(c->model) - LOOKED_BACK;

	begin_table(b, "[[Pesan yang tidak sampai, 24 jam ini]]");
	logbook_read(&c->h.st, from > 0 ? from : 0, LOOKED_BACK, add_lost, &l);
	end_table(b);
	if (l.n == 0)
		buf_adds(b, "<p class=\"kosong\">[[Tidak ada.]]</p>\n");
	buf_adds(b, "<p><a href=\"/surat\">[[Semua surat mati: lihat, perbaiki, kirim ulang]]</a></p>\n");
}

/* ---- who cannot log in ---- */

static int
ask_for_accounts(struct console *c)
{
	int asked = 0;

	for (size_t i = 0; i < c->h.roster.n; i++) {
		struct redis_args a = { 0 };

		redis_args_adds(&a, "EXISTS");
		args_add_key(&a, &c->h.st, KEY_ACCOUNT, c->h.roster.officers[i].id, NULL);
		asked += redis_pipe_queue(c->h.st.pipe, a.n, (const char **)a.argv, a.lens) == 0;
		redis_args_release(&a);
	}
	redis_pipe_flush(c->h.st.pipe);
	return asked;
}

static void
add_accounts(struct buf *b, struct console *c, const struct who *w)
{
	int asked = ask_for_accounts(c);
	struct buf list = { 0 };
	size_t without = 0;

	for (size_t i = 0; i < c->h.roster.n && asked > 0; i++, asked--) {
		const struct officer *o = &c->h.roster.officers[i];
		redisReply *r = redis_pipe_reply(c->h.st.pipe);

		if (r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 0 && !o->ended) {
			buf_addf(&list, "<option value=\"%s\">", o->id);
			PLAIN(&list, o->name);
			buf_adds(&list, "</option>\n");
			without++;
		}
		freeReplyObject(r);
	}
	buf_addf(b, "<h2>[[Akun]]</h2>\n<p>%zu [[petugas belum pernah mendapat tautan masuk.]]</p>\n", without);
	if (!w->by_secret) {
		buf_adds(b, "<form method=\"post\" action=\"/sistem\">\n");
		frame_add_token(b, w);
		buf_adds(b, "<label>[[Buat tautan sekali pakai untuk]]<input name=\"petugas\" list=\"petugas\" required autocomplete=\"off\" "
		    "placeholder=\"[[id petugas]]\"></label><datalist id=\"petugas\">\n");
		buf_add(b, buf_str(&list), list.len);
		buf_adds(b, "</datalist><button>[[Buat tautan]]</button></form>\n");
	}
	buf_release(&list);
}

static void
answer_system(struct http_req *r, struct console *c, const struct who *w, int status, const struct buf *above)
{
	int64_t now_ms = house_now_ms(&c->h);
	struct buf b = { 0 };

	if (above != NULL)
		buf_add(&b, above->data, above->len);
	buf_addf(&b, "<h1>[[Sistem]]</h1>\n<p>[[Catatan terakhir yang dibaca konsol:]] <span class=\"kode\">%" PRId64 "</span>, ",
	    model_seq(c->model));
	add_said_time(&b, model_at_ms(c->model));
	buf_adds(&b, ".</p>\n<div class=\"dua\"><div>\n");
	add_heartbeats(&b, c, now_ms);
	add_queues(&b, c);
	add_canaries(&b, c);
	add_clock(&b, c);
	buf_adds(&b, "</div><div>\n");
	add_all_lost(&b, c, w, now_ms);
	add_accounts(&b, c, w);
	buf_adds(&b, "<h2>[[Laporan lama]]</h2>\n<p><a href=\"/impor\">[[Impor laporan lama dari CSV atau XLSX]]</a></p>\n");
	buf_adds(&b, "</div></div>\n");
	frame_answer(r, c, w, status, "[[Sistem]]", "/sistem", &b);
	buf_wipe(&b);
}

void
get_system(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;

	if (gate_for(r, c, &w, SEE_SYSTEM))
		answer_system(r, c, &w, 200, NULL);
}

/* The link opens an account: it is shown once, to who has just proven who he is. */
void
post_system(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const struct officer *o;
	struct buf above = { 0 }, path = { 0 };
	char *id;
	struct who w;
	int status = 200;

	if (!gate_change(r, c, &w))
		return;
	if (w.by_secret || !access_may(c->h.policy, w.officer, SEE_SYSTEM, NULL)) {
		http_answer_problem(r, 403, "Forbidden", "Tautan dibuat oleh admin dengan akunnya sendiri.");
		return;
	}
	if (!gate_proven(r, c, &w))
		return;
	id = form_words(r, "petugas");
	o = officer_find(&c->h.roster, id);
	if (o == NULL || o->ended) {
		status = 422;
		buf_adds(&above, "<p class=\"pesan buruk\" role=\"alert\">[[Tidak ada petugas dengan id itu.]]</p>\n");
	} else if (account_offer(&c->h.st, o->id, c->h.set.once_ms, w.officer->id, &path) != 0) {
		status = 503;
		buf_adds(&above, "<p class=\"pesan buruk\" role=\"alert\">[[Tautan belum dapat dibuat; coba lagi.]]</p>\n");
	} else {
		buf_adds(&above, "<p class=\"pesan baik\" role=\"status\">[[Tautan untuk]] ");
		PLAIN(&above, o->name);
		buf_adds(&above, ", [[hanya sekali pakai, hanya sekarang terlihat:]] <span class=\"tautan\">");
		PLAIN(&above, buf_str(&path));
		buf_adds(&above, "</span>. [[Tulis di belakang alamat konsol ini, berlaku]] ");
		add_said_duration(&above, c->h.set.once_ms);
		buf_adds(&above, ".</p>\n");
	}
	answer_system(r, c, &w, status, &above);
	free(id);
	buf_wipe(&above);
	buf_wipe(&path);
}
