/*
 * Photos in pieces over lines that break, by tus 1.0.0, on a living house: raw bytes in, the case's file out.
 */
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/seal.h"
#include "tests/integration/eye.h"
#include "tests/integration/living.h"
#include "tests/integration/media_kit.h"
#include "tests/picture_made.h"

Suite *resume_suite(void);

#define FILE_BYTES 300000
#define PIECE "Content-Type: application/offset+octet-stream\r\n"
#define WORDS_CANARY "kenari-dalam-potongan-7"

static void
begin(void)
{
	house_make("ingest:\n  photo: {size: 1MiB, per_report: 100, piece: 64KiB, pieces: 8}\n");
	house_up();
}

static void
begin_stingy(void)
{
	house_make("ingest:\n  photo: {resume: 5s, per_address: 3, asks: 20}\n");
	house_up();
}

static void
begin_few(void)
{
	house_make("ingest:\n  photo: {unfinished: 4, per_report: 2}\n");
	house_up();
}

static void
begin_full(void)
{
	house_make("media: {disk_free: 1024GiB}\n");
	house_up();
}

static void
nap(void)
{
	nanosleep(&(struct timespec){ 0, 20 * 1000000L }, NULL);
}

/* ---- a client ---- */

/* One report of somebody: its code, and where its photos in pieces go. */
struct report { char code[CODE_CHARS + 1], photo[96], place[96]; };

static void
report(struct report *r)
{
	const char *token;

	form_report("jalan berlubang di desa kabat", "", r->code, r->photo);
	token = strstr(r->photo, "?t=");
	ck_assert_ptr_nonnull(token);
	snprintf(r->place, sizeof(r->place), "/unggah/%s%s", r->code, token);
}

/* The head of a request; len: of its body. */
static void
add_head(struct buf *b, const char *method, const char *path, const char *headers, size_t len)
{
	buf_addf(b, "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s%sContent-Length: %zu\r\n\r\n", method, path,
	    strstr(headers, "Tus-") == NULL ? "Tus-Resumable: 1.0.0\r\n" : "", headers, len);
}

static void
read_answer(int fd, struct answer *a)
{
	*a = (struct answer){ 0 };
	raw_reads(fd, "\x01never", &a->head);
	close(fd);
	ck_assert_msg(sscanf(buf_str(&a->head), "HTTP/1.1 %ld", &a->status) == 1, "\"%s\"", buf_str(&a->head));
}

/* The whole exchange; headers: further lines. */
static void
asks(struct answer *a, const char *method, const char *path, const char *headers, const void *body, size_t len)
{
	struct buf raw = { 0 };

	add_head(&raw, method, path, headers, len);
	buf_add(&raw, body, len);
	read_answer(raw_ask(house.http, raw.data, raw.len), a);
	buf_release(&raw);
}

/* A header's number in an answer; -1 it is not there. */
static long
number_in(const struct answer *a, const char *name)
{
	const char *at = strcasestr(buf_str(&a->head), name);

	return at != NULL && at[strlen(name)] == ':' ? strtol(at + strlen(name) + 1, NULL, 10) : -1;
}

static void
begins(const struct report *r, size_t length, char at[160])
{
	char headers[64];
	struct answer a;
	const char *location;

	snprintf(headers, sizeof(headers), "Upload-Length: %zu\r\n", length);
	asks(&a, "POST", r->place, headers, "", 0);
	ck_assert_msg(a.status == 201, "%s", buf_str(&a.head));
	location = strstr(buf_str(&a.head), "\r\nLocation: ");
	ck_assert_ptr_nonnull(location);
	ck_assert_int_eq(sscanf(location, "\r\nLocation: %159s", at), 1);
	ck_assert_msg(strstr(at, r->code) != NULL && strstr(at, strchr(r->place, '?')) != NULL, "%s", at);
	answer_release(&a);
}

static void
id_of(const char *at, char id[33])
{
	ck_assert_int_eq(sscanf(at, "/unggah/%*[^/]/%32[0-9a-f]?", id), 1);
}

static void
piece_headers(char out[160], size_t offset)
{
	snprintf(out, 160, PIECE "Upload-Offset: %zu\r\n", offset);
}

/* Sends a piece; the status, and that a taken one tells the new offset. */
static long
sends(const char *at, size_t offset, const char *data, size_t len)
{
	char headers[160];
	struct answer a;
	long status;

	piece_headers(headers, offset);
	asks(&a, "PATCH", at, headers, data, len);
	status = a.status;
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nTus-Resumable: 1.0.0\r\n"));
	if (status == 204) {
		ck_assert_int_eq(number_in(&a, "Upload-Offset"), (long)(offset + len));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nUpload-Expires: "));
	}
	answer_release(&a);
	return status;
}

/* The offset that HEAD tells; -1 with another status than 200. */
static long
offset_of(const char *at)
{
	struct answer a;
	long offset = -1;

	asks(&a, "HEAD", at, "", "", 0);
	if (a.status == 200) {
		offset = number_in(&a, "Upload-Offset");
		ck_assert_int_ge(number_in(&a, "Upload-Length"), offset);
		ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nCache-Control: no-store\r\n"));
		ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nUpload-Expires: "));
	}
	answer_release(&a);
	return offset;
}

