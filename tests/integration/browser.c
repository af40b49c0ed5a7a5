#include "tests/integration/browser.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "store/house.h"
#include "store/session.h"

void
field_of(const struct buf *page, const char *name, char *out, size_t size)
{
	char before[64];
	const char *at;

	snprintf(before, sizeof(before), "name=\"%s\" value=\"", name);
	at = strstr(buf_str(page), before);
	ck_assert_msg(at != NULL, "no field %s in %s", name, buf_str(page));
	at += strlen(before);
	snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
}

void
come_in(struct visitor *v, const char *officer)
{
	struct session session = { .officer = "" };
	struct buf page = { 0 };
	struct house h;

	memset(v, 0, sizeof(*v));
	snprintf(session.officer, sizeof(session.officer), "%s", officer);
	house_eye(&h);
	session.begun_ms = session.seen_ms = session.proven_ms = store_now_ms(&h.st);
	session_of(&h.st, &session, v->cookie);
	house_close(&h);
	ck_assert_int_eq(visit(v, "/tugas", &page), 200);
	field_of(&page, "tanda", v->tanda, sizeof(v->tanda));
	buf_release(&page);
}

long
visit(struct visitor *v, const char *path, struct buf *page)
{
	struct answer a;
	long status;

	ask_as(&a, house.console, path, (const char *[]){ v->cookie, NULL }, NULL, 0);
	status = a.status;
	if (page != NULL) {
		buf_reset(page);
		buf_add(page, a.body.data, a.body.len);
	}
	answer_release(&a);
	return status;
}

long
send_form(struct visitor *v, const char *path, const char *fields, char to[160], struct buf *page)
{
	struct buf body = { 0 };
	struct answer a;
	const char *at;
	long status;

	buf_addf(&body, "tanda=%s&%s", v->tanda, fields);
	ask_as(&a, house.console, path, (const char *[]){ v->cookie, NULL }, body.data, body.len);
	status = a.status;
	at = strstr(buf_str(&a.head), "Location: ");
	if (to != NULL)
		snprintf(to, 160, "%.*s", at != NULL ? (int)strcspn(at + 10, "\r\n") : 0, at != NULL ? at + 10 : "");
	if (page != NULL) {
		buf_reset(page);
		buf_add(page, a.body.data, a.body.len);
	}
	answer_release(&a);
	buf_release(&body);
	return status;
}
