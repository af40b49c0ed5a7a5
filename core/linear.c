#include "core/linear.h"
#include "lib/hash.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_BYTES 8
#define HEAD_BYTES (8 + 3 * 4 + LINEAR_DIGEST_BYTES + \
    (LINEAR_VOICES + LINEAR_DANGER_VOICES) * 4)
#define CHUNK 256	/* so many bytes add up in 16 bits without overflow */
#define AHEAD 8		/* rows lie anywhere in 3 MiB: so many are asked for before they are added */

static const char magic[8] = { 'K', 'T', 'G', 'M', 'O', 'D', 'E', 'L' };

struct linear {
	unsigned hash_bits;
	size_t classes;
	char codes[LINEAR_CLASSES][CATEGORY_CHARS];
	float scales[LINEAR_COLUMNS], biases[LINEAR_COLUMNS];
	struct linear_calibration calibration;
	char name[LINEAR_NAME_CHARS];
	int8_t (*rows)[LINEAR_COLUMNS];
};

/* ---- writing ---- */

static void
add_u32(struct buf *b, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		buf_addc(b, (char)(v >> 8 * i & 0xff));
}

static void
add_float(struct buf *b, float f)
{
	uint32_t v;

	memcpy(&v, &f, sizeof(v));
	add_u32(b, v);
}

static void
add_floats(struct buf *b, const float *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add_float(b, f[i]);
}

void
linear_write(struct buf *out, const struct linear_parts *p)
{
	size_t from = out->len;
	uint64_t check;

	buf_add(out, magic, sizeof(magic));
	add_u32(out, LINEAR_FORMAT);
	add_u32(out, p->hash_bits);
	add_u32(out, (uint32_t)p->classes);
	buf_add(out, p->digest, sizeof(p->digest));
	add_floats(out, p->calibration.weight, LINEAR_VOICES);
	add_floats(out, p->calibration.danger, LINEAR_DANGER_VOICES);
	for (size_t i = 0; i < p->classes; i++) {
		char code[CATEGORY_CHARS] = { 0 };

		memcpy(code, p->codes[i], strnlen(p->codes[i], sizeof(code) - 1));
		buf_add(out, code, sizeof(code));
	}
	add_floats(out, p->scales, p->classes + 1);
	add_floats(out, p->biases, p->classes + 1);
	buf_add(out, p->weights, (p->classes + 1) << p->hash_bits);
	check = hash_bytes(HASH_NOTHING, (const uint8_t *)out->data + from, out->len - from);
	add_u32(out, (uint32_t)check);
	add_u32(out, (uint32_t)(check >> 32));
}

/* ---- reading ---- */

struct reader { const uint8_t *at; };

static uint32_t
take_u32(struct reader *r)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v |= (uint32_t)r->at[i] << 8 * i;
	r->at += 4;
	return v;
}

/* NaN and infinity from a hand-made file would spread to every score. */
static int
take_floats(struct reader *r, float *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t v = take_u32(r);

		memcpy(&out[i], &v, sizeof(v));
		if (!isfinite(out[i]) || fabsf(out[i]) > 1e6f)
			return -1;
	}
	return 0;
}

