#ifndef KENTONGAN_SEALER_H
#define KENTONGAN_SEALER_H
/* Folds the log into the regency's chain and signs its heads; sweeps what has had its time. */
#include "store/house.h"

struct sealer {
	struct house *h;
	uint8_t seed[32];
	int registered;			/* our key is on record */
	int64_t head_next_ms, sweep_next_ms;
	int stuck;
};

/* Reads the signing seed DIR/secrets/sign. 0 or -1. */
int sealer_init(struct sealer *s, struct house *h);
/* One round; says once, as an alarm, when the log cannot be folded on. */
void sealer_run(struct sealer *s);
/* Dedupe days older than 35 days, ended messages past keep_messages, old signs of life and storms. */
void sweep_run(struct house *h, int64_t now_ms);
#endif
