/*
 * Photos by which officers show their work, on a living house: the number to show, copies that are seen
 * through, a doubted one that another must look at, and that nobody loses what he sent.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "lib/clock.h"
#include "store/house.h"
#include "store/looks.h"
#include "tests/integration/media_kit.h"
#include "tests/integration/visitor.h"
#include "tests/scene_made.h"

Suite *proof_suite(void);

static struct visitor village, dishub, desk, head;

/* Lamps must be shown, in this house; road works are asked for, as everywhere. */
static void
need_photos(void)
{
	struct buf command = { 0 };

	buf_addf(&command, "sed -i '/kode: lampu-jalan/,/unit:/s/foto: diminta/foto: wajib/' %s/kategori.yaml", house.conf);
	ck_assert_int_eq(system(buf_str(&command)), 0);
	buf_release(&command);
}

static void
begin(void)
{
	house_make("");
	need_photos();
	house_up();
	visitor_enters(&village, "ptg-35.10.14.2012-1");
	visitor_enters(&dishub, "ptg-o-dishub-1");
	visitor_enters(&desk, "opr-d112-1");
	visitor_enters(&head, "kpl-o-dishub");
}

/* Each test its own scenes: another's picture is an earlier proof. */
static void
scene(struct buf *out, unsigned number)
{
	buf_reset(out);
	scene_encode(out, scene_made(number, 640, 480), 90);
}

static void
forged(struct buf *out, unsigned number, gdImagePtr (*forge)(gdImagePtr im), int quality)
{
	buf_reset(out);
	scene_encode(out, forge(scene_made(number, 640, 480)), quality);
}

static gdImagePtr as_it_is(gdImagePtr im) { return im; }

static void
lamp(const char *from, char code[CODE_CHARS + 1], char path[32])
{
	sms(from, "lampu jalan mati di desa kabat depan warung bu tin", code);
	wait_state(code, "ditugaskan");
	snprintf(path, 32, "/kasus/%.8s", code);
}

static void
add_part(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "--b0\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", name, value);
}

/* The form of an act with that file (NULL: none was chosen), as it was seen at that version ("" now). */
static void
shows(const struct visitor *v, const char *code, const char *act, const char *note, const char *version,
    const struct buf *file, struct answer *a)
{
	const char *headers[] = { v->cookie, "Content-Type: multipart/form-data; boundary=b0", "Expect:", NULL };
	char path[32], token[64], seen[16];
	struct answer form;
	struct buf b = { 0 };

	snprintf(path, sizeof(path), "/kasus/%s", code);
	visitor_opens(v, path, &form);
	ck_assert_int_eq(form.status, 200);
	page_field(&form.body, "tanda", token, sizeof(token));
	page_field(&form.body, "versi", seen, sizeof(seen));
	answer_release(&form);
	add_part(&b, "tanda", token);
	add_part(&b, "aksi", act);
	add_part(&b, "versi", version[0] != '\0' ? version : seen);
	add_part(&b, "catatan", note);
	buf_adds(&b, "--b0\r\nContent-Disposition: form-data; name=\"foto\"; filename=\"");
	buf_adds(&b, file != NULL ? "IMG_1.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n" :
	    "\"\r\nContent-Type: application/octet-stream\r\n\r\n");
	if (file != NULL)
		buf_add(&b, file->data, file->len);
	buf_adds(&b, "\r\n--b0--\r\n");
	snprintf(path, sizeof(path), "/bukti/%s", code);
	ask_as(a, house.console, path, headers, b.data, b.len);
	buf_release(&b);
}

static void
expect(const struct visitor *v, const char *code, const char *act, const char *note, const struct buf *file,
    long status, const char *words)
{
	struct answer a;

	shows(v, code, act, note, "", file, &a);
	ck_assert_msg(a.status == status, "%s %s: %ld, %.1500s", act, note, a.status, buf_str(&a.body));
	ck_assert_msg(words == NULL || strstr(buf_str(&a.body), words) != NULL, "no \"%s\" in %.3000s", words,
	    buf_str(&a.body));
	answer_release(&a);
}

