#include "store/apply.h"

#include <stdint.h>
#include <stdio.h>

#include "lib/log.h"
#include "store/incident.h"
#include "store/intake.h"

#define TRIES 5

/* Received when the first one was: the resident has waited for both since then.  The first one's news names it. */
void
second_prepare(struct intake *in, const struct store *st, const char *code, const struct laporan *words,
    const char *category, const char *place)
{
	struct laporan second = *words;
	char id[CODE_CHARS + 4];

	snprintf(id, sizeof(id), "%s.2", code);
	snprintf(second.channel, sizeof(second.channel), "%s", CHANNEL_TWIN);
	snprintf(second.twin, sizeof(second.twin), "%s", code);
	second.message_id = id;
	second.category = (char *)(uintptr_t)category;
	if (place[0] != '\0')
		second.place = (char *)(uintptr_t)place;
	second.media_n = 0;		/* they are files of the first one */
	second.lane_e = 0;
	intake_prepare(in, st, &second);
}

static enum commit_result
apply_once(struct house *h, const struct code *code, struct command *cmd, apply_prepare *prepare,
    void *arg, struct effects *fx, const char **why)
{
	struct commit_batch b = { 0 };
	struct laporan words = { 0 };
	struct intake second = { .field = "" };
	struct case_keys keys;
	struct stored_case s;
	char lookup[33];
	const struct policy *p;
	enum commit_result result = COMMIT_REFUSED;

	*why = "penyimpanan sedang tidak menjawab; coba lagi";
	if (house_refresh(h) != 0 || cases_load(&h->st, code, 1, &s) != 0)
		return COMMIT_UNKNOWN;
	p = s.there && s.readable && s.version > 0 ?
	    version_policy(&h->versions, &h->st, s.c.policy) : NULL;
	if (cmd->event == ON_RECKON && p != NULL) {
		cmd->was = p;		/* under the version in force from now on */
		p = h->policy;
	}
	*why = "tidak ada kasus terbuka dengan kode itu";
	if (p == NULL || stored_case_open(&s, &h->st, &keys, &words, lookup) != 0)
		goto out;
	commit_begin(&b, h->store_ms);
	*why = prepare != NULL ? prepare(p, &s.c, cmd, &b, arg) : NULL;
	if (*why != NULL)
		goto out;
	cmd->entropy = house_entropy(h);
	if (cmd->event == ON_MERGE && cmd->by != BY_SYSTEM)
		*why = merge_prepare(&h->st, &s.c, cmd->into, cmd, &b);
	if (*why != NULL)
		goto out;
	if (cmd->event == ON_SECOND) {
		second_prepare(&second, &h->st, s.c.code.s, &words, cmd->category, s.c.place);
		snprintf(cmd->into, sizeof(cmd->into), "%s", second.codes[0].s);
		commit_beside_report(&b, &second);
	}
	if (case_decide(p, &h->roster, &s.c, cmd, h->store_ms, fx) != 0) {
		*why = refusal_text(fx->refusal);
		goto out;
	}
	commit_add_case(&b, &h->st, p, &h->roster, &s.c, fx, cmd, &keys, &words, NULL);
	commit_run(&b, &h->st);
	result = b.slots[0].result;
	if (result == COMMIT_TAKEN)
		house_nonce_taken(h);
	*why = result == COMMIT_CONFLICT ? "kasus ini terus diubah orang lain; coba lagi" :
	    store_error(&h->st);
out:
	commit_release(&b);
	intake_release(&second);
	laporan_release(&words);
	stored_case_release(&s);
	return result;
}

enum commit_result
case_apply(struct house *h, const struct code *code, struct command *cmd, apply_prepare *prepare,
    void *arg, struct effects *fx, const char **why)
{
	enum commit_result result = COMMIT_CONFLICT;

	for (int i = 0; i < TRIES && (result == COMMIT_CONFLICT || result == COMMIT_TAKEN); i++)
		result = apply_once(h, code, cmd, prepare, arg, fx, why);
	return result;
}
