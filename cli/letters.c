/* kentongan letters: what did not get through; sent again or laid aside, each act by an officer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/access.h"
#include "core/calendar.h"
#include "store/cases.h"
#include "store/dead.h"

#define USAGE "letters [--json] | letters again ID --as OFFICER [--text T] | letters aside ID --as OFFICER --reason R"

static void
print_letter(const struct dead_letter *l, int json)
{
	struct buf at = { 0 };

	buf_add_wib_plain(&at, l->at_ms);
	if (json)
		printf("{\"id\":\"%s\",\"code\":\"%s\",\"at_ms\":%lld,\"why\":\"%s\",\"tries\":%d,\"again\":%d}\n", l->id,
		    l->code, (long long)l->at_ms, l->why, l->tries, l->again);
	else
		printf("%s\t%s\t%s\ttried %d\tsent again %d\n", buf_str(&at), l->id, l->why, l->tries, l->again);
	buf_release(&at);
}

/* Ids of sealed cases too: who may run this reads the store. */
static int
list(struct house *h, int json)
{
	int most = (int)h->set.letters_listed, all, n;
	struct dead_letter *letters = xcalloc((size_t)most, sizeof(*letters));
	int status = 0;

	n = dead_list(&h->st, letters, most, &all);
	if (n < 0)
		status = cli_fail("%s", store_error(&h->st));
	for (int i = 0; i < n; i++)
		print_letter(&letters[i], json);
	if (n >= 0 && all > n)
		fprintf(stderr, "the latest %d of %d (letters.listed)\n", n, all);
	free(letters);
	return status;
}

static const struct { enum dead_result result; const char *why; } refusals[] = {
	{ DEAD_GONE, "somebody else sent it again or laid it aside just now" },
	{ DEAD_ERASED, "its words are gone; lay it aside" },
	{ DEAD_MANY, "sent again too often; reach the person by other means" },
};

static int
say(const struct house *h, const char *id, enum dead_result result)
{
	if (result == DEAD_DONE)
		return printf("%s done\n", id) < 0;
	for (size_t i = 0; i < N_ELEMS(refusals); i++)
		if (refusals[i].result == result)
			return cli_fail("%s: %s", id, refusals[i].why);
	return cli_fail("%s: %s", id, store_error(&h->st));
}

static int
again(struct house *h, const struct dead_letter *l, const struct officer *o, const char *text)
{
	struct code code;
	struct stored_case s;
	struct access_case a;
	int sealed, may;

	if (text != NULL && (text[0] == '\0' || strlen(text) > (size_t)h->set.letter_bytes))
		return cli_fail("--text: write 1 to %lld bytes (letters.text)", (long long)h->set.letter_bytes);
	if (text != NULL && l->code[0] != '\0') {
		if (code_parse(&code, l->code, strlen(l->code)) != 0 || cases_load(&h->st, &code, 1, &s) != 0)
			return cli_fail("%s: %s", l->id, store_error(&h->st));
		access_case_of(&a, &s.c, o);
		sealed = !s.there || !s.readable || s.c.sealed;
		may = access_may(h->policy, o, SEE_WORDS, &a);
		stored_case_release(&s);
		if (sealed || !may)
			return cli_fail("--text: %s may not change words of this case; send it as it was", o->id);
	}
	return say(h, l->id, dead_again(&h->st, l, text, o->id, h->set.letter_keep_ms));
}

static int
aside(struct house *h, const struct dead_letter *l, const struct officer *o, const char *reason)
{
	for (int i = 0; i < ASIDE_N; i++)
		if (reason != NULL && strcmp(dead_reason_name((enum dead_reason)i), reason) == 0)
			return say(h, l->id, dead_aside(&h->st, l, (enum dead_reason)i, o->id));
	return cli_fail("--reason: one of sudah-diberi-tahu tidak-perlu-lagi alamat-salah sudah-dikerjakan");
}

/* The same people as on /surat. */
static const struct officer *
desk(const struct house *h, const char *as)
{
	const struct officer *o = officer_find(&h->roster, as);

	if (access_may(h->policy, o, SEE_TRIAGE, NULL) || access_may(h->policy, o, SEE_SYSTEM, NULL))
		return o;
	cli_fail("--as %s: only operators and administrators who serve do this; see 'kentongan officer list'", as);
	return NULL;
}

int
cli_letters(int argc, char **argv)
{
	const char *as = NULL, *text = NULL, *reason = NULL;
	const struct cli_flag flags[] = { { "as", &as, NULL }, { "text", &text, NULL }, { "reason", &reason, NULL } };
	struct dead_letter l;
	const struct officer *o;
	struct house h;
	struct cli c;
	int status = 1, found, sends;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || (c.args_n != 0 && (c.args_n != 2 || as == NULL)))
		return cli_usage(USAGE);
	sends = c.args_n == 2 && strcmp(c.args[0], "again") == 0;
	if (c.args_n == 2 && !sends && strcmp(c.args[0], "aside") != 0)
		return cli_usage(USAGE);
	if (cli_house(&c, &h) != 0)
		return 1;
	if (c.args_n == 0)
		status = list(&h, c.json);
	else if ((o = desk(&h, as)) != NULL) {
		found = dead_find(&h.st, c.args[1], &l);
		if (found < 0)
			cli_fail("%s: %s", c.args[1], store_error(&h.st));
		else if (found == 0)
			cli_fail("%s: not listed (any more); see 'kentongan letters'", c.args[1]);
		else
			status = sends ? again(&h, &l, o, text) : aside(&h, &l, o, reason);
	}
	house_close(&h);
	return status;
}
