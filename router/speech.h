#ifndef KENTONGAN_SPEECH_H
#define KENTONGAN_SPEECH_H
/*
 * What people's answers mean, before anybody knows whether they may: the words of officers and residents.
 * Pure.
 *
 * Grammar, in any case of letters:
 *   TERIMA [nonce]  MENUJU [nonce]  TIBA [nonce]        officer; without nonce if he has one task
 *   TANGANI nonce [note]  SELESAI nonce note  TERUSKAN nonce UNIT reason  BUKAN nonce reason
 *   URUNG nonce  GABUNG nonce CODE reason
 *   BERES nonce  MASIH nonce [what]                     the head of the RT, asked whether it is mended
 *   "NONCE TANGANI" and "TANGANINONCE" mean the same, where the nonce is the officer's own
 *   CEK [code]  BATAL [code]  1 [code]  2 [code]        resident
 *   LANGGANAN DESA name                                 wants to hear of incidents there; STOP ends it
 *   IKUT code                                           whoever has the same trouble
 *   STOP  SALAH  BAHASA name                            anybody
 * Whatever is none of these is no command; it is never guessed into one: "terima kasih" thanks.
 */
#include "core/decide.h"

enum speech_kind {
	SPEECH_NONE, SPEECH_OFFICER, SPEECH_CHECK, SPEECH_WITHDRAW, SPEECH_YES, SPEECH_NO, SPEECH_STOP, SPEECH_WRONG,
	SPEECH_LANGUAGE,
	SPEECH_SUBSCRIBE,	/* to incidents of a desa */
	SPEECH_DATA,		/* what is held of him: a copy, its erasure (Law 27/2022) */
	SPEECH_JOIN,		/* a neighbour's case is his too */
	SPEECH_READY		/* the answer to a roll-call; from others it is only a word */
};
struct speech {
	enum speech_kind kind;
	enum case_event event;			/* SPEECH_OFFICER */
	char nonce[NONCE_CHARS + 1];		/* "" none */
	int loose;				/* unusual order: a command only if the nonce is his */
	struct code code; int has_code;
	char unit[UNIT_CODE_CHARS];		/* TERUSKAN */
	char reason[WAIT_REASON_CHARS]; int64_t until_ms;	/* TUNGGU */
	const char *note;			/* rest of the text, borrowed */
};
/* The next word, cut to size, and where the rest begins. */
const char *speech_word(const char *s, char *out, size_t size);
/* Reads a text as a command. */
void speech_parse(struct speech *s, const char *text);
/* The number of an option, alone or with what politeness adds ("yang nomor 2 pak"); 0: it is none. */
int speech_choice(const char *text);
#endif