static void
wait_offset(const char *at, long offset)
{
	long have;

	for (int64_t until = clock_mono_ms() + LIMIT_MS; (have = offset_of(at)) != offset; nap())
		ck_assert_msg(clock_mono_ms() < until, "%ld, not %ld", have, offset);
}

/* A connection that has sent a piece's head and part of it. */
static int
half_sends(const char *at, size_t offset, const char *data, size_t len, size_t half)
{
	struct buf raw = { 0 };
	char headers[160];
	int fd;

	piece_headers(headers, offset);
	add_head(&raw, "PATCH", at, headers, len);
	buf_add(&raw, data, half);
	fd = raw_ask(house.http, raw.data, raw.len);
	buf_release(&raw);
	return fd;
}

/* A recording, kept as it came: nothing in it repeats. */
static void
make_sound(struct buf *out, size_t len)
{
	struct seal_key noise;

	buf_addf(out, "OggS%c%c%s", 0, 2, WORDS_CANARY);
	while (out->len < len) {
		seal_key_random(&noise);
		buf_add(out, noise.bytes, sizeof(noise.bytes));
	}
	buf_cut(out, len);
}

/* The case names this file and no other, byte for byte. */
static void
arrives(const char *code, const struct buf *data)
{
	struct buf file = { 0 };
	char name[MEDIA_NAME_CHARS];

	file_of(code, &file, name);
	ck_assert_uint_eq(file.len, data->len);
	ck_assert_int_eq(memcmp(file.data, data->data, data->len), 0);
	buf_release(&file);
}

/* ---- on disk ---- */

/* The file of an upload, or "" when it is gone. */
static void
path_of(const char *at, char out[160])
{
	struct dirent *d;
	struct buf folder = { 0 };
	char id[33];
	DIR *dir;

	id_of(at, id);
	buf_addf(&folder, "%s/media/bagian", house.dir);
	dir = opendir(buf_str(&folder));
	ck_assert_ptr_nonnull(dir);
	out[0] = '\0';
	while ((d = readdir(dir)) != NULL)
		if (strlen(d->d_name) == 64 && strcmp(d->d_name + 32, id) == 0)
			snprintf(out, 160, "%s/%s", buf_str(&folder), d->d_name);
	closedir(dir);
	buf_release(&folder);
}

static void
bytes_of(const char *at, struct buf *out)
{
	char path[160];

	path_of(at, path);
	ck_assert_int_eq(file_read(path, 16 << 20, out), 0);
}

/* ---- the road ---- */

START_TEST(a_file_in_pieces)
{
	static const size_t pieces[] = { 100000, 1, 150000, 49999 };
	struct buf data = { 0 }, lying_there = { 0 };
	char at[160], path[160];
	struct report r;
	struct stat st;
	size_t sent = 0;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	ck_assert_int_eq(offset_of(at), 0);
	for (size_t i = 0; i < N_ELEMS(pieces); i++) {
		ck_assert_int_eq(sends(at, sent, data.data + sent, pieces[i]), 204);
		sent += pieces[i];
		ck_assert_int_eq(offset_of(at), (long)sent);
		/* unreadable as it lies there, and ours alone */
		path_of(at, path);
		ck_assert_int_eq(stat(path, &st), 0);
		ck_assert_int_eq(st.st_mode & 07777, 0600);
		bytes_of(at, &lying_there);
		ck_assert(!holds(&lying_there, WORDS_CANARY) && !holds(&lying_there, "OggS") && !holds(&lying_there, r.code));
		buf_reset(&lying_there);
	}
	ck_assert_int_lt(st.st_size, 1000);		/* taken over: only that it is done is kept */
	arrives(r.code, &data);
	uploads_go();
	buf_release(&data);
	buf_release(&lying_there);
}
END_TEST

/* It goes the way of every photo: drawn anew, its place read and taken out. */
START_TEST(a_photo_in_pieces)
{
	struct buf data = { 0 };
	struct report r;
	char at[160];

	report(&r);
	picture_of_camera(&data, 320, 200, 6);
	begins(&r, data.len, at);
	ck_assert_int_eq(sends(at, 0, data.data, 1000), 204);
	ck_assert_int_eq(sends(at, 1000, data.data + 1000, data.len - 1000), 204);
	photo_is_clean(r.code);
	uploads_go();
	buf_release(&data);
}
END_TEST

/* Any client may send all in one piece, and one whose proxy knows no PATCH. */
static const struct { const char *what, *method, *headers; } ways[] = {
	{ "in one piece", "PATCH", "" },
	{ "by POST that names PATCH", "POST", "X-HTTP-Method-Override: PATCH\r\n" },
};

START_TEST(a_file_in_one_piece)
{
	struct buf data = { 0 };
	char at[160], headers[200];
	struct report r;
	struct answer a;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	snprintf(headers, sizeof(headers), PIECE "Upload-Offset: 0\r\n%s", ways[_i].headers);
	asks(&a, ways[_i].method, at, headers, data.data, data.len);
	ck_assert_msg(a.status == 204, "%s: %s", ways[_i].what, buf_str(&a.head));
	answer_release(&a);
	arrives(r.code, &data);
	buf_release(&data);
}
END_TEST

