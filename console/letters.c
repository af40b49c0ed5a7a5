/* /surat: what did not get through, for the desk and for who keeps the machine: seen, mended, sent again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/desk.h"
#include "console/fields.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/dead.h"

#define PLAIN(b, s) buf_add_html(b, s, strlen(s))

static const struct { const char *why, *words; } whys[] = {
	{ "undeliverable", "[[tidak terkirim]]" }, { "failed", "[[gerbang menyatakan gagal]]" },
	{ DEAD_POISON, "[[laporan yang menghentikan mesin]]" },
};

static const char *
why_words(const char *why)
{
	for (size_t i = 0; i < N_ELEMS(whys); i++)
		if (strcmp(whys[i].why, why) == 0)
			return whys[i].words;
	return "[[sebab tidak diketahui]]";
}

static const char *const reason_words[ASIDE_N] = { [ASIDE_TOLD] = "[[sudah diberi tahu dengan cara lain]]",
    [ASIDE_LATE] = "[[tidak perlu lagi]]", [ASIDE_WRONG] = "[[nomor atau alamatnya salah]]", [ASIDE_DONE] = "[[sudah dikerjakan]]" };

static int
is_theirs(const struct console *c, const struct officer *o)
{
	return access_may(c->h.policy, o, SEE_TRIAGE, NULL) || access_may(c->h.policy, o, SEE_SYSTEM, NULL);
}

static int
answer_not_his(struct http_req *r)
{
	http_answer_problem(r, 403, "Forbidden",
	    "Halaman ini untuk meja 112 dan admin. Bila seharusnya Anda boleh, minta admin mengubah peran Anda.");
	return 0;
}

/* ---- the list ---- */

/* Of a case that he may know of, sealed ones included; what is of no case is for who keeps the machine. */
static int
may_list(const struct console *c, const struct officer *o, const struct dead_letter *l)
{
	const struct model_case *m = model_find(c->model, l->code);
	struct access_case a = { .place = "", .category = "" };
	int sealed = model_is_sealed(c->model, l->code);

	if (l->code[0] == '\0')
		return access_may(c->h.policy, o, SEE_SYSTEM, NULL);
	if (m == NULL && sealed)
		return 0;
	if (m != NULL)
		model_access(c->model, m, sealed, &a);
	return access_may(c->h.policy, o, SEE_EXISTS, &a);
}

static void
add_letter_row(struct buf *b, const struct dead_letter *l)
{
	buf_adds(b, "<tr><td>");
	add_said_time(b, l->at_ms);
	if (l->code[0] != '\0')
		buf_addf(b, "</td><td><a class=\"kode\" href=\"/surat/%s/%s\">%s</a>", l->code, l->id, l->id);
	else {
		buf_adds(b, "</td><td class=\"kode\">");
		PLAIN(b, l->id);
	}
	buf_addf(b, "</td><td>%s</td><td class=\"n\">%d [[kali]]</td><td class=\"n\">%d [[kali]]</td></tr>\n", why_words(l->why),
	    l->tries, l->again);
}

void
get_letters(struct http_req *r, void *arg)
{
	struct console *c = arg;
	int most = (int)c->h.set.letters_listed, all = 0, n, shown = 0;
	struct dead_letter *list;
	struct buf b = { 0 }, table = { 0 };
	struct who w;

	if (!gate(r, c, &w))
		return;
	if (!is_theirs(c, w.officer)) {
		answer_not_his(r);
		return;
	}
	list = xcalloc((size_t)most, sizeof(*list));
	n = dead_list(&c->h.st, list, most, &all);
	buf_adds(&b, "<h1>[[Surat mati]]</h1>\n<p>[[Pesan yang tidak sampai dan laporan yang tidak terbaca mesin. Buka, perbaiki "
	    "bila perlu, lalu kirim ulang; atau kesampingkan dengan alasan. Setiap tindakan tercatat.]]</p>\n");
	buf_adds(&table, "<div class=\"gulir\" tabindex=\"0\" role=\"region\" aria-label=\"[[Surat mati]]\"><table><thead><tr>"
	    "<th scope=\"col\">[[Kapan]]</th><th scope=\"col\">[[Surat]]</th><th scope=\"col\">[[Sebab]]</th>"
	    "<th scope=\"col\" class=\"n\">[[Dicoba]]</th><th scope=\"col\" class=\"n\">[[Dikirim ulang]]</th></tr></thead><tbody>\n");
	for (int i = 0; i < n; i++)
		if (may_list(c, w.officer, &list[i])) {
			add_letter_row(&table, &list[i]);
			shown++;
		}
	buf_adds(&table, "</tbody></table></div>\n");
	if (shown > 0)
		buf_add(&b, buf_str(&table), table.len);
	if (n < 0)
		buf_adds(&b, "<p class=\"pesan buruk\" role=\"alert\">[[Daftar belum dapat dibaca; muat ulang.]]</p>\n");
	else if (shown == 0)
		buf_adds(&b, "<p class=\"kosong\">[[Tidak ada.]]</p>\n");
	if (all > most)
		buf_addf(&b, "<p class=\"hint\">[[Hanya dari]] %d [[yang terbaru.]]</p>\n", most);
	frame_answer(r, c, &w, n < 0 ? 503 : 200, "[[Surat mati]]", "/surat", &b);
	buf_release(&b);
	buf_release(&table);
	free(list);
}

