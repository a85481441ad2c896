/* customer.c - finds the customer that a text names, in Odoo or in the state: by id, by reference,
 * by name, and last by either of them whatever the case and the accents. */
#include "qualiodoo/pull/customer.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/odoo/listing.h"
#include "qualiodoo/store/lookup.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/names.h"
#include "qualiodoo/util/progress.h"

#define NAMES_PAGE 1000 /* partners of one answer: about 300 KB */

/* Odoo forbids cycles of parents; the limit ends one that was written past it. */
#define LEVELS_MAX 60

/* *ret becomes the topmost ancestor of a partner whose parent is `parent` (0: *ret is untouched).
 * An ancestor that the agent's user may not read counts as the topmost. */
static int find_topmost(struct odoo *odoo, int64_t parent, int64_t *ret, struct error *error)
{
    int rc = 0;

    for (int level = 0; parent && rc == 0 && level < LEVELS_MAX; level++) {
        json_t *records = NULL;

        *ret = parent;
        rc = ask_records(
            odoo,
            (struct ask_query){.model = "res.partner",
                               .domain = json_pack("[[ssI]]", "id", "=", (json_int_t)parent),
                               .fields = json_pack("[s]", "parent_id")},
            &records, error);
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
        return find_topmost(odoo, ask_field_id(record, "parent_id"), ret, error);
    if (entity)
        *ret = entity;
    return 0;
}

/* The account holders of some partners, without duplicates, sorted. The caller frees ret->items. */
static int holders_of(struct odoo *odoo, enum config_account account, json_t *records,
                      struct ids *ret, struct error *error)
{
    struct ids ids = {0};
    json_t *record;
    size_t i;
    int rc = 0;

    json_array_foreach(records, i, record) {
        int64_t id = 0;

        if (rc == 0)
            rc = holder_of(odoo, account, record, &id, error);
        ids_sort(ids.items, ids.count);
        if (rc == 0 && !ids_contain(ids.items, ids.count, id) && ids_add(&ids, id) < 0)
            rc = error_memory(error);
    }
    ids_sort(ids.items, ids.count);
    if (rc < 0)
        free(ids.items);
    else
        *ret = ids;
    return rc;
}

/* The partners of a domain, archived ones included. Takes over `domain`. */
static int read_partners(struct odoo *odoo, json_t *domain, json_t **ret, struct error *error)
{
    return ask_records(odoo,
                       (struct ask_query){.model = "res.partner",
                                          .domain = domain,
                                          .fields = json_pack("[ssss]", "commercial_partner_id",
                                                              "parent_id", "name", "ref")},
                       ret, error);
}

/* ---- By exact text ---- */

/* Drops the partners that match by name only, when others match by reference. */
static int prefer_references(const char *text, json_t **records, struct error *error)
{
    json_t *record, *named = json_array();
    size_t i;

    json_array_foreach(*records, i, record) {
        const char *reference = json_string_value(json_object_get(record, "ref"));

        if (reference && strcmp(reference, text) == 0)
            json_build_add(&named, json_incref(record));
    }
    if (!named)
        return error_memory(error);
    if (json_array_size(named) == 0) {
        json_decref(named);
        return 0;
    }
    json_decref(*records);
    *records = named;
    return 0;
}

static int find_exact(struct odoo *odoo, const char *text, json_t **ret, struct error *error)
{
    json_t *records = NULL;
    int64_t id = 0;
    int rc = 0;

    if (lookup_parse_id(text, &id))
        rc = read_partners(odoo, json_pack("[[ssI]]", "id", "=", (json_int_t)id), &records, error);
    if (rc == 0 && !json_array_size(records)) {
        json_decref(records);
        records = NULL;
        rc = read_partners(odoo,
                           json_pack("[s [sss] [sss]]", "|", "name", "=", text, "ref", "=", text),
                           &records, error);
        if (rc == 0)
            rc = prefer_references(text, &records, error);
    }
    if (rc < 0)
        json_decref(records);
    else
        *ret = records;
    return rc;
}

/* ---- Ignoring case and accents ---- */

/* Names are read and compared here because Odoo ignores accents only where its database has the
 * extension unaccent. */
static int add_page(struct odoo *odoo, const int64_t *ids, size_t count, struct names *names,
                    struct error *error)
{
    json_t *records = NULL, *record;
    size_t i;
    int rc = ask_records(
        odoo,
        (struct ask_query){.model = "res.partner",
                           .domain = json_pack("[[sso]]", "id", "in", json_build_ids(ids, count)),
                           .fields = json_pack("[ss]", "name", "ref")},
        &records, error);

    json_array_foreach(records, i, record) {
        const char *name = json_string_value(json_object_get(record, "name"));
        int64_t id = ask_field_id(record, "id");

        if (rc == 0)
            rc = names_add(names, id, name, name, error);
        if (rc == 0)
            rc = names_add(names, id, json_string_value(json_object_get(record, "ref")), name,
                           error);
    }
    json_decref(records);
    return rc;
}

static int find_alike(struct odoo *odoo, const char *text, struct names *names, struct error *error)
{
    json_t *all = json_array();
    struct ids ids = {0};
    int rc;

    progress_step("looking for '%s'", text);
    rc = all ? odoo_search_all(odoo, "res.partner", all, &ids, error) : error_memory(error);
    for (size_t i = 0; i < ids.count && rc == 0; i += NAMES_PAGE) {
        size_t left = ids.count - i;

        progress_count("partners", (int64_t)i, (int64_t)ids.count);
        rc = add_page(odoo, ids.items + i, left < NAMES_PAGE ? left : NAMES_PAGE, names, error);
    }
    json_decref(all);
    free(ids.items);
    return rc;
}

/* ---- In Odoo ---- */

static int unknown(const char *text, const struct names *names, const char *where,
                   const char *advice, struct error *error)
{
    char list[NAMES_TEXT_SIZE];

    if (*names_list(names, names->n_shown, list))
        return error_set(error, ERR_NOT_FOUND,
                         "no customer '%s' %s; did you mean %s? Otherwise give %s", text, where,
                         list, advice);
    return error_set(error, ERR_NOT_FOUND, "no customer '%s' %s: give %s", text, where, advice);
}

static int ambiguous(const char *text, const struct names *names, size_t count, const char *where,
                     struct error *error)
{
    char list[NAMES_TEXT_SIZE];

    return error_set(error, ERR_NOT_FOUND,
                     "'%s' names %zu customers%s; did you mean %s? Give the id of one", text, count,
                     where, names_list(names, names->same.count, list));
}

/* The partners that a text names. */
struct named {
    const char *text;
    json_t *records; /* borrowed */
};

/* The account that all the partners belong to; ERR_NOT_FOUND when they belong to several. */
static int only_holder(struct odoo *odoo, enum config_account account, const struct named *named,
                       int64_t *ret, struct error *error)
{
    const char *text = named->text;
    struct ids holders = {0};
    struct names names;
    json_t *record;
    size_t i;
    int rc = holders_of(odoo, account, named->records, &holders, error);

    names_open(&names, text);
    json_array_foreach(named->records, i, record) {
        if (rc == 0 && holders.count > 1)
            rc = names_add(&names, ask_field_id(record, "id"), text,
                           json_string_value(json_object_get(record, "name")), error);
    }
    if (rc == 0 && holders.count > 1)
        rc = ambiguous(text, &names, holders.count, " in Odoo", error);
    else if (rc == 0)
        *ret = holders.items[0];
    names_close(&names);
    free(holders.items);
    return rc;
}

static int find_by_alike(struct odoo *odoo, const char *text, json_t **ret, struct error *error)
{
    struct names names;
    int rc;

    names_open(&names, text);
    rc = find_alike(odoo, text, &names, error);
    if (rc == 0 && !names.same.count)
        rc = unknown(text, &names, "in Odoo", "the id, the name or the reference of a partner",
                     error);
    if (rc == 0)
        rc = read_partners(
            odoo,
            json_pack("[[sso]]", "id", "in", json_build_ids(names.same.items, names.same.count)),
            ret, error);
    names_close(&names);
    return rc;
}

int customer_find_remote(struct odoo *odoo, enum config_account account, const char *text,
                         int64_t *ret_customer, struct error *error)
{
    json_t *readable = json_string(text); /* NULL when it is not UTF-8 */
    json_t *records = NULL;
    int rc;

    json_decref(readable);
    if (!readable || !*text)
        return error_set(error, ERR_NOT_FOUND,
                         "found %s, expected the id, the name or the reference of a customer",
                         *text ? "a name that is not UTF-8 text" : "an empty name");
    rc = find_exact(odoo, text, &records, error);
    if (rc == 0 && !json_array_size(records)) {
        json_decref(records);
        records = NULL;
        rc = find_by_alike(odoo, text, &records, error);
    }
    if (rc == 0)
        rc = only_holder(odoo, account, &(struct named){text, records}, ret_customer, error);
    json_decref(records);
    return rc;
}

/* ---- In the state ---- */

static int add_customer(void *context, int64_t account, const char *name, const char *reference,
                        struct error *error)
{
    int rc = names_add(context, account, name, name, error);

    return rc < 0 ? rc : names_add(context, account, reference, name, error);
}

static int find_alike_local(struct store *store, bool named, const char *text, int64_t *ret,
                            struct error *error)
{
    static const char nameless[] = "the id of a partner of Odoo, as names are not kept "
                                   "(privacy.keep_names: false; 'qualiodoo balance' lists the ids)",
                      advice[] = "the id, the name or the reference of a partner of Odoo that has "
                                 "an invoice of a pack, a ticket or an adjustment ('qualiodoo "
                                 "balance' lists them)";
    struct names names;
    int rc;

    names_open(&names, text);
    rc = lookup_each_customer(store, add_customer, &names, error);
    if (rc == 0 && names.same.count == 1)
        *ret = names.same.items[0];
    else if (rc == 0 && names.same.count)
        rc = ambiguous(text, &names, names.same.count, "", error);
    else if (rc == 0)
        rc = unknown(text, &names, "is known here", named ? advice : nameless, error);
    names_close(&names);
    return rc;
}

/* The error when several accounts have exactly the text as their name. */
static int ambiguous_local(struct store *store, const char *text, const struct ids *ids,
                           struct error *error)
{
    struct names names;
    int rc = 0;

    names_open(&names, text);
    for (size_t i = 0; i < ids->count && rc == 0; i++) {
        char *name = NULL;

        rc = lookup_partner_name(store, ids->items[i], &name, error);
        if (rc == 0)
            rc = names_add(&names, ids->items[i], text, name, error);
        free(name);
    }
    if (rc == 0)
        rc = ambiguous(text, &names, ids->count, "", error);
    names_close(&names);
    return rc;
}

int customer_find_local(struct store *store, const struct config *config, const char *text,
                        int64_t *ret_customer, struct error *error)
{
    struct ids ids = {0};
    int rc = lookup_customers(store, text, &ids, error);

    if (rc == 0 && ids.count == 1)
        *ret_customer = ids.items[0];
    else if (rc == 0 && ids.count)
        rc = ambiguous_local(store, text, &ids, error);
    else if (rc == 0)
        rc = find_alike_local(store, config->privacy.keep_names, text, ret_customer, error);
    free(ids.items);
    return rc;
}

/* ---- By id ---- */

int customer_of_partner(struct odoo *odoo, enum config_account account, int64_t partner,
                        int64_t *ret_customer, struct error *error)
{
    json_t *domain = json_pack("[[ssI]]", "id", "=", (json_int_t)partner), *records = NULL;
    struct ids ids = {0};
    int rc = read_partners(odoo, domain, &records, error);

    if (rc == 0)
        rc = holders_of(odoo, account, records, &ids, error);
    if (rc == 0)
        *ret_customer = ids.count ? ids.items[0] : 0;
    json_decref(records);
    free(ids.items);
    return rc;
}
