/* The archive on a real server: what leaves the store, what is read from both, what was bent. */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/calendar.h"
#include "lib/config.h"
#include "store/archive.h"
#include "store/erase.h"
#include "store/hold.h"
#include "store/filed.h"
#include "store/logbook.h"
#include "tests/integration/shelf.h"

Suite *archive_suite(void);

static struct bench b;
static struct code closed[3], open_one;
static struct buf report;

/* Three closed cases and one that stays open, a hundred days ago; sealed, with heads. */
static void
begin(void)
{
	shelf_begin(&b);
	closed[0] = shelf_closed(&b, "1");
	open_one = kit_opened(&b, "open", 0);
	closed[1] = shelf_closed(&b, "2");
	shelf_seal(&b);
	closed[2] = shelf_closed(&b, "3");
	ck_assert_int_eq(store_note_flush(&b.st), 0);
	shelf_seal(&b);
	shelf_forward(&b, 100 * DAY_MS);
}

static void
end(void)
{
	buf_release(&report);
	bench_end(&b);
}

static int
is_clean(void)
{
	return shelf_audit(&b, &report) == 0;
}

static int
is_live_clean(void)
{
	buf_reset(&report);
	return logbook_verify_live(&b.st, &report) == 0;
}

static void
names(const char *what)
{
	ck_assert_msg(shelf_audit(&b, &report) == 1, "%s", buf_str(&report));
	ck_assert_msg(
	    strstr(buf_str(&report), what) != NULL, "'%s' is missing in:\n%s", what, buf_str(&report));
}

static int
is_on_shelf(const struct code *code)
{
	char shelf[SHELF_CHARS + 1];

	shelf_of(shelf, code->s);
	return (int)bench_integer(
	    &b, "HEXISTS %s %s", bench_key(&b, KEY_SHELF, shelf), code->s + SHELF_CHARS);
}

/* ---- moving ---- */

/* "now"-dependent members of an open case's clocks are left out of the comparison. */
static void
same_log(const struct buf *before, const struct buf *after)
{
	const char *x = strstr(buf_str(before), "\"log\":"), *y = strstr(buf_str(after), "\"log\":");

	ck_assert_ptr_nonnull(x);
	ck_assert_ptr_nonnull(y);
	ck_assert_int_eq(strncmp(x, y, strcspn(x, "]")), 0);
}

START_TEST(what_is_old_leaves_and_is_found_again)
{
	struct buf before[4] = { { 0 } }, after = { 0 };
	int64_t last = logbook_last_seq(&b.st);
	struct archive_done done;
	struct seam seam;

	for (int i = 0; i < 4; i++)
		shelf_view(&b, i < 3 ? &closed[i] : &open_one, &before[i]);
	done = shelf_archive(&b, 500);
	ck_assert_int_eq(done.entries, (int)last);
	ck_assert_int_eq(done.cases, 3);
	ck_assert_int_eq(done.heads, 1);		/* the newest is what is published */
	ck_assert_int_eq(seam_read(&b.st, &seam), 0);
	ck_assert_int_eq(seam.c.seq, last);
	/* What the rounds themselves said, and nothing else, is left of the log. */
	ck_assert_int_eq(
	    bench_integer(&b, "XLEN %s", bench_key(&b, KEY_LOG, NULL)), logbook_last_seq(&b.st) - last);
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_HEADS, NULL)), 1);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_CASE, closed[i].s)), 0);
		ck_assert_int_eq(is_on_shelf(&closed[i]), 1);
		shelf_view(&b, &closed[i], &after);
		same_log(&before[i], &after);
		ck_assert_ptr_nonnull(strstr(buf_str(&after), "\"archived\":true"));
		buf_reset(&after);
	}
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_CASE, open_one.s)), 1);
	ck_assert_int_eq(is_on_shelf(&open_one), 0);
	shelf_view(&b, &open_one, &after);
	same_log(&before[3], &after);
	ck_assert_ptr_null(strstr(buf_str(&after), "\"archived\""));
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	ck_assert_msg(is_live_clean(), "%s", buf_str(&report));
	ck_assert_int_eq(store_check(&b.st), 0);
	for (int i = 0; i < 4; i++)
		buf_release(&before[i]);
	buf_release(&after);
}
END_TEST

static const int batches[] = { 10, 37, 5000 };

START_TEST(rounds_of_any_size_make_the_same_archive)
{
	ck_assert_int_eq(shelf_archive(&b, batches[_i]).cases, 3);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	ck_assert_int_eq(shelf_archive(&b, batches[_i]).entries, 0);
}
END_TEST

