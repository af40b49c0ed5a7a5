/* Old complaints: what a row must be, and that a case made of one is promised nothing and tells nobody. */
#include "core/assign.h"
#include "core/legacy.h"
#include "tests/unit/world.h"

Suite *legacy_suite(void);

#define NOW INT64_C(1795159500000)	/* 20 November 2026, 14:05 WIB */
#define HEADER "sumber,nomor,diterima,isi,kategori,tempat,unit,telepon,ditangani,ditutup,hasil\n"

static struct policy *p;
static struct world w;

static void
load(void)
{
	p = world_policy(NULL);
}

static void
unload(void)
{
	policy_free(p);
}

struct told { int n, line; char column[16]; };

static void
on_mistake(const struct legacy_mistake *m, void *arg)
{
	struct told *t = arg;

	t->n++;
	t->line = m->line;
	snprintf(t->column, sizeof(t->column), "%s", m->column);
	ck_assert(m->wrong[0] != '\0' && m->expected[0] != '\0' && m->wrong_en[0] != '\0' && m->expected_en[0] != '\0');
}

static struct legacy_file *
file_of(const char *rows)
{
	struct buf text = { 0 }, errors = { 0 };
	struct legacy_file *f;

	buf_addf(&text, HEADER "%s", rows);
	f = legacy_open("lama.csv", buf_str(&text), text.len, &errors);
	ck_assert_msg(f != NULL, "%s", buf_str(&errors));
	buf_release(&text);
	buf_release(&errors);
	return f;
}

/* Who writes KADES complains about the village head. */
static int
judge(void *arg, const struct policy *policy, const char *words, struct understanding *out)
{
	(void)arg, (void)policy;
	if (strcmp(words, "tiada aturan") == 0)
		return -1;
	if (strstr(words, "KADES") != NULL) {
		snprintf(out->about, sizeof(out->about), "desa");
		out->sealed = 1;
	}
	return 0;
}

static int
read_row(const struct legacy_file *f, size_t i, struct legacy_row *row, struct told *t)
{
	return legacy_read(f, i, &(struct legacy_reader){ .policy = p, .now_ms = NOW, .text_bytes = 8192, .cb = on_mistake,
	    .arg = t, .judge = judge }, row);
}

#define GOOD "sp4n,2024-0117,2024-03-01 08:00,jalan berlubang,jalan-rusak,\"Ds. Gendoh, Kec. Sempu\",,081234567890,2024-03-02,2024-03-09,selesai\n"

static const struct { const char *row, *column; } wrongs[] = {
	{ ",1,2024-03-01,x,,,,,,,\n", "sumber" },
	{ "buku tamu,1,2024-03-01,x,,,,,,,\n", "sumber" },
	{ "sp4n,,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,satu dua,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,3510123456789012,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,081234567890,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,6281234567890,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,81234567890,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,62-812-3456-7890,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,3510.1234.5678.9012,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,351012-345678-9012,2024-03-01,x,,,,,,,\n", "nomor" },
	{ "sp4n,1,,x,,,,,,,\n", "diterima" },
	{ "sp4n,1,1 Maret 2024,x,,,,,,,\n", "diterima" },
	{ "sp4n,1,2026-11-21,x,,,,,,,\n", "diterima" },
	{ "sp4n,1,2024-03-01,,,,,,,,\n", "isi" },
	{ "sp4n,1,2024-03-01,tiada aturan,,,,,,,\n", "isi" },
	{ "sp4n,1,2024-03-01,x,tiada,,,,,,\n", "kategori" },
	{ "sp4n,1,2024-03-01,x,,Atlantis,,,,,\n", "tempat" },
	{ "sp4n,1,2024-03-01,x,,,TIADA,,,,\n", "unit" },
	{ "sp4n,1,2024-03-01,x,,,,bukan,,,\n", "telepon" },
	{ "sp4n,1,2024-03-02,x,,,,,2024-03-01,,\n", "ditangani" },
	{ "sp4n,1,2024-03-02,x,,,,,,2024-03-01,\n", "ditutup" },
	{ "sp4n,1,2024-03-02,x,,,,,,2026-12-01,\n", "ditutup" },
	{ "sp4n,1,2024-03-02,x,,,,,,2024-03-03,lupa\n", "hasil" },
	{ "sp4n,1,2024-03-02,x,,,,,,,selesai\n", "hasil" },
};

START_TEST(a_faulty_row_is_named)
{
	struct buf rows = { 0 };
	struct told t = { 0 };
	struct legacy_file *f;
	struct legacy_row row;

	buf_addf(&rows, GOOD "%s", wrongs[_i].row);
	f = file_of(buf_str(&rows));
	ck_assert_uint_eq(legacy_rows(f), 2);
	ck_assert_int_eq(read_row(f, 0, &row, &t), 0);
	ck_assert_int_eq(t.n, 0);
	legacy_row_release(&row);
	ck_assert_int_eq(read_row(f, 1, &row, &t), -1);
	ck_assert_msg(t.n == 1 && t.line == 3 && strcmp(t.column, wrongs[_i].column) == 0, "%s: %d in %s, line %d",
	    wrongs[_i].row, t.n, t.column, t.line);
	legacy_close(f);
	buf_release(&rows);
}
END_TEST

