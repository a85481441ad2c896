/* setup_fields.c - the fields that setup makes: of adjustments, of the credit shown, of the lease,
 * and of customers.
 *
 * No field of customers is stored: adding a column to res_partner can hang a server
 * (setup_session.c), and writing one would require the right to change contacts. */
#include "setup_fields.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/setup_names.h"
#include "qualiodoo/util/json_build.h"
#include "setup_records.h"

/* The attributes with which a field is made. Of an existing field, type and relation must match;
 * those that Odoo lets one change are repaired. */
struct field {
    const char *name, *type, *relation;
    const char *label_fr, *label_en;
    const char *on_delete;
    const char *relation_field;          /* of a one2many */
    const char *choices_fr, *choices_en; /* of a selection */
    const char *shows;                   /* computed from this field of the account, not stored */
    bool required, index, unique_to_row; /* unique_to_row: not copied with the record */
};

#define CHOICES_FR "[('ok', 'Disponible'), ('low', 'Bientôt épuisé'), ('empty', 'Épuisé')]"
#define CHOICES_EN "[('ok', 'Available'), ('low', 'Running low'), ('empty', 'Used up')]"

static const struct field adjustment_fields[] = {
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
    {0}};

static const struct field account_fields[] = {
    {.name = "x_partner_id",
     .type = "many2one",
     .relation = "res.partner",
     .label_fr = "Client",
     .label_en = "Customer",
     .required = true,
     .index = true,
     .on_delete = "cascade"},
    {.name = "x_name", .type = "char", .label_fr = "Nom", .label_en = "Name"},
    {.name = "x_minutes",
     .type = "integer",
     .label_fr = "Crédit restant (minutes)",
     .label_en = "Credit left (minutes)"},
    {.name = "x_hours", .type = "float", .label_fr = "Crédit restant", .label_en = "Credit left"},
    {.name = "x_last_day",
     .type = "date",
     .label_fr = "Utilisable jusqu'au",
     .label_en = "Usable until"},
    {.name = "x_state",
     .type = "selection",
     .label_fr = "État",
     .label_en = "State",
     .choices_fr = CHOICES_FR,
     .choices_en = CHOICES_EN},
    {0}};

static const struct field lease_fields[] = {{.name = LEASE_HOLDER_FIELD,
                                             .type = "char",
                                             .label_fr = "Titulaire",
                                             .label_en = "Holder",
                                             .required = true},
                                            {.name = LEASE_PURPOSE_FIELD,
                                             .type = "char",
                                             .label_fr = "Objet",
                                             .label_en = "Purpose",
                                             .required = true,
                                             .index = true},
                                            {0}};

/* In the order of their dependencies: the others are computed from the first. */
static const struct field partner_fields[] = {{.name = "x_qualiodoo_account_ids",
                                               .type = "one2many",
                                               .relation = "x_qualiodoo_account",
                                               .relation_field = "x_partner_id",
                                               .label_fr = "Comptes de support",
                                               .label_en = "Support accounts",
                                               .unique_to_row = true},
                                              {.name = "x_qualiodoo_hours",
                                               .type = "float",
                                               .label_fr = "Crédit de support",
                                               .label_en = "Support credit",
                                               .shows = "x_hours",
                                               .unique_to_row = true},
                                              {.name = "x_qualiodoo_day",
                                               .type = "date",
                                               .label_fr = "Crédit de support utilisable jusqu'au",
                                               .label_en = "Support credit usable until",
                                               .shows = "x_last_day",
                                               .unique_to_row = true},
                                              {.name = "x_qualiodoo_state",
                                               .type = "selection",
                                               .label_fr = "État du crédit de support",
                                               .label_en = "State of the support credit",
                                               .choices_fr = CHOICES_FR,
                                               .choices_en = CHOICES_EN,
                                               .shows = "x_state",
                                               .unique_to_row = true},
                                              {0}};

static const struct {
    const char *word; /* in external ids */
    const char *model;
    const struct field *fields;
} sets[SETUP_SETS] = {
    [SETUP_ADJUSTMENT] = {"adjustment", ADJUSTMENT_MODEL, adjustment_fields},
    [SETUP_ACCOUNT] = {"account", ACCOUNT_MODEL, account_fields},
    [SETUP_LEASE] = {"lease", LEASE_MODEL, lease_fields},
    [SETUP_PARTNER] = {"partner", "res.partner", partner_fields},
};

