/* Alerts of OASIS CAP 1.2, and the lists that link them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/calendar.h"
#include "ingest/warning_in.h"
#include "lib/xml_in.h"

#define NAMESPACE "urn:oasis:names:tc:emergency:cap:1.2"
#define IDENTITY_MOST 300	/* bytes of sender, identifier, sent together */
#define RADIUS_MOST 5000	/* km */
#define URL_MOST 500
#define WORDS_MOST 4096		/* bytes of anything but a polygon */

/* ---- an alert ---- */

/*
 * One alert may say the same in several languages, each in an info of its own: those in Indonesian are
 * read, else those in the language of the first.
 */
struct cap {
	struct warning *w;
	struct buf *why;
	const char *wanted;		/* language; "" that of the first */
	char first[8], language[8];	/* of the first info, of this one */
	char identifier[IDENTITY_MOST], sender[IDENTITY_MOST], sent[40];
	char severity[16], soon[16], certainty[16], headline[WARNING_TEXT_CHARS], event[WARNING_EVENT_CHARS];
	int64_t onset_ms, effective_ms, expires_ms;
	int infos, taken, is_alert, aside, wrong;
};

static void
refuse(struct cap *c, const char *what)
{
	if (c->wrong++ == 0)
		buf_adds(c->why, what);
}

/* Not wrong, and not for us. */
static void
set_aside(struct cap *c, const char *what)
{
	if (c->aside++ == 0 && c->wrong == 0)
		buf_adds(c->why, what);
}

static int
is_taken(const struct cap *c)
{
	const char *wanted = c->wanted[0] != '\0' ? c->wanted : c->first;

	return strncasecmp(c->language, wanted, 2) == 0;
}

static void
keep_moment(struct cap *c, const char *s, int64_t *out)
{
	if (moment_parse(s, out) != 0)
		refuse(c, "a time is not written like 2026-11-22T13:10:00+07:00");
}

/* "-8.1,114.1 -8.2,114.2 ..." */
static void
read_polygon(struct cap *c, const char *s)
{
	double *pairs = xcalloc(2 * WARNING_POINTS + 2, sizeof(*pairs));
	size_t n = 0;

	while (*s != '\0' && n < WARNING_POINTS) {
		char *end;

		s += strspn(s, " \t\r\n");
		if (*s == '\0')
			break;
		pairs[2 * n] = strtod(s, &end);
		if (end == s || *end != ',')
			break;
		s = end + 1;
		pairs[2 * n + 1] = strtod(s, &end);
		if (end == s || (*end != '\0' && strchr(" \t\r\n", *end) == NULL))
			break;
		s = end;
		n++;
	}
	if (s[strspn(s, " \t\r\n")] != '\0' || warning_add_ring(c->w, pairs, n) != 0)
		refuse(c, "a polygon is no closed ring of positions, or larger than is read");
	free(pairs);
}

/* "-8.1,114.1 25" */
static void
read_circle(struct cap *c, const char *s)
{
	struct warning_circle at = { 0, 0, 0 };
	char *end = NULL;
	int fits = 0;

	at.lat = strtod(s, &end);
	if (end != s && *end == ',') {
		at.lng = strtod(s = end + 1, &end);
		if (end != s && *end == ' ') {
			at.km = strtod(s = end + 1, &end);
			fits = end != s && end[strspn(end, " \t\r\n")] == '\0' && warning_is_position(at.lat, at.lng) &&
			    at.km >= 0 && at.km <= RADIUS_MOST;
		}
	}
	if (fits && c->w->circles_n < WARNING_CIRCLES)
		c->w->circles[c->w->circles_n++] = at;
	else
		refuse(c, "a circle is no position and radius in km, or there are too many");
}

/* Triples "sender,identifier,sent" with blanks between. */
static void
read_references(struct cap *c, const char *s)
{
	while (*s != '\0') {
		size_t len = strcspn(s, " \t\r\n");

		if (len > 0 && len < IDENTITY_MOST && c->w->about_n < WARNING_ABOUT) {
			struct buf b = { 0 };

			buf_adds(&b, "cap\n");
			buf_add(&b, s, len);
			warning_name(c->w->about[c->w->about_n++], &b);
			buf_release(&b);
		}
		s += len;
		s += strspn(s, " \t\r\n");
	}
}

/* ---- of the alert itself ---- */

static void
read_status(struct cap *c, const char *s)
{
	static const struct { const char *word; enum warning_status status; } words[] = {
		{ "Actual", WARNING_ACTUAL }, { "Exercise", WARNING_EXERCISE }, { "Test", WARNING_TEST },
	};

	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcmp(words[i].word, s) == 0) {
			c->w->status = words[i].status;
			return;
		}
	set_aside(c, "its status is not for the public");
}

static void
read_type(struct cap *c, const char *s)
{
	static const struct { const char *word; enum warning_type type; } words[] = {
		{ "Alert", WARNING_FIRST }, { "Update", WARNING_UPDATE }, { "Cancel", WARNING_CANCEL },
	};

	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcmp(words[i].word, s) == 0) {
			c->w->type = words[i].type;
			return;
		}
	set_aside(c, "it is an acknowledgement or an error message");
}

