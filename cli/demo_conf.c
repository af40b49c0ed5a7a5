/* The demo's configuration: conf/ as it is, with every duration divided. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/demo.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "store/version.h"

static int
put_file(const struct demo *d, const char *name, const struct buf *data)
{
	struct buf path = { 0 };
	int rc;

	buf_addf(&path, "%s/%s", buf_str(&d->own_conf), name);
	rc = file_write(buf_str(&path), buf_str(data), data->len, 0600);
	if (rc != 0)
		cli_fail("%s: %s", buf_str(&path), strerror(errno));
	buf_release(&path);
	return rc;
}

static int
copy_file(const struct demo *d, const char *name)
{
	struct buf path = { 0 }, data = { 0 };
	int rc = -1;

	buf_addf(&path, "%s/%s", d->conf, name);
	if (file_read(buf_str(&path), 8u << 20, &data) != 0)
		cli_fail("%s: %s; name the configuration with --conf DIR", buf_str(&path),
		    strerror(errno));
	else
		rc = put_file(d, name, &data);
	buf_release(&path);
	buf_release(&data);
	return rc;
}

/* conf/kannel.conf with the fake SMSC on a port of its own. */
static int
put_kannel(struct demo *d)
{
	static const char line[] = "\nport = 10000\n";
	struct buf path = { 0 }, text = { 0 }, own = { 0 };
	const char *at;
	int rc = -1;

	buf_addf(&path, "%s/kannel.conf", d->conf);
	d->phone_port = cli_free_port();
	if (file_read(buf_str(&path), 1 << 20, &text) != 0) {
		cli_fail("%s: %s; name the configuration with --conf DIR", buf_str(&path), strerror(errno));
	} else if ((at = strstr(buf_str(&text), line)) == NULL) {
		cli_fail("%s: no fake SMSC on port 10000; the demo needs that group as the release has it",
		    buf_str(&path));
	} else {
		buf_add(&own, text.data, (size_t)(at - text.data));
		buf_addf(&own, "\nport = %d\n%s", d->phone_port, at + strlen(line));
		rc = put_file(d, "kannel.conf", &own);
	}
	buf_release(&path);
	buf_release(&text);
	buf_release(&own);
	return rc;
}

/* Naps shorter than the shortest deadline: 5 minutes of an emergency are about a second here. */
static int
put_settings(const struct demo *d, struct buf *errors)
{
	struct settings set = { 0 };
	struct buf text = { 0 };
	int rc = -1;

	if (settings_load(&set, d->conf, errors) == 0) {
		buf_adds(&text, "regency: ");
		buf_add_json(&text, set.regency, strlen(set.regency));
		buf_adds(&text, "\nname: ");
		buf_add_json(&text, set.name, strlen(set.name));
		buf_adds(&text,
		    "\nsla: {nap: 20ms, seal_every: 100ms, head_every: 10s}\nnotify: {nap: 20ms, storm_count: 0}\n"
		    "router: {answers_per_hour: 1000}\n");
		/* The copy is what the demo reads along: it has the codes that an SMS only spells out. */
		if (d->kannel)
			buf_addf(&text, "kannel: {run: true, copy: true, url: 'http://127.0.0.1:%d'}\nsms: {per_second: 500}\n",
			    cli_free_port());
		rc = put_file(d, "kentongan.yaml", &text);
	}
	settings_release(&set);
	buf_release(&text);
	return rc;
}

static int
put_versioned(struct demo *d, struct conf_set *files)
{
	for (size_t i = 0; i < files->n; i++) {
		struct conf_file *f = &files->files[i];

		if (strcmp(f->name, "sla.yaml") == 0) {
			struct buf faster = { 0 };

			demo_scale(&faster, buf_str(&f->data), f->data.len, d->speed);
			buf_release(&f->data);
			f->data = faster;
		}
		if (put_file(d, f->name, &f->data) != 0)
			return -1;
	}
	return 0;
}

static int
read_roster(struct demo *d, struct buf *errors)
{
	struct buf path = { 0 }, text = { 0 };
	int rc = -1;

	buf_addf(&path, "%s/petugas.csv", buf_str(&d->own_conf));
	if (file_read(buf_str(&path), 8u << 20, &text) == 0)
		rc = roster_parse_csv(&d->roster, buf_str(&path), buf_str(&text), text.len, errors);
	buf_release(&path);
	buf_release(&text);
	return rc;
}

int
demo_configure(struct demo *d)
{
	static const char *const folders[] = { "conf", "conf/pesan" };
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	int rc = -1;

	buf_addf(&d->own_conf, "%s/conf", d->dir);
	for (size_t i = 0; i < N_ELEMS(folders); i++) {
		struct buf path = { 0 };

		buf_addf(&path, "%s/%s", d->dir, folders[i]);
		if (mkdir(buf_str(&path), 0700) != 0 && errno != EEXIST)
			cli_fail("%s: %s", buf_str(&path), strerror(errno));
		buf_release(&path);
	}
	if (version_read_files(&files, d->conf, &errors) == 0 && put_versioned(d, &files) == 0 &&
	    put_settings(d, &errors) == 0 && copy_file(d, "petugas.csv") == 0 &&
	    copy_file(d, "redis.conf") == 0 &&
	    (!d->kannel || put_kannel(d) == 0) &&
	    (d->policy = policy_parse(&files, &errors)) != NULL && read_roster(d, &errors) == 0)
		rc = 0;
	fputs(buf_str(&errors), stderr);
	conf_release(&files);
	buf_release(&errors);
	return rc;
}
