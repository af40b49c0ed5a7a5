#include "ingest/resume.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/event.h>

#include "core/calendar.h"
#include "core/media.h"
#include "ingest/form.h"
#include "ingest/photo.h"
#include "ingest/upload.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "store/unfinished.h"

#define TUS_VERSION "1.0.0"
#define TUS_EXTENSIONS "creation,expiration,termination"
#define PIECE_TYPE "application/offset+octet-stream"
#define PLACE "/unggah/"
#define TOKEN_CHARS 32
#define TYPE_BYTES 64		/* enough to tell a file's type by, and to refuse it early */
#define SWEEP_MOST_MS MINUTE_MS
#define SWEEP_LEAST_MS 100

struct resumes {
	struct event *sweep;
	struct lookups *begun, *asks;
	int unfinished;		/* of all reports; what other processes begin and end is noticed by the sweep */
};

void
resume_path(char out[RESUME_PATH_CHARS], const struct ingest *g, const struct code *code, const char *id)
{
	char token[TOKEN_CHARS + 1];

	status_token(token, g, code);
	snprintf(out, RESUME_PATH_CHARS, PLACE "%s%s%s?t=%s", code->s, id[0] != '\0' ? "/" : "", id, token);
}

/* ---- what is asked for ---- */

/* A text of the request; s NULL: it is not there. */
struct value { const char *s; size_t len; };

/* CODE, or CODE/ID: the report, and the id or "".  -1: the token is not that report's. */
static int
read_place(const struct ingest *g, const char *tail, struct value t, struct code *code, const char **id)
{
	size_t n = strcspn(tail, "/");
	char token[TOKEN_CHARS + 1] = "";

	if (t.s != NULL && t.len == TOKEN_CHARS)
		memcpy(token, t.s, TOKEN_CHARS);
	if (code_parse(code, tail, n) != 0 || !status_token_fits(g, code, token))
		return -1;
	*id = tail[n] == '/' ? tail + n + 1 : "";
	return 0;
}

static struct value
header(const struct http_req *r, const char *name)
{
	const char *s = http_req_header(r, name);

	return (struct value){ s, s != NULL ? strlen(s) : 0 };
}

static struct value
cut_header(const struct http_cut *cut, const char *name)
{
	struct value v = { NULL, 0 };

	v.s = http_cut_header(cut, name, &v.len);
	return v;
}

static int
says(struct value v, const char *text)
{
	return v.s != NULL && v.len == strlen(text) && strncasecmp(v.s, text, v.len) == 0;
}

/* Some proxies let no PATCH through: then a header names it. */
#define OVERRIDE "X-HTTP-Method-Override"

static int
is_method(enum http_method real, struct value other, enum http_method method, const char *name)
{
	return other.s != NULL ? says(other, name) : real == method;
}

/* A plain decimal number; -1. */
static int
number_in(struct value v, size_t *out)
{
	*out = 0;
	if (v.s == NULL || v.len == 0 || v.len > 15)
		return -1;
	for (size_t i = 0; i < v.len; i++) {
		if (v.s[i] < '0' || v.s[i] > '9')
			return -1;
		*out = *out * 10 + (size_t)(v.s[i] - '0');
	}
	return 0;
}

/* ---- answers ---- */

struct asked {
	struct http_req *r;
	struct ingest *g;
	struct code code;
	const char *id;
	struct unfinished u;		/* open */
};

static void
add_number(struct http_req *r, const char *name, size_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", n);
	http_add_header(r, name, text);
}

static void
add_expiry(const struct asked *a)
{
	char date[HTTP_DATE_CHARS];

	http_date(date, a->u.touched_ms + a->g->h.set.photo_resume_ms);
	http_add_header(a->r, "Upload-Expires", date);
}

/* How far it is; closes it. */
static void
answer_offset(struct asked *a, int status)
{
	add_number(a->r, "Upload-Offset", a->u.have);
	if (status == 200)
		add_number(a->r, "Upload-Length", a->u.length);
	add_expiry(a);
	unfinished_close(&a->u);
	http_answer(a->r, status, NULL, NULL);
}

static void
answer_refused(struct asked *a, int status, const char *detail)
{
	static const struct { int status; const char *after_s; } again[] = { { 423, "2" }, { 429, "600" }, { 503, "30" } };

	unfinished_close(&a->u);
	for (size_t i = 0; i < N_ELEMS(again); i++)
		if (again[i].status == status)
			http_add_header(a->r, "Retry-After", again[i].after_s);
	http_answer_problem(a->r, status, NULL, detail);
}

static void
answer_unkept(struct asked *a)
{
	answer_refused(a, 503, "Potongan belum tersimpan; kirim lagi sebentar lagi.");
}

