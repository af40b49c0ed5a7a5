#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sms.h"
#include "core/text.h"
#include "lib/config.h"

Suite *text_suite(void);

/* %<n><s> stands for n times s. */
static void
spell(struct buf *b, const char *pattern)
{
	while (*pattern != '\0') {
		if (*pattern == '%') {
			char *s;
			long n = strtol(pattern + 1, &s, 10);
			size_t len = strcspn(s, "%");

			while (n-- > 0)
				buf_add(b, s, len);
			pattern = s + len + (s[len] == '%' && s[len + 1] == '%');
			continue;
		}
		buf_addc(b, *pattern++);
	}
}

static const struct {
	const char *what, *text;
	enum sms_alphabet alphabet;
	int units, segments;
} sizes[] = {
	{ "nothing", "", SMS_GSM7, 0, 1 },
	{ "160 fit", "%160a", SMS_GSM7, 160, 1 },
	{ "161 are 153 and 8", "%161a", SMS_GSM7, 161, 2 },
	{ "306 are two", "%306a", SMS_GSM7, 306, 2 },
	{ "307 are three", "%307a", SMS_GSM7, 307, 3 },
	{ "an extension character costs two", "%80€", SMS_GSM7, 160, 1 },
	{ "81 euros: a pair is not split", "%81€", SMS_GSM7, 162, 2 },
	{ "153 euros: 76, 76 and 1", "%153€", SMS_GSM7, 306, 3 },
	{ "a pair that straddles moves whole", "%152a%1€%10b", SMS_GSM7, 164, 2 },
	{ "and costs the septet before it", "%152a%1€%152b", SMS_GSM7, 306, 3 },
	{ "all the extension table", "^{}\\[~]|€\f", SMS_GSM7, 20, 1 },
	{ "all the beyond-ASCII table", "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà",
	    SMS_GSM7, 44, 1 },
	{ "a backquote is not in it", "`", SMS_UCS2, 1, 1 },
	{ "nor is a small c cedilla", "ç", SMS_UCS2, 1, 1 },
	{ "nor a tab", "\t", SMS_UCS2, 1, 1 },
	{ "70 fit", "%70永", SMS_UCS2, 70, 1 },
	{ "71 are 67 and 4", "%71永", SMS_UCS2, 71, 2 },
	{ "35 emoji fit", "%35😭", SMS_UCS2, 70, 1 },
	{ "36 emoji are 33 and 3", "%36😭", SMS_UCS2, 72, 2 },
	{ "67 emoji: 33, 33 and 1", "%67😭", SMS_UCS2, 134, 3 },
	{ "a surrogate pair moves whole", "%66a%1😭%10永", SMS_UCS2, 78, 2 },
	{ "and costs the unit before it", "%66a%1😭%66永", SMS_UCS2, 134, 3 },
	{ "one dash turns all into UCS-2", "jalan rusak — berlubang", SMS_UCS2, 23, 1 },
	{ "a broken byte is one unit", "\xff" "a", SMS_UCS2, 2, 1 },
};

START_TEST(measure)
{
	struct buf b = { 0 };
	struct sms_size size;

	spell(&b, sizes[_i].text);
	sms_measure(&size, buf_str(&b), b.len);
	ck_assert_msg(size.alphabet == sizes[_i].alphabet && size.units == sizes[_i].units &&
	    size.segments == sizes[_i].segments, "%s: alphabet %d, %d units, %d segments",
	    sizes[_i].what,
	    (int)size.alphabet, size.units, size.segments);
	buf_release(&b);
}
END_TEST

static const struct { const char *text, *folded, *plain; } folds[] = {
	{ "biasa saja", "biasa saja", "biasa saja" },
	{ "‘a’ “b” – — …", "'a' \"b\" - - ...", "'a' \"b\" - - ..." },
	{ "a\tb\xc2\xa0" "c\xe2\x80\xaf" "d", "a b c d", "a b c d" },
	{ "• satu", "* satu", "* satu" },
	{ "a\xe2\x80\x8b" "b\xe2\x80\x8d" "c\xef\xbb\xbf" "d\xc2\xad" "e", "abcde", "abcde" },
	{ "a\xe2\x80\xae" "b\xe2\x81\xa6" "c", "abc", "abc" },		/* bidi controls */
	{ "a\r\nb\x07\x1b[31m", "a\nb[31m", "a\nb[31m" },
	{ "e\xcc\x81", "é", "é" },					/* NFC first */
	{ "`x´", "'x'", "'x'" },
	{ "a\xff" "b", "a?b", "a?b" },
	{ "ā ç Ő", "ā ç Ő", "a c O" },
	{ "😭😭 tolong 永", "😭😭 tolong 永", "? tolong ?" },
	{ "x²", "x²", "x2" },
	{ "ﬁlm", "ﬁlm", "film" },
	{ "", "", "" },
};

