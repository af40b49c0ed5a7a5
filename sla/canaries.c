#include "sla/canaries.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/httpc.h"
#include "lib/log.h"

#define LOOK_MS 500		/* between two looks for one that is on its way */
#define CHANNELS 2
#define HEADER_CHARS 192

/* One channel's: how its request is made; 0, or -1 it cannot be sent from here. */
struct canary_request { char header[HEADER_CHARS]; const char *path, *type; int wants; struct buf body; };
typedef int (*make_canary)(struct canary_request *q, struct house *h, const char *id);

enum flight { ON_GROUND, SENT, TAKEN };		/* TAKEN: the door has given its receipt */
struct canary {
	struct canaries *all;
	const char *channel;
	make_canary make;
	enum flight flight;
	int64_t sent_ms, sent_mono_ms, next_mono_ms;
	int wants;			/* the status of a receipt */
	char refused[96];		/* what the door said instead */
	int lost;			/* the last one was */
};
struct canaries {
	struct house *h;
	struct httpc *http;
	struct canary each[CHANNELS];
};

/* ---- the channels ---- */

static int
make_sms(struct canary_request *q, struct house *h, const char *id)
{
	struct buf errors = { 0 }, secret = { 0 }, text = { 0 }, hex = { 0 };
	long long now_s = (long long)(house_now_ms(h) / 1000);
	uint8_t mac[32];
	int rc = secret_read(h->st.dir, "sms_http", &secret, &errors);

	/* from a name, as services have: nobody answers those */
	buf_adds(&q->body, "{\"from\":\"KENARI\"");
	buf_add_pair(&q->body, "id", id);
	buf_add_pair(&q->body, "text", h->set.canary_text);
	buf_addc(&q->body, '}');
	buf_addf(&text, "%lld.%s", now_s, buf_str(&q->body));
	hmac_sha256(mac, secret.data, secret.len, text.data, text.len);
	buf_add_hex(&hex, mac, sizeof(mac));
	snprintf(q->header, sizeof(q->header), "X-Kentongan-Signature: t=%lld,v1=%s", now_s, buf_str(&hex));
	q->path = "/hook/sms/http";
	q->type = "Content-Type: application/json";
	q->wants = 202;
	buf_wipe(&secret);
	buf_release(&text);
	buf_release(&hex);
	buf_release(&errors);
	return rc;
}

static void
add_form_field(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "%s%s=", b->len > 0 ? "&" : "", name);
	for (; *value != '\0'; value++)
		buf_addf(b, "%%%02X", (unsigned char)*value);
}

static int
make_web(struct canary_request *q, struct house *h, const char *id)
{
	add_form_field(&q->body, "isi", h->set.canary_text);
	add_form_field(&q->body, "kunci", id);
	snprintf(q->header, sizeof(q->header), "Accept: application/json");
	q->path = "/lapor";
	q->type = "Content-Type: application/x-www-form-urlencoded";
	q->wants = 201;
	return 0;
}

static const make_canary makers[CHANNELS] = { make_sms, make_web };	/* in the order of canary_channels */

/* ---- on its way ---- */

/* link: pintu router bacaan, each an alarm of its own; what: in words. */
static void
lost(struct canary *k, const char *link, const char *what)
{
	struct house *h = k->all->h;
	struct buf detail = { 0 };
	char subject[CANARY_CHANNEL_CHARS + 16];

	k->flight = ON_GROUND;
	log_warn("canary_lost", "channel=%s link=%s what=\"%s\"", k->channel, link, log_quote(what, strlen(what)));
	snprintf(subject, sizeof(subject), "%s-%s", k->channel, link);
	buf_addf(&detail, "laporan uji (kenari) lewat %s tidak sampai: %s", k->channel, what);
	house_alarm(h, "kenari", subject, buf_str(&detail));
	if (!k->lost)
		canary_say(&h->st, k->channel, house_now_ms(h), what);
	k->lost = 1;
	buf_release(&detail);
}

