/* wire.h - the protocols of Odoo, one row each: how a call is written, how its answer is read, and
 * what its failure says.
 *
 * A reader of answers is the row's own, seen from outside as a `void *`. */
#ifndef QUALIODOO_ODOO_WIRE_H
#define QUALIODOO_ODOO_WIRE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"
#include "sink.h"

/* Who calls which database; borrowed. */
struct wire_session {
    const char *database, *login, *secret;
    int64_t uid; /* of WIRE_EXECUTE */
};

enum wire_kind {
    WIRE_VERSION,      /* the version of the server; needs no secret */
    WIRE_AUTHENTICATE, /* who the secret belongs to */
    WIRE_EXECUTE       /* a method of a model */
};

/* A call, as XML-RPC has it; borrowed. */
struct wire_call {
    enum wire_kind kind;
    const char *model, *method; /* of WIRE_EXECUTE, and so the arguments */
    json_t *arguments;          /* an array: by position */
    json_t *keywords;           /* an object; NULL: none */
};

/* A call as text, on the heap. */
struct wire_text {
    char *path;
    char *body; /* may hold the secret; NULL: a GET */
    size_t length;
    bool bears_key; /* the secret goes with it, as the key of Authorization */
};
void wire_text_clear(struct wire_text *text); /* wipes the body */

/* What Odoo says of a call that failed, in the terms of XML-RPC: fault.h classifies it. */
struct wire_fault {
    int code;         /* 1: a bug, 2: a refusal, 3: the secret, 4: rights */
    const char *text; /* borrowed from the reader */
};

/* An answer that HTTP marks as a failure. */
struct wire_refusal {
    long status;
    const char *body; /* its beginning */
    size_t length;
};

struct wire {
    const char *name;    /* as odoo.protocol has it */
    const char *title;   /* as a person says it */
    const char *root;    /* what the paths of its calls begin by */
    const char *type;    /* the Content-Type of its requests */
    const char *version; /* the member that holds the version in the answer to WIRE_VERSION */
    const char *who;     /* the method that WIRE_AUTHENTICATE calls, for messages */
    const char *uid;     /* the member of its answer that holds the uid; NULL: the answer is it */
    int since;           /* the first version of Odoo that has it */
    int deprecated;      /* the first one that logs a warning at each call; 0: none */
    int dropped_by;      /* the version that drops it, by that warning */
    const char *before, *after; /* around a text in a request: ">" and "</", or two quotes */
    bool commits_first;         /* a call whose result cannot be told has been committed */
    bool takes_keys_only;       /* the secret is an API key, never a password */

    /* Writes a call. The caller clears *ret_text. ERR_NO_MEMORY; ERR_PROTOCOL: the protocol has no
     * form for it. */
    int (*write)(const struct wire_session *session, const struct wire_call *call,
                 struct wire_text *ret_text, struct error *error);

    /* Opens a reader whose value goes to `sink` (copied). `max_elements`: more make an answer
     * ERR_PROTOCOL. The caller frees *ret_reader by `free`, which takes NULL. ERR_NO_MEMORY. */
    int (*open)(const struct sink *sink, size_t max_elements, void **ret_reader,
                struct error *error);
    void (*free)(void *reader);

    /* Makes it ready for another answer to the same sink; memory is kept. */
    void (*reset)(void *reader);

    /* Takes the next bytes. False: the answer is refused whatever follows. */
    bool (*feed)(void *reader, const char *bytes, size_t length);

    /* After the last byte. 0, or the error of the sink or of the answer: those of xml_answer_end()
     * and json_answer_end(). */
    int (*end)(void *reader, struct error *error);

    /* After `end` returned 0: whether the answer is a fault of Odoo. */
    bool (*fault)(void *reader, struct wire_fault *ret_fault);

    /* NULL: the protocol knows of no failure but 200. Whether Odoo itself gave this answer of a bad
     * status: 1, with *ret_fault filled; 0: no, a proxy or a web server did; ERR_NO_MEMORY. */
    int (*refused)(void *reader, const struct wire_refusal *refusal, struct wire_fault *ret_fault,
                   struct error *error);
};

extern const struct wire wire_xmlrpc, wire_jsonrpc, wire_json2;

#endif
