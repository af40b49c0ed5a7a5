/*
 * Official warnings on a living house: served again and again, they reach who is on duty once; they are seen,
 * change, are lifted; what cannot be read is said once.
 */
#include <check.h>
#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/calendar.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "store/warning.h"
#include "tests/integration/eye.h"
#include "tests/integration/harness.h"
#include "tests/integration/sink.h"
#include "tests/integration/visitor.h"

Suite *warnings_suite(void);

#define BPBD "+628000000031"		/* kpl-o-bpbd */
#define ROGOJAMPI "-8.27,114.25 -8.27,114.34 -8.36,114.34 -8.36,114.25 -8.27,114.25"
#define ELSEWHERE "-7.1,110.3 -7.1,110.5 -7.3,110.5 -7.1,110.3"

static struct sink bmkg;
static struct visitor bupati, desk;

static void
begin(void)
{
	char settings[1024];

	sink_start(&bmkg, "bmkg", "-");
	snprintf(settings, sizeof(settings),
	    "warning:\n  quake:\n    url: %s/DataMKG/TEWS/autogempa.json\n    every: 100ms\n"
	    "  felt:\n    url: %s/DataMKG/TEWS/gempadirasakan.json\n    every: 100ms\n"
	    "  alert:\n    url: %s/alerts/nowcast/id\n    every: 100ms\n  silent: 1s\n  inbox: 10\n"
	    "pull:\n  lease: 1s\n  retry: 50ms\n  retry_max: 200ms\n", bmkg.base, bmkg.base, bmkg.base);
	house_make(settings);
	house_up();
	eye_open();
	visitor_enters(&bupati, "kpl-bupati");
	visitor_enters(&desk, "opr-d112-1");
}

static void
end(void)
{
	eye_close();
	house_down();
	sink_stop(&bmkg);
}

static void
nap(void)
{
	nanosleep(&(struct timespec){ 0, 20 * 1000000L }, NULL);
}

/* ---- what is served ---- */

static void
feed(const char *key, const struct buf *value)
{
	struct buf doc = { 0 };

	buf_addf(&doc, "{\"%s\":%s}", key, buf_str(value));
	sink_feed(&bmkg, buf_str(&doc));
	buf_release(&doc);
}

/* RFC 3339 by a time so many ms from now. */
static void
add_moment(struct buf *b, int64_t from_now_ms)
{
	buf_add_wib_iso(b, clock_now_ms() + from_now_ms);
}

static void
shake(const char *magnitude, const char *where, const char *words, const char *note, int64_t ago_ms)
{
	struct buf b = { 0 };

	buf_adds(&b, "{\"DateTime\":\"");
	add_moment(&b, -ago_ms);
	buf_addf(&b, "\",\"Coordinates\":\"%s\",\"Magnitude\":\"%s\",\"Kedalaman\":\"10 km\",\"Wilayah\":\"%s\",\"Potensi\":\"%s\","
	    "\"Dirasakan\":\"\"}", where, magnitude, words, note);
	feed("quake", &b);
	buf_release(&b);
}

struct alert { const char *name, *status, *type, *severity, *headline, *polygon, *about; int64_t sent_ms, until_ms; };

static void
add_sent(struct buf *b, int64_t sent_ms)
{
	buf_add_wib_iso(b, sent_ms);
}

static void
publish(const struct alert *a)
{
	struct buf xml = { 0 }, doc = { 0 };

	buf_addf(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>%s</identifier>"
	    "<sender>cuaca@bmkg.go.id</sender><sent>", a->name);
	add_sent(&xml, a->sent_ms);
	buf_addf(&xml, "</sent><status>%s</status><msgType>%s</msgType><scope>Public</scope>", a->status, a->type);
	if (a->about != NULL)
		buf_addf(&xml, "<references>%s</references>", a->about);
	buf_addf(&xml, "<info><language>id</language><category>Met</category><event>Hujan lebat</event><urgency>Immediate</urgency>"
	    "<severity>%s</severity><certainty>Likely</certainty><expires>", a->severity);
	add_sent(&xml, a->until_ms);
	buf_addf(&xml, "</expires><senderName>BMKG Juanda</senderName><headline>%s</headline><area><areaDesc>Jawa Timur</areaDesc>"
	    "<polygon>%s</polygon></area></info></alert>", a->headline, a->polygon);
	buf_addf(&doc, "{\"%s\":", a->name);
	buf_add_json(&doc, buf_str(&xml), xml.len);
	buf_addc(&doc, '}');
	feed("alerts", &doc);
	buf_release(&xml);
	buf_release(&doc);
}

