#include "core/ways.h"

#include <stdio.h>
#include <string.h>

/* Ways that carry an E.164 number; all others have addresses of their own. */
static const char numbered[] = "sms sms2 whatsapp";

/* The word at s, which may begin with spaces; where the next begins.  NULL at the end. */
static const char *
word(const char *s, const char **at, size_t *len)
{
	s += strspn(s, " ");
	*at = s;
	*len = strcspn(s, " ");
	return *len > 0 ? s + *len : NULL;
}

static int
is_in(const char *list, const char *way, size_t way_len)
{
	const char *at;
	size_t len;

	while ((list = word(list, &at, &len)) != NULL)
		if (len == way_len && memcmp(at, way, len) == 0)
			return 1;
	return 0;
}

void
way_first(char out[WAY_CHARS], const char *list)
{
	const char *at;
	size_t len;

	word(list, &at, &len);
	snprintf(out, WAY_CHARS, "%.*s", (int)len, at);
}

void
way_last(char out[WAY_CHARS], const char *list)
{
	const char *at;
	size_t len;

	out[0] = '\0';
	while ((list = word(list, &at, &len)) != NULL)
		snprintf(out, WAY_CHARS, "%.*s", (int)len, at);
}

int
way_is_numbered(const char *way)
{
	return is_in(numbered, way, strlen(way));
}

const char *
ways_numbered(void)
{
	return numbered;
}

int
way_at(char out[WAY_CHARS], const char *list, int n)
{
	const char *at;
	size_t len;

	while ((list = word(list, &at, &len)) != NULL)
		if (n-- == 0) {
			snprintf(out, WAY_CHARS, "%.*s", (int)len, at);
			return 1;
		}
	return 0;
}

int
ways_count(const char *list)
{
	const char *at;
	size_t len;
	int n = 0;

	while ((list = word(list, &at, &len)) != NULL)
		n++;
	return n;
}

int
way_next(char out[WAY_CHARS], const char *plan, const char *walked,
    int (*can)(const char *way, void *arg), void *arg)
{
	const char *at;
	size_t len;

	if (ways_count(walked) >= WAYS_MAX)
		return 0;
	while ((plan = word(plan, &at, &len)) != NULL) {
		if (is_in(walked, at, len))
			continue;
		snprintf(out, WAY_CHARS, "%.*s", (int)len, at);
		if (can(out, arg))
			return 1;
	}
	return 0;
}

int
ways_check(const char *setting, const char *route, const char *plan, struct buf *errors)
{
	const char *rest = plan, *at;
	size_t len;

	if (ways_count(plan) >= WAYS_MAX) {
		buf_addf(errors, "%s: more than %d ways; remove some\n", setting, WAYS_MAX - 1);
		return -1;
	}
	while ((rest = word(rest, &at, &len)) != NULL) {
		const char *wrong = NULL;

		if (!is_in(numbered, at, len))
			wrong = "is no way for a number";
		else if (strlen(route) == len && memcmp(route, at, len) == 0)
			wrong = "is the way that it stands in for";
		else if (is_in(rest, at, len))
			wrong = "stands there twice";
		if (wrong == NULL)
			continue;
		buf_addf(errors, "%s: %.*s %s; choose among: %s\n", setting, (int)len, at, wrong,
		    numbered);
		return -1;
	}
	return 0;
}
