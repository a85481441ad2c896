/* facts_work.c - reads a timesheet line and converts its quantity to hours. */
#include "facts_work.h"

#include "qualiodoo/util/civil.h"
#include "statements.h"

bool facts_read_work(const struct facts_policy *policy, sqlite3_stmt *row, struct charge_line *ret)
{
    const struct charge_amount amount = {.is_number = sqlite3_column_type(row, 3) != SQLITE_NULL,
                                         .amount = sqlite3_column_int64(row, 3),
                                         .unit = sqlite3_column_int64(row, 4),
                                         .hour_unit = policy->hour_unit,
                                         .same_kind = sqlite3_column_int(row, 9),
                                         .unit_factor = sqlite3_column_int64(row, 5),
                                         .hour_factor = sqlite3_column_int64(row, 7),
                                         .absolute = sqlite3_column_int(row, 6)};
    struct charge_line line = {.id = sqlite3_column_int64(row, 1),
                               .outside = !sqlite3_column_int(row, 8)};

    if (!column_text(row, 2) || !civil_parse(column_text(row, 2), &line.day))
        return false;
    charge_set_hours(&line, &amount);
    *ret = line;
    return true;
}
