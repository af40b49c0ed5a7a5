/* Official warnings: which are ours, what is new in one, when it holds, and the table that says so. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/warning.h"
#include "tests/unit/conf_file.h"

Suite *warning_suite(void);

#define NOW INT64_C(1795328400000)	/* 2026-11-22 13:20 WIB */

/* A regency with desa at round positions; a degree of latitude is 111.2 km. */
static const char wilayah[] =
    "kode,nama,jenis,induk,lat,lng,alias,dusun\n"
    "35.10,Ujiraya,kabupaten,,-8.05,114.1,,\n"
    "35.10.01,Utara,kecamatan,35.10,-8,114,,\n"
    "35.10.02,Selatan,kecamatan,35.10,-8.1,114,,\n"
    "35.10.01.2001,Satu,desa,35.10.01,-8,114,,\n"
    "35.10.01.2002,Dua,desa,35.10.01,-8,114.2,,\n"
    "35.10.02.2001,Tiga,desa,35.10.02,-8.1,114,,\n";
static const char table_text[] =
    "latihan: tandai\n"
    "tepi: 0\n"
    "kepada: [D112, O-BPBD]\n"
    "gempa:\n"
    "  - {tsunami: ya, jarak: 1000, berlaku: 6h, segera: ya}\n"
    "  - {magnitudo: 6.0, jarak: 300, berlaku: 6h, segera: ya}\n"
    "  - {magnitudo: 5.0, jarak: 100, kedalaman: 100, berlaku: 3h}\n"
    "  - {dirasakan: III, berlaku: 2h, kepada: [D112]}\n"
    "waspada:\n"
    "  - {keparahan: Severe, kemendesakan: Expected, kepastian: Possible, berlaku: 6h, segera: ya}\n"
    "  - {keparahan: Moderate, kemendesakan: Immediate, kepastian: Likely, berlaku: 3h}\n";

static struct gazetteer *g;
static struct warning_table *t;

static void
set_up(void)
{
	struct buf errors = { 0 };

	g = gazetteer_parse("w", wilayah, sizeof(wilayah) - 1, NULL, NULL, 0, &errors);
	ck_assert_msg(g != NULL, "%s", buf_str(&errors));
	t = warning_table_parse("peringatan.yaml", table_text, sizeof(table_text) - 1, NULL, &errors);
	ck_assert_msg(t != NULL, "%s", buf_str(&errors));
	buf_release(&errors);
}

static void
tear_down(void)
{
	free(t);
	gazetteer_free(g);
}

/* ---- earthquakes ---- */

static struct warning
quake(int magnitude, int depth_km, double lat, double lng, int64_t ago_ms, const char *note, const char *felt)
{
	struct warning w = { .kind = WARNING_QUAKE, .source = "quake", .issuer = "BMKG", .event = "Gempa bumi",
	    .headline = "Pusat gempa di laut", .name = "0123456789abcdef0123456789abcdef", .severity = SEVERITY_MODERATE,
	    .soon = SOON_IMMEDIATE, .certainty = CERTAINTY_OBSERVED };

	w.magnitude = magnitude;
	w.depth_km = depth_km;
	w.lat = lat, w.lng = lng;
	w.sent_ms = NOW - ago_ms;
	w.tsunami = strncmp(note, "Berpotensi", 10) == 0;
	snprintf(w.note, sizeof(w.note), "%s", note);
	snprintf(w.felt, sizeof(w.felt), "%s", felt);
	return w;
}

