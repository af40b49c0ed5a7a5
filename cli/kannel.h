#ifndef KENTONGAN_CLI_KANNEL_H
#define KENTONGAN_CLI_KANNEL_H
/*
 * Kannel as part of the house (kannel.run): conf/kannel.conf with its holes filled becomes
 * DIR/kannel/kannel.conf, and the supervisor keeps bearerbox and smsbox up.
 *
 * Errors     0, or -1 with thing, place and remedy said on standard error.
 */
#include "cli/up.h"
#include "store/settings.h"

/* The programs and conf/kannel.conf are there. */
int kannel_check(const char *conf);
/* The port to send by: that of kannel.url, http://HOST:PORT, else 13013. */
const char *kannel_port(const struct settings *set);
/*
 * Writes DIR/kannel/kannel.conf, mode 0400, and appends its path.  hook: http://HOST:PORT of
 * ingest.
 */
int kannel_configure(struct buf *path, const char *conf, const char *dir,
    const struct settings *set, const char *hook, int admin_port, int smsbox_port);
/* smsbox tries until bearerbox is there: both at once. */
int kannel_start(struct supervisor *s, const char *configuration);
#endif
