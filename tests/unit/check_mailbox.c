#include <check.h>

#include "core/mailbox.h"
#include "lib/buf.h"

Suite *mailbox_suite(void);

static const struct { const char *address; int good; } mailboxes[] = {
	{ "a@b.id", 1 }, { "siti.nur+lapor@mail.contoh.co.id", 1 }, { "root@localhost", 1 },
	{ "a_b-c!#$%&'*/=?^`{|}~@b.id", 1 },
	{ "", 0 }, { "a", 0 }, { "@b.id", 0 }, { "a@", 0 }, { "a@b", 0 }, { "a@.id", 0 },
	{ "a@b..id", 0 }, { ".a@b.id", 0 }, { "a.@b.id", 0 }, { "a..b@c.id", 0 }, { "a b@c.id", 0 },
	{ "\"a b\"@c.id", 0 }, { "a@[127.0.0.1]", 0 }, { "a@-b.id", 0 }, { "a@b-.id", 0 },
	{ "a@b.id\r\nBcc: x@y.id", 0 }, { "a@b.id>", 0 }, { "<a@b.id", 0 }, { "a,b@c.id", 0 },
	{ "a@b.id, c@d.id", 0 }, { "a@b@c.id", 0 }, { "s\xc3\xadti@b.id", 0 }, { "a@b_c.id", 0 },
	{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg@b.id", 0 },
};

START_TEST(a_mailbox)
{
	ck_assert_msg(mailbox_fits(mailboxes[_i].address) == mailboxes[_i].good, "%s",
	    mailboxes[_i].address);
}
END_TEST

Suite *
mailbox_suite(void)
{
	Suite *s = suite_create("mailbox");
	TCase *tc = tcase_create("mailbox");

	tcase_add_loop_test(tc, a_mailbox, 0, N_ELEMS(mailboxes));
	suite_add_tcase(s, tc);
	return s;
}
