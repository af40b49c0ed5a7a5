#ifndef KENTONGAN_TRAIN_H
#define KENTONGAN_TRAIN_H
/*
 * From labelled texts to the bytes of model.bin, by liblinear: for each category one separating
 * plane against all others (squared hinge loss; it was a little better on texts held back than the
 * logistic one, and the shares are calibrated afterwards anyway).  One more plane parts what is an
 * emergency from what is none.  The same rows in the same order give the same bytes: nothing here
 * depends on time, threads or addresses.
 */
#include "core/linear.h"
#include "core/policy.h"
#include "model/rows.h"
#include "model/vary.h"
#include "model/weigh.h"

struct training {
	const struct catalogue *catalogue;
	const struct variations *variations;	/* NULL: rows are taught as they are written */
	unsigned hash_bits;
	int folds;		/* of the cross-validation that calibrates; 2 or more */
	double cost;		/* liblinear's C */
	double danger_cost;	/* the same for danger, whose rows contradict each other more */
	int own_weight;		/* a row of the repository counts as so many of an operator */
};
#define TRAINING_DEFAULTS { .hash_bits = 16, .folds = 5, .cost = 1, .danger_cost = 0.4, \
    .own_weight = 4 }

/*
 * out: the file.  samples: what the folds held back, each judged by a model that had not seen it;
 * freed with samples_free().  0, or -1 with the reason in errors.
 */
int train_model(const struct training *t, const struct rows *rows, struct buf *out,
    struct samples *samples, struct buf *errors);
#endif
