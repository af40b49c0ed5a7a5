#include "ingest/heads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/reader.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/page.h"
#include "store/chain.h"

ASSET_DECLARE(ingest_web_catatan_html);

#define ROWS_SHOWN 24		/* of the page: a day; the feeds have them all */

struct signed_head { struct head h; struct buf line; };
enum face { FACE_PAGE, FACE_PAGE_EN, FACE_JSON, FACE_ATOM, FACES_N };
static const char *const types[FACES_N] = { "text/html; charset=utf-8", "text/html; charset=utf-8",
	"application/feed+json; charset=utf-8", "application/atom+xml; charset=utf-8" };

struct asker { struct http_req *r; enum face face; struct asker *next; };

struct heads_page {
	struct ingest *g;
	struct buf body[FACES_N];
	char etag[40];			/* of what is kept; "" nothing is yet */
	int64_t read_ms;		/* monotonic */
	int asking, failed;
	struct asker *askers;
	/* being read: */
	struct signed_head *heads; size_t heads_n;	/* newest first */
	struct signers keys;				/* newest first */
};

struct heads_page *
heads_new(struct ingest *g)
{
	struct heads_page *p = xcalloc(1, sizeof(*p));

	p->g = g;
	return p;
}

static void
forget(struct heads_page *p)
{
	for (size_t i = 0; i < p->heads_n; i++)
		buf_release(&p->heads[i].line);
	free(p->heads);
	p->heads = NULL;
	p->heads_n = 0;
	signers_release(&p->keys);
}

void
heads_free(struct heads_page *p)
{
	if (p == NULL)
		return;
	forget(p);
	for (int i = 0; i < FACES_N; i++)
		buf_release(&p->body[i]);
	free(p);
}

/* ---- what they look like ---- */

static const char *
signature_of(const struct signed_head *h)
{
	return strstr(buf_str(&h->line), " sig=") + 5;
}

static void
add_public(struct buf *b, const struct signer *s)
{
	buf_add_hex(b, s->public, sizeof(s->public));
}

static void
add_json_head(struct buf *b, const struct heads_page *p, const struct signed_head *h)
{
	buf_addf(b,
	    "{\"id\":\"tag:kentongan,2026:%s:kepala:%" PRId64 ":%" PRId64 "\",\"url\":\"/catatan\","
	    "\"title\":\"Kepala catatan %" PRId64 "\",\"date_published\":\"",
	    p->g->h.set.regency, h->h.seq, h->h.at_ms, h->h.seq);
	buf_add_wib_iso(b, h->h.at_ms);
	buf_addf(b,
	    "\",\"content_text\":\"%s\",\"seq\":%" PRId64 ",\"chain\":\"%s\",\"at_ms\":%" PRId64
	    ",\"key\":\"%s\",\"sig\":\"%s\"}",
	    buf_str(&h->line), h->h.seq, h->h.chain, h->h.at_ms, h->h.key, signature_of(h));
}

static void
build_json(struct buf *b, const struct heads_page *p)
{
	buf_adds(b,
	    "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Kepala "
	    "catatan\",\"language\":\"id\","
	    "\"home_page_url\":\"/catatan\",\"feed_url\":\"/catatan/kepala.json\",\"keys\":[");
	for (size_t i = 0; i < p->keys.n; i++) {
		const struct signer *s = &p->keys.list[i];

		buf_addf(b, "%s{\"id\":\"%s\",\"public\":\"", i ? "," : "", s->id);
		add_public(b, s);
		buf_addf(b, "\",\"at_ms\":%" PRId64 ",\"by\":\"%s\",\"line\":\"%s\"}", s->at_ms, s->by,
		    buf_str(&s->line));
	}
	buf_adds(b, "],\"items\":[");
	for (size_t i = 0; i < p->heads_n; i++) {
		buf_adds(b, i ? "," : "");
		add_json_head(b, p, &p->heads[i]);
	}
	buf_adds(b, "]}");
}

static void
build_atom(struct buf *b, const struct heads_page *p)
{
	const char *regency = p->g->h.set.regency;

	buf_addf(b,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:kt=\"tag:kentongan,2026:kepala\" "
	    "xml:lang=\"id\">"
	    "<id>tag:kentongan,2026:%s:kepala</id><title>Kepala "
	    "catatan</title><author><name>Kentongan</name></author>"
	    "<link rel=\"self\" href=\"/catatan/kepala.atom\"/><updated>",
	    regency);
	buf_add_wib_iso(b, p->heads_n > 0 ? p->heads[0].h.at_ms : 0);
	buf_adds(b, "</updated>");
	for (size_t i = 0; i < p->keys.n; i++)
		buf_addf(b, "<kt:key>%s</kt:key>", buf_str(&p->keys.list[i].line));
	for (size_t i = 0; i < p->heads_n; i++) {
		const struct signed_head *h = &p->heads[i];

		buf_addf(b,
		    "<entry><id>tag:kentongan,2026:%s:kepala:%" PRId64 ":%" PRId64
		    "</id><title>Kepala catatan %" PRId64 "</title><updated>",
		    regency, h->h.seq, h->h.at_ms, h->h.seq);
		buf_add_wib_iso(b, h->h.at_ms);
		buf_addf(b,
		    "</updated><link rel=\"alternate\" href=\"/catatan\"/><content "
		    "type=\"text\">%s</content>"
		    "<kt:seq>%" PRId64 "</kt:seq><kt:chain>%s</kt:chain><kt:at_ms>%" PRId64
		    "</kt:at_ms><kt:key_id>%s</kt:key_id>"
		    "<kt:sig>%s</kt:sig></entry>",
		    buf_str(&h->line), h->h.seq, h->h.chain, h->h.at_ms, h->h.key, signature_of(h));
	}
	buf_adds(b, "</feed>\n");
}