static void
reference_to(const struct alert *a, char out[160])
{
	struct buf b = { 0 };

	buf_addf(&b, "cuaca@bmkg.go.id,%s,", a->name);
	add_sent(&b, a->sent_ms);
	snprintf(out, 160, "%s", buf_str(&b));
	buf_release(&b);
}

/* ---- what is heard and seen ---- */

/* SMS to that number ("" any) that say this. */
static int
heard(const char *to, const char *words)
{
	struct buf path = { 0 }, all = { 0 };
	char *line, *rest;
	int n = 0;

	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	if (file_read(buf_str(&path), 64u << 20, &all) == 0)
		for (line = strtok_r(all.data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
			n += strstr(line, to) != NULL && strstr(line, words) != NULL;
	buf_release(&path);
	buf_release(&all);
	return n;
}

static void
hears(const char *to, const char *words)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (heard(to, words) == 0) {
		ck_assert_msg(clock_mono_ms() < until, "%s does not hear \"%s\"", to, words);
		nap();
	}
}

/* So many SMS at least, to whomever. */
static void
hear(int n, const char *words)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (heard("", words) < n) {
		ck_assert_msg(clock_mono_ms() < until, "%d hear \"%s\", not %d", heard("", words), words, n);
		nap();
	}
}

/* Lines of the daemons' logs that have these words. */
static int
logged(const char *words)
{
	struct buf path = { 0 };
	struct dirent *e;
	DIR *d;
	int n = 0;

	buf_addf(&path, "%s/log", house.dir);
	d = opendir(buf_str(&path));
	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)) != NULL) {
		struct buf all = { 0 };
		char *line, *rest;

		buf_reset(&path);
		buf_addf(&path, "%s/log/%s", house.dir, e->d_name);
		if (e->d_name[0] != '.' && file_read(buf_str(&path), 64u << 20, &all) == 0 && all.len > 0)
			for (line = strtok_r(all.data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
				n += strstr(line, words) != NULL;
		buf_release(&all);
	}
	closedir(d);
	buf_release(&path);
	return n;
}

/* Until they say it more often than that. */
static void
is_logged_again(const char *words, int before)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	while (logged(words) <= before) {
		ck_assert_msg(clock_mono_ms() < until, "the logs do not say %s", words);
		nap();
	}
}

static void
is_logged(const char *words)
{
	is_logged_again(words, 0);
}

/* Rounds in which that address was asked from now on. */
static void
asked_again(const char *path, size_t times)
{
	const json_t *last;
	json_t *all;

	sink_wait(&bmkg, path, "", sink_count(&bmkg, path, "") + times, &all, &last);
	json_decref(all);
}

static json_t *
warnings_now(void)
{
	struct answer a;
	json_t *doc;

	visitor_opens(&bupati, "/api/v1/warnings", &a);
	ck_assert_int_eq(a.status, 200);
	doc = json_loadb(a.body.data, a.body.len, 0, NULL);
	ck_assert_ptr_nonnull(doc);
	answer_release(&a);
	return doc;
}

/* Rows of the API whose words have this; *step gets that of the last, "" none. */
static int
known(const char *words, char step[8], int64_t *seq)
{
	json_t *doc = warnings_now(), *row;
	size_t i;
	int n = 0;

	step[0] = '\0';
	json_array_foreach(json_object_get(doc, "warnings"), i, row) {
		const json_t *w = json_object_get(row, "warning");

		if (strstr(json_string_value(json_object_get(w, "words")), words) == NULL)
			continue;
		n++;
		snprintf(step, 8, "%s", json_string_value(json_object_get(w, "step")));
		if (seq != NULL)
			*seq = json_integer_value(json_object_get(row, "seq"));
	}
	json_decref(doc);
	return n;
}

