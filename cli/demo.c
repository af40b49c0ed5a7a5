/* kentongan demo: life. A fresh folder, the house as a child, the play, the summary. */
#include "cli/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>
#include <jansson.h>

#include "cli/cli.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/httpc.h"
#include "store/logbook.h"

#define USAGE "demo [--kannel] [--dir DIR] [--seconds N] [--speed F] [--conf DIR]"
#define SECONDS 120
#define SPEED 240		/* four hours in a minute */
#define READY_MS 60000
#define STOP_MS 30000

/* ---- the house as a child ---- */

static void
become_house(struct demo *d, int out, pid_t parent)
{
	const char *argv[] = { "kentongan", "up", "--dir", d->dir, "--conf", buf_str(&d->own_conf),
	    "--http", "0", "--console", "0", NULL };
	struct buf path = { 0 };
	sigset_t none;
	int log;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(1);
	setpgid(0, 0);			/* a Ctrl-C at the terminal is ours to pass on */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	buf_addf(&path, "%s/up.log", d->dir);
	log = open(buf_str(&path), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log >= 0)
		dup2(log, 2);
	dup2(out, 1);
	execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	_exit(127);
}

static char *
value_of(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at == NULL ? NULL : xstrndup(at + strlen(key), strcspn(at + strlen(key), " \n"));
}

static void
give_up(struct demo *d)
{
	d->status = 1;
	event_base_loopbreak(d->base);
}

/* The console wants to know who asks. */
static int
read_machine(struct demo *d)
{
	struct buf errors = { 0 }, secret = { 0 };
	int rc = secret_read(d->dir, "console_admin", &secret, &errors);

	if (rc == 0)
		buf_addf(&d->machine, "Bearer %s", buf_str(&secret));
	else
		cli_fail("%s", buf_str(&errors));
	buf_wipe(&secret);
	buf_release(&errors);
	return rc;
}

static void
house_is_ready(struct demo *d)
{
	d->http = value_of(buf_str(&d->said), " http=");
	d->console = value_of(buf_str(&d->said), " console=");
	if (d->http == NULL || d->console == NULL || read_machine(d) != 0 || (d->kannel && demo_phone_begin(d) != 0))
		give_up(d);
	else if (!d->kannel)
		demo_go(d);	/* else when the telephones are on */
}

/* Whoever wants to see the board sets a password by this link first; it stands below the ready line. */
static void
tell_log_in(struct demo *d)
{
	static const char words[] = "\nfirst log-in ";
	const char *at = strstr(buf_str(&d->said), words);

	/* Half a link opens nothing: the rest of its line is still to come. */
	if (d->log_in != NULL || d->began_ms == 0 || at == NULL || strchr(at + 1, '\n') == NULL ||
	    (d->log_in = value_of(buf_str(&d->said), words)) == NULL)
		return;
	demo_say(d, SAYS_HOUSE, "", "masuk pertama kali: %s", d->log_in);
}

void
demo_go(struct demo *d)
{
	struct timeval length = { d->seconds, 0 };

	d->began_ms = clock_mono_ms();
	if (demo_hear_begin(d) != 0 || demo_play_begin(d) != 0) {
		give_up(d);
		return;
	}
	demo_say(d, SAYS_HOUSE, "", "siap. Formulir warga: %s", d->http);
	demo_say(d, SAYS_HOUSE, "", "papan ruang Bupati: %s/papan (buka selagi demo berjalan)",
	    d->console);
	tell_log_in(d);
	demo_say(d, SAYS_HOUSE, "", "waktu dipercepat %d kali: empat jam menjadi %d detik",
	    d->speed, 4 * 3600 / d->speed);
	event_add(d->limit, &length);
}

static void
on_output(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;
	char chunk[1024];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	(void)what;
	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			event_del(d->readable);
		return;
	}
	buf_add(&d->said, chunk, (size_t)n);
	if (d->http == NULL && strncmp(buf_str(&d->said), "ready ", 6) == 0 &&
	    strchr(buf_str(&d->said), '\n') != NULL)
		house_is_ready(d);
	if (buf_str(&d->said)[d->said.len - 1] == '\n')
		tell_log_in(d);
}

