/* kentongan up: makes what is missing, starts the store and the daemons, keeps them up. */
#include "cli/up.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "cli/cli.h"
#include "cli/kannel.h"
#include "cli/mend.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/log.h"
#include "store/account.h"
#include "store/logbook.h"
#include "store/officer.h"

static const char *const folders[] = { "", "redis", "secrets", "spool", "media", "out", "run",
    "log", "noted" };
static const char *const secrets[] = {
	"data", "lookup", "sign", "redis", "sms_http", "kannel", "kannel_send", "kannel_admin", "whatsapp_app", "whatsapp_verify",
	"telegram", "x", "meta", "meta_verify", "console_admin",
};
static const char *const daemons[] = { "router", "sla", "notify", "ingest", "console" };

struct house_up {
	struct supervisor s;
	struct cli cli;
	const char *http, *console;
	struct buf dir, bin, redis_url, shown_url;
	struct buf first_link;		/* for the first administrator, until he has a password */
	int lock, own_redis, redis_port, said, noted_http;
	struct settings set;
	struct event *term, *interrupt, *hangup, *chld;
	int status, once_min;
};

/* ---- what must be there ---- */

/* Until an administrator has a password, each start makes a link for one. */
static int
first_admin(struct house_up *u, struct house *h)
{
	const struct officer *admin = NULL;
	struct pulse p;
	int known = 0, rc = store_pulse(&h->st, &p) == 0 && officers_load(&h->st, &h->roster, p.roster) >= 0 ? 0 : -1;

	for (size_t i = 0; i < h->roster.n && rc >= 0 && !known; i++) {
		const struct officer *o = &h->roster.officers[i];
		struct account a;

		if (o->role != ROLE_ADMIN || o->ended)
			continue;
		admin = admin == NULL ? o : admin;
		rc = account_load(&h->st, o->id, &a);
		known = a.hash[0] != '\0';
		account_wipe(&a);
	}
	u->once_min = (int)(h->set.once_ms / MINUTE_MS);
	if (rc >= 0 && !known && admin != NULL)
		rc = account_offer(&h->st, admin->id, h->set.once_ms, "up", &u->first_link);
	return rc < 0 ? cli_fail("the accounts cannot be read: %s", store_error(&h->st)), -1 : 0;
}

static int
make_folders(struct house_up *u)
{
	for (size_t i = 0; i < N_ELEMS(folders); i++) {
		struct buf path = { 0 };

		buf_addf(&path, "%s/%s", u->cli.dir, folders[i]);
		if (mkdir(buf_str(&path), 0700) != 0 && errno != EEXIST)
			return cli_fail("%s: cannot be made: %s", buf_str(&path),
			    strerror(errno)) - 2;
		buf_release(&path);
	}
	{
		char *real = realpath(u->cli.dir, NULL);

		if (real == NULL)
			return cli_fail("%s: %s", u->cli.dir, strerror(errno)) - 2;
		buf_adds(&u->dir, real);
		u->s.dir = buf_str(&u->dir);
		free(real);
	}
	return 0;
}

static int
take_lock(struct house_up *u)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/run/lock", buf_str(&u->dir));
	u->lock = open(buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (u->lock < 0 || flock(u->lock, LOCK_EX | LOCK_NB) != 0) {
		cli_fail("%s is in use by another 'kentongan up'; stop that one first",
		    buf_str(&u->dir));
		buf_release(&path);
		return -1;
	}
	buf_release(&path);
	return 0;
}

/*
 * A house that has served must not be given a new key for a lost one: all that was sealed with it
 * would be unreadable for ever, and nobody told.
 */
