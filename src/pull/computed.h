/* computed.h - columns that are made from a record, and not read from one field of it: the
 * functions that the table of models names (model.compute, model.counting). */
#ifndef QUALIODOO_PULL_COMPUTED_H
#define QUALIODOO_PULL_COMPUTED_H

#include "qualiodoo/pull/pull.h"

/* A record at hand. */
struct computing {
    const struct pull *pull;
    const struct model *model;
    const struct ids *counting; /* the records of this page that are in the configuration's domain,
                                   sorted; NULL: no domain, all are */
    int64_t id;
    json_t *record;
    json_t **texts;              /* array that keeps made texts alive */
    struct mirror_value *values; /* one per column, those of fields filled in */
};

/* The domain of the configuration that says which records of a model count; an empty one: all. */
json_t *computed_tickets_domain(const struct config *config);
json_t *computed_timesheets_domain(const struct config *config);

void computed_in_domain(const struct computing *computing);
void computed_unit(const struct computing *computing);
void computed_product(const struct computing *computing);
void computed_ticket(const struct computing *computing);
void computed_partner(const struct computing *computing);
void computed_adjustment(const struct computing *computing);
void computed_note(const struct computing *computing);
void computed_marker(const struct computing *computing);

#endif
