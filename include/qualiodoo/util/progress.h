/* progress.h - a progress line on standard error, while long work runs at a terminal.
 *
 *     / [3 of 17] account.move.line: 12000 of 44000 rows, about 12 min left
 *
 * A separate thread draws the line, so that it moves while the program waits for a server, a lock
 * or a disk. The line appears when the work has lasted PROGRESS_DELAY_MS; it is cut to the current
 * width of the terminal, and erased by progress_end() and before each line of log.h. Nothing is
 * drawn where standard error is no terminal, while the process is in the background of its
 * terminal, nor with -q (progress_off()).
 *
 * Code that prints to the terminal without log.h calls progress_end() first, or prints between
 * progress_hold() and progress_release(). Every function may be called from any thread. */
#ifndef QUALIODOO_PROGRESS_H
#define QUALIODOO_PROGRESS_H

#include <stdint.h>

/* Work that ends sooner shows no line. */
#define PROGRESS_DELAY_MS 300

/* Erases the line and draws none any more. */
void progress_off(void);

/* Begins a step: "account.move.line". The text is copied; the counts of the last step are
 * forgotten. */
void progress_step(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says that the next steps belong to part `number` of `total`; 0 and 0: the work has no parts. */
void progress_part(int number, int total);

/* Sets the count of the step: `done` of `total` things. `unit` names them ("rows"); it must be a
 * literal. `total` 0: unknown. */
void progress_count(const char *unit, int64_t done, int64_t total);

/* Adds `more` to the count of a step whose total is unknown; does nothing for any other step. */
void progress_add(int64_t more);

/* Ends the work, done or failed: erases the line. */
void progress_end(void);

/* Erases the line and keeps it from being drawn until progress_release(), which the same thread
 * must call soon. */
void progress_hold(void);
void progress_release(void);

#endif
