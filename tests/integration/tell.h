#ifndef KENTONGAN_TELL_H
#define KENTONGAN_TELL_H
struct store;
/* Puts a message of no case into the outbox of a route; a mistake ends the test.  lang NULL: not said. */
void tell(struct store *st, const char *route, const char *id, const char *to, const char *lang,
    const char *text);
#endif
