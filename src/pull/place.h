/* place.h - which model is being read, for people who wait. */
#ifndef QUALIODOO_PULL_PLACE_H
#define QUALIODOO_PULL_PLACE_H

#include "qualiodoo/pull/pull.h"

/* Shows "3 of 17": which of the models that pull_run() reads this one is. */
void place_show(const struct pull *pull, const struct model *model);

#endif
