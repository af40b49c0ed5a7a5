/* A photo by which an officer shows what he did: taken in, looked through, judged, and kept with the case. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/case_page.h"
#include "console/fields.h"
#include "core/calendar.h"
#include "lib/log.h"
#include "lib/seal.h"
#include "store/apply.h"
#include "store/filed.h"
#include "store/looks.h"
#include "store/picture.h"

/* One that the picture worker has; its form waits with it. */
struct sending {
	struct http_req *r;
	struct console *c;
	struct picture_job *job;
	struct sending *next;
};

static const struct case_task *
task_of(const struct case_record *c, const char *officer)
{
	for (int i = 0; i < c->tasks_n; i++)
		if (c->tasks[i].state != TASK_GONE && strcmp(c->tasks[i].officer, officer) == 0)
			return &c->tasks[i];
	return NULL;
}

/* ---- what is seen of it ---- */

static void
add_doubts(struct buf *b, unsigned doubts)
{
	int n = 0;

	for (int i = 0; i < PHOTO_DOUBTS; i++)
		if (doubts >> i & 1)
			buf_addf(b, "%s%s", n++ ? "; " : "", photo_doubt_words(i));
}

void
add_photo_fields(struct buf *b, const struct console *c, const struct looking *l, int number)
{
	const struct category *k = category_find(l->p->catalogue, l->s.c.category);
	int needed = k != NULL && k->photo == PHOTO_NEEDED;

	if (l->s.c.photo.state != PHOTO_NONE)
		buf_adds(b, "<p class=\"hint\">[[Foto bukti sudah ada; kirim lagi hanya bila ada yang lebih baik.]]</p>\n");
	buf_addf(b, "<p>[[Foto bukti: tulis angka]] <strong class=\"kode\">%d</strong> [[di kertas atau telapak tangan, dan potret "
	    "bersama hasil kerjanya.]]</p>\n<label>[[Foto]]%s<input type=\"file\" name=\"foto\" "
	    "accept=\"image/jpeg,image/png,image/webp\" capture=\"environment\"></label>\n"
	    "<p class=\"hint\">[[Paling besar]] %" PRId64 " MB. [[Foto lama, foto pelapor, dan foto orang lain dikenali.]]</p>\n",
	    number, needed ? " [[(wajib untuk selesai)]]" : "", c->h.set.photo_bytes >> 20);
}

/* Whose it is like; that there is such a case is not for everybody to know. */
static void
add_like(struct buf *b, const struct console *c, const struct looking *l)
{
	const char *code = l->s.c.photo.like;

	if (gate_may_list(c, l->w.officer, code))
		buf_addf(b, " ([[di kasus]] <a class=\"kode\" href=\"/kasus/%s\">%s</a>)", code, code);
	else
		buf_adds(b, " [[(di kasus lain)]]");
}

/* Before he sets out: not only in the form, which he opens when he is done. */
static void
add_number(struct buf *b, const struct console *c, const struct looking *l)
{
	const struct case_record *k = &l->s.c;
	int number = case_photo_number(l->p, k, l->w.officer->id);

	if (number == 0 || l->s.archived || k->state == CASE_SELESAI || k->state == CASE_DITUTUP ||
	    k->photo.state != PHOTO_NONE || l->w.officer->role == ROLE_OPERATOR ||
	    relation_of(c->h.policy, l->w.officer, &l->a) != RELATION_OWN)
		return;
	buf_addf(b, "<p class=\"pesan\">[[Foto bukti diminta: tunjukkan angka]] <strong class=\"kode\">%d</strong> [[di foto.]]</p>\n",
	    number);
}

