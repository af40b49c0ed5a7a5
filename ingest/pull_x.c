/*
 * X: mentions by since_id.  Pages come newest first, so the cursor moves only after the last page:
 * until then a lower post may be missing still.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "ingest/pullers.h"
#include "ingest/way.h"
#include "ingest/x.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/log.h"

#define ANSWER_BYTES (4u * 1024 * 1024)
#define TOKEN_MOST 200
#define PAGES_MOST 100		/* X shows 800 mentions at most: eight pages */

/* What is remembered from page to page of one round. */
struct round { struct buf page; char newest[24]; int pages; };

static int
open_x(struct pull *p, struct buf *errors)
{
	const struct settings *set = &p->g->h.set;
	int rc;

	if (set->x_pull_ms == 0)
		return 1;
	if (!x_is_id(set->x_user_id)) {
		buf_adds(errors,
		    "x.pull_every is set, x.user_id is no account's number; write it in quotes\n");
		return -1;
	}
	rc = pull_token(p, "x_token", errors);
	if (rc == 0)
		p->data = xcalloc(1, sizeof(struct round));
	p->every_ms = set->x_pull_ms;
	return rc;
}

static void
keep_newest(struct round *round, const char *id)
{
	if (x_is_id(id) && (round->newest[0] == '\0' || x_id_compare(id, round->newest) > 0))
		snprintf(round->newest, sizeof(round->newest), "%s", id);
}

static void
take_posts(struct pull *p, const json_t *doc)
{
	const json_t *post, *users = json_object_get(json_object_get(doc, "includes"), "users");
	size_t i;

	json_array_foreach(json_object_get(doc, "data"), i, post) {
		struct laporan l = { .channel = "" };
		const char *why = "";

		keep_newest(p->data, json_string_value(json_object_get(post, "id")));
		if (x_read_post(&l, p->g, post, users, p->g->h.set.x_user_id, &why))
			pull_add(p, &l);
		else
			way_drop(p->g, "x", why);
		laporan_release(&l);
	}
}

/* The end of a page: another one, or of the round. */
static void
end_page(struct pull *p, const json_t *meta, struct pull_result *r)
{
	struct round *round = p->data;
	const char *next = json_string_value(json_object_get(meta, "next_token"));
	const char *old = buf_str(&p->cursor);

	keep_newest(round, json_string_value(json_object_get(meta, "newest_id")));
	buf_reset(&round->page);
	if (next != NULL && (next[0] == '\0' || strlen(next) > TOKEN_MOST ||
	    ++round->pages > PAGES_MOST)) {
		r->outcome = PULL_TROUBLE;
		r->why = "pages without an end";
	} else if (next != NULL) {
		buf_adds(&round->page, next);
		r->outcome = PULL_MORE;
	} else {
		r->outcome = PULL_DONE;
		if (round->newest[0] != '\0' &&
		    (old[0] == '\0' || x_id_compare(round->newest, old) > 0))
			r->cursor = round->newest;
	}
	pull_end(p, r);
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct pull_result r;
	int trouble = pull_trouble(a, clock_now_ms() / 1000, &r);
	json_t *doc = trouble ? NULL :
	    json_loadb(a->body, a->body_len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *meta = json_object_get(doc, "meta");

	if (!trouble && !json_is_object(meta))
		r.why = "200 without meta";
	if (!json_is_object(meta)) {
		pull_end(p, &r);
	} else {
		/* What could not be shown (deleted, protected) is no reason to leave the rest. */
		if (json_array_size(json_object_get(doc, "errors")) > 0)
			log_warn("pull_partly", "source=x errors=%zu",
			    json_array_size(json_object_get(doc, "errors")));
		take_posts(p, doc);
		end_page(p, meta, &r);
	}
	json_decref(doc);
}

/* The first time of all: yesterday's posts, not those of a year. */
static void
add_start(struct buf *url, int64_t now_ms)
{
	struct wib t;

	wib_of(&t, now_ms - DAY_MS - WIB_MS);	/* its fields then read as UTC */
	buf_addf(url, "&start_time=%04d-%02d-%02dT%02d%%3A%02d%%3A%02dZ", t.year, t.month, t.day,
	    t.hour, t.minute, t.second);
}

static void
fetch_x(struct pull *p)
{
	struct round *round = p->data;
	struct buf url = { 0 }, authorization = { 0 };
	const char *headers[] = { NULL, NULL };
	struct httpc_request req = { .method = "GET", .headers = headers,
	    .answer_limit = ANSWER_BYTES };

	if (p->first) {
		buf_reset(&round->page);
		round->newest[0] = '\0';
		round->pages = 0;
	}
	buf_addf(&url, "%s/2/users/%s/mentions?max_results=100"
	    "&tweet.fields=created_at,author_id,conversation_id,geo,note_tweet,attachments,referenced_tweets"
	    "&expansions=author_id,attachments.media_keys&user.fields=username,name"
	    "&media.fields=url,type",
	    p->g->h.set.x_api, p->g->h.set.x_user_id);
	if (p->cursor.len > 0)
		buf_addf(&url, "&since_id=%s", buf_str(&p->cursor));
	else
		add_start(&url, house_now_ms(&p->g->h));
	if (round->page.len > 0) {
		buf_adds(&url, "&pagination_token=");
		buf_add_url(&url, round->page.data, round->page.len);
	}
	buf_addf(&authorization, "Authorization: Bearer %s", buf_str(&p->token));
	headers[0] = buf_str(&authorization);
	req.url = buf_str(&url);
	httpc_send(p->http, &req, on_answer, p);
	buf_release(&url);
	buf_wipe(&authorization);
}

static void
release_x(struct pull *p)
{
	struct round *round = p->data;

	buf_release(&round->page);
	free(round);
}

const struct pull_source pull_x = { "x", open_x, fetch_x, release_x };
