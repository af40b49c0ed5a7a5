/*
 * SMS by Kannel's sendsms: one GET a message, its receipt asked for by id and token.
 *
 * Kannel 1.4.5 answers 202 with "0: Accepted for delivery" or "3: Queued for later delivery" and
 * gives no id of its own; it takes an empty text and sends it.  The URL holds number, words and
 * password: it is never logged.
 */
#include "notify/sms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sms.h"
#include "core/text.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/httpc.h"
#include "lib/log.h"
#include "notify/sms_gateway.h"

#define OWN_URL "http://127.0.0.1:13013"	/* of kannel.run */
#define RECEIPTS "19"		/* dlr-mask: delivered, not delivered, refused by the SMSC */
#define ANSWER_BYTES 1024

struct kannel {
	const struct settings *set;
	const struct sms_card *card;
	const char *smsbox;
	const struct store *st;
	struct httpc *http;
	const char *dir;
	struct buf password;
	struct channel copy;		/* kannel.copy */
	int copies;
};

/* One message on its way. */
struct sending { struct kannel *k; const struct outbox_item *item; on_sent done; void *arg; };

/* ---- the request ---- */

const struct sms_card *
sms_card_of(const struct settings *set, const char *route, const char **url)
{
	int second = strcmp(route, "sms2") == 0;
	const struct sms_card *card = &set->card[second];

	*url = card->url[0] != '\0' ? card->url : !second && set->kannel_run ? OWN_URL : NULL;
	return *url != NULL ? card : NULL;
}

static void
add_param(struct buf *url, const char *name, const char *value, size_t len)
{
	buf_addf(url, "%c%s=", strchr(buf_str(url), '?') != NULL ? '&' : '?', name);
	buf_add_url(url, value, len);
}

static void
add_words(struct buf *url, const struct buf *text)
{
	struct sms_size size;
	struct buf wide = { 0 };

	sms_measure(&size, buf_str(text), text->len);
	if (size.alphabet == SMS_GSM7) {
		add_param(url, "coding", "0", 1);
		add_param(url, "charset", "UTF-8", 5);
		add_param(url, "text", buf_str(text), text->len);
		return;
	}
	/* Without charset Kannel takes the bytes as they are: no iconv on the far side can fail. */
	sms_add_as_utf16(&wide, buf_str(text), text->len);
	add_param(url, "coding", "2", 1);
	add_param(url, "text", buf_str(&wide), wide.len);
	buf_wipe(&wide);
}

void
sms_add_url(struct buf *url, const char *smsbox, const struct sms_card *card, const char *password,
    const char *receipts, const struct outbox_item *item, const char *token)
{
	buf_addf(url, "%s/cgi-bin/sendsms", smsbox);
	add_param(url, "username", card->user, strlen(card->user));
	add_param(url, "password", password, strlen(password));
	add_param(url, "from", card->from, strlen(card->from));
	add_param(url, "to", buf_str(&item->to), item->to.len);
	if (card->smsc[0] != '\0')
		add_param(url, "smsc", card->smsc, strlen(card->smsc));
	if (item->lane_e)
		add_param(url, "priority", "3", 1);
	if (receipts[0] != '\0') {
		struct buf back = { 0 };

		/* %%d is Kannel's: the state, filled in when it calls. */
		buf_addf(&back, "%s/hook/dlr/kannel?id=%s&t=%s&d=%%d", receipts, item->id, token);
		add_param(url, "dlr-mask", RECEIPTS, strlen(RECEIPTS));
		add_param(url, "dlr-url", buf_str(&back), back.len);
		buf_release(&back);
	}
	add_words(url, &item->text);
}

/*
 * Where Kannel reaches ingest: as told, as `up` noted it, or by the port that ingest is to have.  ""
 * when any port was allowed and none is known yet: the message goes out, without a receipt.
 */
static void
receipts_base(const struct kannel *k, struct buf *base)
{
	struct buf path = { 0 };

	buf_adds(base, k->set->kannel_dlr_url);
	if (base->len == 0) {
		buf_addf(&path, "%s/run/http.url", k->dir);
		file_read(buf_str(&path), 256, base);
		buf_cut(base, strcspn(buf_str(base), "\r\n"));
	}
	if (base->len == 0 && k->set->http_port != 0)
		buf_addf(base, "http://127.0.0.1:%" PRId64, k->set->http_port);
	buf_release(&path);
}

/* ---- the answer ---- */

static int
begins(const struct httpc_answer *a, const char *with)
{
	size_t n = strlen(with);

	return a->body_len >= n && memcmp(a->body, with, n) == 0;
}