START_TEST(fold)
{
	struct buf b = { 0 };
	struct sms_size size;

	sms_fold(&b, folds[_i].text, strlen(folds[_i].text));
	ck_assert_str_eq(buf_str(&b), folds[_i].folded);
	buf_reset(&b);
	sms_plain(&b, folds[_i].text, strlen(folds[_i].text));
	ck_assert_str_eq(buf_str(&b), folds[_i].plain);
	sms_measure(&size, buf_str(&b), b.len);
	ck_assert_int_eq(size.alphabet, SMS_GSM7);
	buf_release(&b);
}
END_TEST

START_TEST(a_nul_is_dropped)
{
	struct buf b = { 0 };

	sms_fold(&b, "a\0b", 3);
	ck_assert_str_eq(buf_str(&b), "ab");
	buf_release(&b);
}
END_TEST

/* ---- the files ---- */

static struct buf indonesian, english;

static void
load(void)
{
	ck_assert_int_eq(file_read("conf/pesan/id.yaml", 1 << 20, &indonesian), 0);
	ck_assert_int_eq(file_read("conf/pesan/en.yaml", 1 << 20, &english), 0);
}

static void
unload(void)
{
	buf_release(&indonesian);
	buf_release(&english);
}

static struct texts *
parse(struct buf *errors)
{
	struct text_file files[] = {
		{ "pesan/en.yaml", english.data, english.len },
		{ "pesan/id.yaml", indonesian.data, indonesian.len },
	};

	return texts_parse(files, N_ELEMS(files), errors);
}

static struct texts *
texts(void)
{
	struct buf errors = { 0 };
	struct texts *t = parse(&errors);

	ck_assert_msg(t != NULL, "%s", buf_str(&errors));
	buf_release(&errors);
	return t;
}

#define TEN "abcdefghij"
#define E80 TEN TEN TEN TEN TEN TEN TEN TEN

/* The longest values of a regency like this one. */
static const struct template_value longest[] = {
	{ "kode", "7K3F-9QXM" }, { "nonce", "7K3" }, { "kategori", "12345678901234567890" },
	{ "tempat", "Ds. Kalibaru Manis, Kec. Blimbingsari" }, { "unit", "PKM Parijatah Kulon" },
	{ "batas", "22 Nov 02:05 WIB" }, { "tanggal", "22 Nov 02:05 WIB" }, { "alasan", E80 },
	{ "pertanyaan", E80 TEN TEN }, { "keadaan", TEN TEN TEN "ab" }, { "sisa", TEN TEN "ab" },
	{ "lambat", TEN TEN "ab" }, { "daftar", E80 TEN },
	    { "urgensi", "MENDESAK" },
	{ "isi", E80 }, { "persen", "100" }, { "anak", "123456789012345" },
	{ "sebab", E80 }, { "contoh", TEN TEN TEN TEN TEN TEN }, { "apa", E80 TEN TEN TEN TEN TEN TEN },
	{ "telat", TEN TEN "ab" }, { "terlama", TEN TEN TEN TEN "abcdef" }, { "alasan-tunggu", TEN "abcde" },
	{ "jumlah", "20" }, { "angka", "47" }, { "butir", E80 E80 E80 E80 E80 E80 }, { "bukti", "7K3F9-QXM2W" },
	{ "tautan", E80 TEN }, { "sumber", TEN TEN "abcd" }, { "peringatan", E80 E80 TEN TEN TEN TEN TEN TEN },
	{ "daerah", TEN TEN TEN TEN TEN TEN },
	{ "kode-lain", "7K3F-9QXM" }, { "kategori-lain", "12345678901234567890" },
	{ "pilihan", E80 TEN TEN TEN TEN TEN TEN },
};

