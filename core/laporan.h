#ifndef KENTONGAN_LAPORAN_H
#define KENTONGAN_LAPORAN_H
/*
 * A citizen's report as it arrived, whatever the channel.  Each channel file fills this struct and
 * nothing else.
 *
 * Two documents come of it: the private one (sender, name, words, place as told: sealed before it
 * leaves the process) and the public one (channel, times, lane, look-up hash).
 *
 * Ownership  the struct owns its strings; zero it before use, laporan_release() frees them.
 * Units      int64_t milliseconds since the epoch, UTC; 0 unknown.
 */
#include <stdint.h>

#include "lib/buf.h"

#define LAPORAN_SCHEMA 1
#define LAPORAN_MEDIA 10
#define CHANNEL_TWIN "kembar"	/* the second problem of a report that named two */
#define CHANNEL_ROOT "akar"	/* the office's own: what keeps coming back at one place (unit) */
#define CHANNEL_FILES "berkas"	/* what became of a file that was to be fetched */
#define CHANNEL_LEGACY "impor"	/* an old complaint, from a file */
#define MEDIA_UPLOADED "unggah"	/* in place of a channel: the file came along and lies in DIR/media */

struct laporan {
	char channel[16];		/* sms, web, cli, ... */
	char *message_id;		/* the channel's own id; NULL: none */
	char *sender;			/* E.164, chat id, address; NULL: anonymous */
	int no_reply;			/* short code, alphanumeric sender, bot */
	char reply_channel[16];		/* where the answer goes; "" nowhere */
	char *reply_to;			/* the answer's address there; NULL: the sender */
	char *ack;			/* where a pressed button waits for its answer; NULL */
	int adds;	/* an edit, or a piece without words: joins its sender's last case */
	char *link;			/* the public post it was said under */
	char *ref;			/* a letter's Message-ID: answers stand in its thread */
	char *quotes;			/* the platform's id of the message of ours that it answers */
	char *name, *text;		/* text: UTF-8, byte for byte as sent */
	char *where;			/* place in the citizen's words */
	char *cell;			/* by which cell or modem it came, as its gateway calls it; NULL unknown */
	char *place, *category;		/* chosen on the form, codes */
	double lat, lng; int has_position;
	/* names in the media folder, or CHANNEL:ID of what the platform still keeps, unggah:NAME */
	char *media[LAPORAN_MEDIA]; int media_n;
	char *look;			/* of the picture that this is news of, see core/look.h; NULL */
	char twin[9];			/* code of the case whose other problem this is, "" none */
	char about[9];			/* code of the case it adds to, "" none */
	char verdict[8];		/* beres, belum, batal: pressed on that case's own page; "" words alone */
	char unit[24];			/* of a root problem: who is to cure it, a unit's code; "" none */
	char thread[9];			/* code of the case whose message it answers, "" none */
	int hide;			/* ticked; see laporan_wishes_to_hide() */
	/* The officer's id who wrote it down for who called or came; "" nobody did.  He says it is urgent. */
	char entered_by[24]; int urgent;
	int latihan;			/* drill */
	int64_t provider_ms;		/* when the gateway had it */
	int64_t received_ms;		/* when the promise began */
	int lane_e;
};

void laporan_release(struct laporan *l);
/* A missed call, or a message without a word, picture or place: what is wrong must be asked. */
int laporan_is_empty(const struct laporan *l);
/* He wishes to stay unknown to officers: ticked, or the word RAHASIA or ANONIM before his report. */
int laporan_wishes_to_hide(const struct laporan *l);
/* Whom an answer reaches on reply_channel, borrowed; NULL: nobody. */
const char *laporan_address(const struct laporan *l);
/* One more of its media, if there is room. */
void laporan_add_media(struct laporan *l, const char *channel, const char *id);
/* It answers the message that the platform knows by that id; NULL or "": none. */
void laporan_set_quote(struct laporan *l, const char *id);
void laporan_encode_private(struct buf *b, const struct laporan *l);
/* lookup: hash of the sender, "" anonymous. */
void laporan_encode_public(struct buf *b, const struct laporan *l, const char *lookup);
/* Each fills its part of the struct; 0, or -1 for bytes of no known schema. */
int laporan_decode_private(struct laporan *l, const char *json, size_t len);
int laporan_decode_public(struct laporan *l, char lookup[33], const char *json, size_t len);

/*
 * When the promise began: the gateway's time if it is believable (no more than max_age_ms old; a
 * future one counts as now), else now.
 */
int64_t laporan_received_ms(int64_t provider_ms, int64_t now_ms, int64_t max_age_ms);
#endif
