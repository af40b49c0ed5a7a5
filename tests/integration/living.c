#include "tests/integration/living.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <jansson.h>
#include <sys/socket.h>

#include "core/calendar.h"
#include "core/code.h"
#include "core/text.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "store/house.h"
#include "store/keys.h"
#include "store/session.h"

struct living_house house;

/* ---- a house of its own ---- */

/*
 * What a test's own settings say nothing of.  Tests send one officer more in a minute than a day brings;
 * and what nobody has read and a daemon that is silent are waited for so long
 * that a busy machine does not do to a case what its test does not expect.
 */
static const struct { const char *section, *key, *value; } calm[] = {
	{ "notify", "storm_count", "0" },
	{ "sla", "unread", "20s" },
	{ "heartbeat", "every", "200ms" },
	{ "heartbeat", "silent", "20s" },
};

/* Where the lines of a section begin; NULL when there is none. */
static const char *
section_of(const char *settings, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = settings; line != NULL && *line != '\0'; ) {
		const char *next = strchr(line, '\n');

		if (strncmp(line, name, n) == 0 && strncmp(line + n, ":\n", 2) == 0)
			return line + n + 2;
		line = next != NULL ? next + 1 : NULL;
	}
	return NULL;
}

static int
says(const char *section, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = section; line != NULL && line[0] == ' '; ) {
		const char *next = strchr(line, '\n');

		if (strncmp(line + 2, key, n) == 0 && line[2 + n] == ':')
			return 1;
		line = next != NULL ? next + 1 : NULL;
	}
	return 0;
}

/* The settings with what they say nothing of. */
static void
add_calm_settings(struct buf *out, const char *settings)
{
	buf_adds(out, settings);
	for (size_t i = 0; i < N_ELEMS(calm); i++) {
		const char *section = section_of(buf_str(out), calm[i].section);
		struct buf with = { 0 };
		size_t before = section != NULL ? (size_t)(section - buf_str(out)) : out->len;

		if (section != NULL && says(section, calm[i].key))
			continue;
		buf_add(&with, out->data, before);
		if (section == NULL)
			buf_addf(&with, "%s:\n", calm[i].section);
		buf_addf(&with, "  %s: %s\n", calm[i].key, calm[i].value);
		buf_add(&with, out->data + before, out->len - before);
		buf_release(out);
		*out = with;
	}
}

/*
 * The regency's configuration; what would take half a minute takes seconds, and nights hold nothing
 * back: a test that runs at night expects what it expects by day.
 */
static void
own_conf(const char *settings)
{
	struct buf command = { 0 }, path = { 0 }, all = { 0 };
	FILE *f;

	snprintf(house.conf, sizeof(house.conf), "%s/conf", house.dir);
	buf_addf(&command, "cp -r conf %s && grep -q '^  malam:' %s/sla.yaml && sed -i '/^  malam/d' %s/sla.yaml", house.conf,
	    house.conf, house.conf);
	ck_assert_int_eq(system(buf_str(&command)), 0);
	buf_addf(&path, "%s/kentongan.yaml", house.conf);
	add_calm_settings(&all, settings);
	f = fopen(buf_str(&path), "a");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(all.data, 1, all.len, f), all.len);
	ck_assert_int_eq(fclose(f), 0);
	buf_release(&command);
	buf_release(&path);
	buf_release(&all);
}

pid_t
pid_of(const char *name)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, text = { 0 };
	pid_t pid;

	buf_addf(&path, "%s/run/%s.pid", house.dir, name);
	/* One that was just killed has none until it runs again. */
	while (file_read(buf_str(&path), 64, &text) != 0) {
		ck_assert_msg(clock_mono_ms() < until, "%s: %s", buf_str(&path), strerror(errno));
		nanosleep(&pause, NULL);
	}
	pid = (pid_t)strtol(buf_str(&text), NULL, 10);
	buf_release(&path);
	buf_release(&text);
	return pid;
}

void
house_make(const char *settings)
{
	snprintf(house.dir, sizeof(house.dir), "/tmp/kt-road.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(house.dir));
	own_conf(settings);
}

void
house_put_secret(const char *name, const char *value)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/secrets", house.dir);
	ck_assert(mkdir(buf_str(&path), 0700) == 0 || errno == EEXIST);
	buf_addf(&path, "/%s", name);
	ck_assert_int_eq(file_write(buf_str(&path), value, strlen(value), 0400), 0);
	buf_release(&path);
}

