/* setup_model.c - the model of adjustments, its fields, and who may do what with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adjustment.h"
#include "ask.h"
#include "setup.h"

/* The fields of the model. Attributes are those that Odoo lets one compare and repair. */
static const struct field {
    const char *name, *type, *relation;
    const char *label_fr, *label_en;
    bool required, index, unique_to_row; /* the last: not copied with the row */
    const char *on_delete;
} fields[SETUP_FIELDS] = {
    {.name = "x_partner_id",
     .type = "many2one",
     .relation = "res.partner",
     .label_fr = "Client",
     .label_en = "Customer",
     .required = true,
     .index = true,
     .on_delete = "restrict"},
    {.name = "x_minutes",
     .type = "integer",
     .label_fr = "Minutes",
     .label_en = "Minutes",
     .required = true},
    {.name = "x_date", .type = "date", .label_fr = "Date", .label_en = "Date", .required = true},
    {.name = "x_end", .type = "date", .label_fr = "Fin (exclue)", .label_en = "End (excluded)"},
    {.name = "x_reason",
     .type = "char",
     .label_fr = "Motif",
     .label_en = "Reason",
     .required = true},
    {.name = "x_key",
     .type = "char",
     .label_fr = "Clé unique",
     .label_en = "Unique key",
     .required = true,
     .index = true,
     .unique_to_row = true},
};

static const char *words(const struct setup *setup, const char *french, const char *english)
{
    return setup->config->language == LANGUAGE_FR ? french : english;
}

/* ---- The model ---- */

static json_t *field_values(const struct setup *setup, const struct field *field)
{
    json_t *values =
        json_pack("{ss ss ss sb sb sb}", "name", field->name, "ttype", field->type,
                  "field_description", words(setup, field->label_fr, field->label_en), "required",
                  field->required, "index", field->index, "copied", !field->unique_to_row);

    if (values && field->relation)
        json_object_set_new(values, "relation", json_string(field->relation));
    if (values && field->on_delete)
        json_object_set_new(values, "on_delete", json_string(field->on_delete));
    return values;
}

/* With its fields, in one call: without any, Odoo would add one of its own. */
static json_t *model_values_to_make(const struct setup *setup)
{
    json_t *commands = json_array();

    for (size_t i = 0; i < SETUP_FIELDS; i++)
        json_array_append_new(commands,
                              json_pack("[i i o]", 0, 0, field_values(setup, &fields[i])));
    return json_pack("{ss ss ss so}", "name",
                     words(setup, "Ajustement de crédit de support", "Support credit adjustment"),
                     "model", ADJUSTMENT_MODEL, "order", "id", "field_id", commands);
}

static int ensure_model(struct setup *setup, bool *ret_found, struct error *error)
{
    int rc = setup_find(setup, "ir.model", json_pack("[[sss]]", "model", "=", ADJUSTMENT_MODEL),
                        &setup->model, error);

    if (rc < 0)
        return rc;
    *ret_found = setup->model != 0;
    if (!*ret_found && !setup->options->dry_run)
        rc = setup_make(setup, "ir.model", json_pack("[[sss]]", "model", "=", ADJUSTMENT_MODEL),
                        model_values_to_make(setup), &setup->model, error);
    if (rc == 0)
        setup_step(setup, !*ret_found,
                   *ret_found
                       ? "model " ADJUSTMENT_MODEL
                       : "model " ADJUSTMENT_MODEL
                         " with its fields (customer, minutes, date, end, reason, unique key)");
    return rc;
}

/* What differs from what the field should be; an empty object when nothing does. */
static json_t *field_repairs(const struct field *field, json_t *record)
{
    const struct {
        const char *name;
        bool wanted;
    } flags[] = {
        {"required", field->required}, {"index", field->index}, {"copied", !field->unique_to_row}};
    json_t *repairs = json_object();
    const char *on_delete = json_string_value(json_object_get(record, "on_delete"));

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        json_t *value = json_object_get(record, flags[i].name);

        if (json_is_boolean(value) && json_is_true(value) != flags[i].wanted)
            json_object_set_new(repairs, flags[i].name, json_boolean(flags[i].wanted));
    }
    if (field->on_delete && (!on_delete || strcmp(on_delete, field->on_delete) != 0))
        json_object_set_new(repairs, "on_delete", json_string(field->on_delete));
    return repairs;
}

static int check_type(const struct field *field, json_t *record, struct error *error)
{
    const char *type = json_string_value(json_object_get(record, "ttype"));
    const char *relation = json_string_value(json_object_get(record, "relation"));

    if (type && strcmp(type, field->type) == 0 &&
        (!field->relation || (relation && strcmp(relation, field->relation) == 0)))
        return 0;
    return error_set(
        error, ERR_REFUSED,
        "the field %s of " ADJUSTMENT_MODEL
        " is of type '%s%s%s' in this Odoo, expected '%s%s%s': somebody made it by "
        "hand; rename or remove that field in Odoo (Settings, Technical, Fields), then "
        "run setup again",
        field->name, type ? type : "", relation ? " to " : "", relation ? relation : "",
        field->type, field->relation ? " to " : "", field->relation ? field->relation : "");
}

static int make_field(struct setup *setup, const struct field *field, int64_t *ret_id,
                      struct error *error)
{
    json_int_t model = setup->model;
    json_t *values = field_values(setup, field);

    if (values)
        json_object_set_new(values, "model_id", json_integer(model));
    return setup_make(setup, "ir.model.fields",
                      json_pack("[[ssI] [sss]]", "model_id", "=", model, "name", "=", field->name),
                      values, ret_id, error);
}