static int
start_house(struct demo *d)
{
	pid_t parent = getpid();
	int p[2];

	if (pipe2(p, O_CLOEXEC) != 0)
		return cli_fail("pipe: %s", strerror(errno)) - 2;
	d->pid = fork();
	if (d->pid == 0)
		become_house(d, p[1], parent);
	close(p[1]);
	d->out = p[0];
	if (d->pid < 0)
		return cli_fail("fork: %s", strerror(errno)) - 2;
	evutil_make_socket_nonblocking(p[0]);
	d->readable = event_new(d->base, p[0], EV_READ | EV_PERSIST, on_output, d);
	return d->readable != NULL && event_add(d->readable, NULL) == 0 ? 0 : -1;
}

static void
on_child(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;
	int status;

	(void)fd, (void)what;
	if (d->pid <= 0 || waitpid(d->pid, &status, WNOHANG) != d->pid)
		return;
	d->pid = 0;
	if (!d->stopping) {
		cli_fail("the house ended by itself; see %s/up.log and %s/log/", d->dir, d->dir);
		d->status = 1;
		d->keep = 1;
	}
	event_base_loopbreak(d->base);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;

	(void)fd, (void)what;
	if (d->stopping && d->pid > 0)
		kill(d->pid, SIGKILL);	/* asked twice */
	d->status = 130;
	event_base_loopbreak(d->base);
}

/* The play is over, the house did not get ready in time, or it does not end. */
static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;

	(void)fd, (void)what;
	if (d->stopping && d->pid > 0)
		kill(d->pid, SIGKILL);
	else if (d->http == NULL) {
		cli_fail("the house was not ready within a minute; see %s/up.log and %s/log/",
		    d->dir, d->dir);
		d->status = 1;
		d->keep = 1;
	}
	event_base_loopbreak(d->base);
}

static void
stop_house(struct demo *d)
{
	struct timeval patience = ms_to_timeval(STOP_MS);

	d->stopping = 1;
	if (d->pid > 0) {
		kill(d->pid, SIGTERM);
		event_add(d->limit, &patience);
	}
	while (d->pid > 0)
		event_base_dispatch(d->base);	/* on_child ends it */
}

/* ---- the end of the day ---- */

static void
on_board(const struct httpc_answer *a, void *arg)
{
	struct demo *d = arg;
	json_t *doc = a->outcome == 0 && a->status == 200 ? json_loadb(a->body, a->body_len, 0, NULL) : NULL;

	if (doc == NULL) {
		cli_fail("%s/api/v1/board: no board (%d)", d->console, a->status);
		d->status = 1;
	}
	d->tally.open = (int)json_integer_value(json_object_get(doc, "open"));
	d->tally.triage = (int)json_integer_value(json_object_get(doc, "triage"));
	d->tally.in_time = (int)json_integer_value(json_object_get(doc, "day_in_time"));
	d->tally.late = (int)json_integer_value(json_object_get(doc, "day_late"));
	json_decref(doc);
	event_base_loopbreak(d->base);
}

static void
ask_board(struct demo *d)
{
	struct buf url = { 0 }, who = { 0 };
	const char *headers[] = { NULL, NULL };

	buf_addf(&url, "%s/api/v1/board", d->console);
	buf_addf(&who, "Authorization: %s", buf_str(&d->machine));
	headers[0] = buf_str(&who);
	httpc_send(d->client, &(struct httpc_request){ .method = "GET", .url = buf_str(&url), .headers = headers,
	    .total_ms = 5000 }, on_board, d);
	event_base_dispatch(d->base);
	buf_release(&url);
	buf_wipe(&who);
}

static void
on_metrics(const struct httpc_answer *a, void *arg)
{
	static const char name[] = "\nkentongan_ingest_receipts_total ";
	const char *at = a->outcome == 0 ? strstr(a->body, name) : NULL;
	struct demo *d = arg;

	d->receipts_n = at != NULL ? (int)strtol(at + strlen(name), NULL, 10) : 0;
	event_base_loopbreak(d->base);
}

