/* config_domain.c - the type of tickets.domain and timesheets.domain: an Odoo search domain,
 * written as a YAML list in Odoo's prefix form and kept as the JSON that is sent to Odoo. Only its
 * shape is checked here: which fields exist, only Odoo knows. */
#include "config_domain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config_key.h"
#include "config_types.h"
#include "config_values.h"
#include "config_yaml.h"
#include "qualiodoo/util/json_build.h"
#include "qualiodoo/util/suggest.h"

#define TERM_EXPECTED "a condition [field, operator, value], or '&', '|' or '!' in quotes"

/* What the third part of a condition may be. */
enum operand { OPERAND_SCALAR, OPERAND_LIST, OPERAND_EITHER, OPERAND_DOMAIN };

static const char *const operators[] = {
    "=",      "!=",       "<",         ">",         "<=",      ">=",     "=?",
    "like",   "not like", "ilike",     "not ilike", "=like",   "=ilike", "in",
    "not in", "child_of", "parent_of", "any",       "not any", NULL};

static const struct {
    const char *name;
    enum operand operand;
} operands[] = {{"in", OPERAND_LIST},         {"not in", OPERAND_LIST},
                {"child_of", OPERAND_EITHER}, {"parent_of", OPERAND_EITHER},
                {"any", OPERAND_DOMAIN},      {"not any", OPERAND_DOMAIN}};

static int convert_domain(const struct reader *reader, const struct key *key,
                          const yaml_node_t *node, json_t **ret_domain);

static enum operand operand_of(const char *name)
{
    for (size_t i = 0; i < sizeof operands / sizeof *operands; i++) {
        if (strcmp(name, operands[i].name) == 0)
            return operands[i].operand;
    }
    return OPERAND_SCALAR;
}

/* Whether a number can be sent: XML-RPC has integers of 32 bits only. */
static bool fits(const char *text, enum scalar_kind kind)
{
    long long number;

    if (kind == SCALAR_REAL)
        return isfinite(strtod(text, NULL));
    number = kind == SCALAR_INTEGER ? strtoll(text, NULL, 10) : 0;
    return number >= INT32_MIN && number <= INT32_MAX;
}

static json_t *typed(const char *text, enum scalar_kind kind)
{
    switch (kind) {
    case SCALAR_NULL:
        return json_null();
    case SCALAR_BOOL:
        return json_boolean(*text == 't' || *text == 'T');
    case SCALAR_INTEGER:
        return json_integer(strtoll(text, NULL, 10));
    case SCALAR_REAL:
        return json_real(strtod(text, NULL));
    case SCALAR_TEXT:
        break;
    }
    return json_string(text);
}

static int convert_scalar(const struct reader *reader, const struct key *key,
                          const yaml_node_t *node, json_t **ret_value)
{
    const char *text = config_yaml_scalar(node);
    enum scalar_kind kind =
        text && config_yaml_is_plain(node) ? config_scalar_kind(text) : SCALAR_TEXT;

    if (!text || !config_is_clean(text))
        return config_fail_expected(reader, node, key->path,
                                    "a value: a text, a number, true, false or null", NULL);
    if (!fits(text, kind))
        return config_fail_expected(reader, node, key->path,
                                    "a number that fits (whole ones in 32 bits)", NULL);
    *ret_value = typed(text, kind);
    return *ret_value ? 0 : error_memory(reader->error);
}

static int convert_list(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                        json_t **ret_list)
{
    json_t *list = json_array();
    size_t count = 0;
    int rc = config_list(reader, node, key, &count);

    for (size_t i = 0; i < count && !rc; i++) {
        json_t *value = NULL;

        rc = convert_scalar(reader, key, config_yaml_item(reader, node, i), &value);
        if (!rc)
            json_build_add(&list, value);
    }
    if (rc) {
        json_decref(list);
        return rc;
    }
    *ret_list = list;
    return list ? 0 : error_memory(reader->error);
}

static int convert_operand(const struct reader *reader, const struct key *key,
                           const yaml_node_t *node, const char *relation, json_t **ret_value)
{
    enum operand operand = operand_of(relation);
    bool list = node->type == YAML_SEQUENCE_NODE;

    if (operand == OPERAND_DOMAIN && list)
        return convert_domain(reader, key, node, ret_value);
    if ((operand == OPERAND_LIST || operand == OPERAND_EITHER) && list)
        return convert_list(reader, key, node, ret_value);
    if ((operand == OPERAND_SCALAR || operand == OPERAND_EITHER) && !list)
        return convert_scalar(reader, key, node, ret_value);
    return config_fail(reader, node, key->path, "found %s after '%s', expected %s",
                       list ? "a list" : "a single value", relation,
                       operand == OPERAND_SCALAR ? "a single value"
                       : operand == OPERAND_LIST ? "a list of values"
                                                 : "a domain");
}

