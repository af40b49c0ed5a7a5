#ifndef KENTONGAN_HASH_H
#define KENTONGAN_HASH_H
/*
 * FNV-1a, 64 bits (Fowler, Noll and Vo; draft-eastlake-fnv): for tables in memory, and for checks
 * against accidents.  Against people who choose the bytes it is none.
 */
#include <stddef.h>
#include <stdint.h>

#define HASH_NOTHING UINT64_C(14695981039346656037)

/* h: HASH_NOTHING, or the hash of what stands before these bytes. */
static inline uint64_t
hash_bytes(uint64_t h, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
	return h;
}

static inline uint64_t
hash_text(const char *s)
{
	uint64_t h = HASH_NOTHING;

	for (; *s != '\0'; s++)
		h = hash_bytes(h, s, 1);
	return h;
}
#endif
