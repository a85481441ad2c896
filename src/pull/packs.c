/* packs.c - the products that credit.packs names, by internal reference or by id. Each cycle logs
 * those that Odoo does not have, so that nobody loses credit by a renamed product in silence. */
#include "qualiodoo/pull/packs.h"

#include <stdio.h>
#include <string.h>

#include "qualiodoo/store/lookup.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/log.h"

json_t *packs_references(const struct config *config)
{
    json_t *list = json_array();

    for (size_t i = 0; i < config->credit.n_packs; i++)
        for (size_t j = 0; j < config->credit.packs[i].n_products; j++)
            json_build_add(&list, json_string(config->credit.packs[i].products[j]));
    return list;
}

json_t *packs_ids(const struct config *config)
{
    json_t *list = json_array();

    for (size_t i = 0; i < config->credit.n_packs; i++)
        if (config->credit.packs[i].id)
            json_build_add(&list, json_integer(config->credit.packs[i].id));
    return list;
}

bool packs_contain(const struct config *config, int64_t id, const char *reference)
{
    for (size_t i = 0; i < config->credit.n_packs; i++) {
        const struct config_pack *pack = &config->credit.packs[i];

        if (pack->id && pack->id == id)
            return true;
        for (size_t j = 0; reference && j < pack->n_products; j++)
            if (strcmp(pack->products[j], reference) == 0)
                return true;
    }
    return false;
}

/* The caller of packs_missing(). */
struct listener {
    int (*missing)(void *context, const char *text);
    void *context;
};

/* Looks for the product of a reference, or of an id when `reference` is NULL. */
static int check_product(struct store *store, const char *reference, int64_t id,
                         const struct listener *listener, struct error *error)
{
    char text[PACK_TEXT_SIZE];
    int64_t count = 0;
    int rc = lookup_product_count(store, reference, id, &count, error);

    if (rc < 0 || count)
        return rc;
    if (reference)
        snprintf(text, sizeof text, "no product has the internal reference '%.200s'", reference);
    else
        snprintf(text, sizeof text, "there is no product of id %lld", (long long)id);
    return listener->missing(listener->context, text) < 0 ? error_memory(error) : 0;
}

int packs_missing(struct store *store, const struct config *config,
                  int (*missing)(void *context, const char *text), void *context,
                  struct error *error)
{
    const struct listener listener = {.missing = missing, .context = context};
    int rc = 0;

    for (size_t i = 0; i < config->credit.n_packs && rc == 0; i++) {
        const struct config_pack *pack = &config->credit.packs[i];

        if (pack->id)
            rc = check_product(store, NULL, pack->id, &listener, error);
        for (size_t j = 0; j < pack->n_products && rc == 0; j++)
            rc = check_product(store, pack->products[j], 0, &listener, error);
    }
    return rc;
}

static int log_missing(void *context, const char *text)
{
    (void)context;
    log_error("credit.packs: %s, archived ones included: nothing is credited for it", text);
    return 0;
}

int packs_log_missing(struct store *store, const struct config *config, struct error *error)
{
    return packs_missing(store, config, log_missing, NULL, error);
}
