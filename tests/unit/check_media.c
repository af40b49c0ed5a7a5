/* What a file is by its bytes, and what may be fetched from where. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/media.h"
#include "lib/outside.h"
#include "notify/fetch.h"

Suite *media_suite(void);

/* ---- types ---- */

#define BYTES(s) s, sizeof(s) - 1
static const struct { const char *what, *bytes; size_t len; const char *ext; } files[] = {
	{ "a JPEG", BYTES("\xff\xd8\xff\xe0....JFIF"), "jpg" },
	{ "a PNG", BYTES("\x89PNG\r\n\x1a\n...."), "png" },
	{ "a GIF", BYTES("GIF89a...."), "gif" },
	{ "an old GIF", BYTES("GIF87a...."), "gif" },
	{ "a WebP", BYTES("RIFF\x10\0\0\0WEBPVP8 ...."), "webp" },
	{ "a wave that is no WebP", BYTES("RIFF\x10\0\0\0WAVEfmt ...."), NULL },
	{ "WebP without RIFF", BYTES("XXXX\x10\0\0\0WEBPVP8 ...."), NULL },
	{ "a PDF", BYTES("%PDF-1.4\n"), "pdf" },
	{ "a voice note", BYTES("OggS\0\2......OpusHead"), "ogg" },
	{ "an old telephone's voice", BYTES("#!AMR\n\x3c"), "amr" },
	{ "the same, wide", BYTES("#!AMR-WB\n\x3c"), "amr" },
	{ "music with a label", BYTES("ID3\4...."), "mp3" },
	{ "music", BYTES("\xff\xfb\x90\x64"), "mp3" },
	{ "speech in MP4", BYTES("\0\0\0\x1c" "ftypM4A ...."), "m4a" },
	{ "a film", BYTES("\0\0\0\x1c" "ftypisom...."), "mp4" },
	{ "a film of brand mp42", BYTES("\0\0\0\x1c" "ftypmp42...."), "mp4" },
	{ "a film of an old telephone", BYTES("\0\0\0\x1c" "ftyp3gp4...."), "3gp" },
	{ "a picture in a film's coat", BYTES("\0\0\0\x1c" "ftypheic...."), NULL },
	{ "SVG", BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\">"), NULL },
	{ "SVG with a head", BYTES("<?xml version=\"1.0\"?><svg>"), NULL },
	{ "HTML", BYTES("<!DOCTYPE html><html>"), NULL },
	{ "HTML called JPEG", BYTES("<html>foto.jpg"), NULL },
	{ "an archive", BYTES("PK\3\4\x14\0\0\0"), NULL },
	{ "a program", BYTES("\x7f" "ELF\2\1\1"), NULL },
	{ "a Windows program", BYTES("MZ\x90\0"), NULL },
	{ "a script", BYTES("#!/bin/sh\n"), NULL },
	{ "magic and nothing after it", BYTES("\xff\xd8\xff"), NULL },
	{ "a beginning cut short", BYTES("\x89PNG"), NULL },
	{ "nothing", BYTES(""), NULL },
};

START_TEST(a_type)
{
	/* a place of its own: a step past the end is seen by the sanitizer */
	char *copy = malloc(files[_i].len + 1);
	const struct media_type *t;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, files[_i].bytes, files[_i].len);
	copy = realloc(copy, files[_i].len > 0 ? files[_i].len : 1);
	ck_assert_ptr_nonnull(copy);
	t = media_type_of(copy, files[_i].len);
	ck_assert_msg((t == NULL) == (files[_i].ext == NULL) &&
	    (t == NULL || strcmp(t->ext, files[_i].ext) == 0), "%s is taken for %s", files[_i].what,
	    t != NULL ? t->ext : "nothing");
	free(copy);
}
END_TEST

static const struct { const char *what, *bytes; size_t len; int two; } doubles[] = {
	{ "a PDF", BYTES("%PDF-1.4\n1 0 obj <</Type/Catalog>>"), 0 },
	{ "a PDF that is a page", BYTES("%PDF-1.4\n<HtMl><body>"), 1 },
	{ "a voice with a script", BYTES("OggS\0<script>alert(1)"), 1 },
	{ "a voice that is an archive", BYTES("OggS\0......PK\5\6\0\0\0\0"), 1 },
	{ "a film that is a picture language", BYTES("\0\0\0\x1c" "ftypisom<svg onload=x>"), 1 },
	{ "an archive's end cut short", BYTES("OggS\0......PK\5"), 0 },
	{ "a tag cut short", BYTES("OggS\0<ht"), 0 },
};

START_TEST(two_things_at_once)
{
	ck_assert_msg(media_is_two_things(doubles[_i].bytes, doubles[_i].len) == doubles[_i].two,
	    "%s", doubles[_i].what);
}
END_TEST

