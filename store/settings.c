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

	{ "graph.body", SET_SIZE, AT(graph_body_bytes), "3MiB", "16KiB", "8MiB",
	    "most bytes of a call from WhatsApp, Facebook or Instagram" },
	{ "graph.api", SET_STRING, AT(graph_api), "https://graph.facebook.com/v23.0", "8", "200",
	    "address of the Graph API with its version" },
	{ "graph.in_flight", SET_INT, AT(graph_in_flight), "32", "1", "500",
	    "most messages in the air at once on each of the three" },
	{ "graph.timeout", SET_DURATION, AT(graph_timeout_ms), "12s", "100ms", "14s",
	    "limit for one answer; two fit into notify.lease" },
	{ "graph.unknown_wait", SET_DURATION, AT(graph_unknown_ms), "30s", "100ms", "1m",
	    "after a lost answer a status may still come for so long; then it is sent again" },
	{ "graph.stop", SET_DURATION, AT(graph_stop_ms), "5m", "100ms", "1h",
	    "nothing is tried for so long after the account or its token was refused" },
	{ "graph.window", SET_DURATION, AT(window_ms), "1435m", "1m", "1440m",
	    "free text is allowed for so long after a resident's last message" },
	{ "whatsapp.phone_id", SET_STRING, AT(whatsapp_phone_id), "", NULL, "40",
	    "id of our number in the Cloud API; empty: no WhatsApp" },
	{ "whatsapp.template", SET_STRING, AT(whatsapp_template), "", NULL, "512",
	    "approved template with two body parameters, code and news; empty: SMS instead" },
	{ "whatsapp.language", SET_STRING, AT(whatsapp_language), "id", "2", "16",
	    "language code of that template" },
	{ "whatsapp.per_second", SET_INT, AT(whatsapp_per_s), "80", "1", "1000",
	    "budget of our number" },
	{ "facebook.page_id", SET_STRING, AT(facebook_page_id), "", NULL, "40",
	    "id of our page; empty: no Facebook" },
	{ "facebook.per_second", SET_INT, AT(facebook_per_s), "10", "1", "1000",
	    "budget of page and Instagram account, each" },
	{ "facebook.human_agent", SET_BOOL, AT(human_agent), "false", NULL, NULL,
	    "Meta permits us its HUMAN_AGENT tag: messages past the window, up to seven days" },
	{ "instagram.account_id", SET_STRING, AT(instagram_id), "", NULL, "40",
	    "id of our professional account; empty: no Instagram" },
	{ "router.together", SET_DURATION, AT(together_ms), "15m", "1s", "1d",
	    "a photo, place or voice joins the sender's case heard of so lately" },
	{ "notify.receipt_wait", SET_DURATION, AT(receipt_wait_ms), "15m", "100ms", "1d",
	    "what is not delivered by then goes another way" },
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
