/*
 * A load of signed reports over keep-alive connections, and what came of them.
 *
 *   load --port P --secrets DIR [--way sms_http] [--connections 64] [--requests N] [--rate R]
 *        [--seed S] [--redis SOCKET --password FILE --tag 3510]
 *
 * rate 0: as fast as the answers come.  With --redis the log is followed: the time from sending a
 * report to its first log entry (case, tasks and outbox committed and fsync'ed) is measured too.
 * Prints one line of JSON.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"
#include "tests/say.h"

#define CODE 8
struct report { int64_t sent_us, answered_us, logged_us; char code[CODE + 1]; };
struct conn { int fd; struct buf out; size_t out_at; char in[4096]; size_t in_n; int report; };

static struct {
	int port, connections, requests, rate;
	uint64_t seed;
	const struct say_way *way;
	const char *redis, *tag;
	struct buf secret, password;
} opt = { .connections = 64, .requests = 20000, .way = &say_ways[0], .tag = "3510" };

static struct report *reports;
static int sent, answered, failed;
static atomic_int following, logged;

static const char *const texts[] = {
	"jalan berlubang besar di desa kabat depan balai desa, motor banyak jatuh",
	"lampu jalan mati sudah tiga hari di desa jambewangi sempu RT 02 RW 01",
	"sampah menumpuk di pasar desa genteng kulon bau sekali",
	"banjir masuk rumah di desa sumberberas muncar, tolong",
	"got mampet di desa benculuk cluring air menggenang di jalan",
	"listrik padam sejak pagi di desa tegalsari",
};

static struct said said;

static void
build(struct buf *out, int i)
{
	char from[32];

	/* Ids and citizens must differ from those of the last load, and fit the platforms' digits. */
	snprintf(from, sizeof(from), "%s%08d", opt.way->sender, (int)(((int64_t)(opt.seed % 97) * 1000000 + i) % 100000000));
	say(&said, opt.way, buf_str(&opt.secret), (int)(opt.seed % 2000) * 1000000 + i, from,
	    texts[(size_t)i % N_ELEMS(texts)]);
	buf_addf(out, "%s %s HTTP/1.1\r\nHost: x\r\n", said.body.len > 0 ? "POST" : "GET", buf_str(&said.path));
	if (said.type.len > 0)
		buf_addf(out, "%s\r\n", buf_str(&said.type));
	if (said.proof.len > 0)
		buf_addf(out, "%s\r\n", buf_str(&said.proof));
	if (said.body.len > 0)
		buf_addf(out, "Content-Length: %zu\r\n", said.body.len);
	buf_adds(out, "\r\n");
	buf_add(out, said.body.data, said.body.len);
}

