#include "cli/table.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/config.h"
#include "lib/sheet.h"

static int
too_long(const struct settings *set, const char *path, const struct buf *csv, struct buf *errors)
{
	int64_t lines = 0;

	for (size_t i = 0; i < csv->len; i++)
		lines += csv->data[i] == '\n';
	if (lines <= set->import_rows)
		return 0;
	buf_addf(errors, "%s: more than %" PRId64 " rows (import.rows); split the file\n", path, set->import_rows);
	return 1;
}

int
table_read(const struct settings *set, const char *path, struct buf *out, struct buf *errors)
{
	const struct sheet_limits most = { .unpacked_bytes = set->import_unpacked_bytes, .rows = set->import_rows,
	    .columns = set->import_columns, .cell_bytes = set->import_cell_bytes };
	struct buf bytes = { 0 };
	int rc = -1;

	if (file_read(path, (size_t)set->import_bytes, &bytes) != 0) {
		if (errno == EFBIG)
			buf_addf(errors, "%s: larger than %" PRId64 " bytes (import.file); split it\n", path,
			    set->import_bytes);
		else
			buf_addf(errors, "%s: %s\n", path, strerror(errno));
	} else if (sheet_is_workbook(bytes.data, bytes.len)) {
		rc = sheet_to_csv(out, path, bytes.data, bytes.len, &most, errors);
	} else if (!too_long(set, path, &bytes, errors)) {
		buf_add(out, buf_str(&bytes), bytes.len);
		rc = 0;
	}
	buf_wipe(&bytes);
	return rc;
}
