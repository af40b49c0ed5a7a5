/*
 * Who belongs to an incident, and what a case is while it follows another: tables, and random
 * histories of cases that merge, part, break out and end.
 */
#include "core/incident.h"

#include "tests/unit/world.h"

Suite *incident_suite(void);

static struct policy *policy;
static struct world w;

static void
begin(void)
{
	policy = world_policy(NULL);
	memset(&w, 0, sizeof(w));
	w.p = policy;
	w.now = INT64_C(1770804000000);
	world_roster(&w.r);
}

static void
end(void)
{
	roster_release(&w.r);
	policy_free(policy);
}

/* ---- places ---- */

static const struct { const char *what, *a, *b; int touch; } touching[] = {
	{ "the same desa", "35.10.20.2002", "35.10.20.2002", 1 },
	{ "a desa and its kecamatan", "35.10.20.2002", "35.10.20", 1 },
	{ "two of one kecamatan, next to each other", "35.10.20.2005", "35.10.20.2006", 1 },
	{ "over the border of a kecamatan", "35.10.13.2010", "35.10.14.2003", 1 },
	{ "the other end of the regency", "35.10.20.2002", "35.10.14.2003", 0 },
	{ "two kecamatan", "35.10.20", "35.10.14", 0 },
	{ "none", "", "35.10.14", 0 },
};

START_TEST(places)
{
	ck_assert_msg(places_touch(policy, touching[_i].a, touching[_i].b) == touching[_i].touch, "%s: %.1f km",
	    touching[_i].what, places_apart_km(policy, touching[_i].a, touching[_i].b));
	ck_assert_int_eq(places_touch(policy, touching[_i].b, touching[_i].a), touching[_i].touch);
}
END_TEST

/* ---- names ---- */

START_TEST(a_name_is_the_same_for_all_who_make_it)
{
	const struct incident_kind *k = incident_kind_find(policy, "banjir");
	char one[INCIDENT_CHARS], two[INCIDENT_CHARS], drill[INCIDENT_CHARS], next[INCIDENT_CHARS];
	int64_t start = w.now / k->open_ms * k->open_ms;

	ck_assert_ptr_nonnull(k);
	incident_name(one, policy, k, "35.10.20.2002", start, 0, 0);
	incident_name(two, policy, k, "35.10.20.2006", start + k->open_ms - 1, 0, 0);
	ck_assert_str_eq(one, two);		/* a flood is a kecamatan's */
	incident_name(next, policy, k, "35.10.20.2002", start + k->open_ms, 0, 0);
	ck_assert_str_ne(one, next);
	incident_name(two, policy, k, "35.10.20.2002", start + k->open_ms, 1, 0);
	ck_assert_str_eq(one, two);
	incident_name(drill, policy, k, "35.10.20.2002", start, 0, 1);
	ck_assert_str_ne(one, drill);		/* nobody drills in a real flood */
	ck_assert_ptr_eq(incident_kind_of(policy, one), k);
	ck_assert_ptr_eq(incident_kind_of(policy, drill), k);
	ck_assert_ptr_null(incident_kind_of(policy, ""));
	k = incident_kind_find(policy, "padam");
	incident_name(one, policy, k, "35.10.20.2002", start, 0, 0);
	incident_name(two, policy, k, "35.10.20.2006", start, 0, 0);
	ck_assert_str_ne(one, two);		/* a blackout is a desa's and its neighbours' */
}
END_TEST

/* Two neighbours look for each other's names; strangers do not. */
START_TEST(neighbours_know_each_others_names)
{
	const struct incident_kind *k = incident_kind_find(policy, "padam");
	static char names[INCIDENT_NAMES][INCIDENT_CHARS];
	char own[INCIDENT_CHARS];

	for (size_t i = 0; i < gazetteer_count(policy->places); i++) {
		const struct place *a = place_at(policy->places, i);
		int n;

		if (a->kind != PLACE_DESA && a->kind != PLACE_KELURAHAN)
			continue;
		n = incident_names(names, policy, k, a->code, w.now, 0);
		incident_name(own, policy, k, a->code, w.now, 0, 0);
		ck_assert_str_eq(names[0], own);
		ck_assert_int_lt(n, INCIDENT_NAMES + 1);
	}
}
END_TEST

