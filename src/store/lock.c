/* lock.c - the cycle lock and the service's lock: an flock() on a file beside the state, which
 * names its holder. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "qualiodoo/clock.h"
#include "store_internal.h"

#define RETRY_MS 100

/* A question about the service (store_instance_holder) takes its lock for an instant, shared: a
 * service that starts just then tries again. */
#define INSTANCE_WAIT_MS 300

struct store_lock {
    int fd;
};

static void read_holder(int fd, char *holder, size_t size)
{
    ssize_t length = pread(fd, holder, size - 1, 0);

    holder[length > 0 ? length : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
}

static int lock_file(const char *path, const char *suffix, const char *what, int64_t wait_ms,
                     struct store_lock **ret_lock, struct error *error)
{
    int64_t deadline = clock_monotonic_ms() + wait_ms;
    struct store_lock *lock = NULL;
    char file[4096], holder[STORE_HOLDER_SIZE];
    int fd, length;

    snprintf(file, sizeof file, "%s%s", path, suffix);
    fd = store_make_file(file);
    if (fd < 0)
        return error_set(
            error, ERR_STATE,
            "%s cannot be opened (%s): check that its folder exists and the rights of both", file,
            strerror(errno));
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            error_set(error, ERR_STATE, "%s cannot be locked: %s", file, strerror(errno));
            goto fail;
        }
        if (clock_monotonic_ms() >= deadline) {
            read_holder(fd, holder, sizeof holder);
            error_set(error, ERR_BUSY,
                      "%s is in use by %s: try again when it has finished, or stop it", path,
                      *holder ? holder : "another qualiodoo");
            goto fail;
        }
        clock_sleep_ms(RETRY_MS);
    }
    length = snprintf(holder, sizeof holder, "process %d (%s)\n", (int)getpid(), what);
    if (ftruncate(fd, 0) < 0 || pwrite(fd, holder, (size_t)length, 0) < 0) {
        /* the name of the holder is only a courtesy: a full disk must not stop the work */
    }
    lock = malloc(sizeof *lock);
    if (!lock) {
        error_memory(error);
        goto fail;
    }
    lock->fd = fd;
    *ret_lock = lock;
    return 0;
fail:
    close(fd);
    return error ? error->code : ERR_BUSY;
}

int store_lock(const char *path, const char *what, int64_t wait_ms, struct store_lock **ret_lock,
               struct error *error)
{
    return lock_file(path, ".lock", what, wait_ms, ret_lock, error);
}

int store_lock_instance(const char *path, struct store_lock **ret_lock, struct error *error)
{
    return lock_file(path, ".run", "run", INSTANCE_WAIT_MS, ret_lock, error);
}

int store_instance_holder(const char *path, bool *ret_running, char holder[STORE_HOLDER_SIZE],
                          struct error *error)
{
    char file[4096];
    int fd;

    *holder = '\0';
    *ret_running = false;
    snprintf(file, sizeof file, "%s.run", path);
    fd = open(file, O_RDONLY | O_CLOEXEC);
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
    close(lock->fd);
    free(lock);
}
