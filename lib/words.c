#include "lib/words.h"

#include <string.h>

const char *
lang_name(enum lang l)
{
	return l == LANG_EN ? "en" : "id";
}

int
lang_of_name(const char *s, enum lang *out)
{
	if (strcmp(s, "id") != 0 && strcmp(s, "en") != 0)
		return -1;
	*out = s[0] == 'e' ? LANG_EN : LANG_ID;
	return 0;
}

static const char *
find(const struct words *w, const char *id, size_t len)
{
	for (; w != NULL; w = w->more)
		for (size_t i = 0; i < w->n; i++)
			if (strncmp(w->list[i].id, id, len) == 0 && w->list[i].id[len] == '\0')
				return w->list[i].en;
	return NULL;
}

const char *
words_say(const struct words *w, enum lang l, const char *id)
{
	const char *said = l == LANG_ID ? NULL : find(w, id, strlen(id));

	return said != NULL ? said : id;
}

int
words_know(const struct words *w, enum lang l, const char *id)
{
	return l == LANG_ID || find(w, id, strlen(id)) != NULL;
}

void
words_put(struct buf *out, const struct words *w, enum lang l, const char *page, size_t len)
{
	const char *end = page + len, *p = page, *open, *close;

	while ((open = memmem(p, (size_t)(end - p), "[[", 2)) != NULL &&
	    (close = memmem(open, (size_t)(end - open), "]]", 2)) != NULL) {
		size_t n = (size_t)(close - open) - 2;
		const char *said = find(w, open + 2, n);

		buf_add(out, p, (size_t)(open - p));
		if (said == NULL)
			buf_add(out, open, n + 4);
		else if (l == LANG_ID)
			buf_add(out, open + 2, n);
		else
			buf_adds(out, said);
		p = close + 2;
	}
	buf_add(out, p, (size_t)(end - p));
}
