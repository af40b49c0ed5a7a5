/* One message to many: whom it reaches, that it waits for a second word, ends when told, and survives. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "store/broadcast.h"
#include "store/logbook.h"
#include "store/outbox.h"
#include "store/session.h"
#include "tests/integration/visitor.h"
#include "tests/integration/harness.h"

Suite *broadcast_suite(void);

#define DESK "opr-d112-1"
#define ENTRIES 3000		/* more in the log */
#define SOME_ENTRIES 1500
#define UNDER_WAY "Sedang disusun"	/* on the page of one that is being drawn up */
#define ANA "+6281233300001"
#define BUDI "+6281233300002"
#define CICI "+6281233300003"
#define DEWI "+6281233300004"

static void
begin(void)
{
	house_make("broadcast:\n  per_minute: 60000\n  window: 10\nnotify:\n  lease: 2s\n");
	house_up();
}

static void
begin_slow(void)
{
	house_make("broadcast:\n  per_minute: 60\n  window: 10\n");
	house_up();
}

static void
end(void)
{
	house_down();
}

/* The command; its exit status must be this, and what it says have these words. */
static void
says(int status, const char *words, struct buf *out, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static void
says(int status, const char *words, struct buf *out, const char *fmt, ...)
{
	struct buf line = { 0 }, own = { 0 };
	va_list ap;
	int is;

	out = out != NULL ? out : &own;
	buf_reset(out);
	buf_adds(&line, "broadcast ");
	va_start(ap, fmt);
	buf_addv(&line, fmt, ap);
	va_end(ap);
	buf_adds(&line, " 2>&1");
	is = house_command(buf_str(&line), out);
	ck_assert_msg(is == status && strstr(buf_str(out), words) != NULL, "%s: %d, no \"%s\" in %s", buf_str(&line), is,
	    words, buf_str(out));
	buf_release(&line);
	buf_release(&own);
}

/* What the file transport wrote to that number with that text; all with the text where to is "". */
static int
sent(const char *to, const char *text, int distinct)
{
	struct buf path = { 0 }, all = { 0 };
	json_t *ids = json_object();
	int n = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	if (file_read(buf_str(&path), 64u << 20, &all) == 0)
		for (const char *at = buf_str(&all); *at != '\0'; at += strcspn(at, "\n") + 1) {
			json_t *doc = json_loadb(at, strcspn(at, "\n"), 0, NULL);
			const char *said = json_string_value(json_object_get(doc, "text"));
			const char *who = json_string_value(json_object_get(doc, "to"));

			if (said != NULL && strcmp(said, text) == 0 && (to[0] == '\0' || strcmp(who, to) == 0)) {
				n++;
				json_object_set_new(ids, json_string_value(json_object_get(doc, "id")), json_true());
			}
			json_decref(doc);
			if (at[strcspn(at, "\n")] == '\0')
				break;
		}
	n = distinct ? (int)json_object_size(ids) : n;
	json_decref(ids);
	buf_release(&path);
	buf_release(&all);
	return n;
}

static void
comes_to(const char *to, const char *text, int n)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;

	while (sent(to, text, 1) < n)
		ck_assert_msg(clock_mono_ms() < limit, "%d of %d \"%s\" to %s", sent(to, text, 1), n, text, to);
}

/* "SXXXXXXXX" at the head of what draft said. */
static void
id_of(const struct buf *said, char id[BROADCAST_ID_CHARS])
{
	snprintf(id, BROADCAST_ID_CHARS, "%.*s", (int)strcspn(buf_str(said), " "), buf_str(said));
	ck_assert_msg(id[0] == 'S' && strlen(id) == 9, "%s", buf_str(said));
}

/* How many it will go to, behind that. */
static int
people_of(const struct buf *said)
{
	return (int)strtol(strstr(buf_str(said), ": ") + 2, NULL, 10);
}

