/* The door of the console: password and code, the link that sets a password, log-out. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/frame.h"
#include "console/hasher.h"
#include "core/phone.h"
#include "lib/escape.h"
#include "lib/log.h"
#include "lib/page.h"

ASSET_DECLARE(console_web_masuk_html);
ASSET_DECLARE(console_web_sandi_html);
ASSET_DECLARE(console_web_faktor_html);

#define ALARM_FAILURES 20

/* ---- the cookie ---- */

static void
set_cookie(struct http_req *r, const char *token)
{
	char line[160];

	snprintf(line, sizeof(line), "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", gate_cookie(r), token,
	    http_req_is_tls(r) ? "; Secure" : "", token[0] == '\0' ? "; Max-Age=0" : "");
	http_add_header(r, "Set-Cookie", line);
}

const char *
console_first_page(const struct console *c, const struct officer *o)
{
	static const char *const first[] = { [VIEWER_OFFICER] = "/tugas", [VIEWER_HEAD] = "/tugas",
	    [VIEWER_OPERATOR] = "/triase", [VIEWER_ABOVE] = "/papan", [VIEWER_ADMIN] = "/papan",
	    [VIEWER_WATCH] = "/pengawasan" };
	const char *page = first[viewer_class_of(c->h.policy, o)];

	return console_has_route(c, page) ? page : "/papan";
}

/* A path of ours, or the officer's first page. */
static const char *
next_page(const struct console *c, const struct officer *o, const char *to)
{
	int ours = to != NULL && to[0] == '/' && to[1] != '/' && to[1] != '\\' && strpbrk(to, "\r\n") == NULL;

	return ours ? to : console_first_page(c, o);
}

/* ---- log-in ---- */

/* One that waits for its password to be checked. */
struct login {
	struct http_req *r;
	struct console *c;
	struct account account;		/* officer "" if there is no such name */
	char *name, *to, code[9], peer[64];
};

static void
login_free(struct login *l)
{
	account_wipe(&l->account);
	free(l->name);
	free(l->to);
	free(l);
}

static void
answer_form(struct http_req *r, struct console *c, int status, const char *message, const char *name,
    const char *to, int again)
{
	struct buf body = { 0 };
	const struct template_value v[] = {
		{ "judul", again ? SAID("Ketik sandi Anda lagi") : SAID("Masuk") }, { "pesan", message }, { "nama", name },
		{ "ke", to }, { "fokus", again ? "" : "1" },
	};

	page_fill(&body, "masuk", ASSET(console_web_masuk_html), v, N_ELEMS(v));
	frame_answer(r, c, NULL, status, "[[Masuk]]", "", &body);
	buf_wipe(&body);
}

void
get_login(struct http_req *r, void *arg)
{
	size_t len = 0;
	const char *to = http_req_query(r, "ke", &len), *again = http_req_query(r, "lagi", &len);

	if (!gate_origin(r))
		return;
	answer_form(r, arg, 200, "", "", to != NULL ? to : "", again != NULL);
}

/* The same words for every reason: which names there are is nobody's business. */
static void
refuse(struct login *l)
{
	int n = login_failed(&l->c->h.st, l->name, l->peer, house_now_ms(&l->c->h));

	log_warn("login_failed", "failures=%d known=%d", n, l->account.officer[0] != '\0');
	if (n == ALARM_FAILURES)
		house_alarm(&l->c->h, "login", l->account.officer[0] != '\0' ? l->account.officer : "konsol",
		    "dua puluh kali gagal masuk konsol; periksa siapa");
	answer_form(l->r, l->c, 403, gate_is_outside(l->c, l->r) ?
	    SAID("Nama, sandi atau kode tidak cocok. Dari luar kantor semua orang perlu kode telepon, yang dipasang di kantor.") :
	    SAID("Nama, sandi atau kode tidak cocok. Periksa lagi, lalu coba sekali lagi."), l->name, l->to, 0);
	login_free(l);
}

/* A used code, and a hash of today's cost, go into the account; who comes second starts anew. */
static int
note_log_in(struct login *l, int64_t step, const char *made)
{
	if (step < 0 && made[0] == '\0')
		return 0;
	if (step >= 0)
		l->account.totp_step = step;
	if (made[0] != '\0')
		memcpy(l->account.hash, made, sizeof(l->account.hash));
	return account_put(&l->c->h.st, &l->account, "masuk", l->account.officer);
}

/* His account changed while this one was checked, by another log-in or by a new password, factor or role. */
static void
answer_overtaken(struct login *l)
{
	answer_form(l->r, l->c, 409, SAID("Akun ini sedang dipakai masuk di tempat lain; coba sekali lagi."), l->name,
	    l->to, 0);
}

