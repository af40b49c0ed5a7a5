/*
 * One flood, many voices, on a living house: who leads and who follows, who is in danger in it, what
 * each of them is told, and how little officers are; a merge by hand and back; a neighbour who joins.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <jansson.h>

#include "core/incident.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "tests/integration/glance.h"
#include "tests/integration/living.h"

Suite *floods_suite(void);

#define FAMILIES_MOST 1500
#define TRAPPED 12
#define DESK_WITHIN_MS 10000
#define OFFICER_SMS_MOST 40

static int routers_killed, opened_unread;

static void
begin(void)
{
	house_make("");
	house_up();
	glance_open(house.dir, house.conf);
}

/* As in a regency: sla opens for the desk what no router has read in half a minute, not in a second. */
static void
begin_patient(void)
{
	char sed[160];

	house_make("");
	snprintf(sed, sizeof(sed), "sed -i 's/unread: .*s/unread: 60s/' %s/kentongan.yaml", house.conf);
	ck_assert_int_eq(system(sed), 0);
	house_up();
	glance_open(house.dir, house.conf);
}

/* Three make one here. */
static void
begin_three(void)
{
	char sed[160];

	house_make("");
	snprintf(sed, sizeof(sed), "sed -i '/nama: banjir/s/laporan: 2/laporan: 3/' %s/sla.yaml", house.conf);
	ck_assert_int_eq(system(sed), 0);
	house_up();
	glance_open(house.dir, house.conf);
}

static void
end(void)
{
	glance_close();
	house_down();
}

/* ---- the store ---- */

static int
until(int (*fact)(const void *), const void *arg)
{
	const struct timespec pause = { 0, 10 * 1000000L };
	int64_t limit = clock_mono_ms() + 2 * LIMIT_MS;

	while (!fact(arg)) {
		if (clock_mono_ms() > limit)
			return 0;
		nanosleep(&pause, NULL);
	}
	return 1;
}

struct wanted { const char *code; enum case_state state; };

static int
is_in_state(const void *arg)
{
	const struct wanted *w = arg;
	struct case_record c;

	return glance_case(w->code, &c) && c.state == w->state;
}

static void
becomes(const char *code, enum case_state state)
{
	struct wanted w = { code, state };

	ck_assert_msg(until(is_in_state, &w), "%s does not become %s", code, case_state_name(state));
}

static int
is_opened(const void *arg)
{
	struct case_record c;

	return glance_case(arg, &c) && c.place[0] != '\0';	/* else sla opened it, and a router reads it yet */
}

static int
act(const char *code, const char *args)
{
	char line[320];

	snprintf(line, sizeof(line), "act %s %s", code, args);
	return house_command(line, NULL);
}

/* ---- what left the house ---- */

struct sent { char to[24], kind[32], code[CODE_CHARS + 1]; };

static size_t
all_sent(struct sent **out)
{
	struct buf path = { 0 }, all = { 0 };
	size_t n = 0, cap = 0;

	*out = NULL;
	buf_addf(&path, "%s/out/sms.jsonl", house.dir);
	if (file_read(buf_str(&path), 64u << 20, &all) != 0)
		ck_assert_int_eq(errno, ENOENT);
	for (char *line = all.data, *stop; line != NULL && (stop = strchr(line, '\n')) != NULL; line = stop + 1) {
		json_t *m = json_loadb(line, (size_t)(stop - line), 0, NULL);

		if (n == cap) {
			cap = cap ? 2 * cap : 256;
			*out = realloc(*out, cap * sizeof(**out));
			ck_assert_ptr_nonnull(*out);
		}
		snprintf((*out)[n].to, sizeof((*out)[n].to), "%s", json_string_value(json_object_get(m, "to")));
		snprintf((*out)[n].kind, sizeof((*out)[n].kind), "%s", json_string_value(json_object_get(m, "kind")));
		snprintf((*out)[n].code, sizeof((*out)[n].code), "%s", json_string_value(json_object_get(m, "code")));
		n++;
		json_decref(m);
	}
	buf_release(&path);
	buf_release(&all);
	return n;
}

/* Officers of the shipped roster have numbers that nobody else has. */
static int
is_officer(const char *to)
{
	return strncmp(to, "+628000000", 10) == 0;
}

/* ---- the flood ---- */

static const struct { const char *words, *place; int share; } desas[] = {
	{ "desa jambewangi kecamatan sempu", "35.10.20.2002", 50 },
	{ "desa temuasri sempu", "35.10.20.2006", 7 },
	{ "ds tegalarum kec sempu", "35.10.20.2007", 6 },
	{ "desa gitik kecamatan rogojampi", "35.10.13.2010", 12 },
	{ "lemahbangdewo rogojampi", "35.10.13.2008", 8 },
	{ "desa kedayunan kecamatan kabat", "35.10.14.2011", 9 },
	{ "desa pakistaji kabat", "35.10.14.2006", 8 },
};
static const struct { const char *before, *after; } spellings[] = { { "banjir masuk rumah di ", "" },
	{ "bnjir pak nang ", " banyune munggah" }, { "kebanjiran ning ", ", air sudah selutut" } };
static const char *const cries[] = { ", ada yang terjebak di dalam rumah", ", ibu saya kejebak nang njero omah",
	", kami di atap tidak bisa keluar, tolong" };

