#include "lib/cidr.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_CHARS 64

/* An address in 16 bytes: one of IPv4 as IPv6 maps it, so that both forms of it are the same. */
static int
parse_address(uint8_t out[16], const char *text)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	if (inet_pton(AF_INET6, text, out) == 1)
		return 6;
	memcpy(out, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, out + 12) == 1 ? 4 : 0;
}

/* Its address and how many leading bits count; 0 or -1. */
static int
parse_network(const char *word, uint8_t out[16], int *bits)
{
	char text[WORD_CHARS], *slash, *end;
	int kind, most;
	long n;

	if (snprintf(text, sizeof(text), "%s", word) >= (int)sizeof(text))
		return -1;
	slash = strchr(text, '/');
	if (slash != NULL)
		*slash++ = '\0';
	kind = parse_address(out, text);
	if (kind == 0)
		return -1;
	most = kind == 4 ? 32 : 128;
	n = slash == NULL ? most : strtol(slash, &end, 10);
	if (slash != NULL && (*slash < '0' || *slash > '9' || *end != '\0' || n < 0 || n > most))
		return -1;
	*bits = (int)n + (kind == 4 ? 96 : 0);
	return 0;
}

static int
is_within(const uint8_t a[16], const uint8_t net[16], int bits)
{
	int bytes = bits / 8, rest = bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	return memcmp(a, net, (size_t)bytes) == 0 && (rest == 0 || ((a[bytes] ^ net[bytes]) & mask) == 0);
}

/* The next word of a list, "" none (or one too long to be a network). */
static const char *
next_word(const char *list, char word[WORD_CHARS])
{
	size_t len;

	list += strspn(list, " ");
	len = strcspn(list, " ");
	snprintf(word, WORD_CHARS, "%.*s", len < WORD_CHARS ? (int)len : 1, len < WORD_CHARS ? list : "?");
	return list + len;
}

int
cidr_list_has(const char *list, const char *address)
{
	uint8_t a[16], net[16];
	char word[WORD_CHARS];
	int bits;

	if (parse_address(a, address) == 0)
		return 0;
	for (list = next_word(list, word); word[0] != '\0'; list = next_word(list, word))
		if (parse_network(word, net, &bits) == 0 && is_within(a, net, bits))
			return 1;
	return 0;
}

int
cidr_list_is_valid(const char *list)
{
	uint8_t net[16];
	char word[WORD_CHARS];
	int bits;

	for (list = next_word(list, word); word[0] != '\0'; list = next_word(list, word))
		if (parse_network(word, net, &bits) != 0)
			return 0;
	return 1;
}
