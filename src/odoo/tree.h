/* tree.h - the sink that builds a jansson value of an answer: for small ones. */
#ifndef QUALIODOO_ODOO_TREE_H
#define QUALIODOO_ODOO_TREE_H

#include <jansson.h>

#include "sink.h"

/* A value that is being built. All zero at first. */
struct tree {
    json_t *value; /* complete when the parser has ended without an error; owned */
    json_t **open; /* the lists and objects that are open, outermost first: borrowed */
    char **keys;   /* of each open object: the name of the member that comes next; owned */
    size_t depth, capacity;
};

/* The sink of a tree, which is valid as long as the tree. */
struct sink tree_sink(struct tree *tree);

/* Takes the value out; the caller owns it. NULL when there is none. */
json_t *tree_take(struct tree *tree);

/* Frees all, and makes it ready for another value. */
void tree_clear(struct tree *tree);

#endif
