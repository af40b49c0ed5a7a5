/* What officers see: the read model from the log, feeds, the board. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "console/desk.h"
#include "console/drafts.h"
#include "console/frame.h"
#include "console/hasher.h"
#include "lib/log.h"

#define ESCALATIONS_MAX 10000
#define CONSOLE_CSP "default-src 'none'; style-src 'self'; script-src 'self'; " \
	"connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; " \
	"base-uri 'none'"

/* Limits of uploads come from the settings, with these for the form around the file. */
static struct http_route routes[] = {
	/* method   path                    body  handler              flags */
	{ HTTP_GET, "/",                     0,    get_home,            0 },
	{ HTTP_GET, "/masuk",                0,    get_login,           0 },
	{ HTTP_POST, "/masuk",            8192,    post_login,          0 },
	{ HTTP_POST, "/keluar",           4096,    post_logout,         0 },
	{ HTTP_GET, "/sandi/" "*",           0,    get_once,            0 },
	{ HTTP_POST, "/sandi/" "*",       8192,    post_once,           0 },
	{ HTTP_GET, "/faktor",               0,    get_factor,          0 },
	{ HTTP_POST, "/faktor",           4096,    post_factor,         0 },
	{ HTTP_GET, "/konsol.css",           0,    get_console_css,     0 },
	{ HTTP_GET, "/tugas",                0,    get_tasks,           0 },
	{ HTTP_GET, "/cari",                 0,    get_search,          0 },
	{ HTTP_POST, "/cari",             4096,    post_search,         0 },
	{ HTTP_GET, "/kasus/" "*",           0,    get_case_page,       0 },
	{ HTTP_POST, "/kasus/" "*",      16384,    post_act,           0 },
	{ HTTP_POST, "/bukti/" "*",      65536,    post_photo,          HTTP_ROUTE_UPLOAD },
	{ HTTP_GET, "/pengawasan",           0,    get_watch,           0 },
	{ HTTP_GET, "/pengawasan.csv",       0,    get_watch_csv,       0 },
	{ HTTP_POST, "/pengawasan/" "*",  8192,    post_watch,          0 },
	{ HTTP_GET, "/triase",               0,    get_triage,          0 },
	{ HTTP_GET, "/triase/" "*",          0,    get_triage_case,     0 },
	{ HTTP_POST, "/triase/" "*",     16384,    post_triage_case,    0 },
	{ HTTP_GET, "/baru",                 0,    get_entry,           0 },
	{ HTTP_POST, "/baru",            32768,    post_entry,          0 },
	{ HTTP_GET, "/insiden",              0,    get_incidents,       0 },
	{ HTTP_GET, "/insiden/" "*",         0,    get_incident,        0 },
	{ HTTP_GET, "/jaga",                 0,    get_roster,          0 },
	{ HTTP_POST, "/jaga",             8192,    post_roster,         0 },
	{ HTTP_GET, "/surat",                0,    get_letters,         0 },
	{ HTTP_GET, "/surat/" "*",           0,    get_letter,          HTTP_ROUTE_DEEP },
	{ HTTP_POST, "/surat/" "*",       8192,    post_letter,         HTTP_ROUTE_DEEP },
	{ HTTP_GET, "/sistem",               0,    get_system,          0 },
	{ HTTP_POST, "/sistem",           4096,    post_system,         0 },
	{ HTTP_GET, "/siaran",               0,    get_broadcasts,      0 },
	{ HTTP_POST, "/siaran",          32768,    post_broadcasts,     0 },
	{ HTTP_GET, "/siaran/" "*",          0,    get_broadcast,       0 },
	{ HTTP_POST, "/siaran/" "*",      4096,    post_broadcast,      0 },
	{ HTTP_GET, "/latihan",              0,    get_drill,           0 },
	{ HTTP_POST, "/latihan",          4096,    post_drill,          0 },
	{ HTTP_GET, "/impor",                0,    get_import,          0 },
	{ HTTP_POST, "/impor",           16384,    post_import,         HTTP_ROUTE_UPLOAD },
	{ HTTP_GET, "/meja.js",              0,    get_desk_js,         0 },
	{ HTTP_GET, "/berkas/" "*",          0,    get_case_file,       HTTP_ROUTE_DEEP },
	{ HTTP_POST, "/api/v1/cases/" "*", 16384,  post_act_json,      HTTP_ROUTE_DEEP },
	{ HTTP_GET, "/b/" "*",               0,    get_outside,         0 },
	{ HTTP_POST, "/b/" "*",           8192,    post_outside,        0 },
	{ HTTP_GET, "/papan",                0,    get_board,           0 },
	{ HTTP_GET, "/papan.css",            0,    get_board_css,       0 },
	{ HTTP_GET, "/papan.js",             0,    get_board_js,        0 },
	{ HTTP_GET, "/feed/eskalasi.atom",   0,    get_atom,            0 },
	{ HTTP_GET, "/feed/eskalasi.json",   0,    get_json_feed,       0 },
	{ HTTP_GET, "/feed/jaga.ics",        0,    get_duty_calendar,   0 },
	{ HTTP_GET, "/feed/cap.atom",        0,    get_cap_feed,        0 },
	{ HTTP_GET, "/feed/cap/" "*",        0,    get_cap_alert,       0 },
	{ HTTP_GET, "/buka-darurat",         0,    get_emergency,       0 },
	{ HTTP_POST, "/buka-darurat",     4096,    post_emergency,      0 },
	{ HTTP_GET, "/akun",                 0,    get_me,              0 },
	{ HTTP_POST, "/akun",             4096,    post_me,             0 },
	{ HTTP_GET, "/laporan",              0,    get_report,          0 },
	{ HTTP_GET, "/laporan.csv",          0,    get_report_csv,      0 },
	{ HTTP_GET, "/laporan.xlsx",         0,    get_report_book,     0 },
	{ HTTP_GET, "/laporan/kejanggalan",  0,    get_oddities,        0 },
	{ HTTP_GET, "/laporan/kejanggalan.csv", 0, get_oddities_csv,    0 },
	{ HTTP_GET, "/laporan/berulang",     0,    get_recurrences,     0 },
	{ HTTP_POST, "/laporan/berulang", 8192,    post_recurrence,     0 },
	{ HTTP_GET, "/api/v1/openapi.json",  0,    get_openapi,         0 },
	{ HTTP_GET, "/api/v1/events",        0,    get_events,          0 },
	{ HTTP_GET, "/api/v1/board",         0,    get_board_json,      0 },
	{ HTTP_GET, "/api/v1/warnings",      0,    get_warnings,        0 },
	{ HTTP_GET, "/api/v1/cases",         0,    get_cases,           0 },
	{ HTTP_GET, "/api/v1/cases/" "*",    0,    get_case,            0 },
	{ HTTP_GET, "/healthz",              0,    get_console_healthz, 0 },
	{ HTTP_GET, "/metrics",              0,    get_console_metrics, 0 },
};

