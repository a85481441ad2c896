/* descriptors.h - how many files and sockets this process can still open.
 *
 * Without a free descriptor, libraries report another cause: an unknown host, an unreadable
 * certificate, a lack of memory. These functions tell the real one. */
#ifndef QUALIODOO_DESCRIPTORS_H
#define QUALIODOO_DESCRIPTORS_H

#include <stdbool.h>

/* Whether no descriptor can be opened now. */
bool descriptors_used_up(void);

/* Counts the descriptors that can be opened now, up to `needed` > 0; where there are fewer, raises
 * the soft limit to the hard one and counts again. Returns the count. When memory is short it
 * returns `needed`. */
int descriptors_free(int needed);

#endif
