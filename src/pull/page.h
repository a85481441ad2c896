/* page.h - stores pages of records in the mirror, each in one transaction with the cursor that
 * marks it as read. */
#ifndef QUALIODOO_PULL_PAGE_H
#define QUALIODOO_PULL_PAGE_H

#include "qualiodoo/odoo/records.h"
#include "qualiodoo/pull/open.h"

#include "qualiodoo/store/mirror_sets.h"

/* One reading of records of a model, and its result. The first part is set by the caller. Close it
 * with page_close(). */
struct page {
    struct pull *pull;
    const struct model *model;
    bool log;                     /* note the accounts and tickets that a change touches */
    struct mirror_cursor *cursor; /* of a first pull: moved and saved with each page; else NULL */
    const char *settled; /* an unchanged ticket or invoice written before this has unchanged parts;
                            NULL: none has */
    size_t chunk;        /* ids of one call, if less than odoo.page_size; 0: that */
    bool out_of_scope;   /* every record returned has left the domain: it counts as gone */
    bool leavers_go;     /* an unlisted row counts as gone, though Odoo still has the record */
    /* Gets each record in the place of the mirror, with its values, one per column (borrowed), and
     * counts those that need no reading; NULL: records are stored. Returns 0, or a negative code
     * with `error` filled, which stops. */
    int (*take)(struct page *page, int64_t id, const struct mirror_value *values,
                struct error *error);
    void *context; /* of `take` */

    /* the result */
    char high[32];      /* latest write_date seen */
    struct ids gone;    /* confirmed as gone, not deleted yet */
    struct ids lines;   /* of partials: their settlement lines; unsorted, may have duplicates */
    size_t done, total; /* records, for progress */

    /* of the present page */
    struct ids counting; /* ids in the configured domain (model.counting), sorted */
};
void page_close(struct page *page);

/* Ids of one call (page.chunk) that reads records which are probably gone: Odoo 19 takes 0.2 s for
 * 100 missing ones, and 5 s for 1000. */
#define PAGE_MISSING_AT_ONCE 50

/* Reads the records `ids` of the model and stores them page by page. An id that Odoo does not have
 * goes into page->gone; an unreadable record is logged, noted in the state and skipped. After a
 * failure the pages stored before it remain. */
int page_read(struct page *page, const int64_t *ids, size_t count, struct error *error);

/* Stores `records`, Odoo's answer for the `count` ids `requested`, in one transaction.
 * ERR_INTERRUPTED after a signal; the page is stored then. */
int page_store(struct page *page, const int64_t *requested, size_t count,
               const struct odoo_records *records, struct error *error);

/* Drops the ids that are not mirrored from page->gone. ERR_SAFETY when more remain than
 * safety.max_delete allows, unless pull->force or model.own. */
int page_check_gone(struct page *page, struct error *error);

/* page_check_gone(), then deletes page->gone from the mirror in one transaction and empties it. */
int page_delete_gone(struct page *page, struct error *error);

#endif
