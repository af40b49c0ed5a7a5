#include "tests/integration/peek.h"

#include <check.h>
#include <string.h>

#include "store/cases.h"
#include "store/house.h"
#include "store/outbox.h"

static void
enter(struct house *h, const char *dir, const char *conf)
{
	struct buf url = { 0 };

	buf_addf(&url, "unix:%s/redis/redis.sock", dir);
	ck_assert_int_eq(house_open(h, conf, dir, buf_str(&url), "test"), 0);
	ck_assert_int_eq(house_refresh(h), 0);
	buf_release(&url);
}

void
peek_words(const char *dir, const char *conf, const char *code, struct buf *out)
{
	struct laporan words = { .channel = "" };
	struct stored_case s;
	struct case_keys keys;
	struct code c;
	struct house h;
	char lookup[33];

	enter(&h, dir, conf);
	ck_assert_int_eq(code_parse(&c, code, strlen(code)), 0);
	ck_assert_int_eq(cases_load(&h.st, &c, 1, &s), 0);
	ck_assert_int_eq(stored_case_open(&s, &h.st, &keys, &words, lookup), 0);
	buf_adds(out, words.text != NULL ? words.text : "");
	laporan_release(&words);
	stored_case_release(&s);
	house_close(&h);
}

void
peek_token(const char *dir, const char *conf, const char *message_id, char out[17])
{
	struct house h;

	enter(&h, dir, conf);
	outbox_token(out, &h.st, message_id);
	house_close(&h);
}
