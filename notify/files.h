#ifndef KENTONGAN_FILES_H
#define KENTONGAN_FILES_H
/*
 * Files that citizens send: a message of the route "berkas" is one that is to be fetched.  What
 * came of it goes in by the door like a report, about the case: stored (ON_FILE) or missing
 * (ON_FILE_MISSING), once each whatever is repeated.
 */
#include "notify/channel.h"

int files_open(struct channel *c, const struct ways_env *env);	/* see struct way_out */
#endif
