/* odoo.h - the only way to call Odoo: calls with typed errors, over one of its protocols.
 *
 * Arguments and results are jansson values. Functions that take a `json_t *` steal no reference
 * unless said otherwise. Functions return 0 or a negative code; outputs are untouched on failure.
 * One thread at a time may use an object. */
#ifndef QUALIODOO_ODOO_ODOO_H
#define QUALIODOO_ODOO_ODOO_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/odoo/records.h"
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

/* The version of the server, "17.0"; borrowed, valid until odoo_free(). Only the first call asks
 * Odoo. */
int odoo_version(struct odoo *odoo, const char **ret_version, struct error *error);

/* Authenticates, the first time only; other calls do so by themselves. ERR_ACCESS_DENIED when login
 * or secret are wrong or the database is unknown. */
int odoo_authenticate(struct odoo *odoo, struct error *error);
int64_t odoo_uid(const struct odoo *odoo); /* 0 before authentication */

/* Sends `language` ("fr-FR") as Accept-Language with each later call; NULL: none. Copied. */
int odoo_set_language(struct odoo *odoo, const char *language, struct error *error);

/* Asks `permit` before each later call, when the connection is open and nothing was sent yet: false
 * ends the call with ERR_BUSY, not executed. NULL: nothing is asked. */
void odoo_set_permit(struct odoo *odoo, bool (*permit)(void *context), void *context);

/* Replaces odoo_options.patience_ms. */
void odoo_set_patience(struct odoo *odoo, int64_t patience_ms);

/* What a client found: its user, and the protocol, which is never ODOO_AUTO then. */
struct odoo_login {
    int64_t uid; /* 0: not known */
    enum odoo_protocol protocol;
};
struct odoo_login odoo_login(const struct odoo *odoo);

/* Uses what an earlier client found, which saves slow calls: Odoo takes 0.7 s to check a password
 * the first time. If login or secret are no longer valid, the first call fails with
 * ERR_ACCESS_DENIED. With the uid 0 nothing is assumed. */
void odoo_assume(struct odoo *odoo, const struct odoo_login *login);

/* The protocol in use: its name in odoo.protocol ("json2") and for a person ("JSON-2"); NULL
 * before it is settled. */
const char *odoo_protocol_name(const struct odoo *odoo);
const char *odoo_protocol_title(const struct odoo *odoo);

void odoo_stats(const struct odoo *odoo, struct odoo_stats *ret_stats);

/* This machine's clock compared with the Date of the last answer. */
struct odoo_clock {
    instant machine, server; /* the same moment, to a second and the time that the call took */
    int64_t ahead_seconds; /* of this machine; negative: behind; 0: the Date lies within the call */
};
/* False when the last answer had no Date, or came from a cache (it had an Age). */
bool odoo_clock(struct odoo *odoo, struct odoo_clock *ret);

/* Checks that Odoo answers, with the cheapest call: its version. */
int odoo_ping(struct odoo *odoo, struct error *error);

/* One execute_kw. `arguments` is an array, `keywords` an object or NULL. `safe`: a repetition does
 * no harm, as for reading, so the call is retried (backoff with jitter, see max_attempts and
 * patience_ms). Any other call is retried only when it certainly was not executed (connection
 * refused, name not resolved). */
struct odoo_call {
    const char *model;
    const char *method;
    json_t *arguments;  /* borrowed; NULL: memory was short */
    json_t *keywords;   /* borrowed, or NULL */
    bool with_keywords; /* NULL keywords mean that memory was short */
    bool safe;
};
/* Makes a call. The caller owns *ret_result. ERR_NO_MEMORY when the members say that memory was
 * short. */
int odoo_execute(struct odoo *odoo, const struct odoo_call *call, json_t **ret_result,
                 struct error *error);

/* The ids of one page, by keyset: records of `model` that match `domain` (an array) with id >
 * `after`, in order of id, at most `limit` of them, archived ones included. *ret_ids is on the heap
 * (caller frees; NULL when none). */
int odoo_search(struct odoo *odoo, const char *model, json_t *domain, int64_t after, int limit,
                int64_t **ret_ids, size_t *ret_count, struct error *error);

/* All ids, page by page, as odoo_search(). ERR_PROTOCOL when there are more than Odoo counts, or
 * than fit into an eighth of memory_limit(). */
int odoo_search_all(struct odoo *odoo, const char *model, json_t *domain, int64_t **ret_ids,
                    size_t *ret_count, struct error *error);

#define ODOO_FALLBACKS 2 /* how many narrower reads of a damaged record are tried */

/* Reads records in chunks of `chunk` ids; a thread of the client fetches and parses the next chunks
 * while `page` handles one. Records that are gone are absent. A record that breaks the answer (a
 * character that XML forbids) is read again with fewer fields, and marked as damaged; one of which
 * nothing can be read is passed to `bad` and skipped. many2one come as bare ids (`load: ''`). */
struct odoo_read {
    const char *model;
    const int64_t *ids;
    size_t count;
    size_t chunk; /* >= 1 */
    /* Not NULL (an array, borrowed): instead of `ids`, all records that match, archived ones
     * included, in order of id and in one answer: for small models. `page` gets them once, with
     * their own ids. A record that breaks the answer makes it ERR_UNPARSABLE. */
    json_t *domain;
    json_t *fields; /* array of names, borrowed; `id` is always returned */
    /* Gets the ids asked for in this page, without those that were skipped, and the records
     * (borrowed). Returns 0, or a negative code with `error` filled, which stops. */
    int (*page)(void *context, const int64_t *requested, size_t count,
                const struct odoo_records *records, struct error *error);
    /* Narrower lists of fields, for a record that breaks the answer: tried in order until one does
     * not; NULL: no more. */
    json_t *fallbacks[ODOO_FALLBACKS];
    void (*bad)(void *context, int64_t id, const char *reason); /* NULL: ignored */
    void *context;
};
int odoo_read(struct odoo *odoo, const struct odoo_read *read, struct error *error);

/* fields_get of `names` (array, borrowed): *ret_fields is an object name -> {"type", "relation"?},
 * owned by the caller, without the names that do not exist. ERR_MISSING_MODEL when the model is
 * unknown. */
int odoo_fields(struct odoo *odoo, const char *model, json_t *names, json_t **ret_fields,
                struct error *error);

#endif
