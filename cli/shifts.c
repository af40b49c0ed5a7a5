/* kentongan officer shift, swap, calendar ...: duties with a date. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/officer.h"
#include "store/table.h"
#include "core/ical.h"
#include "core/shift.h"

#define DAYS_MOST 400

/* Copies what is to be changed, without the shifts that nobody asks for any more. */
static int
officer_taken(struct house *h, const char *id, struct officer *out)
{
	const struct officer *o = officer_named(h, id);

	if (o == NULL)
		return -1;
	officer_copy(out, o);
	officer_shifts_forget(out, store_now_ms(&h->st) - h->set.keep_shifts_ms);
	return 0;
}

int
shift_give(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	struct shift s = { 0 };
	struct officer o;
	enum shift_error e;
	int status;

	if (officer_time("--from", f->from, &s.from_ms) != 0 ||
	    officer_time("--until", f->until, &s.until_ms) != 0 ||
	    officer_taken(h, c->args[1], &o) != 0)
		return 1;
	snprintf(s.unit, sizeof(s.unit), "%s", f->unit != NULL ? f->unit : o.unit);
	e = officer_shift_add(&o, &s);
	if (unit_find(h->policy->units, s.unit) == NULL)
		status = cli_fail("--unit %s: no such unit; see conf/unit.csv", s.unit);
	else if (e != SHIFT_OK)
		status = cli_fail("%s %s", o.id, shift_error_text(e));
	else
		status = officers_write(h, &o, 1);
	officer_release(&o);
	return status;
}

int
shift_take(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	struct officer o;
	int64_t from;
	enum shift_error e;
	int status;

	if (officer_time("--from", f->from, &from) != 0 || officer_taken(h, c->args[1], &o) != 0)
		return 1;
	e = officer_shift_drop(&o, from, NULL);
	status = e == SHIFT_OK ? officers_write(h, &o, 1) :
	    cli_fail("%s %s", o.id, shift_error_text(e));
	officer_release(&o);
	return status;
}

/* Both records go into one call on one roster: either both change or none. */
int
shifts_swap(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	struct officer o[2] = { 0 };
	int64_t from[2] = { 0, 0 };
	int status = 1;
	enum shift_error e;

	(void)f;
	if (officer_time("swap", c->args[2], &from[0]) != 0 ||
	    (c->args_n == 5 && officer_time("swap", c->args[4], &from[1]) != 0))
		return 1;
	if (strcmp(c->args[1], c->args[3]) == 0)
		return cli_fail("swap needs two officers");
	if (officer_taken(h, c->args[1], &o[0]) == 0 && officer_taken(h, c->args[3], &o[1]) == 0) {
		e = officers_swap(&o[0], from[0], &o[1], from[1]);
		status = e == SHIFT_OK ? officers_write(h, o, 2) :
		    cli_fail("%s and %s: one of them %s", o[0].id, o[1].id, shift_error_text(e));
	}
	officer_release(&o[0]);
	officer_release(&o[1]);
	return status;
}

int
shifts_read(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const char *path = c->args[1];
	int64_t before_ms = store_now_ms(&h->st) - h->set.keep_shifts_ms;
	struct officer *all = xcalloc(h->roster.n + 1, sizeof(*all));
	struct buf text = { 0 }, errors = { 0 };
	struct shift_row *rows = NULL;
	size_t n = 0;
	int status = 1;

	(void)f;
	for (size_t i = 0; i < h->roster.n; i++) {
		officer_copy(&all[i], &h->roster.officers[i]);
		officer_shifts_forget(&all[i], before_ms);
	}
	if (table_read(&h->set, path, &text, &errors) != 0) {
		fputs(buf_str(&errors), stderr);
		goto out;
	}
	rows = shifts_parse_csv(path, buf_str(&text), text.len, &n, &errors);
	for (size_t i = 0; rows != NULL && i < n; i++)
		if (unit_find(h->policy->units, rows[i].shift.unit) == NULL)
			buf_addf(&errors, "%s:%d: unit \"%s\" is unknown; see conf/unit.csv\n",
			    path, rows[i].line, rows[i].shift.unit);
	if (rows != NULL && errors.len == 0 &&
	    shifts_import(all, h->roster.n, rows, n, path, &errors) == 0)
		status = officers_write(h, all, h->roster.n);
	fputs(buf_str(&errors), stderr);
out:
	for (size_t i = 0; i < h->roster.n; i++)
		officer_release(&all[i]);
	free(all);
	free(rows);
	buf_release(&text);
	buf_release(&errors);
	return status;
}

int
shifts_list(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	const char *whose = c->args_n == 2 ? c->args[1] : NULL;
	int64_t now = store_now_ms(&h->st);
	struct buf line = { 0 };

	(void)f;
	for (size_t i = 0; i < h->roster.n; i++) {
		const struct officer *o = &h->roster.officers[i];

		for (size_t k = 0; k < o->shifts_n; k++) {
			const struct shift *s = &o->shifts[k];

			if (s->until_ms <= now || (whose != NULL && strcmp(whose, o->id) != 0 &&
			    strcmp(whose, s->unit) != 0))
				continue;
			buf_reset(&line);
			buf_add_wib_plain(&line, s->from_ms);
			buf_addc(&line, '\t');
			buf_add_wib_plain(&line, s->until_ms);
			printf("%s\t%s\t%s\n", buf_str(&line), s->unit, o->id);
		}
	}
	buf_release(&line);
	return 0;
}

int
shifts_calendar(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	long days = f->days != NULL ? strtol(f->days, NULL, 10) : ICAL_DAYS;
	int64_t now = store_now_ms(&h->st);
	struct ical x = { .roster = &h->roster, .holidays = h->policy->calendar,
	    .units = h->policy->units, .regency = h->set.regency, .now_ms = now,
	    .from_ms = now - DAY_MS, .until_ms = now + days * DAY_MS };
	struct buf out = { 0 };
	int bad;

	if (days < 1 || days > DAYS_MOST)
		return cli_fail("--days %s: write 1 to %d", f->days, DAYS_MOST);
	if (officer_find(&h->roster, c->args[1]) != NULL)
		x.officer = c->args[1];
	else if (unit_find(h->policy->units, c->args[1]) != NULL)
		x.unit = c->args[1];
	else
		return cli_fail("%s: neither an officer nor a unit", c->args[1]);
	ical_add(&out, &x);
	bad = fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0;
	buf_release(&out);
	return bad ? cli_fail("the calendar could not be written: %s", strerror(errno)) : 0;
}