/* Counts this one; 0 after answering that its address asks too much. */
static int
may_ask(struct asked *a, struct lookups *asks)
{
	const char *peer = http_req_peer(a->r);
	int64_t now = clock_mono_ms();

	if (http_req_is_local(a->r))
		return 1;
	if (!lookups_may(asks, peer, now)) {
		answer_refused(a, 429, "Terlalu banyak unggahan dari jaringan ini; coba sepuluh menit lagi.");
		return 0;
	}
	lookups_wrong(asks, peer, now);
	return 1;
}

/* ---- one begins ---- */

/*
 * 1 when the report may have one more unfinished upload; 0 when others are writing to all it has; -1: errno.
 * An answer that told an id may have been lost again and again: such ones must not shut the door.
 */
static int
make_room(struct asked *a)
{
	const struct store *st = &a->g->h.st;
	int n = unfinished_count(st, &a->code), displaced;

	if (n < a->g->h.set.photo_per_report)
		return n < 0 ? -1 : 1;
	displaced = unfinished_displace(st, &a->code);
	a->g->resumes->unfinished -= displaced > 0;
	return displaced;
}

static int
may_begin(struct asked *a)
{
	int room;

	if (!may_ask(a, a->g->resumes->begun))
		return 0;
	if (a->g->resumes->unfinished >= a->g->h.set.photo_unfinished) {
		log_warn("uploads_many", "unfinished=%d", a->g->resumes->unfinished);
		answer_refused(a, 503, "Terlalu banyak unggahan belum selesai di sini; coba lagi sebentar lagi, atau kirim "
		    "foto utuh dengan formulir tanpa skrip.");
		return 0;
	}
	room = make_room(a);
	if (room < 0) {
		upload_is_refused(a->g);
		answer_unkept(a);
	} else if (room == 0) {
		answer_refused(a, 423, "Unggahan lain dari laporan ini sedang ditulis; coba lagi sebentar lagi.");
	}
	return room > 0;
}

static void
begin(struct asked *a)
{
	char at[RESUME_PATH_CHARS];
	size_t length, body;

	http_req_body(a->r, &body);
	if (number_in(header(a->r, "Upload-Length"), &length) != 0 || length == 0 || body > 0) {
		answer_refused(a, 400, "Sebut ukuran berkas dalam Upload-Length, lebih dari 0, dan kirim isinya dengan PATCH.");
	} else if (length > (size_t)a->g->h.set.photo_bytes) {
		photo_refuse_large(a->r);
	} else if (may_begin(a)) {
		if (!upload_has_room(a->g)) {
			answer_unkept(a);
		} else if (unfinished_begin(&a->u, &a->g->h.st, &a->code, length) != 0) {
			upload_is_refused(a->g);
			answer_unkept(a);
		} else {
			a->g->resumes->unfinished++;
			resume_path(at, a->g, &a->code, a->u.id);
			http_add_header(a->r, "Location", at);
			answer_offset(a, 201);
		}
	}
}

/* ---- one goes on ---- */

static int
is_expired(const struct ingest *g, const struct unfinished *u)
{
	return clock_now_ms() - u->touched_ms > g->h.set.photo_resume_ms;
}

static const char gone[] = SAID("Unggahan itu tidak ada lagi; mulai dari awal.");

/* 0, or -1 after answering. */
static int
open_asked(struct asked *a)
{
	switch (unfinished_open(&a->u, &a->g->h.st, &a->code, a->id)) {
	case UNFINISHED_OK:
		if (!is_expired(a->g, &a->u))
			return 0;
		answer_refused(a, 410, gone);
		return -1;
	case UNFINISHED_GONE:
		answer_refused(a, 404, gone);
		return -1;
	case UNFINISHED_BROKEN:
		log_error("upload_broken", "err=\"a head that no key of this house opens\"");
		a->g->resumes->unfinished--;
		answer_refused(a, 410, gone);
		return -1;
	case UNFINISHED_BUSY:
		answer_refused(a, 423, "Unggahan itu sedang ditulis; coba lagi sebentar lagi.");
		return -1;
	case UNFINISHED_FAILED:
		break;
	}
	upload_is_refused(a->g);
	answer_unkept(a);
	return -1;
}

/* Nothing can be made of it; it goes. */
static void
drop(struct asked *a)
{
	if (unfinished_drop(&a->u, &a->g->h.st) != 0)
		log_error("upload_failed", "err=\"%s\"", strerror(errno));
	else if (!a->u.is_done)
		a->g->resumes->unfinished--;
}

static void
on_whole(enum photo_result result, void *arg)
{
	struct asked *a = arg;

	switch (result) {
	case PHOTO_TAKEN:
		/* If that is lost, the last piece comes again and is known by the upload's id. */
		if (unfinished_done(&a->u) != 0)
			upload_is_refused(a->g);
		else
			a->g->resumes->unfinished--;
		a->u.have = a->u.length;
		answer_offset(a, 204);
		break;
	case PHOTO_UNKNOWN:
		drop(a);
		/* fallthrough */
	case PHOTO_NOT_KEPT:
		unfinished_close(&a->u);
		photo_refuse(a->r, result);
		break;
	}
	free(a);
}

