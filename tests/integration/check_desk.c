/* The operators' desk on a living house: what waits there, what is told by telephone, what many report. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/case.h"
#include "lib/clock.h"
#include "tests/integration/visitor.h"
#include "tests/integration/glance.h"

Suite *desk_suite(void);

#define UNCLEAR "pak yang di sana itu bagaimana ya kok begitu terus"
#define SECRET "tolong jangan sebut nama saya " UNCLEAR
#define KABAT "35.10.14.2012"

static void
begin(void)
{
	house_make("");
	house_up();
	glance_open(house.dir, house.conf);
}

static void
end(void)
{
	glance_close();
	house_down();
}

/* The console has heard of it: in somebody's list of the desk. */
static void
wait_listed(struct visitor *v, const char *code)
{
	struct buf page = { 0 };

	page_comes(v->cookie, "/triase", code, 1, NULL);
	buf_release(&page);
}

static void
unclear(const char *from, const char *text, char code[CODE_CHARS + 1])
{
	sms(from, text, code);
	wait_state(code, "baru");
}

/* Sends an act on the case from the desk's page of it. */
static long
decide(struct visitor *v, const char *code, const char *fields, char to[160], struct buf *page)
{
	struct buf body = { 0 }, seen = { 0 };
	char path[64], version[24];
	long status;

	snprintf(path, sizeof(path), "/triase/%s", code);
	ck_assert_int_eq(visitor_visits(v, path, &seen), 200);
	page_field(&seen, "versi", version, sizeof(version));
	buf_addf(&body, "versi=%s&%s", version, fields);
	status = visitor_submits(v, path, buf_str(&body), to, page);
	buf_release(&body);
	buf_release(&seen);
	return status;
}

static void
code_in(const char *path, char code[CODE_CHARS + 1])
{
	const char *at = strchr(path, '=');

	ck_assert_msg(at != NULL, "no code in %s", path);
	snprintf(code, CODE_CHARS + 1, "%s", at + 1);
}

/* Who stands in the log as actor of the case's entries named what; "" nobody. */
static void
actor_in_log(const char *code, const char *what, char out[32])
{
	json_t *doc = case_in_any(code), *line;
	size_t i;

	out[0] = '\0';
	json_array_foreach(json_object_get(doc, "log"), i, line) {
		const char *w = json_string_value(json_object_get(line, "what"));
		const char *who = json_string_value(json_object_get(line, "who"));

		if (w != NULL && who != NULL && strcmp(w, what) == 0)
			snprintf(out, 32, "%s", who);
	}
	json_decref(doc);
}

static int
has_unit(const json_t *doc, const char *unit)
{
	const json_t *list = json_object_get(doc, "units");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), unit) == 0)
			return 1;
	return 0;
}

/* ---- the queue ---- */

START_TEST(emergencies_come_first_and_words_are_only_words)
{
	char calm[CODE_CHARS + 1], fire[CODE_CHARS + 1], path[64];
	struct buf page = { 0 };
	struct visitor v;

	visitor_comes_in(&v, "opr-d112-1");
	unclear("+6281234500001", "<script>alert(1)</script>\"'><img src=x> " UNCLEAR, calm);
	unclear("+6281234500002", "tolong ada kebakaran rumah", fire);
	wait_listed(&v, calm);
	wait_listed(&v, fire);
	ck_assert_int_eq(visitor_visits(&v, "/triase", &page), 200);
	ck_assert(strstr(buf_str(&page), fire) < strstr(buf_str(&page), calm));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "&lt;script&gt;alert(1)"));
	ck_assert_ptr_null(strstr(buf_str(&page), "<script>alert"));
	ck_assert_ptr_null(strstr(buf_str(&page), "<img src=x"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "untuk dibaca"));	/* the clock of fifteen minutes */
	snprintf(path, sizeof(path), "/triase/%s", calm);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), "<img src=x"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "model "));	/* why the router was not sure */
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "pasti</li>"));
	/* left for the next tests as they need it: nothing waits */
	ck_assert_int_eq(decide(&v, calm, "aksi=tolak&catatan=coba-coba", NULL, NULL), 303);
	ck_assert_int_eq(decide(&v, fire, "aksi=tolak&catatan=coba-coba", NULL, NULL), 303);
	buf_release(&page);
}
END_TEST

