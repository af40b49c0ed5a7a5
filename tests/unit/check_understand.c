#include <check.h>
#include <string.h>

#include <jansson.h>

#include "core/policy.h"
#include "router/understand.h"
#include "tests/unit/conf_file.h"

static struct policy policy;
static struct understander *u;		/* rules alone */
/* rules and the shipped model */
static struct policy policy_with_model;
static struct understander *with_model;

static void
set_up(void)
{
	struct buf kategori = conf_file("conf/kategori.yaml"),
	    wilayah = conf_file("conf/wilayah.csv");
	struct buf tempat = conf_file("conf/tempat.csv"), unit = conf_file("conf/unit.csv");
	struct buf model = conf_file("conf/model.bin");
	struct buf errors = { 0 };

	memset(&policy, 0, sizeof(policy));
	policy.catalogue = catalogue_parse("kategori.yaml", buf_str(&kategori), kategori.len,
	    &errors);
	policy.places = gazetteer_parse("wilayah.csv", buf_str(&wilayah), wilayah.len, "tempat.csv",
	    buf_str(&tempat), tempat.len, &errors);
	policy.units = units_parse("unit.csv", buf_str(&unit), unit.len, &errors);
	policy.borders = conf_file("conf/batas.geojson");
	memcpy(policy.triage_unit, "D112", 5);
	ck_assert_msg(policy.catalogue != NULL && policy.places != NULL && policy.units != NULL,
	    "%s",
	    buf_str(&errors));
	u = understander_new(&policy, &errors);
	ck_assert_msg(u != NULL, "%s", buf_str(&errors));
	policy_with_model = policy;
	policy_with_model.model = linear_parse("model.bin", model.data, model.len, &errors);
	ck_assert_msg(policy_with_model.model != NULL, "%s", buf_str(&errors));
	with_model = understander_new(&policy_with_model, &errors);
	ck_assert_msg(with_model != NULL, "%s", buf_str(&errors));
	buf_release(&model);
	buf_release(&kategori);
	buf_release(&wilayah);
	buf_release(&tempat);
	buf_release(&unit);
	buf_release(&errors);
}

static void
tear_down(void)
{
	understander_free(with_model);
	linear_free(policy_with_model.model);
	understander_free(u);
	catalogue_free(policy.catalogue);
	gazetteer_free(policy.places);
	units_free(policy.units);
	buf_release(&policy.borders);
}

static int
has_unit(const struct understanding *r, const char *code)
{
	for (int i = 0; i < r->units_n; i++)
		if (strcmp(r->units[i], code) == 0)
			return 1;
	return 0;
}

