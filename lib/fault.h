#ifndef KENTONGAN_FAULT_H
#define KENTONGAN_FAULT_H
/*
 * Fault hooks.  FAULT_POINT("name") marks a place where a test may kill, stop, delay or fail the
 * process; it is nothing at all unless built with -DKENTONGAN_FAULTS.
 *
 * KENTONGAN_FAULT="point=action[@nth][%percent][:arg];..."  actions: kill stop exit abort
 * delay:MS err:ERRNO short:N drop.  KENTONGAN_FAULT_SEED seeds the percentages,
 * KENTONGAN_FAULT_FILE gets one line per hit, written before the action.
 */
struct fault_outcome {
	int err;		/* errno to pretend, 0: none */
	long shorten;		/* bytes to allow, -1: all */
	int drop;		/* close this socket */
};

#ifdef KENTONGAN_FAULTS
void fault_init(void);
struct fault_outcome fault_hit(const char *point);
#define FAULT_INIT() fault_init()
#define FAULT_POINT(name) ((void)fault_hit(name))
#define FAULT_ERR(name) (fault_hit(name).err)
#else
#define FAULT_INIT() ((void)0)
#define FAULT_POINT(name) ((void)0)
#define FAULT_ERR(name) 0
#endif
#endif
