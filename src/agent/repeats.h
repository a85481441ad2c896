/* repeats.h - a line that comes again and again is told at growing intervals; internal to the
 * agent. No I/O, no clock: times named `_ms` are the caller's, of a clock that never goes back. */
#ifndef QUALIODOO_AGENT_REPEATS_H
#define QUALIODOO_AGENT_REPEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REPEATS_KINDS 32
#define REPEATS_FIRST_MS INT64_C(300000)  /* from the first telling to the second, then doubled */
#define REPEATS_MOST_MS INT64_C(21600000) /* four lines a day */

/* Zeroed to begin with. */
struct repeats {
    struct repeats_kind {
        uint64_t hash; /* of the text; 0: unused */
        int64_t told_ms, wait_ms;
        int64_t untold; /* how often it came since it was told */
    } kinds[REPEATS_KINDS];
};

/* Whether a line is told that came at `now_ms`. Two lines are equal when their texts are; with
 * `numbers_aside` also when only numbers in them differ (a duration, a time). When it is told and
 * came several times since it last was, appends to `line` how often and in what time: "... (12
 * times in 0:20 hours)". `text` may be `line`. */
struct repeats_line {
    char *text;
    size_t size;
};
bool repeats_tell(struct repeats *repeats, const char *text, bool numbers_aside, int64_t now_ms,
                  struct repeats_line line);

/* What caused them is over: each may be told again REPEATS_FIRST_MS after it last was. */
void repeats_over(struct repeats *repeats);

/* A length of time for people: "45 s", "8:02 hours". */
#define REPEATS_LENGTH_SIZE 32
char *repeats_length(int64_t ms, char text[REPEATS_LENGTH_SIZE]);

#endif
