/* cursor.h - how far the pull of each model has come. */
#ifndef QUALIODOO_PULL_CURSOR_H
#define QUALIODOO_PULL_CURSOR_H

#include "qualiodoo/pull/pull.h"

#include "qualiodoo/store/mirror_sets.h"

/* The domain in the JSON `text`, resolved for this pull, with the terms of `extra` (borrowed, may
 * be NULL) added. New reference; NULL: out of memory. */
json_t *cursor_domain(struct pull *pull, const char *text, json_t *extra);

/* With credit.account top, widens a domain that asks for the customers in "@ids" to all contacts
 * below them. *domain becomes NULL when out of memory. */
void cursor_widen(const struct pull *pull, json_t **domain);

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

/* Saves that a pull is complete. `began` is when it began; `high` is the latest write_date it read,
 * "" when it read none. */
int cursor_end(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
               const char *high, instant began, struct error *error);

#endif