/* ---- who belongs ---- */

static const struct {
	const char *what;
	enum case_state state;
	int follows, apart, voices;
	int64_t after_ms;
	enum incident_bond bond;
} bonds[] = {
	{ "the second within the hour", CASE_DITUGASKAN, 0, 0, 1, 40 * MINUTE_MS, BOND_JOINS },
	{ "the second too late", CASE_DITUGASKAN, 0, 0, 1, 61 * MINUTE_MS, BOND_NONE },
	{ "a later one of many", CASE_DITANGANI, 0, 0, 40, 5 * HOUR_MS, BOND_JOINS },
	{ "one after its window", CASE_DITANGANI, 0, 0, 40, 13 * HOUR_MS, BOND_NONE },
	{ "an older one, come later", CASE_DITUGASKAN, 0, 0, 1, -10 * MINUTE_MS, BOND_JOINS },
	{ "those are asked already", CASE_SELESAI, 0, 0, 40, HOUR_MS, BOND_NONE },
	{ "it is over", CASE_DITUTUP, 0, 0, 40, HOUR_MS, BOND_NONE },
	{ "it follows another", CASE_DITUGASKAN, 1, 0, 1, HOUR_MS, BOND_NONE },
	{ "people in danger are nobody's incident", CASE_DITUGASKAN, 0, 1, 1, MINUTE_MS, BOND_NONE },
	{ "it waits for parts", CASE_MENUNGGU, 0, 0, 4, HOUR_MS, BOND_JOINS },
};

START_TEST(bond)
{
	const struct incident_kind *k = incident_kind_find(policy, "banjir");
	struct case_record lead = { .version = 3, .state = bonds[_i].state, .apart = bonds[_i].apart,
	    .received_ms = w.now };

	if (bonds[_i].follows)
		snprintf(lead.lead, sizeof(lead.lead), "00000000");
	ck_assert_msg(incident_bond(k, &lead, bonds[_i].voices, w.now + bonds[_i].after_ms) == bonds[_i].bond,
	    "%s", bonds[_i].what);
}
END_TEST

/* Where three make one, the second stands beside the first for itself. */
START_TEST(more_than_two_may_be_needed)
{
	struct incident_kind k = *incident_kind_find(policy, "banjir");
	struct case_record lead = { .version = 1, .state = CASE_DITUGASKAN, .received_ms = w.now };

	k.least = 3;
	ck_assert_int_eq(incident_bond(&k, &lead, 1, w.now + MINUTE_MS), BOND_NEAR);
	ck_assert_int_eq(incident_bond(&k, &lead, 2, w.now + MINUTE_MS), BOND_JOINS);
}
END_TEST

static const struct {
	const char *what;
	enum case_state lead; enum close_reason as; int handled, merged;
	enum case_state member;
	enum case_event does;
} followers[] = {
	{ "nothing done yet", CASE_DITERIMA, CLOSE_NONE, 0, 0, CASE_DITUGASKAN, ON_DUE },
	{ "somebody works on it", CASE_DITANGANI, CLOSE_NONE, 1, 0, CASE_DITUGASKAN, ON_HANDLE },
	{ "he knows", CASE_DITANGANI, CLOSE_NONE, 1, 0, CASE_DITANGANI, ON_DUE },
	{ "the work is done", CASE_SELESAI, CLOSE_NONE, 1, 0, CASE_DITUGASKAN, ON_RESOLVE },
	{ "done and confirmed", CASE_DITUTUP, CLOSE_CONFIRMED, 1, 0, CASE_DITANGANI, ON_RESOLVE },
	{ "he has been asked", CASE_SELESAI, CLOSE_NONE, 1, 0, CASE_SELESAI, ON_DUE },
	{ "he is through with it", CASE_DITUTUP, CLOSE_CONFIRMED, 1, 0, CASE_DITUTUP, ON_DUE },
	{ "there was nothing", CASE_DITUTUP, CLOSE_REJECTED, 0, 0, CASE_DITUGASKAN, ON_REJECT },
	{ "one withdrew: not he", CASE_DITUTUP, CLOSE_WITHDRAWN, 0, 0, CASE_DITUGASKAN, ON_SPLIT },
	{ "the exercise is over, and he was none of it", CASE_DITUTUP, CLOSE_DRILL, 1, 0, CASE_DITUGASKAN, ON_SPLIT },
	{ "the lead follows another", CASE_DITUGASKAN, CLOSE_NONE, 0, 1, CASE_DITUGASKAN, ON_MERGE },
};

