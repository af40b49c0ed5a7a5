#include "tests/integration/post.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "store/logbook.h"

#define PASSWORD "sandi-kartu"
#define AT_ONCE 100

struct post_room post;

static const struct timespec pause_20ms = { 0, 20 * 1000000L };

static void
put(const char *path, const char *text, const char *mode)
{
	FILE *f = fopen(path, mode);

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static void
put_secret(const char *name)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/secrets/%s", post.b.dir, name);
	ck_assert_int_eq(file_write(buf_str(&path), PASSWORD, strlen(PASSWORD), 0400), 0);
	buf_release(&path);
}

void
post_begin(int cards, const char *settings)
{
	struct buf text = { 0 }, path = { 0 };

	memset(&post, 0, sizeof(post));
	bench_begin(&post.b, NULL);
	bench_furnish(&post.b);
	for (int i = 0; i < 2; i++)
		sink_start(&post.gate[i], "kannel", PASSWORD);
	put_secret("kannel_send");
	put_secret("sms2_send");
	snprintf(post.conf, sizeof(post.conf), "%s/conf", post.b.dir);
	buf_addf(&text, "cp -r conf %s", post.conf);
	ck_assert_int_eq(system(buf_str(&text)), 0);
	buf_reset(&text);
	/* an answer is waited for less long than what is being sent is leased */
	if (cards > 0)
		buf_addf(&text, "kannel:\n  url: %s\n  dlr_url: http://127.0.0.1:9\n  pause: 300ms\n  stop: 15s\n  answer: %s\n",
		    post.gate[0].base, strstr(settings, "lease: 30s") != NULL ? "20s" : "1s");
	if (cards > 1)
		buf_addf(&text, "sms2:\n  url: %s\n", post.gate[1].base);
	buf_adds(&text, settings);
	buf_addf(&path, "%s/kentongan.yaml", post.conf);
	put(buf_str(&path), buf_str(&text), "a");
	buf_release(&text);
	buf_release(&path);
}

void
post_open(void)
{
	struct buf bin = { 0 }, log = { 0 };
	char line[64];

	bin_path(&bin, "kentongan-notify");
	buf_addf(&log, "%s/notify.log", post.b.dir);
	peer_start(&post.notify, (const char *const[]){ buf_str(&bin), "--conf", post.conf, "--dir",
	    post.b.dir, "--redis", post.b.url, NULL }, buf_str(&log));
	peer_line(&post.notify, "ready", line, sizeof(line));
	buf_release(&bin);
	buf_release(&log);
}

void
post_kill(void)
{
	kill(post.notify.pid, SIGKILL);
	peer_stop(&post.notify);
}

void
post_end(void)
{
	if (post.notify.pid > 0)
		peer_stop(&post.notify);
	for (int i = 0; i < 2; i++)
		sink_stop(&post.gate[i]);
	bench_end(&post.b);
}

/* ---- what is to leave ---- */

static void
add_answer(struct commit_batch *batch, const struct case_keys *keys, const char *id, const char *to,
    int lane_e, int64_t life_ms)
{
	struct buf text = { 0 };
	struct answer a = { .what = "cek", .kind = "cek", .route = "sms", .to = to, .text = &text,
	    .lane_e = lane_e, .not_after_ms = batch->decided_ms + life_ms };

	snprintf(a.id, sizeof(a.id), "%s", id);
	buf_addf(&text, "kabar %s", id);
	commit_add_answer(batch, &post.b.st, &a, keys, NULL);
	buf_release(&text);
}

static void
new_keys(struct case_keys *keys)
{
	seal_key_random(&keys->key);
	seal_wrap(keys->wrapped, &post.b.st.master, &keys->key);
}

void
post_say(const char *id, const char *to, int lane_e, int64_t life_ms)
{
	struct commit_batch batch = { 0 };
	struct case_keys keys;

	new_keys(&keys);
	commit_begin(&batch, store_now_ms(&post.b.st));
	add_answer(&batch, &keys, id, to, lane_e, life_ms);
	ck_assert_int_eq(kit_run(&post.b, &batch), COMMIT_OK);
}

void
post_say_many(const char *prefix, int n, void (*to)(int i, char out[24]), int lane_e,
    int64_t life_ms)
{
	struct commit_batch batch = { 0 };
	struct case_keys keys;

	new_keys(&keys);
	for (int done = 0; done < n; ) {
		int end = done + AT_ONCE < n ? done + AT_ONCE : n;

		commit_begin(&batch, store_now_ms(&post.b.st));
		for (int i = done; i < end; i++) {
			char id[32], who[24];

			snprintf(id, sizeof(id), "%s%d", prefix, i);
			to(i, who);
			add_answer(&batch, &keys, id, who, lane_e, life_ms);
		}
		ck_assert_int_eq(commit_run(&batch, &post.b.st), end - done);
		done = end;
	}
	commit_release(&batch);
}

