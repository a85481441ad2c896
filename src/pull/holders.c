/* holders.c - keeps the account holder of each partner and invoice; moves are logged. */
#include "holders.h"

#include "qualiodoo/store/holders.h"
#include "qualiodoo/store/mirror_sets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "page.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"
#include "vanished.h"

/* Levels of contacts below contacts; no company has as many. */
#define ROUNDS_MAX 16

struct movers {
    struct pull *pull;
    struct ids partners;
};

static void log_move(const struct holder_move *move)
{
    char invoices[64] = "";

    if (!move->partner) {
        log_warning("%zu invoice%s of packs move%s from account %lld to account %lld, the first is "
                    "account.move %lld",
                    move->invoices.count, move->invoices.count > 1 ? "s" : "",
                    move->invoices.count > 1 ? "" : "s", (long long)move->from, (long long)move->to,
                    (long long)move->invoices.items[0]);
        return;
    }
    if (move->invoices.count)
        snprintf(invoices, sizeof invoices, ", with %zu invoice%s of packs", move->invoices.count,
                 move->invoices.count > 1 ? "s" : "");
    log_warning("contact %lld moves from account %lld to account %lld%s: its tickets are charged "
                "there from now on",
                (long long)move->partner, (long long)move->from, (long long)move->to, invoices);
}

static int note_move(void *context, const struct holder_move *move)
{
    struct movers *movers = context;

    log_move(move);
    json_build_add(&movers->pull->report->moves,
                   json_pack("{so sI sI so}", "contact",
                             move->partner ? json_integer(move->partner) : json_null(), "from",
                             (json_int_t)move->from, "to", (json_int_t)move->to, "invoices",
                             json_build_ids(move->invoices.items, move->invoices.count)));
    return move->partner ? ids_add(&movers->partners, move->partner) : 0;
}

/* Reads the contacts below `partners` again: when a partner moves, Odoo changes the commercial
 * entity of its contacts, not always with a new write_date. *ret_read: there were contacts. */
static int read_below(struct pull *pull, const struct ids *partners, bool *ret_read,
                      struct error *error)
{
    struct page page = {.pull = pull, .model = &models[MODEL_PARTNER], .log = !pull->first_pulls};
    struct ids below = {0};
    int rc = mirror_set_ids(
        pull->store, (struct mirror_set_of){SET_PARTNERS_BELOW, partners->items, partners->count},
        &below, error);

    *ret_read = rc == 0 && below.count;
    if (*ret_read)
        rc = page_read(&page, below.items, below.count, error);
    page_close(&page); /* page.gone is dropped: vanished_partners() confirms deletions */
    if (*ret_read && rc == 0)
        rc = listing_needed(pull, page.model, error);
    free(below.items);
    return rc;
}

int holders_follow(struct pull *pull, struct error *error)
{
    bool top = pull->config->credit.account == ACCOUNT_TOP, more = true;
    int rc = 0;

    for (int round = 0; round < ROUNDS_MAX && more && rc == 0; round++) {
        struct movers movers = {.pull = pull};

        more = false;
        rc = holders_update(pull->store, top, note_move, &movers, error);
        if (rc == 0 && movers.partners.count && !pull->full)
            rc = read_below(pull, &movers.partners, &more, error);
        free(movers.partners.items);
    }
    return rc;
}
