#include "tests/integration/crawl.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"

#define LINKS_MOST 1500
#define FEWEST_ROUTES 15

/* The hooks stand each in its own file, as .path = "/hook/...": by whichever method, they are no pages. */
static size_t
hooks_read(struct seen_route *out, size_t n, size_t most)
{
	static const char before[] = ".path = \"/";
	glob_t files;

	ck_assert_int_eq(glob("ingest/*.c", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct buf text = { 0 };

		ck_assert_int_eq(file_read(files.gl_pathv[i], 1u << 20, &text), 0);
		for (const char *at = buf_str(&text); (at = strstr(at, before)) != NULL; ) {
			at += sizeof(before) - 2;
			ck_assert_uint_lt(n, most);
			snprintf(out[n].path, sizeof(out[n].path), "%.*s", (int)strcspn(at, "\""), at);
			out[n].is_post = 1;
			out[n++].tail = 0;
		}
		buf_release(&text);
	}
	globfree(&files);
	return n;
}

/* A row is HTTP_GET, "/path" or HTTP_GET, "/path/" "*". */
size_t
routes_read(const char *file, struct seen_route *out, size_t most)
{
	struct buf text = { 0 };
	size_t n = 0;

	ck_assert_msg(file_read(file, 1u << 20, &text) == 0, "%s: tests run in the folder of the sources", file);
	for (const char *at = buf_str(&text); (at = strstr(at, "{ HTTP_")) != NULL; at++) {
		struct seen_route *r = &out[n];
		const char *from = strchr(at, '"'), *line_end = strchr(at, '\n'), *end;

		if (from == NULL || from > line_end || from[1] != '/')
			continue;
		end = strchr(from + 1, '"');
		ck_assert_uint_lt(n, most);
		snprintf(r->path, sizeof(r->path), "%.*s", (int)(end - from - 1), from + 1);
		r->is_post = strncmp(at, "{ HTTP_POST", 11) == 0;
		r->tail = strncmp(end, "\" \"*\"", 5) == 0;
		n++;
	}
	buf_release(&text);
	if (strcmp(file, PUBLIC_ROUTES) == 0)
		n = hooks_read(out, n, most);
	ck_assert_msg(n >= FEWEST_ROUTES, "%s: only %zu routes were understood", file, n);
	return n;
}

int
answer_is(const struct answer *a, const char *type)
{
	const char *at = strstr(buf_str(&a->head), "Content-Type: ");

	return at != NULL && strncmp(at + 14, type, strlen(type)) == 0;
}

struct walk { char *links[LINKS_MOST]; size_t n; };

static void
walk_add(struct walk *w, const char *path, size_t len)
{
	size_t before = strcspn(path, "?"), variants = 0;

	if (before > len)
		before = len;
	for (size_t i = 0; i < w->n; i++) {
		if (strlen(w->links[i]) == len && memcmp(w->links[i], path, len) == 0)
			return;
		variants += strncmp(w->links[i], path, before) == 0 && strchr("?", w->links[i][before]) != NULL;
	}
	if (variants >= VARIANTS)
		return;
	ck_assert_msg(w->n < LINKS_MOST, "more than %d links, the last to %.*s", LINKS_MOST, (int)len, path);
	w->links[w->n++] = xstrndup(path, len);
}

/* An address as it stands in a page, relative to that page if it is a question only. */
static void
take_link(struct walk *w, const char *here, const char *at, size_t len)
{
	struct buf path = { 0 };

	if (len == 0 || (at[0] != '/' && at[0] != '?') || (len > 1 && at[1] == '/'))
		return;
	if (at[0] == '?')
		buf_add(&path, here, strcspn(here, "?"));
	for (size_t i = 0; i < len && at[i] != '#'; i++) {
		buf_addc(&path, at[i]);
		if (strncmp(at + i, "&amp;", 5) == 0)
			i += 4;
	}
	/* endless, and read by a test of its own */
	if (strncmp(buf_str(&path), "/api/v1/events", 14) != 0)
		walk_add(w, buf_str(&path), path.len);
	buf_release(&path);
}

static void
take_links(struct walk *w, const char *here, const struct buf *page)
{
	static const char *const before[] = { "href=\"", "src=\"", "action=\"" };

	for (size_t i = 0; i < N_ELEMS(before); i++)
		for (const char *at = buf_str(page); (at = strstr(at, before[i])) != NULL; ) {
			at += strlen(before[i]);
			take_link(w, here, at, strcspn(at, "\""));
		}
}

size_t
crawl(const struct visitor *v, const char *base, const char *routes, const char *const *also, on_page cb,
    void *arg)
{
	struct seen_route all[128];
	struct walk *w = xcalloc(1, sizeof(*w));
	size_t n = routes_read(routes, all, N_ELEMS(all)), opened;

	for (size_t i = 0; i < n; i++)
		if (!all[i].is_post && !all[i].tail && strcmp(all[i].path, "/api/v1/events") != 0)
			walk_add(w, all[i].path, strlen(all[i].path));
	for (; also != NULL && *also != NULL; also++)
		walk_add(w, *also, strlen(*also));
	for (size_t i = 0; i < w->n; i++) {
		const char *const headers[] = { v->cookie, NULL };
		struct answer a;

		ask_as(&a, base, w->links[i], v->cookie[0] != '\0' ? headers : NULL, NULL, 0);
		ck_assert_msg(a.status < 500, "%s: %ld", w->links[i], a.status);
		if (answer_is(&a, "text/html"))
			take_links(w, w->links[i], &a.body);
		cb(w->links[i], &a, arg);
		answer_release(&a);
	}
	opened = w->n;
	for (size_t i = 0; i < w->n; i++)
		free(w->links[i]);
	free(w);
	return opened;
}