static void
page_has(const struct visitor *v, const char *path, const char *words, int there)
{
	struct answer a;

	visitor_opens(v, path, &a);
	ck_assert_int_eq(a.status, 200);
	ck_assert_msg((strstr(buf_str(&a.body), words) != NULL) == there, "%s %s \"%s\" in %.3000s", path,
	    there ? "has no" : "has", words, buf_str(&a.body));
	answer_release(&a);
}

static void
count_code(const struct photo_seen *p, void *arg)
{
	*(int *)arg += strcmp(p->code, "") != 0;
}

static int
looks_of(struct house *h)
{
	int n = 0;

	ck_assert_int_ge(looks_each(&h->st, 1000, count_code, &n), 0);
	return n;
}

/* The number on his page is that of his task's SMS; another's task has another record. */
START_TEST(the_number_is_told)
{
	char code[CODE_CHARS + 1], path[32], page_number[8], sms_text[512], officer[24], nonce[8], in_sms[32];
	struct answer a;

	lamp("+6281234610001", code, path);
	first_task(code, officer, nonce);
	text_of(code, "tugas", "", sms_text);
	ck_assert_ptr_nonnull(strstr(sms_text, "Foto: angka "));
	visitor_opens(&dishub, path, &a);
	page_value(&a, "tulis angka <strong class=\"kode\"", page_number, sizeof(page_number));
	answer_release(&a);
	snprintf(in_sms, sizeof(in_sms), "Foto: angka %.2s", strstr(sms_text, "Foto: angka ") + 12);
	ck_assert_msg(strspn(in_sms + 12, "0123456789") == 2, "%s", in_sms);
	page_has(&dishub, path, "name=\"foto\"", 1);
	page_has(&dishub, path, "Foto bukti diminta: tunjukkan angka", 1);
	page_has(&desk, path, "Foto bukti diminta", 0);
}
END_TEST

/* From the task to done: without a photo not, with a good one at once, and who checks sees the number beside it. */
START_TEST(a_good_one_closes)
{
	char code[CODE_CHARS + 1], path[32];
	struct buf photo = { 0 };

	lamp("+6281234610002", code, path);
	expect(&dishub, code, "tangani", "tangga sudah di lokasi", NULL, 303, NULL);
	expect(&dishub, code, "selesai", "lampu diganti", NULL, 422, "foto bukti");
	wait_state(code, "ditangani");
	scene(&photo, 102);
	expect(&dishub, code, "selesai", "lampu diganti", &photo, 303, NULL);
	wait_state(code, "selesai");
	told(code, "kabar-selesai", "+6281234610002");
	page_has(&desk, path, "Pada foto dari petugas harus terlihat angka", 1);
	page_has(&desk, path, "foto 1 dari petugas", 1);
	page_has(&desk, path, "Diragukan", 0);
	buf_release(&photo);
}
END_TEST

static void
has_files(const char *code, size_t n)
{
	json_decref(with_files(code, n));
}

START_TEST(the_citizens_own_is_refused)
{
	char code[CODE_CHARS + 1], path[32], where[96];
	struct buf photo = { 0 };

	form_report("lampu jalan mati di desa kabat depan warung", "081234610003", code, where);
	scene(&photo, 103);
	form_photo(where, &photo, 201);
	wait_state(code, "ditugaskan");
	has_files(code, 1);
	snprintf(path, sizeof(path), "/kasus/%s", code);
	forged(&photo, 103, as_it_is, 30);
	expect(&dishub, code, "selesai", "lampu diganti", &photo, 422, "sama dengan foto pelapor");
	wait_state(code, "ditugaskan");
	has_files(code, 2);				/* it is kept, and stands on record */
	page_has(&desk, path, "Foto yang ditolak sebelumnya: 1", 1);
	forged(&photo, 103, scene_mirrored, 80);
	expect(&dishub, code, "selesai", "lampu diganti", &photo, 422, "dibalik seperti di cermin");
	scene(&photo, 104);
	expect(&dishub, code, "selesai", "lampu diganti", &photo, 303, NULL);
	wait_state(code, "selesai");
	buf_release(&photo);
}
END_TEST

static gdImagePtr cut(gdImagePtr im) { return scene_cut(scene_mirrored(im), 5, 5, 5, 5); }

