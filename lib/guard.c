#include "lib/guard.h"

#include <string.h>
#include <strings.h>

#include "lib/escape.h"
#include "lib/words.h"

#define NAME_BYTES_MAX 64
#define LENGTH_DIGITS_MAX 15
#define CHUNK_DIGITS_MAX 8

enum { AT_REQUEST_LINE, AT_HEADERS, AT_DECISION, AT_BODY, AT_CHUNK_SIZE, AT_CHUNK_SIZE_LF,
	AT_CHUNK, AT_CHUNK_CR, AT_CHUNK_LF, AT_LAST_CR, AT_LAST_LF, AT_END, AT_REFUSAL };

/* What each byte may be: part of a token (RFC 9110), of a target, of a field's value. */
enum { IS_TOKEN = 1, IS_TARGET = 2, IS_VALUE = 4 };
static unsigned char kinds[256];

static void
fill_kinds(void)
{
	for (int c = 1; c < 256; c++) {
		int letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (letter || (c >= '0' && c <= '9') || strchr("!#$%&'*+-.^_`|~", c) != NULL)
			kinds[c] |= IS_TOKEN;
		if (c > ' ' && c < 0x7f && strchr("\"<>\\#", c) == NULL)
			kinds[c] |= IS_TARGET;
		if (c == '\t' || (c >= ' ' && c != 0x7f))
			kinds[c] |= IS_VALUE;
	}
}

void
http_guard_init(struct http_guard *g, size_t head_limit_bytes, int lines_limit)
{
	if (kinds['G'] == 0)
		fill_kinds();
	*g = (struct http_guard){ .head_limit = head_limit_bytes, .lines_limit = lines_limit };
}

void
http_guard_release(struct http_guard *g)
{
	buf_release(&g->head);
	buf_release(&g->path);
}

void
http_guard_next(struct http_guard *g)
{
	struct buf head = g->head, path = g->path;

	buf_reset(&head);
	buf_reset(&path);
	*g = (struct http_guard){ .head_limit = g->head_limit, .lines_limit = g->lines_limit,
	    .head = head, .path = path };
}

int
http_guard_is_idle(const struct http_guard *g)
{
	return g->state == AT_REQUEST_LINE && g->head.len == 0;
}

int
http_guard_in_body(const struct http_guard *g)
{
	return g->state >= AT_BODY && g->state <= AT_LAST_LF;
}

enum guard_step
http_guard_refuse(struct http_guard *g, int status, const char *why)
{
	g->state = AT_REFUSAL;
	g->status = status;
	g->why = why;
	return GUARD_REFUSED;
}

static enum guard_step
bad(struct http_guard *g, const char *why)
{
	return http_guard_refuse(g, 400, why);
}

/* ---- the request line ---- */

static const struct { const char *name; size_t len; enum http_verb verb; } verbs[] = {
	{ "POST", 4, VERB_POST }, { "GET", 3, VERB_GET }, { "HEAD", 4, VERB_HEAD },
	{ "PUT", 3, VERB_PUT }, { "DELETE", 6, VERB_DELETE }, { "OPTIONS", 7, VERB_OPTIONS },
	{ "PATCH", 5, VERB_PATCH }, { "TRACE", 5, VERB_TRACE },
};

static enum http_verb
verb_of(const char *s, size_t len)
{
	for (size_t i = 0; i < N_ELEMS(verbs); i++)
		if (verbs[i].len == len && memcmp(verbs[i].name, s, len) == 0)
			return verbs[i].verb;
	return 0;
}

/* No empty segment, no dot segment: a path means the same to every program that reads it. */
static const char *
fault_of_segments(const char *path, size_t len)
{
	size_t start = 1;

	for (size_t i = 1; i <= len; i++) {
		size_t n = i - start;

		if (i < len && path[i] != '/')
			continue;
		if (n == 0 && i < len)
			return SAID("dua garis miring berurutan dalam alamat");
		if (n > 0 && n <= 2 && memcmp(path + start, "..", n) == 0)
			return SAID("bagian . atau .. dalam alamat");
		start = i + 1;
	}
	return NULL;
}

