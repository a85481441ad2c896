/* targets.c - reads the facts behind response targets and stores the targets as last judged. */
#include "qualiodoo/store/targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qualiodoo/store/meta.h"
#include "qualiodoo/store/mirror.h"
#include "qualiodoo/store/replies.h"
#include "qualiodoo/util/civil.h"
#include "statements.h"

/* NULL for an archived user, who would not see an activity. */
#define UNLESS_ARCHIVED(user)                                                                      \
    "iif((SELECT active FROM agent WHERE id = " user ") IS 0, NULL, " user ")"
#define TOLD "coalesce(" UNLESS_ARCHIVED("t.user_id") ", " UNLESS_ARCHIVED("team.leader_id") ")"

/* Before an id: texts of the same length sort like their numbers, and min() needs no sorter. */
#define ZEROS "000000000000000000"

/* The company of a ticket is its own, else that of its team, else the first one; its calendar is
 * that of its team, else of this company. The first work is the timesheet line that was created
 * first. targets_source() follows the same order. */
#define TICKET_COLUMNS                                                                             \
    "SELECT t.id, t.number, t.partner_id, p.account_id, t.user_id,"                                \
    " coalesce(team.calendar_id, (SELECT calendar_id FROM company WHERE id = coalesce("            \
    "  t.company_id, team.company_id, (SELECT min(id) FROM company)))),"                           \
    " t.in_domain, t.active IS NOT 0, t.priority, t.create_date, t.assigned_date,"                 \
    " t.closed_date, (SELECT min(l.create_date || ' ' || substr('" ZEROS "' || l.id, -19))"        \
    "  FROM timesheet l WHERE l.ticket_id = t.id),"                                                \
    " coalesce(t.company_id, team.company_id, (SELECT min(id) FROM company)),"                     \
    " (stage.closed AND t.closed_date IS NULL) IS 1"                                               \
    "  OR EXISTS (SELECT 1 FROM born_closed b WHERE b.ticket_id = t.id), g.first_judged,"          \
    " (SELECT known FROM history h WHERE h.ticket_id = t.id),"                                     \
    " (SELECT seen_at FROM unanswered u WHERE u.ticket_id = t.id), " TOLD ", g.state,"             \
    " EXISTS (SELECT 1 FROM settled s WHERE s.ticket_id = t.id),"                                  \
    " EXISTS (SELECT 1 FROM reply r WHERE r.ticket_id = t.id)"                                     \
    " FROM ticket t LEFT JOIN team ON team.id = t.team_id LEFT JOIN partner p"                     \
    " ON p.id = t.partner_id LEFT JOIN stage ON stage.id = t.stage_id"                             \
    " LEFT JOIN target g ON g.ticket_id = t.id"

static const char all_sql[] = TICKET_COLUMNS " WHERE t.id > ?1 ORDER BY t.id LIMIT 256";
static const char some_sql[] = TICKET_COLUMNS " WHERE t.id = ?1";

static instant read_instant(const char *text)
{
    instant when = 0;

    if (text)
        instant_parse_odoo(text, &when);
    return when;
}

/* Reads the column of the first work, "YYYY-MM-DD HH:MM:SS id", its id with zeros before it. */
static void read_work(const char *text, struct target_ticket *ticket)
{
    enum { DATE_LENGTH = 19 };
    char date[DATE_LENGTH + 1];

    if (!text || strlen(text) <= DATE_LENGTH)
        return;
    memcpy(date, text, DATE_LENGTH);
    date[DATE_LENGTH] = '\0';
    ticket->facts.response.worked = read_instant(date);
    ticket->work = strtoll(text + DATE_LENGTH, NULL, 10);
}

