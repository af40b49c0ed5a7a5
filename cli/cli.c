#include "cli/cli.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/config.h"
#include "router/rules.h"

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

/* --name value and --name=value; *took: the value was the next argument. */
static int
take_flag(const char *flag, const char *next, const struct cli_flag *flags, size_t n, int *took)
{
	size_t len = strcspn(flag, "=");
	const char *value = flag[len] == '=' ? flag + len + 1 : next;

	*took = 0;
	for (size_t i = 0; i < n; i++) {
		if (strlen(flags[i].name) != len || strncmp(flags[i].name, flag, len) != 0)
			continue;
		if (flags[i].is_set != NULL && flag[len] == '=') {
			cli_fail("--%s takes no value", flags[i].name);
			return -1;
		}
		if (flags[i].is_set != NULL) {
			*flags[i].is_set = 1;
			return 0;
		}
		if (value == NULL) {
			cli_fail("--%s needs a value", flags[i].name);
			return -1;
		}
		*flags[i].value = value;
		*took = value == next;
		return 0;
	}
	return 1;
}

int
cli_parse(struct cli *c, int argc, char **argv, const struct cli_flag *flags, size_t n)
{
	const char *conf = NULL, *dir = NULL;
	const struct cli_flag own[] = {
		{ "conf", &conf, NULL }, { "dir", &dir, NULL }, { "redis", &c->redis, NULL },
		{ "json", NULL, &c->json },
	};

	memset(c, 0, sizeof(*c));
	for (int i = 1; i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		int took, rc;

		if (strncmp(argv[i], "--", 2) != 0) {
			if (c->args_n == (int)N_ELEMS(c->args)) {
				cli_fail("too many arguments");
				return -1;
			}
			c->args[c->args_n++] = argv[i];
			continue;
		}
		rc = take_flag(argv[i] + 2, next, own, N_ELEMS(own), &took);
		if (rc > 0)
			rc = take_flag(argv[i] + 2, next, flags, n, &took);
		if (rc > 0)
			cli_fail("unknown flag %.40s", argv[i]);
		if (rc != 0)
			return -1;
		i += took;
	}
	c->conf = conf != NULL ? conf : "conf";
	c->dir = dir != NULL ? dir : "var";
	c->conf_given = conf != NULL;
	c->dir_given = dir != NULL;
	return 0;
}

static int
open_house(const struct cli *c, struct house *h)
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
	rc = house_open(h, c->conf, c->dir, buf_str(&url), "cli");
out:
	buf_release(&path);
	buf_release(&url);
	return rc;
}

static int
close_unusable(struct house *h, const char *why)
{
	cli_fail("the store cannot be used: %s",
	    store_error(&h->st)[0] != '\0' ? store_error(&h->st) : why);
	house_close(h);
	return -1;
}

int
cli_house_unread(const struct cli *c, struct house *h)
{
	if (open_house(c, h) != 0)
		return -1;
	if (store_check(&h->st) != 0)
		return close_unusable(h, "it gives no reason");
	(void)house_refresh(h);
	return 0;
}

int
cli_house(const struct cli *c, struct house *h)
{
	if (open_house(c, h) != 0)
		return -1;
	if (store_check(&h->st) != 0 || house_refresh(h) != 0)
		return close_unusable(h, "no configuration that can be read is published; run 'kentongan reload'");
	return 0;
}

struct policy *
cli_policy(const struct conf_set *files, struct buf *errors)
{
	struct policy *p = policy_parse(files, errors);

	if (p != NULL && rules_check(p, errors) != 0) {
		policy_free(p);
		p = NULL;
	}
	return p;
}

int
cli_conf(const struct cli *c, struct policy **p, struct roster *r, struct buf *errors)
{
	struct conf_set files = { 0 };
	struct buf path = { 0 }, text = { 0 };
	int rc = -1;

	buf_addf(&path, "%s/petugas.csv", c->conf);
	if (file_read(buf_str(&path), 8u << 20, &text) != 0)
		buf_addf(errors, "%s: cannot be read; officers are needed: %s\n", buf_str(&path),
		    strerror(errno));
	else if (version_read_files(&files, c->conf, errors) == 0 &&
	    (*p = policy_parse(&files, errors)) != NULL &&
	    roster_parse_csv(r, buf_str(&path), buf_str(&text), text.len, errors) == 0) {
		version_digest((*p)->digest, &files);
		rc = 0;
	}
	conf_release(&files);
	buf_release(&text);
	buf_release(&path);
	return rc;
}