/* Decodes the path into g->path and checks it; NULL, or what is wrong. */
static const char *
fault_of_path(struct http_guard *g, const char *s, size_t len)
{
	int plain = 1;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '%') {
			if (len - i < 3 || hex_decode(&c, s + i + 1, 2) != 0)
				return SAID("tanda % yang rusak dalam alamat");
			if (c < ' ' || c == 0x7f)
				return SAID("karakter kendali dalam alamat");
			if (c == '/' || c == '\\')
				return SAID("garis miring tersandi dalam alamat");
			plain = 0;
			i += 2;
			buf_addc(&g->path, (char)c);
			continue;
		}
		/* A run of ordinary characters at once. */
		size_t run = strcspn(s + i, "% ?");

		if (run > len - i)
			run = len - i;
		buf_add(&g->path, s + i, run);
		i += run - 1;
	}
	if (!plain && !utf8_valid(g->path.data, g->path.len))
		return SAID("alamat bukan UTF-8");
	return fault_of_segments(g->path.data, g->path.len);
}

static enum guard_step
request_line(struct http_guard *g, const char *s, size_t len)
{
	const char *target = memchr(s, ' ', len), *version, *query, *fault;
	size_t target_len, method_len;

	for (size_t i = 0; i < len && s[i] != ' '; i++)
		if (!(kinds[(unsigned char)s[i]] & IS_TOKEN))
			return bad(g, "permintaan tidak diawali metode");
	if (target == NULL || target == s)
		return bad(g, "baris permintaan tidak ada");
	method_len = (size_t)(target++ - s);
	target_len = len - (size_t)(target - s);
	version = memchr(target, ' ', target_len);
	if (version == NULL)
		return bad(g, "versi HTTP tidak ada");
	target_len = (size_t)(version++ - target);
	if ((size_t)(s + len - version) != 8 || memcmp(version, "HTTP/", 5) != 0 ||
	    version[6] != '.')
		return bad(g, "versi HTTP tidak ada");
	g->verb = verb_of(s, method_len);
	if (g->verb == 0 && (target_len != 1 || target[0] != '*'))
		return http_guard_refuse(g, 501, "metode itu tidak dikenal");
	if (target_len == 0 || target[0] != '/')
		return bad(g, "yang diminta bukan alamat di sini");
	for (size_t i = 0; i < target_len; i++)
		if (!(kinds[(unsigned char)target[i]] & IS_TARGET))
			return bad(g, "karakter dalam alamat yang harus disandikan dengan %");
	if (version[5] != '1' || (version[7] != '0' && version[7] != '1'))
		return http_guard_refuse(g, 505, "di sini dipakai HTTP/1.1");
	g->minor = version[7] - '0';
	query = memchr(target, '?', target_len);
	fault = fault_of_path(g, target, query != NULL ? (size_t)(query - target) : target_len);
	if (fault != NULL)
		return bad(g, fault);
	g->state = AT_HEADERS;
	return GUARD_MORE;
}

/* ---- headers ---- */

static int
has_word(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (strncasecmp(s + i, word, n) == 0)
			return 1;
	return 0;
}

static enum guard_step
on_length(struct http_guard *g, const char *v, size_t len)
{
	if (g->has_length)
		return bad(g, "Content-Length ada dua kali");
	if (len == 0 || len > LENGTH_DIGITS_MAX)
		return bad(g, "Content-Length bukan angka biasa");
	for (size_t i = 0; i < len; i++) {
		if (v[i] < '0' || v[i] > '9')
			return bad(g, "Content-Length bukan angka biasa");
		g->length = g->length * 10 + (uint64_t)(v[i] - '0');
	}
	g->has_length = 1;
	g->length_at = (size_t)(v - g->head.data);
	g->length_len = len;
	return GUARD_MORE;
}