START_TEST(the_server_describes_itself)
{
	struct report r;
	struct answer a;

	report(&r);
	asks(&a, "OPTIONS", r.place, "Tus-Resumable: 0\r\n", "", 0);
	ck_assert_int_eq(a.status, 204);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nTus-Version: 1.0.0\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nTus-Extension: creation,expiration,termination\r\n"));
	ck_assert_int_eq(number_in(&a, "Tus-Max-Size"), 1 << 20);
	answer_release(&a);
}
END_TEST

/* ---- lines that break ---- */

/* Again and again in the middle of a piece: what came is kept, HEAD says how far, and it goes on from there. */
START_TEST(a_line_breaks_in_a_piece)
{
	struct buf data = { 0 };
	struct report r;
	size_t sent = 0;
	char at[160];

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	for (int i = 0; i < 3; i++) {
		close(half_sends(at, sent, data.data + sent, 150000, 70000));
		sent += 70000;
		wait_offset(at, (long)sent);
	}
	ck_assert_int_eq(sends(at, sent, data.data + sent, data.len - sent), 204);
	arrives(r.code, &data);
	buf_release(&data);
}
END_TEST

/* What broke off and does not belong there is not kept. */
static const struct { const char *what; size_t offset, declared, half; int stranger; } astray[] = {
	{ "from another place", 500, 5000, 1000, 0 },
	{ "more than the rest", 1000, FILE_BYTES, FILE_BYTES - 1000, 0 },
	{ "with a foreign token", 1000, 5000, 1000, 1 },
};

START_TEST(a_broken_piece_in_the_wrong_place)
{
	struct buf data = { 0 }, before = { 0 }, after = { 0 };
	struct report r;
	char at[160], next[160], wrong[160];

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	ck_assert_int_eq(sends(at, 0, data.data, 1000), 204);
	bytes_of(at, &before);
	snprintf(wrong, sizeof(wrong), "%s", at);
	if (astray[_i].stranger)
		wrong[strlen(wrong) - 1] ^= 1;
	close(half_sends(wrong, astray[_i].offset, data.data, astray[_i].declared, astray[_i].half));
	/* another upload whose line broke later is there: this one has been looked at */
	begins(&r, data.len, next);
	close(half_sends(next, 0, data.data, 5000, 1000));
	wait_offset(next, 1000);
	bytes_of(at, &after);
	ck_assert_msg(before.len == after.len && memcmp(before.data, after.data, after.len) == 0, "%s", astray[_i].what);
	ck_assert_int_eq(offset_of(at), 1000);
	buf_release(&data);
	buf_release(&before);
	buf_release(&after);
}
END_TEST

/* The last answer was lost: the client asks, or sends the last piece again, and nothing comes of it twice. */
START_TEST(a_lost_last_answer)
{
	struct buf data = { 0 }, before = { 0 };
	char at[160], path[160];
	struct report r;
	const char *last;
	json_t *doc;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	ck_assert_int_eq(sends(at, 0, data.data, 200000), 204);
	bytes_of(at, &before);
	path_of(at, path);
	ck_assert_int_eq(sends(at, 200000, data.data + 200000, data.len - 200000), 204);
	ck_assert_int_eq(offset_of(at), FILE_BYTES);
	ck_assert_int_eq(sends(at, 200000, data.data + 200000, data.len - 200000), 409);
	arrives(r.code, &data);
	/* as if it had died after the report and before the word that it is done */
	ck_assert_int_eq(file_write(path, before.data, before.len, 0600), 0);
	ck_assert_int_eq(offset_of(at), 200000);
	ck_assert_int_eq(sends(at, 200000, data.data + 200000, data.len - 200000), 204);
	ck_assert_int_eq(offset_of(at), FILE_BYTES);
	/* what came after it is there; a second one would stand before that */
	buf_reset(&before);
	picture_of_camera(&before, 320, 200, 6);
	form_photo(r.photo, &before, 201);
	doc = with_files(r.code, 2);
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "files")), 2);
	last = json_string_value(json_array_get(json_object_get(doc, "files"), 1));
	ck_assert_str_eq(strrchr(last, '.'), ".jpg");
	json_decref(doc);
	buf_release(&data);
	buf_release(&before);
}
END_TEST

/* ---- kill -9 ---- */

static const struct { const char *what; const char *junk; size_t len; } torn[] = {
	{ "nothing after the last piece", "", 0 },
	{ "half a number", "\0\0", 2 },
	{ "a number, and less than it says", "\0\0\1\0half a piece", 16 },
	{ "as many bytes as it says, not sealed by us", "\0\0\0\x30................................................", 52 },
	{ "the zeros of a file system", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20 },
};

/* Killed, and started again by its house. */
static void
ingest_falls(void)
{
	pid_t old = pid_of("ingest");

	ck_assert_int_eq(kill(old, SIGKILL), 0);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; pid_of("ingest") == old || !house_is_ready(); nap())
		ck_assert_msg(clock_mono_ms() < until, "ingest does not come back");
}