static void
becomes(const char *id, enum broadcast_state state)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;

	for (;;) {
		struct broadcast b;
		struct house h;
		int is;

		house_eye(&h);
		ck_assert_int_eq(broadcast_load(&h.st, id, &b), 1);
		is = b.state == state;
		broadcast_release(&b);
		house_close(&h);
		if (is)
			return;
		ck_assert_msg(clock_mono_ms() < limit, "%s does not become %s", id, broadcast_state_name(state));
	}
}

/* Until the router has heard his STOP. */
static void
is_stopped(const char *number)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;
	char lookup[LOOKUP_CHARS + 1];
	int there = 0;

	while (!there) {
		struct buf key = { 0 };
		struct house h;
		redisReply *r;

		house_eye(&h);
		lookup_of(lookup, &h.st.lookup, number);
		buf_add_key(&key, &h.st.keys, KEY_STOPPED, NULL, NULL);
		r = redis_pipe_command(h.st.pipe, "HEXISTS %b %s", key.data, key.len, lookup);
		there = r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 1;
		freeReplyObject(r);
		buf_release(&key);
		house_close(&h);
		ck_assert_int_lt(clock_mono_ms(), limit);
	}
}

#define WATER "Air sungai naik. Naik ke balai desa."

START_TEST(residents_of_a_place)
{
	char id[BROADCAST_ID_CHARS], code[CODE_CHARS + 1], sealed[CODE_CHARS + 1];
	struct buf out = { 0 };

	sms(ANA, "jalan berlubang di depan masjid desa gendoh kecamatan sempu", code);
	wait_state(code, "ditugaskan");
	sms(ANA, "lampu jalan mati di dusun krajan desa gendoh kecamatan sempu", code);
	wait_state(code, "ditugaskan");
	sms(BUDI, "sampah menumpuk di pasar desa gendoh kecamatan sempu", code);
	wait_state(code, "ditugaskan");
	sms(BUDI, "STOP", NULL);
	is_stopped(BUDI);
	sms(CICI, "LANGGANAN DESA GENDOH", NULL);
	told_any(CICI);
	sms(DEWI, "anak tetangga dipukuli bapaknya sampai memar di desa gendoh kecamatan sempu", sealed);
	told_any(DEWI);
	/* nobody of another place, nobody who may not send */
	says(1, "name an operator", NULL, "draft --residents 35.10.20 --text x --as ptg-o-dlh-1");
	says(0, "0 people", NULL, "draft --residents 35.10.25 --text x --as " DESK);
	says(1, "tempat itu tidak ada", NULL, "draft --residents 99 --text x --as " DESK);
	/* Ana once, Cici; Budi said STOP, and whose report is sealed is not written to */
	says(0, ": 2 people", &out, "draft --residents 35.10.20 --text '" WATER "' --text-jv 'Banyu munggah.' --as " DESK);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "sms: 2 people, 2 SMS parts"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "Rp 700; 60000 a minute"));
	id_of(&out, id);
	ck_assert_int_eq(sent("", WATER, 0), 0);
	says(1, "tidak sama", NULL, "send %s --people 3 --as " DESK, id);
	says(0, "konsep", NULL, "show %s", id);
	says(0, "goes to 2 people", NULL, "send %s --people 2 --as " DESK, id);
	comes_to(ANA, WATER, 1);
	comes_to(CICI, WATER, 1);
	becomes(id, BROADCAST_DONE);
	ck_assert_int_eq(sent("", WATER, 0), 2);
	says(1, "sudah berjalan", NULL, "send %s --people 2 --as " DESK, id);
	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	buf_release(&out);
}
END_TEST

