#include "console/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "lib/cidr.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "lib/page.h"

#define COOKIE_TLS "__Host-kt"
#define COOKIE_PLAIN "kt"

const char *
gate_cookie(struct http_req *r)
{
	return http_req_is_tls(r) ? COOKIE_TLS : COOKIE_PLAIN;
}

static int
is_page(struct http_req *r)
{
	return !http_req_wants_json(r) && strncmp(http_req_path(r), "/api/", 5) != 0 &&
	    strncmp(http_req_path(r), "/feed/", 6) != 0;
}

static int
answer_closed(struct http_req *r)
{
	struct buf to = { 0 };

	if (is_page(r) && http_req_method(r) == HTTP_GET) {
		buf_adds(&to, "/masuk?ke=");
		buf_add_url(&to, http_req_path(r), strlen(http_req_path(r)));
		http_answer_redirect(r, 303, buf_str(&to));
	} else {
		http_answer_problem(r, 401, "Unauthorized", "Masuk dahulu di /masuk.");
	}
	buf_release(&to);
	return 0;
}

/* Plain HTTP is for this machine alone: passwords and cases must not cross a network in the open. */
static int
is_safe_way(struct http_req *r)
{
	if (http_req_is_tls(r) || http_req_is_local(r))
		return 1;
	http_answer_problem(r, 403, "Forbidden",
	    "Konsol hanya dilayani lewat HTTPS. Buka alamat https:// dari kabupaten Anda.");
	return 0;
}

