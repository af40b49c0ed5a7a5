#include "lib/httpc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "lib/clock.h"
#include "lib/outside.h"

#define CONNECT_MS 5000
#define TOTAL_MS 30000
#define ANSWER_BYTES (64 * 1024)
#define KEEP_SECONDS 20L	/* servers drop idle connections: young ones surprise less */

struct transfer {
	TAILQ_ENTRY(transfer) entry;
	struct httpc *c;
	CURL *easy;
	struct curl_slist *headers;
	struct buf answer;
	size_t limit;
	int cut;			/* the answer was longer than the limit */
	int barred;			/* an address was not public */
	int imap;
	on_httpc_answer cb;
	void *arg;
	char error[CURL_ERROR_SIZE];
};

struct httpc {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	TAILQ_HEAD(transfers, transfer) transfers;
};

/* ---- between libcurl and libevent ---- */

static void finish_done(struct httpc *c);

static void
act(struct httpc *c, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(c->multi, fd, what, &running);
	finish_done(c);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	int mask = 0;

	if (what & EV_READ)
		mask |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		mask |= CURL_CSELECT_OUT;
	act(arg, fd, mask);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl's wishes are only noted: calling it back from here would recurse. */
static int
on_socket_wish(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
	struct httpc *c = arg;
	struct event *e = known;
	short events = EV_PERSIST;

	(void)easy;
	if (e != NULL)
		event_free(e);
	e = NULL;
	if (what != CURL_POLL_REMOVE) {
		events |= what == CURL_POLL_IN ? EV_READ : what == CURL_POLL_OUT ? EV_WRITE :
		    EV_READ | EV_WRITE;
		e = event_new(c->base, fd, events, on_socket, c);
		if (e == NULL || event_add(e, NULL) != 0)
			abort();	/* memory */
	}
	curl_multi_assign(c->multi, fd, e);
	return 0;
}

static int
on_timer_wish(CURLM *multi, long ms, void *arg)
{
	struct httpc *c = arg;
	struct timeval wait = ms_to_timeval(ms);

	(void)multi;
	if (ms < 0)
		event_del(c->timer);
	else
		event_add(c->timer, &wait);
	return 0;
}

/* ---- one request ---- */

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t len = size * n, room = t->limit - t->answer.len;

	buf_add(&t->answer, data, len < room ? len : room);
	if (len <= room)
		return len;
	t->cut = 1;
	return 0;			/* ends the transfer */
}

/* Asked for each connection, once the name is resolved. */
static curl_socket_t
on_open_outside(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = arg;

	(void)purpose;
	if (!outside_is_public(&a->addr)) {
		t->barred = 1;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void
transfer_free(struct transfer *t)
{
	TAILQ_REMOVE(&t->c->transfers, t, entry);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	buf_release(&t->answer);
	free(t);
}

/* What is known about a transfer that ended without a whole answer. */
static int
outcome_of_failure(const struct transfer *t)
{
	curl_off_t uploaded = 0;
	long request_bytes = 0;

	curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request_bytes);
	curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &uploaded);
	return request_bytes == 0 && uploaded == 0 ? -1 : -2;
}

/* A whole number in a header of the last answer. */
static int64_t
number_in(struct transfer *t, const char *name, int64_t none)
{
	struct curl_header *h;
	char *end;
	long long n;

	if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return none;
	n = strtoll(h->value, &end, 10);
	return end != h->value && *end == '\0' && n >= 0 ? n : none;
}

#define VALIDATOR_CHARS 200

/* A header of the last answer as it stands; the handle's, "" where there is none that can be sent back. */
static const char *
text_in(struct transfer *t, const char *name)
{
	struct curl_header *h;

	if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK || strlen(h->value) > VALIDATOR_CHARS)
		return "";
	for (const char *s = h->value; *s != '\0'; s++)
		if (*s < ' ' || *s == 0x7f)
			return "";
	return h->value;
}

/* IMAP knows no numbers; 0: the server said nothing that can be relied on. */
static long
imap_status(const struct transfer *t, CURLcode code)
{
	static const struct { CURLcode code; long status; } said[] = {
		{ CURLE_OK, 200 }, { CURLE_LOGIN_DENIED, 401 }, { CURLE_QUOTE_ERROR, 400 },
		{ CURLE_REMOTE_FILE_NOT_FOUND, 404 },
	};

	for (size_t i = 0; i < N_ELEMS(said); i++)
		if (said[i].code == code)
			return said[i].status;
	return t->cut ? 200 : 0;
}

static void
answer(struct transfer *t, CURLcode code)
{
	struct httpc_answer a = { .remaining = -1, .etag = "", .modified = "", .why = "" };
	on_httpc_answer cb = t->cb;
	curl_off_t retry_after = 0;
	long status = 0;
	void *arg = t->arg;
	char *redirect = NULL;
	struct buf body = t->answer;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_after);
	t->cut |= code == CURLE_FILESIZE_EXCEEDED;
	if (t->imap) {
		status = imap_status(t, code);
		code = status > 0 ? CURLE_OK : code;
	}
	if ((code == CURLE_OK || t->cut) && status > 0) {
		a.status = (int)status;
		a.cut = t->cut;
		curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &redirect);
		a.redirect = redirect;
		a.retry_after_ms = retry_after * 1000;
		a.reset_s = number_in(t, "x-rate-limit-reset", 0);
		a.remaining = number_in(t, "x-rate-limit-remaining", -1);
		a.etag = text_in(t, "ETag");
		a.modified = text_in(t, "Last-Modified");
		a.why = t->cut ? "the answer is longer than the limit" : "";
	} else {
		a.outcome = outcome_of_failure(t);
		a.barred = a.outcome == -1 && t->barred;
		a.why = t->error[0] != '\0' ? t->error : curl_easy_strerror(code);
	}
	a.body = buf_str(&body);
	a.body_len = body.len;
	cb(&a, arg);
}

