/* flavour.h - where versions and editions of Odoo differ: names of models and fields of tickets.
 *
 * The mirrored models (pull/models.c) name these with an @: "@ticket", "@number". What a flavour
 * does not have is NULL, and the column stays empty. */
#ifndef QUALIODOO_ODOO_FLAVOUR_H
#define QUALIODOO_ODOO_FLAVOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/odoo/odoo.h"

/* Which one the configuration asks for. */
enum flavour_wanted { FLAVOUR_ANY, FLAVOUR_OF_OCA, FLAVOUR_OF_ENTERPRISE, FLAVOUR_OF_TASKS };

struct flavour {
    const char *name;                        /* oca, enterprise, task */
    const char *module;                      /* what to install for tickets */
    const char *link_module;                 /* what to install for timesheets on tickets */
    const char *ticket, *stage, *team, *tag; /* models */
    const char *link;                        /* field of account.analytic.line */
    const char *number, *user, *team_field, *assigned, *closed; /* fields of the ticket */
    const char *total; /* stored total of the hours of its lines, those included that rules hide */
    const char *stage_closed; /* field of the stage */
    const char *opening; /* external id, in `module`, of the subtype of mails that open a ticket */
    /* `assigned` and `closed` may show nothing of a response: a reopening empties the closing, an
     * assignment after that of the creation is not noted. */
    bool hides_responses;
};

/* Finds the flavour from fields_get, or checks the configured one. ERR_MISSING_MODEL or
 * ERR_MISSING_FIELD name the module to install. */
int flavour_detect(struct odoo *odoo, enum flavour_wanted configured,
                   const struct flavour **ret_flavour, struct error *error);

/* The same without the link from timesheets to tickets, which Odoo hides from whoever has no right
 * on tickets. ERR_MISSING_MODEL. */
int flavour_find(struct odoo *odoo, enum flavour_wanted configured,
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

/* Whether an external id `module`.`name` exists, readable or not. Odoo answers this to any internal
 * user, also about records that the user may not read. `module` and `name` are borrowed. */
int flavour_has_external_id(struct odoo *odoo, const char *module, const char *name, bool *ret_has,
                            struct error *error);

/* Whether `module` gives `model` the field `field`: then a fields_get that leaves it out means that
 * a group hides it from the agent's user, else that the module is not installed. */
int flavour_field_is_hidden(struct odoo *odoo, const char *module, const char *model,
                            const char *field, bool *ret_hidden, struct error *error);

/* A field that fields_get left out. */
struct flavour_field {
    const char *module, *model, *name;
    const char *right; /* what shows it where it is hidden, as advice */
};
#define FLAVOUR_TICKET_RIGHT "give it the right 'User' of Helpdesk"

/* Says why a field that the agent needs is not there: returns ERR_MISSING_FIELD with the module to
 * install or the right to give, or the error of a call that failed. */
int flavour_missing_field(struct odoo *odoo, const struct flavour_field *field,
                          struct error *error);

/* The major number of the server's version: 17 for "17.0" and for "saas~17.2+e". */
int flavour_major_version(struct odoo *odoo, int *ret_major, struct error *error);

/* Whether the agent's user, who is not in the group of all timesheets, sees every timesheet because
 * of its accounting group. 18 and 19 have a rule for accounting readers, each version has one for
 * billing users; both show every analytic line until sale_timesheet is installed. An accounting
 * reader of 16 or 17 whom no rule concerns, being no timesheet user either, sees them all too. */
int flavour_accountant_sees_all_lines(struct odoo *odoo, bool *ret_sees, struct error *error);

#endif