/* All that was acknowledged is there, whatever the killed one had begun to write. */
START_TEST(killed_between_pieces)
{
	struct buf data = { 0 };
	char at[160], path[160];
	struct report r;
	int fd;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	ck_assert_int_eq(sends(at, 0, data.data, 70000), 204);
	ck_assert_int_eq(sends(at, 70000, data.data + 70000, 70000), 204);
	path_of(at, path);
	fd = open(path, O_WRONLY | O_APPEND);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, torn[_i].junk, torn[_i].len), (ssize_t)torn[_i].len);
	close(fd);
	ingest_falls();
	ck_assert_msg(offset_of(at) == 140000, "%s: %ld", torn[_i].what, offset_of(at));
	ck_assert_int_eq(sends(at, 140000, data.data + 140000, 70000), 204);
	ck_assert_int_eq(offset_of(at), 210000);
	ck_assert_int_eq(sends(at, 210000, data.data + 210000, data.len - 210000), 204);
	arrives(r.code, &data);
	buf_release(&data);
}
END_TEST

/* ---- what is gone ---- */

/* Last touched two days ago, and not swept yet. */
START_TEST(an_expired_one)
{
	struct timespec then = { .tv_sec = time(NULL) - 2 * 86400 };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char at[160], path[160];
	struct report r;
	long status;

	report(&r);
	do {	/* 404: the sweep, once a minute, was faster */
		ck_assert_int_lt(clock_mono_ms(), until);
		begins(&r, 1000, at);
		path_of(at, path);
		ck_assert_int_eq(utimensat(AT_FDCWD, path, (struct timespec[]){ then, then }, 0), 0);
		status = sends(at, 0, "x", 1);
	} while (status == 404);
	ck_assert_int_eq(status, 410);
}
END_TEST

/* What the disk changed: in a middle piece it shows at the end, in the head at once.  Neither is an alarm. */
static const struct { const char *what; size_t byte; long head, last; } flipped[] = {
	{ "a middle piece", 50000, 140000, 410 },
	{ "the head", 10, -1, 404 },
};

START_TEST(a_damaged_one)
{
	struct buf data = { 0 }, file = { 0 };
	char at[160], path[160];
	struct report r;
	struct answer a;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	ck_assert_int_eq(sends(at, 0, data.data, 70000), 204);
	ck_assert_int_eq(sends(at, 70000, data.data + 70000, 70000), 204);
	path_of(at, path);
	bytes_of(at, &file);
	file.data[flipped[_i].byte] ^= 1;
	ck_assert_int_eq(file_write(path, file.data, file.len, 0600), 0);
	asks(&a, "HEAD", at, "", "", 0);
	ck_assert_msg(a.status == (flipped[_i].head < 0 ? 410 : 200), "%s: %s", flipped[_i].what, buf_str(&a.head));
	ck_assert_int_eq(number_in(&a, "Upload-Offset"), flipped[_i].head);
	answer_release(&a);
	ck_assert_int_eq(sends(at, 140000, data.data + 140000, data.len - 140000), flipped[_i].last);
	ck_assert_int_eq(sends(at, 140000, data.data + 140000, data.len - 140000), 404);
	path_of(at, path);
	ck_assert_str_eq(path, "");
	buf_reset(&file);
	buf_addf(&file, "%s/log/ingest.log", house.dir);
	buf_release(&data);
	ck_assert_int_eq(file_read(buf_str(&file), 64 << 20, &data), 0);
	ck_assert(holds(&data, "event=upload_broken") && !holds(&data, "event=alarm what=media"));
	buf_release(&data);
	buf_release(&file);
}
END_TEST

/* ---- two at once ---- */

START_TEST(two_clients_on_one_upload)
{
	struct buf data = { 0 };
	struct report r;
	struct answer a;
	char at[160];
	int slow;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	/* both begin the first piece; who is whole first has it */
	slow = half_sends(at, 0, data.data, 100000, 40000);
	ck_assert_int_eq(sends(at, 0, data.data, 50000), 204);
	raw_send(slow, data.data + 40000, 60000);
	read_answer(slow, &a);
	ck_assert_int_eq(a.status, 409);
	answer_release(&a);
	/* and the rest: the slow one breaks off behind the quick one's back */
	slow = half_sends(at, 50000, data.data + 50000, 200000, 100000);
	ck_assert_int_eq(sends(at, 50000, data.data + 50000, 50000), 204);
	close(slow);
	ck_assert_int_eq(sends(at, 100000, data.data + 100000, data.len - 100000), 204);
	arrives(r.code, &data);
	buf_release(&data);
}
END_TEST

