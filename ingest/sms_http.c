/* A signed SMS gateway: payload -> struct laporan. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "ingest/json_in.h"
#include "ingest/way.h"
#include "lib/escape.h"

#define ID_MAX 200

/* X-Kentongan-Signature: t=UNIXSECONDS,v1=HEX over "t.body". */
static int
signature_fits(const struct ingest *g, const char *header, const char *body, size_t len)
{
	struct buf signed_text = { 0 };
	uint8_t claimed[32];
	long long t;
	int n = 0, fits;
	const char *hex;

	if (header == NULL || sscanf(header, "t=%lld,v1=%n", &t, &n) != 1 || n == 0)
		return 0;
	hex = header + n;
	if (strlen(hex) != 64 || hex_decode(claimed, hex, 64) != 0)
		return 0;
	if (llabs(t * 1000 - house_now_ms(&g->h)) > g->h.set.signature_age_ms)
		return 0;
	buf_add(&signed_text, header + 2, strcspn(header + 2, ","));
	buf_addc(&signed_text, '.');
	buf_add(&signed_text, body, len);
	fits = way_signed(g, "sms_http", signed_text.data, signed_text.len, claimed);
	buf_release(&signed_text);
	return fits;
}

static const struct json_field fields[] = {
	{ "id", JSON_IN_TEXT, 1, ID_MAX }, { "from", JSON_IN_TEXT, 1, 64 },
	{ "text", JSON_IN_TEXT, 1, 0 },
	{ "time", JSON_IN_INT, 0, 0 },
	{ "cell", JSON_IN_TEXT, 0, CELL_MAX },
};

static void
on_taken(enum receipt_result result, const struct code *code, void *arg)
{
	struct http_req *r = arg;
	struct buf body = { 0 };

	if (result == RECEIPT_OK) {
		buf_addf(&body, "{\"code\":\"%s\"}", code->s);
		http_answer_json(r, 202, &body);
	} else {
		http_add_header(r, "Retry-After", "5");
		http_answer_problem(r, 503, "Service Unavailable",
		    "Laporan belum tersimpan; kirim lagi dengan id yang sama.");
	}
	buf_release(&body);
}

static void
post_sms_http(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	struct laporan l = { .channel = "" };
	struct buf mistakes = { 0 };
	size_t len;
	const char *body = http_req_body(r, &len);
	json_t *doc;

	if (!signature_fits(g, http_req_header(r, "X-Kentongan-Signature"), body, len)) {
		http_add_header(r, "WWW-Authenticate", "Kentongan-Signature");
		way_refuse(g, r, "sms_http", 401,
		    "X-Kentongan-Signature harus t=DETIKUNIX,v1=HEX: "
		    "HMAC-SHA256 dari t.isi dengan rahasia sms_http, paling lama lima menit lalu.");
		return;
	}
	doc = json_in(body, len, fields, N_ELEMS(fields), (size_t)g->h.set.text_bytes, &mistakes);
	if (doc == NULL) {
		g->refused++;
		http_answer_problem(r, 400, "Bad Request", buf_str(&mistakes));
	} else {
		way_sms(&l, g, json_string_value(json_object_get(doc, "id")),
		    json_string_value(json_object_get(doc, "from")),
		    json_string_value(json_object_get(doc, "text")),
		    json_integer_value(json_object_get(doc, "time")));
		way_cell(&l, json_string_value(json_object_get(doc, "cell")));
		receive(g, &l, 1, on_taken, r);
	}
	json_decref(doc);
	laporan_release(&l);
	buf_release(&mistakes);
}

const struct way way_sms_http = {
	.path = "/hook/sms/http", .post = post_sms_http, .secrets = { "sms_http" },
};
