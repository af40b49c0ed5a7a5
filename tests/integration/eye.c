#include "tests/integration/eye.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "store/intake.h"
#include "tests/integration/living.h"

struct house eye;

static void
nap(void)
{
	nanosleep(&(struct timespec){ 0, 10 * 1000000L }, NULL);
}

void
eye_open(void)
{
	struct buf url = { 0 };

	buf_addf(&url, "unix:%s/redis/redis.sock", house.dir);
	ck_assert_int_eq(house_open(&eye, house.conf, house.dir, buf_str(&url), "test"), 0);
	buf_release(&url);
}

void
eye_close(void)
{
	house_close(&eye);
}

static void
hash_field(enum key_id id, const char *part, const char *name, char *out, size_t size)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &eye.st.keys, id, part, NULL);
	r = redis_pipe_command(eye.st.pipe, "HGET %b %s", key.data, key.len, name);
	ck_assert_ptr_nonnull(r);
	snprintf(out, size, "%s", r->type == REDIS_REPLY_STRING ? r->str : "");
	freeReplyObject(r);
	buf_release(&key);
}

void
eye_field(const char *id, const char *name, char *out, size_t size)
{
	hash_field(KEY_MSG, id, name, out, size);
}

void
eye_cursor(const char *account, char *out, size_t size)
{
	hash_field(KEY_PULL, account, "c", out, size);
}

void
eye_becomes(const char *id, const char *state)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;
	char now[32];

	for (;;) {
		eye_field(id, "st", now, sizeof(now));
		if (strcmp(now, state) == 0)
			return;
		ck_assert_msg(clock_mono_ms() < until, "%s is %s, not %s", id, now, state);
		nap();
	}
}

void
eye_break_intake(int broken)
{
	static struct intake_days days;	/* of the day on which it was broken */
	struct buf key = { 0 };

	if (broken)
		intake_days_at(&days, store_now_ms(&eye.st), 2);
	buf_add_key(&key, &eye.st.keys, KEY_SEEN, days.day[0], NULL);
	if (broken) {
		freeReplyObject(redis_pipe_command(eye.st.pipe, "RENAME %b %b-away", key.data, key.len, key.data, key.len));
		freeReplyObject(redis_pipe_command(eye.st.pipe, "SET %b x", key.data, key.len));
	} else {
		freeReplyObject(redis_pipe_command(eye.st.pipe, "RENAME %b-away %b", key.data, key.len, key.data, key.len));
	}
	buf_release(&key);
}

int
sms_says(const char *words)
{
	struct buf path = { 0 }, all = { 0 };
	int found = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	if (file_read(buf_str(&path), 64u << 20, &all) == 0)
		found = strstr(buf_str(&all), words) != NULL;
	buf_release(&path);
	buf_release(&all);
	return found;
}

void
alarm_names(const char *words)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (!sms_says(words)) {
		ck_assert_msg(clock_mono_ms() < until, "nobody hears of %s", words);
		nap();
	}
}

pid_t
second_ingest_begin(FILE **out)
{
	struct buf bin = { 0 }, url = { 0 };
	pid_t pid;
	int p[2];

	ck_assert_int_eq(pipe2(p, O_CLOEXEC), 0);
	bin_path(&bin, "kentongan-ingest");
	buf_addf(&url, "unix:%s/redis/redis.sock", house.dir);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(p[1], 1);
		dup2(null, 2);
		execl(buf_str(&bin), "kentongan-ingest", "--dir", house.dir, "--conf", house.conf, "--redis", buf_str(&url),
		    "--name", "ingest-2", "--port", "0", (char *)NULL);
		_exit(127);
	}
	close(p[1]);
	*out = fdopen(p[0], "r");
	buf_release(&bin);
	buf_release(&url);
	return pid;
}

void
second_ingest_ready(FILE *out, char http[64])
{
	char line[128];

	ck_assert_msg(fgets(line, sizeof(line), out) != NULL && strncmp(line, "ready", 5) == 0, "no second ingest");
	if (http != NULL)
		ck_assert_msg(sscanf(line, "ready ingest http=%63s", http) == 1, "%s", line);
	fclose(out);
}

pid_t
second_ingest(char http[64])
{
	FILE *out;
	pid_t pid = second_ingest_begin(&out);

	second_ingest_ready(out, http);
	return pid;
}

void
put_file(const char *folder, const char *name, const void *data, size_t len, unsigned mode)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/%s", folder, name);
	ck_assert_int_eq(file_write(buf_str(&path), data, len, mode), 0);
	buf_release(&path);
}

void
shell(const char *fmt, ...)
{
	struct buf command = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&command, fmt, ap);
	va_end(ap);
	ck_assert_msg(system(buf_str(&command)) == 0, "%s", buf_str(&command));
	buf_release(&command);
}