/* The open case is worked on, closed, and goes in its own time; its entries lie in two years' files. */
START_TEST(a_case_that_was_open_goes_later)
{
	struct buf view = { 0 };

	shelf_archive(&b, 500);
	ck_assert_int_eq(kit_act(&b, &open_one, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(shelf_withdraw(&b, &open_one), COMMIT_OK);
	shelf_seal(&b);
	ck_assert_int_eq(shelf_archive(&b, 500).cases, 0);
	shelf_forward(&b, 300 * DAY_MS);
	ck_assert_int_eq(shelf_archive(&b, 500).cases, 1);
	shelf_view(&b, &open_one, &view);
	ck_assert_ptr_nonnull(strstr(buf_str(&view), "\"what\":\"buka\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&view), "\"what\":\"terima\""));
	ck_assert_ptr_nonnull(strstr(buf_str(&view), "\"state\":\"ditutup\""));
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	buf_release(&view);
}
END_TEST

START_TEST(what_is_young_stays)
{
	struct code young = shelf_closed(&b, "young");

	shelf_seal(&b);
	ck_assert_int_eq(shelf_archive(&b, 500).cases, 3);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_CASE, young.s)), 1);
}
END_TEST

START_TEST(what_is_not_sealed_stays)
{
	struct archive_done done;

	kit_opened(&b, "late", 0);
	shelf_forward(&b, 100 * DAY_MS);
	done = shelf_archive(&b, 500);
	ck_assert_int_eq(
	    done.entries, (int)bench_integer(&b, "HGET %s seq", bench_key(&b, KEY_CHAIN, NULL)));
	ck_assert_int_eq(bench_integer(&b, "XLEN %s", bench_key(&b, KEY_LOG, NULL)) > 1, 1);
}
END_TEST

/* Prepared, then the case was changed: nothing of the round leaves. */
START_TEST(what_changes_meanwhile_stays)
{
	struct archived_line line = { .seq = 1 };
	struct archived_case c = { .code = "", .version = 9 };
	struct archive_round round = {
		.year = 2026, .lines = &line, .lines_n = 1, .cases = &c, .cases_n = 1
	};
	struct seam from, to;
	char before[48], after[48];

	snprintf(c.code, sizeof(c.code), "%s", closed[0].s);
	ck_assert_int_eq(seam_read(&b.st, &from), 0);
	to = from;
	to.c.seq = 1;
	bench_digest(&b, before);
	ck_assert_int_eq(
	    archiver_cut(&b.st, &(struct archive_cut){ &from, &to, &round, "" }, 5), ARCHIVE_MOVED);
	/* Another archiver was faster: the same. */
	c.version = 2;
	from.c.seq = 7;
	ck_assert_int_eq(
	    archiver_cut(&b.st, &(struct archive_cut){ &from, &to, &round, "" }, 5), ARCHIVE_MOVED);
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
}
END_TEST

/* A report whose first code is an archived case's gets another one. */
START_TEST(a_code_is_never_given_again)
{
	struct laporan l = kit_report("again", "+6281234567890", "lubang");
	struct code code = { "" };
	struct intake in;

	shelf_archive(&b, 500);
	intake_prepare(&in, &b.st, &l);
	in.codes[0] = closed[0];
	ck_assert_int_eq(kit_offer(&b.st, &in, store_now_ms(&b.st), &code), INTAKE_OK);
	ck_assert_str_eq(code.s, in.codes[1].s);
	intake_release(&in);
}
END_TEST

/* ---- versions ---- */

START_TEST(a_version_goes_with_its_last_case)
{
	char first[33];
	struct buf view = { 0 };
	struct retired gone;

	memcpy(first, b.version, sizeof(first));
	/* Another comes into force, under which one case is opened. */
	bench_integer(&b, "COPY %s %s", bench_key(&b, KEY_VERSION, first), bench_key(&b, KEY_VERSION,
	    "0123456789abcdef0123456789abcdef"));
	bench_integer(&b, "HSET %s d 0123456789abcdef0123456789abcdef", bench_key(&b, KEY_CURRENT, NULL));
	shelf_archive(&b, 500);
	ck_assert_int_eq(archiver_retire(&b.st, &gone), 0);
	ck_assert_int_eq(gone.versions, 0);		/* the open case names it */
	ck_assert_int_eq(shelf_withdraw(&b, &open_one), COMMIT_OK);
	shelf_seal(&b);
	shelf_forward(&b, 100 * DAY_MS);
	ck_assert_int_eq(shelf_archive(&b, 500).cases, 1);
	ck_assert_int_eq(archiver_retire(&b.st, &gone), 0);
	ck_assert_int_eq(gone.versions, 1);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_VERSION, first)), 0);
	ck_assert_int_eq(archiver_retire(&b.st, &gone), 0);
	ck_assert_int_eq(gone.versions, 0);
	version_cache_release(&b.versions);
	shelf_view(&b, &open_one, &view);
	buf_release(&view);
}
END_TEST

START_TEST(an_officer_goes_when_he_has_left_for_long)
{
	const struct officer *o = officer_find(&b.roster, KIT_KPL);
	struct officer left = *o;
	struct roster now = { 0 };
	struct retired gone;

	left.ended = 1;
	shelf_archive(&b, 500);
	ck_assert_int_eq(officers_put(&b.st, &left, 1, "test"), 1);
	ck_assert_int_eq(archiver_retire(&b.st, &gone), 0);
	ck_assert_int_eq(gone.officers, 0);		/* just now */
	shelf_seal(&b);
	shelf_forward(&b, 100 * DAY_MS);
	shelf_archive(&b, 500);
	ck_assert_int_eq(archiver_retire(&b.st, &gone), 0);
	ck_assert_int_eq(gone.officers, 1);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_OFFICER, KIT_KPL)), 0);
	ck_assert_int_eq(bench_load(&b, &now), 1);
	ck_assert_ptr_null(officer_find(&now, KIT_KPL));
	ck_assert_ptr_nonnull(officer_find(&now, KIT_PTG));
	ck_assert_int_eq(archiver_retire(&b.st, &gone), 0);
	ck_assert_int_eq(gone.officers, 0);
	roster_release(&now);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
}
END_TEST

