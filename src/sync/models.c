/* models.c - what is mirrored. Adding a field is one line here and one migration. */
#include "models.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define OUT_MOVES "[\"out_invoice\", \"out_refund\"]"

/* A public answer by a person of the desk: an internal note has is_internal False, only its subtype
 * tells; the automatic message of a closing is of type email_outgoing. */
#define REPLY_DOMAIN                                                                               \
    "[[\"model\", \"=\", \"@ticket\"], [\"message_type\", \"in\", [\"comment\", \"email\"]],"      \
    " [\"subtype_id.internal\", \"=\", false], [\"is_internal\", \"=\", false],"                   \
    " [\"author_id.user_ids.share\", \"=\", false]]"

const struct model models[MODEL_COUNT] = {
    [MODEL_UNIT] = {.remote = "uom.uom",
                    .link = -1,
                    .table = {"unit",
                              {{"write_date"}, {"name"}, {"category_id"}, {"factor"}, {"absolute"}},
                              {{OWNER_ALL, NULL}}},
                    .fields = {{"write_date", FIELD_TEXT, true},
                               {"name", FIELD_TEXT, true},
                               {"category_id", FIELD_ID, false, true},
                               {"factor", FIELD_NANO, true},
                               {NULL, FIELD_COMPUTED, false}},
                    .module = "uom"},
    [MODEL_PRODUCT] = {.remote = "product.product",
                       .link = 1, /* page.c empties it where the product is no pack */
                       .table = {"product",
                                 {{"write_date"}, {"reference"}, {"unit_id"}},
                                 {{OWNER_ALL, NULL}}},
                       .fields = {{"write_date", FIELD_TEXT, true},
                                  {"default_code", FIELD_TEXT, true},
                                  {"uom_id", FIELD_ID, true}},
                       .domain = "[[\"default_code\", \"in\", \"@packs\"]]",
                       .change_domain = "[\"|\", [\"default_code\", \"in\", \"@packs\"],"
                                        " [\"id\", \"in\", \"@products\"]]",
                       .module = "product"},
    [MODEL_JOURNAL] = {.remote = "account.journal",
                       .link = -1,
                       .table = {"journal",
                                 {{"write_date"}, {"name"}, {"type"}},
                                 {{OWNER_ALL, NULL}}},
                       .fields = {{"write_date", FIELD_TEXT, true},
                                  {"name", FIELD_TEXT, true},
                                  {"type", FIELD_TEXT, true}},
                       .module = "account"},
    [MODEL_STAGE] = {.remote = "@stage",
                     .link = -1,
                     .table = {"stage", {{"write_date"}, {"name"}, {"closed"}}, {{0}}},
                     .fields = {{"write_date", FIELD_TEXT, true},
                                {"name", FIELD_TEXT, true},
                                {"@stage_closed", FIELD_BOOLEAN, false}}},
    [MODEL_TEAM] =
        {.remote = "@team",
         .link = -1,
         .table = {"team",
                   {{"write_date"}, {"name"}, {"company_id"}, {"leader_id"}, {"calendar_id"}},
                   {{OWNER_TARGETS, NULL}}},
         .fields = {{"write_date", FIELD_TEXT, true},
                    {"name", FIELD_TEXT, true},
                    {"company_id", FIELD_ID, false},
                    {"user_id", FIELD_ID, false, true},
                    {"resource_calendar_id", FIELD_ID, false, true}}},
    [MODEL_TAG] = {.remote = "@tag",
                   .link = -1,
                   .table = {"tag", {{"write_date"}, {"name"}}, {{OWNER_ALL, NULL}}},
                   .fields = {{"write_date", FIELD_TEXT, true}, {"name", FIELD_TEXT, true}}},
    [MODEL_AGENT] = {.remote = "res.users",
                     .link = -1,
                     .table = {"agent",
                               {{"write_date"}, {"partner_id"}, {"share"}, {"active"}},
                               {{0}}},
                     .fields = {{"write_date", FIELD_TEXT, true},
                                {"partner_id", FIELD_ID, true},
                                {"share", FIELD_BOOLEAN, true},
                                {"active", FIELD_BOOLEAN, true}},
                     .domain = "[[\"share\", \"=\", false]]"},
    [MODEL_COMPANY] =
        {.remote = "res.company",
         .link = -1,
         .table = {"company", {{"write_date"}, {"calendar_id"}}, {{OWNER_TARGETS, NULL}}},
         .fields = {{"write_date", FIELD_TEXT, true}, {"resource_calendar_id", FIELD_ID, false}}},
    [MODEL_CALENDAR] =
        {.remote = "resource.calendar",
         .link = -1,
         .table = {"calendar",
                   {{"write_date"}, {"name"}, {"tz"}, {"two_weeks"}, {"flexible"}, {"company_id"}},
                   {{OWNER_TARGETS, NULL}}},
         .fields = {{"write_date", FIELD_TEXT, true},
                    {"name", FIELD_TEXT, true},
                    {"tz", FIELD_TEXT, true},
                    {"two_weeks_calendar", FIELD_BOOLEAN, false, true},
                    {"flexible_hours", FIELD_BOOLEAN, false, true},
                    {"company_id", FIELD_ID, false}},
         .module = "resource",
         .optional = true},
    [MODEL_ATTENDANCE] = {.remote = "resource.calendar.attendance",
                          .link = 1,
                          .table = {"attendance",
                                    {{"write_date"},
                                     {"calendar_id"},
                                     {"resource_id"},
                                     {"weekday"},
                                     {"hour_from"},
                                     {"hour_to"},
                                     {"day_period"},
                                     {"week_type"},
                                     {"display_type"},
                                     {"date_from"},
                                     {"date_to"}},
                                    {{OWNER_TARGETS, NULL}}},
                          .fields = {{"write_date", FIELD_TEXT, true},
                                     {"calendar_id", FIELD_ID, true},
                                     {"resource_id", FIELD_ID, false, true},
                                     {"dayofweek", FIELD_TEXT, true},
                                     {"hour_from", FIELD_NANO, true},
                                     {"hour_to", FIELD_NANO, true},
                                     {"day_period", FIELD_TEXT, false},
                                     {"week_type", FIELD_TEXT, false, true},
                                     {"display_type", FIELD_TEXT, false, true},
                                     {"date_from", FIELD_TEXT, false, true},
                                     {"date_to", FIELD_TEXT, false, true}},
                          .module = "resource",
                          .optional = true,
                          .swept = true},
    [MODEL_LEAVE] = {.remote = "resource.calendar.leaves",
                     .link = -1,
                     .table = {"leave",
                               {{"write_date"},
                                {"calendar_id"},
                                {"company_id"},
                                {"resource_id"},
                                {"date_from"},
                                {"date_to"},
                                {"time_type"},
                                {"name"}},
                               {{OWNER_TARGETS, NULL}}},
                     .fields = {{"write_date", FIELD_TEXT, true},
                                {"calendar_id", FIELD_ID, true},
                                {"company_id", FIELD_ID, false},
                                {"resource_id", FIELD_ID, true},
                                {"date_from", FIELD_TEXT, true},
                                {"date_to", FIELD_TEXT, true},
                                {"time_type", FIELD_TEXT, true},
                                {"name", FIELD_TEXT, false}},
                     .domain = "[[\"resource_id\", \"=\", false]]", /* nobody's own leave */
                     .module = "resource",
                     .optional = true,
                     .swept = true},
    [MODEL_TICKET] = {.remote = "@ticket",
                      .link = -1,
                      .table = {"ticket",
                                {{"write_date"},
                                 {"number"},
                                 {"partner_id"},
                                 {"user_id"},
                                 {"team_id"},
                                 {"stage_id"},
                                 {"priority"},
                                 {"tag_ids"},
                                 {"company_id"},
                                 {"active"},
                                 {"create_date"},
                                 {"assigned_date", .earliest = true},
                                 {"closed_date", .earliest = true},
                                 {"in_domain"}},
                                {{OWNER_PARTNER, "partner_id"}, {OWNER_TICKET, NULL}}},
                      .fields = {{"write_date", FIELD_TEXT, true},
                                 {"@number", FIELD_TEXT, false},
                                 {"partner_id", FIELD_ID, true},
                                 {"@user", FIELD_ID, false},
                                 {"@team_field", FIELD_ID, false},
                                 {"stage_id", FIELD_ID, false},
                                 {"priority", FIELD_TEXT, false},
                                 {"tag_ids", FIELD_IDS, false},
                                 {"company_id", FIELD_ID, false},
                                 {"active", FIELD_BOOLEAN, false},
                                 {"create_date", FIELD_TEXT, true},
                                 {"@assigned", FIELD_TEXT, false},
                                 {"@closed", FIELD_TEXT, false},
                                 {NULL, FIELD_COMPUTED, false}},
                      .of_customers = SET_CUSTOMER_TICKETS,
                      .customer_domain =
                          "[[\"partner_id.commercial_partner_id\", \"in\", \"@ids\"]]"},
    [MODEL_TIMESHEET] =
        {.remote = "account.analytic.line",
         .link = 1,
         .table = {"timesheet",
                   {{"write_date"}, {"ticket_id"}, {"date"}, {"amount"}, {"unit_id"}},
                   {{OWNER_TICKET, "ticket_id"}}},
         .fields = {{"write_date", FIELD_TEXT, true},
                    {"@link", FIELD_ID, true},
                    {"date", FIELD_TEXT, true},
                    {"unit_amount", FIELD_NANO, true},
                    {"product_uom_id", FIELD_ID, false}},
         .domain = "[[\"@link\", \"!=\", false]]",
         .change_domain = "[]",
         .of_customers = SET_CUSTOMER_TIMESHEETS,
         .customer_domain = "[[\"@link.partner_id.commercial_partner_id\", \"in\", \"@ids\"]]",
         .module = "hr_timesheet"},
    [MODEL_REPLY] = {.remote = "mail.message",
                     .link = 1,
                     .table = {"reply",
                               {{"write_date"}, {"ticket_id"}, {"date"}, {"author_id"}},
                               {{OWNER_TICKET, "ticket_id"}}},
                     .fields = {{"write_date", FIELD_TEXT, true},
                                {"res_id", FIELD_ID, true},
                                {"date", FIELD_TEXT, true},
                                {"author_id", FIELD_ID, true}},
                     .domain = REPLY_DOMAIN,
                     .of_customers = SET_CUSTOMER_REPLIES,
                     .customer_domain = "[[\"res_id\", \"in\", \"@tickets\"]]",
                     .module = "mail"},
    [MODEL_MOVE_LINE] = {.remote = "account.move.line",
                         .link = 1,
                         .table = {"move_line",
                                   {{"write_date"},
                                    {"move_id"},
                                    {"product_id"},
                                    {"quantity"},
                                    {"unit_id"},
                                    {"untaxed"},
                                    {"balance"}},
                                   {{OWNER_MOVE, "move_id"}}},
                         .fields = {{"write_date", FIELD_TEXT, true},
                                    {"move_id", FIELD_ID, true},
                                    {"product_id", FIELD_ID, true},
                                    {"quantity", FIELD_NANO, true},
                                    {"product_uom_id", FIELD_ID, false},
                                    {"price_subtotal", FIELD_MICRO, true},
                                    {"balance", FIELD_MICRO, false}},
                         .domain = "[[\"product_id\", \"in\", \"@products\"],"
                                   " [\"move_id.move_type\", \"in\", " OUT_MOVES "]]",
                         .of_customers = SET_CUSTOMER_MOVE_LINES,
                         .customer_domain =
                             "[[\"move_id.commercial_partner_id\", \"in\", \"@ids\"]]",
                         .module = "account"},
    [MODEL_MOVE] = {.remote = "account.move",
                    .kind = MODEL_REFERENCED,
                    .link = -1,
                    .table = {"move",
                              {{"write_date"},
                               {"name"},
                               {"type"},
                               {"state"},
                               {"payment_state"},
                               {"total"},
                               {"residual"},
                               {"invoice_date"},
                               {"customer_id"},
                               {"reversed_entry_id"},
                               {"currency_id"},
                               {"company_id"}},
                              {{OWNER_ACCOUNT, "customer_id"}}},
                    .fields = {{"write_date", FIELD_TEXT, true},
                               {"name", FIELD_TEXT, true},
                               {"move_type", FIELD_TEXT, true},
                               {"state", FIELD_TEXT, true},
                               {"payment_state", FIELD_TEXT, true},
                               {"amount_total", FIELD_MICRO, true},
                               {"amount_residual", FIELD_MICRO, true},
                               {"invoice_date", FIELD_TEXT, true},
                               {"commercial_partner_id", FIELD_ID, true},
                               {"reversed_entry_id", FIELD_ID, true},
                               {"currency_id", FIELD_ID, true},
                               {"company_id", FIELD_ID, false}},
                    .change_domain = "[[\"move_type\", \"in\", " OUT_MOVES "]]",
                    .needed = SET_MOVES_NEEDED,
                    .of_customers = SET_CUSTOMER_MOVES,
                    .module = "account"},
    [MODEL_PARTIAL] =
        {.remote = "account.partial.reconcile",
         .link = -1,
         .table = {"partial",
                   {{"write_date"}, {"debit_line_id"}, {"credit_line_id"}, {"exchange_move_id"}},
                   {{OWNER_LINE, "debit_line_id"}, {OWNER_LINE, "credit_line_id"}}},
         .fields = {{"write_date", FIELD_TEXT, true},
                    {"debit_move_id", FIELD_ID, true},
                    {"credit_move_id", FIELD_ID, true},
                    {"exchange_move_id", FIELD_ID, false}},
         .customer_domain = "[\"|\", [\"debit_move_id.move_id\", \"in\", \"@ids\"],"
                            " [\"credit_move_id.move_id\", \"in\", \"@ids\"]]",
         .module = "account"},
    [MODEL_SETTLEMENT_LINE] =
        {.remote = "account.move.line",
         .kind = MODEL_REFERENCED,
         .link = -1,
         .table = {"settlement_line",
                   {{"write_date"}, {"move_id"}, {"move_type"}, {"date"}, {"journal_id"}},
                   {{OWNER_LINE, NULL}}},
         .fields = {{"write_date", FIELD_TEXT, true},
                    {"move_id", FIELD_ID, true},
                    {"move_type", FIELD_TEXT, true},
                    {"date", FIELD_TEXT, true},
                    {"journal_id", FIELD_ID, true}},
         .needed = SET_LINES_NEEDED,
         .of_customers = SET_CUSTOMER_LINES,
         .module = "account"},
    [MODEL_ADJUSTMENT] = {.remote = "x_qualiodoo_adjustment",
                          .link = 1,
                          .table = {"adjustment",
                                    {{"write_date"},
                                     {"partner_id"},
                                     {"minutes"},
                                     {"date"},
                                     {"end"},
                                     {"reason"},
                                     {"key"},
                                     {"valid"}},
                                    {{OWNER_PARTNER, "partner_id"}}},
                          .fields = {{"write_date", FIELD_TEXT, true},
                                     {"x_partner_id", FIELD_ID, true},
                                     {"x_minutes", FIELD_INTEGER, true},
                                     {"x_date", FIELD_TEXT, true},
                                     {"x_end", FIELD_TEXT, true},
                                     {"x_reason", FIELD_TEXT, true},
                                     {"x_key", FIELD_TEXT, true},
                                     {NULL, FIELD_COMPUTED, false}},
                          .of_customers = SET_CUSTOMER_ADJUSTMENTS,
                          .customer_domain =
                              "[[\"x_partner_id.commercial_partner_id\", \"in\", \"@ids\"]]",
                          .optional = true},
    [MODEL_ADJUSTMENT_NOTE] =
        {.remote = "mail.message",
         .link = 1,
         .table = {"adjustment",
                   {{"write_date"},
                    {"partner_id"},
                    {"minutes"},
                    {"date"},
                    {"end"},
                    {"reason"},
                    {"key"},
                    {"valid"}},
                   {{OWNER_PARTNER, "partner_id"}}},
         /* Columns that are computed from what is read beside them: see page.c. */
         .fields = {{"write_date", FIELD_TEXT, true},
                    {"res_id", FIELD_ID, true},
                    {"subject", FIELD_COMPUTED, true},
                    {"message_id", FIELD_COMPUTED, true},
                    {"author_id", FIELD_COMPUTED, true},
                    {"write_uid", FIELD_COMPUTED, true},
                    {"create_uid", FIELD_COMPUTED, true},
                    {NULL, FIELD_COMPUTED, false}},
         .domain = "[[\"model\", \"=\", \"res.partner\"], [\"message_id\", \"=like\", \"@keys\"]]",
         .of_customers = SET_CUSTOMER_ADJUSTMENTS,
         .customer_domain = "[[\"res_id\", \"in\", \"@partners\"]]",
         .module = "mail"},
    [MODEL_MARKER] = {.remote = "mail.message",
                      .link = 1,
                      .table = {"marker",
                                {{"write_date"}, {"key"}, {"model"}, {"res_id"}},
                                {{OWNER_NOBODY, NULL}}},
                      .fields = {{"write_date", FIELD_TEXT, true},
                                 {"message_id", FIELD_COMPUTED, true},
                                 {"model", FIELD_TEXT, true},
                                 {"res_id", FIELD_ID, true}},
                      .domain = "[[\"author_id\", \"=\", \"@agent\"],"
                                " [\"model\", \"in\", [\"@ticket\", \"res.partner\"]],"
                                " [\"message_id\", \"=like\", \"@markers\"]]",
                      .module = "mail"},
    [MODEL_PARTNER] = {.remote = "res.partner",
                       .kind = MODEL_REFERENCED,
                       .link = -1,
                       .table = {"partner",
                                 {{"write_date"},
                                  {"name"},
                                  {"reference"},
                                  {"commercial_id"},
                                  {"salesperson_id"},
                                  {"shown_minutes"},
                                  {"shown_last_day"}},
                                 {{OWNER_PARTNER, NULL}, {OWNER_ACCOUNT, "commercial_id"}}},
                       .fields = {{"write_date", FIELD_TEXT, true},
                                  {"name", FIELD_TEXT, true},
                                  {"ref", FIELD_TEXT, false},
                                  {"commercial_partner_id", FIELD_ID, true},
                                  {"user_id", FIELD_ID, false},
                                  {PARTNER_MINUTES, FIELD_INTEGER, false, true},
                                  {PARTNER_LAST_DAY, FIELD_TEXT, false, true}},
                       .needed = SET_PARTNERS_NEEDED,
                       .of_customers = SET_CUSTOMER_PARTNERS},
};

