#include "core/callout.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/csv.h"
#include "lib/escape.h"

#define SCHEMA 1

/* ---- volunteers ---- */

enum { COL_ID, COL_NAME, COL_PHONE, COL_LANG, COL_PLACE, COL_SKILLS, COLS };

static int
set_short(char *out, size_t size, const char *s)
{
	if (strlen(s) >= size)
		return -1;
	memcpy(out, s, strlen(s) + 1);
	return 0;
}

static int
set_id(struct volunteer *v, const char *s)
{
	return *s == '\0' || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") != strlen(s) ? -1 :
	    set_short(v->id, sizeof v->id, s);
}

static int
set_name(struct volunteer *v, const char *s)
{
	free(v->name);
	v->name = xstrdup(s);
	return *s == '\0' ? -1 : 0;
}

static int
set_phone(struct volunteer *v, const char *s)
{
	return phone_normalise(v->phone, s, strlen(s)) == PHONE_E164 ? 0 : -1;
}

static int
set_lang(struct volunteer *v, const char *s)
{
	return strlen(s) < 2 ? -1 : set_short(v->lang, sizeof v->lang, s);
}

static int
set_place(struct volunteer *v, const char *s)
{
	return set_short(v->place, sizeof v->place, s);
}

static int
set_skills(struct volunteer *v, const char *s)
{
	free(v->skills);
	v->skills = xstrdup(s);
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct volunteer *v, const char *s);
	const char *remedy;
} fields[COLS] = {
	[COL_ID]     = { "id", set_id, "write 1 to 23 of a-z 0-9 . -" },
	[COL_NAME]   = { "nama", set_name, "write the volunteer's name" },
	[COL_PHONE]  = { "telepon", set_phone, "write it like 0812xxxxxxxx or +62812xxxxxxxx" },
	[COL_LANG]   = { "bahasa", set_lang, "write id or en" },
	[COL_PLACE]  = { "desa", set_place, "write a kode of wilayah.csv" },
	[COL_SKILLS] = { "keahlian", set_skills, "write words with spaces between" },
};

void
volunteer_release(struct volunteer *v)
{
	free(v->name);
	free(v->skills);
	memset(v, 0, sizeof *v);
}

void
volunteers_free(struct volunteer *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		volunteer_release(&list[i]);
	free(list);
}

/* An answer is known by its number, so a number belongs to one. */
static int
is_twice(const struct volunteer *list, size_t n, int column)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(column == COL_ID ? list[i].id : list[i].phone,
		    column == COL_ID ? list[n].id : list[n].phone) == 0)
			return 1;
	return 0;
}

struct volunteer *
volunteers_parse_csv(const char *file, const char *text, size_t len, size_t *n, struct buf *errors)
{
	const char *names[COLS];
	int columns[COLS], mistakes = 0;
	struct csv *csv = csv_parse(file, text, len, errors);
	struct volunteer *list = NULL;

	*n = 0;
	for (int c = 0; c < COLS; c++)
		names[c] = fields[c].name;
	if (csv == NULL || csv_columns(csv, names, columns, COLS, errors) != 0)
		goto out;
	list = xcalloc(csv_rows(csv) + 1, sizeof *list);
	for (size_t i = 0; i < csv_rows(csv); i++, ++*n) {
		/* Names and numbers are never repeated in a message. */
		for (int c = 0; c < COLS; c++)
			if (fields[c].set(&list[i], csv_cell(csv, i, columns[c])) != 0) {
				csv_mistake(csv, i, errors, "%s is not right; %s", fields[c].name,
				    fields[c].remedy);
				mistakes++;
			}
		for (int c = COL_ID; c <= COL_PHONE; c += COL_PHONE - COL_ID)
			if (is_twice(list, i, c)) {
				csv_mistake(csv, i, errors, "%s is in the file already; each "
				    "volunteer needs an own one", fields[c].name);
				mistakes++;
			}
	}
	if (mistakes > 0) {
		volunteers_free(list, *n);
		list = NULL;
	}
out:
	csv_free(csv);
	return list;
}