static int
keys_are_there(const struct house_up *u)
{
	static const char *const keys[] = { "data", "lookup", "sign" };
	struct buf path = { 0 };
	int there = 1;

	buf_addf(&path, "%s/noted/cli", buf_str(&u->dir));
	for (size_t i = 0; i < N_ELEMS(keys) && there && (i > 0 || access(buf_str(&path), F_OK) == 0); i++) {
		buf_reset(&path);
		buf_addf(&path, "%s/secrets/%s", buf_str(&u->dir), keys[i]);
		there = access(buf_str(&path), F_OK) == 0;
		if (!there)
			cli_fail("%s is missing, and what %s holds was sealed with it; put it back from the backup", buf_str(&path),
			    buf_str(&u->dir));
	}
	buf_release(&path);
	return there;
}

static int
make_secrets(struct house_up *u)
{
	struct buf errors = { 0 };
	int rc = 0;

	if (!keys_are_there(u))
		return -1;
	for (size_t i = 0; rc == 0 && i < N_ELEMS(secrets); i++)
		rc = secret_ensure(buf_str(&u->dir), secrets[i], &errors);
	fputs(buf_str(&errors), stderr);
	buf_release(&errors);
	return rc;
}

/* ---- the store ---- */

/*
 * A mistyped port, or one that somebody else has, is told before anything starts: its daemon would
 * be started again for ever, and the ready line never come.
 */