void
add_photo_words(struct buf *b, const struct console *c, const struct looking *l)
{
	const struct case_record *k = &l->s.c;

	add_number(b, c, l);
	if (k->photo.state == PHOTO_NONE && k->photo.refused == 0)
		return;
	buf_adds(b, "<h2>[[Foto bukti]]</h2>\n");
	if (k->photo.state != PHOTO_NONE) {
		buf_addf(b, "<p>[[Pada foto dari petugas harus terlihat angka]] <strong class=\"kode\">%d</strong>. [[Dikirim]] ",
		    k->photo.number);
		add_said_time(b, k->photo.at_ms);
		buf_adds(b, ".</p>\n");
	}
	if (k->photo.doubts != 0) {
		buf_addf(b, "<p class=\"pesan%s\"><strong>%s</strong>: ", k->photo.state == PHOTO_CHECKED ? "" : " buruk",
		    k->photo.state == PHOTO_CHECKED ? "[[Pernah diragukan, sudah diperiksa]]" : "[[Diragukan]]");
		add_doubts(b, (unsigned)k->photo.doubts);
		if (k->photo.like[0] != '\0' && strcmp(k->photo.like, k->code.s) != 0)
			add_like(b, c, l);
		buf_adds(b, k->photo.state == PHOTO_CHECKED ? ".</p>\n" :
		    ". [[Kasus ini tidak ditutup sebelum kepala atau operator memeriksanya.]]</p>\n");
	}
	if (k->photo.refused > 0)
		buf_addf(b, "<p>[[Foto yang ditolak sebelumnya:]] %d.</p>\n", k->photo.refused);
}

/* ---- what is thought of it ---- */

static void
read_facts(struct photo_facts *f, const struct console *c, const struct looking *l, const struct picture_news *n)
{
	const struct settings *set = &c->h.set;
	const struct case_task *t = task_of(&l->s.c, l->w.officer->id);
	const struct place *p = place_find(l->p->places, l->s.c.place);

	*f = (struct photo_facts){ .taken_ms = n->taken_ms, .has_position = n->has_position, .lat = n->lat,
	    .lng = n->lng, .told_ms = t != NULL ? t->told_ms : l->s.c.told_ms, .now_ms = house_now_ms(&c->h) };
	if (look_read(&f->look, n->look) != 0)
		f->look.flat = 1;
	if (l->words.has_position) {
		f->has_place = 1;
		f->place_lat = l->words.lat;
		f->place_lng = l->words.lng;
	} else if (p != NULL && p->kind != PLACE_KABUPATEN) {
		f->has_place = 1;
		f->place_lat = p->lat;
		f->place_lng = p->lng;
		f->place_radius_m = p->kind == PLACE_KECAMATAN ? set->photo_kecamatan_m : set->photo_desa_m;
	}
}

struct judging {
	const struct looking *l;
	const struct photo_facts *f;
	const struct photo_rules *rules;
	struct photo_verdict *v;
	int again;			/* he sent it a moment ago, for this case */
};

static int
is_his_own(const struct judging *j, const struct photo_seen *seen)
{
	struct resemblance k;

	if (seen->of_report || strcmp(seen->code, j->l->code.s) != 0 ||
	    strcmp(j->l->s.c.photo.officer, j->l->w.officer->id) != 0)
		return 0;
	k = look_compare(&j->f->look, &seen->look);
	return photo_likeness(&k, j->rules) == PHOTO_SAME;
}

static void
compare(const struct photo_seen *seen, void *arg)
{
	struct judging *j = arg;

	if (is_his_own(j, seen))
		j->again = 1;
	else
		photo_compare(j->v, j->f, seen, j->rules);
}

/* What stands in the log, sealed: what the camera said, and why it was doubted. */
static void
add_note(struct buf *b, const struct picture_news *n, const struct photo_verdict *v)
{
	buf_addf(b, "foto bukti, %zu KiB", (n->len + 1023) / 1024);
	if (n->taken_ms != 0) {
		buf_adds(b, "; waktu menurut kamera: ");
		buf_add_wib_plain(b, n->taken_ms);
	}
	if (n->has_position)
		buf_addf(b, "; posisi menurut foto: %.6f,%.6f", n->lat, n->lng);
	if (v->doubts != 0) {
		buf_adds(b, v->refused ? "; ditolak: " : "; diragukan: ");
		add_doubts(b, v->doubts);
	}
}

