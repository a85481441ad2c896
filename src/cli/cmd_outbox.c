/* cmd_outbox.c - outbox: the writes into Odoo that are not settled; a person can retry or drop
 * them. */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/options.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/pull/open.h"
#include "qualiodoo/store/lock.h"
#include "qualiodoo/store/outbox.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"
#include "view.h"

enum { LOCK_WAIT_MS = 60000 };

/* The output under construction: `json`, or `table` for people. */
struct output {
    json_t *json; /* array */
    struct table *table;
    size_t n_rows; /* that were added or printed */
    const struct tz *zone;
};

/* ---- Rows ---- */

static int add_json(void *context, const struct outbox_row *row, struct error *error)
{
    json_t *payload = NULL, *document;
    struct output *output = context;

    output->n_rows++;
    if (json_build_parse(row->payload, JSON_DECODE_ANY, &payload) < 0)
        return error_memory(error);
    document =
        json_pack("{sI ss ss ss ss sI sI si so so so so so so}", "id", (json_int_t)row->id, "state",
                  outbox_state_name(row->state), "part", outbox_part_name(row->part), "key",
                  row->key, "model", row->model, "record", (json_int_t)row->record, "subject",
                  (json_int_t)row->subject, "attempts", row->attempts, "next_try",
                  json_optional_instant(row->next_try != 0, row->next_try), "created_at",
                  json_instant(row->created_at), "changed_at", json_instant(row->changed_at),
                  "remote_id", json_optional_id(row->remote_id), "reason", json_text(row->reason),
                  "payload", payload ? payload : json_null());

    return document && json_array_append_new(output->json, document) == 0 ? 0 : error_memory(error);
}

static int add_cells(void *context, const struct outbox_row *row, struct error *error)
{
    struct output *output = context;
    struct table *table = output->table;
    char when[TZ_TEXT_SIZE];

    (void)error;
    output->n_rows++;
    table_cell_format(table, "%lld", (long long)row->id);
    table_cell(table, outbox_state_name(row->state));
    table_cell(table, outbox_part_name(row->part));
    table_cell(table, row->key);
    table_cell_format(table, "%s:%lld", row->model, (long long)row->record);
    table_cell_format(table, "%d", row->attempts);
    table_cell(table, row->next_try ? tz_format(output->zone, row->next_try, when) : NULL);
    table_cell(table, row->reason);
    return 0;
}

/* Prints all fields of one row. */
static int print_row(void *context, const struct outbox_row *row, struct error *error)
{
    json_t *payload = json_build_parsed(row->payload, JSON_DECODE_ANY);
    struct output *output = context;
    char *text = json_build_text(payload, JSON_INDENT(2) | JSON_ENCODE_ANY), *rest;
    char created[TZ_TEXT_SIZE], changed[TZ_TEXT_SIZE];

    output->n_rows++;
    table_say("write %lld: %s of %s, %s\n", (long long)row->id, outbox_part_name(row->part),
              row->key, outbox_state_name(row->state));
    table_say("on %s:%lld, about %s %lld\n", row->model, (long long)row->record,
              strncmp(row->model, "res.", 4) == 0 ? "customer" : "ticket", (long long)row->subject);
    table_say("made %s, changed %s, attempts: %d\n",
              tz_format(output->zone, row->created_at, created),
              tz_format(output->zone, row->changed_at, changed), row->attempts);
    if (row->next_try)
        table_say("next try: %s\n", tz_format(output->zone, row->next_try, changed));
    if (row->remote_id)
        table_say("in Odoo: id %lld\n", (long long)row->remote_id);
    if (row->reason)
        table_say("reason: %s\n", row->reason);
    rest = text;
    for (char *line; rest && (line = strsep(&rest, "\n"));)
        table_say("%s%s\n", line == text ? "payload: " : "", line);
    free(text);
    json_decref(payload);
    return payload && !text ? error_memory(error) : 0;
}

static int no_such_write(int64_t id, struct error *error)
{
    return error_set(error, ERR_NOT_FOUND,
                     "there is no write %lld in the outbox: 'qualiodoo outbox' lists those that "
                     "are not settled",
                     (long long)id);
}

