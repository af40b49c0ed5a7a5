#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"
#include "lib/config.h"

Suite *policy_suite(void);

static const char *const names[] = {
	"sla.yaml", "kategori.yaml", "unit.csv", "wilayah.csv", "tempat.csv", "libur.csv",
	"pesan/id.yaml", "pesan/en.yaml",
};

static struct conf_set conf;

static void
load(void)
{
	conf.n = N_ELEMS(names);
	conf.files = xcalloc(conf.n, sizeof *conf.files);
	for (size_t i = 0; i < conf.n; i++) {
		char path[64];

		snprintf(path, sizeof path, "conf/%s", names[i]);
		conf.files[i].name = xstrdup(names[i]);
		ck_assert_msg(file_read(path, 16 << 20, &conf.files[i].data) == 0, "%s", path);
	}
}

static void
unload(void)
{
	conf_release(&conf);
}

static struct policy *
policy(void)
{
	struct buf errors = { 0 };
	struct policy *p = policy_parse(&conf, &errors);

	ck_assert_msg(p != NULL, "%s", buf_str(&errors));
	ck_assert_str_eq(buf_str(&errors), "");
	buf_release(&errors);
	return p;
}

static struct conf_file *
file(const char *name)
{
	struct conf_file *f = (struct conf_file *)(uintptr_t)conf_find(&conf, name);

	ck_assert_msg(f != NULL, "%s", name);
	return f;
}

/* The line of the nth (from 1) place where from stands. */
static int
replace(const char *name, int nth, const char *from, const char *to)
{
	struct conf_file *f = file(name);
	const char *at = f->data.data;
	struct buf changed = { 0 };
	int line = 1;

	for (at = strstr(at, from); at != NULL && --nth > 0; )
		at = strstr(at + 1, from);
	ck_assert_msg(at != NULL, "%s: %s", name, from);
	for (const char *s = f->data.data; s < at; s++)
		line += *s == '\n';
	buf_add(&changed, f->data.data, (size_t)(at - f->data.data));
	buf_adds(&changed, to);
	buf_adds(&changed, at + strlen(from));
	buf_release(&f->data);
	f->data = changed;
	return line;
}

static int
line_of(const char *name, const char *text)
{
	const char *s = file(name)->data.data, *at = strstr(s, text);
	int line = 1;

	ck_assert_msg(at != NULL, "%s: %s", name, text);
	for (; s < at; s++)
		line += *s == '\n';
	return line;
}

/* ---- the regency's policy ---- */

START_TEST(banyuwangi_is_valid)
{
	struct policy *p = policy();

	ck_assert_int_eq(p->clocks_n, 7);
	ck_assert_int_eq(policy_clock_index(p, "ditangani"), 2);
	ck_assert_int_eq(policy_clock_index(p, "tak-ada"), -1);
	ck_assert_int_eq(p->clocks[0].stop, STOP_ON_TRIAGE);
	ck_assert_int_eq(p->clocks[2].warnings_n, 3);
	ck_assert_int_eq(p->clocks[2].warnings[1], 75);
	ck_assert_int_eq(p->confirm_ms, 3 * DAY_MS);
	ck_assert_int_eq(p->undo_ms, 10 * MINUTE_MS);
	ck_assert_int_eq(p->wait_max_ms, 60 * DAY_MS);
	ck_assert_int_eq(p->ask_ms, 2 * DAY_MS);
	ck_assert_int_eq(p->review_ms, DAY_MS);
	ck_assert_int_eq(p->message_life_ms, 12 * HOUR_MS);
	ck_assert_int_eq(p->told_max, 3);
	ck_assert_str_eq(p->triage_unit, "D112");
	ck_assert_str_eq(p->roster_unit, "O-KOMINFO");
	ck_assert_int_eq(p->night_from_min, 21 * 60);
	ck_assert_int_eq(p->night_until_min, 5 * 60);
	ck_assert_uint_eq(p->night_urgencies, 1u << URGENCY_BIASA);
	ck_assert_int_eq(p->hand_ons_max, 3);
	ck_assert_str_eq(p->hand_ons_unit, "SEKDA");
	ck_assert_int_eq(p->wait_reasons_n, 5);
	ck_assert_str_eq(p->wait_reasons[1], "suku-cadang");
	ck_assert_int_eq(p->clocks[3].pauses, 1);
	ck_assert_int_eq(p->clocks[4].pauses, 0);
	ck_assert_int_eq(p->clocks[2].pauses, 0);
	policy_free(p);
}
END_TEST

static int64_t
at(int month, int day, int hour, int minute)
{
	struct wib t = { .year = 2026, .month = month, .day = day, .hour = hour,
	    .minute = minute };

	return wib_to_ms(&t);
}

