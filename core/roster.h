#ifndef KENTONGAN_ROSTER_H
#define KENTONGAN_ROSTER_H
/*
 * Who is on duty.  Officers are records in the store, changed only by logged commands; a roster is
 * what was read of them at one roster seq.  petugas.csv is only an import:
 *   id,nama,unit,peran,telepon,bahasa,urutan,jaga
 * peran: petugas kepala operator admin; jaga: "24" or "Sen-Jum 07:00-15:00" (WIB; the hours may
 * pass midnight).
 */
#include <stddef.h>
#include <stdint.h>

#include "core/phone.h"
#include "lib/buf.h"

enum officer_role { ROLE_PETUGAS, ROLE_KEPALA, ROLE_OPERATOR, ROLE_ADMIN };
const char *role_name(enum officer_role r);
int role_of_name(const char *s, enum officer_role *out);

#define OFFICER_ID_CHARS 24
/* days: bit 0 = Sunday; 0,1440 = round the clock */
struct duty { unsigned char days; short from_min, to_min; };

struct officer {
	char id[OFFICER_ID_CHARS];
	char *name;
	char unit[24];
	enum officer_role role;
	char phone[PHONE_CHARS];	/* "" = no reachable channel */
	char lang[4];
	int order;			/* told first: lowest */
	struct duty duty;
	int64_t away_from_ms, away_until_ms;	/* leave; 0,0 none; until 0: open end */
	int ended;			/* left the service */
	int64_t version;
};
struct roster {
	int64_t seq;
	struct officer *officers;
	size_t n;
	const struct officer **by_id;	/* made by roster_sort() */
};

/* "24", "Sen-Jum 07:00-15:00", "Sab,Min 22:00-06:00" (up to the next morning); 0 or -1. */
int duty_parse(const char *s, struct duty *out);
void buf_add_duty(struct buf *b, const struct duty *d);

/*
 * Fills an empty roster and sorts it; 0, or -1 with mistakes by line and the roster empty.  Rows
 * are checked for form only; two officers may not share an id or a number.
 */
int roster_parse_csv(struct roster *r, const char *file, const char *text, size_t len,
    struct buf *errors);
void roster_release(struct roster *r);
/* JSON document of one officer with "schema"; decode fills *o afresh: 0, or -1 and *o empty. */
void officer_encode(struct buf *b, const struct officer *o);
int officer_decode(struct officer *o, const char *json, size_t len);
/*
 * The same without name and number, for the log: "nomor" says whether there is one.  What is read
 * back has OFFICER_HIDDEN in the place of his number, so that a roster made of such records answers
 * every question below as the true one does.
 */
#define OFFICER_HIDDEN "+"
void officer_encode_public(struct buf *b, const struct officer *o);
int officer_decode_public(struct officer *o, const char *json, size_t len);
void officer_release(struct officer *o);
/* Sorts by unit, role and order; the questions below need it after every change of officers. */
void roster_sort(struct roster *r);

const struct officer *officer_find(const struct roster *r, const char *id);
/* On duty at now, reachable, not ended, of that unit and role; at most max, in order. */
size_t roster_on_duty(const struct roster *r, const char *unit, enum officer_role role,
    int64_t now_ms, const struct officer **out, size_t max);
/* By the hours of duty alone. */
int officer_is_on_duty(const struct officer *o, int64_t now_ms);
int officer_is_away(const struct officer *o, int64_t now_ms);
#endif
