/* fuzz_secret.c - any bytes as the file of a secret: what is taken is one line, the file's own but
 * for its last line feed, and a message says nothing of it. */
#include <fcntl.h>
#include <unistd.h>

#include "fuzz.h"
#include "qualiodoo/config/config.h"
#include "qualiodoo/config/config_secret.h"

static char path[64];

static void remove_file(void)
{
    unlink(path);
}

static int make_file(void)
{
    int fd;

    snprintf(path, sizeof path, "%s/qualiodoo-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    fd = mkstemp(path);
    FUZZ_CHECK(fd >= 0, "%s", path);
    atexit(remove_file);
    return fd;
}

/* Of a secret that is no word of ours. */
static void check_error(const struct error *error, const char *text)
{
    FUZZ_CHECK_ERROR(error);
    FUZZ_CHECK(strlen(text) < 12 || strpbrk(text, "/'() ") || !strstr(error->message, text), "%s",
               error->message);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static int fd = -1;
    struct config config = {.webhook = {.secret_file = path}};
    struct error error = {0};
    char *secret = NULL, *text;

    if (fd < 0)
        fd = make_file();
    FUZZ_CHECK(pwrite(fd, bytes, size, 0) == (ssize_t)size && ftruncate(fd, (off_t)size) == 0, "%s",
               path);
    text = fuzz_text(bytes, size);
    if (config_secret_from_file(path, &secret, &error) == 0) {
        FUZZ_CHECK(*secret && strcspn(secret, "\r\n") == strlen(secret), "%s", secret);
        FUZZ_CHECK(strncmp(text, secret, strlen(secret)) == 0, "%s", secret);
        config_secret_free(secret);
    } else {
        check_error(&error, text);
    }
    secret = NULL;
    if (config_webhook_secret(&config, &secret, &error) == 0)
        config_secret_free(secret);
    else
        check_error(&error, text);
    free(text);
    return 0;
}
