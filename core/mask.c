#include "core/mask.h"

#include <string.h>

#define LONG_DIGITS 6		/* so many in one run are no house number and no year */
#define GROUPED_DIGITS 12	/* "3510 1234 5678 0001"; fewer are a price or a date */
#define PHONE_MIN 8
#define PHONE_MAX 15
#define NAME_WORDS 3		/* "Siti Nur Aisyah" */
#define WORD_CHARS 24

/* Each list is sorted by nothing: it is short, and a correction is rare. */
static const char titles[] = " pak bu bapak ibu bpk bp sdr sdri saudara saudari mas mbak mbk mbah kang "
    "cak ning pakde bude paklek bulek ustad ustadz ustadzah kyai haji hajah hj an ";
/* After these comes a name even if it looks like any other word. */
static const char announcers[] = " bernama nama namanya jenenge jenengku asmane ";
/* Words after a title that are no names: offices, kin, and what a cry for help goes on with. */
static const char no_names[] = " rt rw lurah kades kadus kasun camat bupati wakil sekda carik sekdes "
    "modin guru polisi dokter bidan perawat mantri kepala ketua petugas operator admin satpam "
    "hakim jaksa dewan menteri presiden gubernur walikota desa kampung dusun apel klebun tani "
    "nelayan haji ulu tua muda hamil rumah tangga negara dan atau yang yg di ke dari dr untuk utk "
    "dengan dg itu ini saya sy aku kami kita isun kulo kula kaula engkok sengko nya ku mu tolong "
    "tlg tulung tulong mohon minta mau ada ono onok bede sudah sdh wis pon sudi apa apakah kapan "
    "kok kenapa bagaimana gimana jalan lampu air banyu aeng sampah rumah umah omah listrik got "
    "selokan pohon anak lare bocah orang wong uwong oreng sakit loro lara sake pingsan jatuh tibo "
    "meninggal mati tidak tdk gak ga ora sing ta tak belum blm lagi lg masih terima matur nuwun "
    "assalamualaikum selamat pagi siang sore malam cepat gancang lekkas segera hari kemarin tadi "
    "barusan warga tetangga tonggo mertua tiri kandung kos angkat asuh bila kalau kalo jika lek "
    "nek kadung damkar dinas pln pdam puskesmas kantor kabupaten banyuwangi tolonglah tlong gmn ";

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}

static int
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static size_t
letters_at(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && (is_letter(s[n]) || (n > 0 && s[n] == '\'')))
		n++;
	return n;
}

/* list: words with a space before and after each. */
static int
is_word_of(const char *list, const char *s, size_t len)
{
	char word[WORD_CHARS + 3];

	if (len == 0 || len > WORD_CHARS)
		return 0;
	word[0] = ' ';
	for (size_t i = 0; i < len; i++)
		word[i + 1] = (char)(is_upper(s[i]) ? s[i] + 'a' - 'A' : s[i]);
	word[len + 1] = ' ';
	word[len + 2] = '\0';
	return strstr(list, word) != NULL;
}

static int
starts_with(const char *s, const char *end, const char *lower)
{
	size_t i = 0;

	for (; lower[i] != '\0'; i++)
		if (s + i >= end || (is_upper(s[i]) ? s[i] + 'a' - 'A' : s[i]) != lower[i])
			return 0;
	return 1;
}

/* ---- what begins here; each returns its length, 0 if it does not ---- */

static size_t
run_at(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && (unsigned char)s[n] > ' ' && strchr(",;()<>\"", s[n]) == NULL)
		n++;
	return n;
}

/* "https://...", "www....", "bit.ly/...": a dot between letters and then a slash. */
static size_t
link_at(const char *s, const char *end)
{
	size_t n = run_at(s, end), dot = 0;

	if (starts_with(s, end, "http://") || starts_with(s, end, "https://") ||
	    starts_with(s, end, "www."))
		return n;
	while (dot < n && (is_letter(s[dot]) || is_digit(s[dot]) || s[dot] == '-'))
		dot++;
	if (dot == 0 || dot + 2 >= n || s[dot] != '.' || !is_letter(s[dot + 1]))
		return 0;
	for (size_t i = dot + 1; i < n; i++)
		if (s[i] == '/')
			return n;
		else if (!is_letter(s[i]) && s[i] != '.' && s[i] != '-')
			return 0;
	return 0;
}

static size_t
email_at(const char *s, const char *end)
{
	size_t n = run_at(s, end);
	const char *at = memchr(s, '@', n);

	if (at == NULL || at == s || memchr(at, '.', n - (size_t)(at - s)) == NULL)
		return 0;
	while (n > 0 && (s[n - 1] == '.' || s[n - 1] == '!' || s[n - 1] == '?'))
		n--;
	return n;
}

