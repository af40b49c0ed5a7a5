#ifndef KENTONGAN_BUF_H
#define KENTONGAN_BUF_H
/*
 * The owned string.
 *
 * Ownership  a buf owns its bytes; a zeroed struct is a valid empty one; a NUL, not counted,
 *            ends it.  It may hold NULs of its own: use len.
 * Errors     none: memory exhaustion ends the process (abort), nothing else can fail.
 */
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <stdint.h>

struct buf {
	char *data;
	size_t len, cap;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The number in decimal. */
void buf_addi(struct buf *b, int64_t i);
void buf_addv(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Makes room for len more bytes and returns where they go; the caller then calls buf_added(). */
char *buf_room(struct buf *b, size_t len);
void buf_added(struct buf *b, size_t len);

/* Never NULL; valid until the next change. */
const char *buf_str(const struct buf *b);

/* The caller frees the result (never NULL); b is empty again. */
char *buf_take(struct buf *b);

/* Keeps the memory, forgets the contents. */
void buf_reset(struct buf *b);

/* Cuts to len bytes; a longer len changes nothing. */
void buf_cut(struct buf *b, size_t len);

/* Frees the contents; b is empty again. */
void buf_release(struct buf *b);

/* Overwrites the contents before freeing them: for keys and opened personal data. */
void buf_wipe(struct buf *b);

/* malloc, calloc, realloc, strdup, strndup that end the process instead of returning NULL. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
/* At a multiple of align, a power of two; what is in it is not set.  free() ends it. */
void *xaligned(size_t align, size_t size);
/* The same, all 0; as with calloc(), pages that nobody touches cost nothing.  free() ends *room, which holds it. */
void *xaligned_zero(size_t align, size_t size, void **room);
/* Asks for these bytes, which are read soon: several that are asked for together come together. */
static inline void
lines_ahead(const void *p, size_t size)
{
	for (size_t i = 0; i < size; i += 64)
		__builtin_prefetch((const char *)p + i);
}
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t len);

/* The number in decimal into an array of that size, with its NUL; how many characters it has. */
#define INT_CHARS 21
size_t int_set(char out[INT_CHARS], int64_t i);

/* Copies a text into an array of that size, cut to it.  snprintf() was a tenth of a decision. */
static inline void
text_set(char *dst, size_t size, const char *src)
{
	size_t len = strnlen(src, size - 1);

	memmove(dst, src, len);		/* it may be the same array */
	dst[len] = '\0';
}

#define N_ELEMS(a) (sizeof(a) / sizeof((a)[0]))
#endif
