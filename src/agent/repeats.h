/* repeats.h - limits how often equal lines are logged, at growing intervals; internal to the agent.
 * No I/O, no clock: times named `_ms` come from the caller, from a clock that never goes back. */
#ifndef QUALIODOO_AGENT_REPEATS_H
#define QUALIODOO_AGENT_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPEATS_KINDS 32
#define REPEATS_FIRST_MS INT64_C(300000)  /* until a line is logged again; doubled each time */
#define REPEATS_MOST_MS INT64_C(21600000) /* the longest interval: four lines a day */

/* The lines that were logged last. Zeroed to begin with. */
struct repeats {
    struct repeats_kind {
        uint64_t hash;            /* of the text; 0: unused */
        int64_t told_ms, wait_ms; /* when the line was last logged; how long it is then held back */
        int64_t untold;           /* how often it came since told_ms */
    } kinds[REPEATS_KINDS];
};

/* Returns whether a line that came at `now_ms` is to be logged.
 *
 * text:          identifies the line; may be line.text.
 * numbers_aside: lines are equal also when only their digits differ (a duration, a time).
 * line:          the buffer with the line. When it is to be logged and came several times since it
 *                last was, the count is appended: "... (12 times in 0:20 hours)". */
struct repeats_line {
    char *text;
    size_t size;
};
bool repeats_tell(struct repeats *repeats, const char *text, bool numbers_aside, int64_t now_ms,
                  struct repeats_line line);

/* The cause of the lines is over: each may be logged again REPEATS_FIRST_MS after it last was. */
void repeats_over(struct repeats *repeats);

/* A duration for people: "45 s", "8:02 hours". Returns `text`. */
#define REPEATS_LENGTH_SIZE 32
char *repeats_length(int64_t ms, char text[REPEATS_LENGTH_SIZE]);

#endif
