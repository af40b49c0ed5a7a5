#include "store/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>
#include <sodium.h>

#include "lib/escape.h"
#include "lib/log.h"
#include "store/commit.h"
#include "store/logbook.h"

#define SCHEMA 1
#define OPS 3
#define MEMORY_BYTES (64u << 20)

static void
account_key(struct seal_key *key, const struct store *st)
{
	digest_of(key->bytes, &st->master, "akun", 4);
}

static void
encode(struct buf *b, const struct account *a)
{
	buf_addf(b, "{\"schema\":%d", SCHEMA);
	buf_add_pair(b, "id", a->officer);
	buf_add_pair_if(b, "hash", a->hash);
	buf_addf(b, ",\"changed\":%" PRId64 ",\"step\":%" PRId64, a->changed_ms, a->totp_step);
	if (a->has_totp) {
		buf_adds(b, ",\"totp\":\"");
		buf_add_hex(b, a->totp, sizeof(a->totp));
		buf_addc(b, '"');
	}
	buf_add_pair_if(b, "once", a->once);
	buf_add_pair_if(b, "feed", a->feed);
	buf_addf(b, ",\"until\":%" PRId64 ",\"fed\":%" PRId64 "}", a->once_until_ms, a->feed_ms);
}

static void
copy(char *out, size_t size, const json_t *doc, const char *name)
{
	const char *s = json_string_value(json_object_get(doc, name));

	snprintf(out, size, "%s", s != NULL ? s : "");
}

static int
decode(struct account *a, const char *json, size_t len)
{
	json_t *doc = json_loadb(json, len, JSON_REJECT_DUPLICATES, NULL);
	const char *totp = json_string_value(json_object_get(doc, "totp"));
	size_t bytes = 0;
	int rc = json_integer_value(json_object_get(doc, "schema")) == SCHEMA ? 0 : -1;

	copy(a->officer, sizeof(a->officer), doc, "id");
	copy(a->hash, sizeof(a->hash), doc, "hash");
	copy(a->once, sizeof(a->once), doc, "once");
	copy(a->feed, sizeof(a->feed), doc, "feed");
	a->feed_ms = json_integer_value(json_object_get(doc, "fed"));
	a->changed_ms = json_integer_value(json_object_get(doc, "changed"));
	a->totp_step = json_integer_value(json_object_get(doc, "step"));
	a->once_until_ms = json_integer_value(json_object_get(doc, "until"));
	if (totp != NULL && (sodium_hex2bin(a->totp, sizeof(a->totp), totp, strlen(totp), NULL, &bytes,
	    NULL) != 0 || bytes != sizeof(a->totp)))
		rc = -1;
	a->has_totp = totp != NULL;
	json_decref(doc);
	return rc;
}

int
account_load(struct store *st, const char *officer, struct account *a)
{
	struct buf key = { 0 }, plain = { 0 };
	struct seal_key seal;
	redisReply *r;
	int rc = -1;

	memset(a, 0, sizeof(*a));
	account_key(&seal, st);
	buf_add_key(&key, &st->keys, KEY_ACCOUNT, officer, NULL);
	r = redis_pipe_command(st->pipe, "HMGET %b v d", key.data, key.len);
	if (r != NULL && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
		const redisReply *v = r->element[0], *d = r->element[1];

		if (v->type == REDIS_REPLY_NIL)
			rc = 0;
		else if (d->type == REDIS_REPLY_STRING &&
		    seal_open(&plain, &seal, "account", d->str, d->len) == 0 &&
		    decode(a, buf_str(&plain), plain.len) == 0) {
			a->version = strtoll(v->str, NULL, 10);
			rc = 1;
		} else {
			log_error("account_unreadable", "officer=%s", officer);
		}
	}
	if (rc <= 0) {
		memset(a, 0, sizeof(*a));
		snprintf(a->officer, sizeof(a->officer), "%s", officer);
	}
	freeReplyObject(r);
	buf_release(&key);
	buf_wipe(&plain);
	sodium_memzero(&seal, sizeof(seal));
	return rc;
}

int
account_put(struct store *st, const struct account *a, const char *what, const char *who)
{
	struct buf plain = { 0 }, sealed = { 0 }, note = { 0 };
	struct document d = { .key = KEY_ACCOUNT, .part = a->officer, .version = a->version,
	    .what = "akun", .who = who };
	struct commit_batch b = { 0 };
	struct seal_key seal;
	enum commit_result result;

	account_key(&seal, st);
	encode(&plain, a);
	seal_add(&sealed, &seal, "account", plain.data, plain.len);
	buf_addf(&note, "%s %s", a->officer, what);
	d.data = sealed.data, d.len = sealed.len;
	d.note = buf_str(&note);
	commit_begin(&b, store_now_ms(st));
	commit_add_document(&b, st, &d);
	commit_run(&b, st);
	result = b.slots[0].result;
	commit_release(&b);
	buf_wipe(&plain);
	buf_release(&sealed);
	buf_release(&note);
	sodium_memzero(&seal, sizeof(seal));
	return result == COMMIT_OK ? 0 : result == COMMIT_CONFLICT ? 1 : -1;
}