/* An officer's words that are no command: his task stays as it is, he gets an example, the desk reads them. */
START_TEST(an_officers_unclear_words_are_read_by_a_human)
{
	char code[CODE_CHARS + 1], officer[24], nonce[8], words[CODE_CHARS + 1], path[64], text[512];
	struct buf page = { 0 };
	struct visitor v;

	visitor_comes_in(&v, "opr-d112-1");
	sms("+6281234500091", "pohon tumbang menutup jalan di desa licin kecamatan licin", code);
	first_task(code, officer, nonce);
	sms(officer, "yang kemarin itu sudah diapakan ya kok begitu terus", words);
	text_of("", "jawab-salah", officer, text);
	ck_assert_msg(strstr(text, "TERIMA ") != NULL, "%s", text);
	wait_listed(&v, words);
	snprintf(path, sizeof(path), "/triase/%s", words);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_msg(strstr(buf_str(&page), "yang kemarin itu sudah diapakan ya kok begitu terus") != NULL, "%s",
	    buf_str(&page));
	wait_state(code, "ditugaskan");
	ck_assert_int_eq(decide(&v, words, "aksi=tolak&catatan=coba-coba", NULL, NULL), 303);
	buf_release(&page);
}
END_TEST

START_TEST(assigned_from_the_page_the_unit_hears_and_the_next_one_opens)
{
	char code[CODE_CHARS + 1], other[CODE_CHARS + 1], to[160], actor[32], path[64];
	struct buf page = { 0 };
	struct visitor v;
	json_t *doc;

	visitor_comes_in(&v, "opr-d112-1");
	unclear("+6281234500003", UNCLEAR, code);
	unclear("+6281234500004", UNCLEAR " lagi", other);
	wait_listed(&v, other);
	/* what cannot be is said, and nothing is lost */
	ck_assert_int_eq(decide(&v, code, "aksi=tugaskan&kategori=lampu-jalan&tempat=Negeri+Atas+Angin&urgensi=biasa", to,
	    &page), 422);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "tempat itu tidak ada"));
	ck_assert_int_eq(decide(&v, code, "aksi=tugaskan&kategori=lampu-jalan&tempat=kabat&urgensi=biasa", to, &page), 422);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "beberapa tempat"));
	ck_assert_int_eq(decide(&v, code, "aksi=tugaskan&kategori=lampu-jalan&tempat=Ds.+Kabat,+Kec.+Kabat&urgensi=mendesak&unit=",
	    to, NULL), 303);
	snprintf(path, sizeof(path), "/triase/%s?sudah=%s&aksi=tugaskan", other, code);
	ck_assert_str_eq(to, path);
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "category")), "lampu-jalan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "place")), KABAT);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "mendesak");
	ck_assert(has_unit(doc, "O-DISHUB"));
	json_decref(doc);
	told(code, "tugas", "");
	actor_in_log(code, "tugaskan", actor);
	ck_assert_str_eq(actor, "opr-d112-1");
	/* somebody was faster: said, and not done twice */
	snprintf(path, sizeof(path), "/triase/%s", code);
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=tolak&versi=1&catatan=iseng", NULL, &page), 409);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "sudah berubah"));
	/* a unit outright */
	ck_assert_int_eq(decide(&v, other, "aksi=tugaskan&kategori=lainnya&tempat=&pilih=" KABAT "&urgensi=biasa&unit=O-DLH", to,
	    NULL), 303);
	ck_assert_int_eq(strncmp(to, "/triase?sudah=", 14), 0);
	doc = case_in(other, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(doc, "units"), 0)), "O-DLH");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "place")), KABAT);	/* the key of an equal name */
	json_decref(doc);
	buf_release(&page);
}
END_TEST

