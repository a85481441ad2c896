/* clock.h - the only place that reads a clock. A build with QUALIODOO_TEST_CLOCK
 * (build/qualiodoo-test) can be given another one, that goes faster: see clock.c. */
#ifndef QUALIODOO_UTIL_CLOCK_H
#define QUALIODOO_UTIL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/units.h"

/* The time the program works with: the real one, or what clock_set_now() put in its place. */
instant clock_now(void);

/* Replaces clock_now() for the whole process (--now): the clock then stands still. */
void clock_set_now(instant now);

bool clock_is_set(void); /* whether clock_set_now() was called */

/* Whether this is the build for tests, in which the time that clock_set_now() gave counts as the
 * real one: only there is anything written with --now. */
bool clock_is_of_tests(void);

/* The real wall clock, whatever --now says: for the age of a lock or of a cursor. */
instant clock_real(void);

/* What the operating system's clock says, whatever a test or --now puts in its place: for comparing
 * this machine's clock with another machine's. */
instant clock_machine(void);

/* Milliseconds of a clock that never jumps, for durations. */
int64_t clock_monotonic_ms(void);

/* Milliseconds since the machine was started, those in which it slept included: for what other
 * machines count on meanwhile. */
int64_t clock_boot_ms(void);

/* What a timer of the system must be set to for a wait of `ms` >= 0 of this clock. */
uint64_t clock_timer_usec(int64_t ms);

/* How long to try what fails: `ms` > 0. In the build for tests $QUALIODOO_PATIENCE_MS, if it is
 * set: a test of a server that is down need not wait as long as a person would. */
int64_t clock_patience_ms(int64_t ms);

/* Sleeps; returns early when a signal arrives. `ms` >= 0. */
void clock_sleep_ms(int64_t ms);

#endif
