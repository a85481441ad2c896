/* settled.c - the table of final verdicts; compute/settle.c decides which they are. */
#include "qualiodoo/store/settled.h"

#include <stdlib.h>

#include "statements.h"

/* The last column, still_there: a message that counted then and still exists is not gone, even
 * where it would not count today (its author joined the customer; 0.1.0 counted more). */
static const char load_sql[] =
    "SELECT s.calendar_id, s.calendar_name, s.urgency, s.target_seconds, s.target_days, s.started,"
    " s.warn_at, s.deadline, s.counted, s.event, s.responded, s.record_id, s.state,"
    " s.used_seconds, s.late_seconds, s.first_judged, s.settled_at,"
    " s.event = 2 AND EXISTS (SELECT 1 FROM reply r WHERE r.id = s.record_id"
    "  AND r.ticket_id = s.ticket_id AND r.date = datetime(s.responded, 'unixepoch'))"
    " FROM settled s WHERE s.ticket_id = ?1";

_Static_assert(RESPONSE_REPLIED == 2, "load_sql knows the number of a reply");

static void read_row(sqlite3_stmt *row, struct settled_row *ret)
{
    struct sla_verdict *verdict = &ret->settled.verdict;

    ret->calendar = sqlite3_column_int64(row, 0);
    ret->calendar_name = column_copy(row, 1);
    verdict->urgency = (enum sla_urgency)sqlite3_column_int(row, 2);
    verdict->target = (struct sla_target){.seconds = sqlite3_column_int64(row, 3),
                                          .days = sqlite3_column_int(row, 4)};
    verdict->started = sqlite3_column_int64(row, 5);
    verdict->warn_at = sqlite3_column_int64(row, 6);
    verdict->deadline = sqlite3_column_int64(row, 7);
    ret->settled.counted = (unsigned)sqlite3_column_int(row, 8);
    verdict->event = (enum response_event)sqlite3_column_int(row, 9);
    verdict->responded = sqlite3_column_int64(row, 10);
    ret->record = sqlite3_column_int64(row, 11);
    verdict->state = (enum sla_state)sqlite3_column_int(row, 12);
    ret->settled.has_seconds = sqlite3_column_type(row, 13) != SQLITE_NULL;
    verdict->used_seconds = sqlite3_column_int64(row, 13);
    verdict->late_seconds = sqlite3_column_int64(row, 14);
    ret->first_judged = sqlite3_column_int64(row, 15);
    ret->at = sqlite3_column_int64(row, 16);
    ret->settled.still_there = sqlite3_column_int(row, 17);
}

int settled_load(struct store *store, int64_t ticket, struct settled_row *ret, bool *ret_found,
                 struct error *error)
{
    static const struct stored_range ranges[] = {
        {2, "settled.urgency", SLA_LOW, SLA_URGENT},
        {9, "settled.event", RESPONSE_NONE, RESPONSE_WORKED},
        {12, "settled.state", SLA_PENDING, SLA_BREACHED},
    };
    sqlite3_stmt *statement;
    int rc = store_prepare(store, load_sql, &statement, error);

    *ret = (struct settled_row){.ticket = ticket};
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret_found = rc == 1;
    if (!*ret_found)
        return 0;
    rc = store_check_row(store, statement, ranges, sizeof ranges / sizeof *ranges, error);
    if (rc < 0)
        return rc;
    read_row(statement, ret);
    sqlite3_reset(statement);
    return ret->calendar_name ? 0 : error_memory(error);
}

void settled_free(struct settled_row *row)
{
    free(row->calendar_name);
    row->calendar_name = NULL;
}

int settled_save(struct store *store, const struct settled_row *row, struct error *error)
{
    const struct sla_verdict *verdict = &row->settled.verdict;
    const int64_t integers[] = {
        verdict->urgency,      verdict->target.seconds, verdict->target.days,
        verdict->started,      verdict->warn_at,        verdict->deadline,
        row->settled.counted,  verdict->event,          verdict->responded,
        row->record,           verdict->state,          verdict->used_seconds,
        verdict->late_seconds, row->first_judged,       row->at,
    };
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "REPLACE INTO settled VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                           " ?11, iif(?11, ?12, NULL), nullif(?13, 0), ?14, ?15, ?16, ?17, ?18)",
                           &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, row->ticket);
    sqlite3_bind_int64(statement, 2, row->calendar);
    sqlite3_bind_text(statement, 3, row->calendar_name, -1, SQLITE_STATIC);
    for (int i = 0; i < (int)(sizeof integers / sizeof *integers); i++)
        sqlite3_bind_int64(statement, 4 + i, integers[i]);
    return store_run(store, statement, error);
}

static int run_for(struct store *store, const char *sql, int64_t ticket, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    return store_run(store, statement, error);
}

int settled_forget_deleted(struct store *store, int64_t ticket, struct error *error)
{
    return run_for(store,
                   "DELETE FROM settled WHERE ticket_id = ?1"
                   " AND NOT EXISTS (SELECT 1 FROM ticket WHERE id = ?1)",
                   ticket, error);
}

int settled_note_born_closed(struct store *store, int64_t ticket, struct error *error)
{
    return run_for(store,
                   "INSERT OR IGNORE INTO born_closed SELECT t.id FROM ticket t"
                   " JOIN stage s ON s.id = t.stage_id"
                   " WHERE t.id = ?1 AND s.closed AND t.closed_date IS NULL",
                   ticket, error);
}
