#ifndef KENTONGAN_TESTS_SINK_H
#define KENTONGAN_TESTS_SINK_H
/*
 * A platform's stand-in (tests/fake/NAME.py) as a child process: what it was asked is read back,
 * how it answers is told.  A mistake ends the test.
 */

#include "tests/integration/peer.h"
#include <jansson.h>

struct sink { struct peer peer; char base[64]; };

/* Dies with the test, whatever happens. */
void sink_start(struct sink *s, const char *name, const char *token);
void sink_stop(struct sink *s);
/* JSON for /_mode and /_feed, see tests/fake/sink.py. */
void sink_mode(const struct sink *s, const char *json);
void sink_feed(const struct sink *s, const char *json);

/* All records so far; caller decrefs. */
json_t *sink_records(const struct sink *s);
/*
 * Records whose path and body contain these; waits until there are at least n.  Returns how many
 * there are; *last gets the last of them, borrowed from *all, which the caller decrefs.
 */
size_t sink_wait(const struct sink *s, const char *path, const char *body, size_t n, json_t **all,
    const json_t **last);
/* The same, only counted: now, without waiting. */
size_t sink_count(const struct sink *s, const char *path, const char *body);
#endif
