#ifndef KENTONGAN_ERASE_H
#define KENTONGAN_ERASE_H
/*
 * Erasing: the wrapped data key of a closed case is deleted, in the store or in the archive, and with it
 * all that it opens is noise: words, name and number, notes in the log, files, what is left of messages.
 * The record stays whole, for it covers ciphertext; what was decided when, about which place and kind,
 * stays readable.
 *
 * The store's append-only file is rewritten afterwards, and the archive overwrites what it deletes.
 * Backups made before hold the key until they are gone.
 */
#include "core/code.h"
#include "store/store.h"

enum erase_result {
	ERASED,
	ERASE_NONE,	/* no such case, or its key is gone already */
	ERASE_OPEN,	/* it is still worked on, or changed just now */
	ERASE_HELD,	/* a legal case needs it (store/hold.h) */
	ERASE_WAITS,	/* messages of it are still on their way */
	ERASE_FAILED	/* store_error() says why; it may be repeated */
};
/* by: who orders it, for the log. */
enum erase_result case_erase(struct store *st, const struct code *code, const char *by);

/*
 * The same for who erases many: *rewrite is set when the append-only file still has to be rewritten, once
 * for all of them.  erase_rewrite(): 1 Redis does it, 0 it is at an older one, ask again when that is over,
 * -1 it cannot.
 */
enum erase_result case_erase_key(struct store *st, const struct code *code, const char *by, int *rewrite);
int erase_rewrite(struct store *st);

/*
 * The archive, for who erases from it and for who makes sure that nobody does: no other writes it until
 * archive_close().  NULL: store_error(); another is at it, or it cannot be opened.
 */
struct archive;
struct archive *archive_alone(struct store *st);
#endif
