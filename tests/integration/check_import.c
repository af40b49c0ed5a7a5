/* Old complaints from a file, into a running house: by the command and by the page. */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/config.h"
#include "store/legacy.h"
#include "store/logbook.h"
#include "tests/integration/visitor.h"
#include "tests/integration/harness.h"
#include "tests/workbook.h"

Suite *import_suite(void);

#define HEADER "sumber,nomor,diterima,isi,kategori,tempat,telepon,ditangani,ditutup,hasil\n"
#define CANARY "jembatan gantung retak dekat rumah bu Kanarilama"
#define OLD \
	"sp4n,A-1,2025-03-01 08:00," CANARY ",jalan-rusak,35.10.20.2005,081298765432,2025-03-02,2025-03-09,selesai\n" \
	"sp4n,A-2,2025-06-01,jalan berlubang besar di depan balai desa,jalan-rusak,35.10.20.2005,081298765433,,,\n" \
	"sp4n,A-3,2025-06-02,anak dipukuli tetangga,kekerasan-anak,35.10.20.2005,,,,\n"
#define WRONG "sp4n,A-4,kemarin,sampah,sampah,35.10.20.2005,,,,\nsp4n,A-5,2025-06-02,lampu mati,tiada,35.10.20.2005,,,,\n"

static struct buf path;

static void
begin(void)
{
	house_make("");
	house_up();
	buf_addf(&path, "%s/lama.csv", house.dir);
}

static void
end(void)
{
	house_down();
	buf_release(&path);
}

static void
file_has(const char *rows)
{
	struct buf text = { 0 };

	buf_addf(&text, HEADER "%s", rows);
	ck_assert_int_eq(file_write(buf_str(&path), text.data, text.len, 0644), 0);
	buf_release(&text);
}

/* The command on that file, with what it says on both streams. */
static int
import(const char *flags, struct buf *out)
{
	struct buf line = { 0 };
	int status;

	buf_addf(&line, "import laporan %s %s 2>&1", buf_str(&path), flags);
	status = house_command(buf_str(&line), out);
	buf_release(&line);
	return status;
}

static void
says(int status, const char *flags, const char *words)
{
	struct buf out = { 0 };
	int is = import(flags, &out);

	ck_assert_msg(is == status && strstr(buf_str(&out), words) != NULL, "%d, not %d with \"%s\": %s", is, status,
	    words, buf_str(&out));
	buf_release(&out);
}

static int64_t
last_seq(void)
{
	struct house h;
	int64_t seq;

	house_eye(&h);
	seq = logbook_last_seq(&h.st);
	house_close(&h);
	return seq;
}

/* The case of an old number; "" there is none. */
static void
code_of_source(const char *source, const char *number, char code[CODE_CHARS + 1])
{
	struct legacy from;
	struct house h;
	struct code c;

	code[0] = '\0';
	ck_assert_int_eq(legacy_name(&from, source, number), 0);
	house_eye(&h);
	if (legacy_find(&h.st, &from, &c) == 1)
		snprintf(code, CODE_CHARS + 1, "%s", c.s);
	house_close(&h);
}

static void
code_of(const char *number, char code[CODE_CHARS + 1])
{
	code_of_source("sp4n", number, code);
}

static void
command_says(const char *args, int status, const char *words)
{
	struct buf out = { 0 };
	int is = house_command(args, &out);

	ck_assert_msg(is == status && strstr(buf_str(&out), words) != NULL, "%s: %d, no \"%s\" in %s", args, is, words,
	    buf_str(&out));
	buf_release(&out);
}

START_TEST(a_dry_run_names_each_fault_and_writes_nothing)
{
	int64_t before = last_seq();
	char code[CODE_CHARS + 1];

	file_has(OLD WRONG);
	says(1, "--dry-run", "lama.csv:5: diterima: no time that can be read; expected: WIB");
	says(1, "--dry-run", "lama.csv:6: kategori: no such category; expected: a code");
	says(1, "--dry-run", "5 rows: 2 would come in as open cases, 1 as closed ones, 0 are here already, 2 faulty");
	ck_assert_int_eq(last_seq(), before);
	code_of("A-1", code);
	ck_assert_str_eq(code, "");
}
END_TEST