static void
ask_receipts(struct demo *d)
{
	struct buf url = { 0 };

	buf_addf(&url, "%s/metrics", d->http);
	httpc_send(d->client, &(struct httpc_request){ .method = "GET", .url = buf_str(&url),
	    .total_ms = 5000 }, on_metrics, d);
	event_base_dispatch(d->base);
	buf_release(&url);
}

static int
verify(struct demo *d, struct buf *report)
{
	struct buf path = { 0 }, url = { 0 };
	struct house h;
	int rc = -1;

	buf_addf(&path, "%s/run/redis.url", d->dir);
	if (file_read(buf_str(&path), 1024, &url) == 0 &&
	    house_open(&h, buf_str(&d->own_conf), d->dir, buf_str(&url), "cli") == 0) {
		rc = logbook_verify(&h.st, report);
		house_close(&h);
	}
	if (report->len > 0 && report->data[report->len - 1] == '\n')
		buf_cut(report, report->len - 1);
	buf_release(&path);
	buf_release(&url);
	return rc;
}

static int
demand(int met, const char *what)
{
	printf("  %s  %s\n", met ? "ya   " : "TIDAK", what);
	return met ? 0 : 1;
}

static void
summarise(struct demo *d)
{
	const struct demo_tally *t = &d->tally;
	struct buf report = { 0 };
	int audit = verify(d, &report);

	printf("\nHari di kabupaten selesai setelah %.0f detik.\n", (double)demo_ms(d) / 1000);
	printf("  %d laporan masuk, %d mendapat nomor; %d pesan keluar, %d di antaranya tugas\n",
	    t->sent, t->coded, t->messages, t->tasks);
	printf("  %d kasus masih terbuka, %d di triase; yang rahasia tidak dihitung di papan\n",
	    t->open, t->triage);
	printf("  janji ditangani: %d ditepati, %d terlewati\n", t->in_time, t->late);
	printf("  %d peringatan, %d batas terlewati, %d anak tangga dinaiki, "
	    "%d sampai di layar Bupati\n", t->warnings, t->breaches, t->rungs, t->bupati);
	if (d->kannel)
		printf("  lewat Kannel: %d SMS diketik di telepon, %d potongan SMS sampai di telepon, %d tanda terima\n",
		    demo_phone_typed(d), demo_phone_got(d), d->receipts_n);
	printf("  audit verify: %s\n\n", buf_str(&report));
	d->status |= demand(t->sent > 0 && t->coded == t->sent, "setiap laporan mendapat nomor");
	d->status |= demand(t->closed > 0, "ada kasus yang ditutup oleh jawaban 1 dari warga");
	d->status |= demand(t->bupati > 0, "ada eskalasi yang sampai ke anak tangga bupati");
	d->status |= demand(audit == 0, "catatan utuh (audit verify)");
	if (d->kannel)
		d->status |= demand(demo_phone_got(d) > 0 && d->receipts_n > 0,
		    "SMS sampai di telepon, dan tanda terimanya kembali");
	if (d->keep)
		printf("\nFolder: %s (pesan keluar di out/, log di log/, konfigurasi di conf/)\n",
		    d->dir);
	fflush(stdout);
	buf_release(&report);
}

/* ---- life ---- */

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	return remove(path);
}

static int
make_folder(struct demo *d, const char *dir)
{
	char made[] = "/tmp/kentongan-demo-XXXXXX", real[PATH_MAX];

	if (dir == NULL && mkdtemp(made) == NULL)
		return cli_fail("/tmp: no folder can be made: %s", strerror(errno)) - 2;
	if (dir != NULL && mkdir(dir, 0700) != 0)
		return cli_fail("%s: %s; the demo needs a folder that is not there yet", dir,
		    strerror(errno)) - 2;
	d->keep = dir != NULL;
	if (realpath(dir != NULL ? dir : made, real) == NULL)
		return cli_fail("%s: %s", dir != NULL ? dir : made, strerror(errno)) - 2;
	buf_adds(&d->own_dir, real);
	d->dir = buf_str(&d->own_dir);
	return 0;
}

