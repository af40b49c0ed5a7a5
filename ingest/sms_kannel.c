/*
 * Kannel's smsbox: a short message -> struct laporan; its delivery reports -> receipts.
 *
 * Kannel 1.4.5 repeats a call under the same %I after any answer but 2xx, so 2xx also goes to what
 * can never be taken.  The body of our answer would become an SMS to the sender: it is empty, our
 * receipt goes by the outbox.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/phone.h"
#include "core/sms.h"
#include "ingest/parts.h"
#include "ingest/way.h"
#include "lib/log.h"

#define NAME "kannel"
#define ID_MAX 100
#define PLAIN "text/plain; charset=utf-8"

struct call {
	const char *from, *to, *text, *udh, *smsc;
	char id[ID_MAX + sizeof("kannel:")];
	size_t text_len, udh_len;
	enum sms_coding coding;
	int64_t sent_ms;
};

/* ---- who may call ---- */

static int
is_allowed(const char *list, const char *peer)
{
	size_t len = strlen(peer);

	for (const char *s = list; *s != '\0';) {
		size_t n = strcspn(s, " ");

		if (n == len && memcmp(s, peer, n) == 0)
			return 1;
		s += n + (s[n] == ' ');
	}
	return 0;
}

static int
may_call(struct ingest *g, struct http_req *r)
{
	size_t len = 0;
	const char *k = http_req_query(r, "k", &len);

	if (!way_has_secret(g, NAME)) {
		http_answer_problem(r, 404, "Not Found", "Di sini belum ada secrets/kannel.");
		return 0;
	}
	if (!is_allowed(g->h.set.kannel_allow, http_req_peer(r)) || k == NULL ||
	    !way_secret_is(g, NAME, k, len)) {
		way_refuse(g, r, NAME, 403,
		    "k harus isi secrets/kannel, dan pemanggilnya tercantum di kannel.allow.");
		return 0;
	}
	return 1;
}

static void
answer_nothing(struct http_req *r)
{
	struct buf nothing = { 0 };

	http_answer(r, 200, PLAIN, &nothing);
}

/* ---- reading ---- */

/* Digits only; -1 for anything else. */
static int64_t
number_of(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	if (n == 0 || n > 12 || strspn(s, "0123456789") != n)
		return -1;
	return strtoll(s, NULL, 10);
}

/* What Kannel does not name as text is bytes: a human decides. */
static enum sms_coding
coding_of(struct http_req *r)
{
	const char *charset = http_req_query(r, "charset", NULL);

	switch (number_of(http_req_query(r, "coding", NULL))) {
	case SMS_CODING_TEXT:
		return SMS_CODING_TEXT;
	case SMS_CODING_UCS2:
		/* With mo-recode Kannel may have turned it into UTF-8 already. */
		return charset != NULL && strcasecmp(charset, "UTF-8") == 0 ? SMS_CODING_TEXT :
		    SMS_CODING_UCS2;
	default:
		return SMS_CODING_BINARY;
	}
}

/* 0, or -1: no message of a phone at all. */
static int
call_read(struct call *c, struct http_req *r)
{
	int64_t seconds = number_of(http_req_query(r, "ts", NULL));
	const char *id = http_req_query(r, "id", NULL);

	memset(c, 0, sizeof(*c));
	c->from = http_req_query(r, "from", NULL);
	c->to = http_req_query(r, "to", NULL);
	c->text = http_req_query(r, "text", &c->text_len);
	c->udh = http_req_query(r, "udh", &c->udh_len);
	c->smsc = http_req_query(r, "smsc", NULL);
	c->coding = coding_of(r);
	c->sent_ms = seconds > 0 ? seconds * 1000 : 0;
	/* Without %I the words themselves tell a repeat: a wrong get-url must not lose them. */
	if (id != NULL && id[0] != '\0' && strlen(id) <= ID_MAX)
		snprintf(c->id, sizeof(c->id), "kannel:%s", id);
	return c->from != NULL && c->from[0] != '\0' && c->text != NULL ? 0 : -1;
}

static int
is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

static int
is_missed_call(const struct ingest *g, const struct call *c)
{
	return g->h.set.kannel_missed_smsc[0] != '\0' && c->smsc != NULL &&
	    strcmp(c->smsc, g->h.set.kannel_missed_smsc) == 0;
}

static void
fill(struct laporan *l, const struct ingest *g, const struct call *c, const char *words)
{
	char number[PHONE_CHARS];

	snprintf(l->channel, sizeof(l->channel), "sms");
	l->message_id = c->id[0] != '\0' ? xstrdup(c->id) : NULL;
	if (!is_missed_call(g, c) && !is_blank(words))
		l->text = xstrdup(words);
	way_cell(l, c->smsc);
	l->provider_ms = c->sent_ms;
	l->received_ms = laporan_received_ms(l->provider_ms, house_now_ms(&g->h),
	    g->h.set.provider_age_ms);
	if (phone_normalise(number, c->from, strlen(c->from)) == PHONE_E164) {
		l->sender = xstrdup(number);
		snprintf(l->reply_channel, sizeof(l->reply_channel), "sms");
	} else {
		l->sender = xstrdup(c->from);	/* a short code or a name: heard, never answered */
		l->no_reply = 1;
	}
}

/* ---- the hooks ---- */

static void
get_sms(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	struct laporan l = { .channel = "" };
	struct buf words = { 0 };
	struct sms_part place;
	struct taking *t;
	struct call c;

	if (!may_call(g, r))
		return;
	if (call_read(&c, r) != 0) {
		way_drop(g, NAME, "no_sender_or_text");
		answer_nothing(r);
		return;
	}
	sms_add_words(&words, c.text_len > 0 ? c.coding : SMS_CODING_TEXT, c.text, c.text_len);
	if (c.coding == SMS_CODING_BINARY && c.text_len > 0) {
		g->binary++;
		log_info("binary", "way=%s bytes=%zu", NAME, c.text_len);
	}
	fill(&l, g, &c, buf_str(&words));
	if (c.udh != NULL && sms_part_read(&place, c.udh, c.udh_len) == 1) {
		const struct sms_piece piece = { c.coding, c.text, c.text_len };

		parts_take(g, r, &l, c.from, c.to != NULL ? c.to : "", &place, &piece);
	} else {
		t = taking_begin(g, r, 200, PLAIN, NULL);
		taking_add(t, &l, 1);
		taking_end(t);
	}
	laporan_release(&l);
	buf_wipe(&words);
}

/* dlr-mask's bits: 1 delivered, 2 not, 16 refused by the SMSC; 4 and 8 are on the way. */
static void
get_receipt(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	const char *id = http_req_query(r, "id", NULL), *token = http_req_query(r, "t", NULL);
	int64_t state = number_of(http_req_query(r, "d", NULL));

	if (!is_allowed(g->h.set.kannel_allow, http_req_peer(r))) {
		way_refuse(g, r, NAME, 403, "Pemanggilnya tidak tercantum di kannel.allow.");
	} else if (id == NULL || id[0] == '\0' || token == NULL || state < 0) {
		way_drop(g, NAME, "receipt_without_id_or_state");
		answer_nothing(r);
	} else if (state & (1 | 2 | 16)) {
		way_receipt(g, r, id, token, (state & 1) != 0, 200);
	} else {
		answer_nothing(r);
	}
}

const struct way way_sms_kannel = {
	.path = "/hook/sms/kannel", .get = get_sms, .secrets = { NAME },
};
const struct way way_dlr_kannel = {
	.path = "/hook/dlr/kannel", .get = get_receipt,
};
