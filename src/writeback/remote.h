/* remote.h - one write of each kind: how it is found in Odoo, and how it is made. */
#ifndef QUALIODOO_REMOTE_H
#define QUALIODOO_REMOTE_H

#include "qualiodoo/store/outbox.h"
#include "qualiodoo/writeback/writeback.h"

/* Whether the write of a row is in Odoo already. *ret_id is its record's, 0 where it has none.
 * `in_doubt`: a call was begun before, look everywhere. Errors as odoo_execute()'s. */
struct remote_found {
    bool there;
    int64_t id;
};
int remote_look(const struct writeback *writeback, const struct outbox_row *row, bool in_doubt,
                struct remote_found *ret, struct error *error);

/* Makes the write. Errors as odoo_execute()'s. */
int remote_write(const struct writeback *writeback, const struct outbox_row *row, int64_t *ret_id,
                 struct error *error);

#endif
