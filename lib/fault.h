#ifndef KENTONGAN_FAULT_H
#define KENTONGAN_FAULT_H
/*
 * Fault hooks.  FAULT_POINT("name") marks a place where a test may kill, stop, delay or fail the
 * process; it is nothing at all unless built with -DKENTONGAN_FAULTS.
 *
 * KENTONGAN_FAULT="point=action[@nth][%percent][:arg];..."  actions: kill stop exit abort
 * delay:MS err:ERRNO short:N drop.  A point may be named for one program alone, as in
 * "router.after_read": all daemons under `kentongan up` share one environment.
 * KENTONGAN_FAULT_SEED seeds the percentages, KENTONGAN_FAULT_FILE gets one line per hit, written
 * before the action.
 *
 * MUTANT is the number of a planted mistake, 0 none: `make mutants` builds each and sees that a
 * test turns red.
 */
#ifndef MUTANT
#define MUTANT 0
#endif

struct fault_outcome {
	int err;		/* errno to pretend, 0: none */
	long shorten;		/* bytes to allow, -1: all */
	int drop;		/* close this socket */
};

#ifdef KENTONGAN_FAULTS
void fault_init(const char *program);
struct fault_outcome fault_hit(const char *point);
#define FAULT_INIT(program) fault_init(program)
#define FAULT_POINT(name) ((void)fault_hit(name))
#define FAULT_ERR(name) (fault_hit(name).err)
#else
#define FAULT_INIT(program) ((void)0)
#define FAULT_POINT(name) ((void)0)
#define FAULT_ERR(name) 0
#endif
#endif
