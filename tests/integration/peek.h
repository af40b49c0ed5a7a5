#ifndef KENTONGAN_TESTS_PEEK_H
#define KENTONGAN_TESTS_PEEK_H
/* What a living house holds and shows nobody: its store, opened beside the daemons. */
#include "lib/buf.h"

/* Appends the words of a case as they came. */
void peek_words(const char *dir, const char *conf, const char *code, struct buf *out);
/* The token of a message's receipts, as 16 hex digits and a NUL. */
void peek_token(const char *dir, const char *conf, const char *message_id, char out[17]);
/* Appends what lies sealed in DIR/media under this name, opened with the case's key. */
void peek_file(const char *dir, const char *conf, const char *code, const char *name,
    struct buf *out);
/* Appends the sealed notes of the case's log entries, a line each. */
void peek_notes(const char *dir, const char *conf, const char *code, struct buf *out);
#endif
