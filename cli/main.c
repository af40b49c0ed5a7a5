#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/log.h"

static const struct {
	const char *name;
	int (*run)(int, char **);
	const char *usage;
} commands[] = {
	{ "up", cli_up,
	    "[--http PORT] [--console PORT] [--redis URL]   start the house and keep it up" },
	{ "check", cli_check, "[--conf DIR]   is the configuration sound?" },
	{ "route", cli_route, "[--explain | --dry-run [--since 30d]] [--conf DIR]   understand one text per line of standard input, or the reports of late anew" },
	{ "report", cli_report,
	    "TEXT [--from NUMBER] [--place CODE] [--latihan]   send in a report" },
	{ "gammu", cli_gammu, "[--dir DIR]   gammu-smsd's RunOnReceive: take in what it received" },
	{ "case", cli_case, "CODE [--json]   one case with its clocks, ledger and log" },
	{ "cases", cli_cases,
	    "[--unit U] [--state S] [--overdue] [--json]   open cases by time left" },
	{ "incident", cli_incident,
	    "[CODE] [--json]   what many reported, by desa and hour; CODE surut asks a desa whether it is over" },
	{ "candidates", cli_candidates, "CODE [--json]   open cases that may be the same, with a score" },
	{ "corrections", cli_corrections,
	    "[--since 365d]   what people made of reports, masked, as training rows for make model" },
	{ "file", cli_file, "CODE NAME --as OFFICER > FILE   a file of a case, opened; the log says by whom" },
	{ "act", cli_act,
	    "CODE ACTION --as OFFICER [--note T] [--to UNIT] [--reason R] [--until DAY]" },
	{ "officer", cli_officer, "list|add|end|rights|shift|swap|leave ...   who is on the roster, and when" },
	{ "broadcast", cli_broadcast, "draft|send|cancel|show|list ...   one message to many residents or officers" },
	{ "import", cli_import, "laporan FILE [--dry-run]   old complaints, as history: CSV or XLSX" },
	{ "drill", cli_drill, "[--all] | begin|play|status|end ...   do the numbers live; and exercises, marked LATIHAN" },
	{ "panggil", cli_panggil, "import|list|start|tally|stop ...   volunteers, and calls for some of them" },
	{ "letters", cli_letters, "[again ID | aside ID]   what did not get through; send it again, or lay it aside" },
	{ "reload", cli_reload, "[--conf DIR]   check and publish the configuration" },
	{ "clock", cli_clock, "[accept --as OFFICER --note WHY]   is the store's clock right?" },
	{ "audit", cli_audit, "verify   is the record whole?" },
	{ "export", cli_export, "--record FILE   the record for kentongan-verify, without personal data" },
	{ "daily", cli_daily, "DAY [--form csv|json|geojson]   a day's open data, as it is published" },
	{ "archive", cli_archive, "[--after DURATION]   move old entries and closed cases to arsip/ now" },
	{ "erase", cli_erase, "CODE --as OFFICER   what a citizen wrote, for ever; the record stays whole" },
	{ "retention", cli_retention, "[--within 30d] [--json]   what the timer will erase, and what is held" },
	{ "person", cli_person, "CODE --as OFFICER [--code DIGITS > FILE]   a copy for who wrote it, of all that is held of him" },
	{ "breach", cli_breach,
	    "--since T --until T [--officer ID] --as OFFICER [--json]   whose data was touched or open, and the notice" },
	{ "hold", cli_hold,
	    "[CODE --reference NUMBER | CODE --release] --as OFFICER   evidence of a legal case, which nobody erases" },
	{ "demo", cli_demo,
	    "[--dir DIR] [--seconds N] [--speed F]   a working day of the regency in two minutes" },
	{ "simulate", cli_simulate,
	    "[--seed N] [--days D] [--reports-per-day R] [--flood DAY] [--quake DAY] ...   a year in seconds" },
	{ "replay", cli_replay,
	    "[--conf DIR] [--roster FILE] [--from SEQ] [--to SEQ]   the log decided again, or by other rules" },
	{ "forecast", cli_forecast,
	    "[--hours N] [--check] [--json]   which promises will break, and why" },
};

/* Asked for, it is an answer; else a complaint. */
static int
usage(FILE *out, int status)
{
	fputs("usage: kentongan COMMAND [--conf DIR] [--dir DIR] ...\n", out);
	for (size_t i = 0; i < N_ELEMS(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].usage);
	return status;
}

int
main(int argc, char **argv)
{
	log_init("cli", LOG_LEVEL_WARN);
	seal_init();
	FAULT_INIT("cli");
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		printf("kentongan %s\n", KENTONGAN_VERSION);
		return 0;
	}
	for (size_t i = 0; argc >= 2 && i < N_ELEMS(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0))
		return usage(stdout, 0);
	if (argc >= 2)
		cli_fail("%s: unknown command", argv[1]);
	return usage(stderr, 2);
}
