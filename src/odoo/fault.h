/* fault.h - classifies the faults of Odoo. */
#ifndef QUALIODOO_ODOO_FAULT_H
#define QUALIODOO_ODOO_FAULT_H

#include <stdbool.h>
#include <stddef.h>

#include "qualiodoo/util/error.h"

/* The call that failed; strings are borrowed. */
struct fault_context {
    const char *model; /* NULL for version and authenticate */
    const char *method;
    const char *database;
    /* Its text: a KeyError that names something in it, between `before` and `after`, means an
     * unknown field. */
    const char *request;
    size_t request_length;
    const char *before, *after; /* ">" and "</", or two quotes */
    bool takes_keys_only;       /* the secret is an API key, never a password */
    bool commits_first;         /* a call whose result cannot be told has been committed */
};

/* Turns the faultCode and faultString of an answer into one of the ERR_... codes. The message has
 * the useful line of Odoo's, never its traceback. Always returns a negative code. */
int fault_classify(const struct fault_context *context, int fault_code, const char *fault_string,
                   struct error *error);

#endif
