#include "router/speech.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/calendar.h"
#include "store/identity.h"

#define READY_MORE 20		/* "siap pak", "siap ndan 86" */
#define SUBSCRIBE_MORE 60	/* a desa and its kecamatan; more is a story */

enum needs { NEEDS_NOTHING, NEEDS_NONCE };
static const struct {
	const char *word;
	enum case_event event;
	enum needs needs;
} officer_words[] = {
	{ "TERIMA", ON_ACCEPT, NEEDS_NOTHING }, { "MENUJU", ON_GO, NEEDS_NOTHING },
	{ "TIBA", ON_ARRIVE, NEEDS_NOTHING }, { "TANGANI", ON_HANDLE, NEEDS_NONCE },
	{ "SELESAI", ON_RESOLVE, NEEDS_NONCE }, { "TERUSKAN", ON_HAND_ON, NEEDS_NONCE },
	{ "BUKAN", ON_DECLINE, NEEDS_NONCE }, { "URUNG", ON_UNDO, NEEDS_NONCE },
	{ "TUNGGU", ON_WAIT, NEEDS_NONCE }, { "SETUJU", ON_APPROVE, NEEDS_NONCE },
	{ "TOLAK", ON_REFUSE, NEEDS_NONCE }, { "JAWAB", ON_ANSWER, NEEDS_NONCE },
	{ "BANTUAN", ON_HELP, NEEDS_NONCE }, { "GABUNG", ON_MERGE, NEEDS_NONCE }, { "AMAN", ON_SIGN, NEEDS_NOTHING },
	{ "BERES", ON_ATTEST, NEEDS_NONCE }, { "MASIH", ON_DISPUTE, NEEDS_NONCE },
};
static const struct { const char *word; enum speech_kind kind; } resident_words[] = {
	{ "CEK", SPEECH_CHECK }, { "BATAL", SPEECH_WITHDRAW }, { "1", SPEECH_YES },
	{ "2", SPEECH_NO },
	{ "YA", SPEECH_YES }, { "BELUM", SPEECH_NO }, { "STOP", SPEECH_STOP },
	{ "BERHENTI", SPEECH_STOP }, { "SALAH", SPEECH_WRONG },
	{ "BAHASA", SPEECH_LANGUAGE }, { "BASA", SPEECH_LANGUAGE }, { "BASO", SPEECH_LANGUAGE },
	{ "LANGGANAN", SPEECH_SUBSCRIBE }, { "DATA", SPEECH_DATA }, { "SIAP", SPEECH_READY }, { "IKUT", SPEECH_JOIN }, { "MELOK", SPEECH_JOIN },
	{ "BOSO", SPEECH_LANGUAGE }, { "BHASA", SPEECH_LANGUAGE }, { "LANGUAGE", SPEECH_LANGUAGE },
};

const char *
speech_word(const char *s, char *out, size_t size)
{
	size_t n = 0;

	while (*s != '\0' && (isspace((unsigned char)*s) || *s == '"' || *s == '\'' || *s == '.' || *s == ','))
		s++;
	while (*s != '\0' && !isspace((unsigned char)*s)) {
		if (n + 1 < size)
			out[n++] = *s;
		s++;
	}
	while (n > 0 && strchr(".,;:!\"'", out[n - 1]) != NULL)
		n--;
	out[n] = '\0';
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

/* "1 ya", "2 belum pak", "belum beres": what people add to a verdict.  "1 belum" is none. */
static int
is_verdict(enum speech_kind kind, const char *word, const char *rest)
{
	static const struct { const char *word; int yes, no; } after[] = {
		{ "YA", 1, 0 }, { "IYA", 1, 0 }, { "SUDAH", 1, 0 }, { "UDAH", 1, 0 }, { "SDH", 1, 0 },
		{ "BELUM", 0, 1 }, { "BLM", 0, 1 }, { "MASIH", 0, 1 }, { "TIDAK", 0, 1 },
		{ "BERES", 1, 1 }, { "PAK", 1, 1 }, { "BU", 1, 1 }, { "MIN", 1, 1 },
		{ "TERIMA", 1, 1 }, { "MAKASIH", 1, 1 }, { "SUWUN", 1, 1 },
	};

	/* A yes ends the case: only a short one is no report. */
	if (kind == SPEECH_YES && strlen(rest) > 30)
		return 0;
	for (size_t i = 0; i < N_ELEMS(after); i++)
		if (strcasecmp(word, after[i].word) == 0)
			return kind == SPEECH_YES ? after[i].yes : kind == SPEECH_NO && after[i].no;
	return 0;
}

/* "SALAH sambung pak", "STOP sms": what people add; "stop bus rusak" is a report. */
static int
is_addition_to_stop(const char *word, const char *rest)
{
	static const char *const words[] = { "NOMOR", "NO", "NOMER", "SAMBUNG", "KIRIM", "ORANG", "SMS",
	    "PESAN", "PAK", "BU", "MAS", "MBAK", "YA" };

	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcasecmp(word, words[i]) == 0)
			return strlen(rest) <= 20;
	return 0;
}

