/* heartbeat.c - an atomic counter. */
#include "qualiodoo/util/heartbeat.h"

#include <stdatomic.h>

static atomic_ulong beats;

void heartbeat_beat(void)
{
    atomic_fetch_add(&beats, 1);
}

unsigned long heartbeat_count(void)
{
    return atomic_load(&beats);
}
