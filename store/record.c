#include "store/record.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "core/code.h"
#include "lib/escape.h"
#include "store/chain.h"
#include "store/logbook.h"

#define FORMAT 1
#define STEP 1000
#define SEAL_TRIES 20

struct codes { struct code *list; size_t n, cap; };
struct heads { char **list; size_t n, cap; };

struct writing {
	struct store *st;
	FILE *out;
	struct chain c;			/* as far as it is written */
	struct seam seam;
	int64_t last;			/* seq of the head that ends the record */
	struct codes sealed;
	struct heads heads; size_t head_at;
	struct signers signers;
	struct record_counts *counts;
	int broken;
};

/* ---- what is withheld ---- */

static int
by_code(const void *a, const void *b)
{
	return strcmp(((const struct code *)a)->s, ((const struct code *)b)->s);
}

static int
find_sealed(const struct log_line *line, void *arg)
{
	struct codes *c = arg;
	json_t *doc;

	/* Few entries are: the rest is not worth parsing. */
	if (line->seq < 0 || memmem(line->entry, line->len, "\"sealed\":1", 10) == NULL)
		return 0;
	doc = json_loadb(line->entry, line->len, 0, NULL);
	if (json_string_value(json_object_get(doc, "code")) != NULL) {
		if (c->n == c->cap) {
			c->cap = c->cap ? 2 * c->cap : 64;
			c->list = xrealloc(c->list, c->cap * sizeof(*c->list));
		}
		snprintf(c->list[c->n++].s, sizeof(c->list[0].s), "%s",
		    json_string_value(json_object_get(doc, "code")));
	}
	json_decref(doc);
	return 0;
}

/* Also one of another case that names it, a message of it, an answer about it. */
static int
names_sealed(const struct codes *c, const char *entry, size_t len)
{
	for (size_t i = 0, n; c->n > 0 && i < len; i += n + 1) {
		struct code word;

		for (n = 0; i + n < len && isalnum((unsigned char)entry[i + n]); n++)
			continue;
		if (n != CODE_CHARS)
			continue;
		memcpy(word.s, entry + i, n);
		word.s[n] = '\0';
		if (bsearch(&word, c->list, c->n, sizeof(word), by_code) != NULL)
			return 1;
	}
	return 0;
}

/* ---- lines ---- */

static void
write_heads(struct writing *w)
{
	for (; w->head_at < w->heads.n; w->head_at++) {
		uint8_t sig[SIGN_BYTES];
		struct head h;
		size_t covered;

		if (head_parse(&h, w->heads.list[w->head_at], sig, &covered) == 0 && h.seq > w->c.seq)
			return;
		fprintf(w->out, "{\"head\":\"%s\"}\n", w->heads.list[w->head_at]);
		w->counts->heads++;
	}
}

static int
write_line(const struct log_line *line, void *arg)
{
	struct writing *w = arg;
	struct buf b = { 0 };

	if (line->seq > w->last)
		return 1;
	w->broken = line->seq != w->c.seq + 1 || line->digest_len != DIGEST_BYTES;
	if (w->broken)
		return 1;
	buf_addf(&b, "{\"seq\":%" PRId64 ",\"h\":\"", line->seq);
	buf_add_hex(&b, line->digest, DIGEST_BYTES);
	buf_addc(&b, '"');
	if (names_sealed(&w->sealed, line->entry, line->len)) {
		w->counts->withheld++;
	} else {
		buf_adds(&b, ",\"e\":");
		buf_add_json(&b, line->entry, line->len);
	}
	buf_adds(&b, "}\n");
	fwrite(b.data, 1, b.len, w->out);
	buf_release(&b);
	w->counts->entries++;
	chain_fold(&w->c, line->seq, line->digest);
	if (line->seq == w->seam.c.seq) {
		char hex[65];

		log_hex(hex, w->seam.c.digest);
		fprintf(w->out, "{\"seam\":%" PRId64 ",\"chain\":\"%s\"}\n", w->seam.c.seq, hex);
	}
	write_heads(w);
	return 0;
}