START_TEST(every_text_fits_its_limit)
{
	struct texts *t = texts();
	struct buf errors = { 0 };

	ck_assert_msg(texts_check(t, longest, N_ELEMS(longest), &errors) == 0, "%s",
	    buf_str(&errors));
	ck_assert_int_eq(text_segments_max(t, "terima"), 1);
	ck_assert_int_eq(text_segments_max(t, "tugas"), 2);
	ck_assert_int_eq(text_segments_max(t, "tak-ada"), 0);
	texts_free(t);
}
END_TEST

/* One SMS is the limit of what comes first: the check code stands in it where names leave it room. */
START_TEST(a_receipt_tells_its_check_code_where_there_is_room)
{
	static const char *const langs[] = { "id", "en", "jv", "osi", "mad" };
	const struct template_value shorter[] = { { "kode", "7K3F-9QXM" }, { "kategori", "kebakaran" },
	    { "tempat", "Ds. Kaligung, Kec. Blimbingsari" }, { "unit", "Damkar Srono" }, { "batas", "15:50 WIB" },
	    { "bukti", "7K3F9-QXM2W" } };
	struct texts *t = texts();

	for (size_t i = 0; i < N_ELEMS(langs); i++) {
		struct buf b = { 0 };
		struct sms_size size;

		ck_assert_int_eq(text_fill(t, langs[i], "terima", &b, shorter, N_ELEMS(shorter)), 0);
		ck_assert_msg(strstr(buf_str(&b), " 7K3F9-QXM2W") != NULL, "%s: %s", langs[i], buf_str(&b));
		sms_measure(&size, b.data, b.len);
		ck_assert_int_eq(size.segments, 1);
		buf_reset(&b);
		buf_adds(&b, "what stood there ");
		ck_assert_int_eq(text_fill(t, langs[i], "terima", &b, longest, N_ELEMS(longest)), 0);
		ck_assert_int_eq(strncmp(buf_str(&b), "what stood there ", 17), 0);
		ck_assert_msg(strstr(buf_str(&b), "7K3F9") == NULL, "%s: %s", langs[i], buf_str(&b));
		ck_assert_int_eq(strcmp(buf_str(&b) + b.len - 9, "7K3F-9QXM"), 0);	/* no loose end */
		sms_measure(&size, b.data + 17, b.len - 17);
		ck_assert_int_eq(size.segments, 1);
		buf_release(&b);
	}
	texts_free(t);
}
END_TEST

static int
fill(const struct texts *t, const char *lang, const char *kind, const char *code, struct buf *out)
{
	struct template_value values[] = { { "kode", code },
	    { "isi", "a\nBalas 1\xe2\x80\xa6" } };

	return text_fill(t, lang, kind, out, values, N_ELEMS(values));
}

START_TEST(filling)
{
	struct texts *t = texts();
	struct buf b = { 0 };

	buf_adds(&b, "> ");
	ck_assert_int_eq(fill(t, "id", "kabar-tambah", "7K3F-9QXM", &b), 0);
	ck_assert_str_eq(buf_str(&b),
	    "> Pesan Anda untuk laporan 7K3F-9QXM sudah kami terima dan "
	    "sampaikan ke petugas. Terima kasih.");
	buf_reset(&b);
	ck_assert_int_eq(fill(t, "en", "tarik", "7K3F-9QXM", &b), 0);
	ck_assert_str_eq(buf_str(&b),
	    "Task 7K3F-9QXM was withdrawn from you. Nothing more to do.");
	buf_reset(&b);
	ck_assert_int_eq(fill(t, "jv", "tarik", "7K3F-9QXM", &b), 0);
	ck_assert_str_eq(buf_str(&b),
	    "Tugas 7K3F-9QXM ditarik dari Anda. Tidak perlu tindakan lagi.");
	buf_reset(&b);
	ck_assert_int_eq(fill(t, NULL, "tambahan", "{isi}", &b), 0);
	ck_assert_str_eq(buf_str(&b), "{isi}: warga menambahkan: a Balas 1...");
	buf_cut(&b, 5);
	ck_assert_int_eq(fill(t, "id", "terima", "7K3F-9QXM", &b),
	    -1);		/* holes without value */
	ck_assert_int_eq(fill(t, "id", "tak-ada", "7K3F-9QXM", &b), -1);
	ck_assert_str_eq(buf_str(&b), "{isi}");
	buf_release(&b);
	texts_free(t);
}
END_TEST

