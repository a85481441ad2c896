/* lease_row.c - the agent's row of LEASE_MODEL: the calls to Odoo that make it, keep it alive, read
 * it beside the others' and release it.
 *
 * A look reads the rows with the purpose LEASE_WRITES. The own row must hold the token of the last
 * heartbeat, which is checked before the next heartbeat and after it: when a copy of the state (a
 * cloned machine) writes the same row, both notice the other's token and give the row up.
 * Heartbeats do not write the purpose, so a released row stays released. */
#include "lease_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/log.h"

enum { SEARCH_BACK_SECONDS = 600 }; /* a look reads no older rows: they have expired long ago */

static bool is_field(json_t *known, const char *name)
{
    return json_object_get(known, name) != NULL;
}

int lease_row_model(struct lease_keeper *keeper, struct error *error)
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
void lease_row_release(struct lease_keeper *keeper, int64_t row)
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
        log_warning("this agent gives up the lease for writing into Odoo: %s", why);
    lease_dropped(&keeper->lease);
    lease_row_release(keeper, row);
}

/* The row of an agent on duty is not released but left to expire (core/lease.c, invariant 2). */
void lease_row_expire(struct lease_keeper *keeper)
{
    if (keeper->lease.phase != LEASE_DUTY) {
        give_up(keeper, "");
        return;
    }
    log_warning(
        "this agent gives up the lease for writing into Odoo: no heartbeat was confirmed for "
        "two minutes");
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
    int rc = ask_records(
        keeper->odoo,
        (struct ask_query){.model = LEASE_MODEL,
                           .domain = json_pack("[[ssO]]", LEASE_HOLDER_FIELD, "=", holder),
                           .fields = json_pack("[s]", LEASE_HOLDER_FIELD)},
        &records, error);

    if (rc == 0)
        lease_row_release(keeper, ask_field_id(json_array_get(records, 0), "id"));
    json_decref(records);
    return rc;
}

int lease_row_create(struct lease_keeper *keeper, struct error *error)
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
        lease_row_release(keeper, row);
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
int lease_row_check(struct lease_keeper *keeper, struct error *error)
{
    json_t *records = NULL, *own;
    int rc =
        ask_records(keeper->odoo,
                    (struct ask_query){.model = LEASE_MODEL,
                                       .domain = json_pack("[[ssI] [sss]]", "id", "=",
                                                           (json_int_t)keeper->lease.row,
                                                           LEASE_PURPOSE_FIELD, "=", LEASE_WRITES),
                                       .fields = json_pack("[s]", LEASE_HOLDER_FIELD)},
                    &records, error);

    own = json_array_get(records, 0);
    if (rc == 0 && !holds_token(keeper->token, own) && !holds_token(keeper->before, own))
        give_up(keeper, "another process changed or released its row");
    json_decref(records);
    return rc < 0 ? refused(error) : 0;
}

int lease_row_heartbeat(struct lease_keeper *keeper, struct error *error)
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
        log_warning("this agent gives up the lease for writing into Odoo: a heartbeat was answered "
                    "too late");
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
        log_warning("this agent gives up the lease for writing into Odoo: %s%s",
                    now == LEASE_NONE ? "its row was changed or released" : keeper->holder,
                    now == LEASE_NONE ? "" : " has the lower row");
    } else if (now == LEASE_STANDBY && before != now) {
        log_info("standby: %s writes into Odoo", keeper->holder);
    }
}

int lease_row_look(struct lease_keeper *keeper, struct error *error)
{
    enum lease_phase before = keeper->lease.phase;
    int64_t row = keeper->lease.row, begun = clock_boot_ms();
    json_t *records = NULL;
    int rc = ask_records(
        keeper->odoo,
        (struct ask_query){.model = LEASE_MODEL,
                           .domain = look_domain(keeper),
                           .fields = json_pack("[ss]", LEASE_HOLDER_FIELD, "write_date")},
        &records, error);

    if (rc == 0)
        rc = evaluate_look(keeper, records, begun, error);
    json_decref(records);
    if (rc < 0)
        return refused(error);
    keeper->looked_ms = begun;
    log_change(keeper, before);
    if (!keeper->lease.row)
        lease_row_release(keeper, row);
    return 0;
}
