/* What the house says: the messages it would send and its live feed, told line by line. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>

#include "cli/cli.h"
#include "cli/demo.h"
#include "lib/clock.h"
#include "lib/json_of.h"

/*
 * The mailbox is read so long after something was put there: tasks of one case come together, and
 * the answer with a report's code has arrived before the messages that name it.
 */
#define TOGETHER_MS 100
#define NAMES_MAX 4
#define TEXT_MAX 120

/* ---- the terminal ---- */

static const struct { const char *word, *colour; } voices[] = {
	[SAYS_HOUSE] = { "RUMAH", "1" }, [SAYS_RESIDENT] = { "WARGA", "36" },
	[SAYS_TASK] = { "TUGAS", "33" }, [SAYS_OFFICER] = { "PETUGAS", "32" },
	[SAYS_NEWS] = { "KABAR", "2" }, [SAYS_CLIMB] = { "NAIK", "35" },
	[SAYS_BUPATI] = { "BUPATI", "1;31" }, [SAYS_QUIET] = { "JAM", "2" }, [SAYS_PHONE] = { "KANNEL", "2" },
};

int64_t
demo_ms(const struct demo *d)
{
	return clock_mono_ms() - d->began_ms;
}

/* Cut between characters, so that a line stays a line. */
static void
cut_text(struct buf *b, size_t most)
{
	size_t n = most;

	if (b->len <= most)
		return;
	while (n > 0 && ((unsigned char)b->data[n] & 0xc0) == 0x80)
		n--;
	buf_cut(b, n);
	buf_adds(b, "...");
}

void
demo_say(const struct demo *d, enum demo_voice v, const char *code, const char *fmt, ...)
{
	int64_t ms = demo_ms(d), day = ms * d->speed / MINUTE_MS;
	struct buf text = { 0 };
	char shown[CODE_CHARS + 2] = "";
	struct code c;
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	cut_text(&text, TEXT_MAX);
	if (code[0] != '\0' && code_parse(&c, code, strlen(code)) == 0)
		code_show(shown, &c);
	printf("%6.1f %2d:%02d  ", (double)ms / 1000, (int)(day / 60), (int)(day % 60));
	if (d->colour)
		printf("\033[%sm%-8s%-10s %s\033[0m\n", voices[v].colour, voices[v].word, shown,
		    buf_str(&text));
	else
		printf("%-8s%-10s %s\n", voices[v].word, shown, buf_str(&text));
	fflush(stdout);
	buf_release(&text);
}

/* ---- names ---- */

static const char *
unit_name(const struct demo *d, const char *code)
{
	const struct unit *u = unit_find(d->policy->units, code);

	return u != NULL ? u->shortname : code;
}

const char *
demo_unit_of(const struct demo *d, const char *phone)
{
	for (size_t i = 0; i < d->roster.n; i++)
		if (strcmp(d->roster.officers[i].phone, phone) == 0)
			return unit_name(d, d->roster.officers[i].unit);
	return "?";
}

/* ---- outgoing messages ---- */

/* "... balas TERIMA, TANGANI 7K3, ...": the nonce stands after TANGANI. */
static void
nonce_of(char out[NONCE_CHARS + 1], const char *text)
{
	const char *at = strstr(text, "TANGANI ");

	out[0] = '\0';
	if (at != NULL)
		nonce_parse(out, at + 8, strcspn(at + 8, ", "));
}

/* "darurat 7K3F-9QXM kebakaran, Ds. Kaligung: ..." -> "darurat kebakaran, Ds. Kaligung" */
static void
about_of(struct buf *out, const char *text)
{
	const char *code = strchr(text, ' '), *kind = code != NULL ? strchr(code + 1, ' ') : NULL;
	const char *end = kind != NULL ? strstr(kind, ": ") : NULL;

	if (end == NULL)
		return;
	if (strncmp(text, "biasa ", 6) != 0)
		buf_add(out, text, (size_t)(code + 1 - text));
	buf_add(out, kind + 1, (size_t)(end - kind - 1));
}