static struct target_ticket read_ticket(sqlite3_stmt *row)
{
    const char *priority = column_text(row, 8);
    struct target_ticket ticket = {
        .id = sqlite3_column_int64(row, 0),
        .number = column_text(row, 1),
        .partner = sqlite3_column_int64(row, 2),
        .customer = sqlite3_column_int64(row, 3),
        .user = sqlite3_column_int64(row, 4),
        .told = sqlite3_column_int64(row, 18),
        .calendar = sqlite3_column_int64(row, 5),
        .in_domain = sqlite3_column_int(row, 6),
        .active = sqlite3_column_int(row, 7),
        .company = sqlite3_column_int64(row, 13),
        .born_closed = sqlite3_column_int(row, 14),
        .judged = sqlite3_column_type(row, 15) != SQLITE_NULL,
        .state = sqlite3_column_type(row, 19) == SQLITE_NULL ? -1 : sqlite3_column_int(row, 19),
        .first_judged = sqlite3_column_int64(row, 15),
        .facts = {.priority = priority ? (int)strtol(priority, NULL, 10) : 0,
                  .response = {.created = read_instant(column_text(row, 9)),
                               .assigned = read_instant(column_text(row, 10)),
                               .closed = read_instant(column_text(row, 11)),
                               .history_unknown = !sqlite3_column_int(row, 16),
                               .unanswered = sqlite3_column_int64(row, 17)}},
        .history = sqlite3_column_type(row, 16) == SQLITE_NULL ? HISTORY_NOT_ASKED
                   : sqlite3_column_int(row, 16)               ? HISTORY_KNOWN
                                                               : HISTORY_UNKNOWN,
    };

    read_work(column_text(row, 12), &ticket);
    return ticket;
}

/* Which other tables hold rows of a ticket. */
struct ticket_rows {
    bool settled, replies;
};

struct ticket_reader {
    const struct target_query *query;
    int (*row)(void *context, const struct target_ticket *ticket, struct error *error);
    void *context;
    int64_t last; /* id of the last ticket that read_tickets() read; 0: none */
};

/* Adds what other tables say of the ticket, and calls the reader's `row`. */
static int pass_on(struct store *store, struct target_ticket *ticket, struct ticket_rows has,
                   const struct ticket_reader *reader, struct error *error)
{
    const struct response_ticket party = {.created = ticket->facts.response.created,
                                          .contact = ticket->partner,
                                          .account = ticket->customer};
    struct settled_row settled = {0};
    struct reply reply = {0};
    bool is_settled = false;
    int rc = has.replies ? replies_first(store, ticket->id, &party, &reply, error) : 0;

    if (rc < 0)
        return rc;
    ticket->reply = reply.id;
    ticket->facts.response.replied = reply.date;
    if (has.settled)
        rc = settled_load(store, ticket->id, &settled, &is_settled, error);
    if (is_settled) {
        ticket->settled = &settled;
        ticket->facts.settled = &settled.settled;
        ticket->judged = true;
        ticket->first_judged = settled.first_judged;
    }
    if (rc == 0)
        rc = reader->row(reader->context, ticket, error);
    ticket->settled = NULL; /* borrowed for the call of `row` */
    ticket->facts.settled = NULL;
    settled_free(&settled);
    return rc;
}

static int read_tickets(struct store *store, const char *sql, int64_t parameter,
                        struct ticket_reader *reader, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    reader->last = 0;
    sqlite3_bind_int64(statement, 1, parameter);
    while ((rc = store_step(store, statement, error)) == 1) {
        struct target_ticket ticket = read_ticket(statement);
        struct ticket_rows has = {.settled = sqlite3_column_int(statement, 20),
                                  .replies = sqlite3_column_int(statement, 21)};

        reader->last = ticket.id;
        if (reader->query->has_until && ticket.facts.response.created > reader->query->until)
            continue;
        rc = pass_on(store, &ticket, has, reader, error);
        if (rc < 0)
            break;
    }
    sqlite3_reset(statement);
    return rc;
}

int targets_each(struct store *store, const struct target_query *query,
                 int (*row)(void *context, const struct target_ticket *ticket, struct error *error),
                 void *context, struct error *error)
{
    struct ticket_reader reader = {.query = query, .row = row, .context = context};
    int rc = 0;

    if (query->tickets) {
        for (size_t i = 0; i < query->n_tickets && rc == 0; i++)
            rc = read_tickets(store, some_sql, query->tickets[i], &reader, error);
        return rc;
    }
    do
        rc = read_tickets(store, all_sql, reader.last, &reader, error);
    while (rc == 0 && reader.last);
    return rc;
}

/* ---- Targets ---- */

/* Whether targets were judged later than `now`: the clock was set back, or --now was given. Meta
 * judged_at keeps the latest such time, so that no target need be read. */
static int judged_later(struct store *store, instant now, bool *ret, struct error *error)
{
    char *latest = NULL;
    int rc = store_meta_get(store, "judged_at", &latest, error);

    if (rc == 0)
        *ret = !latest || strtoll(latest, NULL, 10) > now;
    free(latest);
    return rc;
}

