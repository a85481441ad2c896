/* ratelimit.h - limits how often equal lines are logged, at growing intervals; internal to the
 * agent. No I/O, no clock: times named `_ms` come from the caller, from a clock that never goes
 * back. */
#ifndef QUALIODOO_AGENT_RATELIMIT_H
#define QUALIODOO_AGENT_RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATELIMIT_KINDS 32
#define RATELIMIT_FIRST_MS INT64_C(300000)  /* until a line is logged again; doubled each time */
#define RATELIMIT_MOST_MS INT64_C(21600000) /* the longest interval: four lines a day */

/* The lines that were logged last. Zeroed to begin with. */
struct ratelimit {
    struct ratelimit_kind {
        uint64_t hash;     /* of the text; 0: unused */
        int64_t logged_ms; /* when the line was last logged */
        int64_t wait_ms;   /* how long it is then held back */
        int64_t count;     /* how often it came since logged_ms */
    } kinds[RATELIMIT_KINDS];
};

/* Returns whether a line that came at `now_ms` is to be logged.
 *
 * text:          identifies the line; may be line.text.
 * ignore_digits: lines are equal also when only their digits differ (a duration, a time).
 * line:          the buffer with the line. When it is to be logged and came several times since it
 *                last was, the count is appended: "... (12 times in 0:20 hours)". */
struct ratelimit_line {
    char *text;
    size_t size;
};
bool ratelimit_pass(struct ratelimit *ratelimit, const char *text, bool ignore_digits,
                    int64_t now_ms, struct ratelimit_line line);

/* The cause of the lines is over: each may be logged again RATELIMIT_FIRST_MS after it last was. */
void ratelimit_reset(struct ratelimit *ratelimit);

/* A duration for people: "45 s", "8:02 hours". Returns `text`. */
#define RATELIMIT_DURATION_SIZE 32
char *ratelimit_duration(int64_t ms, char text[RATELIMIT_DURATION_SIZE]);

#endif
