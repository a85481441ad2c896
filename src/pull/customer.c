/* customer.c - the customer that a text names, looked up in Odoo itself. */
#include "qualiodoo/pull/customer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/store/lookup.h"

#define IDS_SHOWN 5 /* of a name that is not unique */

/* Odoo allows no circle of parents. */
#define LEVELS_MAX 60

/* The topmost parent of a partner whose own parent is `parent`. One that the agent's user may not
 * read ends the way up. */
static int climb(struct odoo *odoo, int64_t parent, int64_t *ret, struct error *error)
{
    int rc = 0;

    for (int level = 0; parent && rc == 0 && level < LEVELS_MAX; level++) {
        json_t *records = NULL;

        *ret = parent;
        rc = ask_records(odoo, "res.partner", json_pack("[[ssI]]", "id", "=", (json_int_t)parent),
                         json_pack("[s]", "parent_id"), &records, error);
        parent = rc == 0 ? ask_field_id(json_array_get(records, 0), "parent_id") : 0;
        json_decref(records);
    }
    return rc;
}

static int holder_of(struct odoo *odoo, enum config_account account, json_t *record, int64_t *ret,
                     struct error *error)
{
    int64_t entity = ask_field_id(record, "commercial_partner_id");

    *ret = ask_field_id(record, "id");
    if (account == ACCOUNT_TOP)
        return climb(odoo, ask_field_id(record, "parent_id"), ret, error);
    if (entity)
        *ret = entity;
    return 0;
}

/* The account holders of the partners of a domain, once each, sorted; archived ones included. Takes
 * over `domain`; the caller frees ret->items. */
static int find_holders(struct odoo *odoo, enum config_account account, json_t *domain,
                        struct ids *ret, struct error *error)
{
    json_t *records = NULL, *record;
    struct ids ids = {0};
    size_t i;
    int rc = ask_records(odoo, "res.partner", domain,
                         json_pack("[ss]", "commercial_partner_id", "parent_id"), &records, error);

    json_array_foreach(records, i, record)
    {
        int64_t id = 0;

        if (rc == 0)
            rc = holder_of(odoo, account, record, &id, error);
        ids_sort(ids.items, ids.count);
        if (rc == 0 && !ids_contain(ids.items, ids.count, id) && ids_add(&ids, id) < 0)
            rc = error_memory(error);
    }
    json_decref(records);
    ids_sort(ids.items, ids.count);
    if (rc < 0)
        free(ids.items);
    else
        *ret = ids;
    return rc;
}

static int not_unique(const char *text, const struct ids *ids, struct error *error)
{
    char list[IDS_SHOWN * 24] = "";

    for (size_t i = 0; i < ids->count && i < IDS_SHOWN; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%lld", i ? ", " : "",
                 (long long)ids->items[i]);
    return error_set(error, ERR_NOT_FOUND, "'%s' names %zu customers in Odoo (%s%s): give the id",
                     text, ids->count, list, ids->count > IDS_SHOWN ? ", ..." : "");
}

int customer_find_remote(struct odoo *odoo, enum config_account account, const char *text,
                         int64_t *ret_customer, struct error *error)
{
    json_t *readable = json_string(text); /* NULL when it is not UTF-8 */
    struct ids ids = {0};
    int64_t id = 0;
    int rc = 0;

    json_decref(readable);
    if (!readable || !*text)
        return error_set(error, ERR_NOT_FOUND,
                         "found %s, expected the id, the exact name or the exact reference of a "
                         "customer",
                         *text ? "a name that is not UTF-8 text" : "an empty name");
    if (lookup_parse_id(text, &id))
        rc = find_holders(odoo, account, json_pack("[[ssI]]", "id", "=", (json_int_t)id), &ids,
                          error);
    if (rc == 0 && !ids.count)
        rc = find_holders(odoo, account,
                          json_pack("[s [sss] [sss]]", "|", "name", "=", text, "ref", "=", text),
                          &ids, error);
    if (rc < 0)
        return rc;
    if (ids.count == 1)
        *ret_customer = ids.items[0];
    else if (ids.count == 0)
        rc = error_set(error, ERR_NOT_FOUND,
                       "no customer '%s' in Odoo: give the id, the exact name or the exact "
                       "reference of a partner",
                       text);
    else
        rc = not_unique(text, &ids, error);
    free(ids.items);
    return rc;
}

int customer_of_partner(struct odoo *odoo, enum config_account account, int64_t partner,
                        int64_t *ret_customer, struct error *error)
{
    json_t *domain = json_pack("[[ssI]]", "id", "=", (json_int_t)partner);
    struct ids ids = {0};
    int rc = find_holders(odoo, account, domain, &ids, error);

    if (rc == 0)
        *ret_customer = ids.count ? ids.items[0] : 0;
    free(ids.items);
    return rc;
}