/* What he sees when he looks again is what he sent: STOP may come in between. */
START_TEST(stop_between_the_draft_and_the_sending)
{
	char id[BROADCAST_ID_CHARS], code[CODE_CHARS + 1];
	struct buf out = { 0 };

	sms("+6281233300011", "jalan berlubang di depan masjid desa tegalarum kecamatan sempu", code);
	wait_state(code, "ditugaskan");
	says(0, ": 1 people", &out, "draft --incident %s --text 'Kabar untuk pelapor.' --drill --as " DESK, code);
	id_of(&out, id);
	ck_assert_ptr_nonnull(strstr(buf_str(&out), "[id] LATIHAN. Kabar untuk pelapor."));
	sms("+6281233300011", "STOP", NULL);
	is_stopped("+6281233300011");
	says(0, "goes to 1 people", NULL, "send %s --people 1 --as " DESK, id);
	becomes(id, BROADCAST_DONE);
	says(0, "1 said STOP", NULL, "show %s", id);
	ck_assert_int_eq(sent("", "LATIHAN. Kabar untuk pelapor.", 0), 0);
	buf_release(&out);
}
END_TEST

static int
listed(struct store *st, const char *id, struct broadcast_entry *out)
{
	struct broadcast_entry *all;
	int is = 0;
	size_t n;

	ck_assert_int_eq(broadcasts_list(st, &all, &n), 0);
	for (size_t i = 0; i < n && !is; i++) {
		is = strcmp(all[i].id, id) == 0;
		*out = all[i];
	}
	free(all);
	return is;
}

/* What somebody let go on is no old draft any more, whatever it was when it was looked at; what is old goes whole. */
START_TEST(a_draft_confirmed_meanwhile_is_not_forgotten)
{
	static const enum key_id kept[] = { KEY_BROADCAST, KEY_BROADCAST_PEOPLE };
	char id[BROADCAST_ID_CHARS];
	struct broadcast_entry seen, now;
	struct buf out = { 0 };
	struct house h;

	says(0, "people", &out, "draft --officers O-DLH --text 'Apel pagi dipindah.' --as " DESK);
	id_of(&out, id);
	house_eye(&h);
	ck_assert(listed(&h.st, id, &seen));
	says(0, "goes to", NULL, "send %s --people %d --as " DESK, id, people_of(&out));
	ck_assert_int_eq(broadcast_forget(&h.st, &seen), 0);
	becomes(id, BROADCAST_DONE);
	comes_to("", "Apel pagi dipindah.", people_of(&out));

	ck_assert(listed(&h.st, id, &now));
	ck_assert_int_eq(broadcast_forget(&h.st, &now), 1);
	for (size_t i = 0; i < N_ELEMS(kept); i++) {
		struct buf key = { 0 };
		redisReply *r;

		buf_add_key(&key, &h.st.keys, kept[i], id, NULL);
		r = redis_pipe_command(h.st.pipe, "EXISTS %b", key.data, key.len);
		ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 0);
		freeReplyObject(r);
		buf_release(&key);
	}
	ck_assert(!listed(&h.st, id, &now));
	buf_release(&out);
	house_close(&h);
}
END_TEST

/* kill -9 of who draws from the list and of who sends, so many times in turn. */
static void
goes_on_through(const char *target, const char *words, int kills)
{
	char id[BROADCAST_ID_CHARS];
	struct buf out = { 0 };
	int people;

	says(0, "people", &out, "draft --officers %s --text '%s' --as kpl-bupati", target, words);
	id_of(&out, id);
	people = people_of(&out);
	ck_assert_int_gt(people, 30);
	says(0, "goes to", NULL, "send %s --people %d --as kpl-bupati", id, people);
	for (int i = 1; i <= kills; i++) {
		comes_to("", words, i * people / (kills + 2));
		ck_assert_int_eq(kill(pid_of(i % 2 ? "sla" : "notify"), SIGKILL), 0);
	}
	becomes(id, BROADCAST_DONE);
	comes_to("", words, people);
	/* a message that was in the air may be handed over again under its own id: the gateway drops it */
	ck_assert_int_eq(sent("", words, 1), people);
	buf_release(&out);
}

START_TEST(killed_in_the_middle_nobody_gets_two)
{
	goes_on_through("35.10.20", "Apel pagi di kantor camat pukul 7.", 2);
}
END_TEST

