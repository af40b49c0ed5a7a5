#ifndef KENTONGAN_TESTS_MEDIA_KIT_H
#define KENTONGAN_TESTS_MEDIA_KIT_H
/*
 * What becomes of files that citizens sent to the living house (living.h): what their cases say of
 * them, and how they lie in DIR/media.  Facts are waited for, at most LIMIT_MS; a mistake ends the
 * test.
 */
#include <jansson.h>

#include "core/code.h"
#include "core/media.h"
#include "lib/buf.h"

/* A text of an object; "" when there is none. */
const char *member(const json_t *o, const char *name);
int holds(const struct buf *b, const char *s);

/* The case once it names n files; caller decrefs. */
json_t *with_files(const char *code, size_t n);
/* How many entries of that name the case's log has; why gets the last one's reason. */
int logged(const json_t *doc, const char *what, char why[160]);
/* Waits until the case says n times that a file is missing. */
void missing(const char *code, int n, char why[160]);
/* The only file of the case, opened. */
void file_of(const char *code, struct buf *out, char name[MEDIA_NAME_CHARS]);
/* A photo of picture_of_camera(): upright, smaller by its notes, and the case knows where it was. */
void photo_is_clean(const char *code);

/* No two alike, though each test is a process of its own. */
int unlike_id(void);
/* A report by the form; where its photos go.  phone: whom it answers, "" nobody. */
void form_report(const char *words, const char *phone, char code[CODE_CHARS + 1], char photo[96]);
/* Sends one there. */
void form_photo(const char *photo, const struct buf *data, long status);

/* Names in DIR/media that end so. */
int lying(const char *end);
/* Waits until no upload waits there. */
void uploads_go(void);
/* That all there are stored files, ours alone, and hold none of these.  How many they are. */
int media_holds_none(const char *const *canaries, size_t n);
#endif