struct send_result
sms_result(const struct httpc_answer *a, int64_t pause_ms, int64_t stop_ms)
{
	struct send_result r = { .outcome = SEND_RETRY, .retry_after_ms = a->retry_after_ms };

	if (a->outcome == -1) {
		r.why = "smsbox cannot be reached; is it running, and is kannel.url right?";
		r.pause_ms = pause_ms;
	} else if (a->outcome != 0) {
		r.outcome = SEND_UNKNOWN;
		r.why = "smsbox did not answer to the end";
	} else if (a->status == 202) {
		int taken = begins(a, "0:") || begins(a, "3:");

		r.outcome = taken ? SEND_DONE : SEND_UNKNOWN;
		r.why = taken ? NULL : "202 with an answer that is not Kannel's";
	} else if (a->status == 403) {
		r.why = "smsbox refuses kannel.user, secrets/kannel_send or our address";
		r.pause_ms = pause_ms;
	} else if (a->status == 404) {
		r.why = "no sendsms at kannel.url";
		r.pause_ms = pause_ms;
	} else if (a->status == 400) {
		/* A number that Kannel bars (sendsms-chars, lists): no other message suffers. */
		r.outcome = SEND_ELSEWHERE;
		r.otherwise = SEND_FINAL;
		r.why = "smsbox refuses the number or the text";
	} else if (a->status == 402) {
		r.why = "the credit of the card is used up";
		r.alarm = "pulsa kartu SMS habis; isi ulang, pesan menunggu";
		r.pause_ms = stop_ms;
	} else if (a->status == 429 && a->retry_after_ms > 0) {
		r.why = "smsbox asks for patience";
		r.pause_ms = a->retry_after_ms;
	} else {
		r.why = "smsbox cannot take it now";
		r.pause_ms = pause_ms;
	}
	return r;
}

static void
on_copied(const struct send_result *r, void *arg)
{
	(void)arg;
	if (r->outcome != SEND_DONE)
		log_error("copy_failed", "err=\"%s\"", r->why);
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct sending *s = arg;
	struct kannel *k = s->k;
	struct send_result r = sms_result(a, k->set->kannel_pause_ms, k->set->kannel_stop_ms);

	if (r.outcome == SEND_DONE && k->copies)
		k->copy.send(&k->copy, s->item, on_copied, NULL);
	s->done(&r, s->arg);
	free(s);
}

static void
send_sms(struct channel *c, const struct outbox_item *item, on_sent done, void *arg)
{
	struct kannel *k = c->data;
	struct buf url = { 0 }, base = { 0 };
	char token[OUTBOX_TOKEN_CHARS + 1];
	struct sending *s;

	if (item->text.len == 0 || item->to.len == 0) {
		const struct send_result r = { .outcome = SEND_FINAL,
		    .why = "no number or no words: Kannel would send an empty SMS" };

		done(&r, arg);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	*s = (struct sending){ k, item, done, arg };
	receipts_base(k, &base);
	outbox_token(token, k->st, item->id);
	sms_add_url(&url, k->smsbox, k->card, buf_str(&k->password), buf_str(&base), item, token);
	FAULT_POINT("mid_send");
	httpc_send(k->http, &(struct httpc_request){ .method = "GET", .url = buf_str(&url),
	    .connect_ms = k->set->kannel_connect_ms, .total_ms = k->set->kannel_total_ms,
	    .answer_limit = ANSWER_BYTES }, on_answer, s);
	buf_wipe(&url);
	buf_release(&base);
}

/* ---- life ---- */

static void
release_sms(struct channel *c)
{
	struct kannel *k = c->data;

	if (k == NULL)
		return;
	if (k->copies)
		k->copy.release(&k->copy);
	buf_wipe(&k->password);
	free(k);
	c->data = NULL;
}

int
sms_open(struct channel *c, const struct ways_env *env)
{
	const struct settings *set = &env->h->set;
	const char *smsbox, *secret;
	const struct sms_card *card = sms_card_of(set, c->route, &smsbox);
	struct buf errors = { 0 };
	struct kannel *k;

	if (card == NULL)
		return sms_gateway_open(c, env);
	secret = card == &set->card[0] ? "kannel_send" : "sms2_send";
	k = xcalloc(1, sizeof(*k));
	*k = (struct kannel){ .set = set, .card = card, .smsbox = smsbox, .st = &env->h->st,
	    .http = env->http, .dir = env->dir };
	*c = (struct channel){ .route = c->route, .in_flight = (int)card->in_flight,
	    .per_second = card->per_s, .per_hour = card->per_hour, .per_day = card->per_day,
	    .longest_ms = set->kannel_total_ms, .longest_by = "kannel.answer", .receipts = 1,
	    .send = send_sms, .release = release_sms, .data = k };
	k->copies = set->kannel_copy && channel_file_init(&k->copy, c->route, env->dir) == 0;
	if (secret_read(env->dir, secret, &k->password, &errors) != 0) {
		fputs(buf_str(&errors), stderr);
		buf_release(&errors);
		release_sms(c);
		return -1;
	}
	return 0;
}