static const struct {
	const char *text, *category;
	enum urgency urgency;
	const char *place, *lead, *also_unit;	/* NULL: not looked at */
	int sealed;
} texts[] = {
	{ "tulung omahe wong kobong nang jambewangi sempu dusun tlogosari, banyune entek",
	    "kebakaran",
	    URGENCY_DARURAT, "35.10.20.2002", "D113-09", "D-35.10.20.2002", 0 },
	{ "tulung omahe wong kobong nang jambewangi sempu dusun tlogosari, banyune entek",
	    "kebakaran",
	    URGENCY_DARURAT, "35.10.20.2002", "D113-09", "D112", 0 },
	{ "anak saya kejang, desa sarongan", "darurat-medis", URGENCY_DARURAT, "35.10.01.2001",
	    NULL, "D119", 0 },
	{ "3 sumberagung", "kebakaran", URGENCY_DARURAT, "35.10.01.2004", "D113-02", "D112", 0 },
	{ "sumberagung 3", "kebakaran", URGENCY_DARURAT, "35.10.01.2004", "D113-02", "D112", 0 },
	{ "kentongan telu sumberagung rt 2", "kebakaran", URGENCY_DARURAT, "35.10.01.2004", NULL,
	    NULL, 0 },
	{ "titir 3x desa sumberagung", "kebakaran", URGENCY_DARURAT, "35.10.01.2004", NULL, NULL,
	    0 },
	{ "desa sumberagung titir papat", "bencana", URGENCY_DARURAT, "35.10.01.2004", NULL, NULL,
	    0 },
	{ "titir 4 muncar", "bencana", URGENCY_DARURAT, "35.10.05", "O-BPBD", NULL, 0 },
	{ "2 ekor sapi hilang di sumberagung", NULL, URGENCY_MENDESAK, "35.10.01.2004", NULL,
	    NULL, 0 },
	{ "lampu jalan mati di desa gintangan", "lampu-jalan", URGENCY_BIASA, "35.10.25.2004",
	    "O-DISHUB",
	    "K-35.10.25", 0 },
	{ "jalan nasional berlubang di wongsorejo", "jalan-rusak", URGENCY_BIASA, NULL, "V-BBPJN",
	    "O-PUCKPP", 0 },
	{ "gang di desa kaligondo berlubang", "jalan-rusak", URGENCY_BIASA, "35.10.09.2005",
	    "D-35.10.09.2005", "O-PUCKPP", 0 },
	{ "kdrt di desa kabat rt 3", "kekerasan-anak", URGENCY_MENDESAK, "35.10.14.2012",
	    "O-DINSOS",
	    "O-UPTDPPA", 1 },
	{ "pungli pembuatan ktp oleh perangkat desa gendoh", "pungli", URGENCY_BIASA,
	    "35.10.20.2005",
	    "O-INSP", NULL, 1 },
	{ "dana desa dikorupsi kades sragi", NULL, URGENCY_BIASA, "35.10.19.2003", "O-INSP",
	    NULL, 1 },
	{ "dana desa sragi tahun ini untuk apa saja", "dana-desa", URGENCY_BIASA, "35.10.19.2003",
	    "O-DPMD", "K-35.10.19", 0 },
	{ "terima kasih lampu sudah nyala", "terima-kasih", URGENCY_BIASA, "", NULL, NULL, 0 },
	{ "tes", "spam", URGENCY_BIASA, "", NULL, NULL, 0 },
	{ "tulung tulung desa bomo", NULL, URGENCY_DARURAT, "35.10.25.2005", "D112",
	    "D-35.10.25.2005", 0 },
};

START_TEST(whole_step)
{
	struct understanding r;
	const char *text = texts[_i].text;

	ck_assert_int_eq(understand(u, text, strlen(text), NULL, &r), 0);
	if (texts[_i].category != NULL)
		ck_assert_msg(strcmp(r.category, texts[_i].category) == 0, "%s: %s", text,
		    r.category);
	ck_assert_msg(r.urgency == texts[_i].urgency, "%s: %s", text, urgency_name(r.urgency));
	if (texts[_i].place != NULL)
		ck_assert_msg(strcmp(r.place, texts[_i].place) == 0, "%s: %s", text, r.place);
	if (texts[_i].lead != NULL)
		ck_assert_msg(r.units_n > 0 && strcmp(r.units[0], texts[_i].lead) == 0,
		    "%s: %s", text,
		    r.units_n > 0 ? r.units[0] : "nobody");
	if (texts[_i].also_unit != NULL)
		ck_assert_msg(has_unit(&r, texts[_i].also_unit), "%s: not %s", text,
		    texts[_i].also_unit);
	ck_assert_msg(r.sealed == texts[_i].sealed, "%s: sealed %d", text, r.sealed);
	ck_assert_int_gt(r.why_n, 0);
}
END_TEST

/* model/bahaya.tsv: short texts of danger and of what only sounds like it, written for this. */
START_TEST(dangers_are_heard)
{
	struct buf table = conf_file("model/bahaya.tsv");
	int dangers = 0, heard = 0, said = 0;
	char *line = strchr(table.data, '\n') + 1;

	while (*line != '\0') {
		char *tab = strchr(line, '\t'), *end = strchr(line, '\n');
		struct understanding r;
		int danger = strncmp(tab + 1, "darurat", 7) == 0, is_said;

		understand(with_model, line, (size_t)(tab - line), NULL, &r);
		is_said = r.urgency == URGENCY_DARURAT;
		dangers += danger;
		said += is_said;
		heard += danger && is_said;
		line = end + 1;
	}
	ck_assert_msg(heard * 100 >= dangers * 93, "%d of %d heard", heard, dangers);
	ck_assert_msg(heard * 100 >= said * 90, "%d of %d said are none", said - heard, said);
	buf_release(&table);
}
END_TEST

