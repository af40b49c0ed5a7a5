/* Kannel under `kentongan up`: its configuration filled in, bearerbox and smsbox as children. */
#include "cli/kannel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "lib/config.h"
#include "lib/seal.h"
#include "lib/template.h"

#define SENDSMS_PORT "13013"
static const char *const programs[] = { "/usr/sbin/bearerbox", "/usr/sbin/smsbox" };

const char *
kannel_port(const struct settings *set)
{
	const char *colon = strrchr(set->card[0].url, ':');

	return colon != NULL && colon[1] >= '0' && colon[1] <= '9' ? colon + 1 : SENDSMS_PORT;
}

int
kannel_check(const char *conf)
{
	struct buf path = { 0 };
	int rc = 0;

	for (size_t i = 0; i < N_ELEMS(programs) && rc == 0; i++)
		if (access(programs[i], X_OK) != 0)
			rc = cli_fail("kannel.run is true, but %s: %s; install it with 'apt-get install kannel', or set "
			    "kannel.url to a Kannel elsewhere", programs[i], strerror(errno)) - 2;
	buf_addf(&path, "%s/kannel.conf", conf);
	if (rc == 0 && access(buf_str(&path), R_OK) != 0)
		rc = cli_fail("kannel.run is true, but %s: %s; copy it from the release's conf/", buf_str(&path),
		    strerror(errno)) - 2;
	buf_release(&path);
	return rc;
}

static int
make_folders(const char *dir, struct buf *own)
{
	static const char *const names[] = { "", "/store", "/dlr" };

	for (size_t i = 0; i < N_ELEMS(names); i++) {
		struct buf path = { 0 };

		buf_addf(&path, "%s/kannel%s", dir, names[i]);
		if (mkdir(buf_str(&path), 0700) != 0 && errno != EEXIST)
			return cli_fail("%s: cannot be made: %s", buf_str(&path), strerror(errno)) - 2;
		if (i == 0)
			buf_adds(own, buf_str(&path));
		buf_release(&path);
	}
	return 0;
}

/* A value stays on its line, whatever kentongan.yaml says. */
static void
add_value(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] >= ' ' && s[i] != '"')
			buf_addc(out, s[i]);
}

static int
fill(struct buf *out, const char *file, const struct template_value *values, size_t n)
{
	struct buf text = { 0 }, errors = { 0 };
	int rc = -1;

	if (file_read(file, 1 << 20, &text) != 0)
		cli_fail("%s: %s", file, strerror(errno));
	else if (template_fill(out, buf_str(&text), add_value, values, n, &errors) != 0)
		cli_fail("%s: %s; mend the hole", file, buf_str(&errors));
	else
		rc = 0;
	buf_release(&text);
	buf_release(&errors);
	return rc;
}

int
kannel_configure(struct buf *path, const char *conf, const char *dir, const struct settings *set,
    const char *hook, int admin_port, int smsbox_port)
{
	static const char *const names[] = { "kannel", "kannel_send", "kannel_admin" };
	struct buf secrets[N_ELEMS(names)] = { { 0 } }, own = { 0 }, file = { 0 }, text = { 0 }, errors = { 0 };
	char admin[16], smsbox[16];
	int rc = -1;

	for (size_t i = 0; i < N_ELEMS(names); i++)
		if (secret_read(dir, names[i], &secrets[i], &errors) != 0) {
			cli_fail("%s", buf_str(&errors));
			goto out;
		}
	if (make_folders(dir, &own) != 0)
		goto out;
	snprintf(admin, sizeof(admin), "%d", admin_port);
	snprintf(smsbox, sizeof(smsbox), "%d", smsbox_port);
	{
		const struct template_value values[] = {
			{ "admin_port", admin }, { "smsbox_port", smsbox },
			{ "sendsms_port", kannel_port(set) }, { "dir", buf_str(&own) },
			{ "hook", hook }, { "hook_secret", buf_str(&secrets[0]) },
			{ "send_user", set->card[0].user }, { "send_password", buf_str(&secrets[1]) },
			{ "admin_password", buf_str(&secrets[2]) },
		};

		buf_addf(&file, "%s/kannel.conf", conf);
		if (fill(&text, buf_str(&file), values, N_ELEMS(values)) != 0)
			goto out;
	}
	buf_addf(path, "%s/kannel.conf", buf_str(&own));
	rc = file_write(buf_str(path), text.data, text.len, 0400);
	if (rc != 0)
		cli_fail("%s: %s", buf_str(path), strerror(errno));
out:
	for (size_t i = 0; i < N_ELEMS(names); i++)
		buf_wipe(&secrets[i]);
	buf_release(&own);
	buf_release(&file);
	buf_wipe(&text);
	buf_release(&errors);
	return rc;
}

int
kannel_start(struct supervisor *s, const char *configuration)
{
	/* Above these levels Kannel writes numbers and words: smsbox even in its errors. */
	static const struct { const char *name, *level; } boxes[] = { { "bearerbox", "2" }, { "smsbox", "4" } };
	int rc = 0;

	for (size_t i = 0; i < N_ELEMS(boxes); i++) {
		struct child *c = &s->children[s->n++];

		c->up = s;
		c->name = boxes[i].name;
		c->silent = 1;
		child_arg(c, programs[i]);
		child_arg(c, "-v");
		child_arg(c, boxes[i].level);
		child_arg(c, configuration);
		rc |= child_start(c);
	}
	return rc;
}
