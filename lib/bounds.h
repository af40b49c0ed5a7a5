#ifndef KENTONGAN_BOUNDS_H
#define KENTONGAN_BOUNDS_H
/*
 * 1 when processes that read strangers' bytes bound their memory.  The address sanitizer lays claim
 * to terabytes that it never uses, and keeps what was freed.
 */
#if defined(__SANITIZE_ADDRESS__)
#define BOUNDS_MEMORY 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BOUNDS_MEMORY 0
#endif
#endif
#ifndef BOUNDS_MEMORY
#define BOUNDS_MEMORY 1
#endif
#endif
