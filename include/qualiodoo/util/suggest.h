/* suggest.h - "did you mean ...?": the known word nearest to a mistyped one. No I/O. */
#ifndef QUALIODOO_UTIL_SUGGEST_H
#define QUALIODOO_UTIL_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/* Longer words are not compared. */
#define SUGGEST_MAX_LENGTH 40

/* The number of letters to add, drop, change or swap with the next one to go from `a` to `b`,
 * ignoring case; SUGGEST_MAX_LENGTH + 1 when either is longer than that. */
size_t suggest_distance(const char *a, const char *b);

/* Whether `candidate` is near enough to `word` to be suggested, and nearer than *best, which is
 * then lowered to its distance. Start with *best = SIZE_MAX. */
bool suggest_better(const char *word, const char *candidate, size_t *best);

/* The nearest of `candidates` (an array that ends with NULL), borrowed; NULL when none is near
 * enough. */
const char *suggest_nearest(const char *word, const char *const *candidates);

#endif
