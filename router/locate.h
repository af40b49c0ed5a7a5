#ifndef KENTONGAN_LOCATE_H
#define KENTONGAN_LOCATE_H
/*
 * Where: names, other spellings, hamlets and landmarks of the gazetteer, as written or one typing
 * error away, weighed by the words beside them ("desa", "kec", "di", "nang") and by each other: a
 * desa beside its own kecamatan is believed.
 *
 * Never a guess  two places of one name without anything that tells them apart: no place, both are
 *            rivals.  A kecamatan and its desa of the same name: the kecamatan, the desa is a
 *            rival.  A name that is a common word counts only where a word or another place
 *            says so.
 * Lists of kategori.yaml: tanda_desa, tanda_kecamatan, tanda_dusun, tanda_tempat, nama_umum.
 */
#include "core/catalogue.h"
#include "core/place.h"
#include "core/understanding.h"
#include "router/category.h"
#include "router/match.h"

struct location {
	const struct place *place;		/* NULL: none, or only rivals */
	const struct place *rivals[UNDERSTANDING_RIVALS]; int rivals_n;
	char rt[4], rw[4];
	int confidence_permille;
	uint16_t from, to;			/* the tokens that name it */
	const char *rule;	/* for the reasons: "nama", "dusun", "salah ketik" ... */
};
struct locator;

/*
 * The classifier says which words are no misspelt names; both are borrowed.  words:
 * normaliser_words() of the tokens' normaliser.
 */
struct locator *locator_new(const struct gazetteer *g, const struct catalogue *c,
    const struct classifier *known, struct vocab *words, struct buf *errors);
void locator_free(struct locator *l);
/* nearby: where the sender's last case was; it only tells equal names apart.  May be NULL. */
void place_locate(const struct locator *l, const struct tokens *t, const struct place *nearby,
    struct location *out);
/* How many tokens of the report are places or words that point at one ("desa", "rt 3"). */
size_t place_words(const struct locator *l, const struct tokens *t);
#endif
