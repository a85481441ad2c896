/* lease.c - which of several agents may write into one Odoo.
 *
 *     NONE ------ created within create_ms: lease_created -----------> STANDBY
 *     STANDBY --- a look finds no lower live row: lease_looked -------> CANDIDATE
 *     CANDIDATE - another, looks_ms later, finds none: lease_looked --> DUTY
 *     CANDIDATE, DUTY -- a look finds a lower live row: lease_looked -> STANDBY
 *     any ------- no heartbeat confirmed for duty_ms: lease_next says DROP, lease_confirmed is
 *                 false -> NONE
 *     any ------- a look does not find the own row as the last heartbeat left it -> NONE
 *     any ------- clean stop: lease_dropped, the row is released -> NONE
 *
 * Each agent has one row at a time. Odoo stamps a row with the time of each heartbeat; a row is
 * live while its stamp is younger than live_ms by the clock of Odoo's database. An agent derives
 * the time of that clock from its own row: the row's stamp plus the time that passed since. (The
 * Date header of an answer may be a proxy's.)
 *
 * Assumptions:
 *  A. Ids grow: of two creates, the one that was given its id later has the higher one.
 *  B. The clocks of two agents and of the database run equally fast, to 5 %.
 *  C. A write reaches Odoo, or is lost, within live_ms - duty_ms (a minute) after it was sent.
 *
 * Invariants:
 *  1. At most one agent is in DUTY with a heartbeat younger than duty_ms: lease_may_write().
 *  2. The row of an agent that lost duty by age is live for others for live_ms - duty_ms more, so
 *     that the next agent looks into Odoo after the last write has reached it (C). Such a row is
 *     not released. A row is released only when none of its agent's writes is on its way.
 *  3. An agent never uses again a row that it gave up, even when a late heartbeat revives
 *     it in Odoo: a revived row only delays the other agents.
 *  4. Odoo assigns an id before other agents can see the row. The second look begins looks_ms >
 *     create_ms after the create of the own row was answered, so it sees every row with a lower id
 *     whose create took less than create_ms. An agent whose create took longer gives its row up
 *     (lease_created), so no row that counts is missed.
 *  5. A heartbeat counts from when it was begun, and only if the heartbeat before it is
 *     younger than duty_ms when it is answered. */
#include "qualiodoo/core/lease.h"

#include <assert.h>

const struct lease_limits lease_limits = {.live_ms = 180000,
                                          .duty_ms = 120000,
                                          .heartbeat_ms = 60000,
                                          .looks_ms = 30000,
                                          .create_ms = 20000};

static bool has_row(const struct lease *lease)
{
    assert((lease->phase == LEASE_NONE) == (lease->row == 0));
    return lease->row != 0;
}

static bool is_too_old(const struct lease *lease, const struct lease_limits *limits, int64_t now_ms)
{
    return now_ms - lease->confirmed_ms >= limits->duty_ms;
}

int64_t lease_due_ms(const struct lease *lease, const struct lease_limits *limits)
{
    int64_t due = lease->confirmed_ms + limits->heartbeat_ms;

    if (!has_row(lease))
        return INT64_MIN;
    if (lease->phase == LEASE_CANDIDATE && lease->first_look_ms + limits->looks_ms < due)
        due = lease->first_look_ms + limits->looks_ms;
    return due;
}

enum lease_action lease_next(const struct lease *lease, const struct lease_limits *limits,
                             int64_t now_ms)
{
    if (!has_row(lease))
        return LEASE_CREATE;
    if (is_too_old(lease, limits, now_ms))
        return LEASE_DROP;
    return now_ms >= lease_due_ms(lease, limits) ? LEASE_TEND : LEASE_WAIT;
}

bool lease_may_write(const struct lease *lease, const struct lease_limits *limits, int64_t now_ms)
{
    return has_row(lease) && lease->phase == LEASE_DUTY && !is_too_old(lease, limits, now_ms);
}

bool lease_created(struct lease *lease, const struct lease_limits *limits, int64_t row,
                   int64_t begun_ms, int64_t ended_ms)
{
    assert(!has_row(lease) && row > 0 && begun_ms <= ended_ms);
    if (ended_ms - begun_ms >= limits->create_ms)
        return false;
    *lease = (struct lease){.phase = LEASE_STANDBY, .row = row, .confirmed_ms = begun_ms};
    return true;
}

bool lease_confirmed(struct lease *lease, const struct lease_limits *limits, int64_t begun_ms,
                     int64_t ended_ms)
{
    assert(has_row(lease) && begun_ms >= lease->confirmed_ms && begun_ms <= ended_ms);
    if (is_too_old(lease, limits, ended_ms)) {
        lease_dropped(lease);
        return false;
    }
    lease->confirmed_ms = begun_ms;
    return true;
}

void lease_looked(struct lease *lease, const struct lease_limits *limits,
                  const struct lease_look *look)
{
    assert(has_row(lease) && look->lower < lease->row);
    if (!look->own) {
        lease_dropped(lease);
    } else if (look->lower) {
        lease->phase = LEASE_STANDBY;
    } else if (lease->phase == LEASE_STANDBY) {
        lease->phase = LEASE_CANDIDATE;
        lease->first_look_ms = look->begun_ms;
    } else if (lease->phase == LEASE_CANDIDATE &&
               look->begun_ms - lease->first_look_ms >= limits->looks_ms) {
        lease->phase = LEASE_DUTY;
    }
}

void lease_dropped(struct lease *lease)
{
    *lease = (struct lease){.phase = LEASE_NONE};
}

int64_t lease_lowest(const struct lease_rows *look, const struct lease_limits *limits,
                     size_t *ret_live)
{
    /* The database's clock shows this or a little later: in doubt a row is live. */
    instant now = look->own.stamp + look->waited_ms / 1000;
    int64_t lowest = 0;

    *ret_live = 0;
    for (size_t i = 0; i < look->count; i++) {
        const struct lease_row *row = &look->rows[i];

        if (row->id == look->own.id || now - row->stamp >= limits->live_ms / 1000)
            continue;
        ++*ret_live;
        if (row->id < look->own.id && (!lowest || row->id < lowest))
            lowest = row->id;
    }
    return lowest;
}

const char *lease_phase_name(enum lease_phase phase)
{
    static const char *const names[LEASE_PHASES] = {[LEASE_NONE] = "none",
                                                    [LEASE_STANDBY] = "standby",
                                                    [LEASE_CANDIDATE] = "candidate",
                                                    [LEASE_DUTY] = "duty"};

    return names[phase];
}