static void
finish_done(struct httpc *c)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		char *private = NULL;
		struct transfer *t;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &private);
		t = (struct transfer *)(void *)private;
		curl_multi_remove_handle(c->multi, t->easy);
		answer(t, code);
		transfer_free(t);
	}
}

static void
set_request(struct transfer *t, const struct httpc_request *req)
{
	long connect_ms = (long)(req->connect_ms > 0 ? req->connect_ms : CONNECT_MS);
	long total_ms = (long)(req->total_ms > 0 ? req->total_ms : TOTAL_MS);
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_URL, req->url);
	if (strcmp(req->method, "HEAD") == 0) {
		curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
	} else if (req->body_len > 0 || strcmp(req->method, "GET") != 0) {
		curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_len);
		curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, req->body_len > 0 ? req->body : "");
		curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, req->method);
	}
	t->headers = curl_slist_append(NULL, "Expect:");	/* no pause before a body */
	for (size_t i = 0; req->headers != NULL && req->headers[i] != NULL; i++)
		t->headers = curl_slist_append(t->headers, req->headers[i]);
	if (t->headers == NULL)
		abort();		/* memory */
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, total_ms);
	if (req->all_or_nothing)
		curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)t->limit);
	if (req->slow_bytes > 0) {
		curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)req->slow_bytes);
		curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)((req->slow_ms + 999) / 1000));
	}
	if (req->outside) {
		curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_outside);
		curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
		curl_easy_setopt(e, CURLOPT_PROXY, "");
		curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https");
		curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	}
}

static void
set_rules(struct transfer *t, const char *protocols)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_MAXAGE_CONN, KEEP_SECONDS);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "kentongan/" KENTONGAN_VERSION);
}

static struct transfer *
transfer_new(struct httpc *c, size_t answer_limit, on_httpc_answer cb, void *arg)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->c = c;
	t->cb = cb;
	t->arg = arg;
	t->limit = answer_limit > 0 ? answer_limit : ANSWER_BYTES;
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		abort();		/* memory */
	return t;
}

static void
begin(struct transfer *t)
{
	TAILQ_INSERT_TAIL(&t->c->transfers, t, entry);
	/* Even a URL that cannot be read is told by the loop, not from here. */
	if (curl_multi_add_handle(t->c->multi, t->easy) != CURLM_OK)
		abort();		/* memory, or a handle added twice */
}

void
httpc_send(struct httpc *c, const struct httpc_request *req, on_httpc_answer cb, void *arg)
{
	struct transfer *t = transfer_new(c, req->answer_limit, cb, arg);

	set_rules(t, "http,https");
	set_request(t, req);
	begin(t);
}

void
httpc_imap_send(struct httpc *c, const struct httpc_imap *req, on_httpc_answer cb, void *arg)
{
	struct transfer *t = transfer_new(c, req->answer_limit, cb, arg);
	CURL *e = t->easy;

	t->imap = 1;
	set_rules(t, "imap,imaps");
	curl_easy_setopt(e, CURLOPT_URL, req->url);
	curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, req->command);
	curl_easy_setopt(e, CURLOPT_USERNAME, req->user);
	curl_easy_setopt(e, CURLOPT_PASSWORD, req->password);
	if (req->ca != NULL && req->ca[0] != '\0')
		curl_easy_setopt(e, CURLOPT_CAINFO, req->ca);
	curl_easy_setopt(e, CURLOPT_USE_SSL,
	    (long)(req->upgrade ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(req->total_ms > 0 ? req->total_ms : TOTAL_MS));
	begin(t);
}

struct httpc *
httpc_new(struct event_base *base, int connections_max)
{
	struct httpc *c = xcalloc(1, sizeof(*c));

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();		/* memory, or a broken installation */
	c->base = base;
	TAILQ_INIT(&c->transfers);
	c->multi = curl_multi_init();
	c->timer = evtimer_new(base, on_timer, c);
	if (c->multi == NULL || c->timer == NULL)
		abort();		/* memory */
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)connections_max);
	curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)connections_max);
	return c;
}

void
httpc_free(struct httpc *c)
{
	static const struct httpc_answer unknown = { .outcome = -2, .body = "", .remaining = -1,
	    .why = "stopped" };
	struct transfer *t;

	if (c == NULL)
		return;
	while ((t = TAILQ_FIRST(&c->transfers)) != NULL) {
		curl_multi_remove_handle(c->multi, t->easy);
		t->cb(&unknown, t->arg);
		transfer_free(t);
	}
	curl_multi_cleanup(c->multi);
	event_free(c->timer);
	free(c);
	curl_global_cleanup();
}
