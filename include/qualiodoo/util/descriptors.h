/* descriptors.h - how many files and sockets this process can still open.
 *
 * Where none is left, libraries report what they wanted it for: a host that is unknown, a
 * certificate that cannot be read, a lack of memory. */
#ifndef QUALIODOO_DESCRIPTORS_H
#define QUALIODOO_DESCRIPTORS_H

#include <stdbool.h>

/* True when none can be opened now. */
bool descriptors_used_up(void);

/* Counts up to `needed` > 0 that can be opened now; raises the limit as far as it may be raised
 * when these are fewer. Returns their number. */
int descriptors_free(int needed);

#endif