static json_t *
case_json(const char *code)
{
	struct buf line = { 0 }, out = { 0 };
	json_t *doc;

	buf_addf(&line, "case %s --json", code);
	ck_assert_int_eq(house_command(buf_str(&line), &out), 0);
	ck_assert_ptr_nonnull(doc = json_loads(buf_str(&out), 0, NULL));
	buf_release(&line);
	buf_release(&out);
	return doc;
}

static const char *
text_in(const json_t *doc, const char *name)
{
	const char *s = json_string_value(json_object_get(doc, name));

	return s != NULL ? s : "";
}

/* What was written nowhere but sealed. */
static void
nowhere_in_the_clear(const char *words)
{
	struct buf line = { 0 };

	buf_addf(&line, "! grep -rqa '%s' %s/redis %s/arsip 2>/dev/null", words, house.dir, house.dir);
	ck_assert_msg(system(buf_str(&line)) == 0, "%s lies open in the store", words);
	buf_release(&line);
}

/* Whatever was to be sent would stand in the outbox from the commit on. */
static void
nobody_was_told(void)
{
	struct buf line = { 0 };

	for (int i = 1; i <= 3; i++) {
		char code[CODE_CHARS + 1], name[8];

		snprintf(name, sizeof(name), "A-%d", i);
		code_of(name, code);
		ck_assert_str_ne(code, "");
		buf_reset(&line);
		buf_addf(&line, "test -z \"$(redis-cli -s %s/redis/redis.sock -a \"$(cat %s/secrets/redis)\" --no-auth-warning --scan "
		    "--pattern '*msg:%s.*' 2>&1)\"", house.dir, house.dir, code);
		ck_assert_msg(system(buf_str(&line)) == 0, "%s has messages", code);
	}
	buf_release(&line);
}

START_TEST(good_rows_come_in_once_and_disturb_nobody)
{
	char done[CODE_CHARS + 1], open[CODE_CHARS + 1];
	json_t *doc;
	size_t i;
	json_t *clock;

	file_has(OLD WRONG);
	says(1, "", "2 came in as open cases, 1 as closed ones, 0 are here already, 2 faulty");
	says(1, "", "0 came in as open cases, 0 as closed ones, 3 are here already, 2 faulty");
	file_has("SP4N,A-2,2025-06-01,jalan berlubang: kata-katanya diperbaiki,jalan-rusak,,,,,\n");
	says(0, "", "1 are here already, 0 faulty");
	code_of("A-1", done);
	code_of("A-2", open);
	doc = case_json(done);
	ck_assert_str_eq(text_in(doc, "state"), "ditutup");
	ck_assert_int_eq(json_integer_value(json_object_get(doc, "received_ms")), INT64_C(1740790800000));
	json_decref(doc);
	doc = case_json(open);
	ck_assert_str_eq(text_in(doc, "state"), "ditugaskan");
	ck_assert_str_eq(text_in(json_object_get(doc, "legacy"), "number"), "A-2");
	json_array_foreach(json_object_get(doc, "clocks"), i, clock)
		ck_assert_str_ne(text_in(clock, "state"), clock_state_name(CLOCK_RUNNING));
	json_decref(doc);
	/* nobody heard of it, and its words lie sealed */
	nobody_was_told();
	nowhere_in_the_clear("Kanarilama");
	/* the record is whole, and the log decides it again */
	command_says("audit verify", 0, "");
	command_says("replay", 0, "bit for bit");
}
END_TEST

/* The board once it has so many open cases: it reads the log, a moment later; caller decrefs. */
static json_t *
board_with(json_int_t open)
{
	for (int64_t limit = clock_mono_ms() + LIMIT_MS; ; ) {
		struct answer a;
		json_t *board;

		ask(&a, house.console, "/api/v1/board", NULL, NULL, 0);
		ck_assert_int_eq(a.status, 200);
		ck_assert_ptr_nonnull(board = json_loads(buf_str(&a.body), 0, NULL));
		if (json_integer_value(json_object_get(board, "open")) == open) {
			answer_release(&a);
			return board;
		}
		ck_assert_msg(clock_mono_ms() < limit, "not %lld open: %s", (long long)open, buf_str(&a.body));
		json_decref(board);
		answer_release(&a);
	}
}