/* The look at who has tasks takes a while: who is taken back meanwhile stays. */
START_TEST(an_officer_who_is_back_stays)
{
	struct officer left = *officer_find(&b.roster, KIT_KPL);
	struct roster now = { 0 };

	left.ended = 1;
	ck_assert_int_eq(officers_put(&b.st, &left, 1, "test"), 1);
	ck_assert_int_eq(bench_load(&b, &now), 1);
	left = *officer_find(&now, KIT_KPL);
	left.ended = 0;
	ck_assert_int_eq(officers_put(&b.st, &left, 1, "test"), 1);
	ck_assert_int_eq(archiver_retire_officer(&b.st, officer_find(&now, KIT_KPL)), 0);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_OFFICER, KIT_KPL)), 1);
	roster_release(&now);
	ck_assert_int_eq(bench_load(&b, &now), 1);
	ck_assert_int_eq(archiver_retire_officer(&b.st, officer_find(&now, KIT_KPL)), 1);
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_OFFICER, KIT_KPL)), 0);
	roster_release(&now);
}
END_TEST

/* ---- what bends it ---- */

static void an_entry(void)
{
	shelf_edit(&b,
	    "UPDATE entry SET e = replace(CAST(e AS TEXT), '\"what\":\"petugas\"', "
	    "'\"what\":\"petugaS\"') WHERE seq = 5");
	names("entry 5: its bytes do not have its digest");
}

static void an_entry_less(void)
{
	shelf_edit(&b, "DELETE FROM entry WHERE seq = 9");
	names("entry 9: is missing");
}

static void two_entries_changed_about(void)
{
	shelf_edit(&b, "UPDATE entry SET seq = -1 WHERE seq = 20; UPDATE entry SET seq = 20 WHERE seq = 21;"
	    "UPDATE entry SET seq = 21 WHERE seq = -1");
	names("the chain up to here is not the one that was signed");
}

static void the_last_entries(void)
{
	shelf_edit(&b, "DELETE FROM entry WHERE seq > (SELECT max(seq) - 3 FROM entry)");
	names("is missing");
}

static void a_case_document(void)
{
	shelf_edit(&b, "UPDATE kasus SET d = replace(CAST(d AS TEXT), '\"st\":7', '\"st\":6')");
	names("does not hold the cases that left the store");
}

static void a_case_less(void)
{
	shelf_edit(&b, "DELETE FROM kasus WHERE code = (SELECT min(code) FROM kasus)");
	names("does not hold the cases that left the store");
}

static void a_head(void)
{
	shelf_edit(&b, "UPDATE head SET line = replace(line, 'at=1', 'at=2') WHERE n = 1");
	names("does not verify");
}

static void the_whole_file(void)
{
	struct buf path = { 0 };

	shelf_path(&b, &path);
	ck_assert_int_eq(unlink(buf_str(&path)), 0);
	names("entry 1: is missing: it was archived, and the archive has lost it");
	ck_assert_int_eq(store_check(&b.st), -1); /* the note of this machine is older than the seam */
	buf_release(&path);
}

static void the_seam(void)
{
	bench_integer(&b, "HSET %s chain %064d", bench_key(&b, KEY_SEAM, NULL), 7);
	names("the archived log up to here is not the one that left the store");
}

static void (*const bendings[])(void) = {
	an_entry,
	an_entry_less,
	two_entries_changed_about,
	the_last_entries,
	a_case_document,
	a_case_less,
	a_head,
	the_whole_file,
	the_seam,
};

START_TEST(an_edited_archive_is_named)
{
	shelf_archive(&b, 500);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	bendings[_i]();
}
END_TEST

/* A start judges what is in the store, from the seam on, and no years of archive. */
START_TEST(a_start_judges_from_the_seam_on)
{
	shelf_archive(&b, 500);
	ck_assert_int_eq(kit_act(&b, &open_one, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(kit_act(&b, &open_one, ON_HANDLE, KIT_PTG), COMMIT_OK);
	shelf_seal(&b);
	ck_assert_msg(is_live_clean(), "%s", buf_str(&report));
	ck_assert_ptr_nonnull(strstr(buf_str(&report), "1 cases"));
	shelf_edit(&b, "UPDATE entry SET e = '{}' WHERE seq = 5");
	ck_assert_msg(is_live_clean(), "%s", buf_str(&report));
	bench_integer(
	    &b, "XDEL %s %lld-0", bench_key(&b, KEY_LOG, NULL), (long long)logbook_last_seq(&b.st) - 1);
	ck_assert(!is_live_clean());
	ck_assert_ptr_nonnull(strstr(buf_str(&report), "is missing"));
}
END_TEST

/* The note that a daemon keeps of what it saw acknowledged holds against the archive too. */
START_TEST(a_note_older_than_the_seam_holds)
{
	shelf_archive(&b, 500);
	ck_assert_int_eq(store_check(&b.st), 0);
	shelf_edit(&b, "UPDATE entry SET h = zeroblob(32)");
	ck_assert_int_eq(store_check(&b.st), -1);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "tampered"));
}
END_TEST

