/* cycle_order.c - for which customers a cycle runs, and whether there is news for it. */
#include "cycle_order.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/pull/customer.h"
#include "qualiodoo/pull/newest.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror_sets.h"

/* Finds a customer that the command line names in Odoo, where it may be new; else in the state,
 * which may still have a partner that is gone from Odoo. Adds it to `customers`. */
static int find_customer(struct pull *pull, const char *text, struct ids *customers,
                         struct error *error)
{
    struct error ignored;
    int64_t customer = 0;
    int rc = customer_find_remote(pull->odoo, pull->config->credit.account, text, &customer, error);

    if (rc == ERR_NOT_FOUND &&
        customer_find_local(pull->store, pull->config, text, &customer, &ignored) == 0)
        rc = 0;
    if (rc == 0 && !ids_contain(customers->items, customers->count, customer))
        rc = ids_add(customers, customer) < 0 ? error_memory(error) : 0;
    ids_sort(customers->items, customers->count);
    return rc;
}

int cycle_order_customers(struct pull *pull, const struct cycle_options *options,
                          struct ids *customers, struct error *error)
{
    int rc = 0;

    for (size_t i = 0; i < options->n_customers && rc == 0; i++)
        rc = find_customer(pull, options->customers[i], customers, error);
    pull->customers = customers->items;
    pull->n_customers = customers->count;
    return rc;
}

int cycle_order_is_news(struct pull *pull, bool *ret, struct error *error)
{
    char *seen = NULL, *newest = NULL;
    bool complete = false;
    int rc = mirror_is_complete(pull->store, &complete, error);

    *ret = true;
    if (rc < 0 || !complete)
        return rc;
    rc = pull_open(pull, error);
    if (rc == 0)
        rc = store_meta_get(pull->store, "invoices_seen", &seen, error);
    if (rc == 0)
        rc = newest_invoices(pull, seen, &newest, error);
    if (rc == 0) {
        *ret = !seen || strcmp(seen, newest) != 0;
        if (*ret)
            rc = store_meta_set(pull->store, "invoices_seen", newest, error);
    }
    pull_close(pull);
    free(seen);
    free(newest);
    return rc;
}
