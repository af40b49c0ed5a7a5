/*
 * Any other SMS gateway that calls a URL: which of its fields is what, how it signs and what it wants
 * to hear stand in kentongan.yaml (sms_map.*).  Forms and JSON objects are both read.
 *
 * Twilio's signature (Twilio's page "Webhooks Security"): base64 of HMAC-SHA1 over the URL as the
 * gateway knows it, followed by each form field's name and value in the order of the names; of a
 * name that comes several times each different value once, in order.  For a JSON body the URL alone,
 * whose query holds the body's SHA-256.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>
#include <sodium.h>

#include "core/phone.h"
#include "ingest/json_in.h"
#include "ingest/way.h"
#include "lib/escape.h"

#define ID_MAX 200
#define FIELDS_MAX 100
#define SECRET "sms_map"

/* ---- proofs ---- */

struct pair { const char *name, *value; size_t len; };

static int
by_name(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	size_t less = x->len < y->len ? x->len : y->len;
	int order = strcmp(x->name, y->name);

	if (order == 0)
		order = memcmp(x->value, y->value, less);
	return order != 0 ? order : x->len < y->len ? -1 : x->len > y->len;
}

static void
add_fields(struct buf *b, struct http_req *r)
{
	struct pair pairs[FIELDS_MAX];
	size_t n = 0;

	while (n < FIELDS_MAX &&
	    http_req_field_at(r, n, &pairs[n].name, &pairs[n].value, &pairs[n].len))
		n++;
	qsort(pairs, n, sizeof(pairs[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && by_name(&pairs[i - 1], &pairs[i]) == 0)
			continue;
		buf_adds(b, pairs[i].name);
		buf_add(b, pairs[i].value, pairs[i].len);
	}
}

static int
is_json(const struct http_req *r)
{
	const char *type = http_req_header(r, "Content-Type");

	return type != NULL && strncasecmp(type, "application/json", 16) == 0;
}

/* The URL with the standard port written out, or without it: gateways differ in what they sign. */
static void
other_port(struct buf *out, const char *url)
{
	static const struct { const char *scheme, *port; } known[] = {
		{ "https://", ":443" }, { "http://", ":80" },
	};

	for (size_t i = 0; i < N_ELEMS(known); i++) {
		size_t head = strlen(known[i].scheme), host;

		if (strncmp(url, known[i].scheme, head) != 0)
			continue;
		host = head + strcspn(url + head, ":/?");
		buf_add(out, url, host);
		if (url[host] != ':')
			buf_addf(out, "%s%s", known[i].port, url + host);
		else if (strncmp(url + host, known[i].port, strlen(known[i].port)) == 0)
			buf_adds(out, url + host + strlen(known[i].port));
		else
			buf_reset(out);		/* a port of its own: there is one way to write it */
	}
}

static int
url_signed(const struct ingest *g, struct http_req *r, const char *url, const uint8_t claimed[20])
{
	struct buf text = { 0 };
	int fits;

	if (url[0] == '\0')
		return 0;
	buf_adds(&text, url);
	if (!is_json(r))
		add_fields(&text, r);
	fits = way_signed_sha1(g, SECRET, text.data, text.len, claimed);
	buf_release(&text);
	return fits;
}

static int
body_is_as_signed(struct http_req *r)
{
	const char *hex = http_req_query(r, "bodySHA256", NULL), *body;
	uint8_t claimed[32], own[32];
	size_t len;

	if (!is_json(r))
		return 1;
	body = http_req_body(r, &len);
	if (hex == NULL || strlen(hex) != 64 || hex_decode(claimed, hex, 64) != 0)
		return 0;
	crypto_hash_sha256(own, (const unsigned char *)body, len);
	return equal_secret(own, claimed, sizeof(own));
}

static int
twilio_fits(const struct ingest *g, struct http_req *r, const char *header)
{
	const char *query = http_req_query(r, "bodySHA256", NULL);
	struct buf url = { 0 }, other = { 0 };
	uint8_t claimed[20];
	size_t n;
	int fits;

	if (sodium_base642bin(claimed, sizeof(claimed), header, strlen(header), NULL, &n, NULL,
	    sodium_base64_VARIANT_ORIGINAL) != 0 || n != sizeof(claimed))
		return 0;
	buf_adds(&url, g->h.set.sms_map_url);
	if (is_json(r) && query != NULL)
		buf_addf(&url, "%cbodySHA256=%s", strchr(buf_str(&url), '?') != NULL ? '&' : '?', query);
	other_port(&other, buf_str(&url));
	fits = (url_signed(g, r, buf_str(&url), claimed) | url_signed(g, r, buf_str(&other), claimed)) &&
	    body_is_as_signed(r);
	buf_release(&url);
	buf_release(&other);
	return fits;
}

static int
hmac_fits(const struct ingest *g, struct http_req *r, const char *header)
{
	uint8_t claimed[32];
	size_t len;
	const char *body = http_req_body(r, &len);

	if (strncmp(header, "sha256=", 7) == 0)
		header += 7;
	return strlen(header) == 64 && hex_decode(claimed, header, 64) == 0 &&
	    way_signed(g, SECRET, body, len, claimed);
}

static int
secret_fits(const struct ingest *g, struct http_req *r, const char *header)
{
	(void)r;
	return way_secret_is(g, SECRET, header, strlen(header));
}

static const struct {
	const char *name;
	int (*fits)(const struct ingest *g, struct http_req *r, const char *header);
} kinds[] = {
	{ "secret", secret_fits }, { "hmac-sha256", hmac_fits }, { "twilio", twilio_fits },
};

/* ---- fields ---- */

struct message { char *id, *from, *text, *time, *cell; };

static void
release(struct message *m)
{
	free(m->id);
	free(m->from);
	free(m->text);
	free(m->time);
	free(m->cell);
}

static char *
from_json(const json_t *doc, const char *name)
{
	const json_t *v = json_object_get(doc, name);
	struct buf number = { 0 };

	if (json_is_string(v))
		return xstrdup(json_string_value(v));
	if (!json_is_integer(v))
		return NULL;
	buf_addf(&number, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return xstrdup(buf_str(&number));
}

static char *
from_form(struct http_req *r, const char *name)
{
	size_t len;
	const char *v = http_req_field(r, name, &len);
	struct buf text = { 0 };
	char *copy;

	if (v == NULL)
		return NULL;
	buf_add_utf8(&text, v, len);
	copy = xstrdup(buf_str(&text));
	buf_release(&text);
	return copy;
}

static int
read_message(const struct ingest *g, struct http_req *r, struct message *m, struct buf *mistakes)
{
	const struct settings *set = &g->h.set;
	const struct { const char *name; char **into; int required; size_t most; } fields[] = {
		{ set->sms_map_id, &m->id, 1, ID_MAX }, { set->sms_map_from, &m->from, 1, 64 },
		{ set->sms_map_text, &m->text, 1, (size_t)set->text_bytes },
		{ set->sms_map_time, &m->time, 0, 32 }, { set->sms_map_cell, &m->cell, 0, CELL_MAX },
	};
	const char *body;
	size_t len;
	json_t *doc = NULL;

	if (is_json(r)) {
		body = http_req_body(r, &len);
		doc = json_in(body, len, NULL, 0, 0, mistakes);
		if (doc == NULL)
			return -1;
	}
	for (size_t i = 0; i < N_ELEMS(fields); i++) {
		*fields[i].into = doc != NULL ? from_json(doc, fields[i].name) :
		    from_form(r, fields[i].name);
		if (fields[i].required && *fields[i].into == NULL)
			buf_addf(mistakes, "%s\n%s;\n", SAID("isian ini tidak ada atau bukan teks:"), fields[i].name);
		else if (*fields[i].into != NULL && strlen(*fields[i].into) > fields[i].most)
			buf_addf(mistakes, "%s\n%s (%zu);\n", SAID("isian ini terlalu panjang (bita paling banyak):"),
			    fields[i].name, fields[i].most);
	}
	json_decref(doc);
	return mistakes->len > 0 ? -1 : 0;
}

/* Seconds or milliseconds since 1970: which of them, their size tells. */
static int64_t
time_of(const char *s)
{
	char *end;
	long long n = s != NULL ? strtoll(s, &end, 10) : 0;

	if (s == NULL || *end != '\0' || n <= 0)
		return 0;
	return n > 100000000000 ? n : n * 1000;
}

static void
fill(struct laporan *l, const struct ingest *g, const struct message *m)
{
	const char *from = strncmp(m->from, "whatsapp:", 9) == 0 ? m->from + 9 : m->from;
	char number[PHONE_CHARS];

	snprintf(l->channel, sizeof(l->channel), "sms");
	l->message_id = xstrdup(m->id);
	l->text = xstrdup(m->text);
	way_cell(l, m->cell);
	l->provider_ms = time_of(m->time);
	l->received_ms = laporan_received_ms(l->provider_ms, house_now_ms(&g->h),
	    g->h.set.provider_age_ms);
	if (phone_normalise(number, from, strlen(from)) == PHONE_E164) {
		l->sender = xstrdup(number);
		snprintf(l->reply_channel, sizeof(l->reply_channel), "sms");
	} else {
		l->sender = xstrdup(m->from);
		l->no_reply = 1;
	}
}

static void
post_sms_map(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	const struct settings *set = &g->h.set;
	const char *header = http_req_header(r, set->sms_map_header);
	struct message m = { 0 };
	struct laporan l = { .channel = "" };
	struct buf mistakes = { 0 };
	int fits = 0, known = 0;

	for (size_t i = 0; i < N_ELEMS(kinds); i++)
		if (strcmp(set->sms_map_signature, kinds[i].name) == 0) {
			known = 1;
			fits = header != NULL && kinds[i].fits(g, r, header);
		}
	if (!known || !way_has_secret(g, SECRET)) {
		http_answer_problem(r, 404, "Not Found",
		    "Gerbang seperti itu belum dipasang di sini; lihat sms_map.signature di kentongan.yaml.");
	} else if (!fits) {
		way_refuse(g, r, SECRET, 401, "Tanda tangannya tidak cocok dengan isi dan alamat ini.");
	} else if (read_message(g, r, &m, &mistakes) != 0) {
		g->refused++;
		http_answer_problem(r, 400, "Bad Request", buf_str(&mistakes));
	} else {
		struct taking *t = taking_begin(g, r, 200, set->sms_map_reply_type, set->sms_map_reply);

		fill(&l, g, &m);
		taking_add(t, &l, 1);
		taking_end(t);
	}
	release(&m);
	laporan_release(&l);
	buf_release(&mistakes);
}

const struct way way_sms_map = {
	.path = "/hook/sms/gateway", .post = post_sms_map, .secrets = { SECRET },
};