/* An older copy of the store beside a newer archive: its next round meets entries that are not its own. */
START_TEST(a_restored_store_meets_its_newer_archive)
{
	struct archive_plan p = { store_now_ms(&b.st) - 90 * DAY_MS, 500, 0 };
	struct archive_done done;
	struct archive *a = archive_open(b.dir);
	struct archived_line other = { .seq = 3 };
	struct archive_round round = { .year = 2026, .lines = &other, .lines_n = 1 };
	struct wib t;

	wib_of(&t, store_now_ms(&b.st) - 100 * DAY_MS);
	round.year = t.year;
	buf_adds(&other.entry, "{\"at\":1}");
	ck_assert_int_eq(archive_put(a, &round), 0);
	archive_close(a);
	ck_assert_int_eq(archiver_round(&b.st, &p, &done), ARCHIVE_FAILED);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "entry 3 in it is another one than the store's"));
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_CASE, closed[0].s)), 1);
	buf_release(&other.entry);
}
END_TEST

/*
 * What is on the disk is not what was written: a disk that lies, or another program in the file.  It is read
 * back before anything leaves the store, so nothing does; and once the file is right again, all goes.
 */
static const char *const lies[] = {
	"CREATE TRIGGER lie AFTER INSERT ON entry WHEN NEW.seq = (SELECT max(first) + 2 FROM round) BEGIN"
	    " UPDATE entry SET e = replace(CAST(e AS TEXT), '\"at\":1', '\"at\":2') WHERE seq = NEW.seq; END",
	"CREATE TRIGGER lie AFTER INSERT ON entry WHEN NEW.seq = (SELECT max(first) + 2 FROM round) BEGIN"
	    " DELETE FROM entry WHERE seq = NEW.seq; END",
	"CREATE TRIGGER lie AFTER INSERT ON entry WHEN NEW.seq = (SELECT max(first) + 2 FROM round) BEGIN"
	    " UPDATE entry SET h = zeroblob(32) WHERE seq = NEW.seq; END",
	"CREATE TRIGGER lie AFTER INSERT ON kasus BEGIN UPDATE kasus SET d = replace(CAST(d AS TEXT), '\"st\":', '\"ts\":')"
	    " WHERE code = NEW.code; END",
	"CREATE TRIGGER lie AFTER INSERT ON kasus BEGIN DELETE FROM kasus WHERE code = NEW.code; END",
	"CREATE TRIGGER lie AFTER INSERT ON kunci BEGIN UPDATE kunci SET k = zeroblob(length(k)) WHERE code = NEW.code; END",
};

START_TEST(a_file_that_reads_otherwise_moves_nothing)
{
	struct archive_plan p = { store_now_ms(&b.st) - 90 * DAY_MS, 800, 0 };
	struct archive_done done;
	struct buf sql = { 0 };
	char before[48], after[48];

	/* the first officers of the roster alone: the file is there, the cases are still to come */
	ck_assert_int_eq(archiver_round(&b.st, &(struct archive_plan){ p.before_ms, 20, 0 }, &done), ARCHIVE_OK);
	ck_assert_int_eq(done.cases, 0);
	buf_addf(&sql, "%s; UPDATE entry SET h = h WHERE seq = 1", lies[_i]);
	shelf_edit(&b, buf_str(&sql));
	bench_digest(&b, before);
	ck_assert_msg(archiver_round(&b.st, &p, &done) == ARCHIVE_FAILED, "moved on: %s", lies[_i]);
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
	shelf_edit(&b, "DROP TRIGGER lie; DELETE FROM kasus; DELETE FROM kunci; DELETE FROM entry WHERE seq > 20; "
	    "DELETE FROM round WHERE first > 1");
	ck_assert_int_eq(shelf_archive(&b, 800).cases, 3);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	buf_release(&sql);
}
END_TEST

/* ---- two archivers ---- */

/* One that goes step by step, as slowly as a test wants. */
struct slow { struct archive *a; struct archive_round round; struct seam from, to; };

static int
slow_line(const struct log_line *line, void *arg)
{
	struct slow *s = arg;
	struct archived_line *l = &s->round.lines[s->round.lines_n++];

	l->seq = line->seq;
	buf_add(&l->entry, line->entry, line->len);
	memcpy(l->digest, line->digest, DIGEST_BYTES);
	chain_fold(&s->to.c, line->seq, l->digest);
	return 0;
}

/* The seam and the oldest entries, so many, all of the same day. */
static void
slow_read(struct slow *s, int lines)
{
	struct wib t;

	wib_of(&t, store_now_ms(&b.st) - 100 * DAY_MS);
	s->round = (struct archive_round){ .year = t.year, .lines = xcalloc((size_t)lines, sizeof(*s->round.lines)) };
	ck_assert_int_eq(seam_read(&b.st, &s->from), 0);
	s->to = s->from;
	s->to.at_ms = store_now_ms(&b.st) - 100 * DAY_MS;
	ck_assert_int_eq(logbook_read(&b.st, s->from.c.seq, lines, slow_line, s), lines);
}

