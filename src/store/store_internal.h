/* store_internal.h - the open state, for the files of src/store. */
#ifndef QUALIODOO_STORE_INTERNAL_H
#define QUALIODOO_STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "qualiodoo/store/store.h"

/* How many distinct statements are kept prepared: more than the code has (asserted). */
#define STATEMENT_MAX 200

/* Mirrors whose rows are counted: more than pull/models.c has (asserted). */
#define NOTED_MIRRORS_MAX 32

/* What noted.c has not written yet, of the innermost transaction. */
struct noted_pending {
    struct {
        const char *name;
        int64_t rows;
    } counts[NOTED_MIRRORS_MAX];
    int n_counts;
    unsigned everywhere; /* bits of enum noted */
    bool any;
};

struct store {
    sqlite3 *db;
    char *path;
    enum store_mode mode;
    bool alone; /* opened by open_alone(): no other process can use the state */
    int depth;  /* of nested transactions */
    struct {
        const char *sql; /* compared by address: callers pass literals or text they keep */
        sqlite3_stmt *statement;
    } statements[STATEMENT_MAX];
    int n_statements;
    struct noted_pending noted;
    struct mirror_statements *mirrors; /* a list of mirror.c, freed by free_mirrors */
    void (*free_mirrors)(struct store *store);
};

#endif
