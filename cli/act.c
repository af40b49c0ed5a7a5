/* kentongan act: an officer's action from the terminal, by the same decision and commit as all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/correct.h"
#include "store/apply.h"

/* An operator's correction needs the case as it is. */
static const char *
correct(const struct policy *p, const struct case_record *c, struct command *cmd, struct commit_batch *b, void *arg)
{
	struct correction *k = arg;
	const char *wrong;

	(void)b;
	if (cmd->event == ON_HELP) {
		units_help(p, c, k->to, &k->u);
		cmd->u = &k->u;
	}
	if (cmd->event != ON_ASSIGN)
		return NULL;
	wrong = case_correct(p, c, k);
	cmd->u = &k->u;
	cmd->by = BY_OPERATOR;
	return wrong;
}

int
cli_act(int argc, char **argv)
{
	struct correction k = { 0 };
	const char *as = NULL, *note = "", *reason = "", *until = NULL, *into = NULL, *about = NULL, *why = "";
	const struct cli_flag flags[] = { { "as", &as, NULL }, { "note", &note, NULL },
	    { "to", &k.to, NULL },
	    { "reason", &reason, NULL }, { "until", &until, NULL }, { "into", &into, NULL }, { "about", &about, NULL },
	    { "category", &k.category, NULL },
	    { "place", &k.place, NULL }, { "urgency", &k.urgency, NULL } };
	struct command cmd = { .by = BY_OFFICER };
	struct effects *fx = xcalloc(1, sizeof(*fx));
	struct code code;
	struct house h;
	struct cli c;
	int status = 1;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 2 || as == NULL) {
		free(fx);
		return cli_usage(
		    "act CODE ACTION --as OFFICER [--note T] [--to UNIT] [--reason R] "
		    "[--until DD-MM-YYYY] [--category C] [--place P] [--urgency U] [--about UNIT|-]");
	}
	if (code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	else if (case_event_of_name(c.args[1], &cmd.event) != 0)
		cli_fail(
		    "%s: no action; one of tugaskan terima menuju tiba tangani selesai bukan "
		    "teruskan tanya catat tunggu setuju tidak-setuju lanjut tolak gabung ganda "
		    "pisah pecah dua kebenaran rahasiakan urung "
		    "ambil-alih mengapa jawaban tanggal hitung-ulang bantuan aman",
		    c.args[1]);
	else if (until != NULL && wib_parse_day(&cmd.until_ms, until) != 0)
		cli_fail("--until %s: no day; write it like 14-12-2026", until);
	else if (cli_house(&c, &h) == 0) {
		snprintf(cmd.actor, sizeof(cmd.actor), "%s", as);
		snprintf(cmd.to_unit, sizeof(cmd.to_unit), "%s", k.to != NULL ? k.to : "");
		snprintf(cmd.about, sizeof(cmd.about), "%s", about != NULL ? about : "");
		snprintf(cmd.reason, sizeof(cmd.reason), "%s", reason);
		snprintf(cmd.into, sizeof(cmd.into), "%s", into != NULL ? into : "");
		if (cmd.event == ON_SECOND)
			snprintf(cmd.category, sizeof(cmd.category), "%s", k.category != NULL ? k.category : "");
		cmd.note = note;
		if (case_apply(&h, &code, &cmd, correct, &k, fx, &why) == COMMIT_OK) {
			printf("%s %s\n", code.s, case_state_name(fx->state_after));
			status = 0;
		} else {
			cli_fail("%s: %s", code.s, why);
		}
		house_close(&h);
	}
	free(fx);
	return status;
}
