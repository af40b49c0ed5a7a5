#include "console/book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "core/calendar.h"
#include "lib/config.h"

#define EPOCH_SERIAL 25569.0	/* 1 January 1970 in days since 30 December 1899 */
#define BOOK_MOST (16u << 20)

struct book {
	int fd;
	char path[32];
	lxw_workbook *all;
	lxw_worksheet *sheet;
	lxw_format *head, *duration, *time;
};

/* The library writes to a name: here to memory that has one, so nothing is left on a disk. */
struct book *
book_new(void)
{
	struct book *b = xcalloc(1, sizeof(*b));

	b->fd = memfd_create("xlsx", MFD_CLOEXEC);
	snprintf(b->path, sizeof(b->path), "/proc/self/fd/%d", b->fd);
	b->all = workbook_new(b->path);
	if (b->all == NULL)
		abort();		/* memory exhaustion, as everywhere */
	b->head = workbook_add_format(b->all);
	format_set_bold(b->head);
	format_set_text_wrap(b->head);
	format_set_bottom(b->head, LXW_BORDER_THIN);
	b->duration = workbook_add_format(b->all);
	format_set_num_format(b->duration, "[h]:mm:ss");
	b->time = workbook_add_format(b->all);
	format_set_num_format(b->time, "yyyy-mm-dd hh:mm");
	return b;
}

void
book_sheet(struct book *b, const char *name, const struct book_column *columns, size_t n)
{
	b->sheet = workbook_add_worksheet(b->all, name);
	for (size_t i = 0; i < n; i++) {
		worksheet_set_column(b->sheet, (lxw_col_t)i, (lxw_col_t)i, columns[i].width, NULL);
		worksheet_write_string(b->sheet, 0, (lxw_col_t)i, columns[i].title, b->head);
	}
	worksheet_freeze_panes(b->sheet, 1, 0);
	worksheet_repeat_rows(b->sheet, 0, 0);		/* on every printed page */
	worksheet_set_landscape(b->sheet);
	worksheet_set_paper(b->sheet, 9);		/* A4 */
	worksheet_fit_to_pages(b->sheet, 1, 0);
}

void
book_text(struct book *b, uint32_t row, uint16_t column, const char *text)
{
	worksheet_write_string(b->sheet, row, column, text, NULL);
}

void
book_number(struct book *b, uint32_t row, uint16_t column, double number)
{
	worksheet_write_number(b->sheet, row, column, number, NULL);
}

void
book_duration(struct book *b, uint32_t row, uint16_t column, int64_t ms)
{
	worksheet_write_number(b->sheet, row, column, (double)(ms / 1000) / (DAY_MS / 1000), b->duration);
}

void
book_time(struct book *b, uint32_t row, uint16_t column, int64_t at_ms)
{
	worksheet_write_number(b->sheet, row, column,
	    EPOCH_SERIAL + (double)((at_ms + WIB_MS) / 1000) / (DAY_MS / 1000), b->time);
}

int
book_end(struct book *b, struct buf *out)
{
	lxw_error e = workbook_close(b->all);	/* frees it too */
	int rc = -1;

	if (b->fd < 0)
		errno = EMFILE;
	else if (e != LXW_NO_ERROR)
		errno = EIO;
	else
		rc = file_read(b->path, BOOK_MOST, out);
	if (b->fd >= 0)
		close(b->fd);
	free(b);
	return rc;
}
