/* kentongan officer rights: the table of core/access.c as it is asked, every cell of it. */
#include <stdio.h>

#include "cli/officer.h"
#include "core/access.h"

#define BROKEN "kaca"			/* beside the relations: a case that he opened in an emergency */

/* What somebody of that class may of a case that is his in that way. */
static int
may_of_case(enum viewer_class v, int r, int sealed, enum access a)
{
	return r < RELATION_N ? access_cell(v, (enum relation)r, sealed, a) : access_cell_broken(v, a);
}

static const char *
relation_words(int r)
{
	return r < RELATION_N ? relation_name((enum relation)r) : BROKEN;
}

static void
add_names(struct buf *b, enum viewer_class v, int r, int sealed, int from, int to)
{
	int n = 0;

	for (int a = from; a < to; a++)
		if (may_of_case(v, r, sealed, (enum access)a))
			buf_addf(b, "%s\"%s\"", n++ ? "," : "", access_name((enum access)a));
}

static void
add_json(struct buf *b)
{
	buf_adds(b, "{\"accused\":[],\"cases\":[");
	for (int v = 0; v < VIEWER_N; v++)
		for (int sealed = 0; sealed < 2; sealed++)
			for (int r = 0; r <= RELATION_N; r++) {
				buf_addf(b, "%s{\"viewer\":\"%s\",\"relation\":\"%s\",\"sealed\":%s,\"may\":[",
				    v + sealed + r ? "," : "", viewer_class_name((enum viewer_class)v), relation_words(r),
				    sealed ? "true" : "false");
				add_names(b, (enum viewer_class)v, r, sealed, 0, SEE_REPORTER + 1);
				buf_adds(b, "]}");
			}
	buf_adds(b, "],\"general\":[");
	for (int v = 0; v < VIEWER_N; v++) {
		buf_addf(b, "%s{\"viewer\":\"%s\",\"may\":[", v ? "," : "", viewer_class_name((enum viewer_class)v));
		add_names(b, (enum viewer_class)v, RELATION_NONE, 0, SEE_BOARD, ACCESS_N);
		buf_adds(b, "]}");
	}
	buf_adds(b, "]}\n");
}

/* "tk.." : one letter for each thing, as its name begins. */
static void
add_letters(struct buf *b, enum viewer_class v, int r, int sealed)
{
	for (int a = 0; a <= SEE_REPORTER; a++)
		buf_addc(b, may_of_case(v, r, sealed, (enum access)a) ? access_name((enum access)a)[0] : '.');
}

static void
add_table(struct buf *b)
{
	buf_adds(b, "t(ahu) k(asus) i(si) p(elapor); kaca: opened in an emergency (buka-darurat)\n");
	for (int sealed = 0; sealed < 2; sealed++) {
		buf_addf(b, "\n%-12s", sealed ? "tertutup" : "terbuka");
		for (int r = 0; r <= RELATION_N; r++)
			buf_addf(b, "%-10s", relation_words(r));
		for (int v = 0; v < VIEWER_N; v++) {
			buf_addf(b, "\n%-12s", viewer_class_name((enum viewer_class)v));
			for (int r = 0; r <= RELATION_N; r++) {
				add_letters(b, (enum viewer_class)v, r, sealed);
				buf_adds(b, "      ");
			}
		}
		buf_addc(b, '\n');
	}
	buf_adds(b, "\nwithout a case\n");
	for (int v = 0; v < VIEWER_N; v++) {
		buf_addf(b, "%-12s", viewer_class_name((enum viewer_class)v));
		for (int a = SEE_BOARD; a < ACCESS_N; a++)
			if (access_cell((enum viewer_class)v, RELATION_NONE, 0, (enum access)a))
				buf_addf(b, "%s ", access_name((enum access)a));
		buf_addc(b, '\n');
	}
	buf_adds(b, "\nWhom a case is about, and those under him: nothing, whatever they are.  A reporter who wished it is\n"
	    "seen by operators alone.  What somebody may do with a case that he sees: core/authority.c.\n");
}

int
officer_rights(struct house *h, const struct cli *c, const struct officer_flags *f)
{
	struct buf b = { 0 };
	int status;

	(void)h, (void)f;
	if (c->json)
		add_json(&b);
	else
		add_table(&b);
	status = fwrite(b.data, 1, b.len, stdout) == b.len && fflush(stdout) == 0 ? 0 :
	    cli_fail("standard output cannot be written");
	buf_release(&b);
	return status;
}
