#ifndef KENTONGAN_WARNING_H
#define KENTONGAN_WARNING_H
/*
 * Official warnings that others give (BMKG: earthquakes with their tsunami potential, alerts of OASIS
 * CAP 1.2 for weather), and what the house does with one: whom it tells, what it notes, what it leaves.
 * Pure: the table is conf/peringatan.yaml, places are the gazetteer's.
 *
 * Units      int64_t milliseconds since the epoch, UTC, 0 not said; degrees WGS84; km; magnitudes in
 *            tenths; intensity in whole degrees of MMI.
 * Ownership  arguments are borrowed for the call; a warning's points are its own: warning_release().
 *
 * conf/peringatan.yaml, first row that fits wins:
 *   latihan: tandai                 # exercises and tests of the source: marked LATIHAN, or abaikan
 *   tepi: 3                         # km: a desa so near the border of an alert's area lies in it
 *   kepada: [D112, O-BPBD, SEKDA]   # whose officers on duty are told; a row may name others
 *   gempa:
 *     - {tsunami: ya, jarak: 1500, berlaku: 6h, segera: ya}
 *     - {magnitudo: 5.0, jarak: 200, kedalaman: 300, berlaku: 3h}
 *     - {dirasakan: III, berlaku: 3h}
 *   waspada:                        # least severity, urgency, certainty, by the words of the standard
 *     - {keparahan: Severe, kemendesakan: Expected, kepastian: Possible, berlaku: 6h, segera: ya}
 */
#include "core/place.h"
#include "core/unit.h"

enum warning_kind { WARNING_QUAKE, WARNING_ALERT };
enum warning_status { WARNING_ACTUAL, WARNING_EXERCISE, WARNING_TEST };
enum warning_type { WARNING_FIRST, WARNING_UPDATE, WARNING_CANCEL };
/* Rising; the words are the standard's, and so are the names: Unknown comes first. */
enum warning_severity { SEVERITY_UNKNOWN, SEVERITY_MINOR, SEVERITY_MODERATE, SEVERITY_SEVERE, SEVERITY_EXTREME };
enum warning_soon { SOON_UNKNOWN, SOON_PAST, SOON_FUTURE, SOON_EXPECTED, SOON_IMMEDIATE };
enum warning_certainty { CERTAINTY_UNKNOWN, CERTAINTY_UNLIKELY, CERTAINTY_POSSIBLE, CERTAINTY_LIKELY, CERTAINTY_OBSERVED };

/* Names as above, for files and the wire: NULL past the end, so that tables can be walked. */
const char *warning_severity_name(int s);
const char *warning_soon_name(int s);
const char *warning_certainty_name(int c);
/* The place of a word in one of these, -1 none. */
int warning_word(const char *(*name)(int), const char *word);

#define WARNING_SOURCE_CHARS 16
#define WARNING_NAME_CHARS 33		/* 128 bits in hex */
#define WARNING_ABOUT 8
#define WARNING_ISSUER_CHARS 64
#define WARNING_EVENT_CHARS 64
#define WARNING_TEXT_CHARS 200
#define WARNING_POINTS 16000		/* of all its areas together */
#define WARNING_RINGS 256
#define WARNING_CIRCLES 16
#define WARNING_BYTES (512 * 1024)	/* encoded */

struct warning_circle { double lat, lng, km; };
struct warning {
	enum warning_kind kind;
	char source[WARNING_SOURCE_CHARS];	/* the setting it came by: quake, felt, alert */
	char name[WARNING_NAME_CHARS];		/* this message's own: the same bytes, the same name */
	/* names of what it speaks of: earlier messages, or the earthquake itself */
	char about[WARNING_ABOUT][WARNING_NAME_CHARS]; int about_n;
	enum warning_status status;
	enum warning_type type;
	enum warning_severity severity;
	enum warning_soon soon;
	enum warning_certainty certainty;
	int64_t sent_ms, onset_ms, expires_ms;
	char issuer[WARNING_ISSUER_CHARS], event[WARNING_EVENT_CHARS];
	char headline[WARNING_TEXT_CHARS], area[WARNING_TEXT_CHARS];
	int tsunami;				/* its source speaks of one that may come */
	/* of an earthquake */
	int magnitude, depth_km;
	double lat, lng;
	char felt[WARNING_TEXT_CHARS], note[WARNING_TEXT_CHARS];	/* where and how strongly; what is to be expected */
	/* of an alert: rings one after the other, as lat, lng */
	double *points; size_t points_n;	/* pairs */
	size_t rings[WARNING_RINGS]; int rings_n;	/* pairs in each */
	struct warning_circle circles[WARNING_CIRCLES]; int circles_n;
};
void warning_release(struct warning *w);
/*
 * Words from outside into a member: spaces and line ends folded, controls and what turns the reading
 * direction left out, cut to whole characters.  Broken UTF-8 is mended.
 */
