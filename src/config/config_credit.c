/* config_credit.c - the type of credit.packs: which product is worth how many hours. */
#include "config_credit.h"

#include <stdlib.h>
#include <string.h>

#include "config_key.h"
#include "config_sla.h"
#include "config_types.h"
#include "config_values.h"
#include "config_yaml.h"
#include "qualiodoo/util/json_build.h"

#define PACK_EXPECTED "a pack {product: REFERENCE, hours: NUMBER} or {id: NUMBER, hours: NUMBER}"
#define HOURS_EXPECTED                                                                             \
    "a number of hours without quotes that makes whole minutes, such as 12 or 1.5, up to 1000000"
#define MAX_PACK_MINUTES (1000000 * INT64_C(60)) /* as HOURS_EXPECTED says */

/* The nodes of one pack. */
struct parts {
    const yaml_node_t *product, *id, *hours;
};

static const yaml_node_t **part_named(struct parts *parts, const char *name)
{
    if (!name)
        return NULL;
    if (strcmp(name, "product") == 0)
        return &parts->product;
    if (strcmp(name, "id") == 0)
        return &parts->id;
    return strcmp(name, "hours") == 0 ? &parts->hours : NULL;
}

/* The keys of a pack; anything else, or one of them twice, is an error. */
static int find_parts(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                      struct parts *ret)
{
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;

    for (; pair < node->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(reader->document, pair->key);
        const char *text = config_yaml_scalar(name);
        const yaml_node_t **part = part_named(ret, text);

        if (!part)
            return config_fail_expected(reader, name, key->path, PACK_EXPECTED, NULL);
        if (*part)
            return config_fail(reader, name, key->path,
                               "found '%s' twice in one pack, expected it once", text);
        *part = yaml_document_get_node(reader->document, pair->value);
    }
    if (ret->product && ret->id)
        return config_fail(reader, node, key->path,
                           "found a pack with a product and an id, expected one of the two");
    if (!(ret->product || ret->id) || !ret->hours)
        return config_fail(reader, node, key->path, "found a pack without its %s, expected %s",
                           ret->hours ? "product" : "hours", PACK_EXPECTED);
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

static bool is_known(const struct config *config, const char *product, int64_t id)
{
    for (size_t i = 0; i < config->credit.n_packs; i++) {
        const struct config_pack *pack = &config->credit.packs[i];

        if (id && pack->id == id)
            return true;
        for (size_t j = 0; product && j < pack->n_products; j++)
            if (strcmp(pack->products[j], product) == 0)
                return true;
    }
    return false;
}

static int set_id(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                  struct config_pack *pack)
{
    const char *text = config_yaml_scalar(node);

    if (!text || !config_yaml_is_plain(node) ||
        !config_quantity_read(text, config_number.units, &pack->id, NULL) || pack->id < 1 ||
        pack->id > INT32_MAX) {
        pack->id = 0;
        return config_fail_expected(reader, node, key->path,
                                    "the id of a product (product.product), without quotes", NULL);
    }
    if (is_known(reader->config, NULL, pack->id))
        return config_fail(reader, node, key->path,
                           "found the product of id %s twice, expected one pack for each product",
                           text);
    return 0;
}

static int add_reference(const struct reader *reader, const struct key *key,
                         const yaml_node_t *node, struct config_pack *pack)
{
    const char *text = NULL;
    int rc = config_line(reader, node, key->path, "the internal reference of a product", &text);

    if (rc)
        return rc;
    for (size_t i = 0; i <= pack->n_products; i++) {
        char quoted[CONFIG_QUOTE_SIZE];

        if (i < pack->n_products ? strcmp(pack->products[i], text) == 0
                                 : is_known(reader->config, text, 0))
            return config_fail(reader, node, key->path,
                               "found the product %s twice, expected one pack for each product",
                               config_quote(text, quoted));
    }
    pack->products[pack->n_products] = config_copy(reader, text, strlen(text));
    return pack->products[pack->n_products++] ? 0 : ERR_NO_MEMORY;
}

/* One reference, or a list of them. */
static int set_references(const struct reader *reader, const struct key *key,
                          const yaml_node_t *node, struct config_pack *pack)
{
    bool list = node->type == YAML_SEQUENCE_NODE;
    size_t count = 1;
    int rc = list ? config_list(reader, node, key, &count) : 0;

    if (!rc && count == 0)
        rc = config_fail(reader, node, key->path,
                         "found an empty list, expected the internal reference of a product");
    if (rc)
        return rc;
    pack->products = config_zeroes(reader, count, sizeof *pack->products);
    if (!pack->products)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_reference(reader, key, list ? config_yaml_item(reader, node, i) : node, pack);
    return rc;
}

static void drop_pack(struct config_pack *pack)
{
    for (size_t i = 0; i < pack->n_products; i++)
        free(pack->products[i]);
    free(pack->products);
}

static int add_pack(const struct reader *reader, const struct key *key, const yaml_node_t *node)
{
    struct config *config = reader->config;
    struct config_pack pack = {0};
    struct parts parts = {0};
    int rc;

    if (node->type != YAML_MAPPING_NODE)
        return config_fail_expected(reader, node, key->path, PACK_EXPECTED, NULL);
    rc = find_parts(reader, key, node, &parts);
    if (!rc && parts.product)
        rc = set_references(reader, key, parts.product, &pack);
    else if (!rc)
        rc = set_id(reader, key, parts.id, &pack);
    if (!rc)
        rc = set_hours(reader, key, parts.hours, &pack.pack_minutes);
    if (rc)
        drop_pack(&pack);
    else
        config->credit.packs[config->credit.n_packs++] = pack;
    return rc;
}

static int set_packs(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    struct config *config = reader->config;
    size_t count = 0;
    int rc = config_list(reader, node, key, &count);

    if (rc)
        return rc;
    if (count == 0)
        return config_fail(reader, node, key->path, "found an empty list, expected %s",
                           key->type->expected);
    config->credit.packs = config_zeroes(reader, count, sizeof *config->credit.packs);
    if (!config->credit.packs)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_pack(reader, key, config_yaml_item(reader, node, i));
    return rc;
}

/* As it is written in the file: one reference alone, or a list. */
static json_t *show_references(const struct config_pack *pack)
{
    json_t *list;

    if (pack->n_products == 1)
        return json_string(pack->products[0]);
    list = json_array();
    for (size_t i = 0; i < pack->n_products; i++)
        json_build_add(&list, json_string(pack->products[i]));
    return list;
}

static json_t *show_packs(const struct key *key, const struct config *config)
{
    json_t *list = json_array();

    (void)key;
    for (size_t i = 0; i < config->credit.n_packs; i++) {
        const struct config_pack *pack = &config->credit.packs[i];
        json_t *hours = config_show_hours(pack->pack_minutes, 60);

        json_build_add(
            &list, pack->id
                       ? json_pack("{s:I, s:o}", "id", (json_int_t)pack->id, "hours", hours)
                       : json_pack("{s:o, s:o}", "product", show_references(pack), "hours", hours));
    }
    return list;
}

static void drop_packs(const struct key *key, struct config *config)
{
    (void)key;
    for (size_t i = 0; i < config->credit.n_packs; i++)
        drop_pack(&config->credit.packs[i]);
    free(config->credit.packs);
}

const struct key_type config_packs = {.expected =
                                          "a list of packs, such as [{product: SUP12, hours: 12}]",
                                      .set = set_packs,
                                      .show = show_packs,
                                      .drop = drop_packs};
