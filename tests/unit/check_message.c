/* What leaves the house: reports as documents, decided messages as words. */
#include "core/message.h"
#include "tests/unit/world.h"

Suite *message_suite(void);

#define DESA "D-35.10.20.2005"
#define PTG "ptg-35.10.20.2005-1"

static struct policy *shipped;
static struct world w;
static struct laporan words;

static void
load(void)
{
	shipped = world_policy(NULL);
}

static void
unload(void)
{
	policy_free(shipped);
}

static void
begin(void)
{
	memset(&w, 0, sizeof(w));
	w.p = shipped;
	w.now = INT64_C(1795000000000);
	world_roster(&w.r);
	memset(&words, 0, sizeof(words));
	words.sender = xstrdup("+6281234567890");
	words.text =
	    xstrdup("jembatan kenari7 ambrol,\r\nmotor jatuh \xf0\x9f\x98\xb1 tolong {kode}"
	    " segera, sudah dua hari"
	    " begini dan anak-anak lewat sini ke sekolah");
}

static void
end(void)
{
	laporan_release(&words);
	roster_release(&w.r);
}

/* ---- reports ---- */

static const struct { const char *what; int64_t provider_ms, max_age_ms, received_ms; } times[] = {
	{ "the gateway's time", 900, 500, 900 },
	{ "no time", 0, 500, 1000 },
	{ "a time to come counts as now", 1001, 500, 1000 },
	{ "just old enough", 500, 500, 500 },
	{ "too old to be believed", 499, 500, 1000 },
	{ "before 1970", -5, 500, 1000 },
};

START_TEST(the_promise_begins)
{
	ck_assert_msg(laporan_received_ms(times[_i].provider_ms, 1000,
	    times[_i].max_age_ms) == times[_i].received_ms,
	    "%s", times[_i].what);
}
END_TEST

static const struct { char *text; int ticked, hides; } wishes[] = {
	{ "RAHASIA kepala dusun minta uang untuk surat", 0, 1 },
	{ "rahasia: ada pungli di pasar", 0, 1 }, { " (Anonim) jalan rusak", 0, 1 },
	{ "tanpa nama. lampu mati", 0, 1 }, { "lampu mati", 1, 1 }, { NULL, 1, 1 },
	{ "rahasianya bocor di kantor desa", 0, 0 }, { "ini bukan rahasia lagi", 0, 0 },
	{ "tanpa namanya", 0, 0 }, { "", 0, 0 }, { NULL, 0, 0 },
};

START_TEST(a_wish_to_hide)
{
	struct laporan l = { .text = wishes[_i].text, .hide = wishes[_i].ticked };

	ck_assert_msg(laporan_wishes_to_hide(&l) == wishes[_i].hides, "%s",
	    l.text != NULL ? l.text : "nothing");
}
END_TEST

