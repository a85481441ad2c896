/* noted.h - what a stored or deleted row leaves to look at later, and how many rows each mirror
 * has; internal to store.
 *
 * The table `noted` has the ids to look at, so that no cycle looks for them in whole tables. A
 * first pull stores too many rows to note each: it notes once that all must be looked at. Counts
 * are added up in memory, and written before the transaction that made them ends or begins an
 * inner one: a rollback loses the counts of the rows that it undoes, and no others. */
#ifndef QUALIODOO_STORE_NOTED_H
#define QUALIODOO_STORE_NOTED_H

#include "qualiodoo/store/mirror.h"

enum noted {
    NOTED_PARTNER, /* a record that a mirrored row names: it may be missing */
    NOTED_MOVE,
    NOTED_SETTLEMENT_LINE,
    NOTED_PAYMENT,
    NOTED_PARTNER_HOLDER, /* a row that may belong to another account */
    NOTED_MOVE_HOLDER,
    NOTED_SHOWN, /* an account whose credit Odoo may show otherwise */
    NOTED_KINDS,
};

/* What noted_stored() needs to know of a table. */
struct noted_table {
    int counter; /* place of its count in the open store */
    struct {
        int column; /* index of the column that names a record; -1: the row's own id */
        enum noted what;
    } names[4];
    size_t n_names;
};
struct noted_table noted_describe(struct store *store, const struct mirror_table *table);

/* After `row` was inserted (`created`) or changed: notes the records that it names and that are not
 * mirrored, or without row->log that all must be looked at; counts it. */
int noted_stored(struct store *store, const struct noted_table *table, const struct mirror_row *row,
                 bool created, struct error *error);

/* Before a row is changed or deleted: notes what hangs on the record that it named until now. */
int noted_leaving(struct store *store, const struct noted_table *table, int64_t id,
                  struct error *error);

/* After a row was deleted: notes that it is missing where another row still names it; counts it. */
int noted_deleted(struct store *store, const struct noted_table *table, const char *name,
                  int64_t id, struct error *error);

/* Notes one id; 0: all rows. */
int noted_add(struct store *store, enum noted what, int64_t id, struct error *error);

/* Deletes all notes of a kind. */
int noted_clear(struct store *store, enum noted what, struct error *error);

/* Whether all rows must be looked at. */
int noted_all(struct store *store, enum noted what, bool *ret, struct error *error);

/* After write `id` of the outbox reached Odoo: where it set a shown credit, what Odoo shows then is
 * compared again, as Odoo may have kept the old value. */
int noted_written(struct store *store, int64_t id, struct error *error);

/* Deletes the note of one id, or with 0 the note that all must be looked at. */
int noted_remove(struct store *store, enum noted what, int64_t id, struct error *error);

/* Writes the counts and the notes that are still in memory. */
int noted_flush(struct store *store, struct error *error);

/* Forgets them: the rows that they are about were rolled back. */
void noted_drop(struct store *store);

#endif
