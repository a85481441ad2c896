/* flavour.h - where versions and editions of Odoo differ: names of models and fields of tickets.
 *
 * The mirrored models (sync/models.c) name these with an @: "@ticket", "@number". What a flavour
 * does not have is NULL, and the column stays empty. */
#ifndef QUALIODOO_FLAVOUR_H
#define QUALIODOO_FLAVOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/config.h"
#include "qualiodoo/odoo.h"

struct flavour {
    const char *name;                        /* oca, enterprise, task */
    const char *module;                      /* what to install for tickets */
    const char *link_module;                 /* what to install for timesheets on tickets */
    const char *ticket, *stage, *team, *tag; /* models */
    const char *link;                        /* field of account.analytic.line */
    const char *number, *user, *team_field, *assigned, *closed; /* fields of the ticket */
    const char *stage_closed;                                   /* field of the stage */
    const char *opening; /* external id, in `module`, of the subtype of mails that open a ticket */
    /* `assigned` and `closed` may show nothing of a response: a reopening empties the closing, an
     * assignment after that of the creation is not noted. */
    bool hides_responses;
};

/* Finds the flavour from fields_get, or checks the configured one. ERR_MISSING_MODEL or
 * ERR_MISSING_FIELD name the module to install. */
int flavour_detect(struct odoo *odoo, enum config_flavour configured,
                   const struct flavour **ret_flavour, struct error *error);

/* The same without the link from timesheets to tickets, which Odoo hides from whoever has no right
 * on tickets. ERR_MISSING_MODEL. */
int flavour_find(struct odoo *odoo, enum config_flavour configured,
                 const struct flavour **ret_flavour, struct error *error);

/* The flavour of that name, or NULL. */
const struct flavour *flavour_by_name(const char *name);

/* The name behind "@..." in this flavour (NULL when it has none); other names are themselves. */
const char *flavour_name(const struct flavour *flavour, const char *name);

/* Units of measure: whether `factor` is the size of the unit (19) or its inverse (17). */
int flavour_units_absolute(struct odoo *odoo, bool *ret_absolute, struct error *error);

/* The id of the unit of measure "Hours"; 0 when it cannot be known. */
int flavour_hour_unit(struct odoo *odoo, int64_t *ret_unit, struct error *error);

/* The id of the mail.message.subtype of the mails that open a ticket; 0 when it cannot be known. */
int flavour_opening_subtype(struct odoo *odoo, const struct flavour *flavour, int64_t *ret_subtype,
                            struct error *error);

/* Whether the agent's user is in the group of that external id; the call differs by version. */
int flavour_has_group(struct odoo *odoo, const char *group, bool *ret_has, struct error *error);

#endif
