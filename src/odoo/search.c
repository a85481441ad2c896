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

/* The ids of an answer must rise from search->after on: otherwise the paging might never end. */
static int check_ids(const json_t *result, const struct odoo_search *search, struct error *error)
{
    int64_t after = search->after;
    const json_t *item;
    size_t i;

    if (!json_is_array(result))
        return error_set(error, ERR_PROTOCOL, "%s.search: the answer is not a list", search->model);
    if (search->limit > 0 && json_array_size(result) > (size_t)search->limit)
        return error_set(error, ERR_PROTOCOL, "%s.search: more than the %d ids that were asked for",
                         search->model, search->limit);
    json_array_foreach(result, i, item) {
        if (!json_is_integer(item) || json_integer_value(item) <= after)
            return error_set(error, ERR_PROTOCOL,
                             "%s.search: the answer is not a list of rising record numbers",
                             search->model);
        after = json_integer_value(item);
    }
    return 0;
}

/* Appends the ids of an answer. The list grows by exactly what is needed: it may take up an
 * eighth of memory_limit(). */
static int append_ids(const json_t *result, struct ids *ids, struct error *error)
{
    size_t more = json_array_size(result);
    int64_t *grown;

    if (more == 0)
        return 0;
    grown = reallocarray(ids->items, ids->count + more, sizeof *grown);
    if (!grown)
        return error_memory(error);
    for (size_t i = 0; i < more; i++)
        grown[ids->count + i] = json_integer_value(json_array_get(result, i));
    *ids = (struct ids){.items = grown, .count = ids->count + more, .size = ids->count + more};
    return 0;
}

/* A call that takes the domain of a search. */
struct question {
    const struct odoo_search *search;
    const char *method;
    json_t *keywords; /* its reference is stolen; NULL: memory was short */
};

static int ask_question(struct odoo *odoo, const struct question *question, json_t **ret_result,
                        struct error *error)
{
    json_t *domain = domain_after(question->search->domain, question->search->after);
    struct odoo_call call = {.model = question->search->model,
                             .method = question->method,
                             .arguments = domain ? json_pack("[o]", domain) : NULL,
                             .keywords = question->keywords,
                             .with_keywords = true,
                             .safe = true};

    return ask(odoo, call, ret_result, error);
}

int odoo_search(struct odoo *odoo, const struct odoo_search *search, struct ids *ids,
                struct error *error)
{
    struct question question = {.search = search,
                                .method = "search",
                                .keywords =
                                    json_pack("{s:s, s:i, s:i, s:{s:b}}", "order", "id", "offset",
                                              search->offset, "limit", search->limit, "context",
                                              "active_test", search->active_only)};
    json_t *result = NULL;
    int rc = ask_question(odoo, &question, &result, error);

    if (!rc)
        rc = check_ids(result, search, error);
    if (!rc)
        rc = append_ids(result, ids, error);
    json_decref(result);
    return rc;
}

int odoo_search_count(struct odoo *odoo, const struct odoo_search *search, int64_t *ret_count,
                      struct error *error)
{
    struct question question = {
        .search = search,
        .method = "search_count",
        .keywords = json_pack("{s:{s:b}}", "context", "active_test", search->active_only)};
    json_t *result = NULL;
    int rc = ask_question(odoo, &question, &result, error);

    if (!rc && (!json_is_integer(result) || json_integer_value(result) < 0))
        rc = error_set(error, ERR_PROTOCOL, "%s.search_count: the answer is not a count",
                       search->model);
    if (!rc)
        *ret_count = json_integer_value(result);
    json_decref(result);
    return rc;
}
