#include "ingest/way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/phone.h"
#include "lib/log.h"

/* ---- secrets ---- */

struct way_secret { const char *name; struct buf values[2]; };	/* now, and the one before */

static const struct way_secret *
find(const struct ingest *g, const char *name)
{
	for (size_t i = 0; i < g->secrets_n; i++)
		if (strcmp(g->secrets[i].name, name) == 0)
			return &g->secrets[i];
	return NULL;
}

static int
is_there(const struct ingest *g, const char *name)
{
	struct buf path = { 0 };
	int there;

	buf_addf(&path, "%s/secrets/%s", g->h.st.dir, name);
	there = access(buf_str(&path), F_OK) == 0;
	buf_release(&path);
	return there;
}

static int
read_one(struct ingest *g, const char *name, struct buf *errors)
{
	struct way_secret *s;
	char previous[64];

	if (find(g, name) != NULL || !is_there(g, name))
		return 0;
	g->secrets = xrealloc(g->secrets, sizeof(*g->secrets) * (g->secrets_n + 1));
	s = &g->secrets[g->secrets_n++];
	memset(s, 0, sizeof(*s));
	s->name = name;
	if (secret_read(g->h.st.dir, name, &s->values[0], errors) != 0)
		return -1;
	snprintf(previous, sizeof(previous), "%s_previous", name);
	return is_there(g, previous) ? secret_read(g->h.st.dir, previous, &s->values[1], errors) : 0;
}

int
ways_secrets_read(struct ingest *g, struct buf *errors)
{
	for (size_t w = 0; w < ways_n; w++)
		for (size_t i = 0; i < N_ELEMS(ways[w]->secrets) && ways[w]->secrets[i] != NULL; i++)
			if (read_one(g, ways[w]->secrets[i], errors) != 0)
				return -1;
	return 0;
}

void
ways_secrets_release(struct ingest *g)
{
	for (size_t i = 0; i < g->secrets_n; i++) {
		buf_wipe(&g->secrets[i].values[0]);
		buf_wipe(&g->secrets[i].values[1]);
	}
	free(g->secrets);
	g->secrets = NULL;
	g->secrets_n = 0;
}

int
way_has_secret(const struct ingest *g, const char *name)
{
	return find(g, name) != NULL;
}

int
way_secret_is(const struct ingest *g, const char *name, const char *text, size_t len)
{
	const struct way_secret *s = find(g, name);
	int is = 0;

	for (size_t i = 0; s != NULL && i < N_ELEMS(s->values); i++)
		is |= s->values[i].len > 0 && s->values[i].len == len &&
		    equal_secret(s->values[i].data, text, len);
	return is;
}

typedef void (*hmac)(uint8_t *out, const void *key, size_t key_len, const void *data, size_t len);

static int
is_mac(const struct ingest *g, const char *name, hmac make, const void *data, size_t len,
    const uint8_t *mac, size_t mac_len)
{
	const struct way_secret *s = find(g, name);
	uint8_t own[32];
	int fits = 0;

	for (size_t i = 0; s != NULL && i < N_ELEMS(s->values); i++) {
		if (s->values[i].len == 0)
			continue;
		make(own, s->values[i].data, s->values[i].len, data, len);
		fits |= equal_secret(own, mac, mac_len);
	}
	return fits;
}

int
way_signed(const struct ingest *g, const char *name, const void *data, size_t len,
    const uint8_t mac[32])
{
	return is_mac(g, name, hmac_sha256, data, len, mac, 32);
}

int
way_signed_sha1(const struct ingest *g, const char *name, const void *data, size_t len,
    const uint8_t mac[20])
{
	return is_mac(g, name, hmac_sha1, data, len, mac, 20);
}

int
way_sign(const struct ingest *g, const char *name, const void *data, size_t len, uint8_t mac[32])
{
	const struct way_secret *s = find(g, name);

	if (s == NULL || s->values[0].len == 0)
		return -1;
	hmac_sha256(mac, s->values[0].data, s->values[0].len, data, len);
	return 0;
}

void
way_refuse(struct ingest *g, struct http_req *r, const char *name, int status, const char *detail)
{
	g->refused++;
	log_warn("signature_refused", "way=%s peer=%s", name, http_req_peer(r));
	http_answer_problem(r, status, status == 401 ? "Unauthorized" : "Forbidden", detail);
}

void
way_drop(struct ingest *g, const char *name, const char *kind)
{
	g->dropped++;
	log_info("dropped", "way=%s kind=%s", name, kind);
}

/* ---- the reports of one call ---- */

struct taking {
	struct ingest *g;
	struct http_req *r;
	int status, waiting, missing, ended;
	const char *type;
	struct buf body;
};

struct taking *
taking_begin(struct ingest *g, struct http_req *r, int status, const char *type, const char *body)
{
	struct taking *t = xcalloc(1, sizeof(*t));

	t->g = g;
	t->r = r;
	t->status = status;
	t->type = type;
	buf_adds(&t->body, body != NULL ? body : "");
	return t;
}

static void
finish(struct taking *t)
{
	if (!t->ended || t->waiting > 0)
		return;
	if (t->missing > 0) {
		http_add_header(t->r, "Retry-After", "5");
		http_answer_problem(t->r, 503, "Service Unavailable",
		    "Belum semuanya tersimpan; kirim lagi dengan id yang sama.");
	} else {
		http_answer(t->r, t->status, t->type, &t->body);
	}
	buf_release(&t->body);
	free(t);
}

