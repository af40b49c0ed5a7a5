/* The demo's day as a table: at which minute, who, what; and who answers what to it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <event2/event.h>
#include <jansson.h>

#include "cli/cli.h"
#include "cli/demo.h"
#include "lib/clock.h"
#include "lib/escape.h"
#include "lib/httpc.h"
#include "lib/seal.h"

#define TICK_MS 25
#define AGAIN_MS 500		/* what was not taken is sent again after */

/* ---- who answers what: '#' is the nonce of the task, '%' what was done ---- */

enum speaker { OFFICER_SAYS, RESIDENT_SAYS };
struct fate_line { int after_min; enum speaker who; const char *text, *wait; };
#define LINES_MAX 10

static const struct fate { const char *name; struct fate_line lines[LINES_MAX]; } fates[] = {
	{ "darurat", {
		{ 1, OFFICER_SAYS, "TERIMA #", NULL }, { 4, OFFICER_SAYS, "MENUJU #", NULL },
		{ 12, OFFICER_SAYS, "TANGANI #", NULL }, { 30, OFFICER_SAYS, "SELESAI # %", NULL },
		{ 8, RESIDENT_SAYS, "1", "kabar-selesai" } } },
	{ "baik", {
		{ 14, OFFICER_SAYS, "TERIMA #", NULL }, { 30, OFFICER_SAYS, "TANGANI #", NULL },
		{ 60, OFFICER_SAYS, "SELESAI # %", NULL },
		{ 15, RESIDENT_SAYS, "1", "kabar-selesai" } } },
	{ "ditanya", {
		{ 12, RESIDENT_SAYS, "CEK", NULL }, { 10, OFFICER_SAYS, "TERIMA #", NULL },
		{ 40, OFFICER_SAYS, "TANGANI #", NULL }, { 45, OFFICER_SAYS, "SELESAI # %", NULL },
		{ 10, RESIDENT_SAYS, "1", "kabar-selesai" } } },
	/* Disputed: the unit above gets it and does it properly. */
	{ "belum", {
		{ 10, OFFICER_SAYS, "TERIMA #", NULL }, { 20, OFFICER_SAYS, "TANGANI #", NULL },
		{ 20, OFFICER_SAYS, "SELESAI # sudah ditinjau", NULL },
		{ 12, RESIDENT_SAYS, "2", "kabar-selesai" },
		{ 12, OFFICER_SAYS, "TERIMA #", NULL }, { 25, OFFICER_SAYS, "TANGANI #", NULL },
		{ 50, OFFICER_SAYS, "SELESAI # %", NULL },
		{ 10, RESIDENT_SAYS, "1", "kabar-selesai" } } },
	{ "diteruskan", {
		{ 14, OFFICER_SAYS, "TERUSKAN # O-PUP saluran ini milik pengairan", NULL },
		{ 12, OFFICER_SAYS, "TERIMA #", NULL }, { 35, OFFICER_SAYS, "TANGANI #", NULL },
		{ 60, OFFICER_SAYS, "SELESAI # %", NULL },
		{ 12, RESIDENT_SAYS, "1", "kabar-selesai" } } },
	{ "bukan",
	    { { 12, OFFICER_SAYS, "BUKAN # ini jalan nasional, milik balai besar", NULL } } },
	/* Taken and then nothing: the four hours run out in the officer's hands. */
	{ "diambil", { { 12, OFFICER_SAYS, "TERIMA #", NULL } } },
	{ "diam", { { 0, OFFICER_SAYS, NULL, NULL } } },
};

/* ---- the reports ---- */

enum way { BY_SMS, BY_FORM };
struct demo_row { int at_min; enum way way; const char *lang, *place, *fate, *text, *done; };

