#ifndef KENTONGAN_TESTS_SUITES_H
#define KENTONGAN_TESTS_SUITES_H

/* The suites of a test program, as the Makefile lists them from the names of its files. */
#include <check.h>

struct named_suite { const char *name; Suite *(*make)(void); };

extern const struct named_suite suites[]; /* ends with NULL */

#endif
