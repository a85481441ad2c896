/* forget.c - empties tables: all of them for another Odoo, those of tickets for another flavour. */
#include "qualiodoo/store/forget.h"

#include <stdlib.h>

#include "qualiodoo/store/transactions.h"
#include "statements.h"

int store_forget(struct store *store, struct error *error)
{
    sqlite3_stmt *statement;
    char *all = NULL;
    int rc = store_begin(store, error);

    if (rc == 0)
        rc = store_exec(store, "PRAGMA defer_foreign_keys = ON", error);
    if (rc == 0)
        rc = store_prepare(store,
                           "SELECT group_concat('DELETE FROM \"' || name || '\";', ' ')"
                           " FROM sqlite_master WHERE type = 'table' AND name <> 'audit'"
                           " AND name NOT GLOB 'sqlite_*'",
                           &statement, error);
    if (rc == 0 && (rc = store_step(store, statement, error)) == 1) {
        all = column_copy(statement, 0);
        sqlite3_reset(statement);
        rc = all ? store_exec(store, all, error) : error_memory(error);
    }
    free(all);
    if (rc == 0)
        rc = store_commit(store, error);
    if (rc < 0)
        store_rollback(store);
    return rc;
}

int store_forget_tickets(struct store *store, struct error *error)
{
    return store_exec(store,
                      "DELETE FROM ticket; DELETE FROM timesheet; DELETE FROM reply;"
                      " DELETE FROM pending WHERE mirror = 'ticket'; DELETE FROM target;"
                      " DELETE FROM settled; DELETE FROM born_closed; DELETE FROM history;"
                      " DELETE FROM unanswered; DELETE FROM outbox WHERE model <> 'res.partner';"
                      " DELETE FROM hidden_work; DELETE FROM unjudged;"
                      " DELETE FROM tally WHERE name IN ('ticket', 'timesheet', 'reply');"
                      " DELETE FROM cursor WHERE mirror IN ('ticket', 'timesheet', 'reply')",
                      error);
}