static int
port_is_usable(const char *flag, const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd, on = 1, usable;
	char *end;
	long port;

	if (text == NULL)
		return 1;
	port = strtol(text, &end, 10);
	if (text[0] == '\0' || *end != '\0' || port < 0 || port > 65535) {
		cli_fail("%s %s: no port; write a number from 1 to 65535, or 0 for any", flag, text);
		return 0;
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 1;	/* the daemon will say more */
	a.sin_port = htons((uint16_t)port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	usable = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 1) == 0;
	if (!usable)
		cli_fail("%s %s: 127.0.0.1:%ld: %s; see who has it with 'ss -ltnp', or name another port", flag, text, port,
		    strerror(errno));
	close(fd);
	return usable;
}

/* The password stands in a file of mode 0400, never on a command line. */
static int
write_redis_conf(struct house_up *u, struct buf *path)
{
	struct buf text = { 0 }, secret = { 0 }, errors = { 0 }, socket_path = { 0 };
	char *conf;
	int rc = -1;

	buf_addf(path, "%s/redis/redis.conf", buf_str(&u->dir));
	buf_addf(&text, "%s/redis.conf", u->cli.conf);
	conf = realpath(buf_str(&text), NULL);
	buf_reset(&text);
	if (conf == NULL) {
		cli_fail("%s/redis.conf: %s; name the configuration with --conf DIR", u->cli.conf,
		    strerror(errno));
		goto out;
	}
	if (secret_read(buf_str(&u->dir), "redis", &secret, &errors) != 0) {
		fputs(buf_str(&errors), stderr);
		goto out;
	}
	u->redis_port = cli_free_port();
	buf_addf(&socket_path, "%s/redis/redis.sock", buf_str(&u->dir));
	buf_addf(&text, "include \"%s\"\nport %d\ndir \"%s/redis\"\nrequirepass %s\n", conf,
	    u->redis_port, buf_str(&u->dir), buf_str(&secret));
	buf_addf(&u->shown_url, "redis://127.0.0.1:%d", u->redis_port);
	if (socket_path.len < 100) {	/* sun_path holds 108 */
		buf_addf(&text, "unixsocket \"%s\"\nunixsocketperm 700\n", buf_str(&socket_path));
		buf_addf(&u->redis_url, "unix:%s", buf_str(&socket_path));
	} else {
		buf_addf(&u->redis_url, "%s", buf_str(&u->shown_url));
	}
	rc = file_write(buf_str(path), text.data, text.len, 0400);
	if (rc != 0)
		cli_fail("%s: %s", buf_str(path), strerror(errno));
out:
	free(conf);
	buf_wipe(&text);
	buf_wipe(&secret);
	buf_release(&errors);
	buf_release(&socket_path);
	return rc;
}

/* What cannot be mended is left to Redis, which will say so. */
static void
mend_store(const struct child *c)
{
	struct buf dir = { 0 }, errors = { 0 };
	long long cut;

	buf_addf(&dir, "%s/redis", c->up->dir);
	cut = aof_mend(buf_str(&dir), &errors);
	if (cut > 0)
		log_warn("aof_mended", "bytes=%lld what=\"a transaction that was never acknowledged\"", cut);
	else if (cut < 0)
		log_error("aof_not_mended", "err=\"%s\"", log_quote(buf_str(&errors), errors.len));
	buf_release(&dir);
	buf_release(&errors);
}

static int
start_redis(struct house_up *u)
{
	struct child *c = &u->s.children[u->s.n++];
	struct buf path = { 0 };
	int rc = -1;

	c->up = &u->s;
	c->name = "redis";
	c->silent = 1;
	c->before = mend_store;
	if (write_redis_conf(u, &path) == 0) {
		child_arg(c, "/usr/bin/redis-server");
		child_arg(c, buf_str(&path));
		rc = child_start(c);
	}
	buf_release(&path);
	return rc;
}

/* Entry by entry from the seam on: nobody is to work on a record that was bent while nobody looked. */
static int
check_record(struct house *h)
{
	struct buf report = { 0 };
	int rc = logbook_verify_live(&h->st, &report);

	if (rc > 0)
		cli_fail(
		    "the record is not whole: %.*s; keep the data folder, restore the newest "
		    "backup",
		    (int)strcspn(buf_str(&report), "\n"), buf_str(&report));
	else if (rc < 0)
		cli_fail("the record cannot be read: %s", redis_pipe_error(h->st.pipe));
	buf_release(&report);
	return rc == 0 ? 0 : -1;
}

/* Waits for the store to answer (it may be loading), installs library and identity. */
static int
prepare_store(struct house_up *u, struct house *h)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	int64_t until = clock_mono_ms() + 120000;

	for (;;) {
		redisReply *r = redis_pipe_command(h->st.pipe, "PING");
		enum redis_class class = redis_class_of(r);

		if (class == REDIS_FATAL) {
			int rc = cli_fail("the store refuses us: %s", r->str);

			freeReplyObject(r);
			return rc - 2;
		}
		freeReplyObject(r);
		if (class == REDIS_FINE)
			break;
		supervisor_reap(&u->s);
		if (u->own_redis && u->s.children[0].pid == 0)
			return cli_fail("Redis ended at once; see %s/log/redis.log", buf_str(&u->dir)) - 2;
		if (strncmp(redis_pipe_error(h->st.pipe), "ERR AUTH", 8) == 0)
			return cli_fail("the store refuses our password: %s; set requirepass there, or name it in "
			    "--redis redis://:PASSWORD@HOST:PORT", redis_pipe_error(h->st.pipe)) - 2;
		if (clock_mono_ms() > until)
			return cli_fail("the store does not answer after two minutes: %s; is it running, and is the address "
			    "right?", redis_pipe_error(h->st.pipe)) - 2;
		nanosleep(&pause, NULL);
	}
	if (store_install(&h->st) != 0)
		return cli_fail("%s", store_error(&h->st)) - 2;
	if (store_check(&h->st) != 0)
		return cli_fail("%s", store_error(&h->st)) - 2;
	return check_record(h);
}

static int
publish(struct house_up *u, struct house *h)
{
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	struct policy *p = NULL;
	char digest[65];
	int rc = -1;

	if (version_read_files(&files, u->cli.conf, &errors) != 0 ||
	    (p = cli_policy(&files, &errors)) == NULL) {
		fputs(buf_str(&errors), stderr);
		cli_fail("%s is not sound: mend the lines above", u->cli.conf);
	} else if (version_publish(&h->st, &files, "up", digest) != 0 || house_refresh(h) != 0) {
		cli_fail("not published: %s", store_error(&h->st));
	} else {
		rc = 0;
	}
	policy_free(p);
	conf_release(&files);
	buf_release(&errors);
	return rc;
}