size_t model_columns(const struct model *model)
{
    size_t count = 0;

    while (count < MIRROR_COLUMNS_MAX && model->table.columns[count].name)
        count++;
    return count;
}

size_t model_column(const struct model *model, const char *name)
{
    size_t i = 0;

    while (strcmp(model->table.columns[i].name, name) != 0)
        i++;
    return i;
}

const char *model_remote(const struct model *model, const struct flavour *flavour)
{
    return flavour_name(flavour, model->remote);
}

json_t *model_field_names(const struct model *model, const struct flavour *flavour)
{
    json_t *names = json_array();

    for (size_t i = 0; i < model_columns(model); i++) {
        const char *name = model->fields[i].remote;

        if (name && (name = flavour_name(flavour, name)))
            json_array_append_new(names, json_string(name));
    }
    return names;
}

/* A fixed-point number from a double of Odoo, the only doubles beyond the codec. */
static int64_t fixed(json_t *value, double scale)
{
    double number = json_number_value(value) * scale;

    if (!(fabs(number) < 9.2e18))
        return 0; /* no quantity, hour or price of this world */
    return llround(number);
}

static struct mirror_value id_value(json_t *value)
{
    struct mirror_value none = {.kind = VALUE_NULL};

    if (json_is_array(value)) /* [id, name] or a list of users */
        value = json_array_get(value, 0);
    if (!json_is_integer(value) || json_integer_value(value) == 0)
        return none;
    return (struct mirror_value){.kind = VALUE_INTEGER, .integer = json_integer_value(value)};
}