START_TEST(it_is_found_and_counts_nowhere)
{
	char open[CODE_CHARS + 1], fresh[CODE_CHARS + 1], line[96], words[16];
	struct visitor desk, boss;
	struct answer a;
	struct buf list = { 0 };
	json_t *board;

	code_of("A-2", open);
	visitor_comes_in(&desk, "opr-d112-1");
	visitor_comes_in(&boss, "kpl-bupati");
	/* by its old number, and by its reporter's telephone */
	ask_as(&a, house.console, "/cari?q=sp4n%20A-2", (const char *[]){ desk.cookie, NULL }, NULL, 0);
	ck_assert_int_eq(a.status, 303);
	ck_assert_ptr_nonnull(strstr(buf_str(&a.head), open));
	answer_release(&a);
	ck_assert_int_eq(visitor_submits(&desk, "/cari", "q=081298765433", NULL, &list), 200);
	ck_assert_msg(strstr(buf_str(&list), open) != NULL, "no %s in %s", open, buf_str(&list));
	snprintf(line, sizeof(line), "/kasus/%s", open);
	page_comes(desk.cookie, line, "Sumber: sp4n, nomor A-2", 1, NULL);
	page_comes(desk.cookie, "/papan?daftar=warisan", open, 1, NULL);
	/* who must not know of the sealed one does not by way of it */
	ask_as(&a, house.console, "/papan?daftar=warisan", (const char *[]){ desk.cookie, NULL }, NULL, 0);
	ck_assert_ptr_null(strstr(buf_str(&a.body), "kekerasan"));
	answer_release(&a);
	/* a new report of the same thing finds it, and counts where the old one does not */
	sms("+6281299900001", "jalan berlubang besar di depan balai desa gendoh kecamatan sempu", fresh);
	wait_state(fresh, "ditugaskan");
	snprintf(line, sizeof(line), "candidates %s", fresh);
	snprintf(words, sizeof(words), "%.4s-%s", open, open + 4);
	command_says(line, 0, words);
	board = board_with(1);
	ck_assert_int_eq(json_integer_value(json_object_get(board, "breaching")), 0);
	json_decref(board);
	page_comes(boss.cookie, "/laporan?dari=2025-01-01&sampai=2025-12-31", "kurang dari 5. Tidak dihitung dalam tabel", 1, NULL);
	/* nobody is made to wait behind an old one, which has no clock */
	snprintf(line, sizeof(line), "act %s gabung --as opr-d112-1 --into %s --note sama 2>&1", fresh, open);
	ck_assert_int_ne(house_command(line, &list), 0);
	ck_assert_msg(strstr(buf_str(&list), "laporan lama") != NULL, "%s", buf_str(&list));
	buf_release(&list);
}
END_TEST

START_TEST(the_archive_keeps_it_and_knows_it)
{
	int64_t limit = clock_mono_ms() + LIMIT_MS;
	char done[CODE_CHARS + 1];
	int archived;
	json_t *doc;

	code_of("A-1", done);
	do {			/* what is not sealed yet stays for the next time */
		ck_assert_msg(clock_mono_ms() < limit, "%s is not archived", done);
		command_says("archive --after 1s", 0, "");
		doc = case_json(done);
		archived = json_is_true(json_object_get(doc, "archived"));
		json_decref(doc);
	} while (!archived);
	file_has(OLD);
	says(0, "", "3 are here already, 0 faulty");
	command_says("audit verify", 0, "");
	command_says("replay", 0, "bit for bit");
}
END_TEST

/* ---- killed in the middle ---- */

#define MANY 1200

