#include "router/spelling.h"

#include <string.h>

size_t
spelling_fold(char *out, const char *word, size_t len)
{
	static const struct { char first, second, as; } pairs[] = {
		{ 'd', 'j', 'j' }, { 't', 'j', 'c' }, { 'o', 'e', 'u' },
		{ 'd', 'h', 'd' }, { 't', 'h', 't' }, { 'b', 'h', 'b' }, { 'j', 'h', 'j' },
		{ 'g', 'h', 'g' }, { 'p', 'h', 'p' }, { 'k', 'h', 'k' },
	};
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = word[i];

		for (size_t k = 0; i + 1 < len && k < sizeof(pairs) / sizeof(pairs[0]); k++) {
			if (pairs[k].first == c && pairs[k].second == word[i + 1] &&
			    (c != 'g' || n == 0 || out[n - 1] != 'n')) {	/* meng-hajar */
				c = pairs[k].as;
				i++;
				break;
			}
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
