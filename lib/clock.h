#ifndef KENTONGAN_CLOCK_H
#define KENTONGAN_CLOCK_H
/* The host's clocks, asked in one place.  What decides uses the store's time instead. */
#include <stdint.h>
#include <sys/time.h>

/* Wall clock, milliseconds since the epoch, UTC. */
int64_t clock_now_ms(void);
/* Monotonic milliseconds / microseconds: for time-outs and measuring only. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

struct timeval ms_to_timeval(int64_t ms);
#endif
