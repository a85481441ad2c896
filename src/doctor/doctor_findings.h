/* doctor_findings.h - reports what the checks find; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_FINDINGS_H
#define QUALIODOO_DOCTOR_FINDINGS_H

#include "doctor_context.h"

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

#endif
