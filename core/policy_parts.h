#ifndef KENTONGAN_POLICY_PARTS_H
#define KENTONGAN_POLICY_PARTS_H
/*
 * What policy_parse() is made of; nobody else includes this.  Each returns its number of mistakes,
 * one line for each in errors.
 */
#include "core/policy.h"

/* Fills clocks, ladders and the settings of lain from sla.yaml; catalogue and units may be NULL. */
int policy_read_sla(struct policy *p, const struct conf_file *file, struct buf *errors);

/* What only shows when all files are seen together; everything is parsed and non-NULL. */
int policy_cross_check(const struct policy *p, const struct conf_set *files, struct buf *errors);

/*
 * The tier of a unit word of the catalogue (desa, damkar, O-DLH): 0, or -1 if it is neither a word
 * nor a unit.
 */
int policy_tier_of_word(const struct policy *p, const char *word, enum unit_tier *out);
#endif