int targets_judged(struct store *store, instant now, struct error *error)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)now);
    return store_meta_set(store, "judged_at", text, error);
}

int targets_due(struct store *store, instant now, struct ids *ret, bool *ret_all,
                struct error *error)
{
    /* A partner that moved to another company may change which messages are responses. */
#define TOUCHED                                                                                    \
    "SELECT ref FROM change WHERE owner = 'ticket'"                                                \
    " UNION SELECT t.id FROM change c CROSS JOIN ticket t ON t.partner_id = c.ref"                 \
    "  WHERE c.owner = 'partner'"                                                                  \
    " UNION SELECT r.ticket_id FROM change c CROSS JOIN reply r ON r.author_id = c.ref"            \
    "  WHERE c.owner = 'partner'"                                                                  \
    " UNION SELECT ticket_id FROM target INDEXED BY target_next_change WHERE next_change <= ?1"
    static const char due[] = TOUCHED " ORDER BY 1";
    static const char due_or_later[] =
        TOUCHED " UNION SELECT ticket_id FROM target WHERE judged_at > ?1 ORDER BY 1";
    sqlite3_stmt *statement;
    bool later = false;
    int rc = store_prepare(store, "SELECT 1 FROM change WHERE owner IN ('all', 'targets') LIMIT 1",
                           &statement, error);

    if (rc < 0 || (rc = store_step(store, statement, error)) < 0)
        return rc;
    sqlite3_reset(statement);
    *ret_all = rc == 1;
    if (*ret_all)
        return 0;
    rc = judged_later(store, now, &later, error);
    if (rc == 0)
        rc = store_prepare(store, later ? due_or_later : due, &statement, error);
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, now);
    return store_ids(store, statement, ret, error);
}

int targets_save(struct store *store, const struct target_row *row, instant now,
                 struct error *error)
{
    const struct sla_verdict *verdict = &row->verdict;
    sqlite3_stmt *statement;
    int rc = store_prepare(store,
                           "REPLACE INTO target VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
                           " ?11, ?12)",
                           &statement, error);

    if (rc != 0)
        return rc;
    sqlite3_bind_int64(statement, 1, row->ticket);
    sqlite3_bind_int64(statement, 2, row->calendar);
    sqlite3_bind_int(statement, 3, (int)verdict->urgency);
    sqlite3_bind_int64(statement, 4, verdict->started);
    sqlite3_bind_int64(statement, 5, verdict->warn_at);
    sqlite3_bind_int64(statement, 6, verdict->deadline);
    sqlite3_bind_int(statement, 7, (int)verdict->event);
    if (verdict->event != RESPONSE_NONE)
        sqlite3_bind_int64(statement, 8, verdict->responded);
    sqlite3_bind_int(statement, 9, (int)verdict->state);
    sqlite3_bind_int64(statement, 10, now);
    if (verdict->has_next_change)
        sqlite3_bind_int64(statement, 11, verdict->next_change);
    sqlite3_bind_int64(statement, 12, row->first_judged);
    rc = store_run(store, statement, error);
    sqlite3_clear_bindings(statement);
    return rc;
}

int targets_remove(struct store *store, int64_t ticket, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "DELETE FROM target WHERE ticket_id = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    rc = store_run(store, statement, error);
    return rc < 0 ? rc : settled_forget_deleted(store, ticket, error);
}

int targets_ids(struct store *store, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT ticket_id FROM target ORDER BY 1", &statement, error);

    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

/* Runs a statement for each ticket; `tickets` NULL: once. */
static int run_for_each(struct store *store, const char *sql, const struct ids *tickets,
                        struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0 || !tickets)
        return rc < 0 ? rc : store_run(store, statement, error);
    for (size_t i = 0; i < tickets->count && rc == 0; i++) {
        sqlite3_bind_int64(statement, 1, tickets->items[i]);
        rc = store_run(store, statement, error);
    }
    return rc;
}

int targets_unjudged(struct store *store, int64_t ticket, struct error *error)
{
    return run_for_each(store, "INSERT OR IGNORE INTO unjudged VALUES (?1)",
                        &(struct ids){.items = &ticket, .count = 1}, error);
}

