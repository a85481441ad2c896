/* facts_internal.h - the memory of an account's facts, for facts*.c. */
#ifndef QUALIODOO_STORE_FACTS_INTERNAL_H
#define QUALIODOO_STORE_FACTS_INTERNAL_H

#include "qualiodoo/store/facts.h"

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

#endif
