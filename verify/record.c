#include "verify/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#define DIGEST 32
#define SIGNATURE 64
#define ID_CHARS 16
#define SLACK_MS 60000		/* between an entry's time and its writing */

struct key {
	char id[ID_CHARS + 1], by[ID_CHARS + 1];
	uint8_t public[PUBLIC_BYTES], sig[SIGNATURE];
	char *covered;			/* what both signed */
	int trusted;
};
#define HEAD_CHARS 512
struct head {
	int64_t seq, at_ms;
	uint8_t chain[DIGEST], sig[SIGNATURE];
	char key[ID_CHARS + 1], line[HEAD_CHARS];
	size_t covered;			/* so many bytes of the line are signed */
};

/* A case by its code: open addressing; "" is free. */
struct known_case { char code[RECEIPT_CHARS + 1]; uint8_t last[DIGEST]; int64_t version; };

struct reading {
	struct options *o;
	FILE *out;
	long line_n;
	struct key *keys; size_t keys_n;
	struct known_case *cases; size_t cases_cap, cases_n;
	uint8_t (*withheld)[DIGEST]; size_t withheld_n;
	struct head *kept; size_t kept_n, kept_at;	/* heads from outside, by seq */
	uint8_t chain[DIGEST];
	int64_t seq, at_ms;		/* of the last entry; the highest time so far */
	int64_t head_seq, head_ms;	/* of the last head */
	int heads_n, began, ended, bad;
};

/* ---- saying ---- */

