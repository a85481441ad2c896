/* history.c - when a ticket was first assigned and first closed, from the changes that Odoo
 * tracked.
 *
 * Odoo overwrites the date of assignment at each reassignment, and that of closing at each closing.
 * A state that saw the first date kept it; a new state knows only the last. The tracked changes
 * have all of them, and can be read from:
 *
 *  - mail.tracking.value, on every version, when `setup` gave the agent's user access to it. A row
 *    refers to its field as an ir.model.fields record, which the agent may not read; but Odoo shows
 *    the display name of that record, "LABEL (MODEL)", and fields_get the label of each field;
 *  - message_format, which on 17 names the field to every user. On 16 it gives a label only; 18 and
 *    later have no such method.
 *
 * Where neither can be read, the history is unknown, which is not the same as empty. */
#include "qualiodoo/pull/history.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/core/response.h"
#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/fields.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/listing.h"
#include "qualiodoo/odoo/session.h"
#include "qualiodoo/store/lookup.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/targets.h"
#include "qualiodoo/store/transactions.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/progress.h"

#define TRACKING "mail.tracking.value"

enum { TICKETS_AT_ONCE = 50, MESSAGES_AT_ONCE = 100, FIRST_WITHOUT_MESSAGE_FORMAT = 18 };

struct history {
    struct pull *pull;
    enum history_source source;
    const char *reference;          /* "field_id" or "field", of mail.tracking.value */
    json_t *labels;                 /* of the ticket's fields: name -> label; HISTORY_BY_VALUES */
    struct history_answer *answers; /* one per ticket, in the order of `tickets` */
    const int64_t *tickets;
    size_t n_tickets;
};

/* ---- The source ---- */

/* The field of mail.tracking.value that refers to the changed field; 16 calls it `field`. *ret is
 * NULL when neither name exists. */
static int find_reference(struct odoo *odoo, const char **ret, struct error *error)
{
    json_t *names = json_pack("[ss]", "field_id", "field"), *known = NULL;
    int rc = names ? odoo_fields(odoo, TRACKING, names, &known, error) : error_memory(error);

    *ret = json_object_get(known, "field_id") ? "field_id"
           : json_object_get(known, "field")  ? "field"
                                              : NULL;
    json_decref(names);
    json_decref(known);
    return rc;
}

/* Turns the errors of an Odoo that cannot answer this question into success. */
static int ignore_if_unable(int rc)
{
    return rc == ERR_MISSING_MODEL || rc == ERR_ACCESS_RIGHTS || rc == ERR_FAULT ? 0 : rc;
}

/* Decides by the version, as no field shows it, and trying a method that does not exist leaves a
 * traceback in Odoo's log. */
static int has_message_format(struct odoo *odoo, bool *ret, struct error *error)
{
    int major = 0;
    int rc = odoo_major_version(odoo, &major, error);

    *ret = rc == 0 && major < FIRST_WITHOUT_MESSAGE_FORMAT;
    return rc;
}

static int find_source(struct odoo *odoo, enum history_source *ret, const char **ret_reference,
                       struct error *error)
{
    bool may = false, formats = false;
    int rc = ignore_if_unable(find_reference(odoo, ret_reference, error));

    *ret = HISTORY_BY_NOTHING;
    if (rc == 0 && *ret_reference)
        rc = ignore_if_unable(flavour_may(odoo, TRACKING, "read", &may, error));
    if (rc == 0 && !may && *ret_reference && strcmp(*ret_reference, "field_id") == 0)
        rc = has_message_format(odoo, &formats, error);
    if (rc == 0)
        *ret = may ? HISTORY_BY_VALUES : formats ? HISTORY_BY_MESSAGES : HISTORY_BY_NOTHING;
    return rc;
}

int history_find_source(struct odoo *odoo, enum history_source *ret, struct error *error)
{
    const char *reference;

    return find_source(odoo, ret, &reference, error);
}

/* Reads the labels without a language in the context, like the display names they are compared
 * with. */
static int read_labels(struct history *history, struct error *error)
{
    struct odoo_call call = {.model = history->pull->flavour->ticket,
                             .method = "fields_get",
                             .arguments = json_pack("[[]]"),
                             .keywords = json_pack("{s[s]}", "attributes", "string"),
                             .with_keywords = true,
                             .safe = true};
    json_t *fields = NULL, *field;
    const char *name;
    int rc = ask(history->pull->odoo, call, &fields, error);

    if (rc < 0)
        return rc;
    history->labels = json_object();
    json_object_foreach(fields, name, field) {
        json_t *label = json_object_get(field, "string");

        if (json_is_string(label))
            json_build_set(&history->labels, name, json_incref(label));
    }
    json_decref(fields);
    return history->labels ? 0 : error_memory(error);
}

