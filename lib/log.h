#ifndef KENTONGAN_LOG_H
#define KENTONGAN_LOG_H
/*
 * One event a line on standard error: level=info daemon=sla event=escalated case=7K3F9QXM ...
 * Never a name, a full number or a citizen's words: pass ids.  The format's text is ours; values
 * from outside go through log_quote().
 */
#include <stddef.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* daemon is borrowed for the life of the process.  Lines below level are dropped. */
void log_init(const char *daemon, enum log_level level);

void log_debug(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_error(const char *event, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Escapes s for use inside a "..." value; the result lives in a ring of 8 static buffers. */
const char *log_quote(const char *s, size_t len);

/* Masks a phone number: +62812****890; same ring. */
const char *log_phone(const char *e164);

/* Lines that could not be written since start (disk full): shown in /metrics. */
unsigned long log_lost(void);
#endif