/* The console follows the log: until a page has these words, or has them no more. */
static void
comes(const struct visitor *v, const char *path, const char *words, int there)
{
	int64_t until = clock_mono_ms() + LIMIT_MS;

	for (;;) {
		struct answer a;
		int has;

		visitor_opens(v, path, &a);
		ck_assert_msg(a.status == 200, "%s: %ld", path, a.status);
		has = strstr(buf_str(&a.body), words) != NULL;
		ck_assert_msg(has == there || clock_mono_ms() < until, "%s: %s \"%s\"", path, there ? "no" : "still", words);
		answer_release(&a);
		if (has == there)
			return;
		nap();
	}
}

/* ---- once ---- */

START_TEST(served_ten_times_and_killed_it_is_told_once)
{
	int64_t seq = 0, again = 0;
	char step[8];

	sink_feed(&bmkg, "{\"validators\":false}");
	shake("5.6", "-8.80,114.40", "Uji pertama tenggara Banyuwangi", "Tidak berpotensi tsunami", 30000);
	for (int i = 0; i < 3; i++) {
		asked_again("/autogempa", 1);
		ck_assert_int_eq(kill(pid_of("ingest"), SIGKILL), 0);
		if (i == 1)
			ck_assert_int_eq(kill(pid_of("sla"), SIGKILL), 0);
	}
	hears(BPBD, "Uji pertama");
	asked_again("/autogempa", 10);
	ck_assert_int_eq(heard(BPBD, "Uji pertama"), 1);
	hear(3, "Uji pertama");		/* desk, BPBD, the Sekda */
	ck_assert_int_eq(heard(BPBD, "PERINGATAN BMKG: M5,6"), 1);
	comes(&bupati, "/papan", "Uji pertama", 1);
	ck_assert_int_eq(known("Uji pertama", step, &seq), 1);
	ck_assert_str_eq(step, "baru");
	/* Nothing is written of it any more, however often it comes. */
	asked_again("/autogempa", 3);
	ck_assert_int_eq(known("Uji pertama", step, &again), 1);
	ck_assert_int_eq(again, seq);
	ck_assert_int_eq(logged("event=warning warning="), 1);
	sink_feed(&bmkg, "{\"validators\":true}");
}
END_TEST

START_TEST(an_unchanged_answer_is_not_sent_again)
{
	char cursor[300];
	json_t *all, *r;
	size_t i, unchanged = 0;

	asked_again("/autogempa", 6);
	all = sink_records(&bmkg);
	json_array_foreach(all, i, r) {
		ck_assert_int_ne(json_integer_value(json_object_get(r, "status")), 400);
		unchanged += json_integer_value(json_object_get(r, "status")) == 304;
	}
	json_decref(all);
	ck_assert_uint_ge(unchanged, 3);
	eye_cursor("bmkg-gempa", cursor, sizeof(cursor));
	ck_assert_msg(cursor[0] == '"' && strstr(cursor, "GMT") != NULL, "%s", cursor);
}
END_TEST

/* Two engines, each of its own process, at the same moment: one entry and one message each. */
START_TEST(two_engines_judge_it_once)
{
	char words[32], step[8];

	for (int i = 0; i < 5; i++) {
		pid_t engines[2], sla = pid_of("sla");

		snprintf(words, sizeof(words), "Uji kembar %d", i);
		ck_assert_int_eq(kill(sla, SIGSTOP), 0);
		shake("5.7", "-8.80,114.40", words, "Tidak berpotensi tsunami", 20000 - 1000 * i);
		asked_again("/autogempa", 2);
		for (int k = 0; k < 2; k++)
			if ((engines[k] = fork()) == 0) {
				struct house h;

				house_eye(&h);
				_exit(warnings_step(&h, 20) < 0);
			}
		for (int k = 0; k < 2; k++) {
			int status;

			ck_assert_int_eq(waitpid(engines[k], &status, 0), engines[k]);
			ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		}
		ck_assert_int_eq(kill(sla, SIGCONT), 0);
		hears(BPBD, words);
		comes(&bupati, "/papan", words, 1);
		ck_assert_int_eq(known(words, step, NULL), 1);
		ck_assert_str_eq(step, "baru");
		ck_assert_int_eq(heard(BPBD, words), 1);
	}
}
END_TEST

/* ---- seen, changed, lifted ---- */