/* ---- one ---- */

/* The letter behind the slash, of this case; else answered and 0. */
static int
letter_of(struct http_req *r, struct console *c, const struct looking *l, struct dead_letter *out)
{
	const char *slash = strchr(http_req_tail(r), '/');
	int found;

	if (!is_theirs(c, l->w.officer))
		return answer_not_his(r);
	found = slash != NULL ? dead_find(&c->h.st, slash + 1, out) : 0;
	if (found == 1 && strcmp(out->code, l->code.s) == 0)
		return 1;
	if (found < 0)
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	else
		http_answer_problem(r, 404, "Not Found",
		    "Surat itu tidak lagi di daftar: sudah dikirim ulang, dikesampingkan, atau sudah sampai.");
	return 0;
}

static void
add_facts(struct buf *b, const struct dead_letter *d, const struct outbox_item *it, const char *route)
{
	buf_adds(b, "<dl class=\"rinci\"><dt>[[Kapan]]</dt><dd>");
	add_said_time(b, d->at_ms);
	buf_addf(b, "</dd><dt>[[Sebab]]</dt><dd>%s, [[setelah]] %d [[kali dicoba]]</dd>", why_words(d->why), d->tries);
	if (d->again > 0)
		buf_addf(b, "<dt>[[Dikirim ulang]]</dt><dd>%d [[kali sebelum ini]]</dd>", d->again);
	if (it != NULL) {
		const char *to = buf_str(&it->to);

		buf_adds(b, "<dt>[[Jenis]]</dt><dd>");
		PLAIN(b, it->kind);
		buf_adds(b, "</dd><dt>[[Melalui]]</dt><dd>");
		PLAIN(b, route);
		buf_adds(b, "</dd><dt>[[Kepada]]</dt><dd>");
		buf_adds(b, to[0] == '+' ? log_phone(to) : "[[alamat yang disembunyikan]]");
		buf_addf(b, "</dd>%s", it->latihan ? "<dt>[[Latihan]]</dt><dd>[[ya, dan tetap bertanda LATIHAN]]</dd>" : "");
	}
	buf_adds(b, "</dl>\n");
}

static void
begin_form(struct buf *b, const struct looking *l, const struct dead_letter *d, const char *act)
{
	buf_addf(b, "<form method=\"post\" action=\"/surat/%s/%s\">\n", l->code.s, d->id);
	frame_add_token(b, &l->w);
	buf_addf(b, "<input type=\"hidden\" name=\"aksi\" value=\"%s\">", act);
}

/* Words of a sealed case go as they were: what somebody types goes out by SMS. */
static int
may_change(const struct looking *l)
{
	return l->opened && !l->s.c.sealed;
}

static void
add_again(struct buf *b, const struct console *c, const struct looking *l, const struct dead_letter *d,
    const struct outbox_item *it, const char *typed)
{
	if (it == NULL) {
		buf_adds(b, "<p>[[Isinya sudah tidak ada; surat ini hanya dapat dikesampingkan.]]</p>\n");
		return;
	}
	begin_form(b, l, d, "kirim");
	if (may_change(l)) {
		buf_addf(b, "<label>[[Isi, boleh diperbaiki]]<textarea name=\"isi\" rows=\"5\" maxlength=\"%lld\" required>",
		    (long long)c->h.set.letter_bytes);
		PLAIN(b, typed != NULL ? typed : buf_str(&it->text));
		buf_adds(b, "</textarea></label>\n");
	} else {
		buf_adds(b, "<p>[[Isinya tidak untuk peran Anda, atau kasusnya tertutup: surat dikirim ulang seperti adanya.]]</p>\n");
	}
	buf_adds(b, "<button>[[Kirim ulang]]</button></form>\n");
}

static void
add_aside(struct buf *b, const struct looking *l, const struct dead_letter *d)
{
	begin_form(b, l, d, "kesampingkan");
	buf_adds(b, "<label>[[Kesampingkan karena]]<select name=\"alasan\">\n");
	for (int i = 0; i < ASIDE_N; i++)
		buf_addf(b, "<option value=\"%s\">%s</option>\n", dead_reason_name((enum dead_reason)i), reason_words[i]);
	buf_adds(b, "</select></label><button>[[Kesampingkan]]</button></form>\n");
}

