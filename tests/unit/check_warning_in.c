/* What is served as a warning, read: the good, the odd and the hostile. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/calendar.h"
#include "ingest/warning_in.h"
#include "lib/xml_in.h"

Suite *warning_in_suite(void);

static struct warning last;
static int got;

static void
keep(const struct warning *w, void *arg)
{
	(void)arg;
	last = *w;
	got++;
}

/* ---- earthquakes ---- */

#define QUAKE(when, where, mag, depth, potential, felt) "{\"Tanggal\":\"22 Nov 2026\",\"Jam\":\"13:10:10 WIB\",\"DateTime\":" when \
    ",\"Coordinates\":" where ",\"Lintang\":\"8.80 LS\",\"Bujur\":\"114.40 BT\",\"Magnitude\":" mag ",\"Kedalaman\":" depth \
    ",\"Wilayah\":\"60 km tenggara Banyuwangi\",\"Potensi\":" potential ",\"Dirasakan\":" felt "}"
#define ONE(quake) "{\"Infogempa\":{\"gempa\":" quake "}}"
#define WHEN "\"2026-11-22T06:10:10+00:00\""
#define WHERE "\"-8.80,114.40\""
#define CALM "\"Tidak berpotensi tsunami\""

static const struct {
	const char *what, *json;
	int rc, n;		/* unreadable ones, or -1; read ones */
	int magnitude, depth, tsunami;
	const char *why;
} quakes[] = {
	{ "as it is served", ONE(QUAKE(WHEN, WHERE, "\"5.6\"", "\"10 km\"", CALM, "\"III Banyuwangi\"")), 0, 1, 56, 10, 0, "" },
	{ "numbers as numbers", ONE(QUAKE(WHEN, WHERE, "5.64", "10", CALM, "null")), 0, 1, 56, 10, 0, "" },
	{ "a tsunami may come", ONE(QUAKE(WHEN, WHERE, "\"7.5\"", "\"10 km\"", "\"BERPOTENSI TSUNAMI untuk diteruskan pada masyarakat\"", "\"\"")), 0, 1, 75, 10, 1, "" },
	{ "a warning of one", ONE(QUAKE(WHEN, WHERE, "\"7.5\"", "\"10 km\"", "\"Peringatan dini tsunami: AWAS\"", "\"\"")), 0, 1, 75, 10, 1, "" },
	{ "that is over", ONE(QUAKE(WHEN, WHERE, "\"7.5\"", "\"10 km\"", "\"Peringatan dini tsunami dinyatakan telah berakhir\"", "\"\"")), 0, 1, 75, 10, 0, "" },
	{ "to be passed on", ONE(QUAKE(WHEN, WHERE, "\"4.5\"", "\"10 km\"", "\"Gempa ini dirasakan untuk diteruskan pada masyarakat\"", "\"\"")), 0, 1, 45, 10, 0, "" },
	{ "several", ONE("[" QUAKE(WHEN, WHERE, "\"5.0\"", "\"10 km\"", CALM, "\"\"") "," QUAKE(WHEN, WHERE, "\"5.1\"", "\"11 km\"", CALM, "\"\"") "]"), 0, 2, 51, 11, 0, "" },
	{ "one of two is damaged", ONE("[" QUAKE(WHEN, WHERE, "\"lima\"", "\"10 km\"", CALM, "\"\"") "," QUAKE(WHEN, WHERE, "\"5.1\"", "\"11 km\"", CALM, "\"\"") "]"), 1, 1, 51, 11, 0, "earthquake 1: Magnitude" },
	{ "no time", ONE(QUAKE("\"kemarin\"", WHERE, "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "DateTime" },
	{ "a time without an offset", ONE(QUAKE("\"2026-11-22T06:10:10\"", WHERE, "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "DateTime" },
	{ "no such day", ONE(QUAKE("\"2026-02-30T06:10:10+00:00\"", WHERE, "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "DateTime" },
	{ "beyond the pole", ONE(QUAKE(WHEN, "\"-98.80,114.40\"", "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Coordinates" },
	{ "half a position", ONE(QUAKE(WHEN, "\"-8.80\"", "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Coordinates" },
	{ "a position and more", ONE(QUAKE(WHEN, "\"-8.80,114.40,5\"", "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Coordinates" },
	{ "a position that is no number", ONE(QUAKE(WHEN, "\"nan,inf\"", "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Coordinates" },
	{ "a position of another kind", ONE(QUAKE(WHEN, "[-8.8,114.4]", "\"5.0\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Coordinates" },
	{ "stronger than any", ONE(QUAKE(WHEN, WHERE, "\"10.5\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Magnitude" },
	{ "a negative magnitude", ONE(QUAKE(WHEN, WHERE, "\"-5\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Magnitude" },
	{ "hexadecimal", ONE(QUAKE(WHEN, WHERE, "\"0x5\"", "\"10 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Magnitude" },
	{ "a depth in miles", ONE(QUAKE(WHEN, WHERE, "\"5\"", "\"10 mil\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Kedalaman" },
	{ "through the earth", ONE(QUAKE(WHEN, WHERE, "\"5\"", "\"9000 km\"", CALM, "\"\"")), 1, 0, 0, 0, 0, "Kedalaman" },
	{ "a page of HTML", "<html>gateway</html>", -1, 0, 0, 0, 0, "no JSON" },
	{ "nothing", "", -1, 0, 0, 0, 0, "no JSON" },
	{ "cut off", "{\"Infogempa\":{\"gempa\":{\"DateTime\":", -1, 0, 0, 0, 0, "no JSON" },
	{ "another document", "{\"gempa\":{}}", -1, 0, 0, 0, 0, "no JSON with Infogempa.gempa" },
	{ "an empty list", ONE("[]"), -1, 0, 0, 0, 0, "no JSON with Infogempa.gempa" },
	{ "a list of numbers", ONE("[1,2]"), 2, 0, 0, 0, 0, "DateTime" },
	{ "twice the same member", "{\"Infogempa\":{},\"Infogempa\":{}}", -1, 0, 0, 0, 0, "no JSON" },
};

START_TEST(an_earthquake)
{
	struct buf why = { 0 };
	int rc;

	got = 0;
	rc = quakes_read(quakes[_i].json, strlen(quakes[_i].json), "quake", keep, NULL, &why);
	ck_assert_msg(rc == quakes[_i].rc && got == quakes[_i].n, "%s: %d, %d read, %s", quakes[_i].what, rc, got, buf_str(&why));
	ck_assert_msg(strstr(buf_str(&why), quakes[_i].why) != NULL, "%s: %s", quakes[_i].what, buf_str(&why));
	if (got > 0) {
		ck_assert_msg(last.magnitude == quakes[_i].magnitude && last.depth_km == quakes[_i].depth &&
		    last.tsunami == quakes[_i].tsunami, "%s: %d %d %d", quakes[_i].what, last.magnitude, last.depth_km, last.tsunami);
		ck_assert(last.sent_ms == INT64_C(1795327810000) && last.lat < -8.79 && last.lng > 114.39);
		ck_assert_str_eq(last.headline, "60 km tenggara Banyuwangi");
	}
	buf_release(&why);
}
END_TEST

/* The same earthquake is known by its moment, the same reading of it by all that it says. */
START_TEST(an_earthquake_has_a_name)
{
	static const char first[] = ONE(QUAKE(WHEN, WHERE, "\"5.6\"", "\"10 km\"", CALM, "\"\"")),
	    corrected[] = ONE(QUAKE(WHEN, WHERE, "\"5.5\"", "\"10 km\"", CALM, "\"\"")),
	    same[] = "{ \"Infogempa\" : {\"gempa\":[" QUAKE("\"2026-11-22T13:10:10+07:00\"", WHERE, "5.6", "\"10 km\"", CALM, "\"\"") "]}}";
	struct buf why = { 0 };
	struct warning a, b, c;

	quakes_read(first, sizeof(first) - 1, "quake", keep, NULL, &why);
	a = last;
	quakes_read(corrected, sizeof(corrected) - 1, "quake", keep, NULL, &why);
	b = last;
	quakes_read(same, sizeof(same) - 1, "felt", keep, NULL, &why);
	c = last;
	ck_assert_str_eq(a.name, c.name);
	ck_assert_str_ne(a.name, b.name);
	ck_assert_str_eq(a.about[0], b.about[0]);
	buf_release(&why);
}
END_TEST

START_TEST(a_deep_or_long_one_is_refused)
{
	struct buf json = { 0 }, why = { 0 };

	for (int i = 0; i < 100000; i++)
		buf_adds(&json, "[");
	ck_assert_int_eq(quakes_read(buf_str(&json), json.len, "quake", keep, NULL, &why), -1);
	buf_reset(&json);
	buf_adds(&json, "{\"Infogempa\":{\"gempa\":[");
	for (int i = 0; i < 101; i++)
		buf_adds(&json, i > 0 ? ",1" : "1");
	buf_adds(&json, "]}}");
	buf_reset(&why);
	ck_assert_int_eq(quakes_read(buf_str(&json), json.len, "quake", keep, NULL, &why), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&why), "more earthquakes"));
	buf_release(&json);
	buf_release(&why);
}
END_TEST

/* ---- alerts ---- */

#define HEAD(status, type, scope, more) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">" \
    "<identifier>2.49.0.1.360.0.2026.1</identifier><sender>cuaca@bmkg.go.id</sender><sent>2026-11-22T13:10:00+07:00</sent>" \
    "<status>" status "</status><msgType>" type "</msgType><scope>" scope "</scope>" more
#define INFO(lang, event, urgency, severity, certainty, area) "<info>" lang "<category>Met</category><event>" event "</event><urgency>" urgency \
    "</urgency><severity>" severity "</severity><certainty>" certainty "</certainty><effective>2026-11-22T13:15:00+07:00</effective>" \
    "<expires>2026-11-22T15:15:00+07:00</expires><senderName>BMKG Juanda</senderName><headline>Hujan lebat di " event "</headline>" area "</info>"
#define AREA(inside) "<area><areaDesc>Banyuwangi</areaDesc>" inside "</area>"
#define POLYGON "<polygon>-8.1,114.1 -8.1,114.3 -8.3,114.3 -8.1,114.1</polygon>"
#define USUAL INFO("<language>id-ID</language>", "Hujan", "Immediate", "Severe", "Likely", AREA(POLYGON))
#define TAIL "</alert>"

static const struct {
	const char *what, *xml;
	int rc;
	const char *why;
	enum warning_severity severity; int rings, circles, about; const char *event;
} alerts[] = {
	{ "as it is served", HEAD("Actual", "Alert", "Public", "") USUAL TAIL, 0, "", SEVERITY_SEVERE, 1, 0, 0, "Hujan" },
	{ "with blanks and line ends", HEAD("\n Actual \n", "Alert\n", " Public", "") USUAL TAIL "\n\n", 0, "", SEVERITY_SEVERE, 1, 0, 0, "Hujan" },
	{ "with a prefix", "<c:alert xmlns:c=\"urn:oasis:names:tc:emergency:cap:1.2\"><c:identifier>1</c:identifier><c:sender>a</c:sender>"
	  "<c:sent>2026-11-22T13:10:00+07:00</c:sent><c:status>Actual</c:status><c:msgType>Alert</c:msgType><c:scope>Public</c:scope>"
	  "<c:info><c:event>Angin</c:event><c:urgency>Expected</c:urgency><c:severity>Minor</c:severity><c:certainty>Likely</c:certainty></c:info></c:alert>",
	  0, "", SEVERITY_MINOR, 0, 0, 0, "Angin" },
	{ "in two languages", HEAD("Actual", "Alert", "Public", "") INFO("<language>en-US</language>", "Rain", "Immediate", "Extreme", "Likely", AREA(POLYGON)) USUAL TAIL,
	  0, "", SEVERITY_SEVERE, 1, 0, 0, "Hujan" },
	{ "in another language alone", HEAD("Actual", "Alert", "Public", "") INFO("<language>en-US</language>", "Rain", "Immediate", "Severe", "Likely", AREA(POLYGON))
	  INFO("<language>ms</language>", "Hujung", "Immediate", "Extreme", "Likely", AREA(POLYGON)) TAIL, 0, "", SEVERITY_SEVERE, 1, 0, 0, "Rain" },
	{ "two dangers", HEAD("Actual", "Alert", "Public", "") USUAL INFO("<language>id</language>", "Tsunami", "Immediate", "Extreme", "Observed", AREA("<circle>-8.2,114.2 25</circle>")) TAIL,
	  0, "", SEVERITY_EXTREME, 1, 1, 0, "Tsunami" },
	{ "an update", HEAD("Actual", "Update", "Public", "<references>a,b,2026-11-22T12:00:00+07:00 c,d,2026-11-22T12:30:00+07:00</references>") USUAL TAIL, 0, "", SEVERITY_SEVERE, 1, 0, 2, "Hujan" },
	{ "a cancel without an info", HEAD("Actual", "Cancel", "Public", "<references>a,b,2026-11-22T12:00:00+07:00</references>") TAIL, 0, "", SEVERITY_UNKNOWN, 0, 0, 1, "" },
	{ "an exercise", HEAD("Exercise", "Alert", "Public", "<note>latihan</note>") USUAL TAIL, 0, "", SEVERITY_SEVERE, 1, 0, 0, "Hujan" },
	{ "a draft", HEAD("Draft", "Alert", "Public", "") USUAL TAIL, 1, "status", SEVERITY_SEVERE, 1, 0, 0, "Hujan" },
	{ "an acknowledgement", HEAD("Actual", "Ack", "Public", "") USUAL TAIL, 1, "acknowledgement", SEVERITY_SEVERE, 1, 0, 0, "Hujan" },
	{ "for some alone", HEAD("Actual", "Alert", "Restricted", "") USUAL TAIL, 1, "scope", SEVERITY_SEVERE, 1, 0, 0, "Hujan" },
	{ "an update of nothing", HEAD("Actual", "Update", "Public", "") USUAL TAIL, -1, "references", 0, 0, 0, 0, NULL },
	{ "nothing to warn of", HEAD("Actual", "Alert", "Public", "") TAIL, -1, "no info", 0, 0, 0, 0, NULL },
	{ "an older standard", "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.1\"><identifier>1</identifier></alert>", -1, "no alert of CAP 1.2", 0, 0, 0, 0, NULL },
	{ "a page of HTML", "<html><body>gateway</body></html>", -1, "no alert of CAP 1.2", 0, 0, 0, 0, NULL },
	{ "a word that the standard has not", HEAD("Actual", "Alert", "Public", "") INFO("", "Hujan", "Segera", "Severe", "Likely", "") TAIL, -1, "no word of the standard", 0, 0, 0, 0, NULL },
	{ "an open ring", HEAD("Actual", "Alert", "Public", "") INFO("", "Hujan", "Immediate", "Severe", "Likely", AREA("<polygon>1,1 1,2 2,2 2,1</polygon>")) TAIL, -1, "polygon", 0, 0, 0, 0, NULL },
	{ "a ring of words", HEAD("Actual", "Alert", "Public", "") INFO("", "Hujan", "Immediate", "Severe", "Likely", AREA("<polygon>sini sana</polygon>")) TAIL, -1, "polygon", 0, 0, 0, 0, NULL },
	{ "a ring that is no number", HEAD("Actual", "Alert", "Public", "") INFO("", "Hujan", "Immediate", "Severe", "Likely", AREA("<polygon>nan,1 1,2 2,2 nan,1</polygon>")) TAIL, -1, "polygon", 0, 0, 0, 0, NULL },
	{ "an empty ring", HEAD("Actual", "Alert", "Public", "") INFO("", "Hujan", "Immediate", "Severe", "Likely", AREA("<polygon></polygon>")) TAIL, -1, "polygon", 0, 0, 0, 0, NULL },
	{ "a circle without a radius", HEAD("Actual", "Alert", "Public", "") INFO("", "Hujan", "Immediate", "Severe", "Likely", AREA("<circle>1,1</circle>")) TAIL, -1, "circle", 0, 0, 0, 0, NULL },
	{ "a circle round the earth", HEAD("Actual", "Alert", "Public", "") INFO("", "Hujan", "Immediate", "Severe", "Likely", AREA("<circle>1,1 50000</circle>")) TAIL, -1, "circle", 0, 0, 0, 0, NULL },
	{ "no time", "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>1</identifier><sender>a</sender><sent>tadi</sent></alert>", -1, "a time", 0, 0, 0, 0, NULL },
	{ "entities that grow", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"xx\"><!ENTITY y \"&x;&x;\">]><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">&y;</alert>", -1, "document type", 0, 0, 0, 0, NULL },
	{ "an outside entity", "<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/passwd\"><alert/>", -1, "document type", 0, 0, 0, 0, NULL },
	{ "an unknown entity", HEAD("Actual", "Alert", "Public", "") "&luar;" TAIL, -1, "line 2", 0, 0, 0, 0, NULL },
	{ "cut off", HEAD("Actual", "Alert", "Public", ""), -1, "line 2", 0, 0, 0, 0, NULL },
	{ "nothing", "", -1, "line 1", 0, 0, 0, 0, NULL },
	{ "broken UTF-8", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><alert>\xff\xfe</alert>", -1, "line 1", 0, 0, 0, 0, NULL },
	{ "two documents", HEAD("Actual", "Alert", "Public", "") USUAL TAIL "<alert/>", -1, "line 2", 0, 0, 0, 0, NULL },
};

START_TEST(an_alert)
{
	struct warning w = { .kind = WARNING_QUAKE };
	struct buf why = { 0 };
	int rc = cap_read(&w, alerts[_i].xml, strlen(alerts[_i].xml), "alert", &why);

	ck_assert_msg(rc == alerts[_i].rc, "%s: %d, %s", alerts[_i].what, rc, buf_str(&why));
	ck_assert_msg(strstr(buf_str(&why), alerts[_i].why) != NULL, "%s: %s", alerts[_i].what, buf_str(&why));
	ck_assert_msg((rc == 0) == (why.len == 0), "%s: %s", alerts[_i].what, buf_str(&why));
	if (rc == 0) {
		ck_assert_msg(w.severity == alerts[_i].severity && w.rings_n == alerts[_i].rings && w.circles_n == alerts[_i].circles &&
		    w.about_n == alerts[_i].about, "%s: %d %d %d %d", alerts[_i].what, w.severity, w.rings_n, w.circles_n, w.about_n);
		ck_assert_msg(strcmp(w.event, alerts[_i].event) == 0, "%s: %s", alerts[_i].what, w.event);
		ck_assert_int_eq(w.sent_ms, INT64_C(1795327800000));
		ck_assert_uint_eq(strlen(w.name), 32);
	}
	warning_release(&w);
	buf_release(&why);
}
END_TEST

START_TEST(what_an_alert_says)
{
	static const char xml[] = HEAD("Actual", "Alert", "Public", "") USUAL TAIL;
	static const char update[] = HEAD("Actual", "Update", "Public",
	    "<references>cuaca@bmkg.go.id,2.49.0.1.360.0.2026.1,2026-11-22T13:10:00+07:00</references>") USUAL TAIL;
	struct warning w, next;
	struct buf why = { 0 };

	ck_assert_int_eq(cap_read(&w, xml, sizeof(xml) - 1, "alert", &why), 0);
	ck_assert_str_eq(w.issuer, "BMKG Juanda");
	ck_assert_str_eq(w.headline, "Hujan lebat di Hujan");
	ck_assert_str_eq(w.area, "Banyuwangi");
	ck_assert_int_eq(w.onset_ms, w.sent_ms + 5 * MINUTE_MS);
	ck_assert_int_eq(w.expires_ms, w.sent_ms + 125 * MINUTE_MS);
	ck_assert(w.soon == SOON_IMMEDIATE && w.certainty == CERTAINTY_LIKELY && w.status == WARNING_ACTUAL);
	/* What refers to it names it as it is named. */
	ck_assert_int_eq(cap_read(&next, update, sizeof(update) - 1, "alert", &why), 0);
	ck_assert_str_eq(next.about[0], w.name);
	warning_release(&w);
	warning_release(&next);
	buf_release(&why);
}
END_TEST

START_TEST(a_deep_or_large_alert_is_refused)
{
	struct buf xml = { 0 }, why = { 0 };
	struct warning w;

	buf_adds(&xml, HEAD("Actual", "Alert", "Public", ""));
	for (int i = 0; i < XML_IN_DEPTH; i++)
		buf_adds(&xml, "<dalam>");
	ck_assert_int_eq(cap_read(&w, buf_str(&xml), xml.len, "alert", &why), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&why), "too many elements inside each other"));
	warning_release(&w);
	buf_reset(&xml);
	buf_reset(&why);
	buf_adds(&xml, HEAD("Actual", "Alert", "Public", "") "<info><event>x</event><urgency>Past</urgency><severity>Minor</severity>"
	    "<certainty>Likely</certainty><area><areaDesc>x</areaDesc><polygon>");
	for (int i = 0; i <= WARNING_POINTS; i++)
		buf_adds(&xml, "1,1 ");
	buf_adds(&xml, "</polygon></area></info></alert>");
	ck_assert_int_eq(cap_read(&w, buf_str(&xml), xml.len, "alert", &why), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&why), "polygon"));
	warning_release(&w);
	buf_release(&xml);
	buf_release(&why);
}
END_TEST

/* Each beginning of an alert is refused, and none of them hurts. */
START_TEST(every_beginning_is_refused)
{
	static const char xml[] = HEAD("Actual", "Alert", "Public", "") USUAL TAIL;
	static const char json[] = ONE(QUAKE(WHEN, WHERE, "\"5.6\"", "\"10 km\"", CALM, "\"\""));
	struct buf why = { 0 };

	for (size_t n = 0; n < sizeof(xml) - 1; n++) {
		struct warning w;

		ck_assert_int_eq(cap_read(&w, xml, n, "alert", &why), -1);
		warning_release(&w);
	}
	got = 0;
	for (size_t n = 0; n < sizeof(json) - 1; n++)
		ck_assert_int_eq(quakes_read(json, n, "quake", keep, NULL, &why), -1);
	ck_assert_int_eq(got, 0);
	buf_release(&why);
}
END_TEST

/* ---- lists ---- */

static struct buf links;

static void
on_link(const char *url, const char *edition, void *arg)
{
	(void)arg;
	buf_addf(&links, "%s@%s ", url, edition);
}

static const struct { const char *what, *xml; int rc; const char *links, *why; } lists[] = {
	{ "RSS", "<rss version=\"2.0\"><channel><link>https://bmkg/</link><title>x</title>"
	  "<item><title>a</title><link>https://bmkg/a.xml</link><pubDate>Sun</pubDate></item>"
	  "<item><link> https://bmkg/b.xml\n</link></item></channel></rss>", 2, "https://bmkg/a.xml@Sun https://bmkg/b.xml@ ", "" },
	{ "Atom", "<feed xmlns=\"http://www.w3.org/2005/Atom\"><link href=\"/self\"/><entry><link href=\"/page\"/>"
	  "<link type=\"application/cap+xml\" href=\"/a.xml\"/><updated>1</updated></entry></feed>", 1, "/a.xml@1 ", "" },
	{ "an item without a link", "<rss><channel><item><title>a</title></item></channel></rss>", 0, "", "" },
	{ "nothing new", "<rss><channel/></rss>", 0, "", "" },
	{ "more than are read", "<rss><channel><item><link>1</link></item><item><link>2</link></item><item><link>3</link></item></channel></rss>", 2, "1@ 2@ ", "" },
	{ "HTML", "<html><body/></html>", -1, "", "no RSS or Atom" },
	{ "entities", "<!DOCTYPE rss [<!ENTITY a \"b\">]><rss/>", -1, "", "document type" },
	{ "no XML", "sebentar lagi", -1, "", "line 1" },
};

START_TEST(a_list)
{
	struct buf why = { 0 };
	int rc = alert_links_read(lists[_i].xml, strlen(lists[_i].xml), 2, on_link, NULL, &why);

	ck_assert_msg(rc == lists[_i].rc && strcmp(buf_str(&links), lists[_i].links) == 0, "%s: %d %s", lists[_i].what, rc,
	    buf_str(&links));
	ck_assert_msg(strstr(buf_str(&why), lists[_i].why) != NULL, "%s: %s", lists[_i].what, buf_str(&why));
	buf_release(&links);
	buf_release(&why);
}
END_TEST

/* ---- moments ---- */

static const struct { const char *s; int rc; int64_t ms; } moments[] = {
	{ "1970-01-01T00:00:00Z", 0, 0 }, { "2026-11-22T13:10:10+07:00", 0, INT64_C(1795327810000) },
	{ "2026-11-22T06:10:10+00:00", 0, INT64_C(1795327810000) }, { "2026-11-22T06:10:10-00:00", 0, INT64_C(1795327810000) },
	{ "2026-11-22T01:40:10.999-04:30", 0, INT64_C(1795327810000) }, { "2026-11-22t06:10:10z", 0, INT64_C(1795327810000) },
	{ "2026-11-22T06:10:10", -1, 0 }, { "2026-11-22 06:10:10Z", -1, 0 }, { "2026-11-22T24:10:10Z", -1, 0 },
	{ "2026-11-22T06:60:10Z", -1, 0 }, { "2026-02-29T06:10:10Z", -1, 0 }, { "2026-11-22T06:10:10+7", -1, 0 },
	{ "2026-11-22T06:10:10+07:60", -1, 0 }, { "2026-11-22T06:10:10.Z", -1, 0 }, { "2026-11-22T06:10:10Zx", -1, 0 },
	{ "1969-12-31T23:59:59Z", -1, 0 }, { "", -1, 0 }, { "2026", -1, 0 },
};

START_TEST(a_moment)
{
	int64_t ms = -1;

	ck_assert_msg(moment_parse(moments[_i].s, &ms) == moments[_i].rc, "%s", moments[_i].s);
	if (moments[_i].rc == 0)
		ck_assert_msg(ms == moments[_i].ms, "%s: %lld", moments[_i].s, (long long)ms);
}
END_TEST

Suite *
warning_in_suite(void)
{
	Suite *s = suite_create("warning_in");
	TCase *tc = tcase_create("warning_in");

	tcase_add_loop_test(tc, an_earthquake, 0, N_ELEMS(quakes));
	tcase_add_test(tc, an_earthquake_has_a_name);
	tcase_add_test(tc, a_deep_or_long_one_is_refused);
	tcase_add_loop_test(tc, an_alert, 0, N_ELEMS(alerts));
	tcase_add_test(tc, what_an_alert_says);
	tcase_add_test(tc, a_deep_or_large_alert_is_refused);
	tcase_add_test(tc, every_beginning_is_refused);
	tcase_add_loop_test(tc, a_list, 0, N_ELEMS(lists));
	tcase_add_loop_test(tc, a_moment, 0, N_ELEMS(moments));
	suite_add_tcase(s, tc);
	return s;
}
