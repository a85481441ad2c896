/* files.c - who may create and open the files of the state.
 *
 * The folder of the state belongs to the service's user, who could place a link where a command of
 * root is about to create, lock or truncate a file. So a command of root works as the owner of the
 * folder, and a file that is a link, has a second name or belongs to another user is refused. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_MODE 0640 /* it holds customers' names */

int store_become_owner(const char *path, struct error *error)
{
    const char *slash = strrchr(path, '/');
    char folder[4096];
    struct stat status;
    struct passwd *user;

    snprintf(folder, sizeof folder, "%.*s/.", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (geteuid() != 0 || stat(folder, &status) < 0 || status.st_uid == 0)
        return 0; /* opening the file will report a missing folder */
    user = getpwuid(status.st_uid);
    if ((user ? initgroups(user->pw_name, user->pw_gid) : setgroups(0, NULL)) == 0 &&
        setgid(user ? user->pw_gid : status.st_gid) == 0 && setuid(status.st_uid) == 0)
        return 0;
    return error_set(error, ERR_STATE,
                     "%s is in a folder of user %lld, and this command of root's cannot work as "
                     "that user (%s): run it as that user",
                     path, (long long)status.st_uid, strerror(errno));
}

static int refuse(const char *path, const char *what, const char *advice, struct error *error)
{
    return error_set(error, ERR_STATE,
                     "%s is %s, expected a file of this user with one name; it was left untouched: "
                     "%s",
                     path, what, advice);
}

int store_check_file(const char *path, const struct stat *status, struct error *error)
{
    if (S_ISLNK(status->st_mode))
        return refuse(path, "a symbolic link",
                      "give state.path the real place of the state, or remove the link", error);
    if (!S_ISREG(status->st_mode))
        return refuse(path, S_ISDIR(status->st_mode) ? "a directory" : "a special file",
                      "give another state.path", error);
    if (status->st_nlink > 1)
        return refuse(path, "one of several names of a file (a hard link)",
                      "see who made the other name, and move the file away", error);
    return 0;
}

int store_make_file(const char *path, int *ret_fd, struct error *error)
{
    struct stat status;
    int fd =
        open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, STATE_MODE);
    int rc = 0;

    if (fd < 0) {
        int number = errno;

        if (lstat(path, &status) == 0 && store_check_file(path, &status, error) < 0)
            return ERR_STATE;
        return error_set(error, ERR_STATE,
                         "%s cannot be opened (%s): check that its folder exists and the rights of "
                         "both",
                         path, strerror(number));
    }
    if (fstat(fd, &status) < 0)
        rc = error_set(error, ERR_STATE, "%s cannot be read: %s", path, strerror(errno));
    if (rc == 0)
        rc = store_check_file(path, &status, error);
    if (rc == 0 && status.st_uid != geteuid())
        rc = refuse(path, "a file of another user",
                    "run the command as its owner, or correct the owner and rights of the file",
                    error);
    if (rc < 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}