static void
answer_letter(struct http_req *r, struct console *c, const struct looking *l, const struct dead_letter *d, int status,
    const char *message, const char *typed)
{
	int poison = strcmp(d->why, DEAD_POISON) == 0;
	struct outbox_item it;
	struct buf b = { 0 };
	char route[WAY_CHARS] = "";
	int there = !poison && outbox_peek(&c->h.st, d->id, &it, route) == 1;

	buf_addf(&b, "<h1>[[Surat mati]] <span class=\"kode\">%s</span></h1>\n", d->id);
	add_said_message(&b, message, 0);
	buf_addf(&b, "<p>[[Kasus]] <a class=\"kode\" href=\"/kasus/%s\">%s</a>, [[%s]].</p>\n", l->code.s, l->code.s,
	    case_state_words(l->s.c.state, l->s.c.closed_as, "id"));
	add_facts(&b, d, there ? &it : NULL, route);
	if (poison)
		buf_addf(&b, "<p>[[Laporan ini beberapa kali menghentikan mesin pembaca, lalu diserahkan kepada manusia. Baca dan "
		    "tentukan di]] <a href=\"/triase/%s\">[[meja triase]]</a>: [[putusan itu menggantikan bacaan mesin.]]</p>\n", l->code.s);
	else
		add_again(&b, c, l, d, there ? &it : NULL, typed);
	add_aside(&b, l, d);
	frame_answer(r, c, &l->w, status, "[[Surat mati]]", "/surat", &b);
	buf_wipe(&b);
	if (there)
		outbox_item_release(&it);
}

void
get_letter(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct dead_letter d;
	struct looking l;

	if (looking_begin(r, c, &l, 0) && letter_of(r, c, &l, &d))
		answer_letter(r, c, &l, &d, 200, "", NULL);
	looking_release(&l);
}

/* ---- acts ---- */

static const struct { enum dead_result result; int status; const char *words; } outcomes[] = {
	{ DEAD_GONE, 409, SAID("orang lain lebih dulu: surat ini sudah dikirim ulang atau dikesampingkan") },
	{ DEAD_ERASED, 409, SAID("isinya sudah dihapus; surat ini hanya dapat dikesampingkan") },
	{ DEAD_MANY, 409, SAID("sudah terlalu sering dikirim ulang; hubungi orangnya dengan cara lain") },
	{ DEAD_FAILED, 503, SAID("penyimpanan tidak menjawab; coba lagi") },
};

static void
finish(struct http_req *r, struct console *c, const struct looking *l, const struct dead_letter *d,
    enum dead_result result, const char *typed)
{
	for (size_t i = 0; i < N_ELEMS(outcomes); i++)
		if (outcomes[i].result == result) {
			answer_letter(r, c, l, d, outcomes[i].status, outcomes[i].words, typed);
			return;
		}
	http_answer_redirect(r, 303, "/surat");
}

/* A browser sends CR LF for what was LF; other signs that nobody sees go. */
static char *
clean(const char *typed)
{
	struct buf b = { 0 };

	for (const char *p = typed; *p != '\0'; p++)
		if ((unsigned char)*p >= ' ' || *p == '\n')
			buf_addc(&b, *p);
	return buf_take(&b);
}

static void
again(struct http_req *r, struct console *c, const struct looking *l, const struct dead_letter *d)
{
	char *raw = form_words(r, "isi"), *typed = clean(raw);
	struct outbox_item it;
	char route[WAY_CHARS];
	int changed = 0;

	if (may_change(l) && outbox_peek(&c->h.st, d->id, &it, route) == 1) {
		changed = strcmp(typed, buf_str(&it.text)) != 0;
		outbox_item_release(&it);
	}
	if (changed && (typed[0] == '\0' || !utf8_valid(typed, strlen(typed))))
		answer_letter(r, c, l, d, 422, SAID("isi surat kosong atau rusak; tulis lagi"), NULL);
	else if (changed && strlen(typed) > (size_t)c->h.set.letter_bytes)
		answer_letter(r, c, l, d, 422, SAID("isi surat terlalu panjang; ringkas dulu"), typed);
	else
		finish(r, c, l, d, dead_again(&c->h.st, d, changed ? typed : NULL, l->w.officer->id, c->h.set.letter_keep_ms),
		    changed ? typed : NULL);
	free(typed);
	free(raw);
}

static void
aside(struct http_req *r, struct console *c, const struct looking *l, const struct dead_letter *d)
{
	char *reason = form_words(r, "alasan");
	int why = 0;

	while (why < ASIDE_N && strcmp(dead_reason_name((enum dead_reason)why), reason) != 0)
		why++;
	if (why == ASIDE_N)
		answer_letter(r, c, l, d, 422, SAID("pilih salah satu alasan"), NULL);
	else
		finish(r, c, l, d, dead_aside(&c->h.st, d, (enum dead_reason)why, l->w.officer->id), NULL);
	free(reason);
}

void
post_letter(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct dead_letter d;
	struct looking l;
	char *act;

	if (looking_begin(r, c, &l, 1) && letter_of(r, c, &l, &d)) {
		act = form_words(r, "aksi");
		if (l.w.by_secret)
			http_answer_problem(r, 403, "Forbidden", "Ini dilakukan petugas dengan akunnya sendiri.");
		else if (strcmp(act, "kirim") == 0)
			again(r, c, &l, &d);
		else if (strcmp(act, "kesampingkan") == 0)
			aside(r, c, &l, &d);
		else
			answer_letter(r, c, &l, &d, 422, SAID("tindakan itu tidak ada"), NULL);
		free(act);
	}
	looking_release(&l);
}