static struct family {
	char phone[24], code[CODE_CHARS + 1];
	int desa, trapped;
} families[FAMILIES_MOST];
static uint64_t dice;

static unsigned
draw(unsigned below)
{
	dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(dice >> 33) % below;
}

static void
report(struct family *f, int i, char code[CODE_CHARS + 1])
{
	char body[400];

	snprintf(body, sizeof(body), "{\"id\":\"banjir-%d\",\"from\":\"%s\",\"text\":\"%s%s%s%s\"}", i, f->phone,
	    spellings[i % 3].before, desas[f->desa].words, spellings[i % 3].after, f->trapped ? cries[i % 3] : "");
	ck_assert_int_eq(post_signed(body, clock_now_ms() / 1000, 0, code), 202);
}

static void
make_families(int n)
{
	dice = 20260211;
	memset(families, 0, sizeof(families));
	for (int i = 0; i < n; i++) {
		int at = (int)draw(100), d = 0;

		while (at >= desas[d].share)
			at -= desas[d++].share;
		families[i].desa = d;
		snprintf(families[i].phone, sizeof(families[i].phone), "+62811%07d", i);
	}
	/* Not among the very first: then there is no incident yet to break out of. */
	for (int t = 0; t < TRAPPED; t++) {
		int i = 20 + t * ((n - 40) / TRAPPED) + (int)draw(10);

		families[i].trapped = 1;
	}
}

/* Every tenth is delivered again: some at once, some when others have come between. */
static void
send_families(int n)
{
	char again[CODE_CHARS + 1];

	for (int i = 0; i < n; i++) {
		report(&families[i], i, families[i].code);
		if (i % 10 == 3) {
			report(&families[i], i, again);
			ck_assert_str_eq(again, families[i].code);
		}
		if (i % 10 == 9 && i > 50) {
			report(&families[i - 40], i - 40, again);
			ck_assert_str_eq(again, families[i - 40].code);
		}
		if (routers_killed > 0 && i > 0 && i % (n / (routers_killed + 1)) == 0)
			kill(pid_of("router"), SIGKILL);
	}
}

struct figures { int leads, members, apart, others; char lead[3][CODE_CHARS + 1], name[3][INCIDENT_CHARS]; };

static int
kecamatan_of(const char *place)
{
	return strncmp(place, "35.10.20", 8) == 0 ? 0 : strncmp(place, "35.10.13", 8) == 0 ? 1 :
	    strncmp(place, "35.10.14", 8) == 0 ? 2 : -1;
}

static void
count_families(int n, struct figures *f)
{
	memset(f, 0, sizeof(*f));
	for (int i = 0; i < n; i++) {
		struct case_record c;
		int k;

		ck_assert_msg(until(is_opened, families[i].code), "%s of family %d is not opened",
		    families[i].code, i);
		glance_case(families[i].code, &c);
		k = kecamatan_of(c.place);
		ck_assert_msg(k >= 0 && strcmp(c.place, desas[families[i].desa].place) == 0, "family %d: %s, not %s", i,
		    c.place, desas[families[i].desa].place);
		if (c.apart) {
			ck_assert_msg(families[i].trapped, "%s broke out of nothing", c.code.s);
			f->apart++;
		} else if (c.lead[0] != '\0') {
			ck_assert_msg(!families[i].trapped, "%s is trapped and follows", c.code.s);
			ck_assert_int_eq(c.tasks_n, 0);
			f->members++;
		} else if (c.incident[0] != '\0') {
			ck_assert_msg(f->lead[k][0] == '\0', "two incidents in one kecamatan: %s and %s", f->lead[k],
			    c.code.s);
			memcpy(f->lead[k], c.code.s, sizeof(f->lead[k]));
			memcpy(f->name[k], c.incident, sizeof(f->name[k]));
			f->leads++;
		} else {
			f->others++;
		}
	}
	for (int i = 0; i < n; i++) {
		struct case_record c;

		glance_case(families[i].code, &c);
		if (c.lead[0] != '\0')
			ck_assert_str_eq(c.lead, f->lead[kecamatan_of(c.place)]);
	}
}

/* From the gateway to an item of the outbox that tells the desk. */
static void
trapped_are_at_the_desk(int n)
{
	int64_t worst = 0;

	for (int i = 0; i < n; i++) {
		struct case_record c;
		int at_desk = 0;

		if (!families[i].trapped)
			continue;
		glance_case(families[i].code, &c);
		ck_assert_int_eq(c.urgency, URGENCY_DARURAT);
		for (int t = 0; t < c.tasks_n; t++) {
			char id[48];
			int64_t ms;

			if (strcmp(c.tasks[t].unit, "D112") != 0)
				continue;
			snprintf(id, sizeof(id), "%s.%d", c.code.s, c.tasks[t].message);
			ms = glance_queued_ms(id) - c.received_ms;
			/* a killed router rests before it is started again: that is another promise */
			ck_assert_int_le(ms, (routers_killed > 0 ? 3 : 1) * DESK_WITHIN_MS);
			worst = ms > worst ? ms : worst;
			at_desk++;
		}
		ck_assert_msg(at_desk > 0, "%s: nobody at the desk", c.code.s);
	}
	if (getenv("CK_FIGURES") != NULL)
		printf("trapped at the desk within %lld ms\n", (long long)worst);
}

struct answered { int n; const char *const *kinds; int kinds_n; };

