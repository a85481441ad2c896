/* doctor.h - looks for what stands in the way, and says what to do. */
#ifndef QUALIODOO_DOCTOR_DOCTOR_H
#define QUALIODOO_DOCTOR_DOCTOR_H

#include "qualiodoo/config/config.h"

/* What doctor finds. */
enum doctor_level { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_PROBLEM };
struct doctor_finding {
    enum doctor_level level;
    const char *topic; /* connection, rights, models, data... */
    const char *text;
    const char *advice; /* or NULL */
};
/* Runs every check; `found` gets them in order. Fails only when checking itself is impossible. */
int doctor_run(const struct config *config,
               void (*found)(void *context, const struct doctor_finding *finding), void *context,
               struct error *error);

#endif