/* One house, two daemons on its folder: each goes on where the other left it. */
START_TEST(two_daemons_on_one_upload)
{
	struct buf data = { 0 };
	char at[160], doors[2][64];
	struct report r;
	pid_t other;
	size_t sent = 0;

	snprintf(doors[0], sizeof(doors[0]), "%s", house.http);
	other = second_ingest(doors[1]);
	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	for (int i = 0; i < 4; i++, sent += 50000) {
		snprintf(house.http, sizeof(house.http), "%s", doors[i % 2]);
		ck_assert_int_eq(offset_of(at), (long)sent);
		ck_assert_int_eq(sends(at, sent, data.data + sent, 50000), 204);
	}
	close(half_sends(at, sent, data.data + sent, 50000, 20000));
	sent += 20000;
	wait_offset(at, (long)sent);
	snprintf(house.http, sizeof(house.http), "%s", doors[0]);
	ck_assert_int_eq(sends(at, sent, data.data + sent, data.len - sent), 204);
	snprintf(house.http, sizeof(house.http), "%s", doors[1]);
	ck_assert_int_eq(offset_of(at), FILE_BYTES);
	snprintf(house.http, sizeof(house.http), "%s", doors[0]);
	ck_assert_int_eq(kill(other, SIGTERM), 0);
	ck_assert_int_eq(waitpid(other, NULL, 0), other);
	arrives(r.code, &data);
	buf_release(&data);
}
END_TEST

/* While the last piece waits for the store nobody else may write; without the store it has not come. */
START_TEST(the_store_is_away_at_the_end)
{
	struct buf data = { 0 };
	struct report r;
	struct answer a;
	pid_t redis = pid_of("redis");
	char at[160], headers[160];
	int last;

	report(&r);
	wait_state(r.code, "ditugaskan");
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	ck_assert_int_eq(sends(at, 0, data.data, 200000), 204);
	ck_assert_int_eq(kill(redis, SIGSTOP), 0);
	last = half_sends(at, 200000, data.data + 200000, 100000, 100000);
	piece_headers(headers, 200000);
	for (int64_t until = clock_mono_ms() + LIMIT_MS;; nap()) {
		asks(&a, "HEAD", at, "", "", 0);
		if (a.status == 423)
			break;
		ck_assert_msg(clock_mono_ms() < until, "never busy");
		answer_release(&a);
	}
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nRetry-After: "));
	answer_release(&a);
	read_answer(last, &a);
	ck_assert_msg(a.status == 503, "%s", buf_str(&a.head));
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), "\r\nRetry-After: "));
	answer_release(&a);
	ck_assert_int_eq(offset_of(at), 200000);
	ck_assert_int_eq(kill(redis, SIGCONT), 0);
	for (int64_t until = clock_mono_ms() + LIMIT_MS;
	    sends(at, 200000, data.data + 200000, 100000) != 204; nap())
		ck_assert_msg(clock_mono_ms() < until, "the store does not come back");
	arrives(r.code, &data);
	buf_release(&data);
}
END_TEST

/* ---- what is refused ---- */

#define AT_PLACE "/unggah/%C?t=%T"	/* where the report's uploads are begun */
#define AT_ONE "/unggah/%C/%I?t=%T"	/* one upload, 1000 bytes of it sent */
#define ZEROS "00000000000000000000000000000000"
static const struct { const char *what, *method, *path, *headers; size_t len; long status; } refused[] = {
	{ "no version", "POST", AT_PLACE, "Tus-Nothing: 1\r\nUpload-Length: 10\r\n", 0, 412 },
	{ "another version", "HEAD", AT_ONE, "Tus-Resumable: 0.2.2\r\n", 0, 412 },
	{ "no length", "POST", AT_PLACE, "", 0, 400 },
	{ "a length to come later", "POST", AT_PLACE, "Upload-Defer-Length: 1\r\n", 0, 400 },
	{ "a length below nothing", "POST", AT_PLACE, "Upload-Length: -5\r\n", 0, 400 },
	{ "a length of nothing", "POST", AT_PLACE, "Upload-Length: 0\r\n", 0, 400 },
	{ "a length past all numbers", "POST", AT_PLACE, "Upload-Length: 99999999999999999999\r\n", 0, 400 },
	{ "bytes with the beginning", "POST", AT_PLACE, "Upload-Length: 10\r\n", 10, 400 },
	{ "too large", "POST", AT_PLACE, "Upload-Length: 1048577\r\n", 0, 413 },
	{ "a wrong offset", "PATCH", AT_ONE, PIECE "Upload-Offset: 999\r\n", 10, 409 },
	{ "an offset after the end", "PATCH", AT_ONE, PIECE "Upload-Offset: 400000\r\n", 10, 409 },
	{ "no offset", "PATCH", AT_ONE, PIECE, 10, 400 },
	{ "an offset in letters", "PATCH", AT_ONE, PIECE "Upload-Offset: 1000x\r\n", 10, 400 },
	{ "another kind of body", "PATCH", AT_ONE, "Content-Type: application/octet-stream\r\nUpload-Offset: 1000\r\n", 10, 415 },
	{ "more than was declared", "PATCH", AT_ONE, PIECE "Upload-Offset: 1000\r\n", FILE_BYTES - 999, 413 },
	{ "more than any file may have", "PATCH", AT_ONE, PIECE "Upload-Offset: 1000\r\n", 1100000, 413 },
	{ "a foreign token", "HEAD", "/unggah/%C/%I?t=" ZEROS, "", 0, 403 },
	{ "a foreign token to begin with", "POST", "/unggah/%C?t=" ZEROS, "Upload-Length: 10\r\n", 0, 403 },
	{ "half a token", "HEAD", "/unggah/%C/%I?t=0000", "", 0, 403 },
	{ "no token", "PATCH", "/unggah/%C/%I", PIECE "Upload-Offset: 1000\r\n", 10, 403 },
	{ "no code", "POST", "/unggah/x?t=" ZEROS, "Upload-Length: 10\r\n", 0, 403 },
	{ "another report's token and code", "HEAD", "/unggah/%O/%I?t=%o", "", 0, 404 },
	{ "another report's bytes", "PATCH", "/unggah/%O/%I?t=%o", PIECE "Upload-Offset: 1000\r\n", 10, 404 },
	{ "no such upload", "HEAD", "/unggah/%C/0123456789abcdef0123456789abcdef?t=%T", "", 0, 404 },
	{ "no name of one", "HEAD", "/unggah/%C/secrets/data?t=%T", "", 0, 404 },
	{ "nothing to be put", "PUT", AT_ONE, "", 0, 405 },
	{ "pieces of no upload", "PATCH", AT_PLACE, PIECE "Upload-Offset: 0\r\n", 10, 405 },
	{ "a beginning of one that is there", "POST", AT_ONE, "Upload-Length: 10\r\n", 0, 405 },
	{ "a method of no name", "POST", AT_ONE, "X-HTTP-Method-Override: LINK\r\n", 0, 405 },
};

