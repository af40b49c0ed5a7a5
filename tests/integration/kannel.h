#ifndef KENTONGAN_TESTS_KANNEL_H
#define KENTONGAN_TESTS_KANNEL_H
/*
 * Telephones for tests: a living house that runs a real bearerbox and smsbox (kannel.run), and
 * fakesmsc as the operator.  What is typed goes in as SMS; what Kannel sends is read back, its
 * parts joined.  Facts are waited for, at most LIMIT_MS.  A mistake ends the test.
 *
 * One at a time: kannel_house(), house_up(), phones_on(), ..., phones_off(), house_down().
 */
#include "tests/integration/living.h"

/* house_make() with kannel.run on private ports; settings are further lines of kentongan.yaml,
 * the first ones under "kannel:" if they begin with two spaces. */
void kannel_house(const char *settings);
void phones_on(void);
void phones_off(void);
/* One SMS; type and words as fakesmsc has them: "text LAPOR ...", "ucs2 %00a", "udh-text UDH w". */
void phone_types(const char *from, const char *type_and_words);
/* type ucs2 from UTF-8. */
void phone_types_ucs2(const char *from, const char *words);
/* A message in UCS-2 with a user data header, by an SMSC that speaks HTTP to bearerbox. */
void operator_brings(const char *from, const char *udh, size_t udh_len, const char *utf16, size_t len);
/*
 * The first SMS to that number ("" any) with needle in it, waited for.  text and who (of 24) may be
 * NULL.
 */
void phone_gets(const char *to, const char *needle, struct buf *text, char *who);
/* How many with needle that number has got so far. */
int phone_count(const char *to, const char *needle);
#endif
