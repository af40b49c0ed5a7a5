/* kentongan officer: the roster, changed only by logged commands. */
#include "cli/officer.h"
#include "store/table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/rollcall.h"
#include "lib/log.h"
#include "store/leaver.h"
#include "store/session.h"

const struct officer *
officer_named(const struct house *h, const char *id)
{
	const struct officer *o = officer_find(&h->roster, id);

	if (o == NULL)
		cli_fail("%s: no such officer; see 'kentongan officer list'", id);
	return o;
}

int
officers_write(struct house *h, const struct officer *list, size_t n)
{
	int written = officers_put(&h->st, list, n, "cli"), back;

	if (written < 0)
		return cli_fail("%s", store_error(&h->st));
	printf("%d of %zu officers written\n", written, n);
	back = leavers_release(h);
	if (back > 0)
		printf("%d cases went back to their units\n", back);
	if (back < 0)
		fputs("not all cases of those who left went back yet; sla goes on with it\n", stderr);
	return 0;
}

int
officer_time(const char *flag, const char *text, int64_t *ms)
{
	if (text != NULL && wib_parse(text, ms) == 0)
		return 0;
	cli_fail("%s %s: no time; write it in WIB like \"2026-12-01 07:00\"", flag,
	    text != NULL ? text : "is missing");
	return -1;
}

/* ---- who ---- */

/* What the file makes of the roster: who comes, who changes; numbers and names are not repeated. */
static void
print_changes(const struct roster *now, const struct roster *file)
{
	int added = 0, changed = 0, same = 0;

	for (size_t i = 0; i < file->n; i++) {
		const struct officer *o = &file->officers[i], *old = officer_find(now, o->id);

		if (old != NULL && old->ended)
			printf("%s has left the service and stays so; 'kentongan officer add' takes him back\n", o->id);
		if (old != NULL && officer_is_same(old, o)) {
			same++;
			continue;
		}
		added += old == NULL;
		changed += old != NULL;
		printf("%s\t%s\t%s\t%s\n", old == NULL ? "new" : "changed", o->id, o->unit, role_name(o->role));
	}
	printf("%zu rows: %d new, %d changed, %d as they are\n", file->n, added, changed, same);
}

static int
import(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const char *path = c->args[1];
	struct buf text = { 0 }, errors = { 0 };
	struct roster r = { 0 };
	int status = 1;

	if (table_read(&h->set, path, &text, &errors) != 0 ||
	    roster_import_csv(&r, &h->roster, h->policy->units, path, buf_str(&text), text.len, &errors) != 0) {
		fputs(buf_str(&errors), stderr);
		cli_fail("%s: nothing was written", path);
	} else {
		print_changes(&h->roster, &r);
		if (f->dry_run)
			printf("dry run: nothing was written\n");
		status = f->dry_run ? 0 : officers_write(h, r.officers, r.n);
	}
	roster_release(&r);
	buf_wipe(&text);
	buf_release(&errors);
	return status;
}

