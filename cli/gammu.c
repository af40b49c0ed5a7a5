/*
 * kentongan gammu: what gammu-smsd received, as its RunOnReceive.
 *
 * gammu-smsd hands the message over in the environment, receives nothing while we run and never
 * asks again.  So the message is first a file of its own spool, sealed and fsync'ed; then whatever
 * lies there is offered to the store.  Run without a message it only offers: from a timer, for the
 * times when the store was away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/door.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/spool.h"
#include "store/intake.h"
#include "store/version.h"

#define PARTS_MAX 64

/* The joined text if there is one, else the parts; NULL: no message came. */
static char *
text_of_environment(void)
{
	const char *joined = getenv("DECODED_1_TEXT"), *parts = getenv("SMS_MESSAGES");
	struct buf text = { 0 };
	long n = parts != NULL ? strtol(parts, NULL, 10) : 0;
	char *copy;

	if (getenv("SMS_1_NUMBER") == NULL)
		return NULL;
	if (joined != NULL)
		return xstrdup(joined);
	for (long i = 1; i <= n && i <= PARTS_MAX; i++) {
		char name[32];
		const char *part;

		snprintf(name, sizeof(name), "SMS_%ld_TEXT", i);
		part = getenv(name);
		buf_adds(&text, part != NULL ? part : "");
	}
	copy = xstrdup(buf_str(&text));
	buf_release(&text);
	return copy;
}

/* Danger words of the files in conf/: the store may be away. */
static int
is_danger(const char *conf, const char *text)
{
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	struct policy *p = NULL;
	struct door *door = NULL;
	int danger = 0;

	if (version_read_files(&files, conf, &errors) == 0)
		p = policy_parse(&files, &errors);
	if (p != NULL)
		door = door_new(p->catalogue);
	if (door != NULL)
		danger = danger_at_door(door, text, strlen(text));
	else	/* heard too often rather than too late */
		danger = 1;
	door_free(door);
	policy_free(p);
	conf_release(&files);
	buf_release(&errors);
	return danger;
}

static int
keep(struct spool *spool, struct house *h, const char *conf, char *text)
{
	const char *from = getenv("SMS_1_NUMBER");
	struct laporan l = { .channel = "sms", .text = text, .received_ms = clock_now_ms() };
	char number[PHONE_CHARS];
	struct intake in;
	struct buf data = { 0 };
	int rc;

	if (phone_normalise(number, from, strlen(from)) == PHONE_E164) {
		l.sender = xstrdup(number);
		snprintf(l.reply_channel, sizeof(l.reply_channel), "sms");
	} else {
		l.sender = xstrdup(from);
		l.no_reply = 1;
	}
	l.latihan = h->set.latihan;
	l.lane_e = is_danger(conf, text);
	intake_prepare(&in, &h->st, &l);
	intake_encode(&data, &in);
	rc = spool_put(spool, in.codes[0].s, l.received_ms, data.data, data.len);
	buf_release(&data);
	intake_release(&in);
	laporan_release(&l);
	return rc;
}

/* 0 when all that lay there is in the store. */
static int
offer(struct spool *spool, struct house *h)
{
	struct buf name = { 0 }, data = { 0 };
	int64_t received_ms;
	int left = 0, found;

	while (!left) {
		struct intake_days days = { .n = 0 };
		struct redis_args a = { 0 };
		struct intake in;
		struct code code;
		enum intake_result result = INTAKE_UNKNOWN;
		redisReply *r;

		buf_reset(&name);
		buf_reset(&data);
		found = spool_next(spool, NULL, &name, &data, &received_ms);
		if (found != 1) {
			left = found != 0;
			break;
		}
		if (intake_decode(&in, buf_str(&data), data.len) != 0) {
			left = cli_fail("gammu: %s is of another version of kentongan; it stays",
			    buf_str(&name));
			break;
		}
		intake_days_at(&days, clock_now_ms(), (int)h->set.dedupe_days);
		intake_args(&a, &h->st, &in, &days);
		r = redis_pipe_call(h->st.pipe, a.n, (const char **)a.argv, a.lens);
		if (r != NULL)
			result = intake_result(r, &code);
		freeReplyObject(r);
		redis_args_release(&a);
		intake_release(&in);
		left = (result != INTAKE_OK && result != INTAKE_SEEN) ||
		    spool_done(spool, buf_str(&name)) != 0;
	}
	buf_release(&name);
	buf_release(&data);
	return left ? -1 : 0;
}

int
cli_gammu(int argc, char **argv)
{
	char *text = text_of_environment();
	struct buf path = { 0 }, url = { 0 }, errors = { 0 };
	struct spool *spool = NULL;
	struct house h;
	struct cli c;
	int status = 1, opened = 0;

	/* gammu-smsd adds the names of the files it keeps: they are its own affair */
	if (cli_parse(&c, argc, argv, NULL, 0) != 0)
		goto out;
	buf_addf(&path, "%s/run/redis.url", c.dir);
	if (c.redis != NULL)
		buf_adds(&url, c.redis);
	else if (file_read(buf_str(&path), 1024, &url) == 0)
		buf_cut(&url, strcspn(buf_str(&url), "\n"));
	opened = house_open(&h, c.conf, c.dir, url.len > 0 ? buf_str(&url) : NULL, "cli") == 0;
	buf_reset(&path);
	buf_addf(&path, "%s/gammu", c.dir);
	if (opened)
		spool = spool_open(buf_str(&path), (size_t)h.set.spool_files, h.set.spool_bytes, &errors);
	if (spool == NULL) {
		cli_fail("gammu: %s", errors.len > 0 ? buf_str(&errors) : "the house cannot be opened");
		goto out;
	}
	if (text != NULL && keep(spool, &h, c.conf, text) != 0) {
		cli_fail("gammu: %s: the message could not be written; it stays in gammu-smsd's inbox only",
		    buf_str(&path));
		goto out;
	}
	text = NULL;
	if (offer(spool, &h) == 0)
		status = 0;
	else
		cli_fail("gammu: the store is away; %zu wait in %s and go with the next run",
		    spool_count(spool), buf_str(&path));
out:
	free(text);
	if (spool != NULL)
		spool_close(spool);
	if (opened)
		house_close(&h);
	buf_release(&path);
	buf_release(&url);
	buf_release(&errors);
	return status;
}
