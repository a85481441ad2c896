/* descriptors.c - opens sockets on trial to count the free descriptors. */
#include "qualiodoo/util/descriptors.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* A socket needs no path and no permission. */
static int open_one(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

bool descriptors_used_up(void)
{
    int fd = open_one();

    if (fd < 0)
        return errno == EMFILE || errno == ENFILE;
    close(fd);
    return false;
}

static int count_free(int needed)
{
    int *opened = calloc((size_t)needed, sizeof *opened);
    int count = 0;

    while (opened && count < needed && (opened[count] = open_one()) >= 0)
        count++;
    for (int i = 0; i < count; i++)
        close(opened[i]);
    free(opened);
    return opened ? count : needed; /* short of memory: the next allocation reports it */
}

int descriptors_free(int needed)
{
    struct rlimit limit;
    int count = count_free(needed);

    if (count == needed || getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == limit.rlim_max)
        return count;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? count : count_free(needed);
}
