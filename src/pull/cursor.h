/* cursor.h - how far the pull of each model has come. */
#ifndef QUALIODOO_PULL_CURSOR_H
#define QUALIODOO_PULL_CURSOR_H

#include "qualiodoo/pull/open.h"
#include "qualiodoo/store/mirror_sets.h"

/* Loads the cursor of a model, or begins a first pull when there is none or its scope changed.
 * *ret_resumed: an earlier run began this first pull. Free it with mirror_cursor_free(), also after
 * a failure. */
int cursor_open(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                bool *ret_resumed, struct error *error);

/* *ret is the write_date from which on records must be read; NULL: all, or a failure. The caller
 * frees it. A transaction that began before `high` may commit after `high` was read: reading begins
 * poll.overlap earlier, until that time has passed since (high_seen_at is 0); then it begins one
 * second after `high`. */
int cursor_low(const struct pull *pull, const struct mirror_cursor *cursor, char **ret,
               struct error *error);

/* A pull of a model that came to its end. */
struct cursor_reading {
    instant began;
    const char *high; /* the latest write_date that it read; "": it read none */
};
/* Saves that the pull is complete. */
int cursor_end(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
               const struct cursor_reading *reading, struct error *error);

#endif
