#ifndef KENTONGAN_TESTS_GLANCE_H
#define KENTONGAN_TESTS_GLANCE_H
/* Cases of a living house as they lie in its store, read beside the daemons.  A mistake ends the test. */
#include "core/access.h"

void glance_open(const char *dir, const char *conf);
void glance_close(void);
/* 1 with the case, 0 it is not opened yet. */
int glance_case(const char *code, struct case_record *out);
/* What the table of rights says of an officer and that case. */
int glance_may(const char *code, const char *officer, enum access a);
int glance_due(void);				/* how many have something due, ever */
int64_t glance_queued_ms(const char *message_id);	/* when it came into the outbox */

/*
 * The list of those who follow a case (and of those who wait), as a slow engine or command has read it: how
 * many; glance_bring() takes them where the lead is, glance_ask() asks them for that officer whether the
 * water has gone and tells how many it asked.
 */
int glance_followers(const char *lead);
void glance_bring(void);
int glance_ask(const char *officer);
#endif