static int
has_why(const struct understanding *r, const char *words)
{
	for (int i = 0; i < r->why_n; i++)
		if (strstr(r->why[i], words) != NULL)
			return 1;
	return 0;
}

/* What the model raises, takes back, and never touches. */
static const struct { const char *text, *why; enum urgency urgency; } by_model[] = {
	{ "kata tetangga pakdhe masuk kamar jam dua siang dan sampai sekarang tidak ada suaranya", "menurut model",
	    URGENCY_DARURAT },
	{ "nenek badannya adem semua, diam saja", "menurut model",
	    URGENCY_DARURAT },
	{ "listrik desa hidup mati terus, tv saya tewas", "tanda bahaya lemah, menurut model", URGENCY_MENDESAK },
	{ "kebakaran rumah api besar ada korban terjebak", "tanda bahaya: ", URGENCY_DARURAT },
	{ "jalan rusak di muncar", "model ", URGENCY_BIASA },
};

START_TEST(model_speaks_of_danger)
{
	struct understanding r;

	understand(with_model, by_model[_i].text, strlen(by_model[_i].text), NULL, &r);
	ck_assert_msg(r.urgency == by_model[_i].urgency, "%s: %s", by_model[_i].text,
	    urgency_name(r.urgency));
	ck_assert_msg(has_why(&r, by_model[_i].why), "%s: not %s", by_model[_i].text,
	    by_model[_i].why);
}
END_TEST

/* Below the line of danger and above that of doubt nobody is sent, but a human reads it at once. */
START_TEST(doubtful_danger_is_read)
{
	static const char text[] = "nenek badannya adem semua, diam saja di muncar";
	struct buf kategori = conf_file("conf/kategori.yaml"), errors = { 0 };
	char *line = strstr(kategori.data, "\"bahaya\", b: 35");
	struct policy strict = policy_with_model;
	struct hints heard = { .urgent = 1 };
	struct understander *reader;
	struct understanding r;

	ck_assert_ptr_nonnull(line);
	memcpy(line, "\"bahaya\", b: 99", 15);
	strict.catalogue = catalogue_parse("kategori.yaml", buf_str(&kategori), kategori.len, &errors);
	ck_assert_msg(strict.catalogue != NULL, "%s", buf_str(&errors));
	reader = understander_new(&strict, &errors);
	ck_assert_msg(reader != NULL, "%s", buf_str(&errors));
	understand(reader, text, strlen(text), NULL, &r);
	ck_assert_int_eq(r.urgency, URGENCY_MENDESAK);
	ck_assert(r.unsure && has_why(&r, "mungkin bahaya menurut model"));
	understand(reader, text, strlen(text), &heard, &r);	/* by who heard it himself */
	ck_assert_int_eq(r.urgency, URGENCY_DARURAT);
	ck_assert(!r.unsure);
	understand(reader, "jalan rusak di muncar", 21, NULL, &r);
	ck_assert(!r.unsure && !has_why(&r, "mungkin bahaya"));
	understander_free(reader);
	catalogue_free(strict.catalogue);
	buf_release(&kategori);
	buf_release(&errors);
}
END_TEST

START_TEST(never_to_the_accused)
{
	static const struct { const char *text, *never; } rows[] = {
		{ "kades gendoh minta uang untuk surat", "D-35.10.20.2005" },
		{ "pak camat glenmore minta uang pelicin", "K-35.10.10" },
		{ "pak camat glenmore minta uang pelicin, desa sepanjang", "D-35.10.10.2002" },
		{ "oknum inspektorat minta uang damai", "O-INSP" },
		{ "oknum polisi minta uang damai tilang", "D110" },
		{ "dana bansos dipotong perangkat desa mangir", "D-35.10.13.2002" },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		struct understanding r;

		understand(u, rows[i].text, strlen(rows[i].text), NULL, &r);
		ck_assert_msg(!has_unit(&r, rows[i].never), "%s: %s", rows[i].text, rows[i].never);
		ck_assert_msg(r.units_n > 0, "%s: nobody", rows[i].text);
		ck_assert_msg(r.sealed, "%s: not sealed", rows[i].text);
	}
}
END_TEST