static enum guard_step
on_coding(struct http_guard *g, const char *v, size_t len)
{
	if (g->has_coding)
		return bad(g, "Transfer-Encoding ada dua kali");
	if (len != 7 || strncasecmp(v, "chunked", 7) != 0)
		return bad(g, "Transfer-Encoding selain chunked tidak dibaca");
	g->has_coding = 1;
	g->coding_at = g->line_at;
	g->coding_len = (size_t)(v + len - g->head.data) - g->line_at;
	return GUARD_MORE;
}

static enum guard_step
on_host(struct http_guard *g, const char *v, size_t len)
{
	g->hosts++;
	for (size_t i = 0; i < len; i++)
		if (!(kinds[(unsigned char)v[i]] & IS_TARGET) || strchr("/?@", v[i]) != NULL)
			return bad(g, "Host bukan nama host");
	return len > 0 ? GUARD_MORE : bad(g, "Host kosong");
}

static enum guard_step
on_expect(struct http_guard *g, const char *v, size_t len)
{
	if (len != 12 || strncasecmp(v, "100-continue", 12) != 0)
		return http_guard_refuse(g, 417, "Expect hanya boleh 100-continue");
	g->expects_continue = 1;
	return GUARD_MORE;
}

static enum guard_step
on_upgrade(struct http_guard *g, const char *v, size_t len)
{
	(void)v, (void)len;
	return bad(g, "protokol lain tidak dipakai di sini");
}

static enum guard_step
on_connection(struct http_guard *g, const char *v, size_t len)
{
	g->wants_close |= has_word(v, len, "close");
	g->wants_keep_alive |= has_word(v, len, "keep-alive");
	return GUARD_MORE;
}

static enum guard_step
on_accept(struct http_guard *g, const char *v, size_t len)
{
	g->accepts_html |= has_word(v, len, "text/html");
	g->accepts_json |= has_word(v, len, "json");
	return GUARD_MORE;
}

/* Whether to look for it later; what it says is the proxy's business. */
static enum guard_step
on_forwarded(struct http_guard *g, const char *v, size_t len)
{
	(void)v, (void)len;
	g->was_forwarded = 1;
	return GUARD_MORE;
}

static const struct {
	const char *name; size_t len;
	enum guard_step (*read)(struct http_guard *g, const char *value, size_t len);
} fields[] = {
	{ "host", 4, on_host },
	{ "content-length", 14, on_length },
	{ "transfer-encoding", 17, on_coding },
	{ "accept", 6, on_accept },
	{ "connection", 10, on_connection },
	{ "x-forwarded-for", 15, on_forwarded },
	{ "expect", 6, on_expect },
	{ "upgrade", 7, on_upgrade },
};

/* Without the blanks around it. */
static const char *
trim(const char *value, const char **end)
{
	while (value < *end && (*value == ' ' || *value == '\t'))
		value++;
	while (*end > value && ((*end)[-1] == ' ' || (*end)[-1] == '\t'))
		(*end)--;
	return value;
}

static enum guard_step
header_line(struct http_guard *g, const char *s, size_t len)
{
	const char *value, *end = s + len;
	size_t name = 0;

	if (++g->lines > g->lines_limit)
		return http_guard_refuse(g, 431, "terlalu banyak baris kepala");
	while (name < len && (kinds[(unsigned char)s[name]] & IS_TOKEN))
		name++;
	if (name == len || s[name] != ':' || name == 0)
		return bad(g, "baris kepala tanpa nama biasa dan titik dua");
	if (name > NAME_BYTES_MAX)
		return bad(g, "nama sebuah kepala terlalu panjang");
	for (value = s + name + 1; value < end; value++)
		if (!(kinds[(unsigned char)*value] & IS_VALUE))
			return bad(g, "karakter kendali dalam sebuah kepala");
	value = trim(s + name + 1, &end);
	for (size_t i = 0; i < N_ELEMS(fields); i++)
		if (fields[i].len == name && strncasecmp(fields[i].name, s, name) == 0)
			return fields[i].read(g, value, (size_t)(end - value));
	return GUARD_MORE;
}

