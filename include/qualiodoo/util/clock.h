/* clock.h - the only place that reads a clock, but for the waits of prefetch.c and progress.c. A
 * build with QUALIODOO_TEST_CLOCK (build/qualiodoo-test) can be given a simulated clock that runs
 * faster: see clock.c. */
#ifndef QUALIODOO_UTIL_CLOCK_H
#define QUALIODOO_UTIL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

/* The time that all computations use: the real one, or what clock_set_now() set. */
instant clock_now(void);

/* Makes clock_now() return `now` from here on, in the whole process (--now). */
void clock_set_now(instant now);

bool clock_is_set(void); /* whether clock_set_now() was called */

/* Whether this is the build for tests. There --now counts as the real time; in any other build a
 * command with --now writes nothing. */
bool clock_is_of_tests(void);

/* The wall clock, whatever --now says: for the age of a lock or of a cursor. A simulated clock of
 * the build for tests counts. */
instant clock_real(void);

/* The operating system's wall clock, whatever a test or --now sets: for comparing this machine's
 * clock with another machine's. */
instant clock_machine(void);

/* Milliseconds of CLOCK_MONOTONIC, for durations. */
int64_t clock_monotonic_ms(void);

/* Milliseconds since the machine started, including the time that it was suspended: for a deadline
 * that other machines count on, such as the lease. */
int64_t clock_boot_ms(void);

/* The microseconds that a system timer must be set to in order to wait `ms` >= 0 of this clock,
 * which may be simulated. */
uint64_t clock_timer_usec(int64_t ms);

/* How long to repeat a call that fails: `ms` > 0, or $QUALIODOO_PATIENCE_MS where the build for
 * tests has it set, so that a test of a server that is down is short. */
int64_t clock_patience_ms(int64_t ms);

/* Sleeps for `ms` >= 0 milliseconds; returns early when a signal arrives. */
void clock_sleep_ms(int64_t ms);

#endif