START_TEST(killed_again_and_again)
{
	goes_on_through("SEKDA", "Apel pagi di pendopo pukul 7.", 4);
}
END_TEST

START_TEST(cancelled_while_it_goes)
{
	char id[BROADCAST_ID_CHARS], code[CODE_CHARS + 1];
	struct buf out = { 0 };
	int left;

	says(0, "people", &out, "draft --officers 35.10.20 --text 'Rapat ditunda.' --as " DESK);
	id_of(&out, id);
	says(0, "goes to", NULL, "send %s --people %ld --as " DESK, id, strtol(strstr(buf_str(&out), ": ") + 2, NULL, 10));
	comes_to("", "Rapat ditunda.", 2);
	says(0, "is cancelled", NULL, "cancel %s --as " DESK, id);
	left = sent("", "Rapat ditunda.", 1);
	/* a report comes in, is worked on and answered: nothing of it goes on meanwhile */
	sms(ANA, "jalan berlubang di depan masjid desa gendoh kecamatan sempu", code);
	told(code, "*", ANA);
	ck_assert_int_le(sent("", "Rapat ditunda.", 1), left + 1);	/* one may have been in the air */
	says(0, "dibatalkan", NULL, "show %s", id);
	says(1, "sudah berakhir", NULL, "cancel %s --as " DESK, id);
	buf_release(&out);
}
END_TEST

