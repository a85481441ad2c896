/* execute.h - one call of a method of a model. ask.h has the usual ones. */
#ifndef QUALIODOO_ODOO_EXECUTE_H
#define QUALIODOO_ODOO_EXECUTE_H

#include <jansson.h>
#include <stdbool.h>

#include "qualiodoo/util/error.h"

struct odoo;

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

#endif