/* Another's proof, mirrored and cut: the work goes on, but nobody closes it before somebody else has looked. */
START_TEST(a_doubted_one_is_looked_at)
{
	char first[CODE_CHARS + 1], code[CODE_CHARS + 1], path[32], with[160], version[16];
	struct buf photo = { 0 };
	struct answer a;
	json_t *c;

	lamp("+6281234610005", first, path);
	scene(&photo, 105);
	expect(&dishub, first, "selesai", "lampu diganti", &photo, 303, NULL);
	expect(&village, first, "catat", "ikut melihat", NULL, 303, NULL);
	lamp("+6281234610006", code, path);
	expect(&dishub, code, "selesai", "lampu diganti juga", &photo, 422, "pernah dikirim");
	forged(&photo, 105, cut, 60);
	expect(&dishub, code, "selesai", "lampu diganti juga", &photo, 303, NULL);
	wait_state(code, "selesai");
	told(code, "periksa-foto", "");
	page_has(&desk, path, "Diragukan", 1);
	page_has(&desk, path, first, 1);
	page_comes(desk.cookie, "/triase", code, 1, NULL);
	page_has(&dishub, path, "value=\"foto-sah\"", 0);	/* not he himself */
	page_has(&head, path, "value=\"foto-sah\"", 1);
	c = case_in(code, "selesai");
	ck_assert_str_eq(member(json_object_get(c, "photo"), "state"), "diragukan");
	ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(c, "photo"), "doubts")), 2);
	ck_assert_msg(json_integer_value(json_object_get(json_object_get(c, "next"), "at_ms")) > 0, "nothing is due");
	json_decref(c);
	visitor_opens(&head, path, &a);
	page_field(&a.body, "versi", version, sizeof(version));
	answer_release(&a);
	snprintf(with, sizeof(with), "aksi=foto-palsu&versi=%s&catatan=itu+foto+lampu+lain", version);
	visitor_sends(&head, path, path, with, &a);
	ck_assert_int_eq(a.status, 303);
	answer_release(&a);
	wait_state(code, "ditugaskan");
	told(code, "kabar-dibuka", "+6281234610006");
	page_comes(desk.cookie, "/triase", code, 0, NULL);
	buf_release(&photo);
}
END_TEST

/* Somebody was faster: what was sent is on the case, and is not to be sent again. */
START_TEST(nothing_is_lost)
{
	char code[CODE_CHARS + 1], path[32], version[16];
	struct buf photo = { 0 };
	struct answer a;

	lamp("+6281234610007", code, path);
	visitor_opens(&dishub, path, &a);
	page_field(&a.body, "versi", version, sizeof(version));
	answer_release(&a);
	expect(&village, code, "terima", "", NULL, 303, NULL);
	scene(&photo, 107);
	shows(&dishub, code, "selesai", "sudah kami ganti", version, &photo, &a);
	ck_assert_msg(a.status == 409, "%ld %.1500s", a.status, buf_str(&a.body));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "sudah kami ganti</textarea>"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.body), "tidak perlu dikirim lagi"));
	answer_release(&a);
	has_files(code, 1);
	expect(&dishub, code, "selesai", "sudah kami ganti", NULL, 303, NULL);	/* the photo is there */
	wait_state(code, "selesai");
	buf_release(&photo);
}
END_TEST

/* What is kept to compare with is bounded in number and age, and goes with its case. */
START_TEST(what_is_kept_has_bounds)
{
	char codes[3][CODE_CHARS + 1], path[32];
	struct buf photo = { 0 };
	struct house h;
	int before;

	house_eye(&h);
	before = looks_of(&h);
	for (int i = 0; i < 3; i++) {
		lamp("+6281234610010", codes[i], path);
		scene(&photo, 120 + (unsigned)i);
		expect(&dishub, codes[i], "selesai", "lampu diganti", &photo, 303, NULL);
	}
	ck_assert_int_eq(looks_of(&h), before + 3);
	ck_assert_int_eq(looks_erase(&h.st, codes[1]), 0);
	ck_assert_int_eq(looks_of(&h), before + 2);
	looks_sweep(&h.st, 0, 2);
	ck_assert_int_eq(looks_of(&h), 2);
	/* The latest are those that stay: this one is still known. */
	lamp("+6281234610011", codes[1], path);
	expect(&dishub, codes[1], "selesai", "lampu diganti", &photo, 422, "pernah dikirim");
	looks_sweep(&h.st, store_now_ms(&h.st) + 1, 2);
	ck_assert_int_eq(looks_of(&h), 0);
	house_close(&h);
	buf_release(&photo);
}
END_TEST