static const char *const source_names[] = {[HISTORY_BY_NOTHING] = "nothing",
                                           [HISTORY_BY_VALUES] = "values",
                                           [HISTORY_BY_MESSAGES] = "messages"};

static int open_source(struct history *history, struct error *error)
{
    int rc = find_source(history->pull->odoo, &history->source, &history->reference, error);

    if (rc == 0 && history->source == HISTORY_BY_VALUES)
        rc = read_labels(history, error);
    return rc < 0 ? rc
                  : store_meta_set(history->pull->store, "history_source",
                                   source_names[history->source], error);
}

/* ---- The changes ---- */

/* The messages in which changes were tracked. */
static int list_messages(struct history *history, struct ids *ret, struct error *error)
{
    json_t *domain = json_pack("[[sss] [sso] [sss]]", "model", "=", history->pull->flavour->ticket,
                               "res_id", "in", json_build_ids(history->tickets, history->n_tickets),
                               "message_type", "=", "notification");
    int rc = domain ? odoo_search_all(history->pull->odoo, "mail.message", domain, ret, error)
                    : error_memory(error);

    json_decref(domain);
    return rc;
}

static void keep_earlier(instant *kept, instant when)
{
    if (*kept == 0 || when < *kept)
        *kept = when;
}

static struct history_answer *answer_of(const struct history *history, int64_t ticket)
{
    for (size_t i = 0; i < history->n_tickets; i++)
        if (history->tickets[i] == ticket)
            return &history->answers[i];
    return NULL;
}

/* A malformed answer is an error: an empty history would be wrong. */
static int malformed(const char *call, struct error *error)
{
    return error_set(error, ERR_PROTOCOL, "%s: the answer is not what was asked for", call);
}

/* A tracked change: `value` is the new display name of then, "" when the field was emptied;
 * `record` the id behind it, 0 where Odoo does not tell. */
struct change {
    const char *field, *value;
    int64_t record;
    instant when;
};

/* A stage that the mirror does not know (renamed since, where only its name is told, or deleted)
 * may have been a closed one: the history is then unknown. */
static int take_stage(struct history *history, struct history_answer *answer,
                      const struct change *change, struct error *error)
{
    const struct flavour_stage asked = {history->pull->flavour, change->record, change->value};
    struct lookup_stage stage;
    int rc = lookup_stage(history->pull->store, change->record, change->value, &stage, error);

    if (rc == 0 && !stage.found && history->pull->quick) /* it may be newer than the mirror */
        rc = flavour_stage(history->pull->odoo, &asked, &stage.found, &stage.closed, error);
    if (rc == 0 && !stage.found)
        answer->known = false;
    if (rc == 0 && stage.closed)
        keep_earlier(&answer->closed, change->when);
    return rc;
}

static int take_change(struct history *history, struct history_answer *answer,
                       const struct change *change, struct error *error)
{
    if (!*change->value)
        return 0;
    if (strcmp(change->field, "stage_id") == 0)
        return take_stage(history, answer, change, error);
    if (strcmp(change->field, history->pull->flavour->user) == 0 &&
        !response_assigned_at_creation(answer->created, change->when))
        keep_earlier(&answer->assigned, change->when);
    return 0;
}

/* ---- By message_format ---- */

/* `told` is {"fieldName": "user_id", "newValue": {"value": "Camille"}, ...}. One that does not
 * name its field makes the history unknown. */
static int read_change(struct history *history, struct history_answer *answer, json_t *told,
                       instant when, struct error *error)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(told, "newValue"), "value"));
    struct change change = {.field = json_string_value(json_object_get(told, "fieldName")),
                            .value = text ? text : "",
                            .when = when};

    if (!change.field) {
        answer->known = false;
        return 0;
    }
    return take_change(history, answer, &change, error);
}

