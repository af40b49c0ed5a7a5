#ifndef KENTONGAN_CONSOLE_H
#define KENTONGAN_CONSOLE_H
/*
 * What officers see: their tasks and cases, the operators' desk, the Bupati's board, the feeds.
 */
#include "console/alerts.h"
#include "console/model.h"
#include "console/notices.h"
#include "lib/httpd.h"
#include "lib/outline.h"
#include "lib/redis.h"
#include "store/house.h"

struct watcher;
struct hasher;
struct sending;
struct window;
struct importing;
struct draft;
struct console {
	struct house h;
	struct daemon *d;
	struct redis_link *link;	/* follows the log; blocking reads only */
	struct httpd *http;
	const struct http_route *routes; size_t routes_n;
	struct model *model;
	struct alerts alerts;
	struct notices notices;		/* official warnings of others */
	struct outline outline;		/* of the kecamatan, for the map */
	struct outline *villages; size_t villages_n;	/* of the desa, by kecamatan, for the page of a case */
	int reports_n;			/* being reckoned now */
	struct event *again, *ping, *check, *sweep, *replay;
	struct watcher *watchers; int watchers_n;
	int following, ready;
	char *port;
	struct hasher *hasher;
	struct buf uploads;		/* folder for bodies that arrive */
	struct sending *sendings; int sendings_n;	/* photos being read */
	struct draft *drafts;		/* broadcasts being drawn up */
	struct importing *importing;	/* a file of old complaints; NULL none yet */
	struct window *window;		/* what everybody may see */
	struct buf secret;		/* the machine's own, console_admin */
};

/* follow.c: the log into the model and to those who watch. */
int follow_init(struct console *c, struct event_base *base);
void follow_release(struct console *c);

/* window.c: the public's files in DIR/terbuka, made anew each public.every and each midnight. */
struct window *window_new(struct console *c, struct event_base *base, const char *dir);
void window_free(struct window *w);
/* A case opened then is sealed now: it leaves what was published. */
void window_sealed(struct window *w, int64_t opened_ms);

/* feed.c */
void get_events(struct http_req *r, void *arg);
void get_atom(struct http_req *r, void *arg);
void get_json_feed(struct http_req *r, void *arg);
void get_duty_calendar(struct http_req *r, void *arg);
/* code: the case that it is about, "" none; only who may know of it hears it. */
void feed_publish(struct console *c, enum model_event e, int64_t seq, const char *code,
    const struct buf *data);
/* Sends those who are behind what they missed; called when the model stands at the log's end. */
void feed_catch_up(struct console *c);
void feed_ping(struct console *c);
/* Ends the feeds of those whose session is over. */
void feed_check(struct console *c);
void feed_release(struct console *c);

/* cap.c */
void get_cap_feed(struct http_req *r, void *arg);
void get_cap_alert(struct http_req *r, void *arg);

/* me.c: an officer's own account */
void get_me(struct http_req *r, void *arg);
void post_me(struct http_req *r, void *arg);

/* report_page.c */
void get_report(struct http_req *r, void *arg);
void get_report_csv(struct http_req *r, void *arg);
void get_report_book(struct http_req *r, void *arg);

/* oddity_page.c */
void get_oddities(struct http_req *r, void *arg);
void get_oddities_csv(struct http_req *r, void *arg);

/* recur_page.c */
void get_recurrences(struct http_req *r, void *arg);
void post_recurrence(struct http_req *r, void *arg);

/* board.c, board_list.c, api.c */
void get_home(struct http_req *r, void *arg);
void get_board(struct http_req *r, void *arg);
void get_board_json(struct http_req *r, void *arg);
void get_cases(struct http_req *r, void *arg);
void get_case(struct http_req *r, void *arg);
void get_openapi(struct http_req *r, void *arg);
void get_console_healthz(struct http_req *r, void *arg);
void get_console_metrics(struct http_req *r, void *arg);
void get_board_css(struct http_req *r, void *arg);
void get_board_js(struct http_req *r, void *arg);

/* Whether that path is served: the menu shows no more than there is. */
int console_has_route(const struct console *c, const char *path);

/* Name of a unit as people say it, its code when it is unknown. */
const char *console_unit_name(const struct console *c, const char *code);
/* What has not been done when this clock of sla.yaml is over: "belum ditangani". */
void console_add_missing(struct buf *b, const char *clock);
/* The same for a page, said in its reader's language. */
void add_missing(struct buf *b, const char *clock);
#endif
