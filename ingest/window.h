#ifndef KENTONGAN_WINDOW_PAGES_H
#define KENTONGAN_WINDOW_PAGES_H
/*
 * The public's window: map, list and open data, without log-in.  They show what console wrote to
 * DIR/terbuka (store/daily.h) and know nothing else.
 */
#include "ingest/ingest.h"

struct window_pages *window_pages_new(const char *conf_dir, const char *dir);
void window_pages_free(struct window_pages *w);

void get_map(struct http_req *r, void *arg);
void get_data(struct http_req *r, void *arg);
void get_data_file(struct http_req *r, void *arg);
#endif
