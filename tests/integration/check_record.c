/*
 * The record as a file, on a real export: whole, and bent in every way that is known.  Two verifiers
 * that share nothing judge each one: ours, and tests/record.py, written from docs/record.md.
 */
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#include "core/calendar.h"
#include "lib/config.h"
#include "store/logbook.h"
#include "tests/integration/shelf.h"

Suite *record_suite(void);

static struct bench b;
static struct code old_case, sealed_case, young;
static char path[96], kept[96], public_hex[65];
static struct buf said;

/* The export by its lines. */
static struct buf *lines;
static size_t lines_n;

static void
public_key(void)
{
	struct buf hex = { 0 };
	uint8_t public[32];

	sign_public(public, shelf_seed);
	buf_add_hex(&hex, public, sizeof(public));
	snprintf(public_hex, sizeof(public_hex), "%s", buf_str(&hex));
	buf_release(&hex);
}

static void
free_lines(void)
{
	for (size_t i = 0; i < lines_n; i++)
		buf_release(&lines[i]);
	free(lines);
	lines = NULL;
	lines_n = 0;
}

static void
export(void)
{
	buf_reset(&said);
	ck_assert_msg(run_line(&said, "$BIN/kentongan export --record %s --dir %s --redis %s", path,
			  b.dir, b.url) == 0,
	    "%s", buf_str(&said));
}

