/* config_secret.c - the password or API key. It is read without stdio, whose buffers are not wiped,
 * and appears in no message. */
#include "qualiodoo/config/config_secret.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_file.h"

#define MAX_SECRET_SIZE 4096 /* an API key of Odoo is 40 characters */
#define CREDENTIAL "odoo"
#define WEBHOOK_SECRET_MIN 16

static int fail_errno(const char *path, struct error *error)
{
    return config_fail_read(path, "secret",
                            "; name the right file, or write the secret alone into that one "
                            "(mode 600)",
                            error);
}

/* Whether systemd made the file: only the service can reach its credentials, whatever their
 * mode. */
static bool is_credential(const char *path)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    size_t length = directory ? strlen(directory) : 0;

    while (length > 1 && directory[length - 1] == '/')
        length--;
    return length > 1 && strncmp(path, directory, length) == 0 && path[length] == '/' &&
           !strchr(path + length + 1, '/');
}

static int check_file(int fd, const char *path, struct error *error)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        return fail_errno(path, error);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERR_CONFIG,
                         "%s: found something that is not a file, expected a file that holds the "
                         "secret alone",
                         path);
    if (status.st_mode & 077 && !is_credential(path))
        return error_set(error, ERR_CONFIG,
                         "%s: found a secret that other users can reach (mode %04o), expected its "
                         "owner alone; run: chmod 600 '%s'",
                         path, (unsigned)(status.st_mode & 07777), path);
    return 0;
}

/* Whether the secret begins with a byte order mark, which editors add without showing it. */
static bool has_byte_order_mark(const char *secret, size_t size)
{
    static const char *const marks[] = {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (size >= strlen(marks[i]) && memcmp(secret, marks[i], strlen(marks[i])) == 0)
            return true;
    }
    return false;
}

/* Drops one final newline and checks what is left; `where` names the source. */
static int check_secret(char *secret, size_t size, const char *where, struct error *error)
{
    if (size > 0 && secret[size - 1] == '\n')
        secret[--size] = '\0';
    if (size == 0)
        return error_set(error, ERR_CONFIG,
                         "%s: found an empty secret, expected a password or an API key", where);
    if (size > MAX_SECRET_SIZE)
        return error_set(error, ERR_CONFIG,
                         "%s: found a secret longer than %d bytes, expected a password or an API "
                         "key alone",
                         where, MAX_SECRET_SIZE);
    if (has_byte_order_mark(secret, size))
        return error_set(error, ERR_CONFIG,
                         "%s: found a byte order mark (BOM) before the secret, expected a password "
                         "or an API key alone: save it as UTF-8 without a BOM",
                         where);
    if (secret[size - 1] == '\r')
        return error_set(error, ERR_CONFIG,
                         "%s: found a line break of Windows (CR LF) after the secret, expected one "
                         "of Unix (LF) or none: save it as a Unix text, or remove the last "
                         "character",
                         where);
    if (strcspn(secret, "\r\n") != size)
        return error_set(error, ERR_CONFIG,
                         "%s: found a line break (or a NUL) in the secret, expected a password or "
                         "an API key on one line",
                         where);
    return 0;
}

static int read_secret(int fd, const char *path, char **ret_secret, struct error *error)
{
    size_t used = 0, capacity = MAX_SECRET_SIZE + 2; /* a newline, and one byte of excess */
    char *secret = calloc(1, capacity + 1);
    int rc = 0;

    if (!secret)
        return error_memory(error);
    while (used < capacity) {
        ssize_t n = read(fd, secret + used, capacity - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            rc = n < 0 ? fail_errno(path, error) : check_secret(secret, used, path, error);
            break;
        }
        used += (size_t)n;
        if (used == capacity)
            rc = check_secret(secret, used, path, error);
    }
    if (rc) {
        explicit_bzero(secret, capacity);
        free(secret);
        return rc;
    }
    *ret_secret = secret;
    return 0;
}

int config_secret_from_file(const char *path, char **ret_secret, struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    int rc;

    if (fd < 0)
        return fail_errno(path, error);
    rc = check_file(fd, path, error);
    if (!rc)
        rc = read_secret(fd, path, ret_secret, error);
    close(fd);
    return rc;
}

int config_webhook_secret(const struct config *config, char **ret_secret, struct error *error)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                  "-_.~";
    const char *path = config->webhook.secret_file;
    char *secret = NULL;
    int rc;

    if (!path)
        return error_set(error, ERR_CONFIG,
                         "webhook.secret_file: found nothing, expected the name of a file that "
                         "holds the secret");
    rc = config_secret_from_file(path, &secret, error);
    if (rc < 0)
        return error_prefix(error, "webhook.secret_file");
    assert(secret);
    if (strlen(secret) < WEBHOOK_SECRET_MIN || secret[strspn(secret, allowed)] != '\0') {
        config_secret_free(secret);
        return error_set(
            error, ERR_CONFIG,
            "webhook.secret_file: %s: expected a secret of at least %d letters, digits "
            "and -_.~, as it is part of an address; make one with: openssl rand -hex "
            "24",
            path, WEBHOOK_SECRET_MIN);
    }
    *ret_secret = secret;
    return 0;
}

static int secret_from_environment(char **ret_secret, struct error *error)
{
    const char *value = getenv("QUALIODOO_SECRET");
    char *secret;
    int rc;

    if (!value)
        return error_set(error, ERR_CONFIG,
                         "found no secret, expected one of: a file named by odoo.secret_file, the "
                         "systemd credential '%s', the variable QUALIODOO_SECRET",
                         CREDENTIAL);
    secret = strdup(value);
    if (!secret)
        return error_memory(error);
    rc = check_secret(secret, strlen(secret), "QUALIODOO_SECRET", error);
    if (rc)
        config_secret_free(secret);
    else
        *ret_secret = secret;
    return rc;
}

bool config_secret_is_credential(const struct config *config)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");

    return !config->odoo.secret_file && directory && *directory;
}

int config_secret(const struct config *config, char **ret_secret, struct error *error)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    char *path;
    int rc;

    if (config->odoo.secret_file) {
        rc = config_secret_from_file(config->odoo.secret_file, ret_secret, error);
        return rc < 0 ? error_prefix(error, "odoo.secret_file") : rc;
    }
    if (!directory || !*directory)
        return secret_from_environment(ret_secret, error);
    if (asprintf(&path, "%s/%s", directory, CREDENTIAL) < 0)
        return error_memory(error);
    if (access(path, F_OK) == 0)
        rc = config_secret_from_file(path, ret_secret, error);
    else
        rc = secret_from_environment(ret_secret, error);
    free(path);
    return rc;
}

void config_secret_free(char *secret)
{
    if (!secret)
        return;
    explicit_bzero(secret, strlen(secret));
    free(secret);
}
