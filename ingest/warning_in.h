#ifndef KENTONGAN_WARNING_IN_H
#define KENTONGAN_WARNING_IN_H
/*
 * What others serve as warnings, read into core/warning.h: BMKG's earthquakes in JSON, alerts of OASIS
 * CAP 1.2 in XML, and the lists (RSS, Atom) that link such alerts.  Nothing of it is believed: what is
 * missing, out of range or too much is refused, and why says what.
 *
 * Ownership  warnings are lent for the call; the caller releases one that it was given to fill.
 */
#include "core/warning.h"

/* What these bytes are called from then on. */
void warning_name(char out[WARNING_NAME_CHARS], const struct buf *of);

/*
 * BMKG: {"Infogempa":{"gempa":{...}}} with one, or a list of them.  Calls cb for each that can be read;
 * how many could not, with the first reason in why; -1: the whole is nothing of that kind.
 */
typedef void (*on_warning_read)(const struct warning *w, void *arg);
int quakes_read(const char *json, size_t len, const char *source, on_warning_read cb, void *arg, struct buf *why);

/*
 * One alert.  0; 1 it is one, and not for us (a draft, an acknowledgement, not public); -1 it is none that
 * can be read.  why says the reason of the latter two.
 */
int cap_read(struct warning *w, const char *xml, size_t len, const char *source, struct buf *why);

/*
 * The addresses that a list names, each with what tells one edition of it from the next (its date), in
 * order, at most so many.  How many; -1: the whole is no such list.
 */
typedef void (*on_warning_link)(const char *url, const char *edition, void *arg);
int alert_links_read(const char *xml, size_t len, int most, on_warning_link cb, void *arg, struct buf *why);
#endif