static void
slow_take(struct slow *s, const struct code *code)
{
	static const char *const fields[] = { "d", "m", "l", "k", "q" };
	struct archived_case *c = xcalloc(1, sizeof(*c));
	struct buf *parts[] = { &c->doc, &c->pub, &c->sealed, &c->wrapped, &c->seqs };

	snprintf(c->code, sizeof(c->code), "%s", code->s);
	for (size_t i = 0; i < N_ELEMS(fields); i++) {
		redisReply *r = bench_command(&b, "HGET %s %s", bench_key(&b, KEY_CASE, code->s), fields[i]);

		buf_add(parts[i], r->str, r->len);
		freeReplyObject(r);
	}
	c->version = bench_integer(&b, "HGET %s v", bench_key(&b, KEY_CASE, code->s));
	c->last_seq = s->to.c.seq;
	buf_adds(&c->messages, "[]");
	s->round.cases = c;
	s->round.cases_n = 1;
}

static void
slow_put(struct slow *s)
{
	ck_assert_msg(archive_put(s->a, &s->round) == 0, "%s", archive_error(s->a));
	ck_assert_msg(archive_read_back(s->a, &s->round) == 0, "%s", archive_error(s->a));
}

static enum archive_result
slow_cut(struct slow *s)
{
	return archiver_cut(&b.st, &(struct archive_cut){ &s->from, &s->to, &s->round, "" }, store_now_ms(&b.st));
}

static void
slow_end(struct slow *s)
{
	archive_round_release(&s->round);
	archive_close(s->a);
}

static enum archive_result
round_of(int entries)
{
	struct archive_plan p = { store_now_ms(&b.st) - 90 * DAY_MS, entries, 0 };
	struct archive_done done;

	return archiver_round(&b.st, &p, &done);
}

/* It has read what it moves; another comes, that would be done long before it writes. */
START_TEST(a_slow_archiver_takes_nothing_from_a_faster)
{
	struct slow slow = { .a = archive_open(b.dir) };
	enum archive_result faster, cut;
	char why[160];

	ck_assert_int_eq(archive_hold(slow.a), 1);
	slow_read(&slow, 20);
	faster = round_of(5000);
	snprintf(why, sizeof(why), "%.159s", store_error(&b.st));
	slow_put(&slow);
	cut = slow_cut(&slow);
	slow_end(&slow);
	shelf_archive(&b, 500);
	for (int i = 0; i < 3; i++) {
		struct buf view = { 0 };

		shelf_view(&b, &closed[i], &view);
		buf_release(&view);
	}
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	ck_assert_int_eq(faster, ARCHIVE_MOVED);
	ck_assert_msg(strstr(why, "another archiver is at work") != NULL, "%s", why);
	ck_assert_int_eq(cut, ARCHIVE_OK);
}
END_TEST

static int
is_free(void)
{
	struct archive *a = archive_open(b.dir);
	int rc = archive_hold(a);

	ck_assert_msg(rc >= 0, "%s", archive_error(a));
	archive_close(a);
	return rc;
}

/* A crash lets go of it by itself; what a daemon starts does not get it. */
START_TEST(a_lock_ends_with_its_archiver)
{
	struct archive *a = archive_open(b.dir);
	struct buf said = { 0 }, path = { 0 };
	struct stat s;
	int ready[2];
	char one;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		one = archive_hold(a) == 1 ? '1' : '0';
		if (write(ready[1], &one, 1) == 1)
			pause();
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &one, 1), 1);
	ck_assert_int_eq(one, '1');
	ck_assert_int_eq(is_free(), 0);
	ck_assert_int_eq(round_of(500), ARCHIVE_MOVED);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	ck_assert_int_eq(is_free(), 1);
	ck_assert_int_eq(archive_hold(a), 1);
	ck_assert_int_eq(run_line(&said, "ls -l /proc/self/fd"), 0);
	ck_assert_ptr_null(strstr(buf_str(&said), "arsip"));
	archive_close(a);
	ck_assert_int_eq(is_free(), 1);
	buf_addf(&path, "%s/arsip/lock", b.dir);
	ck_assert_int_eq(stat(buf_str(&path), &s), 0);
	ck_assert_int_eq(s.st_mode & 0777, 0600);
	close(ready[0]);
	close(ready[1]);
	buf_release(&said);
	buf_release(&path);
}
END_TEST

static int
command(struct buf *said)
{
	buf_reset(said);
	return run_line(said, "$BIN/kentongan archive --dir %s --conf conf --redis %s", b.dir, b.url);
}

