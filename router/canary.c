#include "router/canary.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "store/canary.h"

int
canary_take(struct router *r, struct entry *e)
{
	char channel[CANARY_CHANNEL_CHARS], heard[CANARY_SAID_CHARS];
	const struct answer a = { .kind = "", .latihan = 1 };
	struct input_id in;
	enum commit_result result;
	int64_t sent_ms;

	if (canary_of_id(&r->h.st, e->words.message_id, channel, &sent_ms) != 0)
		return 0;
	canary_hearing(heard, sent_ms, entry_understand(r, e)->category);
	work_input(&in, e);
	if (e->s.version == 0)
		snprintf(in.reserved, sizeof(in.reserved), "%s", e->code.s);
	commit_begin(&r->answers, r->now_ms);
	commit_beside(&r->answers, KEY_CANARY, NULL, 's', channel, heard);
	commit_add_answer(&r->answers, &r->h.st, &a, &e->keys, &in);
	commit_run(&r->answers, &r->h.st);
	result = r->answers.slots[0].result;
	if (result != COMMIT_OK && result != COMMIT_ALREADY)
		return -1;
	log_debug("canary_heard", "channel=%s", channel);
	return 1;
}
