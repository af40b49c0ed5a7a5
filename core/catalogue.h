#ifndef KENTONGAN_CATALOGUE_H
#define KENTONGAN_CATALOGUE_H
/*
 * The categories: conf/kategori.yaml.  A row:
 *   - kode: jalan-rusak
 *     arti: jalan berlubang, paving, aspal
 *     ringkas: jalan rusak          # at most 20 characters, for a one-segment SMS
 *     urgensi: biasa                # default urgency
 *     rahasia: tidak                # sealed: only named roles see that it exists
 *     program: ""                   # the regency's programme, if one (Banyuwangi Children Centre)
 *     unit: [desa, O-PUCKPP]        # the first one leads; codes, or words: rt desa kecamatan
 *                                   # puskesmas damkar
 *     bantuan: [O-BPBD, B-PUDAM]    # the second alarm calls these too
 *     pemilik:                      # words that name the body which owns the thing; it then leads
 *       - {k: "jalan nasional", unit: V-BBPJN}
 *     tanpa_kasus: tidak            # ya: spam, thanks; needs no unit
 *     tempat: ya                    # nobody can go there unless it is known where: the sender is asked
 *     foto: diminta                 # tidak, diminta, wajib: a photo shows what was done
 *     benda: ya                     # about things: the public may see each by desa; all others are told
 *                                   # in fives alone (core/window.h)
 *     simpan: 4380d                 # personal data are erased so long after closing; without it as
 *                                   # retention.after says
 *     kata:                         # weighted words; see router/category.c
 *       - {k: "jalan rusak", b: 4}
 */
#include <stddef.h>
#include <stdint.h>

#include "core/photo.h"
#include "lib/buf.h"

enum urgency { URGENCY_BIASA, URGENCY_MENDESAK, URGENCY_DARURAT };
const char *urgency_name(enum urgency u);		/* biasa mendesak darurat */
int urgency_of_name(const char *s, enum urgency *out);	/* 0 or -1 */

/* Lower-case words; *, ~, ^ and $ as router/match.h reads them. */
struct word_rule { char *words; int weight; int line; };
struct owner_rule { char *words; char *unit; int line; };	/* unit: as in category.units */

#define CATEGORY_CHARS 32
#define CATEGORY_UNITS 8
struct category {
	char code[CATEGORY_CHARS];
	char *name, *shortname, *programme;
	enum urgency urgency;
	int sealed;
	enum photo_wish photo;	/* by which an officer shows what he did */
	int needs_place;	/* nobody can go there without one: it is asked for */
	int proven;	/* asked for by who has proven that his number is his, and chosen on no open form */
	int of_things;	/* tells of nobody: see core/window.h */
	int64_t keep_ms;	/* personal data after closing; 0 as the setting says */
	int no_case;	/* spam, thanks: needs no unit; goes to triage unread by units */
	char *units[CATEGORY_UNITS];	/* words or unit codes, lead first */
	size_t units_n;
	char *help[CATEGORY_UNITS];	/* in the same words: who comes too at the second alarm */
	size_t help_n;
	struct word_rule *rules;
	size_t rules_n;
	struct owner_rule *owners;
	size_t owners_n;
	int line;
};
struct catalogue;

/*
 * Besides kategori: the file's other lists are word lists used by the router, by name
 * (darurat, mendesak, negasi, lampau, harap, ...): each a list of {k, b}.  Word classes in them
 * ("<tidak> sadar", see core/phrase.h) are written out.
 */
struct catalogue *catalogue_parse(const char *file, const char *text, size_t len,
    struct buf *errors);
void catalogue_free(struct catalogue *c);
size_t catalogue_count(const struct catalogue *c);
const struct category *category_at(const struct catalogue *c, size_t i);
const struct category *category_find(const struct catalogue *c, const char *code);
/* A named word list; returns its length, 0 if there is none. */
size_t catalogue_words(const struct catalogue *c, const char *list, const struct word_rule **out);
#endif
