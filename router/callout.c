#include "router/callout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "router/work.h"
#include "store/callout.h"

#define TRIES 5
#define UNCLEAR_CHARS 30		/* what is longer is a report */

/* Nothing but one word, or one digit: all that an answer is once the call is over. */
static int
is_bare(const char *text)
{
	text += strcspn(text, " ,;:\t\r\n");
	return text[strspn(text, " .,!\t\r\n")] == '\0';
}

/* What he says to the call, if anything: 1, 0, -1 no answer of the store. */
static int
means(struct router *r, struct entry *e, const struct speech *s, enum callout_event *on)
{
	struct code codes[OPEN_MAX];
	const struct understanding *u;
	int n;

	if (callout_words(e->words.text, on) != WORDS_OTHER)
		return 1;
	if (s->has_code || s->kind == SPEECH_OFFICER)
		return 0;
	if (s->kind == SPEECH_YES || s->kind == SPEECH_NO) {
		if (!callout_is_courtesy(s->note))
			return 0;
		n = converse_own_cases(r, e, 1, codes);
		/* A report of his waits for the same digits: which of the two, he is asked. */
		*on = n > 0 ? CALL_SAYS_WHAT : s->kind == SPEECH_YES ? CALL_SAYS_YES : CALL_SAYS_NO;
		return n < 0 ? -1 : 1;
	}
	if (s->kind != SPEECH_NONE || strlen(e->words.text) > UNCLEAR_CHARS)
		return 0;
	u = entry_understand(r, e);
	*on = CALL_SAYS_WHAT;
	return (u->unsure || converse_is_small_talk(r, u)) && u->urgency != URGENCY_DARURAT &&
	    converse_own_cases(r, e, 0, codes) == 0;
}

/* 1 it is used up, 0 it changes nothing, -1 come again; *over: the call has ended, or is forgotten. */
static int
apply(struct router *r, const struct entry *e, const char *code, const char *id, enum callout_event on,
    const struct input_id *input, struct callout *c, struct callout_effects *fx, int *over)
{
	for (int try = 0; try < TRIES; try++) {
		enum commit_result result;
		int rc = callout_load(&r->h.st, code, c);

		*over = rc == 0 || (rc == 1 && c->state == CALLOUT_ENDED);
		if (rc <= 0 || (*over && !is_bare(e->words.text)))
			return rc < 0 ? -1 : 0;
		if (callout_decide(c, on, callout_person(c, id), r->now_ms, fx) != 0)
			return 0;
		result = callout_commit(&r->h, fx, id, input);
		if (result == COMMIT_OK || result == COMMIT_ALREADY) {
			r->commands++;
			log_info("volunteer_answered", "call=%s volunteer=%s what=%s", code, id, fx->what);
			return 1;
		}
		if (result != COMMIT_CONFLICT)
			return -1;
	}
	return -1;
}

int
volunteer_speaks(struct router *r, struct entry *e, const struct speech *s)
{
	char id[OFFICER_ID_CHARS];
	struct callout_effects *fx;
	enum callout_event on;
	struct input_id input;
	struct callout *c;
	struct code code;
	int rc, over = 0;

	if (e->called[0] == '\0' || !called_parse(e->called, &code, id))
		return 0;
	rc = means(r, e, s, &on);
	if (rc <= 0)
		return rc;
	fx = xmalloc(sizeof(*fx));
	c = xmalloc(sizeof(*c));
	work_input(&input, e);
	if (e->s.version == 0)
		snprintf(input.reserved, sizeof(input.reserved), "%s", e->code.s);
	rc = apply(r, e, code.s, id, on, &input, c, fx, &over);
	/* The same again, or the bare word after the end: no report either. */
	if (rc == 0 && (on == CALL_SAYS_YES || on == CALL_SAYS_NO) && (!over || is_bare(e->words.text)))
		rc = converse_note(r, e, "panggil-lagi");
	free(c);
	free(fx);
	return rc;
}

int
volunteer_quits(struct router *r, struct entry *e, const struct input_id *input)
{
	char id[OFFICER_ID_CHARS];
	struct code code;

	if (e->called[0] == '\0' || !called_parse(e->called, &code, id))
		return 0;
	return volunteer_end(&r->h.st, id, r->h.st.name, input) < 0 ? -1 : 0;
}
