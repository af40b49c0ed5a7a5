#include "store/table.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/config.h"
#include "lib/sheet.h"

static int
too_long(const struct settings *set, const char *name, const char *csv, size_t len, struct buf *errors)
{
	int64_t lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += csv[i] == '\n';
	if (lines <= set->import_rows)
		return 0;
	buf_addf(errors, "%s: more than %" PRId64 " rows (import.rows); split the file\n", name, set->import_rows);
	return 1;
}

static void
too_large(const struct settings *set, const char *name, struct buf *errors)
{
	buf_addf(errors, "%s: larger than %" PRId64 " bytes (import.file); split it\n", name, set->import_bytes);
}

int
table_of_bytes(const struct settings *set, const char *name, const void *bytes, size_t len, struct buf *out,
    struct buf *errors)
{
	const struct sheet_limits most = { .unpacked_bytes = set->import_unpacked_bytes, .rows = set->import_rows,
	    .columns = set->import_columns, .cell_bytes = set->import_cell_bytes };

	if (len > (size_t)set->import_bytes) {
		too_large(set, name, errors);
		return -1;
	}
	if (sheet_is_workbook(bytes, len))
		return sheet_to_csv(out, name, bytes, len, &most, errors);
	if (too_long(set, name, bytes, len, errors))
		return -1;
	buf_add(out, bytes, len);
	return 0;
}

int
table_read(const struct settings *set, const char *path, struct buf *out, struct buf *errors)
{
	struct buf bytes = { 0 };
	int rc = -1;

	if (file_read(path, (size_t)set->import_bytes, &bytes) == 0)
		rc = table_of_bytes(set, path, buf_str(&bytes), bytes.len, out, errors);
	else if (errno == EFBIG)
		too_large(set, path, errors);
	else
		buf_addf(errors, "%s: %s\n", path, strerror(errno));
	buf_wipe(&bytes);
	return rc;
}