START_TEST(hints_win)
{
	static const char text[] = "lampu jalan mati di muncar";
	struct hints h = { .place = "35.10.20.2002", .category = "sampah" };
	struct understanding r;

	understand(u, text, sizeof(text) - 1, &h, &r);
	ck_assert_str_eq(r.place, "35.10.20.2002");
	ck_assert_str_eq(r.category, "sampah");
	ck_assert_int_eq(r.confidence_permille, 1000);
	ck_assert_int_eq(r.unsure, 0);
	/* an emergency outweighs the box that was ticked */
	understand(u, "rumah kebakaran apinya besar", 28, &h, &r);
	ck_assert_str_eq(r.category, "kebakaran");
	ck_assert_str_eq(r.also[0], "sampah");
	/* a code from nowhere is no hint */
	h = (struct hints){ .place = "99.99", .category = "tidak-ada" };
	understand(u, text, sizeof(text) - 1, &h, &r);
	ck_assert_str_eq(r.place, "35.10.05");
	ck_assert_str_eq(r.category, "lampu-jalan");
	/* the sender's last case tells equal names apart */
	h = (struct hints){ .earlier_place = "35.10.25.2004" };
	understand(u, "sampah numpuk di watukebo", 25, &h, &r);
	ck_assert_str_eq(r.place, "35.10.25.2003");
}
END_TEST

static const struct {
	const char *what, *text;
	const char *at;			/* the position lies at this place's own point; "" at sea */
	const char *place, *rival, *why;	/* NULL: not looked at */
} positions[] = {
	{ "no place in the text", "lampu jalan mati", "35.10.25.2004", "35.10.25.2004", NULL,
	    "tempat Gintangan: posisi" },
	{ "the same place", "lampu mati di desa gintangan", "35.10.25.2004", "35.10.25.2004", NULL,
	    "posisi, dan disebut" },
	{ "the text names its kecamatan", "lampu mati di muncar", "35.10.05.2004", "35.10.05.2004",
	    NULL, "posisi, dan disebut" },
	{ "one of two of a name", "sampah numpuk di watukebo", "35.10.25.2003", "35.10.25.2003",
	    NULL, NULL },
	{ "a desa not far away is believed", "lampu mati di desa gintangan", "35.10.25.2003",
	    "35.10.25.2004", "35.10.25.2003", "posisi di Watukebo" },
	{ "a desa far away is doubted", "lampu mati di desa sarongan", "35.10.25.2004",
	    "35.10.25.2004", "35.10.01.2001", "Sarongan disebut" },
	{ "at sea, nothing named", "perahu terbalik", "", "", NULL, "posisi di luar kabupaten" },
	{ "at sea, a place named", "perahu terbalik dari desa gintangan", "", "35.10.25.2004", NULL,
	    "posisi di luar kabupaten" },
};

/* What an officer says is urgent waits for no certainty of its kind, only for where it is. */
static const struct { const char *text, *place, *category; int unsure; const char *lead; } said_urgent[] = {
	{ "panggilan darurat, keterangan menyusul", "35.10.14.2012", NULL, 0, NULL },
	{ "ada orang tergeletak", "35.10.14.2012", NULL, 0, NULL },
	{ "pagar roboh", "35.10.14.2012", "lampu-jalan", 0, "O-DISHUB" },
	{ "panggilan darurat, keterangan menyusul", NULL, NULL, 1, NULL },
};
START_TEST(an_officer_says_it_is_urgent)
{
	struct hints h = { .place = said_urgent[_i].place, .category = said_urgent[_i].category, .urgent = 1 };
	struct understanding r;
	int near = 0;

	understand(u, said_urgent[_i].text, strlen(said_urgent[_i].text), &h, &r);
	ck_assert_msg(r.urgency == URGENCY_DARURAT, "%s: %s", said_urgent[_i].text, urgency_name(r.urgency));
	ck_assert_msg(r.unsure == said_urgent[_i].unsure, "%s: unsure %d", said_urgent[_i].text, r.unsure);
	for (int i = 0; i < r.units_n; i++)
		near |= strcmp(r.units[i], "K-35.10.14") == 0;
	ck_assert_int_eq(near, said_urgent[_i].place != NULL);
	if (said_urgent[_i].lead != NULL)
		ck_assert_str_eq(r.units[0], said_urgent[_i].lead);
}
END_TEST