void warning_text(char *out, size_t size, const char *s);
/* A ring of so many pairs; 0, or -1 when that is no ring or too much. */
int warning_add_ring(struct warning *w, const double *pairs, size_t n);
/* What a number from outside may be: 1 if it is a place on earth. */
int warning_is_position(double lat, double lng);
/* One line of JSON, and back: 0, or -1 for what this is not. */
void warning_encode(struct buf *b, const struct warning *w);
int warning_decode(struct warning *w, const char *json, size_t len);

/* ---- the table ---- */

#define WARNING_ROWS 24
#define WARNING_UNITS 8
struct warning_row {
	enum warning_kind kind;
	int magnitude, depth_km, felt, tsunami;	/* at least; at most; MMI at least; 1 only with: 0 any */
	double km;				/* from the nearest desa at most; 0 any, as far as it was felt */
	enum warning_severity severity;
	enum warning_soon soon;
	enum warning_certainty certainty;
	int64_t holds_ms;			/* so long where the source names no end */
	int at_once;				/* told before all else, as life and safety is */
	char units[WARNING_UNITS][UNIT_CODE_CHARS]; int units_n;
	int line;
};
struct warning_table {
	int drills;				/* 1: told, marked as such; 0: left alone */
	double edge_km;
	struct warning_row rows[WARNING_ROWS]; int n;
};
/* NULL with a line per mistake, "file:line: what; remedy". */
struct warning_table *warning_table_parse(const char *file, const char *text, size_t len,
    const struct unit_table *units, struct buf *errors);

/* ---- what the house knows of one ---- */

#define WARNING_ID_CHARS 12
#define WARNING_WORDS_CHARS 480
#define WARNING_AREA_CHARS 200
#define WARNING_PLACES 32

enum warning_step { STEP_NEW, STEP_CHANGED, STEP_LIFTED };
const char *warning_step_name(enum warning_step s);	/* baru ubah cabut */
struct warning_notice {
	char id[WARNING_ID_CHARS];		/* of all that is said of it, from its first message on */
	enum warning_kind kind;
	enum warning_step step;
	int64_t sent_ms, from_ms, until_ms;
	char issuer[WARNING_ISSUER_CHARS], event[WARNING_EVENT_CHARS];
	char words[WARNING_WORDS_CHARS], area[WARNING_AREA_CHARS];	/* what; where in the regency */
	enum warning_severity severity;
	enum warning_soon soon;
	enum warning_certainty certainty;
	int magnitude, tsunami, at_once, drill;
	char places[WARNING_PLACES][PLACE_CODE_CHARS]; int places_n;	/* kecamatan, or the regency alone */
	char units[WARNING_UNITS][UNIT_CODE_CHARS]; int units_n;	/* who was told */
	int line;				/* of the row that made it ours; 0 it does not fit any more */
	int64_t version;			/* in the store; not encoded */
};
void warning_notice_encode(struct buf *b, const struct warning_notice *n);
int warning_notice_decode(struct warning_notice *n, const char *json, size_t len);
/* Whether it is to be shown as in force then. */
int warning_is_on(const struct warning_notice *n, int64_t now_ms);
/* Whether a place (desa, kecamatan, the regency) lies in it; "" does in none. */
int warning_covers(const struct warning_notice *n, const char *place);

enum warning_verdict {
	WARNING_LEAVE,		/* not ours, or nothing new: no entry, no message */
	WARNING_NOTE,		/* an entry alone: it changed in what wakes nobody */
	WARNING_TELL		/* an entry, and messages to the officers on duty of notice.units */
};
struct warning_decision {
	enum warning_verdict verdict;
	const char *why;		/* for the log line, always */
	struct warning_notice notice;	/* as it is from now on; nothing for WARNING_LEAVE */
};
/* known: what the house knows of it so far, NULL nothing. */
void warning_decide(const struct warning_table *t, const struct gazetteer *g, const struct warning *w,
    const struct warning_notice *known, int64_t now_ms, struct warning_decision *out);
#endif