static const struct demo_row rows[] = {
	/* min  way  language  place  fate, what is reported, what was done about it */
	{ 2, BY_SMS, "Jawa", NULL, "darurat",
	    "Tulung, omahe pak Karto kobong! Dusun Krajan desa Kaligung Rogojampi, geni wis "
	    "gedhe",
	    "api padam, penghuni selamat, satu dapur habis" },
	{ 6, BY_SMS, "Indonesia", NULL, "diam",
	    "Jalan aspal berlubang lebar depan balai desa Sumberagung Pesanggaran, tolong "
	    "diperbaiki",
	    "" },
	{ 9, BY_SMS, "Indonesia", NULL, "baik",
	    "Sampah menumpuk di pinggir kali desa Jajag Gambiran seminggu tidak diangkut, bau",
	    "dua truk sampah diangkut, kali dibersihkan" },
	{ 13, BY_SMS, "Jawa", NULL, "darurat",
	    "anak kulo panas sampun tigang dinten lan kejang, desa Tembokrejo Muncar, nyuwun "
	    "tulung",
	    "anak dibawa ke puskesmas, sudah sadar" },
	{ 18, BY_FORM, "formulir", "35.10.09.2003", "baik",
	    "Lampu jalan mati total dekat pasar, gelap sekali kalau malam, sudah dua minggu",
	    "tiga lampu diganti, sudah menyala" },
	{ 24, BY_SMS, "Indonesia", NULL, "belum",
	    "Urus KTP di kecamatan Srono sudah dua bulan belum jadi, bolak balik terus",
	    "KTP dicetak dan diantar ke rumah" },
	{ 30, BY_SMS, "Osing", NULL, "diam",
	    "dalan rusak ring desa Kemiren Glagah, akeh lubange, sing didandani-dandani",
	    "" },
	{ 35, BY_SMS, "Indonesia", NULL, "diam",
	    "Saya diminta uang 150 ribu oleh petugas waktu urus surat tanah di kantor desa "
	    "Bulurejo Purwoharjo",
	    "" },
	{ 40, BY_SMS, "Jawa", NULL, "darurat",
	    "tabrakan truk karo sepeda motor desa Wringinagung Gambiran, wong loro getihen, "
	    "cepet!",
	    "dua korban dibawa ke RSUD Genteng, jalan dibuka" },
	{ 46, BY_SMS, "Madura", NULL, "ditanya",
	    "lampu e lorong disa Bajulmati Wongsorejo mate kabbhi, petteng",
	    "kabel disambung, lampu menyala" },
	{ 52, BY_SMS, "Indonesia", NULL, "baik",
	    "Pohon tumbang menutup jalan raya di desa Kalibarumanis Kalibaru",
	    "pohon dipotong, jalan terbuka" },
	{ 57, BY_SMS, "Indonesia", NULL, "diam",
	    "Terima kasih, jalan di desa Temuguruh Sempu sudah mulus",
	    "" },
	{ 63, BY_SMS, "Indonesia", NULL, "diteruskan",
	    "selokan mampet depan toko desa Rogojampi, tiap hujan air masuk",
	    "sedimen dikeruk, air lancar" },
	{ 70, BY_SMS, "Madura", NULL, "diam",
	    "tolong, roma tetanggha ebakar apoy e disa Bangsring Wongsorejo, ngoca' ka damkar "
	    "cepet",
	    "" },
	{ 76, BY_SMS, "Indonesia", NULL, "darurat",
	    "Banjir masuk rumah di desa Kedungrejo Muncar, air setinggi lutut, banyak lansia",
	    "lansia diungsikan ke balai desa, air surut" },
	{ 82, BY_SMS, "Jawa", NULL, "baik",
	    "Banyu PDAM mati wis telung dina ring kampung Mandar Banyuwangi",
	    "pipa bocor diganti, air mengalir" },
	{ 88, BY_SMS, "Indonesia", NULL, "bukan",
	    "jalan rusak parah di desa Kalirejo Kabat, sudah lama tidak diaspal",
	    "" },
	{ 94, BY_SMS, "Indonesia", NULL, "diam",
	    "min itu yang kemarin gimana ya kok belum",
	    "" },
	{ 100, BY_SMS, "Indonesia", NULL, "darurat",
	    "Ada ular besar masuk dapur rumah di desa Songgon kec Songgon",
	    "ular sanca ditangkap, dilepas di hutan" },
	{ 106, BY_SMS, "Indonesia", NULL, "diambil",
	    "Irigasi jebol di desa Sumberberas Muncar, sawah kering",
	    "" },
	{ 112, BY_SMS, "Indonesia", NULL, "baik",
	    "Tetangga saya janda tua di desa Wringinpitu Tegaldlimo tidak punya beras, belum "
	    "dapat bantuan",
	    "sembako diantar, data diusulkan" },
	{ 118, BY_SMS, "Indonesia", NULL, "diam",
	    "Anak di RT sebelah dipukuli bapaknya tiap malam, desa Karangsari Sempu, kasihan",
	    "" },
	{ 125, BY_FORM, "formulir", "35.10.22.2005", "diambil",
	    "Rumah mbah Sarinah hampir roboh, tiang bambu sudah lapuk",
	    "" },
	{ 132, BY_SMS, "Jawa", NULL, "darurat",
	    "wis telung jam bojoku arep lahiran, bidan ora teko, desa Grajagan Purwoharjo",
	    "ibu dan bayi sehat di puskesmas" },
	{ 139, BY_SMS, "Indonesia", NULL, "baik",
	    "Pasar Jajag macet terus, parkir sembarangan",
	    "parkir ditertibkan, rambu dipasang" },
	{ 142, BY_SMS, "Osing", NULL, "baik",
	    "Sampah numpuk ring pinggir embong desa Olehsari Glagah, mambu",
	    "sampah diangkut, tempat sampah dipasang" },
	{ 146, BY_SMS, "Indonesia", NULL, "baik",
	    "orkes dangdut sampai jam 3 pagi di desa Benculuk Cluring, tidak bisa tidur",
	    "penyelenggara ditegur, berhenti pukul 22" },
	{ 154, BY_SMS, "Indonesia", NULL, "diam",
	    "Jembatan gantung desa Kandangan Pesanggaran talinya putus satu, anak sekolah "
	    "lewat",
	    "" },
	{ 162, BY_SMS, "Indonesia", NULL, "baik",
	    "tiang listrik miring mau roboh di desa Sraten Cluring",
	    "tiang ditegakkan PLN" },
	{ 170, BY_SMS, "Indonesia", NULL, "diambil",
	    "Pupuk subsidi tidak ada di desa Tamansari Tegalsari sudah sebulan",
	    "" },
	{ 178, BY_SMS, "Indonesia", NULL, "baik",
	    "Anak saya SMP kelas 2 mau berhenti sekolah tidak ada biaya, desa Kalipait "
	    "Tegaldlimo",
	    "didaftarkan Garda Ampuh, kembali sekolah" },
	{ 188, BY_SMS, "Indonesia", NULL, "diam",
	    "Pabrik membuang limbah ke sungai desa Kedungrejo Muncar, ikan mati, bau amis",
	    "" },
	{ 200, BY_SMS, "Indonesia", NULL, "darurat",
	    "Orang gangguan jiwa ngamuk bawa parang di pasar Glenmore",
	    "dibawa ke RSUD Genteng, warga aman" },
	{ 215, BY_SMS, "Indonesia", NULL, "diam",
	    "dana desa untuk jalan tidak jelas di desa Bagorejo Srono",
	    "" },
	{ 235, BY_SMS, "Jawa", NULL, "darurat",
	    "kebakaran warung ning desa Kradenan Purwoharjo, cedhak pom bensin, tulung!",
	    "api padam sebelum merambat" },
};

