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
/*
 * Milliseconds since the machine started, its sleep included, and which start that was: what runs
 * evenly whatever the wall clock is set to.  The id is "" where the kernel gives none.
 */
#define CLOCK_BOOT_CHARS 40
int64_t clock_boot_ms(void);
void clock_boot_id(char out[CLOCK_BOOT_CHARS]);

struct timeval ms_to_timeval(int64_t ms);
#endif
