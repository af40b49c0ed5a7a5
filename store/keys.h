#ifndef KENTONGAN_KEYS_H
#define KENTONGAN_KEYS_H
/*
 * Every key of the store.  All begin with kt:{TAG}: so that a regency lives in one slot: a commit,
 * a reply, the log and the outbox are always one atomic call, also in the cluster to come.
 *
 * A row without type, writer, reader, bound or remover fails the test of this table.
 */
#include <stddef.h>

#include "lib/buf.h"

enum key_id {
	KEY_META, KEY_IN, KEY_SEEN, KEY_CASE, KEY_DUE, KEY_LEASE, KEY_LOG, KEY_CHAIN, KEY_HEADS,
	KEY_MSG, KEY_RCP, KEY_OUT, KEY_ENDED, KEY_WAITING, KEY_VERSION, KEY_CURRENT, KEY_OFFICER, KEY_OFFICERS,
	KEY_PHONES, KEY_TASKS, KEY_REPORTER, KEY_HEARTBEAT, KEY_TALK, KEY_LANGUAGE, KEY_SAID, KEY_PULL,
	KEY_PART, KEY_PARTS, KEY_BUDGET, KEY_STORM, KEY_LEAVERS, KEY_HEARD,
	KEY_VOLUNTEER, KEY_VOLUNTEERS, KEY_CALL, KEY_CALLS, KEY_CALLED, KEY_SEAM, KEY_SHELF, KEY_SIGNERS,
	KEY_ACCOUNT, KEY_SESSIONS, KEY_FAILED,
	KEY_PRANKS, KEY_CRIES, KEY_HELD, KEY_INCIDENTS, KEY_MEMBERS, KEY_CROWDS, KEY_LOOKS,
	KEY_SUBSCRIBER, KEY_SUBSCRIBERS, KEY_NOTICED,
	KEY_BROADCAST, KEY_BROADCAST_PEOPLE, KEY_BROADCASTS, KEY_STOPPED, KEY_DRILL, KEY_DRILLS,
	KEY_HOLDS, KEY_CANARY, KEY_IDENTITY,
	KEY_DEAD, KEY_READERS, KEY_GLASS,
	KEY_WARNINGS_IN, KEY_WARNINGS_SEEN, KEY_WARNING,
	KEYS_N
};
struct key_spec {
	enum key_id id;
	const char *name;	/* after the prefix; a trailing ':' takes parts */
	const char *type, *holds, *writer, *reader, *bound, *remover;
};
extern const struct key_spec key_specs[KEYS_N];

#define PRANK_TIMES ":n"	/* of KEY_PRANKS: the field with how often, beside that with when */
#define KEY_PREFIX_CHARS 40
struct keyspace { char prefix[KEY_PREFIX_CHARS]; };

/* tag: letters, digits, '-', '.'; 0 or -1. */
int keyspace_init(struct keyspace *ks, const char *tag);
/* Appends the key; a and b are its parts, NULL where it has none. */
void buf_add_key(struct buf *b, const struct keyspace *ks, enum key_id id, const char *part,
    const char *more);
/* The shelf that a case's code stands on once it is archived; the rest of the code is its place. */
#define SHELF_CHARS 2
void shelf_of(char shelf[SHELF_CHARS + 1], const char *code);
/* The Redis Cluster slot of a key (CRC16 of its hash tag). */
unsigned key_slot(const char *key, size_t len);
#endif
