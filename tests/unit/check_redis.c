#include <check.h>
#include <string.h>

#include "lib/redis.h"

static const struct { const char *text; enum redis_class class; } errors_table[] = {
	{ "LOADING Redis is loading the dataset in memory", REDIS_RETRY },
	{ "BUSY Redis is busy running a script.", REDIS_RETRY },
	{ "OOM command not allowed when used memory > 'maxmemory'. script: x", REDIS_RETRY },
	{ "NOREPLICAS Not enough good replicas to write.", REDIS_RETRY },
	{ "READONLY You can't write against a read only replica.", REDIS_RETRY },
	{ "MISCONF Redis is configured to save RDB snapshots", REDIS_RETRY },
	{ "MASTERDOWN Link with MASTER is down", REDIS_RETRY },
	{ "CLUSTERDOWN The cluster is down", REDIS_RETRY },
	{ "TRYAGAIN Multiple keys request during rehashing of slot", REDIS_RETRY },
	{ "ERR max number of clients reached", REDIS_RETRY },
	{ "NOGROUP No such key", REDIS_RETRY },
	{ "LOADING", REDIS_RETRY },
	{ "BUSYGROUP Consumer Group name already exists", REDIS_FATAL },
	{ "BUSYKEY Target key name already exists.", REDIS_FATAL },
	{ "NOAUTH Authentication required.", REDIS_FATAL },
	{ "WRONGPASS invalid username-password pair", REDIS_FATAL },
	{ "NOPERM this user has no permissions", REDIS_FATAL },
	{ "WRONGTYPE Operation against a key holding the wrong kind of value", REDIS_FATAL },
	{ "ERR Function not found", REDIS_FATAL },
	{ "ERR unknown command 'X'", REDIS_FATAL },
	{ "CROSSSLOT Keys in request don't hash to the same slot", REDIS_FATAL },
	{ "", REDIS_FATAL },
};

START_TEST(errors_fall_into_classes)
{
	redisReply r = { .type = REDIS_REPLY_ERROR };

	r.str = (char *)(uintptr_t)errors_table[_i].text;
	r.len = strlen(r.str);
	ck_assert_msg(redis_class_of(&r) == errors_table[_i].class, "%s", errors_table[_i].text);
}
END_TEST

START_TEST(no_reply_is_unknown_and_others_are_fine)
{
	redisReply r = { .type = REDIS_REPLY_NIL };

	ck_assert_int_eq(redis_class_of(NULL), REDIS_UNKNOWN);
	ck_assert_int_eq(redis_class_of(&r), REDIS_FINE);
}
END_TEST

static const struct { const char *url, *host; int port; const char *path, *password; } good[] = {
	{ "redis://127.0.0.1:6379", "127.0.0.1", 6379, NULL, NULL },
	{ "redis://127.0.0.1:6379/", "127.0.0.1", 6379, NULL, NULL },
	{ "redis://127.0.0.1:1/0", "127.0.0.1", 1, NULL, NULL },
	{ "redis://:rahasia@localhost:65535", "localhost", 65535, NULL, "rahasia" },
	{ "redis://:a%40b%3A@c@host:7", "host", 7, NULL, "a@b:@c" },
	{ "redis://[::1]:6379", "::1", 6379, NULL, NULL },
	{ "unix:/run/redis.sock", NULL, 0, "/run/redis.sock", NULL },
	{ "unix:///run/redis.sock", NULL, 0, "/run/redis.sock", NULL },
	{ "unix:var/redis/redis.sock", NULL, 0, "var/redis/redis.sock", NULL },
};

static void
same(const char *a, const char *b)
{
	ck_assert_pstr_eq(a, b);
}

START_TEST(addresses_are_read)
{
	struct redis_address a, copy;
	struct buf errors = { 0 };

	ck_assert_msg(redis_address_parse(&a, good[_i].url, &errors) == 0, "%s", buf_str(&errors));
	redis_address_copy(&copy, &a);
	redis_address_release(&a);
	same(copy.host, good[_i].host);
	same(copy.path, good[_i].path);
	same(copy.password, good[_i].password);
	ck_assert_int_eq(copy.port, good[_i].port);
	redis_address_release(&copy);
	ck_assert_ptr_null(copy.host);
}
END_TEST

static const char *const bad[] = {
	"", "redis", "localhost:6379", "http://localhost:6379", "redis://", "redis://:6379",
	"redis://host", "redis://host:", "redis://host:0", "redis://host:65536", "redis://host:123456",
	"redis://host:6379/1", "redis://host:+1", "redis://user:geheim@host:1", "redis://[::1", "unix:",
	"redis://:geheim@host:x",
	("unix:/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
	    "890123456789012345678901234567890"),
};

START_TEST(bad_addresses_are_refused_without_their_password)
{
	struct redis_address a;
	struct buf errors = { 0 };

	ck_assert_msg(redis_address_parse(&a, bad[_i], &errors) == -1, "%s", bad[_i]);
	ck_assert_uint_gt(errors.len, 0);
	ck_assert_ptr_null(strstr(buf_str(&errors), "geheim"));
	ck_assert_ptr_null(a.host);
	ck_assert_ptr_null(a.password);
	buf_release(&errors);
}
END_TEST

START_TEST(arguments_are_copied)
{
	struct redis_args a = { 0 };
	char text[] = "a\0b";

	redis_args_add(&a, text, 3);
	text[0] = 'x';
	redis_args_adds(&a, "FCALL");
	redis_args_addi(&a, INT64_MIN);
	for (int i = 0; i < 100; i++)
		redis_args_addi(&a, i);
	ck_assert_int_eq(a.n, 103);
	ck_assert(a.lens[0] == 3 && memcmp(a.argv[0], "a\0b", 4) == 0);
	ck_assert_str_eq(a.argv[2], "-9223372036854775808");
	ck_assert_str_eq(a.argv[102], "99");
	redis_args_reset(&a);
	ck_assert_int_eq(a.n, 0);
	redis_args_adds(&a, "again");
	redis_args_release(&a);
	ck_assert_ptr_null(a.argv);
}
END_TEST

Suite *redis_suite(void);

Suite *
redis_suite(void)
{
	Suite *s = suite_create("redis");
	TCase *tc = tcase_create("redis");

	tcase_add_loop_test(tc, errors_fall_into_classes, 0, N_ELEMS(errors_table));
	tcase_add_test(tc, no_reply_is_unknown_and_others_are_fine);
	tcase_add_loop_test(tc, addresses_are_read, 0, N_ELEMS(good));
	tcase_add_loop_test(tc, bad_addresses_are_refused_without_their_password, 0, N_ELEMS(bad));
	tcase_add_test(tc, arguments_are_copied);
	suite_add_tcase(s, tc);
	return s;
}
