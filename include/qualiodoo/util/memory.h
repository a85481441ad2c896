/* memory.h - how much memory this process may use. */
#ifndef QUALIODOO_MEMORY_H
#define QUALIODOO_MEMORY_H

#include <stdint.h>

/* The bytes that this process may use: the least of the machine's memory, RLIMIT_AS and RLIMIT_DATA
 * (`ulimit -v`), and the limits of its control groups (MemoryMax= of the unit and of the slices
 * above). Asked of the kernel at each call. */
int64_t memory_limit(void);

/* The least limit of the process's control groups, in bytes; INT64_MAX when there is none. `groups`
 * is a file like /proc/self/cgroup, `mount` the folder where the hierarchies are mounted
 * (/sys/fs/cgroup). Both versions of control groups are read; an unreadable file counts as no
 * limit. */
int64_t memory_group_limit(const char *groups, const char *mount);

#endif
