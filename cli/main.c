#include "cli/cli.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/config.h"
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
	{ "route", cli_route, "[--conf DIR]   understand one text per line of standard input" },
	{ "report", cli_report,
	    "TEXT [--from NUMBER] [--place CODE] [--latihan]   send in a report" },
	{ "gammu", cli_gammu, "[--dir DIR]   gammu-smsd's RunOnReceive: take in what it received" },
	{ "case", cli_case, "CODE [--json]   one case with its clocks, ledger and log" },
	{ "cases", cli_cases,
	    "[--unit U] [--state S] [--overdue] [--json]   open cases by time left" },
	{ "file", cli_file, "CODE NAME --as OFFICER > FILE   a file of a case, opened; the log says by whom" },
	{ "act", cli_act,
	    "CODE ACTION --as OFFICER [--note T] [--to UNIT] [--approver O] [--until MS]" },
	{ "officer", cli_officer, "add|import|list|end|away ...   who is on the roster" },
	{ "reload", cli_reload, "[--conf DIR]   check and publish the configuration" },
	{ "audit", cli_audit, "verify   is the record whole?" },
	{ "export", cli_export, "--record FILE   the record for kentongan-verify, without personal data" },
	{ "archive", cli_archive, "[--after DURATION]   move old entries and closed cases to arsip/ now" },
	{ "erase", cli_erase, "CODE --as OFFICER   what a citizen wrote, for ever; the record stays whole" },
	{ "demo", cli_demo,
	    "[--dir DIR] [--seconds N] [--speed F]   a working day of the regency in two minutes" },
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
cli_usage(const char *line)
{
	fprintf(stderr, "usage: kentongan %s\n", line);
	return 2;
}

int
cli_free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = -1;

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&a, &len) == 0)
		port = ntohs(a.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

int
cli_fail(const char *fmt, ...)
{
	va_list ap;

	fputs("kentongan: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

static int
take_flag(const char *name, const char *value, const struct cli_flag *flags, size_t n, int *took)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(flags[i].name, name) != 0)
			continue;
		if (flags[i].is_set != NULL) {
			*flags[i].is_set = 1;
			*took = 0;
			return 0;
		}
		if (value == NULL)
			return cli_fail("--%s needs a value", name) - 2;
		*flags[i].value = value;
		*took = 1;
		return 0;
	}
	cli_fail("unknown flag --%s", name);
	return -1;
}

int
cli_parse(struct cli *c, int argc, char **argv, const struct cli_flag *flags, size_t n)
{
	const struct cli_flag own[] = {
		{ "conf", &c->conf, NULL }, { "dir", &c->dir, NULL }, { "redis", &c->redis, NULL },
		{ "json", NULL, &c->json },
	};

	memset(c, 0, sizeof(*c));
	c->conf = "conf";
	c->dir = "var";
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL, *name = argv[i] + 2;
		int took = 0, mine = 0;

		if (strncmp(argv[i], "--", 2) != 0) {
			if (c->args_n == (int)N_ELEMS(c->args)) {
				cli_fail("too many arguments");
				return -1;
			}
			c->args[c->args_n++] = argv[i];
			continue;
		}
		for (size_t f = 0; f < N_ELEMS(own); f++)
			mine |= strcmp(own[f].name, name) == 0;
		if (take_flag(name, value, mine ? own : flags, mine ? N_ELEMS(own) : n, &took) != 0)
			return -1;
		c->dir_given |= strcmp(name, "dir") == 0;
		i += took;
	}
	return 0;
}

int
cli_house(const struct cli *c, struct house *h)
{
	struct buf path = { 0 }, url = { 0 };
	int rc = -1;

	buf_addf(&path, "%s/run/redis.url", c->dir);
	if (c->redis != NULL)
		buf_adds(&url, c->redis);
	else if (file_read(buf_str(&path), 1024, &url) != 0) {
		cli_fail(
		    "%s: nothing runs there; start it with 'kentongan up --dir %s' or name "
		    "--redis URL",
		    c->dir, c->dir);
		goto out;
	}
	buf_cut(&url, strcspn(buf_str(&url), "\n"));
	if (house_open(h, c->conf, c->dir, buf_str(&url), "cli") != 0)
		goto out;
	if (store_check(&h->st) != 0 || house_refresh(h) != 0) {
		cli_fail("the store cannot be used: %s",
		    store_error(&h->st)[0] != '\0' ? store_error(&h->st) :
		    "no configuration is published; run 'kentongan reload'");
		house_close(h);
		goto out;
	}
	rc = 0;
out:
	buf_release(&path);
	buf_release(&url);
	return rc;
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
