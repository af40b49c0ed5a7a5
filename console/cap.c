/*
 * Incidents as alerts of OASIS CAP 1.2, one each, and an Atom feed of them.  Everybody may read them:
 * they say what, where and how sure, never who, and nothing of what is sealed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/gate.h"
#include "core/incident.h"
#include "lib/escape.h"

#define FEED_ENTRIES 100
#define FORGOTTEN_MS HOUR_MS	/* an all-clear holds so long */
#define HOLDS_MS (12 * HOUR_MS)	/* where the kind is gone from the policy */

/* What the standard calls each kind of ours. */
static const struct { const char *kind, *category, *event; } kinds[] = {
	{ "banjir", "Met", "Banjir" }, { "gempa", "Geo", "Gempa bumi" }, { "longsor", "Geo", "Tanah longsor" },
	{ "tsunami", "Geo", "Tsunami" }, { "gunung", "Geo", "Letusan gunung api" }, { "angin", "Met", "Angin kencang" },
	{ "kebakaran", "Fire", "Kebakaran" }, { "karhutla", "Fire", "Kebakaran hutan dan lahan" },
	{ "padam", "Infra", "Listrik padam" }, { "airmati", "Infra", "Air bersih mati" },
	{ "wabah", "Health", "Wabah penyakit" }, { "laka", "Transport", "Kecelakaan" },
};

struct alert {
	const struct incident_alert *a;
	const struct model_case *lead;
	const struct incident_kind *kind;
	const struct place *place;
	const char *category, *event;
	int cancelled;
};

static void
add_element(struct buf *b, const char *name, const char *text)
{
	buf_addf(b, "<%s>", name);
	buf_add_xml(b, text, strlen(text));
	buf_addf(b, "</%s>\n", name);
}

static void
add_moment(struct buf *b, const char *name, int64_t ms)
{
	buf_addf(b, "<%s>", name);
	buf_add_wib_iso(b, ms);
	buf_addf(b, "</%s>\n", name);
}

/* Of whoever says it, and of each message: unique for ever, as the log's seq is. */
static void
add_sender(struct buf *b, const struct console *c)
{
	buf_addf(b, "kentongan.%s", c->h.set.regency);
}

static void
add_identifier(struct buf *b, const struct console *c, const struct incident_alert *a, const struct alert_mark *m)
{
	buf_addf(b, "kentongan.%s.%s.%" PRId64, c->h.set.regency, a->name, m->seq);
}

/* 0: there is no such alert (any more), or its lead was sealed. */
static int
alert_open(struct alert *o, const struct console *c, const struct incident_alert *a)
{
	memset(o, 0, sizeof(*o));
	o->a = a;
	o->lead = a != NULL ? model_find(c->model, a->lead.s) : NULL;
	if (o->lead == NULL || o->lead->apart)
		return 0;
	o->kind = incident_kind_of(c->h.policy, a->name);
	o->place = place_find(c->h.policy->places, o->lead->place);
	if (o->place != NULL && (o->kind == NULL || o->kind->wide))
		o->place = place_kecamatan(o->place);
	o->category = "Safety";
	o->event = o->kind != NULL ? o->kind->name : o->lead->category;
	for (size_t i = 0; o->kind != NULL && i < N_ELEMS(kinds); i++)
		if (strcmp(kinds[i].kind, o->kind->name) == 0) {
			o->category = kinds[i].category;
			o->event = kinds[i].event;
		}
	o->cancelled = a->truth == TRUTH_UNFOUNDED;
	return o->place != NULL;
}

static const char *
message_type(const struct alert *o)
{
	return o->cancelled && o->a->prior.seq != 0 ? "Cancel" : o->a->prior.seq == 0 ? "Alert" : "Update";
}

static void
add_headline(struct buf *b, const struct alert *o)
{
	buf_adds(b, o->lead->latihan ? "LATIHAN: " : "");
	buf_addf(b, "%s, ", o->event);
	buf_add_place(b, o->place);
	if (o->cancelled)
		buf_adds(b, ": ternyata tidak benar");
	else if (o->a->over)
		buf_adds(b, ": selesai ditangani");
}

