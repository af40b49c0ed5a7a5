/* Nobody waits unseen: the SLA engine, the sealer, the sweeper, the archive, retention. */
#include <event2/event.h>

#include "lib/clock.h"
#include "sla/archiving.h"
#include "sla/canaries.h"
#include "sla/engine.h"
#include "sla/retaining.h"
#include "sla/sealer.h"

struct sla {
	struct house h;
	struct engine engine;
	struct sealer sealer;
	struct archiving archiving;
	struct retaining retaining;
	struct canaries *canaries;
	struct event *tick, *seal, *archive, *retain, *canary;
};

/* A nap runs from when it was said: what else is done before it is taken takes its time too. */
static void
nap_at_most(int64_t *until_us, int64_t nap_ms)
{
	int64_t us = clock_mono_us() + nap_ms * 1000;

	if (us < *until_us)
		*until_us = us;
}

/*
 * Wakes for the nearest deadline, but naps no longer than sla.nap: a deadline written meanwhile by
 * another daemon is then noticed that much late at worst.
 */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct sla *s = arg;
	int64_t until_us = INT64_MAX, rest_us;
	struct timeval tv;

	(void)fd, (void)what;
	if (s->h.serving) {
		nap_at_most(&until_us, engine_run(&s->engine));
		engine_unread(&s->engine);
		nap_at_most(&until_us, engine_leavers(&s->engine));
		nap_at_most(&until_us, engine_crowds(&s->engine));
		engine_rollcall(&s->engine);
		engine_callouts(&s->engine);
		engine_subscribers(&s->engine);
		engine_broadcasts(&s->engine);
		engine_warnings(&s->engine);
		nap_at_most(&until_us, engine_drills(&s->engine));
	} else {
		nap_at_most(&until_us, s->h.set.sla_nap_ms);
	}
	rest_us = until_us - clock_mono_us();
	rest_us = rest_us > 0 ? rest_us : 0;
	tv = (struct timeval){ .tv_sec = rest_us / 1000000, .tv_usec = rest_us % 1000000 };
	event_add(s->tick, &tv);
}

static void
on_seal(evutil_socket_t fd, short what, void *arg)
{
	struct sla *s = arg;
	struct timeval tv = ms_to_timeval(s->h.set.seal_ms);

	(void)fd, (void)what;
	if (s->h.serving)
		sealer_run(&s->sealer);
	event_add(s->seal, &tv);
}

static void
on_archive(evutil_socket_t fd, short what, void *arg)
{
	struct sla *s = arg;
	struct timeval tv = ms_to_timeval(s->h.serving ? archiving_run(&s->archiving) : s->h.set.heartbeat_ms);

	(void)fd, (void)what;
	event_add(s->archive, &tv);
}

static void
on_retain(evutil_socket_t fd, short what, void *arg)
{
	struct sla *s = arg;
	struct timeval tv = ms_to_timeval(s->h.serving ? retaining_run(&s->retaining) : s->h.set.heartbeat_ms);

	(void)fd, (void)what;
	event_add(s->retain, &tv);
}

static void
on_canary(evutil_socket_t fd, short what, void *arg)
{
	struct sla *s = arg;
	struct timeval tv = ms_to_timeval(s->h.serving ? canaries_run(s->canaries) : s->h.set.heartbeat_ms);

	(void)fd, (void)what;
	event_add(s->canary, &tv);
}

static int
sla_init(void *self, struct daemon *d, const char *port)
{
	struct sla *s = self;
	struct timeval now = { 0, 0 };

	(void)port;
	if (engine_init(&s->engine, &s->h) != 0 || sealer_init(&s->sealer, &s->h) != 0)
		return -1;
	s->tick = event_new(d->base, -1, 0, on_tick, s);
	s->seal = event_new(d->base, -1, 0, on_seal, s);
	s->archiving.h = &s->h;
	s->archive = event_new(d->base, -1, 0, on_archive, s);
	s->retaining.h = &s->h;
	s->retain = event_new(d->base, -1, 0, on_retain, s);
	s->canaries = canaries_new(&s->h, d->base);
	s->canary = event_new(d->base, -1, 0, on_canary, s);
	if (s->tick == NULL || s->seal == NULL || s->archive == NULL || s->retain == NULL || s->canaries == NULL ||
	    s->canary == NULL || house_start(&s->h, d) != 0)
		return -1;
	event_add(s->tick, &now);
	event_add(s->seal, &now);
	event_add(s->archive, &now);
	event_add(s->retain, &now);
	event_add(s->canary, &now);
	daemon_ready(d, "");
	return 0;
}

static void
sla_release(void *self)
{
	struct sla *s = self;

	if (s->tick != NULL)
		event_free(s->tick);
	if (s->seal != NULL)
		event_free(s->seal);
	if (s->archive != NULL)
		event_free(s->archive);
	if (s->retain != NULL)
		event_free(s->retain);
	if (s->canary != NULL)
		event_free(s->canary);
	canaries_free(s->canaries);
	engine_release(&s->engine);
}

int
main(int argc, char **argv)
{
	static const struct house_life life = { "sla", NULL, sla_init, sla_release, NULL };
	static struct sla sla;

	return house_main(&life, &sla.h, &sla, argc, argv);
}