static int
has_stopped(struct house *h, const char *lookup)
{
	struct buf key = { 0 };
	redisReply *r;
	int there;

	buf_add_key(&key, &h->st.keys, KEY_STOPPED, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HEXISTS %b %s", key.data, key.len, lookup);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	there = (int)r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return there;
}

static int
count_stop(const struct log_line *line, void *arg)
{
	static const char what[] = "\"berhenti\"";

	*(int *)arg += memmem(line->entry, line->len, what, sizeof(what) - 1) != NULL;
	return 0;
}

/* Anybody can forge a STOP: one entry for each number, and those that nobody of ours has are forgotten. */
START_TEST(stop_is_noted_once_and_not_for_ever)
{
	static const struct { const char *number; int known; } numbers[] = {
		{ "+6281233300021", 1 }, { "+6281233300022", 0 },
	};
	char code[CODE_CHARS + 1], lookup[LOOKUP_CHARS + 1];
	unsigned long long cursor = 0;
	struct house h;

	sms(numbers[0].number, "jalan berlubang di depan balai desa desa gendoh kecamatan sempu", code);
	wait_state(code, "ditugaskan");
	house_eye(&h);
	for (size_t i = 0; i < N_ELEMS(numbers); i++) {
		int64_t seq = logbook_last_seq(&h.st);
		int entries = 0;

		lookup_of(lookup, &h.st.lookup, numbers[i].number);
		ck_assert_int_eq(number_stops(&h, lookup, NULL), 0);
		ck_assert_int_eq(number_stops(&h, lookup, NULL), 0);
		ck_assert_int_gt(logbook_read(&h.st, seq, 100, count_stop, &entries), 0);
		ck_assert_int_eq(entries, 1);
	}
	ck_assert_int_eq(house_refresh(&h), 0);
	for (int64_t years = 0; years <= 2; years += 2) {
		h.store_ms += years * 365 * DAY_MS;
		do
			ck_assert_int_eq(stops_sweep(&h, &cursor), 0);
		while (cursor != 0);
		for (size_t i = 0; i < N_ELEMS(numbers); i++) {
			lookup_of(lookup, &h.st.lookup, numbers[i].number);
			ck_assert_int_eq(has_stopped(&h, lookup), years == 0 || numbers[i].known);
		}
	}
	house_close(&h);
}
END_TEST

/* A message of life and safety that waits an hour for its next try. */
static void
waits_for_a_telephone(int there)
{
	struct buf key = { 0 };
	struct house h;
	redisReply *r;
	char line[48];

	house_eye(&h);
	outbox_list(line, "sms", 1, 0);
	buf_add_key(&key, &h.st.keys, KEY_OUT, line, NULL);
	r = there ? redis_pipe_command(h.st.pipe, "ZADD %b %lld mati", key.data, key.len,
	    (long long)(store_now_ms(&h.st) + HOUR_MS)) : redis_pipe_command(h.st.pipe, "ZREM %b mati", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 1);
	freeReplyObject(r);
	buf_release(&key);
	house_close(&h);
}

START_TEST(a_telephone_that_is_off_stops_no_broadcast)
{
	char id[BROADCAST_ID_CHARS];
	struct buf out = { 0 };

	waits_for_a_telephone(1);
	says(0, "people", &out, "draft --officers O-DLH --text 'Kumpul di kantor.' --as " DESK);
	id_of(&out, id);
	says(0, "goes to", NULL, "send %s --people %ld --as " DESK, id, strtol(strstr(buf_str(&out), ": ") + 2, NULL, 10));
	becomes(id, BROADCAST_DONE);
	waits_for_a_telephone(0);
	buf_release(&out);
}
END_TEST

static void
list_is_broken(const char *id)
{
	struct buf key = { 0 };
	struct house h;
	redisReply *r;

	house_eye(&h);
	buf_add_key(&key, &h.st.keys, KEY_BROADCAST_PEOPLE, id, NULL);
	r = redis_pipe_command(h.st.pipe, "HSET %b 0 00", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER && r->integer == 0);
	freeReplyObject(r);
	buf_release(&key);
	house_close(&h);
}

/* Alarms about it that were raised so far: each is a mark beside the heartbeats. */
static int
alarms_of(const char *id)
{
	struct buf key = { 0 };
	struct house h;
	redisReply *r;
	int n = 0;

	house_eye(&h);
	buf_add_key(&key, &h.st.keys, KEY_HEARTBEAT, NULL, NULL);
	r = redis_pipe_command(h.st.pipe, "HKEYS %b", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_ARRAY);
	for (size_t i = 0; i < r->elements; i++)
		n += strstr(r->element[i]->str, id) != NULL;
	freeReplyObject(r);
	buf_release(&key);
	house_close(&h);
	return n;
}

START_TEST(one_that_cannot_be_read_stops_no_other)
{
	char good[BROADCAST_ID_CHARS], broken[BROADCAST_ID_CHARS];
	pid_t sla = pid_of("sla");
	struct buf out = { 0 };

	says(0, "people", &out, "draft --officers O-DLH --text 'Yang terbaca.' --as " DESK);
	id_of(&out, good);
	says(0, "people", &out, "draft --officers O-DLH --text 'Yang rusak.' --as " DESK);
	id_of(&out, broken);
	list_is_broken(broken);
	ck_assert_int_eq(kill(sla, SIGSTOP), 0);
	says(0, "goes to", NULL, "send %s --people %ld --as " DESK, good, strtol(strstr(buf_str(&out), ": ") + 2, NULL, 10));
	says(0, "goes to", NULL, "send %s --people %ld --as " DESK, broken, strtol(strstr(buf_str(&out), ": ") + 2, NULL, 10));
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	becomes(good, BROADCAST_DONE);
	/* the engine may have come to this one only after the other was done */
	for (int64_t limit = clock_mono_ms() + LIMIT_MS; alarms_of(broken) == 0; )
		ck_assert_msg(clock_mono_ms() < limit, "nobody hears of %s", broken);
	ck_assert_int_eq(alarms_of(broken), 1);
	ck_assert_int_eq(sent("", "Yang rusak.", 0), 0);
	says(0, "is cancelled", NULL, "cancel %s --as " DESK, broken);
	buf_release(&out);
}
END_TEST

/* The password was typed long ago: it is asked for again before anything leaves. */
static void
enters_long_ago(struct visitor *v, const char *officer)
{
	struct session session = { .officer = "" };
	struct house h;

	house_eye(&h);
	snprintf(session.officer, sizeof(session.officer), "%s", officer);
	session.begun_ms = session.seen_ms = session.proven_ms = store_now_ms(&h.st) - 12 * MINUTE_MS;
	session_of(&h.st, &session, v->cookie);
	house_close(&h);
}

/* Looks at its page until it is the draft, as the page does by itself. */
static void
drawn_up(struct visitor *v, const char *path, struct buf *page)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;

	do {
		ck_assert_int_eq(visitor_visits(v, path, page), 200);
		ck_assert_msg(clock_mono_ms() < limit, "%s", buf_str(page));
	} while (strstr(buf_str(page), UNDER_WAY) != NULL);
}

