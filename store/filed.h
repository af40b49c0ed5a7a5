#ifndef KENTONGAN_FILED_H
#define KENTONGAN_FILED_H
/*
 * Files that citizens sent, in DIR/media, mode 0600, never in the clear.
 *
 * A stored file is sealed with its case's data key and holds nothing else: without the wrapped key
 * in the store it is noise, so erasing the case erases it.  Its name is a keyed hash of the message
 * that fetched it and that message's id under a mask: nobody can guess it, only who has the key can
 * tell whose it is, and what is fetched again after a crash lies in its own place instead of beside it.
 *
 * An upload waits until it has been read, under a random name or a keyed hash of what brought it;
 * the case's key is not at hand at the door, so it carries a wrapped key of its own.
 *
 * Ownership  strings and bytes are borrowed for the call; buffers get what is appended.
 * Errors     -1, errno says why; EBADMSG for bytes that the key does not open.
 */
#include "core/media.h"
#include "store/store.h"

/* Fills name; ext is one of media_type.ext.  Of a message id over 16 bytes no owner is found again. */
void filed_name(char name[MEDIA_NAME_CHARS], const struct store *st, const char *message_id,
    const char *ext);
/* The message that fetched it.  0; -1 when the name is not made by these keys, or says nothing of it. */
#define FILED_OWNER_CHARS 17
int filed_owner(char message_id[FILED_OWNER_CHARS], const struct store *st, const char *name);
int filed_put(const struct store *st, const struct seal_key *key, const char *name,
    const void *data, size_t len);
/* 1 when a file that this message fetched is there, of whatever type. */
int filed_is_there(const struct store *st, const char *message_id);
int filed_get(const struct store *st, const struct seal_key *key, const char *name,
    struct buf *out);

/*
 * name: 32 hexadecimal digits, filled by put.  id: of what brings it, where that may come twice: the
 * same id writes the same file again; NULL: a new one each time.
 */
#define UPLOAD_NAME_CHARS 33
int upload_put(const struct store *st, const char *id, char name[UPLOAD_NAME_CHARS],
    const void *data, size_t len);
/* ENOENT when it is not there (any more), or is no name of an upload. */
int upload_get(const struct store *st, const char *name, size_t most, struct buf *out);
void upload_drop(const struct store *st, const char *name);

/*
 * Removes what was last written before that time (host's milliseconds since the epoch) and is nobody's:
 * uploads whose report nobody took, halves of a write that was cut, and stored files whose message and
 * case are both gone from the store, with which the key went that opens them.  A store that does not
 * answer, or that is not safe to serve on, is asked for no file's owner.  How many; -1.
 */
int filed_sweep(struct store *st, int64_t before_ms);
/* Bytes that DIR/media still has room for; -1. */
int64_t filed_room(const struct store *st);
/* For the keepers: a put fails, or would leave less room than media.disk_free. */
#define FILED_TROUBLE "berkas tidak dapat ditulis ke media/; periksa disk"
#define FILED_FULL "ruang disk kurang dari media.disk_free; kosongkan disk"
#endif