/* Reports of Friday, 20 November 2026, 14:05. */
static const struct {
	const char *clock;
	enum urgency urgency;
	const char *category;
	enum unit_tier tier;
	int month, day, hour, minute;		/* 0: the clock does not run */
} dues[] = {
	{ "triase", URGENCY_BIASA, "lainnya", TIER_LAYANAN, 11, 20, 14, 20 },
	{ "triase", URGENCY_DARURAT, "lainnya", TIER_LAYANAN, 11, 20, 14, 10 },
	{ "diambil", URGENCY_DARURAT, "kebakaran", TIER_LAYANAN, 11, 20, 14, 10 },
	{ "diambil", URGENCY_MENDESAK, "pohon", TIER_DINAS, 11, 20, 14, 35 },
	{ "diambil", URGENCY_BIASA, "sampah", TIER_DESA, 11, 20, 16, 5 },
	{ "diambil", URGENCY_MENDESAK, "kekerasan-anak", TIER_DINAS, 11, 20, 14, 20 },
	{ "diambil", URGENCY_DARURAT, "kekerasan-anak", TIER_DINAS, 11, 20, 14, 10 },
	{ "diambil", URGENCY_BIASA, "kemiskinan-kesehatan", TIER_DINAS, 11, 20, 14, 35 },
	{ "ditangani", URGENCY_DARURAT, "kebakaran", TIER_LAYANAN, 11, 20, 15, 5 },
	{ "ditangani", URGENCY_DARURAT, "kebakaran", TIER_KECAMATAN, 11, 20, 15, 5 },
	{ "ditangani", URGENCY_BIASA, "sampah", TIER_KECAMATAN, 11, 20, 16, 5 },
	{ "ditangani", URGENCY_BIASA, "sampah", TIER_DESA, 11, 20, 18, 5 },
	{ "ditangani", URGENCY_MENDESAK, "sampah", TIER_DINAS, 11, 20, 18, 5 },
	{ "ditangani", URGENCY_BIASA, "listrik", TIER_LUAR, 11, 20, 18, 5 },
	{ "diselesaikan", URGENCY_DARURAT, "jalan-rusak", TIER_DINAS, 11, 21, 14, 5 },
	{ "diselesaikan", URGENCY_BIASA, "lampu-jalan", TIER_DINAS, 11, 25, 14, 5 },
	{ "diselesaikan", URGENCY_BIASA, "jalan-rusak", TIER_DINAS, 12, 10, 14, 5 },
	{ "diselesaikan", URGENCY_BIASA, "anak-putus-sekolah", TIER_DINAS, 12, 10, 14, 5 },
	{ "diselesaikan", URGENCY_BIASA, "kemiskinan-kesehatan", TIER_DINAS, 11, 23, 14, 5 },
	{ "diselesaikan", URGENCY_BIASA, "ketertiban", TIER_DINAS, 11, 27, 14, 5 },
};

START_TEST(due_times_are_exact)
{
	struct policy *p = policy();
	int i = policy_clock_index(p, dues[_i].clock);
	int64_t due = policy_due_ms(p, &p->clocks[i], dues[_i].urgency, dues[_i].category,
	    dues[_i].tier,
	    at(11, 20, 14, 5));
	struct buf b = { 0 };

	buf_add_wib_short(&b, due);
	ck_assert_msg(due == at(dues[_i].month, dues[_i].day, dues[_i].hour, dues[_i].minute),
	    "%s %s: %s",
	    dues[_i].clock, dues[_i].category, buf_str(&b));
	buf_release(&b);
	policy_free(p);
}
END_TEST

START_TEST(a_clock_without_target_does_not_run)
{
	struct clock_rule clock = { .targets_n = 1 };
	struct target only = { .urgency = URGENCY_DARURAT, .any_tier = 1, .working_days = -1,
	    .within_ms = 5 };
	struct policy *p = policy();

	clock.targets = &only;
	ck_assert_int_eq(policy_due_ms(p, &clock, URGENCY_DARURAT, "sampah", TIER_DESA, 1000),
	    1005);
	ck_assert_int_eq(policy_due_ms(p, &clock, URGENCY_BIASA, "sampah", TIER_DESA, 1000), 0);
	policy_free(p);
}
END_TEST

