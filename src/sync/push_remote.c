/* push_remote.c - one write of each kind: how it is found in Odoo, and how it is made.
 *
 * What Odoo does twice without a word (a note, an activity) is looked for before it is made; a tag
 * and fields are compared with what is there. Only methods that answer a plain value are called: a
 * fault after a committed write would say nothing of the write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/ask.h"
#include "verdicts.h"

bool remote_is_gone(int code)
{
    return code == ERR_MISSING_RECORD;
}

/* ---- Notes ---- */

static json_t *message_id(const struct pull *pull, const char *key)
{
    return json_sprintf("<qualiodoo-%s@%s>", key, pull->config->odoo.database);
}

/* The id of the first record of a domain; 0 when there is none. Takes over `domain`. */
static int first_id(struct pull *pull, const char *model, json_t *domain, int64_t *ret_id,
                    struct error *error)
{
    json_t *records = NULL;
    int rc = ask_records(pull->odoo, model, domain, json_pack("[s]", "id"), &records, error);

    if (rc == 0)
        *ret_id = ask_field_id(json_array_get(records, 0), "id");
    json_decref(records);
    return rc;
}

static int look_for_note(struct pull *pull, const struct outbox_row *row, int64_t *ret_id,
                         struct error *error)
{
    return first_id(pull, "mail.message",
                    json_pack("[[sso] [sss] [ssI]]", "message_id", "=", message_id(pull, row->key),
                              "model", "=", row->model, "res_id", "=", (json_int_t)row->record),
                    ret_id, error);
}

static int post_note(struct pull *pull, const struct outbox_row *row, json_t *payload,
                     int64_t *ret_id, struct error *error)
{
    struct odoo_call call = {
        .model = row->model,
        .method = "message_post",
        .arguments = json_pack("[[I]]", (json_int_t)row->record),
        .keywords = json_pack("{sO sb ss ss so}", "body", json_object_get(payload, "body"),
                              "body_is_html", 1, "message_type", "comment", "subtype_xmlid",
                              "mail.mt_note", "message_id", message_id(pull, row->key))};

    if (!call.keywords) {
        json_decref(call.arguments);
        call.arguments = NULL;
    }
    return ask_made(pull->odoo, call, ret_id, error);
}

/* ---- Tags ---- */

static int has_tag(struct pull *pull, const struct outbox_row *row, json_t *payload, bool *ret,
                   struct error *error)
{
    int64_t id = 0;
    int rc = first_id(pull, row->model,
                      json_pack("[[ssI] [ss[O]]]", "id", "=", (json_int_t)row->record, "tag_ids",
                                "in", json_object_get(payload, "tag")),
                      &id, error);

    if (rc == 0)
        *ret = id != 0;
    return rc;
}

/* (4, id) adds, (3, id) takes away. */
static int change_tag(struct pull *pull, const struct outbox_row *row, json_t *payload, int command,
                      struct error *error)
{
    return ask_write(pull->odoo, row->model, row->record,
                     json_pack("{s[[iO]]}", "tag_ids", command, json_object_get(payload, "tag")),
                     error);
}

/* ---- Activities ---- */

static json_t *activity_domain(const struct outbox_row *row, const char *key)
{
    return json_pack("[[sss] [ssI] [sss]]", "res_model", "=", row->model, "res_id", "=",
                     (json_int_t)row->record, "note", "ilike", key);
}

/* A person may have marked it done meanwhile: 17 then leaves only a message that quotes it. */
static int look_for_activity(struct pull *pull, const struct outbox_row *row, bool in_doubt,
                             bool *ret_there, int64_t *ret_id, struct error *error)
{
    int64_t message = 0;
    int rc = first_id(pull, "mail.activity", activity_domain(row, row->key), ret_id, error);

    if (rc == 0 && !*ret_id && in_doubt)
        rc = first_id(pull, "mail.message",
                      json_pack("[[sss] [ssI] [sss]]", "model", "=", row->model, "res_id", "=",
                                (json_int_t)row->record, "body", "ilike", row->key),
                      &message, error);
    if (rc == 0)
        *ret_there = *ret_id || message;
    return rc;
}

/* A plain user may not read ir.model: the context names the model, and Odoo fills in its id. */
static int make_activity(struct pull *pull, const struct outbox_row *row, json_t *payload,
                         int64_t *ret_id, struct error *error)
{
    struct odoo_call call = {
        .model = "mail.activity",
        .method = "create",
        .arguments =
            json_pack("[{sI sO sO sO sO}]", "res_id", (json_int_t)row->record, "summary",
                      json_object_get(payload, "summary"), "note", json_object_get(payload, "note"),
                      "user_id", json_object_get(payload, "user"), "date_deadline",
                      json_object_get(payload, "date")),
        .keywords = json_pack("{s{ss}}", "context", "default_res_model", row->model)};

    return ask_made(pull->odoo, call, ret_id, error);
}

