/* review.c - the queries of `doctor` over the mirror. */
#include "qualiodoo/store/review.h"

#include <stdlib.h>

#include "facts_work.h"
#include "qualiodoo/core/charge.h"
#include "qualiodoo/core/duration.h"
#include "statements.h"

/* A ticket whose lines would be charged: in the domain, without an excluded tag (?2), with work
 * since ?3. */
#define CHARGED_TICKET                                                                             \
    " t.in_domain AND NOT EXISTS (SELECT 1 FROM json_each(t.tag_ids) e JOIN tag ON tag.id ="       \
    " e.value WHERE tag.name IN (SELECT value FROM json_each(?2)))"
#define COUNTING_TICKET                                                                            \
    CHARGED_TICKET                                                                                 \
    " AND EXISTS (SELECT 1 FROM timesheet l WHERE l.ticket_id = t.id AND l.amount <> 0"            \
    " AND l.in_domain IS NOT 0 AND l.date >= ?3)"

/* True when a quantity in one unit cannot be converted to the other. */
#define NO_CONVERSION(a, b)                                                                        \
    " (" #a ".id IS NULL OR " #b ".id IS NULL OR " #a ".factor <= 0 OR " #b ".factor <= 0"         \
    " OR " #a ".category_id IS NOT " #b ".category_id)"

/* Parameters: ?1 the unit "Hours", ?2 the excluded tags as a JSON array, ?3 credit.since or "". */
static const char *const question_sql[REVIEW_COUNT] = {
    [REVIEW_UNREADABLE] =
        "SELECT id, mirror, reason FROM unreadable WHERE NOT kept ORDER BY mirror, id",
    [REVIEW_DAMAGED] = "SELECT id, mirror, reason FROM unreadable WHERE kept ORDER BY mirror, id",
    [REVIEW_NO_CUSTOMER] =
        "SELECT t.id, t.number, (SELECT CAST(round(sum(l.amount) * 60 / 1e9) AS INTEGER)"
        "  FROM timesheet l WHERE l.ticket_id = t.id AND l.date >= ?3)"
        " FROM ticket t WHERE t.partner_id IS NULL AND" COUNTING_TICKET " ORDER BY t.id",
    [REVIEW_UNKNOWN_CUSTOMER] =
        "SELECT t.id, t.number, t.partner_id FROM ticket t WHERE t.partner_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM partner p WHERE p.id = t.partner_id"
        "  AND p.account_id IS NOT NULL) AND" COUNTING_TICKET " ORDER BY t.id",
    [REVIEW_TIMESHEET_UNITS] =
        "WITH RECURSIVE kin (id) AS (SELECT ?1 UNION SELECT x.parent_id FROM kin k JOIN unit x"
        "  ON x.id = k.id WHERE x.parent_id IS NOT NULL"
        " UNION SELECT y.id FROM kin k JOIN unit y ON y.parent_id = k.id)"
        " SELECT l.unit_id, coalesce(u.name, 'unit ' || l.unit_id), count(*) FROM timesheet l"
        " JOIN ticket t ON t.id = l.ticket_id LEFT JOIN unit u ON u.id = l.unit_id"
        " LEFT JOIN unit h ON h.id = ?1 WHERE ?1 AND l.unit_id <> ?1 AND l.amount <> 0"
        " AND l.date >= ?3 AND l.in_domain IS NOT 0 AND" CHARGED_TICKET
        " AND (u.id IS NULL OR u.factor <= 0 OR NOT CASE WHEN u.category_id IS NULL"
        "  THEN u.id IN (SELECT id FROM kin) ELSE u.category_id = h.category_id END)"
        " GROUP BY l.unit_id ORDER BY l.unit_id",
    [REVIEW_PACK_UNITS] =
        "SELECT l.id, m.name, coalesce(lu.name, '?') || ' to ' || coalesce(pu.name, '?')"
        " FROM move_line l JOIN move m ON m.id = l.move_id JOIN product p ON p.id = l.product_id"
        " LEFT JOIN unit lu ON lu.id = l.unit_id LEFT JOIN unit pu ON pu.id = p.unit_id"
        " WHERE m.state = 'posted' AND l.unit_id <> p.unit_id AND" NO_CONVERSION(
            lu, pu) " ORDER BY l.id",
    [REVIEW_OTHER_CUSTOMER] =
        "SELECT n.id, n.name, i.name FROM move n JOIN move i ON i.id = n.reversed_entry_id"
        " WHERE n.type = 'out_refund' AND n.state = 'posted' AND n.account_id IS NOT i.account_id"
        " AND EXISTS (SELECT 1 FROM move_line l WHERE l.move_id = n.id) ORDER BY n.id",
    [REVIEW_ADJUSTMENT_CUSTOMER] =
        "SELECT a.id, a.key, a.partner_id FROM adjustment a WHERE a.valid AND NOT EXISTS"
        " (SELECT 1 FROM partner p WHERE p.id = a.partner_id AND p.account_id IS NOT NULL)"
        " ORDER BY a.id",
    [REVIEW_ADJUSTMENT_INVALID] =
        "SELECT a.id, a.key, a.partner_id FROM adjustment a WHERE NOT a.valid ORDER BY a.id",
    [REVIEW_ADJUSTMENT_IMPOSSIBLE] =
        "SELECT a.id, a.key, CASE WHEN coalesce(a.minutes, 0) = 0 THEN 'of no minutes'"
        "  WHEN a.minutes NOT BETWEEN -2147483648 AND 2147483647 THEN 'of too many minutes'"
        "  ELSE 'from ' || a.date || ' to ' || a.end END FROM adjustment a"
        " WHERE a.valid AND (coalesce(a.minutes, 0) = 0 OR a.end <= a.date"
        "  OR a.minutes NOT BETWEEN -2147483648 AND 2147483647) ORDER BY a.id",
    [REVIEW_ADJUSTMENT_GONE] =
        "SELECT id, NULL, deleted_at FROM tombstone WHERE mirror = 'adjustment' ORDER BY id",
    [REVIEW_ADJUSTMENT_TWICE] =
        ("SELECT min(a.id), a.key, group_concat(a.id, ', ') FROM adjustment a WHERE a.valid"
         " AND a.key <> '' GROUP BY a.key HAVING count(*) > 1 ORDER BY 1"),
};

