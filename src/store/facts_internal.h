/* facts_internal.h - the memory of an account's facts and the queries that fill it, for facts*.c.
 */
#ifndef QUALIODOO_STORE_FACTS_INTERNAL_H
#define QUALIODOO_STORE_FACTS_INTERNAL_H

#include "qualiodoo/store/facts.h"
#include "store_internal.h"

struct facts {
    struct store *store;
    const struct facts_policy *policy;
    struct account_facts account;
    struct credit_move *moves, *related;
    size_t moves_size, related_size;
    char **names; /* names and origins of the moves, owned */
    size_t names_size, n_names;
    struct credit_line *lines;
    size_t lines_size, n_lines;
    struct credit_settlement *settlements;
    size_t settlements_size, n_settlements;
    struct charge_ticket *tickets;
    size_t tickets_size;
    struct charge_line *works;
    size_t works_size, n_works;
    struct ledger_adjustment *adjustments;
    size_t adjustments_size;
};

/* One query, whose parameter 1 is `account`, and the function that adds each of its rows to the
 * facts: 0 or ERR_NO_MEMORY. */
struct facts_query {
    const char *sql;
    int64_t account;
    int (*row)(struct facts *facts, sqlite3_stmt *statement);
    const char *text2; /* parameter 2 as text, or NULL */
    int64_t integer2;  /* parameter 2 where text2 is NULL */
};

int facts_query(struct facts *facts, const struct facts_query *query, struct error *error);

/* Loads the invoices and credit notes of an account with their lines and settlements, and the moves
 * on which their payment depends. Call facts_moves_link() after all queries: it sets pointers into
 * the arrays, which move while they grow. */
int facts_moves_load(struct facts *facts, int64_t account, struct error *error);
void facts_moves_link(struct facts *facts);

#endif