static void
hear_task(struct demo *d, struct demo_story *s, const json_t *doc, int n)
{
	const char *text = text_of(doc, "text"), *to = text_of(doc, "to"),
	    *kind = text_of(doc, "kind");
	const char *name = demo_unit_of(d, to);
	size_t i = (size_t)(s - d->stories);
	char nonce[NONCE_CHARS + 1];

	d->tally.tasks++;
	nonce_of(nonce, text);
	demo_play_task(s, n, to, nonce);
	if (d->batch[i].about.len == 0) {
		if (strcmp(kind, "tugas") == 0)
			about_of(&d->batch[i].about, text);
		else
			buf_adds(&d->batch[i].about,
			    strcmp(kind, "sanggah") == 0 ? "dibuka lagi" : "tertutup");
	}
	if (strstr(buf_str(&d->batch[i].to), name) != NULL)
		return;
	if (d->batch[i].n++ < NAMES_MAX)
		buf_addf(&d->batch[i].to, "%s%s", d->batch[i].n > 1 ? ", " : "", name);
}

static void
tell_tasks(struct demo *d)
{
	for (int i = 0; i < d->stories_n; i++) {
		if (d->batch[i].n == 0)
			continue;
		if (d->batch[i].n > NAMES_MAX)
			buf_addf(&d->batch[i].to, " dan %d lagi", d->batch[i].n - NAMES_MAX);
		demo_say(d, SAYS_TASK, d->stories[i].code, "%s -> %s", buf_str(&d->batch[i].about),
		    buf_str(&d->batch[i].to));
		buf_reset(&d->batch[i].to);
		buf_reset(&d->batch[i].about);
		d->batch[i].n = 0;
	}
}

/* What is told beside tasks; the rest is counted only. */
static const char *const worth_telling[] = {
	"terima-triase", "terima-rahasia", "cek", "kabar-teruskan", "kabar-dibuka", "kabar-ditutup",
	"jawab-salah",
};

static void
hear_message(struct demo *d, struct demo_story *s, const json_t *doc)
{
	const char *kind = text_of(doc, "kind"), *id = text_of(doc, "id"), *dot = strrchr(id, '.');
	int n = dot != NULL ? (int)strtol(dot + 1, NULL, 10) : 0;

	if (n > s->seen_n)
		s->seen_n = n;
	demo_play_message(s, kind);
	if (strcmp(kind, "tugas") == 0 || strcmp(kind, "sanggah") == 0 ||
	    strcmp(kind, "tugas-rahasia") == 0)
		hear_task(d, s, doc, n);
	for (size_t i = 0; i < N_ELEMS(worth_telling); i++)
		if (strcmp(kind, worth_telling[i]) == 0)
			demo_say(d, SAYS_NEWS, s->code, "\"%s\"", text_of(doc, "text"));
	/* One receipt is shown whole: they are all alike. */
	if (strcmp(kind, "terima") == 0 && d->receipts++ == 0)
		demo_say(d, SAYS_NEWS, s->code, "\"%s\"", text_of(doc, "text"));
}

static int
awaits_code(const struct demo *d)
{
	for (int i = 0; i < d->stories_n; i++)
		if (d->stories[i].sent && d->stories[i].code[0] == '\0')
			return 1;
	return 0;
}

/* 0 taken; -1 its report has no code yet: later. */
static int
hear_line(struct demo *d, const char *line, size_t len)
{
	json_t *doc = json_loadb(line, len, 0, NULL);
	struct demo_story *s = demo_story_of(d, text_of(doc, "code"));

	if (s == NULL && text_of(doc, "code")[0] != '\0' && awaits_code(d)) {
		json_decref(doc);
		return -1;
	}
	d->tally.messages++;
	if (s != NULL)
		hear_message(d, s, doc);
	json_decref(doc);
	return 0;
}

/*
 * Who wrote by telephone hears of his code by SMS only, and the tasks of his case may stand before
 * that one.
 */
static void
learn_codes(struct demo *d)
{
	for (const char *at = buf_str(&d->mail), *nl; (nl = strchr(at, '\n')) != NULL; at = nl + 1) {
		json_t *doc = json_loadb(at, (size_t)(nl - at), 0, NULL);

		demo_play_code(d, text_of(doc, "to"), text_of(doc, "code"));
		json_decref(doc);
	}
}

