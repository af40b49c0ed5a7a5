#include "notify/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char token_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=:%";

int
api_open(struct api *a, const struct ways_env *env, const char *secret, const char *base)
{
	struct buf path = { 0 }, errors = { 0 };
	int rc = 1;

	memset(a, 0, sizeof(*a));
	buf_addf(&path, "%s/secrets/%s", env->dir, secret);
	if (access(buf_str(&path), F_OK) != 0)
		goto out;
	rc = -1;
	if (secret_read(env->dir, secret, &a->token, &errors) != 0)
		goto out;
	if (a->token.len == 0 || strspn(buf_str(&a->token), token_chars) != a->token.len) {
		buf_addf(&errors,
		    "%s: holds no token; write the platform's token into it, on one line\n",
		    buf_str(&path));
		goto out;
	}
	a->h = env->h;
	a->http = env->http;
	a->secret = secret;
	buf_adds(&a->base, base);
	while (a->base.len > 0 && a->base.data[a->base.len - 1] == '/')
		buf_cut(&a->base, a->base.len - 1);
	rc = 0;
out:
	fputs(buf_str(&errors), stderr);
	if (rc != 0)
		api_release(a);
	buf_release(&path);
	buf_release(&errors);
	return rc;
}

void
api_release(struct api *a)
{
	buf_wipe(&a->token);
	buf_release(&a->base);
}

static void
release_channel(struct channel *c)
{
	api_release(c->data);
	free(c->data);
	c->data = NULL;
}

int
api_channel(struct channel *c, const struct ways_env *env, const char *secret, const char *base, int64_t limit_ms,
    const char *setting)
{
	struct api *api = xcalloc(1, sizeof(*api));
	int rc = api_open(api, env, secret, base);

	if (rc != 0) {
		free(api);
		return rc;
	}
	api->limit_ms = c->longest_ms = limit_ms;
	c->longest_by = setting;
	c->release = release_channel;
	c->data = api;
	return 0;
}

void
api_post(struct api *a, const char *url, int bearer, const struct buf *json, on_httpc_answer cb,
    const struct outbox_item *item, on_sent done, void *arg)
{
	struct api_call *c = xcalloc(1, sizeof(*c));
	struct buf authorization = { 0 };
	const char *headers[] = { "Content-Type: application/json", NULL, NULL };
	struct httpc_request req = { .method = "POST", .url = url, .headers = headers,
	    .body = json->data, .body_len = json->len, .total_ms = a->limit_ms };

	c->api = a;
	c->item = item;
	c->done = done;
	c->arg = arg;
	if (bearer) {
		buf_addf(&authorization, "Authorization: Bearer %s", buf_str(&a->token));
		headers[1] = buf_str(&authorization);
	}
	httpc_send(a->http, &req, cb, c);
	buf_wipe(&authorization);
}

void
api_done(struct api_call *c, const struct send_result *r, int token_refused)
{
	struct buf detail = { 0 };

	if (token_refused) {
		buf_addf(&detail, "token ditolak; perbarui secrets/%s dan jalankan ulang notify",
		    c->api->secret);
		house_alarm(c->api->h, "token", c->api->secret, buf_str(&detail));
		buf_release(&detail);
	}
	c->done(r, c->arg);
	free(c);
}

int
api_outcome(const struct httpc_answer *a, struct send_result *r)
{
	memset(r, 0, sizeof(*r));
	r->why = a->why;
	if (a->outcome != 0) {
		r->outcome = a->outcome == -1 ? SEND_RETRY : SEND_UNKNOWN;
		return 1;
	}
	if (a->status == 401) {
		*r = (struct send_result){ .outcome = SEND_RETRY, .why = "the token is refused",
		    .retry_after_ms = API_REFUSED_PAUSE_MS, .pause_ms = API_REFUSED_PAUSE_MS };
		return 1;
	}
	if (a->status >= 500) {
		*r = (struct send_result){ .outcome = a->status == 503 ? SEND_RETRY : SEND_UNKNOWN,
		    .why = "the platform is in trouble", .retry_after_ms = a->retry_after_ms };
		return 1;
	}
	return 0;
}
