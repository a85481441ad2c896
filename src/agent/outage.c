/* outage.c - the transitions of the diagram in outage.h. */
#include "outage.h"

#include <stdio.h>

static void begin(struct outage *outage, int64_t since_ms)
{
    if (outage->failing)
        return;
    outage->failing = true;
    outage->logged = false;
    outage->since_ms = since_ms;
    outage->failures = 0;
}

void outage_waited(struct outage *outage, int64_t since_ms)
{
    begin(outage, since_ms);
    outage->logged = true;
}

bool outage_failed(struct outage *outage, const char *message, int64_t now_ms,
                   struct ratelimit_line line)
{
    begin(outage, now_ms);
    outage->failures++;
    if (!outage->logged && now_ms - outage->since_ms >= RATELIMIT_FIRST_MS)
        outage->ratelimit = (struct ratelimit){0};
    snprintf(line.text, line.size, "%s", message);
    if (!ratelimit_pass(&outage->ratelimit, message, true, now_ms, line))
        return false;
    outage->logged = true;
    return true;
}

bool outage_ended(struct outage *outage, int64_t now_ms, int64_t *ret_length_ms,
                  struct ratelimit_line line)
{
    char length[RATELIMIT_DURATION_SIZE];

    *ret_length_ms = outage->failing ? now_ms - outage->since_ms : 0;
    if (!outage->failing)
        return false;
    outage->failing = false;
    /* After a short outage the intervals go on growing: it may come again and again. */
    if (*ret_length_ms >= RATELIMIT_FIRST_MS)
        ratelimit_reset(&outage->ratelimit);
    ratelimit_duration(*ret_length_ms, length);
    if (outage->failures)
        snprintf(line.text, line.size, "recovered after %s, in which %lld cycle%s failed", length,
                 (long long)outage->failures, outage->failures > 1 ? "s" : "");
    else
        snprintf(line.text, line.size, "recovered after %s, in which the agent waited for Odoo",
                 length);
    return outage->logged;
}
