#ifndef KENTONGAN_UNIT_H
#define KENTONGAN_UNIT_H
/*
 * Who answers for what: units of the regency and their superiors (conf/unit.csv).
 * Columns: kode,nama,singkatan,tingkat,induk,wilayah,bertugas
 * Units are borrowed from the table and live as long as it does.
 *
 * An RT's code is RT-<desa>-<rt>-<rw> with two digits each (RT-35.10.20.2005-03-02), so that the
 * router builds it from the words of a report; several RT share the area of their desa.
 */
#include <stddef.h>

#include "lib/buf.h"

enum unit_tier {
	TIER_RT, TIER_DESA, TIER_KECAMATAN, TIER_PUSKESMAS, TIER_DINAS,
	TIER_LAYANAN,		/* emergency service */
	TIER_KABUPATEN,		/* Sekda, Bupati's office */
	TIER_LUAR		/* outside body: PLN, province, BPJS */
};
const char *tier_name(enum unit_tier t);
int tier_of_name(const char *s, enum unit_tier *out);	/* 0 or -1 */

#define UNIT_CODE_CHARS 24
struct unit {
	char code[UNIT_CODE_CHARS];
	char *name, *shortname;
	enum unit_tier tier;
	const struct unit *parent;	/* NULL at the top */
	char place[16];			/* area code, "" for the whole regency */
	char *serves;			/* ';' list of area codes beyond place (fire posts), "" */
	int line;			/* of unit.csv */
};
struct unit_table;

struct unit_table *units_parse(const char *file, const char *text, size_t len, struct buf *errors);
void units_free(struct unit_table *t);
size_t units_count(const struct unit_table *t);
const struct unit *unit_at(const struct unit_table *t, size_t i);
const struct unit *unit_find(const struct unit_table *t, const char *code);
/*
 * The unit of that tier that answers for a place: its own, else one that serves it, else the area
 * above.  NULL if there is none, or if several share the area (RT of a desa, the dinas).
 */
const struct unit *unit_for_place(const struct unit_table *t, enum unit_tier tier,
    const char *place);
/* 1 if u is under (or is) the superior. */
int unit_is_under(const struct unit *u, const struct unit *superior);
#endif
