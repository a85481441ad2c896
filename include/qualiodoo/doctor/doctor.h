/* doctor.h - checks configuration, Odoo and the local state, and advises what to do. */
#ifndef QUALIODOO_DOCTOR_DOCTOR_H
#define QUALIODOO_DOCTOR_DOCTOR_H

#include "qualiodoo/config/config.h"

/* A finding: DOCTOR_OK is as it should be, DOCTOR_NOTE is worth knowing, DOCTOR_PROBLEM must be
 * corrected. Texts are borrowed for the call that gets the finding. */
enum doctor_level { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_PROBLEM };
struct doctor_finding {
    enum doctor_level level;
    const char *topic;  /* connection, rights, models, data... */
    const char *text;   /* a sentence */
    const char *advice; /* what to do; or NULL */
};
/* Runs every check. Changes nothing, neither in Odoo nor in the state.
 *
 * found: called for each finding, in order, with `context`. A check that cannot be made (no
 *        connection, a missing right) is a finding too.
 *
 * ERR_NO_MEMORY only. */
int doctor_run(const struct config *config,
               void (*found)(void *context, const struct doctor_finding *finding), void *context,
               struct error *error);

#endif
