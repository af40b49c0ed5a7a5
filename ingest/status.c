/* The status of one report: for who has its code, and the words for who sent it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "core/message.h"
#include "ingest/form.h"
#include "ingest/reader.h"
#include "ingest/resume.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "lib/page.h"
#include "store/cases.h"

ASSET_DECLARE(ingest_web_status_html);

/* As the form's; photos are sent by its script. */
#define STATUS_CSP "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; " \
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

struct asking {
	struct http_req *r;
	struct ingest *g;
	struct code code;
	int json, own;
	struct reader who;
	struct stored_case c;		/* while its lead is asked for */
	struct laporan words;
};

void
status_token(char out[33], const struct ingest *g, const struct code *code)
{
	struct buf b = { 0 };

	buf_addf(&b, "lihat:%s", code->s);
	lookup_of(out, &g->h.st.lookup, buf_str(&b));
	buf_release(&b);
}

int
status_token_fits(const struct ingest *g, const struct code *code, const char *given)
{
	char token[33];

	status_token(token, g, code);
	return given != NULL && strlen(given) == 32 && equal_secret(token, given, 32);
}

static void
on_unknown(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	http_answer_problem(arg, 404, "Not Found",
	    "Tidak ada laporan dengan kode itu. Periksa kodenya, atau tulis laporan baru.");
}

/*
 * Unknown, sealed and mistyped codes look the same, and are answered a whole number of steps after they
 * came: a sealed case takes longer to read, and whoever asked often enough could tell.
 */
#define UNKNOWN_STEP_US 25000
#define GUESS_AGAIN_MS (10 * 1000)

/* Many addresses that keep below their own limit are one guesser all the same: a human hears of it. */
static void
count_wrong(struct ingest *g, const char *peer, int64_t mono_ms)
{
	lookups_wrong(g->lookups, peer, mono_ms);
	lookups_wrong(g->guesses, "", mono_ms);
	if (lookups_may(g->guesses, "", mono_ms) || mono_ms < g->guess_again_ms)
		return;
	/* It is one alarm an hour; said again, for the store may have been away. */
	g->guess_again_ms = mono_ms + GUESS_AGAIN_MS;
	house_alarm(&g->h, "kode", "tebakan", "banyak kode laporan salah dalam satu jam: ada yang menebak; "
	    "batasi di proxy (docs/operations.md)");
}

static void
answer_unknown(struct asking *a)
{
	int64_t since_us = clock_mono_us() - http_req_started_us(a->r);
	struct timeval rest = { 0, UNKNOWN_STEP_US - since_us % UNKNOWN_STEP_US };

	count_wrong(a->g, http_req_peer(a->r), clock_mono_ms());
	if (event_base_once(a->g->base, -1, EV_TIMEOUT, on_unknown, a->r, &rest) != 0)
		on_unknown(-1, 0, a->r);	/* memory */
}

struct shown {
	struct buf unit, due, received, date, waited, kind;
	char proof[SHOWN_PROOF_CHARS];
	const char *state;
};

static void
describe(struct shown *s, const struct asking *a, const struct stored_case *c,
    const struct laporan *l)
{
	const struct policy *p = c->version > 0 ?
	    version_policy(&a->g->h.versions, &a->g->h.st, c->c.policy) : NULL;
	int64_t now_ms = house_now_ms(&a->g->h);
	const struct unit *u;
	const struct category *k;

	s->state = reader_say(&a->who, "diterima, sedang dibaca petugas");
	if (l->received_ms != 0)
		buf_add_wib_short(&s->received, l->received_ms);
	proof_show(s->proof, c->version > 0 ? c->c.proof : "");
	if (p == NULL)
		return;
	s->state = case_state_words(c->c.state, c->c.closed_as, lang_name(a->who.lang));
	u = unit_find(p->units, case_lead(&c->c));
	if (u != NULL && !c->c.sealed)
		buf_adds(&s->unit, u->name);
	k = category_find(p->catalogue, c->c.category);
	if (k != NULL && !c->c.sealed)
		reader_add_category(&a->who, k, &s->kind);
	for (int i = 0; i < c->c.clocks_n && i < p->clocks_n; i++)
		if (p->clocks[i].stop == STOP_ON_HANDLE && c->c.clocks[i].state == CLOCK_RUNNING)
			buf_add_wib_short(&s->due, c->c.clocks[i].due_ms);
	if (c->c.date_ms != 0)
		buf_add_wib_short(&s->date, c->c.date_ms);
	if (case_waited_ms(&c->c, now_ms) == 0 || c->c.sealed)
		return;
	buf_add_duration(&s->waited, case_waited_ms(&c->c, now_ms), lang_name(a->who.lang));
	if (c->c.wait_reason[0] != '\0') {
		buf_addf(&s->waited, " (%s), %s ", c->c.wait_reason, reader_say(&a->who, "paling lambat"));
		buf_add_wib_short(&s->waited, c->c.wait_until_ms);
	}
}

