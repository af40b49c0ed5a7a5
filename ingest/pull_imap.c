/*
 * A mailbox by IMAP (RFC 3501): letters are reports, replies and news of our own letters.
 *
 * A round    EXAMINE, then what the last page left to be marked, then UID SEARCH in a window behind
 *            the cursor, sizes and times of what was found, each letter, and the page ends.  The
 *            upper end comes from UIDNEXT: "n:*" would always find the mailbox's last letter.
 * Seen       the mailbox is open for reading only (EXAMINE) while letters are fetched, because
 *            libcurl can fetch by BODY[] alone, which would mark them; \Seen is stored once the
 *            cursor is in the store.  It is for people who look into the mailbox: what was taken,
 *            the cursor alone knows.
 * Cursor     "VALIDITY DONE OLD MARKED": all up to DONE are in the store, up to MARKED also
 *            marked.  Below OLD lies what was there when we first saw this mailbox, or met it again
 *            under another UIDVALIDITY: of that only what is unread and young enough for its dedupe
 *            to be remembered is taken.
 * One bad    letter is read in a process of its own, fetched imap.tries times at most, in pages of
 *            one once it has spoilt a page, and then becomes a report that tells a human where it
 *            lies.
 * Files      that hang on a letter are on disk before its report goes to the store, and the report
 *            is there before the cursor moves.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/calendar.h"
#include "core/media.h"
#include "ingest/letter.h"
#include "ingest/pullers.h"
#include "ingest/upload.h"
#include "ingest/way.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/fault.h"
#include "lib/log.h"

#define WINDOW 1000			/* UIDs asked for at once: its answer fits a line of libcurl's */
#define LIST_BYTES (256u * 1024)
#define UID_MOST INT64_C(0xffffffff)
#define SHORT_BYTES 30			/* words so short may be a command, or a code */

struct found { int64_t uid, bytes, at_ms; };

struct imap {
	struct buf url, examine, select;
	int64_t validity, done, old, marked;	/* the cursor */
	int64_t next_uid;
	struct found *found; int n, i;		/* the page: ascending, and where we are in it */
	int64_t page_end;
	int64_t bad_uid; int bad_times;		/* the letter that could not be fetched last */
	int alone;			/* one of a page spoils it: pages of one until it is found */
	struct reading *reading;
};

/* ---- settings ---- */

static int
is_loopback(const char *host)
{
	struct in_addr a;

	return strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	    (inet_pton(AF_INET, host, &a) == 1 && ntohl(a.s_addr) >> 24 == 127);
}

static int
check_settings(const struct settings *set, struct buf *errors)
{
	const char *way = set->imap_security;

	if (strcmp(way, "tls") != 0 && strcmp(way, "starttls") != 0 && strcmp(way, "none") != 0)
		buf_addf(errors, "imap.security: '%s' is none of tls, starttls, none\n", way);
	else if (strcmp(way, "none") == 0 && !is_loopback(set->imap_server))
		buf_addf(errors, "imap.security: none would send the password of %s in clear; "
		    "use tls or starttls\n", set->imap_server);
	else if (set->imap_user[0] == '\0')
		buf_adds(errors, "imap.server is set, imap.user is not: whose mailbox is it?\n");
	else if (strpbrk(set->imap_mailbox, "\"\\\r\n") != NULL)
		buf_adds(errors, "imap.mailbox: quotes and backslashes cannot stand in it\n");
	else
		return 0;
	return -1;
}