#define NORTH(km) (-8.0 + (km) / 111.195)
#define HOUR (60 * MINUTE_MS)
static const struct {
	const char *what;
	int magnitude, depth; double lat, lng; int64_t ago; const char *note, *felt;
	enum warning_verdict verdict; int line, at_once;
} quakes[] = {
	{ "beneath a desa",                    52,  10, -8.0, 114, 0, "Tidak berpotensi tsunami", "", WARNING_TELL, 7, 0 },
	{ "inside by a kilometre",             50,  10, NORTH(99), 114, 0, "", "", WARNING_TELL, 7, 0 },
	{ "on the border",                     50,  10, NORTH(99.999), 114, 0, "", "", WARNING_TELL, 7, 0 },
	{ "outside by a kilometre",            50,  10, NORTH(101), 114, 0, "", "", WARNING_LEAVE, 0, 0 },
	{ "a tenth below the row",             49,  10, -8.0, 114, 0, "", "", WARNING_LEAVE, 0, 0 },
	{ "deeper than the row",               55, 101, -8.0, 114, 0, "", "", WARNING_LEAVE, 0, 0 },
	{ "as deep as the row",                55, 100, -8.0, 114, 0, "", "", WARNING_TELL, 7, 0 },
	{ "strong and further",                60, 600, NORTH(290), 114, 0, "", "", WARNING_TELL, 6, 1 },
	{ "a tsunami may come, far away",      65,  10, NORTH(900), 114, 0, "Berpotensi tsunami", "", WARNING_TELL, 5, 1 },
	{ "one on the other side of the earth", 90, 10, 40, -70, 0, "Berpotensi tsunami", "", WARNING_LEAVE, 0, 0 },
	{ "weak, and felt here",               40,  10, NORTH(150), 114, 0, "", "II Jember, III Ujiraya", WARNING_TELL, 8, 0 },
	{ "felt by a range",                   40,  10, NORTH(150), 114, 0, "", "II-III Ujiraya, II Jember", WARNING_TELL, 8, 0 },
	{ "felt too little here",              40,  10, NORTH(150), 114, 0, "", "IV Jember, II Ujiraya", WARNING_LEAVE, 0, 0 },
	{ "felt, not said how",                40,  10, NORTH(150), 114, 0, "", "Ujiraya", WARNING_LEAVE, 0, 0 },
	{ "felt at a place that begins so",    40,  10, NORTH(150), 114, 0, "", "V Ujirayaman", WARNING_LEAVE, 0, 0 },
	{ "over since a second",               50,  10, -8.0, 114, 3 * HOUR + 1000, "", "", WARNING_LEAVE, 0, 0 },
	{ "over in a second",                  50,  10, -8.0, 114, 3 * HOUR - 1000, "", "", WARNING_TELL, 7, 0 },
};

START_TEST(which_earthquake_is_ours)
{
	struct warning w = quake(quakes[_i].magnitude, quakes[_i].depth, quakes[_i].lat, quakes[_i].lng, quakes[_i].ago,
	    quakes[_i].note, quakes[_i].felt);
	struct warning_decision d;

	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_msg(d.verdict == quakes[_i].verdict, "%s: %d, %s", quakes[_i].what, d.verdict, d.why);
	ck_assert_msg(d.notice.line == quakes[_i].line && d.notice.at_once == quakes[_i].at_once, "%s: row %d", quakes[_i].what,
	    d.notice.line);
	if (d.verdict != WARNING_TELL)
		return;
	ck_assert_str_eq(d.notice.id, "P0123456789");
	ck_assert_int_eq(d.notice.step, STEP_NEW);
	ck_assert_int_eq(d.notice.places_n, 1);
	ck_assert_str_eq(d.notice.places[0], "35.10");
	ck_assert_str_eq(d.notice.area, "Kab. Ujiraya");
	ck_assert_int_eq(d.notice.units_n, quakes[_i].line == 8 ? 1 : 2);
	ck_assert(warning_is_on(&d.notice, NOW) && !warning_is_on(&d.notice, d.notice.until_ms));
	ck_assert(warning_covers(&d.notice, "35.10.02.2001") && !warning_covers(&d.notice, "35.11.02.2001") &&
	    !warning_covers(&d.notice, ""));
}
END_TEST

START_TEST(its_words_are_for_people)
{
	struct warning w = quake(56, 10, -8.0, 114, 10 * MINUTE_MS, "Tidak berpotensi tsunami", "III Ujiraya");
	struct warning_decision d;

	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_str_eq(d.notice.words, "M5,6, 22 Nov 13:10 WIB, kedalaman 10 km. Pusat gempa di laut. "
	    "Tidak berpotensi tsunami. Dirasakan: III Ujiraya");
}
END_TEST

/* ---- what follows ---- */

/* The same earthquake as it is read again. */
static const struct {
	const char *what;
	int magnitude; const char *note, *felt;
	enum warning_verdict verdict; int tsunami;
} again[] = {
	{ "corrected a little",         53, "Tidak berpotensi tsunami", "", WARNING_NOTE, 0 },
	{ "felt, said by the other list", 52, "", "III Ujiraya", WARNING_NOTE, 0 },
	{ "a tsunami may come now",     52, "Berpotensi tsunami", "", WARNING_TELL, 1 },
	{ "much stronger than thought", 61, "Tidak berpotensi tsunami", "", WARNING_TELL, 0 },
	{ "below the rows now",         45, "Tidak berpotensi tsunami", "", WARNING_LEAVE, 0 },
};