static int
prepare_events(struct demo *d)
{
	struct timeval patience = ms_to_timeval(READY_MS);

	d->base = event_base_new();
	if (d->base == NULL)
		return cli_fail("no event loop") - 2;
	signal(SIGPIPE, SIG_IGN);
	d->chld = evsignal_new(d->base, SIGCHLD, on_child, d);
	d->term = evsignal_new(d->base, SIGTERM, on_signal, d);
	d->interrupt = evsignal_new(d->base, SIGINT, on_signal, d);
	d->limit = evtimer_new(d->base, on_limit, d);
	if (d->chld == NULL || d->term == NULL || d->interrupt == NULL || d->limit == NULL)
		return cli_fail("no event loop") - 2;
	event_add(d->chld, NULL);
	event_add(d->term, NULL);
	event_add(d->interrupt, NULL);
	event_add(d->limit, &patience);
	return 0;
}

static void
demo_release(struct demo *d)
{
	struct event *const events[] = { d->readable, d->chld, d->term, d->interrupt, d->limit };

	for (size_t i = 0; i < N_ELEMS(events); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (d->out > 0)
		close(d->out);
	if (d->base != NULL)
		event_base_free(d->base);
	if (d->dir != NULL && !d->keep && nftw(d->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		cli_fail("%s: cannot be removed: %s", d->dir, strerror(errno));
	policy_free(d->policy);
	roster_release(&d->roster);
	buf_release(&d->said);
	buf_release(&d->own_dir);
	buf_release(&d->own_conf);
	buf_wipe(&d->machine);
	free(d->http);
	free(d->console);
	free(d->log_in);
}

static int
read_number(const char *s, int min, int max, int *out)
{
	char *end;
	long n;

	if (s == NULL)
		return 0;
	n = strtol(s, &end, 10);
	if (s[0] == '\0' || *end != '\0' || n < min || n > max)
		return -1;
	*out = (int)n;
	return 0;
}

static void
run(struct demo *d)
{
	puts("Menyiapkan rumah Kentongan ...\n"
	    "detik  jam kabupaten, siapa, nomor laporan, apa yang terjadi");
	fflush(stdout);
	if (start_house(d) != 0) {
		d->status = 1;
		return;
	}
	event_base_dispatch(d->base);
	if (d->status == 0) {
		event_del(d->tick);
		ask_board(d);
		if (d->kannel)
			ask_receipts(d);
	}
	if (d->status == 0)
		summarise(d);
	else if (d->status == 130)
		puts("\nDihentikan; rumah ditutup dengan tertib.");
	fflush(stdout);
	demo_play_end(d);
	demo_phone_end(d);
	stop_house(d);
	demo_hear_end(d);
}

int
cli_demo(int argc, char **argv)
{
	const char *seconds = NULL, *speed = NULL;
	const char *dir;
	int kannel = 0;
	const struct cli_flag flags[] = { { "seconds", &seconds, NULL },
	    { "speed", &speed, NULL }, { "kannel", NULL, &kannel } };
	struct demo *d = xcalloc(1, sizeof(*d));
	struct cli c;
	int status;

	d->seconds = SECONDS;
	d->speed = SPEED;
	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0 || c.args_n != 0 ||
	    read_number(seconds, 5, 86400, &d->seconds) != 0 ||
	    read_number(speed, 1, 3600, &d->speed) != 0) {
		free(d);
		return cli_usage(USAGE "   (5 to 86400 seconds, speed 1 to 3600)");
	}
	dir = c.dir_given ? c.dir : NULL;
	d->conf = c.conf;
	d->colour = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	d->kannel = kannel;
	if ((kannel && demo_phone_check() != 0) || make_folder(d, dir) != 0 || demo_configure(d) != 0 || prepare_events(d) != 0)
		d->status = 1;
	else
		run(d);
	demo_release(d);
	status = d->status;
	free(d);
	return status;
}
