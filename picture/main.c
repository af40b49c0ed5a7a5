/*
 * kentongan-picture MEGAPIXELS EDGE MEMORY SECONDS < picture > answer
 *
 * Reads one picture, writes one line and, if it could be drawn, the new picture after it:
 *     drawn EXT LOOK TAKEN_MS [LAT LNG]      broken      too-large
 * Bounds itself before it looks at a byte.  Knows nothing of the house: whoever takes it over finds
 * no key, no store and no open file but these two.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/bounds.h"
#include "picture/picture.h"

#define PICTURE_MOST ((size_t)128 << 20)

static long
number(const char *s)
{
	char *end;
	long n = strtol(s, &end, 10);

	return end != s && *end == '\0' && n > 0 ? n : -1;
}

static int
limit(int what, long most)
{
	const struct rlimit l = { (rlim_t)most, (rlim_t)most };

	return setrlimit((__rlimit_resource_t)what, &l);
}

static int
bound(long memory, long seconds)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || limit(RLIMIT_CORE, 0) != 0 ||
	    limit(RLIMIT_CPU, seconds) != 0 || limit(RLIMIT_FSIZE, (long)PICTURE_MOST) != 0)
		return -1;
	return BOUNDS_MEMORY ? limit(RLIMIT_AS, memory) : 0;
}

static int
read_all(struct buf *in)
{
	ssize_t n;

	while ((n = read(STDIN_FILENO, buf_room(in, 65536), 65536)) > 0) {
		buf_added(in, (size_t)n);
		if (in->len > PICTURE_MOST)
			return -1;
	}
	return (int)n;
}

static int
write_all(const struct buf *b)
{
	for (size_t at = 0; at < b->len; ) {
		ssize_t n = write(STDOUT_FILENO, b->data + at, b->len - at);

		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct buf in = { 0 }, drawn = { 0 }, out = { 0 };
	struct picture_notes notes;
	struct look look;
	char look_text[LOOK_CHARS];
	const char *ext = "";
	long v[4] = { -1, -1, -1, -1 };
	int status;

	for (int i = 1; i < argc && i <= 4; i++)
		v[i - 1] = number(argv[i]);
	if (argc != 5 || v[0] < 0 || v[1] < 0 || v[2] < 0 || v[3] < 0) {
		fputs("usage: kentongan-picture MEGAPIXELS EDGE MEMORY SECONDS < picture\n", stderr);
		return 2;
	}
	if (bound(v[2], v[3]) != 0 || read_all(&in) != 0)
		return 1;
	picture_notes_read(&notes, in.data, in.len);
	switch (picture_draw(&drawn, &ext, &look, in.data, in.len, notes.orientation, v[0] * 1000000,
	    (int)v[1])) {
	case PICTURE_BROKEN:
		buf_adds(&out, "broken\n");
		break;
	case PICTURE_TOO_LARGE:
		buf_adds(&out, "too-large\n");
		break;
	case PICTURE_DRAWN:
		look_write(look_text, &look);
		buf_addf(&out, "drawn %s %s %" PRId64, ext, look_text, notes.taken_ms);
		if (notes.has_position)
			buf_addf(&out, " %.6f %.6f", notes.lat, notes.lng);
		buf_addc(&out, '\n');
		buf_add(&out, drawn.data, drawn.len);
		break;
	}
	status = write_all(&out) == 0 ? 0 : 1;
	buf_release(&in);
	buf_release(&drawn);
	buf_release(&out);
	return status;
}
