/* flavour.h - what differs between versions and editions of Odoo: names of models and fields, and
 * the form of calls that changed.
 *
 * The mirrored models (pull/models.c) refer to these names by an @: "@ticket", "@number". A name
 * that a flavour does not have is NULL, and the column stays empty. A field that also changed its
 * meaning (the units' `factor`) is two columns there, which pull/computed.c makes one. */
#ifndef QUALIODOO_ODOO_FLAVOUR_H
#define QUALIODOO_ODOO_FLAVOUR_H

#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

struct odoo;

/* The flavour that the configuration asks for. */
enum flavour_wanted { FLAVOUR_ANY, FLAVOUR_OF_OCA, FLAVOUR_OF_ENTERPRISE, FLAVOUR_OF_TASKS };

struct flavour {
    const char *name;                        /* oca, enterprise, task */
    const char *module;                      /* the module that has tickets */
    const char *link_module;                 /* the module that links timesheets to tickets */
    const char *ticket, *stage, *team, *tag; /* models */
    const char *link; /* field of account.analytic.line that names the ticket */
    const char *number, *user, *team_field, *assigned, *closed; /* fields of the ticket */
    const char *total; /* stored total hours of its lines, including those that record rules hide */
    const char *stage_closed; /* field of the stage */
    const char *opening; /* external id, in `module`, of the subtype of mails that open a ticket */
    /* `assigned` and `closed` can miss a response: a reopening empties `closed`, and an assignment
     * after the one at creation is not dated. */
    bool hides_responses;
};

/* Finds the flavour by fields_get, or checks the configured one. *ret_flavour is static.
 * ERR_MISSING_MODEL and ERR_MISSING_FIELD name the module to install. */
int flavour_detect(struct odoo *odoo, enum flavour_wanted configured,
                   const struct flavour **ret_flavour, struct error *error);

/* As flavour_detect(), without checking the link from timesheets to tickets: Odoo hides that field
 * from users without rights on tickets. ERR_MISSING_MODEL. */
int flavour_find(struct odoo *odoo, enum flavour_wanted configured,
                 const struct flavour **ret_flavour, struct error *error);

/* The flavour with that name, or NULL. */
const struct flavour *flavour_by_name(const char *name);

/* The name that "@..." means in this flavour, NULL when it has none; any other name is returned as
 * it is. */
const char *flavour_name(const struct flavour *flavour, const char *name);

/* Whether the `factor` of a unit of measure is its size (19) or the inverse of it (17). */
int flavour_units_absolute(struct odoo *odoo, bool *ret_absolute, struct error *error);

/* Whether a payment has a state of its own, which can change while its entry and its invoice stay
 * as they are (18 and later: account.move.origin_payment_id). */
int flavour_payments_apart(struct odoo *odoo, bool *ret_apart, struct error *error);

/* The id of the unit of measure "Hours"; 0 when it cannot be found. */
int flavour_hour_unit(struct odoo *odoo, int64_t *ret_unit, struct error *error);

/* A stage, by its id or, when that is 0, by its name, of which several may exist. */
struct flavour_stage {
    const struct flavour *flavour;
    int64_t id;
    const char *name;
};
/* Asks whether there is such a stage, and whether one of them is closed. */
int flavour_stage(struct odoo *odoo, const struct flavour_stage *stage, bool *ret_found,
                  bool *ret_closed, struct error *error);

/* The id of the mail.message.subtype of mails that open a ticket; 0 when it cannot be found. */
int flavour_opening_subtype(struct odoo *odoo, const struct flavour *flavour, int64_t *ret_subtype,
                            struct error *error);

/* Whether the agent's user is in the group with that external id. The call differs by version. */
int flavour_has_group(struct odoo *odoo, const char *group, bool *ret_has, struct error *error);

/* Whether the agent's user may do `operation` (read, create, write, unlink) on a model: by
 * check_access_rights, which 16 to 19 answer, or by has_access, which replaces it. */
int flavour_may(struct odoo *odoo, const char *model, const char *operation, bool *ret,
                struct error *error);

/* The field of res.groups that holds its users: 19 renamed `users` to `user_ids`. *ret_field is
 * static. */
int flavour_group_users(struct odoo *odoo, const char **ret_field, struct error *error);

/* Whether the external id `module`.`name` exists, readable or not: Odoo tells this to any internal
 * user, even for records that the user may not read. */
int flavour_has_external_id(struct odoo *odoo, const char *module, const char *name, bool *ret_has,
                            struct error *error);

/* A field that fields_get left out. */
struct flavour_field {
    const char *module, *model, *name;
    const char *right; /* the right that shows it, as advice of flavour_missing_field() */
};
#define FLAVOUR_TICKET_RIGHT "give it the right 'User' of Helpdesk"

/* Whether the module of the field adds it to its model. If so, a fields_get without the field means
 * that a group hides it from the agent's user; if not, that the module is not installed. */
int flavour_field_is_hidden(struct odoo *odoo, const struct flavour_field *field, bool *ret_hidden,
                            struct error *error);

/* Says why a field that the agent needs is missing: returns ERR_MISSING_FIELD, with the module to
 * install or the right to give, or the error of a call that failed. */
int flavour_missing_field(struct odoo *odoo, const struct flavour_field *field,
                          struct error *error);

/* Whether the agent's user, who is not in the group of all timesheets, sees every timesheet by its
 * accounting group. 18 and 19 have a rule for accounting readers, and each version one for billing
 * users; both show every analytic line until sale_timesheet is installed. An accounting reader of
 * 16 or 17 who is no timesheet user has no rule at all, and so sees all lines too. */
int flavour_accountant_sees_all_lines(struct odoo *odoo, bool *ret_sees, struct error *error);

#endif
