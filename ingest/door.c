/* The door and the pages: from the files at the start, from each new version after. */
#include <stdio.h>
#include <string.h>

#include "ingest/form.h"
#include "ingest/ingest.h"
#include "lib/log.h"

int
ingest_read_door(struct ingest *g, const char *conf_dir)
{
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	int rc = -1;

	if (version_read_files(&files, conf_dir, &errors) == 0 &&
	    (g->door_policy = policy_parse(&files, &errors)) != NULL &&
	    (g->door = door_new(g->door_policy->catalogue)) != NULL &&
	    (g->pages = pages_new(g->door_policy, g->h.set.name, &errors)) != NULL)
		rc = 0;
	fputs(buf_str(&errors), stderr);
	conf_release(&files);
	buf_release(&errors);
	return rc;
}

void
ingest_renew(struct ingest *g)
{
	struct buf errors = { 0 };
	struct pages *pages;
	struct door *door;

	if (g->h.policy == NULL || strcmp(g->version, g->h.current) == 0)
		return;
	door = door_new(g->h.policy->catalogue);
	pages = pages_new(g->h.policy, g->h.set.name, &errors);
	if (door != NULL && pages != NULL) {
		struct door *old_door = g->door;
		struct pages *old_pages = g->pages;

		g->door = door;
		g->pages = pages;
		door = old_door;
		pages = old_pages;
		snprintf(g->version, sizeof(g->version), "%s", g->h.current);
	} else
		log_error("renew", "version=%s err=\"%s\"", g->h.current, buf_str(&errors));
	door_free(door);
	pages_free(pages);
	buf_release(&errors);
}