/* The last piece: what was there and it are the photo. */
static void
finish(struct asked *a, const char *piece, size_t len)
{
	struct asked *waits;
	struct buf whole = { 0 }, id = { 0 };
	int rc = unfinished_read(&a->u, &whole);

	if (rc != 0 && errno != EBADMSG) {
		upload_is_refused(a->g);
		answer_unkept(a);
	} else if (rc != 0) {
		log_error("upload_broken", "err=\"a piece that was changed\"");
		drop(a);
		answer_refused(a, 410, gone);
	} else {
		buf_add(&whole, piece, len);
		buf_addf(&id, "foto %s", a->u.id);
		waits = xmalloc(sizeof(*waits));
		*waits = *a;
		photo_take(a->g, &a->code, buf_str(&id), whole.data, whole.len, on_whole, waits);
	}
	buf_wipe(&whole);
	buf_release(&id);
}

/* Each costs a sync, and a look at every one when the file is opened: crumbs without end must not. */
static int
may_add(const struct ingest *g, const struct unfinished *u, size_t len)
{
	return (size_t)u->pieces < (size_t)g->h.set.photo_pieces + (u->have + len) / (size_t)g->h.set.photo_piece_least;
}

/* As pieces of ingest.photo.piece at the most.  0; -1: the disk refused, and what went before is kept. */
static int
keep(const struct ingest *g, struct unfinished *u, const char *data, size_t len)
{
	size_t most = (size_t)g->h.set.photo_piece_bytes;

	for (size_t n; len > 0; data += n, len -= n) {
		n = len < most ? len : most;
		if (unfinished_add(u, data, n) != 0)
			return -1;
	}
	return 0;
}

/* A piece that is not the last one.  0, or -1 after answering. */
static int
add(struct asked *a, const char *piece, size_t len)
{
	if (!may_add(a->g, &a->u, len)) {
		answer_refused(a, 413, "Terlalu banyak potongan kecil; kirim potongan yang lebih besar.");
		return -1;
	}
	if (!upload_has_room(a->g)) {
		answer_unkept(a);
		return -1;
	}
	if (keep(a->g, &a->u, piece, len) != 0) {
		upload_is_refused(a->g);
		answer_unkept(a);
		return -1;
	}
	return 0;
}

static void
go_on(struct asked *a)
{
	size_t offset, len, came;
	const char *piece = http_req_body(a->r, &len);

	http_req_body_file(a->r, &came);
	if (!says(header(a->r, "Content-Type"), PIECE_TYPE)) {
		answer_refused(a, 415, "Kirim potongan dengan Content-Type ini:\n" PIECE_TYPE);
	} else if (number_in(header(a->r, "Upload-Offset"), &offset) != 0) {
		answer_refused(a, 400, "Sebut dari bita keberapa dalam Upload-Offset.");
	} else if (len != came) {
		answer_unkept(a);	/* the disk does not give it back */
	} else if (open_asked(a) != 0) {
		return;
	} else if (offset != a->u.have) {
		answer_refused(a, 409, "Yang tersimpan sampai bita lain; tanyakan dengan HEAD.");
	} else if (len > a->u.length - a->u.have) {
		answer_refused(a, 413, "Lebih banyak daripada ukuran yang disebut di awal.");
	} else if (len == 0) {
		answer_offset(a, 204);
	} else if (offset == 0 && len >= TYPE_BYTES && media_type_of(piece, len) == NULL) {
		drop(a);
		unfinished_close(&a->u);
		photo_refuse(a->r, PHOTO_UNKNOWN);
	} else if (len == a->u.length - a->u.have) {
		finish(a, piece, len);
	} else if (add(a, piece, len) == 0) {
		answer_offset(a, 204);
	}
}

static void
tell(struct asked *a)
{
	if (open_asked(a) == 0)
		answer_offset(a, 200);
}

static void
give_up(struct asked *a)
{
	if (open_asked(a) != 0)
		return;
	drop(a);
	unfinished_close(&a->u);
	http_answer(a->r, 204, NULL, NULL);
}

