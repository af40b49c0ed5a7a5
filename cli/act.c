/* kentongan act: an officer's action from the terminal, by the same decision and commit as all. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "router/assign.h"
#include "store/apply.h"

/* What an operator says of a case beside what it is now: category, place, urgency, or a unit outright. */
struct correction {
	const char *category, *place, *urgency, *to;
	struct understanding u;		/* what it comes to */
};

/* Fills k->u from the case and the correction; NULL when it can be used, else what is wrong with it. */
static const char *
understand_anew(const struct policy *p, const struct case_record *c, struct correction *k)
{
	struct understanding *u = &k->u;
	const char *category = k->category != NULL ? k->category : c->category;
	const char *place = k->place != NULL ? k->place : c->place;
	struct assignment a = {
		.category = category_find(p->catalogue, category), .place = place, .certain = 1
	};

	memset(u, 0, sizeof(*u));
	if (a.category == NULL)
		return "no such category; see conf/kategori.yaml";
	if (place[0] != '\0' && place_find(p->places, place) == NULL)
		return "no such place; see conf/wilayah.csv";
	if (k->urgency != NULL ? urgency_of_name(k->urgency, &u->urgency) != 0 :
	    (u->urgency = c->urgency, 0))
		return "no such urgency; one of biasa mendesak darurat";
	snprintf(u->category, sizeof(u->category), "%s", category);
	snprintf(u->place, sizeof(u->place), "%s", place);
	snprintf(u->rt, sizeof(u->rt), "%s", c->rt);
	snprintf(u->rw, sizeof(u->rw), "%s", c->rw);
	u->sealed = a.category->sealed;
	u->confidence_permille = u->place_confidence_permille = 1000;
	a.urgency = u->urgency;
	units_assign(p, &a, u);
	if (k->to != NULL) {
		if (unit_find(p->units, k->to) == NULL)
			return "no such unit; see conf/unit.csv";
		snprintf(u->units[0], sizeof(u->units[0]), "%s", k->to);
		u->units_n = u->units_n > 0 ? u->units_n : 1;
	}
	return u->units_n > 0 ? NULL : "no unit answers for that; name one with --to";
}

/* An operator's correction needs the case as it is. */
static const char *
correct(const struct policy *p, const struct case_record *c, struct command *cmd, void *arg)
{
	struct correction *k = arg;
	const char *wrong;

	if (cmd->event == ON_HELP) {
		units_help(p, c, k->to, &k->u);
		cmd->u = &k->u;
	}
	if (cmd->event != ON_ASSIGN)
		return NULL;
	wrong = understand_anew(p, c, k);
	cmd->u = &k->u;
	cmd->by = BY_OPERATOR;
	return wrong;
}

int
cli_act(int argc, char **argv)
{
	struct correction k = { 0 };
	const char *as = NULL, *note = "", *reason = "", *until = NULL, *into = NULL, *why = "";
	const struct cli_flag flags[] = { { "as", &as, NULL }, { "note", &note, NULL },
	    { "to", &k.to, NULL },
	    { "reason", &reason, NULL }, { "until", &until, NULL }, { "into", &into, NULL },
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
		    "[--until DD-MM-YYYY] [--category C] [--place P] [--urgency U]");
	}
	if (code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	else if (case_event_of_name(c.args[1], &cmd.event) != 0)
		cli_fail(
		    "%s: no action; one of tugaskan terima menuju tiba tangani selesai bukan "
		    "teruskan tanya catat tunggu setuju tidak-setuju lanjut tolak gabung ganda "
		    "pisah pecah kebenaran urung "
		    "ambil-alih mengapa jawaban tanggal hitung-ulang bantuan aman",
		    c.args[1]);
	else if (until != NULL && wib_parse_day(&cmd.until_ms, until) != 0)
		cli_fail("--until %s: no day; write it like 14-12-2026", until);
	else if (cli_house(&c, &h) == 0) {
		snprintf(cmd.actor, sizeof(cmd.actor), "%s", as);
		snprintf(cmd.to_unit, sizeof(cmd.to_unit), "%s", k.to != NULL ? k.to : "");
		snprintf(cmd.reason, sizeof(cmd.reason), "%s", reason);
		snprintf(cmd.into, sizeof(cmd.into), "%s", into != NULL ? into : "");
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
