#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "notify/channel.h"

struct file { int fd; };

static void
add_field(struct buf *b, const char *key, const char *s, size_t len)
{
	buf_addf(b, "%s\"%s\":", b->len > 1 ? "," : "", key);
	buf_add_json(b, s, len);
}

static void
send_line(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct file *f = c->data;
	struct buf line = { 0 };
	struct send_result r = { .outcome = SEND_DONE };
	ssize_t n;

	buf_addc(&line, '{');
	add_field(&line, "id", it->id, strlen(it->id));
	add_field(&line, "to", buf_str(&it->to), it->to.len);
	add_field(&line, "text", buf_str(&it->text), it->text.len);
	add_field(&line, "code", it->code, strlen(it->code));
	add_field(&line, "kind", it->kind, strlen(it->kind));
	buf_addf(&line, ",\"at_ms\":%" PRId64 "%s}\n", clock_now_ms(),
	    it->latihan ? ",\"latihan\":true" : "");
	FAULT_POINT("mid_send");
	/* One write per line: O_APPEND keeps lines whole whoever else writes. */
	n = write(f->fd, line.data, line.len);
	if (n < 0) {
		r.outcome = SEND_RETRY;
		r.why = strerror(errno);
	} else if ((size_t)n != line.len) {
		r.outcome = SEND_UNKNOWN;
		r.why = "the disk is full: the line was cut";
	}
	buf_wipe(&line);
	done(&r, arg);
}

/* One sync for a whole round: a sync for each line held the outbox to a few dozen messages a second. */
static int
flush_file(struct channel *c)
{
	struct file *f = c->data;

	return fdatasync(f->fd);
}

static void
release_file(struct channel *c)
{
	struct file *f = c->data;

	if (f != NULL) {
		close(f->fd);
		free(f);
		c->data = NULL;
	}
}

int
channel_file_init(struct channel *c, const char *route, const char *dir)
{
	struct file *f = xcalloc(1, sizeof(*f));
	struct buf path = { 0 };

	buf_addf(&path, "%s/out", dir);
	if (mkdir(buf_str(&path), 0700) != 0 && errno != EEXIST)
		log_error("out_folder", "path=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
	buf_addf(&path, "/%s.jsonl", route);
	f->fd = open(buf_str(&path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (f->fd < 0) {
		log_error("out_file", "path=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
		free(f);
		buf_release(&path);
		return -1;
	}
	buf_release(&path);
	*c = (struct channel){ .route = route, .in_flight = INT_MAX, .is_file = 1, .send = send_line, .flush = flush_file,
	    .release = release_file, .data = f };
	return 0;
}
