/*
 * Where the time went, told in five places: the entry of the breach, the escalation's SMS, the API, the
 * terminal and the case's page.  A living house; all must tell the same, and it must be all of the time.
 */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "core/ledger.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "tests/integration/living.h"

Suite *account_suite(void);

#define CITIZEN "+6281234570001"

/* The four hours are so many seconds here, and the machine thinks that it stands in New York. */
static void
begin(void)
{
	static const char usual[] = "      - {dalam: 4h}\n";
	struct buf path = { 0 }, sla = { 0 }, changed = { 0 };
	const char *at;

	house_make("");
	buf_addf(&path, "%s/sla.yaml", house.conf);
	ck_assert_int_eq(file_read(buf_str(&path), 1u << 20, &sla), 0);
	ck_assert_ptr_nonnull(at = strstr(buf_str(&sla), usual));
	buf_add(&changed, sla.data, (size_t)(at - sla.data));
	buf_addf(&changed, "      - {dalam: 6s}\n%s", at + strlen(usual));
	ck_assert_int_eq(file_write(buf_str(&path), changed.data, changed.len, 0644), 0);
	buf_release(&path);
	buf_release(&sla);
	buf_release(&changed);
	ck_assert_int_eq(setenv("TZ", "America/New_York", 1), 0);
	house_up();
}

static void
end(void)
{
	house_down();
}

/* ---- a ledger as each place shows it ---- */

struct told_ledger { struct ledger_row rows[LEDGER_ROWS + 1]; int n; };

static int64_t
sum_of(const struct told_ledger *l)
{
	int64_t sum = 0;

	for (int i = 0; i < l->n; i++)
		sum += l->rows[i].ms;
	return sum;
}

static void
add_told(struct told_ledger *l, const char *holder, int64_t ms)
{
	ck_assert_int_lt(l->n, LEDGER_ROWS + 1);
	snprintf(l->rows[l->n].holder, sizeof(l->rows[0].holder), "%s", holder);
	l->rows[l->n++].ms = ms;
}

/* [{"holder","ms"}..] of the API, or [[holder,ms]..] of an entry. */
static void
read_told(struct told_ledger *l, const json_t *list)
{
	const json_t *row;
	size_t i;

	memset(l, 0, sizeof(*l));
	ck_assert_uint_gt(json_array_size(list), 0);
	json_array_foreach(list, i, row) {
		int pair = json_is_array(row);

		add_told(l, json_string_value(pair ? json_array_get(row, 0) : json_object_get(row, "holder")),
		    json_integer_value(pair ? json_array_get(row, 1) : json_object_get(row, "ms")));
	}
}

