/* config_types.h - the types of keys: text, choice, quantity, date, lists of them; internal to
 * config. */
#ifndef QUALIODOO_CONFIG_CONFIG_TYPES_H
#define QUALIODOO_CONFIG_CONFIG_TYPES_H

#include "config_key.h"

/* The text of `node` if config_is_line(), else an error that says `expected`. *ret_text is borrowed
 * from the document. */
int config_line(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *expected, const char **ret_text);
/* Checks that `node` is a list of at most CONFIG_MAX_ITEMS; *ret_count is how many it has. */
int config_list(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                size_t *ret_count);

/* show() and drop() of a field that is a string on the heap, or NULL. */
json_t *config_show_text(const struct key *key, const struct config *config);
void config_drop_text(const struct key *key, struct config *config);

extern const struct key_type config_text, config_optional_text, config_bool, config_choice,
    config_quantity, config_optional_quantity, config_period, config_optional_date, config_texts,
    config_days_list, config_tag;

#endif
