/*
 * Follows the log and says how late escalations of one deadline were committed.
 *
 *   follow --socket PATH --password FILE --tag 3510 --due MS --count N --kind breach --after ID
 *
 * ID is the newest entry before those that are waited for: they may be there before this program reads.
 * Prints one line of JSON: lateness in ms from the deadline to the moment at which a reader of the
 * log has the entry (committed and fsync'ed), how many were early.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hiredis/hiredis.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/config.h"

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int
main(int argc, char **argv)
{
	const char *path = NULL, *tag = "3510", *kind = "breach", *password = NULL;
	struct buf secret = { 0 }, needle = { 0 };
	int64_t due = 0, until = clock_mono_ms() + 120000;
	int count = 1, n = 0, early = 0;
	char last[64] = "0-0";
	redisContext *r;
	redisReply *x;
	double *late;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--socket") == 0) path = argv[i + 1];
		if (strcmp(argv[i], "--password") == 0) password = argv[i + 1];
		if (strcmp(argv[i], "--tag") == 0) tag = argv[i + 1];
		if (strcmp(argv[i], "--kind") == 0) kind = argv[i + 1];
		if (strcmp(argv[i], "--due") == 0) due = strtoll(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--after") == 0) snprintf(last, sizeof(last), "%s", argv[i + 1]);
		if (strcmp(argv[i], "--count") == 0) count = (int)strtol(argv[i + 1], NULL, 10);
	}
	if (path == NULL || password == NULL || file_read(password, 4096, &secret) != 0)
		return 2;
	buf_cut(&secret, strcspn(buf_str(&secret), "\n"));
	buf_addf(&needle, "\"esc\":{\"kind\":\"%s\"", kind);
	late = xcalloc((size_t)count, sizeof(*late));
	r = redisConnectUnix(path);
	freeReplyObject(redisCommand(r, "AUTH %s", buf_str(&secret)));
	while (n < count && clock_mono_ms() < until) {
		int64_t now;

		x = redisCommand(r, "XREAD COUNT 2000 BLOCK 500 STREAMS kt:{%s}:log %s", tag, last);
		now = clock_now_ms();
		for (size_t i = 0; x != NULL && x->type == REDIS_REPLY_ARRAY &&
		    i < x->element[0]->element[1]->elements;
		    i++) {
			redisReply *e = x->element[0]->element[1]->element[i];

			snprintf(last, sizeof(last), "%s", e->element[0]->str);
			if (n < count &&
			    strstr(e->element[1]->element[1]->str, buf_str(&needle)) != NULL) {
				early += now < due;
				late[n++] = (double)(now - due);
			}
		}
		freeReplyObject(x);
	}
	qsort(late, (size_t)n, sizeof(*late), by_value);
	printf("{\"count\":%d,\"early\":%d,\"p50_ms\":%.0f,\"p99_ms\":%.0f,\"max_ms\":%.0f}\n", n,
	    early, n ? late[n / 2] : 0, n ? late[(int)((double)n * 0.99)] : 0, n ? late[n - 1] : 0);
	redisFree(r);
	return n == count && early == 0 ? 0 : 1;
}
