#ifndef KENTONGAN_TESTS_PEEK_H
#define KENTONGAN_TESTS_PEEK_H
/* What a living house holds and shows nobody: its store, opened beside the daemons. */
#include "core/media.h"
#include "lib/buf.h"

/* Appends the words of a case as they came. */
void peek_words(const char *dir, const char *conf, const char *code, struct buf *out);
/* The token of a message's receipts, as 16 hex digits and a NUL. */
void peek_token(const char *dir, const char *conf, const char *message_id, char out[17]);
/* The first file that the case names, whoever may see it; 0 when there is none (yet). */
int peek_file_name(const char *dir, const char *conf, const char *code,
    char name[MEDIA_NAME_CHARS]);
/* The stored name of the JPEG that this message would have fetched. */
void peek_name_of(const char *dir, const char *conf, const char *message_id,
    char name[MEDIA_NAME_CHARS]);
/* Appends what lies sealed in DIR/media under this name, opened with the case's key. */
void peek_file(const char *dir, const char *conf, const char *code, const char *name,
    struct buf *out);
/* Appends "event by ACTOR: note" of each log entry of the case or about it that has a sealed note. */
void peek_notes(const char *dir, const char *conf, const char *code, struct buf *out);
#endif