/* The machine's own secret, as a bearer or as the password of "admin": for what runs on it. */
static int
has_secret(const struct console *c, struct http_req *r)
{
	const char *given = http_req_header(r, "Authorization");
	char plain[256];
	size_t len = 0;

	if (given == NULL || !http_req_is_local(r) || c->secret.len == 0)
		return 0;
	if (strncasecmp(given, "Bearer ", 7) == 0)
		return strlen(given + 7) == c->secret.len && equal_secret(given + 7, c->secret.data, c->secret.len);
	if (strncasecmp(given, "Basic ", 6) != 0 ||
	    sodium_base642bin((unsigned char *)plain, sizeof(plain) - 1, given + 6, strlen(given + 6), "", &len,
	    NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
		return 0;
	return len == c->secret.len + 6 && memcmp(plain, "admin:", 6) == 0 &&
	    equal_secret(plain + 6, c->secret.data, c->secret.len);
}

static void
set_csrf(const struct console *c, struct who *w)
{
	struct buf b = { 0 };

	buf_addf(&b, "formulir:%s", w->session.kept);
	lookup_of(w->csrf, &c->h.st.lookup, buf_str(&b));
	buf_wipe(&b);
}

/* 1 w has officer and session; 0 there is none that lives; -1 no answer. */
static int
find_session(struct http_req *r, struct console *c, struct who *w)
{
	const char *token = http_req_cookie(r, gate_cookie(r));
	const struct settings *set = &c->h.set;
	int64_t idle_ms = set->session_idle_ms;
	int rc;

	if (token == NULL || strlen(token) != TOKEN_CHARS)
		return 0;
	rc = session_find(&c->h.st, token, &w->session);
	if (rc != 1)
		return rc;
	w->officer = officer_find(&c->h.roster, w->session.officer);
	if (w->officer == NULL || w->officer->ended) {
		session_end(&c->h.st, &w->session);
		return 0;
	}
	if (access_meets_sealed(c->h.policy, w->officer) && set->session_idle_sealed_ms < idle_ms)
		idle_ms = set->session_idle_sealed_ms;
	return session_lives(&c->h.st, &w->session, house_now_ms(&c->h), idle_ms, set->session_most_ms);
}

static int
is_without_factors(const struct console *c)
{
	return strcmp(c->h.set.console_factor, "none") == 0;
}

int
gate_needs_factor(const struct console *c, const struct officer *o)
{
	return !is_without_factors(c) && (access_meets_sealed(c->h.policy, o) ||
	    role_in_list(c->h.set.console_factor, o->role));
}

int
gate_is_outside(const struct console *c, struct http_req *r)
{
	return !is_without_factors(c) && c->h.set.console_office[0] != '\0' &&
	    !cidr_list_has(c->h.set.console_office, http_req_peer(r));
}

int
gate_has_factor(struct http_req *r, struct console *c, struct who *w)
{
	if (w->by_secret || w->session.by_factor || is_without_factors(c))
		return 1;
	if (is_page(r))
		http_answer_redirect(r, 303, "/faktor");
	else
		http_answer_problem(r, 403, "Forbidden", "Pasang kode telepon dahulu di /faktor.");
	return 0;
}

/* What was begun in the office is not carried out of it by the cookie alone. */
static int
is_carried_out(struct http_req *r, struct console *c, const struct who *w)
{
	return !w->session.by_factor && gate_is_outside(c, r);
}

static int
answer_away(struct http_req *r)
{
	http_add_header(r, "Retry-After", "5");
	http_answer_problem(r, 503, "Service Unavailable",
	    "Penyimpanan sedang tidak menjawab; coba lagi beberapa detik lagi.");
	return 0;
}

const struct officer *
gate_machine(void)
{
	static const struct officer machine = { .id = "mesin", .name = "mesin", .role = ROLE_ADMIN,
	    .lang = "id" };

	return &machine;
}

int
gate(struct http_req *r, struct console *c, struct who *w)
{
	int rc;

	memset(w, 0, sizeof(*w));
	w->lang = http_req_lang(r);
	if (!is_safe_way(r))
		return 0;
	if (house_refresh(&c->h) != 0)
		return answer_away(r);
	if (has_secret(c, r)) {
		w->officer = gate_machine();
		w->by_secret = 1;
		return 1;
	}
	rc = find_session(r, c, w);
	if (rc < 0)
		return answer_away(r);
	if (rc == 0 || is_carried_out(r, c, w))
		return answer_closed(r);
	set_csrf(c, w);
	if (w->session.lacks_factor && strcmp(http_req_path(r), "/faktor") != 0 &&
	    strcmp(http_req_path(r), "/keluar") != 0) {
		if (is_page(r))
			http_answer_redirect(r, 303, "/faktor");
		else
			http_answer_problem(r, 403, "Forbidden", "Pasang kode telepon dahulu di /faktor.");
		return 0;
	}
	return 1;
}

/* What a browser says of where a request comes from; others say nothing, and have no cookie either. */
static int
is_same_origin(struct http_req *r)
{
	const char *site = http_req_header(r, "Sec-Fetch-Site"), *origin = http_req_header(r, "Origin");
	const char *host = http_req_header(r, "Host"), *name;

	if (site != NULL)		/* says it itself, and no page can make it say otherwise */
		return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
	/* Under our Referrer-Policy (no-referrer) an older browser's own forms come from "null". */
	if (origin == NULL || strcmp(origin, "null") == 0)
		return 1;
	name = strstr(origin, "://");
	return name != NULL && host != NULL && strcmp(name + 3, host) == 0;
}

int
gate_origin(struct http_req *r)
{
	if (!is_safe_way(r))
		return 0;
	if (is_same_origin(r))
		return 1;
	http_answer_problem(r, 403, "Forbidden", "Permintaan ini datang dari situs lain dan tidak dilayani.");
	return 0;
}

int
gate_change(struct http_req *r, struct console *c, struct who *w)
{
	const char *given;
	size_t len = 0;

	if (!gate(r, c, w))
		return 0;
	if (w->by_secret)
		return 1;
	given = http_req_header(r, "X-Kentongan-Tanda");
	if (given != NULL)
		len = strlen(given);
	else
		given = http_req_field(r, CSRF_FIELD, &len);
	if (is_same_origin(r) && given != NULL && len == LOOKUP_CHARS && equal_secret(given, w->csrf, len))
		return 1;
	log_warn("csrf_refused", "officer=%s path=\"%s\"", w->officer->id,
	    log_quote(http_req_path(r), strlen(http_req_path(r))));
	http_answer_problem(r, 403, "Forbidden",
	    "Formulir ini sudah kedaluwarsa. Kembali, muat ulang halamannya, lalu kirim lagi.");
	return 0;
}

int
gate_for(struct http_req *r, struct console *c, struct who *w, enum access a)
{
	if (!gate(r, c, w))
		return 0;
	if (access_may(c->h.policy, w->officer, a, NULL))
		return 1;
	http_answer_problem(r, 403, "Forbidden",
	    "Halaman ini bukan untuk peran Anda. Bila seharusnya, minta admin mengubah peran Anda.");
	return 0;
}

/* "ID.TOKEN" of an address: the officer whose feeds it opens, NULL nobody's; -1 in *rc: no answer. */
static const struct officer *
feed_officer(struct console *c, const char *given, int *rc)
{
	size_t len = strlen(given);
	char id[OFFICER_ID_CHARS], kept[65];
	const struct officer *o = NULL;
	struct account a;

	*rc = 0;
	if (len < TOKEN_CHARS + 2 || len - TOKEN_CHARS - 1 >= sizeof(id) || given[len - TOKEN_CHARS - 1] != '.')
		return NULL;
	snprintf(id, sizeof(id), "%.*s", (int)(len - TOKEN_CHARS - 1), given);
	o = officer_find(&c->h.roster, id);
	if (o == NULL || o->ended)
		return NULL;
	token_keep(kept, given + len - TOKEN_CHARS);
	*rc = account_load(&c->h.st, id, &a);
	if (*rc != 1 || a.feed[0] == '\0' || !equal_secret(kept, a.feed, 64))
		o = NULL;
	account_wipe(&a);
	return o;
}

int
gate_address(struct http_req *r, struct console *c, struct who *w)
{
	size_t len = 0;
	const char *given = http_req_query(r, "t", &len);
	int rc;

	if (given == NULL)
		return gate(r, c, w);
	memset(w, 0, sizeof(*w));
	if (!is_safe_way(r))
		return 0;
	if (house_refresh(&c->h) != 0)
		return answer_away(r);
	w->officer = feed_officer(c, given, &rc);
	if (rc < 0)
		return answer_away(r);
	w->by_token = 1;
	if (w->officer == NULL) {
		http_answer_problem(r, 401, "Unauthorized",
		    "Alamat umpan ini tidak berlaku lagi. Buat yang baru di /akun.");
		return 0;
	}
	return 1;
}

int
gate_feed(struct http_req *r, struct console *c, struct who *w)
{
	if (!gate_address(r, c, w))
		return 0;
	if (access_may(c->h.policy, w->officer, SEE_BOARD, NULL))
		return 1;
	http_answer_problem(r, 403, "Forbidden", "Umpan ini bukan untuk peran Anda.");
	return 0;
}

int
gate_public(struct http_req *r)
{
	return is_safe_way(r);
}

int
gate_may_list(const struct console *c, const struct officer *o, const char *code)
{
	const struct model_case *m = model_find(c->model, code);
	struct access_case a = { .place = "", .category = "" };

	if (o == NULL || model_is_sealed(c->model, code))
		return 0;
	if (m != NULL)
		model_access(c->model, m, 0, &a);
	return access_may(c->h.policy, o, SEE_EXISTS, &a);
}

int
gate_proven(struct http_req *r, struct console *c, struct who *w)
{
	struct buf to = { 0 };

	if (w->by_secret || house_now_ms(&c->h) - w->session.proven_ms <= c->h.set.session_prove_ms)
		return 1;
	buf_adds(&to, "/masuk?lagi=1&ke=");
	buf_add_url(&to, http_req_path(r), strlen(http_req_path(r)));
	if (is_page(r))
		http_answer_redirect(r, 303, buf_str(&to));
	else
		http_answer_problem(r, 403, "Forbidden", "Ketik sandi Anda lagi di /masuk?lagi=1.");
	buf_release(&to);
	return 0;
}

int
gate_still(struct console *c, const struct session *s)
{
	const struct officer *o;
	struct buf key = { 0 };
	redisReply *r;
	int there;

	if (s->kept[0] == '\0')
		return 1;		/* by the machine's secret */
	/* The sweep takes it out of the store later. */
	if (house_now_ms(&c->h) - s->begun_ms > c->h.set.session_most_ms)
		return 0;
	buf_add_key(&key, &c->h.st.keys, KEY_SESSIONS, NULL, NULL);
	r = redis_pipe_command(c->h.st.pipe, "HEXISTS %b %s", key.data, key.len, s->kept);
	/* A store that does not answer ends nobody's feed. */
	there = r == NULL || r->type != REDIS_REPLY_INTEGER || r->integer == 1;
	freeReplyObject(r);
	buf_release(&key);
	o = house_refresh(&c->h) == 0 ? officer_find(&c->h.roster, s->officer) : NULL;
	return there && (o == NULL || !o->ended);
}
