/* domain.c - makes domains from the texts of `models`. */
#include "domain.h"

#include <string.h>

#include "qualiodoo/pull/record.h"
#include "qualiodoo/util/json_build.h"

json_t *domain_resolve(struct pull *pull, const char *text, json_t *extra)
{
    json_t *domain = model_domain(text, pull->flavour, pull->ids);

    if (domain && extra)
        json_build_add_all(&domain, extra);
    return domain;
}

/* How many terms Odoo joins by an implied "&". */
static size_t count_terms(const json_t *domain)
{
    size_t terms = 0, joined = 0, i;
    json_t *item;

    json_array_foreach(domain, i, item) {
        const char *operator= json_string_value(item);

        terms += !operator;
        joined += operator&& * operator!= '!';
    }
    return terms - joined;
}

/* Adds a domain as one term: an operator takes exactly two. */
static void add_as_term(json_t **domain, const json_t *added)
{
    size_t terms = count_terms(added);

    if (terms == 0) /* every record */
        json_build_add(domain, json_pack("[ssb]", "id", "!=", 0));
    for (size_t i = 1; i < terms; i++)
        json_build_add(domain, json_string("&"));
    json_build_add_all(domain, (json_t *)added);
}

json_t *domain_either(const json_t *one, const json_t *other)
{
    json_t *domain = json_pack("[s]", "|");

    add_as_term(&domain, one);
    add_as_term(&domain, other);
    return domain;
}

void domain_widen(const struct pull *pull, json_t **domain)
{
    static const char suffix[] = ".commercial_partner_id";
    json_t *term;
    size_t i;

    if (pull->config->credit.account != ACCOUNT_TOP)
        return;
    json_array_foreach(*domain, i, term) {
        const char *field = json_string_value(json_array_get(term, 0));
        size_t length = field ? strlen(field) : 0;

        if (length < strlen(suffix) || strcmp(field + length - strlen(suffix), suffix) != 0)
            continue;
        if (json_array_set_new(term, 0, json_stringn(field, length - strlen(suffix))) < 0 ||
            json_array_set_new(term, 1, json_string("child_of")) < 0) {
            json_decref(*domain);
            *domain = NULL;
            return;
        }
    }
}