START_TEST(a_row_is_a_report)
{
	struct legacy_file *f = file_of(GOOD "SP4N,2024-0118,2024-03-01,sampah,,,,,,,\nsp4n,2024-0117,2024-03-01,lagi,,,,,,,\n");
	struct told t = { 0 };
	struct legacy_row row;

	ck_assert_int_eq(read_row(f, 0, &row, &t), 0);
	ck_assert_str_eq(row.facts.from.source, "sp4n");
	ck_assert_str_eq(row.facts.from.number, "2024-0117");
	ck_assert_str_eq(row.u.category, "jalan-rusak");
	ck_assert_str_eq(row.u.place, "35.10.20.2005");
	ck_assert_int_gt(row.u.units_n, 0);
	ck_assert_str_eq(row.words.sender, "+6281234567890");
	ck_assert(!row.open && row.facts.as == CLOSE_UNDISPUTED);
	ck_assert_int_eq(row.facts.closed_ms - row.words.received_ms, 8 * DAY_MS - 8 * HOUR_MS);
	legacy_row_release(&row);
	/* without a category, a unit and an end: open, and whoever sorts what comes in has it */
	ck_assert_int_eq(read_row(f, 1, &row, &t), 0);
	ck_assert(row.open && row.u.units_n > 0);
	ck_assert_str_eq(row.facts.from.source, "sp4n");
	legacy_row_release(&row);
	/* the second of one number is a mistake; the first is not */
	ck_assert_int_eq(read_row(f, 2, &row, &t), -1);
	ck_assert_str_eq(t.column, "nomor");
	legacy_close(f);
}
END_TEST

/* An office never gets the complaint about itself, also where the file says so. */
START_TEST(the_accused_is_not_among_its_units)
{
	static const char *const units[] = { "", "D-35.10.20.2005" };

	for (size_t i = 0; i < N_ELEMS(units); i++) {
		struct buf rows = { 0 };
		struct told t = { 0 };
		struct legacy_file *f;
		struct legacy_row row;

		buf_addf(&rows, "sp4n,1,2024-03-01,KADES memotong bansos,,35.10.20.2005,%s,,,,\n", units[i]);
		f = file_of(buf_str(&rows));
		ck_assert_msg(read_row(f, 0, &row, &t) == 0, "%s: %s", units[i], t.column);
		ck_assert_str_eq(row.u.about, "desa");
		ck_assert_int_eq(row.u.sealed, 1);
		ck_assert_int_gt(row.u.units_n, 0);
		for (int n = 0; n < row.u.units_n; n++)
			ck_assert_msg(!unit_is_complained_of(p->units, unit_find(p->units, row.u.units[n]), "desa", row.u.place),
			    "%s", row.u.units[n]);
		legacy_row_release(&row);
		legacy_close(f);
		buf_release(&rows);
	}
}
END_TEST

/* What sources number their complaints with is no person's. */
START_TEST(a_complaints_number_is_taken)
{
	static const char *const numbers[] = { "1", "2024-0117", "20240117", "2024000117", "2024/03/000117", "LPR-0000012345678901",
		"000117", "117/2024" };
	struct told t = { 0 };

	for (size_t i = 0; i < N_ELEMS(numbers); i++) {
		struct buf row = { 0 };
		struct legacy_file *f;
		struct legacy_row read;

		buf_addf(&row, "sp4n,%s,2024-03-01,x,,,,,,,\n", numbers[i]);
		f = file_of(buf_str(&row));
		ck_assert_msg(read_row(f, 0, &read, &t) == 0, "%s", numbers[i]);
		legacy_row_release(&read);
		legacy_close(f);
		buf_release(&row);
	}
}
END_TEST

START_TEST(what_is_no_table_is_refused)
{
	static const char *const texts[] = { "", "sumber,nomor,isi\nsp4n,1,x\n", "sumber,nomor,diterima,isi\nsp4n,1,2024-03-01\n" };

	for (size_t i = 0; i < N_ELEMS(texts); i++) {
		struct buf errors = { 0 };

		ck_assert_ptr_null(legacy_open("lama.csv", texts[i], strlen(texts[i]), &errors));
		ck_assert_uint_gt(errors.len, 0);
		buf_release(&errors);
	}
}
END_TEST

/* ---- what becomes of it ---- */

static void
begin(void)
{
	memset(&w, 0, sizeof(w));
	w.p = p;
	w.now = NOW;
	world_roster(&w.r);
}

static void
end(void)
{
	roster_release(&w.r);
}

