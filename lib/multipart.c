#include "lib/multipart.h"

#include <string.h>
#include <strings.h>

#include "lib/buf.h"

#define PARTS_MAX 50

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
	buf_adds(out, "--");
	buf_add(out, b, n);
	return 0;
}

/* name="..." of a part's head, but not the end of filename="...". */
static void
name_of(struct multipart_part *p, const char *head, size_t len)
{
	static const char mark[] = "; name=\"";
	const char *at = memmem(head, len, mark, sizeof(mark) - 1), *end;

	p->name = "";
	p->name_len = 0;
	if (at == NULL)
		return;
	at += sizeof(mark) - 1;
	end = memchr(at, '"', len - (size_t)(at - head));
	if (end == NULL)
		return;
	p->name = at;
	p->name_len = (size_t)(end - at);
}

int
multipart_walk(const char *content_type, const char *body, size_t len,
    void (*cb)(const struct multipart_part *p, void *arg), void *arg)
{
	struct buf boundary = { 0 };
	const char *p, *end = body + len;
	int rc = -1;

	if (content_type == NULL || boundary_of(content_type, &boundary) != 0)
		goto out;
	p = memmem(body, len, boundary.data, boundary.len);
	for (int n = 0; p != NULL && n < PARTS_MAX; n++) {
		const char *head = p + boundary.len, *data, *next;
		struct multipart_part part;

		if (end - head >= 2 && memcmp(head, "--", 2) == 0) {
			rc = 0;
			break;
		}
		data = memmem(head, (size_t)(end - head), "\r\n\r\n", 4);
		if (data == NULL)
			break;
		data += 4;
		next = memmem(data, (size_t)(end - data), boundary.data, boundary.len);
		if (next == NULL || next - data < 2 || memcmp(next - 2, "\r\n", 2) != 0)
			break;
		name_of(&part, head, (size_t)(data - head));
		part.is_file = memmem(head, (size_t)(data - head), "filename=", 9) != NULL;
		part.data = data;
		part.len = (size_t)(next - 2 - data);
		cb(&part, arg);
		p = next;
	}
out:
	buf_release(&boundary);
	return rc;
}
