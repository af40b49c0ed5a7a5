#ifndef KENTONGAN_STATE_H
#define KENTONGAN_STATE_H
/* The states of a case, by the names that logs, files and people use; who may go where is transition.h. */
enum case_state {
	CASE_BARU, CASE_DITUGASKAN, CASE_DITERIMA, CASE_MENUJU, CASE_DITANGANI, CASE_SELESAI,
	CASE_MENUNGGU, CASE_DITUTUP
};
#define CASE_STATES (CASE_DITUTUP + 1)
const char *case_state_name(enum case_state s);
int case_state_of_name(const char *s, enum case_state *out);	/* 0 or -1 */
#endif
