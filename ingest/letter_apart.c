/*
 * A letter is read by a process that lives for that letter alone: a thousand nested borders, or a
 * mistake in a library, cost that letter and nothing else.
 */
#include "ingest/letter.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>
#include <jansson.h>

#include "lib/bounds.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/fault.h"

#define RESULT_BYTES (1024 * 1024)	/* of it without the files */

struct reading {
	pid_t pid;
	int fd;
	struct event *readable, *limit;
	struct buf result;
	size_t most;			/* bytes of a result */
	on_letter cb;
	void *arg;
};

/* ---- what was read, over the pipe: a line of JSON, then the files ---- */

static void
encode_list(struct buf *b, const char *key, char *const *list, int n)
{
	buf_addf(b, ",\"%s\":[", key);
	for (int i = 0; i < n; i++) {
		buf_adds(b, i > 0 ? "," : "");
		buf_add_json(b, list[i], strlen(list[i]));
	}
	buf_addc(b, ']');
}

static void
encode(struct buf *b, const struct letter *l)
{
	buf_addf(b, "{\"others\":%d,\"reply\":%d,\"machine\":%d,\"report\":%d,\"news\":%d,\"cut\":%d", l->others,
	    l->reply, l->machine, l->report, (int)l->news, l->cut);
	buf_add_pair(b, "id", l->id);
	buf_add_pair_if(b, "from", l->from);
	buf_add_pair_if(b, "name", l->name);
	buf_add_pair_if(b, "subject", l->subject);
	buf_add_pair_if(b, "ref", l->ref);
	buf_add_pair_if(b, "text", l->text);
	encode_list(b, "answers", l->answers, l->answers_n);
	buf_adds(b, ",\"files\":[");
	for (int i = 0; i < l->files_n; i++)
		buf_addf(b, "%s%zu", i > 0 ? "," : "", l->file_bytes[i]);
	buf_adds(b, "]}\n");
}

static char *
text_in(const json_t *doc, const char *key)
{
	const char *s = json_string_value(json_object_get(doc, key));

	return s != NULL ? xstrdup(s) : NULL;
}

static int
list_in(const json_t *doc, const char *key, char **list, int most)
{
	const json_t *all = json_object_get(doc, key), *v;
	int n = 0;
	size_t i;

	json_array_foreach(all, i, v)
		if (n < most && json_is_string(v))
			list[n++] = xstrdup(json_string_value(v));
	return n;
}

static int
number_in(const json_t *doc, const char *key)
{
	return (int)json_integer_value(json_object_get(doc, key));
}

/* 0 when the files are as long as the line says. */
static int
files_in(const json_t *doc, struct letter *l, const char *bytes, size_t len)
{
	const json_t *all = json_object_get(doc, "files"), *v;
	size_t i, sum = 0;

	if (json_array_size(all) > LAPORAN_MEDIA)
		return -1;
	json_array_foreach(all, i, v) {
		json_int_t n = json_integer_value(v);

		if (n <= 0 || (size_t)n > len - sum)
			return -1;
		sum += (size_t)n;
		l->file_bytes[l->files_n++] = (size_t)n;
	}
	buf_add(&l->files, bytes, len);
	return sum == len ? 0 : -1;
}

static int
decode(struct letter *l, const struct buf *b)
{
	const char *end = memchr(buf_str(b), '\n', b->len);
	size_t line = end != NULL ? (size_t)(end - b->data) + 1 : b->len;
	json_t *doc = json_loadb(buf_str(b), line, JSON_REJECT_DUPLICATES, NULL);
	const char *id = json_string_value(json_object_get(doc, "id"));
	int rc = -1;

	memset(l, 0, sizeof(*l));
	if (id != NULL) {
		snprintf(l->id, sizeof(l->id), "%s", id);
		l->from = text_in(doc, "from");
		l->name = text_in(doc, "name");
		l->subject = text_in(doc, "subject");
		l->ref = text_in(doc, "ref");
		l->text = text_in(doc, "text");
		l->answers_n = list_in(doc, "answers", l->answers, LETTER_ANSWERS);
		l->others = number_in(doc, "others");
		l->reply = number_in(doc, "reply");
		l->machine = number_in(doc, "machine");
		l->report = number_in(doc, "report");
		l->news = (enum letter_news)number_in(doc, "news");
		l->cut = number_in(doc, "cut");
		rc = files_in(doc, l, buf_str(b) + line, b->len - line);
	}
	if (rc != 0)
		letter_release(l);
	json_decref(doc);
	return rc;
}

