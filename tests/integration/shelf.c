#include "tests/integration/shelf.h"

#include <stdlib.h>

#include <sqlite3.h>

#include "core/calendar.h"
#include "store/view.h"

#define AGE_MS (90 * DAY_MS)

uint8_t shelf_seed[32];

void
shelf_begin(struct bench *b)
{
	struct buf errors = { 0 };
	struct seal_key k;

	bench_begin(b, NULL);
	bench_furnish(b);
	ck_assert_int_eq(secret_key(b->dir, "sign", &k, &errors), 0);
	memcpy(shelf_seed, k.bytes, sizeof(shelf_seed));
	ck_assert_int_eq(signers_register(&b->st, shelf_seed, store_now_ms(&b->st)), 0);
	buf_release(&errors);
}

void
shelf_forward(struct bench *b, int64_t ms)
{
	bench_integer(b, "HSET %s clock %lld", bench_key(b, KEY_META, NULL),
	    (long long)(store_now_ms(&b->st) + ms));
}

enum commit_result
shelf_withdraw(struct bench *b, const struct code *code)
{
	struct commit_batch batch = { 0 };
	static struct kit_case k;
	int64_t now = store_now_ms(&b->st);
	enum commit_result result;

	kit_load(b, &k, code);
	k.cmd = (struct command){ .event = ON_WITHDRAW, .by = BY_RESIDENT, .note = "sudah beres" };
	kit_decide(b, &k, now);
	commit_begin(&batch, now);
	kit_add(b, &batch, &k, NULL);
	result = kit_run(b, &batch);
	kit_release(&k);
	return result;
}

struct code
shelf_closed(struct bench *b, const char *id)
{
	struct code code = kit_opened(b, id, 0);

	ck_assert_int_eq(shelf_withdraw(b, &code), COMMIT_OK);
	return code;
}

void
shelf_messages_end(struct bench *b, const struct code *code)
{
	for (int n = 1; n < 9; n++) {
		char id[24];

		snprintf(id, sizeof(id), "%s.%d", code->s, n);
		if (bench_integer(b, "EXISTS %s", bench_key(b, KEY_MSG, id)))
			bench_integer(b, "HSET %s st sent", bench_key(b, KEY_MSG, id));
	}
}

void
shelf_seal(struct bench *b)
{
	int publish = 1, n;

	do
		n = logbook_seal(&b->st, 1000, &publish, shelf_seed, store_now_ms(&b->st));
	while (n == 1000);
	ck_assert_msg(n >= 0 && publish == 0, "%s", store_error(&b->st));
}

struct archive_done
shelf_archive(struct bench *b, int entries)
{
	struct archive_plan p = { store_now_ms(&b->st) - AGE_MS, entries, 0 };
	struct archive_done done, all = { 0 };

	do {
		ck_assert_msg(archiver_round(&b->st, &p, &done) == ARCHIVE_OK, "%s", store_error(&b->st));
		all.entries += done.entries;
		all.cases += done.cases;
		all.heads += done.heads;
	} while (done.entries > 0);
	return all;
}

void
shelf_view(struct bench *b, const struct code *code, struct buf *out)
{
	struct stored_case s;
	const struct policy *p;

	ck_assert_int_eq(cases_load(&b->st, code, 1, &s), 0);
	ck_assert_msg(s.there && s.readable, "%s is gone", code->s);
	p = version_policy(&b->versions, &b->st, s.c.policy);
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(view_case(out, &b->st, p, &s, NULL, store_now_ms(&b->st)), 0);
	stored_case_release(&s);
}

int
shelf_audit(struct bench *b, struct buf *report)
{
	buf_reset(report);
	return logbook_verify(&b->st, report);
}

void
shelf_path(struct bench *b, struct buf *path)
{
	struct seam seam;
	struct wib t;

	ck_assert_int_eq(seam_read(&b->st, &seam), 0);
	wib_of(&t, seam.at_ms);
	buf_addf(path, "%s/arsip/%04d.sqlite", b->dir, t.year);
}

void
shelf_edit(struct bench *b, const char *sql)
{
	struct buf path = { 0 };
	sqlite3 *db;
	char *why = NULL;

	shelf_path(b, &path);
	ck_assert_int_eq(sqlite3_open_v2(buf_str(&path), &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s: %s", sql, why);
	ck_assert_int_gt(sqlite3_total_changes(db), 0);
	sqlite3_close(db);
	buf_release(&path);
}
