#include "store/house.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "core/message.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "store/commit.h"

int
house_open(struct house *h, const char *conf_dir, const char *dir, const char *url,
    const char *name)
{
	struct buf errors = { 0 };
	int rc = -1;

	memset(h, 0, sizeof(*h));
	if (settings_load(&h->set, conf_dir, &errors) == 0 &&
	    store_open(&h->st, &h->set, dir, url, name, &errors) == 0)
		rc = 0;
	if (errors.len > 0)
		fputs(buf_str(&errors), stderr);
	buf_release(&errors);
	return rc;
}

void
house_close(struct house *h)
{
	if (h->beat != NULL)
		event_free(h->beat);
	store_note_flush(&h->st);
	roster_release(&h->roster);
	version_cache_release(&h->versions);
	store_close(&h->st);
	settings_release(&h->set);
}

/* Settings and configuration checked and said, for -n.  Exit status. */
static int
check_only(const struct house_life *life, const char *conf_dir)
{
	struct buf errors = { 0 };
	struct settings set = { 0 };
	struct conf_set files = { 0 };
	struct policy *p = NULL;
	int rc = 1;

	if (settings_load(&set, conf_dir, &errors) == 0 &&
	    version_read_files(&files, conf_dir, &errors) == 0 &&
	    (p = policy_parse(&files, &errors)) != NULL &&
	    (life->check == NULL || life->check(p, &errors) == 0))
		rc = 0;
	fputs(buf_str(&errors), stderr);
	if (rc == 0)
		puts("configuration is sound");
	policy_free(p);
	conf_release(&files);
	settings_release(&set);
	buf_release(&errors);
	return rc;
}

int
house_main(const struct house_life *life, struct house *h, void *self, int argc, char **argv)
{
	const char *port = NULL, *instance = life->name;
	const struct daemon_flag flags[] = {
		{ "port", &port, life->port_what },
		{ "name", &instance, "name of this one when several run" },
	};
	size_t skip = life->port_what == NULL;
	struct daemon d;
	int status;

	settings_register();
	status = daemon_init(&d, life->name, argc, argv, flags + skip, N_ELEMS(flags) - skip);
	if (status != 0)
		return status - 1;
	status = 1;
	if (d.check_only) {
		status = check_only(life, d.conf_dir);
	} else if (house_open(h, d.conf_dir, d.dir, d.redis_url, instance) == 0) {
		if (life->init(self, &d, port) == 0)
			status = daemon_run(&d);
		life->release(self);
		house_close(h);
	}
	daemon_release(&d);
	return status;
}

/* So long the others wait for the engine's look, which comes every sla.nap. */
#define DOUBT_MS 5000

void
house_set_time(struct house *h, int64_t now_ms, int64_t free_ms)
{
	h->store_ms = now_ms;
	h->free_ms = free_ms;
	h->store_boot_ms = clock_boot_ms();
	h->doubt_boot_ms = 0;
}

/* Takes the time over, unless it is not what our boot clock makes of the last one: 1, not now. */
static int
doubts(struct house *h, const struct pulse *p)
{
	int64_t jump = p->free_ms - h->free_ms - (clock_boot_ms() - h->store_boot_ms);

	if (h->store_ms != 0 && (jump > h->set.clock_step_ms || jump < -h->set.clock_step_ms)) {
		if (h->doubt_boot_ms == 0) {
			h->doubt_boot_ms = clock_boot_ms();
			log_warn("time_in_doubt", "jump_ms=%" PRId64, jump);
		}
		if (clock_boot_ms() - h->doubt_boot_ms < DOUBT_MS)
			return 1;
	}
	house_set_time(h, p->now_ms, p->free_ms);
	return 0;
}

int
house_refresh(struct house *h)
{
	struct pulse p;

	if (store_pulse(&h->st, &p) != 0 || p.version[0] == '\0' ||
	    officers_load(&h->st, &h->roster, p.roster) < 0)
		return -1;
	if (doubts(h, &p))
		return 1;
	if (h->policy == NULL || strcmp(p.version, h->current) != 0) {
		const struct policy *policy = version_policy(&h->versions, &h->st, p.version);

		if (policy == NULL)
			return -1;
		h->policy = policy;
		snprintf(h->current, sizeof(h->current), "%s", p.version);
		log_info("version", "version=%s", p.version);
	}
	return 0;
}

int64_t
house_now_ms(const struct house *h)
{
	return h->store_ms == 0 ? clock_now_ms() : h->store_ms + clock_boot_ms() - h->store_boot_ms;
}

/* ---- nonces ---- */

#define LONGER_MS 60000

uint64_t
house_entropy(struct house *h)
{
	uint64_t e;

	if (clock_mono_ms() >= h->nonce_until_ms)
		h->nonce_extra = 0;
	random_bytes(&e, sizeof(e));
	return (e & ~UINT64_C(3)) | (uint64_t)h->nonce_extra;
}

void
house_nonce_taken(struct house *h)
{
	if (h->nonce_extra < NONCE_CHARS - NONCE_LEAST)
		h->nonce_extra++;
	h->nonce_until_ms = clock_mono_ms() + LONGER_MS;
}

/* ---- alarms ---- */

static void
alarm_text(struct house *h, const struct officer *o, const char *detail, struct buf *out)
{
	const struct template_value v[] = { { "apa", detail } };

	message_answer(h->policy, o->lang, ALARM_KIND, NULL, 0, v, 1, out);
}

