#include "notify/sms_gateway.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/config.h"
#include "lib/escape.h"

#define ANSWER_BYTES 16384
#define HEADERS_MOST 8
#define SAID_MOST 60

struct gateway {
	const struct settings *set;
	struct httpc *http;
	struct buf secret;
};

/* One message on its way. */
struct sending { struct gateway *g; const struct outbox_item *item; on_sent done; void *arg; };

/* ---- the request ---- */

/* A number as gateways of this country want it; another country's has no leading zero to go back to. */
static void
add_number(struct buf *b, const char *e164, const char *word)
{
	const char *digits = e164[0] == '+' ? e164 + 1 : e164;

	if (strcmp(word, "to_e164") == 0)
		buf_addf(b, "+%s", digits);
	else if (strcmp(word, "to_08") == 0 && strncmp(digits, "62", 2) == 0)
		buf_addf(b, "0%s", digits + 2);
	else
		buf_adds(b, digits);
}

/* What stands for a word; -1: it is none. */
static int
value_of(struct buf *out, const char *word, const struct outbox_item *it, const char *secret)
{
	if (strcmp(word, "to_e164") == 0 || strcmp(word, "to_62") == 0 || strcmp(word, "to_08") == 0)
		add_number(out, buf_str(&it->to), word);
	else if (strcmp(word, "text") == 0)
		buf_add(out, buf_str(&it->text), it->text.len);
	else if (strcmp(word, "id") == 0)
		buf_adds(out, it->id);
	else if (strcmp(word, "secret") == 0)
		buf_adds(out, secret);
	else
		return -1;
	return 0;
}

static void
add_value(struct buf *out, const struct buf *value, enum gateway_place place)
{
	struct buf quoted = { 0 };

	switch (place) {
	case IN_ADDRESS: case IN_FORM:
		buf_add_url(out, buf_str(value), value->len);
		break;
	case IN_JSON:			/* the quotes stand in the text already */
		buf_add_json(&quoted, buf_str(value), value->len);
		buf_add(out, quoted.data + 1, quoted.len - 2);
		break;
	case IN_HEADER:
		buf_add(out, buf_str(value), value->len);
		break;
	}
	buf_wipe(&quoted);
}

/* Only what we made ourselves may stand in a header: a line end in it would be another header. */
static int
may_stand(const char *word, enum gateway_place place)
{
	return place != IN_HEADER || strcmp(word, "secret") == 0 || strcmp(word, "id") == 0;
}

/* JSON's own braces are no words: a word is small letters, digits and _ in braces. */
static size_t
word_at(const char *s)
{
	size_t n = s[0] == '{' ? strspn(s + 1, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;

	return n > 0 && s[n + 1] == '}' ? n : 0;
}

int
sms_gateway_fill(struct buf *out, const char *text, enum gateway_place place,
    const struct outbox_item *item, const char *secret, const char **wrong)
{
	while (*text != '\0') {
		size_t n = word_at(text);
		struct buf value = { 0 };
		char word[16];
		int rc;

		if (n == 0) {
			buf_addc(out, *text++);
			continue;
		}
		snprintf(word, sizeof(word), "%.*s", n < sizeof(word) ? (int)n : 0, text + 1);
		rc = may_stand(word, place) ? value_of(&value, word, item, secret) : -1;
		if (rc == 0)
			add_value(out, &value, place);
		buf_wipe(&value);
		if (rc != 0) {
			*wrong = text;
			return -1;
		}
		text += n + 2;
	}
	return 0;
}

static enum gateway_place
place_of_body(const struct settings *set)
{
	return strcmp(set->gateway_type, "json") == 0 ? IN_JSON : IN_FORM;
}

/* The lines of sms_gateway.headers; at most HEADERS_MOST. */
static int
each_header(const struct settings *set, const struct outbox_item *it, const char *secret, struct buf *lines, const char **at,
    const char **wrong)
{
	const char *s = set->gateway_headers;
	size_t starts[HEADERS_MOST], n = 0;
	struct buf filled = { 0 };

	if (sms_gateway_fill(&filled, s, IN_HEADER, it, secret, wrong) != 0) {
		buf_wipe(&filled);
		return -1;
	}
	for (s = buf_str(&filled); *s != '\0' && n < HEADERS_MOST; s += strcspn(s, "\n"), s += *s == '\n') {
		size_t len = strcspn(s, "\r\n");

		if (len == 0)
			continue;
		starts[n++] = lines->len;
		buf_add(lines, s, len);
		buf_addc(lines, '\0');
	}
	for (size_t i = 0; i < n; i++)
		at[i] = lines->data + starts[i];
	at[n] = NULL;
	buf_wipe(&filled);
	return 0;
}

/* ---- the answer ---- */

/* RFC 6901 without escapes: names of members and numbers of elements, apart by slashes. */
static const json_t *
value_at(const json_t *doc, const char *path)
{
	while (doc != NULL && *path == '/') {
		size_t n = strcspn(++path, "/");
		char *name = xstrndup(path, n);

		doc = json_is_array(doc) ? json_array_get(doc, (size_t)strtoul(name, NULL, 10)) :
		    json_object_get(doc, name);
		free(name);
		path += n;
	}
	return doc;
}

/* A text, or a number as text; "" anything else. */
static void
text_at(const json_t *doc, const char *path, char out[SAID_MOST + 1])
{
	const json_t *v = value_at(doc, path);

	out[0] = '\0';
	if (json_is_string(v))
		snprintf(out, SAID_MOST + 1, "%s", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(out, SAID_MOST + 1, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_boolean(v))
		snprintf(out, SAID_MOST + 1, "%s", json_is_true(v) ? "true" : "false");
}

/* One of the words of a list, apart by blanks. */
static int
is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *s = list; len > 0 && *s != '\0'; s += strcspn(s, " "), s += *s == ' ')
		if (strcspn(s, " ") == len && memcmp(s, word, len) == 0)
			return 1;
	return 0;
}

