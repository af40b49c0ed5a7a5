#include "console/say.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "console/frame.h"
#include "core/calendar.h"
#include "lib/escape.h"

void
add_said(struct buf *b, const char *words)
{
	if (words[0] == '\0')
		return;
	if (words_know(&console_words, LANG_EN, words)) {
		buf_addf(b, "[[%s]]", words);
		return;
	}
	buf_adds(b, "<span lang=\"id\">");
	buf_add_html(b, words, strlen(words));
	buf_adds(b, "</span>");
}

/* Each word of it that the other language has otherwise; what it has alike, like WIB, has no row. */
static void
add_said_each(struct buf *b, const struct buf *text)
{
	const char *p = buf_str(text);

	while (*p != '\0') {
		char word[16];
		size_t n = 0;

		while (isalpha((unsigned char)p[n]) && n + 1 < sizeof(word))
			n++;
		if (n == 0) {
			buf_addc(b, *p++);
			continue;
		}
		memcpy(word, p, n);
		word[n] = '\0';
		if (words_know(&console_words, LANG_EN, word))
			buf_addf(b, "[[%s]]", word);
		else
			buf_add(b, word, n);
		p += n;
	}
}

void
add_said_duration(struct buf *b, int64_t ms)
{
	struct buf text = { 0 };

	buf_add_duration(&text, ms, "id");
	add_said_each(b, &text);
	buf_release(&text);
}

void
add_said_time(struct buf *b, int64_t ms)
{
	struct buf text = { 0 };

	buf_add_wib_short(&text, ms);
	add_said_each(b, &text);
	buf_release(&text);
}

void
add_said_day_time(struct buf *b, int64_t ms)
{
	buf_add_wib_plain(b, ms);
	buf_adds(b, " WIB");
}

void
add_said_message(struct buf *b, const char *words, int good)
{
	if (words[0] == '\0')
		return;
	buf_addf(b, "<p class=\"pesan %s\" role=\"%s\">", good ? "baik" : "buruk", good ? "status" : "alert");
	for (const char *at = words; *at != '\0'; at += strspn(at, "\n")) {
		char *one = xstrndup(at, strcspn(at, "\n"));

		if (at != words)
			buf_addc(b, ' ');
		add_said(b, one);
		at += strlen(one);
		free(one);
	}
	buf_adds(b, "</p>\n");
}
