/* backoff.c - doubles the wait, up to a limit. */
#include "qualiodoo/util/backoff.h"

int64_t backoff_wait(int64_t first, int64_t most, int before)
{
    int64_t wait = first;

    for (int i = 0; i < before && wait < most; i++)
        wait *= 2;
    return wait < most ? wait : most;
}
