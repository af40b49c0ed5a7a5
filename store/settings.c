#include "store/settings.h"

#include <errno.h>
#include <string.h>

#include "core/ways.h"
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
	{ "ingest.hook.chat_body", SET_SIZE, AT(chat_body_bytes), "512KiB", "64KiB", "4MiB",
	    "one call of Telegram or X" },
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

	{ "sms_map.signature", SET_STRING, AT(sms_map_signature), "", NULL, "20",
	    "how another SMS gateway proves itself: secret, hmac-sha256 or twilio; empty: none" },
	{ "sms_map.header", SET_STRING, AT(sms_map_header), "X-Signature", "1", "60",
	    "header with the secret or the signature" },
	{ "sms_map.url", SET_STRING, AT(sms_map_url), "", NULL, "500",
	    "twilio: this hook's address as the gateway knows it" },
	{ "sms_map.id", SET_STRING, AT(sms_map_id), "id", "1", "60",
	    "field with the message's id: the same on every try" },
	{ "sms_map.from", SET_STRING, AT(sms_map_from), "from", "1", "60", "field with the sender" },
	{ "sms_map.text", SET_STRING, AT(sms_map_text), "text", "1", "60", "field with the words" },
	{ "sms_map.time", SET_STRING, AT(sms_map_time), "time", NULL, "60",
	    "field with seconds or milliseconds since 1970; may be missing" },
	{ "sms_map.reply", SET_STRING, AT(sms_map_reply), "", NULL, "500",
	    "what the gateway wants to hear" },
	{ "sms_map.reply_type", SET_STRING, AT(sms_map_reply_type), "text/plain; charset=utf-8", "1",
	    "60", "its Content-Type" },

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
	{ "router.exchanges", SET_INT, AT(exchanges), "5", "1", "100",
	    "messages in a row, each within router.exchange_gap, that are answered: robots go on" },
	{ "router.exchange_gap", SET_DURATION, AT(exchange_gap_ms), "1m", "1s", "1h",
	    "a pause this long begins a new row" },

	{ "sla.batch", SET_INT, AT(sla_batch), "96", "1", "2000",
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
	{ "notify.receipt_within", SET_DURATION, AT(receipt_within_ms), "10m", "100ms", "1d",
	    "then what was sent goes the second way, or a human hears of it" },

	{ "notify.wait_e", SET_DURATION, AT(wait_ms[1]), "30s", "0ms", "1d",
	    "a way that is down for so long is left by messages of life and safety, if another is there" },
	{ "notify.wait_n", SET_DURATION, AT(wait_ms[0]), "30m", "0ms", "7d",
	    "the same for all others; a card's used-up budget counts as down" },
	{ "notify.recall_within", SET_DURATION, AT(recall_ms), "10m", "0ms", "2d",
	    "what was sent longer ago is not taken back; Telegram allows 48 hours" },
	{ "notify.storm_count", SET_INT, AT(storm_count), "5", "0", "50",
	    "messages to one officer in notify.storm_window; those after are held and leave as one; 0: none are" },
	{ "notify.storm_window", SET_DURATION, AT(storm_window_ms), "15m", "100ms", "1d",
	    "begins with the first message to him" },
	{ "notify.storm_items", SET_INT, AT(storm_items), "10", "2", "20",
	    "so many held ones leave at once" },

	{ "sms.per_second", SET_INT, AT(card[0].per_s), "50", "1", "5000",
	    "budget of the first card; what the SMSC takes" },
	{ "sms.per_hour", SET_INT, AT(card[0].per_hour), "0", "0", "1000000",
	    "parts an hour by the first card, its operator's limit; lane e goes on; 0: none" },
	{ "sms.per_day", SET_INT, AT(card[0].per_day), "0", "0", "10000000",
	    "the same a day, from midnight WIB" },
	{ "sms.ways", SET_STRING, AT(sms_ways), "sms2 whatsapp", NULL, "60",
	    "where an SMS goes on that did not arrive, in order: sms2, whatsapp; empty: a human hears of it" },
	{ "sms2.url", SET_STRING, AT(card[1].url), "", NULL, NULL,
	    "smsbox of the second card, as kannel.url; it may be the same one; empty: there is none" },
	{ "sms2.user", SET_STRING, AT(card[1].user), "kentongan", "1", "64",
	    "its sendsms-user; the password stands in secrets/sms2_send" },
	{ "sms2.from", SET_STRING, AT(card[1].from), "1708", "1", "20", "as kannel.from" },
	{ "sms2.smsc", SET_STRING, AT(card[1].smsc), "", NULL, "64",
	    "as kannel.smsc; what tells the cards apart behind one Kannel" },
	{ "sms2.in_flight", SET_INT, AT(card[1].in_flight), "16", "1", "64", "as kannel.in_flight" },
	{ "sms2.per_second", SET_INT, AT(card[1].per_s), "50", "1", "5000", "as sms.per_second" },
	{ "sms2.per_hour", SET_INT, AT(card[1].per_hour), "0", "0", "1000000", "as sms.per_hour" },
	{ "sms2.per_day", SET_INT, AT(card[1].per_day), "0", "0", "10000000", "as sms.per_day" },

	{ "email.server", SET_STRING, AT(email_server), "", NULL, "253",
	    "host of the mail server; empty: letters go to out/email.jsonl" },
	{ "email.port", SET_INT, AT(email_port), "587", "1", "65535", "its submission port" },
	{ "email.starttls", SET_BOOL, AT(email_starttls), "true", NULL, NULL,
	    "no letter goes out unless the line is encrypted" },
	{ "email.ca", SET_STRING, AT(email_ca), "", NULL, "4096",
	    "certificates to trust, a PEM file; empty: the system's" },
	{ "email.user", SET_STRING, AT(email_user), "", NULL, "254",
	    "to log in with the secret smtp_password; empty: without" },
	{ "email.from", SET_STRING, AT(email_from), "", NULL, "254", "mailbox the letters come from" },
	{ "email.domain", SET_STRING, AT(email_domain), "localhost", NULL, "253",
	    "our own name: greeting and Message-ID" },
	{ "email.workers", SET_INT, AT(email_workers), "4", "1", "64", "letters in the air at most" },
	{ "email.per_second", SET_INT, AT(email_per_s), "10", "1", "1000", "budget" },
	{ "email.limit", SET_DURATION, AT(email_limit_ms), "25s", "1s", "10m",
	    "then a worker is ended; shorter than notify.lease" },
	{ "email.pause", SET_DURATION, AT(email_pause_ms), "1m", "100ms", "1h",
	    "all letters wait so long when the server refuses us, not one of them" },

	{ "console.address", SET_STRING, AT(console_address), "127.0.0.1", NULL, NULL,
	    "loopback only until log-in is set up" },
	{ "console.port", SET_INT, AT(console_port), "8081", "0", "65535", "0 picks a free one" },
	{ "console.streams", SET_INT, AT(console_streams), "500", "1", "10000",
	    "most live feeds at once" },
	{ "console.backlog", SET_SIZE, AT(console_backlog_bytes), "1MiB", "4KiB", "64MiB",
	    "a feed reader further behind is cut" },

	{ "kannel.run", SET_BOOL, AT(kannel_run), "false", NULL, NULL,
	    "kentongan up runs bearerbox and smsbox with conf/kannel.conf" },
	{ "kannel.url", SET_STRING, AT(card[0].url), "", NULL, NULL,
	    "smsbox for sending, http://127.0.0.1:13013; empty: SMS go to a file, or to kannel.run's own" },
	{ "kannel.user", SET_STRING, AT(card[0].user), "kentongan", "1", "64",
	    "sendsms-user; its password stands in secrets/kannel_send" },
	{ "kannel.from", SET_STRING, AT(card[0].from), "1708", "1", "20",
	    "the number that people see and answer to" },
	{ "kannel.smsc", SET_STRING, AT(card[0].smsc), "", NULL, "64",
	    "smsc-id to send by; empty: Kannel chooses" },
	{ "kannel.dlr_url", SET_STRING, AT(kannel_dlr_url), "", NULL, NULL,
	    "where Kannel finds us for receipts, http://HOST:PORT; empty: the address that up noted" },
	{ "kannel.in_flight", SET_INT, AT(card[0].in_flight), "16", "1", "64",
	    "most messages being handed over at once; receipts compete with more" },
	{ "kannel.connect", SET_DURATION, AT(kannel_connect_ms), "3s", "100ms", "1m",
	    "limit for connecting" },
	{ "kannel.answer", SET_DURATION, AT(kannel_total_ms), "15s", "100ms", "2m",
	    "limit for the whole answer; later it is unknown" },
	{ "kannel.pause", SET_DURATION, AT(kannel_pause_ms), "10s", "100ms", "10m",
	    "rest after an answer that blames our configuration" },
	{ "kannel.stop", SET_DURATION, AT(kannel_stop_ms), "5m", "100ms", "1d",
	    "rest after an answer that says the credit is used up; an alarm says so too" },
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
	{ "router.join_within", SET_DURATION, AT(join_ms), "30m", "1s", "1d",
	    "an edited message joins its sender's last report for so long" },
	{ "telegram.api", SET_STRING, AT(telegram_api), "https://api.telegram.org", "8", "200",
	    "address of the bot interface, without the token" },
	{ "telegram.per_second", SET_INT, AT(telegram_per_s), "25", "1", "1000",
	    "budget of the bot; Telegram allows 30" },
	{ "telegram.pull", SET_BOOL, AT(telegram_pull), "false", NULL, NULL,
	    "fetch by getUpdates instead of waiting for the hook" },
	{ "x.api", SET_STRING, AT(x_api), "https://api.x.com", "8", "200", "address of X" },
	{ "x.user_id", SET_STRING, AT(x_user_id), "", NULL, "19",
	    "number of our own account: whose mentions are fetched, whose posts are no reports" },
	{ "x.per_second", SET_INT, AT(x_per_s), "1", "1", "1000", "posts and messages sent" },
	{ "x.pull_every", SET_DURATION, AT(x_pull_ms), "0ms", "0ms", "1d",
	    "fetch mentions so often; 0: the hook brings them" },
	{ "pull.lease", SET_DURATION, AT(pull_lease_ms), "10s", "300ms", "5m",
	    "another ingest fetches when the one that does is silent for so long" },
	{ "pull.retry", SET_DURATION, AT(pull_retry_ms), "1s", "10ms", "1h",
	    "first retry of a fetch that failed; doubles, with jitter" },
	{ "pull.retry_max", SET_DURATION, AT(pull_retry_max_ms), "5m", "10ms", "1d",
	    "longest such wait" },
	{ "pull.sms.url", SET_STRING, AT(pull_sms_url), "", NULL, "1000",
	    "inbox of an SMS gateway, a JSON list by GET; empty: none" },
	{ "pull.sms.every", SET_DURATION, AT(pull_sms_ms), "10s", "100ms", "1h", "asked so often" },
	{ "pull.sms.list", SET_STRING, AT(pull_sms_list), "", NULL, "100",
	    "where the list is, as /data/items; empty: the whole answer" },
	{ "pull.sms.id", SET_STRING, AT(pull_sms_id), "id", "1", "50", "member with the message's id" },
	{ "pull.sms.from", SET_STRING, AT(pull_sms_from), "from", "1", "50", "member with the sender" },
	{ "pull.sms.text", SET_STRING, AT(pull_sms_text), "text", "1", "50", "member with the words" },
	{ "pull.sms.time", SET_STRING, AT(pull_sms_time), "time", NULL, "50",
	    "member with the time, in seconds or milliseconds since 1970" },
	{ "pull.sms.cursor", SET_STRING, AT(pull_sms_cursor), "after", NULL, "50",
	    "query parameter that takes the last id seen; empty: all is asked for each time" },
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
	    "approved template with two body parameters, code and news; empty: whatsapp.ways instead" },
	{ "whatsapp.language", SET_STRING, AT(whatsapp_language), "id", "2", "16",
	    "language code of that template" },
	{ "whatsapp.ways", SET_STRING, AT(whatsapp_ways), "sms sms2", NULL, "60",
	    "as sms.ways, for who wrote by WhatsApp and has a number" },
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
};

/* What the table's ranges cannot say. */
static int
check_ways(const struct settings *s, const char *path, struct buf *errors)
{
	const struct { const char *name, *route, *plan; } plans[] = {
		{ "sms.ways", "sms", s->sms_ways }, { "whatsapp.ways", "whatsapp", s->whatsapp_ways },
	};
	int rc = 0;

	for (size_t i = 0; i < N_ELEMS(plans); i++) {
		struct buf name = { 0 };

		buf_addf(&name, "%s: %s", path, plans[i].name);
		if (ways_check(buf_str(&name), plans[i].route, plans[i].plan, errors) != 0)
			rc = -1;
		buf_release(&name);
	}
	return rc;
}

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
	if (rc == 0)
		rc = check_ways(s, buf_str(&path), errors);
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