/* One field of a model that was there before. */
static int ensure_field(struct setup *setup, const struct field *field, json_t *record,
                        bool *changed, struct error *error)
{
    int64_t *id = &setup->field_ids[field - fields];
    json_t *repairs = record ? field_repairs(field, record) : NULL;
    char what[100];
    int rc = record ? check_type(field, record, error) : 0;

    *id = ask_field_id(record, "id");
    if (rc == 0 && !record && !setup->options->dry_run)
        rc = make_field(setup, field, id, error);
    if (rc == 0 && json_object_size(repairs) && !setup->options->dry_run)
        rc = ask_write(setup->odoo, "ir.model.fields", *id, json_incref(repairs), error);
    if (rc == 0 && (!record || json_object_size(repairs))) {
        *changed = true;
        snprintf(what, sizeof what, "field %s%s", field->name, record ? " as it should be" : "");
        setup_step(setup, true, what);
    }
    json_decref(repairs);
    return rc;
}

static json_t *find_by_name(json_t *records, const char *name)
{
    json_t *record;
    size_t i;

    json_array_foreach(records, i, record)
    {
        const char *text = json_string_value(json_object_get(record, "name"));

        if (text && strcmp(text, name) == 0)
            return record;
    }
    return NULL;
}

static int ensure_fields(struct setup *setup, bool model_found, struct error *error)
{
    json_t *records = NULL;
    bool changed = false;
    int rc;

    if (!setup->model)
        return 0;
    rc = ask_records(setup->odoo, "ir.model.fields",
                     json_pack("[[ssI]]", "model_id", "=", (json_int_t)setup->model),
                     json_pack("[sssssss]", "name", "ttype", "relation", "required", "index",
                               "copied", "on_delete"),
                     &records, error);
    for (size_t i = 0; i < SETUP_FIELDS && rc == 0; i++)
        rc =
            ensure_field(setup, &fields[i], find_by_name(records, fields[i].name), &changed, error);
    json_decref(records);
    if (rc == 0 && model_found && !changed)
        setup_step(setup, false, "its fields");
    return rc;
}

/* ---- Rights on the model ---- */

struct access {
    const char *name, *what;
    int64_t group;
    bool create;
    bool exactly; /* more rights than these are taken away */
};

static json_t *access_values(const struct setup *setup, const struct access *access)
{
    return json_pack("{ss sI sI sb sb sb sb}", "name", access->name, "model_id",
                     (json_int_t)setup->model, "group_id", (json_int_t)access->group, "perm_read",
                     true, "perm_create", access->create, "perm_write", false, "perm_unlink",
                     false);
}

static json_t *access_repairs(const struct access *access, json_t *record)
{
    const struct {
        const char *name;
        bool wanted;
    } flags[] = {{"active", true},
                 {"perm_read", true},
                 {"perm_create", access->create},
                 {"perm_write", false},
                 {"perm_unlink", false}};
    json_t *repairs = json_object();

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        bool has = json_is_true(json_object_get(record, flags[i].name));

        if (has != flags[i].wanted && (access->exactly || flags[i].wanted))
            json_object_set_new(repairs, flags[i].name, json_boolean(flags[i].wanted));
    }
    return repairs;
}

static json_t *access_domain(const struct setup *setup, const struct access *access)
{
    return json_pack("[[ssI] [ssI]]", "model_id", "=", (json_int_t)setup->model, "group_id", "=",
                     (json_int_t)access->group);
}

static int ensure_access(struct setup *setup, const struct access *access, int64_t *ret_id,
                         struct error *error)
{
    json_t *records = NULL, *repairs = NULL;
    bool made;
    int rc = 0;

    if (setup->model && access->group)
        rc = ask_records(
            setup->odoo, "ir.model.access", access_domain(setup, access),
            json_pack("[sssss]", "active", "perm_read", "perm_create", "perm_write", "perm_unlink"),
            &records, error);
    if (rc < 0)
        return rc;
    *ret_id = ask_field_id(json_array_get(records, 0), "id");
    made = !*ret_id;
    if (*ret_id)
        repairs = access_repairs(access, json_array_get(records, 0));
    if (made && !setup->options->dry_run)
        rc = setup_make(setup, "ir.model.access", access_domain(setup, access),
                        access_values(setup, access), ret_id, error);
    if (json_object_size(repairs)) {
        made = true;
        if (!setup->options->dry_run)
            rc = ask_write(setup->odoo, "ir.model.access", *ret_id, json_incref(repairs), error);
    }
    json_decref(records);
    json_decref(repairs);
    if (rc == 0)
        setup_step(setup, made, access->what);
    return rc;
}

static int ensure_accesses(struct setup *setup, struct error *error)
{
    const struct access agent = {.name = "qualiodoo agent",
                                 .what = "right of that group to read and create adjustments, not "
                                         "to change or delete them",
                                 .group = setup->group,
                                 .create = true,
                                 .exactly = true};
    const struct access administrator = {.name = "qualiodoo administrator",
                                         .what = "right of administrators to read adjustments",
                                         .group = setup->system_group};
    int rc = ensure_access(setup, &agent, &setup->agent_access, error);

    return rc < 0 ? rc : ensure_access(setup, &administrator, &setup->system_access, error);
}

int setup_model(struct setup *setup, struct error *error)
{
    bool found = false;
    int rc = ensure_model(setup, &found, error);

    if (rc == 0)
        rc = ensure_fields(setup, found, error);
    return rc < 0 ? rc : ensure_accesses(setup, error);
}

const char *setup_field_name(size_t index)
{
    return fields[index].name;
}
