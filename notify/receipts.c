#include "notify/receipts.h"

#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/log.h"
#include "notify/onward.h"

#define LOOK_MS 1000
#define AT_ONCE 32

void
receipts_init(struct receipts *w, struct house *h)
{
	memset(w, 0, sizeof(*w));
	w->h = h;
	w->found = xcalloc(AT_ONCE, sizeof(*w->found));
}

void
receipts_release(struct receipts *w)
{
	free(w->found);
}

/*
 * Who must hear of it is told once for each.  An alarm that does not arrive is one matter, whatever
 * it was about: else each would ring the next for ever.
 */
static const char *
subject_of(const struct outbox_item *it)
{
	if (strcmp(it->kind, ALARM_KIND) == 0)
		return "pesan";
	return it->code[0] != '\0' ? it->code : it->id;
}

static void
go_on(struct receipts *w, const struct outbox_overdue *o, const struct outlane *lanes, size_t n,
    int64_t now_ms)
{
	char route[WAY_CHARS];
	int late = o->item.not_after_ms != 0 && now_ms > o->item.not_after_ms;
	int found = o->item.readable && !late && !o->dropped &&
	    onward_among(lanes, n, &w->h->set, &o->item, route);

	if (outbox_reroute(&w->h->st, o, found ? route : NULL, now_ms) != 1)
		return;
	log_warn("not_delivered", "message=%s route=%s failed=%d next=%s", o->item.id, o->route,
	    o->failed, found ? route : "-");
	if (found) {
		w->rerouted++;
		return;
	}
	if (o->dropped)
		return;			/* nobody waits for it any more */
	w->given_up++;
	house_alarm(w->h, "unconfirmed", subject_of(&o->item), o->item.id);
}

void
receipts_look(struct receipts *w, const struct outlane *lanes, size_t n)
{
	int64_t mono = clock_mono_ms(), now_ms;
	int found;

	if (mono < w->next_mono_ms)
		return;
	w->next_mono_ms = mono + LOOK_MS;
	found = outbox_overdue(&w->h->st, w->h->set.receipt_within_ms, AT_ONCE, w->found, &now_ms);
	for (int i = 0; i < found; i++) {
		go_on(w, &w->found[i], lanes, n, now_ms);
		outbox_item_release(&w->found[i].item);
	}
	if (found == AT_ONCE)
		w->next_mono_ms = 0;
}