static void
read_lines(void)
{
	struct buf all = { 0 };
	char *save, *line;

	free_lines();
	ck_assert_int_eq(file_read(path, 64 << 20, &all), 0);
	lines = xcalloc(all.len / 2 + 1, sizeof(*lines));
	for (line = strtok_r(all.data, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
		buf_adds(&lines[lines_n++], line);
	buf_release(&all);
}

static void
write_lines(void)
{
	struct buf all = { 0 };

	for (size_t i = 0; i < lines_n; i++)
		if (lines[i].len > 0)
			buf_addf(&all, "%s\n", buf_str(&lines[i]));
	ck_assert_int_eq(file_write(path, all.data, all.len, 0600), 0);
	buf_release(&all);
}

static void
keep_head(const char *line, void *arg)
{
	fprintf(arg, "%s\n", line);
}

/* As somebody who follows the feed has them. */
static void
keep_heads(void)
{
	FILE *f = fopen(kept, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_gt(logbook_heads(&b.st, keep_head, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

/* A sealed case, as one who whistles opens it. */
static struct code
opened_sealed(void)
{
	struct code code = kit_reported(&b, "sealed", 0);
	struct commit_batch batch = { 0 };
	static struct kit_case k;
	int64_t now = store_now_ms(&b.st);

	kit_load(&b, &k, &code);
	kit_decide_open(&b, &k, now);
	k.u.sealed = 1;
	kit_decide(&b, &k, now);
	commit_begin(&batch, now);
	kit_add(&b, &batch, &k, NULL);
	ck_assert_int_eq(kit_run(&b, &batch), COMMIT_OK);
	kit_release(&k);
	return code;
}

/* Half of it in the archive, heads between, a case withheld. */
static void
begin(void)
{
	shelf_begin(&b);
	snprintf(path, sizeof(path), "%s/record.jsonl", b.dir);
	snprintf(kept, sizeof(kept), "%s/kept", b.dir);
	public_key();
	old_case = shelf_closed(&b, "1");
	shelf_seal(&b);
	shelf_forward(&b, 100 * DAY_MS);
	shelf_archive(&b, 5000);
	sealed_case = opened_sealed();
	shelf_seal(&b);
	shelf_forward(&b, HOUR_MS);
	young = kit_opened(&b, "2", 0);
	ck_assert_int_eq(kit_act(&b, &young, ON_ACCEPT, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(kit_act(&b, &young, ON_HANDLE, KIT_PTG), COMMIT_OK);
	ck_assert_int_eq(store_note_flush(&b.st), 0);
	export();
	read_lines();
}

static void
end(void)
{
	free_lines();
	buf_release(&said);
	bench_end(&b);
}

/* The entry that a verifier names first; 0: none. */
static long long
first_named(const struct buf *verdict)
{
	const char *at = strstr(buf_str(verdict), "entry ");

	return at != NULL ? strtoll(at + 6, NULL, 10) : 0;
}

/* Both verifiers; both must say so much.  more: further words of the command line. */
static void
judged(int status, const char *says, const char *more)
{
	struct buf second = { 0 };

	buf_reset(&said);
	ck_assert_msg(
	    run_line(&said, "$BIN/kentongan-verify %s --key %s %s", path, public_hex, more) == status,
	    "%s", buf_str(&said));
	ck_assert_msg(
	    strstr(buf_str(&said), says) != NULL, "'%s' is missing in:\n%s", says, buf_str(&said));
	ck_assert_msg(run_line(&second, "python3 tests/record.py %s --key %s %s", path, public_hex,
			  more) == status,
	    "the second verifier: %s", buf_str(&second));
	ck_assert_msg(status == 0 || first_named(&said) == first_named(&second), "they name different ones:\n%s%s",
	    buf_str(&said), buf_str(&second));
	buf_release(&second);
}

/* ---- finding and changing ---- */

static json_t *
line_at(size_t i)
{
	json_t *doc = json_loads(buf_str(&lines[i]), JSON_ALLOW_NUL, NULL);

	ck_assert_ptr_nonnull(doc);
	return doc;
}

static void
put_line(size_t i, json_t *doc)
{
	char *text = json_dumps(doc, JSON_COMPACT);

	buf_reset(&lines[i]);
	buf_adds(&lines[i], text);
	free(text);
	json_decref(doc);
}

/* The n-th line that holds this text. */
static size_t
line_with(const char *text, int n)
{
	for (size_t i = 0; i < lines_n; i++)
		if (strstr(buf_str(&lines[i]), text) != NULL && n-- == 0)
			return i;
	ck_abort_msg("no line with %s", text);
	return 0;
}

static long long
seq_at(size_t i)
{
	json_t *doc = line_at(i);
	long long seq = json_integer_value(json_object_get(doc, "seq"));

	json_decref(doc);
	return seq;
}

static void
set_seq(size_t i, long long seq)
{
	json_t *doc = line_at(i);

	json_object_set_new(doc, "seq", json_integer(seq));
	put_line(i, doc);
}

/* Another text in an entry's bytes; with its digest made anew, as a careful forger would. */
static void
rewrite(size_t i, const char *from, const char *to, int digest)
{
	json_t *doc = line_at(i);
	const char *e = json_string_value(json_object_get(doc, "e")), *at;
	struct buf text = { 0 }, hex = { 0 };
	uint8_t h[DIGEST_BYTES];

	ck_assert_ptr_nonnull(e);
	at = strstr(e, from);
	ck_assert_msg(at != NULL, "%s is not in %s", from, e);
	buf_add(&text, e, (size_t)(at - e));
	buf_adds(&text, to);
	buf_adds(&text, at + strlen(from));
	digest_of(h, NULL, text.data, text.len);
	buf_add_hex(&hex, h, sizeof(h));
	json_object_set_new(doc, "e", json_string(buf_str(&text)));
	if (digest)
		json_object_set_new(doc, "h", json_string(buf_str(&hex)));
	put_line(i, doc);
	buf_release(&text);
	buf_release(&hex);
}

static size_t
first_entry(void)
{
	return line_with("{\"seq\":1,", 0);
}

/* The opening entry of the young case: it stands behind a head. */
static size_t
opening(void)
{
	char code[40];

	snprintf(code, sizeof(code), "\\\"code\\\":\\\"%s\\\"", young.s);
	return line_with(code, 0);
}

static char *
named(long long seq, const char *what)
{
	static char text[160];

	snprintf(text, sizeof(text), "entry %lld: %s", seq, what);
	return text;
}

/* ---- clean ---- */

static void
check_of(const struct code *code, char shown[SHOWN_PROOF_CHARS])
{
	struct stored_case s;

	ck_assert_int_eq(cases_load(&b.st, code, 1, &s), 0);
	proof_show(shown, s.c.proof);
	ck_assert_int_eq(strlen(shown), SHOWN_PROOF_CHARS - 1);
	stored_case_release(&s);
}

START_TEST(a_whole_record_is_clean)
{
	char check[3][SHOWN_PROOF_CHARS], more[320];

	keep_heads();
	check_of(&old_case, check[0]);
	check_of(&young, check[1]);
	check_of(&sealed_case, check[2]);
	snprintf(more, sizeof(more),
	    "--heads %s --code %s --check %s --code %s --check %s --code %s --check %s", kept,
	    old_case.s, check[0], young.s, check[1], sealed_case.s, check[2]);
	judged(0, "clean: ", more);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "whose words are withheld"));
	ck_assert_ptr_nonnull(strstr(buf_str(&said), " 1 withheld, 2 cases, 3 heads"));
}
END_TEST

START_TEST(the_worked_example_is_true)
{
	buf_reset(&said);
	ck_assert_msg(run_line(&said, "python3 tests/record.py --example docs/record.md") == 0, "%s",
	    buf_str(&said));
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "clean: 2 entries"));
	buf_reset(&said);
	ck_assert_int_eq(
	    run_line(&said,
		"sed -n '/^```record/,/^```$/p' docs/record.md | grep -v '```' | "
		"$BIN/kentongan-verify - --code 7K3F-9QXF --check $(sed -n 's/^| check code of "
		".*`\\(.*\\)` |/\\1/p' docs/record.md) "
		"--key $(sed -n 's/.*Public key `\\([0-9a-f]*\\)`.*/\\1/p' docs/record.md)"),
	    0);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "clean: 2 entries, 0 withheld, 1 cases, 1 heads"));
}
END_TEST

/* What a citizen said, who he is, what is sealed: none of it; and the receipts' own numbers only in the open. */
START_TEST(no_person_is_in_it)
{
	struct buf all = { 0 };

	ck_assert_int_eq(file_read(path, 64 << 20, &all), 0);
	ck_assert_ptr_null(strstr(buf_str(&all), "kenari7"));
	ck_assert_ptr_null(strstr(buf_str(&all), "81234567890"));
	ck_assert_ptr_null(strstr(buf_str(&all), sealed_case.s));
	ck_assert_ptr_nonnull(strstr(buf_str(&all), young.s));
	buf_release(&all);
}
END_TEST

START_TEST(a_changed_key_vouches_and_is_vouched_for)
{
	uint8_t fresh[32] = { 9, 8, 7 };
	char old_hex[65];

	memcpy(old_hex, public_hex, sizeof(old_hex));
	buf_reset(&said);
	ck_assert_int_eq(run_line(&said,
			     "cd %s/secrets && mv sign sign_previous && printf "
			     "0908070000000000000000000000000000000000000000000000000000000000 > sign "
			     "&& chmod 400 sign",
			     b.dir),
	    0);
	ck_assert_int_eq(signers_register(&b.st, fresh, store_now_ms(&b.st)), 0);
	memcpy(shelf_seed, fresh, sizeof(fresh));
	kit_opened(&b, "3", 0);
	shelf_seal(&b);
	export();
	judged(0, "clean", "");			/* by the old key */
	public_key();
	judged(0, "clean", "");			/* by the new one */
	ck_assert_str_ne(old_hex, public_hex);
	ck_assert_int_eq(shelf_audit(&b, &said), 0);
}
END_TEST

/* ---- bent: on the file ---- */

static void one_byte(void)
{
	rewrite(opening(), "\"to\":\"ditugaskan\"", "\"to\":\"ditangani\"", 0);
	write_lines();
	judged(1, named(seq_at(opening()), "its bytes do not have its digest: it was changed"), "");
}

static void with_its_digest(void)
{
	rewrite(opening(), "\"to\":\"ditugaskan\"", "\"to\":\"ditangani\"", 1);
	write_lines();
	judged(1, named(seq_at(opening()) + 1, "does not follow the entry before it of case"), "");
}

static void of_no_case_with_its_digest(void)
{
	rewrite(first_entry() + 4, "\"what\":\"petugas\"", "\"what\":\"petugaS\"", 1);
	write_lines();
	judged(1,
	    "the archive up to here is not the one that left the store: an entry at or before it was "
	    "changed",
	    "");
}

static void of_no_case_past_the_seam(void)
{
	rewrite(line_with("\\\"what\\\":\\\"arsip\\\"", 0), "\"actor\":\"cli\"", "\"actor\":\"clj\"", 1);
	write_lines();
	judged(1, "was signed over another chain", "");
}

/* The last one of its case: no later one speaks against it. */
static void a_version_left_out(void)
{
	size_t i = opening() + 2;

	rewrite(i, "\"v\":3", "\"v\":4", 1);
	write_lines();
	judged(1, named(seq_at(i), "is version 4 of case"), "");
}

static void a_round_of_what_is_still_to_come(void)
{
	size_t i = line_with("\\\"what\\\":\\\"arsip\\\"", 0);

	rewrite(i, " last=", " last=9", 1);
	write_lines();
	judged(1, named(seq_at(i), "is no record of an archiving in the known form"), "");
}

static void removed(void)
{
	size_t i = first_entry() + 7;
	long long seq = seq_at(i);

	buf_reset(&lines[i]);
	write_lines();
	judged(1, named(seq, "is missing"), "");
}

/* The seqs behind it closed up, so that there is no gap. */
static void removed_and_closed_up(void)
{
	size_t i = opening() + 2, last = lines_n - 1;
	long long seq = seq_at(i);

	buf_reset(&lines[i]);
	for (size_t k = i + 1; k < last; k++)
		if (strncmp(buf_str(&lines[k]), "{\"seq\":", 7) == 0)
			set_seq(k, seq++);
	write_lines();
	judged(1, "NOT CLEAN", "");
}

static void inserted(void)
{
	size_t i = first_entry() + 9;
	struct buf copy = { 0 };

	buf_addf(&copy, "%s\n%s", buf_str(&lines[i]), buf_str(&lines[i]));
	buf_release(&lines[i]);
	lines[i] = copy;
	write_lines();
	judged(1, named(seq_at(i + 1) - 1, "stands after entry"), "");
}

static void inserted_at_the_end(void)
{
	static const char e[] = "{\"at\":9999999999999,\"what\":\"catatan\"}";
	size_t i = line_with("{\"end\":", 0);
	json_t *doc = line_at(i);
	long long last = json_integer_value(json_object_get(doc, "end"));
	struct buf more = { 0 }, hex = { 0 };
	uint8_t h[DIGEST_BYTES];

	json_decref(doc);
	digest_of(h, NULL, e, strlen(e));
	buf_add_hex(&hex, h, sizeof(h));
	doc = json_pack("{sIssss}", "seq", (json_int_t)last + 1, "h", buf_str(&hex), "e", e);
	buf_adds(&more, buf_str(&lines[i]));
	put_line(i, doc);
	buf_addf(&lines[i], "\n%s", buf_str(&more));
	write_lines();
	judged(1, named(last, "the record does not end here"), "");
	buf_release(&more);
	buf_release(&hex);
}

static void reordered(void)
{
	size_t i = opening();
	json_t *x = line_at(i), *y = line_at(i + 1);
	json_t *seq = json_deep_copy(json_object_get(x, "seq"));
	long long first = seq_at(i);

	json_object_set(x, "seq", json_object_get(y, "seq"));
	json_object_set_new(y, "seq", seq);
	put_line(i, y);
	put_line(i + 1, x);
	write_lines();
	judged(1, named(first, "does not follow the entry before it of case"), "");
}

static void lines_reordered(void)
{
	size_t i = first_entry() + 11;
	struct buf x = lines[i];
	long long seq = seq_at(i);

	lines[i] = lines[i + 1];
	lines[i + 1] = x;
	write_lines();
	judged(1, named(seq, "is missing"), "");
}

static void tail_cut(void)
{
	long long seq = seq_at(opening());

	for (size_t k = opening(); k < lines_n; k++)
		buf_reset(&lines[k]);
	write_lines();
	judged(1, named(seq, "is missing: the record has no end, its tail was cut"), "");
}

static void tail_cut_before_its_head(void)
{
	size_t i = opening();
	long long seq = seq_at(i);

	for (size_t k = i; strncmp(buf_str(&lines[k]), "{\"seq\":", 7) == 0; k++)
		buf_reset(&lines[k]);
	write_lines();
	judged(1, named(seq, "is missing: a head signed at entry"), "");
}

/* Cut behind a head, with an end of its own: an older record, and a true one.  Only what was kept tells. */
static void tail_cut_behind_a_head(void)
{
	size_t head = line_with("{\"head\":", 1);
	const char *chain = strstr(buf_str(&lines[head]), "chain=") + 6;
	long long seq = strtoll(strstr(buf_str(&lines[head]), "seq=") + 4, NULL, 10);
	struct buf last = { 0 };

	keep_heads();
	buf_addf(&last, "{\"end\":%lld,\"chain\":\"%.64s\"}", seq, chain);
	for (size_t k = head + 1; k < lines_n; k++)
		buf_reset(&lines[k]);
	buf_release(&lines[head + 1]);
	lines[head + 1] = last;
	write_lines();
	judged(0, "clean", "");
	{
		char more[120], check[SHOWN_PROOF_CHARS];

		snprintf(more, sizeof(more), "--heads %s", kept);
		judged(1, "the tail was cut, or an older copy was restored", more);
		check_of(&young, check);
		snprintf(more, sizeof(more), "--code %s --check %s", young.s, check);
		judged(1, "no entry of the record opens this case", more);
	}
}

static void forged_head(void)
{
	size_t i = line_with("{\"head\":", 1);
	char *at = strstr(lines[i].data, " at=") + 4;

	*at = *at == '9' ? '8' : (char)(*at + 1);
	write_lines();
	judged(1, "does not bear its signature", "");
}

static void head_removed(void)
{
	buf_reset(&lines[line_with("{\"head\":", 2)]);
	write_lines();
	judged(1, "no signed head covers it", "");
}

static void seam_changed(void)
{
	size_t i = line_with("{\"seam\":", 0);
	char *chain = strstr(lines[i].data, "\"chain\":\"") + 9;

	*chain = *chain == 'a' ? 'b' : 'a';
	write_lines();
	judged(1, "the archive up to here is not the one that left the store", "");
}

static void end_changed(void)
{
	size_t i = line_with("{\"end\":", 0);
	json_t *doc = line_at(i);
	long long last = json_integer_value(json_object_get(doc, "end"));
	char *chain = strstr(lines[i].data, "\"chain\":\"") + 9;

	json_decref(doc);
	*chain = *chain == 'a' ? 'b' : 'a';
	write_lines();
	judged(1, named(last, "the record does not end here, or was changed before"), "");
}

static void (*const on_the_file[])(void) = {
	one_byte,
	with_its_digest,
	of_no_case_with_its_digest,
	of_no_case_past_the_seam,
	a_version_left_out,
	a_round_of_what_is_still_to_come,
	removed,
	removed_and_closed_up,
	inserted,
	inserted_at_the_end,
	reordered,
	lines_reordered,
	tail_cut,
	tail_cut_before_its_head,
	tail_cut_behind_a_head,
	forged_head,
	head_removed,
	seam_changed,
	end_changed,
};

START_TEST(bent_on_the_file)
{
	on_the_file[_i]();
}
END_TEST

/* ---- bent: in the house, by who holds its keys ---- */

/* Writes an entry as only somebody with the store's password could. */
static int64_t
plant(const char *fmt_at, int64_t at_ms)
{
	struct buf entry = { 0 };
	uint8_t h[DIGEST_BYTES];
	int64_t seq = logbook_last_seq(&b.st) + 1;

	buf_addf(&entry, "{\"schema\":1,\"at\":%lld,\"what\":\"%s\"}", (long long)at_ms, fmt_at);
	digest_of(h, NULL, entry.data, entry.len);
	freeReplyObject(bench_command(&b, "XADD %s %lld-0 e %b h %b", bench_key(&b, KEY_LOG, NULL),
	    (long long)seq, entry.data, entry.len, h, sizeof(h)));
	bench_integer(&b, "HSET %s seq %lld", bench_key(&b, KEY_META, NULL), (long long)seq);
	buf_release(&entry);
	return seq;
}

/* All is right but the time: it claims to be older than the head before it. */
START_TEST(back_dated_behind_a_head)
{
	int64_t now, seq;

	shelf_forward(&b, HOUR_MS);
	shelf_seal(&b);
	now = store_now_ms(&b.st);
	/* Far enough from the entries before it that only the head speaks against it. */
	seq = plant("catatan", now - 2 * MINUTE_MS);
	export();
	judged(1, named(seq, "is dated 120 s before the head"), "");
	ck_assert_int_eq(shelf_audit(&b, &said), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&said), "is dated before the head that was signed before it"));
}
END_TEST