/* And the upload stands where it stood. */
START_TEST(what_is_refused)
{
	struct buf data = { 0 }, path = { 0 };
	char at[160], id[33];
	struct report r, other;
	struct answer a;

	report(&r);
	report(&other);
	make_sound(&data, 1100000);
	begins(&r, FILE_BYTES, at);
	id_of(at, id);
	ck_assert_int_eq(sends(at, 0, data.data, 1000), 204);
	for (const char *p = refused[_i].path; *p != '\0'; p++)
		if (*p != '%')
			buf_addc(&path, *p);
		else
			switch (*++p) {
			case 'C': buf_adds(&path, r.code); break;
			case 'T': buf_adds(&path, strchr(r.place, '=') + 1); break;
			case 'O': buf_adds(&path, other.code); break;
			case 'o': buf_adds(&path, strchr(other.place, '=') + 1); break;
			default: buf_adds(&path, id); break;
			}
	asks(&a, refused[_i].method, buf_str(&path), refused[_i].headers, data.data, refused[_i].len);
	ck_assert_msg(a.status == refused[_i].status, "%s: %s", refused[_i].what, buf_str(&a.head));
	ck_assert(a.status != 412 || strstr(buf_str(&a.head), "\r\nTus-Version: 1.0.0\r\n") != NULL);
	answer_release(&a);
	ck_assert_int_eq(offset_of(at), 1000);
	buf_release(&data);
	buf_release(&path);
}
END_TEST

/* What is no photo is refused by its first piece, not after all of it has come; or at the end. */
START_TEST(another_type_goes_at_once)
{
	static const size_t first[] = { 100, 10 };
	struct buf data = { 0 };
	struct report r;
	char at[160];

	report(&r);
	buf_adds(&data, "<!DOCTYPE html><html>");
	while (data.len < 500)
		buf_adds(&data, WORDS_CANARY);
	begins(&r, data.len, at);
	if (sends(at, 0, data.data, first[_i]) == 204) {
		ck_assert_int_eq(_i, 1);	/* too little to tell */
		ck_assert_int_eq(sends(at, first[_i], data.data + first[_i], data.len - first[_i]), 415);
	}
	ck_assert_int_eq(offset_of(at), -1);
	buf_release(&data);
}
END_TEST

/* Eight may be small; over that 2 KiB are the least on the average, and larger ones go on. */
START_TEST(small_pieces_are_counted)
{
	struct buf data = { 0 };
	struct report r;
	size_t sent = 0;
	char at[160];
	int fd;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	for (; sent < 15000; sent += 1000)
		ck_assert_int_eq(sends(at, sent, data.data + sent, 1000), 204);
	ck_assert_int_eq(sends(at, sent, data.data + sent, 1000), 413);
	fd = half_sends(at, sent, data.data + sent, 5000, 100);
	close(fd);		/* nor is one that broke off */
	ck_assert_int_eq(sends(at, sent, data.data + sent, 50000), 204);
	sent += 50000;
	ck_assert_int_eq(sends(at, sent, data.data + sent, data.len - sent), 204);
	arrives(r.code, &data);
	buf_release(&data);
}
END_TEST

