#ifndef KENTONGAN_POLICY_H
#define KENTONGAN_POLICY_H
/*
 * One version of everything that is decided by data: targets and ladders (sla.yaml), categories,
 * units, places, holidays, texts.  Immutable once parsed; named by the digest of its files.
 *
 * sla.yaml:
 *   jam:                                # the clocks, in order; a case runs each with a target
 *     - nama: diambil                     # taken
 *       berhenti: terima                  # stops at: terima | tangani | selesai | tutup | triase;
 *                                         # or runs between two acts: jawab (from the question why
 *                                         # to its answer), aman (from one sign of life of those in
 *                                         # the field to the next)
 *       jeda: tidak                       # a wait for budget or parts does not stop it; usually
 *                                         # those of selesai wait, all others never
 *       ingat: [50, 75, 90]               # warnings, per cent of the way from start to due
 *       tangga: ambil                     # ladder climbed after the breach; or a list of
 *                                         # {nama, tingkat} {nama, kategori} {nama}: by tier of the
 *                                         # lead unit, by category (goes first), for all others
 *       target:                           # first row that fits wins; each word may be a list
 *         - {urgensi: darurat, dalam: 5m}
 *         - {urgensi: biasa, kategori: adminduk, tingkat: kecamatan, dalam: 2h}
 *         - {kategori: bencana, dalam: 5m, penerima: 2}   # taken when two units have accepted
 *         - {dalam: 5 hari kerja}         # 5m, 4h, 2d as in lib/config.h, or working days
 *   tangga:
 *     - nama: utama
 *       anak:                             # rungs; setelah: since the breach, rising
 *         - {nama: kepala, kepada: kepala, setelah: 0s}     # head of the lead unit
 *         - {nama: camat, kepada: induk, setelah: 30m}      # head of its superior
 *         - {nama: camat2, kepada: camat, setelah: 40m}     # head of the place's kecamatan
 *         - {nama: sekda, kepada: SEKDA, setelah: 60m}      # head of that unit
 *         - {nama: bupati, kepada: bupati, setelah: 90m}    # feed of unit BUPATI, and its head
 *                                         # lewat: whatsapp   by that way instead of SMS
 *                                         # urgensi: [mendesak, darurat]   for these cases only,
 *                                         # keadaan: [ditugaskan]          while in these states
 *   lain:
 *     konfirmasi: 3d      urung: 10m      tunggu: 60d     tanya: 2d       tinjau: 1d
 *     umur-pesan: 12h     kumpul: 10s     # after an outage, to one person in one message
 *     diberitahu: 3   triase: D112    jadwal: O-KOMINFO
 *     malam: "21:00-05:00"                # rungs of these cases wait for its end (WIB):
 *     malam-tahan: [biasa]
 *     oper: 3             oper-meja: SEKDA    # so many times handed on: that desk decides
 *     alasan-tunggu: [anggaran, suku-cadang]  # for what a case may wait; without: also
 *                                         # cuaca, izin, pihak-lain
 *     tak-terjangkau: 30d
 *     terbengkalai-darurat: 15m   -mendesak: 1h   -biasa: 2h      # without: never
 *
 *   kejadian:                           # without: nothing is gathered by itself
 *     dekat: 5                          # km between two desa that lie next to each other
 *     jenis:
 *       - {nama: banjir, kategori: bencana, laporan: 2, dalam: 60m, jendela: 12h,
 *          lingkup: kecamatan, tanya: surut}     # lingkup: desa; tanya: beres is usual
 *
 * The feed is always reachable: it ends a ladder.
 */
#include <stdint.h>

#include "core/calendar.h"
#include "core/catalogue.h"
#include "core/linear.h"
#include "core/place.h"
#include "core/roster.h"
#include "core/text.h"
#include "core/unit.h"
#include "core/warning.h"
#include "core/ways.h"
#include "lib/buf.h"

