/* A house that lived, decided again: bit for bit, bent, and under a nearer target. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config.h"
#include "tests/integration/living.h"

Suite *replays_suite(void);

/* The sla.yaml of a configuration with its last row of the four hours, that long, at so many seconds. */
static void
put_target(const char *conf, const char *was, const char *within)
{
	struct buf path = { 0 }, row = { 0 }, sla = { 0 }, changed = { 0 };
	const char *at;

	buf_addf(&path, "%s/sla.yaml", conf);
	buf_addf(&row, "      - {dalam: %s}\n", was);
	ck_assert_int_eq(file_read(buf_str(&path), 1u << 20, &sla), 0);
	ck_assert_ptr_nonnull(at = strstr(buf_str(&sla), buf_str(&row)));
	buf_add(&changed, sla.data, (size_t)(at - sla.data));
	buf_addf(&changed, "      - {dalam: %s}\n%s", within, at + row.len);
	ck_assert_int_eq(file_write(buf_str(&path), changed.data, changed.len, 0644), 0);
	buf_release(&path);
	buf_release(&row);
	buf_release(&sla);
	buf_release(&changed);
}

static void
begin(void)
{
	house_make("");
	put_target(house.conf, "4h", "40s");
	house_up();
}

static void
end(void)
{
	house_down();
}

/* A subcommand on the house with these words more; its exit status, what it says in out. */
static int
say(const char *subcommand, const char *words, struct buf *out)
{
	struct buf command = { 0 };
	FILE *f;
	size_t n;

	buf_reset(out);
	bin_path(&command, "kentongan");
	buf_addf(&command, " %s --dir %s 2>&1 %s", subcommand, house.dir, words);
	ck_assert_ptr_nonnull(f = popen(buf_str(&command), "r"));
	while ((n = fread(buf_room(out, 4096), 1, 4096, f)) > 0)
		buf_added(out, n);
	buf_release(&command);
	return pclose(f);
}

static int
replay(const char *words, struct buf *out)
{
	return say("replay", words, out);
}

static void
handles(const char *code)
{
	char officer[24], nonce[8], line[64];

	first_task(code, officer, nonce);
	snprintf(line, sizeof(line), "TANGANI %s", nonce);
	sms(officer, line, NULL);
	wait_state(code, "ditangani");
}

/* Three lives: handled at once, handled after the first warning, never handled. */
START_TEST(what_was_and_what_would_have_been)
{
	char quick[16], slow[16], never[16], conf[64];
	struct buf out = { 0 }, words = { 0 };

	sms("+6281234570003", "sampah menumpuk di pinggir jalan desa kabat kecamatan kabat", never);
	sms("+6281234570002", "sampah menumpuk di pinggir kali desa kabat kecamatan kabat", slow);
	sms("+6281234570001", "sampah menumpuk di depan pasar desa kabat kecamatan kabat", quick);
	handles(quick);
	told(slow, "ingat", "");
	ck_assert_msg(say("forecast", "", &out) == 0, "%.3000s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), slow) != NULL && strstr(buf_str(&out), quick) == NULL &&
	    strstr(buf_str(&out), "nobody has accepted") != NULL, "%.3000s", buf_str(&out));
	ck_assert_msg(say("forecast", "--hours 0", &out) != 0, "%.3000s", buf_str(&out));
	/* a house without a past has no calibration, and says so */
	ck_assert_msg(say("forecast", "--check", &out) != 0 && strstr(buf_str(&out), "nothing fell due") != NULL, "%.3000s",
	    buf_str(&out));
	handles(slow);
	told(never, "eskalasi", "");

	ck_assert_msg(replay("", &out) == 0, "%.3000s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), "of 3 cases decided again") != NULL &&
	    strstr(buf_str(&out), "bit for bit") != NULL, "%.3000s", buf_str(&out));

	snprintf(conf, sizeof(conf), "%s/strict", house.dir);
	buf_addf(&words, "cp -r %s %s", house.conf, conf);
	ck_assert_int_eq(system(buf_str(&words)), 0);
	put_target(conf, "40s", "15s");
	buf_reset(&words);
	buf_addf(&words, "--conf %s", conf);
	ck_assert_msg(replay(buf_str(&words), &out) == 0, "%.3000s", buf_str(&out));
	buf_reset(&words);
	buf_addf(&words, "%s  sampah  O-DLH  ditangani: kept, 0 rungs -> broken, 1 rungs", slow);
	ck_assert_msg(strstr(buf_str(&out), buf_str(&words)) != NULL, "%s: %s", buf_str(&words),
	    buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), quick) == NULL, "%s: %s", quick, buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), "first act kept -> broken: 1") != NULL, "%.3000s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), "1 cases would have ended otherwise") != NULL, "%.3000s",
	    buf_str(&out));

	/* The house's own version is no other version: nothing is told of other fates. */
	buf_reset(&words);
	buf_addf(&words, "--conf %s", house.conf);
	ck_assert_msg(replay(buf_str(&words), &out) == 0, "%.3000s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), "otherwise") == NULL, "%.3000s", buf_str(&out));
	ck_assert_msg(replay("--from 0", &out) != 0, "%.3000s", buf_str(&out));

	/* Who has left was there then: the log says who was on the roster at each entry. */
	ck_assert_msg(say("officer", "end ptg-o-dlh-1", &out) == 0, "%.3000s", buf_str(&out));
	ck_assert_msg(replay("", &out) == 0 && strstr(buf_str(&out), "bit for bit") != NULL, "%.3000s",
	    buf_str(&out));
	buf_release(&out);
	buf_release(&words);
}
END_TEST