/* The last head is an hour old: only the entry before it speaks against it. */
START_TEST(back_dated_behind_an_entry)
{
	int64_t seq = plant("catatan", store_now_ms(&b.st) - 2 * MINUTE_MS);

	export();
	judged(1, named(seq, "is dated 120 s before an entry before it"), "");
}
END_TEST

START_TEST(dated_past_its_head)
{
	plant("catatan", store_now_ms(&b.st) + HOUR_MS);
	export();
	judged(1, "is dated before an entry that it covers", "");
}
END_TEST

/* The archive edited with care: bytes, digest and all; the house exports what it has. */
START_TEST(an_edited_archive)
{
	struct buf sql = { 0 }, hex = { 0 }, entry = { 0 };
	uint8_t h[DIGEST_BYTES];

	buf_adds(&entry, "{\"schema\":1,\"at\":1,\"what\":\"petugas\",\"actor\":\"cli\",\"detail\":\"x\"}");
	digest_of(h, NULL, entry.data, entry.len);
	buf_add_hex(&hex, h, sizeof(h));
	buf_addf(
	    &sql, "UPDATE entry SET e = '%s', h = x'%s' WHERE seq = 1", buf_str(&entry), buf_str(&hex));
	shelf_edit(&b, buf_str(&sql));
	export();
	judged(1, "the archive up to here is not the one that left the store", "");
	buf_release(&sql);
	buf_release(&hex);
	buf_release(&entry);
}
END_TEST

