#include "core/look.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define GRID 32			/* waves are read from so many squares a side */
#define WAVES 8			/* frequencies 1..8, across and down */
#define STEP_LEAST 2.5
#define FLAT_DEVIATION 4.0	/* of brightness, in steps of 255: a night sky, a thumb on the lens */

/* left, top, right, bottom in hundredths */
static const struct { int x0, y0, x1, y1; } pieces[LOOK_PIECES] = {
	{ 0, 0, 100, 100 }, { 5, 5, 95, 95 }, { 10, 10, 90, 90 },
	{ 0, 0, 90, 90 }, { 10, 0, 100, 90 }, { 0, 10, 90, 100 }, { 10, 10, 100, 100 },
	{ 10, 0, 100, 100 }, { 0, 0, 90, 100 }, { 0, 10, 100, 100 }, { 0, 0, 100, 90 },
};

struct picture { const unsigned char *gray; size_t width, height; };
struct frame { double x0, y0, x1, y1; };

/* Mean brightness of a rectangle with borders anywhere: pixels at them count by what is inside. */
static double
mean_of(const struct picture *p, const struct frame *f)
{
	double sum = 0, area = 0;

	for (size_t y = (size_t)f->y0; y < p->height && (double)y < f->y1; y++) {
		double top = (double)y > f->y0 ? (double)y : f->y0;
		double high = ((double)y + 1 < f->y1 ? (double)y + 1 : f->y1) - top;

		for (size_t x = (size_t)f->x0; x < p->width && (double)x < f->x1; x++) {
			double left = (double)x > f->x0 ? (double)x : f->x0;
			double wide = ((double)x + 1 < f->x1 ? (double)x + 1 : f->x1) - left;

			sum += wide * high * p->gray[y * p->width + x];
			area += wide * high;
		}
	}
	return area > 0 ? sum / area : 0;
}

static void
squares(double *out, const struct picture *p, const struct frame *f, int across, int down)
{
	double wide = (f->x1 - f->x0) / across, high = (f->y1 - f->y0) / down;

	for (int y = 0; y < down; y++)
		for (int x = 0; x < across; x++) {
			const struct frame square = { f->x0 + x * wide, f->y0 + y * high,
			    f->x0 + (x + 1) * wide, f->y0 + (y + 1) * high };

			out[y * across + x] = mean_of(p, &square);
		}
}

/* Bit v * 8 + u: the wave of u + 1 half periods across and v + 1 down begins bright. */
static uint64_t
waves_of(const double grid[GRID * GRID], const double cosine[WAVES][GRID])
{
	uint64_t bits = 0;

	for (int v = 0; v < WAVES; v++)
		for (int u = 0; u < WAVES; u++) {
			double sum = 0;

			for (int y = 0; y < GRID; y++)
				for (int x = 0; x < GRID; x++)
					sum += grid[y * GRID + x] * cosine[v][y] * cosine[u][x];
			if (sum > 0)
				bits |= UINT64_C(1) << (v * WAVES + u);
		}
	return bits;
}

/* What hardly changes is neither: in an even sky every copy would run another way. */
static struct slopes
slopes_of(const double grid[9 * 8])
{
	struct slopes s = { 0, 0 };

	for (int y = 0; y < 8; y++)
		for (int x = 0; x < 8; x++) {
			double step = grid[y * 9 + x + 1] - grid[y * 9 + x];
			uint64_t bit = UINT64_C(1) << (y * 8 + x);

			s.up |= step > STEP_LEAST ? bit : 0;
			s.down |= step < -STEP_LEAST ? bit : 0;
		}
	return s;
}

static int
is_flat(const double grid[GRID * GRID])
{
	double sum = 0, squared = 0, n = GRID * GRID;

	for (int i = 0; i < GRID * GRID; i++) {
		sum += grid[i];
		squared += grid[i] * grid[i];
	}
	return squared / n - sum / n * (sum / n) < FLAT_DEVIATION * FLAT_DEVIATION;
}