START_TEST(follower)
{
	struct case_record lead = { .version = 3, .state = followers[_i].lead, .closed_as = followers[_i].as,
	    .handled_ms = followers[_i].handled };

	if (followers[_i].merged)
		snprintf(lead.lead, sizeof(lead.lead), "00000000");
	ck_assert_msg(incident_follows(&lead, followers[_i].member) == followers[_i].does, "%s: %s",
	    followers[_i].what, case_event_name(incident_follows(&lead, followers[_i].member)));
	/* of a sealed one nobody may know by following it, nor wait for it */
	lead.sealed = 1;
	ck_assert_int_eq(incident_follows(&lead, followers[_i].member), followers[_i].member == CASE_SELESAI ||
	    followers[_i].member == CASE_DITUTUP ? ON_DUE : lead.lead[0] != '\0' ? ON_MERGE : ON_SPLIT);
}
END_TEST

/* ---- likeness ---- */

static const struct { const char *a, *b; int least, most; } texts[] = {
	{ "aspal jalan desa kabat berlubang besar", "aspal jalan desa kabat berlubang besar", 1000, 1000 },
	{ "Aspal  jalan, desa KABAT berlubang besar!", "aspal jalan desa kabat berlubang besar", 900, 1000 },
	{ "aspal jalan desa kabat berlubang dalam", "aspal jalan desa kabat berlubang besar", 700, 950 },
	{ "lampu jalan mati sejak kemarin", "sampah menumpuk di pasar", 0, 300 },
	{ "", "sampah menumpuk", 0, 0 },
};

START_TEST(likeness)
{
	int n = text_likeness(texts[_i].a, texts[_i].b);

	ck_assert_msg(n >= texts[_i].least && n <= texts[_i].most, "%d", n);
	ck_assert_int_eq(n, text_likeness(texts[_i].b, texts[_i].a));
}
END_TEST

START_TEST(the_nearer_the_likelier)
{
	struct case_record a = { .category = "jalan-rusak", .place = "35.10.20.2005", .received_ms = w.now }, b = a;
	struct likeness same, near, far, late, other;
	const char *text = "jalan berlubang depan pasar";

	likeness_of(&same, policy, &a, text, &b, text);
	ck_assert_int_eq(same.score, 1000);
	snprintf(b.place, sizeof(b.place), "35.10.20.2006");
	likeness_of(&near, policy, &a, text, &b, text);
	snprintf(b.place, sizeof(b.place), "35.10.14.2003");
	likeness_of(&far, policy, &a, text, &b, text);
	b = a;
	b.received_ms += 6 * HOUR_MS;
	likeness_of(&late, policy, &a, text, &b, text);
	b = a;
	snprintf(b.category, sizeof(b.category), "sampah");
	likeness_of(&other, policy, &a, text, &b, text);
	ck_assert_int_lt(near.score, same.score);
	ck_assert_int_lt(late.score, same.score);
	ck_assert_int_eq(far.score, 0);
	ck_assert_int_eq(other.score, 0);
}
END_TEST

