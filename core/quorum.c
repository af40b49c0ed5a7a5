#include "core/quorum.h"

#include <stdio.h>
#include <string.h>

#define RT_PREFIX "RT-"
#define AGAINST 2	/* two of three: so many say yes for each who says no */

int
quorum_reached(const struct policy *p, const struct case_record *c, int yes, int no)
{
	return p->quorum > 0 && !c->sealed && c->state == CASE_SELESAI && c->lead[0] == '\0' &&
	    yes >= p->quorum && yes >= AGAINST * no;
}

const struct unit *
quorum_witness(const struct policy *p, const struct case_record *c)
{
	char code[UNIT_CODE_CHARS];
	int n;

	if (p->quorum == 0 || c->sealed || c->lead[0] != '\0' || c->rt[0] == '\0' || c->rw[0] == '\0')
		return NULL;
	n = snprintf(code, sizeof(code), RT_PREFIX "%s-%s-%s", c->place, c->rt, c->rw);
	return n < 0 || (size_t)n >= sizeof(code) || case_unit_index(c, code) >= 0 ? NULL :
	    unit_find(p->units, code);
}

int
quorum_is_witness(const struct case_record *c, const struct case_task *t)
{
	return strncmp(t->unit, RT_PREFIX, strlen(RT_PREFIX)) == 0 && case_unit_index(c, t->unit) < 0;
}

int
quorum_is_own_work(const struct case_record *c, const struct officer *o)
{
	if (strcmp(c->holder, o->id) == 0 || case_unit_index(c, o->unit) >= 0)
		return 1;
	for (int i = 0; i < c->tasks_n; i++)
		if (strcmp(c->tasks[i].officer, o->id) == 0 && !quorum_is_witness(c, &c->tasks[i]))
			return 1;
	return 0;
}
