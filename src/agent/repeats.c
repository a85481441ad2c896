#include "repeats.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/util/backoff.h"
#include "qualiodoo/util/civil.h"

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

/* FNV-1a; never 0, which marks an unused kind. */
static uint64_t hash_of(const char *text, bool numbers_aside)
{
    uint64_t hash = FNV_BASIS;

    for (; *text; text++) {
        if (numbers_aside && *text >= '0' && *text <= '9')
            continue;
        hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
    }
    return hash ? hash : 1;
}

/* The kind with that hash; else an unused one, or the one that was logged longest ago, emptied. */
static struct repeats_kind *find(struct repeats *repeats, uint64_t hash)
{
    struct repeats_kind *oldest = &repeats->kinds[0];

    for (size_t i = 0; i < REPEATS_KINDS; i++) {
        struct repeats_kind *kind = &repeats->kinds[i];

        if (kind->hash == hash)
            return kind;
        if (oldest->hash && (!kind->hash || kind->told_ms < oldest->told_ms))
            oldest = kind;
    }
    *oldest = (struct repeats_kind){0};
    return oldest;
}

char *repeats_length(int64_t ms, char text[REPEATS_LENGTH_SIZE])
{
    char hours[MINUTES_TEXT_SIZE];

    if (ms < 60000)
        snprintf(text, REPEATS_LENGTH_SIZE, "%lld s", (long long)(ms / 1000));
    else
        snprintf(text, REPEATS_LENGTH_SIZE, "%s hours", minutes_format(ms / 60000, hours));
    return text;
}

static void append_count(struct repeats_line line, int64_t count, int64_t span_ms)
{
    size_t used = strlen(line.text);
    char length[REPEATS_LENGTH_SIZE];

    snprintf(line.text + used, line.size - used, " (%lld times in %s)", (long long)count,
             repeats_length(span_ms, length));
}

bool repeats_tell(struct repeats *repeats, const char *text, bool numbers_aside, int64_t now_ms,
                  struct repeats_line line)
{
    uint64_t hash = hash_of(text, numbers_aside);
    struct repeats_kind *kind = find(repeats, hash);

    if (kind->hash == hash) {
        kind->untold++;
        if (now_ms - kind->told_ms < kind->wait_ms)
            return false;
        if (kind->untold > 1)
            append_count(line, kind->untold, now_ms - kind->told_ms);
        kind->wait_ms = backoff_wait(kind->wait_ms, REPEATS_MOST_MS, 1);
    } else {
        kind->hash = hash;
        kind->wait_ms = REPEATS_FIRST_MS;
    }
    kind->told_ms = now_ms;
    kind->untold = 0;
    return true;
}

void repeats_over(struct repeats *repeats)
{
    for (size_t i = 0; i < REPEATS_KINDS; i++)
        if (repeats->kinds[i].hash)
            repeats->kinds[i].wait_ms = REPEATS_FIRST_MS;
}
