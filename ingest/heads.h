#ifndef KENTONGAN_HEADS_H
#define KENTONGAN_HEADS_H
/*
 * The record's public face, without log-in: a page for people, and the signed heads as JSON Feed and
 * Atom.  Read from the store when somebody asks, at most once in ingest.record.cache, and kept: who asks
 * while the store is away gets what was read last.
 */
#include "ingest/ingest.h"

struct heads_page *heads_new(struct ingest *g);
/* After the link to the store is gone. */
void heads_free(struct heads_page *p);

void get_record(struct http_req *r, void *arg);
void get_heads_json(struct http_req *r, void *arg);
void get_heads_atom(struct http_req *r, void *arg);
#endif