void
house_alarm(struct house *h, const char *what, const char *subject, const char *detail)
{
	const struct officer *o[1];
	struct commit_batch b = { 0 };
	struct case_keys keys;
	struct buf text = { 0 };
	struct answer a = {
		.what = "sistem", .kind = ALARM_KIND, .route = "sms", .text = &text, .lane_e = 1
	};
	int64_t now = store_now_ms(&h->st);
	char id[40];

	log_error("alarm", "what=%s subject=%s detail=\"%s\"", what, subject,
	    log_quote(detail, strlen(detail)));
	if (now == 0 || h->policy == NULL)
		return;
	snprintf(id, sizeof(id), "%s.%s.%" PRId64, what, subject, now / HOUR_MS);
	commit_begin(&b, now);
	/* The heartbeat hash carries the mark: whoever writes it first has raised the alarm. */
	commit_add_document(&b, &h->st,
	    &(struct document){ .key = KEY_HEARTBEAT, .version = -1, .what = "sistem",
	    .who = h->st.name, .note = detail,
	    .index = { { KEY_HEARTBEAT, NULL, 'u', id, h->st.name } }, .index_n = 1 });
	if (commit_run(&b, &h->st) == 1 &&
	    roster_on_duty(&h->roster, h->policy->calendar, h->policy->roster_unit, ROLE_KEPALA, now, o,
	    1) == 1) {
		seal_key_random(&keys.key);
		seal_wrap(keys.wrapped, &h->st.master, &keys.key);
		alarm_text(h, o[0], detail, &text);
		snprintf(a.id, sizeof(a.id), "sys.%s", id);
		a.to = o[0]->phone;
		a.text_lang = o[0]->lang;
		a.not_after_ms = now + HOUR_MS;
		commit_begin(&b, now);
		commit_add_answer(&b, &h->st, &a, &keys, NULL);
		commit_run(&b, &h->st);
	}
	commit_release(&b);
	buf_wipe(&text);
}

/* ---- watching each other ---- */

/* A beat by a clock that was set back since counts as one of now: who made it may be dead. */
static void
beat_now(struct house *h, const char *key, size_t len, const char *who, int64_t now)
{
	freeReplyObject(redis_pipe_command(h->st.pipe, "HSET %b %s %lld", key, len, who,
	    (long long)now));
}

static void
watch(struct house *h, int64_t now)
{
	struct buf key = { 0 };
	redisReply *r;

	buf_add_key(&key, &h->st.keys, KEY_HEARTBEAT, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGETALL %b", key.data, key.len);
	for (size_t i = 0; r != NULL && r->type == REDIS_REPLY_ARRAY && i + 1 < r->elements;
	    i += 2) {
		const char *who = r->element[i]->str;
		int64_t last = strtoll(r->element[i + 1]->str, NULL, 10);

		if (strchr(who, '.') != NULL || strcmp(who, h->st.name) == 0 || last == 0)
			continue;
		if (last > now + h->set.clock_step_ms)
			beat_now(h, key.data, key.len, who, now);
		if (now - last > h->set.silent_ms) {
			char detail[160];

			snprintf(detail, sizeof(detail),
			    "%s diam sejak %" PRId64 " detik; periksa proses dan lognya", who,
			    (now - last) / 1000);
			house_alarm(h, "silent", who, detail);
		}
	}
	freeReplyObject(r);
	buf_release(&key);
}

void
house_tick(struct house *h)
{
	int64_t mono = clock_mono_ms();
	struct pulse p;
	int safe;

	if (!h->serving || mono - h->checked_ms >= h->set.safety_ms) {
		safe = store_check(&h->st);
		h->checked_ms = mono;
		if (safe < 0) {
			log_error("store_unsafe", "err=\"%s\"",
			    log_quote(store_error(&h->st), strlen(store_error(&h->st))));
			daemon_stop(h->daemon, 1);
			h->serving = 0;
			return;
		}
		if (safe > 0 || house_refresh(h) < 0) {
			if (h->serving)
				log_warn("store_away", "err=\"%s\"",
				    log_quote(store_error(&h->st), strlen(store_error(&h->st))));
			h->serving = 0;
			return;
		}
		if (!h->serving) {
			h->serving = 1;
			log_info("serving", "version=%s officers=%zu", h->current, h->roster.n);
		}
	}
	if (store_pulse(&h->st, &p) != 0)
		return;
	/* By a time that is in doubt all others are silent since long, and we alive until far ahead. */
	if (!doubts(h, &p)) {
		store_heartbeat(&h->st, p.now_ms);
		if (mono - h->watched_ms >= h->set.silent_ms / 4) {
			h->watched_ms = mono;
			watch(h, p.now_ms);
		}
	}
	store_note_flush(&h->st);
	daemon_alive(h->daemon);
}

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	house_tick(arg);
}

int
house_start(struct house *h, struct daemon *d)
{
	int64_t every = h->set.heartbeat_ms < h->set.noted_ms ? h->set.heartbeat_ms :
	    h->set.noted_ms;
	struct timeval tv = ms_to_timeval(every);

	h->daemon = d;
	h->beat = event_new(d->base, -1, EV_PERSIST, on_beat, h);
	if (h->beat == NULL || event_add(h->beat, &tv) != 0)
		return -1;
	house_tick(h);
	return d->stopping ? -1 : 0;
}