const char *
http_guard_header(const struct http_guard *g, const char *name, size_t *len)
{
	const char *at = buf_str(&g->head), *stop = at + g->head.len, *end;
	size_t n = strlen(name);

	for (; (end = memchr(at, '\n', (size_t)(stop - at))) != NULL; at = end + 1) {
		const char *last = end > at ? end - 1 : end;	/* the carriage return; a refused line may lack it */

		if ((size_t)(last - at) <= n || at[n] != ':' || strncasecmp(at, name, n) != 0)
			continue;
		at = trim(at + n + 1, &last);
		*len = (size_t)(last - at);
		return at;
	}
	return NULL;
}

const char *
http_guard_query(const struct http_guard *g, const char *name, size_t *len)
{
	size_t line = strcspn(buf_str(&g->head), "\r"), n = strlen(name);
	const char *at = memchr(buf_str(&g->head), '?', line);
	/* No blank stands in a target. */
	const char *end = at != NULL ? memchr(at, ' ', line - (size_t)(at - g->head.data)) : NULL;

	while (end != NULL && at < end && ++at < end) {
		*len = strcspn(at, "& ");
		if (*len > n && at[n] == '=' && strncmp(at, name, n) == 0) {
			*len -= n + 1;
			return at + n + 1;
		}
		at += *len;
	}
	return NULL;
}

/* What evhttp is told: that there is no body.  The lines keep their length. */
static void
hide_body(struct http_guard *g)
{
	static const char none[] = "Content-Length: 0";

	if (g->has_length)
		memset(g->head.data + g->length_at, '0', g->length_len);
	if (g->has_coding) {
		memset(g->head.data + g->coding_at, ' ', g->coding_len);
		memcpy(g->head.data + g->coding_at, none, sizeof(none) - 1);
	}
}

static enum guard_step
head_end(struct http_guard *g)
{
	if (g->hosts > 1 || (g->hosts == 0 && g->minor > 0))
		return bad(g, "harus ada tepat satu Host");
	if (g->has_coding && g->has_length)
		return bad(g, "Content-Length dan Transfer-Encoding bersamaan");
	if (g->has_coding && g->minor == 0)
		return bad(g, "Transfer-Encoding dalam HTTP/1.0");
	hide_body(g);
	g->state = AT_DECISION;
	return GUARD_HEAD;
}

/* A whole line lies at g->line_at in the head, its line feed last. */
static enum guard_step
line(struct http_guard *g)
{
	const char *s = g->head.data + g->line_at;
	size_t len = g->head.len - g->line_at - 1;
	enum guard_step step;

	if (len == 0 || s[len - 1] != '\r')
		return bad(g, "LF tanpa CR");
	len--;
	if (g->state == AT_REQUEST_LINE)
		step = request_line(g, s, len);
	else if (len == 0)
		return head_end(g);
	else
		step = header_line(g, s, len);
	g->line_at = g->head.len;
	return step;
}

static enum guard_step
feed_head(struct http_guard *g, const char *data, size_t len, size_t *used)
{
	enum guard_step step = GUARD_MORE;

	if (g->head.len == 0 && len > 0 && !(kinds[(unsigned char)data[0]] & IS_TOKEN))
		return bad(g, "permintaan tidak diawali metode");
	while (*used < len && step == GUARD_MORE) {
		const char *from = data + *used, *end = memchr(from, '\n', len - *used);
		size_t n = end != NULL ? (size_t)(end - from) + 1 : len - *used;

		if (n > g->head_limit - g->head.len)
			return g->state == AT_REQUEST_LINE ?
			    http_guard_refuse(g, 414, "alamat itu terlalu panjang") :
			    http_guard_refuse(g, 431, "kepala permintaan terlalu besar");
		buf_add(&g->head, from, n);
		*used += n;
		if (end != NULL)
			step = line(g);
	}
	return step;
}

