/* memory.h - how much memory this process may use. */
#ifndef QUALIODOO_MEMORY_H
#define QUALIODOO_MEMORY_H

#include <stdint.h>

/* Bytes: the least of this machine's memory, of RLIMIT_AS and RLIMIT_DATA (`ulimit -v`), and of
 * what the control groups of this process are allowed (MemoryMax= of its unit, and of the slices
 * above). Asked of the kernel at each call. */
int64_t memory_limit(void);

/* The least limit of control groups, INT64_MAX when there is none. `groups` is a file like
 * /proc/self/cgroup, `mount` the folder where the hierarchies are mounted (/sys/fs/cgroup). Both
 * versions of control groups are understood; what cannot be read is no limit. */
int64_t memory_group_limit(const char *groups, const char *mount);

#endif