void
keep_cut(const struct http_cut *cut, void *arg)
{
	struct ingest *g = arg;
	struct value token = { NULL, 0 };
	struct unfinished u;
	struct code code;
	const char *id;
	size_t offset;

	token.s = http_cut_query(cut, "t", &token.len);
	if (!is_method(cut->route->method, cut_header(cut, OVERRIDE), HTTP_PATCH, "PATCH") ||
	    !says(cut_header(cut, "Tus-Resumable"), TUS_VERSION) ||
	    !says(cut_header(cut, "Content-Type"), PIECE_TYPE) || cut_header(cut, "Content-Encoding").s != NULL ||
	    number_in(cut_header(cut, "Upload-Offset"), &offset) != 0 ||
	    read_place(g, cut->tail, token, &code, &id) != 0 || unfinished_open(&u, &g->h.st, &code, id) != UNFINISHED_OK)
		return;
	/* Never as much as the rest: who sends more than that has another file. */
	if (offset == u.have && cut->len < u.length - u.have && may_add(g, &u, cut->len) &&
	    !is_expired(g, &u) && upload_has_room(g) && keep(g, &u, cut->body, cut->len) != 0)
		upload_is_refused(g);
	unfinished_close(&u);
}

/* ---- one place, many methods ---- */

static const struct { enum http_method method; const char *name; int of_one; void (*act)(struct asked *); } acts[] = {
	/* of one upload, or of all of a report */
	{ HTTP_POST,   "POST",   0, begin },
	{ HTTP_GET,    "HEAD",   1, tell },
	{ HTTP_PATCH,  "PATCH",  1, go_on },
	{ HTTP_DELETE, "DELETE", 1, give_up },
};

static void
describe(struct http_req *r, const struct ingest *g)
{
	http_add_header(r, "Tus-Version", TUS_VERSION);
	http_add_header(r, "Tus-Extension", TUS_EXTENSIONS);
	add_number(r, "Tus-Max-Size", (size_t)g->h.set.photo_bytes);
	http_answer(r, 204, NULL, NULL);
}

void
serve_upload(struct http_req *r, void *arg)
{
	struct asked a = { .r = r, .g = arg, .u = { .fd = -1 } };
	struct value token = { NULL, 0 };

	token.s = http_req_query(r, "t", &token.len);
	http_add_header(r, "Tus-Resumable", TUS_VERSION);
	if (http_req_method(r) == HTTP_OPTIONS) {
		describe(r, a.g);
		return;
	}
	if (!says(header(r, "Tus-Resumable"), TUS_VERSION)) {
		http_add_header(r, "Tus-Version", TUS_VERSION);
		answer_refused(&a, 412, "Sebut versi tus yang dipakai di sini dalam Tus-Resumable:\n" TUS_VERSION);
		return;
	}
	if (read_place(a.g, http_req_tail(r), token, &a.code, &a.id) != 0) {
		photo_refuse_stranger(r);
		return;
	}
	for (size_t i = 0; i < N_ELEMS(acts); i++)
		if (is_method(http_req_method(r), header(r, OVERRIDE), acts[i].method, acts[i].name) && acts[i].of_one == (a.id[0] != '\0')) {
			if (!acts[i].of_one || may_ask(&a, a.g->resumes->asks))
				acts[i].act(&a);
			return;
		}
	http_add_header(r, "Allow", a.id[0] != '\0' ? "HEAD, PATCH, DELETE, OPTIONS" : "POST, OPTIONS");
	answer_refused(&a, 405, "Alamat ini dipakai dengan cara lain.");
}

/* ---- what nobody goes on with ---- */

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct ingest *g = arg;
	int n = unfinished_sweep(&g->h.st, clock_now_ms() - g->h.set.photo_resume_ms, &g->resumes->unfinished);

	(void)fd, (void)what;
	if (n > 0)
		log_info("uploads_swept", "files=%d", n);
	else if (n < 0)
		log_error("media_folder", "err=\"%s\"", strerror(errno));
}

int
resumes_start(struct ingest *g)
{
	int64_t every_ms = g->h.set.photo_resume_ms / 4;
	struct timeval every = ms_to_timeval(every_ms > SWEEP_MOST_MS ? SWEEP_MOST_MS :
	    every_ms < SWEEP_LEAST_MS ? SWEEP_LEAST_MS : every_ms);
	struct resumes *u = xcalloc(1, sizeof(*u));

	g->resumes = u;
	u->begun = lookups_new((int)g->h.set.photo_per_address, 10 * MINUTE_MS);
	u->asks = lookups_new((int)g->h.set.photo_asks, 10 * MINUTE_MS);
	if (unfinished_prepare(&g->h.st) != 0) {
		fprintf(stderr, "%s/media/bagian: %s: make it a folder that this daemon may write to\n", g->h.st.dir,
		    strerror(errno));
		return -1;
	}
	u->sweep = event_new(g->base, -1, EV_PERSIST, on_sweep, g);
	if (u->sweep == NULL || event_add(u->sweep, &every) != 0)
		return -1;
	on_sweep(-1, 0, g);
	return 0;
}

void
resumes_free(struct resumes *u)
{
	if (u == NULL)
		return;
	if (u->sweep != NULL)
		event_free(u->sweep);
	lookups_free(u->begun);
	lookups_free(u->asks);
	free(u);
}
