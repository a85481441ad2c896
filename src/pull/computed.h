/* computed.h - columns that are computed from a record: the functions that `models` names as
 * model.compute and model.counting. */
#ifndef QUALIODOO_PULL_COMPUTED_H
#define QUALIODOO_PULL_COMPUTED_H

#include "qualiodoo/odoo/records.h"
#include "qualiodoo/pull/open.h"

/* The record for which columns are computed. All is borrowed. */
struct computing {
    const struct pull *pull;
    const struct model *model;
    const struct ids *counting; /* ids of this page in the configured domain, sorted; NULL: no
                                   domain, all count */
    const struct odoo_records *records;
    const struct odoo_record *record; /* one of the records */
    json_t **texts;                   /* array that owns new texts; NULL after a lack of memory */
    struct mirror_value *values;      /* one per column; those read from a field are filled in */
};

/* The configured domain of the tickets or timesheet lines that count (borrowed); empty: all. */
json_t *computed_tickets_domain(const struct config *config);
json_t *computed_timesheets_domain(const struct config *config);

/* Each fills the FIELD_COMPUTED columns of its model in computing->values. */
void computed_in_domain(const struct computing *computing);
void computed_unit(const struct computing *computing);
void computed_product(const struct computing *computing);
void computed_ticket(const struct computing *computing);
void computed_partner(const struct computing *computing);
void computed_adjustment(const struct computing *computing);
void computed_note(const struct computing *computing);
void computed_marker(const struct computing *computing);

#endif