/* ---- the body ---- */

enum guard_step
http_guard_go_on(struct http_guard *g, uint64_t body_limit)
{
	g->body_limit = body_limit;
	if (g->has_coding) {
		g->state = AT_CHUNK_SIZE;
		return GUARD_MORE;
	}
	if (g->length > body_limit)
		return http_guard_refuse(g, 413, "kiriman lebih besar daripada yang diterima halaman ini; kecilkan dahulu");
	g->left = g->length;
	g->state = g->left > 0 ? AT_BODY : AT_END;
	return g->left > 0 ? GUARD_MORE : GUARD_DONE;
}

static enum guard_step
feed_data(struct http_guard *g, const char *data, size_t len, size_t *used, int after,
    http_guard_sink sink, void *arg)
{
	size_t n = len - *used < g->left ? len - *used : (size_t)g->left;

	if (sink(data + *used, n, arg) != 0)
		return http_guard_refuse(g, 507, "kiriman belum dapat disimpan; coba lagi sebentar lagi");
	*used += n;
	g->left -= n;
	g->body_seen += n;
	if (g->left > 0)
		return GUARD_MORE;
	g->state = after;
	return after == AT_END ? GUARD_DONE : GUARD_MORE;
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum guard_step
chunk_size(struct http_guard *g, char c)
{
	int digit = digit_of(c);

	if (digit >= 0 && g->digits < CHUNK_DIGITS_MAX) {
		g->left = g->left * 16 + (uint64_t)digit;
		g->digits++;
		return GUARD_MORE;
	}
	if (c != '\r' || g->digits == 0)
		return bad(g, "ukuran potongan bukan angka heksadesimal");
	if (g->left > g->body_limit - g->body_seen)
		return http_guard_refuse(g, 413, "kiriman lebih besar daripada yang diterima halaman ini; kecilkan dahulu");
	g->digits = 0;
	g->state = AT_CHUNK_SIZE_LF;
	return GUARD_MORE;
}

/* One byte of chunk framing. */
static enum guard_step
framing(struct http_guard *g, char c)
{
	switch (g->state) {
	case AT_CHUNK_SIZE:
		return chunk_size(g, c);
	case AT_CHUNK_SIZE_LF:
		g->state = g->left > 0 ? AT_CHUNK : AT_LAST_CR;
		break;
	case AT_CHUNK_CR:
		g->state = AT_CHUNK_LF;
		return c == '\r' ? GUARD_MORE : bad(g, "potongan lebih panjang daripada ukurannya");
	case AT_CHUNK_LF:
		g->state = AT_CHUNK_SIZE;
		break;
	case AT_LAST_CR:
		g->state = AT_LAST_LF;
		return c == '\r' ? GUARD_MORE : bad(g, "kepala di belakang isi tidak dibaca");
	default:
		g->state = AT_END;
		break;
	}
	if (c != '\n')
		return bad(g, "CR tanpa LF");
	return g->state == AT_END ? GUARD_DONE : GUARD_MORE;
}

enum guard_step
http_guard_feed(struct http_guard *g, const char *data, size_t len, size_t *used,
    http_guard_sink sink, void *arg)
{
	enum guard_step step = GUARD_MORE;

	*used = 0;
	if (g->state == AT_REFUSAL)
		return GUARD_REFUSED;
	if (g->state == AT_REQUEST_LINE || g->state == AT_HEADERS)
		return feed_head(g, data, len, used);
	while (*used < len && step == GUARD_MORE) {
		if (g->state == AT_BODY)
			step = feed_data(g, data, len, used, AT_END, sink, arg);
		else if (g->state == AT_CHUNK)
			step = feed_data(g, data, len, used, AT_CHUNK_CR, sink, arg);
		else if (g->state == AT_END || g->state == AT_DECISION)
			return GUARD_DONE;	/* the caller has not taken the request yet */
		else
			step = framing(g, data[(*used)++]);
	}
	return step;
}