struct code
post_case(char task[OUTBOX_ID_CHARS])
{
	static int n;
	struct kit_case k;
	struct code code;
	char id[16];

	snprintf(id, sizeof(id), "p%d", n++);
	code = kit_opened(&post.b, id, 0);
	kit_load(&post.b, &k, &code);
	ck_assert_int_eq(k.before.tasks_n, 1);
	ck_assert_str_eq(k.before.tasks[0].officer, KIT_PTG);
	message_id(task, OUTBOX_ID_CHARS, code.s, k.before.tasks[0].message);
	kit_release(&k);
	return code;
}

void
post_receipt(const char *id, enum receipt_news news)
{
	struct redis_args a = { 0 };

	outbox_receipt_args(&a, &post.b.st, id, news, store_now_ms(&post.b.st));
	freeReplyObject(redis_pipe_call(post.b.st.pipe, a.n, (const char **)a.argv, a.lens));
	redis_args_release(&a);
}

/* ---- what became of it ---- */

void
post_field(const char *id, const char *field, char out[96])
{
	struct buf value = { 0 };

	bench_text(&post.b, &value, "HGET %s %s", bench_key(&post.b, KEY_MSG, id), field);
	snprintf(out, 96, "%s", buf_str(&value));
	buf_release(&value);
}

void
post_becomes(const char *id, const char *field, const char *value)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char is[96] = "";

	for (post_field(id, field, is); strcmp(is, value) != 0; post_field(id, field, is)) {
		ck_assert_msg(clock_mono_ms() < until, "%s of %s is '%s', not '%s'; see %s/notify.log",
		    field, id, is, value, post.b.dir);
		nanosleep(&pause_20ms, NULL);
	}
}

void
post_empty(const char *line)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (bench_integer(&post.b, "ZCARD %s", bench_key(&post.b, KEY_OUT, line)) > 0) {
		ck_assert_msg(clock_mono_ms() < until, "%s does not empty; see %s/notify.log", line,
		    post.b.dir);
		nanosleep(&pause_20ms, NULL);
	}
}

void
post_logged(const char *what)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	struct buf path = { 0 }, all = { 0 };

	buf_addf(&path, "%s/notify.log", post.b.dir);
	for (;;) {
		ck_assert_int_eq(file_read(buf_str(&path), 64u << 20, &all), 0);
		if (strstr(buf_str(&all), what) != NULL)
			break;
		ck_assert_msg(clock_mono_ms() < until, "notify does not log '%s': %s", what, buf_str(&all));
		buf_reset(&all);
		nanosleep(&pause_20ms, NULL);
	}
	buf_release(&path);
	buf_release(&all);
}

void
post_audited(const char *what)
{
	redisReply *r = bench_command(&post.b, "XRANGE %s - +", bench_key(&post.b, KEY_LOG, NULL));
	int found = 0;

	for (size_t i = 0; i < r->elements; i++)
		found |= strstr(r->element[i]->element[1]->element[1]->str, what) != NULL;
	freeReplyObject(r);
	ck_assert_msg(found, "no entry of the log says '%s'", what);
}

/* ---- what a smsbox took ---- */

/* The value behind name, decoded, up to the next & (or %26 when it lies inside another value). */
static void
param(const char *path, const char *name, const char *end, struct buf *out)
{
	const char *at = strstr(path, name), *stop;

	ck_assert_msg(at != NULL, "no %s in %s", name, path);
	at += strlen(name);
	stop = strstr(at, end);
	for (const char *s = at; *s != '\0' && s != stop; s++) {
		char c = *s;

		if (c == '%' && hex_decode(&c, s + 1, 2) == 0)
			s += 2;
		buf_addc(out, c);
	}
}

static void
copy_param(const char *path, const char *name, const char *end, char *out, size_t size)
{
	struct buf value = { 0 };

	param(path, name, end, &value);
	snprintf(out, size, "%s", buf_str(&value));
	buf_release(&value);
}

size_t
post_taken(int gate, struct taken **out)
{
	json_t *all = sink_records(&post.gate[gate]);
	struct taken *t = xcalloc(json_array_size(all) + 1, sizeof(*t));
	const json_t *r;
	size_t i, n = 0;

	json_array_foreach(all, i, r) {
		const char *path = json_string_value(json_object_get(r, "path"));

		if (json_integer_value(json_object_get(r, "status")) != 202)
			continue;
		t[n].mono_s = json_number_value(json_object_get(r, "mono"));
		t[n].urgent = strstr(path, "&priority=3") != NULL;
		copy_param(path, "id%3D", "%26t%3D", t[n].id, sizeof(t[n].id));
		copy_param(path, "&to=", "&", t[n].to, sizeof(t[n].to));
		param(path, "&text=", "&", &t[n].text);
		n++;
	}
	json_decref(all);
	*out = t;
	return n;
}

void
post_taken_free(struct taken *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_release(&all[i].text);
	free(all);
}

size_t
post_took(int gate, const char *id, size_t at_least)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	for (;;) {
		struct taken *all;
		size_t n = post_taken(gate, &all), found = 0;

		for (size_t i = 0; i < n; i++)
			found += strcmp(all[i].id, id) == 0;
		post_taken_free(all, n);
		if (found >= at_least)
			return found;
		ck_assert_msg(clock_mono_ms() < until, "%zu of %zu times %s; see %s/notify.log", found,
		    at_least, id, post.b.dir);
		nanosleep(&pause_20ms, NULL);
	}
}
