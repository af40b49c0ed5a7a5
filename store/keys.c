#include "store/keys.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const struct key_spec key_specs[KEYS_N] = {
	{ KEY_META, "meta", "hash",
	  "installation, generation, schema, log seq, clock high water and looks at it, roster seq, how many left it, library digest",
	  "up; every commit", "all daemons", "a few dozen fields", "never: it is the installation" },
	{ KEY_IN, "in:", "stream",
	    "codes of reports not routed yet, lane e or n; the report is in its case key",
	  "ingest, console", "router, sla, console", "the lane's limit in ingest.queue_max",
	  "the commit that routes the entry" },
	{ KEY_SEEN, "seen:", "hash", "message hash -> code of one UTC day", "ingest, console", "ingest, console",
	  "reports of a day", "sla's sweeper, 35 days later" },
	{ KEY_CASE, "case:", "hash",
	  "v version, d case, m public and l sealed report, k wrapped data key, "
	  "q seqs of its log entries, i last 16 inputs",
	  "ingest (reserves), every commit", "router, sla, console, cli, ingest (state only)",
	  "one per report; open ones and those whose last entry is younger than archive.after",
	  "the commit that uses up a command; archive" },
	{ KEY_DUE, "due", "sorted set", "code by the moment at which something falls due",
	    "every commit", "sla",
	  "one member per case that is not ditutup", "the commit that closes the case" },
	{ KEY_LEASE, "due:lease", "sorted set", "code by the end of an engine's lease", "sla",
	    "sla",
	  "deadlines in the hands of engines",
	  "the commit; sla's sweeper when older than a minute" },
	{ KEY_LOG, "log", "stream",
	    "every change: e entry, h its BLAKE2b; ids are the gap-free seq",
	  "every commit", "console, sealer, archive, cli", "entries of archive.after and of one round",
	  "archive, keeping the seam" },
	{ KEY_CHAIN, "chain", "hash", "seq and digest up to which the log is folded",
	    "sla's sealer",
	  "all daemons, cli", "two fields", "never: it is the seal" },
	{ KEY_HEADS, "heads", "stream", "hourly signed heads of the chain", "sla's sealer",
	    "ingest, cli",
	  "24 a day, those past the seam", "archive" },
	{ KEY_MSG, "msg:", "hash", "an outgoing message: state, fence, sealed payload",
	    "every commit, notify",
	  "notify, console, cli", "messages of cases in the store",
	  "sla's sweeper, 35 days after its end" },
	{ KEY_RCP, "rcp:", "list", "message ids of one recipient in order, by lane and route",
	    "every commit, notify",
	  "store functions", "what one recipient has waiting",
	  "the mark that ends its last message" },
	{ KEY_OUT, "out:due:", "sorted set",
	    "heads of the recipients' lists by not-before, per lane and route",
	  "every commit, notify", "notify", "recipients with messages waiting",
	  "the mark that ends a message" },
	{ KEY_ENDED, "out:ended", "sorted set", "ended message ids by time", "notify, commits",
	    "sla's sweeper",
	  "messages of 35 days", "sla's sweeper" },
	{ KEY_WAITING, "out:waiting", "sorted set",
	    "messages sent without a receipt yet, by time of sending; 0: failed", "notify, ingest",
	  "notify, console", "messages of notify.receipt_within", "the receipt, or the reroute" },
	{ KEY_VERSION, "ver:", "string", "one version of the configuration, by digest",
	    "up, reload", "all daemons",
	  "versions named by a case in the store, or in force within archive.after",
	  "archive, when no case names it any more" },
	{ KEY_CURRENT, "current", "hash", "digest of the version in force: v, d", "up, reload",
	    "all daemons",
	  "one", "never: overwritten" },
	{ KEY_OFFICER, "off:", "hash", "one officer: v, d sealed document", "cli, console",
	    "all daemons",
	  "officers ever on the roster", "archive, after the officer has ended" },
	{ KEY_OFFICERS, "officers", "hash", "officer id -> 1", "cli, console", "all daemons",
	    "as off:", "as off:" },
	{ KEY_PHONES, "phones", "hash", "keyed hash of an officer's number -> id", "cli, console",
	    "router",
	  "as off:", "the commit that changes or ends the officer" },
	{ KEY_TASKS, "task:", "hash", "nonce -> code of an officer's open tasks", "every commit",
	    "router",
	  "an officer's open tasks", "the commit that ends the task" },
	{ KEY_REPORTER, "rep:", "hash", "code -> received time of a sender's open cases",
	    "every commit", "router",
	  "a sender's open cases", "the commit that closes the case" },
	{ KEY_HEARTBEAT, "hb", "hash", "daemon:instance -> last sign of life", "all daemons",
	    "all daemons",
	  "running daemons", "sla's sweeper, an hour after the last sign" },
	{ KEY_TALK, "talk", "hash", "sender hash -> answers given this hour, officer -> wrong task codes", "router", "router",
	  "senders of an hour", "sla's sweeper" },
	{ KEY_LANGUAGE, "lang", "hash", "sender hash -> the language he asked for, and when", "router",
	  "router", "senders who asked for another language than Indonesian in sla.keep_languages",
	  "sla's sweeper; the commit of the same sender's wish for Indonesian" },
	{ KEY_SAID, "said:", "hash", "hash of a platform's id of our message -> code, of one UTC day",
	  "notify", "router", "messages to residents of 91 days", "sla's sweeper" },
	{ KEY_PULL, "pull:", "hash",
	  "one account that is fetched: c cursor, o who fetches, u until when, f fence", "ingest",
	  "ingest", "four fields for each way that fetches", "never: it is the place in the account" },
	{ KEY_PART, "part:", "hash",
	  "parts of one long SMS: i hashes of their ids, p sealed, born, n, r being released, code",
	  "ingest", "ingest", "255 parts; sets younger than kannel.parts_keep",
	  "ingest's sweep, kannel.parts_keep after the release" },
	{ KEY_PARTS, "parts", "sorted set", "sets of parts by the time of release, then of removal",
	  "ingest", "ingest", "one member per set", "as part:" },
	{ KEY_BUDGET, "out:budget:", "hash",
	  "parts sent by one card: h, hn in which hour and how many, d, dn the same of the day",
	  "notify", "notify", "four fields for each card with a limit", "never: overwritten" },
	{ KEY_STORM, "out:storm", "hash",
	  "list of a recipient -> since when he gets many messages, how many, whether some are held",
	  "notify", "notify", "officers told something since the last sweep",
	  "sla's sweeper, a day after the last change" },
	{ KEY_LEAVERS, "leavers", "hash",
	  "officer id and keyed hash of the number that is his no more -> when: his cases go back still",
	  "cli", "sla, cli", "changes not worked off yet", "who has given all his cases back" },
	{ KEY_HEARD, "heard", "hash", "officer id -> last message from his number since a roll-call asked him",
	  "router", "sla", "officers who have not been counted as reachable yet",
	  "the commit that counts it; sla, for who has left" },
	{ KEY_VOLUNTEER, "vol:", "hash", "one volunteer: v, d sealed document", "cli", "cli, router, sla",
	  "volunteers ever on the list", "'kentongan panggil end' empties it; archive" },
	{ KEY_VOLUNTEERS, "volunteers", "hash", "volunteer id -> 1", "cli", "cli", "as vol:", "as vol:" },
	{ KEY_CALL, "call:", "hash", "one call for volunteers: v, d sealed document, i last 16 inputs",
	  "cli, router, sla", "cli, router, sla", "calls of callout.keep",
	  "sla, callout.keep after the end of the call" },
	{ KEY_CALLS, "calls", "hash", "code of a call -> when it ends, or is to be forgotten", "as call:",
	  "sla, cli", "as call:", "as call:" },
	{ KEY_CALLED, "called", "hash", "keyed hash of a volunteer's number -> code of his last call, and his id",
	  "cli", "router", "volunteers called within callout.keep", "as call:" },
	{ KEY_SEAM, "seam", "hash",
	  "up to where the log lies in the archive: seq, digest of the chain there, time of that entry",
	  "archive", "all daemons, cli", "three fields", "never: overwritten" },
	{ KEY_SHELF, "shelf:", "hash",
	  "codes of archived cases, by their first two symbols: the others -> year of the file", "archive",
	  "ingest", "1024 hashes, 12 bytes for each case ever archived: its code is never given again",
	  "never: 0.4 MB a year at a hundred cases a day" },
	{ KEY_SIGNERS, "signers", "hash", "key id -> line that says whose heads are ours, signed",
	  "sla's sealer", "ingest, cli", "one line for each signing key there ever was", "never: they prove old heads" },
	{ KEY_ACCOUNT, "akun:", "hash", "how an officer logs in: v, d sealed document", "console, cli",
	  "console, cli", "as off:", "as off:" },
	{ KEY_SESSIONS, "sesi", "hash", "digest of a session's token -> officer, when begun, seen and proven",
	  "console", "console", "officers logged in within console.session_most",
	  "log-out, the end of its time, sla's sweeper" },
	{ KEY_FAILED, "gagal", "hash", "keyed hash of a name and an address -> failed log-ins, and when the last",
	  "console", "console", "names tried within a day", "a log-in that works; sla's sweeper" },
	{ KEY_PRANKS, "iseng", "hash", "sender hash -> when a report of his was last rejected as a prank; :n how often",
	  "every commit", "router", "senders of a day", "sla's sweeper, a day after the last" },
	{ KEY_CRIES, "teriak", "hash",
	  "category and place -> code and time of the last emergency reported there",
	  "router", "router", "emergencies of a day, by category and desa", "sla's sweeper, a day after it" },
	{ KEY_HELD, "ditahan", "hash",
	  "category and place -> code and time of a marked number's emergency that waits for a human",
	  "router", "router", "such of a day, by category and desa", "sla's sweeper, a day after it" },
	{ KEY_INCIDENTS, "incidents", "hash", "name of an incident -> code of the case that leads it", "router",
	  "router, cli", "incidents that are going on", "the commit that ends the leading case, or leaves it resolved" },
	{ KEY_MEMBERS, "members:", "hash",
	  "of the case that leads: code of each that follows it -> its state, when it came, its place", "every commit",
	  "sla, cli, console", "one field for each report that follows a case in the store",
	  "sla, when the leading case lies in the archive" },
	{ KEY_CROWDS, "crowds", "hash",
	  "code of a case that others follow -> its version and their number when all were last where it is", "router, sla, cli",
	  "sla, cli", "one field for each members:", "as members:" },
	{ KEY_LOOKS, "rupa", "sorted set",
	  "how a picture looks (core/look.h), of which case, citizen's or officer's, by when it came", "every commit",
	  "console, cli", "photo.looks pictures of photo.keep", "sla's sweeper; erasing the case" },
	{ KEY_SUBSCRIBER, "langganan:", "hash", "who wants to hear of incidents, by sender hash: v version, d sealed",
	  "router", "router, sla", "residents who subscribed", "sla's sweeper, subscribe.forget after STOP" },
	{ KEY_SUBSCRIBERS, "langganan-di:", "hash", "sender hashes by desa, and of those who stopped, with when",
	  "router", "sla", "subscribe.most for each subscriber", "the commit of his STOP; sla's sweeper" },
	{ KEY_NOTICED, "langganan-kabar:", "hash", "sender hash -> what he was told of the incident that this case leads",
	  "sla", "sla", "subscribers of the desa of incidents in the store", "sla, when its lead is in the archive" },
	{ KEY_BROADCAST, "siaran:", "hash", "one message to many: v version, d sealed", "console, cli, sla", "console, cli, sla",
	  "broadcasts of broadcast.keep", "sla, broadcast.draft after an unconfirmed one, broadcast.keep after its end" },
	{ KEY_BROADCAST_PEOPLE, "siaran-orang:", "hash", "number of a part -> a hundred of those who get it, sealed, as hex",
	  "console, cli", "sla", "broadcast.most for each broadcast", "as siaran:" },
	{ KEY_BROADCASTS, "siaran-semua", "hash", "id of a broadcast -> its state, and since when", "as siaran:", "sla, console, cli",
	  "as siaran:", "as siaran:" },
	{ KEY_STOPPED, "berhenti", "hash", "sender hash -> when he said STOP: no broadcast goes to him", "router", "console, cli, sla",
	  "numbers that said STOP within broadcast.stops, or that we know", "the commit of his new subscription; sla, broadcast.stops later, of who is unknown" },
	{ KEY_DRILL, "latihan:", "hash", "one exercise: v version, d sealed", "console, cli, sla", "console, cli, sla",
	  "exercises ever held, some a year", "never: when there was one is part of the record" },
	{ KEY_DRILLS, "latihan-semua", "hash", "id of an exercise -> when it began; kini the one that goes on, usai the one being closed",
	  "as latihan:", "console, cli, sla", "as latihan:", "kini: its end; usai: sla, when its cases are closed and none lies unread" },
	{ KEY_HOLDS, "tahan", "hash", "code of a case that must not be erased -> since when, by whom, for which legal case",
	  "cli", "sla, cli", "cases held", "'kentongan hold CODE --release'" },
	{ KEY_CANARY, "kenari", "hash", "pintu: where ingest listens; channel -> the canary that the router heard last; "
	  "channel.hasil: what sla makes of it", "ingest, router, sla", "sla, console", "two fields a channel",
	  "never: some fields" },
	{ KEY_IDENTITY, "diri", "hash", "sender hash -> when he was sent a code, how often it was guessed at, its keyed hash",
	  "cli, router, ingest", "cli, router, ingest", "senders asked within identity.life", "the right code; sla's sweeper" },
	{ KEY_DEAD, "mati", "hash",
	  "message that was given up, or code of a report that ended routers -> when, tries, why", "notify, ingest, router",
	  "console, cli", "what nobody has sent again or laid aside, of sla.keep_messages",
	  "console and cli, by an act; sla's sweeper" },
	{ KEY_READERS, "pembaca:", "hash", "of a case: officer -> when he first opened it; *officer when that went on record",
	  "console", "console", "officers who opened it, of cases opened within console.readers_kept", "its own end of time" },
	{ KEY_GLASS, "kaca", "hash", "officer and code -> until when he may read it although it is not his", "console", "console",
	  "emergencies of glass.lasts", "sla's sweeper" },
	{ KEY_WARNINGS_IN, "peringatan-masuk", "stream", "warnings of others that nobody has judged yet: n name, w as it came", "ingest", "sla",
	  "warning.inbox", "the commit that judges it" },
	{ KEY_WARNINGS_SEEN, "peringatan-kenal", "hash",
	  "name of a warning's message, or of what it is about -> when it came, and which of ours it belongs to", "ingest, sla",
	  "ingest, sla", "messages of 35 days", "sla's sweeper, 35 days after it came" },
	{ KEY_WARNING, "peringatan:", "hash", "what is known of one warning: v version, d sealed", "sla", "sla",
	  "warnings of 35 days that concerned the regency", "as peringatan-kenal" },
};