START_TEST(the_command_says_that_another_is_at_work)
{
	struct archive *a;
	struct buf said = { 0 }, path = { 0 }, was = { 0 }, is = { 0 };
	char before[48], after[48];

	ck_assert_int_eq(round_of(20), ARCHIVE_OK);
	shelf_path(&b, &path);
	ck_assert_int_eq(file_read(buf_str(&path), 64 << 20, &was), 0);
	a = archive_open(b.dir);
	ck_assert_int_eq(archive_hold(a), 1);
	bench_digest(&b, before);
	ck_assert_int_eq(command(&said), 1);
	ck_assert_msg(strstr(buf_str(&said), "another archiver is at work") != NULL, "%s", buf_str(&said));
	ck_assert_msg(strstr(buf_str(&said), "try again") != NULL, "%s", buf_str(&said));
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(file_read(buf_str(&path), 64 << 20, &is), 0);
	ck_assert(was.len == is.len && memcmp(was.data, is.data, is.len) == 0);
	archive_close(a);
	ck_assert_msg(command(&said) == 0, "%s", buf_str(&said));
	ck_assert_msg(strstr(buf_str(&said), " 3 cases") != NULL, "%s", buf_str(&said));
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	buf_release(&said);
	buf_release(&path);
	buf_release(&was);
	buf_release(&is);
}
END_TEST

/* ---- the disk ---- */

static int
archive_limited(const struct rlimit *limit)
{
	struct archive_plan p = { store_now_ms(&b.st) - 90 * DAY_MS, 500, 0 };
	struct archive_done done;
	struct rlimit was;
	int result;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &was), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, limit), 0);
	result = archiver_round(&b.st, &p, &done);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &was), 0);
	return result;
}

/* The kernel itself refuses the bytes; whatever was written by then, nothing has left, and later all goes. */
START_TEST(a_full_disk_moves_nothing)
{
	char before[48], after[48];
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = (rlim_t)4096 * (rlim_t)(1 + 4 * _i);
	signal(SIGXFSZ, SIG_IGN);
	bench_digest(&b, before);
	ck_assert_int_eq(archive_limited(&limit), ARCHIVE_FAILED);
	ck_assert_msg(strstr(store_error(&b.st), "cannot be written") != NULL, "%s", store_error(&b.st));
	bench_digest(&b, after);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(shelf_archive(&b, 500).cases, 3);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
}
END_TEST

START_TEST(a_disk_with_little_room_moves_nothing)
{
	struct archive_plan p = { store_now_ms(&b.st) - 90 * DAY_MS, 500, INT64_MAX };
	struct archive_done done;

	ck_assert_int_eq(archiver_round(&b.st, &p, &done), ARCHIVE_FAILED);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "archive.disk_free"));
	ck_assert_int_eq(bench_integer(&b, "EXISTS %s", bench_key(&b, KEY_SEAM, NULL)), 0);
}
END_TEST

/* ---- erasing, files ---- */

static int
opens(const struct code *code)
{
	struct laporan words = { 0 };
	struct stored_case s;
	struct case_keys keys;
	char lookup[33];
	int rc;

	ck_assert_int_eq(cases_load(&b.st, code, 1, &s), 0);
	ck_assert_int_eq(s.there && s.readable, 1);
	rc = stored_case_open(&s, &b.st, &keys, &words, lookup);
	laporan_release(&words);
	stored_case_release(&s);
	return rc == 0;
}

START_TEST(erasing_takes_the_key_out_of_the_file)
{
	struct archived_case c;
	struct archive *a;
	struct buf path = { 0 }, bytes = { 0 };
	struct stat st;

	shelf_archive(&b, 500);
	shelf_path(&b, &path);
	ck_assert_int_eq(stat(buf_str(&path), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	a = archive_open(b.dir);
	ck_assert_int_eq(archive_case(a, closed[0].s, &c), 1);
	ck_assert_int_eq(c.wrapped.len, SEAL_WRAPPED_BYTES);
	archive_close(a);
	ck_assert_int_eq(opens(&closed[0]), 1);
	ck_assert_int_eq(case_erase(&b.st, &closed[0], KIT_KPL), ERASE_WAITS);
	shelf_messages_end(&b, &closed[0]);
	ck_assert_int_eq(case_erase(&b.st, &closed[0], KIT_KPL), ERASED);
	ck_assert_int_eq(case_erase(&b.st, &closed[0], KIT_KPL), ERASE_NONE);
	ck_assert_int_eq(file_read(buf_str(&path), 64 << 20, &bytes), 0);
	ck_assert_ptr_null(memmem(bytes.data, bytes.len, c.wrapped.data, c.wrapped.len));
	ck_assert_int_eq(opens(&closed[0]), 0);
	ck_assert_int_eq(opens(&closed[1]), 1);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	archived_case_release(&c);
	buf_release(&path);
	buf_release(&bytes);
}
END_TEST

/* While one erases from the archive nobody is told that it is held, and while one looks nobody erases. */
START_TEST(what_is_called_held_is_in_the_archive)
{
	struct archive *other;

	shelf_archive(&b, 500);
	shelf_messages_end(&b, &closed[0]);
	other = archive_open(b.dir);
	ck_assert_int_eq(archive_hold(other), 1);
	ck_assert_int_eq(case_erase(&b.st, &closed[0], KIT_KPL), ERASE_FAILED);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "is being written"));
	ck_assert_int_eq(opens(&closed[0]), 1);
	ck_assert_int_eq(hold_set(&b.st, &closed[0], KIT_KPL, "LP/B/12/2026"), HOLD_FAILED);
	ck_assert_ptr_nonnull(strstr(store_error(&b.st), "is being written"));
	archive_close(other);
	/* for whoever comes first it is held already */
	ck_assert_int_eq(case_erase(&b.st, &closed[0], KIT_KPL), ERASE_HELD);
	ck_assert_int_eq(hold_set(&b.st, &closed[0], KIT_KPL, "LP/B/12/2026"), HOLD_DONE);
	ck_assert_int_eq(hold_end(&b.st, &closed[0], KIT_KPL), HOLD_DONE);
	ck_assert_int_eq(case_erase(&b.st, &closed[0], KIT_KPL), ERASED);
	ck_assert_int_eq(hold_set(&b.st, &closed[0], KIT_KPL, "LP/B/12/2026"), HOLD_NONE);
}
END_TEST

