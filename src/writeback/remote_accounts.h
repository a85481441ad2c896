/* remote_accounts.h - finds and writes the records of x_qualiodoo_account, many in one call;
 * internal to writeback. Errors: as odoo_execute()'s, and ERR_NO_MEMORY. */
#ifndef QUALIODOO_WRITEBACK_REMOTE_ACCOUNTS_H
#define QUALIODOO_WRITEBACK_REMOTE_ACCOUNTS_H

#include <jansson.h>

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/util/array.h"
#include "qualiodoo/writeback/writeback.h"

#define ACCOUNT_BATCH_MAX 200

/* One write: its row of the outbox, and what Odoo holds for that customer. */
struct account_write {
    struct outbox_row row; /* row.key points to `key`; row.payload and row.reason are NULL */
    char key[64];
    json_t *payload; /* the wanted values; JSON null: no record is wanted */
    int64_t remote;  /* the record in Odoo to keep; 0: none */
    bool right;      /* Odoo holds what is wanted, and nothing else for the customer */
    bool settled;    /* the row is DONE or REFUSED */
};

/* Writes that are sent together. */
struct account_batch {
    const struct writeback *writeback;
    struct account_write writes[ACCOUNT_BATCH_MAX];
    size_t count;
    json_t *surplus;     /* ids of records to remove */
    struct ids *touched; /* of the caller: records written */
};

/* Looks what Odoo holds for the customers of the batch: sets `remote` and `right` of each write,
 * and batch->surplus. Changes nothing in Odoo. */
int remote_accounts_look(struct account_batch *batch, struct error *error);

/* Writes what the writes that are not settled want, by the last look: makes, changes and removes
 * records. Sets `remote` and `right` of those that it made. After a failure some may be written;
 * ask_unknown_effect() tells whether that is not known. */
int remote_accounts_write(struct account_batch *batch, struct error *error);

#endif
