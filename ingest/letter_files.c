#include "ingest/letter_files.h"

#include <stdlib.h>
#include <string.h>

#include "core/media.h"
#include "lib/escape.h"

#define PAGES_BYTES (1024 * 1024)	/* HTML in which pictures are looked for */
#define GROWTH 16

size_t
letter_content(struct buf *out, GMimePart *part, size_t most)
{
	GMimeDataWrapper *data = g_mime_part_get_content(part);
	GMimeStream *memory = g_mime_stream_mem_new();
	size_t len = 0;

	if (data != NULL && g_mime_data_wrapper_write_to_stream(data, memory) >= 0) {
		const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));

		len = bytes->len;
		buf_add(out, bytes->data, len < most ? len : most);
	}
	g_object_unref(memory);
	return len;
}

void
letter_hung_add(struct letter_hung *h, GMimePart *part)
{
	if (h->n % GROWTH == 0)
		h->parts = xrealloc(h->parts, (size_t)(h->n + GROWTH) * sizeof(GMimePart *));
	h->parts[h->n++] = part;
}

void
letter_hung_page(struct letter_hung *h, const struct buf *html)
{
	if (h->pages.len + html->len <= PAGES_BYTES)
		buf_add(&h->pages, html->data, html->len);
}

void
letter_hung_release(struct letter_hung *h)
{
	free(h->parts);
	buf_release(&h->pages);
}

/* An address in a URL: some of its characters may stand as %XX. */
static int
begins_with_id(const char *at, const char *id)
{
	for (; *id != '\0'; id++, at++) {
		char c = *at;

		if (c == '%' && hex_decode(&c, at + 1, strnlen(at + 1, 2)) == 0)
			at += 2;
		if (c != *id)
			return 0;
	}
	return strchr("\"'<> \t\r\n)", *at) != NULL;
}

static int
is_shown(const char *pages, const char *id)
{
	for (const char *at = pages; (at = strcasestr(at, "cid:")) != NULL; ) {
		at += strlen("cid:");
		if (begins_with_id(at, id))
			return 1;
	}
	return 0;
}

/*
 * A small picture that the letter's own page shows is a logo below a signature.  Where it is all
 * that was sent, it is what he wants to say.
 */
static int
is_logo(const struct letter *l, const struct letter_hung *h, GMimePart *part,
    const struct letter_limits *limits, const struct media_type *type, size_t len)
{
	const char *id = g_mime_object_get_content_id(GMIME_OBJECT(part));

	return l->text != NULL && type->kind == MEDIA_PICTURE && len < limits->logo_bytes &&
	    !g_mime_part_is_attachment(part) && id != NULL && id[0] != '\0' &&
	    is_shown(buf_str(&h->pages), id);
}

/* Of a letter that was not fetched to its end the last piece is half a file. */
static int
is_half(const struct letter_hung *h, const GMimePart *part, const struct letter_limits *limits)
{
	return limits->beginning_only && part == h->last;
}

void
letter_hung_keep(struct letter *l, const struct letter_hung *h, const struct letter_limits *limits)
{
	for (int i = 0; i < h->n; i++) {
		size_t before = l->files.len, room = limits->files_bytes - before;
		size_t most = room < limits->file_bytes ? room : limits->file_bytes;
		size_t len = letter_content(&l->files, h->parts[i], most);
		const struct media_type *type = len <= most ?
		    media_type_of(l->files.data + before, len) : NULL;

		if (type != NULL && is_logo(l, h, h->parts[i], limits, type, len)) {
			buf_cut(&l->files, before);
		} else if (type == NULL || l->files_n == limits->files || l->files_n == LAPORAN_MEDIA ||
		    is_half(h, h->parts[i], limits)) {
			buf_cut(&l->files, before);
			l->others++;
		} else {
			l->file_bytes[l->files_n++] = len;
		}
	}
}