/* The lines "  HOLDER   N detik" of `kentongan case CODE`; seconds, cut as it cuts them. */
static void
read_terminal(struct told_ledger *l, const char *code)
{
	struct buf out = { 0 };
	char args[32], *save, *line;

	memset(l, 0, sizeof(*l));
	snprintf(args, sizeof(args), "case %s", code);
	ck_assert_msg(house_command(args, &out) == 0, "%s", buf_str(&out));
	for (line = strtok_r(out.data, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		char holder[HOLDER_CHARS], unit[8];
		int64_t seconds;

		if (sscanf(line, " %23s %" SCNd64 " %7s", holder, &seconds, unit) == 3 && strcmp(unit, "detik") == 0)
			add_told(l, holder, seconds * 1000);
	}
	buf_release(&out);
}

static void
same_to_the_second(const struct told_ledger *exact, const struct told_ledger *cut)
{
	ck_assert_int_eq(cut->n, exact->n);
	for (int i = 0; i < exact->n; i++) {
		ck_assert_str_eq(cut->rows[i].holder, exact->rows[i].holder);
		ck_assert_int_eq(cut->rows[i].ms, exact->rows[i].ms / 1000 * 1000);
	}
}

/* The page's rows in the same order, each with its duration in words. */
static void
page_shows(const char *code, const struct told_ledger *l)
{
	struct answer a;
	char path[32];
	const char *at;

	snprintf(path, sizeof(path), "/kasus/%s", code);
	ask(&a, house.console, path, NULL, NULL, 0);
	ck_assert_int_eq(a.status, 200);
	ck_assert_ptr_nonnull(at = strstr(buf_str(&a.body), "Waktu di siapa"));
	for (int i = 0; i < l->n; i++) {
		struct buf cell = { 0 };

		buf_adds(&cell, "<td class=\"n\">");
		buf_add_duration(&cell, l->rows[i].ms, "id");
		buf_adds(&cell, "</td></tr>");
		ck_assert_ptr_nonnull(at = strstr(at, "<tr><td>"));
		ck_assert_msg(strncmp(strstr(at, "<td class"), buf_str(&cell), cell.len) == 0, "%s: %s not in %.200s",
		    l->rows[i].holder, buf_str(&cell), at);
		at += 8;
		buf_release(&cell);
	}
	ck_assert_int_eq(strncmp(strstr(at, "</tr>"), "</tr>\n</tbody>", 14), 0);
	answer_release(&a);
}

/* The feed's escalation of that kind, of the four hours; the caller decrefs. */
static json_t *
escalation(const char *code, const char *kind)
{
	for (int64_t until = clock_mono_ms() + LIMIT_MS; ; ) {
		struct answer a;
		json_t *doc, *item, *found = NULL;
		size_t i;

		ask(&a, house.console, "/feed/eskalasi.json", NULL, NULL, 0);
		doc = json_loadb(buf_str(&a.body), a.body.len, 0, NULL);
		json_array_foreach(json_object_get(doc, "items"), i, item)
			if (strcmp(json_string_value(json_object_get(item, "code")), code) == 0 &&
			    strcmp(json_string_value(json_object_get(item, "kind")), kind) == 0 &&
			    strcmp(json_string_value(json_object_get(item, "clock")), "ditangani") == 0)
				found = json_incref(item);
		ck_assert_msg(found != NULL || clock_mono_ms() < until, "no %s: %s", kind, buf_str(&a.body));
		json_decref(doc);
		answer_release(&a);
		if (found != NULL)
			return found;
	}
}

static int64_t
number(const json_t *doc, const char *member)
{
	return json_integer_value(json_object_get(doc, member));
}

/* All of the time until then, and as the case's own history has it. */
static void
breach_accounts(const char *code, const char *kind, int64_t received_ms, struct told_ledger *out)
{
	json_t *e = escalation(code, kind), *doc = case_in_any(code);
	const json_t *step, *own = NULL;
	struct told_ledger of_log;
	size_t i;

	read_told(out, json_object_get(e, "ledger"));
	ck_assert_int_eq(sum_of(out), number(e, "at_ms") - received_ms);
	ck_assert_int_eq(sum_of(out), number(e, "elapsed_ms"));
	json_array_foreach(json_object_get(doc, "log"), i, step)
		if (number(step, "seq") == number(e, "seq"))
			own = json_object_get(json_object_get(step, "escalation"), "ledger");
	read_told(&of_log, own);
	ck_assert_int_eq(memcmp(&of_log, out, sizeof(of_log)), 0);
	json_decref(e);
	json_decref(doc);
}

/* "Terlama: Dishub 5 detik." */
static void
sms_names_the_longest(const char *code, const struct told_ledger *l)
{
	struct buf words = { 0 };
	char text[512];
	int most = 0;

	for (int i = 1; i < l->n; i++)
		if (l->rows[i].ms > l->rows[most].ms)
			most = i;
	text_of(code, "eskalasi", "", text);
	buf_addc(&words, ' ');
	buf_add_duration(&words, l->rows[most].ms, "id");
	buf_addc(&words, '.');
	ck_assert_ptr_nonnull(strstr(text, "Terlama: "));
	ck_assert_msg(strncmp(strchr(strstr(text, "Terlama: ") + 9, ' '), buf_str(&words), words.len) == 0, "%s: %s",
	    buf_str(&words), text);
	buf_release(&words);
}

START_TEST(five_places_tell_the_same)
{
	struct told_ledger breach, rung, api, terminal;
	char code[CODE_CHARS + 1], officer[24], nonce[8], line[80];
	int64_t received, now, holders = 0;
	json_t *doc;

	sms(CITIZEN, "lampu jalan mati di desa kabat depan balai desa", code);
	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "act %s teruskan --as ptg-o-dishub-1 --to O-DLH --note x", code);
	ck_assert_int_eq(house_command(line, NULL), 0);
	doc = case_in(code, "ditugaskan");
	received = number(doc, "received_ms");
	json_decref(doc);
	told(code, "eskalasi", "");

	breach_accounts(code, "breach", received, &breach);
	breach_accounts(code, "rung", received, &rung);
	sms_names_the_longest(code, &rung);

	/* It is still held: what runs is in the terminal's figures too. */
	doc = case_in_any(code);
	read_told(&api, json_object_get(doc, "ledger"));
	json_decref(doc);
	read_terminal(&terminal, code);
	ck_assert_int_eq(terminal.n, api.n);
	ck_assert_int_gt(sum_of(&terminal), sum_of(&api) - 1000 * api.n);
	ck_assert_str_eq(terminal.rows[terminal.n - 1].holder, "O-DLH");

	/* Closed, it stands still: each place can be compared to the millisecond it shows. */
	snprintf(line, sizeof(line), "BATAL %s", code);
	sms(CITIZEN, line, NULL);
	doc = case_in(code, "ditutup");
	read_told(&api, json_object_get(doc, "ledger"));
	now = number(doc, "closed_ms");
	json_decref(doc);
	ck_assert_int_eq(sum_of(&api), now - received);
	read_terminal(&terminal, code);
	same_to_the_second(&api, &terminal);
	page_shows(code, &api);
	for (int i = 0; i < api.n; i++)
		holders += strcmp(api.rows[i].holder, "O-DISHUB") == 0 || strcmp(api.rows[i].holder, "O-DLH") == 0;
	ck_assert_int_eq(holders, 2);
}
END_TEST

