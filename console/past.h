#ifndef KENTONGAN_PAST_H
#define KENTONGAN_PAST_H
/*
 * What the read model showed a while ago: each row as it was before an entry changed it.  A figure
 * on the wall carries the seq that it was counted at; the list behind it is the model of now with
 * the later changes taken back.
 *
 * Bounded: past most changes the oldest are forgotten, and what they reach back to can no longer be
 * shown.
 */
#include <stddef.h>
#include <stdint.h>

struct model_case;
struct past;
struct past *past_new(size_t most);
void past_free(struct past *p);
size_t past_bytes(const struct past *p);
/* The row as it was when that entry came; one with seq 0 was not there yet. */
void past_note(struct past *p, int64_t seq, const struct model_case *before);
/* Every trace of a case: it was sealed. */
void past_forget(struct past *p, const char *code);
/* Before that seq nothing is known. */
void past_begins(struct past *p, int64_t seq);
int64_t past_reaches(const struct past *p);
/*
 * The rows that entries after seq changed, as they stood at seq, in order of their codes; the caller
 * frees the list, the rows are the past's until its next note.  How many.
 */
size_t past_at(const struct past *p, int64_t seq, const struct model_case ***out);
#endif