static pid_t
import_in_background(void)
{
	struct buf bin = { 0 };
	pid_t pid;

	bin_path(&bin, "kentongan");
	pid = fork();
	if (pid == 0) {
		ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
		execl(buf_str(&bin), "kentongan", "import", "laporan", buf_str(&path), "--dir", house.dir, (char *)NULL);
		_exit(127);
	}
	buf_release(&bin);
	return pid;
}

START_TEST(killed_in_the_middle_it_goes_on)
{
	int64_t before = last_seq(), then, limit = clock_mono_ms() + LIMIT_MS;
	struct buf rows = { 0 };
	struct house h;
	char words[96];
	int status;
	pid_t pid;

	for (int i = 0; i < MANY; i++)
		buf_addf(&rows, "buku,B-%d,2025-01-%02d,sampah menumpuk nomor %d,sampah,35.10.20.2005,,,2025-02-01,selesai\n",
		    i, 1 + i % 28, i);
	file_has(buf_str(&rows));
	house_eye(&h);			/* opened before: it is killed as soon as it is in the middle */
	pid = import_in_background();
	while (logbook_last_seq(&h.st) < before + MANY / 10)
		ck_assert_int_lt(clock_mono_ms(), limit);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	house_close(&h);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	then = last_seq();
	ck_assert_int_lt(then, before + MANY);
	snprintf(words, sizeof(words), "%d as closed ones, %d are here already, 0 faulty",
	    (int)(before + MANY - then), (int)(then - before));
	says(0, "", words);
	ck_assert_int_eq(last_seq(), before + MANY + 1);	/* and one entry for the file */
	buf_release(&rows);
}
END_TEST

/* ---- the page ---- */

/* The form of that act, with these rows as its file (NULL: it has none). */
static void
sends(struct visitor *v, const char *act, const char *rows, long status)
{
	const char *headers[] = { v->cookie, "Content-Type: multipart/form-data; boundary=b0", "Expect:", NULL };
	struct buf b = { 0 };
	struct answer a;

	buf_addf(&b, "--b0\r\nContent-Disposition: form-data; name=\"tanda\"\r\n\r\n%s\r\n", v->tanda);
	buf_addf(&b, "--b0\r\nContent-Disposition: form-data; name=\"aksi\"\r\n\r\n%s\r\n", act);
	if (rows != NULL)
		buf_addf(&b, "--b0\r\nContent-Disposition: form-data; name=\"berkas\"; filename=\"lama.csv\"\r\n"
		    "Content-Type: text/csv\r\n\r\n" HEADER "%s\r\n", rows);
	buf_adds(&b, "--b0--\r\n");
	ask_as(&a, house.console, "/impor", headers, b.data, b.len);
	ck_assert_msg(a.status == status, "%s: %ld %s", act, a.status, buf_str(&a.body));
	answer_release(&a);
	buf_release(&b);
}

START_TEST(by_the_page)
{
	struct visitor admin, desk;
	char code[CODE_CHARS + 1];

	visitor_comes_in(&admin, "adm-o-kominfo-1");
	visitor_comes_in(&desk, "opr-d112-1");
	ck_assert_int_eq(visitor_visits(&desk, "/impor", NULL), 403);
	sends(&desk, "periksa", OLD, 403);
	sends(&admin, "masukkan", NULL, 422);	/* nothing was checked */
	sends(&admin, "periksa", "sp4n,C-1,2025-06-01,lampu jalan mati,lampu-jalan,35.10.20.2005,,,,\n"
	    "sp4n,C-2,2099-06-01,lampu jalan mati,lampu-jalan,35.10.20.2005,,,,\n", 303);
	page_comes(admin.cookie, "/impor", "1 akan masuk sebagai terbuka (warisan)", 1, NULL);
	page_comes(admin.cookie, "/impor", "<td class=\"n\">3</td><td class=\"kode\" lang=\"id\">diterima</td><td lang=\"id\">waktu ini belum tiba</td>", 1, NULL);
	code_of("C-1", code);
	ck_assert_str_eq(code, "");
	sends(&admin, "masukkan", NULL, 303);
	page_comes(admin.cookie, "/impor", "1 masuk sebagai terbuka (warisan)", 1, NULL);
	code_of("C-1", code);
	ck_assert_str_ne(code, "");
	nobody_was_told();
}
END_TEST

