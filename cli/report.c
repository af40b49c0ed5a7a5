/* kentongan report: a report from this terminal, through the same door as all others. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "store/intake.h"

static int
send_in(struct house *h, struct laporan *l)
{
	struct code code;
	char shown[CODE_CHARS + 2];
	enum intake_result result = intake_take(&h->st, l, l->received_ms, (int)h->set.dedupe_days, &code);

	if (result != INTAKE_OK && result != INTAKE_SEEN)
		return cli_fail("the store did not take it (%s); try again",
		    redis_pipe_error(h->st.pipe));
	code_show(shown, &code);
	printf("%s\n", shown);
	return 0;
}

int
cli_report(int argc, char **argv)
{
	const char *from = NULL, *place = NULL, *lane = NULL;
	int latihan = 0, status = 1;
	const struct cli_flag flags[] = { { "from", &from, NULL }, { "place", &place, NULL },
	    { "lane", &lane, NULL }, { "latihan", NULL, &latihan } };
	char number[PHONE_CHARS];
	struct laporan l = { .channel = "cli" };
	struct house h;
	struct cli c;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 1)
		return cli_usage(
		    "report TEXT [--from NUMBER] [--place CODE] [--lane e|n] [--latihan]");
	if (lane != NULL && strcmp(lane, "e") != 0 && strcmp(lane, "n") != 0)
		return cli_fail("--lane %s: e (life and safety) or n", lane);
	if (from != NULL && phone_normalise(number, from, strlen(from)) != PHONE_E164)
		return cli_fail("--from %s: no telephone number; write it as +62812...", from);
	if (cli_house(&c, &h) != 0)
		return 1;
	l.text = xstrdup(c.args[0]);
	l.place = place != NULL ? xstrdup(place) : NULL;
	l.latihan = latihan || h.set.latihan;
	l.lane_e = lane != NULL && strcmp(lane, "e") == 0;
	if (from != NULL) {
		l.sender = xstrdup(number);
		snprintf(l.reply_channel, sizeof(l.reply_channel), "sms");
	}
	if (l.text[strspn(l.text, " \t\r\n")] == '\0')
		cli_fail("the report is empty; say what happened and where");
	else if ((int64_t)strlen(l.text) > h.set.text_bytes)
		cli_fail("the report is longer than %" PRId64 " bytes (ingest.form.text); shorten it", h.set.text_bytes);
	else if (place != NULL && place_find(h.policy->places, place) == NULL)
		cli_fail("--place %s: no such place code", place);
	else if ((l.received_ms = store_now_ms(&h.st)) == 0)
		cli_fail("the store did not answer (%s); try again", redis_pipe_error(h.st.pipe));
	else
		status = send_in(&h, &l);
	laporan_release(&l);
	house_close(&h);
	return status;
}
