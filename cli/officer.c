/* kentongan officer: the roster, changed only by logged commands. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lib/config.h"
#include "lib/log.h"

#define USAGE "officer list | import FILE.csv | end ID | away ID --from MS --until MS | " \
	"add ID --name N --unit U --role petugas|kepala|operator|admin --phone +62... " \
	"[--duty 24] [--order 1]"

static int
import(struct house *h, const char *path)
{
	struct buf text = { 0 }, errors = { 0 };
	struct roster r = { 0 };
	int n = -1;

	if (file_read(path, 8u << 20, &text) != 0)
		cli_fail("%s: %s", path, strerror(errno));
	else if (roster_parse_csv(&r, path, buf_str(&text), text.len, &errors) != 0)
		fputs(buf_str(&errors), stderr);
	else if ((n = officers_put(&h->st, r.officers, r.n, "cli")) < 0)
		cli_fail("%s", store_error(&h->st));
	else
		printf("%d of %zu officers written\n", n, r.n);
	roster_release(&r);
	buf_release(&text);
	buf_release(&errors);
	return n < 0 ? 1 : 0;
}

static int
list(const struct house *h)
{
	for (size_t i = 0; i < h->roster.n; i++) {
		const struct officer *o = &h->roster.officers[i];
		struct buf duty = { 0 };

		buf_add_duty(&duty, &o->duty);
		printf("%s\t%s\t%s\t%s\t%s\t%s\n", o->id, o->unit, role_name(o->role),
		    log_phone(o->phone), buf_str(&duty), o->ended ? "ended" : "");
		buf_release(&duty);
	}
	return 0;
}

static int
put_one(struct house *h, const struct officer *o)
{
	if (officers_put(&h->st, o, 1, "cli") < 0)
		return cli_fail("%s", store_error(&h->st));
	printf("%s written\n", o->id);
	return 0;
}

static int
change(struct house *h, const char *id, int end, int64_t from, int64_t until)
{
	const struct officer *old = officer_find(&h->roster, id);
	struct officer o;

	if (old == NULL)
		return cli_fail("%s: no such officer; see 'kentongan officer list'", id);
	o = *old;
	o.ended |= end;
	o.away_from_ms = end ? o.away_from_ms : from;
	o.away_until_ms = end ? o.away_until_ms : until;
	return put_one(h, &o);
}

struct fields { const char *name, *unit, *role, *phone, *duty, *order; };

static int
add(struct house *h, const char *id, const struct fields *f)
{
	struct officer o = { .lang = "id" };
	int status;

	if (f->name == NULL || f->unit == NULL || f->phone == NULL)
		return cli_usage(USAGE);
	if (unit_find(h->policy->units, f->unit) == NULL)
		return cli_fail("--unit %s: no such unit; see conf/unit.csv", f->unit);
	if (role_of_name(f->role != NULL ? f->role : "petugas", &o.role) != 0)
		return cli_fail("--role %s: one of petugas kepala operator admin", f->role);
	if (phone_normalise(o.phone, f->phone, strlen(f->phone)) != PHONE_E164)
		return cli_fail("--phone %s: no telephone number; write it as +62812...", f->phone);
	if (duty_parse(f->duty != NULL ? f->duty : "24", &o.duty) != 0)
		return cli_fail("--duty %s: write 24 or \"Sen-Jum 07:00-15:00\"", f->duty);
	snprintf(o.id, sizeof(o.id), "%s", id);
	snprintf(o.unit, sizeof(o.unit), "%s", f->unit);
	o.order = f->order != NULL ? (int)strtol(f->order, NULL, 10) : 1;
	o.name = xstrdup(f->name);
	status = put_one(h, &o);
	free(o.name);
	return status;
}

int
cli_officer(int argc, char **argv)
{
	struct fields f = { 0 };
	const char *from = "0", *until = "0", *what;
	const struct cli_flag flags[] = { { "name", &f.name, NULL }, { "unit", &f.unit, NULL },
	    { "role", &f.role, NULL },
	    { "phone", &f.phone, NULL }, { "duty", &f.duty, NULL }, { "order", &f.order, NULL },
	    { "from", &from, NULL }, { "until", &until, NULL } };
	struct house h;
	struct cli c;
	int status;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n < 1)
		return cli_usage(USAGE);
	what = c.args[0];
	if (cli_house(&c, &h) != 0)
		return 1;
	if (strcmp(what, "list") == 0)
		status = list(&h);
	else if (c.args_n != 2)
		status = cli_usage(USAGE);
	else if (strcmp(what, "import") == 0)
		status = import(&h, c.args[1]);
	else if (strcmp(what, "add") == 0)
		status = add(&h, c.args[1], &f);
	else if (strcmp(what, "end") == 0)
		status = change(&h, c.args[1], 1, 0, 0);
	else if (strcmp(what, "away") == 0)
		status = change(&h, c.args[1], 0, strtoll(from, NULL, 10),
		    strtoll(until, NULL, 10));
	else
		status = cli_usage(USAGE);
	house_close(&h);
	return status;
}
