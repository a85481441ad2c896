/* cursor.h - where the pull of a model stands. */
#ifndef QUALIODOO_PULL_CURSOR_H
#define QUALIODOO_PULL_CURSOR_H

#include "qualiodoo/pull/pull.h"

/* The domain of a model for this pull, with `extra` (borrowed, may be NULL) added. New reference.
 */
json_t *cursor_domain(struct pull *pull, const char *text, json_t *extra);

/* Of a domain that asks for the customers in "@ids": with credit.account top, all that is below
 * them. */
void cursor_widen(const struct pull *pull, json_t **domain);

/* Opens the cursor of a model; starts it (again) when there is none or its scope changed.
 * *ret_resumed: an earlier run began this first pull. Free it with mirror_cursor_free(). */
int cursor_open(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
                bool *ret_resumed, struct error *error);

/* From which write_date on records must be read again; NULL: all (or out of memory). A transaction
 * that started before `high` may commit after it was seen: the overlap covers it, until it has
 * passed once in real time (high_seen_at 0); from then on only the seconds after `high` are new.
 * The caller frees it. */
int cursor_low(const struct pull *pull, const struct mirror_cursor *cursor, char **ret,
               struct error *error);

/* A pull that began at `began` is complete; `high` is the latest write_date it read, or "". */
int cursor_end(struct pull *pull, const struct model *model, struct mirror_cursor *cursor,
               const char *high, instant began, struct error *error);

#endif
