/* cmd_status.c - status: the state of the service, the mirrors and the writes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/doctor/problems.h"
#include "qualiodoo/pull/access.h"
#include "qualiodoo/store/lock.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/outbox.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/writeback/lease.h"
#include "view.h"
#include "view_revoked.h"

struct status {
    struct config *config;
    json_t *mirrors;
    struct problems problems;
    json_t *clock;   /* how this machine's and Odoo's differed in the last cycle, or NULL */
    json_t *revoked; /* what the last computation of the accounts would have revoked, or NULL */
    char *last_success, *last_reconcile, *last_error, *last_error_at, *flavour, *protocol;
    struct state_summary summary;
    struct outbox_counts writes;
    struct lease_status lease;
    struct access access;           /* as of the last look: the key and the end of the protocol */
    bool running;                   /* a service holds the state */
    char holder[STORE_HOLDER_SIZE]; /* which one */
    bool has_deadline, has_target_change;
    instant deadline, target_change;
};

static int add_mirror(void *context, const struct mirror_status *mirror)
{
    struct status *status = context;
    int64_t age = clock_now() - mirror->pulled_at;
    char text[INSTANT_TEXT_SIZE];
    bool never = mirror->pulled_at == 0;

    json_build_add(
        &status->mirrors,
        json_pack("{ss sI sb so so}", "mirror", mirror->name, "rows", (json_int_t)mirror->rows,
                  "complete", mirror->first_done, "pulled_at",
                  never ? json_null() : json_string(instant_format(mirror->pulled_at, text)),
                  "age_seconds", never ? json_null() : json_integer(age)));
    return 0;
}

/* Reads a JSON object that the last cycle kept. *ret is NULL when it kept none ("" or "null"). */
static int read_object(struct store *store, const char *key, json_t **ret, struct error *error)
{
    char *text = NULL;
    int rc = store_meta_get(store, key, &text, error);

    if (rc < 0)
        return rc;
    rc = json_build_parse(text, 0, ret); /* without JSON_DECODE_ANY, "null" gives NULL */
    free(text);
    return rc < 0 ? error_memory(error) : 0;
}

/* The list `key` of status->revoked, or an empty one; a new reference. */
static json_t *revoked_list(const struct status *status, const char *key)
{
    json_t *list = json_object_get(status->revoked, key);

    return list ? json_incref(list) : json_array();
}

static int read_outcomes(struct status *status, struct store *store, struct error *error)
{
    const struct {
        const char *key;
        char **text;
    } outcomes[] = {
        {"last_success", &status->last_success}, {"last_reconcile", &status->last_reconcile},
        {"last_error", &status->last_error},     {"last_error_at", &status->last_error_at},
        {"flavour", &status->flavour},           {"protocol", &status->protocol}};
    int rc = 0;

    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes && rc == 0; i++)
        rc = store_meta_get(store, outcomes[i].key, outcomes[i].text, error);
    return rc;
}

static int read_status(struct status *status, struct store *store, struct error *error)
{
    int rc = read_outcomes(status, store, error);

    if (rc == 0)
        rc = lookup_summary(store, &status->summary, error);
    if (rc == 0)
        rc = read_object(store, "revoked", &status->revoked, error);
    if (rc == 0)
        rc = read_object(store, "clock", &status->clock, error);
    if (rc == 0)
        rc = access_read(store, &status->access, error);
    return rc < 0 ? rc : lookup_mirrors(store, add_mirror, status, error);
}

/* ---- Response targets, and the writes about them ---- */

static int read_targets(struct status *status, const struct view *view, struct error *error)
{
    int rc = outbox_count(view->store, &status->writes, error);

    if (rc == 0)
        rc = lease_status_read(view->store, view->config->state.path, &status->lease, error);
    if (rc == 0)
        rc = targets_deadline(view->store, &status->has_deadline, &status->deadline, error);
    if (rc == 0)
        rc = targets_next(view->store, &status->has_target_change, &status->target_change, error);
    return rc;
}

static int64_t waiting(const struct status *status)
{
    return status->writes.by_state[OUTBOX_QUEUED] + status->writes.by_state[OUTBOX_SENDING];
}