static int
dial(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror("connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void
push(struct conn *c, int i)
{
	ssize_t n;

	buf_reset(&c->out);
	build(&c->out, i);
	c->report = i;
	c->in_n = 0;
	reports[i].sent_us = clock_mono_us();
	sent++;
	n = send(c->fd, c->out.data, c->out.len, MSG_NOSIGNAL);
	if (n != (ssize_t)c->out.len) {
		fprintf(stderr, "short send: %s\n", strerror(errno));
		exit(1);
	}
}

/* One whole answer in c->in; with a code, if this way tells it. */
static int
pull(struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_n, sizeof(c->in) - 1 - c->in_n, 0);
	const char *end, *length, *code;

	if (n <= 0) {
		fprintf(stderr, "connection lost\n");
		exit(1);
	}
	c->in_n += (size_t)n;
	c->in[c->in_n] = '\0';
	end = strstr(c->in, "\r\n\r\n");
	length = strstr(c->in, "Content-Length: ");
	if (end == NULL || (length != NULL &&
	    (size_t)(end + 4 - c->in) + strtoul(length + 16, NULL, 10) > c->in_n))
		return 0;
	reports[c->report].answered_us = clock_mono_us();
	code = strstr(end, "\"code\":\"");
	if (code != NULL)
		memcpy(reports[c->report].code, code + 8, CODE);
	failed += strncmp(c->in, "HTTP/1.1 2", 10) != 0;
	answered++;
	return 1;
}

/* ---- the log, followed ---- */

struct seen { char code[CODE + 1]; int64_t us; };
static struct seen *seen;
static int seen_n;

static void *
follow(void *arg)
{
	redisContext *r = redisConnectUnix(opt.redis);
	char last[64] = "$";

	(void)arg;
	freeReplyObject(redisCommand(r, "AUTH %s", buf_str(&opt.password)));
	{
		redisReply *x = redisCommand(r, "XREVRANGE kt:{%s}:log + - COUNT 1", opt.tag);

		snprintf(last, sizeof(last), "%s",
		    x->elements == 1 ? x->element[0]->element[0]->str : "0-0");
		freeReplyObject(x);
	}
	atomic_store(&following, 1);
	while (atomic_load(&following)) {
		redisReply *x = redisCommand(r, "XREAD COUNT 1000 BLOCK 200 STREAMS kt:{%s}:log %s",
		    opt.tag, last);
		int64_t now = clock_mono_us();

		if (x == NULL)
			break;
		if (x->type == REDIS_REPLY_ARRAY)
			for (size_t i = 0; i < x->element[0]->element[1]->elements; i++) {
				redisReply *e = x->element[0]->element[1]->element[i];
				const char *code = strstr(e->element[1]->element[1]->str,
				    "\"v\":1,");

				snprintf(last, sizeof(last), "%s", e->element[0]->str);
				if (code == NULL || seen_n == opt.requests)
					continue;
				code = strstr(e->element[1]->element[1]->str, "\"code\":\"");
				memcpy(seen[seen_n].code, code + 8, CODE);
				seen[seen_n++].us = now;
				atomic_store(&logged, seen_n);
			}
		freeReplyObject(x);
	}
	redisFree(r);
	return NULL;
}

static int
by_code(const void *a, const void *b)
{
	return memcmp(((const struct seen *)a)->code, ((const struct seen *)b)->code, CODE);
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
percentiles(const char *name, int64_t *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), by_value);
	printf(",\"%s_p50_us\":%" PRId64 ",\"%s_p99_us\":%" PRId64 ",\"%s_max_us\":%" PRId64, name,
	    n ? v[n / 2] : 0, name, n ? v[(int)((double)n * 0.99)] : 0, name, n ? v[n - 1] : 0);
}

static void
run(void)
{
	struct conn *conns = xcalloc((size_t)opt.connections, sizeof(*conns));
	int ep = epoll_create1(EPOLL_CLOEXEC), idle_n = 0,
	    *idle = xcalloc((size_t)opt.connections, sizeof(*idle));
	int64_t start;

	for (int i = 0; i < opt.connections; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.u32 = (uint32_t)i };

		conns[i].fd = dial();
		epoll_ctl(ep, EPOLL_CTL_ADD, conns[i].fd, &e);
		idle[idle_n++] = i;
	}
	start = clock_mono_us();
	while (answered < opt.requests) {
		struct epoll_event ev[64];
		int due = opt.requests, n;

		if (opt.rate > 0) {
			due = (int)((clock_mono_us() - start) * opt.rate / 1000000) + 1;
			due = due > opt.requests ? opt.requests : due;
		}
		while (sent < due && idle_n > 0)
			push(&conns[idle[--idle_n]], sent);
		n = epoll_wait(ep, ev, 64, opt.rate > 0 && sent < opt.requests ? 1 : 1000);
		for (int i = 0; i < n; i++)
			if (pull(&conns[ev[i].data.u32]))
				idle[idle_n++] = (int)ev[i].data.u32;
	}
	for (int i = 0; i < opt.connections; i++) {
		close(conns[i].fd);
		buf_release(&conns[i].out);
	}
	close(ep);
	free(conns);
	free(idle);
}