static const struct {
	const char *clock, *category;
	enum unit_tier tier;
	const char *rungs;
} climbs[] = {
	{ "diambil", "sampah", TIER_DESA, "kepala>head@0 camat>parent@30 sekda>SEKDA@60 "
	    "bupati>feed:BUPATI@90" },
	{ "ditangani", "sampah", TIER_KECAMATAN,
	    "kepala>head@0 sekda>SEKDA@30 bupati>feed:BUPATI@60" },
	{ "ditangani", "sampah", TIER_DINAS,
	    "kepala>head@0 sekda>SEKDA@30 bupati>feed:BUPATI@60" },
	{ "ditangani", "keamanan", TIER_LAYANAN,
	    "kepala>head@0 sekda>SEKDA@10 bupati>feed:BUPATI@20" },
	{ "ditangani", "darurat-medis", TIER_PUSKESMAS,
	    "kepala>head@0 sekda>SEKDA@10 bupati>feed:BUPATI@20" },
	{ "ditangani", "sampah", TIER_RT,
	  "ketua-rt>head@0 kades>parent@15 camat>camat@45 sekda>SEKDA@75 "
	    "bupati>feed:BUPATI@105" },
	{ "ditangani", "listrik", TIER_LUAR,
	    "setda>O-SETDA@0 sekda>SEKDA@30 bupati>feed:BUPATI@60" },
	{ "ditangani", "kekerasan-anak", TIER_DESA,
	    "dinsos>O-DINSOS@0 sekda>SEKDA@30 bupati>feed:BUPATI@60" },
	{ "ditangani", "pungli", TIER_DINAS,
	    "inspektur>O-INSP@0 sekda>SEKDA@30 bupati>feed:BUPATI@60" },
	{ "triase", "", TIER_LAYANAN, "meja-112>D112@0 sekda>SEKDA@15 bupati>feed:BUPATI@30" },
	{ "diselesaikan", "sampah", TIER_DESA,
	  "kepala>head@0 atasan>parent@1440 sekda>SEKDA@2880 bupati>feed:BUPATI@4320" },
};

START_TEST(ladders_by_tier_and_category)
{
	static const char *const to[] = { "head", "parent", "camat", "", "feed:" };
	struct policy *p = policy();
	const struct clock_rule *clock = &p->clocks[policy_clock_index(p, climbs[_i].clock)];
	const struct ladder *l = policy_ladder_for(p, clock, climbs[_i].category,
	    climbs[_i].tier);
	struct buf b = { 0 };

	for (int i = 0; i < l->n; i++)
		buf_addf(&b, "%s%s>%s%s@%d", i > 0 ? " " : "", l->rungs[i].name,
		    to[l->rungs[i].to],
		    l->rungs[i].unit, (int)(l->rungs[i].after_ms / MINUTE_MS));
	ck_assert_str_eq(buf_str(&b), climbs[_i].rungs);
	ck_assert_str_eq(policy_ladder(p, clock, TIER_LUAR)->name,
	    policy_ladder_for(p, clock, "sampah", TIER_LUAR)->name);
	buf_release(&b);
	policy_free(p);
}
END_TEST

/* ---- mistakes ---- */

#define FIRST_ROW "      - {urgensi: darurat, dalam: 5m}\n      - {dalam: 15m}\n"