/* What people add to anybody: "TERIMA pak" names no task, three letters or not. */
static int
is_address(const char *word)
{
	static const char *const words[] = { "pak", "bos", "mas", "bro", "min", "bpk", "kak", "bu", "mbak" };

	for (size_t i = 0; i < N_ELEMS(words); i++)
		if (strcasecmp(word, words[i]) == 0)
			return 1;
	return 0;
}

static void
parse_resident(struct speech *s, enum speech_kind kind, const char *rest)
{
	char word[32];
	const char *after = speech_word(rest, word, sizeof(word));

	if (kind == SPEECH_LANGUAGE) {
		/* one word more, and what politeness adds: "bahasa jawa di SD" is a report */
		if (word[0] != '\0' && (after[0] == '\0' || is_address(after))) {
			s->kind = kind;
			s->note = rest;
		}
		return;
	}
	if (kind == SPEECH_SUBSCRIBE) {
		/* "langganan pdam mati sejak kemarin" is a report */
		if ((strcasecmp(word, "DESA") == 0 || strcasecmp(word, "KELURAHAN") == 0) && after[0] != '\0' &&
		    strlen(after) <= SUBSCRIBE_MORE) {
			s->kind = kind;
			s->note = rest;
		}
		return;
	}
	if (kind == SPEECH_DATA) {
		size_t digits = strspn(after, "0123456789");

		/* "data saya di dukcapil salah", "data saya 2 kali ditolak" are reports */
		if (strcasecmp(word, "SAYA") == 0 &&
		    (after[0] == '\0' || (digits == IDENTITY_DIGITS && strchr(" \t\r\n", after[digits]) != NULL))) {
			s->kind = kind;
			s->note = after;
		}
		return;
	}
	if (kind == SPEECH_READY) {
		if (strlen(rest) <= READY_MORE)
			s->kind = kind;
		return;
	}
	if (kind == SPEECH_STOP || kind == SPEECH_WRONG) {
		if (word[0] == '\0' || is_addition_to_stop(word, after))
			s->kind = kind;
		return;
	}
	if (word[0] != '\0') {
		if (code_parse(&s->code, rest, strlen(rest)) == 0 || code_parse(&s->code, word, strlen(word)) == 0)
			s->has_code = 1;
		else if (kind == SPEECH_JOIN)
			return;		/* "ikut lapor pak, ..." is a report */
		else if (is_verdict(kind, word, after)) {
			s->kind = kind;
			s->note = rest;
			return;
		} else if (kind != SPEECH_CHECK)
			return;		/* "1 minggu jalan rusak" is a report */
		if (!s->has_code && (after[0] != '\0' || strlen(word) > CODE_CHARS + 4))
			return;		/* "cek jalan di depan pasar" is one too */
	}
	if (kind == SPEECH_JOIN && (!s->has_code || strlen(after) > READY_MORE))
		return;
	s->kind = kind;
	s->note = after;
}