START_TEST(where_it_stood)
{
	struct hints h = { .has_position = 1, .lat = -8.45, .lng = 114.60 };
	const struct place *at = place_find(policy.places, positions[_i].at);
	const char *what = positions[_i].what;
	struct understanding r;
	int told = positions[_i].why == NULL;

	if (at != NULL)
		h.lat = at->lat, h.lng = at->lng;
	understand(u, positions[_i].text, strlen(positions[_i].text), &h, &r);
	ck_assert_msg(strcmp(r.place, positions[_i].place) == 0, "%s: %s", what, r.place);
	if (positions[_i].rival != NULL)
		ck_assert_msg(r.rivals_n > 0 && strcmp(r.rivals[0], positions[_i].rival) == 0,
		    "%s: rival %s", what, r.rivals[0]);
	for (int i = 0; i < r.why_n; i++)
		told |= positions[_i].why != NULL && strstr(r.why[i], positions[_i].why) != NULL;
	ck_assert_msg(told, "%s: no word of it", what);
}
END_TEST

/* Where the cell stands settles which of two villages is meant, and nothing else. */
START_TEST(by_which_cell_it_came)
{
	static const char twin[] = "sampah numpuk di watukebo", none[] = "sampah numpuk di jalan";
	struct buf text = conf_file("conf/kategori.yaml"), changed = { 0 }, errors = { 0 };
	const char *at = strstr(buf_str(&text), "\nsel: []\n");
	struct hints h = { .cell = "510-10-3412-77" };
	struct policy with_cells = policy;
	struct understander *own;
	struct understanding r;

	ck_assert_ptr_nonnull(at);
	buf_add(&changed, text.data, (size_t)(at - text.data));
	buf_adds(&changed, "\nsel:\n  - {k: \"510-10-3412-77 = 35.10.25\", b: 1}\n  - {k: \"Posko-Wongsorejo = 35.10.18.2001\", b: 1}\n");
	buf_adds(&changed, at + 9);
	with_cells.catalogue = catalogue_parse("kategori.yaml", buf_str(&changed), changed.len, &errors);
	ck_assert_msg(with_cells.catalogue != NULL, "%s", buf_str(&errors));
	own = understander_new(&with_cells, &errors);
	ck_assert_msg(own != NULL, "%s", buf_str(&errors));
	understand(own, twin, sizeof(twin) - 1, &h, &r);
	ck_assert_str_eq(r.place, "35.10.25.2003");
	ck_assert(has_why(&r, "pemancar di Blimbingsari"));
	h.cell = "posko-wongsorejo";
	understand(own, twin, sizeof(twin) - 1, &h, &r);
	ck_assert_str_eq(r.place, "35.10.18.2008");
	/* nobody says where: a cell is kilometres wide, so he is asked */
	understand(own, none, sizeof(none) - 1, &h, &r);
	ck_assert_str_eq(r.place, "");
	h.cell = "510-10-3412-7";
	understand(own, twin, sizeof(twin) - 1, &h, &r);
	ck_assert_str_eq(r.place, "");
	ck_assert_int_eq(r.rivals_n, 2);
	understander_free(own);
	catalogue_free(with_cells.catalogue);
	buf_reset(&changed);
	buf_add(&changed, text.data, (size_t)(at - text.data));
	buf_adds(&changed, "\nsel:\n  - {k: \"510-10-3412-77 = 35.99\", b: 1}\n");
	buf_adds(&changed, at + 9);
	with_cells.catalogue = catalogue_parse("kategori.yaml", buf_str(&changed), changed.len, &errors);
	ck_assert_ptr_nonnull(with_cells.catalogue);
	ck_assert_ptr_null(understander_new(&with_cells, &errors));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "sel is"));
	catalogue_free(with_cells.catalogue);
	buf_release(&text);
	buf_release(&changed);
	buf_release(&errors);
}
END_TEST

