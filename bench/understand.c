/*
 * The whole step from a text to category, urgency, place and units, on one core.
 *
 *   understand CONF SECONDS TABLE...     (tab separated; the first column is the text)
 *
 * One line of JSON: texts and bytes read per second, milliseconds until the first text can be
 * read, and KiB of memory that the loaded tables take.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/policy.h"
#include "lib/clock.h"
#include "router/understand.h"
#include "store/version.h"

#define SMS_BYTES 160	/* longer texts are no short messages: not measured here */

struct text { char *s; size_t len; };
static struct text *texts;
static size_t texts_n, texts_cap;

static int
read_table(const char *file)
{
	FILE *f = fopen(file, "r");
	char *line = NULL;
	size_t cap = 0;

	if (f == NULL || getline(&line, &cap, f) < 0) {
		perror(file);
		return -1;
	}
	while (getline(&line, &cap, f) > 0) {
		size_t len = strcspn(line, "\t\n");

		if (len == 0 || len > SMS_BYTES)
			continue;
		if (texts_n == texts_cap) {
			texts_cap = texts_cap == 0 ? 1024 : 2 * texts_cap;
			texts = xrealloc(texts, texts_cap * sizeof(*texts));
		}
		texts[texts_n++] = (struct text){ xstrndup(line, len), len };
	}
	free(line);
	fclose(f);
	return 0;
}

static size_t
heap_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static void
measure(const struct understander *u, double seconds, int64_t start_us, size_t memory)
{
	static struct understanding out;
	int64_t from = clock_mono_us(), end = from + (int64_t)(seconds * 1e6), now = from;
	uint64_t n = 0, bytes = 0;

	while (now < end) {
		for (size_t i = 0; i < texts_n; i++) {
			understand(u, texts[i].s, texts[i].len, NULL, &out);
			bytes += texts[i].len;
		}
		n += texts_n;
		now = clock_mono_us();
	}
	printf("{\"per_s\":%.0f,\"bytes_per_s\":%.0f,\"start_ms\":%.1f,\"tables_kib\":%zu,"
	    "\"texts\":%zu}\n", (double)n * 1e6 / (double)(now - from),
	    (double)bytes * 1e6 / (double)(now - from), (double)start_us / 1e3, memory / 1024,
	    texts_n);
}

int
main(int argc, char **argv)
{
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	struct policy *p = NULL;
	struct understander *u = NULL;
	size_t before;
	int64_t from;
	int status = 1;

	if (argc < 4)
		return 2;
	for (int i = 3; i < argc; i++)
		if (read_table(argv[i]) != 0)
			return 1;
	before = heap_bytes();
	from = clock_mono_us();
	if (version_read_files(&files, argv[1], &errors) != 0 ||
	    (p = policy_parse(&files, &errors)) == NULL) {
		fputs(buf_str(&errors), stderr);
		return 1;
	}
	conf_release(&files);
	if ((u = understander_new(p, &errors)) != NULL) {
		measure(u, atof(argv[2]), clock_mono_us() - from, heap_bytes() - before);
		status = 0;
	}
	fputs(buf_str(&errors), stderr);
	understander_free(u);
	policy_free(p);
	buf_release(&errors);
	return status;
}
