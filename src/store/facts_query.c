/* facts_query.c - runs a query of facts and passes each row to its function. */
#include "facts_query.h"

#include "facts_internal.h"
#include "statements.h"

int facts_query(struct facts *facts, const struct facts_query *query, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(facts->store, query->sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, query->account);
    if (sqlite3_bind_parameter_count(statement) >= 2)
        sqlite3_bind_int64(statement, 2, query->integer2);
    if (sqlite3_bind_parameter_count(statement) >= 3)
        sqlite3_bind_text(statement, 3, query->text3, -1, SQLITE_STATIC);
    while ((rc = store_step(facts->store, statement, error)) == 1)
        if (query->row(facts, statement) < 0) {
            sqlite3_reset(statement);
            return error_memory(error);
        }
    return rc;
}
