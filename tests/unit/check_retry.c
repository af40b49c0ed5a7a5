#include <check.h>
#include <string.h>

#include "core/calendar.h"
#include "notify/retry.h"

#define NOW INT64_C(1795000000000)
#define NO_END 0

static const struct {
	const char *what;
	enum send_outcome outcome;
	int64_t retry_after_ms;
	int tries;
	int64_t not_after_ms;
	const char *state;			/* NULL: again, within the bounds */
	int64_t at_least_ms, at_most_ms;
	int64_t pause_ms;
} rows[] = {
	{ "done is sent",                      SEND_DONE,    0,      0, NO_END,     "sent",          0, 0, 0 },
	{ "the first retry is near the base",  SEND_RETRY,   0,      0, NO_END,     NULL,         1600, 2400, 0 },
	{ "each retry waits twice as long",    SEND_RETRY,   0,      3, NO_END,     NULL,        12800, 19200, 0 },
	{ "never longer than an hour",         SEND_RETRY,   0,     15, NO_END,     NULL,      2880000, 4320000, 0 },
	{ "the gateway's word is honoured",    SEND_RETRY,   90000,  0, NO_END,     NULL,        90000, 90000, 0 },
	{ "a shorter word changes nothing",    SEND_RETRY,   10,     0, NO_END,     NULL,         1600, 2400, 0 },
	{ "unknown is tried again",            SEND_UNKNOWN, 0,      0, NO_END,     NULL,         1600, 2400, 0 },
	{ "a final refusal is final",          SEND_FINAL,   0,      0, NO_END,     "undeliverable", 0, 0, 0 },
	{ "the last try was the last",         SEND_RETRY,   0,     19, NO_END,     "undeliverable", 0, 0, 0 },
	{ "an outage is not the message's fault", SEND_RETRY, 0, 5000, NO_END,     NULL,         8000, 12000,
	    .pause_ms = 10000 },
	{ "not after its time",                SEND_RETRY,   0,      0, NOW + 1000, "expired",       0, 0, 0 },
	{ "unknown past its time is no expiry", SEND_UNKNOWN, 0,     0, NOW + 1000, "undeliverable", 0, 0, 0 },
};

START_TEST(plan)
{
	static const uint32_t jitters[] = { 0, 1, 499, 500, 999, 123456789, UINT32_MAX };

	for (size_t j = 0; j < N_ELEMS(jitters); j++) {
		struct send_result r = { .outcome = rows[_i].outcome, .retry_after_ms = rows[_i].retry_after_ms,
		    .pause_ms = rows[_i].pause_ms };
		struct retry_plan p = retry_after(&r, rows[_i].tries, 20, 2000, NOW, rows[_i].not_after_ms, jitters[j]);

		if (rows[_i].state != NULL) {
			ck_assert_msg(p.state != NULL && strcmp(p.state, rows[_i].state) == 0, "%s: %s", rows[_i].what, p.state);
			continue;
		}
		ck_assert_msg(p.state == NULL, "%s: %s", rows[_i].what, p.state);
		ck_assert_msg(p.at_ms - NOW >= rows[_i].at_least_ms && p.at_ms - NOW <= rows[_i].at_most_ms, "%s: %lld",
		    rows[_i].what, (long long)(p.at_ms - NOW));
	}
}
END_TEST

Suite *retry_suite(void);

Suite *
retry_suite(void)
{
	Suite *s = suite_create("retry");
	TCase *tc = tcase_create("plan");

	tcase_add_loop_test(tc, plan, 0, N_ELEMS(rows));
	suite_add_tcase(s, tc);
	return s;
}