void
house_up(void)
{
	struct buf bin = { 0 }, path = { 0 }, errors = { 0 };
	char line[512];
	FILE *out;
	int p[2], null;

	bin_path(&bin, "kentongan");
	ck_assert_int_eq(pipe2(p, O_CLOEXEC), 0);
	house.up = fork();
	if (house.up == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(p[1], 1);
		dup2(null, 2);
		execl(buf_str(&bin), "kentongan", "up", "--dir", house.dir, "--conf", house.conf, "--http", "0", "--console", "0", (char *)NULL);
		_exit(127);
	}
	close(p[1]);
	out = fdopen(p[0], "r");
	ck_assert_ptr_nonnull(fgets(line, sizeof(line), out));
	ck_assert_msg(sscanf(line, "ready http=%63s console=%63s", house.http, house.console) == 2, "%s", line);
	/* what else it has to say comes in the same breath */
	house.first[0] = '\0';
	ck_assert_int_eq(fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
	if (fgets(line, sizeof(line), out) != NULL)
		ck_assert_msg(sscanf(line, "first log-in http://%*[^/]%159s (good for ", house.first) == 1, "%s", line);
	fclose(out);
	ck_assert_msg(secret_read(house.dir, "sms_http", &house.secret, &errors) == 0, "%s", buf_str(&errors));
	ck_assert_msg(secret_read(house.dir, "console_admin", &house.machine, &errors) == 0, "%s", buf_str(&errors));
	buf_release(&bin);
	buf_release(&path);
}

void
house_eye(struct house *h)
{
	struct buf url = { 0 };

	buf_addf(&url, "unix:%s/redis/redis.sock", house.dir);
	ck_assert_int_eq(house_open(h, house.conf, house.dir, buf_str(&url), "test"), 0);
	ck_assert_int_eq(house_refresh(h), 0);
	buf_release(&url);
}

int
house_command(const char *args, struct buf *out)
{
	struct buf bin = { 0 }, line = { 0 };
	char part[4096];
	size_t n;
	FILE *f;
	int status;

	bin_path(&bin, "kentongan");
	buf_addf(&line, "%s %s --dir %s --conf %s 2>&1", buf_str(&bin), args, house.dir, house.conf);
	f = popen(buf_str(&line), "r");
	ck_assert_ptr_nonnull(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		if (out != NULL)
			buf_add(out, part, n);
	status = pclose(f);
	buf_release(&bin);
	buf_release(&line);
	return WEXITSTATUS(status);
}

static void
stop(void)
{
	int status;

	kill(house.up, SIGTERM);
	ck_assert_int_eq(waitpid(house.up, &status, 0), house.up);
	ck_assert_int_eq(WIFEXITED(status) && WEXITSTATUS(status) == 0, 1);
	buf_wipe(&house.secret);
	buf_wipe(&house.machine);
}

void
house_restart(void)
{
	stop();
	house_up();
}

/* ---- what lies in the store ---- */

/* The row of a key; NULL there is none. */
static const struct key_spec *
spec_of(const char *name)
{
	const struct key_spec *best = NULL;

	for (int i = 0; i < KEYS_N; i++) {
		size_t n = strlen(key_specs[i].name);
		int parts = key_specs[i].name[n - 1] == ':';

		if (strncmp(key_specs[i].name, name, n) == 0 && (parts ? name[n] != '\0' : name[n] == '\0') &&
		    (best == NULL || n > strlen(best->name)))
			best = &key_specs[i];
	}
	return best;
}

static void
key_is_known(struct house *h, const char *key, size_t prefix)
{
	redisReply *type = redis_pipe_command(h->st.pipe, "TYPE %s", key), *ttl = redis_pipe_command(h->st.pipe, "PTTL %s", key);
	const struct key_spec *spec = spec_of(key + prefix);
	char known[24];

	ck_assert_msg(spec != NULL, "%s stands in no row of store/keys.c", key);
	ck_assert(type != NULL && ttl != NULL);
	snprintf(known, sizeof(known), "%s", strcmp(spec->type, "sorted set") == 0 ? "zset" : spec->type);
	ck_assert_msg(strcmp(type->str, known) == 0 || strcmp(type->str, "none") == 0, "%s is a %s", key, type->str);
	/* Redis's own end of life follows the wall clock: more than a year of it does no harm. */
	ck_assert_msg(ttl->integer < 0 || (spec->id == KEY_READERS && ttl->integer > 300 * DAY_MS), "%s expires", key);
	freeReplyObject(type);
	freeReplyObject(ttl);
}

static int
has_schema(const redisReply *r)
{
	return r->type == REDIS_REPLY_STRING && strncmp(r->str, "{\"schema\":1,", 12) == 0;
}

/* What can be read of a case without its key, and each entry of the log. */
static void
documents_have_schema(struct house *h, const char *key, const struct key_spec *spec)
{
	redisReply *r = NULL;

	if (spec->id == KEY_CASE) {
		r = redis_pipe_command(h->st.pipe, "HMGET %s d m", key);
		for (size_t i = 0; r != NULL && i < r->elements; i++)
			ck_assert_msg(r->element[i]->type == REDIS_REPLY_NIL || has_schema(r->element[i]), "%s", key);
	} else if (spec->id == KEY_LOG) {
		r = redis_pipe_command(h->st.pipe, "XRANGE %s - +", key);
		for (size_t i = 0; r != NULL && i < r->elements; i++)
			ck_assert_msg(has_schema(r->element[i]->element[1]->element[1]), "entry %s", r->element[i]->element[0]->str);
	}
	freeReplyObject(r);
}

void
house_keys_are_known(void)
{
	char cursor[24] = "0";
	struct house h;
	size_t prefix, n = 0;

	house_eye(&h);
	prefix = strlen(h.st.keys.prefix);
	do {
		redisReply *r = redis_pipe_command(h.st.pipe, "SCAN %s COUNT 1000", cursor);

		ck_assert(r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2);
		snprintf(cursor, sizeof(cursor), "%s", r->element[0]->str);
		for (size_t i = 0; i < r->element[1]->elements; i++, n++) {
			const char *key = r->element[1]->element[i]->str;

			ck_assert_msg(strncmp(key, h.st.keys.prefix, prefix) == 0, "%s lies in another slot", key);
			key_is_known(&h, key, prefix);
			documents_have_schema(&h, key, spec_of(key + prefix));
		}
		freeReplyObject(r);
	} while (strcmp(cursor, "0") != 0);
	ck_assert_uint_gt(n, 10);
	house_close(&h);
}

void
house_down(void)
{
	char command[64];

	stop();
	snprintf(command, sizeof(command), "rm -rf %s", house.dir);
	ck_assert_int_eq(system(command), 0);
}

/* ---- HTTP ---- */

static size_t
take(char *data, size_t size, size_t n, void *arg)
{
	buf_add(arg, data, size * n);
	return size * n;
}

void
ask_as(struct answer *a, const char *base, const char *path, const char *const *headers, const void *body, size_t len)
{
	CURL *c = curl_easy_init();
	struct curl_slist *list = NULL;
	struct buf url = { 0 };

	memset(a, 0, sizeof(*a));
	buf_addf(&url, "%s%s", base, path);
	curl_easy_setopt(c, CURLOPT_URL, buf_str(&url));
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &a->body);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &a->head);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)LIMIT_MS);
	for (; headers != NULL && *headers != NULL; headers++)
		list = curl_slist_append(list, *headers);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	if (body != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)len);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
	}
	ck_assert_int_eq(curl_easy_perform(c), CURLE_OK);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &a->status);
	curl_slist_free_all(list);
	curl_easy_cleanup(c);
	buf_release(&url);
}

