#include "lib/redis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "lib/escape.h"

/*
 * Error replies by their first word; a longer prefix stands before a shorter one.  A word that is
 * not here is a mistake of ours or a foreign store.
 */
static const struct { const char *prefix; enum redis_class class; } errors_known[] = {
	{ "LOADING",		REDIS_RETRY },	/* starting, reads its file */
	{ "BUSY",		REDIS_RETRY },	/* a function runs too long */
	{ "OOM",		REDIS_RETRY },
	{ "NOREPLICAS",		REDIS_RETRY },
	{ "READONLY",		REDIS_RETRY },	/* a replica after a fail-over */
	{ "MISCONF",		REDIS_RETRY },	/* disk full: writes refused */
	{ "MASTERDOWN",		REDIS_RETRY },
	{ "CLUSTERDOWN",	REDIS_RETRY },
	{ "TRYAGAIN",		REDIS_RETRY },
	{ "UNBLOCKED",		REDIS_RETRY },
	{ "UNKILLABLE",		REDIS_RETRY },
	{ "NOGROUP",		REDIS_RETRY },	/* after the reader has made the group again */
	{ "ERR max number of clients", REDIS_RETRY },
};

enum redis_class
redis_class_of_error(const char *text)
{
	for (size_t i = 0; i < N_ELEMS(errors_known); i++) {
		size_t len = strlen(errors_known[i].prefix);

		if (strncmp(text, errors_known[i].prefix, len) == 0 &&
		    (text[len] == ' ' || text[len] == '\0'))
			return errors_known[i].class;
	}
	return REDIS_FATAL;
}

enum redis_class
redis_class_of(const redisReply *r)
{
	if (r == NULL)
		return REDIS_UNKNOWN;
	return r->type == REDIS_REPLY_ERROR ? redis_class_of_error(r->str) : REDIS_FINE;
}

/* The URL is not repeated in messages: it may hold the password. */
static int
refuse(struct redis_address *a, struct buf *errors, const char *what)
{
	buf_addf(errors, "the address of Redis: %s; redis://[:PASSWORD@]HOST:PORT or unix:/PATH "
	    "is expected\n", what);
	redis_address_release(a);
	return -1;
}

static char *
percent_decoded(const char *s, size_t len)
{
	struct buf b = { 0 };
	char c;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '%' && len - i > 2 && hex_decode(&c, s + i + 1, 2) == 0) {
			buf_addc(&b, c);
			i += 2;
		} else {
			buf_addc(&b, s[i]);
		}
	}
	return buf_take(&b);
}

static int
parse_unix(struct redis_address *a, const char *path, struct buf *errors)
{
	if (strncmp(path, "//", 2) == 0)
		path += 2;
	if (path[0] == '\0' || strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return refuse(a, errors, "the path of the socket is empty or too long");
	a->path = xstrdup(path);
	return 0;
}

static int
parse_port(const char *s, int *port)
{
	int value = 0;

	for (int digits = 0; digits < 5 && *s >= '0' && *s <= '9'; digits++)
		value = value * 10 + (*s++ - '0');
	if (strcmp(s, "") != 0 && strcmp(s, "/") != 0 && strcmp(s, "/0") != 0)
		return -1;		/* another database than 0 has no place in a cluster */
	*port = value;
	return value >= 1 && value <= 65535 ? 0 : -1;
}

static int
parse_tcp(struct redis_address *a, const char *rest, struct buf *errors)
{
	const char *at = strrchr(rest, '@'), *end;

	if (at != NULL) {
		if (rest[0] != ':')
			return refuse(a, errors, "user names are not used");
		a->password = percent_decoded(rest + 1, (size_t)(at - rest - 1));
		rest = at + 1;
	}
	if (rest[0] == '[') {
		end = strchr(++rest, ']');
		if (end == NULL)
			return refuse(a, errors, "a [ without ]");
		a->host = xstrndup(rest, (size_t)(end - rest));
		end++;
	} else {
		end = rest + strcspn(rest, ":/");
		a->host = xstrndup(rest, (size_t)(end - rest));
	}
	if (a->host[0] == '\0')
		return refuse(a, errors, "no host");
	if (*end != ':' || parse_port(end + 1, &a->port) != 0)
		return refuse(a, errors, "no port, or more than a port");
	return 0;
}

int
redis_address_parse(struct redis_address *a, const char *url, struct buf *errors)
{
	*a = (struct redis_address){ 0 };
	if (strncmp(url, "unix:", 5) == 0)
		return parse_unix(a, url + 5, errors);
	if (strncmp(url, "redis://", 8) == 0)
		return parse_tcp(a, url + 8, errors);
	return refuse(a, errors, "neither redis:// nor unix:");
}

void
redis_address_release(struct redis_address *a)
{
	free(a->host);
	free(a->path);
	if (a->password != NULL)
		explicit_bzero(a->password, strlen(a->password));
	free(a->password);
	*a = (struct redis_address){ 0 };
}

void
redis_address_copy(struct redis_address *to, const struct redis_address *from)
{
	*to = (struct redis_address){ .port = from->port };
	to->host = from->host != NULL ? xstrdup(from->host) : NULL;
	to->path = from->path != NULL ? xstrdup(from->path) : NULL;
	to->password = from->password != NULL ? xstrdup(from->password) : NULL;
}

/* Values stand one behind the other in chunks that never move: one allocation for most calls. */
struct redis_chunk { struct redis_chunk *next; size_t size, used; char data[]; };
#define CHUNK_BYTES 4096

static char *
chunk_room(struct redis_args *a, size_t len)
{
	struct redis_chunk *c = a->chunk;

	if (c == NULL || c->size - c->used < len) {
		size_t size = len > CHUNK_BYTES ? len : CHUNK_BYTES;

		c = xmalloc(sizeof(*c) + size);
		c->size = size;
		c->used = 0;
		c->next = a->chunk;
		a->chunk = c;
	}
	c->used += len;
	return c->data + c->used - len;
}

char *
redis_args_room(struct redis_args *a, size_t len)
{
	if (a->n == a->cap) {
		a->cap = a->cap > 0 ? a->cap * 2 : 32;
		a->argv = xrealloc(a->argv, (size_t)a->cap * sizeof(*a->argv));
		a->lens = xrealloc(a->lens, (size_t)a->cap * sizeof(*a->lens));
	}
	a->argv[a->n] = chunk_room(a, len + 1);
	a->argv[a->n][len] = '\0';
	a->lens[a->n] = len;
	return a->argv[a->n++];
}

void
redis_args_add(struct redis_args *a, const void *data, size_t len)
{
	char *to = redis_args_room(a, len);

	if (len > 0)
		memcpy(to, data, len);
}

void
redis_args_adds(struct redis_args *a, const char *s)
{
	redis_args_add(a, s, strlen(s));
}

void
redis_args_addi(struct redis_args *a, int64_t i)
{
	char text[INT_CHARS];
	size_t len = int_set(text, i);

	redis_args_add(a, text, len);
}

void
redis_args_reset(struct redis_args *a)
{
	a->n = 0;
	while (a->chunk != NULL && a->chunk->next != NULL) {
		struct redis_chunk *next = a->chunk->next;

		free(a->chunk);
		a->chunk = next;
	}
	if (a->chunk != NULL)
		a->chunk->used = 0;
}

void
redis_args_release(struct redis_args *a)
{
	redis_args_reset(a);
	free(a->chunk);
	free(a->argv);
	free(a->lens);
	*a = (struct redis_args){ 0 };
}