/* Of a thousand: what a photo adds to what the rest says. */
static const struct { const char *what; int score, place; enum photo_alike alike; int photo, after; } photos[] = {
	{ "no photo in common changes nothing", 620, 1000, PHOTO_OTHER, 0, 620 },
	{ "one made from the other lifts it", 500, 1000, PHOTO_NEAR, 800, 740 },
	{ "the same one more", 500, 1000, PHOTO_SAME, 1000, 800 },
	{ "what is certain stays certain", 1000, 1000, PHOTO_SAME, 1000, 1000 },
	{ "the same picture brings up what was understood as another kind", 0, 1000, PHOTO_SAME, 1000, 600 },
	{ "a part of it does not", 0, 600, PHOTO_NEAR, 800, 480 },
	{ "a picture that goes around the regency is no duplicate", 0, 0, PHOTO_SAME, 1000, 0 },
};

START_TEST(photos_weigh_in)
{
	struct likeness l = { .score = photos[_i].score, .place = photos[_i].place };

	likeness_add_photo(&l, photos[_i].alike);
	ck_assert_msg(l.score == photos[_i].after && l.photo == photos[_i].photo, "%s: %d, %d", photos[_i].what, l.score, l.photo);
}
END_TEST

/* ---- a case that follows ---- */

#define LEAD "7K3F9QXM"
static struct code lead_code;

static void
open_case(int follows)
{
	struct understanding u = world_understanding("bencana", URGENCY_DARURAT, "35.10.20.2002",
	    "O-BPBD D112 D-35.10.20.2002");
	struct report_facts f = { .received_ms = w.now, .arrived_ms = w.now + 40, .channel = "sms",
	    .reporter = "0123456789abcdef0123456789abcdef", .lang = "id" };
	struct command cmd = { .event = ON_OPEN, .by = BY_ROUTER, .u = &u, .report = &f };

	code_make(&lead_code, 4711);
	code_make(&f.code, 12345);
	memset(&w.c, 0, sizeof(w.c));
	if (follows) {
		snprintf(cmd.incident, sizeof(cmd.incident), "banjir-35.10.20-1");
		snprintf(cmd.lead, sizeof(cmd.lead), "%s", lead_code.s);
	}
	w.now += 100;
	ck_assert_int_eq(world_send(&w, cmd), 0);
}

static int
tells_officers(void)
{
	int n = 0;

	for (int i = 0; i < w.fx.messages_n; i++)
		n += w.fx.messages[i].to == TO_OFFICER;
	return n;
}

static const struct case_clock *
promise(void)
{
	return case_clock_named(policy, &w.c, "ditangani");
}

/* No task, no rung; its promise is its one moment, and a broken one is noted in silence. */
START_TEST(a_member_is_nobodys_task)
{
	open_case(1);
	ck_assert_int_eq(w.c.tasks_n, 0);
	ck_assert_int_eq(tells_officers(), 0);
	ck_assert_int_eq(w.fx.messages_n, 1);
	ck_assert_str_eq(w.fx.messages[0].kind, "terima-kejadian");
	ck_assert_int_eq(case_due_ms(&w.c), promise()->due_ms);
	w.now = promise()->due_ms;
	ck_assert_int_eq(world_due(&w), 0);
	ck_assert_str_eq(w.fx.what, "janji");
	ck_assert_int_eq(w.fx.messages_n, 0);
	ck_assert_int_eq(w.fx.esc.kind, ESC_NONE);
	ck_assert_int_eq(promise()->breached_ms, promise()->due_ms);
	ck_assert_int_eq(case_due_ms(&w.c), w.c.review_ms);
}
END_TEST

/* The lead's work is his too; the end is his own word. */
START_TEST(a_member_goes_where_its_lead_goes)
{
	open_case(1);
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_HANDLE, .by = BY_SYSTEM }), 0);
	ck_assert_int_eq(w.c.state, CASE_DITANGANI);
	ck_assert_int_eq(promise()->state, CLOCK_MET);
	ck_assert_str_eq(w.fx.messages[0].kind, "kabar-ditangani");
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_RESOLVE, .by = BY_SYSTEM, .note = "surut" }), 0);
	ck_assert_int_eq(w.c.state, CASE_SELESAI);
	ck_assert_str_eq(w.fx.messages[0].kind, "kabar-surut");
	ck_assert_int_eq(tells_officers(), 0);
	ck_assert_int_eq(world_say(&w, ON_CONFIRM), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUTUP);
}
END_TEST