static int convert_condition(const struct reader *reader, const struct key *key,
                             const yaml_node_t *node, json_t **ret_term)
{
    const char *field = NULL, *relation;
    const yaml_node_t *middle;
    json_t *value = NULL;
    int rc;

    if (config_yaml_count(node) != 3)
        return config_fail(reader, node, key->path, "found a list of %zu, expected %s",
                           config_yaml_count(node), TERM_EXPECTED);
    rc = config_line(reader, config_yaml_item(reader, node, 0), key->path, "the name of a field",
                     &field);
    if (rc)
        return rc;
    middle = config_yaml_item(reader, node, 1);
    relation = config_yaml_scalar(middle);
    if (!relation)
        return config_fail_expected(reader, middle, key->path, "an operator of Odoo, such as '='",
                                    NULL);
    for (size_t i = 0;; i++) {
        if (!operators[i])
            return config_fail_expected(reader, middle, key->path,
                                        "an operator of Odoo, such as '=', '!=', in or ilike",
                                        suggest_nearest(relation, operators));
        if (strcmp(relation, operators[i]) == 0)
            break;
    }
    rc = convert_operand(reader, key, config_yaml_item(reader, node, 2), relation, &value);
    if (rc)
        return rc;
    *ret_term = json_pack("[s, s, o]", field, relation, value);
    return *ret_term ? 0 : error_memory(reader->error);
}

/* How many terms an operator of the prefix form takes; 0 when it is not one. */
static int arity(const yaml_node_t *node)
{
    const char *text = config_yaml_scalar(node);

    if (!text || strlen(text) != 1)
        return 0;
    return *text == '!' ? 1 : *text == '&' || *text == '|' ? 2 : 0;
}

static int convert_term(const struct reader *reader, const struct key *key, const yaml_node_t *node,
                        json_t **ret_term)
{
    if (arity(node)) {
        *ret_term = json_string(config_yaml_scalar(node));
        return *ret_term ? 0 : error_memory(reader->error);
    }
    if (node->type != YAML_SEQUENCE_NODE)
        return config_fail_expected(reader, node, key->path, TERM_EXPECTED, NULL);
    return convert_condition(reader, key, node, ret_term);
}

/* Terms side by side are joined by an implicit '&', as Odoo does. */
static int convert_domain(const struct reader *reader, const struct key *key,
                          const yaml_node_t *node, json_t **ret_domain)
{
    json_t *domain = json_array();
    size_t count = 0, wanted = 0;
    int rc = config_list(reader, node, key, &count);

    for (size_t i = 0; i < count && !rc; i++) {
        const yaml_node_t *item = config_yaml_item(reader, node, i);
        json_t *term = NULL;

        rc = convert_term(reader, key, item, &term);
        if (rc)
            break;
        json_build_add(&domain, term);
        wanted = (wanted ? wanted : 1) - 1 + (size_t)arity(item);
    }
    if (!rc && wanted)
        rc = config_fail(reader, node, key->path,
                         "found an operator '&', '|' or '!' without its conditions, expected "
                         "%zu more after it",
                         wanted);
    if (rc) {
        json_decref(domain);
        return rc;
    }
    *ret_domain = domain;
    return domain ? 0 : error_memory(reader->error);
}

static int set_domain(struct reader *reader, const struct key *key, yaml_node_t *node)
{
    json_t **field = config_field(key, reader->config);

    return convert_domain(reader, key, node, field);
}

static json_t *show_domain(const struct key *key, const struct config *config)
{
    json_t *const *field = config_field_const(key, config);

    return json_deep_copy(*field);
}

static void drop_domain(const struct key *key, struct config *config)
{
    json_t **field = config_field(key, config);

    json_decref(*field);
}

const struct key_type config_domain = {
    .expected = "a list in Odoo's form, such as [[team_id, =, 3], ['stage_id.closed', '=', false]]",
    .set = set_domain,
    .show = show_domain,
    .drop = drop_domain};
