#ifndef KENTONGAN_FORM_H
#define KENTONGAN_FORM_H
/*
 * The public pages: the form, the status of a report, photos.  Everything works without JavaScript.
 *
 * Second factor  the code alone shows the state only; the words are shown to the browser that sent
 *                them (cookie) or to who knows the token of 64 bits or more in the link.
 */
#include "ingest/ingest.h"

struct pages;
/* Prepares the pages with the places and categories of the policy; NULL with mistakes. */
struct pages *pages_new(const struct policy *p, const char *regency, struct buf *errors);
void pages_free(struct pages *p);
/* The policy whose names the pages show. */
const struct policy *pages_policy(const struct pages *p);

void get_form(struct http_req *r, void *arg);
void post_lapor(struct http_req *r, void *arg);
/* What is held of somebody: he proves his number by a code, and his wish becomes a case. */
void get_data_page(struct http_req *r, void *arg);
void post_data_page(struct http_req *r, void *arg);
void get_cek(struct http_req *r, void *arg);
void post_cek(struct http_req *r, void *arg);
void get_status(struct http_req *r, void *arg);
void get_status_json(struct http_req *r, void *arg);
void post_jawab(struct http_req *r, void *arg);
void get_css(struct http_req *r, void *arg);
void get_js(struct http_req *r, void *arg);
void get_photo_js(struct http_req *r, void *arg);

/* Who may see the words: 128 bits bound to the code, as 32 hex digits. */
void status_token(char out[33], const struct ingest *g, const struct code *code);
int status_token_fits(const struct ingest *g, const struct code *code, const char *given);

/* Wrong codes, or questions, by address: 1 while the address may go on, 0 over the limit. */
struct lookups;
struct lookups *lookups_new(int most, int64_t window_ms);
void lookups_free(struct lookups *l);
int lookups_may(struct lookups *l, const char *address, int64_t mono_ms);
void lookups_wrong(struct lookups *l, const char *address, int64_t mono_ms);
/* What stands for a text in such tables; never 0. */
uint64_t lookups_hash(const char *text);
#endif
