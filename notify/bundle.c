#include "notify/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/log.h"

#define AGAIN_MS 1000		/* after a digest that the store did not take */

/*
 * Only what can still be said, and no drill among what is real; the others come to the head of the
 * list, and to their own end there.
 */
static int
keep_usable(struct outbox_item *members, int n, int latihan, int64_t now_ms)
{
	int keep = 0;

	for (int i = 0; i < n; i++) {
		struct outbox_item *it = &members[i];

		if (it->readable && it->brief.len > 0 && it->latihan == latihan &&
		    (it->not_after_ms == 0 || now_ms <= it->not_after_ms))
			members[keep++] = *it;
		else
			outbox_item_release(it);
	}
	return keep;
}

static enum bundle_result
put_back(struct flight *f, int64_t at_ms, int counted)
{
	f->mark.at_ms = at_ms;
	f->mark.uncounted = 1;
	f->mark.unspent = counted;
	return BUNDLE_HELD;
}

/* -1 when there is nothing to bundle it with. */
static int
commit(struct flight *f, const struct outbox_item *members, int n, int counted)
{
	struct outlane *l = f->l;
	struct storm_item *lines = xcalloc((size_t)n, sizeof(*lines));
	struct buf text = { 0 };
	int fit, rc = -1;

	for (int i = 0; i < n; i++)
		lines[i].line = buf_str(&members[i].brief);
	fit = storm_digest(&text, l->h->policy->texts, members[0].lang, lines, n);
	if (fit > 1 && strcmp(members[0].id, f->item.id) == 0) {
		FAULT_POINT("before_bundle");
		rc = outbox_bundle(&l->h->st, l->channel.route, members, fit, &text, counted,
		    l->now_ms) == 1;
		FAULT_POINT("after_bundle");
	}
	if (rc == 1) {
		l->bundled += (unsigned long)fit;
		log_info("bundled", "digest=%s.i route=%s messages=%d", f->item.id, l->channel.route, fit);
	}
	free(lines);
	buf_wipe(&text);
	return rc;
}

static enum bundle_result
bundle(struct flight *f, int counted)
{
	struct outlane *l = f->l;
	int most = (int)l->h->set.storm_items, n, rc = -1;
	struct outbox_item *members = xcalloc((size_t)most, sizeof(*members));

	n = outbox_members(&l->h->st, l->channel.route, &f->item, most, members);
	if (n >= 0)
		n = keep_usable(members, n, f->item.latihan, l->now_ms);
	if (n > 1)
		rc = commit(f, members, n, counted);
	for (int i = 0; i < n; i++)
		outbox_item_release(&members[i]);
	free(members);
	if (n < 0 || rc == 0)
		return put_back(f, l->now_ms + AGAIN_MS, counted);
	if (rc < 0)
		f->storm = (struct storm){ l->now_ms, 1, 0 };	/* alone after all */
	return rc == 1 ? BUNDLE_DONE : BUNDLE_NOT;
}

enum bundle_result
bundle_look(struct flight *f, int counted)
{
	const struct settings *set = &f->l->h->set;
	const struct storm_rule rule = { (int)set->storm_count, set->storm_window_ms,
	    (int)set->storm_items };
	int64_t now_ms = f->l->now_ms;
	struct storm_verdict v;
	struct storm before;

	if (f->item.waiting == 0 || f->item.lane_e || rule.count == 0 ||
	    strcmp(f->item.kind, OUTBOX_ERRAND) == 0)
		return BUNDLE_NOT;
	f->storms = 1;
	if (strcmp(f->item.kind, OUTBOX_DIGEST) == 0) {
		f->storm = storm_after_digest(&rule, f->item.waiting - 1, now_ms);
		return BUNDLE_NOT;
	}
	storm_read(&before, f->item.storm);
	/* What may have left already goes again under its own id, never as part of another. */
	if (f->item.repeated || f->item.tries > 0) {
		f->storm = before;
		return BUNDLE_NOT;
	}
	v = storm_decide(&rule, &before, f->item.waiting,
	    strcmp(f->item.kind, TEXT_GATHERED) == 0, now_ms);
	f->storm = v.next;
	if (v.word == STORM_BUNDLE)
		return bundle(f, counted);
	if (v.word == STORM_SEND)
		return BUNDLE_NOT;
	if (!before.held)
		log_info("storm", "message=%s route=%s sent=%d until_ms=%lld", f->item.id,
		    f->l->channel.route, before.n, (long long)v.until_ms);
	f->l->held++;
	f->mark.storm = &f->storm;
	f->mark.full = rule.items;
	return put_back(f, v.until_ms, counted);
}
