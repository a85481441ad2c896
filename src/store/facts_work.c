/* facts_work.c - a timesheet line as the core wants it: hours, or what else its quantity is. */
#include "facts_work.h"

#include "qualiodoo/core/duration.h"
#include "qualiodoo/util/civil.h"
#include "store_internal.h"

nano facts_convert(nano quantity, nano unit, nano target, bool absolute)
{
    if (unit <= 0 || target <= 0 || unit == target)
        return quantity;
    return absolute ? quantity_convert(quantity, target, unit)
                    : quantity_convert(quantity, unit, target);
}

bool facts_read_work(const struct facts_policy *policy, sqlite3_stmt *row, struct charge_line *ret)
{
    int64_t unit = sqlite3_column_int64(row, 4);
    nano factor = sqlite3_column_int64(row, 5), hour = sqlite3_column_int64(row, 7);
    struct charge_line line = {.id = sqlite3_column_int64(row, 1),
                               .hours = sqlite3_column_int64(row, 3),
                               .outside = !sqlite3_column_int(row, 8)};

    if (!column_text(row, 2) || !civil_parse(column_text(row, 2), &line.day))
        return false;
    if (sqlite3_column_type(row, 3) == SQLITE_NULL)
        line.quantity = QUANTITY_NO_NUMBER;
    /* Without a unit, or where Odoo's unit "Hours" is not known, amounts are hours. */
    if (policy->hour_unit && unit && unit != policy->hour_unit) {
        if (!sqlite3_column_int(row, 9) || factor <= 0 || hour <= 0)
            line.quantity = QUANTITY_NO_TIME;
        else
            line.hours = facts_convert(line.hours, factor, hour, sqlite3_column_int(row, 6));
    }
    *ret = line;
    return true;
}