START_TEST(a_danger_breaks_out)
{
	int64_t due;

	open_case(1);
	due = promise()->due_ms;
	w.now += MINUTE_MS;
	ck_assert_int_eq(world_say(&w, ON_BREAK), 0);
	ck_assert_str_eq(w.c.lead, "");
	ck_assert_int_eq(w.c.apart, 1);
	ck_assert_str_eq(case_lead(&w.c), "D112");
	ck_assert_int_eq(w.c.units_n, 1);
	ck_assert_int_gt(w.c.tasks_n, 0);
	ck_assert_int_eq(w.c.urgency, URGENCY_DARURAT);
	ck_assert_int_le(promise()->due_ms, due);
	ck_assert_int_gt(case_due_ms(&w.c), 0);
	ck_assert_int_eq(world_say(&w, ON_BREAK), -1);	/* once */
}
END_TEST

/* What officers do they do in the lead. */
START_TEST(orders_go_to_the_lead)
{
	open_case(1);
	ck_assert_int_eq(world_act(&w, ON_ACCEPT, "ptg-d112-1"), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_MEMBER);
	ck_assert_int_eq(world_act(&w, ON_HAND_ON, "ptg-d112-1"), -1);
	ck_assert_int_eq(world_act(&w, ON_NOTE, "ptg-d112-1"), 0);
}
END_TEST

/* Merged and parted: no clock has moved, and what was taken is to be taken again. */
START_TEST(parting_gives_nothing_back)
{
	struct case_clock before[POLICY_CLOCKS];
	struct command cmd = { .event = ON_MERGE, .by = BY_OFFICER, .note = "sama", .actor = "ptg-d112-1" };

	open_case(0);
	memcpy(before, w.c.clocks, sizeof(before));
	snprintf(cmd.into, sizeof(cmd.into), "%s", lead_code.s);
	w.now += 4 * MINUTE_MS;
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(w.c.tasks_n, 0);
	ck_assert_str_eq(w.c.lead, lead_code.s);
	w.now += 20 * MINUTE_MS;		/* past the end of the taking */
	ck_assert_int_eq(world_act(&w, ON_SPLIT, "ptg-d112-1"), 0);
	ck_assert_str_eq(w.c.lead, "");
	ck_assert_int_gt(w.c.tasks_n, 0);
	for (int i = 0; i < w.c.clocks_n; i++) {
		ck_assert_int_eq(w.c.clocks[i].start_ms, before[i].start_ms);
		ck_assert_int_eq(w.c.clocks[i].due_ms, before[i].due_ms);
		ck_assert_int_eq(w.c.clocks[i].epoch, before[i].epoch);
	}
	ck_assert_int_le(case_due_ms(&w.c), w.now);
	ck_assert_int_eq(world_due(&w), 0);		/* late, and said so at once */
	ck_assert_int_eq(world_act(&w, ON_SPLIT, "ptg-d112-1"), -1);
	ck_assert_int_eq(w.fx.refusal, REFUSED_ALONE);
}
END_TEST

/* A withdrawn voice ends its own part alone; of the lead of many only a human ends anything. */
START_TEST(one_voice_of_many)
{
	open_case(1);
	ck_assert_int_eq(world_say(&w, ON_WITHDRAW), 0);
	ck_assert_int_eq(w.c.state, CASE_DITUTUP);
	open_case(0);
	ck_assert_int_eq(world_send(&w, (struct command){ .event = ON_GROW, .by = BY_SYSTEM, .voices = 7,
	    .second = 1 }), 0);
	ck_assert_int_eq(w.c.truth, TRUTH_SECOND);
	ck_assert_int_eq(world_say(&w, ON_WITHDRAW), 0);
	ck_assert_str_eq(w.fx.what, "minta-batal");
	ck_assert_int_ne(w.c.state, CASE_DITUTUP);
}
END_TEST

