/* open.c - pull_open(): what must be known of this Odoo before a pull: its flavour, the fields that
 * exist, the agent's user and some ids. */
#include "qualiodoo/pull/open.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/execute.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/pull/connect.h"
#include "qualiodoo/pull/identity.h"
#include "qualiodoo/pull/packs.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/forget.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"
#include "qualiodoo/util/progress.h"

/* Sets the values of the "@names" in domains that come from the configuration. */
static int set_names(struct pull *pull, struct error *error)
{
    pull->ids = json_pack(
        "{so so so so so}", "@packs", packs_references(pull->config), "@pack_ids",
        packs_ids(pull->config), "@ids", json_build_ids(pull->customers, pull->n_customers),
        "@keys", json_sprintf("<qualiodoo-adjust.%%@%s>", pull->config->odoo.database), "@markers",
        json_sprintf("<qualiodoo-%%@%s>", pull->config->odoo.database));
    return pull->ids ? 0 : error_memory(error);
}

static int missing_field(const struct pull *pull, const struct model *model, const char *field,
                         struct error *error)
{
    const struct flavour_field missing = {
        .module = model->module ? model->module : pull->flavour->module,
        .model = model_remote(model, pull->flavour),
        .name = field,
        .right = "'qualiodoo doctor' names the right that shows it"};

    return flavour_missing_field(pull->odoo, &missing, error);
}

/* Those of the names that Odoo knows, as a new array; NULL: out of memory. */
static json_t *known_names(const json_t *names, const json_t *known)
{
    json_t *kept = json_array(), *name;
    size_t i;

    json_array_foreach(names, i, name) {
        if (json_object_get(known, json_string_value(name)))
            json_build_add(&kept, json_incref(name));
    }
    return kept;
}

/* Checks that Odoo knows each FIELD_REQUIRED field. */
static int check_required(const struct pull *pull, const struct model *model, const json_t *known,
                          struct error *error)
{
    for (size_t i = 0; i < model_columns(model); i++) {
        const struct mirror_column *column = &model->table.columns[i];
        const char *remote = column->field ? flavour_name(pull->flavour, column->field) : NULL;

        if (remote && column->flags & FIELD_REQUIRED && !json_object_get(known, remote))
            return missing_field(pull, model, remote, error);
    }
    return 0;
}

/* Sets pull->fields[id] to the fields that exist. A missing FIELD_REQUIRED one is an error. */
static int check_fields(struct pull *pull, enum model_id id, struct error *error)
{
    const struct model *model = &models[id];
    const char *remote = model_remote(model, pull->flavour);
    json_t *names = model_field_names(model, pull->flavour), *known = NULL, *kept = NULL;
    int rc = names ? odoo_fields(pull->odoo, remote, names, &known, error) : error_memory(error);

    if (rc == ERR_MISSING_MODEL && model->optional)
        rc = 0;
    else if (rc == ERR_MISSING_MODEL)
        error_set(error, rc, "this Odoo has no model '%s': install the module '%s'", remote,
                  model->module ? model->module : pull->flavour->module);
    if (known && (!model->only_with || json_object_get(known, model->only_with))) {
        kept = known_names(names, known);
        rc = check_required(pull, model, known, error);
        if (rc == 0 && !kept)
            rc = error_memory(error);
    }
    json_decref(names);
    json_decref(known);
    if (rc == 0 && kept)
        pull->fields[id] = kept;
    else
        json_decref(kept);
    return rc;
}

bool pull_has_model(const struct pull *pull, enum model_id id)
{
    return pull->fields[id] != NULL;
}

bool pull_has_field(const struct pull *pull, enum model_id id, const char *name)
{
    json_t *field;
    size_t i;

    json_array_foreach(pull->fields[id], i, field) {
        if (strcmp(json_string_value(field), name) == 0)
            return true;
    }
    return false;
}

/* ERR_STATE when the state names another database; *known: it names one. */
static int compare_database(const struct config *config, struct store *store, bool *known,
                            struct error *error)
{
    char *database = NULL;
    int rc = store_meta_get(store, "database", &database, error);

    *known = database;
    if (rc == 0 && database && strcmp(database, config->odoo.database) != 0)
        rc = error_set(error, ERR_STATE,
                       "%s holds the state of database '%s', and odoo.database is '%s': give each "
                       "database its own state.path",
                       config->state.path, database, config->odoo.database);
    free(database);
    return rc;
}

int pull_check_database(const struct config *config, struct store *store, struct error *error)
{
    bool known;

    return compare_database(config, store, &known, error);
}

/* Checks the database of the state, or sets it in a new one: pulling another database into the
 * state would look like mass deletions. */
