/* parts.c - parts that vanish without a trace: the timesheet lines of a ticket, the pack lines of
 * an invoice and its reconciliations. Their owner's row was marked when it was read (`pending`);
 * here they are listed again, compared, and the mark is cleared once all is stored. */
#include <stdlib.h>

#include "qualiodoo/pull/pull.h"
#include "qualiodoo/util/json_build.h"

/* Owners of one listing: their ids travel in a domain. */
#define OWNERS_AT_ONCE 200

static json_t *id_list(const int64_t *ids, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_build_add(&list, json_integer(ids[i]));
    return list;
}

/* Lists the parts of some owners in Odoo and in the mirror, and brings the mirror in line. */
static int relist_parts(struct pull *pull, const struct model *model, json_t *domain,
                        enum mirror_set local_set, const int64_t *owners, size_t count,
                        struct error *error)
{
    struct ids remote = {0}, local = {0};
    int rc = domain ? odoo_search_all(pull->odoo, model_remote(model, pull->flavour), domain,
                                      &remote.items, &remote.count, error)
                    : error_memory(error);

    if (rc == 0)
        rc = mirror_set_ids(pull->store, local_set, owners, count, &local, error);
    if (rc == 0)
        rc = pull_relist(pull, model, &remote, &local, error);
    json_decref(domain);
    free(remote.items);
    free(local.items);
    return rc;
}

static int ticket_chunk(struct pull *pull, const int64_t *tickets, size_t count,
                        struct error *error)
{
    const struct model *timesheet = &models[MODEL_TIMESHEET];
    bool full = pull->full;
    int rc;

    pull->full = false; /* a line that left its ticket is moved, not out of scope */
    rc = relist_parts(pull, timesheet,
                      json_pack("[[sso]]", pull->flavour->link, "in", id_list(tickets, count)),
                      SET_TIMESHEETS_OF, tickets, count, error);
    pull->full = full;
    return rc < 0 ? rc
                  : mirror_pending_clear(pull->store, models[MODEL_TICKET].table.name, tickets,
                                         count, error);
}

int pull_ticket_parts(struct pull *pull, struct error *error)
{
    struct ids pending = {0};
    int rc = mirror_pending_list(pull->store, models[MODEL_TICKET].table.name, &pending, error);

    for (size_t i = 0; i < pending.count && rc == 0; i += OWNERS_AT_ONCE) {
        size_t count = pending.count - i < OWNERS_AT_ONCE ? pending.count - i : OWNERS_AT_ONCE;

        rc = ticket_chunk(pull, pending.items + i, count, error);
    }
    free(pending.items);
    return rc;
}

/* Both sides of the partials just read, again: the date or the journal of a payment may change
 * without a trace on the invoice. */
static int read_lines(struct pull *pull, struct error *error)
{
    struct page page = {
        .pull = pull, .model = &models[MODEL_SETTLEMENT_LINE], .log = !pull->first_pulls};
    struct ids *lines = &pull->lines;
    size_t kept = 0;
    int rc;

    ids_sort(lines->items, lines->count);
    for (size_t i = 0; i < lines->count; i++)
        if (lines->items[i] && (kept == 0 || lines->items[kept - 1] != lines->items[i]))
            lines->items[kept++] = lines->items[i];
    lines->count = kept;
    pull->doomed.count = 0;
    rc = page_read(&page, lines->items, lines->count, error);
    if (rc == 0)
        rc = page_bury(pull, page.model, error);
    lines->count = 0;
    return rc;
}

