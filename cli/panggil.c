/* kentongan panggil: volunteers, and calls for some of them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "store/callout.h"

#define LASTS_MOST_MS (7 * DAY_MS)

struct call_flags { const char *need, *text, *place, *skill, *lasts; int drill; };
typedef int panggil_command(struct house *h, const struct cli *c, const struct call_flags *f);

/* A number from 1 to most; 0: it is none. */
static long
number_of(const char *s, long most)
{
	char *end;
	long n;

	if (s == NULL || *s < '0' || *s > '9')
		return 0;
	n = strtol(s, &end, 10);
	return *end == '\0' && n >= 1 && n <= most ? n : 0;
}

/* ---- the list ---- */

static int
import(struct house *h, const struct cli *c, const struct call_flags *f)
{
	const char *path = c->args[1];
	struct buf text = { 0 }, errors = { 0 };
	struct volunteer *list = NULL;
	size_t n = 0;
	int written = -1;

	(void)f;
	if (file_read(path, 8u << 20, &text) != 0)
		cli_fail("%s: %s", path, strerror(errno));
	else if ((list = volunteers_parse_csv(path, buf_str(&text), text.len, &n, &errors)) == NULL)
		fputs(buf_str(&errors), stderr);
	else {
		for (size_t i = 0; i < n; i++)
			if (list[i].place[0] != '\0' && place_find(h->policy->places, list[i].place) == NULL)
				buf_addf(&errors, "%s: %s: desa %s is unknown; see conf/wilayah.csv\n",
				    path, list[i].id, list[i].place);
		fputs(buf_str(&errors), stderr);
		if (errors.len == 0 && (written = volunteers_put(&h->st, list, n, "cli")) < 0)
			cli_fail("%s", store_error(&h->st));
	}
	if (written >= 0)
		printf("%d volunteers written\n", written);
	volunteers_free(list, n);
	buf_wipe(&text);
	buf_release(&errors);
	return written < 0;
}

static int
list(struct house *h, const struct cli *c, const struct call_flags *f)
{
	struct volunteer *all;
	size_t n;

	(void)c, (void)f;
	if (volunteers_load(&h->st, &all, &n) != 0)
		return cli_fail("the store does not answer; try again");
	for (size_t i = 0; i < n; i++)
		printf("%s\t%s\t%s\t%s\t%s\n", all[i].id, all[i].place, log_phone(all[i].phone),
		    all[i].skills, all[i].ended ? "ended" : "");
	volunteers_free(all, n);
	return 0;
}

static int
end(struct house *h, const struct cli *c, const struct call_flags *f)
{
	int rc = volunteer_end(&h->st, c->args[1], "cli", NULL);

	(void)f;
	return rc < 0 ? cli_fail("%s", store_error(&h->st)) :
	    rc == 0 ? cli_fail("%s: no such volunteer; see 'kentongan panggil list'", c->args[1]) : 0;
}

/* ---- a call ---- */

/* Is he called by another call that goes on?  His digits could mean either. */
static int
is_busy(struct house *h, const struct volunteer *v, struct callout *other)
{
	char hash[LOOKUP_CHARS + 1], id[OFFICER_ID_CHARS];
	struct buf key = { 0 };
	struct code code;
	redisReply *r;
	int busy;

	lookup_of(hash, &h->st.lookup, v->phone);
	buf_add_key(&key, &h->st.keys, KEY_CALLED, NULL, NULL);
	r = redis_pipe_command(h->st.pipe, "HGET %b %s", key.data, key.len, hash);
	busy = r != NULL && r->type == REDIS_REPLY_STRING && called_parse(r->str, &code, id) &&
	    callout_load(&h->st, code.s, other) == 1 && other->state == CALLOUT_OPEN;
	freeReplyObject(r);
	buf_release(&key);
	return busy;
}