static const struct { const char *officer; enum case_event on; enum truth truth; } seen_by[] = {
	{ "ptg-d112-1", ON_ACCEPT, TRUTH_UNVERIFIED },
	{ "ptg-d112-1", ON_HANDLE, TRUTH_SCENE },
	{ "rt-35.10.20.2002-01-01", ON_HANDLE, TRUTH_RT },
};

START_TEST(who_saw_it)
{
	struct understanding u = world_understanding("jalan-rusak", URGENCY_BIASA, "35.10.20.2002",
	    "RT-35.10.20.2002-01-01");
	struct command cmd = { .event = ON_TRUTH, .by = BY_OFFICER, .note = "sudah dicek", .actor = "ptg-d112-1" };

	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now - 60), 0);
	ck_assert_int_eq(world_act(&w, seen_by[_i].on, seen_by[_i].officer), 0);
	ck_assert_int_eq(w.c.truth, seen_by[_i].truth);
	snprintf(cmd.reason, sizeof(cmd.reason), "ngarang");
	ck_assert_int_eq(world_send(&w, cmd), -1);
	snprintf(cmd.reason, sizeof(cmd.reason), "tidak-benar");
	ck_assert_int_eq(world_send(&w, cmd), 0);
	ck_assert_int_eq(w.c.truth, TRUTH_UNFOUNDED);
}
END_TEST

START_TEST(a_sealed_case_follows_nobody)
{
	struct understanding u = world_understanding("kekerasan-anak", URGENCY_BIASA, "35.10.20.2002", "O-UPTDPPA");
	struct command cmd = { .event = ON_MERGE, .by = BY_SYSTEM, .note = "sama" };

	u.sealed = 1;
	ck_assert_int_eq(world_open(&w, ON_OPEN, &u, w.now - 60), 0);
	code_make(&lead_code, 4711);
	snprintf(cmd.into, sizeof(cmd.into), "%s", lead_code.s);
	ck_assert_int_eq(world_send(&w, cmd), -1);
}
END_TEST

/* ---- random histories ---- */

#define SEEDS 1500
#define STEPS 60

static uint64_t dice;

static unsigned
draw(unsigned below)
{
	dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(dice >> 33) % below;
}

static int seen[ON_DUE + 1];

/* A random command; most of what makes and parts incidents. */
static int
any_step(void)
{
	static const enum case_event liked[] = { ON_MERGE, ON_SPLIT, ON_BREAK, ON_GROW, ON_TRUTH, ON_HANDLE,
	    ON_RESOLVE, ON_DISPUTE, ON_NOTE, ON_ACCEPT, ON_DUE, ON_HAND_ON, ON_ASK, ON_WAIT, ON_APPROVE };
	static const char *const people[] = { "ptg-d112-1", "kpl-d112", "ptg-o-bpbd-1", "kpl-bupati" };
	struct command cmd = { .event = draw(4) ? liked[draw(N_ELEMS(liked))] : (enum case_event)draw(ON_DUE + 1),
	    .by = (enum actor_kind)draw(BY_TIMER + 1), .note = "alasan", .voices = (int)draw(50), .second = (int)draw(2) };

	if (cmd.event == ON_OPEN || cmd.event == ON_TRIAGE || cmd.event == ON_RECKON || cmd.event == ON_HELP)
		return -1;
	if (cmd.by == BY_OFFICER || cmd.by == BY_OPERATOR)
		snprintf(cmd.actor, sizeof(cmd.actor), "%s", people[draw(4)]);
	snprintf(cmd.into, sizeof(cmd.into), "%s", lead_code.s);
	snprintf(cmd.to_unit, sizeof(cmd.to_unit), "K-35.10.20");
	snprintf(cmd.reason, sizeof(cmd.reason), "%s", draw(2) ? "rt" : "anggaran");
	cmd.until_ms = w.now + DAY_MS;
	if (cmd.event == ON_DISPUTE && draw(2))
		snprintf(cmd.lead, sizeof(cmd.lead), "%s", lead_code.s);
	if (cmd.event == ON_MERGE)
		snprintf(cmd.incident, sizeof(cmd.incident), "banjir-35.10.20-1");
	if (world_send(&w, cmd) != 0)
		return -1;
	seen[cmd.event]++;
	return 0;
}