START_TEST(an_alert_is_seen_changes_and_is_lifted)
{
	int64_t now = clock_now_ms() / 1000 * 1000;
	struct alert a = { "uji.a", "Actual", "Alert", "Moderate", "Hujan &lt;b&gt;Rogojampi&lt;/b&gt;", ROGOJAMPI, NULL, now - 60000, now + 3600000 };
	char code[CODE_CHARS + 1], path[64], first[160], second[160], step[8];
	struct buf stream = { 0 };
	json_t *c;

	publish(&a);
	hears(BPBD, "Rogojampi");
	comes(&bupati, "/papan", "Hujan &lt;b&gt;Rogojampi", 1);
	comes(&desk, "/triase", "BMKG Juanda", 1);
	comes(&desk, "/tugas", "BMKG Juanda", 1);
	comes(&desk, "/jaga", "BMKG Juanda", 1);
	comes(&desk, "/jaga", "berlaku sampai", 1);
	comes(&bupati, "/papan", "<b>Rogojampi", 0);
	/* a draft of a broadcast: the words are there, nobody is told yet */
	{
		struct answer page;
		char id[16];

		visitor_opens(&desk, "/papan", &page);
		page_value(&page, "/siaran?peringatan=", id, sizeof(id));
		answer_release(&page);
		snprintf(path, sizeof(path), "/siaran?peringatan=%s", id);
	}
	comes(&desk, path, "Peringatan BMKG Juanda: Hujan", 1);
	/* beside a case of that place, and of no other; its urgency is its own */
	sms("081299990001", "lampu jalan mati di desa aliyan kecamatan rogojampi", code);
	wait_state(code, "ditugaskan");
	c = case_in_any(code);
	ck_assert_str_eq(json_string_value(json_object_get(c, "urgency")), "biasa");
	json_decref(c);
	snprintf(path, sizeof(path), "/kasus/%s", code);
	comes(&desk, path, "berlaku: <span lang=\"id\">Hujan lebat", 1);
	/* and beside the incident that it leads */
	snprintf(path, sizeof(path), "/insiden/%s", code);
	comes(&desk, path, "berlaku: <span lang=\"id\">Hujan lebat", 1);
	sms("081299990003", "banjir masuk rumah warga di desa aliyan kecamatan rogojampi", code);
	sms("081299990004", "banjir masuk rumah warga di desa aliyan kecamatan rogojampi, air naik", code);
	sms("081299990005", "banjir di desa aliyan kecamatan rogojampi, jalan terendam", code);
	comes(&desk, "/insiden", "berlaku: <span lang=\"id\">Hujan lebat", 1);
	sms("081299990002", "lampu jalan mati di desa sumberagung kecamatan pesanggaran", code);
	wait_state(code, "ditugaskan");
	snprintf(path, sizeof(path), "/kasus/%s", code);
	comes(&desk, path, "Hujan lebat", 0);
	/* worse: told again, as the same warning */
	reference_to(&a, first);
	a = (struct alert){ "uji.b", "Actual", "Update", "Severe", "Hujan sangat lebat", ROGOJAMPI, first, now - 30000, now + 3600000 };
	publish(&a);
	hears(BPBD, "BERUBAH");
	comes(&bupati, "/papan", "Hujan sangat lebat", 1);
	ck_assert_int_eq(known("Hujan", step, NULL), 1);
	ck_assert_str_eq(step, "ubah");
	/* taken back, by a message that names the update alone */
	reference_to(&a, second);
	a = (struct alert){ "uji.c", "Actual", "Cancel", "Severe", "Selesai", ROGOJAMPI, second, now - 10000, now + 3600000 };
	publish(&a);
	hears(BPBD, "DICABUT");
	comes(&bupati, "/papan", "Hujan sangat lebat", 0);
	comes(&desk, "/jaga", "Hujan sangat lebat", 0);
	ck_assert_int_eq(known("Hujan", step, NULL), 1);
	ck_assert_str_eq(step, "cabut");
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(heard(BPBD, (const char *const[]){ "Rogojampi/b", "BERUBAH", "DICABUT" }[i]), i > 0);
	/* the stream of events had each of them */
	ck_assert_int_eq(visitor_hears(&bupati, "/api/v1/events?last_event_id=0", NULL, "\"step\":\"cabut\"", &stream), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&stream), "event: peringatan"));
	buf_release(&stream);
}
END_TEST