/* In the store: not while it is worked on, nor while a message of it waits; then in no file of Redis either. */
START_TEST(erasing_takes_the_key_out_of_the_store)
{
	struct buf key = { 0 }, said = { 0 };
	redisReply *r;
	FILE *f;

	ck_assert_int_eq(case_erase(&b.st, &open_one, KIT_KPL), ERASE_OPEN);
	ck_assert_int_eq(case_erase(&b.st, &closed[2], KIT_KPL), ERASE_WAITS);
	shelf_messages_end(&b, &closed[2]);
	r = bench_command(&b, "HGET %s k", bench_key(&b, KEY_CASE, closed[2].s));
	buf_addf(&key, "%s/key", b.dir);
	f = fopen(buf_str(&key), "w");
	ck_assert_int_eq(fwrite(r->str, 1, r->len, f), r->len);
	ck_assert_int_eq(fclose(f), 0);
	freeReplyObject(r);
	ck_assert_int_eq(run_line(&said,
			     "python3 -c \"import glob,sys; k=open('%s/key','rb').read(); "
			     "sys.exit(any(k in open(p,'rb').read() for p in "
			     "glob.glob('%s/**/*aof*',recursive=True) if not p.endswith('dir')))\"",
			     b.dir, b.dir),
	    1);
	ck_assert_msg(case_erase(&b.st, &closed[2], KIT_KPL) == ERASED, "%s", store_error(&b.st));
	ck_assert_int_eq(opens(&closed[2]), 0);
	ck_assert(bench_until(bench_is_rewritten, &b, 20000));
	ck_assert_msg(run_line(&said,
			  "python3 -c \"import glob,sys; k=open('%s/key','rb').read(); "
			  "sys.exit(any(k in open(p,'rb').read() for p in "
			  "glob.glob('%s/**/*aof*',recursive=True) if not p.endswith('dir')))\"",
			  b.dir, b.dir) == 0,
	    "%s", buf_str(&said));
	shelf_seal(&b);
	ck_assert_int_eq(shelf_archive(&b, 500).cases, 3);
	ck_assert_int_eq(opens(&closed[2]), 0);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	buf_release(&key);
	buf_release(&said);
}
END_TEST

static int
file_has(const struct buf *key)
{
	struct buf path = { 0 }, bytes = { 0 };
	int has;

	shelf_path(&b, &path);
	ck_assert_int_eq(file_read(buf_str(&path), 64 << 20, &bytes), 0);
	has = memmem(bytes.data, bytes.len, key->data, key->len) != NULL;
	buf_release(&path);
	buf_release(&bytes);
	return has;
}

/* Read and written with its key, then erased: the version is the same, and yet the round must not go. */
START_TEST(erasing_during_a_round_takes_the_key_out_of_both)
{
	struct slow slow = { .a = archive_open(b.dir) };
	struct archived_case c;
	struct buf key = { 0 };

	shelf_messages_end(&b, &closed[0]);
	ck_assert_int_eq(round_of(20), ARCHIVE_OK);	/* so that the year's file is known */
	ck_assert_int_eq(archive_hold(slow.a), 1);
	slow_read(&slow, 20);
	slow_take(&slow, &closed[0]);
	buf_add(&key, slow.round.cases[0].wrapped.data, slow.round.cases[0].wrapped.len);
	ck_assert_int_eq(key.len, SEAL_WRAPPED_BYTES);
	slow_put(&slow);
	ck_assert_int_eq(file_has(&key), 1);
	ck_assert_int_eq(case_erase(&b.st, &closed[0], KIT_KPL), ERASED);
	ck_assert_int_eq(file_has(&key), 0);		/* whenever that round goes on, if ever */
	slow_put(&slow);				/* it had come no further than reading */
	ck_assert_int_eq(file_has(&key), 1);
	ck_assert_int_eq(slow_cut(&slow), ARCHIVE_MOVED);
	slow_end(&slow);
	shelf_seal(&b);
	ck_assert_int_eq(shelf_archive(&b, 500).cases, 3);
	ck_assert_int_eq(file_has(&key), 0);
	slow.a = archive_open(b.dir);
	ck_assert_int_eq(archive_case(slow.a, closed[0].s, &c), 1);
	ck_assert_int_eq(c.wrapped.len, 0);
	ck_assert_int_eq(opens(&closed[0]), 0);
	ck_assert_int_eq(opens(&closed[1]), 1);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
	archived_case_release(&c);
	archive_close(slow.a);
	buf_release(&key);
}
END_TEST