static int parse_id(const char *text, int64_t *ret, struct error *error)
{
    size_t length = strspn(text, "0123456789");

    /* Eighteen digits always fit into int64_t. */
    if (length == 0 || length > 18 || text[length] != '\0' || strtoll(text, NULL, 10) == 0)
        return error_set(error, ERR_USAGE,
                         "found '%s', expected the id of a write ('qualiodoo outbox' lists them)",
                         text);
    *ret = strtoll(text, NULL, 10);
    return 0;
}

/* ---- list ---- */

static int print_table(struct view *view, struct output *output, struct error *error)
{
    static const struct table_column columns[] = {
        {"id", TABLE_RIGHT},  {"state", TABLE_LEFT},    {"what", TABLE_LEFT},
        {"key", TABLE_TEXT},  {"record", TABLE_RECORD}, {"tries", TABLE_RIGHT},
        {"next", TABLE_LEFT}, {"reason", TABLE_TEXT},
    };
    struct outbox_query open = {.filter = OUTBOX_OPEN};
    int rc;

    if (!view->config->writeback.enabled)
        table_say("shadow mode: nothing is written; this is what would be:\n\n");
    output->table = table_new(columns, sizeof columns / sizeof *columns);
    rc = outbox_each(view->store, &open, add_cells, output, error);
    if (rc == 0 && !output->n_rows)
        table_say("nothing: no write waits, and none was refused\n");
    else if (rc == 0)
        rc = table_print(output->table, stdout, error);
    table_free(output->table);
    return rc;
}

/* Lists one write, or with id 0 all that are not settled. */
static int list(struct view *view, const struct cli *cli, int64_t id, struct error *error)
{
    struct output output = {.json = json_array(), .zone = view->policy.zone};
    struct outbox_query open = {.filter = OUTBOX_OPEN};
    int rc;

    if (id)
        rc = outbox_get(view->store, id, cli->json ? add_json : print_row, &output, error);
    else if (cli->json)
        rc = outbox_each(view->store, &open, add_json, &output, error);
    else
        rc = print_table(view, &output, error);
    if (rc == 0 && id && !output.n_rows)
        rc = no_such_write(id, error);
    if (rc == 0 && cli->json)
        rc = cli_print_json(json_incref(output.json), error);
    json_decref(output.json);
    return rc;
}

static int run_list(struct cli *cli, int64_t id, struct error *error)
{
    struct view view = {0};
    int rc = view_open(cli, &view, error);

    if (rc == 0)
        rc = list(&view, cli, id, error);
    view_close(&view);
    return rc;
}

/* ---- retry and drop ---- */

struct decision {
    bool drop;
    int64_t id;         /* 0: every refused one */
    struct ids open;    /* the writes open before the decision */
    struct ids changed; /* the writes that the decision changed */
};

static int add_id(struct ids *ids, int64_t id, struct error *error)
{
    return ids_add(ids, id) < 0 ? error_memory(error) : 0;
}

static int add_open(void *context, const struct outbox_row *row, struct error *error)
{
    return add_id(&((struct decision *)context)->open, row->id, error);
}

static int add_refused(void *context, const struct outbox_row *row, struct error *error)
{
    struct decision *decision = context;

    return row->state == OUTBOX_REFUSED ? add_id(&decision->changed, row->id, error) : 0;
}

static int add_dropped(void *context, const struct outbox_row *row, struct error *error)
{
    struct decision *decision = context;

    return row->state == OUTBOX_DROPPED ? add_id(&decision->changed, row->id, error) : 0;
}

static int for_each(struct store *store, const struct ids *ids,
                    int (*row)(void *context, const struct outbox_row *row, struct error *error),
                    void *context, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < ids->count && rc == 0; i++)
        rc = outbox_get(store, ids->items[i], row, context, error);
    return rc;
}

/* Dropping a note also drops the parts of its set that follow it: `changed` lists them all. */
static int drop(struct store *store, struct decision *decision, struct error *error)
{
    struct outbox_query open = {.filter = OUTBOX_OPEN};
    int rc = outbox_each(store, &open, add_open, decision, error);

    if (rc == 0)
        rc = outbox_drop(store, decision->id, clock_now(), error);
    return rc < 0 ? rc : for_each(store, &decision->open, add_dropped, decision, error);
}

