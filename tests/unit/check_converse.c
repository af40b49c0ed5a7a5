#include <check.h>
#include <string.h>

#include "router/converse.h"

static const struct {
	const char *text;
	enum speech_kind kind;
	enum case_event event;
	const char *nonce, *note;
	int loose;
} rows[] = {
	{ "TERIMA", SPEECH_OFFICER, ON_ACCEPT, "", "", 0 },
	{ "terima 7k3", SPEECH_OFFICER, ON_ACCEPT, "7K3", "", 0 },
	{ "Menuju pak", SPEECH_OFFICER, ON_GO, "", "pak", 0 },
	{ "Tangani 9oG", SPEECH_OFFICER, ON_HANDLE, "90G", "", 0 },
	{ "selesai, S5B, sudah diangkut", SPEECH_OFFICER, ON_RESOLVE, "S5B", "sudah diangkut", 0 },
	{ "bukan KXT ini wilayah Situbondo", SPEECH_OFFICER, ON_DECLINE, "KXT", "ini wilayah Situbondo", 0 },
	{ "s5b TANGANI sudah jalan", SPEECH_OFFICER, ON_HANDLE, "S5B", "sudah jalan", 1 },
	{ "tunggu S5B Anggaran 14-12-2026 menunggu P-APBD", SPEECH_OFFICER, ON_WAIT, "S5B", "menunggu P-APBD", 0 },
	{ "TUNGGU S5B anggaran minggu depan", SPEECH_OFFICER, ON_WAIT, "S5B", "", 0 },
	{ "TUNGGU S5B cuaca 31/04/2026 hujan", SPEECH_OFFICER, ON_WAIT, "S5B", "", 0 },
	{ "setuju 7k3", SPEECH_OFFICER, ON_APPROVE, "7K3", "", 0 },
	{ "TOLAK 7K3 pakai stok gudang", SPEECH_OFFICER, ON_REFUSE, "7K3", "pakai stok gudang", 0 },
	{ "Jawab 7K3 kabelnya dicuri", SPEECH_OFFICER, ON_ANSWER, "7K3", "kabelnya dicuri", 0 },
	{ "bantuan 7k3 api menjalar", SPEECH_OFFICER, ON_HELP, "7K3", "api menjalar", 0 },
	{ "AMAN", SPEECH_OFFICER, ON_SIGN, "", "", 0 },
	{ "TANGANIS5B", SPEECH_OFFICER, ON_HANDLE, "S5B", "", 1 },
	{ "tdk terima bansos", SPEECH_OFFICER, ON_ACCEPT, "TDK", "bansos", 1 },
	{ "Terima kasih pak", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "terimakasih", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "lapor TERIMA", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "CEK", SPEECH_CHECK, ON_OPEN, "", "", 0 },
	{ "cek jalan di depan pasar", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "1", SPEECH_YES, ON_OPEN, "", "", 0 },
	{ "1 ya", SPEECH_YES, ON_OPEN, "", "ya", 0 },
	{ "ya pak terima kasih", SPEECH_YES, ON_OPEN, "", "pak terima kasih", 0 },
	{ "2 belum pak", SPEECH_NO, ON_OPEN, "", "belum pak", 0 },
	{ "belum beres", SPEECH_NO, ON_OPEN, "", "beres", 0 },
	{ "2 masih mati lampunya sampai sekarang, tolong segera", SPEECH_NO, ON_OPEN, "",
	    "masih mati lampunya sampai sekarang, tolong segera", 0 },
	{ "1 belum", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "1 minggu jalan rusak", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "1 sudah rusak, yang 2 lagi masih belum dibangun jalannya", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "STOP", SPEECH_STOP, ON_OPEN, "", "", 0 },
	{ "berhenti sms pak", SPEECH_STOP, ON_OPEN, "", "", 0 },
	{ "Salah sambung mas", SPEECH_WRONG, ON_OPEN, "", "", 0 },
	{ "salah nomor", SPEECH_WRONG, ON_OPEN, "", "", 0 },
	{ "BAHASA JAWA", SPEECH_LANGUAGE, ON_OPEN, "", "JAWA", 0 },
	{ "boso jowo mas", SPEECH_LANGUAGE, ON_OPEN, "", "jowo mas", 0 },
	{ "bahasa jawa di SDN 2 tidak diajarkan", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "bahasa", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "stop bus rusak di terminal", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "salah parkir di depan pasar", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "salah nomor rumah di kartu keluarga saya", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "BERES 7K3", SPEECH_OFFICER, ON_ATTEST, "7K3", "", 1 },
	{ "masih 7k3 mati dua", SPEECH_OFFICER, ON_DISPUTE, "7K3", "mati dua", 1 },
	{ "beres", SPEECH_OFFICER, ON_ATTEST, "", "", 1 },	/* loose: of who was asked nothing it is a word */
	{ "LANGGANAN DESA KABAT", SPEECH_SUBSCRIBE, ON_OPEN, "", "DESA KABAT", 0 },
	{ "langganan kelurahan penganjuran kecamatan banyuwangi", SPEECH_SUBSCRIBE, ON_OPEN, "",
	    "kelurahan penganjuran kecamatan banyuwangi", 0 },
	{ "langganan desa", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "langganan pdam mati sejak kemarin", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "langganan desa kami lewat PDAM sudah tiga hari airnya mati dan tidak ada kabar", SPEECH_NONE, ON_OPEN, "", "", 0 },
	{ "", SPEECH_NONE, ON_OPEN, "", "", 0 },
};

START_TEST(speech)
{
	struct speech s;

	speech_parse(&s, rows[_i].text);
	ck_assert_msg(s.kind == rows[_i].kind, "%s: kind %d", rows[_i].text, (int)s.kind);
	if (s.kind == SPEECH_OFFICER)
		ck_assert_msg(s.event == rows[_i].event, "%s: event %d", rows[_i].text, (int)s.event);
	if (s.kind != SPEECH_NONE) {
		ck_assert_msg(strcmp(s.nonce, rows[_i].nonce) == 0, "%s: nonce %s", rows[_i].text, s.nonce);
		ck_assert_msg(strcmp(s.note, rows[_i].note) == 0, "%s: note %s", rows[_i].text, s.note);
	}
	ck_assert_msg(s.loose == rows[_i].loose, "%s: loose %d", rows[_i].text, s.loose);
}
END_TEST

Suite *converse_suite(void);
Suite *
converse_suite(void)
{
	Suite *s = suite_create("converse");
	TCase *tc = tcase_create("speech");

	tcase_add_loop_test(tc, speech, 0, (int)N_ELEMS(rows));
	suite_add_tcase(s, tc);
	return s;
}
