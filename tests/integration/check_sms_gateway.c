/* SMS by gateways that are no Kannel, set up in kentongan.yaml alone: the real notify against a strict stand-in. */
#include <stdlib.h>

#include "lib/config.h"
#include "tests/integration/post.h"

Suite *sms_gateway_suite(void);

#define HOUR INT64_C(3600000)
#define KEY "kunci&gerbang=1"
#define A "+6281234500001"
#define B "+6281234500002"
#define WORDS "kabar n1"

static struct sink gateway;

static const char form[] = "/kirim'\n  body: 'userkey=kab&passkey={secret}&to={to_08}&message={text}'\n"
    "  ok_at: /status\n  ok_is: '1'\n  error_at: /status\n  final: '2'\n  stopped: 4 5\n";
static const char json[] = "/v1/messages'\n  type: json\n  headers: 'Authorization: Bearer {secret}'\n"
    "  body: '{\"to\":\"{to_e164}\",\"body\":\"{text}\",\"ref\":\"{id}\"}'\n";

static void
begin(int cards, const char *kind, const char *more)
{
	struct buf settings = { 0 }, path = { 0 };

	sink_start(&gateway, "gateway", KEY);
	buf_adds(&settings, "notify:\n  nap: 20ms\n  retry: 50ms\n  tries: 4\nsms_gateway:\n  answer: 1s\n  pause: 300ms\n  stop: 600ms\n");
	buf_addf(&settings, "  url: '%s%s%s", gateway.base, kind, more);
	post_begin(cards, buf_str(&settings));
	buf_addf(&path, "%s/secrets/sms_gateway", post.b.dir);
	ck_assert_int_eq(file_write(buf_str(&path), KEY, strlen(KEY), 0400), 0);
	post_open();
	buf_release(&settings);
	buf_release(&path);
}

static void begin_form(void) { begin(0, form, ""); }
static void begin_json(void) { begin(0, json, ""); }
static void begin_second(void) { begin(1, form, "  route: sms2\n"); }

static void
end(void)
{
	post_end();
	sink_stop(&gateway);
}

/* Requests that it answered with a yes, and the last of their bodies. */
static size_t
taken(struct buf *body)
{
	json_t *all = sink_records(&gateway), *r;
	size_t i, n = 0;

	json_array_foreach(all, i, r)
		if (json_integer_value(json_object_get(r, "status")) / 100 == 2) {
			n++;
			buf_reset(body);
			buf_adds(body, json_string_value(json_object_get(r, "body")));
		}
	json_decref(all);
	return n;
}

START_TEST(a_form_is_taken)
{
	struct buf body = { 0 };

	post_say("n1", A, 0, HOUR);
	post_becomes("n1", "st", "sent");
	ck_assert_uint_eq(taken(&body), 1);
	ck_assert_str_eq(buf_str(&body), "userkey=kab&passkey=kunci%26gerbang%3D1&to=081234500001&message=kabar%20n1");
	buf_release(&body);
}
END_TEST

START_TEST(a_document_is_taken)
{
	struct buf body = { 0 };

	post_say("n1", A, 0, HOUR);
	post_becomes("n1", "st", "sent");
	ck_assert_uint_eq(taken(&body), 1);
	ck_assert_str_eq(buf_str(&body), "{\"to\":\"" A "\",\"body\":\"" WORDS "\",\"ref\":\"n1\"}");
	buf_release(&body);
}
END_TEST

/* It says no under 200, or by its status: this number alone, and a human hears. */
START_TEST(a_barred_number_is_final)
{
	sink_feed(&gateway, "{\"barred\":[\"" A "\"]}");
	post_say("n1", A, 0, HOUR);
	post_say("n2", B, 0, HOUR);
	post_becomes("n1", "st", "undeliverable");
	post_logged("what=undeliverable subject=pesan detail=\"n1\"");
	post_becomes("n2", "st", "sent");
	ck_assert_uint_eq(sink_count(&gateway, "/", "081234500001") + sink_count(&gateway, "/", A), 1);
}
END_TEST

/* The credit is used up, said by 402 or under 200: the way waits, a human hears, nothing is burnt. */
START_TEST(without_credit_all_wait)
{
	char tries[96];

	sink_feed(&gateway, "{\"broke\":true}");
	post_say("n1", A, 0, HOUR);
	post_logged("what=gerbang subject=sms");
	sink_feed(&gateway, "{\"broke\":false}");
	post_becomes("n1", "st", "sent");
	post_field("n1", "n", tries);
	ck_assert_str_eq(tries, "");
}
END_TEST