/* Everything made anew, chain and heads, with the house's own key: what was kept outside tells. */
START_TEST(all_made_anew)
{
	char more[160], check[SHOWN_PROOF_CHARS];
	const char *log = bench_key(&b, KEY_LOG, NULL);
	redisReply *r;

	keep_heads();
	check_of(&young, check);
	r = bench_command(&b, "XRANGE %s - +", log);
	bench_integer(&b, "DEL %s", log);
	for (size_t i = 0; i < r->elements; i++) {
		const redisReply *f = r->element[i]->element[1];
		struct buf e = { 0 };
		uint8_t h[DIGEST_BYTES];
		char *at;

		buf_add(&e, f->element[1]->str, f->element[1]->len);
		/* A minute earlier, on paper. */
		at = strstr(buf_str(&e), young.s) != NULL ? strstr(e.data, "\"rx\":") : NULL;
		if (at != NULL && strstr(buf_str(&e), "\"v\":1") != NULL)
			at[17] = at[17] == '1' ? '0' : '1';
		digest_of(h, NULL, e.data, e.len);
		freeReplyObject(bench_command(&b, "XADD %s %s e %b h %b", log,
		    r->element[i]->element[0]->str, e.data, e.len, h, sizeof(h)));
		buf_release(&e);
	}
	freeReplyObject(r);
	bench_integer(&b, "DEL %s", bench_key(&b, KEY_HEADS, NULL));
	bench_integer(&b, "HSET %s seq 0 digest %064d", bench_key(&b, KEY_CHAIN, NULL), 0);
	shelf_seal(&b);
	buf_reset(&said);
	ck_assert_int_eq(run_line(&said, "rm -f %s/noted/*", b.dir), 0);
	export();
	snprintf(more, sizeof(more), "--heads %s", kept);
	judged(1, "NOT CLEAN", more);
	snprintf(more, sizeof(more), "--code %s --check %s", young.s, check);
	judged(1, "NOT CLEAN", more);
}
END_TEST