static const struct { const char *what, *bytes; size_t len; long width, height; } sizes[] = {
	{ "a PNG of 50,000 by 50,000", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\2\0\0\0"),
	    50000, 50000 },
	{ "a PNG without a head", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIDAT\0\0\xc3\x50\0\0\xc3\x50"), 0, 0 },
	{ "a PNG of no size", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\0\0\0\0\0"), 0, 0 },
	{ "a PNG cut short", BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0"), 0, 0 },
	{ "a GIF", BYTES("GIF89a\x40\1\xf0\0\0\0\0"), 320, 240 },
	{ "a JPEG", BYTES("\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08\1\xe0\2\x80\3"), 640, 480 },
	{ "a JPEG whose segments lead outside", BYTES("\xff\xd8\xff\xe0\xff\xff..........."), 0, 0 },
	{ "a JPEG whose segment has no length", BYTES("\xff\xd8\xff\xe0\0\0\xff\xd8\xff\xe0\0\0"), 0, 0 },
	{ "a WebP", BYTES("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\2\0\xdf\1\0"), 640, 480 },
	{ "a WebP cut short", BYTES("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0"), 0, 0 },
};

START_TEST(a_declared_size)
{
	long width = 0, height = 0;
	int rc = media_pixels(sizes[_i].bytes, sizes[_i].len, &width, &height);

	ck_assert_msg(rc == (sizes[_i].width > 0 ? 0 : -1), "%s", sizes[_i].what);
	ck_assert_msg(rc != 0 || (width == sizes[_i].width && height == sizes[_i].height),
	    "%s: %ld x %ld", sizes[_i].what, width, height);
}
END_TEST

static const struct { const char *name; int ok; } names[] = {
	{ "0123456789abcdef0123456789abcdef.jpg", 1 }, { "0123456789abcdef0123456789abcdef.webp", 1 },
	{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.webp", 1 },
	{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde.jpg", 0 },
	{ "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0.jpg", 0 },
	{ "0123456789abcdef0123456789abcdef.JPG", 0 }, { "0123456789abcdef0123456789abcdef.svg", 0 },
	{ "0123456789abcdef0123456789abcdef", 0 }, { "0123456789abcdef0123456789abcde.jpg", 0 },
	{ "0123456789abcdef0123456789abcdef.x.jpg", 0 }, { "../6789abcdef0123456789abcdef/x.jpg", 0 },
	{ "", 0 },
};

START_TEST(a_stored_name)
{
	ck_assert_msg(media_is_name(names[_i].name) == names[_i].ok, "%s", names[_i].name);
}
END_TEST

/* ---- where from ---- */

#define LIST "pbs.twimg.com .fbcdn.net http://127.0.0.1:8099"
static const struct { const char *url; enum outside_verdict v; } urls[] = {
	{ "https://pbs.twimg.com/media/a.jpg", OUTSIDE_OK },
	{ "https://PBS.TWIMG.COM/media/a.jpg", OUTSIDE_OK },
	{ "https://pbs.twimg.com:443/a", OUTSIDE_OK },
	{ "https://scontent.xx.fbcdn.net/v/t1?oh=1&oe=2", OUTSIDE_OK },
	{ "http://127.0.0.1:8099/x", OUTSIDE_OWN },
	{ "http://pbs.twimg.com/media/a.jpg", OUTSIDE_SCHEME },
	{ "https://pbs.twimg.com:8443/a", OUTSIDE_HOST },
	{ "https://fbcdn.net/a", OUTSIDE_HOST },
	{ "https://evilfbcdn.net/a", OUTSIDE_HOST },
	{ "https://fbcdn.net.evil.example/a", OUTSIDE_HOST },
	{ "https://x.pbs.twimg.com/a", OUTSIDE_HOST },
	{ "https://evil.example/?https://pbs.twimg.com/", OUTSIDE_HOST },
	{ "https://evil.example#pbs.twimg.com", OUTSIDE_HOST },
	{ "https://user@pbs.twimg.com/a", OUTSIDE_UNREADABLE },
	{ "https://pbs.twimg.com@evil.example/a", OUTSIDE_UNREADABLE },
	{ "https://pbs.twimg.com:x@evil.example/a", OUTSIDE_UNREADABLE },
	{ "https://127.0.0.1/a", OUTSIDE_HOST },
	{ "https://127.0.0.1:8099/x", OUTSIDE_HOST },
	{ "http://127.0.0.1:8098/x", OUTSIDE_SCHEME },
	{ "http://127.0.0.1/x", OUTSIDE_SCHEME },
	{ "http://localhost:8099/x", OUTSIDE_SCHEME },
	{ "https://[::1]/a", OUTSIDE_HOST },
	{ "https://0x7f.1/a", OUTSIDE_HOST },
	{ "https://2130706433/a", OUTSIDE_HOST },
	{ "http://169.254.169.254/latest/meta-data", OUTSIDE_SCHEME },
	{ "https://169.254.169.254/latest/meta-data", OUTSIDE_HOST },
	{ "file:///etc/passwd", OUTSIDE_UNREADABLE },
	{ "gopher://pbs.twimg.com/_x", OUTSIDE_SCHEME },
	{ "ftp://pbs.twimg.com/a", OUTSIDE_SCHEME },
	{ "//pbs.twimg.com/a", OUTSIDE_UNREADABLE },
	{ "pbs.twimg.com/a", OUTSIDE_UNREADABLE },
	{ "https://pbs.twimg.com\r\nHost: evil/", OUTSIDE_UNREADABLE },
	{ "https://", OUTSIDE_UNREADABLE },
	{ "", OUTSIDE_UNREADABLE },
};

START_TEST(an_address)
{
	enum outside_verdict v = outside_url(urls[_i].url, LIST);

	ck_assert_msg(v == urls[_i].v, "%s: %d, not %d", urls[_i].url, (int)v, (int)urls[_i].v);
	v = outside_url(urls[_i].url, "");
	ck_assert_msg(v != OUTSIDE_OK && v != OUTSIDE_OWN, "%s from an empty list", urls[_i].url);
}
END_TEST

static const struct { const char *address; int public; } addresses[] = {
	{ "8.8.8.8", 1 }, { "157.240.1.1", 1 }, { "172.15.255.255", 1 }, { "172.32.0.0", 1 },
	{ "100.63.255.255", 1 }, { "100.128.0.0", 1 }, { "11.0.0.0", 1 }, { "223.255.255.255", 1 },
	{ "198.17.255.255", 1 }, { "198.20.0.0", 1 }, { "169.253.255.255", 1 }, { "192.0.1.1", 1 },
	{ "0.0.0.0", 0 }, { "0.1.2.3", 0 }, { "10.0.0.1", 0 }, { "10.255.255.255", 0 },
	{ "100.64.0.0", 0 }, { "100.127.255.255", 0 }, { "127.0.0.1", 0 }, { "127.255.255.254", 0 },
	{ "169.254.169.254", 0 }, { "172.16.0.1", 0 }, { "172.31.255.255", 0 }, { "192.0.0.1", 0 },
	{ "192.0.2.1", 0 }, { "192.168.1.1", 0 }, { "198.18.0.1", 0 }, { "198.19.255.255", 0 },
	{ "198.51.100.7", 0 }, { "203.0.113.7", 0 }, { "224.0.0.1", 0 }, { "240.0.0.1", 0 },
	{ "255.255.255.255", 0 }, { "192.88.99.1", 0 },
	{ "2a03:2880:f12f::1", 1 }, { "2001:4860:4860::8888", 1 }, { "::ffff:8.8.8.8", 1 },
	{ "64:ff9b::8.8.8.8", 1 }, { "2002:0808:0808::1", 1 },
	{ "::", 0 }, { "::1", 0 }, { "::ffff:127.0.0.1", 0 }, { "::ffff:10.1.2.3", 0 },
	{ "::ffff:169.254.169.254", 0 }, { "::127.0.0.1", 0 }, { "64:ff9b::7f00:1", 0 },
	{ "64:ff9b:1::1", 0 }, { "2002:7f00:1::1", 0 }, { "2002:a00:1::", 0 }, { "2001::1", 0 },
	{ "2001:db8::1", 0 }, { "3fff::1", 0 }, { "fc00::1", 0 }, { "fd12:3456::1", 0 },
	{ "fe80::1", 0 }, { "fec0::1", 0 }, { "ff02::1", 0 }, { "100::1", 0 },
};

START_TEST(a_public_address)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, addresses[_i].address, &v4.sin_addr) == 1)
		memcpy(&ss, &v4, sizeof(v4));
	else if (inet_pton(AF_INET6, addresses[_i].address, &v6.sin6_addr) == 1)
		memcpy(&ss, &v6, sizeof(v6));
	else
		ck_abort_msg("%s", addresses[_i].address);
	ck_assert_msg(outside_is_public((const struct sockaddr *)&ss) == addresses[_i].public, "%s",
	    addresses[_i].address);
	ss.ss_family = AF_UNIX;
	ck_assert_int_eq(outside_is_public((const struct sockaddr *)&ss), 0);
}
END_TEST

static const struct { const char *a, *b; int same; } origins[] = {
	{ "https://graph.facebook.com/v23.0", "https://graph.facebook.com/x?y", 1 },
	{ "https://a.example", "https://A.EXAMPLE:443/", 1 },
	{ "https://a.example", "http://a.example", 0 },
	{ "https://a.example", "https://b.a.example", 0 },
	{ "http://127.0.0.1:1", "http://127.0.0.1:2", 0 },
	{ "https://a.example", "", 0 },
	{ "", "", 0 },
};

START_TEST(one_origin)
{
	ck_assert_msg(outside_same_origin(origins[_i].a, origins[_i].b) == origins[_i].same,
	    "%s %s", origins[_i].a, origins[_i].b);
}
END_TEST

/* ---- what the platforms answer ---- */

#define SHA "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
typedef int (*reader)(struct fetch_address *, const struct api *, const char *, size_t);
static const struct { reader read; const char *what, *json, *url, *sha; int64_t bytes; } answers[] = {
	{ fetch_read_whatsapp, "WhatsApp", "{\"url\":\"https://lookaside.fbsbx.com/x?a=1\",\"mime_type\":\"image/jpeg\",\"sha256\":\""
	    SHA "\",\"file_size\":303833,\"id\":\"1\",\"messaging_product\":\"whatsapp\"}",
	    "https://lookaside.fbsbx.com/x?a=1", SHA, 303833 },
	{ fetch_read_whatsapp, "WhatsApp without digest", "{\"url\":\"https://h/x\"}", "https://h/x", "", 0 },
	{ fetch_read_whatsapp, "WhatsApp without address", "{\"id\":\"1\"}", NULL, "", 0 },
	{ fetch_read_whatsapp, "no JSON", "<html>", NULL, "", 0 },
	{ fetch_read_telegram, "Telegram", "{\"ok\":true,\"result\":{\"file_id\":\"A\",\"file_size\":12,\"file_path\":\"voice/file_1.oga\"}}",
	    "https://api/file/bot1:T/voice/file_1.oga", "", 12 },
	{ fetch_read_telegram, "a way up", "{\"ok\":true,\"result\":{\"file_path\":\"../bot/x\"}}", NULL, "", 0 },
	{ fetch_read_telegram, "a whole path", "{\"ok\":true,\"result\":{\"file_path\":\"/etc/passwd\"}}", NULL, "", 0 },
	{ fetch_read_telegram, "another call", "{\"ok\":true,\"result\":{\"file_path\":\"a?b#c\"}}", NULL, "", 0 },
	{ fetch_read_telegram, "no path", "{\"ok\":false}", NULL, "", 0 },
	{ fetch_read_x, "a photo of X", "{\"data\":{\"media_key\":\"3_1\",\"type\":\"photo\",\"url\":\"https://pbs.twimg.com/media/a.jpg\"}}",
	    "https://pbs.twimg.com/media/a.jpg", "", 0 },
	{ fetch_read_x, "a film of X", "{\"data\":{\"type\":\"video\",\"variants\":[{\"content_type\":\"application/x-mpegURL\",\"url\":\"https://v/l.m3u8\"},"
	    "{\"bit_rate\":832000,\"content_type\":\"video/mp4\",\"url\":\"https://v/b.mp4\"},"
	    "{\"bit_rate\":256000,\"content_type\":\"video/mp4\",\"url\":\"https://v/a.mp4\"}]}}", "https://v/a.mp4", "", 0 },
	{ fetch_read_x, "nothing of X", "{\"errors\":[{\"title\":\"Not Found Error\"}]}", NULL, "", 0 },
};

START_TEST(an_answer)
{
	struct api api = { 0 };
	struct fetch_address a = { 0 };
	int rc;

	buf_adds(&api.base, "https://api");
	buf_adds(&api.token, "1:T");
	rc = answers[_i].read(&a, &api, answers[_i].json, strlen(answers[_i].json));
	ck_assert_msg(rc == (answers[_i].url != NULL ? 0 : -1), "%s", answers[_i].what);
	if (rc == 0) {
		ck_assert_str_eq(buf_str(&a.url), answers[_i].url);
		ck_assert_str_eq(a.sha256, answers[_i].sha);
		ck_assert_int_eq(a.bytes, answers[_i].bytes);
	}
	buf_release(&a.url);
	api_release(&api);
}
END_TEST

Suite *
media_suite(void)
{
	Suite *s = suite_create("media");
	TCase *tc = tcase_create("media");

	tcase_add_loop_test(tc, a_type, 0, N_ELEMS(files));
	tcase_add_loop_test(tc, two_things_at_once, 0, N_ELEMS(doubles));
	tcase_add_loop_test(tc, a_declared_size, 0, N_ELEMS(sizes));
	tcase_add_loop_test(tc, a_stored_name, 0, N_ELEMS(names));
	tcase_add_loop_test(tc, an_address, 0, N_ELEMS(urls));
	tcase_add_loop_test(tc, a_public_address, 0, N_ELEMS(addresses));
	tcase_add_loop_test(tc, one_origin, 0, N_ELEMS(origins));
	tcase_add_loop_test(tc, an_answer, 0, N_ELEMS(answers));
	suite_add_tcase(s, tc);
	return s;
}