/* A desa whose three strokes mean another thing than its neighbours'. */
START_TEST(a_desa_has_strokes_of_its_own)
{
	static const struct { const char *text, *category; enum urgency urgency; } rows[] = {
		{ "3 sumberagung", "bencana", URGENCY_DARURAT }, { "titir telu desa sumberagung", "bencana", URGENCY_DARURAT },
		{ "3 sarongan", "kebakaran", URGENCY_DARURAT }, { "4 sumberagung", "bencana", URGENCY_DARURAT },
		{ "5 sumberagung", "odgj", URGENCY_MENDESAK }, { "5 sarongan", "keamanan", URGENCY_MENDESAK },
	};
	struct buf text = conf_file("conf/kategori.yaml"), changed = { 0 }, errors = { 0 };
	const char *at = strstr(buf_str(&text), "\ntitir:\n");
	struct policy with_table = policy;
	struct understander *own;

	ck_assert_ptr_nonnull(at);
	buf_add(&changed, text.data, (size_t)(at + 8 - text.data));
	buf_adds(&changed, "  - {k: \"3 bencana 35.10.01.2004\", b: 10}\n  - {k: \"5 odgj 35.10.01.2004\", b: 5}\n");
	buf_adds(&changed, at + 8);
	with_table.catalogue = catalogue_parse("kategori.yaml", buf_str(&changed), changed.len, &errors);
	ck_assert_msg(with_table.catalogue != NULL, "%s", buf_str(&errors));
	own = understander_new(&with_table, &errors);
	ck_assert_msg(own != NULL, "%s", buf_str(&errors));
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		struct understanding r;

		understand(own, rows[i].text, strlen(rows[i].text), NULL, &r);
		ck_assert_msg(strcmp(r.category, rows[i].category) == 0 && r.urgency == rows[i].urgency, "%s: %s %s",
		    rows[i].text, r.category, urgency_name(r.urgency));
	}
	understander_free(own);
	catalogue_free(with_table.catalogue);
	buf_release(&text);
	buf_release(&changed);
	buf_release(&errors);
}
END_TEST

/* Who is called for the danger comes, and what else is said stays beside it. */
static const struct { const char *text, *category, *also, *unit; } dangers_first[] = {
	{ "anak saya panas tinggi 3 hari kejang sekarang di desa kalibarumanis, puskesmas tutup", "darurat-medis",
	    "", "D119" },
	{ "jembatan ambrol orang jatuh ke sungai desa songgon", "kecelakaan", "jembatan", "D119" },
	{ "pagar sekolah roboh murid tertimpa 3 anak berdarah desa tegalsari", "kecelakaan", "pendidikan", "D119" },
	/* without danger the problem that is named best stays first */
	{ "jembatan ambrol di desa songgon, dulu ada yang kecelakaan disitu", "jembatan", "", "O-PUCKPP" },
	/* a flood to the ankles is a problem of its own, and no emergency */
	{ "sampah menumpuk di pasar desa kabat, dan banjir semata kaki di jalan raya desa kabat", "sampah", "bencana", "O-DLH" },
};
START_TEST(danger_comes_first)
{
	struct understanding r;

	understand(with_model, dangers_first[_i].text, strlen(dangers_first[_i].text), NULL, &r);
	ck_assert_msg(strcmp(r.category, dangers_first[_i].category) == 0, "%s: %s", dangers_first[_i].text, r.category);
	ck_assert_msg(strcmp(r.also[0], dangers_first[_i].also) == 0, "%s: and %s", dangers_first[_i].text, r.also[0]);
	ck_assert_msg(has_unit(&r, dangers_first[_i].unit), "%s: no %s", dangers_first[_i].text, dangers_first[_i].unit);
}
END_TEST