static void
answer_json(struct asking *a, const struct stored_case *c, const struct shown *s)
{
	struct buf b = { 0 };

	buf_addf(&b, "{\"code\":\"%s\",\"state\":\"%s\",\"words\":", a->code.s,
	    c->version > 0 ? case_state_name(c->c.state) : "masuk");
	buf_add_json(&b, s->state, strlen(s->state));
	buf_adds(&b, ",\"unit\":");
	buf_add_json(&b, buf_str(&s->unit), s->unit.len);
	buf_adds(&b, ",\"due\":");
	buf_add_json(&b, buf_str(&s->due), s->due.len);
	buf_add_pair_if(&b, "date", buf_str(&s->date));
	buf_add_pair_if(&b, "waited", buf_str(&s->waited));
	buf_add_pair_if(&b, "proof", s->proof);
	buf_addc(&b, '}');
	http_answer_json(a->r, 200, &b);
	buf_release(&b);
}

static void
answer_page(struct asking *a, const struct shown *s, const struct laporan *l, const char *lang)
{
	/* Whose report it is may add to it and withdraw it, and is asked at the end. */
	int asked = a->own && a->c.version > 0 && a->c.c.state == CASE_SELESAI;
	int runs = a->own && !asked && (a->c.version == 0 || a->c.c.state != CASE_DITUTUP);
	size_t heard = 0;
	const char *told = a->own && http_req_query(a->r, "terkirim", &heard) != NULL ?
	    reader_say(&a->who, "Terkirim. Muat ulang sebentar lagi untuk keadaan terbaru.") : "";
	char code[CODE_CHARS + 2], token[33], size[16], bytes[24], version[24], pieces[RESUME_PATH_CHARS];
	struct buf page = { 0 }, marked = { 0 }, upload = { 0 }, reply = { 0 }, here = { 0 };

	code_show(code, &a->code);
	status_token(token, a->g, &a->code);
	resume_path(pieces, a->g, &a->code, "");
	snprintf(size, sizeof(size), "%d", (int)(a->g->h.set.photo_bytes >> 20));
	snprintf(bytes, sizeof(bytes), "%" PRId64, a->g->h.set.photo_bytes);
	if (a->own) {
		buf_addf(&upload, "/foto/%s?t=%s", a->code.s, token);
		buf_addf(&reply, "/jawab/%s?t=%s", a->code.s, token);
	}
	snprintf(version, sizeof(version), "%" PRId64, a->c.version);

	const struct template_value v[] = {
		{ "pesan", told }, { "kode", code }, { "keadaan", s->state },
		{ "unit", buf_str(&s->unit) }, { "jenis", buf_str(&s->kind) },
		{ "batas", buf_str(&s->due) }, { "bukti", s->proof }, { "diterima", buf_str(&s->received) },
		{ "tanggal", buf_str(&s->date) }, { "menunggu", buf_str(&s->waited) },
		{ "bahasa", lang }, { "isi", a->own && l->text != NULL ? l->text : "" },
		{ "unggah", buf_str(&upload) }, { "besar", size }, { "jawab", buf_str(&reply) },
		{ "tanya", asked ? "1" : "" }, { "berjalan", runs ? "1" : "" }, { "versi", version },
		{ "potongan", pieces }, { "kode_polos", a->code.s }, { "batas_bita", bytes },
	};

	words_put(&marked, &public_words, a->who.lang, ASSET(ingest_web_status_html));
	page_fill(&page, "status", buf_str(&marked), marked.len, v, N_ELEMS(v));
	page_put(&page, "<!--JENIS-->", &s->kind);
	buf_addf(&here, "/l/%s?", a->code.s);
	reader_dress(&a->who, buf_str(&here), &page);
	if (a->own)
		http_add_header(a->r, "Content-Security-Policy", STATUS_CSP);
	http_answer(a->r, 200, "text/html; charset=utf-8", &page);
	buf_wipe(&page);
	buf_release(&marked);
	buf_release(&here);
	buf_release(&upload);
	buf_release(&reply);
}

static void
answer_away(struct asking *a)
{
	http_add_header(a->r, "Retry-After", "10");
	http_answer_problem(a->r, 503, "Service Unavailable",
	    "Keadaan laporan belum dapat dibaca; coba lagi sebentar lagi.");
}

static void
asking_free(struct asking *a)
{
	laporan_release(&a->words);
	stored_case_release(&a->c);
	free(a);
}

