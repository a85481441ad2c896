/* memory.c - the least of the limits of the process and of its control groups, both versions. */
#include "qualiodoo/util/memory.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The number in a file; INT64_MAX for "max", for anything else that is not a number, and when the
 * file is missing. */
static int64_t number_in(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[32] = "";
    int64_t number = 0;

    if (file) {
        if (fgets(line, sizeof line, file))
            number = strtoll(line, NULL, 10);
        fclose(file);
    }
    return number > 0 ? number : INT64_MAX;
}

/* The least limit from `group` up to `root`: the limit of a group bounds its subgroups. */
static int64_t least_above(const char *root, const char *group, const char *name)
{
    int64_t least = INT64_MAX;
    char folder[PATH_MAX], file[PATH_MAX + 32];
    char *slash;

    snprintf(folder, sizeof folder, "%s%s", root, group);
    for (;;) {
        snprintf(file, sizeof file, "%s/%s", folder, name);
        least = lesser(least, number_in(file));
        slash = strrchr(folder, '/');
        if (!slash || slash < folder + strlen(root))
            return least;
        *slash = '\0';
    }
}

/* The limit for one line "number:controllers:path" of /proc/self/cgroup; version 2 has no
 * controllers. */
static int64_t limit_of_line(char *line, const char *mount)
{
    char *controllers = strchr(line, ':'),
         *path = controllers ? strchr(controllers + 1, ':') : NULL;
    char root[PATH_MAX];

    if (!path)
        return INT64_MAX;
    *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    controllers++;
    if (!*controllers)
        return least_above(mount, path, "memory.max");
    if (strcmp(controllers, "memory") != 0)
        return INT64_MAX;
    snprintf(root, sizeof root, "%s/memory", mount);
    return least_above(root, path, "memory.limit_in_bytes");
}

int64_t memory_group_limit(const char *groups, const char *mount)
{
    FILE *file = fopen(groups, "re");
    int64_t least = INT64_MAX;
    char *line = NULL;
    size_t size = 0;

    while (file && getline(&line, &size, file) > 0)
        least = lesser(least, limit_of_line(line, mount));
    free(line);
    if (file)
        fclose(file);
    return least;
}

static int64_t resource_limit(__rlimit_resource_t resource)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) < 0 || limit.rlim_cur > INT64_MAX)
        return INT64_MAX;
    return (int64_t)limit.rlim_cur;
}

int64_t memory_limit(void)
{
    int64_t machine = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    int64_t least = memory_group_limit("/proc/self/cgroup", "/sys/fs/cgroup");

    least = lesser(least, lesser(resource_limit(RLIMIT_AS), resource_limit(RLIMIT_DATA)));
    return machine > 0 ? lesser(least, machine) : least;
}
