/* remote.c - for each kind of write: how it is found in Odoo, and how it is made.
 *
 * Odoo accepts a second note or activity without an error, so each is searched before it is made;
 * a tag and fields are compared with the record. Only methods that return a plain value are called:
 * Odoo commits before it encodes the result, and a fault of the encoding would look like a failed
 * write. */
#include "remote.h"

#include <stdlib.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/search.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/writeback/fallback.h"

/* The arguments of remote_look(), with the parsed payload. */
struct question {
    const struct writeback *writeback;
    const struct outbox_row *row;
    json_t *payload; /* of the row */
    bool in_doubt;   /* an earlier call may have made the write */
};

/* ---- Notes ---- */

static json_t *message_id(const struct writeback *writeback, const char *key)
{
    return json_sprintf("<qualiodoo-%s@%s>", key, writeback->config->odoo.database);
}

/* The id of the first record of a domain; 0 when there is none. Takes over `domain`. */
static int first_id(const struct writeback *writeback, const char *model, json_t *domain,
                    int64_t *ret_id, struct error *error)
{
    json_t *records = NULL;
    int rc = ask_records(
        writeback->odoo,
        (struct ask_query){.model = model, .domain = domain, .fields = json_pack("[s]", "id")},
        &records, error);

    if (rc == 0)
        *ret_id = ask_field_id(json_array_get(records, 0), "id");
    json_decref(records);
    return rc;
}

static int look_for_note(const struct question *question, struct remote_found *ret,
                         struct error *error)
{
    const struct outbox_row *row = question->row;
    int rc = first_id(question->writeback, "mail.message",
                      json_pack("[[sso] [sss] [ssI]]", "message_id", "=",
                                message_id(question->writeback, row->key), "model", "=", row->model,
                                "res_id", "=", (json_int_t)row->record),
                      &ret->id, error);

    ret->there = ret->id != 0;
    return rc;
}

static int post_note(const struct writeback *writeback, const struct outbox_row *row,
                     json_t *payload, int64_t *ret_id, struct error *error)
{
    struct odoo_call call = {
        .model = row->model,
        .method = "message_post",
        .arguments = json_pack("[[I]]", (json_int_t)row->record),
        .keywords = json_pack("{sO sb ss ss so}", "body", json_object_get(payload, "body"),
                              "body_is_html", 1, "message_type", "comment", "subtype_xmlid",
                              "mail.mt_note", "message_id", message_id(writeback, row->key)),
        .with_keywords = true};

    if (!call.keywords) {
        json_decref(call.arguments);
        call.arguments = NULL;
    }
    return ask_made(writeback->odoo, call, ret_id, error);
}

/* ---- Tags ---- */

static int has_tag(const struct question *question, bool *ret, struct error *error)
{
    const struct outbox_row *row = question->row;
    int64_t id = 0;
    int rc = first_id(question->writeback, row->model,
                      json_pack("[[ssI] [ss[O]]]", "id", "=", (json_int_t)row->record, "tag_ids",
                                "in", json_object_get(question->payload, "tag")),
                      &id, error);

    *ret = id != 0;
    return rc;
}

/* `command` of Odoo: 4 adds the tag, 3 removes it. */
static int change_tag(const struct writeback *writeback, const struct outbox_row *row,
                      json_t *payload, int command, struct error *error)
{
    return ask_write(writeback->odoo, row->model, row->record,
                     json_pack("{s[[iO]]}", "tag_ids", command, json_object_get(payload, "tag")),
                     error);
}

/* ---- Activities ---- */

static json_t *activity_domain(const struct outbox_row *row, const char *key)
{
    return json_pack("[[sss] [ssI] [sss]]", "res_model", "=", row->model, "res_id", "=",
                     (json_int_t)row->record, "note", "ilike", key);
}

/* A person may have marked the activity done since: Odoo 17 then deletes it, and leaves a message
 * that quotes its note with the key. */
static int look_for_activity(const struct question *question, struct remote_found *ret,
                             struct error *error)
{
    const struct outbox_row *row = question->row;
    int64_t message = 0;
    int rc = first_id(question->writeback, "mail.activity", activity_domain(row, row->key),
                      &ret->id, error);

    if (rc == 0 && !ret->id && question->in_doubt)
        rc = first_id(question->writeback, "mail.message",
                      json_pack("[[sss] [ssI] [sss]]", "model", "=", row->model, "res_id", "=",
                                (json_int_t)row->record, "body", "ilike", row->key),
                      &message, error);
    ret->there = ret->id || message;
    return rc;
}

/* The user whom an activity is for: the one it was queued for, else the fallback. *ret is a new
 * reference. */
static int find_user(const struct writeback *writeback, json_t *payload, json_t **ret,
                     struct error *error)
{
    json_t *user = json_object_get(payload, "user");
    struct error cause = {0};
    int64_t fallback = 0;
    int rc = 0;

    if (!json_is_integer(user))
        rc = fallback_find(writeback->odoo, writeback->config->writeback.breach_fallback, &fallback,
                           &cause);
    if (rc == ERR_REFUSED)
        return error_set(error, rc, "%s: correct it, then run 'qualiodoo outbox retry'",
                         cause.message);
    if (rc < 0)
        *error = cause;
    else
        *ret = json_is_integer(user) ? json_incref(user) : json_integer(fallback);
    return rc == 0 && !*ret ? error_memory(error) : rc;
}

/* A plain user may not read ir.model, which has the id that an activity needs: the model is named
 * in the context instead, and Odoo fills in the id. */
