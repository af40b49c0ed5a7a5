#include "lib/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/escape.h"

#define LINE_BYTES 4096		/* longer lines would not reach a pipe in one piece */
#define RING 8
#define QUOTED_BYTES 520	/* what buf_add_logvalue() makes at most, and a NUL */

static const char *const level_names[] = { "debug", "info", "warn", "error" };
static const char *daemon_name = "-";
static enum log_level level_least = LOG_LEVEL_INFO;
static unsigned long lost;

void
log_init(const char *daemon, enum log_level level)
{
	daemon_name = daemon;
	level_least = level;
}

/* One write() a line: lines of several daemons on one pipe do not mix. */
static void
put(char *line, size_t len)
{
	ssize_t n;

	for (size_t i = 0; i + 1 < len; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	do
		n = write(STDERR_FILENO, line, len);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		lost++;
}

static void __attribute__((format(printf, 3, 0)))
say(enum log_level level, const char *event, const char *fmt, va_list ap)
{
	char line[LINE_BYTES];
	int saved = errno, n, m;

	if (level < level_least)
		return;
	n = snprintf(line, sizeof(line), "level=%s daemon=%s event=%s ", level_names[level],
	    daemon_name, event);
	if (n < 0 || (size_t)n >= sizeof(line) / 2) {
		lost++;
		return;
	}
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	if (m < 0)
		m = 0;
	n += m;
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	while (n > 0 && line[n - 1] == ' ')
		n--;
	line[n++] = '\n';
	put(line, (size_t)n);
	errno = saved;
}

#define LOG_FUNCTION(name, level)			\
	void						\
	name(const char *event, const char *fmt, ...)	\
	{						\
		va_list ap;				\
							\
		va_start(ap, fmt);			\
		say(level, event, fmt, ap);		\
		va_end(ap);				\
	}

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR)

static char *
ring_next(void)
{
	static char ring[RING][QUOTED_BYTES];
	static unsigned turn;

	return ring[turn++ % RING];
}

const char *
log_quote(const char *s, size_t len)
{
	struct buf b = { 0 };
	char *to = ring_next();

	buf_add_logvalue(&b, s, len);
	snprintf(to, QUOTED_BYTES, "%s", buf_str(&b));
	buf_release(&b);
	return to;
}

/* Country code and operator prefix say where a message went; three digits tell two apart. */
const char *
log_phone(const char *e164)
{
	char *to = ring_next();
	size_t len = strlen(e164);

	if (len < 10 || len > 24)
		snprintf(to, QUOTED_BYTES, "****");
	else
		snprintf(to, QUOTED_BYTES, "%s****%s", log_quote(e164, 6),
		    log_quote(e164 + len - 3, 3));
	return to;
}

unsigned long
log_lost(void)
{
	return lost;
}