void
look_of(struct look *l, const unsigned char *gray, size_t width, size_t height)
{
	const struct picture p = { gray, width, height };
	double cosine[WAVES][GRID], grid[GRID * GRID], slope[9 * 8];

	for (int u = 0; u < WAVES; u++)
		for (int x = 0; x < GRID; x++)
			cosine[u][x] = cos((2 * x + 1) * (u + 1) * M_PI / (2 * GRID));
	memset(l, 0, sizeof(*l));
	for (int i = 0; i < LOOK_PIECES; i++) {
		const struct frame f = { (double)width * pieces[i].x0 / 100, (double)height * pieces[i].y0 / 100,
		    (double)width * pieces[i].x1 / 100, (double)height * pieces[i].y1 / 100 };

		squares(grid, &p, &f, GRID, GRID);
		if (i == 0)
			l->flat = is_flat(grid);
		l->waves[i] = waves_of(grid, (const double (*)[GRID])cosine);
		squares(slope, &p, &f, 9, 8);
		l->slopes[i] = slopes_of(slope);
	}
}

void
look_write(char out[LOOK_CHARS], const struct look *l)
{
	if (l->flat) {
		snprintf(out, LOOK_CHARS, "-");
		return;
	}
	for (int i = 0; i < LOOK_PIECES; i++)
		snprintf(out + 48 * i, 49, "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, l->waves[i],
		    l->slopes[i].up, l->slopes[i].down);
}

/* Sixteen digits; bad is set by any that is none.  Thousands are read for each proof. */
static uint64_t
read_bits(const char *hex, int *bad)
{
	uint64_t bits = 0;

	for (int i = 0; i < 16; i++) {
		unsigned digit = (unsigned)hex[i] - '0', letter = (unsigned)hex[i] - 'a';

		*bad |= digit > 9 && letter > 5;
		bits = bits << 4 | (digit <= 9 ? digit : letter + 10);
	}
	return bits;
}

int
look_read(struct look *l, const char *text)
{
	int bad = 0;

	memset(l, 0, sizeof(*l));
	if (strcmp(text, "-") == 0) {
		l->flat = 1;
		return 0;
	}
	if (strlen(text) != LOOK_CHARS - 1)
		return -1;
	for (int i = 0; i < LOOK_PIECES; i++) {
		l->waves[i] = read_bits(text + 48 * i, &bad);
		l->slopes[i].up = read_bits(text + 48 * i + 16, &bad);
		l->slopes[i].down = read_bits(text + 48 * i + 32, &bad);
	}
	return bad ? -1 : 0;
}

/* Waves of an odd number of half periods begin dark in the mirror. */
static uint64_t
waves_mirrored(uint64_t bits)
{
	return bits ^ UINT64_C(0x5555555555555555);
}

/* From right to left: each row is a byte, whose halves, quarters and bits change places. */
static uint64_t
rows_mirrored(uint64_t bits)
{
	bits = (bits >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) | (bits & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
	bits = (bits >> 2 & UINT64_C(0x3333333333333333)) | (bits & UINT64_C(0x3333333333333333)) << 2;
	return (bits >> 1 & UINT64_C(0x5555555555555555)) | (bits & UINT64_C(0x5555555555555555)) << 1;
}

/* What rose falls. */
static struct slopes
slopes_mirrored(struct slopes s)
{
	return (struct slopes){ rows_mirrored(s.down), rows_mirrored(s.up) };
}

static void
keep_nearer(struct resemblance *best, uint64_t waves, struct slopes a, struct slopes b, int mirrored, int whole)
{
	int bits = __builtin_popcountll(waves);

	if (bits >= best->bits)
		return;
	bits += __builtin_popcountll(a.up ^ b.up) + __builtin_popcountll(a.down ^ b.down);
	if (bits < best->bits)
		*best = (struct resemblance){ bits, mirrored, whole };
}

struct resemblance
look_compare(const struct look *a, const struct look *b)
{
	struct resemblance best = { LIKENESS_BITS, 0, 0 };

	if (a->flat || b->flat)
		return best;
	for (int mirror = 0; mirror < 2; mirror++)
		for (int i = 0; i < LOOK_PIECES; i++) {
			uint64_t w = mirror ? waves_mirrored(a->waves[i]) : a->waves[i];
			struct slopes s = mirror ? slopes_mirrored(a->slopes[i]) : a->slopes[i];

			/* One of both was cut, hardly ever both. */
			for (int j = 0; j < (i == 0 ? LOOK_PIECES : 1); j++)
				keep_nearer(&best, w ^ b->waves[j], s, b->slopes[j], mirror, i == 0 && j == 0);
		}
	return best;
}