/* "anggaran 14-12-2026 menunggu pengesahan": for what, until when, and what he adds. */
static void
parse_wait(struct speech *s)
{
	char day[16];

	s->note = speech_word(s->note, s->reason, sizeof(s->reason));
	for (char *p = s->reason; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	s->note = speech_word(s->note, day, sizeof(day));
	if (wib_parse_day(&s->until_ms, day) != 0)
		s->note = "";		/* without a day it is no request: he gets the example */
}

static void
parse_officer(struct speech *s, size_t row, const char *rest)
{
	char word[UNIT_CODE_CHARS];
	const char *after = speech_word(rest, word, sizeof(word));

	if (officer_words[row].event == ON_ACCEPT && strncasecmp(word, "kasih", 5) == 0)
		return;
	s->kind = SPEECH_OFFICER;
	s->event = officer_words[row].event;
	s->note = rest;
	if (s->nonce[0] == '\0' &&
	    (officer_words[row].needs == NEEDS_NONCE || !is_address(word)) && nonce_parse(s->nonce, word, strlen(word)) == 0)
		s->note = after;
	/* "Masih mati lampunya" is a report, also of an officer, but with the nonce of his question. */
	s->loose = s->event == ON_ATTEST || s->event == ON_DISPUTE;
	if (s->event == ON_HAND_ON) {
		s->note = speech_word(s->note, s->unit, sizeof(s->unit));
		for (char *p = s->unit; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
	}
	if (s->event == ON_WAIT)
		parse_wait(s);
	if (s->event == ON_MERGE) {
		after = speech_word(s->note, word, sizeof(word));
		s->has_code = code_parse(&s->code, word, strlen(word)) == 0;
		s->note = s->has_code ? after : "";	/* without a number it is no order: he gets the example */
	}
}

/* "7K3 TANGANI" and "TANGANI7K3": a thumb's order, trusted only with the right nonce. */
static void
parse_loose(struct speech *s, const char *first, const char *rest)
{
	char second[32];
	const char *after = speech_word(rest, second, sizeof(second));

	for (size_t i = 0; i < N_ELEMS(officer_words) && s->kind == SPEECH_NONE; i++) {
		size_t n = strlen(officer_words[i].word);

		if (strcasecmp(second, officer_words[i].word) == 0 && nonce_parse(s->nonce, first, strlen(first)) == 0)
			parse_officer(s, i, after);
		else if (strncasecmp(first, officer_words[i].word, n) == 0 &&
		    nonce_parse(s->nonce, first + n, strlen(first + n)) == 0)
			parse_officer(s, i, rest);
	}
	s->loose = s->kind == SPEECH_OFFICER;
}

void
speech_parse(struct speech *s, const char *text)
{
	char word[32];
	const char *rest;

	memset(s, 0, sizeof(*s));
	s->note = "";
	rest = speech_word(text, word, sizeof(word));
	for (size_t i = 0; i < N_ELEMS(resident_words); i++)
		if (strcasecmp(word, resident_words[i].word) == 0) {
			parse_resident(s, resident_words[i].kind, rest);
			return;
		}
	for (size_t i = 0; i < N_ELEMS(officer_words); i++)
		if (strcasecmp(word, officer_words[i].word) == 0) {
			parse_officer(s, i, rest);
			return;
		}
	parse_loose(s, word, rest);
}

int
speech_choice(const char *text)
{
	static const char *const before[] = { "yang", "sing", "hang", "nomor", "nomer", "no", "nmr", "angka",
	    "pilih", "pilihan" };
	char word[32];
	const char *rest = speech_word(text, word, sizeof(word));

	for (size_t i = 0; i < N_ELEMS(before); i++)
		if (strcasecmp(word, before[i]) == 0) {
			rest = speech_word(rest, word, sizeof(word));
			i = (size_t)-1;		/* "yang nomor 2" */
		}
	if (word[0] < '1' || word[0] > '9' || word[1] != '\0')
		return 0;
	while (*rest != '\0') {
		char polite[16];

		rest = speech_word(rest, polite, sizeof(polite));
		if (!is_address(polite) && strcasecmp(polite, "ya") != 0 && strcasecmp(polite, "terima") != 0 &&
		    strcasecmp(polite, "kasih") != 0 && strcasecmp(polite, "makasih") != 0)
			return 0;
	}
	return word[0] - '0';
}