struct digits { size_t len, n, longest; };

/* Runs of digits parted by one space, dot, dash or slash each. */
static struct digits
digits_at(const char *s, const char *end)
{
	struct digits d = { 0, 0, 0 };
	size_t i = 0, run = 0;

	for (; s + i < end; i++) {
		if (is_digit(s[i])) {
			d.n++;
			d.longest = ++run > d.longest ? run : d.longest;
			d.len = i + 1;
		} else if (run > 0 && strchr(" .-/", s[i]) != NULL && s[i] != '\0') {
			run = 0;
		} else {
			break;
		}
	}
	return d;
}

static size_t
phone_at(const char *s, const char *end)
{
	size_t plus = s[0] == '+';
	struct digits d = digits_at(s + plus, end);
	const char *p = s + plus;

	if (d.n < PHONE_MIN || d.n > PHONE_MAX)
		return 0;
	if (plus || starts_with(p, end, "08") || starts_with(p, end, "628") ||
	    starts_with(p, end, "03"))
		return d.len + plus;
	return 0;
}

static size_t
number_at(const char *s, const char *end)
{
	struct digits d = digits_at(s, end);
	size_t run = 0;

	while (s + run < end && is_digit(s[run]))
		run++;
	if (d.n >= GROUPED_DIGITS && d.longest >= 4)
		return d.len;
	return run >= LONG_DIGITS ? run : 0;
}

/* ---- names ---- */

static size_t
gap_at(const char *s, const char *end)
{
	size_t n = 0;

	while (s + n < end && (s[n] == ' ' || s[n] == '.' || s[n] == ':'))
		n++;
	return n;
}

/*
 * The length of a title here, with what stands between it and the name; "a.n." has its own
 * letters.
 */
static size_t
title_at(const char *s, const char *end, int *surely)
{
	size_t n = letters_at(s, end);

	*surely = 0;
	if (starts_with(s, end, "a.n") || starts_with(s, end, "a/n"))
		n = 3, *surely = 1;
	else if (starts_with(s, end, "atas nama "))
		n = 9, *surely = 1;
	else if (is_word_of(announcers, s, n))
		*surely = 1;
	else if (!is_word_of(titles, s, n))
		return 0;
	return gap_at(s + n, end) > 0 ? n + gap_at(s + n, end) : 0;
}

/* The words of a name: the first, and further ones as long as they are written like names. */
static size_t
name_at(const char *s, const char *end, int surely)
{
	size_t len = 0, at = 0;

	for (int word = 0; word < NAME_WORDS; word++) {
		size_t n = letters_at(s + at, end);
		int named = n > 0 && is_upper(s[at]);
		int lower = n > 1 && !is_upper(s[at + 1]);

		if (n < 2 || is_word_of(titles, s + at, n))
			break;
		if (is_word_of(no_names, s + at, n) && !(surely && word == 0))
			break;
		if (word > 0 && !(named && lower))
			break;
		len = at + n;
		at = len + (s + len < end && s[len] == ' ');
		if (at == len)
			break;
	}
	return len;
}

/* ---- the whole ---- */

static size_t
mask_at(struct buf *out, const char *s, const char *end)
{
	size_t n, gap;
	int surely;

	if ((n = email_at(s, end)) > 0)
		buf_adds(out, "<email>");
	else if ((n = link_at(s, end)) > 0)
		buf_adds(out, "<tautan>");
	else if ((n = phone_at(s, end)) > 0)
		buf_adds(out, "<telepon>");
	else if ((n = number_at(s, end)) > 0)
		buf_adds(out, "<angka>");
	else if ((gap = title_at(s, end, &surely)) > 0) {
		n = name_at(s + gap, end, surely);
		buf_add(out, s, gap);
		if (n > 0)
			buf_adds(out, "<nama>");
		n += gap;
	}
	return n;
}

void
buf_add_masked(struct buf *out, const char *text, size_t len)
{
	const char *end = text + len;

	for (const char *s = text; s < end;) {
		size_t n = mask_at(out, s, end);

		if (n == 0) {
			/* nothing begins here: the whole word, so that nothing begins inside it */
			n = is_letter(*s) ? letters_at(s, end) : 1;
			for (size_t i = 0; i < n; i++)
				buf_addc(out, s[i] == '\t' || s[i] == '\n' || s[i] == '\r' ||
				    s[i] == '\0' ? ' ' : s[i]);
		}
		s += n;
	}
}