/* Each replaces the nth from; the mistake stands that many lines below. */
static const struct {
	const char *what, *file;
	int nth;
	const char *from, *to;
	int below;
	const char *expected;
} mistakes[] = {
	{ "unknown category of a target", "sla.yaml", 1,
	    "{kategori: kekerasan-anak, dalam: 15m}", "{kategori: kekerasan-ibu, dalam: 15m}", 0,
	    "kategori \"kekerasan-ibu\" is unknown" },
	{ "unknown category of a ladder", "sla.yaml", 2, "kategori: pungli", "kategori: suap", 0,
	    "kategori \"suap\" is unknown" },
	{ "unknown urgency", "sla.yaml", 1, "urgensi: mendesak", "urgensi: penting", 0,
	    "urgensi \"penting\" is unknown" },
	{ "unknown tier of a target", "sla.yaml", 1, "{tingkat: kecamatan, dalam",
	    "{tingkat: camat, dalam", 0, "tingkat \"camat\" is unknown" },
	{ "unknown tier of a ladder", "sla.yaml", 1, "tingkat: luar", "tingkat: asing", 0,
	    "tingkat \"asing\" is unknown" },
	{ "unknown unit of a rung", "sla.yaml", 1, "kepada: O-DINSOS", "kepada: O-DINOS", 0,
	    "anak dinsos: kepada \"O-DINOS\" is nobody" },
	{ "a rung to nobody", "sla.yaml", 1, "{nama: kepala, kepada: kepala, setelah: 0s}",
	    "{nama: kepala, setelah: 0s}", 0, "anak kepala: kepada \"\" is nobody" },
	{ "unknown ladder", "sla.yaml", 1, "tangga: meja", "tangga: kursi", 0,
	    "jam triase: tangga \"kursi\" is unknown" },
	{ "two rungs at the same time", "sla.yaml", 1, "kepada: SEKDA, setelah: 30m",
	    "kepada: SEKDA, setelah: 0s", 0,
	    "anak sekda is never reached: it comes no later than kepala" },
	{ "a rung before the one below", "sla.yaml", 1, "kepada: bupati, setelah: 60m",
	    "kepada: bupati, setelah: 20m", 0, "anak bupati is never reached" },
	{ "a rung after the feed", "sla.yaml", 1, "{nama: bupati, kepada: bupati, setelah: 60m}",
	    "{nama: bupati, kepada: bupati, setelah: 60m}\n      - {nama: gubernur, kepada: "
	    "O-SETDA, setelah: 70m}", 1, "anak gubernur is never reached: the feed" },
	{ "a rung without time", "sla.yaml", 1, "kepada: SEKDA, setelah: 30m", "kepada: SEKDA",
	    0, "anak sekda: setelah must be" },
	{ "a rung after a year", "sla.yaml", 1, "kepada: SEKDA, setelah: 30m",
	    "kepada: SEKDA, setelah: 365d", 0, "anak sekda: setelah must be" },
	{ "a rung's name twice", "sla.yaml", 1, "{nama: sekda, kepada: SEKDA",
	    "{nama: kepala, kepada: SEKDA", 0, "anak kepala stands twice" },
	{ "a rung without name", "sla.yaml", 1, "{nama: sekda, kepada: SEKDA", "{kepada: SEKDA",
	    0, "anak needs nama" },
	{ "a name too long", "sla.yaml", 1, "{nama: sekda, kepada: SEKDA",
	    "{nama: sekretaris-daerah, kepada: SEKDA", 0, "anak needs nama: 1 to 15" },
	{ "unknown key of a rung", "sla.yaml", 1, "kepada: SEKDA, setelah: 30m",
	    "kepada: SEKDA, sesudah: 30m", 0, "anak has no key \"sesudah\"" },
	{ "a ladder twice", "sla.yaml", 1, "- nama: rt-atas\n    anak",
	    "- nama: utama\n    anak", 0, "tangga utama stands twice" },
	{ "a ladder without rungs", "sla.yaml", 1, "  - nama: rt-atas\n    anak:\n",
	    "  - nama: rt-atas\n    turunan:\n", 0, "tangga rt-atas needs anak" },
	{ "a rung by an unknown way", "sla.yaml", 1, "{nama: kepala, kepada: kepala, setelah: 0s}",
	    "{nama: kepala, kepada: kepala, setelah: 0s, lewat: merpati}", 0,
	    "anak kepala: lewat must be a way to a number" },
	{ "a rung for an unknown state", "sla.yaml", 1,
	    "{nama: kepala, kepada: kepala, setelah: 0s}",
	    "{nama: kepala, kepada: kepala, setelah: 0s, keadaan: [tidur]}", 0,
	    "anak kepala: keadaan \"tidur\" is unknown" },
	{ "a feed for some", "sla.yaml", 1, "{nama: bupati, kepada: bupati, setelah: 60m}",
	    "{nama: bupati, kepada: bupati, setelah: 60m, urgensi: darurat}", 0,
	    "anak bupati: the feed is for every case" },
	{ "a night of one time", "sla.yaml", 1, "malam: \"21:00-05:00\"", "malam: \"21:00\"", 0,
	    "lain: malam must be two times" },
	{ "a night without an end", "sla.yaml", 1, "malam: \"21:00-05:00\"",
	    "malam: \"21:00-24:00\"", 0, "lain: malam must be two times" },
	{ "an emergency that waits for morning", "sla.yaml", 1, "malam-tahan: biasa",
	    "malam-tahan: [biasa, darurat]", 0, "lain: malam-tahan: darurat waits for no morning" },
	{ "hand-overs without a desk", "sla.yaml", 1, "  oper-meja: SEKDA\n", "", -1,
	    "lain: oper and oper-meja stand together" },
	{ "too few hand-overs", "sla.yaml", 1, "  oper: 3 ", "  oper: 1 ", 0,
	    "lain: oper must be 2 to 9" },
	{ "a reason of two words", "sla.yaml", 1, "suku-cadang, cuaca", "\"suku cadang\", cuaca", 0,
	    "lain: alasan-tunggu takes at most" },
	{ "acceptances of another clock", "sla.yaml", 1,
	    "{tingkat: kecamatan, dalam: 2h}", "{tingkat: kecamatan, dalam: 2h, penerima: 2}", 0,
	    "jam ditangani: penerima is for clocks that stop at terima" },
	{ "a pause that is none", "sla.yaml", 1, "jeda: tidak", "jeda: ya", 0,
	    "jam hukum: jeda can only be tidak" },
	{ "a second alarm to nobody", "kategori.yaml", 1, "bantuan: [O-BPBD, B-PUDAM",
	    "bantuan: [O-BPBDX, B-PUDAM", -8, "kategori kebakaran: bantuan \"O-BPBDX\" is unknown" },
	{ "a ladder nobody climbs", "sla.yaml", 1,
	    "      - {nama: tuntas-desa, tingkat: [rt, desa, puskesmas]}\n", "", 0,
	    "tangga tuntas-desa is climbed by no clock" },
	{ "a clock twice", "sla.yaml", 1, "- nama: ditangani\n", "- nama: diambil\n", 0,
	    "jam diambil stands twice" },
	{ "a clock without name", "sla.yaml", 1, "- nama: ditangani\n", "- sebutan: ditangani\n",
	    0, "jam needs nama" },
	{ "unknown key of a clock", "sla.yaml", 1, "    ingat: [50, 90]\n",
	    "    ingatkan: [50, 90]\n", 0, "jam has no key \"ingatkan\"" },
	{ "a clock that stops at nothing", "sla.yaml", 1, "berhenti: tangani",
	    "berhenti: kerjakan", 0, "jam ditangani: berhenti must be" },
	{ "warnings that fall", "sla.yaml", 1, "ingat: [50, 90]", "ingat: [90, 50]", 0,
	    "jam triase: ingat must be" },
	{ "a warning at the end", "sla.yaml", 1, "ingat: [50, 90]", "ingat: [50, 100]", 0,
	    "jam triase: ingat must be" },
	{ "a warning in words", "sla.yaml", 1, "ingat: [50, 90]", "ingat: [separuh]", 0,
	    "jam triase: ingat must be" },
	{ "five warnings", "sla.yaml", 1, "ingat: [50, 90]", "ingat: [1, 2, 3, 4, 5]", 0,
	    "jam triase: more than 4" },
	{ "no ladder for all others", "sla.yaml", 1, "      - {nama: utama}\n", "", -9,
	    "jam diambil: no ladder for all others" },
	{ "two ladders for all others", "sla.yaml", 1, "      - {nama: utama}\n",
	    "      - {nama: utama}\n      - {nama: cepat}\n", 1,
	    "jam diambil: two ladders for all others" },
	{ "two ladders for a tier", "sla.yaml", 1, "{nama: desa-atas, tingkat: desa}",
	    "{nama: desa-atas, tingkat: [desa, rt]}", 0,
	    "jam diambil: tingkat rt has two ladders" },
	{ "two ladders for a category", "sla.yaml", 1,
	    "[darurat-medis, kebakaran, kecelakaan, bencana]", "[darurat-medis, pungli]", 0,
	    "jam diambil: kategori pungli has two ladders" },
	{ "a ladder by tier and category", "sla.yaml", 1,
	    "{nama: anak, kategori: kekerasan-anak}",
	    "{nama: anak, kategori: kekerasan-anak, tingkat: dinas}", 0,
	    "jam diambil: a row of tangga takes tingkat or kategori, not both" },
	{ "a target that never counts", "sla.yaml", 1, FIRST_ROW,
	    "      - {dalam: 15m}\n      - {urgensi: darurat, dalam: 5m}\n", 1,
	    "jam triase: this target never counts for darurat" },
	{ "the same target twice", "sla.yaml", 1, "kategori: [bencana, keamanan, odgj]",
	    "kategori: [bencana, keamanan, hewan-liar]", 0,
	    "jam diselesaikan: this target never counts for all hewan-liar" },
	{ "a target of no time", "sla.yaml", 1, "{dalam: 15m}", "{dalam: 0m}", 0,
	    "dalam must be" },
	{ "a target without unit of time", "sla.yaml", 1, "{dalam: 15m}", "{dalam: 15}", 0,
	    "dalam must be" },
	{ "a target of 0 working days", "sla.yaml", 1, "{dalam: 5 hari kerja}",
	    "{dalam: 0 hari kerja}", 0, "dalam must be" },
	{ "a target of 251 working days", "sla.yaml", 1, "{dalam: 5 hari kerja}",
	    "{dalam: 251 hari kerja}", 0, "dalam must be" },
	{ "a target of plain days", "sla.yaml", 1, "{dalam: 5 hari kerja}", "{dalam: 5 hari}", 0,
	    "dalam must be" },
	{ "a target of years", "sla.yaml", 1, "{dalam: 15m}", "{dalam: 367d}", 0,
	    "dalam must be" },
	{ "a target without time", "sla.yaml", 1, "{urgensi: mendesak, dalam: 30m}",
	    "{urgensi: mendesak}", 0, "dalam must be" },
	{ "a target that is a word", "sla.yaml", 1, "- {dalam: 15m}", "- 15m", 0,
	    "jam triase: a target is" },
	{ "unknown key of a target", "sla.yaml", 1, "{dalam: 15m}", "{dalam: 15m, untuk: semua}",
	    0, "target has no key \"untuk\"" },
	{ "an empty list", "sla.yaml", 1, "{dalam: 15m}", "{dalam: 15m, kategori: []}", 0,
	    "kategori is an empty list" },
	{ "unknown setting", "sla.yaml", 1, "  urung: 10m ", "  urungkan: 10m ", 0,
	    "lain has no key \"urungkan\"" },
	{ "a setting out of range", "sla.yaml", 1, "  urung: 10m ", "  urung: 2h ", 0,
	    "lain: urung must be 0 s to 1 h" },
	{ "a setting without unit of time", "sla.yaml", 1, "  konfirmasi: 3d ",
	    "  konfirmasi: 3 ", 0, "lain: konfirmasi must be 1 s to 30 d" },
	{ "too many told", "sla.yaml", 1, "diberitahu: 3", "diberitahu: 9", 0,
	    "lain: diberitahu must be 1 to 8" },
	{ "unknown desk", "sla.yaml", 1, "triase: D112 ", "triase: D911 ", 0,
	    "lain: triase must be a kode" },
	{ "no owner of the roster", "sla.yaml", 1, "  jadwal: O-KOMINFO ", "", -18,
	    "lain: jadwal must be a kode" },
	{ "unknown part of the file", "sla.yaml", 1, "\nlain:\n", "\nlain2:\n", 0,
	    "sla.yaml has no key \"lain2\"" },
	{ "broken YAML", "sla.yaml", 1, "ingat: [50, 90]", "ingat: [50, 90", 1, "" },

	{ "a ring of superiors", "unit.csv", 1, "BUPATI,Bupati Banyuwangi,Bupati,kabupaten,,",
	    "BUPATI,Bupati Banyuwangi,Bupati,kabupaten,SEKDA,", 0,
	    "unit BUPATI is its own superior" },
	{ "a unit of no place", "unit.csv", 1, "desa,K-35.10.20,35.10.20.2001,",
	    "desa,K-35.10.20,35.10.20.2099,", 0,
	    "unit D-35.10.20.2001: wilayah 35.10.20.2099 is not in wilayah.csv" },
	{ "a sector of no place", "unit.csv", 1, ",35.10.16,35.10;35.10.14",
	    ",35.10.16,35.10;35.10.99", 0, "unit D113: bertugas 35.10.99 is not in wilayah.csv" },
	{ "a holiday that is none", "libur.csv", 1, "2026-12-25,", "2026-02-30,", 0,
	    "tanggal \"2026-02-30\"" },
	{ "unknown unit of a category", "kategori.yaml", 1,
	    "unit: [O-DISHUB, O-PUCKPP, kecamatan, desa]",
	    "unit: [O-DISHUB, O-PUCKP, kecamatan, desa]", -8,
	    "kategori lampu-jalan: unit \"O-PUCKP\" is unknown" },
	{ "a text too long", "pesan/id.yaml", 1, "\"SISTEM: {apa}\"",
	    "\"SISTEM MELAPORKAN KEADAAN INI: {apa}\"", 0, "sistem: 2 SMS segments" },
};

