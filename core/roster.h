#ifndef KENTONGAN_ROSTER_H
#define KENTONGAN_ROSTER_H
/*
 * Who is on duty.  Officers are records in the store, changed only by logged commands; a roster is
 * what was read of them at one roster seq.  petugas.csv is only an import:
 *   id,nama,unit,peran,telepon,bahasa,urutan,jaga
 * peran: petugas kepala operator admin; jaga: hours of duty as in core/duty.h.  Shifts with a date
 * are imported by themselves (core/shift.h).
 */
#include <stddef.h>
#include <stdint.h>

#include "core/duty.h"
#include "core/phone.h"
#include "lib/buf.h"

/* ROLE_PENGAWAS: Ombudsman, inspectorate: sees, and changes nothing. */
enum officer_role { ROLE_PETUGAS, ROLE_KEPALA, ROLE_OPERATOR, ROLE_ADMIN, ROLE_PENGAWAS };
const char *role_name(enum officer_role r);
int role_of_name(const char *s, enum officer_role *out);
/* 1 if the list, of names with blanks between, has the role. */
int role_in_list(const char *list, enum officer_role r);

/* Who is told first: 0 to 99, the lowest first.  0 or -1. */
int officer_order_parse(const char *s, int *out);

#define OFFICER_ID_CHARS 24
/* One dated duty: for his own unit or for another, which he joins in his role for that time. */
struct shift { int64_t from_ms, until_ms; char unit[24]; };
#define OFFICER_SHIFTS 400		/* more than a year of daily shifts */

struct officer {
	char id[OFFICER_ID_CHARS];
	char *name;
	char unit[24];
	enum officer_role role;
	char phone[PHONE_CHARS];	/* "" = no reachable channel */
	char lang[4];
	int order;			/* told first: lowest */
	struct duty duty;
	struct shift *shifts; size_t shifts_n;	/* by time, no two at once */
	int64_t away_from_ms, away_until_ms;	/* leave; 0,0 none; until 0: open end */
	int64_t rollcall_ms;		/* the last roll-call that asked him; 0 none ever did */
	int64_t asked_ms;		/* since when a question to his number is open; 0 none is */
	int silent;			/* it was open too long: he is no rung (core/rollcall.h) */
	int ended;			/* left the service */
	int64_t version;
	int line;			/* of the file that he was read from, 0 none */
};
struct roster {
	int64_t seq;
	int64_t gone;			/* how many had left, or changed their number, when it was read */
	struct officer *officers;
	size_t n;
	/* Open addressing; made by roster_sort(), as is posts. */
	const struct officer **by_id; size_t by_id_n;
	struct posts *posts;
};

/*
 * Fills an empty roster and sorts it; 0, or -1 with mistakes by line and the roster empty.  Rows
 * are checked for form only; two officers may not share an id or a number.
 */
int roster_parse_csv(struct roster *r, const char *file, const char *text, size_t len,
    struct buf *errors);
/*
 * The same for a file that is to change the roster of now: a unit that units has not, and a number
 * that somebody else has who is on that roster, are mistakes too.  What the file does not say of an
 * officer is kept as it is (officer_keep()).
 */
struct unit_table;
int roster_import_csv(struct roster *r, const struct roster *now, const struct unit_table *units,
    const char *file, const char *text, size_t len, struct buf *errors);
/* Who is in service with that number, other than the officer `but`; NULL nobody.  "" is nobody's. */
const struct officer *roster_number_of(const struct roster *r, const char *phone, const char *but);
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
/* Whether both say the same, whatever their versions. */
int officer_is_same(const struct officer *a, const struct officer *b);
/* A copy that owns what it holds, for who is going to change it. */
void officer_copy(struct officer *out, const struct officer *o);
/*
 * What petugas.csv does not say of an officer stays as it was: his leave, his shifts, whether he
 * answers, that he has ended.  fresh takes these from old, and its version.
 */
void officer_keep(struct officer *fresh, const struct officer *old);
/* Another number was never asked anything. */
void officer_renumber(struct officer *o, const char *phone);
/* Sorts by unit, role and order; the questions below need it after every change of officers. */
void roster_sort(struct roster *r);

const struct officer *officer_find(const struct roster *r, const char *id);
/*
 * On duty for that unit at now by hours or by a shift, reachable, not on leave, not ended, of that
 * role; at most max, in order.  While a shift runs he is at its unit and nowhere else.  holidays is
 * the calendar of the policy that the case runs under; NULL: none.  Takes no longer the more officers
 * there are.
 */
size_t roster_on_duty(const struct roster *r, const struct calendar *holidays, const char *unit,
    enum officer_role role, int64_t now_ms, const struct officer **out, size_t max);
/*
 * The same of heads, for a rung: without those whose number answers no roll-call.  *silent gets how
 * many these are, of those on duty.
 */
size_t roster_on_rung(const struct roster *r, const struct calendar *holidays, const char *unit,
    int64_t now_ms, const struct officer **out, size_t max, size_t *silent);
int officer_is_away(const struct officer *o, int64_t now_ms);
/* The shift that runs at now, NULL: none. */
const struct shift *officer_shift_at(const struct officer *o, int64_t now_ms);
#endif
