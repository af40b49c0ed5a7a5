#ifndef KENTONGAN_DEMO_H
#define KENTONGAN_DEMO_H
/*
 * kentongan demo: a regency's working day in two minutes, on the real parts.
 *
 * demo.c       life: folder, the house as a child process, summary, end
 * demo_conf.c  the configuration of this house; demo_scale.c divides its durations
 * demo_play.c  the script: who reports what at which minute, who answers what
 * demo_phone.c the telephones of --kannel: fakesmsc behind a real bearerbox and smsbox
 * demo_hear.c  what the house says: outgoing messages and the live feed, told on the terminal
 *
 * Units        minutes of the script are minutes of the regency; `speed` of them pass in one real
 *              minute.  _ms are real milliseconds, monotonic, since the house was ready.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/code.h"
#include "core/phone.h"
#include "core/policy.h"
#include "core/roster.h"
#include "lib/buf.h"

struct event;
struct event_base;
struct evhttp_connection;
struct evhttp_request;
struct httpc;
struct demo_row;
struct demo_letter;
struct demo_phones;

#define DEMO_STORIES 64

/* One report on its way through the day. */
struct demo_story {
	const struct demo_row *row;
	int sent;
	char phone[PHONE_CHARS];		/* of the resident */
	char code[CODE_CHARS + 1];		/* "" until the house gave one */
	int step;				/* next line of its fate */
	int64_t due_ms;				/* when that may be said at the earliest */
	int seen_n;				/* highest number of its messages so far */
	int task_n, task_floor;			/* what told the lead; up to floor they are old */
	char task_phone[PHONE_CHARS], task_nonce[NONCE_CHARS + 1];
	int answered;				/* the message the next line waits for has come */
	int confirmed, closed;			/* the resident said 1; the house closed it */
};

struct demo_tally {
	int sent, refused, coded, tasks, messages;
	int warnings, breaches, rungs, passed, bupati, closed;
	int in_time, late, open, triage;	/* the board's own figures at the end */
};

struct demo {
	struct event_base *base;
	const char *dir, *conf;	/* folder of this house; configuration it is made from */
	struct buf own_dir, own_conf;
	int keep, speed, seconds, colour, status;
	int kannel, phone_port, receipts_n;	/* SMS by Kannel; its SMSC; receipts that came back */
	struct demo_phones *phones;
	int64_t began_ms;
	/* the house */
	int pid, out, stopping;
	struct buf said;
	char *http, *console;
	char *log_in;				/* the link of the first administrator; told once */
	struct buf machine;			/* "Bearer " and what lets programs of this machine into the console */
	struct event *readable, *chld, *term, *interrupt, *limit;
	/* the play */
	struct demo_story stories[DEMO_STORIES];
	int stories_n;
	struct buf secret;
	struct httpc *client;
	struct demo_letter *again;		/* not taken yet: sent again */
	int refusing;				/* said so already */
	struct event *tick;
	/* what is heard */
	int watch, mailbox;
	struct buf mail, feed;
	struct event *mailed, *told;
	struct evhttp_connection *stream;
	struct roster roster;
	struct policy *policy;
	struct { struct buf to, about; int n; } batch[DEMO_STORIES];	/* tasks not told yet */
	int receipts;
	struct demo_tally tally;
};

/*
 * demo_scale.c: a copy of sla.yaml's text with every duration (90s 5m 4h 2d, 3 hari kerja) divided
 * by speed and written in ms; a working day counts as 24 hours.  The night that holds rungs is left
 * out: its minute is not divided.  Comments and all else stay.
 * Nothing but 0 becomes 0.
 */
void demo_scale(struct buf *out, const char *text, size_t len, int speed);

/* demo.c: the house is ready, and the telephones if there are any: the day begins. */
void demo_go(struct demo *d);

/* demo_conf.c */
/* Makes DIR/conf from d->conf; fills policy and roster.  0, or -1 with the reason said. */
int demo_configure(struct demo *d);

/* demo_play.c */
int demo_play_begin(struct demo *d);	/* the house is ready */
void demo_play_end(struct demo *d);
/* A task message for the story's officers, and any other message about it. */
void demo_play_task(struct demo_story *s, int n, const char *phone, const char *nonce);
void demo_play_message(struct demo_story *s, const char *kind);
struct demo_story *demo_story_of(struct demo *d, const char *code);
/* A resident who wrote by telephone may be told his code here. */
void demo_play_code(struct demo *d, const char *phone, const char *code);

/* demo_phone.c: begun when the house is ready, only with --kannel */
int demo_phone_check(void);	/* 0, or -1 with what to install said */
int demo_phone_begin(struct demo *d);
void demo_phone_end(struct demo *d);
/* One SMS; waits its turn. */
void demo_phone_type(struct demo *d, const char *from, const char *text);
/* SMS typed, and parts that arrived at telephones. */
int demo_phone_typed(const struct demo *d);
int demo_phone_got(const struct demo *d);

/* demo_hear.c */
int demo_hear_begin(struct demo *d);
void demo_hear_end(struct demo *d);
/* One line on the terminal: time since start, who, what. */
enum demo_voice {
	SAYS_HOUSE, SAYS_RESIDENT, SAYS_TASK, SAYS_OFFICER, SAYS_NEWS, SAYS_CLIMB,
	SAYS_BUPATI, SAYS_QUIET, SAYS_PHONE
};
void demo_say(const struct demo *d, enum demo_voice v, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int64_t demo_ms(const struct demo *d);
/* Name of the officer's unit by his number, "?" if he is none. */
const char *demo_unit_of(const struct demo *d, const char *phone);
#endif