/* Each replaces one piece of the Indonesian file. */
static const struct { const char *what, *from, *to, *kind, *expected; } mistakes[] = {
	{ "a missing kind", "\ntarik:", "\ntarikan:", "pesan/id.yaml:", "unknown kind tarikan" },
	{ "a missing kind is named", "\ntarik:", "\ntarikan:", "pesan/id.yaml:1:",
	    "text tarik is missing" },
	{ "an unknown hole", "Tugas {kode} ditarik", "Tugas {nama} ditarik", "pesan/id.yaml:",
	    "tarik: unknown hole {nama}; it knows: kode" },
	{ "a hole not of this kind", "Baik, kabar", "Baik {kode}, kabar", "pesan/id.yaml:",
	    "stop: unknown hole {kode}; it knows: none" },
	{ "an unclosed hole", "Tugas {kode} ditarik", "Tugas {kode ditarik", "pesan/id.yaml:",
	    "tarik: line 1" },
	{ "no text", "\"SISTEM: {apa}\"", "\"\"", "pesan/id.yaml:", "sistem: write" },
	{ "no number", "\"SISTEM: {apa}\"\n  batas: 1", "\"SISTEM: {apa}\"\n  batas: satu",
	    "pesan/id.yaml:", "sistem: batas must be 1 to 4" },
	{ "no limit", "\"SISTEM: {apa}\"\n  batas: 1", "\"SISTEM: {apa}\"", "pesan/id.yaml:",
	    "sistem: batas must be 1 to 4" },
	{ "five segments", "\"SISTEM: {apa}\"\n  batas: 1", "\"SISTEM: {apa}\"\n  batas: 5",
	    "pesan/id.yaml:", "sistem: batas must be 1 to 4" },
	{ "an unknown key", "\"SISTEM: {apa}\"\n  batas: 1",
	    "\"SISTEM: {apa}\"\n  batas: 1\n  warna: merah", "pesan/id.yaml:",
	    "sistem: unknown key warna" },
	{ "a character outside GSM-7", "SISTEM: {apa}", "SISTEM ⚠: {apa}", "pesan/id.yaml:",
	    "sistem: \"⚠\" (U+26A0)" },
	{ "a kind twice", "\ntarik:", "\nsistem:", "pesan/id.yaml:", "" },
	{ "not a map", "terima:", "- terima", "pesan/id.yaml:", "" },
};