static void
join_log(pthread_t thread)
{
	int64_t until = clock_mono_ms() + 60000, *v = xcalloc((size_t)opt.requests, sizeof(*v));
	const struct timespec pause = { 0, 5000000 };
	int n = 0;

	while (atomic_load(&logged) < opt.requests - failed && clock_mono_ms() < until)
		nanosleep(&pause, NULL);
	atomic_store(&following, 0);
	pthread_join(thread, NULL);
	qsort(seen, (size_t)seen_n, sizeof(*seen), by_code);
	for (int i = 0; i < opt.requests; i++) {
		struct seen key = { .us = 0 }, *s;

		memcpy(key.code, reports[i].code, CODE);
		s = bsearch(&key, seen, (size_t)seen_n, sizeof(*seen), by_code);
		if (s != NULL)
			v[n++] = s->us - reports[i].sent_us;
	}
	printf(",\"logged\":%d", n);
	percentiles("outbox", v, n);
	free(v);
}

static void
read_word(struct buf *out, const char *path)
{
	if (file_read(path, 4096, out) != 0) {
		perror(path);
		exit(2);
	}
	buf_cut(out, strcspn(buf_str(out), "\n"));
}

static void
parse(int argc, char **argv)
{
	const char *secrets = "", *way = "sms_http";
	struct buf path = { 0 };

	for (int i = 1; i + 1 < argc; i += 2) {
		const char *v = argv[i + 1];

		if (strcmp(argv[i], "--port") == 0) opt.port = (int)strtol(v, NULL, 10);
		if (strcmp(argv[i], "--connections") == 0)
			opt.connections = (int)strtol(v, NULL, 10);
		if (strcmp(argv[i], "--requests") == 0) opt.requests = (int)strtol(v, NULL, 10);
		if (strcmp(argv[i], "--rate") == 0) opt.rate = (int)strtol(v, NULL, 10);
		if (strcmp(argv[i], "--seed") == 0) opt.seed = strtoull(v, NULL, 10);
		if (strcmp(argv[i], "--redis") == 0) opt.redis = v;
		if (strcmp(argv[i], "--tag") == 0) opt.tag = v;
		if (strcmp(argv[i], "--password") == 0) read_word(&opt.password, v);
		if (strcmp(argv[i], "--secrets") == 0) secrets = v;
		if (strcmp(argv[i], "--way") == 0) way = v;
	}
	while (strcmp(opt.way->name, way) != 0)
		if (++opt.way == say_ways + say_ways_n) {
			fprintf(stderr, "%s: no way in\n", way);
			exit(2);
		}
	buf_addf(&path, "%s/%s", secrets, opt.way->secret);
	read_word(&opt.secret, buf_str(&path));
	buf_release(&path);
}

int
main(int argc, char **argv)
{
	pthread_t thread = 0;
	int64_t start, took, *v;

	seal_init();
	random_bytes(&opt.seed, sizeof(opt.seed));
	parse(argc, argv);
	reports = xcalloc((size_t)opt.requests, sizeof(*reports));
	seen = xcalloc((size_t)opt.requests + 1, sizeof(*seen));
	if (opt.redis != NULL) {
		const struct timespec pause = { 0, 1000000 };

		pthread_create(&thread, NULL, follow, NULL);
		while (!atomic_load(&following))
			nanosleep(&pause, NULL);
	}
	start = clock_mono_us();
	run();
	took = clock_mono_us() - start;
	v = xcalloc((size_t)opt.requests, sizeof(*v));
	for (int i = 0; i < opt.requests; i++)
		v[i] = reports[i].answered_us - reports[i].sent_us;
	printf("{\"requests\":%d,\"failed\":%d,\"per_s\":%.0f", opt.requests, failed,
	    opt.requests * 1e6 / (double)took);
	percentiles("answer", v, opt.requests);
	if (opt.redis != NULL)
		join_log(thread);
	puts("}");
	free(v);
	return failed == 0 ? 0 : 1;
}
