/* pull_report.h - what a pull read, and what it changed in the mirror. */
#ifndef QUALIODOO_PULL_PULL_REPORT_H
#define QUALIODOO_PULL_PULL_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "qualiodoo/util/error.h"

struct pull_report {
    json_t *checked, *created, *updated, *deleted; /* model in Odoo -> number of records */
    json_t *moves; /* to other accounts: array of {"contact" or null, "from", "to", "invoices":
                      [ids]} */
};

/* Makes an empty report; free it with pull_report_free(), also after ERR_NO_MEMORY. */
int pull_report_open(struct pull_report *report, struct error *error);
void pull_report_free(struct pull_report *report);

/* ERR_NO_MEMORY when an entry was lost for lack of memory: the adding functions report no error. */
int pull_report_check(const struct pull_report *report, struct error *error);

/* Adds `number` to the count of `model` in `counts`, which is one of the report's objects. */
void pull_report_count(json_t **counts, const char *model, int64_t number);

/* How many records of a model were read so far. */
int64_t pull_report_checked(const struct pull_report *report, const char *model);

/* Whether the mirror changed. */
bool pull_report_changed(const struct pull_report *report);

#endif
