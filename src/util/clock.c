/* clock.c - reads the clocks of the system, or the simulated one of the build for tests. */
#include "qualiodoo/util/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static bool frozen;
static instant frozen_at;

static int64_t read_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#ifdef QUALIODOO_TEST_CLOCK

/* The simulated clock, in the file $QUALIODOO_CLOCK: "FROM TO SPEED". When the machine's clock
 * showed FROM the simulated one showed TO, both in milliseconds since 1970; since then it runs
 * SPEED times as fast. The file is read each time, so that a test can set the clock back or
 * forward; the speed must stay the same. */
static bool read_simulation(long long *from, long long *to, int *speed)
{
    const char *path = getenv("QUALIODOO_CLOCK");
    FILE *file = path ? fopen(path, "re") : NULL;
    char line[128], *end = line;
    bool found = file && fgets(line, sizeof line, file);

    if (file)
        fclose(file);
    if (!found)
        return false;
    *from = strtoll(end, &end, 10);
    *to = strtoll(end, &end, 10);
    *speed = (int)strtol(end, NULL, 10);
    return *speed > 0;
}

bool clock_is_of_tests(void)
{
    return true;
}

int64_t clock_patience_ms(int64_t ms)
{
    const char *shorter = getenv("QUALIODOO_PATIENCE_MS");

    return shorter ? strtoll(shorter, NULL, 10) : ms;
}

static int speed(void)
{
    long long from, to;
    int found = 1;

    return read_simulation(&from, &to, &found) ? found : 1;
}

static int64_t wall_ms(void)
{
    long long from, to;
    int found;
    int64_t now = read_ms(CLOCK_REALTIME);

    return read_simulation(&from, &to, &found) ? to + (now - from) * found : now;
}

#else

bool clock_is_of_tests(void)
{
    return false;
}

int64_t clock_patience_ms(int64_t ms)
{
    return ms;
}

static int speed(void)
{
    return 1;
}

static int64_t wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

#endif

instant clock_real(void)
{
    return wall_ms() / 1000;
}

instant clock_machine(void)
{
    return read_ms(CLOCK_REALTIME) / 1000;
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
    return read_ms(CLOCK_MONOTONIC) * speed();
}

int64_t clock_boot_ms(void)
{
    return read_ms(CLOCK_BOOTTIME) * speed();
}

uint64_t clock_timer_usec(int64_t ms)
{
    return (uint64_t)ms * 1000 / (uint64_t)speed();
}

void clock_sleep_ms(int64_t ms)
{
    int64_t usec = (int64_t)clock_timer_usec(ms);
    struct timespec delay = {.tv_sec = usec / 1000000, .tv_nsec = (usec % 1000000) * 1000};

    nanosleep(&delay, NULL);
}