static void
add_description(struct buf *b, const struct alert *o)
{
	static const char *const states[] = {
		[CASE_BARU] = "Sedang dibaca di meja 112.", [CASE_DITUGASKAN] = "Regu sudah diberi tugas.",
		[CASE_DITERIMA] = "Regu sudah menerima tugas.", [CASE_MENUJU] = "Regu sedang menuju lokasi.",
		[CASE_DITANGANI] = "Sedang ditangani.", [CASE_SELESAI] = "Selesai ditangani.",
		[CASE_MENUNGGU] = "Penanganan menunggu.", [CASE_DITUTUP] = "Sudah ditutup.",
	};

	if (o->a->voices > 1)
		buf_addf(b, "Dilaporkan sedikitnya %d warga; %s. ", o->a->voices, truth_words(o->a->truth));
	else
		buf_addf(b, "Dilaporkan warga; %s. ", truth_words(o->a->truth));
	buf_adds(b, states[o->lead->state]);
}

/* The standard's words, by what we know: how soon, how bad, how sure. */
static const char *
urgency_of(const struct alert *o)
{
	return o->a->over || o->cancelled ? "Past" : o->a->urgency == URGENCY_DARURAT ? "Immediate" :
	    o->a->urgency == URGENCY_MENDESAK ? "Expected" : "Unknown";
}

static const char *
severity_of(const struct alert *o)
{
	return o->cancelled ? "Unknown" : o->a->urgency == URGENCY_DARURAT ? "Severe" :
	    o->a->urgency == URGENCY_MENDESAK ? "Moderate" : "Minor";
}

static const char *
certainty_of(const struct alert *o)
{
	static const char *const words[] = {
		[TRUTH_UNVERIFIED] = "Possible", [TRUTH_SECOND] = "Likely", [TRUTH_RT] = "Observed",
		[TRUTH_SCENE] = "Observed", [TRUTH_UNFOUNDED] = "Unlikely",
	};

	return words[o->a->truth];
}

static int64_t
expires_ms(const struct alert *o)
{
	return o->a->last.at_ms + (o->a->over || o->cancelled ? FORGOTTEN_MS :
	    o->kind != NULL ? o->kind->open_ms : HOLDS_MS);
}

static void
add_reference(struct buf *b, const struct console *c, const struct incident_alert *a, const struct alert_mark *m)
{
	add_sender(b, c);
	buf_addc(b, ',');
	add_identifier(b, c, a, m);
	buf_addc(b, ',');
	buf_add_wib_iso(b, m->at_ms);
}

static void
add_info(struct buf *b, const struct console *c, const struct alert *o)
{
	struct buf text = { 0 };

	buf_adds(b, "<info>\n<language>id-ID</language>\n");
	add_element(b, "category", o->category);
	add_element(b, "event", o->event);
	if (o->a->over && !o->cancelled)
		add_element(b, "responseType", "AllClear");
	add_element(b, "urgency", urgency_of(o));
	add_element(b, "severity", severity_of(o));
	add_element(b, "certainty", certainty_of(o));
	add_moment(b, "effective", o->a->last.at_ms);
	add_moment(b, "onset", o->a->first.at_ms);
	add_moment(b, "expires", expires_ms(o));
	add_element(b, "senderName", "Kentongan, laporan warga yang dihimpun kabupaten");
	add_headline(&text, o);
	add_element(b, "headline", buf_str(&text));
	buf_reset(&text);
	add_description(&text, o);
	add_element(b, "description", buf_str(&text));
	buf_reset(&text);
	buf_add_place(&text, o->place);
	buf_addf(&text, ", %s", c->h.set.name);
	buf_adds(b, "<area>\n");
	add_element(b, "areaDesc", buf_str(&text));
	buf_adds(b, "<geocode>\n");
	add_element(b, "valueName", "kemendagri");
	add_element(b, "value", o->place->code);
	buf_adds(b, "</geocode>\n</area>\n</info>\n");
	buf_release(&text);
}