/* Every request reads the last piece: a large one is kept as several, whole or cut. */
START_TEST(a_large_piece_is_kept_as_several)
{
	static const size_t head = SEAL_WRAPPED_BYTES + SEAL_OVERHEAD + 8;
	struct buf data = { 0 }, file = { 0 };
	struct report r;
	char at[160];
	size_t n = 0;

	report(&r);
	make_sound(&data, FILE_BYTES);
	begins(&r, data.len, at);
	ck_assert_int_eq(sends(at, 0, data.data, 150000), 204);
	close(half_sends(at, 150000, data.data + 150000, 120000, 100000));
	wait_offset(at, 250000);
	bytes_of(at, &file);
	for (size_t i = head, sealed; i < file.len; i += 4 + sealed, n++) {
		const uint8_t *count = (const uint8_t *)file.data + i;

		sealed = (size_t)count[0] << 24 | (size_t)count[1] << 16 | (size_t)count[2] << 8 | count[3];
		ck_assert_uint_le(sealed, (64 << 10) + SEAL_OVERHEAD);
	}
	ck_assert_uint_eq(n, 3 + 2);
	ck_assert_int_eq(sends(at, 250000, data.data + 250000, data.len - 250000), 204);
	arrives(r.code, &data);
	buf_release(&data);
	buf_release(&file);
}
END_TEST

/* ---- time and number ---- */

static long
begin_from(const struct report *r, const char *address)
{
	char headers[96];
	struct answer a;
	long status;

	snprintf(headers, sizeof(headers), "X-Forwarded-For: %s\r\nUpload-Length: 1000\r\n", address);
	asks(&a, "POST", r->place, headers, "", 0);
	status = a.status;
	ck_assert(status != 429 || number_in(&a, "Retry-After") > 0);
	answer_release(&a);
	return status;
}

static void
gives_up(const char *at)
{
	struct answer a;

	asks(&a, "DELETE", at, "", "", 0);
	ck_assert_int_eq(a.status, 204);
	answer_release(&a);
}

/* A new one takes the place of one of which nothing came: whose id was lost on the way cannot go on with it. */
START_TEST(unfinished_ones_of_a_report_are_counted)
{
	char begun[160], lost[160], next[160], others[160];
	struct report r, other;

	report(&r);
	report(&other);
	begins(&r, 1000, begun);
	begins(&r, 1000, lost);
	begins(&other, 1000, others);
	ck_assert_int_eq(sends(begun, 0, "OggS\0\2 sound", 12), 204);
	for (int i = 0; i < 3; i++) {
		begins(&r, 1000, next);
		ck_assert_int_eq(offset_of(lost), -1);
		snprintf(lost, sizeof(lost), "%s", next);
	}
	ck_assert_int_eq(offset_of(begun), 12);
	ck_assert_int_eq(offset_of(others), 0);		/* another report's are another's */
	gives_up(next);
	ck_assert_int_eq(offset_of(next), -1);
	gives_up(begun);
	gives_up(others);
}
END_TEST

/* One that is done is no longer unfinished, of its report or in all. */
START_TEST(whole_ones_are_not_counted)
{
	struct buf data = { 0 };
	struct report r;
	char at[160];

	report(&r);
	make_sound(&data, 1000);
	for (int i = 0; i < 6; i++) {
		begins(&r, data.len, at);
		ck_assert_int_eq(sends(at, 0, data.data, data.len), 204);
	}
	buf_release(&data);
}
END_TEST

START_TEST(beginnings_of_an_address_are_counted)
{
	struct report r;

	for (int i = 0; i < 3; i++) {
		report(&r);
		ck_assert_int_eq(begin_from(&r, "203.0.113.9"), 201);
	}
	report(&r);
	ck_assert_int_eq(begin_from(&r, "203.0.113.9"), 429);
	ck_assert_int_eq(begin_from(&r, "203.0.113.10"), 201);
}
END_TEST

/* Whatever comes of them: each opens a file. */
START_TEST(requests_of_an_address_are_counted)
{
	struct report r;
	struct answer a;
	char at[160];

	report(&r);
	begins(&r, 1000, at);
	for (int i = 0; i < 21; i++) {
		asks(&a, i % 2 ? "PATCH" : "HEAD", at, "X-Forwarded-For: 203.0.113.20\r\n", "", 0);
		ck_assert_msg((a.status == 429) == (i == 20), "%d: %s", i, buf_str(&a.head));
		answer_release(&a);
	}
	asks(&a, "HEAD", at, "X-Forwarded-For: 203.0.113.21\r\n", "", 0);
	ck_assert_int_ne(a.status, 429);
	answer_release(&a);
}
END_TEST

/* Nobody goes on with it: it is gone, from the disk too; one that goes on is not. */
START_TEST(what_nobody_goes_on_with_is_swept)
{
	enum { ONE = 4096 };	/* enough that none of them counts as a small piece */
	char left[160], kept[160], path[160];
	struct buf data = { 0 };
	struct report r;
	size_t sent = 0;

	report(&r);
	make_sound(&data, 8 << 20);
	begins(&r, data.len, kept);
	begins(&r, 1000, left);
	path_of(left, path);
	ck_assert_str_ne(path, "");
	for (int64_t until = clock_mono_ms() + LIMIT_MS; path[0] != '\0'; nap(), path_of(left, path)) {
		ck_assert_msg(clock_mono_ms() < until, "%s is left", path);
		ck_assert_uint_lt(sent + ONE, data.len);
		ck_assert_int_eq(sends(kept, sent, data.data + sent, ONE), 204);
		sent += ONE;
	}
	ck_assert_int_eq(offset_of(left), -1);
	ck_assert_int_eq(sends(left, 0, "x", 1), 404);
	ck_assert_int_eq(offset_of(kept), (long)sent);
	buf_release(&data);
}
END_TEST