/* A confidential matter keeps its offices whatever else is heard, and fear makes it no smaller. */
START_TEST(what_is_done_to_somebody_stays_urgent)
{
	static const char afraid[] = "tetangga saya pukul istrinya tiap malam, kami takut lapor, desa gitik";
	struct understanding r;

	understand(with_model, afraid, sizeof(afraid) - 1, NULL, &r);
	ck_assert_str_eq(r.category, "kekerasan-anak");
	ck_assert_int_eq(r.urgency, URGENCY_MENDESAK);
	ck_assert(has_unit(&r, "O-UPTDPPA"));
}
END_TEST

/* The second problem of a text in which no danger stands is none, whatever its category. */
START_TEST(a_second_problem_is_no_emergency_by_its_name)
{
	static const char text[] = "sampah menumpuk di pasar desa kabat, dan banjir semata kaki di jalan raya desa kabat";
	struct hints h = { .category = "bencana", .other = 1 };
	struct understanding r;

	understand(with_model, text, sizeof(text) - 1, &h, &r);
	ck_assert_str_eq(r.category, "bencana");
	ck_assert_int_eq(r.urgency, URGENCY_MENDESAK);
}
END_TEST

START_TEST(two_problems)
{
	static const char text[] = "lampu jalan mati di desa bomo, dan sampah menumpuk di depan pasar";
	struct understanding r;

	understand(u, text, sizeof(text) - 1, NULL, &r);
	ck_assert_int_eq(r.also_n, 1);
	ck_assert((strcmp(r.category, "sampah") == 0 && strcmp(r.also[0], "lampu-jalan") == 0) ||
	    (strcmp(r.category, "lampu-jalan") == 0 && strcmp(r.also[0], "sampah") == 0));
}
END_TEST

/* Each thing and what is wrong with it; NULL: one problem, however many things are named beside it. */
static const struct { const char *text, *one, *other; } parts[] = {
	{ "lampu jalan mati di desa gintangan. sampah juga numpuk tidak diangkut", "sampah", "lampu-jalan" },
	{ "selokan mampet dan jalan berlubang di desa bomo", "drainase", "jalan-rusak" },
	{ "listrik padam di desa bomo, air pdam juga tidak keluar", "listrik", "air-bersih" },
	{ "jembatan rusak dan sampah menumpuk di bawahnya desa kabat", "jembatan", "sampah" },
	{ "1. jalan rusak 2. lampu mati desa kabat", "lampu-jalan", "jalan-rusak" },
	{ "dalane bolong nang desa kabat, lampune yo mati", "lampu-jalan", "jalan-rusak" },
	{ "jalan rusak di depan pasar desa kabat, dekat sekolah", "jalan-rusak", NULL },
	{ "lampu jalan mati di depan sd, mohon diperbaiki, terima kasih", "lampu-jalan", NULL },
	{ "pohon besar di depan puskesmas kabat rimbun, takut menimpa kabel listrik", "pohon", NULL },
	{ "sampah menumpuk di depan balai desa bomo, sampai bau", "sampah", NULL },
};
START_TEST(each_part_is_read)
{
	struct understanding r;
	const char *text = parts[_i].text;

	understand(with_model, text, strlen(text), NULL, &r);
	ck_assert_msg(r.also_n == (parts[_i].other != NULL), "%s: %d further, %s", text, r.also_n, r.also[0]);
	if (parts[_i].other == NULL)
		ck_assert_msg(strcmp(r.category, parts[_i].one) == 0, "%s: %s", text, r.category);
	else
		ck_assert_msg((strcmp(r.category, parts[_i].one) == 0 && strcmp(r.also[0], parts[_i].other) == 0) ||
		    (strcmp(r.category, parts[_i].other) == 0 && strcmp(r.also[0], parts[_i].one) == 0), "%s: %s and %s",
		    text, r.category, r.also[0]);
}
END_TEST