START_TEST(an_exercise_says_so)
{
	int64_t now = clock_now_ms() / 1000 * 1000;
	struct alert a = { "uji.latihan", "Exercise", "Alert", "Severe", "Gladi banjir bandang", ROGOJAMPI, NULL, now - 60000, now + 3600000 };

	publish(&a);
	hears(BPBD, "Gladi banjir");
	ck_assert_int_eq(heard(BPBD, "Gladi banjir"), 1);
	ck_assert_int_eq(heard(BPBD, "LATIHAN"), 1);
	comes(&bupati, "/papan", "lencana latihan", 1);
}
END_TEST

/* Far away, too weak, over, of last week: a line in a log, and nobody hears of it. */
START_TEST(what_is_not_ours_wakes_nobody)
{
	int64_t now = clock_now_ms() / 1000 * 1000;
	struct alert far = { "uji.jauh", "Actual", "Alert", "Severe", "Jauh sekali", ELSEWHERE, NULL, now - 60000, now + 3600000 },
	    over = { "uji.lewat", "Actual", "Alert", "Severe", "Sudah lewat", ROGOJAMPI, NULL, now - 7200000, now - 3600000 },
	    old = { "uji.lama", "Actual", "Alert", "Severe", "Minggu lalu", ROGOJAMPI, NULL, now - 7 * DAY_MS, now + 3600000 };
	char step[8];

	publish(&far);
	publish(&over);
	publish(&old);
	shake("4.0", "-6.0,106.0", "Jauh di barat", "Tidak berpotensi tsunami", 10000);
	is_logged("why=\"outside the regency\"");
	is_logged("why=\"over\"");
	is_logged("why=\"below the table's rows, or too far away\"");
	asked_again("/alerts/nowcast/id", 3);
	for (int i = 0; i < 4; i++) {
		static const char *const words[] = { "Jauh sekali", "Sudah lewat", "Minggu lalu", "Jauh di barat" };

		ck_assert_int_eq(known(words[i], step, NULL), 0);
		ck_assert_int_eq(heard("", words[i]), 0);
	}
}
END_TEST

/* ---- bounds ---- */

static long long
unjudged(void)
{
	struct buf key = { 0 };
	redisReply *r;
	long long n;

	buf_add_key(&key, &eye.st.keys, KEY_WARNINGS_IN, NULL, NULL);
	r = redis_pipe_command(eye.st.pipe, "XLEN %b", key.data, key.len);
	ck_assert(r != NULL && r->type == REDIS_REPLY_INTEGER);
	n = r->integer;
	freeReplyObject(r);
	buf_release(&key);
	return n;
}

/* With nobody to judge them no more than warning.inbox wait; the rest comes when somebody does. */
START_TEST(no_more_wait_than_may)
{
	struct buf list = { 0 };
	pid_t sla = pid_of("sla");
	int64_t until;

	ck_assert_int_eq(kill(sla, SIGSTOP), 0);
	for (int i = 0; i < 25; i++) {
		buf_adds(&list, i > 0 ? ",{\"DateTime\":\"" : "[{\"DateTime\":\"");
		add_moment(&list, -60000 - 1000 * i);
		buf_addf(&list, "\",\"Coordinates\":\"-8.80,114.40\",\"Magnitude\":\"5.1\",\"Kedalaman\":\"10 km\","
		    "\"Wilayah\":\"Uji deretan %02d\",\"Dirasakan\":\"\"}", i);
	}
	buf_addc(&list, ']');
	feed("felt", &list);
	is_logged("wait unjudged; see whether sla runs");
	ck_assert_int_eq(unjudged(), 10);
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	for (int i = 0; i < 25; i++) {
		char words[32];

		snprintf(words, sizeof(words), "Uji deretan %02d", i);
		hears(BPBD, words);
		ck_assert_int_eq(heard(BPBD, words), 1);
	}
	for (until = clock_mono_ms() + LIMIT_MS; unjudged() > 0; ) {
		ck_assert_msg(clock_mono_ms() < until, "some are never judged");
		nap();
	}
	buf_reset(&list);
	buf_adds(&list, "[]");
	feed("felt", &list);
	buf_release(&list);
}
END_TEST