void
volunteer_encode(struct buf *b, const struct volunteer *v)
{
	buf_addf(b, "{\"schema\":%d", SCHEMA);
	buf_add_pair(b, "id", v->id);
	buf_add_pair(b, "nama", v->name != NULL ? v->name : "");
	buf_add_pair(b, "telepon", v->phone);
	buf_add_pair(b, "bahasa", v->lang);
	buf_add_pair(b, "desa", v->place);
	buf_add_pair(b, "keahlian", v->skills != NULL ? v->skills : "");
	buf_addf(b, ",\"berakhir\":%s}", v->ended ? "true" : "false");
}

int
volunteer_decode(struct volunteer *v, const char *json, size_t len)
{
	json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *ended = json_object_get(root, "berakhir");
	int rc = json_integer_value(json_object_get(root, "schema")) == SCHEMA &&
	    json_is_boolean(ended) ? 0 : -1;

	memset(v, 0, sizeof *v);
	for (int c = 0; c < COLS && rc == 0; c++) {
		const char *s = json_string_value(json_object_get(root, fields[c].name));

		rc = s != NULL ? fields[c].set(v, s) : -1;
	}
	v->ended = json_is_true(ended);
	if (rc != 0)
		volunteer_release(v);
	json_decref(root);
	return rc;
}

int
volunteer_fits(const struct volunteer *v, const char *place, const char *skill)
{
	size_t n = strlen(place), len = strlen(skill);

	if (v->ended || strncmp(v->place, place, n) != 0 ||
	    (n > 0 && v->place[n] != '\0' && v->place[n] != '.'))
		return 0;
	for (const char *s = v->skills != NULL ? v->skills : ""; len > 0; ) {
		size_t word = strcspn(s, " ");

		if (word == len && memcmp(s, skill, len) == 0)
			break;
		if (s[word] == '\0')
			return 0;
		s += word + 1;
	}
	return 1;
}

/* ---- a call ---- */

static const char *const answers[] = {
	[CALL_ASKED] = "belum", [CALL_YES] = "bisa", [CALL_NO] = "tidak",
	[CALL_UNCLEAR] = "tak-jelas", [CALL_LATE] = "cadangan",
};

const char *
callout_answer_name(enum callout_answer a)
{
	return answers[a];
}

int
callout_person(const struct callout *c, const char *id)
{
	for (int i = 0; i < c->people_n; i++)
		if (strcmp(c->people[i].id, id) == 0)
			return i;
	return -1;
}

int
callout_count(const struct callout *c, enum callout_answer a)
{
	int n = 0;

	for (int i = 0; i < c->people_n; i++)
		n += c->people[i].answer == a;
	return n;
}

static void
say(struct callout_effects *fx, int person, const char *kind)
{
	fx->says[fx->says_n].person = person;
	fx->says[fx->says_n++].kind = kind;
}

static void
note(struct callout_effects *fx, int person, enum callout_answer a, int64_t now_ms)
{
	fx->after.people[person].answer = a;
	fx->after.people[person].at_ms = now_ms;
}

/* Somebody withdrew: the first of those who came too late takes his place. */
static void
move_up(struct callout_effects *fx)
{
	struct callout *c = &fx->after;
	int first = -1;

	for (int i = 0; i < c->people_n; i++)
		if (c->people[i].answer == CALL_LATE &&
		    (first < 0 || c->people[i].at_ms < c->people[first].at_ms))
			first = i;
	if (first < 0 || callout_count(c, CALL_YES) >= c->needed)
		return;
	c->people[first].answer = CALL_YES;
	say(fx, first, "panggil-terima");
}

static int
says_yes(struct callout_effects *fx, int person, int64_t now_ms)
{
	enum callout_answer was = fx->after.people[person].answer;

	if (was == CALL_YES || was == CALL_LATE)
		return -1;
	if (callout_count(&fx->after, CALL_YES) < fx->after.needed) {
		note(fx, person, CALL_YES, now_ms);
		say(fx, person, "panggil-terima");
	} else {
		note(fx, person, CALL_LATE, now_ms);
		say(fx, person, "panggil-penuh");
	}
	return 0;
}

