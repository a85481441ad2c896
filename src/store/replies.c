/* replies.c - finds the first message of a ticket that is a response. */
#include "qualiodoo/store/replies.h"

#include "qualiodoo/util/civil.h"
#include "statements.h"

/* The subtype of mails that open a ticket differs by database: it is kept as meta opening_subtype.
 * User 1 is Odoo's robot. */
static const char messages_sql[] =
    "SELECT r.id, r.date, r.author_id, p.account_id,"
    " coalesce(r.subtype_id = (SELECT CAST(value AS INTEGER) FROM meta"
    "  WHERE key = 'opening_subtype'), 0),"
    " r.author_id IS (SELECT partner_id FROM agent WHERE id = 1)"
    " FROM reply r LEFT JOIN partner p ON p.id = r.author_id"
    " WHERE r.ticket_id = ?1 ORDER BY r.date, r.id";

int replies_first(struct store *store, int64_t id, const struct response_ticket *ticket,
                  struct reply *ret, struct error *error)
{
    sqlite3_stmt *row;
    int rc = store_prepare(store, messages_sql, &row, error);

    *ret = (struct reply){0};
    if (rc < 0)
        return rc;
    sqlite3_bind_int64(row, 1, id);
    while ((rc = store_step(store, row, error)) == 1) {
        const char *date = column_text(row, 1);
        struct response_message message = {.author = sqlite3_column_int64(row, 2),
                                           .author_account = sqlite3_column_int64(row, 3),
                                           .opening = sqlite3_column_int(row, 4),
                                           .automatic = sqlite3_column_int(row, 5)};

        if (!date || !instant_parse_odoo(date, &message.date) ||
            !response_is_reply(&message, ticket))
            continue;
        *ret = (struct reply){.id = sqlite3_column_int64(row, 0), .date = message.date};
        sqlite3_reset(row);
        return 0;
    }
    return rc;
}
