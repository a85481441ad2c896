/* doctor_context.h - what the checks of doctor work on; internal to doctor.
 *
 * A check is a function that takes it, reports its findings (doctor_findings.h) and returns 0, or
 * an error when it could not be made, which doctor.c reports by doctor_failed(). */
#ifndef QUALIODOO_DOCTOR_CONTEXT_H
#define QUALIODOO_DOCTOR_CONTEXT_H

#include "qualiodoo/doctor/doctor.h"
#include "qualiodoo/odoo/flavour.h"
#include "qualiodoo/odoo/odoo.h"

#define DOCTOR_SETUP_ADVICE "run 'qualiodoo setup' with an administrator's login"

struct doctor {
    const struct config *config;
    void (*found)(void *context, const struct doctor_finding *finding);
    void *context;
    const char *topic;             /* of the next findings */
    struct odoo *odoo;             /* logged in, once the check of the login has succeeded */
    const struct flavour *flavour; /* NULL: not known */
    int64_t hour_unit;             /* id of the unit of measure 'Hours'; 0: not known */
    bool saw_key;                  /* Odoo was asked about the API key: set by doctor_key() */
    bool sees_own_only; /* the agent's user reads only its own timesheets: set by doctor_rights() */
    bool foreign_state; /* the state belongs to another Odoo: set by doctor_identity() */
};

#endif
