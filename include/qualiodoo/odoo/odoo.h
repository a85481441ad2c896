/* odoo.h - the client of Odoo, the only way to call it: its options, and what its later calls
 * follow. execute.h, read.h, search.h, listing.h and fields.h call Odoo, session.h says who calls,
 * protocol.h over what.
 *
 * Arguments and results are jansson values. Functions that take a `json_t *` steal no reference
 * unless said otherwise. Functions return 0 or a negative code; outputs are untouched on failure.
 * One thread at a time may use an object. */
#ifndef QUALIODOO_ODOO_ODOO_H
#define QUALIODOO_ODOO_ODOO_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

struct odoo;

/* One answered call, for a trace. It holds neither the secret nor a value. */
struct odoo_trace {
    const char *model, *method; /* borrowed for the call; model may be NULL */
    int64_t records;            /* elements of the answer, -1 where it is no list */
    int64_t bytes, ms;          /* on the wire; from the request to the end of the answer */
};

/* A pause before the next attempt of a call. */
struct odoo_wait {
    const char *reason;        /* why the last attempt failed; borrowed for the call */
    int64_t delay_ms, left_ms; /* of this pause; until the patience ends, 0 without one */
    bool is_long; /* over ODOO_LONG_WAIT_MS, or the first pause to bring the total over it */
};
#define ODOO_LONG_WAIT_MS 5000

/* ODOO_AUTO: XML-RPC up to Odoo 18, and JSON-2 from 19 on when the secret is a key that it takes;
 * where XML-RPC is gone, JSON-2 or JSON-RPC. */
enum odoo_protocol { ODOO_XMLRPC, ODOO_JSONRPC, ODOO_JSON2, ODOO_AUTO };

struct odoo_options {
    enum odoo_protocol protocol;
    const char *url; /* http(s)://host[:port][/prefix], no trailing slash */
    const char *database;
    const char *login;
    const char *secret;  /* password or API key; copied, wiped at odoo_free() */
    const char *ca_file; /* NULL: the system's store */
    const char *proxy;   /* its URL; "": none; NULL: the environment's (https_proxy, no_proxy) */
    int64_t connect_timeout_ms, timeout_ms;
    int64_t max_response; /* bytes of one answer, decompressed, with headers and trailers; at most a
                             sixteenth of memory_limit() */
    int64_t min_interval_ms; /* least time from one call to the next */
    int max_attempts;        /* attempts of one call when the failure may pass; >= 1; unused with a
                                patience */
    int64_t patience_ms;     /* > 0: attempts go on, without a limit of number, until Odoo has been
                                failing for so long; 0: max_attempts counts */
    const char *hung_advice; /* not NULL: a call unanswered after timeout_ms is not repeated, and
                                its error says this; copied */
    /* Asked several times a second, also while waiting: true stops the call; or NULL. */
    bool (*cancelled)(void *context);
    /* After each answer, on the thread that made the call; or NULL. */
    void (*answered)(void *context);
    /* After each decoded answer, on the thread of the caller; or NULL. */
    void (*called)(void *context, const struct odoo_trace *trace);
    /* When ODOO_AUTO met a server without XML-RPC, on the thread of the caller: the title of the
     * protocol that is used; or NULL. */
    void (*without_xmlrpc)(void *context, const char *protocol);
    /* Before each pause, on any thread; or NULL. */
    void (*waiting)(void *context, const struct odoo_wait *wait);
    void *context;
};

struct odoo_stats {
    int64_t calls, retries, bytes_received;
};

/* Opens the client without a call. The strings of `options` are copied; the caller frees *ret_odoo
 * with odoo_free(). */
int odoo_open(const struct odoo_options *options, struct odoo **ret_odoo, struct error *error);
void odoo_free(struct odoo *odoo); /* NULL is allowed; stops a call in progress */

/* Sends `language` ("fr-FR") as Accept-Language with each later call; NULL: none. Copied. */
int odoo_set_language(struct odoo *odoo, const char *language, struct error *error);

/* Asks `permit` before each later call, when the connection is open and nothing was sent yet: false
 * ends the call with ERR_BUSY, not executed. NULL: nothing is asked. */
void odoo_set_permit(struct odoo *odoo, bool (*permit)(void *context), void *context);

/* Replaces odoo_options.patience_ms. */
void odoo_set_patience(struct odoo *odoo, int64_t patience_ms);

void odoo_stats(const struct odoo *odoo, struct odoo_stats *ret_stats);

/* This machine's clock compared with the Date of the last answer. */
struct odoo_clock {
    instant machine, server; /* the same moment, to a second and the time that the call took */
    int64_t ahead_seconds; /* of this machine; negative: behind; 0: the Date lies within the call */
};
/* False when the last answer had no Date, or came from a cache (it had an Age). */
bool odoo_clock(struct odoo *odoo, struct odoo_clock *ret);

#endif
