#include "store/settings.h"

#include <errno.h>
#include <string.h>

#include "lib/config.h"
#include "lib/daemon.h"

#define AT(f) offsetof(struct settings, f)
static const struct setting table[] = {
	{ "regency", SET_STRING, AT(regency), "3510", NULL, NULL,
	    "tag of every key: the regency's official code" },
	{ "name", SET_STRING, AT(name), "Kabupaten Banyuwangi", NULL, NULL,
	    "name shown to people" },
	{ "drill", SET_BOOL, AT(latihan), "false", NULL, NULL,
	    "mark everything that comes in as a drill (LATIHAN)" },

	{ "redis.connect", SET_DURATION, AT(redis_connect_ms), "2s", "50ms", "30s",
	    "limit for connecting" },
	{ "redis.command", SET_DURATION, AT(redis_command_ms), "3s", "50ms", "30s",
	    "limit for one answer" },
	{ "redis.note_every", SET_DURATION, AT(noted_ms), "1s", "100ms", "1m",
	    "how often the last acknowledged entry is noted on disk" },
	{ "redis.check_every", SET_DURATION, AT(safety_ms), "20s", "1s", "1m",
	    "how often the store's safety is checked" },
	{ "heartbeat.every", SET_DURATION, AT(heartbeat_ms), "2s", "100ms", "30s",
	    "sign of life of each daemon" },
	{ "heartbeat.silent", SET_DURATION, AT(silent_ms), "30s", "1s", "10m",
	    "a daemon silent for so long raises an alarm" },

	{ "ingest.http.address", SET_STRING, AT(http_address), "127.0.0.1", NULL, NULL,
	    "address to listen on, numeric" },
	{ "ingest.http.port", SET_INT, AT(http_port), "8080", "0", "65535", "0 picks a free one" },
	{ "ingest.http.connections", SET_INT, AT(http_connections), "1000", "10", "100000",
	    "most at once" },
	{ "ingest.http.per_address", SET_INT, AT(http_per_address), "50", "1", "100000",
	    "most at once from one address; loopback is exempt" },
	{ "ingest.http.headers", SET_SIZE, AT(http_headers_bytes), "8KiB", "1KiB", "64KiB",
	    "most bytes of a request head" },
	{ "ingest.http.head_within", SET_DURATION, AT(http_head_ms), "10s", "100ms", "1m",
	    "a head must be complete by then" },
	{ "ingest.http.body_rate", SET_SIZE, AT(http_body_rate), "1KiB", "1", "1MiB",
	    "slowest body, bytes a second" },
	{ "ingest.hook.body", SET_SIZE, AT(hook_body_bytes), "16KiB", "1KiB", "4MiB",
	    "most bytes of a webhook body" },
	{ "ingest.hook.signature_age", SET_DURATION, AT(signature_age_ms), "5m", "1s", "1h",
	    "older or newer signatures are refused" },
	{ "ingest.hook.provider_age", SET_DURATION, AT(provider_age_ms), "3d", "1m", "30d",
	    "a gateway's time older than this is not believed" },
	{ "ingest.form.body", SET_SIZE, AT(form_body_bytes), "16KiB", "4KiB", "1MiB",
	    "most bytes of the web form" },
	{ "ingest.form.text", SET_SIZE, AT(text_bytes), "8KiB", "200", "64KiB",
	    "most bytes of a report's words" },
	{ "ingest.photo.size", SET_SIZE, AT(photo_bytes), "10MiB", "64KiB", "50MiB",
	    "most bytes of one photo" },
	{ "ingest.photo.count", SET_INT, AT(photo_count), "5", "0", "20",
	    "most photos of one report" },
	{ "ingest.in_flight", SET_INT, AT(in_flight), "4096", "16", "100000",
	    "most reports waiting for the store's answer" },
	{ "ingest.queue_max", SET_INT, AT(queue_max), "200000", "1000", "10000000",
	    "lane n is refused above so many unrouted reports" },
	{ "ingest.dedupe_days", SET_INT, AT(dedupe_days), "8", "2", "35",
	    "a redelivery is recognised for so long" },
	{ "ingest.lookups", SET_INT, AT(lookups_per_10min), "10", "1", "1000",
	    "wrong codes per address in ten minutes" },
	{ "spool.files", SET_INT, AT(spool_files), "20000", "10", "1000000",
	    "most reports on disk while the store is away" },
	{ "spool.size", SET_SIZE, AT(spool_bytes), "256MiB", "1MiB", "64GiB",
	    "most bytes of them" },
	{ "spool.after", SET_DURATION, AT(spool_after_ms), "1500ms", "10ms", "30s",
	    "the store has so long before a report is spooled" },

	{ "router.batch", SET_INT, AT(router_batch), "64", "1", "1000", "reports read at once" },
	{ "router.deliveries", SET_INT, AT(router_deliveries), "3", "1", "20",
	    "a report that failed so often goes to a human" },
	{ "router.scan_every", SET_DURATION, AT(router_scan_ms), "5s", "100ms", "5m",
	    "how often entries of dead routers are looked for" },
	{ "router.follow_up", SET_DURATION, AT(follow_up_ms), "30d", "1h", "90d",
	    "a reply belongs to a case for so long" },
	{ "router.answers_per_hour", SET_INT, AT(answers_per_hour), "20", "1", "1000",
	    "most automatic answers to one number in an hour" },
	{ "router.officer_answers_per_hour", SET_INT, AT(officer_answers_per_hour), "300", "1", "10000",
	    "the same to an officer, who must always know what became of his word" },

	{ "sla.batch", SET_INT, AT(sla_batch), "64", "1", "2000",
	    "deadlines taken at once; past about 100 the answer no longer fits the socket" },
	{ "sla.lease", SET_DURATION, AT(sla_lease_ms), "2s", "100ms", "1m",
	    "an engine's claim on a deadline" },
	{ "sla.nap", SET_DURATION, AT(sla_nap_ms), "500ms", "10ms", "1m",
	    "longest time without a look" },
	{ "sla.unread", SET_DURATION, AT(unread_ms), "30s", "100ms", "1h",
	    "a report not routed by then goes to a human" },
	{ "sla.clock_step", SET_DURATION, AT(clock_step_ms), "30s", "1s", "1h",
	    "a jump of the store's clock that is not believed" },
	{ "sla.guard_hold", SET_DURATION, AT(guard_hold_ms), "60s", "1s", "1h",
	    "how long escalations are held after such a jump" },
	{ "sla.seal_every", SET_DURATION, AT(seal_ms), "500ms", "10ms", "1m",
	    "the chain follows the log within" },
	{ "sla.head_every", SET_DURATION, AT(head_ms), "1h", "1s", "1d", "signed heads" },
	{ "sla.sweep_every", SET_DURATION, AT(sweep_ms), "1h", "1s", "1d",
	    "old dedupe days and ended messages" },
	{ "sla.keep_messages", SET_DURATION, AT(keep_messages_ms), "35d", "1d", "400d",
	    "ended messages are kept" },

	{ "notify.batch", SET_INT, AT(notify_batch), "64", "1", "1000", "messages taken at once" },
	{ "notify.lease", SET_DURATION, AT(notify_lease_ms), "30s", "1s", "10m",
	    "a message being sent is taken up again after" },
	{ "notify.nap", SET_DURATION, AT(notify_nap_ms), "100ms", "5ms", "1m",
	    "longest time without a look" },
	{ "notify.per_second", SET_INT, AT(notify_per_s), "500", "1", "100000",
	    "budget of a route" },
	{ "notify.tries", SET_INT, AT(notify_tries), "8", "1", "100",
	    "then it is undeliverable and a human hears of it" },
	{ "notify.retry", SET_DURATION, AT(notify_retry_ms), "2s", "10ms", "1h",
	    "first retry; doubles, with jitter" },

	{ "console.address", SET_STRING, AT(console_address), "127.0.0.1", NULL, NULL,
	    "loopback only until log-in is set up" },
	{ "console.port", SET_INT, AT(console_port), "8081", "0", "65535", "0 picks a free one" },
	{ "console.streams", SET_INT, AT(console_streams), "500", "1", "10000",
	    "most live feeds at once" },
	{ "console.backlog", SET_SIZE, AT(console_backlog_bytes), "1MiB", "4KiB", "64MiB",
	    "a feed reader further behind is cut" },

	{ "kannel.run", SET_BOOL, AT(kannel_run), "false", NULL, NULL,
	    "kentongan up runs bearerbox and smsbox with conf/kannel.conf" },
	{ "kannel.url", SET_STRING, AT(kannel_url), "", NULL, NULL,
	    "smsbox for sending, http://127.0.0.1:13013; empty: SMS go to a file, or to kannel.run's own" },
	{ "kannel.user", SET_STRING, AT(kannel_user), "kentongan", "1", "64",
	    "sendsms-user; its password stands in secrets/kannel_send" },
	{ "kannel.from", SET_STRING, AT(kannel_from), "1708", "1", "20",
	    "the number that people see and answer to" },
	{ "kannel.smsc", SET_STRING, AT(kannel_smsc), "", NULL, "64",
	    "smsc-id to send by; empty: Kannel chooses" },
	{ "kannel.dlr_url", SET_STRING, AT(kannel_dlr_url), "", NULL, NULL,
	    "where Kannel finds us for receipts, http://HOST:PORT; empty: the address that up noted" },
	{ "kannel.in_flight", SET_INT, AT(kannel_in_flight), "16", "1", "64",
	    "most messages being handed over at once; receipts compete with more" },
	{ "kannel.per_second", SET_INT, AT(kannel_per_s), "50", "1", "5000",
	    "budget; what the SMSC takes" },
	{ "kannel.connect", SET_DURATION, AT(kannel_connect_ms), "3s", "100ms", "1m",
	    "limit for connecting" },
	{ "kannel.answer", SET_DURATION, AT(kannel_total_ms), "15s", "100ms", "2m",
	    "limit for the whole answer; later it is unknown" },
	{ "kannel.pause", SET_DURATION, AT(kannel_pause_ms), "10s", "100ms", "10m",
	    "rest after an answer that blames our configuration" },
	{ "kannel.allow", SET_STRING, AT(kannel_allow), "127.0.0.1 ::1", "2", NULL,
	    "addresses Kannel may call from, with spaces" },
	{ "kannel.missed_smsc", SET_STRING, AT(kannel_missed_smsc), "", NULL, "64",
	    "smsc-id whose messages are missed calls whatever they say" },
	{ "kannel.parts_wait", SET_DURATION, AT(kannel_parts_wait_ms), "2m", "100ms", "1h",
	    "a long SMS that came in parts is read after so long without the rest" },
	{ "kannel.parts_wait_danger", SET_DURATION, AT(kannel_parts_danger_ms), "15s", "100ms", "1h",
	    "the same once a danger word stands in a part" },
	{ "kannel.parts_keep", SET_DURATION, AT(kannel_parts_keep_ms), "6h", "1s", "7d",
	    "a part that comes later than that is a report of its own" },
	{ "kannel.copy", SET_BOOL, AT(kannel_copy), "false", NULL, NULL,
	    "write what is sent to out/sms.jsonl too: plain words on disk, for demos and tests" },
};

int
settings_load(struct settings *s, const char *conf_dir, struct buf *errors)
{
	struct buf path = { 0 }, text = { 0 };
	int rc = -1;

	buf_addf(&path, "%s/kentongan.yaml", conf_dir);
	if (file_read(buf_str(&path), 1 << 20, &text) != 0 && errno != ENOENT) {
		buf_addf(errors, "%s: cannot be read: %s\n", buf_str(&path), strerror(errno));
		goto out;
	}
	rc = config_parse(table, N_ELEMS(table), s, buf_str(&path), buf_str(&text), text.len,
	    errors);
out:
	buf_release(&path);
	buf_release(&text);
	return rc;
}

void
settings_release(struct settings *s)
{
	config_release(table, N_ELEMS(table), s);
}

void
settings_register(void)
{
	daemon_settings(table, N_ELEMS(table));
}