static void
about_this_one(struct send_result *r)
{
	r->outcome = SEND_ELSEWHERE;
	r->otherwise = SEND_FINAL;
	r->why = "the gateway refuses the number or the text";
}

/* Our account: the whole way waits, and a human hears. */
static void
about_us(struct send_result *r, const struct settings *set)
{
	r->why = "the gateway refuses our account, or is not at sms_gateway.url";
	r->alarm = "gerbang SMS menolak akun kami; periksa sms_gateway.* dan secrets/sms_gateway";
	r->pause_ms = set->gateway_stop_ms;
}

static void
judge_status(struct send_result *r, int status, const struct settings *set)
{
	if (status == 401 || status == 403 || status == 404) {
		about_us(r, set);
	} else if (status == 402) {
		r->why = "the credit is used up";
		r->alarm = "pulsa gerbang SMS habis; isi ulang, pesan menunggu";
		r->pause_ms = set->gateway_stop_ms;
	} else if (status == 429 || status == 502 || status == 503) {	/* 502: a proxy without what is behind it */
		r->why = "the gateway asks for patience";
		r->pause_ms = r->retry_after_ms > 0 ? r->retry_after_ms : set->gateway_pause_ms;
	} else if (status >= 500 || status == 408 || status < 400) {
		r->outcome = SEND_UNKNOWN;
		r->why = "the gateway is in trouble";
		r->pause_ms = set->gateway_pause_ms;
	} else {
		about_this_one(r);
	}
}

/* Whether the body says yes. */
static void
judge_body(struct send_result *r, const struct httpc_answer *a, const struct settings *set)
{
	json_t *doc = json_loadb(a->body, a->body_len, JSON_REJECT_DUPLICATES, NULL);
	char said[SAID_MOST + 1], error[SAID_MOST + 1];

	text_at(doc, set->gateway_ok_at, said);
	error[0] = '\0';
	if (set->gateway_error_at[0] != '\0')
		text_at(doc, set->gateway_error_at, error);
	if (said[0] == '\0') {
		r->outcome = SEND_UNKNOWN;
		r->why = "an answer without what sms_gateway.ok_at names";
	} else if (is_listed(set->gateway_ok_is, said)) {
		r->outcome = SEND_DONE;
	} else if (is_listed(set->gateway_final, error)) {
		about_this_one(r);
	} else if (is_listed(set->gateway_stopped, error)) {
		about_us(r, set);
	} else {
		r->why = "the gateway says no";
	}
	json_decref(doc);
}

struct send_result
sms_gateway_result(const struct httpc_answer *a, const struct settings *set, int tries)
{
	struct send_result r = { .outcome = SEND_RETRY, .retry_after_ms = a->retry_after_ms };

	if (a->outcome == -1) {
		r.why = "the gateway cannot be reached; is sms_gateway.url right?";
		r.pause_ms = set->gateway_pause_ms;
	} else if (a->outcome != 0) {
		r.outcome = SEND_UNKNOWN;
		r.why = "the gateway did not answer to the end";
		r.pause_ms = set->gateway_pause_ms;
	} else if (a->status < 200 || a->status >= 300) {
		judge_status(&r, a->status, set);
	} else if (set->gateway_ok_at[0] == '\0') {
		r.outcome = SEND_DONE;
	} else {
		judge_body(&r, a, set);
	}
	r.last = tries > 0;
	return r;
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct sending *s = arg;
	struct send_result r = sms_gateway_result(a, s->g->set, s->item->tries);

	s->done(&r, s->arg);
	free(s);
}

/* ---- sending ---- */