static void
arrived(struct canary *k, const char *category)
{
	struct house *h = k->all->h;
	const char *wanted = h->set.canary_category;
	struct buf read = { 0 };

	k->flight = ON_GROUND;
	if (wanted[0] != '\0' && strcmp(wanted, category) != 0) {
		buf_addf(&read, "dibaca sebagai %s, seharusnya %s; periksa kategori.yaml dan modelnya", category, wanted);
		lost(k, "bacaan", buf_str(&read));
		buf_release(&read);
		return;
	}
	if (k->lost)
		log_info("canary_back", "channel=%s", k->channel);
	k->lost = 0;
	canary_say(&h->st, k->channel, house_now_ms(h), CANARY_WELL);
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct canary *k = arg;

	if (k->flight != SENT)
		return;
	if (a->outcome == 0 && a->status == k->wants)
		k->flight = TAKEN;
	else if (a->outcome == 0)
		snprintf(k->refused, sizeof(k->refused), "pintunya menjawab %d", a->status);
}

static void
send_canary(struct canary *k, const char *door)
{
	struct house *h = k->all->h;
	struct canary_request q = { .path = "" };
	const char *headers[] = { q.header, NULL, NULL };
	char id[CANARY_ID_CHARS];
	struct buf url = { 0 };

	k->sent_ms = house_now_ms(h);
	k->sent_mono_ms = clock_mono_ms();
	snprintf(k->refused, sizeof(k->refused), "pintunya tidak menjawab");
	canary_id(id, &h->st, k->channel, k->sent_ms);
	if (k->make(&q, h, id) == 0) {
		headers[1] = q.type;
		k->wants = q.wants;
		k->flight = SENT;
		buf_addf(&url, "%s%s", door, q.path);
		httpc_send(k->all->http, &(struct httpc_request){ .method = "POST", .url = buf_str(&url), .headers = headers,
		    .body = q.body.data, .body_len = q.body.len, .total_ms = h->set.canary_within_ms }, on_answer, k);
	} else {
		log_warn("canary_unsent", "channel=%s err=\"its secret cannot be read\"", k->channel);
	}
	buf_release(&q.body);
	buf_release(&url);
}

static void
look(struct canary *k)
{
	struct house *h = k->all->h;
	char category[CANARY_SAID_CHARS];
	int64_t heard_ms;
	int rc = canary_heard(&h->st, k->channel, &heard_ms, category);

	if (rc < 0)
		return;			/* the store is away: that has an alarm of its own */
	if (rc == 1 && heard_ms >= k->sent_ms)	/* or a later one of another machine */
		arrived(k, category);
	else if (clock_mono_ms() - k->sent_mono_ms >= h->set.canary_within_ms)
		lost(k, k->flight == TAKEN ? "router" : "pintu",
		    k->flight == TAKEN ? "pintu menerimanya, router belum membacanya" : k->refused);
}

/* ---- their timer ---- */

/* NULL: no ingest has said yet where it is. */
static const char *
find_door(struct house *h, char said[CANARY_SAID_CHARS])
{
	if (h->set.canary_url[0] != '\0')
		return h->set.canary_url;
	return canary_door(&h->st, said) == 1 ? said : NULL;
}

int64_t
canaries_run(struct canaries *c)
{
	int64_t mono = clock_mono_ms(), every = c->h->set.canary_every_ms, nap = MINUTE_MS;
	char said[CANARY_SAID_CHARS];
	const char *door;

	if (every == 0)
		return nap;
	for (size_t i = 0; i < CHANNELS; i++) {
		struct canary *k = &c->each[i];

		if (k->flight != ON_GROUND)
			look(k);
		if (k->flight == ON_GROUND && mono >= k->next_mono_ms) {
			k->next_mono_ms = mono + every;
			door = find_door(c->h, said);
			if (door != NULL)
				send_canary(k, door);
		}
		if (k->flight != ON_GROUND)
			nap = nap < LOOK_MS ? nap : LOOK_MS;
		else if (k->next_mono_ms - mono < nap)
			nap = k->next_mono_ms > mono ? k->next_mono_ms - mono : 1;
	}
	return nap;
}

struct canaries *
canaries_new(struct house *h, struct event_base *base)
{
	struct canaries *c = xcalloc(1, sizeof(*c));

	c->h = h;
	c->http = httpc_new(base, CHANNELS);
	if (c->http == NULL) {
		free(c);
		return NULL;
	}
	for (size_t i = 0; i < CHANNELS; i++)
		c->each[i] = (struct canary){ .all = c, .channel = canary_channels[i], .make = makers[i],
		    .next_mono_ms = clock_mono_ms() + h->set.canary_every_ms };
	return c;
}

void
canaries_free(struct canaries *c)
{
	if (c == NULL)
		return;
	httpc_free(c->http);
	free(c);
}