/* Names are kept for 35 days and what they lead to with them; then neither is there. */
START_TEST(what_is_old_is_forgotten)
{
	struct warning_notice n;
	json_t *doc = warnings_now(), *row = json_array_get(json_object_get(doc, "warnings"), 0);
	char id[WARNING_ID_CHARS];

	snprintf(id, sizeof(id), "%s", json_string_value(json_object_get(json_object_get(row, "warning"), "id")));
	json_decref(doc);
	warnings_sweep(&eye.st, store_now_ms(&eye.st) - WARNINGS_KEPT_MS);
	ck_assert_int_eq(warning_load(&eye.st, id, &n), 1);
	ck_assert_str_eq(n.id, id);
	warnings_sweep(&eye.st, store_now_ms(&eye.st) + 1000);
	ck_assert_int_eq(warning_load(&eye.st, id, &n), 0);
}
END_TEST

/* The names become a text, or are themselves again: nothing can be taken in meanwhile. */
static void
break_names(int broken)
{
	struct buf key = { 0 };

	buf_add_key(&key, &eye.st.keys, KEY_WARNINGS_SEEN, NULL, NULL);
	if (broken) {
		freeReplyObject(redis_pipe_command(eye.st.pipe, "RENAME %b %b-away", key.data, key.len, key.data, key.len));
		freeReplyObject(redis_pipe_command(eye.st.pipe, "SET %b x", key.data, key.len));
	} else {
		freeReplyObject(redis_pipe_command(eye.st.pipe, "RENAME %b-away %b", key.data, key.len, key.data, key.len));
	}
	buf_release(&key);
}

START_TEST(what_could_not_be_stored_comes_again)
{
	int64_t now = clock_now_ms() / 1000 * 1000;
	struct alert a = { "uji.nanti", "Actual", "Alert", "Severe", "Uji yang tertunda", ROGOJAMPI, NULL, now - 60000, now + 3600000 };

	break_names(1);
	publish(&a);
	shake("5.9", "-8.80,114.40", "Uji gempa tertunda", "Tidak berpotensi tsunami", 7000);
	asked_again("uji.nanti_alert.xml", 3);
	asked_again("/autogempa", 3);
	break_names(0);
	hears(BPBD, "Uji yang tertunda");
	hears(BPBD, "Uji gempa tertunda");
	/* and once it is there it is not fetched for ever */
	asked_again("/alerts/nowcast/id", 2);
	{
		size_t calls = sink_count(&bmkg, "uji.nanti_alert.xml", "");

		asked_again("/alerts/nowcast/id", 3);
		ck_assert_uint_eq(sink_count(&bmkg, "uji.nanti_alert.xml", ""), calls);
	}
	ck_assert_int_eq(heard(BPBD, "Uji yang tertunda"), 1);
}
END_TEST

/* ---- trouble ---- */

START_TEST(trouble_is_said_once_and_passes)
{
	int before = logged("event=pull_failed source=bmkg-gempa");

	sink_feed(&bmkg, "{\"raw\":{\"/DataMKG/TEWS/autogempa.json\":\"<html>gerbang</html>\"}}");
	hears("", "isi data gempa BMKG tidak dikenal");		/* and by whom to be mended */
	asked_again("/autogempa", 6);
	ck_assert_int_eq(logged("event=pull_failed source=bmkg-gempa") - before, 1);
	ck_assert_int_eq(logged("no JSON with Infogempa.gempa; see warning.quake.url"), 1);
	sink_feed(&bmkg, "{\"raw\":{\"/DataMKG/TEWS/autogempa.json\":null}}");
	is_logged("event=pull_again source=bmkg-gempa");
	shake("5.8", "-8.80,114.40", "Uji sesudah gangguan", "Tidak berpotensi tsunami", 5000);
	hears(BPBD, "Uji sesudah gangguan");
}
END_TEST

START_TEST(a_server_in_trouble_is_backed_off)
{
	int64_t now = clock_now_ms() / 1000 * 1000;
	struct alert a = { "uji.sesudah503", "Actual", "Alert", "Severe", "Uji sesudah lima ratus tiga", ROGOJAMPI, NULL, now - 60000, now + 3600000 };
	int before = logged("event=pull_failed source=bmkg-cuaca");
	size_t calls = sink_count(&bmkg, "", "");
	int64_t since = clock_mono_ms();

	sink_mode(&bmkg, "{\"mode\":\"503\"}");
	is_logged_again("event=pull_failed source=bmkg-cuaca", before);
	hears("", "peringatan BMKG tidak terbaca; periksa jaringan");	/* or did, when ingest was killed */
	/* three sources, none asked more often than its back-off lets it */
	ck_assert_int_le((long)(sink_count(&bmkg, "", "") - calls), 3 * (8 + (clock_mono_ms() - since) / 100));
	ck_assert_int_eq(logged("event=pull_failed source=bmkg-cuaca") - before, 1);
	sink_mode(&bmkg, "{\"mode\":\"ok\"}");
	publish(&a);
	hears(BPBD, "Uji sesudah lima ratus tiga");
}
END_TEST