START_TEST(asked_rejected_merged)
{
	char ask_code[CODE_CHARS + 1], no[CODE_CHARS + 1], lead[CODE_CHARS + 1], same[CODE_CHARS + 1], fields[160],
	    path[64], text[512];
	struct case_record c;
	struct buf page = { 0 };
	struct visitor v;

	visitor_comes_in(&v, "opr-d112-1");
	unclear("+6281234500005", UNCLEAR, ask_code);
	unclear("+6281234500006", UNCLEAR, no);
	ck_assert_int_eq(decide(&v, ask_code, "aksi=tanya&catatan=", NULL, NULL), 422);
	ck_assert_int_eq(decide(&v, ask_code, "aksi=tanya&catatan=Di+jalan+apa+itu", NULL, NULL), 303);
	text_of(ask_code, "kabar-tanya", "+6281234500005", text);
	ck_assert_ptr_nonnull(strstr(text, "Di jalan apa itu"));
	wait_state(ask_code, "menunggu");
	ck_assert_int_eq(decide(&v, no, "aksi=tolak&catatan=bukan+wewenang+pemkab", NULL, NULL), 303);
	wait_state(no, "ditutup");
	told(no, "kabar-ditolak", "+6281234500006");
	/* the same hole, told twice: offered with a score, merged by a human, parted again */
	sms("+6281234500007", "aspal jalan desa kabat kecamatan kabat berlubang besar", lead);
	wait_state(lead, "ditugaskan");
	unclear("+6281234500008", UNCLEAR, same);
	snprintf(fields, sizeof(fields), "aksi=gabung&ke=%s&catatan=lubang+yang+sama", lead);
	ck_assert_int_eq(decide(&v, same, fields, NULL, NULL), 303);
	glance_case(same, &c);
	ck_assert_str_eq(c.lead, lead);
	told(same, "kabar-gabung", "+6281234500008");
	snprintf(path, sizeof(path), "/kasus/%s", same);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "mengikuti <a"));
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=pisah&catatan=lubang+lain", NULL, NULL), 303);
	glance_case(same, &c);
	ck_assert_str_eq(c.lead, "");
	buf_release(&page);
}
END_TEST

/* Nothing in its words said so to the machine: whoever sees that it is about two things makes two cases of it. */
START_TEST(one_report_is_two_problems)
{
	static const char who[] = "+6281234500040";
	char code[CODE_CHARS + 1], path[64], text[512], shown[16];
	struct buf page = { 0 };
	const char *other;
	json_t *first, *second;
	struct visitor v;
	struct code number;

	visitor_comes_in(&v, "opr-d112-1");
	sms(who, "jalan berlubang besar di desa kabat depan balai desa, terus yang di pojokan itu baunya minta ampun", code);
	wait_state(code, "ditugaskan");
	snprintf(path, sizeof(path), "/kasus/%s", code);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Buka masalah kedua sebagai kasus sendiri"));
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=dua&kategori=&catatan=sampah+di+pojok", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=dua&kategori=jalan-rusak&catatan=sampah+di+pojok", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=dua&kategori=sampah&catatan=", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=dua&kategori=sampah&catatan=sampah+di+pojok", NULL, NULL), 303);
	first = case_in(code, "ditugaskan");
	other = json_string_value(json_object_get(first, "twin"));
	ck_assert_ptr_nonnull(other);
	second = case_in(other, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(second, "twin")), code);
	ck_assert_str_eq(json_string_value(json_object_get(second, "category")), "sampah");
	ck_assert_str_eq(json_string_value(json_object_get(second, "place")), json_string_value(json_object_get(first, "place")));
	/* he has waited for both since he wrote */
	ck_assert_int_eq(json_integer_value(json_object_get(first, "received_ms")),
	    json_integer_value(json_object_get(second, "received_ms")));
	told(other, "tugas", "");
	text_of(code, "kabar-dua", who, text);
	ck_assert_int_eq(code_parse(&number, other, strlen(other)), 0);
	code_show(shown, &number);
	ck_assert_msg(strstr(text, shown) != NULL, "%s", text);
	/* once: no third, and the form is gone */
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=dua&kategori=drainase&catatan=bau", NULL, NULL), 422);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), "Buka masalah kedua sebagai kasus sendiri"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), other));
	/* what he says to the second number is the second's */
	snprintf(text, sizeof(text), "CEK %s", other);
	sms(who, text, NULL);
	told(other, "cek", who);
	json_decref(first);
	json_decref(second);
	/* the same from the terminal */
	sms("+6281234500041", "pohon tumbang menutup jalan di desa kabat depan sekolah", code);
	wait_state(code, "ditugaskan");
	snprintf(text, sizeof(text), "act %s dua --as opr-d112-1 --category sampah --note 'ada sampah juga'", code);
	buf_reset(&page);
	ck_assert_int_eq(house_command(text, &page), 0);
	first = case_in(code, "ditugaskan");
	ck_assert_ptr_nonnull(json_object_get(first, "twin"));
	json_decref(first);
	buf_release(&page);
}
END_TEST

