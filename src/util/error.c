/* error.c - messages and names of errors, and the exit status of each. The statuses that are no
 * error are in qualiodoo/cli/cli.h. */
#include "qualiodoo/util/error.h"

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

const char *error_name(int code)
{
    static const char *const names[] = {
        [0] = "none",
        [-ERR_USAGE] = "usage",
        [-ERR_CONFIG] = "config",
        [-ERR_STATE] = "state",
        [-ERR_NETWORK] = "network",
        [-ERR_PROTOCOL] = "protocol",
        [-ERR_UNPARSABLE] = "unparsable",
        [-ERR_ACCESS_DENIED] = "access_denied",
        [-ERR_ACCESS_RIGHTS] = "access_rights",
        [-ERR_MISSING_RECORD] = "missing_record",
        [-ERR_MISSING_MODEL] = "missing_model",
        [-ERR_MISSING_FIELD] = "missing_field",
        [-ERR_REFUSED] = "refused",
        [-ERR_CONCURRENCY] = "concurrency",
        [-ERR_FAULT] = "fault",
        [-ERR_SAFETY] = "safety",
        [-ERR_NOT_FOUND] = "not_found",
        [-ERR_BUSY] = "busy",
        [-ERR_NO_MEMORY] = "no_memory",
        [-ERR_INTERRUPTED] = "interrupted",
        [-ERR_CALENDAR] = "calendar",
    };

    return code <= 0 && code >= -ERR_COUNT ? names[-code] : "unknown";
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