int targets_forget_unjudged(struct store *store, const struct ids *tickets, struct error *error)
{
    return run_for_each(
        store, tickets ? "DELETE FROM unjudged WHERE ticket_id = ?1" : "DELETE FROM unjudged",
        tickets, error);
}

int targets_missing(struct store *store, struct ids *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(
        store,
        "SELECT u.ticket_id FROM unjudged u CROSS JOIN ticket t ON t.id = u.ticket_id"
        " WHERE t.in_domain AND NOT EXISTS (SELECT 1 FROM target g WHERE g.ticket_id = t.id)"
        " ORDER BY 1",
        &statement, error);

    return rc < 0 ? rc : store_ids(store, statement, ret, error);
}

int targets_without_recipient(struct store *store,
                              int (*row)(void *context,
                                         const struct target_without_recipient *target),
                              void *context, struct error *error)
{
    static const char sql[] =
        "SELECT t.id, t.number, t.create_date, g.responded IS NULL FROM target g"
        " JOIN ticket t ON t.id = g.ticket_id LEFT JOIN team ON team.id = t.team_id"
        " WHERE (g.responded IS NULL OR g.state = ?1) AND " TOLD " IS NULL ORDER BY t.id";
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int(statement, 1, SLA_BREACHED);
    while ((rc = store_step(store, statement, error)) == 1) {
        const struct target_without_recipient target = {
            .ticket = sqlite3_column_int64(statement, 0),
            .number = column_text(statement, 1),
            .created = read_instant(column_text(statement, 2)),
            .unanswered = sqlite3_column_int(statement, 3)};

        if ((rc = row(context, &target)) < 0) {
            sqlite3_reset(statement);
            break;
        }
    }
    return rc;
}

/* Tries the sources in the order of TICKET_COLUMNS. */
int targets_source(struct store *store, int64_t ticket, enum target_source *ret_source,
                   int64_t *ret_id, struct error *error)
{
    static const char sql[] =
        "SELECT iif(team.calendar_id, team.id, NULL), t.company_id, team.company_id,"
        " (SELECT min(id) FROM company) FROM ticket t LEFT JOIN team ON team.id = t.team_id"
        " WHERE t.id = ?1";
    enum target_source source = TARGET_OF_TEAM;
    sqlite3_stmt *statement;
    int rc = store_prepare(store, sql, &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_int64(statement, 1, ticket);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    while (source < TARGET_OF_FIRST_COMPANY && !sqlite3_column_int64(statement, (int)source))
        source++;
    *ret_source = source;
    *ret_id = sqlite3_column_int64(statement, (int)source);
    sqlite3_reset(statement);
    return 0;
}

int targets_next(struct store *store, bool *ret_found, instant *ret, struct error *error)
{
    const struct store_query query = {
        "SELECT min(next_change) FROM target WHERE next_change IS NOT NULL"};

    return store_integer(store, query, ret_found, ret, error);
}

int targets_deadline(struct store *store, bool *ret_found, instant *ret, struct error *error)
{
    const struct store_query query = {
        "SELECT min(deadline) FROM target WHERE next_change IS NOT NULL"};

    return store_integer(store, query, ret_found, ret, error);
}

int targets_oldest(struct store *store, const struct target_query *query, bool *ret_found,
                   instant *ret, struct error *error)
{
    struct store_query created = {"SELECT unixepoch(min(create_date)) FROM ticket"};
    bool found = false;
    int rc = 0;

    if (!query->tickets)
        return store_integer(store, created, ret_found, ret, error);
    *ret_found = false;
    created.sql = "SELECT unixepoch(create_date) FROM ticket WHERE id = ?1";
    for (size_t i = 0; i < query->n_tickets && rc == 0; i++) {
        instant when = 0;

        created.parameter = query->tickets[i];
        rc = store_integer(store, created, &found, &when, error);
        if (rc == 0 && found && (!*ret_found || when < *ret))
            *ret = when;
        *ret_found |= found;
    }
    return rc;
}

int targets_tag(struct store *store, const char *name, int64_t *ret, struct error *error)
{
    sqlite3_stmt *statement;
    int rc = store_prepare(store, "SELECT min(id) FROM tag WHERE name = ?1", &statement, error);

    if (rc < 0)
        return rc;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    rc = store_step(store, statement, error);
    if (rc < 0)
        return rc;
    *ret = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}