static int check_database(struct pull *pull, struct error *error)
{
    bool known;
    int rc = compare_database(pull->config, pull->store, &known, error);

    if (rc == 0 && !known)
        rc = store_meta_set(pull->store, "database", pull->config->odoo.database, error);
    return rc;
}

/* Sets agent_uid and agent_partner, by which the agent's own notes are recognised. */
static int read_agent(struct pull *pull, struct error *error)
{
    json_t *arguments, *keywords, *result = NULL;
    struct odoo_call call = {.model = "res.users", .method = "read", .safe = true};
    int rc = odoo_authenticate(pull->odoo, error);

    if (rc < 0)
        return rc;
    pull->agent_uid = odoo_uid(pull->odoo);
    call.arguments = arguments = json_pack("[[I]]", (json_int_t)pull->agent_uid);
    call.keywords = keywords = json_pack("{s[s] ss}", "fields", "partner_id", "load", "");
    rc = arguments && keywords ? odoo_execute(pull->odoo, &call, &result, error)
                               : error_memory(error);
    json_decref(arguments);
    json_decref(keywords);
    if (rc < 0)
        return rc;
    pull->agent_partner =
        json_integer_value(json_object_get(json_array_get(result, 0), "partner_id"));
    json_decref(result);
    if (pull->agent_partner <= 0) /* every note of the agent would look altered */
        return error_set(error, ERR_PROTOCOL,
                         "res.users.read: the answer does not name the partner of user %lld",
                         (long long)pull->agent_uid);
    return 0;
}

/* Reads how units are measured, and saves the id of the unit "Hours". */
static int read_units(struct pull *pull, struct error *error)
{
    int64_t hour = 0;
    char text[32];
    int rc = flavour_units_absolute(pull->odoo, &pull->units_absolute, error);

    if (rc == 0)
        rc = flavour_hour_unit(pull->odoo, &hour, error);
    if (rc < 0)
        return rc;
    snprintf(text, sizeof text, "%lld", (long long)hour);
    return store_meta_set(pull->store, "hour_unit", text, error);
}

/* Saves the id of the subtype of the mails that open a ticket. */
static int read_opening(struct pull *pull, struct error *error)
{
    int64_t subtype = 0;
    char text[32];
    int rc = flavour_opening_subtype(pull->odoo, pull->flavour, &subtype, error);

    if (rc < 0)
        return rc;
    snprintf(text, sizeof text, "%lld", (long long)subtype);
    return store_meta_set(pull->store, "opening_subtype", text, error);
}

/* ---- The schema in the state: without it, each cycle would ask for all fields again ---- */

/* The stored schema is used only while this key is the same. */
static json_t *schema_key(const struct pull *pull)
{
    return json_pack("[s s s i]", QUALIODOO_VERSION, pull->config->odoo.url,
                     pull->config->odoo.login, (int)pull->config->tickets.flavour);
}

static int save_schema(struct pull *pull, struct error *error)
{
    json_t *fields = json_array(), *schema;
    char *text;
    int rc;

    for (int i = 0; i < MODEL_COUNT; i++)
        if (pull->fields[i])
            json_build_add(&fields, json_incref(pull->fields[i]));
        else
            json_build_add(&fields, json_null());
    schema = json_pack("{so ss sb sb sI sI so}", "key", schema_key(pull), "flavour",
                       pull->flavour->name, "units_absolute", pull->units_absolute,
                       "payments_apart", pull->payments_apart, "uid", (json_int_t)pull->agent_uid,
                       "partner", (json_int_t)pull->agent_partner, "fields", fields);
    text = json_build_text(schema, JSON_COMPACT);
    rc = text ? store_meta_set(pull->store, "schema", text, error) : error_memory(error);
    json_decref(schema);
    free(text);
    return rc;
}

/* Sets the schema from the stored one; false when that is unusable. */
static bool use_schema(struct pull *pull, json_t *schema)
{
    json_t *key = schema_key(pull), *fields = json_object_get(schema, "fields");
    const char *flavour = json_string_value(json_object_get(schema, "flavour"));
    bool usable = json_equal(key, json_object_get(schema, "key")) &&
                  json_array_size(fields) == MODEL_COUNT && flavour &&
                  json_is_boolean(json_object_get(schema, "payments_apart"));

    json_decref(key);
    pull->flavour = usable ? flavour_by_name(flavour) : NULL;
    if (!pull->flavour)
        return false;
    pull->units_absolute = json_is_true(json_object_get(schema, "units_absolute"));
    pull->payments_apart = json_is_true(json_object_get(schema, "payments_apart"));
    pull->agent_uid = json_integer_value(json_object_get(schema, "uid"));
    pull->agent_partner = json_integer_value(json_object_get(schema, "partner"));
    for (size_t i = 0; i < MODEL_COUNT; i++)
        if (json_is_array(json_array_get(fields, i)))
            pull->fields[i] = json_incref(json_array_get(fields, i));
    return true;
}

