/* kentongan file: what a citizen sent, opened for whoever may read the key; the record says so. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "store/cases.h"
#include "store/commit.h"
#include "store/filed.h"

/* Before the bytes are handed out: nobody looks unseen.  0 or -1. */
static int
note_reading(struct house *h, const struct code *code, const char *name, const char *officer,
    const struct case_keys *keys)
{
	struct answer a = { .what = "berkas-dibuka", .actor = officer, .kind = "", .note = name };
	struct commit_batch b = { 0 };
	int rc;

	memcpy(a.code, code->s, sizeof(a.code));
	commit_begin(&b, store_now_ms(&h->st));
	commit_add_answer(&b, &h->st, &a, keys, NULL);
	rc = commit_run(&b, &h->st) == 1 ? 0 : -1;
	commit_release(&b);
	return rc;
}

static int
hand_out(struct house *h, const struct code *code, const char *name, const char *officer)
{
	struct stored_case s = { 0 };
	struct laporan words = { .channel = "" };
	struct case_keys keys;
	struct buf data = { 0 };
	char lookup[33];
	int status = 1, has;

	if (cases_load(&h->st, code, 1, &s) != 0)
		cli_fail("the store does not answer: %s", redis_pipe_error(h->st.pipe));
	else if (!s.there || s.version == 0 || !s.readable)
		cli_fail("%s: no such case", code->s);
	else if ((has = stored_case_has_file(&s, &h->st, name)) < 0)
		cli_fail("the store does not answer: %s", redis_pipe_error(h->st.pipe));
	else if (!has)
		cli_fail("%s: the case has no file %s; see kentongan case %s --json", code->s, name,
		    code->s);
	else if (stored_case_open(&s, &h->st, &keys, &words, lookup) != 0)
		cli_fail("%s: erased, or sealed under another key than DIR/secrets/data", code->s);
	else if (filed_get(&h->st, &keys.key, name, &data) != 0)
		cli_fail("media/%s: cannot be opened: %s", name, strerror(errno));
	else if (note_reading(h, code, name, officer, &keys) != 0)
		cli_fail("%s: the reading could not be put on record, so nothing is shown", code->s);
	else if (fwrite(data.data, 1, data.len, stdout) != data.len || fflush(stdout) != 0)
		cli_fail("standard output: %s", strerror(errno));
	else
		status = 0;
	buf_wipe(&data);
	laporan_release(&words);
	stored_case_release(&s);
	return status;
}

static int
is_serving(const struct roster *r, const char *officer)
{
	const struct officer *o = officer_find(r, officer);

	return o != NULL && !o->ended;
}

int
cli_file(int argc, char **argv)
{
	const char *as = NULL;
	const struct cli_flag flags[] = { { "as", &as, NULL } };
	struct code code;
	struct house h;
	struct cli c;
	int status = 1;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 2 || as == NULL)
		return cli_usage("file CODE NAME --as OFFICER > FILE");
	if (code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		return cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	if (isatty(STDOUT_FILENO))
		return cli_fail("bytes of a file are not for a terminal; write it away: kentongan file %s "
		    "%s --as %s > FILE", c.args[0], c.args[1], as);
	if (cli_house(&c, &h) != 0)
		return 1;
	if (is_serving(&h.roster, as))
		status = hand_out(&h, &code, c.args[1], as);
	else
		cli_fail("%s: no officer who serves; see kentongan officer list", as);
	house_close(&h);
	return status;
}
