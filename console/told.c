#include "console/told.h"

#include <stdlib.h>
#include <string.h>

#include "lib/log.h"
#include "store/told.h"

#define TOLD_MOST 16		/* rows of one escalation: its tasks and its heads */
enum { ROW_OFFICER, ROW_AT, ROW_DID, ROW_MESSAGE, ROW_KNOWN,
	ROW_STATE = ROW_KNOWN, ROW_STATE_AT };

json_t *
told_people(const json_t *entry)
{
	const json_t *row;
	json_t *rows = json_array();
	size_t i;

	json_array_foreach(json_object_get(json_object_get(entry, "esc"), "people"), i, row)
		if (json_array_size(rows) < TOLD_MOST)
			json_array_append_new(rows, json_deep_copy(row));
	/* who stands above them has no task in it: he is in the entry as whom its messages go to */
	json_array_foreach(json_object_get(entry, "msgs"), i, row) {
		const char *kind = json_string_value(json_array_get(row, 1));

		if (kind != NULL && strncmp(kind, "eskalasi", 8) == 0 && json_array_size(rows) < TOLD_MOST)
			json_array_append_new(rows, json_pack("[O,O,s,O]", json_array_get(row, 2), json_object_get(entry, "at"),
			    "diberi-tahu", json_array_get(row, 0)));
	}
	return rows;
}

void
told_add(struct console *c, const char *code, json_t *rows)
{
	struct told list[TOLD_MOST];
	json_t *asked[TOLD_MOST], *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row) {
		json_int_t number = json_integer_value(json_array_get(row, ROW_MESSAGE));

		if (n == TOLD_MOST || number <= 0 || json_array_size(row) != ROW_KNOWN)
			continue;
		message_id(list[n].id, sizeof(list[n].id), code, (int)number);
		asked[n++] = row;
	}
	if (told_read(&c->h.st, list, n) != 0) {
		log_error("told_unread", "case=%s err=\"%s\"; shown without what became of its messages", code,
		    redis_pipe_error(c->h.st.pipe));
		return;
	}
	for (i = 0; i < n; i++) {
		json_array_append_new(asked[i], json_string(list[i].state));
		json_array_append_new(asked[i], json_integer(list[i].at_ms));
	}
}

void
told_fill(struct console *c, const char *code, struct buf *escalation)
{
	json_t *doc = json_loadb(escalation->data, escalation->len, 0, NULL);
	json_t *people = json_object_get(doc, "people");
	char *text;

	if (json_array_size(people) > 0) {
		told_add(c, code, people);
		text = json_dumps(doc, JSON_COMPACT);
		buf_reset(escalation);
		buf_adds(escalation, text);
		free(text);
	}
	json_decref(doc);
}

static const char *
text_at(const json_t *row, size_t i)
{
	return json_is_string(json_array_get(row, i)) ? json_string_value(json_array_get(row, i)) : "";
}

void
told_row_read(struct told_row *t, const json_t *row)
{
	t->officer = text_at(row, ROW_OFFICER);
	t->did = text_at(row, ROW_DID);
	t->state = text_at(row, ROW_STATE);
	t->told_ms = json_integer_value(json_array_get(row, ROW_AT));
	t->at_ms = json_integer_value(json_array_get(row, ROW_STATE_AT));
}