/* The line on which from stands. */
static int
line_of(const char *text, const char *at)
{
	int line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

START_TEST(mistakes_name_file_and_line)
{
	const char *from = mistakes[_i].from, *found = strstr(indonesian.data, from);
	struct buf changed = { 0 }, errors = { 0 }, expected = { 0 };
	int line;

	ck_assert_msg(found != NULL, "%s", from);
	line = line_of(indonesian.data, found + (*from == '\n'));
	buf_add(&changed, indonesian.data, (size_t)(found - indonesian.data));
	buf_adds(&changed, mistakes[_i].to);
	buf_adds(&changed, found + strlen(from));
	buf_release(&indonesian);
	indonesian = changed;
	ck_assert_msg(parse(&errors) == NULL, "%s", mistakes[_i].what);
	ck_assert_msg(strstr(buf_str(&errors), mistakes[_i].kind) != NULL &&
	    strstr(buf_str(&errors), mistakes[_i].expected) != NULL, "%s: %s", mistakes[_i].what,
	    buf_str(&errors));
	if (strstr(mistakes[_i].expected, "unknown hole") != NULL) {
		buf_addf(&expected, "pesan/id.yaml:%d: %s", line, mistakes[_i].expected);
		ck_assert_msg(strncmp(buf_str(&errors), expected.data, expected.len) == 0,
		    "%s: %s",
		    expected.data, buf_str(&errors));
	}
	buf_release(&errors);
	buf_release(&expected);
}
END_TEST

static const char javanese[] =
    "nama: \"jawa jowo\"\ndasar: id\nstop: {teks: \"Inggih.\", batas: 1}\n";

static struct texts *
with_javanese(const char *file, struct buf *errors)
{
	struct text_file files[] = {
		{ "pesan/jv.yaml", file, strlen(file) },
		{ "pesan/id.yaml", indonesian.data, indonesian.len },
	};

	return texts_parse(files, N_ELEMS(files), errors);
}

START_TEST(a_language_leaves_out_what_it_says_in_indonesian)
{
	static const struct template_value code = { "kode", "7K3F-9QXM" };
	struct buf errors = { 0 }, said = { 0 };
	struct texts *t = with_javanese(javanese, &errors);

	ck_assert_msg(t != NULL, "%s", buf_str(&errors));
	ck_assert_int_eq(texts_check(t, longest, N_ELEMS(longest), &errors), 0);
	ck_assert_int_eq(text_fill(t, "jv", "stop", &said, NULL, 0), 0);
	ck_assert_str_eq(buf_str(&said), "Inggih.");
	buf_reset(&said);
	ck_assert_int_eq(text_fill(t, "jv", "tarik", &said, &code, 1), 0);
	ck_assert_str_eq(buf_str(&said), "Tugas 7K3F-9QXM ditarik dari Anda. Tidak perlu tindakan lagi.");
	buf_reset(&said);
	texts_add_languages(&said, t);
	ck_assert_str_eq(buf_str(&said), "jawa, indonesia");
	ck_assert_str_eq(texts_language(t, "Jowo"), "jv");
	ck_assert_str_eq(texts_language(t, "INDONESIA"), "id");
	ck_assert_ptr_null(texts_language(t, "jaw"));
	ck_assert_ptr_null(texts_language(t, ""));
	buf_release(&said);
	buf_release(&errors);
	texts_free(t);
}
END_TEST

/* Its own texts are held to the same limits, and what it leaves out must be meant so. */
START_TEST(mistakes_of_a_language_that_leaves_out)
{
	static const struct { const char *file, *expected; } rows[] = {
		{ "nama: jawa\nstop: {teks: \"Inggih.\", batas: 1}\n", "pesan/jv.yaml:1: text terima is missing" },
		{ "dasar: id\nstop: {teks: \"Inggih.\", batas: 1}\n", "pesan/jv.yaml:1: nama is missing" },
		{ "nama: jawa\ndasar: en\n", "pesan/jv.yaml:2: dasar can only be id" },
		{ "nama: jawa\ndasar: id\nstopp: {teks: \"a\", batas: 1}\n", "pesan/jv.yaml:3: unknown kind stopp" },
		{ "nama: jawa\ndasar: id\nstop: {teks: \"{kode}\", batas: 1}\n", "pesan/jv.yaml:3: stop: unknown hole" },
	};

	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		struct buf errors = { 0 };

		ck_assert_msg(with_javanese(rows[i].file, &errors) == NULL, "%s", rows[i].file);
		ck_assert_msg(strstr(buf_str(&errors), rows[i].expected) != NULL, "%s: %s", rows[i].file,
		    buf_str(&errors));
		buf_release(&errors);
	}
}
END_TEST

START_TEST(indonesian_is_required)
{
	struct text_file only = { "pesan/en.yaml", english.data, english.len };
	struct text_file odd = { "pesan/english.yaml", english.data, english.len };
	struct buf errors = { 0 };

	ck_assert_ptr_null(texts_parse(&only, 1, &errors));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "pesan/id.yaml:1: is missing"));
	buf_reset(&errors);
	ck_assert_ptr_null(texts_parse(&odd, 1, &errors));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors),
	    "pesan/english.yaml:1: name the file by its language"));
	buf_release(&errors);
}
END_TEST