const char *setup_fields_model(enum setup_set set)
{
    return sets[set].model;
}

const char *setup_field_name(enum setup_set set, size_t index)
{
    return sets[set].fields[index].name;
}

void setup_field_external(enum setup_set set, size_t index, char name[SETUP_NAME_SIZE])
{
    snprintf(name, SETUP_NAME_SIZE, "field_%s_%s", sets[set].word, sets[set].fields[index].name);
}

/* ---- What a field should be ---- */

/* The Python code of a computed field: a contact shows the account of its account holder, which is
 * the commercial entity or, by credit.account, the topmost parent. */
static json_t *compute_of(const struct setup *setup, const struct field *field)
{
    if (setup->config->credit.account == ACCOUNT_TOP)
        return json_sprintf("for r in self:\n"
                            "    p = r.sudo()\n"
                            "    while p.parent_id:\n"
                            "        p = p.parent_id\n"
                            "    r['%s'] = p.x_qualiodoo_account_ids[:1].%s",
                            field->name, field->shows);
    return json_sprintf("for r in self:\n"
                        "    a = r.commercial_partner_id.sudo().x_qualiodoo_account_ids[:1]\n"
                        "    r['%s'] = a.%s",
                        field->name, field->shows);
}

static json_t *depends_of(const struct setup *setup, const struct field *field)
{
    if (setup->config->credit.account == ACCOUNT_TOP)
        return json_sprintf("parent_id,x_qualiodoo_account_ids.%s", field->shows);
    return json_sprintf("commercial_partner_id.x_qualiodoo_account_ids.%s", field->shows);
}

static void set_text(json_t **values, const char *name, const char *text)
{
    if (text)
        json_build_set(values, name, json_string(text));
}

static json_t *field_values(const struct setup *setup, const struct field *field)
{
    bool french = setup->config->language == LANGUAGE_FR;
    json_t *values =
        json_pack("{ss ss ss sb sb sb}", "name", field->name, "ttype", field->type,
                  "field_description", french ? field->label_fr : field->label_en, "required",
                  field->required, "index", field->index, "copied", !field->unique_to_row);

    if (!values)
        return NULL;
    set_text(&values, "relation", field->relation);
    set_text(&values, "relation_field", field->relation_field);
    set_text(&values, "on_delete", field->on_delete);
    set_text(&values, "selection", french ? field->choices_fr : field->choices_en);
    if (field->shows) {
        json_build_set(&values, "store", json_false());
        json_build_set(&values, "readonly", json_true());
        json_build_set(&values, "depends", depends_of(setup, field));
        json_build_set(&values, "compute", compute_of(setup, field));
    }
    return values;
}

json_t *setup_fields_commands(const struct setup *setup, enum setup_set set)
{
    json_t *commands = json_array();

    for (const struct field *field = sets[set].fields; field->name; field++)
        json_build_add(&commands, json_pack("[i i o]", 0, 0, field_values(setup, field)));
    return commands;
}

static void repair_text(json_t **repairs, json_t *record, const char *name, json_t *wanted)
{
    if (json_equal(json_object_get(record, name), wanted))
        json_decref(wanted);
    else
        json_build_set(repairs, name, wanted);
}

/* The attributes to write so that the field is as it should be; an empty object when it is. */
static json_t *field_repairs(const struct setup *setup, const struct field *field, json_t *record)
{
    const struct {
        const char *name;
        bool wanted;
    } flags[] = {
        {"required", field->required}, {"index", field->index}, {"copied", !field->unique_to_row}};
    json_t *repairs = json_object();

    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        json_t *value = json_object_get(record, flags[i].name);

        if (json_is_boolean(value) && json_is_true(value) != flags[i].wanted)
            json_build_set(&repairs, flags[i].name, json_boolean(flags[i].wanted));
    }
    if (field->on_delete)
        repair_text(&repairs, record, "on_delete", json_string(field->on_delete));
    if (field->shows) {
        repair_text(&repairs, record, "depends", depends_of(setup, field));
        repair_text(&repairs, record, "compute", compute_of(setup, field));
    }
    return repairs;
}

