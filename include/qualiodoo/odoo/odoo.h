/* odoo.h - the one way to Odoo: XML-RPC calls with typed errors.
 *
 * Arguments and results travel as jansson values. Functions that take a `json_t *` steal no
 * reference unless said otherwise. An object is used by one thread at a time. */
#ifndef QUALIODOO_ODOO_ODOO_H
#define QUALIODOO_ODOO_ODOO_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"
#include "qualiodoo/util/units.h"

struct odoo;

/* One answered call, for a trace: it never holds the secret nor a value. */
struct odoo_trace {
    const char *model, *method; /* borrowed for the call; model may be NULL */
    int64_t records;            /* elements of the answer, -1 where it is no list */
    int64_t bytes, ms;          /* on the wire; from the request to the end of the answer */
};

/* A pause before the next try of a call. */
struct odoo_wait {
    const char *reason;        /* why the last try failed; borrowed for the call */
    int64_t delay_ms, left_ms; /* of this pause; of all tries from now on, 0 without a patience */
    bool is_long; /* over ODOO_LONG_WAIT_MS by itself, or the first that makes it so in all */
};
#define ODOO_LONG_WAIT_MS 5000

struct odoo_options {
    const char *url; /* http(s)://host[:port][/prefix], no trailing slash */
    const char *database;
    const char *login;
    const char *secret;  /* password or API key; copied, wiped at odoo_free() */
    const char *ca_file; /* NULL: the system's store */
    const char *proxy;   /* its URL; "": none; NULL: the environment's (https_proxy, no_proxy) */
    int64_t connect_timeout_ms, timeout_ms;
    int64_t max_response; /* bytes of one answer, after decompression, with its headers and
                             trailers; never more than a sixteenth of memory_limit() */
    int64_t min_interval_ms;
    int max_attempts;                 /* tries of one call for what can pass; >= 1 */
    int64_t patience_ms;              /* 0, or: tries go on, whatever their number, until Odoo has
                                         been failing for so long; they begin within that time */
    const char *hung_advice;          /* NULL, or: a call without an answer after timeout_ms is not
                                         repeated, and its error says this; copied */
    bool (*cancelled)(void *context); /* NULL: never; asked often, also while waiting */
    void (*answered)(void *context);  /* or NULL; called from whichever thread did the call */
    /* After each answer was decoded, on the thread of the caller; or NULL. */
    void (*called)(void *context, const struct odoo_trace *trace);
    /* Before a pause; from whichever thread; or NULL. */
    void (*waiting)(void *context, const struct odoo_wait *wait);
    void *context;
};

struct odoo_stats {
    int64_t calls, retries, bytes_received;
};

/* Opens the client; no call is made. The options' strings are copied. */
int odoo_open(const struct odoo_options *options, struct odoo **ret_odoo, struct error *error);
void odoo_free(struct odoo *odoo); /* NULL is allowed; ends a call under way */

/* `version` of the server: "17.0"; borrowed, valid until odoo_free(). */
int odoo_version(struct odoo *odoo, const char **ret_version, struct error *error);

/* Authenticates; ERR_ACCESS_DENIED when login or secret are wrong or the database is unknown.
 * The other calls do it by themselves when needed. Only the first time asks. */
int odoo_authenticate(struct odoo *odoo, struct error *error);
int64_t odoo_uid(const struct odoo *odoo); /* 0 before authentication */

/* From now on each call carries `language` ("fr-FR") as Accept-Language; NULL: none. */
int odoo_set_language(struct odoo *odoo, const char *language, struct error *error);

/* From now on `permit` is asked of each call when its connection stands and nothing of it is sent
 * yet: false ends the call unsent, with ERR_BUSY. NULL: nothing is asked. */
void odoo_set_permit(struct odoo *odoo, bool (*permit)(void *context), void *context);

/* From now on with that odoo_options.patience_ms. */
void odoo_set_patience(struct odoo *odoo, int64_t patience_ms);