static void
add_rows(struct buf *b, const struct heads_page *p)
{
	for (size_t i = 0; i < p->heads_n && i < ROWS_SHOWN; i++) {
		const struct signed_head *h = &p->heads[i];

		buf_adds(b, "<tr><td>");
		buf_add_wib_short(b, h->h.at_ms);
		/* Enough to compare by eye; the feeds have the whole. */
		buf_addf(b,
		    "</td><td class=\"angka\">%" PRId64 "</td><td class=\"heks\">%.16s…</td></tr>\n",
		    h->h.seq, h->h.chain);
	}
}

static void
add_old_keys(struct buf *b, const struct heads_page *p, const struct reader *who)
{
	if (p->keys.n < 2)
		return;
	buf_addf(b, "<h2>%s</h2>\n<p>%s</p>\n<dl>\n", reader_say(who, "Kunci sebelumnya"),
	    reader_say(who, "Setiap kunci baru ditandatangani juga oleh kunci sebelumnya."));
	for (size_t i = 1; i < p->keys.n; i++) {
		buf_addf(b, "<dt>%s, %s ", p->keys.list[i].id, reader_say(who, "sejak"));
		buf_add_wib_short(b, p->keys.list[i].at_ms);
		buf_adds(b, "</dt><dd class=\"heks\">");
		add_public(b, &p->keys.list[i]);
		buf_adds(b, "</dd>\n");
	}
	buf_adds(b, "</dl>\n");
}

static void
build_page(struct buf *b, const struct heads_page *p, enum lang lang)
{
	const struct reader who = { .lang = lang };
	const struct signed_head *h = p->heads_n > 0 ? &p->heads[0] : NULL;
	const struct signer *s = p->keys.n > 0 ? &p->keys.list[0] : NULL;
	struct buf at = { 0 }, public = { 0 }, rows = { 0 }, old = { 0 }, marked = { 0 };
	char seq[24] = "";

	if (h != NULL) {
		snprintf(seq, sizeof(seq), "%" PRId64, h->h.seq);
		buf_add_wib_short(&at, h->h.at_ms);
	}
	if (s != NULL)
		add_public(&public, s);
	add_rows(&rows, p);
	add_old_keys(&old, p, &who);

	const struct template_value v[] = {
		{ "nama", p->g->h.set.name },
		{ "nomor", seq },
		{ "waktu", buf_str(&at) },
		{ "rantai", h != NULL ? h->h.chain : "" },
		{ "tanda", h != NULL ? signature_of(h) : "" },
		{ "kunci", buf_str(&public) },
		{ "id", s != NULL ? s->id : "" },
		{ "kepala", h != NULL ? buf_str(&h->line) : "" },
		{ "kosong", h != NULL ? "" : "1" },
	};

	words_put(&marked, &public_words, lang, ASSET(ingest_web_catatan_html));
	page_fill(b, "catatan", buf_str(&marked), marked.len, v, N_ELEMS(v));
	page_put(b, "<!-- baris -->", &rows);
	page_put(b, "<!-- kunci lama -->", &old);
	buf_release(&at);
	buf_release(&public);
	buf_release(&rows);
	buf_release(&old);
	buf_release(&marked);
}

/* ---- answering ---- */

/* The page is dressed for who asks; a copy of it elsewhere would be somebody else's. */
static void
answer_page(struct heads_page *p, struct http_req *r)
{
	struct buf page = { 0 };
	struct reader who;

	reader_of(&who, r);
	buf_add(&page, p->body[who.lang == LANG_EN ? FACE_PAGE_EN : FACE_PAGE].data,
	    p->body[who.lang == LANG_EN ? FACE_PAGE_EN : FACE_PAGE].len);
	reader_dress(&who, "/catatan?", &page);
	http_add_header(r, "Cache-Control", "private, max-age=60");
	http_answer(r, 200, types[FACE_PAGE], &page);
	buf_release(&page);
}

