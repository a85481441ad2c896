/* history.c - when a ticket was first assigned and closed, from what Odoo tracked.
 *
 * Odoo overwrites the date of assignment at each reassignment, and that of closing at each closing.
 * A state that saw the first one kept it; a new state has only the last. The tracked changes tell,
 * where this Odoo shows them to a plain user (17 does, 19 does not). */
#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "qualiodoo/civil.h"
#include "qualiodoo/log.h"
#include "qualiodoo/lookup.h"
#include "qualiodoo/response.h"
#include "verdicts.h"

enum { TICKETS_AT_ONCE = 50, MESSAGES_AT_ONCE = 100 };

struct history {
    struct pull *pull;
    struct history_answer *answers; /* one per ticket, sorted as they are */
    const int64_t *tickets;
    size_t n_tickets;
};

/* The messages in which changes were tracked. */
static int list_messages(struct history *history, struct ids *ret, struct error *error)
{
    json_t *tickets = json_array(), *domain;
    int rc;

    for (size_t i = 0; i < history->n_tickets; i++)
        json_array_append_new(tickets, json_integer(history->tickets[i]));
    domain = json_pack("[[sss] [sso] [sss]]", "model", "=", history->pull->flavour->ticket,
                       "res_id", "in", tickets, "message_type", "=", "notification");
    rc = domain ? odoo_search_all(history->pull->odoo, "mail.message", domain, &ret->items,
                                  &ret->count, error)
                : error_memory(error);
    json_decref(domain);
    return rc;
}

static void keep_earlier(instant *kept, instant when)
{
    if (*kept == 0 || when < *kept)
        *kept = when;
}

/* One tracked change: {"fieldName": "user_id", "newValue": {"value": "Camille"}, ...}. */
static int read_change(struct history *history, struct history_answer *answer, json_t *change,
                       instant when, struct error *error)
{
    const char *field = json_string_value(json_object_get(change, "fieldName"));
    json_t *value = json_object_get(json_object_get(change, "newValue"), "value");
    const char *text = json_string_value(value);
    bool closed = false;
    int rc = 0;

    if (!field || !text || !*text)
        return 0;
    if (strcmp(field, history->pull->flavour->user) == 0) {
        if (!response_assigned_at_creation(answer->created, when))
            keep_earlier(&answer->assigned, when);
    } else if (strcmp(field, "stage_id") == 0) {
        rc = lookup_closed_stage(history->pull->store, text, &closed, error);
        if (rc == 0 && closed)
            keep_earlier(&answer->closed, when);
    }
    return rc;
}

static int read_message(struct history *history, json_t *message, struct error *error)
{
    int64_t ticket = ask_field_id(message, "res_id");
    const char *date = json_string_value(json_object_get(message, "date"));
    json_t *changes = json_object_get(message, "trackingValues"), *change;
    instant when;
    size_t i;
    int rc = 0;

    if (!date || !instant_parse_odoo(date, &when))
        return 0;
    for (size_t t = 0; t < history->n_tickets; t++) {
        if (history->tickets[t] != ticket)
            continue;
        json_array_foreach(changes, i, change)
        {
            if (rc == 0)
                rc = read_change(history, &history->answers[t], change, when, error);
        }
    }
    return rc;
}

static int read_messages(struct history *history, const int64_t *ids, size_t count,
                         struct error *error)
{
    json_t *list = json_array(), *messages = NULL, *message;
    struct odoo_call call = {.model = "mail.message", .method = "message_format", .safe = true};
    size_t i;
    int rc;

    for (i = 0; i < count; i++)
        json_array_append_new(list, json_integer(ids[i]));
    call.arguments = json_pack("[o]", list);
    rc = ask(history->pull->odoo, call, &messages, error);
    json_array_foreach(messages, i, message)
    {
        if (rc == 0)
            rc = read_message(history, message, error);
    }
    json_decref(messages);
    return rc;
}

static int save(struct history *history, bool known, struct error *error)
{
    struct store *store = history->pull->store;
    int rc = store_begin(store, error);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < history->n_tickets && rc == 0; i++) {
        history->answers[i].known = known;
        rc = history_save(store, &history->answers[i], error);
    }
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    return rc;
}

/* An answer begins with what the mirror knows: an assignment by the creation itself is none. */
static int begin_answer(void *context, const struct target_ticket *ticket, struct error *error)
{
    struct history *history = context;

    (void)error;
    for (size_t i = 0; i < history->n_tickets; i++)
        if (history->tickets[i] == ticket->id)
            history->answers[i].created = ticket->facts.response.created;
    return 0;
}

static int ask_some(struct history *history, struct error *error)
{
    struct target_query query = {.tickets = history->tickets, .n_tickets = history->n_tickets};
    struct history_answer answers[TICKETS_AT_ONCE] = {0};
    struct ids messages = {0};
    bool known = true;
    int rc;

    history->answers = answers;
    for (size_t i = 0; i < history->n_tickets; i++)
        answers[i].ticket = history->tickets[i];
    rc = targets_each(history->pull->store, &query, begin_answer, history, error);
    if (rc == 0)
        rc = list_messages(history, &messages, error);
    for (size_t i = 0; i < messages.count && rc == 0 && known; i += MESSAGES_AT_ONCE) {
        size_t left = messages.count - i;

        rc = read_messages(history, messages.items + i,
                           left < MESSAGES_AT_ONCE ? left : MESSAGES_AT_ONCE, error);
        if (rc == ERR_FAULT || rc == ERR_ACCESS_RIGHTS) {
            known = false; /* this Odoo does not show it */
            rc = 0;
        }
    }
    free(messages.items);
    if (rc == 0)
        rc = save(history, known, error);
    history->answers = NULL;
    return rc;
}

int history_ask(struct pull *pull, const struct ids *tickets, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < tickets->count && rc == 0; i += TICKETS_AT_ONCE) {
        struct history history = {.pull = pull, .tickets = tickets->items + i};

        history.n_tickets =
            tickets->count - i < TICKETS_AT_ONCE ? tickets->count - i : TICKETS_AT_ONCE;
        rc = ask_some(&history, error);
        log_progress("history of tickets", (int64_t)i, (int64_t)tickets->count);
    }
    log_progress_end();
    return rc;
}