static int read_message(struct history *history, json_t *message, struct error *error)
{
    struct history_answer *answer = answer_of(history, ask_field_id(message, "res_id"));
    const char *date = json_string_value(json_object_get(message, "date"));
    json_t *changes = json_object_get(message, "trackingValues"), *change;
    instant when;
    size_t i;
    int rc = 0;

    if (!answer || !json_is_array(changes) || !date || !instant_parse_odoo(date, &when))
        return malformed("mail.message.message_format", error);
    json_array_foreach(changes, i, change) {
        if (rc == 0)
            rc = read_change(history, answer, change, when, error);
    }
    return rc;
}

static int read_messages(struct history *history, const int64_t *ids, size_t count,
                         struct error *error)
{
    struct odoo_call call = {.model = "mail.message",
                             .method = "message_format",
                             .arguments = json_pack("[o]", json_build_ids(ids, count)),
                             .safe = true};
    json_t *messages = NULL, *message;
    size_t i;
    int rc = ask(history->pull->odoo, call, &messages, error);

    if (rc == 0 && json_array_size(messages) != count)
        rc = malformed("mail.message.message_format", error);
    json_array_foreach(messages, i, message) {
        if (rc == 0)
            rc = read_message(history, message, error);
    }
    json_decref(messages);
    return rc;
}

/* ---- By mail.tracking.value ---- */

static bool begins_with_label(const char *name, const char *label)
{
    size_t length = strlen(label);

    return strncmp(name, label, length) == 0 && strncmp(name + length, " (", 2) == 0;
}

/* The field behind a display name "LABEL (MODEL)": the one with the longest matching label, as
 * labels may contain brackets. NULL when no label matches, or two fields share it. */
static const char *field_of(const struct history *history, const char *display_name)
{
    const char *found = NULL, *name;
    size_t longest = 0;
    json_t *label;

    json_object_foreach(history->labels, name, label) {
        const char *text = json_string_value(label);
        size_t length = strlen(text);

        if (length < longest || !begins_with_label(display_name, text))
            continue;
        found = length == longest ? NULL : name;
        longest = length;
    }
    return found;
}

/* Whether a display name without a single field could be that of the assignee or of the stage. */
static bool may_count(const struct history *history, const char *display_name)
{
    const char *const names[] = {history->pull->flavour->user, "stage_id"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *label = json_string_value(json_object_get(history->labels, names[i]));

        if (!label || begins_with_label(display_name, label))
            return true;
    }
    return false;
}

/* `value` is {"field_id": [8650, "Assigned user (Helpdesk Ticket)"], "mail_message_id": [131, ""],
 *  "new_value_char": "Camille", "new_value_integer": 7}; `message` has the date and the ticket. */
static int read_value(struct history *history, json_t *value, json_t *message, struct error *error)
{
    struct history_answer *answer = answer_of(history, ask_field_id(message, "res_id"));
    const char *date = json_string_value(json_object_get(message, "date"));
    json_t *reference = json_object_get(value, history->reference);
    const char *shown = json_string_value(json_array_get(reference, 1));
    const char *text = json_string_value(json_object_get(value, "new_value_char"));
    struct change change = {.value = text ? text : "",
                            .record = ask_field_id(value, "new_value_integer")};

    if (!answer || !date || !instant_parse_odoo(date, &change.when) ||
        !(shown || json_is_false(reference)))
        return malformed(TRACKING ".search_read", error);
    if (!shown) /* the field no longer exists in Odoo */
        return 0;
    change.field = field_of(history, shown);
    if (!change.field && may_count(history, shown))
        answer->known = false;
    return change.field ? take_change(history, answer, &change, error) : 0;
}

/* Reads the tracking values of some messages; many2one as [id, name], unlike ask_records(). */
static int ask_values(struct history *history, const int64_t *messages, size_t count, json_t **ret,
                      struct error *error)
{
    struct odoo_call call = {
        .model = TRACKING,
        .method = "search_read",
        .arguments =
            json_pack("[[[sso]]]", "mail_message_id", "in", json_build_ids(messages, count)),
        .keywords = json_pack("{s[ssss] ss}", "fields", history->reference, "mail_message_id",
                              "new_value_char", "new_value_integer", "order", "id"),
        .with_keywords = true,
        .safe = true};
    int rc = ask(history->pull->odoo, call, ret, error);

    return rc == 0 && !json_is_array(*ret) ? malformed(TRACKING ".search_read", error) : rc;
}

static int read_values(struct history *history, const int64_t *ids, size_t count,
                       struct error *error)
{
    json_t *values = NULL, *messages = NULL, *value;
    size_t i;
    int rc = ask_values(history, ids, count, &values, error);