static void
answer(struct asking *a)
{
	struct shown s = { .state = "" };

	describe(&s, a, &a->c, &a->words);
	if (a->json)
		answer_json(a, &a->c, &s);
	else
		answer_page(a, &s, &a->words, a->c.version > 0 && a->c.c.lang[0] != '\0' ? a->c.c.lang : "id");
	buf_release(&s.unit);
	buf_release(&s.due);
	buf_release(&s.received);
	buf_release(&s.date);
	buf_release(&s.waited);
	buf_release(&s.kind);
	asking_free(a);
}

/* Whoever follows another is as far as that one; without an answer, as far as it was itself told. */
static void
on_lead(const redisReply *r, void *arg)
{
	struct asking *a = arg;
	struct stored_case lead = { 0 };

	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2)
		stored_case_fill(&lead, r->element[0], r->element[1], NULL, NULL, NULL, NULL);
	if (lead.readable && lead.version > 0 && lead.c.state != CASE_SELESAI && lead.c.state != CASE_DITUTUP)
		a->c.c.state = lead.c.state;
	stored_case_release(&lead);
	answer(a);
}

static void
ask_lead(struct asking *a)
{
	struct redis_args args = { 0 };

	redis_args_adds(&args, "HMGET");
	args_add_key(&args, &a->g->h.st, KEY_CASE, a->c.c.lead, NULL);
	redis_args_adds(&args, "v");
	redis_args_adds(&args, "d");
	if (redis_link_send(a->g->link, on_lead, a, args.n, (const char **)args.argv, args.lens) != 0)
		on_lead(NULL, a);
	redis_args_release(&args);
}

static void
on_case(const redisReply *r, void *arg)
{
	struct asking *a = arg;
	struct stored_case *c = &a->c;
	struct case_keys keys;
	char lookup[33];

	if (r == NULL || r->type != REDIS_REPLY_ARRAY || r->elements != 5) {
		answer_away(a);
		asking_free(a);
		return;
	}
	stored_case_fill(c, r->element[0], r->element[1], r->element[2], r->element[3],
	    r->element[4], NULL);
	if (!c->there && stored_case_archived(c, &a->g->h.st, a->code.s) < 0) {
		log_error("archive_unreadable", "err=\"%s\"", log_quote(store_error(&a->g->h.st),
		    strlen(store_error(&a->g->h.st))));
		answer_away(a);
		asking_free(a);
		return;
	}
	if (!c->there || !c->readable || (c->version > 0 && c->c.sealed && !a->own)) {
		answer_unknown(a);
		asking_free(a);
		return;
	}
	if (stored_case_open(c, &a->g->h.st, &keys, &a->words, lookup) != 0)
		/* erased: the state is still shown */
		log_warn("report_unreadable", "case=%s", a->code.s);
	if (c->version > 0 && c->c.lead[0] != '\0' && c->c.state != CASE_SELESAI && c->c.state != CASE_DITUTUP)
		ask_lead(a);
	else
		answer(a);
}

static void
ask(struct http_req *r, struct ingest *g, int json)
{
	static const char *const wanted[] = { "v", "d", "m", "l", "k" };
	struct asking *a = xcalloc(1, sizeof(*a));
	struct redis_args args = { 0 };
	const char *tail = http_req_tail(r);

	a->r = r;
	a->g = g;
	a->json = json;
	if (!json)
		reader_of(&a->who, r);
	if (!lookups_may(g->lookups, http_req_peer(r), clock_mono_ms())) {
		http_add_header(r, "Retry-After", "600");
		http_answer_problem(r, 429, "Too Many Requests",
		    "Terlalu banyak kode salah dari alamat ini; coba lagi sepuluh menit lagi.");
		free(a);
		return;
	}
	if (code_parse(&a->code, tail, strlen(tail)) != 0) {
		answer_unknown(a);
		free(a);
		return;
	}
	a->own = status_token_fits(g, &a->code, http_req_cookie(r, "kt"));
	redis_args_adds(&args, "HMGET");
	args_add_key(&args, &g->h.st, KEY_CASE, a->code.s, NULL);
	for (size_t i = 0; i < N_ELEMS(wanted); i++)
		redis_args_adds(&args, wanted[i]);
	if (redis_link_send(g->link, on_case, a, args.n, (const char **)args.argv, args.lens) != 0)
		on_case(NULL, a);
	redis_args_release(&args);
}

void
get_status(struct http_req *r, void *arg)
{
	ask(r, arg, http_req_wants_json(r));
}

void
get_status_json(struct http_req *r, void *arg)
{
	ask(r, arg, 1);
}
