#include "ingest/photo.h"

#include <stdlib.h>
#include <string.h>

#include "core/media.h"
#include "ingest/form.h"
#include "ingest/upload.h"

struct taking { void (*cb)(enum photo_result, void *); void *arg; };

static void
on_photo(enum receipt_result result, const struct code *code, void *arg)
{
	struct taking *t = arg;

	(void)code;
	t->cb(result == RECEIPT_OK ? PHOTO_TAKEN : PHOTO_NOT_KEPT, t->arg);
	free(t);
}

void
photo_take(struct ingest *g, const struct code *about, const char *id, const void *data, size_t len,
    void (*cb)(enum photo_result result, void *arg), void *arg)
{
	struct laporan l = { .channel = "web" };
	struct taking *t;

	if (media_type_of(data, len) == NULL) {
		cb(PHOTO_UNKNOWN, arg);
		return;
	}
	if (upload_keep(g, &l, id, data, len) != 0) {
		cb(PHOTO_NOT_KEPT, arg);
		return;
	}
	l.message_id = xstrdup(l.media[0]);
	l.text = xstrdup("");
	l.received_ms = house_now_ms(&g->h);
	memcpy(l.about, about->s, sizeof(l.about));
	t = xcalloc(1, sizeof(*t));
	*t = (struct taking){ cb, arg };
	receive(g, &l, 0, on_photo, t);
	laporan_release(&l);
}

void
photo_refuse(struct http_req *r, enum photo_result result)
{
	if (result == PHOTO_UNKNOWN) {
		http_answer_problem(r, 415, "Unsupported Media Type",
		    "Hanya foto (JPEG, PNG, GIF, WebP), PDF, suara, atau video.");
		return;
	}
	http_add_header(r, "Retry-After", "30");
	http_answer_problem(r, 503, "Service Unavailable", "Foto belum tersimpan; kirim lagi sebentar lagi.");
}

void
photo_refuse_large(struct http_req *r)
{
	http_answer_problem(r, 413, "Content Too Large", "Foto terlalu besar; kecilkan dahulu.");
}

void
photo_refuse_stranger(struct http_req *r)
{
	http_answer_problem(r, 403, "Forbidden", "Buka halaman laporan Anda dari peramban yang dipakai melapor.");
}

/* ---- one request ---- */

struct posted { struct http_req *r; struct code about; };

static void
on_posted(enum photo_result result, void *arg)
{
	struct posted *p = arg;
	struct buf url = { 0 }, body = { 0 };

	if (result != PHOTO_TAKEN) {
		photo_refuse(p->r, result);
	} else if (http_req_wants_json(p->r)) {
		buf_adds(&body, "{\"status\":\"ok\"}");
		http_answer_json(p->r, 201, &body);
	} else {
		buf_addf(&url, "/l/%s", p->about.s);
		http_answer_redirect(p->r, 303, buf_str(&url));
	}
	buf_release(&url);
	buf_release(&body);
	free(p);
}

void
post_foto(struct http_req *r, void *arg)
{
	struct ingest *g = arg;
	const char *tail = http_req_tail(r), *file;
	size_t len = 0;
	struct posted *p;
	struct code code;

	if (code_parse(&code, tail, strlen(tail)) != 0 ||
	    !status_token_fits(g, &code, http_req_query(r, "t", &len))) {
		photo_refuse_stranger(r);
		return;
	}
	file = http_req_file(r, &len);
	if (file == NULL) {
		http_answer_problem(r, 400, "Bad Request", "Kirim tepat satu berkas dengan multipart/form-data.");
	} else if (len > (size_t)g->h.set.photo_bytes) {
		photo_refuse_large(r);
	} else {
		p = xcalloc(1, sizeof(*p));
		*p = (struct posted){ r, code };
		photo_take(g, &code, NULL, file, len, on_posted, p);
	}
}
