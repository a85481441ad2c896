/* revoked_causes.h - names what changed when credit would be revoked; internal to revoked*.c. */
#ifndef QUALIODOO_COMPUTE_REVOKED_CAUSES_H
#define QUALIODOO_COMPUTE_REVOKED_CAUSES_H

#include <jansson.h>

#include "qualiodoo/util/array.h"

/* The words then and now: words_... of evidence_words(), rules_... as in struct revocation. The
 * ..._before may be NULL. */
struct revoked_words {
    json_t *words_before, *words_now, *rules_before, *rules_now;
};

/* The causes, as sentences: the words that differ (new array; NULL: out of memory). Of products,
 * only those in `products` (sorted) are named. */
json_t *revoked_causes(const struct revoked_words *words, const struct ids *products);

#endif