void
ask(struct answer *a, const char *base, const char *path, const char *const *headers, const void *body, size_t len)
{
	const char *with[8];
	struct buf bearer = { 0 };
	size_t n = 0;

	buf_addf(&bearer, "Authorization: Bearer %s", buf_str(&house.machine));
	for (; headers != NULL && headers[n] != NULL; n++) {
		ck_assert_uint_lt(n, N_ELEMS(with) - 2);
		with[n] = headers[n];
	}
	if (base == house.console)
		with[n++] = buf_str(&bearer);
	with[n] = NULL;
	ask_as(a, base, path, with, body, len);
	buf_wipe(&bearer);
}

static int
is_fine(const char *base, const char *path)
{
	struct buf url = { 0 };
	CURL *c = curl_easy_init();
	long status = 0;

	buf_addf(&url, "%s%s", base, path);
	curl_easy_setopt(c, CURLOPT_URL, buf_str(&url));
	curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	if (curl_easy_perform(c) == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	buf_release(&url);
	return status == 200;
}

int
house_is_ready(void)
{
	return is_fine(house.http, "/readyz") && is_fine(house.console, "/healthz");
}

int
raw_ask(const char *base, const void *bytes, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct timeval limit = { LIMIT_MS / 1000, 0 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_port = htons((uint16_t)strtol(strrchr(base, ':') + 1, NULL, 10));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	raw_send(fd, bytes, len);
	return fd;
}

void
raw_send(int fd, const void *bytes, size_t len)
{
	for (size_t done = 0; done < len; ) {
		ssize_t n = send(fd, (const char *)bytes + done, len - done, MSG_NOSIGNAL);

		ck_assert_msg(n > 0, "%s", strerror(errno));
		done += (size_t)n;
	}
}

int
raw_reads(int fd, const char *until, struct buf *out)
{
	char data[4096];
	ssize_t n = 1;

	while (strstr(buf_str(out), until) == NULL && (n = recv(fd, data, sizeof(data), 0)) > 0)
		buf_add(out, data, (size_t)n);
	ck_assert_msg(n >= 0, "neither \"%s\" nor an end came", until);
	return n > 0;
}

void
answer_release(struct answer *a)
{
	buf_release(&a->head);
	buf_release(&a->body);
}

long
post_signed(const char *body, int64_t at_s, int forge, char code[CODE_CHARS + 1])
{
	struct buf text = { 0 }, header = { 0 };
	struct answer a;
	uint8_t mac[32];
	const char *headers[] = { NULL, "Content-Type: application/json", NULL };
	json_t *doc;

	buf_addf(&text, "%lld.%s", (long long)at_s, body);
	hmac_sha256(mac, house.secret.data, house.secret.len, text.data, text.len);
	mac[0] ^= (uint8_t)forge;
	buf_addf(&header, "X-Kentongan-Signature: t=%lld,v1=", (long long)at_s);
	buf_add_hex(&header, mac, sizeof(mac));
	headers[0] = buf_str(&header);
	ask(&a, house.http, "/hook/sms/http", headers, body, strlen(body));
	doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	if (code != NULL && json_is_string(json_object_get(doc, "code")))
		snprintf(code, CODE_CHARS + 1, "%s", json_string_value(json_object_get(doc, "code")));
	json_decref(doc);
	answer_release(&a);
	buf_release(&text);
	buf_release(&header);
	return a.status;
}

/* One SMS through the signed hook; the code it got. */
void
sms(const char *from, const char *text, char code[CODE_CHARS + 1])
{
	struct buf body = { 0 };

	buf_addf(&body, "{\"id\":\"road-%d-%d\",\"from\":\"%s\",\"text\":", (int)getpid(), ++house.number, from);
	buf_add_json(&body, text, strlen(text));
	buf_addc(&body, '}');
	ck_assert_int_eq(post_signed(buf_str(&body), clock_now_ms() / 1000, 0, code), 202);
	buf_release(&body);
}

/* ---- facts, waited for ---- */

/* The first outgoing SMS with this code, kind and recipient ("" any), waited for; caller decrefs. */
json_t *
outgoing_by(const char *route, const char *code, const char *kind, const char *to)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, all = { 0 };
	json_t *found = NULL;

	buf_addf(&path, "%s/out/%s.jsonl", house.dir, route);
	while (found == NULL && clock_mono_ms() < until) {
		buf_reset(&all);
		if (file_read(buf_str(&path), 64u << 20, &all) != 0 && errno != ENOENT)
			ck_abort_msg("%s: %s", buf_str(&path), strerror(errno));
		for (char *line = all.data, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
			json_t *m = json_loadb(line, (size_t)(end - line), 0, NULL);

			if (m != NULL && found == NULL &&
			    (strcmp(code, "*") == 0 || strcmp(json_string_value(json_object_get(m, "code")), code) == 0) &&
			    (strcmp(kind, "*") == 0 || strcmp(json_string_value(json_object_get(m, "kind")), kind) == 0) &&
			    (to[0] == '\0' || strcmp(json_string_value(json_object_get(m, "to")), to) == 0))
				found = json_incref(m);
			json_decref(m);
		}
		if (found == NULL)
			nanosleep(&pause, NULL);
	}
	ck_assert_msg(found != NULL, "no %s %s for %s to %s", route, kind, code, to);
	buf_release(&path);
	buf_release(&all);
	return found;
}

json_t *
outgoing(const char *code, const char *kind, const char *to)
{
	return outgoing_by("sms", code, kind, to);
}

void
told(const char *code, const char *kind, const char *to)
{
	json_decref(outgoing(code, kind, to));
}

void
told_any(const char *to)
{
	json_decref(outgoing("*", "*", to));
}

void
text_of(const char *code, const char *kind, const char *to, char out[512])
{
	json_t *m = outgoing(code, kind, to);

	snprintf(out, 512, "%s", json_string_value(json_object_get(m, "text")));
	json_decref(m);
}

/* The case by the API once it is in that state. Caller decrefs. */
json_t *
case_in(const char *code, const char *state)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char path[64], last[32] = "";
	json_t *doc = NULL;

	snprintf(path, sizeof(path), "/api/v1/cases/%s", code);
	while (clock_mono_ms() < until) {
		struct answer a;
		const char *now;

		ask(&a, house.console, path, NULL, NULL, 0);
		doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
		now = json_string_value(json_object_get(doc, "state"));
		answer_release(&a);
		if (now != NULL && strcmp(now, state) == 0)
			return doc;
		snprintf(last, sizeof(last), "%s", now != NULL ? now : "");
		json_decref(doc);
		nanosleep(&pause, NULL);
	}
	ck_abort_msg("%s is %s, not %s", code, last, state);
	return NULL;
}