/* A session by what he may now.  0; 1 that changed while it was begun, and there is none; -1 no answer. */
static int
begin_session(struct login *l, char token[TOKEN_CHARS + 1])
{
	struct console *c = l->c;
	const struct officer *o = officer_find(&c->h.roster, l->account.officer);
	int needs = gate_needs_factor(c, o), rc;
	struct session s;

	rc = session_begin(&c->h.st, &l->account, needs && !l->account.has_totp, l->account.has_totp,
	    house_now_ms(&c->h), token, &s);
	if (rc != 0)
		return rc;
	rc = house_refresh(&c->h) != 0 ? -1 : 0;
	o = officer_find(&c->h.roster, l->account.officer);
	if (rc == 0 && o != NULL && !o->ended && gate_needs_factor(c, o) == needs)
		return 0;
	return session_end(&c->h.st, &s) == 0 && rc == 0 ? 1 : -1;
}

static void
begin(struct login *l)
{
	struct console *c = l->c;
	char token[TOKEN_CHARS + 1];
	const char *old = http_req_cookie(l->r, gate_cookie(l->r));
	struct session s;
	int rc;

	if (old != NULL && strlen(old) == TOKEN_CHARS &&
	    session_find(&c->h.st, old, &s) == 1)
		session_end(&c->h.st, &s);
	rc = begin_session(l, token);
	if (rc < 0) {
		http_answer_problem(l->r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	} else if (rc > 0) {
		answer_overtaken(l);
	} else {
		login_worked(&c->h.st, l->name, l->peer);
		log_info("login", "officer=%s", l->account.officer);
		set_cookie(l->r, token);
		http_answer_redirect(l->r, 303, next_page(c, officer_find(&c->h.roster, l->account.officer), l->to));
	}
	memset(token, 0, sizeof(token));
}

static void
on_checked(int fits, const char *made, void *arg)
{
	struct login *l = arg;
	const struct officer *o = officer_find(&l->c->h.roster, l->account.officer);
	int64_t step = -1;

	/* From outside a password alone is as good as none; a telephone is set up within the office. */
	if (!fits || o == NULL || o->ended || (!l->account.has_totp && gate_is_outside(l->c, l->r))) {
		refuse(l);
		return;
	}
	if (l->account.has_totp) {
		step = totp_check(l->account.totp, l->code, house_now_ms(&l->c->h), l->account.totp_step);
		if (step < 0) {
			refuse(l);
			return;
		}
	}
	if (note_log_in(l, step, made) != 0)
		answer_overtaken(l);
	else
		begin(l);
	login_free(l);
}

static char *
field_of(struct http_req *r, const char *name)
{
	size_t len = 0;
	const char *s = http_req_field(r, name, &len);

	return s != NULL ? xstrndup(s, len) : xstrdup("");
}

/* The officer's id by what he typed: his id, or his number.  0, or -1: no answer. */
static int
find_name(struct console *c, const char *name, char id[OFFICER_ID_CHARS])
{
	char number[PHONE_CHARS];

	id[0] = '\0';
	if (officer_find(&c->h.roster, name) != NULL)
		snprintf(id, OFFICER_ID_CHARS, "%s", name);
	else if (phone_normalise(number, name, strlen(name)) == PHONE_E164 && officer_by_phone(&c->h.st, number, id) < 0)
		return -1;
	return 0;
}

void
post_login(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct login *l;
	char id[OFFICER_ID_CHARS];
	char *password, *code;
	int64_t wait_ms;

	if (!gate_origin(r))
		return;
	l = xcalloc(1, sizeof(*l));
	l->r = r;
	l->c = c;
	l->name = field_of(r, "nama");
	l->to = field_of(r, "ke");
	snprintf(l->peer, sizeof(l->peer), "%s", http_req_peer(r));
	code = field_of(r, "kode");
	snprintf(l->code, sizeof(l->code), "%s", code);
	password = field_of(r, "sandi");
	wait_ms = login_wait_ms(&c->h.st, l->name, l->peer, house_now_ms(&c->h));
	if (house_refresh(&c->h) != 0 || find_name(c, l->name, id) != 0 ||
	    (id[0] != '\0' && account_load(&c->h.st, id, &l->account) < 0)) {
		http_answer_problem(r, 503, "Service Unavailable",
		    "Penyimpanan sedang tidak menjawab; coba lagi beberapa detik lagi.");
		login_free(l);
	} else if (wait_ms > 0) {
		char words[96], seconds[24];

		snprintf(seconds, sizeof(seconds), "%" PRId64, wait_ms / 1000 + 1);
		snprintf(words, sizeof(words), "Terlalu banyak percobaan. Coba lagi %s detik lagi.", seconds);
		http_add_header(r, "Retry-After", seconds);
		answer_form(r, c, 429, words, l->name, l->to, 0);
		login_free(l);
	} else if (hasher_check(c->hasher, l->account.hash, password, strlen(password), on_checked, l) != 0) {
		http_add_header(r, "Retry-After", "2");
		answer_form(r, c, 503, SAID("Banyak yang masuk sekaligus. Coba lagi beberapa detik lagi."), l->name, l->to, 0);
		login_free(l);
	}
	memset(password, 0, strlen(password));
	free(password);
	free(code);
}

void
post_logout(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct who w;
	size_t len = 0;
	int rc = 0;

	if (!gate_change(r, c, &w))
		return;
	if (http_req_field(r, "semua", &len) != NULL && len > 0 && !w.by_secret)
		rc = sessions_end_of(&c->h.st, w.officer->id);
	else if (!w.by_secret)
		rc = session_end(&c->h.st, &w.session);
	if (rc < 0) {		/* nobody goes away from a screen that is still open */
		http_answer_problem(r, 503, "Service Unavailable", "Anda belum keluar: penyimpanan sedang tidak menjawab; coba lagi.");
		return;
	}
	set_cookie(r, "");
	http_answer_redirect(r, 303, "/masuk");
}

/* ---- the link that sets a password ---- */

struct renewal {
	struct http_req *r;
	struct console *c;
	struct account account;
	char token[TOKEN_CHARS + 1];
};

/* In place of the page's mark: what is wrong, "" nothing. */
static void
put_message(struct buf *page, const char *message)
{
	struct buf said = { 0 };

	add_said_message(&said, message, 0);
	page_put(page, "<!--PESAN-->", &said);
	buf_release(&said);
}

static void
answer_once(struct http_req *r, struct console *c, int status, const char *message, const char *officer,
    const char *token)
{
	struct buf body = { 0 };
	const struct template_value v[] = { { "petugas", officer }, { "tautan", token } };

	page_fill(&body, "sandi", ASSET(console_web_sandi_html), v, N_ELEMS(v));
	put_message(&body, message);
	frame_answer(r, c, NULL, status, "[[Buat sandi]]", "", &body);
	buf_wipe(&body);
}

void
get_once(struct http_req *r, void *arg)
{
	size_t len = 0;
	const char *token = http_req_query(r, "t", &len);

	if (!gate_origin(r))
		return;
	answer_once(r, arg, 200, "", http_req_tail(r), token != NULL ? token : "");
}

static void
answer_spent(struct http_req *r)
{
	http_answer_problem(r, 410, "Gone",
	    "Tautan ini sudah dipakai atau kedaluwarsa. Minta admin membuat yang baru.");
}

static void
on_made(int fits, const char *made, void *arg)
{
	struct renewal *n = arg;
	struct account *a = &n->account;
	int rc;

	memcpy(a->hash, made, sizeof(a->hash));
	a->once[0] = '\0';
	a->once_until_ms = 0;
	a->changed_ms = house_now_ms(&n->c->h);
	rc = fits ? account_put(&n->c->h.st, a, "sandi", a->officer) : -1;
	if (rc == 0 && sessions_end_of(&n->c->h.st, a->officer) < 0) {
		http_answer_problem(n->r, 503, "Service Unavailable", "Sandi baru sudah tersimpan, tetapi sesi lama "
		    "mungkin masih terbuka; masuk dengan sandi baru, lalu keluar dari semua perangkat.");
	} else if (rc == 0) {
		set_cookie(n->r, "");
		http_answer_redirect(n->r, 303, "/masuk");
	} else if (rc > 0) {
		answer_spent(n->r);	/* the other use of it was faster */
	} else {
		http_answer_problem(n->r, 503, "Service Unavailable", "Sandi belum tersimpan; coba lagi.");
	}
	account_wipe(a);
	free(n);
}

/* The link is the account's, and still good. */
static int
token_fits(const struct account *a, const char *token, int64_t now_ms)
{
	char kept[65];

	token_keep(kept, token);
	return a->once[0] != '\0' && now_ms <= a->once_until_ms && equal_secret(kept, a->once, sizeof(kept) - 1);
}

void
post_once(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct renewal *n = xcalloc(1, sizeof(*n));
	char *token, *password, *again;
	const char *tail = http_req_tail(r), *wrong = NULL;
	int rc;

	if (!gate_origin(r)) {
		free(n);
		return;
	}
	token = field_of(r, "t");
	password = field_of(r, "sandi");
	again = field_of(r, "ulang");
	n->r = r;
	n->c = c;
	rc = house_refresh(&c->h) == 0 && strlen(tail) < OFFICER_ID_CHARS ?
	    account_load(&c->h.st, tail, &n->account) : -1;
	wrong = password_refused(password, strlen(password), tail);
	if (wrong == NULL && strcmp(password, again) != 0)
		wrong = SAID("kedua sandi tidak sama; ketik sekali lagi");
	if (rc < 0)
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	else if (rc == 0 || !token_fits(&n->account, token, house_now_ms(&c->h)))
		answer_spent(r);
	else if (wrong != NULL)
		answer_once(r, c, 422, wrong, tail, token);
	else if (hasher_make(c->hasher, password, strlen(password), on_made, n) != 0)
		answer_once(r, c, 503, SAID("banyak yang masuk sekaligus; coba lagi beberapa detik lagi"), tail, token);
	else
		n = NULL;		/* on_made has it */
	memset(password, 0, strlen(password));
	memset(again, 0, strlen(again));
	free(password);
	free(again);
	free(token);
	free(n);
}

/* ---- the second factor ---- */

/*
 * The secret that is offered follows from the session, so that the page can be loaded twice; it is
 * kept only once a code of it was typed.
 */
static void
offered(uint8_t secret[TOTP_SECRET_BYTES], const struct console *c, const struct session *s)
{
	uint8_t digest[DIGEST_BYTES];
	struct buf b = { 0 };

	buf_addf(&b, "faktor:%s:%" PRId64, s->kept, s->begun_ms);
	digest_of(digest, &c->h.st.master, b.data, b.len);
	memcpy(secret, digest, TOTP_SECRET_BYTES);
	buf_wipe(&b);
}

static void
answer_factor(struct http_req *r, struct console *c, const struct who *w, int status, const char *message)
{
	uint8_t secret[TOTP_SECRET_BYTES];
	struct buf body = { 0 }, key = { 0 };

	offered(secret, c, &w->session);
	totp_add_secret(&key, secret);
	{
		const struct template_value v[] = { { "kunci", buf_str(&key) }, { "tanda", w->csrf } };

		page_fill(&body, "faktor", ASSET(console_web_faktor_html), v, N_ELEMS(v));
	}
	put_message(&body, message);
	frame_answer(r, c, w, status, "[[Kode dari telepon]]", "", &body);
	buf_wipe(&body);
	buf_wipe(&key);
	memset(secret, 0, sizeof(secret));
}

void
get_factor(struct http_req *r, void *arg)
{
	struct who w;

	if (gate(r, arg, &w) && gate_proven(r, arg, &w))
		answer_factor(r, arg, &w, 200, "");
}

void
post_factor(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct account a;
	struct who w;
	int64_t now_ms;
	char token[TOKEN_CHARS + 1] = "";
	char *code;
	int rc, kept = 0;

	if (!gate_change(r, c, &w) || !gate_proven(r, c, &w))
		return;
	if (w.by_secret) {
		http_answer_problem(r, 403, "Forbidden", "Masuk dengan akun Anda sendiri dahulu.");
		return;
	}
	now_ms = house_now_ms(&c->h);
	code = field_of(r, "kode");
	rc = account_load(&c->h.st, w.officer->id, &a);
	if (rc == 1) {
		offered(a.totp, c, &w.session);
		a.totp_step = totp_check(a.totp, code, now_ms, 0);
		a.has_totp = 1;
		rc = a.totp_step < 0 ? 2 : account_put(&c->h.st, &a, "faktor", w.officer->id);
	}
	if (rc == 0) {
		w.session.by_factor = 1;
		w.session.lacks_factor = 0;	/* more is open to it now: whoever knew its token does not */
		kept = session_renew(&c->h.st, &w.session, token);
	}
	if (rc == 0 && kept != 0) {		/* the factor stands, and this session does not */
		set_cookie(r, "");
		http_answer_redirect(r, 303, "/masuk");
	} else if (rc == 0) {
		set_cookie(r, token);
		http_answer_redirect(r, 303, next_page(c, w.officer, NULL));
	} else if (rc == 2) {
		answer_factor(r, c, &w, 422, SAID("Kode itu tidak cocok. Tunggu kode berikutnya, lalu ketik yang baru."));
	} else {
		http_answer_problem(r, 503, "Service Unavailable", "Belum tersimpan; coba lagi.");
	}
	account_wipe(&a);
	memset(token, 0, sizeof(token));
	free(code);
}
