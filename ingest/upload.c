#include "ingest/upload.h"

#include <errno.h>
#include <string.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "store/filed.h"

/* An alarm waits for the store, and everybody with it: not again for every piece that a full disk refuses. */
static void
say_of_disk(struct ingest *g, int64_t *said_ms, const char *subject, const char *detail)
{
	if (*said_ms != 0 && clock_mono_ms() - *said_ms < MINUTE_MS)
		return;
	house_alarm(&g->h, "media", subject, detail);
	*said_ms = clock_mono_ms();
}

/* The store's own log lies there, perhaps: strangers' files must not fill it. */
int
upload_has_room(struct ingest *g)
{
	int64_t room = filed_room(&g->h.st);

	if (room < 0 || room >= g->h.set.media_free_bytes)
		return 1;
	log_error("upload_failed", "err=\"less room than media.disk_free\"");
	say_of_disk(g, &g->full_said_ms, "disk", FILED_FULL);
	return 0;
}

void
upload_is_refused(struct ingest *g)
{
	log_error("upload_failed", "err=\"%s\"", strerror(errno));
	say_of_disk(g, &g->trouble_said_ms, "penyimpanan", FILED_TROUBLE);
}

int
upload_keep(struct ingest *g, struct laporan *l, const char *id, const void *data, size_t len)
{
	char name[UPLOAD_NAME_CHARS];

	if (l->media_n == LAPORAN_MEDIA) {
		log_error("upload_failed", "err=\"a report names %d files at most\"", LAPORAN_MEDIA);
		return -1;
	}
	if (!upload_has_room(g))
		return -1;
	if (upload_put(&g->h.st, id, name, data, len) != 0) {
		upload_is_refused(g);
		return -1;
	}
	laporan_add_media(l, MEDIA_UPLOADED, name);
	return 0;
}