static void
what_must_hold(uint64_t seed)
{
	const struct case_record *b = &w.before, *a = &w.c;
	struct case_record back;
	struct buf doc = { 0 };

	if (a->lead[0] != '\0') {
		ck_assert_msg(a->tasks_n == 0, "seed %" PRIu64 ": %s gives a follower a task", seed, w.fx.what);
		ck_assert_msg(w.fx.esc.kind == ESC_NONE, "seed %" PRIu64 ": a follower climbs", seed);
		if (b->lead[0] != '\0')
			ck_assert_msg(tells_officers() == 0, "seed %" PRIu64 ": %s of a follower tells an officer", seed,
			    w.fx.what);
	}
	ck_assert_msg((case_due_ms(a) == 0) == (a->state == CASE_DITUTUP), "seed %" PRIu64 ": %s", seed, w.fx.what);
	for (int i = 0; i < a->clocks_n; i++) {
		const struct case_clock *is = &a->clocks[i], *was = &b->clocks[i];

		if (was->breached_ms != 0)
			ck_assert_int_eq(is->breached_ms, was->breached_ms);
		if (is->state == CLOCK_RUNNING && was->state == CLOCK_RUNNING && is->epoch == was->epoch)
			ck_assert_msg(is->due_ms <= was->due_ms, "seed %" PRIu64 ": %s gives %s time", seed, w.fx.what,
			    policy->clocks[i].name);
		if (a->lead[0] != '\0' && is->state == CLOCK_RUNNING && policy->clocks[i].stop != STOP_ON_HANDLE)
			ck_assert_msg(is->next_ms == 0, "seed %" PRIu64 ": %s has a moment of its own", seed,
			    policy->clocks[i].name);
	}
	ck_assert_int_eq(ledger_sum(&a->ledger, a->state == CASE_DITUTUP ? a->closed_ms : w.now),
	    (a->state == CASE_DITUTUP ? a->closed_ms : w.now) - a->received_ms);
	case_encode(&doc, a);
	ck_assert_int_eq(case_decode(&back, doc.data, doc.len), 0);
	ck_assert_str_eq(back.lead, a->lead);
	ck_assert_str_eq(back.incident, a->incident);
	ck_assert_int_eq(back.truth, a->truth);
	ck_assert_int_eq(back.voices, a->voices);
	buf_release(&doc);
}

START_TEST(random_histories)
{
	int followed = 0, parted = 0;

	memset(seen, 0, sizeof(seen));
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		dice = seed * UINT64_C(0x9e3779b97f4a7c15);
		open_case((int)draw(2));
		for (int i = 0; i < STEPS && w.c.state != CASE_DITUTUP; i++) {
			int led = w.c.lead[0] != '\0';
			int64_t due = case_due_ms(&w.c);

			w.now = draw(3) ? w.now + draw(30 * (unsigned)MINUTE_MS) : due > w.now ? due : w.now;
			if ((due <= w.now && draw(2) ? world_due(&w) : any_step()) != 0)
				continue;
			what_must_hold(seed);
			followed += w.c.lead[0] != '\0';
			parted += led && w.c.lead[0] == '\0' && w.c.state != CASE_DITUTUP;
		}
	}
	ck_assert_int_gt(followed, SEEDS);
	ck_assert_int_gt(parted, SEEDS / 4);
	ck_assert(seen[ON_MERGE] > 100 && seen[ON_SPLIT] > 50 && seen[ON_BREAK] > 50 && seen[ON_GROW] > 50 &&
	    seen[ON_TRUTH] > 50 && seen[ON_DISPUTE] > 20);
}
END_TEST

