#include <stddef.h>

#include "ingest/form.h"
#include "ingest/heads.h"
#include "ingest/photo.h"
#include "ingest/resume.h"
#include "ingest/way.h"
#include "ingest/window.h"

#define NO_BODY SIZE_MAX
#define LIMIT(f) offsetof(struct settings, f)
#define PIECES (HTTP_ROUTE_DEEP | HTTP_ROUTE_UPLOAD | HTTP_ROUTE_CUT)

static const struct {
	enum http_method method;
	const char *path;
	size_t limit;
	http_handler handler;
	unsigned flags;
} table[] = {
	/* method    path                 body limit              handler           flags */
	{ HTTP_GET,  "/",                  NO_BODY,                get_form,         0 },
	{ HTTP_POST, "/lapor",             LIMIT(form_body_bytes), post_lapor,       0 },
	{ HTTP_GET,  "/data-saya",         NO_BODY,                get_data_page,    0 },
	{ HTTP_POST, "/data-saya",         LIMIT(form_body_bytes), post_data_page,   0 },
	{ HTTP_GET,  "/cek",               NO_BODY,                get_cek,          0 },
	{ HTTP_POST, "/cek",               LIMIT(form_body_bytes), post_cek,         0 },
	{ HTTP_GET,  "/l/" "*",            NO_BODY,                get_status,       0 },
	{ HTTP_GET,  "/api/v1/laporan/" "*", NO_BODY,              get_status_json,  0 },
	{ HTTP_POST, "/foto/" "*",         LIMIT(photo_bytes),     post_foto,
	    HTTP_ROUTE_UPLOAD },
	{ HTTP_POST, "/unggah/" "*",       LIMIT(photo_bytes),     serve_upload,     PIECES },
	{ HTTP_PATCH, "/unggah/" "*",      LIMIT(photo_bytes),     serve_upload,     PIECES },
	{ HTTP_GET,  "/unggah/" "*",       NO_BODY,                serve_upload,     HTTP_ROUTE_DEEP },
	{ HTTP_DELETE, "/unggah/" "*",     NO_BODY,                serve_upload,     HTTP_ROUTE_DEEP },
	{ HTTP_OPTIONS, "/unggah/" "*",    NO_BODY,                serve_upload,     HTTP_ROUTE_DEEP },
	{ HTTP_POST, "/jawab/" "*",        LIMIT(form_body_bytes), post_jawab,       0 },
	{ HTTP_GET,  "/catatan",           NO_BODY,                get_record,       0 },
	{ HTTP_GET,  "/catatan/kepala.json", NO_BODY,              get_heads_json,   0 },
	{ HTTP_GET,  "/catatan/kepala.atom", NO_BODY,              get_heads_atom,   0 },
	{ HTTP_GET,  "/peta",              NO_BODY,                get_map,          0 },
	{ HTTP_GET,  "/data",              NO_BODY,                get_data,         0 },
	{ HTTP_GET,  "/data/" "*",         NO_BODY,                get_data_file,    0 },
	{ HTTP_GET,  "/gaya.css",          NO_BODY,                get_css,          0 },
	{ HTTP_GET,  "/form.js",           NO_BODY,                get_js,           0 },
	{ HTTP_GET,  "/foto.js",           NO_BODY,                get_photo_js,     0 },
	{ HTTP_GET,  "/healthz",           NO_BODY,                get_healthz,      0 },
	{ HTTP_GET,  "/readyz",            NO_BODY,                get_readyz,       0 },
	{ HTTP_GET,  "/metrics",           NO_BODY,                get_metrics,      0 },
};

/* The form around one file. */
#define MULTIPART_OVERHEAD 8192

static size_t
hook_limit(const struct settings *set, const struct way *w)
{
	return w->body_limit == 0 ? (size_t)set->hook_body_bytes :
	    (size_t)*(const int64_t *)((const char *)set + w->body_limit);
}

struct http_route *
ingest_routes(const struct settings *set, size_t *n)
{
	struct http_route *routes = xcalloc(N_ELEMS(table) + 2 * ways_n, sizeof(*routes));

	*n = 0;
	for (size_t i = 0; i < N_ELEMS(table); i++) {
		size_t limit = table[i].limit == NO_BODY ? 0 :
		    (size_t)*(const int64_t *)((const char *)set + table[i].limit);

		routes[(*n)++] = (struct http_route){ table[i].method, table[i].path,
		    table[i].flags & HTTP_ROUTE_UPLOAD ? limit + MULTIPART_OVERHEAD : limit,
		    table[i].handler, table[i].flags };
	}
	for (size_t i = 0; i < ways_n; i++) {
		if (ways[i]->get != NULL)
			routes[(*n)++] = (struct http_route){ HTTP_GET, ways[i]->path, 0,
			    ways[i]->get, 0 };
		if (ways[i]->post != NULL)
			routes[(*n)++] = (struct http_route){ HTTP_POST, ways[i]->path,
			    hook_limit(set, ways[i]), ways[i]->post, 0 };
	}
	return routes;
}