/* What an earlier client found: Odoo takes its time (0.7 s) to check a password, and then only
 * compares it. ERR_ACCESS_DENIED comes with the first call instead, when it is no longer so. */
void odoo_assume_uid(struct odoo *odoo, int64_t uid);
void odoo_stats(const struct odoo *odoo, struct odoo_stats *ret_stats);

/* This machine's clock beside that of the server, as the Date of its last answer shows it. */
struct odoo_clock {
    instant machine, server; /* the same moment, to a second and the time that the call took */
    int64_t ahead_seconds; /* of this machine; negative: behind; 0: the Date lies within the call */
};
/* False when no answer had a Date, or the last one came out of a store (an Age). */
bool odoo_clock(struct odoo *odoo, struct odoo_clock *ret);

/* Asks for the version again: the smallest call. */
int odoo_ping(struct odoo *odoo, struct error *error);

/* execute_kw: `arguments` is an array, `keywords` an object or NULL. *ret_result is owned by the
 * caller. Calls are retried (backoff with jitter, see max_attempts and patience_ms) only when
 * `safe` says that a repetition does no harm: reading. A call that is not safe is tried again only
 * when it certainly was not executed (connection refused, name not resolved). */
struct odoo_call {
    const char *model;
    const char *method;
    json_t *arguments;  /* borrowed; NULL: memory was short */
    json_t *keywords;   /* borrowed, or NULL */
    bool with_keywords; /* NULL keywords: memory was short, too */
    bool safe;
};
int odoo_execute(struct odoo *odoo, const struct odoo_call *call, json_t **ret_result,
                 struct error *error);

/* Ids by keyset: records of `model` that match `domain` (an array) with id > after, in id order, at
 * most `limit` of them; archived ones included. *ret_ids is on the heap (caller frees; NULL when
 * none). */
int odoo_search(struct odoo *odoo, const char *model, json_t *domain, int64_t after, int limit,
                int64_t **ret_ids, size_t *ret_count, struct error *error);

/* All ids, page after page. ERR_PROTOCOL when they do not end: more than Odoo counts, or than fit
 * into an eighth of memory_limit(). */
int odoo_search_all(struct odoo *odoo, const char *model, json_t *domain, int64_t **ret_ids,
                    size_t *ret_count, struct error *error);

#define ODOO_FALLBACKS 2 /* narrower readings of a damaged record */

/* Reads records in chunks of `chunk` ids, the next chunk being fetched (on a thread of the client)
 * while `page` handles the last one. Records that are gone are simply absent. A chunk whose answer
 * does not parse is halved until the bad record is alone: it is given to `bad` and skipped.
 * many2one come as bare ids (`load: ''`), empty values as JSON null (Odoo's `false` of a field that
 * is not boolean is still `false`: the caller knows the types). */
struct odoo_read {
    const char *model;
    const int64_t *ids;
    size_t count;
    size_t chunk;   /* >= 1 */
    json_t *fields; /* array of names, borrowed; `id` is always returned */
    /* `requested` are the ids asked for in this page, `records` an array of objects (borrowed).
     * Returns 0 or a negative code (then `error` is filled) to stop. */
    int (*page)(void *context, const int64_t *requested, size_t count, json_t *records,
                struct error *error);
    /* What is asked of a record whose answer cannot be parsed, one after the other, until an answer
     * can; NULL: nothing more. `damaged` is told before `page` gets the record. */
    json_t *fallbacks[ODOO_FALLBACKS];
    void (*damaged)(void *context, int64_t id, const char *reason);
    void (*bad)(void *context, int64_t id, const char *reason); /* NULL: ignored */
    void *context;
};
int odoo_read(struct odoo *odoo, const struct odoo_read *read, struct error *error);

/* fields_get for the given names (array, borrowed): *ret_fields is an object name -> {"type",
 * "relation"?}; names that do not exist are absent. ERR_MISSING_MODEL when the model is unknown. */
int odoo_fields(struct odoo *odoo, const char *model, json_t *names, json_t **ret_fields,
                struct error *error);

#endif
