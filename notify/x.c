#include "notify/x.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "notify/api.h"

#define IN_FLIGHT 4
#define URL_WEIGHT 23
#define WINDOW_S 900		/* limits are counted by quarters of an hour */

/* ---- the request ---- */

static size_t
url_at(const char *s, size_t len)
{
	size_t n = 0;

	if (!(len > 8 && strncmp(s, "https://", 8) == 0) &&
	    !(len > 7 && strncmp(s, "http://", 7) == 0))
		return 0;
	while (n < len && (unsigned char)s[n] > ' ')
		n++;
	return n;
}

int
x_weighted_length(const char *text, size_t len)
{
	int weight = 0;

	for (size_t i = 0, url; i < len; ) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n;

		url = url_at(text + i, len - i);
		if (url > 0) {
			weight += URL_WEIGHT;
			i += url;
			continue;
		}
		n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
		    (utf8proc_ssize_t)(len - i), &c);
		i += n > 0 ? (size_t)n : 1;
		weight += n > 0 && (c <= 0x10FF || (c >= 0x2000 && c <= 0x200D) ||
		    (c >= 0x2010 && c <= 0x201F) || (c >= 0x2032 && c <= 0x2037)) ? 1 : 2;
	}
	return weight;
}

static int
is_id(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && n <= 19 && s[n] == '\0';
}

int
x_request(const struct outbox_item *it, struct buf *path, struct buf *json)
{
	const char *to = buf_str(&it->to);
	int public = strncmp(to, "x:post:", 7) == 0;
	const char *id = to + (public ? 7 : 2);

	if (strncmp(to, "x:", 2) != 0 || !is_id(id))
		return -1;
	if (public && x_weighted_length(buf_str(&it->text), it->text.len) > X_POST_MOST)
		return -1;
	buf_adds(json, "{\"text\":");
	buf_add_json(json, buf_str(&it->text), it->text.len);
	if (public) {
		buf_adds(path, "/2/tweets");
		buf_addf(json, ",\"reply\":{\"in_reply_to_tweet_id\":\"%s\"}", id);
	} else {
		buf_addf(path, "/2/dm_conversations/with/%s/messages", id);
	}
	buf_addc(json, '}');
	return 0;
}

/* ---- the answer ---- */

static int64_t
limited_ms(const struct httpc_answer *a, int64_t now_s)
{
	int64_t wait_s = a->reset_s - now_s;

	if (a->reset_s == 0)
		return a->retry_after_ms > 0 ? a->retry_after_ms : 60000;
	return (wait_s < 1 ? 1 : wait_s > WINDOW_S ? WINDOW_S : wait_s) * 1000;
}

void
x_outcome(const struct httpc_answer *a, int64_t now_s, struct send_result *r, char *why,
    size_t size)
{
	const char *said;
	json_t *doc;

	if (api_outcome(a, r))
		return;
	doc = json_loadb(a->body, a->body_len, 0, NULL);
	said = json_string_value(json_object_get(doc, "detail"));
	snprintf(why, size, "%d %s", a->status, said != NULL ? said : "no detail");
	r->why = why;
	if (a->status == 200 || a->status == 201) {
		int whole = json_is_object(json_object_get(doc, "data"));

		r->outcome = whole ? SEND_DONE : SEND_UNKNOWN;
		r->why = whole ? NULL : "accepted without data";
	} else if (a->status == 429) {
		r->outcome = SEND_RETRY;
		r->retry_after_ms = r->pause_ms = limited_ms(a, now_s);
	} else if (a->status == 403 && said != NULL && strstr(said, "duplicate content") != NULL) {
		/* The same words stand there already: our own try whose answer was lost. */
		r->outcome = SEND_DONE;
	} else {
		r->outcome = SEND_FINAL;	/* deleted, protected, blocked, no longer allowed */
	}
	json_decref(doc);
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct api_call *c = arg;
	struct send_result r;
	char why[96];
	json_t *doc;

	x_outcome(a, clock_now_ms() / 1000, &r, why, sizeof(why));
	doc = r.outcome == SEND_DONE ? json_loadb(a->body, a->body_len, 0, NULL) : NULL;
	r.name = json_string_value(json_object_get(json_object_get(doc, "data"), "id"));
	api_done(c, &r, a->outcome == 0 && a->status == 401);
	json_decref(doc);
}

static void
send_x(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct api *api = c->data;
	struct buf url = { 0 }, path = { 0 }, json = { 0 };

	if (x_request(it, &path, &json) != 0) {
		done(&(struct send_result){ .outcome = SEND_FINAL,
		    .why = "no address of X, or longer than a post may be" }, arg);
	} else {
		buf_addf(&url, "%s%s", buf_str(&api->base), buf_str(&path));
		api_post(api, buf_str(&url), 1, &json, on_answer, it, done, arg);
	}
	buf_release(&url);
	buf_release(&path);
	buf_wipe(&json);
}

int
x_open(struct channel *c, const struct ways_env *env)
{
	c->in_flight = IN_FLIGHT;
	c->per_second = env->h->set.x_per_s;
	c->send = send_x;
	return api_channel(c, env, "x_token", env->h->set.x_api, env->h->set.x_timeout_ms, "x.timeout");
}
