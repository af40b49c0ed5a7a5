#include "tests/integration/visitor.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "lib/clock.h"
#include "lib/totp.h"
#include "store/house.h"
#include "store/session.h"

/* What stands in a page behind that text, up to the next quote or tag. */
static void
value_behind(const struct buf *page, const char *before, char *out, size_t size)
{
	const char *at = strstr(buf_str(page), before);

	ck_assert_msg(at != NULL, "%s is not in %s", before, buf_str(page));
	snprintf(out, size, "%.*s", (int)strcspn(at + strlen(before), "\"<"), at + strlen(before));
}

void
page_value(const struct answer *a, const char *before, char *out, size_t size)
{
	value_behind(&a->body, before, out, size);
}

void
page_field(const struct buf *page, const char *name, char *out, size_t size)
{
	char before[64];

	snprintf(before, sizeof(before), "name=\"%s\" value=\"", name);
	value_behind(page, before, out, size);
}

long
visitor_sets_password(const char *officer, const char *password)
{
	struct buf out = { 0 }, body = { 0 };
	char args[64], path[160], token[64];
	struct answer a;
	long status;

	snprintf(args, sizeof(args), "officer passwd %s", officer);
	ck_assert_int_eq(house_command(args, &out), 0);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(buf_str(&out), "\n"), buf_str(&out));
	ask_as(&a, house.console, path, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	page_field(&a.body, "t", token, sizeof(token));
	answer_release(&a);
	*strchr(path, '?') = '\0';
	buf_addf(&body, "t=%s&sandi=%s&ulang=%s", token, password, password);
	ask_as(&a, house.console, path, NULL, body.data, body.len);
	status = a.status;
	answer_release(&a);
	if (status == 303) {		/* good once */
		ask_as(&a, house.console, path, NULL, body.data, body.len);
		ck_assert_int_eq(a.status, 410);
		answer_release(&a);
	}
	buf_release(&out);
	buf_release(&body);
	return status;
}

void
visitor_takes_cookie(struct visitor *v, const struct answer *a)
{
	const char *at = strstr(buf_str(&a->head), "Set-Cookie: kt=");

	v->cookie[0] = '\0';
	if (at != NULL)
		snprintf(v->cookie, sizeof(v->cookie), "Cookie: kt=%.*s", (int)strcspn(at + 15, ";\r"), at + 15);
}

long
visitor_logs_in(struct visitor *v, const char *name, const char *password, const char *code)
{
	struct buf body = { 0 };
	struct answer a;
	long status;

	buf_addf(&body, "nama=%s&sandi=%s&kode=%s&ke=", name, password, code);
	ask_as(&a, house.console, "/masuk", NULL, body.data, body.len);
	status = a.status;
	visitor_takes_cookie(v, &a);
	answer_release(&a);
	buf_release(&body);
	return status;
}

/* RFC 4648, the other way. */
static void
decode_key(const char *key, uint8_t secret[TOTP_SECRET_BYTES])
{
	memset(secret, 0, TOTP_SECRET_BYTES);
	for (size_t i = 0; i < TOTP_SECRET_BYTES * 8 / 5; i++) {
		unsigned five = key[i] >= 'A' ? (unsigned)(key[i] - 'A') : (unsigned)(key[i] - '2' + 26);

		for (size_t b = 0; b < 5; b++)
			if (five >> (4 - b) & 1)
				secret[(i * 5 + b) / 8] |= (uint8_t)(128 >> (i * 5 + b) % 8);
	}
}

void
visitor_sets_factor(struct visitor *v, struct visitor_code *code)
{
	uint8_t secret[TOTP_SECRET_BYTES];
	char key[64], fields[16];
	int64_t step;
	struct answer a;

	visitor_opens(v, "/faktor", &a);
	ck_assert_int_eq(a.status, 200);
	page_value(&a, "<p class=\"kode\">", key, sizeof(key));
	answer_release(&a);
	decode_key(key, secret);
	step = clock_now_ms() / TOTP_STEP_MS;
	snprintf(code->used, sizeof(code->used), "%06u", totp_code(secret, step));
	snprintf(code->next, sizeof(code->next), "%06u", totp_code(secret, step + 1));
	snprintf(fields, sizeof(fields), "kode=%s", code->used);
	visitor_sends(v, "/faktor", "/faktor", fields, &a);
	ck_assert_int_eq(a.status, 303);
	visitor_takes_cookie(v, &a);
	answer_release(&a);
	ck_assert_str_ne(v->cookie, "");
}

