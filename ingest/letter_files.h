#ifndef KENTONGAN_LETTER_FILES_H
#define KENTONGAN_LETTER_FILES_H
/*
 * What hangs on a letter: pictures, sound, papers.  What a file is tell its first bytes
 * (core/media.h); what the letter calls it, and by what name, counts for nothing.
 *
 * Sources    RFC 2183 (inline, attachment), RFC 2392 (cid: in a page).
 * Ownership  parts belong to GMime's message, which outlives the struct.
 */
#include <gmime/gmime.h>

#include "ingest/letter.h"

/* A zeroed struct is an empty one. */
struct letter_hung {
	GMimePart **parts; int n;
	const GMimePart *last;		/* leaf of all that was walked */
	struct buf pages;		/* the letter's HTML: it may show what hangs on it */
};

/* Decoded from base64 and the like, appended up to so many bytes; how many there were. */
size_t letter_content(struct buf *out, GMimePart *part, size_t most);

void letter_hung_add(struct letter_hung *h, GMimePart *part);
void letter_hung_page(struct letter_hung *h, const struct buf *html);
/*
 * Fills files of l with what is within the limits, and counts the others.  The words of l are there
 * already.
 */
void letter_hung_keep(struct letter *l, const struct letter_hung *h,
    const struct letter_limits *limits);
void letter_hung_release(struct letter_hung *h);
#endif
