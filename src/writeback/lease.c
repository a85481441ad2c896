/* lease.c - the calls that keep the lease of several agents on one Odoo. The state machine and its
 * invariants are at the head of core/lease.c.
 *
 *     lease_next()   calls
 *     CREATE         create {holder and token, purpose}, then a look. When the answer is lost, the
 *                    row is searched by its token and released.
 *     TEND           read the own row, write {holder and a new token}, then a look
 *     DROP           write {purpose: released}, once; after a failure the row expires by itself
 *
 * DROP does not release the row of an agent on duty: a write that timed out may still reach Odoo,
 * so the others must wait until the row expires.
 *
 * A look reads the rows with the purpose LEASE_WRITES. The own row must hold the token of the last
 * heartbeat, which is checked before the next heartbeat and after it: when a copy of the state (a
 * cloned machine) writes the same row, both notice the other's token and give the row up.
 * Heartbeats do not write the purpose, so a released row stays released.
 *
 * `adjust` needs no lease: it searches Odoo for its key before it writes, and a person waits for
 * it.
 *
 * The agent's clock is the boot clock, which also runs while the machine sleeps. When the wall
 * clock has advanced further since the last heartbeat (a suspended virtual machine, a reboot), the
 * difference is added. */
#include "lease_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/store/outbox.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/heartbeat.h"
#include "qualiodoo/util/interrupt.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

enum {
    CREATES_MAX = 3,           /* attempts of one lease_take() to get a row */
    LOOK_AGAIN_MS = 5000,      /* a younger look is not repeated before a batch of writes */
    SAY_WAIT_MS = 5000,        /* a longer wait is logged */
    SEARCH_BACK_SECONDS = 600, /* a look reads no older rows: they have expired long ago */
    WAIT_SLICE_MS = 100,
};

/* ---- The row ---- */

static bool is_field(json_t *known, const char *name)
{
    return json_object_get(known, name) != NULL;
}

static int find_model(struct lease_keeper *keeper, struct error *error)
{
    json_t *names, *known = NULL;
    int rc;

    if (keeper->asked)
        return 0;
    names = json_pack("[ss]", LEASE_HOLDER_FIELD, LEASE_PURPOSE_FIELD);
    rc = names ? odoo_fields(keeper->odoo, LEASE_MODEL, names, &known, error) : error_memory(error);
    keeper->in_use =
        rc == 0 && is_field(known, LEASE_HOLDER_FIELD) && is_field(known, LEASE_PURPOSE_FIELD);
    json_decref(names);
    json_decref(known);
    if (rc == ERR_MISSING_MODEL)
        rc = 0;
    keeper->asked = rc == 0;
    if (rc == 0 && !keeper->in_use)
        lease_dropped(&keeper->lease);
    return rc;
}

/* "HOST:PATH #TOKEN", with a new token. */
static json_t *holder_text(struct lease_keeper *keeper)
{
    char host[65] = "?";
    json_t *text;

    gethostname(host, sizeof host - 1);
    memcpy(keeper->before, keeper->token, sizeof keeper->before);
    snprintf(keeper->token, sizeof keeper->token, "%08x%08x", arc4random(), arc4random());
    text = json_sprintf("%s:%.150s #%s", host, keeper->path, keeper->token);
    return text ? text : json_sprintf("%s #%s", host, keeper->token); /* the path is not UTF-8 */
}

/* Best effort: after a failure the row expires by itself. */
static void release(struct lease_keeper *keeper, int64_t row)
{
    struct error ignored;

    if (row)
        ask_write(keeper->odoo, LEASE_MODEL, row,
                  json_pack("{ss}", LEASE_PURPOSE_FIELD, LEASE_RELEASED), &ignored);
}

static void give_up(struct lease_keeper *keeper, const char *why)
{
    int64_t row = keeper->lease.row;

    if (keeper->lease.phase == LEASE_DUTY)
        log_warning("the lease of writing into Odoo is laid down: %s", why);
    lease_dropped(&keeper->lease);
    release(keeper, row);
}

/* The row of an agent on duty is not released but left to expire (core/lease.c, invariant 2). */
static void expire(struct lease_keeper *keeper)
{
    if (keeper->lease.phase != LEASE_DUTY) {
        give_up(keeper, "");
        return;
    }
    log_warning("the lease of writing into Odoo is laid down: no heartbeat was confirmed for two "
                "minutes");
    keeper->left_row = keeper->lease.row;
    lease_dropped(&keeper->lease);
}

static int refused(struct error *error)
{
    if (error->code == ERR_ACCESS_RIGHTS)
        error_prefix(error, "the agent's user may not use the model " LEASE_MODEL
                            " of the lease (run 'qualiodoo setup' again)");
    return error->code;
}