/* Two who smell the same ditch: offered with a score and one key, merged by nobody but the operator. */
START_TEST(what_may_be_the_same_is_offered)
{
	char first[CODE_CHARS + 1], second[CODE_CHARS + 1], path[64], merge[64];
	struct buf page = { 0 };
	struct visitor v;

	visitor_comes_in(&v, "opr-d112-1");
	unclear("+6281234500020", "di sumbergondo ada lubang aneh di lapangan, anak-anak berkerumun", first);
	unclear("+6281234500021", "di sumbergondo lubang aneh di lapangan, anak-anak berkerumun semua", second);
	wait_listed(&v, first);
	wait_listed(&v, second);
	snprintf(path, sizeof(path), "/triase/%s", second);
	snprintf(merge, sizeof(merge), "name=\"ke\" value=\"%s\"", first);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Mungkin kejadian yang sama"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), merge));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "value=\"Ds. Sumbergondo, Kec. Glenmore\""));	/* the guess */
	wait_state(first, "baru");
	wait_state(second, "baru");
	ck_assert_int_eq(decide(&v, first, "aksi=tolak&catatan=coba-coba", NULL, NULL), 303);
	ck_assert_int_eq(decide(&v, second, "aksi=tolak&catatan=coba-coba", NULL, NULL), 303);
	buf_release(&page);
}
END_TEST

/* Beside what an officer could do before: another's second alarm, how sure it is, whose it is. */
START_TEST(the_acts_of_a_case_page)
{
	char code[CODE_CHARS + 1], path[64];
	struct buf page = { 0 };
	struct case_record c;
	struct visitor v, o;

	visitor_comes_in(&v, "opr-d112-1");
	visitor_comes_in(&o, "ptg-o-dishub-1");
	sms("+6281234500009", "lampu jalan mati di desa kabat depan balai desa", code);
	wait_state(code, "ditugaskan");
	snprintf(path, sizeof(path), "/kasus/%s", code);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	for (const char *const *s = (const char *const []){ "tugaskan", "gabung", "kebenaran", "bantuan", NULL }; *s != NULL; s++) {
		char value[64];

		snprintf(value, sizeof(value), "name=\"aksi\" value=\"%s\"", *s);
		ck_assert_msg(strstr(buf_str(&page), value) != NULL, "%s is not offered", *s);
	}
	/* whose it is, the desk says */
	ck_assert_int_eq(visitor_visits(&o, path, &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), "value=\"tugaskan\""));
	ck_assert_int_eq(visitor_submits(&o, path, "aksi=tugaskan&kategori=sampah", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=kebenaran&alasan=rt&catatan=kata+ketua+RT", NULL, NULL), 303);
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=bantuan&unit=O-BPBD&catatan=tiang+roboh", NULL, NULL), 303);
	glance_case(code, &c);
	ck_assert_int_eq(c.truth, TRUTH_RT);
	ck_assert_int_eq(c.alarms, 1);
	ck_assert_int_ge(case_unit_index(&c, "O-BPBD"), 0);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "<dd>dibenarkan RT</dd>"));
	page_comes(o.cookie, "/tugas", "<br>dibenarkan RT", 1, NULL);
	buf_release(&page);
}
END_TEST

/* ---- who may not ---- */

static const struct { const char *officer, *path; long status; } doors[] = {
	{ "ptg-o-dishub-1", "/triase", 403 }, { "kpl-o-dishub", "/triase", 403 },
	{ "kpl-bupati", "/triase", 403 }, { "opr-o-kominfo-1", "/triase", 200 },
	{ "ptg-d112-1", "/triase", 200 }, { "ptg-o-dishub-1", "/baru", 200 }, { "kpl-bupati", "/baru", 403 },
	{ "ptg-o-dishub-1", "/insiden", 403 }, { "kpl-bupati", "/insiden", 200 }, { "opr-d112-1", "/insiden", 200 },
	{ "adm-o-kominfo-1", "/sistem", 200 }, { "opr-d112-1", "/sistem", 403 }, { "kpl-bupati", "/sistem", 403 },
	{ "adm-o-kominfo-1", "/triase", 403 }, { "adm-o-kominfo-1", "/baru", 403 },
	{ "opr-d112-1", "/triase/00000000", 404 }, { "opr-d112-1", "/insiden/7K3F9QXM", 404 },
};