static const char *text_of(json_t *record, const char *name)
{
    const char *text = json_string_value(json_object_get(record, name));

    return text ? text : "";
}

static int check_type(enum setup_set set, const struct field *field, json_t *record,
                      struct error *error)
{
    const char *type = text_of(record, "ttype"), *relation = text_of(record, "relation");
    const char *wanted = field->relation ? field->relation : "";
    bool stored = json_is_true(json_object_get(record, "store"));

    if (strcmp(type, field->type) == 0 && strcmp(relation, wanted) == 0 &&
        !(stored && field->shows))
        return 0;
    return error_set(error, ERR_REFUSED,
                     "the field %s of %s is of type '%s%s%s%s' in this Odoo, expected '%s%s%s%s': "
                     "somebody made it by hand; rename or remove that field in Odoo (Settings, "
                     "Technical, Fields), then run setup again",
                     field->name, setup_fields_model(set), type, *relation ? " to " : "", relation,
                     stored && field->shows ? ", stored" : "", field->type, *wanted ? " to " : "",
                     wanted, stored && field->shows ? ", not stored" : "");
}

/* ---- Making and repairing ---- */

static int make_field(struct setup *setup, enum setup_set set, const struct field *field,
                      int64_t *ret_id, struct error *error)
{
    json_int_t model = setup->models[set];
    json_t *values = field_values(setup, field);

    if (values)
        json_build_set(&values, "model_id", json_integer(model));
    return setup_make(setup,
                      (struct setup_new){.model = "ir.model.fields",
                                         .domain = json_pack("[[ssI] [sss]]", "model_id", "=",
                                                             model, "name", "=", field->name),
                                         .values = values},
                      ret_id, error);
}

/* The set that setup_fields() works on, and whether anything was made or repaired. */
struct work {
    enum setup_set set;
    bool changed;
};

static int ensure_field(struct setup *setup, struct work *work, const struct field *field,
                        json_t *record, struct error *error)
{
    enum setup_set set = work->set;
    json_t *repairs = record ? field_repairs(setup, field, record) : NULL;
    int64_t id = ask_field_id(record, "id");
    char what[100], name[SETUP_NAME_SIZE];
    int rc = record ? check_type(set, field, record, error) : 0;

    if (rc == 0 && record && !repairs)
        rc = error_memory(error);
    if (rc == 0 && !record && !setup->options->dry_run)
        rc = make_field(setup, set, field, &id, error);
    if (rc == 0 && json_object_size(repairs) && !setup->options->dry_run)
        rc = ask_write(setup->odoo, "ir.model.fields", id, json_incref(repairs), error);
    if (rc == 0 && (!record || json_object_size(repairs))) {
        work->changed = true;
        snprintf(what, sizeof what, "field %s%s", field->name, record ? " as it should be" : "");
        setup_step(setup, SETUP_MADE, what);
    }
    json_decref(repairs);
    setup_field_external(set, (size_t)(field - sets[set].fields), name);
    setup_remember(setup, name, "ir.model.fields", id);
    return rc;
}

static json_t *names_of(enum setup_set set)
{
    json_t *names = json_array();

    for (const struct field *field = sets[set].fields; field->name; field++)
        json_build_add(&names, json_string(field->name));
    return names;
}

int setup_fields(struct setup *setup, enum setup_set set, bool *ret_changed, struct error *error)
{
    struct work work = {.set = set};
    json_t *records = NULL;
    int rc = ask_records(
        setup->odoo,
        (struct ask_query){
            .model = "ir.model.fields",
            .domain = json_pack("[[ssI] [sso]]", "model_id", "=", (json_int_t)setup->models[set],
                                "name", "in", names_of(set)),
            .fields = json_pack("[ssssssssss]", "name", "ttype", "relation", "required", "index",
                                "copied", "on_delete", "store", "depends", "compute")},
        &records, error);

    for (const struct field *field = sets[set].fields; field->name && rc == 0; field++)
        rc = ensure_field(setup, &work, field, setup_find_named(records, field->name), error);
    *ret_changed = work.changed;
    json_decref(records);
    return rc;
}
