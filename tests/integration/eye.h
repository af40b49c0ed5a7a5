#ifndef KENTONGAN_TESTS_EYE_H
#define KENTONGAN_TESTS_EYE_H
/*
 * A second look at a living house: its store, opened beside the daemons, what its keepers were
 * told, and what a test does to it on purpose.  Facts are waited for, at most LIMIT_MS; a mistake
 * ends the test.
 */
#include <stdio.h>
#include <sys/types.h>

#include "store/house.h"

extern struct house eye;	/* between eye_open() and eye_close() */
void eye_open(void);
void eye_close(void);

/* A field of an outgoing message, "" if it is not there. */
void eye_field(const char *id, const char *name, char *out, size_t size);
/* That the message's state becomes this. */
void eye_becomes(const char *id, const char *state);
/* How far an account is fetched, as the store has it. */
void eye_cursor(const char *account, char *out, size_t size);
/* Today's dedupe hash becomes a text, or is itself again: nothing can be stored meanwhile. */
void eye_break_intake(int broken);

/* Whether an SMS with these words went out; that one does. */
int sms_says(const char *words);
void alarm_names(const char *words);

/*
 * Another ingest beside the house's own, ended by the caller.  http: where it listens; may be NULL.
 * It is ready when the first returns; or it is begun, and its output, given to the last, says so.
 */
pid_t second_ingest(char http[64]);
pid_t second_ingest_begin(FILE **out);
void second_ingest_ready(FILE *out, char http[64]);

/* A file under a folder; a command of the shell that must succeed. */
void put_file(const char *folder, const char *name, const void *data, size_t len, unsigned mode);
void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
#endif
