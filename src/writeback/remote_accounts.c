/* remote_accounts.c - the records of x_qualiodoo_account in Odoo: how those of a batch are found,
 * and how they are written.
 *
 *     look     one search_read for all customers of the batch
 *     write    second records of a customer, and records that nobody wants: unlink (one call)
 *              customers without a record: create (one call)
 *              records with other values: load (one call)
 *
 * Of two records of a customer, the one with the smaller id is kept. */
#include "remote_accounts.h"

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/util/json_build.h"

/* ---- What Odoo holds ---- */

static json_t *customers_of(const struct account_batch *batch)
{
    json_t *ids = json_array();

    for (size_t i = 0; i < batch->count; i++)
        json_build_add(&ids, json_integer(batch->writes[i].row.record));
    return ids;
}

/* Hours are compared with a margin: Odoo may return them rounded to their shortest decimal form. */
static bool same_value(json_t *wanted, json_t *now)
{
    if (json_is_real(wanted)) {
        double difference = json_number_value(now) - json_real_value(wanted);

        return json_is_number(now) && difference < 1e-9 && difference > -1e-9;
    }
    return json_equal(wanted, now) || (json_is_false(wanted) && !json_is_string(now));
}

static bool is_same(json_t *payload, json_t *record)
{
    json_t *value;
    const char *name;

    json_object_foreach(payload, name, value) {
        if (!same_value(value, json_object_get(record, name)))
            return false;
    }
    return true;
}

static struct account_write *find_write(struct account_batch *batch, int64_t customer)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->writes[i].row.record == customer)
            return &batch->writes[i];
    return NULL;
}

/* Records come in the order of ids: the first of a customer is kept, the others are surplus. */
static void compare(struct account_batch *batch, json_t *record)
{
    struct account_write *write = find_write(batch, ask_field_id(record, "x_partner_id"));
    int64_t id = ask_field_id(record, "id");

    if (!write)
        return;
    if (!write->remote && !json_is_null(write->payload)) {
        write->remote = id;
        write->right = is_same(write->payload, record);
        return;
    }
    write->right = false;
    json_build_add(&batch->surplus, json_integer(id));
}

static int check_ids(json_t *records, struct error *error)
{
    json_t *record;
    size_t i;

    json_array_foreach(records, i, record) {
        if (ask_field_id(record, "id") <= 0 || ask_field_id(record, "x_partner_id") <= 0)
            return error_set(error, ERR_PROTOCOL,
                             ACCOUNT_MODEL ".search_read: a record without its id or customer");
    }
    return 0;
}

int remote_accounts_look(struct account_batch *batch, struct error *error)
{
    json_t *records = NULL, *record;
    size_t i;
    int rc =
        ask_records(batch->writeback->odoo,
                    (struct ask_query){
                        .model = ACCOUNT_MODEL,
                        .domain = json_pack("[[sso]]", "x_partner_id", "in", customers_of(batch)),
                        .fields = json_pack("[ssssss]", "x_partner_id", "x_name", "x_minutes",
                                            "x_hours", "x_last_day", "x_state")},
                    &records, error);

    if (rc == 0)
        rc = check_ids(records, error);
    json_decref(batch->surplus);
    batch->surplus = json_array();
    for (i = 0; i < batch->count; i++) {
        batch->writes[i].remote = 0;
        batch->writes[i].right = json_is_null(batch->writes[i].payload);
    }
    if (rc == 0)
        json_array_foreach(records, i, record)
            compare(batch, record);
    if (rc == 0 && !batch->surplus)
        rc = error_memory(error);
    json_decref(records);
    return rc;
}

/* ---- Writing ---- */

static int remove_surplus(struct account_batch *batch, struct error *error)
{
    struct odoo_call call = {.model = ACCOUNT_MODEL, .method = "unlink", .safe = true};
    json_t *result = NULL, *id;
    size_t i;
    int rc;

    if (!json_array_size(batch->surplus))
        return 0;
    call.arguments = json_pack("[O]", batch->surplus);
    rc = ask(batch->writeback->odoo, call, &result, error);
    json_decref(result);
    if (rc < 0 && rc != ERR_MISSING_RECORD) /* missing: removed by a call whose answer was lost */
        return rc;
    json_array_foreach(batch->surplus, i, id) {
        if (ids_add(batch->touched, json_integer_value(id)) < 0)
            return error_memory(error);
    }
    return 0;
}

