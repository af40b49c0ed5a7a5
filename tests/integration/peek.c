#include "tests/integration/peek.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "lib/escape.h"
#include "store/cases.h"
#include "store/filed.h"
#include "store/house.h"
#include "store/logbook.h"
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

/* A case with its report and keys; the caller releases all three. */
static void
look_at(struct house *h, const char *code, struct stored_case *s, struct case_keys *keys,
    struct laporan *words)
{
	struct code c;
	char lookup[33];

	memset(words, 0, sizeof(*words));
	ck_assert_int_eq(code_parse(&c, code, strlen(code)), 0);
	ck_assert_int_eq(cases_load(&h->st, &c, 1, s), 0);
	ck_assert_int_eq(stored_case_open(s, &h->st, keys, words, lookup), 0);
}

void
peek_words(const char *dir, const char *conf, const char *code, struct buf *out)
{
	struct laporan words;
	struct stored_case s;
	struct case_keys keys;
	struct house h;

	enter(&h, dir, conf);
	look_at(&h, code, &s, &keys, &words);
	buf_adds(out, words.text != NULL ? words.text : "");
	laporan_release(&words);
	stored_case_release(&s);
	house_close(&h);
}

void
peek_file(const char *dir, const char *conf, const char *code, const char *name, struct buf *out)
{
	struct laporan words;
	struct stored_case s;
	struct case_keys keys;
	struct house h;

	enter(&h, dir, conf);
	look_at(&h, code, &s, &keys, &words);
	ck_assert_msg(filed_get(&h.st, &keys.key, name, out) == 0, "%s: %s", name, strerror(errno));
	laporan_release(&words);
	stored_case_release(&s);
	house_close(&h);
}

int
peek_file_name(const char *dir, const char *conf, const char *code, char name[MEDIA_NAME_CHARS])
{
	struct laporan words;
	struct stored_case s;
	struct case_keys keys;
	struct house h;
	int n;

	enter(&h, dir, conf);
	look_at(&h, code, &s, &keys, &words);
	n = s.c.files_n;
	snprintf(name, MEDIA_NAME_CHARS, "%s", n > 0 ? s.c.files[0] : "");
	laporan_release(&words);
	stored_case_release(&s);
	house_close(&h);
	return n > 0;
}

void
peek_name_of(const char *dir, const char *conf, const char *message_id, char name[MEDIA_NAME_CHARS])
{
	struct house h;

	enter(&h, dir, conf);
	filed_name(name, &h.st, message_id, "jpg");
	house_close(&h);
}

struct noting { const char *code; const struct seal_key *key; struct buf *out; };

static int
add_note(const struct log_line *line, void *arg)
{
	struct noting *n = arg;
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL), *sealed = NULL;
	const char *about = json_string_value(json_object_get(doc, "about"));
	const char *code = about != NULL ? about : json_string_value(json_object_get(doc, "code"));
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *actor = json_string_value(json_object_get(doc, "actor"));
	const char *x = json_string_value(json_object_get(doc, "x"));
	struct buf raw = { 0 }, plain = { 0 };

	if (code != NULL && strcmp(code, n->code) == 0 && x != NULL) {
		buf_room(&raw, strlen(x) / 2);
		ck_assert_int_eq(hex_decode(raw.data, x, strlen(x)), 0);
		ck_assert_int_eq(seal_open(&plain, n->key, "note", raw.data, strlen(x) / 2), 0);
		sealed = json_loadb(plain.data, plain.len, 0, NULL);
		if (json_is_string(json_object_get(sealed, "note")))
			buf_addf(n->out, "%s by %s: %s\n", what != NULL ? what : "",
			    actor != NULL ? actor : "nobody",
			    json_string_value(json_object_get(sealed, "note")));
	}
	json_decref(sealed);
	json_decref(doc);
	buf_release(&raw);
	buf_release(&plain);
	return 0;
}

void
peek_notes(const char *dir, const char *conf, const char *code, struct buf *out)
{
	struct laporan words;
	struct stored_case s;
	struct case_keys keys;
	struct house h;
	struct noting n = { .code = code, .key = &keys.key, .out = out };

	enter(&h, dir, conf);
	look_at(&h, code, &s, &keys, &words);
	ck_assert_int_ge(logbook_read(&h.st, 0, 1000000, add_note, &n), 0);
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