static void
post(struct sending *s)
{
	const struct settings *set = s->g->set;
	const char *secret = buf_str(&s->g->secret), *wrong, *headers[HEADERS_MOST + 2];
	struct buf url = { 0 }, body = { 0 }, lines = { 0 };
	size_t n = 0;

	/* sms_gateway_open() has tried the three. */
	sms_gateway_fill(&url, set->gateway_url, IN_ADDRESS, s->item, secret, &wrong);
	sms_gateway_fill(&body, set->gateway_body, place_of_body(set), s->item, secret, &wrong);
	each_header(set, s->item, secret, &lines, headers, &wrong);
	while (headers[n] != NULL)
		n++;
	if (body.len > 0)
		headers[n++] = place_of_body(set) == IN_JSON ? "Content-Type: application/json" :
		    "Content-Type: application/x-www-form-urlencoded";
	headers[n] = NULL;
	httpc_send(s->g->http, &(struct httpc_request){ .method = body.len > 0 ? "POST" : "GET", .url = buf_str(&url),
	    .headers = headers, .body = body.data, .body_len = body.len, .total_ms = set->gateway_total_ms,
	    .answer_limit = ANSWER_BYTES }, on_answer, s);
	buf_wipe(&url);
	buf_wipe(&body);
	buf_wipe(&lines);
}

static void
send_sms(struct channel *c, const struct outbox_item *item, on_sent done, void *arg)
{
	struct sending *s;

	if (item->text.len == 0 || buf_str(&item->to)[0] != '+') {
		done(&(struct send_result){ .outcome = SEND_FINAL, .why = "no number or no words" }, arg);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	*s = (struct sending){ c->data, item, done, arg };
	post(s);
}

/* ---- life ---- */

static void
release_gateway(struct channel *c)
{
	struct gateway *g = c->data;

	buf_wipe(&g->secret);
	free(g);
	c->data = NULL;
}

/* Each a name, a colon and a value; those past HEADERS_MOST would be left out. */
static int
headers_fit(const char *s)
{
	int n = 0;

	for (; *s != '\0'; s += strcspn(s, "\n"), s += *s == '\n') {
		size_t len = strcspn(s, "\r\n");

		if (len == 0)
			continue;
		if (memchr(s, ':', len) == NULL || ++n > HEADERS_MOST) {
			fprintf(stderr, "kentongan.yaml: sms_gateway.headers: %.*s: write lines of \"Name: value\", at most %d\n",
			    (int)strcspn(s, ":\r\n"), s, HEADERS_MOST);
			return -1;
		}
	}
	return 0;
}

/* The texts of the configuration, tried once with a message of nobody. */
static int
texts_fit(const struct settings *set)
{
	struct outbox_item nobody = { .id = "0" };
	const struct { const char *name, *text; enum gateway_place place; } texts[] = {
		{ "url", set->gateway_url, IN_ADDRESS }, { "body", set->gateway_body, place_of_body(set) },
		{ "headers", set->gateway_headers, IN_HEADER },
	};
	struct buf out = { 0 };
	const char *wrong;
	int rc = 0;

	for (size_t i = 0; i < N_ELEMS(texts) && rc == 0; i++)
		if (sms_gateway_fill(&out, texts[i].text, texts[i].place, &nobody, "", &wrong) != 0) {
			fprintf(stderr, "kentongan.yaml: sms_gateway.%s: %.*s cannot stand there; there are {to_e164}, {to_62}, "
			    "{to_08}, {text}, {id} and {secret}, in headers only the last two\n", texts[i].name,
			    (int)strcspn(wrong, "}") + 1, wrong);
			rc = -1;
		}
	if (rc == 0)
		rc = headers_fit(set->gateway_headers);
	if (rc == 0 && strstr(set->gateway_url, "{text}") == NULL && strstr(set->gateway_body, "{text}") == NULL) {
		fputs("kentongan.yaml: sms_gateway.body: holds no {text}; write the gateway's form or JSON with it\n", stderr);
		rc = -1;
	}
	buf_release(&out);
	return rc;
}

int
sms_gateway_open(struct channel *c, const struct ways_env *env)
{
	const struct settings *set = &env->h->set;
	const struct sms_card *card = &set->card[strcmp(c->route, "sms2") == 0];
	struct buf errors = { 0 };
	struct gateway *g;

	if (set->gateway_url[0] == '\0' || strcmp(set->gateway_route, c->route) != 0)
		return 1;
	if (texts_fit(set) != 0)
		return -1;
	g = xcalloc(1, sizeof(*g));
	*g = (struct gateway){ .set = set, .http = env->http };
	if (secret_read(env->dir, "sms_gateway", &g->secret, &errors) != 0) {
		fputs(buf_str(&errors), stderr);
		buf_release(&errors);
		free(g);
		return -1;
	}
	*c = (struct channel){ .route = c->route, .in_flight = (int)card->in_flight, .per_second = card->per_s,
	    .per_hour = card->per_hour, .per_day = card->per_day, .longest_ms = set->gateway_total_ms,
	    .longest_by = "sms_gateway.answer", .send = send_sms, .release = release_gateway, .data = g };
	return 0;
}
