#ifndef KENTONGAN_CLI_H
#define KENTONGAN_CLI_H
/*
 * The command `kentongan`: one file per subcommand, a table of them in main.c.
 */
#include "store/house.h"

/* Flags and positional arguments of a subcommand. */
/* value: takes one; is_set: a switch */
struct cli_flag { const char *name; const char **value; int *is_set; };
struct cli {
	const char *conf, *dir, *redis;
	int json, dir_given, conf_given;
	const char *args[16]; int args_n;
};
/* 0; -1 with the mistake said on standard error. --conf --dir --redis --json are always known. */
int cli_parse(struct cli *c, int argc, char **argv, const struct cli_flag *flags, size_t n);
/*
 * Opens the house for a command: the store's address comes from --redis,
 * DIR/run/redis.url or refused.
 */
int cli_house(const struct cli *c, struct house *h);
/*
 * The same for who publishes: the version in force may be missing or unreadable, and h->policy is
 * then NULL.  Publishing another is the remedy.
 */
int cli_house_unread(const struct cli *c, struct house *h);
/*
 * What the files say, made ready by the router's own measure too: nothing that stops it is called sound or
 * published.  NULL with a line per mistake; the caller frees it.
 */
struct policy *cli_policy(const struct conf_set *files, struct buf *errors);
/*
 * The version that lies in --conf, its digest set, and the officers beside it, without a store: 0, or
 * -1 with a line per mistake.  The caller frees both, after a mistake too.
 */
int cli_conf(const struct cli *c, struct policy **p, struct roster *r, struct buf *errors);
/* Says usage or a reason on standard error and returns the exit status 2 or 1. */
int cli_usage(const char *line);
int cli_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A port of loopback that nobody has just now, for servers that take no socket from us; -1: none. */
int cli_free_port(void);

int cli_up(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_route(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_corrections(int argc, char **argv);
int cli_broadcast(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_gammu(int argc, char **argv);
int cli_case(int argc, char **argv);
int cli_candidates(int argc, char **argv);
int cli_incident(int argc, char **argv);
int cli_cases(int argc, char **argv);
int cli_file(int argc, char **argv);
int cli_act(int argc, char **argv);
int cli_officer(int argc, char **argv);
int cli_drill(int argc, char **argv);
int cli_panggil(int argc, char **argv);
int cli_letters(int argc, char **argv);
int cli_reload(int argc, char **argv);
int cli_clock(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_archive(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_daily(int argc, char **argv);
int cli_erase(int argc, char **argv);
int cli_hold(int argc, char **argv);
int cli_person(int argc, char **argv);
int cli_breach(int argc, char **argv);
int cli_retention(int argc, char **argv);
int cli_demo(int argc, char **argv);
int cli_simulate(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_forecast(int argc, char **argv);
#endif