#define PROXIES_MAX 16

/* console.proxies, word by word; lives as long as the process. */
static const char *const *
proxies_of(struct console *c)
{
	static const char *list[PROXIES_MAX + 1];
	char *rest;
	size_t n = 0;

	for (char *word = strtok_r(c->h.set.console_proxies, " ", &rest); word != NULL && n < PROXIES_MAX;
	    word = strtok_r(NULL, " ", &rest))
		list[n++] = word;
	return list;
}

static int
on_idle(void *arg)
{
	struct console *c = arg;

	return httpd_open(c->http) == 0;
}

static void
on_stop(void *arg)
{
	struct console *c = arg;

	feed_release(c);
	httpd_drain(c->http);
}

static int
console_init(void *self, struct daemon *d, const char *port)
{
	struct console *c = self;
	struct httpd_options o;
	struct buf errors = { 0 }, detail = { 0 };

	c->d = d;
	/* Before the worker that hashes passwords is made: it stands back too. */
	if (getpriority(PRIO_PROCESS, 0) < c->h.set.console_nice &&
	    setpriority(PRIO_PROCESS, 0, (int)c->h.set.console_nice) != 0)
		log_warn("nice", "want=%d err=\"%s\"", (int)c->h.set.console_nice, strerror(errno));
	if (secret_read(c->h.st.dir, "console_admin", &c->secret, &errors) != 0 ||
	    (c->hasher = hasher_new(d->base)) == NULL) {
		fputs(buf_str(&errors), stderr);
		buf_release(&errors);
		return -1;
	}
	d->on_stop = on_stop;
	d->on_idle = on_idle;
	d->arg = c;
	c->model = model_new(ESCALATIONS_MAX);
	outline_load(&c->outline, d->conf_dir);
	c->villages_n = outlines_load(&c->villages, d->conf_dir);
	httpd_options_default(&o);
	o.address = c->h.set.console_address;
	o.port = port != NULL ? (int)strtol(port, NULL, 10) : (int)c->h.set.console_port;
	for (size_t i = 0; i < N_ELEMS(routes); i++)
		if (routes[i].flags & HTTP_ROUTE_UPLOAD)
			routes[i].body_limit += (size_t)(routes[i].handler == post_import ? c->h.set.import_bytes :
			    c->h.set.photo_bytes);
	buf_addf(&c->uploads, "%s/media", c->h.st.dir);
	o.upload_dir = buf_str(&c->uploads);
	o.csp = CONSOLE_CSP;
	o.proxies = proxies_of(c);
	o.words = &console_words;
	o.style = "/konsol.css";
	o.names_unasked = 1;
	c->routes = routes;
	c->routes_n = N_ELEMS(routes);
	c->http = httpd_new(d->base, &o, routes, N_ELEMS(routes), c, &errors);
	fputs(buf_str(&errors), stderr);
	buf_release(&errors);
	if (c->http == NULL)
		return -1;
	buf_addf(&detail, "http=%s:%d", c->h.set.console_address, httpd_port(c->http));
	c->port = buf_take(&detail);
	c->window = window_new(c, d->base, d->dir);
	return c->window != NULL && follow_init(c, d->base) == 0 && house_start(&c->h, d) == 0 ? 0 : -1;
}

static void
console_release(void *self)
{
	struct console *c = self;

	follow_release(c);
	window_free(c->window);
	importing_free(c->importing);
	drafts_release(c);
	feed_release(c);
	photos_release(c);
	if (c->http != NULL)
		httpd_free(c->http);
	hasher_free(c->hasher);
	model_free(c->model);
	alerts_release(&c->alerts);
	notices_release(&c->notices);
	outline_release(&c->outline);
	outlines_free(c->villages, c->villages_n);
	buf_release(&c->uploads);
	buf_wipe(&c->secret);
	free(c->port);
}

int
main(int argc, char **argv)
{
	static const struct house_life life = {
		"console", "port to listen on, in place of console.port",
		console_init, console_release, NULL
	};
	static struct console console;

	return house_main(&life, &console.h, &console, argc, argv);
}
