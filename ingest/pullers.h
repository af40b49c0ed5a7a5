#ifndef KENTONGAN_PULLERS_H
#define KENTONGAN_PULLERS_H
/* The sources of pullers.c, one file each. */
#include "ingest/pull.h"

extern const struct pull_source pull_telegram, pull_x, pull_sms, pull_imap;
#endif