static void
expect_mistake(const char *what, const char *name, int line, const char *expected)
{
	struct buf errors = { 0 }, wanted = { 0 };

	buf_addf(&wanted, "%s:%d: %s", name, line, expected);
	ck_assert_msg(policy_parse(&conf, &errors) == NULL, "%s", what);
	ck_assert_msg(strstr(buf_str(&errors), buf_str(&wanted)) != NULL, "%s: no %s in\n%s",
	    what,
	    buf_str(&wanted), buf_str(&errors));
	buf_release(&errors);
	buf_release(&wanted);
}

START_TEST(mistakes_name_file_and_line)
{
	int line = replace(mistakes[_i].file, mistakes[_i].nth, mistakes[_i].from,
	    mistakes[_i].to);

	if (mistakes[_i].from[0] == '\n')
		line++;
	if (strcmp(mistakes[_i].what, "a ladder nobody climbs") == 0)
		line = line_of("sla.yaml", "  - nama: tuntas-desa");
	else
		line += mistakes[_i].below;
	expect_mistake(mistakes[_i].what, mistakes[_i].file, line, mistakes[_i].expected);
}
END_TEST

START_TEST(a_desa_without_unit)
{
	replace("unit.csv", 1, "D-35.10.25.2010,Desa Sukojati,Ds. "
	    "Sukojati,desa,K-35.10.25,35.10.25.2010,\n", "");
	expect_mistake("desa", "wilayah.csv", line_of("wilayah.csv", "35.10.25.2010,"),
	    "35.10.25.2010 Sukojati has no unit; add one of tingkat desa");
	replace("unit.csv", 1, "kecamatan,SEKDA,35.10.25,", "kecamatan,SEKDA,,");
	expect_mistake("kecamatan", "wilayah.csv", line_of("wilayah.csv", "35.10.25,"),
	    "35.10.25 Blimbingsari has no unit; add one of tingkat kecamatan");
}
END_TEST

