#ifndef KENTONGAN_RESUME_H
#define KENTONGAN_RESUME_H
/*
 * Photos in pieces, over a line that breaks: tus 1.0.0, core with creation, expiration and termination
 * (tus.io/protocols/resumable-upload), at /unggah/CODE?t=TOKEN.
 *
 * Rule    an offset is told only of bytes that are on disk.  What came of a piece whose line broke counts too.
 *         The last piece is never kept as one: with it the whole goes the way of every photo (ingest/photo.h),
 *         and until that has taken it the piece has not come.
 * Clear   while a request arrives its body is an unlinked file in DIR/media, in the clear, as that of /foto is:
 *         nobody can open it by a name, but its blocks were on the medium.  What waits for the rest is sealed.
 */
#include "ingest/ingest.h"

struct resumes;
/* 0, or -1 after saying why on standard error. */
int resumes_start(struct ingest *g);
void resumes_free(struct resumes *u);

/* Where uploads of that report are begun; id "": or where that one goes on. */
#define RESUME_PATH_CHARS 112
void resume_path(char out[RESUME_PATH_CHARS], const struct ingest *g, const struct code *code, const char *id);

/* All its methods. */
void serve_upload(struct http_req *r, void *arg);
/* What came of a piece. */
void keep_cut(const struct http_cut *cut, void *arg);
#endif
