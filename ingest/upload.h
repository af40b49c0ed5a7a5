#ifndef KENTONGAN_UPLOAD_H
#define KENTONGAN_UPLOAD_H
/*
 * Files that come along with a report, by the form or in a letter: sealed into DIR/media before the
 * report goes to the store, which keeps a reference to each; notify reads them.
 */
#include "ingest/ingest.h"

/*
 * Writes one file and adds its reference to l; id as for upload_put().  0, or -1 after saying why:
 * it is not on disk, which must have room for media.disk_free, or l names enough already.  What is written for a report that nobody takes is
 * removed after media.leftovers.
 */
int upload_keep(struct ingest *g, struct laporan *l, const char *id, const void *data, size_t len);
/*
 * 1 when the disk has room for media.disk_free; 0 after saying so in the log and, once a minute at most, to
 * the keepers.
 */
int upload_has_room(struct ingest *g);
/* Says in the log, and as often to the keepers, that the disk refused a write: errno. */
void upload_is_refused(struct ingest *g);
#endif
