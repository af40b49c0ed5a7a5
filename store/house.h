#ifndef KENTONGAN_HOUSE_H
#define KENTONGAN_HOUSE_H
/*
 * What every daemon and command holds: settings, the store, the versions it has met, the roster.
 */
#include "lib/daemon.h"
#include "store/officer.h"
#include "store/settings.h"
#include "store/store.h"
#include "store/version.h"

struct house {
	struct settings set;
	struct store st;
	struct version_cache versions;
	struct roster roster;
	char current[33];		/* version in force */
	const struct policy *policy;	/* its policy */
	int64_t checked_ms;		/* monotonic: last safety check */
	int serving;			/* 0 while the store is away or unsafe */
	int64_t watched_ms;
	/* the store's clock when last asked, and ours then */
	int64_t store_ms, free_ms, store_boot_ms;	/* free: if it could go back */
	int64_t doubt_boot_ms;		/* since when the store's time does not fit; 0: it does */
	struct event *beat;
	struct daemon *daemon;
	int nonce_extra;		/* symbols; since nonces were found taken */
	int64_t nonce_until_ms;		/* monotonic */
};

/* Loads the settings and opens the store; mistakes go to standard error.  0 or -1. */
int house_open(struct house *h, const char *conf_dir, const char *dir, const char *url,
    const char *name);
void house_close(struct house *h);
/*
 * The life of a daemon, from its flags to its exit status; what differs between daemons is here.
 * init makes self ready to run in d->base (port: as flagged, or NULL) and returns 0 or -1; release
 * frees what there is of it, also after an init that failed half way.  h is the daemon's own,
 * open between the two.
 */
struct house_life {
	const char *name;
	const char *port_what;		/* what --port is for; NULL: there is no such flag */
	int (*init)(void *self, struct daemon *d, const char *port);
	void (*release)(void *self);
	/* What this daemon makes of a configuration, for -n: 0, or -1 with a line per mistake; may be NULL. */
	int (*check)(const struct policy *p, struct buf *errors);
};
int house_main(const struct house_life *life, struct house *h, void *self, int argc, char **argv);

/*
 * Version in force, roster and time (store_ms) as the store has them now.  0; -1: no answer or no
 * version; 1: the time is not the one that was to be expected, wait for sla to set it right
 * (store/steady.h).  What nobody sets right for some seconds is believed.
 */
int house_refresh(struct house *h);
/* The time is this from now on: for the one who set it right. */
void house_set_time(struct house *h, int64_t now_ms, int64_t free_ms);

/* Randomness for a command, with nonces as long as the officers' open tasks lately needed. */
uint64_t house_entropy(struct house *h);
/* A commit came back COMMIT_TAKEN: the next nonces are a symbol longer for a while. */
void house_nonce_taken(struct house *h);

/*
 * Keeps a daemon honest: at start and each redis.check_every asks whether the store is safe,
 * beats the heart, writes the note, watches the other daemons.  An unsafe store ends the process
 * with the reason; one that is away clears serving until it is back.
 */
int house_start(struct house *h, struct daemon *d);
/* One round of the above; also called by tests. */
void house_tick(struct house *h);

/* The store's time reckoned on from the last answer; this machine's before there was one. */
int64_t house_now_ms(const struct house *h);

#define ALARM_KIND "sistem"	/* of the messages that carry alarms */
/*
 * Notes an alarm in the log and tells the owner of the rosters; the same alarm within
 * an hour is one.
 */
void house_alarm(struct house *h, const char *what, const char *subject, const char *detail);
#endif