/* Into a member that must hold all of it. */
static void
keep_whole(struct cap *c, char *out, size_t size, const char *s)
{
	warning_text(out, size, s);
	if (strlen(s) >= size)
		refuse(c, "identifier, sender or sent is longer than is read");
}

static void
end_in_alert(struct cap *c, const char *name, const char *s)
{
	if (strcmp(name, "identifier") == 0) {
		keep_whole(c, c->identifier, sizeof(c->identifier), s);
	} else if (strcmp(name, "sender") == 0) {
		keep_whole(c, c->sender, sizeof(c->sender), s);
	} else if (strcmp(name, "sent") == 0) {
		keep_whole(c, c->sent, sizeof(c->sent), s);
		keep_moment(c, s, &c->w->sent_ms);
	} else if (strcmp(name, "status") == 0) {
		read_status(c, s);
	} else if (strcmp(name, "msgType") == 0) {
		read_type(c, s);
	} else if (strcmp(name, "scope") == 0 && strcmp(s, "Public") != 0) {
		set_aside(c, "its scope is not public");
	} else if (strcmp(name, "references") == 0) {
		read_references(c, s);
	}
}

/* ---- of one info ---- */

static void
end_in_info(struct cap *c, const char *name, const char *s)
{
	if (strcmp(name, "language") == 0)
		warning_text(c->language, sizeof(c->language), s);
	else if (strcmp(name, "event") == 0)
		warning_text(c->event, sizeof(c->event), s);
	else if (strcmp(name, "headline") == 0)
		warning_text(c->headline, sizeof(c->headline), s);
	else if (strcmp(name, "urgency") == 0)
		warning_text(c->soon, sizeof(c->soon), s);
	else if (strcmp(name, "severity") == 0)
		warning_text(c->severity, sizeof(c->severity), s);
	else if (strcmp(name, "certainty") == 0)
		warning_text(c->certainty, sizeof(c->certainty), s);
	else if (strcmp(name, "senderName") == 0 && c->w->issuer[0] == '\0')
		warning_text(c->w->issuer, sizeof(c->w->issuer), s);
	else if (strcmp(name, "onset") == 0)
		keep_moment(c, s, &c->onset_ms);
	else if (strcmp(name, "effective") == 0)
		keep_moment(c, s, &c->effective_ms);
	else if (strcmp(name, "expires") == 0)
		keep_moment(c, s, &c->expires_ms);
}

static void
end_in_area(struct cap *c, const char *name, const char *s)
{
	if (!is_taken(c) || c->wrong)
		return;
	if (strcmp(name, "polygon") == 0) {
		read_polygon(c, s);
	} else if (strcmp(name, "circle") == 0) {
		read_circle(c, s);
	} else if (strcmp(name, "areaDesc") == 0) {
		struct buf both = { 0 };

		buf_adds(&both, c->w->area);
		buf_addf(&both, "%s%s", c->w->area[0] != '\0' ? ", " : "", s);
		warning_text(c->w->area, sizeof(c->w->area), buf_str(&both));
		buf_release(&both);
	}
}

/* The worse and the later of several infos. */
static void
end_info(struct cap *c)
{
	int severity = warning_word(warning_severity_name, c->severity), soon = warning_word(warning_soon_name, c->soon);
	int sure = warning_word(warning_certainty_name, c->certainty);
	struct warning *w = c->w;

	if (!is_taken(c))
		return;
	if (severity < 0 || soon < 0 || sure < 0) {
		refuse(c, "severity, urgency or certainty is no word of the standard");
		return;
	}
	if (c->event[0] == '\0') {
		refuse(c, "event is missing");
		return;
	}
	if (c->taken++ == 0 || severity > (int)w->severity) {
		warning_text(w->event, sizeof(w->event), c->event);
		warning_text(w->headline, sizeof(w->headline), c->headline);
	}
	w->severity = severity > (int)w->severity ? (enum warning_severity)severity : w->severity;
	w->soon = soon > (int)w->soon ? (enum warning_soon)soon : w->soon;
	w->certainty = sure > (int)w->certainty ? (enum warning_certainty)sure : w->certainty;
	w->tsunami |= strcasestr(c->event, "tsunami") != NULL;
	if (c->onset_ms == 0)
		c->onset_ms = c->effective_ms;
	if (w->onset_ms == 0 || (c->onset_ms != 0 && c->onset_ms < w->onset_ms))
		w->onset_ms = c->onset_ms;
	w->expires_ms = c->expires_ms > w->expires_ms ? c->expires_ms : w->expires_ms;
}

/* ---- the reading ---- */

static void
on_begin(void *arg, int depth, const char *ns, const char *name, const char **atts)
{
	struct cap *c = arg;

	(void)atts;
	if (depth == 1)
		c->is_alert = strcmp(ns, NAMESPACE) == 0 && strcmp(name, "alert") == 0;
	if (depth == 2 && c->is_alert && strcmp(name, "info") == 0) {
		c->infos++;
		c->onset_ms = c->effective_ms = c->expires_ms = 0;
		memcpy(c->language, "en-US", sizeof("en-US"));	/* the standard's, where none is said */
		c->severity[0] = c->soon[0] = c->certainty[0] = c->headline[0] = c->event[0] = '\0';
	}
	/* Its language is the first that an info says. */
	if (depth == 3 && c->infos == 1 && strcmp(name, "language") != 0)
		memcpy(c->first, c->language, sizeof(c->first));
}

