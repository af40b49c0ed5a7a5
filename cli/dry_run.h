#ifndef KENTONGAN_DRY_RUN_H
#define KENTONGAN_DRY_RUN_H
/* What another configuration would have made of the reports of late. */
#include "cli/cli.h"
#include "router/understand.h"

/*
 * Reads the reports of the last for_ms again, by the version in force and by then, and says which
 * they differ on, without the words of people.  Changes nothing.  Exit status.
 */
int dry_run(const struct cli *c, const struct understander *then, int64_t for_ms);
#endif