static void
on_taken(enum receipt_result result, const struct code *code, void *arg)
{
	struct taking *t = arg;

	(void)code;
	t->waiting--;
	t->missing += result != RECEIPT_OK;
	finish(t);
}

void
taking_add(struct taking *t, struct laporan *l, int spoolable)
{
	t->waiting++;
	receive(t->g, l, spoolable, on_taken, t);
}

static void
on_taking_noted(const redisReply *reply, void *arg)
{
	struct taking *t = arg;

	t->waiting--;
	t->missing += reply == NULL || reply->type != REDIS_REPLY_STRING;
	finish(t);
}

int
way_token_fits(const struct ingest *g, const char *id, const char *token)
{
	char own[OUTBOX_TOKEN_CHARS + 1];

	outbox_token(own, &g->h.st, id);
	return token != NULL && strlen(token) == OUTBOX_TOKEN_CHARS &&
	    equal_secret(own, token, OUTBOX_TOKEN_CHARS);
}

void
taking_receipt(struct taking *t, const char *id, const char *token, enum receipt_news news)
{
	struct ingest *g = t->g;
	struct redis_args a = { 0 };

	if (!way_token_fits(g, id, token)) {
		way_drop(g, "receipt", "token");
		return;
	}
	g->receipts++;
	t->waiting++;
	outbox_receipt_args(&a, &g->h.st, id, news, house_now_ms(&g->h));
	if (!g->h.serving || redis_link_send(g->link, on_taking_noted, t, a.n, (const char **)a.argv,
	    a.lens) != 0)
		on_taking_noted(NULL, t);
	redis_args_release(&a);
}

void
taking_end(struct taking *t)
{
	t->ended = 1;
	finish(t);
}

/* ---- what the channels share ---- */

void
way_sender(struct laporan *l, const char *channel, const char *prefix, const char *id)
{
	char number[PHONE_CHARS];
	struct buf text = { 0 };
	int digits = id[0] != '\0' && strspn(id, "0123456789") == strlen(id);

	buf_addf(&text, "+%s", id);
	snprintf(l->channel, sizeof(l->channel), "%s", channel);
	snprintf(l->reply_channel, sizeof(l->reply_channel), "%s", channel);
	free(l->sender);
	if (prefix == NULL && digits &&
	    phone_normalise(number, text.data, text.len) == PHONE_E164) {
		l->sender = xstrdup(number);
	} else {
		buf_reset(&text);
		buf_addf(&text, "%s:%s", prefix != NULL ? prefix : channel, id);
		l->sender = xstrdup(buf_str(&text));
	}
	buf_release(&text);
}

void
way_sms(struct laporan *l, const struct ingest *g, const char *id, const char *from,
    const char *text, int64_t time_ms)
{
	char number[PHONE_CHARS];

	snprintf(l->channel, sizeof(l->channel), "sms");
	l->message_id = xstrdup(id);
	l->text = xstrdup(text);
	l->provider_ms = time_ms;
	l->received_ms = laporan_received_ms(time_ms, house_now_ms(&g->h),
	    g->h.set.provider_age_ms);
	if (phone_normalise(number, from, strlen(from)) == PHONE_E164) {
		l->sender = xstrdup(number);
		snprintf(l->reply_channel, sizeof(l->reply_channel), "sms");
	} else {
		l->sender = xstrdup(from);	/* a short code or a name: heard, never answered */
		l->no_reply = 1;
	}
}

void
way_cell(struct laporan *l, const char *cell)
{
	free(l->cell);
	l->cell = cell != NULL && cell[0] != '\0' && strlen(cell) <= CELL_MAX ? xstrdup(cell) : NULL;
}

char *
way_text(const struct ingest *g, const char *text)
{
	struct buf b = { 0 };

	if (text == NULL || text[0] == '\0')
		return NULL;
	buf_adds(&b, text);
	way_cut(&b, (size_t)g->h.set.text_bytes);
	return buf_take(&b);
}

void
way_cut(struct buf *text, size_t most)
{
	size_t n = most;

	if (text->len <= most)
		return;
	while (n > 0 && ((unsigned char)text->data[n] & 0xc0) == 0x80)
		n--;
	buf_cut(text, n);
}

void
way_nothing(struct http_req *r)
{
	struct buf nothing = { 0 };

	http_answer(r, 200, "text/plain; charset=utf-8", &nothing);
}

struct receipt_call { struct http_req *r; int status; };

static void
on_receipt_noted(const redisReply *reply, void *arg)
{
	struct receipt_call *c = arg;
	struct buf nothing = { 0 };

	if (reply == NULL || reply->type != REDIS_REPLY_STRING) {
		http_add_header(c->r, "Retry-After", "5");
		http_answer_problem(c->r, 503, "Service Unavailable", "Belum tercatat; kirim lagi.");
	} else {
		http_answer(c->r, c->status, "text/plain; charset=utf-8", &nothing);
	}
	free(c);
}

void
way_receipt(struct ingest *g, struct http_req *r, const char *id, const char *token, int delivered,
    int status)
{
	struct receipt_call *c;
	struct redis_args a = { 0 };

	if (!way_token_fits(g, id, token)) {
		way_refuse(g, r, "receipt", 403, "Token itu bukan untuk pesan tersebut.");
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->r = r;
	c->status = status;
	g->receipts++;
	outbox_receipt_args(&a, &g->h.st, id, delivered, house_now_ms(&g->h));
	if (!g->h.serving || redis_link_send(g->link, on_receipt_noted, c, a.n, (const char **)a.argv,
	    a.lens) != 0)
		on_receipt_noted(NULL, c);
	redis_args_release(&a);
}
