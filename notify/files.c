#include "notify/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/calendar.h"
#include "core/laporan.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "notify/fetch.h"
#include "store/filed.h"
#include "store/intake.h"
#include "store/picture.h"

#define AWAY_PAUSE_MS 1000	/* the store is away */
#define FULL_PAUSE_MS 60000	/* the disk is full */
#define UPLOADED MEDIA_UPLOADED ":"

struct files {
	struct house *h;
	struct event_base *base;
	struct fetcher fetcher;
	struct job *jobs;
	struct event *sweep;
};

/* One message being worked on. */
struct job {
	struct files *f;
	const struct outbox_item *item;
	on_sent done;
	void *arg;
	struct picture_job *picture;
	struct job *next;
};

static void
end(struct job *j, const struct send_result *r)
{
	struct job **at = &j->f->jobs;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	j->done(r, j->arg);
	free(j);
}

/* The name of an upload; NULL: a platform keeps the file. */
static const char *
upload_of(const struct job *j)
{
	const char *reference = buf_str(&j->item->to);

	return strncmp(reference, UPLOADED, strlen(UPLOADED)) == 0 ?
	    reference + strlen(UPLOADED) : NULL;
}

/* Whom it is from, the channel if that keeps it: all that is ever said of the reference. */
static void
add_origin(struct buf *b, const struct job *j)
{
	const char *reference = buf_str(&j->item->to);

	if (upload_of(j) != NULL)
		buf_adds(b, "pelapor");
	else
		buf_add(b, reference, strcspn(reference, ":"));
}

/* Form and letters may have different limits: the door has looked, this bounds the memory. */
static size_t
upload_most(const struct settings *set)
{
	return (size_t)(set->photo_bytes > set->media_bytes ? set->photo_bytes : set->media_bytes);
}

/* ---- what the case hears ---- */

/* News of one file, durable when this returns 0.  The same news twice is taken once. */
static int
tell_case(struct job *j, const char *what, const char *file, const char *look, const char *text)
{
	struct house *h = j->f->h;
	struct laporan l = { .channel = CHANNEL_FILES, .no_reply = 1, .lane_e = j->item->lane_e,
	    .latihan = j->item->latihan };
	struct buf id = { 0 };
	struct code code;
	enum intake_result result;

	buf_addf(&id, "%s %s", j->item->id, what);
	l.message_id = buf_take(&id);
	l.text = xstrdup(text);
	if (file != NULL)
		l.media[l.media_n++] = xstrdup(file);
	if (look != NULL)
		l.look = xstrdup(look);
	snprintf(l.about, sizeof(l.about), "%.8s", j->item->code);
	l.received_ms = house_now_ms(h);
	result = intake_take(&h->st, &l, l.received_ms, (int)h->set.dedupe_days, &code);
	laporan_release(&l);
	return result == INTAKE_OK || result == INTAKE_SEEN ? 0 : -1;
}

static void
store_away(struct job *j)
{
	end(j, &(struct send_result){ .outcome = SEND_RETRY, .pause_ms = AWAY_PAUSE_MS,
	    .why = "the store did not take the news of the file" });
}

/*
 * It will not be had: whoever works on the case must ask the citizen.  A file that is of no use is
 * dealt with (SEND_DONE); one that we failed to get is an alarm as well (SEND_FINAL).
 */
static void
give_up(struct job *j, enum send_outcome outcome, const char *why, const char *cause)
{
	struct buf text = { 0 };

	buf_adds(&text, "berkas dari ");
	add_origin(&text, j);
	buf_addf(&text, " tidak didapat: %s; tanyakan kepada pelapor", cause);
	if (tell_case(j, "hilang", NULL, NULL, buf_str(&text)) != 0) {
		store_away(j);
	} else {
		if (upload_of(j) != NULL)
			upload_drop(&j->f->h->st, upload_of(j));
		log_warn("file_missing", "case=%s message=%s err=\"%s\"", j->item->code, j->item->id,
		    log_quote(why, strlen(why)));
		end(j, &(struct send_result){ .outcome = outcome, .why = why });
	}
	buf_release(&text);
}

