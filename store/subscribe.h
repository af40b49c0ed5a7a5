#ifndef KENTONGAN_SUBSCRIBE_H
#define KENTONGAN_SUBSCRIBE_H
/*
 * Residents who want to hear of incidents in a desa, and telling them: once when one is known there,
 * once when it is over.
 *
 * A subscriber is a document under the keyed hash of his number, sealed like everybody's.  Who has
 * stopped is told nothing, and forgotten after subscribe.forget.
 *
 * Units      int64_t milliseconds since the epoch, UTC, by the store's clock.
 */
#include "core/phone.h"
#include "core/place.h"
#include "store/commit.h"
#include "store/house.h"

#define SUBSCRIBED_MOST 9
struct subscriber {
	char phone[PHONE_CHARS], lang[4];
	char places[SUBSCRIBED_MOST][PLACE_CODE_CHARS]; int places_n;
	int64_t stopped_ms;		/* 0: he has not */
	int64_t version;		/* 0: new */
};
/* By the keyed hash of his number: 1, 0 there is none that can be read, -1 no answer. */
int subscriber_load(struct store *st, const char *lookup, struct subscriber *out);
/* Adds a desa: 1 it is new, 0 he has it, -1 he has subscribe.most already. */
int subscriber_add(struct subscriber *s, const char *place, int64_t most);
/*
 * Writes him as he now is; he is in the list of his places, or of those who stopped.  input: what he said it
 * with, or NULL; COMMIT_ALREADY: another has worked that off.
 */
enum commit_result subscriber_put(struct house *h, const char *lookup, const struct subscriber *s,
    const struct input_id *input);
/* He stops, as above; 0 also where he never began, -1 no answer. */
int subscriber_stop(struct house *h, const char *lookup, const struct input_id *input);

/*
 * Tells at most so many subscribers of incidents that began or ended in their desa; *told counts them.
 * Each is told of an incident once, and once that it is over, whoever asks and however often.  1 more are
 * waiting, 0 done, -1 no answer.
 */
int subscribers_tell(struct house *h, int most, int *told);
/* Forgets who stopped long ago.  0; -1 no answer. */
int subscribers_sweep(struct house *h);
#endif