/* A file of an archived case is somebody's; the sweep takes what is nobody's beside it. */
START_TEST(files_of_archived_cases_stay)
{
	char name[MEDIA_NAME_CHARS], stranger[MEDIA_NAME_CHARS], id[32];
	struct seal_key key;
	struct buf path = { 0 };

	shelf_archive(&b, 500);
	buf_addf(&path, "%s/media", b.dir);
	ck_assert(mkdir(buf_str(&path), 0700) == 0 || access(buf_str(&path), W_OK) == 0);
	snprintf(id, sizeof(id), "%s.7", closed[1].s);
	seal_key_random(&key);
	filed_name(name, &b.st, id, "jpg");
	filed_name(stranger, &b.st, "00000000.7", "jpg");
	ck_assert_int_eq(filed_put(&b.st, &key, name, "x", 1), 0);
	ck_assert_int_eq(filed_put(&b.st, &key, stranger, "x", 1), 0);
	ck_assert_int_eq(filed_sweep(&b.st, INT64_MAX), 1);
	ck_assert_int_eq(filed_is_there(&b.st, id), 1);
	ck_assert_int_eq(filed_is_there(&b.st, "00000000.7"), 0);
	buf_release(&path);
}
END_TEST

/* ---- the function ---- */

static enum archive_result
round_of_all(void)
{
	struct archive_plan p = { store_now_ms(&b.st) - 90 * DAY_MS, 5000, 0 };
	struct archive_done done;

	return archiver_round(&b.st, &p, &done);
}

START_TEST(removing_is_whole_or_nothing)
{
	static const enum key_id fixed[] = { KEY_SEAM, KEY_HEADS };
	char before[48], after[48], shelf[SHELF_CHARS + 1];

	shelf_of(shelf, closed[1].s);
	for (size_t i = 0; i <= N_ELEMS(fixed); i++) {
		const char *key = bench_key(
		    &b, i < N_ELEMS(fixed) ? fixed[i] : KEY_SHELF, i < N_ELEMS(fixed) ? NULL : shelf);

		if (bench_integer(&b, "EXISTS %s", key))
			freeReplyObject(bench_command(&b, "RENAME %s aside", key));
		freeReplyObject(bench_command(&b, "SET %s x", key));
		bench_digest(&b, before);
		ck_assert_int_eq(round_of_all(), ARCHIVE_FAILED);
		bench_digest(&b, after);
		ck_assert_msg(strcmp(before, after) == 0, "%s", key);
		bench_integer(&b, "DEL %s", key);
		if (bench_integer(&b, "EXISTS aside"))
			freeReplyObject(bench_command(&b, "RENAME aside %s", key));
	}
	ck_assert_int_eq(round_of_all(), ARCHIVE_OK);
	ck_assert_msg(is_clean(), "%s", buf_str(&report));
}
END_TEST

Suite *
archive_suite(void)
{
	Suite *s = suite_create("archive");
	TCase *tc = tcase_create("archive");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, what_is_old_leaves_and_is_found_again);
	tcase_add_loop_test(tc, rounds_of_any_size_make_the_same_archive, 0, N_ELEMS(batches));
	tcase_add_test(tc, a_case_that_was_open_goes_later);
	tcase_add_test(tc, what_is_young_stays);
	tcase_add_test(tc, what_is_not_sealed_stays);
	tcase_add_test(tc, what_changes_meanwhile_stays);
	tcase_add_test(tc, a_code_is_never_given_again);
	tcase_add_test(tc, a_version_goes_with_its_last_case);
	tcase_add_test(tc, an_officer_goes_when_he_has_left_for_long);
	tcase_add_test(tc, an_officer_who_is_back_stays);
	tcase_add_loop_test(tc, an_edited_archive_is_named, 0, N_ELEMS(bendings));
	tcase_add_test(tc, a_start_judges_from_the_seam_on);
	tcase_add_test(tc, a_note_older_than_the_seam_holds);
	tcase_add_test(tc, a_restored_store_meets_its_newer_archive);
	tcase_add_loop_test(tc, a_file_that_reads_otherwise_moves_nothing, 0, N_ELEMS(lies));
	tcase_add_test(tc, a_slow_archiver_takes_nothing_from_a_faster);
	tcase_add_test(tc, a_lock_ends_with_its_archiver);
	tcase_add_test(tc, the_command_says_that_another_is_at_work);
	tcase_add_loop_test(tc, a_full_disk_moves_nothing, 0, 4);
	tcase_add_test(tc, a_disk_with_little_room_moves_nothing);
	tcase_add_test(tc, erasing_takes_the_key_out_of_the_file);
	tcase_add_test(tc, what_is_called_held_is_in_the_archive);
	tcase_add_test(tc, erasing_takes_the_key_out_of_the_store);
	tcase_add_test(tc, erasing_during_a_round_takes_the_key_out_of_both);
	tcase_add_test(tc, files_of_archived_cases_stay);
	tcase_add_test(tc, removing_is_whole_or_nothing);
	suite_add_tcase(s, tc);
	return s;
}