/* An empty roster is filled from petugas.csv; later changes are commands. */
static int
first_roster(struct house_up *u, struct house *h)
{
	struct buf path = { 0 }, text = { 0 }, errors = { 0 };
	struct roster r = { 0 };
	int rc = 0;

	buf_addf(&path, "%s/petugas.csv", u->cli.conf);
	if (h->roster.n == 0 && file_read(buf_str(&path), 8u << 20, &text) == 0) {
		if (roster_parse_csv(&r, buf_str(&path), buf_str(&text), text.len, &errors) != 0) {
			fputs(buf_str(&errors), stderr);
			rc = -1;
		} else if (officers_put(&h->st, r.officers, r.n, "up") < 0) {
			rc = cli_fail("%s", store_error(&h->st)) - 2;
		}
	} else if (h->roster.n == 0 && errno != ENOENT) {
		rc = cli_fail("%s: cannot be read: %s", buf_str(&path), strerror(errno)) - 2;
	}
	roster_release(&r);
	buf_release(&path);
	buf_release(&text);
	buf_release(&errors);
	return rc;
}

static int
furnish(struct house_up *u)
{
	struct house h;
	char http[16], console[16];
	int rc = -1;

	if (house_open(&h, u->cli.conf, buf_str(&u->dir), buf_str(&u->redis_url), "cli") != 0)
		return -1;
	snprintf(http, sizeof(http), "%d", (int)h.set.http_port);
	snprintf(console, sizeof(console), "%d", (int)h.set.console_port);
	if ((u->http != NULL || port_is_usable("--http", http)) &&
	    (u->console != NULL || port_is_usable("--console", console)) && prepare_store(u, &h) == 0 && publish(u, &h) == 0 && first_roster(u, &h) == 0 &&
	    first_admin(u, &h) == 0)
		rc = 0;
	house_close(&h);
	return rc;
}

/* ---- daemons ---- */

static void
start_daemon(struct house_up *u, const char *name)
{
	struct child *c = &u->s.children[u->s.n++];
	struct buf b = { 0 };

	c->up = &u->s;
	c->name = name;
	c->wide_pages = strcmp(name, "router") == 0;
	buf_addf(&b, "%s/kentongan-%s", buf_str(&u->bin), name);
	child_arg(c, buf_str(&b));
	child_arg(c, "--conf");
	child_arg(c, u->cli.conf);
	child_arg(c, "--dir");
	child_arg(c, buf_str(&u->dir));
	child_arg(c, "--redis");
	child_arg(c, buf_str(&u->redis_url));
	if (strcmp(name, "ingest") == 0 && u->http != NULL) {
		child_arg(c, "--port");
		child_arg(c, u->http);
	}
	if (strcmp(name, "console") == 0 && u->console != NULL) {
		child_arg(c, "--port");
		child_arg(c, u->console);
	}
	buf_release(&b);
	child_start(c);
}

static struct child *
child_named(struct supervisor *s, const char *name)
{
	for (int i = 0; i < s->n; i++)
		if (strcmp(s->children[i].name, name) == 0)
			return &s->children[i];
	return NULL;
}

/* A port that was picked stays the same when its daemon is started again: people have the link. */
static void
keep_port(struct child *c)
{
	const char *port = c->http != NULL ? strrchr(c->http, ':') : NULL;

	if (port == NULL)
		return;
	for (int i = 1; i + 1 < c->argc; i++)
		if (strcmp(c->argv[i], "--port") == 0) {
			free(c->argv[i + 1]);
			c->argv[i + 1] = xstrndup(port + 1, strspn(port + 1, "0123456789"));
			return;
		}
}

/*
 * The address of the hooks is known now: notify finds it in DIR/run/http.url for receipts, and
 * Kannel gets it in its configuration.
 */
