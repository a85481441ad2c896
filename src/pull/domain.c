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
