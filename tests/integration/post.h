#ifndef KENTONGAN_TESTS_POST_H
#define KENTONGAN_TESTS_POST_H
/*
 * A post room for tests: a bench with a store of its own, the real kentongan-notify as a process,
 * and stand-ins of two smsboxes (tests/fake/kannel.py), routes sms and sms2.  Messages are put into
 * the outbox directly.  A mistake ends the test.
 *
 * One at a time: post_begin(), post_open(), ..., post_end().
 */
#include "tests/integration/kit.h"
#include "tests/integration/sink.h"

struct post_room { struct bench b; struct sink gate[2]; struct peer notify; char conf[96]; };
extern struct post_room post;

/* cards: how many of the two have a smsbox, 0 to 2; settings are further lines of kentongan.yaml. */
void post_begin(int cards, const char *settings);
void post_open(void);			/* starts notify; waits until it serves */
void post_kill(void);			/* SIGKILL */
void post_end(void);

/* A resident's answer; lives for so long. */
void post_say(const char *id, const char *to, int lane_e, int64_t life_ms);
/* A case of an ordinary kind for KIT_PTG; task gets the id of the message that tells him. */
struct code post_case(char task[OUTBOX_ID_CHARS]);
/* Many answers in few calls: ids PREFIX0.., to(i) says to whom. */
void post_say_many(const char *prefix, int n, void (*to)(int i, char out[24]), int lane_e,
    int64_t life_ms);
/* What the gateway says of a message, as ingest notes it. */
void post_receipt(const char *id, enum receipt_news news);

/* A field of a message, waited for until it is that. */
void post_becomes(const char *id, const char *field, const char *value);
void post_field(const char *id, const char *field, char out[96]);
/* Waits until nothing is left in a line ("n:sms"). */
void post_empty(const char *line);
/* Whether notify's log or the store's log says that; waited for. */
void post_logged(const char *what);
void post_audited(const char *what);

/* What a smsbox took (answered 202), in the order of coming. */
struct taken { char id[64], to[24]; double mono_s; int urgent; struct buf text; };
size_t post_taken(int gate, struct taken **out);
void post_taken_free(struct taken *all, size_t n);
/* How many with that id it took so far; waits for at least so many. */
size_t post_took(int gate, const char *id, size_t at_least);
#endif
