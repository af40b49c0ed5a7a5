#ifndef KENTONGAN_TESTS_CRAWL_H
#define KENTONGAN_TESTS_CRAWL_H
/*
 * Every page that somebody can get at: the daemons' own route tables, read from their sources so that
 * no new route is forgotten, and all links that stand on the pages.  A mistake ends the test.
 */
#include "tests/integration/visitor.h"

#define CONSOLE_ROUTES "console/main.c"
#define PUBLIC_ROUTES "ingest/routes.c"

/* tail: the path ends in "/" and takes more. */
struct seen_route { char path[64]; int is_post, tail; };
/* Ends the test if there are more than most, or suspiciously few. */
size_t routes_read(const char *file, struct seen_route *out, size_t most);

/*
 * Opens each GET route without a tail, these paths (NULL-ended, may be NULL), and what they link to;
 * of one path at most VARIANTS different questions.  How many were opened.
 */
#define VARIANTS 8
typedef void (*on_page)(const char *path, const struct answer *a, void *arg);
size_t crawl(const struct visitor *v, const char *base, const char *routes, const char *const *also, on_page cb,
    void *arg);
/* The body of an answer is of that kind ("text/html"). */
int answer_is(const struct answer *a, const char *type);
#endif