static int
open_imap(struct pull *p, struct buf *errors)
{
	const struct settings *set = &p->g->h.set;
	struct imap *im;

	if (set->imap_server[0] == '\0')
		return 1;
	if (check_settings(set, errors) != 0 || pull_token(p, "imap_password", errors) < 0)
		return -1;
	if (p->token.len == 0) {
		buf_addf(errors, "%s/secrets/imap_password: missing or empty; write the mailbox's password "
		    "into it, mode 0400\n", p->g->h.st.dir);
		return -1;
	}
	p->data = im = xcalloc(1, sizeof(*im));
	p->every_ms = set->imap_ms;
	im->found = xcalloc((size_t)set->imap_batch, sizeof(*im->found));
	buf_addf(&im->url, "%s://%s:%" PRId64 "/", strcmp(set->imap_security, "tls") == 0 ? "imaps" : "imap",
	    set->imap_server, set->imap_port);
	buf_add_url(&im->url, set->imap_mailbox, strlen(set->imap_mailbox));
	buf_addf(&im->examine, "EXAMINE \"%s\"", set->imap_mailbox);
	buf_addf(&im->select, "SELECT \"%s\"", set->imap_mailbox);
	return 0;
}

static void
release_imap(struct pull *p)
{
	struct imap *im = p->data;

	reading_stop(im->reading);
	buf_release(&im->url);
	buf_release(&im->examine);
	buf_release(&im->select);
	free(im->found);
	free(im);
}

/* ---- asking ---- */

static void
ask(struct pull *p, const char *url, const char *command, size_t limit, on_httpc_answer cb)
{
	const struct settings *set = &p->g->h.set;
	const struct httpc_imap req = { .url = url, .command = command, .user = set->imap_user,
	    .password = buf_str(&p->token), .ca = set->imap_ca,
	    .upgrade = strcmp(set->imap_security, "starttls") == 0, .total_ms = set->imap_total_ms,
	    .answer_limit = limit };

	httpc_imap_send(p->http, &req, cb, p);
}

static void
command(struct pull *p, const char *words, on_httpc_answer cb)
{
	const struct imap *im = p->data;

	ask(p, buf_str(&im->url), words, LIST_BYTES, cb);
}

static void
end_page(struct pull *p, enum pull_outcome outcome)
{
	const struct imap *im = p->data;
	char cursor[100];
	const struct pull_result r = { .outcome = outcome, .cursor = cursor };

	snprintf(cursor, sizeof(cursor), "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, im->validity,
	    im->done, im->old, im->marked);
	pull_end(p, &r);
}

/* 1 when the answer was none; the round is then ended. */
static int
is_trouble(struct pull *p, const struct httpc_answer *a)
{
	struct pull_result r;

	if (!pull_trouble(a, clock_now_ms() / 1000, &r))
		return 0;
	if (a->status == 401)
		r.alarm = "login atau kotak surat ditolak; periksa imap.user, imap.mailbox dan "
		    "secrets/imap_password, lalu jalankan ulang ingest";
	if (a->status == 400)
		r.why = "the server answered NO or BAD";
	pull_end(p, &r);
	return 1;
}

/*
 * The letter cannot be taken now.  a: what came in its place; NULL: its files could not be written.
 * The page ends before it, so that what came before is safe, and begins with it the next time: 1.
 * 0 when it has been tried often enough.
 */
static int
put_off(struct pull *p, const struct httpc_answer *a)
{
	static const struct pull_result unwritten = { .outcome = PULL_TROUBLE,
	    .why = "a letter's files could not be written to media/" };
	struct imap *im = p->data;
	int64_t uid = im->found[im->i].uid;

	if (im->i > 0) {
		im->done = im->found[im->i - 1].uid;
		end_page(p, PULL_MORE);
		return 1;
	}
	im->bad_times = im->bad_uid == uid ? im->bad_times + 1 : 1;
	im->bad_uid = uid;
	if (im->bad_times >= p->g->h.set.imap_tries && !p->stopped)
		return 0;
	if (a != NULL)
		is_trouble(p, a);
	else
		pull_end(p, &unwritten);
	return 1;
}

/* The number behind a word of an answer; -1 if it is not there. */
static int64_t
number_behind(const char *text, const char *word)
{
	const char *at = strstr(text, word);
	char *stop;
	long long n;

	if (at == NULL)
		return -1;
	at += strlen(word);
	n = strtoll(at, &stop, 10);
	return stop != at && n >= 0 && n <= UID_MOST ? n : -1;
}