/* The last two start and stop between acts; the others start with the citizen's report. */
enum clock_stop {
	STOP_ON_TRIAGE, STOP_ON_ACCEPT, STOP_ON_HANDLE, STOP_ON_RESOLVE, STOP_ON_CLOSE,
	STOP_ON_ANSWER, STOP_ON_SIGN
};

#define CLOCK_NAME_CHARS 16
#define POLICY_CLOCKS 12
#define CLOCK_WARNINGS 4
#define LADDER_RUNGS 8
#define CLOCK_CHOICES 16
#define WAIT_REASONS 8
#define WAIT_REASON_CHARS 16

struct target {
	int any_urgency; enum urgency urgency;
	char category[CATEGORY_CHARS];		/* "" any */
	int any_tier; enum unit_tier tier;	/* of the lead unit */
	int64_t within_ms;			/* or */
	int working_days;			/* -1: within_ms counts */
	int accepts;				/* so many units must accept; 1 usually */
	int line;
};
enum rung_to { RUNG_HEAD, RUNG_PARENT, RUNG_KECAMATAN, RUNG_UNIT, RUNG_FEED };
struct rung {
	char name[CLOCK_NAME_CHARS];
	enum rung_to to;
	char unit[UNIT_CODE_CHARS];		/* RUNG_UNIT and RUNG_FEED: whose */
	int64_t after_ms;			/* since the breach */
	char way[WAY_CHARS];			/* how its people are told; "" as usual */
	unsigned urgencies, states;		/* bits of those it is for; 0 all */
};
struct ladder { char name[CLOCK_NAME_CHARS]; struct rung rungs[LADDER_RUNGS]; int n; int line; };
struct ladder_choice { char category[CATEGORY_CHARS]; int ladder; };
struct clock_rule {
	char name[CLOCK_NAME_CHARS];
	enum clock_stop stop;
	int pauses;			/* waits for budget or parts stop it */
	int warnings[CLOCK_WARNINGS]; int warnings_n;	/* per cent, rising */
	/* by category, else by tier of the lead, else the default; indexes of ladders, -1 none */
	int ladder; int ladder_of_tier[TIER_LUAR + 1];
	struct ladder_choice choices[CLOCK_CHOICES]; int choices_n;
	struct target *targets; int targets_n;
	int line;
};
/*
 * What many people report at once is one incident: so many reports of one kind, near each other,
 * within a time.  Its words are the list kejadian-NAME of kategori.yaml.
 */
#define INCIDENT_KINDS 12
#define INCIDENT_KIND_CHARS 13
#define INCIDENT_CHARS 48
struct incident_kind {
	char name[INCIDENT_KIND_CHARS];		/* a-z alone: it begins the incident's name */
	char category[CATEGORY_CHARS];
	int least;				/* so many reports make one */
	int64_t within_ms;			/* within this time of the first */
	int64_t open_ms;			/* later ones join as long as this */
	int wide;				/* all of a kecamatan; else one desa and those next to it */
	int sweep;				/* at the end each is asked whether it is over for him */
};
struct policy {
	char digest[65];		/* hex; set by who published it */
	struct clock_rule clocks[POLICY_CLOCKS]; int clocks_n;
	struct ladder *ladders; int ladders_n;
	int64_t confirm_ms;		/* resolved and undisputed this long: closed */
	int64_t undo_ms;
	int64_t wait_max_ms;		/* longest waiting for budget or parts */
	int64_t ask_ms;			/* the resident's answer is waited for */
	int64_t where_ms;		/* so long the desk waits for his word where it is, of a case that has an office */
	int64_t which_ms;		/* so long the desk waits for his word which case he means */
	int64_t review_ms;		/* a case with nothing else due is looked at again after */
	int64_t message_life_ms;	/* a message not sent within is expired */
	int64_t gather_ms;		/* what an outage held up waits so long for its like, to one person */
	/* accepted, and no sign of work this long: abandoned; 0 never */
	int64_t stall_ms[URGENCY_DARURAT + 1];
	int64_t silent_ms;		/* a number that leaves roll-calls open so long is no rung */
	int told_max;			/* officers told per unit */
	int quorum;			/* so many other reporters' yes end a case (core/quorum.h); 0 never */
	int night_from_min, night_until_min;	/* WIB; both 0: no night */
	unsigned night_urgencies;	/* bits of the urgencies whose rungs wait for its end */
	int hand_ons_max;		/* so many hand-overs: hand_ons_unit decides; 0 never */
	char hand_ons_unit[UNIT_CODE_CHARS];
	char wait_reasons[WAIT_REASONS][WAIT_REASON_CHARS]; int wait_reasons_n;
	struct incident_kind incidents[INCIDENT_KINDS]; int incidents_n;
	double near_km;			/* desa whose points are no farther apart lie next to each other */
	char triage_unit[UNIT_CODE_CHARS];	/* desk for what is not clear */
	char roster_unit[UNIT_CODE_CHARS];	/* owner of the rosters */
	struct catalogue *catalogue;
	struct linear *model;		/* NULL: the rules alone choose the category */
	struct unit_table *units;
	struct gazetteer *places;
	struct buf borders;	/* batas.geojson as it is, for the router; empty: positions say nothing */
	struct calendar *calendar;
	struct warning_table *warnings;	/* NULL: no warning that comes in is ours */
	struct texts *texts;
	int reopened;		/* by policy_reopen() */
};