/* Fills the people of a call; how many fit and are busy. */
static int
choose(struct house *h, const struct call_flags *f, struct callout *call)
{
	struct callout *other = xcalloc(1, sizeof(*other));
	struct volunteer *all;
	size_t n;
	int busy = 0;

	if (volunteers_load(&h->st, &all, &n) != 0) {
		free(other);
		return -1;
	}
	for (size_t i = 0; i < n && call->people_n < CALLOUT_MOST; i++) {
		if (!volunteer_fits(&all[i], f->place != NULL ? f->place : "",
		    f->skill != NULL ? f->skill : ""))
			continue;
		if (is_busy(h, &all[i], other)) {
			busy++;
			continue;
		}
		snprintf(call->people[call->people_n++].id, OFFICER_ID_CHARS, "%s", all[i].id);
	}
	volunteers_free(all, n);
	free(other);
	return busy;
}

static int
start(struct house *h, const struct cli *c, const struct call_flags *f)
{
	struct callout *call = xcalloc(1, sizeof(*call));
	struct callout_effects *fx = xmalloc(sizeof(*fx));
	long need = number_of(f->need, CALLOUT_MOST);
	int64_t lasts = 0;
	uint64_t random;
	int status = 1, busy;

	(void)c;
	random_bytes(&random, sizeof(random));
	code_make(&call->code, random >> 29);
	call->needed = (int)need;
	call->began_ms = h->store_ms;
	if (f->lasts == NULL || config_duration(f->lasts, &lasts) != 0 || lasts > LASTS_MOST_MS)
		lasts = 0;
	call->ends_ms = h->store_ms + lasts;
	call->latihan = f->drill || h->set.latihan;
	snprintf(call->by, sizeof(call->by), "cli");
	if (need == 0)
		cli_fail("--need: write how many people, 1 to %d", CALLOUT_MOST);
	else if (lasts <= 0)
		cli_fail("--for: write how long the call goes on, like 45m or 3h, up to 7d");
	else if (f->text == NULL || f->text[0] == '\0' || strlen(f->text) >= sizeof(call->words))
		cli_fail("--text: write what is needed and where, up to %zu bytes",
		    sizeof(call->words) - 1);
	else if (f->place != NULL && place_find(h->policy->places, f->place) == NULL)
		cli_fail("--place %s: no such place; see conf/wilayah.csv", f->place);
	else if ((busy = choose(h, f, call)) < 0)
		cli_fail("the store does not answer; try again");
	else {
		snprintf(call->words, sizeof(call->words), "%s", f->text);
		if (callout_decide(call, CALL_BEGINS, -1, h->store_ms, fx) != 0)
			cli_fail("nobody on the list fits%s; see 'kentongan panggil list'",
			    busy > 0 ? " who is not called already" : "");
		else if (callout_commit(h, fx, "cli", NULL) != COMMIT_OK)
			cli_fail("%s", store_error(&h->st));
		else {
			printf("%s %d called, %ld needed, %d called elsewhere already\n",
			    call->code.s, call->people_n, need, busy);
			status = 0;
		}
	}
	free(call);
	free(fx);
	return status;
}

static int
load_named(struct house *h, const char *text, struct callout *call)
{
	struct code code;

	if (code_parse(&code, text, strlen(text)) == 0 && callout_load(&h->st, code.s, call) == 1)
		return 0;
	cli_fail("%s: no such call", text);
	return -1;
}

static void
print_json(const struct callout *call, const struct callout_tally *t)
{
	struct buf b = { 0 };

	buf_addf(&b, "{\"code\":\"%s\",\"state\":\"%s\",\"needed\":%d,\"began_ms\":%" PRId64
	    ",\"ends_ms\":%" PRId64 ",\"drill\":%s,\"asked\":%d,\"yes\":%d,\"no\":%d,"
	    "\"unclear\":%d,\"late\":%d,\"undelivered\":%d,\"people\":[", call->code.s,
	    call->state == CALLOUT_OPEN ? "jalan" : "usai", call->needed, call->began_ms, call->ends_ms,
	    call->latihan ? "true" : "false", t->asked, t->yes, t->no, t->unclear, t->late,
	    t->undelivered);
	for (int i = 0; i < call->people_n; i++)
		buf_addf(&b, "%s{\"id\":\"%s\",\"answer\":\"%s\",\"at_ms\":%" PRId64 "}", i ? "," : "",
		    call->people[i].id, callout_answer_name(call->people[i].answer),
		    call->people[i].at_ms);
	buf_adds(&b, "]}");
	puts(buf_str(&b));
	buf_release(&b);
}