#define CELL(s) "<c t=\"inlineStr\"><is><t>" s "</t></is></c>"
#define ROW(number, when, category) "<row>" CELL("buku") CELL(number) CELL(when) CELL("lampu jalan mati depan pasar") CELL(category) \
    CELL("35.10.20.2005") "</row>"

/* A workbook as an office keeps it: the same dry run, which names each faulty row as its program counts them. */
START_TEST(a_workbook_of_complaints)
{
	const struct workbook w = { .sheet = SHEET "<row>" CELL("sumber") CELL("nomor") CELL("diterima") CELL("isi") CELL("kategori")
	    CELL("tempat") CELL("telepon") CELL("ditangani") CELL("ditutup") CELL("hasil") "</row>"
	    ROW("X-1", "2025-06-01 08:00", "lampu-jalan") ROW("X-2", "kemarin", "lampu-jalan") ROW("X-3", "2025-06-03", "tiada")
	    SHEET_END };
	int64_t before = last_seq();
	char code[CODE_CHARS + 1];

	buf_reset(&path);
	buf_addf(&path, "%s/lama.xlsx", house.dir);
	workbook_write(buf_str(&path), &w);
	says(1, "--dry-run", "lama.xlsx:3: diterima: no time that can be read");
	says(1, "--dry-run", "lama.xlsx:4: kategori: no such category");
	says(1, "--dry-run", "3 rows: 1 would come in as open cases, 0 as closed ones, 0 are here already, 2 faulty");
	ck_assert_int_eq(last_seq(), before);
	says(1, "", "1 came in as open cases");
	code_of_source("buku", "X-1", code);
	ck_assert_str_ne(code, "");
	buf_reset(&path);
	buf_addf(&path, "%s/lama.csv", house.dir);
}
END_TEST

/* Made a case without the router, and still not sent to whom it is about. */
START_TEST(the_accused_does_not_see_it)
{
	static const struct { const char *who; int sees; } officers[] = {
		{ "kpl-35.10.20.2005", 0 }, { "ptg-35.10.20.2005-1", 0 }, { "kpl-o-insp", 1 },
	};
	char accuses[CODE_CHARS + 1], other[CODE_CHARS + 1], at[32];

	file_has("sp4n,B-1,2025-06-02,bansos warga miskin dipotong kades gendoh,kemiskinan-kesehatan,35.10.20.2005,,,,\n"
	    "sp4n,B-2,2025-06-02,jalan rusak berat,jalan-rusak,35.10.20.2005,,,,\n");
	says(0, "", "2 came in as open cases");
	code_of("B-1", accuses);
	code_of("B-2", other);
	for (size_t i = 0; i < N_ELEMS(officers); i++) {
		struct visitor v;

		visitor_comes_in(&v, officers[i].who);
		snprintf(at, sizeof(at), "/kasus/%s", accuses);
		ck_assert_msg((visitor_visits(&v, at, NULL) == 200) == officers[i].sees, "%s", officers[i].who);
		snprintf(at, sizeof(at), "/kasus/%s", other);
		ck_assert_msg(officers[i].sees || visitor_visits(&v, at, NULL) == 200, "%s", officers[i].who);
	}
}
END_TEST

Suite *
import_suite(void)
{
	Suite *s = suite_create("import");
	TCase *tc = tcase_create("import");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, a_dry_run_names_each_fault_and_writes_nothing);
	tcase_add_test(tc, good_rows_come_in_once_and_disturb_nobody);
	tcase_add_test(tc, it_is_found_and_counts_nowhere);
	tcase_add_test(tc, the_archive_keeps_it_and_knows_it);
	tcase_add_test(tc, killed_in_the_middle_it_goes_on);
	tcase_add_test(tc, by_the_page);
	tcase_add_test(tc, a_workbook_of_complaints);
	tcase_add_test(tc, the_accused_does_not_see_it);
	suite_add_tcase(s, tc);
	return s;
}