START_TEST(report_round_trip)
{
	struct laporan l = { .channel = "web", .reply_channel = "sms",
	    .message_id = xstrdup("a\"1"), .sender = xstrdup("+62"),
	    .link = xstrdup("https://x/9"), .quotes = xstrdup("wamid.1"),
	    .name = xstrdup("Siti"), .text = xstrdup("a\nb\\c \xc3\xa9"),
	    .where = xstrdup("dekat pasar"), .cell = xstrdup("510-10-1"), .place = xstrdup("35.10.20"),
	    .category = xstrdup("sampah"), .lat = -8.123457, .lng = 114.5, .has_position = 1,
	    .media = { xstrdup("x.jpg"), xstrdup("y.jpg") }, .media_n = 2, .hide = 1,
	    .reply_to = xstrdup("x:post:7"), .ack = xstrdup("telegram:tap:9"), .adds = 1,
	    .latihan = 1, .lane_e = 1, .no_reply = 1, .urgent = 1, .entered_by = "opr-d112-1", .received_ms = 1795000000000 };
	struct laporan back = { .channel = "" };
	struct buf pub = { 0 }, priv = { 0 };
	char lookup[33];

	laporan_encode_public(&pub, &l, "0123456789abcdef0123456789abcdef");
	laporan_encode_private(&priv, &l);
	ck_assert_int_eq(laporan_decode_public(&back, lookup, pub.data, pub.len), 0);
	ck_assert_int_eq(laporan_decode_private(&back, priv.data, priv.len), 0);
	ck_assert_str_eq(lookup, "0123456789abcdef0123456789abcdef");
	ck_assert_str_eq(back.channel, "web");
	ck_assert_str_eq(back.reply_channel, "sms");
	ck_assert_str_eq(back.message_id, l.message_id);
	ck_assert_str_eq(back.sender, l.sender);
	ck_assert_str_eq(back.name, l.name);
	ck_assert_str_eq(back.link, l.link);
	ck_assert_str_eq(back.quotes, l.quotes);
	ck_assert_str_eq(back.text, l.text);
	ck_assert_str_eq(back.where, l.where);
	ck_assert_str_eq(back.cell, l.cell);
	ck_assert_str_eq(back.place, l.place);
	ck_assert_str_eq(back.category, l.category);
	ck_assert(back.lat == l.lat && back.lng == l.lng && back.has_position);
	ck_assert_int_eq(back.media_n, 2);
	ck_assert_str_eq(back.media[1], "y.jpg");
	ck_assert(back.hide && back.latihan && back.lane_e && back.no_reply && back.urgent);
	ck_assert_str_eq(back.entered_by, l.entered_by);
	ck_assert_int_eq(back.received_ms, l.received_ms);
	ck_assert_str_eq(back.reply_to, l.reply_to);
	ck_assert_str_eq(laporan_address(&back), l.reply_to);
	ck_assert_str_eq(back.ack, l.ack);
	ck_assert_int_eq(back.adds, 1);
	/* What lies open names nobody and repeats nothing. */
	for (const char *const *s = (const char *const []){ "+62", "Siti", "pasar", "a\\nb",
	    NULL }; *s != NULL; s++)
		ck_assert_msg(strstr(buf_str(&pub), *s) == NULL, "%s in %s", *s, buf_str(&pub));
	laporan_release(&l);
	laporan_release(&back);
	buf_release(&pub);
	buf_release(&priv);
}
END_TEST

static const char *const broken[] = {
	"", "{}", "[]", "{\"schema\":2,\"ch\":\"sms\"}", "{\"schema\":1",
	    "{\"schema\":1,\"schema\":1,\"ch\":\"sms\"}", "null",
};

START_TEST(broken_report)
{
	struct laporan l = { .channel = "" };
	char lookup[33];

	ck_assert_int_eq(laporan_decode_public(&l, lookup, broken[_i], strlen(broken[_i])), -1);
	ck_assert_int_eq(laporan_decode_private(&l, broken[_i], strlen(broken[_i])), -1);
	laporan_release(&l);
}
END_TEST

/* ---- what anybody can read ---- */

static const struct { const char *kind, *to; int sealed, rc; const char *kind_after, *to_after; } openly[] = {
	{ "terima",        "comment:9_1",  0,  0, "publik",  "comment:9_1" },
	{ "terima-triase", "post:9_1",     0,  0, "publik",  "post:9_1" },
	{ "kabar-selesai", "comment:9_1",  0,  0, "publik-selesai", "comment:9_1" },
	{ "cek-lewat",     "comment:9_1",  0,  0, "publik-kabar",   "comment:9_1" },
	{ "sapa",          "comment:9_1",  0, -1, NULL,           "comment:9_1" },
	{ "kabar-tanya",   "comment:9_1",  0,  0, "kabar-tanya",  "private:comment:9_1" },
	{ "pilih",         "post:9_1",     0,  0, "pilih",        "private:post:9_1" },
	{ "terima",        "comment:9_1",  1,  0, "terima",       "private:comment:9_1" },
	{ "cek-rahasia",   "comment:9_1",  1,  0, "cek-rahasia",  "private:comment:9_1" },
	{ "terima",        "+6281234",     0,  0, "terima",       "+6281234" },
	{ "terima",        "facebook:77",  1,  0, "terima",       "facebook:77" },
};