/* After a create whose answer was lost: releases the row it may have made. This agent never uses
 * that row, and other agents must not wait for it. */
static int release_lost(struct lease_keeper *keeper, json_t *holder, struct error *error)
{
    json_t *records = NULL;
    int rc = ask_records(keeper->odoo, LEASE_MODEL,
                         json_pack("[[ssO]]", LEASE_HOLDER_FIELD, "=", holder),
                         json_pack("[s]", LEASE_HOLDER_FIELD), &records, error);

    if (rc == 0)
        release(keeper, ask_field_id(json_array_get(records, 0), "id"));
    json_decref(records);
    return rc;
}

static int create(struct lease_keeper *keeper, struct error *error)
{
    json_t *holder = holder_text(keeper);
    int64_t row = 0, begun = clock_boot_ms(), ended;
    struct error cause = {0};
    int rc;

    keeper->offset_ms = lease_wall_ahead_ms();
    rc = ask_create(
        keeper->odoo, LEASE_MODEL,
        json_pack("{sO ss}", LEASE_HOLDER_FIELD, holder, LEASE_PURPOSE_FIELD, LEASE_WRITES), &row,
        &cause);
    ended = clock_boot_ms();
    if (rc < 0) {
        *error = cause;
        rc =
            ask_unknown_effect(rc) && release_lost(keeper, holder, error) == 0 ? 0 : refused(error);
    } else if (!lease_created(&keeper->lease, &lease_limits, row, begun, ended)) {
        release(keeper, row);
    } else {
        keeper->beat_ended_ms = ended;
        keeper->stamp = 0;
    }
    json_decref(holder);
    return rc;
}

static bool holds_token(const char *token, json_t *record)
{
    const char *text = json_string_value(json_object_get(record, LEASE_HOLDER_FIELD));
    const char *mark = text ? strrchr(text, '#') : NULL;

    return mark && strcmp(mark + 1, token) == 0;
}

/* Gives the row up when another process changed it. The token before the last one is accepted too:
 * the last heartbeat may not have reached Odoo. */
static int check_own(struct lease_keeper *keeper, struct error *error)
{
    json_t *records = NULL, *own;
    int rc = ask_records(keeper->odoo, LEASE_MODEL,
                         json_pack("[[ssI] [sss]]", "id", "=", (json_int_t)keeper->lease.row,
                                   LEASE_PURPOSE_FIELD, "=", LEASE_WRITES),
                         json_pack("[s]", LEASE_HOLDER_FIELD), &records, error);

    own = json_array_get(records, 0);
    if (rc == 0 && !holds_token(keeper->token, own) && !holds_token(keeper->before, own))
        give_up(keeper, "another process changed or released its row");
    json_decref(records);
    return rc < 0 ? refused(error) : 0;
}

static int heartbeat(struct lease_keeper *keeper, struct error *error)
{
    int64_t begun = lease_now_ms(keeper), offset = lease_wall_ahead_ms(), ended;
    int64_t row = keeper->lease.row;
    json_t *holder = holder_text(keeper);
    int rc = ask_write(keeper->odoo, LEASE_MODEL, row,
                       json_pack("{so}", LEASE_HOLDER_FIELD, holder), error);

    if (rc == ERR_MISSING_RECORD) {
        give_up(keeper, "its row is gone from " LEASE_MODEL);
        return 0;
    }
    if (rc < 0)
        return refused(error);
    ended = lease_now_ms(keeper);
    if (ended < begun) /* the wall clock was put back */
        ended = begun;
    if (!lease_confirmed(&keeper->lease, &lease_limits, begun, ended)) {
        keeper->left_row = row;
        log_warning("the lease of writing into Odoo is laid down: a heartbeat was answered too "
                    "late");
        return 0;
    }
    /* offset_ms now holds the wall clock's lead, so the boot clock alone gives the agent's time. */
    keeper->lease.confirmed_ms = clock_boot_ms() - (ended - begun);
    keeper->offset_ms = offset;
    keeper->beat_ended_ms = clock_boot_ms();
    return 0;
}

/* ---- A look ---- */

static json_t *look_domain(const struct lease_keeper *keeper)
{
    char since[INSTANT_TEXT_SIZE];

    if (!keeper->stamp)
        return json_pack("[[sss]]", LEASE_PURPOSE_FIELD, "=", LEASE_WRITES);
    instant_format_odoo(keeper->stamp - SEARCH_BACK_SECONDS, since);
    return json_pack("[[sss] [sss]]", LEASE_PURPOSE_FIELD, "=", LEASE_WRITES, "write_date",
                     ">=", since);
}