static void
answer(struct heads_page *p, struct http_req *r, enum face face)
{
	const char *have = http_req_header(r, "If-None-Match");
	struct buf none = { 0 };

	if (p->etag[0] == '\0') {
		http_add_header(r, "Retry-After", "10");
		http_answer_problem(r, 503, "Service Unavailable",
		    "Catatan belum dapat dibaca; coba lagi sebentar lagi.");
		return;
	}
	if (face == FACE_PAGE) {
		answer_page(p, r);
		return;
	}
	http_add_header(r, "Cache-Control", "public, max-age=60");
	http_add_header(r, "ETag", p->etag);
	if (have != NULL && strcmp(have, p->etag) == 0)
		http_answer(r, 304, types[face], &none);
	else
		http_answer(r, 200, types[face], &p->body[face]);
}

static void
answer_all(struct heads_page *p)
{
	struct asker *a = p->askers;

	p->askers = NULL;
	while (a != NULL) {
		struct asker *next = a->next;

		answer(p, a->r, a->face);
		free(a);
		a = next;
	}
}

static void
build(struct heads_page *p)
{
	for (int i = 0; i < FACES_N; i++)
		buf_reset(&p->body[i]);
	build_page(&p->body[FACE_PAGE], p, LANG_ID);
	build_page(&p->body[FACE_PAGE_EN], p, LANG_EN);
	build_json(&p->body[FACE_JSON], p);
	build_atom(&p->body[FACE_ATOM], p);
	snprintf(p->etag, sizeof(p->etag), "\"%" PRId64 ".%zu\"",
	    p->heads_n > 0 ? p->heads[0].h.at_ms : 0, p->keys.n);
	p->read_ms = clock_mono_ms();
}

/* ---- asking the store ---- */

static void
on_heads(const redisReply *r, void *arg)
{
	struct heads_page *p = arg;

	p->failed = r == NULL || r->type != REDIS_REPLY_ARRAY;
	if (p->failed)
		return;
	p->heads = xcalloc(r->elements + 1, sizeof(*p->heads));
	for (size_t i = 0; i < r->elements; i++) {
		const redisReply *f = r->element[i]->elements == 2 ? r->element[i]->element[1] : NULL;
		struct signed_head *h = &p->heads[p->heads_n];
		uint8_t sig[SIGN_BYTES];
		size_t covered;

		/* What has not our form is not ours to publish. */
		if (f == NULL || f->type != REDIS_REPLY_ARRAY || f->elements != 2 ||
		    head_parse(&h->h, f->element[1]->str, sig, &covered) != 0)
			continue;
		buf_add(&h->line, f->element[1]->str, f->element[1]->len);
		p->heads_n++;
	}
}

static int
newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct signer *)a)->at_ms, y = ((const struct signer *)b)->at_ms;

	return x < y ? 1 : x > y ? -1 : 0;
}

static void
on_keys(const redisReply *r, void *arg)
{
	struct heads_page *p = arg;

	if (r == NULL || r->type != REDIS_REPLY_ARRAY)
		p->failed = 1;
	if (!p->failed) {
		p->keys.list = xcalloc(r->elements + 1, sizeof(*p->keys.list));
		for (size_t i = 0; i < r->elements; i++)
			if (signer_parse(&p->keys.list[p->keys.n], r->element[i]->str) == 0)
				p->keys.n++;
		if (p->keys.n > 1)
			qsort(p->keys.list, p->keys.n, sizeof(*p->keys.list), newest_first);
		build(p);
	}
	forget(p);
	p->asking = 0;
	answer_all(p);
}

static void
send(struct heads_page *p, on_redis_reply cb, struct redis_args *a)
{
	if (redis_link_send(p->g->link, cb, p, a->n, (const char **)a->argv, a->lens) != 0)
		cb(NULL, p);
	redis_args_release(a);
}

static void
ask_store(struct heads_page *p)
{
	struct redis_args heads = { 0 }, keys = { 0 };

	p->asking = 1;
	redis_args_adds(&heads, "XREVRANGE");
	args_add_key(&heads, &p->g->h.st, KEY_HEADS, NULL, NULL);
	redis_args_adds(&heads, "+");
	redis_args_adds(&heads, "-");
	redis_args_adds(&heads, "COUNT");
	redis_args_addi(&heads, p->g->h.set.heads_shown);
	redis_args_adds(&keys, "HVALS");
	args_add_key(&keys, &p->g->h.st, KEY_SIGNERS, NULL, NULL);
	send(p, on_heads, &heads);
	send(p, on_keys, &keys);
}

static void
show(struct http_req *r, struct heads_page *p, enum face face)
{
	struct asker *a;

	if (p->etag[0] != '\0' && clock_mono_ms() - p->read_ms < p->g->h.set.heads_cache_ms) {
		answer(p, r, face);
		return;
	}
	a = xcalloc(1, sizeof(*a));
	*a = (struct asker){ r, face, p->askers };
	p->askers = a;
	if (!p->asking)
		ask_store(p);
}

void
get_record(struct http_req *r, void *arg)
{
	show(r, ((struct ingest *)arg)->heads, FACE_PAGE);
}

void
get_heads_json(struct http_req *r, void *arg)
{
	show(r, ((struct ingest *)arg)->heads, FACE_JSON);
}

void
get_heads_atom(struct http_req *r, void *arg)
{
	show(r, ((struct ingest *)arg)->heads, FACE_ATOM);
}
