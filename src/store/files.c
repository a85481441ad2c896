/* files.c - the files that the program makes for the state: their mode and their owner. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_internal.h"

#define STATE_MODE 0640 /* customers' names are in it */

static void give_to_owner_of_folder(int fd, const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[4096];
    struct stat status;

    snprintf(folder, sizeof folder, "%.*s/.", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (stat(folder, &status) < 0 || fchown(fd, status.st_uid, status.st_gid) < 0) {
        /* it stays root's: the service will say what it cannot open */
    }
}

int store_make_file(const char *path)
{
    /* Alone a file that is new is given away: another one may be a link to anything. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, STATE_MODE);

    if (fd < 0)
        return errno == EEXIST ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, STATE_MODE) : -1;
    if (geteuid() == 0)
        give_to_owner_of_folder(fd, path);
    return fd;
}