/* One that cannot be read, one that is gone and one that lies elsewhere: said, and the next is read. */
START_TEST(a_hostile_alert_does_not_stop_the_others)
{
	int64_t now = clock_now_ms() / 1000 * 1000;
	struct alert a = { "uji.sehat", "Actual", "Alert", "Severe", "Yang sehat tetap terbaca", ROGOJAMPI, NULL, now - 60000, now + 3600000 };

	sink_feed(&bmkg, "{\"alerts\":{\"jahat\":\"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><alert>&x;</alert>\"},"
	    "\"gone\":[\"hilang\"],\"foreign\":\"http://127.0.0.1:1/alerts/nowcast/id/lain_alert.xml\"}");
	publish(&a);
	hears(BPBD, "Yang sehat tetap terbaca");
	is_logged("it has a document type, which is refused");
	is_logged("the list names it, and it is gone");
	is_logged("1 addresses on other hosts, which are not asked");
	asked_again("/alerts/nowcast/id", 3);
	ck_assert_int_eq(logged("it has a document type, which is refused"), 1);
	ck_assert_uint_eq(sink_count(&bmkg, "jahat_alert.xml", ""), 1);
	hears("", "ada peringatan BMKG yang tidak terbaca");
}
END_TEST

/* The record stays whole, by our own judge and by both that share no code with us, and can be decided again. */
START_TEST(the_record_is_whole)
{
	struct buf out = { 0 }, hex = { 0 };
	uint8_t public[32];
	struct seal_key k;

	ck_assert_msg(house_command("audit verify", &out) == 0, "%s", buf_str(&out));
	buf_reset(&out);
	ck_assert_msg(house_command("replay", &out) == 0, "%s", buf_str(&out));
	buf_reset(&out);
	ck_assert_msg(secret_key(house.dir, "sign", &k, &out) == 0, "%s", buf_str(&out));
	sign_public(public, k.bytes);
	buf_add_hex(&hex, public, sizeof(public));
	ck_assert_msg(run_line(&out, "$BIN/kentongan export --record %s/catatan.jsonl --dir %s --redis unix:%s/redis/redis.sock && "
	    "$BIN/kentongan-verify %s/catatan.jsonl --key %s && python3 tests/record.py %s/catatan.jsonl --key %s && "
	    "grep -q 'Uji pertama' %s/catatan.jsonl", house.dir, house.dir, house.dir, house.dir, buf_str(&hex), house.dir,
	    buf_str(&hex), house.dir) == 0, "%s", buf_str(&out));
	buf_release(&hex);
	buf_release(&out);
}
END_TEST

/* Last: whatever the tests before it have left there. */
START_TEST(what_lies_in_the_store_is_known)
{
	house_keys_are_known();
}
END_TEST

Suite *
warnings_suite(void)
{
	Suite *s = suite_create("warnings");
	TCase *tc = tcase_create("warnings");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, served_ten_times_and_killed_it_is_told_once);
	tcase_add_test(tc, an_unchanged_answer_is_not_sent_again);
	tcase_add_test(tc, two_engines_judge_it_once);
	tcase_add_test(tc, an_alert_is_seen_changes_and_is_lifted);
	tcase_add_test(tc, an_exercise_says_so);
	tcase_add_test(tc, what_is_not_ours_wakes_nobody);
	tcase_add_test(tc, no_more_wait_than_may);
	tcase_add_test(tc, what_could_not_be_stored_comes_again);
	tcase_add_test(tc, trouble_is_said_once_and_passes);
	tcase_add_test(tc, a_hostile_alert_does_not_stop_the_others);
	tcase_add_test(tc, a_server_in_trouble_is_backed_off);
	tcase_add_test(tc, the_record_is_whole);
	tcase_add_test(tc, what_is_old_is_forgotten);
	tcase_add_test(tc, what_lies_in_the_store_is_known);
	suite_add_tcase(s, tc);
	return s;
}