/* A named file in memory; names are as in conf/: "sla.yaml", "pesan/id.yaml". */
struct conf_file { char *name; struct buf data; };
struct conf_set { struct conf_file *files; size_t n; };
const struct conf_file *conf_find(const struct conf_set *s, const char *name);
void conf_release(struct conf_set *s);

/*
 * Parses and cross-checks one version: unknown codes, cycles of superiors, unreachable rungs (two
 * rungs at the same time, a rung after the feed), targets that never fit, desa without unit,
 * category without target, sealed category on an open ladder, over-long texts.  NULL with one line
 * per mistake "file:line: what; remedy".  Needs sla.yaml, kategori.yaml, unit.csv, wilayah.csv,
 * libur.csv and pesan/id.yaml; tempat.csv, batas.geojson, model.bin, peringatan.yaml and further languages if there.
 */
struct policy *policy_parse(const struct conf_set *files, struct buf *errors);
/* The same for a version that was checked when it was published: its texts are not measured again. */
struct policy *policy_reopen(const struct conf_set *files, struct buf *errors);
void policy_free(struct policy *p);
/*
 * Beyond form: rungs without a head and desa without any officer (ended, on leave at now_ms or
 * without a number do not count), officers of unknown units.  Mistakes in errors, by the line of
 * unit.csv or of file, from which the roster was read; their count.
 */
int policy_check_roster(const struct policy *p, const struct roster *roster, const char *file,
    int64_t now_ms, struct buf *errors);

/* Due time of a clock, or 0 if no target fits (the case does not run this clock). */
int64_t policy_due_ms(const struct policy *p, const struct clock_rule *clock, enum urgency u,
    const char *category, enum unit_tier tier, int64_t start_ms);
/* How many units must accept before the clock stops: 1 or more. */
int policy_accepts(const struct clock_rule *clock, enum urgency u, const char *category,
    enum unit_tier tier);
/* The moment itself, or the end of the night it falls into, if cases of that urgency wait for it. */
int64_t policy_past_night(const struct policy *p, enum urgency u, int64_t ms);
/*
 * The ladder of a case, NULL if the clock has none.  Sealed categories have ladders of their own,
 * which pass by desa and kecamatan: ask with the category.  policy_ladder() is for questions
 * about a tier alone.
 */
const struct ladder *policy_ladder_for(const struct policy *p, const struct clock_rule *clock,
    const char *category, enum unit_tier tier);
const struct ladder *policy_ladder(const struct policy *p, const struct clock_rule *clock,
    enum unit_tier tier);
int policy_clock_index(const struct policy *p, const char *name);	/* -1 */
#endif
