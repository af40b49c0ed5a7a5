#include "tests/integration/tell.h"

#include <check.h>
#include <stdio.h>

#include "store/commit.h"

void
tell(struct store *st, const char *route, const char *id, const char *to, const char *lang,
    const char *text)
{
	struct buf words = { 0 };
	struct commit_batch batch = { 0 };
	struct answer a = { .what = "cek", .kind = "cek", .route = route, .to = to, .text = &words,
	    .text_lang = lang };
	struct case_keys keys;
	int64_t now = store_now_ms(st);

	snprintf(a.id, sizeof(a.id), "%s", id);
	buf_adds(&words, text);
	a.not_after_ms = now + 3600000;
	seal_key_random(&keys.key);
	seal_wrap(keys.wrapped, &st->master, &keys.key);
	commit_begin(&batch, now);
	commit_add_answer(&batch, st, &a, &keys, NULL);
	ck_assert_int_eq(commit_run(&batch, st), 1);
	commit_release(&batch);
	buf_release(&words);
}
