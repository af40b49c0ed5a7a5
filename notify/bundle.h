#ifndef KENTONGAN_BUNDLE_H
#define KENTONGAN_BUNDLE_H
/*
 * Storm control at work: a claimed message that may be bundled is let through, held, or made into a
 * digest with those behind it, as core/storm.h decides.
 */
#include "notify/lanes.h"

enum bundle_result {
	BUNDLE_NOT,		/* it is to be sent */
	BUNDLE_HELD,		/* its mark says until when */
	BUNDLE_DONE		/* it is part of a digest now: nothing is left to mark */
};
/* counted: it was claimed on a budget, which gets its parts back. */
enum bundle_result bundle_look(struct flight *f, int counted);
#endif
