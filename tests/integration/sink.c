#include "tests/integration/sink.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "tests/integration/living.h"

void
sink_start(struct sink *s, const char *name, const char *token)
{
	char script[64];
	const char *const argv[] = { "python3", script, "--token", token, NULL };

	snprintf(script, sizeof(script), "tests/fake/%s.py", name);
	peer_start(&s->peer, argv, "");
	peer_line(&s->peer, "ready ", s->base, sizeof(s->base));
}

void
sink_stop(struct sink *s)
{
	peer_stop(&s->peer);
}

static void
tell(const struct sink *s, const char *path, const char *json)
{
	struct answer a;

	ask(&a, s->base, path, NULL, json, strlen(json));
	ck_assert_int_eq(a.status, 200);
	answer_release(&a);
}

void
sink_mode(const struct sink *s, const char *json)
{
	tell(s, "/_mode", json);
}

void
sink_feed(const struct sink *s, const char *json)
{
	tell(s, "/_feed", json);
}

json_t *
sink_records(const struct sink *s)
{
	struct answer a;
	json_t *all;

	ask(&a, s->base, "/_records", NULL, NULL, 0);
	all = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	ck_assert(json_is_array(all));
	answer_release(&a);
	return all;
}

static size_t
matches(const json_t *all, const char *path, const char *body, const json_t **last)
{
	const json_t *r;
	size_t i, n = 0;

	json_array_foreach(all, i, r)
		if (strstr(json_string_value(json_object_get(r, "path")), path) != NULL &&
		    strstr(json_string_value(json_object_get(r, "body")), body) != NULL) {
			n++;
			if (last != NULL)
				*last = r;
		}
	return n;
}

size_t
sink_count(const struct sink *s, const char *path, const char *body)
{
	json_t *all = sink_records(s);
	size_t n = matches(all, path, body, NULL);

	json_decref(all);
	return n;
}

size_t
sink_wait(const struct sink *s, const char *path, const char *body, size_t n, json_t **all,
    const json_t **last)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	size_t found;

	for (;;) {
		*all = sink_records(s);
		*last = NULL;
		found = matches(*all, path, body, last);
		if (found >= n)
			return found;
		ck_assert_msg(clock_mono_ms() < until, "%zu of %zu calls of %s with %s", found, n, path, body);
		json_decref(*all);
		nanosleep(&pause, NULL);
	}
}