/* The ids, sorted by Odoo's own order, as text kept alive by `texts`. */
static struct mirror_value ids_value(json_t *value, json_t *texts)
{
    struct mirror_value none = {.kind = VALUE_TEXT, .text = "[]"};
    char *dumped;
    json_t *text;

    if (!json_is_array(value) || json_array_size(value) == 0)
        return none;
    dumped = json_dumps(value, JSON_COMPACT);
    text = dumped ? json_string(dumped) : NULL;
    free(dumped);
    if (!text || json_array_append_new(texts, text) < 0)
        return none;
    return (struct mirror_value){.kind = VALUE_TEXT, .text = json_string_value(text)};
}

static struct mirror_value field_value(enum field_kind kind, json_t *value, json_t *texts)
{
    struct mirror_value made = {.kind = VALUE_INTEGER};

    switch (kind) {
    case FIELD_ID:
        return id_value(value);
    case FIELD_IDS:
        return ids_value(value, texts);
    case FIELD_INTEGER:
        made.integer = json_integer_value(value);
        return made;
    case FIELD_BOOLEAN:
        made.integer = json_is_true(value);
        return made;
    case FIELD_NANO:
        made.integer = fixed(value, (double)NANO_ONE);
        return made;
    case FIELD_MICRO:
        made.integer = fixed(value, (double)MICRO_ONE);
        return made;
    case FIELD_TEXT:
        if (json_is_string(value))
            return (struct mirror_value){.kind = VALUE_TEXT, .text = json_string_value(value)};
        break;
    case FIELD_COMPUTED:
        break;
    }
    return (struct mirror_value){.kind = VALUE_NULL};
}

