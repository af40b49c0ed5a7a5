#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/escape.h"
#include "lib/seal.h"

START_TEST(only_the_same_key_and_purpose_open)
{
	static const char plain[] = "rumah kebakaran";
	struct seal_key key, other;
	struct buf sealed = { 0 }, again = { 0 }, out = { 0 };

	seal_key_random(&key);
	seal_key_random(&other);
	seal_add(&sealed, &key, "laporan", plain, sizeof(plain));
	seal_add(&again, &key, "laporan", plain, sizeof(plain));
	ck_assert_uint_eq(sealed.len, sizeof(plain) + SEAL_OVERHEAD);
	ck_assert_msg(memcmp(sealed.data, again.data, sealed.len) != 0, "the nonce repeats");
	ck_assert_ptr_null(memmem(sealed.data, sealed.len, "kebakaran", 9));
	buf_adds(&out, "<");
	ck_assert_int_eq(seal_open(&out, &key, "laporan", sealed.data, sealed.len), 0);
	ck_assert_str_eq(buf_str(&out), "<rumah kebakaran");
	ck_assert_uint_eq(out.len, 1 + sizeof(plain));
	buf_cut(&out, 1);
	ck_assert_int_eq(seal_open(&out, &other, "laporan", sealed.data, sealed.len), -1);
	ck_assert_int_eq(seal_open(&out, &key, "case", sealed.data, sealed.len), -1);
	for (size_t len = 0; len < sealed.len; len++)
		ck_assert_int_eq(seal_open(&out, &key, "laporan", sealed.data, len), -1);
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] ^= 1;
		ck_assert_int_eq(seal_open(&out, &key, "laporan", sealed.data, sealed.len), -1);
		sealed.data[i] ^= 1;
	}
	ck_assert_str_eq(buf_str(&out), "<");
	buf_release(&sealed);
	buf_release(&again);
	buf_release(&out);
}
END_TEST

START_TEST(a_wrapped_key_comes_back)
{
	uint8_t wrapped[SEAL_WRAPPED_BYTES];
	struct seal_key master, other, key, back;

	seal_key_random(&master);
	seal_key_random(&other);
	seal_key_random(&key);
	seal_wrap(wrapped, &master, &key);
	ck_assert_int_eq(seal_unwrap(&back, &master, wrapped, sizeof(wrapped)), 0);
	ck_assert(memcmp(&key, &back, sizeof(key)) == 0);
	ck_assert_int_eq(seal_unwrap(&back, &other, wrapped, sizeof(wrapped)), -1);
	ck_assert_int_eq(seal_unwrap(&back, &master, wrapped, sizeof(wrapped) - 1), -1);
}
END_TEST

static void
hex_is(const void *data, size_t len, const char *hex)
{
	struct buf b = { 0 };

	buf_add_hex(&b, data, len);
	ck_assert_str_eq(buf_str(&b), hex);
	buf_release(&b);
}

