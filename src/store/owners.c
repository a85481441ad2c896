/* owners.c - the table `change`: rows are added when a mirrored row changes, and what they name is
 * computed again. */
#include "owners.h"

#include <string.h>

#include "statements.h"
#include "store_internal.h"

int owners_log_change(struct store *store, struct owners_change change, struct error *error)
{
    static const char *const owners[] = {
        [OWNER_ALL] = "all",         [OWNER_ACCOUNT] = "account", [OWNER_PARTNER] = "partner",
        [OWNER_TICKET] = "ticket",   [OWNER_MOVE] = "move",       [OWNER_LINE] = "line",
        [OWNER_TARGETS] = "targets", [OWNER_PAYMENT] = "payment",
    };
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "INSERT INTO change (owner, ref, mirror, id, what)"
                           " VALUES (?1, ?2, ?3, ?4, ?5)",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, owners[change.owner], -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, change.ref);
    sqlite3_bind_text(statement, 3, change.mirror, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 4, change.id);
    sqlite3_bind_text(statement, 5, change.what, -1, SQLITE_STATIC);
    return store_run(store, statement, error);
}

static int column_index(const struct mirror_table *table, const char *name)
{
    int i = 0;

    while (strcmp(table->columns[i].name, name) != 0)
        i++;
    return i;
}

int owners_log(struct store *store, struct owners_touch touch, struct error *error)
{
    const struct mirror_table *table = touch.table;
    struct owners_change change = {.mirror = table->name,
                                   .id = touch.id,
                                   .what = !touch.stored   ? "created"
                                           : !touch.values ? "deleted"
                                                           : "updated"};
    int rc = 0;

    for (int i = 0; i < MIRROR_OWNERS_MAX && table->owners[i].owner && rc == 0; i++) {
        const char *name = table->owners[i].column;
        int64_t before = 0, after = touch.id; /* without a column: the id of the row itself */

        change.owner = table->owners[i].owner;

        if (name) {
            int column = column_index(table, name);
            const struct mirror_value *value = touch.values ? &touch.values[column] : NULL;

            before = touch.stored ? sqlite3_column_int64(touch.stored, column + 1) : 0;
            after = value && value->kind == VALUE_INTEGER ? value->integer : 0;
        }
        change.ref = after;
        if (after || change.owner == OWNER_ALL || change.owner == OWNER_TARGETS)
            rc = owners_log_change(store, change, error);
        change.ref = before;
        if (before && before != after && rc == 0)
            rc = owners_log_change(store, change, error);
    }
    return rc;
}

int owners_log_holder(struct store *store, const struct mirror_table *table, int64_t id,
                      struct error *error)
{
    sqlite3_stmt *statement;
    int rc;

    if (strcmp(table->name, "partner") != 0)
        return 0;
    rc = store_prepare(store,
                       "INSERT INTO change (owner, ref, mirror, id, what)"
                       " SELECT 'account', account_id, 'partner', id, 'deleted'"
                       " FROM partner WHERE id = ?1 AND account_id <> id",
                       &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, id);
    return store_run(store, statement, error);
}