static json_t *queue_json(const struct status *status)
{
    const int64_t *writes = status->writes.by_state;

    return json_pack(
        "{sI sI sI sI sI}", "waiting", (json_int_t)waiting(status), "refused",
        (json_int_t)writes[OUTBOX_REFUSED], "queued", (json_int_t)writes[OUTBOX_QUEUED], "sending",
        (json_int_t)writes[OUTBOX_SENDING], "shadow", (json_int_t)writes[OUTBOX_SHADOW]);
}

/* Which of several agents on one Odoo writes; null: Odoo does not have the lease model. */
static json_t *lease_json(const struct lease_status *lease)
{
    return lease->in_use
               ? json_pack("{sb so so so so}", "on_duty", lease->on_duty, "row",
                           lease->row ? json_integer(lease->row) : json_null(), "holder",
                           json_text(*lease->holder ? lease->holder : NULL), "holder_row",
                           lease->other ? json_integer(lease->other) : json_null(), "looked_at",
                           json_optional_instant(lease->looked_at, lease->looked_at))
               : json_null();
}

/* The API key that expires; null: none does, or none was seen. */
static json_t *key_json(const struct access_key *key)
{
    return key->kind == ACCESS_NO_EXPIRY
               ? json_null()
               : json_pack("{so so sI}", "name", json_text(*key->name ? key->name : NULL),
                           "expires_at",
                           json_optional_instant(key->kind == ACCESS_EXPIRES, key->expires),
                           "others", (json_int_t)key->others);
}

static json_t *protocol_end_json(const struct access *access)
{
    return access->dropped_by ? json_integer(access->dropped_by) : json_null();
}

static json_t *status_json(const struct status *status)
{
    const struct config *config = status->config;

    return json_pack(
        "{sb sO s{sb so} s{ss ss so so so so so so so so} sO sI so so so so sO so so so}",
        "healthy", json_array_size(status->problems.texts) == 0, "problems", status->problems.texts,
        "service", "running", status->running, "holder",
        json_text(*status->holder ? status->holder : NULL), "odoo", "url", config->odoo.url,
        "database", config->odoo.database, "flavour", json_text(status->flavour), "protocol",
        json_text(status->protocol), "last_success", json_text(status->last_success),
        "last_reconcile", json_text(status->last_reconcile), "last_error",
        json_text(status->last_error), "last_error_at", json_text(status->last_error_at),
        "protocol_dropped_by", protocol_end_json(&status->access), "key",
        key_json(&status->access.key), "mirrors", status->mirrors, "accounts",
        (json_int_t)status->summary.accounts, "next_change",
        json_optional_day(status->summary.has_next_change, (civil_day)status->summary.next_change),
        "queue", queue_json(status), "next_deadline",
        json_optional_instant(status->has_deadline, status->deadline), "next_target_change",
        json_optional_instant(status->has_target_change, status->target_change), "clock",
        status->clock ? status->clock : json_null(), "revoked", revoked_list(status, "accounts"),
        "revoked_because", revoked_list(status, "because"), "lease", lease_json(&status->lease));
}

/* Prints a text with its UTC times rewritten in the configured zone. */
static void print_local(const struct tz *zone, const char *text)
{
    char *local = tz_localize(zone, text);

    table_say("%s", local ? local : text);
    free(local);
}

static int print_mirrors(const struct status *status, const struct tz *zone, struct error *error)
{
    static const struct table_column columns[] = {
        {"mirror", TABLE_LEFT}, {"rows", TABLE_RIGHT}, {"last pulled", TABLE_LEFT}};
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    const char *pulled;
    char *local;
    json_t *mirror;
    size_t i;
    int rc;

    json_array_foreach(status->mirrors, i, mirror) {
        table_cell(table, json_string_value(json_object_get(mirror, "mirror")));
        table_cell_format(table, "%lld",
                          (long long)json_integer_value(json_object_get(mirror, "rows")));
        pulled = json_string_value(json_object_get(mirror, "pulled_at"));
        local = pulled ? tz_localize(zone, pulled) : NULL;
        table_cell(table, local);
        free(local);
    }
    rc = table_print(table, stdout, error);
    table_free(table);
    return rc;
}

static void print_targets(const struct status *status, const struct tz *zone)
{
    const int64_t *writes = status->writes.by_state;
    char when[TZ_TEXT_SIZE];

    table_say("next deadline of a response: %s\n",
              status->has_deadline ? tz_format(zone, status->deadline, when) : "none");
    table_say("writes waiting: %lld, refused: %lld", (long long)waiting(status),
              (long long)writes[OUTBOX_REFUSED]);
    if (writes[OUTBOX_SHADOW])
        table_say("; shadow mode would write %lld", (long long)writes[OUTBOX_SHADOW]);
    table_say("\n\n");
}