json_t *
case_in_any(const char *code)
{
	struct answer a;
	char path[64];
	json_t *doc;

	snprintf(path, sizeof(path), "/api/v1/cases/%s", code);
	ask(&a, house.console, path, NULL, NULL, 0);
	doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
	ck_assert_msg(doc != NULL, "%s: %s", path, buf_str(&a.body));
	answer_release(&a);
	return doc;
}

void
wait_state(const char *code, const char *state)
{
	json_decref(case_in(code, state));
}

/* Officer and nonce of the case's first task. */
void
first_task(const char *code, char officer[24], char nonce[8])
{
	json_t *m = outgoing(code, "tugas", "");
	const char *text = json_string_value(json_object_get(m, "text")), *at = strstr(text, "TANGANI ");

	ck_assert_ptr_nonnull(at);
	snprintf(officer, 24, "%s", json_string_value(json_object_get(m, "to")));
	snprintf(nonce, 8, "%.*s", (int)strcspn(at + 8, ", "), at + 8);
	json_decref(m);
}

void
page_comes(const char *cookie, const char *path, const char *words, int there, struct buf *page)
{
	const char *headers[] = { cookie, NULL };
	int has = !there;

	for (int64_t until = clock_mono_ms() + LIMIT_MS; has != there; ) {
		struct answer a;

		ask_as(&a, house.console, path, cookie[0] != '\0' ? headers : NULL, NULL, 0);
		ck_assert_msg(a.status == 200, "%s: %ld %s", path, a.status, buf_str(&a.body));
		has = strstr(buf_str(&a.body), words) != NULL;
		ck_assert_msg(has == there || clock_mono_ms() < until, "%s: %s \"%s\" in %.3000s", path, there ? "no" : "still",
		    words, buf_str(&a.body));
		if (page != NULL) {
			buf_reset(page);
			buf_add(page, a.body.data, a.body.len);
		}
		answer_release(&a);
	}
}

long
figure(const char *name)
{
	struct answer a;
	char line[96];
	const char *at;
	long n;

	ask(&a, house.http, "/metrics", NULL, NULL, 0);
	snprintf(line, sizeof(line), "\n%s ", name);
	at = strstr(buf_str(&a.body), line);
	ck_assert_msg(at != NULL, "%s is not among the figures", name);
	n = strtol(at + strlen(line), NULL, 10);
	answer_release(&a);
	return n;
}

void
session_of(struct store *st, struct session *s, char cookie[96])
{
	struct session as = *s;
	struct account account;
	char token[TOKEN_CHARS + 1];

	ck_assert_int_ge(account_load(st, as.officer, &account), 0);
	ck_assert_int_eq(session_begin(st, &account, 0, 1, as.begun_ms, token, s), 0);
	s->seen_ms = as.seen_ms;
	s->proven_ms = as.proven_ms;
	ck_assert_int_eq(session_keep(st, s), 0);
	snprintf(cookie, 96, "Cookie: kt=%s", token);
	account_wipe(&account);
}