static bool is_to_make(const struct account_write *write)
{
    return !write->settled && !write->remote && !json_is_null(write->payload);
}

static bool is_to_change(const struct account_write *write)
{
    return !write->settled && write->remote && !write->right;
}

static json_t *values_to_make(const struct account_write *write)
{
    json_t *values = json_copy(write->payload);

    if (values)
        json_build_set(&values, "x_partner_id", json_integer(write->row.record));
    return values;
}

static int take_made_ids(struct account_batch *batch, json_t *result, struct error *error)
{
    size_t at = 0;

    for (size_t i = 0; i < batch->count; i++)
        if (is_to_make(&batch->writes[i])) {
            int64_t id = json_integer_value(json_array_get(result, at++));

            if (id <= 0)
                return error_set(error, ERR_PROTOCOL,
                                 ACCOUNT_MODEL ".create: the answer is not a list of ids");
            batch->writes[i].remote = id;
            batch->writes[i].right = true;
        }
    return 0;
}

static int make_rows(struct account_batch *batch, struct error *error)
{
    struct odoo_call call = {.model = ACCOUNT_MODEL, .method = "create"};
    json_t *list = json_array(), *result = NULL;
    int rc = 0;

    for (size_t i = 0; i < batch->count; i++)
        if (is_to_make(&batch->writes[i]))
            json_build_add(&list, values_to_make(&batch->writes[i]));
    if (!list)
        return error_memory(error);
    if (json_array_size(list)) {
        call.arguments = json_pack("[O]", list);
        rc = ask(batch->writeback->odoo, call, &result, error);
        if (rc == 0)
            rc = take_made_ids(batch, result, error);
    }
    json_decref(list);
    json_decref(result);
    return rc;
}

/* The values of one record as `load` (Odoo's import) takes them: texts, "" to empty a field. */
static json_t *line_of(const struct account_write *write)
{
    json_t *payload = write->payload, *day = json_object_get(payload, "x_last_day");

    return json_pack(
        "[o s o o s s]", json_sprintf("%lld", (long long)write->remote),
        json_string_value(json_object_get(payload, "x_name")),
        json_sprintf("%lld", (long long)json_integer_value(json_object_get(payload, "x_minutes"))),
        json_sprintf("%.17g", json_number_value(json_object_get(payload, "x_hours"))),
        json_is_string(day) ? json_string_value(day) : "",
        json_string_value(json_object_get(payload, "x_state")));
}

/* `load` reports an error in its result instead of raising it; nothing was written then. */
static int check_import(json_t *result, struct error *error)
{
    json_t *message = json_array_get(json_object_get(result, "messages"), 0);
    const char *text = json_string_value(json_object_get(message, "message"));

    if (json_is_array(json_object_get(result, "ids")))
        return 0;
    return error_set(error, ERR_REFUSED, ACCOUNT_MODEL ".load: '%s'", text ? text : "");
}

static int change_rows(struct account_batch *batch, struct error *error)
{
    struct odoo_call call = {.model = ACCOUNT_MODEL, .method = "load", .safe = true};
    json_t *lines = json_array(), *result = NULL;
    int rc = 0;

    for (size_t i = 0; i < batch->count; i++)
        if (is_to_change(&batch->writes[i]))
            json_build_add(&lines, line_of(&batch->writes[i]));
    if (!lines)
        return error_memory(error);
    if (json_array_size(lines)) {
        call.arguments = json_pack("[[ssssss]O]", ".id", "x_name", "x_minutes", "x_hours",
                                   "x_last_day", "x_state", lines);
        rc = ask(batch->writeback->odoo, call, &result, error);
        if (rc == 0)
            rc = check_import(result, error);
    }
    json_decref(lines);
    json_decref(result);
    return rc;
}

int remote_accounts_write(struct account_batch *batch, struct error *error)
{
    int rc = remove_surplus(batch, error);

    if (rc == 0)
        rc = make_rows(batch, error);
    return rc < 0 ? rc : change_rows(batch, error);
}
