/* kentongan broadcast: one message to many, drawn up first, begun by who repeats how many. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/access.h"
#include "core/calendar.h"
#include "store/broadcast.h"

static const char *const languages[BROADCAST_TEXTS] = { TEXTS_BASE, "jv", "osi", "mad", "en" };

struct flags { const char *residents, *incident, *officers, *texts[BROADCAST_TEXTS], *as, *people; int drill; };

/* Who gives the command, and may. */
static const struct officer *
sender(const struct house *h, const struct flags *f)
{
	const struct officer *o = f->as != NULL ? officer_find(&h->roster, f->as) : NULL;

	if (o != NULL && access_may(h->policy, o, MAY_BROADCAST, NULL))
		return o;
	cli_fail("--as %s: name an operator of the desk or somebody of the Bupati's office", f->as != NULL ? f->as : "is missing");
	return NULL;
}

static void
print_broadcast(const struct house *h, const struct broadcast *b)
{
	struct buf takes = { 0 };

	printf("%s %s, to %s %s: %d people, %d of them have it in the outbox\n", b->id, broadcast_state_name(b->state),
	    broadcast_to_name(b->to), b->target, b->people, b->next - b->left_out);
	if (b->stopped + b->left_out > 0)
		printf("  %d said STOP and get nothing\n", b->stopped + b->left_out);
	for (int i = 0; i < b->texts_n; i++) {
		struct buf text = { 0 };

		buf_add_broadcast_text(&text, b, b->texts[i].lang);
		printf("  [%s] %s\n", b->texts[i].lang, buf_str(&text));
		buf_release(&text);
	}
	for (int i = 0; i < b->ways_n; i++)
		printf("  %s: %d people, %d SMS parts\n", b->ways[i].way, b->ways[i].n, b->ways[i].parts);
	buf_add_duration(&takes, broadcast_takes_ms(b, h->set.broadcast_per_minute), "en");
	printf("  Rp %" PRId64 "; %" PRId64 " a minute, %s\n", broadcast_parts(b) * h->set.broadcast_rupiah,
	    h->set.broadcast_per_minute, buf_str(&takes));
	buf_release(&takes);
}

static int
draft(struct house *h, const struct cli *c, const struct flags *f)
{
	const struct { const char *target; enum broadcast_to to; } given[] = { { f->residents, TO_PLACE },
	    { f->incident, TO_INCIDENT }, { f->officers, TO_OFFICERS } };
	const struct officer *o = sender(h, f);
	struct broadcast b = { .drill = f->drill };
	const char *why;
	int status = 1, named = 0;

	(void)c;
	if (o == NULL)
		return 1;
	for (size_t i = 0; i < N_ELEMS(given); i++)
		if (given[i].target != NULL) {
			named++;
			b.to = given[i].to;
			snprintf(b.target, sizeof(b.target), "%s", given[i].target);
		}
	if (named != 1 || f->texts[0] == NULL)
		return cli_fail("broadcast draft needs --text and one of --residents PLACE, --incident CODE, --officers UNIT|PLACE");
	snprintf(b.by, sizeof(b.by), "%s", o->id);
	for (size_t i = 0; i < BROADCAST_TEXTS; i++)
		if (f->texts[i] != NULL) {
			snprintf(b.texts[b.texts_n].lang, sizeof(b.texts[0].lang), "%s", languages[i]);
			b.texts[b.texts_n++].text = xstrdup(f->texts[i]);
		}
	if (broadcast_draw_up(h, &b, &why) != 0) {
		cli_fail("%s", why);
	} else {
		print_broadcast(h, &b);
		printf("nothing has left yet: kentongan broadcast send %s --people %d --as %s\n", b.id, b.people, o->id);
		status = 0;
	}
	broadcast_release(&b);
	return status;
}

