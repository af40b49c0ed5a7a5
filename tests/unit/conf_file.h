#ifndef KENTONGAN_TESTS_CONF_FILE_H
#define KENTONGAN_TESTS_CONF_FILE_H
/* The regency's own files, for tests that check what is shipped.  Tests run from the top folder. */
#include <check.h>
#include <stdio.h>

#include "lib/buf.h"

static inline struct buf
conf_file(const char *path)
{
	struct buf b = { 0 };
	FILE *f = fopen(path, "rb");
	size_t n;

	ck_assert_msg(f != NULL, "%s cannot be opened; run the tests from the top folder", path);
	while ((n = fread(buf_room(&b, 65536), 1, 65536, f)) > 0)
		buf_added(&b, n);
	fclose(f);
	return b;
}
#endif