/* ---- the configuration ---- */

static const struct { const char *rows, *mistake; } wrong[] = {
	{ "    - {nama: banjir, kategori: tiada, laporan: 2, dalam: 1h, jendela: 2h}\n", "kategori must be" },
	{ "    - {nama: anak, kategori: kekerasan-anak, laporan: 2, dalam: 1h, jendela: 2h}\n", "kategori must be" },
	{ "    - {nama: banjir, kategori: bencana, laporan: 1, dalam: 1h, jendela: 2h}\n", "laporan must be" },
	{ "    - {nama: banjir, kategori: bencana, laporan: 2, dalam: 3h, jendela: 2h}\n", "jendela must not" },
	{ "    - {nama: Banjir-1, kategori: bencana, laporan: 2, dalam: 1h, jendela: 2h}\n", "needs nama" },
	{ "    - {nama: banjir, kategori: bencana, laporan: 2, dalam: 1h, jendela: 2h, lingkup: rt}\n", "lingkup is" },
	{ "    - {nama: banjir, kategori: bencana, laporan: 2, jendela: 2h}\n", "needs dalam" },
};

START_TEST(mistakes_are_named)
{
	struct buf errors = { 0 };
	struct conf_set set = { 0 };
	struct policy *p;

	ck_assert_int_eq(version_read_files(&set, "conf", &errors), 0);
	for (size_t i = 0; i < set.n; i++)
		if (strcmp(set.files[i].name, "sla.yaml") == 0) {
			char *at = strstr(set.files[i].data.data, "\nkejadian:");

			ck_assert_ptr_nonnull(at);
			set.files[i].data.len = (size_t)(at - set.files[i].data.data) + 1;
			buf_addf(&set.files[i].data, "kejadian:\n  jenis:\n%s", wrong[_i].rows);
		}
	p = policy_parse(&set, &errors);
	ck_assert_msg(p == NULL && strstr(buf_str(&errors), wrong[_i].mistake) != NULL, "%s", buf_str(&errors));
	conf_release(&set);
	buf_release(&errors);
}
END_TEST

Suite *
incident_suite(void)
{
	Suite *s = suite_create("incident");
	TCase *tc = tcase_create("tables"), *one = tcase_create("member");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, places, 0, N_ELEMS(touching));
	tcase_add_test(tc, a_name_is_the_same_for_all_who_make_it);
	tcase_add_test(tc, neighbours_know_each_others_names);
	tcase_add_loop_test(tc, bond, 0, N_ELEMS(bonds));
	tcase_add_test(tc, more_than_two_may_be_needed);
	tcase_add_loop_test(tc, follower, 0, N_ELEMS(followers));
	tcase_add_loop_test(tc, likeness, 0, N_ELEMS(texts));
	tcase_add_test(tc, the_nearer_the_likelier);
	tcase_add_loop_test(tc, photos_weigh_in, 0, N_ELEMS(photos));
	tcase_add_loop_test(tc, mistakes_are_named, 0, N_ELEMS(wrong));
	suite_add_tcase(s, tc);
	tcase_add_checked_fixture(one, begin, end);
	tcase_add_test(one, a_member_is_nobodys_task);
	tcase_add_test(one, a_member_goes_where_its_lead_goes);
	tcase_add_test(one, a_danger_breaks_out);
	tcase_add_test(one, orders_go_to_the_lead);
	tcase_add_test(one, parting_gives_nothing_back);
	tcase_add_test(one, one_voice_of_many);
	tcase_add_loop_test(one, who_saw_it, 0, N_ELEMS(seen_by));
	tcase_add_test(one, a_sealed_case_follows_nobody);
	tcase_add_test(one, random_histories);
	suite_add_tcase(s, one);
	return s;
}
