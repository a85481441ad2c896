/* pull.h - one pull from Odoo into the mirror. */
#ifndef QUALIODOO_PULL_PULL_H
#define QUALIODOO_PULL_PULL_H

#include "qualiodoo/config/config.h"
#include "qualiodoo/odoo/odoo.h"
#include "qualiodoo/pull/models.h"
#include "qualiodoo/pull/pull_report.h"
#include "qualiodoo/store/store.h"

struct pull {
    struct odoo *odoo;
    struct store *store;
    const struct config *config;
    struct pull_report *report;
    bool full;          /* read everything again */
    bool force;         /* go past safety.max_delete */
    bool take_identity; /* identity_check() found that the state does not know its Odoo, or not
                           wholly: identity_take() is due */
    const int64_t *customers;
    size_t n_customers;            /* 0: everybody */
    void (*stored)(void *context); /* is called after each page; NULL: not */
    void *context;                 /* of `stored` */

    /* set by pull_open() */
    const struct flavour *flavour;
    json_t *fields[MODEL_COUNT]; /* names that exist; NULL: the model is not there */
    json_t *ids;                 /* what "@..." of a domain stands for */
    bool units_absolute;
    int64_t agent_uid, agent_partner;
    bool has_unreadable;  /* some records could not be read before */
    bool schema_kept;     /* flavour and fields are those of an earlier run */
    bool history_retried; /* history_retry() has looked */
    bool whole;           /* pull_run() is at work */
    bool first_pulls;     /* at least one mirror completed its first pull in this run */

    struct ids held;      /* products that opened lots: mirrored even when they are packs no more */
    struct ids in_domain; /* of the records being read: those in the configuration's domain */
    struct ids doomed;    /* confirmed gone, not yet deleted */
    struct ids lines;     /* settlement lines to read */
    char high[32];        /* latest write_date of the last listing */
};

/* Flavour, fields, identity of the database. Errors name what to install. */
int pull_open(struct pull *pull, struct error *error);
void pull_close(struct pull *pull);

/* ERR_STATE when the state is that of another database than the configuration's. */
int pull_check_database(const struct config *config, struct store *store, struct error *error);

/* What was learned of this Odoo may be wrong: the next pull_open() asks again. */
int pull_forget_schema(struct pull *pull, struct error *error);

/* Whether this Odoo has a model, and the agent uses it. */
bool pull_has_model(const struct pull *pull, enum model_id id);

/* Whether this Odoo has that field of a model. */
bool pull_has_field(const struct pull *pull, enum model_id id, const char *name);

/* Every mirror, in the order in which they need each other. */
int pull_run(struct pull *pull, struct error *error);

/* Only the adjustments, and the customer of the one just written. */
int pull_adjustments(struct pull *pull, int64_t customer, struct error *error);

/* These tickets and the replies to them, now. */
int pull_tickets(struct pull *pull, const struct ids *tickets, struct error *error);

/* What was written to, again, and the agent's own notes that are new. */
struct pull_written {
    const struct ids *tickets, *partners;
    const struct ids *shown; /* rows of the credit that Odoo shows */
};
int pull_read_back(struct pull *pull, const struct pull_written *written, struct error *error);

/* --- cursor.c: where the pull of a model stands --- */

/* The domain of a model for this pull, with `extra` (borrowed, may be NULL) added. New reference.
 */
json_t *pull_domain(struct pull *pull, const char *text, json_t *extra);

/* The invoices, credit notes and payments that were written last in Odoo, and when, as a text on
 * the heap that differs when one of them was written since, or one more. */
int pull_newest_invoices(struct pull *pull, char **ret, struct error *error);

/* Opens the cursor of a model; starts it (again) when there is none or its scope changed.
 * *ret_resumed: an earlier run began this first pull. Free it with mirror_cursor_free(). */
int pull_cursor_open(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                     bool *ret_resumed, struct error *error);

/* From which write_date on records must be read again; NULL: all (or out of memory). A transaction
 * that started before `high` may commit after it was seen: the overlap covers it, until it has
 * passed once in real time (high_seen_at 0); from then on only the seconds after `high` are new.
 * The caller frees it. */
int pull_cursor_low(const struct pull *pull, const struct mirror_cursor *cursor, char **ret,
                    struct error *error);

/* A pull that began at `began` is complete; `high` is the latest write_date it read, or "". */
int pull_cursor_end(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                    const char *high, instant began, struct error *error);

/* --- page.c: records into the mirror --- */

/* What is being read, and where it goes. */
struct page {
    struct pull *pull;
    const struct model *model;
    bool log;                     /* note whom changes touch */
    struct mirror_cursor *cursor; /* written with each page of a first pull, else NULL */
    const char *settled;          /* write_date from which a row may change unseen, or NULL */
    char high[32];                /* latest write_date seen */
    int64_t damaged;              /* the record that is kept without its texts, or 0 */
    char damage[300];             /* why */
    bool out_of_scope;            /* what is still there left the domain: doomed too */
    size_t done, total;
};

/* Reads `ids` of the page's model and stores them. */
int page_read(struct page *page, const int64_t *ids, size_t count, struct error *error);

/* Stores the records of an answer to a question for the `requested` ids, in one transaction. */
int page_store(struct page *page, const int64_t *requested, size_t count, json_t *records,
               struct error *error);

/* Deletes pull->doomed from the model's mirror, after checking safety.max_delete, and empties it.
 */
int page_bury(struct pull *pull, const struct model *model, struct error *error);

/* Stops when more would go than safety.max_delete allows. */
int page_check_doomed(struct pull *pull, const struct model *model, struct error *error);

/* --- holders.c, vanished.c: who holds the account of each partner, and what is gone --- */

/* Brings the accounts of partners and invoices in line with what was pulled of partners. Says which
 * move before they do (log, report->moves). */
int pull_holders(struct pull *pull, struct error *error);

/* Of a domain that asks for the customers in "@ids": with credit.account top, all that is below
 * them. */
void pull_widen_to_holders(const struct pull *pull, json_t **domain);

/* Partners that are gone (merged into another one, or deleted), and the rows that name them: read
 * again, as Odoo stamps neither tickets nor adjustments then. */
int pull_vanished_partners(struct pull *pull, struct error *error);

/* Adjustments whose row, or whose whole model, is gone: a model made again counts from 1, so that
 * old and new rows would stand side by side. */
int pull_vanished_adjustments(struct pull *pull, struct error *error);

/* --- parts.c: what hangs on a record and leaves no trace of its own --- */
int pull_ticket_parts(struct pull *pull, struct error *error);
int pull_move_parts(struct pull *pull, struct error *error);

/* --- place.c --- */

/* Shows "3 of 17": which of the models that pull_run() reads this one is. */
void pull_show_place(const struct pull *pull, const struct model *model);

/* --- pull.c, for parts.c --- */
int pull_needed(struct pull *pull, const struct model *model, struct error *error);

/* Compares what Odoo lists now with what the mirror holds: reads the listed ids again and confirms
 * the vanished ones one by one before they are deleted. Both lists sorted. */
int pull_relist(struct pull *pull, const struct model *model, const struct ids *remote,
                const struct ids *local, struct error *error);

/* Where adjustments are kept: MODEL_ADJUSTMENT or MODEL_ADJUSTMENT_NOTE. */
enum model_id pull_adjustment_model(const struct pull *pull);

/* Lists a whole model again and reads it, whatever its cursor says. */
int pull_again(struct pull *pull, const struct model *model, struct error *error);

/* Those of some records that this user may read. */
int pull_visible(struct pull *pull, const struct model *model, const struct ids *ids,
                 struct ids *ret, struct error *error);

#endif
