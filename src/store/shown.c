/* shown.c - compares the computed accounts with the mirrored rows of x_qualiodoo_account. */
#include "qualiodoo/store/shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noted.h"
#include "qualiodoo/store/meta.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

#define BILLION INT64_C(1000000000)

static const char *state_of(minutes balance, minutes below)
{
    if (balance <= 0)
        return "empty";
    return balance < below ? "low" : "ok";
}

/* Hours in billionths, rounded like the nearest double that Odoo returns for them. */
static int64_t hours_of(minutes balance)
{
    int64_t sixtieths = balance * BILLION;

    return (sixtieths + (sixtieths < 0 ? -30 : 30)) / 60;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

const char *shown_name(const struct shown_account *account, char buffer[SHOWN_NAME_SIZE])
{
    if (account->name && *account->name)
        return account->name;
    snprintf(buffer, SHOWN_NAME_SIZE, "#%lld", (long long)account->customer);
    return buffer;
}

/* Whether the first row shows what is wanted, and is the only one. Columns of `row`: customer,
 * balance, next_expiry, name, number of rows, and the first row's minutes, hours, last_day, state,
 * name. */
static bool is_shown(sqlite3_stmt *row, const struct shown_account *wanted)
{
    const char *day = column_text(row, 7);
    char text[CIVIL_TEXT_SIZE], name[SHOWN_NAME_SIZE];

    return sqlite3_column_int64(row, 4) == 1 && sqlite3_column_int64(row, 5) == wanted->balance &&
           sqlite3_column_int64(row, 6) == hours_of(wanted->balance) &&
           (wanted->has_last_day ? same_text(day, civil_format(wanted->last_day, text)) : !day) &&
           same_text(column_text(row, 8), wanted->state) &&
           same_text(column_text(row, 9), shown_name(wanted, name));
}

struct visit {
    minutes below;
    int (*row)(void *context, const struct shown_account *account, struct error *error);
    void *context;
};

static int visit_account(const struct visit *visit, sqlite3_stmt *row, struct error *error)
{
    struct shown_account wanted = {.customer = sqlite3_column_int64(row, 0),
                                   .balance = sqlite3_column_int64(row, 1),
                                   .has_last_day = sqlite3_column_type(row, 2) != SQLITE_NULL,
                                   .name = column_text(row, 3)};

    if (wanted.has_last_day)
        wanted.last_day = sqlite3_column_int(row, 2) - 1;
    wanted.state = state_of(wanted.balance, visit->below);
    return is_shown(row, &wanted) ? 0 : visit->row(visit->context, &wanted, error);
}

static int each(struct store *store, const char *sql, const struct visit *visit,
                int (*step)(const struct visit *visit, sqlite3_stmt *row, struct error *error),
                struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1)
        if ((rc = step(visit, statement, error)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    return rc;
}

static int visit_none(const struct visit *visit, sqlite3_stmt *row, struct error *error)
{
    struct shown_account none = {.customer = sqlite3_column_int64(row, 0), .none = true};

    return visit->row(visit->context, &none, error);
}

/* The noted accounts (noted.h): those computed since the last comparison, those of which a row of
 * Odoo or the partner changed, and those that were written to. */
#define NOTED "(SELECT id FROM noted WHERE what = 'shown') n CROSS JOIN "

#define ACCOUNTS(accounts)                                                                         \
    "SELECT a.id, a.balance, a.next_expiry, p.name,"                                               \
    " (SELECT count(*) FROM shown d WHERE d.partner_id = a.id), s.minutes, s.hours, s.last_day,"   \
    " s.state, s.name FROM " accounts " CROSS JOIN partner p ON p.id = a.id LEFT JOIN shown s"     \
    "  ON s.id = (SELECT min(f.id) FROM shown f WHERE f.partner_id = a.id)"                        \
    " WHERE s.id IS NOT NULL OR a.balance <> 0"                                                    \
    "  OR EXISTS (SELECT 1 FROM lot l WHERE l.account_id = a.id) ORDER BY a.id"

#define ORPHANS(rows)                                                                              \
    "SELECT DISTINCT s.partner_id FROM " rows " WHERE s.partner_id IS NOT NULL"                    \
    " AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = s.partner_id) ORDER BY 1"

int shown_differences(struct store *store, minutes below,
                      int (*row)(void *context, const struct shown_account *account,
                                 struct error *error),
                      void *context, struct error *error)
{
    static const char *const accounts[2] = {ACCOUNTS(NOTED "account a ON a.id = n.id"),
                                            ACCOUNTS("account a")};
    static const char *const orphans[2] = {ORPHANS(NOTED "shown s ON s.partner_id = n.id"),
                                           ORPHANS("shown s")};
    struct visit visit = {.below = below, .row = row, .context = context};
    bool all = false;
    int rc = noted_all(store, NOTED_SHOWN, &all, error);

    if (rc == 0)
        rc = each(store, accounts[all], &visit, visit_account, error);
    if (rc == 0)
        rc = each(store, orphans[all], &visit, visit_none, error);
    return rc < 0 ? rc : noted_clear(store, NOTED_SHOWN, error);
}

int shown_begin(struct store *store, const char *how, struct error *error)
{
    char *known = NULL;
    int rc = store_meta_get(store, "shown", &known, error);

    if (rc == 0 && (!known || strcmp(known, how) != 0)) {
        rc = noted_add(store, NOTED_SHOWN, 0, error);
        if (rc == 0)
            rc = store_meta_set(store, "shown", how, error);
    }
    free(known);
    return rc;
}

int shown_forget(struct store *store, struct error *error)
{
    int rc = store_meta_set(store, "shown", "nothing", error);

    return rc < 0 ? rc : noted_clear(store, NOTED_SHOWN, error);
}