static int make_activity(const struct writeback *writeback, const struct outbox_row *row,
                         json_t *payload, int64_t *ret_id, struct error *error)
{
    json_t *user = NULL;
    int rc = find_user(writeback, payload, &user, error);
    struct odoo_call call = {.model = "mail.activity", .method = "create", .with_keywords = true};

    if (rc < 0)
        return rc;
    call.arguments =
        json_pack("[{sI sO sO so sO}]", "res_id", (json_int_t)row->record, "summary",
                  json_object_get(payload, "summary"), "note", json_object_get(payload, "note"),
                  "user_id", user, "date_deadline", json_object_get(payload, "date"));
    call.keywords = json_pack("{s{ss}}", "context", "default_res_model", row->model);
    return ask_made(writeback->odoo, call, ret_id, error);
}

/* The activity of the set that the payload names, unless it was done or removed: then 0. Odoo 17
 * and later archive some activities that are done; 16 has no such field to ask for. */
static int find_open_activity(const struct writeback *writeback, const struct outbox_row *row,
                              json_t *payload, int64_t *ret_id, struct error *error)
{
    const char *key = json_string_value(json_object_get(payload, "key"));
    json_t *domain = activity_domain(row, key ? key : "-");
    struct odoo_search search = {.model = "mail.activity", .domain = domain, .active_only = true};
    struct ids ids = {0};
    int rc = domain ? odoo_search(writeback->odoo, &search, &ids, error) : error_memory(error);

    *ret_id = ids.count ? ids.items[ids.count - 1] : 0;
    free(ids.items);
    json_decref(domain);
    return rc;
}

static int remove_activity(const struct writeback *writeback, const struct outbox_row *row,
                           json_t *payload, struct error *error)
{
    struct odoo_call call = {.model = "mail.activity", .method = "unlink", .safe = true};
    json_t *result = NULL;
    int64_t id = 0;
    int rc = find_open_activity(writeback, row, payload, &id, error);

    if (rc < 0 || !id)
        return rc;
    call.arguments = json_pack("[[I]]", (json_int_t)id);
    rc = ask(writeback->odoo, call, &result, error);
    json_decref(result);
    return rc == ERR_MISSING_RECORD ? 0 : rc;
}

/* ---- Fields ---- */

static json_t *field_names(json_t *payload)
{
    json_t *names = json_array(), *value;
    const char *name;

    json_object_foreach(payload, name, value)
        json_build_add(&names, json_string(name));
    return names;
}

static int has_fields(const struct question *question, bool *ret, struct error *error)
{
    const struct outbox_row *row = question->row;
    json_t *records = NULL, *record, *value;
    const char *name;
    int rc = ask_records(
        question->writeback->odoo,
        (struct ask_query){.model = row->model,
                           .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)row->record),
                           .fields = field_names(question->payload)},
        &records, error);

    record = json_array_get(records, 0);
    *ret = rc == 0 && record;
    json_object_foreach(question->payload, name, value) {
        json_t *now = json_object_get(record, name);

        /* An empty field is absent from what was read, but false in the payload. */
        if (!json_equal(value, now) && !(json_is_false(value) && !json_is_string(now)))
            *ret = false;
    }
    json_decref(records);
    return rc;
}

/* ---- Looking and writing, by part ---- */

static int look(const struct question *question, struct remote_found *ret, struct error *error)
{
    int64_t standing = 0;
    int rc;

    switch (question->row->part) {
    case OUTBOX_NOTE:
        return look_for_note(question, ret, error);
    case OUTBOX_TAG:
        return has_tag(question, &ret->there, error);
    case OUTBOX_ACTIVITY:
        return look_for_activity(question, ret, error);
    case OUTBOX_UNTAG:
        rc = has_tag(question, &ret->there, error);
        ret->there = !ret->there;
        return rc;
    case OUTBOX_DONE_WITH:
        rc = find_open_activity(question->writeback, question->row, question->payload, &standing,
                                error);
        ret->there = standing == 0;
        return rc;
    case OUTBOX_FIELDS:
    case OUTBOX_ACCOUNT: /* never passed here: send_accounts.c sends them */
    case OUTBOX_PARTS:
        break;
    }
    return has_fields(question, &ret->there, error);
}

int remote_look(const struct writeback *writeback, const struct outbox_row *row, bool in_doubt,
                struct remote_found *ret, struct error *error)
{
    json_t *payload = json_build_parsed(row->payload, 0);
    const struct question question = {
        .writeback = writeback, .row = row, .payload = payload, .in_doubt = in_doubt};
    struct remote_found found = {0};
    int rc = payload ? look(&question, &found, error) : error_memory(error);

    json_decref(payload);
    if (rc == 0)
        *ret = found;
    return rc;
}

int remote_write(const struct writeback *writeback, const struct outbox_row *row, int64_t *ret_id,
                 struct error *error)
{
    json_t *payload = json_build_parsed(row->payload, 0);
    int64_t id = 0;
    int rc = payload ? 0 : error_memory(error);

    if (rc < 0)
        return rc;
    switch (row->part) {
    case OUTBOX_NOTE:
        rc = post_note(writeback, row, payload, &id, error);
        break;
    case OUTBOX_TAG:
        rc = change_tag(writeback, row, payload, 4, error);
        break;
    case OUTBOX_ACTIVITY:
        rc = make_activity(writeback, row, payload, &id, error);
        break;
    case OUTBOX_UNTAG:
        rc = change_tag(writeback, row, payload, 3, error);
        break;
    case OUTBOX_DONE_WITH:
        rc = remove_activity(writeback, row, payload, error);
        break;
    case OUTBOX_FIELDS:
    case OUTBOX_ACCOUNT:
    case OUTBOX_PARTS:
        rc = ask_write(writeback->odoo, row->model, row->record, json_incref(payload), error);
        break;
    }
    json_decref(payload);
    if (rc == 0)
        *ret_id = id;
    return rc;
}
