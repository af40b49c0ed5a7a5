#include <check.h>
#include <string.h>

#include "core/assign.h"

static const char units_csv[] =
    "kode,nama,singkatan,tingkat,induk,wilayah,bertugas\n"
    "BUPATI,Bupati,Bupati,kabupaten,,,\n"
    "SEKDA,Sekda,Sekda,kabupaten,BUPATI,,\n"
    "O-INSP,Inspektorat,Inspektorat,dinas,SEKDA,,\n"
    "O-PUCKPP,Pekerjaan Umum,PU,dinas,SEKDA,,\n"
    "D112,Call Center 112,112,layanan,SEKDA,,\n"
    "D113,Damkar kota,Damkar,layanan,SEKDA,35.10.16,35.10\n"
    "D113-09,Damkar Genteng,Damkar,layanan,D113,35.10.09,35.10.20\n"
    "K-35.10.20,Kecamatan Sempu,Sempu,kecamatan,SEKDA,35.10.20,\n"
    "D-35.10.20.2002,Desa Jambewangi,Jambewangi,desa,K-35.10.20,35.10.20.2002,\n"
    "P-SEMPU,Puskesmas Sempu,PKM,puskesmas,O-PUCKPP,35.10.20,\n";

static const char rules[] =
    "kategori:\n"
    "  - {kode: pungli, ringkas: pungli, urgensi: biasa, unit: [O-INSP]}\n"
    "  - {kode: jalan, ringkas: jalan, urgensi: biasa, unit: [O-PUCKPP, kecamatan, desa]}\n"
    "  - {kode: api, ringkas: api, urgensi: darurat, unit: [damkar, D112, desa, kecamatan, puskesmas]}\n"
    "  - {kode: anak, ringkas: anak, rahasia: ya, urgensi: mendesak, unit: [O-INSP]}\n";

static const struct {
	const char *what, *category, *owner, *place, *accused;
	enum urgency urgency;
	int certain;
	const char *units;
} rows[] = {
	{ "lead first", "jalan", NULL, "35.10.20.2002", NULL, URGENCY_BIASA, 1,
	    "O-PUCKPP K-35.10.20 D-35.10.20.2002" },
	{ "no desa for a kecamatan", "jalan", NULL, "35.10.20", NULL, URGENCY_BIASA, 1,
	    "O-PUCKPP K-35.10.20" },
	{ "no place", "jalan", NULL, "", NULL, URGENCY_BIASA, 1, "O-PUCKPP" },
	{ "owner leads", "jalan", "desa", "35.10.20.2002", NULL, URGENCY_BIASA, 1,
	    "D-35.10.20.2002 O-PUCKPP K-35.10.20" },
	{ "fire post of the sector", "api", NULL, "35.10.20.2002", NULL, URGENCY_DARURAT, 1,
	    "D113-09 D112 D-35.10.20.2002 K-35.10.20 P-SEMPU" },
	{ "fire post of the regency", "api", NULL, "35.10.21", NULL, URGENCY_DARURAT, 1,
	    "D113 D112" },
	{ "fire without a place", "api", NULL, "", NULL, URGENCY_DARURAT, 1, "D112" },
	{ "unforeseen emergency", "jalan", NULL, "35.10.20", NULL, URGENCY_DARURAT, 1,
	    "O-PUCKPP K-35.10.20 D112" },
	{ "doubtful emergency", "jalan", NULL, "35.10.20", NULL, URGENCY_DARURAT, 0,
	    "D112 O-PUCKPP K-35.10.20" },
	{ "sealed stays with its own", "anak", NULL, "35.10.20.2002", NULL, URGENCY_DARURAT, 0,
	    "O-INSP" },
	{ "desa accused", "jalan", NULL, "35.10.20.2002", "desa", URGENCY_BIASA, 1,
	    "O-INSP O-PUCKPP K-35.10.20" },
	{ "kecamatan accused: nor its desa", "jalan", NULL, "35.10.20.2002", "kecamatan",
	    URGENCY_BIASA, 1,
	    "O-INSP O-PUCKPP" },
	{ "desa accused, place unknown", "jalan", "desa", "", "desa", URGENCY_BIASA, 1,
	    "O-INSP O-PUCKPP" },
	{ "dinas accused: nor the puskesmas under it", "api", NULL, "35.10.20", "O-PUCKPP",
	    URGENCY_BIASA, 1,
	    "O-INSP D113-09 D112 K-35.10.20" },
	{ "overseer accused", "pungli", NULL, "", "O-INSP", URGENCY_BIASA, 1, "SEKDA" },
};

START_TEST(who)
{
	struct buf errors = { 0 }, got = { 0 };
	struct policy p = { .triage_unit = "D112" };
	struct understanding out = { 0 };
	struct assignment a = {
		.owner = rows[_i].owner, .place = rows[_i].place, .accused = rows[_i].accused,
		.urgency = rows[_i].urgency, .certain = rows[_i].certain,
	};

	p.catalogue = catalogue_parse("k", rules, sizeof(rules) - 1, &errors);
	p.units = units_parse("u", units_csv, sizeof(units_csv) - 1, &errors);
	ck_assert_msg(p.catalogue != NULL && p.units != NULL, "%s", buf_str(&errors));
	a.category = category_find(p.catalogue, rows[_i].category);
	units_assign(&p, &a, &out);
	for (int i = 0; i < out.units_n; i++)
		buf_addf(&got, "%s%s", i == 0 ? "" : " ", out.units[i]);
	ck_assert_msg(strcmp(buf_str(&got), rows[_i].units) == 0, "%s: %s", rows[_i].what,
	    buf_str(&got));
	buf_release(&got);
	units_free(p.units);
	catalogue_free(p.catalogue);
}
END_TEST

Suite *assign_suite(void);
Suite *
assign_suite(void)
{
	Suite *s = suite_create("assign");
	TCase *tc = tcase_create("assign");

	tcase_add_loop_test(tc, who, 0, N_ELEMS(rows));
	suite_add_tcase(s, tc);
	return s;
}