START_TEST(who_may_come_where)
{
	struct visitor v;

	visitor_comes_in(&v, doors[_i].officer);
	ck_assert_msg(visitor_visits(&v, doors[_i].path, NULL) == doors[_i].status, "%s %s: %ld", doors[_i].officer, doors[_i].path,
	    visitor_visits(&v, doors[_i].path, NULL));
}
END_TEST

START_TEST(without_the_forms_token_nothing_happens)
{
	static const char form[] = "tanda=00000000000000000000000000000000&aksi=tolak&catatan=jahat&isi=jahat&kunci=jahat";
	char code[CODE_CHARS + 1], path[64];
	struct visitor v, unit;
	struct answer a;

	visitor_comes_in(&v, "opr-d112-1");
	visitor_comes_in(&unit, "kpl-o-dishub");
	unclear("+6281234500010", UNCLEAR, code);
	snprintf(path, sizeof(path), "/triase/%s", code);
	ask_as(&a, house.console, path, (const char *[]){ v.cookie, NULL }, form, sizeof(form) - 1);
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	ask_as(&a, house.console, "/baru", (const char *[]){ v.cookie, NULL }, form, sizeof(form) - 1);
	ck_assert_int_eq(a.status, 403);
	answer_release(&a);
	/* nor by somebody who has one, and has nothing to do at the desk */
	ck_assert_int_ge(visitor_submits(&unit, path, "aksi=tolak&catatan=bukan+saya", NULL, NULL), 403);
	wait_state(code, "baru");
	ck_assert_int_eq(decide(&v, code, "aksi=tolak&catatan=coba-coba", NULL, NULL), 303);
}
END_TEST

START_TEST(a_sealed_one_waits_only_for_those_it_names)
{
	char code[CODE_CHARS + 1], path[64];
	struct buf page = { 0 };
	struct visitor named, other;

	visitor_comes_in(&named, "opr-d112-1");
	visitor_comes_in(&other, "opr-o-kominfo-1");
	sms("+6281234500011", SECRET, code);	/* the machine's own secret does not see it either */
	wait_listed(&named, code);
	ck_assert_int_eq(visitor_visits(&named, "/triase", &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), "jangan sebut"));	/* opened by nobody yet */
	ck_assert_int_eq(visitor_visits(&other, "/triase", &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), code));
	snprintf(path, sizeof(path), "/triase/%s", code);
	ck_assert_int_eq(visitor_visits(&other, path, &page), 404);
	ck_assert_int_eq(visitor_visits(&named, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "jangan sebut"));
	ck_assert_int_eq(decide(&named, code, "aksi=tolak&catatan=coba-coba", NULL, NULL), 303);
	buf_release(&page);
}
END_TEST

/* ---- by telephone and at the counter ---- */

START_TEST(a_call_with_a_number)
{
	char to[160], code[CODE_CHARS + 1], again[CODE_CHARS + 1], actor[32], path[64];
	static const char form[] = "kunci=aa01&telepon=0812-3450-0012&nama=Bu+Siti&isi=lampu+jalan+mati+depan+balai+desa"
	    "&tempat=Ds.+Kabat,+Kec.+Kabat&kategori=&lokasi=";
	struct buf page = { 0 };
	struct visitor v;
	json_t *doc;

	visitor_comes_in(&v, "opr-d112-1");
	ck_assert_int_eq(visitor_submits(&v, "/baru", form, to, NULL), 303);
	code_in(to, code);
	ck_assert_int_eq(visitor_visits(&v, to, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Tercatat"));
	doc = case_in(code, "ditugaskan");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "place")), KABAT);
	ck_assert(has_unit(doc, "O-DISHUB"));
	json_decref(doc);
	told(code, "terima", "+6281234500012");	/* the citizen has his receipt */
	actor_in_log(code, "buka", actor);
	ck_assert_str_eq(actor, "opr-d112-1");		/* and who wrote it down stands on record */
	snprintf(path, sizeof(path), "/kasus/%s", code);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "dicatat oleh Operator Contoh"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Bu Siti, +6281234500012"));
	ck_assert_uint_lt(page.len, 100000);
	/* pressed twice */
	ck_assert_int_eq(visitor_submits(&v, "/baru", form, to, NULL), 303);
	code_in(to, again);
	ck_assert_str_eq(code, again);
	/* what is wrong is said, and stays in the form */
	ck_assert_int_eq(visitor_submits(&v, "/baru", "kunci=aa02&telepon=12&isi=%3Cb%3Epohon+tumbang", NULL, &page), 422);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "nomor telepon tidak terbaca"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "&lt;b&gt;pohon tumbang"));
	ck_assert_int_eq(visitor_submits(&v, "/baru", "kunci=aa03&isi=", NULL, NULL), 422);
	buf_release(&page);
}
END_TEST

