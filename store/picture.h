#ifndef KENTONGAN_STORE_PICTURE_H
#define KENTONGAN_STORE_PICTURE_H
/*
 * Has a picture drawn anew by kentongan-picture, a process of its own that is bounded in memory and
 * time and may die: what a stranger made meets no parser here.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/look.h"

struct event_base;
struct settings;
struct picture_job;

enum picture_outcome {
	PICTURE_OK, PICTURE_UNREADABLE, PICTURE_OVERSIZE,
	PICTURE_NO_WORKER	/* our own trouble: another time */
};
/* Borrowed for the call. */
struct picture_news {
	enum picture_outcome outcome;
	const char *ext;
	int has_position; double lat, lng;	/* where the camera says it stood */
	int64_t taken_ms;			/* and when that was; 0 it does not say */
	char look[LOOK_CHARS];			/* see core/look.h */
	const void *data; size_t len;
	const char *why;			/* for the log */
};
typedef void (*on_picture)(const struct picture_news *n, void *arg);

/*
 * data is copied.  The callback comes exactly once, from inside only with PICTURE_NO_WORKER; NULL
 * is then returned.
 */
struct picture_job *picture_start(struct event_base *base, const struct settings *set,
    const void *data, size_t len, on_picture cb, void *arg);
/* Ends the process; no callback. */
void picture_cancel(struct picture_job *j);
#endif