static int
send_it(struct house *h, const struct cli *c, const struct flags *f)
{
	const struct officer *o = sender(h, f);
	const char *why;
	char *end = NULL;
	long long people = f->people != NULL ? strtoll(f->people, &end, 10) : -1;

	if (o == NULL)
		return 1;
	if (people < 0 || *end != '\0')
		return cli_fail("--people: repeat how many get it, as the draft says");
	if (broadcast_begin(h, c->args[1], o->id, people, &why) != 0)
		return cli_fail("%s: %s", c->args[1], why);
	printf("%s goes to %lld people; kentongan broadcast cancel %s ends it\n", c->args[1], people, c->args[1]);
	return 0;
}

static int
cancel(struct house *h, const struct cli *c, const struct flags *f)
{
	const struct officer *o = sender(h, f);
	const char *why;

	if (o == NULL)
		return 1;
	if (broadcast_stop(h, c->args[1], o->id, &why) != 0)
		return cli_fail("%s: %s", c->args[1], why);
	printf("%s is cancelled; what had left had left\n", c->args[1]);
	return 0;
}

static int
show(struct house *h, const struct cli *c, const struct flags *f)
{
	struct broadcast b;
	int rc = broadcast_load(&h->st, c->args[1], &b);

	(void)f;
	if (rc != 1)
		return cli_fail("%s: %s", c->args[1], rc == 0 ? "no such broadcast" : store_error(&h->st));
	print_broadcast(h, &b);
	broadcast_release(&b);
	return 0;
}

static int
list(struct house *h, const struct cli *c, const struct flags *f)
{
	struct broadcast_entry *all;
	size_t n;

	(void)c, (void)f;
	if (broadcasts_list(&h->st, &all, &n) != 0)
		return cli_fail("%s", store_error(&h->st));
	for (size_t i = 0; i < n; i++) {
		struct buf at = { 0 };

		buf_add_wib_plain(&at, all[i].at_ms);
		printf("%s\t%s\t%s\n", all[i].id, broadcast_state_name(all[i].state), buf_str(&at));
		buf_release(&at);
	}
	free(all);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct house *h, const struct cli *c, const struct flags *f);
	int args;
	const char *usage;
} commands[] = {
	{ "draft", draft, 1, "--residents PLACE | --incident CODE | --officers UNIT|PLACE, --text T [--text-jv T ...] [--drill] --as OFFICER" },
	{ "send", send_it, 2, "ID --people N --as OFFICER   begins; N as the draft says" },
	{ "cancel", cancel, 2, "ID --as OFFICER" },
	{ "show", show, 2, "ID   text, people, cost, how far it is" },
	{ "list", list, 1, "all of them" },
};

int
cli_broadcast(int argc, char **argv)
{
	struct flags f = { 0 };
	const struct cli_flag flags[] = { { "residents", &f.residents, NULL }, { "incident", &f.incident, NULL },
	    { "officers", &f.officers, NULL }, { "text", &f.texts[0], NULL }, { "text-jv", &f.texts[1], NULL },
	    { "text-osi", &f.texts[2], NULL }, { "text-mad", &f.texts[3], NULL }, { "text-en", &f.texts[4], NULL },
	    { "as", &f.as, NULL }, { "people", &f.people, NULL }, { "drill", NULL, &f.drill } };
	struct house h;
	struct cli c;
	int status = 2;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) == 0 && c.args_n > 0)
		for (size_t i = 0; i < N_ELEMS(commands); i++) {
			if (strcmp(commands[i].name, c.args[0]) != 0 || c.args_n != commands[i].args)
				continue;
			if (cli_house(&c, &h) != 0)
				return 1;
			status = commands[i].run(&h, &c, &f);
			house_close(&h);
			return status;
		}
	fputs("usage: kentongan broadcast ...\n", stderr);
	for (size_t i = 0; i < N_ELEMS(commands); i++)
		fprintf(stderr, "  %-7s %s\n", commands[i].name, commands[i].usage);
	return status;
}