START_TEST(any_bytes)
{
	struct understanding r;
	char noise[4096];
	unsigned seed = 1;

	for (int round = 0; round < 200; round++) {
		for (size_t i = 0; i < sizeof(noise); i++) {
			seed = seed * 1664525u + 1013904223u;
			noise[i] = (char)(seed >> 24);
		}
		understand(u, noise, sizeof(noise), NULL, &r);
		ck_assert_int_ne(r.category[0], '\0');
	}
	ck_assert_int_eq(understand(u, "", 0, NULL, &r), -1);
	ck_assert_str_eq(r.category, "lainnya");
	ck_assert_int_eq(r.unsure, 1);
}
END_TEST

START_TEST(json)
{
	static const char text[] = "api besar di desa bomo \"tolong\"";
	static const char *const keys[] = {
		"category", "urgency", "place", "rivals", "also", "units", "confidential", "triage",
		    "confidence", "why"
	};
	struct understanding r;
	struct buf b = { 0 };
	json_t *j;

	understand(u, text, sizeof(text) - 1, NULL, &r);
	understanding_to_json(&b, &r);
	j = json_loads(buf_str(&b), JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(j != NULL, "%s", buf_str(&b));
	ck_assert_uint_eq(json_object_size(j), N_ELEMS(keys));
	for (size_t i = 0; i < N_ELEMS(keys); i++)
		ck_assert_msg(json_object_get(j, keys[i]) != NULL, "%s", keys[i]);
	ck_assert_str_eq(json_string_value(json_object_get(j, "urgency")), "darurat");
	ck_assert(json_is_false(json_object_get(j, "confidential")));
	ck_assert(json_number_value(json_object_get(j, "confidence")) > 0.3);
	ck_assert(json_number_value(json_object_get(j, "confidence")) <= 1);
	json_decref(j);
	buf_release(&b);
}
END_TEST

START_TEST(unit_codes_exist)
{
	for (size_t i = 0; i < catalogue_count(policy.catalogue); i++) {
		const struct category *c = category_at(policy.catalogue, i);

		for (size_t k = 0; k < c->units_n + c->owners_n; k++) {
			const char *word = k < c->units_n ?
			    c->units[k] : c->owners[k - c->units_n].unit;

			ck_assert_msg(strcmp(word, "desa") == 0 || strcmp(word, "kecamatan") == 0 ||
			    strcmp(word, "puskesmas") == 0 || strcmp(word, "damkar") == 0 ||
			    unit_find(policy.units, word) != NULL, "%s: %s", c->code, word);
		}
	}
}
END_TEST

Suite *understand_suite(void);
Suite *
understand_suite(void)
{
	Suite *s = suite_create("understand");
	TCase *tc = tcase_create("understand");

	tcase_add_unchecked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, whole_step, 0, N_ELEMS(texts));
	tcase_add_test(tc, dangers_are_heard);
	tcase_add_loop_test(tc, model_speaks_of_danger, 0, N_ELEMS(by_model));
	tcase_add_test(tc, doubtful_danger_is_read);
	tcase_add_test(tc, never_to_the_accused);
	tcase_add_test(tc, hints_win);
	tcase_add_loop_test(tc, where_it_stood, 0, N_ELEMS(positions));
	tcase_add_loop_test(tc, an_officer_says_it_is_urgent, 0, N_ELEMS(said_urgent));
	tcase_add_loop_test(tc, danger_comes_first, 0, N_ELEMS(dangers_first));
	tcase_add_test(tc, what_is_done_to_somebody_stays_urgent);
	tcase_add_test(tc, a_second_problem_is_no_emergency_by_its_name);
	tcase_add_test(tc, by_which_cell_it_came);
	tcase_add_test(tc, a_desa_has_strokes_of_its_own);
	tcase_add_test(tc, two_problems);
	tcase_add_loop_test(tc, each_part_is_read, 0, N_ELEMS(parts));
	tcase_add_test(tc, any_bytes);
	tcase_add_test(tc, json);
	tcase_add_test(tc, unit_codes_exist);
	suite_add_tcase(s, tc);
	return s;
}