static void
on_read_mail(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;
	struct timeval soon = ms_to_timeval(TOGETHER_MS);
	const char *at, *nl;
	char chunk[16384];
	ssize_t n;

	(void)fd, (void)what;
	while ((n = read(d->mailbox, chunk, sizeof(chunk))) > 0)
		buf_add(&d->mail, chunk, (size_t)n);
	if (d->kannel)
		learn_codes(d);
	for (at = buf_str(&d->mail); (nl = strchr(at, '\n')) != NULL; at = nl + 1)
		if (hear_line(d, at, (size_t)(nl - at)) != 0) {
			event_add(d->told, &soon);
			break;
		}
	tell_tasks(d);
	{
		struct buf rest = { 0 };

		buf_adds(&rest, at);
		buf_release(&d->mail);
		d->mail = rest;
	}
}

static void
on_mail(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;
	struct timeval soon = ms_to_timeval(TOGETHER_MS);
	char events[4096];

	(void)what;
	while (read(fd, events, sizeof(events)) > 0)
		;
	if (!evtimer_pending(d->told, NULL))
		event_add(d->told, &soon);
}

/* ---- the live feed ---- */

static const char *
missing(const char *clock)
{
	static const struct { const char *clock, *words; } words[] = {
		{ "triase", "belum membacanya" }, { "diambil", "belum mengambilnya" },
		{ "ditangani", "belum bertindak" }, { "diselesaikan", "belum menyelesaikannya" },
		{ "hukum", "melewati batas undang-undang" }, { "jawab", "belum menjawab" },
		{ "lapor-diri", "diam di lapangan" },
	};

	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcmp(words[i].clock, clock) == 0)
			return words[i].words;
	return clock;
}

static void
hear_escalation(struct demo *d, const json_t *doc)
{
	const char *kind = text_of(doc, "kind"), *code = text_of(doc, "code");
	const char *unit = unit_name(d, text_of(doc, "unit")), *told = text_of(doc, "told");
	const char *clock = text_of(doc, "clock");

	if (strcmp(kind, "warning") == 0) {
		d->tally.warnings++;
	} else if (strcmp(kind, "breach") == 0) {
		d->tally.breaches++;
		demo_say(d, SAYS_QUIET, code, "batas %s lewat: %s %s", clock, unit, missing(clock));
	} else if (strcmp(kind, "passed") == 0) {
		d->tally.passed++;
	} else if (strcmp(kind, "rung") == 0) {
		d->tally.rungs++;
		if (strcmp(text_of(doc, "rung"), "bupati") == 0) {
			d->tally.bupati++;
			demo_say(d, SAYS_BUPATI, code, "sampai di layar Bupati: %s %s", unit,
			    missing(clock));
		} else if (strcmp(told, text_of(doc, "unit")) != 0) {
			/* Its own head was told with the breach. */
			demo_say(d, SAYS_CLIMB, code, "ke %s: %s %s", unit_name(d, told), unit,
			    missing(clock));
		}
	}
}

static void
hear_case(struct demo *d, const json_t *doc)
{
	struct demo_story *s = demo_story_of(d, text_of(doc, "code"));

	if (s == NULL || strcmp(text_of(doc, "state"), "ditutup") != 0 || s->closed)
		return;
	s->closed = 1;
	d->tally.closed += s->confirmed;
}

static void
hear_event(struct demo *d, const char *event)
{
	const char *name = strstr(event, "event: "), *data = strstr(event, "data: ");
	json_t *doc = data != NULL ? json_loads(data + 6, JSON_DISABLE_EOF_CHECK, NULL) : NULL;

	if (name != NULL && strncmp(name + 7, "eskalasi\n", 9) == 0)
		hear_escalation(d, doc);
	else if (name != NULL && strncmp(name + 7, "kasus\n", 6) == 0)
		hear_case(d, doc);
	json_decref(doc);
}

