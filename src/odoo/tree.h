/* tree.h - the sink that builds a jansson value: for small answers and for faults. */
#ifndef QUALIODOO_ODOO_TREE_H
#define QUALIODOO_ODOO_TREE_H

#include <jansson.h>
#include <stddef.h>

#include "answer.h"
#include "sink.h"

/* All zero: nothing arrived yet. */
struct tree {
    json_t *value; /* the whole, once its last event arrived; NULL before the first */
    json_t *open[ANSWER_DEPTH_MAX]; /* borrowed: lists and objects, the innermost last */
    size_t depth;
    json_t *key; /* the name of the member whose value follows */
};

/* `take` of a sink whose context is a struct tree. A name that comes twice keeps the later value.
 * ERR_NO_MEMORY: the tree can only be cleared. */
int tree_take(void *context, const struct event *event, struct error *error);

/* Releases what the tree holds and makes it all zero. Whoever wants to keep `value` takes it out
 * before. */
void tree_clear(struct tree *tree);

#endif