/* The file, then the case that names it.  0; -1: nothing of it is kept, and why. */
static int
keep(struct console *c, const struct looking *l, const struct picture_news *n, const struct photo_verdict *v,
    const char **why)
{
	struct command cmd = { .event = ON_PHOTO, .by = console_actor(l->w.officer), .photo = v,
	    .photo_number = case_photo_number(l->p, &l->s.c, l->w.officer->id), .look = v->refused ? NULL : n->look };
	char id[FILED_OWNER_CHARS], name[MEDIA_NAME_CHARS];
	struct buf note = { 0 };
	struct effects *fx;
	unsigned salt;
	enum commit_result result;

	/* Two of one instant must not lie in one place: a file is written before its case is. */
	random_bytes(&salt, sizeof(salt));
	snprintf(id, sizeof(id), "%s.b%06x", l->code.s, salt & 0xffffff);
	filed_name(name, &c->h.st, id, n->ext);
	if (filed_put(&c->h.st, &l->keys.key, name, n->data, n->len) != 0) {
		log_error("photo_failed", "case=%s err=\"%s\"", l->code.s, strerror(errno));
		house_alarm(&c->h, "media", "penyimpanan", FILED_TROUBLE);
		*why = "foto belum dapat disimpan; coba lagi sebentar lagi";
		return -1;
	}
	add_note(&note, n, v);
	cmd.note = buf_str(&note);
	cmd.file = name;
	snprintf(cmd.actor, sizeof(cmd.actor), "%s", l->w.officer->id);
	fx = xcalloc(1, sizeof(*fx));
	result = case_apply(&c->h, &l->code, &cmd, NULL, NULL, fx, why);
	free(fx);
	buf_wipe(&note);
	return result == COMMIT_OK ? 0 : -1;
}

/* ---- the act that it was sent along with ---- */

/* The page again, with what was typed and why nothing became of it. */
static void
answer_again(struct http_req *r, struct console *c, struct looking *l, int status, const char *why)
{
	struct buf message = { 0 };
	char *note = form_words(r, "catatan");

	buf_addf(&message, "%s\n%s", SAID("Belum tersimpan:"), why);
	answer_case_page(r, c, l, status, buf_str(&message), 0, note);
	buf_release(&message);
	free(note);
}

static void
reload(struct console *c, struct looking *l)
{
	struct stored_case s;

	if (cases_load(&c->h.st, &l->code, 1, &s) != 0)
		return;
	stored_case_release(&l->s);
	l->s = s;
}

/* own: the photo was kept, as a version of his own. */
static void
finish_act(struct http_req *r, struct console *c, struct looking *l, int own)
{
	struct acted a = { .own = own };
	struct buf to = { 0 };

	if (act_by_form(r, c, l, &a)) {
		buf_addf(&to, "/kasus/%s", l->code.s);
		http_answer_redirect(r, 303, buf_str(&to));
	} else if (a.status == 503) {
		http_answer_problem(r, 503, "Service Unavailable", "Penyimpanan sedang tidak menjawab; coba lagi.");
	} else {
		if (own)
			buf_addf(&a.message, "\n%s", SAID("Fotonya sudah tersimpan di kasus ini dan tidak perlu dikirim lagi."));
		answer_case_page(r, c, l, a.status, buf_str(&a.message), 0, a.note != NULL ? a.note : "");
	}
	buf_release(&to);
	acted_release(&a);
}

static void
refuse(struct http_req *r, struct console *c, struct looking *l, const struct photo_verdict *v)
{
	struct buf why = { 0 };

	buf_adds(&why, "foto itu ditolak karena ");
	add_doubts(&why, v->doubts);
	buf_addf(&why, ". Kirim foto lain yang diambil sekarang di lokasi, dengan angka %d terlihat",
	    case_photo_number(l->p, &l->s.c, l->w.officer->id));
	reload(c, l);
	answer_again(r, c, l, 422, buf_str(&why));
	buf_release(&why);
}

static void
judge(struct http_req *r, struct console *c, struct looking *l, const struct picture_news *n)
{
	const struct settings *set = &c->h.set;
	const struct photo_rules rules = looks_rules(set);
	struct photo_facts f;
	struct photo_verdict v;
	struct judging j = { l, &f, &rules, &v, 0 };
	const char *why = "penyimpanan sedang tidak menjawab; coba lagi";

	read_facts(&f, c, l, n);
	photo_judge(&v, &f, &rules);
	/* Sent twice, or with the form that somebody else was faster with: what came of it stands. */
	if (looks_each(&c->h.st, set->photo_looks, compare, &j) < 0)
		answer_again(r, c, l, 503, why);
	else if (j.again && !v.refused)
		finish_act(r, c, l, 0);
	else if (keep(c, l, n, &v, &why) != 0)
		answer_again(r, c, l, 503, why);
	else if (v.refused)
		refuse(r, c, l, &v);
	else
		finish_act(r, c, l, 1);
	log_info("photo_judged", "case=%s doubts=%u refused=%d bits=%d", l->code.s, v.doubts, v.refused, v.bits);
}

