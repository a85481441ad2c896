/* store_internal.h - statements and errors of SQLite, shared by store*.c only. */
#ifndef QUALIODOO_STORE_INTERNAL_H
#define QUALIODOO_STORE_INTERNAL_H

#include <sqlite3.h>

#include "qualiodoo/store/store.h"
#include "qualiodoo/util/array.h"

/* Distinct statements kept prepared; more than the code has (asserted). */
#define STATEMENT_MAX 160

struct store {
    sqlite3 *db;
    char *path;
    enum store_mode mode;
    bool alone; /* no other process can use the state: see open_alone() */
    int depth;  /* of nested transactions */
    struct {
        const char *sql; /* compared by address: callers pass literals or text they keep */
        sqlite3_stmt *statement;
    } statements[STATEMENT_MAX];
    int n_statements;
    struct mirror_statements *mirrors;         /* list; see mirror.c */
    void (*free_mirrors)(struct store *store); /* set with the first of them */
};

/* A process of root's that is about to use the state at `path`, in a folder of another user, works
 * as that user from here on, for good: the service must be able to use what it makes, and what the
 * user may have put there must not be followed with root's rights. ERR_STATE when it cannot. */
int store_become_owner(const char *path, struct error *error);

/* ERR_STATE unless `status`, of lstat() or fstat(), is that of a regular file with one name. */
struct stat;
int store_check_file(const char *path, const struct stat *status, struct error *error);

/* Opens a file of the state for reading and writing; one that is missing is made. A link, a file
 * with several names or of another user is refused untouched. The caller closes *ret_fd. */
int store_make_file(const char *path, int *ret_fd, struct error *error);

/* A prepared, reset statement. `sql` must live as long as the store. */
int store_prepare(struct store *store, const char *sql, sqlite3_stmt **ret, struct error *error);

/* Steps: 1 a row, 0 done (and reset), negative error. */
int store_step(struct store *store, sqlite3_stmt *statement, struct error *error);

/* Runs a statement that returns no row. */
int store_run(struct store *store, sqlite3_stmt *statement, struct error *error);

/* The first column of the only row: *ret_found is false when there is none, or it is NULL. `id` is
 * the first parameter, where the statement has one. */
int store_integer(struct store *store, const char *sql, int64_t id, bool *ret_found, int64_t *ret,
                  struct error *error);

/* Collects the first column of every row (NULL left out); the caller frees ret->items. */
int store_ids(struct store *store, sqlite3_stmt *statement, struct ids *ret, struct error *error);

/* Runs SQL without parameters. */
int store_exec(struct store *store, const char *sql, struct error *error);

/* Turns SQLite's last error into a sentence. */
int store_fail(struct store *store, struct error *error);

/* Fills the minutes of `change`: the entries of `ledger` against those that are kept. */
struct ledger;
struct results_change;
int results_totals_compare(struct store *store, int64_t account, const struct ledger *ledger,
                           struct results_change *change, struct error *error);

/* The response of a ticket as credit.count_from: response knows it (facts_response.c). */
struct charge_ticket;
struct facts_policy;
int facts_response(struct store *store, const struct facts_policy *policy,
                   struct charge_ticket *ticket, struct error *error);

int store_migrate(struct store *store, struct error *error);

/* Column helpers: NULL text stays NULL; the pointer is valid until the next step. */
const char *column_text(sqlite3_stmt *statement, int column);

/* The caller's own copy, "" for NULL; NULL when memory is short. */
char *column_copy(sqlite3_stmt *statement, int column);

/* The text of an expression: SQLite may have no memory to end it with a NUL, which column_text()
 * does not tell from NULL. On failure the statement is reset. */
int store_text(sqlite3_stmt *statement, int column, const char **ret, struct error *error);

/* A column that only ever holds numbers of [min, max]: 0, or ERR_STATE naming it as "table.column"
 * where the state is damaged. */
struct stored_range {
    int column;
    const char *name;
    int64_t min, max;
};

/* Checks each of `count` columns of the current row, so that no later use of one can overflow or
 * leave a table of names. On failure the statement is reset. */
int store_check_row(struct store *store, sqlite3_stmt *row, const struct stored_range *ranges,
                    size_t count, struct error *error);

/* Minutes and civil days of a stored row: beyond every account and every date of Odoo. */
#define STORED_MINUTES_MAX INT64_C(1000000000000000)
#define STORED_DAY_MIN (-1000000)
#define STORED_DAY_MAX 5000000

/* A row of "origin, id, granted, left, start, end, state": as store_check_row(). */
int results_check_lot(struct store *store, sqlite3_stmt *row, struct error *error);

#endif
