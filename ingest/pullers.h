#ifndef KENTONGAN_PULLERS_H
#define KENTONGAN_PULLERS_H
/* The sources of pullers.c, one file each. */
#include "ingest/pull.h"

extern const struct pull_source pull_telegram, pull_x, pull_sms, pull_imap, pull_quake, pull_felt, pull_alert;
#endif