int review_list(struct store *store, const struct review_query *query,
                int (*row)(void *context, const struct review_row *row), void *context,
                struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, question_sql[query->question], &statement, error);
    int parameters;

    if (rc < 0)
        return rc;
    parameters = sqlite3_bind_parameter_count(statement);
    if (parameters >= 1)
        sqlite3_bind_int64(statement, 1, query->policy->hour_unit);
    if (parameters >= 2)
        sqlite3_bind_text(statement, 2, query->policy->excluded_tags, -1, SQLITE_STATIC);
    if (parameters >= 3)
        sqlite3_bind_text(statement, 3, query->since, -1, SQLITE_STATIC);
    while ((rc = store_step(store, statement, error)) == 1) {
        const struct review_row found = {.id = sqlite3_column_int64(statement, 0),
                                         .name = column_text(statement, 1),
                                         .detail = column_text(statement, 2)};

        if ((rc = row(context, &found)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return rc;
}

/* Of lines in another unit than hours, SQL cannot tell how many hours they are. */
#define UNFIT(lines)                                                                               \
    FACTS_TIME_UNITS " SELECT" FACTS_WORK_COLUMNS " FROM " lines                                   \
                     " AND (l.amount IS NULL OR abs(l.amount) > 1e13"                              \
                     "  OR (l.unit_id IS NOT NULL AND l.unit_id <> ?2))"                           \
                     " AND t.in_domain AND l.date >= ?3"                                           \
                     " AND NOT EXISTS (SELECT 1 FROM json_each(t.tag_ids) e JOIN tag"              \
                     "  ON tag.id = e.value WHERE tag.name IN (SELECT value FROM json_each(?1)))"  \
                     " ORDER BY l.id"
#define LINES(index)                                                                               \
    "timesheet l" index " CROSS JOIN ticket t ON t.id = l.ticket_id" FACTS_WORK_UNITS

/* All lines, or those of more than ten units (the index timesheet_large). */
static const char
    unfit_sql[] = UNFIT(LINES("") " WHERE true"),
    large_sql[] = UNFIT(LINES(
        " INDEXED BY timesheet_large") " WHERE (l.amount IS NULL"
                                       " OR l.amount NOT BETWEEN -10000000000 AND 10000000000)");

/* Whether ten of some unit of time are more than CHARGE_MAX_HOURS. */
static const char large_unit_sql[] = FACTS_TIME_UNITS
    " SELECT 1 FROM unit h CROSS JOIN unit u WHERE h.id = ?2 AND h.factor > 0 AND u.factor > 0"
    " AND CASE WHEN u.category_id IS NULL THEN u.id IN (SELECT id FROM kin)"
    "  ELSE u.category_id = h.category_id END"
    " AND iif(u.absolute, 1.0 * u.factor / h.factor, 1.0 * h.factor / u.factor) > 1000 LIMIT 1";

static int has_large_unit(struct store *store, const struct review_query *query, bool *ret,
                          struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, large_unit_sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 2, query->policy->hour_unit);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = rc == 1;
    sqlite3_reset(statement);
    return 0;
}

_Static_assert(CHARGE_MAX_HOURS == 10 * 1000, "large_sql and large_unit_sql have its factors");

int review_unfit_lines(struct store *store, const struct review_query *query, struct ids *ret,
                       struct error *error)
{
    sqlite3_stmt *statement = NULL;
    struct ids ids = {0};
    bool large = false;
    int rc = has_large_unit(store, query, &large, error);

    if (rc == 0)
        rc = store_prepare(store, large ? unfit_sql : large_sql, &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, query->policy->excluded_tags, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, query->policy->hour_unit);
    sqlite3_bind_text(statement, 3, query->since, -1, SQLITE_STATIC);
    while ((rc = store_step(store, statement, error)) == 1) {
        struct charge_line line;

        if (!facts_read_work(query->policy, statement, &line) || line.outside ||
            line.quantity == QUANTITY_NO_TIME || charge_line_fits(&line))
            continue;
        if (ids_add(&ids, line.id) < 0) {
            sqlite3_reset(statement);
            rc = error_memory(error);
            break;
        }
    }
    if (rc < 0)
        free(ids.items);
    else
        *ret = ids;
    return rc;
}

int review_ticket_amount(struct store *store, int64_t ticket, nano *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc =
        store_prepare(store, "SELECT coalesce(sum(amount), 0) FROM timesheet WHERE ticket_id = ?1",
                      &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    if ((rc = store_step(store, statement, error)) < 0)
        return rc;
    *ret = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

#define NOTE_HIDDEN(tickets)                                                                       \
    "INSERT OR IGNORE INTO hidden_work SELECT t.id FROM " tickets " WHERE t.recorded > 0"          \
    " AND t.recorded - coalesce((SELECT sum(l.amount) FROM timesheet l"                            \
    "  WHERE l.ticket_id = t.id), 0) > 5000000"

_Static_assert(REVIEW_TOLERANCE == 5000000, "NOTE_HIDDEN has the number");

int review_note_hidden(struct store *store, struct error *error)
{
    const struct store_query first = {
        "SELECT 1 FROM change WHERE owner = 'all' AND mirror = 'first pull' LIMIT 1"};
    int64_t one;
    bool all = false;
    int rc = store_integer(store, first, &all, &one, error);

    if (rc == 0)
        rc = store_run_kept(store,
                            all ? "DELETE FROM hidden_work"
                                : "DELETE FROM hidden_work WHERE ticket_id IN"
                                  " (SELECT ref FROM change WHERE owner = 'ticket')",
                            error);
    if (rc == 0)
        rc = store_run_kept(store,
                            all ? NOTE_HIDDEN("ticket t")
                                : NOTE_HIDDEN("change c CROSS JOIN ticket t ON c.owner = 'ticket'"
                                              " AND t.id = c.ref"),
                            error);
    return rc;
}

int review_hidden_work(struct store *store,
                       int (*row)(void *context, const struct review_hidden *hidden), void *context,
                       struct error *error)
{
    static const char sql[] =
        "SELECT t.number, t.recorded - coalesce((SELECT sum(l.amount) FROM timesheet l"
        "  WHERE l.ticket_id = t.id), 0) AS hidden FROM hidden_work w CROSS JOIN ticket t"
        "  ON t.id = w.ticket_id WHERE t.recorded > 0 AND hidden > ?1 ORDER BY w.ticket_id";
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, REVIEW_TOLERANCE);
    while ((rc = store_step(store, statement, error)) == 1) {
        const struct review_hidden found = {
            .number = column_text(statement, 0),
            .hidden = duration_minutes(sqlite3_column_int64(statement, 1))};

        if ((rc = row(context, &found)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return rc;
}

int review_doubled(struct store *store, int (*row)(void *context, const char *key, int64_t notes),
                   void *context, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "SELECT key, count(*) FROM marker WHERE key IS NOT NULL GROUP BY key"
                           " HAVING count(*) > 1 ORDER BY key",
                           &statement, error);

    if (rc < 0)
        return rc;
    while ((rc = store_step(store, statement, error)) == 1)
        if ((rc = row(context, column_text(statement, 0), sqlite3_column_int64(statement, 1))) <
            0) {
            sqlite3_reset(statement);
            break;
        }
    return rc;
}
