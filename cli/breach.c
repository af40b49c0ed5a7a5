/*
 * kentongan breach: whose data an account, or anybody in a stretch of time, touched or could read, and a
 * draft of the notice that Law 27/2022, article 46, demands within 3 x 24 hours.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/officer.h"
#include "core/access.h"
#include "core/calendar.h"
#include "lib/escape.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/logbook.h"

#define ENTRIES 1000		/* of the log, or cases, read at once */
#define NOTICE_MS (3 * DAY_MS)

enum touch { TOUCH_LOOKED = 1, TOUCH_FILE = 2, TOUCH_ACTED = 4, TOUCH_CAME = 8, TOUCH_COULD = 16 };
static const struct { enum touch touch; const char *words; } touches[] = {
	{ TOUCH_LOOKED, "dibuka" }, { TOUCH_FILE, "berkas dibuka" }, { TOUCH_ACTED, "dikerjakan" },
	{ TOUCH_CAME, "masuk" }, { TOUCH_COULD, "dapat dibaca" },
};

struct affected {
	struct code code;
	int64_t seq;			/* where the log names it first */
	unsigned how;
	int64_t first_ms, last_ms;	/* of what was done; 0 nothing */
	char category[CATEGORY_CHARS], reporter[LOOKUP_TEXT];
	int gone;			/* erased, or never readable: nothing of it can have been read */
};
struct breach {
	struct house *h;
	int64_t since_ms, until_ms, seq;
	const struct officer *account;	/* NULL: whoever it was */
	struct affected *list; size_t n, cap;
	int persons, nameless, erased;
};

/* ---- from the log ---- */

static void
note(struct breach *b, const char *code, unsigned how, int64_t at_ms)
{
	struct affected *a;
	struct code c;

	if (code == NULL || code_parse(&c, code, strlen(code)) != 0)
		return;
	if (b->n == b->cap) {
		b->cap = b->cap > 0 ? 2 * b->cap : 256;
		b->list = xrealloc(b->list, b->cap * sizeof(*b->list));
	}
	a = &b->list[b->n++];
	*a = (struct affected){ .code = c, .seq = b->seq, .how = how };
	if (how != TOUCH_COULD)
		a->first_ms = a->last_ms = at_ms;
}

/* Looks and files name the case they are "about"; an act is an entry of the case itself. */
static int
read_entry(const struct log_line *line, void *arg)
{
	struct breach *b = arg;
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *actor = json_string_value(json_object_get(doc, "actor"));
	const char *code = json_string_value(json_object_get(doc, "code"));
	int64_t at_ms = json_integer_value(json_object_get(doc, "at"));
	int opens = code != NULL && json_integer_value(json_object_get(doc, "v")) == 1;
	int his = b->account == NULL ? actor != NULL && officer_find(&b->h->roster, actor) != NULL :
	    actor != NULL && strcmp(actor, b->account->id) == 0;

	b->seq = line->seq;
	if (at_ms > b->until_ms || what == NULL)
		goto out;
	if (at_ms >= b->since_ms && his && strcmp(what, "lihat") == 0)
		note(b, json_string_value(json_object_get(doc, "about")), TOUCH_LOOKED, at_ms);
	else if (at_ms >= b->since_ms && his && strcmp(what, "berkas-dibuka") == 0)
		note(b, json_string_value(json_object_get(doc, "about")), TOUCH_FILE, at_ms);
	else if (at_ms >= b->since_ms && his && code != NULL)
		note(b, code, TOUCH_ACTED, at_ms);
	if (opens && b->account != NULL)
		note(b, code, TOUCH_COULD, at_ms);
	else if (opens && at_ms >= b->since_ms)
		note(b, code, TOUCH_CAME, at_ms);
out:
	json_decref(doc);
	return 0;
}

