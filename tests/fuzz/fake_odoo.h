/* fake_odoo.h - an Odoo without a wire, in the place of odoo/open.c, odoo/client.c, odoo/session.c,
 * odoo/execute.c and odoo/protocol.c: each call is given to a function of the target. */
#ifndef QUALIODOO_TESTS_FAKE_ODOO_H
#define QUALIODOO_TESTS_FAKE_ODOO_H

#include <jansson.h>

/* The answer (new reference); NULL: "Object %s doesn't exist", as Odoo says of a model that is not
 * there. Called by one thread at a time, not always the same. `keywords` may be NULL. */
typedef json_t *fake_odoo_answer(const char *model, const char *method, json_t *arguments,
                                 json_t *keywords);

void fake_odoo_set(fake_odoo_answer *answer);

#endif
