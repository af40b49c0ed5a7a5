#include "router/spelling.h"

#include <string.h>

/* What two letters are written for nowadays; '\0' if they are two. */
static char
pair(char first, char second)
{
	static const char hard[] = { ['d'] = 1, ['t'] = 1, ['b'] = 1, ['j'] = 1, ['g'] = 1, ['p'] = 1,
	    ['k'] = 1 };

	switch (second) {
	case 'h':
		return (size_t)first < sizeof(hard) && hard[(size_t)first] ? first : '\0';
	case 'j':
		return first == 'd' ? 'j' : first == 't' ? 'c' : '\0';
	case 'e':
		return first == 'o' ? 'u' : '\0';
	default:
		return '\0';
	}
}

size_t
spelling_fold(char *out, const char *word, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = word[i], as = i + 1 == len ? '\0' : pair(c, word[i + 1]);

		if (as != '\0' && (c != 'g' || n == 0 || out[n - 1] != 'n')) {	/* meng-hajar */
			c = as;
			i++;
		}
		if (n == 0 || out[n - 1] != c)
			out[n++] = c;
	}
	return n;
}

size_t
spelling_bones(char *out, const char *word, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (memchr("aeiou", word[i], 5) == NULL)
			out[n++] = word[i];
	return n;
}

int
spelling_is_cut(const char *cut, size_t len, const char *word)
{
	size_t i = 1;

	if (len == 0 || cut[0] != word[0])
		return 0;
	for (word++; *word != '\0' && i < len; word++)
		i += *word == cut[i];
	return i == len;
}
