/* setup_context.c - reports the steps of setup, and remembers the records that get an external id.
 */
#include "setup_context.h"

#include <assert.h>
#include <stdio.h>

void setup_step(const struct setup *setup, enum setup_outcome outcome, const char *what)
{
    setup->options->step(setup->options->context, what, outcome);
}

void setup_remember(struct setup *setup, const char *name, const char *model, int64_t id)
{
    struct setup_record *record = &setup->records[setup->n_records++];

    assert(setup->n_records <= SETUP_RECORDS_MAX);
    *record = (struct setup_record){.model = model, .id = id};
    snprintf(record->name, sizeof record->name, "%s", name);
}
