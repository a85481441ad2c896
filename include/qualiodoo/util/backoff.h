/* backoff.h - how long to wait after a failure. No clock, no I/O, no randomness. */
#ifndef QUALIODOO_UTIL_BACKOFF_H
#define QUALIODOO_UTIL_BACKOFF_H

#include <stdint.h>

/* The wait after a failure that `before` (>= 0) failures preceded: `first` (> 0) after the first
 * one, then twice as long after each, never more than `most` (below INT64_MAX / 2). Both are of the
 * same unit, which is that of the result. */
int64_t backoff_wait(int64_t first, int64_t most, int before);

#endif
