#ifndef KENTONGAN_LINEAR_H
#define KENTONGAN_LINEAR_H
/*
 * The linear model of conf/model.bin: one row of small weights for each hashed feature, one column
 * for each category and a last one for danger.  It knows neither words nor what a feature is
 * (router/features.h does).
 *
 * File, little endian:
 *   8   "KTGMODEL"                     4   format, 3 (1 had no danger, 2 seven voices of it)
 *   4   hash bits, 8 to 20             4   classes n, 2 to LINEAR_CLASSES
 *   32  digest of the training rows    24  calibration, LINEAR_VOICES floats
 *   32  calibration of danger: LINEAR_DANGER_VOICES floats
 *   n * 32  codes, each ended by NULs
 *   (n + 1) * 4  scales, floats        (n + 1) * 4  biases, floats
 *   (n + 1) * 2^bits  weights, one byte each, by feature
 *   8   FNV-1a of all before
 *
 * Ownership  the caller frees a model; immutable once parsed, any thread may read it.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/catalogue.h"
#include "lib/buf.h"

#define LINEAR_FORMAT 3
#define LINEAR_COLUMNS 48	/* a row in memory is always so wide: the adding loop is unrolled */
#define LINEAR_CLASSES (LINEAR_COLUMNS - 1)	/* the last column is danger's */
#define LINEAR_DIGEST_BYTES 32
#define LINEAR_NAME_CHARS 9

#define LINEAR_VOICES 6
#define LINEAR_DANGER_VOICES 8
/* How much each voice counts when rules and model are heard together: router/category.h names them. */
struct linear_calibration {
	float weight[LINEAR_VOICES];
	/* the same for danger (router/urgency.h); all 0: it was not taught */
	float danger[LINEAR_DANGER_VOICES];
};

struct linear_parts {
	unsigned hash_bits;
	size_t classes;
	char codes[LINEAR_CLASSES][CATEGORY_CHARS];
	uint8_t digest[LINEAR_DIGEST_BYTES];
	struct linear_calibration calibration;
	float scales[LINEAR_COLUMNS], biases[LINEAR_COLUMNS];	/* danger's behind the classes' */
	const int8_t *weights;		/* classes + 1 of each feature, feature by feature */
};
struct linear;

/* NULL with "file: what; remedy" in errors for bytes that are cut, changed or no model. */
struct linear *linear_parse(const char *file, const void *bytes, size_t len, struct buf *errors);
void linear_free(struct linear *m);
void linear_write(struct buf *out, const struct linear_parts *p);

/* Eight hex digits of the file's own check: two models are equal if their names are. */
const char *linear_name(const struct linear *m);
size_t linear_classes(const struct linear *m);
const char *linear_class(const struct linear *m, size_t i);
const struct linear_calibration *linear_calibration(const struct linear *m);
size_t linear_memory(const struct linear *m);

/* The row of a feature: its upper bits, for the lower ones of a short word's hash are poor. */
static inline uint32_t
linear_row(uint32_t hash, unsigned hash_bits)
{
	return hash * 2654435769u >> (32 - hash_bits);
}

/* Words weigh more than pieces of words, and a long report counts no more than a short one. */
#define LINEAR_WORD_WEIGHT 2
/*
 * Hashes of words and of pieces; out: one score for each class, as many as linear_classes(), and
 * danger's behind them.
 */
void linear_score(const struct linear *m, const uint32_t *words, size_t words_n,
    const uint32_t *pieces, size_t pieces_n, float *out);
/* Its two halves, for who keeps sums: adds features to LINEAR_COLUMNS sums; sums to scores. */
void linear_add(const struct linear *m, const uint32_t *features, size_t n, int weight, int32_t *sums);
void linear_finish(const struct linear *m, const int32_t *sums, size_t words_n, size_t pieces_n, float *out);
/* 1 if the model was taught what danger is. */
int linear_knows_danger(const struct linear *m);
#endif
