/*
 * The inbox of an SMS gateway that is asked instead of calling: a JSON list, its field names by
 * settings.  The cursor is the id of the list's last message; a gateway without a cursor parameter
 * shows the same messages again and again, and they are known by their ids.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ingest/pullers.h"
#include "ingest/way.h"
#include "lib/clock.h"
#include "lib/escape.h"

#define ANSWER_BYTES (4u * 1024 * 1024)
#define ID_MAX 200
#define SECONDS_MOST INT64_C(100000000000)	/* larger numbers are milliseconds */

static int
open_sms(struct pull *p, struct buf *errors)
{
	const struct settings *set = &p->g->h.set;
	int rc;

	if (set->pull_sms_url[0] == '\0')
		return 1;
	if (set->pull_sms_list[0] != '\0' && set->pull_sms_list[0] != '/') {
		buf_adds(errors, "pull.sms.list must be empty or begin with /, like /data/items\n");
		return -1;
	}
	rc = pull_token(p, "sms_inbox_token", errors);
	p->every_ms = set->pull_sms_ms;
	return rc < 0 ? -1 : 0;		/* some gateways want no token, or one in the URL */
}

/* RFC 6901 without escapes: names of members, apart by slashes. */
static const json_t *
list_at(const json_t *doc, const char *path)
{
	while (doc != NULL && *path == '/') {
		size_t n = strcspn(++path, "/");
		char *name = xstrndup(path, n);

		doc = json_object_get(doc, name);
		free(name);
		path += n;
	}
	return doc;
}

/* An id is a text or a number. */
static int
read_id(const json_t *v, char out[ID_MAX + 1])
{
	if (json_is_integer(v))
		snprintf(out, ID_MAX + 1, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_string(v) && json_string_length(v) > 0 && json_string_length(v) <= ID_MAX)
		snprintf(out, ID_MAX + 1, "%s", json_string_value(v));
	else
		return -1;
	return 0;
}

static int
read_sms(struct laporan *l, const struct ingest *g, const json_t *m, const char *id)
{
	const struct settings *set = &g->h.set;
	const char *from = json_string_value(json_object_get(m, set->pull_sms_from));
	char *text = way_text(g, json_string_value(json_object_get(m, set->pull_sms_text)));
	int64_t at = json_integer_value(json_object_get(m, set->pull_sms_time));

	if (from != NULL && from[0] != '\0' && text != NULL)
		way_sms(l, g, id, from, text, at > 0 && at < SECONDS_MOST ? at * 1000 : at);
	free(text);
	return l->message_id != NULL;
}

static void
take_list(struct pull *p, const json_t *list, struct pull_result *r)
{
	char id[ID_MAX + 1] = "";
	const json_t *m;
	size_t i;

	json_array_foreach(list, i, m) {
		struct laporan l = { .channel = "" };

		if (read_id(json_object_get(m, p->g->h.set.pull_sms_id), id) == 0 &&
		    read_sms(&l, p->g, m, id))
			pull_add(p, &l);
		else
			way_drop(p->g, "sms_inbox", "incomplete");
		laporan_release(&l);
	}
	r->cursor = id[0] != '\0' ? id : NULL;
	/* A gateway that heeds the cursor may have more behind it. */
	r->outcome = p->g->h.set.pull_sms_cursor[0] != '\0' && id[0] != '\0' &&
	    strcmp(id, buf_str(&p->cursor)) != 0 ? PULL_MORE : PULL_DONE;
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
	const json_t *list = list_at(doc, p->g->h.set.pull_sms_list);

	if (!trouble && !json_is_array(list))
		r.why = "200 without a list at pull.sms.list";
	if (json_is_array(list))
		take_list(p, list, &r);
	else
		pull_end(p, &r);
	json_decref(doc);
}

static void
fetch_sms(struct pull *p)
{
	const struct settings *set = &p->g->h.set;
	struct buf url = { 0 }, authorization = { 0 };
	const char *headers[] = { "Accept: application/json", NULL, NULL };
	struct httpc_request req = { .method = "GET", .headers = headers,
	    .answer_limit = ANSWER_BYTES };

	buf_adds(&url, set->pull_sms_url);
	if (set->pull_sms_cursor[0] != '\0' && p->cursor.len > 0) {
		buf_addf(&url, "%c%s=", strchr(set->pull_sms_url, '?') != NULL ? '&' : '?',
		    set->pull_sms_cursor);
		buf_add_url(&url, p->cursor.data, p->cursor.len);
	}
	if (p->token.len > 0) {
		buf_addf(&authorization, "Authorization: Bearer %s", buf_str(&p->token));
		headers[1] = buf_str(&authorization);
	}
	req.url = buf_str(&url);
	httpc_send(p->http, &req, on_answer, p);
	buf_wipe(&url);
	buf_wipe(&authorization);
}

const struct pull_source pull_sms = { "sms", open_sms, fetch_sms, NULL };
