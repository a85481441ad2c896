/* records.h - the records of an answer as typed cells, one row of cells a record, in memory that
 * the next page uses again. */
#ifndef QUALIODOO_ODOO_RECORDS_H
#define QUALIODOO_ODOO_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum odoo_cell_kind {
    CELL_ABSENT, /* the answer did not hold the field */
    CELL_NULL,
    CELL_BOOLEAN, /* also the empty value of a field of any other type: false */
    CELL_INTEGER,
    CELL_REAL, /* finite */
    CELL_TEXT,
    CELL_IDS,  /* a list: of its items, the whole numbers */
    CELL_OTHER /* an object, which no field that is read gives */
};

struct odoo_cell {
    enum odoo_cell_kind kind;
    union {
        bool truth;
        int64_t integer;
        double real;
        const char *text; /* UTF-8 with a NUL at its end */
        const int64_t *ids;
    };
    size_t count; /* bytes of the text, or ids of the list */
};

struct odoo_record {
    int64_t id;
    const struct odoo_cell *cells; /* one for each of the names */
    /* Not NULL: the whole record could not be read, for this reason; some fields are absent. */
    const char *damage;
};

/* All is borrowed from the reader, for the call that gets it. */
struct odoo_records {
    const struct odoo_record *items;
    size_t count;
    const char *const *names; /* of the fields that were asked for */
    size_t n_names;
};

/* The place of a field among the names; -1: it was not asked for. */
int odoo_records_place(const struct odoo_records *records, const char *name);

/* The cell of a field, or one of the kind CELL_ABSENT; never NULL. */
const struct odoo_cell *odoo_records_cell(const struct odoo_records *records,
                                          const struct odoo_record *record, const char *name);

/* The id in a cell of a many2one, bare or with its name, or the first of a list; 0: none. */
int64_t odoo_cell_id(const struct odoo_cell *cell);

/* The text of a cell; NULL when it has none. */
const char *odoo_cell_text(const struct odoo_cell *cell);

/* The number of a cell, whole or real; 0 for anything else. */
double odoo_cell_number(const struct odoo_cell *cell);

#endif