static int
says_no(struct callout_effects *fx, int person, int64_t now_ms)
{
	enum callout_answer was = fx->after.people[person].answer;

	if (was == CALL_NO)
		return -1;
	note(fx, person, CALL_NO, now_ms);
	if (was == CALL_YES)
		move_up(fx);
	return 0;
}

/* What he means is asked once; who has answered may chat. */
static int
says_what(struct callout_effects *fx, int person, int64_t now_ms)
{
	if (fx->after.people[person].answer != CALL_ASKED)
		return -1;
	note(fx, person, CALL_UNCLEAR, now_ms);
	say(fx, person, "panggil-contoh");
	return 0;
}

static int
begins(struct callout_effects *fx)
{
	for (int i = 0; i < fx->after.people_n; i++)
		say(fx, i, "panggil");
	return fx->after.version == 0 && fx->after.people_n > 0 && fx->after.needed > 0 ? 0 : -1;
}

/* After the end each latecomer is told once that it is over; nothing else changes any more. */
static int
comes_after(struct callout_effects *fx, enum callout_event on, int person, int64_t now_ms)
{
	if (on != CALL_SAYS_YES || fx->after.people[person].answer == CALL_LATE ||
	    fx->after.people[person].answer == CALL_YES)
		return -1;
	note(fx, person, CALL_LATE, now_ms);
	say(fx, person, "panggil-usai");
	return 0;
}

static const char *const events[] = {
	[CALL_BEGINS] = "panggil", [CALL_SAYS_YES] = "panggil-bisa", [CALL_SAYS_NO] = "panggil-tidak",
	[CALL_SAYS_WHAT] = "panggil-tak-jelas", [CALL_ENDS] = "panggil-lewat",
	[CALL_STOPS] = "panggil-henti",
};

int
callout_decide(const struct callout *c, enum callout_event on, int person, int64_t now_ms,
    struct callout_effects *fx)
{
	int rc = -1, by_person = on == CALL_SAYS_YES || on == CALL_SAYS_NO || on == CALL_SAYS_WHAT;

	fx->after = *c;
	fx->says_n = 0;
	fx->what = events[on];
	if (by_person && (person < 0 || person >= c->people_n))
		return -1;
	if (c->state == CALLOUT_ENDED)
		rc = by_person ? comes_after(fx, on, person, now_ms) : -1;
	else if (on == CALL_BEGINS)
		rc = begins(fx);
	else if (on == CALL_SAYS_YES)
		rc = says_yes(fx, person, now_ms);
	else if (on == CALL_SAYS_NO)
		rc = says_no(fx, person, now_ms);
	else if (on == CALL_SAYS_WHAT)
		rc = says_what(fx, person, now_ms);
	else if (on == CALL_STOPS || c->ends_ms <= now_ms)
		rc = 0, fx->after.state = CALLOUT_ENDED, fx->after.ends_ms = now_ms;
	fx->after.version++;
	return rc;
}

/* ---- what he writes ---- */

static int
is_word(const char *list, const char *word, size_t len)
{
	for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		if (n == len && strncasecmp(at, word, len) == 0)
			return 1;
		at += n;
	}
	return 0;
}

static const char yes_words[] = "BISA IKUT", no_words[] = "TIDAK TDK NGGAK";
static const char between[] = " .,!?-\t\r\n";

static int
is_courtesy(const char *text, const char *more)
{
	static const char additions[] = "pak pk bpk bapak bu ibu mas mbak kak min bos ndan ya iya yah "
	    "maaf mohon terima kasih makasih trims suwun bisa ikut hadir datang siap ok oke dulu dong "
	    "saya kami sekarang nanti segera jam berapa kapan kumpul di mana dimana insya allah insyaallah";

	for (text += strspn(text, between); *text != '\0'; text += strspn(text, between)) {
		size_t n = strcspn(text, between);

		if (!is_word(additions, text, n) && !is_word(more, text, n))
			return 0;
		text += n;
	}
	return 1;
}

int
callout_is_courtesy(const char *rest)
{
	return is_courtesy(rest, no_words);
}