static void
note_http(struct house_up *u, const char *http)
{
	struct buf path = { 0 }, url = { 0 }, conf = { 0 };

	u->noted_http = 1;
	buf_addf(&path, "%s/run/http.url", buf_str(&u->dir));
	buf_addf(&url, "http://%s", http);
	if (file_write(buf_str(&path), url.data, url.len, 0600) != 0)
		log_error("url_file", "path=\"%s\" err=\"%s\"", buf_str(&path), strerror(errno));
	if (u->set.kannel_run && kannel_configure(&conf, u->cli.conf, buf_str(&u->dir), &u->set, buf_str(&url),
	    cli_free_port(), cli_free_port()) == 0)
		kannel_start(&u->s, buf_str(&conf));
	buf_release(&path);
	buf_release(&url);
	buf_release(&conf);
}

static void
on_ready(struct supervisor *s)
{
	struct house_up *u = s->arg;
	struct child *ingest = child_named(s, "ingest"), *console = child_named(s, "console");

	if (ingest != NULL && ingest->ready && !u->noted_http)
		note_http(u, ingest->http);
	for (int i = 0; i < s->n; i++) {
		keep_port(&s->children[i]);
		if (!s->children[i].silent && !s->children[i].ready)
			return;
	}
	if (u->said || ingest == NULL || console == NULL ||
	    s->n < (int)N_ELEMS(daemons) + u->own_redis)
		return;
	u->said = 1;
	printf("ready http=http://%s console=http://%s redis=%s\n", ingest->http, console->http,
	    buf_str(&u->shown_url));
	if (u->first_link.len > 0)
		printf("first log-in http://%s%s (good for %d min)\n", console->http, buf_str(&u->first_link),
		    u->once_min);
	buf_wipe(&u->first_link);
	fflush(stdout);
}

/* ---- signals ---- */

static void
on_chld(evutil_socket_t fd, short what, void *arg)
{
	struct house_up *u = arg;

	(void)fd, (void)what;
	supervisor_reap(&u->s);
}

static void
on_term(evutil_socket_t fd, short what, void *arg)
{
	struct house_up *u = arg;

	(void)fd, (void)what;
	event_base_loopbreak(u->s.base);
}

static void
on_hangup(evutil_socket_t fd, short what, void *arg)
{
	struct house_up *u = arg;
	struct house h;

	(void)fd, (void)what;
	if (house_open(&h, u->cli.conf, buf_str(&u->dir), buf_str(&u->redis_url), "cli") != 0)
		return;
	if (house_refresh(&h) != 0 || publish(u, &h) != 0)
		log_error("reload_failed", "version=%s", h.current);
	house_close(&h);
}

static void
stop_all(struct house_up *u)
{
	u->s.stopping = 1;
	/* Those who take things in first, the store last. */
	for (int i = u->s.n - 1; i >= 0; i--)
		if (u->s.children[i].pid != 0 && strcmp(u->s.children[i].name, "redis") != 0)
			kill(u->s.children[i].pid, SIGTERM);
	for (int i = u->s.n - 1; i >= 0; i--)
		child_stop(&u->s.children[i],
		    strcmp(u->s.children[i].name, "redis") == 0 ? 15000 : 11000);
}

static int
write_url(struct house_up *u)
{
	struct buf path = { 0 };
	int rc;

	buf_addf(&path, "%s/run/redis.url", buf_str(&u->dir));
	rc = file_write(buf_str(&path), buf_str(&u->redis_url), u->redis_url.len, 0600);
	if (rc != 0)
		cli_fail("%s: %s", buf_str(&path), strerror(errno));
	buf_release(&path);
	return rc;
}

/* An address noted by an earlier run would send receipts astray. */
static int
read_settings(struct house_up *u)
{
	struct buf errors = { 0 }, path = { 0 };
	int rc = settings_load(&u->set, u->cli.conf, &errors);

	fputs(buf_str(&errors), stderr);
	buf_addf(&path, "%s/run/http.url", buf_str(&u->dir));
	unlink(buf_str(&path));
	if (rc == 0 && u->set.kannel_run)
		rc = kannel_check(u->cli.conf);
	buf_release(&errors);
	buf_release(&path);
	return rc;
}

