/* parts.c - parts that Odoo deletes without a trace: the timesheet lines of a ticket, the pack
 * lines of an invoice and its reconciliations. page.c marked the owner as `pending` when it read
 * it; here the parts are listed again and compared, and the mark is cleared once all is stored. */
#include "parts.h"

#include <stdlib.h>

#include "domain.h"
#include "listing.h"
#include "page.h"
#include "qualiodoo/odoo/listing.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/store/mirror_sets.h"
#include "qualiodoo/util/json_build.h"

/* Owners of one listing: all their ids go into one domain. */
#define OWNERS_AT_ONCE 200

/* The owners whose parts are listed; `parts` is the set of their mirrored parts. */
struct owners {
    const int64_t *ids;
    size_t count;
    enum mirror_set parts;
};

/* Lists the parts of some owners in Odoo and in the mirror, and brings the mirror in line. Takes
 * over `domain`. */
static int list_again(struct page *page, json_t *domain, const struct owners *owners,
                      struct error *error)
{
    struct pull *pull = page->pull;
    const struct model *model = page->model;
    struct ids remote = {0}, local = {0};
    int rc = domain ? odoo_search_all(pull->odoo, model_remote(model, pull->flavour), domain,
                                      &remote, error)
                    : error_memory(error);

    if (rc == 0)
        rc = mirror_set_ids(pull->store,
                            (struct mirror_set_of){owners->parts, owners->ids, owners->count},
                            &local, error);
    if (rc == 0)
        rc = listing_compare(page, &remote, &local, error);
    json_decref(domain);
    free(remote.items);
    free(local.items);
    return rc;
}

/* The same, when the caller does not need the page. Takes over `domain`. */
static int list_model_again(struct pull *pull, enum model_id id, json_t *domain,
                            const struct owners *owners, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[id], .log = !pull->first_pulls};
    int rc = list_again(&page, domain, owners, error);

    page_close(&page);
    return rc;
}

/* Lists the timesheet lines of some tickets again. A line that moved to another ticket is still
 * there, and is not deleted. */
static int ticket_chunk(struct pull *pull, const int64_t *tickets, size_t count,
                        struct error *error)
{
    const struct owners owners = {tickets, count, SET_TIMESHEETS_OF};
    int rc = list_model_again(
        pull, MODEL_TIMESHEET,
        json_pack("[[sso]]", pull->flavour->link, "in", json_build_ids(tickets, count)), &owners,
        error);

    return rc < 0 ? rc
                  : mirror_pending_clear(pull->store, models[MODEL_TICKET].table.name, tickets,
                                         count, error);
}

int parts_of_tickets(struct pull *pull, struct error *error)
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

/* Reads the settlement lines again on both sides of the partials just read: the date or the journal
 * of a payment can change without a new write_date on the invoice. */
static int read_lines(struct page *partials, struct error *error)
{
    struct page page = {.pull = partials->pull,
                        .model = &models[MODEL_SETTLEMENT_LINE],
                        .log = !partials->pull->first_pulls};
    struct ids *lines = &partials->lines;
    size_t kept = 0;
    int rc;

    ids_sort(lines->items, lines->count);
    for (size_t i = 0; i < lines->count; i++)
        if (lines->items[i] && (kept == 0 || lines->items[kept - 1] != lines->items[i]))
            lines->items[kept++] = lines->items[i];
    rc = page_read(&page, lines->items, kept, error);
    if (rc == 0)
        rc = page_delete_gone(&page, error);
    lines->count = 0;
    page_close(&page);
    return rc;
}

/* Lists the partials of some invoices again, and reads the lines on both sides. */
static int settlements_chunk(struct pull *pull, const int64_t *moves, size_t count,
                             struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTIAL], .log = !pull->first_pulls};
    const struct owners owners = {moves, count, SET_PARTIALS_OF};
    json_t *names = json_pack("{so}", "@ids", json_build_ids(moves, count));
    json_t *domain = names ? model_domain(page.model->customer_domain, pull->flavour, names) : NULL;
    int rc = list_again(&page, domain, &owners, error);

    json_decref(names);
    if (rc == 0)
        rc = read_lines(&page, error);
    page_close(&page);
    return rc;
}