START_TEST(what_stands_in_public)
{
	const char *kind = openly[_i].kind;
	struct buf to = { 0 };

	buf_adds(&to, openly[_i].to);
	ck_assert_int_eq(message_go_public(&kind, &to, openly[_i].sealed), openly[_i].rc);
	if (openly[_i].rc == 0)
		ck_assert_str_eq(kind, openly[_i].kind_after);
	ck_assert_str_eq(buf_str(&to), openly[_i].to_after);
	buf_release(&to);
}
END_TEST

/* ---- messages ---- */

/* Renders all that was decided; n counts them.  secret: must stand in none of them. */
static void
render_all(const char *const *secret, const char *note, int *n)
{
	for (int i = 0; i < w.fx.messages_n; i++) {
		const struct message *m = &w.fx.messages[i];
		struct outgoing out = { .kind = "" };

		ck_assert_msg(message_render(w.p, &w.r, &w.fx.after,
		    message_needs_words(m) ? &words : NULL, note, m, w.now,
		    &out) == 0, "%s to %s", m->kind, m->officer);
		ck_assert_str_eq(out.route, "sms");
		ck_assert_str_eq(out.kind, m->kind);
		ck_assert_int_eq(buf_str(&out.to)[0], '+');
		ck_assert_msg(out.text.len > 10 && out.text.len < 640, "%s: %s", m->kind,
		    buf_str(&out.text));
		ck_assert_msg(strpbrk(buf_str(&out.text), "\r\n") == NULL, "%s: %s", m->kind,
		    buf_str(&out.text));
		ck_assert_msg(strstr(buf_str(&out.text), "(null)") == NULL, "%s",
		    buf_str(&out.text));
		if (m->nonce[0] != '\0')
			ck_assert_msg(strstr(buf_str(&out.text), m->nonce) != NULL,
			    "%s without its nonce", m->kind);
		for (const char *const *s = secret; s != NULL && *s != NULL; s++)
			ck_assert_msg(strstr(buf_str(&out.text), *s) == NULL &&
			    strstr(buf_str(&out.brief), *s) == NULL, "%s tells %s: %s %s",
			    m->kind, *s, buf_str(&out.text), buf_str(&out.brief));
		/* Its line in a digest; what is life and safety has none. */
		ck_assert_msg((out.brief.len > 0) == (!m->lane_e && text_brief(m->kind) != NULL),
		    "%s: '%s'", m->kind, buf_str(&out.brief));
		if (out.brief.len > 0 && m->nonce[0] != '\0' && m->group == GROUP_TASK)
			ck_assert_msg(strstr(buf_str(&out.brief), m->nonce) != NULL, "%s", buf_str(&out.brief));
		outgoing_release(&out);
		(*n)++;
	}
}

/* The life of a case through most of its messages. */
static void
life(const char *const *secret, const char *officer)
{
	static const enum case_event acts[] = { ON_ACCEPT, ON_GO, ON_ARRIVE, ON_HANDLE, ON_ASK,
	    ON_HANDLE, ON_RESOLVE, ON_DISPUTE, ON_RESOLVE };
	int n = 0;

	render_all(secret, NULL, &n);
	for (int i = 0; i < 12; i++) {
		w.now = case_due_ms(&w.c);
		ck_assert_int_eq(world_due(&w), 0);
		render_all(secret, NULL, &n);
	}
	for (size_t i = 0; i < N_ELEMS(acts); i++) {
		const char *who = acts[i] == ON_RESOLVE && w.c.level > 0 ? w.c.tasks[0].officer :
		    officer;

		ck_assert_msg((acts[i] == ON_DISPUTE ? world_say(&w, ON_DISPUTE) : world_act(&w,
		    acts[i], who)) == 0, "%s: %s", case_event_name(acts[i]),
		    refusal_text(w.fx.refusal));
		render_all(secret, "alasan", &n);
	}
	ck_assert_int_eq(world_say(&w, ON_NOTE), 0);
	render_all(secret, words.text, &n);
	ck_assert_int_eq(world_say(&w, ON_CONFIRM), 0);
	render_all(secret, NULL, &n);
	ck_assert_int_gt(n, 12);
}

START_TEST(every_message_has_words)
{
	struct understanding u = world_understanding("jembatan", URGENCY_BIASA, "35.10.20.2005",
	    DESA " O-PUCKPP");

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	life(NULL, PTG);
}
END_TEST

