#include "core/ledger.h"

#include <string.h>

#include "lib/buf.h"

static void
set_holder(char out[HOLDER_CHARS], const char *holder)
{
	text_set(out, HOLDER_CHARS, holder);
}

void
ledger_begin(struct ledger *l, const char *holder, int64_t at_ms)
{
	memset(l, 0, sizeof(*l));
	set_holder(l->holder, holder);
	l->since_ms = at_ms;
}

static int
row_of(struct ledger *l, const char *holder)
{
	for (int i = 0; i < l->n; i++)
		if (strcmp(l->rows[i].holder, holder) == 0)
			return i;
	if (l->n < LEDGER_ROWS - 1) {
		set_holder(l->rows[l->n].holder, holder);
		l->rows[l->n].ms = 0;
		return l->n++;
	}
	if (l->n == LEDGER_ROWS - 1) {
		set_holder(l->rows[l->n].holder, HOLDER_OTHERS);
		l->rows[l->n++].ms = 0;
	}
	return LEDGER_ROWS - 1;
}

static void
book(struct ledger *l, int64_t at_ms)
{
	if (l->holder[0] == '\0')
		return;
	/* The store's clock never goes back; a row must not either if it ever did. */
	if (at_ms > l->since_ms) {
		l->rows[row_of(l, l->holder)].ms += at_ms - l->since_ms;
		l->since_ms = at_ms;
	}
}

void
ledger_pass(struct ledger *l, const char *holder, int64_t at_ms)
{
	if (strcmp(l->holder, holder) == 0)
		return;
	book(l, at_ms);
	if (l->holder[0] == '\0')
		l->since_ms = at_ms;
	set_holder(l->holder, holder);
}

void
ledger_end(struct ledger *l, int64_t at_ms)
{
	book(l, at_ms);
	l->holder[0] = '\0';
}

int64_t
ledger_sum(const struct ledger *l, int64_t now_ms)
{
	int64_t sum = 0;

	for (int i = 0; i < l->n; i++)
		sum += l->rows[i].ms;
	if (l->holder[0] != '\0' && now_ms > l->since_ms)
		sum += now_ms - l->since_ms;
	return sum;
}

int64_t
ledger_of(const struct ledger *l, const char *holder, int64_t now_ms)
{
	int64_t sum = 0;

	for (int i = 0; i < l->n; i++)
		if (strcmp(l->rows[i].holder, holder) == 0)
			sum += l->rows[i].ms;
	if (strcmp(l->holder, holder) == 0 && now_ms > l->since_ms)
		sum += now_ms - l->since_ms;
	return sum;
}

int
ledger_list(const struct ledger *l, int64_t now_ms, struct ledger_row out[LEDGER_ROWS + 1])
{
	int n = l->n, open = l->holder[0] != '\0';

	for (int i = 0; i < n; i++) {
		out[i] = l->rows[i];
		if (open && strcmp(out[i].holder, l->holder) == 0) {
			out[i].ms = ledger_of(l, l->holder, now_ms);
			open = 0;
		}
	}
	if (open) {
		set_holder(out[n].holder, l->holder);
		out[n++].ms = ledger_of(l, l->holder, now_ms);
	}
	return n;
}