/* Lists the pack lines and down payment lines of some invoices again. */
static int lines_chunk(struct pull *pull, const int64_t *moves, size_t count, struct error *error)
{
    const struct owners of_packs = {moves, count, SET_MOVE_LINES_OF};
    const struct owners of_down_payments = {moves, count, SET_DOWN_PAYMENTS_OF};
    int rc =
        list_model_again(pull, MODEL_MOVE_LINE,
                         json_pack("[[sso] [ssO]]", "move_id", "in", json_build_ids(moves, count),
                                   "product_id", "in", json_object_get(pull->ids, "@products")),
                         &of_packs, error);

    if (rc == 0 && pull->fields[MODEL_DOWN_PAYMENT])
        rc = list_model_again(pull, MODEL_DOWN_PAYMENT,
                              json_pack("[[sso] [ssb]]", "move_id", "in",
                                        json_build_ids(moves, count), "is_downpayment", "=", 1),
                              &of_down_payments, error);
    return rc;
}

static int move_chunk(struct pull *pull, const int64_t *moves, size_t count, struct error *error)
{
    int rc = 0;

    if (!pull->full && !pull->first_pulls) /* else this pull has just listed them all */
        rc = lines_chunk(pull, moves, count, error);
    if (rc == 0)
        rc = settlements_chunk(pull, moves, count, error);
    return rc < 0 ? rc
                  : mirror_pending_clear(pull->store, models[MODEL_MOVE].table.name, moves, count,
                                         error);
}

/* Reads the reconciliations of changed entries again (a payment with another date, or set back to
 * draft). */
static int read_entry_lines(struct pull *pull, struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTIAL], .log = !pull->first_pulls};
    struct ids entries = {0}, partials = {0};
    int rc =
        mirror_set_ids(pull->store, (struct mirror_set_of){SET_PENDING_ENTRIES}, &entries, error);

    if (rc == 0 && entries.count) {
        rc = mirror_set_ids(pull->store,
                            (struct mirror_set_of){SET_PARTIALS_OF, entries.items, entries.count},
                            &partials, error);
        if (rc == 0)
            rc = listing_compare(&page, &partials, &partials, error);
        if (rc == 0)
            rc = read_lines(&page, error);
        if (rc == 0)
            rc = mirror_pending_clear(pull->store, models[MODEL_MOVE].table.name, entries.items,
                                      entries.count, error);
    }
    page_close(&page);
    free(entries.items);
    free(partials.items);
    return rc;
}

int parts_of_moves(struct pull *pull, struct error *error)
{
    int rc = 0;

    /* Reading settlements can bring in new moves (credit notes), whose parts must be listed too:
     * repeat until no move is pending. */
    while (rc == 0) {
        struct ids pending = {0};

        rc = read_entry_lines(pull, error);
        if (rc == 0)
            rc = mirror_set_ids(pull->store, (struct mirror_set_of){SET_PENDING_INVOICES}, &pending,
                                error);
        if (rc == 0 && pending.count == 0)
            return 0;
        for (size_t i = 0; i < pending.count && rc == 0; i += OWNERS_AT_ONCE) {
            size_t count = pending.count - i < OWNERS_AT_ONCE ? pending.count - i : OWNERS_AT_ONCE;

            rc = move_chunk(pull, pending.items + i, count, error);
        }
        free(pending.items);
        if (rc == 0)
            rc = listing_needed(pull, &models[MODEL_MOVE], error);
    }
    return rc;
}

int parts_replies(struct pull *pull, const struct ids *tickets, struct error *error)
{
    const struct owners owners = {tickets->items, tickets->count, SET_REPLIES_OF};
    json_t *of =
        json_pack("[[sso]]", "res_id", "in", json_build_ids(tickets->items, tickets->count));
    int rc =
        of ? list_model_again(pull, MODEL_REPLY,
                              domain_resolve(pull, models[MODEL_REPLY].domain, of), &owners, error)
           : error_memory(error);

    json_decref(of);
    return rc;
}