/* Comes again; after some tries the case hears that it is still missing. */
static void
try_later(struct job *j, const char *why, const char *cause, int64_t wait_ms)
{
	const struct settings *set = &j->f->h->set;
	struct buf text = { 0 };
	int said = 0;

	if (j->f->h->daemon->stopping) {	/* cut by us: that tells nothing of the file */
		end(j, &(struct send_result){ .outcome = SEND_UNKNOWN, .why = "notify ends" });
		return;
	}
	if (j->item->tries + 1 >= set->media_tries) {
		give_up(j, SEND_FINAL, why, cause);
		return;
	}
	if (j->item->tries + 1 == set->media_tell_after) {
		buf_adds(&text, "berkas dari ");
		add_origin(&text, j);
		buf_addf(&text, " belum didapat, masih dicoba: %s; bila mendesak tanyakan kepada pelapor",
		    cause);
		said = tell_case(j, "telat", NULL, NULL, buf_str(&text));
		buf_release(&text);
	}
	if (said != 0)
		store_away(j);
	else
		end(j, &(struct send_result){ .outcome = SEND_RETRY, .why = why,
		    .retry_after_ms = wait_ms });
}

/* ---- what was fetched ---- */

static void
keep(struct job *j, const struct media_type *t, const void *data, size_t len, const char *position,
    const char *look)
{
	struct house *h = j->f->h;
	char name[MEDIA_NAME_CHARS];
	struct buf text = { 0 };

	filed_name(name, &h->st, j->item->id, t->ext);
	if (filed_put(&h->st, &j->item->key, name, data, len) != 0) {
		const char *why = strerror(errno);

		house_alarm(h, "media", "penyimpanan", FILED_TROUBLE);
		try_later(j, why, "penyimpanan kami penuh atau rusak", 0);
		return;
	}
	FAULT_POINT("file_stored");
	buf_addf(&text, "%s, %zu KiB, dari ", t->words, (len + 1023) / 1024);
	add_origin(&text, j);
	if (position[0] != '\0')
		buf_addf(&text, "; posisi menurut foto: %s", position);
	if (tell_case(j, "tersimpan", name, look, buf_str(&text)) != 0) {
		store_away(j);
	} else {
		if (upload_of(j) != NULL)
			upload_drop(&h->st, upload_of(j));
		log_info("file_stored", "case=%s message=%s type=%s bytes=%zu", j->item->code,
		    j->item->id, t->ext, len);
		end(j, &(struct send_result){ .outcome = SEND_DONE });
	}
	buf_wipe(&text);
}

static void
on_drawn(const struct picture_news *n, void *arg)
{
	struct job *j = arg;
	char position[48] = "";

	j->picture = NULL;
	switch (n->outcome) {
	case PICTURE_OK:
		if (n->has_position)
			snprintf(position, sizeof(position), "%.6f,%.6f", n->lat, n->lng);
		keep(j, media_type_of(n->data, n->len), n->data, n->len, position, n->look);
		break;
	case PICTURE_UNREADABLE:
		give_up(j, SEND_DONE, n->why, "berkas tidak dapat dibaca");
		break;
	case PICTURE_OVERSIZE:
		give_up(j, SEND_DONE, n->why, "gambar terlalu besar");
		break;
	case PICTURE_NO_WORKER:
		house_alarm(j->f->h, "media", "kentongan-picture", n->why);
		try_later(j, n->why, "pembaca gambar kami tidak jalan", 0);
		break;
	}
}

/* Answered within the call only when no worker could be started: j is gone then. */
static void
draw(struct job *j, const void *data, size_t len)
{
	struct picture_job *p = picture_start(j->f->base, &j->f->h->set, data, len, on_drawn, j);

	if (p != NULL)
		j->picture = p;
}

/* By its bytes alone: what the sender or the platform called it counts for nothing. */
static void
treat(struct job *j, const void *data, size_t len)
{
	const struct media_type *t = media_type_of(data, len);

	if (t == NULL)
		give_up(j, SEND_DONE, "of no type that is kept", "jenis berkas tidak diterima");
	else if (t->kind == MEDIA_PICTURE)
		draw(j, data, len);
	else if (media_is_two_things(data, len))
		give_up(j, SEND_DONE, "markup or an archive in it", "jenis berkas tidak diterima");
	else
		keep(j, t, data, len, "", NULL);
}