static int retry(struct store *store, struct decision *decision, struct error *error)
{
    struct outbox_query open = {.filter = OUTBOX_OPEN};
    int rc = decision->id ? add_id(&decision->changed, decision->id, error)
                          : outbox_each(store, &open, add_refused, decision, error);

    for (size_t i = 0; i < decision->changed.count && rc == 0; i++)
        rc = outbox_retry(store, decision->changed.items[i], clock_now(), error);
    return rc;
}

static int decide(struct store *store, struct decision *decision, struct error *error)
{
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    rc = decision->drop ? drop(store, decision, error) : retry(store, decision, error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    return rc;
}

static int print_change(void *context, const struct outbox_row *row, struct error *error)
{
    (void)context;
    (void)error;
    table_say("%s: write %lld, %s of %s\n",
              row->state == OUTBOX_DROPPED ? "given up" : "to be sent at the next cycle",
              (long long)row->id, outbox_part_name(row->part), row->key);
    return 0;
}

static int print_changes(const struct cli *cli, struct store *store,
                         const struct decision *decision, struct error *error)
{
    struct output output = {0};
    int rc;

    if (!cli->json) {
        if (!decision->changed.count)
            table_say("no write was refused\n");
        return for_each(store, &decision->changed, print_change, NULL, error);
    }
    output.json = json_array();
    rc = for_each(store, &decision->changed, add_json, &output, error);
    if (rc == 0)
        rc = cli_print_json(json_incref(output.json), error);
    json_decref(output.json);
    return rc;
}

/* Opens the state for reading first: a missing one is an error and is not created, and the state of
 * another database is not changed. */
static int check_state(const struct config *config, struct error *error)
{
    struct store *store = NULL;
    int rc = store_open(config->state.path, STORE_READ, &store, error);

    if (rc == 0)
        rc = pull_check_database(config, store, error);
    store_close(store);
    return rc;
}

static int run_decision(struct cli *cli, struct decision *decision, struct error *error)
{
    struct config *config = NULL;
    struct store_lock *lock = NULL;
    struct store *store = NULL;
    int rc = config_load(cli->config_path, &config, error);

    if (rc == 0)
        rc = check_state(config, error);
    if (rc == 0)
        rc = store_lock(config->state.path, "outbox", LOCK_WAIT_MS, &lock, error);
    if (rc == 0)
        rc = store_open(config->state.path, STORE_WRITE, &store, error);
    if (rc == 0)
        rc = decide(store, decision, error);
    progress_end();
    if (rc == 0)
        rc = print_changes(cli, store, decision, error);
    store_close(store);
    store_unlock(lock);
    config_free(config);
    free(decision->open.items);
    free(decision->changed.items);
    return rc;
}

int cmd_outbox(struct cli *cli, int argc, char **argv, struct error *error)
{
    static const char *const actions[] = {"list", "retry", "drop", NULL};
    int count = cli_options(cli, &(struct cli_syntax){.most = 2}, argc, argv, error);
    const char *action = count > 0 ? argv[1] : actions[0];
    struct decision decision = {0};
    size_t which = 0;
    int rc = 0;

    if (count < 0)
        return count;
    while (actions[which] && strcmp(actions[which], action) != 0)
        which++;
    if (!actions[which])
        return cli_unknown_choice("action of outbox", action, actions, error);
    if (count == 2)
        rc = parse_id(argv[2], &decision.id, error);
    if (rc < 0)
        return rc;
    if (which == 0)
        return run_list(cli, decision.id, error);
    rc = cli_refuse_now(cli, "outbox retry and outbox drop", error);
    if (rc < 0)
        return rc;
    decision.drop = which == 2;
    if (decision.drop && !decision.id)
        return error_set(error, ERR_USAGE,
                         "missing the id of the write to give up: qualiodoo outbox drop ID");
    return run_decision(cli, &decision, error);
}
