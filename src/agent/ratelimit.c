/* ratelimit.c - knows equal lines by a hash of their text, without its digits where the caller says
 * so. */
#include "ratelimit.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/util/backoff.h"
#include "qualiodoo/util/civil.h"

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* FNV-1a; never 0, which marks an unused kind. */
static uint64_t hash_of(const char *text, bool ignore_digits)
{
    uint64_t hash = FNV_BASIS;

    for (; *text; text++) {
        if (ignore_digits && *text >= '0' && *text <= '9')
            continue;
        hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    }
    return hash ? hash : 1;
}

/* The kind with that hash; else an unused one, or the one that was logged longest ago, emptied. */
static struct ratelimit_kind *find(struct ratelimit *ratelimit, uint64_t hash)
{
    struct ratelimit_kind *oldest = &ratelimit->kinds[0];

    for (size_t i = 0; i < RATELIMIT_KINDS; i++) {
        struct ratelimit_kind *kind = &ratelimit->kinds[i];

        if (kind->hash == hash)
            return kind;
        if (oldest->hash && (!kind->hash || kind->logged_ms < oldest->logged_ms))
            oldest = kind;
    }
    *oldest = (struct ratelimit_kind){0};
    return oldest;
}

char *ratelimit_duration(int64_t ms, char text[RATELIMIT_DURATION_SIZE])
{
    char hours[MINUTES_TEXT_SIZE];

    if (ms < 60000)
        snprintf(text, RATELIMIT_DURATION_SIZE, "%lld s", (long long)(ms / 1000));
    else
        snprintf(text, RATELIMIT_DURATION_SIZE, "%s hours", minutes_format(ms / 60000, hours));
    return text;
}

static void append_count(struct ratelimit_line line, int64_t count, int64_t span_ms)
{
    size_t used = strlen(line.text);
    char length[RATELIMIT_DURATION_SIZE];

    snprintf(line.text + used, line.size - used, " (%lld times in %s)", (long long)count,
             ratelimit_duration(span_ms, length));
}

bool ratelimit_pass(struct ratelimit *ratelimit, const char *text, bool ignore_digits,
                    int64_t now_ms, struct ratelimit_line line)
{
    uint64_t hash = hash_of(text, ignore_digits);
    struct ratelimit_kind *kind = find(ratelimit, hash);

    if (kind->hash == hash) {
        kind->count++;
        if (now_ms - kind->logged_ms < kind->wait_ms)
            return false;
        if (kind->count > 1)
            append_count(line, kind->count, now_ms - kind->logged_ms);
        kind->wait_ms = backoff_wait(kind->wait_ms, RATELIMIT_MOST_MS, 1);
    } else {
        kind->hash = hash;
        kind->wait_ms = RATELIMIT_FIRST_MS;
    }
    kind->logged_ms = now_ms;
    kind->count = 0;
    return true;
}

void ratelimit_reset(struct ratelimit *ratelimit)
{
    for (size_t i = 0; i < RATELIMIT_KINDS; i++)
        if (ratelimit->kinds[i].hash)
            ratelimit->kinds[i].wait_ms = RATELIMIT_FIRST_MS;
}
