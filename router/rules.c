#include "router/rules.h"

#include "router/group.h"
#include "router/understand.h"

int
rules_check(const struct policy *p, struct buf *errors)
{
	struct understander *u = understander_new(p, errors);
	struct group_words *words = group_words_new(p, errors);
	int rc = u != NULL && words != NULL ? 0 : -1;

	understander_free(u);
	group_words_free(words);
	return rc;
}