static int
answers_of(const struct answered *a, int *most)
{
	struct sent *all;
	size_t n = all_sent(&all);
	int *count = calloc((size_t)a->n, sizeof(int)), total = 0;

	*most = 0;
	for (size_t i = 0; i < n; i++) {
		int who = -1;

		if (sscanf(all[i].to, "+62811%7d", &who) != 1 || who < 0 || who >= a->n)
			continue;
		for (int k = 0; k < a->kinds_n; k++)
			if (strcmp(all[i].kind, a->kinds[k]) == 0) {
				ck_assert_str_eq(all[i].code, families[who].code);
				total += count[who] == 0;
				count[who]++;
				*most = count[who] > *most ? count[who] : *most;
			}
	}
	free(count);
	free(all);
	return total;
}

static int
all_are_answered(const void *arg)
{
	int most;

	return answers_of(arg, &most) == ((const struct answered *)arg)->n;
}

static void
each_is_answered_once(int n)
{
	static const char *const receipts[] = { "terima", "terima-kejadian", "terima-triase" };
	const struct answered a = { n, receipts, 3 };
	int most;

	ck_assert_msg(until(all_are_answered, &a), "%d of %d answered", answers_of(&a, &most), n);
	answers_of(&a, &most);
	ck_assert_int_le(most, opened_unread ? 2 : 1);	/* "a human reads it" first */
}

static int
officer_sms(void)
{
	struct sent *all;
	size_t n = all_sent(&all);
	int officers = 0;

	for (size_t i = 0; i < n; i++)
		officers += is_officer(all[i].to);
	free(all);
	return officers;
}

/* The chain is whole, and each entry decided again gives the same bytes. */
static void
record_holds(void)
{
	struct buf out = { 0 };

	ck_assert_int_eq(house_command("audit verify", NULL), 0);
	ck_assert_msg(house_command("replay", &out) == 0, "%.600s", buf_str(&out));
	buf_release(&out);
}

static int
lead_has_voices(const void *arg)
{
	struct case_record c;

	return glance_case(arg, &c) && c.voices > 1 && c.truth == TRUTH_SECOND;
}

static void
flood(int n)
{
	struct figures f;
	int trapped = 0, officers;

	make_families(n);
	for (int i = 0; i < n; i++)
		trapped += families[i].trapped;
	ck_assert_int_eq(trapped, TRAPPED);
	send_families(n);
	count_families(n, &f);
	ck_assert_int_le(f.leads, 3);
	ck_assert_int_eq(f.apart + f.others, TRAPPED);
	ck_assert_int_eq(f.leads + f.members + TRAPPED, n);
	trapped_are_at_the_desk(n);
	each_is_answered_once(n);
	ck_assert_int_eq(glance_due(), n);		/* each once: I3 */
	for (int k = 0; k < 3; k++)
		ck_assert_msg(until(lead_has_voices, f.lead[k]), "%s has one voice", f.lead[k]);
	officers = officer_sms();
	if (getenv("CK_FIGURES") != NULL)
		printf("%d families: %d incidents, %d follow, %d apart, %d others, %d SMS to officers\n", n, f.leads,
		    f.members, f.apart, f.others, officers);
	if (!opened_unread)		/* else the desk has a task for each that was unread */
		ck_assert_int_lt(officers, OFFICER_SMS_MOST);
	record_holds();
}

START_TEST(three_hundred_families)
{
	flood(300);
}
END_TEST

/* Killed in between, again and again: still one incident, each answered once. */
START_TEST(a_router_dies_in_the_flood)
{
	routers_killed = 4;
	flood(200);
}
END_TEST

/* The same where sla opens what lies a second: the router gathers what it finds opened. */
START_TEST(what_lay_unread_is_gathered_too)
{
	routers_killed = 4;
	opened_unread = 1;
	flood(200);
}
END_TEST

START_TEST(fifteen_hundred_families)
{
	flood(FAMILIES_MOST);
}
END_TEST

/* ---- a small one to its end ---- */

#define LEADER "+6281234500001"
#define SECOND "+6281234500002"
#define THIRD "+6281234500003"
#define SUBSCRIBED "+6281234500011"
#define SUBSCRIBED_TWICE "+6281234500012"
#define SUBSCRIBED_ELSEWHERE "+6281234500013"
#define RT_HEAD_NUMBER "+628000000738"

static char lead[CODE_CHARS + 1], second[CODE_CHARS + 1], third[CODE_CHARS + 1];

static void
small_flood(void)
{
	sms(LEADER, "banjir masuk rumah di desa jambewangi kecamatan sempu", lead);
	becomes(lead, CASE_DITUGASKAN);
	sms(SECOND, "bnjir pak nang desa jambewangi sempu banyune munggah", second);
	sms(THIRD, "kebanjiran desa temuasri kecamatan sempu", third);
	becomes(second, CASE_DITUGASKAN);
	becomes(third, CASE_DITUGASKAN);
}

static int
news(const char *code, const char *kind)
{
	struct sent *all;
	size_t n = all_sent(&all);
	int found = 0;

	for (size_t i = 0; i < n; i++)
		found += strcmp(all[i].code, code) == 0 && strcmp(all[i].kind, kind) == 0;
	free(all);
	return found;
}

