/* kentongan incident, kentongan candidates: what is one thing, and what may be. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/cli.h"
#include "lib/escape.h"
#include "store/candidates.h"
#include "store/incident.h"

/* ---- candidates ---- */

static void
print_candidates(const struct candidate *list, int n)
{
	for (int i = 0; i < n; i++) {
		char shown[CODE_CHARS + 2];

		code_show(shown, &list[i].c.code);
		printf("%s  %3d%%  %-18s %-14s %-11s  tempat %d%% waktu %d%% kata %d%% foto %d%%%s%s\n", shown,
		    list[i].like.score / 10, list[i].c.category, list[i].c.place,
		    case_state_name(list[i].c.state), list[i].like.place / 10, list[i].like.time / 10,
		    list[i].like.text / 10, list[i].like.photo / 10, list[i].c.lead[0] != '\0' ? "  mengikuti " : "", list[i].c.lead);
	}
}

int
cli_candidates(int argc, char **argv)
{
	static struct candidate list[CANDIDATES_MOST];
	struct stored_case s = { 0 };
	struct code code;
	struct house h;
	struct cli c;
	int status = 1, n, truncated;

	if (cli_parse(&c, argc, argv, NULL, 0) != 0 || c.args_n != 1)
		return cli_usage("candidates CODE [--json]");
	if (code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		return cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	if (cli_house(&c, &h) != 0)
		return 1;
	if (house_refresh(&h) != 0 || cases_load(&h.st, &code, 1, &s) != 0) {
		cli_fail("the store does not answer: %s", redis_pipe_error(h.st.pipe));
	} else if (!s.there || !s.readable || s.version <= 0) {
		cli_fail("%s: no such case", code.s);
	} else if ((n = candidates_find(&h.st, h.policy, &h.set, &s, list, &truncated)) < 0) {
		cli_fail("the store does not answer: %s", redis_pipe_error(h.st.pipe));
	} else {
		struct buf b = { 0 };

		candidates_to_json(&b, list, n);
		if (c.json)
			puts(buf_str(&b));
		else
			print_candidates(list, n);
		if (truncated)
			fprintf(stderr, "kentongan: more cases are open than were compared\n");
		buf_release(&b);
		status = 0;
	}
	stored_case_release(&s);
	house_close(&h);
	return status;
}

/* ---- incidents ---- */

static void
add_figures(struct buf *b, const struct crowd_figures *f)
{
	buf_adds(b, ",\"desa\":[");
	for (size_t i = 0; i < f->desa_n; i++) {
		buf_addf(b, "%s{\"place\":\"%s\",\"voices\":%d", i ? "," : "", f->desa[i].place, f->desa[i].n);
		for (int s = 0; s <= CASE_DITUTUP; s++)
			if (f->desa[i].states[s] > 0)
				buf_addf(b, ",\"%s\":%d", case_state_name((enum case_state)s), f->desa[i].states[s]);
		buf_addc(b, '}');
	}
	buf_adds(b, "],\"hours\":[");
	for (size_t i = 0; i < f->hours_n; i++)
		buf_addf(b, "%s{\"from_ms\":%" PRId64 ",\"voices\":%d}", i ? "," : "", f->hours[i].from_ms,
		    f->hours[i].n);
	buf_addc(b, ']');
}

struct timeline { struct buf *b; int n; };

static int
add_entry(const struct log_line *line, void *arg)
{
	struct timeline *t = arg;
	json_t *doc = json_loadb(line->entry, line->len, 0, NULL);
	const char *what = json_string_value(json_object_get(doc, "what"));
	const char *actor = json_string_value(json_object_get(doc, "actor"));
	const char *by = json_string_value(json_object_get(doc, "by"));

	buf_addf(t->b, "%s{\"seq\":%" PRId64 ",\"at_ms\":%" JSON_INTEGER_FORMAT, t->n++ ? "," : "",
	    line->seq, json_integer_value(json_object_get(doc, "at")));
	buf_add_pair(t->b, "what", what != NULL ? what : "");
	buf_add_pair(t->b, "who", actor != NULL ? actor : by != NULL ? by : "");
	buf_addc(t->b, '}');
	json_decref(doc);
	return 0;
}

static void
incident_to_json(struct buf *b, struct store *st, const struct stored_case *s, const struct member *m,
    size_t n, int whole)
{
	const struct case_record *c = &s->c;
	struct crowd_figures f;
	struct timeline t = { .b = b };
	int voices = 1;

	crowd_count(&f, c, m, n);
	for (size_t i = 0; i < n; i++)
		voices += !m[i].waits;
	if (s->archived)
		voices = c->voices > 1 ? c->voices : 1;	/* the list of them is not kept beside it */
	buf_addf(b, "{\"incident\":\"%s\",\"lead\":\"%s\",\"state\":\"%s\",\"truth\":\"%s\",\"voices\":%d",
	    c->incident, c->code.s, case_state_name(c->state), truth_name(c->truth), voices);
	buf_add_pair(b, "category", c->category);
	buf_add_pair(b, "urgency", urgency_name(c->urgency));
	buf_add_pair(b, "place", c->place);
	buf_addf(b, ",\"received_ms\":%" PRId64 ",\"handled_ms\":%" PRId64 ",\"resolved_ms\":%" PRId64
	    ",\"alarms\":%d", c->received_ms, c->handled_ms, c->resolved_ms, c->alarms);
	if (s->archived)
		buf_adds(b, ",\"archived\":true");
	add_figures(b, &f);
	if (whole) {
		buf_adds(b, ",\"members\":[");
		for (size_t i = 0; i < n; i++) {
			buf_addf(b, "%s{\"code\":\"%s\",\"state\":\"%s\",\"received_ms\":%" PRId64, i ? "," : "",
			    m[i].code.s, m[i].waits ? "calon" : case_state_name(m[i].state), m[i].received_ms);
			buf_add_pair(b, "place", m[i].place);
			buf_addc(b, '}');
		}
		buf_adds(b, "],\"log\":[");
		logbook_read_these(st, buf_str(&s->seqs), add_entry, &t);
		buf_addc(b, ']');
	}
	buf_addc(b, '}');
	crowd_figures_release(&f);
}

static void
print_incident(const struct stored_case *s, const struct member *m, size_t n, int whole)
{
	const struct case_record *c = &s->c;
	struct crowd_figures f;
	char shown[CODE_CHARS + 2];
	int voices = 0;

	crowd_count(&f, c, m, n);
	for (size_t i = 0; i < f.desa_n; i++)
		voices += f.desa[i].n;
	code_show(shown, &c->code);
	printf("%s  %-11s %-8s %-14s %5d suara  %-13s %s\n", shown, case_state_name(c->state),
	    urgency_name(c->urgency), c->category, voices, truth_name(c->truth), c->incident);
	for (size_t i = 0; whole && i < f.desa_n; i++) {
		printf("  %-14s %5d", f.desa[i].place, f.desa[i].n);
		for (int st = 0; st <= CASE_DITUTUP; st++)
			if (f.desa[i].states[st] > 0)
				printf("  %s %d", case_state_name((enum case_state)st), f.desa[i].states[st]);
		putchar('\n');
	}
	crowd_figures_release(&f);
}

/* Those who have it from another are shown with the other.  0, -1 no answer or no such case. */
static int
load_lead(struct house *h, const struct code *named, struct stored_case *s)
{
	struct code code = *named;

	for (int i = 0; i < 4; i++) {
		if (cases_load(&h->st, &code, 1, s) != 0)
			return -1;
		if (!s->readable || s->version <= 0 || s->c.sealed)
			break;
		if (s->c.lead[0] == '\0' || code_parse(&code, s->c.lead, strlen(s->c.lead)) != 0)
			return 0;
		stored_case_release(s);
	}
	return -1;
}

static int
show_one(struct house *h, const struct code *code, struct buf *out, int whole)
{
	struct stored_case s = { 0 };
	struct member *m = NULL;
	size_t n = 0;
	int rc = -1;

	if (load_lead(h, code, &s) == 0 && members_load(&h->st, s.c.code.s, &m, &n) == 0) {
		if (out != NULL)
			incident_to_json(out, &h->st, &s, m, n, whole);
		else
			print_incident(&s, m, n, whole);
		rc = 0;
	}
	free(m);
	stored_case_release(&s);
	return rc;
}

static int
show_all(struct house *h, struct buf *out)
{
	struct code *codes;
	size_t n;
	int rc = crowds_load(&h->st, &codes, &n), shown = 0;

	if (out != NULL)
		buf_addc(out, '[');
	for (size_t i = 0; rc == 0 && i < n; i++) {
		size_t before = out != NULL ? out->len : 0;

		if (out != NULL && shown > 0)
			buf_addc(out, ',');
		if (show_one(h, &codes[i], out, 0) == 0)
			shown++;
		else if (out != NULL)
			out->len = before;	/* on its way to the archive */
	}
	if (out != NULL)
		buf_addc(out, ']');
	free(codes);
	return rc;
}

/* "Has the water gone?" asked of all who reported from one desa.  How many were asked, -1. */
static int
sweep(struct house *h, const struct code *code, const char *place, const char *as, const char *note)
{
	struct effects *fx = xcalloc(1, sizeof(*fx));
	struct stored_case s = { 0 };
	struct member *m = NULL;
	size_t n = 0;
	int asked = -1;

	if (load_lead(h, code, &s) == 0 && members_load(&h->st, s.c.code.s, &m, &n) == 0)
		asked = 0;
	for (size_t i = 0; asked >= 0 && i < n; i++) {
		struct command cmd = { .event = ON_RESOLVE, .by = BY_OPERATOR, .note = note };
		const char *why = "";

		if (m[i].waits || strcmp(m[i].place, place) != 0 || m[i].state == CASE_SELESAI ||
		    m[i].state == CASE_DITUTUP)
			continue;
		snprintf(cmd.actor, sizeof(cmd.actor), "%s", as);
		if (member_apply(h, &s, &m[i], &cmd, fx, &why) == COMMIT_OK)
			asked++;
		else
			cli_fail("%s: %s", m[i].code.s, why);
	}
	free(m);
	free(fx);
	stored_case_release(&s);
	return asked;
}

int
cli_incident(int argc, char **argv)
{
	const char *as = NULL, *place = NULL, *note = "";
	const struct cli_flag flags[] = { { "as", &as, NULL }, { "place", &place, NULL },
	    { "note", &note, NULL } };
	struct buf out = { 0 };
	struct code code;
	struct house h;
	struct cli c;
	int status = 1, asks, n;

	if (cli_parse(&c, argc, argv, flags, N_ELEMS(flags)) != 0)
		return 2;
	asks = c.args_n == 2 && strcmp(c.args[1], "surut") == 0;
	if (c.args_n > 2 || (c.args_n == 2 && !asks) || asks != (as != NULL) || asks != (place != NULL))
		return cli_usage("incident [CODE] [--json] | incident CODE surut --place P --as OFFICER --note T");
	if (c.args_n > 0 && code_parse(&code, c.args[0], strlen(c.args[0])) != 0)
		return cli_fail("%s: no receipt code: a symbol is wrong", c.args[0]);
	if (cli_house(&c, &h) != 0)
		return 1;
	if (house_refresh(&h) != 0) {
		cli_fail("the store does not answer: %s", redis_pipe_error(h.st.pipe));
	} else if (asks) {
		n = sweep(&h, &code, place, as, note);
		status = n < 0 ? cli_fail("%s: no such open case", code.s) : 0;
		if (n >= 0)
			printf("%d ditanyai\n", n);
	} else if ((c.args_n == 0 ? show_all(&h, c.json ? &out : NULL) :
	    show_one(&h, &code, c.json ? &out : NULL, 1)) == 0) {
		if (c.json)
			puts(buf_str(&out));
		status = 0;
	} else {
		cli_fail("%s", c.args_n == 0 ? "the store does not answer" : "no such case");
	}
	buf_release(&out);
	house_close(&h);
	return status;
}