START_TEST(a_visitor_at_the_village_counter)
{
	char to[160], code[CODE_CHARS + 1], actor[32], fields[128];
	struct visitor desa, other;
	json_t *doc;

	visitor_comes_in(&desa, "ptg-35.10.14.2012-1");
	visitor_comes_in(&other, "ptg-o-dishub-1");
	ck_assert_int_eq(visitor_submits(&desa, "/baru", "kunci=bb01&isi=selesai+sudah,+lampu+jalan+mati+lagi&tempat=" KABAT
	    "&kategori=lampu-jalan", to, NULL), 303);
	code_in(to, code);
	doc = case_in(code, "ditugaskan");		/* nobody can be answered, and nothing is taken for a command */
	json_decref(doc);
	actor_in_log(code, "buka", actor);
	ck_assert_str_eq(actor, "ptg-35.10.14.2012-1");
	/* what another wrote down is his to complete */
	snprintf(fields, sizeof(fields), "kunci=bb02&tentang=%s&isi=bukan+saya", code);
	ck_assert_int_eq(visitor_submits(&other, "/baru", fields, NULL, NULL), 404);
}
END_TEST

START_TEST(an_emergency_goes_out_before_the_form_is_full)
{
	char to[160], code[CODE_CHARS + 1], again[CODE_CHARS + 1], fields[256], path[64], actor[32];
	struct buf page = { 0 };
	struct visitor v;
	json_t *doc;

	visitor_comes_in(&v, "opr-d112-1");
	ck_assert_int_eq(visitor_submits(&v, "/baru", "darurat=1&kunci=cc01&isi=&tempat=" KABAT, to, NULL), 303);
	ck_assert_int_eq(strncmp(to, "/baru?lengkapi=", 15), 0);
	code_in(to, code);
	doc = case_in(code, "ditugaskan");	/* one field, and those who are near are on their way */
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "darurat");
	ck_assert(has_unit(doc, "K-35.10.14"));
	ck_assert(!has_unit(doc, "O-DAMKAR"));
	json_decref(doc);
	told(code, "tugas", "");
	ck_assert_int_eq(visitor_submits(&v, "/baru", "darurat=1&kunci=cc01&isi=&tempat=" KABAT, to, NULL), 303);
	code_in(to, again);
	ck_assert_str_eq(code, again);
	/* the form goes on where it was */
	ck_assert_int_eq(visitor_visits(&v, to, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "value=\"Ds. Kabat, Kec. Kabat\""));
	snprintf(fields, sizeof(fields), "kunci=cc02&tentang=%s&isi=rumah+terbakar&kategori=kebakaran&tempat=" KABAT
	    "&telepon=081234500013&nama=Pak+Budi", code);
	ck_assert_int_eq(visitor_submits(&v, "/baru", fields, to, NULL), 303);
	for (int64_t until = clock_mono_ms() + LIMIT_MS; ; json_decref(doc)) {
		doc = case_in_any(code);
		if (strcmp(json_string_value(json_object_get(doc, "category")), "kebakaran") == 0)
			break;
		ck_assert_msg(clock_mono_ms() < until, "what was added did not come to the case");
	}
	ck_assert_str_eq(json_string_value(json_object_get(doc, "urgency")), "darurat");
	ck_assert(has_unit(doc, "O-DAMKAR"));
	json_decref(doc);
	actor_in_log(code, "tugaskan", actor);
	ck_assert_str_eq(actor, "opr-d112-1");
	snprintf(path, sizeof(path), "/kasus/%s", code);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Pak Budi, +6281234500013"));
	/* the first form again, by the way back, with more in it: added, not lost */
	ck_assert_int_eq(visitor_submits(&v, "/baru", "darurat=1&kunci=cc01&isi=dua+orang+di+dalam&tempat=" KABAT, to, NULL), 303);
	code_in(to, again);
	ck_assert_str_eq(code, again);
	page_comes(v.cookie, path, "dua orang di dalam", 1, &page);
	buf_release(&page);
}
END_TEST

