#ifndef KENTONGAN_LEDGER_H
#define KENTONGAN_LEDGER_H
/*
 * Where the time went: milliseconds per holder.  The sums of all holders, the present one up to
 * now included, equal the time since the ledger began: a breach has an owner (FEATURES J2).
 */
#include <stdint.h>

#define HOLDER_CHARS 24
#define LEDGER_ROWS 16
/* Holders that are no unit. */
#define HOLDER_GATEWAY "gerbang"
#define HOLDER_QUEUE "antrean"
#define HOLDER_TRIAGE "triase"
#define HOLDER_RESIDENT "warga"
#define HOLDER_WAITING "menunggu"
#define HOLDER_BEFORE "sebelumnya"	/* the time before this house, of an old complaint */
#define HOLDER_OTHERS "lainnya"		/* a ledger that ran out of rows adds up here */

struct ledger_row { char holder[HOLDER_CHARS]; int64_t ms; };
struct ledger {
	struct ledger_row rows[LEDGER_ROWS];
	int n;
	char holder[HOLDER_CHARS];	/* who has it now; "" once ended */
	int64_t since_ms;
};

void ledger_begin(struct ledger *l, const char *holder, int64_t at_ms);
/* Time up to at_ms is the present holder's; the same holder again changes nothing. */
void ledger_pass(struct ledger *l, const char *holder, int64_t at_ms);
void ledger_end(struct ledger *l, int64_t at_ms);
/* All rows plus the open stretch up to now. */
int64_t ledger_sum(const struct ledger *l, int64_t now_ms);
/* One holder's share, the open stretch included. */
int64_t ledger_of(const struct ledger *l, const char *holder, int64_t now_ms);
/*
 * Every holder with his share, the open stretch included: how many.  Whoever shows a ledger shows
 * these, so that page, API, log and message never tell it differently.
 */
int ledger_list(const struct ledger *l, int64_t now_ms, struct ledger_row out[LEDGER_ROWS + 1]);
#endif