static int
begin(struct house_up *u)
{
	static const char *const kept[] = { "smsbox", "bearerbox", "ingest", "console", "notify", "sla", "router",
	    "redis" };

	if (make_folders(u) != 0 || take_lock(u) != 0 || make_secrets(u) != 0 || read_settings(u) != 0)
		return -1;
	for (size_t i = 0; i < N_ELEMS(kept); i++)
		if (leftover_end(buf_str(&u->dir), kept[i]) != 0)
			return cli_fail("a %s of an earlier run cannot be ended", kept[i]) - 2;
	/* Not before: a leftover of our own may have had them. */
	if (!port_is_usable("--http", u->http) || !port_is_usable("--console", u->console) ||
	    (u->set.kannel_run && !port_is_usable("kannel.url", kannel_port(&u->set))))
		return -1;
	u->own_redis = u->cli.redis == NULL;
	if (!u->own_redis) {
		buf_adds(&u->redis_url, u->cli.redis);
		buf_adds(&u->shown_url, u->cli.redis);
	} else if (start_redis(u) != 0) {
		return -1;
	}
	if (write_url(u) != 0 || furnish(u) != 0)
		return -1;
	for (size_t i = 0; i < N_ELEMS(daemons); i++)
		start_daemon(u, daemons[i]);
	return 0;
}

static int
own_folder(struct buf *bin)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return -1;
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	buf_adds(bin, path);
	return 0;
}

static void
up_release(struct house_up *u)
{
	for (int i = 0; i < u->s.n; i++) {
		struct child *c = &u->s.children[i];

		for (int a = 0; a < c->argc; a++)
			free(c->argv[a]);
		free(c->http);
		buf_release(&c->line);
		if (c->again != NULL)
			event_free(c->again);
	}
	struct event *const events[] = { u->term, u->interrupt, u->hangup, u->chld };

	for (size_t i = 0; i < N_ELEMS(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	settings_release(&u->set);
	if (u->s.base != NULL)
		event_base_free(u->s.base);
	buf_release(&u->dir);
	buf_release(&u->bin);
	buf_release(&u->redis_url);
	buf_release(&u->shown_url);
	if (u->lock > 0)
		close(u->lock);
}

int
cli_up(int argc, char **argv)
{
	struct house_up u;
	const struct cli_flag flags[] = { { "http", &u.http, NULL },
	    { "console", &u.console, NULL } };

	memset(&u, 0, sizeof(u));
	if (cli_parse(&u.cli, argc, argv, flags, N_ELEMS(flags)) != 0 || u.cli.args_n != 0)
		return cli_usage(
		    "up --dir DIR [--http PORT] [--console PORT] [--redis URL] [--conf DIR]");
	log_init("up", LOG_LEVEL_INFO);
	u.status = 1;
	u.s.base = event_base_new();
	u.s.dir = NULL;
	u.s.on_ready = on_ready;
	u.s.arg = &u;
	if (u.s.base == NULL || own_folder(&u.bin) != 0)
		return cli_fail("cannot start: %s", strerror(errno));
	signal(SIGPIPE, SIG_IGN);
	u.chld = evsignal_new(u.s.base, SIGCHLD, on_chld, &u);
	u.term = evsignal_new(u.s.base, SIGTERM, on_term, &u);
	u.interrupt = evsignal_new(u.s.base, SIGINT, on_term, &u);
	u.hangup = evsignal_new(u.s.base, SIGHUP, on_hangup, &u);
	event_add(u.chld, NULL);
	event_add(u.term, NULL);
	event_add(u.interrupt, NULL);
	event_add(u.hangup, NULL);
	if (begin(&u) == 0) {
		event_base_dispatch(u.s.base);
		u.status = 0;
	}
	stop_all(&u);
	up_release(&u);
	return u.status;
}