static void
take_head(const char *line, void *arg)
{
	struct heads *h = arg;

	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->list = xrealloc(h->list, h->cap * sizeof(*h->list));
	}
	h->list[h->n++] = xstrdup(line);
}

/* The house writes on meanwhile: the record ends where a head of its own does. */
static int
sign_end(struct writing *w, const uint8_t seed[32])
{
	int publish = 1;

	if (signers_register(w->st, seed, store_now_ms(w->st)) != 0)
		return -1;
	for (int i = 0; publish && i < SEAL_TRIES; i++)
		while (logbook_seal(w->st, STEP, &publish, seed, store_now_ms(w->st)) == STEP)
			continue;
	if (publish && store_error(w->st)[0] == '\0') {
		buf_reset(&w->st->why);
		buf_adds(&w->st->why,
		    "no head could be signed at the end of the log; run 'kentongan audit verify'");
	}
	return publish ? -1 : 0;
}

static int
prepare(struct writing *w)
{
	struct buf errors = { 0 };
	uint8_t public[32], sig[SIGN_BYTES];
	struct seal_key k;
	struct head last;
	size_t covered;
	int64_t at = 0;
	int n;

	if (secret_key(w->st->dir, "sign", &k, &errors) != 0) {
		buf_reset(&w->st->why);
		buf_add(&w->st->why, errors.data, errors.len);
		buf_release(&errors);
		return -1;
	}
	sign_public(public, k.bytes);
	if (sign_end(w, k.bytes) != 0 || signers_read(w->st, public, &w->signers) != 0 ||
	    logbook_heads(w->st, take_head, &w->heads) <= 0 ||
	    head_parse(&last, w->heads.list[w->heads.n - 1], sig, &covered) != 0 ||
	    seam_read(w->st, &w->seam) != 0)
		return -1;
	w->last = last.seq;
	while ((n = logbook_read(w->st, at, STEP, find_sealed, &w->sealed)) > 0)
		at += n;
	if (w->sealed.n > 1)
		qsort(w->sealed.list, w->sealed.n, sizeof(*w->sealed.list), by_code);
	return n < 0 ? -1 : 0;
}

static int
write_all(struct writing *w)
{
	char hex[65];

	fprintf(w->out,
	    "{\"record\":\"kentongan\",\"format\":%d,\"regency\":\"%s\",\"at\":%" PRId64 "}\n", FORMAT,
	    w->st->set->regency, store_now_ms(w->st));
	for (size_t i = 0; i < w->signers.n; i++)
		fprintf(w->out, "{\"key\":\"%s\"}\n", buf_str(&w->signers.list[i].line));
	while (w->c.seq < w->last && !w->broken) {
		int n = logbook_read(w->st, w->c.seq, STEP, write_line, w);

		if (n < 0)
			return -1;
		w->broken |= n == 0;
	}
	if (w->broken) {
		buf_reset(&w->st->why);
		buf_addf(&w->st->why,
		    "entry %" PRId64 " is missing or foreign; run 'kentongan audit verify'",
		    w->c.seq + 1);
		return -1;
	}
	log_hex(hex, w->c.digest);
	fprintf(w->out, "{\"end\":%" PRId64 ",\"chain\":\"%s\"}\n", w->c.seq, hex);
	if (fflush(w->out) != 0 || ferror(w->out)) {
		buf_reset(&w->st->why);
		buf_addf(&w->st->why, "the file cannot be written: %s", strerror(errno));
		return -1;
	}
	return 0;
}

int
record_write(struct store *st, FILE *out, struct record_counts *counts)
{
	struct writing w = { .st = st, .out = out, .counts = counts };
	int rc;

	memset(counts, 0, sizeof(*counts));
	buf_reset(&st->why);
	rc = prepare(&w) == 0 ? write_all(&w) : -1;
	for (size_t i = 0; i < w.heads.n; i++)
		free(w.heads.list[i]);
	free(w.heads.list);
	free(w.sealed.list);
	signers_release(&w.signers);
	return rc;
}