static void
status_says(const char *code, const char *state)
{
	struct answer a;
	char path[64];
	json_t *doc;

	snprintf(path, sizeof(path), "/api/v1/laporan/%s", code);
	ask(&a, house.http, path, NULL, NULL, 0);
	doc = json_loads(buf_str(&a.body), 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "state")), state);
	json_decref(doc);
	answer_release(&a);
}

static int
all_three_counted(const void *arg)
{
	struct case_record c;

	return glance_case(arg, &c) && c.voices == 3;
}

/* One notice, one all-clear, by desa first; each says for himself whether it is over. */
START_TEST(an_incident_to_its_end)
{
	struct case_record c;
	struct buf out = { 0 };
	json_t *doc;
	char args[256], text[512];

	small_flood();
	glance_case(second, &c);
	ck_assert_str_eq(c.lead, lead);
	told(second, "terima-kejadian", SECOND);
	told(third, "terima-kejadian", THIRD);
	ck_assert_int_eq(act(second, "terima --as ptg-d112-1"), 1);	/* work is the lead's */
	/* whoever asks hears how far those are who work on it */
	ck_assert_int_eq(act(lead, "menuju --as ptg-d112-1"), 0);
	status_says(second, "menuju");
	snprintf(args, sizeof(args), "CEK %s", second);
	sms(SECOND, args, NULL);
	told(second, "cek", SECOND);
	text_of(second, "cek", SECOND, text);
	ck_assert_msg(strstr(text, "menuju lokasi") != NULL, "%s", text);
	ck_assert_int_eq(act(lead, "tangani --as ptg-d112-1"), 0);
	becomes(second, CASE_DITANGANI);
	becomes(third, CASE_DITANGANI);
	told(second, "kabar-ditangani", SECOND);
	/* the water leaves one desa before the other */
	snprintf(args, sizeof(args), "incident %s surut --place 35.10.20.2006 --as ptg-d112-1 --note 'air surut'", lead);
	ck_assert_int_eq(house_command(args, NULL), 0);
	becomes(third, CASE_SELESAI);
	told(third, "kabar-surut", THIRD);
	ck_assert_int_eq(news(second, "kabar-surut"), 0);
	ck_assert_int_eq(act(lead, "selesai --as ptg-d112-1 --note 'air surut, posko ditutup'"), 0);
	becomes(second, CASE_SELESAI);
	told(second, "kabar-surut", SECOND);
	ck_assert_int_eq(news(third, "kabar-surut"), 1);
	ck_assert_msg(until(all_three_counted, lead), "the last count is not exact");
	sms(THIRD, "1", NULL);
	becomes(third, CASE_DITUTUP);
	snprintf(args, sizeof(args), "incident %s --json", second);
	ck_assert_int_eq(house_command(args, &out), 0);
	doc = json_loads(buf_str(&out), 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "lead")), lead);
	ck_assert_int_eq(json_integer_value(json_object_get(doc, "voices")), 3);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "truth")), "lokasi");
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "desa")), 2);
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "members")), 2);
	ck_assert_uint_gt(json_array_size(json_object_get(doc, "log")), 3);
	json_decref(doc);
	/* Not over for him: with the others for whom it is not, one incident again, one level higher. */
	sms(SECOND, "2", NULL);
	becomes(second, CASE_DITUGASKAN);
	glance_case(second, &c);
	ck_assert_str_eq(c.lead, "");
	ck_assert_int_eq(c.level, 1);
	ck_assert_int_gt(c.tasks_n, 0);
	sms(LEADER, "2", NULL);
	becomes(lead, CASE_DITUGASKAN);
	glance_case(lead, &c);
	ck_assert_str_eq(c.lead, second);
	ck_assert_int_eq(c.tasks_n, 0);
	record_holds();
	buf_release(&out);
	house_keys_are_known();
}
END_TEST

static int
is_apart(const void *arg)
{
	struct case_record c;

	return glance_case(arg, &c) && c.apart && c.lead[0] == '\0' && c.tasks_n > 0;
}

static int
notes_of(const char *code, const char *kind)
{
	return news(code, kind);
}

/* What a follower adds reaches those who work on it; a danger is his own case at the desk. */
START_TEST(a_follow_up_reaches_the_survivor)
{
	struct case_record c;
	char text[64];
	int64_t began;

	small_flood();
	snprintf(text, sizeof(text), "%s airnya tambah deras pak", second);
	sms(SECOND, text, NULL);
	told(lead, "tambahan", "");
	ck_assert_int_eq(notes_of(second, "tambahan"), 0);
	began = clock_mono_ms();
	sms(SECOND, "ada yang terjebak", NULL);
	ck_assert_msg(until(is_apart, second), "%s does not break out", second);
	ck_assert_int_lt(clock_mono_ms() - began, DESK_WITHIN_MS);
	glance_case(second, &c);
	ck_assert_str_eq(c.units[0], "D112");
	ck_assert_int_eq(c.urgency, URGENCY_DARURAT);
	told(second, "tugas", "");
	told(second, "kabar-pecah", SECOND);
	glance_case(third, &c);
	ck_assert_str_eq(c.lead, lead);
}
END_TEST