static instant stamp_of(json_t *record)
{
    const char *text = json_string_value(json_object_get(record, "write_date"));
    instant stamp = 0;

    return text && instant_parse_odoo(text, &stamp) ? stamp : 0;
}

/* Keeps the holder of `row` without the token. */
static void note_holder(struct lease_keeper *keeper, json_t *records, int64_t row)
{
    char *mark;

    lease_copy_text(keeper->holder, sizeof keeper->holder,
                    json_object_get(ask_find(records, row), LEASE_HOLDER_FIELD));
    mark = strrchr(keeper->holder, '#');
    if (mark)
        *(mark > keeper->holder ? mark - 1 : mark) = '\0';
    keeper->holder_row = row;
}

static int evaluate_look(struct lease_keeper *keeper, json_t *records, int64_t begun_ms,
                         struct error *error)
{
    size_t count = json_array_size(records), live = 0;
    struct lease_row *rows = calloc(count + 1, sizeof *rows);
    json_t *own = ask_find(records, keeper->lease.row);
    struct lease_rows read = {.rows = rows,
                              .count = count,
                              .own = {keeper->lease.row, stamp_of(own)},
                              .waited_ms = begun_ms - keeper->beat_ended_ms};
    struct lease_look look = {.begun_ms = begun_ms,
                              .own = read.own.stamp && holds_token(keeper->token, own)};

    if (!rows)
        return error_memory(error);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct lease_row){ask_field_id(json_array_get(records, i), "id"),
                                     stamp_of(json_array_get(records, i))};
    if (look.own) {
        keeper->stamp = read.own.stamp;
        look.lower = lease_lowest(&read, &lease_limits, &live);
    }
    free(rows);
    note_holder(keeper, records, look.lower);
    lease_looked(&keeper->lease, &lease_limits, &look);
    return 0;
}

static void log_change(struct lease_keeper *keeper, enum lease_phase before)
{
    enum lease_phase now = keeper->lease.phase;

    if (now == LEASE_DUTY && before != LEASE_DUTY) {
        keeper->taken = true;
        log_info("on duty: this agent writes into Odoo (row %lld of " LEASE_MODEL ")",
                 (long long)keeper->lease.row);
    } else if (before == LEASE_DUTY && now != LEASE_DUTY) {
        log_warning("the lease of writing into Odoo is laid down: %s%s",
                    now == LEASE_NONE ? "its row was changed or released" : "before it comes ",
                    now == LEASE_NONE ? "" : keeper->holder);
    } else if (now == LEASE_STANDBY && before != now) {
        log_info("standby: %s writes into Odoo", keeper->holder);
    }
}

static int look(struct lease_keeper *keeper, struct error *error)
{
    enum lease_phase before = keeper->lease.phase;
    int64_t row = keeper->lease.row, begun = clock_boot_ms();
    json_t *records = NULL;
    int rc = ask_records(keeper->odoo, LEASE_MODEL, look_domain(keeper),
                         json_pack("[ss]", LEASE_HOLDER_FIELD, "write_date"), &records, error);

    if (rc == 0)
        rc = evaluate_look(keeper, records, begun, error);
    json_decref(records);
    if (rc < 0)
        return refused(error);
    keeper->looked_ms = begun;
    log_change(keeper, before);
    if (!keeper->lease.row)
        release(keeper, row);
    return 0;
}

/* ---- Steps ---- */

static int tend(struct lease_keeper *keeper, struct error *error)
{
    int rc = check_own(keeper, error);

    if (rc == 0 && keeper->lease.row)
        rc = heartbeat(keeper, error);
    return rc < 0 || !keeper->lease.row ? rc : look(keeper, error);
}

/* Does what lease_next() says. `fresh`: heartbeat and look even when they are not due. */
static int step(struct lease_keeper *keeper, bool fresh, struct error *error)
{
    enum lease_action action = lease_next(&keeper->lease, &lease_limits, lease_now_ms(keeper));
    int rc = 0;

    if (action == LEASE_DROP) {
        expire(keeper);
        action = LEASE_CREATE;
    }
    if (action == LEASE_CREATE) {
        rc = create(keeper, error);
        return rc < 0 || !keeper->lease.row ? rc : look(keeper, error);
    }
    return action == LEASE_TEND || fresh ? tend(keeper, error) : 0;
}

/* ERR_MISSING_MODEL is success: the lease model was removed, so no lease is needed. */
static int without_model(struct lease_keeper *keeper, int rc)
{
    if (rc != ERR_MISSING_MODEL)
        return rc;
    lease_dropped(&keeper->lease);
    keeper->in_use = false;
    return 0;
}

static int step_and_save(struct lease_keeper *keeper, bool fresh, struct error *error)
{
    struct error own;
    int rc = without_model(keeper, step(keeper, fresh, error));
    int saved = lease_save(keeper, rc < 0 ? &own : error);

    return rc < 0 ? rc : saved;
}