void
account_wipe(struct account *a)
{
	sodium_memzero(a, sizeof(*a));
}

/* ---- tokens ---- */

void
token_keep(char kept[65], const char *token)
{
	uint8_t digest[DIGEST_BYTES];

	digest_of(digest, NULL, token, strlen(token));
	log_hex(kept, digest);
}

void
token_make(char token[TOKEN_CHARS + 1], char kept[65])
{
	uint8_t random[32];

	random_bytes(random, sizeof(random));
	sodium_bin2base64(token, TOKEN_CHARS + 1, random, sizeof(random),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	token_keep(kept, token);
	sodium_memzero(random, sizeof(random));
}

int
account_offer(struct store *st, const char *officer, int64_t life_ms, const char *who,
    struct buf *path)
{
	char token[TOKEN_CHARS + 1];
	struct account a;
	int rc = account_load(st, officer, &a);
	int64_t now_ms = store_now_ms(st);

	if (rc < 0 || now_ms == 0)
		return -1;
	token_make(token, a.once);
	a.once_until_ms = now_ms + life_ms;
	rc = account_put(st, &a, "tautan", who);
	if (rc > 0) {
		buf_reset(&st->why);
		buf_addf(&st->why, "the account of %s was changed by somebody else meanwhile; try again", officer);
	}
	if (rc == 0)
		buf_addf(path, "/sandi/%s?t=%s", officer, token);
	account_wipe(&a);
	sodium_memzero(token, sizeof(token));
	return rc == 0 ? 0 : -1;
}

/* ---- passwords ---- */

/* Of the lists of leaked ones what has twelve letters or more, and what people here would take. */
static const char *const common[] = {
	"123456789012", "1234567890123", "12345678901234", "123456789123", "1234567891011", "111111111111",
	"000000000000", "123123123123", "112233445566", "121212121212", "qwertyuiop123", "qwertyuiopas",
	"qwerty123456", "1q2w3e4r5t6y", "1qaz2wsx3edc", "qazwsxedcrfv", "password1234", "password12345",
	"passwordpassword", "administrator", "administrator1", "letmeinletmein", "iloveyou1234",
	"abcdefghijkl", "abcdefg12345", "katasandi123", "katasandi1234", "rahasia12345", "rahasia123456",
	"rahasiarahasia", "bismillah123", "bismillah1234", "bismillahirrahmanirrahim", "alhamdulillah",
	"alhamdulillah1", "allahuakbar1", "indonesia123", "indonesia1234", "indonesiaraya", "banyuwangi123",
	"banyuwangi1234", "banyuwangi2025", "banyuwangi2026", "banyuwangijaya", "kabupatenbanyuwangi",
	"sayangsayang", "sayangkamu123", "akucintakamu", "cintakamu123", "kentongan123", "kentongan1234",
	"kentongankentongan", "surabaya1234", "jawatimur123", "merdeka17845", "merdeka170845",
	"garudaindonesia", "pancasila123", "selamatpagi1", "selamatdatang", "terimakasih1", "terimakasih123",
	"gantipassword", "gantisandi123", "passwordbaru", "sandibaru123",
};

const char *
password_refused(const char *password, size_t len, const char *officer)
{
	if (len < PASSWORD_LEAST)
		return "sandi paling sedikit 12 huruf; beberapa kata yang mudah Anda ingat sudah baik";
	if (len > PASSWORD_MOST)
		return "sandi paling banyak 128 huruf";
	for (size_t i = 0; i < N_ELEMS(common); i++)
		if (strlen(common[i]) == len && strncasecmp(common[i], password, len) == 0)
			return "sandi itu dipakai banyak orang dan mudah ditebak; pilih yang lain";
	if (strspn(password, (const char[]){ password[0], '\0' }) >= len)
		return "sandi itu hanya satu huruf yang diulang; pilih yang lain";
	if (officer[0] != '\0' && strlen(officer) == len && strncasecmp(officer, password, len) == 0)
		return "sandi tidak boleh sama dengan nama masuk";
	return NULL;
}

int
password_hash(char out[ACCOUNT_HASH_CHARS], const char *password, size_t len)
{
	_Static_assert(crypto_pwhash_STRBYTES <= ACCOUNT_HASH_CHARS, "an argon2id string fits");

	memset(out, 0, ACCOUNT_HASH_CHARS);
	return crypto_pwhash_str_alg(out, password, len, OPS, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13);
}

int
password_is_cheap(const char *hash)
{
	return crypto_pwhash_str_needs_rehash(hash, OPS, MEMORY_BYTES) != 0;
}

int
password_fits(const char *hash, const char *password, size_t len)
{
	/* Of no password at all, so that a name that is not there takes as long as one that is. */
	static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$"
	    "c2FsdHNhbHRzYWx0c2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";
	char padded[ACCOUNT_HASH_CHARS] = "";
	int fits;

	snprintf(padded, sizeof(padded), "%s", hash[0] != '\0' ? hash : nobody);
	fits = crypto_pwhash_str_verify(padded, password, len) == 0;
	return fits && hash[0] != '\0';
}
