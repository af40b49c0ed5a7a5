#ifndef KENTONGAN_SETTINGS_H
#define KENTONGAN_SETTINGS_H
/*
 * Every limit and switch of the house: conf/kentongan.yaml through one table.  `kentongan-X
 * --help-settings` prints them with default, range and meaning.
 *
 * Units      as the names end: _ms milliseconds, _bytes bytes.
 */
#include <stdint.h>

#include "lib/buf.h"

struct settings {
	char *regency, *name;			/* tag of the keys; name for people */
	int latihan;				/* everything that comes in is a drill */

	int64_t redis_connect_ms, redis_command_ms;
	int64_t noted_ms, safety_ms, heartbeat_ms, silent_ms;

	char *http_address; int64_t http_port;
	int64_t http_connections, http_per_address, http_headers_bytes, http_head_ms,
	    http_body_rate;
	int64_t hook_body_bytes, form_body_bytes, photo_bytes, photo_count;
	int64_t signature_age_ms, provider_age_ms;
	int64_t in_flight, queue_max;
	int64_t spool_files, spool_bytes, spool_after_ms;
	int64_t text_bytes, dedupe_days;
	int64_t lookups_per_10min;

	int64_t router_batch, router_deliveries, router_scan_ms, follow_up_ms, answers_per_hour, officer_answers_per_hour;

	int64_t sla_batch, sla_lease_ms, sla_nap_ms, unread_ms, clock_step_ms, guard_hold_ms;
	int64_t seal_ms, head_ms, sweep_ms, keep_messages_ms;

	int64_t notify_batch, notify_lease_ms, notify_nap_ms, notify_per_s, notify_tries,
	    notify_retry_ms;

	char *console_address; int64_t console_port, console_streams, console_backlog_bytes;

	/* WhatsApp, Facebook, Instagram */
	int64_t graph_body_bytes, together_ms, receipt_wait_ms;
	char *graph_api; int64_t graph_in_flight, graph_timeout_ms, graph_unknown_ms, graph_stop_ms, window_ms;
	char *whatsapp_phone_id, *whatsapp_template, *whatsapp_language; int64_t whatsapp_per_s;
	char *facebook_page_id, *instagram_id; int64_t facebook_per_s;
	int human_agent;
};

/* Defaults, then DIR/kentongan.yaml if it is there.  0, or -1 with the mistakes in errors. */
int settings_load(struct settings *s, const char *conf_dir, struct buf *errors);
void settings_release(struct settings *s);
/* Makes the table known to --help-settings; before daemon_init(). */
void settings_register(void);
#endif