START_TEST(by_the_page)
{
	struct visitor desk, officer, late;
	struct buf page = { 0 };
	char to[160], words[96], again[160];
	const char *at;
	long n;

	visitor_comes_in(&desk, DESK);
	visitor_comes_in(&officer, "ptg-o-dlh-1");
	ck_assert_int_eq(visitor_visits(&officer, "/siaran", NULL), 403);
	ck_assert_int_eq(visitor_submits(&officer, "/siaran", "aksi=susun&kepada=petugas&sasaran=O-DLH&teks_id=x", NULL, NULL), 403);
	ck_assert_int_eq(visitor_visits(&desk, "/siaran", NULL), 200);
	ck_assert_int_eq(visitor_submits(&desk, "/siaran", "aksi=susun&kepada=warga&sasaran=Atlantis&teks_id=x", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&desk, "/siaran",
	    "aksi=susun&kepada=petugas&sasaran=O-DLH&latihan=x&teks_id=Uji+%3Cb%3Esirene%3C%2Fb%3E", to, NULL), 303);
	drawn_up(&desk, to, &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "LATIHAN. Uji &lt;b&gt;sirene&lt;/b&gt;"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Ketik jumlah penerimanya"));
	ck_assert_ptr_nonnull(at = strstr(buf_str(&page), "<dt>Penerima</dt><dd>"));
	/* one part each, at the price of a part */
	n = strtol(at + strlen("<dt>Penerima</dt><dd>"), NULL, 10);
	ck_assert_int_gt(n, 1);
	snprintf(words, sizeof(words), "</dt><dd>%ld orang, %ld bagian SMS</dd>", n, n);
	ck_assert_msg(strstr(buf_str(&page), words) != NULL, "no %s in %s", words, buf_str(&page));
	snprintf(words, sizeof(words), "<dt>Biaya SMS</dt><dd>Rp %ld (Rp 350 per bagian)</dd>", 350 * n);
	ck_assert_msg(strstr(buf_str(&page), words) != NULL, "no %s in %s", words, buf_str(&page));
	enters_long_ago(&late, DESK);
	ck_assert_int_eq(visitor_visits(&late, to, &page), 200);
	page_field(&page, "tanda", late.tanda, sizeof(late.tanda));
	ck_assert_int_eq(visitor_submits(&late, to, "aksi=kirim&jumlah=2", again, NULL), 303);
	ck_assert_ptr_nonnull(strstr(again, "/masuk?lagi=1"));
	ck_assert_int_eq(visitor_submits(&desk, to, "aksi=kirim&jumlah=0", NULL, &page), 422);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "tidak sama"));
	at = strstr(buf_str(&page), "<dt>Penerima</dt><dd>");
	snprintf(words, sizeof(words), "aksi=kirim&jumlah=%ld", strtol(at + strlen("<dt>Penerima</dt><dd>"), NULL, 10));
	ck_assert_int_eq(visitor_submits(&desk, to, words, NULL, NULL), 303);
	comes_to("", "LATIHAN. Uji <b>sirene</b>", 2);
	ck_assert_int_eq(visitor_visits(&officer, to, NULL), 403);
	buf_release(&page);
}
END_TEST