    if (rc == 0 && json_array_size(values))
        rc = ask_records(history->pull->odoo,
                         (struct ask_query){
                             .model = "mail.message",
                             .domain = json_pack("[[sso]]", "id", "in", json_build_ids(ids, count)),
                             .fields = json_pack("[ss]", "date", "res_id")},
                         &messages, error);
    json_array_foreach(values, i, value) {
        if (rc == 0)
            rc = read_value(history, value,
                            ask_find(messages, ask_field_id(value, "mail_message_id")), error);
    }
    json_decref(values);
    json_decref(messages);
    return rc;
}

/* ---- The answers ---- */

static int save(struct history *history, struct error *error)
{
    struct store *store = history->pull->store;
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < history->n_tickets && rc == 0; i++)
        rc = history_save(store, &history->answers[i], error);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    return rc;
}

/* Enters the creation of a ticket: an assignment at that moment is none (take_change()). */
static int begin_answer(void *context, const struct target_ticket *ticket, struct error *error)
{
    struct history *history = context;
    struct history_answer *answer = answer_of(history, ticket->id);

    (void)error;
    if (answer)
        answer->created = ticket->facts.response.created;
    return 0;
}

static int read_chunk(struct history *history, const int64_t *ids, size_t count,
                      struct error *error)
{
    return history->source == HISTORY_BY_VALUES ? read_values(history, ids, count, error)
                                                : read_messages(history, ids, count, error);
}

static int ask_some(struct history *history, struct error *error)
{
    struct target_query query = {.tickets = history->tickets, .n_tickets = history->n_tickets};
    struct history_answer answers[TICKETS_AT_ONCE] = {0};
    struct ids messages = {0};
    int rc = 0;

    history->answers = answers;
    for (size_t i = 0; i < history->n_tickets; i++)
        answers[i] = (struct history_answer){.ticket = history->tickets[i],
                                             .known = history->source != HISTORY_BY_NOTHING};
    if (history->source != HISTORY_BY_NOTHING) {
        rc = targets_each(history->pull->store, &query, begin_answer, history, error);
        if (rc == 0)
            rc = list_messages(history, &messages, error);
    }
    for (size_t i = 0; i < messages.count && rc == 0; i += MESSAGES_AT_ONCE) {
        size_t left = messages.count - i;

        rc = read_chunk(history, messages.items + i,
                        left < MESSAGES_AT_ONCE ? left : MESSAGES_AT_ONCE, error);
    }
    free(messages.items);
    if (rc == ERR_FAULT ||
        rc == ERR_ACCESS_RIGHTS) { /* this Odoo hides it: do not ask for the next tickets either */
        history->source = HISTORY_BY_NOTHING;
        for (size_t i = 0; i < history->n_tickets; i++)
            answers[i].known = false;
        rc = 0;
    }
    if (rc == 0)
        rc = save(history, error);
    history->answers = NULL;
    return rc;
}

int history_ask(struct pull *pull, const struct ids *tickets, struct error *error)
{
    struct history history = {.pull = pull};
    int rc = open_source(&history, error);

    progress_step("reading the history");
    for (size_t i = 0; i < tickets->count && rc == 0; i += TICKETS_AT_ONCE) {
        progress_count("tickets", (int64_t)i, (int64_t)tickets->count);
        history.tickets = tickets->items + i;
        history.n_tickets =
            tickets->count - i < TICKETS_AT_ONCE ? tickets->count - i : TICKETS_AT_ONCE;
        rc = ask_some(&history, error);
    }
    json_decref(history.labels);
    return rc;
}

/* At most once per pull, and not in a quick one: it costs a call. */
int history_retry(struct pull *pull, struct error *error)
{
    char *asked = NULL;
    bool again = pull->full, may = false, unknown = false;
    int rc = pull->quick ? 0 : history_has_unknown(pull->store, &unknown, error);

    if (rc < 0 || !unknown || pull->history_retried)
        return rc;
    pull->history_retried = true;
    rc = store_meta_get(pull->store, "history_source", &asked, error);
    if (rc == 0 && !again && asked && strcmp(asked, source_names[HISTORY_BY_VALUES]) != 0) {
        rc = ignore_if_unable(flavour_may(pull->odoo, TRACKING, "read", &may, error));
        again = may;
    }
    if (rc == 0 && again)
        rc = history_forget_unknown(pull->store, error);
    free(asked);
    return rc;
}
