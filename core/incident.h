#ifndef KENTONGAN_INCIDENT_H
#define KENTONGAN_INCIDENT_H
/*
 * Incidents: one thing that happened, and all who reported it.
 *
 * The first report leads: its case carries the task, the clocks, the ladder and the timeline of the
 * whole.  Every further one is a case of its own too, with its own number, answer and promise, and
 * names its lead; while it does, it has no task, no rung and no message to an officer.
 *
 * The name of an incident is (kind, place, window): whoever reads the same report in whatever daemon
 * makes the same name of it, so two of them cannot make two.
 *
 * Units      int64_t milliseconds since the epoch, UTC; km for distances.
 */
#include "core/transition.h"
#include "core/understanding.h"

/* NULL: reports of that category and words are not gathered by themselves. */
const struct incident_kind *incident_kind_find(const struct policy *p, const char *name);
/*
 * Whether a report may be gathered with others at all: clear, not sealed, with a place that is near
 * enough for the kind.
 */
int incident_takes(const struct policy *p, const struct incident_kind *k,
    const struct understanding *u);
/*
 * The name: "banjir-35.10.20-7479", or "L-..." in a drill.  back: so many windows before the one of
 * received_ms.  The place is the kecamatan for wide kinds, else the desa itself.
 */
void incident_name(char out[INCIDENT_CHARS], const struct policy *p, const struct incident_kind *k,
    const char *place, int64_t received_ms, int back, int drill);
/* The kind that a name begins with; NULL if there is none (any more). */
const struct incident_kind *incident_kind_of(const struct policy *p, const char *name);
/*
 * The names of all incidents that such a report may belong to, nearest first: of this window and the
 * one before, in its own place and, for kinds of a desa, those next to it.  How many.
 */
#define INCIDENT_NAMES 24
int incident_names(char out[INCIDENT_NAMES][INCIDENT_CHARS], const struct policy *p,
    const struct incident_kind *k, const char *place, int64_t received_ms, int drill);

/* A case that others can follow: open, its own master, and nobody has been asked yet whether it is over. */
int incident_leads(const struct case_record *c);
/* What a report has with an incident whose lead this is; voices: members so far, the lead included. */
enum incident_bond { BOND_NONE, BOND_NEAR, BOND_JOINS };
enum incident_bond incident_bond(const struct incident_kind *k, const struct case_record *lead,
    int voices, int64_t received_ms);

/* What a member still has to do to be where its lead is; ON_DUE: nothing. */
enum case_event incident_follows(const struct case_record *lead, enum case_state member);

/* The nearer, the more alike: what two reports have in common, in thousandths.  photo: see likeness_add_photo(). */
struct likeness { int score, kind, place, time, text, photo; };
void likeness_of(struct likeness *out, const struct policy *p, const struct case_record *a,
    const char *text_a, const struct case_record *b, const char *text_b);
/*
 * Photos of both that show the same, weighed into the score of likeness_of(): it lifts what kind, place, time and
 * words say.  The same picture speaks even where the kinds were understood differently, but at another end of
 * the regency it is an old picture that goes around.
 */
void likeness_add_photo(struct likeness *l, enum photo_alike alike);
/* Of two texts alone: shared pieces of words, hashed; 0 to 1000.  Nothing of it is kept. */
int text_likeness(const char *a, const char *b);

/* 0 for the same, between the points of two places else; -1: one is not known. */
double places_apart_km(const struct policy *p, const char *a, const char *b);
/* The same place, one in the other, or two desa that lie next to each other. */
int places_touch(const struct policy *p, const char *a, const char *b);

const char *truth_name(enum truth t);		/* belum-pasti sumber-kedua rt lokasi tidak-benar */
const char *truth_words(enum truth t);		/* the same for people */
int truth_of_name(const char *s, enum truth *out);
#endif
