#ifndef KENTONGAN_DESK_H
#define KENTONGAN_DESK_H
/*
 * The operators' desk: what waits to be read by a human (/triase), reports that somebody tells by
 * telephone or at a counter (/baru), what many report at once (/insiden), and what did not get through
 * (/surat).  Beside it, for who keeps
 * the machine, whether the house is well (/sistem), and old complaints from a file (/impor).
 */
#include "console/case_page.h"

void get_triage(struct http_req *r, void *arg);
void get_triage_case(struct http_req *r, void *arg);
void post_triage_case(struct http_req *r, void *arg);
void get_desk_js(struct http_req *r, void *arg);

void get_entry(struct http_req *r, void *arg);
void post_entry(struct http_req *r, void *arg);

void get_incidents(struct http_req *r, void *arg);
void get_incident(struct http_req *r, void *arg);

void get_roster(struct http_req *r, void *arg);
void post_roster(struct http_req *r, void *arg);

void get_letters(struct http_req *r, void *arg);
void get_letter(struct http_req *r, void *arg);
void post_letter(struct http_req *r, void *arg);

/* broadcast_page.c */
void get_broadcasts(struct http_req *r, void *arg);
void post_broadcasts(struct http_req *r, void *arg);
void get_broadcast(struct http_req *r, void *arg);
void post_broadcast(struct http_req *r, void *arg);

/* drill_page.c */
void get_drill(struct http_req *r, void *arg);
void post_drill(struct http_req *r, void *arg);

/* legacy_page.c */
void get_import(struct http_req *r, void *arg);
void post_import(struct http_req *r, void *arg);
void importing_free(struct importing *i);

void get_system(struct http_req *r, void *arg);
void post_system(struct http_req *r, void *arg);
#endif
