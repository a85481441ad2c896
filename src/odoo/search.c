/* search.c - one page of ids by keyset, and a count. listing.c asks for page after page. */
#include "qualiodoo/odoo/search.h"

#include <stdlib.h>

#include "qualiodoo/odoo/ask.h"
#include "qualiodoo/util/json_build.h"

/* The domain with one more leaf, id > `after`, or NULL when memory is short: Odoo joins adjacent
 * terms by `&`, also after prefix operators. */
static json_t *domain_after(const json_t *domain, int64_t after)
{
    json_t *longer = json_array();

    if (domain)
        json_build_add_all(&longer, (json_t *)domain);
    json_build_add(&longer, json_pack("[s, s, I]", "id", ">", (json_int_t)after));
    return longer;
}

/* Reads the ids of an answer, which must rise from `after` on: otherwise the paging might never
 * end. */
static int take_ids(const json_t *result, const char *model, int64_t after, int64_t *ids,
                    struct error *error)
{
    const json_t *item;
    size_t i;

    json_array_foreach(result, i, item) {
        ids[i] = json_integer_value(item);
        if (!json_is_integer(item) || ids[i] <= after)
            return error_set(error, ERR_PROTOCOL,
                             "%s.search: the answer is not a list of rising record numbers", model);
        after = ids[i];
    }
    return 0;
}

/* Appends the answer to a growing list. */
static int append_ids(const json_t *result, const char *model, int64_t after, int64_t **ids,
                      size_t *count, struct error *error)
{
    size_t more = json_array_size(result);
    int64_t *grown;
    int rc;

    if (!json_is_array(result))
        return error_set(error, ERR_PROTOCOL, "%s.search: the answer is not a list", model);
    if (more == 0)
        return 0;
    grown = reallocarray(*ids, *count + more, sizeof *grown);
    if (!grown)
        return error_memory(error);
    *ids = grown;
    rc = take_ids(result, model, after, grown + *count, error);
    if (!rc)
        *count += more;
    return rc;
}

/* Calls `method` with the domain of a search. Steals `keywords`. */
static int ask_search(struct odoo *odoo, const struct odoo_search *search, const char *method,
                      json_t *keywords, json_t **ret_result, struct error *error)
{
    json_t *domain = domain_after(search->domain, search->after);
    struct odoo_call call = {.model = search->model,
                             .method = method,
                             .arguments = domain ? json_pack("[o]", domain) : NULL,
                             .keywords = keywords,
                             .with_keywords = true,
                             .safe = true};

    return ask(odoo, call, ret_result, error);
}

int odoo_search_append(struct odoo *odoo, const struct odoo_search *search, int64_t **ids,
                       size_t *count, struct error *error)
{
    json_t *result = NULL;
    json_t *keywords =
        json_pack("{s:s, s:i, s:i, s:{s:b}}", "order", "id", "offset", search->offset, "limit",
                  search->limit, "context", "active_test", 0);
    int rc = ask_search(odoo, search, "search", keywords, &result, error);

    if (!rc && search->limit > 0 && json_array_size(result) > (size_t)search->limit)
        rc = error_set(error, ERR_PROTOCOL, "%s.search: more than the %d ids that were asked for",
                       search->model, search->limit);
    if (!rc)
        rc = append_ids(result, search->model, search->after, ids, count, error);
    json_decref(result);
    return rc;
}

int odoo_search(struct odoo *odoo, const char *model, json_t *domain, int64_t after, int limit,
                int64_t **ret_ids, size_t *ret_count, struct error *error)
{
    struct odoo_search search = {.model = model, .domain = domain, .after = after, .limit = limit};
    int64_t *ids = NULL;
    size_t count = 0;
    int rc = odoo_search_append(odoo, &search, &ids, &count, error);

    if (rc) {
        free(ids);
        return rc;
    }
    *ret_ids = ids;
    *ret_count = count;
    return 0;
}

int odoo_search_count(struct odoo *odoo, const struct odoo_search *search, int64_t *ret_count,
                      struct error *error)
{
    json_t *result = NULL;
    json_t *keywords = json_pack("{s:{s:b}}", "context", "active_test", 0);
    int rc = ask_search(odoo, search, "search_count", keywords, &result, error);

    if (!rc && (!json_is_integer(result) || json_integer_value(result) < 0))
        rc = error_set(error, ERR_PROTOCOL, "%s.search_count: the answer is not a count",
                       search->model);
    if (!rc)
        *ret_count = json_integer_value(result);
    json_decref(result);
    return rc;
}
