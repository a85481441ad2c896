/* doctor_findings.c - reports the findings of the checks. */
#include "doctor_findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((format(printf, 4, 0))) static void report(const struct doctor *doctor,
                                                         enum doctor_level level,
                                                         const char *advice, const char *format,
                                                         va_list arguments)
{
    struct doctor_finding finding = {.level = level, .topic = doctor->topic, .advice = advice};
    char *text = NULL;

    if (vasprintf(&text, format, arguments) < 0)
        return;
    finding.text = text;
    doctor->found(doctor->context, &finding);
    free(text);
}

void doctor_ok(const struct doctor *doctor, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(doctor, DOCTOR_OK, NULL, format, arguments);
    va_end(arguments);
}

void doctor_note(const struct doctor *doctor, const char *advice, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(doctor, DOCTOR_NOTE, advice, format, arguments);
    va_end(arguments);
}

void doctor_problem(const struct doctor *doctor, const char *advice, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(doctor, DOCTOR_PROBLEM, advice, format, arguments);
    va_end(arguments);
}

void doctor_write_problem(const struct doctor *doctor, const char *advice, const char *format, ...)
{
    bool enabled = doctor->config->writeback.enabled;
    va_list arguments;

    va_start(arguments, format);
    report(doctor, enabled ? DOCTOR_PROBLEM : DOCTOR_NOTE, advice, format, arguments);
    va_end(arguments);
}

bool doctor_failed(const struct doctor *doctor, int rc, const struct error *error)
{
    doctor_problem(doctor, NULL, "%s", error->message);
    return rc != ERR_NETWORK && rc != ERR_ACCESS_DENIED && rc != ERR_INTERRUPTED;
}
