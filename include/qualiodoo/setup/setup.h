/* setup.h - makes in Odoo what the agent needs, or removes it again. */
#ifndef QUALIODOO_SETUP_SETUP_H
#define QUALIODOO_SETUP_SETUP_H

#include <stdbool.h>

#include "qualiodoo/config/config.h"

enum setup_outcome {
    SETUP_MADE,    /* it was missing or differed, and was made or repaired */
    SETUP_FOUND,   /* it was as it should be */
    SETUP_REMOVED, /* it was removed */
    SETUP_KEPT,    /* with `remove`: it is there and stays */
};
struct setup_options {
    const char *admin_login, *admin_secret; /* of an administrator of Odoo; borrowed */
    bool dry_run;                           /* change nothing, report what would be done */
    bool remove;           /* remove all but adjustments and the rights to read them */
    bool with_adjustments; /* with `remove`: remove adjustments and their rights too */
    const char *webhook;   /* the address that Odoo shall call (config_webhook_url()); or NULL */
    /* Called for each thing, in order; `what` names it and is borrowed for the call. */
    void (*step)(void *context, const char *what, enum setup_outcome outcome);
    void *context;
};
/* Makes or removes everything (docs/INTERFACE.md, `setup`). May be run again at any time: a thing
 * that is as it should be is left alone, and a run that was interrupted is completed.
 *
 * Errors: ERR_ACCESS_DENIED and ERR_ACCESS_RIGHTS for an administrator who is none, ERR_NOT_FOUND
 * when the agent's user does not exist, ERR_REFUSED when a person must clear something in Odoo;
 * others as config_webhook_url()'s and odoo_execute()'s. What was made before a failure stays. */
int setup_run(const struct config *config, const struct setup_options *options,
              struct error *error);

#endif
