/* suggest.h - "did you mean ...?": the known word nearest to a mistyped one. Pure. */
#ifndef QUALIODOO_UTIL_SUGGEST_H
#define QUALIODOO_UTIL_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/* Words longer than this are nobody's typing error. */
#define SUGGEST_MAX_LENGTH 40

/* The number of letters to add, drop, change or swap with the next one to go from `a` to `b`,
 * whatever the case; SUGGEST_MAX_LENGTH + 1 when one of them is longer than that. */
size_t suggest_distance(const char *a, const char *b);

/* Whether `candidate` is near enough to `word` to be what was meant; *best (start with SIZE_MAX)
 * is lowered when it is nearer than what was seen before, and true returned only then. */
bool suggest_better(const char *word, const char *candidate, size_t *best);

/* The nearest of `candidates` (ended by NULL), or NULL when none is near enough. Borrowed. */
const char *suggest_nearest(const char *word, const char *const *candidates);

#endif
