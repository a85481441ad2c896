/* pull_progress.h - shows which model is being read. */
#ifndef QUALIODOO_PULL_PULL_PROGRESS_H
#define QUALIODOO_PULL_PULL_PROGRESS_H

#include "qualiodoo/pull/open.h"

/* Shows the place of `model` among the models that pull_run() reads, as "3 of 17". */
void pull_progress_show(const struct pull *pull, const struct model *model);

#endif