START_TEST(an_earthquake_is_read_again)
{
	struct warning w = quake(52, 10, -8.0, 114, 0, "Tidak berpotensi tsunami", "");
	struct warning_decision first, d;

	warning_decide(t, g, &w, NULL, NOW, &first);
	ck_assert_int_eq(first.verdict, WARNING_TELL);
	w = quake(again[_i].magnitude, 10, -8.0, 114, 0, again[_i].note, again[_i].felt);
	w.name[0] = 'f';
	warning_decide(t, g, &w, &first.notice, NOW + MINUTE_MS, &d);
	ck_assert_msg(d.verdict == again[_i].verdict, "%s: %d, %s", again[_i].what, d.verdict, d.why);
	if (d.verdict == WARNING_LEAVE)
		return;
	ck_assert_str_eq(d.notice.id, first.notice.id);
	ck_assert_int_eq(d.notice.step, STEP_CHANGED);
	ck_assert_int_eq(d.notice.tsunami, again[_i].tsunami);
}
END_TEST

/* The list of what was felt does not speak of tsunamis: its silence is no all-clear. */
START_TEST(silence_is_no_all_clear)
{
	struct warning w = quake(65, 10, NORTH(200), 114, 0, "Berpotensi tsunami", "");
	struct warning_decision first, d, last;

	w.severity = SEVERITY_EXTREME;
	warning_decide(t, g, &w, NULL, NOW, &first);
	ck_assert(first.verdict == WARNING_TELL && first.notice.tsunami);
	w = quake(65, 10, NORTH(200), 114, 0, "", "III Ujiraya");
	warning_decide(t, g, &w, &first.notice, NOW + MINUTE_MS, &d);
	ck_assert_int_eq(d.verdict, WARNING_NOTE);
	ck_assert(d.notice.tsunami && d.notice.severity == SEVERITY_EXTREME && d.notice.until_ms >= first.notice.until_ms);
	/* Nor are other words. */
	w = quake(65, 10, NORTH(200), 114, 0, "Gempa ini dirasakan untuk diteruskan pada masyarakat", "");
	warning_decide(t, g, &w, &d.notice, NOW + MINUTE_MS, &last);
	ck_assert(last.verdict == WARNING_NOTE && last.notice.tsunami);
	w = quake(65, 10, NORTH(200), 114, 0, "Tidak berpotensi tsunami", "");
	warning_decide(t, g, &w, &d.notice, NOW + 2 * MINUTE_MS, &last);
	ck_assert(last.verdict == WARNING_TELL && !last.notice.tsunami);
}
END_TEST

/* Far away it was ours for the tsunami alone. */
START_TEST(without_its_tsunami_it_is_over)
{
	struct warning w = quake(75, 10, NORTH(900), 114, 0, "Berpotensi tsunami", "");
	struct warning_decision first, d;

	warning_decide(t, g, &w, NULL, NOW, &first);
	ck_assert(first.verdict == WARNING_TELL && first.notice.tsunami);
	w = quake(75, 10, NORTH(900), 114, 0, "Peringatan dini tsunami telah berakhir", "");
	warning_decide(t, g, &w, &first.notice, NOW + MINUTE_MS, &d);
	ck_assert_int_eq(d.verdict, WARNING_TELL);
	ck_assert(d.notice.step == STEP_LIFTED && !warning_is_on(&d.notice, NOW + MINUTE_MS));
}
END_TEST

/* ---- alerts ---- */

static struct warning
alert(enum warning_type type, enum warning_severity severity, enum warning_soon soon, enum warning_certainty certainty)
{
	struct warning w = { .kind = WARNING_ALERT, .source = "alert", .issuer = "BMKG", .event = "Hujan lebat",
	    .headline = "Hujan lebat disertai angin", .name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .sent_ms = NOW - MINUTE_MS,
	    .expires_ms = NOW + 2 * HOUR, .type = type, .severity = severity, .soon = soon, .certainty = certainty };

	return w;
}

/* A square of so many degrees around a position. */
static void
square(struct warning *w, double lat, double lng, double half)
{
	const double ring[] = { lat - half, lng - half, lat - half, lng + half, lat + half, lng + half, lat + half, lng - half,
	    lat - half, lng - half };

	ck_assert_int_eq(warning_add_ring(w, ring, 5), 0);
}

