#ifndef KENTONGAN_WINDOW_H
#define KENTONGAN_WINDOW_H
/*
 * What everybody may know of the cases: how many of which kind there are, where, and how far they are.
 *
 * A place is a desa, never a point.  A category about things (kategori.yaml: benda: ya) is told by
 * desa, however few cases there are.  All others, and whoever asked to stay unnamed, are told in fives
 * alone: fewer than WINDOW_LEAST of a kind, a state and a desa are put together by kecamatan, then for
 * the whole regency, then without their state; still fewer are not told, and counts of theirs are
 * rounded down to fives, so that neither a row nor a difference tells of one person.  What nobody has
 * understood yet (it may turn out to be sealed) is not told either.
 *
 * The caller leaves out sealed cases and drills.  Pure.
 */
#include <stdint.h>

#include "core/case.h"
#include "core/catalogue.h"
#include "core/place.h"

#define WINDOW_LEAST 5

/* The ends are apart: confirmed, not confirmed and rejected are never added together. */
enum window_state {
	WINDOW_GIVEN, WINDOW_HANDLED, WINDOW_WAITING, WINDOW_RESOLVED, WINDOW_CONFIRMED, WINDOW_UNCONFIRMED,
	WINDOW_REJECTED, WINDOW_DUPLICATE, WINDOW_WITHDRAWN, WINDOW_STATES,
	WINDOW_UNTOLD = WINDOW_STATES
};
/* As files and links write it: ditugaskan, ditangani, ...; WINDOW_UNTOLD tidak-dirinci. */
const char *window_state_name(enum window_state s);
int window_state_of_name(const char *s, enum window_state *out);	/* 0 or -1; WINDOW_UNTOLD is none */
/* -1: a state that is not told (baru). */
int window_state_of(enum case_state s, enum close_reason closed_as, enum window_state *out);

/* day: WIB day number of when it came in (core/calendar.h). Strings are borrowed. */
struct window_case {
	const char *category, *place;
	enum window_state state;
	int64_t day;
	int hide;			/* the reporter asked to stay unnamed */
};
/* day 0: not told; in_fives: count is rounded down. */
struct window_row {
	char category[CATEGORY_CHARS], place[PLACE_CODE_CHARS];
	enum window_state state;
	int64_t day;
	int count, in_fives;
};
/*
 * The rows, ordered by category, place, state, day; the caller frees *out.  Places are codes of the
 * gazetteer; where none is known the regency's.
 */
size_t window_rows(const struct catalogue *k, const struct gazetteer *g, const struct window_case *cases,
    size_t n, struct window_row **out);
/* 1 when a category is about things: each of its cases may be told of. */
int window_is_of_things(const struct catalogue *k, const char *category);
#endif