static const struct fate_line *
line_of(const struct demo_story *s)
{
	static const struct fate_line none = { 0, OFFICER_SAYS, NULL, NULL };

	for (size_t i = 0; i < N_ELEMS(fates); i++)
		if (strcmp(fates[i].name, s->row->fate) == 0 && s->step < LINES_MAX)
			return &fates[i].lines[s->step];
	return &none;
}

static int64_t
minutes(const struct demo *d, int min)
{
	return min * MINUTE_MS / d->speed;
}

struct demo_story *
demo_story_of(struct demo *d, const char *code)
{
	for (int i = 0; code[0] != '\0' && i < d->stories_n; i++)
		if (strcmp(d->stories[i].code, code) == 0)
			return &d->stories[i];
	return NULL;
}

/* ---- sending ---- */

/* What somebody sends to the house, until the house has taken it. */
struct demo_letter {
	struct demo *d;
	struct demo_story *s;
	int report, form;
	struct buf body;
	int64_t due_ms;
	struct demo_letter *next;
};

static void
letter_free(struct demo_letter *x)
{
	buf_release(&x->body);
	free(x);
}

static void
give_code(struct demo *d, struct demo_story *s, const char *code)
{
	struct code c;

	if (code == NULL || code_parse(&c, code, strlen(code)) != 0)
		return;
	memcpy(s->code, c.s, sizeof(s->code));
	d->tally.coded++;
	demo_say(d, SAYS_RESIDENT, c.s, "%s: \"%s\"", s->row->lang, s->row->text);
}

void
demo_play_code(struct demo *d, const char *phone, const char *code)
{
	for (int i = 0; i < d->stories_n; i++) {
		struct demo_story *s = &d->stories[i];

		if (s->sent && s->code[0] == '\0' && strcmp(s->phone, phone) == 0)
			give_code(d, s, code);
	}
}

static void
take_code(struct demo_letter *x, const struct httpc_answer *a)
{
	json_t *doc = json_loadb(a->body, a->body_len, 0, NULL);

	if (x->s->code[0] == '\0')
		give_code(x->d, x->s, json_string_value(json_object_get(doc, "code")));
	json_decref(doc);
}

