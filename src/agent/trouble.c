#include "trouble.h"

#include <stdio.h>

static void begin(struct trouble *trouble, int64_t since_ms)
{
    if (trouble->failing)
        return;
    trouble->failing = true;
    trouble->told = false;
    trouble->since_ms = since_ms;
    trouble->failures = 0;
}

void trouble_waited(struct trouble *trouble, int64_t since_ms)
{
    begin(trouble, since_ms);
    trouble->told = true;
}

bool trouble_failed(struct trouble *trouble, const char *message, int64_t now_ms,
                    struct repeats_line line)
{
    begin(trouble, now_ms);
    trouble->failures++;
    if (!trouble->told && now_ms - trouble->since_ms >= REPEATS_FIRST_MS)
        trouble->repeats = (struct repeats){0};
    snprintf(line.text, line.size, "%s", message);
    if (!repeats_tell(&trouble->repeats, message, true, now_ms, line))
        return false;
    trouble->told = true;
    return true;
}

bool trouble_ended(struct trouble *trouble, int64_t now_ms, int64_t *ret_length_ms,
                   struct repeats_line line)
{
    char length[REPEATS_LENGTH_SIZE];

    *ret_length_ms = trouble->failing ? now_ms - trouble->since_ms : 0;
    if (!trouble->failing)
        return false;
    trouble->failing = false;
    /* After a short trouble the intervals go on growing: it may come again and again. */
    if (*ret_length_ms >= REPEATS_FIRST_MS)
        repeats_over(&trouble->repeats);
    repeats_length(*ret_length_ms, length);
    if (trouble->failures)
        snprintf(line.text, line.size, "recovered after %s, in which %lld cycle%s failed", length,
                 (long long)trouble->failures, trouble->failures > 1 ? "s" : "");
    else
        snprintf(line.text, line.size, "recovered after %s, in which the agent waited for Odoo",
                 length);
    return trouble->told;
}
