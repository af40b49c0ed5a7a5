#include "core/sms.h"

#include <stdint.h>

#include <utf8proc.h>

#include "lib/escape.h"

#define REPLACEMENT 0xFFFD
#define GAP "[...]"

/* ---- alphabets ---- */

static void
add_char(struct buf *out, int32_t c)
{
	utf8proc_uint8_t bytes[4];

	buf_add(out, bytes, (size_t)utf8proc_encode_char(c, bytes));
}

static uint32_t
unit_at(const char *bytes, size_t i)
{
	return (uint32_t)(unsigned char)bytes[i] << 8 | (unsigned char)bytes[i + 1];
}

void
sms_add_utf16(struct buf *out, const char *bytes, size_t len)
{
	size_t i = 0;

	while (i + 1 < len) {
		uint32_t c = unit_at(bytes, i), low;

		i += 2;
		if (c >= 0xD800 && c < 0xDC00 && i + 1 < len &&
		    (low = unit_at(bytes, i)) >= 0xDC00 && low < 0xE000) {
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			i += 2;
		}
		add_char(out, c == 0 || (c >= 0xD800 && c < 0xE000) ? REPLACEMENT : (int32_t)c);
	}
	if (i < len)
		add_char(out, REPLACEMENT);
}

static void
add_unit(struct buf *out, uint32_t unit)
{
	buf_addc(out, (char)(unit >> 8));
	buf_addc(out, (char)(unit & 0xFF));
}

void
sms_add_as_utf16(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		int32_t c;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
		    (utf8proc_ssize_t)(len - i), &c);

		i += n > 0 ? (size_t)n : 1;
		if (n <= 0)
			c = REPLACEMENT;
		if (c < 0x10000) {
			add_unit(out, (uint32_t)c);
		} else {
			add_unit(out, 0xD800 + ((uint32_t)(c - 0x10000) >> 10));
			add_unit(out, 0xDC00 + ((uint32_t)(c - 0x10000) & 0x3FF));
		}
	}
}

static void
add_utf8(struct buf *out, const char *bytes, size_t len)
{
	struct buf whole = { 0 };

	buf_add_utf8(&whole, bytes, len);
	for (size_t i = 0; i < whole.len; i++)
		if (whole.data[i] == '\0')
			add_char(out, REPLACEMENT);
		else
			buf_addc(out, whole.data[i]);
	buf_wipe(&whole);
}

void
sms_add_words(struct buf *out, enum sms_coding coding, const char *bytes, size_t len)
{
	switch (coding) {
	case SMS_CODING_TEXT:
		add_utf8(out, bytes, len);
		break;
	case SMS_CODING_UCS2:
		sms_add_utf16(out, bytes, len);
		break;
	case SMS_CODING_BINARY:
		buf_addf(out, "(SMS biner, %zu bita, tidak terbaca: ", len);
		buf_add_hex(out, bytes, len);
		buf_addc(out, ')');
		break;
	}
}

/* ---- parts ---- */

int
sms_part_read(struct sms_part *p, const char *udh, size_t len)
{
	const unsigned char *u = (const unsigned char *)udh;
	size_t end;

	if (len < 1 || (end = (size_t)u[0] + 1) > len)
		return 0;
	for (size_t i = 1; i + 2 <= end; i += 2 + (size_t)u[i + 1]) {
		const unsigned char *d = u + i + 2;
		size_t wide = u[i] == 8;	/* reference of 16 bits */

		if ((u[i] != 0 && !wide) || u[i + 1] != 3 + wide)
			continue;
		if (i + 2 + u[i + 1] > end)
			return 0;
		p->reference = wide ? (unsigned)(d[0] << 8 | d[1]) : d[0];
		p->total = d[1 + wide];
		p->number = d[2 + wide];
		return p->total >= 2 && p->number >= 1 && p->number <= p->total;
	}
	return 0;
}

static void
add_run(struct buf *out, enum sms_coding coding, struct buf *run)
{
	if (run->len > 0)
		sms_add_words(out, coding, run->data, run->len);
	buf_reset(run);
}

int
sms_join(struct buf *out, const struct sms_piece *pieces, size_t n)
{
	enum sms_coding coding = SMS_CODING_TEXT;
	struct buf run = { 0 };
	int missing = 0;

	for (size_t i = 0; i < n; i++) {
		const struct sms_piece *piece = &pieces[i];

		if (piece->bytes == NULL || piece->coding != coding)
			add_run(out, coding, &run);
		if (piece->bytes != NULL) {
			if (i > 0 && pieces[i - 1].bytes == NULL)
				buf_addc(out, ' ');
			coding = piece->coding;
			buf_add(&run, piece->bytes, piece->len);
			continue;
		}
		missing++;
		if (i == 0 || pieces[i - 1].bytes != NULL)
			buf_adds(out, i > 0 ? " " GAP : GAP);
	}
	add_run(out, coding, &run);
	buf_wipe(&run);
	return missing;
}
