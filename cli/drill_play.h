#ifndef KENTONGAN_CLI_DRILL_PLAY_H
#define KENTONGAN_CLI_DRILL_PLAY_H
/* Plays an exercise: its reports go in by the door of all others, each with the mark and from nobody. */
#include <stdint.h>

#include "store/house.h"

struct drill_play {
	const char *what;		/* "flood", or a file: detik,isi,tempat */
	const char *place;		/* kecamatan of the flood */
	uint64_t seed;
	int reports;			/* of the flood */
	int64_t lasts_ms;
	double speed;			/* 60: an hour in a minute */
};
/*
 * Sends them in at their time, and ends when the exercise does.  Played again it goes on where it was: each
 * report has an id of the exercise and its place.  Exit status.
 */
int drill_play(struct house *h, const struct drill_play *p);
#endif
