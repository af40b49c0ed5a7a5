/*
 * What understanding costs: start-up, memory of the loaded tables, and texts a second on one core.
 * Texts: the first column of a table with a head line, those of at most one SMS.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/config.h"
#include "router/category.h"
#include "router/features.h"
#include "router/normalise.h"
#include "router/understand.h"
#include "store/version.h"

#define SMS_BYTES 160
#define TEXTS_MAX 16384

struct texts { char *at[TEXTS_MAX]; size_t len[TEXTS_MAX]; size_t n, bytes; };

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
resident_mib(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long total = 0, pages = 0;

	if (f == NULL || fscanf(f, "%ld %ld", &total, &pages) != 2)
		pages = 0;
	if (f != NULL)
		fclose(f);
	return (double)pages * 4096 / (1 << 20);
}

static void
read_texts(struct texts *t, const char *path)
{
	char *line = NULL;
	size_t cap = 0;
	FILE *f = fopen(path, "r");

	for (int i = 0; f != NULL && t->n < TEXTS_MAX && getline(&line, &cap, f) > 0; i++) {
		size_t len = strcspn(line, "\t\n");

		if (i == 0 || len == 0 || len > SMS_BYTES)
			continue;
		t->at[t->n] = xstrndup(line, len);
		t->len[t->n++] = len;
		t->bytes += len;
	}
	if (f != NULL)
		fclose(f);
	free(line);
}

/* The parts of the step, each by itself over all texts; seconds for one text. */
static void
time_parts(const struct policy *p, const struct texts *t, int rounds, double out[3])
{
	struct buf errors = { 0 };
	struct normaliser *n = normaliser_new(p->catalogue, &errors);
	struct classifier *rules = classifier_new(p->catalogue, NULL, normaliser_words(n), &errors);
	struct tokens *tokens = xcalloc(t->n, sizeof(*tokens));
	struct category_choice choice;
	struct features_memo *memo = features_memo_new();
	float scores[LINEAR_COLUMNS];
	double from = now_s();

	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < t->n; i++)
			normaliser_run(n, t->at[i], t->len[i], &tokens[i]);
	out[0] = now_s() - from;
	from = now_s();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < t->n; i++)
			category_choose(rules, &tokens[i], 0, &choice);
	out[1] = now_s() - from;
	from = now_s();
	for (int r = 0; p->model != NULL && r < rounds; r++)
		for (size_t i = 0; i < t->n; i++)
			features_score(memo, p->model, &tokens[i], scores);
	out[2] = now_s() - from;
	for (int k = 0; k < 3; k++)
		out[k] /= (double)rounds * (double)t->n;
	for (size_t i = 0; i < t->n; i++)
		tokens_release(&tokens[i]);
	free(tokens);
	features_memo_free(memo);
	classifier_free(rules);
	normaliser_free(n);
	buf_release(&errors);
}

int
main(int argc, char **argv)
{
	struct conf_set files = { 0 };
	struct buf errors = { 0 };
	struct texts t = { .n = 0 };
	struct policy *p = NULL;
	struct understander *u = NULL;
	struct understanding got;
	double before = resident_mib(), from = now_s(), ready, loaded, spent, parts[3];
	int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 20, status = 1;

	if (argc < 3) {
		fprintf(stderr, "usage: understand CONF TABLE [ROUNDS]\n");
		return 2;
	}
	if (version_read_files(&files, argv[1], &errors) != 0 ||
	    (p = policy_parse(&files, &errors)) == NULL ||
	    (u = understander_new(p, &errors)) == NULL)
		goto out;
	ready = now_s() - from;
	conf_release(&files);
	loaded = resident_mib() - before;
	read_texts(&t, argv[2]);
	if (t.n == 0) {
		buf_addf(&errors, "%s: no text of at most %d bytes\n", argv[2], SMS_BYTES);
		goto out;
	}
	from = now_s();
	for (int r = 0; r < rounds; r++)
		for (size_t i = 0; i < t.n; i++)
			understand(u, t.at[i], t.len[i], NULL, &got);
	spent = now_s() - from;
	time_parts(p, &t, rounds, parts);
	printf("{\"texts\": %zu, \"bytes\": %.1f, \"start_s\": %.3f, \"loaded_mib\": %.1f, "
	    "\"model_mib\": %.1f, \"per_s\": %.0f, \"normalise_us\": %.2f, \"rules_us\": %.2f, "
	    "\"model_us\": %.2f}\n", t.n, (double)t.bytes / (double)t.n, ready, loaded,
	    p->model == NULL ? 0 : (double)linear_memory(p->model) / (1 << 20),
	    (double)rounds * (double)t.n / spent, parts[0] * 1e6, parts[1] * 1e6, parts[2] * 1e6);
	status = 0;
out:
	fputs(buf_str(&errors), stderr);
	for (size_t i = 0; i < t.n; i++)
		free(t.at[i]);
	understander_free(u);
	policy_free(p);
	conf_release(&files);
	buf_release(&errors);
	return status;
}