static void
on_feed(struct evhttp_request *req, void *arg)
{
	struct demo *d = arg;
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(in), used = 0;
	const char *end;

	evbuffer_copyout(in, buf_room(&d->feed, len), len);
	buf_added(&d->feed, len);
	while ((end = strstr(buf_str(&d->feed) + used, "\n\n")) != NULL) {
		char *event = xstrndup(d->feed.data + used,
		    (size_t)(end + 1 - (d->feed.data + used)));

		hear_event(d, event);
		free(event);
		used = (size_t)(end + 2 - d->feed.data);
	}
	{
		struct buf rest = { 0 };

		buf_add(&rest, buf_str(&d->feed) + used, d->feed.len - used);
		buf_release(&d->feed);
		d->feed = rest;
	}
}

static void
on_feed_end(struct evhttp_request *req, void *arg)
{
	struct demo *d = arg;
	int status = req != NULL ? evhttp_request_get_response_code(req) : 0;

	if (d->stopping)
		return;
	if (status == 200 || status == 0) {	/* 0: the connection was lost, and the house mends that */
		demo_say(d, SAYS_HOUSE, "", "umpan langsung terputus");
		return;
	}
	/* Refused: without it the day is told wrong from the first minute on. */
	cli_fail("%s/api/v1/events: the live feed is refused (%d)", d->console, status);
	d->status = 1;
	event_base_loopbreak(d->base);
}

static int
follow_feed(struct demo *d)
{
	struct evhttp_uri *uri = evhttp_uri_parse(d->console);
	struct evhttp_request *req = evhttp_request_new(on_feed_end, d);
	int rc = -1;

	if (uri == NULL || req == NULL)
		goto out;
	d->stream = evhttp_connection_base_new(d->base, NULL, evhttp_uri_get_host(uri),
	    (unsigned short)evhttp_uri_get_port(uri));
	if (d->stream == NULL)
		goto out;
	evhttp_request_set_chunked_cb(req, on_feed);
	evhttp_add_header(evhttp_request_get_output_headers(req), "Host", "127.0.0.1");
	evhttp_add_header(evhttp_request_get_output_headers(req), "Authorization", buf_str(&d->machine));
	/* The connection owns the request from here on, also when this fails. */
	rc = evhttp_make_request(d->stream, req, EVHTTP_REQ_GET, "/api/v1/events?last_event_id=0");
	req = NULL;
out:
	if (req != NULL)
		evhttp_request_free(req);
	if (uri != NULL)
		evhttp_uri_free(uri);
	return rc;
}

int
demo_hear_begin(struct demo *d)
{
	struct buf path = { 0 };
	int rc = -1;

	buf_addf(&path, "%s/out/sms.jsonl", d->dir);
	d->mailbox = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	d->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (d->mailbox < 0 || d->watch < 0 ||
	    inotify_add_watch(d->watch, buf_str(&path), IN_MODIFY) < 0) {
		cli_fail("%s: %s", buf_str(&path), strerror(errno));
		goto out;
	}
	d->mailed = event_new(d->base, d->watch, EV_READ | EV_PERSIST, on_mail, d);
	d->told = evtimer_new(d->base, on_read_mail, d);
	if (d->mailed == NULL || d->told == NULL || event_add(d->mailed, NULL) != 0)
		goto out;
	rc = follow_feed(d);
	if (rc != 0)
		cli_fail("%s: the live feed cannot be followed", d->console);
out:
	buf_release(&path);
	return rc;
}

void
demo_hear_end(struct demo *d)
{
	struct event *const events[] = { d->mailed, d->told };

	if (d->stream != NULL)
		evhttp_connection_free(d->stream);
	for (size_t i = 0; i < N_ELEMS(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (d->watch > 0)
		close(d->watch);
	if (d->mailbox > 0)
		close(d->mailbox);
	for (int i = 0; i < DEMO_STORIES; i++) {
		buf_release(&d->batch[i].to);
		buf_release(&d->batch[i].about);
	}
	buf_release(&d->mail);
	buf_release(&d->feed);
	d->stream = NULL;
	d->mailed = d->told = NULL;
	d->watch = d->mailbox = 0;
}
