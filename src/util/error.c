#include "qualiodoo/error.h"

#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static void set_v(struct error *error, int code,
                                                        const char *format, va_list arguments)
{
    error->code = code;
    error->retry = code == ERR_NETWORK || code == ERR_CONCURRENCY ? RETRY_LATER : RETRY_NEVER;
    error->retry_after_seconds = 0;
    vsnprintf(error->message, sizeof error->message, format, arguments);
}

int error_set(struct error *error, int code, const char *format, ...)
{
    va_list arguments;

    if (!error)
        return code;
    va_start(arguments, format);
    set_v(error, code, format, arguments);
    va_end(arguments);
    return code;
}

int error_prefix(struct error *error, const char *format, ...)
{
    char tail[sizeof error->message];
    va_list arguments;
    size_t used;

    if (!error)
        return -1;
    memcpy(tail, error->message, sizeof tail);
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    used = strlen(error->message);
    snprintf(error->message + used, sizeof error->message - used, ": %s", tail);
    return error->code;
}

int error_exit_status(int code)
{
    switch (code) {
    case 0:
        return 0;
    case ERR_USAGE:
    case ERR_CONFIG:
        return 2;
    case ERR_SAFETY:
        return 4;
    default:
        return 1;
    }
}