/* ---- drawn up beside everything else ---- */

/* One entry of the log a turn, and so many of them: this is to it what a year's log is to a usual step. */
static void
begin_with_entries(const char *settings, int entries)
{
	char lookup[LOOKUP_CHARS + 1], number[24];
	struct house h;

	house_make(settings);
	house_up();
	house_eye(&h);
	for (int i = 0; i < entries; i++) {
		snprintf(number, sizeof(number), "+62812444%05d", i);
		lookup_of(lookup, &h.st.lookup, number);
		ck_assert_int_eq(number_stops(&h, lookup, NULL), 0);
	}
	house_close(&h);
}

/* As many as it takes a busy machine to look at what is under way. */
static void
begin_by_steps(void)
{
	begin_with_entries("broadcast:\n  step: 1\n  drafts: 1\n  unseen: 1m\n", SOME_ENTRIES);
}

/* More than a drafter who went away is waited for. */
static void
begin_by_many_steps(void)
{
	begin_with_entries("broadcast:\n  step: 1\n  drafts: 1\n  unseen: 2s\n", ENTRIES);
}

/* Whether anything of it stands in the store: a command would take longer than the rest of the drawing up. */
static int
is_kept(const char *path)
{
	struct broadcast b;
	struct house h;
	int there;

	house_eye(&h);
	there = broadcast_load(&h.st, path + strlen("/siaran/"), &b);
	ck_assert_int_ge(there, 0);
	if (there)
		broadcast_release(&b);
	house_close(&h);
	return there;
}

/* Of this draft's page, so far as it is one under way; -1 it is not. */
static long
entries_read(const struct buf *page)
{
	const char *at = strstr(buf_str(page), "Membaca catatan: ");

	return at != NULL ? strtol(at + strlen("Membaca catatan: "), NULL, 10) : -1;
}

START_TEST(others_are_served_while_it_is_drawn_up)
{
	struct visitor desk, officer;
	struct buf page = { 0 };
	char to[160];
	int64_t limit = clock_mono_ms() + LIMIT_MS;
	long before;

	visitor_comes_in(&desk, DESK);
	visitor_comes_in(&officer, "ptg-o-dlh-1");
	ck_assert_int_eq(visitor_submits(&desk, "/siaran", "aksi=susun&kepada=warga&sasaran=35.10&teks_id=Banjir", to, NULL), 303);
	ck_assert_int_eq(visitor_visits(&desk, to, &page), 200);
	before = entries_read(&page);
	ck_assert_msg(before >= 0, "%s", buf_str(&page));
	ck_assert_int_eq(visitor_visits(&officer, "/tugas", NULL), 200);
	ck_assert_int_eq(visitor_visits(&officer, "/healthz", NULL), 200);
	while (before == entries_read(&page)) {
		ck_assert_int_eq(visitor_visits(&officer, "/tugas", NULL), 200);
		ck_assert_int_eq(visitor_visits(&desk, to, &page), 200);
		ck_assert_int_lt(clock_mono_ms(), limit);
	}
	ck_assert_msg(entries_read(&page) > before, "%ld, then %s", before, buf_str(&page));
	/* no more at once than broadcast.drafts */
	ck_assert_int_eq(visitor_submits(&desk, "/siaran", "aksi=susun&kepada=petugas&sasaran=O-DLH&teks_id=x", NULL, &page), 503);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "sedang disusun; coba lagi"));
	/* nobody else sees it, and nothing of it is kept before it is whole */
	ck_assert_int_eq(visitor_visits(&officer, to, NULL), 403);
	ck_assert_int_eq(is_kept(to), 0);
	drawn_up(&desk, to, &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Tidak ada penerima."));
	says(0, "konsep", NULL, "show %s", to + strlen("/siaran/"));
	buf_release(&page);
}
END_TEST