static void
on_end(void *arg, int depth, const char *ns, const char *name, const struct buf *text)
{
	struct cap *c = arg;
	char words[WORDS_MOST];

	(void)ns;
	if (!c->is_alert)
		return;
	warning_text(words, sizeof(words), buf_str(text));
	if (depth == 2 && strcmp(name, "info") == 0)
		end_info(c);
	else if (depth == 2)
		end_in_alert(c, name, words);
	else if (depth == 3)
		end_in_info(c, name, words);
	else if (depth == 4)
		end_in_area(c, name, buf_str(text));	/* a polygon is longer than words are */
}

static void
name_it(struct cap *c)
{
	struct buf b = { 0 };

	buf_addf(&b, "cap\n%s,%s,%s", c->sender, c->identifier, c->sent);
	warning_name(c->w->name, &b);
	buf_release(&b);
}

/* As cap_read(), with the infos of one language. */
static int
read_in(struct warning *w, const char *xml, size_t len, const char *source, const char *language, int *taken, struct buf *why)
{
	static const struct xml_in how = { on_begin, on_end };
	struct cap c = { .w = w, .why = why, .wanted = language };

	memset(w, 0, sizeof(*w));
	w->kind = WARNING_ALERT;
	warning_text(w->source, sizeof(w->source), source);
	if (xml_read(xml, len, &how, &c, why) != 0)
		return -1;
	*taken = c.taken;
	if (!c.is_alert)
		refuse(&c, "it is no alert of CAP 1.2");
	else if (c.sender[0] == '\0' || c.identifier[0] == '\0' || w->sent_ms == 0)
		refuse(&c, "sender, identifier or sent is missing");
	else if (w->type != WARNING_FIRST && w->about_n == 0)
		refuse(&c, "it changes another alert and does not say which (references)");
	name_it(&c);
	if (w->issuer[0] == '\0')
		warning_text(w->issuer, sizeof(w->issuer), c.sender);
	return c.wrong ? -1 : c.aside ? 1 : 0;
}

int
cap_read(struct warning *w, const char *xml, size_t len, const char *source, struct buf *why)
{
	int taken = 0, rc = read_in(w, xml, len, source, "id", &taken, why);

	if (rc == 0 && taken == 0) {
		warning_release(w);
		rc = read_in(w, xml, len, source, "", &taken, why);
	}
	/* What is taken back need not be described again. */
	if (rc == 0 && taken == 0 && w->type != WARNING_CANCEL) {
		buf_adds(why, "it has no info: nothing to warn of");
		rc = -1;
	}
	return rc;
}

/* ---- a list ---- */

struct list {
	on_warning_link cb;
	void *arg;
	int is_list, n, most;
	char url[URL_MOST], edition[80];
};

static int
is_item(const char *name)
{
	return strcmp(name, "item") == 0 || strcmp(name, "entry") == 0;
}

static void
on_list_begin(void *arg, int depth, const char *ns, const char *name, const char **atts)
{
	struct list *l = arg;
	const char *href;

	(void)ns;
	if (depth == 1)
		l->is_list = strcmp(name, "rss") == 0 || strcmp(name, "feed") == 0;
	if (is_item(name))
		l->url[0] = l->edition[0] = '\0';
	href = strcmp(name, "link") == 0 ? xml_attribute(atts, "href") : "";
	/* Atom: the link to the alert itself goes before one to a page about it. */
	if (href[0] != '\0' && (l->url[0] == '\0' || strcmp(xml_attribute(atts, "type"), "application/cap+xml") == 0))
		warning_text(l->url, sizeof(l->url), href);
}

static void
on_list_end(void *arg, int depth, const char *ns, const char *name, const struct buf *text)
{
	struct list *l = arg;

	(void)depth, (void)ns;
	if (!l->is_list)
		return;
	if (strcmp(name, "link") == 0 && l->url[0] == '\0')
		warning_text(l->url, sizeof(l->url), buf_str(text));
	else if (strcmp(name, "pubDate") == 0 || strcmp(name, "updated") == 0)
		warning_text(l->edition, sizeof(l->edition), buf_str(text));
	else if (is_item(name) && l->url[0] != '\0' && l->n < l->most && ++l->n)
		l->cb(l->url, l->edition, l->arg);
}

int
alert_links_read(const char *xml, size_t len, int most, on_warning_link cb, void *arg, struct buf *why)
{
	static const struct xml_in how = { on_list_begin, on_list_end };
	struct list l = { .cb = cb, .arg = arg, .most = most };

	if (xml_read(xml, len, &how, &l, why) != 0)
		return -1;
	if (!l.is_list) {
		buf_adds(why, "it is no RSS or Atom");
		return -1;
	}
	return l.n;
}