/* ---- in the process ---- */

static void
write_all(int fd, const struct buf *b)
{
	for (size_t at = 0; at < b->len; ) {
		ssize_t n = write(fd, b->data + at, b->len - at);

		if (n < 0 && errno != EINTR)
			_exit(1);
		at += n > 0 ? (size_t)n : 0;
	}
}

/*
 * The address space is that of ingest, and so much more: ingest's own size is no part of the bound.
 * Who meets it ends without a core, which would hold the letter, and ingest's keys.
 */
static int
bound(const struct reading_bounds *bounds)
{
	rlim_t seconds = (rlim_t)(bounds->within_ms / 1000 + 1), most;
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long pages;
	int known = f != NULL && fscanf(f, "%lu", &pages) == 1;

	if (f != NULL)
		fclose(f);
	if (!known)
		return -1;
	most = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (rlim_t)bounds->memory_bytes;
	return setrlimit(RLIMIT_CPU, &(struct rlimit){ seconds, seconds }) == 0 &&
	    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 }) == 0 &&
	    (!BOUNDS_MEMORY || setrlimit(RLIMIT_AS, &(struct rlimit){ most, most }) == 0) ? 0 : -1;
}

static void __attribute__((noreturn))
work(const char *bytes, size_t len, const struct letter_limits *limits,
    const struct reading_bounds *bounds, int fd)
{
	struct letter l;
	struct buf out = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int other = 3; other < 1024; other++)
		if (other != fd)
			close(other);
	if (bound(bounds) != 0)
		_exit(1);
	FAULT_POINT("letter_read");
	if (letter_read(&l, bytes, len, limits) != 0)
		_exit(1);
	encode(&out, &l);
	write_all(fd, &out);
	write_all(fd, &l.files);
	_exit(0);
}

/* ---- in the loop ---- */

void
reading_stop(struct reading *r)
{
	if (r == NULL)
		return;
	event_free(r->readable);
	event_free(r->limit);
	close(r->fd);
	kill(r->pid, SIGKILL);
	while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
		;
	buf_wipe(&r->result);
	free(r);
}

static void
end(struct reading *r, const char *why)
{
	on_letter cb = r->cb;
	void *arg = r->arg;
	struct letter l;
	int read = why[0] == '\0' && decode(&l, &r->result) == 0;

	reading_stop(r);
	cb(read ? &l : NULL, read ? "" : why[0] != '\0' ? why : "it could not be taken apart", arg);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct reading *r = arg;
	ssize_t n = recv(fd, buf_room(&r->result, 65536), 65536, 0);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(r, n < 0 ? strerror(errno) : "");
		return;
	}
	buf_added(&r->result, (size_t)n);
	if (r->result.len > r->most)
		end(r, "it says more than a letter can");
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	end(arg, "reading it took longer than imap.read_within");
}

struct reading *
letter_read_apart(struct event_base *base, const char *bytes, size_t len,
    const struct letter_limits *limits, const struct reading_bounds *bounds, on_letter cb,
    void *arg)
{
	struct timeval limit = ms_to_timeval(bounds->within_ms);
	struct reading *r;
	pid_t pid;
	int p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p) != 0)
		return NULL;
	pid = fork();
	if (pid == 0)
		work(bytes, len, limits, bounds, p[1]);
	close(p[1]);
	if (pid < 0) {
		close(p[0]);
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	*r = (struct reading){ .pid = pid, .fd = p[0], .cb = cb, .arg = arg,
	    .most = RESULT_BYTES + limits->files_bytes };
	evutil_make_socket_nonblocking(r->fd);
	r->readable = event_new(base, r->fd, EV_READ | EV_PERSIST, on_readable, r);
	r->limit = event_new(base, -1, 0, on_limit, r);
	if (r->readable == NULL || r->limit == NULL)
		abort();		/* memory */
	event_add(r->readable, NULL);
	event_add(r->limit, &limit);
	return r;
}