/* Two cases become one and two again: own histories, own clocks, nothing given back. */
START_TEST(merged_and_back)
{
	struct case_record before, c;
	char one[CODE_CHARS + 1], two[CODE_CHARS + 1], args[200];
	struct buf out = { 0 };
	json_t *doc, *list;

	sms(LEADER, "aspal jalan desa kabat kecamatan kabat berlubang besar", one);
	sms(SECOND, "aspal jalan desa kabat kecamatan kabat berlubang dalam", two);
	becomes(one, CASE_DITUGASKAN);
	becomes(two, CASE_DITUGASKAN);
	glance_case(two, &before);
	/* the machine offers it and does nothing */
	snprintf(args, sizeof(args), "candidates %s --json", two);
	ck_assert_int_eq(house_command(args, &out), 0);
	list = json_loads(buf_str(&out), 0, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "code")), one);
	ck_assert(json_real_value(json_object_get(json_array_get(list, 0), "score")) > 0.8);
	json_decref(list);
	buf_reset(&out);
	snprintf(args, sizeof(args), "case %s --json", two);
	ck_assert_int_eq(house_command(args, &out), 0);
	doc = json_loads(buf_str(&out), 0, NULL);
	ck_assert_uint_eq(json_array_size(json_object_get(doc, "candidates")), 1);
	ck_assert_str_eq(json_string_value(json_object_get(doc, "truth")), "belum-pasti");
	json_decref(doc);
	snprintf(args, sizeof(args), "gabung --into %s --as ptg-35.10.14.2012-1 --note 'lubang yang sama'", one);
	ck_assert_int_eq(act(two, args), 0);
	glance_case(two, &c);
	ck_assert_str_eq(c.lead, one);
	ck_assert_int_eq(c.tasks_n, 0);
	ck_assert_int_eq(c.state, CASE_DITUGASKAN);
	told(two, "kabar-gabung", SECOND);
	/* in a ring nobody would work */
	snprintf(args, sizeof(args), "gabung --into %s --as ptg-35.10.14.2012-1 --note 'lubang yang sama'", two);
	ck_assert_int_eq(act(one, args), 1);
	ck_assert_int_eq(act(two, "pisah --as ptg-35.10.14.2012-1 --note 'lubang lain, di ujung jalan'"), 0);
	glance_case(two, &c);
	ck_assert_str_eq(c.lead, "");
	ck_assert_int_gt(c.tasks_n, 0);
	for (int i = 0; i < c.clocks_n; i++) {
		ck_assert_int_eq(c.clocks[i].due_ms, before.clocks[i].due_ms);
		ck_assert_int_eq(c.clocks[i].start_ms, before.clocks[i].start_ms);
	}
	record_holds();
	buf_release(&out);
}
END_TEST

/* The same from the field, by SMS; into what cannot lead it is refused, and he hears why. */
START_TEST(merged_by_sms)
{
	struct case_record c;
	char one[CODE_CHARS + 1], two[CODE_CHARS + 1], officer[24], nonce[8], text[200];

	sms(LEADER, "aspal jalan desa kabat kecamatan kabat berlubang besar", one);
	sms(SECOND, "aspal jalan desa kabat kecamatan kabat berlubang dalam", two);
	becomes(one, CASE_DITUGASKAN);
	becomes(two, CASE_DITUGASKAN);
	first_task(two, officer, nonce);
	snprintf(text, sizeof(text), "GABUNG %s %s lubang yang sama", nonce, two);
	sms(officer, text, NULL);
	told(two, "jawab-tolak", officer);
	snprintf(text, sizeof(text), "GABUNG %s %s lubang yang sama", nonce, one);
	sms(officer, text, NULL);
	told(two, "kabar-gabung", SECOND);
	glance_case(two, &c);
	ck_assert_str_eq(c.lead, one);
}
END_TEST

/* IKUT: the neighbour's number is his ticket to the news, and a number of his own. */
START_TEST(a_neighbour_joins)
{
	struct case_record c;
	char one[CODE_CHARS + 1], two[CODE_CHARS + 1], text[64], shown[CODE_CHARS + 2];
	struct code code;

	sms(LEADER, "lampu jalan mati di desa kabat kecamatan kabat", one);
	becomes(one, CASE_DITUGASKAN);
	snprintf(code.s, sizeof(code.s), "%s", one);
	code_show(shown, &code);
	snprintf(text, sizeof(text), "IKUT %s", shown);
	sms(SECOND, text, two);
	becomes(two, CASE_DITUGASKAN);
	glance_case(two, &c);
	ck_assert_str_eq(c.lead, one);
	ck_assert_str_eq(c.category, "lampu-jalan");
	told(two, "terima-kejadian", SECOND);
	ck_assert_msg(until(lead_has_voices, one), "he does not count");
	sms(SECOND, text, NULL);		/* a second time he is told how it stands */
	told("*", "cek", SECOND);
	ck_assert_int_eq(act(one, "kebenaran --reason rt --as ptg-d112-1 --note 'Pak RT membenarkan'"), 0);
	glance_case(one, &c);
	ck_assert_int_eq(c.truth, TRUTH_RT);
	ck_assert_int_eq(act(one, "tangani --as ptg-35.10.14.2012-1"), 0);
	becomes(two, CASE_DITANGANI);
	told(two, "kabar-ditangani", SECOND);
	/* whose case it is not learns nothing of one that is nobody's to know */
	sms(THIRD, "IKUT 00000000", NULL);
	told_any(THIRD);
}
END_TEST