/* Of all reports together; a photo that comes whole is taken all the same. */
START_TEST(all_unfinished_ones_are_counted)
{
	struct buf photo = { 0 };
	char first[160], second[160], third[160];
	struct report r[3];

	for (size_t i = 0; i < N_ELEMS(r); i++)
		report(&r[i]);
	begins(&r[0], 1000, first);
	begins(&r[0], 1000, first);
	begins(&r[1], 1000, second);
	begins(&r[1], 1000, second);
	ck_assert_int_eq(begin_from(&r[2], "127.0.0.1"), 503);
	wait_state(r[2].code, "ditugaskan");	/* the store answers; without it a whole photo is 503, too */
	picture_of_camera(&photo, 320, 200, 6);
	form_photo(r[2].photo, &photo, 201);
	gives_up(first);
	begins(&r[2], 12, third);
	ck_assert_int_eq(begin_from(&r[0], "127.0.0.1"), 503);
	ck_assert_int_eq(sends(third, 0, "OggS\0\2 sound", 12), 204);
	begins(&r[0], 1000, first);
	ingest_falls();
	ck_assert_int_eq(begin_from(&r[2], "127.0.0.1"), 503);
	gives_up(second);
	begins(&r[2], 1000, third);
	buf_release(&photo);
}
END_TEST

/* Nothing is begun, and the keepers hear of it once: each alarm waits for the store. */
START_TEST(a_full_disk)
{
	struct buf path = { 0 }, log = { 0 };
	const char *alarm = "event=alarm what=media subject=disk", *at;
	struct report r;

	report(&r);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(begin_from(&r, "127.0.0.1"), 503);
	buf_addf(&path, "%s/log/ingest.log", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 64 << 20, &log), 0);
	at = strstr(buf_str(&log), alarm);
	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_null(strstr(at + 1, alarm));
	buf_release(&path);
	buf_release(&log);
}
END_TEST

/* Runs last: no word of a picture, of a token or an address is in the log. */
START_TEST(the_log_says_little)
{
	static const char *const canaries[] = { WORDS_CANARY, "/unggah/", "203.0.113." };
	struct buf path = { 0 }, log = { 0 };

	buf_addf(&path, "%s/log/ingest.log", house.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 64 << 20, &log), 0);
	for (size_t i = 0; i < N_ELEMS(canaries); i++)
		ck_assert_msg(!holds(&log, canaries[i]), "%s", canaries[i]);
	buf_release(&path);
	buf_release(&log);
}
END_TEST

Suite *
resume_suite(void)
{
	Suite *s = suite_create("resume");
	TCase *tc = tcase_create("resume"), *stingy = tcase_create("resume, stingy"),
	    *few = tcase_create("resume, few"), *full = tcase_create("resume, full");

	tcase_add_unchecked_fixture(tc, begin, house_down);
	tcase_add_test(tc, a_file_in_pieces);
	tcase_add_test(tc, a_photo_in_pieces);
	tcase_add_loop_test(tc, a_file_in_one_piece, 0, N_ELEMS(ways));
	tcase_add_test(tc, the_server_describes_itself);
	tcase_add_test(tc, a_line_breaks_in_a_piece);
	tcase_add_loop_test(tc, a_broken_piece_in_the_wrong_place, 0, N_ELEMS(astray));
	tcase_add_test(tc, a_lost_last_answer);
	tcase_add_loop_test(tc, killed_between_pieces, 0, N_ELEMS(torn));
	tcase_add_test(tc, an_expired_one);
	tcase_add_loop_test(tc, a_damaged_one, 0, N_ELEMS(flipped));
	tcase_add_test(tc, two_clients_on_one_upload);
	tcase_add_test(tc, two_daemons_on_one_upload);
	tcase_add_test(tc, the_store_is_away_at_the_end);
	tcase_add_loop_test(tc, what_is_refused, 0, N_ELEMS(refused));
	tcase_add_loop_test(tc, another_type_goes_at_once, 0, 2);
	tcase_add_test(tc, small_pieces_are_counted);
	tcase_add_test(tc, a_large_piece_is_kept_as_several);
	tcase_add_test(tc, the_log_says_little);
	suite_add_tcase(s, tc);
	tcase_add_unchecked_fixture(stingy, begin_stingy, house_down);
	tcase_add_test(stingy, beginnings_of_an_address_are_counted);
	tcase_add_test(stingy, requests_of_an_address_are_counted);
	tcase_add_test(stingy, what_nobody_goes_on_with_is_swept);
	tcase_add_test(stingy, the_log_says_little);
	suite_add_tcase(s, stingy);
	tcase_add_unchecked_fixture(few, begin_few, house_down);
	tcase_add_test(few, unfinished_ones_of_a_report_are_counted);
	tcase_add_test(few, whole_ones_are_not_counted);
	tcase_add_test(few, all_unfinished_ones_are_counted);
	suite_add_tcase(s, few);
	tcase_add_unchecked_fixture(full, begin_full, house_down);
	tcase_add_test(full, a_full_disk);
	suite_add_tcase(s, full);
	return s;
}
