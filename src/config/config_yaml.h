/* config_yaml.h - YAML documents, and the errors that name a place in one; internal to config. */
#ifndef QUALIODOO_CONFIG_CONFIG_YAML_H
#define QUALIODOO_CONFIG_CONFIG_YAML_H

#include "config_key.h"

/* Parses one document whose root is a mapping. Aliases, anchors, tags and tabs in the indentation
 * are ERR_CONFIG: a configuration file needs none. The caller deletes *ret_document with
 * yaml_document_delete(). */
int config_yaml_parse(struct reader *reader, const char *text, size_t size,
                      yaml_document_t *ret_document);
/* Parses the default of a key, without the checks of config_yaml_parse(). */
int config_yaml_snippet(struct reader *reader, const char *text, yaml_document_t *ret_document);

/* The value at a dotted path. When there is none: NULL or, with `deepest`, the node that the path
 * leads to as far as it exists. */
yaml_node_t *config_yaml_lookup(yaml_document_t *document, const char *path, bool deepest);

yaml_node_t *config_yaml_item(const struct reader *reader, const yaml_node_t *list, size_t index);
size_t config_yaml_count(const yaml_node_t *list); /* items or pairs */

/* The characters of a scalar, or NULL for a list, a mapping or a text with a NUL in it. */
const char *config_yaml_scalar(const yaml_node_t *node);
bool config_yaml_is_plain(const yaml_node_t *node); /* a scalar without quotes */
bool config_yaml_is_null(const yaml_node_t *node);

/* Sets an error at a node: "FILE:LINE:COLUMN: PATH: MESSAGE". Returns ERR_CONFIG, as the next
 * two. */
int config_fail(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
/* "found 'x', expected ...; did you mean '...'?"; without a `suggestion` (NULL), no question. */
int config_fail_expected(const struct reader *reader, const yaml_node_t *node, const char *path,
                         const char *expected, const char *suggestion);
/* config_fail_expected() with what the key's type expects. */
int config_fail_key(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                    const char *suggestion);

#endif
