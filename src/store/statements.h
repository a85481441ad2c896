/* statements.h - prepared statements, errors of SQLite, checks of rows; internal to store.
 *
 * Functions that return int give 0 or a negative code, unless said otherwise. */
#ifndef QUALIODOO_STORE_STATEMENTS_H
#define QUALIODOO_STORE_STATEMENTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* A prepared and reset statement, kept until store_close(). It is found by the address of `sql`,
 * which must live as long as the store. */
int store_prepare(struct store *store, const char *sql, sqlite3_stmt **ret, struct error *error);

/* Steps a statement: returns 1 for a row, 0 at the end, a negative code on failure; it is reset in
 * the last two cases. */
int store_step(struct store *store, sqlite3_stmt *statement, struct error *error);

/* Runs a statement that gives no row (asserted). */
int store_run(struct store *store, sqlite3_stmt *statement, struct error *error);

/* A query of one integer, for store_prepare(). */
struct store_query {
    const char *sql;
    int64_t parameter; /* its first parameter, if it has one */
};

/* The integer in the first column of the first row; *ret_found is false when there is no row or no
 * integer. */
int store_integer(struct store *store, struct store_query query, bool *ret_found, int64_t *ret,
                  struct error *error);

/* Collects the first column of every row, without NULLs; the caller frees ret->items. *ret is
 * untouched on failure. */
int store_ids(struct store *store, sqlite3_stmt *statement, struct ids *ret, struct error *error);

/* Runs a statement without parameters and rows, kept like those of store_prepare(). */
int store_run_kept(struct store *store, const char *sql, struct error *error);

/* The ids as a JSON array, for json_each(); the caller frees it. NULL: out of memory. */
char *store_ids_text(const int64_t *ids, size_t count);

/* Runs SQL without parameters, several statements too. */
int store_exec(struct store *store, const char *sql, struct error *error);

/* Describes the last error of SQLite in `error` and returns its code. */
int store_fail(struct store *store, struct error *error);

/* The text of a column, NULL for NULL; valid until the next step or reset. */
const char *column_text(sqlite3_stmt *statement, int column);

/* A copy of the text of a column, "" for NULL; the caller frees it. NULL when memory is short. */
char *column_copy(sqlite3_stmt *statement, int column);

/* The text of an expression in *ret, valid until the next step; ERR_NO_MEMORY when SQLite had no
 * memory to end it with a NUL, which column_text() does not tell from NULL. The statement is then
 * reset. */
int store_text(sqlite3_stmt *statement, int column, const char **ret, struct error *error);

/* The range of a column that a sound state never leaves. `name` is "table.column", for the error.
 */
struct stored_range {
    int column;
    const char *name;
    int64_t min, max;
};

/* Checks `count` columns of the current row, so that later uses cannot overflow or index beyond a
 * table of names. ERR_STATE names the first column out of range; the statement is then reset. */
int store_check_row(struct store *store, sqlite3_stmt *row, const struct stored_range *ranges,
                    size_t count, struct error *error);

/* The limits of stored minutes and days: beyond every real account and every date of Odoo. */
#define STORED_MINUTES_MAX INT64_C(1000000000000000)
#define STORED_DAY_MIN (-1000000)
#define STORED_DAY_MAX 5000000

#endif