static int
follows_lead_alone(const void *arg)
{
	struct case_record c;

	return glance_case(arg, &c) && strcmp(c.lead, lead) == 0 && c.tasks_n == 0 && c.place[0] != '\0';
}

/* Who did not say where joins the others when he is asked and answers: unread until then, or at work already. */
START_TEST(whoever_says_where_later_joins)
{
	static const struct { const char *first, *others[2], *unplaced, *place; enum case_state state; } rows[] = {
		{ "banjir masuk rumah di desa jambewangi kecamatan sempu",
		    { "bnjir pak nang desa jambewangi sempu banyune munggah", "kebanjiran desa temuasri kecamatan sempu" },
		    "tolong rumah kami kebanjiran", "jambewangi sempu", CASE_BARU },
		{ "listrik padam di desa kabat kecamatan kabat",
		    { "listrik mati desa kabat kec kabat", "desa kabat kabat listrik mati sejak sore" },
		    "listrik padam sejak tadi sore pak", "desa kabat kecamatan kabat", CASE_DITUGASKAN },
	};
	const char *const who[] = { "+6281234500011", "+6281234500012", "+6281234500013", "+6281234500014" };
	char follower[CODE_CHARS + 1];
	struct case_record c;

	sms(who[0], rows[_i].first, lead);
	becomes(lead, CASE_DITUGASKAN);
	sms(who[1], rows[_i].others[0], second);
	sms(who[2], rows[_i].others[1], third);
	becomes(third, CASE_DITUGASKAN);
	sms(who[3], rows[_i].unplaced, follower);
	becomes(follower, rows[_i].state);
	told(follower, "tanya-tempat", who[3]);
	glance_case(follower, &c);
	ck_assert_str_eq(c.lead, "");
	sms(who[3], rows[_i].place, NULL);
	ck_assert_msg(until(follows_lead_alone, follower), "%s follows nobody", follower);
	told(follower, "kabar-gabung", who[3]);
	ck_assert_int_eq(news(follower, "tambahan"), 0);
	glance_case(follower, &c);
	ck_assert_int_eq(c.question.options_n, 0);
	record_holds();
}
END_TEST

static int
got(const char *kind, const char *to)
{
	struct sent *all;
	size_t n = all_sent(&all);
	int found = 0;

	for (size_t i = 0; i < n; i++)
		found += strcmp(all[i].kind, kind) == 0 && strcmp(all[i].to, to) == 0;
	free(all);
	return found;
}

static int
is_stopped(const void *arg)
{
	(void)arg;
	return got("stop", SUBSCRIBED_TWICE) == 1;
}

/* Who subscribed to a desa hears once that it began and once that it is over; who stopped hears nothing. */
START_TEST(subscribers_of_a_desa_hear_of_it)
{
	char line[192];

	sms(SUBSCRIBED, "LANGGANAN DESA JAMBEWANGI KECAMATAN SEMPU", NULL);
	told("*", "langgan", SUBSCRIBED);
	sms(SUBSCRIBED, "langganan desa temuasri kecamatan sempu", NULL);
	sms(SUBSCRIBED_TWICE, "LANGGANAN DESA TEMUASRI KECAMATAN SEMPU", NULL);
	told("*", "langgan", SUBSCRIBED_TWICE);
	sms(SUBSCRIBED_TWICE, "STOP", NULL);
	ck_assert(until(is_stopped, NULL));
	sms(SUBSCRIBED_ELSEWHERE, "LANGGANAN DESA KABAT KECAMATAN KABAT", NULL);
	told("*", "langgan", SUBSCRIBED_ELSEWHERE);
	sms(SUBSCRIBED_ELSEWHERE, "LANGGANAN DESA NAKNANUAJAGA", NULL);
	told("*", "langgan-tiada", SUBSCRIBED_ELSEWHERE);
	small_flood();
	told("*", "langgan-kejadian", SUBSCRIBED);
	ck_assert_int_eq(act(lead, "tangani --as ptg-d112-1"), 0);
	ck_assert_int_eq(act(lead, "selesai --as ptg-d112-1 --note 'air surut'"), 0);
	told("*", "langgan-surut", SUBSCRIBED);
	ck_assert_int_eq(got("langgan-kejadian", SUBSCRIBED), 1);
	ck_assert_int_eq(got("langgan-surut", SUBSCRIBED), 1);
	ck_assert_int_eq(got("langgan-kejadian", SUBSCRIBED_TWICE), 0);
	ck_assert_int_eq(got("langgan-kejadian", SUBSCRIBED_ELSEWHERE), 0);
	/* nobody's number lies open, and who stopped is forgotten after subscribe.forget */
	snprintf(line, sizeof(line), "grep -rlaF -e %s -e %s %s/redis %s/log >/dev/null 2>&1", &SUBSCRIBED[1],
	    &SUBSCRIBED_TWICE[1], house.dir, house.dir);
	ck_assert_int_ne(system(line), 0);
	record_holds();
}
END_TEST

static int
closed_by_others(const void *arg)
{
	struct case_record c;

	return glance_case(arg, &c) && c.state == CASE_DITUTUP && c.closed_as == CLOSE_CONFIRMED;
}

