/* facts_work.h - rows of timesheet lines, for facts.c and review.c. */
#ifndef QUALIODOO_STORE_FACTS_WORK_H
#define QUALIODOO_STORE_FACTS_WORK_H

#include <sqlite3.h>

#include "qualiodoo/store/facts.h"

/* Begins a query with `kin`, the units of the same kind as the unit ?2, "Hours". Odoo 19 has no
 * categories of units: a unit names the one that it is a multiple of. */
#define FACTS_TIME_UNITS                                                                           \
    "WITH RECURSIVE kin (id) AS (SELECT ?2 UNION SELECT x.parent_id FROM kin k JOIN unit x"        \
    "  ON x.id = k.id WHERE x.parent_id IS NOT NULL"                                               \
    " UNION SELECT y.id FROM kin k JOIN unit y ON y.parent_id = k.id)"

/* The columns that facts_read_work() reads, of a line `l` of a ticket `t`, and the joins they need.
 */
#define FACTS_WORK_COLUMNS                                                                         \
    " t.id, l.id, l.date, l.amount, l.unit_id, u.factor, u.absolute, h.factor,"                    \
    " l.in_domain IS NOT 0, CASE WHEN u.category_id IS NULL THEN u.id IN (SELECT id FROM kin)"     \
    "  ELSE u.category_id = h.category_id END"
#define FACTS_WORK_WIDTH 10 /* the number of these columns */
#define FACTS_WORK_UNITS " LEFT JOIN unit u ON u.id = l.unit_id LEFT JOIN unit h ON h.id = ?2"

/* Reads the current row; false when its line has no date. */
bool facts_read_work(const struct facts_policy *policy, sqlite3_stmt *row, struct charge_line *ret);

#endif
