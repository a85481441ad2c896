/* interrupt.c - a flag that any thread or signal handler may set. */
#include "qualiodoo/util/interrupt.h"

#include <stdatomic.h>
#include <stddef.h>

static atomic_bool requested;

void interrupt_request(void)
{
    atomic_store(&requested, true);
}

bool interrupt_requested(void *unused)
{
    (void)unused;
    return atomic_load(&requested);
}

int interrupt_check(struct error *error)
{
    if (!interrupt_requested(NULL))
        return 0;
    return error_set(error, ERR_INTERRUPTED, "interrupted; the next run goes on from there");
}
