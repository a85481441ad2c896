/* facts_query.h - one query of an account's facts, for facts*.c. */
#ifndef QUALIODOO_STORE_FACTS_QUERY_H
#define QUALIODOO_STORE_FACTS_QUERY_H

#include <sqlite3.h>

#include "facts_internal.h"

/* One query, whose parameter 1 is `account`, and the function that adds each of its rows to the
 * facts: 0 or ERR_NO_MEMORY. */
struct facts_query {
    const char *sql;
    int64_t account;
    int (*row)(struct facts *facts, sqlite3_stmt *statement);
    int64_t integer2;  /* parameter 2, where the query has one */
    const char *text3; /* parameter 3, where the query has one */
};

/* Runs a query and gives each of its rows to query->row(). */
int facts_query(struct facts *facts, const struct facts_query *query, struct error *error);

#endif
