#ifndef KENTONGAN_UNFINISHED_H
#define KENTONGAN_UNFINISHED_H
/*
 * Uploads that come in pieces, each a file of DIR/media/bagian, mode 0600, sealed, until they are whole.
 * Before a piece is handed to us, while it arrives, its bytes are in the clear in a file without a name
 * (lib/httpd.h), as those of every upload.
 *
 * A file holds a wrapped key, the length of the whole, then the pieces in their order, each sealed for its
 * own place.  Its name is a keyed hash of the report's code and the upload's id, so it can be found by
 * nobody who does not know both.  A piece is there once it is synced and its seal opens: what a crash left
 * half written at the end is cut off when the file is opened next.
 *
 * Whoever opens a file locks it, in whatever process: it is busy for everybody else until it is closed.
 *
 * Units      bytes; int64_t milliseconds since the epoch by this machine's clock, which also dates files.
 * Ownership  strings and bytes are borrowed for the call; what is open is closed by its caller.
 * Errors     -1 or UNFINISHED_FAILED: errno says why.
 */
#include "core/code.h"
#include "store/store.h"

#define UNFINISHED_ID_CHARS 33		/* 32 hexadecimal digits */
#define UNFINISHED_NAME_CHARS 65

struct unfinished {
	int fd;
	char name[UNFINISHED_NAME_CHARS], id[UNFINISHED_ID_CHARS];
	size_t length, have;		/* of the whole, and how much is there */
	int pieces;
	int is_done;			/* whole, and taken over: the pieces are gone */
	int64_t touched_ms;		/* when the last piece came, or the upload began */
	size_t end;			/* private: of what counts in the file */
	struct seal_key key;
};

/* Makes the folder unless it is there. */
int unfinished_prepare(const struct store *st);
/* Begins one, under a new id; it is open then. */
int unfinished_begin(struct unfinished *u, const struct store *st, const struct code *code, size_t length);
enum unfinished_result { UNFINISHED_OK, UNFINISHED_GONE, UNFINISHED_BUSY, UNFINISHED_BROKEN, UNFINISHED_FAILED };
/*
 * What is told to be there is on disk.  UNFINISHED_GONE: there is none of that report and id.  id need not be
 * one.  UNFINISHED_BROKEN: its head was changed, or sealed by another house's key; it is removed.
 */
enum unfinished_result unfinished_open(struct unfinished *u, const struct store *st, const struct code *code,
    const char *id);
/* Adds the next piece, 1 byte at least; on disk when 0 is returned, else not there at all. */
int unfinished_add(struct unfinished *u, const void *data, size_t len);
/* Appends all pieces; EBADMSG when one was changed, else the disk's reason. */
int unfinished_read(const struct unfinished *u, struct buf *out);
/* Was taken over: the pieces go, and that it is done is known until it is swept. */
int unfinished_done(struct unfinished *u);
/* Removes the file; it stays open. */
int unfinished_drop(const struct unfinished *u, const struct store *st);
void unfinished_close(struct unfinished *u);

/* How many of that report are begun and not done; -1. */
int unfinished_count(const struct store *st, const struct code *code);
/*
 * Removes one of these for a new one: one of which nothing came (the answer was lost, perhaps, that told its
 * id), else that which was left alone longest; never one that somebody has open.  1, or 0 without any; -1.
 */
int unfinished_displace(const struct store *st, const struct code *code);
/*
 * Removes those, done or not, that were last touched before, and touches no other; how many; -1.  Fills
 * begun with how many are left that are not done, of all reports.
 */
int unfinished_sweep(const struct store *st, int64_t before_ms, int *begun);
#endif
