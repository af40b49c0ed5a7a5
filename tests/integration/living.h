#ifndef KENTONGAN_LIVING_H
#define KENTONGAN_LIVING_H
/*
 * A living house for tests: `kentongan up` in a folder of its own, asked and told as the world
 * would do it.  Facts are waited for, at most LIMIT_MS.  A mistake ends the test.
 *
 * One house at a time: house_make(), perhaps house_put_secret(), house_up(), ..., house_down().
 */
#include <sys/types.h>

#include <jansson.h>

#include "core/code.h"
#include "lib/buf.h"
#include "tests/integration/peer.h"

struct living_house {
	char dir[32], conf[48], http[64], console[64];
	char first[160];		/* the link of the first administrator that it printed, from its slash on; "" none */
	pid_t up;
	struct buf secret;		/* sms_http */
	struct buf machine;		/* console_admin: lets what runs here into the console */
	int number;			/* of the next SMS */
};
extern struct living_house house;

/* A folder with the regency's configuration; settings are lines added to its kentongan.yaml. */
void house_make(const char *settings);
void house_put_secret(const char *name, const char *value);
void house_up(void);
/* Stopped as an administrator stops it, and started again in the same folder. */
void house_restart(void);
void house_down(void);
/* `kentongan ARGS` in this house, through a shell: its exit status; out may be NULL. */
int house_command(const char *args, struct buf *out);
/* Every key is of a row of store/keys.c, of its type, in the one slot, without an end of life; documents say their schema. */
void house_keys_are_known(void);
pid_t pid_of(const char *daemon);
/* 1 when ingest takes reports (again), the store being there, and the console shows its pages. */
int house_is_ready(void);
/* The store, seen by the test itself; house_close() it. */
struct house;
struct session;
struct store;
void house_eye(struct house *h);

struct answer { long status; struct buf head, body; };
/* GET without body, else POST; headers NULL-ended or NULL; base is house.http or house.console. */
void ask(struct answer *a, const char *base, const char *path, const char *const *headers,
    const void *body, size_t len);
/*
 * The same as somebody at a browser: the console gets no secret of the machine but what stands in
 * headers.  ask() sends it along, for what only wants to know.
 */
void ask_as(struct answer *a, const char *base, const char *path, const char *const *headers,
    const void *body, size_t len);
void answer_release(struct answer *a);

/* A connection to base that has sent these bytes; the caller closes it. */
int raw_ask(const char *base, const void *bytes, size_t len);
void raw_send(int fd, const void *bytes, size_t len);
/* Reads on until these words have come (1), or the other side has ended (0). */
int raw_reads(int fd, const char *until, struct buf *out);

/* The signed SMS hook; code may be NULL.  Returns the status. */
long post_signed(const char *body, int64_t at_s, int forge, char code[CODE_CHARS + 1]);
/* One SMS through it; the code it got (code may be NULL). */
void sms(const char *from, const char *text, char code[CODE_CHARS + 1]);

/*
 * The first message in DIR/out/ROUTE.jsonl with this code, kind ("*" any) and recipient ("" any);
 * caller decrefs.
 */
json_t *outgoing_by(const char *route, const char *code, const char *kind, const char *to);
json_t *outgoing(const char *code, const char *kind, const char *to);	/* by SMS */
void told(const char *code, const char *kind, const char *to);
/* That any SMS went to this number. */
void told_any(const char *to);
void text_of(const char *code, const char *kind, const char *to, char out[512]);
/* The case by the API once it is in that state; caller decrefs. */
json_t *case_in(const char *code, const char *state);
/* The same in whatever state it is. */
json_t *case_in_any(const char *code);
void wait_state(const char *code, const char *state);
/* Who got the first task, and its nonce. */
void first_task(const char *code, char officer[24], char nonce[8]);
/* Puts a session of that officer and those times, by a factor: its digest is added; cookie gets its header. */
void session_of(struct store *st, struct session *s, char cookie[96]);
/*
 * The console follows the log: opens a page of it (200) until it has these words, or has them no more.  cookie: a
 * visitor's header; page: what it was then, NULL nobody wants it.
 */
void page_comes(const char *cookie, const char *path, const char *words, int there, struct buf *page);
/* A figure of ingest's /metrics. */
long figure(const char *name);
#endif