/* Taken the day before, far away, by the camera's own word. */
START_TEST(an_old_one_is_doubted)
{
	char code[CODE_CHARS + 1], path[32];
	struct buf photo = { 0 }, exif = { 0 };

	lamp("+6281234610009", code, path);
	picture_exif_taken(&exif, "2025:01:05 08:00:00", "+07:00");
	picture_with_notes(&photo, scene_made(109, 640, 480), &exif);
	expect(&dishub, code, "selesai", "lampu diganti", &photo, 303, NULL);
	page_has(&desk, path, "diambil sebelum tugas diberikan", 1);
	page_has(&desk, path, "waktu menurut kamera: 2025-01-05 08:00", 1);
	lamp("+6281234610012", code, path);
	buf_reset(&exif);
	buf_reset(&photo);
	picture_exif(&exif, 1);
	picture_with_notes(&photo, scene_made(110, 640, 480), &exif);
	expect(&dishub, code, "selesai", "lampu diganti", &photo, 303, NULL);
	page_has(&desk, path, "diambil jauh dari tempat kasus", 1);
	buf_release(&photo);
	buf_release(&exif);
}
END_TEST

/* A slow line sends a form twice, and who has shown his work shows the same again: that is no forgery.  A colleague's is. */
START_TEST(his_own_again)
{
	char code[CODE_CHARS + 1], path[32];
	struct buf photo = { 0 };
	struct house h;
	int before;

	house_eye(&h);
	lamp("+6281234610013", code, path);
	scene(&photo, 113);
	expect(&dishub, code, "tangani", "tangga sudah di lokasi", &photo, 303, NULL);
	before = looks_of(&h);
	expect(&village, code, "tangani", "kami juga", &photo, 422, "pernah dikirim");
	expect(&dishub, code, "selesai", "lampu diganti", &photo, 303, NULL);
	wait_state(code, "selesai");
	has_files(code, 2);
	page_has(&desk, path, "Diragukan", 0);
	ck_assert_int_eq(looks_of(&h), before);
	house_close(&h);
	buf_release(&photo);
}
END_TEST

/* Of what is sealed nothing stays to be compared with. */
START_TEST(a_sealed_one_leaves_no_look)
{
	char code[CODE_CHARS + 1], where[96], path[32];
	struct buf photo = { 0 };
	struct house h;
	int before;

	house_eye(&h);
	before = looks_of(&h);
	form_report("anak tetangga dipukuli bapaknya tiap malam di desa kabat", "081234610014", code, where);
	scene(&photo, 114);
	form_photo(where, &photo, 201);
	uploads_go();
	lamp("+6281234610015", code, path);	/* the router has read what came before */
	ck_assert_int_eq(looks_of(&h), before);
	form_report("lampu jalan mati di desa kabat depan warung", "081234610016", code, where);
	form_photo(where, &photo, 201);
	has_files(code, 1);
	ck_assert_int_eq(looks_of(&h), before + 1);
	house_close(&h);
	buf_release(&photo);
}
END_TEST

/* What is no photo, or is too large, is said; the words stay. */
/* Of a desa, in words that have nothing in common: what the desk is offered, and how much a photo adds. */
static void
seen_by_two(unsigned number, gdImagePtr (*forge)(gdImagePtr im), char first[CODE_CHARS + 1], char second[CODE_CHARS + 1])
{
	struct buf photo = { 0 };
	char where[96];

	form_report("jalan berlubang besar di desa kabat depan pasar", "081234610081", first, where);
	scene(&photo, number);
	form_photo(where, &photo, 201);
	wait_state(first, "ditugaskan");
	has_files(first, 1);
	form_report("aspal rusak parah di desa kabat, kemarin ada yang jatuh", "081234610082", second, where);
	forged(&photo, number, forge, 60);
	form_photo(where, &photo, 201);
	wait_state(second, "ditugaskan");
	has_files(second, 1);
	buf_release(&photo);
}