/* The order of the elements is the standard's. */
static void
add_alert(struct buf *b, const struct console *c, const struct alert *o)
{
	const struct incident_alert *a = o->a;
	struct buf text = { 0 };

	buf_adds(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n");
	add_identifier(&text, c, a, &a->last);
	add_element(b, "identifier", buf_str(&text));
	buf_reset(&text);
	add_sender(&text, c);
	add_element(b, "sender", buf_str(&text));
	add_moment(b, "sent", a->last.at_ms);
	add_element(b, "status", o->lead->latihan ? "Exercise" : "Actual");
	add_element(b, "msgType", message_type(o));
	add_element(b, "scope", "Public");
	if (o->lead->latihan)
		add_element(b, "note", "Latihan: tidak ada bahaya yang sebenarnya.");
	if (a->prior.seq != 0) {
		buf_reset(&text);
		if (a->first.seq != a->prior.seq) {
			add_reference(&text, c, a, &a->first);
			buf_addc(&text, ' ');
		}
		add_reference(&text, c, a, &a->prior);
		add_element(b, "references", buf_str(&text));
	}
	add_element(b, "incidents", a->name);
	add_info(b, c, o);
	buf_adds(b, "</alert>\n");
	buf_release(&text);
}

void
get_cap_alert(struct http_req *r, void *arg)
{
	struct console *c = arg;
	const char *tail = http_req_tail(r);
	char name[INCIDENT_CHARS] = "";
	size_t len = strlen(tail);
	struct buf b = { 0 };
	struct alert o;

	if (!gate_public(r))
		return;
	if (len > 4 && len - 4 < sizeof(name) && strcmp(tail + len - 4, ".xml") == 0)
		snprintf(name, sizeof(name), "%.*s", (int)(len - 4), tail);
	if (c->h.policy == NULL || !alert_open(&o, c, alerts_find(&c->alerts, name))) {
		http_answer_problem(r, 404, "Not Found", "Tidak ada kejadian dengan nama itu.");
		return;
	}
	add_alert(&b, c, &o);
	http_answer(r, 200, "application/cap+xml; charset=utf-8", &b);
	buf_release(&b);
}

/* ---- the feed ---- */

static int
newest_first(const void *a, const void *b)
{
	const struct alert *x = a, *y = b;

	return (x->a->last.seq < y->a->last.seq) - (x->a->last.seq > y->a->last.seq);
}

static void
add_entry(struct buf *b, const struct console *c, const struct alert *o)
{
	struct buf text = { 0 };

	buf_adds(b, "<entry>\n");
	buf_addf(&text, "tag:kentongan,2026:%s:cap:%s:%" PRId64, c->h.set.regency, o->a->name, o->a->last.seq);
	add_element(b, "id", buf_str(&text));
	buf_reset(&text);
	add_headline(&text, o);
	add_element(b, "title", buf_str(&text));
	add_moment(b, "published", o->a->first.at_ms);
	add_moment(b, "updated", o->a->last.at_ms);
	buf_reset(&text);
	add_description(&text, o);
	add_element(b, "summary", buf_str(&text));
	buf_addf(b, "<category term=\"%s\"/>\n<link rel=\"alternate\" type=\"application/cap+xml\" href=\"/feed/cap/",
	    message_type(o));
	buf_add_xml(b, o->a->name, strlen(o->a->name));
	buf_adds(b, ".xml\"/>\n</entry>\n");
	buf_release(&text);
}

void
get_cap_feed(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct alert *all = xcalloc(c->alerts.n + 1, sizeof(*all));
	struct buf b = { 0 };
	size_t n = 0;

	if (!gate_public(r)) {
		free(all);
		return;
	}
	for (size_t i = 0; c->h.policy != NULL && i < c->alerts.n; i++)
		n += (size_t)alert_open(&all[n], c, &c->alerts.rows[i]);
	if (n > 1)
		qsort(all, n, sizeof(*all), newest_first);
	buf_adds(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"id\">\n");
	buf_addf(&b, "<id>tag:kentongan,2026:%s:cap</id>\n<title>Kejadian dari laporan warga</title>\n"
	    "<author><name>Kentongan</name></author>\n<link rel=\"self\" href=\"/feed/cap.atom\"/>\n", c->h.set.regency);
	add_moment(&b, "updated", n > 0 ? all[0].a->last.at_ms : model_at_ms(c->model));
	for (size_t i = 0; i < n && i < FEED_ENTRIES; i++)
		add_entry(&b, c, &all[i]);
	buf_adds(&b, "</feed>\n");
	http_answer(r, 200, "application/atom+xml; charset=utf-8", &b);
	buf_release(&b);
	free(all);
}