static void
on_file(const struct fetch_news *n, void *arg)
{
	struct job *j = arg;
	struct buf detail = { 0 };

	if (n->refused != NULL) {
		buf_addf(&detail, "token ditolak; perbarui secrets/%s dan jalankan ulang notify", n->refused);
		house_alarm(j->f->h, "token", n->refused, buf_str(&detail));
		buf_release(&detail);
	}
	switch (n->verdict) {
	case FETCH_GOT: treat(j, n->data, n->len); break;
	case FETCH_LATER: try_later(j, n->why, n->cause, n->wait_ms); break;
	case FETCH_NEVER: give_up(j, SEND_DONE, n->why, n->cause); break;
	}
}

static void
take_upload(struct job *j, const char *name)
{
	struct store *st = &j->f->h->st;
	struct buf data = { 0 };
	int rc = upload_get(st, name, upload_most(&j->f->h->set), &data), trouble = errno;

	if (rc == 0)
		treat(j, data.data, data.len);
	else if (trouble == ENOENT && filed_is_there(st, j->item->id))
		end(j, &(struct send_result){ .outcome = SEND_DONE });	/* ended before it was marked */
	else
		give_up(j, SEND_FINAL, strerror(trouble), "berkas tidak dapat dibaca");
	buf_wipe(&data);
}

static void
send_file(struct channel *c, const struct outbox_item *it, on_sent done, void *arg)
{
	struct files *f = c->data;
	struct job *j = xcalloc(1, sizeof(*j));
	int64_t room = filed_room(&f->h->st);

	*j = (struct job){ .f = f, .item = it, .done = done, .arg = arg, .next = f->jobs };
	f->jobs = j;
	if (room >= 0 && room < f->h->set.media_free_bytes) {
		house_alarm(f->h, "media", "disk", FILED_FULL);
		end(j, &(struct send_result){ .outcome = SEND_RETRY, .pause_ms = FULL_PAUSE_MS,
		    .why = "less room than media.disk_free" });
	} else if (upload_of(j) != NULL) {
		take_upload(j, upload_of(j));
	} else {
		fetch_start(&f->fetcher, buf_str(&it->to), on_file, j);
	}
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct files *f = arg;
	int n = filed_sweep(&f->h->st, clock_now_ms() - f->h->set.media_leftover_ms);

	(void)fd, (void)what;
	if (n > 0)
		log_warn("leftovers_removed", "files=%d", n);
	else if (n < 0)
		log_error("media_folder", "err=\"%s\"", strerror(errno));
}

/* Requests were answered "unknown" when the client was freed; what is left are workers. */
static void
release_files(struct channel *c)
{
	struct files *f = c->data;

	while (f->jobs != NULL) {
		struct job *j = f->jobs;

		if (j->picture != NULL)
			picture_cancel(j->picture);
		end(j, &(struct send_result){ .outcome = SEND_UNKNOWN, .why = "notify ends" });
	}
	if (f->sweep != NULL)
		event_free(f->sweep);
	fetcher_release(&f->fetcher);
	free(f);
}

int
files_open(struct channel *c, const struct ways_env *env)
{
	const struct settings *set = &env->h->set;
	struct timeval hour = ms_to_timeval(HOUR_MS);
	struct files *f;

	f = xcalloc(1, sizeof(*f));
	f->h = env->h;
	f->base = env->base;
	c->data = f;
	f->sweep = event_new(env->base, -1, EV_PERSIST, on_sweep, f);
	if (f->sweep == NULL || fetcher_open(&f->fetcher, env) != 0) {
		release_files(c);
		return -1;
	}
	event_add(f->sweep, &hour);
	event_active(f->sweep, EV_TIMEOUT, 0);
	*c = (struct channel){ .route = "berkas", .in_flight = (int)set->media_in_flight,
	    .longest_ms = set->media_total_ms + set->media_worker_ms, .longest_by = "media.within + media.worker_within",
	    .lease_ms = set->media_lease_ms, .tries = set->media_tries,
	    .retry_ms = set->media_retry_ms, .send = send_file, .release = release_files, .data = f };
	return 0;
}
