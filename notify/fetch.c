#include "notify/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/outside.h"

#define ANSWER_BYTES (64 * 1024)	/* of an answer that only names the file */
#define WAIT_MOST_MS INT64_C(3600000)	/* a host must not put its file off for ever */

/* One channel.  Where the reference is an address already, nothing is asked. */
struct source {
	const char *name;
	size_t api;			/* of struct fetcher; its token goes along */
	size_t hosts, own_hosts;	/* of struct settings; on the second our token is needed too */
	/* Appends the URL that is asked; 0, 1 nothing to ask: the reference is the URL; -1 no reference. */
	int (*ask)(struct buf *url, const struct api *api, const char *id);
	int (*read)(struct fetch_address *a, const struct api *api, const char *json, size_t len);
	int asks_bearer, gets_bearer;
};

struct fetch {
	struct fetcher *f;
	const struct source *s;
	char *id;			/* the reference without its channel */
	struct fetch_address at;
	int64_t until_ms;		/* monotonic */
	int redirects, asked;
	int bearer;			/* the file's own host sees our token */
	on_fetched cb;
	void *arg;
};

static const struct api *
api_of(const struct fetch *t)
{
	return t->s->api == 0 ? NULL :
	    (const struct api *)(const void *)((const char *)t->f + t->s->api);
}

static const char *
hosts_of(const struct fetch *t, size_t offset)
{
	const char *const *at = (const char *const *)(const void *)
	    ((const char *)&t->f->h->set + offset);

	return offset == 0 ? "" : *at;
}

/* ---- the platforms ---- */

static int
is_id(const char *s)
{
	size_t n = strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.=");

	return n > 0 && n <= 512 && s[n] == '\0' && strstr(s, "..") == NULL;
}

static int
ask_whatsapp(struct buf *url, const struct api *api, const char *id)
{
	if (!is_id(id))
		return -1;
	buf_addf(url, "%s/%s", buf_str(&api->base), id);
	return 0;
}

static int
ask_telegram(struct buf *url, const struct api *api, const char *id)
{
	if (!is_id(id))
		return -1;
	buf_addf(url, "%s/bot%s/getFile?file_id=%s", buf_str(&api->base), buf_str(&api->token), id);
	return 0;
}

/* Most posts bring the address along; the others a key of the form 3_123. */
static int
ask_x(struct buf *url, const struct api *api, const char *id)
{
	if (strstr(id, "://") != NULL)
		return 1;
	if (strspn(id, "0123456789_") != strlen(id) || strchr(id, '_') == NULL)
		return -1;
	buf_addf(url, "%s/2/media/%s?media.fields=type,url,variants", buf_str(&api->base), id);
	return 0;
}

static int
ask_nobody(struct buf *url, const struct api *api, const char *id)
{
	(void)url, (void)api, (void)id;
	return 1;
}

int
fetch_read_whatsapp(struct fetch_address *a, const struct api *api, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	const char *url = json_string_value(json_object_get(doc, "url"));
	const char *sha = json_string_value(json_object_get(doc, "sha256"));

	(void)api;
	if (url != NULL)
		buf_adds(&a->url, url);
	snprintf(a->sha256, sizeof(a->sha256), "%s", sha != NULL && strlen(sha) == 64 ? sha : "");
	a->bytes = json_integer_value(json_object_get(doc, "file_size"));
	json_decref(doc);
	return a->url.len > 0 ? 0 : -1;
}

