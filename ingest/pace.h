#ifndef KENTONGAN_PACE_H
#define KENTONGAN_PACE_H
/*
 * How fast reports may come by the form from one address, and for one number: past form.soft_* each waits a
 * little before he sends it again, past form.hard_* no more is taken for now.  Half a village may stand
 * behind one address, so waiting is for each report by itself, by the form's key.  Who is in danger is never asked.
 *
 * Units  mono_ms: monotonic milliseconds.
 */
#include <stdint.h>

#include "store/settings.h"

enum pace { PACE_GO, PACE_WAIT, PACE_FULL };
struct pacer;
struct pacer *pacer_new(const struct settings *set);
void pacer_free(struct pacer *p);
/*
 * May this report be taken now?  number: NULL none.  key: the form's; the same one that was told to wait may go
 * once form.wait is over.
 */
enum pace pacer_ask(struct pacer *p, const char *address, const char *number, const char *key, int64_t mono_ms);
/* One was taken. */
void pacer_count(struct pacer *p, const char *address, const char *number, int64_t mono_ms);
#endif
