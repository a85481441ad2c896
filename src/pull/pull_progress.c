/* pull_progress.c - counts the models of a whole pull, for the progress line. */
#include "pull_progress.h"

#include "listing.h"
#include "qualiodoo/util/progress.h"

/* Whether pull_models() reads the model itself; parts.c reads partials and settlement lines. */
static bool is_pulled(const struct pull *pull, enum model_id id)
{
    switch (id) {
    case MODEL_PARTIAL:
    case MODEL_SETTLEMENT_LINE:
        return false;
    case MODEL_ADJUSTMENT:
    case MODEL_ADJUSTMENT_NOTE:
        return pull->fields[id] && id == listing_adjustment_model(pull);
    case MODEL_SHOWN:
        return pull->fields[id] && pull->config->writeback.balance_fields;
    default:
        return pull->fields[id] != NULL;
    }
}

void pull_progress_show(const struct pull *pull, const struct model *model)
{
    int number = 0, count = 0;

    for (enum model_id id = 0; id < MODEL_COUNT; id++) {
        count += is_pulled(pull, id);
        if (&models[id] == model)
            number = count;
    }
    progress_part(number, count);
}