START_TEST(a_foreign_key)
{
	uint8_t theirs[32] = { 7 };

	bench_integer(&b, "DEL %s", bench_key(&b, KEY_SIGNERS, NULL));
	buf_reset(&said);
	ck_assert_int_eq(run_line(&said,
			     "cd %s/secrets && rm -f sign && printf "
			     "0700000000000000000000000000000000000000000000000000000000000000 > sign "
			     "&& chmod 400 sign",
			     b.dir),
	    0);
	bench_integer(&b, "DEL %s", bench_key(&b, KEY_HEADS, NULL));
	memcpy(shelf_seed, theirs, sizeof(theirs));
	export();
	judged(1, "it is foreign", "");
}
END_TEST

START_TEST(what_cannot_be_read)
{
	buf_reset(&said);
	ck_assert_int_eq(run_line(&said, "$BIN/kentongan-verify %s/none --key %s", b.dir, public_hex), 2);
	ck_assert_int_eq(run_line(&said, "$BIN/kentongan-verify /dev/null --key %s", public_hex), 2);
	ck_assert_int_eq(run_line(&said, "$BIN/kentongan-verify %s --key abc", path), 2);
	ck_assert_int_eq(run_line(&said, "$BIN/kentongan-verify %s", path), 2);
	ck_assert_int_eq(run_line(&said, "$BIN/kentongan-verify %s --key %s --heads %s/none", path,
			     public_hex, b.dir),
	    2);
	ck_assert_int_eq(
	    run_line(&said, "$BIN/kentongan-verify %s --key %s --code 7K3F-9QXU --check 0", path,
		public_hex),
	    2);
}
END_TEST

Suite *
record_suite(void)
{
	Suite *s = suite_create("record");
	TCase *tc = tcase_create("record");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, a_whole_record_is_clean);
	tcase_add_test(tc, the_worked_example_is_true);
	tcase_add_test(tc, no_person_is_in_it);
	tcase_add_test(tc, a_changed_key_vouches_and_is_vouched_for);
	tcase_add_loop_test(tc, bent_on_the_file, 0, N_ELEMS(on_the_file));
	tcase_add_test(tc, back_dated_behind_a_head);
	tcase_add_test(tc, back_dated_behind_an_entry);
	tcase_add_test(tc, dated_past_its_head);
	tcase_add_test(tc, an_edited_archive);
	tcase_add_test(tc, all_made_anew);
	tcase_add_test(tc, a_foreign_key);
	tcase_add_test(tc, what_cannot_be_read);
	suite_add_tcase(s, tc);
	return s;
}