START_TEST(a_category_without_target)
{
	replace("sla.yaml", 1, "      - {dalam: 4h}\n", "");
	expect_mistake("handled", "kategori.yaml",
	    line_of("kategori.yaml", "- kode: lampu-jalan"),
	    "kategori lampu-jalan, urgensi biasa, tingkat dinas has no target on a clock that "
	    "stops at tangani");
}
END_TEST

START_TEST(only_some_categories_without_target)
{
	struct buf errors = { 0 };

	replace("sla.yaml", 1, "      - {dalam: 5 hari kerja}\n", "");
	replace("sla.yaml", 1, "      - {dalam: 14 hari kerja}\n", "");
	expect_mistake("resolved", "kategori.yaml",
	    line_of("kategori.yaml", "- kode: ketertiban"),
	    "kategori ketertiban, urgensi biasa, tingkat dinas has no target on a clock that "
	    "stops at selesai");
	ck_assert_ptr_null(policy_parse(&conf, &errors));
	ck_assert_ptr_null(strstr(buf_str(&errors), "lampu-jalan"));
	ck_assert_ptr_null(strstr(buf_str(&errors), "spam"));		/* opens no case */
	buf_release(&errors);
}
END_TEST

/* What the release before published: texts of its own, and nothing said of why a case may wait. */
START_TEST(a_version_of_the_release_before_reopens)
{
	static const char reasons[] = "anggaran suku-cadang cuaca izin pihak-lain ";
	struct buf errors = { 0 }, found = { 0 };
	struct conf_file *texts = file("pesan/id.yaml");
	struct policy *p;

	replace("sla.yaml", 1, "  alasan-tunggu: [anggaran, suku-cadang, cuaca, izin, pihak-lain]\n", "");
	buf_reset(&texts->data);
	buf_adds(&texts->data, "kabar-menunggu:\n"
	    "  teks: \"Laporan {kode} perlu menunggu: {alasan}. Kami kabari lagi paling lambat {tanggal}.\"\n"
	    "  batas: 2\n"
	    "tarik:\n  teks: \"Tugas {kode} ditarik dari {regu}.\"\n  batas: 1\n");
	ck_assert_ptr_null(policy_parse(&conf, &errors));
	buf_reset(&errors);
	p = policy_reopen(&conf, &errors);
	ck_assert_msg(p != NULL, "%s", buf_str(&errors));
	for (int i = 0; i < p->wait_reasons_n; i++)
		buf_addf(&found, "%s ", p->wait_reasons[i]);
	ck_assert_str_eq(buf_str(&found), reasons);
	policy_free(p);
	buf_release(&found);
	buf_release(&errors);
}
END_TEST

