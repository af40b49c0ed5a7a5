#include "ingest/upload.h"

#include <errno.h>
#include <string.h>

#include "lib/log.h"
#include "store/filed.h"

int
upload_keep(struct ingest *g, struct laporan *l, const char *id, const void *data, size_t len)
{
	char name[UPLOAD_NAME_CHARS];
	int64_t room = filed_room(&g->h.st);

	if (l->media_n == LAPORAN_MEDIA) {
		log_error("upload_failed", "err=\"a report names %d files at most\"", LAPORAN_MEDIA);
		return -1;
	}
	/* The store's own log lies there, perhaps: strangers' files must not fill it. */
	if (room >= 0 && room < g->h.set.media_free_bytes) {
		log_error("upload_failed", "err=\"less room than media.disk_free\"");
		house_alarm(&g->h, "media", "disk", FILED_FULL);
		return -1;
	}
	if (upload_put(&g->h.st, id, name, data, len) != 0) {
		log_error("upload_failed", "err=\"%s\"", strerror(errno));
		house_alarm(&g->h, "media", "penyimpanan", FILED_TROUBLE);
		return -1;
	}
	laporan_add_media(l, MEDIA_UPLOADED, name);
	return 0;
}
