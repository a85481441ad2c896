/* newest.c - asks for the records that were written last: where a cursor begins, and whether a
 * payment came in. */
#include "qualiodoo/pull/newest.h"

#include <stdlib.h>

#include "domain.h"
#include "qualiodoo/odoo/execute.h"
#include "qualiodoo/pull/record.h"
#include "qualiodoo/util/json_build.h"

/* Records in the fingerprint. One that is committed late hides behind newer ones: more than this
 * many would have to be written while its transaction is open. */
#define NEWEST_INVOICES 20

int newest_records(struct pull *pull, const struct newest *newest, json_t **ret,
                   struct error *error)
{
    const struct model *model = newest->model;
    const char *changes = model->change_domain ? model->change_domain : model->domain;
    json_t *domain = domain_resolve(
        pull, newest->field && model->poll_domain ? model->poll_domain : changes, NULL);
    json_t *arguments = json_pack("[o]", domain);
    json_t *keywords =
        json_pack("{s[ss*] ss si s{sb}}", "fields", "write_date", newest->field, "order",
                  "write_date desc, id desc", "limit", newest->limit, "context", "active_test", 0);
    struct odoo_call call = {.model = model_remote(model, pull->flavour),
                             .method = "search_read",
                             .arguments = arguments,
                             .keywords = keywords,
                             .safe = true};
    int rc =
        arguments && keywords ? odoo_execute(pull->odoo, &call, ret, error) : error_memory(error);

    json_decref(arguments);
    json_decref(keywords);
    return rc;
}

/* The fingerprint contains states because two changes within one second have the same write_date,
 * and payments because one that is set back to draft, or rejected by the bank, may not stamp its
 * invoice. */
int newest_invoices(struct pull *pull, char **ret, struct error *error)
{
    static const struct newest of_moves = {&models[MODEL_MOVE], "payment_state", NEWEST_INVOICES},
                               of_payments = {&models[MODEL_PAYMENT], "state", NEWEST_INVOICES};
    json_t *invoices = NULL, *payments = NULL, *both;
    int rc = newest_records(pull, &of_moves, &invoices, error);

    if (rc == 0 && pull->fields[MODEL_PAYMENT])
        rc = newest_records(pull, &of_payments, &payments, error);
    *ret = NULL;
    both = rc == 0 ? json_pack("[O O*]", invoices, payments) : NULL;
    if (both)
        *ret = json_build_text(both, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(invoices);
    json_decref(payments);
    json_decref(both);
    return rc < 0 || *ret ? rc : error_memory(error);
}