START_TEST(no_handled_clock_at_all)
{
	replace("sla.yaml", 1, "berhenti: tangani", "berhenti: tutup");
	expect_mistake("handled", "kategori.yaml", line_of("kategori.yaml", "- kode: sampah"),
	    "kategori sampah, urgensi biasa, tingkat dinas has no target on a clock that stops at "
	    "tangani");
}
END_TEST

static const struct { const char *from, *to, *rung; } leaks[] = {
	{ "{nama: dinsos, kepada: O-DINSOS,", "{nama: camat, kepada: camat,", "camat" },
	{ "{nama: dinsos, kepada: O-DINSOS,", "{nama: atasan, kepada: induk,", "atasan" },
	{ "{nama: dinsos, kepada: O-DINSOS,", "{nama: sempu, kepada: K-35.10.20,", "sempu" },
};

START_TEST(a_sealed_category_on_an_open_ladder)
{
	struct buf expected = { 0 };

	replace("sla.yaml", 1, leaks[_i].from, leaks[_i].to);
	buf_addf(&expected, "kategori kekerasan-anak is rahasia, but tangga anak of jam diambil "
	    "tells %s",
	    leaks[_i].rung);
	expect_mistake(leaks[_i].rung, "kategori.yaml",
	    line_of("kategori.yaml", "- kode: kekerasan-anak"),
	    buf_str(&expected));
	buf_release(&expected);
}
END_TEST

START_TEST(a_sealed_category_led_by_a_desa)
{
	replace("sla.yaml", 1, "{nama: dinsos, kepada: O-DINSOS,",
	    "{nama: kepala, kepada: kepala,");
	policy_free(policy());			/* the head of Dinas Sosial is named by leading */
	replace("kategori.yaml", 1, "unit: [O-DINSOS, O-UPTDPPA, D110, D129]",
	    "unit: [desa, O-UPTDPPA, D110, D129]");
	expect_mistake("desa", "kategori.yaml",
	    line_of("kategori.yaml", "- kode: kekerasan-anak"),
	    "kategori kekerasan-anak is rahasia, but tangga anak of jam diambil tells kepala");
}
END_TEST

START_TEST(a_missing_file)
{
	static const char *const needed[] = {
		"sla.yaml", "kategori.yaml", "unit.csv", "wilayah.csv", "libur.csv",
		    "pesan/id.yaml"
	};
	struct conf_file *f = file(needed[_i]);

	f->name[0] = '_';
	expect_mistake(needed[_i], needed[_i], 1, "is missing");
}
END_TEST

START_TEST(landmarks_and_english_may_be_missing)
{
	file("tempat.csv")->name[0] = '_';
	file("pesan/en.yaml")->name[0] = '_';
	policy_free(policy());
}
END_TEST

START_TEST(mistakes_of_several_files_are_told_at_once)
{
	int first = replace("sla.yaml", 1, "{dalam: 15m}", "{dalam: 0m}");
	int second = replace("unit.csv", 1, "dinas,SEKDA", "dinas,SEKRETARIS");

	expect_mistake("sla.yaml", "sla.yaml", first, "dalam must be");
	expect_mistake("unit.csv", "unit.csv", second, "induk \"SEKRETARIS\"");
}
END_TEST

/* ---- the roster ---- */

