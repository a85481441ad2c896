/* remote.h - for each kind of write: how it is found in Odoo, and how it is made. */
#ifndef QUALIODOO_WRITEBACK_REMOTE_H
#define QUALIODOO_WRITEBACK_REMOTE_H

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/writeback/writeback.h"

/* Looks in Odoo for the write of a row; changes nothing there.
 *
 * in_doubt: an earlier call may have made the write, so also look where a person may have moved it
 *           since (a done activity is only a message).
 *
 * Errors as odoo_execute()'s; ERR_NO_MEMORY. */
struct remote_found {
    bool there; /* Odoo holds the write */
    int64_t id; /* of the message or activity; 0 for other parts, or when it is not there */
};
int remote_look(const struct writeback *writeback, const struct outbox_row *row, bool in_doubt,
                struct remote_found *ret, struct error *error);

/* Makes the write. *ret_id: the message or activity made, 0 for other parts. Errors as
 * odoo_execute()'s; ask_unknown_effect() tells whether the write may have been made all the same.
 * ERR_REFUSED also when there is no user to give an activity to. */
int remote_write(const struct writeback *writeback, const struct outbox_row *row, int64_t *ret_id,
                 struct error *error);

#endif