static int
take_code(struct reader *r, char *out)
{
	memcpy(out, r->at, CATEGORY_CHARS);
	r->at += CATEGORY_CHARS;
	if (out[0] == '\0' || memchr(out, '\0', CATEGORY_CHARS) == NULL)
		return -1;
	for (const char *c = out; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-'))
			return -1;
	return 0;
}

static void
refuse(struct buf *errors, const char *file, size_t at, const char *what)
{
	buf_addf(errors, "%s: byte %zu: %s; copy the file from the release again, or rebuild it "
	    "with 'make model'\n", file, at, what);
}

static int
take_head(struct linear *m, struct reader *r, const char *file, const uint8_t *p, size_t len,
    struct buf *errors)
{
	uint32_t format, bits, classes;
	size_t need;

	r->at = p + sizeof(magic);
	format = take_u32(r);
	bits = take_u32(r);
	classes = take_u32(r);
	if (format != LINEAR_FORMAT) {
		refuse(errors, file, 8, "a format that this program does not read");
		return -1;
	}
	if (bits < 8 || bits > 20 || classes < 2 || classes > LINEAR_CLASSES) {
		refuse(errors, file, 12, "no sensible size");
		return -1;
	}
	need = HEAD_BYTES + (size_t)classes * CATEGORY_CHARS + 8 * (classes + (size_t)1) +
	    ((classes + (size_t)1) << bits) + CHECK_BYTES;
	if (len != need) {
		buf_addf(errors, "%s: byte %zu: it ends, and by its head it should have %zu bytes; "
		    "copy the file from the release again, or rebuild it with 'make model'\n",
		    file, len, need);
		return -1;
	}
	m->hash_bits = bits;
	m->classes = classes;
	r->at += LINEAR_DIGEST_BYTES;
	if (take_floats(r, m->calibration.weight, LINEAR_VOICES) != 0 ||
	    take_floats(r, m->calibration.danger, LINEAR_DANGER_VOICES) != 0) {
		refuse(errors, file, (size_t)(r->at - p), "a calibration that is no number");
		return -1;
	}
	return 0;
}

static int
take_body(struct linear *m, struct reader *r, const char *file, const uint8_t *p,
    struct buf *errors)
{
	for (size_t i = 0; i < m->classes; i++) {
		if (take_code(r, m->codes[i]) == 0)
			continue;
		refuse(errors, file, (size_t)(r->at - p), "a category's code with strange letters");
		return -1;
	}
	if (take_floats(r, m->scales, m->classes + 1) != 0 ||
	    take_floats(r, m->biases, m->classes + 1) != 0) {
		refuse(errors, file, (size_t)(r->at - p), "a weight that is no number");
		return -1;
	}
	m->rows = xcalloc((size_t)1 << m->hash_bits, sizeof(*m->rows));
	for (size_t i = 0; i < (size_t)1 << m->hash_bits; i++, r->at += m->classes + 1)
		memcpy(m->rows[i], r->at, m->classes + 1);
	return 0;
}

struct linear *
linear_parse(const char *file, const void *bytes, size_t len, struct buf *errors)
{
	const uint8_t *p = bytes;
	struct reader r = { p }, end;
	struct linear *m;
	uint64_t check;

	if (len < HEAD_BYTES + CHECK_BYTES || memcmp(p, magic, sizeof(magic)) != 0) {
		refuse(errors, file, 0, "this is no model of Kentongan");
		return NULL;
	}
	m = xcalloc(1, sizeof(*m));
	if (take_head(m, &r, file, p, len, errors) != 0)
		goto refuse;
	end.at = p + len - CHECK_BYTES;
	check = hash_bytes(HASH_NOTHING, p, len - CHECK_BYTES);
	if (take_u32(&end) != (uint32_t)check || take_u32(&end) != (uint32_t)(check >> 32)) {
		refuse(errors, file, len - CHECK_BYTES,
		    "its bytes are not those that were written");
		goto refuse;
	}
	if (take_body(m, &r, file, p, errors) != 0)
		goto refuse;
	snprintf(m->name, sizeof(m->name), "%08x", (unsigned)(check >> 32));
	return m;
refuse:
	linear_free(m);
	return NULL;
}

void
linear_free(struct linear *m)
{
	if (m == NULL)
		return;
	free(m->rows);
	free(m);
}

/* ---- asking ---- */

const char *
linear_name(const struct linear *m)
{
	return m->name;
}

size_t
linear_classes(const struct linear *m)
{
	return m->classes;
}

const char *
linear_class(const struct linear *m, size_t i)
{
	return m->codes[i];
}

const struct linear_calibration *
linear_calibration(const struct linear *m)
{
	return &m->calibration;
}

size_t
linear_memory(const struct linear *m)
{
	return sizeof(*m) + (sizeof(*m->rows) << m->hash_bits);
}

void
linear_add(const struct linear *m, const uint32_t *features, size_t n, int weight, int32_t *sums)
{
	for (size_t i = 0; i < n;) {
		size_t end = n - i > CHUNK ? i + CHUNK : n;
		int16_t part[LINEAR_COLUMNS] = { 0 };

		for (size_t k = i; k < end && k < i + AHEAD; k++)
			__builtin_prefetch(m->rows[linear_row(features[k], m->hash_bits)]);
		for (; i < end; i++) {
			const int8_t *row = m->rows[linear_row(features[i], m->hash_bits)];

			if (i + AHEAD < n)
				__builtin_prefetch(m->rows[linear_row(features[i + AHEAD], m->hash_bits)]);

			for (size_t k = 0; k < LINEAR_COLUMNS; k++)
				part[k] = (int16_t)(part[k] + row[k]);
		}
		for (size_t k = 0; k < LINEAR_COLUMNS; k++)
			sums[k] += weight * part[k];
	}
}

void
linear_finish(const struct linear *m, const int32_t *sums, size_t words_n, size_t pieces_n, float *out)
{
	float norm = sqrtf((float)(LINEAR_WORD_WEIGHT * LINEAR_WORD_WEIGHT * words_n + pieces_n + 1));

	for (size_t k = 0; k <= m->classes; k++)
		out[k] = (float)sums[k] * m->scales[k] / norm + m->biases[k];
}

void
linear_score(const struct linear *m, const uint32_t *words, size_t words_n, const uint32_t *pieces,
    size_t pieces_n, float *out)
{
	int32_t sums[LINEAR_COLUMNS] = { 0 };

	linear_add(m, words, words_n, LINEAR_WORD_WEIGHT, sums);
	linear_add(m, pieces, pieces_n, 1, sums);
	linear_finish(m, sums, words_n, pieces_n, out);
}

int
linear_knows_danger(const struct linear *m)
{
	for (int v = 0; v < LINEAR_DANGER_VOICES; v++)
		if (m->calibration.danger[v] != 0)
			return 1;
	return 0;
}