static void print_lease(const struct lease_status *lease)
{
    if (!lease->in_use)
        return;
    if (lease->on_duty)
        printf("lease: on duty, this agent writes into Odoo (row %lld)\n", (long long)lease->row);
    else if (*lease->holder)
        table_say("lease: standby, %s writes into Odoo (row %lld)\n", lease->holder,
                  (long long)lease->other);
    else
        printf("lease: not on duty, this agent does not write into Odoo now\n");
}

static void print_history(const struct status *status, const struct tz *zone)
{
    table_say("last success: ");
    print_local(zone, status->last_success ? status->last_success : "never");
    table_say(" (times are those of %s)\nlast reconcile: ", status->config->timezone);
    print_local(zone, status->last_reconcile ? status->last_reconcile : "never");
    table_say("\n");
    if (!status->last_error)
        return;
    table_say("last error: ");
    print_local(zone, status->last_error_at ? status->last_error_at : "-");
    table_say(": ");
    print_local(zone, status->last_error);
    table_say("\n");
}

static void print_access(const struct access *access)
{
    char text[ACCESS_TEXT_SIZE];

    if (access->dropped_by)
        table_say(
            "protocol: deprecated by this Odoo and dropped by Odoo %d: 'qualiodoo doctor' says "
            "what to set\n",
            access->dropped_by);
    if (access->key.kind == ACCESS_EXPIRES)
        table_say("key: %s\n", access_expiry(&access->key, clock_now(), text));
}

static int print_status(const struct status *status, const struct tz *zone, struct error *error)
{
    const struct config *config = status->config;
    char day[CIVIL_TEXT_SIZE];
    json_t *problem;
    size_t i;

    table_say("%s\n", json_array_size(status->problems.texts) ? "problems:" : "healthy");
    json_array_foreach(status->problems.texts, i, problem) {
        table_say("  ");
        print_local(zone, json_string_value(problem));
        table_say("\n");
    }
    if (view_revoked(json_object_get(status->revoked, "accounts"), error) < 0)
        return ERR_NO_MEMORY;
    table_say("odoo: %s, database %s", config->odoo.url, config->odoo.database);
    if (status->flavour)
        table_say(" (%s%s%s)", status->flavour, status->protocol ? ", " : "",
                  status->protocol ? status->protocol : "");
    table_say("\n");
    print_access(&status->access);
    table_say("service: %s%s\n", status->running ? "running, " : "not running", status->holder);
    print_lease(&status->lease);
    print_history(status, zone);
    table_say("accounts: %lld", (long long)status->summary.accounts);
    if (status->summary.has_next_change)
        table_say(", next change by date alone on %s",
                  civil_format((civil_day)status->summary.next_change, day));
    table_say("\n");
    print_targets(status, zone);
    return print_mirrors(status, zone, error);
}

int cmd_status(struct cli *cli, int argc, char **argv, struct error *error)
{
    struct status status = {.mirrors = json_array()};
    struct view view = {0};
    int rc = cli_options(cli, &(struct cli_syntax){0}, argc, argv, error);

    if (rc == 0)
        rc = view_open(cli, &view, error);
    status.config = view.config;
    if (rc == 0)
        rc = store_instance_holder(view.config->state.path, &status.running, status.holder, error);
    if (rc == 0)
        rc = read_status(&status, view.store, error);
    if (rc == 0)
        rc = read_targets(&status, &view, error);
    if (rc == 0)
        rc = problems_find(view.store, view.config, &view.policy, &status.problems, error);
    if (rc == 0)
        rc = cli->json ? cli_print_json(status_json(&status), error)
                       : print_status(&status, view.policy.zone, error);
    if (rc == 0 && json_array_size(status.problems.texts))
        rc = CLI_FOUND;
    json_decref(status.mirrors);
    problems_free(&status.problems);
    json_decref(status.clock);
    json_decref(status.revoked);
    free(status.last_success);
    free(status.last_reconcile);
    free(status.last_error);
    free(status.last_error_at);
    free(status.flavour);
    free(status.protocol);
    view_close(&view);
    return rc;
}