/* Everybody reads along: the number, sealed or not, and nobody can tell which. */
START_TEST(a_public_answer_is_a_number)
{
	static const char *const secret[] = { "embatan", "Sempu", "Temuguruh", "kenari", "alasan", "PUCKPP", "DARURAT", "WIB",
	    "+62", NULL };
	static const char *const kinds[] = { "terima", "terima-rahasia", "terima-triase", "kabar-selesai", "kabar-tanya",
	    "kabar-teruskan", "kabar-ditutup" };
	struct understanding u = world_understanding("jembatan", URGENCY_DARURAT, "35.10.20.2005", DESA " O-PUCKPP");
	struct message m = { .to = TO_REPORTER, .group = GROUP_REPORTER, .unit = "O-PUCKPP", .rung = "camat" };
	struct buf first = { 0 };

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	snprintf(w.c.channel, sizeof(w.c.channel), "x-publik");
	words.reply_to = xstrdup("x:post:7");
	for (size_t i = 0; i < N_ELEMS(kinds); i++) {
		struct outgoing out = { .kind = "" };
		int said;

		m.kind = kinds[i];
		w.c.sealed = strcmp(kinds[i], "terima-rahasia") == 0;
		said = message_render(w.p, &w.r, &w.c, &words, "alasan", &m, w.now, &out);
		ck_assert_msg(said == (i < 5 ? 0 : 1), "%s: %d", kinds[i], said);
		if (said == 0) {
			ck_assert_str_eq(buf_str(&out.to), "x:post:7");
			ck_assert_str_eq(out.route, "x-publik");
			ck_assert_str_eq(out.kind, i < 3 ? "publik" : "publik-kabar");
		}
		for (const char *const *s = secret; *s != NULL; s++)
			ck_assert_msg(strstr(buf_str(&out.text), *s) == NULL, "%s: %s", kinds[i], buf_str(&out.text));
		if (i == 0)
			buf_adds(&first, buf_str(&out.text));
		else if (i < 3)
			ck_assert_str_eq(buf_str(&out.text), buf_str(&first));
		outgoing_release(&out);
	}
	ck_assert_uint_gt(first.len, 30);
	buf_release(&first);
}
END_TEST

/* Neither what, nor where, nor who, nor a word of it. */
START_TEST(sealed_messages_tell_nothing)
{
	static const char *const secret[] = { "Gendoh", "kekerasan", "Kekerasan", "anak",
	    "kenari7", "PPA", "Dinsos", "ambrol",
	    "+6281", NULL };
	struct understanding u = world_understanding("kekerasan-anak", URGENCY_MENDESAK,
	    "35.10.20.2005", "O-UPTDPPA O-DINSOS");

	u.sealed = 1;
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	life(secret, "ptg-o-uptdppa-1");
}
END_TEST

/* The citizen's braces are words, his line ends blanks, his characters whole. */
START_TEST(the_citizens_words)
{
	struct understanding u = world_understanding("jembatan", URGENCY_BIASA, "35.10.20.2005",
	    DESA);
	struct outgoing out = { .kind = "" };
	const struct message *m;

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	m = world_message(&w, "tugas", PTG);
	ck_assert_ptr_nonnull(m);
	ck_assert_int_eq(message_render(w.p, &w.r, &w.c, &words, NULL, m, w.now, &out), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&out.text), "kenari7 ambrol"));
	ck_assert_ptr_nonnull(strstr(buf_str(&out.text), "{kode}"));
	ck_assert_ptr_null(strstr(buf_str(&out.text), "+6281234567890"));
	outgoing_release(&out);
}
END_TEST

static const struct {
	const char *what;
	int lane_e, read, sealed;	/* the router came back and read it; it is confidential */
	int told;
} unread[] = {
	{ "unread", 0, 0, 0, 0 }, { "a cry for help", 1, 0, 0, 1 }, { "read late", 0, 1, 0, 1 },
	{ "confidential, read late", 0, 1, 1, 0 }, { "a confidential cry", 1, 1, 1, 0 },
};

