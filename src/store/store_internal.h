/* store_internal.h - the open state, for the files of src/store. */
#ifndef QUALIODOO_STORE_INTERNAL_H
#define QUALIODOO_STORE_INTERNAL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "qualiodoo/store/store.h"

/* How many distinct statements are kept prepared: more than the code has (asserted). */
#define STATEMENT_MAX 160

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
    struct mirror_statements *mirrors; /* a list of mirror.c, freed by free_mirrors */
    void (*free_mirrors)(struct store *store);
};

#endif
