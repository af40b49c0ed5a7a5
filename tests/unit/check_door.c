#include <check.h>
#include <string.h>

#include "core/door.h"
#include "tests/unit/conf_file.h"

static struct door *
door(void)
{
	struct buf text = conf_file("conf/kategori.yaml"), errors = { 0 };
	struct catalogue *c = catalogue_parse("k", buf_str(&text), text.len, &errors);
	struct door *d;

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	d = door_new(c);
	catalogue_free(c);		/* the door keeps nothing of it */
	buf_release(&text);
	return d;
}

static const struct { const char *text; int danger; } texts[] = {
	{ "tulung omahe wong kobong nang jambewangi", 1 },
	{ "KEBAKARAN", 1 },
	{ "kbakaran di pasar", 1 },
	{ "kebakarannnn di pasar", 1 },
	{ "kecelakaane nang ngarep pasar", 1 },
	{ "bapak saya tdk sadar", 1 },
	{ "ora sadar pak", 1 },
	{ "na' kene' ta' sadar", 1 },
	{ "bukan kebakaran kok", 1 },			/* no grammar here: rather one too many */
	{ "banjir", 1 },
	{ "anak hanyut\xf0\x9f\x99\x8f", 1 },
	{ "\xff\xfe kobong \xff", 1 },
	{ "lampu jalan mati di kabat", 0 },
	{ "tolong jalan diaspal", 0 },
	{ "minta surat pindah", 0 },
	{ "sadar wisata", 0 },
	{ "lampu mati di depan rumah", 0 },
	{ "got mampet dpn rmh rt 2 bau bgt", 0 },
	{ "sirahe metu getih akeh", 1 },
	{ "tangan kejepit mesin giling", 1 },
	{ "kobongan", 1 },
	{ "simbah digugah ora tangi", 1 },
	{ "oreng towa ta' bisa kalowar", 1 },
	{ "tolong", 1 },				/* a cry, if it is all that is said */
	{ "tolong lampunya", 0 },
	{ "orang dinas sudah datang dua kali dan kemarin bilang anggarannya memang sudah jatuh tempo", 0 },
	{ "", 0 },
	{ "   ...   ", 0 },
};

START_TEST(lane)
{
	struct door *d = door();

	ck_assert_msg(danger_at_door(d, texts[_i].text, strlen(texts[_i].text)) == texts[_i].danger,
	    "\"%s\"", texts[_i].text);
	door_free(d);
}
END_TEST

START_TEST(length_counts_not_the_nul)
{
	struct door *d = door();

	ck_assert_int_eq(danger_at_door(d, "aman kobong", 4), 0);
	ck_assert_int_eq(danger_at_door(d, "aman\0kobong", 11), 1);
	door_free(d);
}
END_TEST

START_TEST(no_words_no_danger)
{
	static const char text[] =
	    "kategori:\n  - {kode: x, ringkas: x, urgensi: biasa, unit: [desa]}\n"
	    "darurat:\n  - {k: \"kabel ~ putus sekali\", b: 10}\n  - {k: api, b: 5}\n";
	struct buf errors = { 0 };
	struct catalogue *c = catalogue_parse("k", text, sizeof(text) - 1, &errors);
	struct door *d;

	ck_assert_msg(c != NULL, "%s", buf_str(&errors));
	d = door_new(c);
	ck_assert_int_eq(danger_at_door(d, "api", 3), 0);	/* too light alone */
	ck_assert_int_eq(danger_at_door(d, "kabel pln putus sekali", 22), 1);
	ck_assert_int_eq(danger_at_door(d, "putus sekali kabelnya", 21), 1);	/* in any order */
	ck_assert_int_eq(danger_at_door(d, "kabel a b c d e f putus sekali", 30), 1);
	ck_assert_int_eq(danger_at_door(d, "kabel a b c d e f g h i putus sekali", 36), 0);
	ck_assert_int_eq(danger_at_door(d, "putus sekali", 12), 0);	/* half of it is none */
	ck_assert_int_eq(danger_at_door(d, "kabel putus", 11), 0);
	ck_assert_int_eq(danger_at_door(d, "putus", 5), 0);
	door_free(d);
	catalogue_free(c);
}
END_TEST

Suite *door_suite(void);
Suite *
door_suite(void)
{
	Suite *s = suite_create("door");
	TCase *tc = tcase_create("door");

	tcase_add_loop_test(tc, lane, 0, N_ELEMS(texts));
	tcase_add_test(tc, length_counts_not_the_nul);
	tcase_add_test(tc, no_words_no_danger);
	suite_add_tcase(s, tc);
	return s;
}
