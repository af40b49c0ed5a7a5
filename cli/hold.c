/* kentongan hold: cases that a legal case needs: nobody erases them. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "core/calendar.h"
#include "store/hold.h"

#define USAGE "hold [CODE --reference NUMBER | CODE --release] --as OFFICER"

static int
list_all(struct house *h)
{
	struct holds held;
	struct buf b = { 0 };
	int status = 1;

	if (holds_load(&h->st, &held) != 0) {
		cli_fail("the store does not answer: %s", store_error(&h->st));
	} else {
		for (size_t i = 0; i < held.n; i++) {
			buf_addf(&b, "%s  ", held.list[i].code);
			buf_add_wib_short(&b, held.list[i].since_ms);
			buf_addf(&b, "  %s  %s\n", held.list[i].by, held.list[i].reference);
		}
		status = fputs(buf_str(&b), stdout) < 0;
	}
	holds_free(&held);
	buf_release(&b);
	return status;
}

static int
change(struct house *h, const struct code *code, const char *as, const char *reference)
{
	const struct officer *o = officer_find(&h->roster, as);
	enum hold_result result;

	if (o == NULL || o->ended)
		return cli_fail("%s: no officer who serves; see kentongan officer list", as);
	result = reference != NULL ? hold_set(&h->st, code, as, reference) : hold_end(&h->st, code, as);
	if (result == HOLD_FAILED)
		return cli_fail("%s: %s", code->s, store_error(&h->st));
	if (result == HOLD_NONE)
		return cli_fail("%s: %s", code->s, reference != NULL ? "no such case, or erased already" : "it is not held");
	return printf("%s %s\n", code->s, reference != NULL ? "held" : "released") < 0;
}

int
cli_hold(int argc, char **argv)
{
	const char *as = NULL, *reference = NULL;
	int release = 0, status;
	const struct cli_flag flags[] = { { "as", &as, NULL }, { "reference", &reference, NULL },
	    { "release", NULL, &release } };
	struct code code;
	struct house h;
	struct cli c;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n > 1 ||
	    (c.args_n == 1 && (as == NULL || (reference != NULL) == release)))
		return cli_usage(USAGE);
	if (c.args_n == 1 && code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		return cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	if (reference != NULL && !hold_is_reference(reference))
		return cli_fail("--reference %s: the number of the legal case, as LP/B/12/2026: letters, digits, "
		    "spaces and /.- with a digit, at most %d; no name", reference, HOLD_REFERENCE_CHARS - 1);
	if (cli_house(&c, &h) != 0)
		return 1;
	status = c.args_n == 0 ? list_all(&h) : change(&h, &code, as, reference);
	house_close(&h);
	return status;
}