enum callout_words
callout_words(const char *text, enum callout_event *on)
{
	size_t n = strcspn(text, between);

	if (is_word(yes_words, text, n))
		*on = CALL_SAYS_YES;
	else if (is_word(no_words, text, n))
		*on = CALL_SAYS_NO;
	else
		return WORDS_OTHER;
	if (text[n] != '\0' && strchr(" .,!\r\n", text[n]) == NULL)
		return WORDS_OTHER;		/* "bisa?" asks */
	text += n + strspn(text + n, between);
	return *text == '\0' ? WORDS_BARE : is_courtesy(text, "") ? WORDS_POLITE : WORDS_OTHER;
}

/* ---- as it is stored ---- */

void
callout_encode(struct buf *b, const struct callout *c)
{
	buf_addf(b, "{\"schema\":%d", SCHEMA);
	buf_add_pair(b, "kode", c->code.s);
	buf_addf(b, ",\"usai\":%s,\"perlu\":%d,\"mulai\":%lld,\"sampai\":%lld,\"latihan\":%s",
	    c->state == CALLOUT_ENDED ? "true" : "false", c->needed, (long long)c->began_ms,
	    (long long)c->ends_ms, c->latihan ? "true" : "false");
	buf_add_pair(b, "oleh", c->by);
	buf_add_pair(b, "isi", c->words);
	buf_adds(b, ",\"orang\":[");
	for (int i = 0; i < c->people_n; i++)
		buf_addf(b, "%s[\"%s\",%d,%lld]", i ? "," : "", c->people[i].id, c->people[i].answer,
		    (long long)c->people[i].at_ms);
	buf_addf(b, "],\"versi\":%lld}", (long long)c->version);
}

static int
decode_person(struct callout_person *p, const json_t *row)
{
	const char *id = json_string_value(json_array_get(row, 0));
	const json_t *answer = json_array_get(row, 1), *at = json_array_get(row, 2);

	if (id == NULL || *id == '\0' || set_short(p->id, sizeof p->id, id) != 0 ||
	    !json_is_integer(answer) || json_integer_value(answer) < CALL_ASKED ||
	    json_integer_value(answer) > CALL_LATE || !json_is_integer(at))
		return -1;
	p->answer = (enum callout_answer)json_integer_value(answer);
	p->at_ms = json_integer_value(at);
	return 0;
}

static int
decode(struct callout *c, const json_t *root)
{
	const char *code = json_string_value(json_object_get(root, "kode"));
	const char *by = json_string_value(json_object_get(root, "oleh"));
	const char *words = json_string_value(json_object_get(root, "isi"));
	const json_t *people = json_object_get(root, "orang"), *row;
	size_t i;

	if (json_integer_value(json_object_get(root, "schema")) != SCHEMA || code == NULL ||
	    code_parse(&c->code, code, strlen(code)) != 0 || by == NULL || words == NULL ||
	    set_short(c->by, sizeof c->by, by) != 0 ||
	    set_short(c->words, sizeof c->words, words) != 0 || !json_is_array(people) ||
	    json_array_size(people) > CALLOUT_MOST)
		return -1;
	c->state = json_is_true(json_object_get(root, "usai")) ? CALLOUT_ENDED : CALLOUT_OPEN;
	c->latihan = json_is_true(json_object_get(root, "latihan"));
	c->needed = (int)json_integer_value(json_object_get(root, "perlu"));
	c->began_ms = json_integer_value(json_object_get(root, "mulai"));
	c->ends_ms = json_integer_value(json_object_get(root, "sampai"));
	c->version = json_integer_value(json_object_get(root, "versi"));
	json_array_foreach(people, i, row)
		if (decode_person(&c->people[c->people_n++], row) != 0)
			return -1;
	return c->needed > 0 && c->version > 0 ? 0 : -1;
}

int
callout_decode(struct callout *c, const char *json, size_t len)
{
	json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	int rc;

	memset(c, 0, sizeof *c);
	rc = decode(c, root);
	if (rc != 0)
		memset(c, 0, sizeof *c);
	json_decref(root);
	return rc;
}