static struct legacy_facts facts;
static struct report_facts report;
static struct understanding u;

static struct command
old(enum case_event on)
{
	report = (struct report_facts){ .received_ms = NOW - 400 * DAY_MS, .arrived_ms = NOW, .policy = "0" };
	code_make(&report.code, 12345);
	snprintf(report.reporter, sizeof(report.reporter), "%032d", 1);
	facts = (struct legacy_facts){ .from = { "sp4n", "2024-0117" }, .handled_ms = NOW - 399 * DAY_MS,
	    .closed_ms = on == ON_PAST ? NOW - 390 * DAY_MS : 0, .as = on == ON_PAST ? CLOSE_CONFIRMED : CLOSE_NONE };
	u = (struct understanding){ .category = "jalan-rusak", .urgency = URGENCY_DARURAT, .place = "35.10.20.2005",
	    .units = { "D-35.10.20.2005" }, .units_n = 1 };
	w.c.code = report.code;
	return (struct command){ .event = on, .by = BY_SYSTEM, .report = &report, .legacy = &facts, .u = &u };
}

static int
running(void)
{
	int n = 0;

	for (int i = 0; i < w.c.clocks_n; i++)
		n += w.c.clocks[i].state == CLOCK_RUNNING;
	return n;
}

START_TEST(an_open_one_has_no_clock)
{
	ck_assert_int_eq(world_send(&w, old(ON_LEGACY)), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUGASKAN);
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_int_eq(running(), 0);
	ck_assert_int_eq(w.c.lane_e, 0);
	ck_assert_int_eq(case_due_ms(&w.c), NOW + p->review_ms);
	ck_assert_int_eq(ledger_of(&w.c.ledger, HOLDER_BEFORE, NOW), 400 * DAY_MS);
	/* nothing that is done with it starts one */
	w.now += HOUR_MS;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_HAND_ON, .by = BY_OFFICER,
	    .actor = "kpl-35.10.20.2005", .note = "milik dinas", .to_unit = "O-PUCKPP" }), 0);
	ck_assert_int_eq(running(), 0);
	ck_assert_int_gt(w.fx.messages_n, 0);	/* from now on it is work like any other */
	/* time passes: it is looked at, and nobody climbs */
	w.now = case_due_ms(&w.c);
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_DUE, .by = BY_TIMER }), 0);
	ck_assert_str_eq(w.fx.what, "tinjau");
	ck_assert_int_eq(w.fx.messages_n, 0);
}
END_TEST

START_TEST(a_closed_one_is_over)
{
	ck_assert_int_eq(world_send(&w, old(ON_PAST)), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUTUP);
	ck_assert_int_eq(w.c.closed_ms, NOW - 390 * DAY_MS);
	ck_assert_int_eq(w.c.closed_as, CLOSE_CONFIRMED);
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_int_eq(running(), 0);
	ck_assert_int_eq(case_due_ms(&w.c), 0);
	ck_assert_int_eq(ledger_sum(&w.c.ledger, NOW), 10 * DAY_MS);
	ck_assert_int_eq(w.c.units_n, 1);
}
END_TEST

START_TEST(what_cannot_have_been_is_refused)
{
	struct command cmd = old(ON_PAST);

	facts.closed_ms = NOW + 1;
	ck_assert_int_eq(world_send(&w, cmd), -1);
	facts.closed_ms = report.received_ms - 1;
	ck_assert_int_eq(world_send(&w, cmd), -1);
	cmd = old(ON_LEGACY);
	cmd.legacy = NULL;
	ck_assert_int_eq(world_send(&w, cmd), -1);
	cmd = old(ON_LEGACY);
	u.units_n = 0;
	ck_assert_int_eq(world_send(&w, cmd), -1);
	cmd = old(ON_LEGACY);
	cmd.by = BY_ROUTER;			/* nobody but the house itself */
	ck_assert_int_eq(world_send(&w, cmd), -1);
}
END_TEST

Suite *
legacy_suite(void)
{
	Suite *s = suite_create("legacy");
	TCase *tc = tcase_create("file"), *cases = tcase_create("case");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_loop_test(tc, a_faulty_row_is_named, 0, N_ELEMS(wrongs));
	tcase_add_test(tc, a_row_is_a_report);
	tcase_add_test(tc, a_complaints_number_is_taken);
	tcase_add_test(tc, the_accused_is_not_among_its_units);
	tcase_add_test(tc, what_is_no_table_is_refused);
	suite_add_tcase(s, tc);
	tcase_add_unchecked_fixture(cases, load, unload);
	tcase_add_checked_fixture(cases, begin, end);
	tcase_add_test(cases, an_open_one_has_no_clock);
	tcase_add_test(cases, a_closed_one_is_over);
	tcase_add_test(cases, what_cannot_have_been_is_refused);
	suite_add_tcase(s, cases);
	return s;
}
