#ifndef KENTONGAN_INGEST_PHOTO_H
#define KENTONGAN_INGEST_PHOTO_H
/*
 * Photos that come after the report: in one request, or in pieces (ingest/resume.h).  Whichever way the
 * bytes came, they are taken in here: sealed onto the disk, then named by a report about the first one, and read
 * later, by notify.
 */
#include "ingest/ingest.h"

enum photo_result {
	PHOTO_TAKEN,
	PHOTO_UNKNOWN,		/* none of the types that are taken */
	PHOTO_NOT_KEPT		/* disk or store: come again */
};
/*
 * Calls cb once with what became of it, perhaps at once.  id: of the upload, the same one twice is one photo;
 * NULL: a new one each time.
 */
void photo_take(struct ingest *g, const struct code *about, const char *id, const void *data, size_t len,
    void (*cb)(enum photo_result result, void *arg), void *arg);
/* Answers why it was not taken. */
void photo_refuse(struct http_req *r, enum photo_result result);
/* The same for bytes that are too many. */
void photo_refuse_large(struct http_req *r);
/* And for who has not the report's token. */
void photo_refuse_stranger(struct http_req *r);

/* The form without a script: one file as multipart/form-data. */
void post_foto(struct http_req *r, void *arg);
#endif
