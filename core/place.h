#ifndef KENTONGAN_PLACE_H
#define KENTONGAN_PLACE_H
/*
 * The gazetteer: kecamatan, desa and kelurahan with official (Kemendagri) codes, spellings, hamlets
 * and landmarks.  conf/wilayah.csv: kode,nama,jenis,induk,lat,lng,alias,dusun[,penduduk]
 * (alias and dusun are ';' lists, penduduk how many people live there); conf/tempat.csv: nama,kode,alias (well-known places).
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

enum place_kind { PLACE_KABUPATEN, PLACE_KECAMATAN, PLACE_DESA, PLACE_KELURAHAN };
#define PLACE_CODE_CHARS 16
#define PLACE_KECAMATAN_DIGITS 8	/* of any code in it: 35.10.xx */

struct place {
	char code[PLACE_CODE_CHARS];	/* 35.10.xx or 35.10.xx.yyyy */
	char *name;
	enum place_kind kind;
	const struct place *parent;
	double lat, lng;
	int64_t people;			/* who live there; 0 not known */
};
struct gazetteer;

/* What a spelling may mean.  spelling is lower-case words joined by one space. */
enum spelling_kind { SPELLING_NAME, SPELLING_ALIAS, SPELLING_DUSUN, SPELLING_LANDMARK };
struct spelling { const char *words; enum spelling_kind kind; const struct place *place; };

/* tempat may be NULL (no landmarks). NULL on mistakes. */
struct gazetteer *gazetteer_parse(const char *file, const char *text, size_t len,
    const char *tempat_file, const char *tempat, size_t tempat_len, struct buf *errors);
void gazetteer_free(struct gazetteer *g);
size_t gazetteer_count(const struct gazetteer *g);
const struct place *place_at(const struct gazetteer *g, size_t i);
/* NULL: the table has none. */
const struct place *place_regency(const struct gazetteer *g);
const struct place *place_find(const struct gazetteer *g, const char *code);
/* All meanings of a normalised spelling; returns how many, *out borrowed (sorted together). */
size_t place_spelled(const struct gazetteer *g, const char *words, const struct spelling **out);
/* All spellings, sorted by words; borrowed.  For building faster look-ups once. */
size_t gazetteer_spellings(const struct gazetteer *g, const struct spelling **out);
/* Most words in any spelling. */
size_t gazetteer_longest(const struct gazetteer *g);
/* The kecamatan a place lies in (itself if it is one), NULL for the regency. */
const struct place *place_kecamatan(const struct place *p);
/* From the middle of one to that of the other, reckoned flat: true to a percent in a regency by the equator. */
double place_apart_km(const struct place *x, const struct place *y);
/* "Ds. Jambewangi, Kec. Sempu" / "Kel. X, Kec. Y" / "Kec. Sempu" / "Kab. Banyuwangi". */
void buf_add_place(struct buf *b, const struct place *p);
/*
 * What somebody typed for a place: its code, its whole name, or a name that only one has.  NULL: it is
 * none; *wrong then says what to do, in Indonesian.
 */
const struct place *place_typed(const struct gazetteer *g, const char *typed, const char **wrong);
#endif
