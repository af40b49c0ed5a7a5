#include "core/state.h"

#include <stddef.h>
#include <string.h>

#include "lib/buf.h"

static const char *const states[] = {
	[CASE_BARU] = "baru", [CASE_DITUGASKAN] = "ditugaskan", [CASE_DITERIMA] = "diterima",
	[CASE_MENUJU] = "menuju", [CASE_DITANGANI] = "ditangani", [CASE_SELESAI] = "selesai",
	[CASE_MENUNGGU] = "menunggu", [CASE_DITUTUP] = "ditutup",
};

const char *
case_state_name(enum case_state s)
{
	return states[s];
}

int
case_state_of_name(const char *s, enum case_state *out)
{
	for (size_t i = 0; i < N_ELEMS(states); i++)
		if (strcmp(states[i], s) == 0) {
			*out = (enum case_state)i;
			return 0;
		}
	return -1;
}
