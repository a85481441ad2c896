/* lock.c - the cycle lock and the service's lock: an flock() on a file beside the state, whose
 * content names the holder. */
#include "qualiodoo/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "qualiodoo/util/clock.h"
#include "qualiodoo/util/progress.h"

#define RETRY_MS 100

/* store_instance_holder() takes the service's lock, shared, for an instant: a service that starts
 * just then must try again for so long. */
#define INSTANCE_WAIT_MS 300

struct store_lock {
    int fd;
    char *file;
};

static void read_holder(int fd, char *holder, size_t size)
{
    ssize_t length = pread(fd, holder, size - 1, 0);

    holder[length > 0 ? length : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
}

/* Whether `file` is still the file behind `fd`: it may have been removed with the state, and others
 * would then lock a new one. */
static bool is_named(int fd, const char *file)
{
    struct stat ours, theirs;

    return fstat(fd, &ours) == 0 && stat(file, &theirs) == 0 && ours.st_ino == theirs.st_ino &&
           ours.st_dev == theirs.st_dev;
}

static int wait_for(int fd, const char *path, int64_t deadline, struct error *error)
{
    char holder[STORE_HOLDER_SIZE];
    bool told = false;

    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set(error, ERR_STATE, "the lock of %s cannot be taken: %s", path,
                             strerror(errno));
        if (clock_monotonic_ms() >= deadline) {
            read_holder(fd, holder, sizeof holder);
            return error_set(error, ERR_BUSY,
                             "%s is in use by %s: try again when it has finished, or stop it", path,
                             *holder ? holder : "another qualiodoo");
        }
        if (!told) {
            read_holder(fd, holder, sizeof holder);
            progress_step("waiting for %s", *holder ? holder : "another qualiodoo");
            told = true;
        }
        clock_sleep_ms(RETRY_MS);
    }
    return 0;
}

struct lock_kind {
    const char *suffix; /* of the file, after the path of the state */
    const char *holder; /* what the file says of this process */
    int64_t wait_ms;    /* for another holder */
};

static int lock_file(const char *path, const struct lock_kind *kind, struct store_lock **ret_lock,
                     struct error *error)
{
    int64_t deadline = clock_monotonic_ms() + kind->wait_ms;
    struct store_lock *lock = calloc(1, sizeof *lock);
    char holder[STORE_HOLDER_SIZE];
    int length, rc;

    if (!lock || asprintf(&lock->file, "%s%s", path, kind->suffix) < 0) {
        free(lock);
        return error_memory(error);
    }
    lock->fd = -1;
    rc = store_become_owner(path, error);
    while (rc == 0) {
        if (lock->fd >= 0)
            close(lock->fd);
        lock->fd = -1;
        rc = store_make_file(lock->file, &lock->fd, error);
        if (rc == 0)
            rc = wait_for(lock->fd, path, deadline, error);
        if (rc == 0 && is_named(lock->fd, lock->file)) /* else removed: lock the new one */
            break;
    }
    if (rc < 0) {
        store_unlock(lock);
        return rc;
    }
    length = snprintf(holder, sizeof holder, "process %d (%s)\n", (int)getpid(), kind->holder);
    if (ftruncate(lock->fd, 0) < 0 || pwrite(lock->fd, holder, (size_t)length, 0) < 0) {
        /* ignored: the name only serves messages, and a full disk must not stop the work */
    }
    *ret_lock = lock;
    return 0;
}

int store_lock(const char *path, const char *what, int64_t wait_ms, struct store_lock **ret_lock,
               struct error *error)
{
    const struct lock_kind cycle = {".lock", what, wait_ms};

    return lock_file(path, &cycle, ret_lock, error);
}

int store_lock_instance(const char *path, struct store_lock **ret_lock, struct error *error)
{
    static const struct lock_kind instance = {".run", "run", INSTANCE_WAIT_MS};

    return lock_file(path, &instance, ret_lock, error);
}

int store_lock_keep(const char *path, struct store_lock **lock, struct error *error)
{
    struct store_lock *other;
    int rc;

    if (is_named((*lock)->fd, (*lock)->file))
        return 0;
    rc = store_lock_instance(path, &other, error);
    if (rc < 0)
        return rc;
    store_unlock(*lock);
    *lock = other;
    return 0;
}

int store_instance_holder(const char *path, bool *ret_running, char holder[STORE_HOLDER_SIZE],
                          struct error *error)
{
    char file[4096];
    int fd;

    *holder = '\0';
    *ret_running = false;
    snprintf(file, sizeof file, "%s.run", path);
    fd = open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT
                   ? 0
                   : error_set(error, ERR_STATE, "%s cannot be read: %s", file, strerror(errno));
    if (flock(fd, LOCK_SH | LOCK_NB) < 0) {
        *ret_running = true;
        read_holder(fd, holder, STORE_HOLDER_SIZE);
    }
    close(fd);
    return 0;
}

void store_unlock(struct store_lock *lock)
{
    if (!lock)
        return;
    if (lock->fd >= 0)
        close(lock->fd);
    free(lock->file);
    free(lock);
}
