/*
 * kentongan person: a copy of all that is held of whoever wrote a case, for himself (Law 27/2022, articles
 * 6 and 7).  He proves that the number is his by a code that goes there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/cli.h"
#include "cli/opened.h"
#include "core/calendar.h"
#include "lib/escape.h"
#include "store/identity.h"
#include "store/subscribe.h"

#define USAGE "person CODE --as OFFICER [--code DIGITS > FILE]"

/* ---- his cases ---- */

struct copy { struct house *h; const char *lookup; struct buf out; int n, failed; };
struct said { struct buf *out; const struct seal_key *key; int n; };

/* What he wrote later stands sealed in the log. */
static int
add_later(const struct log_line *line, void *arg)
{
	struct said *s = arg;
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const char *by = json_string_value(json_object_get(doc, "by"));
	struct buf note = { 0 };

	if (by != NULL && strcmp(by, actor_name(BY_RESIDENT)) == 0 && logbook_note(line, s->key, &note) == 0) {
		buf_adds(s->out, s->n++ > 0 ? "," : "");
		buf_add_json(s->out, buf_str(&note), note.len);
	}
	buf_wipe(&note);
	json_decref(doc);
	return 0;
}

static int
add_his(const struct opened *o, void *arg)
{
	struct copy *c = arg;
	const struct case_record *k = &o->s->c;
	struct said later = { &c->out, &o->keys->key, 0 };

	if (strcmp(k->reporter, c->lookup) != 0)
		return 0;
	buf_addf(&c->out, "%s{\"code\":\"%s\",\"received\":\"", c->n++ > 0 ? "," : "", k->code.s);
	buf_add_wib_iso(&c->out, k->received_ms);
	buf_addf(&c->out, "\",\"state\":\"%s\",\"channel\":\"%s\"", case_state_name(k->state), k->channel);
	buf_add_pair(&c->out, "category", k->category);
	buf_add_pair_if(&c->out, "place", k->place);
	buf_add_pair_if(&c->out, "number", o->words->sender);
	buf_add_pair_if(&c->out, "name", o->words->name);
	buf_add_pair_if(&c->out, "where", o->words->where);
	buf_add_pair_if(&c->out, "cell", o->words->cell);
	buf_add_pair_if(&c->out, "words", o->words->text);
	if (o->words->has_position)
		buf_addf(&c->out, ",\"position\":[%.6f,%.6f]", o->words->lat, o->words->lng);
	buf_adds(&c->out, ",\"later\":[");
	c->failed = logbook_read_these(&c->h->st, buf_str(&o->s->seqs), add_later, &later) != 0;
	buf_adds(&c->out, "],\"files\":[");
	for (int i = 0; i < k->files_n; i++)
		buf_addf(&c->out, "%s\"%s\"", i > 0 ? "," : "", k->files[i]);
	buf_adds(&c->out, "],\"read_by\":[");
	for (int i = 0; i < k->units_n; i++)
		buf_addf(&c->out, "%s\"%s\"", i > 0 ? "," : "", k->units[i]);
	buf_adds(&c->out, "]}");
	return c->failed;
}

static int
add_subscription(struct copy *c)
{
	struct subscriber s;
	int rc = subscriber_load(&c->h->st, c->lookup, &s);

	buf_adds(&c->out, "],\"subscribed\":[");
	for (int i = 0; rc == 1 && i < s.places_n; i++)
		buf_addf(&c->out, "%s\"%s\"", i > 0 ? "," : "", s.places[i]);
	buf_adds(&c->out, "]}\n");
	memset(&s, 0, sizeof(s));
	return rc < 0 ? -1 : 0;
}

static int
hand_out(struct house *h, const char *lookup)
{
	struct copy c = { .h = h, .lookup = lookup };
	int erased = 0, status = 1;

	buf_adds(&c.out, "{\"made\":\"");
	buf_add_wib_iso(&c.out, store_now_ms(&h->st));
	buf_addf(&c.out, "\",\"house\":");
	buf_add_json(&c.out, h->set.name, strlen(h->set.name));
	buf_adds(&c.out, ",\"cases\":[");
	if (opened_each(h, 0, add_his, &c, &erased) != 0 || c.failed || add_subscription(&c) != 0)
		cli_fail("the copy is not complete, so nothing is shown: %s", store_error(&h->st));
	else if (fwrite(c.out.data, 1, c.out.len, stdout) != c.out.len || fflush(stdout) != 0)
		cli_fail("standard output cannot be written");
	else
		status = 0;
	buf_wipe(&c.out);
	return status;
}

/* ---- who he is ---- */

static const struct { enum identity_result result; const char *why; } refusals[] = {
	{ IDENTITY_SOON, "a code went to the sender already and still lives; ask him for it, or wait" },
	{ IDENTITY_NONE, "there is no code, or it is too old; run it without --code" },
	{ IDENTITY_WRONG, "that is not the code" },
	{ IDENTITY_SPENT, "guessed too often; wait until the code is too old" },
};

static int
with_person(struct house *h, const struct identity *who, const char *digits, const char *as)
{
	enum identity_result result = digits != NULL ? identity_prove(h, who, digits, as) : identity_ask(h, who, as);

	for (size_t i = 0; i < N_ELEMS(refusals); i++)
		if (refusals[i].result == result)
			return cli_fail("%s: %s", who->about->s, refusals[i].why);
	if (result == IDENTITY_FAILED)
		return cli_fail("%s: %s", who->about->s, store_error(&h->st));
	if (digits != NULL)
		return hand_out(h, who->lookup);
	return printf("a code went by %s to who wrote %s; ask him for it: kentongan person %s --code DIGITS --as %s > FILE\n",
	    who->route, who->about->s, who->about->s, as) < 0;
}

static int
person(struct house *h, const struct code *code, const char *digits, const char *as)
{
	const struct officer *o = officer_find(&h->roster, as);
	struct laporan words = { .channel = "" };
	struct case_keys keys;
	struct stored_case s;
	char lookup[LOOKUP_CHARS + 1] = "";
	int status;

	if (o == NULL || o->ended)
		return cli_fail("%s: no officer who serves; see kentongan officer list", as);
	if (cases_load(&h->st, code, 1, &s) != 0)
		return cli_fail("the store does not answer: %s", store_error(&h->st));
	if (!s.readable || s.version == 0 || stored_case_open(&s, &h->st, &keys, &words, lookup) != 0)
		status = cli_fail("%s: no such case, or erased", code->s);
	else if (lookup[0] == '\0' || laporan_address(&words) == NULL || words.reply_channel[0] == '\0' ||
	    strstr(words.reply_channel, "-publik") != NULL)
		status = cli_fail("%s: its sender cannot be reached but in public: let him write by SMS first", code->s);
	else
		status = with_person(h, &(struct identity){ lookup, words.reply_channel, laporan_address(&words),
		    s.c.lang, code, NULL }, digits, as);
	laporan_release(&words);
	stored_case_release(&s);
	return status;
}

int
cli_person(int argc, char **argv)
{
	const char *as = NULL, *digits = NULL;
	const struct cli_flag flags[] = { { "as", &as, NULL }, { "code", &digits, NULL } };
	struct code code;
	struct house h;
	struct cli c;
	int status;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 1 || as == NULL)
		return cli_usage(USAGE);
	if (code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		return cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	if (cli_house(&c, &h) != 0)
		return 1;
	status = person(&h, &code, digits, as);
	house_close(&h);
	return status;
}