static void
read_roster(struct roster *r)
{
	struct buf text = { 0 }, errors = { 0 };

	memset(r, 0, sizeof *r);
	ck_assert_int_eq(file_read("conf/petugas.csv", 1 << 20, &text), 0);
	ck_assert_msg(roster_parse_csv(r, "petugas.csv", text.data, text.len, &errors) == 0, "%s",
	    buf_str(&errors));
	buf_release(&text);
	buf_release(&errors);
}

static struct officer *
officer(struct roster *r, const char *id)
{
	struct officer *o = (struct officer *)(uintptr_t)officer_find(r, id);

	ck_assert_msg(o != NULL, "%s", id);
	return o;
}

static void
expect_gaps(const struct policy *p, const struct roster *r, int64_t now, int count,
    const char *lines)
{
	struct buf errors = { 0 };

	ck_assert_int_eq(policy_check_roster(p, r, "petugas.csv", now, &errors), count);
	ck_assert_str_eq(buf_str(&errors), lines);
	buf_release(&errors);
}

START_TEST(gaps_in_the_roster)
{
	static const char camat[] = "unit.csv:81: unit K-35.10.20 (Kec. Sempu): a rung without anybody; name a "
	    "reachable kepala in petugas.csv\n";
	struct policy *p = policy();
	struct roster r;
	struct officer *o;

	read_roster(&r);
	expect_gaps(p, &r, at(11, 20, 3, 0), 0, "");
	o = officer(&r, "kpl-k-35.10.20");
	o->away_from_ms = at(11, 20, 0, 0);
	o->away_until_ms = at(11, 27, 0, 0);
	expect_gaps(p, &r, at(11, 19, 3, 0), 0, "");
	expect_gaps(p, &r, at(11, 20, 3, 0), 1, camat);
	expect_gaps(p, &r, at(11, 27, 3, 0), 0, "");
	o->ended = 1;
	expect_gaps(p, &r, at(11, 27, 3, 0), 1, camat);
	roster_release(&r);

	read_roster(&r);
	officer(&r, "kpl-k-35.10.20")->phone[0] = '\0';
	expect_gaps(p, &r, at(11, 20, 3, 0), 1, camat);
	officer(&r, "kpl-k-35.10.20")->phone[0] = '+';
	officer(&r, "ptg-35.10.20.2001-1")->ended = 1;	/* the head is left */
	expect_gaps(p, &r, at(11, 20, 3, 0), 0, "");
	officer(&r, "kpl-35.10.20.2001")->ended = 1;
	expect_gaps(p, &r, at(11, 20, 3, 0), 2,
	    "unit.csv:304: unit D-35.10.20.2001 (Ds. Sempu): a rung without anybody; name a reachable kepala in petugas.csv\n"
	    "unit.csv:304: unit D-35.10.20.2001 (Ds. Sempu): a desa without any reachable officer; name one in petugas.csv\n");
	roster_release(&r);

	read_roster(&r);
	memcpy(officer(&r, "ptg-d112-1")->unit, "D911", 5);
	expect_gaps(p, &r, at(11, 20, 3, 0), 1,
	    "petugas.csv:105: officer ptg-d112-1: unit D911 is unknown; move the officer to a kode of unit.csv\n");
	officer(&r, "ptg-d112-1")->ended = 1;
	officer(&r, "kpl-bupati")->ended = 1;
	expect_gaps(p, &r, at(11, 20, 3, 0), 1,
	    "unit.csv:2: unit BUPATI (Bupati): a rung without anybody; name a reachable kepala in petugas.csv\n");
	roster_release(&r);
	policy_free(p);
}
END_TEST

Suite *
policy_suite(void)
{
	Suite *s = suite_create("policy");
	TCase *tc = tcase_create("policy");

	tcase_add_checked_fixture(tc, load, unload);
	tcase_add_test(tc, banyuwangi_is_valid);
	tcase_add_loop_test(tc, due_times_are_exact, 0, (int)N_ELEMS(dues));
	tcase_add_test(tc, a_clock_without_target_does_not_run);
	tcase_add_loop_test(tc, ladders_by_tier_and_category, 0, (int)N_ELEMS(climbs));
	tcase_add_loop_test(tc, mistakes_name_file_and_line, 0, (int)N_ELEMS(mistakes));
	tcase_add_test(tc, a_desa_without_unit);
	tcase_add_test(tc, a_category_without_target);
	tcase_add_test(tc, only_some_categories_without_target);
	tcase_add_test(tc, no_handled_clock_at_all);
	tcase_add_test(tc, a_version_of_the_release_before_reopens);
	tcase_add_loop_test(tc, a_sealed_category_on_an_open_ladder, 0, (int)N_ELEMS(leaks));
	tcase_add_test(tc, a_sealed_category_led_by_a_desa);
	tcase_add_loop_test(tc, a_missing_file, 0, 6);
	tcase_add_test(tc, landmarks_and_english_may_be_missing);
	tcase_add_test(tc, mistakes_of_several_files_are_told_at_once);
	tcase_add_test(tc, gaps_in_the_roster);
	suite_add_tcase(s, tc);
	return s;
}