/* Four have reported one thing; its first reporter says nothing, two of the others say 1. */
START_TEST(two_neighbours_say_that_it_is_mended)
{
	struct case_record c;
	char one[CODE_CHARS + 1], two[CODE_CHARS + 1], three[CODE_CHARS + 1], text[64];
	json_t *doc;

	sms(LEADER, "lampu jalan mati di desa kabat kecamatan kabat", one);
	becomes(one, CASE_DITUGASKAN);
	snprintf(text, sizeof(text), "IKUT %s", one);
	sms(SECOND, text, two);
	sms(THIRD, text, three);
	becomes(two, CASE_DITUGASKAN);
	becomes(three, CASE_DITUGASKAN);
	ck_assert_msg(until(lead_has_voices, one), "they do not count");
	ck_assert_int_eq(act(one, "selesai --as ptg-35.10.14.2012-1 --note 'lampu diganti'"), 0);
	becomes(two, CASE_SELESAI);
	becomes(three, CASE_SELESAI);
	ck_assert_msg(until(all_three_counted, one), "the last count is not exact");
	sms(SECOND, "1", NULL);
	becomes(two, CASE_DITUTUP);
	glance_case(one, &c);
	ck_assert_int_eq(c.state, CASE_SELESAI);	/* one is not enough */
	sms(THIRD, "1", NULL);
	ck_assert_msg(until(closed_by_others, one), "two of three were not enough");
	told(one, "kabar-ditutup", LEADER);
	doc = case_in(one, "ditutup");
	ck_assert_str_eq(json_string_value(json_object_get(doc, "closed_as")), "dikonfirmasi");
	json_decref(doc);
	record_holds();
}
END_TEST

/* The head of the RT is asked by SMS, and answers by SMS; without the nonce his words are a resident's. */
START_TEST(the_rt_says_that_it_is_mended)
{
	struct case_record c;
	char one[CODE_CHARS + 1], text[512], nonce[8], line[64];
	const char *at;

	sms(LEADER, "lampu jalan mati di RT 01 RW 01 desa jambewangi kecamatan sempu", one);
	becomes(one, CASE_DITUGASKAN);
	glance_case(one, &c);
	ck_assert_str_eq(c.rt, "01");
	ck_assert_int_eq(act(one, "selesai --as ptg-d112-1 --note 'lampu diganti'"), 0);
	becomes(one, CASE_SELESAI);
	told(one, "tanya-tuntas", RT_HEAD_NUMBER);
	text_of(one, "tanya-tuntas", RT_HEAD_NUMBER, text);
	at = strstr(text, "BERES ");
	ck_assert_ptr_nonnull(at);
	snprintf(nonce, sizeof(nonce), "%.*s", (int)strspn(at + 6, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), at + 6);
	snprintf(line, sizeof(line), "MASIH %s mati satu", nonce);
	sms(RT_HEAD_NUMBER, line, NULL);
	becomes(one, CASE_DITUGASKAN);
	glance_case(one, &c);
	ck_assert_int_eq(c.level, 1);
	record_holds();
}
END_TEST

static int
follows_lead(const void *arg)
{
	struct case_record c;

	return glance_case(arg, &c) && strcmp(c.lead, lead) == 0 && c.tasks_n == 0;
}

/* Too few yet: each works for itself.  With the third they are one, the second among them. */
START_TEST(those_who_were_too_few_are_gathered)
{
	struct case_record c;

	sms(LEADER, "banjir masuk rumah di desa jambewangi kecamatan sempu", lead);
	becomes(lead, CASE_DITUGASKAN);
	sms(SECOND, "bnjir pak nang desa jambewangi sempu banyune munggah", second);
	becomes(second, CASE_DITUGASKAN);
	glance_case(second, &c);
	ck_assert_str_eq(c.lead, "");
	ck_assert_int_gt(c.tasks_n, 0);
	sms(THIRD, "kebanjiran desa temuasri kecamatan sempu", third);
	ck_assert_msg(until(follows_lead, third), "the third follows nobody");
	ck_assert_msg(until(follows_lead, second), "the second is left behind");
	told(second, "kabar-gabung", SECOND);
	ck_assert_msg(until(lead_has_voices, lead), "they are not counted");
	record_holds();
}
END_TEST

/* ---- sla is slower than they ---- */

static pid_t
sla_stands_still(void)
{
	pid_t sla = pid_of("sla");

	ck_assert_int_eq(kill(sla, SIGSTOP), 0);
	return sla;
}

static void
leaves(int by_word)
{
	if (!by_word) {
		ck_assert_int_eq(act(second, "pisah --as ptg-d112-1 --note 'rumah lain'"), 0);
		return;
	}
	sms(SECOND, "ada yang terjebak", NULL);
	ck_assert_msg(until(is_apart, second), "%s does not break out", second);
}

static void
stands_for_himself(void)
{
	struct case_record c;

	ck_assert_int_eq(glance_case(second, &c), 1);
	ck_assert_int_eq(c.state, CASE_DITUGASKAN);
	ck_assert_str_eq(c.lead, "");
	ck_assert_int_gt(c.tasks_n, 0);
}

