#ifndef KENTONGAN_CLI_OFFICER_H
#define KENTONGAN_CLI_OFFICER_H
/*
 * What `kentongan officer ...` shares between its files: officer.c (who), shifts.c (when).
 */
#include "cli/cli.h"

struct officer_flags { const char *name, *unit, *role, *phone, *duty, *order, *from, *until, *days; int dry_run; };
/* Each returns an exit status; c->args[0] is its own name. */
typedef int officer_command(struct house *h, const struct cli *c, const struct officer_flags *f);

/* The officer of that id, or NULL with the reason said. */
const struct officer *officer_named(const struct house *h, const char *id);
/* Writes changed officers; says the reason or how many.  Exit status. */
int officers_write(struct house *h, const struct officer *list, size_t n);
/* A time of a flag in WIB ("2026-12-01 07:00"); 0, or -1 with the reason said. */
int officer_time(const char *flag, const char *text, int64_t *ms);

officer_command officer_rights;	/* rights.c */
officer_command shift_give, shift_take, shifts_list, shifts_read, shifts_swap, shifts_calendar;
#endif