/* Whatever the machine's zone: the receipt, the page and the terminal say by when in WIB. */
START_TEST(a_machine_elsewhere_promises_in_wib)
{
	char code[CODE_CHARS + 1], text[512], path[32], clock[16];
	struct buf out = { 0 };
	const json_t *row;
	struct answer a;
	int64_t due = 0;
	json_t *doc;
	size_t i;

	sms("+6281234570002", "lampu jalan mati di desa kabat depan pasar", code);
	text_of(code, "terima", "", text);
	doc = case_in_any(code);
	json_array_foreach(json_object_get(doc, "clocks"), i, row)
		if (strcmp(json_string_value(json_object_get(row, "clock")), "ditangani") == 0)
			due = number(row, "due_ms");
	ck_assert_int_eq(due, number(doc, "received_ms") + 6000);
	json_decref(doc);
	/* by hand: this process stands in New York too */
	snprintf(clock, sizeof(clock), "%02d:%02d WIB", (int)((due / HOUR_MS + 7) % 24), (int)(due / MINUTE_MS % 60));
	ck_assert_msg(strstr(text, clock) != NULL, "%s is not in %s", clock, text);
	snprintf(path, sizeof(path), "case %s", code);
	ck_assert_int_eq(house_command(path, &out), 0);
	ck_assert_msg(strstr(buf_str(&out), clock) != NULL, "%s is not in %s", clock, buf_str(&out));
	snprintf(path, sizeof(path), "/kasus/%s", code);
	ask(&a, house.console, path, NULL, NULL, 0);
	ck_assert_msg(strstr(buf_str(&a.body), clock) != NULL, "%s is not in %s", clock, buf_str(&a.body));
	answer_release(&a);
	buf_release(&out);
}
END_TEST

Suite *
account_suite(void)
{
	Suite *s = suite_create("account");
	TCase *tc = tcase_create("account");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, five_places_tell_the_same);
	tcase_add_test(tc, a_machine_elsewhere_promises_in_wib);
	suite_add_tcase(s, tc);
	return s;
}
