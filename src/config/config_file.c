/* config_file.c - reads the text of the configuration file. */
#include "config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int config_fail_read(const char *path, const char *what, const char *missing, struct error *error)
{
    int number = errno;
    const char *advice = number == ENOENT   ? missing
                         : number == EACCES ? "; run as the user of the service, or as root"
                                            : "";

    return error_set(error, ERR_CONFIG, "%s: cannot read the %s: %s%s", path, what,
                     strerror(number), advice);
}

static int fail(const char *path, struct error *error)
{
    return config_fail_read(path, "configuration", "; name the right file with -c FILE", error);
}

/* Reads the whole file; one over CONFIG_MAX_FILE_SIZE is an error. */
static int read_all(int fd, const char *path, char **ret_text, size_t *ret_size,
                    struct error *error)
{
    size_t capacity = 16384, used = 0;
    char *text = malloc(capacity);

    while (text) {
        ssize_t n = read(fd, text + used, capacity - 1 - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(text);
            return fail(path, error);
        }
        if (n == 0) {
            text[used] = '\0';
            *ret_text = text;
            *ret_size = used;
            return 0;
        }
        used += (size_t)n;
        if (used > CONFIG_MAX_FILE_SIZE) {
            free(text);
            return error_set(error, ERR_CONFIG,
                             "%s: larger than 1 MiB, expected a configuration file of a few "
                             "kilobytes",
                             path);
        }
        if (used + 1 == capacity) {
            char *larger = realloc(text, capacity * 2);

            if (!larger)
                free(text);
            text = larger;
            capacity *= 2;
        }
    }
    return error_memory(error);
}

int config_file_read(const char *path, char **ret_text, size_t *ret_size, struct error *error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int rc;

    if (fd < 0)
        return fail(path, error);
    if (fstat(fd, &status) < 0)
        rc = fail(path, error);
    else if (S_ISDIR(status.st_mode))
        rc = error_set(error, ERR_CONFIG, "%s: found a directory, expected a file", path);
    else
        rc = read_all(fd, path, ret_text, ret_size, error);
    close(fd);
    return rc;
}
