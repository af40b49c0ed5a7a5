#ifndef KENTONGAN_TEXT_H
#define KENTONGAN_TEXT_H
/*
 * What the house says to people: conf/pesan/LANG.yaml, one map of kind -> text with {holes}, and
 * per kind the channel's limits.  "nama" holds the words by which people ask for the language; with
 * "dasar: id" what a file leaves out is said in Indonesian.  Checked at load: else every kind
 * present in every language, no unknown hole, SMS segments with the longest real values within the kind's limit.
 *
 * SMS        GSM 03.38 (3GPP TS 23.038): 160 septets in one segment, 153 in each of several;
 *            anything outside the alphabet makes it UCS-2: 70 and 67 code units.
 */
#include <stddef.h>

#include "lib/buf.h"
#include "lib/template.h"

enum sms_alphabet { SMS_GSM7, SMS_UCS2 };
struct sms_size { enum sms_alphabet alphabet; int units, segments; };

/* Counts a UTF-8 text; an escape pair or surrogate pair never straddles two segments. */
void sms_measure(struct sms_size *out, const char *text, size_t len);
/* Folds typographic quotes, dashes, dots, spaces into GSM-7 ones; drops zero-width characters. */
void sms_fold(struct buf *out, const char *text, size_t len);
/* Folds, and replaces what is still outside GSM-7 by its base letter or one ?: for SMS excerpts. */
void sms_plain(struct buf *out, const char *text, size_t len);

/*
 * Longest values that the kinds' limits are checked with, in GSM-7 characters.  Who fills a text
 * cuts to them: a longer value costs a segment more, and is sent none the less.
 */
#define TEXT_ISI_CHARS         80	/* {isi}: excerpt of a report */
#define TEXT_TERLAMA_CHARS     46	/* {terlama}: who had it longest, and how long */
#define TEXT_ALASAN_CHARS      80	/* {alasan}: an officer's reason */
#define TEXT_PERTANYAAN_CHARS 100	/* {pertanyaan}: an officer's question */
#define TEXT_KEADAAN_CHARS     32	/* {keadaan}: a state in words */
#define TEXT_SISA_CHARS        22	/* {sisa}, {lambat}, {telat}: a duration in words */
#define TEXT_DAFTAR_CHARS      90	/* {daftar}: eight codes */
#define TEXT_CONTOH_CHARS      60	/* {contoh}: a reply as it should be */
#define TEXT_SEBAB_CHARS       80	/* {sebab}: why a command was refused */
#define TEXT_APA_CHARS        140	/* {apa}: an alarm */
#define TEXT_BUTIR_CHARS      480	/* {butir}: the lines of a digest */
#define TEXT_TAUTAN_CHARS      90	/* {tautan}: where an outside body answers */
#define TEXT_PILIHAN_CHARS    140	/* {pilihan}: four numbered places or cases */
#define TEXT_SUMBER_CHARS      24	/* {sumber}: who warns */
#define TEXT_PERINGATAN_CHARS 220	/* {peringatan}: of what */
#define TEXT_DAERAH_CHARS      60	/* {daerah}: kecamatan that lie in it */

/* The kind that an outage held up: one person gets all of them as one digest. */
#define TEXT_GATHERED "eskalasi-telat"

/* The language that has every kind, and that others fall back to. */
#define TEXTS_BASE "id"

struct texts;

/*
 * files: one per language, named "pesan/id.yaml" ...; id is required.  Each is a map of
 * kind -> {teks: "...", batas: N}; NULL with all mistakes as "file:line: what".
 */
struct text_file { const char *name; const char *text; size_t len; };
struct texts *texts_parse(const struct text_file *files, size_t n, struct buf *errors);
/*
 * Those of a version that was checked when it was published: a kind that came later says number and
 * state only, one that is gone is passed over, and so is a hole that is gone: it is filled with what
 * still has its name, or nothing.  A new release must not lose sight of an old case.
 */
struct texts *texts_reopen(const struct text_file *files, size_t n, struct buf *errors);
void texts_free(struct texts *t);
/*
 * Appends the text of a kind, Indonesian when the language is unknown or has not this kind; values are folded and stay
 * on one line.  -1 (nothing appended) if the kind is unknown or a hole has no value: both are
 * found at load, by texts_check().
 */
int text_fill(const struct texts *t, const char *lang, const char *kind, struct buf *out,
    const struct template_value *values, size_t n);
/* Tries every kind with the given longest values; mistakes name file, kind, segments and limit. */
int texts_check(const struct texts *t, const struct template_value *longest, size_t n,
    struct buf *errors);
/* The language that people call by this name ("jawa"), in any case of letters; NULL: there is none. */
const char *texts_language(const struct texts *t, const char *name);
/* Appends what can be asked for: "indonesia, inggris, jawa". */
void texts_add_languages(struct buf *b, const struct texts *t);
/* Whether that kind goes to officers, lines of digests included. */
int text_is_for_officers(const char *kind);
/* The kind of its line in a digest; NULL: messages of that kind are never bundled. */
const char *text_brief(const char *kind);
/* Most SMS segments of a kind, from the file (batas: 1). */
int text_segments_max(const struct texts *t, const char *kind);
#endif
