#include "ingest/reader.h"

#include <string.h>

#include "core/catalogue.h"
#include "lib/escape.h"
#include "lib/page.h"

#define LARGE "besar"
#define USUAL "biasa"

void
reader_of(struct reader *who, struct http_req *r)
{
	size_t len;
	const char *size = http_req_query(r, "huruf", &len), *kept;

	*who = (struct reader){ page_lang(r), 0 };
	if (size != NULL && (strcmp(size, LARGE) == 0 || strcmp(size, USUAL) == 0)) {
		who->large = strcmp(size, LARGE) == 0;
		page_remember(r, "huruf", size);
	} else {
		kept = http_req_cookie(r, "huruf");
		who->large = kept != NULL && strcmp(kept, LARGE) == 0;
	}
}

const char *
reader_say(const struct reader *who, const char *id)
{
	return words_say(&public_words, who->lang, id);
}

void
reader_dress(const struct reader *who, const char *here, struct buf *page)
{
	struct buf html = { 0 }, links = { 0 }, path = { 0 };
	int en = who->lang == LANG_EN;

	buf_addf(&html, "<html lang=\"%s\"%s>", lang_name(who->lang), who->large ? " class=\"" LARGE "\"" : "");
	page_put(page, "<html lang=\"id\">", &html);
	buf_add_html(&path, here, strlen(here));
	buf_addf(&links, "<p class=\"pilihan\"><a href=\"%slang=%s\" lang=\"%s\" hreflang=\"%s\">%s</a> "
	    "<a href=\"%shuruf=%s\">%s</a></p>", buf_str(&path), en ? "id" : "en", en ? "id" : "en", en ? "id" : "en",
	    en ? "Bahasa Indonesia" : "English", buf_str(&path), who->large ? USUAL : LARGE,
	    reader_say(who, who->large ? "Huruf biasa" : "Huruf besar"));
	page_put(page, "<!--PILIHAN-->", &links);
	buf_release(&html);
	buf_release(&links);
	buf_release(&path);
}

/* In English the short name: the long one only where there is none, and then it is marked. */
static const char *
category_words(const struct reader *who, const struct category *k, const char **mark)
{
	int known = words_know(&public_words, who->lang, k->shortname);

	*mark = known ? "" : " lang=\"id\"";
	return who->lang == LANG_ID || !known ? k->name : reader_say(who, k->shortname);
}

void
reader_add_category(const struct reader *who, const struct category *k, struct buf *b)
{
	const char *mark, *said = category_words(who, k, &mark);

	buf_addf(b, "<span%s>", mark);
	buf_add_html(b, said, strlen(said));
	buf_adds(b, "</span>");
}

void
reader_add_choice(const struct reader *who, const struct category *k, int chosen, struct buf *b)
{
	const char *mark, *said = category_words(who, k, &mark);

	buf_addf(b, "<option value=\"%s\"%s%s>", k->code, chosen ? " selected" : "", mark);
	buf_add_html(b, said, strlen(said));
	buf_adds(b, "</option>\n");
}
