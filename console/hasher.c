#include "console/hasher.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "lib/buf.h"

struct job {
	struct job *next;
	char hash[ACCOUNT_HASH_CHARS], made[ACCOUNT_HASH_CHARS];
	char *password;
	size_t len;
	int makes, fits;
	on_hashed cb;
	void *arg;
};
struct queue { struct job *first, **last; int n; };
struct hasher {
	pthread_t threads[HASHER_THREADS];
	int threads_n;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct queue todo, done;
	int waiting;			/* jobs taken and not answered yet */
	int stopping, pipe[2];
	struct event *event;
};

static void
queue_put(struct queue *q, struct job *j)
{
	j->next = NULL;
	*q->last = j;
	q->last = &j->next;
	q->n++;
}

static struct job *
queue_take(struct queue *q)
{
	struct job *j = q->first;

	if (j == NULL)
		return NULL;
	q->first = j->next;
	if (q->first == NULL)
		q->last = &q->first;
	q->n--;
	return j;
}

static void
job_free(struct job *j)
{
	sodium_memzero(j->password, j->len);
	free(j->password);
	sodium_memzero(j, sizeof(*j));
	free(j);
}

static void
work(struct job *j)
{
	if (j->makes) {
		j->fits = password_hash(j->made, j->password, j->len) == 0;
		return;
	}
	j->fits = password_fits(j->hash, j->password, j->len);
	if (j->fits && password_is_cheap(j->hash) && password_hash(j->made, j->password, j->len) != 0)
		j->made[0] = '\0';
}

static void *
run(void *arg)
{
	struct hasher *h = arg;

	pthread_mutex_lock(&h->lock);
	for (;;) {
		struct job *j;

		while (h->todo.first == NULL && !h->stopping)
			pthread_cond_wait(&h->wake, &h->lock);
		if (h->stopping)
			break;
		j = queue_take(&h->todo);
		pthread_mutex_unlock(&h->lock);
		work(j);
		pthread_mutex_lock(&h->lock);
		queue_put(&h->done, j);
		/* A full pipe has woken the loop already. */
		while (write(h->pipe[1], "", 1) < 0 && errno == EINTR)
			;
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

static void
on_done(evutil_socket_t fd, short what, void *arg)
{
	struct hasher *h = arg;
	char bytes[64];
	struct job *j;

	(void)what;
	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	for (;;) {
		pthread_mutex_lock(&h->lock);
		j = queue_take(&h->done);
		h->waiting -= j != NULL;
		pthread_mutex_unlock(&h->lock);
		if (j == NULL)
			return;
		j->cb(j->fits, j->made, j->arg);
		job_free(j);
	}
}

struct hasher *
hasher_new(struct event_base *base)
{
	struct hasher *h = xcalloc(1, sizeof(*h));

	h->pipe[0] = h->pipe[1] = -1;
	h->todo.last = &h->todo.first;
	h->done.last = &h->done.first;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->wake, NULL);
	if (pipe2(h->pipe, O_CLOEXEC | O_NONBLOCK) != 0 ||
	    (h->event = event_new(base, h->pipe[0], EV_READ | EV_PERSIST, on_done, h)) == NULL ||
	    event_add(h->event, NULL) != 0)
		goto refuse;
	for (int i = 0; i < HASHER_THREADS; i++) {
		if (pthread_create(&h->threads[i], NULL, run, h) != 0)
			goto refuse;
		h->threads_n++;
	}
	return h;
refuse:
	hasher_free(h);
	return NULL;
}

void
hasher_free(struct hasher *h)
{
	struct job *j;

	if (h == NULL)
		return;
	pthread_mutex_lock(&h->lock);
	h->stopping = 1;
	pthread_cond_broadcast(&h->wake);
	pthread_mutex_unlock(&h->lock);
	for (int i = 0; i < h->threads_n; i++)
		pthread_join(h->threads[i], NULL);
	while ((j = queue_take(&h->todo)) != NULL || (j = queue_take(&h->done)) != NULL)
		job_free(j);
	if (h->event != NULL)
		event_free(h->event);
	for (int i = 0; i < 2; i++)
		if (h->pipe[i] >= 0)
			close(h->pipe[i]);
	pthread_cond_destroy(&h->wake);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static int
give(struct hasher *h, const char *hash, int makes, const char *password, size_t len, on_hashed cb,
    void *arg)
{
	struct job *j;
	int rc = -1;

	pthread_mutex_lock(&h->lock);
	if (h->waiting < HASHER_QUEUE) {
		j = xcalloc(1, sizeof(*j));
		memcpy(j->hash, hash, strnlen(hash, sizeof(j->hash) - 1));
		j->password = xmalloc(len + 1);
		memcpy(j->password, password, len);
		j->len = len;
		j->makes = makes;
		j->cb = cb;
		j->arg = arg;
		queue_put(&h->todo, j);
		h->waiting++;
		pthread_cond_signal(&h->wake);
		rc = 0;
	}
	pthread_mutex_unlock(&h->lock);
	return rc;
}

int
hasher_check(struct hasher *h, const char *hash, const char *password, size_t len, on_hashed cb,
    void *arg)
{
	return give(h, hash, 0, password, len, cb, arg);
}

int
hasher_make(struct hasher *h, const char *password, size_t len, on_hashed cb, void *arg)
{
	return give(h, "", 1, password, len, cb, arg);
}