START_TEST(one_is_dropped_by_who_says_so)
{
	struct visitor desk;
	struct buf page = { 0 };
	char to[160];

	visitor_comes_in(&desk, DESK);
	ck_assert_int_eq(visitor_submits(&desk, "/siaran", "aksi=susun&kepada=warga&sasaran=35.10&teks_id=Banjir", to, NULL), 303);
	ck_assert_int_eq(visitor_visits(&desk, "/siaran", &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), to));
	ck_assert_int_eq(visitor_submits(&desk, to, "aksi=batal", NULL, NULL), 303);
	ck_assert_int_eq(visitor_visits(&desk, to, NULL), 404);
	ck_assert_int_eq(visitor_visits(&desk, "/siaran", &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), to));
	says(1, "no such broadcast", NULL, "show %s", to + strlen("/siaran/"));
	buf_release(&page);
}
END_TEST

static long
under_way(void)
{
	static const char name[] = "\nkentongan_console_drafts ";
	struct answer a;
	const char *at;
	long n;

	ask(&a, house.console, "/metrics", NULL, NULL, 0);
	at = strstr(buf_str(&a.body), name);
	ck_assert_ptr_nonnull(at);
	n = strtol(at + sizeof(name) - 1, NULL, 10);
	answer_release(&a);
	return n;
}

/* He closed his browser: the console does not go on for nobody. */
START_TEST(one_that_nobody_waits_for_is_dropped)
{
	int64_t limit;
	struct visitor desk, other;
	struct buf page = { 0 };
	char to[160];

	visitor_comes_in(&desk, DESK);
	visitor_comes_in(&other, "kpl-bupati");
	ck_assert_int_eq(visitor_submits(&desk, "/siaran", "aksi=susun&kepada=warga&sasaran=35.10&teks_id=Banjir", to, NULL), 303);
	limit = clock_mono_ms() + LIMIT_MS;
	while (under_way() > 0) {	/* somebody else who looks keeps nothing */
		visitor_visits(&other, to, &page);
		ck_assert_int_lt(clock_mono_ms(), limit);
	}
	ck_assert_int_eq(visitor_visits(&desk, to, NULL), 404);
	says(1, "no such broadcast", NULL, "show %s", to + strlen("/siaran/"));
	buf_release(&page);
}
END_TEST

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

Suite *
broadcast_suite(void)
{
	Suite *s = suite_create("broadcast");
	TCase *tc = tcase_create("broadcast"), *slow = tcase_create("by the minute"),
	    *all = tcase_create("all officers"), *steps = tcase_create("by steps"),
	    *many = tcase_create("by many steps");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, residents_of_a_place);
	tcase_add_test(tc, stop_between_the_draft_and_the_sending);
	tcase_add_test(tc, a_draft_confirmed_meanwhile_is_not_forgotten);
	tcase_add_test(tc, killed_in_the_middle_nobody_gets_two);
	tcase_add_test(tc, a_telephone_that_is_off_stops_no_broadcast);
	tcase_add_test(tc, stop_is_noted_once_and_not_for_ever);
	tcase_add_test(tc, one_that_cannot_be_read_stops_no_other);
	tcase_add_test(tc, by_the_page);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	tcase_add_unchecked_fixture(slow, begin_slow, end);
	tcase_add_test(slow, cancelled_while_it_goes);
	suite_add_tcase(s, slow);
	tcase_add_unchecked_fixture(steps, begin_by_steps, end);
	tcase_add_test(steps, others_are_served_while_it_is_drawn_up);
	tcase_add_test(steps, one_is_dropped_by_who_says_so);
	suite_add_tcase(s, steps);
	tcase_set_tags(many, "slow");
	tcase_add_unchecked_fixture(many, begin_by_many_steps, end);
	tcase_add_test(many, one_that_nobody_waits_for_is_dropped);
	suite_add_tcase(s, many);
	tcase_set_tags(all, "slow");
	tcase_add_unchecked_fixture(all, begin, end);
	tcase_add_test(all, killed_again_and_again);
	suite_add_tcase(s, all);
	return s;
}
