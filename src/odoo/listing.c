/* listing.c - lists every id that a domain finds, page by page, in bounded memory.
 *
 * A page shorter than asked for is the last one, except for mail.message: Odoo (16 to 19, read in
 * its source) takes a page by `limit` and `offset` from the database and then removes the messages
 * that the user may not read. A short or even an empty page of messages is not the end;
 * search_count, which counts what can be read, tells the end. */
#include "qualiodoo/odoo/listing.h"

#include <stdlib.h>
#include <string.h>

#include "odoo_internal.h"
#include "qualiodoo/odoo/search.h"

/* Limits, in pages of odoo->id_page ids. */
enum {
    /* Longer lists are compared with the count of Odoo; shorter ones save that call. */
    COUNTED_FROM = 5,
    /* Records may be created meanwhile: a list may exceed the count by this and an eighth. */
    SLACK = 10,
    /* A list of messages fails after this many unreadable ones in a row. */
    HIDDEN_MAX = 1000,
};

/* A list in progress. `next` is the page after it. */
struct listing {
    struct odoo *odoo;
    struct odoo_search next;
    struct ids ids;
    int64_t counted; /* the count of Odoo when it was asked; -1: not yet */
};

/* Asks Odoo for the number of records, and fails when they would not fit: a list of ids is held
 * twice, and that of the mirror beside it. */
static int count_records(struct listing *listing, struct error *error)
{
    struct odoo_search all = listing->next;
    int rc;

    all.after = 0;
    rc = odoo_search_count(listing->odoo, &all, &listing->counted, error);
    if (!rc && listing->counted > (int64_t)listing->odoo->max_ids)
        return error_set(error, ERR_PROTOCOL,
                         "%s.search_count: %lld records, and the memory that this process may use "
                         "suffices for a list of %zu: raise MemoryMax= of its unit (ulimit -v)",
                         listing->next.model, (long long)listing->counted, listing->odoo->max_ids);
    return rc;
}

/* Fails when the list exceeds the count: a faulty server could send pages without end. */
static int check_growth(struct listing *listing, struct error *error)
{
    int64_t count = (int64_t)listing->ids.count, page = listing->odoo->id_page;
    int rc;

    if (count < COUNTED_FROM * page)
        return 0;
    if (listing->counted < 0 && (rc = count_records(listing, error)))
        return rc;
    if (count > listing->counted + listing->counted / 8 + SLACK * page)
        return error_set(error, ERR_PROTOCOL,
                         "%s.search: the list does not end: %zu ids so far, of %lld records that "
                         "Odoo counts; look at the server and at what stands in front of it",
                         listing->next.model, listing->ids.count, (long long)listing->counted);
    return 0;
}

/* Appends the next page; *ret_more is the number of its ids. */
static int take_page(struct listing *listing, size_t *ret_more, struct error *error)
{
    size_t before = listing->ids.count;
    int rc = odoo_search(listing->odoo, &listing->next, &listing->ids, error);

    *ret_more = listing->ids.count - before;
    if (*ret_more > 0) {
        listing->next.after = listing->ids.items[listing->ids.count - 1];
        listing->next.offset = 0;
    }
    return rc ? rc : check_growth(listing, error);
}

static int list_records(struct listing *listing, struct error *error)
{
    size_t more = 0;
    int rc;

    do
        rc = take_page(listing, &more, error);
    while (!rc && more == (size_t)listing->odoo->id_page);
    return rc;
}

/* After a page that may be the last: ends the list when no readable message is left, else skips a
 * page of unreadable ones. */
static int pass_hidden(struct listing *listing, size_t more, bool *ret_end, struct error *error)
{
    int64_t left = 1;
    int rc = 0;

    if (listing->next.offset == 0)
        rc = odoo_search_count(listing->odoo, &listing->next, &left, error);
    *ret_end = left == 0;
    if (rc || left == 0 || more > 0)
        return rc;
    listing->next.offset += listing->odoo->id_page;
    if (listing->next.offset > HIDDEN_MAX * listing->odoo->id_page)
        return error_set(error, ERR_PROTOCOL,
                         "%s.search: Odoo counts records after id %lld and lists none of them; "
                         "look at the server and at what stands in front of it",
                         listing->next.model, (long long)listing->next.after);
    return 0;
}

static int list_messages(struct listing *listing, struct error *error)
{
    int page = listing->odoo->id_page;
    size_t more = 0;
    bool end = false;
    int rc = count_records(listing, error);

    if (!rc && listing->counted <= page) { /* all in one page: a poll makes two calls */
        listing->next.limit = 0;
        return listing->counted > 0 ? take_page(listing, &more, error) : 0;
    }
    while (!rc && !end) {
        rc = take_page(listing, &more, error);
        if (!rc &&
            (more == 0 || (more < (size_t)page && (int64_t)listing->ids.count >= listing->counted)))
            rc = pass_hidden(listing, more, &end, error);
    }
    return rc;
}

int odoo_search_all(struct odoo *odoo, const char *model, const json_t *domain, struct ids *ret,
                    struct error *error)
{
    struct listing listing = {.odoo = odoo,
                              .next = {.model = model, .domain = domain, .limit = odoo->id_page},
                              .counted = -1};
    int rc = strcmp(model, "mail.message") == 0 ? list_messages(&listing, error)
                                                : list_records(&listing, error);

    if (rc) {
        free(listing.ids.items);
        return rc;
    }
    *ret = listing.ids;
    return 0;
}
