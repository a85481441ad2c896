#include "qualiodoo/clock.h"

#include <stdbool.h>
#include <time.h>

static bool frozen;
static instant frozen_at;

instant clock_real(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

instant clock_now(void)
{
    return frozen ? frozen_at : clock_real();
}

void clock_set_now(instant now)
{
    frozen = true;
    frozen_at = now;
}

bool clock_is_set(void)
{
    return frozen;
}

int64_t clock_monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_sleep_ms(int64_t ms)
{
    struct timespec delay = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};

    nanosleep(&delay, NULL);
}