static gdImagePtr cropped(gdImagePtr im) { return scene_cut(im, 6, 6, 6, 6); }

START_TEST(photos_of_one_scene_say_it_is_the_same)
{
	char first[CODE_CHARS + 1], second[CODE_CHARS + 1], third[CODE_CHARS + 1], path[32], command[64], where[96];
	struct buf out = { 0 }, photo = { 0 };
	json_t *list, *row;
	size_t i, found = 0;

	seen_by_two(150, cropped, first, second);
	form_report("jalan berlubang di desa kabat dekat sekolah", "081234610083", third, where);
	scene(&photo, 151);
	form_photo(where, &photo, 201);
	wait_state(third, "ditugaskan");
	has_files(third, 1);
	snprintf(command, sizeof(command), "candidates %s --json", second);
	ck_assert_int_eq(house_command(command, &out), 0);
	list = json_loads(strchr(buf_str(&out), '['), JSON_DISABLE_EOF_CHECK, NULL);
	json_array_foreach(list, i, row) {
		const char *code = json_string_value(json_object_get(row, "code"));
		int64_t alike = json_integer_value(json_object_get(row, "photo"));

		ck_assert_msg(strcmp(code, first) == 0 ? alike > 0 && i == 0 : alike == 0, "%s", buf_str(&out));
		found += strcmp(code, first) == 0;
	}
	ck_assert_msg(found == 1, "%s", buf_str(&out));
	/* the desk reads it on the case's page; an officer who is no desk is offered nothing */
	snprintf(path, sizeof(path), "/kasus/%s", second);
	page_has(&desk, path, "Mungkin kejadian yang sama", 1);
	page_has(&desk, path, "<strong>foto serupa</strong>", 1);
	page_has(&village, path, "Mungkin kejadian yang sama", 0);
	json_decref(list);
	buf_release(&photo);
	buf_release(&out);
}
END_TEST

START_TEST(what_is_no_photo)
{
	char code[CODE_CHARS + 1], path[32];
	struct buf file = { 0 };
	gdImagePtr dark = gdImageCreateTrueColor(320, 240);

	lamp("+6281234610008", code, path);
	buf_adds(&file, "<html>bukan foto</html>");
	expect(&dishub, code, "tangani", "kata saya tetap", &file, 422, "kata saya tetap</textarea>");
	buf_reset(&file);
	buf_add(&file, "\xff\xd8\xff\xe0", 4);
	for (int i = 0; i < 500; i++)
		buf_adds(&file, "rusak ");
	expect(&dishub, code, "tangani", "kata saya", &file, 422, "tidak dapat dibaca");
	buf_reset(&file);
	scene_encode(&file, dark, 80);
	expect(&dishub, code, "selesai", "kata saya", &file, 422, "hampir tidak ada yang tampak");
	wait_state(code, "ditugaskan");
	/* A form of another session, or none, sends nothing. */
	ck_assert_int_eq(visitor_status(&dishub, "/bukti/00000000"), 405);
	buf_release(&file);
}
END_TEST

Suite *
proof_suite(void)
{
	Suite *s = suite_create("proof");
	TCase *tc = tcase_create("proof");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, the_number_is_told);
	tcase_add_test(tc, a_good_one_closes);
	tcase_add_test(tc, the_citizens_own_is_refused);
	tcase_add_test(tc, a_doubted_one_is_looked_at);
	tcase_add_test(tc, nothing_is_lost);
	tcase_add_test(tc, photos_of_one_scene_say_it_is_the_same);
	tcase_add_test(tc, what_is_no_photo);
	tcase_add_test(tc, his_own_again);
	tcase_add_test(tc, a_sealed_one_leaves_no_look);
	tcase_add_test(tc, an_old_one_is_doubted);
	tcase_add_test(tc, what_is_kept_has_bounds);
	suite_add_tcase(s, tc);
	return s;
}
