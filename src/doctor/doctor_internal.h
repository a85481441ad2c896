/* doctor_internal.h - what the files of doctor share: doctor.c asks, doctor_findings.c
 * says what was found, doctor_rights.c,
 * doctor_writeback.c, doctor_history.c, doctor_calendar.c, doctor_data.c and doctor_money.c look at
 * Odoo, doctor_state.c at the local state, doctor_identity.c at whether they belong together. */
#ifndef QUALIODOO_DOCTOR_INTERNAL_H
#define QUALIODOO_DOCTOR_INTERNAL_H

#include "qualiodoo/doctor/doctor.h"
#include "qualiodoo/pull/models.h"

#define DOCTOR_SETUP_ADVICE "run 'qualiodoo setup' with an administrator's login"

struct doctor {
    const struct config *config;
    void (*found)(void *context, const struct doctor_finding *finding);
    void *context;
    const char *topic;             /* of the findings to come */
    struct odoo *odoo;             /* logged in */
    const struct flavour *flavour; /* NULL: not known */
    int64_t hour_unit;             /* 0: not known */
    bool sees_own_only;            /* of timesheets: said by doctor_rights() */
    bool foreign_state; /* the state is that of another Odoo: said by doctor_identity() */
};

/* Findings; the text is a format, `advice` says what to do. */
void doctor_ok(const struct doctor *doctor, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void doctor_note(const struct doctor *doctor, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void doctor_problem(const struct doctor *doctor, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A problem where write-back is enabled, a note in shadow mode, where it bars nothing yet. */
void doctor_write_problem(const struct doctor *doctor, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a check that could not be made says. Returns whether the next ones make sense. */
bool doctor_failed(const struct doctor *doctor, int rc, const struct error *error);

/* A list in a text: the first LISTED_MAX items, the others counted. listing_free() in every case.
 */
#define LISTED_MAX 20
struct listing {
    char *text;
    size_t size, count;
};
void listing_add(struct listing *listing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *listing_text(struct listing *listing); /* "" when it is empty */
void listing_free(struct listing *listing);

/* Each of these adds findings and returns 0, or an error with which checking cannot go on. */
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

/* Part of doctor_writeback(): clears *fine where something stands in the way. */
int doctor_shown_credit(const struct doctor *doctor, bool *fine, struct error *error);

/* Part of doctor_writeback() too: writeback.breach.fallback, where it is set. */
int doctor_fallback(const struct doctor *doctor, bool *fine, struct error *error);

/* Of the local state: tickets whose breach nobody is told of. */
int doctor_untold(const struct doctor *doctor, struct store *store, struct error *error);

/* Of the local state: what several agents wrote twice. *ret_found: something. */
int doctor_doubled(const struct doctor *doctor, struct store *store, bool *ret_found,
                   struct error *error);

/* `doctor->odoo` may be NULL here. */
int doctor_state(struct doctor *doctor, struct error *error);

#endif