/* In danger, or another matter: the end of what he followed when the list was read is not his. */
START_TEST(who_has_left_is_not_brought_along)
{
	static const struct { const char *ends; enum case_state third; int by_word; } rows[] = {
		{ "tolak --as ptg-d112-1 --note 'tidak ada banjir'", CASE_DITUTUP, 1 },
		{ "tolak --as ptg-d112-1 --note 'tidak ada banjir'", CASE_DITUTUP, 0 },
		{ "selesai --as ptg-d112-1 --note 'air surut'", CASE_SELESAI, 1 },
		{ "selesai --as ptg-d112-1 --note 'air surut'", CASE_SELESAI, 0 },
	};
	pid_t sla;

	small_flood();
	sla = sla_stands_still();
	ck_assert_int_eq(act(lead, rows[_i].ends), 0);
	ck_assert_int_eq(glance_followers(lead), 2);
	leaves(rows[_i].by_word);
	glance_bring();
	stands_for_himself();
	becomes(third, rows[_i].third);
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	record_holds();
}
END_TEST

/* "Has the water gone?" is asked of those who follow it still. */
START_TEST(who_has_left_is_not_asked)
{
	pid_t sla;

	small_flood();
	sla = sla_stands_still();
	ck_assert_int_eq(glance_followers(lead), 2);
	leaves(1);
	ck_assert_int_eq(glance_ask("ptg-d112-1"), 1);
	stands_for_himself();
	becomes(third, CASE_SELESAI);
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
}
END_TEST

/* One of too few, when the third has come: another incident has him, or there is none any more. */
START_TEST(who_waits_is_not_taken_away)
{
	char other[CODE_CHARS + 1], args[160];
	struct case_record c;
	pid_t sla;

	sms(LEADER, "banjir masuk rumah di desa jambewangi kecamatan sempu", lead);
	sms(SECOND, "bnjir pak nang desa jambewangi sempu banyune munggah", second);
	sms(SUBSCRIBED, "banjir masuk rumah di desa kedayunan kecamatan kabat", other);
	becomes(lead, CASE_DITUGASKAN);
	becomes(second, CASE_DITUGASKAN);
	becomes(other, CASE_DITUGASKAN);
	sla = sla_stands_still();
	sms(THIRD, "kebanjiran desa temuasri kecamatan sempu", third);
	ck_assert_msg(until(follows_lead, third), "the third follows nobody");
	snprintf(args, sizeof(args), "gabung --into %s --as ptg-d112-1 --note 'di sana'", other);
	if (_i == 0)
		ck_assert_int_eq(act(second, args), 0);
	ck_assert_int_eq(glance_followers(lead), 2);
	if (_i == 1)
		ck_assert_int_eq(act(second, args), 0);
	if (_i == 2)
		ck_assert_int_eq(act(lead, "tolak --as ptg-d112-1 --note 'tidak ada banjir'"), 0);
	glance_bring();
	ck_assert_int_eq(glance_case(second, &c), 1);
	ck_assert_str_eq(c.lead, _i < 2 ? other : "");
	ck_assert_int_eq(kill(sla, SIGCONT), 0);
	record_holds();
}
END_TEST

/* C7: the second alarm of an incident calls the others, once, for all who report it. */
START_TEST(a_second_alarm_for_all)
{
	struct case_record c;

	small_flood();
	ck_assert_int_eq(act(second, "bantuan --as ptg-d112-1 --note 'air naik'"), 1);
	ck_assert_int_eq(act(lead, "bantuan --as ptg-d112-1 --note 'air naik terus'"), 0);
	glance_case(lead, &c);
	ck_assert_int_eq(c.alarms, 1);
	ck_assert_int_ge(case_unit_index(&c, "D110"), 0);
	glance_case(second, &c);
	ck_assert_int_lt(case_unit_index(&c, "D110"), 0);
	ck_assert_int_eq(c.messages, 1);
}
END_TEST

Suite *
floods_suite(void)
{
	Suite *s = suite_create("floods");
	TCase *tc = tcase_create("small"), *many = tcase_create("many"), *all = tcase_create("all"),
	    *unread = tcase_create("unread"), *three = tcase_create("three");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, an_incident_to_its_end);
	tcase_add_test(tc, a_follow_up_reaches_the_survivor);
	tcase_add_test(tc, merged_and_back);
	tcase_add_test(tc, merged_by_sms);
	tcase_add_test(tc, a_neighbour_joins);
	tcase_add_test(tc, two_neighbours_say_that_it_is_mended);
	tcase_add_test(tc, the_rt_says_that_it_is_mended);
	tcase_add_test(tc, subscribers_of_a_desa_hear_of_it);
	tcase_add_test(tc, a_second_alarm_for_all);
	tcase_add_loop_test(tc, who_has_left_is_not_brought_along, 0, 4);
	tcase_add_test(tc, who_has_left_is_not_asked);
	tcase_add_loop_test(tc, whoever_says_where_later_joins, 0, 2);
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(three, begin_three, end);
	tcase_add_test(three, those_who_were_too_few_are_gathered);
	tcase_add_loop_test(three, who_waits_is_not_taken_away, 0, 3);
	suite_add_tcase(s, three);
	tcase_add_checked_fixture(many, begin_patient, end);
	tcase_add_test(many, three_hundred_families);
	tcase_add_test(many, a_router_dies_in_the_flood);
	suite_add_tcase(s, many);
	tcase_add_checked_fixture(unread, begin, end);
	tcase_add_test(unread, what_lay_unread_is_gathered_too);
	suite_add_tcase(s, unread);
	tcase_add_checked_fixture(all, begin_patient, end);
	tcase_set_tags(all, "slow");
	tcase_add_test(all, fifteen_hundred_families);
	suite_add_tcase(s, all);
	return s;
}
