/* meta.h - small values of the state, by key. */
#ifndef QUALIODOO_STORE_META_H
#define QUALIODOO_STORE_META_H

#include "qualiodoo/store/store.h"

/* Small values by key. *ret_value is on the heap (caller frees), NULL when there is none. */
int store_meta_get(struct store *store, const char *key, char **ret_value, struct error *error);
int store_meta_set(struct store *store, const char *key, const char *value, struct error *error);

#endif
