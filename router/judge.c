#include "router/judge.h"

#include <string.h>

#include "lib/log.h"

void
judge_release(struct judge *j)
{
	understander_free(j->understander);
	memset(j, 0, sizeof(*j));
}

int
judge_words(void *arg, const struct policy *p, const char *words, struct understanding *out)
{
	struct judge *j = arg;
	struct buf errors = { 0 };

	if (j->policy != p) {
		judge_release(j);
		j->understander = understander_new(p, &errors);
		if (j->understander == NULL)
			log_error("no_rules", "err=\"%s\"", log_quote(buf_str(&errors), errors.len));
		else
			j->policy = p;
		buf_release(&errors);
	}
	if (j->understander == NULL)
		return -1;
	understand_secrecy(j->understander, words, strlen(words), out);
	return 0;
}
