/* progress.h - one line on the terminal that is standard error, while long work runs.
 *
 *     / [3 of 17] account.move.line: 12000 of 44000 rows, about 12 min left
 *
 * A thread of its own draws the line, so that it moves while the program waits for a server, a lock
 * or a disk. The line appears when the work has lasted PROGRESS_DELAY_MS; it is cut to the width
 * that the terminal has at that moment, and erased by progress_end() and before each line of log.h.
 * Nothing is drawn where standard error is no terminal, while the process is in the background of
 * its terminal, nor with -q (progress_off()).
 *
 * Whoever prints to the terminal otherwise than by log.h calls progress_end() first, or prints
 * between progress_hold() and progress_release(). Every function may be called by any thread. */
#ifndef QUALIODOO_PROGRESS_H
#define QUALIODOO_PROGRESS_H

#include <stdint.h>

/* Shorter work shows nothing. */
#define PROGRESS_DELAY_MS 300

/* From now on nothing is shown. */
void progress_off(void);

/* What is done now: "account.move.line". The text is copied; the counts are forgotten. */
void progress_step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Which of how many parts of the work the steps to come belong to; 0 and 0: none. */
void progress_part(int number, int total);

/* How far the step is: `done` of `total` things, "rows" for example, a literal; total 0: it is not
 * known how many there are. */
void progress_count(const char *unit, int64_t done, int64_t total);

/* Adds to the count of a step whose total is unknown; of another one, does nothing. */
void progress_add(int64_t more);

/* The work is done, or failed: erases the line. */
void progress_end(void);

/* Erases the line and keeps it from being drawn until progress_release(), which the same thread
 * must call soon. */
void progress_hold(void);
void progress_release(void);

#endif