int
keyspace_init(struct keyspace *ks, const char *tag)
{
	size_t n = strlen(tag);

	if (n == 0 || n > 20)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)tag[i]) && tag[i] != '-' && tag[i] != '.')
			return -1;
	snprintf(ks->prefix, sizeof(ks->prefix), "kt:{%s}:", tag);
	return 0;
}

void
buf_add_key(struct buf *b, const struct keyspace *ks, enum key_id id, const char *part,
    const char *more)
{
	buf_adds(b, ks->prefix);
	buf_adds(b, key_specs[id].name);
	if (part != NULL)
		buf_adds(b, part);
	if (more != NULL) {
		buf_addc(b, ':');
		buf_adds(b, more);
	}
}

void
shelf_of(char shelf[SHELF_CHARS + 1], const char *code)
{
	snprintf(shelf, SHELF_CHARS + 1, "%.*s", SHELF_CHARS, code);
}

unsigned
key_slot(const char *key, size_t len)
{
	const char *open = memchr(key, '{', len), *close;
	uint16_t crc = 0;

	if (open != NULL) {
		close = memchr(open, '}', len - (size_t)(open - key));
		if (close != NULL && close > open + 1) {
			len = (size_t)(close - open - 1);
			key = open + 1;
		}
	}
	for (size_t i = 0; i < len; i++) {		/* CRC16-CCITT (XMODEM) */
		crc ^= (uint16_t)((unsigned char)key[i] << 8);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
	}
	return crc & 16383;
}
