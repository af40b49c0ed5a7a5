#include "ingest/warning_in.h"

#include <string.h>

#include "lib/escape.h"
#include "lib/seal.h"

void
warning_name(char out[WARNING_NAME_CHARS], const struct buf *of)
{
	uint8_t digest[DIGEST_BYTES];
	struct buf hex = { 0 };

	digest_of(digest, NULL, buf_str(of), of->len);
	buf_add_hex(&hex, digest, (WARNING_NAME_CHARS - 1) / 2);
	memcpy(out, buf_str(&hex), WARNING_NAME_CHARS);
	buf_release(&hex);
}
