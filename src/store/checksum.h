/* checksum.h - the checksum of a mirrored row; internal to store. */
#ifndef QUALIODOO_STORE_CHECKSUM_H
#define QUALIODOO_STORE_CHECKSUM_H

#include "qualiodoo/store/mirror.h"

/* The checksum of the row `id` with these values, one per column, in order. It finds accidents (a
 * value changed by hand, a damaged file), not forgery. */
int64_t checksum_of(int64_t id, const struct mirror_value *values, size_t count);

#endif
