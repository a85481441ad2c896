/* skew.c - compares the time in two answers of Odoo with this machine's: one old answer, of a
 * cache, is no wrong clock. */
#include "qualiodoo/pull/skew.h"

#include <jansson.h>
#include <stdlib.h>

#include "qualiodoo/odoo/session.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/json_build.h"

enum {
    SECOND_LOOK_SECONDS = 2, /* after this, a Date must have advanced: it has whole seconds */
    WAIT_SLICE_MS = 50,
};

static bool differs(const struct odoo_clock *clock)
{
    return clock->ahead_seconds > SKEW_MAX_SECONDS || clock->ahead_seconds < -SKEW_MAX_SECONDS;
}

/* Waits by the machine's clock, not the simulated one of tests: the server's Date advances by real
 * time. */
static int wait_a_moment(struct error *error)
{
    instant start = clock_machine();

    while (clock_machine() >= start && clock_machine() <= start + SECOND_LOOK_SECONDS) {
        clock_sleep_ms(WAIT_SLICE_MS);
        if (interrupt_requested(NULL))
            break;
    }
    return interrupt_check(error);
}

int skew_look(struct odoo *odoo, struct skew *ret, struct error *error)
{
    struct odoo_clock first, second;
    int rc;

    *ret = (struct skew){0};
    if (!odoo_clock(odoo, &first) || !differs(&first))
        return 0;
    rc = wait_a_moment(error);
    if (rc == 0)
        rc = odoo_ping(odoo, error);
    if (rc < 0)
        return rc;
    if (!odoo_clock(odoo, &second) || second.server <= first.server || !differs(&second))
        return 0;
    *ret = (struct skew){.found = true,
                         .ahead_seconds = second.ahead_seconds,
                         .machine = second.machine,
                         .server = second.server};
    return 0;
}

int skew_error(const struct skew *skew, struct error *error)
{
    char machine[INSTANT_TEXT_SIZE], server[INSTANT_TEXT_SIZE];

    return error_set(
        error, ERR_REFUSED,
        "this machine's clock says %s and Odoo's server %s: while they differ by more than %d "
        "minutes, nothing is written into Odoo and what is to be written waits; set the clock "
        "that is wrong (on this machine 'timedatectl' shows it; Odoo's is that of its server)",
        instant_format(skew->machine, machine), instant_format(skew->server, server),
        SKEW_MAX_SECONDS / 60);
}

int skew_note(struct store *store, const struct skew *skew, struct error *error)
{
    char machine[INSTANT_TEXT_SIZE], server[INSTANT_TEXT_SIZE], *text;
    json_t *found;
    int rc;

    if (!skew->found)
        return store_meta_set(store, "clock", "null", error);
    found = json_pack("{ss ss sI}", "machine_at", instant_format(skew->machine, machine), "odoo_at",
                      instant_format(skew->server, server), "ahead_seconds",
                      (json_int_t)skew->ahead_seconds);
    text = json_build_text(found, JSON_COMPACT);
    rc = text ? store_meta_set(store, "clock", text, error) : error_memory(error);
    json_decref(found);
    free(text);
    return rc;
}
