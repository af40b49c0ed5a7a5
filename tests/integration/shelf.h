#ifndef KENTONGAN_TESTS_SHELF_H
#define KENTONGAN_TESTS_SHELF_H
/*
 * A bench that grows old: cases are opened and closed on it, its clock is set forward by days, what is
 * old goes to the archive.  A mistake ends the test.
 */
#include "store/archiver.h"
#include "store/chain.h"
#include "tests/integration/kit.h"
#include "tests/integration/peer.h"

/* The bench, furnished, with its signing key on record. */
void shelf_begin(struct bench *b);
extern uint8_t shelf_seed[32];

/* The store's clock goes on by so much: it never goes back, and so it is believed. */
void shelf_forward(struct bench *b, int64_t ms);
/* A case that is opened and withdrawn. */
struct code shelf_closed(struct bench *b, const char *id);
/* As if a gateway had taken all that the case said. */
void shelf_messages_end(struct bench *b, const struct code *code);
enum commit_result shelf_withdraw(struct bench *b, const struct code *code);
/* Folds the whole log; with a signed head. */
void shelf_seal(struct bench *b);
/* Everything older than 90 days, in rounds of so many entries. */
struct archive_done shelf_archive(struct bench *b, int entries);
/* The case as JSON, by whatever store or archive has it. */
void shelf_view(struct bench *b, const struct code *code, struct buf *out);
/* What the audit says; its result. */
int shelf_audit(struct bench *b, struct buf *report);
/* Path of a year's file. */
void shelf_path(struct bench *b, struct buf *path);
/* SQL on the year's file, as somebody with an editor would do it. */
void shelf_edit(struct bench *b, const char *sql);
#endif