static void
forget(struct sending *s)
{
	struct sending **at = &s->c->sendings;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	s->c->sendings_n--;
	free(s);
}

static void
on_drawn(const struct picture_news *n, void *arg)
{
	struct sending *s = arg;
	struct http_req *r = s->r;
	struct console *c = s->c;
	struct looking l;

	forget(s);
	/* Who may still do it is asked again: a moment has passed. */
	if (!looking_begin(r, c, &l, 1)) {
		looking_release(&l);
		return;
	}
	switch (n->outcome) {
	case PICTURE_OK:
		judge(r, c, &l, n);
		break;
	case PICTURE_UNREADABLE:
		answer_again(r, c, &l, 422, "foto itu tidak dapat dibaca; potret lagi, atau kirim sebagai JPEG");
		break;
	case PICTURE_OVERSIZE:
		answer_again(r, c, &l, 422, "foto itu terlalu besar; pilih ukuran yang lebih kecil di kamera");
		break;
	case PICTURE_NO_WORKER:
		house_alarm(&c->h, "media", "kentongan-picture", n->why);
		answer_again(r, c, &l, 503, "pembaca foto kami sedang tidak jalan; coba lagi sebentar lagi");
		break;
	}
	looking_release(&l);
}

void
photos_release(struct console *c)
{
	while (c->sendings != NULL) {
		picture_cancel(c->sendings->job);
		forget(c->sendings);
	}
}

/* NULL when the picture can be read now, else why not, and the status. */
static const char *
cannot_take(const struct console *c, const char *file, size_t len, int *status)
{
	const struct media_type *t = media_type_of(file, len);
	int64_t room = filed_room(&c->h.st);

	*status = 422;
	if (len > (size_t)c->h.set.photo_bytes)
		return SAID("foto itu terlalu besar; pilih ukuran yang lebih kecil di kamera");
	if (t == NULL || t->kind != MEDIA_PICTURE)
		return SAID("berkas itu bukan foto; kirim JPEG, PNG, atau WebP");
	*status = 503;
	if (c->sendings_n >= c->h.set.media_in_flight)
		return SAID("banyak foto sedang dibaca; kirim lagi sebentar lagi");
	if (room >= 0 && room < c->h.set.media_free_bytes)
		return SAID("ruang disk kami hampir habis; foto belum dapat disimpan");
	return NULL;
}

void
post_photo(struct http_req *r, void *arg)
{
	struct console *c = arg;
	struct looking l;
	struct sending *s;
	struct picture_job *job;
	size_t len = 0;
	const char *file, *why;
	int status;

	if (!looking_begin(r, c, &l, 1)) {
		looking_release(&l);
		return;
	}
	file = http_req_file(r, &len);
	/* A browser sends an empty file where none was chosen. */
	if (file == NULL || len == 0 || l.w.by_secret || !l.opened || l.s.c.sealed) {
		finish_act(r, c, &l, 0);
	} else if (case_photo_number(l.p, &l.s.c, l.w.officer->id) == 0) {
		answer_again(r, c, &l, 422, SAID("kasus seperti ini tidak meminta foto bukti; kirim tanpa foto"));
	} else if ((why = cannot_take(c, file, len, &status)) != NULL) {
		answer_again(r, c, &l, status, why);
	} else {
		s = xcalloc(1, sizeof(*s));
		*s = (struct sending){ .r = r, .c = c, .next = c->sendings };
		c->sendings = s;
		c->sendings_n++;
		job = picture_start(c->d->base, &c->h.set, file, len, on_drawn, s);
		if (job != NULL)		/* else it has been answered, and s is gone */
			s->job = job;
	}
	looking_release(&l);
}
