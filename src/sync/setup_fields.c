/* setup_fields.c - fields made by hand in Odoo: those of adjustments, and those of customers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adjustment.h"
#include "ask.h"
#include "models.h"
#include "setup.h"

/* Attributes are those that Odoo lets one compare and repair. */
struct field {
    const char *name, *type, *relation;
    const char *label_fr, *label_en;
    bool required, index, unique_to_row; /* the last: not copied with the row */
    const char *on_delete;
};

static const struct field adjustment_fields[SETUP_FIELDS] = {
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

static const struct field partner_fields[SETUP_PARTNER_FIELDS] = {
    {.name = PARTNER_MINUTES,
     .type = "integer",
     .label_fr = "Crédit de support (minutes)",
     .label_en = "Support credit (minutes)",
     .unique_to_row = true},
    {.name = PARTNER_LAST_DAY,
     .type = "date",
     .label_fr = "Crédit de support utilisable jusqu'au",
     .label_en = "Support credit usable until",
     .unique_to_row = true},
};

/* The fields of one model. */
struct set {
    const char *model;
    int64_t model_id;
    const struct field *fields;
    size_t count;
    int64_t *ids; /* filled in */
    bool changed;
};

const char *setup_field_name(size_t index)
{
    return adjustment_fields[index].name;
}

const char *setup_partner_field_name(size_t index)
{
    return partner_fields[index].name;
}

/* ---- What a field should be ---- */

static json_t *field_values(const struct setup *setup, const struct field *field)
{
    const char *label = setup->config->language == LANGUAGE_FR ? field->label_fr : field->label_en;
    json_t *values = json_pack("{ss ss ss sb sb sb}", "name", field->name, "ttype", field->type,
                               "field_description", label, "required", field->required, "index",
                               field->index, "copied", !field->unique_to_row);

    if (values && field->relation)
        json_object_set_new(values, "relation", json_string(field->relation));
    if (values && field->on_delete)
        json_object_set_new(values, "on_delete", json_string(field->on_delete));
    return values;
}

json_t *setup_fields_commands(const struct setup *setup)
{
    json_t *commands = json_array();

    for (size_t i = 0; i < SETUP_FIELDS; i++)
        json_array_append_new(
            commands, json_pack("[i i o]", 0, 0, field_values(setup, &adjustment_fields[i])));
    return commands;
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

static int check_type(const struct set *set, const struct field *field, json_t *record,
                      struct error *error)
{
    const char *type = json_string_value(json_object_get(record, "ttype"));
    const char *relation = json_string_value(json_object_get(record, "relation"));

    if (type && strcmp(type, field->type) == 0 &&
        (!field->relation || (relation && strcmp(relation, field->relation) == 0)))
        return 0;
    return error_set(
        error, ERR_REFUSED,
        "the field %s of %s is of type '%s%s%s' in this Odoo, expected '%s%s%s': somebody made it "
        "by hand; rename or remove that field in Odoo (Settings, Technical, Fields), then run "
        "setup again",
        field->name, set->model, type ? type : "", relation ? " to " : "", relation ? relation : "",
        field->type, field->relation ? " to " : "", field->relation ? field->relation : "");
}

/* ---- Making and repairing ---- */

static int make_field(struct setup *setup, const struct set *set, const struct field *field,
                      int64_t *ret_id, struct error *error)
{
    json_int_t model = set->model_id;
    json_t *values = field_values(setup, field);

    if (values)
        json_object_set_new(values, "model_id", json_integer(model));
    return setup_make(setup, "ir.model.fields",
                      json_pack("[[ssI] [sss]]", "model_id", "=", model, "name", "=", field->name),
                      values, ret_id, error);
}

static int ensure_field(struct setup *setup, struct set *set, size_t index, json_t *record,
                        struct error *error)
{
    const struct field *field = &set->fields[index];
    int64_t *id = &set->ids[index];
    json_t *repairs = record ? field_repairs(field, record) : NULL;
    char what[100];
    int rc = record ? check_type(set, field, record, error) : 0;

    *id = ask_field_id(record, "id");
    if (rc == 0 && !record && !setup->options->dry_run)
        rc = make_field(setup, set, field, id, error);
    if (rc == 0 && json_object_size(repairs) && !setup->options->dry_run)
        rc = ask_write(setup->odoo, "ir.model.fields", *id, json_incref(repairs), error);
    if (rc == 0 && (!record || json_object_size(repairs))) {
        set->changed = true;
        snprintf(what, sizeof what, "field %s%s", field->name, record ? " as it should be" : "");
        setup_step(setup, SETUP_MADE, what);
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

static json_t *names_of(const struct set *set)
{
    json_t *names = json_array();

    for (size_t i = 0; i < set->count; i++)
        json_array_append_new(names, json_string(set->fields[i].name));
    return names;
}

static int ensure_set(struct setup *setup, struct set *set, struct error *error)
{
    json_t *records = NULL;
    int rc = ask_records(setup->odoo, "ir.model.fields",
                         json_pack("[[ssI] [sso]]", "model_id", "=", (json_int_t)set->model_id,
                                   "name", "in", names_of(set)),
                         json_pack("[sssssss]", "name", "ttype", "relation", "required", "index",
                                   "copied", "on_delete"),
                         &records, error);

    for (size_t i = 0; i < set->count && rc == 0; i++)
        rc = ensure_field(setup, set, i, find_by_name(records, set->fields[i].name), error);
    json_decref(records);
    return rc;
}

int setup_fields_of_model(struct setup *setup, bool *ret_changed, struct error *error)
{
    struct set set = {.model = ADJUSTMENT_MODEL,
                      .model_id = setup->model,
                      .fields = adjustment_fields,
                      .count = SETUP_FIELDS,
                      .ids = setup->field_ids};
    int rc = ensure_set(setup, &set, error);

    *ret_changed = set.changed;
    return rc;
}

int setup_fields_of_partner(struct setup *setup, struct error *error)
{
    struct set set = {.model = "res.partner",
                      .fields = partner_fields,
                      .count = SETUP_PARTNER_FIELDS,
                      .ids = setup->partner_field_ids};
    int rc = setup_find(setup, "ir.model", json_pack("[[sss]]", "model", "=", "res.partner"),
                        &set.model_id, error);

    if (rc == 0)
        rc = ensure_set(setup, &set, error);
    if (rc == 0 && !set.changed)
        setup_step(setup, SETUP_FOUND, "fields of customers: credit left, last day");
    return rc;
}