static int
by_code(const void *x, const void *y)
{
	const struct affected *a = x, *b = y;
	int order = strcmp(a->code.s, b->code.s);

	return order != 0 ? order : a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* Each case once, with all that was done. */
static void
fold(struct breach *b)
{
	size_t n = 0;

	if (b->n > 1)
		qsort(b->list, b->n, sizeof(*b->list), by_code);
	for (size_t i = 0; i < b->n; i++) {
		struct affected *last = n > 0 ? &b->list[n - 1] : NULL, *a = &b->list[i];

		if (last == NULL || strcmp(last->code.s, a->code.s) != 0) {
			b->list[n++] = *a;
			continue;
		}
		last->how |= a->how;
		if (last->first_ms == 0)
			last->first_ms = a->first_ms;
		if (a->last_ms != 0)
			last->last_ms = a->last_ms;
	}
	b->n = n;
}

/* ---- from the cases ---- */

/* What he may read by his role stands in the table that every page asks, as if he still served. */
static int
could_read(const struct breach *b, const struct case_record *c)
{
	struct officer o = *b->account;
	struct access_case a;

	o.ended = 0;
	access_case_of(&a, c, &o);
	return access_may(b->h->policy, &o, SEE_WORDS, &a);
}

static void
weigh(const struct breach *b, struct affected *a, const struct stored_case *s)
{
	a->gone = !s->readable || s->version == 0 || s->wrapped.len == 0;
	if (a->gone)
		return;
	snprintf(a->category, sizeof(a->category), "%s", s->c.category);
	snprintf(a->reporter, sizeof(a->reporter), "%s", s->c.reporter);
	if ((a->how & TOUCH_COULD) && !could_read(b, &s->c))
		a->how &= ~(unsigned)TOUCH_COULD;
}

static int
load_cases(struct breach *b)
{
	struct stored_case *s = xcalloc(ENTRIES, sizeof(*s));
	struct code *codes = xcalloc(ENTRIES, sizeof(*codes));
	int rc = 0;

	for (size_t at = 0; rc == 0 && at < b->n; at += ENTRIES) {
		size_t n = b->n - at < ENTRIES ? b->n - at : ENTRIES;

		for (size_t i = 0; i < n; i++)
			codes[i] = b->list[at + i].code;
		rc = cases_load(&b->h->st, codes, n, s);
		for (size_t i = 0; rc == 0 && i < n; i++) {
			weigh(b, &b->list[at + i], &s[i]);
			stored_case_release(&s[i]);
		}
	}
	free(codes);
	free(s);
	return rc;
}

static int
by_reporter(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* People are counted by the keyed hash of their number, which is not shown. */
static void
count(struct breach *b)
{
	const char **who = xcalloc(b->n + 1, sizeof(*who));
	size_t kept = 0, n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (b->list[i].how != 0 && b->list[i].gone)
			b->erased++;
		else if (b->list[i].how != 0)
			b->list[kept++] = b->list[i];
	}
	b->n = kept;
	for (size_t i = 0; i < kept; i++)
		if (b->list[i].reporter[0] != '\0')
			who[n++] = b->list[i].reporter;
		else
			b->nameless++;
	if (n > 1)
		qsort(who, n, sizeof(*who), by_reporter);
	for (size_t i = 0; i < n; i++)
		b->persons += i == 0 || strcmp(who[i - 1], who[i]) != 0;
	free(who);
}

static int
gather(struct breach *b)
{
	int64_t last = logbook_last_seq(&b->h->st);
	int n;

	if (last < 0)
		return -1;
	/* What he could read is as old as the house; what was done is not older than since. */
	b->seq = b->account != NULL ? 0 : logbook_seq_before(&b->h->st, b->since_ms, last);
	while ((n = logbook_read(&b->h->st, b->seq, ENTRIES, read_entry, b)) == ENTRIES)
		continue;
	if (n < 0)
		return -1;
	fold(b);
	if (load_cases(b) != 0)
		return -1;
	count(b);
	return 0;
}

/* ---- saying it ---- */

static void
add_how(struct buf *out, unsigned how, const char *between)
{
	size_t from = out->len;

	for (size_t i = 0; i < N_ELEMS(touches); i++)
		if (how & touches[i].touch)
			buf_addf(out, "%s%s", out->len > from ? between : "", touches[i].words);
}

static void
add_case(struct buf *out, const struct affected *a, int json)
{
	if (json) {
		buf_addf(out, "%s{\"code\":\"%s\"", out->len > 0 ? "," : "", a->code.s);
		buf_add_pair(out, "category", a->category);
		buf_adds(out, ",\"how\":[\"");
		add_how(out, a->how, "\",\"");
		buf_addf(out, "\"],\"first_ms\":%" PRId64 ",\"last_ms\":%" PRId64 "}", a->first_ms, a->last_ms);
		return;
	}
	buf_addf(out, "%s  %-22s ", a->code.s, a->category);
	add_how(out, a->how, ", ");
	if (a->first_ms != 0) {
		buf_adds(out, "  ");
		buf_add_wib_short(out, a->first_ms);
	}
	if (a->last_ms != a->first_ms) {
		buf_adds(out, " - ");
		buf_add_wib_short(out, a->last_ms);
	}
	buf_addc(out, '\n');
}

static void
add_notice(struct buf *out, const struct breach *b, int64_t now_ms)
{
	buf_adds(out, "PEMBERITAHUAN KEGAGALAN PELINDUNGAN DATA PRIBADI\n(Pasal 46 UU 27/2022; tertulis, paling lambat ");
	buf_add_wib_plain(out, now_ms + NOTICE_MS);
	buf_addf(out, " WIB)\nKepada: %d orang yang datanya tersentuh, dan lembaga pelindungan data pribadi\nDari: %s\n\n"
	    "1. Data pribadi yang terungkap: isi laporan, nama, nomor atau akun pelapor, lokasi dan berkasnya, dari %zu "
	    "laporan.\n2. Kapan dan bagaimana: antara ", b->persons, b->h->set.name, b->n);
	buf_add_wib_plain(out, b->since_ms);
	buf_adds(out, " dan ");
	buf_add_wib_plain(out, b->until_ms);
	buf_addf(out, " WIB%s%s. [Diisi: bagaimana itu terjadi dan kapan diketahui.]\n3. Upaya penanganan dan pemulihan: "
	    "[Diisi: akun atau kunci yang dicabut, apa yang diperbaiki, apa yang sebaiknya dilakukan penerima.]\n"
	    "4. Pertanyaan: [Diisi: nama dan nomor petugas pelindungan data.]\n",
	    b->account != NULL ? ", lewat akun petugas " : "", b->account != NULL ? b->account->id : "");
}

static int
show(const struct breach *b, int64_t now_ms, int json)
{
	struct buf cases = { 0 }, notice = { 0 }, quoted = { 0 };
	int rc;

	for (size_t i = 0; i < b->n; i++)
		add_case(&cases, &b->list[i], json);
	add_notice(&notice, b, now_ms);
	buf_add_json(&quoted, buf_str(&notice), notice.len);
	if (json)
		rc = printf("{\"since_ms\":%" PRId64 ",\"until_ms\":%" PRId64 ",\"persons\":%d,\"nameless\":%d,\"erased\":%d,"
		    "\"cases\":[%s],\"notice\":%s}\n", b->since_ms, b->until_ms, b->persons, b->nameless, b->erased,
		    buf_str(&cases), buf_str(&quoted));
	else
		rc = printf("%zu cases of %d people; %d of them without a sender, %d more erased before\n%s\n%s", b->n,
		    b->persons, b->nameless, b->erased, buf_str(&cases), buf_str(&notice));
	buf_release(&cases);
	buf_release(&notice);
	buf_release(&quoted);
	return rc < 0;
}

/* Who asks is on record before anything is shown. */
static int
put_on_record(const struct breach *b, const char *as)
{
	struct document d = { .key = KEY_META, .version = -1, .what = "kebocoran", .who = as };
	struct commit_batch batch = { 0 };
	struct buf detail = { 0 };
	int rc;

	buf_add_wib_iso(&detail, b->since_ms);
	buf_addc(&detail, ' ');
	buf_add_wib_iso(&detail, b->until_ms);
	buf_addf(&detail, " %s %zu", b->account != NULL ? b->account->id : "semua", b->n);
	d.note = buf_str(&detail);
	commit_begin(&batch, store_now_ms(&b->h->st));
	commit_add_document(&batch, &b->h->st, &d);
	rc = commit_run(&batch, &b->h->st) == 1 ? 0 : -1;
	commit_release(&batch);
	buf_release(&detail);
	return rc;
}

static int
breach(struct house *h, struct breach *b, const char *account, const char *as, int json)
{
	const struct officer *o = officer_find(&h->roster, as);

	b->h = h;
	if (o == NULL || o->ended)
		return cli_fail("%s: no officer who serves; see kentongan officer list", as);
	if (account != NULL && (b->account = officer_named(h, account)) == NULL)
		return 1;
	if (gather(b) != 0)
		return cli_fail("the log or the cases cannot be read: %s", store_error(&h->st));
	if (put_on_record(b, as) != 0)
		return cli_fail("the question could not be put on record, so nothing is shown: %s", store_error(&h->st));
	return show(b, store_now_ms(&h->st), json);
}

int
cli_breach(int argc, char **argv)
{
	const char *since = NULL, *until = NULL, *account = NULL, *as = NULL;
	const struct cli_flag flags[] = { { "since", &since, NULL }, { "until", &until, NULL }, { "officer", &account, NULL },
	    { "as", &as, NULL } };
	struct breach b = { 0 };
	struct house h;
	struct cli c;
	int status;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0 || as == NULL)
		return cli_usage("breach --since TIME --until TIME [--officer ID] --as OFFICER [--json]");
	if (officer_time("--since", since, &b.since_ms) != 0 || officer_time("--until", until, &b.until_ms) != 0)
		return 1;
	if (b.until_ms < b.since_ms)
		return cli_fail("--until %s: before --since", until);
	if (cli_house(&c, &h) != 0)
		return 1;
	status = breach(&h, &b, account, as, c.json);
	free(b.list);
	house_close(&h);
	return status;
}