/* Two processes say the same of one seed, and their log is decided again. */
START_TEST(a_simulated_year_is_the_same_again)
{
	struct buf words = { 0 }, once = { 0 }, again = { 0 }, out = { 0 };

	buf_addf(&words, "--days 12 --flood 3 --flood-reports 60 --conf %s --log %s/simulated "
	    "2>/dev/null", house.conf, house.dir);
	ck_assert_msg(say("simulate", buf_str(&words), &once) == 0, "%s", buf_str(&once));
	ck_assert_int_eq(say("simulate", buf_str(&words), &again), 0);
	ck_assert_str_eq(buf_str(&once), buf_str(&again));
	ck_assert_ptr_nonnull(strstr(buf_str(&once), "handled within four hours"));
	buf_reset(&words);
	buf_addf(&words, "--log %s/simulated --conf %s --roster %s/petugas.csv", house.dir, house.conf,
	    house.conf);
	ck_assert_msg(replay(buf_str(&words), &out) == 0, "%.3000s", buf_str(&out));
	ck_assert_msg(strstr(buf_str(&out), "bit for bit") != NULL, "%.3000s", buf_str(&out));
	/* under another version nothing of it can be decided: that is said, and is no success */
	buf_reset(&words);
	buf_addf(&words, "--log %s/simulated --conf conf --roster conf/petugas.csv", house.dir);
	ck_assert_msg(replay(buf_str(&words), &out) != 0 &&
	    strstr(buf_str(&out), "cannot be decided again") != NULL, "%.3000s", buf_str(&out));
	ck_assert_msg(say("simulate", "--days 0", &out) != 0 && strstr(buf_str(&out), "--days") != NULL, "%.3000s",
	    buf_str(&out));
	ck_assert_msg(say("simulate", "--flood", &out) != 0 && strstr(buf_str(&out), "--flood") != NULL, "%.3000s",
	    buf_str(&out));
	buf_release(&words);
	buf_release(&once);
	buf_release(&again);
	buf_release(&out);
}
END_TEST

Suite *
replays_suite(void)
{
	Suite *s = suite_create("replays");
	TCase *tc = tcase_create("replays");

	tcase_add_unchecked_fixture(tc, begin, end);
	tcase_add_test(tc, what_was_and_what_would_have_been);
	tcase_add_test(tc, a_simulated_year_is_the_same_again);
	suite_add_tcase(s, tc);
	return s;
}