/* Asks for the models that `setup` may have created since the schema was stored. */
static int check_optional_models(struct pull *pull, struct error *error)
{
    int rc = 0;

    if (!pull->fields[MODEL_ADJUSTMENT])
        rc = check_fields(pull, MODEL_ADJUSTMENT, error);
    if (rc == 0 && pull->config->writeback.balance_fields && !pull->fields[MODEL_SHOWN])
        rc = check_fields(pull, MODEL_SHOWN, error);
    return rc;
}

/* Returns 1 when the stored schema is used, 0 when Odoo must be asked, or a negative code. */
static int load_schema(struct pull *pull, struct error *error)
{
    char *text = NULL;
    json_t *schema;
    bool used;
    int rc = pull->full ? 0 : store_meta_get(pull->store, "schema", &text, error);

    if (rc < 0 || !text)
        return rc;
    rc = json_build_parse(text, 0, &schema);
    free(text);
    if (rc < 0)
        return error_memory(error);
    used = use_schema(pull, schema);
    json_decref(schema);
    if (used && !pull->quick)
        rc = check_optional_models(pull, error);
    return rc < 0 ? rc : used;
}

/* Stores the flavour. With another one, the ids in the state are those of other tickets. */
static int take_flavour(struct pull *pull, struct error *error)
{
    const char *name = pull->flavour->name;
    char *known = NULL;
    int rc = store_meta_get(pull->store, "flavour", &known, error);
    bool other = rc == 0 && known && strcmp(known, name) != 0;

    if (rc == 0)
        rc = store_begin(pull->store, error);
    if (rc < 0) {
        free(known);
        return rc;
    }
    if (other) {
        log_warning("tickets.flavour is %s and was %s: the tickets of before are forgotten", name,
                    known);
        rc = store_forget_tickets(pull->store, error);
    }
    free(known);
    if (rc == 0)
        rc = store_meta_set(pull->store, "flavour", name, error);
    if (rc == 0)
        rc = store_commit(pull->store, error);
    if (rc < 0)
        store_rollback(pull->store);
    return rc;
}

static int ask_schema(struct pull *pull, struct error *error)
{
    int rc = read_agent(pull, error);

    if (rc == 0)
        rc = flavour_detect(pull->odoo, connect_flavour(pull->config), &pull->flavour, error);
    progress_step("asking which fields there are");
    for (int id = 0; id < MODEL_COUNT && rc == 0; id++) {
        progress_count("models", id, MODEL_COUNT);
        rc = check_fields(pull, (enum model_id)id, error);
    }
    if (rc == 0)
        rc = read_units(pull, error);
    if (rc == 0)
        rc = read_opening(pull, error);
    if (rc == 0)
        rc = flavour_payments_apart(pull->odoo, &pull->payments_apart, error);
    if (rc == 0)
        rc = take_flavour(pull, error);
    return rc < 0 ? rc : save_schema(pull, error);
}

int pull_forget_schema(struct pull *pull, struct error *error)
{
    return store_meta_set(pull->store, "schema", "", error);
}

int pull_open(struct pull *pull, struct error *error)
{
    int rc = check_database(pull, error);

    if (rc == 0)
        rc = set_names(pull, error);
    if (rc == 0)
        rc = load_schema(pull, error);
    pull->schema_kept = rc == 1;
    if (!pull->schema_kept) /* other fields are another scope: each mirror begins anew */
        pull->quick = false;
    if (rc == 0)
        rc = ask_schema(pull, error);
    if (rc >= 0 && pull->take_identity)
        rc = identity_take(pull, error);
    if (rc >= 0)
        json_build_set(&pull->ids, "@agent", json_integer(pull->agent_partner));
    if (rc >= 0 && !pull->ids)
        rc = error_memory(error);
    return rc < 0 ? rc : mirror_has_unreadable(pull->store, &pull->has_unreadable, error);
}

void pull_close(struct pull *pull)
{
    for (int i = 0; i < MODEL_COUNT; i++) {
        json_decref(pull->fields[i]);
        free(pull->referred[i].items);
    }
    memset(pull->fields, 0, sizeof pull->fields);
    memset(pull->referred, 0, sizeof pull->referred);
    pull->unchanged = NULL;
    json_decref(pull->ids);
    pull->ids = NULL;
    free(pull->held.items);
    pull->held = (struct ids){0};
}
