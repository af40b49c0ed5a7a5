#ifndef KENTONGAN_CIDR_H
#define KENTONGAN_CIDR_H
/*
 * Networks as people write them: "10.35.0.0/16 fd35::/48 192.0.2.7".  A word that is no network has
 * nobody in it, so a mistake in a list shuts out and never lets in.
 */

/* 1 if the numeric address lies in one of the networks of the list, which blanks separate. */
int cidr_list_has(const char *list, const char *address);
/* 1 if every word of the list is a network. */
int cidr_list_is_valid(const char *list);
#endif
