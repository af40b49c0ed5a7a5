#include "lib/multipart.h"

#include <string.h>
#include <strings.h>

#include "lib/buf.h"

#define PARTS_MAX 50

/* What stands before each part but the first: a line break, two dashes, the boundary. */
static int
boundary_of(const char *type, struct buf *out)
{
	const char *b = strcasestr(type, "boundary=");
	size_t n;

	if (strncasecmp(type, "multipart/form-data", 19) != 0 || b == NULL)
		return -1;
	b += 9;
	n = *b == '"' ? strcspn(++b, "\"") : strcspn(b, "; \t");
	if (n == 0 || n > 70)
		return -1;
	buf_adds(out, "\r\n--");
	buf_add(out, b, n);
	return 0;
}

/* One of "; key=value" and "; key=\"value\""; where it ends. */
static const char *
parameter(struct multipart_part *p, const char *at, const char *end)
{
	const char *key, *value, *stop;
	size_t key_len;

	while (at < end && (*at == ';' || *at == ' ' || *at == '\t'))
		at++;
	for (key = at; at < end && *at != '=' && *at != ';'; )
		at++;
	key_len = (size_t)(at - key);
	if (at == end || *at == ';')
		return at;
	value = ++at;
	if (at < end && *at == '"') {
		/* A backslash is one: telephones and old browsers send whole paths. */
		value = ++at;
		stop = memchr(value, '"', (size_t)(end - value));
		if (stop == NULL)
			return end;
		at = stop + 1;
	} else {
		while (at < end && *at != ';')
			at++;
		for (stop = at; stop > value && (stop[-1] == ' ' || stop[-1] == '\t'); )
			stop--;
	}
	if (key_len == 4 && strncasecmp(key, "name", 4) == 0) {
		p->name = value;
		p->name_len = (size_t)(stop - value);
	}
	p->is_file |= (key_len == 8 && strncasecmp(key, "filename", 8) == 0) ||
	    (key_len == 9 && strncasecmp(key, "filename*", 9) == 0);
	return at;
}

/* Only what Content-Disposition says: other lines have names of their own. */
static void
read_head(struct multipart_part *p, const char *head, const char *end)
{
	static const char mark[] = "content-disposition:";
	const char *line = head, *next;

	p->name = "";
	for (; line < end; line = next + 2) {
		next = memmem(line, (size_t)(end - line), "\r\n", 2);
		if (next == NULL)
			next = end;
		if ((size_t)(next - line) < sizeof(mark) - 1 || strncasecmp(line, mark, sizeof(mark) - 1) != 0)
			continue;
		line = memchr(line, ';', (size_t)(next - line));
		while (line != NULL && line < next)
			line = parameter(p, line, next);
		return;
	}
}

/* Behind the boundary: 1 and *head the part's first line, 0 the end of all, -1 neither. */
static int
after_boundary(const char *at, const char *end, const char **head)
{
	if (end - at >= 2 && memcmp(at, "--", 2) == 0)
		return 0;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
		return -1;
	*head = at;			/* with its line break: a part may have no head */
	return 1;
}

int
multipart_walk(const char *content_type, const char *body, size_t len,
    void (*cb)(const struct multipart_part *p, void *arg), void *arg)
{
	struct buf b = { 0 };
	const char *at, *end = body + len, *head = NULL;
	int rc = -1;

	if (content_type == NULL || boundary_of(content_type, &b) != 0)
		goto out;
	if (len >= b.len - 2 && memcmp(body, b.data + 2, b.len - 2) == 0)
		at = body + b.len - 2;
	else if ((at = memmem(body, len, b.data, b.len)) != NULL)
		at += b.len;
	for (int n = 0; at != NULL && n <= PARTS_MAX; n++) {
		struct multipart_part part = { 0 };
		const char *next, *data;
		int more = after_boundary(at, end, &head);

		if (more <= 0) {
			rc = more;
			break;
		}
		next = memmem(head, (size_t)(end - head), b.data, b.len);
		/* A part without contents ends with the line break of its boundary. */
		data = next == NULL ? NULL : memmem(head, (size_t)(next + 2 - head), "\r\n\r\n", 4);
		if (data == NULL || n == PARTS_MAX)
			break;
		read_head(&part, head, data);
		part.data = data + 4;
		part.len = part.data < next ? (size_t)(next - part.data) : 0;
		cb(&part, arg);
		at = next + b.len;
	}
out:
	buf_release(&b);
	return rc;
}
