/* calendars.c - working calendars, as mirrored from Odoo. */
#include "qualiodoo/store/calendars.h"

#include <stdlib.h>
#include <string.h>

#include "qualiodoo/core/calendar_build.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

void calendar_rows_free(struct calendar_rows *rows)
{
    for (size_t i = 0; i < rows->n_leaves; i++)
        free(rows->leave_names[i]);
    free(rows->leave_names);
    free(rows->leave_ids);
    free(rows->leaves);
    free(rows->attendances);
    free(rows->name);
    free(rows->tz);
    *rows = (struct calendar_rows){0};
}

static int load_calendar(struct store *store, struct calendar_rows *rows, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT name, tz, flexible FROM calendar WHERE id = ?1",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, rows->id);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return error_set(error, ERR_NOT_FOUND, "there is no calendar %lld in Odoo",
                         (long long)rows->id);
    rows->name = column_copy(statement, 0);
    rows->tz = column_copy(statement, 1);
    rows->flexible = sqlite3_column_int(statement, 2);
    sqlite3_reset(statement);
    return rows->name && rows->tz ? 0 : error_memory(error);
}

/* Hours of a day as Odoo stores them (a float, mirrored in billionths), rounded to the minute;
 * false when they are outside of a day. */
static bool minute_of(sqlite3_stmt *row, int column, int *ret)
{
    int64_t hours = sqlite3_column_int64(row, column);

    if (sqlite3_column_type(row, column) == SQLITE_NULL || hours < 0 || hours > 24 * NANO_ONE)
        return false;
    *ret = (int)((hours * 60 + NANO_ONE / 2) / NANO_ONE);
    return true;
}

/* Reads a date that limits an attendance; an absent one sets no limit. False when it is no date. */
static bool limit_of(sqlite3_stmt *row, int column, civil_day *ret, bool *ret_has)
{
    const char *text = column_text(row, column);

    *ret_has = text && civil_parse(text, ret);
    return !text || *ret_has;
}

static bool read_attendance(sqlite3_stmt *row, struct calendar_attendance *ret)
{
    const char *weekday = column_text(row, 0), *week = column_text(row, 3);
    struct calendar_attendance attendance = {.week = CALENDAR_EVERY_WEEK};

    if (!weekday || *weekday < '0' || *weekday > '6' || weekday[1] ||
        !minute_of(row, 1, &attendance.start_minute) ||
        !minute_of(row, 2, &attendance.end_minute) ||
        !limit_of(row, 4, &attendance.first, &attendance.has_first) ||
        !limit_of(row, 5, &attendance.last, &attendance.has_last))
        return false;
    attendance.weekday = *weekday - '0';
    if (sqlite3_column_int(row, 6) && week)
        attendance.week = *week == '1' ? CALENDAR_SECOND_WEEK : CALENDAR_FIRST_WEEK;
    *ret = attendance;
    return true;
}

/* A bad row is an error: without it every deadline would silently move. */
static int refuse_attendance(sqlite3_stmt *row, struct error *error)
{
    int rc = error_set(error, ERR_CONFIG,
                       "its working hours %lld (resource.calendar.attendance) have a weekday other "
                       "than 0 to 6, an hour outside 0 to 24, or a date that is none",
                       (long long)sqlite3_column_int64(row, 7));

    sqlite3_reset(row);
    return rc;
}

/* Leaves out section lines and breaks, which are no working time, and the hours of a single
 * resource. */
static int load_attendances(struct store *store, struct calendar_rows *rows, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store,
        "SELECT a.weekday, a.hour_from, a.hour_to, a.week_type, a.date_from, a.date_to,"
        " c.two_weeks, a.id FROM attendance a JOIN calendar c ON c.id = a.calendar_id"
        " WHERE a.calendar_id = ?1 AND a.display_type IS NULL AND a.resource_id IS NULL"
        " AND a.day_period IS NOT 'lunch' ORDER BY a.id",
        &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, rows->id);
    while ((rc = store_step(store, statement, error)) == 1) {
        struct calendar_attendance attendance;

        if (!read_attendance(statement, &attendance))
            return refuse_attendance(statement, error);
        if (attendance.start_minute >= attendance.end_minute) /* as Odoo: no working time */
            continue;
        if (ARRAY_RESERVE(rows->attendances, rows->attendances_size, rows->n_attendances + 1) < 0) {
            sqlite3_reset(statement);
            return error_memory(error);
        }
        rows->attendances[rows->n_attendances++] = attendance;
    }
    return rc;
}

static int add_leave(struct calendar_rows *rows, sqlite3_stmt *row, struct error *error)
{
    const char *from = column_text(row, 0), *to = column_text(row, 1);
    struct calendar_leave leave;

    if (!from || !to)
        return 0;
    if (!instant_parse_odoo(from, &leave.start) || !instant_parse_odoo(to, &leave.end))
        return error_set(error, ERR_CONFIG,
                         "its leave %lld (resource.calendar.leaves) is from '%.40s' to '%.40s', "
                         "which are no dates",
                         (long long)sqlite3_column_int64(row, 3), from, to);
    if (leave.end <= leave.start)
        return 0;
    if (ARRAY_RESERVE(rows->leaves, rows->leaves_size, rows->n_leaves + 1) < 0 ||
        ARRAY_RESERVE(rows->leave_names, rows->leave_names_size, rows->n_leaves + 1) < 0 ||
        ARRAY_RESERVE(rows->leave_ids, rows->leave_ids_size, rows->n_leaves + 1) < 0)
        return error_memory(error);
    rows->leaves[rows->n_leaves] = leave;
    rows->leave_ids[rows->n_leaves] = sqlite3_column_int64(row, 3);
    rows->leave_names[rows->n_leaves] = column_copy(row, 2);
    return rows->leave_names[rows->n_leaves++] ? 0 : error_memory(error);
}

/* Loads the global leaves of this calendar or of every one, of the company or of none: a calendar
 * that two companies share is closed for each on its own days. Without a known company, those of
 * the calendar's company. */
static int load_leaves(struct store *store, int64_t company, struct calendar_rows *rows,
                       struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store,
        "SELECT l.date_from, l.date_to, l.name, l.id FROM calendar c JOIN leave l"
        " ON (l.calendar_id = c.id OR l.calendar_id IS NULL) AND (l.company_id IS NULL"
        "  OR coalesce(nullif(?2, 0), c.company_id, l.company_id) = l.company_id)"
        " WHERE c.id = ?1 AND l.resource_id IS NULL AND l.time_type = 'leave'"
        " ORDER BY l.date_from, l.id",
        &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, rows->id);
    sqlite3_bind_int64(statement, 2, company);
    while ((rc = store_step(store, statement, error)) == 1)
        if ((rc = add_leave(rows, statement, error)) < 0) {
            sqlite3_reset(statement);
            return rc;
        }
    return rc;
}

int calendar_rows_load(struct store *store, int64_t id, int64_t company, struct calendar_rows *ret,
                       struct error *error)
{
    struct calendar_rows rows = {.id = id};
    int rc = load_calendar(store, &rows, error);

    if (rc == 0)
        rc = load_attendances(store, &rows, error);
    if (rc == 0)
        rc = load_leaves(store, company, &rows, error);
    if (rc < 0)
        calendar_rows_free(&rows);
    else
        *ret = rows;
    return rc;
}