void
visitor_enters(struct visitor *v, const char *officer)
{
	struct visitor_code code;
	struct answer a;

	ck_assert_int_eq(visitor_sets_password(officer, VISITOR_PASSWORD), 303);
	ck_assert_int_eq(visitor_logs_in(v, officer, VISITOR_PASSWORD, ""), 303);
	ck_assert_str_ne(v->cookie, "");
	visitor_opens(v, "/akun", &a);
	if (strstr(buf_str(&a.head), "Location: /faktor") != NULL)
		visitor_sets_factor(v, &code);
	answer_release(&a);
}

void
visitor_comes_in(struct visitor *v, const char *officer)
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
	ck_assert_int_eq(visitor_visits(v, "/tugas", &page), 200);
	page_field(&page, "tanda", v->tanda, sizeof(v->tanda));
	buf_release(&page);
}

void
visitor_opens(const struct visitor *v, const char *path, struct answer *a)
{
	const char *headers[] = { v->cookie, NULL };

	ask_as(a, house.console, path, v->cookie[0] != '\0' ? headers : NULL, NULL, 0);
	/* no mark of a word to translate is left in a page, nor was one taken for a citizen's words */
	if (strstr(buf_str(&a->body), "<!doctype html>") != NULL)
		ck_assert_msg(strstr(buf_str(&a->body), "[[") == NULL && strstr(buf_str(&a->body), "&#91;&#91;") == NULL,
		    "%s: %s", path, buf_str(&a->body));
}

/* The status of an answer that is done with; page, unless NULL, keeps its body. */
static long
take_page(struct answer *a, struct buf *page)
{
	long status = a->status;

	if (page != NULL) {
		buf_reset(page);
		buf_add(page, a->body.data, a->body.len);
	}
	answer_release(a);
	return status;
}

long
visitor_visits(const struct visitor *v, const char *path, struct buf *page)
{
	struct answer a;

	visitor_opens(v, path, &a);
	return take_page(&a, page);
}

long
visitor_status(const struct visitor *v, const char *path)
{
	return visitor_visits(v, path, NULL);
}

void
visitor_sends(const struct visitor *v, const char *page, const char *action, const char *fields,
    struct answer *a)
{
	struct buf body = { 0 };
	struct answer form;
	char token[64];

	visitor_opens(v, page, &form);
	ck_assert_msg(form.status == 200, "%s: %ld", page, form.status);
	page_field(&form.body, "tanda", token, sizeof(token));
	answer_release(&form);
	buf_addf(&body, "tanda=%s%s%s", token, fields[0] != '\0' ? "&" : "", fields);
	ask_as(a, house.console, action, (const char *[]){ v->cookie, NULL }, body.data, body.len);
	buf_release(&body);
}

long
visitor_submits(const struct visitor *v, const char *path, const char *fields, char to[160], struct buf *page)
{
	struct buf body = { 0 };
	struct answer a;
	const char *at;

	buf_addf(&body, "tanda=%s&%s", v->tanda, fields);
	ask_as(&a, house.console, path, (const char *[]){ v->cookie, NULL }, body.data, body.len);
	at = strstr(buf_str(&a.head), "Location: ");
	if (to != NULL)
		snprintf(to, 160, "%.*s", at != NULL ? (int)strcspn(at + 10, "\r\n") : 0, at != NULL ? at + 10 : "");
	buf_release(&body);
	return take_page(&a, page);
}

struct heard { struct buf *text; const char *until; void (*then)(void); };

static size_t
on_heard(char *data, size_t size, size_t n, void *arg)
{
	struct heard *h = arg;
	void (*then)(void) = h->then;

	h->then = NULL;
	buf_add(h->text, data, size * n);
	if (then != NULL)
		then();
	return strstr(buf_str(h->text), h->until) == NULL ? size * n : 0;	/* enough */
}

int
visitor_hears(const struct visitor *v, const char *path, void (*then)(void), const char *until, struct buf *out)
{
	struct heard h = { out, until, then };
	struct curl_slist *list = curl_slist_append(NULL, v->cookie);
	struct buf url = { 0 };
	CURL *c = curl_easy_init();
	CURLcode rc;

	buf_reset(out);
	buf_addf(&url, "%s%s", house.console, path);
	curl_easy_setopt(c, CURLOPT_URL, buf_str(&url));
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_heard);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &h);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)LIMIT_MS);
	rc = curl_easy_perform(c);
	curl_slist_free_all(list);
	curl_easy_cleanup(c);
	buf_release(&url);
	return rc == CURLE_WRITE_ERROR;
}