static int complain(struct reading *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int
complain(struct reading *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(r->out, fmt, ap);
	va_end(ap);
	fputc('\n', r->out);
	r->bad = 1;
	return -1;
}

/* ---- bytes ---- */

int
from_hex(uint8_t *out, const char *hex, size_t len)
{
	if (strlen(hex) < len || strspn(hex, "0123456789abcdef") < len)
		return -1;
	return sodium_hex2bin(out, len / 2, hex, len, NULL, NULL, NULL);
}

static void
digest_of(uint8_t out[DIGEST], const void *data, size_t len)
{
	crypto_generichash(out, DIGEST, data, len, NULL, 0);
}

static void
fold(uint8_t chain[DIGEST], int64_t seq, const uint8_t digest[DIGEST])
{
	uint8_t step[DIGEST + 8 + DIGEST];

	memcpy(step, chain, DIGEST);
	for (int i = 0; i < 8; i++)
		step[DIGEST + i] = (uint8_t)((uint64_t)seq >> (56 - 8 * i));
	memcpy(step + DIGEST + 8, digest, DIGEST);
	digest_of(chain, step, sizeof(step));
}

static void
check_code(char out[CHECK_CHARS + 1], const uint8_t digest[DIGEST])
{
	for (int i = 0; i < CHECK_CHARS; i++) {
		unsigned two = (unsigned)digest[5 * i / 8] << 8 | digest[5 * i / 8 + 1];

		out[i] = ALPHABET[two >> (11 - 5 * i % 8) & 31];
	}
	out[CHECK_CHARS] = '\0';
}

/* ---- keys ---- */

/* "kentongan-key 1 id=ID public=HEX at=MS by=ID|- own=HEX sig=HEX|-" */
static int
parse_key(struct key *k, const char *line)
{
	const char *own = strstr(line, " own="), *sig = strstr(line, " sig=");
	uint8_t own_sig[SIGNATURE], id[DIGEST];
	char public[65] = "", hex[ID_CHARS + 1];
	long long at;

	memset(k, 0, sizeof(*k));
	if (own == NULL || sig == NULL ||
	    sscanf(line, "kentongan-key 1 id=%16s public=%64s at=%lld by=%16s", k->id, public, &at,
		k->by) != 4 ||
	    strlen(public) != 64 || from_hex(k->public, public, 64) != 0 ||
	    from_hex(own_sig, own + 5, 2 * SIGNATURE) != 0)
		return -1;
	digest_of(id, k->public, PUBLIC_BYTES);
	sodium_bin2hex(hex, sizeof(hex), id, ID_CHARS / 2);
	if (strcmp(hex, k->id) != 0 ||
	    crypto_sign_verify_detached(
		own_sig, (const uint8_t *)line, (size_t)(own - line), k->public) != 0)
		return -1;
	if (strcmp(k->by, "-") != 0 && from_hex(k->sig, sig + 5, 2 * SIGNATURE) != 0)
		return -1;
	k->covered = strndup(line, (size_t)(own - line));
	return k->covered != NULL ? 0 : -1;
}

static int
vouches(const struct key *elder, const struct key *k)
{
	return strcmp(k->by, elder->id) == 0 &&
	    crypto_sign_verify_detached(
		k->sig, (const uint8_t *)k->covered, strlen(k->covered), elder->public) == 0;
}

/* The line of the younger of two keys is signed by both: whoever trusts the one may trust the other. */
static void
spread_trust(struct reading *r)
{
	for (int changed = 1; changed;) {
		changed = 0;
		for (size_t i = 0; i < r->keys_n; i++)
			for (size_t j = 0; j < r->keys_n; j++)
				if (r->keys[i].trusted != r->keys[j].trusted &&
				    vouches(&r->keys[i], &r->keys[j]))
					r->keys[i].trusted = r->keys[j].trusted = changed = 1;
	}
}

static int
add_key(struct reading *r, const char *line)
{
	struct key k;

	if (parse_key(&k, line) != 0)
		return complain(r,
		    "line %ld: a public key that does not stand for itself: it was changed", r->line_n);
	k.trusted = memcmp(k.public, r->o->key, PUBLIC_BYTES) == 0;
	r->keys = realloc(r->keys, (r->keys_n + 1) * sizeof(*r->keys));
	if (r->keys == NULL)
		abort();
	r->keys[r->keys_n++] = k;
	spread_trust(r);
	return 0;
}

/* ---- heads ---- */

/* "kentongan-head 1 seq=N chain=HEX at=MS key=ID sig=HEX", and written in this way alone. */
static int
parse_head(struct head *h, const char *line, size_t len)
{
	char chain[65] = "", again[256];
	const char *sig;
	long long seq, at;

	memset(h, 0, sizeof(*h));
	if (len >= sizeof(h->line))
		return -1;
	memcpy(h->line, line, len);
	sig = strstr(h->line, " sig=");
	if (sig == NULL ||
	    sscanf(h->line, "kentongan-head 1 seq=%lld chain=%64s at=%lld key=%16s", &seq, chain, &at,
		h->key) != 4 ||
	    strlen(chain) != 64 || strlen(sig + 5) != 2 * SIGNATURE ||
	    from_hex(h->chain, chain, 64) != 0 || from_hex(h->sig, sig + 5, 2 * SIGNATURE) != 0)
		return -1;
	h->seq = seq;
	h->at_ms = at;
	h->covered = (size_t)(sig - h->line);
	snprintf(again, sizeof(again), "kentongan-head 1 seq=%lld chain=%s at=%lld key=%s", seq, chain,
	    at, h->key);
	return strlen(again) == h->covered && memcmp(again, h->line, h->covered) == 0 ? 0 : -1;
}

/* NULL when its signature is good and by a key that we may trust, else what is wrong. */
static const char *
judge_head(const struct reading *r, const struct head *h)
{
	for (size_t i = 0; i < r->keys_n; i++) {
		if (strcmp(r->keys[i].id, h->key) != 0)
			continue;
		if (!r->keys[i].trusted)
			return "is signed by a key that the one you trust does not vouch for: it is "
			       "foreign";
		return crypto_sign_verify_detached(
			   h->sig, (const uint8_t *)h->line, h->covered, r->keys[i].public) == 0
		    ? NULL
		    : "does not bear its signature: it was forged or changed";
	}
	return "is signed by a key that is not in the record: it is foreign";
}

static int
take_head(struct reading *r, const char *line)
{
	const char *wrong;
	struct head h;

	if (parse_head(&h, line, strlen(line)) != 0)
		return complain(r, "line %ld: a head in another form: it was changed", r->line_n);
	wrong = judge_head(r, &h);
	if (wrong != NULL)
		return complain(r, "head at entry %" PRId64 ": %s", h.seq, wrong);
	if (h.seq > r->seq)
		return complain(r,
		    "entry %" PRId64 ": is missing: a head signed at entry %" PRId64
		    " stands in the record, "
		    "its entries were cut off or removed",
		    r->seq + 1, h.seq);
	if (h.seq < r->seq && h.seq > 0)
		return complain(r,
		    "head at entry %" PRId64 ": stands after entry %" PRId64 ": it is out of order",
		    h.seq, r->seq);
	if (h.seq > 0 && memcmp(h.chain, r->chain, DIGEST) != 0)
		return complain(r,
		    "head at entry %" PRId64
		    ": was signed over another chain: an entry after entry %" PRId64
		    " and up to here was changed, inserted, removed or reordered",
		    h.seq, r->head_seq);
	if (h.at_ms < r->head_ms)
		return complain(r, "head at entry %" PRId64 ": is dated before the head before it", h.seq);
	if (r->at_ms > h.at_ms + SLACK_MS)
		return complain(
		    r, "head at entry %" PRId64 ": is dated before an entry that it covers", h.seq);
	r->head_seq = h.seq;
	r->head_ms = h.at_ms;
	r->heads_n++;
	return 0;
}

/* ---- heads that somebody kept ---- */

static int
by_seq(const void *a, const void *b)
{
	int64_t x = ((const struct head *)a)->seq, y = ((const struct head *)b)->seq;

	return x < y ? -1 : x > y;
}

/* Lines, JSON or Atom: a head is found by its first word, and ends where its signature does. */
static int
read_kept(struct reading *r, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t len = 0, n;

	if (f == NULL) {
		fprintf(stderr, "kentongan-verify: %s: %s\n", path, strerror(errno));
		return -1;
	}
	do {
		text = realloc(text, len + 65537);
		if (text == NULL)
			abort();
		n = fread(text + len, 1, 65536, f);
		len += n;
	} while (n > 0);
	text[len] = '\0';
	fclose(f);
	for (char *p = text; (p = strstr(p, "kentongan-head 1 ")) != NULL; p++) {
		char *sig = strstr(p, " sig=");
		struct head h;
		size_t end;

		if (sig == NULL)
			break;
		end = (size_t)(sig - p) + 5 + strspn(sig + 5, "0123456789abcdef");
		if (parse_head(&h, p, end) != 0)
			continue;
		r->kept = realloc(r->kept, (r->kept_n + 1) * sizeof(*r->kept));
		if (r->kept == NULL)
			abort();
		r->kept[r->kept_n++] = h;
	}
	free(text);
	if (r->kept_n == 0) {
		fprintf(stderr, "kentongan-verify: %s: holds no head\n", path);
		return -1;
	}
	if (r->kept_n > 1)
		qsort(r->kept, r->kept_n, sizeof(*r->kept), by_seq);
	return 0;
}

/* Once the keys are read: a head that nobody of ours signed accuses nobody. */
static int
judge_kept(struct reading *r)
{
	for (size_t i = 0; i < r->kept_n; i++) {
		const char *wrong = judge_head(r, &r->kept[i]);

		if (wrong != NULL)
			return complain(r, "the head that you kept of entry %" PRId64 ": %s",
			    r->kept[i].seq, wrong);
	}
	return 0;
}

static int
meet_kept(struct reading *r)
{
	for (; r->kept_at < r->kept_n && r->kept[r->kept_at].seq <= r->seq; r->kept_at++)
		if (r->kept[r->kept_at].seq == r->seq &&
		    memcmp(r->kept[r->kept_at].chain, r->chain, DIGEST) != 0)
			return complain(r,
			    "entry %" PRId64
			    ": the record up to here is not the one of the head that you kept: "
			    "it was made anew",
			    r->seq);
	return 0;
}

/* ---- entries ---- */

static struct known_case *
case_of(struct reading *r, const char *code)
{
	size_t at;

	if (2 * (r->cases_n + 1) > r->cases_cap) {
		struct known_case *old = r->cases;
		size_t cap = r->cases_cap;

		r->cases_cap = cap ? 2 * cap : 1024;
		r->cases = calloc(r->cases_cap, sizeof(*r->cases));
		if (r->cases == NULL)
			abort();
		r->cases_n = 0;
		for (size_t i = 0; i < cap; i++)
			if (old[i].code[0] != '\0')
				*case_of(r, old[i].code) = old[i];
		free(old);
	}
	at = 5381;
	for (const char *p = code; *p != '\0'; p++)
		at = at * 33 ^ (unsigned char)*p;
	for (at %= r->cases_cap; r->cases[at].code[0] != '\0'; at = (at + 1) % r->cases_cap)
		if (strcmp(r->cases[at].code, code) == 0)
			return &r->cases[at];
	snprintf(r->cases[at].code, sizeof(r->cases[at].code), "%s", code);
	r->cases_n++;
	return &r->cases[at];
}

static int
is_withheld(const struct reading *r, const uint8_t digest[DIGEST])
{
	for (size_t i = r->withheld_n; i-- > 0;)
		if (memcmp(r->withheld[i], digest, DIGEST) == 0)
			return 1;
	return 0;
}

static void
meet_receipt(struct reading *r, const char *code, int64_t seq, const uint8_t digest[DIGEST])
{
	char check[CHECK_CHARS + 1];

	if (r->o->receipts_n == 0)
		return;
	check_code(check, digest);
	for (int i = 0; i < r->o->receipts_n; i++) {
		struct receipt *p = &r->o->receipts[i];

		if (code == NULL && strcmp(p->check, check) == 0)
			p->withheld_seq = seq;
		if (code != NULL && strcmp(p->code, code) == 0 && p->seq == 0) {
			p->seq = seq;
			p->agrees = strcmp(p->check, check) == 0;
		}
	}
}

static int
judge_case(struct reading *r, const json_t *doc, int64_t seq, const uint8_t digest[DIGEST])
{
	const char *code = json_string_value(json_object_get(doc, "code"));
	const char *prev = json_string_value(json_object_get(doc, "prev"));
	int64_t version = json_integer_value(json_object_get(doc, "v"));
	uint8_t before[DIGEST] = { 0 };
	struct known_case *c;

	if (code == NULL)
		return 0;
	if (strlen(code) != RECEIPT_CHARS || (prev != NULL && (strlen(prev) != 2 * DIGEST ||
	    from_hex(before, prev, 2 * DIGEST) != 0)))
		return complain(r, "entry %" PRId64 ": is no entry of a case in the known form", seq);
	c = case_of(r, code);
	if (memcmp(before, c->last, DIGEST) != 0) {
		/* What it follows may be an entry that is withheld: then the chain alone vouches for the order. */
		if (prev == NULL || !is_withheld(r, before))
			return complain(r,
			    "entry %" PRId64
			    ": does not follow the entry before it of case %s: one was removed, "
			    "inserted or reordered",
			    seq, code);
	} else if (version != c->version + 1) {
		return complain(r,
		    "entry %" PRId64 ": is version %" PRId64 " of case %s after version %" PRId64, seq,
		    version, code, c->version);
	}
	if (prev == NULL)
		meet_receipt(r, code, seq, digest);
	c->version = version;
	memcpy(c->last, digest, DIGEST);
	return 0;
}

static int
judge_time(struct reading *r, const json_t *doc, int64_t seq)
{
	int64_t at = json_integer_value(json_object_get(doc, "at"));

	if (at < r->at_ms - SLACK_MS)
		return complain(r,
		    "entry %" PRId64 ": is dated %" PRId64
		    " s before an entry before it: it was back-dated",
		    seq, (r->at_ms - at) / 1000);
	if (at < r->head_ms - SLACK_MS)
		return complain(r,
		    "entry %" PRId64 ": is dated %" PRId64
		    " s before the head that was signed at entry %" PRId64
		    " before it: it was back-dated",
		    seq, (r->head_ms - at) / 1000, r->head_seq);
	if (at > r->at_ms)
		r->at_ms = at;
	return 0;
}

/* A round of the archive names the chain that left the store. */
static int
judge_round(struct reading *r, const json_t *doc, int64_t seq)
{
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *detail = json_string_value(json_object_get(doc, "detail"));
	long long first, last;

	if (what == NULL || strcmp(what, "arsip") != 0)
		return 0;
	if (detail == NULL || sscanf(detail, "first=%lld last=%lld", &first, &last) != 2 ||
	    first > last || last >= seq)
		return complain(
		    r, "entry %" PRId64 ": is no record of an archiving in the known form", seq);
	return 0;
}

static int
take_words(struct reading *r, const json_t *words, int64_t seq, const uint8_t said[DIGEST])
{
	const char *entry = json_string_value(words);
	size_t len = json_string_length(words);
	uint8_t digest[DIGEST];
	json_t *doc;
	int rc;

	digest_of(digest, entry, len);
	if (memcmp(digest, said, DIGEST) != 0)
		return complain(
		    r, "entry %" PRId64 ": its bytes do not have its digest: it was changed", seq);
	doc = json_loadb(entry, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(doc) || !json_is_integer(json_object_get(doc, "at"))) {
		json_decref(doc);
		return complain(r, "entry %" PRId64 ": is no entry in the known form", seq);
	}
	rc = judge_time(r, doc, seq) != 0 || judge_case(r, doc, seq, digest) != 0 ||
		judge_round(r, doc, seq) != 0
	    ? -1
	    : 0;
	json_decref(doc);
	return rc;
}

static int
take_entry(struct reading *r, const json_t *line)
{
	int64_t seq = json_integer_value(json_object_get(line, "seq"));
	const char *hex = json_string_value(json_object_get(line, "h"));
	const json_t *words = json_object_get(line, "e");
	uint8_t said[DIGEST];

	if (r->seq == 0 && judge_kept(r) != 0)
		return -1;
	if (hex == NULL || strlen(hex) != 2 * DIGEST || from_hex(said, hex, 2 * DIGEST) != 0)
		return complain(r, "line %ld: an entry without a digest in the known form", r->line_n);
	if (seq <= r->seq)
		return complain(r,
		    "entry %" PRId64 ": stands after entry %" PRId64 ": it was inserted or reordered",
		    seq, r->seq);
	if (seq != r->seq + 1)
		return complain(r,
		    "entry %" PRId64 ": is missing: entry %" PRId64 " follows entry %" PRId64,
		    r->seq + 1, seq, r->seq);
	if (words == NULL) {
		r->withheld = realloc(r->withheld, (r->withheld_n + 1) * sizeof(*r->withheld));
		if (r->withheld == NULL)
			abort();
		memcpy(r->withheld[r->withheld_n++], said, DIGEST);
		meet_receipt(r, NULL, seq, said);
	} else if (take_words(r, words, seq, said) != 0) {
		return -1;
	}
	fold(r->chain, seq, said);
	r->seq = seq;
	return meet_kept(r);
}

/* ---- the rest ---- */

static int
take_seam(struct reading *r, const json_t *line)
{
	int64_t seq = json_integer_value(json_object_get(line, "seam"));
	const char *hex = json_string_value(json_object_get(line, "chain"));
	uint8_t chain[DIGEST];

	if (hex == NULL || strlen(hex) != 2 * DIGEST || from_hex(chain, hex, 2 * DIGEST) != 0 ||
	    seq != r->seq)
		return complain(r, "line %ld: a seam that does not stand after its entry", r->line_n);
	if (memcmp(chain, r->chain, DIGEST) != 0)
		return complain(r,
		    "entry %" PRId64
		    ": the archive up to here is not the one that left the store: an entry at or "
		    "before it was changed",
		    seq);
	return 0;
}

static int
take_end(struct reading *r, const json_t *line)
{
	int64_t seq = json_integer_value(json_object_get(line, "end"));
	const char *hex = json_string_value(json_object_get(line, "chain"));
	uint8_t chain[DIGEST];

	r->ended = 1;
	if (seq > r->seq)
		return complain(r,
		    "entry %" PRId64 ": is missing: the record was to end with entry %" PRId64
		    ", its tail was cut",
		    r->seq + 1, seq);
	if (hex == NULL || from_hex(chain, hex, 2 * DIGEST) != 0 || seq != r->seq ||
	    memcmp(chain, r->chain, DIGEST) != 0)
		return complain(
		    r, "entry %" PRId64 ": the record does not end here, or was changed before", seq);
	return 0;
}

static int
take_begin(struct reading *r, const json_t *line)
{
	if (json_integer_value(json_object_get(line, "format")) != 1)
		return complain(r, "line %ld: a record of format 1 is known, and no other", r->line_n);
	r->began = 1;
	return 0;
}

static int
take_line(struct reading *r, const char *text, size_t len)
{
	json_t *line = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	int rc;

	if (!json_is_object(line) || r->ended)
		rc = complain(r, "line %ld: %s", r->line_n, r->ended ? "something stands after the end" :
		    "is no JSON object: it was changed or cut");
	else if (!r->began && json_object_get(line, "record") == NULL)
		rc = complain(r, "line %ld: is not the beginning of a record", r->line_n);
	else if (json_object_get(line, "record") != NULL)
		rc = r->began ? complain(r, "line %ld: begins a second time", r->line_n)
			      : take_begin(r, line);
	else if (json_is_string(json_object_get(line, "key")))
		rc = add_key(r, json_string_value(json_object_get(line, "key")));
	else if (json_is_string(json_object_get(line, "head")))
		rc = take_head(r, json_string_value(json_object_get(line, "head")));
	else if (json_is_integer(json_object_get(line, "seq")))
		rc = take_entry(r, line);
	else if (json_is_integer(json_object_get(line, "seam")))
		rc = take_seam(r, line);
	else if (json_is_integer(json_object_get(line, "end")))
		rc = take_end(r, line);
	else
		rc = complain(r, "line %ld: is nothing that a record knows", r->line_n);
	json_decref(line);
	return rc;
}

static void
judge_end(struct reading *r)
{
	if (!r->ended)
		complain(r, "entry %" PRId64 ": is missing: the record has no end, its tail was cut",
		    r->seq + 1);
	else if (r->heads_n == 0)
		complain(r, "no head is in the record: nothing in it is signed");
	else if (r->head_seq < r->seq)
		complain(r,
		    "entry %" PRId64 ": no signed head covers it: it was added to the record, or the "
				     "last head was removed",
		    r->head_seq + 1);
	if (!r->bad && r->kept_at < r->kept_n)
		complain(r,
		    "entry %" PRId64 ": is missing: you kept a head that was signed at entry %" PRId64
		    ": the tail was cut, or an older copy was restored",
		    r->seq + 1, r->kept[r->kept_n - 1].seq);
}

static void
judge_receipts(struct reading *r)
{
	for (int i = 0; i < r->o->receipts_n; i++) {
		const struct receipt *p = &r->o->receipts[i];

		if (p->seq != 0 && p->agrees)
			fprintf(r->out, "receipt %s: its check code is that of entry %" PRId64 "\n",
			    p->code, p->seq);
		else if (p->seq != 0)
			complain(r,
			    "entry %" PRId64 ": opens case %s and does not have the check code of the "
					     "receipt: it was made anew",
			    p->seq, p->code);
		else if (p->withheld_seq != 0)
			fprintf(r->out,
			    "receipt %s: its check code is that of entry %" PRId64
			    ", whose words are withheld\n",
			    p->code, p->withheld_seq);
		else
			complain(r,
			    "receipt %s: no entry of the record opens this case: it was removed, or "
			    "the record is older",
			    p->code);
	}
}

int
record_verify(struct options *o, FILE *out)
{
	struct reading r = { .o = o, .out = out };
	FILE *f = strcmp(o->path, "-") == 0 ? stdin : fopen(o->path, "r");
	char *text = NULL;
	size_t cap = 0;
	ssize_t len = 0;
	int unreadable = 0;

	if (f == NULL) {
		fprintf(stderr, "kentongan-verify: %s: %s\n", o->path, strerror(errno));
		return 2;
	}
	if (o->heads != NULL && read_kept(&r, o->heads) != 0)
		unreadable = 1;
	while (!unreadable && !r.bad && (len = getline(&text, &cap, f)) > 0) {
		r.line_n++;
		take_line(&r, text, (size_t)len);
	}
	if (ferror(f)) {
		fprintf(stderr, "kentongan-verify: %s: %s\n", o->path, strerror(errno));
		unreadable = 1;
	}
	if (!unreadable && r.line_n == 0) {
		fprintf(stderr, "kentongan-verify: %s: is empty\n", o->path);
		unreadable = 1;
	}
	if (!unreadable && !r.bad)
		judge_end(&r);
	if (!unreadable && !r.bad)
		judge_receipts(&r);
	if (!unreadable)
		fprintf(out, "%s: %" PRId64 " entries, %zu withheld, %zu cases, %d heads\n",
		    r.bad ? "NOT CLEAN" : "clean", r.seq, r.withheld_n, r.cases_n, r.heads_n);
	for (size_t i = 0; i < r.keys_n; i++)
		free(r.keys[i].covered);
	free(r.keys);
	free(r.cases);
	free(r.withheld);
	free(r.kept);
	free(text);
	if (f != stdin)
		fclose(f);
	return unreadable ? 2 : r.bad;
}