START_TEST(an_older_version_keeps_speaking)
{
	const char old[] = "tarik:\n  teks: \"Tugas {kode} ditarik.\"\n  batas: 1\nlama:\n  teks: \"x\"\n  batas: 1\n";
	const struct text_file file = { "pesan/id.yaml", old, sizeof(old) - 1 };
	const struct template_value v[] = { { "kode", "7K3F-9QXM" }, { "keadaan", "menunggu" } };
	struct buf b = { 0 }, errors = { 0 };
	struct texts *t = texts_parse(&file, 1, &errors);

	ck_assert_ptr_null(t);
	buf_reset(&errors);
	t = texts_reopen(&file, 1, &errors);
	ck_assert_msg(t != NULL, "%s", buf_str(&errors));
	ck_assert_int_eq(text_fill(t, "id", "tarik", &b, v, N_ELEMS(v)), 0);
	ck_assert_str_eq(buf_str(&b), "Tugas 7K3F-9QXM ditarik.");
	buf_reset(&b);
	ck_assert_int_eq(text_fill(t, "id", "sapa", &b, v, N_ELEMS(v)), 0);
	ck_assert_str_eq(buf_str(&b), "7K3F-9QXM: menunggu");
	buf_release(&b);
	buf_release(&errors);
	texts_free(t);
}
END_TEST

/* As the release before published it: a hole that this kind has no more, and one that nobody knows. */
START_TEST(an_older_line_may_have_holes_that_are_gone)
{
	const char old[] = "kabar-menunggu:\n"
	    "  teks: \"Laporan {kode} perlu menunggu: {alasan}. Kami kabari lagi paling lambat {tanggal}{lama}.\"\n"
	    "  batas: 2\n";
	const struct text_file file = { "pesan/id.yaml", old, sizeof(old) - 1 };
	const struct template_value v[] = { { "kode", "7K3F-9QXM" }, { "alasan", "menunggu anggaran" },
	    { "tanggal", "1 Des 07:00 WIB" } };
	struct buf b = { 0 }, errors = { 0 };
	struct texts *t = texts_parse(&file, 1, &errors);

	ck_assert_ptr_null(t);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "unknown hole {lama}"));
	buf_reset(&errors);
	t = texts_reopen(&file, 1, &errors);
	ck_assert_msg(t != NULL, "%s", buf_str(&errors));
	ck_assert_int_eq(text_fill(t, "id", "kabar-menunggu", &b, v, N_ELEMS(v)), 0);
	ck_assert_str_eq(buf_str(&b), "Laporan 7K3F-9QXM perlu menunggu: menunggu anggaran. "
	    "Kami kabari lagi paling lambat 1 Des 07:00 WIB.");
	buf_release(&b);
	buf_release(&errors);
	texts_free(t);
}
END_TEST

START_TEST(a_text_too_long_is_named)
{
	struct template_value values[N_ELEMS(longest)];
	struct texts *t = texts();
	struct buf errors = { 0 };

	memcpy(values, longest, sizeof values);
	values[3].value = E80 E80;
	ck_assert_int_eq(texts_check(t, values, N_ELEMS(values), &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "pesan/id.yaml:"));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), ": terima: 2 SMS segments"));
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "pesan/en.yaml:"));
	buf_reset(&errors);
	ck_assert_int_eq(texts_check(t, values, 3, &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors),
	    "terima: no longest value is known for one of {kode "
	    "kategori tempat unit batas bukti}"));
	texts_free(t);
	buf_release(&errors);
}
END_TEST

Suite *
text_suite(void)
{
	Suite *s = suite_create("text");
	TCase *tc = tcase_create("text");

	tcase_add_checked_fixture(tc, load, unload);
	tcase_add_loop_test(tc, measure, 0, (int)N_ELEMS(sizes));
	tcase_add_loop_test(tc, fold, 0, (int)N_ELEMS(folds));
	tcase_add_test(tc, a_nul_is_dropped);
	tcase_add_test(tc, every_text_fits_its_limit);
	tcase_add_test(tc, a_receipt_tells_its_check_code_where_there_is_room);
	tcase_add_test(tc, filling);
	tcase_add_loop_test(tc, mistakes_name_file_and_line, 0, (int)N_ELEMS(mistakes));
	tcase_add_test(tc, a_language_leaves_out_what_it_says_in_indonesian);
	tcase_add_test(tc, mistakes_of_a_language_that_leaves_out);
	tcase_add_test(tc, indonesian_is_required);
	tcase_add_test(tc, an_older_version_keeps_speaking);
	tcase_add_test(tc, an_older_line_may_have_holes_that_are_gone);
	tcase_add_test(tc, a_text_too_long_is_named);
	suite_add_tcase(s, tc);
	return s;
}