/* ---- what many report ---- */

START_TEST(an_incident_is_seen_as_one)
{
	char code[3][CODE_CHARS + 1], path[64], number[24];
	struct case_record c;
	struct buf page = { 0 };
	struct visitor v;

	visitor_comes_in(&v, "opr-d112-1");
	for (int i = 0; i < 3; i++) {
		snprintf(number, sizeof(number), "+62812345010%02d", i);
		sms(number, "banjir masuk rumah di desa kabat kecamatan kabat", code[i]);
		wait_state(code[i], "ditugaskan");
	}
	glance_case(code[2], &c);
	ck_assert_str_ne(c.lead, "");
	page_comes(v.cookie, "/insiden", "3 suara", 1, &page);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), c.lead));
	snprintf(path, sizeof(path), "/insiden/%s", c.lead);
	ck_assert_int_eq(visitor_visits(&v, path, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Ds. Kabat"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "Menurut jam"));
	snprintf(path, sizeof(path), "/insiden/%s", code[2]);	/* a member leads to the whole */
	ck_assert_int_eq(visitor_visits(&v, path, &page), 303);
	/* a danger of its own, broken out by hand, is named there */
	snprintf(path, sizeof(path), "/kasus/%s", code[2]);
	ck_assert_int_eq(visitor_submits(&v, path, "aksi=pecah&catatan=nenek+terjebak+di+atap", NULL, NULL), 303);
	page_comes(v.cookie, "/insiden", "1 bahaya tersendiri", 1, &page);
	buf_release(&page);
}
END_TEST

/* ---- the house itself ---- */

START_TEST(a_link_is_made_by_who_keeps_the_machine)
{
	struct buf page = { 0 };
	struct visitor v, operator;

	visitor_comes_in(&v, "adm-o-kominfo-1");
	visitor_comes_in(&operator, "opr-d112-1");
	ck_assert_int_eq(visitor_visits(&v, "/sistem", &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "router"));
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "seiring"));
	ck_assert_int_eq(visitor_submits(&operator, "/sistem", "petugas=opr-d112-2", NULL, NULL), 403);
	ck_assert_int_eq(visitor_submits(&v, "/sistem", "petugas=tiada", NULL, NULL), 422);
	ck_assert_int_eq(visitor_submits(&v, "/sistem", "petugas=opr-d112-2", NULL, &page), 200);
	ck_assert_ptr_nonnull(strstr(buf_str(&page), "/sandi/opr-d112-2?t="));
	ck_assert_int_eq(visitor_visits(&v, "/sistem", &page), 200);
	ck_assert_ptr_null(strstr(buf_str(&page), "?t="));
	buf_release(&page);
}
END_TEST

/* All of it can be replayed, and the record holds. */
START_TEST(the_record_holds)
{
	struct buf out = { 0 };

	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	ck_assert_msg(house_command("replay", &out) == 0, "%.600s", buf_str(&out));
	buf_release(&out);
}
END_TEST

Suite *
desk_suite(void)
{
	Suite *s = suite_create("desk");
	TCase *tc = tcase_create("desk");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, emergencies_come_first_and_words_are_only_words);
	tcase_add_test(tc, an_officers_unclear_words_are_read_by_a_human);
	tcase_add_test(tc, assigned_from_the_page_the_unit_hears_and_the_next_one_opens);
	tcase_add_test(tc, asked_rejected_merged);
	tcase_add_test(tc, one_report_is_two_problems);
	tcase_add_test(tc, what_may_be_the_same_is_offered);
	tcase_add_test(tc, the_acts_of_a_case_page);
	tcase_add_loop_test(tc, who_may_come_where, 0, N_ELEMS(doors));
	tcase_add_test(tc, without_the_forms_token_nothing_happens);
	tcase_add_test(tc, a_sealed_one_waits_only_for_those_it_names);
	tcase_add_test(tc, a_call_with_a_number);
	tcase_add_test(tc, a_visitor_at_the_village_counter);
	tcase_add_test(tc, an_emergency_goes_out_before_the_form_is_full);
	tcase_add_test(tc, an_incident_is_seen_as_one);
	tcase_add_test(tc, a_link_is_made_by_who_keeps_the_machine);
	tcase_add_test(tc, the_record_holds);
	suite_add_tcase(s, tc);
	return s;
}
