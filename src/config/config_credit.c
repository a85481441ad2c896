/* credit.packs: which product is worth how many hours. */
#include <stdlib.h>
#include <string.h>

#include "config_internal.h"

#define PACK_EXPECTED "a pack {product: REFERENCE, hours: NUMBER}"
#define HOURS_EXPECTED                                                                             \
    "a number of hours without quotes that makes whole minutes, such as 12 or 1.5, up to 1000000"
#define MAX_PACK_MINUTES (1000000 * INT64_C(60)) /* as HOURS_EXPECTED says */

/* The two keys of a pack; anything else, or one of them twice, is an error. */
static int find_parts(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                      const yaml_node_t **ret_product, const yaml_node_t **ret_hours)
{
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

    for (; pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(reader->document, pair->key);
        const char *text = config_yaml_scalar(name);
        const yaml_node_t **part = NULL;

        if (text && strcmp(text, "product") == 0)
            part = ret_product;
        else if (text && strcmp(text, "hours") == 0)
            part = ret_hours;
        if (!part)
            return config_fail_expected(reader, name, key->path, PACK_EXPECTED, NULL);
        if (*part)
            return config_fail(reader, name, key->path,
                               "found '%s' twice in one pack, expected "
                               "it once",
                               text);
        *part = yaml_document_get_node(reader->document, pair->value);
    }
    if (!*ret_product || !*ret_hours)
        return config_fail(reader, node, key->path, "found a pack without its %s, expected %s",
                           *ret_product ? "hours" : "product", PACK_EXPECTED);
    return 0;
}

static int set_hours(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                     minutes *ret_minutes)
{
    const char *text = config_yaml_scalar(node);

    if (!text || !config_yaml_is_plain(node) ||
        !config_quantity_read(text, config_hours_as_minutes.units, ret_minutes, NULL) ||
        *ret_minutes < 1 || *ret_minutes > MAX_PACK_MINUTES)
        return config_fail_expected(reader, node, key->path, HOURS_EXPECTED, NULL);
    return 0;
}

static bool is_known(const struct config *config, const char *product)
{
    for (size_t i = 0; i < config->credit.n_packs; i++) {
        if (strcmp(config->credit.packs[i].product, product) == 0)
            return true;
    }
    return false;
}

static int add_pack(const struct reader *reader, const struct key *key, const yaml_node_t *node)
{
    struct config *config = reader->config;
    const yaml_node_t *product = NULL, *hours = NULL;
    minutes pack_minutes = 0;
    const char *text = NULL;
    char *copy;
    int result;

    if (node->type != YAML_MAPPING_NODE)
        return config_fail_expected(reader, node, key->path, PACK_EXPECTED, NULL);
    result = find_parts(reader, key, node, &product, &hours);
    if (!result)
        result =
            config_line(reader, product, key->path, "the internal reference of a product", &text);
    if (!result)
        result = set_hours(reader, key, hours, &pack_minutes);
    if (result)
        return result;
    if (is_known(config, text)) {
        char quoted[CONFIG_QUOTE_SIZE];

        return config_fail(reader, product, key->path,
                           "found the product %s twice, expected one pack for each product",
                           config_quote(text, quoted));
    }
    copy = config_copy(reader, text, strlen(text));
    if (!copy)
        return ERR_NO_MEMORY;
    config->credit.packs[config->credit.n_packs++] =
        (struct config_pack){.product = copy, .pack_minutes = pack_minutes};
    return 0;
}

static int set_packs(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    struct config *config = reader->config;
    size_t count = 0;
    int result = config_list(reader, node, key, &count);

    if (result)
        return result;
    if (count == 0)
        return config_fail(reader, node, key->path, "found an empty list, expected %s",
                           key->type->expected);
    config->credit.packs = config_zeroes(reader, count, sizeof *config->credit.packs);
    if (!config->credit.packs)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !result; i++)
        result = add_pack(reader, key, config_yaml_item(reader, node, i));
    return result;
}

static json_t *show_packs(const struct key *key, const struct config *config)
{
    json_t *list = json_array();

    (void)key;
    for (size_t i = 0; i < config->credit.n_packs; i++) {
        const struct config_pack *pack = &config->credit.packs[i];

        config_append(&list, json_pack("{s:s, s:o}", "product", pack->product, "hours",
                                       config_show_hours(pack->pack_minutes, 60)));
    }
    return list;
}

static void drop_packs(const struct key *key, struct config *config)
{
    (void)key;
    for (size_t i = 0; i < config->credit.n_packs; i++)
        free(config->credit.packs[i].product);
    free(config->credit.packs);
}

const struct key_type config_packs = {.expected =
                                          "a list of packs, such as [{product: SUP12, hours: 12}]",
                                      .set = set_packs,
                                      .show = show_packs,
                                      .drop = drop_packs};