/* ---- the page ---- */

static void next_letter(struct pull *p);
static void not_fetched(struct pull *p, const struct httpc_answer *a);

/* What was there before us: only what nobody has read and whose dedupe is still remembered. */
static void
add_condition(struct buf *b, const struct pull *p, int64_t uid)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	    "Oct", "Nov", "Dec" };
	const struct imap *im = p->data;
	struct wib t;

	if (uid >= im->old)
		return;
	wib_of(&t, house_now_ms(&p->g->h) - (p->g->h.set.dedupe_days - 1) * DAY_MS);
	buf_addf(b, " UNSEEN SINCE %d-%s-%04d", t.day, months[t.month - 1], t.year);
}

static int
by_uid(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* UIDs of SEARCH answers between two bounds, ascending, into list; how many, most more than fit. */
static int
read_search(const char *at, int64_t from, int64_t to, struct found list[WINDOW])
{
	int n = 0;

	for (at = strstr(at, "* SEARCH"); at != NULL; at = strstr(at, "* SEARCH")) {
		at += strlen("* SEARCH");
		while (*at == ' ' && n < WINDOW) {
			char *stop;
			long long uid = strtoll(at, &stop, 10);

			if (stop == at)
				break;
			at = stop;
			if (uid >= from && uid <= to)
				list[n++] = (struct found){ .uid = uid };
		}
	}
	qsort(list, (size_t)n, sizeof(*list), by_uid);
	return n;
}

static void
add_uids(struct buf *b, const struct found *list, int n)
{
	for (int i = 0; i < n; i++)
		buf_addf(b, "%s%" PRId64, i > 0 ? "," : "", list[i].uid);
}

/* "21-Nov-2026 23:42:32 +0000"; 0 if it is none. */
static int64_t
read_time(const char *line)
{
	const char *at = strstr(line, "INTERNALDATE \"");
	struct tm tm = { 0 };
	long off;

	if (at == NULL || strptime(at + strlen("INTERNALDATE \""), "%d-%b-%Y %H:%M:%S %z", &tm) == NULL)
		return 0;
	off = tm.tm_gmtoff;
	return ((int64_t)timegm(&tm) - off) * 1000;
}

/* More of it than we fetch. */
static int
is_beginning_only(const struct pull *p, const struct found *f)
{
	return f->bytes > p->g->h.set.imap_letter_bytes;
}

static void
on_sizes(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct imap *im = p->data;
	int kept = 0;

	if (a->outcome != 0 || a->status != 200 || a->why[0] != '\0') {
		im->alone = 1;
		if (im->n == 1)
			not_fetched(p, a);
		else
			is_trouble(p, a);
		return;
	}
	for (const char *at = a->body; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
		char *line = xstrndup(at, strcspn(at, "\r\n"));
		int64_t uid = number_behind(line, "UID "), bytes = number_behind(line, "RFC822.SIZE ");

		for (int i = 0; i < im->n && uid > 0; i++)
			if (im->found[i].uid == uid) {
				im->found[i].bytes = bytes > 0 ? bytes : 1;
				im->found[i].at_ms = read_time(line);
			}
		free(line);
	}
	for (int i = 0; i < im->n; i++)		/* who has no line has been taken away meanwhile */
		if (im->found[i].bytes > 0)
			im->found[kept++] = im->found[i];
	im->n = kept;
	next_letter(p);
}

static void
on_found(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct imap *im = p->data;
	struct found all[WINDOW];
	struct buf words = { 0 };
	int most = im->alone ? 1 : (int)p->g->h.set.imap_batch, n;

	if (is_trouble(p, a))
		return;
	n = read_search(a->body, im->done + 1, im->page_end, all);
	if (n > most) {
		n = most;
		im->page_end = all[n - 1].uid;
	}
	memcpy(im->found, all, (size_t)n * sizeof(*all));
	im->n = n;
	im->i = 0;
	if (n == 0) {
		im->marked = im->page_end;	/* nothing was pending, and nothing is */
		next_letter(p);
		return;
	}
	buf_adds(&words, "UID FETCH ");
	add_uids(&words, im->found, n);
	buf_adds(&words, " (RFC822.SIZE INTERNALDATE)");
	command(p, buf_str(&words), on_sizes);
	buf_release(&words);
}

static void
search(struct pull *p)
{
	struct imap *im = p->data;
	int64_t from = im->done + 1;
	struct buf words = { 0 };

	im->page_end = im->next_uid - 1;
	if (from < im->old && im->page_end >= im->old)
		im->page_end = im->old - 1;
	if (im->page_end >= from + WINDOW)
		im->page_end = from + WINDOW - 1;
	if (im->page_end < from) {
		im->alone = 0;
		end_page(p, PULL_DONE);
		return;
	}
	buf_addf(&words, "UID SEARCH UID %" PRId64 ":%" PRId64, from, im->page_end);
	add_condition(&words, p, im->page_end);
	command(p, buf_str(&words), on_found);
	buf_release(&words);
}

/* ---- \Seen, and the beginning of a round ---- */

static void on_examined(const struct httpc_answer *a, void *arg);

/* The mailbox is writable now: for reading on it must not be. */
static void
on_marked(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct imap *im = p->data;

	if (a->outcome != 0 && is_trouble(p, a))
		return;
	/* A mailbox that may not be written is read none the less. */
	if (a->status != 200)
		log_warn("imap_not_marked", "source=imap status=%d", a->status);
	im->marked = im->done;
	command(p, buf_str(&im->examine), on_examined);
}

static void
on_selected(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	const struct imap *im = p->data;
	struct buf words = { 0 };

	if (a->status != 200) {
		on_marked(a, arg);
		return;
	}
	buf_adds(&words, "UID STORE ");
	add_uids(&words, im->found, im->n);
	buf_adds(&words, " +FLAGS.SILENT (\\Seen)");
	command(p, buf_str(&words), on_marked);
	buf_release(&words);
}

static void
on_unmarked(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct imap *im = p->data;
	struct found all[WINDOW];
	int n, most = (int)p->g->h.set.imap_batch;

	if (is_trouble(p, a))
		return;
	n = read_search(a->body, im->marked + 1, im->done, all);
	im->n = n < most ? n : most;	/* a page has no more */
	memcpy(im->found, all, (size_t)im->n * sizeof(*all));
	if (im->n > 0) {
		command(p, buf_str(&im->select), on_selected);
		return;
	}
	im->marked = im->done;
	search(p);
}

static void
on_examined(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct imap *im = p->data;
	int64_t validity = number_behind(a->body, "[UIDVALIDITY "), next = number_behind(a->body, "[UIDNEXT ");
	struct buf words = { 0 };

	if (is_trouble(p, a))
		return;
	if (validity <= 0 || next <= 0) {
		const struct pull_result r = { .outcome = PULL_TROUBLE,
		    .why = "the server names no UIDVALIDITY or UIDNEXT" };

		pull_end(p, &r);
		return;
	}
	im->next_uid = next;
	if (validity != im->validity) {
		log_info("imap_mailbox", "validity=%" PRId64 " before=%" PRId64 " letters_below=%" PRId64,
		    validity, im->validity, next);
		im->validity = validity;
		im->done = im->marked = 0;
		im->old = next;
	}
	if (im->marked >= im->done) {
		search(p);
		return;
	}
	buf_addf(&words, "UID SEARCH UID %" PRId64 ":%" PRId64 " UNSEEN", im->marked + 1, im->done);
	add_condition(&words, p, im->done);
	command(p, buf_str(&words), on_unmarked);
	buf_release(&words);
}

static void
fetch_imap(struct pull *p)
{
	struct imap *im = p->data;

	if (sscanf(buf_str(&p->cursor), "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &im->validity,
	    &im->done, &im->old, &im->marked) != 4)
		im->validity = im->done = im->old = im->marked = 0;
	command(p, buf_str(&im->examine), on_examined);
}

/* ---- one letter ---- */

/* ID.TOKEN of one of our Message-IDs; 0 if it is none. */
static int
split_answer(const char *answer, char id[64], const char **token)
{
	const char *dot = strrchr(answer, '.');

	if (dot == NULL || dot - answer >= 64)
		return 0;
	snprintf(id, 64, "%.*s", (int)(dot - answer), answer);
	*token = dot + 1;
	return 1;
}

/* The case whose letter he answers: proved by its token, or by its code in the subject. */
static void
find_thread(struct laporan *l, const struct ingest *g, const struct letter *letter)
{
	struct code code;
	const char *token;
	char id[64];

	for (int i = 0; i < letter->answers_n; i++)
		if (split_answer(letter->answers[i], id, &token) && way_token_fits(g, id, token) &&
		    code_parse(&code, id, strcspn(id, ".")) == 0) {
			snprintf(l->thread, sizeof(l->thread), "%s", code.s);
			return;
		}
	if (letter->reply && letter->subject != NULL &&
	    code_find(&code, letter->subject, strlen(letter->subject)) == 0)
		snprintf(l->thread, sizeof(l->thread), "%s", code.s);
}

/* The channel, and since when the mail server has it. */
static void
fill_from(struct laporan *l, const struct pull *p, const struct found *f)
{
	snprintf(l->channel, sizeof(l->channel), "email");
	l->provider_ms = f->at_ms;
	l->received_ms = laporan_received_ms(f->at_ms, house_now_ms(&p->g->h), p->g->h.set.provider_age_ms);
}

/* Its subject says something: that of a reply is ours. */
static const char *
subject_of(const struct letter *letter)
{
	return letter->subject != NULL && !letter->reply ? letter->subject : "";
}

/*
 * What we add names neither letter nor mailbox: those words are a category's.  Many say in the
 * subject what is the matter.  Where the words are few they stand first: they may be a command.
 */
static void
add_words(struct buf *b, const struct letter *letter)
{
	const char *text = letter->text != NULL ? letter->text : "";
	const char *subject = subject_of(letter);
	int first = strlen(text) > SHORT_BYTES || text[0] == '\0';

	if (first)
		buf_addf(b, "%s%s", subject, subject[0] != '\0' && text[0] != '\0' ? "\n" : "");
	buf_adds(b, text);
	if (!first && subject[0] != '\0')
		buf_addf(b, "\n%s", subject);
}

/* What of it was not read; not below an act's words, perhaps, which others read. */
static void
add_notes(struct buf *b, const struct pull *p, const struct found *f, const struct letter *letter, int cut)
{
	const char *box = p->g->h.set.imap_mailbox;

	if (letter->reply && letter->text != NULL)
		return;
	if (cut || letter->cut || is_beginning_only(p, f))
		buf_addf(b, "[E-mail terlalu besar, tidak dibaca seluruhnya; lihat %s, UID %" PRId64 "]", box, f->uid);
	if (letter->others > 0)
		buf_addf(b, "%s[%d lampiran tidak dibuka; lihat %s, UID %" PRId64 "]", b->len > 0 ? "\n" : "",
		    letter->others, box, f->uid);
}

/* Its words, as many as a report holds, and what we have to say of it. */
static char *
text_of(const struct pull *p, const struct found *f, const struct letter *letter)
{
	size_t most = (size_t)p->g->h.set.text_bytes;
	struct buf words = { 0 }, notes = { 0 };
	char *text;

	add_words(&words, letter);
	add_notes(&notes, p, f, letter, words.len > most);
	if (words.len + 1 + notes.len > most) {
		buf_reset(&notes);
		add_notes(&notes, p, f, letter, 1);
		way_cut(&words, notes.len + 1 < most ? most - notes.len - 1 : 0);
	}
	if (words.len > 0 && notes.len > 0)
		buf_addc(&words, '\n');
	buf_add(&words, notes.data, notes.len);
	text = words.len > 0 ? xstrdup(buf_str(&words)) : NULL;
	buf_wipe(&words);
	buf_release(&notes);
	return text;
}

/*
 * Its files go to disk before its words go to the store.  Named by the letter, they are written
 * again to the same place when it comes again.  How many could not be written.
 */
static int
add_files(struct pull *p, struct laporan *l, const struct letter *letter)
{
	const char *at = letter->files.data;
	struct buf id = { 0 };
	int missing = 0;

	for (int i = 0; i < letter->files_n; i++) {
		const struct media_type *type = media_type_of(at, letter->file_bytes[i]);

		buf_reset(&id);
		buf_addf(&id, "%s.%d", letter->id, i);
		missing += upload_keep(p->g, l, buf_str(&id), at, letter->file_bytes[i]) != 0;
		/* No machine here hears a voice, and no word says what it is about: a human does, soon. */
		if (letter->text == NULL && subject_of(letter)[0] == '\0' && type != NULL &&
		    type->kind == MEDIA_SOUND)
			l->lane_e = 1;
		at += letter->file_bytes[i];
	}
	buf_release(&id);
	return missing;
}

/*
 * 0; 1 when its files could not be written and the page has ended for it.  When that happens again
 * and again its words are taken without them: a full disk must not silence who is in danger.
 */
static int
add_report(struct pull *p, const struct found *f, struct letter *letter)
{
	struct laporan l = { .channel = "" };
	int missing = add_files(p, &l, letter);

	FAULT_POINT("letter_files_stored");
	if (missing > 0 && put_off(p, NULL)) {
		laporan_release(&l);
		return 1;
	}
	letter->others += missing;
	if (l.media_n > 0 || letter->others > 0)
		log_info("letter_files", "uid=%" PRId64 " kept=%d left=%d", f->uid, l.media_n, letter->others);
	fill_from(&l, p, f);
	l.message_id = xstrdup(letter->id);
	l.ref = letter->ref != NULL ? xstrdup(letter->ref) : NULL;
	if (letter->from != NULL) {
		l.sender = xstrdup(letter->from);
		snprintf(l.reply_channel, sizeof(l.reply_channel), "email");
		l.name = letter->name != NULL ? xstrdup(letter->name) : NULL;
	}
	l.no_reply = letter->machine || letter->from == NULL;
	find_thread(&l, p->g, letter);
	l.text = text_of(p, f, letter);
	pull_add(p, &l);
	laporan_release(&l);
	return 0;
}

/* What cannot be read is a report all the same: to a human, who can open the mailbox. */
static void
add_unread(struct pull *p, const struct found *f, const char *why)
{
	const struct imap *im = p->data;
	struct laporan l = { .channel = "", .no_reply = 1 };
	struct buf words = { 0 }, id = { 0 };

	log_warn("letter_unread", "uid=%" PRId64 " bytes=%" PRId64 " err=\"%s\"", f->uid, f->bytes,
	    log_quote(why, strlen(why)));
	fill_from(&l, p, f);
	buf_addf(&id, "%" PRId64 ".%" PRId64 " unread", im->validity, f->uid);
	l.message_id = buf_take(&id);
	buf_addf(&words, "[E-mail ini tidak terbaca oleh mesin; buka %s, UID %" PRId64 "]",
	    p->g->h.set.imap_mailbox, f->uid);
	l.text = buf_take(&words);
	pull_add(p, &l);
	laporan_release(&l);
}

/* A mail system's news of a letter of ours. */
static void
take_news(struct pull *p, const struct letter *letter)
{
	const char *token;
	char id[64];

	if ((letter->news == LETTER_FAILED || letter->news == LETTER_DELIVERED) && letter->answers_n > 0 &&
	    split_answer(letter->answers[0], id, &token))
		pull_receipt(p, id, token,
		    letter->news == LETTER_FAILED ? RECEIPT_FAILED : RECEIPT_DELIVERED);
	else
		way_drop(p->g, "email", "delivery-report");
}

/* As add_report(). */
static int
take_letter(struct pull *p, const struct found *f, struct letter *letter)
{
	if (letter->report)
		take_news(p, letter);
	else if (letter->from != NULL && strcasecmp(letter->from, p->g->h.set.email_from) == 0)
		way_drop(p->g, "email", "own");
	else if (letter->machine && letter->reply)
		way_drop(p->g, "email", "auto-reply");
	else
		return add_report(p, f, letter);
	return 0;
}

static void
on_read(struct letter *letter, const char *why, void *arg)
{
	struct pull *p = arg;
	struct imap *im = p->data;
	int ended = p->stopped;

	im->reading = NULL;
	if (!ended && letter != NULL)
		ended = take_letter(p, &im->found[im->i], letter);
	else if (!ended)
		add_unread(p, &im->found[im->i], why);
	if (!ended) {
		im->i++;
		next_letter(p);
	}
	if (letter != NULL)
		letter_release(letter);
}

/* After a few times it is a human's. */
static void
not_fetched(struct pull *p, const struct httpc_answer *a)
{
	struct imap *im = p->data;

	if (put_off(p, a))
		return;
	add_unread(p, &im->found[im->i], a->why[0] != '\0' ? a->why : "the server does not give it");
	im->alone = 0;
	im->i++;
	next_letter(p);
}

static void
on_letter_bytes(const struct httpc_answer *a, void *arg)
{
	struct pull *p = arg;
	struct imap *im = p->data;
	const struct settings *set = &p->g->h.set;
	const struct letter_limits limits = { .domain = set->email_domain, .parts = set->imap_parts,
	    .depth = set->imap_depth, .text_bytes = (size_t)set->text_bytes, .files = set->imap_files,
	    .file_bytes = (size_t)set->media_bytes, .files_bytes = (size_t)set->imap_files_bytes,
	    .logo_bytes = (size_t)set->imap_logo_bytes,
	    .beginning_only = is_beginning_only(p, &im->found[im->i]) };
	const struct reading_bounds bounds = { .within_ms = set->imap_read_ms,
	    .memory_bytes = set->imap_read_bytes };

	FAULT_POINT("after_letter_fetched");
	if (a->outcome != 0 || a->status != 200 || a->why[0] != '\0') {
		not_fetched(p, a);
		return;
	}
	im->reading = letter_read_apart(p->base, a->body, a->body_len, &limits, &bounds, on_read, p);
	if (im->reading == NULL) {
		const struct pull_result r = { .outcome = PULL_TROUBLE, .why = "no process to read a letter" };

		pull_end(p, &r);
	}
}

static void
next_letter(struct pull *p)
{
	struct imap *im = p->data;
	size_t most = (size_t)p->g->h.set.imap_letter_bytes;
	struct buf url = { 0 };

	if (im->i == im->n) {
		im->done = im->page_end;
		end_page(p, PULL_MORE);		/* at once: what was stored is still to be marked */
		return;
	}
	/* UIDVALIDITY: should the line break and libcurl log in anew, it is still the same mailbox. */
	buf_addf(&url, "%s;UIDVALIDITY=%" PRId64 "/;UID=%" PRId64, buf_str(&im->url), im->validity,
	    im->found[im->i].uid);
	if (is_beginning_only(p, &im->found[im->i]))
		buf_addf(&url, "/;PARTIAL=0.%zu", most);
	ask(p, buf_str(&url), NULL, most + LIST_BYTES, on_letter_bytes);
	buf_release(&url);
}

const struct pull_source pull_imap = { "imap", open_imap, fetch_imap, release_imap };
