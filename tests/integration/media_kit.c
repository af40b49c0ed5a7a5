#include "tests/integration/media_kit.h"

#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "tests/integration/living.h"
#include "tests/integration/peek.h"
#include "tests/picture_made.h"

static void
nap(void)
{
	nanosleep(&(struct timespec){ 0, 20 * 1000000L }, NULL);
}

const char *
member(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

json_t *
with_files(const char *code, size_t n)
{
	for (int64_t until = clock_mono_ms() + LIMIT_MS;;) {
		json_t *doc = case_in_any(code);
		size_t have = json_array_size(json_object_get(doc, "files"));

		if (have >= n)
			return doc;
		json_decref(doc);
		ck_assert_msg(clock_mono_ms() < until, "%s names %zu files, not %zu", code, have, n);
		nap();
	}
}

int
logged(const json_t *doc, const char *what, char why[160])
{
	const json_t *e;
	size_t i;
	int n = 0;

	json_array_foreach(json_object_get(doc, "log"), i, e)
		if (strcmp(member(e, "what"), what) == 0) {
			n++;
			snprintf(why, 160, "%s", member(e, "why"));
		}
	return n;
}

void
missing(const char *code, int n, char why[160])
{
	for (int64_t until = clock_mono_ms() + LIMIT_MS;;) {
		json_t *doc = case_in_any(code);
		int have = logged(doc, "berkas-hilang", why);

		json_decref(doc);
		if (have >= n)
			return;
		ck_assert_msg(clock_mono_ms() < until, "%s misses %d files, not %d", code, have, n);
		nap();
	}
}

void
file_of(const char *code, struct buf *out, char name[MEDIA_NAME_CHARS])
{
	json_t *doc = with_files(code, 1);

	ck_assert_uint_eq(json_array_size(json_object_get(doc, "files")), 1);
	snprintf(name, MEDIA_NAME_CHARS, "%s",
	    json_string_value(json_array_get(json_object_get(doc, "files"), 0)));
	ck_assert_msg(media_is_name(name), "%s", name);
	json_decref(doc);
	peek_file(house.dir, house.conf, code, name, out);
}

int
holds(const struct buf *b, const char *s)
{
	return memmem(buf_str(b), b->len, s, strlen(s)) != NULL;
}

void
photo_is_clean(const char *code)
{
	struct buf file = { 0 }, notes = { 0 };
	char name[MEDIA_NAME_CHARS];
	long width, height;

	file_of(code, &file, name);
	ck_assert_str_eq(strrchr(name, '.'), ".jpg");
	ck_assert_int_eq(media_pixels(file.data, file.len, &width, &height), 0);
	ck_assert_msg(width == 200 && height == 320, "%ld x %ld", width, height);
	ck_assert(!holds(&file, PICTURE_CANARY) && !holds(&file, "Exif"));
	peek_notes(house.dir, house.conf, code, &notes);
	ck_assert_msg(holds(&notes, "posisi menurut foto: -8.2191") && holds(&notes, ",114.3690"), "%s",
	    buf_str(&notes));
	buf_release(&file);
	buf_release(&notes);
}

int
lying(const char *end)
{
	struct buf path = { 0 };
	struct dirent *d;
	DIR *dir;
	int n = 0;

	buf_addf(&path, "%s/media", house.dir);
	dir = opendir(buf_str(&path));
	ck_assert_ptr_nonnull(dir);
	while ((d = readdir(dir)) != NULL) {
		size_t len = strlen(d->d_name), m = strlen(end);

		n += len >= m && strcmp(d->d_name + len - m, end) == 0;
	}
	closedir(dir);
	buf_release(&path);
	return n;
}

void
uploads_go(void)
{
	for (int64_t until = clock_mono_ms() + LIMIT_MS; lying(".masuk") > 0; nap())
		ck_assert_msg(clock_mono_ms() < until, "uploads are left");
}

/* A stored file, sealed. */
static void
is_sealed(const char *name, const char *path, const char *const *canaries, size_t n)
{
	struct buf data = { 0 };
	struct stat st;

	ck_assert_msg(media_is_name(name), "%s", name);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(file_read(path, 1 << 20, &data), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(!holds(&data, canaries[i]), "%s holds %s", name, canaries[i]);
	buf_release(&data);
}

int
media_holds_none(const char *const *canaries, size_t n)
{
	struct buf folder = { 0 };
	struct dirent *d;
	DIR *dir;
	int files = 0;

	buf_addf(&folder, "%s/media", house.dir);
	dir = opendir(buf_str(&folder));
	ck_assert_ptr_nonnull(dir);
	while ((d = readdir(dir)) != NULL) {
		struct buf path = { 0 };

		buf_addf(&path, "%s/%s", buf_str(&folder), d->d_name);
		if (d->d_name[0] != '.' && d->d_type != DT_DIR) {	/* the folder: of uploads in pieces */
			files++;
			is_sealed(d->d_name, buf_str(&path), canaries, n);
		}
		buf_release(&path);
	}
	closedir(dir);
	buf_release(&folder);
	return files;
}

int
unlike_id(void)
{
	static int serial;

	return (int)getpid() % 10000000 * 100 + ++serial;
}

void
form_photo(const char *photo, const struct buf *data, long status)
{
	static const char *const headers[] = { "Accept: application/json",
	    "Content-Type: multipart/form-data; boundary=b0", "Expect:", NULL };
	struct buf body = { 0 };
	struct answer a;

	buf_adds(&body, "--b0\r\nContent-Disposition: form-data; name=\"foto\"; filename=\"x.jpg\"\r\n\r\n");
	buf_add(&body, data->data, data->len);
	buf_adds(&body, "\r\n--b0--\r\n");
	ask(&a, house.http, photo, headers, body.data, body.len);
	ck_assert_msg(a.status == status, "%ld %s", a.status, buf_str(&a.body));
	answer_release(&a);
	buf_release(&body);
}

void
form_report(const char *words, const char *phone, char code[CODE_CHARS + 1], char photo[96])
{
	static const char *const json[] = { "Accept: application/json", NULL };
	struct buf fields = { 0 };
	struct answer a;
	json_t *doc;

	buf_adds(&fields, "isi=");
	buf_add_url(&fields, words, strlen(words));
	buf_addf(&fields, "&telepon=%s&kunci=m-%d", phone, unlike_id());
	ask(&a, house.http, "/lapor", json, fields.data, fields.len);
	ck_assert_int_eq(a.status, 201);
	doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	snprintf(code, CODE_CHARS + 1, "%s", member(doc, "code"));
	snprintf(photo, 96, "%s", member(doc, "photo"));
	json_decref(doc);
	answer_release(&a);
	buf_release(&fields);
}
