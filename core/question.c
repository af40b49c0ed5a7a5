#include "core/question.h"

#include <string.h>

#include "core/act.h"
#include "core/tell.h"

static void
option_add(struct case_record *c, const char *id, const char *category)
{
	struct question_option *o = &c->question.options[c->question.options_n++];

	SET(o->id, id);
	SET(o->category, category);
}

static int
is_place_missing(const struct step *s)
{
	const struct case_record *c = s->c;
	const struct category *k = category_find(s->p->catalogue, c->category);

	/* Of a sealed case nothing is asked where others may read along. */
	return c->place[0] == '\0' && !c->sealed && k != NULL && k->needs_place;
}

void
question_open(struct step *s)
{
	const struct command *cmd = s->cmd;
	struct case_record *c = s->c;

	if (c->reporter[0] == '\0' || c->channel[0] == '\0' || cmd->report->empty)
		return;
	if (cmd->candidates_n > 0) {
		c->question.what = QUESTION_CASE;
		for (int i = 0; i < cmd->candidates_n && i < QUESTION_OPTIONS; i++)
			option_add(c, cmd->candidates[i].id, cmd->candidates[i].category);
	} else if (is_place_missing(s)) {
		c->question.what = QUESTION_PLACE;
		for (int i = 0; i < cmd->u->rivals_n && i < QUESTION_OPTIONS; i++)
			option_add(c, cmd->u->rivals[i], "");
	}
}

const char *
question_kind(const struct case_record *c)
{
	switch (c->question.what) {
	case QUESTION_PLACE: return c->question.options_n > 1 ? "tanya-desa" : "tanya-tempat";
	case QUESTION_CASE: return "tanya-laporan";
	case QUESTION_NONE: break;
	}
	return NULL;
}

void
question_close(struct case_record *c)
{
	memset(&c->question, 0, sizeof(c->question));
}

int
act_locate(struct step *s)
{
	const struct understanding *u = s->cmd->u;

	if (u == NULL || place_find(s->p->places, u->place) == NULL)
		return step_refuse(s, REFUSED_PLACE);
	SET(s->c->place, u->place);
	SET(s->c->rt, u->rt);
	SET(s->c->rw, u->rw);
	SET(s->c->incident, s->cmd->incident);
	act_add_units(s, u);
	question_close(s->c);
	tell_placed(s);
	return 0;
}

int
act_belong(struct step *s)
{
	question_close(s->c);
	return act_duplicate(s);
}