static int
tally(struct house *h, const struct cli *c, const struct call_flags *f)
{
	struct callout *call = xmalloc(sizeof(*call));
	struct callout_tally t;
	int status = 1;

	(void)f;
	if (load_named(h, c->args[1], call) != 0)
		goto out;
	if (callout_tally(&h->st, call, &t) != 0) {
		cli_fail("the store does not answer; try again");
		goto out;
	}
	status = 0;
	if (c->json) {
		print_json(call, &t);
		goto out;
	}
	printf("%s %s: perlu %d, bisa %d, tidak %d, tak jelas %d, cadangan %d, belum %d, tak sampai %d\n",
	    call->code.s, call->state == CALLOUT_OPEN ? "jalan" : "usai", call->needed, t.yes, t.no,
	    t.unclear, t.late, t.asked, t.undelivered);
	for (int i = 0; i < call->people_n; i++)
		printf("  %s\t%s\n", call->people[i].id, callout_answer_name(call->people[i].answer));
out:
	free(call);
	return status;
}

static int
stop(struct house *h, const struct cli *c, const struct call_flags *f)
{
	struct callout *call = xmalloc(sizeof(*call));
	struct callout_effects *fx = xmalloc(sizeof(*fx));
	int status = 1;

	(void)f;
	if (load_named(h, c->args[1], call) == 0) {
		if (callout_decide(call, CALL_STOPS, -1, h->store_ms, fx) != 0)
			cli_fail("%s is over already", call->code.s);
		else if (callout_commit(h, fx, "cli", NULL) != COMMIT_OK)
			cli_fail("%s: somebody answered just now; try again", call->code.s);
		else
			status = 0;
	}
	free(call);
	free(fx);
	return status;
}

static const struct { const char *name; panggil_command *run; int args; const char *usage; } commands[] = {
	{ "import", import, 2, "FILE.csv   id,nama,telepon,bahasa,desa,keahlian" },
	{ "list", list, 1, "volunteers" },
	{ "end", end, 2, "ID   is called no more" },
	{ "start", start, 1, "--need K --text T --for 3h [--place CODE] [--skill S] [--drill]" },
	{ "tally", tally, 2, "CALL [--json]   who answered what" },
	{ "stop", stop, 2, "CALL   before its time" },
};

int
cli_panggil(int argc, char **argv)
{
	struct call_flags f = { 0 };
	const struct cli_flag flags[] = { { "need", &f.need, NULL }, { "text", &f.text, NULL },
	    { "place", &f.place, NULL }, { "skill", &f.skill, NULL }, { "for", &f.lasts, NULL },
	    { "drill", NULL, &f.drill } };
	struct house h;
	struct cli c;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) == 0 && c.args_n > 0)
		for (size_t i = 0; i < N_ELEMS(commands); i++) {
			int status;

			if (strcmp(commands[i].name, c.args[0]) != 0 || c.args_n != commands[i].args)
				continue;
			if (cli_house(&c, &h) != 0)
				return 1;
			status = commands[i].run(&h, &c, &f);
			house_close(&h);
			return status;
		}
	fputs("usage: kentongan panggil ...\n", stderr);
	for (size_t i = 0; i < N_ELEMS(commands); i++)
		fprintf(stderr, "  %-7s %s\n", commands[i].name, commands[i].usage);
	return 2;
}