/* It never knows a message again: what may have been sent is tried once more and no oftener. */
static const struct { const char *mode; size_t calls, more; const char *ends; } modes[] = {
	{ "{\"mode\":\"slow\",\"times\":1,\"ms\":300}", 1, 0, "sent" },
	{ "{\"mode\":\"503\",\"times\":2}", 3, 0, "sent" },
	{ "{\"mode\":\"503\",\"times\":9}", 10, 0, "sent" },	/* an outage burns nothing */
	{ "{\"mode\":\"429\",\"times\":1,\"retry_after\":1}", 2, 0, "sent" },
	{ "{\"mode\":\"hang-headers\",\"times\":1}", 2, 0, "sent" },
	{ "{\"mode\":\"hang\",\"times\":1}", 2, 0, "sent" },
	{ "{\"mode\":\"die\",\"times\":1}", 2, 0, "sent" },
	{ "{\"mode\":\"die-after\",\"times\":1}", 2, 0, "sent" },
	{ "{\"mode\":\"reset\",\"times\":1}", 1, 1, "sent" },
	{ "{\"mode\":\"wrong-json\",\"times\":1}", 2, 0, "sent" },
	{ "{\"mode\":\"wrong-json\",\"times\":9}", 2, 0, "undeliverable" },
	{ "{\"mode\":\"401\",\"times\":1}", 2, 0, "sent" },
};

START_TEST(whatever_the_gateway_does)
{
	size_t n;

	sink_mode(&gateway, modes[_i].mode);
	post_say("n1", A, 0, HOUR);
	post_becomes("n1", "st", modes[_i].ends);
	n = sink_count(&gateway, "/kirim", "to=081234500001&");
	ck_assert_msg(n >= modes[_i].calls && n <= modes[_i].calls + modes[_i].more, "%s: %zu calls", modes[_i].mode, n);
}
END_TEST

/* Beside a Kannel it is the second card. */
START_TEST(what_kannel_bars_goes_by_it)
{
	struct buf body = { 0 };

	sink_feed(&post.gate[0], "{\"barred\":[\"" A "\"]}");
	post_say("n1", A, 0, HOUR);
	post_becomes("n1.b", "st", "sent");
	ck_assert_uint_eq(taken(&body), 1);
	ck_assert_ptr_nonnull(strstr(buf_str(&body), "to=081234500001&message=kabar%20n1"));
	buf_release(&body);
}
END_TEST

/* The key stands in no log, nor a number or words. */
START_TEST(the_log_says_little)
{
	static const char *const canaries[] = { "kunci", "81234500001", "kabar" };
	struct buf path = { 0 }, log = { 0 };

	sink_mode(&gateway, "{\"mode\":\"503\",\"times\":1}");
	post_say("n1", A, 0, HOUR);
	post_becomes("n1", "st", "sent");
	buf_addf(&path, "%s/notify.log", post.b.dir);
	ck_assert_int_eq(file_read(buf_str(&path), 1 << 20, &log), 0);
	ck_assert_ptr_nonnull(strstr(buf_str(&log), "event=send_failed route=sms"));
	for (size_t i = 0; i < N_ELEMS(canaries); i++)
		ck_assert_msg(strstr(buf_str(&log), canaries[i]) == NULL, "%s: %s", canaries[i], buf_str(&log));
	buf_release(&path);
	buf_release(&log);
}
END_TEST

static TCase *
group(Suite *s, const char *name, void (*set_up)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, set_up, end);
	suite_add_tcase(s, tc);
	return tc;
}

Suite *
sms_gateway_suite(void)
{
	Suite *s = suite_create("sms_gateway");
	TCase *by_form = group(s, "form", begin_form), *by_json = group(s, "json", begin_json),
	    *second = group(s, "second", begin_second);

	tcase_add_test(by_form, a_form_is_taken);
	tcase_add_test(by_form, a_barred_number_is_final);
	tcase_add_test(by_form, without_credit_all_wait);
	tcase_add_loop_test(by_form, whatever_the_gateway_does, 0, N_ELEMS(modes));
	tcase_add_test(by_form, the_log_says_little);
	tcase_add_test(by_json, a_document_is_taken);
	tcase_add_test(by_json, a_barred_number_is_final);
	tcase_add_test(by_json, without_credit_all_wait);
	tcase_add_test(second, what_kannel_bars_goes_by_it);
	return s;
}