/* The activity of another set, where nobody has dealt with it. */
static int find_standing(struct pull *pull, const struct outbox_row *row, json_t *payload,
                         int64_t *ret_id, struct error *error)
{
    const char *key = json_string_value(json_object_get(payload, "key"));
    json_t *records = NULL, *record;
    size_t i;
    int rc = ask_records(pull->odoo, "mail.activity", activity_domain(row, key ? key : "-"),
                         json_pack("[s]", "active"), &records, error);

    *ret_id = 0;
    json_array_foreach(records, i, record)
    {
        json_t *active = json_object_get(record, "active"); /* 19 archives what is done */

        if (!json_is_false(active))
            *ret_id = ask_field_id(record, "id");
    }
    json_decref(records);
    return rc;
}

static int remove_activity(struct pull *pull, const struct outbox_row *row, json_t *payload,
                           struct error *error)
{
    struct odoo_call call = {.model = "mail.activity", .method = "unlink", .safe = true};
    json_t *result = NULL;
    int64_t id = 0;
    int rc = find_standing(pull, row, payload, &id, error);

    if (rc < 0 || !id)
        return rc;
    call.arguments = json_pack("[[I]]", (json_int_t)id);
    rc = ask(pull->odoo, call, &result, error);
    json_decref(result);
    return rc == ERR_MISSING_RECORD ? 0 : rc;
}

/* ---- Fields ---- */

static json_t *field_names(json_t *payload)
{
    json_t *names = json_array(), *value;
    const char *name;

    json_object_foreach(payload, name, value) json_array_append_new(names, json_string(name));
    return names;
}

static int same_fields(struct pull *pull, const struct outbox_row *row, json_t *payload, bool *ret,
                       struct error *error)
{
    json_t *records = NULL, *record, *value;
    const char *name;
    int rc = ask_records(pull->odoo, row->model,
                         json_pack("[[ssI]]", "id", "=", (json_int_t)row->record),
                         field_names(payload), &records, error);

    record = json_array_get(records, 0);
    *ret = rc == 0 && record;
    json_object_foreach(payload, name, value)
    {
        json_t *now = json_object_get(record, name);

        /* An empty value is read as absent, and written as false. */
        if (!json_equal(value, now) && !(json_is_false(value) && !json_is_string(now)))
            *ret = false;
    }
    json_decref(records);
    return rc;
}

/* ---- The two questions ---- */

static int look(struct pull *pull, const struct outbox_row *row, json_t *payload, bool in_doubt,
                bool *ret_there, int64_t *ret_id, struct error *error)
{
    int rc;

    switch (row->part) {
    case OUTBOX_NOTE:
        rc = look_for_note(pull, row, ret_id, error);
        *ret_there = rc == 0 && *ret_id;
        return rc;
    case OUTBOX_TAG:
        return has_tag(pull, row, payload, ret_there, error);
    case OUTBOX_ACTIVITY:
        return look_for_activity(pull, row, in_doubt, ret_there, ret_id, error);
    case OUTBOX_UNTAG:
        rc = has_tag(pull, row, payload, ret_there, error);
        *ret_there = rc == 0 && !*ret_there;
        return rc;
    case OUTBOX_DONE_WITH:
        rc = find_standing(pull, row, payload, ret_id, error);
        *ret_there = rc == 0 && !*ret_id;
        *ret_id = 0;
        return rc;
    case OUTBOX_FIELDS:
    case OUTBOX_ACCOUNT: /* not here: push_accounts.c */
    case OUTBOX_PARTS:
        break;
    }
    return same_fields(pull, row, payload, ret_there, error);
}

int remote_look(struct pull *pull, const struct outbox_row *row, bool in_doubt, enum sent *ret_sent,
                int64_t *ret_id, struct error *error)
{
    json_t *payload = json_loads(row->payload, 0, NULL);
    bool there = false;
    int64_t id = 0;
    int rc = payload ? look(pull, row, payload, in_doubt, &there, &id, error) : error_memory(error);

    json_decref(payload);
    if (rc < 0)
        return rc;
    *ret_sent = there ? SENT_DONE : SENT_ABSENT;
    *ret_id = id;
    return 0;
}

int remote_write(struct pull *pull, const struct outbox_row *row, int64_t *ret_id,
                 struct error *error)
{
    json_t *payload = json_loads(row->payload, 0, NULL);
    int64_t id = 0;
    int rc = payload ? 0 : error_memory(error);

    if (rc < 0)
        return rc;
    switch (row->part) {
    case OUTBOX_NOTE:
        rc = post_note(pull, row, payload, &id, error);
        break;
    case OUTBOX_TAG:
        rc = change_tag(pull, row, payload, 4, error);
        break;
    case OUTBOX_ACTIVITY:
        rc = make_activity(pull, row, payload, &id, error);
        break;
    case OUTBOX_UNTAG:
        rc = change_tag(pull, row, payload, 3, error);
        break;
    case OUTBOX_DONE_WITH:
        rc = remove_activity(pull, row, payload, error);
        break;
    case OUTBOX_FIELDS:
    case OUTBOX_ACCOUNT:
    case OUTBOX_PARTS:
        rc = ask_write(pull->odoo, row->model, row->record, json_incref(payload), error);
        break;
    }
    json_decref(payload);
    if (rc == 0)
        *ret_id = id;
    return rc;
}
