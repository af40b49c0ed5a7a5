#include <string.h>
#include <strings.h>

#include "ingest/form.h"

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

int
multipart_file(const char *content_type, const char *body, size_t len, const char **file,
    size_t *file_len)
{
	struct buf boundary = { 0 };
	const char *p, *end = body + len;
	int files = 0, rc = -1;

	if (content_type == NULL || boundary_of(content_type, &boundary) != 0)
		goto out;
	p = memmem(body, len, boundary.data, boundary.len);
	for (int part = 0; p != NULL && part < PARTS_MAX; part++) {
		const char *head = p + boundary.len, *data, *next;

		if (end - head >= 2 && memcmp(head, "--", 2) == 0) {
			rc = files == 1 ? 0 : -1;
			break;
		}
		data = memmem(head, (size_t)(end - head), "\r\n\r\n", 4);
		if (data == NULL)
			break;
		data += 4;
		next = memmem(data, (size_t)(end - data), boundary.data, boundary.len);
		if (next == NULL || next - data < 2 || memcmp(next - 2, "\r\n", 2) != 0)
			break;
		if (memmem(head, (size_t)(data - head), "filename=", 9) != NULL) {
			files++;
			*file = data;
			*file_len = (size_t)(next - 2 - data);
		}
		p = next;
	}
out:
	buf_release(&boundary);
	return rc;
}