/* Nobody knows yet whether it is confidential: the desk reads it where no SMS lies about. */
START_TEST(what_no_machine_read_is_not_sent_round)
{
	struct understanding u = world_understanding("lainnya", unread[_i].lane_e ? URGENCY_DARURAT : URGENCY_BIASA, "", "");
	struct command note = { .event = ON_NOTE, .by = BY_ROUTER, .u = &u };
	const char *want = unread[_i].told ? "kenari7" : unread[_i].sealed ? "tertutup" : "konsol";
	int n = 0;

	u.unsure = u.unread = 1;
	ck_assert_int_eq(world_open(&w, ON_TRIAGE, &u, w.now), 0);
	ck_assert_int_eq(w.c.unread, 1);
	if (unread[_i].read) {
		u.unread = 0;
		u.sealed = unread[_i].sealed;
		ck_assert_int_eq(world_send(&w, note), 0);
		ck_assert_int_eq(w.c.unread, 0);
		ck_assert_int_eq(w.c.sealed, unread[_i].sealed);
		for (int i = 0; i < w.c.tasks_n; i++)
			ck_assert_msg((w.c.tasks[i].nonce[0] == '\0') == w.c.sealed, "nonce %s", w.c.tasks[i].nonce);
	}
	for (int i = 0; i < w.fx.messages_n; i++) {
		const struct message *m = &w.fx.messages[i];
		struct outgoing out = { .kind = "" };

		if (m->to != TO_OFFICER)
			continue;
		n++;
		ck_assert_int_eq(message_render(w.p, &w.r, &w.c, &words, NULL, m, w.now, &out), 0);
		ck_assert_msg(strstr(buf_str(&out.text), want) != NULL, "%s: %s", unread[_i].what, buf_str(&out.text));
		ck_assert_msg((strstr(buf_str(&out.text), "kenari7") != NULL) == unread[_i].told, "%s: %s",
		    unread[_i].what, buf_str(&out.text));
		outgoing_release(&out);
	}
	ck_assert_int_gt(n, 0);
}
END_TEST

static const struct {
	const char *what;
	int no_words, no_sender;
	const char *no_phone;
} unreachable[] = {
	{ "the report was erased", 1, 0, NULL }, { "an anonymous resident", 0, 1, NULL },
	    { "an officer without a number", 0, 0, PTG },
};

START_TEST(nobody_to_send_to)
{
	struct understanding u = world_understanding("jembatan", URGENCY_BIASA, "35.10.20.2005",
	    DESA);
	struct outgoing out = { .kind = "" };
	const struct message *m;

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now), 0);
	m = world_message(&w, unreachable[_i].no_phone != NULL ? "tugas" : "terima", NULL);
	ck_assert_ptr_nonnull(m);
	if (unreachable[_i].no_phone != NULL)
		world_officer(&w, unreachable[_i].no_phone)->phone[0] = '\0';
	if (unreachable[_i].no_sender) {
		free(words.sender);
		words.sender = NULL;
	}
	ck_assert_msg(message_render(w.p, &w.r, &w.c, unreachable[_i].no_words ? NULL : &words,
	    NULL, m, w.now, &out) == -1, "%s", unreachable[_i].what);
	outgoing_release(&out);
}
END_TEST

Suite *
message_suite(void)
{
	Suite *s = suite_create("message");
	TCase *tc = tcase_create("message");

	tcase_add_unchecked_fixture(tc, load, unload);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, the_promise_begins, 0, N_ELEMS(times));
	tcase_add_loop_test(tc, what_stands_in_public, 0, N_ELEMS(openly));
	tcase_add_loop_test(tc, a_wish_to_hide, 0, N_ELEMS(wishes));
	tcase_add_test(tc, report_round_trip);
	tcase_add_loop_test(tc, broken_report, 0, N_ELEMS(broken));
	tcase_add_test(tc, every_message_has_words);
	tcase_add_test(tc, a_public_answer_is_a_number);
	tcase_add_test(tc, sealed_messages_tell_nothing);
	tcase_add_test(tc, the_citizens_words);
	tcase_add_loop_test(tc, what_no_machine_read_is_not_sent_round, 0, N_ELEMS(unread));
	tcase_add_loop_test(tc, nobody_to_send_to, 0, N_ELEMS(unreachable));
	suite_add_tcase(s, tc);
	return s;
}
