/* setup.h - makes in Odoo what the agent needs, or takes it away again. */
#ifndef QUALIODOO_SETUP_SETUP_H
#define QUALIODOO_SETUP_SETUP_H

#include <stdbool.h>

#include "qualiodoo/config/config.h"

/* Makes in Odoo what the agent needs (INTERFACE.md, `setup`), or takes it away again. `step` is
 * told what became of each thing; `dry_run` only tells. */
enum setup_outcome {
    SETUP_MADE,    /* it was missing, or not as it should be */
    SETUP_FOUND,   /* it was there */
    SETUP_REMOVED, /* with `remove` */
    SETUP_KEPT,    /* with `remove`: it is there and stays */
};
struct setup_options {
    const char *admin_login, *admin_secret;
    bool dry_run;
    bool remove;           /* all that was made, but adjustments and what it takes to read them */
    bool with_adjustments; /* with `remove`: these too */
    const char *webhook;   /* or NULL: where Odoo shall call (config_webhook_url()) */
    void (*step)(void *context, const char *what, enum setup_outcome outcome);
    void *context;
};
int setup_run(const struct config *config, const struct setup_options *options,
              struct error *error);

#endif