static int
list(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	(void)c, (void)f;
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

static void
print_reach(const char *what, int n, int silent)
{
	printf("\t%s %d/%d", what, n - silent, n);
}

/* Which numbers answer roll-calls, by unit; last the sums. */
static int
reach(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	struct reach *units = xcalloc(h->roster.n + 1, sizeof(*units)), sum = { .unit = "*" };
	size_t n = rollcall_reach(&h->roster, units);

	(void)c, (void)f;
	for (size_t i = 0; i <= n; i++) {
		const struct reach *u = i < n ? &units[i] : &sum;

		printf("%s", u->unit);
		print_reach("kepala", u->heads, u->heads_silent);
		print_reach("semua", u->all, u->all_silent);
		putchar('\n');
		sum.heads += u->heads, sum.heads_silent += u->heads_silent;
		sum.all += u->all, sum.all_silent += u->all_silent;
	}
	free(units);
	return 0;
}

static int
end(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const struct officer *old = officer_named(h, c->args[1]);
	struct officer o;

	(void)f;
	if (old == NULL)
		return 1;
	o = *old;
	o.ended = 1;
	return officers_write(h, &o, 1);
}

/* A new number: what was told to the old one is told anew. */
static int
renumber(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const struct officer *old = officer_named(h, c->args[1]);
	char phone[PHONE_CHARS];
	struct officer o;

	(void)f;
	if (old == NULL)
		return 1;
	o = *old;
	if (phone_normalise(phone, c->args[2], strlen(c->args[2])) != PHONE_E164)
		return cli_fail("%s: no telephone number; write it as +62812...", c->args[2]);
	officer_renumber(&o, phone);
	return officers_write(h, &o, 1);
}

static int
set_leave(struct house *h, const char *id, int64_t from, int64_t until)
{
	const struct officer *old = officer_named(h, id);
	struct officer o;

	if (old == NULL)
		return 1;
	o = *old;
	o.away_from_ms = from;
	o.away_until_ms = until;
	return officers_write(h, &o, 1);
}

/* Without one it is 0. */
static int
milliseconds(const char *flag, const char *text, int64_t *ms)
{
	char *end = NULL;

	*ms = 0;
	if (text == NULL)
		return 0;
	errno = 0;
	*ms = strtoll(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && *ms >= 0)
		return 0;
	cli_fail("%s %s: no time; write it in milliseconds since the epoch", flag, text);
	return -1;
}

/* The same by the store's milliseconds, for programs; 0 and 0 end it. */
static int
away(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	int64_t from, until;

	if (milliseconds("--from", f->from, &from) != 0 || milliseconds("--until", f->until, &until) != 0)
		return 1;
	if (until != 0 && until <= from)
		return cli_fail("--until %s: the leave must end after it begins", f->until);
	return set_leave(h, c->args[1], from, until);
}

/* A last day without a time is a day of leave, all of it. */
static int
leave(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	int64_t from, until = 0;

	if (officer_time("--from", f->from, &from) != 0 ||
	    (f->until != NULL && officer_time("--until", f->until, &until) != 0))
		return 1;
	if (f->until != NULL && strlen(f->until) == strlen("2026-12-01"))
		until += DAY_MS;
	if (f->until != NULL && until <= from)
		return cli_fail("--until %s: the leave must end after it begins", f->until);
	return set_leave(h, c->args[1], from, until);
}

static int
back(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	(void)f;
	return set_leave(h, c->args[1], 0, 0);
}

/* What could not be read back must not be written. */
static int
is_sound(const struct officer *o)
{
	struct officer back;
	struct buf b = { 0 };
	int sound;

	officer_encode(&b, o);
	sound = officer_decode(&back, b.data, b.len) == 0 && strcmp(back.id, o->id) == 0;
	officer_release(&back);
	buf_wipe(&b);
	return sound;
}

/* Somebody new, or somebody who comes back: what he had of shifts and leave stays. */
static int
add(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const char *id = c->args[1];
	const struct officer *old = officer_find(&h->roster, id);
	struct officer o = { .lang = "id" };
	int status;

	if (f->name == NULL || f->unit == NULL || f->phone == NULL)
		return cli_fail("officer add needs --name, --unit and --phone");
	if (unit_find(h->policy->units, f->unit) == NULL)
		return cli_fail("--unit %s: no such unit; see conf/unit.csv", f->unit);
	if (role_of_name(f->role != NULL ? f->role : "petugas", &o.role) != 0)
		return cli_fail("--role %s: one of petugas kepala operator admin pengawas", f->role);
	if (phone_normalise(o.phone, f->phone, strlen(f->phone)) != PHONE_E164)
		return cli_fail("--phone %s: no telephone number; write it as +62812...", f->phone);
	if (duty_parse(f->duty != NULL ? f->duty : "24", &o.duty) != 0)
		return cli_fail("--duty %s: write 24, jadwal or \"Sen-Jum 07:00-15:00\"", f->duty);
	if (officer_order_parse(f->order != NULL ? f->order : "1", &o.order) != 0)
		return cli_fail("--order %s: a number from 0 to 99; the lowest is told first", f->order);
	if (strlen(id) < sizeof(o.id))		/* else it stays empty, and is refused */
		snprintf(o.id, sizeof(o.id), "%s", id);
	snprintf(o.unit, sizeof(o.unit), "%s", f->unit);
	o.name = xstrdup(f->name);
	if (old != NULL)
		officer_keep(&o, old);
	o.ended = 0;
	status = is_sound(&o) ? officers_write(h, &o, 1) :
	    cli_fail("%s: no id; write 1 to 23 of a-z 0-9 . -", id);
	officer_release(&o);
	return status;
}

/* Nobody but he knows his password: he sets it himself, by a link that is good once. */
static int
passwd(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const struct officer *o = officer_find(&h->roster, c->args[1]);
	struct buf path = { 0 };
	int status = 0;

	(void)f;
	if (o == NULL || o->ended)
		return cli_fail("%s is not on the roster; see 'kentongan officer list'", c->args[1]);
	if (account_offer(&h->st, o->id, h->set.once_ms, "cli", &path) != 0)
		status = cli_fail("no link was made: %s", store_error(&h->st));
	else
		printf("%s\n", buf_str(&path));
	buf_wipe(&path);
	return status;
}

static int
set_role(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const struct officer *old = officer_find(&h->roster, c->args[1]);
	struct officer o;
	int status;

	(void)f;
	if (old == NULL)
		return cli_fail("%s is not on the roster; see 'kentongan officer list'", c->args[1]);
	officer_copy(&o, old);
	status = role_of_name(c->args[2], &o.role) != 0 ?
	    cli_fail("%s: one of petugas kepala operator admin pengawas", c->args[2]) : officers_write(h, &o, 1);
	/* What he may see has changed: he logs in anew. */
	if (status == 0 && sessions_end_of(&h->st, o.id) < 0)
		status = cli_fail("his sessions were not ended: %s", store_error(&h->st));
	officer_release(&o);
	return status;
}

static const struct {
	const char *name;
	officer_command *run;
	int least, most;		/* arguments with the name */
	const char *usage;
} commands[] = {
	{ "list", list, 1, 1, "who is on the roster" },
	{ "reach", reach, 1, 1, "which numbers answer roll-calls, by unit" },
	{ "import", import, 2, 2, "FILE [--dry-run]   CSV or XLSX, as conf/petugas.csv" },
	{ "add", add, 2, 2, "ID --name N --unit U --phone P [--role R] [--duty D] [--order N]" },
	{ "phone", renumber, 3, 3, "ID NUMBER   has another number" },
	{ "passwd", passwd, 2, 2, "ID   a link by which he sets his password for the console" },
	{ "role", set_role, 3, 3, "ID petugas|kepala|operator|admin|pengawas" },
	{ "rights", officer_rights, 1, 1, "[--json]   who may see what, every cell of the table" },
	{ "end", end, 2, 2, "ID   leaves the service; his cases go back to their units" },
	{ "leave", leave, 2, 2, "ID --from DAY [--until DAY]" },
	{ "back", back, 2, 2, "ID   is back from leave" },
	{ "away", away, 2, 2, "ID --from MS --until MS   leave, for programs" },
	{ "shifts", shifts_list, 1, 2, "[ID|UNIT]   what is to come" },
	{ "shift", shift_give, 2, 2, "ID --from TIME --until TIME [--unit U]" },
	{ "unshift", shift_take, 2, 2, "ID --from TIME   takes that shift back" },
	{ "import-shifts", shifts_read, 2, 2, "FILE   CSV or XLSX: petugas,unit,mulai,selesai" },
	{ "swap", shifts_swap, 4, 5, "A TIME B [TIME]   they exchange the shifts that begin then" },
	{ "calendar", shifts_calendar, 2, 2, "ID|UNIT [--days N]   text/calendar (RFC 5545)" },
};

static int
usage(void)
{
	fputs("usage: kentongan officer ...; times in WIB, \"2026-12-01 07:00\"\n", stderr);
	for (size_t i = 0; i < N_ELEMS(commands); i++)
		fprintf(stderr, "  %-13s %s\n", commands[i].name, commands[i].usage);
	return 2;
}

int
cli_officer(int argc, char **argv)
{
	struct officer_flags f = { 0 };
	const struct cli_flag flags[] = { { "name", &f.name, NULL }, { "unit", &f.unit, NULL },
	    { "role", &f.role, NULL },
	    { "phone", &f.phone, NULL }, { "duty", &f.duty, NULL }, { "order", &f.order, NULL },
	    { "from", &f.from, NULL }, { "until", &f.until, NULL }, { "days", &f.days, NULL },
	    { "dry-run", NULL, &f.dry_run } };
	struct house h;
	struct cli c;
	int status;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n < 1)
		return usage();
	for (size_t i = 0; i < N_ELEMS(commands); i++) {
		if (strcmp(commands[i].name, c.args[0]) != 0 || c.args_n < commands[i].least ||
		    c.args_n > commands[i].most)
			continue;
		if (cli_house(&c, &h) != 0)
			return 1;
		status = commands[i].run(&h, &c, &f);
		house_close(&h);
		return status;
	}
	return usage();
}
