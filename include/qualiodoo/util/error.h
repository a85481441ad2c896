/* error.h - how a failure is reported: a negative code, a sentence for the person who must act, and
 * the exit status of the process.
 *
 * Every function that can fail returns 0 (or a count) on success and one of the negative codes
 * below on failure. The sentence goes to the caller's `struct error`; the command line prints it
 * once. Library code never prints and never exits. Outputs (`ret_...`) are untouched on failure
 * unless said otherwise. */
#ifndef QUALIODOO_UTIL_ERROR_H
#define QUALIODOO_UTIL_ERROR_H

#include <stdarg.h>

enum {
    ERR_USAGE = -1,      /* bad command line */
    ERR_CONFIG = -2,     /* bad configuration file */
    ERR_STATE = -3,      /* the local database: unreadable, corrupt, newer, full disk */
    ERR_NETWORK = -4,    /* no answer from the server: refused, time-out, TLS, 5xx */
    ERR_PROTOCOL = -5,   /* an answer that is not what Odoo sends (HTML, truncated, too big...) */
    ERR_UNPARSABLE = -6, /* complete, but with something that breaks it, as a forbidden character */
    ERR_ACCESS_DENIED = -7,  /* wrong login, password or key; unknown database */
    ERR_ACCESS_RIGHTS = -8,  /* Odoo refuses this record or model to this user */
    ERR_MISSING_RECORD = -9, /* the record is gone */
    ERR_MISSING_MODEL = -10, /* the model does not exist in this Odoo */
    ERR_MISSING_FIELD = -11, /* the field does not exist in this Odoo */
    ERR_REFUSED = -12,       /* Odoo's own refusal: user error, validation */
    ERR_CONCURRENCY = -13,   /* two transactions of Odoo collided: try again */
    ERR_FAULT = -14,         /* any other fault of the server */
    ERR_SAFETY = -15,        /* a safety limit stopped the run */
    ERR_NOT_FOUND = -16,     /* an unknown customer, ticket or date */
    ERR_BUSY = -17,          /* another process holds the lock */
    ERR_NO_MEMORY = -18,
    ERR_INTERRUPTED = -19, /* a signal asked to stop */
    ERR_CALENDAR = -20,    /* a working calendar that cannot be used */
    ERR_COUNT = 20,        /* how many there are */
};

enum error_retry {
    RETRY_NEVER, /* the same call will fail the same way: a person must act */
    RETRY_LATER, /* the cause can pass: back off and try again */
};

struct error {
    int code;                /* 0 or one of ERR_... */
    enum error_retry retry;  /* meaningful when code != 0 */
    int retry_after_seconds; /* what the server asked for (Retry-After), 0 when it did not */
    char message[1024];      /* one sentence or a few, no trailing newline; truncated when longer */
};

/* Fills `error` (may be NULL) and returns `code`, so that callers write
 * `return error_set(error, ERR_STATE, "...")`. The retry hint is RETRY_LATER for ERR_NETWORK and
 * ERR_CONCURRENCY, RETRY_NEVER otherwise; change it afterwards where the caller knows better. */
int error_set(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts a context in front of the message ("account 12: ..."). Returns error->code, or -1 when
 * `error` is NULL. */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Reports ERR_NO_MEMORY. Inline, so that analyzers see what it returns. */
static inline int error_memory(struct error *error)
{
    (void)error_set(error, ERR_NO_MEMORY, "out of memory");
    return ERR_NO_MEMORY;
}

/* The name of a code in JSON and metrics: "network", "access_denied"... Never NULL. */
const char *error_name(int code);

/* The process exit status of a failure (INTERFACE.md): 1, 2 or 4. */
int error_exit_status(int code);

#endif
