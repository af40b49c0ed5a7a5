/*
 * A wall clock that a test can set: LD_PRELOAD into a running server, which then reads the time as it
 * is plus a signed 64-bit offset in milliseconds from the file CLOCK_OFFSET_FILE, mapped, so that a
 * step counts at once.  Only programs named CLOCK_SHIM_FOR are deceived; boot and monotonic clocks
 * run on.  No allocation and raw system calls: it is called before main and from signal handlers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offset_ms;
static int looked;

static int64_t
offset(void)
{
	if (!looked) {
		const char *file = getenv("CLOCK_OFFSET_FILE"), *who = getenv("CLOCK_SHIM_FOR");
		int fd;

		looked = 1;
		if (file == NULL || who == NULL || strcmp(who, program_invocation_short_name) != 0)
			return 0;
		fd = open(file, O_RDONLY | O_CLOEXEC);
		if (fd >= 0) {
			void *p = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);

			if (p != MAP_FAILED)
				offset_ms = p;
			close(fd);
		}
	}
	return offset_ms != NULL ? *offset_ms : 0;
}

int
clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, id, t);
	int64_t ms;

	if (rc != 0 || (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE))
		return rc;
	ms = t->tv_sec * INT64_C(1000) + t->tv_nsec / 1000000 + offset();
	t->tv_nsec = t->tv_nsec % 1000000 + ms % 1000 * 1000000;
	t->tv_sec = ms / 1000;
	return 0;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &now) != 0)
		return -1;
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}
