/* computed.c - columns that are computed from a record, not copied from one of its fields. */
#include "computed.h"

#include <string.h>

#include "qualiodoo/core/response.h"
#include "qualiodoo/odoo/records.h"
#include "qualiodoo/pull/packs.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"

static void set_text(struct mirror_value *value, const char *text)
{
    *value = text ? (struct mirror_value){.kind = VALUE_TEXT, .text = text}
                  : (struct mirror_value){.kind = VALUE_NULL};
}

static void set_integer(struct mirror_value *value, int64_t integer)
{
    *value = (struct mirror_value){.kind = VALUE_INTEGER, .integer = integer};
}

static struct mirror_value *column(const struct computing *computing, const char *name)
{
    return &computing->values[model_column(computing->model, name)];
}

/* The text of a field of the record; NULL: none. */
static const char *field_text(const struct computing *computing, const char *name)
{
    return odoo_cell_text(odoo_records_cell(computing->records, computing->record, name));
}

static int64_t field_id(const struct computing *computing, const char *name)
{
    return odoo_cell_id(odoo_records_cell(computing->records, computing->record, name));
}

/* Sets a column to the first `length` bytes of `text`. */
static void set_part(const struct computing *computing, const char *name, const char *text,
                     size_t length)
{
    json_t *made = json_stringn(text, length);

    set_text(column(computing, name), json_string_value(made));
    json_build_add(computing->texts, made);
}

/* ---- Records in the configured domain ---- */

json_t *computed_tickets_domain(const struct config *config)
{
    return config->tickets.domain;
}

json_t *computed_timesheets_domain(const struct config *config)
{
    return config->timesheets.domain;
}

void computed_in_domain(const struct computing *computing)
{
    const struct ids *counting = computing->counting;
    bool in = !counting || ids_contain(counting->items, counting->count, computing->record->id);

    set_integer(column(computing, "in_domain"), in);
}

/* ---- Columns of one model each ---- */

void computed_unit(const struct computing *computing)
{
    set_integer(column(computing, "absolute"), computing->pull->units_absolute);
}

/* An assignment at the creation is no response to the ticket: assigned_date stays empty. */
void computed_ticket(const struct computing *computing)
{
    struct mirror_value *created = column(computing, "create_date");
    struct mirror_value *assigned = column(computing, "assigned_date");
    instant creation, assignment;

    computed_in_domain(computing);
    if (created->kind == VALUE_TEXT && assigned->kind == VALUE_TEXT &&
        instant_parse_odoo(created->text, &creation) &&
        instant_parse_odoo(assigned->text, &assignment) &&
        response_assigned_at_creation(creation, assignment))
        assigned->kind = VALUE_NULL;
}

/* A product that is no pack loses its reference, and page.c then removes it (model.link). One that
 * opened lots (pull->held) keeps its present reference and stays: only a person may revoke their
 * credit. A pack without a reference gets the text "id NUMBER". */
void computed_product(const struct computing *computing)
{
    struct mirror_value *reference = column(computing, "reference");
    const struct config *config = computing->pull->config;
    const char *text = reference->kind == VALUE_TEXT ? reference->text : NULL;
    const struct ids *held = &computing->pull->held;
    json_t *made;

    if (packs_contain(config, computing->record->id, text)) {
        if (text)
            return;
        made = json_sprintf("id %lld", (long long)computing->record->id);
        set_text(reference, json_string_value(made));
        json_build_add(computing->texts, made);
    } else if (!ids_contain(held->items, held->count, computing->record->id)) {
        reference->kind = VALUE_NULL;
    } else if (!text) {
        set_text(reference, "");
    }
}

void computed_partner(const struct computing *computing)
{
    if (computing->pull->config->privacy.keep_names)
        return;
    column(computing, "name")->kind = VALUE_NULL;
    column(computing, "reference")->kind = VALUE_NULL;
}

void computed_adjustment(const struct computing *computing)
{
    set_integer(column(computing, "valid"), column(computing, "date")->kind == VALUE_TEXT);
}

/* The subject of a note holds its figures as JSON, the message_id its key. The note is valid only
 * while the agent is its author, its creator and its last writer: else it may have been altered. */
void computed_note(const struct computing *computing)
{
    static const char head[] = "<qualiodoo-adjust.";
    const struct pull *pull = computing->pull;
    const char *subject = field_text(computing, "subject");
    const char *message = field_text(computing, "message_id");
    const char *key = "", *date;
    json_t *figures, *given;
    bool valid;

    if (json_build_parse(subject, 0, &figures) < 0)
        json_build_add(computing->texts, NULL);
    given = json_object_get(figures, "qualiodoo_adjustment");
    date = json_string_value(json_object_get(given, "date"));
    valid = json_is_object(given) && date &&
            field_id(computing, "author_id") == pull->agent_partner &&
            field_id(computing, "write_uid") == pull->agent_uid &&
            field_id(computing, "create_uid") == pull->agent_uid;

    if (message && strncmp(message, head, strlen(head)) == 0)
        key = message + strlen(head);
    set_integer(column(computing, "minutes"),
                json_integer_value(json_object_get(given, "minutes")));
    set_text(column(computing, "date"), date);
    set_text(column(computing, "end"), json_string_value(json_object_get(given, "end")));
    set_text(column(computing, "reason"), json_string_value(json_object_get(given, "reason")));
    set_part(computing, "key", key, strcspn(key, "@"));
    set_integer(column(computing, "valid"), valid);
    if (figures)
        json_build_add(computing->texts, figures); /* `date`, `end` and `reason` borrow from it */
}

/* The key between "<qualiodoo-" and "@DATABASE>". NULL for other ids: in the domain's pattern, '_'
 * matches any character. */
void computed_marker(const struct computing *computing)
{
    static const char head[] = "<qualiodoo-", adjust[] = "adjust.";
    const char *message = field_text(computing, "message_id");
    const char *database = computing->pull->config->odoo.database, *at;

    if (!message || strncmp(message, head, strlen(head)) != 0)
        return;
    message += strlen(head);
    if (strncmp(message, adjust, strlen(adjust)) == 0)
        return; /* an adjustment: MODEL_ADJUSTMENT_NOTE mirrors it */
    at = strchr(message, '@');
    if (!at || strncmp(at + 1, database, strlen(database)) != 0 ||
        strcmp(at + 1 + strlen(database), ">") != 0)
        return;
    set_part(computing, "key", message, (size_t)(at - message));
}
