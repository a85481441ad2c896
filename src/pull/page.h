/* page.h - a page of records into the mirror, in one transaction with the cursor that says so. */
#ifndef QUALIODOO_PULL_PAGE_H
#define QUALIODOO_PULL_PAGE_H

#include "qualiodoo/pull/pull.h"

/* What is being read, where it goes, and what comes of it. Close it with page_close(). */
struct page {
    struct pull *pull;
    const struct model *model;
    bool log;                     /* note whom changes touch */
    struct mirror_cursor *cursor; /* written with each page of a first pull, else NULL */
    const char *settled;          /* write_date from which a row may change unseen, or NULL */
    bool out_of_scope;            /* what is still there left the domain: gone too */
    bool leavers_go; /* of a listing: what it lacks is gone, though Odoo still has it */

    /* what came of it */
    char high[32];    /* latest write_date seen */
    struct ids gone;  /* confirmed gone, not yet deleted */
    struct ids lines; /* settlement lines that the partials name */
    size_t done, total;

    /* of the records at hand */
    struct ids counting; /* those in the configuration's domain (model.counting) */
    int64_t damaged;     /* the record that is kept without its texts, or 0 */
    char damage[300];    /* why */
};
void page_close(struct page *page);

/* Reads `ids` of the page's model and stores them. */
int page_read(struct page *page, const int64_t *ids, size_t count, struct error *error);

/* Stores the records of an answer to a question for the `requested` ids, in one transaction. */
int page_store(struct page *page, const int64_t *requested, size_t count, json_t *records,
               struct error *error);

/* Stops when more of page->gone would go than safety.max_delete allows. */
int page_check_gone(struct page *page, struct error *error);

/* Deletes page->gone from the model's mirror, after that check, and empties it. */
int page_delete_gone(struct page *page, struct error *error);

#endif