void model_values(const struct model *model, const struct flavour *flavour, json_t *record,
                  json_t *texts, struct mirror_value *values)
{
    for (size_t i = 0; i < model_columns(model); i++) {
        const char *name = model->fields[i].remote;

        if (name)
            name = flavour_name(flavour, name);
        values[i] =
            field_value(model->fields[i].kind, name ? json_object_get(record, name) : NULL, texts);
    }
}

/* "@link.partner_id" is the flavour's link, then the path. */
static json_t *resolve_name(const char *text, const struct flavour *flavour)
{
    const char *dot = strchr(text, '.');
    char head[32];
    const char *name;

    if (!dot)
        return json_string(flavour_name(flavour, text));
    assert((size_t)(dot - text) < sizeof head);
    memcpy(head, text, (size_t)(dot - text));
    head[dot - text] = '\0';
    name = flavour_name(flavour, head);
    return json_sprintf("%s%s", name, dot);
}

static json_t *resolve(json_t *value, const struct flavour *flavour, json_t *ids)
{
    json_t *made, *item;
    size_t i;

    if (json_is_string(value) && json_string_value(value)[0] == '@') {
        const char *text = json_string_value(value);
        json_t *given = json_object_get(ids, text);

        return given ? json_incref(given) : resolve_name(text, flavour);
    }
    if (!json_is_array(value))
        return json_incref(value);
    made = json_array();
    json_array_foreach(value, i, item) json_array_append_new(made, resolve(item, flavour, ids));
    return made;
}

json_t *model_domain(const char *text, const struct flavour *flavour, json_t *ids)
{
    json_t *parsed = json_loads(text ? text : "[]", 0, NULL), *made;

    assert(parsed);
    made = resolve(parsed, flavour, ids);
    json_decref(parsed);
    return made;
}
