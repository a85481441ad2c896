/* doctor_internal.h - what the files of doctor share.
 *
 * doctor.c runs the checks, doctor_findings.c reports their findings, and doctor_fields.c asks for
 * the fields of a model. doctor_state.c checks the local state, doctor_identity.c whether it
 * belongs to this Odoo, doctor_lease.c and doctor_fallback.c check both; the other doctor_*.c check
 * Odoo. */
#ifndef QUALIODOO_DOCTOR_INTERNAL_H
#define QUALIODOO_DOCTOR_INTERNAL_H

#include "qualiodoo/doctor/doctor.h"
#include "qualiodoo/pull/models.h"

#define DOCTOR_SETUP_ADVICE "run 'qualiodoo setup' with an administrator's login"

struct doctor {
    const struct config *config;
    void (*found)(void *context, const struct doctor_finding *finding);
    void *context;
    const char *topic;             /* of the next findings */
    struct odoo *odoo;             /* logged in, once the check of the login has succeeded */
    const struct flavour *flavour; /* NULL: not known */
    int64_t hour_unit;             /* id of the unit of measure 'Hours'; 0: not known */
    bool sees_own_only; /* the agent's user reads only its own timesheets: set by doctor_rights() */
    bool foreign_state; /* the state belongs to another Odoo: set by doctor_identity() */
};

/* Report a finding under doctor->topic. `format` makes the text; `advice` says what to do, or is
 * NULL. */
void doctor_ok(const struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_note(const struct doctor *doctor, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_problem(const struct doctor *doctor, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports a problem when write-back is enabled, else a note: in shadow mode nothing fails yet. */
void doctor_write_problem(const struct doctor *doctor, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports that a check failed with `rc` and `error`. Returns whether further checks make sense:
 * false after a failure of the network or of the login, and when interrupted. */
bool doctor_failed(const struct doctor *doctor, int rc, const struct error *error);

/* A comma-separated list: the first LISTED_MAX items, then how many more there are. Zeroed to begin
 * with; free it with listing_free(). An item is left out when there is no memory. */
#define LISTED_MAX 20
struct listing {
    char *text;
    size_t count;
};
void listing_add(struct listing *listing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *listing_text(struct listing *listing); /* "" when it is empty */
void listing_free(struct listing *listing);

/* Asks which of `names` are fields of the model: *ret_known, which the caller owns, has those as
 * members. Takes over `names`; NULL is ERR_NO_MEMORY. Errors as odoo_fields()'s. */
int doctor_fields(const struct doctor *doctor, const char *model, json_t *names, json_t **ret_known,
                  struct error *error);

/* Adds to `missing` those of `names` that are no fields of the model; otherwise as
 * doctor_fields(). */
int doctor_missing(const struct doctor *doctor, const char *model, json_t *names,
                   struct listing *missing, struct error *error);

/* Checks. Each reports its findings and returns 0, or an error when it could not be made, which
 * doctor.c reports by doctor_failed(). */
int doctor_identity(struct doctor *doctor, struct error *error);
int doctor_models(struct doctor *doctor, struct error *error);
int doctor_rights(struct doctor *doctor, struct error *error);
int doctor_adjustments(struct doctor *doctor, struct error *error);
int doctor_writeback(struct doctor *doctor, struct error *error);
int doctor_webhook(struct doctor *doctor, struct error *error);
int doctor_history(struct doctor *doctor, struct error *error);
int doctor_lease(struct doctor *doctor, struct error *error);
int doctor_calendar(struct doctor *doctor, struct error *error);
int doctor_packs(struct doctor *doctor, struct error *error);
int doctor_timesheets(struct doctor *doctor, struct error *error);
int doctor_money(struct doctor *doctor, struct error *error);

/* Part of doctor_writeback(): clears *fine when the credit cannot be shown. */
int doctor_shown_credit(const struct doctor *doctor, bool *fine, struct error *error);

/* Part of doctor_writeback(): clears *fine when the user of writeback.breach.fallback, if it is
 * set, cannot be used. */
int doctor_fallback(const struct doctor *doctor, bool *fine, struct error *error);

/* Part of doctor_state(): tickets whose breach would give nobody an activity. */
int doctor_untold(const struct doctor *doctor, struct store *store, struct error *error);

/* Part of doctor_state(): notes that several agents wrote twice. *ret_found: there are some. */
int doctor_doubled(const struct doctor *doctor, struct store *store, bool *ret_found,
                   struct error *error);

/* Checks the local state; doctor->odoo may be NULL. ERR_NO_MEMORY; other failures are findings. */
int doctor_state(struct doctor *doctor, struct error *error);

#endif