static const struct {
	const char *what;
	double lat, lng, half;
	const char *area;	/* as a place is told; "" it is not ours */
	int n; const char *first;
} shapes[] = {
	{ "one desa in it",         -8.0, 114.0, 0.05, "Kec. Utara", 1, "35.10.01" },
	{ "a corner on the desa",   -7.95, 113.95, 0.05, "Kec. Utara", 1, "35.10.01" },
	{ "an edge on the desa",    -8.0, 113.95, 0.05, "Kec. Utara", 1, "35.10.01" },
	{ "just short of it",       -8.0, 113.94, 0.05, "", 0, "" },
	{ "two desa, one kecamatan", -7.97, 114.1, 0.105, "Kec. Utara", 1, "35.10.01" },
	{ "the south alone",        -8.1, 114.0, 0.05, "Kec. Selatan", 1, "35.10.02" },
	{ "all of it",              -8.0, 114.0, 1.0, "Kab. Ujiraya", 1, "35.10" },
	{ "another regency",        -7.0, 112.0, 0.5, "", 0, "" },
	{ "between the desa",       -8.05, 114.1, 0.02, "", 0, "" },
};

START_TEST(where_an_alert_holds)
{
	struct warning w = alert(WARNING_FIRST, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	struct warning_decision d;

	square(&w, shapes[_i].lat, shapes[_i].lng, shapes[_i].half);
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_msg((d.verdict == WARNING_TELL) == (shapes[_i].n > 0), "%s: %s", shapes[_i].what, d.why);
	ck_assert_msg(strcmp(d.notice.area, shapes[_i].area) == 0, "%s: %s", shapes[_i].what, d.notice.area);
	ck_assert_int_eq(d.notice.places_n, shapes[_i].n);
	if (shapes[_i].n > 0)
		ck_assert_str_eq(d.notice.places[0], shapes[_i].first);
	warning_release(&w);
}
END_TEST

START_TEST(so_near_the_border_counts)
{
	struct warning w = alert(WARNING_FIRST, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	struct warning_decision d;

	square(&w, -8.0, 113.93, 0.05);		/* 0.02 degrees of longitude here: 2.2 km */
	t->edge_km = 2;
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_int_eq(d.verdict, WARNING_LEAVE);
	t->edge_km = 3;
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_int_eq(d.verdict, WARNING_TELL);
	warning_release(&w);
	w = alert(WARNING_FIRST, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	w.circles[w.circles_n++] = (struct warning_circle){ NORTH(13), 114, 10 };
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_int_eq(d.verdict, WARNING_TELL);
	w.circles[0].km = 9;
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_int_eq(d.verdict, WARNING_LEAVE);
}
END_TEST

static const struct { const char *area, *places; } named[] = {
	{ "Kabupaten Ujiraya", "35.10" }, { "Jember, UJIRAYA dan Bondowoso", "35.10" },
	{ "Ujiraya: Selatan", "35.10.02" }, { "Kec. Utara", "" }, { "Ujirayan", "" }, { "", "" },
};

START_TEST(an_alert_without_a_shape)
{
	struct warning w = alert(WARNING_FIRST, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	struct warning_decision d;

	snprintf(w.area, sizeof(w.area), "%s", named[_i].area);
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_msg(strcmp(d.notice.places_n > 0 ? d.notice.places[0] : "", named[_i].places) == 0, "%s: %s", named[_i].area,
	    d.notice.places[0]);
}
END_TEST

static const struct {
	const char *what;
	enum warning_severity severity; enum warning_soon soon; enum warning_certainty certainty;
	int line, at_once;
} levels[] = {
	{ "severe and expected",           SEVERITY_SEVERE, SOON_EXPECTED, CERTAINTY_POSSIBLE, 10, 1 },
	{ "extreme and now",               SEVERITY_EXTREME, SOON_IMMEDIATE, CERTAINTY_OBSERVED, 10, 1 },
	{ "severe some day",               SEVERITY_SEVERE, SOON_FUTURE, CERTAINTY_LIKELY, 0, 0 },
	{ "moderate, now and likely",      SEVERITY_MODERATE, SOON_IMMEDIATE, CERTAINTY_LIKELY, 11, 0 },
	{ "moderate, now and possible",    SEVERITY_MODERATE, SOON_IMMEDIATE, CERTAINTY_POSSIBLE, 0, 0 },
	{ "minor",                         SEVERITY_MINOR, SOON_IMMEDIATE, CERTAINTY_OBSERVED, 0, 0 },
	{ "nothing is said",               SEVERITY_UNKNOWN, SOON_UNKNOWN, CERTAINTY_UNKNOWN, 0, 0 },
	{ "it is past",                    SEVERITY_EXTREME, SOON_PAST, CERTAINTY_OBSERVED, 0, 0 },
};

START_TEST(how_bad_how_soon_how_sure)
{
	struct warning w = alert(WARNING_FIRST, levels[_i].severity, levels[_i].soon, levels[_i].certainty);
	struct warning_decision d;

	square(&w, -8.0, 114.0, 0.05);
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_msg(d.notice.line == levels[_i].line && d.notice.at_once == levels[_i].at_once, "%s: row %d", levels[_i].what,
	    d.notice.line);
	ck_assert_int_eq(d.verdict, levels[_i].line > 0 ? WARNING_TELL : WARNING_LEAVE);
	warning_release(&w);
}
END_TEST

/* What comes after a first alert of the north, moderate, two hours. */
static const struct {
	const char *what;
	enum warning_type type; enum warning_status status; enum warning_severity severity;
	double lat, half; int64_t sent_after, until_after;
	enum warning_verdict verdict; enum warning_step step;
} follows[] = {
	{ "the same again",      WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_MODERATE, -8.0, 0.05, 60000, 2 * HOUR, WARNING_NOTE, STEP_CHANGED },
	{ "worse",               WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_SEVERE, -8.0, 0.05, 60000, 2 * HOUR, WARNING_TELL, STEP_CHANGED },
	{ "further",             WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_MODERATE, -8.0, 0.12, 60000, 2 * HOUR, WARNING_TELL, STEP_CHANGED },
	{ "longer",              WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_MODERATE, -8.0, 0.05, 60000, 4 * HOUR, WARNING_TELL, STEP_CHANGED },
	{ "shorter",             WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_MODERATE, -8.0, 0.05, 60000, HOUR, WARNING_NOTE, STEP_CHANGED },
	{ "moved away",          WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_MODERATE, -7.0, 0.05, 60000, 2 * HOUR, WARNING_TELL, STEP_LIFTED },
	{ "too small now",       WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_MINOR, -8.0, 0.05, 60000, 2 * HOUR, WARNING_TELL, STEP_LIFTED },
	{ "older than the first", WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_EXTREME, -8.0, 0.05, -60000, 2 * HOUR, WARNING_LEAVE, 0 },
	{ "over",                WARNING_UPDATE, WARNING_ACTUAL, SEVERITY_EXTREME, -8.0, 0.05, 60000, 0, WARNING_LEAVE, 0 },
	{ "cancelled",           WARNING_CANCEL, WARNING_ACTUAL, SEVERITY_MODERATE, -8.0, 0.05, 60000, 2 * HOUR, WARNING_TELL, STEP_LIFTED },
	{ "changed in an exercise", WARNING_UPDATE, WARNING_EXERCISE, SEVERITY_EXTREME, -8.0, 0.05, 60000, 2 * HOUR, WARNING_LEAVE, 0 },
	{ "cancelled in an exercise", WARNING_CANCEL, WARNING_TEST, SEVERITY_MODERATE, -8.0, 0.05, 60000, 2 * HOUR, WARNING_LEAVE, 0 },
	{ "cancelled by an older one", WARNING_CANCEL, WARNING_ACTUAL, SEVERITY_MODERATE, -8.0, 0.05, -60000, 2 * HOUR, WARNING_LEAVE, 0 },
};

START_TEST(what_follows_an_alert)
{
	struct warning w = alert(WARNING_FIRST, SEVERITY_MODERATE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	struct warning_decision first, d;

	square(&w, -8.0, 114.0, 0.05);
	warning_decide(t, g, &w, NULL, NOW, &first);
	ck_assert_int_eq(first.verdict, WARNING_TELL);
	warning_release(&w);
	w = alert(follows[_i].type, follows[_i].severity, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	w.status = follows[_i].status;
	w.sent_ms += follows[_i].sent_after;
	w.expires_ms = NOW + follows[_i].until_after;
	square(&w, follows[_i].lat, 114.0, follows[_i].half);
	warning_decide(t, g, &w, &first.notice, NOW + MINUTE_MS, &d);
	ck_assert_msg(d.verdict == follows[_i].verdict, "%s: %d, %s", follows[_i].what, d.verdict, d.why);
	if (d.verdict != WARNING_LEAVE) {
		ck_assert_str_eq(d.notice.id, first.notice.id);
		ck_assert_int_eq(d.notice.step, follows[_i].step);
		ck_assert_int_eq(d.notice.units_n, 2);		/* who was told hears of its end */
		ck_assert_int_eq(warning_is_on(&d.notice, NOW + MINUTE_MS), follows[_i].step != STEP_LIFTED);
	}
	/* Once lifted, or over, there is nothing to take back. */
	if (d.notice.step == STEP_LIFTED) {
		struct warning_decision more;

		w.type = WARNING_CANCEL;
		warning_decide(t, g, &w, &d.notice, NOW + MINUTE_MS, &more);
		ck_assert_int_eq(more.verdict, WARNING_LEAVE);
	}
	warning_release(&w);
}
END_TEST

START_TEST(what_was_never_ours_is_not_cancelled)
{
	struct warning w = alert(WARNING_CANCEL, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	struct warning_decision d;

	square(&w, -8.0, 114.0, 0.05);
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_int_eq(d.verdict, WARNING_LEAVE);
	/* An update whose first message we never had is the first that we hear. */
	w.type = WARNING_UPDATE;
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert(d.verdict == WARNING_TELL && d.notice.step == STEP_NEW);
	warning_release(&w);
}
END_TEST

START_TEST(an_exercise_is_marked_or_left)
{
	static const enum warning_status statuses[] = { WARNING_EXERCISE, WARNING_TEST };

	for (size_t i = 0; i < N_ELEMS(statuses); i++) {
		struct warning w = alert(WARNING_FIRST, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
		struct warning_decision d, real;

		w.status = statuses[i];
		square(&w, -8.0, 114.0, 0.05);
		warning_decide(t, g, &w, NULL, NOW, &d);
		ck_assert(d.verdict == WARNING_TELL && d.notice.drill);
		w.status = WARNING_ACTUAL;		/* and then it is none: all hear of it again */
		warning_decide(t, g, &w, &d.notice, NOW, &real);
		ck_assert(real.verdict == WARNING_TELL && !real.notice.drill);
		w.status = statuses[i];
		t->drills = 0;
		warning_decide(t, g, &w, NULL, NOW, &d);
		ck_assert_int_eq(d.verdict, WARNING_LEAVE);
		t->drills = 1;
		warning_release(&w);
	}
}
END_TEST

START_TEST(an_end_too_far_away_is_not_believed)
{
	struct warning w = alert(WARNING_FIRST, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY);
	struct warning_decision d;

	square(&w, -8.0, 114.0, 0.05);
	w.expires_ms = NOW + 3650 * DAY_MS;
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_int_eq(d.notice.until_ms, w.sent_ms + 7 * DAY_MS);
	w.expires_ms = 0;		/* none is said: the row's */
	warning_decide(t, g, &w, NULL, NOW, &d);
	ck_assert_int_eq(d.notice.until_ms, w.sent_ms + 6 * HOUR);
	warning_release(&w);
}
END_TEST

/* ---- carried ---- */

START_TEST(what_is_kept_comes_back)
{
	struct warning w = alert(WARNING_UPDATE, SEVERITY_SEVERE, SOON_IMMEDIATE, CERTAINTY_LIKELY), back;
	struct warning_decision d;
	struct warning_notice n;
	struct buf b = { 0 };

	square(&w, -8.0, 114.0, 0.05);
	square(&w, -8.1, 114.0, 0.05);
	w.circles[w.circles_n++] = (struct warning_circle){ -8, 114, 10 };
	snprintf(w.about[w.about_n++], sizeof(w.about[0]), "bbbb");
	snprintf(w.headline, sizeof(w.headline), "\"petik\" \\ dan <b>");
	warning_encode(&b, &w);
	ck_assert_int_eq(warning_decode(&back, buf_str(&b), b.len), 0);
	ck_assert_int_eq(back.rings_n, 2);
	ck_assert_uint_eq(back.points_n, w.points_n);
	ck_assert_int_eq(memcmp(back.rings, w.rings, 2 * sizeof(w.rings[0])), 0);
	ck_assert_str_eq(back.headline, w.headline);
	ck_assert_str_eq(back.about[0], "bbbb");
	ck_assert(back.type == w.type && back.severity == w.severity && back.sent_ms == w.sent_ms && back.expires_ms == w.expires_ms);
	warning_decide(t, g, &back, NULL, NOW, &d);
	ck_assert_int_eq(d.verdict, WARNING_TELL);
	buf_reset(&b);
	warning_notice_encode(&b, &d.notice);
	ck_assert_int_eq(warning_notice_decode(&n, buf_str(&b), b.len), 0);
	ck_assert_msg(memcmp(&n, &d.notice, sizeof(n)) == 0, "%s", buf_str(&b));
	warning_release(&w);
	warning_release(&back);
	buf_release(&b);
}
END_TEST

static const char *const damaged[] = {
	"", "{}", "null", "[1]", "{\"schema\":2}", "{\"schema\":1,\"kind\":\"gempa\"}",
	"{\"schema\":1,\"kind\":\"gempa\",\"status\":\"Actual\",\"type\":\"Alert\",\"sent\":1,\"sev\":\"Minor\",\"soon\":\"Past\","
	"\"sure\":\"Likely\",\"name\":\"a\",\"mag\":101,\"depth\":1,\"lat\":1,\"lng\":1}",
	"{\"schema\":1,\"kind\":\"gempa\",\"status\":\"Actual\",\"type\":\"Alert\",\"sent\":1,\"sev\":\"Minor\",\"soon\":\"Past\","
	"\"sure\":\"Likely\",\"name\":\"a\",\"mag\":50,\"depth\":1,\"lat\":91,\"lng\":1}",
	"{\"schema\":1,\"kind\":\"waspada\",\"status\":\"Actual\",\"type\":\"Alert\",\"sent\":1,\"sev\":\"Minor\",\"soon\":\"Past\","
	"\"sure\":\"Likely\",\"name\":\"a\",\"rings\":[[1,2,3]]}",
	"{\"schema\":1,\"kind\":\"waspada\",\"status\":\"Actual\",\"type\":\"Alert\",\"sent\":1,\"sev\":\"Minor\",\"soon\":\"Past\","
	"\"sure\":\"Likely\",\"name\":\"a\",\"circles\":[[1,2,-3]]}",
};

START_TEST(what_is_damaged_is_refused)
{
	struct warning w;
	struct warning_notice n;

	ck_assert_int_eq(warning_decode(&w, damaged[_i], strlen(damaged[_i])), -1);
	ck_assert_int_eq(warning_notice_decode(&n, damaged[_i], strlen(damaged[_i])), -1);
}
END_TEST

START_TEST(a_ring_is_checked)
{
	const double open[] = { 1, 1, 1, 2, 2, 2, 2, 1 }, far[] = { 1, 1, 1, 2, 91, 2, 1, 1 };
	struct warning w = { .rings_n = 0 };
	double *many = xcalloc(2 * WARNING_POINTS + 2, sizeof(*many));

	ck_assert_int_eq(warning_add_ring(&w, open, 4), -1);
	ck_assert_int_eq(warning_add_ring(&w, far, 4), -1);
	ck_assert_int_eq(warning_add_ring(&w, far, 3), -1);
	ck_assert_int_eq(warning_add_ring(&w, many, WARNING_POINTS + 1), -1);
	ck_assert_int_eq(warning_add_ring(&w, many, WARNING_POINTS), 0);
	ck_assert_int_eq(warning_add_ring(&w, many, 4), -1);
	free(many);
	warning_release(&w);
}
END_TEST

static const struct { const char *from, *to; } texts[] = {
	{ "  dua\r\n\tspasi  ", "dua spasi" }, { "a\x01" "b\x7f" "c", "a b c" }, { "\xe2\x80\xae" "balik", "balik" },
	{ "\xef\xbb\xbf" "awal", "awal" }, { "rusak \xff.", "rusak \xef\xbf\xbd." }, { "potongan ini \xc3\xa9", "potongan ini" }, { "", "" },
};

START_TEST(words_from_outside)
{
	char out[15];

	warning_text(out, sizeof(out), texts[_i].from);
	ck_assert_str_eq(out, texts[_i].to);
}
END_TEST

/* ---- the table ---- */

static const struct { const char *text, *says; } wrong_tables[] = {
	{ "[1]", "must be a map" },
	{ "gempa: []\n", "kepada must be a list" },
	{ "kepada: [X]\n", "no unit \"X\"" },
	{ "kepada: [D112]\nwarna: merah\n", "has no key \"warna\"" },
	{ "kepada: [D112]\ntepi: jauh\n", "tepi must be a number from 0 to 50" },
	{ "kepada: [D112]\nlatihan: mungkin\n", "latihan must be tandai or abaikan" },
	{ "kepada: [D112]\ngempa: 5\n", "gempa must be a list" },
	{ "kepada: [D112]\ngempa:\n  - 5\n", "a row is a map" },
	{ "kepada: [D112]\ngempa:\n  - {magnitudo: 5, berlaku: 3h}\n", "peringatan.yaml:3: gempa needs jarak (km) or dirasakan" },
	{ "kepada: [D112]\ngempa:\n  - {magnitudo: 55, jarak: 5, berlaku: 3h}\n", "magnitudo must be a number from 1 to 10" },
	{ "kepada: [D112]\ngempa:\n  - {magnitudo: 5.55, jarak: 5, berlaku: 3h}\n", "at most one decimal place" },
	{ "kepada: [D112]\ngempa:\n  - {jarak: -5, berlaku: 3h}\n", "jarak must be a number" },
	{ "kepada: [D112]\ngempa:\n  - {dirasakan: 3, berlaku: 3h}\n", "a degree of MMI" },
	{ "kepada: [D112]\ngempa:\n  - {jarak: 5, tsunami: mungkin, berlaku: 3h}\n", "tsunami must be ya or tidak" },
	{ "kepada: [D112]\ngempa:\n  - {jarak: 5}\n", "needs berlaku" },
	{ "kepada: [D112]\ngempa:\n  - {jarak: 5, berlaku: 30d}\n", "needs berlaku" },
	{ "kepada: [D112]\nwaspada:\n  - {keparahan: Parah, berlaku: 3h}\n", "keparahan must be one of: Unknown, Minor" },
	{ "kepada: [D112]\nwaspada:\n  - {jarak: 5, berlaku: 3h}\n", "waspada has no key \"jarak\"" },
	{ "kepada: [D112]\nwaspada:\n  - {berlaku: 3h, kepada: []}\n", "kepada must be a list of 1 to 8 units" },
};

START_TEST(a_wrong_table_is_named)
{
	struct buf units_file = conf_file("conf/unit.csv"), errors = { 0 };
	struct unit_table *units = units_parse("unit.csv", buf_str(&units_file), units_file.len, &errors);

	ck_assert_ptr_nonnull(units);
	ck_assert_ptr_null(warning_table_parse("peringatan.yaml", wrong_tables[_i].text, strlen(wrong_tables[_i].text), units,
	    &errors));
	ck_assert_msg(strstr(buf_str(&errors), wrong_tables[_i].says) != NULL, "%s: %s", wrong_tables[_i].text, buf_str(&errors));
	ck_assert_int_eq(strncmp(buf_str(&errors), "peringatan.yaml:", 16), 0);
	units_free(units);
	buf_release(&units_file);
	buf_release(&errors);
}
END_TEST

START_TEST(the_shipped_table_is_right)
{
	struct buf units_file = conf_file("conf/unit.csv"), file = conf_file("conf/peringatan.yaml"), errors = { 0 };
	struct unit_table *units = units_parse("unit.csv", buf_str(&units_file), units_file.len, &errors);
	struct warning_table *shipped = warning_table_parse("peringatan.yaml", buf_str(&file), file.len, units, &errors);

	ck_assert_msg(shipped != NULL, "%s", buf_str(&errors));
	ck_assert_int_ge(shipped->n, 6);
	ck_assert(shipped->drills && shipped->rows[0].at_once && shipped->rows[0].tsunami);
	ck_assert_int_eq(shipped->rows[0].units_n, 3);
	free(shipped);
	units_free(units);
	buf_release(&units_file);
	buf_release(&file);
}
END_TEST

Suite *
warning_suite(void)
{
	Suite *s = suite_create("warning");
	TCase *tc = tcase_create("warning");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, which_earthquake_is_ours, 0, N_ELEMS(quakes));
	tcase_add_test(tc, its_words_are_for_people);
	tcase_add_loop_test(tc, an_earthquake_is_read_again, 0, N_ELEMS(again));
	tcase_add_test(tc, silence_is_no_all_clear);
	tcase_add_test(tc, without_its_tsunami_it_is_over);
	tcase_add_loop_test(tc, where_an_alert_holds, 0, N_ELEMS(shapes));
	tcase_add_test(tc, so_near_the_border_counts);
	tcase_add_loop_test(tc, an_alert_without_a_shape, 0, N_ELEMS(named));
	tcase_add_loop_test(tc, how_bad_how_soon_how_sure, 0, N_ELEMS(levels));
	tcase_add_loop_test(tc, what_follows_an_alert, 0, N_ELEMS(follows));
	tcase_add_test(tc, what_was_never_ours_is_not_cancelled);
	tcase_add_test(tc, an_exercise_is_marked_or_left);
	tcase_add_test(tc, an_end_too_far_away_is_not_believed);
	tcase_add_test(tc, what_is_kept_comes_back);
	tcase_add_loop_test(tc, what_is_damaged_is_refused, 0, N_ELEMS(damaged));
	tcase_add_test(tc, a_ring_is_checked);
	tcase_add_loop_test(tc, words_from_outside, 0, N_ELEMS(texts));
	tcase_add_loop_test(tc, a_wrong_table_is_named, 0, N_ELEMS(wrong_tables));
	tcase_add_test(tc, the_shipped_table_is_right);
	suite_add_tcase(s, tc);
	return s;
}
