#include "router/together.h"

#include <stdio.h>
#include <string.h>

#include "router/converse.h"
#include "router/work.h"

static int
is_wordless(const struct laporan *l)
{
	return l->text == NULL || l->text[0] == '\0';
}

int
is_attachment(const struct entry *e)
{
	return is_wordless(&e->words) && (e->words.media_n > 0 || e->words.has_position);
}

int
comes_in_pieces(const struct entry *e)
{
	const char *channel = e->words.reply_channel;

	return channel[0] != '\0' && strcmp(channel, "sms") != 0 &&
	    (strcmp(channel, "email") != 0 || is_attachment(e));
}

/* The sender's open case heard of last, of this channel; 1, 0 none, -1 no answer. */
static int
newest(struct router *r, const struct entry *e, struct code *code, struct stored_case *out)
{
	struct code codes[OPEN_MAX];
	int n = converse_own_cases(r, e, 0, codes), found = 0;

	if (n < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		struct stored_case s;

		if (cases_load(&r->h.st, &codes[i], 1, &s) != 0) {
			if (found)
				stored_case_release(out);
			return -1;
		}
		if (!s.there || !s.readable || strcmp(s.c.channel, e->words.reply_channel) != 0 ||
		    (found && s.c.heard_ms <= out->c.heard_ms)) {
			stored_case_release(&s);
			continue;
		}
		if (found)
			stored_case_release(out);
		*out = s;
		*code = codes[i];
		found = 1;
	}
	return found;
}

void
describe_pieces(struct buf *note, const struct laporan *l)
{
	for (int i = 0; i < l->media_n; i++)
		buf_addf(note, "%s%s", i ? ", " : "berkas: ", l->media[i]);
	if (l->has_position)
		buf_addf(note, "%slokasi: %.6f,%.6f", note->len > 0 ? "; " : "", l->lat, l->lng);
	if (l->where != NULL)
		buf_addf(note, " %s", l->where);
	if (!is_wordless(l))
		buf_addf(note, "%s%s", note->len > 0 ? "; " : "", l->text);
}

/* Both pieces read as one report. */
static void
understand_both(struct router *r, struct entry *e, const struct laporan *first)
{
	struct laporan *l = &e->words;
	struct laporan own = *l;

	if (is_wordless(l))
		l->text = first->text;
	if (l->where == NULL)
		l->where = first->where;
	if (!l->has_position && first->has_position) {
		l->has_position = 1;
		l->lat = first->lat, l->lng = first->lng;
	}
	e->understood = 0;
	entry_understand(r, e);
	*l = own;			/* the rest was only borrowed */
}

/*
 * The machine may route the case now.  Not by a greeting; and a voice that nobody has heard yet keeps
 * its human, unless the words are an emergency themselves.
 */
static int
is_clear(const struct router *r, const struct entry *e, const struct case_record *c)
{
	const struct category *k = category_find(r->h.policy->catalogue, e->u.category);

	return !e->u.unsure && (k == NULL || !k->no_case) &&
	    (!c->lane_e || e->u.urgency == URGENCY_DARURAT);
}

/*
 * A case that waits for a human because a piece was missing, and here it is: the machine can read
 * it now, or the note helps the human.
 */
static int
join(struct router *r, struct entry *e, const struct code *code, const struct stored_case *s)
{
	struct laporan first = { 0 };
	struct case_keys keys;
	struct buf note = { 0 };
	char lookup[33];
	struct command cmd = { .event = ON_NOTE, .by = BY_RESIDENT };
	int rc, unread = s->c.state == CASE_BARU &&
	    stored_case_open(s, &r->h.st, &keys, &first, lookup) == 0 &&
	    (is_wordless(&e->words) || is_wordless(&first));

	if (!unread && !is_attachment(e)) {
		laporan_release(&first);
		return 0;		/* a report of its own */
	}
	if (unread) {
		understand_both(r, e, &first);
		cmd.u = &e->u;
		if (is_clear(r, e, &s->c)) {
			cmd.event = ON_ASSIGN;
			cmd.by = BY_ROUTER;
		}
	}
	describe_pieces(&note, &e->words);
	cmd.note = buf_str(&note);
	work_references(&cmd, e);
	cmd.answer = cmd.by == BY_RESIDENT && converse_may_answer(r, e);
	rc = converse_apply(r, e, code, &cmd);
	if (rc == 0)
		e->understood = 0;	/* refused: on its own it says something else */
	buf_wipe(&note);
	laporan_release(&first);
	return rc;
}

int
together(struct router *r, struct entry *e)
{
	struct stored_case s;
	struct code code;
	int recent, rc;

	if (!comes_in_pieces(e) || e->lookup[0] == '\0')
		return 0;
	rc = newest(r, e, &code, &s);
	if (rc <= 0)
		return rc;
	recent = e->words.received_ms - s.c.heard_ms < r->h.set.together_ms;
	/* A voice long after the last word may be another emergency: it gets a human of its own. */
	if (recent || (is_attachment(e) && !e->words.lane_e))
		rc = join(r, e, &code, &s);
	else
		rc = 0;
	stored_case_release(&s);
	return rc;
}