int lease_serve(struct lease_keeper *keeper, struct error *error)
{
    int rc = find_model(keeper, error);

    return rc < 0 || !keeper->in_use ? rc : step_and_save(keeper, false, error);
}

void lease_keep(struct lease_keeper *keeper)
{
    struct error ignored;

    if (keeper && keeper->in_use && keeper->lease.row &&
        lease_next(&keeper->lease, &lease_limits, lease_now_ms(keeper)) == LEASE_TEND)
        (void)without_model(keeper, tend(keeper, &ignored));
}

/* ---- Before writes ---- */

static bool is_fresh(const struct lease_keeper *keeper)
{
    return keeper->looked_ms && clock_boot_ms() - keeper->looked_ms < LOOK_AGAIN_MS;
}

/* Waits until the second look, which gives duty, is due. */
static int wait_for_look(const struct lease_keeper *keeper, struct error *error)
{
    int64_t left = lease_due_ms(&keeper->lease, &lease_limits) - lease_now_ms(keeper);
    int64_t until = clock_boot_ms() + left;

    if (left > SAY_WAIT_MS)
        log_warning("waiting %lld s before the first write: no other agent may hold the lease of "
                    "writing into this Odoo (" LEASE_MODEL ")",
                    (long long)(left + 999) / 1000);
    progress_step("waiting before the first write");
    while (clock_boot_ms() < until && !interrupt_requested(NULL)) {
        clock_sleep_ms(WAIT_SLICE_MS);
        heartbeat_beat();
    }
    return interrupt_check(error);
}

/* Two to three minutes after its last heartbeat, the lower row may be the one this agent left. */
static void say_standby(const struct lease_keeper *keeper)
{
    if (keeper->left_row && keeper->holder_row == keeper->left_row)
        log_warning("the row that this agent had before (%lld of " LEASE_MODEL
                    ") holds the lease of writing into this Odoo until three minutes after its "
                    "last heartbeat: what is to be written waits; repeat the command in a minute",
                    (long long)keeper->left_row);
    else
        log_warning("another agent writes into this Odoo: %s (row %lld of " LEASE_MODEL
                    "); what is to be written waits until it ends",
                    *keeper->holder ? keeper->holder : "it is not known which",
                    (long long)keeper->holder_row);
}

int lease_take(struct lease_keeper *keeper, bool wait, bool *ret_duty, struct error *error)
{
    int rc = find_model(keeper, error);

    for (int tries = 0; rc == 0 && keeper->in_use; tries++) {
        rc = step_and_save(keeper, !is_fresh(keeper), error);
        if (rc < 0 || !wait || lease_may_write_now(keeper) || keeper->lease.phase == LEASE_STANDBY)
            break;
        if (keeper->lease.phase == LEASE_CANDIDATE)
            rc = wait_for_look(keeper, error);
        else if (tries >= CREATES_MAX)
            break;
    }
    *ret_duty = rc == 0 && (!keeper->in_use || lease_may_write_now(keeper));
    if (rc == 0 && wait && !*ret_duty)
        say_standby(keeper);
    return rc;
}

int lease_check(struct lease_keeper *keeper, struct error *error)
{
    if (!keeper || !keeper->in_use)
        return 0;
    lease_keep(keeper);
    if (!keeper->in_use || lease_may_write_now(keeper))
        return 0;
    return error_set(error, ERR_BUSY,
                     "this agent does not hold the lease of writing into Odoo any more: what is to "
                     "be written waits");
}

void lease_guard(struct lease_keeper *keeper, bool on)
{
    if (keeper)
        odoo_set_permit(keeper->odoo, on ? lease_permits : NULL, keeper);
}

void lease_release(struct lease_keeper *keeper)
{
    int64_t row = keeper->lease.row;
    struct outbox_counts writes;
    struct error ignored;

    if (!row || outbox_count(keeper->store, &writes, &ignored) < 0)
        return;
    if (writes.by_state[OUTBOX_SENDING])
        return;                    /* a write may still reach Odoo: let the row expire by itself */
    lease_dropped(&keeper->lease); /* also when the release fails: the row is not used again */
    if (lease_save(keeper, &ignored) == 0)
        release(keeper, row);
}

int64_t lease_due_in_ms(const struct lease_keeper *keeper)
{
    int64_t left;

    if (!keeper->in_use)
        return -1;
    if (!keeper->lease.row)
        return 5000; /* a failed create is not repeated at once */
    left = lease_due_ms(&keeper->lease, &lease_limits) - lease_now_ms(keeper);
    return left > 0 ? left : 0;
}