int
fetch_read_telegram(struct fetch_address *a, const struct api *api, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *file = json_object_get(doc, "result");
	const char *path = json_string_value(json_object_get(file, "file_path"));

	/* Part of a path that holds our token: letters that mean nothing there, and no way up. */
	if (path != NULL && path[0] != '/' && strstr(path, "..") == NULL && strspn(path,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./") == strlen(path))
		buf_addf(&a->url, "%s/file/bot%s/%s", buf_str(&api->base), buf_str(&api->token), path);
	a->bytes = json_integer_value(json_object_get(file, "file_size"));
	json_decref(doc);
	return a->url.len > 0 ? 0 : -1;
}

int
fetch_read_x(struct fetch_address *a, const struct api *api, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *data = json_object_get(doc, "data"), *v;
	const char *url = json_string_value(json_object_get(data, "url"));
	json_int_t least = -1;
	size_t i;

	(void)api;
	json_array_foreach(json_object_get(data, "variants"), i, v) {
		json_int_t rate = json_integer_value(json_object_get(v, "bit_rate"));
		const char *type = json_string_value(json_object_get(v, "content_type"));

		if (url == NULL && type != NULL && strcmp(type, "video/mp4") == 0 &&
		    (least < 0 || rate < least) && json_is_string(json_object_get(v, "url"))) {
			least = rate;
			buf_reset(&a->url);
			buf_adds(&a->url, json_string_value(json_object_get(v, "url")));
		}
	}
	if (url != NULL)
		buf_adds(&a->url, url);
	json_decref(doc);
	return a->url.len > 0 ? 0 : -1;
}

#define API(m) offsetof(struct fetcher, m)
#define SET(m) offsetof(struct settings, m)
static const struct source sources[] = {
	{ "whatsapp", API(whatsapp), SET(media_whatsapp), 0, ask_whatsapp, fetch_read_whatsapp, 1, 1 },
	{ "telegram", API(telegram), 0, 0, ask_telegram, fetch_read_telegram, 0, 0 },
	{ "facebook", 0, SET(media_facebook), 0, ask_nobody, NULL, 0, 0 },
	{ "instagram", 0, SET(media_instagram), 0, ask_nobody, NULL, 0, 0 },
	{ "x", API(x), SET(media_x), SET(media_x_own), ask_x, fetch_read_x, 1, 0 },
};

/* ---- the end ---- */

static void
finish(struct fetch *t, const struct fetch_news *n)
{
	t->cb(n, t->arg);
	buf_wipe(&t->at.url);
	free(t->id);
	free(t);
}

static void
never(struct fetch *t, const char *why, const char *cause)
{
	finish(t, &(struct fetch_news){ .verdict = FETCH_NEVER, .why = why, .cause = cause });
}

static void
later(struct fetch *t, const char *why, const char *cause, int64_t wait_ms)
{
	finish(t, &(struct fetch_news){ .verdict = FETCH_LATER, .why = why, .cause = cause,
	    .wait_ms = wait_ms });
}

static void
too_large(struct fetch *t)
{
	never(t, "longer than media.size", "terlalu besar");
}

static int
is_lost_path(const struct fetch *t, const struct httpc_answer *a)
{
	return a->status == 404 && t->at.url.len == 0 && !t->s->asks_bearer;
}

/* What an answer is whatever was asked; 1 when that ends the fetch. */
static int
is_over(struct fetch *t, const struct httpc_answer *a, int bearer)
{
	const struct api *api = api_of(t);

	if (a->barred)
		never(t, "the host has no public address", "alamatnya tidak diizinkan");
	else if (a->outcome != 0)
		later(t, a->why, "sambungan putus atau terlalu lambat", 0);
	else if (a->cut)
		too_large(t);
	else if (a->status == 429 || a->status >= 500)
		later(t, "the platform is in trouble", "layanan sedang terganggu",
		    a->retry_after_ms < WAIT_MOST_MS ? a->retry_after_ms : WAIT_MOST_MS);
	else if ((a->status == 401 || a->status == 403 || is_lost_path(t, a)) && bearer)
		finish(t, &(struct fetch_news){ .verdict = FETCH_LATER, .refused = api->secret,
		    .why = "the token is refused", .cause = "akses kami ditolak" });
	else
		return 0;
	return 1;
}

/* ---- the file ---- */

static void get_file(struct fetch *t);
static void ask_address(struct fetch *t);

static int
is_what_was_promised(const struct fetch *t, const struct httpc_answer *a)
{
	uint8_t digest[32], promised[32];

	if (t->at.sha256[0] == '\0')
		return 1;
	sha256_of(digest, a->body, a->body_len);
	return hex_decode(promised, t->at.sha256, 64) == 0 && memcmp(digest, promised, 32) == 0;
}

static void
follow(struct fetch *t, const char *redirect)
{
	if (redirect == NULL || t->redirects >= t->f->h->set.media_redirects) {
		never(t, "too many redirects, or one to nowhere", "alamatnya berputar-putar");
		return;
	}
	t->redirects++;
	t->bearer = t->bearer && outside_same_origin(buf_str(&t->at.url), redirect);
	buf_reset(&t->at.url);
	buf_adds(&t->at.url, redirect);
	get_file(t);
}

static void
on_file(const struct httpc_answer *a, void *arg)
{
	struct fetch *t = arg;

	if (is_over(t, a, t->bearer))
		return;
	if (a->status >= 300 && a->status < 400) {
		follow(t, a->redirect);
	} else if ((a->status == 404 || a->status == 410) && t->asked == 1) {
		ask_address(t);		/* it lives for minutes only: a new one */
	} else if (a->status != 200 && t->asked > 0) {
		later(t, "the file is not where it should be", "belum tersedia", 0);
	} else if (a->status != 200) {
		never(t, "the file is gone", "sudah tidak disimpan di sana");
	} else if (!is_what_was_promised(t, a)) {
		later(t, "the bytes are not those of the platform's digest", "rusak di jalan", 0);
	} else {
		finish(t, &(struct fetch_news){ .verdict = FETCH_GOT, .data = a->body,
		    .len = a->body_len });
	}
}

static void
send_request(struct fetch *t, const char *url, int bearer, int outside, size_t most,
    on_httpc_answer cb)
{
	const struct settings *set = &t->f->h->set;
	int64_t left = t->until_ms - clock_mono_ms();
	struct buf authorization = { 0 };
	const char *headers[] = { NULL, NULL };
	struct httpc_request req = { .method = "GET", .url = url, .headers = headers,
	    .total_ms = left > 1 ? left : 1, .answer_limit = most, .all_or_nothing = 1,
	    .outside = outside,
	    .slow_bytes = set->media_slow_bytes, .slow_ms = set->media_slow_ms };

	if (bearer) {
		buf_addf(&authorization, "Authorization: Bearer %s", buf_str(&api_of(t)->token));
		headers[0] = buf_str(&authorization);
	}
	httpc_send(t->f->http, &req, cb, t);
	buf_wipe(&authorization);
}

/* The platform's own interface needs no list of hosts; whatever else is named does. */
static void
get_file(struct fetch *t)
{
	const struct api *api = api_of(t);
	const char *url = buf_str(&t->at.url);
	size_t most = (size_t)t->f->h->set.media_bytes;
	enum outside_verdict v, own;

	if (t->s->hosts == 0 && outside_same_origin(url, buf_str(&api->base))) {
		send_request(t, url, 0, 0, most, on_file);
		return;
	}
	v = outside_url(url, hosts_of(t, t->s->hosts));
	own = outside_url(url, hosts_of(t, t->s->own_hosts));
	if (own == OUTSIDE_OK || own == OUTSIDE_OWN) {
		v = own;
		if (t->redirects == 0)
			t->bearer = api != NULL && api->token.len > 0;
	}
	if (v != OUTSIDE_OK && v != OUTSIDE_OWN) {
		never(t, outside_words(v), "alamatnya tidak diizinkan");
		return;
	}
	send_request(t, url, t->bearer, v == OUTSIDE_OK, most, on_file);
}

static void
on_address(const struct httpc_answer *a, void *arg)
{
	struct fetch *t = arg;

	/* Where the token is part of the path, a wrong one is told by 404. */
	if (is_over(t, a, t->s->asks_bearer || a->status == 401 || a->status == 404))
		return;
	if (a->status == 400 && strstr(a->body, "file is too big") != NULL) {
		too_large(t);
		return;
	}
	buf_reset(&t->at.url);
	if (a->status != 200) {
		never(t, "the platform no longer has it", "sudah tidak disimpan di sana");
	} else if (t->s->read(&t->at, api_of(t), a->body, a->body_len) != 0) {
		later(t, "an answer without a file's address", "jawaban layanan tidak terbaca", 0);
	} else if (t->at.bytes > t->f->h->set.media_bytes) {
		too_large(t);
	} else {
		t->redirects = 0;
		t->bearer = t->s->gets_bearer;
		get_file(t);
	}
}

static void
ask_address(struct fetch *t)
{
	const struct api *api = api_of(t);
	struct buf url = { 0 };
	int rc;

	t->asked++;
	rc = t->s->ask(&url, api, t->id);
	if (rc < 0) {
		never(t, "a reference that this channel does not write", "rujukannya tidak dikenal");
	} else if (rc > 0) {
		t->asked = 0;
		buf_adds(&t->at.url, t->id);
		get_file(t);
	} else if (api->token.len == 0) {
		later(t, "no token of this platform in secrets/", "akses ke layanan belum diatur", 0);
	} else {
		send_request(t, buf_str(&url), t->s->asks_bearer, 0, ANSWER_BYTES, on_address);
	}
	buf_wipe(&url);
}

void
fetch_start(struct fetcher *f, const char *reference, on_fetched cb, void *arg)
{
	size_t n = strcspn(reference, ":");
	struct fetch *t = xcalloc(1, sizeof(*t));

	t->f = f;
	t->cb = cb;
	t->arg = arg;
	t->until_ms = clock_mono_ms() + f->h->set.media_total_ms;
	t->id = xstrdup(reference[n] == ':' ? reference + n + 1 : "");
	for (size_t i = 0; i < N_ELEMS(sources); i++)
		if (strlen(sources[i].name) == n && memcmp(sources[i].name, reference, n) == 0)
			t->s = &sources[i];
	if (t->s == NULL)
		never(t, "no such channel has files", "rujukannya tidak dikenal");
	else
		ask_address(t);
}

int
fetcher_open(struct fetcher *f, const struct ways_env *env)
{
	const struct settings *set = &env->h->set;

	memset(f, 0, sizeof(*f));
	f->h = env->h;
	f->http = env->http;
	return api_open(&f->whatsapp, env, "whatsapp_token", set->graph_api) < 0 ||
	    api_open(&f->telegram, env, "telegram_token", set->telegram_api) < 0 ||
	    api_open(&f->x, env, "x_token", set->x_api) < 0 ? -1 : 0;
}

void
fetcher_release(struct fetcher *f)
{
	api_release(&f->whatsapp);
	api_release(&f->telegram);
	api_release(&f->x);
}