static void
on_answer(const struct httpc_answer *a, void *arg)
{
	struct demo_letter *x = arg;
	struct demo *d = x->d;

	if (a->outcome == 0 && a->status / 100 == 2) {
		d->refusing = 0;
		if (x->report)
			take_code(x, a);
		letter_free(x);
		return;
	}
	if (d->client != NULL && !d->refusing)
		demo_say(d, SAYS_HOUSE, "",
		    "tidak menjawab (%d %s): dikirim lagi dengan id yang sama", a->status, a->why);
	d->refusing = 1;
	d->tally.refused++;
	x->due_ms = demo_ms(d) + AGAIN_MS;
	x->next = d->again;
	d->again = x;
}

/* As an SMS gateway does: signed by HMAC-SHA256 over "t.body". */
static void
sign(const struct demo *d, struct buf *header, const struct buf *body)
{
	long long now = clock_now_ms() / 1000;
	struct buf signed_text = { 0 };
	uint8_t mac[32];

	buf_addf(&signed_text, "%lld.", now);
	buf_add(&signed_text, body->data, body->len);
	hmac_sha256(mac, d->secret.data, d->secret.len, signed_text.data, signed_text.len);
	buf_addf(header, "X-Kentongan-Signature: t=%lld,v1=", now);
	buf_add_hex(header, mac, sizeof(mac));
	buf_release(&signed_text);
}

static void
post(struct demo_letter *x)
{
	static const char *const form_headers[] = {
		"Content-Type: application/x-www-form-urlencoded", "Accept: application/json", NULL
	};
	const char *headers[] = { "Content-Type: application/json", NULL, NULL };
	struct buf url = { 0 }, signature = { 0 };

	buf_addf(&url, "%s%s", x->d->http, x->form ? "/lapor" : "/hook/sms/http");
	sign(x->d, &signature, &x->body);
	headers[1] = buf_str(&signature);
	httpc_send(x->d->client, &(struct httpc_request){ .method = "POST", .url = buf_str(&url),
	    .headers = x->form ? form_headers : headers, .body = x->body.data,
	    .body_len = x->body.len }, on_answer, x);
	buf_release(&url);
	buf_release(&signature);
}

static void
post_again(struct demo *d, int64_t now)
{
	struct demo_letter *waiting = d->again, *next;

	d->again = NULL;
	for (struct demo_letter *x = waiting; x != NULL; x = next) {
		next = x->next;
		if (now >= x->due_ms) {
			post(x);
		} else {
			x->next = d->again;
			d->again = x;
		}
	}
}

static struct demo_letter *
letter(struct demo *d, struct demo_story *s, int report, int form)
{
	struct demo_letter *x = xcalloc(1, sizeof(*x));

	x->d = d, x->s = s;
	x->report = report, x->form = form;
	return x;
}

static void
send_sms(struct demo *d, struct demo_story *s, const char *id, const char *from, const char *text,
    int report)
{
	struct demo_letter *x;

	if (d->kannel) {
		demo_phone_type(d, from, text);
		return;
	}
	x = letter(d, s, report, 0);
	buf_addf(&x->body, "{\"id\":\"%s\",\"from\":\"%s\",\"text\":", id, from);
	buf_add_json(&x->body, text, strlen(text));
	buf_addc(&x->body, '}');
	post(x);
}

static void
add_field(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "%s%s=", b->len > 0 ? "&" : "", name);
	buf_add_url(b, value, strlen(value));
}

static void
send_form(struct demo *d, struct demo_story *s, const char *id)
{
	struct demo_letter *x = letter(d, s, 1, 1);

	add_field(&x->body, "isi", s->row->text);
	add_field(&x->body, "desa", s->row->place);
	add_field(&x->body, "telepon", s->phone);
	add_field(&x->body, "kunci", id);
	post(x);
}

/* ---- playing ---- */

static void
send_report(struct demo *d, struct demo_story *s)
{
	struct buf id = { 0 };

	buf_addf(&id, "demo-%d", (int)(s - d->stories));
	d->tally.sent++;
	s->sent = 1;
	s->due_ms = 0;
	if (s->row->way == BY_FORM)
		send_form(d, s, buf_str(&id));
	else
		send_sms(d, s, buf_str(&id), s->phone, s->row->text, 1);
	buf_release(&id);
}

static const char *
meaning(const char *answer)
{
	if (strcmp(answer, "1") == 0)
		return " (ya, sudah beres)";
	return strcmp(answer, "2") == 0 ? " (belum beres)" : "";
}