START_TEST(digests_as_published)
{
	uint8_t d[DIGEST_BYTES], chained[DIGEST_BYTES], joined[DIGEST_BYTES];
	char both[DIGEST_BYTES + 3];

	digest_of(d, NULL, "abc", 3);		/* BLAKE2b-256 of "abc" */
	hex_is(d, sizeof(d), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	digest_chain(chained, d, "abc", 3);
	memcpy(both, d, DIGEST_BYTES);
	memcpy(both + DIGEST_BYTES, "abc", 3);
	digest_of(joined, NULL, both, sizeof(both));
	ck_assert(memcmp(chained, joined, DIGEST_BYTES) == 0);
	/* RFC 4231, case 2 */
	hmac_sha256(d, "Jefe", 4, "what do ya want for nothing?", 28);
	hex_is(d, sizeof(d), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	ck_assert(equal_secret("abc", "abc", 3));
	ck_assert(!equal_secret("abc", "abd", 3));
}
END_TEST

START_TEST(look_up_keys_depend_on_key_and_id)
{
	char a[LOOKUP_CHARS + 1], b[LOOKUP_CHARS + 1];
	struct seal_key key = { { 1 } }, other = { { 2 } };

	lookup_of(a, &key, "+6281234567890");
	lookup_of(b, &key, "+6281234567890");
	ck_assert_str_eq(a, b);
	ck_assert_uint_eq(strlen(a), LOOKUP_CHARS);
	lookup_of(b, &other, "+6281234567890");
	ck_assert_str_ne(a, b);
	lookup_of(b, &key, "+6281234567891");
	ck_assert_str_ne(a, b);
}
END_TEST

START_TEST(signatures_as_published)
{
	/* RFC 8032, test 2 */
	static const char seed_hex[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
	uint8_t seed[32], pub[32], sig[SIGN_BYTES];

	ck_assert_int_eq(hex_decode(seed, seed_hex, 64), 0);
	sign_public(pub, seed);
	hex_is(pub, 32, "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
	sign_bytes(sig, seed, "\x72", 1);
	hex_is(sig, 64, "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
	ck_assert_int_eq(sign_verify(sig, pub, "\x72", 1), 0);
	ck_assert_int_eq(sign_verify(sig, pub, "\x73", 1), -1);
}
END_TEST

START_TEST(secrets_are_made_once_and_kept_private)
{
	char dir[] = "/tmp/check_seal.XXXXXX";
	struct buf errors = { 0 }, first = { 0 }, second = { 0 }, path = { 0 };
	struct seal_key key;
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(secret_read(dir, "key", &first, &errors), -1);
	ck_assert_int_eq(secret_ensure(dir, "key", &errors), 0);
	ck_assert_int_eq(secret_read(dir, "key", &first, &errors), 0);
	ck_assert_uint_eq(first.len, 64);
	ck_assert_int_eq(secret_ensure(dir, "key", &errors), 0);
	ck_assert_int_eq(secret_read(dir, "key", &second, &errors), 0);
	ck_assert_str_eq(buf_str(&first), buf_str(&second));
	ck_assert_int_eq(secret_key(dir, "key", &key, &errors), 0);
	buf_addf(&path, "%s/secrets/key", dir);
	ck_assert_int_eq(stat(buf_str(&path), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0400);
	buf_reset(&errors);
	chmod(buf_str(&path), 0440);
	ck_assert_int_eq(secret_read(dir, "key", &second, &errors), -1);
	ck_assert_ptr_nonnull(strstr(buf_str(&errors), "only its owner"));
	ck_assert_int_eq(file_write(buf_str(&path), "short\n", 6, 0400), 0);
	ck_assert_int_eq(secret_key(dir, "key", &key, &errors), -1);
	ck_assert_int_eq(secret_read(dir, "../key", &second, &errors), -1);
	ck_assert_int_eq(secret_ensure(dir, "a/b", &errors), -1);
	unlink(buf_str(&path));
	buf_cut(&path, path.len - strlen("/key"));
	ck_assert_msg(rmdir(buf_str(&path)) == 0, "a temporary file was left");
	rmdir(dir);
	buf_release(&errors);
	buf_release(&first);
	buf_release(&second);
	buf_release(&path);
}
END_TEST

Suite *seal_suite(void);

Suite *
seal_suite(void)
{
	Suite *s = suite_create("seal");
	TCase *tc = tcase_create("seal");

	tcase_add_test(tc, only_the_same_key_and_purpose_open);
	tcase_add_test(tc, a_wrapped_key_comes_back);
	tcase_add_test(tc, digests_as_published);
	tcase_add_test(tc, look_up_keys_depend_on_key_and_id);
	tcase_add_test(tc, signatures_as_published);
	tcase_add_test(tc, secrets_are_made_once_and_kept_private);
	suite_add_tcase(s, tc);
	return s;
}
