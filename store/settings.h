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
	int64_t http_connections, http_per_address, http_uploads, http_headers_bytes, http_head_ms,
	    http_body_rate;
	int64_t hook_body_bytes, chat_body_bytes, form_body_bytes, photo_bytes;
	int64_t signature_age_ms, provider_age_ms;
	int64_t in_flight, queue_max;
	int64_t spool_files, spool_bytes, spool_after_ms;
	int64_t text_bytes, dedupe_days;
	int64_t form_soft_address, form_hard_address, form_soft_number, form_hard_number, form_wait_ms;
	int64_t photo_resume_ms, photo_per_report, photo_per_address, photo_asks, photo_unfinished;
	int64_t photo_piece_bytes, photo_pieces, photo_piece_least;
	int64_t lookups_per_10min, guesses_per_hour;
	int64_t heads_shown, heads_cache_ms;

	char *gateway_url, *gateway_route, *gateway_type, *gateway_body, *gateway_headers, *gateway_ok_at, *gateway_ok_is,
	    *gateway_error_at, *gateway_final, *gateway_stopped;
	int64_t gateway_total_ms, gateway_pause_ms, gateway_stop_ms;
	char *sms_map_signature, *sms_map_header, *sms_map_url, *sms_map_id, *sms_map_from,
	    *sms_map_text, *sms_map_time, *sms_map_cell, *sms_map_reply, *sms_map_reply_type;

	int64_t router_batch, router_deliveries, router_scan_ms, follow_up_ms, answers_per_hour, officer_answers_per_hour, exchanges, exchange_gap_ms, nonce_tries, refusals, pranks, support_ms, unclear_most;

	int64_t sla_batch, sla_lease_ms, sla_nap_ms, leaver_cases, drill_cases, unread_ms, clock_step_ms;
	int64_t seal_ms, head_ms, sweep_ms, keep_messages_ms, keep_languages_ms, keep_shifts_ms;
	int64_t rollcall_days, rollcall_hour, rollcall_count_ms, rollcall_percent, callout_keep_ms;
	int64_t letter_keep_ms, letter_bytes, letters_listed, empty_units_listed;
	int64_t import_bytes, import_unpacked_bytes, import_rows, import_columns, import_cell_bytes;
	int64_t archive_after_ms, archive_every_ms, archive_entries, archive_free_bytes;
	int64_t retention_ms, retention_every_ms, retention_batch;
	int64_t privacy_crowd;
	int64_t identity_life_ms, identity_tries;

	int64_t notify_batch, notify_lease_ms, notify_nap_ms, notify_per_s, notify_tries,
	    notify_retry_ms, receipt_within_ms, pause_max_ms;
	int64_t wait_ms[2];			/* lane n, lane e */
	int64_t recall_ms, storm_count, storm_window_ms, storm_items;

	char *email_server, *email_user, *email_from, *email_domain, *email_ca;
	int email_starttls;
	char *imap_server, *imap_security, *imap_user, *imap_mailbox, *imap_ca;
	int64_t imap_port, imap_ms, imap_total_ms, imap_batch, imap_letter_bytes, imap_parts, imap_depth,
	    imap_read_ms, imap_read_bytes, imap_tries, imap_files, imap_files_bytes, imap_logo_bytes;
	int64_t email_port, email_workers, email_per_s, email_limit_ms, email_pause_ms;

	char *console_address; int64_t console_port, console_streams, console_nice, console_backlog_bytes,
	    session_idle_ms, session_idle_sealed_ms, session_most_ms, session_prove_ms, once_ms, readers_kept_ms, glass_ms;
	int64_t broadcast_per_minute, broadcast_window, broadcast_most, broadcast_text_bytes, broadcast_reporters_ms,
	    broadcast_draft_ms, broadcast_keep_ms, broadcast_stops_ms, broadcast_rupiah,
	    broadcast_step, broadcast_drafts, broadcast_unseen_ms;
	int64_t canary_every_ms, canary_within_ms; char *canary_text, *canary_category, *canary_url;
	int64_t subscribe_most, subscribe_forget_ms, subscribe_batch;
	/* what everybody may see */
	int64_t public_ms, public_days, public_keep_days, public_asks;
	char *licence;
	char *console_url, *console_factor, *console_office, *console_proxies, *glass_tell;

	int kannel_run, kannel_copy;
	char *kannel_dlr_url, *kannel_allow, *kannel_missed_smsc;
	int64_t kannel_connect_ms, kannel_total_ms, kannel_pause_ms, kannel_stop_ms;
	/* The cards that SMS leave by, routes sms and sms2. */
	struct sms_card {
		char *url, *user, *from, *smsc;
		int64_t in_flight, per_s, per_hour, per_day;
	} card[2];
	char *sms_ways, *whatsapp_ways;
	int64_t join_ms;
	char *telegram_api; int64_t telegram_per_s, telegram_timeout_ms; int telegram_pull;
	char *x_api, *x_user_id; int64_t x_per_s, x_pull_ms, x_timeout_ms;
	int64_t pull_lease_ms, pull_retry_ms, pull_retry_max_ms;
	char *pull_sms_url, *pull_sms_list, *pull_sms_id, *pull_sms_from, *pull_sms_text, *pull_sms_time,
	    *pull_sms_cursor;
	int64_t pull_sms_ms;
	char *warning_quake_url, *warning_felt_url, *warning_alert_url;
	int64_t warning_quake_ms, warning_felt_ms, warning_alert_ms, warning_bytes, warning_alerts, warning_fresh_ms,
	    warning_inbox, warning_told, warning_silent_ms;
	int64_t kannel_parts_wait_ms, kannel_parts_danger_ms, kannel_parts_keep_ms;
	/* WhatsApp, Facebook, Instagram */
	int64_t graph_body_bytes, together_ms;
	char *graph_api; int64_t graph_in_flight, graph_timeout_ms, graph_unknown_ms, graph_stop_ms, window_ms;
	char *whatsapp_phone_id, *whatsapp_template, *whatsapp_language; int64_t whatsapp_per_s;
	char *facebook_page_id, *instagram_id; int64_t facebook_per_s;
	int human_agent;
	/* files that citizens send */
	int64_t media_bytes, media_in_flight, media_tries, media_retry_ms, media_tell_after, media_lease_ms,
	    media_total_ms, media_slow_bytes, media_slow_ms, media_redirects, media_free_bytes, media_leftover_ms;
	int64_t media_megapixels, media_edge, media_worker_bytes, media_worker_ms;
	/* photos by which officers show what they did */
	int64_t photo_same_bits, photo_near_bits, photo_slack_ms, photo_far_m, photo_desa_m, photo_kecamatan_m,
	    photo_looks, photo_keep_ms;
	/* what looks as if somebody worked for the figures */
	int64_t oddity_last_ms, oddity_last_times, oddity_mass_cases, oddity_mass_ms, oddity_hand_on_ms, oddity_least,
	    oddity_percent;
	int64_t recur_times, recur_ms;	/* what keeps coming back */
	char *media_whatsapp, *media_facebook, *media_instagram, *media_x, *media_x_own;
};

/* Defaults, then DIR/kentongan.yaml if it is there.  0, or -1 with the mistakes in errors. */
int settings_load(struct settings *s, const char *conf_dir, struct buf *errors);
void settings_release(struct settings *s);
/* Makes the table known to --help-settings; before daemon_init(). */
void settings_register(void);
#endif