static void
speak(struct demo *d, struct demo_story *s, const struct fate_line *l)
{
	int officer = l->who == OFFICER_SAYS;
	struct buf text = { 0 }, id = { 0 };

	for (const char *p = l->text; *p != '\0'; p++)
		if (*p == '#')
			buf_adds(&text, s->task_nonce);
		else if (*p == '%')
			buf_adds(&text, s->row->done);
		else
			buf_addc(&text, *p);
	buf_addf(&id, "demo-%d-%d", (int)(s - d->stories), s->step);
	if (officer)
		demo_say(d, SAYS_OFFICER, s->code, "%s: \"%s\"", demo_unit_of(d, s->task_phone),
		    buf_str(&text));
	else
		demo_say(d, SAYS_RESIDENT, s->code, "menjawab \"%s\"%s", buf_str(&text),
		    meaning(l->text));
	send_sms(d, s, buf_str(&id), officer ? s->task_phone : s->phone, buf_str(&text), 0);
	s->confirmed |= !officer && strcmp(l->text, "1") == 0;
	/* From here on others hold the task: what was told before no longer counts. */
	if (strcmp(l->text, "2") == 0 || strncmp(l->text, "TERUSKAN", 8) == 0) {
		s->task_n = 0;
		s->task_floor = s->seen_n;
		s->task_nonce[0] = '\0';
	}
	buf_release(&text);
	buf_release(&id);
}

static void
play(struct demo *d, struct demo_story *s, int64_t now)
{
	const struct fate_line *l;

	if (!s->sent) {
		if (now >= s->due_ms)
			send_report(d, s);
		return;
	}
	l = line_of(s);
	if (s->code[0] == '\0' || l->text == NULL || (l->wait != NULL && !s->answered) ||
	    (l->who == OFFICER_SAYS && s->task_nonce[0] == '\0'))
		return;
	if (s->due_ms == 0)
		s->due_ms = now + minutes(d, l->after_min);
	if (now < s->due_ms)
		return;
	speak(d, s, l);
	s->step++;
	s->due_ms = 0;
	s->answered = 0;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct demo *d = arg;
	int64_t now = demo_ms(d);

	(void)fd, (void)what;
	post_again(d, now);
	for (int i = 0; i < d->stories_n; i++)
		play(d, &d->stories[i], now);
}

/* The lead unit's first officer has the lowest number of those told together. */
void
demo_play_task(struct demo_story *s, int n, const char *phone, const char *nonce)
{
	if (n <= s->task_floor || (s->task_n != 0 && n > s->task_n))
		return;
	s->task_n = n;
	snprintf(s->task_phone, sizeof(s->task_phone), "%s", phone);
	snprintf(s->task_nonce, sizeof(s->task_nonce), "%s", nonce);
}

void
demo_play_message(struct demo_story *s, const char *kind)
{
	const struct fate_line *l = line_of(s);

	s->answered |= l->wait != NULL && strcmp(l->wait, kind) == 0;
}

int
demo_play_begin(struct demo *d)
{
	struct timeval every = ms_to_timeval(TICK_MS);
	struct buf errors = { 0 };

	if (secret_read(d->dir, "sms_http", &d->secret, &errors) != 0) {
		fputs(buf_str(&errors), stderr);
		buf_release(&errors);
		return -1;
	}
	_Static_assert(N_ELEMS(rows) <= DEMO_STORIES, "the day is longer than its table");
	for (size_t i = 0; i < N_ELEMS(rows); i++) {
		struct demo_story *s = &d->stories[d->stories_n++];

		s->row = &rows[i];
		s->due_ms = minutes(d, rows[i].at_min);
		/* No operator has this range. */
		snprintf(s->phone, sizeof(s->phone), "+628000100%03zu", i + 1);
	}
	d->client = httpc_new(d->base, 8);
	d->tick = event_new(d->base, -1, EV_PERSIST, on_tick, d);
	buf_release(&errors);
	return d->tick != NULL && event_add(d->tick, &every) == 0 ? 0 : -1;
}

void
demo_play_end(struct demo *d)
{
	struct httpc *client = d->client;

	d->client = NULL;		/* what is still in the air is not complained of */
	httpc_free(client);
	for (struct demo_letter *x = d->again, *next; x != NULL; x = next) {
		next = x->next;
		letter_free(x);
	}
	d->again = NULL;
	if (d->tick != NULL)
		event_free(d->tick);
	d->tick = NULL;
	buf_wipe(&d->secret);
}