static int move_chunk(struct pull *pull, const int64_t *moves, size_t count, struct error *error)
{
    json_t *ids = id_list(moves, count);
    json_t *names = json_pack("{sO}", "@ids", ids);
    json_t *lines = json_pack("[[ssO] [ssO]]", "move_id", "in", ids, "product_id", "in",
                              json_object_get(pull->ids, "@products"));
    json_t *partials = model_domain(models[MODEL_PARTIAL].customer_domain, pull->flavour, names);
    bool full = pull->full;
    int rc = 0;

    pull->full = false;
    pull->lines.count = 0;
    if (!full && !pull->first_pulls) /* else they were all listed just now */
        rc = relist_parts(pull, &models[MODEL_MOVE_LINE], json_incref(lines), SET_MOVE_LINES_OF,
                          moves, count, error);
    if (rc == 0)
        rc = relist_parts(pull, &models[MODEL_PARTIAL], json_incref(partials), SET_PARTIALS_OF,
                          moves, count, error);
    if (rc == 0 && !full && !pull->first_pulls && pull->fields[MODEL_DOWN_PAYMENT])
        rc =
            relist_parts(pull, &models[MODEL_DOWN_PAYMENT],
                         json_pack("[[ssO] [ssb]]", "move_id", "in", ids, "is_downpayment", "=", 1),
                         SET_DOWN_PAYMENTS_OF, moves, count, error);
    pull->full = full;
    json_decref(lines);
    json_decref(partials);
    json_decref(ids);
    json_decref(names);
    if (rc == 0)
        rc = read_lines(pull, error);
    return rc < 0 ? rc
                  : mirror_pending_clear(pull->store, models[MODEL_MOVE].table.name, moves, count,
                                         error);
}

/* Entries that changed (a payment that was given another date, or set back to draft): what they are
 * reconciled with is read again. */
static int read_entry_lines(struct pull *pull, struct error *error)
{
    struct ids entries = {0}, partials = {0};
    int rc = mirror_set_ids(pull->store, SET_PENDING_ENTRIES, NULL, 0, &entries, error);

    if (rc == 0 && entries.count) {
        pull->lines.count = 0;
        rc = mirror_set_ids(pull->store, SET_PARTIALS_OF, entries.items, entries.count, &partials,
                            error);
        if (rc == 0)
            rc = pull_relist(pull, &models[MODEL_PARTIAL], &partials, &partials, error);
        if (rc == 0)
            rc = read_lines(pull, error);
        if (rc == 0)
            rc = mirror_pending_clear(pull->store, models[MODEL_MOVE].table.name, entries.items,
                                      entries.count, error);
    }
    free(entries.items);
    free(partials.items);
    return rc;
}

int pull_move_parts(struct pull *pull, struct error *error)
{
    int rc = 0;

    /* A counterpart credit note is a move too: it is read, then its own parts are listed. */
    while (rc == 0) {
        struct ids pending = {0};

        rc = read_entry_lines(pull, error);
        if (rc == 0)
            rc = mirror_set_ids(pull->store, SET_PENDING_INVOICES, NULL, 0, &pending, error);
        if (rc == 0 && pending.count == 0)
            return 0;
        for (size_t i = 0; i < pending.count && rc == 0; i += OWNERS_AT_ONCE) {
            size_t count = pending.count - i < OWNERS_AT_ONCE ? pending.count - i : OWNERS_AT_ONCE;

            rc = move_chunk(pull, pending.items + i, count, error);
        }
        free(pending.items);
        if (rc == 0)
            rc = pull_needed(pull, &models[MODEL_MOVE], error);
    }
    return rc;
}

int pull_tickets(struct pull *pull, const struct ids *tickets, struct error *error)
{
    const struct model *model = &models[MODEL_TICKET], *reply = &models[MODEL_REPLY];
    struct page page = {.pull = pull, .model = model, .log = true};
    json_t *ids = id_list(tickets->items, tickets->count);
    json_t *of = json_pack("[[ssO]]", "res_id", "in", ids);
    int rc = of ? 0 : error_memory(error);

    pull->doomed.count = 0;
    if (rc == 0)
        rc = page_read(&page, tickets->items, tickets->count, error);
    if (rc == 0)
        rc = page_bury(pull, model, error);
    if (rc == 0)
        rc = relist_parts(pull, reply, pull_domain(pull, reply->domain, of), SET_REPLIES_OF,
                          tickets->items, tickets->count, error);
    if (rc == 0)
        rc = pull_ticket_parts(pull, error);
    if (rc == 0) /* the authors of new messages: of whose side they are */
        rc = pull_needed(pull, &models[MODEL_PARTNER], error);
    json_decref(ids);
    json_decref(of);
    return rc;
}
